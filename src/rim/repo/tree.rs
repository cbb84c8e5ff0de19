//! The files of a commit.

use std::path::Path;

use git2::{Oid, Repository, Tree};

use crate::finding::{Content, File};
use crate::rim::repo::walk::in_parallel;
use crate::rim::repo::{
    DEPTH_MAX, FILES_MAX, FOLDERS, MEDIA, ROOT, RepoError, TOML_LIMIT_BYTES, bytes, is_text,
};

/// A path of the calendar and what stands there.
struct Listed {
    path: String,
    what: What,
}

enum What {
    Text(Oid),
    Media(Oid),
    Settled(Content),
}

/// Reads a calendar's files from a commit, sorted by path; each thread has its own handle on the repository.
pub(super) fn read<T: Send>(
    git_dir: &Path,
    prefix: &str,
    commit: Oid,
    make: impl Fn(File) -> T + Sync,
) -> Result<Vec<T>, RepoError> {
    let repository = Repository::open(git_dir)?;
    let mut listed = list(&repository, prefix, commit)?;
    listed.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(in_parallel(
        &listed,
        || Repository::open(git_dir),
        |listed, desk| {
            let content = match (&listed.what, desk) {
                (What::Settled(content), _) => content.clone(),
                (What::Text(id), Ok(desk)) => blob(desk, *id, true),
                (What::Media(id), Ok(desk)) => blob(desk, *id, false),
                (_, Err(fault)) => Content::Unreadable(fault.message().to_owned()),
            };
            make(File { path: listed.path.clone(), content })
        },
    ))
}

/// Returns the calendar's tree in a commit.
pub(super) fn calendar<'r>(
    repository: &'r Repository,
    prefix: &str,
    commit: Oid,
) -> Result<Tree<'r>, RepoError> {
    let top = repository.find_commit(commit)?.tree()?;
    if prefix.is_empty() {
        return Ok(top);
    }
    top.get_path(Path::new(prefix))
        .ok()
        .and_then(|entry| repository.find_tree(entry.id()).ok())
        .ok_or_else(|| RepoError::NotInCommit { commit: commit.to_string(), folder: prefix.to_owned() })
}

fn list(repository: &Repository, prefix: &str, commit: Oid) -> Result<Vec<Listed>, RepoError> {
    let root = calendar(repository, prefix, commit)?;
    let missing =
        || RepoError::NotInCommit { commit: commit.to_string(), folder: format!("{prefix}/{ROOT}") };
    root.get_name(ROOT).ok_or_else(missing)?;
    let mut listed = Vec::new();
    let mut folders: Vec<(Tree<'_>, String, usize)> = vec![(root, String::new(), 0)];
    while let Some((tree, folder, depth)) = folders.pop() {
        for entry in &tree {
            let name = String::from_utf8_lossy(entry.name_bytes());
            let known = depth > 0 || FOLDERS.iter().chain(&[MEDIA, ROOT]).any(|known| name == *known);
            if !known || name.starts_with('.') {
                continue;
            }
            let is_utf8 = std::str::from_utf8(entry.name_bytes()).is_ok();
            let path = format!("{folder}{name}");
            let unreadable = |why: String| What::Settled(Content::Unreadable(why));
            let what = match entry.filemode_raw() {
                _ if !is_utf8 => unreadable("its name is not UTF-8".to_owned()),
                0o040_000 if depth + 1 >= DEPTH_MAX => {
                    unreadable(format!("folders are nested more than {DEPTH_MAX} deep"))
                }
                0o040_000 => match repository.find_tree(entry.id()) {
                    Ok(tree) => {
                        folders.push((tree, format!("{path}/"), depth + 1));
                        continue;
                    }
                    Err(fault) => unreadable(fault.message().to_owned()),
                },
                0o100_644 | 0o100_755 | 0o100_664 if is_text(&path) => What::Text(entry.id()),
                0o100_644 | 0o100_755 | 0o100_664 => What::Media(entry.id()),
                0o120_000 => What::Settled(Content::NotAFile { what: "symbolic link" }),
                0o160_000 => What::Settled(Content::NotAFile { what: "submodule" }),
                _ => What::Settled(Content::NotAFile { what: "unknown kind of entry" }),
            };
            listed.push(Listed { path, what });
        }
        if listed.len() > FILES_MAX {
            return Err(RepoError::TooMany { limit: FILES_MAX });
        }
    }
    Ok(listed)
}

/// Reads a blob. What may be huge is asked for its size first, which does not unpack it.
fn blob(repository: &Repository, id: Oid, is_text: bool) -> Content {
    let read = || -> Result<Content, git2::Error> {
        let database = repository.odb()?;
        let (size, _) = database.read_header(id)?;
        Ok(match (is_text, size) {
            (false, size) => Content::Media { size_bytes: size as u64 },
            (true, size) if size > TOML_LIMIT_BYTES => bytes::too_large(size as u64),
            (true, _) => bytes::text(database.read(id)?.data()),
        })
    };
    read().unwrap_or_else(|fault| Content::Unreadable(fault.message().to_owned()))
}
