//! The months of the sample, and moments by the clock of Lisbon.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use kalends::time::{Fold, Zone};

/// The first day of what was counted.
pub fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 1).unwrap()
}

/// The day after the last.
pub fn end() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 1).unwrap()
}

/// Every day.
pub fn days() -> impl Iterator<Item = NaiveDate> {
    first().iter_days().take_while(|day| *day < end())
}

/// Every month, by its first day.
pub fn months() -> impl Iterator<Item = NaiveDate> {
    (0..).map(|count| first() + Months::new(count)).take_while(|month| *month < end())
}

/// A moment by the museum's clock.
pub fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let wall = day.and_hms_opt(hour, minute, 0).unwrap();
    Zone::named("Europe/Lisbon").unwrap().resolve(wall, Some(Fold::Earlier)).unwrap()
}

/// The day's folder of months: `2026/01/`.
pub fn folder(day: NaiveDate) -> String {
    format!("{}/{:02}/", day.year(), day.month())
}

/// How much of the museum's attention a season has: people are away in August and about in December.
pub fn season(day: NaiveDate) -> f64 {
    match day.month() {
        1 | 2 => 0.92,
        7 => 0.9,
        8 => 0.75,
        11 => 1.05,
        12 => 1.15,
        _ => 1.0,
    }
}

/// The Monday of a day's week.
pub fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(day.weekday().num_days_from_monday().into())
}
