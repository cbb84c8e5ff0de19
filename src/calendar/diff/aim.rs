//! Campaigns, goals and events, as a difference tells of them.

use super::super::{Campaign, Events, Goal, Step};
use super::List;

pub(super) fn campaign(campaign: &Campaign) -> List {
    let list = List::new()
        .say("name", &campaign.name)
        .maybe("from", campaign.from.as_ref().map(|at| at.value))
        .maybe("until", campaign.until.as_ref().map(|at| at.value))
        .maybe("goal", campaign.goal.as_ref().map(|at| &at.value))
        .maybe("department", campaign.department.as_ref().map(|at| &at.value))
        .maybe("tag", campaign.tag.as_ref().map(|at| &at.value))
        .maybe("link", campaign.link.as_ref().map(|at| &at.value))
        .maybe("brief", campaign.brief.as_ref())
        .maybe("metric", campaign.metric.as_ref().map(|at| &at.value))
        .maybe("target", campaign.target)
        .maybe("judged by", campaign.judged_by.as_ref().map(|at| at.value));
    campaign
        .steps
        .iter()
        .zip(1..)
        .fold(list, |list, (step, number)| list.say(&format!("step {number}"), told(step)))
}

/// Returns a step in a few words.
fn told(step: &Step) -> String {
    let day = step.day().map_or_else(String::new, |day| day.to_string());
    let time = step.at.as_ref().map_or_else(String::new, |at| at.value.format(" %H:%M").to_string());
    let said = [
        ("of", step.department.as_ref().map(|at| at.value.to_string())),
        (
            "on",
            (!step.accounts.is_empty())
                .then(|| step.accounts.iter().map(|at| at.value.to_string()).collect::<Vec<_>>().join(", ")),
        ),
        ("as", step.post.as_ref().map(|at| at.value.to_string())),
        ("about", step.title.clone()),
        ("ends the", step.ends.as_ref().map(|at| at.value.as_str().to_owned())),
        ("closes", step.closes.as_ref().map(|at| at.value.to_string())),
        ("under #", step.tag.as_ref().map(|at| at.value.clone())),
        ("rules", step.rules.clone()),
        ("rights", step.rights.clone()),
        ("counts", step.metric.as_ref().map(|at| at.value.clone())),
        ("to reach", step.target.map(|target| target.to_string())),
    ];
    let said = said.into_iter().filter_map(|(word, value)| Some(format!("{word} {}", value?)));
    let head = format!("{day}{time} {}", step.tactic.value.as_str());
    std::iter::once(head).chain(said).collect::<Vec<_>>().join("; ")
}

pub(super) fn goal(goal: &Goal) -> List {
    List::new()
        .say("name", &goal.name)
        .say("metric", &goal.metric)
        .maybe("baseline", goal.baseline)
        .maybe("target", goal.target)
        .maybe("by", goal.by.as_ref().map(|at| at.value))
        .maybe("account", goal.account.as_ref().map(|at| &at.value))
        .maybe("department", goal.department.as_ref().map(|at| &at.value))
}

pub(super) fn events(events: &Events) -> List {
    let list = List::new()
        .say("title", &events.title)
        .say("source", &events.source)
        .say("closed", events.closed.join(", "))
        .say("embargo", events.embargo.join(", "))
        .say("ignored", events.ignore.join(", "));
    events.events.iter().fold(list, |list, event| list.say(&format!("event {}", event.key()), event))
}
