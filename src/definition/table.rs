//! The table of measures.

use super::{Definition, ENGAGEMENTS, Formula, Kept, Part, Source, Unit};
use crate::reading::Metric as M;

const AMEC: Source =
    Source { name: "AMEC, Integrated Evaluation Framework", url: "https://amecorg.com/amecframework/" };
const BARCELONA: Source = Source {
    name: "AMEC, Barcelona Principles 3.0",
    url: "https://amecorg.com/2020/07/barcelona-principles-3-0/",
};
const MRC: Source = Source {
    name: "MRC and IAB, Social Media Measurement Guidelines",
    url: "https://mediaratingcouncil.org/standards-and-guidelines",
};
const KAUSHIK: Source = Source {
    name: "Avinash Kaushik, Best Social Media Metrics",
    url: "https://www.kaushik.net/avinash/best-social-media-metrics-conversation-amplification-applause-economic-value/",
};
const RATES: Source = Source {
    name: "Hootsuite, Engagement rate: formulas",
    url: "https://blog.hootsuite.com/calculate-engagement-rate/",
};
const SPROUT: Source = Source {
    name: "Sprout Social, Social media metrics",
    url: "https://sproutsocial.com/insights/social-media-metrics/",
};
const VOICE: Source = Source {
    name: "Sprout Social, Share of voice",
    url: "https://sproutsocial.com/insights/share-of-voice/",
};
const UTM: Source = Source {
    name: "Google Analytics, URL builders: collect campaign data",
    url: "https://support.google.com/analytics/answer/10917952",
};
const MATOMO: Source =
    Source { name: "Matomo, Campaign tracking", url: "https://matomo.org/guide/reports/campaigns/" };
const IAB_COST: Source = Source {
    name: "IAB, Glossary of terminology",
    url: "https://www.iab.com/insights/glossary-of-terminology/",
};
const CARE: Source = Source {
    name: "Sprout Social, Customer response time",
    url: "https://sproutsocial.com/insights/social-media-response-time/",
};
const NEAREST_RANK: Source = Source {
    name: "NIST, Handbook of Statistical Methods, percentiles",
    url: "https://www.itl.nist.gov/div898/handbook/prc/section2/prc262.htm",
};

macro_rules! measures {
    ($($(#[doc = $doc:literal])+ $variant:ident = $id:literal, $name:literal, $part:ident, $unit:ident,
       $formula:expr, $words:literal, $limit:literal, [$($source:ident),+];)*) => {
        /// What a report can say of a month.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Measure { $($(#[doc = $doc])+ $variant,)* }

        impl Measure {
            /// Every measure, in the order of the framework.
            pub const ALL: &'static [Measure] = &[$(Measure::$variant,)*];

            /// Returns what it means.
            pub const fn definition(self) -> &'static Definition {
                match self {
                    $(Measure::$variant => &Definition {
                        id: $id,
                        name: $name,
                        part: Part::$part,
                        unit: Unit::$unit,
                        formula: $formula,
                        words: $words,
                        limit: $limit,
                        sources: &[$($source),+],
                    },)*
                }
            }
        }
    };
}

measures! {
    /// A goal's number when it was set.
    GoalBaseline = "baseline", "baseline", Objectives, Count, Formula::GoalBaseline,
        "The number that the goal's file gives as its baseline.",
        "It is as good as whoever counted it.", [AMEC];
    /// A goal's number to reach.
    GoalTarget = "target", "target", Objectives, Count, Formula::GoalTarget,
        "The number that the goal's file gives as its target.",
        "It does not say that the target was chosen well.", [AMEC, BARCELONA];
    /// A goal's latest number.
    GoalNow = "now", "now", Objectives, Count, Formula::GoalNow,
        "The last reading of the goal's number until the end of the period, or the followers of its account where the \
         goal is one of followers.",
        "It says nothing of why the number is what it is: posts are one cause among many.", [AMEC];
    /// A goal's movement in the period.
    GoalMoved = "moved", "moved in the period", Objectives, Count, Formula::GoalMoved,
        "The last reading until the end of the period, less the last until its start.",
        "Movement is no proof of an effect: the season moves numbers too.", [AMEC];
    /// How much of a goal's way is made.
    GoalWay = "way", "share of the way from baseline to target", Objectives, Percent, Formula::GoalWay,
        "(the latest number - baseline) / (target - baseline).",
        "It does not know how hard the rest of the way is.", [AMEC];

    /// How many posts went out.
    Posts = "posts", "posts published", Outputs, Count, Formula::Posts,
        "Posts that became public in the period, each account counted by itself; a thread is one.",
        "Posting more is no success of its own.", [AMEC];
    /// What was promised.
    Planned = "planned", "posts planned", Outputs, Count, Formula::Promises(Kept::Planned),
        "Posts that the calendar promised for a moment of the period, each account counted by itself.",
        "A plan that was taken out of the calendar is not in it.", [AMEC];
    /// What went out on time.
    OnTime = "on-time", "on time", Outputs, Count, Formula::Promises(Kept::OnTime),
        "Promises kept no later than 15 minutes after their moment.",
        "Posts of people are on time by the moment that they say.", [AMEC];
    /// What went out late.
    Late = "late", "late", Outputs, Count, Formula::Promises(Kept::Late),
        "Promises kept later than 15 minutes after their moment.",
        "It does not weigh how late.", [AMEC];
    /// What was missed.
    Missed = "missed", "missed", Outputs, Count, Formula::Promises(Kept::Missed),
        "Promises that were not kept, and nobody decided so.",
        "It does not say whose fault it was: see the reason.", [AMEC];
    /// What was skipped.
    Skipped = "skipped", "skipped", Outputs, Count, Formula::Promises(Kept::Skipped),
        "Promises that somebody called off or held back.",
        "To skip can be right: see the reason.", [AMEC];
    /// What was refused.
    Refused = "refused", "refused", Outputs, Count, Formula::Promises(Kept::Refused),
        "Promises that the platform refused.",
        "The reason is the platform's own words.", [AMEC];
    /// What was taken down.
    Retracted = "retracted", "taken down", Outputs, Count, Formula::Promises(Kept::Retracted),
        "Promises that were kept and taken down again.",
        "It does not say how many had seen it before.", [AMEC];
    /// What is not known.
    Unknown = "unknown", "not known", Outputs, Count, Formula::Promises(Kept::Unknown),
        "Promises of which nobody knows whether they were kept: a lost answer, or a person who has not said.",
        "It is neither kept nor missed.", [AMEC];
    /// The share that was kept.
    KeptShare = "kept", "promises kept of planned", Outputs, Percent, Formula::PromisesKept,
        "(on time + late + taken down again) / planned.",
        "Those not known count as not kept.", [AMEC];
    /// How often posts were shown.
    Impressions = "impressions", "impressions", Outputs, Count, Formula::Sum(&[M::Impressions]),
        "How often posts were shown, added over the posts that have it.",
        "Shown is not seen, and what counts as shown differs from platform to platform.", [MRC];
    /// How many saw posts, post by post.
    Reach = "reach", "reach, summed over posts", Outputs, Count, Formula::Sum(&[M::Reach]),
        "How many different people each post reached, added over the posts that have it.",
        "It is no number of people: who saw three posts counts three times, and on each platform anew.", [MRC];
    /// How often films were played.
    Views = "views", "views", Outputs, Count, Formula::Sum(&[M::Views]),
        "What each platform calls a view, added over the posts that have it.",
        "A view is three seconds in one place, thirty in another, and none at all in a third.", [MRC];
    /// How long films were watched.
    WatchTime = "watch-time", "time watched", Outputs, Seconds, Formula::Sum(&[M::WatchTime]),
        "How long posts were watched by all together.",
        "It does not part a few who watched long from many who did not.", [MRC];
    /// How often pages were asked for.
    PageViews = "page-views", "page views", Outputs, Count, Formula::Sum(&[M::PageViews]),
        "How often a feed's entries were asked for, by the web server's log, without machines that say what they are.",
        "Feed readers keep copies: what is read there is not counted.", [MRC];
    /// What a platform says that an account reached.
    AccountReach = "account-reach", "reach of the account, as its platform counts it", Outputs, Count,
        Formula::AccountReach,
        "The platform's own number of different people that the account reached over the period.",
        "It holds for one account: people are the same people on other platforms.", [MRC];

    /// What people did.
    Engagements = "engagements", "engagements", OutTakes, Count, Formula::Sum(ENGAGEMENTS),
        "Likes + replies + reposts + quotes + saves + clicks, as far as each is given; the platform's own sum where none of \
         them is.",
        "A like and a reply weigh the same in it, and platforms give different parts of it.", [MRC, RATES];
    /// What people did, for each it was shown to.
    EngagementByReach = "engagement-rate-by-reach", "engagement rate by reach", OutTakes, Percent,
        Formula::Over(ENGAGEMENTS, &[M::Reach]),
        "Engagements / reach, over posts that have both.",
        "It is no share of people: one person may do several things.", [RATES];
    /// What people did, each time it was shown.
    EngagementByImpressions = "engagement-rate-by-impressions", "engagement rate by impressions", OutTakes, Percent,
        Formula::Over(ENGAGEMENTS, &[M::Impressions]),
        "Engagements / impressions, over posts that have both.",
        "It falls when a post is shown to strangers, which may be what was wanted.", [RATES];
    /// What people did, for each follower.
    EngagementByFollowers = "engagement-rate-by-followers", "engagement rate by followers", OutTakes, Percent,
        Formula::OverFollowers(ENGAGEMENTS),
        "Engagements / followers of the account when the post went out, added over posts that have both: the last reading \
         of followers before it, no older than 31 days.",
        "Who engages need not follow, and most who follow never saw the post.", [RATES];
    /// Likes.
    Applause = "applause", "applause (likes) per post", OutTakes, Each, Formula::PerPost(&[M::Likes]),
        "Likes, favourites and reactions / posts that have them.",
        "A like costs nothing, and says little.", [KAUSHIK];
    /// Replies.
    Conversation = "conversation", "conversation (replies) per post", OutTakes, Each, Formula::PerPost(&[M::Replies]),
        "Replies and comments / posts that have them.",
        "It does not know praise from blame.", [KAUSHIK];
    /// Reposts and quotes.
    Amplification = "amplification", "amplification (reposts and quotes) per post", OutTakes, Each,
        Formula::PerPost(&[M::Reposts, M::Quotes]),
        "(reposts + quotes) / posts that have them.",
        "A quote can be a rebuke.", [KAUSHIK];
    /// Shares for each time shown.
    ViralityByImpressions = "virality-by-impressions", "virality by impressions", OutTakes, Percent,
        Formula::Over(&[M::Reposts, M::Quotes], &[M::Impressions]),
        "(reposts + quotes) / impressions, over posts that have both.",
        "It does not follow a post beyond its first sharing.", [SPROUT];
    /// Shares for each it reached.
    ViralityByReach = "virality-by-reach", "virality by reach", OutTakes, Percent,
        Formula::Over(&[M::Reposts, M::Quotes], &[M::Reach]),
        "(reposts + quotes) / reach, over posts that have both.",
        "It does not follow a post beyond its first sharing.", [SPROUT];
    /// Followers at the end.
    Followers = "followers", "followers, summed over accounts", OutTakes, Count, Formula::Followers,
        "The last reading of each account's followers in the period, added over the accounts that have it.",
        "It is no number of people: who follows two accounts counts twice, and some followers are machines.", [SPROUT];
    /// Followers gained.
    FollowersGained = "follower-growth", "follower growth", OutTakes, Count, Formula::FollowersGained,
        "Followers at the end, less those at the start, over the accounts that have both.",
        "It does not part those who came from those who left.", [SPROUT];
    /// Growth of followers.
    FollowersGrowth = "follower-growth-rate", "follower growth by followers at the start", OutTakes, Percent,
        Formula::FollowersGrowth,
        "Follower growth / followers at the start, over the accounts that have both.",
        "A small account grows fast.", [SPROUT];
    /// Mentions.
    Mentions = "mentions", "mentions by others", OutTakes, Count, Formula::OfAccounts(M::Mentions),
        "How often others named the account, over windows of the period that do not overlap.",
        "It does not know praise from blame.", [MRC];
    /// Share of voice.
    ShareOfVoice = "share-of-voice", "share of voice by mentions of the field", OutTakes, Percent,
        Formula::OfAccountsOver(M::Mentions, M::FieldMentions),
        "Mentions of the account / mentions of its whole field, over windows that have both.",
        "It depends on whom the field was taken to be.", [VOICE];
    /// Messages that came in.
    Messages = "messages", "messages received", OutTakes, Count, Formula::Messages,
        "Messages to the accounts that came in the period.",
        "Only inboxes that were given are in it.", [CARE];
    /// The median waiting time.
    ReplyMedian = "first-reply-median", "first reply: median wait", OutTakes, Seconds, Formula::ReplyQuantile(50),
        "The waiting time that half of the answered messages did not exceed (nearest rank).",
        "Messages that nobody answered are not in it.", [CARE, NEAREST_RANK];
    /// The longest waiting time but for a tenth.
    ReplyNinety = "first-reply-90", "first reply: 90th percentile of the wait", OutTakes, Seconds,
        Formula::ReplyQuantile(90),
        "The waiting time that nine of ten answered messages did not exceed (nearest rank).",
        "Messages that nobody answered are not in it.", [CARE, NEAREST_RANK];
    /// Answered within a day.
    ReplyWithinDay = "first-reply-within-a-day", "answered within a day by messages", OutTakes, Percent,
        Formula::ReplyWithinDay,
        "Messages answered within 24 hours / messages that came 24 hours or longer before the last reading, answered or \
         not.",
        "It counts hours of nights and holidays too.", [CARE];

    /// Clicks.
    Clicks = "clicks", "clicks on links", Outcomes, Count, Formula::Sum(&[M::Clicks]),
        "Clicks on posts' links as platforms count them, added over the posts that have it.",
        "A click is no visit: a page may never load.", [IAB_COST];
    /// Clicks for each time shown.
    ClickThrough = "click-through-rate", "click-through rate by impressions", Outcomes, Percent,
        Formula::Over(&[M::Clicks], &[M::Impressions]),
        "Clicks / impressions, over posts that have both.",
        "Posts that are to be read where they stand have no link, and are better without.", [IAB_COST];
    /// Sessions that came by links.
    Sessions = "sessions", "sessions by our links", Outcomes, Count, Formula::OfLinks(M::Sessions),
        "Sessions on the web site whose utm_source is the account or its platform, over windows that do not overlap.",
        "Visits whose link lost its marks, or had none, are not in it.", [UTM, MATOMO];
    /// Conversions that came by links.
    Conversions = "conversions", "conversions by our links", Outcomes, Count, Formula::OfLinks(M::Conversions),
        "Conversions, as the site's owner defined them, of sessions whose utm_source is the account or its platform.",
        "The last link gets all the credit; what came before it gets none.", [UTM, MATOMO];
    /// Conversions for each session.
    ConversionRate = "conversion-rate", "conversion rate by sessions", Outcomes, Percent,
        Formula::OfLinksOver(M::Conversions, M::Sessions),
        "Conversions / sessions, over links that have both.",
        "Few sessions make it jump.", [UTM, MATOMO];

    /// Goals reached.
    GoalsReached = "goals-reached", "goals reached", Impact, Count, Formula::GoalsReached,
        "Goals whose latest number is at its target or beyond.",
        "It does not say that posts reached them.", [AMEC];
    /// Money that came by links.
    Revenue = "revenue", "revenue by our links", Impact, Money, Formula::Revenue,
        "Money that the analytics give to sessions whose utm_source is the account or its platform.",
        "The last link gets all the credit; what was bought later, or at the door, is not in it.", [UTM, MATOMO];
    /// Money spent.
    Spend = "spend", "advertising spend", Impact, Money, Formula::Spend,
        "Money spent on advertising for accounts, campaigns and posts, in one currency.",
        "Wages are not in it.", [IAB_COST];
    /// What a click cost.
    CostPerClick = "cost-per-click", "cost per click", Impact, Money, Formula::Cost(&[M::Clicks], 1),
        "Spend / clicks, of what has both.",
        "Clicks that came without advertising are in it where the platform does not part them.", [IAB_COST];
    /// What a thousand impressions cost.
    CostPerMille = "cost-per-mille", "cost per 1,000 impressions", Impact, Money,
        Formula::Cost(&[M::Impressions], 1000),
        "1,000 x spend / impressions, of what has both.",
        "Impressions that came without advertising are in it where the platform does not part them.", [IAB_COST];
    /// What an engagement cost.
    CostPerEngagement = "cost-per-engagement", "cost per engagement", Impact, Money, Formula::Cost(ENGAGEMENTS, 1),
        "Spend / engagements, of what has both.",
        "A like and a reply cost the same in it.", [IAB_COST];
    /// What a conversion cost.
    CostPerConversion = "cost-per-conversion", "cost per conversion", Impact, Money,
        Formula::Cost(&[M::Conversions], 1),
        "Spend / conversions, of what has both.",
        "The last link gets all the credit.", [IAB_COST];
}
