//! What a branch changed, and which of its commits did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{Commit, Oid, Repository, Sort, Tree};

use crate::guard::{self, Seal, Touched};
use crate::rim::repo::differing::differing;
use crate::rim::repo::{Repo, RepoError};

impl Repo {
    /// Returns the paths that a branch has otherwise than a commit that it came of, relative to the calendar's root. The
    /// branch is a commit; where none is named it is what is checked out, with what is not committed yet.
    pub fn changed(&self, from: Oid, branch: Option<&str>) -> Result<BTreeSet<String>, RepoError> {
        let (git, repository) = (self.git()?, self.repository()?);
        let tree = |id| repository.find_commit(id).and_then(|commit| commit.tree());
        let commit = self.resolve(branch.unwrap_or("HEAD"))?;
        let paths = differing(&repository, Some(&tree(from)?), Some(&tree(commit)?))?;
        let mut changed: BTreeSet<String> = paths.iter().map(|path| git.as_from_root(path)).collect();
        if branch.is_none() {
            changed.extend(self.uncommitted()?);
        }
        Ok(changed)
    }

    /// Returns the paths that differ from one commit to another that came of it, anywhere in the repository, with the
    /// commits between them that changed each. Only trees and commits are read: no file, no filter, no submodule.
    pub fn touched(&self, from: Oid, to: Oid) -> Result<Vec<Touched>, RepoError> {
        let (git, repository) = (self.git()?, self.repository()?);
        let tree = |id| repository.find_commit(id).and_then(|commit| commit.tree());
        let mut commits: BTreeMap<String, Vec<guard::Commit>> =
            differing(&repository, Some(&tree(from)?), Some(&tree(to)?))?
                .into_iter()
                .map(|path| (path, Vec::new()))
                .collect();
        let mut walk = repository.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        walk.push(to)?;
        walk.hide(from)?;
        for id in walk {
            let commit = repository.find_commit(id?)?;
            let made = made_by(&repository, &commit);
            for path in own_paths(&repository, &commit)? {
                if let Some(commits) = commits.get_mut(&path) {
                    commits.push(made.clone());
                }
            }
        }
        // What no commit can be held to all the same is the last one's: it is what is asked to be let in.
        let last = made_by(&repository, &repository.find_commit(to)?);
        commits
            .values_mut()
            .filter(|commits| commits.is_empty())
            .for_each(|commits| commits.push(last.clone()));
        Ok(commits
            .into_iter()
            .map(|(path, commits)| Touched { path: git.as_from_root(&path), commits })
            .collect())
    }
}

/// Returns the paths that are a commit's own doing. Of a merge they are those that it has otherwise than git would merge
/// its parents by itself: who takes one side's files for all of it has undone what the other side did.
fn own_paths(repository: &Repository, commit: &Commit<'_>) -> Result<BTreeSet<String>, RepoError> {
    let tree = commit.tree()?;
    let parents = commit.parents().collect::<Vec<_>>();
    let [one, other] = parents.as_slice() else {
        let mut own: Option<BTreeSet<String>> = None;
        for parent in &parents {
            let paths = differing(repository, Some(&parent.tree()?), Some(&tree))?;
            own = Some(own.map_or_else(|| paths.clone(), |own| own.intersection(&paths).cloned().collect()));
        }
        return own.map_or_else(|| Ok(differing(repository, None, Some(&tree))?), Ok);
    };
    let Ok(base) = repository.merge_base(one.id(), other.id()) else {
        return Ok(differing(repository, Some(&one.tree()?), Some(&tree))?);
    };
    let (base, left, right) = (repository.find_commit(base)?.tree()?, one.tree()?, other.tree()?);
    let mut candidates = differing(repository, Some(&left), Some(&tree))?;
    candidates.extend(differing(repository, Some(&right), Some(&tree))?);
    let mut by_git = None;
    let mut own = BTreeSet::new();
    for path in candidates {
        let at = |tree: &Tree<'_>| {
            tree.get_path(Path::new(&path)).ok().map(|entry| (entry.id(), entry.filemode_raw()))
        };
        let (is, was, left, right) = (at(&tree), at(&base), at(&left), at(&right));
        // Where one side alone changed it, git takes that side.
        if (is == left && (right == was || right == left)) || (is == right && left == was) {
            continue;
        }
        if by_git.is_none() {
            by_git = Some(repository.merge_commits(one, other, None)?);
        }
        let merged = by_git.as_ref().and_then(|index| index.get_path(Path::new(&path), 0));
        if merged.map(|entry| entry.id) != is.map(|(id, _)| id) {
            own.insert(path);
        }
    }
    Ok(own)
}

fn made_by(repository: &Repository, commit: &Commit<'_>) -> guard::Commit {
    let (author, id) = (commit.author(), commit.id());
    let signature = repository.extract_signature(&id, None).ok().and_then(|(armored, signed)| {
        Some(Seal { armored: std::str::from_utf8(&armored).ok()?.to_owned(), signed: signed.to_vec() })
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    guard::Commit {
        id: id.to_string().chars().take(10).collect(),
        name: text(author.name_bytes()),
        email: text(author.email_bytes()),
        signature,
    }
}
