//! Exports of other programs, made readings: what a platform, a web statistic, an inbox or a person counted.
//!
//! A mapping ([`crate::calendar::Mapping`]) says which column is what; those of well-known programs are built in
//! ([`builtin`]). [`take`] makes rows to facts and tells what is wrong with them, [`settle`] compares the facts with the
//! readings that stand already. Nothing is guessed: what can be read in two ways is refused until somebody says which.

pub mod builtin;
mod cells;
mod head;
mod moment;
mod number;
mod pick;
mod rows;
mod settle;
mod table;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{Account, Calendar, Decimal};
use crate::draft::{AccountId, GoalId, Slot};
use crate::finding::Finding;
use crate::metric::Metric;
use crate::number::Amount;
use crate::reading::{Figure, Subject, Work};
use crate::spreadsheet::Place;
use crate::time::Zone;

pub use head::Head;
pub use pick::{Ambiguous, Pick, by, pick};
pub use rows::take;
pub use settle::{Corrected, Settled, settle};
pub use table::{Export, ROWS_MAX};
pub use work::names_of;

/// The most numbers that are read of one file.
pub const NUMBERS_MAX: usize = 2_000_000;

/// The most findings that are told of one file.
const FINDINGS_MAX: usize = 100;

/// What is asked for, beyond what the file and its mapping say.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The account whose export it is.
    pub account: Option<&'a Account>,
    /// The goal whose numbers these are.
    pub goal: Option<&'a GoalId>,
    /// The moment at which the export was made.
    pub as_of: DateTime<Utc>,
    /// The days that the file is of, where the user says so.
    pub days: Option<Range<NaiveDate>>,
    /// The zone of wall clocks and days where neither the user nor the mapping names one.
    pub zone: &'a Zone,
    /// The zone that the user names.
    pub said_zone: Option<&'a Zone>,
    /// What stands before a number's fractions, where the user says so.
    pub decimal: Option<Decimal>,
    /// The currency of money, where the user says so.
    pub currency: Option<&'a str>,
}

/// The posts that are known already.
#[derive(Debug, Clone, Default)]
pub struct Posts {
    /// The ledger's, by account and by address or the platform's id.
    pub slots: BTreeMap<(AccountId, String), Slot>,
    /// Those of files of posts.
    pub others: BTreeSet<Subject>,
}

/// A number of an export, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The row that it becomes.
    pub figure: Figure,
    /// Its file.
    pub file: String,
    /// Its row's line in the file.
    pub line: u32,
    /// Its cell.
    pub place: Place,
}

/// What an export was made to.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Its numbers.
    pub facts: Vec<Fact>,
    /// The posts that only it knows.
    pub works: Vec<Work>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What else is to be told.
    pub told: Told,
}

/// What is no fault, and to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// How many rows there are.
    pub rows: usize,
    /// The lines of rows of totals, which are left out.
    pub totals: Vec<u32>,
    /// The lines of rows without anything by which they could be known, which are left out.
    pub keyless: Vec<u32>,
    /// The lines of rows of days that are not over, which are left out.
    pub unfinished: Vec<u32>,
    /// How many numbers are absent: their cells are empty.
    pub absent: usize,
    /// How many numbers the platform rounds.
    pub rounded: usize,
    /// How many rows are of posts that the ledger knows.
    pub own: usize,
    /// How many posts were published at an hour that is not known: their numbers are kept, and they are no rows of posts.
    pub hourless: usize,
    /// The words for forms of posts that the mapping does not know.
    pub forms: BTreeSet<String>,
    /// The columns that nothing reads.
    pub unread: Vec<String>,
}

/// Reads a number that a person wrote.
///
/// Fails where it is none, is below zero, or can be read in two ways and nobody says which.
pub fn amount(text: &str, decimal: Option<Decimal>) -> Result<Amount, String> {
    let number::Found::Number(written) = number::find(text) else { return Err("it is no number".to_owned()) };
    if written.is_negative() {
        return Err("it is below zero".to_owned());
    }
    let mut column = number::Column::default();
    column.hear(&written);
    let decimal =
        decimal.or(column.decimal()).ok_or("it can be read in two ways: say --decimal . or --decimal ,")?;
    written
        .value(decimal)
        .ok_or_else(|| "its thousands are not where they belong, or it is too large".to_owned())
}

/// Returns what a person counted for a goal as a fact: the metric as the goal names it, and when it stood so.
pub fn counted(goal: &GoalId, metric: &str, value: Amount, stood: DateTime<Utc>) -> Fact {
    let figure = Figure {
        read: stood,
        subject: Subject::Goal(goal.clone()),
        metric: Metric::Count,
        name: metric.to_owned(),
        value,
        unit: String::new(),
        window: None,
        definition: "counted by a person".to_owned(),
    };
    Fact { figure, file: String::new(), line: 0, place: Place::Text(0..0) }
}

#[cfg(test)]
mod tests;
