//! Where a development plan stands: submitted, decided on, or changed since.

use crate::draft::ProposalId;

use super::approval::Unsigned;
use super::{Calendar, Decision, Person, Role, Ruling};

/// Where a development plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State<'a> {
    /// Nobody who may has decided on it.
    Submitted,
    /// It was decided on as it is.
    Decided(&'a Decision),
    /// It was decided on, and is otherwise now.
    Changed(&'a Decision),
}

impl State<'_> {
    /// Returns the word for it.
    pub fn word(&self) -> &'static str {
        match self {
            State::Submitted => "submitted",
            State::Decided(decision) => decision.ruling.as_str(),
            State::Changed(_) => "changed since",
        }
    }
}

/// Why a decision does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Idle {
    /// It lies where the decisions on another plan, or of another person, lie.
    Elsewhere,
    /// It is not signed by whom it says.
    Unsigned(Unsigned),
    /// Who signed is no manager.
    NotTheirs,
}

impl Calendar {
    /// Tells whether a person decides on development plans.
    pub fn decides(&self, person: &Person) -> bool {
        person.role.as_ref().is_some_and(|role| role.value == Role::Manager)
    }

    /// Returns why a decision does not count, whatever the plan says now.
    pub(crate) fn idle(&self, decision: &Decision) -> Option<Idle> {
        let signed = &decision.signed;
        if decision.named != decision.proposal.value || signed.named != signed.person.value {
            return Some(Idle::Elsewhere);
        }
        if let Some(why) = self.unsigned(signed, &decision.text(), None) {
            return Some(Idle::Unsigned(why));
        }
        let person = self.people.get(&signed.person.value);
        (!person.is_some_and(|person| self.decides(person))).then_some(Idle::NotTheirs)
    }

    /// Tells where a development plan stands: the last decision on it as it is counts, else the last on it as it was.
    pub fn state(&self, proposal: &ProposalId) -> State<'_> {
        let Some(plan) = self.proposals.get(proposal) else { return State::Submitted };
        let decisions = self.decisions.get(proposal).into_iter().flat_map(|of_plan| of_plan.values());
        let counts: Vec<&Decision> = decisions.filter(|decision| self.idle(decision).is_none()).collect();
        let is_of_now = |decision: &&&Decision| decision.signed.digest.value == plan.digest;
        // At one moment, a no weighs more.
        let when = |decision: &&&Decision| (decision.signed.at.value, decision.ruling == Ruling::Rejected);
        match counts.iter().filter(is_of_now).max_by_key(when) {
            Some(decision) => State::Decided(decision),
            None => {
                counts.iter().max_by_key(when).map_or(State::Submitted, |decision| State::Changed(decision))
            }
        }
    }
}
