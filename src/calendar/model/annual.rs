//! The annual schedule: what a year is about, before anybody writes a post.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use crate::draft::{AccountId, CampaignId, DepartmentId, ExperimentId, GoalId, PostId};
use crate::finding::Span;

use super::At;

/// `schedule/YEAR.toml`: the annual schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The year.
    pub year: i32,
    /// Its file.
    pub file: String,
    /// What the year is called.
    pub title: Option<String>,
    /// What it is for.
    pub text: Option<String>,
    /// What its weeks and months are about.
    pub themes: Vec<Theme>,
    /// Days that want a post.
    pub observances: Vec<Observance>,
    /// Holidays and quiet days.
    pub closings: Vec<Closing>,
    /// How many posts there must be.
    pub coverage: Vec<Coverage>,
    /// The times that posts are to be written for.
    pub slots: Vec<PlannedSlot>,
    /// The closings of each day of the year, by where they stand in `closings`: the gravest first.
    pub(in crate::calendar) closings_of_days: Vec<Vec<u32>>,
}

/// Days of a year, and how its schedule says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The days, in order, each run without a gap; none where the file says them wrong.
    pub runs: Vec<RangeInclusive<NaiveDate>>,
    /// How the file says them.
    pub said: String,
    /// Where.
    pub span: Span,
}

impl Days {
    /// Tells whether a day is one of them.
    pub fn contains(&self, day: NaiveDate) -> bool {
        let after = self.runs.partition_point(|run| *run.end() < day);
        self.runs.get(after).is_some_and(|run| run.contains(&day))
    }

    /// Tells whether one of them is among the days from one until another, which is not among them.
    pub fn meets(&self, from: NaiveDate, end: NaiveDate) -> bool {
        self.runs.iter().any(|run| *run.start() < end && *run.end() >= from)
    }

    /// Returns each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.runs.iter().flat_map(|run| run.start().iter_days().take_while(|day| day <= run.end()))
    }
}

/// What a stretch of the year is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: At<String>,
    /// Its days.
    pub days: Days,
    /// The campaign that serves it.
    pub campaign: Option<At<CampaignId>>,
    /// The departments that it is for; all if empty.
    pub departments: Vec<At<DepartmentId>>,
    /// Its tag, without `#`.
    pub tag: Option<At<String>>,
    /// What it is about.
    pub text: Option<String>,
}

/// A day that wants a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observance {
    /// Its name.
    pub name: At<String>,
    /// Its days.
    pub days: Days,
    /// Whose it is; anybody's if empty.
    pub departments: Vec<At<DepartmentId>>,
    /// Where its posts go; anywhere if empty.
    pub accounts: Vec<At<AccountId>>,
    /// How many posts it wants; 0 where it is only to be known.
    pub posts: u32,
    /// What it is about.
    pub text: Option<String>,
}

impl Observance {
    /// Tells whether a post of a department would be one for it.
    pub fn is_of(&self, department: Option<&DepartmentId>) -> bool {
        self.departments.is_empty() || self.departments.iter().any(|at| Some(&at.value) == department)
    }

    /// Tells whether a post on an account would be one for it.
    pub fn is_on(&self, account: &AccountId) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|at| at.value == *account)
    }
}

/// How a day is closed to posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rest {
    /// The organisation says nothing.
    Quiet,
    /// Nobody is at work: nothing is planned, and what is planned all the same is told.
    Holiday,
}

impl Rest {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Rest::Quiet => "quiet day",
            Rest::Holiday => "holiday",
        }
    }
}

/// Days that are closed to posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its name.
    pub name: At<String>,
    /// How its days are closed.
    pub rest: Rest,
    /// Its days.
    pub days: Days,
    /// The departments that it is for; all if empty.
    pub departments: Vec<At<DepartmentId>>,
    /// The accounts that it is for; all if empty.
    pub accounts: Vec<At<AccountId>>,
}

/// How often something comes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// Every month.
    Month,
    /// Every week, Monday to Sunday.
    Week,
}

impl Period {
    /// Every period with the word that stands in files.
    pub const ALL: [(&'static str, Period); 2] = [("month", Period::Month), ("week", Period::Week)];

    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        Period::ALL.iter().find(|(_, period)| *period == self).map_or("", |(word, _)| word)
    }

    /// Returns the first day of the period that a day is in.
    pub fn begin(self, day: NaiveDate) -> NaiveDate {
        match self {
            Period::Month => day.with_day(1).unwrap_or(day),
            Period::Week => day
                .checked_sub_signed(TimeDelta::days(i64::from(day.weekday().num_days_from_monday())))
                .unwrap_or(day),
        }
    }

    /// Returns the period that begins on a day as people name it: `January 2027`, `week 7 (15 Feb)`.
    pub fn name(self, begin: NaiveDate) -> String {
        match self {
            Period::Month => begin.format("%B %Y").to_string(),
            Period::Week => format!("week {} ({})", begin.iso_week().week(), begin.format("%-d %b %Y")),
        }
    }
}

/// How many posts there must be each month or week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The fewest posts.
    pub posts: At<u32>,
    /// How often.
    pub every: Period,
    /// The goal that they serve.
    pub goal: Option<At<GoalId>>,
    /// Whose they are.
    pub department: Option<At<DepartmentId>>,
    /// Where they go.
    pub account: Option<At<AccountId>>,
    /// The campaign that they belong to.
    pub campaign: Option<At<CampaignId>>,
    /// The first day on which it is asked for.
    pub from: Option<At<NaiveDate>>,
    /// The last.
    pub until: Option<At<NaiveDate>>,
}

/// A time that a post is to be written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSlot {
    /// The wall clock, in the calendar's zone; the earlier moment of one that comes twice.
    pub at: At<NaiveDateTime>,
    /// Whose it is.
    pub department: At<DepartmentId>,
    /// Where the post goes.
    pub account: At<AccountId>,
    /// The theme that it is for.
    pub theme: Option<At<String>>,
    /// The observance that it is for.
    pub observance: Option<At<String>>,
    /// The goal that it serves.
    pub goal: Option<At<GoalId>>,
    /// The campaign that it belongs to.
    pub campaign: Option<At<CampaignId>>,
    /// The day of the department's standing slot that it is.
    pub standing: Option<At<NaiveDate>>,
    /// Why it is there, or there and not elsewhere.
    pub why: Option<String>,
    /// The post that was written for it.
    pub post: Option<At<PostId>>,
    /// The experiment that it is a part of.
    pub experiment: Option<At<ExperimentId>>,
    /// The arm of the experiment that was drawn for it.
    pub arm: Option<At<String>>,
}
