//! Campaigns, goals and events, as a difference tells of them.

use super::super::{Campaign, Events, Goal};
use super::List;

pub(super) fn campaign(campaign: &Campaign) -> List {
    List::new()
        .say("name", &campaign.name)
        .maybe("from", campaign.from.as_ref().map(|at| at.value))
        .maybe("until", campaign.until.as_ref().map(|at| at.value))
        .maybe("goal", campaign.goal.as_ref().map(|at| &at.value))
        .maybe("department", campaign.department.as_ref().map(|at| &at.value))
        .maybe("tag", campaign.tag.as_ref().map(|at| &at.value))
        .maybe("link", campaign.link.as_ref().map(|at| &at.value))
        .maybe("brief", campaign.brief.as_ref())
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
