//! One account's lane: prepare, commit, deliver, record, one post after the other.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::Slot;
use crate::http::Failure;
use crate::ledger::{Evidence, Fact, Illegal, Ledger, Receipt, Release, Sending, State, Upload};
use crate::mutant::{Mutant, planted};
use crate::platform::{Channel, Class, Parent};
use crate::publish::deliver::{Committed, Delivered};
use crate::publish::{Claimed, Outcome, Run, Settled};
use crate::record::{Note, Said};
use crate::world::LogError;

/// How long a batch of drafts is prepared before those that are ready are sent.
const GATHER: TimeDelta = TimeDelta::seconds(20);

/// How long a batch is sent before its endings are recorded and the stop switch is looked at again.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// How long to leave a platform alone that could not be reached or was not ready.
pub(super) const PAUSE: TimeDelta = TimeDelta::minutes(1);

impl Run<'_> {
    /// Sends an account's claims in order.
    pub(super) fn lane(&self, claims: Vec<Claimed<'_>>, ledger: &Ledger) -> Result<Vec<Settled>, LogError> {
        let Some(first) = claims.first() else { return Ok(Vec::new()) };
        if self.intent.dry_run {
            let told =
                |claim: &Claimed<'_>| self.told(&claim.draft.slot, claim.draft.due, Outcome::WouldPublish);
            return Ok(claims.iter().map(told).collect());
        }
        let found = self.account(&first.draft.slot.account);
        let Some((account, adapter)) = found.and_then(|account| Some((account, self.adapter(account)?)))
        else {
            return self.release(claims, "the account is not there any more", None);
        };
        let channel = match self.channel(account, adapter) {
            Ok(channel) => channel,
            Err(failure) => {
                let (why, retry_at) = put_off(failure, self.world.clock.now());
                return self.release(claims, &why, Some(retry_at));
            }
        };
        let mut lane = Lane::new(self, channel.as_ref(), ledger);
        let went = lane.send_all(claims.into());
        // Also where the ledger failed: then it is said what is public all the same.
        let recorded = lane.record();
        went.and(recorded)?;
        Ok(lane.settled)
    }

    /// Gives claims back.
    fn release(
        &self,
        claims: Vec<Claimed<'_>>,
        why: &str,
        retry_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Settled>, LogError> {
        let entries = claims
            .iter()
            .map(|claim| {
                let release = Release { why: why.to_owned(), retry_at, proven: false };
                self.entry(&claim.draft.slot, claim.attempt, Fact::Release(release))
            })
            .collect();
        self.scribe.write(Note { entries, ..Note::default() })?;
        Ok(claims
            .iter()
            .map(|claim| self.told(&claim.draft.slot, claim.draft.due, Outcome::Unsent(why.to_owned())))
            .collect())
    }
}

/// Returns why a failure keeps a post back, and until when.
fn put_off(failure: Failure, now: DateTime<Utc>) -> (String, DateTime<Utc>) {
    match failure {
        Failure::Unsent { why, retry_after } => (why, now + retry_after.unwrap_or(PAUSE)),
        Failure::Refused { status, why, .. } => {
            (format!("refused while preparing: {why} ({status})"), now + PAUSE)
        }
        Failure::Doubtful { why } => (why, now + PAUSE),
    }
}

/// What goes to one account, one after the other.
pub(super) struct Lane<'r, 'a> {
    run: &'r Run<'a>,
    channel: &'r dyn Channel,
    ledger: &'r Ledger,
    /// What this lane has published: the parents of what follows.
    public: BTreeMap<Slot, Parent>,
    /// What came to an end.
    pub settled: Vec<Settled>,
    /// What is public and the ledger does not know yet: the next commit tells it.
    unrecorded: Vec<Delivered>,
    /// Why, and until when, the platform is left alone.
    pause: Option<(String, DateTime<Utc>)>,
}

impl<'r, 'a> Lane<'r, 'a> {
    /// Returns a lane on which nothing has been sent.
    pub fn new(run: &'r Run<'a>, channel: &'r dyn Channel, ledger: &'r Ledger) -> Lane<'r, 'a> {
        Lane {
            run,
            channel,
            ledger,
            public: BTreeMap::new(),
            settled: Vec::new(),
            unrecorded: Vec::new(),
            pause: None,
        }
    }

    /// Tells why the platform is left alone for now, if it is.
    pub fn paused(&self) -> Option<&str> {
        self.pause.as_ref().map(|(why, _)| why.as_str())
    }

    fn send_all(&mut self, mut queue: VecDeque<Claimed<'_>>) -> Result<(), LogError> {
        while !queue.is_empty() {
            if let Some((why, until)) = self.pause.clone() {
                self.settled.extend(self.run.release(queue.into(), &why, Some(until))?);
                break;
            }
            let ready = self.gather(&mut queue)?;
            self.send(ready)?;
            // Where the next one needs no preparing, its commit is the record of this one too.
            let is_quick = queue.front().is_some_and(|next| next.draft.media.is_empty());
            if self.channel.class() == Class::PermanentKey || !is_quick || self.pause.is_some() {
                self.record()?;
            }
        }
        Ok(())
    }

    /// Prepares the next claims: what one commit can let through. What was uploaded is written down at once.
    ///
    /// That is one claim, so that a crash leaves one doubt and not ten; or, where a permanent key heals them all, as
    /// many as can be prepared in a while, up to the next part of a thread, which hangs from one before it.
    fn gather<'d>(
        &mut self,
        queue: &mut VecDeque<Claimed<'d>>,
    ) -> Result<Vec<(Claimed<'d>, Sending)>, LogError> {
        let began = self.run.world.clock.now();
        let (mut ready, mut uploaded, mut back) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(claim) = queue.pop_front() {
            let mut uploads = self.uploads_of(&claim);
            let known = uploads.len();
            let sending = self.prepare(&claim, &mut uploads);
            let new = uploads.split_off(known.min(uploads.len()));
            if !new.is_empty() {
                uploaded.push(self.run.entry(&claim.draft.slot, claim.attempt, Fact::Uploads(new)));
            }
            match sending {
                Ok(sending) => ready.push((claim, sending)),
                Err((why, retry_at)) => back.push((claim, why, retry_at)),
            }
            let alone = self.channel.class() != Class::PermanentKey;
            let long = self.run.world.clock.now() - began > GATHER;
            if alone || long || queue.front().is_some_and(|claim| claim.draft.slot.part > 1) {
                break;
            }
        }
        if !uploaded.is_empty() {
            self.run.scribe.write(Note { entries: uploaded, ..Note::default() })?;
        }
        for (claim, why, retry_at) in back {
            self.settled.extend(self.run.release(vec![claim], &why, Some(retry_at))?);
        }
        if ready.is_empty() {
            self.record()?;
        }
        Ok(ready)
    }

    /// Returns what earlier attempts have uploaded and the platform is sure to have still.
    fn uploads_of(&self, claim: &Claimed<'_>) -> Vec<Upload> {
        let since = self.run.world.clock.now() - self.channel.keeps_uploads();
        let mut uploads = self.ledger.slot(&claim.draft.slot).uploads();
        uploads.retain(|upload| upload.at > since);
        uploads
    }

    fn send(&mut self, ready: Vec<(Claimed<'_>, Sending)>) -> Result<(), LogError> {
        if ready.is_empty() {
            return Ok(());
        }
        let committed = self.commit(ready)?;
        self.send_committed(committed)
    }

    /// Delivers. A long batch is recorded in between, and ends early if publishing was stopped.
    pub fn send_committed(&mut self, committed: Vec<Committed>) -> Result<(), LogError> {
        let mut looked_at = self.run.world.clock.now();
        for committed in committed {
            let now = self.run.world.clock.now();
            if now - looked_at > LOOK_AGAIN {
                self.record()?;
                if self.run.scribe.refresh()?.halt.is_some() && self.pause.is_none() {
                    self.pause = Some(("publishing was stopped".to_owned(), now));
                }
                looked_at = now;
            }
            let delivered = self.deliver(committed);
            self.unrecorded.push(delivered);
        }
        Ok(())
    }

    /// Writes down what was delivered and is not in the ledger yet.
    pub fn record(&mut self) -> Result<(), LogError> {
        let unrecorded = std::mem::take(&mut self.unrecorded);
        if !unrecorded.is_empty() {
            self.settled.extend(self.run.record(unrecorded)?);
        }
        Ok(())
    }

    fn deliver(&mut self, committed: Committed) -> Delivered {
        if planted(Mutant::PostThenRecord) {
            let receipt =
                Receipt { id: String::new(), revision: None, url: None, evidence: Evidence::Answer };
            return Delivered { result: Ok(receipt), committed };
        }
        let delivered = match &self.pause {
            Some((why, until)) => {
                let retry_after = Some(*until - self.run.world.clock.now());
                Delivered { committed, result: Err(Failure::Unsent { why: why.clone(), retry_after }) }
            }
            None => self.run.deliver(self.channel, committed),
        };
        self.note(&delivered);
        delivered
    }

    /// Keeps what later posts of this lane depend on.
    fn note(&mut self, delivered: &Delivered) {
        match &delivered.result {
            Ok(receipt) => {
                let Receipt { id, revision, url, .. } = receipt.clone();
                let parent = Parent { id, revision, url };
                self.public.insert(delivered.committed.slot.clone(), parent);
            }
            Err(Failure::Unsent { why, retry_after: Some(span) }) if self.pause.is_none() => {
                self.pause = Some((why.clone(), self.run.world.clock.now() + *span));
            }
            Err(_) => {}
        }
    }

    /// Does all that can be done before the point of no return.
    fn prepare(
        &self,
        claim: &Claimed<'_>,
        uploads: &mut Vec<Upload>,
    ) -> Result<Sending, (String, DateTime<Utc>)> {
        let draft = claim.draft;
        let now = self.run.world.clock.now();
        let until = draft.due + draft.late;
        if now > until {
            return Err(("its time was over before it could be sent".to_owned(), now));
        }
        let thread = self.thread(&draft.slot).map_err(|why| (why, now))?;
        let (key, payload) = self
            .channel
            .prepare(draft, &thread, uploads, now)
            .map_err(|failure| put_off(failure, self.run.world.clock.now()))?;
        Ok(Sending {
            digest: claim.digest.clone(),
            due: draft.due,
            until,
            key,
            payload,
            first_at: now,
            replays: None,
        })
    }

    /// Returns the parts of a slot's thread that come before it, or says which is not public.
    fn thread(&self, slot: &Slot) -> Result<Vec<Parent>, String> {
        let before = std::iter::successors(slot.parent(), Slot::parent);
        let mut parts = Vec::new();
        for slot in before {
            match self.parent(&slot) {
                Some(parent) => parts.push(parent),
                None if planted(Mutant::ThreadGoesOn) => {}
                None => return Err(format!("part {} is not public yet", slot.part)),
            }
        }
        parts.reverse();
        Ok(parts)
    }

    fn parent(&self, slot: &Slot) -> Option<Parent> {
        if let Some(parent) = self.public.get(slot) {
            return Some(parent.clone());
        }
        match self.ledger.state(slot) {
            State::Published { id, revision, url, .. } => Some(Parent {
                id: id.clone().or_else(|| url.clone())?,
                revision: revision.clone(),
                url: url.clone(),
            }),
            _ => None,
        }
    }

    /// The second compare-and-swap: only what it lets through is sent.
    fn commit(&mut self, ready: Vec<(Claimed<'_>, Sending)>) -> Result<Vec<Committed>, LogError> {
        if planted(Mutant::PostThenRecord) {
            ready.iter().for_each(|(_, sending)| drop(self.channel.publish(sending)));
        }
        let mut note = Note::default();
        let endings = self.run.endings(std::mem::take(&mut self.unrecorded));
        note.entries.extend(endings.iter().map(|ending| ending.entry.clone()));
        let before = note.entries.len();
        for (claim, sending) in &ready {
            note.entries.push(self.run.entry(
                &claim.draft.slot,
                claim.attempt,
                Fact::Sending(sending.clone()),
            ));
            if let Some(words) = claim.draft.fingerprint() {
                let draft = claim.draft;
                let once = !draft.again && draft.slot.part == 1;
                note.said.push(Said { slot: draft.slot.clone(), words, at: sending.first_at, once });
            }
        }
        let entries = note.entries.split_off(before);
        note.entries.extend(entries.iter().cloned());
        let (settled, written) = self.run.recorded(endings, self.run.scribe.write(note))?;
        self.settled.extend(settled);
        let mut committed = Vec::new();
        let mut back = Vec::new();
        for ((claim, sending), entry) in ready.into_iter().zip(entries) {
            if written.has(&entry) {
                committed.push(Committed {
                    slot: entry.slot,
                    attempt: entry.attempt,
                    committed_at: entry.hand.at,
                    sending,
                });
                continue;
            }
            match written.refused.iter().find(|(other, _)| *other == entry).map(|(_, why)| why) {
                Some(Illegal::Halted) => back.push((claim, "publishing was stopped".to_owned())),
                Some(Illegal::Twin(twin)) => {
                    back.push((
                        claim,
                        format!("the same words went to {} within a year, as {}", twin.account, twin.post),
                    ));
                }
                _ => {
                    let told = self.run.told(&claim.draft.slot, claim.draft.due, Outcome::Yielded);
                    self.settled.push(told);
                }
            }
        }
        for (claim, why) in back {
            self.settled.extend(self.run.release(vec![claim], &why, None)?);
        }
        Ok(committed)
    }
}
