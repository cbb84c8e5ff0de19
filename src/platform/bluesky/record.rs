//! The record of a post, and the request that puts it into a repository.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::draft::{Draft, Label};
use crate::text::excess;

use super::facets::{self, Facet, Feature};

/// The collection that posts are in, and the type of its records.
pub const COLLECTION: &str = "app.bsky.feed.post";

/// The most pictures of a post (lexicon app.bsky.embed.images).
const IMAGES_MAX: usize = 4;

/// What a post hangs from: the thread's first post and the one before, each by its address and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The thread's first post.
    pub root: (String, String),
    /// The post before.
    pub parent: (String, String),
}

/// What of a post was found out or uploaded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ready {
    /// Who each handle that is mentioned belongs to.
    pub dids: BTreeMap<String, String>,
    /// Its pictures or its card.
    pub embed: Option<Value>,
    /// What it hangs from.
    pub reply: Option<Reply>,
}

/// Returns why Bluesky could not show a draft as it is meant, and what to do.
pub fn fault(draft: &Draft) -> Option<String> {
    use crate::draft::Visibility;
    let id = &draft.slot.account;
    if draft.visibility != Visibility::Public {
        return Some(format!(
            "Bluesky shows everything to everybody, and this post is `{}`: take `{id}` out of its `to`, or give it its \
             own `visibility` under `[for.{id}]`",
            draft.visibility.as_str()
        ));
    }
    if draft.poll.is_some() {
        return Some(format!("Bluesky has no polls: take it away under `[for.{id}]`"));
    }
    if draft.media.len() > IMAGES_MAX {
        return Some(format!("Bluesky takes {IMAGES_MAX} pictures, and the post has {}", draft.media.len()));
    }
    let whole = draft.composed();
    if whole.is_empty() && draft.media.is_empty() {
        return Some("the post has nothing to say".to_owned());
    }
    let max = draft.platform.limits().text_max?;
    let excess = excess(&whole, &max)?;
    Some(format!(
        "the text is too long: {} of {} {}; shorten it by {}",
        excess.used,
        excess.max,
        excess.unit,
        excess.over()
    ))
}

/// Returns the handles that a text mentions.
pub fn mentioned<'a>(whole: &'a str, link: Option<&str>) -> Vec<&'a str> {
    let handle = |facet: Facet<'a>| match facet.feature {
        Feature::Mention(handle) => Some(handle),
        _ => None,
    };
    facets::find(whole, link).into_iter().filter_map(handle).collect()
}

/// Returns the body of `com.atproto.repo.putRecord` that posts a draft under a key, once for all.
///
/// `swapRecord` of null is the promise that a record of that key is not there yet: another one is never replaced.
pub fn put(did: &str, key: &str, draft: &Draft, ready: &Ready, created_at: DateTime<Utc>) -> String {
    json!({
        "repo": did,
        "collection": COLLECTION,
        "rkey": key,
        "validate": true,
        "swapRecord": null,
        "record": record(draft, ready, created_at),
    })
    .to_string()
}

fn record(draft: &Draft, ready: &Ready, created_at: DateTime<Utc>) -> Value {
    let whole = draft.composed();
    let mut record = json!({
        "$type": COLLECTION,
        "text": whole,
        "createdAt": created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    if let Some(language) = &draft.language {
        record["langs"] = json!([language]);
    }
    let found = facets::find(&whole, draft.link.as_deref());
    let facets: Vec<Value> = found.iter().filter_map(|facet| written(facet, ready)).collect();
    if !facets.is_empty() {
        record["facets"] = Value::Array(facets);
    }
    if let Some(embed) = &ready.embed {
        record["embed"] = embed.clone();
    }
    if let Some(Reply { root, parent }) = &ready.reply {
        let strong = |(uri, cid): &(String, String)| json!({ "uri": uri, "cid": cid });
        record["reply"] = json!({ "root": strong(root), "parent": strong(parent) });
    }
    if !draft.labels.is_empty() {
        let values: Vec<Value> =
            draft.labels.iter().copied().map(Label::as_str).map(|val| json!({ "val": val })).collect();
        record["labels"] = json!({ "$type": "com.atproto.label.defs#selfLabels", "values": values });
    }
    record
}

fn written(facet: &Facet<'_>, ready: &Ready) -> Option<Value> {
    let feature = match &facet.feature {
        Feature::Link(uri) => json!({ "$type": "app.bsky.richtext.facet#link", "uri": uri }),
        Feature::Tag(tag) => json!({ "$type": "app.bsky.richtext.facet#tag", "tag": tag }),
        Feature::Mention(handle) => {
            json!({ "$type": "app.bsky.richtext.facet#mention", "did": ready.dids.get(*handle)? })
        }
    };
    let index = json!({ "byteStart": facet.range.start, "byteEnd": facet.range.end });
    Some(json!({ "index": index, "features": [feature] }))
}
