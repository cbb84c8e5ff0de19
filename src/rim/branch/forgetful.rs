//! A ledger that forgets: `--dry-run` reads the real one, and what it writes is gone with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::world::{Appended, Change, Found, Log, LogError, Tip};

/// A ledger over another one, whose additions stay in memory.
///
/// What it read first it stays with, so that a rehearsal sees one state of the world.
pub struct Forgetful<'a> {
    under: &'a dyn Log,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The real tip, once it was asked for.
    base: Option<Tip>,
    /// The tip that is shown.
    tip: Tip,
    /// What was added here: text by path.
    files: BTreeMap<String, String>,
    commits: usize,
}

impl<'a> Forgetful<'a> {
    /// Lays a memory over a ledger.
    pub fn over(under: &'a dyn Log) -> Forgetful<'a> {
        Forgetful { under, memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn base(&self, memory: &mut Memory) -> Result<Tip, LogError> {
        if let Some(base) = &memory.base {
            return Ok(base.clone());
        }
        let base = self.under.tip()?;
        memory.tip = base.clone();
        memory.base = Some(base.clone());
        Ok(base)
    }
}

impl Log for Forgetful<'_> {
    fn tip(&self) -> Result<Tip, LogError> {
        let mut memory = self.memory();
        self.base(&mut memory)?;
        Ok(memory.tip.clone())
    }

    fn read(&self, _: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError> {
        let mut memory = self.memory();
        let base = self.base(&mut memory)?;
        let mut found = self.under.read(&base, folders)?;
        let is_asked = |path: &str| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.iter().any(|asked| asked.trim_matches('/') == folder)
        };
        let added = memory.files.iter().filter(|(path, _)| is_asked(path));
        found.extend(added.map(|(path, text)| Found { path: path.clone(), text: Ok(text.clone()) }));
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn below(&self, _: &Tip, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        let mut memory = self.memory();
        let base = self.base(&mut memory)?;
        let under = format!("{}/", folder.trim_matches('/'));
        let added = memory.files.iter().filter(|(path, _)| path.starts_with(&under));
        let added: Vec<Found> =
            added.map(|(path, text)| Found { path: path.clone(), text: Ok(text.clone()) }).collect();
        // A visitor may ask the ledger something itself.
        drop(memory);
        let mut added = added.into_iter().peekable();
        self.under.below(&base, folder, &mut |there| {
            while let Some(before) = added.next_if(|one| one.path < there.path) {
                visit(before);
            }
            visit(there);
        })?;
        added.for_each(visit);
        Ok(())
    }

    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError> {
        let mut memory = self.memory();
        self.base(&mut memory)?;
        if *tip != memory.tip {
            return Ok(Appended::Stale);
        }
        memory.commits += 1;
        // Forty digits, as a commit's id has.
        let id = format!("{:0>40}", memory.commits);
        memory.files.extend(change.files.iter().cloned());
        memory.tip = Tip { id, head: Some(change.head.clone()) };
        Ok(Appended::Landed(memory.tip.clone()))
    }
}
