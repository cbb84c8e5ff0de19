//! The embedded platform: publishing with no account and no network.
//!
//! What is sent goes to a shelf, a folder of the calendar that answers requests of the scheme `feed:` as a server
//! would ([`crate::rim::shelf`]):
//!
//! ```text
//! PUT    feed:public/news/media/9f86d081884c7d65.png                    a picture, before the post that shows it
//! PUT    feed:public/news/entries/2027-01-18-open-day.once.news.1      a post; the same key twice is one post
//! GET    feed:public/news/entries/…                                    200 if it is there, 404 if it is not
//! DELETE feed:public/news/entries/…                                    takes it down
//! ```
//!
//! The shelf keeps three files that say the same: `feed.json` ([`json`]), `atom.xml` ([`atom`]) and `index.html`
//! ([`page`]), each a pure function of one [`Collection`].

pub mod atom;
pub mod content;
pub mod entry;
pub mod json;
pub mod log;
pub mod page;
pub mod title;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::calendar::Account;
use crate::draft::{Draft, Slot, Visibility, hex};
use crate::html;
use crate::http::{Effect, Failure, Http, Method, Request, exchange};
use crate::keyring::Credential;
use crate::ledger::{Evidence, Receipt, Sending, Upload};
use crate::media::Cleaned;
use crate::platform::counts::{Look, Standing};
use crate::platform::server::unsent;
use crate::platform::{self, Channel, Class, Desk, Parent, Platform, Sight};

pub use entry::{Attachment, Collection, Entry, FORMAT, Facts, Poll};

/// The embedded platform's adapter.
pub struct Feed;

impl Platform for Feed {
    fn burst(&self) -> Option<usize> {
        None
    }

    fn has_secret(&self) -> bool {
        false
    }

    /// A shelf is no server: who reads it, only the server's log tells ([`log`]).
    fn counts_at_once(&self) -> Option<usize> {
        None
    }

    fn renews_at(&self, _: &Credential) -> Option<DateTime<Utc>> {
        None
    }

    fn renew(&self, _: &dyn Http, _: &Credential) -> Result<Credential, Failure> {
        Err(unsent("a feed has no secret".to_owned()))
    }

    fn open<'a>(&self, desk: Desk<'a>) -> Result<Box<dyn Channel + 'a>, Failure> {
        Ok(Box::new(Folder { desk }))
    }
}

/// A feed's folder, ready to be written to.
struct Folder<'a> {
    desk: Desk<'a>,
}

impl Channel for Folder<'_> {
    fn class(&self) -> Class {
        Class::PermanentKey
    }

    /// Nothing is ever on its way: the shelf answers from its own disk, and a reader waits for a writer to end.
    fn settles_after(&self) -> TimeDelta {
        TimeDelta::zero()
    }

    /// A picture's name follows from its bytes, so putting it on the shelf again costs nothing.
    fn keeps_uploads(&self) -> TimeDelta {
        TimeDelta::zero()
    }

    /// Refuses what is not for everybody: a feed has neither followers nor posts that only a link leads to.
    ///
    /// `first_at`, not the due time, is the entry's `published`: it is the moment the post became public, so a post
    /// that goes out late stands above those that readers have seen already, and a replay keeps it.
    /// What a part of a thread replies to follows from its slot, whatever became of the part before it.
    fn prepare(
        &self,
        draft: &Draft,
        _: &[Parent],
        _: &mut Vec<Upload>,
        first_at: DateTime<Utc>,
    ) -> Result<(String, String), Failure> {
        let desk = &self.desk;
        if draft.visibility != Visibility::Public {
            return Err(Failure::Refused {
                status: 403,
                code: String::new(),
                why: format!(
                    "a feed shows everything to everybody, and this post is `{}`: take `{}` out of its `to`, or \
                     give it its own `visibility` under `[for.{}]`",
                    draft.visibility.as_str(),
                    desk.account.id,
                    desk.account.id
                ),
            });
        }
        let mut attached = Vec::new();
        for media in &draft.media {
            let cleaned = platform::picture(desk, media)?;
            let name = shelf_name(&cleaned);
            let request = Request::new(Effect::Prepares, Method::Put, address(desk.account, "media", &name));
            attached.push(Attachment {
                name,
                alt: media.alt.clone(),
                mime: Some(cleaned.mime.to_owned()),
                size_bytes: cleaned.bytes.len() as u64,
                size_px: cleaned.size_px,
            });
            exchange(desk.http, &request.body(cleaned.bytes))?;
        }
        let entry = entry_of(desk, draft, attached, first_at);
        let payload = serde_json::to_string(&entry)
            .map_err(|error| unsent(format!("the post cannot be written as JSON: {error}")))?;
        Ok((entry.key, payload))
    }

    fn publish(&self, sending: &Sending) -> Result<Receipt, Failure> {
        let url = address(self.desk.account, "entries", &sending.key);
        let request = Request::new(Effect::Publishes, Method::Put, url)
            .header("content-type", "application/json")
            .body(sending.payload.as_bytes());
        exchange(self.desk.http, &request)?;
        Ok(receipt(&self.desk, sending, Evidence::Answer))
    }

    fn find(&self, sending: &Sending) -> Result<Sight, Failure> {
        let url = address(self.desk.account, "entries", &sending.key);
        match exchange(self.desk.http, &Request::new(Effect::Reads, Method::Get, url)) {
            Ok(_) => Ok(Sight::There(receipt(&self.desk, sending, Evidence::Found))),
            Err(Failure::Refused { status: 404, .. }) => Ok(Sight::Absent),
            Err(Failure::Refused { why, .. } | Failure::Doubtful { why }) => Ok(Sight::Unclear(why)),
            Err(unsent) => Err(unsent),
        }
    }

    fn retract(&self, id: &str) -> Result<(), Failure> {
        let url = address(self.desk.account, "entries", id);
        match exchange(self.desk.http, &Request::new(Effect::Publishes, Method::Delete, url)) {
            Ok(_) | Err(Failure::Refused { status: 404, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    fn measure(&self, _: &[&str]) -> Result<Vec<Look>, Failure> {
        Err(unsent("a feed counts nothing itself".to_owned()))
    }

    fn measure_account(&self) -> Result<Standing, Failure> {
        Err(unsent("a feed counts nothing itself".to_owned()))
    }
}

/// Returns the folder of a feed, relative to the calendar's root.
pub fn folder(account: &Account) -> String {
    match &account.folder {
        Some(folder) => folder.value.trim_end_matches('/').to_owned(),
        None => format!("public/{}", account.id),
    }
}

/// Returns the key of a slot: `POST.OCCURRENCE.ACCOUNT.PART`. No id holds a dot, so no two slots share a key, and
/// every character may stand in a URL, a file's name and an anchor as it is.
pub fn key(slot: &Slot) -> String {
    format!("{}.{}.{}.{}", slot.post, slot.occurrence, slot.account, slot.part)
}

/// Returns a file's name on the shelf: it follows from the bytes that are shown, so the same picture twice is one file.
pub fn shelf_name(media: &Cleaned) -> String {
    let end = match media.mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "image/heif" => "heic",
        "video/mp4" | "video/x-m4v" => "mp4",
        "video/quicktime" => "mov",
        _ => "bin",
    };
    let digits: String = hex(&Sha256::digest(&media.bytes)).chars().take(16).collect();
    format!("{digits}.{end}")
}

fn address(account: &Account, kind: &str, name: &str) -> String {
    format!("feed:{}/{kind}/{name}", folder(account))
}

fn entry_of(desk: &Desk<'_>, draft: &Draft, media: Vec<Attachment>, first_at: DateTime<Utc>) -> Entry {
    let key = key(&draft.slot);
    let feed = feed_facts(desk.account);
    Entry {
        format: FORMAT,
        id: tag(desk.account, &draft.slot),
        url: feed.home.as_ref().map(|home| format!("{home}#{key}")),
        key,
        title: title::of(draft, &feed.title),
        has_own_title: draft.title.is_some(),
        text: draft.text.clone(),
        plain: draft.composed(),
        link: draft.link.clone(),
        tags: draft.tags.clone(),
        language: draft.language.clone(),
        warning: draft.warning.clone(),
        published: first_at,
        part: draft.slot.part,
        parts: draft.parts,
        in_reply_to: draft.slot.parent().map(|parent| self::key(&parent)),
        poll: draft.poll.as_ref().map(|poll| Poll { options: poll.options.clone(), multiple: poll.multiple }),
        media,
        feed,
    }
}

fn feed_facts(account: &Account) -> Facts {
    let given = [&account.title, &account.handle].into_iter().flatten().find(|name| !name.trim().is_empty());
    let server = account.server.as_ref().map(|server| server.value.trim_end_matches('/'));
    Facts {
        id: format!("tag:{},2026:kalends/{}", authority(account), account.id),
        title: given.cloned().unwrap_or_else(|| account.id.to_string()),
        home: server.filter(|server| html::is_web(server)).map(|server| format!("{server}/")),
    }
}

/// Returns a `tag:` URI (RFC 4151), which names the slot for ever and is no address.
///
/// The date in it, when the name's owner held the server's name, is the one that the post's id begins with; a post's
/// id never changes.
fn tag(account: &Account, slot: &Slot) -> String {
    let post = slot.post.as_str();
    let date = post.get(..10).filter(|date| date.parse::<NaiveDate>().is_ok()).unwrap_or("2026");
    let mut id =
        format!("tag:{},{date}:kalends/{post}/{}/{}", authority(account), slot.occurrence, slot.account);
    if slot.part > 1 {
        id.push_str(&format!("/{}", slot.part));
    }
    id
}

/// Returns the server's host where it is a DNS name, else `kalends`.
fn authority(account: &Account) -> String {
    let host = account.server.as_ref().and_then(|server| {
        let (_, rest) = server.value.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?.split(':').next()?.to_ascii_lowercase();
        let is_name = host.split('.').all(|name| {
            !name.is_empty()
                && !name.starts_with('-')
                && !name.ends_with('-')
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
        is_name.then_some(host)
    });
    host.unwrap_or_else(|| "kalends".to_owned())
}

fn receipt(desk: &Desk<'_>, sending: &Sending, evidence: Evidence) -> Receipt {
    let sent = serde_json::from_str::<Entry>(&sending.payload).ok();
    let page = || format!("{}/index.html#{}", folder(desk.account), sending.key);
    let url = sent.and_then(|entry| entry.url).unwrap_or_else(page);
    Receipt { id: sending.key.clone(), revision: None, url: Some(url), evidence }
}

#[cfg(test)]
mod tests;
