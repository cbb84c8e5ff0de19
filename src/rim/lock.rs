//! One run at a time in a clone, and the clone's own name.
//!
//! The lock is the system's own lock on an open file: it ends with the process that holds it, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use crate::rim::{chance, clock, disk};
use crate::time::Clock as _;

/// How long a run waits for another.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// Who holds a lock, as far as the file tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// What it does, such as `kalends publish`.
    pub command: String,
    /// Its process.
    pub pid: Option<u32>,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
}

/// Why a lock cannot be had.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process did not let go of it in time.
    #[error(
        "another run has held {path} for more than {} s: {}",
        patience.as_secs(),
        holder.describe()
    )]
    Held {
        /// The lock's file.
        path: PathBuf,
        /// Who holds it.
        holder: Holder,
        /// How long was waited.
        patience: Duration,
    },
    /// The file cannot be made or locked.
    #[error("{path} cannot be locked: {source}")]
    Disk {
        /// The lock's file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// The holder before, if it died with the lock in its hands; otherwise nobody.
    pub left_by: Option<Holder>,
}

impl Lock {
    /// Takes the lock of a clone, whose git folder this is. Calls `on_wait` once if somebody else holds it, and gives
    /// up after [`PATIENCE`].
    pub fn take(git_dir: &Path, command: &str, on_wait: &dyn Fn(&Holder)) -> Result<Lock, LockError> {
        Lock::take_within(&git_dir.join("kalends/lock"), command, on_wait, PATIENCE)
    }

    /// Takes the lock on any file, with another patience.
    pub fn take_within(
        path: &Path,
        command: &str,
        on_wait: &dyn Fn(&Holder),
        patience: Duration,
    ) -> Result<Lock, LockError> {
        let disk = |source| LockError::Disk { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(disk)?;
        }
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(disk)?;
        let began = clock::instant();
        let mut waited = false;
        let mut nap = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(disk(source)),
                Err(TryLockError::WouldBlock) => {
                    let holder = Holder::read(&mut file);
                    if began.elapsed() >= patience {
                        return Err(LockError::Held { path: path.to_owned(), holder, patience });
                    }
                    if !waited {
                        on_wait(&holder);
                        waited = true;
                    }
                    clock::pause(nap);
                    nap = (nap * 2).min(Duration::from_millis(50));
                }
            }
        }
        let dead = Holder::read(&mut file);
        let mut lock = Lock { file, left_by: (!dead.command.is_empty()).then_some(dead) };
        lock.say(command).map_err(disk)?;
        Ok(lock)
    }

    fn say(&mut self, command: &str) -> io::Result<()> {
        let now = clock::SystemClock.now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let command: String = command.chars().filter(|c| !c.is_control()).collect();
        self.file.set_len(0)?;
        self.file.rewind()?;
        // In one call: a reader sees all of it or nothing.
        self.file.write_all(format!("{command}\n{}\n{now}\n", std::process::id()).as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What the file says is for people only; a failure here frees the lock all the same.
        drop(self.file.set_len(0));
        drop(self.file.unlock());
    }
}

impl Holder {
    fn read(file: &mut File) -> Holder {
        let mut text = String::new();
        // The holder may be writing just now: then there is nothing to say about it.
        if file.rewind().and_then(|()| file.take(4096).read_to_string(&mut text)).is_err() {
            return Holder::default();
        }
        let mut lines = text.lines();
        Holder {
            command: lines.next().unwrap_or_default().to_owned(),
            pid: lines.next().and_then(|line| line.parse().ok()),
            since: lines.next().and_then(|line| line.parse().ok()),
        }
    }

    /// Says who it is in a few words.
    pub fn describe(&self) -> String {
        let command = if self.command.is_empty() { "another run" } else { &self.command };
        let pid = self.pid.map(|pid| format!(", process {pid}")).unwrap_or_default();
        let since = self
            .since
            .map(|at| format!(", since {}", at.to_rfc3339_opts(SecondsFormat::Secs, true)))
            .unwrap_or_default();
        format!("{command}{pid}{since}")
    }
}

/// Returns the clone's own name, drawn the first time and the same ever after.
pub fn clone_name(git_dir: &Path) -> io::Result<String> {
    let path = git_dir.join("kalends/clone");
    if !path.exists() {
        disk::write_new(&path, format!("{}\n", chance::nonce()?).as_bytes())?;
    }
    let name = std::fs::read_to_string(&path)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{} is empty; remove it and a new name is drawn", path.display()),
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn the_second_waits_is_told_once_who_holds_it_and_gets_it_then() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path(), "kalends publish", &|_| panic!("nobody holds it")).unwrap();
        let told = RefCell::new(Vec::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                clock::pause(Duration::from_millis(300));
                drop(first);
            });
            let second = Lock::take(dir.path(), "kalends measure", &|holder| {
                told.borrow_mut().push(holder.clone());
            });
            assert!(second.is_ok());
        });
        let told = told.into_inner();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].command, "kalends publish");
        assert_eq!(told[0].pid, Some(std::process::id()));
        assert!(told[0].since.is_some());
    }

    #[test]
    fn patience_ends_with_the_holders_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let _first = Lock::take_within(&path, "kalends publish", &|_| {}, PATIENCE).unwrap();
        let second = Lock::take_within(&path, "kalends plan", &|_| {}, Duration::from_millis(120));
        let message = second.err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(message.contains("kalends publish, process"), "{message}");
    }

    #[test]
    fn a_lock_file_left_by_a_dead_process_holds_nobody_up() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("kalends")).unwrap();
        std::fs::write(dir.path().join("kalends/lock"), "kalends publish\n1\n2020-01-01T00:00:00Z\n")
            .unwrap();
        let lock = Lock::take(dir.path(), "kalends publish", &|_| panic!("nobody holds it")).unwrap();
        assert_eq!(lock.left_by.as_ref().and_then(|holder| holder.pid), Some(1));
        drop(lock);
        let next = Lock::take(dir.path(), "kalends publish", &|_| {}).unwrap();
        assert_eq!(next.left_by, None, "the one before let go of it");
    }

    #[test]
    fn a_clone_keeps_its_name_and_two_clones_differ() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = clone_name(one.path()).unwrap();
        assert_eq!(clone_name(one.path()).unwrap(), name);
        assert_ne!(clone_name(two.path()).unwrap(), name);
    }
}
