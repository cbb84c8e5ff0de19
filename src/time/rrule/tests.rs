use chrono::NaiveDateTime;

use super::*;

fn wall(text: &str) -> NaiveDateTime {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T090000") };
    NaiveDateTime::parse_from_str(&text, "%Y%m%dT%H%M%S").unwrap()
}

fn until_of(rule: &Rule) -> Option<NaiveDateTime> {
    match rule.until? {
        Until::Day(day) => day.and_hms_opt(23, 59, 59),
        // The examples' UTC ends lie in New York's zone, where they are four or five hours earlier.
        Until::Utc(wall) | Until::Local(wall) => Some(wall),
    }
}

fn yielded(start: &str, rule: &str, from: &str, to: &str) -> Vec<String> {
    let rule: Rule = rule.parse().unwrap();
    let window = wall(from)..wall(to);
    let found = rule.walls(wall(start), until_of(&rule), &window, 10_000);
    assert!(!found.is_cut);
    found.walls.iter().map(|wall| wall.format("%Y%m%dT%H%M%S").to_string()).collect()
}

/// The examples of RFC 5545 §3.8.5.3 whose DTSTART is at nine: the rule, the beginning, and the first dates that the RFC
/// lists, as it lists them.
const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "FREQ=DAILY;COUNT=10",
        "19970902",
        "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909 19970910 19970911 .",
    ),
    ("FREQ=DAILY;INTERVAL=2", "19970902", "19970902 19970904 19970906 19970908 19970910"),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902", "19970902 19970912 19970922 19971002 19971012 ."),
    (
        "FREQ=WEEKLY;COUNT=10",
        "19970902",
        "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104 .",
    ),
    (
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "19970902",
        "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104 19971111 19971118 19971125 19971202 19971209 19971216 19971223 .",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "19970902",
        "19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 19980106 19980120 19980203 19980217",
    ),
    (
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "19970902",
        "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002 .",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "19970901",
        "19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 19971017 19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 19971210 19971212 19971222 .",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "19970902",
        "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016 .",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "19970905",
        "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605 .",
    ),
    ("FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "19970905", "19970905 19971003 19971107 19971205 ."),
    (
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "19970907",
        "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531 .",
    ),
    (
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "19970922",
        "19970922 19971020 19971117 19971222 19980119 19980216 .",
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=-3", "19970928", "19970928 19971029 19971128 19971229 19980129 19980226"),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "19970902",
        "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115 .",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "19970930",
        "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201 .",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "19970910",
        "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313 .",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "19970902",
        "19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118 19971125 19980106 19980113 19980120 19980127 19980303 19980310 19980317 19980324 19980331",
    ),
    (
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "19970610",
        "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710 .",
    ),
    (
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "19970310",
        "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310 .",
    ),
    (
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "19970101",
        "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101 .",
    ),
    ("FREQ=YEARLY;BYDAY=20MO", "19970519", "19970519 19980518 19990517"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512", "19970512 19980511 19990517"),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "19970313",
        "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 19990325",
    ),
    (
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "19970605",
        "19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724 19970731 19970807 19970814 19970821 19970828 19980604",
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "19970913",
        "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613",
    ),
    (
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "19961105",
        "19961105 20001107 20041102",
    ),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904", "19970904 19971007 19971106 ."),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "19970929",
        "19970929 19971030 19971127 19971230 19980129 19980226 19980330",
    ),
    (
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000",
        "19970902",
        "19970902T090000 19970902T120000 19970902T150000 .",
    ),
    (
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        "19970902",
        "19970902T090000 19970902T091500 19970902T093000 19970902T094500 19970902T100000 19970902T101500 .",
    ),
    (
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        "19970902",
        "19970902T090000 19970902T103000 19970902T120000 19970902T133000 .",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "19970805",
        "19970805 19970810 19970819 19970824 .",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "19970805",
        "19970805 19970817 19970819 19970831 .",
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115", "20070115 20070130 20070215 20070315 20070330 ."),
];

#[test]
fn the_examples_of_the_rfc_yield_what_it_says() {
    for (rule, start, dates) in EXAMPLES {
        let is_all = dates.ends_with(" .");
        let expected: Vec<String> = dates
            .trim_end_matches(" .")
            .split(' ')
            .map(|date| wall(date).format("%Y%m%dT%H%M%S").to_string())
            .collect();
        let mut found = yielded(start, rule, start, "20150101");
        if !is_all {
            assert!(found.len() > expected.len(), "{rule}");
            found.truncate(expected.len());
        }
        assert_eq!(found, expected, "{rule}");
    }
}

#[test]
fn the_rfc_s_longer_examples_have_as_many_dates_as_it_says() {
    let daily = yielded("19970902", "FREQ=DAILY;UNTIL=19971224T000000Z", "19970902", "20000101");
    assert_eq!((daily.len(), daily.last().map(String::as_str)), (113, Some("19971223T090000")));
    let january = [
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
    ];
    for rule in january {
        assert_eq!(yielded("19980101", rule, "19980101", "20100101").len(), 93, "{rule}");
    }
    let work = yielded(
        "19970902",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "19970902",
        "19970903T000000",
    );
    let minutely = yielded(
        "19970902",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
        "19970902",
        "19970903T000000",
    );
    assert_eq!((work.len(), work.last().map(String::as_str)), (24, Some("19970902T164000")));
    assert_eq!(work, minutely);
}

#[test]
fn the_beginning_is_the_first_also_where_the_rule_would_not_yield_it() {
    // The RFC's Fridays the 13th begin on a Tuesday, which its EXDATE takes out.
    let found = yielded("19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19970902", "20001231");
    let expected = ["19970902", "19980213", "19980313", "19981113", "19990813", "20001013"];
    assert_eq!(found, expected.map(|day| format!("{day}T090000")));
    assert_eq!(yielded("20270105", "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "20270101", "20280101").len(), 2);
}

/// Rules at random with what python-dateutil 4.0 (`rrule`) yields for each: `start|rule|from|until|walls`, walls joined by
/// commas. Their beginnings are ones that the rule yields: of others dateutil leaves the first out, which the RFC counts.
#[test]
fn rules_yield_what_another_implementation_yields() {
    let mut many = 0;
    for line in include_str!("expected.txt").lines().filter(|line| !line.starts_with('#')) {
        let [start, rule, from, until, walls] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let expected: Vec<&str> = walls.split(',').filter(|wall| !wall.is_empty()).collect();
        assert_eq!(yielded(start, rule, from, until), expected, "{start} {rule} {from} {until}");
        many += 1;
    }
    assert!(many > 400, "{many}");
}

#[test]
fn a_hostile_rule_ends_soon() {
    let window = wall("20270101")..wall("20290101");
    let start = wall("20200101");
    let walls = |rule: &str| rule.parse::<Rule>().unwrap().walls(start, None, &window, 1_000);
    assert_eq!(walls("FREQ=SECONDLY;BYMONTH=2;BYYEARDAY=100").walls, []);
    assert_eq!(
        walls("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=3;BYMINUTE=3;BYSECOND=3").walls,
        [wall("20280229T030303")]
    );
    assert!(walls("FREQ=SECONDLY;COUNT=1000000000").is_cut, "it says that it was left");
    assert!(walls("FREQ=SECONDLY").is_cut);
    assert_eq!(walls("FREQ=SECONDLY").walls.len(), 1_000);
    assert_eq!(walls("FREQ=DAILY;COUNT=1000000000;INTERVAL=10").walls.len(), 73);
    assert_eq!(walls("FREQ=YEARLY;INTERVAL=4294967295").walls, []);
    assert_eq!(walls("FREQ=SECONDLY;INTERVAL=4294967295").walls, []);
    assert_eq!(walls("FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=-5MO").walls, []);
}

#[test]
fn what_is_no_rule_says_which_part_and_why() {
    for (rule, part, words) in [
        ("", "", "FREQ is missing"),
        ("COUNT=3", "COUNT=3", "FREQ is missing"),
        ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY", "FREQ cannot be `FORTNIGHTLY`"),
        ("FREQ=DAILY;BYDAY=XX", "BYDAY=XX", "`XX` is no day"),
        ("FREQ=DAILY;BYDAY=1MO", "FREQ=DAILY;BYDAY=1MO", "BYDAY has a number"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0", "COUNT cannot be `0`"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1", "INTERVAL cannot be `-1`"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=DAILY;COUNT=2;UNTIL=20270101", "COUNT and UNTIL"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL=soon", "UNTIL cannot be `soon`"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY", "FREQ is said twice"),
        ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY=0", "it counts from 1"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER=1", "BYEASTER is no part"),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "it never comes"),
        ("FREQ=DAILY;é", "é", "`é` is not"),
        ("FREQ=DAILY;BYDAY=é", "BYDAY=é", "`é` is no day"),
    ] {
        let fault = rule.parse::<Rule>().unwrap_err();
        assert!(fault.message.contains(words), "{rule}: {fault}");
        assert_eq!(&rule[fault.part.clone()], part, "{rule}");
    }
}

proptest::proptest! {
    #[test]
    fn any_rule_at_all_ends_and_yields_in_order(
        text in "FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)(;INTERVAL=[1-9]{1,2})?(;COUNT=[1-9][0-9]?)?(;BYDAY=(MO|-1FR|2TU)(,SU)?)?(;BYMONTHDAY=(1|31|-1)(,15)?)?(;BYMONTH=(2|12)(,6)?)?(;BYYEARDAY=(1|-1|366))?(;BYWEEKNO=(1|53|-1))?(;BYHOUR=(0|23))?(;BYMINUTE=59)?(;BYSECOND=60)?(;BYSETPOS=(1|-1|3))?(;WKST=(SU|TH))?",
    ) {
        if let Ok(rule) = text.parse::<Rule>() {
            let found = rule.walls(wall("20260228T233000"), None, &(wall("20261231")..wall("20280301")), 500);
            proptest::prop_assert!(found.walls.is_sorted_by(|a, b| a < b), "{}", text);
        }
    }
}
