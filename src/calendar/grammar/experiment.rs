//! The grammar of experiments.

use super::super::model::Factor;
use super::Type::{Choice, Count, Date, Id, Line, Lines, Number, Table, Text};
use super::{Key, may, must};

const FACTORS: &[&str] =
    &[Factor::ALL[0].0, Factor::ALL[1].0, Factor::ALL[2].0, Factor::ALL[3].0, Factor::ALL[4].0];

const RESULT: &[Key] = &[
    must("on", Date, "The day on which it was judged."),
    must("posts", Count, "How many posts counted."),
    must("effect_percent", Number, "How much more the first arm earned, in percent."),
    must("low_percent", Number, "The lower end of the effect's 90 % interval."),
    must("high_percent", Number, "The upper end of the effect's 90 % interval."),
    must("likelihood", Number, "How likely so large a difference is, if the arms earn the same."),
    may("text", Text, "What people make of it."),
];

/// `experiments/ID.toml`
pub(super) const EXPERIMENT: &[Key] = &[
    must("hypothesis", Line, "What is believed, in one sentence that may turn out wrong."),
    must("account", Id, "The account that it is tried on."),
    must("factor", Choice(FACTORS), "What the arms differ in."),
    must("arms", Lines, "The arms, such as `[\"film\", \"picture\"]`; the first is held against the others."),
    must("metric", Line, "What is counted to judge it, such as `engagements`."),
    must("start", Date, "Its first day."),
    must("end", Date, "Its last day."),
    may("posts", Count, "How many posts it takes to see the effect that is hoped for."),
    may("seed", Line, "What the order of the arms was drawn from."),
    may("advice", Line, "The advice that it is to settle, by its id."),
    may("result", Table(RESULT), "What came of it, as `kalends experiment result` writes it."),
];
