//! Experiments: what would make their results say nothing.

use std::collections::BTreeSet;

use crate::finding::{Code, Finding};
use crate::time::nearest;

use super::super::Calendar;
use super::super::format::word::shown;

/// The most arms that are held against each other.
const ARMS_MAX: usize = 8;

pub(super) fn arms(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for experiment in calendar.experiments.values() {
        let count = experiment.arms.len();
        if !(2..=ARMS_MAX).contains(&count) {
            let message = format!("an experiment has from 2 to {ARMS_MAX} arms, and this one {count}");
            findings.push(Finding::new(Code::ExperimentArms, &experiment.file, message).help(
                "write such as `arms = [\"film\", \"picture\"]`: what is tried, and what it is held against",
            ));
        }
        let mut seen = BTreeSet::new();
        for arm in experiment.arms.iter().filter(|arm| !seen.insert(&arm.value)) {
            let message = format!("the arm `{}` is there twice", shown(&arm.value));
            let finding = Finding::new(Code::ExperimentArms, &experiment.file, message);
            findings.push(finding.at(arm.span.clone()).label("again").help("take one of the two out"));
        }
    }
}

pub(super) fn dates(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for experiment in calendar.experiments.values() {
        let (start, end) = (&experiment.start, &experiment.end);
        if end.value < start.value {
            let message = format!("it ends on {}, before it begins on {}", end.value, start.value);
            let finding = Finding::new(Code::DatesReversed, &experiment.file, message).at(end.span.clone());
            findings.push(finding.label("before `start`").help("swap the two dates, or mend one"));
        }
    }
}

/// Finds experiments that are on one account at the same time: neither could tell whose doing a difference is.
pub(super) fn overlap(calendar: &Calendar, findings: &mut Vec<Finding>) {
    let mut all: Vec<_> = calendar.experiments.values().collect();
    all.sort_by(|a, b| {
        (&a.account.value, a.start.value, &a.id).cmp(&(&b.account.value, b.start.value, &b.id))
    });
    for on_account in all.chunk_by(|a, b| a.account.value == b.account.value) {
        let mut longest = None::<&super::super::Experiment>;
        for one in on_account {
            if let Some(other) = longest.filter(|other| one.start.value <= other.end.value) {
                let message =
                    format!("`{}` and `{}` are on `{}` at once", one.id, other.id, one.account.value);
                findings.push(
                    Finding::new(Code::ExperimentsOverlap, &one.file, message)
                        .at(one.start.span.clone())
                        .label("before the other is over")
                        .help("let one begin when the other is over, or put it on another account")
                        .related(&other.file, Some(other.end.span.clone()), "the end of the other"),
                );
            }
            if longest.is_none_or(|other| other.end.value < one.end.value) {
                longest = Some(one);
            }
        }
    }
}

/// Finds slots that are not as their experiment says.
pub(super) fn slots(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for schedule in calendar.schedules.values() {
        for slot in &schedule.slots {
            let Some(named) = &slot.experiment else {
                if let Some(arm) = &slot.arm {
                    let message =
                        format!("the slot is for the arm `{}`, and of no experiment", shown(&arm.value));
                    let finding = Finding::new(Code::ExperimentSlot, &schedule.file, message);
                    findings.push(
                        finding
                            .at(arm.span.clone())
                            .label("whose arm?")
                            .help("name the experiment: `experiment = \"…\"`, or take `arm` out"),
                    );
                }
                continue;
            };
            let Some(experiment) = calendar.experiments.get(&named.value) else { continue };
            let finding = |message: String, span: crate::finding::Span| {
                Finding::new(Code::ExperimentSlot, &schedule.file, message).at(span).related(
                    &experiment.file,
                    None,
                    "the experiment",
                )
            };
            if slot.account.value != experiment.account.value {
                let message =
                    format!("the experiment `{}` is on `{}`", experiment.id, experiment.account.value);
                let finding = finding(message, slot.account.span.clone()).label("another account");
                findings.push(
                    finding.help(format!("write `{}`, or take `experiment` out", experiment.account.value)),
                );
            }
            let day = slot.at.value.date();
            if day < experiment.start.value || day > experiment.end.value {
                let (start, end) = (experiment.start.value, experiment.end.value);
                let message = format!("the experiment `{}` is from {start} to {end}", experiment.id);
                let finding = finding(message, slot.at.span.clone()).label("outside of it");
                findings.push(finding.help("move the slot, or take `experiment` and `arm` out of it"));
            }
            let arms = || experiment.arms.iter().map(|arm| arm.value.as_str());
            match &slot.arm {
                Some(arm) if arms().any(|known| known == arm.value) => {}
                Some(arm) => {
                    let message =
                        format!("the experiment `{}` has no arm `{}`", experiment.id, shown(&arm.value));
                    let near = nearest(&arm.value, arms().take(ARMS_MAX));
                    let label =
                        near.map_or("unknown arm".to_owned(), |near| format!("did you mean `{near}`?"));
                    let help = format!("write one of {}", arms().map(shown).collect::<Vec<_>>().join(", "));
                    findings.push(finding(message, arm.span.clone()).label(label).help(help));
                }
                None => {
                    let message = format!(
                        "the slot is of the experiment `{}`, and for none of its arms",
                        experiment.id
                    );
                    let help =
                        format!("add `arm = \"…\"`: {}", arms().map(shown).collect::<Vec<_>>().join(", "));
                    findings.push(finding(message, named.span.clone()).label("for which arm?").help(help));
                }
            }
        }
    }
}
