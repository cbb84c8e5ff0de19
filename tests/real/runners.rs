//! Several runners on clones of one remote, over git's own HTTP backend with a protected `main`: each post goes out
//! once, whatever is killed and whatever the remote does, and nothing goes out without a pushed claim.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::calendar::Calendar;
use crate::servers::{Bluesky, Git, Pds, pds, say};

/// A calendar whose ledger is shared, and what its runners need.
struct Shared {
    git: Git,
    pds: &'static Pds,
    calendar: Calendar,
    accounts: Vec<Bluesky>,
}

/// A seeded sequence of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

impl Shared {
    /// Makes a calendar with this many posts that are due on each of some accounts, and pushes it.
    fn new(name: &str, accounts: usize, posts: usize, burst: usize) -> Option<Shared> {
        let (pds, git) = (pds()?, Git::start()?);
        git.protect_main();
        let calendar = Calendar::new();
        calendar.write(
            "kalends.toml",
            format!(
                "name = \"Harbour Museum\"\nzone = \"UTC\"\n[publish]\nlate = \"12h\"\nburst = {burst}\n\
                 [ledger]\nremote = \"origin\"\n"
            ),
        );
        let accounts: Vec<Bluesky> = (0..accounts).map(|n| pds.account(&format!("{name}{n}"))).collect();
        for (n, account) in accounts.iter().enumerate() {
            let id = format!("sky{n}");
            calendar.account(
                &id,
                "bluesky",
                &pds.url,
                &account.handle,
                &[("app_password", &account.password)],
            );
            for post in 0..posts {
                let words = format!("to = [\"{id}\"]\ntext = \"Post {post} of the harbour, for {id}\"\n");
                calendar.post(&format!("p{post:04}-{n}"), 0, &words);
            }
        }
        calendar.commit();
        calendar.git(&["remote", "add", "origin", &git.address("ada")]);
        calendar.git(&["push", "-q", "origin", "main"]);
        Some(Shared { git, pds, calendar, accounts })
    }

    /// Clones it for a runner.
    fn clone(&self, name: &str, address: &str) -> PathBuf {
        let folder = self.calendar.root().parent().unwrap().join(name);
        self.calendar.git(&["clone", "-q", "--template=", address, folder.to_str().unwrap()]);
        folder
    }

    fn publish(&self, clone: &Path) -> Command {
        let mut command = self.calendar.kalends(0, &["publish"]);
        command
            .current_dir(clone)
            .env("USER", clone.file_name().unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Returns the texts of an account's posts, all of them.
    fn texts(&self, account: &Bluesky) -> Vec<String> {
        let mut texts = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = crate::servers::get_json(
                &format!(
                    "{}/xrpc/com.atproto.repo.listRecords?repo={}&collection=app.bsky.feed.post&limit=100&cursor={cursor}",
                    self.pds.url, account.did
                ),
                "",
            );
            let records = page["records"].as_array().unwrap();
            texts.extend(records.iter().map(|record| record["value"]["text"].as_str().unwrap().to_owned()));
            match page["cursor"].as_str() {
                Some(next) if !records.is_empty() => cursor = next.to_owned(),
                _ => return texts,
            }
        }
    }

    fn public(&self) -> usize {
        self.accounts.iter().map(|account| self.texts(account).len()).sum()
    }

    /// Asserts that each account shows each of its posts once.
    fn assert_each_once(&self, posts: usize) {
        for account in &self.accounts {
            let mut times: BTreeMap<String, usize> = BTreeMap::new();
            self.texts(account).into_iter().for_each(|text| *times.entry(text).or_default() += 1);
            let twice: Vec<_> = times.iter().filter(|(_, times)| **times != 1).collect();
            assert!(twice.is_empty(), "{}: more than once: {twice:?}", account.handle);
            assert_eq!(times.len(), posts, "{}: some are missing", account.handle);
        }
    }
}

fn told(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// Lets runners work at once, each killed at seeded moments of its first runs, until all is public.
fn race(runners: usize, accounts: usize, posts: usize, burst: usize, seed: u64) {
    let name = format!("race{runners}x");
    let Some(shared) = Shared::new(&name, accounts, posts, burst) else { return };
    let began = Instant::now();
    let (kills, runs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let all = accounts * posts;
    let clones: Vec<PathBuf> =
        (0..runners).map(|n| shared.clone(&format!("runner{n}"), &shared.git.address("bot"))).collect();
    std::thread::scope(|scope| {
        for (n, clone) in clones.iter().enumerate() {
            let (shared, kills, runs) = (&shared, &kills, &runs);
            scope.spawn(move || {
                let mut dice = Dice(seed ^ (n as u64) << 32);
                for run in 0.. {
                    assert!(began.elapsed() < Duration::from_secs(900), "runner {n} comes to no end");
                    runs.fetch_add(1, Ordering::Relaxed);
                    let mut process =
                        shared.publish(clone).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                    if run < 2 {
                        std::thread::sleep(Duration::from_millis(300 + dice.next(3000)));
                        if process.try_wait().unwrap().is_none() {
                            kills.fetch_add(1, Ordering::Relaxed);
                            process.kill().unwrap();
                        }
                    }
                    let status = process.wait().unwrap();
                    if status.success() && shared.public() == all {
                        break;
                    }
                }
            });
        }
    });
    let last = shared.publish(clones.first().unwrap()).output().unwrap();
    assert_eq!(last.status.code(), Some(0), "{}", told(&last));
    shared.assert_each_once(posts);
    say(&format!(
        "{runners} runners, {all} slots: each posted once; {} runs, {} killed, {} pushes, {:.0} s (seed {seed})",
        runs.into_inner(),
        kills.into_inner(),
        shared.git.traffic("bot").pushes,
        began.elapsed().as_secs_f32(),
    ));
}

#[test]
fn two_runners_post_each_slot_once() {
    race(2, 4, 250, 60, 2);
}

#[test]
fn eight_runners_post_each_slot_once() {
    race(8, 4, 250, 60, 8);
}

#[test]
fn a_run_costs_the_remote_the_same_for_one_post_and_for_a_thousand() {
    let mut cost = Vec::new();
    for posts in [1, 1000] {
        let Some(shared) = Shared::new(&format!("cost{posts}x"), 1, posts, 1000) else { return };
        let clone = shared.clone("runner", &shared.git.address("bot"));
        let before = shared.git.traffic("bot");
        let began = Instant::now();
        let out = shared.publish(&clone).output().unwrap();
        let seconds = began.elapsed().as_secs();
        assert!(out.status.success(), "{}", told(&out));
        shared.assert_each_once(posts);
        let after = shared.git.traffic("bot");
        let (pushes, fetches) = (after.pushes - before.pushes, after.fetches - before.fetches);
        say(&format!("{posts} posts to Bluesky in one run: {pushes} pushes, {fetches} fetches, {seconds} s"));
        cost.push((pushes, fetches, usize::try_from(seconds).unwrap()));
    }
    let [(few_pushes, few_fetches, _), (pushes, fetches, seconds)] = cost[..] else { return };
    // The endings are written down, and the stop switch is looked at, every ten seconds.
    let looks = seconds / 10 + 1;
    assert!(pushes <= few_pushes + looks, "{pushes} pushes");
    assert!(fetches <= few_fetches + 2 * looks, "{fetches} fetches");
}

#[test]
fn nothing_is_sent_while_the_ledger_cannot_be_pushed_and_once_it_can() {
    let Some(shared) = Shared::new("away", 1, 2, 5) else { return };
    let clone = shared.clone("runner", &shared.git.address("bot"));
    for mode in ["500", "403", "drop"] {
        shared.git.mode(mode);
        let out = shared.publish(&clone).output().unwrap();
        assert_eq!(out.status.code(), Some(3), "{mode}: {}", told(&out));
        assert_eq!(shared.public(), 0, "{mode}: something went out without a claim");
    }
    // Taken, and no answer: what stands at the remote decides.
    shared.git.mode("cut");
    let out = shared.publish(&clone).output().unwrap();
    shared.git.mode("");
    assert!(matches!(out.status.code(), Some(0 | 3)), "{}", told(&out));
    for _ in 0..2 {
        let out = shared.publish(&clone).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{}", told(&out));
    }
    shared.assert_each_once(2);
}

#[test]
fn a_protected_ledger_and_wrong_credentials_say_what_to_do_and_send_nothing() {
    let Some(shared) = Shared::new("denied", 1, 1, 5) else { return };
    let stranger = shared.git.address("bot").replace(":pw@", ":wrong@");
    let clone = shared.clone("stranger", &shared.git.address("bot"));
    let set =
        Command::new("git").args(["remote", "set-url", "origin", &stranger]).current_dir(&clone).status();
    assert!(set.unwrap().success());
    let out = shared.publish(&clone).output().unwrap();
    assert_eq!(out.status.code(), Some(3), "{}", told(&out));
    assert!(!told(&out).contains("wrong@"), "the password is told: {}", told(&out));
    assert_eq!(shared.public(), 0);

    let hook = shared.git.folder.join("repo.git/hooks/pre-receive");
    let refuse = "#!/bin/sh\nwhile read -r old new ref; do\n  [ \"$ref\" != refs/heads/ledger ] || { echo 'GH006: Protected branch update failed for refs/heads/ledger.' >&2; exit 1; }\ndone\n";
    let own = std::fs::read_to_string(&hook).unwrap();
    std::fs::write(&hook, refuse).unwrap();
    let clone = shared.clone("runner", &shared.git.address("bot"));
    let out = shared.publish(&clone).output().unwrap();
    assert_eq!(out.status.code(), Some(3), "{}", told(&out));
    assert!(told(&out).contains("GH006"), "{}", told(&out));
    assert_eq!(shared.public(), 0);
    std::fs::write(&hook, own).unwrap();
    let out = shared.publish(&clone).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", told(&out));
    shared.assert_each_once(1);
}

#[test]
fn a_ledger_that_was_rewritten_at_the_remote_is_refused() {
    let Some(shared) = Shared::new("forced", 1, 1, 5) else { return };
    let clone = shared.clone("runner", &shared.git.address("bot"));
    assert!(shared.publish(&clone).output().unwrap().status.success());
    let bare = shared.git.folder.join("repo.git");
    let first = Command::new("git")
        .args(["rev-list", "--max-parents=0", "ledger"])
        .current_dir(&bare)
        .output()
        .unwrap();
    let first = String::from_utf8(first.stdout).unwrap();
    let set = Command::new("git")
        .args(["update-ref", "refs/heads/ledger", first.trim()])
        .current_dir(&bare)
        .status();
    assert!(set.unwrap().success());
    let out = shared.publish(&clone).output().unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", told(&out));
    assert!(told(&out).contains("cannot be trusted"), "{}", told(&out));
    shared.assert_each_once(1);
}
