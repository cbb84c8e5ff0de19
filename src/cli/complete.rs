//! What a shell completes from the calendar.

use clap_complete::{ArgValueCandidates, CompletionCandidate};

use crate::calendar::{Calendar, Mapping};
use crate::cli::here::Here;
use crate::intake::builtin;
use crate::rim::repo::Rev;

/// Completes a post's id.
pub fn posts() -> ArgValueCandidates {
    candidates(|calendar| {
        let named = calendar
            .posts
            .iter()
            .map(|post| (post.id.to_string(), post.body.title.as_ref().map(|title| title.text.clone())));
        named.collect()
    })
}

/// Completes an account's id.
pub fn accounts() -> ArgValueCandidates {
    candidates(|calendar| {
        let named = calendar.accounts.values().map(|account| {
            (
                account.id.to_string(),
                account.platform.as_ref().map(|platform| platform.value.name().to_owned()),
            )
        });
        named.collect()
    })
}

/// Completes a person's id.
pub fn people() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.people.values().map(|one| (one.id.to_string(), Some(one.name.clone()))).collect()
    })
}

/// Completes a development plan's id.
pub fn proposals() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.proposals.values().map(|one| (one.id.to_string(), Some(one.title.clone()))).collect()
    })
}

/// Completes a protocol's id.
pub fn protocols() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.protocols.values().map(|one| (one.id.to_string(), Some(one.title.clone()))).collect()
    })
}

/// Completes a training's id.
pub fn trainings() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.trainings.values().map(|one| (one.id.to_string(), Some(one.title.clone()))).collect()
    })
}

/// Completes an experiment's id.
pub fn experiments() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.experiments.values().map(|one| (one.id.to_string(), Some(one.hypothesis.clone()))).collect()
    })
}

/// Completes a request's id.
pub fn requests() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.requests.values().map(|one| (one.id.to_string(), Some(one.title.clone()))).collect()
    })
}

/// Completes a year that has a schedule.
pub fn years() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.schedules.values().map(|one| (format!("{:04}", one.year), one.title.clone())).collect()
    })
}

/// Completes a campaign's id.
pub fn campaigns() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.campaigns.values().map(|one| (one.id.to_string(), Some(one.name.clone()))).collect()
    })
}

/// Completes a goal's id.
pub fn goals() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.goals.values().map(|one| (one.id.to_string(), Some(one.name.clone()))).collect()
    })
}

/// Completes a mapping's id: the calendar's, and those built in.
pub fn mappings() -> ArgValueCandidates {
    candidates(|calendar| {
        let own = calendar.mappings.values().map(|one| (one.id.to_string(), Some(one.name.clone())));
        let is_new = |one: &&Mapping| !calendar.mappings.contains_key(&one.id);
        let others = builtin::mappings().iter().filter(is_new);
        own.chain(others.map(|one| (one.id.to_string(), Some(one.name.clone())))).collect()
    })
}

/// Completes a department's id.
pub fn departments() -> ArgValueCandidates {
    candidates(|calendar| {
        calendar.departments.values().map(|one| (one.id.to_string(), Some(one.name.clone()))).collect()
    })
}

type Named = Vec<(String, Option<String>)>;

/// A calendar that cannot be read completes nothing.
fn candidates(named: fn(&Calendar) -> Named) -> ArgValueCandidates {
    ArgValueCandidates::new(move || {
        let Ok(reading) = Here::new(None).read(&Rev::WorkTree) else { return Vec::new() };
        let found = named(&reading.calendar).into_iter();
        found
            .map(|(id, help)| {
                let help = help.map(|help| crate::ui::foreign(&help).into_owned().into());
                CompletionCandidate::new(id).help(help)
            })
            .collect()
    })
}
