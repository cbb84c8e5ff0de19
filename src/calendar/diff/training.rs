//! Trainings, as a difference tells of them.

use crate::time::show_duration;

use super::super::{Training, Wanted};
use super::List;

pub(super) fn training(training: &Training) -> List {
    let list = List::new()
        .say("title", &training.title)
        .maybe("revision", training.revision)
        .say("text", &training.text)
        .say("to pass", format!("{} of {}", training.needed(), training.questions.len()))
        .maybe("valid", training.valid.map(show_duration))
        .maybe("since", training.since.as_ref().map(|at| at.value));
    training.questions.iter().zip(1..).fold(list, |list, (question, number)| {
        let options = match &question.wanted {
            Wanted::Options { options, .. } => options.join(" / "),
            Wanted::Words(_) => String::new(),
        };
        list.say(&format!("question {number}"), &question.ask)
            .say(&format!("options of question {number}"), options)
            .say(&format!("answer to question {number}"), question.right_answer())
            .maybe(&format!("why of question {number}"), question.why.as_ref())
    })
}
