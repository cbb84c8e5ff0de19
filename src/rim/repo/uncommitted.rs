//! What lies on the disk otherwise than in the commit that is checked out.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, Metadata};
use std::path::Path;
use std::thread;

use git2::{IndexEntry, IndexEntryExtendedFlag, IndexTime, ObjectType, Oid, Repository};

use crate::rim::repo::walk::{self, in_parallel};
use crate::rim::repo::{Repo, RepoError, is_known, tracked};

/// The largest file that is read to see whether it is another than git knows.
const COMPARED_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The bits of a mode that tell files, links and submodules apart.
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

impl Repo {
    /// Returns the calendar's files that differ from the checked-out commit or are not in it, relative to its root.
    pub fn dirty(&self) -> Result<BTreeSet<String>, RepoError> {
        Ok(self.uncommitted()?.into_iter().filter(|path| is_known(path)).collect())
    }

    /// Returns the files that differ from the checked-out commit, relative to the calendar's root: of the calendar also those
    /// that git does not know yet and does not ignore, of the rest of the repository only what it tracks.
    ///
    /// A file is read only where its size and times are not those that git wrote down. Nothing is run: no filter, no hook.
    pub fn uncommitted(&self) -> Result<BTreeSet<String>, RepoError> {
        let (git, repository) = (self.git()?, self.repository()?);
        let head = self.head_commit()?;
        let top =
            repository.workdir().ok_or_else(|| RepoError::Bare { git_dir: git.own.clone() })?.to_owned();
        let (committed, index, there) = thread::scope(|scope| {
            let committed = scope
                .spawn(|| -> Result<_, RepoError> { tracked::of_commit(&Repository::open(&git.own)?, head) });
            let index = repository.index().map(|index| {
                let written = fs::metadata(index.path().unwrap_or(Path::new(""))).ok();
                (index.iter().collect::<Vec<_>>(), written)
            });
            let there = walk::paths(&self.root);
            (committed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), index, there)
        });
        let (committed, (entries, written), there) = (committed?, index?, there?);
        let mut changed = staged(&committed, &entries);
        let written = written.as_ref().and_then(modified);
        let looked = in_parallel(&entries, || (), |entry, ()| is_other(&top, entry, written));
        let others = entries.iter().zip(looked).filter(|(_, is_other)| *is_other);
        changed.extend(others.map(|(entry, _)| name(entry)));
        let mut paths: BTreeSet<String> = changed.iter().map(|path| git.as_from_root(path)).collect();
        let known: HashSet<&[u8]> = entries.iter().map(|entry| entry.path.as_slice()).collect();
        for path in there {
            let from_top = git.as_from_top(&path);
            if !known.contains(from_top.as_bytes()) && !repository.is_path_ignored(from_top).unwrap_or(false)
            {
                paths.insert(path);
            }
        }
        Ok(paths)
    }
}

fn name(entry: &IndexEntry) -> String {
    String::from_utf8_lossy(&entry.path).into_owned()
}

/// Returns the paths that git's index has otherwise than a commit.
fn staged(committed: &[(String, Oid)], entries: &[IndexEntry]) -> BTreeSet<String> {
    let mut gone: Vec<&[u8]> = Vec::new();
    let mut changed = BTreeSet::new();
    // Both are in git's own order, so that what is the same stands at the same place but for what came or went.
    let mut committed = committed.iter().peekable();
    for entry in entries.iter().filter(|entry| entry.mode & KIND != LINK && entry.mode & KIND != SUBMODULE) {
        while let Some((path, _)) = committed.next_if(|(path, _)| path.as_bytes() < entry.path.as_slice()) {
            gone.push(path.as_bytes());
        }
        match committed.next_if(|(path, _)| path.as_bytes() == entry.path.as_slice()) {
            Some((_, id)) if *id == entry.id => {}
            _ => drop(changed.insert(name(entry))),
        }
    }
    gone.extend(committed.map(|(path, _)| path.as_bytes()));
    changed.extend(gone.into_iter().map(|path| String::from_utf8_lossy(path).into_owned()));
    changed
}

fn modified(found: &Metadata) -> Option<(i64, u32)> {
    let since = found.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()))
}

/// Tells whether a file is another than git's index has: by its size and times, and by its bytes where these do not tell.
fn is_other(top: &Path, entry: &IndexEntry, written: Option<(i64, u32)>) -> bool {
    let flags = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
    // A checkout may leave files out; a submodule is nobody's business here.
    if flags.is_skip_worktree() || entry.mode & KIND == SUBMODULE {
        return false;
    }
    let stage = (entry.flags >> 12) & 3;
    let path = top.join(name(entry));
    let Ok(found) = fs::symlink_metadata(&path) else { return true };
    let is_link = entry.mode & KIND == LINK;
    if stage != 0 || found.is_symlink() != is_link || found.is_dir() || !(is_link || found.is_file()) {
        return true;
    }
    let Some(time) = modified(&found) else { return true };
    // What was written when the index was, or after, may have been written twice.
    let is_settled = written.is_some_and(|written| time < written);
    if is_settled
        && is_same_time(entry.mtime, time)
        && u64::from(entry.file_size) == found.len() & 0xffff_ffff
    {
        return false;
    }
    if is_link || found.len() > COMPARED_MAX_BYTES {
        return true;
    }
    let same = fs::read(&path).ok().and_then(|bytes| Oid::hash_object(ObjectType::Blob, &bytes).ok());
    same != Some(entry.id)
}

fn is_same_time(told: IndexTime, found: (i64, u32)) -> bool {
    // The index has the seconds' lower half, and no fraction where git was built without.
    let seconds = found.0.rem_euclid(1 << 32) == i64::from(told.seconds().cast_unsigned());
    seconds && (told.nanoseconds() == 0 || told.nanoseconds() == found.1)
}
