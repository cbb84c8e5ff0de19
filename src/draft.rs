//! What one account is sent: ids, slots, drafts and their digest.

mod digest;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::text::{self, Platform};

pub use digest::{Canonical, Digest, Fingerprint, hex};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns the id for a name of `[a-z0-9-]+`, or nothing for any other name.
            pub fn new(name: &str) -> Option<$name> {
                is_id(name).then(|| $name(name.to_owned()))
            }

            /// Returns the id as it stands in files.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

ids! {
    /// A post's id: its file's stem, or the `id` that the file says. It never changes.
    PostId;
    /// An account's id: its file's stem.
    AccountId;
    /// A person's id: its file's stem.
    PersonId;
    /// A runner's id: its file's stem.
    RunnerId;
    /// A department's id: its file's stem.
    DepartmentId;
    /// A campaign's id: its file's stem.
    CampaignId;
    /// A goal's id: its file's stem.
    GoalId;
    /// A topic's id: a word that posts and rules share.
    TopicId;
    /// A development plan's id: its file's stem.
    ProposalId;
    /// A protocol's id: its file's stem.
    ProtocolId;
    /// A fact's id: its file's stem.
    FactId;
    /// A training's id: its file's stem.
    TrainingId;
    /// The id of events imported from one source: their file's stem.
    EventsId;
    /// A request's id: its file's stem.
    RequestId;
    /// The id of a mapping of exports: its file's stem.
    MappingId;
    /// An experiment's id: its file's stem.
    ExperimentId;
}

/// The most bytes that an id has.
pub const ID_LIMIT: usize = 100;

/// Tells whether a name is an id: `[a-z0-9-]+`, at most 100 bytes, so that it is a path on every system.
pub fn is_id(name: &str) -> bool {
    (1..=ID_LIMIT).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Which of a post's occurrences: the only one, or that of a day.
///
/// The day is the local date of a repeated post, so a clock change makes neither two of one nor none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occurrence {
    /// The post does not repeat.
    Once,
    /// The occurrence of that local date.
    On(NaiveDate),
}

impl fmt::Display for Occurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Occurrence::Once => f.write_str("once"),
            Occurrence::On(date) => write!(f, "{date}"),
        }
    }
}

impl FromStr for Occurrence {
    type Err = ();

    fn from_str(s: &str) -> Result<Occurrence, ()> {
        if s == "once" { Ok(Occurrence::Once) } else { s.parse().map(Occurrence::On).map_err(drop) }
    }
}

/// What gets claimed: one part of one occurrence of one post on one account.
///
/// Displayed and parsed as `POST/OCCURRENCE/ACCOUNT`, with `/PART` for the second and later posts of a thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The post.
    pub post: PostId,
    /// Which time.
    pub occurrence: Occurrence,
    /// The account.
    pub account: AccountId,
    /// Which part of a thread, from 1.
    pub part: u32,
}

impl Slot {
    /// Returns the slot of the part before this one, which must be published first.
    pub fn parent(&self) -> Option<Slot> {
        (self.part > 1).then(|| Slot { part: self.part - 1, ..self.clone() })
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.post, self.occurrence, self.account)?;
        if self.part > 1 { write!(f, "/{}", self.part) } else { Ok(()) }
    }
}

impl FromStr for Slot {
    type Err = ();

    fn from_str(s: &str) -> Result<Slot, ()> {
        let mut names = s.split('/');
        let slot = Slot {
            post: names.next().and_then(PostId::new).ok_or(())?,
            occurrence: names.next().ok_or(())?.parse()?,
            account: names.next().and_then(AccountId::new).ok_or(())?,
            part: names.next().map_or(Ok(1), |part| part.parse().map_err(drop))?,
        };
        (slot.part > 0 && names.next().is_none()).then_some(slot).ok_or(())
    }
}

/// A picture or film as a post names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The path relative to the calendar's root.
    pub file: String,
    /// What it shows, for those who cannot see it.
    pub alt: Option<String>,
}

/// What is known of a media file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFacts {
    /// Its size.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its media type by its first bytes, such as `image/png`.
    pub mime: Option<&'static str>,
    /// Width and height in pixels, of a picture, as it is shown.
    pub size_px: Option<(u32, u32)>,
    /// Whether it says where it was taken. That does not leave this machine ([`crate::media::clean`]).
    pub has_location: bool,
}

/// The facts of the media files that a calendar names; an absent path is a file that is not there.
pub type MediaBook = BTreeMap<String, MediaFacts>;

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// The answers to choose from.
    pub options: Vec<String>,
    /// How long it is open.
    pub open: TimeDelta,
    /// Whether one may choose several.
    pub multiple: bool,
}

/// Who may see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Everybody, in every listing.
    #[default]
    Public,
    /// Everybody who has the link.
    Unlisted,
    /// The account's followers.
    Followers,
}

impl Visibility {
    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Unlisted => "unlisted",
            Visibility::Followers => "followers",
        }
    }
}

/// What a post says of itself, so that networks hide it from those who would not see such things
/// (lexicon com.atproto.label.defs, `labelValue`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// Bare skin, in art or by the sea.
    Nudity,
    /// Of a sexual nature.
    Sexual,
    /// Pornography.
    Porn,
    /// Wounds, death, distress.
    GraphicMedia,
}

impl Label {
    /// Every label with the word that stands in files and that Bluesky has for it.
    pub const ALL: [(&'static str, Label); 4] = [
        ("nudity", Label::Nudity),
        ("sexual", Label::Sexual),
        ("porn", Label::Porn),
        ("graphic-media", Label::GraphicMedia),
    ];

    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        Label::ALL.iter().find(|(_, label)| *label == self).map_or("", |(word, _)| word)
    }
}

/// Exactly what one account is sent in one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The slot.
    pub slot: Slot,
    /// The account's platform.
    pub platform: Platform,
    /// The moment it is promised for.
    pub due: DateTime<Utc>,
    /// How late it may still go out.
    pub late: TimeDelta,
    /// How many parts its thread has; 1 for a post that is no thread.
    pub parts: u32,
    /// The title, where the platform has one.
    pub title: Option<String>,
    /// The author's own words, without the link and tags that are set beside them.
    pub text: String,
    /// The page it points to.
    pub link: Option<String>,
    /// Tags, without `#`.
    pub tags: Vec<String>,
    /// Pictures and films.
    pub media: Vec<Media>,
    /// A poll.
    pub poll: Option<Poll>,
    /// A content warning.
    pub warning: Option<String>,
    /// What it says of itself, so that networks hide it from those who would not see such things.
    pub labels: Vec<Label>,
    /// The language, as BCP 47 names it.
    pub language: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether the same words may go to the same account again within a year.
    pub again: bool,
}

impl Draft {
    /// Returns the text as a network without fields for link and tags receives and counts it.
    ///
    /// The link follows the words after an empty line, then the tags, each only if the words do not have it already.
    pub fn composed(&self) -> String {
        let mut whole = self.text.clone();
        let mut add = |block: String| {
            if !whole.is_empty() {
                whole.push_str("\n\n");
            }
            whole.push_str(&block);
        };
        if let Some(link) = &self.link
            && !says(&self.text, link)
        {
            add(link.clone());
        }
        let said: Vec<String> =
            text::hashtags(&self.text).iter().map(|found| found.word.to_lowercase()).collect();
        let unsaid: Vec<String> = self
            .tags
            .iter()
            .filter(|tag| !said.contains(&tag.to_lowercase()))
            .map(|tag| format!("#{tag}"))
            .collect();
        if !unsaid.is_empty() {
            add(unsaid.join(" "));
        }
        whole
    }

    /// Returns the digest of everything that decides what the account receives, and when.
    ///
    /// A media file that is not in the book has no digest: the result is absent, never a digest of something else.
    pub fn digest(&self, book: &MediaBook) -> Option<Digest> {
        let mut form = Canonical::new();
        form.field("slot", &self.slot.to_string());
        form.field("platform", self.platform.id());
        form.field("due", &self.due.to_rfc3339());
        form.field("parts", &self.parts.to_string());
        form.option("title", self.title.as_deref());
        form.field("text", &self.text);
        form.option("link", self.link.as_deref());
        self.tags.iter().for_each(|tag| form.field("tag", tag));
        for media in &self.media {
            form.field("media", &hex(&book.get(&media.file)?.sha256));
            form.option("alt", media.alt.as_deref());
        }
        if let Some(poll) = &self.poll {
            poll.options.iter().for_each(|option| form.field("option", option));
            form.field("open", &poll.open.num_seconds().to_string());
            form.field("multiple", if poll.multiple { "yes" } else { "no" });
        }
        form.option("warning", self.warning.as_deref());
        self.labels.iter().for_each(|label| form.field("label", label.as_str()));
        form.option("language", self.language.as_deref());
        form.field("visibility", self.visibility.as_str());
        Some(form.digest())
    }

    /// Returns the fingerprint of the words, blind to case, spacing and punctuation, by which a repeat is recognised.
    ///
    /// A draft without any words has none, and one whose words stand in a picture only is told apart by its media.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        Fingerprint::of(&self.composed())
    }
}

/// Tells whether a text has a link in it, whole: an address that only begins alike is another.
///
/// The link is looked for as it is written, since no rule that finds links in texts knows every host.
pub(crate) fn says(text: &str, link: &str) -> bool {
    // Most texts hold no address at all, which one letter shows.
    (text.contains(':') || !link.contains(':')) && places(text, link).next().is_some()
}

/// Finds where a text has a link in it, whole, in bytes.
pub(crate) fn places(text: &str, link: &str) -> impl Iterator<Item = usize> {
    let ends = |at: usize| {
        let mut after = text.get(at + link.len()..).unwrap_or_default().chars();
        match after.next() {
            Some('.' | ',' | ';' | ':' | '!' | '?') => after.next().is_none_or(char::is_whitespace),
            Some(c) => c.is_whitespace() || matches!(c, ')' | ']' | '}' | '>' | '"' | '\'' | '»' | '”' | '’'),
            None => true,
        }
    };
    text.match_indices(link).map(|(at, _)| at).filter(move |at| ends(*at))
}
