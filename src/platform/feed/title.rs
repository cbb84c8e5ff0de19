//! The title of an entry, which Atom demands (RFC 4287 §4.1.2) and most posts do not have.

use unicode_segmentation::UnicodeSegmentation;

use crate::draft::Draft;

/// The longest title made of a text, in graphemes.
const LONGEST: usize = 80;

/// The shortest sentence that makes a title: what ends sooner is an abbreviation or a cry.
const SHORTEST: usize = 12;

/// Returns a draft's title: the author's, else the warning that stands before the text, else its first sentence,
/// else what its first picture shows, its link, or the feed's title. A part of a thread says which it is.
pub fn of(draft: &Draft, feed: &str) -> String {
    let candidates = [
        draft.title.clone(),
        // The beginning of a text that readers are warned of must not stand in every list of titles.
        draft.warning.clone(),
        first_sentence(&draft.text),
        draft.media.iter().find_map(|media| media.alt.as_deref()).and_then(first_sentence),
        draft.link.clone(),
    ];
    let title = candidates.into_iter().flatten().find(|title| !title.trim().is_empty());
    let title = one_line(&title.unwrap_or_else(|| feed.to_owned()));
    if draft.parts > 1 { format!("{title} ({}/{})", draft.slot.part, draft.parts) } else { title }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the first sentence of a text, without its full stop, cut at a word where it is long.
pub fn first_sentence(text: &str) -> Option<String> {
    let line = one_line(text.lines().find(|line| !line.trim().is_empty())?);
    let sentence = line.get(..end_of_sentence(&line)).unwrap_or(&line);
    let whole = sentence.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(sentence);
    let graphemes: Vec<(usize, &str)> = whole.grapheme_indices(true).collect();
    let Some((cut, _)) = graphemes.get(LONGEST) else { return Some(whole.to_owned()) };
    let begun = whole.get(..*cut).unwrap_or(whole);
    let words = begun.rsplit_once(' ').map(|(words, _)| words).filter(|words| words.len() * 2 > begun.len());
    let kept = words.unwrap_or(begun).trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-".contains(c));
    Some(format!("{kept}…"))
}

fn end_of_sentence(line: &str) -> usize {
    let mut chars = line.char_indices().enumerate().peekable();
    while let Some((count, (at, c))) = chars.next() {
        let next = chars.peek().map(|(_, (_, next))| *next);
        let ends = match c {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' | '؟' | '।' => {
                count + 1 >= SHORTEST && next.is_none_or(char::is_whitespace)
            }
            _ => false,
        };
        if ends {
            return at + c.len_utf8();
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_makes_a_title() {
        let cases = [
            ("Doors open at ten. Bring a child.", "Doors open at ten"),
            ("\n\n  Which film   shall we show? Vote!\nmore", "Which film shall we show?"),
            ("Fog. The lighthouse is a rumour.", "Fog. The lighthouse is a rumour"),
            ("港の博物館へようこそ。入場無料。", "港の博物館へようこそ。"),
            ("And then silence...", "And then silence..."),
            ("At museum.example we open at 10.30 today", "At museum.example we open at 10.30 today"),
            ("مرحبا بكم في المتحف؟ نعم", "مرحبا بكم في المتحف؟"),
        ];
        for (text, title) in cases {
            assert_eq!(first_sentence(text).as_deref(), Some(title));
        }
        assert_eq!(first_sentence(" \n\n"), None);
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_word_and_never_within_a_character() {
        let words = first_sentence(&"harbour, ".repeat(30)).unwrap();
        assert!(words.ends_with("harbour…"), "{words}");
        let one = first_sentence(&"👩‍🚀".repeat(200)).unwrap();
        assert_eq!(one, format!("{}…", "👩‍🚀".repeat(LONGEST)));
    }
}
