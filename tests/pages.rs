//! Pages for a browser: what stands in them, that nobody's words become more than words, and what a browser makes of
//! them.
//!
//! `tests/pages/*.html` is what is expected, without the style. `KALENDS_BLESS=1` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "this is a test, whole"
)]

#[path = "pages/browser.rs"]
mod browser;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use browser::Browser;

/// A calendar in a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    /// The small calendar of these tests.
    fn small() -> Desk {
        let desk = Desk::new();
        desk.file("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\nlanguage = \"en\"\n");
        desk.file("departments/shows.toml", "name = \"Shows\"\ncoordinator = \"ada\"\nquota = { day = 2 }\n");
        desk.file("departments/school.toml", "name = \"School\"\n");
        desk.file("people/ada.toml", "name = \"Ada Lima\"\n");
        desk.file(
            "requests/open-evening.toml",
            "title = \"An evening for <teachers>\"\ndepartment = \"shows\"\nto_department = \"school\"\nfrom = \"ada\"\n\
             wanted = 2027-01-16\nuntil = 2027-01-30\nposts = [\"2027-01-18-open-day\"]\n",
        );
        desk.file(
            "requests/lantern.toml",
            "title = \"The lantern\"\ndepartment = \"shows\"\ndeclined = \"It is <b>lent</b> out\"\n",
        );
        desk.file("accounts/news.toml", "platform = \"feed\"\ntitle = \"Museum\"\nsince = 2027-01-01\n");
        desk.file(
            "accounts/talk.toml",
            "platform = \"mastodon\"\nserver = \"https://social.example\"\nhandle = \"museum\"\nby_hand = true\n",
        );
        desk.file(
            "accounts/blue.toml",
            "platform = \"bluesky\"\nhandle = \"museum.example\"\nby_hand = true\n",
        );
        desk.file("accounts/photo.toml", "platform = \"instagram\"\nhandle = \"museum\"\nby_hand = true\n");
        desk.file(
            "posts/2027/01/2027-01-18-open-day.toml",
            "department = \"school\"\nat = 2027-01-18T09:00:00\nto = [\"news\", \"talk\", \"blue\"]\ntitle = \"Open day\"\n\
             text = \"\"\"\nDoors open at ten, says @ada@social.example. #Stars\n\nBring a child.\n\"\"\"\n\
             link = \"https://museum.example/open-day\"\ntags = [\"OpenDay\"]\n\
             [for.talk]\nwarning = \"Spoilers\"\n[[for.talk.thread]]\ntext = \"Programme: stars, tea, stars.\"\n",
        );
        desk.file(
            "posts/2027/01/2027-01-18-which-one.toml",
            "department = \"shows\"\nat = 2027-01-18T09:10:00\nto = [\"talk\"]\ntext = \"Which one?\"\nvisibility = \"unlisted\"\n\
             hold = \"The director reads it first\"\n[poll]\noptions = [\"Astrolabe\", \"Compass\"]\nopen = \"3d\"\nmultiple = true\n",
        );
        desk.file(
            "posts/2027/01/2027-01-20-picture.toml",
            &format!(
                "at = 2027-01-20T09:00:00\nto = [\"photo\"]\ntext = \"{}\"\n[[media]]\nfile = \"media/lantern.png\"\n\
                 alt = \"A lantern\"\n",
                "A caption that is far too long to be read at a glance. ".repeat(4).trim()
            ),
        );
        desk.file(
            "schedule/2027.toml",
            "title = \"A year of stars\"\ntext = \"What we do, and why.\"\n\
             [[theme]]\nname = \"Maps\"\nmonth = \"2027-01\"\ntext = \"Paper first.\"\n\
             [[observance]]\nname = \"Museum Day\"\non = 2027-05-18\nposts = 2\n\
             [[holiday]]\nname = \"School break\"\nfrom = 2027-03-29\nuntil = 2027-04-09\ndepartments = [\"school\"]\n\
             [[quiet]]\nname = \"Stocktaking\"\non = 2027-11-08\n\
             [[coverage]]\nposts = 1\nevery = \"month\"\naccount = \"talk\"\nuntil = 2027-03-31\n\
             [[slot]]\nat = 2027-02-02T10:00:00\ndepartment = \"shows\"\naccount = \"talk\"\nwhy = \"1 post a month on talk\"\n",
        );
        let lantern = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lantern.png");
        fs::create_dir_all(desk.path("media")).unwrap();
        fs::copy(lantern, desk.path("media/lantern.png")).unwrap();
        desk
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn output(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_kalends"))
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(words)
            .output()
            .unwrap()
    }

    fn run(&self, words: &[&str]) -> String {
        let output = self.output(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn git(&self, words: &[&str]) {
        let identity =
            ["-c", "user.name=Ada", "-c", "user.email=ada@museum.example", "-c", "init.defaultBranch=main"];
        let mut command = Command::new("git");
        command.current_dir(self.folder.path()).args(identity).args(words);
        assert!(command.status().unwrap().success(), "{words:?}");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }
}

/// Compares a page, without its style, with what is expected.
fn expect(name: &str, page: &str) {
    let (head, rest) = page.split_once("<style>").unwrap_or((page, ""));
    let rest = rest.split_once("</style>").map_or(rest, |(_, rest)| rest);
    let told = format!("{head}{rest}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name);
    if std::env::var("KALENDS_BLESS").is_ok() {
        fs::write(&path, &told).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(told == expected, "{name} is not as expected; it is:\n{told}");
}

#[test]
fn a_page_of_previews_shows_each_post_as_its_networks_do() {
    let desk = Desk::small();
    let page = desk.run(&["preview", "open-day", "which-one", "picture", "--html"]);
    expect("preview.html", &page);
    let again = desk.run(&["preview", "open-day", "which-one", "picture", "--html", "-o", "-"]);
    assert_eq!(page, again, "the same calendar makes the same bytes");
}

#[test]
fn a_site_shows_the_month_the_year_the_departments_and_the_posts() {
    let desk = Desk::small();
    desk.run(&["site", "--now", "2027-01-10T12:00", "--month", "2027-01"]);
    expect("month.html", &desk.read("site/2027-01.html"));
    expect("year.html", &desk.read("site/2027.html"));
    expect("index.html", &desk.read("site/index.html"));
    expect("department.html", &desk.read("site/departments/shows.html"));
    expect("post.html", &desk.read("site/posts/2027-01-18-open-day.html"));
}

/// Returns every file of a folder, relative to it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

/// Returns what an attribute says, everywhere in a page.
fn said<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    page.split(&begin).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

#[test]
fn a_site_is_the_same_bytes_and_every_way_in_it_leads_somewhere() {
    let desk = Desk::small();
    desk.git(&["init", "-q"]);
    desk.git(&["add", "."]);
    desk.git(&["commit", "-qm", "Begin"]);
    let now = ["--now", "2027-01-18T12:00", "--at", "HEAD"];
    desk.run(&["publish", "--now", "2027-01-18T09:05"]);
    desk.run(&[&["site", "-o", "one"], &now[..]].concat());
    let told = desk.run(&[&["site", "-o", "two", "--json"], &now[..]].concat());
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["kind"], &told["folder"], &told["pages"]), (&"site".into(), &"two".into(), &19.into()));
    let (one, two) = (desk.path("one"), desk.path("two"));
    assert_eq!(files(&one), files(&two));
    let mut pages = 0;
    for file in files(&one) {
        let bytes = fs::read(one.join(&file)).unwrap();
        assert_eq!(bytes, fs::read(two.join(&file)).unwrap(), "{file}");
        if !file.ends_with(".html") {
            continue;
        }
        pages += 1;
        let page = String::from_utf8(bytes).unwrap();
        for way in [said(&page, "href"), said(&page, "src")].concat() {
            if way.starts_with("https://") {
                continue;
            }
            let target = match way.strip_prefix('#') {
                Some(id) => page.contains(&format!(" id=\"{id}\"")),
                None => one.join(&file).parent().unwrap().join(way).is_file(),
            };
            assert!(target, "{file} leads to {way}");
        }
    }
    assert_eq!(pages, 1 + 1 + 12 + 2 + 3);
    assert!(desk.read("one/posts/2027-01-18-open-day.html").contains("published"));
    // Another month takes the pages of the others away, and nothing that is not on the list.
    desk.file("one/posts/mine.html", "mine");
    desk.run(&[&["site", "-o", "one", "--month", "2027-02"], &now[..]].concat());
    let left =
        ["2027-02.html", "2027.html", "departments/school.html", "departments/shows.html", "index.html"];
    let left: BTreeSet<String> = left
        .into_iter()
        .chain([".kalends-site", "posts/mine.html", "style.css"])
        .map(str::to_owned)
        .collect();
    assert_eq!(files(&one), left);
}

/// Words that would do anything but stand there.
fn hostile(port: u16) -> String {
    format!(
        "</style></title></textarea><script>fetch('http://127.0.0.1:{port}/a')</script>\
         <img src=http://127.0.0.1:{port}/b onerror=alert(1)>\\\" onmouseover=\\\"x ' javascript:alert(1) \
         <svg/onload=alert(1)> url(http://127.0.0.1:{port}/c) <link rel=stylesheet href=http://127.0.0.1:{port}/d> \
         \\u202edrawkcab\\u202c \\u2066isolate \\u001b[2J\\u0007 \\u200bzero]]> --> <!-- &lt;b&gt;"
    )
}

/// A calendar in which every word that people write is hostile, and one text is long.
fn hostile_desk(port: u16) -> Desk {
    let desk = Desk::new();
    let words = hostile(port);
    desk.file("kalends.toml", &format!("name = \"{words}\"\nzone = \"Europe/Lisbon\"\n"));
    desk.file("departments/shows.toml", &format!("name = \"{words}\"\ncoordinator = \"ada\"\n"));
    desk.file("departments/school.toml", "name = \"School\"\n");
    desk.file("people/ada.toml", &format!("name = \"{words}\"\n"));
    for platform in
        ["x", "facebook", "instagram", "youtube", "reddit", "telegram", "mastodon", "bluesky", "feed"]
    {
        desk.file(
            &format!("accounts/{platform}.toml"),
            &format!(
                "platform = \"{platform}\"\nhandle = \"{words}\"\ntitle = \"{words}\"\nserver = \"https://a.example/{words}\"\n\
                 by_hand = true\n"
            ),
        );
    }
    desk.file(
        "schedule/2027.toml",
        &format!(
            "title = \"{words}\"\ntext = \"{words}\"\n[[theme]]\nname = \"{words}\"\nmonth = \"2027-01\"\ntext = \"{words}\"\n\
             [[observance]]\nname = \"{words}\"\non = 2027-05-18\n[[quiet]]\nname = \"{words}\"\non = 2027-05-19\n\
             [[coverage]]\nposts = 1\nevery = \"week\"\n[[slot]]\nat = 2027-02-02T10:00:00\ndepartment = \"shows\"\n\
             account = \"feed\"\ntheme = \"{words}\"\nobservance = \"{words}\"\nwhy = \"{words}\"\n"
        ),
    );
    let all = "[\"x\", \"facebook\", \"instagram\", \"youtube\", \"reddit\", \"telegram\", \"mastodon\", \"bluesky\", \"feed\"]";
    desk.file(
        "posts/2027/01/2027-01-18-bad.toml",
        &format!(
            "department = \"shows\"\nat = 2027-01-18T09:00:00\nto = {all}\ntitle = \"{words}\"\ntext = \"{words}\"\n\
             warning = \"{words}\"\nlabels = [\"nudity\"]\nhold = \"{words}\"\nlink = \"https://a.example/?{words}\"\n\
             tags = [\"{words}\"]\nlanguage = \"{words}\"\n[[media]]\nfile = \"media/{words}.png\"\nalt = \"{words}\"\n\
             [poll]\noptions = [\"{words}\", \"{words}\"]\nopen = \"1d\"\n[[thread]]\ntext = \"{words}\"\n"
        ),
    );
    desk.file(
        "posts/2027/01/2027-01-18-long.toml",
        &format!(
            "department = \"school\"\nat = 2027-01-18T09:05:00\nto = {all}\ntext = \"{}{}\"\n",
            "🦜 <b> @ada #tag https://a.example/x ".repeat(1500),
            "é".repeat(25_000)
        ),
    );
    desk
}

/// Verifies that a page has no element, attribute or character but its own.
fn is_harmless(name: &str, page: &str) {
    let lower = page.to_lowercase();
    for bad in [
        "<script",
        "<iframe",
        "<object",
        "<embed",
        "<base",
        "<form",
        "<img src=http",
        "<link rel=stylesheet h",
    ] {
        assert!(!lower.contains(bad), "{name} has {bad}");
    }
    assert_eq!(lower.matches("</title>").count(), 1, "{name}");
    assert!(lower.matches("</style>").count() <= 1, "{name}");
    for c in ['\u{1b}', '\u{7}', '\u{202e}', '\u{202c}', '\u{2066}', '\u{200b}'] {
        assert!(!page.contains(c), "{name} has {c:?}");
    }
    for tag in page.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        // What stands in quotes is a value; outside of them nothing may begin with `on`.
        let outside: String = tag.split('"').step_by(2).collect();
        assert!(!outside.split_whitespace().any(|word| word.starts_with("on")), "{name}: <{tag}>");
    }
    for way in [said(page, "href"), said(page, "src")].concat() {
        let is_safe = way.starts_with("https://")
            || way.starts_with("http://")
            || way.starts_with('#')
            || way.starts_with("data:image/")
            || !way.contains(':');
        assert!(is_safe, "{name} leads to {way}");
    }
}

#[test]
fn nobody_s_words_become_more_than_words() {
    let desk = hostile_desk(9);
    let page = desk.run(&["preview", "bad", "long", "--html"]);
    is_harmless("preview", &page);
    assert!(
        page.contains("&lt;U+202E&gt;drawkcab&lt;U+202C&gt;") && page.contains("␛[2J␇"),
        "shown, not obeyed"
    );
    desk.run(&["site", "--now", "2027-01-10T12:00"]);
    for file in files(&desk.path("site")).iter().filter(|file| file.ends_with(".html")) {
        is_harmless(file, &desk.read(&format!("site/{file}")));
    }
}

#[test]
fn a_page_is_not_written_over_what_is_not_ours() {
    let desk = Desk::small();
    desk.file("site/index.html", "mine");
    let output = desk.output(&["site", "--now", "2027-01-10T12:00"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("index.html is not kalends' own") && said.contains("hint: nothing was written"),
        "{said}"
    );
    assert_eq!(files(&desk.path("site")).len(), 1);
}

/// A calendar with a month of readings, in which every word that people bring along is hostile.
fn measured_desk(port: u16) -> Desk {
    let desk = hostile_desk(port);
    // A cell has its quotation marks doubled, and no line end.
    let words = hostile(port).replace(['\\', '\n'], "").replace('"', "\"\"");
    desk.file(
        "goals/visits.toml",
        &format!(
            "name = \"{}\"\nmetric = \"visits\"\nbaseline = 1\ntarget = 9\nby = 2027-06-30\n",
            hostile(port)
        ),
    );
    let head =
        "id,published,due,url,title,form,characters,tags,link,department,campaign,goal,picture,fate,why\n";
    let mut posts = head.to_owned();
    let mut rows = "read,subject,metric,name,value,unit,from,until,definition\n".to_owned();
    for number in 1..9 {
        posts.push_str(&format!(
            "{number},2027-01-0{number}T09:00:00Z,2027-01-0{number}T08:00:00Z,https://x.example/{number},\"{words}\",text,9,,,shows,,,,,\n"
        ));
        rows.push_str(&format!(
            "2027-02-03T09:00:00Z,post/x/{number},impressions,\"{words}\",{},,,,\n",
            number * 1000
        ));
        rows.push_str(&format!(
            "2027-02-03T09:00:00Z,post/x/{number},likes,\"{words}\",{},,,,\n",
            number * number
        ));
        rows.push_str(&format!("2027-01-1{number}T09:00:00Z,account/x,followers,f,{},,,,\n", 500 + number));
        rows.push_str(&format!("2027-01-1{number}T09:00:00Z,goal/visits,count,f,{number},,,,\n"));
    }
    posts.push_str(&format!(",,2027-01-20T09:00:00Z,,\"{words}\",,,,,shows,,,,missed,\"{words}\"\n"));
    rows.push_str(&format!("2027-01-01T09:00:00Z,\"account/{words}\",followers,f,1,,,,\n"));
    desk.file("readings/2027/01/x.posts.csv", &posts);
    desk.file("readings/2027/02/x.csv", &rows);
    desk
}

#[test]
fn a_report_is_the_same_bytes_everywhere_and_each_number_stands_once_under_its_id() {
    let desk = measured_desk(9);
    desk.run(&["report", "2027-01", "--html", "one.html", "--csv", "one.csv", "--xlsx", "one.xlsx"]);
    let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .current_dir(desk.folder.path())
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("HOME", desk.folder.path())
        .env("TZ", "Asia/Kathmandu")
        .env("LANG", "de_DE.UTF-8")
        .env("LC_ALL", "de_DE.UTF-8")
        .args(["report", "2027-01", "--html", "two.html", "--csv", "two.csv", "--xlsx", "two.xlsx"])
        .output()
        .unwrap();
    assert!(output.status.success());
    for form in ["html", "csv", "xlsx"] {
        let read = |name: &str| fs::read(desk.path(&format!("{name}.{form}"))).unwrap();
        assert!(read("one") == read("two"), "{form} differs");
    }
    let page = desk.read("one.html");
    is_harmless("report", &page);
    let ids = said(&page, "id");
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id stands twice");
    for way in said(&page, "href").iter().filter_map(|way| way.strip_prefix('#')) {
        assert!(ids.contains(&way), "nothing is called {way}");
    }
    let told: serde_json::Value = serde_json::from_str(&desk.run(&["report", "2027-01", "--json"])).unwrap();
    let numbers = told["numbers"].as_array().unwrap();
    let rows = desk.read("one.csv");
    assert_eq!(rows.lines().count(), numbers.len() + 1);
    for number in numbers {
        let id = number["id"].as_str().unwrap();
        assert!(rows.contains(&format!("\n{id},")), "the table has no {id}");
        let is_shown = ids.contains(&id);
        let is_side = id.ends_with(".organisation") && number["shown"] != "0";
        assert!(is_shown || !is_side, "the page has no {id}");
        if id.ends_with(".before") || id.ends_with(".year-before") {
            continue;
        }
        let told = desk.run(&["report", "explain", id, "2027-01", "--json"]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["value"], &told["shown"]), (&told["again"], &number["shown"]), "{id}");
    }
}

/// The sample calendar, published until some day.
fn sample() -> Desk {
    let desk = Desk::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar");
    for file in files(&from).iter().filter(|file| !file.starts_with("public/")) {
        let to = desk.path(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from.join(file), to).unwrap();
    }
    desk.git(&["init", "-q"]);
    desk.git(&["add", "."]);
    desk.git(&["commit", "-qm", "Begin"]);
    desk.run(&["publish", "--now", "2027-01-18T12:00"]);
    desk
}

#[test]
fn a_browser_finds_no_fault_no_way_out_and_nothing_that_keeps_people_away() {
    let Some(browser) = Browser::find() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let hostile = hostile_desk(listener.local_addr().unwrap().port());
    hostile.run(&["preview", "bad", "--html", "-o", "page.html"]);
    hostile.run(&["site", "--now", "2027-01-10T12:00", "--month", "2027-01"]);
    let sample = sample();
    let posts = ["open-day", "choose-the-object", "the-names-on-the-bell", "object-astrolabe"];
    sample.run(&[&["preview", "--html", "-o", "page.html"], &posts[..]].concat());
    sample.run(&["site", "--year", "2027", "--now", "2027-01-18T12:00"]);
    let measured = measured_desk(listener.local_addr().unwrap().port());
    measured.run(&["report", "2027-01", "--html", "page.html"]);
    sample.run(&["report", "2026-11", "--html", "report.html"]);
    let pages = [
        (measured.path("page.html"), browser::Theme::Light),
        (sample.path("report.html"), browser::Theme::Light),
        (sample.path("report.html"), browser::Theme::Dark),
        (hostile.path("page.html"), browser::Theme::Light),
        (hostile.path("site/index.html"), browser::Theme::Light),
        (sample.path("page.html"), browser::Theme::Light),
        (sample.path("page.html"), browser::Theme::Dark),
        (sample.path("site/index.html"), browser::Theme::Dark),
        (sample.path("site/2027.html"), browser::Theme::Light),
        (sample.path("site/2027-01.html"), browser::Theme::Light),
        (sample.path("site/2027-01.html"), browser::Theme::Dark),
        (sample.path("site/departments/education.html"), browser::Theme::Dark),
        (sample.path("site/posts/2027-01-18-open-day.html"), browser::Theme::Dark),
    ];
    let look = |(number, (page, theme)): (usize, &(PathBuf, browser::Theme))| {
        // The same page in the dark runs the same.
        let said = if *theme == browser::Theme::Light { browser.console(page) } else { Vec::new() };
        let found = browser.axe(page, *theme, number);
        let name = page.strip_prefix(page.ancestors().nth(2).unwrap()).unwrap().display().to_string();
        [said, found]
            .concat()
            .into_iter()
            .map(|fault| format!("{name} {theme:?}: {fault}"))
            .collect::<Vec<_>>()
    };
    let half = |which: usize| pages.iter().enumerate().filter(move |(number, _)| number % 2 == which);
    let faults: Vec<String> = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1).flat_map(look).collect::<Vec<_>>());
        let own: Vec<String> = half(0).flat_map(look).collect();
        [own, other.join().unwrap()].concat()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(listener.accept().is_err(), "a page asked for what somebody's words named");
}
