//! Trainings that people did: signed by whom they say, for the training as it stands, with answers that are right.

use chrono::NaiveDate;

use crate::finding::{Code, Finding, Severity};

use super::super::training::Trained;
use super::super::{Calendar, Pass, Training};
use super::signed;

/// Finds what is wrong on a day with the record of a training.
pub(super) fn of(calendar: &Calendar, pass: &Pass, today: NaiveDate, findings: &mut Vec<Finding>) {
    let (id, person, file) = (&pass.training.value, &pass.signed.person.value, &pass.signed.file);
    if pass.named != *id || pass.signed.named != *person {
        let message = format!("what `{person}` signed for `{id}` lies under another name");
        findings.push(signed::elsewhere(&pass.signed, message, &format!("training/{id}/{person}.toml")));
        return;
    }
    let Some(training) = calendar.trainings.get(id) else {
        let finding = Finding::new(Code::UnknownTraining, file, format!("there is no training `{id}`"));
        let finding = finding.at(pass.training.span.clone()).label("unknown training");
        findings.push(finding.help("take the file out").graded(Severity::Warning));
        return;
    };
    let again = format!("kalends training take {id}");
    // Whether somebody is here still is asked on the day when their post goes out.
    match calendar.judge_pass(training, pass, None) {
        Trained::Void(why) => {
            findings.push(signed::unsigned(calendar, &pass.signed, &why, ("the training", &again)));
        }
        Trained::Outdated => {
            let message = format!("{person} did an earlier version of `{id}`");
            findings.push(
                Finding::new(Code::TrainingOutdated, file, message)
                    .at(pass.signed.digest.span.clone())
                    .label("not the training as it is now")
                    .help(format!("{person} does it again: `{again}`"))
                    .related(&training.file, None, "the training"),
            );
        }
        Trained::Failed => findings.push(failed(training, pass, &again)),
        Trained::Done { until: Some(until), .. } if until < today => {
            let message = format!("the training `{id}` of {person} counted until {until}");
            findings.push(
                Finding::new(Code::TrainingExpired, file, message)
                    .at(pass.signed.at.span.clone())
                    .label("too long ago")
                    .help(format!("{person} does it again: `{again}`")),
            );
        }
        Trained::Done { .. } | Trained::Expired(_) | Trained::Never => {}
    }
}

fn failed(training: &Training, pass: &Pass, again: &str) -> Finding {
    let (id, person) = (&training.id, &pass.signed.person.value);
    let marks = training.mark(&pass.answers.value);
    let score = training.score(&marks);
    let is_passed = training.is_passed(&pass.answers.value, &marks);
    let message = match is_passed {
        true => format!("the score of {person} in `{id}` is {score}, and the file says otherwise"),
        false => format!(
            "{person} did not pass `{id}`: {score} answers are right, and {} must be",
            training.needed()
        ),
    };
    let (span, label) = match is_passed {
        true => (&pass.score.span, "not the score"),
        false => (&pass.answers.span, "not good enough"),
    };
    Finding::new(Code::TrainingFailed, &pass.signed.file, message)
        .at(span.clone())
        .label(label)
        .help(format!("take it out; {person} does it again: `{again}`"))
        .related(&training.file, None, "the questions")
}
