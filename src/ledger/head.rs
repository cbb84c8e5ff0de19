//! The ledger's head: the one file that is rewritten with every commit, and only ever grows.

use std::collections::BTreeSet;

use crate::draft::Slot;
use crate::ledger::{Entry, Record, State};
use crate::mutant::{Mutant, planted};

/// The format that this program writes, and the newest it reads.
pub const FORMAT: u64 = 1;

/// The stop switch, when it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Who stopped.
    pub by: String,
    /// Why.
    pub why: String,
    /// When, as RFC 3339.
    pub since: String,
}

/// What `HEAD.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The ledger's format.
    pub format: u64,
    /// The oldest writer that may add to it.
    pub min_writer: u64,
    /// The ledger's own id, drawn when it began: a fork or another ledger has another one.
    pub id: String,
    /// The number of this commit; each commit's is one more than its parent's. 0 before the first.
    pub seq: u64,
    /// The commit before, by its git id; empty in the first.
    pub prev: String,
    /// How many entries there are. Never falls.
    pub entries: u64,
    /// The stop switch.
    pub halt: Option<Halt>,
    /// The slots that await something, so that a run need not search for them.
    pub open: BTreeSet<Slot>,
}

impl Default for Head {
    fn default() -> Head {
        Head {
            format: FORMAT,
            min_writer: FORMAT,
            id: String::new(),
            seq: 0,
            prev: String::new(),
            entries: 0,
            halt: None,
            open: BTreeSet::new(),
        }
    }
}

impl Head {
    /// Returns the head of the commit that adds these entries to the commit `prev`.
    ///
    /// `after` gives each touched slot's record with its new entries in it.
    pub fn next<'a>(
        &self,
        prev: &str,
        added: usize,
        after: impl IntoIterator<Item = (&'a Slot, &'a Record)>,
    ) -> Head {
        let mut head = Head {
            seq: self.seq + 1,
            prev: prev.to_owned(),
            entries: self.entries + added as u64,
            ..self.clone()
        };
        for (slot, record) in after {
            let forgotten = planted(Mutant::ForgetDoubt) && matches!(record.state, State::Doubt { .. });
            if record.state.is_open() && !forgotten {
                head.open.insert(slot.clone());
            } else {
                head.open.remove(slot);
            }
        }
        head
    }

    /// Tells what makes a head an impossible successor of this one, or nothing.
    pub fn refuses(&self, next: &Head, prev: &str) -> Option<String> {
        if next.id != self.id {
            Some(format!("its id changed from {} to {}: it is another ledger", self.id, next.id))
        } else if next.seq != self.seq + 1 {
            Some(format!("its seq goes from {} to {}", self.seq, next.seq))
        } else if next.prev != prev {
            Some(format!("commit {} says it follows {}, and follows {prev}", next.seq, next.prev))
        } else if next.entries < self.entries {
            Some(format!("its entries fall from {} to {}", self.entries, next.entries))
        } else {
            None
        }
    }
}

/// Tells whether an entry begins something that the stop switch forbids.
pub fn is_a_beginning(entry: &Entry) -> bool {
    use crate::ledger::Fact;
    matches!(entry.fact, Fact::Claim(_) | Fact::Sending(_))
}
