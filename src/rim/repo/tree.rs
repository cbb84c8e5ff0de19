//! The files of a commit.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{Oid, Repository, Tree, TreeEntry};

use crate::finding::{Content, File};
use crate::rim::repo::walk::in_parallel;
use crate::rim::repo::{
    DEPTH_MAX, FILES_MAX, Pick, ROOT, RepoError, TOML_LIMIT_BYTES, bytes, is_known, is_text,
};
use crate::text;

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
    pick: &Pick,
    make: impl Fn(File) -> T + Sync,
) -> Result<Vec<T>, RepoError> {
    let repository = Repository::open(git_dir)?;
    let mut listed = list(&repository, prefix, commit, pick)?;
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

fn list(repository: &Repository, prefix: &str, commit: Oid, pick: &Pick) -> Result<Vec<Listed>, RepoError> {
    let root = calendar(repository, prefix, commit)?;
    let missing =
        || RepoError::NotInCommit { commit: commit.to_string(), folder: format!("{prefix}/{ROOT}") };
    root.get_name(ROOT).ok_or_else(missing)?;
    let mut lister = Lister { repository, listed: Vec::new(), folders: Vec::new() };
    match pick {
        Pick::All => lister.folders.push((root, String::new(), 0)),
        Pick::Only { files, folders } => {
            for path in files.iter().chain(folders).filter(|path| is_known(path)) {
                let Ok(entry) = root.get_path(Path::new(path)) else { continue };
                let (above, depth) = path.rsplit_once('/').map_or((String::new(), 0), |(above, _)| {
                    (format!("{above}/"), path.matches('/').count())
                });
                // A folder that is asked for as a file is none.
                if folders.contains(path) || entry.filemode_raw() != FOLDER {
                    lister.meet(&entry, &above, depth);
                }
            }
        }
    }
    while let Some((tree, folder, depth)) = lister.folders.pop() {
        for entry in &tree {
            let known = depth > 0 || is_known(&String::from_utf8_lossy(entry.name_bytes()));
            if known {
                lister.meet(&entry, &folder, depth);
            }
        }
        if lister.listed.len() > FILES_MAX {
            return Err(RepoError::TooMany { limit: FILES_MAX });
        }
    }
    Ok(lister.listed)
}

/// Returns the files of a commit that are one with a path on a system that does not tell letter case or Unicode forms
/// apart, and are not the path itself.
pub(super) fn alike(
    git_dir: &Path,
    prefix: &str,
    commit: Oid,
    path: &str,
) -> Result<BTreeSet<String>, RepoError> {
    let repository = Repository::open(git_dir)?;
    let mut found = vec![(calendar(&repository, prefix, commit)?.into_object(), String::new())];
    for name in path.split('/') {
        let folded = text::caseless(name);
        let mut next = Vec::new();
        for (object, above) in &found {
            let Some(tree) = object.as_tree() else { continue };
            for entry in
                tree.iter().filter(|entry| entry.name().is_ok_and(|name| text::caseless(name) == folded))
            {
                let name = String::from_utf8_lossy(entry.name_bytes());
                next.push((entry.to_object(&repository)?, format!("{above}{name}/")));
            }
        }
        found = next;
    }
    let files = found.into_iter().filter(|(object, _)| object.as_tree().is_none());
    let names = files.map(|(_, name)| name.trim_end_matches('/').to_owned());
    Ok(names.filter(|name| name != path).collect())
}

/// The mode of a tree in a tree.
const FOLDER: i32 = 0o040_000;

/// What was found so far, and the folders still to be listed with their path and depth.
struct Lister<'r> {
    repository: &'r Repository,
    listed: Vec<Listed>,
    folders: Vec<(Tree<'r>, String, usize)>,
}

impl Lister<'_> {
    /// Puts one entry of a folder where it belongs. Hidden files belong to editors and systems.
    fn meet(&mut self, entry: &TreeEntry<'_>, folder: &str, depth: usize) {
        let name = String::from_utf8_lossy(entry.name_bytes());
        if name.starts_with('.') {
            return;
        }
        let is_utf8 = std::str::from_utf8(entry.name_bytes()).is_ok();
        let path = format!("{folder}{name}");
        let unreadable = |why: String| What::Settled(Content::Unreadable(why));
        let what = match entry.filemode_raw() {
            _ if !is_utf8 => unreadable("its name is not UTF-8".to_owned()),
            FOLDER if depth + 1 >= DEPTH_MAX => {
                unreadable(format!("folders are nested more than {DEPTH_MAX} deep"))
            }
            FOLDER => match self.repository.find_tree(entry.id()) {
                Ok(tree) => {
                    self.folders.push((tree, format!("{path}/"), depth + 1));
                    return;
                }
                Err(fault) => unreadable(fault.message().to_owned()),
            },
            0o100_644 | 0o100_755 | 0o100_664 if is_text(&path) => What::Text(entry.id()),
            0o100_644 | 0o100_755 | 0o100_664 => What::Media(entry.id()),
            0o120_000 => What::Settled(Content::NotAFile { what: "symbolic link" }),
            0o160_000 => What::Settled(Content::NotAFile { what: "submodule" }),
            _ => What::Settled(Content::NotAFile { what: "unknown kind of entry" }),
        };
        self.listed.push(Listed { path, what });
    }
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
