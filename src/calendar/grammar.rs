//! The grammar of a calendar's files, as one table of data.
//!
//! What a file may say stands here and nowhere else: the reader's checks of keys and types and the schemas for editors
//! are made from it.

mod events;
mod mapping;
mod experiment;
mod request;
mod aim;
mod annual;
mod root;
mod rule;
mod signed;
mod step;
mod training;

use crate::draft::Label;

use super::model::Role;
use rule::{FACT, PROTOCOL};
pub use rule::{RULES, Variety};

/// The kinds of file that a calendar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `kalends.toml`
    Kalends,
    /// `people/ID.toml`
    Person,
    /// `departments/ID.toml`
    Department,
    /// `runners/ID.toml`
    Runner,
    /// `accounts/ID.toml`
    Account,
    /// `campaigns/ID.toml`
    Campaign,
    /// `goals/ID.toml`
    Goal,
    /// `protocols/ID.toml`
    Protocol,
    /// `facts/ID.toml`
    Fact,
    /// `events/ID.toml`
    Events,
    /// `schedule/YEAR.toml`
    Schedule,
    /// `posts/YYYY/MM/ID.toml`
    Post,
    /// `requests/ID.toml`
    Request,
    /// `approvals/POST/PERSON.toml`
    Approval,
    /// `acknowledgements/PROTOCOL/PERSON.toml`
    Acknowledgement,
    /// `training/ID.toml`
    Training,
    /// `training/ID/PERSON.toml`, beside the training itself
    Pass,
    /// `proposals/ID/PERSON.toml`, beside the plan itself, `proposals/ID.md`
    Decision,
    /// `mappings/ID.toml`
    Mapping,
    /// `experiments/ID.toml`
    Experiment,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 20] = [
        Kind::Kalends,
        Kind::Person,
        Kind::Department,
        Kind::Runner,
        Kind::Account,
        Kind::Campaign,
        Kind::Goal,
        Kind::Protocol,
        Kind::Fact,
        Kind::Events,
        Kind::Schedule,
        Kind::Post,
        Kind::Request,
        Kind::Approval,
        Kind::Acknowledgement,
        Kind::Training,
        Kind::Pass,
        Kind::Decision,
        Kind::Mapping,
        Kind::Experiment,
    ];

    /// Returns the kind's name in the singular.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kalends => "kalends",
            Kind::Person => "person",
            Kind::Department => "department",
            Kind::Runner => "runner",
            Kind::Account => "account",
            Kind::Campaign => "campaign",
            Kind::Goal => "goal",
            Kind::Protocol => "protocol",
            Kind::Fact => "fact",
            Kind::Events => "events",
            Kind::Schedule => "schedule",
            Kind::Post => "post",
            Kind::Request => "request",
            Kind::Approval => "approval",
            Kind::Acknowledgement => "acknowledgement",
            Kind::Training => "training",
            Kind::Pass => "pass",
            Kind::Decision => "decision",
            Kind::Mapping => "mapping",
            Kind::Experiment => "experiment",
        }
    }

    /// Returns the folder that files of the kind lie in; the root has none.
    pub fn folder(self) -> Option<&'static str> {
        match self {
            Kind::Kalends => None,
            Kind::Person => Some("people"),
            Kind::Department => Some("departments"),
            Kind::Runner => Some("runners"),
            Kind::Account => Some("accounts"),
            Kind::Campaign => Some("campaigns"),
            Kind::Goal => Some("goals"),
            Kind::Protocol => Some("protocols"),
            Kind::Fact => Some("facts"),
            Kind::Events => Some("events"),
            Kind::Schedule => Some("schedule"),
            Kind::Post => Some("posts"),
            Kind::Request => Some("requests"),
            Kind::Approval => Some("approvals"),
            Kind::Acknowledgement => Some("acknowledgements"),
            Kind::Training | Kind::Pass => Some("training"),
            Kind::Decision => Some("proposals"),
            Kind::Mapping => Some("mappings"),
            Kind::Experiment => Some("experiments"),
        }
    }

    /// Returns the keys that a file of the kind may have.
    pub fn keys(self) -> &'static [Key] {
        match self {
            Kind::Kalends => root::KALENDS,
            Kind::Person => PERSON,
            Kind::Department => DEPARTMENT,
            Kind::Runner => RUNNER,
            Kind::Account => ACCOUNT,
            Kind::Campaign => aim::CAMPAIGN,
            Kind::Goal => aim::GOAL,
            Kind::Protocol => PROTOCOL,
            Kind::Fact => FACT,
            Kind::Events => events::EVENTS,
            Kind::Schedule => annual::SCHEDULE,
            Kind::Post => POST,
            Kind::Request => request::REQUEST,
            Kind::Approval => signed::APPROVAL,
            Kind::Acknowledgement => signed::ACKNOWLEDGEMENT,
            Kind::Training => training::TRAINING,
            Kind::Pass => signed::PASS,
            Kind::Decision => signed::DECISION,
            Kind::Mapping => mapping::MAPPING,
            Kind::Experiment => experiment::EXPERIMENT,
        }
    }
}

/// What a key's value may be.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A string on one line, not empty.
    Line,
    /// A string of any length.
    Text,
    /// Several strings on one line each.
    Lines,
    /// A string on one line, or several.
    LineOrLines,
    /// An id.
    Id,
    /// Several ids.
    Ids,
    /// A date.
    Date,
    /// Several dates.
    Dates,
    /// A month, in a string.
    Month,
    /// A week, in a string.
    Week,
    /// A local date-time.
    DateTime,
    /// A date-time with an offset: one moment, whatever the clocks show.
    Moment,
    /// A local time of day.
    Time,
    /// A string that is a length of time.
    Duration,
    /// `true` or `false`.
    Flag,
    /// A whole number from 1 on.
    Count,
    /// A whole number from 0 on.
    Whole,
    /// Any number.
    Number,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Several of some words.
    Choices(&'static [&'static str]),
    /// The id of a platform.
    Platform,
    /// An IANA time zone.
    Zone,
    /// An http or https address.
    Url,
    /// A language tag of BCP 47.
    Language,
    /// A rule of recurrence.
    Every,
    /// A regular expression.
    Pattern,
    /// A table.
    Table(&'static [Key]),
    /// Several tables.
    Tables(&'static [Key]),
    /// Several tables, each with the keys of the kind that its `kind` names.
    Kinds(&'static [Variety]),
    /// A table of tables, one an account.
    PerAccount(&'static [Key]),
}

/// A key that a table may have.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub takes: Type,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

const fn must(name: &'static str, takes: Type, doc: &'static str) -> Key {
    Key { name, takes, required: true, doc }
}

const fn may(name: &'static str, takes: Type, doc: &'static str) -> Key {
    Key { name, takes, required: false, doc }
}

use Type::{
    Choice, Choices, Count, Date, DateTime, Dates, Duration, Every, Flag, Id, Ids, Language, Line, Lines,
    PerAccount, Platform, Table, Tables, Text, Time, Url, Zone,
};

const ROLES: &[&str] = &[
    Role::ALL[0].0,
    Role::ALL[1].0,
    Role::ALL[2].0,
    Role::ALL[3].0,
    Role::ALL[4].0,
    Role::ALL[5].0,
    Role::ALL[6].0,
];

const LABELS: &[&str] = &[Label::ALL[0].0, Label::ALL[1].0, Label::ALL[2].0, Label::ALL[3].0];

const PERSON: &[Key] = &[
    must("name", Line, "The person's name."),
    must("role", Choice(ROLES), "What the person is to the calendar."),
    may("department", Id, "The department the person belongs to."),
    may("email", Line, "The person's address."),
    may("recipient", Line, "The age recipient (`age1…`) that secrets are encrypted for."),
    may("signing_key", Line, "The public key that approvals are signed with: `ssh-ed25519 …`."),
    may("until", Date, "The person's last day; required for a freelancer."),
];

const DEPARTMENT: &[Key] = &[
    must("name", Line, "The department's name."),
    may("coordinator", Id, "The person who answers for its posts."),
    may("contributors", Ids, "The people who write for it."),
    may("accounts", Ids, "The accounts it may use."),
    may(
        "quota",
        Table(&[
            may("day", Count, "The most posts of a day."),
            may("week", Count, "The most posts of a week."),
        ]),
        "How many posts the department may have.",
    ),
    may(
        "slot",
        Tables(&[
            must("every", Every, "When it comes, such as `monday, thursday`."),
            must("at", Time, "The wall clock, in the calendar's zone."),
            may("account", Id, "The account it is for."),
        ]),
        "The times at which the department posts as a rule.",
    ),
];

const RUNNER: &[Key] = &[
    must("name", Line, "What the machine is, such as `The server in the basement`."),
    must("recipient", Line, "The age recipient (`age1…`) that secrets are encrypted for."),
    must("accounts", Ids, "The accounts that it publishes to, and whose secrets it may read."),
    may("until", Date, "Its last day."),
];

const ACCOUNT: &[Key] = &[
    must("platform", Platform, "The platform the account is on; `feed` needs no account anywhere."),
    may("server", Url, "The account's server, where the platform has many."),
    may("handle", Line, "The account's name on the platform."),
    may("voice", Line, "`organisation`, or the id of the person who speaks here."),
    may("departments", Ids, "The departments that may use the account; all if nobody says."),
    may("access", Ids, "The people who may read its secret."),
    may("since", Date, "The first day that posts go to it."),
    may("id", Line, "The platform's own id of the user, which pins the account."),
    may("late", Duration, "How late a post may still go out here."),
    may("by_hand", Flag, "Whether a person posts here: kalends reminds and keeps the record."),
    may("title", Line, "A feed's title."),
    may("folder", Line, "A feed's folder, relative to the calendar; `public/<account id>` if absent."),
];

const MEDIA: &[Key] = &[
    must("file", Line, "The file's path, relative to the calendar."),
    may("alt", Text, "What it shows, for those who cannot see it."),
];

const POLL: &[Key] = &[
    must("options", Lines, "The answers to choose from."),
    may("open", Duration, "How long it is open; `1d` if absent."),
    may("multiple", Flag, "Whether one may choose several."),
];

const PART: &[Key] = &[
    must("text", Text, "The part's text."),
    may("link", Url, "The page it points to."),
    may("media", Tables(MEDIA), "Its pictures and films."),
];

const REPEAT: &[Key] = &[
    must(
        "every",
        Every,
        "When it comes again: `day`, `2 weeks`, `monday, thursday`, `last friday`, `15th`, `year`.",
    ),
    may("until", Date, "The last day."),
    may("except", Dates, "Days to leave out."),
    may("times", Count, "How many times in all."),
];

macro_rules! body_and {
    ($($key:expr),* $(,)?) => {
        &[
            $($key,)*
            may("text", Text, "What the post says."),
            may("title", Line, "The title, where the platform has one."),
            may("link", Url, "The page the post points to."),
            may("tags", Lines, "Tags, without `#`."),
            may("language", Language, "The text's language, such as `en` or `pt-PT`."),
            may("warning", Line, "A content warning, shown before the text."),
            may("labels", Choices(LABELS), "What it shows that some would not see; networks hide it from them."),
            may("visibility", Choice(&["public", "unlisted", "followers"]), "Who may see the post."),
            may("split", Choice(&["plain", "numbered"]), "Cuts a text that is too long into a thread."),
            may("media", Tables(MEDIA), "Pictures and films."),
            may("poll", Table(POLL), "A poll."),
            may("thread", Tables(PART), "The later parts of a thread."),
        ]
    };
}

const VARIANT: &[Key] = body_and!();

const POST: &[Key] = body_and!(
    may("id", Line, "The post's id, where it is not the file's name; it never changes."),
    may("department", Id, "The department that posts it."),
    may("author", Id, "The person who wrote it."),
    must("at", DateTime, "The wall clock it is promised for, such as `2027-01-18T09:00:00`."),
    may("zone", Zone, "The wall clock's time zone, where it is not the calendar's."),
    may("fold", Choice(&["earlier", "later"]), "Which moment is meant of a time that comes twice."),
    must("to", Ids, "The accounts it goes to."),
    may("campaign", Id, "The campaign it belongs to."),
    may("goal", Id, "The goal it serves."),
    may("topics", Ids, "What it is about, as protocols and policies name it."),
    may("late", Duration, "How late it may still go out."),
    may("again", Flag, "Whether the same words may go to an account again within a year."),
    may("hold", Line, "Why it must not go out yet."),
    may("for", PerAccount(VARIANT), "What differs on one account: `[for.ACCOUNT]`."),
    may("repeat", Table(REPEAT), "When the post comes again."),
);
