//! What each number of a report means: one place for every measure, with its formula, what it cannot say, and where the
//! definition comes from.
//!
//! A rate has its denominator in its name. A measure that two organisations compute in two ways is computed in one here,
//! and the table says which. The same table gives the formulas to [`crate::report`]: what is printed is what is computed.

mod given;
mod table;

use std::fmt;
use std::str::FromStr;

use crate::reading::Metric;

pub use given::given;
pub use table::Measure;

/// Which step of the AMEC framework a measure belongs to, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What was to be reached.
    Objectives,
    /// What was put out, and shown.
    Outputs,
    /// What the audience did with it.
    OutTakes,
    /// What followed from it outside of the networks.
    Outcomes,
    /// What it was worth to the organisation.
    Impact,
}

impl Part {
    /// Every part, in the framework's order.
    pub const ALL: [Part; 5] =
        [Part::Objectives, Part::Outputs, Part::OutTakes, Part::Outcomes, Part::Impact];

    /// Returns the word that stands in ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Objectives => "objectives",
            Part::Outputs => "outputs",
            Part::OutTakes => "out-takes",
            Part::Outcomes => "outcomes",
            Part::Impact => "impact",
        }
    }

    /// Returns its name as a heading.
    pub fn name(self) -> &'static str {
        match self {
            Part::Objectives => "Objectives",
            Part::Outputs => "Outputs",
            Part::OutTakes => "Out-takes",
            Part::Outcomes => "Outcomes",
            Part::Impact => "Impact",
        }
    }

    /// Returns what it asks.
    pub fn question(self) -> &'static str {
        match self {
            Part::Objectives => "What was to be reached, and how far it is.",
            Part::Outputs => "What was promised, what went out, and how often it was shown.",
            Part::OutTakes => "What people did when they saw it.",
            Part::Outcomes => "What they did next, away from the networks.",
            Part::Impact => "What it was worth.",
        }
    }
}

/// What a number is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Whole things.
    Count,
    /// Hundredths.
    Percent,
    /// So many a thing.
    Each,
    /// Seconds, shown as minutes, hours or days.
    Seconds,
    /// Money, in the currency that the number says.
    Money,
}

/// What a promise became, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// Any promise whose moment had come.
    Planned,
    /// It went out on time.
    OnTime,
    /// It went out late.
    Late,
    /// It did not go out, and nobody decided so.
    Missed,
    /// Somebody decided that it does not go out.
    Skipped,
    /// The platform refused it.
    Refused,
    /// It went out and was taken down.
    Retracted,
    /// It may have gone out: a lost answer, or a person who has not said so.
    Unknown,
}

/// The rows that a measure looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    /// How many posts.
    Posts,
    /// Promises that became this.
    Promises(Kept),
    /// Promises kept, on time or late, of those planned.
    PromisesKept,
    /// The posts' readings, added.
    Sum(&'static [Metric]),
    /// The posts' readings, added, for each post that has one.
    PerPost(&'static [Metric]),
    /// The posts' readings over other readings of the same posts.
    Over(&'static [Metric], &'static [Metric]),
    /// The posts' readings over the followers that their accounts had when each went out.
    OverFollowers(&'static [Metric]),
    /// What the platform says of the account itself over the period.
    AccountReach,
    /// Followers at the end.
    Followers,
    /// Followers at the end, less those at the start.
    FollowersGained,
    /// The same for each follower there was at the start.
    FollowersGrowth,
    /// What is counted of accounts over windows, added.
    OfAccounts(Metric),
    /// The same over another, where an account has both.
    OfAccountsOver(Metric, Metric),
    /// What is counted by the marks of links, added.
    OfLinks(Metric),
    /// The same over another, where a link has both.
    OfLinksOver(Metric, Metric),
    /// Money spent on accounts, campaigns and posts, added, in one currency.
    Spend,
    /// Money spent over what it brought, where the same thing has both, so many times.
    Cost(&'static [Metric], i64),
    /// Money that came by links, in one currency.
    Revenue,
    /// Messages that came in.
    Messages,
    /// The waiting time that so many of a hundred answered messages did not exceed.
    ReplyQuantile(u8),
    /// Messages answered within a day, of those that came in a day or longer before the last reading.
    ReplyWithinDay,
    /// A goal's number when it was set.
    GoalBaseline,
    /// A goal's number to reach.
    GoalTarget,
    /// A goal's latest number.
    GoalNow,
    /// A goal's number at the end, less that at the start of the period.
    GoalMoved,
    /// How much of the way from baseline to target is made.
    GoalWay,
    /// Goals whose number reached its target.
    GoalsReached,
}

/// What is counted as an engagement, one by one. A platform's own sum stands only where none of these is given.
pub const ENGAGEMENTS: &[Metric] =
    &[Metric::Likes, Metric::Replies, Metric::Reposts, Metric::Quotes, Metric::Saves, Metric::Clicks];

/// A measure, defined.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// The word that stands in ids.
    pub id: &'static str,
    /// Its name; a rate's has its denominator.
    pub name: &'static str,
    /// The step of the framework.
    pub part: Part,
    /// What it is counted in.
    pub unit: Unit,
    /// The rows it looks at, and how.
    pub formula: Formula,
    /// The formula in words.
    pub words: &'static str,
    /// What it cannot say.
    pub limit: &'static str,
    /// Where the definition comes from: a name and an address, each.
    pub sources: &'static [Source],
}

/// A public text that a definition follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Whose it is, and what.
    pub name: &'static str,
    /// Where it can be read.
    pub url: &'static str,
}

impl Measure {
    /// Returns the word that stands in ids.
    pub fn as_str(self) -> &'static str {
        self.definition().id
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        self.definition().name
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Measure {
    type Err = String;

    fn from_str(id: &str) -> Result<Measure, String> {
        let found = Measure::ALL.iter().copied().find(|measure| measure.as_str() == id);
        found.ok_or_else(|| format!("`{id}` is no measure"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_measure_is_defined_once_and_has_a_source() {
        let ids: BTreeSet<&str> = Measure::ALL.iter().map(|measure| measure.as_str()).collect();
        assert_eq!(ids.len(), Measure::ALL.len());
        for measure in Measure::ALL {
            let definition = measure.definition();
            assert_eq!(definition.id.parse::<Measure>(), Ok(*measure));
            assert!(!definition.sources.is_empty(), "{measure}");
            assert!(definition.sources.iter().all(|source| source.url.starts_with("https://")), "{measure}");
            assert!(definition.words.ends_with('.') && definition.limit.ends_with('.'), "{measure}");
        }
    }

    #[test]
    fn a_rate_has_its_denominator_in_its_name() {
        for measure in Measure::ALL {
            let Definition { name, formula, .. } = measure.definition();
            let under = match formula {
                Formula::Over(_, [Metric::Reach]) => "by reach",
                Formula::Over(_, [Metric::Impressions]) => "by impressions",
                Formula::OverFollowers(_) => "by followers",
                Formula::PerPost(_) => "per post",
                Formula::OfLinksOver(_, Metric::Sessions) => "by sessions",
                _ => continue,
            };
            assert!(name.ends_with(under), "{name}");
        }
    }
}
