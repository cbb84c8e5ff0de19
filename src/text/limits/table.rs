//! The numbers, platform by platform.

use super::{Alt, Aspect, Format, Limits, Media, Poll, Runs, Title};
use crate::text::count::{Count, Max};
use crate::text::platform::Platform;
use crate::text::weigh::Weights;

/// Bytes in a megabyte; a platform that says "MB" is taken at its smaller word.
const MB: u64 = 1_000_000;

/// Bytes in a mebibyte.
const MIB: u64 = 1_048_576;

/// Bytes in a gigabyte.
const GB: u64 = 1_000_000_000;

/// Minutes in a day.
const DAY: u32 = 1440;

const fn utf16(used: usize) -> Option<Max> {
    Some(Max::new(Count::Utf16, used))
}

/// One maximum for a text, whatever goes with it.
const fn text(max: Option<Max>) -> Limits {
    Limits { text_max: max, text_with_images_max: max, text_with_video_max: max, ..NO_LIMITS }
}

/// Nothing said.
const NO_LIMITS: Limits = Limits {
    text_max: None,
    text_with_images_max: None,
    text_with_video_max: None,
    title: None,
    refused: &[],
    hashtags_max: None,
    mentions_max: None,
    links_max: None,
    cashtags_max: None,
    links_work: true,
    media: ANY_MEDIA,
    alt: Alt::Optional { max: None },
    poll: None,
    warnings: false,
    labels: false,
    unlisted: false,
    followers: false,
    threads: false,
};

const ANY_MEDIA: Media = Media {
    required: false,
    mixed: true,
    images_max: None,
    videos_max: None,
    total_max: None,
    formats: &[],
    image_bytes_max: None,
    gif_bytes_max: None,
    image_pixels_max: None,
    width_pixels: None,
    aspect: None,
    video_bytes_max: None,
    video_seconds: None,
};

/// The files of the embedded platform set no bounds; a browser shows these pictures.
const FEED: Limits = Limits {
    title: Some(Title { required: false, max: None }),
    media: Media {
        formats: &[Format::Jpeg, Format::Png, Format::Gif, Format::Webp, Format::Avif],
        ..ANY_MEDIA
    },
    // A feed shows a poll as a list: readers see what was asked, and answer where the poll is.
    poll: Some(Poll {
        options_min: 2,
        options_max: 100,
        option_max: None,
        question_max: None,
        runs: Runs::Between(1, u32::MAX),
        excludes_media: false,
    }),
    warnings: true,
    threads: true,
    ..NO_LIMITS
};

/// docs.x.com: fundamentals/counting-characters, media/quickstart, posts/manage-tweets/introduction (one
/// cashtag); openapi 2.159 (poll); `twitter-text` (refused characters).
const X: Limits = Limits {
    refused: &['\u{feff}', '\u{fffe}', '\u{ffff}'],
    cashtags_max: Some(1),
    media: Media {
        mixed: false,
        images_max: Some(4),
        videos_max: Some(1),
        formats: &[Format::Jpeg, Format::Png, Format::Gif, Format::Webp],
        image_bytes_max: Some(5 * MB),
        gif_bytes_max: Some(15 * MB),
        video_bytes_max: Some(512 * MB),
        video_seconds: Some((1, 140)),
        ..ANY_MEDIA
    },
    alt: Alt::Optional { max: utf16(1000) },
    poll: Some(Poll {
        options_min: 2,
        options_max: 4,
        option_max: utf16(25),
        question_max: None,
        runs: Runs::Between(5, 7 * DAY),
        excludes_media: true,
    }),
    threads: true,
    ..text(Some(Max::new(Count::X(Weights::V3), Weights::V3.max)))
};

/// developers.facebook.com/docs: graph-api/reference/page/photos. The length of a text is not published.
const FACEBOOK: Limits = Limits {
    media: Media {
        mixed: false,
        videos_max: Some(1),
        formats: &[Format::Jpeg, Format::Png, Format::Gif, Format::Bmp, Format::Tiff],
        image_bytes_max: Some(10 * MB),
        ..ANY_MEDIA
    },
    ..NO_LIMITS
};

/// developers.facebook.com/docs/instagram-platform: reference/ig-user/media, content-publishing.
const INSTAGRAM: Limits = Limits {
    hashtags_max: Some(30),
    mentions_max: Some(20),
    links_work: false,
    media: Media {
        required: true,
        images_max: Some(10),
        videos_max: Some(10),
        total_max: Some(10),
        formats: &[Format::Jpeg],
        image_bytes_max: Some(8 * MB),
        width_pixels: Some((320, 1440)),
        aspect: Some((Aspect { width: 4, height: 5 }, Aspect { width: 191, height: 100 })),
        video_bytes_max: Some(300 * MB),
        video_seconds: Some((3, 15 * 60)),
        ..ANY_MEDIA
    },
    alt: Alt::Optional { max: utf16(1000) },
    ..text(utf16(2200))
};

/// developers.facebook.com/docs/threads: posts, reference/publishing. How long a poll runs and an answer is,
/// is not published.
const THREADS: Limits = Limits {
    links_max: Some(5),
    media: Media {
        images_max: Some(20),
        videos_max: Some(20),
        total_max: Some(20),
        formats: &[Format::Jpeg, Format::Png],
        image_bytes_max: Some(8 * MB),
        width_pixels: Some((320, 1440)),
        aspect: Some((Aspect { width: 1, height: 10 }, Aspect { width: 10, height: 1 })),
        video_bytes_max: Some(GB),
        video_seconds: Some((1, 5 * 60)),
        ..ANY_MEDIA
    },
    alt: Alt::Optional { max: utf16(1000) },
    poll: Some(Poll {
        options_min: 2,
        options_max: 4,
        option_max: None,
        question_max: None,
        runs: Runs::Fixed,
        excludes_media: true,
    }),
    threads: true,
    ..text(Some(Max::new(Count::Threads, 500)))
};

/// learn.microsoft.com/linkedin/marketing: posts-api, images-api, videos-api, poll-post-api.
const LINKEDIN: Limits = Limits {
    media: Media {
        mixed: false,
        images_max: Some(20),
        videos_max: Some(1),
        formats: &[Format::Jpeg, Format::Png, Format::Gif],
        image_pixels_max: Some(36_152_319),
        video_bytes_max: Some(500 * MB),
        video_seconds: Some((3, 30 * 60)),
        ..ANY_MEDIA
    },
    alt: Alt::Optional { max: utf16(4086) },
    poll: Some(Poll {
        options_min: 2,
        options_max: 4,
        option_max: utf16(30),
        question_max: utf16(140),
        runs: Runs::OneOf(&[DAY, 3 * DAY, 7 * DAY, 14 * DAY]),
        excludes_media: true,
    }),
    ..text(utf16(3000))
};

/// developers.google.com/youtube/v3/docs/videos: snippet.title, snippet.description. The text is the
/// description of a film.
const YOUTUBE: Limits = Limits {
    title: Some(Title { required: true, max: utf16(100) }),
    refused: &['<', '>'],
    media: Media { required: true, mixed: false, images_max: Some(0), videos_max: Some(1), ..ANY_MEDIA },
    alt: Alt::Unsupported,
    unlisted: true,
    ..text(Some(Max::new(Count::Bytes, 5000)))
};

/// developers.tiktok.com/doc: content-posting-api-reference-direct-post, -photo-post, media-transfer-guide. A
/// film's text is what TikTok calls its title; only pictures have a title beside their text.
const TIKTOK: Limits = Limits {
    text_with_images_max: utf16(4000),
    title: Some(Title { required: false, max: utf16(90) }),
    links_work: false,
    media: Media {
        required: true,
        mixed: false,
        images_max: Some(35),
        videos_max: Some(1),
        formats: &[Format::Jpeg, Format::Webp],
        image_bytes_max: Some(20 * MB),
        video_bytes_max: Some(4 * GB),
        video_seconds: Some((1, 10 * 60)),
        ..ANY_MEDIA
    },
    alt: Alt::Unsupported,
    followers: true,
    ..text(utf16(2200))
};

/// developers.pinterest.com/docs/api/v5: pins-create. People follow the pin's own link, none in its text.
const PINTEREST: Limits = Limits {
    title: Some(Title { required: false, max: utf16(100) }),
    links_work: false,
    media: Media { required: true, mixed: false, images_max: Some(5), videos_max: Some(1), ..ANY_MEDIA },
    alt: Alt::Optional { max: utf16(500) },
    ..text(utf16(800))
};

/// reddit.com/dev/api: submit, submit_poll_post; github.com/reddit-archive/reddit, r2/r2/models/link.py.
const REDDIT: Limits = Limits {
    title: Some(Title { required: true, max: utf16(300) }),
    media: Media { mixed: false, videos_max: Some(1), ..ANY_MEDIA },
    alt: Alt::Unsupported,
    poll: Some(Poll {
        options_min: 2,
        options_max: 6,
        option_max: None,
        question_max: None,
        runs: Runs::OneOf(&[DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, 6 * DAY, 7 * DAY]),
        excludes_media: true,
    }),
    ..text(utf16(40_000))
};

/// core.telegram.org/bots/api 10.1: sendMessage, sendPhoto, sendMediaGroup, sendPoll.
const TELEGRAM: Limits = Limits {
    text_with_images_max: utf16(1024),
    text_with_video_max: utf16(1024),
    media: Media {
        images_max: Some(10),
        videos_max: Some(10),
        total_max: Some(10),
        image_bytes_max: Some(10 * MB),
        video_bytes_max: Some(50 * MB),
        ..ANY_MEDIA
    },
    alt: Alt::Unsupported,
    poll: Some(Poll {
        options_min: 1,
        options_max: 12,
        option_max: utf16(100),
        question_max: utf16(300),
        runs: Runs::Between(1, 43_800),
        excludes_media: true,
    }),
    threads: true,
    ..text(utf16(4096))
};

/// docs.discord.com: resources/message, resources/poll, reference (uploading files). Polls run whole hours.
const DISCORD: Limits = Limits {
    media: Media {
        images_max: Some(10),
        videos_max: Some(10),
        total_max: Some(10),
        image_bytes_max: Some(10 * MIB),
        video_bytes_max: Some(10 * MIB),
        ..ANY_MEDIA
    },
    alt: Alt::Optional { max: utf16(1024) },
    poll: Some(Poll {
        options_min: 1,
        options_max: 10,
        option_max: utf16(55),
        question_max: utf16(300),
        runs: Runs::Between(60, 32 * DAY),
        excludes_media: false,
    }),
    threads: true,
    ..text(utf16(2000))
};

/// docs.slack.dev/reference/methods/chat.postMessage: a longer text is cut off.
const SLACK: Limits = Limits { threads: true, ..text(utf16(40_000)) };

/// docs.joinmastodon.org/entities/V2_Instance, with the defaults of a server; each server says its own.
const MASTODON: Limits = Limits {
    media: Media {
        mixed: false,
        images_max: Some(4),
        videos_max: Some(1),
        formats: &[Format::Jpeg, Format::Png, Format::Gif, Format::Webp, Format::Heic, Format::Avif],
        image_bytes_max: Some(16 * MIB),
        video_bytes_max: Some(99 * MIB),
        ..ANY_MEDIA
    },
    alt: Alt::Optional { max: utf16(1500) },
    poll: Some(Poll {
        options_min: 2,
        options_max: 4,
        option_max: Some(Max::new(Count::Graphemes, 50)),
        question_max: None,
        runs: Runs::Between(5, 43_829),
        excludes_media: true,
    }),
    warnings: true,
    labels: true,
    unlisted: true,
    followers: true,
    threads: true,
    ..text(Some(Max::new(Count::Mastodon { url: 23 }, 500)))
};

/// Lexicons app.bsky.feed.post, app.bsky.embed.images, app.bsky.embed.video.
const BLUESKY: Limits = Limits {
    media: Media {
        mixed: false,
        images_max: Some(4),
        videos_max: Some(1),
        image_bytes_max: Some(2 * MB),
        video_bytes_max: Some(300 * MB),
        ..ANY_MEDIA
    },
    alt: Alt::Required { max: None },
    labels: true,
    threads: true,
    ..text(Some(Max { count: Count::Graphemes, used: 300, bytes: Some(3000) }))
};

impl Platform {
    /// What the platform takes; a server of Mastodon may say otherwise of itself.
    pub const fn limits(self) -> &'static Limits {
        match self {
            Platform::Feed => &FEED,
            Platform::X => &X,
            Platform::Facebook => &FACEBOOK,
            Platform::Instagram => &INSTAGRAM,
            Platform::Threads => &THREADS,
            Platform::LinkedIn => &LINKEDIN,
            Platform::YouTube => &YOUTUBE,
            Platform::TikTok => &TIKTOK,
            Platform::Pinterest => &PINTEREST,
            Platform::Reddit => &REDDIT,
            Platform::Telegram => &TELEGRAM,
            Platform::Discord => &DISCORD,
            Platform::Slack => &SLACK,
            Platform::Mastodon => &MASTODON,
            Platform::Bluesky => &BLUESKY,
        }
    }
}
