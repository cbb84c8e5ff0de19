//! How long a text is, to each platform.

use super::emoji;
use super::link::{Link, links};
use super::mention::{Handles, mentions};
use super::weigh::{self, Weights};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// What a platform counts when it counts a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Count {
    /// Units of UTF-16: one for most characters, two for most emoji, more for what is joined.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
    /// Characters as people see them (extended grapheme clusters, UAX 29).
    Graphemes,
    /// Characters as people see them, but an emoji is as long as its bytes
    /// (developers.facebook.com/docs/threads/posts).
    Threads,
    /// Characters as people see them, where a link has one length and `@name@host` is as long as `@name`
    /// (Mastodon, app/validators/status_length_validator.rb).
    Mastodon {
        /// What a link counts, however long it is.
        url: usize,
    },
    /// X's weights.
    X(Weights),
}

impl Count {
    /// Names what is counted, for people.
    pub const fn unit(self) -> &'static str {
        match self {
            Count::Bytes => "bytes",
            _ => "characters",
        }
    }
}

/// How long a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// In what the platform counts.
    pub used: usize,
    /// In bytes of UTF-8.
    pub bytes: usize,
}

/// The most that a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Max {
    /// What is counted.
    pub count: Count,
    /// The most of it.
    pub used: usize,
    /// The most bytes of UTF-8, where the platform limits those as well.
    pub bytes: Option<usize>,
}

impl Max {
    /// A limit on one count.
    pub const fn new(count: Count, used: usize) -> Max {
        Max { count, used, bytes: None }
    }

    /// What is left when a part of the length is taken, as Mastodon's content warning takes some of a post's.
    #[must_use]
    pub fn less(self, taken: Length) -> Max {
        Max {
            used: self.used.saturating_sub(taken.used),
            bytes: self.bytes.map(|bytes| bytes.saturating_sub(taken.bytes)),
            ..self
        }
    }
}

/// By how much a text is too long, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// How long the text is.
    pub used: usize,
    /// How long it may be.
    pub max: usize,
    /// What both are counted in: `characters` or `bytes`.
    pub unit: &'static str,
    /// Where the first character beyond the limit stands, in bytes.
    pub at: usize,
}

impl Excess {
    /// How much there is too much.
    pub const fn over(&self) -> usize {
        self.used - self.max
    }
}

/// Something that counts as one: a character, an emoji, a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// Where it begins, in bytes.
    pub at: usize,
    /// What it counts.
    pub cost: usize,
}

/// Counts a text.
pub fn count(text: &str, count: Count) -> Length {
    let used = shortcut(text, count).unwrap_or_else(|| {
        let mut used = 0;
        each(text, count, &mut |unit| {
            used += unit.cost;
            true
        });
        used
    });
    Length { used, bytes: text.len() }
}

/// Whether a text is no longer than it may be.
pub fn fits(text: &str, max: &Max) -> bool {
    if max.bytes.is_some_and(|bytes| text.len() > bytes) {
        return false;
    }
    // But for links, nothing counts more than its bytes.
    let plain = matches!(max.count, Count::Utf16 | Count::Bytes | Count::Graphemes | Count::Threads);
    if plain && text.len() <= max.used {
        return true;
    }
    if let Some(used) = shortcut(text, max.count) {
        return used <= max.used;
    }
    let mut used = 0;
    each(text, max.count, &mut |unit| {
        used += unit.cost;
        used <= max.used
    });
    used <= max.used
}

/// Says by how much a text is too long, if it is; of two limits, the one that people count in comes first.
pub fn excess(text: &str, max: &Max) -> Option<Excess> {
    if fits(text, max) {
        return None;
    }
    let Length { used, bytes } = count(text, max.count);
    let at = overrun(text, max)?;
    match max.bytes {
        Some(bytes_max) if used <= max.used => {
            Some(Excess { used: bytes, max: bytes_max, unit: Count::Bytes.unit(), at })
        }
        _ => Some(Excess { used, max: max.used, unit: max.count.unit(), at }),
    }
}

/// Where the first character beyond a limit stands, in bytes.
pub(super) fn overrun(text: &str, max: &Max) -> Option<usize> {
    let (mut used, mut by_count) = (0, None);
    each(text, max.count, &mut |unit| {
        used += unit.cost;
        by_count = (used > max.used).then_some(unit.at);
        by_count.is_none()
    });
    let by_bytes = max.bytes.filter(|bytes| text.len() > *bytes).map(|bytes| floor(text, bytes));
    by_count.into_iter().chain(by_bytes).min()
}

/// Finds the first character that a platform refuses, in bytes.
pub fn refused(text: &str, chars: &[char]) -> Option<usize> {
    if chars.is_empty() { None } else { text.find(chars) }
}

/// The start of the grapheme that holds byte `at`.
fn floor(text: &str, at: usize) -> usize {
    let starts = text.grapheme_indices(true).map(|(start, _)| start);
    starts.take_while(|start| *start <= at).last().unwrap_or_default()
}

/// Counts without looking at each character, where that is enough.
fn shortcut(text: &str, count: Count) -> Option<usize> {
    if count == Count::Bytes {
        return Some(text.len());
    }
    if !text.is_ascii() {
        return None;
    }
    let graphemes =
        || if text.contains('\r') { text.len() - text.matches("\r\n").count() } else { text.len() };
    match count {
        Count::Bytes | Count::Utf16 => Some(text.len()),
        Count::Graphemes | Count::Threads => Some(graphemes()),
        Count::Mastodon { .. } if text.contains('@') => None,
        Count::Mastodon { .. } if !text.contains(':') => Some(graphemes()),
        Count::Mastodon { url } => {
            let mut links = links(text);
            links.retain(Link::has_scheme);
            let bytes: usize = links.iter().map(|link| link.range.len()).sum();
            Some(graphemes() - bytes + links.len() * url)
        }
        // Of ASCII every character weighs 1.
        Count::X(weights) => {
            let links = links(text);
            let bytes: usize = links.iter().map(|link| link.url.len()).sum();
            Some(text.len() - bytes + links.len() * weights.link)
        }
    }
}

/// Visits what counts as one, in order, until `visit` says that it has enough.
pub(super) fn each(text: &str, count: Count, visit: &mut dyn FnMut(Unit) -> bool) {
    let by_char =
        |cost: fn(char) -> usize| text.char_indices().map(move |(at, c)| Unit { at, cost: cost(c) });
    match count {
        Count::Utf16 => _ = by_char(char::len_utf16).all(visit),
        Count::Bytes => _ = by_char(char::len_utf8).all(visit),
        Count::Graphemes => _ = graphemes(text, 0..text.len(), |_| 1).all(visit),
        Count::Threads => {
            let cost = |grapheme: &str| if emoji::has_emoji(grapheme) { grapheme.len() } else { 1 };
            _ = graphemes(text, 0..text.len(), cost).all(visit);
        }
        Count::Mastodon { url } => mastodon(text, url, visit),
        Count::X(weights) => weigh::each(text, weights, visit),
    }
}

/// The graphemes of a part of a text.
fn graphemes(text: &str, part: Range<usize>, cost: impl Fn(&str) -> usize) -> impl Iterator<Item = Unit> {
    let start = part.start;
    let graphemes = text.get(part).unwrap_or_default().grapheme_indices(true);
    graphemes.map(move |(at, grapheme)| Unit { at: start + at, cost: cost(grapheme) })
}

/// Visits what Mastodon counts as one: a link, a mention without its host, or a grapheme.
fn mastodon(text: &str, url: usize, visit: &mut dyn FnMut(Unit) -> bool) {
    let links = links(text).into_iter().filter(|link| link.has_scheme()).map(|link| (link.range, url));
    let mentions = mentions(text, Handles::Fediverse).into_iter();
    let distant = mentions.filter(|mention| mention.host.is_some());
    let mut spans: Vec<_> =
        distant.map(|mention| (mention.range, 1 + mention.name.len())).chain(links).collect();
    spans.sort_by_key(|(range, _)| range.start);
    let mut at = 0;
    for (range, cost) in spans {
        if range.start < at {
            continue;
        }
        if !graphemes(text, at..range.start, |_| 1).all(&mut *visit) || !visit(Unit { at: range.start, cost })
        {
            return;
        }
        at = range.end;
    }
    graphemes(text, at..text.len(), |_| 1).all(visit);
}
