//! Names of things that there are not.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::finding::{Code, Finding};
use crate::time::nearest;

use super::super::format::word::shown;
use super::super::model::Voice;
use super::super::{At, Calendar, Post};

/// An id that knows how to be a string.
pub(super) trait Named: Ord + Display {
    fn name(&self) -> &str;
}

macro_rules! named {
    ($($id:ident)*) => {$(
        impl Named for crate::draft::$id {
            fn name(&self) -> &str {
                self.as_str()
            }
        }
    )*};
}

named! { AccountId PersonId DepartmentId CampaignId ExperimentId GoalId TrainingId }

/// Says that an id is none of those that there are.
fn known<'a, I: Named + 'a, T>(
    findings: &mut Vec<Finding>,
    file: &str,
    (code, noun, folder): (Code, &str, &str),
    there: &BTreeMap<I, T>,
    ids: impl IntoIterator<Item = &'a At<I>>,
) {
    for id in ids {
        if there.contains_key(&id.value) {
            continue;
        }
        let name = id.value.name();
        let near = nearest(name, there.keys().map(Named::name));
        let finding = Finding::new(code, file, format!("there is no {noun} `{name}`")).at(id.span.clone());
        findings.push(match near {
            Some(near) => finding
                .label(format!("did you mean `{near}`?"))
                .help(format!("write `{near}`, or add {folder}/{name}.toml")),
            None => finding.label(format!("unknown {noun}")).help(format!("add {folder}/{name}.toml")),
        });
    }
}

/// The file of the calendar's policy.
pub(super) const ROOT: &str = "kalends.toml";

const ACCOUNT: (Code, &str, &str) = (Code::UnknownAccount, "account", "accounts");
const PERSON: (Code, &str, &str) = (Code::UnknownPerson, "person", "people");
const DEPARTMENT: (Code, &str, &str) = (Code::UnknownDepartment, "department", "departments");
const CAMPAIGN: (Code, &str, &str) = (Code::UnknownCampaign, "campaign", "campaigns");
const GOAL: (Code, &str, &str) = (Code::UnknownGoal, "goal", "goals");
const EXPERIMENT: (Code, &str, &str) = (Code::UnknownExperiment, "experiment", "experiments");
const TRAINING: (Code, &str, &str) = (Code::UnknownTraining, "training", "training");

pub(super) fn of_rules(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for rule in &calendar.root.rules {
        known(findings, ROOT, PERSON, &calendar.people, &rule.people);
        known(findings, ROOT, DEPARTMENT, &calendar.departments, &rule.departments);
        known(findings, ROOT, ACCOUNT, &calendar.accounts, &rule.accounts);
        known(findings, ROOT, CAMPAIGN, &calendar.campaigns, &rule.campaigns);
    }
}

/// Finds leave that is given to nobody, or for files that there cannot be.
pub(super) fn of_changes(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for allow in calendar.root.changes.iter().flat_map(|changes| &changes.allow) {
        known(findings, ROOT, PERSON, &calendar.people, &allow.people);
        let is_odd = |path: &str| {
            path.starts_with('/') || path.contains('*') || path.split('/').any(|name| name == "..")
        };
        for files in allow.files.iter().filter(|files| is_odd(&files.value)) {
            let message = format!("`{}` is no folder or file of the calendar", shown(&files.value));
            findings.push(
                Finding::new(Code::BadValue, ROOT, message)
                    .at(files.span.clone())
                    .label("never met")
                    .help("name a folder or a file from the calendar's root on, such as `protocols`"),
            );
        }
    }
}

pub(super) fn of_runners(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for runner in calendar.runners.values() {
        known(findings, &runner.file, ACCOUNT, &calendar.accounts, &runner.accounts);
    }
}

pub(super) fn of_people(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for person in calendar.people.values() {
        known(findings, &person.file, DEPARTMENT, &calendar.departments, &person.department);
    }
}

pub(super) fn of_departments(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for department in calendar.departments.values() {
        let people = department.coordinator.iter().chain(&department.contributors);
        known(findings, &department.file, PERSON, &calendar.people, people);
        let slots = department.slots.iter().filter_map(|slot| slot.account.as_ref());
        let accounts = department.accounts.iter().chain(slots);
        known(findings, &department.file, ACCOUNT, &calendar.accounts, accounts);
    }
}

pub(super) fn of_accounts(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for account in calendar.accounts.values() {
        known(findings, &account.file, DEPARTMENT, &calendar.departments, &account.departments);
        known(findings, &account.file, PERSON, &calendar.people, &account.access);
        if let Voice::Person(person) = &account.voice {
            known(findings, &account.file, PERSON, &calendar.people, [person]);
        }
    }
}

pub(super) fn of_campaigns(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for campaign in calendar.campaigns.values() {
        known(findings, &campaign.file, GOAL, &calendar.goals, &campaign.goal);
        let of_steps = campaign.steps.iter().filter_map(|step| step.department.as_ref());
        let departments = campaign.department.iter().chain(of_steps);
        known(findings, &campaign.file, DEPARTMENT, &calendar.departments, departments);
        let accounts = campaign.steps.iter().flat_map(|step| &step.accounts);
        known(findings, &campaign.file, ACCOUNT, &calendar.accounts, accounts);
    }
}

pub(super) fn of_experiments(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for experiment in calendar.experiments.values() {
        known(findings, &experiment.file, ACCOUNT, &calendar.accounts, [&experiment.account]);
    }
    for schedule in calendar.schedules.values() {
        let named = schedule.slots.iter().filter_map(|slot| slot.experiment.as_ref());
        known(findings, &schedule.file, EXPERIMENT, &calendar.experiments, named);
    }
}

pub(super) fn of_events(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for events in calendar.events.values() {
        for event in &events.events {
            known(findings, &events.file, CAMPAIGN, &calendar.campaigns, &event.campaign);
            let Some(post) = event.post.as_ref().filter(|post| calendar.post(&post.value).is_none()) else {
                continue;
            };
            let message = format!("there is no post `{}`", post.value);
            let finding = Finding::new(Code::UnknownPost, &events.file, message).at(post.span.clone());
            let near = nearest(post.value.as_str(), calendar.posts.iter().map(|post| post.id.as_str()));
            findings.push(match near {
                Some(near) => {
                    finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`"))
                }
                None => finding.label("no such post").help("write the post's id, which is its file's name"),
            });
        }
    }
}

pub(super) fn of_goals(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for goal in calendar.goals.values() {
        known(findings, &goal.file, ACCOUNT, &calendar.accounts, &goal.account);
        known(findings, &goal.file, DEPARTMENT, &calendar.departments, &goal.department);
    }
}

pub(super) fn of_protocols(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for protocol in calendar.protocols.values() {
        known(findings, &protocol.file, TRAINING, &calendar.trainings, &protocol.training);
        for scope in protocol.rules.iter().map(|rule| &rule.scope) {
            known(findings, &protocol.file, DEPARTMENT, &calendar.departments, &scope.departments);
            known(findings, &protocol.file, ACCOUNT, &calendar.accounts, &scope.accounts);
            known(findings, &protocol.file, CAMPAIGN, &calendar.campaigns, &scope.campaigns);
        }
    }
}

pub(super) fn of_requests(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for request in calendar.requests.values() {
        let departments = request.department.iter().chain(&request.to_department);
        known(findings, &request.file, DEPARTMENT, &calendar.departments, departments);
        let people = request.from.iter().chain(request.taken.iter().map(|taken| &taken.by));
        known(findings, &request.file, PERSON, &calendar.people, people);
        known(findings, &request.file, ACCOUNT, &calendar.accounts, &request.accounts);
        known(findings, &request.file, CAMPAIGN, &calendar.campaigns, &request.campaign);
        known(findings, &request.file, GOAL, &calendar.goals, &request.goal);
    }
}

pub(super) fn of_schedules(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for schedule in calendar.schedules.values() {
        let file = &schedule.file;
        let mut departments: Vec<&At<_>> = Vec::new();
        let mut accounts: Vec<&At<_>> = Vec::new();
        schedule.themes.iter().for_each(|it| departments.extend(&it.departments));
        schedule.observances.iter().for_each(|it| departments.extend(&it.departments));
        schedule.closings.iter().for_each(|it| departments.extend(&it.departments));
        departments.extend(schedule.coverage.iter().filter_map(|it| it.department.as_ref()));
        departments.extend(schedule.slots.iter().map(|it| &it.department));
        schedule.observances.iter().for_each(|it| accounts.extend(&it.accounts));
        schedule.closings.iter().for_each(|it| accounts.extend(&it.accounts));
        accounts.extend(schedule.coverage.iter().filter_map(|it| it.account.as_ref()));
        accounts.extend(schedule.slots.iter().map(|it| &it.account));
        let campaigns = schedule.themes.iter().filter_map(|it| it.campaign.as_ref());
        let campaigns = campaigns.chain(schedule.coverage.iter().filter_map(|it| it.campaign.as_ref()));
        let campaigns = campaigns.chain(schedule.slots.iter().filter_map(|it| it.campaign.as_ref()));
        let goals = schedule.coverage.iter().filter_map(|it| it.goal.as_ref());
        let goals = goals.chain(schedule.slots.iter().filter_map(|it| it.goal.as_ref()));
        known(findings, file, DEPARTMENT, &calendar.departments, departments);
        known(findings, file, ACCOUNT, &calendar.accounts, accounts);
        known(findings, file, CAMPAIGN, &calendar.campaigns, campaigns);
        known(findings, file, GOAL, &calendar.goals, goals);
    }
}

pub(super) fn of_post(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    known(findings, &post.file, DEPARTMENT, &calendar.departments, &post.department);
    known(findings, &post.file, PERSON, &calendar.people, &post.author);
    known(findings, &post.file, CAMPAIGN, &calendar.campaigns, &post.campaign);
    known(findings, &post.file, GOAL, &calendar.goals, &post.goal);
    known(findings, &post.file, ACCOUNT, &calendar.accounts, &post.to.value);
}
