//! Who acts: runners that publish on a schedule, and the person who stops, resumes, settles and takes down.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::draft::{Media, MediaBook, Slot};
use crate::keyring;
use crate::ledger::{Decision, State};
use crate::plan::Plan;
use crate::publish::{self, Intent, Outcome, Settled, Watch};
use crate::world::{Actor, Lanes, World};
use crate::{retract, switch};

use super::adapter;
use super::people::Version;
use super::seat::{Killed, Seat};
use super::world::{Event, Faults, Sim};

fn no_media(_: &Media) -> Result<Vec<u8>, String> {
    Err("there is none".to_owned())
}

/// Checks what a run says against what is so.
struct Listener<'a> {
    sim: &'a Sim,
}

impl Watch for Listener<'_> {
    fn planned(&self, _: &Plan) {}

    fn settled(&self, settled: &Settled) {
        let mut inner = self.sim.lock();
        inner.tell("told", || format!("{}: {:?}", settled.slot, settled.outcome));
        let seen = inner.was_seen(&settled.slot);
        let state = inner.shared.state(&settled.slot);
        let wrong = match &settled.outcome {
            Outcome::Published { .. } => !seen,
            Outcome::Missed(_) => seen,
            Outcome::Refused(_) | Outcome::Unsent(_) => {
                seen && !matches!(state, State::Published { .. } | State::Retracting { .. } | State::Gone)
                    && !state.is_open()
            }
            _ => false,
        };
        if wrong {
            inner.breach("told", format!("{}: {:?}, and it is not so", settled.slot, settled.outcome));
        }
    }

    fn warned(&self, warning: &str) {
        self.sim.lock().tell("warned", || warning.to_owned());
    }
}

/// Lets a runner or the person do something in its own process; returns whether it came to its end.
fn process<T>(
    sim: &Sim,
    runner: usize,
    scripted: bool,
    work: impl FnOnce(&World<'_>, Arc<Version>) -> T,
) -> Option<T> {
    let (actor, version) = {
        let mut inner = sim.lock();
        if inner.runners[runner].busy {
            return None;
        }
        inner.runners[runner].busy = true;
        inner.depth += 1;
        inner.nonces += 1;
        let nonce = format!("n{}", inner.nonces);
        let who = inner.runners[runner].clone();
        (Actor { by: who.by, nonce, clone: who.clone }, inner.version.clone())
    };
    let seat = Seat { sim, runner, scripted };
    let world = World {
        clock: &seat,
        http: &seat,
        log: &seat,
        keys: &keyring::Empty,
        platforms: adapter::of,
        media: &no_media,
        actor,
        lanes: Lanes::InTurn,
    };
    let ended = catch_unwind(AssertUnwindSafe(|| work(&world, version)));
    let mut inner = sim.lock();
    inner.depth -= 1;
    inner.runners[runner].busy = false;
    drop(inner);
    match ended {
        Ok(done) => Some(done),
        Err(cause) if cause.is::<Killed>() => None,
        Err(cause) => resume_unwind(cause),
    }
}

fn intent<'a>(version: &'a Version, book: &'a MediaBook) -> Intent<'a> {
    Intent {
        calendar: &version.calendar,
        commit: version.commit.clone(),
        book,
        faulty: &|_| None,
        unapproved: &|_| None,
        rehearsed: false,
        dry_run: false,
    }
}

/// One `publish` of a runner.
pub fn publish(sim: &Sim, runner: usize, scripted: bool) {
    sim.lock().count(Event::Runs);
    process(sim, runner, scripted, |world, version| {
        sim.lock().tell("run", || format!("{} {} {}", world.actor.by, world.actor.nonce, version.commit));
        let book = MediaBook::new();
        let result = publish::publish(world, &intent(&version, &book), &Listener { sim });
        sim.lock().tell("run ends", || match result {
            Ok(_) => world.actor.nonce.clone(),
            Err(error) => format!("{}: {error}", world.actor.nonce),
        });
    });
}

/// The person's desk is the last of the runners.
fn desk(sim: &Sim) -> usize {
    sim.lock().runners.len() - 1
}

pub fn stop(sim: &Sim, on: bool) {
    process(sim, desk(sim), false, |world, _| {
        let done = switch::turn(world, on.then_some("wait a moment"));
        let mut inner = sim.lock();
        inner.count(if on { Event::Stops } else { Event::Resumes });
        inner.tell(if on { "stop" } else { "resume" }, || format!("{:?}", done.map(|_| ())));
    });
}

/// The person looks at the accounts and says what is so of every doubt that is old enough.
pub fn settle(sim: &Sim, all: bool) {
    let doubts: Vec<(Slot, bool)> = {
        let inner = sim.lock();
        let old = inner.now - 6 * 3_600_000;
        let open = inner.shared.records.iter().filter_map(|(slot, record)| match &record.state {
            State::Doubt { hand, sending, .. } | State::Sending { hand, sending }
                if hand.at.timestamp_millis() < old && (all || sending.until.timestamp_millis() < old) =>
            {
                Some(slot)
            }
            _ => None,
        });
        open.map(|slot| (slot.clone(), inner.was_seen(slot))).collect()
    };
    for (slot, seen) in doubts {
        say(
            sim,
            &slot,
            if seen {
                Decision::Delivered { url: Some(format!("https://{slot}")) }
            } else {
                Decision::Released
            },
        );
    }
}

pub fn say(sim: &Sim, slot: &Slot, decision: Decision) {
    process(sim, desk(sim), false, |world, _| {
        let word = format!("{slot} {decision:?}");
        let done = switch::decide(world, slot, decision);
        sim.lock().tell("a person says", || format!("{word}: {done:?}"));
    });
}

/// Takes down something that is public, or calls off something that is not.
fn take_down(sim: &Sim) {
    let chosen = {
        let mut inner = sim.lock();
        let old = inner.now - 6 * 3_600_000;
        let now = inner.now;
        let version = inner.version.clone();
        let soon = chrono::DateTime::from_timestamp_millis(now + 86_400_000).unwrap_or_default();
        let late = chrono::DateTime::from_timestamp_millis(now - 30 * 86_400_000).unwrap_or_default();
        let mut slots: Vec<Slot> =
            version.calendar.drafts(late..soon).into_iter().map(|draft| draft.slot).collect();
        slots.retain(|slot| match inner.shared.state(slot) {
            State::Published { at, .. } => at.timestamp_millis() < old,
            _ => true,
        });
        if slots.is_empty() {
            return;
        }
        let at = inner.dice.index(slots.len());
        slots.swap_remove(at)
    };
    process(sim, desk(sim), false, |world, version| {
        let book = MediaBook::new();
        let slots = BTreeSet::from([chosen.clone()]);
        let done = retract::retract(world, &intent(&version, &book), &slots, "a mistake");
        sim.lock().tell("retract", || format!("{chosen}: {done:?}"));
    });
}

/// What a person does now and then.
pub fn person(sim: &Sim) {
    let (what, halted, bold) = {
        let mut inner = sim.lock();
        (inner.dice.index(12), inner.shared.head.halt.is_some(), inner.dice.chance(5000))
    };
    match what {
        0 if !halted && bold => stop(sim, true),
        1 | 2 => take_down(sim),
        _ if halted => stop(sim, false),
        5 => mend(sim),
        6 => by_hand(sim),
        _ => settle(sim, false),
    }
}

/// The account is mended: what was refused may go again.
fn mend(sim: &Sim) {
    let refused: Vec<Slot> = {
        let inner = sim.lock();
        let all = inner.shared.records.iter();
        all.filter(|(_, record)| matches!(record.state, State::Refused { .. }))
            .map(|(slot, _)| slot.clone())
            .collect()
    };
    if let Some(slot) = refused.first() {
        say(sim, slot, Decision::Released);
    }
}

/// A person has posted something by hand, and says so.
fn by_hand(sim: &Sim) {
    let chosen = {
        let inner = sim.lock();
        let now = chrono::DateTime::from_timestamp_millis(inner.now).unwrap_or_default();
        let drafts = inner.version.calendar.drafts(chrono::DateTime::UNIX_EPOCH..now);
        drafts
            .into_iter()
            .map(|draft| draft.slot)
            .find(|slot| slot.account.as_str() == "leader" && *inner.shared.state(slot) == State::Absent)
    };
    if let Some(slot) = chosen {
        say(sim, &slot, Decision::Delivered { url: None });
    }
}

/// While one is in the middle of something, somebody else does something whole.
pub fn somebody_else(sim: &Sim, busy: usize) {
    let (who, what) = {
        let mut inner = sim.lock();
        let many = inner.runners.len();
        let free: Vec<usize> = (0..many).filter(|&at| at != busy && !inner.runners[at].busy).collect();
        if free.is_empty() {
            return;
        }
        let who = *inner.dice.pick(&free);
        let scripted = matches!(inner.faults, Faults::Script(_));
        (who, if scripted { 9 } else { inner.dice.index(12) })
    };
    let desk = desk(sim);
    match what {
        0 | 1 if who == desk || !sim.lock().runners[desk].busy => person(sim),
        2 => super::story::edit(sim),
        _ if who != desk => {
            sim.lock().count(Event::Rivals);
            publish(sim, who, false);
        }
        _ => {}
    }
}
