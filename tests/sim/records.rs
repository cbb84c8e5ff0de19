//! The ledger's own rules: the table of transitions, the fold, the format, the head.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use crate::draft::{Digest, Slot};
use crate::ledger::format::{entry_path, read_entry, read_head, slot_of_path, write_entry, write_head};
use crate::ledger::{
    Claim, Decision, Entry, Evidence, Fact, Halt, Hand, Head, Illegal, Receipt, Record, Refusal, Release,
    Sending, State, Upload,
};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 5_000_000).unwrap()
}

fn digest() -> Digest {
    Digest::parse(&format!("sha256:{}", "0a".repeat(32))).unwrap()
}

fn slot() -> Slot {
    "2027-01-18-open-day/once/mastodon".parse().unwrap()
}

fn sending(replays: Option<u32>) -> Fact {
    Fact::Sending(Sending {
        digest: digest(),
        due: at(0),
        until: at(7200),
        key: "key".to_owned(),
        payload: "words".to_owned(),
        first_at: at(1),
        replays,
    })
}

fn release(proven: bool) -> Fact {
    Fact::Release(Release { why: "why".to_owned(), retry_at: None, proven })
}

/// Every kind of fact, by the word that this test calls it.
fn facts() -> Vec<(&'static str, Fact)> {
    let why = || "why".to_owned();
    vec![
        (
            "claim",
            Fact::Claim(Claim { digest: digest(), due: at(0), until: at(600), commit: "c".to_owned() }),
        ),
        ("uploads", Fact::Uploads(vec![Upload { sha256: "5e".to_owned(), id: "7".to_owned(), at: at(0) }])),
        ("sending", sending(None)),
        ("replay", sending(Some(1))),
        (
            "receipt",
            Fact::Receipt(Receipt {
                id: "7".to_owned(),
                revision: None,
                url: None,
                evidence: Evidence::Answer,
            }),
        ),
        ("refusal", Fact::Refusal(Refusal { why: why(), retry_at: None })),
        ("unsent", release(false)),
        ("proven", release(true)),
        ("doubt", Fact::Doubt(why())),
        ("fence", Fact::Fence(why())),
        ("missed", Fact::Missed(why())),
        ("cancel", Fact::Cancel(why())),
        ("delivered", Fact::Decision(Decision::Delivered { url: None })),
        ("released", Fact::Decision(Decision::Released)),
        ("retraction", Fact::Retraction(why())),
        ("gone", Fact::Gone),
    ]
}

fn fact(word: &str) -> Fact {
    facts().into_iter().find(|(other, _)| *other == word).unwrap().1
}

fn entry(attempt: u32, nonce: &str, fact: Fact) -> Entry {
    let hand = Hand { by: "r".to_owned(), nonce: nonce.to_owned(), clone: "c".to_owned(), at: at(10) };
    Entry { slot: slot(), attempt, hand, fact }
}

fn story(words: &[(u32, &str)]) -> Record {
    Record::fold(words.iter().map(|(attempt, word)| entry(*attempt, "n", fact(word))).collect())
}

/// Every state, each reached by a legal story of attempt 1.
fn states() -> Vec<(&'static str, Record)> {
    vec![
        ("absent", story(&[])),
        ("claimed", story(&[(1, "claim")])),
        ("sending", story(&[(1, "claim"), (1, "sending")])),
        ("doubt", story(&[(1, "claim"), (1, "sending"), (1, "doubt")])),
        ("published", story(&[(1, "claim"), (1, "sending"), (1, "receipt")])),
        ("retracting", story(&[(1, "claim"), (1, "sending"), (1, "receipt"), (1, "retraction")])),
        ("gone", story(&[(1, "claim"), (1, "sending"), (1, "receipt"), (1, "retraction"), (1, "gone")])),
        ("refused", story(&[(1, "claim"), (1, "sending"), (1, "refusal")])),
        ("released", story(&[(1, "claim"), (1, "unsent")])),
        ("proven absent", story(&[(1, "claim"), (1, "sending"), (1, "doubt"), (1, "proven")])),
        ("missed", story(&[(1, "missed")])),
        ("cancelled", story(&[(1, "cancel")])),
        ("broken", story(&[(1, "gone")])),
    ]
}

/// What may follow each state: the fact, whether in this attempt or the next, and whether only its own process may.
/// A state by its name, and what is legal in it: the fact, the attempt, and whether only for the same process.
type Line = (&'static str, &'static [(&'static str, u32, bool)]);

const TABLE: &[Line] = &[
    ("absent", &[("claim", 1, false), ("missed", 1, false), ("cancel", 1, false), ("delivered", 1, false)]),
    (
        "claimed",
        &[
            ("claim", 2, false),
            ("uploads", 1, true),
            ("sending", 1, true),
            ("unsent", 1, true),
            ("proven", 1, true),
            ("missed", 2, false),
            ("cancel", 2, false),
            ("delivered", 2, false),
        ],
    ),
    (
        "sending",
        &[
            ("replay", 2, false),
            ("receipt", 1, false),
            ("refusal", 1, true),
            ("unsent", 1, true),
            ("proven", 1, false),
            ("doubt", 1, false),
            ("fence", 1, false),
            ("delivered", 1, false),
            ("released", 1, false),
        ],
    ),
    (
        "doubt",
        &[
            ("replay", 2, false),
            ("receipt", 1, false),
            ("proven", 1, false),
            ("fence", 1, false),
            ("delivered", 1, false),
            ("released", 1, false),
        ],
    ),
    ("published", &[("retraction", 1, false)]),
    ("retracting", &[("gone", 1, false)]),
    ("gone", &[]),
    (
        "refused",
        &[
            ("claim", 2, false),
            ("receipt", 1, false),
            ("missed", 2, false),
            ("cancel", 2, false),
            ("delivered", 2, false),
            ("released", 1, false),
        ],
    ),
    ("released", &[("claim", 2, false), ("missed", 2, false), ("cancel", 2, false), ("delivered", 2, false)]),
    (
        "proven absent",
        &[
            ("claim", 2, false),
            ("receipt", 1, false),
            ("missed", 2, false),
            ("cancel", 2, false),
            ("delivered", 2, false),
        ],
    ),
    ("missed", &[("cancel", 2, false), ("delivered", 2, false)]),
    ("cancelled", &[("delivered", 2, false)]),
    ("broken", &[]),
];

#[test]
fn every_fact_in_every_state_is_as_the_table_says() {
    for (name, record) in states() {
        let (_, row) = TABLE.iter().find(|(other, _)| *other == name).unwrap();
        for (word, fact) in facts() {
            for attempt in 1..=3 {
                for nonce in ["n", "other"] {
                    let found = record.permits(&entry(attempt, nonce, fact.clone()));
                    let allowed = row.iter().any(|(other, which, own)| {
                        *other == word && *which == attempt && (!own || nonce == "n")
                    });
                    let already = record.entries.contains(&entry(attempt, nonce, fact.clone()));
                    assert_eq!(
                        found == Err(Illegal::Already),
                        already,
                        "{name}, {attempt}.{word} by {nonce}"
                    );
                    assert_eq!(
                        found.is_ok(),
                        allowed && !already,
                        "{name}, {attempt}.{word} by {nonce}: {found:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_is_sent_again_with_other_bytes() {
    let doubt = story(&[(1, "claim"), (1, "sending"), (1, "doubt")]);
    let Fact::Sending(same) = sending(Some(1)) else { unreachable!() };
    for other in [
        Sending { key: "another".to_owned(), ..same.clone() },
        Sending { payload: "others".to_owned(), ..same.clone() },
        Sending { first_at: at(2), ..same.clone() },
        Sending { replays: None, ..same },
    ] {
        assert!(doubt.permits(&entry(2, "n", Fact::Sending(other))).is_err());
    }
}

#[test]
fn a_head_grows_by_one_and_lists_what_is_open() {
    let head = Head { id: "l".to_owned(), ..Head::default() };
    let open = story(&[(1, "claim"), (1, "sending"), (1, "doubt")]);
    let next = head.next("a", 3, [(&slot(), &open)]);
    assert_eq!((next.seq, next.entries, next.prev.as_str()), (1, 3, "a"));
    assert!(next.open.contains(&slot()));
    assert_eq!(head.refuses(&next, "a"), None);
    let closed = story(&[(1, "claim"), (1, "sending"), (1, "receipt")]);
    assert!(next.next("b", 1, [(&slot(), &closed)]).open.is_empty());
    for wrong in [
        Head { seq: 2, ..next.clone() },
        Head { id: "m".to_owned(), ..next.clone() },
        Head { prev: "z".to_owned(), ..next.clone() },
    ] {
        assert!(head.refuses(&wrong, "a").is_some(), "{wrong:?}");
    }
    assert!(next.refuses(&Head { seq: 2, entries: 2, prev: "b".to_owned(), ..next.clone() }, "b").is_some());
    let newer = write_head(&Head { format: 2, ..next });
    assert!(read_head(&newer).is_err(), "a newer format is read");
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let moment = (-1_000_000_000i64..1_000_000_000, 0u32..1_000_000_000).prop_map(|(seconds, nanos)| {
        at(0) + TimeDelta::seconds(seconds) + TimeDelta::nanoseconds(i64::from(nanos))
    });
    let words = any::<String>();
    let maybe = proptest::option::of(moment.clone());
    prop_oneof![
        (words, moment.clone(), moment.clone())
            .prop_map(|(commit, due, until)| { Fact::Claim(Claim { digest: digest(), due, until, commit }) }),
        (words, words, moment.clone(), moment.clone(), proptest::option::of(1u32..9)).prop_map(
            |(key, payload, due, first_at, replays)| {
                Fact::Sending(Sending { digest: digest(), due, until: due, key, payload, first_at, replays })
            }
        ),
        (words, proptest::option::of(words), any::<bool>()).prop_map(|(id, url, found)| {
            Fact::Receipt(Receipt {
                revision: url.clone().map(|url| format!("of {url}")),
                id,
                url,
                evidence: if found { Evidence::Found } else { Evidence::Answer },
            })
        }),
        (words, words, moment.clone()).prop_map(|(sha256, id, at)| {
            Fact::Uploads(vec![
                Upload { sha256: sha256.clone(), id, at },
                Upload { sha256, id: String::new(), at },
            ])
        }),
        (words, maybe.clone()).prop_map(|(why, retry_at)| Fact::Refusal(Refusal { why, retry_at })),
        (words, maybe, any::<bool>()).prop_map(|(why, retry_at, proven)| Fact::Release(Release {
            why,
            retry_at,
            proven
        })),
        words.prop_map(Fact::Doubt),
        words.prop_map(Fact::Fence),
        words.prop_map(Fact::Missed),
        words.prop_map(Fact::Cancel),
        words.prop_map(Fact::Retraction),
        proptest::option::of(words).prop_map(|url| Fact::Decision(Decision::Delivered { url })),
        Just(Fact::Decision(Decision::Released)),
        Just(Fact::Gone),
    ]
}

proptest! {
    #[test]
    fn an_entry_is_read_as_it_was_written(fact in any_fact(), attempt in 1u32..1000, by in any::<String>(), part in 1u32..4) {
        let mut entry = entry(attempt, "n", fact);
        entry.hand.by = by;
        entry.slot.part = part;
        let path = entry_path(&entry);
        let (slot, name) = slot_of_path(&path).unwrap();
        prop_assert_eq!(&slot, &entry.slot);
        prop_assert_eq!(read_entry(slot, name, &write_entry(&entry)), Ok(entry));
    }

    #[test]
    fn a_head_is_read_as_it_was_written(seq in 0u64..1 << 60, why in any::<String>(), halted in any::<bool>()) {
        let halt = halted.then(|| Halt { by: "p".to_owned(), why, since: "2027-01-01T00:00:00Z".to_owned() });
        let head = Head { seq, halt, id: "l".to_owned(), open: [slot()].into(), ..Head::default() };
        prop_assert_eq!(read_head(&write_head(&head)), Ok(head));
    }

    /// A legal story is told by drawing facts and keeping those that may follow; its entries fold to the same record
    /// in whatever order they are read.
    #[test]
    fn entries_fold_to_the_same_record_in_any_order(
        draws in proptest::collection::vec((0usize..15, 0u32..2, any::<bool>()), 1..60),
        seed in any::<u64>(),
    ) {
        let mut record = Record::default();
        let facts = facts();
        for (which, step, own) in draws {
            let mut fact = facts[which].1.clone();
            if let Fact::Sending(sending) = &mut fact {
                sending.replays = sending.replays.map(|_| record.attempt);
            }
            let entry = entry((record.attempt + step).max(1), if own { "n" } else { "other" }, fact);
            if record.permits(&entry).is_ok() {
                record.push(entry);
            }
        }
        let mut entries = record.entries.clone();
        let mut dice = super::dice::Dice::new(seed);
        for at in (1..entries.len()).rev() {
            entries.swap(at, dice.index(at + 1));
        }
        let folded = Record::fold(entries);
        prop_assert_eq!(&folded.state, &record.state);
        prop_assert_eq!(folded.attempt, record.attempt);
        let broken = matches!(record.state, State::Broken { .. });
        prop_assert!(!broken);
    }
}
