//! Laid slots written into the schedule's file, behind everything that stands there.

use std::fmt::Write;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

use crate::calendar::FILE_LIMIT_BYTES;

use super::layout::Laid;

/// Why slots cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteFault {
    /// The file is no TOML, or its `slot` is no list of tables.
    Broken(String),
    /// The file would be larger than a file is read.
    TooLarge {
        /// Its size.
        size_bytes: usize,
        /// The most that is read.
        limit_bytes: u64,
    },
}

/// Returns the text of a schedule with slots added; `text` is what its file has, where there is one.
///
/// Every byte that is there stays. Where the file has its slots in one list, they go into that list; else each has a
/// `[[slot]]` of its own at the end.
pub fn written(text: Option<&str>, year: i32, laid: &[Laid<'_>]) -> Result<String, WriteFault> {
    let mut whole = match text {
        Some(text) if laid.is_empty() => return Ok(text.to_owned()),
        Some(text) => text.to_owned(),
        None => head(year),
    };
    let mut document: DocumentMut = whole
        .parse()
        .map_err(|fault: toml_edit::TomlError| WriteFault::Broken(fault.message().to_owned()))?;
    match document.get_mut("slot") {
        Some(Item::Value(Value::Array(list))) => {
            laid.iter().for_each(|slot| push(list, slot));
            whole = document.to_string();
        }
        None | Some(Item::ArrayOfTables(_)) => {
            let ends = if whole.contains("\r\n") { "\r\n" } else { "\n" };
            if !whole.is_empty() && !whole.ends_with('\n') {
                whole.push_str(ends);
            }
            for slot in laid {
                whole.push_str(ends);
                whole.push_str(&table(slot).replace('\n', ends));
            }
        }
        Some(_) => return Err(WriteFault::Broken("`slot` is no list of tables".to_owned())),
    }
    match whole.len() as u64 > FILE_LIMIT_BYTES {
        true => Err(WriteFault::TooLarge { size_bytes: whole.len(), limit_bytes: FILE_LIMIT_BYTES }),
        false => Ok(whole),
    }
}

/// Returns a slot's keys with their values as TOML has them.
fn entries(slot: &Laid<'_>) -> Vec<(&'static str, String)> {
    let quoted = |text: &str| Value::from(text).to_string();
    let id = |name: Option<&str>| name.map(quoted);
    let values = [
        ("at", Some(slot.at.format("%Y-%m-%dT%H:%M:%S").to_string())),
        ("department", id(Some(slot.department.as_str()))),
        ("account", id(Some(slot.account.as_str()))),
        ("theme", id(slot.theme)),
        ("observance", id(slot.observance)),
        ("goal", id(slot.goal.map(|goal| goal.as_str()))),
        ("campaign", id(slot.campaign.map(|campaign| campaign.as_str()))),
        ("standing", slot.standing.map(|day| day.to_string())),
        ("experiment", id(slot.trial.as_ref().map(|(experiment, _)| experiment.as_str()))),
        ("arm", id(slot.trial.as_ref().map(|(_, arm)| arm.as_str()))),
        ("why", id(Some(&slot.why))),
    ];
    values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn table(slot: &Laid<'_>) -> String {
    let mut table = "[[slot]]\n".to_owned();
    for (key, value) in entries(slot) {
        // Writing into a string cannot fail.
        _ = writeln!(table, "{key} = {value}");
    }
    table
}

/// Adds a slot to a list, on a line of its own.
fn push(list: &mut Array, slot: &Laid<'_>) {
    let mut inline = InlineTable::new();
    for (key, value) in entries(slot) {
        if let Ok(value) = value.parse::<Value>() {
            inline.insert(key, value);
        }
    }
    let mut value = Value::from(inline);
    value.decor_mut().set_prefix("\n    ");
    list.push_formatted(value);
}

/// Returns a schedule that asks for nothing yet, and shows how to.
pub fn head(year: i32) -> String {
    format!(
        "# The annual schedule of {year}. `kalends year plan {year}` lays slots out at its end, people edit them, and
# `kalends year check {year}` tells what is missing. Take the `#` off what you need, and plan again.
title = \"{year}\"

# [[theme]]                    # what a month, a week or some days are about
# name = \"Maps and stars\"
# month = \"{year}-01\"          # or week = \"{year}-W07\", or from and until

# [[observance]]               # a day that wants a post
# name = \"International Museum Day\"
# on = {year}-05-18

# [[holiday]]                  # nothing is planned on it
# name = \"New Year\"
# on = {year}-01-01

# [[quiet]]                    # nothing is said on it: a post on that day is held
# name = \"Election day\"
# on = {year}-10-10

# [[coverage]]                 # how many posts there must be, of a goal, a department, an account, a campaign
# posts = 4
# every = \"month\"             # or \"week\"
# account = \"news\"
"
    )
}
