//! Events brought into their file: what people wrote there stays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

use crate::ics::{Event, Status, When};
use crate::time::{Fold, Zone};

/// What the file says before its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What the other calendar is called.
    pub title: String,
    /// Where it is imported from.
    pub source: String,
    /// When it is imported.
    pub now: DateTime<Utc>,
    /// The first day that is imported.
    pub from: NaiveDate,
    /// The last day that is imported.
    pub until: NaiveDate,
    /// The calendar's zone, whose days these are.
    pub zone: Zone,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// It is new.
    New,
    /// It changed in its source.
    Changed,
    /// Its source no longer has it; what people wrote to it keeps it in the file.
    Gone,
    /// Its source no longer has it, and it was taken out.
    Removed,
}

impl Became {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Became::New => "new",
            Became::Changed => "changed",
            Became::Gone => "gone, kept",
            Became::Removed => "gone",
        }
    }
}

/// What is new of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What became of it.
    pub became: Became,
    /// When it is: its day, or its day and time.
    pub when: String,
    /// What it is called.
    pub name: String,
    /// What changed, in words.
    pub details: Vec<String>,
}

/// A file with events brought into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The file's text; the same as before where nothing is new.
    pub text: String,
    /// What is new, in the order of the events.
    pub news: Vec<News>,
}

/// The keys of an event that its source decides.
const OF_SOURCE: [&str; 12] =
    ["uid", "instance", "name", "on", "until", "at", "ends", "zone", "place", "link", "categories", "status"];

const FRESH: &str = "\
# Events of another calendar, as `kalends import ics` brought them here. What its source says of an event is written anew
# at each import; what you add to one stays: `post = \"ID\"`, `skip = \"why\"`, `closed = true`, `embargo = true`,
# `embargo_until = …`, `campaign = \"ID\"`, `tag = \"…\"`.
title = \"\"
source = \"\"
from = 1970-01-01
until = 1970-01-01
imported = 1970-01-01T00:00:00Z

# Which categories mean what; yours to edit.
closed = [\"CLOSED\", \"NO POSTS\"]      # nothing is posted on such days
embargo = [\"EMBARGO\"]                # nobody tells of such an event before it begins
ignore = [\"INTERNAL\", \"PRIVATE\"]     # such an event needs no post
";

/// Brings events into a file's text; `text` is absent where there is no file yet. Fails where the text is no file of
/// events, and says why.
pub fn merge(text: Option<&str>, header: &Header, events: &[Event]) -> Result<Merged, String> {
    let before = text.unwrap_or(FRESH);
    let mut document: DocumentMut =
        before.parse().map_err(|fault: toml_edit::TomlError| fault.message().trim().to_owned())?;
    let old = taken(&mut document)?;
    let (tables, news) = Merger { header, old }.run(events);
    let mut changed = !news.is_empty() || text.is_none();
    changed |= head(&mut document, header, text.is_none());
    if !changed {
        return Ok(Merged { text: before.to_owned(), news });
    }
    let moment = header.now.to_rfc3339_opts(SecondsFormat::Secs, true);
    if let Ok(moment) = moment.parse::<toml_edit::Datetime>() {
        set(document.as_table_mut(), "imported", Value::from(moment));
    }
    let mut array = ArrayOfTables::new();
    for (position, mut table) in (1..).zip(tables) {
        table.set_position(Some(position));
        array.push(table);
    }
    if !array.is_empty() {
        document.insert("event", Item::ArrayOfTables(array));
    }
    Ok(Merged { text: document.to_string(), news })
}

/// Takes the events out of a file.
fn taken(document: &mut DocumentMut) -> Result<Vec<Table>, String> {
    match document.remove("event") {
        None => Ok(Vec::new()),
        Some(Item::ArrayOfTables(tables)) => Ok(tables.into_iter().collect()),
        Some(_) => Err("`event` is not written as [[event]] tables".to_owned()),
    }
}

/// Writes what stands before the events, and tells whether it changed. The title is people's once it is there.
fn head(document: &mut DocumentMut, header: &Header, is_fresh: bool) -> bool {
    let table = document.as_table_mut();
    let mut changed = false;
    if is_fresh || !table.contains_key("title") {
        changed |= set(table, "title", Value::from(header.title.as_str()));
    }
    changed |= set(table, "source", Value::from(header.source.as_str()));
    // What was imported before stays, and so do its days.
    let before = |key: &str| said(table, key).parse::<NaiveDate>().ok().filter(|_| !is_fresh);
    let from = before("from").map_or(header.from, |from| from.min(header.from));
    let until = before("until").map_or(header.until, |until| until.max(header.until));
    changed |= set(table, "from", date(from));
    changed | set(table, "until", date(until))
}

/// Sets a key, its comment kept, and tells whether it said something else.
fn set(table: &mut Table, key: &str, mut value: Value) -> bool {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if plain(old) == plain(&value) => return false,
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(key, Item::Value(value))),
    }
    true
}

/// Returns a value as a word, without the comments about it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Array(items) => {
            items.iter().map(|item| plain(item).replace(',', "\\,")).collect::<Vec<_>>().join(", ")
        }
        other => {
            let mut bare = other.clone();
            bare.decor_mut().clear();
            bare.to_string()
        }
    }
}

fn date(day: NaiveDate) -> Value {
    let text = day.to_string();
    text.parse::<toml_edit::Datetime>().map_or_else(|_| Value::from(text), Value::from)
}

fn date_time(wall: chrono::NaiveDateTime) -> Value {
    let text = wall.format("%Y-%m-%dT%H:%M:%S").to_string();
    text.parse::<toml_edit::Datetime>().map_or_else(|_| Value::from(text), Value::from)
}

struct Merger<'a> {
    header: &'a Header,
    old: Vec<Table>,
}

type Key = (String, String);

impl Merger<'_> {
    /// Returns the file's new events, in order, and what is new of them.
    fn run(self, events: &[Event]) -> (Vec<Table>, Vec<News>) {
        let mut old: BTreeMap<Key, Table> = BTreeMap::new();
        let mut kept: Vec<Table> = Vec::new();
        for table in self.old {
            let key = (said(&table, "uid"), said(&table, "instance"));
            // One that has another's identity is somebody's own copy: nobody's words are dropped.
            if let Some(double) = old.insert(key, table) {
                kept.push(double);
            }
        }
        let mut news = Vec::new();
        let mut seen: BTreeSet<Key> = BTreeSet::new();
        for event in events {
            let key = (event.uid.clone(), event.instance.clone().unwrap_or_default());
            if !seen.insert(key.clone()) {
                continue;
            }
            let (mut table, is_new) = match old.remove(&key) {
                Some(table) => (table, false),
                None => (fresh(), true),
            };
            let details = write(&mut table, event);
            if is_new || !details.is_empty() {
                let became = if is_new { Became::New } else { Became::Changed };
                news.push(told(&table, became, if is_new { Vec::new() } else { details }));
            }
            kept.push(table);
        }
        for mut table in old.into_values() {
            // Of other days the source was not asked.
            match (inside(&table, self.header), is_touched(&table)) {
                (false, _) => kept.push(table),
                (true, false) => news.push(told(&table, Became::Removed, Vec::new())),
                (true, true) => {
                    if set(&mut table, "status", Value::from("gone")) {
                        news.push(told(&table, Became::Gone, Vec::new()));
                    }
                    kept.push(table);
                }
            }
        }
        kept.sort_by_key(order);
        news.sort_by(|a, b| (&a.when, &a.name, a.became).cmp(&(&b.when, &b.name, b.became)));
        (kept, news)
    }
}

fn fresh() -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table
}

fn said(table: &Table, key: &str) -> String {
    table.get(key).and_then(Item::as_value).map_or_else(String::new, plain)
}

fn when(table: &Table) -> String {
    let day = said(table, "on");
    if day.is_empty() { said(table, "at").replace('T', " ") } else { day }
}

fn order(table: &Table) -> (String, String, String, String) {
    (when(table), said(table, "name"), said(table, "uid"), said(table, "instance"))
}

fn told(table: &Table, became: Became, details: Vec<String>) -> News {
    let when = when(table);
    let when = when.strip_suffix(":00").filter(|_| when.len() > 16).unwrap_or(&when).to_owned();
    News { became, when, name: said(table, "name"), details }
}

/// Tells whether an event lies on a day that is imported, in part at least: such a one the source would have named.
fn inside(table: &Table, header: &Header) -> bool {
    let day = |key: &str| said(table, key).parse::<NaiveDate>().ok();
    let zone = Zone::named(&said(table, "zone")).ok();
    let local = |key: &str| {
        let wall = said(table, key).replace(' ', "T").parse::<chrono::NaiveDateTime>().ok()?;
        let moment = zone.as_ref().and_then(|zone| zone.resolve(wall, Some(Fold::Earlier)).ok());
        Some(moment.map_or(wall, |moment| header.zone.local(moment)).date())
    };
    let Some(first) = day("on").or_else(|| local("at")) else { return false };
    let last = day("until").or_else(|| local("ends")).unwrap_or(first).max(first);
    first <= header.until && header.from <= last
}

/// Tells whether somebody wrote something to an event.
fn is_touched(table: &Table) -> bool {
    let has_key = table.iter().any(|(key, _)| !OF_SOURCE.contains(&key));
    let comment = |raw: Option<&toml_edit::RawString>| {
        raw.and_then(|raw| raw.as_str()).is_some_and(|raw| raw.contains('#'))
    };
    let about = |item: &Item| {
        item.as_value()
            .is_some_and(|value| comment(value.decor().prefix()) || comment(value.decor().suffix()))
    };
    let before_key = |key: &str| table.key(key).is_some_and(|key| comment(key.leaf_decor().prefix()));
    has_key
        || comment(table.decor().prefix())
        || table.iter().any(|(key, item)| about(item) || before_key(key))
}

/// Writes what a source says of an event, and returns what changed by that.
fn write(table: &mut Table, event: &Event) -> Vec<String> {
    let mut values: Vec<(&str, Option<Value>)> = vec![
        ("uid", Some(Value::from(event.uid.as_str()))),
        ("instance", event.instance.as_deref().map(Value::from)),
        ("name", Some(Value::from(event.name.as_str()))),
    ];
    match &event.when {
        When::Days { on, until } => {
            values.push(("on", Some(date(*on))));
            values.push(("until", (until > on).then(|| date(*until))));
            values.extend([("at", None), ("ends", None), ("zone", None)]);
        }
        When::Time { at, until, zone } => {
            values.extend([("on", None), ("until", None), ("at", Some(date_time(*at)))]);
            values.push(("ends", until.map(date_time)));
            values.push(("zone", zone.as_ref().map(|zone| Value::from(zone.name()))));
        }
    }
    values.push(("place", event.place.as_deref().map(Value::from)));
    values.push(("link", event.link.as_deref().map(Value::from)));
    let categories: Array = event.categories.iter().map(String::as_str).collect();
    values.push(("categories", (!categories.is_empty()).then_some(Value::Array(categories))));
    values.push((
        "status",
        match event.status {
            Status::Confirmed => None,
            Status::Tentative => Some(Value::from("tentative")),
            Status::Cancelled => Some(Value::from("cancelled")),
        },
    ));
    let mut details = Vec::new();
    for (key, value) in values {
        let was = said(table, key);
        let changed = match value {
            Some(value) => set(table, key, value),
            None => table.remove(key).is_some(),
        };
        if changed {
            let show = |said: String| if said.is_empty() { "nothing".to_owned() } else { said };
            details.push(format!("{key}: {}, was {}", show(said(table, key)), show(was)));
        }
    }
    details
}

#[cfg(test)]
mod tests;
