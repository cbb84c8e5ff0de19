//! The shared ledger: a tree of write-once files, and the laws that each commit must keep.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::draft::{Draft, Slot};
use crate::ledger::format::{self, read_entry, read_head, slot_of_path};
use crate::ledger::{Entry, Fact, Head, Record, State};
use crate::mutant::{self, Mutant};
use crate::world::{Change, Found, Tip};

/// What law a world broke, and how.
pub type Breach = (&'static str, String);

#[derive(Default)]
pub struct Shared {
    heads: Vec<(String, String)>,
    folders: HashMap<String, BTreeMap<String, (usize, String)>>,
    pub head: Head,
    pub records: BTreeMap<Slot, Record>,
    /// The slots that await something, by the records and not by the head's own list.
    open: BTreeSet<Slot>,
    /// How many new sendings each process has begun on each account.
    bursts: HashMap<(String, String), usize>,
    /// The sendings of each key and payload.
    pub sendings: HashMap<(String, String), usize>,
}

impl Shared {
    /// Tells whether another post than this draft's has said its words to its account, and is or may be public.
    pub fn is_said_by_another(&self, draft: &Draft) -> bool {
        let Some(words) = draft.fingerprint() else { return false };
        let folder = self.folders.get(&format::text_folder(&draft.slot.account, &words));
        folder.into_iter().flatten().filter_map(|(_, (_, text))| format::read_said(text)).any(|slot| {
            let free = matches!(
                self.state(&slot),
                State::Absent
                    | State::Claimed { .. }
                    | State::Refused { .. }
                    | State::Released { .. }
                    | State::Missed { .. }
                    | State::Cancelled { .. }
            );
            slot.post != draft.slot.post && !free
        })
    }

    pub fn tip(&self) -> Tip {
        self.heads
            .last()
            .map_or_else(Tip::default, |(id, head)| Tip { id: id.clone(), head: Some(head.clone()) })
    }

    pub fn read(&self, tip: &Tip, folders: &[String]) -> Vec<Found> {
        let Some(at) = self.heads.iter().rposition(|(id, _)| *id == tip.id) else { return Vec::new() };
        let mut found = Vec::new();
        for folder in folders {
            for (name, (since, text)) in self.folders.get(folder).into_iter().flatten() {
                if *since <= at {
                    found.push(Found { path: format!("{folder}/{name}"), text: Ok(text.clone()) });
                }
            }
        }
        found
    }

    pub fn state(&self, slot: &Slot) -> &State {
        static ABSENT: State = State::Absent;
        self.records.get(slot).map_or(&ABSENT, |record| &record.state)
    }

    /// Puts a commit on top, and says which laws it breaks.
    pub fn apply(&mut self, change: &Change, burst: usize, planted: Option<Mutant>) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let head = match read_head(&change.head) {
            Ok(head) => head,
            Err(why) => return vec![("head", format!("cannot be read: {why}"))],
        };
        let prev = self.tip().id;
        if head.seq != self.head.seq + 1 || head.prev != prev || head.entries < self.head.entries {
            breaches.push(("head", format!("commit {} does not follow {}", head.seq, self.head.seq)));
        }
        if self.head.seq > 0 && head.id != self.head.id {
            breaches.push(("head", "the ledger's id changed".to_owned()));
        }
        let mut entries = Vec::new();
        for (path, text) in &change.files {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let files = self.folders.entry(folder.to_owned()).or_default();
            if files.insert(name.to_owned(), (self.heads.len(), text.clone())).is_some() {
                breaches.push(("write-once", format!("{path} was rewritten")));
            }
            if let Some((slot, name)) = slot_of_path(path) {
                match read_entry(slot, name, text) {
                    Ok(entry) if format::write_entry(&entry) == *text => entries.push(entry),
                    Ok(entry) => {
                        breaches.push(("format", format!("{entry:?} is written otherwise than read")))
                    }
                    Err(why) => breaches.push(("format", format!("{path}: {why}"))),
                }
            }
        }
        if head.entries != self.head.entries + entries.len() as u64 {
            breaches.push((
                "head",
                format!("{} entries were added, and the head counts otherwise", entries.len()),
            ));
        }
        entries.sort_by_key(|entry| (entry.slot.clone(), entry.attempt));
        mutant::plant(None);
        for entry in entries {
            breaches.extend(self.judge(&entry, burst));
            self.records.entry(entry.slot.clone()).or_default().push(entry);
        }
        mutant::plant(planted);
        if head.open != self.open {
            let differ: Vec<String> =
                head.open.symmetric_difference(&self.open).map(Slot::to_string).collect();
            breaches.push((
                "forgotten",
                format!("the head's list of what is open differs in {}", differ.join(", ")),
            ));
        }
        self.heads.push((format!("commit-{}", head.seq), change.head.clone()));
        self.head = head;
        breaches
    }

    fn judge(&mut self, entry: &Entry, burst: usize) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let mut after = self.records.get(&entry.slot).cloned().unwrap_or_default();
        let what = format!("{} {}.{}", entry.slot, entry.attempt, entry.fact.kind());
        if let Err(why) = after.permits(entry) {
            breaches.push(("transition", format!("{what} after {}: {why:?}", name(&after.state))));
        }
        if let Some(why) = against_the_table(&after, entry) {
            breaches.push(("transition", format!("{what}: {why}")));
        }
        let begins = matches!(entry.fact, Fact::Claim(_) | Fact::Sending(_));
        if begins && self.head.halt.is_some() {
            breaches.push(("stop", format!("{what} was begun after the stop")));
        }
        if let Fact::Sending(sending) = &entry.fact {
            *self.sendings.entry((sending.key.clone(), sending.payload.clone())).or_default() += 1;
            if sending.replays.is_none() {
                let many = self
                    .bursts
                    .entry((entry.hand.nonce.clone(), entry.slot.account.to_string()))
                    .or_default();
                *many += 1;
                if *many > burst {
                    breaches.push(("burst", format!("{what} is number {many} of one run")));
                }
            }
        }
        after.push(entry.clone());
        if after.state.is_open() {
            self.open.insert(entry.slot.clone())
        } else {
            self.open.remove(&entry.slot)
        };
        breaches
    }
}

/// The few rules that matter most, said once more and otherwise than the program says them.
fn against_the_table(before: &Record, entry: &Entry) -> Option<&'static str> {
    let was_public = before.entries.iter().any(|old| {
        matches!(old.fact, Fact::Receipt(_))
            || matches!(old.fact, Fact::Decision(crate::ledger::Decision::Delivered { .. }))
    });
    let last_sending = before.entries.iter().rev().find_map(|old| match &old.fact {
        Fact::Sending(sending) => Some((old, sending)),
        _ => None,
    });
    let ended = |attempt: u32| {
        before.entries.iter().any(|old| {
            old.attempt == attempt
                && matches!(old.fact, Fact::Refusal(_) | Fact::Release(_) | Fact::Decision(_))
        })
    };
    match &entry.fact {
        Fact::Claim(_) | Fact::Sending(_) | Fact::Missed(_) | Fact::Cancel(_) if was_public => {
            Some("begun again after it was public")
        }
        Fact::Claim(_) | Fact::Missed(_) | Fact::Cancel(_)
            if last_sending.is_some_and(|(old, _)| !ended(old.attempt)) =>
        {
            Some("begun or ended while it may be public")
        }
        Fact::Sending(sending) => match sending.replays {
            None => {
                let claimed = before.entries.iter().any(|old| {
                    old.attempt == entry.attempt
                        && old.hand.nonce == entry.hand.nonce
                        && matches!(old.fact, Fact::Claim(_))
                });
                (!claimed).then_some("sent without a claim of one's own")
            }
            Some(_) => last_sending
                .is_none_or(|(_, old)| old.key != sending.key || old.payload != sending.payload)
                .then_some("repeated with another key or other bytes"),
        },
        _ => None,
    }
}

pub fn name(state: &State) -> &'static str {
    match state {
        State::Absent => "absent",
        State::Claimed { .. } => "claimed",
        State::Sending { .. } => "sending",
        State::Doubt { .. } => "doubt",
        State::Published { .. } => "published",
        State::Retracting { .. } => "retracting",
        State::Gone => "gone",
        State::Refused { .. } => "refused",
        State::Released { .. } => "released",
        State::Missed { .. } => "missed",
        State::Cancelled { .. } => "cancelled",
        State::Broken { .. } => "broken",
    }
}
