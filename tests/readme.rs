//! The README's tour, run: its blocks in order, in a scratch folder, held against what is printed.
//!
//! A block that begins with ```` ```console ```` holds commands (after `$ `, gone on with after `> `) and what each
//! prints, stdout and stderr as a terminal shows them, 80 columns wide; a command that fails ends in `(exit code N)`.
//! A block after `<!-- file: PATH -->` is written to PATH; one after `<!-- not run: REASON -->` is left alone. The
//! tour begins in a copy of this repository's `calendar/`, with `cargo run --release --` standing for the program
//! under test. `KALENDS_WRITE_README=1` writes what is printed into the README, to be read and committed.
//!
//! What can differ from run to run is not compared: see [`comparable`].

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test, whole")]
#![expect(clippy::disallowed_methods, reason = "the programs of this machine are found by its PATH")]

#[path = "readme/blocks.rs"]
mod blocks;

use blocks::{Block, Step};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const KALENDS: &str = env!("CARGO_BIN_EXE_kalends");

/// A scratch folder, and where in it the tour stands.
struct Tour {
    dir: tempfile::TempDir,
    folder: PathBuf,
}

impl Tour {
    fn begin() -> Tour {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        let folder = home.join("kalends");
        copy(&root().join("calendar"), &folder.join("calendar"));
        copy(&root().join("examples/exports"), &folder.join("examples/exports"));
        fs::copy(root().join(".gitignore"), folder.join(".gitignore")).unwrap();
        let mut tour = Tour { dir, folder };
        for command in [
            "git config --global init.defaultBranch main",
            "git config --global user.name Ana",
            "git config --global user.email ana@museum.example",
            "git init --quiet && git add . && git commit --quiet --message Begin",
        ] {
            assert_eq!(tour.run(command), "", "{command}");
        }
        tour
    }

    /// Runs a command and returns what it shows.
    fn run(&mut self, command: &str) -> String {
        let stands = self.dir.path().join("stands");
        let script = format!("{command}\ncode=$?\npwd >\"$STANDS\"\nexit $code\n");
        let bin = self.dir.path().join("bin");
        if !bin.exists() {
            fs::create_dir_all(&bin).unwrap();
            fs::copy(KALENDS, bin.join("kalends")).unwrap();
            // The name under which the README's first command starts it.
            fs::write(bin.join("cargo"), "#!/bin/sh\nshift 3\nexec kalends \"$@\"\n").unwrap();
            let run = Command::new("chmod").arg("+x").arg(bin.join("cargo")).status().unwrap();
            assert!(run.success());
        }
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).unwrap();
        let out = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.dir.path().join("home"))
            .env("USER", "ana")
            .env("STANDS", &stands)
            .env("COLUMNS", "80")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        self.folder = PathBuf::from(fs::read_to_string(&stands).unwrap().trim_end());
        let home = self.dir.path().canonicalize().unwrap().join("home");
        let mut shown = String::from_utf8(out.stdout).unwrap().replace(home.to_str().unwrap(), "~");
        shown = shown.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
        match out.status.code() {
            Some(0) => shown,
            Some(code) => format!("{shown}(exit code {code})\n"),
            None => panic!("{command} was killed"),
        }
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder's files, but for what a run of the README's first command left there.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() == "public" => {}
            true => copy(&from, &to),
            false => drop(fs::copy(from, to).unwrap()),
        }
    }
}

/// Tells whether what is shown is what the README tells; a line `…` of the README stands for any lines.
fn is_as_told(shown: &str, told: &str) -> bool {
    let (shown, told) = (comparable(shown), comparable(told));
    let (mut shown, mut parts) = (shown.as_str(), told.split("…\n"));
    let begin = parts.next().unwrap_or_default();
    let Some(rest) = shown.strip_prefix(begin) else { return false };
    shown = rest;
    let parts: Vec<&str> = parts.collect();
    let Some((end, middle)) = parts.split_last() else { return shown.is_empty() };
    for part in middle {
        let Some(at) = shown.find(part) else { return false };
        shown = &shown[at + part.len()..];
    }
    shown.ends_with(end)
}

/// Returns what is compared of a text. What differs from run to run is made the same:
///
/// - names made by hashing or by chance: seven or more hexadecimal digits with a figure among them, or twenty or more
///   letters and figures;
/// - the machine's name after `ana@`;
/// - the seconds of a time of day, for a clock goes on.
fn comparable(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-.@:".contains(c);
    let mut result = String::new();
    for piece in text.split_inclusive(|c: char| !is_part(c)) {
        let word = piece.trim_end_matches(|c: char| !is_part(c));
        match word.strip_prefix("ana@") {
            Some(host) if host != "museum.example" => result.push_str("ana@#"),
            _ => {
                result.push_str(&without_seconds(word).split('.').map(made_up).collect::<Vec<_>>().join("."))
            }
        }
        result.push_str(&piece[word.len()..]);
    }
    result
}

fn made_up(word: &str) -> &str {
    let has_figure = word.contains(|c: char| c.is_ascii_digit());
    let is_hash = word.len() >= 7 && has_figure && word.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let is_chance = word.len() >= 20 && word.chars().all(|c| matches!(c, '0'..='9' | 'a'..='z'));
    if is_hash || is_chance { "#" } else { word }
}

/// Returns a word that ends in a time of day without the seconds of that time.
fn without_seconds(word: &str) -> String {
    let Some((minutes, seconds)) = word.rsplit_once(':') else { return word.to_owned() };
    let is_time = minutes.len() >= 5 && minutes.as_bytes()[minutes.len() - 3] == b':';
    let is_seconds = seconds.trim_end_matches('Z').chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_time && is_seconds { format!("{minutes}:#") } else { word.to_owned() }
}

#[test]
fn the_tour_of_the_readme_is_what_happens() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut tour = Tour::begin();
    let mut written = String::new();
    let mut run = 0;
    let mut differ: Vec<String> = Vec::new();
    for block in blocks::parse(&readme) {
        match block {
            Block::Prose(text) => written.push_str(&text),
            Block::File { path, text, whole } => {
                tour.write(&path, &text);
                written.push_str(&whole);
            }
            Block::Console { steps } => {
                written.push_str("```console\n");
                for Step { command, shown: expected } in steps {
                    let shown = tour.run(&command);
                    let keep = is_as_told(&shown, &expected);
                    if !keep {
                        differ.push(format!(
                            "$ {command}\n--- the README says\n{expected}--- it prints\n{shown}"
                        ));
                    }
                    written.push_str(&format!("$ {}\n", command.replace('\n', "\n> ")));
                    written.push_str(if keep { &expected } else { &shown });
                    run += 1;
                }
                written.push_str("```\n");
            }
        }
    }
    if std::env::var_os("KALENDS_WRITE_README").is_some() {
        fs::write(root().join("README.md"), written).unwrap();
        return;
    }
    assert!(run > 20, "a tour of {run} commands only");
    assert!(differ.is_empty(), "{}\n(KALENDS_WRITE_README=1 writes it)", differ.join("\n"));
}

#[test]
fn three_dots_stand_for_any_lines() {
    assert!(is_as_told("a\nb\nc\nd\n", "a\n…\nd\n"));
    assert!(is_as_told("a\nb\n", "…\n"));
    assert!(!is_as_told("a\nb\nc\n", "a\n…\nd\n"));
    assert!(!is_as_told("x\na\n", "a\n"));
}

#[test]
fn a_name_made_by_hashing_is_the_same_as_any_other_and_a_word_is_not() {
    assert_eq!(comparable("commit 1a2b3c4d ok"), "commit # ok");
    assert_eq!(comparable("2027-01-18-open-day/once/news"), "2027-01-18-open-day/once/news");
    assert_eq!(comparable("by ana@host-7.local, at"), "by ana@#, at");
    assert_eq!(comparable("9c01ab34d0e1f2a3.png"), "#.png");
    assert_eq!(comparable("facade effaced"), "facade effaced");
    assert_eq!(comparable("by mrskmz6intw4xmiex4gwhuhtgl"), "by #");
    assert_eq!(comparable("2027-01-31 20:00:02 UTC, 20:00"), "2027-01-31 20:00:# UTC, 20:00");
    assert_eq!(comparable("at = 2027-01-15T09:05:00.406Z"), "at = 2027-01-15T09:05:#");
    assert_eq!(comparable("posts/a.toml:2:7"), "posts/a.toml:2:7");
}
