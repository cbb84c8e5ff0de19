//! The feed as JSON Feed 1.1 (jsonfeed.org/version/1.1), which is also where it is read back from.
//!
//! The extension `_kalends` of each item is the entry itself; all else in the file is made from it for readers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::html::{harmless, is_web, language};

use super::content;
use super::entry::{Attachment, Collection, Entry, FORMAT, Facts, moment};

const VERSION: &str = "https://jsonfeed.org/version/1.1";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    authors: Vec<Author<'a>>,
    #[serde(rename = "_kalends")]
    own: Own,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// The feed's own extension.
#[derive(Serialize, Deserialize)]
struct Own {
    format: u32,
    about: String,
    feed: Facts,
    #[serde(with = "moment")]
    updated: DateTime<Utc>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: String,
    content_html: String,
    content_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(with = "moment")]
    date_published: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<File<'a>>,
    #[serde(rename = "_kalends")]
    entry: &'a Entry,
}

#[derive(Serialize)]
struct File<'a> {
    url: String,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    size_in_bytes: u64,
}

/// Writes a collection as a JSON Feed, whole.
pub fn write(collection: &Collection) -> Result<String, String> {
    let facts = &collection.facts;
    let document = Document {
        version: VERSION,
        title: &facts.title,
        home_page_url: facts.home.as_deref(),
        feed_url: facts.home.as_ref().map(|home| format!("{home}feed.json")),
        authors: vec![Author { name: &facts.title, url: facts.home.as_deref() }],
        own: Own {
            format: FORMAT,
            about: "What kalends reads back; each item's `_kalends` is the post as it was sent".to_owned(),
            feed: facts.clone(),
            updated: collection.updated,
        },
        items: collection.entries.iter().map(|entry| item(collection, entry)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

fn item<'a>(collection: &'a Collection, entry: &'a Entry) -> Item<'a> {
    let is_picture = |media: &&Attachment| media.media_type().starts_with("image/");
    let picture = entry.media.iter().find(is_picture).filter(|_| entry.warning.is_none());
    Item {
        id: &entry.id,
        url: entry.url.as_deref(),
        external_url: entry.link.as_deref().filter(|link| is_web(link)),
        title: harmless(&entry.title).into_owned(),
        content_html: content::html(collection, entry),
        content_text: harmless(&content::plain(entry)).into_owned(),
        summary: entry.warning.as_ref().map(|warning| format!("Content warning: {}", harmless(warning))),
        image: picture.map(|media| content::media_url(collection, media)),
        date_published: entry.published,
        language: language(&entry.language),
        tags: &entry.tags,
        attachments: entry.media.iter().map(|media| file(collection, media)).collect(),
        entry,
    }
}

fn file<'a>(collection: &Collection, media: &'a Attachment) -> File<'a> {
    File {
        url: content::media_url(collection, media),
        mime_type: media.media_type(),
        title: media.alt.as_deref(),
        size_in_bytes: media.size_bytes,
    }
}

/// What is looked at first: a format that is not known is said to be so, whatever else stands there.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "_kalends")]
    own: Format,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize)]
struct Stored {
    #[serde(rename = "_kalends")]
    own: Own,
    items: Vec<StoredItem>,
}

#[derive(Deserialize)]
struct StoredItem {
    #[serde(rename = "_kalends")]
    entry: Entry,
}

/// Reads a collection back. An error is what is wrong with the file, to be said after its name.
pub fn read(text: &str) -> Result<Collection, String> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(format!("is not JSON: {error}"));
    }
    let head: Head =
        serde_json::from_str(text).map_err(|error| format!("was not written by kalends: {error}"))?;
    if head.own.format != FORMAT {
        let format = head.own.format;
        return Err(format!("is of format {format}, and this version of kalends knows format {FORMAT}"));
    }
    let stored: Stored =
        serde_json::from_str(text).map_err(|error| format!("is not as kalends wrote it: {error}"))?;
    let entries: Vec<Entry> = stored.items.into_iter().map(|item| item.entry).collect();
    let mut keys = BTreeSet::new();
    if let Some(twice) = entries.iter().find(|entry| !keys.insert(entry.key.as_str())) {
        return Err(format!("holds the post {} twice", twice.key));
    }
    Ok(Collection { facts: stored.own.feed, updated: stored.own.updated, entries })
}
