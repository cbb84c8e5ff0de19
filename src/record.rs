//! Reading the ledger, and adding facts to it by compare-and-swap until it is known whether they are there.
//!
//! Whether an entry may be added is decided against the ledger's latest commit, and again whenever somebody else's
//! commit was first: nothing is merged or put on top of what it has not seen. An append whose answer was lost is
//! repeated with the same bytes; whose nonce stands in the ledger decides who won.

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::draft::{AccountId, Fingerprint, Slot};
use crate::ledger::format;
use crate::ledger::head::is_a_beginning;
use crate::ledger::{Entry, Fact, Halt, Head, Illegal, Ledger, Record};
use crate::mutant::{Mutant, planted};
use crate::world::{Appended, Change, Found, Log, LogError, Tip, World};

/// How often an append is tried before the ledger counts as away.
const TRIES: u32 = 8;

/// What is to be added together.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// Facts about slots.
    pub entries: Vec<Entry>,
    /// The words that the note's sendings say.
    pub said: Vec<Said>,
    /// Other files: path and text. One that is there already is left out.
    pub files: Vec<(String, String)>,
    /// Sheets of readings: each becomes a file of its own, under the first number that is free.
    pub sheets: Vec<Sheet>,
    /// The stop switch's new position.
    pub switch: Option<Option<Halt>>,
    /// A line for the commit's message.
    pub message: String,
}

/// A sheet of readings: of one day, and of one account, web statistic or goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The folder: `readings/2027/01/19`.
    pub folder: String,
    /// The file's name without its end: `mastodon`, and `instagram.posts` for posts.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The words that a slot's sending says.
#[derive(Debug, Clone)]
pub struct Said {
    /// The slot.
    pub slot: Slot,
    /// The words.
    pub words: Fingerprint,
    /// When they are said.
    pub at: DateTime<Utc>,
    /// Whether no other post may have said them to the account within a year.
    pub once: bool,
}

/// Which words went to which account.
type Asked = BTreeSet<(AccountId, Fingerprint)>;

/// By which slots words went, or were about to go, to an account.
type Heard = BTreeMap<(AccountId, Fingerprint), BTreeSet<Slot>>;

/// What became of a note.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The entries that stand in the ledger.
    pub landed: Vec<Entry>,
    /// The entries that were not legal any more, and why.
    pub refused: Vec<(Entry, Illegal)>,
}

impl Written {
    /// Tells whether an entry stands in the ledger.
    pub fn has(&self, entry: &Entry) -> bool {
        self.landed.contains(entry)
    }
}

/// The one who writes for a run: several lanes may ask at once, and what waits together is written together.
pub struct Scribe<'a> {
    world: &'a World<'a>,
    known: Mutex<Option<Tip>>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    notes: Vec<(u64, Note)>,
    done: BTreeMap<u64, Result<Written, LogError>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Scribe<'a> {
    /// Returns a scribe for this world.
    pub fn new(world: &'a World<'a>) -> Scribe<'a> {
        Scribe { world, known: Mutex::new(None), waiting: Mutex::new(Waiting::default()) }
    }

    /// Fetches the ledger's latest commit and returns its head.
    pub fn refresh(&self) -> Result<Head, LogError> {
        let mut known = lock(&self.known);
        let tip = self.world.log.tip()?;
        let head = head_of(&tip)?;
        *known = Some(tip);
        Ok(head)
    }

    /// Returns what the ledger says of these slots and of all that are open, at the latest commit known here.
    pub fn recall(&self, slots: &BTreeSet<Slot>) -> Result<Ledger, LogError> {
        let mut known = lock(&self.known);
        let tip = self.known_tip(&mut known)?;
        let head = head_of(&tip)?;
        let all: BTreeSet<Slot> = slots.union(&head.open).cloned().collect();
        read(self.world.log, &tip, head, &all)
    }

    /// Returns the slots by which these words went, or were about to go, to each account since a day.
    pub fn said(&self, asked: &Asked, since: NaiveDate) -> Result<Heard, LogError> {
        let mut known = lock(&self.known);
        let tip = self.known_tip(&mut known)?;
        heard(self.world, &tip, asked, since)
    }

    /// Returns the files that lie directly in a folder of the ledger.
    pub fn files(&self, folder: &str) -> Result<Vec<Found>, LogError> {
        let mut known = lock(&self.known);
        let tip = self.known_tip(&mut known)?;
        self.world.log.read(&tip, &[folder.to_owned()])
    }

    /// Shows each file that lies anywhere below a folder of the ledger, sorted by path.
    pub fn below(&self, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        let mut known = lock(&self.known);
        let tip = self.known_tip(&mut known)?;
        self.world.log.below(&tip, folder, visit)
    }

    /// Adds what is legal of a note. What several lanes ask for at the same time goes into one commit.
    ///
    /// An error says that it is not known whether the note landed; nothing that depends on it may be done.
    pub fn write(&self, note: Note) -> Result<Written, LogError> {
        let ticket = {
            let mut waiting = lock(&self.waiting);
            waiting.next += 1;
            let ticket = waiting.next;
            waiting.notes.push((ticket, note));
            ticket
        };
        let mut known = lock(&self.known);
        if let Some(done) = lock(&self.waiting).done.remove(&ticket) {
            return done;
        }
        let notes = std::mem::take(&mut lock(&self.waiting).notes);
        let results = self.write_together(&mut known, &notes);
        let mut waiting = lock(&self.waiting);
        match results {
            Ok(written) => {
                waiting.done.extend(notes.iter().map(|(ticket, _)| *ticket).zip(written.into_iter().map(Ok)));
            }
            Err(error) => waiting.done.extend(notes.iter().map(|(ticket, _)| (*ticket, Err(error.clone())))),
        }
        waiting
            .done
            .remove(&ticket)
            .unwrap_or_else(|| Err(LogError::Away("the writer was interrupted".to_owned())))
    }

    fn known_tip(&self, known: &mut Option<Tip>) -> Result<Tip, LogError> {
        match known {
            Some(tip) => Ok(tip.clone()),
            None => Ok(known.insert(self.world.log.tip()?).clone()),
        }
    }

    fn write_together(
        &self,
        known: &mut Option<Tip>,
        notes: &[(u64, Note)],
    ) -> Result<Vec<Written>, LogError> {
        let mut last = String::from("others were always first");
        for attempt in 0..TRIES {
            if attempt > 0 {
                *known = None;
                self.world.clock.wait(TimeDelta::milliseconds(50 << attempt));
            }
            let tip = self.known_tip(known)?;
            let draft = Joint::draft(self.world, &tip, notes)?;
            let Some(change) = draft.change else { return Ok(draft.written) };
            match self.world.log.append(&tip, &change)? {
                Appended::Landed(next) => {
                    *known = Some(next);
                    return Ok(draft.written);
                }
                Appended::Stale if planted(Mutant::RebaseLostRace) => {
                    *known = None;
                    let tip = self.known_tip(known)?;
                    let head = head_of(&tip)?;
                    let head = Head { seq: head.seq + 1, prev: tip.id.clone(), ..head };
                    let change = Change { head: format::write_head(&head), ..change };
                    if let Appended::Landed(next) = self.world.log.append(&tip, &change)? {
                        *known = Some(next);
                        return Ok(draft.written);
                    }
                }
                Appended::Unknown(_) if planted(Mutant::UnansweredIsWon) => return Ok(draft.written),
                Appended::Stale => {}
                Appended::Unknown(why) => last = why,
            }
        }
        *known = None;
        Err(LogError::Away(last))
    }
}

/// Several notes as one change to one commit of the ledger.
struct Joint {
    written: Vec<Written>,
    /// Nothing where there is nothing left to add.
    change: Option<Change>,
}

impl Joint {
    fn draft(world: &World<'_>, tip: &Tip, notes: &[(u64, Note)]) -> Result<Joint, LogError> {
        let head = head_of(tip)?;
        let slots: BTreeSet<Slot> =
            notes.iter().flat_map(|(_, note)| &note.entries).map(|entry| entry.slot.clone()).collect();
        let ledger = read(world.log, tip, head.clone(), &slots)?;
        let mut records: BTreeMap<Slot, Record> =
            slots.iter().map(|slot| (slot.clone(), ledger.slot(slot).clone())).collect();
        let twins = twins(world, tip, notes)?;
        let mut files = files::new(world, tip, notes)?;
        files.extend(files::new_sheets(world, tip, notes)?);
        let mut added = 0;
        let mut written = Vec::new();
        for (_, note) in notes {
            let mut outcome = Written::default();
            for entry in &note.entries {
                let record = records.entry(entry.slot.clone()).or_default();
                match permits(&head, record, &twins, entry) {
                    Ok(()) => {
                        files.push((format::entry_path(entry), format::write_entry(entry)));
                        record.push(entry.clone());
                        added += 1;
                        outcome.landed.push(entry.clone());
                    }
                    Err(Illegal::Already) => outcome.landed.push(entry.clone()),
                    Err(why) => outcome.refused.push((entry.clone(), why)),
                }
            }
            written.push(outcome);
        }
        let switch = notes.iter().rev().find_map(|(_, note)| note.switch.clone());
        if files.is_empty() && switch.as_ref().is_none_or(|switch| *switch == head.halt) {
            return Ok(Joint { written, change: None });
        }
        let mut next = head.next(&tip.id, added, &records);
        if next.id.is_empty() {
            next.id.clone_from(&world.actor.nonce);
        }
        if let Some(switch) = switch {
            next.halt = switch;
        }
        let message = message(notes, &written);
        let change = Change { files, head: format::write_head(&next), message, at: world.clock.now() };
        Ok(Joint { written, change: Some(change) })
    }
}

fn permits(head: &Head, record: &Record, twins: &BTreeMap<Slot, Slot>, entry: &Entry) -> Result<(), Illegal> {
    record.permits(entry)?;
    if let Some(twin) = twins.get(&entry.slot)
        && matches!(entry.fact, Fact::Sending(_))
    {
        return Err(Illegal::Twin(twin.clone()));
    }
    if head.halt.is_some() && is_a_beginning(entry) && !planted(Mutant::StopOnlyAtStart) {
        return Err(Illegal::Halted);
    }
    Ok(())
}

/// Returns by which slots words went, or were about to go, to each account since a day.
fn heard(world: &World<'_>, tip: &Tip, asked: &Asked, since: NaiveDate) -> Result<Heard, LogError> {
    let folders: BTreeMap<String, &(AccountId, Fingerprint)> =
        asked.iter().map(|key| (format::text_folder(&key.0, &key.1), key)).collect();
    let found = world.log.read(tip, &folders.keys().cloned().collect::<Vec<_>>())?;
    let mut heard = Heard::new();
    for file in found {
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        let day = name.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
        let slot = file.text.ok().and_then(|text| format::read_said(&text));
        if let (Some(&key), Some(slot), Some(day)) = (folders.get(folder), slot, day)
            && day >= since
        {
            heard.entry(key.clone()).or_default().insert(slot);
        }
    }
    Ok(heard)
}

/// Returns the slots that must not be sent, each with another post's slot that has said the same words.
///
/// The plan asks the same before the claim. Between the two a file may have been renamed and published by another
/// runner under its new id, so it is asked again where nothing can come between: in the compare-and-swap itself.
fn twins(world: &World<'_>, tip: &Tip, notes: &[(u64, Note)]) -> Result<BTreeMap<Slot, Slot>, LogError> {
    let said: Vec<&Said> = notes.iter().flat_map(|(_, note)| &note.said).filter(|said| said.once).collect();
    let Some(first) = said.iter().map(|said| said.at).min() else { return Ok(BTreeMap::new()) };
    let asked: Asked = said.iter().map(|said| (said.slot.account.clone(), said.words.clone())).collect();
    let heard = heard(world, tip, &asked, (first - TimeDelta::days(365)).date_naive())?;
    let others: BTreeSet<Slot> = heard.values().flatten().cloned().collect();
    let ledger = read(world.log, tip, head_of(tip)?, &others)?;
    let twin = |said: &Said| {
        let slots = heard.get(&(said.slot.account.clone(), said.words.clone()))?;
        slots
            .iter()
            .find(|other| other.post != said.slot.post && ledger.state(other).may_be_public())
            .map(|other| (said.slot.clone(), other.clone()))
    };
    Ok(said.into_iter().filter_map(twin).collect())
}

fn message(notes: &[(u64, Note)], written: &[Written]) -> String {
    let line = |entry: &Entry| format!("{}: {}", entry.fact.kind(), entry.slot);
    let lines: Vec<String> = written.iter().flat_map(|written| &written.landed).map(line).collect();
    let mut said = notes.iter().map(|(_, note)| note.message.as_str()).filter(|message| !message.is_empty());
    let subject = match (said.next(), lines.as_slice()) {
        (None, [first, _, ..]) => format!("{first} and {} more", lines.len() - 1),
        (None, [one]) => return format!("{one}\n"),
        (None, []) => "switch".to_owned(),
        (Some(message), [] | [_]) => return format!("{message}\n"),
        (Some(message), _) => message.to_owned(),
    };
    format!("{subject}\n\n{}\n", lines.join("\n"))
}

/// Reads the head of a commit; before the first commit it is a ledger's beginning.
fn head_of(tip: &Tip) -> Result<Head, LogError> {
    tip.head.as_deref().map_or_else(
        || Ok(Head::default()),
        |text| {
            format::read_head(text)
                .map_err(|why| LogError::Wrong(format!("{} at {}: {why}", format::HEAD, tip.id)))
        },
    )
}

/// Returns what the ledger's latest commit says of some slots, for who only looks.
pub fn look_up(log: &dyn Log, slots: &BTreeSet<Slot>) -> Result<Ledger, LogError> {
    let tip = log.tip()?;
    read(log, &tip, head_of(&tip)?, slots)
}

fn read(log: &dyn Log, tip: &Tip, head: Head, slots: &BTreeSet<Slot>) -> Result<Ledger, LogError> {
    let folders: Vec<String> = slots.iter().map(format::slot_folder).collect();
    let mut entries = Vec::new();
    let mut unreadable = Vec::new();
    for found in log.read(tip, &folders)? {
        let Some((slot, name)) = format::slot_of_path(&found.path) else { continue };
        match found.text.and_then(|text| format::read_entry(slot.clone(), name, &text)) {
            Ok(entry) => entries.push(entry),
            Err(why) => unreadable.push((slot, why)),
        }
    }
    Ok(Ledger::fold(head, entries, unreadable))
}
