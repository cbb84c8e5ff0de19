//! A branch's changes laid over the commit that they are to be merged into.

use std::collections::{BTreeMap, BTreeSet};

use git2::{MergeFileInput, Oid, merge_file};

use crate::finding::File;
use crate::rim::repo::differing::differing;
use crate::rim::repo::{Pick, Repo, RepoError, Rev, TOML_LIMIT_BYTES, bytes, is_known, walk};

/// What a commit will be when a branch is merged into it: the commit's files, and of those that the branch changed the
/// branch's. Nothing is written: neither a commit nor a tree is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merged {
    /// The commit.
    pub target: String,
    /// The branch's last commit; absent for the folder on disk.
    pub branch: Option<String>,
    /// The paths that the branch changed, made or took away, relative to the calendar's root; some may lead out of it.
    pub changed: BTreeSet<String>,
    /// Texts that both sides changed, as git merges them line by line.
    pub blended: BTreeMap<String, Vec<u8>>,
}

impl Merged {
    /// Returns where the commit is read from.
    pub fn target(&self) -> Rev {
        Rev::Commit(self.target.clone())
    }

    /// Returns where the branch is read from.
    pub fn branch(&self) -> Rev {
        self.branch.clone().map_or(Rev::WorkTree, Rev::Commit)
    }

    /// Returns the side that has the last word about a file.
    pub fn side(&self, path: &str) -> Rev {
        if self.changed.contains(path) { self.branch() } else { self.target() }
    }
}

impl Repo {
    /// Merges the texts that both sides changed since they parted, and returns the paths of what git cannot merge by itself:
    /// of these the branch's stands.
    pub fn blend(&self, fork: Oid, merged: &mut Merged) -> Result<Vec<String>, RepoError> {
        let (git, repository) = (self.git()?, self.repository()?);
        let target = self.resolve(&merged.target)?;
        let tree = |id| repository.find_commit(id).and_then(|commit| commit.tree());
        let moved = differing(&repository, Some(&tree(fork)?), Some(&tree(target)?))?;
        let moved = moved.into_iter().map(|path| git.as_from_root(&path));
        let mut conflicts = Vec::new();
        for path in moved.filter(|path| is_known(path) && merged.changed.contains(path)) {
            let read = |rev: &Rev| self.file(rev, &path, TOML_LIMIT_BYTES as u64).ok().flatten();
            let (was, ours, theirs) =
                (read(&Rev::Commit(fork.to_string())), read(&merged.target()), read(&merged.branch()));
            match (was, ours, theirs) {
                (_, ours, theirs) if ours == theirs => {}
                (Some(was), Some(ours), Some(theirs)) => match lines(&was, &ours, &theirs)? {
                    Some(bytes) => drop(merged.blended.insert(path, bytes)),
                    None => conflicts.push(path),
                },
                _ => conflicts.push(path),
            }
        }
        Ok(conflicts)
    }

    /// Reads from both sides, in the order of the paths.
    pub(super) fn read_merged<T: Send>(
        &self,
        merged: &Merged,
        pick: &Pick,
        make: impl Fn(File) -> T + Sync,
    ) -> Result<Vec<T>, RepoError> {
        let made = |file: File| (file.path.clone(), make(file));
        let of_target = |file: File| (!merged.changed.contains(&file.path)).then(|| made(file));
        let mut all: Vec<(String, T)> =
            self.read_commit(&merged.target, pick, of_target)?.into_iter().flatten().collect();
        let files = merged.changed.iter().filter(|path| pick.takes(path)).cloned().collect();
        let own = Pick::Only { files, folders: BTreeSet::new() };
        all.extend(match &merged.branch {
            Some(commit) => self.read_commit(commit, &own, made)?,
            None => walk::read(self.root(), &own, made)?,
        });
        for (path, bytes) in merged.blended.iter().filter(|(path, _)| pick.takes(path)) {
            all.retain(|(other, _)| other != path);
            all.push(made(File { path: path.clone(), content: bytes::text(bytes) }));
        }
        all.sort_by(|(one, _), (two, _)| one.cmp(two));
        Ok(all.into_iter().map(|(_, made)| made).collect())
    }
}

/// Merges two versions of a text that came of a third; nothing where both changed the same lines.
fn lines(was: &[u8], ours: &[u8], theirs: &[u8]) -> Result<Option<Vec<u8>>, RepoError> {
    let [mut base, mut one, mut other] =
        [MergeFileInput::new(), MergeFileInput::new(), MergeFileInput::new()];
    let merged = merge_file(base.content(was), one.content(ours), other.content(theirs), None)?;
    Ok(merged.is_automergeable().then(|| merged.content().to_vec()))
}
