//! The ledger as a git branch that nobody checks out.
//!
//! Commits are written straight into the object database, durably, and the branch is moved by compare-and-swap: of
//! the local reference, or, where the ledger is shared, of the remote's by a push that names what it expects. The
//! newest commit that was ever seen here is kept in a reference of our own, and a branch that is no continuation of
//! it is refused.

mod follow;
mod forgetful;
mod history;
mod last_seen;
mod read;
mod remote;
mod store;
mod trust;
mod weave;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use git2::{ConfigLevel, Oid, Repository};

use crate::draft::Slot;
use crate::ledger::format::slot_of_path;
use crate::reading;
use crate::rim::disk;
use crate::rim::program::Git;
use crate::world::{Appended, Change, Found, Log, LogError, Tip};

pub use forgetful::Forgetful;
pub use history::LogCommit;
pub use last_seen::LastSeen;

/// What git must be told before the object database and the references are opened, or it writes without waiting for
/// the disk. The reflog is not needed: the branch is its own. A pack is written without deltas, which cost more time
/// than they save room: libgit2 1.9 takes the size up to which it seeks them from `pack.deltaCacheSize`, and may one
/// day take it from the setting that is meant.
const CONFIG: &str = "# Written by kalends: how it writes the ledger, whatever other files say.\n\
    [core]\n\tfsyncObjectFiles = true\n\tlogAllRefUpdates = false\n\tbigFileThreshold = 0\n\
    [pack]\n\tdeltaCacheSize = 0\n";

/// How long git may take for a fetch or a push.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Where a ledger lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The branch's short name.
    pub branch: String,
    /// The remote that everybody shares it by; absent on a single machine.
    pub remote: Option<String>,
    /// How long a fetch or a push may take.
    pub limit: Duration,
}

impl Default for Place {
    fn default() -> Place {
        Place { branch: "ledger".to_owned(), remote: None, limit: LIMIT }
    }
}

/// The references of one ledger.
#[derive(Debug, Clone)]
struct Names {
    /// The branch, here and at the remote.
    branch: String,
    /// What the last fetch found.
    fetched: String,
    /// The newest commit that was found to be in order.
    seen: String,
}

/// A ledger in a git repository.
pub struct Branch {
    repository: Mutex<Repository>,
    git_dir: PathBuf,
    git: Git,
    names: Names,
    place: Place,
    /// Whether what is written is durable: git could be told so.
    durable: Result<(), LogError>,
    /// Whether the remote is read and written at the same address; found out once.
    one_address: OnceLock<Result<String, String>>,
}

impl Branch {
    /// Opens the ledger of a repository, whose shared git folder this is. Writes nothing but kalends' own settings.
    pub fn open(git_dir: &Path, place: &Place) -> Result<Branch, LogError> {
        let branch = format!("refs/heads/{}", place.branch);
        if !git2::Reference::is_valid_name(&branch) {
            return Err(LogError::Away(format!(
                "`{}` is no name for a branch; change `branch` under [ledger] in kalends.toml",
                place.branch
            )));
        }
        let durable = settle(git_dir);
        Ok(Branch {
            repository: Mutex::new(open(git_dir)?),
            git_dir: git_dir.to_owned(),
            git: Git::new(git_dir),
            names: Names {
                branch,
                fetched: format!("refs/kalends/remote/{}", place.branch),
                seen: format!("refs/kalends/seen/{}", place.branch),
            },
            place: place.clone(),
            durable,
            one_address: OnceLock::new(),
        })
    }

    /// Uses another program than the `git` in PATH.
    pub fn with_program(mut self, program: PathBuf) -> Branch {
        self.git = self.git.with_program(program);
        self
    }

    /// Returns the address that the ledger is shared at, where it is shared and the address can be told.
    pub fn address(&self) -> Option<String> {
        self.one_address(self.place.remote.as_deref()?).ok()
    }

    /// Returns the newest commits of a ledger, the newest first, at most `limit`.
    pub fn history(&self, tip: &Tip, limit: usize) -> Result<Vec<LogCommit>, LogError> {
        history::read(&self.repository(), tip, limit)
    }

    /// Returns the slots that a ledger knows anything of.
    pub fn slots(&self, tip: &Tip) -> Result<BTreeSet<Slot>, LogError> {
        let paths = read::paths_below(&self.repository(), tip, "slots")?;
        Ok(paths.iter().filter_map(|path| Some(slot_of_path(path)?.0)).collect())
    }

    /// Makes something of each file of readings, on the thread that has its text at hand, and shows it in the order of
    /// their paths.
    pub fn readings<T: Send>(
        &self,
        tip: &Tip,
        make: impl Fn(&str, Result<&str, String>) -> T + Sync,
        visit: &mut dyn FnMut(T),
    ) -> Result<(), LogError> {
        let make = |found: Found| {
            let is_known = reading::content_of(&found.path).is_some();
            is_known.then(|| make(&found.path, found.text.as_deref().map_err(Clone::clone)))
        };
        let another = || open(&self.git_dir);
        let mut visit = |one: Option<T>| one.into_iter().for_each(&mut *visit);
        read::below(&open(&self.git_dir)?, tip, reading::FOLDER, (&another, &make), &mut visit)
    }

    /// Puts what many commits left in small packs together; nothing depends on it.
    pub fn tidy(&self) {
        store::tidy(&self.git, &self.git_dir);
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        // Libgit2 keeps no half-made state between calls, so a thread that fell over harms nobody.
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for Branch {
    fn tip(&self) -> Result<Tip, LogError> {
        match self.look() {
            // What another process of this clone was fetching may have been older: only a second look convicts.
            Err(LogError::Wrong(_)) => self.look(),
            done => done,
        }
    }

    fn read(&self, tip: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError> {
        read::folders(&self.repository(), tip, folders)
    }

    fn below(&self, tip: &Tip, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        // A visitor may ask the ledger something itself, so the repository is not held while it is at work.
        read::below(&open(&self.git_dir)?, tip, folder, (&|| open(&self.git_dir), &|found| found), visit)
    }

    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError> {
        self.durable.clone()?;
        let base = commit_id(tip)?;
        let commit = {
            let repository = self.repository();
            let batch = weave::commit(&repository, base, change)?;
            if self.place.remote.is_none() && self.moved_on(&repository, base, batch.commit)? {
                return Ok(Appended::Stale);
            }
            self.is_remembered(&repository, base)?;
            store::write(&self.git_dir, &batch.objects)?;
            batch.commit
        };
        let landed = Tip { id: commit.to_string(), head: Some(change.head.clone()) };
        match &self.place.remote {
            None => self.advance(base, commit, landed),
            Some(remote) => self.push(remote, base, commit, landed),
        }
    }
}

/// Writes the settings by which git writes durably, where they are not there yet.
fn settle(git_dir: &Path) -> Result<(), LogError> {
    let path = git_dir.join("kalends/config");
    if std::fs::read(&path).ok().as_deref() == Some(CONFIG.as_bytes()) {
        return Ok(());
    }
    disk::write_whole(&path, CONFIG.as_bytes())
        .map_err(|fault| LogError::Denied(format!("{}: {fault}", path.display())))
}

/// Opens a repository with those settings, before anything else of it is opened.
fn open(git_dir: &Path) -> Result<Repository, LogError> {
    let away = |fault: git2::Error| LogError::Away(format!("{}: {}", git_dir.display(), fault.message()));
    let repository = Repository::open(git_dir).map_err(away)?;
    let path = git_dir.join("kalends/config");
    if path.exists() {
        let mut config = repository.config().map_err(away)?;
        config.add_file(&path, ConfigLevel::App, true).map_err(away)?;
    }
    Ok(repository)
}

/// Reads a tip's commit id; a ledger that has no commit yet has none.
fn commit_id(tip: &Tip) -> Result<Option<Oid>, LogError> {
    if tip.id.is_empty() {
        return Ok(None);
    }
    Oid::from_str(&tip.id).map(Some).map_err(|_| LogError::Wrong(format!("`{}` is no commit of it", tip.id)))
}

/// Says that something of the ledger cannot be read.
fn unreadable(what: &str, fault: &git2::Error) -> LogError {
    LogError::Wrong(format!("{what} cannot be read: {}; `git fsck` says what is broken", fault.message()))
}
