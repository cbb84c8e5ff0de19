//! Bad input and bad luck, met by the real program: each is told clearly, ends with the documented exit code, and loses
//! nothing.
//!
//! Where each case of the list is kept:
//! - broken TOML, another's encoding, a 1 GB file, a deep nest, a cycle of symlinks, the year 9999, no repository, a
//!   shallow clone, a read-only disk, a full disk, a missing `git`, an unknown format, a hand-edited ledger, a pipe that
//!   closes, no terminal, no HOME, another locale: below; and as values in `repo_files.rs`
//!   (`what_is_huge_or_deep_or_in_another_encoding_is_a_fact_not_a_failure`, `what_is_no_file_is_named_and_never_opened`)
//!   and in the rooms `syntax`, `not-utf8`, `too-large`, `not-a-file` of `findings/`;
//! - a media path that leaves the calendar: the room `media-outside`; by a link: below, and `repo_files.rs`
//!   (`media_behind_a_link_are_not_there`);
//! - a post id that fights another in letter case only: the room `id-case-clash`;
//! - a time in a gap: the room `time-skipped`; of `--now`: `cli.rs` (`a_plan_is_a_table_a_list_a_page_and_json`);
//! - a bare repository: `cli.rs` (`no_calendar_no_repository_and_a_bare_one_are_told_apart`), `repo_files.rs`
//!   (`what_is_missing_is_said_with_a_way_out`);
//! - a shallow clone whose past is needed: `ledger_git.rs`
//!   (`a_shallow_clone_that_cannot_show_its_past_says_how_to_get_it`);
//! - a disk that fills up or takes nothing, under the ledger alone: `ledger_git.rs`
//!   (`a_disk_that_fills_up_in_the_middle_leaves_the_ledger_as_it_was`, `a_disk_that_takes_nothing_is_said_with_its_path`);
//! - a hand-edited ledger, every way: `ledger_git.rs` (`a_commit_by_hand_is_refused_whatever_it_does`,
//!   `a_ledger_that_was_rolled_back_or_deleted_is_refused_here_and_there`, `a_missing_entry_is_found_and_cannot_be_read`);
//! - a pipe that closes, of every command: `cli.rs` (`a_closed_pipe_is_no_failure`);
//! - no HOME for the other commands: `cli.rs` (`without_a_home_everything_works`);
//! - a locale that is not UTF-8, on the screen: `cli.rs` (`the_locale_changes_our_ornaments_and_never_people_s_words`).

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "this is a test, whole")]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const KALENDS: &str = env!("CARGO_BIN_EXE_kalends");
const DUE: &str = "2027-01-18T09:00";
const LATER: &str = "2027-01-18T09:05";

/// A calendar with one post in a folder of its own, and a home that is empty.
struct Stage {
    folder: tempfile::TempDir,
    path: String,
    home: Option<PathBuf>,
    locale: &'static str,
}

/// How a program ended, and what it said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn new(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = Said {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        };
        assert!(said.code != 70 && !said.err.contains("panicked"), "{}", said.err);
        said
    }

    /// Checks the exit code, and that each of the words was said on stdout or stderr.
    #[track_caller]
    fn ends(self, code: i32, words: &[&str]) -> Said {
        let all = format!("{}{}", self.out, self.err);
        assert_eq!(self.code, code, "{all}");
        for word in words {
            assert!(all.contains(word), "`{word}` is not in: {all}");
        }
        self
    }
}

impl Stage {
    fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir_all(&home).unwrap();
        let path = std::env::var("PATH").unwrap();
        let stage = Stage { folder, path, home: Some(home), locale: "C.UTF-8" };
        stage.file("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
        stage.file("accounts/news.toml", "platform = \"feed\"\ntitle = \"Museum\"\n");
        stage.post("open", "2027-01-18T09:00:00", "text = \"Doors open at ten.\"\n");
        stage
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn post(&self, name: &str, at: &str, more: &str) {
        let path = format!("posts/{}/{}/{}-{name}.toml", &at[..4], &at[5..7], &at[..10]);
        self.file(&path, format!("at = {at}\nto = [\"news\"]\n{more}"));
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("PATH", &self.path).env("LC_ALL", self.locale);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("TZ", "UTC");
        if let Some(home) = &self.home {
            command.env("HOME", home);
        }
        command.stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn run(&self, line: &str) -> Said {
        self.run_in(&self.work(), line)
    }

    #[track_caller]
    fn run_in(&self, folder: &Path, line: &str) -> Said {
        Said::new(&self.command(KALENDS, folder).args(line.split_whitespace()).output().unwrap())
    }

    #[track_caller]
    fn publish(&self, now: &str) -> Said {
        self.run(&format!("publish --now {now}"))
    }

    /// Runs a script in the calendar's folder, with the program's path in `$K`.
    #[track_caller]
    fn script(&self, script: &str) -> Output {
        let mut command = self.command("sh", &self.work());
        command.env("PATH", std::env::var("PATH").unwrap()).env("K", KALENDS);
        command.args(["-c", script]).output().unwrap()
    }

    #[track_caller]
    fn git(&self, script: &str) -> String {
        let output = self.script(&format!(
            "set -e; g() {{ git -c user.name=Ada -c user.email=ada@museum.example -c init.defaultBranch=main \"$@\"; }}; \
             {script}"
        ));
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn committed(self) -> Stage {
        self.git("g init -q .; g add -A; g commit -qm Begin");
        self
    }

    /// Runs a script where it may mount what only it sees; nothing where this machine forbids that.
    #[track_caller]
    fn apart(&self, script: &str) -> Option<Said> {
        let may = self.script("unshare -m sh -c 'mkdir -p ../probe && mount -t tmpfs none ../probe'");
        if !may.status.success() {
            // The test's own voice.
            _ = std::io::stderr().write_all(b"skipped: nothing can be mounted here\n");
            return None;
        }
        fs::write(self.folder.path().join("script"), script).unwrap();
        Some(Said::new(&self.script("exec unshare -m sh ../script")))
    }

    /// Checks that the feed has these posts, each once.
    #[track_caller]
    fn shows(&self, posts: &[&str]) {
        let feed = fs::read_to_string(self.work().join("public/news/atom.xml")).unwrap_or_default();
        assert_eq!(feed.matches("<entry>").count(), posts.len(), "{feed}");
        for post in posts {
            assert!(feed.contains(post), "{post}: {feed}");
        }
    }

    /// Puts a commit on the ledger by hand: one path with another text, or without it where there is none. `head` is
    /// done to its `HEAD.toml`.
    fn by_hand(&self, path: &str, text: Option<&str>, head: impl Fn(String) -> String) {
        let before = self.git("g show ledger:HEAD.toml");
        fs::write(self.folder.path().join("head"), head(before)).unwrap();
        fs::write(self.folder.path().join("text"), text.unwrap_or_default()).unwrap();
        let change = match text {
            Some(_) => format!("g update-index --add --cacheinfo 100644,$(g hash-object -w ../text),{path}"),
            None => format!("g update-index --force-remove {path}"),
        };
        self.git(&format!(
            "export GIT_INDEX_FILE=\"$PWD/../index\"; g read-tree ledger; \
             g update-index --add --cacheinfo 100644,$(g hash-object -w ../head),HEAD.toml; {change}; \
             g update-ref refs/heads/ledger $(g commit-tree $(g write-tree) -p ledger -m 'By hand')"
        ));
    }
}

/// Returns a ledger's head as the next commit's must be, with one entry more.
fn next(head: &str, tip: &str) -> String {
    let mut lines = Vec::new();
    for line in head.lines() {
        let number = |name: &str| line.strip_prefix(name).and_then(|rest| rest.parse::<u64>().ok());
        lines.push(if let Some(n) = number("seq = ") {
            format!("seq = {}", n + 1)
        } else if let Some(n) = number("entries = ") {
            format!("entries = {}", n + 1)
        } else if line.starts_with("prev = ") {
            format!("prev = \"{tip}\"")
        } else {
            line.to_owned()
        });
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_broken_post_is_named_and_neither_sent_nor_missed_and_the_others_go_on() {
    let stage = Stage::new();
    stage.file(
        "posts/2027/01/2027-01-18-tea.toml",
        "at = 2027-01-18T09:00:00\nto = [\"news\"]\nzon = \"America/New_York\"\ntext = \"Tea.\"\n",
    );
    stage.file("posts/2027/01/2027-01-18-bread.toml", "at = 2027-01-18T09:00:00\nto = [\"news\"\ntext = \"B");
    stage.file("posts/2027/01/2027-01-18-empty.toml", "");
    let stage = stage.committed();
    stage
        .run("check")
        .ends(1, &["2027-01-18-bread.toml:3:", "error[syntax]", "did you mean `zone`?", "`at` is missing"]);
    let names = ["2027-01-18-tea.toml", "2027-01-18-bread.toml", "2027-01-18-empty.toml", "kalends check"];
    stage.publish(DUE).ends(1, &names);
    stage.shows(&["Doors open at ten."]);
    // By the calendar's own zone, its time is over; by what was meant, it is not.
    stage.publish("2027-01-18T13:00").ends(1, &names);
    stage.git("sed -i 's/^zon /zone /' posts/2027/01/2027-01-18-tea.toml; g commit -qam Mend");
    stage.publish("2027-01-18T14:00").ends(1, &["2027-01-18-tea/once/news"]);
    stage.shows(&["Doors open at ten.", "Tea."]);
}

#[test]
fn a_broken_kalends_toml_stops_everything_before_a_guess_is_written_down() {
    let stage = Stage::new().committed();
    for broken in [
        "name = \"Museum",
        "name = \"M\"\nzone = \"Europe/Lisbn\"\n",
        "name = \"M\"\nzone = \"UTC\"\n[ledger]\nbranch = \"a b\"\n",
    ] {
        stage.file("kalends.toml", broken);
        stage.git("g commit -qam Break");
        for line in ["publish --now 2027-01-19T09:00", "status", "stop --why x"] {
            stage.run(line).ends(1, &["kalends.toml has an error", "kalends check"]);
        }
    }
    stage.git("test -z \"$(g branch --list ledger)\"; g checkout -q HEAD~3 kalends.toml; g commit -qm Mend");
    stage.publish(DUE).ends(0, &["1 published"]);
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn another_s_encoding_is_told_by_its_name() {
    let stage = Stage::new();
    let wide: Vec<u8> = "at = 2027-01-18T09:00:00\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    stage.file("posts/2027/01/2027-01-18-wide.toml", [&[0xff, 0xfe][..], &wide].concat());
    stage.file("posts/2027/01/2027-01-18-latin.toml", b"text = \"caf\xe9\"\n");
    let stage = stage.committed();
    let words = ["2027-01-18-wide.toml", "UTF-16", "2027-01-18-latin.toml", "Windows-1252"];
    stage.run("check").ends(1, &words).ends(1, &["save it as UTF-8"]);
    stage.publish(DUE).ends(1, &words);
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn a_file_of_a_gigabyte_is_answered_at_once() {
    let stage = Stage::new();
    let path = "posts/2027/01/2027-01-18-giant.toml";
    fs::File::create(stage.work().join(path)).unwrap().set_len(1 << 30).unwrap();
    let began = Instant::now();
    stage.run("check").ends(1, &[path, "1073741824 bytes", "= help:"]);
    stage.run(&format!("plan --now {DUE}")).ends(0, &["open"]);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn a_deep_nest_is_told_and_not_followed() {
    let stage = Stage::new();
    let deep = 50_000;
    let nests = [
        format!("x = {}{}\n", "[".repeat(deep), "]".repeat(deep)),
        format!("x = {}1{}\n", "{a=".repeat(deep), "}".repeat(deep)),
        format!("[{}b]\n", "a.".repeat(deep)),
        format!("{}b = 1\n", "a.".repeat(deep)),
    ];
    for nest in nests {
        stage.post("nest", "2027-01-18T09:00:00", &nest);
        stage.run("check").ends(1, &["2027-01-18-nest.toml", "nested too deep", "take it out"]);
    }
    fs::remove_file(stage.work().join("posts/2027/01/2027-01-18-nest.toml")).unwrap();
    stage.file(&format!("posts/{}x.toml", "d/".repeat(60)), "");
    stage.run("check").ends(1, &["posts/d/d/", "32"]);
}

#[test]
fn a_cycle_of_links_is_named_and_not_followed() {
    let stage = Stage::new();
    std::os::unix::fs::symlink("..", stage.work().join("posts/2027/again")).unwrap();
    std::os::unix::fs::symlink("b.toml", stage.work().join("posts/2027/01/a.toml")).unwrap();
    std::os::unix::fs::symlink("a.toml", stage.work().join("posts/2027/01/b.toml")).unwrap();
    let stage = stage.committed();
    stage.run("check").ends(1, &["posts/2027/again", "symbolic link", "posts/2027/01/a.toml", "put a copy"]);
    stage.publish(DUE).ends(1, &["symbolic link"]);
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn a_picture_behind_a_link_is_never_copied() {
    let stage = Stage::new();
    fs::write(stage.folder.path().join("secret.png"), "secret").unwrap();
    fs::create_dir_all(stage.work().join("media")).unwrap();
    std::os::unix::fs::symlink("../../secret.png", stage.work().join("media/poster.png")).unwrap();
    let media = "text = \"Tea.\"\n[[media]]\nfile = \"media/poster.png\"\nalt = \"A poster\"\n";
    stage.post("tea", "2027-01-18T09:00:00", media);
    let stage = stage.committed();
    stage.run("check").ends(1, &["media/poster.png", "2027-01-18-tea.toml:5:"]);
    stage.publish(DUE).ends(1, &["2027-01-18-tea/once/news", "check finds"]);
    stage.shows(&["Doors open at ten."]);
    assert!(!stage.work().join("public/news/media").exists());
}

#[test]
fn the_last_second_of_the_year_9999_is_published_and_read_back() {
    let stage = Stage::new();
    stage.post("end", "9999-12-31T23:59:59", "text = \"The end.\"\n");
    let stage = stage.committed();
    stage.run("check").ends(0, &[]);
    let now = "9999-12-31T23:59:59";
    stage.publish(now).ends(3, &["1 published", "1 missed", "2027-01-18-open/once/news"]);
    stage.publish(now).ends(0, &["nothing is due"]);
    stage.run(&format!("status --now {now}")).ends(0, &["0 open"]);
    stage
        .publish("9999-12-31T23:59:59-05:00")
        .ends(2, &["9999-12-31T23:59:59-05:00", "that year is out of range"]);
    stage.run("plan --year 9999").ends(2, &["9999"]);
    stage.shows(&["The end."]);
}

#[test]
fn without_a_repository_all_but_publishing_works() {
    let stage = Stage::new();
    stage.run("check").ends(0, &[]);
    stage.run(&format!("plan --now {DUE}")).ends(0, &["open", "due"]);
    stage.run("preview open").ends(0, &["Doors open at ten."]);
    stage.publish(DUE).ends(1, &["is not in a git repository", "git init", "commit the calendar"]);
    assert!(!stage.work().join("public").exists());
}

#[test]
fn a_shallow_clone_publishes_once_by_itself_and_with_a_remote() {
    for ledger in ["", "[ledger]\nremote = \"origin\"\n"] {
        let stage = Stage::new();
        stage.file("kalends.toml", format!("name = \"Museum\"\nzone = \"Europe/Lisbon\"\n{ledger}"));
        let stage = stage.committed();
        stage.git("g commit -q --allow-empty -m More; g clone -q --bare . ../origin.git");
        stage.git("g clone -q --depth 1 \"file://$PWD/../origin.git\" ../one; cp -a ../one ../two");
        let run =
            |clone: &str| stage.run_in(&stage.folder.path().join(clone), &format!("publish --now {DUE}"));
        run("one").ends(0, &["1 published"]);
        run("one").ends(0, &["nothing is due"]);
        if !ledger.is_empty() {
            run("two").ends(0, &["nothing is due"]);
        }
        stage.git("cd ../one; g fsck --strict; cd ../origin.git; g fsck --strict");
    }
}

#[test]
fn a_read_only_disk_is_named_and_the_next_run_on_a_writable_one_publishes() {
    let stage = Stage::new().committed();
    let script = "mount --bind \"$PWD\" \"$PWD\" && mount -o remount,ro,bind \"$PWD\" && cd \"$PWD\" || exit 99\n\
                  $K check || exit 98\n$K plan --now 2027-01-18T09:00 || exit 97\n\
                  $K new person Ada && exit 96\n$K publish --now 2027-01-18T09:00";
    let Some(said) = stage.apart(script) else { return };
    said.ends(
        1,
        &[
            "cannot write people/ada.toml",
            "cannot write .git/kalends",
            "Read-only file system",
            "hint: make it writable",
        ],
    );
    stage.publish(DUE).ends(0, &["1 published"]);
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn a_feed_on_a_read_only_disk_is_not_sent_to_and_gets_it_later() {
    let stage = Stage::new().committed();
    fs::create_dir_all(stage.work().join("public")).unwrap();
    let script = "mount --bind public public && mount -o remount,ro,bind public || exit 99\n\
                  $K publish --now 2027-01-18T09:00";
    let Some(said) = stage.apart(script) else { return };
    said.ends(3, &["not sent", "public/news", "the disk is read-only", "mount it for writing"]);
    stage.publish(LATER).ends(0, &["1 published"]);
    stage.publish(LATER).ends(0, &["nothing is due"]);
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn a_disk_that_is_full_at_any_moment_loses_and_doubles_nothing() {
    let stage = Stage::new().committed();
    // A disk of its own for each try, with that many kilobytes left on it.
    let script = "for left in 0 4 8 12 16 20 28 36 44 56 72 96 120 144 168 192 1024; do\n\
        mkdir -p ../disk && mount -t tmpfs -o size=4m none ../disk || exit 99\n\
        cp -a . ../disk/c && cd ../disk/c || exit 98\n\
        head -c ${left}k /dev/zero > ../room; cat /dev/zero > ../fill 2>/dev/null; rm ../room\n\
        $K publish --now 2027-01-18T09:00 > ../../said 2>&1; first=$?\n\
        if [ $first -ne 0 ]; then cat ../../said; fi\n\
        rm ../fill\n\
        $K publish --now 2027-01-18T09:05 > ../../said 2>&1 || cat ../../said\n\
        $K publish --now 2027-01-18T09:10 > ../../said 2>&1; last=$?\n\
        git fsck --strict > ../../fsck 2>&1 || cat ../../fsck\n\
        echo \"left $left: first $first last $last entries $(grep -c '<entry>' public/news/atom.xml)\" \
             \"receipts $($K log -n 99 | grep -c ' receipt ')\"\n\
        cd ../../work && umount ../disk || exit 97\n\
        done";
    let Some(said) = stage.apart(script) else { return };
    let said = said.ends(0, &["No space left on device", "make room on the disk"]);
    let tries: Vec<&str> = said.out.lines().filter(|line| line.starts_with("left ")).collect();
    assert_eq!(tries.len(), 17, "{}", said.out);
    for tried in &tries {
        assert!(tried.ends_with("last 0 entries 1 receipts 1"), "{}", said.out);
        assert!(
            ["first 0 ", "first 1 ", "first 3 "].iter().any(|first| tried.contains(first)),
            "{}",
            said.out
        );
    }
    assert!(tries[0].contains("first 1 "), "a full disk is met: {}", said.out);
    assert!(tries[16].contains("first 0 "), "the last has room enough: {}", said.out);
}

#[test]
fn without_git_a_local_ledger_works_and_a_shared_one_says_install_git() {
    let mut stage = Stage::new().committed();
    stage.path = stage.folder.path().join("nothing").display().to_string();
    stage.publish(DUE).ends(0, &["1 published"]);
    stage.shows(&["Doors open at ten."]);
    stage.post("tea", "2027-01-18T09:00:00", "text = \"Tea.\"\n");
    stage.file("kalends.toml", "name = \"M\"\nzone = \"Europe/Lisbon\"\n[ledger]\nremote = \"origin\"\n");
    stage.git(
        "g add -A; g commit -qm Share; g clone -q --bare . ../origin.git; g remote add origin ../origin.git",
    );
    stage.publish(LATER).ends(3, &["install git"]);
    stage.shows(&["Doors open at ten."]);
    stage.path = std::env::var("PATH").unwrap();
    stage.git("g push -q origin ledger");
    stage.publish(LATER).ends(0, &["1 published"]);
    stage.shows(&["Doors open at ten.", "Tea."]);
}

#[test]
fn a_ledger_of_a_newer_format_asks_for_a_newer_kalends_and_is_left_alone() {
    let stage = Stage::new().committed();
    stage.publish("2027-01-18T08:00").ends(0, &["nothing is due"]);
    stage.run("stop --why Flood").ends(0, &[]);
    stage.by_hand("x.toml", Some("x = 1\n"), |head| head.replace("format = 1", "format = 99"));
    let tip = stage.git("g rev-parse ledger");
    for line in ["publish --now 2027-01-18T09:00", "status", "log", "resume"] {
        let said = stage.run(line).ends(1, &["format 99", "knows format 1", "install a newer kalends"]);
        assert!(!said.err.contains("update-ref"), "nobody is told to put it back: {}", said.err);
    }
    assert_eq!(stage.git("g rev-parse ledger"), tip);
    assert!(!stage.work().join("public").exists());
}

#[test]
fn a_ledger_that_was_edited_by_hand_is_refused_with_the_way_back() {
    let stage = Stage::new().committed();
    stage.publish(DUE).ends(0, &["1 published"]);
    let tip = stage.git("g rev-parse ledger");
    let receipt = "slots/2027/01/18/open/once/news/1.receipt.toml";
    for text in [None, Some("x = 1\n")] {
        stage.by_hand(receipt, text, |head| next(&head, &tip));
        let said =
            stage.publish(LATER).ends(1, &["cannot be trusted", "entries are only ever added", receipt]);
        assert!(said.err.contains(&format!("git update-ref refs/heads/ledger {tip}")), "{}", said.err);
        stage.run("status").ends(1, &["cannot be trusted"]);
        stage.git(&format!("g update-ref refs/heads/ledger {tip}"));
        stage.publish(LATER).ends(0, &["nothing is due"]);
    }
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn an_entry_that_cannot_be_read_holds_its_slot_and_the_others_go_on() {
    let stage = Stage::new();
    stage.post("tea", "2027-01-18T09:00:00", "text = \"Tea.\"\n");
    let stage = stage.committed();
    stage.run("stop --why Flood").ends(0, &[]);
    stage.run("resume").ends(0, &[]);
    let tip = stage.git("g rev-parse ledger");
    let claim = "slots/2027/01/18/open/once/news/1.claim.toml";
    stage.by_hand(claim, Some("no toml"), |head| next(&head, &tip));
    let words = ["2027-01-18-open/once/news", "1.claim.toml", "restore it from a copy that is whole"];
    stage.publish(DUE).ends(4, &words).ends(4, &["1 published", "1 unreadable in the ledger"]);
    stage.shows(&["Tea."]);
    stage.publish(LATER).ends(4, &words);
    stage.shows(&["Tea."]);
}

#[test]
fn a_pipe_that_closes_early_is_no_failure() {
    let stage = Stage::new();
    let wrong: String = (0..40).map(|n| format!("unknown-{n} = 1\n")).collect();
    for n in 10..90 {
        stage.post(&format!("tea-{n}"), "2027-01-19T09:00:00", &format!("{wrong}text = \"Tea {n}.\"\n"));
    }
    for line in ["check --format json", "check --format sarif", "check", "plan --now 2027-01-18T09:00"] {
        let mut command = stage.command(KALENDS, &stage.work());
        command.args(line.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdout.take().unwrap().read_exact(&mut [0; 10]).unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}: {said}");
        assert!(!said.contains("bug") && !said.contains("error:"), "{line}: {said}");
    }
}

#[test]
fn without_a_terminal_nobody_is_asked_and_no_editor_is_opened() {
    let stage = Stage::new().committed();
    stage.git("printf '#!/bin/sh\\ntouch ../opened\\n' > ../editor; chmod +x ../editor");
    for line in [
        "new post Tea --now 2027-01-18T08:00",
        "publish --now 2027-01-18T09:00",
        "stop --why Flood",
        "resume",
        "log",
    ] {
        let mut command = stage.command("setsid", &stage.work());
        command.arg("--wait").arg(KALENDS).args(line.split_whitespace());
        for name in ["EDITOR", "VISUAL", "PAGER", "KALENDS_PAGER"] {
            command.env(name, stage.folder.path().join("editor"));
        }
        Said::new(&command.output().unwrap()).ends(0, &[]);
    }
    assert!(!stage.folder.path().join("opened").exists());
    stage.shows(&["Doors open at ten."]);
}

#[test]
fn without_a_home_and_in_any_locale_words_go_out_as_they_were_written() {
    for locale in ["C", "POSIX", "de_DE.ISO-8859-1"] {
        let mut stage = Stage::new();
        stage.post("cha", "2027-01-18T09:00:00", "text = \"Chá às quatro 🎉\"\n");
        stage = stage.committed();
        (stage.home, stage.locale) = (None, locale);
        stage.publish(DUE).ends(0, &["2 published"]);
        stage.shows(&["Doors open at ten.", "Chá às quatro 🎉"]);
    }
}

#[test]
fn what_kalends_writes_can_be_read_by_others_as_its_folder_can() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new();
    stage.run("new person Ada").ends(0, &[]);
    let mode = |path: &str| fs::metadata(stage.work().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("people/ada.toml"), mode("people") & 0o666);
}

#[test]
fn an_id_that_is_too_long_and_a_stop_without_a_reason_are_told_so() {
    let stage = Stage::new();
    stage.post(&"a".repeat(101), "2027-01-18T09:00:00", "text = \"Tea.\"\n");
    stage.run("check").ends(1, &["at most 100 characters"]);
    let output = stage.command(KALENDS, &stage.work()).args(["stop", "--why", ""]).output().unwrap();
    Said::new(&output).ends(2, &["--why"]);
}
