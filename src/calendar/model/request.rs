//! Requests: what somebody wants posted, and what was answered.

use chrono::NaiveDate;

use crate::draft::{AccountId, CampaignId, DepartmentId, GoalId, PersonId, PostId, RequestId, TopicId};

use super::{At, Picture, Words};

/// A request for a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Its file.
    pub file: String,
    /// What is wanted, in a few words.
    pub title: String,
    /// The department that asks.
    pub department: Option<At<DepartmentId>>,
    /// The person who asks.
    pub from: Option<At<PersonId>>,
    /// The department that is asked, where it is another.
    pub to_department: Option<At<DepartmentId>>,
    /// The day it is wanted on, or the first that will do.
    pub wanted: Option<At<NaiveDate>>,
    /// The last day that will do.
    pub until: Option<At<NaiveDate>>,
    /// The accounts that it should go to.
    pub accounts: Vec<At<AccountId>>,
    /// What the post is to say.
    pub text: Option<Words>,
    /// Why, and for whom.
    pub why: Option<Words>,
    /// The page it points to.
    pub link: Option<At<String>>,
    /// Pictures and films.
    pub media: Vec<Picture>,
    /// What it is about.
    pub topics: Vec<At<TopicId>>,
    /// The goal it serves.
    pub goal: Option<At<GoalId>>,
    /// The campaign it belongs to.
    pub campaign: Option<At<CampaignId>>,
    /// Who sees to it.
    pub taken: Vec<Taken>,
    /// The posts that came of it.
    pub posts: Vec<At<PostId>>,
    /// Why nothing comes of it.
    pub declined: Option<At<String>>,
}

/// Somebody's word that they see to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Who.
    pub by: At<PersonId>,
    /// Since when.
    pub on: NaiveDate,
}

/// What was answered to a request: who took it and when, what came of it, why not.
pub type Answer<'a> = (Vec<(&'a PersonId, NaiveDate)>, Vec<&'a PostId>, Option<&'a str>);

impl Request {
    /// Returns the department that is asked: another, or the one that asks.
    pub fn asked(&self) -> Option<&At<DepartmentId>> {
        self.to_department.as_ref().or(self.department.as_ref())
    }

    /// Returns the last day that will do, and where it stands.
    pub fn last_day(&self) -> Option<&At<NaiveDate>> {
        self.until.as_ref().or(self.wanted.as_ref())
    }

    /// Tells whether two versions of a request ask for the same, whatever was answered.
    pub fn asks_the_same(&self, other: &Request) -> bool {
        fn value<T: Clone>(at: &Option<At<T>>) -> Option<T> {
            at.as_ref().map(|at| at.value.clone())
        }
        fn values<T: Clone>(list: &[At<T>]) -> Vec<T> {
            list.iter().map(|at| at.value.clone()).collect()
        }
        let words = |words: &Option<Words>| words.as_ref().map(|words| words.text.clone());
        let pictures = |request: &Request| -> Vec<(String, Option<String>)> {
            request.media.iter().map(|one| (one.file.value.clone(), words(&one.alt))).collect()
        };
        self.title == other.title
            && value(&self.department) == value(&other.department)
            && value(&self.from) == value(&other.from)
            && value(&self.to_department) == value(&other.to_department)
            && value(&self.wanted) == value(&other.wanted)
            && value(&self.until) == value(&other.until)
            && values(&self.accounts) == values(&other.accounts)
            && words(&self.text) == words(&other.text)
            && words(&self.why) == words(&other.why)
            && value(&self.link) == value(&other.link)
            && pictures(self) == pictures(other)
            && values(&self.topics) == values(&other.topics)
            && value(&self.goal) == value(&other.goal)
            && value(&self.campaign) == value(&other.campaign)
    }

    /// Returns what was answered.
    pub fn answer(&self) -> Answer<'_> {
        let taken = self.taken.iter().map(|taken| (&taken.by.value, taken.on)).collect();
        let posts = self.posts.iter().map(|at| &at.value).collect();
        (taken, posts, self.declined.as_ref().map(|why| why.value.as_str()))
    }
}
