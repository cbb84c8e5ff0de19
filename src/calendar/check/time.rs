//! Times: gaps, folds, and what comes again.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use crate::finding::{Code, Finding, Span};
use crate::time::{Fold, Recurrence, WallFault, Zone};

use super::super::{Calendar, Post};

/// How many years of a repeat are held against clock changes.
const YEARS_AHEAD: u64 = 20;

pub(super) fn skipped_or_twice(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let Some(at) = &post.at else { return };
    let zone = post.zone(&calendar.root);
    let fold = post.fold.as_ref().map(|fold| fold.value);
    let on_beat = post.repeat.as_ref().is_none_or(|repeat| repeat.rule.every.matches(at.value.date()));
    if on_beat {
        findings.extend(wall(&post.file, at.value, at.span.clone(), zone, fold));
    }
    let Some(repeat) = &post.repeat else { return };
    let changes = changed_days(zone, at.value);
    for (gap, days) in changes {
        let time = |day: &NaiveDate| day.and_time(at.value.time());
        let hit = |day: &NaiveDate| *day > at.value.date() && gap.0 <= time(day) && time(day) < gap.1;
        let is_fold = gap.2;
        if is_fold && fold.is_some() {
            continue;
        }
        let Some(day) = days.into_iter().find(|day| hit(day) && comes(&repeat.rule, at.value, *day)) else {
            continue;
        };
        let (code, what) = match is_fold {
            true => (Code::TimeTwice, "comes twice"),
            false => (Code::TimeSkipped, "is skipped"),
        };
        let message =
            format!("{} {what} in {zone} on {day}, when the post comes again", at.value.format("%H:%M"));
        let help = match is_fold {
            true => {
                format!("write `fold = \"earlier\"` or `\"later\"`, or leave the day out: `except = [{day}]`")
            }
            false => format!("choose another time, or leave the day out: `except = [{day}]`"),
        };
        findings.push(
            Finding::new(code, &post.file, message)
                .at(repeat.every.clone())
                .label("comes on that day")
                .help(help),
        );
        // The first is enough: what mends it mends the others, or shows the next.
        return;
    }
}

/// A stretch of wall clock that is skipped, or comes twice.
type Change = (NaiveDateTime, NaiveDateTime, bool);

/// Returns the clock changes that a repeat may meet, each with the days it touches.
fn changed_days(zone: &Zone, first: NaiveDateTime) -> Vec<(Change, Vec<NaiveDate>)> {
    let end = first.checked_add_days(Days::new(YEARS_AHEAD * 366)).unwrap_or(NaiveDateTime::MAX);
    let (from, until) = (first.and_utc() - TimeDelta::days(1), end.and_utc());
    let time = first.time();
    let mut changes: Vec<(Change, Vec<NaiveDate>)> = Vec::new();
    for (gaps, is_fold) in [(zone.gaps(from, until), false), (zone.folds(from, until), true)] {
        for gap in gaps {
            let mut days = vec![gap.from.date(), gap.to.date()];
            days.dedup();
            if days.iter().any(|day| gap.from <= day.and_time(time) && day.and_time(time) < gap.to) {
                changes.push(((gap.from, gap.to, is_fold), days));
            }
        }
    }
    changes.sort_by_key(|(change, _)| change.0);
    changes
}

/// Tells whether a rule yields a day.
fn comes(rule: &Recurrence, first: NaiveDateTime, day: NaiveDate) -> bool {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    rule.occurrences(first, day..next).next().is_some()
}

pub(super) fn wall(
    file: &str,
    at: NaiveDateTime,
    span: Span,
    zone: &Zone,
    fold: Option<Fold>,
) -> Option<Finding> {
    let time = at.format("%H:%M");
    match zone.resolve(at, fold) {
        Ok(_) | Err(WallFault::OutOfRange) => None,
        Err(WallFault::Skipped { next, before, after }) => {
            let message = format!(
                "{time} does not exist on {} in {zone}: the clocks go from {before} to {after}",
                at.date()
            );
            let finding = Finding::new(Code::TimeSkipped, file, message).at(span).label("skipped");
            Some(finding.help(format!("write {}, or an earlier time", next.format("%Y-%m-%dT%H:%M:%S"))))
        }
        Err(WallFault::Twice { earlier, later }) => {
            let message = format!("{time} comes twice on {} in {zone}", at.date());
            let finding = Finding::new(Code::TimeTwice, file, message).at(span).label("twice");
            Some(finding.help(format!(
                "add `fold = \"earlier\"` ({}) or `fold = \"later\"` ({})",
                zone.abbreviation(earlier),
                zone.abbreviation(later)
            )))
        }
    }
}

pub(super) fn needless_fold(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(fold), Some(at), None) = (&post.fold, &post.at, &post.repeat) else { return };
    if post.zone(&calendar.root).resolve(at.value, None).is_ok() {
        let message = format!("{} comes once on that day, and needs no `fold`", at.value.format("%H:%M"));
        let finding = Finding::new(Code::NeedlessFold, &post.file, message).at(fold.span.clone());
        findings.push(finding.label("chooses nothing").help("take it out"));
    }
}

pub(super) fn repeat_never(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(at), Some(repeat)) = (&post.at, &post.repeat) else { return };
    if repeat.rule.occurrences(at.value, at.value.date()..NaiveDate::MAX).next().is_some() {
        return;
    }
    let day = at.value.date();
    let (span, message) = match (&repeat.until, repeat.rule.until) {
        (Some(span), Some(until)) if until < day => {
            (span.clone(), format!("the post comes again until {until}, which is before it begins on {day}"))
        }
        _ => {
            (repeat.every.clone(), "the post never comes: its bounds and exceptions leave no day".to_owned())
        }
    };
    let finding = Finding::new(Code::RepeatNever, &post.file, message).at(span).label("no day left");
    findings.push(finding.help("mend `until`, `except` or `times`, or take `[repeat]` out"));
}

pub(super) fn repeat_off_beat(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(at), Some(repeat)) = (&post.at, &post.repeat) else { return };
    let day = at.value.date();
    if repeat.rule.every.matches(day) {
        return;
    }
    let first = repeat.rule.occurrences(at.value, day..NaiveDate::MAX).next();
    let Some(first) = first else { return };
    let message = format!(
        "{day} is a {}, and the post comes every {}: it begins on {}",
        day.format("%A"),
        repeat.rule.every,
        first.date()
    );
    let finding = Finding::new(Code::RepeatOffBeat, &post.file, message)
        .at(at.span.clone())
        .label("not one of its days");
    findings.push(finding.help(format!("write `at = {}`", first.format("%Y-%m-%dT%H:%M:%S"))).related(
        &post.file,
        Some(repeat.every.clone()),
        "the rule",
    ));
}

pub(super) fn needless_exception(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(at), Some(repeat)) = (&post.at, &post.repeat) else { return };
    let Some(last) = repeat.rule.except.last() else { return };
    let rule = Recurrence { except: std::collections::BTreeSet::new(), ..repeat.rule.clone() };
    let end = last.checked_add_days(Days::new(1)).unwrap_or(*last);
    let yielded: std::collections::BTreeSet<NaiveDate> =
        rule.occurrences(at.value, at.value.date()..end).map(|wall| wall.date()).collect();
    for day in repeat.except.iter().filter(|day| !yielded.contains(&day.value)) {
        let message = format!("the post would not come on {} anyway", day.value);
        let finding = Finding::new(Code::NeedlessException, &post.file, message).at(day.span.clone());
        findings.push(finding.label("leaves nothing out").help("take it out, or mend the date"));
    }
}
