//! The simulator's own test: each plausible mistake is planted, and must be seen.

use crate::mutant::Mutant;

use super::number;
use super::story::live;

/// Each mistake with a seed whose world shows it, and the law that the world then breaks.
///
/// `BelieveRollback` is not here: a ledger that goes backwards is refused by the code that fetches it, and is planted
/// in that code's own tests.
const CAUGHT: &[(Mutant, u64, &str)] = &[
    (Mutant::PostThenRecord, 0, "unrecorded"),
    (Mutant::LeaseOnSending, 30, "double"),
    (Mutant::LookTooEarly, 3, "double"),
    (Mutant::RebaseLostRace, 115, "double"),
    (Mutant::UnansweredIsWon, 2, "unrecorded"),
    (Mutant::OwnedByHost, 2, "double"),
    (Mutant::TimeoutIsFailure, 0, "double"),
    (Mutant::ServerErrorIsFailure, 4, "double"),
    (Mutant::ClientRetries, 0, "repeated"),
    (Mutant::StopOnlyAtStart, 40, "stop"),
    (Mutant::ReplayOutsideWindow, 11, "double"),
    (Mutant::NoDeadline, 40, "double"),
    (Mutant::PathFromTime, 7, "double"),
    (Mutant::ResumeBursts, 0, "burst"),
    (Mutant::SilentMiss, 0, "lost"),
    (Mutant::ThreadGoesOn, 0, "thread"),
    (Mutant::ForgetDoubt, 0, "forgotten"),
    (Mutant::ReplayRefusedIsProof, 228, "double"),
];

const ALL: [Mutant; 18] = [
    Mutant::PostThenRecord,
    Mutant::LeaseOnSending,
    Mutant::LookTooEarly,
    Mutant::RebaseLostRace,
    Mutant::UnansweredIsWon,
    Mutant::OwnedByHost,
    Mutant::TimeoutIsFailure,
    Mutant::ServerErrorIsFailure,
    Mutant::ClientRetries,
    Mutant::StopOnlyAtStart,
    Mutant::ReplayOutsideWindow,
    Mutant::NoDeadline,
    Mutant::PathFromTime,
    Mutant::ResumeBursts,
    Mutant::SilentMiss,
    Mutant::ThreadGoesOn,
    Mutant::ForgetDoubt,
    Mutant::ReplayRefusedIsProof,
];

#[test]
fn every_planted_mistake_is_seen() {
    for mutant in ALL {
        assert!(CAUGHT.iter().any(|(caught, ..)| *caught == mutant), "{mutant:?} is not in the table");
    }
    for (mutant, seed, law) in CAUGHT {
        let with = live(*seed, Some(*mutant), false);
        assert!(
            with.breaches.iter().any(|(broken, _)| broken == law),
            "{mutant:?} goes unseen in seed {seed}; it broke {:?}; find another: \
             cargo test sim::mutants -- --ignored --nocapture",
            with.breaches
        );
        let without = live(*seed, None, false);
        assert!(without.breaches.is_empty(), "seed {seed} breaks {:?} without {mutant:?}", without.breaches);
    }
}

#[test]
#[ignore = "a search: it prints the table above"]
fn look_for_seeds() {
    let most = number("KALENDS_SEEDS").unwrap_or(4000);
    // The law that says most of the mistake, where several are broken.
    let wanted = |mutant: Mutant| match mutant {
        Mutant::LeaseOnSending | Mutant::RebaseLostRace | Mutant::OwnedByHost | Mutant::NoDeadline => {
            &["double"][..]
        }
        Mutant::PostThenRecord => &["unrecorded"],
        Mutant::UnansweredIsWon => &["unrecorded"],
        Mutant::ClientRetries => &["repeated"],
        Mutant::StopOnlyAtStart => &["stop"],
        Mutant::ResumeBursts => &["burst"],
        Mutant::SilentMiss => &["lost"],
        Mutant::ThreadGoesOn => &["thread"],
        Mutant::ForgetDoubt => &["forgotten"],
        _ => &["double"],
    };
    for mutant in ALL {
        let mut second = None;
        let found = (0..most).find_map(|seed| {
            let ending = live(seed, Some(mutant), false);
            let (law, _) =
                ending.breaches.iter().find(|(law, _)| wanted(mutant).contains(law)).or_else(|| {
                    second = second.or_else(|| ending.breaches.first().map(|(law, _)| (seed, *law)));
                    None
                })?;
            Some((seed, *law))
        });
        match found.or(second) {
            Some((seed, law)) => println!("    (Mutant::{mutant:?}, {seed}, {law:?}),"),
            None => println!("    // {mutant:?} went unseen in {most} seeds"),
        }
    }
}
