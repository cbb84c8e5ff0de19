//! A post's file as a row: each key that it says, by its path, with the cell of its value.

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::calendar::{Key, Kind, Type};
use crate::draft::Digest;

use super::edit::Wanted;
use super::{ID, cell};

/// The cells of a post by the paths of their keys, in the order of the grammar.
pub type Row = Vec<(String, String)>;

/// Returns the keys of a post that are columns: all but its id, which is its file's name or never changes.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    Kind::Post.keys().iter().filter(|key| key.name != ID)
}

/// Returns the path of the key whose value stands at a byte of a post's file.
pub fn path_at(text: &str, byte: usize) -> Option<String> {
    let document = toml_edit::Document::parse(text).ok()?;
    below_at(document.as_table(), byte)
}

fn below_at(table: &dyn TableLike, byte: usize) -> Option<String> {
    let mut found = None;
    let is_at = |item: &Item| item.span().is_some_and(|span| span.contains(&byte));
    for (name, item) in table.iter() {
        let inner = match item {
            Item::ArrayOfTables(_) | Item::Value(Value::Array(_)) if !entries(item).is_empty() => {
                let found = entries(item)
                    .into_iter()
                    .zip(1..)
                    .find_map(|(table, number)| below_at(table, byte).map(|path| format!("{number}.{path}")));
                found.map(|path| format!("{name}.{path}"))
            }
            Item::Table(_) | Item::Value(Value::InlineTable(_)) => item
                .as_table_like()
                .and_then(|table| below_at(table, byte))
                .map(|path| format!("{name}.{path}")),
            _ => is_at(item).then(|| name.to_owned()),
        };
        found = found.or(inner);
    }
    found
}

/// Returns a post's row.
pub fn row(document: &DocumentMut) -> Row {
    let mut row = Row::new();
    keys().for_each(|key| of_key(document.as_table(), key, "", &mut row));
    row
}

/// Adds the cells of one table.
pub fn of_entry(table: &dyn TableLike, keys: &'static [Key], prefix: &str, row: &mut Row) {
    keys.iter().for_each(|key| of_key(table, key, prefix, row));
}

fn of_key(table: &dyn TableLike, key: &'static Key, prefix: &str, row: &mut Row) {
    let Some(item) = table.get(key.name) else { return };
    let path = format!("{prefix}{}", key.name);
    match key.takes {
        Type::Table(keys) => {
            if let Some(table) = item.as_table_like() {
                of_entry(table, keys, &format!("{path}."), row);
            }
        }
        Type::Tables(keys) => {
            let tables = entries(item);
            if tables.is_empty() {
                row.push((path.clone(), cell::EMPTY_LIST.to_owned()));
            }
            for (table, number) in tables.into_iter().zip(1..) {
                of_entry(table, keys, &format!("{path}.{number}."), row);
            }
        }
        Type::PerAccount(keys) => {
            for (account, item) in item.as_table_like().into_iter().flat_map(TableLike::iter) {
                if let Some(table) = item.as_table_like() {
                    of_entry(table, keys, &format!("{path}.{account}."), row);
                }
            }
        }
        _ => row.extend(item.as_value().map(|value| (path, cell::show(value)))),
    }
}

/// Returns the tables of a list of tables, however it is written.
pub fn entries(item: &Item) -> Vec<&dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| table as &dyn TableLike).collect(),
        Item::Value(Value::Array(items)) => {
            items.iter().filter_map(Value::as_inline_table).map(|table| table as &dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}

/// The most entries that a list of tables may have in a spreadsheet.
const ENTRIES_MAX: usize = 200;

/// Returns the key that a column's path leads to; nothing for a path of nowhere.
pub fn key_of(path: &str) -> Option<&'static Key> {
    let parts: Vec<&str> = path.split('.').collect();
    let (first, rest) = parts.split_first()?;
    let key = keys().find(|key| key.name == *first)?;
    below(key, rest)
}

fn below(key: &'static Key, rest: &[&str]) -> Option<&'static Key> {
    let named = |keys: &'static [Key], rest: &[&str]| {
        let (first, rest) = rest.split_first()?;
        below(keys.iter().find(|key| key.name == *first)?, rest)
    };
    match (key.takes, rest) {
        (Type::Table(keys), rest) => named(keys, rest),
        (Type::Tables(_), []) => Some(key),
        (Type::Tables(keys), [number, rest @ ..]) => {
            let number = number.parse::<usize>().ok().filter(|number| (1..=ENTRIES_MAX).contains(number));
            number.and_then(|_| named(keys, rest))
        }
        (Type::PerAccount(keys), [account, rest @ ..]) => {
            crate::draft::is_id(account).then(|| named(keys, rest)).flatten()
        }
        (_, []) => Some(key),
        _ => None,
    }
}

/// Returns the columns whose cells differ from a post's.
pub fn differing(now: &Row, wanted: &Wanted) -> Vec<String> {
    let old: BTreeMap<&str, &str> = now.iter().map(|(path, cell)| (path.as_str(), cell.as_str())).collect();
    let differs = |(path, value): &(&String, &Option<Value>)| {
        let new = value.as_ref().map_or_else(String::new, cell::show);
        old.get(path.as_str()).copied().unwrap_or_default() != new
    };
    wanted.iter().filter(differs).map(|(path, _)| path.clone()).collect()
}

/// Returns the version of a row: what it says, whatever its order.
pub fn version(row: &[(String, String)]) -> String {
    let mut said: Vec<String> = row.iter().map(|(path, cell)| format!("{path}\u{0}{cell}\u{0}")).collect();
    said.sort_unstable();
    let digest = Digest::of(said.concat().as_bytes()).to_string();
    let digits = digest.rsplit(':').next().unwrap_or_default();
    // A letter before it: a spreadsheet makes a number of `12e4567`.
    format!("v{}", digits.get(..12).unwrap_or(digits))
}
