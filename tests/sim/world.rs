//! One world: its time, its ledger, its servers, and everything that can go wrong between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::draft::Slot;
use crate::mutant::Mutant;
use crate::world::Change;

use super::adapter::{BURST, M};
use super::dice::Dice;
use super::ledger::{Breach, Shared, name};
use super::people::{People, Version};
use super::server::{Arrived, Identity, Post, Server, field};

/// What becomes of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Push {
    Lands,
    /// Lost on the way there.
    Lost,
    /// Lost on the way back.
    Unanswered,
    /// Lands when the pusher has given up waiting for it, if nothing else was first.
    Late,
    Denied,
    Away,
}

impl Push {
    pub const ALL: [Push; 6] =
        [Push::Lands, Push::Lost, Push::Unanswered, Push::Late, Push::Denied, Push::Away];
}

/// What becomes of a request that publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Answered,
    Slow,
    NoConnection,
    Lost,
    AnswerLost,
    /// It has its effect when nobody waits for it any more.
    Late,
    /// 500, and nothing was done.
    Error,
    /// 500, and it was done.
    ErrorDone,
    Refused,
    TooMany,
    /// It was done, and the answer cannot be read.
    Garbled,
}

impl Fate {
    pub const ALL: [Fate; 11] = [
        Fate::Answered,
        Fate::Slow,
        Fate::NoConnection,
        Fate::Lost,
        Fate::AnswerLost,
        Fate::Late,
        Fate::Error,
        Fate::ErrorDone,
        Fate::Refused,
        Fate::TooMany,
        Fate::Garbled,
    ];
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Faults {
    Calm,
    /// Anything, now and then: so many in ten thousand.
    Any {
        crash: u64,
        pause: u64,
        nested: u64,
        push: u64,
        request: u64,
        read: u64,
    },
    /// In one run, exactly this.
    Script(Script),
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Script {
    /// At which touch of the world the run ends, and whether before or after it.
    pub crash: Option<(usize, bool)>,
    /// What becomes of which push.
    pub push: Option<(usize, Push)>,
    /// What becomes of the first request that publishes.
    pub request: Option<Fate>,
    /// Before which touch the run sleeps, and for how many milliseconds.
    pub pause: Option<(usize, i64)>,
    /// Before which touch a rival's whole run happens.
    pub rival: Option<usize>,
}

pub enum Pending {
    Effect(Arrived),
    Push { base: String, change: Change },
}

/// How often each thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Deliveries,
    Published,
    Runs,
    Crashes,
    Pauses,
    Rivals,
    PushesLost,
    PushesUnanswered,
    PushesLate,
    PushesDenied,
    LedgerAway,
    RacesLost,
    RequestsLost,
    AnswersLost,
    LateRequests,
    ServerErrors,
    Refusals,
    RateLimits,
    Doubts,
    Replays,
    ProvenAbsent,
    FoundAgain,
    Missed,
    Stops,
    Resumes,
    PersonsWords,
    Retractions,
    Edits,
    Renames,
    Outages,
}

pub const EVENTS: usize = Event::Outages as usize + 1;

impl Event {
    pub const ALL: [Event; EVENTS] = [
        Event::Deliveries,
        Event::Published,
        Event::Runs,
        Event::Crashes,
        Event::Pauses,
        Event::Rivals,
        Event::PushesLost,
        Event::PushesUnanswered,
        Event::PushesLate,
        Event::PushesDenied,
        Event::LedgerAway,
        Event::RacesLost,
        Event::RequestsLost,
        Event::AnswersLost,
        Event::LateRequests,
        Event::ServerErrors,
        Event::Refusals,
        Event::RateLimits,
        Event::Doubts,
        Event::Replays,
        Event::ProvenAbsent,
        Event::FoundAgain,
        Event::Missed,
        Event::Stops,
        Event::Resumes,
        Event::PersonsWords,
        Event::Retractions,
        Event::Edits,
        Event::Renames,
        Event::Outages,
    ];
}

/// A machine that publishes, or the desk of the person.
#[derive(Debug, Clone)]
pub struct Runner {
    pub by: String,
    pub clone: String,
    /// How far its clock is from the truth, in milliseconds.
    pub offset: i64,
    /// Whether a run of it is under way: its clone's lock.
    pub busy: bool,
}

pub struct Inner {
    pub now: i64,
    pub dice: Dice,
    pub faults: Faults,
    pub shared: Shared,
    pub servers: BTreeMap<String, Server>,
    pub runners: Vec<Runner>,
    pub people: People,
    pub version: Arc<Version>,
    pub pending: Vec<(i64, Pending)>,
    pub breaches: Vec<Breach>,
    pub counts: [u64; EVENTS],
    pub mutant: Option<Mutant>,
    pub nonces: u64,
    /// The greatest distance of a clock from the truth, in milliseconds.
    pub skew: i64,
    /// Until when the ledger cannot be reached.
    pub away_until: i64,
    pub depth: usize,
    /// How many touches of the world the latest scripted run made, and how many of each kind.
    pub touches: usize,
    pub pushes: usize,
    pub requests: usize,
    hash: u64,
    pub loud: bool,
    pub trace: Vec<String>,
    seen: BTreeSet<(String, Identity)>,
    sends: BTreeMap<(String, String), usize>,
}

pub struct Sim(Mutex<Inner>);

impl Sim {
    pub fn new(dice: Dice, now: i64, mut people: People, mutant: Option<Mutant>, loud: bool) -> Sim {
        let version = people.version();
        Sim(Mutex::new(Inner {
            now,
            dice,
            faults: Faults::Calm,
            shared: Shared::default(),
            servers: people.accounts().into_iter().map(|(id, kind)| (id, Server::new(kind))).collect(),
            runners: Vec::new(),
            people,
            version: Arc::new(version),
            pending: Vec::new(),
            breaches: Vec::new(),
            counts: [0; EVENTS],
            mutant,
            nonces: 0,
            skew: 60_000,
            away_until: 0,
            depth: 0,
            touches: 0,
            pushes: 0,
            requests: 0,
            hash: 0xcbf2_9ce4_8422_2325,
            loud,
            trace: Vec::new(),
            seen: BTreeSet::new(),
            sends: BTreeMap::new(),
        }))
    }

    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    pub fn count(&mut self, event: Event) {
        self.counts[event as usize] += 1;
    }

    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Writes a line of the world's story; its words are made only if somebody reads them.
    pub fn tell(&mut self, what: &str, details: impl FnOnce() -> String) {
        for byte in what.bytes().chain(self.now.to_le_bytes()) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.loud {
            let at = chrono::DateTime::from_timestamp_millis(self.now).unwrap_or_default();
            self.trace.push(format!("{} {what} {}", at.format("%m-%d %H:%M:%S%.3f"), details()));
        }
    }

    pub fn breach(&mut self, law: &'static str, how: String) {
        self.tell("BREACH", || format!("{law}: {how}"));
        self.breaches.push((law, how));
    }

    /// Lets time pass, and what was under way happen.
    pub fn advance(&mut self, to: i64) {
        while let Some(at) = self.pending.iter().map(|(at, _)| *at).min().filter(|at| *at <= to) {
            self.now = self.now.max(at);
            let Some(first) = self.pending.iter().position(|(other, _)| *other == at) else { break };
            match self.pending.remove(first).1 {
                Pending::Effect(arrived) => drop(self.effect(&arrived)),
                Pending::Push { base, change } => {
                    if self.shared.tip().id == base {
                        self.tell("late push lands", || change.message.trim().replace('\n', " | "));
                        self.count(Event::PushesLate);
                        self.land(&change);
                    }
                }
            }
        }
        self.now = self.now.max(to);
    }

    pub fn pass(&mut self, low: i64, high: i64) {
        let span = self.dice.range(low, high);
        self.advance(self.now + span);
    }

    /// Puts a commit on the shared ledger.
    pub fn land(&mut self, change: &Change) {
        let burst = self.version.burst.unwrap_or(BURST);
        let breaches = self.shared.apply(change, burst, self.mutant);
        self.tell("commit", || change.message.trim().replace('\n', " | "));
        for line in change.files.iter().map(|(path, _)| path) {
            let event = match line.rsplit('.').nth(1) {
                Some("doubt") => Event::Doubts,
                Some("missed") => Event::Missed,
                Some("receipt") => Event::Published,
                Some("gone") => Event::Retractions,
                Some("decision") => Event::PersonsWords,
                _ => continue,
            };
            self.count(event);
        }
        for (path, text) in &change.files {
            if path.ends_with(".sending.toml") && text.contains("\nreplays = ") {
                self.count(Event::Replays);
            } else if path.ends_with(".release.toml") && text.contains("proven = true") {
                self.count(Event::ProvenAbsent);
            } else if path.ends_with(".receipt.toml") && text.contains("evidence = \"found\"") {
                self.count(Event::FoundAgain);
            }
        }
        for (law, how) in breaches {
            self.breach(law, how);
        }
    }

    /// A request reaches its server; its effect is had now.
    pub fn effect(&mut self, arrived: &Arrived) -> String {
        let lag = self.dice.range(0, super::adapter::D * 1000);
        let now = self.now;
        let Some(server) = self.servers.get_mut(&arrived.account) else { return String::new() };
        let (id, new) = server.publish(arrived, now, lag);
        self.tell("effect", || format!("{id} {}", arrived.payload.replace('\n', " ")));
        if let Some(post) = new {
            self.judge_post(&arrived.account, &post);
        }
        id
    }

    fn judge_post(&mut self, account: &str, post: &Post) {
        let moment = |name: &str| field(&post.payload, name).parse::<i64>().unwrap_or(0);
        if !self.seen.insert((account.to_owned(), post.identity.clone())) {
            self.breach("double", format!("{} is on {account} twice: {}", post.slot, post.id));
        }
        if post.made_at < moment("due") - self.skew {
            self.breach("early", format!("{} {} ms early", post.slot, moment("due") - post.made_at));
        }
        if post.made_at > moment("until") + self.skew + M * 1000 {
            self.breach("stale", format!("{} {} ms late", post.slot, post.made_at - moment("until")));
        }
        let part: u32 = post.identity.part.parse().unwrap_or(1);
        let before = Identity { part: (part - 1).max(1).to_string(), ..post.identity.clone() };
        if part > 1 && !self.seen.contains(&(account.to_owned(), before)) {
            self.breach("thread", format!("{} hangs from nothing", post.slot));
        }
    }

    /// A request leaves: it must be in the shared ledger, and not more often than the ledger says.
    pub fn judge_send(&mut self, key: &str, payload: &str) {
        let both = (key.to_owned(), payload.to_owned());
        let written = self.shared.sendings.get(&both).copied().unwrap_or(0);
        let sent = self.sends.entry(both).or_default();
        *sent += 1;
        let sent = *sent;
        let slot = field(payload, "slot").to_owned();
        if written == 0 {
            self.breach("unrecorded", format!("{slot} was sent, and the ledger does not say so"));
        } else if sent > written {
            self.breach("repeated", format!("{slot} was sent {sent} times for {written} sendings"));
        }
    }

    /// Tells whether a slot's post is or was to be seen.
    pub fn was_seen(&self, slot: &Slot) -> bool {
        let text = slot.to_string();
        self.servers
            .get(slot.account.as_str())
            .is_some_and(|server| server.posts.iter().any(|post| post.slot == text))
    }

    pub fn summary(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (slot, record) in &self.shared.records {
            let entries: Vec<String> = record
                .entries
                .iter()
                .map(|entry| format!("{}.{} by {}", entry.attempt, entry.fact.kind(), entry.hand.nonce))
                .collect();
            lines.push(format!("{slot}: {} [{}]", name(&record.state), entries.join(", ")));
        }
        lines.join("\n")
    }
}
