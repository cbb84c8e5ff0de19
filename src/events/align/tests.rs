use super::*;
use crate::finding::{Content, File};

const ROOT: &str = "name = \"M\"\nzone = \"Europe/Lisbon\"\n";
const FEED: &str = "platform = \"feed\"\n";

fn calendar(events: &str, posts: &[(&str, &str)]) -> Calendar {
    let head = "title = \"C\"\nfrom = 2027-01-01\nuntil = 2027-12-31\nclosed = [\"Closed\"]\nembargo = [\"EMBARGO\"]\nignore = [\"internal\"]\n";
    let file = |path: String, text: String| File { path, content: Content::Text(text) };
    let mut files = vec![
        file("kalends.toml".into(), ROOT.into()),
        file("accounts/news.toml".into(), FEED.into()),
        file("campaigns/spring.toml".into(), "name = \"Spring\"\n".into()),
        file("schedule/2027.toml".into(), "[[quiet]]\nname = \"Election\"\non = 2027-06-10\n".into()),
        file("events/c.toml".into(), format!("{head}{events}")),
    ];
    for (name, text) in posts {
        files.push(file(
            format!("posts/{}/{}/{name}.toml", &name[..4], &name[5..7]),
            format!("to = [\"news\"]\n{text}"),
        ));
    }
    let (calendar, findings) = crate::calendar::read(&files);
    assert_eq!(findings, []);
    calendar
}

fn options() -> Options {
    Options { now: "2026-12-01T00:00:00Z".parse().unwrap(), days: None, days_before: 14 }
}

fn event(lines: &str) -> String {
    format!("[[event]]\nuid = \"u\"\nname = \"Open Day\"\n{lines}\n")
}

/// Returns how the only event stands, and the codes of what is found.
fn looked(lines: &str, posts: &[(&str, &str)]) -> (Standing, Vec<&'static str>) {
    let calendar = calendar(&event(lines), posts);
    let alignment = align(&calendar, &options());
    let codes = alignment.findings.iter().map(|finding| finding.code.name()).collect();
    (alignment.rows[0].standing.clone(), codes)
}

fn reasons(lines: &str, posts: &[(&str, &str)]) -> Vec<String> {
    match looked(lines, posts).0 {
        Standing::Told(told) => {
            told.iter().map(|(post, day, reason)| format!("{post} {day} {reason}")).collect()
        }
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn a_post_tells_of_an_event_for_a_reason() {
    let on = "on = 2027-01-31";
    for (lines, post, reason) in [
        ("post = \"2027-01-18-a\"", "text = \"Hi\"", "the event says so"),
        (
            "link = \"https://m.example/open\"",
            "text = \"Hi\"\nlink = \"https://m.example/open/?utm_medium=social\"",
            "it has the event's link",
        ),
        (
            "link = \"https://m.example/open\"",
            "text = \"See https://m.example/open.\"",
            "it has the event's link",
        ),
        ("campaign = \"spring\"", "text = \"Hi\"\ncampaign = \"spring\"", "it is of the event's campaign"),
        ("tag = \"OpenDay\"", "text = \"Hi #openday\"", "it has the event's tag"),
        ("", "text = \"Soon: the open day!\"", "it says the event's name"),
    ] {
        let lines = format!("{on}\n{lines}");
        let found = reasons(&lines, &[("2027-01-18-a", &format!("at = 2027-01-18T09:00:00\n{post}"))]);
        assert_eq!(found, [format!("2027-01-18-a 2027-01-18 {reason}")], "{lines}");
    }
    for (post, why) in [
        ("at = 2027-01-18T09:00:00\ntext = \"Open Days\"", "another word"),
        ("at = 2027-01-16T09:00:00\ntext = \"Open Day\"", "too early to be sure"),
        ("at = 2027-02-01T09:00:00\ntext = \"Open Day\"", "too late"),
    ] {
        let id = &post[5..15];
        assert_eq!(looked(on, &[(id, post)]), (Standing::Missing, vec!["event-without-post"]), "{why}");
    }
}

#[test]
fn an_event_needs_no_post_for_a_reason() {
    for (lines, why) in [
        ("on = 2027-01-31\nskip = \"too small\"", "skipped: too small"),
        ("on = 2027-01-31\nstatus = \"cancelled\"", "it does not take place"),
        ("on = 2027-01-31\ncategories = [\"CLOSED\"]", "it closes days to posts"),
        ("on = 2027-01-31\ncategories = [\"Internal\"]", "its category needs no post"),
    ] {
        assert_eq!(looked(lines, &[]), (Standing::Needless(why.to_owned()), vec![]), "{lines}");
    }
    let options = Options { now: "2027-02-01T00:00:00Z".parse().unwrap(), ..options() };
    let calendar = calendar(&event("on = 2027-01-31"), &[]);
    assert_eq!(align(&calendar, &options).rows[0].standing, Standing::Needless("it is over".to_owned()));
}

#[test]
fn a_post_on_a_closed_day_is_an_error_also_each_of_a_repeat() {
    let closed = "on = 2027-01-30\nuntil = 2027-01-31\ncategories = [\"closed\"]";
    let post = |at: &str| format!("at = {at}\ntext = \"Hi\"\n");
    for (at, codes) in [
        ("2027-01-29T23:59:59", vec![]),
        ("2027-01-30T00:00:00", vec!["closed-day"]),
        ("2027-01-31T23:59:59", vec!["closed-day"]),
        ("2027-02-01T00:00:00", vec![]),
    ] {
        assert_eq!(looked(closed, &[("2027-01-20-a", &post(at))]).1, codes, "{at}");
    }
    let weekly = format!("{}[repeat]\nevery = \"sunday\"\n", post("2027-01-03T09:00:00"));
    assert_eq!(looked(closed, &[("2027-01-03-a", &weekly)]).1, ["closed-day"]);
    // What another zone's clock shows on the day before is on the day here.
    let abroad = format!("{}zone = \"America/New_York\"\n", post("2027-01-29T20:00:00"));
    assert_eq!(looked(closed, &[("2027-01-29-a", &abroad)]).1, ["closed-day"]);
    for (lines, codes) in [
        ("at = 2027-01-30T10:00:00\nends = 2027-01-31T00:00:00\nclosed = true", vec![]),
        ("at = 2027-01-30T10:00:00\nends = 2027-01-31T01:00:00\nclosed = true", vec!["closed-day"]),
        ("on = 2027-01-31\ncategories = [\"closed\"]\nclosed = false\nskip = \"x\"", vec![]),
        ("on = 2027-01-31\ncategories = [\"closed\"]\nstatus = \"cancelled\"", vec![]),
    ] {
        assert_eq!(looked(lines, &[("2027-01-31-a", &post("2027-01-31T12:00:00"))]).1, codes, "{lines}");
    }
}

#[test]
fn a_quiet_day_of_the_schedule_is_closed_too() {
    let post = |at: &str| format!("at = {at}\ntext = \"Hi\"\n");
    let open = "on = 2027-01-30\nskip = \"x\"";
    for (at, codes) in [("2027-06-09T23:59:59", vec![]), ("2027-06-10T00:00:00", vec!["closed-day"])] {
        assert_eq!(looked(open, &[("2027-06-01-a", &post(at))]).1, codes, "{at}");
    }
    let closed = calendar(&event("on = 2027-01-30\nclosed = true"), &[]);
    let is_closed = |day: &str| closed.is_closed(day.parse().unwrap(), None);
    assert_eq!(["2027-01-29", "2027-01-30", "2027-06-10"].map(is_closed), [false, true, true]);
}

#[test]
fn an_embargo_holds_until_it_ends_and_not_a_second_longer() {
    let post = |at: &str| format!("at = {at}\ntext = \"The Open Day is ours\"\n");
    for (lines, at, codes) in [
        (
            "at = 2027-01-31T10:00:00\nends = 2027-01-31T12:00:00\ncategories = [\"embargo\"]",
            "2027-01-31T09:59:59",
            vec!["embargo-broken"],
        ),
        (
            "at = 2027-01-31T10:00:00\nends = 2027-01-31T12:00:00\ncategories = [\"embargo\"]",
            "2027-01-31T10:00:00",
            vec![],
        ),
        (
            "on = 2027-01-20\nuntil = 2027-01-31\nembargo = true",
            "2027-01-31T23:59:59",
            vec!["embargo-broken"],
        ),
        ("on = 2027-01-31\nembargo = true", "2027-01-31T00:00:00", vec![]),
        (
            "on = 2027-01-31\nembargo_until = 2027-01-31T18:00:00",
            "2027-01-31T17:59:59",
            vec!["embargo-broken"],
        ),
        ("on = 2027-01-31\nembargo_until = 2027-01-31T18:00:00", "2027-01-31T18:00:00", vec![]),
        (
            "on = 2027-01-31\nembargo = true",
            "2026-06-01T09:00:00",
            vec!["embargo-broken", "event-without-post"],
        ),
    ] {
        let id = format!("{}-a", &at[..10]);
        let mut codes_found = looked(lines, &[(&id, &post(at))]).1;
        codes_found.sort_unstable();
        assert_eq!(codes_found, codes, "{lines} {at}");
    }
}

#[test]
fn a_post_of_what_is_off_is_told() {
    let post = "at = 2027-01-18T09:00:00\ntext = \"Hi\"\n";
    let found =
        looked("on = 2027-01-31\nstatus = \"gone\"\npost = \"2027-01-18-a\"", &[("2027-01-18-a", post)]);
    assert_eq!(found.1, ["event-off"]);
}
