//! Runs beside each other and runs that come too late, through the binary.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const PICTURE: &[u8] = include_bytes!("fixtures/lantern.png");

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", folder);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn kalends(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(env!("CARGO_BIN_EXE_kalends"), folder, arguments).output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(told).unwrap())
}

/// A calendar with a post that shows a picture, committed.
fn calendar() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in [
        ("kalends.toml", b"name = \"Harbour\"\nzone = \"Europe/Lisbon\"\n" as &[u8]),
        ("accounts/news.toml", b"platform = \"feed\"\n"),
        ("media/lantern.png", PICTURE),
        (
            "posts/2027/01/2027-01-18-lantern.toml",
            b"at = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"The lantern.\"\n[[media]]\nfile = \"media/lantern.png\"\nalt = \"A lantern\"\n",
        ),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["add", "."],
        &["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "Begin"],
    ] {
        assert!(run("git", folder.path(), arguments).status().unwrap().success());
    }
    folder
}

#[test]
fn a_second_run_says_what_it_waits_for_and_then_goes_on() {
    let folder = calendar();
    fs::create_dir_all(folder.path().join(".git/kalends")).unwrap();
    let mut held = File::create(folder.path().join(".git/kalends/lock")).unwrap();
    held.write_all(b"kalends publish\n4711\n2027-01-18T09:00:00Z\n").unwrap();
    held.lock().unwrap();
    let mut second =
        run(env!("CARGO_BIN_EXE_kalends"), folder.path(), &["publish", "--now", "2027-01-18T09:05"]);
    let mut second = second.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    let mut stderr = second.stderr.take().unwrap();
    let mut byte = [0];
    while !told.ends_with('\n') && stderr.read(&mut byte).unwrap() > 0 {
        told.push(char::from(byte[0]));
    }
    assert!(told.contains("waiting for kalends publish") && told.contains("4711"), "{told}");
    thread::spawn(move || {
        #[expect(clippy::disallowed_methods, reason = "the other run takes its time")]
        thread::sleep(Duration::from_millis(200));
        drop(held);
    });
    let output = second.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("published"));
}

#[test]
fn two_runs_at_once_publish_each_slot_once() {
    let folder = calendar();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut run =
                run(env!("CARGO_BIN_EXE_kalends"), folder.path(), &["publish", "--now", "2027-01-18T09:05"]);
            run.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let told: String = runs
        .into_iter()
        .map(|run| String::from_utf8(run.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    assert_eq!(told.matches("published").count(), 1, "{told}");
}

#[test]
fn an_overdue_post_with_a_picture_is_written_down_as_missed() {
    let folder = calendar();
    let (code, told) = kalends(folder.path(), &["publish", "--now", "2027-03-01T09:00"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("missed"), "{told}");
    let (code, told) = kalends(folder.path(), &["publish", "--now", "2027-03-01T10:00"]);
    assert_eq!((code, told.as_str()), (Some(0), "nothing is due\n"));
}

#[test]
fn while_a_post_is_faulty_nothing_about_it_is_final() {
    let folder = calendar();
    let post = folder.path().join("posts/2027/01/2027-01-18-lantern.toml");
    let whole = fs::read_to_string(&post).unwrap();
    fs::write(&post, whole.replace("[\"news\"]", "[\"news\", \"nwes\"]")).unwrap();
    let commit = ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qam", "Slip"];
    assert!(run("git", folder.path(), &commit).status().unwrap().success());
    let (code, told) = kalends(folder.path(), &["publish", "--now", "2027-01-18T09:05"]);
    assert_eq!(code, Some(1), "{told}");
    let (code, told) = kalends(folder.path(), &["publish", "--now", "2027-01-19T09:05"]);
    assert!(code == Some(1) && !told.contains("missed"), "{told}");
}

/// Commits all that there is.
fn commit(folder: &Path) {
    for arguments in [
        &["add", "."][..],
        &["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "Change"],
    ] {
        assert!(run("git", folder, arguments).status().unwrap().success());
    }
}

#[test]
fn doctor_says_whether_tonights_posts_will_go_out() {
    let folder = calendar();
    let at = folder.path();
    let doctor = |now: &str| kalends(at, &["doctor", "--now", now]);
    let (code, told) = doctor("2027-01-10T09:00");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("nothing in the next 24 hours; then 2027-01-18-lantern/once/news"), "{told}");
    assert!(told.contains("warning  runs: nobody has run publish"), "{told}");
    let (code, told) = doctor("2027-01-17T20:00");
    assert_eq!(code, Some(3), "nobody runs publish, and a post is due: {told}");
    assert_eq!(kalends(at, &["publish", "--now", "2027-01-17T20:05"]).0, Some(0));
    let (code, told) = doctor("2027-01-17T20:10");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("fine     runs: publish last ran on 2027-01-17"), "{told}");
    assert_eq!(kalends(at, &["stop", "--why", "A flood", "--now", "2027-01-17T20:15"]).0, Some(0));
    let (code, told) = doctor("2027-01-17T20:20");
    assert!(
        code == Some(3)
            && told.contains("bad      switch: publishing is stopped")
            && told.contains("A flood"),
        "{told}"
    );
    assert_eq!(kalends(at, &["resume", "--now", "2027-01-17T20:25"]).0, Some(0));
    let json = kalends(at, &["doctor", "--json", "--now", "2027-01-17T20:30"]).1;
    assert!(json.contains("\"will_go_out\": true"), "{json}");
}

#[test]
fn doctor_counts_what_is_due_already_and_not_out() {
    let folder = calendar();
    let at = folder.path();
    // The lantern is due at nine, and may go out for as long as the calendar lets it.
    let (code, told) = kalends(at, &["doctor", "--now", "2027-01-18T09:10"]);
    assert_eq!(code, Some(3), "nobody runs publish, and a post is due: {told}");
    assert!(told.contains("1 due and not out yet, the first 2027-01-18-lantern/once/news"), "{told}");
    assert_eq!(kalends(at, &["publish", "--now", "2027-01-18T09:15"]).0, Some(0));
    let (code, told) = kalends(at, &["doctor", "--now", "2027-01-18T09:20"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("not out yet"), "{told}");
}

#[test]
fn doctor_names_an_account_that_will_not_open_and_a_post_that_is_faulty() {
    let folder = calendar();
    let at = folder.path();
    let account = "platform = \"mastodon\"\nserver = \"http://127.0.0.1:9\"\n";
    fs::write(at.join("accounts/square.toml"), account).unwrap();
    let post = "at = 2027-01-18T09:30:00\nto = [\"square\"]\ntext = \"The lamp.\"\n";
    fs::write(at.join("posts/2027/01/2027-01-18-lamp.toml"), post).unwrap();
    commit(at);
    assert!(kalends(at, &["publish", "--now", "2027-01-17T20:05"]).0.is_some());
    let (code, told) = kalends(at, &["doctor", "--now", "2027-01-17T20:10"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("bad      account square: ") && told.contains("account connect square"), "{told}");
    // A week before, the same stops nothing.
    let (code, told) = kalends(at, &["doctor", "--offline", "--now", "2027-01-10T09:00"]);
    assert!(code == Some(0) && told.contains("warning  account square: "), "{told}");
    fs::write(at.join("posts/2027/01/2027-01-18-lamp.toml"), post.replace("The lamp.", &"lamp ".repeat(400)))
        .unwrap();
    commit(at);
    let (code, told) = kalends(at, &["doctor", "--now", "2027-01-17T20:10"]);
    assert!(code == Some(3) && told.contains("2027-01-18-lamp/once/square will be held back"), "{told}");
}
