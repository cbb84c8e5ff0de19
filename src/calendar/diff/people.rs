//! People, departments and machines, as a difference tells of them.

use super::super::{Department, Person, Runner};
use super::List;

pub(super) fn person(person: &Person) -> List {
    List::new()
        .say("name", &person.name)
        .maybe("role", person.role.as_ref().map(|role| role.value.as_str()))
        .maybe("department", person.department.as_ref().map(|at| &at.value))
        .maybe("email", person.email.as_ref())
        .maybe("recipient", person.recipient.as_ref())
        .maybe("signing key", person.signing_key.as_ref().map(|at| &at.value))
        .maybe("until", person.until.as_ref().map(|at| at.value))
}

pub(super) fn runner(runner: &Runner) -> List {
    List::new()
        .say("name", &runner.name)
        .maybe("recipient", runner.recipient.as_ref())
        .all("accounts", runner.accounts.iter().map(|at| &at.value))
        .maybe("until", runner.until.as_ref().map(|at| at.value))
}

pub(super) fn department(department: &Department) -> List {
    let slots = department.slots.iter().map(|slot| {
        let account = slot.account.as_ref().map_or(String::new(), |at| format!(" on {}", at.value));
        format!("{} at {}{account}", slot.every.value, slot.at.value.format("%H:%M"))
    });
    List::new()
        .say("name", &department.name)
        .maybe("coordinator", department.coordinator.as_ref().map(|at| &at.value))
        .all("contributors", department.contributors.iter().map(|at| &at.value))
        .all("accounts", department.accounts.iter().map(|at| &at.value))
        .maybe("posts a day", department.quota_day.as_ref().map(|at| at.value))
        .maybe("posts a week", department.quota_week.as_ref().map(|at| at.value))
        .all("slots", slots)
}
