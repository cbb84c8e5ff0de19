//! Secrets that stand in plain text where everybody who has the repository can read them.
//!
//! A secret is known by its shape: each platform's tokens begin or are built in a way of their own ([`shape`]). Where the
//! shape says nothing, as of Mastodon's 43 characters, the words before it do: `token = "…"`. What a secret says is never
//! repeated: a finding has its place, and whoever shows that line shows it through [`masked`].

mod context;
mod shape;

use std::borrow::Cow;

use crate::finding::{Code, Content, File, Finding, Span};

/// The shortest run of a token's characters that is looked at: a Bluesky app password has as many.
const RUN_MIN: usize = 19;

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// Its name, with an article.
    pub name: &'static str,
    /// Where it is made and revoked; absent for a key that its owner makes.
    pub at: Option<&'static str>,
}

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The bytes it stands at.
    pub span: Span,
    /// What it is.
    pub sort: Sort,
}

/// Finds the secrets in a text, in order; none overlaps another. Takes time in proportion to the text.
pub fn leaks(text: &str) -> Vec<Leak> {
    let bytes = text.as_bytes();
    let (mut found, mut from, mut covered) = (Vec::new(), 0, 0);
    while let Some(run) = next_run(bytes, from) {
        from = run.end + 1;
        if let Some(mut leak) = shape::of(bytes, run) {
            leak.span.end = value_end(bytes, leak.span.end);
            // A key of many lines begins before the run that gave it away.
            leak.span.start = leak.span.start.max(covered);
            covered = leak.span.end;
            from = from.max(leak.span.end);
            found.push(leak);
        }
    }
    found
}

/// Returns a text with each byte of its secrets as `*`, so that every other byte stays where it was.
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = leaks(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for leak in found {
        masked.push_str(text.get(copied..leak.span.start).unwrap_or_default());
        let secret = text.get(leak.span.clone()).unwrap_or_default();
        // The lines of a key stay lines.
        masked.extend(secret.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
        copied = leak.span.end;
    }
    masked.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(masked)
}

/// Takes the secrets of a file out of the words of findings about it: what is wrong with a value often quotes it.
pub fn redact(findings: &mut [Finding], file: &File) {
    let Content::Text(text) = &file.content else { return };
    if findings.is_empty() {
        return;
    }
    for leak in leaks(text) {
        let Some(secret) = text.get(leak.span) else { continue };
        let hide = |words: &mut String| {
            if words.contains(secret) {
                *words = words.replace(secret, "********");
            }
        };
        for finding in findings.iter_mut() {
            hide(&mut finding.message);
            finding.label.iter_mut().chain(&mut finding.help).for_each(hide);
            finding.related.iter_mut().for_each(|related| hide(&mut related.label));
        }
    }
}

/// Finds the secrets in all the text files.
pub fn findings(files: &[File]) -> Vec<Finding> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(threads).max(SHARE_MIN);
    std::thread::scope(|scope| {
        let mut shares = files.chunks(share);
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|files| scope.spawn(move || in_files(files))).collect();
        let mut found = in_files(first);
        for other in others {
            found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        found
    })
}

/// The fewest files that are worth a thread.
const SHARE_MIN: usize = 500;

fn in_files(files: &[File]) -> Vec<Finding> {
    files.iter().flat_map(in_file).collect()
}

/// Finds the secrets in a file, where it is a text.
pub fn in_file(file: &File) -> Vec<Finding> {
    let Content::Text(text) = &file.content else { return Vec::new() };
    let first_line = |leak: Leak| {
        let length = text.get(leak.span.clone()).and_then(|secret| secret.find('\n'));
        let end = length.map_or(leak.span.end, |length| leak.span.start + length);
        Leak { span: leak.span.start..end, ..leak }
    };
    leaks(text).into_iter().map(|leak| finding(&file.path, first_line(leak))).collect()
}

fn finding(path: &str, leak: Leak) -> Finding {
    let account =
        path.strip_prefix("accounts/").and_then(|name| name.strip_suffix(".toml")).unwrap_or("ACCOUNT");
    let message = format!("what looks like {} stands here in plain text", leak.sort.name);
    let help = match leak.sort.at {
        Some(place) => format!(
            "rotate it: git's history keeps this one for everybody who has the repository, so revoke it at {place}, make a \
             new one, keep that with `kalends vault set {account}`, and take this one out"
        ),
        None => "rotate it: git's history keeps this one for everybody who has the repository, so make a new key, put its \
                 public half where the old one's is, run `kalends vault sync`, rotate what it opened (`kalends vault \
                 exposed` lists that), and take this one out"
            .to_owned(),
    };
    Finding::new(Code::PlaintextSecret, path, message).at(leak.span).label("a secret, not shown").help(help)
}

/// Returns the next run of at least [`RUN_MIN`] characters that tokens are made of.
///
/// It looks at the last byte that a run must have first, so that most bytes of a prose are never looked at.
fn next_run(bytes: &[u8], mut from: usize) -> Option<Span> {
    loop {
        let window = bytes.get(from..from + RUN_MIN)?;
        if let Some(last) = window.iter().rposition(|byte| !is_token(*byte)) {
            from += last + 1;
            continue;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_token(*byte)).unwrap_or(rest.len());
        return Some(from..from + length);
    }
}

/// Which bytes tokens are made of: letters, digits, `_`, `-` and `.`.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
        byte += 1;
    }
    table
};

#[inline]
fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Returns where a value ends: what follows a secret without a break is taken for a part of it.
fn value_end(bytes: &[u8], from: usize) -> usize {
    let is_end =
        |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>()[]{},;&\\|".contains(byte) || !byte.is_ascii();
    let rest = bytes.get(from..).unwrap_or_default();
    let end = from + rest.iter().position(is_end).unwrap_or(rest.len());
    // A sentence's full stop is none of it.
    if end > from && matches!(bytes.get(end - 1), Some(b'.' | b':' | b'!' | b'?')) { end - 1 } else { end }
}
