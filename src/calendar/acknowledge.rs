//! Who has read which protocol, in the version that stands, and signed that they did; and whose posts wait until they have,
//! or until they have done the training that goes with it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::draft::{DepartmentId, PersonId};

use super::approval::Unsigned;
use super::{Acknowledgement, Calendar, Post, Protocol, Readers, Training};

/// Whether a person has read a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acknowledged {
    /// They have, at that moment.
    Read(DateTime<Utc>),
    /// They have signed nothing.
    Never,
    /// They signed another version than the one that stands.
    Outdated,
    /// What lies there is not signed by them.
    Void(Unsigned),
}

impl Acknowledged {
    /// Returns the word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Acknowledged::Read(_) => "read",
            Acknowledged::Never => "not read",
            Acknowledged::Outdated => "read an earlier version",
            Acknowledged::Void(_) => "not signed as it must be",
        }
    }
}

/// What somebody must do before their posts go out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Duty<'a> {
    /// Read a protocol, and sign that they did.
    Read(&'a Protocol),
    /// Do a training, and sign that they did.
    Train(&'a Training),
}

/// Somebody whose posts wait until they have read a protocol or done a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Unready<'a> {
    /// What they must do.
    pub duty: Duty<'a>,
    /// Who must; nobody where the department has no coordinator.
    pub person: Option<&'a PersonId>,
    /// Why, in words.
    pub told: String,
}

impl Protocol {
    /// Returns who must read it or do its training; nobody where it asks for neither. A training alone is for coordinators.
    fn readers(&self) -> Option<Readers> {
        self.acknowledge.or_else(|| (!self.training.is_empty()).then_some(Readers::Coordinators))
    }
}

impl Calendar {
    /// Tells whether any protocol asks to be read, or for a training.
    pub fn asks_for_readers(&self) -> bool {
        self.protocols.values().any(|protocol| protocol.readers().is_some())
    }

    /// Tells whether a person has read a protocol as it stands; `day` is the day on which it matters.
    pub fn acknowledged(
        &self,
        protocol: &Protocol,
        person: &PersonId,
        day: Option<NaiveDate>,
    ) -> Acknowledged {
        let of_protocol = self.acknowledgements.get(&protocol.id);
        match of_protocol.and_then(|of_protocol| of_protocol.get(person)) {
            None => Acknowledged::Never,
            Some(found) => self.judge(protocol, found, day),
        }
    }

    /// Tells what an acknowledgement is worth for the protocol that it names.
    pub(super) fn judge(
        &self,
        protocol: &Protocol,
        found: &Acknowledgement,
        day: Option<NaiveDate>,
    ) -> Acknowledged {
        let Acknowledgement { named, protocol: said, signed } = found;
        if *named != said.value || signed.named != signed.person.value {
            return Acknowledged::Never;
        }
        match self.unsigned(signed, &found.text(), day) {
            Some(why) => Acknowledged::Void(why),
            None if signed.digest.value != protocol.digest => Acknowledged::Outdated,
            None => Acknowledged::Read(signed.at.value),
        }
    }

    /// Returns the coordinators of a department: the one that its file names, or those whose own files say so.
    fn coordinators(&self, id: &DepartmentId) -> Vec<&PersonId> {
        let named = self.departments.get(id).and_then(|department| department.coordinator.as_ref());
        if let Some(named) = named {
            return vec![&named.value];
        }
        let is_one = |person: &&super::Person| {
            person.role.as_ref().is_some_and(|role| role.value == super::Role::DepartmentCoordinator)
                && person.department.as_ref().is_some_and(|own| own.value == *id)
        };
        self.people.values().filter(is_one).map(|person| &person.id).collect()
    }

    /// Returns everybody who must read a protocol or do its training, of whatever department it is for.
    pub fn readers(&self, protocol: &Protocol) -> BTreeSet<&PersonId> {
        let Some(readers) = protocol.readers() else { return BTreeSet::new() };
        let departments = self.departments.values().filter(|department| protocol.is_for(&department.id));
        let of = departments.flat_map(|department| {
            let writers = department.contributors.iter().map(|at| &at.value);
            let writers = writers.filter(move |_| readers == Readers::Everyone);
            self.coordinators(&department.id).into_iter().chain(writers)
        });
        of.collect()
    }

    /// Returns who must read or do what before a post may go out on a day: nothing where they have.
    pub fn unready(&self, post: &Post, day: NaiveDate) -> Vec<Unready<'_>> {
        let mut unready: Vec<Unready<'_>> = Vec::new();
        for protocol in self.protocols.values() {
            let Some(readers) = protocol.readers() else { continue };
            let department = post.department.as_ref().map(|at| &at.value);
            if department.is_some_and(|department| !protocol.is_for(department)) {
                continue;
            }
            let duties = self.duties(protocol, day);
            let Some(first) = duties.first() else { continue };
            let mut people: BTreeSet<&PersonId> =
                department.map(|department| self.coordinators(department)).into_iter().flatten().collect();
            if let Some(department) = department.filter(|_| people.is_empty()) {
                let told = match first {
                    Duty::Read(_) => {
                        format!("`{department}` has no coordinator who could read {}", protocol.file)
                    }
                    Duty::Train(training) => {
                        format!(
                            "`{department}` has no coordinator who could do the training {}",
                            training.file
                        )
                    }
                };
                unready.push(Unready { duty: *first, person: None, told });
            }
            let author = post.author.as_ref().map(|at| &at.value);
            let author = author.and_then(|author| self.people.get(author)).map(|person| &person.id);
            people.extend(author.filter(|_| readers == Readers::Everyone));
            for person in people {
                let known = self.people.get(person).map(|person| &person.id);
                let gone = self.people.get(person).and_then(|person| person.until.as_ref());
                let gone = gone.map(|until| until.value).filter(|until| day > *until);
                for duty in &duties {
                    // Who has left can sign nothing any more.
                    let new = match gone {
                        Some(until) => {
                            let told = format!("{person} answers for it, whose last day was {until}");
                            Some(Unready { duty: *duty, person: None, told })
                        }
                        None => self.lacking(*duty, person, day).map(|told| Unready {
                            duty: *duty,
                            person: known,
                            told,
                        }),
                    };
                    // Two protocols may name one training.
                    unready.extend(new.filter(|new| !unready.contains(new)));
                }
            }
        }
        unready
    }

    /// Returns what a protocol asks of those who answer for posts of a day.
    fn duties<'a>(&'a self, protocol: &'a Protocol, day: NaiveDate) -> Vec<Duty<'a>> {
        let read = protocol.acknowledge.map(|_| Duty::Read(protocol));
        let trainings = self.trainings_of(protocol, Some(day)).into_iter().map(Duty::Train);
        read.into_iter().chain(trainings).collect()
    }

    /// Says what a person lacks of what they must do; nothing where they have done it.
    fn lacking(&self, duty: Duty<'_>, person: &PersonId, day: NaiveDate) -> Option<String> {
        let protocol = match duty {
            Duty::Train(training) => return self.trained(training, person, Some(day)).told(person, training),
            Duty::Read(protocol) => protocol,
        };
        match self.acknowledged(protocol, person, Some(day)) {
            Acknowledged::Read(_) => None,
            Acknowledged::Never => Some(format!("{person} has not read {}", protocol.file)),
            Acknowledged::Outdated => Some(format!("{person} read an earlier version of {}", protocol.file)),
            Acknowledged::Void(_) => {
                Some(format!("what {person} signed for {} is not signed as it must be", protocol.file))
            }
        }
    }
}
