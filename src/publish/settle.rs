//! Doubts: what may be public is looked for, sent again under the same key where that is safe, or put before a person.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::{AccountId, Slot};
use crate::http::SKEW;
use crate::ledger::{Entry, Fact, Hand, Ledger, Record, Release, Sending, State};
use crate::mutant::{Mutant, planted};
use crate::platform::{Channel, Class, Sight};
use crate::publish::deliver::Committed;
use crate::publish::lane::{LOOK_AGAIN, Lane};
use crate::publish::{Outcome, Run, Settled};
use crate::record::Note;
use crate::world::LogError;

/// A doubt: a sending whose end is not known.
struct Doubt<'l> {
    slot: &'l Slot,
    attempt: u32,
    hand: &'l Hand,
    sending: &'l Sending,
    /// Whether the ledger says already that the answer was lost.
    said: bool,
}

/// Returns the last moment at which a sending's key is sure to be known still when a repeat takes effect.
fn key_until(sending: &Sending, channel: &dyn Channel) -> DateTime<Utc> {
    match channel.class() {
        Class::WindowKey { window } if !planted(Mutant::ReplayOutsideWindow) => {
            sending.first_at + window - channel.settles_after() - SKEW - SKEW
        }
        _ => DateTime::<Utc>::MAX_UTC,
    }
}

/// What is to be done about a doubt.
enum Verdict {
    /// It is there, or is not: a fact to record.
    Fact(Fact, Outcome),
    /// The same bytes go out again under the same key.
    Replay,
    /// Nothing yet.
    Wait(String),
    /// Only a person can tell.
    Person(String),
}

/// What an account's doubts came to so far, before the ledger has it.
struct Judged<'d, 'r, 'a> {
    run: &'r Run<'a>,
    lane: Lane<'r, 'a>,
    /// What is known now: a fact, and what to tell once it stands.
    facts: Vec<(Entry, &'d Doubt<'d>, Outcome)>,
    /// What goes out again under its own key.
    replays: Vec<(Entry, &'d Doubt<'d>, Sending)>,
}

impl Run<'_> {
    /// Looks after the doubts in the ledger that these hands left, account by account.
    pub(super) fn settle(
        &self,
        ledger: &Ledger,
        of: &dyn Fn(&Hand) -> bool,
    ) -> Result<Vec<Settled>, LogError> {
        let mut accounts: BTreeMap<&AccountId, Vec<Doubt<'_>>> = BTreeMap::new();
        for (slot, record) in ledger.slots() {
            if let Some(doubt) = Doubt::of(slot, record).filter(|doubt| of(doubt.hand)) {
                accounts.entry(&slot.account).or_default().push(doubt);
            }
        }
        let mut settled = Vec::new();
        for (id, doubts) in accounts {
            settled.extend(self.settle_account(id, &doubts, ledger)?);
        }
        Ok(settled)
    }

    fn settle_account(
        &self,
        id: &AccountId,
        doubts: &[Doubt<'_>],
        ledger: &Ledger,
    ) -> Result<Vec<Settled>, LogError> {
        let found = self.account(id);
        let Some((account, adapter)) = found.and_then(|account| Some((account, self.adapter(account)?)))
        else {
            return self.leave(doubts, &format!("{id} is not an account that kalends can look at"));
        };
        let channel = match self.channel(account, adapter) {
            Ok(channel) => channel,
            Err(failure) => {
                let why = format!("looking for it failed: {failure}");
                let told = |doubt: &Doubt<'_>| self.told_of(doubt, Outcome::Doubt(why.clone()));
                return Ok(doubts.iter().map(told).collect());
            }
        };
        let channel = channel.as_ref();
        let mut judged = Judged::new(self, channel, ledger);
        let mut wrote_at = self.world.clock.now();
        for doubt in doubts {
            let verdict = match (self.judge(doubt, channel, ledger.head.halt.is_some()), judged.lane.paused())
            {
                (Verdict::Replay, Some(why)) => Verdict::Wait(why.to_owned()),
                (verdict, _) => verdict,
            };
            let alone = matches!(verdict, Verdict::Replay) && channel.class() != Class::PermanentKey;
            judged.keep(doubt, verdict, channel);
            if alone || self.world.clock.now() - wrote_at > LOOK_AGAIN {
                judged.write()?;
                wrote_at = self.world.clock.now();
            }
        }
        judged.write()?;
        Ok(judged.lane.settled)
    }

    /// Leaves doubts to a person, in the ledger too.
    fn leave(&self, doubts: &[Doubt<'_>], why: &str) -> Result<Vec<Settled>, LogError> {
        let unsaid = doubts.iter().filter(|doubt| !doubt.said);
        let entries: Vec<Entry> =
            unsaid.map(|doubt| self.entry(doubt.slot, doubt.attempt, Fact::Doubt(why.to_owned()))).collect();
        if !entries.is_empty() {
            self.scribe.write(Note { entries, ..Note::default() })?;
        }
        Ok(doubts.iter().map(|doubt| self.told_of(doubt, Outcome::Person(why.to_owned()))).collect())
    }

    fn told_of(&self, doubt: &Doubt<'_>, outcome: Outcome) -> Settled {
        self.told(doubt.slot, doubt.sending.due, outcome)
    }

    fn judge(&self, doubt: &Doubt<'_>, channel: &dyn Channel, halted: bool) -> Verdict {
        let now = self.world.clock.now();
        let class = channel.class();
        let proof_at = self.proof_at(doubt, channel);
        let may_send =
            !halted && now <= doubt.sending.until && !self.intent.dry_run && !self.is_rehearsal(doubt);
        let in_window = now <= doubt.sending.until.min(key_until(doubt.sending, channel));
        if matches!(class, Class::WindowKey { .. }) && now >= proof_at && may_send && in_window {
            return Verdict::Replay;
        }
        let wait = |at: DateTime<Utc>| {
            let at = at.format("%H:%M:%S UTC");
            Verdict::Wait(format!("not seen yet; from {at} on, not seeing it proves something"))
        };
        // The sender may still be at work, and then it is the one to say what became of it.
        if class == Class::Nothing && now < proof_at {
            return wait(proof_at);
        }
        if class == Class::Nothing {
            return Verdict::Person(doubt.why());
        }
        match channel.find(doubt.sending) {
            Ok(Sight::There(receipt)) => {
                let outcome = Outcome::Published { url: receipt.url.clone(), found: true };
                Verdict::Fact(Fact::Receipt(receipt), outcome)
            }
            Err(failure) => Verdict::Wait(format!("looking for it failed: {failure}")),
            Ok(Sight::Unclear(_)) if now < proof_at => wait(proof_at),
            Ok(Sight::Unclear(why)) => Verdict::Person(why),
            Ok(Sight::Absent) if class == Class::PermanentKey && may_send => Verdict::Replay,
            Ok(Sight::Absent) if now < proof_at && !planted(Mutant::LookTooEarly) => wait(proof_at),
            Ok(Sight::Absent) => self.absent(class, doubt),
        }
    }

    /// The post is proven absent: whether it may be sent again depends on how well the platform is known.
    fn absent(&self, class: Class, doubt: &Doubt<'_>) -> Verdict {
        match class {
            Class::PermanentKey | Class::Listing { repost: true } => {
                let why = "it was looked for and is not there".to_owned();
                let release = Release { why: why.clone(), retry_at: None, proven: true };
                Verdict::Fact(Fact::Release(release), Outcome::Unsent(why))
            }
            Class::WindowKey { .. } | Class::Listing { repost: false } | Class::Nothing => {
                Verdict::Person(format!("{}; it was looked for and not found", doubt.why()))
            }
        }
    }

    /// Returns the moment from which not seeing a post proves that it is not there and will not come.
    fn proof_at(&self, doubt: &Doubt<'_>, channel: &dyn Channel) -> DateTime<Utc> {
        let strange = doubt.hand.clone != self.world.actor.clone;
        let skew = if strange { SKEW + SKEW } else { TimeDelta::zero() };
        // A permanent key may be sent for as long as the post may go out, so its sender may wake up until then.
        let last = match channel.class() {
            Class::PermanentKey => doubt.hand.at.max(doubt.sending.until),
            _ => doubt.hand.at,
        };
        last + channel.settles_after() + skew
    }

    fn is_rehearsal(&self, doubt: &Doubt<'_>) -> bool {
        let account = self.account(&doubt.slot.account);
        self.intent.rehearsed
            && account
                .and_then(|account| account.platform.as_ref())
                .is_none_or(|platform| platform.value != crate::text::Platform::Feed)
    }
}

impl<'d, 'r, 'a> Judged<'d, 'r, 'a> {
    fn new(run: &'r Run<'a>, channel: &'r dyn Channel, ledger: &'r Ledger) -> Judged<'d, 'r, 'a> {
        let lane = Lane::new(run, channel, ledger);
        Judged { run, lane, facts: Vec::new(), replays: Vec::new() }
    }

    fn keep(&mut self, doubt: &'d Doubt<'d>, verdict: Verdict, channel: &dyn Channel) {
        let run = self.run;
        let fact = |fact| run.entry(doubt.slot, doubt.attempt, fact);
        match verdict {
            Verdict::Fact(what, outcome) => self.facts.push((fact(what), doubt, outcome)),
            Verdict::Wait(why) => self.lane.settled.push(run.told_of(doubt, Outcome::Doubt(why))),
            Verdict::Person(why) if doubt.said => {
                self.lane.settled.push(run.told_of(doubt, Outcome::Person(why)));
            }
            Verdict::Person(why) => {
                self.facts.push((fact(Fact::Doubt(why.clone())), doubt, Outcome::Person(why)));
            }
            Verdict::Replay => {
                // The run may sleep between this and the first byte, so the key's own end goes with the sending.
                let until = doubt.sending.until.min(key_until(doubt.sending, channel));
                let sending = Sending { replays: Some(doubt.attempt), until, ..doubt.sending.clone() };
                let entry = run.entry(doubt.slot, doubt.attempt + 1, Fact::Sending(sending.clone()));
                self.replays.push((entry, doubt, sending));
            }
        }
    }

    /// Writes down what was found, in one commit, and sends again what that commit lets through.
    fn write(&mut self) -> Result<(), LogError> {
        let facts = self.facts.iter().map(|(entry, ..)| entry);
        let entries: Vec<Entry> =
            facts.chain(self.replays.iter().map(|(entry, ..)| entry)).cloned().collect();
        if entries.is_empty() {
            return Ok(());
        }
        let written = self.run.scribe.write(Note { entries, ..Note::default() })?;
        for (entry, doubt, outcome) in std::mem::take(&mut self.facts) {
            let outcome = if written.has(&entry) { outcome } else { Outcome::Yielded };
            self.lane.settled.push(self.run.told_of(doubt, outcome));
        }
        let mut committed = Vec::new();
        for (entry, doubt, sending) in std::mem::take(&mut self.replays) {
            if written.has(&entry) {
                let (slot, attempt, committed_at) = (entry.slot, entry.attempt, entry.hand.at);
                committed.push(Committed { slot, attempt, committed_at, sending });
            } else {
                self.lane.settled.push(self.run.told_of(doubt, Outcome::Yielded));
            }
        }
        let sent = self.lane.send_committed(committed);
        // Also where the ledger failed: then it is said what is public all the same.
        let recorded = self.lane.record();
        sent.and(recorded)
    }
}

impl<'l> Doubt<'l> {
    fn of(slot: &'l Slot, record: &'l Record) -> Option<Doubt<'l>> {
        let (hand, sending, said) = match &record.state {
            State::Sending { hand, sending } => (hand, sending, false),
            State::Doubt { hand, sending, .. } => (hand, sending, true),
            _ => return None,
        };
        Some(Doubt { slot, attempt: record.attempt, hand, sending, said })
    }

    fn why(&self) -> String {
        format!("sent at {}, and the answer was lost", self.hand.at.format("%Y-%m-%d %H:%M:%S UTC"))
    }
}
