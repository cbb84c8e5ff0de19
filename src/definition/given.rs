//! Which numbers each platform gives at all, and who sees them.

use crate::reading::Metric;
use crate::text::Platform;

/// Returns what a platform counts of a post and shows to the account's owner, by its interface or its own export; what
/// is not among them is missing for a reason that no measuring mends.
pub const fn given(platform: Platform) -> &'static [Metric] {
    use Metric as M;
    match platform {
        // A web server's log: https://httpd.apache.org/docs/2.4/logs.html
        Platform::Feed => &[M::PageViews],
        // https://docs.x.com/x-api/fundamentals/metrics
        Platform::X => &[
            M::Impressions,
            M::Likes,
            M::Replies,
            M::Reposts,
            M::Quotes,
            M::Saves,
            M::Clicks,
            M::ProfileVisits,
            M::Views,
            M::Engagements,
        ],
        // https://developers.facebook.com/docs/graph-api/reference/insights
        Platform::Facebook => {
            &[M::Reach, M::Impressions, M::Views, M::Likes, M::Replies, M::Reposts, M::Clicks, M::Engagements]
        }
        // https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
        Platform::Instagram => &[
            M::Reach,
            M::Views,
            M::Likes,
            M::Replies,
            M::Reposts,
            M::Saves,
            M::ProfileVisits,
            M::Engagements,
        ],
        // https://developers.facebook.com/docs/threads/insights
        Platform::Threads => &[M::Views, M::Likes, M::Replies, M::Reposts, M::Quotes, M::Clicks],
        // https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics
        Platform::LinkedIn => {
            &[M::Reach, M::Impressions, M::Likes, M::Replies, M::Reposts, M::Clicks, M::Engagements]
        }
        // https://developers.google.com/youtube/analytics/metrics
        Platform::YouTube => {
            &[M::Impressions, M::Views, M::WatchTime, M::Likes, M::Replies, M::Reposts, M::Clicks]
        }
        // https://developers.tiktok.com/doc/tiktok-api-v2-video-object
        Platform::TikTok => &[M::Reach, M::Views, M::WatchTime, M::Likes, M::Replies, M::Reposts, M::Saves],
        // https://developers.pinterest.com/docs/api/v5/pins-analytics
        Platform::Pinterest => &[M::Impressions, M::Saves, M::Clicks, M::Engagements],
        // https://www.reddit.com/dev/api
        Platform::Reddit => &[M::Views, M::Likes, M::Replies, M::Reposts],
        // https://core.telegram.org/api/stats
        Platform::Telegram => &[M::Views, M::Likes, M::Replies, M::Reposts],
        // https://discord.com/developers/docs/resources/message
        Platform::Discord => &[M::Likes, M::Replies],
        // https://docs.slack.dev/reference/methods/conversations.history
        Platform::Slack => &[M::Likes, M::Replies],
        // https://docs.joinmastodon.org/entities/Status/
        Platform::Mastodon => &[M::Likes, M::Replies, M::Reposts, M::Quotes],
        // https://docs.bsky.app/docs/api/app-bsky-feed-get-posts
        Platform::Bluesky => &[M::Likes, M::Replies, M::Reposts, M::Quotes, M::Saves],
    }
}
