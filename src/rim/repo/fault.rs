//! Why a calendar cannot be reached, and what to do next.

use std::path::PathBuf;

use thiserror::Error;

use crate::rim::repo::ROOT;

/// Why a calendar cannot be reached.
#[derive(Debug, Error)]
pub enum RepoError {
    /// There is no calendar.
    #[error("there is no calendar here: no {ROOT} in {}", list(looked))]
    NoCalendar {
        /// The folders where it was looked for.
        looked: Vec<PathBuf>,
    },
    /// What was asked for needs a git repository.
    #[error("{} is not in a git repository", root.display())]
    NoRepository {
        /// The calendar's root.
        root: PathBuf,
    },
    /// The repository has no work tree.
    #[error("{} is a bare repository: it has no files to read", git_dir.display())]
    Bare {
        /// The repository.
        git_dir: PathBuf,
    },
    /// The repository has no commit yet.
    #[error("nothing is committed yet in {}", git_dir.display())]
    Unborn {
        /// The repository.
        git_dir: PathBuf,
    },
    /// The repository belongs to another user, so git does not open it.
    #[error("the repository at {} belongs to somebody else", path.display())]
    Foreign {
        /// The repository.
        path: PathBuf,
    },
    /// A folder or file cannot be read or written.
    #[error("{}: {why}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// There is no such commit.
    #[error("there is no commit `{name}`")]
    NoCommit {
        /// What was asked for.
        name: String,
    },
    /// The clone has too little of the history to tell where a branch began.
    #[error("this clone does not reach back to where {other} and {one} parted")]
    Shallow {
        /// One of the two.
        one: String,
        /// The other.
        other: String,
    },
    /// The calendar does not exist in that commit.
    #[error("commit {commit} has no calendar at `{folder}`")]
    NotInCommit {
        /// The commit.
        commit: String,
        /// The calendar's folder in the repository.
        folder: String,
    },
    /// There are more files than a calendar may have.
    #[error("there are more than {limit} files")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Git itself failed.
    #[error("git: {0}")]
    Git(String),
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl RepoError {
    /// Says what to do next, in the imperative.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            RepoError::NoCalendar { .. } => {
                "run `kalends init` to make one here, or name its folder with `--calendar DIR`".to_owned()
            }
            RepoError::NoRepository { root } => {
                format!("run `git init {}` and commit the calendar", root.display())
            }
            RepoError::Bare { .. } => "clone it, and run this in the clone".to_owned(),
            RepoError::Unborn { .. } => "commit the calendar: `git add . && git commit`".to_owned(),
            RepoError::Foreign { path } => {
                format!("if you trust it, run `git config --global --add safe.directory {}`", path.display())
            }
            RepoError::NoCommit { .. } => {
                "see `git log` for commits, and `git fetch` for those of others".to_owned()
            }
            RepoError::Shallow { .. } => {
                "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in a workflow"
                    .to_owned()
            }
            RepoError::NotInCommit { .. } => "commit the calendar, or name another commit".to_owned(),
            RepoError::TooMany { .. } => "move what is no post out of the calendar's folders".to_owned(),
            RepoError::Disk { path, .. } => format!("see that {} is there and may be read", path.display()),
            RepoError::Git(_) => return None,
        })
    }
}

impl From<git2::Error> for RepoError {
    fn from(fault: git2::Error) -> RepoError {
        RepoError::Git(fault.message().to_owned())
    }
}
