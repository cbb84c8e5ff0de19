//! What can be said of a table of posts: the family tested, step by step, until nothing more stands out.

use super::effect::{Effect, Interval, effect};
use super::family::{Comparison, family, residuals, test};
use super::sample::{Cell, Table};
use crate::chance::Seed;

/// The likelihood with which anything at all may be said where nothing has an effect.
pub const FAMILY_LEVEL: f64 = 0.05;

/// The most advices of one month.
const STEPS_MAX: usize = 12;

/// How much is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How many orders of the posts are tried.
    pub permutations: u32,
    /// How many years are drawn from the weeks there are.
    pub resamples: u32,
}

impl Effort {
    /// What a month's advice takes.
    pub const FULL: Effort = Effort { permutations: 1_999, resamples: 999 };
}

/// A comparison, as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The comparison: its place in [`Judged::family`].
    pub comparison: usize,
    /// How likely such a score is somewhere in the family, where nothing has an effect.
    pub adjusted: f64,
    /// Its effect on the logarithmic scale, shrunk for having been chosen.
    pub interval: Interval,
    /// The effect before that.
    pub effect: Effect,
}

/// What can be said of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// All comparisons that there was enough for.
    pub family: Vec<Comparison>,
    /// Of each comparison, how likely its score is somewhere in the family, before anything was taken out.
    pub adjusted: Vec<f64>,
    /// What stands out, the clearest first: each when those before it are taken out.
    pub found: Vec<Found>,
    /// The score beyond which the first had to be.
    pub cut: f64,
}

/// Judges a table.
///
/// The comparison with the largest score is said if chance alone comes as far, anywhere in the family, in at most 5 % of
/// the orders. Then its effect is taken out of the outcomes, and the rest is tested anew (after Freedman and Lane 1983): what
/// stood out only because it went together with the first stands out no more.
pub fn judge(table: &Table, effort: Effort) -> Judged {
    let seed = table.seed();
    let (family, blocks) = (family(table), table.blocks());
    let mut outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let mut left: Vec<usize> = (0..family.len()).collect();
    let (mut found, mut adjusted, mut first_cut) = (Vec::new(), Vec::new(), f64::INFINITY);
    for step in 0..STEPS_MAX {
        let comparisons: Vec<Comparison> = left.iter().filter_map(|at| family.get(*at).cloned()).collect();
        let tested = test(
            (&comparisons, &blocks),
            &residuals(table, &blocks, &outcomes),
            (seed.part(&format!("permutations {step}")), effort.permutations),
        );
        if step == 0 {
            adjusted = tested.scores.iter().map(|score| tested.adjusted(*score)).collect();
            first_cut = tested.cut(FAMILY_LEVEL);
        }
        let Some(place) = clearest(table, &comparisons, &tested.scores) else { break };
        let Some(score) = tested.scores.get(place) else { break };
        let likelihood = tested.adjusted(*score);
        let (Some(at), true) = (left.get(place).copied(), likelihood <= FAMILY_LEVEL) else { break };
        let Some(comparison) = family.get(at) else { break };
        let seed: Seed = seed.part(&format!("weeks {step}"));
        let effect = effect(table, comparison, &outcomes, (seed, effort.resamples));
        let cut = tested.cut(FAMILY_LEVEL);
        let interval = effect.chosen(*score, cut);
        let cell = u32::try_from(comparison.cell).unwrap_or(u32::MAX);
        for (sample, outcome) in table.samples.iter().zip(&mut outcomes) {
            if sample.cells.binary_search(&cell).is_ok() {
                *outcome -= effect.estimate;
            }
        }
        left.retain(|other| *other != at);
        found.push(Found { comparison: at, adjusted: likelihood, interval, effect });
    }
    Judged { family, adjusted, found, cut: first_cut }
}

/// Scores that are no further apart than this are of the same posts, or of all others: rounding alone parts them.
const SAME: f64 = 1e-6;

/// Returns the place of the largest score. Of several as large what is to be done more comes first, and then the first factor:
/// where all posts are of one of two forms, one of them is as much above as the other is below.
fn clearest(table: &Table, comparisons: &[Comparison], scores: &[f64]) -> Option<usize> {
    let largest = scores.iter().map(|score| score.abs()).fold(0.0, f64::max);
    let cell = |at: usize| -> Option<&Cell> { table.cells.get(comparisons.get(at)?.cell) };
    let near = scores.iter().enumerate().filter(|(_, score)| score.abs() >= largest - SAME);
    near.min_by_key(|(at, score)| (**score < 0.0, cell(*at).map(|cell| (cell.factor, cell))))
        .map(|(at, _)| at)
}
