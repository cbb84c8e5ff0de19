//! What came of an experiment: its arms held against each other, week by week, as they were drawn.

use crate::calendar::{Calendar, Experiment};
use crate::draft::PostId;
use crate::evidence::Evidence;
use crate::reading::{Subject, Work};
use crate::year::Board;

use super::effect::{Interval, effect};
use super::family::{comparisons, orders, residuals};
use super::judge::Effort;
use super::rows::{By, earned, levels_of};
use super::sample::{Cell, Sample, Table};

use chrono::{Datelike, NaiveDate};

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

/// Returns an experiment's slots, by their times.
pub fn drawn<'a>(
    evidence: &'a Evidence<'_>,
    experiment: &'a Experiment,
    boards: &'a [Board<'a>],
    by: By,
) -> Vec<Drawn<'a>> {
    let calendar: &Calendar = evidence.calendar;
    let slots = calendar.schedules.values().flat_map(|schedule| &schedule.slots);
    let own = slots.filter(|slot| slot.experiment.as_ref().is_some_and(|at| at.value == experiment.id));
    let latest = evidence.latest().unwrap_or_default();
    let mut drawn: Vec<Drawn<'a>> = own
        .filter_map(|slot| {
            let filled = boards.iter().flat_map(|board| &board.filled);
            let post = filled.into_iter().find(|(other, _)| **other == *slot).map(|(_, post)| *post);
            let day = slot.at.value.date();
            let is_of = |work: &&Work| match &work.subject {
                Subject::Slot(one) => {
                    Some(&one.post) == post
                        && one.account == experiment.account.value
                        && calendar
                            .zone()
                            .local(work.published)
                            .date()
                            .signed_duration_since(day)
                            .num_days()
                            .abs()
                            <= 1
                }
                _ => false,
            };
            let work = evidence.works.iter().find(is_of);
            let outcome = work.and_then(|work| earned(evidence, work, by, latest).ok());
            Some(Drawn {
                day,
                arm: slot.arm.as_ref()?.value.as_str(),
                post,
                is_published: work.is_some(),
                outcome: outcome.map(|(earned, _)| libm::log1p(earned.approximate())),
                otherwise: work
                    .and_then(|work| otherwise(evidence, experiment, work, &slot.arm.as_ref()?.value)),
            })
        })
        .collect();
    drawn.sort_by_key(|one| one.day);
    drawn
}

/// Returns what a post is in the experiment's factor, where that is another arm than the one that was drawn.
fn otherwise(evidence: &Evidence<'_>, experiment: &Experiment, work: &Work, arm: &str) -> Option<String> {
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
