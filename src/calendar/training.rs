//! Who has done which training, in the version that stands, with answers that are right.

use chrono::{DateTime, NaiveDate, Utc};

use crate::draft::{PersonId, TrainingId};

use super::approval::Unsigned;
use super::{Calendar, Pass, Protocol, Training};

/// Whether a person has done a training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trained {
    /// They have, at that moment; it counts until the end of a day, or for good.
    Done {
        /// When they signed.
        at: DateTime<Utc>,
        /// The last day on which it counts.
        until: Option<NaiveDate>,
    },
    /// They have signed nothing.
    Never,
    /// They did another version than the one that stands.
    Outdated,
    /// It counted until that day.
    Expired(NaiveDate),
    /// What they answered is not good enough, or not what the record says.
    Failed,
    /// What lies there is not signed by them.
    Void(Unsigned),
}

impl Trained {
    /// Returns the word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Trained::Done { .. } => "done",
            Trained::Never => "not done",
            Trained::Outdated => "did an earlier version",
            Trained::Expired(_) => "expired",
            Trained::Failed => "not passed",
            Trained::Void(_) => "not signed as it must be",
        }
    }

    /// Says in a sentence what a person lacks of a training; nothing where they have done it.
    pub(super) fn told(&self, person: &PersonId, training: &Training) -> Option<String> {
        let file = &training.file;
        Some(match self {
            Trained::Done { .. } => return None,
            Trained::Never => format!("{person} has not done the training {file}"),
            Trained::Outdated => format!("{person} did an earlier version of the training {file}"),
            Trained::Expired(until) => {
                format!("what {person} did of the training {file} counts until {until}")
            }
            Trained::Failed => format!("{person} has not passed the training {file}"),
            Trained::Void(_) => format!("what {person} signed for {file} is not signed as it must be"),
        })
    }
}

impl Calendar {
    /// Tells whether a person has done a training as it stands; `day` is the day on which it matters.
    pub fn trained(&self, training: &Training, person: &PersonId, day: Option<NaiveDate>) -> Trained {
        let of_training = self.passes.get(&training.id);
        match of_training.and_then(|of_training| of_training.get(person)) {
            None => Trained::Never,
            Some(pass) => self.judge_pass(training, pass, day),
        }
    }

    /// Tells what a record is worth for the training that it names.
    pub(super) fn judge_pass(&self, training: &Training, pass: &Pass, day: Option<NaiveDate>) -> Trained {
        let Pass { named, training: said, answers, score, signed } = pass;
        if *named != said.value || signed.named != signed.person.value {
            return Trained::Never;
        }
        if let Some(why) = self.unsigned(signed, &pass.text(), day) {
            return Trained::Void(why);
        }
        if signed.digest.value != training.digest {
            return Trained::Outdated;
        }
        let marks = training.mark(&answers.value);
        if !training.is_passed(&answers.value, &marks) || training.score(&marks) != score.value {
            return Trained::Failed;
        }
        let at = signed.at.value;
        let end = training.valid.and_then(|valid| at.checked_add_signed(valid));
        let until = end.map(|end| self.root.zone.local(end).date());
        match until.filter(|until| day.is_some_and(|day| day > *until)) {
            Some(until) => Trained::Expired(until),
            None => Trained::Done { at, until },
        }
    }

    /// Returns the trainings that a protocol names and that there are, with those alone for which posts of a day wait.
    pub fn trainings_of(&self, protocol: &Protocol, day: Option<NaiveDate>) -> Vec<&Training> {
        let named = protocol.training.iter().filter_map(|at| self.trainings.get(&at.value));
        let has_begun = |training: &&Training| {
            let since = training.since.as_ref().map(|since| since.value);
            since.is_none_or(|since| day.is_none_or(|day| day >= since))
        };
        named.filter(has_begun).collect()
    }

    /// Returns the protocols that name a training.
    pub fn protocols_with<'a>(&'a self, id: &'a TrainingId) -> impl Iterator<Item = &'a Protocol> {
        let names = move |protocol: &&Protocol| protocol.training.iter().any(|at| at.value == *id);
        self.protocols.values().filter(names)
    }
}
