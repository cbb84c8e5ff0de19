//! Names in the domain name system, as X finds them in running text.

use super::class::{is_direction_mark, is_latin_accent, is_punctuation, is_refused, is_space};
use super::tld;
use std::ops::Range;

/// The longest label that the domain name system takes, in bytes of its ASCII form (RFC 1035).
const LABEL_BYTES_MAX: usize = 63;

/// The longest run of labels that is read as one domain, in bytes; none that exists is longer than 253.
const DOMAIN_BYTES_MAX: usize = 1024;

/// What begins the ASCII form of a label in another script (RFC 5890).
const PUNYCODE: &str = "xn--";

/// Reads the longest domain that begins at `start`, and returns where it ends.
///
/// A domain is labels and a root name, with dots between. `_` may stand within any label but the last before
/// the root name. Of several root names in a row the last one counts, so `example.com.br` is one domain.
///
/// # Errors
///
/// The first place at or after `start` where another try may succeed.
pub(super) fn read(text: &str, start: usize) -> Result<usize, usize> {
    let (mut domain_end, mut retry) = (None, None);
    let mut from = start;
    loop {
        match Label::read(text, from) {
            Ok(label) => {
                from = label.end + 1;
                if from - start > DOMAIN_BYTES_MAX {
                    return domain_end.ok_or(retry.unwrap_or(from));
                }
                let Some(end) = root_end(text, from) else { continue };
                match label.after_underscore {
                    None => domain_end = Some(end),
                    // From behind the underscore the same root name may close a domain.
                    Some(after) => retry = retry.or(Some(after)),
                }
            }
            Err(stopped) => return domain_end.ok_or(retry.unwrap_or(stopped)),
        }
    }
}

/// One name between dots.
struct Label {
    /// Where its dot is.
    end: usize,
    /// Where what follows its last underscore begins, if it has one.
    after_underscore: Option<usize>,
}

impl Label {
    /// Reads a label and sees a dot after it, or says where reading stopped.
    fn read(text: &str, start: usize) -> Result<Label, usize> {
        let mut after_underscore = None;
        let mut edge = false;
        for (offset, c) in text.get(start..).unwrap_or_default().char_indices() {
            let at = start + offset;
            match c {
                '.' if edge => return Ok(Label { end: at, after_underscore }),
                '-' | '_' if offset > 0 => {
                    edge = false;
                    if c == '_' {
                        after_underscore = Some(at + 1);
                    }
                }
                c if is_label_edge(c) => edge = true,
                _ => return Err(at),
            }
        }
        Err(text.len())
    }
}

/// A character that may begin or end a label.
fn is_label_edge(c: char) -> bool {
    !(is_punctuation(c) || is_space(c) || is_direction_mark(c) || is_refused(c))
}

/// Where the root name that begins at `start` ends.
fn root_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    tld::prefix(rest).or_else(|| punycode_prefix(rest)).map(|length| start + length)
}

/// The length of a root name in its ASCII form.
fn punycode_prefix(text: &str) -> Option<usize> {
    let head = text.get(..PUNYCODE.len())?;
    let name = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    (head.eq_ignore_ascii_case(PUNYCODE) && name > PUNYCODE.len()).then_some(name)
}

/// The domains written in Latin letters within a longer one, such as `example.com` in `これはexample.com`.
pub(super) fn latin(text: &str, within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let domain = text.get(..within.end).unwrap_or_default();
    let mut from = within.start;
    std::iter::from_fn(move || {
        while from < domain.len() {
            match read_latin(domain, from) {
                Ok(end) => {
                    let found = from..end;
                    from = end;
                    return Some(found);
                }
                Err(next) => from = next,
            }
        }
        None
    })
}

/// Reads a domain of Latin labels that begins at `start`; an error is where to go on.
fn read_latin(domain: &str, start: usize) -> Result<usize, usize> {
    let mut found = None;
    let mut from = start;
    loop {
        let rest = domain.get(from..).unwrap_or_default();
        let stop = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || is_latin_accent(c)));
        let stopped = stop.map_or(domain.len(), |at| from + at);
        if stopped == from || domain.as_bytes().get(stopped) != Some(&b'.') {
            let next = domain.get(stopped..).and_then(|rest| rest.chars().next());
            return found.ok_or(next.map_or(domain.len(), |c| stopped + c.len_utf8()));
        }
        from = stopped + 1;
        found = root_end(domain, from).or(found);
    }
}

/// Whether every label of a domain has an ASCII form that the domain name system takes.
pub(super) fn is_registrable(text: &str, domain: Range<usize>) -> bool {
    let name = text.get(domain.clone()).unwrap_or_default();
    if name.starts_with(PUNYCODE) && latin(text, domain).next().is_none() {
        return false;
    }
    name.split('.').all(|label| (1..=LABEL_BYTES_MAX).contains(&ascii_form_bytes(label)))
}

/// The length of a label's ASCII form, in bytes; full stops of East Asian scripts part it as dots do.
fn ascii_form_bytes(label: &str) -> usize {
    if label.is_ascii() {
        return label.len();
    }
    let parts = label.split(['\u{3002}', '\u{ff0e}', '\u{ff61}']);
    parts.map(|part| punycode_bytes(part) + 1).sum::<usize>() - 1
}

/// The length of what Punycode makes of a label, in bytes, prefix and all (RFC 3492, section 6.3).
fn punycode_bytes(label: &str) -> usize {
    let basic = label.bytes().filter(u8::is_ascii).count();
    let count = label.chars().count();
    if basic == count {
        return basic;
    }
    // Longer labels are refused whatever they hold, and encoding is quadratic.
    if count > LABEL_BYTES_MAX {
        return count;
    }
    let mut length = PUNYCODE.len() + basic + usize::from(basic > 0);
    let (mut next, mut delta, mut bias, mut handled) = (0x80, 0_u32, 72, basic);
    while handled < count {
        let Some(smallest) = label.chars().map(u32::from).filter(|c| *c >= next).min() else { break };
        delta += (smallest - next) * count_u32(handled + 1);
        for c in label.chars().map(u32::from) {
            delta += u32::from(c < smallest);
            if c == smallest {
                length += digits(delta, bias);
                bias = adapt(delta, count_u32(handled + 1), handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        next = smallest + 1;
    }
    length
}

/// A count of at most [`LABEL_BYTES_MAX`] as the number that Punycode reckons with.
fn count_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many letters a delta takes under a bias.
fn digits(delta: u32, bias: u32) -> usize {
    let (mut rest, mut base, mut length) = (delta, 36_u32, 1);
    loop {
        let threshold = base.saturating_sub(bias).clamp(1, 26);
        if rest < threshold {
            return length;
        }
        rest = (rest - threshold) / (36 - threshold);
        base += 36;
        length += 1;
    }
}

/// The bias after a delta.
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_as_long_as_its_ascii_form() {
        assert_eq!(punycode_bytes("bücher"), "xn--bcher-kva".len());
        assert_eq!(punycode_bytes("münchen"), "xn--mnchen-3ya".len());
        assert_eq!(punycode_bytes("みんな"), "xn--q9jyb4c".len());
        assert_eq!(punycode_bytes("☃"), "xn--n3h".len());
        assert_eq!(punycode_bytes("他们为什么不说中文"), "xn--ihqwcrb4cv8a8dqg056pqjye".len());
        assert_eq!(punycode_bytes("plain"), 5);
        assert_eq!(punycode_bytes(&"\u{10ffff}".repeat(63)), punycode_bytes(&"\u{10ffff}".repeat(63)));
    }

    #[test]
    fn the_longest_domain_is_read() {
        assert_eq!(read("example.com.br/x", 0), Ok(14));
        assert_eq!(read("a_b.example.com", 0), Ok(15));
        assert_eq!(read("foo.qux_baz.com", 0), Err(8));
        assert_eq!(read("foo.bar", 0), Ok(7));
        assert_eq!(read("no dots", 0), Err(2));
        assert_eq!(read("x.xn--p1ai", 0), Ok(10));
    }

    #[test]
    fn latin_domains_are_found_within_others() {
        let text = "twitter.comこれは日本語です。example.com中国語t.co";
        let found: Vec<_> = latin(text, 0..text.len()).filter_map(|range| text.get(range)).collect();
        assert_eq!(found, ["twitter.com", "example.com", "t.co"]);
    }
}
