//! Every crash point of a small world in turn, on each side, with each outcome of a push and of a request.

use super::people::{PLATFORMS, People};
use super::story::{Ending, directed};
use super::world::{Fate, Push, Script};

fn case(platform: usize, script: Script) -> Ending {
    let (name, kind) = PLATFORMS[platform];
    let ending = directed(People::single(name, kind, 2), script, 7, None, false);
    if !ending.breaches.is_empty() {
        let loud = directed(People::single(name, kind, 2), script, 7, None, true);
        loud.trace.iter().for_each(|line| println!("{line}"));
        println!("{}", loud.summary);
        panic!("{name}, {script:?} breaks {:?}", ending.breaches);
    }
    ending
}

/// A thread of two on each platform: the crash points of its first run, both sides, with each single fault besides.
#[test]
fn every_crash_point_ends_well() {
    let mut cases = 0;
    for platform in 0..PLATFORMS.len() {
        let touches = case(platform, Script::default()).touches;
        assert!(touches > 20, "a run touched the world {touches} times only");
        let mut faults: Vec<Script> =
            Fate::ALL.iter().map(|fate| Script { request: Some(*fate), ..Script::default() }).collect();
        for nth in 1..=3 {
            faults.extend(
                Push::ALL[1..].iter().map(|push| Script { push: Some((nth, *push)), ..Script::default() }),
            );
        }
        for at in 1..=touches + 6 {
            for side in [true, false] {
                for fault in &faults {
                    case(platform, Script { crash: Some((at, side)), ..*fault });
                    cases += 1;
                }
            }
        }
    }
    println!("{cases} directed cases");
    assert!(cases > 10_000, "{cases} cases only");
}

/// Each outcome of each push together with each outcome of the request.
#[test]
fn every_pair_of_outcomes_ends_well() {
    for platform in 0..PLATFORMS.len() {
        for nth in 1..=6 {
            for push in Push::ALL {
                for request in Fate::ALL {
                    case(
                        platform,
                        Script { push: Some((nth, push)), request: Some(request), ..Script::default() },
                    );
                }
            }
        }
    }
}

/// A run that sleeps anywhere, while others go on, and a rival's whole run anywhere, with each outcome of the request.
#[test]
fn every_pause_and_every_rival_ends_well() {
    for platform in 0..PLATFORMS.len() {
        let touches = case(platform, Script::default()).touches;
        for at in 1..=touches {
            for request in Fate::ALL {
                for minutes in [1, 5, 45, 200] {
                    let pause = Some((at, minutes * 60_000));
                    let rival = (minutes > 5).then_some(at);
                    case(platform, Script { pause, rival, request: Some(request), ..Script::default() });
                }
                case(platform, Script { rival: Some(at), request: Some(request), ..Script::default() });
            }
        }
    }
}
