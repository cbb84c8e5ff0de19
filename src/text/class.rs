//! The classes of characters that X's rules are written in (`twitter-text`, js/src/regexp).

use unicode_normalization::char::is_combining_mark;

/// Letters of European alphabets with an accent, and the marks that make one.
pub(super) fn is_latin_accent(c: char) -> bool {
    matches!(c,
        '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{253}' | '\u{254}' | '\u{256}'
        | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}' | '\u{26f}' | '\u{272}' | '\u{289}'
        | '\u{28b}' | '\u{2bb}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// Letters and marks of the Cyrillic block.
pub(super) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4ff}')
}

/// Punctuation that no part of a domain may hold; `-`, `_` and `.` are ruled on apart.
pub(super) fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '"' | '`')
}

/// Spaces, as X counts them.
pub(super) fn is_space(c: char) -> bool {
    matches!(c,
        '\u{9}'..='\u{d}' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Marks that steer the direction of writing and are not seen.
pub(super) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that X takes in no post.
pub(super) fn is_refused(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A letter or a mark: the general categories L and M.
pub(super) fn is_letter_or_mark(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    // `Alphabetic` is wider than L and M by letter-like numbers and by letters in circles and squares.
    let letter_like = c.is_numeric() || matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}');
    (c.is_alphabetic() && !letter_like) || is_combining_mark(c)
}

/// A character that may stand anywhere in a hashtag.
pub(super) fn is_hashtag_part(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    is_letter_or_mark(c) || is_digit(c) || is_hashtag_joiner(c)
}

/// Signs that hashtags of some script need: joiners, wave dashes, the Catalan dot.
fn is_hashtag_joiner(c: char) -> bool {
    matches!(
        c,
        '\u{200c}'
            | '\u{200d}'
            | '\u{a67e}'
            | '\u{5be}'
            | '\u{5f3}'
            | '\u{5f4}'
            | '\u{ff5e}'
            | '\u{301c}'
            | '\u{309b}'
            | '\u{309c}'
            | '\u{30a0}'
            | '\u{30fb}'
            | '\u{3003}'
            | '\u{f0b}'
            | '\u{f0c}'
            | '\u{b7}'
    )
}

/// A decimal digit of some script: the general category Nd, outside ASCII.
fn is_digit(c: char) -> bool {
    if !c.is_numeric() {
        return false;
    }
    let after = ZEROS.partition_point(|zero| *zero <= c);
    let zero = after.checked_sub(1).and_then(|at| ZEROS.get(at));
    zero.is_some_and(|zero| u32::from(c) - u32::from(*zero) < 10) || matches!(c, '\u{1d7ce}'..='\u{1d7ff}')
}

/// Where each script's ten digits begin.
#[rustfmt::skip]
static ZEROS: [char; 60] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}',
    '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}',
    '\u{1c40}', '\u{1c50}', '\u{a620}', '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}',
    '\u{abf0}', '\u{ff10}', '\u{104a0}', '\u{10d30}', '\u{11066}', '\u{110f0}', '\u{11136}', '\u{111d0}',
    '\u{112f0}', '\u{11450}', '\u{114d0}', '\u{11650}', '\u{116c0}', '\u{11730}', '\u{118e0}', '\u{11950}',
    '\u{11c50}', '\u{11d50}', '\u{11da0}', '\u{16a60}', '\u{16ac0}', '\u{16b50}', '\u{1e140}', '\u{1e2f0}',
    '\u{1e950}', '\u{1fbf0}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_marks_and_digits_are_told_from_their_look_alikes() {
        assert!(ZEROS.is_sorted());
        for c in ['a', 'é', 'ß', '漢', 'ア', '\u{301}', '\u{94d}', 'ﾞ', '\u{20021}'] {
            assert!(is_letter_or_mark(c), "{c:?}");
        }
        for c in ['1', '٣', 'Ⅷ', 'Ⓐ', '①', '_', ' ', '〇', '〡', '😀', '\u{1f170}'] {
            assert!(!is_letter_or_mark(c), "{c:?}");
        }
        for c in ['٣', '९', '９', '\u{1d7ff}', '\u{104a0}'] {
            assert!(is_hashtag_part(c), "{c:?}");
        }
        assert!(!is_hashtag_part('①') && !is_hashtag_part('½'));
    }
}
