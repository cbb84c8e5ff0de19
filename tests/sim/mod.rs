//! The simulator: the real journeys in worlds of which each is made by one number.
//!
//! Only the seams are replaced: the clock, the network with its platforms' servers, the shared ledger. Everything
//! between is the code that publishes. A crash is an unwind from inside a seam, a rival a whole run nested in
//! another's call, a pause a jump of time.
//!
//! ```text
//! cargo test sim                                        the directed cases, and 10,000 seeds
//! KALENDS_SEEDS=1000000 cargo test sim -- --nocapture   as many as there is time for
//! KALENDS_SEED=123 cargo test sim -- --nocapture        one world, with its story
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "these are tests, and their figures are printed"
)]

mod adapter;
mod dice;
mod directed;
mod ledger;
mod mutants;
mod people;
mod records;
mod runner;
mod seat;
mod server;
mod story;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use story::{Ending, live};
use world::{EVENTS, Event};

/// How many seeds a plain `cargo test sim` lives.
const SEEDS: u64 = 10_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Tells a world's story, its end last.
fn show(seed: u64, ending: &Ending) {
    let from = if number("KALENDS_SEED").is_some() { 0 } else { ending.trace.len().saturating_sub(120) };
    for line in &ending.trace[from..] {
        println!("{line}");
    }
    println!("--- the ledger\n{}", ending.summary);
    for (law, how) in &ending.breaches {
        println!("--- seed {seed} breaks the law `{law}`: {how}");
    }
    println!("--- again: KALENDS_SEED={seed} cargo test sim -- --nocapture");
}

#[test]
fn no_seed_breaks_a_law() {
    if let Some(seed) = number("KALENDS_SEED") {
        let ending = live(seed, None, true);
        show(seed, &ending);
        assert!(ending.breaches.is_empty(), "seed {seed} breaks a law");
        return;
    }
    let seeds = number("KALENDS_SEEDS").unwrap_or(SEEDS);
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let totals = Mutex::new(([0u64; EVENTS], Vec::new()));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds || totals.lock().unwrap().1.len() >= 5 {
                        return;
                    }
                    let ending = live(seed, None, false);
                    let mut totals = totals.lock().unwrap();
                    for (total, count) in totals.0.iter_mut().zip(ending.counts) {
                        *total += count;
                    }
                    if !ending.breaches.is_empty() {
                        totals.1.push((seed, ending.breaches));
                    }
                }
            });
        }
    });
    let (totals, failed) = totals.into_inner().unwrap();
    println!("{seeds} seeds in {:.1} s", start.elapsed().as_secs_f64());
    for event in Event::ALL {
        println!("{:>10} {event:?}", totals[event as usize]);
    }
    if let Some((seed, _)) = failed.first() {
        show(*seed, &live(*seed, None, true));
    }
    let list: Vec<String> =
        failed.iter().map(|(seed, breaches)| format!("{seed}: {:?}", breaches.first())).collect();
    assert!(failed.is_empty(), "seeds that break a law:\n{}", list.join("\n"));
    // A run in which nothing bad happened proves nothing.
    if seeds >= 1000 {
        for event in Event::ALL {
            let least = seeds / 20;
            assert!(
                totals[event as usize] >= least,
                "{event:?} happened {} times only",
                totals[event as usize]
            );
        }
    }
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..40 {
        assert_eq!(live(seed, None, false).hash, live(seed, None, true).hash, "seed {seed} has two stories");
    }
}
