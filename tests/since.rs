//! `check --since` judges a small change by a small part of the calendar: it must say the same as a look at all of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test, whole")]

mod scratch;

use std::fs;
use std::path::Path;
use std::process::Command;

use scratch::{git, repository};
use tempfile::TempDir;

const NOW: &str = "2027-01-15T09:00:00Z";

/// A small generator: one seed is one branch.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

fn write(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn check(root: &Path, arguments: &str) -> (i32, serde_json::Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .arg("check")
        .args(arguments.split_whitespace())
        .args(["--format", "json", "--now", NOW])
        .current_dir(root)
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), json["findings"].clone())
}

fn codes(findings: &serde_json::Value) -> Vec<(String, String)> {
    let word =
        |finding: &serde_json::Value, of: &str| finding.pointer(of).unwrap().as_str().unwrap().to_owned();
    let all = findings.as_array().unwrap().iter();
    all.map(|finding| (word(finding, "/code"), word(finding, "/place/file"))).collect()
}

fn post(day: usize, hour: usize, to: &str, department: &str, text: &str, more: &str) -> String {
    format!(
        "department = \"{department}\"\nat = 2027-02-{day:02}T{hour:02}:00:00\nto = [{to}]\ntext = \"{text}\"\n{more}"
    )
}

/// A calendar with rules that look across posts, and thirty posts that keep them.
fn calendar() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    repository(root);
    write(root, "kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
    for account in ["news", "blog"] {
        write(root, &format!("accounts/{account}.toml"), "platform = \"feed\"\n");
    }
    for department in ["shop", "press"] {
        write(root, &format!("departments/{department}.toml"), format!("name = \"{department}\"\n"));
    }
    write(
        root,
        "protocols/pace.toml",
        "title = \"Pace\"\n[[rule]]\nkind = \"spacing\"\nsay = \"Leave room\"\nleast = \"3h\"\n\
         [[rule]]\nkind = \"quota\"\nsay = \"Not too many\"\nday = 2\nweek = 5\n",
    );
    for number in 0..28 {
        let (day, department) = (number % 28 + 1, ["shop", "press"][number % 2]);
        let media = if number == 3 { "[[media]]\nfile = \"media/a.png\"\nalt = \"A boat\"\n" } else { "" };
        let to = ["\"news\"", "\"blog\""][number % 2];
        write(
            root,
            &format!("posts/2027/02/2027-02-{day:02}-post-{number}.toml"),
            post(day, 9, to, department, &format!("Words of number {number}"), media),
        );
    }
    write(root, "media/a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x80\x08\x06\0\0\0");
    write(root, "goals/visits.toml", "name = \"Visits\"\nmetric = \"visits\"\ntarget = 5\nby = 2027-03-01\n");
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "Begin"]);
    dir
}

/// Changes the calendar as a department might, well or badly.
fn change(root: &Path, dice: &mut Dice) {
    for _ in 0..=dice.roll(3) {
        let number = dice.roll(28);
        let day = number + 1;
        let own = format!("posts/2027/02/2027-02-{day:02}-post-{number}.toml");
        let (on, hour, other) = (dice.roll(28) + 1, dice.roll(24), dice.roll(28));
        let to = dice.of(&["\"news\"", "\"blog\"", "\"news\", \"blog\""]);
        let department = dice.of(&["shop", "press"]);
        let fresh = format!("posts/2027/02/2027-02-{on:02}-new-{other}.toml");
        match dice.roll(9) {
            0 => write(root, &fresh, post(on, hour, to, department, &format!("Words of number {other}"), "")),
            1 => write(root, &fresh, post(on, hour, to, department, &format!("Fresh {on} {hour}"), "")),
            2 => write(root, &own, post(day, hour, to, department, &format!("Words of number {other}"), "")),
            3 => write(
                root,
                &fresh,
                post(on, 9, to, department, "Other words", "id = \"2027-02-05-post-4\"\n"),
            ),
            4 => drop(fs::remove_file(root.join(&own))),
            5 => write(root, "media/a.png", "no picture"),
            6 => drop(fs::remove_file(root.join("media/a.png"))),
            7 => write(
                root,
                &fresh.to_uppercase().replace("POSTS", "posts").replace("TOML", "toml"),
                "to = 1\n",
            ),
            _ => write(
                root,
                &fresh,
                post(
                    on,
                    hour,
                    to,
                    department,
                    &format!("Weekly {on}"),
                    "[repeat]\nevery = \"week\"\nuntil = 2027-05-01\n",
                ),
            ),
        }
    }
}

#[test]
fn a_part_of_the_calendar_tells_what_all_of_it_tells() {
    let mut found = 0;
    for seed in 0..40 {
        let dir = calendar();
        let root = dir.path();
        git(root, &["checkout", "-qb", "branch"]);
        change(root, &mut Dice(seed));
        git(root, &["add", "."]);
        git(root, &["commit", "-qm", "Change", "--allow-empty"]);
        let part = check(root, "--since main --at HEAD");
        assert_eq!(part, check(root, "--since main"), "seed {seed}: on the disk");
        assert_eq!(part, check(root, "--since main --at HEAD"), "seed {seed}: with what was kept");
        // What concerns more than posts is judged by all there is.
        let goal = fs::read_to_string(root.join("goals/visits.toml")).unwrap();
        write(root, "goals/visits.toml", format!("{goal}# a comment\n"));
        git(root, &["commit", "-qam", "Say more"]);
        let whole = check(root, "--since main --at HEAD");
        assert_eq!(part, whole, "seed {seed}");
        found += codes(&part.1).len();
    }
    assert!(found > 40, "the branches do hardly anything wrong: {found} findings");
}

#[test]
fn a_branch_is_judged_as_if_it_were_merged() {
    let dir = calendar();
    let root = dir.path();
    for (name, on) in [("one", 12), ("two", 20)] {
        git(root, &["checkout", "-q", "main"]);
        git(root, &["checkout", "-qb", name]);
        let path = format!("posts/2027/02/2027-02-{on}-{name}.toml");
        write(root, &path, post(on, 15, "\"news\"", "shop", "The lighthouse is open again", ""));
        git(root, &["add", "."]);
        git(root, &["commit", "-qm", name]);
        // Each is fine alone.
        assert_eq!(check(root, "--since main"), (0, serde_json::json!([])), "{name}");
    }
    git(root, &["checkout", "-q", "main"]);
    git(root, &["merge", "-q", "--no-ff", "-m", "Merge one", "one"]);
    let (_, findings) = check(root, "--since main --at two");
    let expected = vec![("repeated-text".to_owned(), "posts/2027/02/2027-02-20-two.toml".to_owned())];
    assert_eq!(codes(&findings), expected);
    git(root, &["merge", "-q", "--no-ff", "-m", "Merge two", "two"]);
    assert_eq!(codes(&check(root, "").1), expected, "and so does a check of what was merged");
}

#[test]
fn what_a_branch_breaks_elsewhere_is_told() {
    let dir = calendar();
    let root = dir.path();
    git(root, &["checkout", "-qb", "branch"]);
    fs::remove_file(root.join("accounts/blog.toml")).unwrap();
    git(root, &["commit", "-qam", "Close the blog"]);
    let (code, findings) = check(root, "--since main");
    let unknown = codes(&findings).iter().filter(|(code, _)| code == "unknown-account").count();
    assert_eq!((code, unknown), (1, 14));
    // What was wrong before is none of the branch's.
    git(root, &["checkout", "-qb", "next"]);
    let path = "posts/2027/02/2027-02-01-post-0.toml";
    let text = fs::read_to_string(root.join(path)).unwrap();
    write(root, path, text.replace("Words of", "Otherwise"));
    git(root, &["commit", "-qam", "Reword"]);
    assert_eq!(check(root, "--since branch"), (0, serde_json::json!([])));
}

#[test]
fn what_is_not_committed_counts_and_what_was_only_touched_does_not() {
    let dir = calendar();
    let root = dir.path();
    let path = "posts/2027/02/2027-02-01-post-0.toml";
    let text = fs::read_to_string(root.join(path)).unwrap();
    assert_eq!(check(root, "--since HEAD").0, 0);
    write(root, path, &text);
    write(root, "notes.txt", "not the calendar's, and not in git\n");
    assert_eq!(check(root, "--since HEAD"), (0, serde_json::json!([])));
    write(root, path, text.replace("news", "nwes"));
    assert_eq!(codes(&check(root, "--since HEAD").1), [("unknown-account".to_owned(), path.to_owned())]);
    git(root, &["add", "."]);
    assert_eq!(check(root, "--since HEAD").0, 1, "also where it is staged");
    write(root, path, &text);
    assert_eq!(check(root, "--since HEAD").0, 0, "the disk has the last word");
    write(root, "posts/2027/02/2027-02-30-new.toml", "to = 1\n");
    assert_eq!(check(root, "--since HEAD").0, 1, "also where git does not know it");
    write(root, ".gitignore", "*-new.toml\n");
    assert_eq!(check(root, "--since HEAD").0, 0, "but not where it is ignored");
}

#[test]
fn a_broken_register_is_made_anew() {
    let dir = calendar();
    let root = dir.path();
    git(root, &["checkout", "-qb", "branch"]);
    change(root, &mut Dice(7));
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "Change"]);
    let first = check(root, "--since main --at HEAD");
    let kept = root.join(".git/kalends/kin");
    let bytes = fs::read(&kept).unwrap();
    for broken in [&bytes[..bytes.len() / 2], b"", b"nonsense"] {
        fs::write(&kept, broken).unwrap();
        assert_eq!(check(root, "--since main --at HEAD"), first);
        assert_eq!(fs::read(&kept).unwrap(), bytes);
    }
}

#[test]
fn what_both_sides_changed_is_judged_as_git_merges_it() {
    let dir = calendar();
    let root = dir.path();
    let path = "posts/2027/02/2027-02-01-post-0.toml";
    let text = fs::read_to_string(root.join(path)).unwrap();
    git(root, &["checkout", "-qb", "branch"]);
    write(root, path, format!("{text}tags = [\"Sea\"]\n"));
    let near = post(1, 12, "\"news\"", "shop", "Near the other", "");
    write(root, "posts/2027/02/2027-02-01-near.toml", near);
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "Tag it, and write another"]);
    assert_eq!(check(root, "--since main --at HEAD").0, 0);
    git(root, &["checkout", "-q", "main"]);
    write(root, path, text.replace("T09:00", "T11:00"));
    git(root, &["commit", "-qam", "Move it"]);
    let spaced = vec![("protocol-spacing".to_owned(), "posts/2027/02/2027-02-01-near.toml".to_owned())];
    assert_eq!(codes(&check(root, "--since main --at branch").1), spaced);
    git(root, &["checkout", "-q", "branch"]);
    assert_eq!(codes(&check(root, "--since main").1), spaced, "on the disk");
    // What git cannot merge by itself is said, whatever else is found.
    write(root, path, text.replace("T09:00", "T10:00"));
    git(root, &["commit", "-qam", "Move it elsewhere"]);
    let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["check", "--since", "main", "--now", NOW])
        .current_dir(root)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(&format!("{path}: both sides changed the same lines")), "{said}");
}
