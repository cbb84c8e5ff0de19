//! The family of all comparisons, and the one test over it.
//!
//! A comparison's score adds up, week by week, how much further the cell's posts lie above the other posts *of the same
//! account and week*, and sets the sum against how much it varies from week to week. Growth, season, holidays and a week in
//! which everything went well are in both and fall out; a subject that is a hit in one week counts as one week.

use std::ops::Range;

use crate::chance::Seed;

use super::sample::{Table, median};

/// The fewest posts of a cell, and the fewest others, that stand in one week with each other.
pub const POSTS_MIN: usize = 12;

/// The fewest weeks in which they do.
pub const WEEKS_MIN: usize = 8;

/// Residuals beyond so many of their spreads count as so many (Huber 1964).
const HUBER: f64 = 2.0;

/// A median absolute deviation times this is a standard deviation, where chance is normal.
pub(super) const MAD_TO_SD: f64 = 1.4826;

/// A post in a comparison, and how far its being in the cell or not is from the block's mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The post: its place in the table.
    pub sample: u32,
    /// Above zero in the cell, below zero outside.
    pub weight: f64,
}

/// A cell against the other posts of the same accounts and weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The cell: its place in the table.
    pub cell: usize,
    /// How many of the cell's posts have others beside them.
    pub posts: usize,
    /// How many others they have.
    pub others: usize,
    /// The posts, by week; only those of blocks that have both.
    pub entries: Vec<Entry>,
    /// Where each week's entries end.
    pub ends: Vec<usize>,
    /// The sum of the squared weights: how much the comparison can tell.
    pub information: f64,
    /// How many weeks of one size would tell as much.
    pub weeks_effective: f64,
}

impl Comparison {
    /// Returns in how many weeks there is something to compare.
    pub fn weeks(&self) -> usize {
        self.ends.len()
    }

    /// Returns the score of some residuals, as if it were a normal deviate: the sum of the weeks over their own spread
    /// is Student's t, whose tails are brought to the normal ones (Wallace 1959), so that cells of few weeks and of many
    /// can stand in one family.
    pub fn score(&self, residuals: &[f64]) -> f64 {
        let (mut from, mut sum, mut squares) = (0, 0.0, 0.0);
        for end in &self.ends {
            let mut week = 0.0;
            for entry in self.entries.get(from..*end).unwrap_or_default() {
                week += entry.weight * residuals.get(entry.sample as usize).copied().unwrap_or_default();
            }
            sum += week;
            squares += week * week;
            from = *end;
        }
        if squares <= 0.0 {
            return 0.0;
        }
        self.normal(sum / squares.sqrt())
    }

    /// Returns the normal deviate of a self-normalised sum.
    fn normal(&self, ratio: f64) -> f64 {
        let t = self.student(ratio);
        let freedom = (self.weeks_effective - 1.0).max(1.0);
        let size =
            (freedom * libm::log1p(t * t / freedom)).sqrt() * (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0);
        size.copysign(ratio)
    }

    /// Returns Student's t of a self-normalised sum.
    fn student(&self, ratio: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "weeks are few")]
        let weeks = self.ends.len() as f64;
        ratio * ((weeks - 1.0) / (weeks - ratio * ratio).max(1e-9)).sqrt()
    }
}

/// Returns the comparisons that there is enough for, in the order of the cells.
pub fn family(table: &Table) -> Vec<Comparison> {
    let is_enough =
        |one: &Comparison| one.posts >= POSTS_MIN && one.others >= POSTS_MIN && one.weeks() >= WEEKS_MIN;
    comparisons(table).into_iter().filter(is_enough).collect()
}

/// Returns every comparison that there is anything for, in the order of the cells.
pub fn comparisons(table: &Table) -> Vec<Comparison> {
    let blocks = table.blocks();
    let mut parts: Vec<Vec<(i32, Entry)>> = vec![Vec::new(); table.cells.len()];
    let mut counts = vec![(0_usize, 0_usize); table.cells.len()];
    for block in &blocks {
        let samples = table.samples.get(block.clone()).unwrap_or_default();
        let mut cells: Vec<u32> = samples.iter().flat_map(|sample| sample.cells.iter().copied()).collect();
        cells.sort_unstable();
        cells.dedup();
        for cell in cells {
            let known: Vec<(usize, bool)> = samples
                .iter()
                .zip(block.clone())
                .filter(|(sample, _)| sample.unknown.binary_search(&cell).is_err())
                .map(|(sample, at)| (at, sample.cells.binary_search(&cell).is_ok()))
                .collect();
            let inside = known.iter().filter(|(_, is_in)| *is_in).count();
            let (Some(week), Some(part), Some(count)) = (
                samples.first().map(|sample| sample.week),
                parts.get_mut(cell as usize),
                counts.get_mut(cell as usize),
            ) else {
                continue;
            };
            if inside == 0 || inside == known.len() {
                continue;
            }
            *count = (count.0 + inside, count.1 + known.len() - inside);
            #[expect(clippy::cast_precision_loss, reason = "posts of a week are few")]
            let share = inside as f64 / known.len() as f64;
            part.extend(known.iter().map(|(at, is_in)| {
                let sample = u32::try_from(*at).unwrap_or(u32::MAX);
                (week, Entry { sample, weight: f64::from(u8::from(*is_in)) - share })
            }));
        }
    }
    let all = parts.into_iter().zip(counts).enumerate();
    all.filter_map(|(cell, (part, counts))| comparison(cell, part, counts)).collect()
}

fn comparison(
    cell: usize,
    mut part: Vec<(i32, Entry)>,
    (posts, others): (usize, usize),
) -> Option<Comparison> {
    part.sort_by_key(|(week, entry)| (*week, entry.sample));
    let mut end = 0;
    let mut ends = Vec::new();
    let (mut information, mut squares) = (0.0, 0.0);
    for week in part.chunk_by(|a, b| a.0 == b.0) {
        end += week.len();
        ends.push(end);
        let of_week: f64 = week.iter().map(|(_, entry)| entry.weight * entry.weight).sum();
        information += of_week;
        squares += of_week * of_week;
    }
    if part.is_empty() {
        return None;
    }
    let entries = part.into_iter().map(|(_, entry)| entry).collect();
    let weeks_effective = information * information / squares;
    Some(Comparison { cell, posts, others, entries, ends, information, weeks_effective })
}

/// Returns each post's distance from the middle of its account's week, in spreads of its account, with far ones brought
/// near. Within a week it is a function of what the posts of the week earned, in no matter which order.
pub fn residuals(table: &Table, blocks: &[Range<usize>], outcomes: &[f64]) -> Vec<f64> {
    let mut residuals = vec![0.0; outcomes.len()];
    for block in blocks {
        let Some(own) = outcomes.get(block.clone()) else { continue };
        let middle = median(&mut own.to_vec());
        for (residual, outcome) in residuals.iter_mut().skip(block.start).zip(own) {
            *residual = outcome - middle;
        }
    }
    let account = |at: usize| table.samples.get(at).map(|sample| sample.account);
    for blocks in blocks.chunk_by(|a, b| account(a.start) == account(b.start)) {
        let shared = || blocks.iter().filter(|block| block.len() > 1).cloned();
        let mut sizes: Vec<f64> =
            shared().flatten().filter_map(|at| residuals.get(at).map(|residual| residual.abs())).collect();
        #[expect(clippy::cast_precision_loss, reason = "a mean of few numbers")]
        let mean = sizes.iter().sum::<f64>() / sizes.len().max(1) as f64;
        let spread = match MAD_TO_SD * median(&mut sizes) {
            spread if spread > 0.0 => spread,
            _ => mean,
        };
        for at in shared().flatten() {
            if let Some(residual) = residuals.get_mut(at) {
                *residual = if spread > 0.0 { (*residual / spread).clamp(-HUBER, HUBER) } else { 0.0 };
            }
        }
    }
    residuals
}

/// What chance alone does.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// The score of each comparison.
    pub scores: Vec<f64>,
    /// The largest score of the whole family, without its sign, in each permutation; sorted.
    pub maxima: Vec<f64>,
}

impl Tested {
    /// Returns how likely a score of that size or more is, somewhere in the family, where nothing has an effect.
    pub fn adjusted(&self, score: f64) -> f64 {
        let below = self.maxima.partition_point(|max| *max < score.abs());
        #[expect(clippy::cast_precision_loss, reason = "permutations are few")]
        let (as_large, all) = ((self.maxima.len() - below + 1) as f64, (self.maxima.len() + 1) as f64);
        as_large / all
    }

    /// Returns the score beyond which chance comes with so small a likelihood.
    pub fn cut(&self, level: f64) -> f64 {
        let rank = self.maxima.iter().rposition(|max| self.adjusted(*max) > level).map_or(0, |at| at + 1);
        self.maxima.get(rank).or(self.maxima.last()).copied().unwrap_or(f64::INFINITY)
    }
}

/// Scores the family, and as often as told again with the residuals of each account's week in another order.
pub fn test(
    (family, blocks): (&[Comparison], &[Range<usize>]),
    residuals: &[f64],
    (seed, permutations): (Seed, u32),
) -> Tested {
    let scores = family.iter().map(|comparison| comparison.score(residuals)).collect();
    let many: Vec<Range<usize>> = blocks.iter().filter(|block| block.len() > 1).cloned().collect();
    let largest = |number: u32, order: &mut Vec<f64>| {
        order.clear();
        order.extend_from_slice(residuals);
        let mut chance = seed.stream(number.into());
        for block in &many {
            chance.shuffle(order.get_mut(block.clone()).unwrap_or_default());
        }
        family.iter().map(|comparison| comparison.score(order).abs()).fold(0.0, f64::max)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    // A thread for a few draws costs more than it saves.
    let work = residuals.len().saturating_mul(permutations as usize);
    let threads = if work < 200_000 { 1 } else { u32::try_from(threads).unwrap_or(1) };
    let share = permutations.div_ceil(threads).max(1);
    let of_share = |first: u32| -> Vec<f64> {
        let mut order = Vec::with_capacity(residuals.len());
        (first..permutations.min(first + share)).map(|number| largest(number, &mut order)).collect()
    };
    let of_share = &of_share;
    let mut maxima: Vec<f64> = std::thread::scope(|scope| {
        let firsts = (0..permutations).step_by(share as usize).skip(1);
        let others: Vec<_> = firsts.map(|first| scope.spawn(move || of_share(first))).collect();
        let mut maxima = of_share(0);
        for other in others {
            maxima.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        maxima
    });
    maxima.sort_unstable_by(f64::total_cmp);
    Tested { scores, maxima }
}

/// Returns how many of some orders of the residuals of each account's week lift a cell as high above the others as it stands
/// or higher, and how many lower it as low or lower; both with the order that there is.
pub fn orders(
    (comparison, blocks): (&Comparison, &[Range<usize>]),
    residuals: &[f64],
    (seed, permutations): (Seed, u32),
) -> (u32, u32) {
    let sum = |order: &[f64]| -> f64 {
        let own =
            |entry: &Entry| entry.weight * order.get(entry.sample as usize).copied().unwrap_or_default();
        comparison.entries.iter().map(own).sum()
    };
    let stands = sum(residuals);
    // Sums of the same numbers in another order differ by rounding.
    let slack = 1e-9 * (1.0 + stands.abs());
    let (mut above, mut below) = (1, 1);
    let mut order = residuals.to_vec();
    for number in 0..permutations {
        order.copy_from_slice(residuals);
        let mut chance = seed.stream(number.into());
        blocks.iter().for_each(|block| chance.shuffle(order.get_mut(block.clone()).unwrap_or_default()));
        let drawn = sum(&order);
        above += u32::from(drawn >= stands - slack);
        below += u32::from(drawn <= stands + slack);
    }
    (above, below)
}
