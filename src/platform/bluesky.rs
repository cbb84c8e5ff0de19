//! Bluesky: an account's repository on its own server (PDS), spoken to by XRPC.
//!
//! ```text
//! GET  com.atproto.identity.resolveHandle    whose a handle is
//! GET  com.atproto.repo.describeRepo         what a DID's document says
//! POST com.atproto.server.createSession      signs in with the app password
//! POST com.atproto.server.refreshSession     renews the session
//! POST com.atproto.repo.uploadBlob           a picture, before the post that shows it
//! POST com.atproto.repo.putRecord            the post, under a key that we choose
//! GET  com.atproto.repo.getRecord            whether it is there
//! POST com.atproto.repo.deleteRecord         takes it down
//! GET  app.bsky.feed.getPosts                what posts have earned, by the AppView that the server asks
//! GET  app.bsky.actor.getProfile             how many follow the account, likewise
//! ```
//!
//! A record's key is made here and kept in the ledger, and so is every byte of the record: the same request twice is one
//! post, for ever. The lexicons of bluesky-social/atproto are the source of what a request says; what a server was seen
//! to do is its own, `@atproto/pds` 0.5.

pub mod blob;
pub mod card;
pub mod facets;
pub mod fault;
pub mod head;
pub mod identity;
mod measure;
pub mod record;
pub mod repo;
pub mod session;
pub mod tid;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::draft::Draft;
use crate::http::{Effect, Failure, Http, Method, Request, Response};
use crate::keyring::Credential;
use crate::ledger::{Evidence, Receipt, Sending, Upload};
use crate::platform::counts::{Look, Standing};
use crate::platform::server::{refused, unsent};
use crate::platform::{Channel, Class, Desk, Parent, Platform, Sight};

use record::{COLLECTION, Ready, Reply};
use repo::Repo;

/// Bluesky's adapter.
pub struct Bluesky;

impl Platform for Bluesky {
    /// Followers' timelines are in order of time: more than a handful at once is a flood.
    fn burst(&self) -> Option<usize> {
        Some(5)
    }

    fn has_secret(&self) -> bool {
        true
    }

    fn counts_at_once(&self) -> Option<usize> {
        Some(measure::AT_ONCE)
    }

    /// An app password lasts until somebody takes it back. A session is renewed by the way: losing it costs a sign-in.
    fn renews_at(&self, _: &Credential) -> Option<DateTime<Utc>> {
        None
    }

    fn renew(&self, _: &dyn Http, _: &Credential) -> Result<Credential, Failure> {
        Err(unsent("an app password is never renewed".to_owned()))
    }

    fn open<'a>(&self, desk: Desk<'a>) -> Result<Box<dyn Channel + 'a>, Failure> {
        Ok(Box::new(Signed { repo: Repo::open(desk)?, dids: Mutex::default() }))
    }
}

/// An account that is signed in to.
struct Signed<'a> {
    repo: Repo<'a>,
    /// Whose the handles are that this run has asked for.
    dids: Mutex<BTreeMap<String, String>>,
}

impl Channel for Signed<'_> {
    fn class(&self) -> Class {
        Class::PermanentKey
    }

    /// Half a minute to the first byte (S). Two minutes of flight (M): the request's own patience of 30 s, then 102 s in
    /// which a kernel goes on sending what was written to a connection that we gave up. No delay of a listing (D): the
    /// repository itself is asked, which has a record as soon as it has answered.
    fn settles_after(&self) -> TimeDelta {
        TimeDelta::minutes(3)
    }

    /// A server may delete a blob that no record shows after a time that the lexicon of `uploadBlob` gives as "minutes".
    /// One that is gone all the same is told by `putRecord`, and is then not used again.
    fn keeps_uploads(&self) -> TimeDelta {
        TimeDelta::minutes(10)
    }

    fn prepare(
        &self,
        draft: &Draft,
        thread: &[Parent],
        uploads: &mut Vec<Upload>,
        first_at: DateTime<Utc>,
    ) -> Result<(String, String), Failure> {
        if let Some(why) = record::fault(draft) {
            return Err(refused(422, why));
        }
        self.repo.ready()?;
        self.repo.fresh()?;
        let whole = draft.composed();
        let mut ready = Ready { reply: self.reply(thread)?, ..Ready::default() };
        for handle in record::mentioned(&whole, draft.link.as_deref()) {
            let did = self.did_of(handle, draft)?;
            ready.dids.insert(handle.to_owned(), did);
        }
        ready.embed = self.embed(draft, uploads)?;
        // The last of these may have been the last request that the server takes for a while.
        self.repo.ready()?;
        let key = tid::tid(first_at, &draft.slot);
        let payload = record::put(&self.repo.did, &key, draft, &ready, first_at);
        Ok((key, payload))
    }

    fn publish(&self, sending: &Sending) -> Result<Receipt, Failure> {
        let request = self.post("com.atproto.repo.putRecord", sending.payload.as_bytes());
        match self.repo.publish(&request, sending.until) {
            Ok(answer) => self.receipt(&answer, sending).map_err(|why| Failure::Doubtful { why }),
            Err(Failure::Refused { code, why, .. }) if code == "InvalidSwap" => {
                Err(Failure::Doubtful { why: format!("another record has its key: {why}") })
            }
            Err(Failure::Refused { code, why, .. }) if code == "BlobNotFound" => {
                self.repo.lose(blobs(&sending.payload));
                Err(unsent(format!("{why}: the picture is uploaded anew")))
            }
            Err(failure) => Err(failure),
        }
    }

    fn find(&self, sending: &Sending) -> Result<Sight, Failure> {
        let answer = match self.get_record(&self.repo.did, &sending.key) {
            Ok(answer) => answer,
            Err(Failure::Refused { code, .. }) if code == "RecordNotFound" => return Ok(Sight::Absent),
            Err(Failure::Refused { why, .. } | Failure::Doubtful { why }) => return Ok(Sight::Unclear(why)),
            Err(unsent) => return Err(unsent),
        };
        let json = self.repo.json(&answer)?;
        let sent: Value = serde_json::from_str(&sending.payload).unwrap_or_default();
        let record = sent.get("record").filter(|record| json.get("value") == Some(record));
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        match (record, text("cid")) {
            (Some(_), Some(cid)) => Ok(Sight::There(self.receipt_of(&sending.key, cid, Evidence::Found))),
            _ => Ok(Sight::Unclear(format!(
                "there is another post where it would be: {}",
                self.page(&sending.key)
            ))),
        }
    }

    /// The server says yes of a record that is not there, too.
    fn retract(&self, id: &str) -> Result<(), Failure> {
        let (whose, key) = parts(id).ok_or_else(|| refused(400, format!("{id} is no post on Bluesky")))?;
        if whose.starts_with("did:") && whose != self.repo.did {
            return Err(refused(403, format!("{id} is not of this account, which is {}", self.repo.did)));
        }
        let body = json!({ "repo": self.repo.did, "collection": COLLECTION, "rkey": key }).to_string();
        self.repo.send(&self.post("com.atproto.repo.deleteRecord", body.as_bytes())).map(drop)
    }

    fn measure(&self, posts: &[&str]) -> Result<Vec<Look>, Failure> {
        measure::posts(self, posts)
    }

    fn measure_account(&self) -> Result<Standing, Failure> {
        measure::account(self)
    }
}

impl Signed<'_> {
    fn post(&self, name: &str, body: &[u8]) -> Request {
        let request = self.repo.request(Effect::Publishes, Method::Post, name);
        request.header("content-type", "application/json").body(body)
    }

    fn get_record(&self, whose: &str, key: &str) -> Result<Response, Failure> {
        self.repo.ask(&format!(
            "com.atproto.repo.getRecord?repo={}&collection={COLLECTION}&rkey={}",
            encoded(whose),
            encoded(key)
        ))
    }

    fn page(&self, key: &str) -> String {
        format!("https://bsky.app/profile/{}/post/{key}", self.repo.did)
    }

    fn receipt_of(&self, key: &str, cid: String, evidence: Evidence) -> Receipt {
        Receipt {
            id: format!("at://{}/{COLLECTION}/{key}", self.repo.did),
            revision: Some(cid),
            url: Some(self.page(key)),
            evidence,
        }
    }

    fn receipt(&self, answer: &Response, sending: &Sending) -> Result<Receipt, String> {
        let json = answer.json()?;
        let text = |name: &str| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let cid = text("cid").ok_or("the answer says no version of the record")?;
        let receipt = self.receipt_of(&sending.key, cid.to_owned(), Evidence::Answer);
        match text("uri") {
            Some(uri) if uri == receipt.id => Ok(receipt),
            Some(uri) => Err(format!("the answer is about {uri}")),
            None => Err("the answer says no address of the record".to_owned()),
        }
    }

    /// Returns what a part of a thread hangs from.
    fn reply(&self, thread: &[Parent]) -> Result<Option<Reply>, Failure> {
        let (Some(root), Some(parent)) = (thread.first(), thread.last()) else { return Ok(None) };
        let parent = self.strong(parent)?;
        let root = if thread.len() == 1 { parent.clone() } else { self.strong(root)? };
        Ok(Some(Reply { root, parent }))
    }

    /// Returns a post's address and version. One that a person settled is known by its page alone, and is looked up.
    fn strong(&self, post: &Parent) -> Result<(String, String), Failure> {
        if let Some(cid) = post.revision.as_ref().filter(|_| post.id.starts_with("at://")) {
            return Ok((post.id.clone(), cid.clone()));
        }
        let (whose, key) = parts(&post.id).ok_or_else(|| {
            refused(
                400,
                format!("the part before it is known as {} only, which is no post on Bluesky", post.id),
            )
        })?;
        let answer = self.get_record(whose, key).map_err(|failure| match failure {
            Failure::Refused { status, code, why } => Failure::Refused {
                status,
                code,
                why: format!("the part before it, {}, cannot be found: {why}", post.id),
            },
            other => other,
        })?;
        let json = self.repo.json(&answer)?;
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        text("uri").zip(text("cid")).ok_or_else(|| unsent(format!("the version of {} is not told", post.id)))
    }

    /// Returns whose a handle is, or says that it is nobody's.
    fn did_of(&self, handle: &str, draft: &Draft) -> Result<String, Failure> {
        let known = || self.dids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(did) = known().get(handle) {
            return Ok(did.clone());
        }
        let desk = &self.repo.desk;
        let did = identity::did_of(desk.http, &self.repo.base.url, &handle.to_ascii_lowercase());
        let did = did.map_err(|failure| match failure {
            Failure::Refused { status, code, .. } => Failure::Refused {
                status,
                code,
                why: format!(
                    "there is no @{handle} on Bluesky: mend the handle, or write the name without `@` here or under \
                     `[for.{}]`",
                    draft.slot.account
                ),
            },
            other => other,
        })?;
        known().insert(handle.to_owned(), did.clone());
        Ok(did)
    }

    /// Returns the pictures of a draft, or the card of its link where it has none.
    fn embed(&self, draft: &Draft, uploads: &mut Vec<Upload>) -> Result<Option<Value>, Failure> {
        if draft.media.is_empty() {
            return Ok(draft.link.as_ref().map(|link| card::card(&self.repo, link, uploads)));
        }
        let mut images = Vec::with_capacity(draft.media.len());
        for media in &draft.media {
            let image = blob::image(&self.repo, media, uploads)?;
            let mut shown = json!({ "image": image.blob, "alt": media.alt.as_deref().unwrap_or_default() });
            if let Some((width, height)) = image.size_px.filter(|(width, height)| *width > 0 && *height > 0) {
                shown["aspectRatio"] = json!({ "width": width, "height": height });
            }
            images.push(shown);
        }
        Ok(Some(json!({ "$type": "app.bsky.embed.images", "images": images })))
    }
}

/// Returns whose a post is and its key, of `at://WHOSE/app.bsky.feed.post/KEY` or an app's `…/profile/WHOSE/post/KEY`.
fn parts(id: &str) -> Option<(&str, &str)> {
    let (whose, key) = match id.strip_prefix("at://") {
        Some(rest) => rest.split_once(&format!("/{COLLECTION}/"))?,
        None => {
            let path = id.split(['?', '#']).next()?.split_once("/profile/")?.1;
            path.trim_end_matches('/').split_once("/post/")?
        }
    };
    let is_plain = |part: &str| !part.is_empty() && !part.contains('/');
    (is_plain(whose) && is_plain(key)).then_some((whose, key))
}

/// Returns the content ids of the blobs that a payload shows.
fn blobs(payload: &str) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$link").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&serde_json::from_str(payload).unwrap_or_default(), &mut found);
    found
}

/// Returns a text as a part of a query.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests;
