//! Facts that posts say: whether they say them right, and whether they may still.

use std::ops::Range;

use chrono::NaiveDate;
use regex::Regex;

use crate::draft::Fingerprint;
use crate::finding::{Code, Finding};

use super::super::super::format::pattern;
use super::super::super::format::word::shown;
use super::super::super::{Calendar, Fact, Post};
use super::matcher::Matcher;
use super::moment;
use super::said::Said;

/// A fact, ready to be looked for.
pub(super) struct Claim<'a> {
    fact: &'a Fact,
    pattern: Option<Regex>,
    words: Vec<Matcher>,
}

impl<'a> Claim<'a> {
    pub(super) fn new(fact: &'a Fact) -> Claim<'a> {
        // What is no pattern has been told where it was read.
        let pattern = fact.pattern.as_ref().and_then(|pattern| pattern::compile(pattern).ok());
        let words = fact.words.iter().map(|word| Matcher::new(std::slice::from_ref(word))).collect();
        Claim { fact, pattern, words }
    }

    /// Finds where a text says otherwise than the fact, or says it when it must be looked up again.
    pub(super) fn hear(
        &self,
        calendar: &Calendar,
        post: &Post,
        said: &Said<'_>,
        findings: &mut Vec<Finding>,
    ) {
        for (range, value) in self.made(said) {
            let place = said.place(range);
            if let (Some(said), Some(fact)) = (&value, &self.fact.value)
                && !is_same(said, fact)
            {
                let message = format!("this is not what we know: {}", self.told());
                let finding = Finding::new(Code::FactContradicted, &post.file, message).at(place.clone());
                findings.push(
                    finding
                        .graded(self.fact.severity)
                        .label(format!("known is {}", shown(fact)))
                        .help(format!("write {}, or mend the fact by its source", shown(fact)))
                        .related(&self.fact.file, Some(self.fact.statement.span.clone()), "the fact"),
                );
            }
            findings.extend(self.expired(calendar, post).map(|(day, expires)| {
                let message = format!("what is said on {day} was to be looked up again by {expires}");
                let finding = Finding::new(Code::FactExpired, &post.file, message).at(place.clone());
                let span = self.fact.expires.as_ref().map(|at| at.span.clone());
                finding
                    .graded(self.fact.severity)
                    .label("may not be so any more")
                    .help(format!(
                        "ask the source ({}), and give the fact a new day",
                        shown(&self.fact.source)
                    ))
                    .related(&self.fact.file, span, "the last day")
            }));
        }
    }

    fn told(&self) -> String {
        self.fact.statement.value.trim_end_matches('.').to_owned()
    }

    /// Returns the first day on which the post goes out too late, and the fact's last day.
    fn expired(&self, calendar: &Calendar, post: &Post) -> Option<(NaiveDate, NaiveDate)> {
        let expires = self.fact.expires.as_ref()?.value;
        let days = moment::moments(calendar, post).into_iter().map(|(day, _)| day);
        days.into_iter().find(|day| *day > expires).map(|day| (day, expires))
    }

    /// Finds where a text speaks of the fact, and the value that it says, if any.
    fn made(&self, said: &Said<'_>) -> Vec<(Range<usize>, Option<String>)> {
        let text = said.text;
        let mut made = Vec::new();
        if let Some(pattern) = &self.pattern {
            for found in pattern.captures_iter(text) {
                let Some(whole) = found.get(0).filter(|whole| !whole.is_empty()) else { continue };
                let value = found.name("value");
                let range = value.map_or(whole.range(), |value| value.range());
                made.push((range, value.map(|value| value.as_str().to_owned())));
            }
        }
        if self.words.is_empty() {
            return made;
        }
        // Most texts do not speak of it, which the first word shows.
        let is_in = |text: &str| self.words.iter().all(|word| word.is_in(text, said.has_accents()));
        if !is_in(text) {
            return made;
        }
        for range in sentences(text) {
            let sentence = text.get(range.clone()).unwrap_or_default();
            if is_in(sentence) {
                made.push(self.number(sentence, range.start));
            }
        }
        made
    }

    /// Returns the number that a sentence says: the fact's, where it is there.
    fn number(&self, sentence: &str, start: usize) -> (Range<usize>, Option<String>) {
        let numbers = numbers(sentence);
        let right = self.fact.value.as_ref().and_then(|value| {
            numbers
                .iter()
                .find(|range| sentence.get((*range).clone()).is_some_and(|said| is_same(said, value)))
        });
        match right.or(numbers.first()) {
            Some(range) => {
                let said = sentence.get(range.clone()).map(str::to_owned);
                (start + range.start..start + range.end, said)
            }
            None => (start..start + sentence.trim_end().len(), None),
        }
    }
}

/// Returns the sentences of a text: up to a full stop, a mark, or a line's end.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let ends = c == '\n' || matches!(c, '.' | '!' | '?' | '…') && next.is_none_or(char::is_whitespace);
        if ends {
            found.push(start..at + c.len_utf8());
            start = at + c.len_utf8();
        }
    }
    found.push(start..text.len());
    found.retain(|range| text.get(range.clone()).is_some_and(|sentence| !sentence.trim().is_empty()));
    found
}

/// Returns where the numbers of a text stand, with the marks inside them.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        match found.last_mut() {
            Some(last)
                if text.get(last.end..at).is_some_and(|gap| {
                    matches!(gap, "" | "." | "," | "'" | "’" | " " | "\u{a0}" | "\u{202f}")
                        && (gap != " " || is_group(text, at))
                }) =>
            {
                last.end = at + c.len_utf8();
            }
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// Tells whether three digits and no more stand at a place, as behind a space in `12 400`.
fn is_group(text: &str, at: usize) -> bool {
    let digits = text.get(at..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}

/// Tells whether two values are the same: numbers however their digits are grouped, words blind to case.
fn is_same(one: &str, other: &str) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => Fingerprint::of(one) == Fingerprint::of(other),
    }
}

/// Reads a number as whole digits and digits behind the point. A mark before three digits groups them.
fn number(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_digit() || ".,'’ \u{a0}\u{202f}".contains(c)) {
        return None;
    }
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (last, before) = parts.split_last()?;
    let is_point = !before.is_empty() && last.len() != 3 && text.contains(['.', ',']);
    let (whole, rest) =
        if is_point { (before.concat(), (*last).to_owned()) } else { (parts.concat(), String::new()) };
    let whole = whole.trim_start_matches('0');
    Some((whole.to_owned(), rest.trim_end_matches('0').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for same in ["12400", "12,400", "12.400", "12 400", "12\u{202f}400", "12’400", "012400", "12,400.0"]
        {
            assert!(is_same(same, "12400"), "{same}");
        }
        for other in ["12401", "1240", "12.4", "12,40", "124,00"] {
            assert!(!is_same(other, "12400"), "{other}");
        }
        assert!(is_same("3,5", "3.5") && is_same("Two!", "two") && !is_same("two", "2"));
    }

    #[test]
    fn sentences_and_numbers_are_found() {
        let text = "It weighs 3.5 tons. In 1912 there were 12 400 of 20 000, 4 of them red\nLast";
        let parts: Vec<&str> = sentences(text).into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(
            parts,
            ["It weighs 3.5 tons.", "In 1912 there were 12 400 of 20 000, 4 of them red", "Last"]
        );
        let found: Vec<&str> = numbers(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["3.5", "1912", "12 400", "20 000", "4"]);
    }
}
