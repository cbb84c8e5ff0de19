//! Secrets that have no shape of their own, known by the name that they are given: `token = "…"`.

use super::Sort;
use super::shape::mixed;
use crate::finding::Span;

const NAMED: Sort = Sort { name: "a token or password", at: Some("its platform") };

/// The fewest characters of a value that nobody has thought up.
const VALUE_MIN: usize = 20;

/// How many characters Mastodon's tokens have.
const MASTODON: usize = 43;

/// How the names of secrets end, in small letters without `_` and `-`.
const NAMES: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "consumerkey",
    "bearer",
    "credential",
    "credentials",
    "authorization",
];

/// Words that stand where a value is to be put in.
const STAND_INS: &[&str] =
    &["example", "your", "xxxx", "changeme", "placeholder", "redacted", "aaaaaaaaaaaa"];

/// Returns what a run is, where its name says that it is a secret and it looks drawn by chance.
pub(super) fn named(bytes: &[u8], run: &Span) -> Option<Sort> {
    let value = bytes.get(run.clone())?;
    if value.len() < VALUE_MIN
        || value.contains(&b'.')
        || matches!(bytes.get(run.end), Some(b'(' | b'.' | b'['))
    {
        return None;
    }
    let words = std::str::from_utf8(value).unwrap_or_default().to_ascii_lowercase();
    let is_stand_in = STAND_INS.iter().any(|word| words.contains(word));
    (!is_stand_in && is_random(value) && is_named(bytes, run.start)).then_some(NAMED)
}

/// Tells whether nobody would have thought of these characters.
fn is_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let joins = value.iter().filter(|byte| matches!(byte, b'_' | b'-')).count();
    let cases = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    mixed(value)
        || (digits >= 3 && letters >= 3 && joins == 0)
        || (value.len() == MASTODON && (cases || digits > 0))
}

/// Tells whether what begins at a byte is given a secret's name: `name = "…"`, `name: …`, `--name …`, `Bearer …`.
pub(super) fn is_named(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    // A name far away names something else.
    let before = before.get(before.len().saturating_sub(120)..).unwrap_or_default();
    let before = trimmed(before, b"\"'`");
    let spaced = trimmed(before, b" \t");
    let (rest, word) = last_word(spaced);
    let is_scheme =
        ["bearer", "basic", "token", "bot"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
    if is_scheme && spaced.len() < before.len() {
        let named_by_header =
            separator(trimmed(rest, b" \t\"'`")).is_some_and(|name| is_name(last_word(name).1));
        return named_by_header || word.eq_ignore_ascii_case("bearer");
    }
    if word.starts_with("--") && spaced.len() < before.len() {
        return is_name(word);
    }
    separator(spaced).is_some_and(|name| is_name(last_word(name).1))
}

/// Returns what stands before a `=` or `:`, without the quotes and blanks between.
fn separator(before: &[u8]) -> Option<&[u8]> {
    let bare = trimmed(before, b"=:>");
    (bare.len() < before.len()).then(|| trimmed(bare, b" \t\"'`?]"))
}

fn trimmed<'a>(bytes: &'a [u8], what: &[u8]) -> &'a [u8] {
    let length = bytes.iter().rposition(|byte| !what.contains(byte)).map_or(0, |at| at + 1);
    bytes.get(..length).unwrap_or_default()
}

/// Returns the word that a text ends in, and what stands before it.
fn last_word(before: &[u8]) -> (&[u8], &str) {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let start = before.iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
    let (rest, word) = before.split_at_checked(start).unwrap_or((before, &[]));
    (rest, std::str::from_utf8(word).unwrap_or_default())
}

fn is_name(word: &str) -> bool {
    let plain: String =
        word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().any(|name| plain.ends_with(name))
}
