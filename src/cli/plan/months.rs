//! The months of `kalends plan --year`.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::calendar::{Closing, Rest};
use crate::overview::collisions;
use crate::year::{Board, Month};

use super::Args;

/// A month, as programs read it.
#[derive(Serialize)]
pub struct One<'a> {
    month: String,
    themes: Vec<&'a str>,
    observances: Vec<&'a str>,
    holidays: Vec<&'a str>,
    quiet_days: Vec<&'a str>,
    open_slots: BTreeMap<&'a str, usize>,
    coverage: Vec<Covered>,
    collisions: usize,
}

#[derive(Serialize)]
struct Covered {
    asked: String,
    from: String,
    until: String,
    posts: usize,
    open_slots: usize,
    missing: usize,
}

/// Returns a year's months, with the open slots of the accounts and departments that are asked for.
pub fn of<'a>(
    args: &Args,
    board: &Board<'a>,
    window: &Range<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Month<'a>> {
    let drafts = board.calendar.drafts(window.clone());
    let mut months = board.months(&collisions(board.calendar, &drafts), now);
    let among = |asked: &[String], id: &str| asked.is_empty() || asked.iter().any(|one| one == id);
    for month in &mut months {
        month.open.retain(|slot| {
            among(&args.account, slot.account.value.as_str())
                && among(&args.department, slot.department.value.as_str())
        });
    }
    months
}

/// Returns months as programs read them.
pub fn document<'a>(months: &'a [Month<'a>]) -> Vec<One<'a>> {
    months.iter().map(one).collect()
}

fn one<'a>(month: &'a Month<'a>) -> One<'a> {
    let closings = |rest: Rest| {
        let of_rest = |closing: &&&'a Closing| closing.rest == rest;
        month.closings.iter().filter(of_rest).map(|closing| closing.name.value.as_str()).collect()
    };
    let covered = month.covered.iter().map(|covered| Covered {
        asked: covered.coverage.to_string(),
        from: covered.days.start.to_string(),
        until: covered.days.end.pred_opt().unwrap_or(covered.days.end).to_string(),
        posts: covered.posts,
        open_slots: covered.slots,
        missing: covered.missing(),
    });
    One {
        month: month.days.start.format("%Y-%m").to_string(),
        themes: month.themes.iter().map(|it| it.name.value.as_str()).collect(),
        observances: month.observances.iter().map(|it| it.name.value.as_str()).collect(),
        holidays: closings(Rest::Holiday),
        quiet_days: closings(Rest::Quiet),
        open_slots: month.open_of_departments().into_iter().map(|(id, count)| (id.as_str(), count)).collect(),
        coverage: covered.collect(),
        collisions: month.collisions,
    }
}
