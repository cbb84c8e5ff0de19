//! Values of properties: dates, times, lengths and offsets (RFC 5545 §3.3).

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::finding::Span;

use super::line::Property;

/// Whose clock a time is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dial {
    /// Nobody's: wherever one is.
    Floating,
    /// UTC.
    Utc,
    /// That of a `TZID`.
    Of(String),
}

/// A date or a date-time, with whose clock it is of and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The wall clock; midnight for a date.
    pub wall: NaiveDateTime,
    /// Whether it is a date alone.
    pub is_date: bool,
    /// Whose clock it is of.
    pub dial: Dial,
    /// Where it stands.
    pub span: Span,
}

impl Stamp {
    /// Returns the value as it stands in files, without its zone.
    pub fn show(&self) -> String {
        match (self.is_date, &self.dial) {
            (true, _) => self.wall.format("%Y%m%d").to_string(),
            (false, Dial::Utc) => self.wall.format("%Y%m%dT%H%M%SZ").to_string(),
            (false, _) => self.wall.format("%Y%m%dT%H%M%S").to_string(),
        }
    }
}

/// The most dates that one property may list.
const LIST_MAX: usize = 10_000;

/// What is wrong with a value, and where.
pub type Fault = (String, Span);

/// Reads a property's one date or date-time.
pub fn stamp(property: &Property) -> Result<Stamp, Fault> {
    one_stamp(property, &property.value, 0)
}

/// Reads a property's dates, date-times, or periods, of which each begins something.
pub fn stamps(property: &Property) -> Result<Vec<Stamp>, Fault> {
    let (mut stamps, mut at) = (Vec::new(), 0);
    for piece in property.value.split(',') {
        if stamps.len() >= LIST_MAX {
            let why = format!("{} lists more than {LIST_MAX} dates", property.name);
            return Err((why, property.span.clone()));
        }
        let beginning = piece.split('/').next().unwrap_or_default();
        stamps.push(one_stamp(property, beginning, at)?);
        at += piece.len() + 1;
    }
    Ok(stamps)
}

fn one_stamp(property: &Property, text: &str, at: usize) -> Result<Stamp, Fault> {
    let span = property.place(at..at + text.len());
    let text = text.trim();
    let name = &property.name;
    let says_date = property.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("DATE"));
    let dial = match property.parameter("TZID") {
        _ if text.ends_with(['Z', 'z']) => Dial::Utc,
        Some(zone) => Dial::Of(zone.to_owned()),
        None => Dial::Floating,
    };
    let wall = match text.len() {
        8 => date(text).map(|day| (day.and_time(NaiveTime::MIN), true)),
        _ => date_time(text.trim_end_matches(['Z', 'z'])).map(|wall| (wall, false)),
    };
    match wall {
        Some((wall, is_date)) if is_date || !says_date => Ok(Stamp { wall, is_date, dial, span }),
        Some(_) => Err((format!("{name} says that it is a date, and `{text}` is a date and a time"), span)),
        None => Err((
            format!("{name} cannot be `{text}`: it is no date such as 20270118 or 20270118T090000"),
            span,
        )),
    }
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn date(text: &str) -> Option<NaiveDate> {
    let (year, month, day) = (digits(text.get(..4)?)?, digits(text.get(4..6)?)?, digits(text.get(6..8)?)?);
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Reads `20270118T090000`; a leap second is the second before it.
pub fn date_time(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once(['T', 't'])?;
    if day.len() != 8 || time.len() != 6 {
        return None;
    }
    let (hour, minute, second) =
        (digits(time.get(..2)?)?, digits(time.get(2..4)?)?, digits(time.get(4..6)?)?);
    date(day)?.and_hms_opt(hour, minute, if second == 60 { 59 } else { second })
}

/// Reads an offset such as `+0100` or `-043015`, in seconds.
pub fn offset_secs(text: &str) -> Option<i64> {
    let text = text.trim();
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = text.get(1..)?;
    if !rest.is_ascii() || rest.len() != 4 && rest.len() != 6 {
        return None;
    }
    let part = |at: usize| rest.get(at..at + 2).map_or(Some(0), digits).map(i64::from);
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 24 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

/// A length: its days are those of a calendar, its time is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Whole days.
    pub days: i64,
    /// Time besides.
    pub secs: i64,
}

impl Length {
    /// Returns the length as if each day had 24 hours.
    pub fn about(self) -> TimeDelta {
        TimeDelta::days(self.days) + TimeDelta::seconds(self.secs)
    }
}

/// The longest that an event is taken to last.
const DAYS_MAX: i64 = 3_660;

/// Reads a duration such as `PT1H30M`, `P1D` or `P2W`; one that is negative is none.
pub fn length(text: &str) -> Option<Length> {
    let mut rest = text.trim().trim_start_matches('+').strip_prefix(['P', 'p'])?;
    let (mut length, mut is_time, mut any) = (Length { days: 0, secs: 0 }, false, false);
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(['T', 't']) {
            (is_time, rest) = (true, behind);
            continue;
        }
        let many = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest.get(..many)?.parse::<i64>().ok().filter(|number| *number < 1_000_000_000)?;
        match (rest.as_bytes().get(many)?.to_ascii_uppercase(), is_time) {
            (b'W', false) => length.days += 7 * number,
            (b'D', false) => length.days += number,
            (b'H', true) => length.secs += 3_600 * number,
            (b'M', true) => length.secs += 60 * number,
            (b'S', true) => length.secs += number,
            _ => return None,
        }
        any = true;
        rest = rest.get(many + 1..)?;
    }
    (any && length.days <= DAYS_MAX && length.secs <= DAYS_MAX * 86_400).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_offsets_are_read_or_refused() {
        assert_eq!(length("P2W"), Some(Length { days: 14, secs: 0 }));
        assert_eq!(length("P1DT1H30M5S"), Some(Length { days: 1, secs: 5_405 }));
        for wrong in ["", "P", "PT", "-PT1H", "P1H", "PT1D", "P99999999999999999999D", "1H", "P1é"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
        assert_eq!(offset_secs("+0100"), Some(3_600));
        assert_eq!(offset_secs("-043015"), Some(-16_215));
        for wrong in ["0100", "+1", "+0a00", "+2500", "é", "+1é2"] {
            assert_eq!(offset_secs(wrong), None, "{wrong}");
        }
    }
}
