//! Foreign text made safe to show.

use super::{class, emoji};
use std::borrow::Cow;
use std::fmt::Write;

/// What becomes of line breaks and tabs when a text is made visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaks {
    /// They stay; for text that may fill many lines.
    Keep,
    /// They are shown as `␊` and `␉`; for text that must stay on its line.
    Show,
}

/// Makes visible what a terminal would obey or an eye would miss.
///
/// Control characters become their pictures (`␛`), other characters that cannot be seen their numbers
/// (`<U+202E>`): those that turn the direction of writing, that have no width, that are no characters. What
/// an emoji is made of stays, and so do the joiners that Arabic and the scripts of India write with. A lone
/// carriage return is shown, since it writes over its line.
pub fn visible(text: &str, breaks: Breaks) -> Cow<'_, str> {
    let keeps = |b: u8| breaks == Breaks::Keep && matches!(b, b'\n' | b'\t');
    if text.bytes().all(|b| matches!(b, b' '..=b'~') || keeps(b)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut copied = 0;
    let mut invisible_until = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if at < invisible_until || !is_risky(c) || (breaks == Breaks::Keep && matches!(c, '\n' | '\t')) {
            continue;
        }
        let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
        // A flag's letters are tags that cannot be seen; the flag keeps them all.
        if c == '\u{1f3f4}' {
            invisible_until = at + emoji::prefix(rest).unwrap_or_default();
            continue;
        }
        if emoji::binds(before, c, text.get(end..).unwrap_or_default()) || joins_letters(before, c, rest) {
            continue;
        }
        shown.push_str(text.get(copied..at).unwrap_or_default());
        push_shown(&mut shown, c);
        copied = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Whether a character may have to be shown by another; the black flag is one that tags may follow.
fn is_risky(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        c if c < '\u{ad}' => false,
        '\u{1f3f4}' => true,
        c => class::is_direction_mark(c) || is_unseen(c) || (u32::from(c) & 0xfffe) == 0xfffe,
    }
}

/// Whether a character leaves no mark: no width, a filler, a separator of lines, a selector, a tag.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a joiner or non-joiner stands where writing needs it: behind a letter or mark of a script that
/// joins.
fn joins_letters(before: &str, c: char, rest: &str) -> bool {
    let is_joining = |c: char| {
        matches!(c, '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{a840}'..='\u{abff}' | '\u{fb50}'..='\u{fdcf}'
            | '\u{fe70}'..='\u{fefc}' | '\u{11000}'..='\u{11fff}')
            && class::is_letter_or_mark(c)
    };
    matches!(c, '\u{200c}' | '\u{200d}')
        && before.chars().next_back().is_some_and(is_joining)
        && rest.chars().nth(1).is_some_and(is_joining)
}

/// Writes what stands for a character.
fn push_shown(shown: &mut String, c: char) {
    let picture = match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('␡'),
        _ => None,
    };
    match picture {
        Some(picture) => shown.push(picture),
        // Writing into a string cannot fail.
        None => _ = write!(shown, "<U+{:04X}>", u32::from(c)),
    }
}

/// Returns words as Markdown shows them as they are, on one line.
pub fn markdown(words: &str) -> String {
    let mut safe = String::with_capacity(words.len());
    for c in visible(words, Breaks::Show).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(visible("\u{1b}[31mred\u{7}\u{7f}", Breaks::Keep), "␛[31mred␇␡");
        assert_eq!(visible("\u{9b}31m", Breaks::Keep), "<U+009B>31m");
        assert_eq!(visible("a\rb\r\nc", Breaks::Keep), "a␍b␍\nc");
        assert_eq!(visible("a\nb\tc", Breaks::Show), "a␊b␉c");
    }

    #[test]
    fn what_an_eye_misses_is_shown() {
        assert_eq!(
            visible("a\u{202e}b\u{200b}c\u{2066}\u{feff}", Breaks::Keep),
            "a<U+202E>b<U+200B>c<U+2066><U+FEFF>"
        );
        assert_eq!(visible("a\u{200d}b\u{ad}\u{e0041}", Breaks::Keep), "a<U+200D>b<U+00AD><U+E0041>");
        assert_eq!(visible("x\u{fe0f}\u{ffff}\u{2028}", Breaks::Keep), "x<U+FE0F><U+FFFF><U+2028>");
    }

    #[test]
    fn what_writing_needs_stays_and_costs_nothing() {
        let texts = [
            "plain\n\ttext",
            "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥 1\u{fe0f}\u{20e3} 👨🏾\u{200d}🎤 ✌\u{fe0e}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} \u{1f3f4}\u{200d}☠\u{fe0f}",
            "می\u{200c}خواهم ශ\u{dca}\u{200d}රී e\u{301} 漢字",
        ];
        for text in texts {
            assert!(matches!(visible(text, Breaks::Keep), Cow::Borrowed(_)), "{text:?}");
        }
    }
}
