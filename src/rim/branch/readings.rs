//! The files of readings that the ledger holds.

use git2::{Oid, Tree};

use crate::reading::{self, FOLDER as READINGS};
use crate::rim::branch::weave::{FILE, FOLDER, subtree, tree_of};
use crate::rim::branch::{Branch, commit_id, unreadable};
use crate::world::{Found, LogError, Tip};

/// The most bytes that are read of one file.
const LIMIT_BYTES: usize = 64 << 20;

impl Branch {
    /// Returns the files of readings of a ledger, in the order of their paths.
    pub fn readings(&self, tip: &Tip) -> Result<Vec<Found>, LogError> {
        let Some(commit) = commit_id(tip)? else { return Ok(Vec::new()) };
        let repository = self.repository();
        let root = tree_of(&repository, commit)?;
        let mut files: Vec<(String, Oid)> = Vec::new();
        let mut folders: Vec<(Tree<'_>, String)> = subtree(&repository, &root, READINGS)?
            .map(|tree| (tree, READINGS.to_owned()))
            .into_iter()
            .collect();
        while let Some((tree, above)) = folders.pop() {
            for entry in &tree {
                let name = String::from_utf8_lossy(entry.name_bytes());
                let path = format!("{above}/{name}");
                if entry.filemode_raw() == FOLDER {
                    folders.extend(subtree(&repository, &tree, &name)?.map(|tree| (tree, path)));
                } else if entry.filemode_raw() == FILE && reading::content_of(&path).is_some() {
                    files.push((path, entry.id()));
                }
            }
        }
        files.sort_unstable();
        let database = repository.odb().map_err(|fault| unreadable(READINGS, &fault))?;
        let read = |(path, id): (String, Oid)| {
            let text = match database.read(id) {
                Err(fault) => Err(fault.message().to_owned()),
                Ok(object) if object.len() > LIMIT_BYTES => Err(format!("it is over {LIMIT_BYTES} bytes")),
                Ok(object) => {
                    String::from_utf8(object.data().to_vec()).map_err(|_| "it is not UTF-8".to_owned())
                }
            };
            Found { path, text }
        };
        Ok(files.into_iter().map(read).collect())
    }
}
