//! What a cell holds, and the value of a file that it stands for.
//!
//! Empty: the file does not say the key. `""`: it says it with nothing in it, and `[]` a list with nothing in it. A list is
//! `a, b`, or `["a, b", "c"]` as TOML writes it where an item has a comma. `TRUE` and `FALSE`; `2027-01-18`;
//! `2027-01-18T09:00:00`. Anything else is the text itself; a text that is itself `""` has a `'` before it.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use toml_edit::{Array, Datetime, Value};

use crate::calendar::Type;

/// The nothing that a file says on purpose.
const EMPTY: &str = "\"\"";

/// The list with nothing in it.
pub const EMPTY_LIST: &str = "[]";

/// Tells whether a key's value is a list of words.
fn is_list(takes: Type) -> bool {
    matches!(takes, Type::Lines | Type::Ids | Type::Dates | Type::Choices(_))
}

/// Returns the cell of a value.
pub fn show(value: &Value) -> String {
    match value {
        Value::String(text) => show_text(text.value()),
        Value::Boolean(flag) => if *flag.value() { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Array(items) => show_list(items),
        Value::Datetime(moment) => show_datetime(moment.value()),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::InlineTable(table) => table.to_string(),
    }
}

/// Returns a text as a post's reader takes it: line ends as `\n`, without empty lines before it and blanks behind.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_empty = |line: &&str| line.ends_with('\n') && line.trim().is_empty();
    let lead: usize = text.split_inclusive('\n').take_while(is_empty).map(str::len).sum();
    text.get(lead..).unwrap_or_default().trim_end().to_owned()
}

fn show_text(text: &str) -> String {
    let text = plain(text);
    match text.as_str() {
        "" => EMPTY.to_owned(),
        text if text.trim_start_matches('\'') == EMPTY => format!("'{text}"),
        _ => text,
    }
}

fn show_datetime(moment: &Datetime) -> String {
    let text = moment.to_string().replace(' ', "T");
    // Seconds are there whether the file says them or not.
    match (moment.date, moment.time) {
        (Some(_), Some(_)) if text.len() == 16 => format!("{text}:00"),
        _ => text,
    }
}

fn show_list(items: &Array) -> String {
    let one = |item: &Value| match item {
        Value::String(text) => text.value().clone(),
        other => show(other),
    };
    let items: Vec<String> = items.iter().map(one).collect();
    let is_simple = |item: &String| {
        !item.is_empty() && item.trim() == item && !item.contains([',', '\n', '\r']) && !item.starts_with('[')
    };
    if !items.is_empty() && items.iter().all(is_simple) {
        return items.join(", ");
    }
    let mut array: Array = items.iter().map(String::as_str).collect();
    array.fmt();
    array.to_string()
}

/// Why a cell is no value of a key: what is wrong, and what to write.
pub type Fault = (String, String);

/// Returns the value that a cell stands for; nothing for an empty one.
pub fn read(name: &str, takes: Type, cell: &str) -> Result<Option<Value>, Fault> {
    let cell = cell.replace("\r\n", "\n").replace('\r', "\n");
    if cell.trim().is_empty() {
        return Ok(None);
    }
    let word = cell.trim();
    let value = match takes {
        takes if is_list(takes) => return read_list(name, takes, word).map(Some),
        Type::Date => Value::from(toml(&date(name, word)?.to_string())?),
        Type::DateTime => Value::from(toml(&date_time(name, word)?.format("%Y-%m-%dT%H:%M:%S").to_string())?),
        Type::Flag => Value::from(flag(name, word)?),
        Type::Count | Type::Whole => Value::from(whole(name, word)?),
        _ if word == EMPTY => Value::from(""),
        _ if word.starts_with('\'') && word.trim_start_matches('\'') == EMPTY => {
            Value::from(word.get(1..).unwrap_or_default())
        }
        // A blank before a title is the author's.
        Type::Text | Type::Line => super::edit::text_value(&plain(&cell)),
        _ => super::edit::text_value(word),
    };
    Ok(Some(value))
}

fn toml(text: &str) -> Result<Datetime, Fault> {
    text.parse().map_err(|_| (format!("`{text}` is no date"), "write a date such as 2027-01-18".to_owned()))
}

fn read_list(name: &str, takes: Type, cell: &str) -> Result<Value, Fault> {
    if cell.starts_with('[') {
        let fault = || {
            let help = "write `a, b`; or [\"a, b\", \"c\"] where an item has a comma".to_owned();
            (format!("`{name}` begins with `[` and is no list of TOML"), help)
        };
        let document: toml_edit::DocumentMut = format!("x = {cell}\n").parse().map_err(|_| fault())?;
        let array = document.get("x").and_then(toml_edit::Item::as_array).ok_or_else(fault)?;
        let mut plain: Array = array.iter().cloned().collect();
        plain.fmt();
        return Ok(Value::Array(plain));
    }
    let items = cell.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty());
    let mut array = Array::new();
    for item in items {
        match takes {
            Type::Dates => array.push(Value::from(toml(&date(name, item)?.to_string())?)),
            _ => array.push(item),
        }
    }
    Ok(Value::Array(array))
}

fn flag(name: &str, word: &str) -> Result<bool, Fault> {
    match word.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err((format!("`{name}` cannot be `{word}`"), "write TRUE or FALSE".to_owned())),
    }
}

fn whole(name: &str, word: &str) -> Result<i64, Fault> {
    let number = word.strip_suffix(".0").unwrap_or(word).parse::<i64>();
    number.map_err(|_| (format!("`{name}` cannot be `{word}`"), "write a whole number".to_owned()))
}

/// Reads a day: `2027-01-18`, or the number that a spreadsheet keeps of it.
fn date(name: &str, word: &str) -> Result<NaiveDate, Fault> {
    let serial = || word.parse::<f64>().ok().filter(|number| number.fract() == 0.0).and_then(from_serial);
    let found = NaiveDate::parse_from_str(word, "%Y-%m-%d").ok();
    let midnight =
        || word.strip_suffix("T00:00:00").and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    found
        .or_else(midnight)
        .or_else(|| serial().map(|wall| wall.date()))
        .filter(|day| *day >= FIRST_DAY)
        .ok_or_else(|| no_date(name, word, "2027-01-18"))
}

/// Reads a wall clock: `2027-01-18T09:00`, with or without seconds, or the number that a spreadsheet keeps of it. A
/// day alone is none.
fn date_time(name: &str, word: &str) -> Result<NaiveDateTime, Fault> {
    const FORMS: [&str; 4] = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let found = FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(word, form).ok());
    if found.is_none() && NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok() {
        return Err((format!("`{name}` has no time"), format!("write {word}T09:00")));
    }
    let serial = word.parse::<f64>().ok().and_then(|number| Some((number, from_serial(number)?)));
    if let Some((_, wall)) = serial.filter(|(number, _)| number.fract() == 0.0) {
        return Err((format!("`{name}` has no time"), format!("write {}T09:00", wall.date())));
    }
    let found = found.or(serial.map(|(_, wall)| wall)).filter(|wall| wall.date() >= FIRST_DAY);
    found.ok_or_else(|| no_date(name, word, "2027-01-18T09:00"))
}

fn no_date(name: &str, word: &str, example: &str) -> Fault {
    let is_local = word.contains(['/', '.']) && word.bytes().any(|byte| byte.is_ascii_digit());
    let help = match is_local {
        true => format!("write {example}: which number is the day and which the month, nobody can tell"),
        false => format!("write {example}"),
    };
    (format!("`{name}` cannot be `{word}`"), help)
}

/// The first day that spreadsheets agree on; what is before is a time alone, or a slip.
pub const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1900, 3, 1) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The days that a spreadsheet counts to the year 10000.
const SERIAL_MAX: f64 = 2_958_466.0;

/// Returns the wall clock of a spreadsheet's number of days: day 61 is 1 March 1900, by which its year 1900 has a day too
/// many. Numbers below 61 are nobody's date.
pub fn from_serial(serial: f64) -> Option<NaiveDateTime> {
    if !(61.0..SERIAL_MAX).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the number is within the bounds above")]
    let secs = (serial * 86_400.0).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?
        .and_hms_opt(0, 0, 0)?
        .checked_add_signed(TimeDelta::try_seconds(secs)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(takes: Type, cell: &str) -> String {
        read("k", takes, cell).unwrap().map_or_else(String::new, |value| show(&value))
    }

    #[test]
    fn every_form_that_people_and_spreadsheets_write_is_read() {
        for (takes, cell, same) in [
            (Type::DateTime, "2027-01-18T09:00", "2027-01-18T09:00:00"),
            (Type::DateTime, "2027-01-18 09:00:30", "2027-01-18T09:00:30"),
            (Type::DateTime, "46405.375", "2027-01-18T09:00:00"),
            (Type::Date, "46405", "2027-01-18"),
            (Type::Date, "2027-01-18T00:00:00", "2027-01-18"),
            (Type::Flag, "wahr", ""),
            (Type::Flag, "true", "TRUE"),
            (Type::Count, "3.0", "3"),
            (Type::Ids, "news,\n bluesky,", "news, bluesky"),
            (Type::Lines, "[\"a, b\", 'c']", "[\"a, b\", \"c\"]"),
            (Type::Dates, "2027-01-18, 2027-01-25", "2027-01-18, 2027-01-25"),
            (Type::Lines, "[]", "[]"),
            (Type::Text, "  two\r\nlines \n", "  two\nlines"),
            (Type::Text, "\"\"", "\"\""),
            (Type::Text, "'\"\"", "'\"\""),
            (Type::Line, "“smart” ‘quotes’", "“smart” ‘quotes’"),
            (Type::Line, " a title ", " a title"),
            (Type::Text, "  ", ""),
        ] {
            match (same, read("k", takes, cell)) {
                ("", Err(_)) => {}
                _ => assert_eq!(back(takes, cell), same, "{cell}"),
            }
        }
    }

    #[test]
    fn what_is_no_value_says_what_would_be() {
        for (takes, cell, help) in [
            (Type::DateTime, "1/18/2027", "nobody can tell"),
            (Type::Date, "18.1.2027", "nobody can tell"),
            (Type::DateTime, "2027-01-18", "2027-01-18T09:00"),
            (Type::DateTime, "12", "write 2027"),
            (Type::DateTime, "46405", "2027-01-18T09:00"),
            (Type::DateTime, "1899-12-31T10:00:00", "write 2027"),
            (Type::DateTime, "10:00:00", "write 2027"),
            (Type::Date, "1900-02-28", "write 2027"),
            (Type::DateTime, "1e300", "write 2027"),
            (Type::Date, "46405.5", "write 2027"),
            (Type::Flag, "maybe", "TRUE or FALSE"),
            (Type::Count, "two", "whole number"),
            (Type::Lines, "[a", "where an item has a comma"),
        ] {
            let fault = read("k", takes, cell).unwrap_err();
            assert!(fault.1.contains(help), "{cell}: {fault:?}");
        }
    }
}
