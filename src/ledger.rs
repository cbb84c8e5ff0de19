//! What happened: write-once entries, the state that is their fold, and the transitions that are legal.
//!
//! An entry is a fact about one attempt at one slot. No entry is ever rewritten; [`State`] is computed from all
//! entries of a slot, and [`State::permits`] is the whole of the transition table. A slot whose entries cannot be
//! read, or contradict each other, is [`State::Broken`]: it exists, so it is not due.

pub mod format;
pub mod head;
pub mod renewal;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::{Digest, Slot};
use crate::mutant::{Mutant, planted};

pub use head::{Halt, Head};

/// How long a claim keeps other runners away. Whoever is slower loses work, never safety.
pub const LEASE: TimeDelta = TimeDelta::minutes(10);

/// Who wrote an entry, in which process, and when by that process's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// The runner's or the person's name: a label, never a proof of anything.
    pub by: String,
    /// The process: fresh for each run, so that "this is mine" is a comparison.
    pub nonce: String,
    /// The clone it ran in; two runs of one clone never overlap, because they hold its lock.
    pub clone: String,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// Preparing: the slot is spoken for, and nothing that could make it public has been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What the account is to receive.
    pub digest: Digest,
    /// The moment it is promised for.
    pub due: DateTime<Utc>,
    /// When another runner may take the slot over. Only work can be lost by taking over, never safety.
    pub until: DateTime<Utc>,
    /// The commit of the calendar it was read from.
    pub commit: String,
}

/// The point of no return: from here on the post may be public. Never leased, never taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// What the account receives.
    pub digest: Digest,
    /// The moment it is promised for.
    pub due: DateTime<Utc>,
    /// The last moment at which it may be sent.
    pub until: DateTime<Utc>,
    /// The key by which the platform can tell a repeat (an idempotency key, a record key).
    pub key: String,
    /// The very bytes that are sent; a replay sends these and no others.
    pub payload: String,
    /// The moment of the first sending with this key.
    pub first_at: DateTime<Utc>,
    /// The attempt that this one repeats, key and payload unchanged.
    pub replays: Option<u32>,
}

/// How it is known that a post is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The platform's own answer to the request.
    Answer,
    /// It was found on the platform afterwards.
    Found,
}

/// The post is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The platform's id of the post.
    pub id: String,
    /// The platform's name for this very version of it, where a reply must say it (Bluesky's CID).
    pub revision: Option<String>,
    /// Where it can be seen.
    pub url: Option<String>,
    /// How this is known.
    pub evidence: Evidence,
}

/// A media file that a platform holds for us and no post shows yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The SHA-256 of the file in the calendar, as hexadecimal digits.
    pub sha256: String,
    /// What the platform calls it: an id, or what else a post must say.
    pub id: String,
    /// When it was uploaded.
    pub at: DateTime<Utc>,
}

/// The platform said no, definitely: the post is not public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The platform's words.
    pub why: String,
    /// When it may be tried again; absent where the words or the account must change first.
    pub retry_at: Option<DateTime<Utc>>,
}

/// Never sent, or proven absent: the slot is free again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Why.
    pub why: String,
    /// When it may be tried again.
    pub retry_at: Option<DateTime<Utc>>,
    /// Whether the post was looked for, late enough and in a complete list, and not found.
    pub proven: bool,
}

/// A person's word about a doubt, or about what was posted by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is public, there.
    Delivered {
        /// Where it can be seen.
        url: Option<String>,
    },
    /// It is not public, and may be sent again.
    Released,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// `n.claim`
    Claim(Claim),
    /// `n.uploads`: what was uploaded for it, so that a later attempt need not.
    Uploads(Vec<Upload>),
    /// `n.sending`
    Sending(Sending),
    /// `n.receipt`
    Receipt(Receipt),
    /// `n.refusal`
    Refusal(Refusal),
    /// `n.release`
    Release(Release),
    /// `n.doubt`: the answer is not known, and why.
    Doubt(String),
    /// `n.fence`: the credential that the attempt used is revoked, confirmed.
    Fence(String),
    /// `n.missed`: it will not go out, and why.
    Missed(String),
    /// `n.cancel`: a person called it off, and why.
    Cancel(String),
    /// `n.decision`
    Decision(Decision),
    /// `n.retraction`: a person asked to take it down, and why.
    Retraction(String),
    /// `n.gone`: it is taken down.
    Gone,
}

/// One fact about one attempt at one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The slot.
    pub slot: Slot,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Who, and when.
    pub hand: Hand,
    /// What.
    pub fact: Fact,
}

/// Where a slot stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Nothing is known of it.
    #[default]
    Absent,
    /// Somebody prepares it.
    Claimed {
        /// Who.
        hand: Hand,
        /// What.
        claim: Claim,
    },
    /// It may be public, and nobody has looked yet.
    Sending {
        /// Who sent.
        hand: Hand,
        /// What.
        sending: Sending,
    },
    /// It may be public: the answer was lost.
    Doubt {
        /// Who sent.
        hand: Hand,
        /// What.
        sending: Sending,
        /// Why it is not known.
        why: String,
    },
    /// It is public.
    Published {
        /// Since when, as far as is known.
        at: DateTime<Utc>,
        /// The platform's id, where the platform gave one.
        id: Option<String>,
        /// The platform's name for this very version of it.
        revision: Option<String>,
        /// Where it can be seen.
        url: Option<String>,
        /// What was sent, unless it was posted by hand.
        digest: Option<Digest>,
    },
    /// It is public, and a person asked to take it down.
    Retracting {
        /// The platform's id, where the platform gave one.
        id: Option<String>,
        /// Where it can be seen.
        url: Option<String>,
    },
    /// It was public and is taken down.
    Gone,
    /// The platform refused it.
    Refused {
        /// The words, and when to try again.
        refusal: Refusal,
        /// What was refused: other words may go.
        digest: Option<Digest>,
    },
    /// It was not sent, and may be.
    Released {
        /// Why, and when to try again.
        release: Release,
    },
    /// It was not sent in time.
    Missed {
        /// Why.
        why: String,
    },
    /// A person called it off.
    Cancelled {
        /// Why.
        why: String,
    },
    /// Its entries cannot be read or contradict each other.
    Broken {
        /// What is wrong with them.
        why: String,
    },
}

/// Why an entry may not be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Illegal {
    /// The same entry stands there already: it is ours.
    Already,
    /// The state does not allow it: somebody else was first, or it is over.
    State(&'static str),
    /// The stop switch is on.
    Halted,
    /// Another post has said the same words to the account within a year.
    Twin(Slot),
}

/// One slot's entries, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Where it stands.
    pub state: State,
    /// The latest attempt; 0 if there was none.
    pub attempt: u32,
    /// Every entry, oldest first.
    pub entries: Vec<Entry>,
}

/// What is known of the slots that were asked for.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The ledger's head.
    pub head: Head,
    slots: BTreeMap<Slot, Record>,
}

impl Ledger {
    /// Folds entries, in any order, together with what is wrong with files that could not be read.
    pub fn fold(head: Head, entries: Vec<Entry>, unreadable: Vec<(Slot, String)>) -> Ledger {
        let mut by_slot: BTreeMap<Slot, Vec<Entry>> = BTreeMap::new();
        for entry in entries {
            by_slot.entry(entry.slot.clone()).or_default().push(entry);
        }
        let mut slots: BTreeMap<Slot, Record> =
            by_slot.into_iter().map(|(slot, entries)| (slot, Record::fold(entries))).collect();
        for (slot, why) in unreadable {
            slots.entry(slot).or_default().state = State::Broken { why };
        }
        Ledger { head, slots }
    }

    /// Returns what is known of a slot.
    pub fn slot(&self, slot: &Slot) -> &Record {
        static NOTHING: Record = Record { state: State::Absent, attempt: 0, entries: Vec::new() };
        self.slots.get(slot).unwrap_or(&NOTHING)
    }

    /// Returns where a slot stands.
    pub fn state(&self, slot: &Slot) -> &State {
        &self.slot(slot).state
    }

    /// Returns every slot of which something is known.
    pub fn slots(&self) -> impl Iterator<Item = (&Slot, &Record)> {
        self.slots.iter()
    }
}

impl Record {
    /// Folds one slot's entries.
    pub fn fold(mut entries: Vec<Entry>) -> Record {
        entries.sort_by_key(|entry| (entry.attempt, entry.fact.rank()));
        let mut record = Record::default();
        for entry in entries {
            record.push(entry);
        }
        record
    }

    /// Adds an entry that was read; one that contradicts what came before breaks the slot.
    pub fn push(&mut self, entry: Entry) {
        match self.permits(&entry) {
            Ok(()) => self.state = self.after(&entry),
            // A second receipt, or a word that came too late, changes nothing and is kept.
            Err(_) if self.is_published() => {}
            Err(Illegal::Already) => return,
            Err(Illegal::State(why)) if !matches!(self.state, State::Broken { .. }) => {
                self.state = State::Broken {
                    why: format!(
                        "entry {}.{} contradicts the ones before: {why}",
                        entry.attempt,
                        entry.fact.kind()
                    ),
                };
            }
            Err(_) => {}
        }
        self.attempt = self.attempt.max(entry.attempt);
        self.entries.push(entry);
    }

    /// Tells whether the post is or was public.
    fn is_published(&self) -> bool {
        matches!(self.state, State::Published { .. } | State::Retracting { .. } | State::Gone)
    }

    /// Tells whether an entry is a legal next one. The table of transitions is this function.
    #[expect(clippy::too_many_lines, reason = "the table reads better whole")]
    pub fn permits(&self, entry: &Entry) -> Result<(), Illegal> {
        use State as S;
        if self.entries.contains(entry) {
            return Err(Illegal::Already);
        }
        let stands = |old: &Entry| old.attempt == entry.attempt && old.fact.kind() == entry.fact.kind();
        if planted(Mutant::OwnedByHost)
            && self.entries.iter().any(|old| stands(old) && old.hand.by == entry.hand.by)
        {
            return Err(Illegal::Already);
        }
        if self.entries.iter().any(stands) {
            return Err(Illegal::State("such an entry stands there already"));
        }
        let this = entry.attempt == self.attempt;
        let next = entry.attempt == self.attempt + 1;
        let same_process = |hand: &Hand| hand.nonce == entry.hand.nonce;
        let (legal, why) = match &entry.fact {
            Fact::Claim(_) => match &self.state {
                S::Absent | S::Claimed { .. } | S::Refused { .. } | S::Released { .. } => {
                    (next, "it is claimed")
                }
                S::Sending { .. } if planted(Mutant::LeaseOnSending) => (next, "it is claimed"),
                _ => (false, "it is not free"),
            },
            Fact::Uploads(_) => match &self.state {
                S::Claimed { hand, .. } => (this && same_process(hand), "it is another's claim"),
                _ => (false, "it is not claimed"),
            },
            Fact::Sending(sending) => match &self.state {
                S::Claimed { hand, .. } => {
                    (this && same_process(hand) && sending.replays.is_none(), "it is another's claim")
                }
                S::Sending { sending: old, .. } | S::Doubt { sending: old, .. } => (
                    next && sending.replays == Some(self.attempt)
                        && sending.key == old.key
                        && sending.payload == old.payload
                        && sending.first_at == old.first_at,
                    "only the same bytes under the same key may be sent again",
                ),
                _ => (false, "it is not claimed"),
            },
            Fact::Receipt(_) => {
                (self.was_sent(entry.attempt) && !self.is_published(), "nothing was sent, or it is published")
            }
            Fact::Refusal(_) => match &self.state {
                S::Sending { hand, sending } => {
                    (this && same_process(hand) && sending.replays.is_none(), "only the sender can know")
                }
                _ => (false, "nothing is being sent"),
            },
            Fact::Release(release) => match &self.state {
                S::Claimed { hand, .. } => (this && same_process(hand), "it is another's claim"),
                S::Sending { hand, sending } => (
                    this && (release.proven || same_process(hand) && sending.replays.is_none()),
                    "only the sender can know",
                ),
                S::Doubt { .. } => (this && release.proven, "absence is not proven"),
                _ => (false, "nothing is being sent"),
            },
            Fact::Doubt(_) => (this && matches!(self.state, S::Sending { .. }), "nothing is being sent"),
            Fact::Fence(_) => {
                (this && matches!(self.state, S::Sending { .. } | S::Doubt { .. }), "nothing is in doubt")
            }
            Fact::Missed(_) => (
                next && matches!(
                    self.state,
                    S::Absent | S::Claimed { .. } | S::Refused { .. } | S::Released { .. }
                ),
                "it may be public, or it is over",
            ),
            Fact::Cancel(_) => (
                next && matches!(
                    self.state,
                    S::Absent | S::Claimed { .. } | S::Refused { .. } | S::Released { .. } | S::Missed { .. }
                ),
                "it may be public, or it is over",
            ),
            Fact::Decision(decision) => self.permits_decision(entry.attempt, decision),
            Fact::Retraction(_) => (this && matches!(self.state, S::Published { .. }), "it is not published"),
            Fact::Gone => {
                (this && matches!(self.state, S::Retracting { .. }), "nobody asked to take it down")
            }
        };
        if legal { Ok(()) } else { Err(Illegal::State(why)) }
    }

    fn permits_decision(&self, attempt: u32, decision: &Decision) -> (bool, &'static str) {
        use State as S;
        let in_doubt = matches!(self.state, S::Sending { .. } | S::Doubt { .. });
        match decision {
            _ if in_doubt => (attempt == self.attempt, "it is another attempt that is in doubt"),
            Decision::Delivered { .. } => (
                attempt == self.attempt + 1
                    && !self.is_published()
                    && !matches!(self.state, S::Broken { .. }),
                "it is published already",
            ),
            Decision::Released => {
                (attempt == self.attempt && matches!(self.state, S::Refused { .. }), "nothing is in doubt")
            }
        }
    }

    /// Returns what was uploaded for the slot, in whichever attempt.
    pub fn uploads(&self) -> Vec<Upload> {
        let of = |entry: &Entry| match &entry.fact {
            Fact::Uploads(uploads) => uploads.clone(),
            _ => Vec::new(),
        };
        self.entries.iter().flat_map(of).collect()
    }

    fn was_sent(&self, attempt: u32) -> bool {
        self.entries.iter().any(|entry| entry.attempt == attempt && matches!(entry.fact, Fact::Sending(_)))
    }

    /// Returns the state after a legal entry.
    fn after(&self, entry: &Entry) -> State {
        let hand = entry.hand.clone();
        match (&entry.fact, &self.state) {
            (Fact::Claim(claim), _) => State::Claimed { hand, claim: claim.clone() },
            (Fact::Sending(sending), _) => State::Sending { hand, sending: sending.clone() },
            (Fact::Receipt(receipt), _) => State::Published {
                at: hand.at,
                id: Some(receipt.id.clone()),
                revision: receipt.revision.clone(),
                url: receipt.url.clone(),
                digest: self.digest_of(entry.attempt),
            },
            (Fact::Refusal(refusal), _) => {
                State::Refused { refusal: refusal.clone(), digest: self.digest_of(entry.attempt) }
            }
            (Fact::Release(release), _) => State::Released { release: release.clone() },
            (
                Fact::Doubt(why) | Fact::Fence(why),
                State::Sending { hand, sending } | State::Doubt { hand, sending, .. },
            ) => State::Doubt { hand: hand.clone(), sending: sending.clone(), why: why.clone() },
            (Fact::Missed(why), _) => State::Missed { why: why.clone() },
            (Fact::Cancel(why), _) => State::Cancelled { why: why.clone() },
            (Fact::Decision(Decision::Delivered { url }), _) => State::Published {
                at: hand.at,
                id: None,
                revision: None,
                url: url.clone(),
                digest: self.digest_of(entry.attempt),
            },
            (Fact::Decision(Decision::Released), _) => State::Released {
                release: Release { why: format!("{} decided", hand.by), retry_at: None, proven: true },
            },
            (Fact::Retraction(_), State::Published { id, url, .. }) => {
                State::Retracting { id: id.clone(), url: url.clone() }
            }
            (Fact::Gone, _) => State::Gone,
            (_, state) => state.clone(),
        }
    }

    fn digest_of(&self, attempt: u32) -> Option<Digest> {
        self.entries.iter().rev().find_map(|entry| match &entry.fact {
            Fact::Sending(sending) if entry.attempt == attempt => Some(sending.digest.clone()),
            _ => None,
        })
    }
}

impl State {
    /// Tells whether the post is, was, or may yet turn out to be public.
    pub fn may_be_public(&self) -> bool {
        matches!(
            self,
            State::Sending { .. }
                | State::Doubt { .. }
                | State::Published { .. }
                | State::Retracting { .. }
                | State::Gone
                | State::Broken { .. }
        )
    }

    /// Tells whether the slot awaits something: such slots stand in the head's list, so that nobody searches for them.
    pub fn is_open(&self) -> bool {
        matches!(
            self,
            State::Claimed { .. }
                | State::Sending { .. }
                | State::Doubt { .. }
                | State::Refused { .. }
                | State::Released { .. }
                | State::Retracting { .. }
                | State::Broken { .. }
        )
    }
}

impl Fact {
    /// Returns the word that stands in the entry's file name.
    pub fn kind(&self) -> &'static str {
        match self {
            Fact::Claim(_) => "claim",
            Fact::Uploads(_) => "uploads",
            Fact::Sending(_) => "sending",
            Fact::Receipt(_) => "receipt",
            Fact::Refusal(_) => "refusal",
            Fact::Release(_) => "release",
            Fact::Doubt(_) => "doubt",
            Fact::Fence(_) => "fence",
            Fact::Missed(_) => "missed",
            Fact::Cancel(_) => "cancel",
            Fact::Decision(_) => "decision",
            Fact::Retraction(_) => "retraction",
            Fact::Gone => "gone",
        }
    }

    /// The order in which the facts of one attempt can have happened.
    fn rank(&self) -> u8 {
        match self {
            Fact::Missed(_) | Fact::Cancel(_) => 0,
            Fact::Claim(_) => 1,
            Fact::Uploads(_) => 2,
            Fact::Sending(_) => 3,
            Fact::Doubt(_) => 4,
            Fact::Fence(_) => 5,
            Fact::Refusal(_) => 6,
            Fact::Release(_) => 7,
            Fact::Receipt(_) => 8,
            Fact::Decision(_) => 9,
            Fact::Retraction(_) => 10,
            Fact::Gone => 11,
        }
    }
}
