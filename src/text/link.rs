//! Links in running text, by X's rules (`twitter-text`, js/src/extractUrlsWithIndices.js).

use super::class::{is_cyrillic, is_direction_mark, is_latin_accent, is_refused};
use super::domain;
use std::ops::Range;

/// The longest link that X takes, in UTF-16 units, with its scheme counted once more.
const LINK_UNITS_MAX: usize = 4096;

/// The longest path of X's own shortener, in bytes.
const SHORTENED_BYTES_MAX: usize = 40;

/// A link in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// The link as it is written.
    pub url: &'a str,
}

impl Link<'_> {
    /// Whether the link says `http://` or `https://`; most platforms make no link of `example.com`, X does.
    pub fn has_scheme(&self) -> bool {
        scheme_bytes(self.url) > 0
    }
}

/// Finds every link, with or without a scheme, as X does.
///
/// A link without a scheme is one only under a root name that is known, and only where its letters are Latin:
/// of `これはexample.com` the link is `example.com`. No link follows `@`, `#`, `$` or a letter.
pub fn links(text: &str) -> Vec<Link<'_>> {
    let mut found = Vec::new();
    if !text.contains('.') {
        return found;
    }
    let mut from = 0;
    while let Some(candidate) = Candidate::find(text, from) {
        candidate.settle(text, &mut found);
        from = candidate.end;
    }
    found
}

/// Finds the addresses that say their scheme. Where X sees a link it ends as X ends it; X sees none under a root name
/// that is not public, such as `museum.internal`: there it ends with ASCII, before punctuation.
pub fn addresses(text: &str) -> Vec<Range<usize>> {
    let known = if text.contains("://") { links(text) } else { Vec::new() };
    let mut found = Vec::new();
    for (at, _) in text.match_indices("http") {
        let follows_word = text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let rest = text.get(at..).unwrap_or_default();
        let end = match known.iter().find(|link| link.range.start == at) {
            Some(link) => link.range.end,
            None => {
                let run = rest.find(|c: char| !c.is_ascii_graphic() || "<>\"`{}|\\^".contains(c));
                let url = rest.get(..run.unwrap_or(rest.len())).unwrap_or_default();
                let opened = if url.contains('(') { "" } else { ")" };
                at + url.trim_end_matches(|c: char| ".,;:!?'*_]".contains(c) || opened.contains(c)).len()
            }
        };
        if !follows_word {
            found.push(at..end);
        }
    }
    found
}

/// A stretch of text with the shape of a link.
struct Candidate {
    start: usize,
    scheme_bytes: usize,
    domain: Range<usize>,
    has_path: bool,
    end: usize,
}

impl Candidate {
    /// Finds the next candidate; all but the text's first have a character after `from` before them.
    fn find(text: &str, from: usize) -> Option<Candidate> {
        let mut start = after_char(text, from);
        if from == 0 {
            // X would rather have a character before the link than none.
            let first = text.get(..start).and_then(|first| first.chars().next());
            if first.is_some_and(|c| may_precede(Some(c)))
                && let Some(candidate) = Candidate::at(text, start)
            {
                return Some(candidate);
            }
            start = 0;
        }
        while start < text.len() {
            if !may_precede(text.get(..start)?.chars().next_back()) {
                start = after_char(text, start);
                continue;
            }
            let scheme_bytes = scheme_bytes(text.get(start..)?);
            match domain::read(text, start + scheme_bytes) {
                Ok(end) => return Some(Candidate::complete(text, start, scheme_bytes, end)),
                // What failed behind a scheme is tried again without it.
                Err(next) if scheme_bytes == 0 => start = resume(text, start, next),
                Err(_) => start += scheme_bytes.saturating_sub(1),
            }
        }
        None
    }

    /// Reads the candidate that begins at `start`.
    fn at(text: &str, start: usize) -> Option<Candidate> {
        let scheme_bytes = scheme_bytes(text.get(start..)?);
        let end = domain::read(text, start + scheme_bytes).ok()?;
        Some(Candidate::complete(text, start, scheme_bytes, end))
    }

    /// Reads what may follow a domain: port, path and query.
    fn complete(text: &str, start: usize, scheme_bytes: usize, domain_end: usize) -> Candidate {
        let mut end = domain_end;
        if let Some(port) = after(text, end, ':') {
            let digits = text.bytes().skip(port).take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                end = port + digits;
            }
        }
        let path = after(text, end, '/');
        end = path.map_or(end, |path| path_end(text, path));
        end = query_end(text, end);
        Candidate {
            start,
            scheme_bytes,
            domain: start + scheme_bytes..domain_end,
            has_path: path.is_some(),
            end,
        }
    }

    /// Adds the links that the candidate is, if any.
    fn settle<'a>(&self, text: &'a str, found: &mut Vec<Link<'a>>) {
        if !self.is_valid(text) {
            return;
        }
        let mut push = |range: Range<usize>| {
            if let Some(url) = text.get(range.clone()) {
                found.push(Link { range, url });
            }
        };
        if self.scheme_bytes > 0 {
            match shortened(text, self.start + self.scheme_bytes) {
                Shortened::Ends(end) => push(self.start..end),
                Shortened::TooLong => {}
                Shortened::Not => push(self.start..self.end),
            }
            return;
        }
        let before = text.get(..self.start).and_then(|before| before.chars().next_back());
        if matches!(before, Some('-' | '_' | '.' | '/')) {
            return;
        }
        let mut domains = domain::latin(text, self.domain.clone()).peekable();
        while let Some(domain) = domains.next() {
            // The path belongs to the domain nearest to it.
            let last = domains.peek().is_none();
            push(domain.start..if last && self.has_path { self.end } else { domain.end });
        }
    }

    /// Whether the domain could exist and the whole is not too long.
    fn is_valid(&self, text: &str) -> bool {
        let link = text.get(self.start..self.end).unwrap_or_default();
        let scheme = if self.scheme_bytes > 0 { self.scheme_bytes } else { "https://".len() };
        let units = link.encode_utf16().count();
        units + scheme <= LINK_UNITS_MAX && domain::is_registrable(text, self.domain.clone())
    }
}

/// Where the next try begins, when no domain begins from `start` up to `next`.
///
/// The one thing that may begin in between is a scheme that runs into a word, as in `見てhttp://example.com`.
fn resume(text: &str, start: usize, next: usize) -> usize {
    let rest = text.get(next..).unwrap_or_default();
    let word = text.get(start..next).unwrap_or_default().as_bytes();
    if rest.starts_with("://") {
        for scheme in [&b"https"[..], b"http"] {
            let at = word.len().saturating_sub(scheme.len());
            if at > 0 && word.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(scheme)) {
                return start + at;
            }
        }
    }
    if next > start { next } else { after_char(text, start) }
}

/// The place behind the character at `at`.
fn after_char(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(text.len(), |c| at + c.len_utf8())
}

/// The place behind `c`, if it stands at `at`.
fn after(text: &str, at: usize, c: char) -> Option<usize> {
    text.get(at..)?.starts_with(c).then_some(at + c.len_utf8())
}

/// Whether a link may follow a character; none precedes at the start of a text.
fn may_precede(before: Option<char>) -> bool {
    before.is_none_or(|c| {
        is_direction_mark(c)
            || !(c.is_ascii_alphanumeric() || matches!(c, '@' | '＠' | '$' | '#' | '＃') || is_refused(c))
    })
}

/// The length of `http://` or `https://`, in either case, or 0.
fn scheme_bytes(text: &str) -> usize {
    let begins =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    if begins("http://") {
        "http://".len()
    } else if begins("https://") {
        "https://".len()
    } else {
        0
    }
}

/// A character of a path, parentheses apart.
fn is_path_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric()
            || matches!(
                c,
                '!' | '*'
                    | '\''
                    | ';'
                    | ':'
                    | '='
                    | '+'
                    | ','
                    | '.'
                    | '$'
                    | '/'
                    | '%'
                    | '#'
                    | '['
                    | ']'
                    | '-'
                    | '_'
                    | '~'
                    | '@'
                    | '|'
                    | '&'
            );
    }
    c == '\u{2013}' || is_latin_accent(c) || is_cyrillic(c)
}

/// A character that a path may end with: no full stop, comma or other sign of a sentence.
fn is_path_end(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '=' | '_' | '#' | '/');
    }
    is_latin_accent(c) || is_cyrillic(c)
}

/// Where the path that begins behind its `/` ends.
fn path_end(text: &str, start: usize) -> usize {
    let (mut at, mut end) = (start, start);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c == '(' {
            let Some(closed) = parenthesis_end(text, at) else { break };
            // Behind a full stop a closed pair needs more to follow it: `a.(b)` ends with `a`, `a.(b)c` with `c`.
            if at == end {
                end = closed;
            }
            at = closed;
        } else if is_path_char(c) {
            at += c.len_utf8();
            if is_path_end(c) {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// Where a balanced pair of parentheses ends, which may hold one more pair.
fn parenthesis_end(text: &str, open: usize) -> Option<usize> {
    let run = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.find(|c| !is_path_char(c)).unwrap_or(rest.len())
    };
    let first = run(open + 1);
    if let Some(inner) = after(text, first, '(') {
        let inner_end = run(inner);
        let rest = after(text, inner_end, ')').filter(|_| inner_end > inner)?;
        return after(text, run(rest), ')');
    }
    after(text, first, ')').filter(|_| first > open + 1)
}

/// Where the query that may begin at `start` ends; `start` itself if there is none.
fn query_end(text: &str, start: usize) -> usize {
    let Some(from) = after(text, start, '?') else { return start };
    let is_query = |b: &u8| b.is_ascii_alphanumeric() || b"!?*'@();:&=+$/%#[]-_.,~|".contains(b);
    let is_end = |b: &u8| b.is_ascii_alphanumeric() || b"-_&=#/".contains(b);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let run = rest.iter().take_while(|b| is_query(b)).count();
    let last = rest.iter().take(run).rposition(is_end);
    last.map_or(start, |last| from + last + 1)
}

/// Whether a link behind its scheme is one of X's shortener.
enum Shortened {
    /// It is not.
    Not,
    /// It is, and ends here: nothing that follows belongs to it but a query.
    Ends(usize),
    /// It would be, but no such link is this long.
    TooLong,
}

/// Reads a link of X's shortener.
fn shortened(text: &str, start: usize) -> Shortened {
    let rest = text.get(start..).unwrap_or_default();
    let Some(_) = rest.get(..5).filter(|head| head.eq_ignore_ascii_case("t.co/")) else {
        return Shortened::Not;
    };
    match rest.bytes().skip(5).take_while(u8::is_ascii_alphanumeric).count() {
        0 => Shortened::Not,
        bytes if bytes > SHORTENED_BYTES_MAX => Shortened::TooLong,
        bytes => Shortened::Ends(query_end(text, start + 5 + bytes)),
    }
}
