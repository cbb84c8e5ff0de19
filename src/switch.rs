//! What a person decides: the stop switch, and doubts.

use chrono::SecondsFormat;

use crate::draft::Slot;
use crate::ledger::format::write_switch;
use crate::ledger::{Decision, Entry, Fact, Halt, Head, Illegal, State};
use crate::record::{Note, Scribe};
use crate::world::{LogError, World};

/// Turns the stop switch on, with a reason, or off. Returns the head as it was before, with what was being sent.
///
/// The switch lies in the ledger that every sending must be committed to, so nothing starts after it is on: a run
/// that has committed a sending before it may still deliver that one.
pub fn turn(world: &World<'_>, stop: Option<&str>) -> Result<(Head, Vec<Slot>), LogError> {
    let scribe = Scribe::new(world);
    let before = scribe.refresh()?;
    let at = world.clock.now();
    let halt = stop.map(|why| Halt {
        by: world.actor.by.clone(),
        why: why.to_owned(),
        since: at.to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    let word = if stop.is_some() { "stop" } else { "resume" };
    let mark: String = world.actor.nonce.chars().take(8).collect();
    let path = format!("stops/{}.{mark}.{word}.toml", at.format("%Y-%m-%dT%H%M%SZ"));
    let text = write_switch(&world.hand(), stop);
    let message = format!("{word}: {}", stop.unwrap_or("publishing goes on"));
    scribe.write(Note { switch: Some(halt), files: vec![(path, text)], message, ..Note::default() })?;
    let ledger = scribe.recall(&std::collections::BTreeSet::new())?;
    let sending = ledger
        .slots()
        .filter(|(_, record)| matches!(record.state, State::Sending { .. } | State::Doubt { .. }))
        .map(|(slot, _)| slot.clone())
        .collect();
    Ok((before, sending))
}

/// Writes down a person's word about a slot. The answer is why it may not be, where it may not.
pub fn decide(world: &World<'_>, slot: &Slot, decision: Decision) -> Result<Result<(), Illegal>, LogError> {
    let scribe = Scribe::new(world);
    scribe.refresh()?;
    let ledger = scribe.recall(&[slot.clone()].into())?;
    let record = ledger.slot(slot);
    let beginning = matches!(decision, Decision::Delivered { .. })
        && !matches!(record.state, State::Sending { .. } | State::Doubt { .. });
    let attempt = if beginning { record.attempt + 1 } else { record.attempt };
    let entry = Entry { slot: slot.clone(), attempt, hand: world.hand(), fact: Fact::Decision(decision) };
    let written = scribe.write(Note { entries: vec![entry], ..Note::default() })?;
    Ok(written.refused.into_iter().next().map_or(Ok(()), |(_, why)| Err(why)))
}
