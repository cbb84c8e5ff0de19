//! Format 1 of the ledger: entries and head as paths and TOML. Frozen: every later version reads what this one wrote.
//!
//! ```text
//! HEAD.toml                                                 the head, rewritten with every commit
//! slots/2027/01/18/open-day/once/mastodon/1.claim.toml      the first attempt's claim
//! slots/2027/01/18/open-day/once/mastodon/part-2/1.claim.toml   the same for the second post of a thread
//! slots/id/welcome/once/news/1.claim.toml                   a post whose id does not begin with a date
//! texts/mastodon/4f/1c/9a…/2027-01-18.9c01ab34.toml                      these words went to that account on that day
//! stops/000042.stop.toml, stops/000057.resume.toml          the stop switch
//! ```
//!
//! A path is made of ids alone: nothing that a person may edit moves it.

mod read;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use toml::{Table, Value};

use crate::draft::{AccountId, Canonical, Fingerprint, Slot};
use crate::ledger::format::read::Reader;
use crate::ledger::head::FORMAT;
use crate::ledger::{Decision, Entry, Evidence, Fact, Halt, Hand, Head, Refusal, Release, Upload};

/// The head's path.
pub const HEAD: &str = "HEAD.toml";

/// Returns the folder of a slot's entries.
pub fn slot_folder(slot: &Slot) -> String {
    let id = slot.post.as_str();
    let post = match id.get(..10).map(str::parse::<NaiveDate>) {
        Some(Ok(_)) if id.as_bytes().get(10) == Some(&b'-') && id.len() > 11 => {
            format!("{}/{}/{}/{}", &id[..4], &id[5..7], &id[8..10], &id[11..])
        }
        _ => format!("id/{id}"),
    };
    let mut folder = format!("slots/{post}/{}/{}", slot.occurrence, slot.account);
    if slot.part > 1 {
        folder.push_str(&format!("/part-{}", slot.part));
    }
    folder
}

/// Returns the folder where the times are kept that these words went to that account.
///
/// Two levels of two digits lie between: git writes a folder's whole list anew with every addition, and a single
/// folder of 200,000 words would be 12 MB each time.
pub fn text_folder(account: &AccountId, words: &Fingerprint) -> String {
    let words = words.to_string();
    format!("texts/{account}/{}/{}/{}", &words[..2], &words[2..4], &words[4..])
}

/// Returns an entry's path.
pub fn entry_path(entry: &Entry) -> String {
    format!("{}/{}.{}.toml", slot_folder(&entry.slot), entry.attempt, entry.fact.kind())
}

/// Returns the slot of a path in `slots/`, with the file's name, or nothing for any other path.
pub fn slot_of_path(path: &str) -> Option<(Slot, &str)> {
    let names: Vec<&str> = path.strip_prefix("slots/")?.split('/').collect();
    let (post, rest) = match names.as_slice() {
        ["id", id, rest @ ..] => ((*id).to_owned(), rest),
        [year, month, day, slug, rest @ ..] => (format!("{year}-{month}-{day}-{slug}"), rest),
        _ => return None,
    };
    let (occurrence, account, part, file) = match rest {
        [occurrence, account, file] => (occurrence, account, 1, *file),
        [occurrence, account, part, file] => {
            (occurrence, account, part.strip_prefix("part-")?.parse().ok()?, *file)
        }
        _ => return None,
    };
    let slot = format!("{post}/{occurrence}/{account}/{part}").parse().ok()?;
    Some((slot, file))
}

/// Writes an entry.
pub fn write_entry(entry: &Entry) -> String {
    let mut table = Table::new();
    let mut text = |key: &str, value: &str| {
        table.insert(key.to_owned(), Value::String(value.to_owned()));
    };
    match &entry.fact {
        Fact::Claim(claim) => {
            text("digest", &claim.digest.to_string());
            text("commit", &claim.commit);
        }
        Fact::Sending(sending) => {
            text("digest", &sending.digest.to_string());
            text("key", &sending.key);
            text("payload", &sending.payload);
        }
        Fact::Receipt(receipt) => {
            text("id", &receipt.id);
            text(
                "evidence",
                match receipt.evidence {
                    Evidence::Answer => "answer",
                    Evidence::Found => "found",
                },
            );
        }
        Fact::Refusal(Refusal { why, .. })
        | Fact::Release(Release { why, .. })
        | Fact::Doubt(why)
        | Fact::Fence(why)
        | Fact::Missed(why)
        | Fact::Cancel(why)
        | Fact::Retraction(why) => text("why", why),
        Fact::Decision(decision) => text(
            "verdict",
            match decision {
                Decision::Delivered { .. } => "delivered",
                Decision::Released => "released",
            },
        ),
        Fact::Uploads(_) | Fact::Gone => {}
    }
    write_optional(&mut table, &entry.fact);
    write_hand(&entry.hand, table)
}

fn write_optional(table: &mut Table, fact: &Fact) {
    match fact {
        Fact::Claim(claim) => {
            moment(table, "due", claim.due);
            moment(table, "until", claim.until);
        }
        Fact::Sending(sending) => {
            moment(table, "due", sending.due);
            moment(table, "until", sending.until);
            moment(table, "first_at", sending.first_at);
            if let Some(attempt) = sending.replays {
                table.insert("replays".to_owned(), Value::Integer(i64::from(attempt)));
            }
        }
        Fact::Uploads(uploads) => {
            table.insert("upload".to_owned(), Value::Array(uploads.iter().map(write_upload).collect()));
        }
        Fact::Receipt(receipt) => {
            let given = [("revision", &receipt.revision), ("url", &receipt.url)];
            for (key, value) in given.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))) {
                table.insert(key.to_owned(), Value::String(value));
            }
        }
        Fact::Decision(Decision::Delivered { url: Some(url) }) => {
            table.insert("url".to_owned(), Value::String(url.clone()));
        }
        Fact::Refusal(Refusal { retry_at: Some(at), .. }) => moment(table, "retry_at", *at),
        Fact::Release(release) => {
            if let Some(at) = release.retry_at {
                moment(table, "retry_at", at);
            }
            table.insert("proven".to_owned(), Value::Boolean(release.proven));
        }
        _ => {}
    }
}

fn write_upload(upload: &Upload) -> Value {
    let mut table = Table::new();
    table.insert("sha256".to_owned(), Value::String(upload.sha256.clone()));
    table.insert("id".to_owned(), Value::String(upload.id.clone()));
    moment(&mut table, "at", upload.at);
    Value::Table(table)
}

fn moment(table: &mut Table, key: &str, at: DateTime<Utc>) {
    let text = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    // A moment past the year 9999 has no form in TOML; as text it is still read back.
    let value = text.parse().map_or(Value::String(text), Value::Datetime);
    table.insert(key.to_owned(), value);
}

/// Reads an entry of a slot from its file's name and text, or says why it cannot be read.
pub fn read_entry(slot: Slot, name: &str, text: &str) -> Result<Entry, String> {
    let (attempt, kind) = name
        .strip_suffix(".toml")
        .and_then(|stem| stem.split_once('.'))
        .and_then(|(attempt, kind)| Some((attempt.parse::<u32>().ok().filter(|&n| n > 0)?, kind)))
        .ok_or_else(|| format!("{name} is not an entry's name"))?;
    let table: Table =
        text.parse().map_err(|fault: toml::de::Error| format!("{name}: {}", fault.message()))?;
    let read = Reader { name, table: &table };
    Ok(Entry { slot, attempt, hand: read.hand()?, fact: read.fact(kind)? })
}

/// Writes that a post's words went to an account: a path that is this day's and this slot's, and its text.
pub fn write_said(slot: &Slot, words: &Fingerprint, at: DateTime<Utc>) -> (String, String) {
    let mut name = Canonical::new();
    name.field("slot", &slot.to_string());
    let digest = name.digest().to_string();
    let mark: String = digest.chars().skip("sha256:".len()).take(8).collect();
    let path = format!("{}/{}.{mark}.toml", text_folder(&slot.account, words), at.date_naive());
    let mut table = Table::new();
    table.insert("slot".to_owned(), Value::String(slot.to_string()));
    moment(&mut table, "at", at);
    (path, toml::to_string(&table).unwrap_or_default())
}

/// Reads by which slot words went to an account.
pub fn read_said(text: &str) -> Option<Slot> {
    let table: Table = text.parse().ok()?;
    table.get("slot")?.as_str()?.parse().ok()
}

/// Writes a sign of life.
pub fn write_heartbeat(hand: &Hand) -> String {
    write_hand(hand, Table::new())
}

/// Writes a move of the stop switch: on with a reason, or off.
pub fn write_switch(hand: &Hand, stop: Option<&str>) -> String {
    let mut table = Table::new();
    if let Some(why) = stop {
        table.insert("why".to_owned(), Value::String(why.to_owned()));
    }
    write_hand(hand, table)
}

pub(super) fn write_hand(hand: &Hand, mut table: Table) -> String {
    table.insert("by".to_owned(), Value::String(hand.by.clone()));
    table.insert("nonce".to_owned(), Value::String(hand.nonce.clone()));
    table.insert("clone".to_owned(), Value::String(hand.clone.clone()));
    moment(&mut table, "at", hand.at);
    toml::to_string(&table).unwrap_or_default()
}

/// Reads who wrote a file of the ledger, and when.
pub(super) fn read_hand(name: &str, table: &Table) -> Result<Hand, String> {
    Reader { name, table }.hand()
}

/// Writes the head.
pub fn write_head(head: &Head) -> String {
    let mut table = Table::new();
    let number = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    table.insert("format".to_owned(), number(head.format));
    table.insert("min_writer".to_owned(), number(head.min_writer));
    table.insert("id".to_owned(), Value::String(head.id.clone()));
    table.insert("seq".to_owned(), number(head.seq));
    table.insert("prev".to_owned(), Value::String(head.prev.clone()));
    table.insert("entries".to_owned(), number(head.entries));
    let open = head.open.iter().map(|slot| Value::String(slot.to_string())).collect();
    table.insert("open".to_owned(), Value::Array(open));
    if let Some(halt) = &head.halt {
        let mut switch = Table::new();
        switch.insert("by".to_owned(), Value::String(halt.by.clone()));
        switch.insert("why".to_owned(), Value::String(halt.why.clone()));
        switch.insert("since".to_owned(), Value::String(halt.since.clone()));
        table.insert("halt".to_owned(), Value::Table(switch));
    }
    toml::to_string(&table).unwrap_or_default()
}

/// Reads the head, or says why it cannot be read. A format newer than [`FORMAT`] cannot.
pub fn read_head(text: &str) -> Result<Head, String> {
    let table: Table = text.parse().map_err(|fault: toml::de::Error| fault.message().to_owned())?;
    let number = |key: &str| {
        table
            .get(key)
            .and_then(Value::as_integer)
            .and_then(|n| u64::try_from(n).ok())
            .ok_or_else(|| format!("`{key}` is missing"))
    };
    let word = |table: &Table, key: &str| {
        table.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("`{key}` is missing"))
    };
    let (format, min_writer) = (number("format")?, number("min_writer")?);
    if format > FORMAT || min_writer > FORMAT {
        return Err(format!(
            "it is written in format {}, and this version knows format {FORMAT}",
            format.max(min_writer)
        ));
    }
    let open = table.get("open").and_then(Value::as_array).ok_or("`open` is missing")?;
    let open: BTreeSet<Slot> = open
        .iter()
        .map(|slot| slot.as_str().and_then(|slot| slot.parse().ok()).ok_or("`open` names no slot"))
        .collect::<Result<_, _>>()?;
    let halt = match table.get("halt").and_then(Value::as_table) {
        None => None,
        Some(switch) => {
            Some(Halt { by: word(switch, "by")?, why: word(switch, "why")?, since: word(switch, "since")? })
        }
    };
    Ok(Head {
        format,
        min_writer,
        id: word(&table, "id")?,
        seq: number("seq")?,
        prev: word(&table, "prev")?,
        entries: number("entries")?,
        halt,
        open,
    })
}
