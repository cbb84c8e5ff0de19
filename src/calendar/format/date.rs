//! Dates and times taken out of a table.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use toml::Spanned;
use toml::de::DeValue;

use crate::finding::Code;

use super::super::model::At;
use super::table::Sheet;
use super::word::shown;

impl<'a> Sheet<'a> {
    /// Says that something ends before it begins, where it does.
    pub fn not_reversed<T: Ord + std::fmt::Display>(&self, first: Option<&At<T>>, last: Option<&At<T>>) {
        let Some((first, last)) = first.zip(last).filter(|(first, last)| last.value < first.value) else {
            return;
        };
        let message = format!("it ends on {}, before it begins on {}", last.value, first.value);
        let help = "swap the two dates, or mend the year".to_owned();
        self.bad(Code::DatesReversed, last.span.clone(), message, "before its beginning", Some(help));
    }

    /// Takes a date.
    pub fn date(&self, name: &str) -> Option<At<NaiveDate>> {
        let (_, value) = self.get(name)?;
        self.one_date(name, value)
    }

    fn one_date(&self, name: &str, value: &Spanned<DeValue<'a>>) -> Option<At<NaiveDate>> {
        let found = value.get_ref().as_datetime()?;
        let date = match (found.date, found.time, found.offset) {
            (Some(date), None, None) => to_date(date),
            _ => None,
        };
        if date.is_none() {
            let help = found.date.map(|date| format!("write the date alone: {date}"));
            self.bad(
                Code::BadDate,
                value.span(),
                format!("`{name}` takes a date without a time"),
                "not a date alone",
                help,
            );
        }
        Some(At { value: date?, span: value.span() })
    }

    /// Takes several dates.
    pub fn dates(&self, name: &str) -> Option<Vec<At<NaiveDate>>> {
        let (_, value) = self.get(name)?;
        let items = value.get_ref().as_array()?.iter();
        Some(items.filter_map(|item| self.one_date(name, item)).collect())
    }

    /// Takes a month, as its first day.
    pub fn month(&self, name: &str) -> Option<At<NaiveDate>> {
        let said = self.line(name)?;
        let plain = said.value.len() == 7;
        let first = NaiveDate::parse_from_str(&format!("{}-01", said.value), "%Y-%m-%d").ok();
        self.known(said, first.filter(|_| plain), ("month", "2027-01", "mend it: the months are 01 to 12"))
    }

    /// Takes a week as ISO 8601 counts them, as its Monday.
    pub fn week(&self, name: &str) -> Option<At<NaiveDate>> {
        let said = self.line(name)?;
        let parts = said.value.split_once("-W").filter(|(year, week)| year.len() == 4 && week.len() == 2);
        let parts = parts.and_then(|(year, week)| Some((year.parse().ok()?, week.parse().ok()?)));
        let monday = parts.and_then(|(year, week)| NaiveDate::from_isoywd_opt(year, week, Weekday::Mon));
        let help = match parts {
            Some((year, _)) if NaiveDate::from_isoywd_opt(year, 53, Weekday::Mon).is_none() => {
                "mend it: the year has weeks 01 to 52"
            }
            _ => "mend it: the year has weeks 01 to 53",
        };
        self.known(said, monday, ("week", "2027-W07", help))
    }

    /// Returns the day that words mean, and says so where they mean none.
    fn known(
        &self,
        said: At<String>,
        day: Option<NaiveDate>,
        (noun, example, help): (&str, &str, &str),
    ) -> Option<At<NaiveDate>> {
        let has_form = said.value.len() == example.len()
            && said
                .value
                .bytes()
                .zip(example.bytes())
                .all(|(a, b)| a == b || (a.is_ascii_digit() && b.is_ascii_digit()));
        if day.is_none() {
            let help = if has_form { help.to_owned() } else { format!("write it such as \"{example}\"") };
            let message = format!("`{}` is not a {noun}", shown(&said.value));
            let label = format!("no {noun} that there is");
            self.bad(Code::BadDate, said.span.clone(), message, &label, Some(help));
        }
        Some(At { value: day?, span: said.span })
    }

    /// Takes a local date-time.
    pub fn date_time(&self, name: &str) -> Option<At<NaiveDateTime>> {
        let (_, value) = self.get(name)?;
        let found = value.get_ref().as_datetime()?;
        let span = value.span();
        let local = found.date.and_then(to_date).zip(found.time.and_then(to_time));
        let (message, help) = match (local, found.offset) {
            (Some((date, time)), None) => return Some(At { value: date.and_time(time), span }),
            (Some((date, time)), Some(_)) => (
                format!("`{name}` is a wall clock, and has an offset"),
                format!("write {}T{time}, and `zone = \"…\"` if it is not in the calendar's zone", date),
            ),
            (None, _) => (
                format!("`{name}` takes a date and a time"),
                match found.date {
                    Some(date) => format!("add a time: {date}T09:00:00"),
                    None => "write it such as 2027-01-18T09:00:00".to_owned(),
                },
            ),
        };
        self.bad(Code::BadDate, span, message, "not a local date and time", Some(help));
        None
    }

    /// Takes a date-time with an offset.
    pub fn moment(&self, name: &str) -> Option<At<DateTime<Utc>>> {
        let (_, value) = self.get(name)?;
        let found = value.get_ref().as_datetime()?;
        let moment = found.offset.and_then(|_| DateTime::parse_from_rfc3339(&found.to_string()).ok());
        if moment.is_none() {
            let help = Some("write it with its offset, such as 2027-01-18T09:00:00Z".to_owned());
            let message = format!("`{name}` takes a date and a time with an offset");
            self.bad(Code::BadDate, value.span(), message, "not one moment", help);
        }
        Some(At { value: moment?.to_utc(), span: value.span() })
    }

    /// Takes a local time of day.
    pub fn time(&self, name: &str) -> Option<At<NaiveTime>> {
        let (_, value) = self.get(name)?;
        let found = value.get_ref().as_datetime()?;
        let time = match (found.date, found.time, found.offset) {
            (None, Some(time), None) => to_time(time),
            _ => None,
        };
        if time.is_none() {
            let help = Some("write it such as 09:00:00".to_owned());
            self.bad(
                Code::BadDate,
                value.span(),
                format!("`{name}` takes a time of day alone"),
                "not a time alone",
                help,
            );
        }
        Some(At { value: time?, span: value.span() })
    }
}

fn to_date(date: toml::value::Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

fn to_time(time: toml::value::Time) -> Option<NaiveTime> {
    // A leap second that a person writes is the second before it.
    let second = time.second.unwrap_or(0).min(59);
    NaiveTime::from_hms_opt(u32::from(time.hour), u32::from(time.minute), u32::from(second))
}

/// Returns the days of spanned dates.
pub fn days(dates: &[At<NaiveDate>]) -> BTreeSet<NaiveDate> {
    dates.iter().map(|date| date.value).collect()
}
