//! Doubts: what may be public is looked for, sent again under the same key where that is safe, or put before a person.

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::Slot;
use crate::ledger::{Entry, Fact, Hand, Ledger, Record, Release, Sending, State};
use crate::mutant::{Mutant, planted};
use crate::platform::{Channel, Class, Sight};
use crate::publish::deliver::Committed;
use crate::publish::{Outcome, Run, Settled};
use crate::record::Note;
use crate::world::LogError;

/// How far apart two runners' clocks may be (RELIABILITY: σ); ages across runners are trusted only beyond twice this.
const SKEW: TimeDelta = TimeDelta::seconds(60);

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

impl Run<'_> {
    /// Looks after the doubts in the ledger that these hands left.
    pub(super) fn settle(
        &self,
        ledger: &Ledger,
        of: &dyn Fn(&Hand) -> bool,
    ) -> Result<Vec<Settled>, LogError> {
        let mut settled = Vec::new();
        for (slot, record) in ledger.slots() {
            if let Some(doubt) = Doubt::of(slot, record).filter(|doubt| of(doubt.hand)) {
                let halted = ledger.head.halt.is_some();
                settled.extend(self.settle_one(&doubt, halted)?);
            }
        }
        Ok(settled)
    }

    fn settle_one(&self, doubt: &Doubt<'_>, halted: bool) -> Result<Option<Settled>, LogError> {
        let found = self.account(&doubt.slot.account);
        let Some((account, adapter)) = found.and_then(|account| Some((account, self.adapter(account)?)))
        else {
            let why = format!("{} is not an account that kalends can look at", doubt.slot.account);
            return self.leave(doubt, why.clone(), Outcome::Person(why));
        };
        let channel = match self.channel(account, adapter) {
            Ok(channel) => channel,
            Err(failure) => {
                let why = format!("looking for it failed: {failure}");
                return Ok(Some(self.told(doubt.slot, doubt.sending.due, Outcome::Doubt(why))));
            }
        };
        match self.judge(doubt, channel.as_ref(), halted) {
            Verdict::Fact(fact, outcome) => {
                let entry = self.entry(doubt.slot, doubt.attempt, fact);
                let written = self.scribe.write(Note { entries: vec![entry.clone()], ..Note::default() })?;
                let outcome = if written.has(&entry) { outcome } else { Outcome::Yielded };
                Ok(Some(self.told(doubt.slot, doubt.sending.due, outcome)))
            }
            Verdict::Replay => self.replay(doubt, channel.as_ref()),
            Verdict::Wait(why) => Ok(Some(self.told(doubt.slot, doubt.sending.due, Outcome::Doubt(why)))),
            Verdict::Person(why) => self.leave(doubt, why.clone(), Outcome::Person(why)),
        }
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

    /// Sends the same bytes again under the same key: its own commit first, so that only one does.
    fn replay(&self, doubt: &Doubt<'_>, channel: &dyn Channel) -> Result<Option<Settled>, LogError> {
        // The run may sleep between this and the first byte, so the key's own end goes with the sending.
        let until = doubt.sending.until.min(key_until(doubt.sending, channel));
        let sending = Sending { replays: Some(doubt.attempt), until, ..doubt.sending.clone() };
        let entry = self.entry(doubt.slot, doubt.attempt + 1, Fact::Sending(sending.clone()));
        let written = self.scribe.write(Note { entries: vec![entry.clone()], ..Note::default() })?;
        if !written.has(&entry) {
            return Ok(Some(self.told(doubt.slot, doubt.sending.due, Outcome::Yielded)));
        }
        let committed =
            Committed { slot: entry.slot, attempt: entry.attempt, committed_at: entry.hand.at, sending };
        let delivered = self.deliver(channel, committed);
        Ok(self.record(vec![delivered])?.pop())
    }

    /// Leaves a doubt to a person, in the ledger too.
    fn leave(&self, doubt: &Doubt<'_>, why: String, outcome: Outcome) -> Result<Option<Settled>, LogError> {
        if !doubt.said {
            let entry: Entry = self.entry(doubt.slot, doubt.attempt, Fact::Doubt(why));
            self.scribe.write(Note { entries: vec![entry], ..Note::default() })?;
        }
        Ok(Some(self.told(doubt.slot, doubt.sending.due, outcome)))
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
