//! What a person reads: whole outputs of the program, in a scrubbed environment.
//!
//! Each story is a list of commands; `tests/cli/STORY.txt` is all that they say: stdout, stderr and exit code.
//! `KALENDS_BLESS=1` writes what is expected anew.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A private world: an empty folder, and a home that is empty too.
struct Stage {
    folder: tempfile::TempDir,
    told: String,
    variables: Vec<(&'static str, String)>,
}

impl Stage {
    fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir_all(&home).unwrap();
        fs::create_dir_all(folder.path().join("work")).unwrap();
        let variables = vec![
            ("PATH", std::env::var("PATH").unwrap()),
            ("HOME", home.display().to_string()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("COLUMNS", "80".to_owned()),
        ];
        Stage { folder, told: String::new(), variables }
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Sets a variable, or takes it away where its value is empty.
    fn set(mut self, name: &'static str, value: &str) -> Stage {
        self.variables.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.variables.push((name, value.to_owned()));
        }
        self
    }

    fn file(&self, path: &str, text: &str) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A small calendar with a fault or none.
    fn calendar(self) -> Stage {
        self.file("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
        self.file("accounts/news.toml", "platform = \"feed\"\ntitle = \"Museum\"\n");
        self.file(
            "accounts/bluesky.toml",
            "platform = \"bluesky\"\nhandle = \"museum.example\"\nby_hand = true\n",
        );
        self.file(
            "posts/2027/01/2027-01-18-open-day.toml",
            "at = 2027-01-18T09:00:00\nto = [\"news\", \"bluesky\"]\ntitle = \"Open day\"\ntags = [\"OpenDay\"]\n\
             text = \"\"\"\nDoors open at ten. Bring a child, leave with an astronomer.\n\"\"\"\n\
             link = \"https://museum.example/open-day\"\n[[thread]]\ntext = \"Programme: stars, tea, stars.\"\n",
        );
        self
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.work())
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    fn output(&self, line: &str) -> Output {
        self.command(env!("CARGO_BIN_EXE_kalends")).args(line.split_whitespace()).output().unwrap()
    }

    /// Runs a command and writes down all that it says.
    fn run(mut self, line: &str) -> Stage {
        let output = self.output(line);
        self.told.push_str(&format!("$ kalends {line}\n"));
        for (name, bytes) in [("", &output.stdout), ("stderr: ", &output.stderr)] {
            for said in String::from_utf8_lossy(bytes).lines() {
                self.told.push_str(&format!("{name}{said}\n"));
            }
        }
        self.told.push_str(&format!("[exit {}]\n\n", output.status.code().unwrap()));
        self
    }

    /// Tells what the last lines of a file are.
    fn tail(mut self, path: &str, lines: usize) -> Stage {
        let text = fs::read_to_string(self.work().join(path)).unwrap();
        let last: Vec<&str> = text.lines().rev().take(lines).collect();
        self.told.push_str(&format!("$ tail -n {lines} {path}\n"));
        last.iter().rev().for_each(|line| self.told.push_str(&format!("{line}\n")));
        self.told.push('\n');
        self
    }

    fn git(self, line: &str) -> Stage {
        let identity =
            ["-c", "user.name=Ada", "-c", "user.email=ada@museum.example", "-c", "init.defaultBranch=main"];
        let status = self.command("git").args(identity).args(line.split_whitespace()).status().unwrap();
        assert!(status.success(), "git {line}");
        self
    }

    /// Compares what was said with what is expected.
    fn expect(self, story: &str) {
        let real = self.folder.path().canonicalize().unwrap();
        let told = self.told.replace(&real.display().to_string(), "[TMP]").replace('\u{1b}', "␛");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/{story}.txt"));
        if std::env::var("KALENDS_BLESS").is_ok() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &told).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(told == expected, "{story} is not as expected; it says:\n{told}");
    }
}

#[test]
fn the_help_explains_itself() {
    Stage::new()
        .run("")
        .run("-h")
        .run("--help")
        .run("check --help")
        .run("new -h")
        .run("--version")
        .expect("help");
}

#[test]
fn a_wrong_command_line_is_told_what_was_probably_meant() {
    Stage::new()
        .run("chekc")
        .run("plan --moth 2027-01")
        .run("plan --month january")
        .run("schema pots")
        .run("completions")
        .expect("usage");
}

#[test]
fn a_calendar_without_a_fault_is_silent() {
    Stage::new().calendar().run("check").run("check --format json").run("fix").expect("fine");
}

#[test]
fn a_fault_is_shown_in_four_formats() {
    let stage = Stage::new().calendar();
    stage.file("accounts/news.toml", "platform = \"feed\"\ntitel = \"Museum\"\n");
    stage
        .run("check")
        .run("check --color always")
        .run("check --format json")
        .run("check --format github")
        .run("check --format sarif")
        .expect("findings");
}

#[test]
fn the_vault_says_what_is_missing_and_never_what_was_typed() {
    let stage = Stage::new().calendar().run("vault list");
    stage.file("accounts/social.toml", "platform = \"bluesky\"\naccess = [\"ada\"]\n");
    stage.file("people/ada.toml", "name = \"Ada\"\nrole = \"coordinator\"\n");
    stage.file("people/bo.toml", "name = \"Bo\"\nrole = \"it\"\n");
    stage
        .run("vault list")
        .run("vault list --json")
        .run("vault show social")
        .run("vault set social")
        .run("vault set social app_password abcd-efgh")
        .run("vault set social abcd-efgh")
        .run("vault set news")
        .run("vault set bluesky")
        .run("vault set socail")
        .run("vault rotate social")
        .run("vault grant social bo")
        .run("vault grant social bob")
        .run("vault revoke social bo")
        .run("vault revoke social ada")
        .run("vault sync --dry-run")
        .run("vault key --passphrase")
        .run("vault key --identity people/key")
        .run("vault sync")
        .expect("vault");
}

#[test]
fn a_plan_is_a_table_a_list_a_page_and_json() {
    let line = "plan --now 2027-01-10T12:00";
    let stage = Stage::new()
        .calendar()
        .run(line)
        .run(&format!("{line} --month 2027-01"))
        .run(&format!("{line} --json"));
    let stage = stage.run(&format!("{line} --account bluski")).run("plan --now 2027-03-28T01:30");
    let stage = stage.set("COLUMNS", "40").run(line).run(&format!("{line} --month 2027-01"));
    stage.set("COLUMNS", "80").run(&format!("{line} --year 2027")).expect("plan");
}

#[test]
fn a_year_is_planned_checked_and_shown() {
    let stage = Stage::new().calendar();
    stage.file(
        "departments/school.toml",
        "name = \"School\"\nquota = { week = 2 }\n\n[[slot]]\nevery = \"last tuesday\"\nat = 10:00:00\naccount = \"news\"\n",
    );
    stage.file("departments/shows.toml", "name = \"Shows\"\n");
    let now = "--now 2027-09-20T12:00";
    let stage = stage
        .run(&format!("year check 2027 {now}"))
        .run(&format!("new schedule 2028 {now}"))
        .run(&format!("new schedule 2028 {now}"));
    stage.file(
        "schedule/2027.toml",
        "# ours\ntitle = \"2027: what the sea gave back\"\n\n[[theme]]\nname = \"Fog\"\nmonth = \"2027-11\"\n\n\
         [[holiday]]\nname = \"The king's day\"\non = 2027-11-30\n\n[[quiet]]\nname = \"Election\"\non = 2027-10-10\n\n\
         [[observance]]\nname = \"Day of the Sea\"\non = 2027-11-16\n\n\
         [[observance]]\nname = \"A vote\"\non = 2027-10-10\n\n\
         [[coverage]]\nposts = 2\nevery = \"month\"\naccount = \"bluesky\"\nfrom = 2027-10-01\n",
    );
    let stage = stage
        .run(&format!("year check 2027 {now}"))
        .run(&format!("year plan 2027 --dry-run {now}"))
        .run(&format!("year plan 2027 {now}"))
        .run(&format!("year plan 2027 {now}"))
        .tail("schedule/2027.toml", 16)
        .run("check --now 2027-09-20")
        .run(&format!("year check 2027 {now}"))
        .run(&format!("plan --year 2027 {now}"))
        .run(&format!("plan --year 2027 {now} --department shows --json"));
    let stage = stage.set("COLUMNS", "40").run(&format!("plan --year 2027 {now}"));
    let stage = stage.run(&format!("year plan 2027 --from 2027-12-01 --dry-run --json {now}"));
    stage.file(
        "schedule/2027.toml",
        "[[theme]]\nname = \"Fog\"\nmonth = \"2027-13\"\n[[holiday]]\nname = \"H\"\nonn = 2027-01-01\n",
    );
    let stage = stage.run(&format!("year plan 2027 {now}")).run(&format!("year check 2027 {now}"));
    stage.run("year plan twenty").run("year plan 2027 --from soon").expect("year");
}

#[test]
fn a_preview_is_a_box_for_each_account() {
    let stage = Stage::new().calendar().run("preview open-day").run("preview open-dya");
    stage.set("COLUMNS", "40").set("LC_ALL", "C").run("preview open-day --account bluesky").expect("preview");
}

/// A calendar as an office exports it.
const OFFICE: &str = "BEGIN:VCALENDAR\nX-WR-CALNAME:Office\nBEGIN:VEVENT\nUID:open\nSUMMARY:Open day\nDTSTART;VALUE=DATE:20270131\nEND:VEVENT\n\
    BEGIN:VEVENT\nUID:closed\nSUMMARY:Stocktaking\nDTSTART;VALUE=DATE:20270118\nRRULE:FREQ=YEARLY\nCATEGORIES:CLOSED\nEND:VEVENT\n\
    BEGIN:VEVENT\nUID:tea\nSUMMARY:Tea\nDTSTART;TZID=Europe/Lisbon:20270220T160000\nEND:VEVENT\nEND:VCALENDAR\n";

#[test]
fn events_are_brought_in_told_anew_and_held_against_the_posts() {
    let line = "import ics office.ics --now 2027-01-02T12:00";
    let stage = Stage::new().calendar().run("align --now 2027-01-02T12:00");
    stage.file("office.ics", OFFICE);
    let stage = stage.run(line).run(line).run("check").run("align --now 2027-01-02T12:00");
    let stage = stage
        .run("align --now 2027-01-02T12:00 --format github")
        .run("align --now 2027-01-02T12:00 --json --until 2027-01-31");
    stage.file("office.ics", &OFFICE.replace("20270131", "20270130").replace("UID:tea", "UID:cake"));
    let stage = stage.run(&format!("{line} --json --dry-run")).run(line);
    stage.file(
        "office.ics",
        &OFFICE.replace("FREQ=YEARLY", "FREQ=YEARLY;BYDAY=SOON").replace("Europe/Lisbon", "Europe/Lisbn"),
    );
    let stage = stage.set("COLUMNS", "40").run(line).set("COLUMNS", "80");
    let stage = stage.run(&format!("{line} --partial --as whole"));
    stage
        .run("import ics nowhere.ics")
        .run("import ics https://ada:secret@museum.example/a.ics")
        .run("import ics office.ics --from 2027-02-01 --until 2027-01-01")
        .run("import ics office.ics --as Office!")
        .expect("events");
}

#[test]
fn posts_go_out_to_a_spreadsheet_or_a_calendar_and_come_back() {
    let stage = Stage::new().calendar();
    let stage = stage.run("export csv").run("export csv -o posts.csv").run("import csv posts.csv");
    let csv = fs::read_to_string(stage.work().join("posts.csv")).unwrap();
    stage.file("posts.csv", &csv.replace("Doors open at ten", "Doors open at nine"));
    let stage =
        stage.run("import csv posts.csv --dry-run").run("import csv posts.csv").run("import csv posts.csv");
    stage.file("broken.csv", "id,at,to,text,Notes\n,18/1/2027,news,=1+1,x\n,2027-02-01T09:00,nwes,Hello\n");
    let stage = stage.run("import csv broken.csv").run("import csv broken.csv --json");
    stage.file("new.csv", "id;at;to;text\n;2027-02-01 09:00;news;Hello from the spreadsheet\n");
    let stage = stage.run("import csv new.csv").run("import xlsx new.csv").run("import csv nowhere.csv");
    stage
        .run("export ics --now 2027-01-02T12:00 --month 2027-01")
        .run("export xlsx -o posts.xlsx --department nobody")
        .run("export xlsx -o posts.xlsx")
        .run("import xlsx posts.xlsx")
        .run("export csv --from 2027-02-01 --until 2027-01-01")
        .expect("exchange");
}

/// Posts as a program exports them, in which one number can be read in two ways.
const NUMBERS: &str = "Report\n\nPost;Published;Text;Likes;Notes\n18012;2026-12-07T12:30;Low tide #Sea;41;x\n\
    18013;2026-12-08T12:30;High tide;1.041;x\n18014;2026-12-09T12:30;Fog;;x\nTotal;;;1082;\n";

#[test]
fn numbers_are_brought_from_elsewhere_once_and_corrected_later() {
    let stage = Stage::new().calendar();
    stage
        .file("goals/visits.toml", "name = \"Visits\"\nmetric = \"visits\"\ntarget = 100\nby = 2027-12-31\n");
    stage.file(
        "mappings/scheduler.toml",
        "name = \"Our scheduler\"\nof = \"posts\"\n[columns]\nid = \"Post\"\ntime = \"Published\"\ntext = \"Text\"\n\
         [[metric]]\nmetric = \"likes\"\ncolumn = \"Likes\"\n",
    );
    stage.file("numbers.csv", NUMBERS);
    let line = "import readings numbers.csv --to calendar --now 2027-01-10T09:00";
    let on = |rest: &str| format!("{line} --account bluesky {rest}");
    let stage = stage.run(line).run(&on("")).run(&on("--decimal , --dry-run")).run(&on("--decimal ,"));
    let stage =
        stage.tail("readings/2027/01/10/bluesky.csv", 3).tail("readings/2027/01/10/bluesky.posts.csv", 4);
    let stage = stage.run("check").run(&on("--decimal ,"));
    stage.file("numbers.csv", &NUMBERS.replace(";41;", ";44;"));
    let stage = stage.run(&on("--decimal ,")).run(&on("--decimal , --json"));
    let stage = stage
        .set("COLUMNS", "40")
        .run(&on("--account blueksy"))
        .run(&on("--mapping schedular"))
        .set("COLUMNS", "80");
    stage.file(
        "mappings/scheduler.toml",
        "name = \"Our scheduler\"\nof = \"post\"\n[[metric]]\nmetric = \"like\"\ncolum = \"Likes\"\n",
    );
    let stage = stage.run("check").run(&on("--mapping scheduler")).run(&on(""));
    let goal = "import readings --goal visits --to calendar --now 2027-01-10T09:00";
    let stage =
        stage.run(&format!("{goal} --value 412 --on 2027-01-09")).run(&format!("{goal} --value 1.234"));
    let stage = stage
        .run(&format!("{goal} --value 410 --on 2027-01-09"))
        .run(&format!("{goal} --value 4 --on 2027-02-01"));
    stage
        .run("import readings numbers.csv --account bluesky --now 2027-01-10T09:00")
        .run("import readings nowhere.csv --account bluesky")
        .run("import readings")
        .run("import readings --show-mapping goal")
        .run("import readings --show-mapping instagarm")
        .expect("readings");
}

#[test]
fn followers_are_told_with_their_jumps_and_where_they_go() {
    let stage = Stage::new().calendar();
    let day = |number: u64| chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap() + chrono::Days::new(number);
    let rows = |count: &dyn Fn(u64) -> u64| -> String {
        (0..90)
            .map(|n| {
                format!("{}T06:00:00Z,account/bluesky,followers,followersCount,{},,,,\n", day(n), count(n))
            })
            .collect()
    };
    let head = "read,subject,metric,name,value,unit,from,until,definition\n";
    let exact = |n: u64| 1_203 + 3 * n + n % 3 + if n >= 60 { 90 } else { 0 };
    stage.file("readings/2026/bluesky.csv", &format!("{head}{}", rows(&exact)));
    stage.file(
        "readings/2026/bluesky.posts.csv",
        "id,published,due,url,title,form,characters,tags,link,department,campaign,goal,picture,fate,why\n\
         1,2026-10-30T12:00:00Z,,,The whale,film,40,,,,,,,,\n",
    );
    stage.file("goals/reach.toml", "name = \"Two thousand\"\nmetric = \"followers\"\ntarget = 2000\nby = 2027-01-31\naccount = \"bluesky\"\n");
    let stage = stage
        .run("followers --now 2026-12-01T09:00")
        .run("followers --month 2026-10 --json --now 2026-12-01T09:00");
    let stage = stage
        .set("COLUMNS", "40")
        .set("LC_ALL", "C")
        .run("followers --account bluesky --now 2026-12-01T09:00");
    let stage =
        stage.run("followers --account blueksy").run("followers --from 2026-12-01 --until 2026-11-01");
    let stage = stage.run("followers --until 2026-10-01 --now 2026-12-01T09:00");
    let rounded = |n: u64| exact(n) / 10 * 10;
    stage.file("readings/2026/bluesky.csv", &format!("{head}{}", rows(&rounded)));
    stage.run("followers --now 2026-12-01T09:00").expect("followers");
}

#[test]
fn pages_for_a_browser_are_files() {
    let stage = Stage::new().calendar();
    stage.file(
        "posts/2027/01/2027-01-20-tea.toml",
        "at = 2027-01-20T16:00:00\nto = [\"news\"]\ntext = \"Tea.\"\n",
    );
    let stage = stage
        .run("preview open-day --html -o pages/open-day.html")
        .run("preview open-day 2027-01-18-open-day --account bluesky")
        .run("preview open-day tea")
        .run("preview open-day --html --json")
        .run("preview open-day -o page.html")
        .run("preview")
        .run("site --now 2027-01-10T12:00")
        .run("site --now 2027-01-10T12:00")
        .run("site --month 2027-01 --year 2027")
        .run("site --month january")
        .run("site --at nowhere");
    assert!(
        stage.work().join("pages/open-day.html").exists() && stage.work().join("site/2027.html").exists()
    );
    stage.expect("pages");
}

#[test]
fn a_new_calendar_publishes_its_first_post() {
    let stage = Stage::new().run("init museum --zone Europe/Lisbon --now 2027-01-18T09:00");
    let stage = stage.run("-C museum check").run("init museum").run("init elsewhere --zone Europe/Lisbn");
    let stage =
        stage.run("-C museum plan --now 2027-01-18T09:00").run("-C museum publish --now 2027-01-18T09:00");
    let log = stage.output("-C museum log");
    let said = String::from_utf8(log.stdout).unwrap();
    let kinds: Vec<&str> = said.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(kinds, ["receipt", "sending", "claim"], "{said}");
    stage.run("-C museum publish --now 2027-01-18T09:05").expect("init");
}

#[test]
fn a_new_file_is_never_written_over() {
    Stage::new()
        .calendar()
        .run("new post Tea at four --now 2027-01-10T12:00")
        .run("new post Tea at four --now 2027-01-10T12:00")
        .run("new person Marta Quintela --role coordinator --now 2027-01-10T12:00")
        .run(
            "new account Mastodon --platform mastodon --server https://museum.example --now 2027-01-10T12:00",
        )
        .run("new campaign Carried Light --now 2027-01-10T12:00")
        .run("new goal Visits --now 2027-01-10T12:00 --json")
        .run("new department 東京 --now 2027-01-10T12:00")
        .run("check")
        .expect("new");
}

#[test]
fn a_protocol_holds_what_breaks_it_and_is_told_to_all() {
    let stage = Stage::new().calendar();
    stage
        .file("campaigns/open-day.toml", "name = \"Open Day\"\nlink = \"https://museum.example/open-day\"\n");
    stage.file(
        "departments/education.toml",
        "name = \"Education\"\ncoordinator = \"ines\"\nquota = { day = 2 }\n\
         [[slot]]\nevery = \"wednesday\"\nat = 09:00:00\n",
    );
    stage.file(
        "people/ines.toml",
        "name = \"Inês\"\nrole = \"department-coordinator\"\ndepartment = \"education\"\nemail = \"ines@museum.example\"\n",
    );
    stage.file(
        "posts/2027/01/2027-01-19-soup.toml",
        "# Soup, at last.\nat = 2027-01-19T09:00:00\nto = [\"news\", \"bluesky\"]\ntitle = \"Soup\"\ncampaign = \"open-day\"\n\
         text = \"The \u{441}h\u{435}ap\u{435}st soup of the harbour.\"\n\
         link = \"https://museum.example/soup#menu\"   # the menu\n",
    );
    let voice = "title = \"Voice\"\ntext = \"Warm, exact, a little dry.\"\n\n\
         [[rule]]\nkind = \"forbidden-words\"\nsay = \"We are never cheap.\"\nwords = [\"cheap\", \"cheapest\"]\n\
         instead = \"affordable\"\nbad = [\"Cheap!\"]\n\n\
         [[rule]]\nkind = \"link\"\nsay = \"Visits are counted\"\nseverity = \"warning\"\nmedium = \"social\"\n";
    stage.file("protocols/voice.toml", voice);
    let plan = "plan --now 2027-01-15T09:00";
    let stage = stage
        .run("check")
        .run("check --format github")
        .run("check --format json")
        .run(plan)
        .run("fix")
        .run("protocol share")
        .run("protocol share --department educaton")
        .run("protocol share --department education")
        .run("protocol share -o handbook");
    let mended = fs::read_to_string(stage.work().join("posts/2027/01/2027-01-19-soup.toml")).unwrap();
    let link =
        "link = \"https://museum.example/soup?utm_medium=social&utm_campaign=open-day#menu\"   # the menu\n";
    assert!(mended.starts_with("# Soup, at last.\n") && mended.ends_with(link), "{mended}");
    stage.file("posts/2027/01/2027-01-19-soup.toml", &mended.replace("\u{441}h\u{435}ap\u{435}st", "best"));
    let stage = stage.run("check").run(plan);
    stage.file("protocols/voice.toml", &voice.replace("cheapest\"]", "cheapest\""));
    stage.run(plan).run("new protocol Pictures and words").expect("protocol");
}

#[test]
fn what_is_asked_for_is_taken_written_and_told_to_whoever_asked() {
    let stage = Stage::new().calendar();
    stage.file("departments/shop.toml", "name = \"Shop\"\n");
    stage.file(
        "departments/education.toml",
        "name = \"Education\"\n[[slot]]\nevery = \"wednesday\"\nat = 08:30:00\naccount = \"news\"\n",
    );
    stage.file("people/ana.toml", "name = \"Ana\"\nrole = \"contributor\"\ndepartment = \"education\"\n");
    stage.file("people/rui.toml", "name = \"Rui\"\nrole = \"contributor\"\ndepartment = \"shop\"\n");
    let now = "--now 2027-01-10T12:00";
    let stage = stage
        .run("request list")
        .run(&format!(
            "new request Tea at four --department shop --to-department education --wanted 2027-01-27 {now}"
        ))
        .run(&format!("new request Soup --department shop --wanted 2027-01-05 {now}"))
        .run(&format!("new request Bread --from rui --accounts news {now}"))
        .run("check")
        .run(&format!("request list {now}"));
    let asked = fs::read_to_string(stage.work().join("requests/tea-at-four.toml")).unwrap();
    let stage = stage
        .run(&format!("request take tea-at-four {now}"))
        .run(&format!("request take tea-at-fuor --by ana {now}"))
        .run(&format!("request take tea-at-four --by ana {now}"))
        .run(&format!("request take tea-at-four --by rui {now}"))
        .run(&format!("request take tea-at-four --by ana --draft {now}"))
        .run("request done bread --declined")
        .run("request done bread --declined Stale --post open-day")
        .run("request done bread --declined Stale")
        .run(&format!("request list {now}"))
        .run(&format!("request list --state open --department education --json {now}"))
        .run("request list --now 2027-01-25T12:00 --state late")
        .run(&format!("request show tea-at-four {now}"))
        .run("plan --now 2027-01-25T12:00")
        .run("check --now 2027-01-28T12:00");
    let answered = fs::read_to_string(stage.work().join("requests/tea-at-four.toml")).unwrap();
    for line in asked.lines() {
        assert!(answered.lines().any(|known| known == line), "{line}");
    }
    let post = fs::read_to_string(stage.work().join("posts/2027/01/2027-01-27-tea-at-four.toml")).unwrap();
    assert!(
        post.contains("at = 2027-01-27T08:30:00") && post.contains("department = \"education\""),
        "{post}"
    );
    let stage = stage.set("COLUMNS", "40").run(&format!("request list {now}"));
    stage.file("posts/2027/01/2027-01-27-tea-at-four.toml", &post.replace("hold =", "# hold ="));
    stage
        .git("init -q")
        .git("add .")
        .git("commit -qm Begin")
        .run("request list --now 2027-01-25T12:00 --state scheduled")
        .run("publish --now 2027-01-27T08:31")
        .run("request list --now 2027-01-27T09:00 --department shop")
        .expect("request");
}

#[test]
fn a_campaign_is_spread_over_its_days_and_told_what_it_lacks() {
    let stage = Stage::new().calendar();
    stage.file(
        "departments/education.toml",
        "name = \"Education\"\n[[slot]]\nevery = \"wednesday\"\nat = 08:30:00\n",
    );
    stage.file(
        "accounts/toots.toml",
        "platform = \"mastodon\"\nserver = \"https://a.example\"\nby_hand = true\n",
    );
    stage.file(
        "protocols/quiet.toml",
        "title = \"Quiet\"\n[[rule]]\nkind = \"blackout\"\nsay = \"Carnival\"\ndays = [2027-02-16]\n",
    );
    let now = "--now 2027-01-20T12:00";
    let days = "--from 2027-02-01 --until 2027-02-16";
    let stage = stage
        .run(&format!("campaign list {now}"))
        .run(&format!("campaign new Winter light {days} --tactic poll,contest,user-content {now}"))
        .run("campaign new Winter light --until 2027-01-19 --now 2027-01-20T12:00")
        .run("campaign new Winter light --from 2027-02-16 --until 2027-02-18 --now 2027-01-20T12:00")
        .run("campaign new Winter light --goal visist --now 2027-01-20T12:00")
        .run("campaign new Winter light --tactic pol --now 2027-01-20T12:00")
        .run("check");
    let plan = fs::read_to_string(stage.work().join("campaigns/winter-light.toml")).unwrap();
    let filled = plan
        .replace("# rules = \"https://…\"", "rules = \"https://museum.example/rules\"")
        .replace("# rights = \"…\"", "rights = \"With the tag you let us show your picture\"")
        .replace("# tag = \"OneWord\"\n", "tag = \"WinterLight\"\n");
    stage.file("campaigns/winter-light.toml", &filled);
    let stage = stage
        .run("check")
        .run(&format!("campaign check winter-light {now}"))
        .run("campaign check winter-lihgt")
        .run(&format!(
            "campaign new Lanterns {days} --tactic poll,question --tag Lanterns --drafts --accounts news,toots,bluesky {now} --json"
        ))
        .run(&format!("campaign new Lanterns {days} --drafts --accounts news {now}"))
        .run("check")
        .run(&format!("campaign check lanterns {now}"))
        .run(&format!("campaign list {now}"));
    let poll = fs::read_to_string(stage.work().join("posts/2027/02/2027-02-04-lanterns-poll.toml")).unwrap();
    assert!(poll.contains("[poll]") && poll.contains("hold = ") && !poll.contains("bluesky"), "{poll}");
    stage.set("COLUMNS", "40").run(&format!("campaign list {now}")).expect("campaign");
}

/// A web server's log of a day: two people, a robot, a service for sixteen, a feed reader, and something else.
const LOG: &str = r#"192.0.2.1 - - [18/Jan/2027:09:10:00 +0000] "GET /news/ HTTP/1.1" 200 5120 "-" "Mozilla/5.0 Firefox/134.0"
192.0.2.2 - - [18/Jan/2027:10:10:00 +0000] "GET /news/?utm_source=x HTTP/1.1" 200 5120 "-" "Mozilla/5.0 Firefox/134.0"
192.0.2.3 - - [18/Jan/2027:10:20:00 +0000] "GET /news/ HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (compatible; Googlebot/2.1)"
192.0.2.4 - - [18/Jan/2027:11:00:00 +0000] "GET /news/atom.xml HTTP/1.1" 304 0 "-" "Feedly/1.0 (16 subscribers)"
192.0.2.5 - - [18/Jan/2027:12:00:00 +0000] "GET /news/feed.json HTTP/1.1" 200 99 "-" "NetNewsWire"
192.0.2.5 - - [18/Jan/2047:12:00:00 +0000] "GET /news/ HTTP/1.1" 200 99 "-" "Mozilla/5.0 Firefox/134.0"
a line that \u001b[31mno server wrote
"#;

#[test]
fn what_a_web_server_s_log_says_is_counted_once() {
    let stage = Stage::new().calendar().run("measure").git("init --quiet");
    stage.file("access.log", &LOG.replace("\\u001b", "\u{1b}"));
    stage.file("binary.log", "\u{0}\u{1}\n\u{7f}");
    let with_server = "platform = \"feed\"\ntitle = \"Museum\"\nserver = \"https://museum.example/news\"\n";
    let stage = stage.git("add .").git("commit --quiet -m Begin").run("measure --now 2027-01-19T08:00");
    stage.file("accounts/news.toml", with_server);
    stage
        .git("commit --quiet -a -m Where")
        .run("measure --log access.log --now 2027-01-19T08:00 --dry-run")
        .run("measure --log access.log --now 2027-01-19T08:00 --account news --json")
        .run("measure --log access.log --now 2027-01-19T09:00 --account news")
        .run("log -n 2")
        .run("measure --log nowhere.log")
        .run("measure --log binary.log --now 2027-01-19T09:00")
        .run("measure --account nwes")
        .expect("measure");
}

#[test]
fn a_diff_tells_in_words() {
    let stage = Stage::new().calendar().git("init -q").git("add .").git("commit -qm Begin");
    stage.file(
        "posts/2027/01/2027-01-20-tea.toml",
        "at = 2027-01-20T16:00:00\nto = [\"news\"]\ntext = \"Tea.\"\n",
    );
    stage.file("accounts/news.toml", "platform = \"feed\"\ntitle = \"Museum of Tea\"\n");
    stage.run("diff").run("diff HEAD --json").run("diff nowhere").run("check --since HEAD").expect("diff");
}

#[test]
fn a_post_in_the_wrong_month_is_moved() {
    let stage = Stage::new().calendar();
    stage.file(
        "posts/2027/02/2027-01-20-tea.toml",
        "at = 2027-01-20T16:00:00\nto = [\"news\"]\ntext = \"Tea.\"\n",
    );
    let stage = stage.run("check").run("fix --dry-run").run("fix");
    assert!(stage.work().join("posts/2027/01/2027-01-20-tea.toml").exists());
    stage.run("check").expect("fix");
}

#[test]
fn no_calendar_no_repository_and_a_bare_one_are_told_apart() {
    let stage = Stage::new()
        .run("check")
        .run("-C nowhere check")
        .git("init -q --bare bare.git")
        .run("-C bare.git check");
    stage.run("init bare.git/inside").calendar().run("publish").run("status").run("log").expect("nowhere");
}

#[test]
fn escape_sequences_in_people_s_words_are_harmless() {
    let stage = Stage::new().calendar();
    stage.file(
        "posts/2027/01/2027-01-19-evil.toml",
        "at = 2027-01-19T09:00:00\nto = [\"bluesky\", \"ne\\u001b[31mws\"]\ntitle = \"\\u001b]0;x\\u0007\"\n\
         text = \"a\\u001b[2Jb\\u202Ec\"\nhold = \"\\u001b[5m\"\n",
    );
    stage.file("posts/2027/01/e\u{1b}[31mvil.toml", "x = 1\n");
    let outputs = [
        "check",
        "check --format github",
        "plan --now 2027-01-18T12:00",
        "preview evil",
        "preview \u{1b}[31m",
    ];
    for line in outputs {
        let output = stage.output(line);
        for bytes in [output.stdout, output.stderr] {
            let said = String::from_utf8(bytes).unwrap();
            assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{line}: {said:?}");
        }
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let stage = Stage::new().calendar();
    for line in [
        "--help",
        "plan --now 2027-01-10T12:00",
        "man",
        "schema post",
        "completions bash",
        "preview open-day",
    ] {
        let mut child = stage
            .command(env!("CARGO_BIN_EXE_kalends"))
            .args(line.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}: {said}");
        assert!(!said.contains("bug") && !said.contains("panicked"), "{line}: {said}");
    }
}

#[test]
fn the_locale_changes_our_ornaments_and_never_people_s_words() {
    for locale in ["C", "POSIX", "de_DE.ISO-8859-1"] {
        let stage = Stage::new().calendar().set("LC_ALL", locale);
        stage.file(
            "posts/2027/01/2027-01-19-cha.toml",
            "at = 2027-01-19T09:00:00\nto = [\"news\"]\ntext = \"Chá às quatro.\"\n",
        );
        let said = String::from_utf8(stage.output("preview cha").stdout).unwrap();
        assert!(
            said.contains("Chá às quatro.") && said.contains("+-") && !said.contains('─'),
            "{locale}: {said}"
        );
    }
}

#[test]
fn without_a_home_everything_works() {
    let stage = Stage::new().set("HOME", "");
    assert!(stage.output("init museum --now 2027-01-18T09:00").status.success());
    assert!(stage.output("-C museum check").status.success());
    assert!(stage.output("-C museum publish --now 2027-01-18T09:00").status.success());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_named_with_a_way_out() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new().calendar();
    let folder = stage.work().join("posts");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        // Nothing is read-only to the root user; a file in the way of a folder stops that one too.
        fs::remove_file(folder.join("probe")).unwrap();
        stage.file("people", "in the way");
    }
    let output = stage.output("new person Ada");
    let said = String::from_utf8(output.stderr).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if output.status.code() != Some(0) {
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot write people/ada.toml") && said.contains("hint:"), "{said}");
    }
}

#[test]
fn colour_is_off_in_a_pipe_and_on_when_asked_for() {
    let stage = Stage::new().calendar();
    let line = "plan --now 2027-01-10T12:00";
    let colored =
        |stage: &Stage, line: &str| String::from_utf8(stage.output(line).stdout).unwrap().contains('\u{1b}');
    assert!(!colored(&stage, line));
    assert!(colored(&stage, &format!("{line} --color always")));
    let stage = stage.set("CLICOLOR_FORCE", "1");
    assert!(colored(&stage, line));
    assert!(!colored(&stage, &format!("{line} --color never")));
}

#[test]
fn shells_complete_posts_and_accounts_from_the_calendar() {
    let stage = Stage::new().calendar().set("COMPLETE", "fish");
    let said = String::from_utf8(stage.output("-- kalends preview 2027").stdout).unwrap();
    assert!(said.contains("2027-01-18-open-day"), "{said}");
    let said = String::from_utf8(stage.output("-- kalends plan --account b").stdout).unwrap();
    assert!(said.contains("bluesky"), "{said}");
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let stage = Stage::new();
    assert!(stage.output("man pages").status.success());
    for page in ["kalends.1", "kalends-check.1", "kalends-publish.1"] {
        let text = fs::read_to_string(stage.work().join("pages").join(page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}: {text}");
    }
}

#[test]
fn the_sarif_log_is_valid_by_its_own_schema() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/validators");
    let schema = tools.join("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    let python = tools.join("bin/python");
    if !schema.exists() || !python.exists() {
        // The test's own voice.
        _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: the SARIF schema is not installed; run tests/servers/validators.sh\n",
        );
        return;
    }
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    for room in ["unknown-key", "repeated-text", "id-case-clash", "syntax"] {
        let stage = Stage::new();
        let log = stage.output(&format!("-C {} check --format sarif", rooms.join(room).display())).stdout;
        stage.file("log.sarif", &String::from_utf8(log).unwrap());
        let script = "import json, sys, jsonschema; s, l = (json.load(open(p)) for p in sys.argv[1:]); \
                      jsonschema.Draft7Validator(s).validate(l); assert l['runs'][0]['results']";
        let mut command = Command::new(&python);
        let output =
            command.args(["-c", script]).arg(&schema).arg(stage.work().join("log.sarif")).output().unwrap();
        assert!(output.status.success(), "{room}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
