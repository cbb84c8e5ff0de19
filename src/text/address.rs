//! Whether a whole text is a web address (`twitter-text`, js/src/isValidUrl.js).

use super::class::is_cyrillic;

/// Whether an address must say its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `https://example.com` is an address, `example.com` is not.
    Required,
    /// Both are.
    Optional,
}

/// Whether all of `text` is one web address, with a host in any script.
pub fn is_url(text: &str, scheme: Scheme) -> bool {
    let (said, rest) = match text.find([':', '/', '?', '#']) {
        Some(at) if at > 0 && text.get(at..).is_some_and(|rest| rest.starts_with("://")) => {
            (text.get(..at), text.get(at + 3..).unwrap_or_default())
        }
        _ => (None, text),
    };
    let scheme_fits = said.is_some_and(|said| {
        scheme == Scheme::Optional || said.eq_ignore_ascii_case("http") || said.eq_ignore_ascii_case("https")
    });
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(slash).unwrap_or((rest, ""));
    (scheme_fits || (said.is_none() && scheme == Scheme::Optional))
        && is_authority(authority)
        && is_made_of(path, "/:|@")
        && is_made_of(query, "/:|@?")
        && is_made_of(fragment, "/:|@?")
}

/// Whether a text holds only what an address may hold plain or as `%` and two digits, and what is `also`
/// allowed.
fn is_made_of(text: &str, also: &str) -> bool {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let fits = match c {
            '%' => {
                let mut digit = || rest.next().is_some_and(|c| c.is_ascii_hexdigit());
                digit() && digit()
            }
            c => {
                c.is_ascii_alphanumeric()
                    || is_cyrillic(c)
                    || "-._~!$&'()*+,;=".contains(c)
                    || also.contains(c)
            }
        };
        if !fits {
            return false;
        }
    }
    true
}

/// Whether a text is `user@host:port`, where only the host must be there.
fn is_authority(text: &str) -> bool {
    let (user, rest) = text.rsplit_once('@').unwrap_or(("", text));
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => rest,
    };
    is_made_of(user, ":") && (is_ipv4(host) || is_ipv6(host) || is_host_name(host))
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_ipv6(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.is_some_and(|inner| {
        !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
    })
}

/// Whether a text is a host name of two labels or more, of which only those before the last two may hold `_`.
fn is_host_name(text: &str) -> bool {
    let mut labels = text.rsplit('.');
    let root = labels.next().unwrap_or_default();
    let Some(name) = labels.next() else { return false };
    is_label(root, false)
        && !root.starts_with(|c: char| c.is_ascii_digit())
        && is_label(name, false)
        && labels.all(|label| is_label(label, true))
}

fn is_label(text: &str, underscores: bool) -> bool {
    let is_edge = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
    let is_inner = |c: char| is_edge(c) || c == '-' || (underscores && c == '_');
    text.starts_with(is_edge) && text.ends_with(is_edge) && text.chars().all(is_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole_and_has_a_host() {
        for good in
            ["https://example.com", "http://☃.net/?q=%20#x", "https://a.b:8080/c(d)", "http://[::1]:80/"]
        {
            assert!(is_url(good, Scheme::Required), "{good}");
        }
        for bad in
            ["", "http://", "http://x", "https://a b.com", "mailto:a@b.com", "http://a.com/%zz", "://a.com"]
        {
            assert!(!is_url(bad, Scheme::Required), "{bad}");
        }
        assert!(is_url("example.com/x?y", Scheme::Optional));
        assert!(!is_url("example.com", Scheme::Required));
        assert!(!is_url("example.com ", Scheme::Optional));
    }
}
