//! The manifest as TOML, and the head of an age file.
//!
//! ```text
//! account = "mastodon"
//! set_at = 2027-01-18T09:00:00Z
//! sha256 = "9f86d081…"                        of vault/mastodon.age
//! value = "k5v2m7q4x3t6n2p7w4r5y2z5ab"        drawn when the value was set
//!
//! [[reader]]
//! id = "person:ada"
//! recipient = "age1…"
//! ```

use std::io::Read;

use age::armor::ArmoredReader;
use chrono::{DateTime, SecondsFormat, Utc};
use toml::{Table, Value};

use crate::draft::AccountId;

use super::{Manifest, Reader, sealed_path};

/// The most bytes of an age file's head: a thousand readers have less.
const HEAD_LIMIT_BYTES: u64 = 256 * 1024;

/// Writes a manifest.
pub fn write_manifest(manifest: &Manifest) -> String {
    let text = |text: &str| Value::String(text.to_owned());
    let mut table = Table::new();
    table.insert("account".to_owned(), text(manifest.account.as_str()));
    table.insert("value".to_owned(), text(&manifest.value));
    let set_at = manifest.set_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    table.insert("set_at".to_owned(), set_at.parse().map_or(Value::String(set_at), Value::Datetime));
    table.insert("sha256".to_owned(), text(&manifest.sha256));
    let readers = manifest.readers.iter().map(|reader| {
        let mut table = Table::new();
        table.insert("id".to_owned(), text(&reader.id.to_string()));
        table.insert("recipient".to_owned(), text(&reader.recipient));
        Value::Table(table)
    });
    table.insert("reader".to_owned(), Value::Array(readers.collect()));
    format!(
        "# Who can open {}. `kalends vault` writes both; change neither by hand.\n{}",
        sealed_path(&manifest.account),
        toml::to_string(&table).unwrap_or_default()
    )
}

/// Reads a manifest, or says why it is none.
pub fn read_manifest(text: &str) -> Result<Manifest, String> {
    let table: Table = text.parse().map_err(|fault: toml::de::Error| fault.message().to_owned())?;
    let word = |table: &Table, key: &str| {
        table.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("`{key}` is missing"))
    };
    let account = word(&table, "account")?;
    let sha256 = word(&table, "sha256")?;
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("`sha256` is not one".to_owned());
    }
    let value = word(&table, "value")?;
    if value.is_empty() {
        return Err("`value` is empty".to_owned());
    }
    let entries = table.get("reader").and_then(Value::as_array).ok_or("`reader` is missing")?;
    let read = |entry: &Value| {
        let entry = entry.as_table().ok_or("`reader` is not a table")?;
        let id = word(entry, "id")?;
        let id = id.parse().map_err(|()| format!("`{id}` is no reader: person:ID or runner:ID"))?;
        Ok::<Reader, String>(Reader { id, recipient: word(entry, "recipient")? })
    };
    let mut readers: Vec<Reader> = entries.iter().map(read).collect::<Result<_, _>>()?;
    readers.sort();
    readers.dedup();
    Ok(Manifest {
        account: AccountId::new(&account).ok_or_else(|| format!("`{account}` is not an account's id"))?,
        value,
        set_at: moment(&table, "set_at")?.ok_or("`set_at` is missing")?,
        sha256: sha256.to_lowercase(),
        readers,
    })
}

/// Reads a moment, with a zone, where there is one.
fn moment(table: &Table, key: &str) -> Result<Option<DateTime<Utc>>, String> {
    let text = match table.get(key) {
        None => return Ok(None),
        Some(Value::Datetime(at)) => at.to_string(),
        Some(Value::String(at)) => at.clone(),
        Some(_) => return Err(format!("`{key}` is not a moment")),
    };
    let read = DateTime::parse_from_rfc3339(&text).map(|at| at.to_utc());
    read.map(Some).map_err(|_| format!("`{key}` is not a moment"))
}

/// Returns the kinds of the locks on an armored age file, one for each key that opens it, or says why it is no such file.
///
/// Only its head is looked at, which anybody can read. Locks that are made up, so that no reader takes them for
/// granted, are left out: age's own program names them `…-grease`.
pub fn locks(sealed: &[u8]) -> Result<Vec<String>, String> {
    let head = head(sealed)?;
    let mut lines = head.split(|byte| *byte == b'\n');
    if lines.next() != Some(b"age-encryption.org/v1") {
        return Err("it is not an age file".to_owned());
    }
    let mut locks = Vec::new();
    for line in lines {
        if line.starts_with(b"---") {
            return Ok(locks);
        }
        let Some(lock) = line.strip_prefix(b"-> ") else { continue };
        let kind = String::from_utf8_lossy(lock.split(|byte| *byte == b' ').next().unwrap_or_default());
        if !kind.ends_with("-grease") {
            locks.push(kind.into_owned());
        }
    }
    Err("it is cut off, or longer than any".to_owned())
}

/// Returns the beginning of an age file, without its armor.
fn head(sealed: &[u8]) -> Result<Vec<u8>, String> {
    if !sealed.trim_ascii_start().starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        return Err("it is not an armored age file".to_owned());
    }
    if !sealed.trim_ascii_end().ends_with(b"-----END AGE ENCRYPTED FILE-----") {
        return Err("it is cut off: the last line of its armor is missing".to_owned());
    }
    let mut head = Vec::new();
    let read = ArmoredReader::new(sealed).take(HEAD_LIMIT_BYTES).read_to_end(&mut head);
    // What is damaged behind the head is found when it is opened.
    match read {
        Err(_) if head.is_empty() => Err("its armor is damaged".to_owned()),
        _ => Ok(head),
    }
}
