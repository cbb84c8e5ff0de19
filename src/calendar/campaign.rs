//! Campaigns as steps on days: what goes out when, which post does it, and which days are closed.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::draft::{AccountId, DepartmentId, PostId};

use super::{Account, Calendar, Campaign, Norm, Post, Step};

/// A step of a campaign with its moment and its post.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedStep<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// The step.
    pub step: &'a Step,
    /// Its number in the file, from 1 on.
    pub number: usize,
    /// The wall clock it goes out at: the post's, else its own, else when its department posts as a rule.
    pub at: NaiveDateTime,
    /// The department that posts it.
    pub department: Option<&'a DepartmentId>,
    /// Its post, where there is one.
    pub post: Option<&'a Post>,
}

impl<'a> DatedStep<'a> {
    /// Returns the accounts that it goes to, as far as they are known: its post's, else its own.
    pub fn accounts(&self) -> BTreeSet<&'a AccountId> {
        match self.post {
            Some(post) => post.to.value.iter().map(|at| &at.value).collect(),
            None => self.step.accounts.iter().map(|at| &at.value).collect(),
        }
    }

    /// Returns when people can no longer take part: the day that it says, or the end of its post's poll.
    pub fn closes(&self, calendar: &Calendar) -> Option<NaiveDateTime> {
        let said = self.step.closes.as_ref().and_then(|closes| closes.value.and_hms_opt(23, 59, 59));
        said.or_else(|| self.at.checked_add_signed(self.poll_open(calendar)?))
    }

    /// Returns how long the poll of its post is open.
    pub fn poll_open(&self, calendar: &Calendar) -> Option<TimeDelta> {
        let post = self.post?;
        let accounts = post.to.value.iter().filter_map(|at| calendar.accounts.get(&at.value));
        accounts.filter_map(|account| post.sheet(&account.id).poll()).map(|poll| poll.poll.open).max()
    }
}

impl Calendar {
    /// Returns the steps of a campaign in the order of their moments; one without a day is none of them.
    ///
    /// A step's post is the one that it names, else one of the campaign on its day: of its department, if it says one, and
    /// one that no other step has.
    pub fn dated_steps<'a>(&'a self, campaign: &'a Campaign) -> Vec<DatedStep<'a>> {
        let of_campaign = |post: &&Post| post.campaign.as_ref().is_some_and(|at| at.value == campaign.id);
        let mut free: Vec<&Post> = self.posts.iter().filter(of_campaign).collect();
        let named: BTreeSet<&PostId> =
            campaign.steps.iter().filter_map(|step| step.post.as_ref()).map(|at| &at.value).collect();
        free.retain(|post| !named.contains(&post.id));
        let mut dated = Vec::new();
        for (step, number) in campaign.steps.iter().zip(1..) {
            let Some(day) = step.day() else { continue };
            let own = step.department.as_ref().or(campaign.department.as_ref()).map(|at| &at.value);
            let post = match &step.post {
                Some(id) => self.post(&id.value),
                None => free.iter().position(|post| is_of(post, step, day)).map(|at| free.remove(at)),
            };
            let department = own.or(post.and_then(|post| post.department.as_ref()).map(|at| &at.value));
            let rule = department.and_then(|id| self.departments.get(id)?.standing_time(day));
            let time = step.at.as_ref().map(|at| at.value.time()).or(rule).unwrap_or_else(ten);
            let promised = post.and_then(|post| post.at.as_ref()).map(|at| at.value);
            let at = promised.filter(|at| at.date() == day).unwrap_or_else(|| day.and_time(time));
            dated.push(DatedStep { campaign, step, number, at, department, post });
        }
        dated.sort_by_key(|dated| (dated.at, dated.number));
        dated
    }

    /// Returns the posts of a campaign that no step of it has.
    pub fn posts_beside<'a>(&'a self, campaign: &'a Campaign) -> Vec<&'a Post> {
        let steps = self.dated_steps(campaign);
        let has = |post: &&Post| steps.iter().any(|dated| dated.post.is_some_and(|own| own.id == post.id));
        let of_campaign = |post: &&Post| post.campaign.as_ref().is_some_and(|at| at.value == campaign.id);
        self.posts.iter().filter(of_campaign).filter(|post| !has(post)).collect()
    }

    /// Tells whether nothing of a department goes out on a day, as the annual schedule, other calendars' events and protocols
    /// have it.
    pub fn is_closed(&self, day: NaiveDate, department: Option<&DepartmentId>) -> bool {
        self.closed(day, department, None).is_some()
            || self.closed_by_event(day).is_some()
            || self.is_blacked_out(day, department)
    }

    fn is_blacked_out(&self, day: NaiveDate, department: Option<&DepartmentId>) -> bool {
        let rules = self.protocols.values().flat_map(|protocol| &protocol.rules);
        let is_whole = |scope: &super::Scope| {
            scope.accounts.is_empty()
                && scope.platforms.is_empty()
                && scope.topics.is_empty()
                && scope.campaigns.is_empty()
        };
        rules.filter(|rule| is_whole(&rule.scope)).any(|rule| {
            let is_meant = match department {
                Some(department) => rule.scope.is_of(department),
                None => rule.scope.departments.is_empty(),
            };
            match &rule.norm {
                Norm::Blackout { days, span } => {
                    let in_span = span.is_some_and(|(from, until)| (from..=until).contains(&day));
                    is_meant && (days.contains(&day) || in_span)
                }
                _ => false,
            }
        })
    }
}

/// Tells whether a post is what a step of its campaign means on a day.
fn is_of(post: &Post, step: &Step, day: NaiveDate) -> bool {
    let is_theirs = match (&step.department, &post.department) {
        (Some(wanted), Some(own)) => wanted.value == own.value,
        (Some(_), None) => false,
        (None, _) => true,
    };
    let goes = |at: &super::At<AccountId>| post.to.value.iter().any(|to| to.value == at.value);
    let is_there = step.accounts.is_empty() || step.accounts.iter().any(goes);
    is_theirs && is_there && post.at.as_ref().is_some_and(|at| at.value.date() == day)
}

/// Tells whether people can choose on an account: its platform has polls, or shows them as a list.
pub fn takes_polls(account: &Account) -> bool {
    let platform = account.platform.as_ref().map(|at| at.value);
    platform
        .is_some_and(|platform| platform.limits().poll.is_some() || platform == crate::text::Platform::Feed)
}

fn ten() -> NaiveTime {
    NaiveTime::from_hms_opt(10, 0, 0).unwrap_or_default()
}
