//! When a post goes out, and what it is for.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};

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
    let zone = post.zone(&calendar.root);
    let fold = post.fold.as_ref().map(|fold| fold.value);
    let walls = post.walls(first..end.max(first.succ_opt().unwrap_or(first))).into_iter();
    walls.filter_map(|(_, wall)| Some((wall.date(), zone.resolve_somehow(wall, fold)?))).collect()
}

/// Returns where a post says when it goes out.
pub(super) fn place(post: &Post) -> Option<Span> {
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
        Norm::QuietHours { from, until, zone } => {
            let zone = zone.as_ref().unwrap_or(&calendar.root.zone);
            let wall = zone.local(moment);
            is_within(wall.time(), *from, *until)
                .then(|| format!("{} in {zone}", wall.format("%a %Y-%m-%d %H:%M")))
        }
        Norm::Blackout { days, span } => {
            let day = calendar.root.zone.local(moment).date();
            let is_closed =
                days.contains(&day) || span.is_some_and(|(from, until)| (from..=until).contains(&day));
            is_closed.then(|| format!("goes out on {day}"))
        }
        _ => None,
    };
    let found = moments(calendar, post).into_iter().find_map(|(_, moment)| why(moment));
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

/// Tells whether a time lies from one until another, over midnight if that is earlier.
fn is_within(time: NaiveTime, from: NaiveTime, until: NaiveTime) -> bool {
    if from < until { from <= time && time < until } else { from <= time || time < until }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_go_over_midnight() {
        let time = |text: &str| text.parse::<NaiveTime>().unwrap();
        let night = |at: &str| is_within(time(at), time("22:00:00"), time("07:00:00"));
        assert!(night("22:00:00") && night("23:59:59") && night("00:00:00") && night("06:59:59"));
        assert!(!night("07:00:00") && !night("21:59:59"));
        assert!(is_within(time("12:30:00"), time("12:00:00"), time("13:00:00")));
        assert!(!is_within(time("13:00:00"), time("12:00:00"), time("13:00:00")));
    }
}
