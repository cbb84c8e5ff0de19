//! Who answers for which files, as forges read it to ask for a review: CODEOWNERS.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::calendar::{Calendar, Person, Post, Role};
use crate::draft::DepartmentId;

/// Returns the lines of a CODEOWNERS file for a calendar that lies in a folder of the repository, empty at its top.
///
/// Owners are named by their addresses, which GitHub and GitLab know; the last line that is about a file counts. Of posts
/// only those from a day on are listed, each with who coordinates its department. A line without owners asks nobody.
pub fn owners(calendar: &Calendar, folder: &str, from: NaiveDate) -> String {
    let root = if folder.is_empty() { "/".to_owned() } else { format!("/{folder}/") };
    let of = |roles: &[Role]| -> Vec<&str> {
        let is_of = |person: &&Person| person.role.as_ref().is_some_and(|role| roles.contains(&role.value));
        calendar.people.values().filter(is_of).filter_map(|person| address(person, from)).collect()
    };
    let coordinators = of(&[Role::Coordinator]);
    let machines = of(&[Role::Coordinator, Role::It]);
    let managers = of(&[Role::Coordinator, Role::Manager]);
    let mut lines = String::new();
    let mut add = |path: &str, owners: &[&str]| {
        let line = [&[path], owners].concat().join(" ");
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{line}");
    };
    // Of the whole repository the pattern is `*`: `/` is no file's name.
    add(if folder.is_empty() { "*" } else { &root }, &coordinators);
    for steering in
        ["/.github/", "/.gitlab/", "/.gitlab-ci.yml", ".gitattributes", ".gitmodules", "CODEOWNERS"]
    {
        add(steering, &machines);
    }
    for machine in ["accounts", "runners", "vault"] {
        add(&format!("{root}{machine}/"), &machines);
    }
    for managed in ["goals", "schedule", "proposals"] {
        add(&format!("{root}{managed}/"), &managers);
    }
    for open in ["media", "requests", "approvals", "acknowledgements", "training/*"] {
        add(&format!("{root}{open}/"), &[]);
    }
    let answers = |department: &DepartmentId| -> Vec<&str> {
        let coordinator = calendar.departments.get(department).and_then(|found| found.coordinator.as_ref());
        let person = coordinator.and_then(|id| calendar.people.get(&id.value));
        person.and_then(|person| address(person, from)).map_or_else(|| coordinators.clone(), |one| vec![one])
    };
    for campaign in calendar.campaigns.values() {
        if let Some(department) = &campaign.department {
            add(&format!("{root}{}", campaign.file), &answers(&department.value));
        }
    }
    let is_to_come =
        |post: &&Post| post.repeat.is_some() || post.at.as_ref().is_none_or(|at| at.value.date() >= from);
    for post in calendar.posts.iter().filter(is_to_come) {
        if let Some(department) = &post.department {
            add(&format!("{root}{}", post.file), &answers(&department.value));
        }
    }
    lines
}

/// Returns a person's address, if they are here still and it is one that a line can hold.
fn address(person: &Person, day: NaiveDate) -> Option<&str> {
    let is_gone = person.until.as_ref().is_some_and(|until| until.value < day);
    let email = person.email.as_deref()?;
    let is_plain = email.contains('@') && !email.contains(|c: char| c.is_whitespace() || c == '#');
    (is_plain && !is_gone).then_some(email)
}
