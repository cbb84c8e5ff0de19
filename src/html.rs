//! People's words as XML and HTML: escaped, and unable to change what stands around them.
//!
//! A feed shows words as their author meant them ([`escape`], [`paragraphs`]). A page on which people judge what others
//! wrote shows also what an eye would miss ([`Html`]).

use std::borrow::Cow;

use crate::text::{self, Breaks, visible};

/// HTML that is being written.
///
/// Markup is only what stands in this program's own source, so nothing that people wrote becomes any: what is said goes
/// through [`visible`] and [`escape`], as content and as an attribute's value. Characters that turn the direction of
/// writing or that no eye sees are shown and not obeyed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

/// Attributes with their values.
pub type Attributes<'a> = [(&'static str, &'a str)];

impl Html {
    /// Starts with nothing.
    pub fn new() -> Html {
        Html::default()
    }

    /// Writes markup of the program's own.
    pub fn raw(&mut self, markup: &'static str) -> &mut Html {
        self.0.push_str(markup);
        self
    }

    /// Opens an element.
    pub fn open(&mut self, tag: &'static str, attributes: &Attributes<'_>) -> &mut Html {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            self.0.push_str(&escape(&visible(value, Breaks::Keep)));
            self.0.push('"');
        }
        self.0.push('>');
        self
    }

    /// Closes an element.
    pub fn close(&mut self, tag: &'static str) -> &mut Html {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
        self
    }

    /// Closes an element that ends a line.
    pub fn end(&mut self, tag: &'static str) -> &mut Html {
        self.close(tag).raw("\n")
    }

    /// Writes words.
    pub fn say(&mut self, words: &str) -> &mut Html {
        self.0.push_str(&escape(&visible(words, Breaks::Keep)));
        self
    }

    /// Writes an element that has nothing but words in it, and ends the line.
    pub fn line(&mut self, tag: &'static str, attributes: &Attributes<'_>, words: &str) -> &mut Html {
        self.open(tag, attributes).say(words).end(tag)
    }

    /// Writes an element that has nothing but words in it.
    pub fn word(&mut self, tag: &'static str, attributes: &Attributes<'_>, words: &str) -> &mut Html {
        self.open(tag, attributes).say(words).close(tag)
    }

    /// Writes a link to another site, or only its words where its address is none of the web.
    pub fn link(&mut self, url: &str, words: &str) -> &mut Html {
        if is_web(url) {
            self.word("a", &[("href", url), ("rel", "nofollow noopener noreferrer")], words)
        } else {
            self.say(words)
        }
    }

    /// Adds what was written elsewhere.
    pub fn add(&mut self, other: &Html) -> &mut Html {
        self.0.push_str(&other.0);
        self
    }

    /// Tells whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what is written.
    pub fn finish(self) -> String {
        self.0
    }
}

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
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        url.get(..scheme.len()).filter(|s| s.eq_ignore_ascii_case(scheme)).map(|s| s.len())
    });
    match rest.and_then(|at| url.get(at..)) {
        Some(rest) => {
            !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || is_refused(c) || is_opening(c))
        }
        None => false,
    }
}

/// Returns a language tag as it may stand in `lang` and `xml:lang`, or nothing for what cannot be one.
pub fn language(tag: &Option<String>) -> Option<&str> {
    let tag = tag.as_deref()?;
    let is_tag = tag
        .split('-')
        .all(|name| (1..=8).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric()));
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
    for range in text::addresses(line) {
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

/// Writes a link to another site, which is told nothing of where its visitor came from.
pub fn anchor(url: &str, words: &str) -> String {
    format!("<a href=\"{}\" rel=\"nofollow noopener noreferrer\">{}</a>", escape(url), escape(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_shown_and_never_obeyed() {
        let mut html = Html::new();
        html.line("p", &[("title", "\" onload=\"x\u{202e}")], "</p><script>\u{1b}[2J\u{202e}\u{200b}");
        html.link("javascript:alert(1)", "go").link("https://a.example/?a&b", "<b>");
        assert_eq!(
            html.finish(),
            "<p title=\"&quot; onload=&quot;x&lt;U+202E&gt;\">&lt;/p&gt;&lt;script&gt;␛[2J&lt;U+202E&gt;&lt;U+200B&gt;</p>\n\
             go<a href=\"https://a.example/?a&amp;b\" rel=\"nofollow noopener noreferrer\">&lt;b&gt;</a>"
        );
    }

    #[test]
    fn no_word_of_a_text_becomes_markup() {
        assert_eq!(
            escape("<script>\"&'</script> ]]>"),
            "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt; ]]&gt;"
        );
        assert_eq!(escape("tab\tand\nline stay"), "tab\tand\nline stay");
    }

    #[test]
    fn every_character_that_xml_or_html_forbids_is_replaced() {
        for c in ('\0'..=char::MAX).filter(|c| u32::from(*c) < 0x2_0000 || u32::from(*c) & 0xfff0 == 0xfff0) {
            let code = u32::from(c);
            // XML 1.0 §2.2, without the surrogates that no `char` is, and HTML's controls and noncharacters.
            let allowed = matches!(code, 0x9 | 0xa | 0x20..=0x7e | 0xa0..=0xfdcf | 0xfdf0..=0x10ffff)
                && code & 0xfffe != 0xfffe;
            let escaped = escape(&format!("a{c}b"));
            if !allowed && c != '\r' {
                assert_eq!(escaped, "a\u{fffd}b", "U+{code:04X}");
            }
            assert!(!escaped.contains(c) || allowed, "U+{code:04X}");
        }
        assert_eq!(escape("a\r\nb\rc"), "a\nb\u{fffd}c");
    }

    #[test]
    fn directions_end_with_the_line_that_began_them_and_overrides_are_gone() {
        assert_eq!(harmless("\u{202e}exe\u{202d}"), "\u{fffd}exe\u{fffd}");
        assert_eq!(harmless("\u{2067}a\u{202a}b\nc"), "\u{2067}a\u{202a}b\u{202c}\u{2069}\nc");
        assert_eq!(harmless("a\u{2069}\u{202c}b"), "ab", "what nothing opened cannot close");
        assert_eq!(harmless("\u{2066}whole\u{2069}"), "\u{2066}whole\u{2069}");
        assert!(matches!(harmless("nothing to do: é 港 👩‍🚀"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_web_addresses_become_links() {
        for good in ["http://a.example", "HTTPS://a.example/x?y=1&z#f", "https://例え.jp/道"] {
            assert!(is_web(good), "{good}");
        }
        let bad = [
            "",
            "http://",
            "javascript:alert(1)",
            " https://a.example",
            "https://a.example/a b",
            "data:text/html,x",
            "//a.example",
            "java\nscript:alert(1)",
            "https://a\u{202e}.example",
            "mailto:a@b.example",
            "é",
        ];
        for bad in bad {
            assert!(!is_web(bad), "{bad:?}");
            assert!(!paragraphs(bad).contains("<a href=\"javascript"), "{bad:?}");
        }
    }

    #[test]
    fn addresses_in_a_text_end_before_punctuation_and_before_other_scripts() {
        let found = |line: &str| -> Vec<String> {
            text::addresses(line).into_iter().map(|range| line[range].to_owned()).collect()
        };
        assert_eq!(found("See https://museum.example/chart."), ["https://museum.example/chart"]);
        assert_eq!(
            found("(http://localhost:8080/a), 'https://b.internal/x'"),
            ["http://localhost:8080/a", "https://b.internal/x"]
        );
        assert_eq!(
            found("https://museum.pt/aへ http://x.example/道"),
            ["https://museum.pt/a", "http://x.example/"]
        );
        assert_eq!(
            found("https://a.example/x_(y) xhttp://no.example http"),
            ["https://a.example/x_(y)", "http"]
        );
        let html = linked("a \"https://a.example/\"><b>\" http");
        assert_eq!(
            html,
            "a &quot;<a href=\"https://a.example/\" rel=\"nofollow noopener noreferrer\">https://a.example/</a>&quot;\
             &gt;&lt;b&gt;&quot; http"
        );
    }

    #[test]
    fn empty_lines_part_paragraphs_and_line_ends_are_breaks() {
        assert_eq!(
            paragraphs("\n\none\r\ntwo\n \n\n\nthree\n"),
            "<p dir=\"auto\">one<br>\ntwo</p>\n<p dir=\"auto\">three</p>\n"
        );
        assert_eq!(paragraphs(" \n "), "");
    }

    #[test]
    fn a_language_is_a_tag_or_nothing() {
        for (tag, is_one) in
            [("pt-BR", true), ("en", true), ("", false), ("en-", false), ("\"><script>", false)]
        {
            assert_eq!(language(&Some(tag.to_owned())).is_some(), is_one, "{tag}");
        }
        assert_eq!(language(&None), None);
    }
}
