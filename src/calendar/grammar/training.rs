//! The grammar of training: something to read, and a short quiz.

use super::Type::{Count, Date, Duration, Line, LineOrLines, Lines, Number, Tables, Text};
use super::{Key, may, must};

const QUESTION: &[Key] = &[
    must("ask", Line, "What is asked."),
    may("options", Lines, "What one may choose from; absent, the answer is a few words of one's own."),
    must(
        "answer",
        LineOrLines,
        "The option that is right, or all that are; without options, the words that are right, each way of saying them.",
    ),
    may("why", Text, "Why it is so; told after answering."),
];

/// `training/ID.toml`
pub(super) const TRAINING: &[Key] = &[
    must("title", Line, "What it teaches."),
    must("text", Text, "What is to be read before the questions."),
    may("revision", Count, "Which revision it is, for people."),
    may("note", Text, "What its keepers tell each other; a change of it asks nobody again."),
    may("pass", Number, "The share of the questions that must be right, such as `0.8`; all if absent."),
    may("valid", Duration, "How long it counts, such as `1y`; for good if absent."),
    may(
        "since",
        Date,
        "The first day on which posts wait for those who have not done it; at once if absent.",
    ),
    must("question", Tables(QUESTION), "The questions, in their order."),
];
