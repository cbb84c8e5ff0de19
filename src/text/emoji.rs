//! Emoji, and the sequences of characters that are seen as one.

mod table;

use unicode_segmentation::UnicodeSegmentation as _;

use table::{EMOJI, JOINED, JOINED_TONED, REGIONS, SELECTABLE, TONEABLE};

/// The zero-width joiner.
const JOINER: char = '\u{200d}';

/// The selector of an emoji's colourful form.
pub(super) const SELECTOR: char = '\u{fe0f}';

/// The mark that makes a keycap of a digit.
const KEYCAP: char = '\u{20e3}';

/// The most emoji that are joined into one.
const ELEMENTS_MAX: usize = 4;

fn is_in(table: &[(char, char)], c: char) -> bool {
    let after = table.partition_point(|(first, _)| *first <= c);
    after.checked_sub(1).and_then(|at| table.get(at)).is_some_and(|(_, last)| c <= *last)
}

/// Whether a character outside ASCII is an emoji, or one that some form of it is.
pub(super) fn is_emoji(c: char) -> bool {
    c >= '\u{a9}' && is_in(&EMOJI, c)
}

/// Whether a character seen as one holds an emoji: a face, a flag, a keycap.
pub(super) fn has_emoji(grapheme: &str) -> bool {
    !grapheme.is_ascii() && grapheme.chars().any(|c| c == KEYCAP || is_emoji(c))
}

/// Finds the emoji of a text, each as people see it: a family, a flag or a keycap is one.
pub fn emoji(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let letters = (!text.is_ascii()).then(|| text.grapheme_indices(true));
    let drawn = |(at, letter): (usize, &str)| is_drawn(letter).then(|| at..at + letter.len());
    letters.into_iter().flatten().filter_map(drawn)
}

/// Whether a character seen as one is drawn as a picture: a sign such as © or ↔ is only with a selector behind it.
fn is_drawn(grapheme: &str) -> bool {
    let is_sign = grapheme.starts_with(|c| c < '\u{2300}');
    has_emoji(grapheme) && (!is_sign || grapheme.contains([SELECTOR, KEYCAP]))
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// The length in bytes of the emoji that a text begins with, as X draws them: a sequence that X does not know
/// is several.
pub(super) fn prefix(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first.is_ascii() {
        return keycap(text, first);
    }
    if !is_emoji(first) {
        return None;
    }
    if is_regional(first) {
        return Some(flag(text).unwrap_or(first.len_utf8()));
    }
    region_flag(text).or_else(|| joined(text)).or_else(|| single(text, first))
}

fn keycap(text: &str, first: char) -> Option<usize> {
    if !matches!(first, '0'..='9' | '#' | '*') {
        return None;
    }
    let rest = text.get(1..)?;
    let rest = rest.strip_prefix(SELECTOR).unwrap_or(rest);
    rest.starts_with(KEYCAP).then(|| text.len() - rest.len() + KEYCAP.len_utf8())
}

/// Two letters of a region that has a flag.
fn flag(text: &str) -> Option<usize> {
    let mut letters = text.chars().take(2).filter(|c| is_regional(*c));
    let mut letter =
        || letters.next().and_then(|c| u8::try_from(u32::from(c) - 0x1f1e6 + u32::from(b'A')).ok());
    let code = [letter()?, letter()?];
    REGIONS.as_bytes().chunks(2).any(|region| region == code).then_some(8)
}

/// The flags of England, Scotland and Wales: a black flag and letters that are not seen.
fn region_flag(text: &str) -> Option<usize> {
    let letters = text.strip_prefix('\u{1f3f4}')?;
    let spells = |name: &str| {
        let mut tags = letters.chars();
        name.bytes().all(|b| tags.next() == char::from_u32(0xe0000 + u32::from(b)))
            && tags.next() == Some('\u{e007f}')
    };
    ["gbeng", "gbsct", "gbwls"].into_iter().any(spells).then_some(4 + 6 * 4)
}

/// One emoji with its skin tone or its selector.
fn single(text: &str, first: char) -> Option<usize> {
    let length = first.len_utf8();
    match text.get(length..).and_then(|rest| rest.chars().next()) {
        Some(tone) if is_tone(tone) && is_in(&TONEABLE, first) => Some(length + tone.len_utf8()),
        Some(SELECTOR) if is_in(&SELECTABLE, first) => Some(length + SELECTOR.len_utf8()),
        // © and ® are letters until they are selected.
        _ if first < '\u{100}' => None,
        _ => Some(length),
    }
}

/// Several emoji joined into one, the longest that is known.
fn joined(text: &str) -> Option<usize> {
    let mut ends = [0; ELEMENTS_MAX];
    let mut count = 0;
    let mut at = 0;
    for end in &mut ends {
        at = element_end(text, at)?;
        *end = at;
        count += 1;
        match text.get(at..).and_then(|rest| rest.strip_prefix(JOINER)) {
            Some(rest) if rest.starts_with(is_emoji) => at += JOINER.len_utf8(),
            _ => break,
        }
    }
    let longest = ends.iter().take(count).skip(1).rev();
    // A selector at the very end may be one too many.
    let known = |end: usize| {
        let whole = text.get(..end)?;
        let spared = whole.strip_suffix(SELECTOR);
        [Some(whole), spared].into_iter().flatten().find(|sequence| is_known(sequence)).map(str::len)
    };
    longest.copied().find_map(known)
}

/// Where the emoji at `start` ends, with its tone and its selector.
fn element_end(text: &str, start: usize) -> Option<usize> {
    let mut rest = text.get(start..)?.chars().peekable();
    let mut end = start + rest.next()?.len_utf8();
    end += rest.next_if(|c| is_tone(*c)).map_or(0, char::len_utf8);
    end += rest.next_if_eq(&SELECTOR).map_or(0, char::len_utf8);
    Some(end)
}

fn is_known(sequence: &str) -> bool {
    if !sequence.contains(is_tone) {
        return JOINED.binary_search(&sequence).is_ok();
    }
    let plain: String = sequence.chars().filter(|c| !is_tone(*c)).collect();
    JOINED_TONED.binary_search(&plain.as_str()).is_ok()
}

/// Whether `c` belongs between what is before and behind it, though it cannot be seen: a joiner between two
/// emoji, or a selector behind one.
pub(super) fn binds(before: &str, c: char, after: &str) -> bool {
    let mut earlier = before.chars().rev();
    match c {
        JOINER => {
            earlier.find(|c| *c != SELECTOR && !is_tone(*c)).is_some_and(is_emoji)
                && after.starts_with(is_emoji)
        }
        SELECTOR if after.starts_with(KEYCAP) => {
            earlier.next().is_some_and(|c| matches!(c, '0'..='9' | '#' | '*'))
        }
        SELECTOR | '\u{fe0e}' => earlier.next().is_some_and(is_emoji),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(EMOJI.is_sorted() && SELECTABLE.is_sorted() && TONEABLE.is_sorted());
        assert!(JOINED.is_sorted() && JOINED_TONED.is_sorted());
        assert_eq!(REGIONS.len() % 2, 0);
    }

    #[test]
    fn a_known_sequence_is_one_emoji() {
        for whole in
            ["😷", "🙋🏽", "👨‍🎤", "👨🏾‍🎤", "👨‍👩‍👧‍👦", "🇵🇹", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1⃣", "1️⃣", "❤️‍🔥", "🏳️‍🌈", "☺️", "©️", "🧑🏻‍🤝‍🧑🏿", "🏌️‍♂️", "🏌🏽‍♂️"]
        {
            assert_eq!(prefix(whole), Some(whole.len()), "{whole:?}");
            assert!(has_emoji(whole), "{whole:?}");
        }
    }

    #[test]
    fn emoji_are_counted_as_people_see_them() {
        let count = |text: &str| emoji(text).count();
        assert_eq!(count("👨‍👩‍👧‍👦 🇵🇹 1️⃣ ❤️ 👍🏽"), 5);
        assert_eq!(count("plain © 2027 and 漢字, é"), 0);
        assert_eq!(count("😀😀"), 2);
    }

    #[test]
    fn an_unknown_sequence_is_several() {
        assert_eq!(prefix("🐱\u{200d}👤"), Some(4));
        assert_eq!(prefix("🇽🇽"), Some(4));
        assert_eq!(prefix("👨🏻\u{200d}👩\u{200d}👧"), Some(8));
        assert_eq!(prefix("😀\u{fe0f}"), Some(4));
        assert_eq!(prefix("👨\u{200d}👩\u{200d}👧\u{fe0f}"), Some(18));
        for none in ["", "a", "1", "©", "é", "漢", "1\u{fe0f}"] {
            assert_eq!(prefix(none), None, "{none:?}");
        }
    }
}
