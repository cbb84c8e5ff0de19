//! Protocols: how the organisation posts, in words for people and in rules for the program; and the facts it says.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::draft::{AccountId, CampaignId, DepartmentId, Digest, FactId, ProtocolId, TopicId, TrainingId};
use crate::finding::{Severity, Span};
use crate::text::Platform;
use crate::time::Zone;

use super::{Account, At, Post};

/// Who must read a protocol before their posts go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The coordinator of each department that it is for.
    Coordinators,
    /// They, and the author of each post.
    Everyone,
}

impl Readers {
    /// Every word that stands in files, with what it means.
    pub const ALL: [(&'static str, Readers); 2] =
        [("coordinators", Readers::Coordinators), ("everyone", Readers::Everyone)];

    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        Readers::ALL.iter().find(|(_, readers)| *readers == self).map_or("", |(word, _)| word)
    }
}

/// A protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// Its id.
    pub id: ProtocolId,
    /// Its file.
    pub file: String,
    /// What it is about.
    pub title: String,
    /// Its prose.
    pub text: String,
    /// Which revision it is, for people.
    pub revision: Option<u32>,
    /// Who must read it before their posts go out.
    pub acknowledge: Option<Readers>,
    /// The trainings that go with it.
    pub training: Vec<At<TrainingId>>,
    /// What an acknowledgement signs: its words and rules, whatever the comments and the note.
    pub digest: Digest,
    /// Its rules, in their order.
    pub rules: Vec<ProtocolRule>,
}

impl Protocol {
    /// Tells whether it has anything to say to a department: a rule that is for it, or words and no rules.
    pub fn is_for(&self, department: &DepartmentId) -> bool {
        self.rules.is_empty() || self.rules.iter().any(|rule| rule.scope.is_of(department))
    }
}

/// A rule of a protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtocolRule {
    /// Whether it holds a post or only warns.
    pub severity: Severity,
    /// What is said where a post breaks it.
    pub say: At<String>,
    /// What it is for.
    pub scope: Scope,
    /// What it looks at.
    pub norm: Norm,
    /// Texts that keep it.
    pub good: Vec<At<String>>,
    /// Texts that break it.
    pub bad: Vec<At<String>>,
}

/// What a rule is for; of each list, an empty one is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The departments.
    pub departments: Vec<At<DepartmentId>>,
    /// The accounts.
    pub accounts: Vec<At<AccountId>>,
    /// The platforms.
    pub platforms: Vec<Platform>,
    /// The campaigns.
    pub campaigns: Vec<At<CampaignId>>,
    /// The topics.
    pub topics: Vec<At<TopicId>>,
}

impl Scope {
    /// Tells whether posts of a department may be meant.
    pub fn is_of(&self, department: &DepartmentId) -> bool {
        self.departments.is_empty() || self.departments.iter().any(|at| at.value == *department)
    }

    /// Tells whether a post on an account is meant.
    pub(in crate::calendar) fn takes(&self, post: &Post, account: &Account) -> bool {
        let department = post.department.as_ref().map(|at| &at.value);
        let campaign = post.campaign.as_ref().map(|at| &at.value);
        self.covers(department, campaign, &post.topics, account)
    }

    /// Tells whether what a department posts of a campaign and about some topics on an account is meant.
    pub(crate) fn covers(
        &self,
        department: Option<&DepartmentId>,
        campaign: Option<&CampaignId>,
        topics: &[At<TopicId>],
        account: &Account,
    ) -> bool {
        fn among<T: PartialEq>(list: &[At<T>], own: Option<&T>) -> bool {
            list.is_empty() || own.is_some_and(|own| list.iter().any(|at| at.value == *own))
        }
        let has_topic = |at: &At<TopicId>| topics.iter().any(|own| own.value == at.value);
        among(&self.departments, department)
            && among(&self.campaigns, campaign)
            && (self.accounts.is_empty() || self.accounts.iter().any(|at| at.value == account.id))
            && (self.platforms.is_empty()
                || account.platform.as_ref().is_some_and(|at| self.platforms.contains(&at.value)))
            && (self.topics.is_empty() || self.topics.iter().any(has_topic))
    }
}

/// What a rule looks at: one for each kind in the grammar.
#[derive(Debug, Clone, PartialEq)]
pub enum Norm {
    /// Words that no post says.
    ForbiddenWords {
        /// The words.
        words: Vec<String>,
        /// What to say instead.
        instead: Option<String>,
    },
    /// Words of which a post says one, or all.
    RequiredWords {
        /// The words.
        words: Vec<String>,
        /// Whether all must be there.
        all: bool,
    },
    /// A pattern that must not be in a text, or must.
    Pattern {
        /// The regular expression.
        pattern: String,
        /// Whether it must be there.
        required: bool,
    },
    /// Words for those who cannot see a picture.
    AltText {
        /// The fewest characters.
        least: Option<u32>,
    },
    /// How tags are written, where they stand, and how many there are.
    Hashtags {
        /// Whether each word begins with a capital.
        camel: bool,
        /// Whether they stand behind the text.
        at_end: bool,
        /// The most of a post.
        most: Option<u32>,
        /// Tags as the house writes them.
        known: Vec<String>,
    },
    /// No words in capitals throughout.
    Capitals {
        /// Words that are written so.
        allowed: Vec<String>,
        /// From how many letters on.
        least: u32,
    },
    /// Emoji sparingly.
    Emoji {
        /// The most of a text.
        most: u32,
    },
    /// Advertising says that it is.
    Disclosure {
        /// What says so.
        words: Vec<String>,
        /// Names that make a post advertising; none for every post.
        when: Vec<String>,
        /// By which character it must be said.
        within: u32,
    },
    /// A link that is there, and counted.
    Link {
        /// Whether there must be one.
        required: bool,
        /// What `utm_medium` says.
        medium: Option<String>,
        /// What `utm_source` says.
        source: Option<String>,
        /// The sites whose links are counted.
        hosts: Vec<String>,
    },
    /// Texts that are easy to read.
    ReadingEase {
        /// The lowest score.
        least: f64,
        /// The languages that it is for; none for all.
        languages: Vec<String>,
    },
    /// A goal.
    Goal,
    /// The time between two posts of an account.
    Spacing {
        /// The least.
        least: TimeDelta,
    },
    /// The most posts of a department.
    Quota {
        /// Of a day.
        day: Option<u32>,
        /// Of a week, from Monday on.
        week: Option<u32>,
    },
    /// Hours at which nothing goes out.
    QuietHours {
        /// When they begin.
        from: NaiveTime,
        /// When they end.
        until: NaiveTime,
        /// The audience's zone.
        zone: Option<Zone>,
    },
    /// Days on which nothing goes out.
    Blackout {
        /// Single days.
        days: Vec<NaiveDate>,
        /// The first and the last of several.
        span: Option<(NaiveDate, NaiveDate)>,
    },
    /// Something that nobody hears of before a moment.
    Embargo {
        /// The wall clock.
        until: NaiveDateTime,
        /// Its zone.
        zone: Option<Zone>,
        /// What tells of it.
        words: Vec<String>,
    },
    /// How many people approve of a post.
    Approvals {
        /// How many.
        needed: u32,
    },
}

impl Norm {
    /// Tells whether nothing may go out at a moment: quiet hours, days without posts, an embargo on everything.
    ///
    /// The zone is the calendar's, where the rule names no other.
    pub fn forbids(&self, moment: DateTime<Utc>, zone: &Zone) -> bool {
        match self {
            Norm::QuietHours { from, until, zone: own } => {
                is_within(own.as_ref().unwrap_or(zone).local(moment).time(), *from, *until)
            }
            Norm::Blackout { days, span } => {
                let day = zone.local(moment).date();
                days.contains(&day) || span.is_some_and(|(from, until)| (from..=until).contains(&day))
            }
            Norm::Embargo { until, zone: own, words } if words.is_empty() => {
                let free = own.as_ref().unwrap_or(zone).resolve_somehow(*until, None);
                free.is_some_and(|free| moment < free)
            }
            _ => false,
        }
    }
}

/// Tells whether a time lies from one until another, over midnight if that is earlier.
fn is_within(time: NaiveTime, from: NaiveTime, until: NaiveTime) -> bool {
    if from < until { from <= time && time < until } else { from <= time || time < until }
}

/// A fact that posts may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its id.
    pub id: FactId,
    /// Its file.
    pub file: String,
    /// The fact in one sentence.
    pub statement: At<String>,
    /// Where it comes from.
    pub source: String,
    /// How posts speak of it.
    pub pattern: Option<String>,
    /// Words that tell, all in one sentence, that a post speaks of it.
    pub words: Vec<String>,
    /// Its value.
    pub value: Option<String>,
    /// Whether a post that says otherwise is held or only warned of.
    pub severity: Severity,
    /// The last day on which it may be said unchecked.
    pub expires: Option<At<NaiveDate>>,
    /// Where the file says how posts speak of it.
    pub span: Option<Span>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_go_over_midnight() {
        let time = |text: &str| text.parse::<NaiveTime>().unwrap();
        let night = |at: &str| is_within(time(at), time("22:00:00"), time("07:00:00"));
        assert!(night("22:00:00") && night("23:59:59") && night("00:00:00") && night("06:59:59"));
        assert!(!night("07:00:00") && !night("21:59:59"));
        assert!(is_within(time("12:30:00"), time("12:00:00"), time("13:00:00")));
        assert!(!is_within(time("13:00:00"), time("12:00:00"), time("13:00:00")));
    }
}
