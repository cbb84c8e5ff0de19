//! What could be found at all: how large an effect must be to stand out from so many posts, and how many posts a given one
//! takes.

use super::effect::tail;
use super::family::{Comparison, MAD_TO_SD};
use super::sample::{Table, median};

/// The effect that is asked after: 40 % more, on the logarithmic scale.
pub const ASKED: f64 = 0.336_472_236_621_212_9;

/// The normal quantile that leaves 20 % above it: an effect is found in 80 % of cases.
const NORMAL_80: f64 = 0.841_621_233_572_914_3;

/// The normal quantile that leaves 2.5 % above it.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// Returns how far posts of one account and week are from each other: a robust standard deviation, of the outcome's
/// logarithm. Nothing where no two posts share a week.
pub fn spread(table: &Table, is_of: impl Fn(usize) -> bool) -> Option<f64> {
    let mut distances = Vec::new();
    for block in table.blocks() {
        let own: Vec<f64> = block
            .filter(|at| is_of(*at))
            .filter_map(|at| table.samples.get(at).map(|sample| sample.outcome))
            .collect();
        distances.extend(own.iter().zip(own.iter().skip(1)).map(|(a, b)| (a - b).abs()));
    }
    let spread = MAD_TO_SD * median(&mut distances) / std::f64::consts::SQRT_2;
    (spread > 0.0).then_some(spread)
}

/// Returns the smallest effect that a comparison would show in 80 % of cases, on the logarithmic scale.
pub fn smallest(comparison: &Comparison, (spread, cut): (f64, f64)) -> f64 {
    (cut + NORMAL_80) * spread / comparison.information.sqrt()
}

/// Returns in what share of cases a comparison would show an effect.
pub fn power(comparison: &Comparison, (spread, cut): (f64, f64), effect: f64) -> f64 {
    tail(cut - effect * comparison.information.sqrt() / spread)
}

/// Returns how many posts in all it takes to show the effect that is asked after in 80 % of cases, where so many posts make
/// a comparison of so much information.
pub fn posts_needed(posts: usize, information: f64, (spread, cut): (f64, f64)) -> usize {
    let wanted = ((cut + NORMAL_80) * spread / ASKED) * ((cut + NORMAL_80) * spread / ASKED);
    ceiling(f64_of(posts) * wanted / information.max(1e-9))
}

/// Returns how many posts an experiment of two arms takes, half of them in each, to show an effect in 80 % of cases, where 5 %
/// of experiments without an effect may seem to have one.
pub fn posts_of_experiment(spread: f64, effect: f64) -> usize {
    let per_arm =
        2.0 * ((NORMAL_975 + NORMAL_80) * spread / effect) * ((NORMAL_975 + NORMAL_80) * spread / effect);
    2 * ceiling(per_arm)
}

/// Returns in what share of cases an experiment of so many posts shows an effect.
pub fn power_of_experiment(posts: usize, spread: f64, effect: f64) -> f64 {
    tail(NORMAL_975 - effect * (f64_of(posts) / 4.0).sqrt() / spread)
}

#[expect(clippy::cast_precision_loss, reason = "posts are few")]
fn f64_of(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates, and is above zero"
)]
fn ceiling(count: f64) -> usize {
    libm::ceil(count.max(0.0)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_of_an_experiment_are_those_of_the_books() {
        // Two arms, a standard deviation of 1, a difference of half of it: 63 each (Lehr 1992 says 64).
        assert_eq!(posts_of_experiment(1.0, 0.5), 126);
        assert!((power_of_experiment(126, 1.0, 0.5) - 0.80).abs() < 0.005);
    }
}
