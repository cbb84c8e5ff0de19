use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::*;
use crate::calendar::{self, Calendar};
use crate::finding::{Content, File, Finding};

const SCHEDULE: &str = "schedule/2027.toml";

fn files(texts: &[(&str, &str)]) -> Vec<File> {
    let usual = [
        ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n"),
        ("accounts/news.toml", "platform = \"feed\"\n"),
        ("departments/a.toml", "name = \"A\"\n"),
        ("departments/b.toml", "name = \"B\"\n"),
        ("departments/c.toml", "name = \"C\"\n"),
    ];
    let mut all: BTreeMap<&str, &str> = usual.into_iter().collect();
    all.extend(texts.iter().copied());
    let file =
        |(path, text): (&str, &str)| File { path: path.to_owned(), content: Content::Text(text.to_owned()) };
    all.into_iter().map(file).collect()
}

fn read(texts: &[(&str, &str)]) -> Calendar {
    let (calendar, findings) = calendar::read(&files(texts));
    assert_eq!(findings, []);
    calendar
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Before the year.
fn eve() -> DateTime<Utc> {
    moment("2026-12-01T12:00:00Z")
}

fn planned<'a>(calendar: &'a Calendar, begin: DateTime<Utc>) -> Layout<'a> {
    lay(&Board::new(calendar, 2027).unwrap(), begin)
}

fn shown(layout: &Layout<'_>) -> Vec<String> {
    let one =
        |slot: &Laid<'_>| format!("{} {} {}", slot.at.format("%m-%d %H:%M"), slot.department, slot.account);
    layout.laid.iter().map(one).collect()
}

fn messages(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}: {}", finding.code.name(), finding.message)).collect()
}

/// Lays a schedule out, writes it, and lays it out again.
fn twice(texts: &[(&str, &str)]) -> (String, usize, usize) {
    let calendar = read(texts);
    let first = planned(&calendar, eve());
    let text = texts.iter().find(|(path, _)| *path == SCHEDULE).map(|(_, text)| *text);
    let whole = written(text, 2027, &first.laid).unwrap();
    let mut after: Vec<(&str, &str)> = texts.to_vec();
    after.retain(|(path, _)| *path != SCHEDULE);
    after.push((SCHEDULE, &whole));
    let again = read(&after);
    let second = planned(&again, eve()).laid.len();
    (whole.clone(), first.laid.len(), second)
}

#[test]
fn shared_coverage_is_shared_fairly() {
    for (posts, every) in [(1, "month"), (4, "month"), (7, "month"), (2, "week"), (5, "week")] {
        let schedule = format!(
            "[[coverage]]\nposts = {posts}\nevery = \"{every}\"\n[[holiday]]\nname = \"H\"\nevery = \"monday\"\n"
        );
        let calendar = read(&[(SCHEDULE, &schedule)]);
        let layout = planned(&calendar, eve());
        assert_eq!(layout.unmet, []);
        let counts: Vec<usize> = layout.tallies.values().map(Tally::laid).collect();
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        assert!(most - least <= 1, "{posts} a {every}: {counts:?}");
        assert!(layout.laid.iter().all(|slot| slot.at.weekday() != chrono::Weekday::Mon));
        let weeks = if every == "month" { 12 } else { 52 };
        assert_eq!(counts.iter().sum::<usize>(), posts * weeks);
    }
}

#[test]
fn a_department_with_a_quota_keeps_it_and_the_others_have_the_rest() {
    let schedule = "[[coverage]]\nposts = 8\nevery = \"week\"\nfrom = 2027-03-01\nuntil = 2027-03-14\n";
    let calendar = read(&[
        (SCHEDULE, schedule),
        ("departments/a.toml", "name = \"A\"\nquota = { day = 1, week = 1 }\n"),
    ]);
    let layout = planned(&calendar, eve());
    let counts: Vec<usize> = layout.tallies.values().map(Tally::laid).collect();
    assert_eq!(counts, [2, 7, 7]);
}

#[test]
fn standing_slots_move_from_closed_days_or_are_dropped() {
    let slot = "name = \"A\"\n[[slot]]\nevery = \"tuesday\"\nat = 10:00:00\naccount = \"news\"\n";
    let schedule = "[[holiday]]\nname = \"Carnival\"\non = 2027-02-09\n\
                    [[quiet]]\nname = \"The move\"\nfrom = 2027-03-01\nuntil = 2027-03-15\n";
    let texts = [(SCHEDULE, schedule), ("departments/a.toml", slot)];
    let calendar = read(&texts);
    let layout = planned(&calendar, eve());
    let moved: Vec<String> = layout
        .moved
        .iter()
        .map(|moved| format!("{} {:?} {}", moved.from, moved.to.map(|to| to.to_string()), moved.why))
        .collect();
    assert_eq!(
        moved,
        [
            "2027-02-09 Some(\"2027-02-10 10:00:00\") Carnival",
            "2027-03-02 None The move",
            "2027-03-09 None The move",
        ]
    );
    assert_eq!(layout.laid.len(), 50);
    assert!(layout.laid.iter().all(|slot| calendar.closed(slot.at.date(), None, None).is_none()));
    let (_, first, second) = twice(&texts);
    assert_eq!((first, second), (50, 0));
}

#[test]
fn what_is_there_is_neither_doubled_nor_changed() {
    let schedule = "# ours\ntitle = \"Y\" # the year\n[[coverage]]\nposts = 2\nevery = \"month\"\naccount = \"news\"\n\
                    until = 2027-02-28\n[[observance]]\nname = \"Museum Day\"\non = 2027-05-18\n\n\
                    [[slot]]   # by hand\nat = 2027-02-02T15:30:00\ndepartment = \"b\"\naccount = \"news\"\n# the end\n";
    let post = "at = 2027-01-12T10:00:00\nto = [\"news\"]\ntext = \"Hi\"\ndepartment = \"c\"\n";
    let texts = [(SCHEDULE, schedule), ("posts/2027/01/2027-01-12-hi.toml", post)];
    let (whole, first, second) = twice(&texts);
    assert!(whole.starts_with(schedule), "{whole}");
    // One more in January, one in February, and the observance.
    assert_eq!((first, second), (3, 0), "{whole}");
}

#[test]
fn slots_in_one_list_stay_in_one_list() {
    let schedule = "slot = [\n    { at = 2027-02-02T15:30:00, department = \"b\", account = \"news\" }, # mine\n]\n\
                    [[observance]]\nname = \"It's \\\"new\\\"\"\non = 2027-05-18\n";
    let (whole, first, second) = twice(&[(SCHEDULE, schedule)]);
    assert_eq!((first, second), (1, 0), "{whole}");
    assert!(whole.contains("# mine") && !whole.contains("[[slot]]"), "{whole}");
}

#[test]
fn nothing_is_near_another_on_its_account_or_in_the_hour_of_another_department() {
    let slot = |every: &str| format!("name = \"D\"\n[[slot]]\nevery = \"{every}\"\nat = 10:00:00\n");
    let (a, b) = (slot("tuesday"), slot("tuesday, thursday"));
    let texts = [
        ("departments/a.toml", a.as_str()),
        ("departments/b.toml", b.as_str()),
        ("accounts/talk.toml", "platform = \"feed\"\n"),
        (SCHEDULE, "[[coverage]]\nposts = 12\nevery = \"week\"\nuntil = 2027-03-31\n"),
        (
            "posts/2027/01/x.toml",
            "at = 2027-01-05T10:30:00\nto = [\"news\"]\ntext = \"Hi\"\ndepartment = \"c\"\n[repeat]\nevery = \"week\"\nuntil = 2027-02-28\n",
        ),
    ];
    let (whole, first, second) = twice(&texts);
    assert!(first > 150 && second == 0, "{first} {second}");
    let mut after = texts.to_vec();
    after.retain(|(path, _)| *path != SCHEDULE);
    after.push((SCHEDULE, &whole));
    let calendar = read(&after);
    let board = Board::new(&calendar, 2027).unwrap();
    let met: Vec<String> = messages(&check(&board, eve()));
    assert!(!met.iter().any(|message| message.starts_with("posts-meet")), "{met:#?}");
    let mut on: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for item in &board.items {
        item.accounts.iter().for_each(|account| on.entry(account).or_default().push(item.moment));
    }
    for moments in on.values_mut() {
        moments.sort();
        assert!(moments.windows(2).all(|pair| pair[1] - pair[0] >= chrono::TimeDelta::hours(1)));
    }
}

#[test]
fn protocols_and_clock_changes_are_kept() {
    let protocol = "title = \"T\"\n[[rule]]\nkind = \"quiet-hours\"\nsay = \"Sleep\"\nfrom = 17:00:00\nuntil = 12:30:00\n\
                    [[rule]]\nkind = \"blackout\"\nsay = \"Audit\"\nfrom = 2027-05-01\nuntil = 2027-05-31\n\
                    [[rule]]\nkind = \"spacing\"\nsay = \"Rest\"\nleast = \"2d\"\n";
    let slot = "name = \"A\"\n[[slot]]\nevery = \"last sunday\"\nat = 01:30:00\n";
    let schedule = "[[coverage]]\nposts = 4\nevery = \"month\"\ndepartment = \"b\"\nuntil = 2027-06-30\n";
    let calendar =
        read(&[("protocols/p.toml", protocol), ("departments/a.toml", slot), (SCHEDULE, schedule)]);
    let layout = planned(&calendar, eve());
    assert_eq!(layout.laid.len(), 20, "{:?}", shown(&layout));
    for slot in &layout.laid {
        assert!((12..17).contains(&chrono::Timelike::hour(&slot.at)) && slot.at.month() != 5, "{slot:?}");
    }
    assert!(layout.laid.windows(2).all(|pair| pair[1].at - pair[0].at >= chrono::TimeDelta::days(2)));
    assert_eq!(layout.unmet.len(), 1);
    assert_eq!((layout.unmet[0].missing, layout.unmet[0].why[0].to_string().as_str()), (4, "Audit"));
    assert_eq!(layout.moved.len(), 12);
    let without = read(&[("departments/a.toml", slot)]);
    let layout = planned(&without, eve());
    let moved: Vec<String> = layout.moved.iter().map(|it| format!("{} {}", it.from, it.why)).collect();
    assert_eq!(moved, ["2027-03-28 the clocks change then", "2027-10-31 the clocks change then"]);
}

#[test]
fn the_past_is_left_alone() {
    let slot = "name = \"A\"\n[[slot]]\nevery = \"day\"\nat = 10:00:00\naccount = \"news\"\n";
    let schedule = "[[coverage]]\nposts = 3\nevery = \"month\"\ndepartment = \"b\"\n\
                    [[observance]]\nname = \"O\"\non = 2027-03-05\ndepartments = [\"c\"]\n";
    let calendar = read(&[("departments/a.toml", slot), (SCHEDULE, schedule)]);
    let begin = moment("2027-11-20T10:30:00Z");
    let layout = planned(&calendar, begin);
    assert!(layout.laid.iter().all(|slot| slot.at.and_utc() > begin));
    assert_eq!(layout.laid.iter().filter(|slot| slot.department.as_str() == "a").count(), 41);
    assert_eq!(layout.laid.iter().filter(|slot| slot.department.as_str() == "b").count(), 6);
    assert_eq!(layout.unmet, []);
    assert_eq!(
        planned(&calendar, moment("2028-01-01T00:00:00Z")),
        planned(&calendar, moment("2030-01-01T00:00:00Z"))
    );
    assert_eq!(planned(&calendar, moment("2028-01-01T00:00:00Z")).laid, []);
}

#[test]
fn an_observance_on_a_holiday_is_left_to_people() {
    let schedule = "[[holiday]]\nname = \"Freedom Day\"\non = 2027-04-25\n\
                    [[observance]]\nname = \"Carnations\"\non = 2027-04-25\n";
    let calendar = read(&[(SCHEDULE, schedule)]);
    let layout = planned(&calendar, eve());
    assert_eq!(layout.laid, []);
    assert_eq!(layout.unmet[0].why[0].to_string(), "Freedom Day");
    let by_hand =
        format!("{schedule}[[slot]]\nat = 2027-04-25T10:00:00\ndepartment = \"a\"\naccount = \"news\"\n");
    let calendar = read(&[(SCHEDULE, &by_hand)]);
    let found = messages(&check(&Board::new(&calendar, 2027).unwrap(), eve()));
    assert!(
        !found.iter().any(|it| it.starts_with("on-holiday") || it.starts_with("observance")),
        "{found:?}"
    );
}

#[test]
fn a_wish_that_cannot_be_met_ends_soon() {
    let schedule = "[[coverage]]\nposts = 4000000000\nevery = \"week\"\n[[observance]]\nname = \"O\"\non = 2027-03-05\nposts = 4294967295\n";
    let calendar = read(&[(SCHEDULE, schedule)]);
    let layout = planned(&calendar, eve());
    assert_eq!(layout.unmet.len(), 53);
    // The account takes one an hour.
    assert!(layout.laid.len() <= 366 * 10, "{}", layout.laid.len());
    assert!(matches!(written(Some(schedule), 2027, &layout.laid), Err(WriteFault::TooLarge { .. })));
}

#[test]
fn closed_days_are_told_by_department_and_account() {
    let schedule = "[[holiday]]\nname = \"School break\"\nfrom = 2027-03-29\nuntil = 2027-04-09\ndepartments = [\"b\"]\n\
                    [[quiet]]\nname = \"Server moves\"\non = 2027-04-01\naccounts = [\"news\"]\n\
                    [[quiet]]\nname = \"Sundays\"\nevery = \"sunday\"\n";
    let calendar = read(&[(SCHEDULE, schedule)]);
    let (a, b) = ("a", "b");
    let closed = |day: &str, department: &str, account: Option<&str>| {
        let day: NaiveDate = day.parse().unwrap();
        let department = crate::draft::DepartmentId::new(department);
        let account = account.and_then(crate::draft::AccountId::new);
        let closed = calendar.closed(day, department.as_ref(), account.as_ref());
        closed.map(|closed| closed.closing.name.value.clone())
    };
    assert_eq!(closed("2027-03-30", a, None), None);
    assert_eq!(closed("2027-03-30", b, None).as_deref(), Some("School break"));
    assert_eq!(closed("2027-04-01", a, None), None);
    assert_eq!(closed("2027-04-01", b, Some("news")).as_deref(), Some("Server moves"));
    assert_eq!(closed("2027-04-04", b, Some("talk")).as_deref(), Some("Sundays"));
    assert_eq!(closed("2027-12-26", a, None).as_deref(), Some("Sundays"));
    assert_eq!(closed("2026-04-05", a, None), None);
}
