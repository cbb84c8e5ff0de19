//! What kalends asks of a platform: to publish, to look, to take down.
//!
//! An adapter is straight-line code between pure builders of requests and pure readers of answers. What it can
//! promise about a lost answer is its [`Class`]; the journey in [`crate::publish`] does the rest.

pub mod feed;

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::Account;
use crate::draft::{Draft, Media, MediaBook};
use crate::http::{Failure, Http};
use crate::ledger::{Receipt, Sending};
use crate::text;

/// What a platform gives to tell whether a post of ours is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A key that we choose and that is kept for ever: the same key twice is one post. Exactly once.
    PermanentKey,
    /// A key that is kept for a while after the first request.
    WindowKey {
        /// How long the key is kept.
        window: TimeDelta,
    },
    /// A complete list of what was posted, which shows a post after a while.
    Listing {
        /// Whether its delays have been measured well enough that a post which is proven absent may be sent again.
        repost: bool,
    },
    /// Nothing: what became of a lost answer, only a person can say. At most once.
    Nothing,
}

/// What looking for a post found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// It is there.
    There(Receipt),
    /// It is not there, by a list that is complete.
    Absent,
    /// It cannot be told, and why.
    Unclear(String),
}

/// What an adapter may use while it works for one account.
pub struct Desk<'a> {
    /// The network.
    pub http: &'a dyn Http,
    /// The account.
    pub account: &'a Account,
    /// What is known of the media files.
    pub book: &'a MediaBook,
    /// The bytes of a media file of the calendar's commit.
    pub media: &'a (dyn Fn(&Media) -> Result<Vec<u8>, String> + Sync),
}

/// A post of ours that the platform knows: what a reply hangs from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The platform's id.
    pub id: String,
    /// Where it can be seen.
    pub url: Option<String>,
}

/// A platform, as the journeys see it.
pub trait Platform: Sync {
    /// Returns what it gives to tell whether a post is there.
    fn class(&self) -> Class;

    /// Returns how old a sending must be before not seeing it proves that it is not there: the latest first byte,
    /// the longest flight and the listing's delay together (RELIABILITY §1.4).
    fn settles_after(&self) -> TimeDelta;

    /// Returns the most that one run sends to one account, where a burst would trouble readers.
    fn burst(&self) -> Option<usize>;

    /// Uploads what must be there before a draft can be sent. Publishes nothing; may be repeated.
    fn prepare(&self, desk: &Desk<'_>, draft: &Draft) -> Result<(), Failure>;

    /// Returns the key and the payload: the very bytes that will be sent, a pure function of what it is given.
    fn payload(
        &self,
        desk: &Desk<'_>,
        draft: &Draft,
        parent: Option<&Parent>,
        first_at: DateTime<Utc>,
    ) -> Result<(String, String), Failure>;

    /// Sends the payload once.
    fn publish(&self, desk: &Desk<'_>, sending: &Sending) -> Result<Receipt, Failure>;

    /// Looks for what a sending may have published.
    fn find(&self, desk: &Desk<'_>, sending: &Sending) -> Result<Sight, Failure>;

    /// Takes a post down. Taking down what is not there is a success.
    fn retract(&self, desk: &Desk<'_>, id: &str) -> Result<(), Failure>;
}

/// Returns the adapter of a platform, or nothing where a person posts by hand.
pub fn of(platform: text::Platform) -> Option<&'static dyn Platform> {
    match platform {
        text::Platform::Feed => Some(&feed::Feed),
        _ => None,
    }
}
