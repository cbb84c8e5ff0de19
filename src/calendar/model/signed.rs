//! What people sign: approvals of posts, decisions on development plans; and the rules that ask for them.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::draft::{
    AccountId, CampaignId, DepartmentId, Digest, PersonId, PostId, ProposalId, ProtocolId, TopicId,
    TrainingId,
};
use crate::finding::Span;
use crate::signature;

use super::At;

/// Who may give an approval, by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A coordinator of the whole calendar.
    Coordinator,
    /// The coordinator of the post's own department.
    DepartmentCoordinator,
    /// A coordinator of the whole or of any department.
    AnyCoordinator,
    /// A manager.
    Manager,
    /// A leader.
    Leader,
    /// The person whose voice the account speaks with.
    Voice,
    /// Anybody who has a key to sign with.
    Anyone,
}

impl By {
    /// Every word that stands in files, with what it means.
    pub const ALL: [(&'static str, By); 7] = [
        ("coordinator", By::Coordinator),
        ("department-coordinator", By::DepartmentCoordinator),
        ("any-coordinator", By::AnyCoordinator),
        ("manager", By::Manager),
        ("leader", By::Leader),
        ("voice", By::Voice),
        ("anyone", By::Anyone),
    ];

    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        By::ALL.iter().find(|(_, by)| *by == self).map_or("", |(word, _)| word)
    }
}

/// A rule of who must approve what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands in `kalends.toml`.
    pub span: Span,
    /// Who may give the approval, by what they are.
    pub by: Vec<By>,
    /// Who may give it besides, by name.
    pub people: Vec<At<PersonId>>,
    /// How many different people must.
    pub count: u32,
    /// Whether an author may approve their own post.
    pub own: bool,
    /// The departments whose posts it is about; all if empty.
    pub departments: Vec<At<DepartmentId>>,
    /// The accounts whose posts it is about; all if empty.
    pub accounts: Vec<At<AccountId>>,
    /// The campaigns whose posts it is about; all posts if empty.
    pub campaigns: Vec<At<CampaignId>>,
    /// The topics whose posts it is about; all posts if empty.
    pub topics: Vec<At<TopicId>>,
}

/// What everything that is signed has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its file.
    pub file: String,
    /// The person that the file's name names.
    pub named: PersonId,
    /// Who signed.
    pub person: At<PersonId>,
    /// What was signed for.
    pub digest: At<Digest>,
    /// When.
    pub at: At<DateTime<Utc>>,
    /// The signature, armored.
    pub signature: At<String>,
}

/// Returns a moment as it is signed and written: in UTC, to the second.
pub fn signed_moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An approval of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The post that the file's folder names.
    pub named: PostId,
    /// The post.
    pub post: At<PostId>,
    /// Who signed, what, when.
    pub signed: Signed,
}

impl Approval {
    /// Returns the text that the signature must be over.
    pub fn text(&self) -> String {
        let Signed { person, digest, at, .. } = &self.signed;
        Approval::text_of(&self.post.value, &person.value, &digest.value, at.value)
    }

    /// Returns the text that a person signs who approves a post.
    pub fn text_of(post: &PostId, person: &PersonId, digest: &Digest, at: DateTime<Utc>) -> String {
        let (digest, at) = (digest.to_string(), signed_moment(at));
        let fields = [("post", post.as_str()), ("person", person.as_str()), ("digest", &digest), ("at", &at)];
        signature::message("approval", &fields)
    }
}

/// A person's word that they read a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The protocol that the file's folder names.
    pub named: ProtocolId,
    /// The protocol.
    pub protocol: At<ProtocolId>,
    /// Who signed, what, when.
    pub signed: Signed,
}

impl Acknowledgement {
    /// Returns the text that the signature must be over.
    pub fn text(&self) -> String {
        let Signed { person, digest, at, .. } = &self.signed;
        Acknowledgement::text_of(&self.protocol.value, &person.value, &digest.value, at.value)
    }

    /// Returns the text that a person signs who has read a protocol.
    pub fn text_of(protocol: &ProtocolId, person: &PersonId, digest: &Digest, at: DateTime<Utc>) -> String {
        let (digest, at) = (digest.to_string(), signed_moment(at));
        let fields =
            [("protocol", protocol.as_str()), ("person", person.as_str()), ("digest", &digest), ("at", &at)];
        signature::message("acknowledgement", &fields)
    }
}

/// A person's word that they did a training, with what they answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The training that the file's folder names.
    pub named: TrainingId,
    /// The training.
    pub training: At<TrainingId>,
    /// What was answered to each question.
    pub answers: At<Vec<String>>,
    /// How many of the answers were right, of how many: `4/5`.
    pub score: At<String>,
    /// Who signed, what, when.
    pub signed: Signed,
}

impl Pass {
    /// Returns the text that the signature must be over.
    pub fn text(&self) -> String {
        let Signed { person, digest, at, .. } = &self.signed;
        let answered = (self.answers.value.as_slice(), self.score.value.as_str());
        Pass::text_of(&self.training.value, &person.value, answered, &digest.value, at.value)
    }

    /// Returns the text that a person signs who did a training: each answer on a line of its own.
    pub fn text_of(
        training: &TrainingId,
        person: &PersonId,
        (answers, score): (&[String], &str),
        digest: &Digest,
        at: DateTime<Utc>,
    ) -> String {
        let (digest, at) = (digest.to_string(), signed_moment(at));
        let mut fields = vec![("training", training.as_str()), ("person", person.as_str())];
        fields.extend(answers.iter().map(|answer| ("answer", answer.as_str())));
        fields.extend([("score", score), ("digest", digest.as_str()), ("at", at.as_str())]);
        signature::message("training", &fields)
    }
}

/// What was decided on a development plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruling {
    /// It is approved.
    Approved,
    /// It is rejected.
    Rejected,
}

impl Ruling {
    /// Every ruling with the word that stands in files.
    pub const ALL: [(&'static str, Ruling); 2] =
        [("approved", Ruling::Approved), ("rejected", Ruling::Rejected)];

    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        Ruling::ALL.iter().find(|(_, ruling)| *ruling == self).map_or("", |(word, _)| word)
    }
}

/// A decision on a development plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The plan that the file's folder names.
    pub named: ProposalId,
    /// The plan.
    pub proposal: At<ProposalId>,
    /// What was decided.
    pub ruling: Ruling,
    /// Why.
    pub why: Option<String>,
    /// Who signed, what, when.
    pub signed: Signed,
}

impl Decision {
    /// Returns the text that the signature must be over.
    pub fn text(&self) -> String {
        let Signed { person, digest, at, .. } = &self.signed;
        let ruled = (self.ruling, self.why.as_deref());
        Decision::text_of(&self.proposal.value, &person.value, ruled, &digest.value, at.value)
    }

    /// Returns the text that a person signs who decides on a plan.
    pub fn text_of(
        proposal: &ProposalId,
        person: &PersonId,
        (ruling, why): (Ruling, Option<&str>),
        digest: &Digest,
        at: DateTime<Utc>,
    ) -> String {
        let (digest, at) = (digest.to_string(), signed_moment(at));
        let mut fields =
            vec![("proposal", proposal.as_str()), ("person", person.as_str()), ("ruling", ruling.as_str())];
        fields.extend(why.map(|why| ("why", why)));
        fields.extend([("digest", digest.as_str()), ("at", at.as_str())]);
        signature::message("decision", &fields)
    }
}

/// A development plan: a text that somebody proposes and a manager decides on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// Its file.
    pub file: String,
    /// Its first heading, or its first line.
    pub title: String,
    /// What a decision on it signs.
    pub digest: Digest,
}

impl Proposal {
    /// Returns a plan of a file's text. Its digest is the SHA-256 of the text with line ends of `\n`: what `sha256sum` says
    /// of the file where lines end so.
    pub fn of(id: ProposalId, file: &str, text: &str) -> Proposal {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        Proposal {
            id,
            file: file.to_owned(),
            title: first.trim_start_matches('#').trim().to_owned(),
            digest: Digest::of(text.replace("\r\n", "\n").as_bytes()),
        }
    }
}
