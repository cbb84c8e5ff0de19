//! Texts as a reader sees them: letters that look alike made the same, and what cannot be seen left out.
//!
//! A word is known again however it is dressed up: in capitals, in full-width or mathematical letters, with letters of
//! another alphabet that look like ours (Unicode Technical Standard 39, *Confusable Detection*), with marks struck over
//! its letters, with characters between them that nobody sees.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// A text as a reader sees it, in lower case, which knows where each of its letters stands in the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The text.
    pub text: String,
    /// Of each byte, the first byte of the character that it came from and the one behind; none where nothing moved.
    places: Vec<(usize, usize)>,
}

impl Alike {
    /// Makes a text's likeness.
    ///
    /// An accent that is a letter's own makes another letter in most languages (`país` is not `pais`) and none in
    /// English: `accents` says which. One that is written behind its letter is a trick wherever letters have none so.
    pub fn of(text: &str, accents: bool) -> Alike {
        if text.is_ascii() {
            return Alike { text: text.to_ascii_lowercase(), places: Vec::new() };
        }
        let mut alike =
            Alike { text: String::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
        let mut is_plain = false;
        for (at, c) in text.char_indices() {
            let here = (at, at + c.len_utf8());
            if c.is_ascii() {
                is_plain = true;
                alike.push(c.to_ascii_lowercase(), here);
            } else if is_combining_mark(c) {
                if !is_plain && !is_unseen(c) {
                    alike.push(c, here);
                }
            } else if !is_unseen(c) {
                letters(c, accents, &mut |c| alike.push(c, here));
                is_plain = alike.text.chars().next_back().is_none_or(|last| last < '\u{530}');
            }
        }
        alike
    }

    fn push(&mut self, c: char, here: (usize, usize)) {
        self.text.push(c);
        self.places.resize(self.text.len(), here);
    }

    /// Returns where a stretch of the likeness stands in the text itself.
    pub fn place(&self, stretch: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let first = self.places.get(stretch.start).map_or(stretch.start, |place| place.0);
        let last = stretch.end.checked_sub(1).and_then(|last| self.places.get(last));
        first..last.map_or(stretch.end, |place| place.1).max(first)
    }
}

/// Gives the letters that a character shows as.
fn letters(c: char, accents: bool, give: &mut impl FnMut(char)) {
    if let Some(letter) = boxed(c) {
        return give(letter);
    }
    if matches!(
        c,
        '\u{b4}' | '\u{2b9}' | '\u{2bc}' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{ff07}'
    ) {
        return give('\'');
    }
    for c in std::iter::once(c).nfkc() {
        if c.is_ascii() {
            give(c.to_ascii_lowercase());
        } else if let Some(base) = accented(c).filter(|_| !accents) {
            give(base);
        } else if accents && is_latin_with_accent(c) {
            c.to_lowercase().for_each(&mut *give);
        } else {
            match prototype(c) {
                Some(letter) => give(letter),
                None => c.to_lowercase().for_each(|c| give(prototype(c).unwrap_or(c))),
            }
        }
    }
}

/// Returns the English letter or digit that a character looks like.
fn prototype(c: char) -> Option<char> {
    let mut bytes = [0; 4];
    let mut shown = skeleton(c.encode_utf8(&mut bytes));
    let first = shown.next().filter(char::is_ascii_alphanumeric)?;
    // A capital I is shown as a small l: only its own small letter tells what it is.
    let is_capital_i = first == 'l' && c.is_uppercase();
    (!is_capital_i && shown.all(is_combining_mark)).then_some(first.to_ascii_lowercase())
}

/// Returns the letter under a letter's own accent.
fn accented(c: char) -> Option<char> {
    let mut parts = std::iter::once(c).nfd();
    let base = parts.next().filter(char::is_ascii_alphabetic)?;
    parts.all(is_combining_mark).then_some(base.to_ascii_lowercase())
}

/// The letters of European alphabets beyond English ones.
fn is_latin_with_accent(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && c.is_alphabetic()
}

/// Small capitals from a to z, as phonetic alphabets have them; where there is none, the letter itself.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ";

/// Returns the letter in a dark circle or square, in brackets, as a small capital, or as another alphabet's own form of it:
/// what Unicode takes for something else.
fn boxed(c: char) -> Option<char> {
    if let Some(nth) = SMALL_CAPITALS.chars().position(|small| small == c) {
        return char::from_u32(u32::from('a') + u32::try_from(nth).ok()?);
    }
    let nth = match c {
        // The lunate sigma, which becomes a common one.
        '\u{3f2}' | '\u{3f9}' => 2,
        '\u{249c}'..='\u{24b5}' => u32::from(c) - 0x249c,
        '\u{1f150}'..='\u{1f169}' => u32::from(c) - 0x1f150,
        '\u{1f170}'..='\u{1f189}' => u32::from(c) - 0x1f170,
        _ => return None,
    };
    char::from_u32(u32::from('a') + nth)
}

/// Characters that take no room: joiners, marks of direction, fillers, selectors, tags.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns a path as a system has it that tells neither letter case nor Unicode forms apart.
pub fn caseless(path: &str) -> String {
    path.nfc().collect::<String>().to_lowercase().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Alike::of(text, false).text
    }

    #[test]
    fn a_word_is_known_again_however_it_is_dressed() {
        for dressed in [
            "CHEAP",
            "ｃｈｅａｐ",
            "сһеар",
            "СНЕАР",
            "che\u{200b}ap",
            "c\u{ad}heap",
            "ch\u{2060}eap",
            "c\u{336}h\u{336}e\u{336}a\u{336}p\u{336}",
            "che\u{301}ap",
            "chéap",
            "𝐜𝐡𝐞𝐚𝐩",
            "ⓒⓗⓔⓐⓟ",
            "🅲🅷🅴🅰🅿",
            "ϲheap",
            "ᴄʜᴇᴀᴘ",
            "⒞⒣⒠⒜⒫",
            "ᴄheap",
            "che\u{e0061}ap",
            "\u{202d}cheap",
        ] {
            assert_eq!(shown(dressed), "cheap", "{dressed:?}");
        }
        assert_eq!(shown("ﬁt"), "fit");
        assert_eq!(shown("Іll"), "ill");
    }

    #[test]
    fn an_accent_is_a_letter_s_own_where_it_makes_another_word() {
        assert_eq!(Alike::of("PAÍS Straße", true).text, "país straße");
        assert_eq!(shown("PAÍS"), "pais");
        assert_eq!(Alike::of("сһеар chéap", true).text, "cheap chéap");
    }

    #[test]
    fn other_writing_stays_as_it_is() {
        for text in ["開館日", "שָׁלוֹם", "नमस्ते", "สวัสดี", "😀 modem"]
        {
            let alike = Alike::of(text, false);
            assert_eq!(alike.text, Alike::of(&alike.text, false).text, "{text}");
        }
        assert_eq!(shown("modem"), "modem");
        assert_eq!(shown("नमस्ते"), "नमस्ते");
    }

    #[test]
    fn every_letter_knows_its_place() {
        let text = "A сһ\u{200b}еар trick";
        let alike = Alike::of(text, false);
        let at = alike.text.find("cheap").unwrap();
        assert_eq!(&text[alike.place(at..at + 5)], "сһ\u{200b}еар");
        assert_eq!(Alike::of("plain", true).place(1..3), 1..3);
        assert_eq!(alike.place(0..0), 0..0);
    }
}
