//! People's words as XML and HTML: escaped, and unable to change what stands around them.

use std::borrow::Cow;
use std::ops::Range;

use crate::text;

/// Escapes a text for XML and HTML, as content and as an attribute's value, after making it [`harmless`].
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in harmless(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Replaces what no XML 1.0 document may hold (§2.2), what HTML calls a control character or a noncharacter, and
/// what overrides the direction of letters, by U+FFFD; closes on each line what it opens of directions.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_refused(c) || is_opening(c)) {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len() + 8);
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            whole.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut open = Vec::new();
        for c in line.chars() {
            match c {
                '\u{202a}' | '\u{202b}' => open.push('\u{202c}'),
                '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
                '\u{202c}' | '\u{2069}' => {
                    // A close that nothing opened would close what stands around the text.
                    let Some(at) = open.iter().rposition(|end| *end == c) else { continue };
                    open.truncate(at);
                }
                _ => {}
            }
            whole.push(if is_refused(c) { char::REPLACEMENT_CHARACTER } else { c });
        }
        whole.extend(open.iter().rev());
    }
    Cow::Owned(whole)
}

fn is_opening(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}')
}

fn is_refused(c: char) -> bool {
    let code = u32::from(c);
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202d}' | '\u{202e}' | '\u{fdd0}'..='\u{fdef}')
        || code & 0xfffe == 0xfffe
}

/// Tells whether an address may become a link: `http:` or `https:` and nothing else, no blank in it.
pub fn is_web(url: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.get(..scheme.len()).filter(|s| s.eq_ignore_ascii_case(scheme)).map(|s| s.len()));
    match rest.and_then(|at| url.get(at..)) {
        Some(rest) => !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || is_refused(c) || is_opening(c)),
        None => false,
    }
}

/// Returns a language tag as it may stand in `lang` and `xml:lang`, or nothing for what cannot be one.
pub fn language(tag: &Option<String>) -> Option<&str> {
    let tag = tag.as_deref()?;
    let is_tag = tag.split('-').all(|name| {
        (1..=8).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    is_tag.then_some(tag)
}

/// Writes a text as paragraphs: an empty line ends one, a line's end is a break, web addresses are links.
///
/// Each paragraph finds its own direction, so right-to-left text stands as it should and moves nothing else.
pub fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    let mut lines: Vec<String> = Vec::new();
    let mut close = |lines: &mut Vec<String>| {
        if !lines.is_empty() {
            html.push_str(&format!("<p dir=\"auto\">{}</p>\n", lines.join("<br>\n")));
            lines.clear();
        }
    };
    for line in text.lines() {
        if line.trim().is_empty() {
            close(&mut lines);
        } else {
            lines.push(linked(line.trim_end()));
        }
    }
    close(&mut lines);
    html
}

/// Escapes a line and makes links of the web addresses in it.
pub fn linked(line: &str) -> String {
    let mut html = String::new();
    let mut done = 0;
    for range in addresses(line) {
        let url = line.get(range.clone()).unwrap_or_default();
        if range.start >= done && is_web(url) {
            html.push_str(&escape(line.get(done..range.start).unwrap_or_default()));
            html.push_str(&anchor(url, url));
            done = range.end;
        }
    }
    html.push_str(&escape(line.get(done..).unwrap_or_default()));
    html
}

/// Finds the addresses that say their scheme. Where networks see a link it ends as they end it; they see none under
/// a root name that is not public, such as `museum.internal`: there it ends with ASCII, before punctuation.
fn addresses(line: &str) -> Vec<Range<usize>> {
    let known = if line.contains("://") { text::links(line) } else { Vec::new() };
    let mut found = Vec::new();
    for (at, _) in line.match_indices("http") {
        let follows_word = line.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let rest = line.get(at..).unwrap_or_default();
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

/// Writes a link to another site, which is told nothing of where its visitor came from.
pub fn anchor(url: &str, words: &str) -> String {
    format!("<a href=\"{}\" rel=\"nofollow noopener noreferrer\">{}</a>", escape(url), escape(words))
}
