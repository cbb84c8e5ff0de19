//! The grammar of a campaign's steps.

use super::super::model::Tactic;
use super::Type::{Choice, Date, DateTime, Id, Ids, Line, Number};
use super::{Key, may, must};

const TACTICS: &[&str] = &[
    Tactic::ALL[0].0,
    Tactic::ALL[1].0,
    Tactic::ALL[2].0,
    Tactic::ALL[3].0,
    Tactic::ALL[4].0,
    Tactic::ALL[5].0,
    Tactic::ALL[6].0,
];

const ENDS: &[&str] = &[Tactic::Contest.as_str(), Tactic::Question.as_str(), Tactic::Poll.as_str()];

/// `[[step]]` in `campaigns/ID.toml`
pub(super) const STEP: &[Key] = &[
    may("on", Date, "The day it goes out on; or say `at`."),
    may("at", DateTime, "The wall clock it goes out at, in the calendar's zone; or say `on`."),
    must("tactic", Choice(TACTICS), "What it does."),
    may("title", Line, "What it is about, in a few words."),
    may("department", Id, "The department that posts it; the campaign's if absent."),
    may("accounts", Ids, "The accounts it goes to."),
    may("post", Id, "Its post, once that is written; else that of the campaign on its day."),
    may("closes", Date, "The last day on which people may take part."),
    may("rules", Line, "A contest's rules, or where they are to be read."),
    may(
        "ends",
        Choice(ENDS),
        "What it brings to its end: it names the winner, answers, or tells the result.",
    ),
    may(
        "tag",
        Line,
        "The tag under which people show what they made, without `#`; the campaign's if absent.",
    ),
    may("rights", Line, "What people are told of the leave they give when they take part."),
    may("metric", Line, "What is counted to judge it, such as `link clicks`."),
    may("target", Number, "The number that it is to reach."),
];
