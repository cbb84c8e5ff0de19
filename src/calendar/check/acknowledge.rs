//! Acknowledgements: signed by whom they say, for the protocol as it stands.

use crate::finding::{Code, Finding};

use super::super::acknowledge::Acknowledged;
use super::super::{Acknowledgement, Calendar};
use super::signed;

/// Finds what is wrong with an acknowledgement.
pub(super) fn of(calendar: &Calendar, found: &Acknowledgement, findings: &mut Vec<Finding>) {
    let (id, person) = (&found.protocol.value, &found.signed.person.value);
    let again = format!("kalends protocol acknowledge {id}");
    if found.named != *id || found.signed.named != *person {
        let message = format!("what `{person}` signed for `{id}` lies under another name");
        let wanted = format!("acknowledgements/{id}/{person}.toml");
        findings.push(signed::elsewhere(&found.signed, message, &wanted));
        return;
    }
    let Some(protocol) = calendar.protocols.get(id) else {
        let message = format!("there is no protocol `{id}`");
        let finding = Finding::new(Code::UnknownProtocol, &found.signed.file, message);
        findings.push(
            finding.at(found.protocol.span.clone()).label("unknown protocol").help("take the file out"),
        );
        return;
    };
    match calendar.judge(protocol, found, None) {
        Acknowledged::Void(why) => {
            let what = ("the acknowledgement", again.as_str());
            findings.push(signed::unsigned(calendar, &found.signed, &why, what));
        }
        Acknowledged::Outdated => {
            let message = format!("{person} read an earlier version of `{id}`");
            let finding = Finding::new(Code::AcknowledgementOutdated, &found.signed.file, message);
            findings.push(
                finding
                    .at(found.signed.digest.span.clone())
                    .label("not the protocol as it is now")
                    .help(format!("{person} reads it again, and signs anew with `{again}`"))
                    .related(&protocol.file, None, "the protocol"),
            );
        }
        Acknowledged::Read(_) | Acknowledged::Never => {}
    }
}
