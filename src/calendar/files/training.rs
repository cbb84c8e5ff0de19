//! Trainings, read.

use std::collections::BTreeSet;

use crate::draft::{Digest, Fingerprint};
use crate::finding::{Code, Span};

use super::super::format::word::shown;
use super::super::format::{IdName, Sheet};
use super::super::model::{At, OPTIONS_MAX, QuizQuestion, Training, Wanted};
use super::text;
use crate::time::nearest;

/// Reads a training.
pub(super) fn training(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Training> {
    let asked = sheet.sheets("question");
    if asked.as_ref().is_some_and(Vec::is_empty) && !sheet.is_faulty() {
        let help = "write one: `[[question]]`, with `ask`, `options` and `answer`";
        let span = sheet.place("question").unwrap_or_else(|| sheet.span.clone());
        sheet.bad_quiz(span, "the training asks nothing", "no question", help);
    }
    Some(Training {
        title: text(sheet, "title").unwrap_or_default(),
        text: sheet.words("text").map(|words| words.text).unwrap_or_default(),
        revision: sheet.count("revision").map(|revision| revision.value),
        share: share(sheet),
        valid: sheet.duration("valid").map(|valid| valid.value),
        since: sheet.date("since"),
        questions: asked.unwrap_or_default().iter().filter_map(question).collect(),
        digest: Digest::of(sheet.canonical("note").as_bytes()),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

/// Takes the share of the questions that must be right.
fn share(sheet: &Sheet<'_>) -> f64 {
    let Some(share) = sheet.number("pass") else { return 1.0 };
    if share > 0.0 && share <= 1.0 {
        return share;
    }
    let message = format!("`pass` is {share}, and takes a share: more than 0, at most 1");
    let help = match share > 1.0 && share <= 100.0 {
        true => format!("write `pass = {}`", share / 100.0),
        false => "write such as `pass = 0.8`, or take it out: then all must be right".to_owned(),
    };
    let span = sheet.place("pass").unwrap_or_else(|| sheet.span.clone());
    sheet.bad(Code::BadValue, span, message, "no share", Some(help));
    1.0
}

fn question(sheet: &Sheet<'_>) -> Option<QuizQuestion> {
    let (ask, why) = (sheet.line("ask"), sheet.words("why"));
    let (options, answers) = (sheet.lines("options"), sheet.lines("answer"));
    let wanted = match (options, answers) {
        (Some(options), Some(answers)) => chosen(sheet, &options, &answers),
        (None, Some(answers)) if !sheet.has("options") => words(sheet, answers),
        _ => None,
    };
    Some(QuizQuestion { ask: ask?.value, wanted: wanted?, why: why.map(|why| why.text) })
}

/// Takes the options and which of them are right.
fn chosen(sheet: &Sheet<'_>, options: &At<Vec<At<String>>>, answers: &At<Vec<At<String>>>) -> Option<Wanted> {
    let names: Vec<&str> = options.value.iter().map(|option| option.value.as_str()).collect();
    let is_few = !(2..=OPTIONS_MAX).contains(&names.len());
    if is_few {
        let message = format!("a question has from 2 to {OPTIONS_MAX} options, and this one {}", names.len());
        let help = "add options; or take `options` out, and whoever answers writes a few words";
        sheet.bad_quiz(options.span.clone(), &message, "too few or too many", help);
    }
    let mut seen = BTreeSet::new();
    let mut is_new = |option: &&At<String>| seen.insert(option.value.to_lowercase());
    let twice: Vec<&At<String>> = options.value.iter().filter(|option| !is_new(option)).collect();
    for option in &twice {
        let message = format!("the option `{}` is there twice", shown(&option.value));
        sheet.bad_quiz(
            option.span.clone(),
            &message,
            "again",
            "take one of the two out, or word it otherwise",
        );
    }
    if answers.value.is_empty() {
        none_right(sheet, &answers.span);
    }
    let mut right = BTreeSet::new();
    for answer in &answers.value {
        match names.iter().position(|name| *name == answer.value) {
            Some(at) => _ = right.insert(at),
            None => no_option(sheet, answer, &names),
        }
    }
    let is_whole = !is_few && twice.is_empty() && !right.is_empty();
    let options = names.into_iter().map(str::to_owned).collect();
    is_whole.then_some(Wanted::Options { options, right })
}

fn no_option(sheet: &Sheet<'_>, answer: &At<String>, names: &[&str]) {
    let message = format!("the answer `{}` is none of the options", shown(&answer.value));
    match nearest(&answer.value, names.iter().copied()) {
        Some(near) => {
            let help = format!("write `{}`, as the option is written", shown(near));
            sheet.bad_quiz(answer.span.clone(), &message, "not an option", &help);
        }
        None => {
            let help = "write the option that is right, word for word, or add it to `options`";
            sheet.bad_quiz(answer.span.clone(), &message, "not an option", help);
        }
    }
}

/// Takes the words that are right.
fn words(sheet: &Sheet<'_>, answers: At<Vec<At<String>>>) -> Option<Wanted> {
    let (said, mute): (Vec<_>, Vec<_>) =
        answers.value.into_iter().partition(|answer| Fingerprint::of(&answer.value).is_some());
    let is_mute = !mute.is_empty();
    for answer in mute {
        let message = format!("nobody can answer `{}`: there is no word in it", shown(&answer.value));
        sheet.bad_quiz(answer.span, &message, "no word", "write a few words, or offer `options`");
    }
    if said.is_empty() && !is_mute {
        none_right(sheet, &answers.span);
    }
    if said.is_empty() {
        return None;
    }
    Some(Wanted::Words(said.into_iter().map(|answer| answer.value).collect()))
}

fn none_right(sheet: &Sheet<'_>, span: &Span) {
    let help = "write which answer is right: `answer = \"…\"`";
    sheet.bad_quiz(span.clone(), "the question has no right answer", "nothing is right", help);
}

impl Sheet<'_> {
    /// Says that nobody could answer a question.
    fn bad_quiz(&self, span: Span, message: &str, label: &str, help: &str) {
        self.bad(Code::BadQuiz, span, message.to_owned(), label, Some(help.to_owned()));
    }
}
