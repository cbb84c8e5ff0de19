//! The shared ledger: fetched and pushed by the git program, so that the user's own credentials work.

use git2::Oid;

use crate::rim::branch::Branch;
use crate::rim::program::{GitError, Said};
use crate::world::{Appended, LogError, Tip};

/// What became of a push, by what git printed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Landed,
    Stale,
    Denied(String),
    Unknown(String),
}

impl Branch {
    /// Fetches the remote's branch into a reference of our own, and returns its commit; absent if it has none.
    pub(super) fn fetch(&self, remote: &str) -> Result<Option<Oid>, LogError> {
        self.one_address(remote)?;
        let refspec = format!("+{}:{}", self.names.branch, self.names.fetched);
        let said = self.git.run_remote(
            &[
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-prune",
                "--no-recurse-submodules",
                "--no-write-fetch-head",
                "--refmap=",
                "--",
                remote,
                &refspec,
            ],
            self.place.limit,
        );
        let said = said.map_err(|fault| LogError::Away(fault.to_string()))?;
        if said.is_fine() {
            return self.target(&self.repository(), &self.names.fetched);
        }
        if said.err.contains("couldn't find remote ref") {
            return Ok(None);
        }
        Err(LogError::Away(match said.status {
            Some(_) => format!("the remote {remote}: {}", said.complaint()),
            None => format!("the remote {remote} did not answer within {} s", self.place.limit.as_secs()),
        }))
    }

    /// Pushes a commit, if the remote's branch still is at `base`.
    pub(super) fn push(
        &self,
        remote: &str,
        base: Option<Oid>,
        commit: Oid,
        landed: Tip,
    ) -> Result<Appended, LogError> {
        self.one_address(remote)?;
        let branch = &self.names.branch;
        let expected = base.map(|id| id.to_string()).unwrap_or_default();
        let lease = format!("--force-with-lease={branch}:{expected}");
        let refspec = format!("{commit}:{branch}");
        let said = self.git.run_remote(
            &[
                "push",
                "--porcelain",
                "--no-verify",
                "--no-signed",
                "--no-follow-tags",
                "--recurse-submodules=no",
                &lease,
                "--",
                remote,
                &refspec,
            ],
            self.place.limit,
        );
        let said = match said {
            Ok(said) => said,
            // Nothing was started, so nothing was sent.
            Err(fault @ (GitError::Missing | GitError::NotStarted(_))) => {
                return Err(LogError::Away(fault.to_string()));
            }
        };
        match outcome(&said, branch) {
            Outcome::Landed => {
                let guard = self.guard();
                self.keep(&self.repository(), base, commit);
                drop(guard);
                Ok(Appended::Landed(landed))
            }
            Outcome::Stale => Ok(Appended::Stale),
            Outcome::Denied(why) => Err(LogError::Denied(format!("the remote {remote} says: {why}"))),
            Outcome::Unknown(why) => Ok(Appended::Unknown(format!("the remote {remote}: {why}"))),
        }
    }

    /// Returns the remote's address. The ledger is read where it is written: otherwise one would decide by another's
    /// state.
    pub(super) fn one_address(&self, remote: &str) -> Result<String, LogError> {
        let known = self.one_address.get_or_init(|| {
            if !git2::Remote::is_valid_name(remote) || remote.starts_with('-') {
                return Err(format!("`{remote}` is no name of a remote"));
            }
            let addresses = |arguments: &[&str]| {
                let said = self.git.run(arguments, self.place.limit).map_err(|fault| fault.to_string())?;
                if said.is_fine() { Ok(said.out) } else { Err(said.complaint()) }
            };
            let reads = addresses(&["remote", "get-url", "--all", remote]).map_err(|why| {
                if why.contains("No such remote") {
                    format!("there is no remote `{remote}`; add it with `git remote add {remote} URL`, or take `remote` \
                             out of [ledger] in kalends.toml")
                } else {
                    why
                }
            })?;
            let writes = addresses(&["remote", "get-url", "--push", "--all", remote])?;
            if reads == writes && reads.lines().count() == 1 {
                return Ok(reads.trim().to_owned());
            }
            Err(format!(
                "the remote {remote} is read at {} and written at {}; the ledger needs one address for both (see \
                 `pushurl` and `pushInsteadOf` in `git config --list --show-origin`)",
                reads.trim().replace('\n', ", "),
                writes.trim().replace('\n', ", ")
            ))
        });
        known.clone().map_err(LogError::Away)
    }
}

/// Reads what a push printed.
///
/// With `--porcelain` each reference is one line: a flag, the names, what happened. Only a rejection that says that
/// the branch moved is a lost race; every other one would come again.
fn outcome(said: &Said, branch: &str) -> Outcome {
    let line = said.out.lines().find_map(|line| {
        let mut parts = line.splitn(3, '\t');
        let (flag, names, summary) = (parts.next()?, parts.next()?, parts.next()?);
        names.ends_with(&format!(":{branch}")).then_some((flag, summary))
    });
    match line {
        Some((" " | "+" | "*" | "=", _)) => Outcome::Landed,
        Some(("!", summary)) => rejection(summary, said),
        _ if said.status.is_none() => Outcome::Unknown("git did not end in time and was stopped".to_owned()),
        _ if refuses(&said.err) => Outcome::Denied(said.complaint()),
        _ => Outcome::Unknown(said.complaint()),
    }
}

fn rejection(summary: &str, said: &Said) -> Outcome {
    const RACES: &[&str] = &[
        "cannot lock ref",
        "failed to update ref",
        "failed to lock",
        "unable to lock",
        "incorrect old value",
        "reference already exists",
        "fetch first",
        "non-fast-forward",
        "stale info",
    ];
    if summary.starts_with("[remote failure]") {
        Outcome::Unknown(format!("{summary}; {}", said.complaint()))
    } else if summary.starts_with("[rejected]") || RACES.iter().any(|words| summary.contains(words)) {
        Outcome::Stale
    } else {
        Outcome::Denied(format!("{summary}; {}", said.complaint()))
    }
}

/// Tells whether the remote turned us away before it took anything.
fn refuses(err: &str) -> bool {
    const REFUSALS: &[&str] = &[
        "authentication failed",
        "permission denied",
        "permission to ",
        "access denied",
        "could not read username",
        "could not read password",
        "terminal prompts disabled",
        "host key verification failed",
        "repository not found",
        "not appear to be a git repository",
        "returned error: 401",
        "returned error: 403",
        "gh006",
        "gh013",
        "protected branch",
        "hook declined",
        "not allowed to push",
        "transport 'ext' not allowed",
    ];
    let err = err.to_lowercase();
    REFUSALS.iter().any(|words| err.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn said(out: &str, err: &str) -> Outcome {
        let status = Command::new("false").status().ok();
        outcome(&Said { out: out.to_owned(), err: err.to_owned(), status }, "refs/heads/ledger")
    }

    fn rejected(summary: &str) -> Outcome {
        said(&format!("To x\n!\tabc:refs/heads/ledger\t{summary}\nDone\n"), "remote: sorry\n")
    }

    #[test]
    fn a_push_that_landed_or_was_there_already_landed() {
        for flag in [" ", "*", "=", "+"] {
            let out = format!("To x\n{flag}\tabc:refs/heads/ledger\t[new branch]\nDone\n");
            assert_eq!(said(&out, ""), Outcome::Landed);
        }
    }

    #[test]
    fn only_a_branch_that_moved_is_a_lost_race() {
        for summary in [
            "[rejected] (stale info)",
            "[rejected] (fetch first)",
            "[rejected] (non-fast-forward)",
            "[remote rejected] (cannot lock ref 'refs/heads/ledger': is at 1 but expected 2)",
            "[remote rejected] (failed to update ref)",
            "[remote rejected] (incorrect old value provided)",
        ] {
            assert_eq!(rejected(summary), Outcome::Stale, "{summary}");
        }
    }

    #[test]
    fn what_would_come_again_is_denied_with_the_servers_words() {
        for summary in [
            "[remote rejected] (pre-receive hook declined)",
            "[remote rejected] (protected branch hook declined)",
            "[remote rejected] (push declined due to repository rule violations)",
            "[remote rejected] (unpacker error)",
            "[remote rejected] (shallow update not allowed)",
        ] {
            assert_eq!(rejected(summary), Outcome::Denied(format!("{summary}; sorry")), "{summary}");
        }
        let err = "remote: Permission to a/b.git denied to c.\nfatal: unable to access 'u': The requested URL \
                   returned error: 403\n";
        assert!(
            matches!(said("", err), Outcome::Denied(why) if why.contains("Permission to a/b.git denied to c."))
        );
    }

    #[test]
    fn silence_is_no_answer() {
        for (out, err) in [
            ("", "fatal: the remote end hung up unexpectedly\n"),
            ("", "fatal: unable to access 'u': The requested URL returned error: 502\n"),
            ("", ""),
            ("To x\n!\tabc:refs/heads/ledger\t[remote failure] (remote failed to report status)\n", ""),
            ("To x\n*\tabc:refs/heads/other\t[new branch]\n", ""),
        ] {
            assert!(matches!(said(out, err), Outcome::Unknown(_)), "{out}{err}");
        }
        let hung = Said { out: String::new(), err: "GH006".to_owned(), status: None };
        assert!(matches!(outcome(&hung, "refs/heads/ledger"), Outcome::Unknown(_)));
    }
}
