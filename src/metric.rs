//! What is counted, under our own names.

use std::fmt;
use std::str::FromStr;

/// How a number behaves from one reading to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// It grows from zero for as long as its subject lives: the last reading holds.
    Counter,
    /// It stands at some height and moves both ways: the last reading holds.
    Level,
    /// It is counted over a window, and windows are added.
    Flow,
    /// It is a mark that something was seen, not a number to add.
    Mark,
}

macro_rules! metrics {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $nature:ident;)*) => {
        /// What a platform, a web server or a person counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Metric { $($(#[doc = $doc])+ $variant,)* }

        impl Metric {
            /// Every metric, in the order of this table.
            pub const ALL: &'static [Metric] = &[$(Metric::$variant,)*];

            /// The names that stand in files, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            /// Returns the name that stands in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Metric::$variant => $name,)* }
            }

            /// Returns how it behaves from one reading to the next.
            pub fn nature(self) -> Nature {
                match self { $(Metric::$variant => Nature::$nature,)* }
            }

            /// Returns one sentence that says what it counts.
            pub fn meaning(self) -> &'static str {
                match self { $(Metric::$variant => concat!($($doc),+).trim_ascii(),)* }
            }
        }

        impl FromStr for Metric {
            type Err = String;

            fn from_str(name: &str) -> Result<Metric, String> {
                match name {
                    $($name => Ok(Metric::$variant),)*
                    _ => Err(format!("`{name}` is no metric")),
                }
            }
        }
    };
}

metrics! {
    /// How many different people, as far as the platform tells them apart, saw it at least once.
    Reach = "reach", Counter;
    /// How often it was shown.
    Impressions = "impressions", Counter;
    /// How often a film was played, or what the platform calls a view.
    Views = "views", Counter;
    /// How long it was watched by all together.
    WatchTime = "watch-time", Counter;
    /// Likes, favourites, reactions: applause.
    Likes = "likes", Counter;
    /// Replies and comments: conversation.
    Replies = "replies", Counter;
    /// Reposts, boosts, shares: amplification.
    Reposts = "reposts", Counter;
    /// Reposts with words of their own.
    Quotes = "quotes", Counter;
    /// Saves and bookmarks.
    Saves = "saves", Counter;
    /// Clicks on its link.
    Clicks = "clicks", Counter;
    /// Visits to the account's page that came from it.
    ProfileVisits = "profile-visits", Counter;
    /// Votes in its poll.
    Votes = "votes", Counter;
    /// All that the platform itself counts as an engagement, where it says only the sum.
    Engagements = "engagements", Counter;
    /// How often its page or feed entry was asked for, without machines.
    PageViews = "page-views", Counter;
    /// How many follow the account.
    Followers = "followers", Level;
    /// Who began to follow.
    Follows = "follows", Flow;
    /// Who ceased to follow.
    Unfollows = "unfollows", Flow;
    /// How often the account is named by others.
    Mentions = "mentions", Flow;
    /// How often the account's field is named at all, its rivals included: what a share of voice is a share of.
    FieldMentions = "field-mentions", Flow;
    /// Sessions on the web site.
    Sessions = "sessions", Flow;
    /// Visitors of the web site, as far as they are told apart.
    Visitors = "visitors", Flow;
    /// Conversions on the web site: what the site's owner set as a goal.
    Conversions = "conversions", Flow;
    /// Money that conversions brought.
    Revenue = "revenue", Flow;
    /// Money that was paid for advertising.
    Spend = "spend", Flow;
    /// A message that somebody sent to the account.
    Messages = "messages", Flow;
    /// How long a message waited for its first answer.
    FirstReply = "first-reply", Flow;
    /// A goal's number.
    Count = "count", Level;
    /// The platform did not have it any more.
    Gone = "gone", Mark;
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
