//! What a person is told when a command cannot do its work: what, where, and what next.
//!
//! Every [`Error`] has a [`Kind`], and the kind decides the exit code. The `From` impls of this file are the only
//! place where hints for the errors of other modules are written, so a hint is written once for every path that
//! meets the error. What is wrong with people's words is a [`Finding`](crate::finding::Finding), not an error.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::panic::PanicHookInfo;

use crate::rim::folder::FolderError;
use crate::rim::lock::LockError;
use crate::rim::repo::{ROOT, RepoError};
use crate::rim::ssh::SignError;
use crate::rim::vault::VaultError;
use crate::world::LogError;

/// What sort of trouble it is. Decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody listens any more: what reads our stdout has closed it.
    ClosedPipe,
    /// Something that the user can mend: a wrong name, a missing file, a disk that cannot be written.
    User,
    /// The command line itself.
    Usage,
    /// Something was not sent, and is as it was.
    Unsent,
    /// A bug of ours.
    Bug,
}

impl Kind {
    /// Returns the exit code, as the manual promises it.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::ClosedPipe => 0,
            Kind::User => 1,
            Kind::Usage => 2,
            Kind::Unsent => 3,
            Kind::Bug => 70,
        }
    }
}

/// How a command that could do its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// All is well.
    Done,
    /// There are findings, or something that a person asked for is not so.
    Findings,
    /// Some posts were refused or not sent.
    Unsent,
    /// It is not known of some post whether it is public.
    Doubt,
}

impl Outcome {
    /// Returns the exit code, as the manual promises it.
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Findings => 1,
            Outcome::Unsent => 3,
            Outcome::Doubt => 4,
        }
    }
}

/// The exit codes, as every long help text shows them.
pub const EXIT_CODES: &str = "  0   done (also when a closed pipe ended the output early)
  1   findings, or something to mend
  2   the command line is wrong
  3   some posts were refused or not sent
  4   of some post it is not known whether it is public
  70  a bug of kalends";

const MAKE_ROOM: &str = "make room on the disk, then run it again";

/// Tells whether the system's words, which are all that libgit2 hands on, say that the disk is full.
fn is_full(why: &str) -> bool {
    ["No space left on device", "Disk quota exceeded"].iter().any(|words| why.contains(words))
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Error {
    /// What sort of trouble it is.
    pub kind: Kind,
    /// One sentence that says what is wrong and where, without a full stop.
    pub message: String,
    /// What to do next, each in the imperative.
    pub hints: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Starts an error.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Starts an error that the user can mend.
    pub fn user(message: impl Into<String>) -> Error {
        Error::new(Kind::User, message)
    }

    /// Starts an error of the command line, beyond what its grammar can tell.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(Kind::Usage, message)
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// Says what was underneath.
    pub fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Error {
        self.source = Some(Box::new(source));
        self
    }

    /// Says that a file or folder cannot be written, with what usually helps.
    pub fn cannot_write(path: &str, fault: io::Error) -> Error {
        let hint = match fault.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "make it writable, or work in another folder"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => MAKE_ROOM,
            io::ErrorKind::AlreadyExists => "choose another name, or edit the file that is there",
            _ => "nothing was changed there; see what is in the way, then run it again",
        };
        Error::user(format!("cannot write {path}")).hint(hint).because(fault)
    }

    /// Returns the words of what was underneath, outermost first.
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

impl From<LogError> for Error {
    fn from(fault: LogError) -> Error {
        let (kind, hint) = match &fault {
            LogError::Away(_) => {
                (Kind::Unsent, "nothing more was sent; run the command again when that is mended")
            }
            LogError::Wrong(why) if why.contains("install a newer kalends") => {
                (Kind::User, "nothing more was sent; a newer version reads what older ones wrote")
            }
            LogError::Wrong(_) => (
                Kind::User,
                "nothing more was sent; compare the ledger's branch with another clone's (`git log ledger`) and put back \
                 the one that lost nothing",
            ),
            LogError::Denied(why) if is_full(why) => (Kind::Unsent, MAKE_ROOM),
            LogError::Denied(_) => (
                Kind::Unsent,
                "nothing more was sent; see that this machine's user may write to the repository, and push to the \
                 ledger's branch",
            ),
        };
        Error::new(kind, fault.to_string()).hint(hint)
    }
}

impl From<SignError> for Error {
    fn from(fault: SignError) -> Error {
        let hint = match &fault {
            SignError::Missing => "install OpenSSH, or put it in PATH",
            SignError::NotRun(_) => "nothing was written; see what is in the way, then run it again",
            SignError::Refused { .. } => {
                "name the private key: --key FILE; or give it to the agent: ssh-add FILE"
            }
        };
        let unasked = matches!(fault, SignError::Refused { unasked: true, .. });
        let error = Error::user(fault.to_string()).hint(hint);
        match unasked {
            true => error.hint("a passphrase is asked for on a terminal only; the agent signs anywhere"),
            false => error,
        }
    }
}

impl From<RepoError> for Error {
    fn from(fault: RepoError) -> Error {
        let error = match &fault {
            RepoError::NoCalendar { looked } => {
                let here =
                    looked.first().map_or_else(String::new, |folder| format!(" in {}", folder.display()));
                Error::user(format!("there is no calendar here: no {ROOT}{here} or above it"))
            }
            _ => Error::user(fault.to_string()),
        };
        match (fault.help(), &fault) {
            (Some(help), _) => error.hint(help),
            (None, RepoError::Disk { .. }) => {
                error.hint("see whether it is there, and whether you may read and write it")
            }
            (None, _) => error,
        }
    }
}

impl From<VaultError> for Error {
    fn from(fault: VaultError) -> Error {
        let error = Error::user(fault.to_string());
        match (fault.help(), &fault) {
            (Some(help), _) => error.hint(help),
            (None, VaultError::Disk { why, .. }) if is_full(why) => error.hint(MAKE_ROOM),
            (None, _) => error.hint("see whether it is there, and whether you may read and write it"),
        }
    }
}

impl From<FolderError> for Error {
    fn from(fault: FolderError) -> Error {
        match fault {
            FolderError::Foreign { .. } => Error::user(fault.to_string())
                .hint("nothing was written; name another folder with -o, or take that file away"),
            FolderError::Link { .. } => Error::user(fault.to_string())
                .hint("nothing was written; name another folder with -o, or take that link away"),
            FolderError::Disk { path, source } => Error::cannot_write(&path.display().to_string(), source),
        }
    }
}

impl From<LockError> for Error {
    fn from(fault: LockError) -> Error {
        match &fault {
            LockError::Held { .. } => Error::new(Kind::Unsent, fault.to_string())
                .hint("if that run hangs, end it: what it began is settled by the next one"),
            LockError::Disk { .. } if is_full(&fault.to_string()) => {
                Error::user(fault.to_string()).hint(MAKE_ROOM)
            }
            LockError::Disk { .. } => Error::user(fault.to_string())
                .hint("kalends keeps its lock in the git folder, which must be writable"),
        }
    }
}

/// Returns what a bug of ours is told as: where it is, and, but for a build for
/// development, never the values that it met, which may be secret.
pub fn of_panic(info: &PanicHookInfo<'_>) -> Error {
    let place =
        info.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
    let version = env!("CARGO_PKG_VERSION");
    let values = info
        .payload_as_str()
        .filter(|_| cfg!(debug_assertions))
        .map_or_else(String::new, |said| format!(": {said}"));
    Error::new(Kind::Bug, format!("kalends {version} has a bug{place}{values}"))
        .hint("please report that line and the command you ran; leave out tokens and passwords")
        .hint("the ledger remembers what was begun: `kalends status` shows where every post stands")
}

/// Returns the exit code after a panic that was caught; what it carried is dropped unseen.
pub fn after_panic(_payload: Box<dyn Any + Send>) -> u8 {
    Kind::Bug.exit_code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_of_the_manual_is_one_that_can_be_returned() {
        let promised: Vec<u8> =
            EXIT_CODES.lines().map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect();
        let outcomes = [Outcome::Done, Outcome::Findings, Outcome::Unsent, Outcome::Doubt];
        let kinds = [Kind::ClosedPipe, Kind::User, Kind::Usage, Kind::Unsent, Kind::Bug];
        let mut returned: Vec<u8> =
            outcomes.map(Outcome::exit_code).into_iter().chain(kinds.map(Kind::exit_code)).collect();
        returned.sort_unstable();
        returned.dedup();
        assert_eq!(promised, returned);
    }

    #[test]
    fn a_doubt_weighs_more_than_what_was_not_sent() {
        assert_eq!(Outcome::Unsent.max(Outcome::Doubt), Outcome::Doubt);
    }

    #[test]
    fn causes_are_told_outermost_first() {
        let inner = io::Error::other(LogError::Away("no route".to_owned()));
        let error = Error::user("cannot").because(inner);
        assert_eq!(error.causes().len(), 1);
        assert_eq!(error.causes()[0], "the ledger cannot be reached: no route");
    }
}
