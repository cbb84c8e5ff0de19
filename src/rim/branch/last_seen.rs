//! A ledger to look at: where its remote is away, it is shown as it was last seen here.

use std::sync::OnceLock;

use crate::rim::branch::{Branch, read};
use crate::world::{Appended, Change, Found, Log, LogError, Tip};

/// A ledger that is only looked at, and that needs no network to be.
///
/// What is shown without one is the newest commit that was found here to be in order. It is asked for once, so that a
/// look sees one state of the world and waits for a remote that does not answer once.
pub struct LastSeen<'a> {
    branch: &'a Branch,
    found: OnceLock<Result<Sight, LogError>>,
}

/// What was found.
struct Sight {
    tip: Tip,
    /// Why the ledger itself could not be reached; absent where it was.
    away: Option<String>,
}

impl<'a> LastSeen<'a> {
    /// Looks at a ledger.
    pub fn of(branch: &'a Branch) -> LastSeen<'a> {
        LastSeen { branch, found: OnceLock::new() }
    }

    /// Returns why the ledger's remote could not be reached, where what is shown is older for it.
    pub fn away(&self) -> Option<&str> {
        self.found.get()?.as_ref().ok()?.away.as_deref()
    }

    fn find(&self) -> Result<Sight, LogError> {
        match self.branch.tip() {
            Ok(tip) => Ok(Sight { tip, away: None }),
            Err(LogError::Away(why)) => {
                // Of a ledger that was never seen here nothing is known, and it is not shown as if it were empty.
                let tip = self.branch.last_seen()?.ok_or_else(|| LogError::Away(why.clone()))?;
                Ok(Sight { tip, away: Some(why) })
            }
            // A ledger that is wrong, or was tampered with, is as wrong to look at.
            Err(fault) => Err(fault),
        }
    }
}

impl Log for LastSeen<'_> {
    fn tip(&self) -> Result<Tip, LogError> {
        let found = self.found.get_or_init(|| self.find());
        found.as_ref().map(|sight| sight.tip.clone()).map_err(LogError::clone)
    }

    fn read(&self, tip: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError> {
        self.branch.read(tip, folders)
    }

    fn below(&self, tip: &Tip, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        self.branch.below(tip, folder, visit)
    }

    fn append(&self, _: &Tip, _: &Change) -> Result<Appended, LogError> {
        Err(LogError::Denied("nothing is written by looking".to_owned()))
    }
}

impl Branch {
    /// Returns the newest commit that was found here to be in order, without a look at the remote.
    fn last_seen(&self) -> Result<Option<Tip>, LogError> {
        let repository = self.repository();
        let Some(seen) = self.target(&repository, &self.names.seen)? else { return Ok(None) };
        Ok(Some(Tip { id: seen.to_string(), head: Some(read::head(&repository, seen)?) }))
    }
}
