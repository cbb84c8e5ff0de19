//! The files of a first calendar.

use chrono::NaiveDateTime;

use crate::time::{Fold, Zone};

/// Returns the files of a first calendar, with a post that is due at `at`.
pub fn files(name: &str, zone: &Zone, (at, fold): (NaiveDateTime, Option<Fold>)) -> Vec<(String, String)> {
    let post = format!("posts/{}/{}-hello.toml", at.format("%Y/%m"), at.format("%Y-%m-%d"));
    vec![
        ("kalends.toml".to_owned(), root(name, zone)),
        ("accounts/news.toml".to_owned(), account(name)),
        (post, first_post(name, at, fold)),
        (
            ".gitignore".to_owned(),
            "# What kalends writes: the feeds, the site, and what it keeps for itself.\n/public/\n/site/\n/.kalends/\n"
                .to_owned(),
        ),
    ]
}

/// Returns text as TOML writes it, with its quotes.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

fn root(name: &str, zone: &Zone) -> String {
    format!(
        "# This file marks the calendar's root. Every other file is one thing, and its name is that thing's id.
name = {name}
zone = {zone}   # every `at` is a wall clock here

[publish]
late = \"2h\"     # how late a post may still go out; later it is missed, and says so

[ledger]
branch = \"ledger\"   # what happened is written to this git branch, never to the files
# remote = \"origin\" # with a remote, several machines may publish, and nothing goes out twice

# [[approval]]          # who must approve what, with an ssh key: kalends approve --help
# by = [\"coordinator\"]
",
        name = quoted(name),
        zone = quoted(zone.name()),
    )
}

fn account(name: &str) -> String {
    format!(
        "# A feed: kalends writes Atom, JSON Feed and a page to read into `folder`. No network, no password.
platform = \"feed\"
title = {}
folder = \"public/news\"
",
        quoted(name)
    )
}

fn first_post(name: &str, at: NaiveDateTime, fold: Option<Fold>) -> String {
    let fold = fold.map_or_else(String::new, |fold| {
        format!("fold = \"{}\"   # the clocks show this time twice today\n", fold.as_str())
    });
    format!(
        "# One post. Its id is its file's name; its folder is the month of `at`.
at = {}
{fold}to = [\"news\"]
title = {}
text = \"\"\"
This is our first post. It was written in a text file, and it went out once.
\"\"\"
",
        at.format("%Y-%m-%dT%H:%M:%S"),
        quoted(&format!("Hello from {name}")),
    )
}
