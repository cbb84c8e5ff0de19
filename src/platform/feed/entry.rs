//! An entry as the ledger keeps it and the shelf stores it, and the collection of all entries of one feed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The format of entries and of `feed.json`. Every later version reads what this one wrote.
pub const FORMAT: u32 = 1;

/// What is said of the feed as a whole. It travels with every entry, so that a request is all a shelf needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Its `tag:` URI.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where its folder can be seen, with a slash at the end; absent where no server is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
}

/// A poll, shown as a list: a page without a server cannot count votes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// The answers to choose from.
    pub options: Vec<String>,
    /// Whether one may choose several.
    pub multiple: bool,
}

/// A picture or film beside an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its name in the folder `media`.
    pub name: String,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Its size.
    pub size_bytes: u64,
    /// Width and height in pixels, of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_px: Option<(u32, u32)>,
}

impl Attachment {
    /// Returns its media type; bytes of which nothing is known are `application/octet-stream`.
    pub fn media_type(&self) -> &str {
        self.mime.as_deref().unwrap_or("application/octet-stream")
    }
}

/// One published post: the payload that the ledger keeps, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The format: [`FORMAT`].
    pub format: u32,
    /// The key, which follows from the slot.
    pub key: String,
    /// Its `tag:` URI.
    pub id: String,
    /// Where it can be seen; absent where no server is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The feed.
    pub feed: Facts,
    /// The title.
    pub title: String,
    /// Whether the author gave the title; else it is the beginning of the text.
    pub has_own_title: bool,
    /// The author's words.
    pub text: String,
    /// The author's words with link and tags, as plain text.
    pub plain: String,
    /// The page it points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Tags, without `#`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The language, as BCP 47 names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A content warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// When it became public.
    #[serde(with = "moment")]
    pub published: DateTime<Utc>,
    /// Which part of a thread, from 1.
    pub part: u32,
    /// How many parts the thread has; 1 for a post that is no thread.
    pub parts: u32,
    /// The key of the part before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// A poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// Pictures and films.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Attachment>,
}

impl Entry {
    /// Reads a payload.
    pub fn read(bytes: &[u8]) -> Result<Entry, String> {
        let entry: Entry =
            serde_json::from_slice(bytes).map_err(|error| format!("it is not an entry: {error}"))?;
        if entry.format != FORMAT {
            return Err(format!("it is of format {}, and this version knows format {FORMAT}", entry.format));
        }
        Ok(entry)
    }

    /// Returns what all parts of its thread have in common: the key without the part.
    pub fn thread(&self) -> &str {
        self.key.rsplit_once('.').map_or(&self.key, |(thread, _)| thread)
    }
}

/// Everything that is published in one feed, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// The feed.
    pub facts: Facts,
    /// The moment of its latest entry, kept when that is taken down.
    pub updated: DateTime<Utc>,
    /// The entries. No key is there twice.
    pub entries: Vec<Entry>,
}

impl Collection {
    /// Starts a feed with its first entry.
    pub fn new(first: Entry) -> Collection {
        Collection { facts: first.feed.clone(), updated: first.published, entries: vec![first] }
    }

    /// Adds an entry, or replaces the one with its key; what it says of the feed is the latest. Tells if it is new.
    pub fn put(&mut self, entry: Entry) -> bool {
        self.facts = entry.feed.clone();
        self.updated = self.updated.max(entry.published);
        let before = self.entries.len();
        self.entries.retain(|old| old.key != entry.key);
        let is_new = self.entries.len() == before;
        let rank = |entry: &Entry| (entry.published, entry.part, entry.key.clone());
        let new = rank(&entry);
        let at = self.entries.partition_point(|old| rank(old) > new);
        self.entries.insert(at, entry);
        is_new
    }

    /// Takes an entry out and returns it.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Returns the entry with that key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Returns the names of all media that entries show.
    pub fn media(&self) -> BTreeSet<&str> {
        self.entries.iter().flat_map(|entry| &entry.media).map(|media| media.name.as_str()).collect()
    }
}

/// A moment as RFC 3339 in UTC, to the second.
pub(super) mod moment {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn text(moment: &DateTime<Utc>) -> String {
        moment.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    pub fn serialize<S: Serializer>(moment: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(moment))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(from)?;
        DateTime::parse_from_rfc3339(&text).map(|moment| moment.to_utc()).map_err(D::Error::custom)
    }
}
