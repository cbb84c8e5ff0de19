//! Experiments: what is tried out, on which account, and what came of it.

use std::fmt;

use chrono::NaiveDate;

use crate::draft::{AccountId, ExperimentId};

use super::At;

/// What posts are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// When it went out: a part of the day, on weekdays or at the weekend.
    When,
    /// Its form.
    Form,
    /// The department that it speaks for.
    Department,
    /// How long it is, in coarse classes.
    Length,
    /// A tag, which it has or has not.
    Tag,
}

impl Factor {
    /// Every factor with the word that stands in files and documents.
    pub const ALL: [(&'static str, Factor); 5] = [
        ("when", Factor::When),
        ("form", Factor::Form),
        ("department", Factor::Department),
        ("length", Factor::Length),
        ("tag", Factor::Tag),
    ];

    /// Returns the word that stands in files and documents.
    pub fn as_str(self) -> &'static str {
        Factor::ALL.iter().find(|(_, factor)| *factor == self).map_or("", |(word, _)| word)
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An experiment: two or more ways of posting, drawn by lot, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its id.
    pub id: ExperimentId,
    /// Its file.
    pub file: String,
    /// What is believed, in one sentence that may turn out wrong.
    pub hypothesis: String,
    /// The account that it is tried on.
    pub account: At<AccountId>,
    /// What the arms differ in.
    pub factor: Factor,
    /// The arms; the first is held against the others.
    pub arms: Vec<At<String>>,
    /// What is counted to judge it.
    pub metric: At<String>,
    /// Its first day.
    pub start: At<NaiveDate>,
    /// Its last day.
    pub end: At<NaiveDate>,
    /// How many posts it takes to see the effect that is hoped for.
    pub posts: Option<u32>,
    /// What the order of the arms was drawn from.
    pub seed: Option<String>,
    /// The advice that it is to settle.
    pub advice: Option<String>,
    /// What came of it.
    pub result: Option<Outcome>,
}

/// What came of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The day on which it was judged.
    pub on: NaiveDate,
    /// How many posts counted.
    pub posts: u32,
    /// How much more the first arm earned, in percent.
    pub effect: f64,
    /// What it is above, and below, in 90 % of such cases together.
    pub interval: (f64, f64),
    /// How likely so large a difference is, if the arms earn the same.
    pub likelihood: f64,
    /// What people make of it.
    pub text: Option<String>,
}
