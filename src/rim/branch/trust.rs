//! Whether a ledger is a continuation of the one that was seen before.

use git2::{Commit, Oid, Repository, Tree};

use crate::ledger::Head;
use crate::ledger::format::{HEAD, read_head};
use crate::rim::branch::weave::{FILE, FOLDER};
use crate::rim::branch::{read, unreadable};
use crate::world::LogError;

/// How many commits are looked at in a ledger that is new to this machine.
///
/// Nothing that is checked here can tell a fresh machine that the whole ledger was put back to an older state; the
/// remote must forbid that. So the look back is for accidents only.
const LOOK_BACK: u64 = 1000;

/// Reads a commit's head, or says that the ledger must not be used.
pub(super) fn head(repository: &Repository, commit: Oid) -> Result<Head, LogError> {
    read_head(&read::head(repository, commit)?)
        .map_err(|why| LogError::Wrong(format!("{HEAD} of commit {commit} cannot be read: {why}")))
}

/// Checks every commit between the one seen before and the latest. The error says what is wrong, not what to do.
pub(super) fn check(repository: &Repository, seen: Option<Oid>, latest: Oid) -> Result<(), LogError> {
    let newest = head(repository, latest)?;
    let seen = seen.map(|id| seen_before(repository, id)).transpose()?;
    if let Some((id, before)) = &seen
        && newest.seq <= before.seq
        && latest != *id
    {
        return Err(backwards(repository, (*id, before), (latest, &newest)));
    }
    let last = seen.as_ref().map_or(newest.seq.saturating_sub(LOOK_BACK), |(_, head)| head.seq);
    let (mut id, mut here) = (latest, newest);
    while here.seq > last {
        let commit =
            repository.find_commit(id).map_err(|fault| unreadable(&format!("commit {id}"), &fault))?;
        let Some((parent, before)) = step(repository, &commit, &here)? else {
            return beginning(&commit, &here, seen.as_ref());
        };
        (id, here) = (parent, before);
    }
    match seen {
        Some((seen, _)) if seen != id => Err(LogError::Wrong(format!(
            "its history was rewritten: commit {latest} does not continue {seen}, which was seen here before"
        ))),
        _ => Ok(()),
    }
}

fn seen_before(repository: &Repository, id: Oid) -> Result<(Oid, Head), LogError> {
    head(repository, id).map(|head| (id, head)).map_err(|fault| match fault {
        LogError::Wrong(why) => LogError::Wrong(format!("the last commit that was seen here is gone: {why}")),
        other => other,
    })
}

fn backwards(repository: &Repository, seen: (Oid, &Head), latest: (Oid, &Head)) -> LogError {
    let how = match repository.graph_descendant_of(seen.0, latest.0) {
        Ok(true) => "it went backwards",
        _ => "its history was rewritten",
    };
    LogError::Wrong(format!(
        "{how}: it is at commit {} (seq {}), and was seen here at {} (seq {})",
        latest.0, latest.1.seq, seen.0, seen.1.seq
    ))
}

/// Checks one commit against its parent, and returns the parent; the first commit has none.
fn step(repository: &Repository, commit: &Commit<'_>, here: &Head) -> Result<Option<(Oid, Head)>, LogError> {
    let id = commit.id();
    if commit.parent_count() > 1 {
        return Err(LogError::Wrong(format!("commit {id} is a merge, and a ledger has none")));
    }
    let Ok(parent) = commit.parent_id(0) else { return Ok(None) };
    let before = head(repository, parent)?;
    if let Some(why) = before.refuses(here, &parent.to_string()) {
        return Err(LogError::Wrong(format!("commit {id} does not follow {parent}: {why}")));
    }
    let tree = |id: Oid| crate::rim::branch::weave::tree_of(repository, id);
    added(repository, Some(&tree(parent)?), &tree(id)?).map_err(|why| match why {
        LogError::Wrong(why) => LogError::Wrong(format!("commit {id} {why}; entries are only ever added")),
        other => other,
    })?;
    Ok(Some((parent, before)))
}

/// A commit without a parent is right only as the very first one, or where the clone is shallow and nothing was seen.
fn beginning(commit: &Commit<'_>, here: &Head, seen: Option<&(Oid, Head)>) -> Result<(), LogError> {
    let id = commit.id();
    let is_cut = commit.raw_header_bytes().split(|b| *b == b'\n').any(|line| line.starts_with(b"parent "));
    match (is_cut, seen) {
        (true, Some((seen, _))) => Err(LogError::Wrong(format!(
            "this clone is shallow: it ends at commit {id}, and cannot show that it continues {seen}, which was seen \
             here before; run `git fetch --unshallow`"
        ))),
        (true, None) => Ok(()),
        (false, Some((seen, _))) => Err(LogError::Wrong(format!(
            "it was begun anew: it starts at commit {id} and does not contain {seen}, which was seen here before"
        ))),
        (false, None) if here.seq != 1 || !here.prev.is_empty() => Err(LogError::Wrong(format!(
            "its first commit {id} says it is number {} and follows `{}`",
            here.seq, here.prev
        ))),
        (false, None) => Ok(()),
    }
}

/// Returns the paths that a tree has more than another, or says what else is different.
pub(super) fn added(
    repository: &Repository,
    old: Option<&Tree<'_>>,
    new: &Tree<'_>,
) -> Result<Vec<String>, LogError> {
    let mut paths = Vec::new();
    compare(repository, old, new, "", &mut paths)?;
    Ok(paths)
}

fn compare(
    repository: &Repository,
    old: Option<&Tree<'_>>,
    new: &Tree<'_>,
    folder: &str,
    paths: &mut Vec<String>,
) -> Result<(), LogError> {
    let path_of = |name: &[u8]| format!("{folder}{}", String::from_utf8_lossy(name));
    let tree = |id: Oid, path: &str| repository.find_tree(id).map_err(|fault| unreadable(path, &fault));
    let mut earlier = old.into_iter().flat_map(|tree| tree.iter()).peekable();
    for entry in new {
        let (name, mode, path) = (entry.name_bytes(), entry.filemode_raw(), path_of(entry.name_bytes()));
        // Both are sorted alike, so whatever is not met in step is gone.
        let before = earlier.next_if(|before| before.name_bytes() == name);
        let before = match before {
            Some(before) if before.id() == entry.id() && before.filemode_raw() == mode => continue,
            Some(_) if path == HEAD && mode == FILE => continue,
            Some(before) if before.filemode_raw() == FOLDER && mode == FOLDER => {
                Some(tree(before.id(), &path)?)
            }
            Some(_) => return Err(LogError::Wrong(format!("changes {path}"))),
            None => None,
        };
        match mode {
            FOLDER => {
                compare(repository, before.as_ref(), &tree(entry.id(), &path)?, &format!("{path}/"), paths)?;
            }
            FILE if path == HEAD => {}
            FILE => paths.push(path),
            _ => return Err(LogError::Wrong(format!("adds {path}, which is no plain file"))),
        }
    }
    match earlier.next() {
        Some(gone) => Err(LogError::Wrong(format!("takes away or changes {}", path_of(gone.name_bytes())))),
        None => Ok(()),
    }
}
