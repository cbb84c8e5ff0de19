//! Crash for real: the binary is killed with SIGKILL at each of its calls that change anything (writes, fsyncs,
//! renames, pushes), one after the other and counted, then started again.
//!
//! strace does the killing: it traces the one thread that does the work and kills the process on entry to the n-th
//! such call, so the calls before it happened and it did not. Since every call has its turn, every state between two
//! calls is a state in which the program died once.

#![expect(
    clippy::expect_used,
    clippy::disallowed_macros,
    reason = "this is a test, whole, and says what it counted"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The calls that change something outside the process, or wait for another program that does.
const CHANGES: &str = "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,\
                     ftruncate,flock,fchmod,chmod,clone,clone3,vfork,wait4,waitid";

/// The calls around pushes and around the moves of files and references, where a remote makes a difference.
const PUSHES: &str = "rename,renameat,renameat2,flock,clone,clone3,vfork,wait4,waitid";

/// The slots that the calendar below promises.
const SLOTS: usize = 3;

struct Scene {
    folder: tempfile::TempDir,
    remote: bool,
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

impl Scene {
    /// A calendar with three due slots on one feed: a picture, and a thread of two.
    fn new(remote: bool) -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Scene { folder, remote };
        let calendar = scene.calendar(scene.folder.path());
        fs::create_dir_all(&calendar).expect("a folder");
        git(&calendar, &["init", "-q", "-b", "main"]);
        let ledger = if remote { "[ledger]\nremote = \"origin\"\n" } else { "" };
        let write = |path: &str, text: &[u8]| {
            let path = calendar.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write("kalends.toml", format!("name = \"Harbour\"\nzone = \"Europe/Lisbon\"\n{ledger}").as_bytes());
        write("accounts/news.toml", b"platform = \"feed\"\n");
        let picture = include_bytes!("fixtures/lantern.png");
        write("media/lantern.png", picture);
        let post = |day: &str, rest: &str| {
            write(
                &format!("posts/2027/01/2027-01-18-{day}.toml"),
                format!("at = 2027-01-18T09:00:00\nto = [\"news\"]\n{rest}").as_bytes(),
            );
        };
        post(
            "lantern",
            "text = \"The lantern.\"\n[[media]]\nfile = \"media/lantern.png\"\nalt = \"A lantern\"\n",
        );
        post("walk", "text = \"A walk.\"\n[[thread]]\ntext = \"Up the hill.\"\n");
        git(&calendar, &["add", "."]);
        git(&calendar, &["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "Begin"]);
        if remote {
            git(scene.folder.path(), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
            git(&calendar, &["remote", "add", "origin", "../remote.git"]);
            git(&calendar, &["push", "-q", "origin", "main"]);
        }
        scene
    }

    fn calendar(&self, world: &Path) -> PathBuf {
        world.join("calendar")
    }

    /// A copy of the whole scene, remote included.
    fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().expect("a folder");
        let done = Command::new("cp")
            .arg("-a")
            .arg(format!("{}/.", self.folder.path().display()))
            .arg(copy.path())
            .status()
            .expect("cp starts");
        assert!(done.success());
        copy
    }

    fn kalends(&self, world: &Path, before: &[&str], arguments: &[&str]) -> Output {
        let binary = env!("CARGO_BIN_EXE_kalends");
        let mut words: Vec<&str> = before.to_vec();
        words.push(binary);
        words.extend(arguments);
        let (program, rest) = words.split_first().expect("a program");
        Command::new(program)
            .args(rest)
            .current_dir(self.calendar(world))
            .env_clear()
            .env("PATH", std::env!("PATH"))
            .env("HOME", world)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("the program starts")
    }

    /// Publishes until nothing is left to do, and looks at what is there.
    fn must_be_whole_after(&self, world: &Path, n: &str) {
        for run in 0..2 {
            let again = self.kalends(world, &[], &["publish", "--now", "2027-01-18T09:00:30"]);
            let told = String::from_utf8_lossy(&again.stderr).into_owned();
            assert!(again.status.success(), "killed at call {n}, then run {run}: {:?}\n{told}", again.status);
            if run > 0 {
                assert!(
                    !String::from_utf8_lossy(&again.stdout).contains("published"),
                    "killed at call {n}: run {run} published again"
                );
            }
        }
        let calendar = self.calendar(world);
        let feed = fs::read(calendar.join("public/news/feed.json")).expect("the feed");
        let feed: serde_json::Value = serde_json::from_slice(&feed).expect("JSON");
        let mut ids: Vec<&str> =
            feed["items"].as_array().expect("items").iter().filter_map(|item| item["id"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), SLOTS, "killed at call {n}: {ids:?}");
        assert_eq!(feed["items"].as_array().map(Vec::len), Some(SLOTS), "killed at call {n}: {feed}");
        let atom = fs::read_to_string(calendar.join("public/news/atom.xml")).expect("the feed");
        assert_eq!(atom.matches("<entry").count(), SLOTS, "killed at call {n}");
        git(&calendar, &["fsck", "--strict", "--no-dangling"]);
        let mut stores = vec![calendar];
        if self.remote {
            stores.push(world.join("remote.git"));
        }
        for store in stores {
            let names = git(&store, &["ls-tree", "-r", "--name-only", "ledger", "slots/"]).stdout;
            let names = String::from_utf8_lossy(&names).into_owned();
            let receipts = names.lines().filter(|name| name.ends_with(".receipt.toml")).count();
            assert!(receipts >= SLOTS, "killed at call {n}: {names}");
        }
    }
}

/// Returns each call that a whole run makes, by its name and its number among those of that name.
fn calls_of(scene: &Scene, calls: &str) -> Vec<(String, usize)> {
    let world = scene.copy();
    let log = world.path().join("calls");
    let log = log.to_str().expect("a path");
    let trace = format!("trace={calls}");
    let run = scene.kalends(
        world.path(),
        &["strace", "-qq", "-o", log, "-e", &trace, "-e", "signal=none"],
        &["publish", "--now", "2027-01-18T09:00:10"],
    );
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in fs::read_to_string(log).expect("the log").lines() {
        if let Some((name, _)) = line.split_once('(') {
            let n = counts.entry(name.to_owned()).or_default();
            *n += 1;
            calls.push((name.to_owned(), *n));
        }
    }
    calls
}

fn killed_everywhere(remote: bool) {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed (apt-get install strace)");
        return;
    }
    let scene = Scene::new(remote);
    let kinds = if remote { PUSHES } else { CHANGES };
    let calls = calls_of(&scene, kinds);
    assert!(calls.len() > 30, "only {} calls were seen", calls.len());
    let next = AtomicUsize::new(0);
    let killed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((name, n)) = calls.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    let world = scene.copy();
                    let inject = format!("inject={name}:signal=KILL:when={n}");
                    let run = scene.kalends(
                        world.path(),
                        &["strace", "-qq", "-o", "/dev/null", "-e", &inject],
                        &["publish", "--now", "2027-01-18T09:00:10"],
                    );
                    if run.status.signal() == Some(9) || run.status.code() == Some(137) {
                        killed.fetch_add(1, Ordering::Relaxed);
                    }
                    scene.must_be_whole_after(world.path(), &format!("{name} {n}"));
                }
            });
        }
    });
    let (killed, calls) = (killed.into_inner(), calls.len());
    let kind = if remote { "a ledger with a remote" } else { "a local ledger" };
    println!("{kind}: {calls} calls, killed at {killed} of them in turn, {SLOTS} slots whole each time");
    // The number of writes to a pipe may differ by a few from run to run; nearly all calls must have had their turn.
    assert!(killed * 100 >= calls * 95, "killed at {killed} of {calls} calls only");
}

#[test]
fn killed_at_each_call_in_turn_every_slot_is_published_once() {
    killed_everywhere(false);
}

#[test]
fn killed_at_each_call_in_turn_with_a_remote_every_slot_is_published_once() {
    killed_everywhere(true);
}
