//! Followers over time.

use chrono::{Months, NaiveDate};

use crate::draft::AccountId;
use crate::number::Amount;
use crate::reading::{Metric, Row, Subject};
use crate::report::frame::Frame;
use crate::time::Zone;

/// How far a curve goes back from the end of its period.
const BACK: Months = Months::new(12);

/// The last reading of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The day, in the calendar's zone.
    pub day: NaiveDate,
    /// How many.
    pub count: Amount,
    /// The row.
    pub row: u32,
}

/// The followers of an account over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// The account.
    pub account: AccountId,
    /// The last reading of each day that has one.
    pub marks: Vec<Mark>,
}

/// Returns the followers of each account in the year up to the end of the period.
pub fn curves(frame: &Frame<'_>) -> Vec<Curve> {
    let mut curves = Vec::new();
    let Some(period) = frame.periods.first() else { return curves };
    let zone = frame.evidence.calendar.zone();
    let from = period.days.end.checked_sub_months(BACK).unwrap_or(period.days.start);
    for account in &frame.accounts {
        let subject = Subject::Account(account.clone());
        let rows = frame.rows(&subject, Metric::Followers);
        let rows = (rows.1..).zip(rows.0).filter(|(_, row)| row.read() <= period.until());
        let mut marks = marks(zone, rows);
        marks.retain(|mark| mark.day >= from);
        if !marks.is_empty() {
            curves.push(Curve { account: account.clone(), marks });
        }
    }
    curves
}

/// Returns the last reading of each day.
pub fn marks<'r>(zone: &Zone, rows: impl Iterator<Item = (u32, &'r Row)>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (number, row) in rows.filter(|(_, row)| row.window == 0 && !row.value.is_negative()) {
        let mark = Mark { day: zone.local(row.read()).date(), count: row.value, row: number };
        match marks.last_mut().filter(|last| last.day == mark.day) {
            Some(last) => *last = mark,
            None => marks.push(mark),
        }
    }
    marks
}
