//! What comes again: rules such as `first monday`, and the days they yield.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, Weekday};

/// Which of a month's days of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordinal {
    /// The first, second, third, fourth or fifth, counted from 1.
    Nth(u8),
    /// The last.
    Last,
}

/// A rule by which days come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// Every so many days.
    Days(u32),
    /// Monday to Friday.
    Workdays,
    /// Every so many weeks, on the day of the first.
    Weeks(u32),
    /// Every week on these days, Monday first.
    On(Vec<Weekday>),
    /// Every month on its first, second … or last such day.
    Ordinal(Ordinal, Weekday),
    /// Every so many months, on the day of the first; months without it are left out.
    Months(u32),
    /// Every month on the day of that number; months without it are left out.
    MonthDay(u32),
    /// Every month on its last day.
    LastDay,
    /// Every so many years, on the day of the first; years without it are left out.
    Years(u32),
}

/// Words that are no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EveryFault {
    /// The word that is not understood.
    pub word: String,
    /// The rule that was probably meant.
    pub near: Option<String>,
}

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

pub(super) const ORDINALS: [(&str, Ordinal); 6] = [
    ("first", Ordinal::Nth(1)),
    ("second", Ordinal::Nth(2)),
    ("third", Ordinal::Nth(3)),
    ("fourth", Ordinal::Nth(4)),
    ("fifth", Ordinal::Nth(5)),
    ("last", Ordinal::Last),
];

/// Returns a weekday's English name, in lower case.
pub fn show_weekday(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("", |(name, _)| name)
}

impl Every {
    /// Tells whether a day can be the first of the rule.
    pub fn matches(&self, day: NaiveDate) -> bool {
        match self {
            Every::Days(_) | Every::Weeks(_) | Every::Months(_) | Every::Years(_) => true,
            Every::Workdays => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
            Every::On(days) => days.contains(&day.weekday()),
            Every::Ordinal(..) | Every::LastDay => self.in_month(day, day) == Some(day),
            Every::MonthDay(number) => day.day() == *number,
        }
    }

    /// Returns the day that the rule picks from the month of another day.
    fn in_month(&self, month: NaiveDate, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Every::Ordinal(Ordinal::Nth(n), weekday) => {
                NaiveDate::from_weekday_of_month_opt(month.year(), month.month(), *weekday, *n)
            }
            Every::Ordinal(Ordinal::Last, weekday) => [5, 4]
                .into_iter()
                .find_map(|n| NaiveDate::from_weekday_of_month_opt(month.year(), month.month(), *weekday, n)),
            Every::MonthDay(number) => month.with_day(*number),
            Every::LastDay => {
                month.with_day(1)?.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))
            }
            _ => month.with_day(first.day()),
        }
    }

    /// Returns the days of the `k`-th step of the rule from its first day on; nothing beyond the last year.
    fn step(&self, first: NaiveDate, k: u32) -> Option<Vec<NaiveDate>> {
        let days = |n: u32| first.checked_add_days(Days::new(u64::from(n.checked_mul(k)?)));
        let months = |n: u32| first.with_day(1)?.checked_add_months(Months::new(n.checked_mul(k)?));
        Some(match self {
            Every::Days(n) => vec![days(*n)?],
            Every::Workdays => {
                let day = days(1)?;
                if self.matches(day) { vec![day] } else { Vec::new() }
            }
            Every::Weeks(n) => vec![days(n.checked_mul(7)?)?],
            Every::On(weekdays) => {
                let from_monday = first.weekday().num_days_from_monday();
                let monday = first.checked_sub_days(Days::new(u64::from(from_monday)))?;
                let monday = monday.checked_add_days(Days::new(7 * u64::from(k)))?;
                let nth =
                    |day: &Weekday| monday.checked_add_days(Days::new(u64::from(day.num_days_from_monday())));
                weekdays.iter().filter_map(nth).collect()
            }
            Every::Months(n) => self.in_month(months(*n)?, first).into_iter().collect(),
            Every::Ordinal(..) | Every::MonthDay(_) | Every::LastDay => {
                self.in_month(months(1)?, first).into_iter().collect()
            }
            Every::Years(n) => {
                let year = i64::from(first.year()) + i64::from(*n) * i64::from(k);
                let year = i32::try_from(year).ok().filter(|year| *year <= LAST_YEAR)?;
                first.with_year(year).into_iter().collect()
            }
        })
    }

    /// Returns a step that is not after a day, and near it.
    fn step_before(&self, first: NaiveDate, day: NaiveDate) -> u32 {
        let days = (day - first).num_days();
        let months =
            i64::from(day.year() - first.year()) * 12 + i64::from(day.month0()) - i64::from(first.month0());
        let steps = match self {
            Every::Days(n) => days / i64::from(*n),
            Every::Workdays => days,
            Every::Weeks(n) => days / (7 * i64::from(*n)),
            Every::On(_) => days / 7,
            Every::Months(n) => months / i64::from(*n),
            Every::Ordinal(..) | Every::MonthDay(_) | Every::LastDay => months,
            Every::Years(n) => i64::from(day.year() - first.year()) / i64::from(*n),
        };
        u32::try_from((steps - 1).max(0)).unwrap_or(u32::MAX)
    }
}

/// The last year that a file can name.
const LAST_YEAR: i32 = 9999;

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counted = |n: u32, unit: &str| match n {
            1 => f.write_str(unit),
            n => write!(f, "{n} {unit}s"),
        };
        match self {
            Every::Days(n) => counted(*n, "day"),
            Every::Weeks(n) => counted(*n, "week"),
            Every::Months(n) => counted(*n, "month"),
            Every::Years(n) => counted(*n, "year"),
            Every::Workdays => f.write_str("weekday"),
            Every::On(days) => {
                let names: Vec<&str> = days.iter().map(|day| show_weekday(*day)).collect();
                f.write_str(&names.join(", "))
            }
            Every::Ordinal(ordinal, day) => {
                let name = ORDINALS.iter().find(|(_, known)| known == ordinal).map_or("", |(name, _)| name);
                write!(f, "{name} {}", show_weekday(*day))
            }
            Every::MonthDay(n) => {
                let suffix = match n {
                    1 | 21 | 31 => "st",
                    2 | 22 => "nd",
                    3 | 23 => "rd",
                    _ => "th",
                };
                write!(f, "{n}{suffix}")
            }
            Every::LastDay => f.write_str("last day"),
        }
    }
}

/// A rule with its bounds: what a post's `[repeat]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// The rule.
    pub every: Every,
    /// The last day it may yield.
    pub until: Option<NaiveDate>,
    /// Days it leaves out.
    pub except: BTreeSet<NaiveDate>,
    /// How many days it yields in all; one that is left out counts.
    pub times: Option<u32>,
}

impl Recurrence {
    /// Returns the occurrences in a window of days, each at the first one's wall clock, in order.
    ///
    /// The first is at `first` or, where the rule does not yield that day, on the next day that it does. Work goes
    /// with what is taken, not with how far from the first the window is, unless `times` must be counted.
    pub fn occurrences(
        &self,
        first: NaiveDateTime,
        window: Range<NaiveDate>,
    ) -> impl Iterator<Item = NaiveDateTime> + '_ {
        self.dates(first.date(), window).map(move |date| date.and_time(first.time()))
    }

    fn dates(&self, first: NaiveDate, window: Range<NaiveDate>) -> impl Iterator<Item = NaiveDate> + '_ {
        let from = if self.times.is_some() { 0 } else { self.every.step_before(first, window.start) };
        let last = self.until.unwrap_or(NaiveDate::MAX);
        let beyond = move |day: NaiveDate| day > last || day >= window.end || day.year() > LAST_YEAR;
        (from..u32::MAX)
            .map_while(move |k| self.every.step(first, k))
            .flatten()
            .filter(move |day| *day >= first)
            .take(self.times.map_or(usize::MAX, |times| times as usize))
            .take_while(move |day| !beyond(*day))
            .filter(move |day| *day >= window.start && !self.except.contains(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(every: &str) -> Recurrence {
        Recurrence { every: Every::parse(every).unwrap(), until: None, except: BTreeSet::new(), times: None }
    }

    fn days(rule: &Recurrence, first: &str, from: &str, to: &str) -> Vec<String> {
        rule.dates(day(first), day(from)..day(to)).map(|day| day.to_string()).collect()
    }

    #[test]
    fn each_rule_yields_its_days() {
        for (every, first, expected) in [
            ("day", "2027-01-30", vec!["2027-01-30", "2027-01-31", "2027-02-01"]),
            ("3 days", "2027-01-30", vec!["2027-01-30", "2027-02-02", "2027-02-05"]),
            ("weekday", "2027-01-29", vec!["2027-01-29", "2027-02-01", "2027-02-02"]),
            ("week", "2027-01-30", vec!["2027-01-30", "2027-02-06", "2027-02-13"]),
            ("2 weeks", "2027-01-30", vec!["2027-01-30", "2027-02-13", "2027-02-27"]),
            ("Mondays", "2027-01-04", vec!["2027-01-04", "2027-01-11", "2027-01-18"]),
            ("thursday, monday", "2027-01-07", vec!["2027-01-07", "2027-01-11", "2027-01-14"]),
            ("first monday", "2027-01-04", vec!["2027-01-04", "2027-02-01", "2027-03-01"]),
            ("last friday", "2027-01-29", vec!["2027-01-29", "2027-02-26", "2027-03-26"]),
            ("fifth saturday", "2027-01-30", vec!["2027-01-30", "2027-05-29", "2027-07-31"]),
            ("month", "2027-01-31", vec!["2027-01-31", "2027-03-31", "2027-05-31"]),
            ("2 months", "2027-01-15", vec!["2027-01-15", "2027-03-15", "2027-05-15"]),
            ("15th", "2027-01-15", vec!["2027-01-15", "2027-02-15", "2027-03-15"]),
            ("last day", "2027-01-31", vec!["2027-01-31", "2027-02-28", "2027-03-31"]),
            ("year", "2028-02-29", vec!["2028-02-29", "2032-02-29", "2036-02-29"]),
        ] {
            let found = days(&rule(every), first, first, "2040-01-01");
            assert_eq!(found[..3], expected, "{every}");
        }
    }

    #[test]
    fn a_rule_is_shown_as_it_is_read() {
        for every in [
            "day",
            "3 days",
            "weekday",
            "2 weeks",
            "monday, thursday",
            "last friday",
            "22nd",
            "last day",
            "year",
        ] {
            assert_eq!(Every::parse(every).unwrap().to_string(), every);
        }
    }

    #[test]
    fn bounds_hold() {
        let mut bounded = rule("day");
        bounded.until = Some(day("2027-01-05"));
        bounded.except = [day("2027-01-02")].into();
        let (first, end) = ("2027-01-01", "2028-01-01");
        let expected = ["2027-01-01", "2027-01-03", "2027-01-04", "2027-01-05"];
        assert_eq!(days(&bounded, first, first, end), expected);
        bounded.times = Some(3);
        assert_eq!(days(&bounded, first, first, end), expected[..2]);
        assert_eq!(days(&bounded, first, "2027-01-03", end), expected[1..2]);
    }

    #[test]
    fn a_first_day_off_the_beat_waits_for_the_next() {
        assert!(!rule("monday").every.matches(day("2027-01-05")));
        assert_eq!(
            days(&rule("monday"), "2027-01-05", "2027-01-01", "2027-01-20"),
            ["2027-01-11", "2027-01-18"]
        );
    }

    #[test]
    fn a_window_finds_the_same_days_from_afar() {
        for every in
            ["day", "7 days", "weekday", "2 weeks", "monday, friday", "last friday", "month", "31st", "year"]
        {
            let all = days(&rule(every), "2024-02-29", "2024-01-01", "2032-01-01");
            for from in ["2025-03-01", "2028-02-29", "2029-12-31"] {
                let late: Vec<_> = all.iter().filter(|day| day.as_str() >= from).cloned().collect();
                assert_eq!(days(&rule(every), "2024-02-29", from, "2032-01-01"), late, "{every} {from}");
            }
        }
    }

    #[test]
    fn the_end_of_time_is_reached_without_harm() {
        for every in
            ["day", "1000 days", "week", "monday", "last friday", "1000 months", "31st", "last day", "year"]
        {
            let rule = rule(every);
            let far = rule.dates(day("0001-01-01"), day("9999-01-01")..NaiveDate::MAX).count();
            assert!(far <= 365, "{every} {far}");
            assert!(rule.dates(day("9999-12-31"), day("9999-12-31")..NaiveDate::MAX).count() <= 1, "{every}");
            assert_eq!(rule.dates(day("2027-01-01"), NaiveDate::MIN..day("2027-01-01")).count(), 0);
        }
    }
}
