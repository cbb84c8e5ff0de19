//! The files of readings that people keep in the calendar.

use std::path::Path;

use git2::{ObjectType, Repository, Tree};

use crate::reading::{self, FOLDER};
use crate::rim::repo::walk::in_parallel;
use crate::rim::repo::{DEPTH_MAX, Repo, RepoError, Rev, tree};

/// The most bytes that are read of one file.
const LIMIT_BYTES: u64 = 64 << 20;

/// The most files that are read ahead.
const AHEAD_FILES: usize = 16;

impl Repo {
    /// Reads the files of readings: each is made something of on the thread that has its text at hand, and shown in the
    /// order of their paths. What cannot be read is handed over as the reason. Little is read ahead of who looks.
    pub fn readings<T: Send>(
        &self,
        rev: &Rev,
        make: impl Fn(&str, Result<&str, String>) -> T + Sync,
        visit: &mut dyn FnMut(T),
    ) -> Result<(), RepoError> {
        let paths = match rev {
            Rev::WorkTree => on_disk(&self.root),
            Rev::Commit(name) => {
                let git = self.git()?;
                let repository = Repository::open(&git.own)?;
                let root = tree::calendar(&repository, &git.prefix, self.resolve(name)?)?;
                in_commit(&repository, &root)
            }
            Rev::Merged(merged) => return self.readings(&merged.branch(), make, visit),
        };
        let mut paths: Vec<String> =
            paths.into_iter().filter(|path| reading::content_of(path).is_some()).collect();
        paths.sort_unstable();
        let read = |path: &String, (): &mut ()| {
            let found = self.file(rev, path, LIMIT_BYTES);
            match found.and_then(|found| found.ok_or_else(|| "it is gone".to_owned())).map(String::from_utf8)
            {
                Ok(Ok(text)) => make(path, Ok(&text)),
                Ok(Err(_)) => make(path, Err("it is not UTF-8".to_owned())),
                Err(why) => make(path, Err(why)),
            }
        };
        for some in paths.chunks(AHEAD_FILES) {
            in_parallel(some, || (), read).into_iter().for_each(&mut *visit);
        }
        Ok(())
    }
}

/// Returns the paths of plain files; no link is followed.
fn on_disk(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![(root.join(FOLDER), FOLDER.to_owned(), 1)];
    while let Some((place, above, depth)) = folders.pop() {
        let is_plain = std::fs::symlink_metadata(&place).is_ok_and(|meta| meta.is_dir());
        let Some(entries) = is_plain.then(|| std::fs::read_dir(&place).ok()).flatten() else { continue };
        for entry in entries.flatten() {
            let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
            let path = format!("{above}/{name}");
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((entry.path(), path, depth + 1));
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found
}

fn in_commit(repository: &Repository, root: &Tree<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let top = root.get_name(FOLDER).and_then(|entry| repository.find_tree(entry.id()).ok());
    let mut folders: Vec<(Tree<'_>, String, usize)> =
        top.into_iter().map(|tree| (tree, FOLDER.to_owned(), 1)).collect();
    while let Some((tree, above, depth)) = folders.pop() {
        for entry in &tree {
            let Ok(name) = entry.name() else { continue };
            let path = format!("{above}/{name}");
            match entry.kind() {
                Some(ObjectType::Tree) if depth < DEPTH_MAX => {
                    folders.extend(repository.find_tree(entry.id()).map(|tree| (tree, path, depth + 1)));
                }
                Some(ObjectType::Blob) => found.push(path),
                _ => {}
            }
        }
    }
    found
}
