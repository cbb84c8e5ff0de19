//! What a post's file says.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::draft::{
    AccountId, CampaignId, DepartmentId, GoalId, Label, PersonId, Poll, PostId, TopicId, Visibility,
};
use crate::finding::Span;
use crate::time::{Fold, Recurrence, Zone};

use super::{At, Words};

/// How a text that is too long for an account is cut into a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Without numbers.
    Plain,
    /// With a number on each part.
    Numbered,
}

impl Split {
    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Split::Plain => "plain",
            Split::Numbered => "numbered",
        }
    }
}

/// A picture or film that a post names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its path, relative to the calendar's root.
    pub file: At<String>,
    /// What it shows.
    pub alt: Option<Words>,
}

/// A poll that a post asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked, as a network takes it.
    pub poll: Poll,
    /// Where each answer stands.
    pub options: Vec<Span>,
    /// Where the time that it is open stands, or the whole poll.
    pub open: Span,
    /// Where the poll stands.
    pub span: Span,
}

/// A later part of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its text.
    pub text: Words,
    /// The page it points to.
    pub link: Option<At<String>>,
    /// Its pictures and films.
    pub media: Vec<Picture>,
}

/// What a post says; in a variant, what it says otherwise.
///
/// What is absent in a variant is as in the post; an empty text or list takes the post's away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// The author's words.
    pub text: Option<Words>,
    /// The title.
    pub title: Option<Words>,
    /// The page it points to.
    pub link: Option<At<String>>,
    /// Tags, without `#`.
    pub tags: Option<Vec<At<String>>>,
    /// The language, as BCP 47 names it.
    pub language: Option<At<String>>,
    /// A content warning.
    pub warning: Option<Words>,
    /// What it says of itself, so that networks hide it from those who would not see such things.
    pub labels: Option<At<Vec<Label>>>,
    /// Who may see it.
    pub visibility: Option<At<Visibility>>,
    /// How a long text is cut.
    pub split: Option<Split>,
    /// Pictures and films.
    pub media: Option<Vec<Picture>>,
    /// A poll; the inner absence is one taken away.
    pub poll: Option<Option<Question>>,
    /// The later parts of a thread.
    pub thread: Option<Vec<Part>>,
}

/// A post's times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The rule with its bounds.
    pub rule: Recurrence,
    /// Where the rule's words stand.
    pub every: Span,
    /// Where the last day stands.
    pub until: Option<Span>,
    /// Where each day that is left out stands.
    pub except: Vec<At<NaiveDate>>,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Where the file says its id, if it does.
    pub id_span: Option<Span>,
    /// Its file.
    pub file: String,
    /// The department that posts it.
    pub department: Option<At<DepartmentId>>,
    /// Who wrote it.
    pub author: Option<At<PersonId>>,
    /// The wall clock it is promised for; absent where the file says none that is one.
    pub at: Option<At<NaiveDateTime>>,
    /// The zone of the wall clock, where it is not the calendar's.
    pub zone: Option<At<Zone>>,
    /// Which of two moments is meant.
    pub fold: Option<At<Fold>>,
    /// The accounts it goes to.
    pub to: At<Vec<At<AccountId>>>,
    /// The campaign it belongs to.
    pub campaign: Option<At<CampaignId>>,
    /// The goal it serves.
    pub goal: Option<At<GoalId>>,
    /// What it is about, in words that rules name.
    pub topics: Vec<At<TopicId>>,
    /// How late it may still go out.
    pub late: Option<TimeDelta>,
    /// Whether the same words may go out again within a year.
    pub again: bool,
    /// Why it must not go out yet.
    pub hold: Option<String>,
    /// What it says.
    pub body: Body,
    /// What it says otherwise on an account.
    pub variants: BTreeMap<AccountId, Box<At<Body>>>,
    /// When it comes again.
    pub repeat: Option<Repeat>,
}
