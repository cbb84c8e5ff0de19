//! Real repositories in a temporary folder, for tests of the ledger.
#![allow(dead_code, reason = "each test program uses a part")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kalends::ledger::Head;
use kalends::ledger::format::{read_head, write_head};
use kalends::rim::branch::{Branch, Place};
use kalends::world::{Appended, Change, Log, LogError, Tip};

/// Runs git in a folder, with nobody's configuration, and returns what it printed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let out = try_git(folder, arguments);
    assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// Runs git in a folder, whatever comes of it.
pub fn try_git(folder: &Path, arguments: &[&str]) -> std::process::Output {
    Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .output()
        .unwrap()
}

/// A new repository with one commit on `main`.
pub fn repository(folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    git(folder, &["init", "-q"]);
    std::fs::write(folder.join("kalends.toml"), "name = \"x\"\nzone = \"UTC\"\n").unwrap();
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "Begin"]);
    folder.join(".git")
}

/// A bare repository, and the address by which it is reached.
pub fn bare(folder: &Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    git(folder, &["init", "-q", "--bare"]);
    git(folder, &["config", "http.receivepack", "true"]);
    format!("file://{}", folder.display())
}

/// A repository whose `origin` is that address.
pub fn clone(folder: &Path, address: &str) -> PathBuf {
    let git_dir = repository(folder);
    git(folder, &["remote", "add", "origin", address]);
    git_dir
}

pub fn local(git_dir: &Path) -> Branch {
    Branch::open(git_dir, &Place::default()).unwrap()
}

pub fn shared(git_dir: &Path) -> Branch {
    shared_within(git_dir, Duration::from_secs(30))
}

pub fn shared_within(git_dir: &Path, limit: Duration) -> Branch {
    let place = Place { remote: Some("origin".to_owned()), limit, ..Place::default() };
    Branch::open(git_dir, &place).unwrap()
}

/// A right change on top of a tip: these files, all saying `text`.
pub fn change(tip: &Tip, paths: &[&str], text: &str) -> Change {
    let before = tip
        .head
        .as_deref()
        .map_or(Head { id: "abcdefghijklmnopqrstuvwxyz".to_owned(), ..Head::default() }, |text| {
            read_head(text).unwrap()
        });
    let head = before.next(&tip.id, paths.len(), []);
    Change {
        files: paths
            .iter()
            .map(|path| ((*path).to_owned(), format!("text = \"{text}\"\n# {path}\n")))
            .collect(),
        message: format!("Add {}", paths.join(", ")),
        at: chrono::DateTime::from_timestamp(1_800_000_000 + i64::try_from(head.seq).unwrap(), 0).unwrap(),
        head: write_head(&head),
    }
}

/// Adds files and insists that they landed.
pub fn land(log: &dyn Log, tip: &Tip, paths: &[&str]) -> Tip {
    match log.append(tip, &change(tip, paths, "x")).unwrap() {
        Appended::Landed(tip) => tip,
        other => panic!("{other:?}"),
    }
}

/// A ledger of three commits.
pub fn three(log: &dyn Log) -> Tip {
    (1..=3).fold(log.tip().unwrap(), |tip, n| {
        land(log, &tip, &[&format!("slots/2027/01/18/post-{n}/once/news/1.claim.toml")])
    })
}

/// What a ledger that must not be trusted is said to be.
pub fn wrong<T: std::fmt::Debug>(result: Result<T, LogError>) -> String {
    match result {
        Err(LogError::Wrong(why)) => why,
        other => panic!("{other:?}"),
    }
}
