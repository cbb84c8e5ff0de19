//! The ledger's branch on real git: by itself, shared, raced for, and tampered with.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it should be, and measures and talks as it likes"
)]

mod scratch;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use kalends::rim::branch::{Branch, Forgetful, Place};
use kalends::world::{Appended, Log, LogError, Tip};
use scratch::{
    bare, change, clone, git, land, local, repository, shared, shared_within, three, try_git, wrong,
};

const CLAIM: &str = "slots/2027/01/18/open-day/once/news/1.claim.toml";

fn folder(path: &str) -> String {
    path.rsplit_once('/').unwrap().0.to_owned()
}

fn id_of(git_dir: &Path, name: &str) -> String {
    git(git_dir, &["rev-parse", name])
}

#[test]
fn what_is_added_is_read_back_and_git_accepts_it() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    assert_eq!(log.tip().unwrap(), Tip::default());
    assert_eq!(log.read(&Tip::default(), &[folder(CLAIM)]).unwrap(), []);
    let first = land(&log, &Tip::default(), &[CLAIM, "stops/000001.stop.toml"]);
    let second = land(&log, &first, &["slots/2027/01/18/open-day/once/news/1.sending.toml"]);
    assert_eq!(log.tip().unwrap(), second);
    let paths = |tip: &Tip, folders: &[String]| -> Vec<String> {
        let found = log.read(tip, folders).unwrap();
        assert!(found.iter().all(|found| found.text == Ok(format!("text = \"x\"\n# {}\n", found.path))));
        found.into_iter().map(|found| found.path).collect()
    };
    let folders = [folder(CLAIM), "slots/none/here".to_owned(), "stops".to_owned(), "slots/2027".to_owned()];
    assert_eq!(
        paths(&second, &folders),
        [CLAIM, "slots/2027/01/18/open-day/once/news/1.sending.toml", "stops/000001.stop.toml"]
    );
    assert_eq!(paths(&first, &folders).len(), 2, "an older tip shows what was there then");
    git(&git_dir, &["fsck", "--strict", "--full"]);
    assert_eq!(
        git(&git_dir, &["log", "--format=%an <%ae> %s", "ledger"]),
        "kalends <kalends@localhost> Add slots/2027/01/18/open-day/once/news/1.sending.toml\n\
         kalends <kalends@localhost> Add slots/2027/01/18/open-day/once/news/1.claim.toml, stops/000001.stop.toml"
    );
    assert_eq!(git(dir.path(), &["status", "--porcelain"]), "", "the work tree is left alone");
}

#[test]
fn each_addition_is_one_pack_and_reads_back_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let before = land(&log, &Tip::default(), &[CLAIM]);
    let paths: Vec<String> =
        (0..300).map(|n| format!("slots/2027/02/{:02}/p{n}/once/news/1.claim.toml", n % 28 + 1)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let after = land(&log, &before, &paths);
    let packs = || std::fs::read_dir(git_dir.join("objects/pack")).unwrap().count();
    assert_eq!(packs(), 4, "a pack and its index for each of two");
    let folders: Vec<String> = paths.iter().map(|path| folder(path)).collect();
    assert_eq!(log.read(&after, &folders).unwrap().len(), 300);
    assert_eq!(log.tip().unwrap(), after);
    git(&git_dir, &["fsck", "--strict", "--full"]);
    assert_eq!(land(&log, &after, &["stops/000001.stop.toml"]), log.tip().unwrap());
    assert_eq!(packs(), 6);
}

#[test]
fn only_the_latest_tip_can_be_added_to() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let first = land(&log, &Tip::default(), &[CLAIM]);
    assert_eq!(
        log.append(&Tip::default(), &change(&Tip::default(), &["stops/1.toml"], "y")),
        Ok(Appended::Stale)
    );
    assert_eq!(log.tip().unwrap(), first);
}

#[test]
fn the_same_addition_again_is_the_same_commit() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    for log in [local(&repository(&dir.path().join("a"))), shared(&clone(&dir.path().join("b"), &address))] {
        let same = change(&Tip::default(), &[CLAIM], "x");
        let first = log.append(&Tip::default(), &same).unwrap();
        assert!(matches!(first, Appended::Landed(_)));
        assert_eq!(log.append(&Tip::default(), &same).unwrap(), first);
    }
}

#[test]
fn an_entry_is_never_rewritten_and_no_path_leaves_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let log = local(&repository(dir.path()));
    let tip = land(&log, &Tip::default(), &[CLAIM]);
    for path in [
        CLAIM,
        "slots/2027",
        "stops/../x.toml",
        "/x.toml",
        ".git/x",
        "a//b.toml",
        "HEAD.toml",
        "a\\b",
        "sl\u{f6}ts",
    ] {
        let why = wrong(log.append(&tip, &change(&tip, &[path], "y")));
        assert!(!why.is_empty());
        assert_eq!(log.tip().unwrap(), tip, "{path}");
    }
    let below = format!("{CLAIM}/x.toml");
    wrong(log.append(&tip, &change(&tip, &[&below], "y")));
}

#[test]
fn of_eight_that_add_at_once_one_wins_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let rounds = 25;
    let barrier = Barrier::new(8);
    let wins: Vec<usize> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|racer| {
                let (git_dir, barrier) = (&git_dir, &barrier);
                scope.spawn(move || {
                    let log = local(git_dir);
                    let mut wins = 0;
                    for round in 0..rounds {
                        let tip = log.tip().unwrap();
                        barrier.wait();
                        let path = format!("slots/2027/01/18/r{round}/once/news/{racer}.claim.toml");
                        match log.append(&tip, &change(&tip, &[&path], "x")).unwrap() {
                            Appended::Landed(_) => wins += 1,
                            Appended::Stale => {}
                            Appended::Unknown(why) => panic!("{why}"),
                        }
                        barrier.wait();
                    }
                    wins
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(wins.iter().sum::<usize>(), rounds, "{wins:?}");
    assert_eq!(git(&git_dir, &["rev-list", "--count", "ledger"]), rounds.to_string());
    git(&git_dir, &["fsck", "--strict"]);
}

#[test]
fn of_four_clones_that_push_at_once_one_wins_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let clones: Vec<PathBuf> = (0..4).map(|n| clone(&dir.path().join(format!("c{n}")), &address)).collect();
    let barrier = Barrier::new(4);
    let rounds = 6;
    let wins: usize = std::thread::scope(|scope| {
        let racers: Vec<_> = clones
            .iter()
            .enumerate()
            .map(|(racer, git_dir)| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let log = shared(git_dir);
                    (0..rounds)
                        .filter(|round| {
                            let tip = log.tip().unwrap();
                            barrier.wait();
                            let path = format!("slots/2027/01/18/r{round}/once/news/{racer}.claim.toml");
                            let appended = log.append(&tip, &change(&tip, &[&path], "x")).unwrap();
                            barrier.wait();
                            assert!(!matches!(appended, Appended::Unknown(_)), "{appended:?}");
                            matches!(appended, Appended::Landed(_))
                        })
                        .count()
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });
    assert_eq!(wins, rounds);
    assert_eq!(git(&dir.path().join("origin.git"), &["rev-list", "--count", "ledger"]), rounds.to_string());
}

#[test]
fn what_one_clone_adds_the_other_sees() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let (a, b) = (clone(&dir.path().join("a"), &address), clone(&dir.path().join("b"), &address));
    let (one, two) = (shared(&a), shared(&b));
    assert_eq!(one.tip().unwrap(), Tip::default());
    let tip = three(&one);
    assert_eq!(two.tip().unwrap(), tip);
    assert_eq!(id_of(&b, "refs/heads/ledger"), tip.id, "the local branch follows, so that git log shows it");
    let next = land(&two, &tip, &[CLAIM]);
    let late = one.append(&tip, &change(&tip, &["stops/000001.stop.toml"], "x")).unwrap();
    assert_eq!(late, Appended::Stale);
    assert_eq!(one.tip().unwrap(), next);
    assert_eq!(git(&dir.path().join("a"), &["status", "--porcelain"]), "");
    git(&dir.path().join("origin.git"), &["fsck", "--strict"]);
}

#[test]
fn a_commit_that_was_made_and_never_pushed_harms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let git_dir = clone(&dir.path().join("a"), &address);
    let log = shared(&git_dir);
    let tip = three(&log);
    // The local branch alone goes on, as if a program had died between commit and push.
    let ahead = git(&git_dir, &["commit-tree", "ledger^{tree}", "-p", "ledger", "-m", "lost"]);
    git(&git_dir, &["update-ref", "refs/heads/ledger", &ahead]);
    assert_eq!(log.tip().unwrap(), tip);
    assert_eq!(id_of(&git_dir, "refs/heads/ledger"), tip.id);
}

#[test]
fn a_ledger_that_was_never_pushed_is_not_begun_anew_at_the_remote() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let git_dir = clone(&dir.path().join("a"), &address);
    three(&local(&git_dir));
    let why = wrong(shared(&git_dir).tip());
    assert!(why.contains("is gone") && why.contains("git push --force origin"), "{why}");
}

/// Each way to tamper with a ledger, and what is said about it.
fn tampering() -> Vec<(&'static str, &'static [&'static [&'static str]], &'static str)> {
    vec![
        ("rolled back", &[&["update-ref", "refs/heads/ledger", "ledger~1"]], "it went backwards"),
        ("deleted", &[&["update-ref", "-d", "refs/heads/ledger"]], "is gone"),
    ]
}

#[test]
fn a_ledger_that_was_rolled_back_or_deleted_is_refused_here_and_there() {
    for (name, commands, said) in tampering() {
        let dir = tempfile::tempdir().unwrap();
        let address = bare(&dir.path().join("origin.git"));
        let git_dir = repository(&dir.path().join("a"));
        let log = local(&git_dir);
        let tip = three(&log);
        let away = shared(&clone(&dir.path().join("b"), &address));
        let far = three(&away);
        for command in commands {
            git(&git_dir, command);
            git(&dir.path().join("origin.git"), command);
        }
        let why = wrong(log.tip());
        assert!(why.contains(said) && why.contains(&tip.id), "{name}: {why}");
        assert!(why.contains(&format!("git update-ref refs/heads/ledger {}", tip.id)), "{why}");
        assert!(why.contains("git update-ref -d refs/kalends/seen/ledger"), "{why}");
        let why = wrong(away.tip());
        assert!(why.contains(&format!("git push --force origin {}:refs/heads/ledger", far.id)), "{why}");
        // Both ways out lead out.
        git(&git_dir, &["update-ref", "refs/heads/ledger", &tip.id]);
        assert_eq!(log.tip().unwrap(), tip);
        git(
            &dir.path().join("b"),
            &["push", "-q", "--force", "origin", &format!("{}:refs/heads/ledger", far.id)],
        );
        assert_eq!(away.tip().unwrap(), far);
    }
}

/// Puts a commit with this tree on the ledger, as somebody with git at hand could.
fn commit_by_hand(git_dir: &Path, tree: &str, parents: &[&str]) -> String {
    let mut arguments = vec!["commit-tree", tree, "-m", "By hand"];
    parents.iter().for_each(|parent| arguments.extend(["-p", parent]));
    let id = git(git_dir, &arguments);
    git(git_dir, &["update-ref", "refs/heads/ledger", &id]);
    id
}

/// Returns the ledger's tree with one path changed to a blob, or taken away.
fn tree_with(git_dir: &Path, path: &str, entry: Option<(&str, &str)>) -> String {
    let index = git_dir.join("by-hand");
    let run = |arguments: &[&str]| {
        let out = Command::new("git")
            .args(["--git-dir".as_ref(), git_dir.as_os_str()])
            .args(arguments)
            .env("GIT_INDEX_FILE", &index)
            .output()
            .unwrap();
        assert!(out.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    };
    run(&["read-tree", "ledger"]);
    match entry {
        None => run(&["update-index", "--force-remove", path]),
        Some((mode, text)) => {
            std::fs::write(git_dir.join("by-hand-text"), text).unwrap();
            let blob = git(git_dir, &["hash-object", "-w", "by-hand-text"]);
            run(&["update-index", "--add", "--cacheinfo", &format!("{mode},{blob},{path}")])
        }
    };
    let tree = run(&["write-tree"]);
    std::fs::remove_file(index).unwrap();
    tree
}

#[test]
fn a_commit_by_hand_is_refused_whatever_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let tip = three(&log);
    let claim = "slots/2027/01/18/post-2/once/news/1.claim.toml";
    let plus = |head: &str| {
        let next = change(&tip, &["x.toml"], "x").head;
        tree_with(&git_dir, "HEAD.toml", Some(("100644", &next.replace("entries = 4", head))))
    };
    let good = plus("entries = 4");
    let with = |path: &str, entry| {
        git(&git_dir, &["update-ref", "refs/heads/ledger", &commit_by_hand(&git_dir, &good, &[&tip.id])]);
        let tree = tree_with(&git_dir, path, entry);
        git(&git_dir, &["update-ref", "refs/heads/ledger", &tip.id]);
        tree
    };
    let other = id_of(&git_dir, "main");
    let cases: Vec<(String, Vec<&str>, &str)> = vec![
        (id_of(&git_dir, "ledger~1^{tree}"), vec![&tip.id], "it went backwards|seq"),
        (id_of(&git_dir, "ledger^{tree}"), vec![&tip.id], "history was rewritten|seq"),
        (plus("entries = 1"), vec![&tip.id], "entries fall"),
        (with(claim, None), vec![&tip.id], "takes away or changes slots/2027/01/18/post-2"),
        (with(claim, Some(("100644", "other = 1\n"))), vec![&tip.id], "changes slots/2027/01/18/post-2"),
        (with("slots/new", Some(("120000", "/etc/passwd"))), vec![&tip.id], "no plain file"),
        (good.clone(), vec![&tip.id, &other], "is a merge"),
        (good.clone(), vec![], "begun anew"),
        (with("HEAD.toml", Some(("100644", "format = 99\nmin_writer = 99\n"))), vec![&tip.id], "format 99"),
        (with("HEAD.toml", Some(("100644", "no toml"))), vec![&tip.id], "cannot be read"),
        (with("HEAD.toml", None), vec![&tip.id], "has no HEAD.toml"),
    ];
    for (tree, parents, said) in cases {
        git(&git_dir, &["update-ref", "refs/heads/ledger", &tip.id]);
        commit_by_hand(&git_dir, &tree, &parents);
        let why = wrong(log.tip());
        assert!(said.split('|').any(|said| why.contains(said)), "{said}: {why}");
        assert!(why.contains(&tip.id), "{why}");
        let again = wrong(local(&git_dir).tip());
        assert_eq!(again, why, "it stays refused");
    }
    commit_by_hand(&git_dir, &good, &[&tip.id]);
    assert!(log.tip().is_ok(), "what follows the rules is taken, whoever wrote it");
}

#[test]
fn a_history_that_was_rewritten_and_is_longer_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let log = shared(&clone(&dir.path().join("a"), &address));
    let tip = three(&log);
    let other = repository(&dir.path().join("other"));
    let mut rival = land(&local(&other), &Tip::default(), &["slots/2027/01/18/else/once/news/1.claim.toml"]);
    for n in 0..4 {
        rival = land(&local(&other), &rival, &[&format!("stops/00000{n}.stop.toml")]);
    }
    git(&other, &["push", "-q", "--force", &address, "ledger"]);
    let why = wrong(log.tip());
    assert!(why.contains("history was rewritten") && why.contains(&tip.id), "{why}");
    // Accepted on purpose, it is the ledger from now on.
    git(&dir.path().join("a"), &["update-ref", "-d", "refs/kalends/seen/ledger"]);
    assert_eq!(log.tip().unwrap(), rival);
}

#[test]
fn a_shallow_clone_that_cannot_show_its_past_says_how_to_get_it() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let full = clone(&dir.path().join("full"), &address);
    let log = shared(&full);
    let old = land(&log, &Tip::default(), &[CLAIM]);
    let newest = (0..4).fold(old.clone(), |tip, n| land(&log, &tip, &[&format!("stops/00000{n}.stop.toml")]));
    git(&full, &["push", "-q", "origin", "main"]);
    let place = dir.path().join("shallow");
    git(dir.path(), &["clone", "-q", "--depth", "2", "--no-single-branch", &address, "shallow"]);
    let shallow = place.join(".git");
    assert_eq!(shared(&shallow).tip().unwrap(), newest, "nothing was seen before, so nothing is to be shown");
    git(&shallow, &["fetch", "-q", "--depth", "1", "origin", &format!("{}:refs/old", old.id)]);
    git(&shallow, &["update-ref", "refs/kalends/seen/ledger", "refs/old"]);
    let why = wrong(shared(&shallow).tip());
    assert!(why.contains("git fetch --unshallow"), "{why}");
    git(&place, &["fetch", "-q", "--unshallow"]);
    assert_eq!(shared(&shallow).tip().unwrap(), newest);
}

#[cfg(unix)]
fn hook(repository: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = repository.join("hooks/pre-receive");
    std::fs::create_dir_all(repository.join("hooks")).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_remote_that_is_away_is_away() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = clone(&dir.path().join("a"), "http://127.0.0.1:1/nothing.git");
    assert!(matches!(shared(&git_dir).tip(), Err(LogError::Away(why)) if why.contains("origin")));
    let missing = repository(&dir.path().join("b"));
    match shared(&missing).tip() {
        Err(LogError::Away(why)) => assert!(why.contains("git remote add origin"), "{why}"),
        other => panic!("{other:?}"),
    }
    let no_git = shared(&git_dir).with_program(PathBuf::from("/nowhere/git"));
    assert!(matches!(no_git.tip(), Err(LogError::Away(why)) if why.contains("install git")));
}

#[test]
fn a_hook_that_declines_denies_with_its_words() {
    let dir = tempfile::tempdir().unwrap();
    let origin = dir.path().join("origin.git");
    let log = shared(&clone(&dir.path().join("a"), &bare(&origin)));
    let tip = three(&log);
    hook(&origin, "echo 'GH006: Protected branch update failed' >&2; exit 1");
    match log.append(&tip, &change(&tip, &[CLAIM], "x")) {
        Err(LogError::Denied(why)) => assert!(why.contains("GH006: Protected branch update failed"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(log.tip().unwrap(), tip);
}

#[test]
fn a_push_that_hangs_is_stopped_and_only_a_second_look_tells() {
    let dir = tempfile::tempdir().unwrap();
    let origin = dir.path().join("origin.git");
    let git_dir = clone(&dir.path().join("a"), &bare(&origin));
    let tip = three(&shared(&git_dir));
    hook(&origin, "sleep 30");
    let log = shared_within(&git_dir, Duration::from_secs(1));
    let began = Instant::now();
    let appended = log.append(&tip, &change(&tip, &[CLAIM], "x")).unwrap();
    assert!(
        matches!(&appended, Appended::Unknown(why) if why.contains("did not end in time")),
        "{appended:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    std::fs::remove_file(origin.join("hooks/pre-receive")).unwrap();
    assert_eq!(log.tip().unwrap(), tip);
}

/// The git server of the tests.
struct Server {
    process: Child,
    root: PathBuf,
    address: String,
}

impl Server {
    fn start(root: &Path) -> Server {
        bare(&root.join("repo.git"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/git_http.py");
        let mut process =
            Command::new("python3").arg(script).arg(root).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let address = format!("http://bot:pw@127.0.0.1:{}/repo.git", port.trim());
        Server { process, root: root.to_owned(), address }
    }

    fn mode(&self, mode: &str) {
        std::fs::write(self.root.join("mode"), mode).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn over_http_a_lost_answer_is_unknown_and_a_second_look_tells_the_truth() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("server"));
    let git_dir = clone(&dir.path().join("a"), &server.address);
    let log = shared(&git_dir);
    let mut tip = three(&log);
    for (n, (mode, landed)) in
        [("cut", true), ("drop", false), ("500", false), ("hang", true)].into_iter().enumerate()
    {
        server.mode(mode);
        let limit = Duration::from_secs(if mode == "hang" { 3 } else { 30 });
        let log = shared_within(&git_dir, limit);
        let same = change(&tip, &[&format!("stops/00000{n}.stop.toml")], "x");
        let appended = log.append(&tip, &same).unwrap();
        assert!(matches!(appended, Appended::Unknown(_)), "{mode}: {appended:?}");
        server.mode("");
        let now = shared(&git_dir).tip().unwrap();
        assert_eq!(now != tip, landed, "{mode}");
        // Whether it had landed or not, the same addition again ends the doubt.
        tip = match shared(&git_dir).append(&tip, &same).unwrap() {
            Appended::Landed(tip) => tip,
            other => panic!("{mode}: {other:?}"),
        };
        assert_eq!(shared(&git_dir).tip().unwrap(), tip);
    }
}

#[test]
fn over_http_what_is_forbidden_is_denied_and_a_wrong_password_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("server"));
    let git_dir = clone(&dir.path().join("a"), &server.address);
    let log = shared(&git_dir);
    let tip = three(&log);
    server.mode("403");
    let denied = log.append(&tip, &change(&tip, &[CLAIM], "x"));
    assert!(matches!(&denied, Err(LogError::Denied(why)) if why.contains("403")), "{denied:?}");
    let stranger = clone(&dir.path().join("b"), &server.address.replace("bot:pw", "bot:wrong"));
    match shared(&stranger).tip() {
        Err(LogError::Away(why)) => assert!(why.contains("uthentication"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_remote_with_two_addresses_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let elsewhere = bare(&dir.path().join("mirror.git"));
    for setting in [
        vec!["remote.origin.pushurl".to_owned(), elsewhere.clone()],
        vec![format!("url.{elsewhere}.pushInsteadOf"), address.clone()],
    ] {
        let place = dir.path().join(setting[0].replace(['/', ':'], "_"));
        let git_dir = clone(&place, &address);
        git(&git_dir, &["config", &setting[0], &setting[1]]);
        match shared(&git_dir).tip() {
            Err(LogError::Away(why)) => assert!(why.contains("one address"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_hostile_configuration_runs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let address = bare(&dir.path().join("origin.git"));
    let git_dir = clone(&dir.path().join("a"), &address);
    let mark = dir.path().join("mark");
    let evil = format!("touch {}", mark.display());
    #[cfg(unix)]
    for name in ["pre-push", "reference-transaction", "post-index-change", "pre-auto-gc", "post-rewrite"] {
        use std::os::unix::fs::PermissionsExt;
        let path = git_dir.join("hooks").join(name);
        std::fs::create_dir_all(git_dir.join("hooks")).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{evil}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    git(&git_dir, &["config", "core.fsmonitor", &evil]);
    git(&git_dir, &["config", "gpg.program", &evil]);
    git(&git_dir, &["config", "gc.auto", "1"]);
    let log = shared(&git_dir);
    let tip = three(&log);
    assert_eq!(log.tip().unwrap(), tip);
    let repo = kalends::rim::repo::find(&dir.path().join("a")).unwrap();
    assert!(repo.dirty().unwrap().is_empty());
    assert!(!mark.exists(), "somebody else's code ran");
    git(&git_dir, &["config", "remote.evil.url", &format!("ext::sh -c {evil}% %S")]);
    git(&git_dir, &["config", "protocol.ext.allow", "always"]);
    let place = Place { remote: Some("evil".to_owned()), ..Place::default() };
    assert!(Branch::open(&git_dir, &place).unwrap().tip().is_err());
    for remote in ["--upload-pack=touch mark", "ext::sh -c x", "file:///tmp/x", ""] {
        let place = Place { remote: Some(remote.to_owned()), ..Place::default() };
        assert!(Branch::open(&git_dir, &place).unwrap().tip().is_err(), "{remote}");
    }
    assert!(!mark.exists(), "somebody else's code ran");
    // The test can fail: the same hook runs when git is called without care.
    try_git(&git_dir, &["push", "-q", "origin", "main"]);
    assert!(mark.exists());
}

#[test]
fn locks_that_a_dead_process_left_are_cleared_away_and_others_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let tip = three(&log);
    let lock = git_dir.join("refs/heads/ledger.lock");
    std::fs::write(&lock, "").unwrap();
    std::fs::write(git_dir.join("kalends/references"), "kalends\n1\n2020-01-01T00:00:00Z\n").unwrap();
    let tip = land(&log, &tip, &[CLAIM]);
    std::fs::write(&lock, "").unwrap();
    match log.append(&tip, &change(&tip, &["stops/000001.stop.toml"], "x")) {
        Err(LogError::Denied(why)) => assert!(why.contains("refs/heads/ledger.lock"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(log.tip().unwrap(), tip);
}

/// Makes loose objects of all that is packed.
fn unpack(git_dir: &Path) {
    let aside = git_dir.join("aside");
    std::fs::rename(git_dir.join("objects/pack"), &aside).unwrap();
    std::fs::create_dir(git_dir.join("objects/pack")).unwrap();
    for file in std::fs::read_dir(&aside).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "pack") {
            let pack = std::fs::File::open(path).unwrap();
            let mut unpack = Command::new("git");
            unpack.current_dir(git_dir).args(["unpack-objects", "-q"]).stdin(pack);
            assert!(unpack.status().unwrap().success());
        }
    }
}

#[test]
fn a_disk_that_takes_nothing_is_said_with_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let tip = three(&local(&git_dir));
    unpack(&git_dir);
    // A file where a folder must be: what even root cannot write to.
    std::fs::remove_dir_all(git_dir.join("objects/pack")).unwrap();
    std::fs::write(git_dir.join("objects/pack"), "").unwrap();
    let log = local(&git_dir);
    let many: Vec<String> = (0..20).map(|n| format!("stops/{n:06}.stop.toml")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    match log.append(&tip, &change(&tip, &many, "x")) {
        Err(LogError::Denied(why)) => assert!(why.contains(".git/objects"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(log.tip().unwrap(), tip);
    std::fs::remove_dir_all(git_dir.join("kalends")).unwrap();
    std::fs::write(git_dir.join("kalends"), "").unwrap();
    let log = local(&git_dir);
    assert_eq!(log.tip().unwrap(), tip, "it can still be read");
    match log.append(&tip, &change(&tip, &["stops/000001.stop.toml"], "x")) {
        Err(LogError::Denied(why)) => assert!(why.contains("kalends/config"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// What runs where no file may grow beyond a few kilobytes.
#[test]
#[ignore = "runs inside the test below"]
fn add_where_there_is_no_room() {
    let Some(git_dir) = std::env::args().find_map(|word| word.strip_prefix("--skip=at:").map(PathBuf::from))
    else {
        return;
    };
    let log = local(&git_dir);
    let tip = log.tip().unwrap();
    let many: Vec<String> = (0..1500).map(|n| format!("stops/{n:06}.stop.toml")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    match log.append(&tip, &change(&tip, &many, "x")) {
        Err(LogError::Denied(why)) => assert!(why.contains(".git/objects"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_in_the_middle_leaves_the_ledger_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let tip = three(&local(&git_dir));
    let out = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "add_where_there_is_no_room", "--ignored", "--nocapture"])
        .arg(format!("--skip=at:{}", git_dir.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let log = local(&git_dir);
    assert_eq!(log.tip().unwrap(), tip);
    land(&log, &tip, &[CLAIM]);
    git(&git_dir, &["fsck", "--strict"]);
}

#[test]
fn a_linked_work_tree_shares_the_ledger_and_its_lock() {
    let dir = tempfile::tempdir().unwrap();
    let main = dir.path().join("main");
    let git_dir = repository(&main);
    let tip = three(&local(&git_dir));
    git(&main, &["worktree", "add", "-q", "../linked"]);
    let repo = kalends::rim::repo::find(&dir.path().join("linked")).unwrap();
    assert_eq!(repo.git_dir().unwrap(), git_dir.canonicalize().unwrap());
    assert_eq!(local(repo.git_dir().unwrap()).tip().unwrap(), tip);
    let head = kalends::rim::repo::Rev::Commit("HEAD".to_owned());
    assert_eq!(repo.files(&head).unwrap().len(), 1);
    assert!(repo.dirty().unwrap().is_empty());
}

#[test]
fn a_missing_entry_is_found_and_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let tip = land(&log, &Tip::default(), &[CLAIM]);
    unpack(&git_dir);
    let blob = id_of(&git_dir, &format!("ledger:{CLAIM}"));
    std::fs::remove_file(git_dir.join(format!("objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    let found = local(&git_dir).read(&tip, &[folder(CLAIM)]).unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].text.as_ref().is_err_and(|why| why.contains("missing")), "{found:?}");
}

#[test]
fn a_rehearsal_reads_the_ledger_and_forgets_what_it_adds() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let tip = three(&log);
    let rehearsal = Forgetful::over(&log);
    assert_eq!(rehearsal.tip().unwrap(), tip);
    let next = land(&rehearsal, &tip, &[CLAIM]);
    assert_eq!(rehearsal.tip().unwrap(), next);
    let folders = [folder(CLAIM), "slots/2027/01/18/post-1/once/news".to_owned()];
    assert_eq!(rehearsal.read(&next, &folders).unwrap().len(), 2);
    assert_eq!(rehearsal.append(&tip, &change(&tip, &["x.toml"], "x")), Ok(Appended::Stale));
    assert_eq!(log.tip().unwrap(), tip);
    assert_eq!(log.read(&tip, &folders).unwrap().len(), 1);
}

#[test]
fn the_history_is_told_newest_first_with_what_was_added() {
    let dir = tempfile::tempdir().unwrap();
    let log = local(&repository(dir.path()));
    let tip = three(&log);
    let history = log.history(&tip, 2).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].id, tip.id);
    assert_eq!(history[0].added, ["slots/2027/01/18/post-3/once/news/1.claim.toml"]);
    assert_eq!(history[0].message, "Add slots/2027/01/18/post-3/once/news/1.claim.toml");
    assert_eq!(history[0].at.timestamp(), 1_800_000_003);
    assert_eq!(log.history(&tip, 100).unwrap().len(), 3);
    assert_eq!(log.history(&Tip::default(), 100).unwrap(), []);
}

#[test]
fn two_ledgers_in_one_repository_do_not_meet() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let other = Place { branch: "records/press".to_owned(), ..Place::default() };
    let (one, two) = (local(&git_dir), Branch::open(&git_dir, &other).unwrap());
    let tip = three(&one);
    assert_eq!(two.tip().unwrap(), Tip::default());
    three(&two);
    assert_eq!(one.tip().unwrap(), tip);
    let bad = Place { branch: "no..name".to_owned(), ..Place::default() };
    assert!(Branch::open(&git_dir, &bad).is_err_and(|fault| fault.to_string().contains("no..name")));
}

#[test]
#[ignore = "a measurement, not a test: cargo test --release --test ledger_git -- --ignored --nocapture"]
fn how_long_a_large_ledger_takes() {
    let dir = tempfile::tempdir_in(".").unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let time = |what: &str, run: &mut dyn FnMut() -> Tip| {
        let began = Instant::now();
        let tip = run();
        println!("{what}: {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
        tip
    };
    let path = |n: usize, kind: &str| {
        let (month, day) = (n / 28 % 12 + 1, n % 28 + 1);
        format!("slots/{}/{month:02}/{day:02}/post-{n}/once/account-{}/1.{kind}.toml", 2020 + n % 8, n % 5)
    };
    let mut tip = Tip::default();
    for size in [1_000, 39_000] {
        let paths: Vec<String> = (0..size).map(|n| path(n + size, "claim")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        tip = time(&format!("add {size} entries"), &mut || land(&log, &tip, &paths));
    }
    for n in 0..3 {
        let one = path(1_000 + n, "sending");
        tip = time("add 1 entry", &mut || land(&log, &tip, &[&one]));
    }
    let folders: Vec<String> = (39_000..78_000).map(|n| folder(&path(n, "claim"))).collect();
    for name in ["read 39,000 folders", "read 39,000 folders again"] {
        let began = Instant::now();
        let found = local(&git_dir).read(&tip, &folders).unwrap();
        println!("{name}: {} files, {:.1} ms", found.len(), began.elapsed().as_secs_f64() * 1e3);
    }
    time("look, nothing new", &mut || local(&git_dir).tip().unwrap());
}

#[test]
fn everything_below_a_folder_is_shown_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = repository(dir.path());
    let log = local(&git_dir);
    let paths: Vec<String> =
        (0..700).map(|n| format!("readings/2027/{:02}/{:02}/a{n}.csv", n % 2 + 1, n % 28 + 1)).collect();
    let all: Vec<&str> = paths.iter().map(String::as_str).chain([CLAIM]).collect();
    let tip = land(&log, &Tip::default(), &all);
    let seen = |log: &dyn Log, tip: &Tip, folder: &str| -> Vec<String> {
        let mut seen = Vec::new();
        let mut visit = |found: kalends::world::Found| {
            assert_eq!(found.text, Ok(format!("text = \"x\"\n# {}\n", found.path)));
            // The visitor may look into the ledger itself.
            if seen.is_empty() {
                assert!(log.tip().is_ok());
            }
            seen.push(found.path);
        };
        log.below(tip, folder, &mut visit).unwrap();
        seen
    };
    let sorted = |month: &str| -> Vec<String> {
        let mut sorted: Vec<String> =
            paths.iter().filter(|path| path.starts_with(&format!("readings/{month}"))).cloned().collect();
        sorted.sort();
        sorted
    };
    assert_eq!(seen(&log, &tip, "readings"), sorted(""));
    assert_eq!(seen(&log, &tip, "readings/2027/02"), sorted("2027/02"));
    assert_eq!(seen(&log, &tip, "readings/2028"), [""; 0]);
    assert_eq!(seen(&log, &Tip::default(), "readings"), [""; 0]);
    let slots: Vec<String> = log.slots(&tip).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(slots, ["2027-01-18-open-day/once/news"]);

    let memory = Forgetful::over(&log);
    let base = memory.tip().unwrap();
    let (first, last) = ("readings/2027/01/01/a.csv", "readings/2027/02/99/z.csv");
    let change = change(&base, &[first, last], "x");
    let Appended::Landed(next) = memory.append(&base, &change).unwrap() else { panic!("it is alone") };
    let mut both = sorted("");
    both.extend([first.to_owned(), last.to_owned()]);
    both.sort();
    assert_eq!(seen(&memory, &next, "readings"), both);
}
