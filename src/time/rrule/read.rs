//! A rule's text read.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, Weekday};

use super::{Frequency, Nth, Rule, Until};

/// Why a text is no rule of recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// What is wrong, without a full stop.
    pub message: String,
    /// The part that is wrong, as bytes of the text.
    pub part: Range<usize>,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The most numbers that a part of a rule may list: a year has no more days, seconds or weeks to name from either end.
const LIST_MAX: usize = 800;

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

impl FromStr for Rule {
    type Err = RuleFault;

    /// Reads a rule such as `FREQ=MONTHLY;BYDAY=-1FR;COUNT=10`, its parts in any order.
    fn from_str(text: &str) -> Result<Rule, RuleFault> {
        let mut rule = Rule {
            frequency: Frequency::Yearly,
            interval: 1,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Mon,
        };
        let (mut seen, mut at): (Vec<String>, usize) = (Vec::new(), 0);
        for part in text.split(';') {
            let place = at..at + part.len();
            at = place.end + 1;
            let fault = |message: String| RuleFault { message, part: place.clone() };
            if part.trim().is_empty() {
                continue;
            }
            let Some((name, value)) = part.split_once('=') else {
                return Err(fault(format!("`{part}` is not `NAME=VALUE`")));
            };
            let name = name.trim().to_ascii_uppercase();
            if seen.contains(&name) {
                return Err(fault(format!("{name} is said twice")));
            }
            rule.set(&name, value.trim()).map_err(fault)?;
            // What no rule knows is not kept: a text may have a million of it.
            if !name.starts_with("X-") {
                seen.push(name);
            }
        }
        let whole = |message: &str| RuleFault { message: message.to_owned(), part: 0..text.len() };
        if !seen.iter().any(|name| name == "FREQ") {
            return Err(whole("FREQ is missing"));
        }
        rule.sound().map_err(whole)?;
        Ok(rule)
    }
}

impl Rule {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "FREQ" => {
                let found = FREQUENCIES.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
                let known = FREQUENCIES.map(|(word, _)| word).join(", ");
                self.frequency = found.ok_or(format!("FREQ cannot be `{value}`: it is one of {known}"))?.1;
            }
            "INTERVAL" => self.interval = number(name, value, 1..=i64::from(u32::MAX))?,
            "COUNT" => self.count = Some(number(name, value, 1..=i64::MAX)?),
            "UNTIL" => self.until = Some(until(value)?),
            "BYSECOND" => self.by_second = numbers(name, value, 0..=60, false)?,
            "BYMINUTE" => self.by_minute = numbers(name, value, 0..=59, false)?,
            "BYHOUR" => self.by_hour = numbers(name, value, 0..=23, false)?,
            "BYMONTH" => self.by_month = numbers(name, value, 1..=12, false)?,
            "BYMONTHDAY" => self.by_month_day = numbers(name, value, -31..=31, true)?,
            "BYYEARDAY" => self.by_year_day = numbers(name, value, -366..=366, true)?,
            "BYWEEKNO" => self.by_week_no = numbers(name, value, -53..=53, true)?,
            "BYSETPOS" => self.by_set_pos = numbers(name, value, -366..=366, true)?,
            "BYDAY" => {
                self.by_day = value.split(',').take(LIST_MAX).map(weekday).collect::<Result<_, _>>()?;
            }
            "WKST" => {
                let day = weekday(value)?;
                if day.nth.is_some() {
                    return Err(format!("WKST cannot be `{value}`"));
                }
                self.week_start = day.weekday;
            }
            _ if name.starts_with("X-") => {}
            _ => return Err(format!("{name} is no part of a rule")),
        }
        Ok(())
    }

    /// Looks at the parts together (RFC 5545 §3.3.10).
    fn sound(&self) -> Result<(), &'static str> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let has_nth = self.by_day.iter().any(|day| day.nth.is_some());
        let has_part = !(self.by_second.is_empty()
            && self.by_minute.is_empty()
            && self.by_hour.is_empty()
            && self.by_day.is_empty()
            && self.by_month_day.is_empty()
            && self.by_year_day.is_empty()
            && self.by_week_no.is_empty()
            && self.by_month.is_empty());
        if self.count.is_some() && self.until.is_some() {
            return Err("COUNT and UNTIL are said both");
        }
        if has_nth && !matches!(self.frequency, Monthly | Yearly) {
            return Err("BYDAY has a number, which only MONTHLY and YEARLY rules may");
        }
        if has_nth && !self.by_week_no.is_empty() {
            return Err("BYDAY has a number beside BYWEEKNO");
        }
        if !self.by_week_no.is_empty() && self.frequency != Yearly {
            return Err("BYWEEKNO stands in a rule that is not YEARLY");
        }
        if !self.by_year_day.is_empty() && matches!(self.frequency, Daily | Weekly | Monthly) {
            return Err("BYYEARDAY stands in a DAILY, WEEKLY or MONTHLY rule");
        }
        if !self.by_month_day.is_empty() && self.frequency == Weekly {
            return Err("BYMONTHDAY stands in a WEEKLY rule");
        }
        if !self.by_set_pos.is_empty() && !has_part {
            return Err("BYSETPOS stands without another BY part");
        }
        let longest = |month: u32| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let exists = |day: &i32| self.by_month.iter().any(|month| day.abs() <= longest(*month));
        if !self.by_month.is_empty() && !self.by_month_day.is_empty() && !self.by_month_day.iter().any(exists)
        {
            return Err("no month of BYMONTH has a day of BYMONTHDAY: it never comes");
        }
        Ok(())
    }
}

fn number<T: TryFrom<i64>>(name: &str, text: &str, range: RangeInclusive<i64>) -> Result<T, String> {
    let found = text.parse::<i64>().ok().filter(|number| range.contains(number));
    let wanted = match *range.end() {
        end if end > 1_000 => format!("a number from {} on", range.start()),
        end => format!("numbers from {} to {end}", range.start()),
    };
    found
        .and_then(|number| T::try_from(number).ok())
        .ok_or(format!("{name} cannot be `{text}`: it takes {wanted}"))
}

/// Reads a list of numbers; one that counts from either end has no zero.
fn numbers<T: TryFrom<i64>>(
    name: &str,
    text: &str,
    range: RangeInclusive<i64>,
    from_either_end: bool,
) -> Result<Vec<T>, String> {
    let one = |text: &str| {
        let text = text.trim();
        if from_either_end && text.parse::<i64>() == Ok(0) {
            return Err(format!("{name} cannot be 0: it counts from 1, or from -1 backwards"));
        }
        number(name, text, range.clone())
    };
    if text.split(',').nth(LIST_MAX).is_some() {
        return Err(format!("{name} lists more than {LIST_MAX} numbers"));
    }
    text.split(',').map(one).collect()
}

fn weekday(text: &str) -> Result<Nth, String> {
    let text = text.trim();
    let fault = || format!("`{text}` is no day such as MO, 1MO or -1FR");
    let (nth, day) = text.split_at_checked(text.len().saturating_sub(2)).ok_or_else(fault)?;
    let weekday = WEEKDAYS.iter().find(|(word, _)| word.eq_ignore_ascii_case(day)).ok_or_else(fault)?.1;
    if nth.is_empty() {
        return Ok(Nth { nth: None, weekday });
    }
    let nth = number::<i16>("BYDAY", nth, -53..=53).ok().filter(|nth| *nth != 0).ok_or_else(fault)?;
    Ok(Nth { nth: Some(nth), weekday })
}

fn until(text: &str) -> Result<Until, String> {
    if let (8, Ok(day)) = (text.len(), NaiveDate::parse_from_str(text, "%Y%m%d")) {
        return Ok(Until::Day(day));
    }
    let (wall, is_utc) = text.strip_suffix(['Z', 'z']).map_or((text, false), |wall| (wall, true));
    match NaiveDateTime::parse_from_str(wall, "%Y%m%dT%H%M%S") {
        Ok(wall) if is_utc => Ok(Until::Utc(wall)),
        Ok(wall) => Ok(Until::Local(wall)),
        Err(_) => Err(format!("UNTIL cannot be `{text}`: write 20271224 or 20271224T090000Z")),
    }
}
