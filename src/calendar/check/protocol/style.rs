//! What a text says and how: words, patterns, capitals, emoji, ease.

use std::ops::Range;

use regex::Regex;

use crate::finding::{Code, Finding};
use crate::text::{self, addresses, has_ease};

use super::super::super::format::word::shown;
use super::super::super::{Protocol, ProtocolRule};
use super::super::Copy;
use super::matcher::Matcher;
use super::said::{Part, Said};
use super::{Breach, Flaw};

/// Finds words that must not be said.
pub(super) fn forbidden(words: &Matcher, instead: Option<&str>, said: &Said<'_>) -> Vec<Flaw> {
    let flaw = |range: Range<usize>| Flaw {
        label: "not said here".to_owned(),
        help: match instead {
            Some(instead) => format!("say {}", shown(instead)),
            None => "say it in other words".to_owned(),
        },
        range,
    };
    words.find(said.text, said.has_accents()).into_iter().map(flaw).collect()
}

/// Finds what a text must not match.
pub(super) fn pattern(pattern: &Regex, said: &Said<'_>) -> Vec<Flaw> {
    let found = pattern.find_iter(said.text).filter(|found| !found.is_empty()).map(|found| Flaw {
        range: found.range(),
        label: "not written so".to_owned(),
        help: "write it otherwise".to_owned(),
    });
    found.collect()
}

/// Finds what a post must say and does not.
pub(super) fn required(copy: &Copy<'_>, words: &[Matcher], said: &[Said<'_>]) -> Vec<Breach> {
    let is_said = |words: &Matcher| said.iter().any(|said| words.is_in(said.text, said.has_accents()));
    match words.iter().all(is_said) {
        true => Vec::new(),
        false => vec![unsaid(copy, said)],
    }
}

/// Finds that no text of a post has a pattern in it.
pub(super) fn required_pattern(copy: &Copy<'_>, pattern: &Regex, said: &[Said<'_>]) -> Vec<Breach> {
    match said.iter().any(|said| pattern.is_match(said.text)) {
        true => Vec::new(),
        false => vec![unsaid(copy, said)],
    }
}

/// Says that something is missing from the post's own text.
fn unsaid(copy: &Copy<'_>, said: &[Said<'_>]) -> Breach {
    let text = said.iter().find(|said| said.part == Part::Text(0));
    Breach {
        span: text.map(|said| said.span().clone()).or_else(|| copy.to()),
        label: "does not say it".to_owned(),
        help: "add what the rule asks for".to_owned(),
    }
}

/// Finds words in capitals throughout; tags, mentions and links are no words.
pub(super) fn capitals(allowed: &[String], least: u32, text: &str) -> Vec<Flaw> {
    let links = addresses(text);
    let mut flaws = Vec::new();
    let mut start = 0;
    for token in text.split_inclusive(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’'))) {
        let at = start;
        start += token.len();
        let word = token.trim_end_matches(|c: char| !c.is_alphanumeric());
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let is_loud = letters >= least as usize
            && word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase)
            && !allowed.iter().any(|known| known == word);
        let is_name = text.get(..at).is_some_and(|before| before.ends_with(['#', '@', '＃', '_']));
        if is_loud && !is_name && !links.iter().any(|link| link.contains(&at)) {
            flaws.push(Flaw {
                range: at..at + word.len(),
                label: "all in capitals".to_owned(),
                help: format!("write `{}`, or add it to the rule's `allowed`", shown(&lowered(word))),
            });
        }
    }
    flaws
}

/// Returns a word with its first letter alone in capitals.
fn lowered(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        std::iter::once(first).chain(chars.flat_map(char::to_lowercase)).collect()
    })
}

/// Finds the first emoji that is one too many.
pub(super) fn emoji(most: u32, text: &str) -> Vec<Flaw> {
    let flaw = |range: Range<usize>| Flaw {
        label: "one too many".to_owned(),
        help: match most {
            0 => "take it out".to_owned(),
            most => format!("leave {most} at most: a screen reader says each by its name"),
        },
        range,
    };
    text::emoji(text).nth(most as usize).map(flaw).into_iter().collect()
}

/// Finds that a text is harder to read than it may be.
pub(super) fn reading_ease(least: f64, languages: &[String], said: &Said<'_>) -> Vec<Flaw> {
    let Some(language) = said.language.filter(|language| is_of(languages, language)) else {
        return Vec::new();
    };
    let Some(score) = text::ease(said.text, language).filter(|score| *score < least) else {
        return Vec::new();
    };
    vec![Flaw {
        range: 0..said.text.len(),
        label: format!("scores {}, and {least} is the least", score.floor()),
        help: "use shorter sentences and shorter words".to_owned(),
    }]
}

/// Tells whether a rule's list of languages has a language in it; an empty one has all.
fn is_of(languages: &[String], language: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
    languages.is_empty() || languages.iter().any(|known| primary(known) == primary(language))
}

/// Says that a rule of reading ease cannot judge a text's language.
pub(super) fn unjudged(
    protocol: &Protocol,
    rule: &ProtocolRule,
    languages: &[String],
    said: &Said<'_>,
) -> Option<Finding> {
    let (message, help) = match said.language {
        Some(language) if has_ease(language) || !is_of(languages, language) => return None,
        Some(language) => (
            format!(
                "there is no formula of reading ease for `{}`, in which there are posts",
                shown(language)
            ),
            "name the languages that the rule is for: `languages = [\"en\"]`",
        ),
        None => (
            "the rule judges no text whose language nobody says".to_owned(),
            "add `language` to kalends.toml, or to the posts",
        ),
    };
    let finding = Finding::new(Code::RuleLanguage, &protocol.file, message).at(rule.say.span.clone());
    Some(finding.label("cannot be judged").help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loud(text: &str) -> Vec<&str> {
        let allowed = ["NASA".to_owned(), "COVID-19".to_owned()];
        capitals(&allowed, 3, text).into_iter().map(|flaw| &text[flaw.range]).collect()
    }

    #[test]
    fn only_words_are_loud() {
        assert_eq!(
            loud("FREE entry! NASA, #FREE @FREE a_FREE OK, https://a.example/FREE ÁGUA DON'T"),
            ["FREE", "ÁGUA", "DON'T"]
        );
        assert_eq!(loud("I am A. 100 km, 1ST, 19:00, 開館日"), [""; 0]);
        assert_eq!(loud("ＦＲＥＥ"), ["ＦＲＥＥ"]);
    }

    #[test]
    fn emoji_are_counted_as_people_see_them() {
        assert!(emoji(2, "👨‍👩‍👧‍👦 and 🇵🇹").is_empty());
        let text = "⚓⛵🐋";
        assert_eq!(&text[emoji(2, text)[0].range.clone()], "🐋");
        assert_eq!(emoji(0, "🐋").len(), 1);
    }
}
