//! What git has of the vault's past: every version of it that any branch or tag leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::DateTime;
use git2::{ObjectType, Oid, Repository, Sort, Tree};

use crate::exposure::{Past, Version};
use crate::finding::{Content, File};
use crate::rim::repo::{ROOT, Repo, RepoError, bytes};

/// What says who could read a secret: the folders, and the zone that days are counted in.
const POLICY: &[&str] = &[ROOT, "accounts", "people", "runners"];

impl Repo {
    /// Reads the past of the vault, of those who could read it, and of the ledger's renewals, from all references. A
    /// commit that changes none of these costs a look at its tree.
    pub fn past(&self) -> Result<Past, RepoError> {
        let repository = self.repository()?;
        let roots = roots(&self.git()?.prefix);
        let mut shelf = Shelf { repository: &repository, texts: BTreeMap::new() };
        let mut past = Past::default();
        let (mut vaults, mut rosters, mut renewals) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut walk = repository.revwalk()?;
        walk.push_glob("refs/*")?;
        if repository.head().is_ok() {
            walk.push_head()?;
        }
        for id in walk {
            let tree = repository.find_commit(id?)?.tree()?;
            for root in roots.iter().filter_map(|root| folder(&repository, &tree, root)) {
                let vault = entries(&root, &["vault"]);
                if !vault.is_empty() && vaults.insert(vault.clone()) {
                    past.vaults.push(shelf.files(&vault));
                }
                let roster = entries(&root, &["people", "runners"]);
                if !roster.is_empty() && rosters.insert(roster.clone()) {
                    past.rosters.push(shelf.files(&roster));
                }
            }
            let renewed = entries(&tree, &["renewals"]);
            if !renewed.is_empty() && renewals.insert(renewed.clone()) {
                past.renewals.extend(shelf.files(&renewed));
            }
        }
        past.renewals.sort_by(|one, other| one.path.cmp(&other.path));
        past.renewals.dedup();
        // Only a renewal does not say for whom it was sealed.
        if !past.renewals.is_empty() {
            past.line = line(&mut shelf, roots.last().map_or("", String::as_str))?;
        }
        Ok(past)
    }
}

/// Returns the folders that the calendar may have been in: those above, and at last where it is.
fn roots(prefix: &str) -> Vec<String> {
    let mut roots = vec![String::new()];
    for name in prefix.split('/').filter(|name| !name.is_empty()) {
        let above = roots.last().map_or("", String::as_str);
        roots.push(if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") });
    }
    roots
}

fn folder<'r>(repository: &'r Repository, top: &Tree<'r>, path: &str) -> Option<Tree<'r>> {
    if path.is_empty() {
        return Some(top.clone());
    }
    repository.find_tree(top.get_path(Path::new(path)).ok()?.id()).ok()
}

/// Names of a folder, each with what stands there.
type Entries = Vec<(&'static str, Oid)>;

fn entries(tree: &Tree<'_>, names: &[&'static str]) -> Entries {
    names.iter().filter_map(|name| Some((*name, tree.get_name(name)?.id()))).collect()
}

/// Returns what the checked-out branch said of who may read secrets, oldest first, each with the moment from which on.
fn line(shelf: &mut Shelf<'_>, root: &str) -> Result<Vec<Version>, RepoError> {
    let repository = shelf.repository;
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
    walk.simplify_first_parent()?;
    walk.push_head()?;
    let (mut line, mut last) = (Vec::new(), Entries::new());
    for id in walk {
        let commit = repository.find_commit(id?)?;
        let Some(tree) = folder(repository, &commit.tree()?, root) else { continue };
        let said = entries(&tree, POLICY);
        if said != last {
            let at = DateTime::from_timestamp(commit.time().seconds(), 0).unwrap_or_default();
            line.push((at, shelf.files(&said)));
            last = said;
        }
    }
    Ok(line)
}

/// The files of commits, each read once.
struct Shelf<'r> {
    repository: &'r Repository,
    texts: BTreeMap<Oid, Content>,
}

impl Shelf<'_> {
    /// Returns the files under some entries, their paths relative to where these stand.
    fn files(&mut self, entries: &Entries) -> Vec<File> {
        let mut files = Vec::new();
        let mut left: Vec<(String, Oid)> =
            entries.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect();
        while let Some((path, id)) = left.pop() {
            match self.repository.find_object(id, None).map(|object| object.peel_to_tree()) {
                Ok(Ok(tree)) => left.extend(
                    tree.iter()
                        .filter_map(|entry| Some((format!("{path}/{}", entry.name().ok()?), entry.id()))),
                ),
                Ok(Err(_)) => files.push(File { path, content: self.content(id) }),
                Err(_) => {}
            }
        }
        files
    }

    fn content(&mut self, id: Oid) -> Content {
        let repository = self.repository;
        let read = || {
            let object = repository.find_object(id, Some(ObjectType::Blob)).ok()?;
            object.as_blob().map(|blob| bytes::text(blob.content()))
        };
        self.texts
            .entry(id)
            .or_insert_with(|| read().unwrap_or_else(|| Content::Unreadable("it is no file".to_owned())))
            .clone()
    }
}
