//! Real folders: crashes at each step, broken files, links that lead out, rivals.

use std::cell::{Cell, RefCell};
use std::path::Path;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::*;
use crate::http::Effect;
use crate::platform::feed::{Attachment, FORMAT, Facts};

fn entry(name: &str, minute: i64) -> Entry {
    let key = format!("{name}.once.news.1");
    Entry {
        format: FORMAT,
        id: format!("tag:kalends,2026:kalends/{name}"),
        url: None,
        key,
        feed: Facts { id: "tag:kalends,2026:kalends/news".to_owned(), title: "News".to_owned(), home: None },
        title: name.to_owned(),
        has_own_title: false,
        text: format!("The words of {name}."),
        plain: format!("The words of {name}."),
        link: None,
        tags: Vec::new(),
        language: None,
        warning: None,
        published: DateTime::<Utc>::from_timestamp(1_800_000_000 + 60 * minute, 0).unwrap(),
        part: 1,
        parts: 1,
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
    }
}

fn with_picture(name: &str, minute: i64, picture: &str) -> Entry {
    let media =
        Attachment { name: picture.to_owned(), alt: None, mime: None, size_bytes: 3, size_px: Some((1, 1)) };
    Entry { media: vec![media], ..entry(name, minute) }
}

fn request(method: Method, path: &str, body: &[u8]) -> Request {
    Request::new(Effect::Publishes, method, format!("feed:{path}")).body(body)
}

fn put(entry: &Entry) -> Request {
    request(Method::Put, &format!("public/news/entries/{}", entry.key), &serde_json::to_vec(entry).unwrap())
}

fn get(entry: &Entry) -> Request {
    request(Method::Get, &format!("public/news/entries/{}", entry.key), b"")
}

fn shelf() -> (TempDir, Shelf) {
    let dir = TempDir::new().unwrap();
    let shelf = Shelf { root: dir.path().to_owned() };
    (dir, shelf)
}

fn status(shelf: &Shelf, request: &Request) -> u16 {
    shelf.send(request).unwrap().status
}

/// What stopped a request before anything changed.
fn stopped(shelf: &Shelf, request: &Request) -> String {
    match shelf.send(request) {
        Err(Broken::BeforeSending(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join("public/news").join(name)).unwrap()
}

fn agree(dir: &Path) -> Collection {
    let collection = json::read(&read(dir, "feed.json")).unwrap();
    assert_eq!(read(dir, "index.html"), page::write(&collection));
    assert_eq!(read(dir, "atom.xml"), atom::write(&collection));
    collection
}

fn keys(collection: &Collection) -> Vec<&str> {
    collection.entries.iter().map(|entry| entry.title.as_str()).collect()
}

#[test]
fn entries_are_found_replaced_and_taken_down_newest_first() {
    let (dir, shelf) = shelf();
    let (one, two) = (entry("one", 1), entry("two", 2));
    assert_eq!(status(&shelf, &get(&one)), 404);
    assert!(!dir.path().join("public").exists(), "a look makes nothing");
    assert_eq!(status(&shelf, &put(&two)), 201);
    assert_eq!(status(&shelf, &put(&one)), 201);
    assert_eq!(keys(&agree(dir.path())), ["two", "one"]);
    assert_eq!(status(&shelf, &put(&one)), 200, "the same key and bytes twice are one entry");
    assert_eq!(keys(&agree(dir.path())), ["two", "one"]);
    assert_eq!(Entry::read(&shelf.send(&get(&one)).unwrap().body).unwrap(), one);
    let delete = request(Method::Delete, "public/news/entries/two.once.news.1", b"");
    assert_eq!(status(&shelf, &delete), 200);
    assert_eq!(status(&shelf, &delete), 404);
    assert_eq!(keys(&agree(dir.path())), ["one"]);
}

#[test]
fn a_failure_at_any_step_leaves_every_file_whole_and_the_repeat_mends_it() {
    let steps = RefCell::new(Vec::new());
    for failing in 0.. {
        let (dir, shelf) = shelf();
        let (one, two) = (entry("one", 1), entry("two", 2));
        assert_eq!(status(&shelf, &put(&one)), 201);
        let count = Cell::new(0);
        let step = |name: &str| {
            count.set(count.get() + 1);
            if count.get() <= failing {
                return Ok(());
            }
            steps.borrow_mut().push(name.to_owned());
            Err(io::Error::from(ErrorKind::StorageFull))
        };
        let renamed = |name: &str| read(dir.path(), name).contains("The words of two.");
        match shelf.answer(&put(&two), &step) {
            Ok(_) => break,
            Err(Trouble::Before(why)) => {
                assert!(why.contains("public/news/") && why.contains("make room"), "{why}");
                assert!(!renamed("index.html") && !renamed("atom.xml") && !renamed("feed.json"));
            }
            Err(Trouble::After(_)) => assert!(renamed("index.html")),
        }
        // The post is found if and only if the truth has it, and the post before is never lost.
        assert_eq!(status(&shelf, &get(&two)), if renamed("feed.json") { 200 } else { 404 });
        assert_eq!(status(&shelf, &get(&one)), 200);
        fs::write(dir.path().join("public/news/.kalends-left.tmp"), "by a killed process").unwrap();
        assert!(status(&shelf, &put(&two)) < 300);
        assert_eq!(keys(&agree(dir.path())), ["two", "one"]);
        assert!(!dir.path().join("public/news/.kalends-left.tmp").exists());
    }
    let expected = [
        "write index.html",
        "flush index.html",
        "write atom.xml",
        "flush atom.xml",
        "write feed.json",
        "flush feed.json",
        "rename index.html",
        "rename atom.xml",
        "flush folder",
        "rename feed.json",
        "flush folder",
    ];
    assert_eq!(steps.into_inner(), expected);
}

#[test]
fn a_first_post_that_was_cut_short_does_not_bar_another() {
    let (dir, shelf) = shelf();
    let fail = |name: &str| if name == "rename feed.json" { Err(ErrorKind::Other.into()) } else { Ok(()) };
    assert!(matches!(shelf.answer(&put(&entry("one", 1)), &fail), Err(Trouble::After(_))));
    assert_eq!(status(&shelf, &put(&entry("two", 2))), 201);
    assert_eq!(keys(&agree(dir.path())), ["two"]);
}

#[test]
fn a_repeat_mends_the_files_that_somebody_edited_and_rewrites_no_other() {
    let (dir, shelf) = shelf();
    let one = entry("one", 1);
    assert_eq!(status(&shelf, &put(&one)), 201);
    let written =
        |name: &str| fs::metadata(dir.path().join("public/news").join(name)).unwrap().modified().unwrap();
    let before = written("feed.json");
    fs::write(dir.path().join("public/news/index.html"), "edited").unwrap();
    assert_eq!(status(&shelf, &put(&one)), 200);
    assert_eq!(keys(&agree(dir.path())), ["one"]);
    assert_eq!(written("feed.json"), before);
}

#[test]
fn a_broken_truth_is_named_and_never_overwritten() {
    let one = entry("one", 1);
    let good = {
        let (dir, shelf) = shelf();
        assert_eq!(status(&shelf, &put(&one)), 201);
        read(dir.path(), "feed.json")
    };
    let newer = good.replacen("\"format\": 1", "\"format\": 2", 1);
    let unknown = good.replace("\"has_own_title\"", "\"has_title\"");
    let item = good.split_once("\"items\": [").unwrap().1.rsplit_once(']').unwrap().0;
    let twice = good.replacen("\"items\": [", &format!("\"items\": [{item},"), 1);
    let cases = [
        (&good[..good.len() / 2], "is not JSON"),
        ("", "is not JSON"),
        ("{\"items\": []}", "was not written by kalends"),
        (newer.as_str(), "is of format 2"),
        (unknown.as_str(), "is not as kalends wrote it"),
        (twice.as_str(), "twice"),
    ];
    for (broken, words) in cases {
        let (dir, shelf) = shelf();
        fs::create_dir_all(dir.path().join("public/news")).unwrap();
        fs::write(dir.path().join("public/news/feed.json"), broken).unwrap();
        let delete = request(Method::Delete, "public/news/entries/one.once.news.1", b"");
        for request in [put(&one), get(&one), delete] {
            let why = stopped(&shelf, &request);
            assert!(why.starts_with("public/news/feed.json ") && why.contains(words), "{why}");
            assert!(why.contains("put the last good one back"), "{why}");
        }
        assert_eq!(read(dir.path(), "feed.json"), broken);
        assert!(!dir.path().join("public/news/index.html").exists());
    }
}

#[test]
fn a_page_that_is_not_ours_and_a_feed_whose_truth_is_gone_are_left_alone() {
    let (dir, shelf) = shelf();
    fs::create_dir_all(dir.path().join("public/news")).unwrap();
    fs::write(dir.path().join("public/news/index.html"), "<h1>The museum's own site</h1>").unwrap();
    let why = stopped(&shelf, &put(&entry("one", 1)));
    assert!(why.contains("public/news/index.html was not written by kalends"), "{why}");
    fs::remove_file(dir.path().join("public/news/index.html")).unwrap();
    assert_eq!(status(&shelf, &put(&entry("one", 1))), 201);
    assert_eq!(status(&shelf, &put(&entry("two", 2))), 201);
    fs::remove_file(dir.path().join("public/news/feed.json")).unwrap();
    let why = stopped(&shelf, &put(&entry("three", 3)));
    assert!(why.contains("the feed.json beside it is gone"), "{why}");
    assert!(read(dir.path(), "index.html").contains("The words of one."));
}

#[test]
fn no_address_leads_out_of_the_calendar() {
    let (dir, shelf) = shelf();
    let body = serde_json::to_vec(&entry("one", 1)).unwrap();
    let folders =
        ["..", "../x", "a/../../x", "/tmp", "", ".", "./a", ".git", "a/.hidden", "a\\b", "c:/x", "a//../b"];
    for folder in folders {
        for path in [format!("{folder}/entries/one.once.news.1"), format!("{folder}/media/a.png")] {
            stopped(&shelf, &request(Method::Put, &path, &body));
        }
    }
    for name in ["..", ".kalends.lock", "", "a b", "é", &"a".repeat(251)] {
        stopped(&shelf, &request(Method::Put, &format!("public/news/media/{name}"), &body));
    }
    for url in ["https://museum.example/entries/a", "feed:entries/a", "feed:", "feed:public/news/other/a"] {
        stopped(&shelf, &Request::new(Effect::Publishes, Method::Put, url).body(body.clone()));
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was made");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_may_lead_within_the_calendar_and_not_out_of_it() {
    use std::os::unix::fs::symlink;
    let (dir, shelf) = shelf();
    let outside = TempDir::new().unwrap();
    let one = entry("one", 1);
    for target in [outside.path(), Path::new("nowhere")] {
        symlink(target, dir.path().join("public")).unwrap();
        let why = stopped(&shelf, &put(&one));
        assert!(why.contains("symbolic link"), "{why}");
        fs::remove_file(dir.path().join("public")).unwrap();
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    fs::create_dir(dir.path().join("site")).unwrap();
    symlink("site", dir.path().join("public")).unwrap();
    assert_eq!(status(&shelf, &put(&one)), 201);
    assert!(dir.path().join("site/news/feed.json").is_file());
    symlink(outside.path(), dir.path().join("site/news/media")).unwrap();
    stopped(&shelf, &request(Method::Put, "public/news/media/a.png", b"abc"));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_changes_nothing_and_can_still_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, shelf) = shelf();
    let (one, two) = (entry("one", 1), entry("two", 2));
    assert_eq!(status(&shelf, &put(&one)), 201);
    let folder = dir.path().join("public/news");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser writes everywhere: there is nothing to see.
    if fs::write(folder.join("probe"), "").is_err() {
        let why = stopped(&shelf, &put(&two));
        assert!(why.contains("public/news/") && why.contains("let the user"), "{why}");
    }
    assert_eq!(status(&shelf, &get(&one)), 200);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let why = stopped(&shelf, &request(Method::Put, "file/media/a.png", b""));
    assert!(why.contains("is a file"), "{why}");
    let mode = fs::metadata(folder.join("index.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o600, 0o600);
    let plain = folder.join("plain");
    fs::write(&plain, "").unwrap();
    assert_eq!(mode, fs::metadata(plain).unwrap().permissions().mode(), "as readable as any file made here");
}

#[test]
fn a_post_waits_for_its_pictures_and_takes_them_down_when_nobody_else_shows_them() {
    let (dir, shelf) = shelf();
    let one = with_picture("one", 1, "aa.png");
    let two = with_picture("two", 2, "aa.png");
    assert!(stopped(&shelf, &put(&one)).contains("public/news/media/aa.png is not there"));
    assert!(stopped(&shelf, &put(&with_picture("one", 1, "../../kalends.toml"))).contains("is not there"));
    for _ in 0..2 {
        assert_eq!(status(&shelf, &request(Method::Put, "public/news/media/aa.png", b"abc")), 201);
    }
    assert_eq!(status(&shelf, &put(&one)), 201);
    assert_eq!(status(&shelf, &put(&two)), 201);
    let picture = dir.path().join("public/news/media/aa.png");
    for (key, stays) in [("one.once.news.1", true), ("two.once.news.1", false)] {
        assert_eq!(status(&shelf, &request(Method::Delete, &format!("public/news/entries/{key}"), b"")), 200);
        assert_eq!(picture.exists(), stays);
    }
    assert!(agree(dir.path()).entries.is_empty());
}

#[test]
fn what_is_no_entry_is_refused() {
    let (_dir, shelf) = shelf();
    let one = entry("one", 1);
    let body = serde_json::to_vec(&one).unwrap();
    let newer = serde_json::to_vec(&Entry { format: 2, ..one.clone() }).unwrap();
    for (key, body) in [("other.once.news.1", body.as_slice()), (&one.key, b"{}"), (&one.key, &newer)] {
        assert_eq!(status(&shelf, &request(Method::Put, &format!("public/news/entries/{key}"), body)), 400);
    }
    assert_eq!(status(&shelf, &request(Method::Post, "public/news/entries/a", b"")), 405);
}

#[test]
fn of_many_writers_at_once_none_loses_a_post() {
    let (dir, shelf) = shelf();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            // Each has a shelf and a lock of its own, as processes have.
            let shelf = Shelf { root: shelf.root.clone() };
            scope.spawn(move || {
                for n in 0..10 {
                    let one = entry(&format!("post-{writer}-{n}"), n);
                    assert_eq!(status(&shelf, &put(&one)), 201);
                    assert_eq!(status(&shelf, &get(&one)), 200);
                }
            });
        }
    });
    assert_eq!(agree(dir.path()).entries.len(), 40);
}
