//! Hashtags and cashtags, by X's rules (`twitter-text`, js/src/extractHashtagsWithIndices.js, …Cashtags….js).

use super::class::{is_hashtag_part, is_letter_or_mark, is_punctuation, is_space};
use super::link::links;
use std::ops::Range;

/// A hashtag or a cashtag in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Where it stands, in bytes, with its sign.
    pub range: Range<usize>,
    /// The word without its sign.
    pub word: &'a str,
}

/// Finds every hashtag that is not part of a link.
///
/// A hashtag holds letters, marks, digits and `_`, and at least one letter or mark; it follows no letter,
/// digit or `&`.
pub fn hashtags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    if !text.contains('#') && (text.is_ascii() || !text.contains('＃')) {
        return tags;
    }
    let mut spent = 0;
    for (at, _) in text.match_indices(['#', '＃']) {
        if at >= spent {
            let (tag, end) = hashtag(text, spent, at);
            tags.extend(tag);
            spent = end.unwrap_or(spent);
        }
    }
    if tags.is_empty() || !text.contains('.') {
        return tags;
    }
    outside_links(text, tags)
}

/// Whether a word can be a hashtag, whole, behind its sign.
pub fn is_hashtag(word: &str) -> bool {
    word.chars().any(is_letter_or_mark) && word.chars().all(is_hashtag_part)
}

/// Reads the hashtag whose sign is at `at`, and where it ends even if it then proves to be none; what is
/// before `spent` belongs to another.
fn hashtag(text: &str, spent: usize, at: usize) -> (Option<Tag<'_>>, Option<usize>) {
    let rest = text.get(at..).unwrap_or_default();
    let start = at + rest.chars().next().map_or(0, char::len_utf8);
    let before = text.get(spent..at).and_then(|before| before.chars().next_back());
    // Selectors are marks, but after an emoji they are no letters.
    let may_begin =
        before.map_or(at == 0, |c| matches!(c, '\u{fe0e}' | '\u{fe0f}') || !(is_hashtag_part(c) || c == '&'));
    let body = text.get(start..).unwrap_or_default();
    let length = body.find(|c| !is_hashtag_part(c)).unwrap_or(body.len());
    let (word, after) = body.split_at_checked(length).unwrap_or_default();
    if !may_begin
        || word.starts_with('\u{fe0f}')
        || word.starts_with('\u{20e3}')
        || !word.contains(is_letter_or_mark)
    {
        return (None, None);
    }
    let end = start + length;
    let runs_on = after.starts_with(['#', '＃']) || after.starts_with("://");
    ((!runs_on).then_some(Tag { range: at..end, word }), Some(end))
}

/// Drops hashtags that a link swallows, as in `example.com/#about`; of two that overlap the first stands.
fn outside_links<'a>(text: &str, mut tags: Vec<Tag<'a>>) -> Vec<Tag<'a>> {
    let mut links = links(text).into_iter().map(|link| link.range).peekable();
    let mut taken = 0;
    tags.retain(|tag| {
        while let Some(link) = links.next_if(|link| link.start < tag.range.start) {
            if link.start >= taken {
                taken = link.end;
            }
        }
        let free = tag.range.start >= taken;
        if free {
            taken = tag.range.end;
        }
        free
    });
    tags
}

/// Finds every cashtag: `$`, one to six letters, and perhaps `.` or `_` with one or two more, behind a space.
pub fn cashtags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    for (at, _) in text.match_indices('$') {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        if before.is_none_or(is_space) {
            tags.extend(cashtag(text, at));
        }
    }
    tags
}

/// Reads the cashtag whose sign is at `at`.
fn cashtag(text: &str, at: usize) -> Option<Tag<'_>> {
    let start = at + 1;
    let letters = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_alphabetic).count();
    let ends = |end: usize| {
        let next = text.get(end..).and_then(|rest| rest.chars().next());
        next.is_none_or(|c| c.is_whitespace() || c == '\u{feff}' || is_punctuation(c))
    };
    let stem = Some(letters(start)).filter(|count| (1..=6).contains(count))?;
    let mut end = start + stem;
    if matches!(text.as_bytes().get(end), Some(b'.' | b'_')) {
        let tail = letters(end + 1);
        if (1..=2).contains(&tail) && ends(end + 1 + tail) {
            end += 1 + tail;
        }
    }
    ends(end).then_some(Tag { range: at..end, word: text.get(start..end)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(tags: Vec<Tag<'_>>) -> Vec<&str> {
        tags.into_iter().map(|tag| tag.word).collect()
    }

    #[test]
    fn a_hashtag_has_a_letter_and_stands_apart() {
        assert_eq!(
            words(hashtags("#a #1 x#b &#c #d#e (#f) ✌️#g ##h #1st #한국어!")),
            ["a", "f", "g", "h", "1st", "한국어"]
        );
    }

    #[test]
    fn a_link_swallows_its_fragment() {
        assert_eq!(words(hashtags("https://a.com/#x #y a.com/#z")), ["y"]);
    }

    #[test]
    fn a_word_that_can_be_a_tag_is_all_of_one() {
        assert!(is_hashtag("OpenDay") && is_hashtag("1st") && is_hashtag("開館日"));
        assert!(!is_hashtag("") && !is_hashtag("2027") && !is_hashtag("Open Day") && !is_hashtag("#Open"));
    }

    #[test]
    fn a_cashtag_is_short_and_behind_a_space() {
        assert_eq!(words(cashtags("$A $BRK.B, x$C $TOOLONGS $a.bcd $1")), ["A", "BRK.B", "a"]);
    }
}
