//! What the ledger has taken survives a power cut: every file is made durable before it gets its name, and the
//! reference that makes a commit count is the last.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it should be, and measures and talks as it likes"
)]

mod scratch;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use kalends::world::{Log, Tip};
use scratch::{land, local, repository};

/// What the traced program does: an addition of few entries, and one of many.
#[test]
#[ignore = "runs inside the test below, under strace"]
fn add_few_and_many() {
    let Some(git_dir) = std::env::args().find_map(|word| word.strip_prefix("--skip=at:").map(str::to_owned))
    else {
        return;
    };
    let log = local(Path::new(&git_dir));
    let tip = land(&log, &log.tip().unwrap(), &["slots/2027/01/18/few/once/news/1.claim.toml"]);
    let many: Vec<String> =
        (0..100).map(|n| format!("slots/2027/01/18/many-{n}/once/news/1.claim.toml")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    land(&log, &tip, &many);
}

/// One thing that the program did to the disk.
#[derive(Debug)]
enum Did {
    Opened { number: String, path: String },
    Closed { number: String },
    Synced { number: String },
    Named { from: String, to: String },
}

/// Reads strace's lines, with the parts of calls that it cut in two put together.
fn read_trace(text: &str) -> Vec<Did> {
    let quoted =
        |line: &str| -> Vec<String> { line.split('"').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut begun: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    let mut did = Vec::new();
    for line in text.lines() {
        let (pid, mut call) =
            line.split_once(' ').map(|(pid, call)| (pid.to_owned(), call.trim().to_owned())).unwrap();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            begun.insert(pid, start.to_owned());
            continue;
        }
        if call.starts_with("<... ") {
            let end = call.split_once("resumed>").map(|(_, end)| end.to_owned()).unwrap_or_default();
            call = begun.remove(&pid).unwrap_or_default() + &end;
        }
        let Some((head, result)) = call.rsplit_once(" = ") else { continue };
        if result.starts_with('-') {
            continue;
        }
        let number =
            |head: &str| head[head.find('(').unwrap() + 1..head.find([')', ',']).unwrap()].to_owned();
        let paths = quoted(head);
        match head.split('(').next().unwrap() {
            "openat" | "open" | "creat" => did.push(Did::Opened {
                number: result.split_whitespace().next().unwrap().to_owned(),
                path: paths[0].clone(),
            }),
            "close" => did.push(Did::Closed { number: number(head) }),
            "fsync" | "fdatasync" => did.push(Did::Synced { number: number(head) }),
            "rename" | "renameat" | "renameat2" | "link" | "linkat" => {
                did.push(Did::Named { from: paths[0].clone(), to: paths[1].clone() });
            }
            _ => {}
        }
    }
    did
}

#[test]
fn every_object_and_the_branch_are_durable_before_they_have_their_names() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: there is no strace here");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(&dir.path().join("a")).canonicalize().unwrap();
    let trace = dir.path().join("trace");
    let out = Command::new("strace")
        .args(["-f", "-s", "4096", "-o"])
        .arg(&trace)
        .args(["-e", "trace=openat,open,creat,close,fsync,fdatasync,rename,renameat,renameat2,link,linkat"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "add_few_and_many", "--ignored", "--nocapture"])
        // A word that the test program takes without complaint, and that says where.
        .arg(format!("--skip=at:{}", git_dir.display()))
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&trace).unwrap_or_default();
    if text.contains("PTRACE") || text.is_empty() {
        eprintln!("skipped: strace may not trace here: {}", String::from_utf8_lossy(&out.stderr));
        return;
    }
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    let counts = check(&read_trace(&text), git_dir.to_str().unwrap());
    assert!(local(&git_dir).tip().unwrap() != Tip::default());
    // Each commit is a pack and its index, whatever is in it; then the branch and what was seen, twice each.
    assert_eq!((counts.objects, counts.packs, counts.references), (0, 4, 4), "{counts:?}");
    assert_eq!(counts.folders_unsynced, BTreeSet::new());
}

#[derive(Debug, Default)]
struct Counts {
    objects: usize,
    packs: usize,
    references: usize,
    /// Folders that got a name and were not made durable afterwards.
    folders_unsynced: BTreeSet<String>,
}

fn check(did: &[Did], git_dir: &str) -> Counts {
    let mut open = std::collections::BTreeMap::new();
    let mut synced = BTreeSet::new();
    let mut counts = Counts::default();
    let mut waiting: BTreeSet<String> = BTreeSet::new();
    for did in did {
        match did {
            Did::Opened { number, path } => {
                open.insert(number.clone(), path.trim_end_matches('/').to_owned());
            }
            Did::Closed { number } => {
                open.remove(number);
            }
            Did::Synced { number } => {
                if let Some(path) = open.get(number) {
                    synced.insert(path.clone());
                    waiting.remove(path);
                }
            }
            Did::Named { from, to } => {
                let Some(inside) = to.strip_prefix(git_dir) else { continue };
                let counted = if inside.starts_with("/objects/pack/") {
                    &mut counts.packs
                } else if inside.starts_with("/objects/") {
                    &mut counts.objects
                } else if inside.starts_with("/refs/") {
                    // What a reference names must be on the disk before it, with the folder that holds it.
                    assert_eq!(waiting.iter().find(|path| path.contains("/objects/")), None, "{to}");
                    &mut counts.references
                } else {
                    continue;
                };
                *counted += 1;
                assert!(synced.contains(from), "{to} got its name before it was durable");
                waiting.insert(to.rsplit_once('/').unwrap().0.to_owned());
            }
        }
    }
    counts.folders_unsynced = waiting;
    counts
}
