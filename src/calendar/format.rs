//! TOML with spans: tables opened against the grammar, values taken out of them, and everything wrong said at once.

pub mod date;
mod example;
mod key;
pub mod pattern;
mod table;
mod value;
pub mod word;

use std::cell::RefCell;

use toml::de::DeTable;

use crate::finding::{Code, Finding, Span};

use super::grammar::Kind;
pub use table::Sheet;
pub use value::IdName;

/// The most bytes of a TOML file that are read.
pub const FILE_LIMIT_BYTES: u64 = 256 * 1024;

/// The most findings told of reading one file: one that is no calendar's file at all would fill the screen.
const FAULTS_LIMIT: usize = 100;

/// The most syntax errors told of one file: after the first, the rest is often its echo.
const SYNTAX_LIMIT: usize = 10;

/// What reading one file needs in every place: its name, its text, and where findings go.
pub struct Reader<'a> {
    file: &'a str,
    source: &'a str,
    findings: RefCell<Vec<Finding>>,
    /// Where syntax errors are: what is wrong there is their echo.
    broken: Vec<Span>,
}

impl Reader<'_> {
    /// Starts a finding at a place in the file; [`Reader::say`] ends it.
    pub fn finding(&self, code: Code, span: Span, message: impl Into<String>) -> Finding {
        Finding::new(code, self.file, message).at(span)
    }

    /// Puts a finding with the others, unless there are too many already.
    pub fn say(&self, finding: Finding) {
        let echo =
            |span: &Span| self.broken.iter().any(|broken| broken.start < span.end && span.start < broken.end);
        if !self.is_full() && !finding.span.as_ref().is_some_and(echo) {
            self.findings.borrow_mut().push(finding);
        }
    }

    /// Tells whether no more findings are taken.
    fn is_full(&self) -> bool {
        self.findings.borrow().len() >= FAULTS_LIMIT
    }

    /// Returns the findings, with one more to say that there are more.
    fn into_findings(self) -> Vec<Finding> {
        let full = self.is_full();
        let mut findings = self.findings.into_inner();
        if full {
            let message = format!("the file has {FAULTS_LIMIT} faults or more, and no more are told");
            let finding = Finding::new(Code::TooManyFaults, self.file, message);
            findings.push(finding.help("look whether it is a file of this calendar at all"));
        }
        findings
    }
}

/// Parses a file and gives its top table, opened against the grammar of its kind, to a function.
///
/// A file with syntax errors is read as far as it goes; what is missing because of them is not told.
pub fn with_sheet<T>(
    file: &str,
    source: &str,
    kind: Kind,
    read: impl FnOnce(&Sheet<'_>) -> T,
) -> (Option<T>, Vec<Finding>) {
    if source.len() as u64 > FILE_LIMIT_BYTES {
        let message = format!("the file has {} bytes, and {FILE_LIMIT_BYTES} are read at most", source.len());
        let finding =
            Finding::new(Code::TooLarge, file, message).help("split it, or take out what is no text");
        return (None, vec![finding]);
    }
    let (tree, errors) = DeTable::parse_recoverable(source);
    let missing = table::Missing::Say(errors.is_empty());
    let findings: Vec<Finding> =
        errors.iter().take(SYNTAX_LIMIT).map(|error| syntax(file, source, error)).collect();
    let broken = errors.iter().filter_map(toml::de::Error::span).map(|span| within(source, span)).collect();
    let reader = Reader { file, source, findings: RefCell::new(findings), broken };
    let value = read(&Sheet::open(&reader, kind.keys(), tree.get_ref(), 0..0, missing));
    (Some(value), reader.into_findings())
}

const TOO_DEEP: &str = "nothing in a calendar is nested so deep; take it out";

fn syntax(file: &str, source: &str, error: &toml::de::Error) -> Finding {
    let finding = Finding::new(Code::Syntax, file, error.message().trim().replace('\n', ", "));
    let deep = ["recursion limit", "recursion depth"].iter().any(|words| error.message().contains(words));
    let finding = match deep {
        true => Finding::new(Code::Syntax, file, "it is nested too deep to be read"),
        false => finding,
    };
    let Some(span) = error.span() else {
        return finding.help(if deep { TOO_DEEP } else { "compare it with another file of its kind" });
    };
    let span = within(source, span);
    let line_start = source.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = source.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let word = source.get(span.clone()).unwrap_or_default();
    let bare = word.starts_with(char::is_alphabetic) && error.message().starts_with("invalid boolean");
    let finding = match bare {
        // The parser takes `tomorrow` for a `true` gone wrong.
        true => Finding::new(Code::Syntax, file, format!("`{}` is a text without quotes", word::shown(word))),
        false => finding,
    };
    let finding = finding.at(span).label("here");
    if deep {
        finding.help(TOO_DEEP)
    } else if error.message().contains("duplicate key") {
        finding.help("keep one of the two")
    } else if line.contains(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) && !line.contains('"') {
        finding.help("write straight quotes, `\"`, around a text; a word processor makes them curly")
    } else if line.split_once('=').is_some_and(|(_, value)| {
        value.trim_start().starts_with(|c: char| c.is_alphabetic()) && !value.contains('"')
    }) {
        finding.help("write quotes around a text: key = \"text\"")
    } else {
        finding.help("each line is `key = value`, a `[table]`, or a `# comment`")
    }
}

/// Returns a span that lies within a text and on its characters' bounds.
fn within(source: &str, span: Span) -> Span {
    let floor = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(span.start), floor(span.end));
    start..end.max(start)
}
