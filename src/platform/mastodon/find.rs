//! Looking for a post that may be public, in the list of what its account has posted.
//!
//! What is looked for is exact evidence: the same words, warning, pictures, poll and parent, in the time in which it can
//! have been sent; never merely the newest post. What is not seen proves something only where the list goes back to
//! before that time: a list that is empty for another reason looks like one without the post.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::http::Failure;
use crate::ledger::{Evidence, Receipt, Sending};
use crate::platform::Sight;
use crate::platform::server::{at, unsent};

use super::WINDOW;
use super::html::{plain, words};
use super::post::{Post, shown};
use super::server::{Api, Me, Server, id, text};

/// How far the server's clock may be behind ours: what `open` lets pass, and a second that it cuts off.
const BEHIND: TimeDelta = TimeDelta::seconds(61);

/// The most pages that are read: posts of an hour are never more.
const PAGES_MAX: usize = 10;

/// Looks for what a sending may have published.
pub fn find(api: &Api<'_>, me: &Me, server: &Server, sending: &Sending) -> Result<Sight, Failure> {
    let Ok(post) = serde_json::from_str::<Post>(&sending.payload) else {
        return Ok(Sight::Unclear("what was sent cannot be read, so it cannot be compared".to_owned()));
    };
    let from = sending.first_at - BEHIND;
    let sought = Sought { words: words(&post.status), post, from, until: sending.first_at + WINDOW + BEHIND };
    let list = account_list(api, me, from)?;
    let mut seen = list.statuses;
    let private = sought.post.visibility == "private" && !server.is_mastodon;
    if private {
        // Some servers list only what everybody may see; the account's own timeline has the rest.
        seen.extend(home(api, me)?);
    }
    let sight = verdict(&sought, &seen);
    Ok(match sight {
        Some(sight) => sight,
        None if private => Sight::Unclear(
            "this server does not list what only followers see, so not seeing it proves nothing".to_owned(),
        ),
        None if list.goes_back => Sight::Absent,
        // A server that counts is believed to have none, if it also shows none.
        None if server.is_mastodon && seen.is_empty() && me.statuses == Some(0) => Sight::Absent,
        None => Sight::Unclear(format!(
            "the list of the account's posts does not go back to before {}, so not seeing it proves nothing",
            sending.first_at.format("%Y-%m-%d %H:%M UTC")
        )),
    })
}

/// Returns which of an account's latest posts has this address.
pub fn by_address(api: &Api<'_>, me: &Me, url: &str) -> Result<Option<Receipt>, Failure> {
    let list = account_list(api, me, DateTime::<Utc>::MIN_UTC)?;
    let mut shown = list.statuses.iter().filter_map(|status| shown(status, Evidence::Found));
    Ok(shown.find(|receipt| receipt.url.as_deref() == Some(url)))
}

/// What is looked for.
pub struct Sought {
    /// What was sent.
    pub post: Post,
    /// Its words, as [`words`] gives them.
    pub words: String,
    /// The first moment that it can bear.
    pub from: DateTime<Utc>,
    /// The last moment that it can bear.
    pub until: DateTime<Utc>,
}

/// How like a status is to what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// It is that, or a twin of it.
    Same,
    /// It has the words, the parent and the time, but other pictures, another poll or another warning.
    Near,
    /// It is another.
    Other,
}

/// Tells what a list says about what is looked for, if it says anything.
pub fn verdict(sought: &Sought, statuses: &[Value]) -> Option<Sight> {
    let of = |likeness: Likeness| -> Vec<Receipt> {
        let alike = statuses.iter().filter(|status| sought.likeness(status) == likeness);
        let mut known = BTreeSet::new();
        let receipts = alike.filter_map(|status| shown(status, Evidence::Found));
        receipts.filter(|receipt| known.insert(receipt.id.clone())).collect()
    };
    let told = |receipts: &[Receipt]| {
        let urls: Vec<&str> = receipts.iter().filter_map(|receipt| receipt.url.as_deref()).collect();
        urls.join(" and ")
    };
    let same = of(Likeness::Same);
    match same.as_slice() {
        [one] => return Some(Sight::There(one.clone())),
        [] => {}
        many => {
            return Some(Sight::Unclear(format!(
                "{} posts there have these words: {}",
                many.len(),
                told(many)
            )));
        }
    }
    let near = of(Likeness::Near);
    (!near.is_empty()).then(|| {
        Sight::Unclear(format!(
            "a post there has these words, but not the pictures, poll or warning that were sent: {}",
            told(&near)
        ))
    })
}

impl Sought {
    /// Compares.
    pub fn likeness(&self, status: &Value) -> Likeness {
        let Some(at) = moment(status) else { return Likeness::Other };
        let parent = id(status, "in_reply_to_id");
        if at < self.from || at > self.until || parent != self.post.in_reply_to_id || !self.has_words(status)
        {
            return Likeness::Other;
        }
        let warning = text(status, "spoiler_text").unwrap_or_default();
        let is_same = words(warning) == words(self.post.spoiler_text.as_deref().unwrap_or_default())
            && self.has_media(status)
            && self.has_poll(status);
        if is_same { Likeness::Same } else { Likeness::Near }
    }

    /// Compares the words with the source, where the server gives it, or with what it shows.
    fn has_words(&self, status: &Value) -> bool {
        let is_ours = |shown: &str| words(shown) == self.words;
        text(status, "text").is_some_and(is_ours)
            || text(status, "content").is_some_and(|html| is_ours(&plain(html)))
    }

    /// Compares the pictures: as many, and, without words, the very same.
    ///
    /// Mastodon shows each under the id that the upload had; others name at least the file after it.
    fn has_media(&self, status: &Value) -> bool {
        let shown = status.get("media_attachments").and_then(Value::as_array);
        let shown: Vec<&Value> = shown.into_iter().flatten().collect();
        let sent = &self.post.media_ids;
        let is_sent = |one: &&Value| {
            let own = id(one, "id");
            let file = text(one, "url").and_then(|url| url.rsplit('/').next());
            sent.iter().any(|id| own.as_ref() == Some(id) || file == Some(id))
        };
        shown.len() == sent.len() && (!self.words.is_empty() || shown.iter().all(is_sent))
    }

    fn has_poll(&self, status: &Value) -> bool {
        let shown = status.get("poll").and_then(|poll| poll.get("options")).and_then(Value::as_array);
        let shown: Option<Vec<String>> = shown.map(|options| {
            options.iter().map(|option| words(text(option, "title").unwrap_or_default())).collect()
        });
        let sent = self.post.poll.as_ref();
        shown == sent.map(|poll| poll.options.iter().map(|option| words(option)).collect())
    }
}

/// What an account has posted, from now back.
struct List {
    statuses: Vec<Value>,
    /// Whether it has something that is older than what is looked for.
    goes_back: bool,
}

fn account_list(api: &Api<'_>, me: &Me, from: DateTime<Utc>) -> Result<List, Failure> {
    let path = format!("/api/v1/accounts/{}/statuses?limit=40&exclude_reblogs=true", super::segment(&me.id));
    let mut list = List { statuses: Vec::new(), goes_back: false };
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut before: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let max = before.as_ref().map(|id| format!("&max_id={}", super::segment(id))).unwrap_or_default();
        let page = page(api, &format!("{path}{max}"))?;
        // What is pinned may stand first, however old it is.
        list.goes_back |= page
            .iter()
            .filter(|status| status.get("pinned").and_then(Value::as_bool) != Some(true))
            .filter_map(moment)
            .any(|at| at < from);
        before = page.last().and_then(|status| id(status, "id"));
        let new: Vec<Value> =
            page.into_iter().filter(|status| id(status, "id").is_some_and(|id| known.insert(id))).collect();
        let ends = new.is_empty();
        list.statuses.extend(new);
        if ends || list.goes_back {
            break;
        }
    }
    Ok(list)
}

/// Returns what of an account's own stands in its timeline.
fn home(api: &Api<'_>, me: &Me) -> Result<Vec<Value>, Failure> {
    let mut statuses = page(api, "/api/v1/timelines/home?limit=40")?;
    statuses.retain(|status| {
        status.get("account").and_then(|account| id(account, "id")).as_ref() == Some(&me.id)
    });
    Ok(statuses)
}

fn page(api: &Api<'_>, path: &str) -> Result<Vec<Value>, Failure> {
    let answer = api.get(path).map_err(|failure| at(&api.base.host, failure))?;
    let unread = |why| unsent(format!("{}: {why}", api.base.host));
    match answer.json().map_err(unread)? {
        Value::Array(statuses) => Ok(statuses),
        other => {
            let said = text(&other, "error").unwrap_or("no list in the answer");
            Err(unsent(format!("{}: {said}", api.base.host)))
        }
    }
}

fn moment(status: &Value) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text(status, "created_at")?).ok()?;
    Some(at.to_utc())
}
