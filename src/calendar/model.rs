//! What a calendar's files say, with the place of each word that a finding may point at.

mod events;
mod annual;
mod mapping;
mod experiment;
mod post;
mod protocol;
mod request;
mod signed;
mod step;
mod training;

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use crate::draft::{AccountId, CampaignId, DepartmentId, GoalId, PersonId, RunnerId};
use crate::finding::Span;
use crate::signature::Key;
use crate::text::Platform;
use crate::time::{Every, Zone};

pub use annual::{Closing, Coverage, Days, Observance, Period, PlannedSlot, Rest, Schedule, Theme};
pub use events::{Events, Happening, Span as HappeningSpan};
pub use experiment::{Experiment, Factor, Outcome};
pub use mapping::{
    ColumnRole, Decimal, Delimiter, Encoding, ExportOf, IdClock, Mapping, MetricColumn, TableForm, TimeForm,
    WindowSpan,
};
pub use post::{Body, Part, Picture, Post, Question, Repeat, Split};
pub use protocol::{Fact, Norm, Protocol, ProtocolRule, Readers, Scope};
pub use request::{Request, Taken};
pub use signed::{
    Acknowledgement, Approval, By, Decision, Pass, Proposal, Rule, Ruling, Signed, signed_moment,
};
pub use step::{Needs, Step, Tactic};
pub(super) use training::OPTIONS_MAX;
pub use training::{QuizQuestion, Training, Wanted};

/// A value and where it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// The bytes it stands at.
    pub span: Span,
}

/// A text that people wrote, and where each of its characters stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The text: line ends are `\n`, without empty lines before it and blanks after it.
    pub text: String,
    /// The bytes it stands at, with its quotes.
    pub span: Span,
    /// The offset of its first byte, where the text stands in the file as it is, with no escapes in it.
    pub(super) start: Option<usize>,
    /// Whether its lines end in `\r\n` in the file.
    pub(super) crlf: bool,
}

impl Words {
    /// Returns where a stretch of the text stands in the file, or where all of it does if that cannot be told.
    pub fn place(&self, stretch: Span) -> Span {
        let Some(start) = self.start else { return self.span.clone() };
        let shift = |byte: usize| {
            let lines = self.text.get(..byte).map_or(0, |before| before.matches('\n').count());
            start + byte + if self.crlf { lines } else { 0 }
        };
        shift(stretch.start)..shift(stretch.end)
    }
}

/// `kalends.toml`: the organisation and its policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The organisation's name.
    pub name: String,
    /// The zone of every wall clock that names no other.
    pub zone: Zone,
    /// The language of texts that name no other, as BCP 47 names it.
    pub language: Option<String>,
    /// The organisation's own page.
    pub url: Option<String>,
    /// How late a post may still go out.
    pub late: TimeDelta,
    /// The most that one run sends to one account.
    pub burst: Option<u32>,
    /// The ledger's branch.
    pub branch: String,
    /// The ledger's remote, where it has one.
    pub remote: Option<String>,
    /// What must be approved by whom.
    pub rules: Vec<Rule>,
    /// How long before its day a request should have been taken care of.
    pub lead: TimeDelta,
    /// Who may change what, where it is said.
    pub changes: Option<Changes>,
}

/// Who may change what, beyond what their role lets them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Whether commits must be signed by their authors.
    pub signed: bool,
    /// What is allowed besides.
    pub allow: Vec<Allowance>,
}

/// Leave for some people to change some files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The folders and files.
    pub files: Vec<At<String>>,
    /// Who may, by what they are.
    pub roles: Vec<Role>,
    /// Who may, by name.
    pub people: Vec<At<PersonId>>,
}

impl Default for Root {
    fn default() -> Root {
        Root {
            name: String::new(),
            zone: Zone::utc(),
            language: None,
            url: None,
            late: TimeDelta::hours(2),
            burst: None,
            branch: "ledger".to_owned(),
            remote: None,
            rules: Vec::new(),
            lead: TimeDelta::days(7),
            changes: None,
        }
    }
}

/// What a person is to the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Answers for the whole calendar.
    Coordinator,
    /// Answers for a department's posts.
    DepartmentCoordinator,
    /// Writes for a department.
    Contributor,
    /// Writes for a department until a day.
    Freelancer,
    /// Has a voice of their own.
    Leader,
    /// Looks on.
    Manager,
    /// Keeps it running.
    It,
}

impl Role {
    /// Every role with the word that stands in files.
    pub const ALL: [(&'static str, Role); 7] = [
        ("coordinator", Role::Coordinator),
        ("department-coordinator", Role::DepartmentCoordinator),
        ("contributor", Role::Contributor),
        ("freelancer", Role::Freelancer),
        ("leader", Role::Leader),
        ("manager", Role::Manager),
        ("it", Role::It),
    ];

    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        Role::ALL.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their file.
    pub file: String,
    /// Their name.
    pub name: String,
    /// What they are to the calendar.
    pub role: Option<At<Role>>,
    /// Their department.
    pub department: Option<At<DepartmentId>>,
    /// Their address.
    pub email: Option<String>,
    /// Whom secrets are encrypted for: an age recipient.
    pub recipient: Option<String>,
    /// The key they sign approvals with.
    pub signing_key: Option<At<Key>>,
    /// Their last day.
    pub until: Option<At<NaiveDate>>,
}

/// A machine that publishes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// Its id.
    pub id: RunnerId,
    /// Its file.
    pub file: String,
    /// What it is.
    pub name: String,
    /// Whom secrets are encrypted for: an age recipient.
    pub recipient: Option<String>,
    /// The accounts whose secrets it may read.
    pub accounts: Vec<At<AccountId>>,
    /// Its last day.
    pub until: Option<At<NaiveDate>>,
}

/// A time at which a department may post as a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingSlot {
    /// When it comes.
    pub every: At<Every>,
    /// The wall clock, in the calendar's zone.
    pub at: At<NaiveTime>,
    /// The account it is for; any if absent.
    pub account: Option<At<AccountId>>,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Who answers for its posts.
    pub coordinator: Option<At<PersonId>>,
    /// Who writes for it.
    pub contributors: Vec<At<PersonId>>,
    /// The accounts it may use.
    pub accounts: Vec<At<AccountId>>,
    /// The most posts of a day.
    pub quota_day: Option<At<u32>>,
    /// The most posts of a week.
    pub quota_week: Option<At<u32>>,
    /// Its standing times.
    pub slots: Vec<StandingSlot>,
}

/// Whose voice an account speaks with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// The organisation's.
    Organisation,
    /// A person's own.
    Person(At<PersonId>),
}

/// An account on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its file.
    pub file: String,
    /// Its platform; absent where the file names none that is known.
    pub platform: Option<At<Platform>>,
    /// Its server, where the platform has many.
    pub server: Option<At<String>>,
    /// Its name there.
    pub handle: Option<String>,
    /// Whose voice it speaks with.
    pub voice: Voice,
    /// The departments that may use it.
    pub departments: Vec<At<DepartmentId>>,
    /// The people who may read its secret.
    pub access: Vec<At<PersonId>>,
    /// The first day that posts go to it.
    pub since: Option<At<NaiveDate>>,
    /// The platform's own id of its user.
    pub pin: Option<String>,
    /// How late a post may still go out there.
    pub late: Option<TimeDelta>,
    /// Whether a person posts to it, not the program.
    pub by_hand: bool,
    /// A feed's title.
    pub title: Option<String>,
    /// A feed's folder, relative to the calendar's root.
    pub folder: Option<At<String>>,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Its first day.
    pub from: Option<At<NaiveDate>>,
    /// Its last day.
    pub until: Option<At<NaiveDate>>,
    /// The goal it serves.
    pub goal: Option<At<GoalId>>,
    /// The department that leads it.
    pub department: Option<At<DepartmentId>>,
    /// Its tag, without `#`.
    pub tag: Option<At<String>>,
    /// Its page.
    pub link: Option<At<String>>,
    /// What it is for.
    pub brief: Option<String>,
    /// What is counted to judge it.
    pub metric: Option<At<String>>,
    /// The number that it is to reach.
    pub target: Option<f64>,
    /// The day on which the number is read.
    pub judged_by: Option<At<NaiveDate>>,
    /// Its steps, in the file's order.
    pub steps: Vec<Step>,
}

/// A goal: a number to reach by a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Its id.
    pub id: GoalId,
    /// Its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// What is counted.
    pub metric: String,
    /// The number at the start.
    pub baseline: Option<f64>,
    /// The number to reach.
    pub target: Option<f64>,
    /// The day to reach it by.
    pub by: Option<At<NaiveDate>>,
    /// The account it is counted on.
    pub account: Option<At<AccountId>>,
    /// The department it is set for.
    pub department: Option<At<DepartmentId>>,
}
