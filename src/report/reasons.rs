//! What was promised and not kept on time, and why.

use std::collections::BTreeMap;

use crate::evidence::Ending;
use crate::report::frame::Frame;
use crate::time::show_duration;

/// The most promises that are listed one by one.
const LISTED_MAX: usize = 40;

/// A promise that was not kept on time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its place in the evidence.
    pub promise: u32,
    /// What became of it, in one word or two.
    pub fate: &'static str,
    /// Why, where anybody said.
    pub why: String,
}

/// What was not kept on time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// How many were not kept for each fate and reason, the most first.
    pub counts: Vec<(&'static str, String, usize)>,
    /// The first of them, by their moments.
    pub listed: Vec<Broken>,
    /// How many are not listed.
    pub unlisted: usize,
    /// How many promises of the period had not come due at the cutoff.
    pub open: usize,
}

/// Lists what was not kept on time.
pub fn reasons(frame: &Frame<'_>) -> Reasons {
    let mut reasons = Reasons::default();
    let Some(period) = frame.periods.first() else { return reasons };
    let promises = &frame.evidence.promises;
    let from = promises.partition_point(|promise| promise.due < period.moments.start);
    let mut counts: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    for (number, promise) in (0_u32..).zip(promises).skip(from) {
        if promise.due >= period.moments.end {
            break;
        }
        if promise.due > period.cutoff || promise.ending == Ending::Open {
            reasons.open += 1;
            continue;
        }
        let Some((fate, why)) = fate(&promise.ending) else { continue };
        // How late it was differs each time: as a reason, lateness is one.
        let reason = if fate == "late" { String::new() } else { why.clone() };
        *counts.entry((fate, reason)).or_default() += 1;
        if reasons.listed.len() < LISTED_MAX {
            reasons.listed.push(Broken { promise: number, fate, why });
        } else {
            reasons.unlisted += 1;
        }
    }
    reasons.counts = counts.into_iter().map(|((fate, why), count)| (fate, why, count)).collect();
    reasons.counts.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (a.0, &a.1).cmp(&(b.0, &b.1))));
    reasons
}

/// Returns what became of a promise that was not kept on time, and why.
fn fate(ending: &Ending) -> Option<(&'static str, String)> {
    Some(match ending {
        Ending::OnTime | Ending::Open => return None,
        Ending::Late(late) => ("late", format!("{} after its time", show_duration(*late))),
        Ending::Missed(why) => ("missed", why.clone()),
        Ending::Skipped(why) => ("skipped", why.clone()),
        Ending::Refused(why) => ("refused", why.clone()),
        Ending::Retracted => ("taken down", String::new()),
        Ending::Doubt(why) => ("not known", why.clone()),
        Ending::Unconfirmed => ("not known", "nobody has said whether it was posted by hand".to_owned()),
    })
}
