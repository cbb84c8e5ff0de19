//! Text in the columns of a terminal.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What stands for the rest of a text.
const ELLIPSIS: &str = "…";

/// The columns that a text takes on one line; make it [visible](super::visible) before.
pub fn display_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Shortens a text to a number of columns, with `…` where it was cut; nothing is left of it in no columns.
pub fn ellipsize(text: &str, columns: usize) -> String {
    if display_width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let next = at + grapheme.len();
        if text.get(..next).map_or(0, display_width) > room {
            break;
        }
        end = next;
    }
    let mut short = text.get(..end).unwrap_or_default().trim_end().to_owned();
    short.push_str(ELLIPSIS);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_it_is_drawn() {
        assert_eq!(display_width("plain"), 5);
        assert_eq!(display_width("漢字"), 4);
        assert_eq!(display_width("e\u{301}"), 1);
        assert_eq!(display_width("👨‍👩‍👧"), 2);
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis() {
        assert_eq!(ellipsize("short", 5), "short");
        assert_eq!(ellipsize("a longer text", 8), "a longe…");
        assert_eq!(ellipsize("a longer text", 3), "a…");
        assert_eq!(ellipsize("漢字漢字", 4), "漢…");
        assert_eq!(ellipsize("漢字", 1), "…");
        assert_eq!(ellipsize("漢字", 0), "");
    }
}
