//! The annual schedule, read.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};

use crate::finding::{Code, Span};
use crate::time::Recurrence;

use super::super::format::Sheet;
use super::super::model::{
    At, Closing, Coverage, Days, Observance, Period, PlannedSlot, Rest, Schedule, Theme,
};
use super::{list, text};

/// Reads an annual schedule.
pub(super) fn schedule(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Schedule> {
    let year = stem.parse().ok()?;
    let of = |name: &str| sheet.sheets(name).unwrap_or_default();
    let closings = |name: &str, rest: Rest| {
        let sheets = of(name);
        sheets.iter().filter_map(|sheet| closing(sheet, year, (name, rest))).collect::<Vec<_>>()
    };
    let schedule = Schedule {
        year,
        file: file.to_owned(),
        title: text(sheet, "title"),
        text: sheet.words("text").map(|words| words.text),
        themes: of("theme").iter().filter_map(|sheet| theme(sheet, year)).collect(),
        observances: of("observance").iter().filter_map(|sheet| observance(sheet, year)).collect(),
        closings: [closings("holiday", Rest::Holiday), closings("quiet", Rest::Quiet)].concat(),
        coverage: of("coverage").iter().filter_map(|sheet| coverage(sheet, year)).collect(),
        slots: of("slot").iter().filter_map(|sheet| slot(sheet, year)).collect(),
        closings_of_days: Vec::new(),
    };
    Some(schedule.index())
}

fn theme(sheet: &Sheet<'_>, year: i32) -> Option<Theme> {
    let (name, days) = (sheet.line("name"), days(sheet, year, "theme"));
    Some(Theme {
        campaign: sheet.id("campaign"),
        departments: list(sheet, "departments"),
        tag: sheet.line("tag"),
        text: sheet.words("text").map(|words| words.text),
        name: name?,
        days,
    })
}

fn observance(sheet: &Sheet<'_>, year: i32) -> Option<Observance> {
    let (name, days) = (sheet.line("name"), days(sheet, year, "observance"));
    Some(Observance {
        departments: list(sheet, "departments"),
        accounts: list(sheet, "accounts"),
        posts: sheet.whole("posts").map_or(1, |posts| posts.value),
        text: sheet.words("text").map(|words| words.text),
        name: name?,
        days,
    })
}

fn closing(sheet: &Sheet<'_>, year: i32, (noun, rest): (&str, Rest)) -> Option<Closing> {
    let (name, days) = (sheet.line("name"), days(sheet, year, noun));
    Some(Closing {
        departments: list(sheet, "departments"),
        accounts: list(sheet, "accounts"),
        name: name?,
        rest,
        days,
    })
}

fn coverage(sheet: &Sheet<'_>, year: i32) -> Option<Coverage> {
    let period = |word: &str| Period::ALL.iter().find(|(name, _)| *name == word).map(|(_, period)| *period);
    let (posts, every) = (sheet.count("posts"), sheet.choice("every", period));
    let (from, until) = bounds(sheet, year);
    Some(Coverage {
        goal: sheet.id("goal"),
        department: sheet.id("department"),
        account: sheet.id("account"),
        campaign: sheet.id("campaign"),
        from,
        until,
        posts: posts?,
        every: every?.value,
    })
}

fn slot(sheet: &Sheet<'_>, year: i32) -> Option<PlannedSlot> {
    let at = sheet.date_time("at");
    if let Some(at) = &at {
        is_within(sheet, year, at.value.date(), &at.span);
    }
    let (department, account) = (sheet.id("department"), sheet.id("account"));
    let slot = PlannedSlot {
        theme: sheet.line("theme"),
        observance: sheet.line("observance"),
        goal: sheet.id("goal"),
        campaign: sheet.id("campaign"),
        standing: sheet.date("standing"),
        why: text(sheet, "why"),
        post: sheet.id("post"),
        experiment: sheet.id("experiment"),
        arm: sheet.line("arm"),
        at: at?,
        department: department?,
        account: account?,
    };
    Some(slot).filter(|slot| slot.at.value.year() == year)
}

/// Reads which days of the year a thing is about, and says so where the file does not say it, or says it twice.
fn days(sheet: &Sheet<'_>, year: i32, noun: &str) -> Days {
    let is_said = |name: &&str| sheet.is_said(name);
    let mut ways: Vec<&str> = ["month", "week", "on", "every"].into_iter().filter(is_said).collect();
    if !ways.contains(&"every") {
        ways.extend(["from", "until"].into_iter().find(is_said));
    }
    let found = match ways.as_slice() {
        [] => {
            let help = match noun {
                "theme" => {
                    format!("add `month = \"{year}-03\"`, `week = \"{year}-W07\"`, or `from` and `until`")
                }
                _ => format!("add `on = {year}-05-18`, `from` and `until`, or `every = \"last sunday\"`"),
            };
            sheet.say_missing(&format!("the {noun} has no day"), &help);
            None
        }
        ["month"] => sheet.month("month").and_then(|first| month(sheet, year, &first)),
        ["week"] => sheet.week("week").and_then(|monday| week(sheet, year, &monday)),
        ["on"] => sheet.date("on").and_then(|on| {
            let run = is_within(sheet, year, on.value, &on.span).then_some(on.value..=on.value);
            Some(Days { runs: vec![run?], said: on.value.to_string(), span: on.span })
        }),
        ["every"] => every(sheet, year),
        [_] => span(sheet, year),
        [first, second, ..] => {
            let message = format!("the {noun} says its days twice, with `{first}` and with `{second}`");
            let help = "keep one of them, or write a second table for the other days".to_owned();
            sheet.bad(Code::DaysTwice, sheet.span.clone(), message, "said twice", Some(help));
            None
        }
    };
    found.unwrap_or(Days { runs: Vec::new(), said: String::new(), span: sheet.span.clone() })
}

fn month(sheet: &Sheet<'_>, year: i32, first: &At<NaiveDate>) -> Option<Days> {
    let last = first.value.iter_days().take_while(|day| day.month() == first.value.month()).last()?;
    let said = first.value.format("%B %Y").to_string();
    is_within(sheet, year, first.value, &first.span).then(|| Days {
        runs: vec![first.value..=last],
        said,
        span: first.span.clone(),
    })
}

/// Returns a week's days that lie in the year: its first and its last week may reach beyond it.
fn week(sheet: &Sheet<'_>, year: i32, monday: &At<NaiveDate>) -> Option<Days> {
    let all = monday.value.iter_days().take(7);
    let of_year: Vec<NaiveDate> = all.filter(|day| day.year() == year).collect();
    let (Some(first), Some(last)) = (of_year.first(), of_year.last()) else {
        is_within(sheet, year, monday.value, &monday.span);
        return None;
    };
    let said = monday.value.format("%G-W%V").to_string();
    Some(Days { runs: vec![*first..=*last], said, span: monday.span.clone() })
}

fn span(sheet: &Sheet<'_>, year: i32) -> Option<Days> {
    for (name, other) in [("from", "until"), ("until", "from")] {
        if !sheet.is_said(name) {
            sheet.say_missing(
                &format!("`{other}` is there, and `{name}` is missing"),
                &format!("add `{name} = {year}-…`, or write `on = …` for a single day"),
            );
        }
    }
    let (from, until) = bounds(sheet, year);
    let (from, until) = (from?, until?);
    let said = format!("{} to {}", from.value, until.value);
    Some(Days {
        runs: vec![from.value..=until.value],
        said,
        span: from.span.start..until.span.end.max(from.span.end),
    })
}

/// Reads a first and a last day of the year; one that is wrong has been told and is absent, and so is a last one that
/// comes before the first.
fn bounds(sheet: &Sheet<'_>, year: i32) -> (Option<At<NaiveDate>>, Option<At<NaiveDate>>) {
    let day = |name: &str| sheet.date(name).filter(|day| is_within(sheet, year, day.value, &day.span));
    let (from, until) = (day("from"), day("until"));
    if let (Some(from), Some(until)) = (&from, &until)
        && until.value < from.value
    {
        let message = format!("it ends on {}, before it begins on {}", until.value, from.value);
        let help = "swap the two dates, or mend one".to_owned();
        sheet.bad(Code::DatesReversed, until.span.clone(), message, "before `from`", Some(help));
        return (Some(from.clone()), None);
    }
    (from, until)
}

fn every(sheet: &Sheet<'_>, year: i32) -> Option<Days> {
    let (every, (from, until)) = (sheet.every("every"), bounds(sheet, year));
    let every = every?;
    let (first, next) =
        (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?);
    let first = from.as_ref().map_or(first, |from| from.value);
    let rule = Recurrence {
        every: every.value,
        until: until.as_ref().map(|until| until.value),
        except: BTreeSet::new(),
        times: None,
    };
    let mut runs: Vec<RangeInclusive<NaiveDate>> = Vec::new();
    for day in rule.occurrences(first.and_time(NaiveTime::MIN), first..next).map(|wall| wall.date()) {
        match runs.last_mut() {
            Some(run) if *run.end() + TimeDelta::days(1) == day => *run = *run.start()..=day,
            _ => runs.push(day..=day),
        }
    }
    if runs.is_empty() {
        let message = format!("no day of {year} is every {} within its bounds", rule.every);
        let help = "mend `every`, `from` or `until`".to_owned();
        sheet.bad(Code::RepeatNever, every.span.clone(), message, "no day left", Some(help));
    }
    let bound = |word: &str, day: Option<At<NaiveDate>>| {
        day.map_or(String::new(), |day| format!(" {word} {}", day.value))
    };
    let said = format!("every {}{}{}", rule.every, bound("from", from), bound("until", until));
    Some(Days { runs, said, span: every.span })
}

/// Tells whether a day is of the schedule's year, and says so if it is not.
fn is_within(sheet: &Sheet<'_>, year: i32, day: NaiveDate, span: &Span) -> bool {
    let is_within = day.year() == year;
    if !is_within {
        let message = format!("{day} is not a day of {year}, which the schedule is for");
        let help = format!("mend the date, or write it into schedule/{:04}.toml", day.year());
        sheet.bad(Code::OutsideYear, span.clone(), message, "of another year", Some(help));
    }
    is_within
}
