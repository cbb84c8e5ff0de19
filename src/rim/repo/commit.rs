//! The first commit of a calendar, and a new repository around it where there is none.

use std::path::Path;

use git2::{ErrorCode, Index, IndexEntry, IndexTime, Oid, Repository, RepositoryInitOptions, Signature};

use crate::rim::repo::{RepoError, discover};

/// Commits files of a folder, and nothing else that may be waiting to be committed. Makes a repository if the folder
/// lies in none. The paths are relative to the folder.
pub fn commit_files(folder: &Path, message: &str, paths: &[&str]) -> Result<Oid, RepoError> {
    let folder = folder
        .canonicalize()
        .map_err(|fault| RepoError::Disk { path: folder.to_owned(), why: fault.to_string() })?;
    let repository = match discover(&folder)? {
        Some(repository) => repository,
        None => init(&folder)?,
    };
    let top = repository
        .workdir()
        .and_then(|top| top.canonicalize().ok())
        .ok_or_else(|| RepoError::Bare { git_dir: repository.path().to_owned() })?;
    let prefix = folder.strip_prefix(&top).map_err(|_| RepoError::NoRepository { root: folder.clone() })?;
    let parent = match repository.head() {
        Ok(head) => Some(head.peel_to_commit()?),
        Err(fault) if matches!(fault.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
        Err(fault) => return Err(fault.into()),
    };
    let mut fresh = Index::new()?;
    if let Some(parent) = &parent {
        fresh.read_tree(&parent.tree()?)?;
    }
    let mut shown = repository.index()?;
    for path in paths {
        let relative = prefix.join(path);
        let blob = repository.blob_path(&folder.join(path))?;
        let name = relative.to_string_lossy().replace('\\', "/");
        fresh.add(&entry(blob, name.into_bytes()))?;
        shown.add_path(&relative)?;
    }
    let tree = repository.find_tree(fresh.write_tree_to(&repository)?)?;
    let who = repository.signature().or_else(|_| Signature::now("kalends", "kalends@localhost"))?;
    let parents: Vec<_> = parent.iter().collect();
    let commit = repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents)?;
    shown.write()?;
    Ok(commit)
}

fn init(folder: &Path) -> Result<Repository, RepoError> {
    let branch = git2::Config::open_default()
        .and_then(|config| config.get_string("init.defaultBranch"))
        .unwrap_or_else(|_| "main".to_owned());
    let mut options = RepositoryInitOptions::new();
    options.initial_head(&branch);
    Repository::init_opts(folder, &options)
        .map_err(|fault| RepoError::Disk { path: folder.to_owned(), why: fault.message().to_owned() })
}

fn entry(id: Oid, path: Vec<u8>) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path,
    }
}
