//! Lengths of time as people write them: `90m`, `2h`, `1d12h`.

use std::fmt;

use chrono::TimeDelta;

/// The units, from the longest, with their seconds.
const UNITS: [(char, i64); 6] =
    [('y', 365 * 86_400), ('w', 7 * 86_400), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// The most that is taken for a length of time: ten years.
const LONGEST_SECS: i64 = 3_660 * 86_400;

/// Why some text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationFault {
    /// There is nothing in it.
    Empty,
    /// A number stands without a unit.
    NoUnit,
    /// A unit stands without a number, or something else does.
    NoNumber(char),
    /// A unit that is none of `y`, `w`, `d`, `h`, `m`, `s`.
    UnknownUnit(char),
    /// A unit comes twice or after a shorter one.
    Order(char),
    /// More than ten years.
    TooLong,
}

impl fmt::Display for DurationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DurationFault::Empty => f.write_str("it is empty"),
            DurationFault::NoUnit => f.write_str("a number has no unit after it"),
            DurationFault::NoNumber(c) => write!(f, "`{c}` has no number before it"),
            DurationFault::UnknownUnit(c) => write!(f, "`{c}` is not one of the units y, w, d, h, m, s"),
            DurationFault::Order(c) => write!(f, "`{c}` comes twice or after a shorter unit"),
            DurationFault::TooLong => f.write_str("it is longer than ten years"),
        }
    }
}

/// Reads a length of time such as `90m`, `2h`, `3d`, `2w`, `1y` or `1d12h`; a day is 24 hours, and a year 365 days.
pub fn parse_duration(text: &str) -> Result<TimeDelta, DurationFault> {
    let mut total_secs: i64 = 0;
    let mut number: Option<i64> = None;
    let mut shortest = i64::MAX;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let so_far = number.unwrap_or(0);
            let grown = so_far.checked_mul(10).and_then(|n| n.checked_add(i64::from(digit)));
            number = Some(grown.ok_or(DurationFault::TooLong)?);
            continue;
        }
        let count = number.take().ok_or(DurationFault::NoNumber(c))?;
        let (_, secs) =
            UNITS.into_iter().find(|(unit, _)| *unit == c).ok_or(DurationFault::UnknownUnit(c))?;
        if secs >= shortest {
            return Err(DurationFault::Order(c));
        }
        shortest = secs;
        let added = count.checked_mul(secs).and_then(|n| total_secs.checked_add(n));
        total_secs = added.filter(|n| *n <= LONGEST_SECS).ok_or(DurationFault::TooLong)?;
    }
    match (number, shortest) {
        (Some(_), _) => Err(DurationFault::NoUnit),
        (None, i64::MAX) => Err(DurationFault::Empty),
        (None, _) => Ok(TimeDelta::seconds(total_secs)),
    }
}

/// Returns a length of time as people write it, with a minus before one that is negative; parts of a second are
/// left out.
pub fn show_duration(length: TimeDelta) -> String {
    let mut rest = length.num_seconds().unsigned_abs();
    let mut shown = String::new();
    if length.num_seconds() < 0 {
        shown.push('-');
    }
    for (unit, secs) in UNITS.into_iter().skip(2) {
        let secs = secs.unsigned_abs();
        if rest >= secs {
            shown.push_str(&format!("{}{unit}", rest / secs));
            rest %= secs;
        }
    }
    if shown.is_empty() { "0m".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_alone_and_in_company() {
        for (text, secs) in [
            ("90m", 5_400),
            ("2h", 7_200),
            ("3d", 259_200),
            ("2w", 1_209_600),
            ("1y", 31_536_000),
            ("1d12h", 129_600),
            ("0m", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(TimeDelta::seconds(secs)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_says_why() {
        use DurationFault::{Empty, NoNumber, NoUnit, Order, TooLong, UnknownUnit};
        for (text, fault) in [
            ("", Empty),
            ("2", NoUnit),
            ("h", NoNumber('h')),
            ("-2h", NoNumber('-')),
            ("2 h", UnknownUnit(' ')),
            ("2q", UnknownUnit('q')),
            ("1h1d", Order('d')),
            ("1h1h", Order('h')),
            ("99999d", TooLong),
            ("99999999999999999999d", TooLong),
            ("9999999999999w", TooLong),
        ] {
            assert_eq!(parse_duration(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for secs in [0, 1, 59, 60, 3_600, 86_399, 86_400, 129_600, 31_536_000] {
            let length = TimeDelta::seconds(secs);
            assert_eq!(parse_duration(&show_duration(length)), Ok(length));
        }
        assert_eq!(show_duration(TimeDelta::hours(36)), "1d12h");
        assert_eq!(show_duration(TimeDelta::minutes(-90)), "-1h30m");
    }
}
