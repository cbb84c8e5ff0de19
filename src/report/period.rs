//! The times that a report is of and compares with, and up to when each is told.

use std::ops::Range;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

use crate::time::Zone;

/// Which of a report's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The one that it is of.
    This,
    /// The month, or year, before.
    Before,
    /// The same month of the year before.
    YearBefore,
}

impl Which {
    /// Returns what stands behind the ids of its numbers.
    pub fn suffix(self) -> &'static str {
        match self {
            Which::This => "",
            Which::Before => ".before",
            Which::YearBefore => ".year-before",
        }
    }
}

/// A month or a year, on the clock of the calendar's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Which of the report's times it is.
    pub which: Which,
    /// Its days.
    pub days: Range<NaiveDate>,
    /// Its moments.
    pub moments: Range<DateTime<Utc>>,
    /// Up to when readings of it count.
    pub cutoff: DateTime<Utc>,
    /// Up to when readings are taken where none was made until the cutoff, and told as such.
    pub cutoff_late: DateTime<Utc>,
}

impl Period {
    /// Tells whether it is a year.
    pub fn is_year(&self) -> bool {
        self.days.start.checked_add_months(Months::new(1)) != Some(self.days.end)
    }

    /// Returns `October 2026`, or `2026`.
    pub fn name(&self) -> String {
        let format = if self.is_year() { "%Y" } else { "%B %Y" };
        self.days.start.format(format).to_string()
    }

    /// Returns `2026-10`, or `2026`.
    pub fn id(&self) -> String {
        let format = if self.is_year() { "%Y" } else { "%Y-%m" };
        self.days.start.format(format).to_string()
    }

    /// Returns the last moment of it of which something can be known.
    pub fn until(&self) -> DateTime<Utc> {
        self.moments.end.min(self.cutoff)
    }

    /// Tells whether it was not over at the cutoff.
    pub fn is_running(&self) -> bool {
        self.cutoff < self.moments.end
    }
}

/// Returns a month's days, or a year's.
pub fn days(first: NaiveDate, is_year: bool) -> Option<Range<NaiveDate>> {
    let first = if is_year { first.with_month(1)? } else { first }.with_day(1)?;
    Some(first..first.checked_add_months(Months::new(if is_year { 12 } else { 1 }))?)
}

/// Returns a report's times: the one it is of, the one before, and for a month the same of the year before. Each is told as
/// it stood equally long after its own end.
pub fn periods(days: &Range<NaiveDate>, zone: &Zone, cutoff: DateTime<Utc>) -> Option<Vec<Period>> {
    let moments = zone.moments(days)?;
    let lag = cutoff - moments.end;
    let back = |which, months: u32| {
        let days = days.start.checked_sub_months(Months::new(months))?
            ..days.end.checked_sub_months(Months::new(months))?;
        let moments = zone.moments(&days)?;
        let own = moments.end.checked_add_signed(lag)?;
        Some(Period { which, days, moments, cutoff: own, cutoff_late: cutoff })
    };
    let of = Period { which: Which::This, days: days.clone(), moments, cutoff, cutoff_late: cutoff };
    let others = if of.is_year() {
        [back(Which::Before, 12), None]
    } else {
        [back(Which::Before, 1), back(Which::YearBefore, 12)]
    };
    Some(std::iter::once(of).chain(others.into_iter().flatten()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_compared_with_what_was_known_equally_long_after() {
        let zone = Zone::named("Europe/Lisbon").unwrap();
        let days = days(day("2027-03-01"), false).unwrap();
        let found = periods(&days, &zone, "2027-04-05T23:00:00Z".parse().unwrap()).unwrap();
        let told: Vec<String> = found
            .iter()
            .map(|one| format!("{} {} {} {}", one.id(), one.moments.start, one.moments.end, one.cutoff))
            .collect();
        // The clocks go forward on 28 March: the month ends an hour earlier in UTC.
        insta::assert_snapshot!(told.join("\n"), @"
        2027-03 2027-03-01 00:00:00 UTC 2027-03-31 23:00:00 UTC 2027-04-05 23:00:00 UTC
        2027-02 2027-02-01 00:00:00 UTC 2027-03-01 00:00:00 UTC 2027-03-06 00:00:00 UTC
        2026-03 2026-03-01 00:00:00 UTC 2026-03-31 23:00:00 UTC 2026-04-05 23:00:00 UTC
        ");
    }

    #[test]
    fn a_year_has_one_other() {
        let days = days(day("2026-05-01"), true).unwrap();
        let found = periods(&days, &Zone::utc(), "2026-06-01T00:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(found.iter().map(Period::name).collect::<Vec<_>>(), ["2026", "2025"]);
        assert!(found[0].is_running());
        assert_eq!(found[1].cutoff.to_string(), "2025-06-01 00:00:00 UTC");
    }
}
