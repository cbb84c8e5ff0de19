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
        zone: Zone::named("Europe/Lisbon").unwrap(),
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
fn fewer_days_say_nothing_of_the_others() {
    let long = OPEN_DAY
        .replace("UID:open", "UID:long")
        .replace("Open Day", "Fair")
        .replace("DTSTART;VALUE=DATE:20270131", "DTSTART;VALUE=DATE:20270225\nDTEND;VALUE=DATE:20270305");
    let first = merge(None, &header(), &events(&[OPEN_DAY, CLOSED, &long].concat())).unwrap().text;
    let edited = first.replace("on = 2027-01-31\n", "on = 2027-01-31\nskip = \"no staff\"\n");
    let narrow = |from: &str, until: &str| Header {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        ..header()
    };
    for other in [narrow("2027-06-01", "2027-06-30"), narrow("2027-01-06", "2027-01-30")] {
        let same = merge(Some(&edited), &other, &[]).unwrap();
        assert_eq!(same, Merged { text: edited.clone(), news: Vec::new() });
    }
    let march = merge(Some(&edited), &narrow("2027-03-01", "2028-01-31"), &[]).unwrap();
    assert_eq!(words(&march), ["gone 2027-02-25 Fair []"], "it lasts until then");
    assert!(march.text.contains("from = 2027-01-01\nuntil = 2028-01-31\n"), "{}", march.text);
    // The first of March in Lisbon, the last of February in New York.
    let night = edited.replace(
        "at = 2027-01-05T09:00:00\nends = 2027-01-05T18:00:00\n",
        "at = 2027-02-28T22:00:00\nzone = \"America/New_York\"\n",
    );
    assert_ne!(night, edited);
    assert_eq!(words(&merge(Some(&night), &narrow("2027-02-01", "2027-02-24"), &[]).unwrap()), [""; 0]);
    let february = merge(Some(&night), &narrow("2027-02-26", "2027-02-28"), &[]).unwrap();
    assert_eq!(words(&february), ["gone 2027-02-25 Fair []"]);
    let march = merge(Some(&night), &narrow("2027-03-01", "2027-03-02"), &[]).unwrap();
    assert_eq!(words(&march), ["gone 2027-02-25 Fair []", "gone 2027-02-28 22:00 Away []"]);
}

#[test]
fn a_file_that_is_none_of_events_is_left_alone() {
    assert!(merge(Some("event = 1\n"), &header(), &[]).is_err());
    assert!(merge(Some("title = \n"), &header(), &[]).is_err());
}
