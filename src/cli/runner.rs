//! What a command needs that acts: the calendar of a commit, the ledger, the feeds' shelf, the clock.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::Calendar;
use crate::cli::here::{Here, Reading};
use crate::cli::look;
use crate::cli::unapproved::{Unapproved, unapproved};
use crate::cli::{ClockArgs, IdentityArgs};
use crate::draft::{Draft, Media, MediaBook, Slot};
use crate::error::Error;
use crate::finding::Severity;
use crate::plan::Hold;
use crate::platform;
use crate::publish::Intent;
use crate::record::Scribe;
use crate::rim::branch::{Branch, Place};
use crate::rim::chance;
use crate::rim::clock::{Rehearsed, SystemClock};
use crate::rim::environment;
use crate::rim::last_run;
use crate::rim::lock::{Lock, clone_name};
use crate::rim::repo::{Repo, Rev};
use crate::rim::shelf::Shelf;
use crate::rim::vault::{self, Vault};
use crate::rim::wire::Wire;
use crate::time::Clock;
use crate::ui::Ui;
use crate::world::{Actor, Lanes, Log, World};

/// Tells the first thing that is wrong with a draft, or nothing.
pub type Faulty<'a> = dyn Fn(&Draft) -> Option<String> + Sync + 'a;

/// Gives a media file's bytes, as the commit has them.
type Bytes = dyn Fn(&Media) -> Result<Vec<u8>, String> + Sync;

/// A calendar's commit and ledger, ready to act on.
pub struct Runner {
    /// The calendar as the commit has it.
    pub reading: Reading,
    /// The ledger.
    pub branch: Branch,
    commit: String,
    wire: Wire,
    vault: Vault,
    clock: Box<dyn Clock>,
    rehearsed: bool,
    actor: Actor,
    media: Box<Bytes>,
    lock: Option<Lock>,
}

impl Runner {
    /// Opens the calendar that is committed here, and its ledger.
    pub fn open(here: &Here, clock: &ClockArgs) -> Result<Runner, Error> {
        let reading = here.read(&Rev::Commit("HEAD".to_owned()))?;
        reading.reliable()?;
        let commit = reading.repo.head_commit()?.to_string();
        let git_dir = reading.repo.git_dir()?.to_owned();
        let root = &reading.calendar.root;
        let place = Place { branch: root.branch.clone(), remote: root.remote.clone(), ..Place::default() };
        let branch = Branch::open(&git_dir, &place)?;
        let rehearsed = clock.now.is_some();
        let now = here.now(clock, reading.calendar.zone())?;
        let clock: Box<dyn Clock> =
            if rehearsed { Box::new(Rehearsed::new(now)) } else { Box::new(SystemClock) };
        let own = |fault| Error::cannot_write(&here.show(&git_dir.join("kalends")), fault);
        let actor = Actor {
            by: environment::runner(),
            nonce: chance::nonce().map_err(own)?,
            clone: clone_name(&git_dir).map_err(own)?,
        };
        let repo = Arc::new(Mutex::new(here.repo()?));
        let rev = Rev::Commit(commit.clone());
        let (pictures, media_rev) = (Arc::clone(&repo), rev.clone());
        let media = Box::new(move |media: &Media| locked(&pictures).media_bytes(&media_rev, &media.file));
        let files = Box::new(move |path: &str| locked(&repo).file(&rev, path, vault::LIMIT_BYTES));
        let day = reading.calendar.zone().local(now).date();
        let vault = Vault::new(&reading.calendar, day, files, Some(&git_dir));
        let wire = Wire::new(Shelf { root: reading.repo.root().to_owned() });
        Ok(Runner { reading, branch, commit, wire, vault, clock, rehearsed, actor, media, lock: None })
    }

    /// Takes the clone's lock: two runs of one clone follow each other. Says what it waits for.
    pub fn alone(mut self, command: &str, ui: &mut Ui) -> Result<Runner, Error> {
        let git_dir = self.reading.repo.git_dir()?.to_owned();
        let voice = std::cell::RefCell::new(ui);
        let lock = Lock::take(&git_dir, command, &|holder| {
            voice.borrow_mut().status(format!("waiting for {} to end", holder.describe()));
        })?;
        self.lock = Some(lock);
        Ok(self)
    }

    /// Opens secrets with the identity that the user names, and asks for its passphrase on a terminal.
    pub fn with_identity(mut self, args: &IdentityArgs, ui: &Ui) -> Runner {
        self.vault = self.vault.with_identity(args.identity.clone(), Arc::new(ui.person()));
        self
    }

    /// Returns where the identity lies that opens secrets, or why there is none.
    pub fn identity(&self) -> Result<String, String> {
        self.vault.identity().map(|path| path.display().to_string()).map_err(|fault| fault.to_string())
    }

    /// Writes down that a run reached its end, and puts what it left in order. A rehearsal is none; and what cannot be
    /// written down costs `doctor` a word, no post.
    pub fn mark_run(&self) {
        self.branch.tidy();
        if let Ok(git_dir) = self.reading.repo.git_dir()
            && !self.rehearsed
        {
            drop(last_run::mark(git_dir, self.now()));
        }
    }

    /// Returns the calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.reading.calendar
    }

    /// Tells whether the clock is a rehearsed one.
    pub fn is_rehearsed(&self) -> bool {
        self.rehearsed
    }

    /// Returns the moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Returns the world to act in, over the ledger or over one that forgets.
    pub fn world<'a>(&'a self, log: &'a dyn Log) -> World<'a> {
        World {
            clock: self.clock.as_ref(),
            http: &self.wire,
            log,
            keys: &self.vault,
            platforms: platform::of,
            media: self.media.as_ref(),
            actor: self.actor.clone(),
            lanes: Lanes::SideBySide,
        }
    }

    /// Returns what is known of the media of these drafts.
    pub fn book<'d>(&self, drafts: impl IntoIterator<Item = &'d Draft>) -> Result<MediaBook, Error> {
        let files = drafts.into_iter().flat_map(|draft| &draft.media).map(|media| media.file.as_str());
        let files: Vec<&str> = files.collect();
        Ok(self.reading.repo.media_facts(&files, &Rev::Commit(self.commit.clone()))?)
    }

    /// Returns the drafts that are in time at this moment: their words and pictures may be sent.
    pub fn in_time(&self) -> Vec<Draft> {
        let now = self.now();
        let mut drafts = self.calendar().drafts(now - self.longest_late()..now + TimeDelta::milliseconds(1));
        drafts.retain(|draft| draft.due <= now && now <= draft.due + draft.late);
        drafts
    }

    /// Returns every draft that is due, and those of the next year and a bit.
    pub fn drafts_from(&self, now: DateTime<Utc>) -> Vec<Draft> {
        self.calendar().drafts(DateTime::<Utc>::MIN_UTC..now + TimeDelta::days(400))
    }

    /// Returns the slots that the calendar promises until a year ahead, and those that are open in the ledger.
    pub fn known_slots(&self, world: &World<'_>) -> Result<BTreeSet<Slot>, Error> {
        let ledger = Scribe::new(world).recall(&BTreeSet::new())?;
        let promised = self.drafts_from(self.now()).into_iter().map(|draft| draft.slot);
        Ok(promised.chain(ledger.slots().map(|(slot, _)| slot.clone())).collect())
    }

    /// Returns the files of posts that could not be read whole, and why: nothing of them is published.
    pub fn unread_posts(&self) -> Vec<(String, String)> {
        let mut unread: BTreeMap<String, String> = BTreeMap::new();
        for finding in self.reading.findings.iter().filter(|finding| finding.severity() == Severity::Error) {
            if finding.file.starts_with("posts/") {
                unread.entry(finding.file.clone()).or_insert_with(|| finding.message.clone());
            }
        }
        unread.into_iter().collect()
    }

    /// Returns the longest time that anything here may be late.
    pub fn longest_late(&self) -> TimeDelta {
        self.calendar().longest_late()
    }

    /// Returns what is to be published.
    pub fn intent<'a>(
        &'a self,
        book: &'a MediaBook,
        (faulty, unapproved): (&'a Faulty<'a>, &'a Unapproved<'a>),
        dry_run: bool,
    ) -> Intent<'a> {
        Intent {
            calendar: self.calendar(),
            commit: self.commit.clone(),
            book,
            faulty,
            unapproved,
            rehearsed: self.rehearsed,
            dry_run,
        }
    }

    /// Returns a function that tells whose approval a draft's post lacks, by the commit's own policy and approvals.
    pub fn unapproved(&self) -> impl Fn(&Draft) -> Option<Hold> + Sync + '_ {
        let Reading { calendar, repo, .. } = &self.reading;
        let rev = Rev::Commit(self.commit.clone());
        unapproved(calendar, move |post| {
            let files: Vec<&str> = post.media_files().collect();
            // What cannot be read has no facts, and so no approval that counts.
            Cow::Owned(repo.media_facts(&files, &rev).unwrap_or_default())
        })
    }

    /// Returns a function that tells the first thing that is wrong with a draft's post or account.
    ///
    /// The calendar is checked when it is first asked: a run with nothing due checks nothing.
    pub fn faults(&self) -> impl Fn(&Draft) -> Option<String> + Sync + '_ {
        let Reading { calendar, repo, .. } = &self.reading;
        let by_file: OnceLock<BTreeMap<String, String>> = OnceLock::new();
        move |draft| {
            let by_file = by_file.get_or_init(|| {
                // Of all pictures: what is overdue is asked about too, not only what may still be sent.
                let files: Vec<&str> = calendar.media_files().into_iter().collect();
                let book = repo.media_facts(&files, &Rev::Commit(self.commit.clone())).unwrap_or_default();
                first_errors(&self.reading, &book)
            });
            look::fault(&self.reading, by_file, draft)
        }
    }
}

fn locked(repo: &Mutex<Repo>) -> MutexGuard<'_, Repo> {
    repo.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the first error of each file that has one.
pub(super) fn first_errors(reading: &Reading, book: &MediaBook) -> BTreeMap<String, String> {
    let mut first = BTreeMap::new();
    let faults = reading.faults(book);
    for finding in faults.into_iter().filter(|finding| finding.severity() == Severity::Error) {
        first.entry(finding.file).or_insert(finding.message);
    }
    first
}
