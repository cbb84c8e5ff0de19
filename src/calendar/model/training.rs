//! Training: something to read, and a short quiz on it.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use crate::draft::{Digest, Fingerprint, TrainingId};

use super::At;

/// A training.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Its id.
    pub id: TrainingId,
    /// Its file.
    pub file: String,
    /// What it teaches.
    pub title: String,
    /// What is to be read.
    pub text: String,
    /// Which revision it is, for people.
    pub revision: Option<u32>,
    /// The share of the questions that must be right: more than 0, at most 1.
    pub share: f64,
    /// How long it counts; for good if absent.
    pub valid: Option<TimeDelta>,
    /// The first day on which posts wait for it.
    pub since: Option<At<NaiveDate>>,
    /// The questions, in their order.
    pub questions: Vec<QuizQuestion>,
    /// What a pass signs: the words and questions, whatever the comments and the note.
    pub digest: Digest,
}

/// A question of a training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizQuestion {
    /// What is asked.
    pub ask: String,
    /// What is right.
    pub wanted: Wanted,
    /// Why it is so.
    pub why: Option<String>,
}

/// What the right answer to a question is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Some of several options.
    Options {
        /// The options, from the letter `a` on.
        options: Vec<String>,
        /// The places of those that are right.
        right: BTreeSet<usize>,
    },
    /// A few words, in any of these ways.
    Words(Vec<String>),
}

impl Training {
    /// Returns how many questions must be answered right.
    pub fn needed(&self) -> usize {
        let enough = |count: &usize| *count as f64 + 1e-9 >= self.share * self.questions.len() as f64;
        (1..=self.questions.len()).find(enough).unwrap_or(self.questions.len())
    }

    /// Returns which answers are right; a question without an answer is not.
    pub fn mark(&self, answers: &[String]) -> Vec<bool> {
        let answers = answers.iter().map(Some).chain(std::iter::repeat(None));
        let marks = self.questions.iter().zip(answers);
        marks.map(|(question, answer)| answer.is_some_and(|answer| question.is_right(answer))).collect()
    }

    /// Returns how many answers are right, of how many questions, as it is written down.
    pub fn score(&self, marks: &[bool]) -> String {
        format!("{}/{}", marks.iter().filter(|is_right| **is_right).count(), self.questions.len())
    }

    /// Tells whether marks are good enough, of as many answers as there are questions.
    pub fn is_passed(&self, answers: &[String], marks: &[bool]) -> bool {
        let right = marks.iter().filter(|is_right| **is_right).count();
        !self.questions.is_empty() && answers.len() == self.questions.len() && right >= self.needed()
    }
}

impl QuizQuestion {
    /// Tells whether an answer is right: letters in any order and case, or words whatever their case and punctuation.
    pub fn is_right(&self, answer: &str) -> bool {
        match &self.wanted {
            Wanted::Options { options, right } => {
                letters(answer, options.len()).is_some_and(|chosen| chosen == *right)
            }
            Wanted::Words(accepted) => {
                let said = Fingerprint::of(answer);
                said.is_some() && accepted.iter().any(|words| Fingerprint::of(words) == said)
            }
        }
    }

    /// Returns an answer as it is written down: its letters in their order, or its words on one line. Nothing where it is
    /// none: letters that no option has, or no word at all.
    pub fn answer(&self, answer: &str) -> Option<String> {
        match &self.wanted {
            Wanted::Options { options, .. } => {
                let chosen = letters(answer, options.len())?;
                Some(chosen.into_iter().filter_map(letter).collect())
            }
            Wanted::Words(_) => {
                let words: Vec<&str> = answer.split_whitespace().collect();
                Fingerprint::of(answer).map(|_| words.join(" "))
            }
        }
    }

    /// Returns the right answer as people read it.
    pub fn right_answer(&self) -> String {
        match &self.wanted {
            Wanted::Options { options, right } => {
                let named =
                    right.iter().filter_map(|at| Some(format!("{}) {}", letter(*at)?, options.get(*at)?)));
                named.collect::<Vec<_>>().join("; ")
            }
            Wanted::Words(accepted) => accepted.join(", or "),
        }
    }
}

/// The most options that a question has: one for each letter.
pub(in crate::calendar) const OPTIONS_MAX: usize = 26;

/// Returns the letter of an option.
pub(in crate::calendar) fn letter(at: usize) -> Option<char> {
    ('a'..='z').nth(at)
}

/// Returns the places of the options that an answer names by their letters, such as `b` or `a+c`; nothing where it names
/// none, or one that is not there.
fn letters(answer: &str, options: usize) -> Option<BTreeSet<usize>> {
    let named = answer.chars().filter(|c| !c.is_whitespace() && !matches!(c, '+' | ')' | '.' | ';' | '&'));
    let place = |c: char| ('a'..='z').position(|letter| letter == c.to_ascii_lowercase());
    let places: BTreeSet<usize> =
        named.map(|c| place(c).filter(|at| *at < options)).collect::<Option<_>>()?;
    (!places.is_empty()).then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(wanted: Wanted) -> QuizQuestion {
        QuizQuestion { ask: "Which?".to_owned(), wanted, why: None }
    }

    #[test]
    fn letters_are_right_in_any_order_and_case_and_no_other_is() {
        let options = ["One", "Two", "Three"].map(str::to_owned).to_vec();
        let asked = question(Wanted::Options { options, right: BTreeSet::from([0, 2]) });
        for right in ["ac", "C A", "a+c", "a) c)", "cac"] {
            assert!(asked.is_right(right), "{right}");
        }
        for wrong in ["", "a", "abc", "d", "ac d", "One", "1", "ä"] {
            assert!(!asked.is_right(wrong), "{wrong}");
        }
        assert_eq!(asked.answer("C+a").as_deref(), Some("ac"));
        assert_eq!((asked.answer("d"), asked.answer("")), (None, None));
        assert_eq!(asked.right_answer(), "a) One; c) Three");
    }

    #[test]
    fn words_are_right_whatever_their_case_and_punctuation() {
        let asked = question(Wanted::Words(vec!["Alt text".to_owned(), "a description".to_owned()]));
        assert!(asked.is_right("alt  TEXT.") && asked.is_right("A description") && !asked.is_right("text"));
        assert!(!asked.is_right("!!"));
        assert_eq!(asked.answer(" Alt\n text "), Some("Alt text".to_owned()));
    }

    #[test]
    fn a_share_of_the_questions_is_enough() {
        let all = |share: f64, count: usize| Training {
            id: TrainingId::new("a").unwrap(),
            file: String::new(),
            title: String::new(),
            text: String::new(),
            revision: None,
            share,
            valid: None,
            since: None,
            questions: vec![question(Wanted::Words(vec!["yes".to_owned()])); count],
            digest: Digest::of(b""),
        };
        assert_eq!(
            [all(1.0, 5), all(0.8, 5), all(0.7, 3), all(0.01, 3)].map(|one| one.needed()),
            [5, 4, 3, 1]
        );
        let three = all(0.6, 3);
        let said = ["yes", "no", "Yes!"].map(str::to_owned);
        let marks = three.mark(&said);
        assert_eq!((marks.clone(), three.score(&marks)), (vec![true, false, true], "2/3".to_owned()));
        assert!(three.is_passed(&said, &marks) && !all(1.0, 3).is_passed(&said, &marks));
        assert!(!three.is_passed(&said[..2], &marks), "every question is answered");
    }
}
