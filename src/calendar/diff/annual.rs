//! Annual schedules, as a difference tells of them: each of their things by its name or its time.

use std::fmt::Display;

use super::super::At;
use super::super::model::{Closing, Observance, PlannedSlot, Schedule, Theme};
use super::List;

pub(super) fn schedule(schedule: &Schedule) -> List {
    let mut list = List::new().maybe("title", schedule.title.as_ref()).maybe("text", schedule.text.as_ref());
    for it in &schedule.themes {
        list = list.say(&format!("theme {}", it.name.value), theme(it));
    }
    for it in &schedule.observances {
        list = list.say(&format!("observance {}", it.name.value), observance(it));
    }
    for it in &schedule.closings {
        list = list.say(&format!("{} {}", it.rest.as_str(), it.name.value), closing(it));
    }
    list = list.all("coverage", &schedule.coverage);
    for it in &schedule.slots {
        let when = it.at.value.format("%a %Y-%m-%d %H:%M");
        list = list.say(&format!("slot {when} on {}", it.account.value), slot(it));
    }
    list
}

/// Returns what is not empty, in one line.
fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn names<T: Display>(before: &str, names: &[At<T>]) -> String {
    let said: Vec<String> = names.iter().map(|at| at.value.to_string()).collect();
    if said.is_empty() { String::new() } else { format!("{before} {}", said.join(" and ")) }
}

fn maybe(before: &str, value: Option<impl Display>) -> String {
    value.map_or(String::new(), |value| format!("{before}{value}"))
}

fn theme(theme: &Theme) -> String {
    joined([
        theme.days.said.clone(),
        names("of", &theme.departments),
        maybe("campaign ", theme.campaign.as_ref().map(|at| &at.value)),
        maybe("#", theme.tag.as_ref().map(|at| &at.value)),
        maybe("", theme.text.as_ref()),
    ])
}

fn observance(observance: &Observance) -> String {
    let posts = match observance.posts {
        1 => "1 post".to_owned(),
        posts => format!("{posts} posts"),
    };
    joined([
        observance.days.said.clone(),
        posts,
        names("of", &observance.departments),
        names("on", &observance.accounts),
        maybe("", observance.text.as_ref()),
    ])
}

fn closing(closing: &Closing) -> String {
    joined([closing.days.said.clone(), names("of", &closing.departments), names("on", &closing.accounts)])
}

fn slot(slot: &PlannedSlot) -> String {
    joined([
        slot.department.value.to_string(),
        maybe("theme ", slot.theme.as_ref().map(|at| &at.value)),
        maybe("observance ", slot.observance.as_ref().map(|at| &at.value)),
        maybe("goal ", slot.goal.as_ref().map(|at| &at.value)),
        maybe("campaign ", slot.campaign.as_ref().map(|at| &at.value)),
        maybe("standing slot of ", slot.standing.as_ref().map(|at| at.value)),
        maybe("", slot.why.as_ref()),
        maybe("post ", slot.post.as_ref().map(|at| &at.value)),
    ])
}
