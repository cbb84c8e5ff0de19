//! What each platform takes.
//!
//! Every number is a platform's own where its doc comment says so. Where a document says "characters" and not
//! which, UTF-16 units are counted: no platform counts a character as more than that. A number that no
//! platform publishes is absent.

mod table;

use super::count::Max;

/// What a platform takes, and what it must be given.
///
/// A plain value: Mastodon's is changed by what a server says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The text alone.
    pub text_max: Option<Max>,
    /// The text beside pictures.
    pub text_with_images_max: Option<Max>,
    /// The text beside a film.
    pub text_with_video_max: Option<Max>,
    /// The title, where a post has one.
    pub title: Option<Title>,
    /// Characters that neither title nor text may hold.
    pub refused: &'static [char],
    /// The most hashtags.
    pub hashtags_max: Option<usize>,
    /// The most mentions.
    pub mentions_max: Option<usize>,
    /// The most links.
    pub links_max: Option<usize>,
    /// The most cashtags.
    pub cashtags_max: Option<usize>,
    /// Whether people can follow a link that stands in the text.
    pub links_work: bool,
    /// Pictures and films.
    pub media: Media,
    /// Descriptions of pictures for those who do not see them.
    pub alt: Alt,
    /// Polls, where there are any.
    pub poll: Option<Poll>,
    /// Whether a text can be folded behind words of warning.
    pub warnings: bool,
    /// Whether a post can be hidden from those who would not see what it shows.
    pub labels: bool,
    /// Whether a post can be for those alone who have its link.
    pub unlisted: bool,
    /// Whether a post can be for followers alone.
    pub followers: bool,
    /// Whether a post can follow another as its reply, and so be part of a thread.
    pub threads: bool,
}

/// What goes with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// Pictures.
    Images,
    /// A film, with or without pictures.
    Video,
}

impl Limits {
    /// The most that a text may be beside what goes with it.
    pub const fn text_max(&self, beside: Beside) -> Option<Max> {
        match beside {
            Beside::Nothing => self.text_max,
            Beside::Images => self.text_with_images_max,
            Beside::Video => self.text_with_video_max,
        }
    }
}

/// A post's title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Title {
    /// Whether a post without one is refused.
    pub required: bool,
    /// The most that it may be.
    pub max: Option<Max>,
}

/// What pictures and films a post may have.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Whether a post without any is refused.
    pub required: bool,
    /// Whether pictures and films may stand in one post.
    pub mixed: bool,
    /// The most pictures.
    pub images_max: Option<usize>,
    /// The most films.
    pub videos_max: Option<usize>,
    /// The most of both together.
    pub total_max: Option<usize>,
    /// The kinds of picture that are taken; empty where the platform does not say.
    pub formats: &'static [Format],
    /// The most bytes of a picture.
    pub image_bytes_max: Option<u64>,
    /// The most bytes of an animated GIF, where it differs.
    pub gif_bytes_max: Option<u64>,
    /// The most pixels of a picture.
    pub image_pixels_max: Option<u64>,
    /// The narrowest and the widest picture, in pixels.
    pub width_pixels: Option<(u32, u32)>,
    /// The tallest and the flattest picture.
    pub aspect: Option<(Aspect, Aspect)>,
    /// The most bytes of a film.
    pub video_bytes_max: Option<u64>,
    /// The shortest and the longest film, in seconds.
    pub video_seconds: Option<(u32, u32)>,
}

/// A picture's width to its height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aspect {
    /// Parts of width.
    pub width: u32,
    /// Parts of height.
    pub height: u32,
}

impl Aspect {
    /// Whether a picture of this size is at least as wide, for its height, as this says.
    pub const fn admits_at_least(self, width: u32, height: u32) -> bool {
        width as u64 * self.height as u64 >= height as u64 * self.width as u64
    }

    /// Whether a picture of this size is at most as wide, for its height, as this says.
    pub const fn admits_at_most(self, width: u32, height: u32) -> bool {
        width as u64 * self.height as u64 <= height as u64 * self.width as u64
    }
}

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is its own name")]
pub enum Format {
    Jpeg,
    Png,
    Gif,
    Webp,
    Bmp,
    Tiff,
    Heic,
    Avif,
}

/// Whether pictures have descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alt {
    /// The platform has no place for them.
    Unsupported,
    /// They may be given.
    Optional {
        /// The most that one may be.
        max: Option<Max>,
    },
    /// The platform's record has a description for each picture.
    Required {
        /// The most that one may be.
        max: Option<Max>,
    },
}

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The fewest answers.
    pub options_min: usize,
    /// The most answers.
    pub options_max: usize,
    /// The most that an answer may be.
    pub option_max: Option<Max>,
    /// The most that a question may be, where a poll has one beside the text.
    pub question_max: Option<Max>,
    /// How long it may run.
    pub runs: Runs,
    /// Whether a post with a poll can have no media.
    pub excludes_media: bool,
}

/// How long a poll may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// As long as the platform decides.
    Fixed,
    /// Any number of minutes from the first to the second.
    Between(u32, u32),
    /// One of these numbers of minutes.
    OneOf(&'static [u32]),
}

impl Runs {
    /// Whether a poll may run so many minutes.
    pub fn admits(&self, minutes: u32) -> bool {
        match self {
            Runs::Fixed => false,
            Runs::Between(min, max) => (*min..=*max).contains(&minutes),
            Runs::OneOf(choices) => choices.contains(&minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Platform;

    #[test]
    fn what_every_platform_takes_makes_sense() {
        for platform in Platform::ALL {
            let limits = platform.limits();
            let media = &limits.media;
            let texts = [limits.text_max, limits.text_with_images_max, limits.text_with_video_max];
            assert!(texts.into_iter().flatten().all(|max| max.used > 0), "{platform}");
            assert!(
                !media.required || media.images_max != Some(0) || media.videos_max != Some(0),
                "{platform}"
            );
            assert!(media.aspect.is_none_or(|(low, high)| high.admits_at_least(high.width, high.height)
                && low.admits_at_most(low.width, low.height)
                && high.admits_at_most(low.width, low.height)));
            if let Some(poll) = &limits.poll {
                assert!(poll.options_min <= poll.options_max, "{platform}");
                assert!(poll.question_max.is_none_or(|max| max.used > 0), "{platform}");
            }
        }
    }

    #[test]
    fn a_poll_runs_as_long_as_it_may() {
        assert!(Runs::Between(5, 10).admits(5) && !Runs::Between(5, 10).admits(11));
        assert!(Runs::OneOf(&[60]).admits(60) && !Runs::OneOf(&[60]).admits(61));
        assert!(!Runs::Fixed.admits(1440));
    }

    #[test]
    fn a_picture_is_held_against_its_bounds() {
        let square = Aspect { width: 1, height: 1 };
        assert!(square.admits_at_least(2, 1) && !square.admits_at_least(1, 2));
        assert!(square.admits_at_most(1, 2) && !square.admits_at_most(2, 1));
    }
}
