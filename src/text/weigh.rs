//! Length as X weighs it (docs.x.com, fundamentals/counting-characters; `twitter-text`, config and
//! js/src/parseTweet.js).

use super::count::Unit;
use super::{emoji, link::links};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// What each character weighs on X.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Weights {
    /// The most that a post may weigh.
    pub max: usize,
    /// What a link weighs, however long it is.
    pub link: usize,
    /// What a character weighs, unless it is `narrow`, and what an emoji does.
    pub wide: usize,
    /// The ranges of characters that weigh 1.
    pub narrow: &'static [(char, char)],
    /// Whether a sequence that is seen as one emoji weighs as one character.
    pub whole_emoji: bool,
}

/// Latin and the scripts near it, and the punctuation and spaces that they share.
const NARROW: [(char, char); 4] =
    [('\0', '\u{10ff}'), ('\u{2000}', '\u{200d}'), ('\u{2010}', '\u{201f}'), ('\u{2032}', '\u{2037}')];

impl Weights {
    /// The first rule: 140 characters, each alike.
    pub const V1: Weights = Weights { max: 140, link: 23, wide: 1, narrow: &[], whole_emoji: false };
    /// The rule of 2017: 280, where a character of Chinese or a part of an emoji weighs 2.
    pub const V2: Weights = Weights { max: 280, link: 23, wide: 2, narrow: &NARROW, whole_emoji: false };
    /// The rule of 2018, today's: as before, but a whole emoji weighs 2.
    pub const V3: Weights = Weights { whole_emoji: true, ..Weights::V2 };

    fn of(&self, c: char) -> usize {
        let is_narrow = |(first, last): &(char, char)| (*first..=*last).contains(&c);
        if self.narrow.iter().any(is_narrow) { 1 } else { self.wide }
    }
}

/// Visits what X counts as one, in order, until `visit` says that it has enough.
pub(super) fn each(text: &str, weights: Weights, visit: &mut dyn FnMut(Unit) -> bool) {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        walk(text, weights, visit);
        return;
    }
    let composed = Composed::new(text);
    walk(&composed.text, weights, &mut |unit| visit(Unit { at: composed.origin(text, unit.at), ..unit }));
}

/// Visits the units of a composed text.
fn walk(text: &str, weights: Weights, visit: &mut dyn FnMut(Unit) -> bool) {
    let links = links(text);
    let mut links = links.iter().map(|link| link.range.clone()).peekable();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(c) = rest.chars().next()
    {
        let (bytes, cost) = if let Some(link) = links.next_if(|link| link.start == at) {
            (link.len(), weights.link)
        } else {
            match emoji::prefix(rest).filter(|_| weights.whole_emoji) {
                Some(bytes) => (bytes, weights.wide),
                None => (c.len_utf8(), weights.of(c)),
            }
        };
        if !visit(Unit { at, cost }) {
            return;
        }
        at += bytes;
    }
}

/// A text in its composed form (NFC), which X counts, and where each part of it comes from.
struct Composed {
    text: String,
    /// Where a part begins here, and where in the text as it was written.
    origins: Vec<(usize, usize)>,
}

impl Composed {
    fn new(text: &str) -> Composed {
        let mut composed = Composed { text: String::with_capacity(text.len()), origins: Vec::new() };
        for (at, grapheme) in text.grapheme_indices(true) {
            composed.origins.push((composed.text.len(), at));
            composed.text.extend(grapheme.nfc());
        }
        composed
    }

    /// Where the character at `at` stands as it was written, or where what it was made of begins.
    fn origin(&self, written: &str, at: usize) -> usize {
        let after = self.origins.partition_point(|(composed, _)| *composed <= at);
        let part = after.checked_sub(1).and_then(|index| self.origins.get(index));
        let (composed, origin) = part.copied().unwrap_or_default();
        let same_so_far = written.get(origin..origin + (at - composed)) == self.text.get(composed..at);
        if same_so_far { origin + (at - composed) } else { origin }
    }
}
