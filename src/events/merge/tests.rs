use super::*;
use crate::ics;
use crate::time::Zone;

fn header() -> Header {
    Header {
        title: "Communications".into(),
        source: "communications.ics".into(),
        now: "2026-11-22T13:00:00Z".parse().unwrap(),
        from: "2027-01-01".parse().unwrap(),
        until: "2027-12-31".parse().unwrap(),
    }
}

fn events(lines: &str) -> Vec<Event> {
    let text = format!("BEGIN:VCALENDAR\n{lines}END:VCALENDAR\n");
    let header = header();
    let days = header.from..header.until.succ_opt().unwrap();
    let told = ics::read("a.ics", text.as_bytes(), &Zone::named("Europe/Lisbon").unwrap(), &days);
    assert_eq!(told.findings, []);
    told.events
}

const OPEN_DAY: &str = "BEGIN:VEVENT\nUID:open\nSUMMARY:Open Day\nDTSTART;VALUE=DATE:20270131\nCATEGORIES:Visit,\"x\nEND:VEVENT\n";
const CLOSED: &str = "BEGIN:VEVENT\nUID:closed\nSUMMARY:Away\nDTSTART:20270105T090000\nDTEND:20270105T180000\nCATEGORIES:CLOSED\nEND:VEVENT\n";

fn words(merged: &Merged) -> Vec<String> {
    merged
        .news
        .iter()
        .map(|news| format!("{} {} {} {:?}", news.became.word(), news.when, news.name, news.details))
        .collect()
}

#[test]
fn a_fresh_file_has_the_events_in_order_and_is_one_of_the_calendar() {
    let merged = merge(None, &header(), &events(&[OPEN_DAY, CLOSED].concat())).unwrap();
    assert_eq!(words(&merged), ["new 2027-01-05 09:00 Away []", "new 2027-01-31 Open Day []"]);
    let expected = "title = \"Communications\"\nsource = \"communications.ics\"\n";
    assert!(
        merged.text.contains(expected) && merged.text.contains("imported = 2026-11-22T13:00:00Z\n"),
        "{}",
        merged.text
    );
    let tail =
        "[[event]]\nuid = \"open\"\nname = \"Open Day\"\non = 2027-01-31\ncategories = [\"Visit\", '\"x']\n";
    assert!(merged.text.ends_with(tail), "{}", merged.text);
    let file = crate::finding::File {
        path: "events/c.toml".into(),
        content: crate::finding::Content::Text(merged.text),
    };
    let (item, findings) = crate::calendar::read_file(&file);
    assert_eq!(findings, []);
    let crate::calendar::What::Events(events) = item.what else { panic!("{item:?}") };
    assert!(events.is_closed(&events.events[0]) && !events.is_closed(&events.events[1]));
}

#[test]
fn the_same_again_changes_no_byte_and_what_people_wrote_stays() {
    let both = events(&[OPEN_DAY, CLOSED].concat());
    let first = merge(None, &header(), &both).unwrap().text;
    let later = Header { now: "2026-12-01T00:00:00Z".parse().unwrap(), ..header() };
    assert_eq!(merge(Some(&first), &later, &both).unwrap(), Merged { text: first.clone(), news: Vec::new() });
    let edited = first
        .replace("on = 2027-01-31\n", "on = 2027-01-31 # a Sunday\npost = \"open-day\"\n")
        .replace("closed = [\"CLOSED\", \"NO POSTS\"]", "closed = [ \"AWAY\" ]")
        .replace("title = \"Communications\"", "title = \"Ours\"");
    let moved = events(&[&OPEN_DAY.replace("20270131", "20270130"), CLOSED].concat());
    let again = merge(Some(&edited), &later, &moved).unwrap();
    assert_eq!(words(&again), ["changed 2027-01-30 Open Day [\"on: 2027-01-30, was 2027-01-31\"]"]);
    let expected = edited
        .replace("on = 2027-01-31 #", "on = 2027-01-30 #")
        .replace("2026-11-22T13:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!(again.text, expected);
}

#[test]
fn what_is_gone_goes_unless_somebody_wrote_to_it() {
    let first = merge(None, &header(), &events(&[OPEN_DAY, CLOSED].concat())).unwrap().text;
    let none = merge(Some(&first), &header(), &[]).unwrap();
    assert_eq!(words(&none), ["gone 2027-01-05 09:00 Away []", "gone 2027-01-31 Open Day []"]);
    assert!(!none.text.contains("[[event]]"), "{}", none.text);
    let edited = first.replace("on = 2027-01-31\n", "on = 2027-01-31\nskip = \"no staff\"\n");
    let one = merge(Some(&edited), &header(), &[]).unwrap();
    assert_eq!(words(&one), ["gone 2027-01-05 09:00 Away []", "gone, kept 2027-01-31 Open Day []"]);
    assert!(
        one.text.contains("skip = \"no staff\"\n") && one.text.contains("status = \"gone\"\n"),
        "{}",
        one.text
    );
    assert_eq!(merge(Some(&one.text), &header(), &[]).unwrap().news, [], "it is told once");
    let back = merge(Some(&one.text), &header(), &events(OPEN_DAY)).unwrap();
    assert!(back.text.contains("skip = ") && !back.text.contains("status"), "{}", back.text);
}

#[test]
fn a_file_that_is_none_of_events_is_left_alone() {
    assert!(merge(Some("event = 1\n"), &header(), &[]).is_err());
    assert!(merge(Some("title = \n"), &header(), &[]).is_err());
}
