//! The flat table that is compared: one row a post, with the cells that it is in.

use std::ops::Range;

use crate::calendar::Factor;
use crate::chance::Seed;

/// A group of one platform's posts that are alike in one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The platform.
    pub platform: String,
    /// What they are alike in.
    pub factor: Factor,
    /// How: `film`, `weekday-morning`, a department's id, a tag without `#`.
    pub level: String,
}

impl Cell {
    /// Returns a short name that stays the same from month to month and in every calendar: eight hexadecimal digits.
    pub fn id(&self) -> String {
        let whole = format!("{}\n{}\n{}", self.platform, self.factor, self.level);
        Seed::of(whole.as_bytes()).to_string().chars().take(8).collect()
    }
}

/// One post.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The account, as a number.
    pub account: u32,
    /// The week, counted from any Monday.
    pub week: i32,
    /// What it earned, on the scale that is compared (a logarithm).
    pub outcome: f64,
    /// The cells that it is in, sorted.
    pub cells: Vec<u32>,
    /// The cells of which nobody knows whether it is in them, sorted: it is compared with none of these.
    pub unknown: Vec<u32>,
}

/// Posts and the cells that tell them apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The cells, each once.
    pub cells: Vec<Cell>,
    /// The posts, by account and week.
    pub samples: Vec<Sample>,
}

impl Table {
    /// Returns a table; the order of the posts within a week stays as it is given.
    pub fn new(cells: Vec<Cell>, mut samples: Vec<Sample>) -> Table {
        samples.sort_by_key(|sample| (sample.account, sample.week));
        Table { cells, samples }
    }

    /// Returns the posts of each account and week: the blocks in which posts are compared.
    pub fn blocks(&self) -> Vec<Range<usize>> {
        let mut from = 0;
        let chunks = self.samples.chunk_by(|a, b| (a.account, a.week) == (b.account, b.week));
        chunks
            .map(|chunk| {
                from += chunk.len();
                from - chunk.len()..from
            })
            .collect()
    }

    /// Returns the seed that its rows make: the same rows, the same chance.
    pub fn seed(&self) -> Seed {
        let mut text = String::new();
        for cell in &self.cells {
            text.push_str(&format!("{}\t{}\t{}\n", cell.platform, cell.factor, cell.level));
        }
        for sample in &self.samples {
            text.push_str(&format!(
                "{} {} {:x} {:?}\n",
                sample.account,
                sample.week,
                sample.outcome.to_bits(),
                sample.cells
            ));
        }
        Seed::of(text.as_bytes())
    }
}

/// Returns the median of some numbers; 0 of none. Their order is lost.
pub(super) fn median(numbers: &mut [f64]) -> f64 {
    let count = numbers.len();
    if count == 0 {
        return 0.0;
    }
    let (below, middle, _) = numbers.select_nth_unstable_by(count / 2, f64::total_cmp);
    let upper = *middle;
    if count % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    f64::midpoint(lower, upper)
}
