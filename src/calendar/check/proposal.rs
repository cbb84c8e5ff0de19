//! Decisions on development plans: signed by a manager, for the plan as it is.

use crate::finding::{Code, Finding};

use super::super::proposal::Idle;
use super::super::{Calendar, Decision};
use super::signed;

pub(super) fn of(calendar: &Calendar, decision: &Decision, findings: &mut Vec<Finding>) {
    let (id, signed) = (&decision.proposal.value, &decision.signed);
    let Some(plan) = calendar.proposals.get(id) else {
        let finding = Finding::new(Code::UnknownProposal, &signed.file, format!("there is no plan `{id}`"));
        findings.push(
            finding
                .at(decision.proposal.span.clone())
                .label("unknown plan")
                .help(format!("take the decision out, or put proposals/{id}.md back")),
        );
        return;
    };
    let again = format!("kalends proposal approve {id}");
    match calendar.idle(decision) {
        Some(Idle::Elsewhere) => {
            let person = &signed.person.value;
            let message = format!("a decision on `{id}` by `{person}` lies under another name");
            findings.push(signed::elsewhere(signed, message, &format!("proposals/{id}/{person}.toml")));
        }
        Some(Idle::Unsigned(why)) => {
            findings.push(signed::unsigned(calendar, signed, &why, ("the decision", &again)));
        }
        Some(Idle::NotTheirs) => {
            let person = &signed.person.value;
            let message = format!("`{person}` is no manager, and decides on no plan");
            let finding = Finding::new(Code::DecisionNotTheirs, &signed.file, message);
            findings.push(
                finding
                    .at(signed.person.span.clone())
                    .label("not theirs to decide")
                    .help("take it out; a person whose `role` is `manager` decides"),
            );
        }
        None if signed.digest.value != plan.digest => {
            let message = format!("the plan `{id}` was changed since it was {}", decision.ruling.as_str());
            let finding = Finding::new(Code::DecisionOutdated, &signed.file, message);
            findings.push(
                finding
                    .at(signed.digest.span.clone())
                    .label("not the plan as it is now")
                    .help(format!(
                        "a manager reads it again, and decides: `{again}`, or `kalends proposal reject {id} --why …`"
                    ))
                    .related(&plan.file, None, "the plan"),
            );
        }
        None => {}
    }
}
