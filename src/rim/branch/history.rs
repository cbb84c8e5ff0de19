//! The ledger's commits, for people.

use chrono::{DateTime, Utc};
use git2::Repository;

use crate::rim::branch::weave::tree_of;
use crate::rim::branch::{commit_id, trust, unreadable};
use crate::world::{LogError, Tip};

/// One commit of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCommit {
    /// Its git id.
    pub id: String,
    /// Its moment.
    pub at: DateTime<Utc>,
    /// Its message, without the empty line at the end.
    pub message: String,
    /// The files that it added, without the head.
    pub added: Vec<String>,
}

/// Reads the newest commits, the newest first.
pub(super) fn read(repository: &Repository, tip: &Tip, limit: usize) -> Result<Vec<LogCommit>, LogError> {
    let mut next = commit_id(tip)?;
    let mut commits = Vec::new();
    while let Some(id) = next.filter(|_| commits.len() < limit) {
        let commit =
            repository.find_commit(id).map_err(|fault| unreadable(&format!("commit {id}"), &fault))?;
        next = commit.parent_id(0).ok();
        let old = next.map(|parent| tree_of(repository, parent)).transpose()?;
        commits.push(LogCommit {
            id: id.to_string(),
            at: DateTime::from_timestamp(commit.time().seconds(), 0).unwrap_or_default(),
            message: String::from_utf8_lossy(commit.message_bytes()).trim_end().to_owned(),
            added: trust::added(repository, old.as_ref(), &tree_of(repository, id)?)?,
        });
    }
    Ok(commits)
}
