//! What can be mended without touching a word.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use toml_edit::{Array, DocumentMut, Item, Value};

use crate::finding::{Content, File};

use super::schedule::folder_of;
use super::{Calendar, Post};

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// A file is moved, with all that is in it.
    Move {
        /// Where it lies.
        from: String,
        /// Where it belongs; nothing lies there.
        to: String,
    },
    /// A file is written anew, before it is moved.
    Rewrite {
        /// Its path.
        file: String,
        /// What it then holds.
        text: String,
    },
}

/// Finds what can be mended without touching a word: a post in another month's folder is moved, the days that a repeat
/// leaves out are sorted, and what is named twice in a list is named once. Comments stay where they are.
///
/// Rewrites come before moves. A move never goes where a file is, and its post keeps its id, which is its file's name.
pub fn fixes(calendar: &Calendar, files: &[File]) -> Vec<Fix> {
    let texts: BTreeMap<&str, &str> = files
        .iter()
        .filter_map(|file| match &file.content {
            Content::Text(text) => Some((file.path.as_str(), text.as_str())),
            _ => None,
        })
        .collect();
    let mut taken: BTreeSet<String> = files.iter().map(|file| file.path.to_lowercase()).collect();
    let (mut rewrites, mut moves) = (Vec::new(), Vec::new());
    for post in calendar.every_post() {
        if let Some(text) = texts.get(post.file.as_str()).and_then(|text| sorted(text)) {
            rewrites.push(Fix::Rewrite { file: post.file.clone(), text });
        }
        if let Some(to) = home(post).filter(|to| taken.insert(to.to_lowercase())) {
            moves.push(Fix::Move { from: post.file.clone(), to });
        }
    }
    rewrites.append(&mut moves);
    rewrites
}

/// Returns where a post belongs, if it lies elsewhere.
fn home(post: &Post) -> Option<String> {
    let (folder, name) = post.file.rsplit_once('/')?;
    let home = folder_of(post.at.as_ref()?.value.date());
    (home != folder).then(|| format!("{home}/{name}"))
}

/// Returns a file with its lists in order, if they were not and the file is whole.
fn sorted(text: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let mut changed =
        document.get_mut("repeat").and_then(|repeat| repeat.get_mut("except")).is_some_and(sort_days);
    for key in ["to", "tags"] {
        changed |= document.get_mut(key).is_some_and(|list| once(list, key == "tags"));
    }
    changed.then(|| document.to_string())
}

/// Sorts a list of days, where nothing but days stands in it, and takes out what is there twice.
fn sort_days(item: &mut Item) -> bool {
    let Some(array) = plain(item) else { return false };
    let day = |value: &Value| value.as_datetime()?.to_string().parse::<NaiveDate>().ok();
    let Some(days) = array.iter().map(day).collect::<Option<Vec<NaiveDate>>>() else { return false };
    if days.is_sorted_by(|a, b| a < b) {
        return false;
    }
    array.sort_by_key(day);
    let mut last = None;
    array.retain(|value| {
        let found = day(value);
        std::mem::replace(&mut last, found) != found
    });
    array.fmt();
    true
}

/// Takes out of a list what stands in it before.
fn once(item: &mut Item, blind_to_case: bool) -> bool {
    let Some(array) = plain(item) else { return false };
    let name = |value: &Value| {
        value.as_str().map(|name| if blind_to_case { name.to_lowercase() } else { name.to_owned() })
    };
    let mut seen = BTreeSet::new();
    let before = array.len();
    array.retain(|value| name(value).is_none_or(|name| seen.insert(name)));
    array.len() < before
}

/// Returns a list that has no comments between its values, which would lose their place.
fn plain(item: &mut Item) -> Option<&mut Array> {
    let array = item.as_array_mut()?;
    let has_comment = array.to_string().contains('#')
        && array.iter().any(|value| {
            let decor = value.decor();
            [decor.prefix(), decor.suffix()]
                .into_iter()
                .flatten()
                .any(|raw| raw.as_str().is_some_and(|raw| raw.contains('#')))
        });
    let trailing = array.trailing().as_str().is_some_and(|raw| raw.contains('#'));
    (!has_comment && !trailing).then_some(array)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FEED, ROOT, files};
    use super::*;

    fn fixed(posts: &[(&str, &str)]) -> Vec<Fix> {
        let all: Vec<_> = [ROOT, FEED].into_iter().chain(posts.iter().copied()).collect();
        let files = files(&all);
        fixes(&super::super::read(&files).0, &files)
    }

    #[test]
    fn a_post_moves_to_its_month_and_never_onto_another() {
        let post = "at = 2027-02-18T09:00:00\nto = [\"news\"]\ntext = \"Hi\"\n";
        let moved = Fix::Move { from: "posts/2027/01/a.toml".into(), to: "posts/2027/02/a.toml".into() };
        assert_eq!(fixed(&[("posts/2027/01/a.toml", post)]), [moved]);
        assert_eq!(fixed(&[("posts/2027/01/a.toml", post), ("posts/2027/02/a.toml", post)]), []);
        assert_eq!(fixed(&[("posts/2027/02/a.toml", post)]), []);
    }

    #[test]
    fn lists_are_put_in_order_and_comments_stay() {
        let post = "# why\nat = 2027-02-18T09:00:00 # when\nto = [\"news\", \"news\"]\ntext = \"Hi\"\n[repeat]\nevery = \"day\"\nexcept = [2027-03-02, 2027-03-01, 2027-03-02] # closed\n";
        let text = post
            .replace("[\"news\", \"news\"]", "[\"news\"]")
            .replace("2027-03-02, 2027-03-01, 2027-03-02", "2027-03-01, 2027-03-02");
        let expected = Fix::Rewrite { file: "posts/2027/02/a.toml".into(), text: text.clone() };
        assert_eq!(fixed(&[("posts/2027/02/a.toml", post)]), [expected]);
        assert_eq!(fixed(&[("posts/2027/02/a.toml", &text)]), []);
    }

    #[test]
    fn a_list_with_comments_in_it_is_left_alone() {
        let post = "at = 2027-02-18T09:00:00\nto = [\"news\"]\ntext = \"Hi\"\n[repeat]\nevery = \"day\"\nexcept = [\n  2027-03-02, # Carnival\n  2027-03-01,\n]\n";
        assert_eq!(fixed(&[("posts/2027/02/a.toml", post)]), []);
    }
}
