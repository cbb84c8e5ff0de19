//! New trees and the commit over old ones: only the folders that are touched are read and written.

use std::collections::BTreeMap;

use git2::{ErrorCode, ObjectType, Oid, Repository, Tree};

use crate::ledger::format::HEAD;
use crate::rim::branch::unreadable;
use crate::world::{Change, LogError};

/// A plain file's mode in a tree.
pub(super) const FILE: i32 = 0o100_644;
/// A folder's mode in a tree.
pub(super) const FOLDER: i32 = 0o040_000;

/// An object that is to be written.
pub(super) struct Object {
    pub kind: ObjectType,
    pub id: Oid,
    pub bytes: Vec<u8>,
}

/// A commit and everything it brings along.
pub(super) struct Batch {
    pub commit: Oid,
    pub objects: Vec<Object>,
}

/// What is new in a folder.
#[derive(Default)]
struct Folder<'a> {
    files: BTreeMap<&'a str, &'a str>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

/// Makes the commit of a change on top of another. The same change on the same base is the same commit.
pub(super) fn commit(
    repository: &Repository,
    base: Option<Oid>,
    change: &Change,
) -> Result<Batch, LogError> {
    let mut root = Folder::default();
    for (path, text) in &change.files {
        root.add(path, text)?;
    }
    let old = base.map(|id| tree_of(repository, id)).transpose()?;
    let mut objects = Vec::new();
    let head = object(&mut objects, ObjectType::Blob, change.head.clone().into_bytes())?;
    let tree = weave(repository, old.as_ref(), &root, Some(head), &mut objects)?;
    let text = format!(
        "tree {tree}\n{}author {who}\ncommitter {who}\n\n{}\n",
        base.map(|id| format!("parent {id}\n")).unwrap_or_default(),
        change.message.replace('\0', "").trim_end(),
        who = format_args!("kalends <kalends@localhost> {} +0000", change.at.timestamp().max(0)),
    );
    let commit = object(&mut objects, ObjectType::Commit, text.into_bytes())?;
    Ok(Batch { commit, objects })
}

impl<'a> Folder<'a> {
    fn add(&mut self, path: &'a str, text: &'a str) -> Result<(), LogError> {
        let mut folder = self;
        let mut name = path;
        while let Some((first, rest)) = name.split_once('/') {
            folder = folder.folders.entry(plain(first, path)?).or_default();
            name = rest;
        }
        let twice = folder.files.insert(plain(name, path)?, text).is_some();
        if twice || path == HEAD {
            return Err(LogError::Wrong(format!("{path} would be written twice in one commit")));
        }
        Ok(())
    }
}

/// Lets only names through that every file system can hold and git takes for what they are.
fn plain<'a>(name: &'a str, path: &str) -> Result<&'a str, LogError> {
    let fine = !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fine { Ok(name) } else { Err(LogError::Wrong(format!("`{path}` is no path of a ledger"))) }
}

fn object(objects: &mut Vec<Object>, kind: ObjectType, bytes: Vec<u8>) -> Result<Oid, LogError> {
    let id = Oid::hash_object(kind, &bytes)
        .map_err(|fault| LogError::Denied(format!("git cannot name an object: {}", fault.message())))?;
    objects.push(Object { kind, id, bytes });
    Ok(id)
}

/// Writes a folder's tree: the old one's entries and the new ones.
fn weave(
    repository: &Repository,
    old: Option<&Tree<'_>>,
    new: &Folder<'_>,
    head: Option<Oid>,
    objects: &mut Vec<Object>,
) -> Result<Oid, LogError> {
    let mut entries: BTreeMap<Vec<u8>, (i32, Oid)> = BTreeMap::new();
    for entry in old.into_iter().flat_map(|tree| tree.iter()) {
        let mode = entry.filemode_raw();
        entries.insert(sort_key(entry.name_bytes(), mode), (mode, entry.id()));
    }
    let mut put = |name: &str, mode: i32, id: Oid, may_replace: bool| {
        let other = sort_key(name.as_bytes(), if mode == FOLDER { FILE } else { FOLDER });
        let there = entries.contains_key(&other)
            || entries.insert(sort_key(name.as_bytes(), mode), (mode, id)).is_some() && !may_replace;
        if there {
            return Err(LogError::Wrong(format!("{name} is there already, and an entry is never rewritten")));
        }
        Ok(())
    };
    if let Some(head) = head {
        put(HEAD, FILE, head, true)?;
    }
    for (name, text) in &new.files {
        let id = object(objects, ObjectType::Blob, text.as_bytes().to_vec())?;
        put(name, FILE, id, false)?;
    }
    for (name, folder) in &new.folders {
        let below = old.map(|tree| subtree(repository, tree, name)).transpose()?.flatten();
        let id = weave(repository, below.as_ref(), folder, None, objects)?;
        put(name, FOLDER, id, true)?;
    }
    object(objects, ObjectType::Tree, tree_bytes(&entries))
}

/// Git sorts a folder as if its name ended in a slash.
fn sort_key(name: &[u8], mode: i32) -> Vec<u8> {
    let mut key = name.to_vec();
    if mode == FOLDER {
        key.push(b'/');
    }
    key
}

fn tree_bytes(entries: &BTreeMap<Vec<u8>, (i32, Oid)>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * 40);
    for (key, (mode, id)) in entries {
        bytes.extend_from_slice(format!("{mode:o} ").as_bytes());
        bytes.extend_from_slice(key.strip_suffix(b"/").unwrap_or(key));
        bytes.push(0);
        bytes.extend_from_slice(id.as_bytes());
    }
    bytes
}

/// Returns the tree of a commit.
pub(super) fn tree_of(repository: &Repository, commit: Oid) -> Result<Tree<'_>, LogError> {
    repository
        .find_commit(commit)
        .and_then(|commit| commit.tree())
        .map_err(|fault| unreadable(&format!("commit {commit}"), &fault))
}

/// Returns the folder of that name in a tree, if there is one.
pub(super) fn subtree<'r>(
    repository: &'r Repository,
    tree: &Tree<'_>,
    name: &str,
) -> Result<Option<Tree<'r>>, LogError> {
    let Some(entry) = tree.get_name(name).filter(|entry| entry.filemode_raw() == FOLDER) else {
        return Ok(None);
    };
    match repository.find_tree(entry.id()) {
        Ok(tree) => Ok(Some(tree)),
        Err(fault) if fault.code() == ErrorCode::NotFound => {
            Err(LogError::Wrong(format!("its folder {name} is missing from git; `git fsck` says more")))
        }
        Err(fault) => Err(unreadable(&format!("its folder {name}"), &fault)),
    }
}
