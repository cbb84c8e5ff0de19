//! Platforms that are none: one straight-line adapter for each class of promise, as the real ones are built.

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::Draft;
use crate::http::{Effect, Failure, Http, Method, Request, exchange};
use crate::keyring::Credential;
use crate::ledger::{Evidence, Receipt, Sending, Upload};
use crate::platform::counts::{Look, Standing};
use crate::platform::{Channel, Class, Desk, Parent, Platform, Sight};
use crate::text;

/// The latest first byte after the sending entry, in seconds.
pub const S: i64 = 30;
/// The longest time between the first byte and the effect, in seconds.
pub const M: i64 = 90;
/// The longest time until a list shows a post, in seconds.
pub const D: i64 = 60;
/// How long a key with a window is kept, in seconds.
pub const W: i64 = 3600;
/// The most that one run sends to one account.
pub const BURST: usize = 4;

pub struct Sham {
    class: Class,
    /// Whether the key is made from the moment of the first sending, as Bluesky's record keys are, or from the slot.
    by_moment: bool,
}

const WINDOW: Class = Class::WindowKey { window: TimeDelta::seconds(W) };

/// The platforms that the simulated accounts are on, with what each promises.
pub const ALL: [(text::Platform, Sham); 7] = [
    (text::Platform::Bluesky, Sham { class: Class::PermanentKey, by_moment: true }),
    (text::Platform::Telegram, Sham { class: Class::PermanentKey, by_moment: false }),
    (text::Platform::Mastodon, Sham { class: WINDOW, by_moment: true }),
    // Its server looks for the key, and sets it only when it is done.
    (text::Platform::Threads, Sham { class: WINDOW, by_moment: true }),
    (text::Platform::X, Sham { class: Class::Listing { repost: true }, by_moment: true }),
    (text::Platform::Facebook, Sham { class: Class::Listing { repost: false }, by_moment: true }),
    (text::Platform::LinkedIn, Sham { class: Class::Nothing, by_moment: true }),
];

pub fn of(platform: text::Platform) -> Option<&'static dyn Platform> {
    static SHAMS: [(text::Platform, Sham); 7] = ALL;
    SHAMS.iter().find(|(other, _)| *other == platform).map(|(_, sham)| sham as &dyn Platform)
}

/// What a platform promises.
pub fn class_of(platform: text::Platform) -> Option<Class> {
    ALL.iter().find(|(other, _)| *other == platform).map(|(_, sham)| sham.class)
}

impl Platform for Sham {
    fn burst(&self) -> Option<usize> {
        Some(BURST)
    }

    fn has_secret(&self) -> bool {
        false
    }

    fn counts_at_once(&self) -> Option<usize> {
        None
    }

    fn renews_at(&self, _: &Credential) -> Option<DateTime<Utc>> {
        None
    }

    fn renew(&self, _: &dyn Http, _: &Credential) -> Result<Credential, Failure> {
        unreachable!("a sham has no secret")
    }

    fn open<'a>(&self, desk: Desk<'a>) -> Result<Box<dyn Channel + 'a>, Failure> {
        Ok(Box::new(ShamChannel { class: self.class, by_moment: self.by_moment, desk }))
    }
}

struct ShamChannel<'a> {
    class: Class,
    by_moment: bool,
    desk: Desk<'a>,
}

impl ShamChannel<'_> {
    fn url(&self) -> String {
        format!("sim://{}", self.desk.account.id)
    }
}

fn receipt(id: &str, evidence: Evidence) -> Receipt {
    Receipt { id: id.to_owned(), revision: None, url: None, evidence }
}

impl Channel for ShamChannel<'_> {
    fn class(&self) -> Class {
        self.class
    }

    fn settles_after(&self) -> TimeDelta {
        let listing = if matches!(self.class, Class::PermanentKey) { 0 } else { D };
        TimeDelta::seconds(S + M + listing + 1)
    }

    fn keeps_uploads(&self) -> TimeDelta {
        TimeDelta::hours(1)
    }

    fn prepare(
        &self,
        draft: &Draft,
        thread: &[Parent],
        _: &mut Vec<Upload>,
        first_at: DateTime<Utc>,
    ) -> Result<(String, String), Failure> {
        let me = Request::new(Effect::Prepares, Method::Get, format!("{}/me", self.url()));
        exchange(self.desk.http, &me)?;
        let key = if self.by_moment {
            format!("{}@{}", draft.slot, first_at.timestamp_millis())
        } else {
            draft.slot.to_string()
        };
        let payload = format!(
            "slot={}\ndue={}\nuntil={}\nparent={}\ntext={}",
            draft.slot,
            draft.due.timestamp_millis(),
            (draft.due + draft.late).timestamp_millis(),
            thread.last().map_or("", |parent| parent.id.as_str()),
            draft.composed()
        );
        Ok((key, payload))
    }

    fn publish(&self, sending: &Sending) -> Result<Receipt, Failure> {
        let method = if self.class == Class::PermanentKey { Method::Put } else { Method::Post };
        let request = Request::new(Effect::Publishes, method, self.url())
            .header("key", sending.key.clone())
            .body(sending.payload.clone());
        let response = exchange(self.desk.http, &request)?;
        match response.text().strip_prefix("id=") {
            Some(id) => Ok(receipt(id, Evidence::Answer)),
            None => Err(Failure::Doubtful { why: "the answer could not be read".to_owned() }),
        }
    }

    fn find(&self, sending: &Sending) -> Result<Sight, Failure> {
        let request = Request::new(Effect::Reads, Method::Get, self.url())
            .header("key", sending.key.clone())
            .body(sending.payload.clone());
        let response = exchange(self.desk.http, &request)?;
        let text = response.text();
        Ok(match text.strip_prefix("id=") {
            Some(id) => Sight::There(receipt(id, Evidence::Found)),
            None if text == "none" => Sight::Absent,
            None => Sight::Unclear(text),
        })
    }

    fn retract(&self, id: &str) -> Result<(), Failure> {
        let request = Request::new(Effect::Publishes, Method::Delete, self.url()).body(id.to_owned());
        exchange(self.desk.http, &request).map(drop)
    }

    fn measure(&self, _: &[&str]) -> Result<Vec<Look>, Failure> {
        unreachable!("a publisher counts nothing")
    }

    fn measure_account(&self) -> Result<Standing, Failure> {
        unreachable!("a publisher counts nothing")
    }
}
