//! Who may change what: a branch is judged by the rules of the branch that it wants to enter.
//!
//! Whoever writes a branch writes all of its files, so nothing in it says who they are or what they may do: people,
//! their roles and departments, and the policy are those of the target. Who changed a file is who made the commits that
//! touch it: by their address, or by their signature where the target's policy asks for one.

mod owners;
mod right;

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;

use crate::calendar::{Calendar, Person};
use crate::finding::{Code, Finding};
use crate::signature::{self, Fault};

pub use owners::owners;

/// A path that a branch changes, and the commits that did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The path, relative to the calendar's root; it may begin with `..`.
    pub path: String,
    /// The commits, oldest first.
    pub commits: Vec<Commit>,
}

/// A commit, as far as it says who made it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// Its id, short.
    pub id: String,
    /// The author's name, as the commit has it.
    pub name: String,
    /// The author's address, as the commit has it.
    pub email: String,
    /// Its signature, where it has one.
    pub signature: Option<Seal>,
}

/// A commit's signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seal {
    /// The signature, armored.
    pub armored: String,
    /// What it is over.
    pub signed: Vec<u8>,
}

/// The branch's calendar, and the one that it wants to enter.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// The target, whose rules count.
    pub target: &'a Calendar,
    /// The branch.
    pub branch: &'a Calendar,
}

/// Why it is not known who made a commit.
enum Nobody {
    /// Nobody in people/ has the address.
    Unknown,
    /// It is not signed, and must be.
    Unsigned,
    /// Its signature is nobody's in people/, or is none.
    Foreign(String),
}

/// Finds what of a branch its authors may not change.
///
/// A target in which nobody can be known, neither by an address nor by a key, and that has no policy says nothing of who
/// may change it, and nothing is found.
pub fn guard(sides: Sides<'_>, touched: &[Touched], day: NaiveDate) -> Vec<Finding> {
    let policy = &sides.target.root.changes;
    let is_known = |person: &Person| person.email.is_some() || person.signing_key.is_some();
    if policy.is_none() && !sides.target.people.values().any(is_known) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut told: BTreeSet<String> = BTreeSet::new();
    for touched in touched {
        for commit in &touched.commits {
            let found = match author(sides.target, commit) {
                Err(nobody) => Some(nobody.finding(&touched.path, commit, &mut told)),
                Ok(person) => {
                    right::refusal(sides, person, &touched.path, day).map(|why| denied(&touched.path, &why))
                }
            };
            if let Some(finding) = found
                && !findings.contains(&finding)
            {
                findings.push(finding);
            }
        }
    }
    findings
}

fn denied(path: &str, why: &right::Refusal) -> Finding {
    Finding::new(Code::ChangeNotYours, path, why.message.clone()).help(why.help.clone())
}

/// Tells who made a commit, by the rules of the target.
fn author<'a>(target: &'a Calendar, commit: &Commit) -> Result<&'a Person, Nobody> {
    let must_sign = target.root.changes.as_ref().is_some_and(|policy| policy.signed);
    match (&commit.signature, must_sign) {
        (None, true) => Err(Nobody::Unsigned),
        (Some(seal), true) => signer(target, seal),
        (_, false) => {
            let has = |person: &&Person| {
                person.email.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(commit.email.trim()))
            };
            let mut found = target.people.values().filter(has);
            match (found.next(), found.next()) {
                (Some(person), None) => Ok(person),
                _ => Err(Nobody::Unknown),
            }
        }
    }
}

/// Tells whose signature a commit bears.
fn signer<'a>(target: &'a Calendar, seal: &Seal) -> Result<&'a Person, Nobody> {
    let mut fault = None;
    for person in target.people.values() {
        let Some(key) = &person.signing_key else { continue };
        match signature::verify_commit(&key.value, &seal.signed, &seal.armored) {
            Ok(()) => return Ok(person),
            Err(Fault::OtherKey(other)) => {
                fault.get_or_insert(Fault::OtherKey(other));
            }
            Err(other) => fault = Some(other),
        }
    }
    Err(Nobody::Foreign(match fault {
        Some(Fault::OtherKey(key)) => format!("its key, {key}, is nobody's in people/ on the target branch"),
        Some(fault) => fault.to_string(),
        None => "nobody in people/ on the target branch has a signing_key".to_owned(),
    }))
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "commit {} by {} <{}>", self.id, self.name, self.email)
    }
}

impl Nobody {
    /// Says so at a file; how to mend it is said once a commit.
    fn finding(&self, path: &str, commit: &Commit, told: &mut BTreeSet<String>) -> Finding {
        let (code, why, help) = match self {
            Nobody::Unknown => (
                Code::AuthorUnknown,
                "who has an address that is nobody's in people/ on the target branch".to_owned(),
                "commit with the address that people/ has: git config user.email …; a coordinator adds who is new",
            ),
            Nobody::Unsigned => (
                Code::AuthorUnsigned,
                "which is not signed, and the target branch asks for signed commits".to_owned(),
                "sign it with your ssh key: git config gpg.format ssh; git config user.signingkey …; git commit --amend -S",
            ),
            Nobody::Foreign(why) => (
                Code::AuthorUnsigned,
                format!("whose signature is not good: {why}"),
                "sign it with the key that your file in people/ has on the target branch",
            ),
        };
        let finding = Finding::new(code, path, format!("it was changed by {commit}, {why}"));
        if told.insert(commit.id.clone()) { finding.help(help) } else { finding }
    }
}

#[cfg(test)]
mod tests;
