//! How many follow an account: its history, the days on which it jumped, and where it is going.
//!
//! Everything here is a function of a series of days and numbers. Where there is too little to say, nothing is said.

mod around;
mod forecast;
mod jump;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::draft::AccountId;
use crate::number::{Amount, Ratio};
use crate::reading::{Metric, Readings, Row, Subject};
use crate::time::Zone;

pub use around::{Beside, Kind, OUTSTANDING, around};
pub use forecast::{Forecast, POINTS_MIN, SPAN_MIN_DAYS, forecast};
pub use jump::{DIFFERENCES_MIN, JUMP_MIN, Jump, jumps};

/// How old the reading may be that a month begins with.
const OLD_MAX: TimeDelta = TimeDelta::days(7);

/// What a count of followers was at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The day, in the calendar's zone.
    pub day: NaiveDate,
    /// The number that was read last on it.
    pub count: Amount,
    /// The row that says so.
    pub row: Row,
}

/// A month of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Month {
    /// Its first day.
    pub first: NaiveDate,
    /// What it began with: the last number before it, no older than a week, or the first in it.
    pub start: Option<Point>,
    /// What it ended with.
    pub end: Option<Point>,
}

impl Month {
    /// Returns by how many it grew; absent where only one number is known.
    pub fn growth(&self) -> Option<Amount> {
        let (start, end) = self.start.as_ref().zip(self.end.as_ref())?;
        (start.day != end.day).then(|| end.count - start.count)
    }

    /// Returns by which share of its start it grew; absent where it began with nobody.
    pub fn rate(&self) -> Option<Ratio> {
        self.growth()?.over(self.start.as_ref()?.count)
    }
}

/// Returns how many followed an account, a point a day at most: of each day the number that was read last.
///
/// A number that is counted over a window is no height, and a negative one is none.
pub fn series(readings: &Readings, account: &AccountId, zone: &Zone, until: DateTime<Utc>) -> Vec<Point> {
    let rows = readings.of(&Subject::Account(account.clone()), Metric::Followers);
    let counts = rows.iter().filter(|row| row.window == 0 && row.read() <= until && !row.value.is_negative());
    let mut points: Vec<Point> = Vec::new();
    for row in counts {
        // A number that a platform gives for the end of a day bears the first moment of the next.
        let day = zone.local(row.read() - TimeDelta::seconds(1)).date();
        let point = Point { day, count: row.value, row: *row };
        match points.last_mut() {
            Some(last) if last.day == day => *last = point,
            _ => points.push(point),
        }
    }
    points
}

/// Returns the months that a series touches, each with what it began and ended with.
pub fn months(points: &[Point]) -> Vec<Month> {
    use chrono::Datelike as _;
    let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let mut months: Vec<Month> = Vec::new();
    let mut before: Option<Point> = None;
    for point in points {
        let first = first_of(point.day);
        if months.last().is_none_or(|month| month.first != first) {
            let fresh = before.filter(|before| first - before.day <= OLD_MAX);
            months.push(Month { first, start: Some(fresh.unwrap_or(*point)), end: None });
        }
        if let Some(month) = months.last_mut() {
            month.end = Some(*point);
        }
        before = Some(*point);
    }
    months
}

/// The fewest readings by which it is told that a platform rounds.
const ROUNDED_MIN: usize = 6;

/// Returns the step that a platform rounds a count to, such as 100 where it says 12.3K; absent where it is exact.
///
/// A number of four figures or more of which only three are not zero is one in ten by chance; so of at least six such
/// numbers, three of them different, and none otherwise, it is the platform that rounds.
pub fn rounding(points: &[Point]) -> Option<Amount> {
    let whole = |amount: Amount| amount.millionths() / Amount::whole(1).millionths();
    let large: Vec<i64> =
        points.iter().map(|point| whole(point.count)).filter(|count| *count >= 1_000).collect();
    let step = |count: i64| 10_i64.pow(count.checked_ilog10().unwrap_or(0).saturating_sub(2));
    let mut different = large.clone();
    different.sort_unstable();
    different.dedup();
    let rounded = large.iter().all(|count| count % step(*count) == 0);
    let enough = large.len() >= ROUNDED_MIN && different.len() >= 3;
    let largest = large.iter().max().copied()?;
    (rounded && enough).then(|| Amount::whole(step(largest)))
}

#[cfg(test)]
mod tests;
