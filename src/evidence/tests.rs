use super::*;
use crate::calendar;
use crate::finding::{Content, File};
use crate::ledger::{Decision, Entry as LedgerEntry, Fact, Hand, Head};
use crate::reading::{HEAD, POSTS_HEAD, read_posts};

fn read(posts: &[(&str, &str)]) -> Calendar {
    let mut files: Vec<File> = [
        ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n"),
        ("accounts/news.toml", "platform = \"feed\"\n"),
        ("accounts/gram.toml", "platform = \"instagram\"\n"),
        ("departments/shows.toml", "name = \"Shows\"\n"),
    ]
    .iter()
    .chain(posts)
    .map(|(path, text)| File { path: (*path).to_owned(), content: Content::Text((*text).to_owned()) })
    .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    calendar::read(&files).0
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn by_hand(slot: &str, url: &str, when: &str) -> LedgerEntry {
    LedgerEntry {
        slot: slot.parse().unwrap(),
        attempt: 1,
        hand: Hand { by: "ana".to_owned(), nonce: "n".to_owned(), clone: "c".to_owned(), at: at(when) },
        fact: Fact::Decision(Decision::Delivered { url: Some(url.to_owned()) }),
    }
}

fn evidence<'a>(calendar: &'a Calendar, entries: Vec<LedgerEntry>, posts: &str, until: &str) -> Evidence<'a> {
    let drafts = calendar.drafts(DateTime::<Utc>::MIN_UTC..at(until));
    let ledger = Ledger::fold(Head::default(), entries, Vec::new());
    let by_hand = calendar.accounts.keys().filter(|id| id.as_str() == "gram").cloned().collect();
    let meant = Meant { drafts: &drafts, by_hand: &by_hand, ledger: &ledger };
    let mut flaws = Vec::new();
    let entries = read_posts("readings/2027/01/gram.posts.csv", posts, &mut flaws);
    gather(calendar, meant, (entries, flaws), Readings::default(), at(until))
}

fn told(evidence: &Evidence<'_>) -> Vec<String> {
    evidence
        .promises
        .iter()
        .map(|it| format!("{} {} {:?}", it.due.format("%d %H:%M"), it.title, it.ending))
        .collect()
}

#[test]
fn each_promise_is_told_with_what_became_of_it() {
    let post = |more: &str| format!("to = [\"gram\"]\ndepartment = \"shows\"\n{more}");
    let files = [
        ("posts/2027/01/2027-01-04-a.toml", post("at = 2027-01-04T09:00:00\ntext = \"On time #Sea\"\n")),
        (
            "posts/2027/01/2027-01-05-b.toml",
            post("at = 2027-01-05T09:00:00\ntext = \"Late\"\nlink = \"https://a.example\"\n"),
        ),
        (
            "posts/2027/01/2027-01-06-c.toml",
            post("at = 2027-01-06T09:00:00\ntext = \"Held\"\nhold = \"no leave\"\n"),
        ),
        ("posts/2027/01/2027-01-07-d.toml", post("at = 2027-01-07T09:00:00\ntext = \"Silent\"\n")),
        ("posts/2027/01/2027-01-08-e.toml", post("at = 2027-01-08T09:00:00\ntext = \"Next\"\n")),
        (
            "posts/2027/01/2027-01-07-f.toml",
            "at = 2027-01-07T08:00:00\nto = [\"news\"]\ntitle = \"Feed\"\ntext = \"x\"\n".to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let calendar = read(&files);
    let entries = vec![
        by_hand("2027-01-04-a/once/gram", "https://g.example/1", "2027-01-04T09:10:00Z"),
        by_hand("2027-01-05-b/once/gram", "https://g.example/2", "2027-01-05T10:30:00Z"),
        by_hand("2027-01-01-gone/once/gram", "https://g.example/0", "2027-01-01T10:30:00Z"),
    ];
    let posts = format!(
        "{POSTS_HEAD}\n9,2027-01-03T09:00:00Z,,https://g.example/9,Own,picture,3,,,shows,,,,,\n\
         2,2027-01-05T10:30:00Z,,https://g.example/2,Late,,,,,,,,,,\n\
         ,,2027-01-02T09:00:00Z,,Ill,,,,,shows,,,,missed,nobody was in\n\
         9,2027-01-03T09:00:00Z,,https://g.example/9,Own,picture,3,,,shows,,,,,\n"
    );
    let evidence = evidence(&calendar, entries, &posts, "2027-01-08T09:30:00Z");
    insta::assert_snapshot!(told(&evidence).join("\n"), @r#"
    02 09:00 Ill Missed("nobody was in")
    04 09:00 On time #Sea OnTime
    05 09:00 Late Late(TimeDelta { secs: 5400, nanos: 0 })
    06 09:00 Held Skipped("no leave")
    07 08:00 Feed Missed("no run sent it while it was due")
    07 09:00 Silent Unconfirmed
    08 09:00 Next Open
    "#);
    let works: Vec<String> = evidence
        .works
        .iter()
        .map(|it| format!("{} {:?} {:?} {:?} {}", it.subject, it.form, it.characters, it.tags, it.title))
        .collect();
    insta::assert_snapshot!(works.join("\n"), @r#"
    slot/2027-01-01-gone/once/gram None None [] 2027-01-01-gone
    post/gram/9 Some(Picture) Some(3) [] Own
    slot/2027-01-04-a/once/gram Some(Text) Some(12) ["sea"] On time #Sea
    slot/2027-01-05-b/once/gram Some(Link) Some(23) [] Late
    "#);
    assert_eq!(evidence.orphans.len(), 1);
    let flaws: Vec<String> =
        evidence.flaws.iter().map(|flaw| format!("{} {}", flaw.line, flaw.what)).collect();
    assert_eq!(flaws, ["3 the ledger knows the post too", "5 the post stands in an earlier row too"]);
}

#[test]
fn what_a_post_had_earned_is_asked_by_moment_and_by_age() {
    let calendar = read(&[]);
    let posts = format!("{POSTS_HEAD}\n9,2027-01-03T09:00:00Z,,,Own,,,,,,,,,,\n");
    let mut evidence = evidence(&calendar, Vec::new(), &posts, "2027-02-01T00:00:00Z");
    let row = |day: &str, value: &str| {
        format!("2027-01-{day}T09:00:00Z,post/gram/9,likes,like_count,{value},,,,\n")
    };
    let file = format!("{HEAD}\n{}{}{}", row("04", "5"), row("10", "9"), row("12", "8"));
    evidence.readings = Readings::read([("readings/gram.csv", file.as_str())]);
    let work = &evidence.works[0];
    let until = |day: &str| {
        let until = at(&format!("2027-01-{day}T10:00:00Z"));
        evidence.earned(work, Metric::Likes, until).map(|row| row.value.to_string())
    };
    assert_eq!([until("03"), until("05"), until("31")].map(Option::unwrap_or_default), ["", "5", "8"]);
    let age = |days: i64| {
        let within = (TimeDelta::days(1), TimeDelta::days(2));
        let found = evidence.earned_at(work, Metric::Likes, TimeDelta::days(days), within);
        found.map(|row| row.value.to_string()).unwrap_or_default()
    };
    assert_eq!([age(1), age(3), age(7), age(9), age(12)], ["5", "", "9", "8", ""]);
    assert_eq!(evidence.latest(), Some(at("2027-01-12T09:00:00Z")));
}

#[test]
fn a_long_text_stands_for_its_post_by_whole_words() {
    assert_eq!(title_of(Some("Short"), "x"), "Short");
    let long = "word ".repeat(20);
    let title = title_of(None, &long);
    assert!(title.ends_with("word…") && title.chars().count() <= TITLE_MAX + 1, "{title}");
}
