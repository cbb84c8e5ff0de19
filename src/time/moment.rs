//! Moments as people write them on a command line.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::zone::{WallFault, Zone};

/// Why some text is no moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MomentFault {
    /// It is neither a date nor a date-time.
    Unreadable,
    /// It is a wall clock that a clock change skips or shows twice.
    Wall(WallFault),
}

impl fmt::Display for MomentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MomentFault::Unreadable => {
                f.write_str("expected a moment such as 2027-01-18, 2027-01-18T09:00 or 2027-01-18T09:00:00Z")
            }
            MomentFault::Wall(WallFault::Skipped { next, .. }) => {
                write!(f, "the clocks skip that time; the next that they show is {next}")
            }
            MomentFault::Wall(WallFault::Twice { earlier, later }) => {
                write!(f, "the clocks show that time twice: say {} or {}", rfc3339(*earlier), rfc3339(*later))
            }
            MomentFault::Wall(WallFault::OutOfRange) => f.write_str("that year is out of range"),
        }
    }
}

fn rfc3339(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Reads a moment: RFC 3339 with an offset or `Z`, a wall clock of the zone with or without seconds, or a date,
/// which is the first moment of that day in the zone. Its year has four digits in UTC too, as dates in paths have.
pub fn parse_moment(text: &str, zone: &Zone) -> Result<DateTime<Utc>, MomentFault> {
    let moment = any_moment(text.trim(), zone)?;
    let known = (0..=9999).contains(&moment.year());
    known.then_some(moment).ok_or(MomentFault::Wall(WallFault::OutOfRange))
}

fn any_moment(text: &str, zone: &Zone) -> Result<DateTime<Utc>, MomentFault> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    for format in ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%d %H:%M%:z", "%Y-%m-%d %H:%M:%S%:z"] {
        let with_offset = text.strip_suffix('Z').map_or(text.to_owned(), |utc| format!("{utc}+00:00"));
        if let Ok(moment) = DateTime::parse_from_str(&with_offset, format) {
            return Ok(moment.to_utc());
        }
    }
    for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] {
        if let Ok(wall) = NaiveDateTime::parse_from_str(text, format) {
            return zone.resolve(wall, None).map_err(MomentFault::Wall);
        }
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| MomentFault::Unreadable)?;
    zone.resolve_somehow(date.and_time(NaiveTime::MIN), None).ok_or(MomentFault::Wall(WallFault::OutOfRange))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_each_of_its_forms() {
        let zone = Zone::named("America/New_York").unwrap();
        for (text, moment) in [
            ("2027-01-18T09:00:00+01:00", "2027-01-18T08:00:00Z"),
            ("2027-01-18T09:00Z", "2027-01-18T09:00:00Z"),
            ("2027-01-18T09:00:00Z", "2027-01-18T09:00:00Z"),
            ("2027-01-18T09:00:00", "2027-01-18T14:00:00Z"),
            ("2027-01-18T09:00", "2027-01-18T14:00:00Z"),
            ("2027-01-18 09:00", "2027-01-18T14:00:00Z"),
            ("2027-01-18", "2027-01-18T05:00:00Z"),
        ] {
            assert_eq!(parse_moment(text, &zone).map(rfc3339), Ok(moment.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_day_begins_even_where_midnight_is_skipped() {
        // Cairo's clocks go forward at midnight.
        let cairo = Zone::named("Africa/Cairo").unwrap();
        let start = parse_moment("2026-04-24", &cairo).unwrap();
        assert_eq!(cairo.local(start).to_string(), "2026-04-24 01:00:00");
    }

    #[test]
    fn what_is_no_moment_says_what_would_be() {
        let zone = Zone::named("Europe/Lisbon").unwrap();
        for text in ["", "tomorrow", "2027-02-30", "09:00", "2027-01-18T25:00"] {
            assert_eq!(parse_moment(text, &zone), Err(MomentFault::Unreadable), "{text}");
        }
        let twice = parse_moment("2027-10-31T01:30", &zone).unwrap_err().to_string();
        assert!(twice.contains("2027-10-31T00:30:00Z or 2027-10-31T01:30:00Z"), "{twice}");
    }
}
