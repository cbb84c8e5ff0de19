//! Secrets in plain text, and branches that reach for secrets, as the real program tells them.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]

#[path = "leaks/shapes.rs"]
mod shapes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kalends::finding::{Content, File};
use kalends::leak;

// Each in pieces: a check of the repository that this stands in finds nothing.
const TELEGRAM: &str = concat!("123456789", ":AAF7nP2xQvRkYwL0cTzUe5dJmB8sHgWiO3a");
const MASTODON: &str = "zM3xQv7RkYwL0cTzUe5dJmB8sHgWiO3aF7nP2xQvRkY";
const BLUESKY: &str = concat!("k3qz-7hxv", "-m2tn-p4wr");
const SLACK: &str =
    concat!("https://hooks.slack.com", "/services/T0AB1CD2E/B0FG3HI4J/k5LmN6oPqR7sTuV8wXyZ9aBc");
const DISCORD: &str =
    concat!("MTE4NzY1NDMyMTA5ODc2NTQz", ".GxYz1A.", "b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0");
const GOOGLE: &str = concat!("AIza", "SyB1c2D3e4F5g6H7i8J9k0L1m2N3o4P5q6R");

/// A calendar in a repository, in a folder of its own.
struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Stage {
        let stage = Stage(tempfile::tempdir().unwrap());
        stage.file("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
        stage.file("accounts/news.toml", "platform = \"feed\"\n");
        stage.file(
            "posts/2027/01/open-day.toml",
            "at = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"Doors open at ten.\"\n",
        );
        stage.git("init -q -b main .");
        stage.commit("the calendar");
        stage
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("work")
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[track_caller]
    fn git(&self, line: &str) {
        let mut command = Command::new("git");
        command
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(["-c", "user.name=Ada", "-c", "user.email=ada@museum.example"]);
        let said = command.args(line.split_whitespace()).output().unwrap();
        assert!(said.status.success(), "{line}: {}", String::from_utf8_lossy(&said.stderr));
    }

    fn commit(&self, message: &str) {
        self.git("add -A");
        self.git(&format!("commit -q -m {}", message.replace(' ', "-")));
    }

    /// Returns the exit code, and all that was said.
    fn run(&self, line: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
        command.current_dir(self.root()).env_clear().env("PATH", std::env::var("PATH").unwrap());
        command.env("HOME", self.0.path()).env("LC_ALL", "C.UTF-8").env("COLUMNS", "160");
        let said = command.args(line.split_whitespace()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (said.status.code().unwrap(), text(&said.stdout) + &text(&said.stderr))
    }
}

/// Checks that none of the secrets was said, nor the end of one.
#[track_caller]
fn silent(said: &str) {
    for secret in [TELEGRAM, MASTODON, BLUESKY, SLACK, DISCORD, GOOGLE] {
        let end = &secret[secret.len() - 12..];
        assert!(!said.contains(end), "{said}");
    }
}

#[test]
fn a_secret_is_found_wherever_git_tracks_it_and_never_said() {
    let stage = Stage::new();
    assert_eq!(stage.run("check"), (0, String::new()));
    stage.file("README.md", format!("# How to post\n\nThe bot is {TELEGRAM}.\n"));
    stage.file(".github/workflows/post.yml", format!("env:\n  MASTODON_TOKEN: {MASTODON}\n"));
    stage.file("bin/post.sh", format!("#!/bin/sh\ncurl -d @- {SLACK}\n"));
    stage.file(
        "accounts/bluesky.toml",
        format!("platform = \"bluesky\"\nby_hand = true\nhandle = \"{BLUESKY}\"\n"),
    );
    stage.file("media/notes.txt", format!("é {DISCORD}\n"));
    stage.file("media/latin.txt", [b"caf\xe9 ".as_slice(), GOOGLE.as_bytes(), b"\n"].concat());
    stage.file("media/binary.bin", [b"\0\0".as_slice(), GOOGLE.as_bytes()].concat());
    stage.file("media/large.txt", "x ".repeat(2_000_000) + TELEGRAM);
    stage.file(
        "posts/2027/01/night.toml",
        format!(
            "at = 2027-01-19T09:00:00\nto = [\"news\"]\ntext = \"Say {TELEGRAM}\"\nzone = \"{GOOGLE}\"\n"
        ),
    );
    stage.git("add -A");
    let places = [
        "README.md",
        ".github/workflows/post.yml",
        "bin/post.sh",
        "accounts/bluesky.toml",
        "media/notes.txt",
        "media/latin.txt",
        "posts/2027/01/night.toml",
    ];
    let before_commit = stage.run("check --format text");
    stage.commit("everything");
    stage.file("untracked.txt", format!("{TELEGRAM}\n"));
    for line in
        ["check", "check --format json", "check --format github", "check --format sarif", "check --at HEAD"]
    {
        let (code, said) = stage.run(line);
        assert_eq!(code, 1, "{said}");
        silent(&said);
        for place in places {
            assert!(said.contains(place) || said.contains(&place.replace('/', "%2F")), "{place}: {said}");
        }
        assert_eq!(said.matches("latin.txt").count().min(1), 1);
        assert!(
            !said.contains("binary.bin") && !said.contains("large.txt") && !said.contains("untracked"),
            "{said}"
        );
    }
    let (_, said) = stage.run("check");
    assert_eq!(said, before_commit.1);
    assert!(said.contains("README.md:3:12") && said.contains("`********` is not a time zone"), "{said}");
    assert_eq!(said.matches("error[plaintext-secret]").count(), 8, "{said}");
}

#[test]
fn a_post_with_a_secret_in_it_is_held_and_nobody_is_told_the_secret() {
    let stage = Stage::new();
    stage.file(
        "posts/2027/01/late.toml",
        format!("at = 2027-01-18T09:10:00\nto = [\"news\"]\ntext = \"Say {TELEGRAM}\"\n"),
    );
    stage.commit("a post that can be read");
    let (code, said) = stage.run("publish --now 2027-01-18T09:30");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("late/once/news") && said.contains("plain text"), "{said}");
    silent(&said);
    let feed = fs::read_to_string(stage.root().join("public/news/feed.json")).unwrap();
    assert!(feed.contains("Doors open") && !feed.contains("Say "), "{feed}");
}

#[test]
fn since_a_commit_only_what_the_branch_brought_is_told() {
    let stage = Stage::new();
    stage.file("README.md", format!("The bot is {TELEGRAM}.\n"));
    stage.commit("a secret that was always there");
    stage.git("checkout -q -b branch");
    stage.file("doc/how.md", format!("token: {MASTODON}\n"));
    stage.commit("a new one");
    let (code, said) = stage.run("check --since main");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("doc/how.md") && !said.contains("README.md"), "{said}");
    stage.file("README.md", format!("Our bot is {TELEGRAM}.\n"));
    assert!(stage.run("check --since main").1.contains("README.md"));
}

#[test]
fn a_calendar_in_a_folder_finds_the_secrets_around_it_too() {
    let stage = Stage::new();
    fs::create_dir_all(stage.root().join("social/media")).unwrap();
    for path in ["kalends.toml", "accounts", "posts"] {
        stage.git(&format!("mv {path} social/{path}"));
    }
    stage.file(".github/workflows/post.yml", format!("env:\n  MASTODON_TOKEN: {MASTODON}\n"));
    stage.file("social/README.md", format!("The bot is {TELEGRAM}.\n"));
    stage.commit("into a folder");
    for line in
        ["--calendar social check --format github", "--calendar social check --at HEAD --format github"]
    {
        let (code, said) = stage.run(line);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("file=.github/workflows/post.yml,line=2"), "{said}");
        assert!(said.contains("file=social/README.md,line=1"), "{said}");
    }
}

const ADA: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
const MAL: &str = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";

/// A branch's name, the files it changes, and what is said of it.
type Attack = (&'static str, Vec<(&'static str, String)>, &'static str);

fn person(more: &str) -> String {
    format!("name = \"X\"\nrole = \"it\"\n{more}")
}

fn key(recipient: &str) -> String {
    person(&format!("recipient = \"{recipient}\"\n"))
}

fn account(access: &str) -> String {
    format!("platform = \"bluesky\"\nby_hand = true\naccess = [{access}]\n")
}

fn attacks() -> Vec<Attack> {
    let runner = format!("name = \"M\"\nrecipient = \"{MAL}\"\naccounts = [\"mastodon\"]\n");
    let file = |path, text: &str| vec![(path, text.to_owned())];
    let access = ("accounts/mastodon.toml", account("\"ada\", \"bo\", \"mal\""));
    vec![
        (
            "its own key",
            file("people/bo.toml", &(key(MAL) + "until = 2027-01-31\n")),
            "would let person:bo read the secret of `mastodon`",
        ),
        (
            "another's key",
            file("people/ada.toml", &key(MAL)),
            "would let person:ada read the secret of `mastodon`",
        ),
        (
            "a key and access",
            vec![("people/mal.toml", key(MAL)), access],
            "would let person:mal read the secret of `mastodon`",
        ),
        ("a key for later", file("people/mal.toml", &key(MAL)), "changes its key in people/mal.toml"),
        (
            "a runner",
            file("runners/mine.toml", &runner),
            "would let runner:mine read the secret of `mastodon`",
        ),
        ("another day", file("people/bo.toml", &person("")), "changes its last day in people/bo.toml"),
        (
            "less access",
            file("accounts/mastodon.toml", &account("\"bo\"")),
            "would take the secret of `mastodon` from person:ada",
        ),
        (
            "a manifest",
            file("vault/mastodon.toml", "account = \"mastodon\"\n"),
            "changes vault/mastodon.toml, and does not say who could read it",
        ),
        (
            "a sealed file",
            file("vault/mastodon.age", "-----BEGIN AGE ENCRYPTED FILE-----\n"),
            "changes vault/mastodon.age",
        ),
    ]
}

#[test]
fn a_branch_that_reaches_for_a_secret_is_an_error_that_names_who_would_read_what() {
    let stage = Stage::new();
    stage.file(
        "accounts/mastodon.toml",
        "platform = \"bluesky\"\nby_hand = true\naccess = [\"ada\", \"bo\"]\n",
    );
    stage.file("people/ada.toml", key(ADA));
    stage.file("people/bo.toml", person("") + "until = 2027-01-31\n");
    stage.file("people/mal.toml", person(""));
    stage.commit("people");
    for (name, files, words) in attacks() {
        stage.git("checkout -q -B branch main");
        for (path, text) in files {
            stage.file(path, text);
        }
        stage.commit(name);
        // The target goes on, and its own changes are not the branch's.
        for line in [
            "check --since main --now 2027-01-15T09:00",
            "check --since main --at branch --now 2027-01-15T09:00",
        ] {
            let (code, said) = stage.run(line);
            assert_eq!(code, 1, "{name}: {said}");
            assert!(said.contains(words), "{name}: {said}");
            assert!(said.contains("on the target branch"), "{name}: {said}");
        }
    }
    stage.git("checkout -q -B branch main");
    stage.file("README.md", "# Posts\n");
    stage.file("people/bo.toml", person("department = \"x\"\n") + "until = 2027-01-31\n");
    stage.file("departments/x.toml", "name = \"X\"\n");
    stage.commit("what is no matter of secrets");
    stage.git("checkout -q main");
    stage.file("people/ada.toml", key(MAL));
    stage.commit("a new key on the target");
    stage.git("checkout -q branch");
    let (code, said) = stage.run("check --since main --now 2027-01-15T09:00");
    assert_eq!((code, said.matches("secret-reach").count()), (0, 0), "{said}");
}

/// Returns every text file under a folder.
fn texts(folder: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            found.push(File { path: path.display().to_string(), content: Content::Text(text) });
        }
    }
}

#[test]
fn nothing_of_ours_is_taken_for_a_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["calendar", "examples", "src", "tests/cli", "tests/examples", "tests/servers", "benches"] {
        texts(&root.join(folder), &mut files);
    }
    for file in ["README.md", "Cargo.toml", "Cargo.lock", ".ci/run"] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        files.push(File { path: file.to_owned(), content: Content::Text(text) });
    }
    assert!(files.len() > 150, "{}", files.len());
    let found: Vec<String> = leak::findings(&files)
        .into_iter()
        .map(|finding| format!("{} {:?}: {}", finding.file, finding.span, finding.message))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}
