//! People and campaigns: their days.

use crate::finding::{Code, Finding};

use super::super::{Calendar, Role};

pub(super) fn missing_until(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for person in calendar.people.values().filter(|person| person.until.is_none()) {
        let Some(role) = person.role.as_ref().filter(|role| role.value == Role::Freelancer) else { continue };
        let finding = Finding::new(
            Code::MissingUntil,
            &person.file,
            format!("{} is a freelancer without a last day", person.name),
        );
        findings.push(
            finding
                .at(role.span.clone())
                .label("needs `until`")
                .help("add `until = 2027-12-31`, the last day of the contract"),
        );
    }
}

pub(super) fn shared_signing_key(calendar: &Calendar, findings: &mut Vec<Finding>) {
    let with_key = || {
        let people = calendar.people.values();
        people.filter_map(|person| Some((person, person.signing_key.as_ref()?)))
    };
    for (at, (person, key)) in with_key().enumerate() {
        let Some((other, first)) = with_key().take(at).find(|(_, other)| other.value == key.value) else {
            continue;
        };
        let message = format!("{} and {} sign with the same key", other.name, person.name);
        let finding = Finding::new(Code::SharedSigningKey, &person.file, message).at(key.span.clone());
        findings.push(
            finding
                .label("another's too")
                .help("give each person a key of their own: what one key signs counts once")
                .related(&other.file, Some(first.span.clone()), "the other"),
        );
    }
}

pub(super) fn dates_reversed(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for campaign in calendar.campaigns.values() {
        let (Some(from), Some(until)) = (&campaign.from, &campaign.until) else { continue };
        if until.value < from.value {
            let message = format!("the campaign ends on {}, before it begins on {}", until.value, from.value);
            let finding = Finding::new(Code::DatesReversed, &campaign.file, message);
            findings.push(
                finding
                    .at(until.span.clone())
                    .label("before `from`")
                    .help("swap the two dates, or mend the year"),
            );
        }
    }
}
