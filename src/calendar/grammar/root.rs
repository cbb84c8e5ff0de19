//! The grammar of `kalends.toml`.

use super::Type::{Choices, Count, Duration, Flag, Ids, Language, Line, Lines, Table, Tables, Url, Zone};
use super::{Key, ROLES, may, must, signed};

pub(super) const KALENDS: &[Key] = &[
    must("name", Line, "The organisation's name."),
    must("zone", Zone, "The time zone of every wall clock that names no other, such as `Europe/Lisbon`."),
    may("language", Language, "The language of texts that name no other, such as `en` or `pt-PT`."),
    may("url", Url, "The organisation's own page."),
    may(
        "publish",
        Table(&[
            may("late", Duration, "How late a post may still go out; later it is missed. `2h` if absent."),
            may(
                "burst",
                Count,
                "The most that one run sends to one account; the rest waits for the next run.",
            ),
        ]),
        "How posts are published.",
    ),
    may(
        "ledger",
        Table(&[
            may("branch", Line, "The branch that the ledger is kept on; `ledger` if absent."),
            may(
                "remote",
                Line,
                "The git remote that every claim is pushed to; absent for one machine alone.",
            ),
        ]),
        "Where the record of what happened is kept.",
    ),
    may(
        "requests",
        Table(&[may(
            "lead",
            Duration,
            "How long before its day a request should have been taken care of; `7d` if absent.",
        )]),
        "What departments ask for.",
    ),
    may(
        "changes",
        Table(&[
            may(
                "signed",
                Flag,
                "Whether every commit of a branch must be signed with its author's key; not if absent.",
            ),
            may(
                "allow",
                Tables(&[
                    must("files", Lines, "The folders and files that it is about, such as `protocols`."),
                    may("roles", Choices(ROLES), "Who may change them, by what they are."),
                    may("people", Ids, "Who may change them, by name."),
                ]),
                "Who may change what beyond what their role lets them.",
            ),
        ]),
        "Who may change what, in branches that want to enter the one that says so.",
    ),
    may(
        "approval",
        Tables(signed::RULE),
        "What must be approved by whom; a post needs every rule that is about it.",
    ),
];
