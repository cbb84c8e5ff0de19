//! A line of a log, and what stands in it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

/// A line of a log, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The host that was asked, where the log says it.
    pub host: Option<&'a str>,
    /// Who asked.
    pub address: &'a str,
    pub at: DateTime<Utc>,
    pub method: &'a str,
    pub target: &'a str,
    pub status: u16,
    pub agent: &'a str,
}

/// Reads `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`, with `%v:%p` before it or without.
pub(super) fn read_line(line: &str) -> Option<Line<'_>> {
    let (who, rest) = line.split_once(" [")?;
    let mut names = who.split(' ');
    let first = names.next()?;
    let second = names.next()?;
    let is_address = |name: &str| name.parse::<IpAddr>().is_ok();
    let (host, address) =
        if is_address(second) && !is_address(first) { (Some(first), second) } else { (None, first) };
    let (at, rest) = rest.split_once("] \"")?;
    let at = DateTime::parse_from_str(at, "%d/%b/%Y:%H:%M:%S %z").ok()?.to_utc();
    let (request, rest) = quoted(rest)?;
    let mut numbers = rest.strip_prefix(' ')?.splitn(3, ' ');
    let status: u16 = numbers.next()?.parse().ok()?;
    let _bytes = numbers.next()?;
    let (_referrer, rest) = quoted(numbers.next()?.strip_prefix('"')?)?;
    let (agent, _) = quoted(rest.strip_prefix(" \"")?)?;
    let mut words = request.split(' ');
    let method = words.next().unwrap_or_default();
    Some(Line { host, address, at, method, target: words.next().unwrap_or_default(), status, agent })
}

/// Returns what stands before the closing quotation mark, and what behind it. A mark inside is written `\"`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    None
}

/// Returns the path that a request asks for, without a query and decoded.
pub(super) fn path_of(target: &str) -> String {
    let path = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => target,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digits = || {
            let mut ahead = rest.clone();
            let mut digit = || char::from(ahead.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()
        };
        match (byte, digits()) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            (other, _) => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns how many read through a service, by its own word: `16 subscribers`, `1 reader`; and the service, without it.
pub(super) fn told_readers(agent: &str) -> Option<(u64, String)> {
    let lower = agent.to_ascii_lowercase();
    let at = ["subscriber", "reader"].iter().find_map(|word| {
        // The word may also be part of the service's name: the one behind a number is meant.
        lower.match_indices(word).map(|(at, _)| at).find(|at| {
            let before = lower.get(..*at).unwrap_or_default();
            before.ends_with(' ') && before.trim_end().ends_with(|c: char| c.is_ascii_digit())
        })
    })?;
    let before = lower.get(..at)?.trim_end();
    let from = before.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let count: u64 = before.get(from..)?.parse().ok().filter(|count| *count <= 1_000_000_000)?;
    let service: String = before.get(..from)?.chars().take(200).collect();
    Some((count, service))
}
