//! The grammar of requests: what somebody wants posted, and what was answered.

use super::Type::{Date, Id, Ids, Line, Tables, Text, Url};
use super::{Key, MEDIA, may, must};

const TAKEN: &[Key] =
    &[must("by", Id, "The person who sees to it."), must("on", Date, "The day since which they do.")];

/// `requests/ID.toml`
pub(super) const REQUEST: &[Key] = &[
    must("title", Line, "What is wanted, in a few words."),
    may("department", Id, "The department that asks."),
    may("from", Id, "The person who asks."),
    may("to_department", Id, "The department that is asked, where it is another than the one that asks."),
    may("wanted", Date, "The day it is wanted on; any if absent."),
    may("until", Date, "The last day that will do, where `wanted` is only the first."),
    may("accounts", Ids, "The accounts that it should go to; whoever takes it chooses if absent."),
    may("text", Text, "What the post is to say."),
    may("why", Text, "Why, and for whom."),
    may("link", Url, "The page it points to."),
    may("media", Tables(MEDIA), "Pictures and films."),
    may("topics", Ids, "What it is about, as protocols and policies name it."),
    may("goal", Id, "The goal it serves."),
    may("campaign", Id, "The campaign it belongs to."),
    may("taken", Tables(TAKEN), "Who sees to it, as `kalends request take` writes it."),
    may("posts", Ids, "The posts that came of it."),
    may("declined", Line, "Why nothing comes of it."),
];
