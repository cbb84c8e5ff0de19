//! Protocols, the kinds of rule that they may have, and facts: what each takes.

use super::super::model::Readers;
use super::Type::{
    Choice, Choices, Count, Date, DateTime, Dates, Duration, Flag, Ids, Kinds, Line, Lines, Number, Pattern,
    Text, Time, Whole, Zone,
};
use super::{Key, may, must};
use crate::text::Platform;

/// The ids of the platforms.
const PLATFORMS: &[&str] = &{
    let mut ids = [""; Platform::ALL.len()];
    let mut at = 0;
    while at < ids.len() {
        ids[at] = Platform::ALL[at].id();
        at += 1;
    }
    ids
};

/// One kind of table, of several that may stand in a list.
#[derive(Debug, Clone, Copy)]
pub struct Variety {
    /// The word that its `kind` says.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// The keys that it may have.
    pub keys: &'static [Key],
}

macro_rules! rule {
    ($($key:expr),* $(,)?) => {
        &[
            must("kind", Line, "What the rule looks at."),
            must("say", Line, "What is said where a post breaks the rule, in one sentence."),
            may("severity", Choice(&["error", "warning"]), "Whether it holds a post or only warns; `error` if absent."),
            may("departments", Ids, "The departments that it is for; all if absent."),
            may("accounts", Ids, "The accounts that it is for; all if absent."),
            may("platforms", Choices(PLATFORMS), "The platforms that it is for; all if absent."),
            may("campaigns", Ids, "The campaigns that it is for; all posts if absent."),
            may("topics", Ids, "The topics that it is for; all posts if absent."),
            $($key,)*
        ]
    };
}

macro_rules! rule_of_texts {
    ($($key:expr),* $(,)?) => {
        rule!(
            $($key,)*
            may("good", Lines, "Texts that keep the rule; `check` tries them."),
            may("bad", Lines, "Texts that break it; `check` tries them."),
        )
    };
}

const WORDS: Key =
    must("words", Lines, "Words or phrases, whole and in any case; each inflection by itself.");

const READERS: &[&str] = &[Readers::ALL[0].0, Readers::ALL[1].0];

/// The keys of a protocol.
pub(super) const PROTOCOL: &[Key] = &[
    must("title", Line, "What the protocol is about."),
    may("text", Text, "The protocol in words, for people."),
    may("revision", Count, "Which revision it is, for people."),
    may("note", Text, "What its keepers tell each other; no part of what people agree to."),
    may(
        "acknowledge",
        Choice(READERS),
        "Who signs that they read it before their posts go out: the departments' coordinators, or every author too; nobody if absent.",
    ),
    may(
        "training",
        Ids,
        "Trainings that those who answer for it have done before their posts go out: the departments' coordinators, and \
         with `acknowledge = \"everyone\"` every author.",
    ),
    may("rule", Kinds(RULES), "What the program looks at in every post."),
];

/// The keys of a fact.
pub(super) const FACT: &[Key] = &[
    must("statement", Line, "The fact in one sentence, as a post may say it."),
    must("source", Line, "Where it comes from."),
    may("pattern", Pattern, "How posts speak of it; what `(?<value>…)` matches must be its value."),
    may(
        "words",
        Lines,
        "Words that tell, all in one sentence, that a post speaks of it; the sentence's number must be its value.",
    ),
    may("value", Line, "The value, such as `12400`; a statement without a number has none."),
    may(
        "severity",
        Choice(&["error", "warning"]),
        "Whether a post that says otherwise is held or only warned of; `error` if absent.",
    ),
    may("expires", Date, "The last day on which it may be said unchecked."),
];

/// Every kind of rule.
pub const RULES: &[Variety] = &[
    Variety {
        name: "forbidden-words",
        doc: "Words that no post says, however they are dressed up.",
        keys: rule_of_texts!(WORDS, may("instead", Line, "What to say instead.")),
    },
    Variety {
        name: "required-words",
        doc: "Words of which a post says one, or all.",
        keys: rule_of_texts!(WORDS, may("all", Flag, "Whether all must be there, not only one.")),
    },
    Variety {
        name: "pattern",
        doc: "A pattern that no text has in it, or that each must.",
        keys: rule_of_texts!(
            must("pattern", Pattern, "A regular expression, as the Rust crate `regex` reads it."),
            may("required", Flag, "Whether it must be there; it must not if absent."),
        ),
    },
    Variety {
        name: "alt-text",
        doc: "Pictures have words for those who cannot see them, and words that help.",
        keys: rule_of_texts!(may("least", Count, "The fewest characters.")),
    },
    Variety {
        name: "hashtags",
        doc: "How tags are written, where they stand, and how many there are.",
        keys: rule_of_texts!(
            may("case", Choice(&["camel"]), "`camel`: each word begins with a capital, as in `OpenDay`."),
            may("place", Choice(&["end"]), "`end`: behind the text, none in it."),
            may("most", Whole, "The most tags of a post."),
            may("known", Lines, "Tags as the house writes them, without `#`."),
        ),
    },
    Variety {
        name: "capitals",
        doc: "No words in capitals throughout.",
        keys: rule_of_texts!(
            may("allowed", Lines, "Acronyms and names that are written so."),
            may("least", Count, "From how many letters on; 3 if absent."),
        ),
    },
    Variety {
        name: "emoji",
        doc: "Emoji sparingly.",
        keys: rule_of_texts!(must("most", Whole, "The most of a text, as people see them.")),
    },
    Variety {
        name: "disclosure",
        doc: "Advertising says that it is, early and in plain words.",
        keys: rule_of_texts!(
            must(
                "words",
                Lines,
                "What says so, such as `#ad`, `Anzeige`, `publicidade`: one of them must be there."
            ),
            may(
                "when",
                Lines,
                "Names that make a post advertising; every post that the rule is for if absent."
            ),
            may(
                "within",
                Count,
                "By which character it must be said; 125 if absent, before any network folds a text."
            ),
        ),
    },
    Variety {
        name: "link",
        doc: "A post has a link, and the link says which campaign it is of.",
        keys: rule_of_texts!(
            may("required", Flag, "Whether there must be one; there must if absent."),
            may(
                "medium",
                Line,
                "What `utm_medium` says; with it links of campaigns carry `utm_campaign` too."
            ),
            may("source", Line, "What `utm_source` says."),
            may("hosts", Lines, "The sites whose links are counted; that of kalends.toml's `url` if absent."),
        ),
    },
    Variety {
        name: "reading-ease",
        doc: "Texts that are easy to read, by the formula of their language.",
        keys: rule_of_texts!(
            must("least", Number, "The lowest score: 100 is a child's book, 60 a newspaper, 30 a thesis."),
            may("languages", Lines, "The languages that it is for, such as `en`; all if absent."),
        ),
    },
    Variety { name: "goal", doc: "A post serves a goal, its own or its campaign's.", keys: rule!() },
    Variety {
        name: "spacing",
        doc: "The time between two posts of an account.",
        keys: rule!(must("least", Duration, "The least time.")),
    },
    Variety {
        name: "quota",
        doc: "The most posts of a department; what its own file says, where the rule says nothing.",
        keys: rule!(
            may("day", Count, "The most of a day."),
            may("week", Count, "The most of a week, from Monday on.")
        ),
    },
    Variety {
        name: "quiet-hours",
        doc: "Hours at which nothing goes out.",
        keys: rule!(
            must("from", Time, "When they begin."),
            must("until", Time, "When they end; on the next day if that is earlier."),
            may("zone", Zone, "The audience's time zone; the calendar's if absent."),
        ),
    },
    Variety {
        name: "blackout",
        doc: "Days on which nothing goes out.",
        keys: rule!(
            may("days", Dates, "Single days."),
            may("from", Date, "The first of several."),
            may("until", Date, "The last of them."),
        ),
    },
    Variety {
        name: "embargo",
        doc: "Something that nobody hears of before a moment.",
        keys: rule_of_texts!(
            must("until", DateTime, "The wall clock from which on it may be told."),
            may("zone", Zone, "Its time zone; the calendar's if absent."),
            may("words", Lines, "What tells of it; all that the rule is for if absent."),
        ),
    },
    Variety {
        name: "approvals",
        doc: "How many coordinators or managers approve of a post; [[approval]] in kalends.toml says more.",
        keys: rule!(must("needed", Count, "How many, other than its author.")),
    },
];
