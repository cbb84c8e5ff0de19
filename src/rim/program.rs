//! The `git` program, called so that the user's credentials work and nobody else's code runs.
//!
//! Hooks, file-system monitors and external transports are off, variables that point git elsewhere are taken away,
//! and a program that hangs is stopped with everything it started.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;

use crate::rim::environment;

/// What the program may print; the rest is read and dropped.
const OUTPUT_LIMIT_BYTES: usize = 256 * 1024;

/// How long output may still come after the program has ended: something it started may hold the pipe for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Settings that no file of the user's overrides.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.fsync=committed,reference",
    "core.fsyncMethod=fsync",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
    "push.followTags=false",
    "push.gpgSign=false",
    "advice.pushUpdateRejected=false",
];

/// The git program, for one repository.
#[derive(Debug, Clone)]
pub struct Git {
    git_dir: PathBuf,
    program: PathBuf,
}

/// What the program said.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
    /// How it ended; absent if it was stopped because it took too long.
    pub status: Option<ExitStatus>,
}

/// Why the program could not be run.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is none.
    #[error("the git program is not there; install git, or put it in PATH")]
    Missing,
    /// The system would not start it.
    #[error("git cannot be started: {0}")]
    NotStarted(#[source] std::io::Error),
}

impl Said {
    /// Tells whether it ended well.
    pub fn is_fine(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// Returns what it said went wrong, as one line, with its markers taken off.
    pub fn complaint(&self) -> String {
        let lines: Vec<&str> = self
            .err
            .lines()
            .map(|line| line.trim().trim_start_matches("remote:").trim())
            .map(|line| line.trim_start_matches("fatal:").trim_start_matches("error:").trim())
            .filter(|line| !line.is_empty() && !line.starts_with("hint:"))
            .collect();
        match (lines.is_empty(), self.status) {
            (false, _) => lines.join("; "),
            (true, Some(status)) => format!("git ended with {status}"),
            (true, None) => "git did not end in time".to_owned(),
        }
    }
}

impl Git {
    /// Names the program for a repository, whose git folder this is.
    pub fn new(git_dir: &Path) -> Git {
        Git { git_dir: git_dir.to_owned(), program: PathBuf::from("git") }
    }

    /// Uses another program than the `git` in PATH.
    pub fn with_program(self, program: PathBuf) -> Git {
        Git { program, ..self }
    }

    /// Runs it, at most that long.
    pub fn run(&self, arguments: &[&str], limit: Duration) -> Result<Said, GitError> {
        self.start(arguments, &[], limit)
    }

    /// Runs it with `ssh` forbidden to ask: it would ask on a terminal where nobody may be.
    pub fn run_remote(&self, arguments: &[&str], limit: Duration) -> Result<Said, GitError> {
        let own_ssh = environment::variable("GIT_SSH_COMMAND").is_some()
            || environment::variable("GIT_SSH").is_some()
            || self.run(&["config", "core.sshCommand"], LAST_WORDS * 10)?.is_fine();
        let quiet = [("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")];
        self.start(arguments, if own_ssh { &[] } else { &quiet }, limit)
    }

    fn start(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        limit: Duration,
    ) -> Result<Said, GitError> {
        let mut command = Command::new(&self.program);
        for name in environment::kept_from_git() {
            command.env_remove(name);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").env_remove("LANGUAGE");
        command.envs(variables.iter().copied());
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.arg("--git-dir").arg(&self.git_dir).args(arguments);
        // Where git itself would stand: a remote may be named by a relative path.
        command.current_dir(
            self.git_dir.parent().filter(|_| self.git_dir.ends_with(".git")).unwrap_or(&self.git_dir),
        );
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        match command.spawn() {
            Ok(child) => Ok(wait(child, limit)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && self.git_dir.is_dir() => {
                Err(GitError::Missing)
            }
            Err(fault) => Err(GitError::NotStarted(fault)),
        }
    }
}

/// Waits for a program; stops it, and all it started, when its time is over.
pub(super) fn wait(mut child: Child, limit: Duration) -> Said {
    let (tell, told) = mpsc::channel();
    let out = child.stdout.take().map(|pipe| listen(pipe, tell.clone()));
    let err = child.stderr.take().map(|pipe| listen(pipe, tell.clone()));
    let pid = child.id();
    std::thread::spawn(move || {
        let status = child.wait().ok();
        drop(tell.send(Event::Ended(status)));
    });
    let mut status = None;
    let mut open = usize::from(out.is_some()) + usize::from(err.is_some());
    let mut patience = limit;
    let mut ended = false;
    while !(ended && open == 0) {
        match told.recv_timeout(patience) {
            Ok(Event::Ended(how)) => {
                (status, ended) = (how, true);
                patience = LAST_WORDS;
            }
            Ok(Event::Closed) => open -= 1,
            Err(RecvTimeoutError::Timeout) if !ended => {
                stop(pid);
                break;
            }
            Err(_) => break,
        }
    }
    Said { out: heard(out), err: heard(err), status }
}

/// What becomes of a program.
enum Event {
    /// It ended.
    Ended(Option<ExitStatus>),
    /// One of its pipes was closed.
    Closed,
}

type Heard = Arc<Mutex<Vec<u8>>>;

fn listen(mut pipe: impl Read + Send + 'static, tell: mpsc::Sender<Event>) -> Heard {
    let kept = Heard::default();
    let sink = Arc::clone(&kept);
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(n) = pipe.read(&mut buffer) {
            let Some(bytes) = buffer.get(..n).filter(|bytes| !bytes.is_empty()) else { break };
            let mut kept = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let room = OUTPUT_LIMIT_BYTES.saturating_sub(kept.len()).min(n);
            kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        }
        drop(tell.send(Event::Closed));
    });
    kept
}

fn heard(kept: Option<Heard>) -> String {
    kept.map_or_else(String::new, |kept| {
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    })
}

#[cfg(unix)]
fn stop(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // It may have ended just now; then there is nobody to stop.
    if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ended_already = kill_process_group(group, Signal::KILL).is_err();
    }
}

#[cfg(not(unix))]
fn stop(pid: u32) {
    drop(Command::new("taskkill").args(["/F", "/T", "/PID", &pid.to_string()]).output());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::clock;

    #[test]
    fn a_missing_program_is_said_to_be_missing() {
        let dir = tempfile::tempdir().unwrap();
        let git = Git::new(dir.path()).with_program(PathBuf::from("/nowhere/git"));
        let fault = git.run(&["version"], Duration::from_secs(5)).unwrap_err();
        assert!(fault.to_string().contains("install git"), "{fault}");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_stopped_with_its_children() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("git");
        let mark = dir.path().join("late");
        let script = format!("#!/bin/sh\necho begun\n(sleep 2; touch {}) &\nwait\n", mark.display());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let git = Git::new(dir.path()).with_program(program);
        let began = clock::instant();
        let said = git.run(&["push"], Duration::from_millis(300)).unwrap();
        assert!(said.status.is_none() && !said.is_fine());
        assert_eq!(said.out, "begun\n");
        assert!(began.elapsed() < Duration::from_secs(2));
        clock::pause(Duration::from_secs(3));
        assert!(!mark.exists(), "a child lived on");
    }

    #[cfg(unix)]
    #[test]
    fn output_is_bounded() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("git");
        std::fs::write(&program, "#!/bin/sh\nhead -c 3000000 /dev/zero\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let said = Git::new(dir.path()).with_program(program).run(&[], Duration::from_secs(20)).unwrap();
        assert!(said.is_fine());
        assert_eq!(said.out.len(), OUTPUT_LIMIT_BYTES);
    }
}
