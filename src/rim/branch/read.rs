//! Reading the files of some folders: what is shared by their paths is looked up once.

use git2::{ErrorCode, ObjectType, Repository, Tree};

use crate::ledger::format::HEAD;
use crate::rim::branch::weave::{FILE, FOLDER, subtree, tree_of};
use crate::rim::branch::{commit_id, unreadable};
use crate::world::{Found, LogError, Tip};

/// The most that is read of one entry.
const ENTRY_LIMIT_BYTES: usize = 1024 * 1024;

/// Reads the files that lie directly in each folder, sorted by folder.
pub(super) fn folders(
    repository: &Repository,
    tip: &Tip,
    folders: &[String],
) -> Result<Vec<Found>, LogError> {
    let Some(commit) = commit_id(tip)? else { return Ok(Vec::new()) };
    let mut wanted: Vec<&str> = folders.iter().map(|folder| folder.trim_matches('/')).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let root = tree_of(repository, commit)?;
    // The folders on the way to the last one that was read, each with its name.
    let mut way: Vec<(&str, Tree<'_>)> = Vec::new();
    let mut found = Vec::new();
    for folder in wanted {
        let names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
        let common = way.iter().zip(&names).take_while(|((had, _), name)| had == *name).count();
        way.truncate(common);
        for name in names.iter().skip(common) {
            let here = way.last().map_or(&root, |(_, tree)| tree);
            let Some(below) = subtree(repository, here, name)? else { break };
            way.push((name, below));
        }
        if way.len() == names.len() {
            let here = way.last().map_or(&root, |(_, tree)| tree);
            files(repository, folder, here, &mut found);
        }
    }
    Ok(found)
}

fn files(repository: &Repository, folder: &str, tree: &Tree<'_>, found: &mut Vec<Found>) {
    for entry in tree.iter().filter(|entry| entry.filemode_raw() != FOLDER) {
        let name = String::from_utf8_lossy(entry.name_bytes());
        let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
        let text = if entry.filemode_raw() == FILE {
            text(repository, entry.id())
        } else {
            Err("it is no plain file".to_owned())
        };
        found.push(Found { path, text });
    }
}

fn text(repository: &Repository, id: git2::Oid) -> Result<String, String> {
    let database = repository.odb().map_err(|fault| fault.message().to_owned())?;
    let object = database.read(id).map_err(|fault| match fault.code() {
        ErrorCode::NotFound => "its text is missing from git; `git fsck` says more".to_owned(),
        _ => fault.message().to_owned(),
    })?;
    if object.kind() != ObjectType::Blob || object.len() > ENTRY_LIMIT_BYTES {
        return Err(format!("it is over {ENTRY_LIMIT_BYTES} bytes, or no file"));
    }
    String::from_utf8(object.data().to_vec()).map_err(|_| "it is not UTF-8".to_owned())
}

/// Reads the text of a commit's `HEAD.toml`.
pub(super) fn head(repository: &Repository, commit: git2::Oid) -> Result<String, LogError> {
    let tree = tree_of(repository, commit)?;
    let entry = tree
        .get_name(HEAD)
        .filter(|entry| entry.filemode_raw() == FILE)
        .ok_or_else(|| LogError::Wrong(format!("commit {commit} has no {HEAD}: it is no ledger")))?;
    let blob = repository
        .find_blob(entry.id())
        .map_err(|fault| unreadable(&format!("{HEAD} of {commit}"), &fault))?;
    String::from_utf8(blob.content().to_vec())
        .map_err(|_| LogError::Wrong(format!("{HEAD} of commit {commit} is not UTF-8")))
}
