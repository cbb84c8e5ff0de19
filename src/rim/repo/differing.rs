//! What two trees of git do not have in common.

use std::collections::BTreeSet;

use git2::{ObjectType, Oid, Repository, Tree, TreeEntry};

/// Returns the paths of what stands in one of two trees and not in the other, or otherwise there. What is the same in both
/// is never opened: the cost is that of the folders in which something differs.
pub(super) fn differing(
    repository: &Repository,
    one: Option<&Tree<'_>>,
    other: Option<&Tree<'_>>,
) -> Result<BTreeSet<String>, git2::Error> {
    let mut paths = BTreeSet::new();
    let mut pairs = vec![(one.map(Tree::id), other.map(Tree::id), String::new())];
    while let Some((one, other, above)) = pairs.pop() {
        let (one, other) = (Side::open(repository, one)?, Side::open(repository, other)?);
        let (own, others) = (one.entries(), other.entries());
        let (mut left, mut right) = (own.as_slice(), others.as_slice());
        loop {
            let (a, b) = (left.first(), right.first());
            let order = match (a, b) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => a.name_bytes().cmp(b.name_bytes()),
            };
            let (a, b) = (a.filter(|_| order.is_le()), b.filter(|_| order.is_ge()));
            left = left.get(usize::from(a.is_some())..).unwrap_or_default();
            right = right.get(usize::from(b.is_some())..).unwrap_or_default();
            let state = |entry: Option<&TreeEntry<'_>>| entry.map(|entry| (entry.id(), entry.filemode_raw()));
            if state(a) == state(b) {
                continue;
            }
            let name = a.or(b).map(TreeEntry::name_bytes).unwrap_or_default();
            let path = format!("{above}{}", String::from_utf8_lossy(name));
            let folder = |entry: Option<&TreeEntry<'_>>| {
                entry.filter(|entry| entry.kind() == Some(ObjectType::Tree)).map(TreeEntry::id)
            };
            let (in_one, in_other) = (folder(a), folder(b));
            if a.is_some_and(|_| in_one.is_none()) || b.is_some_and(|_| in_other.is_none()) {
                paths.insert(path.clone());
            }
            if in_one != in_other {
                pairs.push((in_one, in_other, format!("{path}/")));
            }
        }
    }
    Ok(paths)
}

/// One side's folder, where it has one.
struct Side<'r>(Option<Tree<'r>>);

impl<'r> Side<'r> {
    fn open(repository: &'r Repository, id: Option<Oid>) -> Result<Side<'r>, git2::Error> {
        id.map(|id| repository.find_tree(id)).transpose().map(Side)
    }
}

impl Side<'_> {
    fn entries(&self) -> Vec<TreeEntry<'_>> {
        // Git sorts a folder as if its name ended in `/`: by their names alone, files and folders are one order.
        let mut entries: Vec<TreeEntry<'_>> = self.0.iter().flat_map(Tree::iter).collect();
        entries.sort_unstable_by(|a, b| a.name_bytes().cmp(b.name_bytes()));
        entries
    }
}
