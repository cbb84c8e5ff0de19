//! Cells written into a post's file: only what differs, so that comments and order stay.

use std::collections::BTreeMap;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::calendar::{Key, Type};

use super::row::keys;
use super::{cell, list};

/// The values that a row's cells stand for, by the paths of its columns; nothing for an empty cell.
pub type Wanted = BTreeMap<String, Option<Value>>;

/// Writes cells into a post's file. Columns that there are not leave their keys as they are.
pub fn apply(document: &mut DocumentMut, wanted: &Wanted) {
    // As people write posts: what they say, then when they come again and what differs where.
    let (last, first): (Vec<_>, Vec<_>) = keys().partition(|key| ["repeat", "for"].contains(&key.name));
    for key in first.into_iter().chain(last) {
        set_key(document.as_table_mut(), key, "", wanted);
    }
}

/// Returns a text as TOML: several lines stand between three quotes.
pub fn text_value(text: &str) -> Value {
    if !text.contains('\n') {
        return Value::from(text);
    }
    let mut body = String::new();
    for c in text.chars() {
        match c {
            '\\' => body.push_str("\\\\"),
            '"' if body.ends_with("\"\"") => body.push_str("\\\""),
            '\n' | '\t' => body.push(c),
            c if c.is_control() => body.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => body.push(c),
        }
    }
    let document: Option<DocumentMut> = format!("x = \"\"\"\n{body}\n\"\"\"\n").parse().ok();
    let value =
        document.and_then(|mut document| document.remove("x")).and_then(|item| item.into_value().ok());
    value.map_or_else(
        || Value::from(text),
        |mut value| {
            value.decor_mut().clear();
            value
        },
    )
}

/// Returns a file's new text with the line ends that the file had: those of the lines that stay before and behind what
/// changed, and between them those that most lines had where there are more or fewer of them.
pub fn with_ends_of(before: &str, text: &str) -> String {
    fn parted(line: &str) -> (&str, &str) {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let body = body.strip_suffix('\r').unwrap_or(body);
        line.split_at(body.len())
    }
    let old: Vec<(&str, &str)> = before.split_inclusive('\n').map(parted).collect();
    let new: Vec<(&str, &str)> = text.split_inclusive('\n').map(parted).collect();
    let is_same = |((a, _), (b, _)): &(&(&str, &str), &(&str, &str))| a == b;
    let head = old.iter().zip(&new).take_while(is_same).count();
    let room = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(is_same).count();
    let many = old.iter().filter(|(_, end)| *end == "\r\n").count();
    let usual = if 2 * many > old.len() { "\r\n" } else { "\n" };
    let mut ended = String::with_capacity(text.len() + new.len());
    for (number, (body, end)) in new.iter().enumerate() {
        let place = match number {
            number if number < head || old.len() == new.len() => Some(number),
            number if number >= new.len() - tail => Some(number + old.len() - new.len()),
            _ => None,
        };
        let own = place.and_then(|place| old.get(place)).map(|(_, end)| *end);
        ended.push_str(body);
        ended.push_str(if end.is_empty() { "" } else { own.filter(|own| !own.is_empty()).unwrap_or(usual) });
    }
    ended
}

/// Returns what is wanted below a path.
fn below<'a>(wanted: &'a Wanted, prefix: &str) -> impl Iterator<Item = (&'a str, &'a Option<Value>)> {
    let prefix = prefix.to_owned();
    let end = prefix.clone();
    wanted
        .range(prefix..)
        .take_while(move |(path, _)| path.starts_with(&end))
        .map(|(path, value)| (path.as_str(), value))
}

fn set_all(table: &mut dyn TableLike, keys: &'static [Key], prefix: &str, wanted: &Wanted) {
    keys.iter().for_each(|key| set_key(table, key, prefix, wanted));
}

fn set_key(table: &mut dyn TableLike, key: &'static Key, prefix: &str, wanted: &Wanted) {
    let path = format!("{prefix}{}", key.name);
    match key.takes {
        Type::Table(keys) => set_table(table, key.name, keys, &format!("{path}."), wanted),
        Type::Tables(keys) => set_tables(table, key.name, keys, &path, wanted),
        Type::PerAccount(keys) => set_accounts(table, key.name, keys, &path, wanted),
        _ => {
            if let Some(value) = wanted.get(&path) {
                set_value(table, key.name, value.as_ref());
            }
        }
    }
}

/// Sets a key where its cell would be another, its comment kept.
fn set_value(table: &mut dyn TableLike, name: &str, value: Option<&Value>) {
    match (table.get_mut(name).and_then(Item::as_value_mut), value) {
        (Some(old), Some(value)) if cell::show(old) == cell::show(value) => {}
        (Some(Value::Array(old)), Some(Value::Array(value))) => list::set(old, value),
        (Some(old), Some(value)) => {
            let decor = old.decor().clone();
            *old = value.clone();
            *old.decor_mut() = decor;
        }
        (Some(_), None) => drop(table.remove(name)),
        (None, Some(value)) => drop(table.insert(name, Item::Value(value.clone()))),
        (None, None) => {}
    }
}

fn set_table(table: &mut dyn TableLike, name: &str, keys: &'static [Key], prefix: &str, wanted: &Wanted) {
    let is_said = below(wanted, prefix).any(|(_, value)| value.is_some());
    if let Some(inner) = table.get_mut(name).and_then(Item::as_table_like_mut) {
        if below(wanted, prefix).next().is_some() {
            let was_empty = inner.is_empty();
            set_all(inner, keys, prefix, wanted);
            if inner.is_empty() && !was_empty {
                table.remove(name);
            }
        }
    } else if is_said {
        let mut inner = Table::new();
        set_all(&mut inner, keys, prefix, wanted);
        table.insert(name, Item::Table(inner));
    }
}

fn set_accounts(table: &mut dyn TableLike, name: &str, keys: &'static [Key], path: &str, wanted: &Wanted) {
    let prefix = format!("{path}.");
    let account =
        |path: &str| path.get(prefix.len()..).and_then(|rest| rest.split('.').next()).map(str::to_owned);
    let mut accounts: Vec<String> = below(wanted, &prefix).filter_map(|(path, _)| account(path)).collect();
    accounts.dedup();
    if accounts.is_empty() {
        return;
    }
    if table.get(name).is_none() {
        if !below(wanted, &prefix).any(|(_, value)| value.is_some()) {
            return;
        }
        let mut inner = Table::new();
        inner.set_implicit(true);
        table.insert(name, Item::Table(inner));
    }
    let Some(inner) = table.get_mut(name).and_then(Item::as_table_like_mut) else { return };
    for account in accounts {
        set_table(inner, &account, keys, &format!("{prefix}{account}."), wanted);
    }
    if inner.is_empty() {
        table.remove(name);
    }
}

/// Returns the cells of a list of tables as they would be shown, by path.
fn shown(table: &dyn TableLike, name: &str, keys: &'static [Key], path: &str) -> BTreeMap<String, String> {
    let mut row = Vec::new();
    let mut at = |table: &dyn TableLike, number: usize| {
        let prefix = format!("{path}.{number}.");
        super::row::of_entry(table, keys, &prefix, &mut row);
    };
    if let Some(item) = table.get(name) {
        super::row::entries(item).into_iter().zip(1..).for_each(|(table, number)| at(table, number));
    }
    row.into_iter().collect()
}

fn set_tables(table: &mut dyn TableLike, name: &str, keys: &'static [Key], path: &str, wanted: &Wanted) {
    let prefix = format!("{path}.");
    let has_none =
        |table: &dyn TableLike| table.get(name).is_none_or(|item| super::row::entries(item).is_empty());
    let is_said = below(wanted, &prefix).any(|(_, value)| value.is_some());
    if let Some(list) = wanted.get(path).filter(|_| has_none(table) && !is_said) {
        return set_value(table, name, list.as_ref());
    }
    let old = shown(table, name, keys, path);
    let same = |(path, value): (&str, &Option<Value>)| {
        old.get(path).cloned().unwrap_or_default() == value.as_ref().map_or_else(String::new, cell::show)
    };
    if below(wanted, &prefix).all(same) {
        return;
    }
    let numbers = below(wanted, &prefix)
        .filter(|(_, value)| value.is_some())
        .filter_map(|(path, _)| path.get(prefix.len()..)?.split('.').next()?.parse::<usize>().ok());
    let many = numbers.max().unwrap_or(0);
    let mut list = match table.remove(name) {
        Some(Item::ArrayOfTables(tables)) => Entries::Tables(tables),
        Some(Item::Value(Value::Array(items))) if !items.is_empty() => Entries::Inline(items),
        _ => Entries::Tables(ArrayOfTables::new()),
    };
    list.set(keys, &prefix, many, wanted);
    if !list.is_empty() {
        table.insert(name, list.item());
    } else if wanted.get(path).is_some_and(Option::is_some) {
        table.insert(name, Item::Value(Value::Array(Array::new())));
    }
}

/// The entries of a list of tables, as the file writes them.
enum Entries {
    Tables(ArrayOfTables),
    Inline(Array),
}

impl Entries {
    /// Sets each entry, adds those that there are not yet, and takes out those that say nothing any more.
    fn set(&mut self, keys: &'static [Key], prefix: &str, many: usize, wanted: &Wanted) {
        let of = |number: usize| format!("{prefix}{number}.");
        match self {
            Entries::Tables(tables) => {
                while tables.len() < many {
                    tables.push(Table::new());
                }
                for (table, number) in tables.iter_mut().zip(1..) {
                    set_all(table, keys, &of(number), wanted);
                }
                tables.retain(|table| !table.is_empty());
            }
            Entries::Inline(items) => {
                while items.len() < many {
                    items.push(InlineTable::new());
                }
                for (item, number) in items.iter_mut().zip(1..) {
                    if let Some(table) = item.as_inline_table_mut() {
                        set_all(table, keys, &of(number), wanted);
                    }
                }
                items.retain(|item| item.as_inline_table().is_none_or(|table| !table.is_empty()));
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Entries::Tables(tables) => tables.is_empty(),
            Entries::Inline(items) => items.is_empty(),
        }
    }

    fn item(self) -> Item {
        match self {
            Entries::Tables(tables) => Item::ArrayOfTables(tables),
            Entries::Inline(items) => Item::Value(Value::Array(items)),
        }
    }
}
