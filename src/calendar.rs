//! The calendar: what people write, read whole.
//!
//! [`read`] never fails, it finds: it returns what could be made of the files together with everything that is wrong
//! with them. [`check()`] then looks at the whole. Both are functions of values.

mod acknowledge;
mod annual;
mod answer;
mod approval;
mod assemble;
mod campaign;
mod check;
mod diff;
mod files;
mod fix;
mod format;
mod grammar;
mod handbook;
mod kin;
mod model;
mod place;
mod proposal;
mod request;
mod schedule;
mod schema;
mod spread;
mod told;
mod track;
mod training;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::draft::{
    AccountId, CampaignId, DepartmentId, EventsId, ExperimentId, FactId, GoalId, MappingId, PersonId, PostId,
    ProposalId, ProtocolId, RequestId, RunnerId, TrainingId,
};
use crate::finding::{File, Finding};
use crate::time::Zone;

pub use acknowledge::{Acknowledged, Duty, Unready};
pub use annual::Closed;
pub use answer::{Reply, reply};
pub use approval::{Lack, Unsigned, Void};
pub use campaign::{DatedStep, takes_polls};
pub use check::{check, check_campaigns, check_requests, check_schedules, check_signatures, renames};
pub use diff::{Became, Change, Detail, diff};
pub use files::{Item, What, read_file};
pub use fix::{Fix, fixes};
pub use format::FILE_LIMIT_BYTES;
pub(crate) use format::word::shown;
pub use format::word::slug;
pub use grammar::{Key, Kind, RULES, Type, Variety};
pub use handbook::{handbook, protocol_page};
pub use kin::Kin;
pub use model::{
    Account, Acknowledgement, Allowance, Approval, At, Body, By, Campaign, Changes, Closing, ColumnRole,
    Coverage, Days, Decimal, Decision, Delimiter, Department, Encoding, Events, Experiment, ExportOf, Fact,
    Factor, Goal, Happening, IdClock, Mapping, MetricColumn, Needs, Norm, Observance, Outcome, Part, Pass,
    Period, Person, Picture, PlannedSlot, Post, Proposal, Protocol, ProtocolRule, Question, QuizQuestion,
    Readers, Repeat, Request, Rest, Role, Root, Rule, Ruling, Runner, Schedule, Scope, Signed, Split,
    StandingSlot, Step, TableForm, Tactic, Taken, Theme, TimeForm, Training, Voice, Wanted, WindowSpan,
    Words, signed_moment,
};
pub use proposal::State;
pub(crate) use schedule::{is_film, text_max};
pub use schema::schema;
pub use spread::{Planned, TooShort, spread};
pub use training::Trained;

/// Everything that people wrote, each thing by its id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calendar {
    /// The organisation and its policy.
    pub root: Root,
    /// The people.
    pub people: BTreeMap<PersonId, Person>,
    /// The departments.
    pub departments: BTreeMap<DepartmentId, Department>,
    /// The machines that publish by themselves.
    pub runners: BTreeMap<RunnerId, Runner>,
    /// The accounts.
    pub accounts: BTreeMap<AccountId, Account>,
    /// The campaigns.
    pub campaigns: BTreeMap<CampaignId, Campaign>,
    /// The goals.
    pub goals: BTreeMap<GoalId, Goal>,
    /// How posts are written.
    pub protocols: BTreeMap<ProtocolId, Protocol>,
    /// What posts may say.
    pub facts: BTreeMap<FactId, Fact>,
    /// The events of other calendars, by their source.
    pub events: BTreeMap<EventsId, Events>,
    /// The annual schedules, by year.
    pub schedules: BTreeMap<i32, Schedule>,
    /// The posts, sorted by id, each id once.
    pub posts: Vec<Post>,
    /// The requests for posts.
    pub requests: BTreeMap<RequestId, Request>,
    /// The approvals of each post, by who gave them.
    pub approvals: BTreeMap<PostId, BTreeMap<PersonId, Approval>>,
    /// The acknowledgements of each protocol, by who gave them.
    pub acknowledgements: BTreeMap<ProtocolId, BTreeMap<PersonId, Acknowledgement>>,
    /// The trainings.
    pub trainings: BTreeMap<TrainingId, Training>,
    /// Who did each training.
    pub passes: BTreeMap<TrainingId, BTreeMap<PersonId, Pass>>,
    /// The development plans.
    pub proposals: BTreeMap<ProposalId, Proposal>,
    /// The decisions on each development plan, by who made them.
    pub decisions: BTreeMap<ProposalId, BTreeMap<PersonId, Decision>>,
    /// How exports of other programs are read.
    pub mappings: BTreeMap<MappingId, Mapping>,
    /// The experiments.
    pub experiments: BTreeMap<ExperimentId, Experiment>,
    /// Posts whose id another has: checked, and never drafted.
    doubles: Vec<Post>,
    /// The approvals that protocols ask for.
    asked: Vec<Rule>,
    /// The paths of the pictures and films that there are.
    media: BTreeSet<String>,
}

/// Reads a calendar's files, in any order: what could be made of them, and what is wrong, sorted by place.
pub fn read(files: &[File]) -> (Calendar, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut items = Vec::with_capacity(files.len());
    for file in files {
        let (item, found) = read_file(file);
        items.push(item);
        findings.extend(found);
    }
    let (calendar, found) = Calendar::assemble(items);
    findings.extend(found);
    sort(&mut findings);
    (calendar, findings)
}

/// Sorts findings by file, place and code.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| finding.span.as_ref().map(|span| (span.start, span.end));
        (&a.file, place(a), a.code, &a.message).cmp(&(&b.file, place(b), b.code, &b.message))
    });
}

impl Calendar {
    /// Returns the zone of every wall clock that names no other.
    pub fn zone(&self) -> &Zone {
        &self.root.zone
    }

    /// Returns an account.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// Returns a post.
    pub fn post(&self, id: &PostId) -> Option<&Post> {
        let at = self.posts.binary_search_by(|post| post.id.cmp(id)).ok()?;
        self.posts.get(at)
    }

    /// Returns the longest time that anything here may be late.
    pub fn longest_late(&self) -> TimeDelta {
        let accounts = self.accounts.values().filter_map(|account| account.late);
        let posts = self.posts.iter().filter_map(|post| post.late);
        accounts.chain(posts).chain([self.root.late]).max().unwrap_or_else(TimeDelta::zero)
    }

    /// Returns a calendar with a single post, to be drafted alone.
    pub fn with_only(&self, post: &Post) -> Calendar {
        let (root, accounts) = (self.root.clone(), self.accounts.clone());
        Calendar { root, accounts, posts: vec![post.clone()], ..Calendar::default() }
    }

    /// Returns why a post must not go out yet, if its file says so.
    pub fn held(&self, id: &PostId) -> Option<&str> {
        self.post(id)?.hold.as_deref()
    }

    /// Tells whether any rule, of kalends.toml or of a protocol, asks for approvals.
    pub fn asks_for_approvals(&self) -> bool {
        !self.root.rules.is_empty() || !self.asked.is_empty()
    }

    /// Returns the paths of the pictures and films that posts name.
    pub fn media_files(&self) -> BTreeSet<&str> {
        self.every_post().flat_map(Post::media_files).collect()
    }

    /// Returns every post, with those whose id another has.
    pub fn every_post(&self) -> impl Iterator<Item = &Post> {
        self.posts.iter().chain(&self.doubles)
    }
}

#[cfg(test)]
mod tests;
