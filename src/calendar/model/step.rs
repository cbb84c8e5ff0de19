//! The steps of a campaign: what goes out when, what for, and the number that judges it.

use chrono::{NaiveDate, NaiveDateTime};

use crate::draft::{AccountId, DepartmentId, PostId};
use crate::finding::Span;

use super::At;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tactic {
    /// Says that something comes.
    Announce,
    /// Asks people to choose.
    Poll,
    /// Lets people win something.
    Contest,
    /// Asks people a question, or for theirs.
    Question,
    /// Asks people to show what they made.
    UserContent,
    /// Says it again in time.
    Reminder,
    /// Thanks those who took part.
    Thanks,
}

impl Tactic {
    /// Every tactic with the word that stands in files.
    pub const ALL: [(&'static str, Tactic); 7] = [
        ("announce", Tactic::Announce),
        ("poll", Tactic::Poll),
        ("contest", Tactic::Contest),
        ("question", Tactic::Question),
        ("user-content", Tactic::UserContent),
        ("reminder", Tactic::Reminder),
        ("thanks", Tactic::Thanks),
    ];

    /// Returns the word that stands in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tactic::Announce => "announce",
            Tactic::Poll => "poll",
            Tactic::Contest => "contest",
            Tactic::Question => "question",
            Tactic::UserContent => "user-content",
            Tactic::Reminder => "reminder",
            Tactic::Thanks => "thanks",
        }
    }

    /// Returns what it needs besides a day.
    pub const fn needs(self) -> Needs {
        let none = Needs { poll: false, rules: false, closes: false, tag: false, rights: false, end: None };
        match self {
            Tactic::Announce | Tactic::Reminder | Tactic::Thanks => none,
            Tactic::Poll => Needs { poll: true, ..none },
            Tactic::Contest => Needs { rules: true, closes: true, end: Some("names the winner"), ..none },
            Tactic::Question => Needs { end: Some("answers"), ..none },
            Tactic::UserContent => Needs { tag: true, rights: true, ..none },
        }
    }
}

/// What a tactic needs besides a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// A post with a poll, on accounts that have polls.
    pub poll: bool,
    /// The rules.
    pub rules: bool,
    /// The last day on which people may take part.
    pub closes: bool,
    /// A tag.
    pub tag: bool,
    /// What people are told of the leave they give.
    pub rights: bool,
    /// A later step that brings it to its end, and what that does.
    pub end: Option<&'static str>,
}

/// A step of a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// The day it goes out on.
    pub on: Option<At<NaiveDate>>,
    /// The wall clock it goes out at.
    pub at: Option<At<NaiveDateTime>>,
    /// What it does.
    pub tactic: At<Tactic>,
    /// What it is about.
    pub title: Option<String>,
    /// The department that posts it.
    pub department: Option<At<DepartmentId>>,
    /// The accounts it goes to.
    pub accounts: Vec<At<AccountId>>,
    /// Its post.
    pub post: Option<At<PostId>>,
    /// The last day on which people may take part.
    pub closes: Option<At<NaiveDate>>,
    /// The rules, or where they are to be read.
    pub rules: Option<String>,
    /// What it brings to its end.
    pub ends: Option<At<Tactic>>,
    /// The tag under which people show what they made.
    pub tag: Option<At<String>>,
    /// What people are told of the leave they give.
    pub rights: Option<String>,
    /// What is counted to judge it.
    pub metric: Option<At<String>>,
    /// The number that it is to reach.
    pub target: Option<f64>,
}

impl Step {
    /// Returns the day it goes out on.
    pub fn day(&self) -> Option<NaiveDate> {
        self.on.as_ref().map(|on| on.value).or(self.at.as_ref().map(|at| at.value.date()))
    }

    /// Returns where it says when it goes out.
    pub fn place(&self) -> Span {
        let on = self.on.as_ref().map(|on| on.span.clone());
        on.or(self.at.as_ref().map(|at| at.span.clone())).unwrap_or_else(|| self.tactic.span.clone())
    }
}
