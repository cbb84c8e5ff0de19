//! How large an effect is: a robust difference, how far it varies from week to week, and what is left of it when it was
//! looked at because it stood out.

use crate::chance::Seed;

use super::family::{Comparison, MAD_TO_SD};
use super::sample::{Table, median};

/// Differences beyond so many spreads count less and less (Huber 1964; 95 % efficient where chance is normal).
const HUBER: f64 = 1.345;

/// The most pairs that one account's week gives, unless it has more posts of one kind than that.
const PAIRS_MAX: usize = 256;

/// The share of cases that an interval is to cover.
pub const LEVEL: f64 = 0.9;

/// An effect on the logarithmic scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The difference.
    pub estimate: f64,
    /// Its standard error, by a bootstrap of whole weeks.
    pub error: f64,
    /// Student's quantile over the normal one: what few weeks add to it.
    pub few: f64,
}

/// An effect with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The best guess.
    pub middle: f64,
    /// What it is above, and below, in 90 % of such cases together.
    pub ends: (f64, f64),
}

/// A difference between two posts of one block, in its week.
struct Pair {
    week: usize,
    difference: f64,
    weight: f64,
}

/// Estimates a comparison's effect on outcomes: Huber's location of all differences between a post of the cell and one
/// outside it, of the same account and week (after Hodges and Lehmann 1963). Where nothing has an effect each difference is as
/// likely as its opposite, however skewed the outcomes are.
pub fn effect(
    table: &Table,
    comparison: &Comparison,
    outcomes: &[f64],
    (seed, resamples): (Seed, u32),
) -> Effect {
    let pairs = pairs(table, comparison, outcomes);
    let mut differences: Vec<f64> = pairs.iter().map(|pair| pair.difference).collect();
    let middle = median(&mut differences);
    differences.iter_mut().for_each(|difference| *difference = (*difference - middle).abs());
    let spread = HUBER * (MAD_TO_SD * median(&mut differences)).max(1e-9);
    let mut estimate = middle;
    for _ in 0..50 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for pair in &pairs {
            let off = pair.difference - estimate;
            let weight = pair.weight * if off.abs() > spread { spread / off.abs() } else { 1.0 };
            sum += weight * pair.difference;
            weights += weight;
        }
        if weights <= 0.0 {
            break;
        }
        let next = sum / weights;
        let is_there = (next - estimate).abs() < 1e-9;
        estimate = next;
        if is_there {
            break;
        }
    }
    let mut weeks = vec![(0.0, 0.0); comparison.weeks()];
    for pair in &pairs {
        let off = pair.difference - estimate;
        if let Some(week) = weeks.get_mut(pair.week) {
            week.0 += pair.weight * off.clamp(-spread, spread);
            week.1 += pair.weight * f64::from(u8::from(off.abs() <= spread));
        }
    }
    let freedom = (comparison.weeks_effective - 1.0).max(1.0);
    Effect { estimate, error: error(&weeks, (seed, resamples)), few: student_over_normal(freedom) }
}

fn pairs(table: &Table, comparison: &Comparison, outcomes: &[f64]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut from = 0;
    for (week, end) in comparison.ends.iter().enumerate() {
        let entries = comparison.entries.get(from..*end).unwrap_or_default();
        from = *end;
        let account = |sample: u32| table.samples.get(sample as usize).map(|sample| sample.account);
        for block in entries.chunk_by(|a, b| account(a.sample) == account(b.sample)) {
            let side = |is_in: bool| -> Vec<f64> {
                let own = block.iter().filter(|entry| (entry.weight > 0.0) == is_in);
                own.filter_map(|entry| outcomes.get(entry.sample as usize).copied()).collect()
            };
            let (inside, outside) = (side(true), side(false));
            let all = inside.len() * outside.len();
            let count = all.min(PAIRS_MAX.max(inside.len()).max(outside.len()));
            #[expect(clippy::cast_precision_loss, reason = "posts of a week are few")]
            let weight = all as f64 / block.len() as f64 / count.max(1) as f64;
            for number in 0..count {
                // Each round meets other partners; all of them are met where there is room.
                let (i, j) = (
                    number % inside.len(),
                    (number + number / lcm(inside.len(), outside.len())) % outside.len(),
                );
                if let (Some(own), Some(other)) = (inside.get(i), outside.get(j)) {
                    pairs.push(Pair { week, difference: own - other, weight });
                }
            }
        }
    }
    pairs
}

fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1) * b).max(1)
}

/// Returns the standard deviation of what other weeks, drawn from those there are, would have given: a bootstrap of the
/// estimating function (Hu and Kalbfleisch 2000), a week being what is drawn (Künsch 1989).
fn error(weeks: &[(f64, f64)], (seed, resamples): (Seed, u32)) -> f64 {
    let count = u32::try_from(weeks.len()).unwrap_or(u32::MAX);
    let mut shifts = Vec::with_capacity(resamples as usize);
    for number in 0..resamples {
        let mut chance = seed.stream(number.into());
        let (mut sum, mut slope) = (0.0, 0.0);
        for _ in 0..count {
            let week = weeks.get(chance.below(count) as usize).copied().unwrap_or_default();
            sum += week.0;
            slope += week.1;
        }
        if slope > 0.0 {
            shifts.push(sum / slope);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "resamples and weeks are few")]
    let (drawn, weeks) = (shifts.len().max(2) as f64, weeks.len().max(2) as f64);
    let mean = shifts.iter().sum::<f64>() / drawn;
    let squares: f64 = shifts.iter().map(|shift| (shift - mean) * (shift - mean)).sum();
    // Drawing from G weeks varies by (G - 1) / G of what the weeks themselves do.
    (squares / (drawn - 1.0) * weeks / (weeks - 1.0)).sqrt()
}

/// Returns Student's 95 % quantile over the normal one (Wallace 1959, turned round).
fn student_over_normal(freedom: f64) -> f64 {
    let score = NORMAL_95 * (8.0 * freedom + 3.0) / (8.0 * freedom + 1.0);
    (freedom * libm::expm1(score * score / freedom)).sqrt() / NORMAL_95
}

/// The normal quantile that leaves 5 % above it.
const NORMAL_95: f64 = 1.644_853_626_951_472_7;

impl Effect {
    /// Returns the interval of an effect that was to be looked at whatever it would be.
    pub fn plain(&self) -> Interval {
        let half = NORMAL_95 * self.error * self.few;
        Interval { middle: self.estimate, ends: (self.estimate - half, self.estimate + half) }
    }

    /// Returns the interval of an effect that is looked at because its score is beyond a cut: what values of the effect would,
    /// having been beyond the cut, not be strange to lie where it lies (Zhong and Prentice 2008). The middle is the
    /// value for which half of them lie further out: an estimate shrunk towards zero, the more the nearer to the cut.
    ///
    /// A score is large where the effect is, and where its error happens to look small; the error is therefore at least the
    /// one that the score itself implies.
    pub fn chosen(&self, score: f64, cut: f64) -> Interval {
        let (size, score) = (self.estimate.abs(), score.abs().max(1e-9));
        let error = (self.error * self.few).max(size / score).max(1e-9);
        let cut = size * (cut.abs() / score).min(1.0);
        let beyond = |value: f64| {
            let further = tail((size - value) / error);
            further / (tail((cut - value) / error) + tail((cut + value) / error))
        };
        let solve = |wanted: f64| {
            let (mut low, mut high) = (-cut - 8.0 * error, size + 8.0 * error);
            for _ in 0..100 {
                let middle = f64::midpoint(low, high);
                if beyond(middle) < wanted { low = middle } else { high = middle }
            }
            f64::midpoint(low, high)
        };
        let (low, middle, high) = (solve((1.0 - LEVEL) / 2.0), solve(0.5), solve(f64::midpoint(1.0, LEVEL)));
        match self.estimate < 0.0 {
            true => Interval { middle: -middle, ends: (-high, -low) },
            false => Interval { middle, ends: (low, high) },
        }
    }
}

/// Returns the share of a normal distribution above a value.
pub(super) fn tail(value: f64) -> f64 {
    0.5 * libm::erfc(value / std::f64::consts::SQRT_2)
}
