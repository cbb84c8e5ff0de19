//! Words looked for in texts, whole and however they are dressed up.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::text::Alike;

/// The most bytes that a list of words takes: more than a file can hold.
const SIZE_LIMIT_BYTES: usize = 256 << 20;

/// Words to look for.
pub(super) struct Matcher {
    /// Without the accents of their letters.
    plain: Option<Regex>,
    /// With them, where there are any.
    accented: Option<Regex>,
}

impl Matcher {
    /// Makes words ready to be looked for: each whole, in any case, with any space or dash between its parts.
    pub(super) fn new(words: &[String]) -> Matcher {
        let plain = built(words, false);
        let accented =
            if words.iter().all(|word| word.is_ascii()) { plain.clone() } else { built(words, true) };
        Matcher { plain, accented }
    }

    /// Finds the words in a text. `accents` tells whether an accent makes another word.
    pub(super) fn find(&self, text: &str, accents: bool) -> Vec<Range<usize>> {
        let regex = if accents { &self.accented } else { &self.plain };
        let Some(regex) = regex else { return Vec::new() };
        let alike = Alike::of(text, accents);
        let found = regex.find_iter(&alike.text).filter(|found| !runs_on(&alike.text, found.end()));
        found.map(|found| alike.place(found.range())).collect()
    }

    /// Tells whether any of the words is in a text.
    pub(super) fn is_in(&self, text: &str, accents: bool) -> bool {
        !self.find(text, accents).is_empty()
    }
}

fn built(words: &[String], accents: bool) -> Option<Regex> {
    use unicode_normalization::UnicodeNormalization as _;
    let mut words: Vec<String> = words
        .iter()
        .map(|word| Alike::of(&word.nfc().collect::<String>(), accents).text)
        .filter(|word| !word.chars().all(is_gap))
        .collect();
    // Of two words that begin alike the longer is looked for first.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let words: Vec<String> = words.iter().map(|word| pattern(word)).collect();
    let regex = RegexBuilder::new(&words.join("|")).size_limit(SIZE_LIMIT_BYTES).build();
    regex.ok().filter(|_| !words.is_empty())
}

fn pattern(word: &str) -> String {
    let parts: Vec<String> = word.split(is_gap).filter(|part| !part.is_empty()).map(regex::escape).collect();
    let edge = |c: Option<char>| if c.is_some_and(is_parted) { r"\b" } else { "" };
    let (first, last) = (word.chars().next(), word.chars().next_back());
    format!("{}{}{}", edge(first), parts.join(r"[\s\p{Pd}]+"), edge(last))
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}')
}

/// Tells whether words of a letter's writing are parted from each other: Chinese, Japanese, Thai and some more are not.
fn is_parted(c: char) -> bool {
    let runs_together = matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    (c.is_alphanumeric() || c == '_') && !runs_together
}

/// Tells whether a word goes on behind an apostrophe: `can't` is not `can`, but `museum's` is `museum`.
fn runs_on(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix('\'') else { return false };
    let more: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    !more.is_empty() && more != "s"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], text: &str, accents: bool) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Matcher::new(&words).find(text, accents).into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        let words = ["cheap", "cheaper", "world class", "#sp", "C++"];
        assert_eq!(
            found(&words, "Cheap, CHEAPER: a world-class, World\nclass tale #sp c++", false),
            ["Cheap", "CHEAPER", "world-class", "World\nclass", "#sp", "c++"]
        );
        assert_eq!(found(&words, "cheapest, uncheap, cheap2, #spring, worldclass", false), [""; 0]);
        assert_eq!(found(&["can"], "You can't; the can's lid", false), ["can"]);
    }

    #[test]
    fn a_trick_does_not_pass() {
        for text in ["сhеаp", "ｃｈｅａｐ", "ch\u{200b}eap", "c\u{336}h\u{336}eap", "chéap", "CHE\u{ad}AP"]
        {
            assert_eq!(found(&["cheap"], &format!("So {text}!"), false), [text]);
        }
    }

    #[test]
    fn an_accent_makes_another_word_but_in_english() {
        assert_eq!(found(&["pais"], "o país e os pais", true), ["pais"]);
        assert_eq!(found(&["país"], "o país e os pais", true), ["país"]);
        assert_eq!(found(&["cafe"], "the café", false), ["café"]);
        assert_eq!(found(&["pai\u{301}s"], "o país", true), ["país"]);
    }

    #[test]
    fn words_are_found_in_writing_without_spaces() {
        assert_eq!(found(&["無料"], "入館は無料です", false), ["無料"]);
        assert_eq!(found(&["ฟรี"], "เข้าฟรีทุกวัน", true), ["ฟรี"]);
    }

    #[test]
    fn no_words_are_found_nowhere() {
        assert_eq!(found(&[], "anything", false), [""; 0]);
        assert_eq!(found(&["\u{200b}", "-"], "any-thing \u{200b}", false), [""; 0]);
    }
}
