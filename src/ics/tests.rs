use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn lisbon() -> Zone {
    Zone::named("Europe/Lisbon").unwrap()
}

fn told(text: &str) -> Told {
    read("a.ics", text.as_bytes(), &lisbon(), &(day("2027-01-01")..day("2028-01-01")))
}

/// Returns a calendar around events' lines; each event has a UID and a name where it says none.
fn calendar(events: &[&str]) -> String {
    let event = |lines: &&str| {
        let uid = if lines.contains("UID:") { "" } else { "UID:u\n" };
        format!("BEGIN:VEVENT\n{uid}{lines}\nEND:VEVENT\n")
    };
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n").replace('\n', "\r\n")
}

/// Returns each event as `name instance when`, of a calendar without faults.
fn shown(events: &[&str]) -> Vec<String> {
    let told = told(&calendar(events));
    assert_eq!(told.findings, []);
    told.events.iter().map(show).collect()
}

fn show(event: &Event) -> String {
    let when = match &event.when {
        When::Days { on, until } if on == until => on.to_string(),
        When::Days { on, until } => format!("{on}/{until}"),
        When::Time { at, until, zone } => {
            let until = until.map(|until| format!("/{until}")).unwrap_or_default();
            let zone = zone.as_ref().map(|zone| format!(" {zone}")).unwrap_or_default();
            format!("{at}{until}{zone}")
        }
    };
    let instance = event.instance.as_ref().map(|instance| format!(" [{instance}]")).unwrap_or_default();
    let off = if event.status == Status::Cancelled { " off" } else { "" };
    format!("{}{instance} {when}{off}", event.name)
}

#[test]
fn days_times_and_zones_are_what_they_say() {
    for (lines, expected) in [
        ("SUMMARY:A\nDTSTART;VALUE=DATE:20270118", "A 2027-01-18"),
        ("SUMMARY:A\nDTSTART;VALUE=DATE:20270118\nDTEND;VALUE=DATE:20270121", "A 2027-01-18/2027-01-20"),
        ("SUMMARY:A\nDTSTART;VALUE=DATE:20270118\nDURATION:P2D", "A 2027-01-18/2027-01-19"),
        ("SUMMARY:A\nDTSTART:20270118T090000", "A 2027-01-18 09:00:00"),
        ("SUMMARY:A\nDTSTART:20270718T090000Z\nDURATION:PT90M", "A 2027-07-18 10:00:00/2027-07-18 11:30:00"),
        ("SUMMARY:A\nDTSTART;TZID=Europe/Lisbon:20270718T090000", "A 2027-07-18 09:00:00"),
        (
            "SUMMARY:A\nDTSTART;TZID=\"W. Europe Standard Time\":20270718T090000",
            "A 2027-07-18 09:00:00 Europe/Berlin",
        ),
        (
            "SUMMARY:A\nDTSTART;TZID=America/New_York:20270718T090000\nDTEND:20270718T143000Z",
            "A 2027-07-18 09:00:00/2027-07-18 10:30:00 America/New_York",
        ),
        // A time that the clocks skip, and one that they show twice.
        ("SUMMARY:A\nDTSTART;TZID=Europe/Lisbon:20270328T013000", "A 2027-03-28 02:30:00"),
        ("SUMMARY:A\nDTSTART;TZID=Europe/Lisbon:20271031T013000", "A 2027-10-31 01:30:00"),
        ("SUMMARY:A\nDTSTART:20271031T013000Z", "A 2027-10-31 01:30:00 UTC"),
        ("SUMMARY:A\\, b\\n c\\; d\\\\\nDTSTART:20270118T090000", "A, b c; d\\ 2027-01-18 09:00:00"),
        ("DTSTART:20270118T090000\nSUMMARY:Exhi\n bition\n\t s", "Exhibition s 2027-01-18 09:00:00"),
        (
            "DTSTART:20270118T090000\nBEGIN:VALARM\nSUMMARY:no\nDTSTART:junk\nEND:VALARM\nSUMMARY:A",
            "A 2027-01-18 09:00:00",
        ),
        ("DTSTART:20270118T090000", "(without a name) 2027-01-18 09:00:00"),
    ] {
        assert_eq!(shown(&[lines]), [expected], "{lines}");
    }
}

#[test]
fn an_event_that_recurs_keeps_its_wall_clock_and_comes_once_at_a_gap() {
    let weekly = "SUMMARY:A\nDTSTART;TZID=Europe/Lisbon:20261025T013000\nRRULE:FREQ=WEEKLY;BYDAY=SU";
    let found = shown(&[weekly]);
    assert_eq!(found.len(), 52);
    assert_eq!(found[11], "A [20270321T013000] 2027-03-21 01:30:00");
    assert_eq!(found[12], "A [20270328T013000] 2027-03-28 02:30:00");
    assert_eq!(found[13], "A [20270404T013000] 2027-04-04 01:30:00");
    // Twice a day, of which the two are one moment on the day the clocks go forward.
    let twice = "SUMMARY:A\nDTSTART;TZID=Europe/Lisbon:20270327T013000\nRRULE:FREQ=DAILY;BYHOUR=1,2;COUNT=6";
    let expected =
        ["20270327T013000", "20270327T023000", "20270328T013000", "20270329T013000", "20270329T023000"];
    let found: Vec<String> = shown(&[twice]).iter().map(|shown| shown[3..18].to_owned()).collect();
    assert_eq!(found, expected);
}

#[test]
fn dates_are_added_taken_out_and_replaced() {
    let base = "SUMMARY:A\nDTSTART;TZID=Europe/Lisbon:20270104T090000\nDTEND;TZID=Europe/Lisbon:20270104T100000\nRRULE:FREQ=WEEKLY;COUNT=4\n\
                EXDATE;TZID=Europe/Lisbon:20270111T090000\nRDATE;VALUE=PERIOD:20270113T150000Z/PT1H\nLOCATION:Roof";
    let moved = "SUMMARY:B\nRECURRENCE-ID;TZID=Europe/Lisbon:20270118T090000\nDTSTART;TZID=Europe/Lisbon:20270119T140000";
    let off = "RECURRENCE-ID:20270125T090000Z\nDTSTART;TZID=Europe/Lisbon:20270125T090000\nSTATUS:CANCELLED";
    assert_eq!(
        shown(&[base, moved, off]),
        [
            "A [20270104T090000] 2027-01-04 09:00:00/2027-01-04 10:00:00",
            "A [20270113T150000] 2027-01-13 15:00:00/2027-01-13 16:00:00",
            "B [20270118T090000] 2027-01-19 14:00:00",
            "(without a name) [20270125T090000Z] 2027-01-25 09:00:00 off",
        ]
    );
}

#[test]
fn a_change_of_this_and_all_that_follow_goes_for_all_that_follow() {
    let base = "SUMMARY:A\nDTSTART:20270104T090000\nRRULE:FREQ=WEEKLY;COUNT=4\nLOCATION:Roof";
    let later = "SUMMARY:B\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270118T090000\nDTSTART:20270119T100000";
    assert_eq!(
        shown(&[base, later]),
        [
            "A [20270104T090000] 2027-01-04 09:00:00",
            "A [20270111T090000] 2027-01-11 09:00:00",
            "B [20270118T090000] 2027-01-19 10:00:00",
            "B [20270125T090000] 2027-01-26 10:00:00",
        ]
    );
}

#[test]
fn an_event_moved_into_the_days_or_out_of_them_is_where_it_was_moved_to() {
    let base = "SUMMARY:A\nDTSTART;VALUE=DATE:20261228\nRRULE:FREQ=WEEKLY;COUNT=2";
    let inside = "SUMMARY:B\nRECURRENCE-ID;VALUE=DATE:20261228\nDTSTART;VALUE=DATE:20270102";
    let outside = "SUMMARY:C\nRECURRENCE-ID;VALUE=DATE:20270104\nDTSTART;VALUE=DATE:20280102";
    assert_eq!(shown(&[base, inside, outside]), ["B [20261228] 2027-01-02"]);
    assert_eq!(
        shown(&["SUMMARY:A\nDTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20270105"]).len(),
        1,
        "it lasts into them"
    );
    assert_eq!(shown(&["SUMMARY:A\nDTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20270101"]).len(), 0);
}

#[test]
fn of_two_versions_the_later_one_counts() {
    let one = "SUMMARY:Old\nSEQUENCE:1\nDTSTART:20270104T090000";
    let two = "SUMMARY:New\nSEQUENCE:2\nDTSTART:20270105T090000";
    assert_eq!(shown(&[two, one]), ["New 2027-01-05 09:00:00"]);
}

/// Each way in which a file can be broken: what is said, the code, and what the finding points at.
#[test]
fn what_is_broken_is_told_with_its_line_and_a_way_out() {
    const EVENT: &str = "DTSTART:20270118T090000";
    for (lines, code, message, at) in [
        (
            "DTSTART:20270118T090000\nRRULE:FREQ=WEEKLY;BYDAY=MOO",
            Code::BadRecurrence,
            "`MOO` is no day",
            "BYDAY=MOO",
        ),
        (
            "DTSTART:20270118T090000\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
            Code::BadRecurrence,
            "never comes",
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        ),
        (
            "DTSTART:20200118T090000\nRRULE:FREQ=SECONDLY;COUNT=1000000000",
            Code::BadRecurrence,
            "asks for too much",
            "FREQ=SECONDLY;COUNT=1000000000",
        ),
        (
            "DTSTART;TZID=Europe/Lisbonn:20270118T090000",
            Code::UnknownZone,
            "no zone `Europe/Lisbonn`",
            "20270118T090000",
        ),
        ("DTSTART:20270230T090000", Code::BadDate, "DTSTART cannot be `20270230T090000`", "20270230T090000"),
        ("DTSTART;VALUE=DATE:20270118T090000", Code::BadDate, "says that it is a date", "20270118T090000"),
        (
            "DTSTART:20270118T090000\nEXDATE:20270118,tomorrow",
            Code::BadDate,
            "EXDATE cannot be `tomorrow`",
            "tomorrow",
        ),
        (
            "DTSTART:20270118T090000\nDURATION:1 hour",
            Code::BadDuration,
            "DURATION cannot be `1 hour`",
            "1 hour",
        ),
        ("SUMMARY:A", Code::MissingKey, "no DTSTART", "BEGIN:VEVENT"),
        ("DTSTART:20270118T090000\nthis is no line", Code::Syntax, "no `:`", "this is no line"),
        (
            "DTSTART:20270118T090000\nEND:VTODO",
            Code::Syntax,
            "END:VTODO stands where END:VEVENT",
            "END:VTODO",
        ),
    ] {
        let text = calendar(&[lines, &format!("UID:w\nSUMMARY:Whole\n{EVENT}")]);
        let told = told(&text);
        let finding = &told.findings[0];
        assert_eq!((told.findings.len(), finding.code), (1, code), "{lines}: {finding:?}");
        assert!(finding.message.contains(message), "{}", finding.message);
        assert_eq!(&text[finding.span.clone().unwrap()], at);
        assert!(finding.help.is_some() && finding.label.is_some(), "{lines}");
        let whole = told.events.iter().any(|event| event.name == "Whole");
        assert!(whole || code == Code::Syntax && lines.contains("END"), "the others are read: {lines}");
    }
}

#[test]
fn what_is_no_calendar_is_told_as_such() {
    for (text, message) in [
        ("<!DOCTYPE html>\n<html>", "no calendar of RFC 5545"),
        ("", "the file is empty"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n", "breaks off"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", "has no BEGIN"),
    ] {
        let told = told(text);
        assert_eq!(told.findings.len(), 1, "{text}");
        assert!(told.findings[0].message.contains(message), "{}", told.findings[0].message);
    }
}

#[test]
fn a_million_events_are_read_to_the_limit_and_told() {
    let mut text = String::from("BEGIN:VCALENDAR\n");
    for number in 0..1_000_000_u32 {
        let day = 10_000_000 + number;
        text.push_str(&format!(
            "BEGIN:VEVENT\nUID:{number}\nSUMMARY:E\nDTSTART:2027{:02}18T09{:02}00\nX:{day}\nEND:VEVENT\n",
            number % 12 + 1,
            number % 60
        ));
    }
    text.push_str("END:VCALENDAR\n");
    let all = told(&text);
    assert_eq!((all.findings.len(), all.findings[0].code), (1, Code::TooLarge));
    assert!(all.findings[0].help.as_ref().unwrap().contains("--from and --until"));
    // Of days in which there is little, all of it is read.
    let none = read("a.ics", text.as_bytes(), &lisbon(), &(day("2028-01-01")..day("2029-01-01")));
    assert_eq!((none.findings.len(), none.events.len()), (0, 0));
}

proptest::proptest! {
    #[test]
    fn any_bytes_at_all_are_read_without_harm(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        read("a.ics", &bytes, &lisbon(), &(day("2027-01-01")..day("2028-01-01")));
    }

    #[test]
    fn any_mixture_of_lines_is_read_without_harm(lines in proptest::collection::vec(proptest::sample::select(&[
        "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD",
        "END:STANDARD", "TZID:Z", "TZOFFSETFROM:+0100", "TZOFFSETTO:+2359", "DTSTART:99991231T235959", "DTSTART;TZID=Z:20270101T000000",
        "DTSTART:00000101T000000", "DTEND:00010101T000000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z", "UID:a",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270102T000000", "EXDATE:20270103", "RDATE:20270104", "DURATION:P3660D", "SUMMARY:\u{e9}",
        " folded", "STATUS:CANCELLED", "CATEGORIES:a,b\\,c", "X", ";", ":",
    ][..]), 0..40)) {
        let text = lines.join("\n");
        let told = told(&text);
        for finding in &told.findings {
            proptest::prop_assert!(finding.span.is_none() || text.get(finding.span.clone().unwrap()).is_some());
        }
    }
}

#[test]
fn an_event_that_ends_before_it_begins_or_ends_twice_is_told() {
    for (lines, code, at) in [
        ("DTSTART:20270118T090000\nDTEND:20270118T080000", Code::BadDate, "20270118T080000"),
        ("DTSTART;VALUE=DATE:20270118\nDTEND;VALUE=DATE:20270117", Code::BadDate, "20270117"),
        (
            "DTSTART;TZID=Europe/Berlin:20270118T090000\nDTEND:20270118T073000Z",
            Code::BadDate,
            "20270118T073000Z",
        ),
        ("DTSTART:20270118T090000\nDTEND:20270118T100000\nDURATION:PT1H", Code::BadDuration, "PT1H"),
    ] {
        let text = calendar(&[lines, "UID:v\nSUMMARY:Whole\nDTSTART:20270119T090000"]);
        let told = told(&text);
        assert_eq!(told.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [code], "{lines}");
        assert_eq!(&text[told.findings[0].span.clone().unwrap()], at);
        assert_eq!(told.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["Whole"]);
    }
    for lines in [
        "DTSTART:20270118T090000\nDTEND:20270118T090000",
        "DTSTART;VALUE=DATE:20270118\nDTEND;VALUE=DATE:20270118",
    ] {
        assert_eq!(shown(&[lines]).len(), 1, "no length is one");
    }
}

#[test]
fn one_event_that_comes_too_often_is_left_out_and_the_others_are_read() {
    let often =
        ["DTSTART:20270101T000000\nRRULE:FREQ=HOURLY", "DTSTART:20270101T000000\nRRULE:FREQ=MINUTELY"];
    for lines in often {
        let text = calendar(&[lines, "UID:v\nSUMMARY:Whole\nDTSTART:20270119T090000"]);
        let told = told(&text);
        assert_eq!(told.findings.len(), 1, "{:?}", told.findings);
        let finding = &told.findings[0];
        assert_eq!((finding.code, finding.help.is_some()), (Code::BadRecurrence, true));
        assert!(text[finding.span.clone().unwrap()].starts_with("FREQ="), "{finding:?}");
        assert_eq!(told.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["Whole"]);
    }
}

#[test]
fn two_events_of_one_uid_are_told_unless_one_is_newer_or_both_say_the_same() {
    let (one, other) = ("SUMMARY:One\nDTSTART:20270118T090000", "SUMMARY:Other\nDTSTART:20270119T090000");
    let text = calendar(&[one, other, "UID:v\nSUMMARY:Whole\nDTSTART:20270120T090000"]);
    let both = told(&text);
    assert_eq!(both.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::DuplicateId]);
    let begins: Vec<usize> = text.match_indices("BEGIN:VEVENT").map(|(at, _)| at).collect();
    let finding = &both.findings[0];
    assert_eq!(finding.span.clone().unwrap().start, begins[1]);
    assert_eq!(finding.related[0].span.clone().unwrap().start, begins[0]);
    assert_eq!(both.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["Whole"]);
    assert_eq!(shown(&[one, one]), ["One 2027-01-18 09:00:00"]);
    assert_eq!(shown(&[&format!("{one}\nSEQUENCE:1"), other]), ["One 2027-01-18 09:00:00"]);
}
