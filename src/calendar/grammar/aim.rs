//! The grammar of campaigns and goals.

use super::Type::{Date, Id, Line, Number, Tables, Text, Url};
use super::{Key, may, must, step};

pub(super) const CAMPAIGN: &[Key] = &[
    must("name", Line, "The campaign's name."),
    may("from", Date, "Its first day."),
    may("until", Date, "Its last day."),
    may("goal", Id, "The goal it serves."),
    may("department", Id, "The department that leads it."),
    may("tag", Line, "Its tag, without `#`."),
    may("link", Url, "Its page."),
    may("brief", Text, "What it is for."),
    may("metric", Line, "What is counted to judge it, such as `visits`; its goal says it otherwise."),
    may("target", Number, "The number that it is to reach."),
    may("judged_by", Date, "The day on which the number is read."),
    may("step", Tables(step::STEP), "What goes out when, and what for."),
];

pub(super) const GOAL: &[Key] = &[
    must("name", Line, "The goal's name."),
    must("metric", Line, "What is counted, such as `followers` or `link clicks`."),
    may("baseline", Number, "The number at the start."),
    must("target", Number, "The number to reach."),
    must("by", Date, "The day to reach it by."),
    may("account", Id, "The account it is counted on."),
    may("department", Id, "The department it is set for."),
];
