//! What is said for a month, and what became of what was said for the month before.

use chrono::{Months, NaiveDate};

use crate::evidence::Evidence;

use super::effect::{Interval, effect};
use super::family::{Comparison, comparisons, orders, residuals};
use super::judge::{Effort, FAMILY_LEVEL, Judged, judge};
use super::month::{month, year_until};
use super::power::{posts_needed, smallest, spread};
use super::rows::{By, Rows, rows};
use super::sample::{Cell, Table};

/// The least share of posts of a cell that are of another one too, and of the other's that are of it, at which the two go
/// together; in hundredths.
const TOGETHER_MIN: usize = 50;

/// From so many hundredths on nobody can tell them apart.
const ALIKE_MIN: usize = 90;

/// The fewest posts of a cell, and the fewest others, of a single month that say how it went.
const MONTH_MIN: usize = 4;

/// Another cell that an advice's posts are in as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// The cell.
    pub cell: Cell,
    /// How many posts are in both.
    pub both: usize,
    /// How many posts are in the other.
    pub of: usize,
    /// Whether they cannot be told apart: nearly all posts of each are in the other.
    pub is_alike: bool,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// What it is about.
    pub cell: Cell,
    /// The effect, shrunk, on the logarithmic scale.
    pub interval: Interval,
    /// The effect as it was measured, on the logarithmic scale.
    pub measured: f64,
    /// How likely a difference of that size is anywhere in the family, where nothing has an effect.
    pub adjusted: f64,
    /// The cell's posts that have others beside them: places in [`Rows::posts`].
    pub posts: Vec<usize>,
    /// How many others they were held against.
    pub others: usize,
    /// In how many weeks.
    pub weeks: usize,
    /// What goes together with it.
    pub companions: Vec<Companion>,
}

impl Advice {
    /// Tells whether more of it is advised, not less.
    pub fn is_more(&self) -> bool {
        self.measured > 0.0
    }

    /// Tells whether the interval leaves open that there is no effect at all.
    pub fn is_faint(&self) -> bool {
        self.interval.ends.0 <= 0.0 && self.interval.ends.1 >= 0.0
    }
}

/// What could be found on a platform, and what it would take to find more.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The platform.
    pub platform: String,
    /// How many posts are compared.
    pub posts: usize,
    /// How many comparisons there are.
    pub comparisons: usize,
    /// The smallest effect that the best of them would show in 80 % of cases, on the logarithmic scale.
    pub smallest: Option<f64>,
    /// How many posts a year it takes to show 40 % more in 80 % of cases.
    pub needed: Option<usize>,
}

/// How an advice of the month before did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The month says the same.
    Confirmed,
    /// The month says the opposite.
    Contradicted,
    /// The month says neither.
    Open,
    /// The month has too few posts to say.
    TooFew,
}

impl Verdict {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Confirmed => "confirmed",
            Verdict::Contradicted => "contradicted",
            Verdict::Open => "open",
            Verdict::TooFew => "too few posts",
        }
    }
}

/// An advice of the month before, held against the month.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// What was advised.
    pub advice: Advice,
    /// How it did.
    pub verdict: Verdict,
    /// What the month shows, on the logarithmic scale; nothing where it has too few posts.
    pub shown: Option<f64>,
    /// How many posts of the cell the month has, beside others.
    pub posts: usize,
    /// How many others.
    pub others: usize,
    /// How likely so much in the direction of the advice is by chance.
    pub likelihood: Option<f64>,
    /// How many of the month's posts on the platform are of the cell, and how many there are.
    pub followed: (usize, usize),
}

/// Everything that is said for a month.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// The first day of the month that the year ends with.
    pub month: NaiveDate,
    /// What posts are compared by.
    pub by: By,
    /// The posts.
    pub rows: Rows<'a>,
    /// What was found.
    pub judged: Judged,
    /// What is advised, the clearest first.
    pub advices: Vec<Advice>,
    /// What could be found, by platform.
    pub reach: Vec<Reach>,
    /// How the advice of the month before did.
    pub scored: Vec<Scored>,
}

/// Says what can be said at the end of a month, from the year that ends with it; `first` is the month's first day.
pub fn answer<'a>(evidence: &'a Evidence<'_>, first: NaiveDate, by: By, effort: Effort) -> Answer<'a> {
    let zone = evidence.calendar.zone();
    let rows = rows(evidence, year_until(first, zone), by);
    let judged = judge(&rows.table, effort);
    let advices = advices(&rows.table, &judged);
    let reach = reach(&rows.table, &judged);
    let scored = scored(evidence, first, by, effort);
    Answer { month: first, by, rows, judged, advices, reach, scored }
}

/// Returns what was found, as advice.
fn advices(table: &Table, judged: &Judged) -> Vec<Advice> {
    let of_found = judged.found.iter().filter_map(|found| {
        let comparison = judged.family.get(found.comparison)?;
        let inside = comparison.entries.iter().filter(|entry| entry.weight > 0.0);
        let mut posts: Vec<usize> = inside.map(|entry| entry.sample as usize).collect();
        posts.sort_unstable();
        Some(Advice {
            cell: table.cells.get(comparison.cell)?.clone(),
            interval: found.interval,
            measured: found.effect.estimate,
            adjusted: found.adjusted,
            others: comparison.others,
            weeks: comparison.weeks(),
            companions: companions(table, comparison, &posts),
            posts,
        })
    });
    of_found.collect()
}

/// Returns the cells of other factors that go together with one.
fn companions(table: &Table, comparison: &Comparison, posts: &[usize]) -> Vec<Companion> {
    let Some(own) = table.cells.get(comparison.cell) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, cell) in table.cells.iter().enumerate() {
        if cell.platform != own.platform
            || (cell.factor == own.factor && cell.factor != super::Factor::Tag)
            || cell == own
        {
            continue;
        }
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let is_in = |sample: usize| {
            table.samples.get(sample).is_some_and(|sample| sample.cells.binary_search(&at).is_ok())
        };
        let both = posts.iter().filter(|post| is_in(**post)).count();
        let of = comparison.entries.iter().filter(|entry| is_in(entry.sample as usize)).count();
        let least = |share: usize| both * 100 >= share * posts.len() && both * 100 >= share * of;
        if both > 0 && least(TOGETHER_MIN) {
            found.push(Companion { cell: cell.clone(), both, of, is_alike: least(ALIKE_MIN) });
        }
    }
    found.sort_by(|a, b| (b.both * a.of.max(1), &a.cell).cmp(&(a.both * b.of.max(1), &b.cell)));
    found
}

fn platform_of(table: &Table, sample: usize) -> Option<&str> {
    let cell = table.samples.get(sample)?.cells.first()?;
    table.cells.get(*cell as usize).map(|cell| cell.platform.as_str())
}

fn reach(table: &Table, judged: &Judged) -> Vec<Reach> {
    let mut platforms: Vec<&str> = table.cells.iter().map(|cell| cell.platform.as_str()).collect();
    platforms.sort_unstable();
    platforms.dedup();
    // Where there is no comparison at all, one of this platform alone would stand in a small family.
    let cut = if judged.cut.is_finite() { judged.cut } else { 3.0 };
    let of_platform = platforms.into_iter().map(|platform| {
        let is_of = |at: usize| platform_of(table, at) == Some(platform);
        let posts = (0..table.samples.len()).filter(|at| is_of(*at)).count();
        let is_own =
            |one: &&Comparison| table.cells.get(one.cell).is_some_and(|cell| cell.platform == platform);
        let comparisons = judged.family.iter().filter(is_own).count();
        let best = judged.family.iter().filter(is_own).max_by(|a, b| a.information.total_cmp(&b.information));
        let spread = spread(table, is_of);
        let measures = best.zip(spread);
        Reach {
            platform: platform.to_owned(),
            posts,
            comparisons,
            smallest: measures.map(|(best, spread)| smallest(best, (spread, cut))),
            needed: measures.map(|(best, spread)| posts_needed(posts, best.information, (spread, cut))),
        }
    });
    of_platform.collect()
}

/// Holds what the month before would have advised, from the year until its end, against what the month then showed.
fn scored(evidence: &Evidence<'_>, first: NaiveDate, by: By, effort: Effort) -> Vec<Scored> {
    let zone = evidence.calendar.zone();
    let Some(before) = first.checked_sub_months(Months::new(1)) else { return Vec::new() };
    let then = rows(evidence, year_until(before, zone), by);
    let advised = advices(&then.table, &judge(&then.table, effort));
    if advised.is_empty() {
        return Vec::new();
    }
    let now = rows(evidence, month(first, zone), by).table;
    advised.into_iter().map(|advice| score(&now, advice, effort)).collect()
}

fn score(table: &Table, advice: Advice, effort: Effort) -> Scored {
    let cell = table.cells.iter().position(|cell| *cell == advice.cell);
    let on_platform =
        (0..table.samples.len()).filter(|at| platform_of(table, *at) == Some(&advice.cell.platform));
    let all = on_platform.count();
    let is_in =
        |cells: &[u32]| cell.and_then(|at| u32::try_from(at).ok()).is_some_and(|at| cells.contains(&at));
    let own = table.samples.iter().filter(|sample| is_in(&sample.cells)).count();
    let found = comparisons(table).into_iter().find(|one| Some(one.cell) == cell);
    let (posts, others) = found.as_ref().map_or((0, 0), |one| (one.posts, one.others));
    let none = Scored {
        verdict: Verdict::TooFew,
        shown: None,
        posts,
        others,
        likelihood: None,
        followed: (own, all),
        advice,
    };
    let Some(comparison) = found.filter(|one| one.posts >= MONTH_MIN && one.others >= MONTH_MIN) else {
        return none;
    };
    let outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let (blocks, seed) = (table.blocks(), table.seed());
    let shown = effect(table, &comparison, &outcomes, (seed.part("score"), effort.resamples)).estimate;
    let residuals = residuals(table, &blocks, &outcomes);
    let (above, below) =
        orders((&comparison, &blocks), &residuals, (seed.part("orders"), effort.permutations));
    let (along, against) = if none.advice.is_more() { (above, below) } else { (below, above) };
    let share = |count: u32| f64::from(count) / f64::from(effort.permutations + 1);
    // One direction was said beforehand: 10 % on its side are 5 % of both.
    let verdict = match (share(along) <= 2.0 * FAMILY_LEVEL, share(against) <= 2.0 * FAMILY_LEVEL) {
        (true, _) => Verdict::Confirmed,
        (_, true) => Verdict::Contradicted,
        _ => Verdict::Open,
    };
    Scored { verdict, shown: Some(shown), likelihood: Some(share(along)), ..none }
}
