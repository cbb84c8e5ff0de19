//! What came of an experiment: its arms held against each other, week by week, as they were drawn.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::calendar::{Calendar, Experiment, Factor, PlannedSlot};
use crate::draft::PostId;
use crate::evidence::Evidence;
use crate::reading::{Subject, Work};
use crate::year::Board;

use super::effect::{Interval, effect};
use super::family::{comparisons, orders, residuals};
use super::judge::Effort;
use super::rows::{By, earned, levels_of};
use super::sample::{Cell, Sample, Table};

/// The fewest posts of the first arm, and the fewest others, that say anything.
pub const ARM_MIN: usize = 4;

/// One of an experiment's slots, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn<'a> {
    /// The day.
    pub day: NaiveDate,
    /// The arm that was drawn.
    pub arm: &'a str,
    /// The post that was written for it.
    pub post: Option<&'a PostId>,
    /// Whether it went out.
    pub is_published: bool,
    /// What it had earned, as a number of its own scale (a logarithm), where it was read.
    pub outcome: Option<f64>,
    /// What the post is, where that is not its arm.
    pub otherwise: Option<String>,
}

/// What came of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// How many posts of the first arm have others beside them in their week.
    pub posts: usize,
    /// How many others.
    pub others: usize,
    /// The effect of the first arm, on the logarithmic scale.
    pub interval: Interval,
    /// How likely so large a difference is, in either direction, if the arms earn the same.
    pub likelihood: f64,
}

/// A post that no slot of the ledger names is one for a slot if it went out no further from its time than this.
const NEAR: TimeDelta = TimeDelta::minutes(90);

/// Returns an experiment's slots, by their times.
pub fn drawn<'a>(
    evidence: &Evidence<'_>,
    experiment: &'a Experiment,
    (calendar, boards): (&'a Calendar, &[Board<'a>]),
    by: By,
) -> Vec<Drawn<'a>> {
    let slots = calendar.schedules.values().flat_map(|schedule| &schedule.slots);
    let mut own: Vec<&PlannedSlot> =
        slots.filter(|slot| slot.experiment.as_ref().is_some_and(|at| at.value == experiment.id)).collect();
    own.sort_by_key(|slot| slot.at.value);
    let latest = evidence.latest().unwrap_or_default();
    let one = |slot: &'a PlannedSlot| {
        let arm = slot.arm.as_ref()?.value.as_str();
        let mut filled = boards.iter().flat_map(|board| &board.filled);
        let post = filled.find(|(other, _)| *other == slot).map(|(_, post)| *post);
        let work = work_of(evidence, (slot, post));
        let outcome = work.and_then(|work| earned(evidence, work, by, latest).ok());
        Some(Drawn {
            day: slot.at.value.date(),
            arm,
            post,
            is_published: work.is_some(),
            outcome: outcome.map(|(earned, _)| libm::log1p(earned.approximate())),
            otherwise: work.and_then(|work| otherwise(evidence, experiment, work, arm)),
        })
    };
    own.into_iter().filter_map(one).collect()
}

/// Returns what went out for a slot: its post, where the ledger knows it; else what went out on the account at nearly its time.
fn work_of<'e>(
    evidence: &'e Evidence<'_>,
    (slot, post): (&PlannedSlot, Option<&PostId>),
) -> Option<&'e Work> {
    let zone = evidence.calendar.zone();
    let due = zone.resolve_somehow(slot.at.value, None)?;
    let works = || evidence.works.iter().map(AsRef::as_ref);
    let on_account = || works().filter(|work: &&Work| work.account == slot.account.value);
    let is_its = |work: &&Work| match &work.subject {
        // A post that comes again is this one on the slot's day only.
        Subject::Slot(one) => Some(&one.post) == post && (work.published - due).abs() <= TimeDelta::days(1),
        _ => false,
    };
    let off = |work: &Work| (work.published - due).abs();
    let near = || on_account().filter(|work| off(work) <= NEAR).min_by_key(|work| (off(work), &work.subject));
    on_account().find(is_its).or_else(near)
}

/// Returns what a post is in the experiment's factor, where that is another arm than the one that was drawn.
fn otherwise(evidence: &Evidence<'_>, experiment: &Experiment, work: &Work, arm: &str) -> Option<String> {
    if experiment.factor == Factor::Tag {
        let tag = experiment.arms.first()?.value.as_str();
        let has = work.tags.iter().any(|own| own == tag);
        return (has != (arm == tag)).then(|| if has { tag.to_owned() } else { format!("without {tag}") });
    }
    let level = levels_of(evidence, work).into_iter().find(|(factor, _)| *factor == experiment.factor)?.1?;
    (level != arm).then_some(level)
}

/// Holds the first arm against the others, as they were drawn and not as they came to be; nothing where there are too few
/// posts. The likelihood is that of the draw itself: in how many other orders of each week's posts the arms would differ as much
/// (Fisher, *The Design of Experiments*, 1935).
pub fn settle(experiment: &Experiment, drawn: &[Drawn<'_>], effort: Effort) -> Option<Settled> {
    let first = experiment.arms.first()?.value.as_str();
    let samples = drawn.iter().filter_map(|one| {
        let week = (one.day.num_days_from_ce() - 1).div_euclid(7);
        let cells = if one.arm == first { vec![0] } else { Vec::new() };
        Some(Sample { account: 0, week, outcome: one.outcome?, cells, unknown: Vec::new() })
    });
    let cell = Cell {
        platform: experiment.account.value.to_string(),
        factor: experiment.factor,
        level: first.to_owned(),
    };
    let table = Table::new(vec![cell], samples.collect());
    let comparison = comparisons(&table).pop().filter(|one| one.posts >= ARM_MIN && one.others >= ARM_MIN)?;
    let outcomes: Vec<f64> = table.samples.iter().map(|sample| sample.outcome).collect();
    let (blocks, seed) = (table.blocks(), table.seed());
    let interval = effect(&table, &comparison, &outcomes, (seed.part("weeks"), effort.resamples)).plain();
    let residuals = residuals(&table, &blocks, &outcomes);
    let (above, below) =
        orders((&comparison, &blocks), &residuals, (seed.part("orders"), effort.permutations));
    let share = f64::from(above.min(below)) / f64::from(effort.permutations + 1);
    let likelihood = (2.0 * share).min(1.0);
    Some(Settled { posts: comparison.posts, others: comparison.others, interval, likelihood })
}
