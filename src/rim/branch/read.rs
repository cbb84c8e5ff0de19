//! Reading the files of some folders: what is shared by their paths is looked up once.

use git2::{ErrorCode, ObjectType, Oid, Repository, Tree};

use crate::ledger::format::HEAD;
use crate::rim::branch::weave::{FILE, FOLDER, subtree, tree_of};
use crate::rim::branch::{commit_id, unreadable};
use crate::world::{Found, LogError, Tip};

/// The most that is read of one entry.
const ENTRY_LIMIT_BYTES: usize = 1024 * 1024;

/// The most that is read of one file below a folder: a day's readings of an account.
const FILE_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// The most that is read ahead of who visits files.
const AHEAD_BYTES: usize = 32 * 1024 * 1024;

/// The most files that are read ahead.
const AHEAD_FILES: usize = 4096;

/// The most threads that read.
const THREADS_MAX: usize = 8;

/// From how many files on more than one thread reads.
const WORTHWHILE: usize = 256;

/// The deepest folder below one that is visited.
const DEPTH_MAX: usize = 32;

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
            text(repository, entry.id(), ENTRY_LIMIT_BYTES)
        } else {
            Err("it is no plain file".to_owned())
        };
        found.push(Found { path, text });
    }
}

fn text(repository: &Repository, id: Oid, limit_bytes: usize) -> Result<String, String> {
    let database = repository.odb().map_err(|fault| fault.message().to_owned())?;
    let object = database.read(id).map_err(|fault| match fault.code() {
        ErrorCode::NotFound => "its text is missing from git; `git fsck` says more".to_owned(),
        _ => fault.message().to_owned(),
    })?;
    if object.kind() != ObjectType::Blob || object.len() > limit_bytes {
        return Err(format!("it is over {limit_bytes} bytes, or no file"));
    }
    String::from_utf8(object.data().to_vec()).map_err(|_| "it is not UTF-8".to_owned())
}

/// A file of a tree: its path, and its text's id where it is a plain one.
type Leaf = (String, Option<Oid>);

/// Opens the repository once more.
type Another<'a> = &'a dyn Fn() -> Result<Repository, LogError>;

/// Returns the paths of all files below a folder, sorted.
pub(super) fn paths_below(repository: &Repository, tip: &Tip, folder: &str) -> Result<Vec<String>, LogError> {
    Ok(leaves(repository, tip, folder)?.into_iter().map(|(path, _)| path).collect())
}

/// Shows what is made of all files below a folder, sorted by path. What is read ahead of the visitor is bounded;
/// `another` opens the repository once more for each thread that reads, and `make` is called on that thread.
pub(super) fn below<T: Send>(
    repository: &Repository,
    tip: &Tip,
    folder: &str,
    (another, make): (Another<'_>, &(dyn Fn(Found) -> T + Sync)),
    visit: &mut dyn FnMut(T),
) -> Result<(), LogError> {
    let leaves = leaves(repository, tip, folder)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    let threads = if leaves.len() < WORTHWHILE { 1 } else { threads };
    let mut readers: Vec<Repository> = (1..threads).map(|_| another()).collect::<Result<_, _>>()?;
    let mut rest = leaves.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(ahead(repository, rest));
        rest = later;
        let read = |repository: &Repository, leaves: &[Leaf]| -> Vec<T> {
            leaves.iter().map(|leaf| make(found(repository, leaf))).collect()
        };
        let mut parts = now.chunks(now.len().div_ceil(threads).max(1));
        let own = parts.next().unwrap_or_default();
        let all = std::thread::scope(|scope| {
            let others: Vec<_> = readers
                .iter_mut()
                .zip(parts)
                .map(|(reader, part)| scope.spawn(move || read(reader, part)))
                .collect();
            let mut all = read(repository, own);
            for other in others {
                all.extend(other.join().map_err(|_| LogError::Away("a reader was interrupted".to_owned()))?);
            }
            Ok(all)
        })?;
        all.into_iter().for_each(&mut *visit);
    }
    Ok(())
}

/// Returns how many of these files are read before the visitor sees the first: one at least.
fn ahead(repository: &Repository, leaves: &[Leaf]) -> usize {
    let Ok(database) = repository.odb() else { return 1 };
    let mut bytes = 0;
    let fits = |(_, id): &&Leaf| {
        bytes += id.and_then(|id| database.read_header(id).ok()).map_or(0, |(size, _)| size);
        bytes <= AHEAD_BYTES
    };
    leaves.iter().take(AHEAD_FILES).take_while(fits).count().max(1)
}

fn found(repository: &Repository, (path, id): &Leaf) -> Found {
    let text = match id {
        Some(id) => text(repository, *id, FILE_LIMIT_BYTES),
        None => Err("it is no plain file".to_owned()),
    };
    Found { path: path.clone(), text }
}

fn leaves(repository: &Repository, tip: &Tip, folder: &str) -> Result<Vec<Leaf>, LogError> {
    let Some(commit) = commit_id(tip)? else { return Ok(Vec::new()) };
    let mut tree = tree_of(repository, commit)?;
    for name in folder.split('/').filter(|name| !name.is_empty()) {
        let Some(below) = subtree(repository, &tree, name)? else { return Ok(Vec::new()) };
        tree = below;
    }
    let mut leaves = Vec::new();
    gather(repository, &tree, folder.trim_matches('/'), 0, &mut leaves)?;
    leaves.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(leaves)
}

fn gather(
    repository: &Repository,
    tree: &Tree<'_>,
    folder: &str,
    depth: usize,
    leaves: &mut Vec<Leaf>,
) -> Result<(), LogError> {
    if depth > DEPTH_MAX {
        return Err(LogError::Wrong(format!("{folder} lies deeper than anything of a ledger")));
    }
    for entry in tree {
        let name = String::from_utf8_lossy(entry.name_bytes());
        let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
        match entry.filemode_raw() {
            FOLDER => {
                let below = repository.find_tree(entry.id()).map_err(|fault| unreadable(&path, &fault))?;
                gather(repository, &below, &path, depth + 1, leaves)?;
            }
            FILE => leaves.push((path, Some(entry.id()))),
            _ => leaves.push((path, None)),
        }
    }
    Ok(())
}

/// Reads the text of a commit's `HEAD.toml`.
pub(super) fn head(repository: &Repository, commit: Oid) -> Result<String, LogError> {
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
