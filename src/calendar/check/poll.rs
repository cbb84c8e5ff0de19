//! Polls and threads: which platforms have them, and what they take.

use crate::finding::{Code, Finding};
use crate::text::{self, Platform, Poll, Runs};
use crate::time::show_duration;

use super::super::Question;
use super::Copy;

impl<'a> Copy<'a> {
    /// Returns the poll and what the platform takes of polls, where there are both.
    fn poll(&self) -> Option<(&'a Question, &'static Poll)> {
        self.sheet.poll().zip(self.limits.poll.as_ref())
    }
}

pub(super) fn unsupported(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    // A feed shows the answers as a list.
    let none = copy.limits.poll.is_none() && copy.platform != Platform::Feed;
    let Some(question) = copy.sheet.poll().filter(|_| none) else { return };
    let finding = copy.finding(
        Code::PollUnsupported,
        Some(question.span.clone()),
        format!("{} has no polls", copy.name()),
    );
    let help = format!("take the poll away there: `{}` and `poll = {{ options = [] }}`", copy.variant());
    findings.push(finding.label("not taken").help(help));
}

pub(super) fn options(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some((question, takes)) = copy.poll() else { return };
    let number = question.poll.options.len();
    if (takes.options_min..=takes.options_max).contains(&number) {
        return;
    }
    let message = format!(
        "{} takes from {} to {} answers, and the poll has {number}",
        copy.name(),
        takes.options_min,
        takes.options_max
    );
    let (span, label) = match question.options.get(takes.options_max) {
        Some(span) => (span, "one too many"),
        None => (&question.span, "too few answers"),
    };
    let help = format!("change the answers, here or in `{}`", copy.variant());
    findings.push(copy.finding(Code::PollOptions, Some(span.clone()), message).label(label).help(help));
}

pub(super) fn option_too_long(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some((question, takes)) = copy.poll() else { return };
    let Some(max) = takes.option_max else { return };
    for (option, span) in question.poll.options.iter().zip(&question.options) {
        let Some(excess) = text::excess(option, &max) else { continue };
        let message = format!(
            "the answer is too long for {}: {} of {} {}",
            copy.name(),
            excess.used,
            excess.max,
            excess.unit
        );
        let finding = copy.finding(Code::PollOptionTooLong, Some(span.clone()), message);
        findings.push(finding.label("too long").help(format!("shorten it by {}", excess.over())));
    }
}

pub(super) fn question_too_long(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some((question, takes)) = copy.poll() else { return };
    let (Some(max), Some(whole)) = (takes.question_max, copy.whole.first()) else { return };
    // Where a poll has a question of its own, the title asks it, or else the text does.
    let asked = copy.sheet.title().map_or(whole.as_str(), |title| &title.text);
    let Some(excess) = text::excess(asked, &max) else { return };
    let message = format!(
        "the text asks the poll, and is too long a question for {}: {} of {} {}",
        copy.name(),
        excess.used,
        excess.max,
        excess.unit
    );
    let help = format!("shorten it by {}, or ask it in `title`", excess.over());
    findings.push(
        copy.finding(Code::PollQuestionTooLong, Some(question.span.clone()), message)
            .label("asked here")
            .help(help),
    );
}

pub(super) fn duration(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some((question, takes)) = copy.poll() else { return };
    let secs = question.poll.open.num_seconds();
    let minutes = u32::try_from(secs / 60).unwrap_or(u32::MAX);
    if takes.runs == Runs::Fixed || secs % 60 == 0 && takes.runs.admits(minutes) {
        return;
    }
    let show = |minutes: &u32| show_duration(chrono::TimeDelta::minutes(i64::from(*minutes)));
    let admitted = match takes.runs {
        Runs::Fixed => return,
        Runs::Between(min, max) => format!("from {} to {}", show(&min), show(&max)),
        Runs::OneOf(choices) => choices.iter().map(show).collect::<Vec<_>>().join(", "),
    };
    let message = format!(
        "the poll is open for {}, and {} takes {admitted}",
        show_duration(question.poll.open),
        copy.name()
    );
    let finding = copy.finding(Code::PollDuration, Some(question.open.clone()), message);
    findings.push(finding.label("not taken").help("write another `open`, in whole minutes"));
}

pub(super) fn with_media(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some((question, takes)) = copy.poll() else { return };
    if !takes.excludes_media || copy.sheet.media().is_empty() {
        return;
    }
    let message = format!("{} takes a poll or media in one post, not both", copy.name());
    let help = format!("take the media away there: `{}` and `media = []`", copy.variant());
    findings.push(
        copy.finding(Code::PollWithMedia, Some(question.span.clone()), message)
            .label("beside media")
            .help(help),
    );
}

pub(super) fn thread_unsupported(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some(part) = copy.sheet.thread().first().filter(|_| !copy.limits.threads) else { return };
    let message = format!("{} has no threads", copy.name());
    let help = format!("take the thread away there: `{}` and `thread = []`", copy.variant());
    findings.push(
        copy.finding(Code::ThreadUnsupported, Some(part.text.span.clone()), message)
            .label("not taken")
            .help(help),
    );
}
