//! Which slots the ledger knows, by the names of its files alone.

use std::collections::BTreeSet;

use git2::Tree;

use crate::draft::Slot;
use crate::ledger::format::slot_of_path;
use crate::rim::branch::weave::{FOLDER, subtree, tree_of};
use crate::rim::branch::{Branch, commit_id};
use crate::world::{LogError, Tip};

impl Branch {
    /// Returns every slot that a ledger has an entry of.
    pub fn slots(&self, tip: &Tip) -> Result<BTreeSet<Slot>, LogError> {
        let Some(commit) = commit_id(tip)? else { return Ok(BTreeSet::new()) };
        let repository = self.repository();
        let root = tree_of(&repository, commit)?;
        let mut found = BTreeSet::new();
        let mut folders: Vec<(Tree<'_>, String)> = subtree(&repository, &root, "slots")?
            .map(|tree| (tree, "slots".to_owned()))
            .into_iter()
            .collect();
        while let Some((tree, above)) = folders.pop() {
            for entry in &tree {
                let name = String::from_utf8_lossy(entry.name_bytes());
                let path = format!("{above}/{name}");
                if entry.filemode_raw() == FOLDER {
                    folders.extend(subtree(&repository, &tree, &name)?.map(|tree| (tree, path)));
                } else {
                    found.extend(slot_of_path(&path).map(|(slot, _)| slot));
                }
            }
        }
        Ok(found)
    }
}
