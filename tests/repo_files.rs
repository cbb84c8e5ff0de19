//! A calendar's files, from disk and from a commit: what is read, and what is never followed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test stops where something is not as it should be, and measures and talks as it likes"
)]

mod scratch;

use std::path::Path;
use std::time::Instant;

use kalends::finding::{Content, File};
use kalends::rim::repo::{Pick, RepoError, Rev, TOML_LIMIT_BYTES, commit_files, find};
use scratch::{git, repository};

fn head() -> Rev {
    Rev::Commit("HEAD".to_owned())
}

fn write(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn content<'a>(files: &'a [File], path: &str) -> &'a Content {
    &files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path} in {files:?}")).content
}

fn sample(root: &Path) {
    write(root, "posts/2027/01/2027-01-18-a.toml", "text = \"a\"\n");
    write(root, "posts/2027/02/2027-02-01-b.toml", "\u{feff}text = \"b\"\n");
    write(root, "people/ada.toml", "name = \"Ada\"\n");
    write(root, "media/2027/p.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x80\x08\x06\0\0\0");
    write(root, "posts/2027/01/.2027-01-18-a.toml.swp", "x");
    write(root, "stories/tea.toml", "not read");
    write(root, "src/main.toml", "not read");
}

fn paths(files: &[File]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn disk_and_commit_give_the_same_files_in_the_same_order() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    sample(dir.path());
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "Add"]);
    let repo = find(dir.path()).unwrap();
    let files = repo.files(&Rev::WorkTree).unwrap();
    assert_eq!(
        paths(&files),
        [
            "kalends.toml",
            "media/2027/p.png",
            "people/ada.toml",
            "posts/2027/01/2027-01-18-a.toml",
            "posts/2027/02/2027-02-01-b.toml"
        ]
    );
    assert_eq!(
        content(&files, "posts/2027/02/2027-02-01-b.toml"),
        &Content::Text("text = \"b\"\n".to_owned())
    );
    assert_eq!(content(&files, "media/2027/p.png"), &Content::Media { size_bytes: 29 });
    assert_eq!(repo.files(&head()).unwrap(), files);
    let lengths = repo.read(&Rev::WorkTree, &Pick::All, |file| file.path.len()).unwrap();
    assert_eq!(lengths, files.iter().map(|file| file.path.len()).collect::<Vec<_>>());
}

#[test]
fn a_calendar_in_a_sub_folder_is_found_from_anywhere_around_it() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    std::fs::remove_file(dir.path().join("kalends.toml")).unwrap();
    write(dir.path(), "calendar/kalends.toml", "name = \"x\"\n");
    sample(&dir.path().join("calendar"));
    write(dir.path(), "docs/deep/x.txt", "x");
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "Add"]);
    let root = dir.path().join("calendar").canonicalize().unwrap();
    for start in ["", "calendar", "calendar/posts/2027", "docs/deep"] {
        let repo = find(&dir.path().join(start)).unwrap();
        assert_eq!(repo.root(), root, "from `{start}`");
        assert_eq!(repo.files(&head()).unwrap(), repo.files(&Rev::WorkTree).unwrap());
    }
    let repo = find(dir.path()).unwrap();
    assert!(repo.dirty().unwrap().is_empty());
    write(&root, "people/ada.toml", "name = \"Eve\"\n");
    write(&root, "posts/2027/03/new.toml", "");
    write(dir.path(), "docs/deep/x.txt", "not of the calendar");
    assert!(repo.dirty().unwrap().iter().eq(["people/ada.toml", "posts/2027/03/new.toml"]));
    git(dir.path(), &["add", "."]);
    assert_eq!(repo.dirty().unwrap().len(), 2, "staged is not committed");
}

#[test]
fn a_calendar_without_git_can_be_read_from_disk_only() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "kalends.toml", "name = \"x\"\n");
    sample(dir.path());
    let repo = find(dir.path()).unwrap();
    assert_eq!(repo.files(&Rev::WorkTree).unwrap().len(), 5);
    for fault in [repo.files(&head()).map(drop), repo.dirty().map(drop), repo.git_dir().map(drop)] {
        let fault = fault.unwrap_err();
        assert!(matches!(fault, RepoError::NoRepository { .. }), "{fault}");
        assert!(fault.help().unwrap().contains("git init"));
    }
}

#[test]
fn what_is_missing_is_said_with_a_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let fault = find(dir.path()).err().unwrap();
    assert!(fault.to_string().contains(dir.path().canonicalize().unwrap().to_str().unwrap()), "{fault}");
    assert!(fault.help().unwrap().contains("kalends init"));
    let bare = dir.path().join("bare.git");
    scratch::bare(&bare);
    assert!(matches!(find(&bare), Err(RepoError::Bare { .. })));
    let unborn = dir.path().join("unborn");
    write(&unborn, "kalends.toml", "name = \"x\"\n");
    git(&unborn, &["init", "-q"]);
    let repo = find(&unborn).unwrap();
    assert!(matches!(repo.head_commit(), Err(RepoError::Unborn { .. })));
    assert!(matches!(repo.files(&head()), Err(RepoError::Unborn { .. })));
    assert!(matches!(repo.dirty(), Err(RepoError::Unborn { .. })));
    let fault = repo.resolve("no-such-branch").unwrap_err();
    assert!(fault.to_string().contains("no-such-branch"), "{fault}");
    let nowhere = find(&dir.path().join("nowhere")).err().unwrap();
    assert!(nowhere.to_string().contains("nowhere"), "{nowhere}");
    git(&unborn, &["commit", "-q", "--allow-empty", "-m", "Empty"]);
    assert!(matches!(repo.files(&head()), Err(RepoError::NotInCommit { .. })));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_and_never_opened() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("c");
    repository(&root);
    sample(&root);
    write(dir.path(), "secret.toml", "name = \"secret\"\n");
    symlink(dir.path().join("secret.toml"), root.join("posts/link.toml")).unwrap();
    symlink(dir.path(), root.join("accounts")).unwrap();
    symlink(root.join("posts"), root.join("posts/2027/cycle")).unwrap();
    git(&root, &["add", "."]);
    git(&root, &["commit", "-qm", "Links"]);
    let repo = find(&root).unwrap();
    for rev in [Rev::WorkTree, head()] {
        let files = repo.files(&rev).unwrap();
        for path in ["posts/link.toml", "accounts", "posts/2027/cycle"] {
            assert_eq!(content(&files, path), &Content::NotAFile { what: "symbolic link" });
        }
        assert_eq!(files.len(), 8);
    }
    let fifo = root.join("goals");
    std::fs::create_dir(&fifo).unwrap();
    let made = std::process::Command::new("mkfifo").arg(fifo.join("pipe.toml")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(fifo.join("socket.toml")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.toml");
    std::fs::write(root.join("people").join(odd), "x").unwrap();
    let files = repo.files(&Rev::WorkTree).unwrap();
    assert_eq!(content(&files, "goals/pipe.toml"), &Content::NotAFile { what: "named pipe" });
    assert_eq!(content(&files, "goals/socket.toml"), &Content::NotAFile { what: "socket" });
    assert_eq!(
        content(&files, "people/caf\u{fffd}.toml"),
        &Content::Unreadable("its name is not UTF-8".to_owned())
    );
    git(&root, &["add", "people"]);
    git(&root, &["commit", "-qm", "Odd"]);
    let files = repo.files(&head()).unwrap();
    assert!(matches!(content(&files, "people/caf\u{fffd}.toml"), Content::Unreadable(_)));
}

#[test]
fn a_submodule_is_not_entered() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    let id = git(dir.path(), &["rev-parse", "HEAD"]);
    git(dir.path(), &["update-index", "--add", "--cacheinfo", &format!("160000,{id},posts/other")]);
    git(dir.path(), &["commit", "-qm", "Submodule"]);
    let files = find(dir.path()).unwrap().files(&head()).unwrap();
    assert_eq!(content(&files, "posts/other"), &Content::NotAFile { what: "submodule" });
}

#[test]
fn what_is_huge_or_deep_or_in_another_encoding_is_a_fact_not_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    write(dir.path(), "posts/latin.toml", b"text = \"caf\xe9\"\n");
    write(dir.path(), "posts/large.toml", vec![b'#'; TOML_LIMIT_BYTES + 5]);
    write(dir.path(), "posts/notes.txt", "x");
    let deep = format!("posts/{}x.toml", "d/".repeat(40));
    write(dir.path(), &deep, "x = 1\n");
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "Odd"]);
    let repo = find(dir.path()).unwrap();
    for rev in [Rev::WorkTree, head()] {
        let files = repo.files(&rev).unwrap();
        assert_eq!(
            content(&files, "posts/latin.toml"),
            &Content::NotUtf8 { at: 11, looks_like: "Windows-1252" }
        );
        let limit_bytes = TOML_LIMIT_BYTES as u64;
        let large = Content::TooLarge { size_bytes: limit_bytes + 5, limit_bytes };
        assert_eq!(content(&files, "posts/large.toml"), &large);
        assert_eq!(content(&files, "posts/notes.txt"), &Content::Media { size_bytes: 1 });
        let last = files.iter().find(|file| file.path.starts_with("posts/d/")).unwrap();
        assert_eq!(last.path.split('/').count(), 32, "{last:?}");
        assert!(matches!(&last.content, Content::Unreadable(why) if why.contains("32")));
    }
    // A file of a gigabyte, that takes no room.
    let file = std::fs::File::create(dir.path().join("posts/giant.toml")).unwrap();
    file.set_len(1 << 30).unwrap();
    let began = Instant::now();
    let files = repo.files(&Rev::WorkTree).unwrap();
    assert!(matches!(
        content(&files, "posts/giant.toml"),
        Content::TooLarge { size_bytes: 1_073_741_824, .. }
    ));
    assert!(began.elapsed().as_secs() < 5);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    write(dir.path(), "posts/a.toml", "x = 1\n");
    let path = dir.path().join("posts/a.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let files = find(dir.path()).unwrap().files(&Rev::WorkTree).unwrap();
    assert!(matches!(content(&files, "posts/a.toml"), Content::Unreadable(_)));
}

#[test]
fn media_are_described_by_their_bytes_alone() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path());
    sample(dir.path());
    write(dir.path(), "media/film.png", b"no picture at all");
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "Add"]);
    let repo = find(dir.path()).unwrap();
    for rev in [Rev::WorkTree, head()] {
        let asked =
            ["media/2027/p.png", "media/film.png", "media/none.png", "../x", "/etc/passwd", "media", ""];
        for _ in 0..2 {
            let book = repo.media_facts(&asked, &rev).unwrap();
            assert_eq!(book.keys().collect::<Vec<_>>(), ["media/2027/p.png", "media/film.png"]);
            let picture = &book["media/2027/p.png"];
            assert_eq!(
                (picture.size_bytes, picture.mime, picture.size_px),
                (29, Some("image/png"), Some((256, 128)))
            );
            assert_eq!(book["media/film.png"].mime, None);
            assert_eq!(book["media/film.png"].size_px, None);
            let sum = kalends::draft::hex(&book["media/film.png"].sha256);
            assert_eq!(sum.len(), 64);
        }
        assert_eq!(repo.media_bytes(&rev, "media/film.png").unwrap(), b"no picture at all");
        for path in ["../kalends.toml", "/etc/passwd", "media/none.png", "media"] {
            assert!(repo.media_bytes(&rev, path).unwrap_err().contains(path), "{path}");
        }
    }
}

#[cfg(unix)]
#[test]
fn media_behind_a_link_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("c");
    repository(&root);
    write(dir.path(), "outside/secret.png", "secret");
    std::fs::create_dir(root.join("media")).unwrap();
    std::os::unix::fs::symlink(dir.path().join("outside"), root.join("media/in")).unwrap();
    std::os::unix::fs::symlink(dir.path().join("outside/secret.png"), root.join("media/s.png")).unwrap();
    git(&root, &["add", "."]);
    git(&root, &["commit", "-qm", "Links"]);
    let repo = find(&root).unwrap();
    for rev in [Rev::WorkTree, head()] {
        for path in ["media/in/secret.png", "media/s.png"] {
            assert!(repo.media_facts(&[path], &rev).unwrap().is_empty());
            assert!(repo.media_bytes(&rev, path).is_err());
        }
    }
}

#[test]
fn the_first_commit_takes_what_it_is_given_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let fresh = dir.path().join("fresh");
    write(&fresh, "kalends.toml", "name = \"x\"\n");
    write(&fresh, "people/ada.toml", "name = \"Ada\"\n");
    write(&fresh, "notes.txt", "mine");
    commit_files(&fresh, "Begin the calendar", &["kalends.toml", "people/ada.toml"]).unwrap();
    assert_eq!(git(&fresh, &["ls-tree", "-r", "--name-only", "HEAD"]), "kalends.toml\npeople/ada.toml");
    assert_eq!(git(&fresh, &["status", "--porcelain"]), "?? notes.txt");
    git(&fresh, &["fsck", "--strict"]);
    // In a repository that is there, below its top, with something of somebody's waiting.
    let old = dir.path().join("old");
    repository(&old);
    write(&old, "staged.txt", "waiting");
    git(&old, &["add", "staged.txt"]);
    write(&old, "calendar/kalends.toml", "name = \"y\"\n");
    commit_files(&old.join("calendar"), "Begin", &["kalends.toml"]).unwrap();
    assert_eq!(git(&old, &["show", "--name-only", "--format=%s"]), "Begin\n\ncalendar/kalends.toml");
    assert_eq!(git(&old, &["status", "--porcelain"]), "A  staged.txt");
}

#[test]
#[ignore = "a measurement, not a test: cargo test --release --test repo_files -- --ignored --nocapture"]
fn how_long_a_large_calendar_takes() {
    let dir = tempfile::tempdir_in(".").unwrap();
    repository(dir.path());
    for n in 0..100_000 {
        let text = format!(
            "department = \"education\"\nat = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"{n}\"\n"
        );
        write(dir.path(), &format!("posts/{}/{:02}/2027-01-18-{n}.toml", 2020 + n % 8, n % 12 + 1), text);
    }
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "Many"]);
    git(dir.path(), &["repack", "-qad"]);
    let repo = find(dir.path()).unwrap();
    let time = |what: &str, run: &dyn Fn() -> usize| {
        for _ in 0..3 {
            let began = Instant::now();
            let n = run();
            println!("{what}: {n}, {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
        }
    };
    time("git status", &|| git(dir.path(), &["status", "--porcelain"]).len());
    time("disk", &|| repo.files(&Rev::WorkTree).unwrap().len());
    time("dirty", &|| repo.dirty().unwrap().len());
    time("commit", &|| repo.files(&head()).unwrap().len());
}

#[cfg(unix)]
#[test]
fn somebody_elses_repository_is_not_opened_and_the_way_to_trust_it_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("c");
    repository(&place);
    for path in [place.clone(), place.join(".git")] {
        if std::os::unix::fs::chown(&path, Some(54_321), None).is_err() {
            eprintln!("skipped: only root can give a folder away");
            return;
        }
    }
    let fault = find(&place).err().unwrap();
    assert!(matches!(fault, RepoError::Foreign { .. }), "{fault:?}");
    assert!(fault.help().unwrap().contains("safe.directory"));
}
