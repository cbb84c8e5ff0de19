//! What people sign, read; and the rules that ask for it.

use crate::finding::Code;

use super::super::format::{IdName, Sheet};
use super::super::model::{Acknowledgement, Approval, At, By, Decision, Pass, Rule, Ruling, Signed};
use super::list;

/// Returns the name of the folder that a file lies in.
fn folder(file: &str) -> Option<&str> {
    file.rsplit('/').nth(1)
}

fn signed(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Signed> {
    let (person, digest, at) = (sheet.id("person"), sheet.digest("digest"), sheet.moment("at"));
    let signature = sheet.words("signature");
    Some(Signed {
        file: file.to_owned(),
        named: IdName::read(stem)?,
        person: person?,
        digest: digest?,
        at: at?,
        signature: signature.map(|words| At { value: words.text, span: words.span })?,
    })
}

pub(super) fn approval(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Approval> {
    let (post, signed) = (sheet.id("post"), signed(sheet, file, stem));
    Some(Approval { named: folder(file).and_then(IdName::read)?, post: post?, signed: signed? })
}

pub(super) fn acknowledgement(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Acknowledgement> {
    let (protocol, signed) = (sheet.id("protocol"), signed(sheet, file, stem));
    Some(Acknowledgement {
        named: folder(file).and_then(IdName::read)?,
        protocol: protocol?,
        signed: signed?,
    })
}

pub(super) fn pass(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Pass> {
    let (training, signed) = (sheet.id("training"), signed(sheet, file, stem));
    let (answers, score) = (sheet.lines("answers"), sheet.line("score"));
    let answers = answers
        .map(|at| At { value: at.value.into_iter().map(|answer| answer.value).collect(), span: at.span });
    Some(Pass {
        named: folder(file).and_then(IdName::read)?,
        training: training?,
        answers: answers?,
        score: score?,
        signed: signed?,
    })
}

pub(super) fn decision(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Decision> {
    let (proposal, signed) = (sheet.id("proposal"), signed(sheet, file, stem));
    let ruling = |word: &str| Ruling::ALL.iter().find(|(name, _)| *name == word).map(|(_, ruling)| *ruling);
    let (ruling, why) = (sheet.choice("ruling", ruling), sheet.line("why"));
    Some(Decision {
        named: folder(file).and_then(IdName::read)?,
        proposal: proposal?,
        ruling: ruling?.value,
        why: why.map(|why| why.value),
        signed: signed?,
    })
}

pub(super) fn rule(sheet: &Sheet<'_>) -> Rule {
    let by = |word: &str| By::ALL.iter().find(|(name, _)| *name == word).map(|(_, by)| *by);
    let said = sheet.choices("by", by);
    let people = sheet.ids("people");
    let is_nobody = said.as_ref().is_none_or(|by| by.value.is_empty())
        && people.as_ref().is_none_or(|people| people.value.is_empty());
    if is_nobody {
        let message = "the rule says of nobody that they may approve".to_owned();
        let help = "add `by = [\"coordinator\"]`, or `people = [\"…\"]`".to_owned();
        sheet.bad(Code::MissingKey, sheet.span.clone(), message, "needs `by` or `people`", Some(help));
    }
    Rule {
        span: sheet.span.clone(),
        by: said.map_or_else(Vec::new, |by| by.value),
        people: people.map_or_else(Vec::new, |people| people.value),
        count: sheet.count("count").map_or(1, |count| count.value),
        own: sheet.flag("own").unwrap_or(false),
        departments: list(sheet, "departments"),
        accounts: list(sheet, "accounts"),
        campaigns: list(sheet, "campaigns"),
        topics: list(sheet, "topics"),
    }
}
