//! Dates and moments as exports write them.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::calendar::IdClock;
use crate::time::Zone;

/// The years that something can have been published in.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// When something was, as far as its cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At this moment.
    At(DateTime<Utc>),
    /// On this day; at which hour it does not say.
    On(NaiveDate),
}

impl When {
    /// Returns the day in a zone.
    pub fn day(self, zone: &Zone) -> NaiveDate {
        match self {
            When::At(moment) => zone.local(moment).date(),
            When::On(day) => day,
        }
    }
}

/// Reads a cell by formats of strftime, or as ISO 8601 where there are none. A wall clock without an offset is the zone's; of
/// one that comes twice it is the earlier.
pub fn read(cell: &str, formats: &[String], zone: &Zone) -> Option<When> {
    let cell = cell.trim();
    let found = match formats {
        [] => iso(cell, zone),
        formats => formats.iter().find_map(|format| by(cell, format, zone)),
    };
    found.filter(|when| YEARS.contains(&when.day(zone).year()))
}

fn by(cell: &str, format: &str, zone: &Zone) -> Option<When> {
    if let Ok(moment) = DateTime::parse_from_str(cell, format) {
        return Some(When::At(moment.to_utc()));
    }
    if let Ok(wall) = NaiveDateTime::parse_from_str(cell, format) {
        return Some(When::At(zone.resolve_somehow(wall, None)?));
    }
    if let Ok(day) = NaiveDate::parse_from_str(cell, format) {
        return Some(When::On(day));
    }
    // A month alone is its first day.
    NaiveDate::parse_from_str(&format!("{cell} 01"), &format!("{format} %d")).ok().map(When::On)
}

fn iso(cell: &str, zone: &Zone) -> Option<When> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(cell) {
        return Some(When::At(moment.to_utc()));
    }
    let walls = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    if let Some(wall) = walls.iter().find_map(|format| NaiveDateTime::parse_from_str(cell, format).ok()) {
        return Some(When::At(zone.resolve_somehow(wall, None)?));
    }
    let is_day = cell.len() == 10;
    is_day.then(|| NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok()).flatten().map(When::On)
}

/// Returns what a date that cannot be read looks like, in words that help.
pub fn looks(cell: &str) -> &'static str {
    let parts: Vec<&str> = cell.split(['/', '.', ' ', '-']).take(3).collect();
    let small = |part: Option<&&str>| part.and_then(|part| part.parse::<u32>().ok()).filter(|n| *n <= 31);
    match (small(parts.first()), small(parts.get(1))) {
        (Some(13..), Some(1..=12)) => {
            "the day stands first: write `formats = [\"%d/%m/%Y\"]` in `[time]` of a mapping, with `%H:%M` if it has an hour"
        }
        (Some(1..=12), Some(13..)) => {
            "the month stands first: write `formats = [\"%m/%d/%Y\"]` in `[time]` of a mapping, with `%H:%M` if it has an hour"
        }
        (Some(_), Some(_)) => {
            "it can be read in two ways: say in `[time]` of a mapping `formats = [\"%d/%m/%Y\"]` or `[\"%m/%d/%Y\"]`"
        }
        _ => {
            "write such as 2027-01-18 or 2027-01-18T09:00; or say in `[time]` of a mapping how its `formats` are"
        }
    }
}

/// Returns the moment that stands in an id, or in an address that ends in one.
pub fn of_id(clock: IdClock, text: &str) -> Option<DateTime<Utc>> {
    let is_break = |c: char| !c.is_ascii_digit();
    let digits = text.rsplit(is_break).find(|run| (15..=20).contains(&run.len()))?;
    let id = i64::try_from(digits.parse::<u64>().ok()?).ok()?;
    let moment = match clock {
        IdClock::X => DateTime::from_timestamp_millis((id >> 22) + 1_288_834_974_657),
        IdClock::LinkedIn => DateTime::from_timestamp_millis(id >> 22),
        IdClock::TikTok => DateTime::from_timestamp(id >> 32, 0),
    };
    moment.filter(|moment| YEARS.contains(&moment.year()))
}

/// Tells whether a moment can be on a day in some zone of the Earth.
pub fn agree(moment: DateTime<Utc>, day: NaiveDate) -> bool {
    let apart = moment.naive_utc() - day.and_time(chrono::NaiveTime::MIN);
    (TimeDelta::hours(-14)..TimeDelta::hours(24 + 12)).contains(&apart)
}
