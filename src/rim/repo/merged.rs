//! A branch's changes laid over the commit that they are to be merged into.

use std::collections::BTreeSet;

use crate::finding::File;
use crate::rim::repo::{Pick, Repo, RepoError, Rev, walk};

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
        all.sort_by(|(one, _), (two, _)| one.cmp(two));
        Ok(all.into_iter().map(|(_, made)| made).collect())
    }
}
