//! Whose numbers they are: the organisation's, a leader's, a platform's, a department's, a campaign's.

use std::fmt;

use crate::draft::{AccountId, CampaignId, DepartmentId, GoalId, PersonId};
use crate::evidence::Evidence;
use crate::text::Platform;

/// What a number is of. Displayed as it stands in ids, such as `organisation` or `platform.mastodon`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All accounts that speak with the organisation's voice.
    Organisation,
    /// All accounts that speak with a person's own: a leader's.
    Person(PersonId),
    /// All accounts on a platform.
    Platform(Platform),
    /// One account.
    Account(AccountId),
    /// All posts of a department.
    Department(DepartmentId),
    /// All posts of a campaign.
    Campaign(CampaignId),
    /// A goal.
    Goal(GoalId),
    /// One post: its place in the evidence, and its subject for its id.
    Post(u32, String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Organisation => f.write_str("organisation"),
            Scope::Person(id) => write!(f, "person.{id}"),
            Scope::Platform(platform) => write!(f, "platform.{}", platform.id()),
            Scope::Account(id) => write!(f, "account.{id}"),
            Scope::Department(id) => write!(f, "department.{id}"),
            Scope::Campaign(id) => write!(f, "campaign.{id}"),
            Scope::Goal(id) => write!(f, "goal.{id}"),
            Scope::Post(_, subject) => write!(f, "{subject}"),
        }
    }
}

impl Scope {
    /// Returns its name for people.
    pub fn name(&self, evidence: &Evidence<'_>) -> String {
        let calendar = evidence.calendar;
        let or = |name: Option<&String>, id: &str| {
            name.filter(|name| !name.trim().is_empty()).cloned().unwrap_or_else(|| id.to_owned())
        };
        match self {
            Scope::Organisation => or(Some(&calendar.root.name), "the organisation"),
            Scope::Person(id) => or(calendar.people.get(id).map(|one| &one.name), id.as_str()),
            Scope::Platform(platform) => platform.name().to_owned(),
            Scope::Account(id) => id.to_string(),
            Scope::Department(id) => or(calendar.departments.get(id).map(|one| &one.name), id.as_str()),
            Scope::Campaign(id) => or(calendar.campaigns.get(id).map(|one| &one.name), id.as_str()),
            Scope::Goal(id) => or(calendar.goals.get(id).map(|one| &one.name), id.as_str()),
            Scope::Post(at, subject) => {
                let work = usize::try_from(*at).ok().and_then(|at| evidence.works.get(at));
                work.map_or_else(|| subject.clone(), |work| work.title.clone())
            }
        }
    }

    /// Tells whether what belongs to an account, a department and a campaign is within it.
    pub fn holds(
        &self,
        evidence: &Evidence<'_>,
        account: &AccountId,
        department: Option<&DepartmentId>,
        campaign: Option<&CampaignId>,
    ) -> bool {
        match self {
            Scope::Organisation => evidence.leader(account).is_none(),
            Scope::Person(id) => evidence.leader(account) == Some(id),
            Scope::Platform(platform) => evidence.platform(account) == Some(*platform),
            Scope::Account(id) => id == account,
            Scope::Department(id) => department == Some(id),
            Scope::Campaign(id) => campaign == Some(id),
            Scope::Goal(_) | Scope::Post(..) => false,
        }
    }

    /// Tells whether it is a group of accounts, so that what is counted of accounts can be told of it.
    pub fn is_of_accounts(&self) -> bool {
        matches!(self, Scope::Organisation | Scope::Person(_) | Scope::Platform(_) | Scope::Account(_))
    }
}
