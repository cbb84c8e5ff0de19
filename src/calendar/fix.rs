//! What can be mended without touching a word.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use crate::finding::{Content, File};

use super::schedule::folder_of;
use super::track;
use super::{Account, Body, Calendar, Post};

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
        /// What is mended in it: `sort`, `link`, or `mend` for both.
        what: &'static str,
        /// What it then holds.
        text: String,
    },
}

/// Finds what can be mended without touching a word: a post in another month's folder is moved, the days that a repeat
/// leaves out are sorted, what is named twice in a list is named once, and a link says which campaign it is of, where a
/// protocol wants it. Comments stay where they are.
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
        if let Some((what, text)) =
            texts.get(post.file.as_str()).and_then(|text| rewritten(calendar, post, text))
        {
            rewrites.push(Fix::Rewrite { file: post.file.clone(), what, text });
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

/// Returns a file mended and what was, if something was to mend and the file is whole.
fn rewritten(calendar: &Calendar, post: &Post, text: &str) -> Option<(&'static str, String)> {
    let mut document: DocumentMut = text.parse().ok()?;
    let what = match (sorted(&mut document), tracked(calendar, post, &mut document)) {
        (true, true) => "mend",
        (true, false) => "sort",
        (false, true) => "link",
        (false, false) => return None,
    };
    Some((what, document.to_string()))
}

/// Puts a post's lists in order, and tells whether they were not.
fn sorted(document: &mut DocumentMut) -> bool {
    let mut changed =
        document.get_mut("repeat").and_then(|repeat| repeat.get_mut("except")).is_some_and(sort_days);
    for key in ["to", "tags"] {
        changed |= document.get_mut(key).is_some_and(|list| once(list, key == "tags"));
    }
    changed
}

/// Writes into a post's links what protocols want them to say, and tells whether any was without.
///
/// A link that stands in the text too is left alone: the text is the author's.
fn tracked(calendar: &Calendar, post: &Post, document: &mut DocumentMut) -> bool {
    if !calendar.counts_links(post) {
        return false;
    }
    let bodies = || std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value));
    let says = |link: &str| {
        let parts = |body: &'_ Body| body.thread.iter().flatten().any(|part| part.text.text.contains(link));
        bodies().any(|body| body.text.as_ref().is_some_and(|text| text.text.contains(link)) || parts(body))
    };
    let mut changed = false;
    let mut mend = |table: &mut dyn TableLike, accounts: &[&Account]| {
        let Some(value) = table.get_mut("link").and_then(Item::as_value_mut) else { return };
        let Some(link) = value.as_str().map(str::to_owned).filter(|link| !says(link)) else { return };
        // What rules disagree on is for people to decide.
        if let Some(link) = track::tracked(&link, &calendar.wants(post, accounts, &link).marks) {
            let decor = value.decor().clone();
            *value = Value::from(link);
            *value.decor_mut() = decor;
            changed = true;
        }
    };
    let accounts: Vec<&Account> =
        post.to.value.iter().filter_map(|to| calendar.accounts.get(&to.value)).collect();
    let variant = |account: &Account| post.variants.get(&account.id).map(|variant| &variant.value);
    // What every account says otherwise may yet be said on any of them.
    let without = |has: fn(&Body) -> bool| -> Vec<&Account> {
        let own: Vec<&Account> =
            accounts.iter().copied().filter(|account| !variant(account).is_some_and(has)).collect();
        if own.is_empty() { accounts.clone() } else { own }
    };
    let (of_link, of_thread) = (without(|body| body.link.is_some()), without(|body| body.thread.is_some()));
    each_body(document.as_table_mut(), (&of_link, &of_thread), &mut mend);
    if let Some(variants) = document.get_mut("for").and_then(Item::as_table_like_mut) {
        for (name, variant) in variants.iter_mut() {
            let own: Vec<&Account> =
                accounts.iter().copied().filter(|account| account.id.as_str() == name.get()).collect();
            let table = variant.as_table_like_mut().into_iter();
            table.for_each(|table| each_body(table, (&own, &own), &mut mend));
        }
    }
    changed
}

/// Gives a body's table, and those of its thread's parts, to a function, with the accounts that show each.
fn each_body(
    body: &mut dyn TableLike,
    (of_link, of_thread): (&[&Account], &[&Account]),
    give: &mut impl FnMut(&mut dyn TableLike, &[&Account]),
) {
    give(body, of_link);
    match body.get_mut("thread") {
        Some(Item::ArrayOfTables(parts)) => parts.iter_mut().for_each(|part| give(part, of_thread)),
        Some(Item::Value(Value::Array(parts))) => {
            parts.iter_mut().filter_map(Value::as_inline_table_mut).for_each(|part| give(part, of_thread));
        }
        _ => {}
    }
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
        let expected = Fix::Rewrite { file: "posts/2027/02/a.toml".into(), what: "sort", text: text.clone() };
        assert_eq!(fixed(&[("posts/2027/02/a.toml", post)]), [expected]);
        assert_eq!(fixed(&[("posts/2027/02/a.toml", &text)]), []);
    }

    #[test]
    fn links_say_their_campaign_and_comments_stay() {
        let protocol = "title = \"Links\"\n[[rule]]\nkind = \"link\"\nsay = \"Counted\"\nmedium = \"social\"\nhosts = [\"a.example\"]\n";
        let campaign = ("campaigns/c.toml", "name = \"C\"\n");
        let post = "at = 2027-02-18T09:00:00\nto = [\"news\"]\ncampaign = \"c\"\ntext = \"Hi\"\n\
                    link = \"https://a.example/b#top\" # the page\n[[thread]]\ntext = \"T https://www.a.example/d\"\n\
                    link = \"https://www.a.example/d\"\n[for.news]\nlink = 'https://other.example' # theirs\n\
                    thread = [{ text = \"U\", link = \"https://a.example/e\" }]\n";
        let path = "posts/2027/02/a.toml";
        let mark = "?utm_medium=social&utm_campaign=c";
        let text = post
            .replace("/b#top", &format!("/b{mark}#top"))
            .replace("a.example/e", &format!("a.example/e{mark}"));
        let protocol = ("protocols/links.toml", protocol);
        let expected = Fix::Rewrite { file: path.into(), what: "link", text: text.clone() };
        assert_eq!(fixed(&[protocol, campaign, (path, post)]), [expected]);
        assert_eq!(fixed(&[protocol, campaign, (path, &text)]), []);
        assert_eq!(fixed(&[protocol, (path, &post.replace("campaign = \"c\"\n", ""))]), []);
    }

    #[test]
    fn a_link_of_which_two_rules_want_different_things_is_left_to_people() {
        let rule = |platform: &str, medium: &str| {
            format!(
                "[[rule]]\nkind = \"link\"\nsay = \"Counted\"\nsource = \"{platform}\"\nmedium = \"{medium}\"\n\
                 platforms = [\"{platform}\"]\n"
            )
        };
        let protocol = format!("title = \"Links\"\n{}{}", rule("feed", "social"), rule("x", "social"));
        let rest = [
            super::super::tests::X,
            ("protocols/links.toml", protocol.as_str()),
            ("campaigns/c.toml", "name = \"C\"\n"),
        ];
        let post = "at = 2027-02-18T09:00:00\nto = [\"news\", \"x\"]\ncampaign = \"c\"\ntext = \"Hi\"\n\
                    link = \"https://a.example/b\"\n";
        let path = "posts/2027/02/a.toml";
        let fixed = |post: &str| match fixed(&[&rest[..], &[(path, post)]].concat()).as_slice() {
            [Fix::Rewrite { text, .. }] => text.clone(),
            other => format!("{other:?}"),
        };
        let agreed = post.replace("/b", "/b?utm_medium=social&utm_campaign=c");
        assert_eq!(fixed(post), agreed);
        let own = format!("{agreed}[for.x]\nlink = \"https://a.example/b\"\n");
        let expected = agreed.replace("utm_campaign=c", "utm_campaign=c&utm_source=feed")
            + "[for.x]\nlink = \"https://a.example/b?utm_source=x&utm_medium=social&utm_campaign=c\"\n";
        assert_eq!(fixed(&own), expected);
        assert_eq!(fixed(&expected), "[]");
    }

    #[test]
    fn a_list_with_comments_in_it_is_left_alone() {
        let post = "at = 2027-02-18T09:00:00\nto = [\"news\"]\ntext = \"Hi\"\n[repeat]\nevery = \"day\"\nexcept = [\n  2027-03-02, # Carnival\n  2027-03-01,\n]\n";
        assert_eq!(fixed(&[("posts/2027/02/a.toml", post)]), []);
    }
}
