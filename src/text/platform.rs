//! The platforms that kalends knows by name.

use super::mention::Handles;
use std::fmt;
use std::str::FromStr;

/// A place that posts go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    /// The embedded one: files that feed readers and browsers open, without an account.
    Feed,
    /// X, once Twitter.
    X,
    /// Pages of Facebook.
    Facebook,
    /// Instagram.
    Instagram,
    /// Threads.
    Threads,
    /// LinkedIn, for organisations and people.
    LinkedIn,
    /// Films on YouTube.
    YouTube,
    /// TikTok.
    TikTok,
    /// Pinterest.
    Pinterest,
    /// Reddit.
    Reddit,
    /// Channels of Telegram.
    Telegram,
    /// Channels of Discord.
    Discord,
    /// Channels of Slack.
    Slack,
    /// Any server that speaks Mastodon's API.
    Mastodon,
    /// Bluesky, on any server of its protocol.
    Bluesky,
}

impl Platform {
    /// Every platform, the embedded one first.
    pub const ALL: [Platform; 15] = [
        Platform::Feed,
        Platform::X,
        Platform::Facebook,
        Platform::Instagram,
        Platform::Threads,
        Platform::LinkedIn,
        Platform::YouTube,
        Platform::TikTok,
        Platform::Pinterest,
        Platform::Reddit,
        Platform::Telegram,
        Platform::Discord,
        Platform::Slack,
        Platform::Mastodon,
        Platform::Bluesky,
    ];

    /// The word for it in an account's file, such as `youtube`.
    pub const fn id(self) -> &'static str {
        match self {
            Platform::Feed => "feed",
            Platform::X => "x",
            Platform::Facebook => "facebook",
            Platform::Instagram => "instagram",
            Platform::Threads => "threads",
            Platform::LinkedIn => "linkedin",
            Platform::YouTube => "youtube",
            Platform::TikTok => "tiktok",
            Platform::Pinterest => "pinterest",
            Platform::Reddit => "reddit",
            Platform::Telegram => "telegram",
            Platform::Discord => "discord",
            Platform::Slack => "slack",
            Platform::Mastodon => "mastodon",
            Platform::Bluesky => "bluesky",
        }
    }

    /// Its name for people, such as `YouTube`.
    pub const fn name(self) -> &'static str {
        match self {
            Platform::Feed => "Feed",
            Platform::X => "X",
            Platform::Facebook => "Facebook",
            Platform::Instagram => "Instagram",
            Platform::Threads => "Threads",
            Platform::LinkedIn => "LinkedIn",
            Platform::YouTube => "YouTube",
            Platform::TikTok => "TikTok",
            Platform::Pinterest => "Pinterest",
            Platform::Reddit => "Reddit",
            Platform::Telegram => "Telegram",
            Platform::Discord => "Discord",
            Platform::Slack => "Slack",
            Platform::Mastodon => "Mastodon",
            Platform::Bluesky => "Bluesky",
        }
    }

    /// How people are mentioned there.
    pub const fn handles(self) -> Handles {
        match self {
            Platform::Mastodon => Handles::Fediverse,
            Platform::Bluesky => Handles::Domain,
            _ => Handles::Plain,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a platform")]
pub struct UnknownPlatform(pub String);

impl FromStr for Platform {
    type Err = UnknownPlatform;

    /// Reads a platform's id.
    fn from_str(id: &str) -> Result<Platform, UnknownPlatform> {
        let found = Platform::ALL.into_iter().find(|platform| platform.id() == id);
        found.ok_or_else(|| UnknownPlatform(id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_its_platform() {
        for platform in Platform::ALL {
            assert_eq!(platform.id().parse(), Ok(platform));
        }
        assert_eq!("X".parse::<Platform>(), Err(UnknownPlatform("X".into())));
    }
}
