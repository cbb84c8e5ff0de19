//! When a post goes out, and what it is for.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};

use crate::finding::Span;
use crate::time::Zone;

use super::super::super::{Calendar, Norm, Post};
use super::Breach;
use super::matcher::Matcher;
use super::said::Said;

/// How many days ahead a repeat without an end is looked at.
const AHEAD_DAYS: u64 = 366;

/// Returns the moments at which a post goes out, the first ones of a repeat without an end, each with its local day.
pub(super) fn moments(calendar: &Calendar, post: &Post) -> Vec<(NaiveDate, DateTime<Utc>)> {
    let Some(at) = &post.at else { return Vec::new() };
    let first = at.value.date();
    let until = post.repeat.as_ref().and_then(|repeat| repeat.rule.until);
    let ahead = first.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(NaiveDate::MAX);
    let end = until.and_then(|until| until.succ_opt()).unwrap_or(ahead);
    calendar.moments(post, first..end.max(first.succ_opt().unwrap_or(first)))
}

/// Returns where a post says when it goes out.
pub(in super::super) fn place(post: &Post) -> Option<Span> {
    post.at.as_ref().map(|at| at.span.clone())
}

/// Finds a post that serves no goal, of its own or of its campaign.
pub(super) fn goal(calendar: &Calendar, post: &Post) -> Vec<Breach> {
    let campaign = post.campaign.as_ref().and_then(|at| calendar.campaigns.get(&at.value));
    if post.goal.is_some() || campaign.is_some_and(|campaign| campaign.goal.is_some()) {
        return Vec::new();
    }
    let known: Vec<String> = calendar.goals.keys().take(5).map(|goal| format!("`{goal}`")).collect();
    vec![Breach {
        span: post.campaign.as_ref().map(|at| at.span.clone()).or_else(|| place(post)),
        label: "serves no goal".to_owned(),
        help: match known.as_slice() {
            [] => "add goals/ID.toml, and `goal = \"ID\"` here".to_owned(),
            known => format!("add `goal = \"…\"`: one of {}", known.join(", ")),
        },
    }]
}

/// Finds a post that goes out at hours or on days that are to be quiet.
pub(super) fn quiet(calendar: &Calendar, norm: &Norm, post: &Post) -> Vec<Breach> {
    let why = |moment: DateTime<Utc>| match norm {
        Norm::QuietHours { zone, .. } => {
            let zone = zone.as_ref().unwrap_or(&calendar.root.zone);
            format!("{} in {zone}", zone.local(moment).format("%a %Y-%m-%d %H:%M"))
        }
        _ => format!("goes out on {}", calendar.root.zone.local(moment).date()),
    };
    let is_quiet = |moment: &DateTime<Utc>| norm.forbids(*moment, &calendar.root.zone);
    let found = moments(calendar, post).into_iter().map(|(_, moment)| moment).find(is_quiet).map(why);
    let breach = found.map(|label| Breach {
        span: place(post),
        label,
        help: match post.repeat {
            Some(_) => {
                "give it another time, or leave that day out: `except = [...]` of its repeat".to_owned()
            }
            None => "give it another time".to_owned(),
        },
    });
    breach.into_iter().collect()
}

/// Finds a post that tells of something before it may be told.
pub(super) fn embargo(
    calendar: &Calendar,
    (until, zone): (NaiveDateTime, Option<&Zone>),
    words: Option<&Matcher>,
    post: &Post,
    said: &[Said<'_>],
) -> Vec<Breach> {
    let zone = zone.unwrap_or(&calendar.root.zone);
    let Some(free) = zone.resolve_somehow(until, None) else { return Vec::new() };
    let Some(at) = post.at.as_ref() else { return Vec::new() };
    let fold = post.fold.as_ref().map(|fold| fold.value);
    let due = post.zone(&calendar.root).resolve_somehow(at.value, fold);
    if due.is_none_or(|due| due >= free) {
        return Vec::new();
    }
    let label = format!("not before {} in {zone}", until.format("%Y-%m-%d %H:%M"));
    let help = "give it a later time, or take out what may not be told yet".to_owned();
    let breach = |span| Breach { span, label: label.clone(), help: help.clone() };
    let Some(words) = words else { return vec![breach(place(post))] };
    let told = said.iter().flat_map(|said| {
        let found = words.find(said.text, said.has_accents()).into_iter();
        found.map(|range| breach(Some(said.place(range))))
    });
    told.collect()
}
