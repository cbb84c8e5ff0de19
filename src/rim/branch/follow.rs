//! Moving our references, and looking where the ledger is.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use git2::{Error, ErrorCode, Oid, Repository};

use crate::mutant::{Mutant, planted};
use crate::rim::branch::{Branch, read, trust};
use crate::rim::clock;
use crate::rim::lock::{Lock, PATIENCE};
use crate::time::Clock as _;
use crate::world::{Appended, LogError, Tip};

/// How long a reference's lock of git's may be in the way.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// A lock of git's that is older was left by a process that died: git holds one for milliseconds.
const LOCK_AGE_MAX: Duration = Duration::from_secs(600);

impl Branch {
    /// Finds the latest commit and checks that it continues the one that was seen before.
    pub(super) fn look(&self) -> Result<Tip, LogError> {
        // On a disk that takes nothing there is nobody to keep out, and the ledger can still be read.
        let guard = self.guard();
        // What was seen is read first: whatever is found afterwards must be as new.
        let seen = self.target(&self.repository(), &self.names.seen)?;
        let latest = match &self.place.remote {
            None => self.target(&self.repository(), &self.names.branch)?,
            Some(remote) => self.fetch(remote)?,
        };
        let repository = self.repository();
        let Some(latest) = latest else {
            return match seen {
                None => Ok(Tip::default()),
                Some(seen) => Err(self.missing(seen)),
            };
        };
        let seen = if planted(Mutant::BelieveRollback) { None } else { seen };
        trust::check(&repository, seen, latest).map_err(|fault| match fault {
            LogError::Wrong(why) => self.with_help(why, seen),
            other => other,
        })?;
        let tip = Tip { id: latest.to_string(), head: Some(read::head(&repository, latest)?) };
        if seen != Some(latest) {
            // Looking needs no disk that can be written; adding does, and remembers again before it does.
            drop(self.remember(&repository, seen, latest));
        }
        if self.place.remote.is_some() {
            self.follow(&repository, latest);
        }
        drop(guard);
        Ok(tip)
    }

    /// Moves the local branch from one commit to the next, if nobody else did.
    pub(super) fn advance(&self, base: Option<Oid>, commit: Oid, landed: Tip) -> Result<Appended, LogError> {
        let guard = self.guard()?;
        let repository = self.repository();
        let moved = self.swap(&repository, &self.names.branch, base, commit);
        // Only what the branch says now counts: an error may have come after the step that matters.
        let now = self.target(&repository, &self.names.branch)?;
        match moved {
            _ if now == Some(commit) => {
                self.keep(&repository, base, commit);
                drop(guard);
                Ok(Appended::Landed(landed))
            }
            Ok(()) => Ok(Appended::Stale),
            Err(fault) if fault.code() == ErrorCode::Modified || now != base => Ok(Appended::Stale),
            Err(fault) => Err(self.denied(&self.names.branch, &fault)),
        }
    }

    /// Keeps in mind what was added, after it landed. It landed whether this succeeds or not, and the next look
    /// makes up for it.
    pub(super) fn keep(&self, repository: &Repository, base: Option<Oid>, commit: Oid) {
        if let Ok(seen) = self.target(repository, &self.names.seen)
            && seen == base
        {
            drop(self.remember(repository, seen, commit));
        }
        if self.place.remote.is_some() {
            self.follow(repository, commit);
        }
    }

    /// Tells whether the local branch is neither at `base` nor at `commit`.
    pub(super) fn moved_on(
        &self,
        repository: &Repository,
        base: Option<Oid>,
        commit: Oid,
    ) -> Result<bool, LogError> {
        let now = self.target(repository, &self.names.branch)?;
        Ok(now != base && now != Some(commit))
    }

    /// Takes the lock under which this clone's references are moved, and clears away what a dead process left.
    pub(super) fn guard(&self) -> Result<Lock, LogError> {
        let path = self.git_dir.join("kalends/references");
        let lock = Lock::take_within(&path, "kalends", &|_| {}, PATIENCE)
            .map_err(|fault| LogError::Denied(fault.to_string()))?;
        if lock.left_by.is_some() {
            for name in [&self.names.branch, &self.names.seen, &self.names.fetched] {
                // Most often there is none.
                drop(std::fs::remove_file(self.lock_of(name)));
            }
        }
        Ok(lock)
    }

    /// Returns a reference's commit.
    pub(super) fn target(&self, repository: &Repository, name: &str) -> Result<Option<Oid>, LogError> {
        match repository.find_reference(name) {
            Ok(found) => found.target().map(Some).ok_or_else(|| {
                LogError::Wrong(format!("{name} is a symbolic reference; it must name a commit itself"))
            }),
            Err(fault) if fault.code() == ErrorCode::NotFound => Ok(None),
            Err(fault) => Err(LogError::Away(format!("{name}: {}", fault.message()))),
        }
    }

    /// Makes sure that the mark of what was seen is where the addition starts from.
    pub(super) fn is_remembered(&self, repository: &Repository, base: Option<Oid>) -> Result<(), LogError> {
        let seen = self.target(repository, &self.names.seen)?;
        match base {
            Some(base) if seen != Some(base) => self.remember(repository, seen, base),
            _ => Ok(()),
        }
    }

    /// Tells that there is no branch although one was seen.
    fn missing(&self, seen: Oid) -> LogError {
        let branch = &self.place.branch;
        let how = match &self.place.remote {
            Some(remote) => {
                format!("is gone from {remote}, or was never pushed there (then: git push {remote} {branch})")
            }
            None => "is gone".to_owned(),
        };
        self.with_help(format!("the branch {branch} {how}; it was seen here at commit {seen}"), Some(seen))
    }

    fn remember(&self, repository: &Repository, seen: Option<Oid>, latest: Oid) -> Result<(), LogError> {
        match self.swap(repository, &self.names.seen, seen, latest) {
            // Another process of this clone saw something newer.
            Err(fault) if fault.code() == ErrorCode::Modified => Ok(()),
            Err(fault) => Err(self.denied(&self.names.seen, &fault)),
            Ok(()) => Ok(()),
        }
    }

    /// Lets the local branch follow the remote's, so that `git log` shows it; not while somebody stands on it.
    fn follow(&self, repository: &Repository, latest: Oid) {
        let stands = repository
            .find_reference("HEAD")
            .ok()
            .and_then(|head| head.symbolic_target().ok().flatten().map(|target| target == self.names.branch));
        if stands == Some(true) {
            return;
        }
        if let Ok(now) = self.target(repository, &self.names.branch)
            && now != Some(latest)
        {
            // A convenience: nothing is read from there.
            drop(self.swap(repository, &self.names.branch, now, latest));
        }
    }

    /// Moves a reference by compare-and-swap.
    fn swap(&self, repository: &Repository, name: &str, from: Option<Oid>, to: Oid) -> Result<(), Error> {
        let from = from.unwrap_or(Oid::ZERO_SHA1);
        let began = clock::instant();
        let mut nap = Duration::from_millis(1);
        loop {
            match repository.reference_matching(name, to, true, from, "kalends") {
                Err(fault) if fault.code() == ErrorCode::Locked && began.elapsed() < LOCK_PATIENCE => {
                    self.remove_old_lock(name);
                    clock::pause(nap);
                    nap = (nap * 2).min(Duration::from_millis(100));
                }
                done => return done.map(drop),
            }
        }
    }

    fn lock_of(&self, name: &str) -> PathBuf {
        self.git_dir.join(format!("{name}.lock"))
    }

    fn remove_old_lock(&self, name: &str) {
        let path = self.lock_of(name);
        let now: SystemTime = clock::SystemClock.now().into();
        let age = std::fs::metadata(&path)
            .and_then(|found| found.modified())
            .ok()
            .and_then(|modified| now.duration_since(modified).ok());
        if age.is_some_and(|age| age > LOCK_AGE_MAX) {
            drop(std::fs::remove_file(path));
        }
    }

    fn denied(&self, name: &str, fault: &Error) -> LogError {
        let path = self.git_dir.join(name);
        LogError::Denied(match fault.code() {
            ErrorCode::Locked => {
                format!("{} is in the way; if no git is running, remove it", self.lock_of(name).display())
            }
            _ => format!("{}: {}", path.display(), fault.message()),
        })
    }

    /// Adds what to do about a ledger that is not trusted.
    fn with_help(&self, why: String, seen: Option<Oid>) -> LogError {
        if why.contains("this version knows format") {
            let seen = seen.map_or_else(String::new, |seen| format!(" (what was seen here last is {seen})"));
            return LogError::Wrong(format!("{why}; install a newer kalends on this machine{seen}"));
        }
        let Some(seen) = seen else {
            return LogError::Wrong(match why.contains("it is no ledger") {
                true => format!("{why}; give the ledger another `branch` under [ledger] in kalends.toml"),
                false => why,
            });
        };
        if why.contains("git fetch --unshallow") {
            return LogError::Wrong(why);
        }
        let restore = match &self.place.remote {
            Some(remote) => format!("git push --force {remote} {seen}:{}", self.names.branch),
            None => format!("git update-ref {} {seen}", self.names.branch),
        };
        LogError::Wrong(format!(
            "{why}. To put back what was seen, run `{restore}`; only if it was changed on purpose, accept it with \
             `git update-ref -d {}`",
            self.names.seen
        ))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::ledger::Head;
    use crate::ledger::format::write_head;
    use crate::mutant::plant;
    use crate::rim::branch::Place;
    use crate::world::{Change, Log};

    fn add(branch: &Branch, tip: &Tip, head: &Head) -> Tip {
        let change = Change {
            files: vec![(
                format!("slots/id/post/once/news/{}.claim.toml", head.seq),
                "by = \"t\"\n".to_owned(),
            )],
            head: write_head(head),
            message: "claim".to_owned(),
            at: DateTime::<Utc>::UNIX_EPOCH,
        };
        match branch.append(tip, &change).unwrap() {
            Appended::Landed(tip) => tip,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_rollback_is_refused_and_who_believes_it_is_caught() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path()).unwrap();
        let branch = Branch::open(repository.path(), &Place::default()).unwrap();
        let begin = Head { id: "one".to_owned(), seq: 1, entries: 1, ..Head::default() };
        let first = add(&branch, &Tip::default(), &begin);
        let next = Head { seq: 2, prev: first.id.clone(), entries: 2, ..begin };
        add(&branch, &first, &next);
        let old = Oid::from_str(&first.id).unwrap();
        repository.reference("refs/heads/ledger", old, true, "roll back").unwrap();
        let refused = branch.tip();
        plant(Some(Mutant::BelieveRollback));
        let believed = branch.tip();
        plant(None);
        assert!(matches!(refused, Err(LogError::Wrong(_))), "{refused:?}");
        assert_eq!(believed.map(|tip| tip.id), Ok(first.id));
    }
}
