//! Chance that can be repeated: the same seed, the same draws, on every machine.
//!
//! The stream is ChaCha with 8 rounds, whose values the crate `rand_chacha` promises never to change (it is in the tree already, by
//! way of `age`); a seed is the SHA-256 of what the draws are for. Nothing here is secret: keys and nonces come from the system ([`crate::rim`]).

use std::fmt;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

/// What chance begins from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Returns the seed of some bytes: their SHA-256.
    pub fn of(bytes: &[u8]) -> Seed {
        Seed(Sha256::digest(bytes).into())
    }

    /// Returns another seed, for a part of the work that has a name.
    pub fn part(self, name: &str) -> Seed {
        Seed(Sha256::new().chain_update(self.0).chain_update(name.as_bytes()).finalize().into())
    }

    /// Returns the chance of one of its streams, each of which is independent of the others.
    pub fn stream(self, number: u64) -> Chance {
        let mut stream = ChaCha8Rng::from_seed(self.0);
        stream.set_stream(number);
        Chance(stream)
    }
}

/// Displays as the first 16 of its hexadecimal digits.
impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A stream of draws.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// Draws a number from 0 on, below a bound; 0 where the bound is 0.
    ///
    /// By multiplication (Lemire 2019): no number is more likely than another by more than `bound` in 2^32.
    pub fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or_default()
    }

    /// Draws a number from 0 on, below 1.
    pub fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Puts things in an order that is as likely as any other (Fisher and Yates).
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
            things.swap(last, self.below(bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_everywhere() {
        let seed = Seed::of(b"harbour");
        assert_eq!(seed.to_string(), "aa74f6fd03bf68be");
        let mut chance = seed.part("permutations").stream(7);
        let drawn: Vec<u32> = (0..8).map(|_| chance.below(100)).collect();
        // As a second program computes them, from the definition of ChaCha8.
        assert_eq!(drawn, [42, 99, 1, 17, 69, 75, 57, 58]);
    }

    #[test]
    fn every_order_is_as_likely_as_any_other() {
        let mut counts = std::collections::BTreeMap::new();
        let mut chance = Seed::of(b"orders").stream(0);
        for _ in 0..24_000 {
            let mut things = [0, 1, 2, 3];
            chance.shuffle(&mut things);
            *counts.entry(things).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 24);
        // Within six standard deviations of 1,000.
        assert!(counts.values().all(|count| (810..1_190).contains(count)), "{counts:?}");
        let units: Vec<f64> = (0..10_000).map(|_| chance.unit()).collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        assert!((units.iter().sum::<f64>() / 10_000.0 - 0.5).abs() < 0.02);
    }
}
