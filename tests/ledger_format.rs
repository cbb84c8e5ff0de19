//! Format 1 of the ledger is frozen: the ledger in `fixtures/ledger-format-1` was written once, and every version
//! reads it to the same states and would write the same bytes.

#![expect(clippy::expect_used, reason = "this is a test, whole")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use kalends::draft::{Digest, Slot};
use kalends::ledger::{
    Claim, Decision, Entry, Evidence, Fact, Halt, Hand, Head, Ledger, Receipt, Refusal, Release, Sending,
    format,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ledger-format-1")
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_262_800 + seconds, 0).expect("a moment")
}

fn digest() -> Digest {
    Digest::parse(&format!("sha256:{}", "0123456789abcdef".repeat(4))).expect("a digest")
}

fn sending(replays: Option<u32>) -> Fact {
    Fact::Sending(Sending {
        digest: digest(),
        due: at(0),
        until: at(7200),
        key: "2027-01-18-open-day.once.news.1".to_owned(),
        payload:
            "{\"text\":\"Doors open at ten.\\n\\\"Bring a child\\\" – leave with an astronomer. \u{1f52d}\"}"
                .to_owned(),
        first_at: at(5),
        replays,
    })
}

fn claim() -> Fact {
    Fact::Claim(Claim { digest: digest(), due: at(0), until: at(600), commit: "c0ffee".repeat(6) + "c0ff" })
}

/// One slot for each way that a slot can end, with every kind of entry among them.
#[expect(clippy::too_many_lines, reason = "a table of stories")]
fn entries() -> Vec<Entry> {
    let receipt = |evidence| {
        Fact::Receipt(Receipt {
            revision: None,
            id: "at://did:plc:abc/app.bsky.feed.post/3k".to_owned(),
            url: Some("https://museum.example/news/#1".to_owned()),
            evidence,
        })
    };
    let release =
        |proven| Fact::Release(Release { why: "no connection".to_owned(), retry_at: Some(at(60)), proven });
    let why = |text: &str| text.to_owned();
    let stories: Vec<(&str, Vec<(u32, Fact)>)> = vec![
        (
            "2027-01-18-open-day/once/news",
            vec![(1, claim()), (1, sending(None)), (1, receipt(Evidence::Answer))],
        ),
        ("2027-01-18-open-day/once/news/2", vec![(1, claim())]),
        ("2027-01-18-open-day/once/mastodon", vec![(1, claim()), (1, sending(None))]),
        (
            "2027-01-18-open-day/once/bluesky",
            vec![(1, claim()), (1, sending(None)), (1, Fact::Doubt(why("timed out")))],
        ),
        (
            "2027-01-18-open-day/once/x",
            vec![
                (1, claim()),
                (1, sending(None)),
                (1, Fact::Doubt(why("500"))),
                (1, Fact::Fence(why("the token is revoked"))),
            ],
        ),
        (
            "2027-01-18-open-day/once/linkedin",
            vec![(1, claim()), (1, sending(None)), (2, sending(Some(1))), (2, receipt(Evidence::Found))],
        ),
        (
            "2027-01-18-open-day/once/threads",
            vec![
                (1, claim()),
                (1, sending(None)),
                (1, Fact::Refusal(Refusal { why: why("422 text is too long"), retry_at: None })),
            ],
        ),
        (
            "2027-01-18-open-day/once/slack",
            vec![(1, claim()), (1, sending(None)), (1, release(false)), (2, claim())],
        ),
        (
            "2027-01-18-open-day/once/discord",
            vec![(1, claim()), (1, sending(None)), (1, Fact::Doubt(why("reset"))), (1, release(true))],
        ),
        (
            "first-sunday/2027-01-03/news",
            vec![(1, Fact::Missed(why("more than 2h late; nothing published it in time")))],
        ),
        ("first-sunday/2027-02-07/news", vec![(1, Fact::Cancel(why("rain")))]),
        (
            "welcome/once/instagram",
            vec![(
                1,
                Fact::Decision(Decision::Delivered { url: Some("https://example.org/p/1".to_owned()) }),
            )],
        ),
        (
            "welcome/once/facebook",
            vec![
                (1, claim()),
                (1, sending(None)),
                (1, Fact::Doubt(why("timed out"))),
                (1, Fact::Decision(Decision::Released)),
            ],
        ),
        (
            "welcome/once/news",
            vec![
                (1, claim()),
                (1, sending(None)),
                (1, receipt(Evidence::Answer)),
                (1, Fact::Retraction(why("a wrong date"))),
                (1, Fact::Gone),
            ],
        ),
    ];
    let mut entries = Vec::new();
    for (slot, facts) in stories {
        let slot: Slot = slot.parse().expect("a slot");
        for (n, (attempt, fact)) in facts.into_iter().enumerate() {
            let nonce =
                if attempt == 1 { "kq3vt7me2pzx5wnbd4rjc6yhsa" } else { "zq3vt7me2pzx5wnbd4rjc6yhsa" };
            let hand = Hand {
                by: "cron@harbour".to_owned(),
                nonce: nonce.to_owned(),
                clone: "7lq2w4e6r8t1y3u5i7o9p0asdf".to_owned(),
                at: at(n as i64) + TimeDelta::milliseconds(250),
            };
            entries.push(Entry { slot: slot.clone(), attempt, hand, fact });
        }
    }
    entries
}

fn head() -> Head {
    let open = ["2027-01-18-open-day/once/mastodon", "2027-01-18-open-day/once/news/2"];
    Head {
        id: "kq3vt7me2pzx5wnbd4rjc6yhsa".to_owned(),
        seq: 7,
        prev: "0123456789".repeat(4),
        entries: entries().len() as u64,
        halt: Some(Halt {
            by: "ana".to_owned(),
            why: "the mayor died".to_owned(),
            since: "2027-01-18T10:00:00Z".to_owned(),
        }),
        open: open.iter().filter_map(|slot| slot.parse().ok()).collect(),
        ..Head::default()
    }
}

/// The ledger's files: path and text.
fn files() -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        entries().iter().map(|entry| (format::entry_path(entry), format::write_entry(entry))).collect();
    files.insert(format::HEAD.to_owned(), format::write_head(&head()));
    files
}

fn frozen(folder: &Path, under: &Path, into: &mut BTreeMap<String, String>) {
    for name in fs::read_dir(under).expect("the fixture").map(|entry| entry.expect("an entry").path()) {
        if name.is_dir() {
            frozen(folder, &name, into);
        } else if name.extension().is_some_and(|ending| ending == "toml") {
            let path = name.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
            into.insert(path, fs::read_to_string(&name).expect("text"));
        }
    }
}

fn states(files: &BTreeMap<String, String>) -> String {
    let mut entries = Vec::new();
    for (path, text) in files {
        if let Some((slot, name)) = format::slot_of_path(path) {
            entries.push(format::read_entry(slot, name, text).expect("an entry of format 1"));
        }
    }
    let head = format::read_head(&files[format::HEAD]).expect("a head of format 1");
    let ledger = Ledger::fold(head, entries, Vec::new());
    let mut told = format!("{:#?}\n", ledger.head);
    for (slot, record) in ledger.slots() {
        told.push_str(&format!("{slot}: attempt {}, {:#?}\n", record.attempt, record.state));
    }
    told
}

#[test]
fn a_ledger_of_format_1_is_read_to_the_states_it_had_when_it_was_written() {
    let folder = folder();
    if !folder.exists() {
        // Only ever once: the fixture is never written again.
        for (path, text) in files() {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        fs::write(folder.join("states.txt"), states(&files())).expect("a file");
    }
    let mut stored = BTreeMap::new();
    frozen(&folder, &folder, &mut stored);
    assert!(stored.len() > 30, "the fixture is not whole");
    assert_eq!(states(&stored), fs::read_to_string(folder.join("states.txt")).expect("the states"));
}

#[test]
fn this_version_writes_format_1_byte_for_byte() {
    let mut stored = BTreeMap::new();
    frozen(&folder(), &folder(), &mut stored);
    assert_eq!(files(), stored);
}

#[test]
fn a_newer_format_is_refused_and_an_unknown_kind_is_an_entry_all_the_same() {
    let newer = format::write_head(&Head { format: 2, ..head() });
    assert!(format::read_head(&newer).unwrap_err().contains("format 2"));
    let slot: Slot = "welcome/once/news".parse().expect("a slot");
    let why = format::read_entry(
        slot.clone(),
        "1.blessing.toml",
        "by = \"x\"\nnonce = \"x\"\nclone = \"x\"\nat = 2027-01-18T09:00:00Z\n",
    );
    let why = why.unwrap_err();
    let ledger = Ledger::fold(Head::default(), Vec::new(), vec![(slot.clone(), why)]);
    assert!(
        matches!(ledger.state(&slot), kalends::ledger::State::Broken { .. }),
        "it exists, so it is not due"
    );
}
