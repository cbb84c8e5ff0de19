//! The grammar of what people sign, and of who must.

use super::super::model::{By, Ruling};
use super::Type::{Choice, Choices, Count, Flag, Id, Ids, Line, Lines, Moment, Text};
use super::{Key, may, must};

const BY: &[&str] =
    &[By::ALL[0].0, By::ALL[1].0, By::ALL[2].0, By::ALL[3].0, By::ALL[4].0, By::ALL[5].0, By::ALL[6].0];

const RULINGS: &[&str] = &[Ruling::ALL[0].0, Ruling::ALL[1].0];

/// `[[approval]]` in `kalends.toml`.
pub(super) const RULE: &[Key] = &[
    may("by", Choices(BY), "Whose approval it takes, by what they are; any one of these will do."),
    may("people", Ids, "Who may give it besides, by name."),
    may("count", Count, "How many different people must; 1 if absent."),
    may("own", Flag, "Whether an author may approve their own post; not if absent."),
    may("departments", Ids, "Only posts of these departments; of all if absent."),
    may("accounts", Ids, "Only posts that go to one of these accounts; to any if absent."),
    may("campaigns", Ids, "Only posts of these campaigns; of any or none if absent."),
    may("topics", Ids, "Only posts on one of these topics; on any or none if absent."),
];

/// `approvals/POST/PERSON.toml`
pub(super) const APPROVAL: &[Key] = &[
    must("post", Id, "The post that is approved."),
    must("person", Id, "The person who approves it."),
    must("digest", Line, "The digest of what is approved: `sha256:…`."),
    must("at", Moment, "When it was approved."),
    must("signature", Text, "The person's signature: `-----BEGIN SSH SIGNATURE-----` …"),
];

/// `acknowledgements/PROTOCOL/PERSON.toml`
pub(super) const ACKNOWLEDGEMENT: &[Key] = &[
    must("protocol", Id, "The protocol that was read."),
    must("person", Id, "The person who read it."),
    must("digest", Line, "The digest of the protocol's words and rules: `sha256:…`."),
    must("at", Moment, "When it was signed."),
    must("signature", Text, "The person's signature: `-----BEGIN SSH SIGNATURE-----` …"),
];

/// `training/ID/PERSON.toml`
pub(super) const PASS: &[Key] = &[
    must("training", Id, "The training that was done."),
    must("person", Id, "The person who did it."),
    must("answers", Lines, "What they answered to each question: the letters of options, or words."),
    must("score", Line, "How many of the answers were right, such as `4/5`."),
    must("digest", Line, "The digest of the training's words and questions: `sha256:…`."),
    must("at", Moment, "When it was signed."),
    must("signature", Text, "The person's signature: `-----BEGIN SSH SIGNATURE-----` …"),
];

/// `proposals/ID/PERSON.toml`
pub(super) const DECISION: &[Key] = &[
    must("proposal", Id, "The development plan that is decided on."),
    must("person", Id, "The person who decides."),
    must("ruling", Choice(RULINGS), "What was decided."),
    may("why", Line, "Why it was rejected, or what the approval hangs on."),
    must("digest", Line, "The SHA-256 of the plan's file: `sha256:…`."),
    must("at", Moment, "When it was decided."),
    must("signature", Text, "The person's signature: `-----BEGIN SSH SIGNATURE-----` …"),
];
