//! Protocols and facts, as a difference tells of them.

use crate::finding::Severity;

use super::super::{Fact, Protocol, ProtocolRule, Readers};
use super::List;

pub(super) fn protocol(protocol: &Protocol) -> List {
    let told = |rule: &ProtocolRule| match rule.severity {
        Severity::Error => rule.to_string(),
        Severity::Warning => format!("{rule} (a warning)"),
    };
    let list = List::new()
        .say("title", &protocol.title)
        .maybe("revision", protocol.revision)
        .maybe("acknowledged by", protocol.acknowledge.map(Readers::as_str))
        .all("training", protocol.training.iter().map(|at| &at.value))
        .say("text", &protocol.text);
    let rules = protocol.rules.iter().zip(1..);
    rules.fold(list, |list, (rule, number)| {
        list.say(&format!("rule {number}"), told(rule)).say(&format!("rule {number} says"), &rule.say.value)
    })
}

pub(super) fn fact(fact: &Fact) -> List {
    List::new()
        .say("statement", &fact.statement.value)
        .say("source", &fact.source)
        .maybe("pattern", fact.pattern.as_ref())
        .all("words", &fact.words)
        .maybe("value", fact.value.as_ref())
        .maybe("expires", fact.expires.as_ref().map(|at| at.value))
}
