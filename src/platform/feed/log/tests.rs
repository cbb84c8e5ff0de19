use super::*;
use crate::calendar::{At, Voice};

const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";

fn feed(id: &str, server: Option<&str>) -> Account {
    Account {
        id: AccountId::new(id).unwrap(),
        file: format!("accounts/{id}.toml"),
        platform: None,
        server: server.map(|server| At { value: server.to_owned(), span: 0..0 }),
        handle: None,
        voice: Voice::Organisation,
        departments: Vec::new(),
        access: Vec::new(),
        since: None,
        pin: None,
        late: None,
        by_hand: false,
        title: None,
        folder: None,
    }
}

fn tally(zone: &str, lines: &[String]) -> Tally {
    let slots = ["2027-01-18-open-day/once/news".parse().unwrap()].into();
    let feeds = [feed("news", Some("https://museum.example/news/")), feed("bare", None)];
    let now = "2027-03-01T00:00:00Z".parse().unwrap();
    let mut tally = Tally::new(&Zone::named(zone).unwrap(), now, &feeds, &slots);
    lines.iter().for_each(|line| tally.read(line));
    tally
}

fn line(from: &str, at: &str, request: &str, status: u16, agent: &str) -> String {
    format!("{from} - - [{at}] \"{request} HTTP/1.1\" {status} 512 \"-\" \"{agent}\"\n")
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn counts(tally: &Tally, on: &str) -> (u64, Vec<u64>, Option<u64>) {
    let feed = tally.feed(&AccountId::new("news").unwrap()).unwrap();
    let entries = feed.entry_views(day(on)).map(|(_, count)| count).collect();
    (feed.page_views(day(on)), entries, feed.subscribers(day(on)).map(|(count, _)| count))
}

#[test]
fn a_page_is_counted_where_a_person_got_it() {
    let at = "18/Jan/2027:09:00:00 +0000";
    let get = |request: &str, status, agent: &str| line("192.0.2.1", at, request, status, agent);
    let lines = [
        get("GET /news/", 200, CHROME),
        get("GET /news/?utm_source=x", 304, CHROME),
        get("GET /news/index.html", 200, CHROME),
        get("GET https://museum.example/news/", 200, CHROME),
        get("GET /n%65ws/", 200, CHROME),
        get("GET /news/2027-01-18-open-day.once.news.1.html", 200, CHROME),
        // None of these is one.
        get("GET /news", 301, CHROME),
        get("GET /news/", 404, CHROME),
        get("HEAD /news/", 200, CHROME),
        get("POST /news/", 200, CHROME),
        get("GET /news/media/9f86d081884c7d65.png", 200, CHROME),
        get("GET /news/page.css", 200, CHROME),
        get("GET /", 200, CHROME),
        get("GET /news/", 200, "-"),
        get("GET /news/", 200, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        get("GET /news/", 200, "curl/8.5.0"),
        get("GET /news/", 200, "facebookexternalhit/1.1"),
        get("GET /news/", 200, "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)"),
    ];
    let tally = tally("Europe/Lisbon", &lines);
    assert_eq!(counts(&tally, "2027-01-18"), (5, vec![1], None));
    assert_eq!((tally.lines, tally.malformed), (18, 0));
    assert_eq!(tally.homeless, [AccountId::new("bare").unwrap()]);
    assert!(!is_robot("Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36"));
}

#[test]
fn subscribers_are_readers_and_what_services_say_of_theirs() {
    let at = "18/Jan/2027:09:00:00 +0000";
    let get = |from: &str, path: &str, agent: &str| line(from, at, &format!("GET {path}"), 304, agent);
    let lines = [
        get("192.0.2.1", "/news/atom.xml", "NetNewsWire (RSS Reader; https://netnewswire.com/)"),
        get("192.0.2.1", "/news/atom.xml", "NetNewsWire (RSS Reader; https://netnewswire.com/)"),
        get("2001:db8::7", "/news/feed.json", "FreshRSS/1.24.0 (Linux; https://freshrss.org)"),
        get(
            "192.0.2.2",
            "/news/atom.xml",
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; )",
        ),
        get(
            "192.0.2.3",
            "/news/atom.xml",
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 17 subscribers; )",
        ),
        get(
            "192.0.2.4",
            "/news/atom.xml",
            "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1 subscribers; )",
        ),
        get("192.0.2.5", "/news/atom.xml", "Mozilla/5.0 (compatible; bingbot/2.0)"),
        get("192.0.2.5", "/news/atom.xml", "python-requests/2.31"),
    ];
    let tally = tally("Europe/Lisbon", &lines);
    assert_eq!(counts(&tally, "2027-01-18"), (0, vec![], Some(2 + 17 + 1)));
    assert_eq!(told_readers("x (12 readers)"), Some((12, "x (".to_owned())));
    assert_eq!(told_readers("SubscriberTool/2 subscribers none"), Some((2, "subscribertool/".to_owned())));
    for none in ["", "subscribers", "many subscribers", "99999999999999999999 subscribers", "12subscribers"] {
        assert_eq!(told_readers(none), None, "{none}");
    }
}

#[test]
fn a_day_is_the_calendars_own() {
    let get = |at: &str| line("192.0.2.1", at, "GET /news/", 200, CHROME);
    let lines = [
        get("18/Jan/2027:23:59:59 +0000"),
        get("19/Jan/2027:00:00:00 +0000"),
        get("18/Jan/2027:19:30:00 -0500"),
        get("19/Jan/2027:05:30:00 +0530"),
    ];
    let here = tally("Europe/Lisbon", &lines);
    assert_eq!((counts(&here, "2027-01-18").0, counts(&here, "2027-01-19").0), (1, 3));
    assert_eq!(here.begins_late().map(|at| at.to_rfc3339()).as_deref(), Some("2027-01-18T23:59:59+00:00"));
    let there = tally("America/New_York", &lines);
    assert_eq!((counts(&there, "2027-01-18").0, counts(&there, "2027-01-19").0), (4, 0));
    // The clocks of Lisbon go forward on 28 March 2027 and back on 31 October: neither day is another's.
    assert_eq!(here.days().count(), 2);
}

#[test]
fn a_log_of_several_hosts_counts_the_one_that_is_meant() {
    let own = line("192.0.2.1", "18/Jan/2027:09:00:00 +0000", "GET /news/", 200, CHROME);
    let lines = [format!("museum.example:443 {own}"), format!("shop.example:443 {own}")];
    let tally = tally("UTC", &lines);
    assert_eq!((counts(&tally, "2027-01-18").0, tally.malformed), (1, 0));
}

#[test]
fn what_is_no_line_is_told_and_harms_nothing() {
    let good = line("192.0.2.1", "18/Jan/2027:09:00:00 +0000", "GET /news/", 200, CHROME);
    let future = line("192.0.2.1", "18/Jan/2037:09:00:00 +0000", "GET /news/", 200, CHROME);
    let odd = [
        "no line at all",
        "192.0.2.1 - - [18/Jan/2027:09:00:00 +0000] \"GET /news/ HTTP/1.1\" 200 512",
        "192.0.2.1 - - [99/Jan/2027:09:00:00 +0000] \"GET /news/ HTTP/1.1\" 200 512 \"-\" \"x\"",
        "192.0.2.1 - - [18/Jan/2027:09:00:00 +0000] \"GET /news/ HTTP/1.1\" many 512 \"-\" \"x\"",
        "192.0.2.1 - - [18/Jan/2027:09:00:00 +0000] \"GET /news/ HTTP/1.1 200 512",
        "\u{0}\u{1}[\"]",
    ];
    let mut lines = vec![good.clone(), String::new(), future];
    lines.extend(odd.map(str::to_owned));
    // An escaped quotation mark ends nothing, and what asks for nothing is no fault of the log.
    lines.push(good.replace(CHROME, "a \\\"quoted\\\" browser"));
    lines.push(good.replace("GET /news/ HTTP/1.1", "\\x16\\x03\\x01").replace(" 200 ", " 400 "));
    lines.push(good.replace("GET /news/ HTTP/1.1", "-").replace(" 200 ", " 408 "));
    let tally = tally("UTC", &lines);
    assert_eq!(counts(&tally, "2027-01-18"), (2, vec![], None));
    assert_eq!((tally.lines, tally.malformed, tally.future), (11, 6, 1));
    assert_eq!(tally.malformed_first, [3, 4, 5]);
    for cut in 0..good.len() {
        assert!(read_line(&good[..cut]).is_none() || cut >= good.len() - 2);
    }
    assert_eq!(path_of("/a%2Fb%zz%4"), "/a/b%zz%4");
}
