//! What a year that was laid out is made of.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};

use crate::draft::{AccountId, CampaignId, DepartmentId, ExperimentId, GoalId};

use super::room::Obstacle;

/// A slot that was laid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid<'a> {
    /// The wall clock in the calendar's zone.
    pub at: NaiveDateTime,
    /// Whose it is.
    pub department: &'a DepartmentId,
    /// Where its post goes.
    pub account: &'a AccountId,
    /// The theme of its day.
    pub theme: Option<&'a str>,
    /// The observance that it is for.
    pub observance: Option<&'a str>,
    /// The goal that it is for.
    pub goal: Option<&'a GoalId>,
    /// The campaign that it is for.
    pub campaign: Option<&'a CampaignId>,
    /// The day of the standing slot that it is.
    pub standing: Option<NaiveDate>,
    /// The experiment that it is a part of, and its arm.
    pub trial: Option<(&'a ExperimentId, String)>,
    /// Why it is there.
    pub why: String,
}

/// A standing slot that is not on its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved<'a> {
    /// Whose it is.
    pub department: &'a DepartmentId,
    /// Its day.
    pub from: NaiveDate,
    /// Where it went; dropped if absent.
    pub to: Option<NaiveDateTime>,
    /// Why it cannot be on its day.
    pub why: Obstacle,
}

/// What is asked for and could not be laid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// What is asked for, and when.
    pub what: String,
    /// How many slots are missing.
    pub missing: usize,
    /// What was in the way, the most frequent first.
    pub why: Vec<Obstacle>,
}

/// How many slots a department has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Slots that were there.
    pub before: usize,
    /// New ones that are its standing slots.
    pub standing: usize,
    /// New ones for observances.
    pub observances: usize,
    /// New ones for coverage.
    pub coverage: usize,
}

impl Tally {
    /// Returns how many are new.
    pub fn laid(&self) -> usize {
        self.standing + self.observances + self.coverage
    }
}

/// A year, laid out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout<'a> {
    /// The new slots, in the order of their times.
    pub laid: Vec<Laid<'a>>,
    /// Standing slots that are not on their days.
    pub moved: Vec<Moved<'a>>,
    /// What could not be met.
    pub unmet: Vec<Unmet>,
    /// How many slots each department has.
    pub tallies: BTreeMap<&'a DepartmentId, Tally>,
}
