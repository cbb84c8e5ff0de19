use chrono::{DateTime, Utc};

use super::*;
use crate::draft::MediaFacts;
use crate::finding::{Code, Content};

/// Makes files of paths and texts.
pub(super) fn files(texts: &[(&str, &str)]) -> Vec<File> {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        content: Content::Text((*text).to_owned()),
    };
    texts.iter().map(file).collect()
}

pub(super) const ROOT: (&str, &str) = ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
pub(super) const FEED: (&str, &str) = ("accounts/news.toml", "platform = \"feed\"\n");
pub(super) const X: (&str, &str) = ("accounts/x.toml", "platform = \"x\"\n");

/// Reads a calendar of the usual root and accounts, and one post.
pub(super) fn one(post: &str) -> (Calendar, Vec<Finding>) {
    read(&files(&[ROOT, FEED, X, ("posts/2027/01/open-day.toml", post)]))
}

pub(super) fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.name()).collect()
}

fn year(calendar: &Calendar) -> Vec<crate::draft::Draft> {
    calendar.drafts(moment("2027-01-01T00:00:00Z")..moment("2028-01-01T00:00:00Z"))
}

#[test]
fn a_post_gives_a_draft_for_each_account() {
    let (calendar, findings) = one(
        "at = 2027-07-18T09:00:00\nto = [\"news\", \"x\"]\ntext = \"\"\"\n\nDoors open.\n\n\"\"\"\n[for.x]\ntext = \"Open.\"\n",
    );
    assert_eq!(findings, []);
    let drafts = year(&calendar);
    let shown: Vec<_> =
        drafts.iter().map(|d| (d.slot.to_string(), d.text.as_str(), d.due.to_rfc3339())).collect();
    let due = "2027-07-18T08:00:00+00:00".to_owned();
    assert_eq!(
        shown,
        [
            ("open-day/once/news".to_owned(), "Doors open.", due.clone()),
            ("open-day/once/x".to_owned(), "Open.", due)
        ]
    );
}

#[test]
fn a_file_with_three_faults_shows_three() {
    let (_, findings) = one("at = \"2027-01-18\"\nto = [\"news\"]\ntxet = \"Hello\"\nlate = \"soon\"\n");
    assert_eq!(codes(&findings), ["wrong-type", "unknown-key", "bad-duration"]);
    let help: Vec<_> = findings.iter().filter_map(|finding| finding.label.as_deref()).collect();
    assert!(help.contains(&"did you mean `text`?"), "{help:?}");
}

#[test]
fn a_file_with_three_slips_of_syntax_shows_three() {
    let (_, findings) = one("at = tomorrow\nto = [\"news\"]\ntext = \"open\ntitle = = 3\n");
    assert!(codes(&findings).iter().filter(|code| **code == "syntax").count() >= 3, "{findings:#?}");
}

#[test]
fn windows_line_ends_and_a_mark_change_nothing() {
    let unix = "at = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"\"\"\nOne\nTwo beyond\n\"\"\"\n";
    let (plain, _) = one(unix);
    let (windows, findings) = one(&unix.replace('\n', "\r\n"));
    assert_eq!(findings, []);
    assert_eq!(year(&plain), year(&windows));
    let words = windows.posts[0].body.text.clone().unwrap();
    let place = words.place(4..7);
    assert_eq!(&unix.replace('\n', "\r\n")[place], "Two");
    let (_, marked) = one(&format!("\u{feff}{unix}"));
    assert_eq!(marked, []);
}

#[test]
fn a_deep_nest_is_a_finding() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let (_, findings) = one(&format!("text = {}{}", open.repeat(60_000), close.repeat(60_000)));
        assert!(codes(&findings).contains(&"syntax"), "{open}");
        assert!(findings.len() <= 110);
    }
    let (_, findings) = one(&format!("[{}a]\n", "a.".repeat(100_000)));
    assert!(codes(&findings).contains(&"syntax"));
    let (_, findings) = one(&"x = [".repeat(100_000));
    assert_eq!(codes(&findings), ["too-large"]);
}

#[test]
fn order_of_files_is_nothing() {
    let mut all = files(&[
        ROOT,
        FEED,
        X,
        ("posts/2027/01/a.toml", "to = 3\n"),
        ("posts/2027/01/b.toml", "id = \"a\"\nx = 1\n"),
    ]);
    let forth = read(&all);
    all.reverse();
    assert_eq!(read(&all), forth);
    assert_eq!(forth.0.posts.len(), 1);
    assert!(codes(&forth.1).contains(&"duplicate-id"));
}

#[test]
fn every_key_of_the_grammar_is_read_and_its_type_looked_at() {
    fn wrong(keys: &'static [Key], path: &str, before: &str, kind: Kind) {
        for key in keys {
            let (value, code) = match key.takes {
                Type::Flag => ("1", Code::WrongType),
                _ => ("true", Code::WrongType),
            };
            let text = format!("{before}{} = {value}\n", key.name);
            let folder = match kind {
                Kind::Kalends => "kalends.toml".to_owned(),
                Kind::Post => "posts/2027/01/a.toml".to_owned(),
                Kind::Schedule => "schedule/2027.toml".to_owned(),
                Kind::Approval | Kind::Acknowledgement | Kind::Pass | Kind::Decision => {
                    format!("{}/a/ana.toml", kind.folder().unwrap())
                }
                kind => format!("{}/a.toml", kind.folder().unwrap()),
            };
            let (_, findings) = read_file(&files(&[(&folder, &text)])[0]);
            assert!(
                findings.iter().any(|f| f.code == code && f.message.contains(&format!("`{}`", key.name))),
                "{path} {}: {findings:#?}",
                key.name
            );
            match key.takes {
                Type::Table(keys) => wrong(
                    keys,
                    &format!("{path}{}.", key.name),
                    &format!("{before}[{path}{}]\n", key.name),
                    kind,
                ),
                Type::Tables(keys) => wrong(
                    keys,
                    &format!("{path}{}.", key.name),
                    &format!("{before}[[{path}{}]]\n", key.name),
                    kind,
                ),
                Type::PerAccount(keys) => wrong(keys, "for.x.", "[for.x]\n", kind),
                Type::Kinds(varieties) => varieties.iter().for_each(|variety| {
                    let others: Vec<Key> =
                        variety.keys.iter().filter(|key| key.name != "kind").copied().collect();
                    let before = format!("[[{}]]\nkind = \"{}\"\n", key.name, variety.name);
                    wrong(others.leak(), &format!("{}.", key.name), &before, kind);
                }),
                _ => {}
            }
        }
    }
    for kind in Kind::ALL {
        wrong(kind.keys(), "", "", kind);
    }
}

#[test]
fn months_and_weeks_are_those_that_there_are() {
    let found = |theme: &str, year: &str| {
        let text = format!("[[theme]]\nname = \"T\"\n{theme}\n");
        let (item, findings) = read_file(&files(&[(&format!("schedule/{year}.toml"), &text)])[0]);
        let What::Schedule(schedule) = item.what else { panic!("{findings:?}") };
        let days = &schedule.themes[0].days;
        let told = findings.first().map_or("fine".to_owned(), |finding| finding.code.name().to_owned());
        let run = days.runs.first().map_or(String::new(), |run| format!(" {} {}", run.start(), run.end()));
        format!("{told}{run}")
    };
    for (theme, year, expected) in [
        ("month = \"2027-02\"", "2027", "fine 2027-02-01 2027-02-28"),
        ("month = \"2027-13\"", "2027", "bad-date"),
        ("month = \"2027-2\"", "2027", "bad-date"),
        ("month = \"february\"", "2027", "bad-date"),
        ("week = \"2027-W07\"", "2027", "fine 2027-02-15 2027-02-21"),
        ("week = \"2027-W53\"", "2027", "bad-date"),
        ("week = \"2027-W00\"", "2027", "bad-date"),
        ("week = \"2027-W7\"", "2027", "bad-date"),
        ("week = \"2026-W53\"", "2026", "fine 2026-12-28 2026-12-31"),
        ("week = \"2026-W53\"", "2027", "fine 2027-01-01 2027-01-03"),
        ("week = \"2026-W52\"", "2027", "outside-year"),
        ("every = \"last sunday\"", "2027", "fine 2027-01-31 2027-01-31"),
        ("every = \"day\"\nfrom = 2027-12-30", "2027", "fine 2027-12-30 2027-12-31"),
        ("every = \"31st\"\nfrom = 2027-02-01\nuntil = 2027-02-20", "2027", "repeat-never"),
        ("from = 2027-02-01", "2027", "missing-key"),
        ("from = 2027-02-02\nuntil = 2027-02-01", "2027", "dates-reversed"),
        ("tag = \"T\"", "2027", "missing-key"),
    ] {
        assert_eq!(found(theme, year), expected, "{theme}");
    }
}

#[test]
fn a_repeat_yields_a_slot_a_day_and_nothing_outside_the_window() {
    let (calendar, findings) = one(
        "at = 2027-01-04T09:00:00\nto = [\"news\"]\ntext = \"Closed today.\"\n[repeat]\nevery = \"monday\"\nexcept = [2027-01-11]\n",
    );
    assert_eq!(findings, []);
    let drafts = calendar.drafts(moment("2027-01-04T09:00:00Z")..moment("2027-01-25T09:00:00Z"));
    let slots: Vec<_> = drafts.iter().map(|draft| draft.slot.to_string()).collect();
    assert_eq!(slots, ["open-day/2027-01-04/news", "open-day/2027-01-18/news"]);
}

#[test]
fn a_long_text_is_cut_where_it_asks_to_be() {
    let long = "A sentence of some length that says nothing at all. ".repeat(12);
    let post = |split: &str| {
        format!(
            "at = 2027-01-04T09:00:00\nto = [\"news\", \"x\"]\ntext = \"{long}\"\nlink = \"https://museum.example/a\"\ntags = [\"Open\"]\n{split}"
        )
    };
    let (calendar, findings) = one(&post("split = \"numbered\"\n"));
    assert_eq!(findings, []);
    let drafts = year(&calendar);
    let x: Vec<_> = drafts.iter().filter(|draft| draft.slot.account.as_str() == "x").collect();
    assert!(x.len() > 1);
    for (draft, number) in x.iter().zip(1..) {
        assert_eq!((draft.slot.part, draft.parts as usize), (number, x.len()));
        assert!(draft.composed().ends_with(&format!("({number}/{})", x.len())), "{}", draft.composed());
        assert!(crate::text::fits(&draft.composed(), &crate::text::Platform::X.limits().text_max.unwrap()));
    }
    assert_eq!(x.iter().filter(|draft| draft.link.is_some()).count(), 1);
    assert_eq!(drafts.len(), x.len() + 1);
    let (calendar, _) = one(&post("split = \"numbered\"\n[[thread]]\ntext = \"Last.\"\n"));
    let last = year(&calendar).into_iter().rfind(|draft| draft.slot.account.as_str() == "x").unwrap();
    assert!(last.text.starts_with("Last. ("), "{}", last.text);
    assert_eq!(year(&one(&post("")).0).len(), 2);
}

#[test]
fn a_variant_takes_away_with_an_empty_list() {
    let (calendar, findings) = one(
        "at = 2027-01-04T09:00:00\nto = [\"news\", \"x\"]\ntext = \"Hi\"\ntags = [\"A\"]\n[[media]]\nfile = \"media/a.png\"\n[[thread]]\ntext = \"More\"\n[for.x]\nmedia = []\ntags = []\nthread = []\n",
    );
    assert_eq!(findings, []);
    let drafts = year(&calendar);
    assert_eq!(drafts.len(), 3);
    let x = drafts.iter().find(|draft| draft.slot.account.as_str() == "x").unwrap();
    assert_eq!((x.media.len(), x.tags.len(), x.parts), (0, 0, 1));
    assert_eq!(calendar.media_files().into_iter().collect::<Vec<_>>(), ["media/a.png"]);
}

#[test]
fn what_an_approval_signs_changes_with_all_that_is_sent() {
    let facts = |byte| MediaFacts {
        size_bytes: 1,
        sha256: [byte; 32],
        mime: Some("image/png"),
        size_px: None,
        has_location: false,
    };
    let book = |byte| [("media/a.png".to_owned(), facts(byte))].into();
    let post = "at = 2027-01-04T09:00:00\nto = [\"news\", \"x\"]\ntext = \"Hi\"\n[[media]]\nfile = \"media/a.png\"\nalt = \"A\"\n";
    let digest = |text: &str, byte| {
        let (calendar, _) = one(text);
        calendar.post_digest(&calendar.posts[0].id, &book(byte)).unwrap()
    };
    let first = digest(post, 1);
    assert_eq!(first, digest(&post.replace("\"news\", \"x\"", "\"x\", \"news\""), 1));
    assert_ne!(first, digest(post, 2));
    for (from, to) in [("09:00", "09:01"), ("Hi", "Ho"), ("\"news\", ", ""), ("alt = \"A\"", "alt = \"B\"")] {
        assert_ne!(first, digest(&post.replace(from, to), 1), "{from}");
    }
    for more in ["[repeat]\nevery = \"day\"\n", "[for.x]\ntext = \"Ha\"\n", "[[thread]]\ntext = \"More\"\n"] {
        assert_ne!(first, digest(&format!("{post}{more}"), 1), "{more}");
    }
    for more in ["zone = \"UTC\"\n", "link = \"https://a.example\"\n", "tags = [\"A\"]\n"] {
        assert_ne!(first, digest(&format!("{more}{post}"), 1), "{more}");
    }
    let (calendar, _) = one(post);
    assert_eq!(calendar.post_digest(&calendar.posts[0].id, &MediaBookEmpty::new()), None);
}

type MediaBookEmpty = crate::draft::MediaBook;

#[test]
fn nothing_goes_to_an_account_before_its_first_day() {
    let since = ("accounts/news.toml", "platform = \"feed\"\nsince = 2027-01-05\n");
    let post = |day: &str| format!("at = 2027-01-{day}T09:00:00\nto = [\"news\"]\ntext = \"Hi\"\n");
    for (day, drafts) in [("04", 0), ("05", 1)] {
        let (calendar, _) = read(&files(&[ROOT, since, ("posts/2027/01/a.toml", &post(day))]));
        assert_eq!(year(&calendar).len(), drafts, "{day}");
    }
}

/// Words of the grammar, right and wrong, of which texts are made that come far into the reader.
const SCRAPS: [&str; 44] = [
    "at",
    "to",
    "text",
    "media",
    "for",
    "repeat",
    "every",
    "poll",
    "thread",
    "tags",
    "link",
    "=",
    " = ",
    "\n",
    "\r\n",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "'''",
    ".",
    ",",
    "#",
    "2027-03-28T01:30:00",
    "9999-12-31T23:59:59",
    "0000-01-01T00:00:00",
    "2027-02-30",
    "\"news\"",
    "\"x\"",
    "[\"news\", \"x\"]",
    "\"last friday\"",
    "\"99999w\"",
    "true",
    "0xffffffffff",
    "1e999",
    "\u{feff}",
    "\u{202e}",
    "é",
    "👩‍👩‍👧",
    "\\u202e",
];

fn scraps() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::strategy::Strategy as _;
    proptest::collection::vec(proptest::sample::select(&SCRAPS[..]), 0..60).prop_map(|scraps| scraps.concat())
}

/// Reads some text as a file of every kind, and does all that is done with a calendar.
fn endure(text: &str) {
    let paths = [
        "kalends.toml",
        "people/a.toml",
        "departments/a.toml",
        "accounts/a.toml",
        "campaigns/a.toml",
        "goals/a.toml",
        "posts/2027/01/a.toml",
    ];
    let all: Vec<_> = paths.iter().map(|path| (*path, text)).chain([FEED, X]).collect();
    let files = files(&all);
    let (calendar, findings) = read(&files);
    let book = crate::draft::MediaBook::new();
    for finding in findings.iter().chain(&check(&calendar, &book)) {
        let span = finding.span.clone().unwrap_or_default();
        assert!(
            finding.span.is_none()
                || finding.file == "kalends.toml"
                || text.get(span).is_some()
                || finding.file.starts_with("accounts/"),
            "{finding:?}"
        );
    }
    year(&calendar);
    fixes(&calendar, &files);
    assert_eq!(diff(&calendar, &calendar), []);
    assert_eq!(renames(&calendar, &calendar), []);
}

proptest::proptest! {
    #[test]
    fn any_text_at_all_is_read_without_harm(text in ".*") {
        endure(&text);
    }

    #[test]
    fn any_mixture_of_the_grammar_is_read_without_harm(text in scraps()) {
        endure(&text);
    }

    #[test]
    fn a_post_with_any_words_is_read_and_checked(words in "\\PC{0,400}", time in "(0000|0001|2027|9999)-(01|03|10|12)-(28|31)T(00|01|23):30:00") {
        let words = words.replace(['\'', '\n'], "");
        endure(&format!("at = {time}\nto = [\"news\", \"x\"]\nsplit = \"numbered\"\ntext = '''{words}'''\n[repeat]\nevery = \"sunday\"\n"));
    }
}

#[test]
fn what_is_wrong_with_one_thing_is_told_once() {
    let (calendar, findings) =
        one("at = 2027-01-04T09:00:00\nto = [\"nobody\"]\ntext = \"Hi\"\n[for.nobody]\ntext = \"Ho\"\n");
    assert_eq!(findings, []);
    assert_eq!(codes(&check(&calendar, &crate::draft::MediaBook::new())), ["unknown-account"]);
}

#[test]
fn labels_go_with_the_post_and_count_in_its_digest_only_where_there_are_any() {
    let draft = |lines: &str| {
        let text = format!("at = 2027-01-18T09:00:00\nto = [\"x\"]\ntext = \"Bathers.\"\n{lines}");
        year(&one(&text).0).remove(0)
    };
    let digest = |draft: &crate::draft::Draft| draft.digest(&Default::default()).unwrap().to_string();
    let plain = draft("");
    let labelled = draft("labels = [\"nudity\", \"porn\", \"nudity\"]\n");
    assert_eq!(labelled.labels.iter().map(|label| label.as_str()).collect::<Vec<_>>(), ["nudity", "porn"]);
    assert_eq!(digest(&draft("labels = []\n")), digest(&plain));
    assert_ne!(digest(&labelled), digest(&plain));
    assert_eq!(draft("labels = [\"porn\"]\n[for.x]\nlabels = []\n"), plain);
    for (labels, code) in [("\"gore\"", "bad-value"), ("\"nudity\", 3", "wrong-type")] {
        let post = format!("at = 2027-01-18T09:00:00\nto = [\"x\"]\ntext = \"A\"\nlabels = [{labels}]\n");
        assert_eq!(codes(&one(&post).1), [code]);
    }
}
