//! The exit codes that the manual promises, through the binary, and looking without a network.
//!
//! 0, 1 and 2 are met by the stories of `tests/cli.rs`. No command line is known that ends with 70, so the guard around
//! every command is tested where it stands, in `src/cli.rs`.

#![expect(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "this is a test, whole")]

mod scratch;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, TimeDelta, Utc};
use kalends::draft::{Digest, Slot};
use kalends::ledger::{Claim, Entry, Fact, Hand, Head, Sending, format};
use scratch::git;

/// When the post below is due.
const DUE: &str = "2027-01-18T09:00:00Z";
const IN_TIME: &str = "--now 2027-01-18T09:00";

/// A calendar with one post, in its repository.
struct Museum {
    folder: tempfile::TempDir,
}

/// What a command said, and its exit code.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Museum {
    fn new(account: &str, ledger: &str) -> Museum {
        let museum = Museum { folder: tempfile::tempdir().unwrap() };
        let write = |path: &str, text: &str| {
            let path = museum.calendar().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("kalends.toml", &format!("name = \"Museum\"\nzone = \"UTC\"\n{ledger}"));
        write("accounts/news.toml", account);
        let post =
            "at = 2027-01-18T09:00:00\nto = [\"news\"]\nlate = \"1h\"\ntext = \"Doors open at ten.\"\n";
        write("posts/2027/01/2027-01-18-open-day.toml", post);
        git(&museum.calendar(), &["init", "-q"]);
        git(&museum.calendar(), &["add", "."]);
        git(&museum.calendar(), &["commit", "-qm", "Open day"]);
        museum
    }

    /// The same with a ledger that is shared.
    fn shared() -> Museum {
        let museum = Museum::new("platform = \"feed\"\n", "[ledger]\nremote = \"origin\"\n");
        let address = scratch::bare(&museum.remote());
        git(&museum.calendar(), &["remote", "add", "origin", &address]);
        museum
    }

    fn calendar(&self) -> PathBuf {
        self.folder.path().join("calendar")
    }

    fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }

    fn run(&self, line: &str) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
            .current_dir(self.calendar())
            .args(line.split_whitespace())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn ends(&self, line: &str, code: i32) -> Said {
        let said = self.run(line);
        assert_eq!(said.code, code, "kalends {line}\n{}{}", said.out, said.err);
        said
    }
}

/// Writes a ledger as another clone would have left it that died while it sent, by git alone.
fn left_in_doubt(calendar: &Path, slot: &Slot) {
    let due: DateTime<Utc> = DUE.parse().unwrap();
    let until = due + TimeDelta::hours(1);
    let digest = Digest::parse(&format!("sha256:{}", "0123456789abcdef".repeat(4))).unwrap();
    let claim = Claim { digest: digest.clone(), due, until, commit: "c0ffee".repeat(6) + "c0ff" };
    let sending = Sending {
        digest,
        due,
        until,
        key: "2027-01-18-open-day.once.news.1".to_owned(),
        payload: "{\"text\":\"Doors open at ten.\"}".to_owned(),
        first_at: due,
        replays: None,
    };
    let hand = Hand {
        by: "cron@harbour".to_owned(),
        nonce: "kq3vt7me2pzx5wnbd4rjc6yhsa".to_owned(),
        clone: "7lq2w4e6r8t1y3u5i7o9p0asdf".to_owned(),
        at: due,
    };
    let mut head = Head { id: "abcdefghijklmnopqrstuvwxyz".to_owned(), ..Head::default() }.next("", 2, []);
    head.open.insert(slot.clone());
    let entries = [Fact::Claim(claim), Fact::Sending(sending)].map(|fact| Entry {
        slot: slot.clone(),
        attempt: 1,
        hand: hand.clone(),
        fact,
    });
    let mut files = vec![(format::HEAD.to_owned(), format::write_head(&head))];
    files.extend(entries.iter().map(|entry| (format::entry_path(entry), format::write_entry(entry))));

    let mut stream = "commit refs/heads/ledger\ncommitter cron <cron@harbour> 1800262800 +0000\n\
                      data 4\nsend\n"
        .to_owned();
    for (path, text) in files {
        stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    }
    let mut import = Command::new("git")
        .current_dir(calendar)
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
}

#[test]
fn a_missed_post_ends_with_exit_code_3() {
    let museum = Museum::new("platform = \"feed\"\n", "");
    let said = museum.ends("publish --now 2027-01-18T12:00", 3);
    assert!(said.out.contains("missed") || said.err.contains("missed"), "{}{}", said.out, said.err);
    museum.ends("status --now 2027-01-18T12:05", 3);
    // What is past is told once, and is no news for ever.
    museum.ends("publish --now 2027-01-18T12:10", 0);
    museum.ends("status --now 2027-02-18T12:00", 0);
}

#[test]
fn a_doubt_ends_with_exit_code_4_until_a_person_settles_it() {
    let museum = Museum::new("platform = \"bluesky\"\nhandle = \"museum.example\"\nby_hand = true\n", "");
    let slot: Slot = "2027-01-18-open-day/once/news".parse().unwrap();
    left_in_doubt(&museum.calendar(), &slot);
    museum.ends("status --now 2027-01-18T09:30", 4);
    museum.ends("publish --now 2027-01-18T09:30", 4);
    let said = museum.ends("status --now 2027-01-18T09:31", 4);
    assert!(said.out.contains("kalends settle 2027-01-18-open-day/once/news"), "{}", said.out);
    museum.ends(&format!("settle {slot} --delivered https://bsky.app/1 --now 2027-01-18T09:40"), 0);
    museum.ends("publish --now 2027-01-18T09:45", 0);
    museum.ends("status --now 2027-01-18T09:45", 0);
}

#[test]
fn looking_needs_no_network_and_publishing_does() {
    let museum = Museum::shared();
    museum.ends(&format!("publish {IN_TIME}"), 0);
    let lines = ["plan --month 2027-01 --now 2027-01-18T09:05", "status --now 2027-01-18T09:05", "log"];
    let near = lines.map(|line| museum.ends(line, 0));
    assert!(near.iter().all(|said| !said.err.contains("warning")), "{}", near[0].err);
    fs::rename(museum.remote(), museum.folder.path().join("away.git")).unwrap();
    for (line, near) in lines.iter().zip(near) {
        let said = museum.ends(line, 0);
        assert_eq!(said.out, near.out, "{line}");
        let warnings = said.err.matches(
            "warning: the ledger's remote cannot be reached; this is what was last seen here (the remote origin: ",
        );
        assert_eq!(warnings.count(), 1, "{line}: {}", said.err);
    }
    let said = museum.ends("publish --now 2027-01-18T09:10", 3);
    assert!(said.err.contains("error: the ledger cannot be reached"), "{}", said.err);
}

#[test]
fn a_ledger_that_was_never_seen_here_is_not_shown_as_if_it_were_empty() {
    let museum = Museum::shared();
    fs::remove_dir_all(museum.remote()).unwrap();
    for line in ["plan --now 2027-01-18T09:05", "status --now 2027-01-18T09:05", "log"] {
        let said = museum.ends(line, 3);
        assert!(said.err.contains("error: the ledger cannot be reached"), "{line}: {}", said.err);
    }
}

#[test]
fn a_ledger_that_went_backwards_is_an_error_to_look_at_too() {
    let museum = Museum::shared();
    museum.ends(&format!("publish {IN_TIME}"), 0);
    git(&museum.remote(), &["update-ref", "refs/heads/ledger", "refs/heads/ledger~1"]);
    for line in ["plan --now 2027-01-18T09:05", "status --now 2027-01-18T09:05", "log"] {
        let said = museum.ends(line, 1);
        assert!(said.err.contains("it went backwards"), "{line}: {}", said.err);
    }
}
