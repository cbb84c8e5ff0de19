//! The seams: everything through which a journey touches the world.
//!
//! A clock ([`Clock`]), a network ([`Http`]), a key-ring ([`Keys`]), a ledger ([`Log`]). The rim gives real ones, the simulator its own.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::draft::Media;
use crate::http::Http;
use crate::keyring::Keys;
use crate::ledger::Hand;
use crate::platform;
use crate::text;
use crate::time::Clock;

/// A commit of the ledger, as far as a journey needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tip {
    /// The commit's id; empty before the first commit.
    pub id: String,
    /// The text of its `HEAD.toml`; absent before the first commit.
    pub head: Option<String>,
}

/// A file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path.
    pub path: String,
    /// Its text, or why it cannot be read.
    pub text: Result<String, String>,
}

/// What is to be added to the ledger in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// New files: path and text. None of them exists yet.
    pub files: Vec<(String, String)>,
    /// The new text of `HEAD.toml`.
    pub head: String,
    /// The commit's message.
    pub message: String,
    /// The commit's moment.
    pub at: DateTime<Utc>,
}

/// What became of an addition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is in the ledger, durably, and everywhere that the ledger is shared.
    Landed(Tip),
    /// Somebody else's commit was first; nothing was added.
    Stale,
    /// It is not known whether it was added, and why. Only looking again can tell.
    Unknown(String),
}

/// Why the ledger cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogError {
    /// It cannot be reached now.
    #[error("the ledger cannot be reached: {0}")]
    Away(String),
    /// It must not be used: it went backwards, was edited, or is written in a format that is not known.
    #[error("the ledger cannot be trusted: {0}")]
    Wrong(String),
    /// It may be read but takes nothing from us.
    #[error("the ledger refuses to be written: {0}")]
    Denied(String),
}

/// The ledger as a tree of write-once files, extended by compare-and-swap.
pub trait Log: Sync {
    /// Returns the latest commit, fetched where the ledger is shared. A ledger that is no continuation of the last
    /// one seen from here is [`LogError::Wrong`].
    fn tip(&self) -> Result<Tip, LogError>;

    /// Returns the files that lie directly in each of these folders. A folder that is not there has none.
    fn read(&self, tip: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError>;

    /// Shows each file that lies anywhere below a folder, such as `readings` or `readings/2027/01`, sorted by path. A
    /// folder that is not there has none.
    fn below(&self, tip: &Tip, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError>;

    /// Adds a commit on top of `tip`, if it still is the latest: durable, and shared, before this returns.
    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError>;
}

/// Who acts: goes into every entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The runner's or the person's name.
    pub by: String,
    /// Fresh for each process.
    pub nonce: String,
    /// The clone's own id.
    pub clone: String,
}

/// How the accounts' lanes are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// All at the same time, each on its own thread.
    SideBySide,
    /// One after the other, in the order of the accounts.
    InTurn,
}

/// Everything that a journey may touch.
pub struct World<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// The network.
    pub http: &'a dyn Http,
    /// The ledger.
    pub log: &'a dyn Log,
    /// The key-ring.
    pub keys: &'a dyn Keys,
    /// The platforms' adapters.
    pub platforms: fn(text::Platform) -> Option<&'static dyn platform::Platform>,
    /// The bytes of a media file of the calendar's commit.
    pub media: &'a (dyn Fn(&Media) -> Result<Vec<u8>, String> + Sync),
    /// Who acts.
    pub actor: Actor,
    /// How lanes are run.
    pub lanes: Lanes,
}

impl World<'_> {
    /// Returns who acts, and that it is now: what every entry begins with.
    pub fn hand(&self) -> Hand {
        Hand {
            by: self.actor.by.clone(),
            nonce: self.actor.nonce.clone(),
            clone: self.actor.clone.clone(),
            at: self.clock.now(),
        }
    }
}
