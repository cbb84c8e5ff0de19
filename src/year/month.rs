//! A year month by month: what each is about, what there is, and what is asked for.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

use crate::calendar::{Closing, Observance, PlannedSlot, Rest, Theme};
use crate::draft::DepartmentId;
use crate::overview::Collision;

use super::board::{Board, Covered, Item, Origin};

/// A month of a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Month<'a> {
    /// Its days.
    pub days: Range<NaiveDate>,
    /// What it is about.
    pub themes: Vec<&'a Theme>,
    /// The observances in it.
    pub observances: Vec<&'a Observance>,
    /// The holidays and quiet days in it.
    pub closings: Vec<&'a Closing>,
    /// The slots that wait for a post.
    pub open: Vec<&'a PlannedSlot>,
    /// What is asked for in it; a week is of the month in which it begins to count.
    pub covered: Vec<Covered<'a>>,
    /// How many times posts meet in it.
    pub collisions: usize,
}

impl Month<'_> {
    /// Returns how many closings there are of a kind.
    pub fn count(&self, rest: Rest) -> usize {
        self.closings.iter().filter(|closing| closing.rest == rest).count()
    }

    /// Returns how many open slots each department has.
    pub fn open_of_departments(&self) -> BTreeMap<&DepartmentId, usize> {
        let mut counts = BTreeMap::new();
        for slot in &self.open {
            *counts.entry(&slot.department.value).or_default() += 1;
        }
        counts
    }
}

impl<'a> Board<'a> {
    /// Returns the slots of some days that wait for a post.
    pub fn open(&self, days: &Range<NaiveDate>) -> Vec<&'a PlannedSlot> {
        let slot = |item: &Item<'a>| match item.origin {
            Origin::Slot(_, slot) => Some(slot),
            _ => None,
        };
        self.of_days(days).iter().filter_map(slot).collect()
    }

    /// Returns the year's months in order.
    pub fn months(&self, collisions: &[Collision], now: DateTime<Utc>) -> Vec<Month<'a>> {
        let covered = self.covered(now);
        let month = |number: u32| {
            let first = NaiveDate::from_ymd_opt(self.year, number, 1)?;
            let days = first..first.checked_add_months(Months::new(1))?;
            let begins_here = |it: &&Covered<'_>| {
                let begin = it.days.start.max(self.days.start);
                days.contains(&begin)
            };
            let meets_here = |it: &&Collision| {
                let day = self.calendar.zone().local(it.at).date();
                day.year() == self.year && days.contains(&day)
            };
            let schedule = self.schedule.into_iter();
            Some(Month {
                themes: schedule
                    .clone()
                    .flat_map(|it| &it.themes)
                    .filter(|it| it.days.meets(days.start, days.end))
                    .collect(),
                observances: schedule
                    .clone()
                    .flat_map(|it| &it.observances)
                    .filter(|it| it.days.meets(days.start, days.end))
                    .collect(),
                closings: schedule
                    .flat_map(|it| &it.closings)
                    .filter(|it| it.days.meets(days.start, days.end))
                    .collect(),
                open: self.open(&days),
                covered: covered.iter().filter(begins_here).cloned().collect(),
                collisions: collisions.iter().filter(meets_here).count(),
                days,
            })
        };
        (1..=12).filter_map(month).collect()
    }
}
