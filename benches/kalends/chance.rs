//! Chance that is the same on every machine: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

/// A sequence of numbers that follows from its seed.
pub struct Chance(u64);

impl Chance {
    /// Starts the sequence of a seed and of a number in it, so that no post's words hang on those before it.
    pub fn new(seed: u64, number: usize) -> Chance {
        let mut chance = Chance(seed ^ (number as u64).wrapping_mul(0xd6e8_feb8_6659_fd93));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Tells whether something happens that happens so often in a hundred.
    pub fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    /// Returns one of some things.
    pub fn pick<'a, T>(&mut self, things: &'a [T; 8]) -> &'a T {
        &things[self.below(8)]
    }
}
