//! Taking a post down: the wish is written down first, and whoever retracts the post again finishes what broke off.

use std::collections::BTreeSet;

use crate::draft::Slot;
use crate::http::Failure;
use crate::ledger::{Entry, Fact, State};
use crate::publish::{Intent, adapter, desk, held_credential};
use crate::record::{Note, Scribe};
use crate::world::{LogError, World};

/// What became of a slot that was to be taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was public and is not any more.
    Down,
    /// It was not public, and will not be.
    CalledOff,
    /// It was over already.
    Nothing(String),
    /// It may be public: that comes first.
    InDoubt,
    /// The platform did not take it down, and why. The wish stands in the ledger.
    Failed(String),
    /// kalends does not post there: a person takes it down.
    ByHand,
}

/// Takes down what is public of these slots, and calls off what is not.
pub fn retract(
    world: &World<'_>,
    intent: &Intent<'_>,
    slots: &BTreeSet<Slot>,
    why: &str,
) -> Result<Vec<(Slot, Taken)>, LogError> {
    let scribe = Scribe::new(world);
    scribe.refresh()?;
    let ledger = scribe.recall(slots)?;
    let write = |slot: &Slot, attempt: u32, fact: Fact| {
        let entry = Entry { slot: slot.clone(), attempt, hand: world.hand(), fact };
        let written = scribe.write(Note { entries: vec![entry.clone()], ..Note::default() })?;
        Ok::<bool, LogError>(written.has(&entry))
    };
    let mut taken = Vec::new();
    for slot in slots {
        let record = ledger.slot(slot);
        let fate = match &record.state {
            State::Published { id, .. } | State::Retracting { id, .. } => {
                let wished = matches!(record.state, State::Retracting { .. })
                    || write(slot, record.attempt, Fact::Retraction(why.to_owned()))?;
                if !wished {
                    Taken::Nothing("somebody else was first".to_owned())
                } else {
                    match take_down(world, &scribe, intent, slot, id.as_deref()) {
                        Taken::Down => {
                            write(slot, record.attempt, Fact::Gone)?;
                            Taken::Down
                        }
                        other => other,
                    }
                }
            }
            State::Sending { .. } | State::Doubt { .. } | State::Broken { .. } => Taken::InDoubt,
            State::Gone => Taken::Nothing("it is taken down already".to_owned()),
            State::Cancelled { why } => Taken::Nothing(format!("called off already: {why}")),
            State::Absent
            | State::Claimed { .. }
            | State::Refused { .. }
            | State::Released { .. }
            | State::Missed { .. } => {
                if write(slot, record.attempt + 1, Fact::Cancel(why.to_owned()))? {
                    Taken::CalledOff
                } else {
                    Taken::InDoubt
                }
            }
        };
        taken.push((slot.clone(), fate));
    }
    Ok(taken)
}

fn take_down(
    world: &World<'_>,
    scribe: &Scribe<'_>,
    intent: &Intent<'_>,
    slot: &Slot,
    id: Option<&str>,
) -> Taken {
    let Some(account) = intent.calendar.account(&slot.account) else { return Taken::ByHand };
    let (Some(adapter), Some(id)) = (adapter(world, account), id) else {
        return Taken::ByHand;
    };
    let taken = held_credential(world, scribe, account, adapter)
        .map(|held| desk(world, intent.book, account, held.map(|held| held.credential)))
        .and_then(|desk| adapter.open(desk))
        .and_then(|channel| channel.retract(id));
    match taken {
        Ok(()) => Taken::Down,
        Err(Failure::Unsent { why, .. } | Failure::Refused { why, .. } | Failure::Doubtful { why }) => {
            Taken::Failed(why)
        }
    }
}
