//! What kalends asks of a platform: to publish, to look, to take down.
//!
//! An adapter is straight-line code between pure builders of requests and pure readers of answers. What it can
//! promise about a lost answer is its [`Class`]; the journey in [`crate::publish`] does the rest.

pub mod bluesky;
pub mod counts;
pub mod feed;
pub mod mastodon;
pub mod quota;
pub mod server;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::calendar::Account;
use crate::draft::{Draft, Media, MediaBook};
use crate::http::{Failure, Http};
use crate::keyring::{Credential, Keys};
use crate::ledger::{Receipt, Sending, Upload};
use crate::media::{self, Cleaned};
use crate::platform::counts::{Look, Standing};
use crate::text;
use crate::time::Clock;

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
    /// The time.
    pub clock: &'a dyn Clock,
    /// The account.
    pub account: &'a Account,
    /// The account's secret; absent where the platform needs none.
    pub credential: Option<Credential>,
    /// The key-ring, for what is kept of a signed-in session.
    pub keys: &'a dyn Keys,
    /// What is known of the media files.
    pub book: &'a MediaBook,
    /// The bytes of a media file of the calendar's commit.
    pub media: &'a (dyn Fn(&Media) -> Result<Vec<u8>, String> + Sync),
    /// Whether it is enough that the account is the one that it is pinned to, whatever it calls itself now: for who
    /// only reads.
    pub pin_suffices: bool,
}

/// A post of ours that the platform knows: what a reply hangs from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The platform's id.
    pub id: String,
    /// The platform's name for this very version of it, where a reply must say it.
    pub revision: Option<String>,
    /// Where it can be seen.
    pub url: Option<String>,
}

/// A platform, as the journeys see it before they are signed in.
pub trait Platform: Sync {
    /// Returns the most that one run sends to one account, where a burst would trouble readers.
    fn burst(&self) -> Option<usize>;

    /// Tells whether an account there has a secret.
    fn has_secret(&self) -> bool;

    /// Returns how many posts' numbers are read with one request; nothing where the platform counts nothing itself.
    fn counts_at_once(&self) -> Option<usize>;

    /// Returns when a credential is due to be exchanged for the next one; nothing where it lasts.
    fn renews_at(&self, credential: &Credential) -> Option<DateTime<Utc>>;

    /// Exchanges a credential for the next one. The old one may be spent even where the answer is lost.
    fn renew(&self, http: &dyn Http, credential: &Credential) -> Result<Credential, Failure>;

    /// Signs in: reads what must be known of the server, and verifies that the secret is this account's.
    fn open<'a>(&self, desk: Desk<'a>) -> Result<Box<dyn Channel + 'a>, Failure>;
}

/// An account that is signed in to.
pub trait Channel: Send + Sync {
    /// Returns what the platform gives to tell whether a post is there.
    fn class(&self) -> Class;

    /// Returns how old a sending must be before not seeing it proves that it is not there: the latest first byte,
    /// the longest flight and the listing's delay together (RELIABILITY §1.4).
    fn settles_after(&self) -> TimeDelta;

    /// Returns for how long an upload that no post shows is sure to be kept.
    fn keeps_uploads(&self) -> TimeDelta;

    /// Does all that can be done before a draft is sent, and publishes nothing: uploads, addresses of mentions, a link's
    /// card. Returns the key and the payload: the very bytes that will be sent.
    ///
    /// `thread` holds the thread's parts that are public, from the first to the one before this. `uploads` holds what
    /// earlier attempts have uploaded; what is uploaded now is added, even where this fails afterwards. `first_at` is
    /// the moment that the post will bear.
    fn prepare(
        &self,
        draft: &Draft,
        thread: &[Parent],
        uploads: &mut Vec<Upload>,
        first_at: DateTime<Utc>,
    ) -> Result<(String, String), Failure>;

    /// Sends the payload once.
    fn publish(&self, sending: &Sending) -> Result<Receipt, Failure>;

    /// Looks for what a sending may have published.
    fn find(&self, sending: &Sending) -> Result<Sight, Failure>;

    /// Takes a post down. Taking down what is not there is a success.
    fn retract(&self, id: &str) -> Result<(), Failure>;

    /// Looks at posts' numbers: one look a post, in the order given, of no more posts than are read at once. A post is
    /// given by the platform's id, or by its address where only a person said where it is.
    fn measure(&self, posts: &[&str]) -> Result<Vec<Look>, Failure>;

    /// Looks at the account's own numbers.
    fn measure_account(&self) -> Result<Standing, Failure>;
}

/// Returns a media file of the calendar's commit as it may leave: the file that was checked, of the format that its
/// name says, and with nothing in it beside what it shows ([`media::clean`]).
pub fn picture(desk: &Desk<'_>, media: &Media) -> Result<Cleaned, Failure> {
    let unsent = |why: String| Failure::Unsent { why, retry_after: None };
    let facts = desk.book.get(&media.file).ok_or_else(|| unsent(format!("{} is not there", media.file)))?;
    let bytes = (desk.media)(media).map_err(unsent)?;
    if Sha256::digest(&bytes)[..] != facts.sha256[..] {
        return Err(unsent(format!("{} is not the file that was checked; run again", media.file)));
    }
    let cleaned = media::clean(&bytes)
        .and_then(|cleaned| media::verify_name(&media.file, cleaned.mime).map(|()| cleaned));
    // What HTTP calls an unsupported media type: the same bytes will never be taken.
    cleaned.map_err(|fault| Failure::Refused {
        status: 415,
        code: String::new(),
        why: format!("{}: {fault}", media.file),
    })
}

/// Returns the adapter of a platform, or nothing where a person posts by hand.
pub fn of(platform: text::Platform) -> Option<&'static dyn Platform> {
    match platform {
        text::Platform::Bluesky => Some(&bluesky::Bluesky),
        text::Platform::Feed => Some(&feed::Feed),
        text::Platform::Mastodon => Some(&mastodon::Mastodon),
        _ => None,
    }
}
