//! What is wrong with a signature, whatever was signed.

use crate::finding::{Code, Finding};
use crate::signature::Fault;

use super::super::approval::Unsigned;
use super::super::{Calendar, Signed};

/// Returns the finding of something that is not signed by whom it says; `what` is such as `the approval`, and `again` the
/// command that signs anew.
pub(super) fn unsigned(
    calendar: &Calendar,
    signed: &Signed,
    why: &Unsigned,
    (what, again): (&str, &str),
) -> Finding {
    let id = &signed.person.value;
    let at_person =
        |code, message: String| Finding::new(code, &signed.file, message).at(signed.person.span.clone());
    let person = calendar.people.get(id);
    let key = person.and_then(|person| person.signing_key.as_ref());
    match (why, person) {
        (Unsigned::Gone(until), Some(person)) => {
            let message =
                format!("{what} is of {}, whose last day is {until}: it does not count", person.name);
            let place = person.until.as_ref().map(|until| until.span.clone());
            at_person(Code::SignatureExpired, message)
                .label("gone by then")
                .help(format!("take it out, and let somebody sign who is still here: `{again}`"))
                .related(&person.file, place, "the last day")
        }
        (Unsigned::Keyless, Some(person)) => {
            let message = format!("{what} is signed, and no key of {} is known", person.name);
            at_person(Code::SignatureKey, message).label("has no `signing_key`").help(format!(
                "write `signing_key = \"ssh-ed25519 …\"` into {}, if it is theirs",
                person.file
            ))
        }
        (Unsigned::Bad(Fault::OtherKey(found)), Some(person)) => {
            let message = format!("{what} is not signed with the key of {}, but with {found}", person.name);
            let finding = Finding::new(Code::SignatureKey, &signed.file, message);
            finding
                .at(signed.signature.span.clone())
                .label("another's key, or an old one")
                .help(format!("take it out; {id} signs anew with `{again}`"))
                .related(&person.file, key.map(|key| key.span.clone()), "their key")
        }
        (Unsigned::Bad(fault), _) => {
            let finding = Finding::new(
                Code::BadSignature,
                &signed.file,
                format!("the signature of {what} is not good: {fault}"),
            );
            finding
                .at(signed.signature.span.clone())
                .label("not good")
                .help(format!("take it out; {id} signs anew with `{again}`"))
        }
        (Unsigned::Nobody | Unsigned::Gone(_) | Unsigned::Keyless, _) => {
            at_person(Code::UnknownPerson, format!("there is no person `{id}`"))
                .label("unknown person")
                .help(format!("take the file out, or add people/{id}.toml, if they are back"))
        }
    }
}

/// Returns the finding of something that lies under another name than its own.
pub(super) fn elsewhere(signed: &Signed, message: String, wanted: &str) -> Finding {
    Finding::new(Code::SignatureElsewhere, &signed.file, message)
        .at(signed.person.span.clone())
        .label("not where it lies")
        .help(format!("it counts as {wanted} alone: move it there, or take it out"))
}
