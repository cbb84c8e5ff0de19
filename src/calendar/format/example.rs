//! A value as it was probably meant, and one that a key could have.

use toml::de::DeValue;

use super::super::grammar::{Key, Type};

/// Returns the value as it was probably meant, where that can be told.
pub(super) fn mend(key: &Key, value: &DeValue<'_>) -> Option<String> {
    let short = |text: &str| text.len() <= 60 && !text.contains(['\n', '"', '\\']);
    match (key.takes, value) {
        (Type::Date | Type::DateTime | Type::Moment | Type::Time, DeValue::String(text)) => {
            text.parse::<toml::value::Datetime>().ok().map(|datetime| datetime.to_string())
        }
        (Type::Flag, DeValue::String(text)) => match text.to_lowercase().as_str() {
            "true" | "yes" | "on" => Some("true".to_owned()),
            "false" | "no" | "off" => Some("false".to_owned()),
            _ => None,
        },
        (Type::Count | Type::Whole | Type::Number, DeValue::String(text)) => {
            text.parse::<u32>().ok().map(|number| number.to_string())
        }
        (Type::Lines | Type::Ids | Type::Choices(_), DeValue::String(text)) if short(text) => {
            Some(format!("[\"{text}\"]"))
        }
        (Type::Line | Type::Text | Type::Id, DeValue::Datetime(datetime)) => Some(format!("\"{datetime}\"")),
        (Type::Line | Type::Text | Type::Id, DeValue::Integer(number)) => Some(format!("\"{number}\"")),
        _ => None,
    }
}

/// Returns a value that a key could have, as it is written.
pub(super) fn example(takes: Type) -> String {
    match takes {
        Type::Line | Type::Text | Type::LineOrLines => "\"…\"".to_owned(),
        Type::Lines | Type::Ids => "[\"…\"]".to_owned(),
        Type::Id => "\"some-id\"".to_owned(),
        Type::Date => "2027-01-18".to_owned(),
        Type::Dates => "[2027-01-18]".to_owned(),
        Type::DateTime => "2027-01-18T09:00:00".to_owned(),
        Type::Moment => "2027-01-18T09:00:00Z".to_owned(),
        Type::Month => "\"2027-01\"".to_owned(),
        Type::Week => "\"2027-W07\"".to_owned(),
        Type::Time => "09:00:00".to_owned(),
        Type::Duration => "\"2h\"".to_owned(),
        Type::Flag => "true".to_owned(),
        Type::Count | Type::Whole | Type::Number => "1".to_owned(),
        Type::Choice(words) => format!("\"{}\"", words.first().unwrap_or(&"…")),
        Type::Choices(words) => format!("[\"{}\"]", words.first().unwrap_or(&"…")),
        Type::Platform => "\"feed\"".to_owned(),
        Type::Zone => "\"Europe/Lisbon\"".to_owned(),
        Type::Url => "\"https://museum.example\"".to_owned(),
        Type::Language => "\"en\"".to_owned(),
        Type::Every => "\"first monday\"".to_owned(),
        Type::Pattern => "'(?i)doors? close'".to_owned(),
        Type::Table(_) | Type::PerAccount(_) => "{ … }".to_owned(),
        Type::Tables(_) | Type::Kinds(_) => "[{ … }]".to_owned(),
    }
}
