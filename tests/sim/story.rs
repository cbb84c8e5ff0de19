//! A whole life: a month in which anything may go wrong, then calm, then judgement.

use std::sync::Arc;

use chrono::DateTime;

use crate::ledger::{Fact, Record, State};
use crate::mutant::{self, Mutant};
use crate::platform::Class;

use super::adapter;
use super::dice::Dice;
use super::ledger::{Breach, name};
use super::people::{People, start_ms};
use super::runner;
use super::world::{EVENTS, Event, Faults, Inner, Runner, Script, Sim};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// How a world ended.
pub struct Ending {
    pub breaches: Vec<Breach>,
    pub hash: u64,
    pub counts: [u64; EVENTS],
    pub trace: Vec<String>,
    pub summary: String,
    pub touches: usize,
}

/// People change the calendar.
pub fn edit(sim: &Sim) {
    let mut inner = sim.lock();
    let inner = &mut *inner;
    let what = inner.people.edit(&mut inner.dice, inner.now);
    let version = inner.people.version();
    let commit = version.commit.clone();
    inner.version = Arc::new(version);
    inner.count(Event::Edits);
    if what == "renamed" {
        inner.count(Event::Renames);
    }
    inner.tell("edit", || format!("{what}: {commit}"));
}

/// Lives a seed's world.
pub fn live(seed: u64, planted: Option<Mutant>, loud: bool) -> Ending {
    let mut dice = Dice::new(seed);
    let wild = dice.chance(1000);
    let people = People::draw(&mut dice, wild);
    let sim = Sim::new(dice, start_ms(), people, planted, loud);
    {
        let mut inner = sim.lock();
        let inner = &mut *inner;
        draw_runners(inner, wild);
        inner.faults = draw_faults(&mut inner.dice);
    }
    mutant::plant(planted);
    month(&sim);
    calm(&sim);
    mutant::plant(None);
    end(sim)
}

/// Lives a small world in which exactly this goes wrong, in the first run.
pub fn directed(people: People, script: Script, seed: u64, planted: Option<Mutant>, loud: bool) -> Ending {
    let dice = Dice::new(seed);
    let due = start_ms() + 9 * HOUR;
    let sim = Sim::new(dice, due + 1000, people, planted, loud);
    {
        let mut inner = sim.lock();
        draw_runners_plain(&mut inner);
        inner.faults = Faults::Script(script);
    }
    mutant::plant(planted);
    runner::publish(&sim, 0, true);
    sim.lock().faults = Faults::Calm;
    for (minutes, who) in [(1, 1), (6, 0), (12, 1), (70, 0), (90, 1)] {
        let mut inner = sim.lock();
        let to = inner.now.max(due + minutes * 60_000);
        inner.advance(to);
        drop(inner);
        runner::publish(&sim, who, false);
    }
    calm(&sim);
    mutant::plant(None);
    end(sim)
}

fn end(sim: Sim) -> Ending {
    let mut inner = sim.lock();
    judge(&mut inner);
    Ending {
        breaches: std::mem::take(&mut inner.breaches),
        hash: inner.hash(),
        counts: inner.counts,
        trace: std::mem::take(&mut inner.trace),
        summary: if inner.loud { inner.summary() } else { String::new() },
        touches: inner.touches,
    }
}

fn draw_runners(inner: &mut Inner, wild: bool) {
    let many = inner.dice.range(1, 5);
    let same_name = inner.dice.chance(5000);
    inner.skew = if wild { 600_000 } else { 60_000 };
    for at in 0..many {
        let skew = inner.skew;
        inner.runners.push(Runner {
            by: if same_name { "ci".to_owned() } else { format!("runner-{at}") },
            clone: format!("clone-{at}"),
            offset: inner.dice.range(-skew, skew + 1),
            busy: false,
        });
    }
    inner.runners.push(Runner { by: "person".to_owned(), clone: "desk".to_owned(), offset: 0, busy: false });
}

fn draw_runners_plain(inner: &mut Inner) {
    for (by, clone, offset) in [("a", "clone-a", 0), ("b", "clone-b", 20_000), ("person", "desk", 0)] {
        inner.runners.push(Runner { by: by.to_owned(), clone: clone.to_owned(), offset, busy: false });
    }
}

/// Each world has its own weather: some faults are common in it, some do not happen at all.
fn draw_faults(dice: &mut Dice) -> Faults {
    let mut level = |usual: u64| usual * *dice.pick(&[0, 1, 1, 2, 5]);
    Faults::Any {
        crash: level(25),
        pause: level(40),
        nested: level(40),
        push: level(500),
        request: level(2000),
        read: level(20),
    }
}

/// A month of runs, edits and persons' acts.
fn month(sim: &Sim) {
    let mut agenda = agenda(sim);
    agenda.sort_unstable_by_key(|(at, _)| *at);
    let outage = {
        let mut inner = sim.lock();
        inner.dice.chance(1000).then(|| {
            let from = start_ms() + inner.dice.range(DAY, 15 * DAY);
            inner.count(Event::Outages);
            from..from + inner.dice.range(2 * DAY, 14 * DAY)
        })
    };
    for (at, what) in agenda {
        {
            let mut inner = sim.lock();
            let to = inner.now.max(at);
            inner.advance(to);
        }
        let weary = {
            let mut inner = sim.lock();
            matches!(what, Act::Run(_)) && inner.shared.head.halt.is_some() && inner.dice.chance(1500)
        };
        if weary {
            runner::stop(sim, false);
        }
        match what {
            Act::Run(who) if outage.as_ref().is_none_or(|outage| !outage.contains(&at)) => {
                runner::publish(sim, who, false);
            }
            Act::Run(_) => {}
            Act::Edit => edit(sim),
            Act::Person => runner::person(sim),
            Act::Stop(on) => runner::stop(sim, on),
        }
        if !sim.lock().breaches.is_empty() {
            return;
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Run(usize),
    Edit,
    Person,
    Stop(bool),
}

/// Runs come soon after something is due, and now and then besides.
fn agenda(sim: &Sim) -> Vec<(i64, Act)> {
    let mut inner = sim.lock();
    let inner = &mut *inner;
    let moments = inner.people.moments(&inner.version.calendar);
    let many = inner.runners.len() - 1;
    let dice = &mut inner.dice;
    let mut agenda = Vec::new();
    for due in moments {
        let first = due + dice.range(-30_000, 240_000);
        agenda.push((first, Act::Run(dice.index(many))));
        if dice.chance(5000) {
            agenda.push((first + dice.range(0, 90_000), Act::Run(dice.index(many))));
        }
        let mut after = first;
        for _ in 0..dice.range(1, 4) {
            after += *dice.pick(&[60_000, 300_000, 900_000, 2 * HOUR]) + dice.range(0, 60_000);
            agenda.push((after, Act::Run(dice.index(many))));
        }
        if dice.chance(3000) {
            agenda.push((due + dice.range(-2 * HOUR, 2 * HOUR), Act::Edit));
        }
    }
    for _ in 0..dice.range(0, 3) {
        let at = start_ms() + dice.range(0, inner.people.days * DAY);
        agenda.push((at, Act::Stop(true)));
        agenda.push((at + dice.range(60_000, 12 * HOUR), Act::Stop(false)));
    }
    for day in 0..inner.people.days {
        let dawn = start_ms() + day * DAY;
        if dice.chance(5000) {
            agenda.push((dawn + dice.range(0, DAY), Act::Run(dice.index(many))));
        }
        if dice.chance(4000) {
            agenda.push((dawn + dice.range(0, DAY), Act::Person));
        }
        if dice.chance(2000) {
            agenda.push((dawn + dice.range(0, DAY), Act::Edit));
        }
    }
    agenda
}

/// Nothing fails any more. Everything has to come to an end: first without a person, then with one.
fn calm(sim: &Sim) {
    {
        let mut inner = sim.lock();
        if !inner.breaches.is_empty() {
            return;
        }
        inner.faults = Faults::Calm;
        inner.away_until = 0;
        inner.tell("calm", String::new);
        let to = inner.now + 10 * 60_000;
        inner.advance(to);
    }
    if sim.lock().shared.head.halt.is_some() {
        runner::stop(sim, false);
    }
    let many = sim.lock().runners.len() - 1;
    // Long enough that every window is over.
    let rests = [0, 10 * 60_000, HOUR, 4 * DAY, HOUR, HOUR];
    for (round, rest) in rests.into_iter().enumerate() {
        let mut inner = sim.lock();
        let to = inner.now.max(start_ms() + inner.people.days * DAY) + rest;
        inner.advance(to);
        drop(inner);
        runner::publish(sim, round % many, false);
    }
    judge_doubts(&mut sim.lock());
    runner::settle(sim, true);
    for round in 0..2 {
        let mut inner = sim.lock();
        let to = inner.now + HOUR;
        inner.advance(to);
        drop(inner);
        runner::publish(sim, round % many, false);
    }
}

/// What is still in doubt is what only a person can tell.
fn judge_doubts(inner: &mut Inner) {
    let mut breaches: Vec<String> = Vec::new();
    for (slot, record) in &inner.shared.records {
        let class = inner
            .version
            .calendar
            .account(&slot.account)
            .and_then(|account| adapter::class_of(account.platform.as_ref()?.value));
        match (&record.state, class) {
            (State::Sending { .. }, _) => breaches.push(format!("{slot} is still being sent")),
            (State::Doubt { .. }, Some(Class::PermanentKey | Class::Listing { repost: true })) => {
                breaches.push(format!("{slot} is in doubt, and kalends could find out"));
            }
            _ => {}
        }
    }
    for how in breaches {
        inner.breach("doubt", how);
    }
}

/// Everything that was promised has an end, and every ending is true.
fn judge(inner: &mut Inner) {
    if !inner.breaches.is_empty() {
        return;
    }
    let mut breaches: Vec<Breach> = Vec::new();
    let now = DateTime::from_timestamp_millis(inner.now).unwrap_or_default();
    let drafts = inner.version.calendar.drafts(DateTime::UNIX_EPOCH..now);
    inner.counts[Event::Deliveries as usize] += drafts.len() as u64;
    for draft in &drafts {
        let state = inner.shared.state(&draft.slot);
        let by_hand = inner.people.is_by_hand(draft.slot.account.as_str());
        let ended = match state {
            State::Published { .. } | State::Gone | State::Missed { .. } | State::Cancelled { .. } => true,
            // A wish that the platform did not answer stands in the ledger, and in the list of what is open.
            State::Retracting { .. } => true,
            State::Absent if by_hand => true,
            // Held, with its reason: a person gives a renamed post its old id, or says `again`.
            State::Absent | State::Claimed { .. } | State::Released { .. } | State::Refused { .. } => {
                inner.shared.is_said_by_another(draft)
            }
            _ => false,
        };
        if !ended && now > draft.due + draft.late {
            breaches.push(("lost", format!("{} is {} at the end", draft.slot, name(state))));
        }
    }
    for (slot, record) in &inner.shared.records {
        breaches.extend(judge_record(inner, slot, record));
    }
    for (law, how) in breaches {
        inner.breach(law, how);
    }
}

fn judge_record(inner: &Inner, slot: &crate::draft::Slot, record: &Record) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut shuffled = record.entries.clone();
    shuffled.reverse();
    let folded = Record::fold(shuffled);
    if folded.state != record.state || folded.attempt != record.attempt {
        breaches.push((
            "fold",
            format!("{slot} folds to {} and grew to {}", name(&folded.state), name(&record.state)),
        ));
    }
    if matches!(record.state, State::Broken { .. }) {
        breaches.push(("fold", format!("{slot} is broken: {:?}", record.state)));
    }
    let denied = matches!(
        record.state,
        State::Missed { .. }
            | State::Refused { .. }
            | State::Released { .. }
            | State::Cancelled { .. }
            | State::Claimed { .. }
    );
    // Absence is proven by clocks; where they are further apart than is allowed, it is not judged.
    if denied && inner.skew <= 60_000 && inner.was_seen(slot) {
        breaches.push(("false ending", format!("{slot} is {} and public", name(&record.state))));
    }
    for entry in &record.entries {
        if let Fact::Receipt(receipt) = &entry.fact {
            let server = inner.servers.get(slot.account.as_str());
            let post = server.and_then(|server| server.posts.iter().find(|post| post.id == receipt.id));
            if post.is_none_or(|post| post.slot != slot.to_string()) {
                breaches.push(("false receipt", format!("{slot}: {} is not there", receipt.id)));
            }
        }
    }
    if matches!(record.state, State::Published { .. })
        && !inner.was_seen(slot)
        && slot.account.as_str() != "leader"
    {
        breaches.push(("false receipt", format!("{slot} is published and was never seen")));
    }
    breaches
}
