//! What a reading is of.

use std::fmt;
use std::str::FromStr;

use crate::draft::{AccountId, CampaignId, GoalId, Slot};

/// What a reading is of. Displayed and parsed as it stands in files, without comma, quotation mark or line end:
///
/// ```text
/// account/mastodon                                  an account
/// slot/2027-01-18-open-day/once/mastodon            a post that kalends published, or a person for it
/// post/instagram/18012345678                        a post that kalends knows from the platform only
/// goal/visits   campaign/open-day                   a goal, a campaign
/// link/mastodon/social/open-day/                    visits that came by links: utm_source/medium/campaign/content
/// inbox/mastodon/11420                              a message that somebody sent
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An account.
    Account(AccountId),
    /// A post that the ledger knows.
    Slot(Slot),
    /// A post that only the platform knows: the account and the platform's id.
    Post(AccountId, String),
    /// A goal.
    Goal(GoalId),
    /// A campaign.
    Campaign(CampaignId),
    /// Visits by the marks of the links they came by.
    Link(Box<Link>),
    /// A message to an account, by the platform's id.
    Inbox(AccountId, String),
}

/// The marks of a link (`utm_…`), empty where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Link {
    /// `utm_source`
    pub source: String,
    /// `utm_medium`
    pub medium: String,
    /// `utm_campaign`
    pub campaign: String,
    /// `utm_content`
    pub content: String,
}

impl Subject {
    /// Returns the account it belongs to.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Subject::Account(account) | Subject::Post(account, _) | Subject::Inbox(account, _) => {
                Some(account)
            }
            Subject::Slot(slot) => Some(&slot.account),
            Subject::Goal(_) | Subject::Campaign(_) | Subject::Link(_) => None,
        }
    }

    /// Tells whether it is a post.
    pub fn is_post(&self) -> bool {
        matches!(self, Subject::Slot(_) | Subject::Post(..))
    }
}

/// A text in which nothing parts a path or a row: `%2F` for `/`.
struct Coded<'a>(&'a str);

impl fmt::Display for Coded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if matches!(c, '/' | '%' | ',' | '"') || c.is_control() || c.is_whitespace() {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().try_for_each(|b| write!(f, "%{b:02X}"))?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Takes off what [`Coded`] puts on.
fn plain(coded: &str) -> Result<String, String> {
    let broken = || format!("`{coded}` has a `%` that stands for nothing");
    let mut bytes = Vec::with_capacity(coded.len());
    let mut rest = coded.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(broken()) };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| broken())?);
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Account(account) => write!(f, "account/{account}"),
            Subject::Slot(slot) => write!(f, "slot/{slot}"),
            Subject::Post(account, id) => write!(f, "post/{account}/{}", Coded(id)),
            Subject::Goal(goal) => write!(f, "goal/{goal}"),
            Subject::Campaign(campaign) => write!(f, "campaign/{campaign}"),
            Subject::Link(link) => {
                let Link { source, medium, campaign, content } = link.as_ref();
                write!(f, "link/{}/{}/{}/{}", Coded(source), Coded(medium), Coded(campaign), Coded(content))
            }
            Subject::Inbox(account, id) => write!(f, "inbox/{account}/{}", Coded(id)),
        }
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Subject, String> {
        let unknown = || format!("`{text}` is nothing that is counted");
        let (kind, rest) = text.split_once('/').ok_or_else(unknown)?;
        let owned = || -> Result<(AccountId, String), String> {
            let (account, id) = rest.split_once('/').ok_or_else(unknown)?;
            let id = plain(id)?;
            let account = AccountId::new(account).ok_or_else(unknown)?;
            if id.is_empty() { Err(unknown()) } else { Ok((account, id)) }
        };
        match kind {
            "account" => AccountId::new(rest).map(Subject::Account).ok_or_else(unknown),
            "slot" => rest.parse().map(Subject::Slot).map_err(|()| unknown()),
            "post" => owned().map(|(account, id)| Subject::Post(account, id)),
            "goal" => GoalId::new(rest).map(Subject::Goal).ok_or_else(unknown),
            "campaign" => CampaignId::new(rest).map(Subject::Campaign).ok_or_else(unknown),
            "link" => match rest.split('/').collect::<Vec<_>>().as_slice() {
                [source, medium, campaign, content] => Ok(Subject::Link(Box::new(Link {
                    source: plain(source)?,
                    medium: plain(medium)?,
                    campaign: plain(campaign)?,
                    content: plain(content)?,
                }))),
                _ => Err(unknown()),
            },
            "inbox" => owned().map(|(account, id)| Subject::Inbox(account, id)),
            _ => Err(unknown()),
        }
    }
}
