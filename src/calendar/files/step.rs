//! A campaign's steps, read.

use crate::finding::Code;

use super::super::format::Sheet;
use super::super::model::{Step, Tactic};
use super::{list, text};

/// Reads a step.
pub(super) fn step(sheet: &Sheet<'_>) -> Option<Step> {
    let tactic = |word: &str| Tactic::ALL.iter().find(|(name, _)| *name == word).map(|(_, tactic)| *tactic);
    let (said, ends) = (sheet.choice("tactic", tactic), sheet.choice("ends", tactic));
    let (on, at) = (sheet.date("on"), sheet.date_time("at"));
    match (sheet.has("on"), sheet.has("at")) {
        (false, false) => {
            let message = "the step has no day".to_owned();
            let help = "add `on = 2027-01-18`, or `at = 2027-01-18T09:00:00`".to_owned();
            sheet.bad(Code::MissingKey, sheet.span.clone(), message, "needs `on` or `at`", Some(help));
        }
        (true, true) => {
            let message = "the step has both a day and a time".to_owned();
            let help = "keep `at`, which says both, or `on` alone".to_owned();
            let span = sheet.place("on").unwrap_or_else(|| sheet.span.clone());
            sheet.bad(Code::BadValue, span, message, "one of the two", Some(help));
        }
        _ => {}
    }
    Some(Step {
        span: sheet.span.clone(),
        on,
        at,
        tactic: said?,
        title: text(sheet, "title"),
        department: sheet.id("department"),
        accounts: list(sheet, "accounts"),
        post: sheet.id("post"),
        closes: sheet.date("closes"),
        rules: text(sheet, "rules"),
        ends,
        tag: sheet.line("tag"),
        rights: text(sheet, "rights"),
        metric: sheet.line("metric"),
        target: sheet.number("target"),
    })
}
