//! Mentions of people, in each platform's fashion.

use super::class::{is_latin_accent, is_space};
use super::tld;
use std::ops::Range;

/// The longest screen name that X reads, in bytes.
const SCREEN_NAME_BYTES_MAX: usize = 20;

/// The longest name of a list on X behind its first letter, in bytes.
const LIST_TAIL_BYTES_MAX: usize = 24;

/// How a platform writes a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handles {
    /// `@name`, and `@name/list`: X (`twitter-text`, js/src/extractMentionsOrListsWithIndices.js).
    Plain,
    /// `@name` for a neighbour, `@name@host` for the rest of the fediverse (Mastodon, app/models/account.rb).
    Fediverse,
    /// `@name.example`, where a handle is a domain: Bluesky (atproto,
    /// packages/api/src/rich-text/detection.ts).
    Domain,
}

/// A mention in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<'a> {
    /// Where it stands, in bytes, with its `@`.
    pub range: Range<usize>,
    /// Who is named, without `@`: a screen name, or on Bluesky the whole handle.
    pub name: &'a str,
    /// The list of theirs that is meant, without `/`.
    pub list: Option<&'a str>,
    /// The server they are on, without `@`.
    pub host: Option<&'a str>,
}

/// Finds every mention.
pub fn mentions(text: &str, handles: Handles) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    let mut spent = 0;
    for (at, _) in text.match_indices(is_at_sign) {
        if at < spent {
            continue;
        }
        let (mention, end) = match handles {
            Handles::Plain => plain(text, spent, at),
            Handles::Fediverse => fediverse(text, at),
            Handles::Domain => domain(text, at),
        };
        found.extend(mention);
        spent = end.unwrap_or(spent);
    }
    found
}

/// Names the person that the text replies to: the one it begins with.
pub fn reply(text: &str) -> Option<&str> {
    let start = text.len() - text.trim_start_matches(is_space).len();
    let sign = text.get(start..)?.chars().next().filter(|c| is_at_sign(*c))?;
    let (name, end) = screen_name(text, start + sign.len_utf8())?;
    (!continues(text, end)).then_some(name)
}

fn is_at_sign(c: char) -> bool {
    matches!(c, '@' | '＠')
}

/// Where the character at `at` ends.
fn behind(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(text.len(), |c| at + c.len_utf8())
}

/// The run of bytes from `start` that `fits`, which takes only ASCII, of at most `bytes_max`.
fn run(text: &str, start: usize, bytes_max: usize, fits: impl Fn(u8) -> bool) -> &str {
    let length = text.bytes().skip(start).take(bytes_max).take_while(|b| b.is_ascii() && fits(*b)).count();
    text.get(start..start + length).unwrap_or_default()
}

/// The screen name that begins at `start`, and where it ends.
fn screen_name(text: &str, start: usize) -> Option<(&str, usize)> {
    let name = run(text, start, SCREEN_NAME_BYTES_MAX, |b| b.is_ascii_alphanumeric() || b == b'_');
    (!name.is_empty()).then_some((name, start + name.len()))
}

/// Whether what follows shows that the name before is none: part of an address, or of a longer word.
fn continues(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    rest.starts_with("://") || rest.starts_with(|c| is_at_sign(c) || is_latin_accent(c))
}

/// Reads X's mention whose sign is at `at`, and where it ends even if it then proves to be none; what is
/// before `spent` belongs to another.
fn plain(text: &str, spent: usize, at: usize) -> (Option<Mention<'_>>, Option<usize>) {
    let start = behind(text, at);
    let before = text.get(spent..at).unwrap_or_default();
    let may_begin = match before.chars().next_back() {
        None => at == 0,
        Some(c) => {
            let bars = |c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠')
            };
            !bars(c) || follows_retweet(before, spent == 0)
        }
    };
    let Some((name, mut end)) = screen_name(text, start).filter(|_| may_begin) else {
        return (None, None);
    };
    let list = text.get(end..).filter(|rest| rest.starts_with('/')).and_then(|_| list_name(text, end + 1));
    end += list.map_or(0, |list| 1 + list.len());
    ((!continues(text, end)).then_some(Mention { range: at..end, name, list, host: None }), Some(end))
}

/// Whether a text ends with the `RT` of old retweets, which may touch the mention.
fn follows_retweet(before: &str, from_start: bool) -> bool {
    let before = before.strip_suffix(':').unwrap_or(before);
    let Some(at) = before.len().checked_sub(2) else { return false };
    let (Some(head), Some(tail)) = (before.get(..at), before.get(at..)) else { return false };
    let bars = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '~' | '.' | '-');
    tail.eq_ignore_ascii_case("rt") && head.chars().next_back().map_or(from_start, |c| !bars(c))
}

/// The name of a list that begins at `start`.
fn list_name(text: &str, start: usize) -> Option<&str> {
    text.as_bytes().get(start).filter(|b| b.is_ascii_alphabetic())?;
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    Some(run(text, start, 1 + LIST_TAIL_BYTES_MAX, is_name))
}

/// Reads a mention of the fediverse whose sign is at `at`, and where it ends.
fn fediverse(text: &str, at: usize) -> (Option<Mention<'_>>, Option<usize>) {
    let start = behind(text, at);
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let bars = |c: char| c.is_alphanumeric() || matches!(c, '_' | '=' | '/');
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let name = run(text, start, text.len(), is_name).trim_end_matches(['.', '-']);
    let signs_and_name =
        text.get(at..).is_some_and(|rest| rest.starts_with('@')) && !before.is_some_and(bars);
    if !signs_and_name || name.is_empty() || name.starts_with(['.', '-']) {
        return (None, None);
    }
    let mut end = start + name.len();
    let host = text.get(end..).and_then(|rest| rest.strip_prefix('@')).and_then(host);
    end += host.map_or(0, |host| 1 + host.len());
    ((!continues(text, end)).then_some(Mention { range: at..end, name, list: None, host }), Some(end))
}

/// The host that a text begins with: words with dots and hyphens between.
fn host(text: &str) -> Option<&str> {
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let end = text.find(|c| !is_host(c)).unwrap_or(text.len());
    let host = text.get(..end)?.trim_end_matches(['.', '-']);
    (!host.is_empty() && !host.starts_with(['.', '-'])).then_some(host)
}

/// Reads a mention of Bluesky whose sign is at `at`, and where it ends.
fn domain(text: &str, at: usize) -> (Option<Mention<'_>>, Option<usize>) {
    let start = behind(text, at);
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let may_begin = before.is_none_or(|c| c.is_whitespace() || c == '(');
    let is_handle = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    let name = run(text, start, text.len(), is_handle).trim_end_matches(['.', '-']);
    let end = start + name.len();
    let known = name.rsplit_once('.').is_some_and(|(head, root)| {
        let labels = head
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        labels && (root == "test" || tld::prefix(root) == Some(root.len()))
    });
    let mention = Mention { range: at..end, name, list: None, host: None };
    ((may_begin && known).then_some(mention), Some(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, handles: Handles) -> Vec<String> {
        mentions(text, handles).into_iter().map(|mention| text[mention.range].to_owned()).collect()
    }

    #[test]
    fn a_mention_on_x_is_a_name_and_perhaps_a_list() {
        let found = mentions("の@museum/friends-1に", Handles::Plain);
        assert_eq!(found, [Mention { range: 3..20, name: "museum", list: Some("friends-1"), host: None }]);
        assert_eq!(names("a@b.com .@c ＠d @@RT@e", Handles::Plain), ["@c", "＠d", "@e"]);
    }

    #[test]
    fn a_mention_on_the_fediverse_may_name_a_server() {
        let found = mentions("Hi @alice@museum.example, @bob. me@c.example", Handles::Fediverse);
        assert_eq!(
            found,
            [
                Mention { range: 3..24, name: "alice", list: None, host: Some("museum.example") },
                Mention { range: 26..30, name: "bob", list: None, host: None },
            ]
        );
        assert_eq!(names("https://museum.example/@alice @a@b@c", Handles::Fediverse), Vec::<String>::new());
    }

    #[test]
    fn a_mention_on_bluesky_is_a_domain() {
        assert_eq!(
            names("@alice.bsky.social (@b.example.com) @nobody x@c.com @d.com.", Handles::Domain),
            ["@alice.bsky.social", "@b.example.com", "@d.com"]
        );
    }

    #[test]
    fn a_reply_begins_with_whom_it_answers() {
        assert_eq!(reply(" @a b"), Some("a"));
        assert_eq!(reply("b @a"), None);
        assert_eq!(reply("@aé"), None);
    }
}
