//! The annual schedule: its names, its slots, and the days that it closes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};

use crate::draft::AccountId;
use crate::finding::{Code, Finding, Span};
use crate::time::nearest;

use super::super::annual::Closed;
use super::super::format::word::shown;
use super::super::model::{At, PlannedSlot, Rest, Schedule};
use super::super::{Calendar, Post};
use super::post::{accounts, may_use};
use super::time::wall;

/// Returns the year's days.
fn days_of(year: i32) -> Option<std::ops::Range<NaiveDate>> {
    Some(NaiveDate::from_ymd_opt(year, 1, 1)?..NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?)
}

pub(super) fn twice_named(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for schedule in calendar.schedules.values() {
        let of_rest = |rest: Rest| {
            schedule.closings.iter().filter(move |it| it.rest == rest).map(|it| &it.name).collect::<Vec<_>>()
        };
        let lists = [
            ("themes", schedule.themes.iter().map(|it| &it.name).collect()),
            ("observances", schedule.observances.iter().map(|it| &it.name).collect()),
            ("holidays", of_rest(Rest::Holiday)),
            ("quiet days", of_rest(Rest::Quiet)),
        ];
        for (noun, names) in lists {
            let mut first: BTreeMap<&str, &At<String>> = BTreeMap::new();
            for name in names {
                let Some(known) = first.get(name.value.as_str()) else {
                    first.insert(&name.value, name);
                    continue;
                };
                let message = format!("two {noun} are called `{}`", shown(&name.value));
                let finding = Finding::new(Code::NameTwice, &schedule.file, message).at(name.span.clone());
                findings.push(
                    finding
                        .label("again")
                        .help(
                            "give one of them another name, or write their days into one: `from` and `until`",
                        )
                        .related(&schedule.file, Some(known.span.clone()), "first here"),
                );
            }
        }
    }
}

pub(super) fn unknown_names(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for schedule in calendar.schedules.values() {
        let themes: BTreeSet<&str> = schedule.themes.iter().map(|it| it.name.value.as_str()).collect();
        let observances: BTreeSet<&str> =
            schedule.observances.iter().map(|it| it.name.value.as_str()).collect();
        for slot in &schedule.slots {
            unknown(schedule, (Code::UnknownTheme, "theme"), slot.theme.as_ref(), &themes, findings);
            let observance = slot.observance.as_ref();
            unknown(schedule, (Code::UnknownObservance, "observance"), observance, &observances, findings);
        }
    }
}

/// The most names that one is held against which is none of them.
const NEAREST_MAX: usize = 100;

fn unknown(
    schedule: &Schedule,
    (code, noun): (Code, &str),
    name: Option<&At<String>>,
    known: &BTreeSet<&str>,
    findings: &mut Vec<Finding>,
) {
    let Some(name) = name.filter(|name| !known.contains(name.value.as_str())) else { return };
    let message = format!("there is no {noun} `{}` in {}", shown(&name.value), schedule.file);
    let finding = Finding::new(code, &schedule.file, message).at(name.span.clone());
    findings.push(match nearest(&name.value, known.iter().copied().take(NEAREST_MAX)) {
        Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
        None => finding
            .label(format!("unknown {noun}"))
            .help(format!("add a `[[{noun}]]` of that name, or take it out")),
    });
}

pub(super) fn slots_misplaced(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for (schedule, slot) in slots(calendar) {
        let file = &schedule.file;
        // A time that comes twice is the earlier of the two: a slot sends nothing.
        let fold = Some(crate::time::Fold::Earlier);
        findings.extend(wall(file, slot.at.value, slot.at.span.clone(), calendar.zone(), fold));
        let day = slot.at.value.date();
        let department = Some(&slot.department.value);
        if let Some(closed) = calendar.closed_to(day, department, &slot.account.value) {
            findings.push(on_closed_day(file, slot.at.span.clone(), ("slot", ""), day, closed));
        }
        let Some(account) = calendar.accounts.get(&slot.account.value) else { continue };
        if calendar.departments.contains_key(&slot.department.value)
            && !may_use(calendar, account, department)
        {
            let message = format!(
                "the department `{}` may not use the account `{}`",
                slot.department.value, slot.account.value
            );
            let finding = Finding::new(Code::AccountNotYours, file, message).at(slot.account.span.clone());
            findings.push(finding.label("not this department's").help(format!(
                "give the slot another account, or add `{}` to `departments` in {}",
                slot.department.value, account.file
            )));
        }
        if let Some(since) = account.since.as_ref().filter(|since| day < since.value) {
            let message =
                format!("`{}` takes posts since {}, and the slot is before", account.id, since.value);
            let finding = Finding::new(Code::BeforeAccount, file, message).at(slot.account.span.clone());
            let finding =
                finding.label("takes nothing yet").help("give the slot another account, or a later day");
            findings.push(finding.related(&account.file, Some(since.span.clone()), "its first day"));
        }
    }
}

fn slots(calendar: &Calendar) -> impl Iterator<Item = (&Schedule, &PlannedSlot)> {
    calendar.schedules.values().flat_map(|schedule| schedule.slots.iter().map(move |slot| (schedule, slot)))
}

pub(super) fn slots_at_once(calendar: &Calendar, findings: &mut Vec<Finding>) {
    let mut taken: BTreeMap<(&AccountId, NaiveDateTime), (&Schedule, &PlannedSlot)> = BTreeMap::new();
    for (schedule, slot) in slots(calendar) {
        let key = (&slot.account.value, slot.at.value);
        let Some((_, first)) = taken.get(&key) else {
            taken.insert(key, (schedule, slot));
            continue;
        };
        let message = format!("two slots of `{}` are at the same time", slot.account.value);
        let finding = Finding::new(Code::SlotsAtOnce, &schedule.file, message).at(slot.at.span.clone());
        findings.push(finding.label("again").help("move one of the two, or take it out").related(
            &schedule.file,
            Some(first.at.span.clone()),
            "first here",
        ));
    }
}

pub(super) fn slots_elsewhere(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for (schedule, slot) in slots(calendar) {
        let Some(named) = &slot.post else { continue };
        let finding =
            |code, message: String| Finding::new(code, &schedule.file, message).at(named.span.clone());
        let Some(post) = calendar.post(&named.value) else {
            let message = format!("there is no post `{}`", named.value);
            let near = nearest(named.value.as_str(), posts_of(calendar, slot.at.value.date()));
            let label = near.map_or("unknown post".to_owned(), |near| format!("did you mean `{near}`?"));
            let help = "write the post's id, or take the key out until there is a post";
            findings.push(finding(Code::UnknownPost, message).label(label).help(help));
            continue;
        };
        let day = slot.at.value.date();
        let next = day.succ_opt().unwrap_or(day);
        let before = day.pred_opt().unwrap_or(day);
        let comes = || {
            let moments = calendar.moments(post, before..next.succ_opt().unwrap_or(next)).into_iter();
            moments.map(|(_, moment)| calendar.zone().local(moment).date()).any(|local| local == day)
        };
        let why = if !accounts(calendar, post).iter().any(|account| account.id == slot.account.value) {
            format!("does not go to `{}`", slot.account.value)
        } else if post.of() != Some(&slot.department.value) {
            format!("is not of `{}`", slot.department.value)
        } else if !comes() {
            format!("does not go out on {day}")
        } else {
            continue;
        };
        let message = format!("the slot's post `{}` {why}", named.value);
        let mut finding = finding(Code::SlotElsewhere, message);
        finding = finding.label("not for this slot").help("mend the slot or the post, or name another post");
        findings.push(finding.related(&post.file, post.at.as_ref().map(|at| at.span.clone()), "the post"));
    }
}

/// Returns the ids that begin with a day.
fn posts_of(calendar: &Calendar, day: NaiveDate) -> impl Iterator<Item = &str> {
    let day = day.to_string();
    let begin = calendar.posts.partition_point(|post| post.id.as_str() < day.as_str());
    let ids = calendar.posts.iter().skip(begin).map(|post| post.id.as_str());
    ids.take_while(move |id| id.starts_with(&day))
}

/// Finds a post that goes out on a day that the schedule closes to it: the first such day.
pub(super) fn closed(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let Some(at) = post.at.as_ref().filter(|_| !calendar.schedules.is_empty()) else { return };
    for year in calendar.schedules.keys() {
        let Some(days) = days_of(*year) else { continue };
        // The post's own zone may have another day than the calendar's.
        let window = days.start.pred_opt().unwrap_or(days.start)..days.end.succ_opt().unwrap_or(days.end);
        for (_, moment) in calendar.moments(post, window) {
            let day = calendar.zone().local(moment).date();
            let found = accounts(calendar, post)
                .into_iter()
                .find_map(|account| Some((account, calendar.closed_to(day, post.of(), &account.id)?)));
            if let Some((account, closed)) = found {
                let on = match closed.closing.accounts.is_empty() {
                    true => String::new(),
                    false => format!(" on `{}`", account.id),
                };
                findings.push(on_closed_day(&post.file, at.span.clone(), ("post", &on), day, closed));
                return;
            }
        }
    }
}

fn on_closed_day(
    file: &str,
    span: Span,
    (noun, on): (&str, &str),
    day: NaiveDate,
    closed: Closed<'_>,
) -> Finding {
    let closing = closed.closing;
    let name = shown(&closing.name.value);
    let (code, message, help) = match closing.rest {
        Rest::Holiday => (
            Code::OnHoliday,
            format!("the {noun} is on a holiday{on}, {name}: {}", day.format("%A %-d %B %Y")),
            "give it another day, or add an `[[observance]]` of that day to the schedule, which asks for it",
        ),
        Rest::Quiet => (
            Code::OnQuietDay,
            format!("the {noun} is on a quiet day{on}, {name}: {}", day.format("%A %-d %B %Y")),
            "give it another day; where it repeats, leave that day out: `except = […]`",
        ),
    };
    let finding = Finding::new(code, file, message).at(span).label(closing.rest.as_str()).help(help);
    finding.related(closed.file, Some(closing.name.span.clone()), "what closes the day")
}
