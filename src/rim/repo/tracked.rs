//! The other files that git tracks: those that the calendar does not read, and people do.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{Oid, Repository, TreeWalkMode, TreeWalkResult};

use crate::finding::{Content, File};
use crate::rim::disk;
use crate::rim::repo::walk::in_parallel;
use crate::rim::repo::{Git, Repo, RepoError, Rev};

/// The most that is read of such a file.
const LIMIT_BYTES: usize = 1024 * 1024;

/// The largest such file that is taken out of a commit at all.
const BLOB_MAX_BYTES: usize = 16 * 1024 * 1024;

/// How much of a file tells whether it is a text, as git itself does.
const BINARY_BYTES: usize = 8000;

/// How the names of files end that are no text.
const BINARY: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "avif", "heic", "tif", "tiff", "bmp", "ico", "mp4", "m4v", "mov",
    "webm", "mkv", "mp3", "m4a", "wav", "ogg", "flac", "pdf", "zip", "gz", "xz", "zst", "woff", "woff2",
    "ttf", "otf",
];

impl Repo {
    /// Makes something of each text file that git tracks, anywhere in the repository, other than those of which the
    /// calendar has the path already; of what a branch is merged into, of each that the branch changed. A path is relative to the calendar's root and may begin with `..`. What is no
    /// text, a link, or cannot be read is left out, and of a long text only the first mebibyte is read.
    pub fn tracked<T: Send>(
        &self,
        rev: &Rev,
        is_known: impl Fn(&str) -> bool,
        make: impl Fn(File) -> T + Sync,
    ) -> Result<Vec<T>, RepoError> {
        // Without a repository nothing is tracked.
        let Some(git) = &self.git else { return Ok(Vec::new()) };
        let repository = self.repository()?;
        let commit = match rev {
            Rev::WorkTree => None,
            Rev::Commit(name) => Some(self.resolve(name)?),
            Rev::Merged(merged) => merged.branch.as_ref().map(|name| self.resolve(name)).transpose()?,
        };
        let mut listed = match (commit, rev) {
            (commit, Rev::Merged(merged)) => git.some(&repository, commit, &merged.changed)?,
            (None, _) => of_index(&repository)?,
            (Some(commit), _) => of_commit(&repository, commit)?,
        };
        if !git.prefix.is_empty() {
            listed.iter_mut().for_each(|(path, _)| *path = git.as_from_root(path));
        }
        listed.retain(|(path, _)| !is_known(path) && !is_binary_by_name(path));
        let desk = || (commit.and_then(|_| Repository::open(&git.own).ok()), vec![0; LIMIT_BYTES]);
        let made = in_parallel(&listed, desk, |(path, id), (repository, buffer)| {
            let text = match commit {
                None => disk::read_into(&self.root.join(path), buffer).ok().and_then(text),
                Some(_) => blob(repository.as_ref()?, *id),
            }?;
            Some(make(File { path: path.clone(), content: Content::Text(text) }))
        });
        Ok(made.into_iter().flatten().collect())
    }
}

impl Git {
    /// Returns those of some paths, relative to the calendar's root, that git tracks in a commit or in its index.
    fn some(
        &self,
        repository: &Repository,
        commit: Option<Oid>,
        paths: &BTreeSet<String>,
    ) -> Result<Listed, RepoError> {
        let mut listed = Listed::new();
        if let Some(commit) = commit {
            let tree = repository.find_commit(commit)?.tree()?;
            for path in paths.iter().map(|path| self.as_from_top(path)) {
                if let Ok(entry) = tree.get_path(Path::new(&path))
                    && is_file(entry.filemode().cast_unsigned())
                {
                    listed.push((path, entry.id()));
                }
            }
            return Ok(listed);
        }
        let index = repository.index()?;
        for path in paths.iter().map(|path| self.as_from_top(path)) {
            if let Some(entry) = index.get_path(Path::new(&path), 0)
                && is_file(entry.mode)
            {
                listed.push((path, entry.id));
            }
        }
        Ok(listed)
    }

    /// Returns a path relative to the calendar's root, which may lead out of it, as one of the repository.
    pub(super) fn as_from_top(&self, path: &str) -> String {
        let (mut folder, mut path) = (self.prefix.as_str(), path);
        while let Some(rest) = path.strip_prefix("../") {
            path = rest;
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
        if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
    }

    /// Returns a path of the repository as one relative to the calendar's root.
    pub(super) fn as_from_root(&self, path: &str) -> String {
        let mut above = String::new();
        let mut folder = self.prefix.as_str();
        loop {
            let inside = if folder.is_empty() {
                Some(path)
            } else {
                path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'))
            };
            if let Some(inside) = inside {
                return above + inside;
            }
            above.push_str("../");
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }
}

/// Paths with the blobs that they have in git.
pub(super) type Listed = Vec<(String, Oid)>;

fn is_file(mode: u32) -> bool {
    mode & 0o170_000 == 0o100_000
}

fn of_index(repository: &Repository) -> Result<Listed, RepoError> {
    let index = repository.index()?;
    let files = index.iter().filter(|entry| is_file(entry.mode));
    let mut listed: Listed =
        files.filter_map(|entry| Some((String::from_utf8(entry.path).ok()?, entry.id))).collect();
    // A path in conflict is there several times.
    listed.dedup_by(|one, other| one.0 == other.0);
    Ok(listed)
}

pub(super) fn of_commit(repository: &Repository, commit: Oid) -> Result<Listed, RepoError> {
    let mut listed = Vec::new();
    repository.find_commit(commit)?.tree()?.walk(TreeWalkMode::PreOrder, |folder, entry| {
        if is_file(entry.filemode().cast_unsigned())
            && let Ok(name) = entry.name()
        {
            listed.push((format!("{folder}{name}"), entry.id()));
        }
        TreeWalkResult::Ok
    })?;
    Ok(listed)
}

fn is_binary_by_name(path: &str) -> bool {
    let end = Path::new(path).extension().and_then(|end| end.to_str()).unwrap_or_default();
    BINARY.iter().any(|known| end.eq_ignore_ascii_case(known))
}

fn text(bytes: &[u8]) -> Option<String> {
    let is_binary = bytes.get(..BINARY_BYTES).unwrap_or(bytes).contains(&0);
    (!is_binary).then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn blob(repository: &Repository, id: Oid) -> Option<String> {
    let database = repository.odb().ok()?;
    let (size, _) = database.read_header(id).ok()?;
    if size > BLOB_MAX_BYTES {
        return None;
    }
    let blob = database.read(id).ok()?;
    text(blob.data().get(..LIMIT_BYTES).unwrap_or(blob.data()))
}
