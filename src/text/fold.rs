//! Where an app shows the beginning of a text, and the rest only to those who ask for it.

use super::platform::Platform;
use unicode_segmentation::UnicodeSegmentation;

/// How much of a text stands in people's feeds before an app folds the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// So many characters as people see them.
    pub characters: Option<usize>,
    /// So many lines; a line that an app has to break is more than one, and only its screen tells.
    pub lines: Option<usize>,
}

/// The most characters that a cut goes back to spare a word.
const WORD_CHARACTERS_MAX: usize = 24;

impl Platform {
    /// Where the platform's own app folds a text; absent where the platform does not say, and where it never does.
    pub const fn fold(self) -> Option<Fold> {
        match self {
            // help.instagram.com/1643471055914254: three lines; 125 characters stand whole in them.
            Platform::Instagram => Some(Fold { characters: Some(125), lines: Some(3) }),
            // bluesky-social/social-app, src/lib/constants.ts: MAX_POST_LINES.
            Platform::Bluesky => Some(Fold { characters: None, lines: Some(25) }),
            // mastodon/mastodon, app/javascript/mastodon/components/status_content.jsx: MAX_HEIGHT, 32 lines.
            Platform::Mastodon => Some(Fold { characters: None, lines: Some(32) }),
            _ => None,
        }
    }
}

impl Fold {
    /// Returns where the text is folded, in bytes; absent where all of it is shown.
    ///
    /// The place is between characters, and before a word rather than in it.
    pub fn place(&self, text: &str) -> Option<usize> {
        let line = self.lines.and_then(|lines| text.match_indices('\n').map(|(at, _)| at).nth(lines - 1));
        let character = self.characters.and_then(|most| {
            let (at, _) = text.grapheme_indices(true).nth(most)?;
            let shown = text.get(..at)?;
            let spared = shown.grapheme_indices(true).rev().take(WORD_CHARACTERS_MAX);
            let mut blanks = spared.filter(|(_, grapheme)| grapheme.chars().all(char::is_whitespace));
            Some(blanks.next().map_or(at, |(blank, _)| blank))
        });
        let place = line.into_iter().chain(character).min()?;
        let rest = text.get(place..)?;
        (!rest.trim().is_empty()).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(platform: Platform, text: &str) -> &str {
        platform.fold().and_then(|fold| fold.place(text)).map_or(text, |at| &text[..at])
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(shown(Platform::Instagram, "Doors open at ten."), "Doors open at ten.");
        let whole = "x".repeat(125);
        assert_eq!(shown(Platform::Instagram, &whole), whole);
        assert_eq!(shown(Platform::Instagram, &format!("{whole} \n")), format!("{whole} \n"));
        assert_eq!(shown(Platform::X, &"word ".repeat(500)), "word ".repeat(500));
    }

    #[test]
    fn a_long_text_is_folded_before_a_word_and_between_characters() {
        let words = "word ".repeat(50);
        assert_eq!(shown(Platform::Instagram, &words), "word ".repeat(25).trim_end());
        let family = "👨\u{200d}👩\u{200d}👧".repeat(200);
        assert_eq!(shown(Platform::Instagram, &family), "👨\u{200d}👩\u{200d}👧".repeat(125));
    }

    #[test]
    fn a_text_of_many_lines_is_folded_behind_a_line() {
        let lines = |n: usize| (1..=n).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(shown(Platform::Bluesky, &lines(40)), lines(25));
        assert_eq!(shown(Platform::Mastodon, &lines(40)), lines(32));
        assert_eq!(shown(Platform::Mastodon, &lines(32)), lines(32));
        assert_eq!(shown(Platform::Instagram, "a\nb\nc\nd"), "a\nb\nc");
    }
}
