//! Rules of recurrence, read from words.

use chrono::Weekday;

use super::nearest;
use super::recurrence::{Every, EveryFault, ORDINALS, WEEKDAYS};

const UNITS: [&str; 5] = ["day", "weekday", "week", "month", "year"];

/// The most that a rule may skip: `1000 days`.
const LONGEST_STEP: u32 = 1_000;

impl Every {
    /// Reads a rule: `day`, `3 days`, `weekday`, `week`, `2 weeks`, `monday`, `monday, thursday`, `first monday`,
    /// `last friday`, `month`, `15th`, `last day`, `year`; weekdays and units in the singular or the plural.
    pub fn parse(text: &str) -> Result<Every, EveryFault> {
        let lower = text.trim().to_lowercase();
        if lower.contains(',') {
            let mut days =
                lower.split(',').map(|word| weekday(word.trim())).collect::<Result<Vec<_>, _>>()?;
            days.sort_by_key(Weekday::num_days_from_monday);
            days.dedup();
            return Ok(Every::On(days));
        }
        let words: Vec<&str> = lower.split_whitespace().collect();
        match words.as_slice() {
            [number, unit] if number.starts_with(|c: char| c.is_ascii_digit()) => counted(number, unit),
            ["last", "day"] => Ok(Every::LastDay),
            [ordinal, day] => {
                let known = ORDINALS.iter().find(|(name, _)| name == ordinal).ok_or_else(|| EveryFault {
                    word: (*ordinal).to_owned(),
                    near: nearest(ordinal, ORDINALS.iter().map(|(name, _)| *name))
                        .map(|near| format!("{near} {day}")),
                })?;
                let day = weekday(day).map_err(|fault| EveryFault {
                    near: fault.near.map(|near| format!("{ordinal} {near}")),
                    ..fault
                })?;
                Ok(Every::Ordinal(known.1, day))
            }
            [word] => single(word),
            _ => Err(EveryFault { word: lower.clone(), near: None }),
        }
    }
}

fn weekday(word: &str) -> Result<Weekday, EveryFault> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    WEEKDAYS
        .iter()
        .find(|(name, _)| *name == singular)
        .map(|(_, day)| *day)
        .ok_or_else(|| EveryFault { word: word.to_owned(), near: nearest_weekday(singular) })
}

/// Returns the weekday that an abbreviation or a slip means.
fn nearest_weekday(word: &str) -> Option<String> {
    let names = WEEKDAYS.iter().map(|(name, _)| *name);
    let shortened = names.clone().find(|name| word.len() >= 2 && name.starts_with(word));
    shortened.or_else(|| nearest(word, names)).map(str::to_owned)
}

fn counted(number: &str, unit: &str) -> Result<Every, EveryFault> {
    let fault = |near: Option<String>| EveryFault { word: format!("{number} {unit}"), near };
    let n = number.parse().ok().filter(|n| (1..=LONGEST_STEP).contains(n)).ok_or_else(|| fault(None))?;
    match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => Ok(Every::Days(n)),
        "week" => Ok(Every::Weeks(n)),
        "month" => Ok(Every::Months(n)),
        "year" => Ok(Every::Years(n)),
        other => Err(fault(nearest(other, ["day", "week", "month", "year"]).map(|u| format!("{n} {u}s")))),
    }
}

fn single(word: &str) -> Result<Every, EveryFault> {
    let number: String = word.chars().take_while(char::is_ascii_digit).collect();
    if !number.is_empty() {
        let day = number.parse().ok().filter(|day| (1..=31).contains(day));
        return match (day, word.get(number.len()..)) {
            (Some(day), Some("st" | "nd" | "rd" | "th")) => Ok(Every::MonthDay(day)),
            (Some(day), _) => {
                Err(EveryFault { word: word.to_owned(), near: Some(Every::MonthDay(day).to_string()) })
            }
            _ => Err(EveryFault { word: word.to_owned(), near: None }),
        };
    }
    match word.strip_suffix('s').unwrap_or(word) {
        "day" => Ok(Every::Days(1)),
        "weekday" => Ok(Every::Workdays),
        "week" => Ok(Every::Weeks(1)),
        "month" => Ok(Every::Months(1)),
        "year" => Ok(Every::Years(1)),
        "daily" => Err(EveryFault { word: word.to_owned(), near: Some("day".to_owned()) }),
        other if let Some(unit) = UNITS.iter().find(|unit| other == format!("{unit}ly")) => {
            Err(EveryFault { word: word.to_owned(), near: Some((*unit).to_owned()) })
        }
        singular => weekday(singular).map(|day| Every::On(vec![day])).map_err(|fault| EveryFault {
            word: word.to_owned(),
            near: fault.near.or_else(|| nearest(singular, UNITS).map(str::to_owned)),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_rule_says_what_was_meant() {
        for (every, near) in [
            ("munday", Some("monday")),
            ("mon", Some("monday")),
            ("monday, wensday", Some("wednesday")),
            ("frist monday", Some("first monday")),
            ("first mondy", Some("first monday")),
            ("weekly", Some("week")),
            ("daily", Some("day")),
            ("3 dys", Some("3 days")),
            ("15", Some("15th")),
            ("0 days", None),
            ("99999999999 days", None),
            ("40th", None),
            ("", None),
            ("whenever I feel like it", None),
        ] {
            assert_eq!(Every::parse(every).unwrap_err().near.as_deref(), near, "{every}");
        }
    }
}
