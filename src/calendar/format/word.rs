//! Single words: how they are shown, and whether they are ids, addresses or languages.

/// Returns a text as a message shows it: short, on one line, with nothing in it that a terminal would obey.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short.replace("\\'", "'").replace("\\\"", "\"")
}

/// Returns the id that a name was probably meant to be.
pub fn slug(name: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization as _;
    let mut slug = String::new();
    for c in name.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).take(200) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    crate::draft::is_id(slug).then(|| slug.to_owned())
}

/// Returns what is wrong with a web address, if anything.
pub fn url_fault(url: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = url.split_once("://") else { return Some("it has no https:// before it") };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Some("it begins with neither https:// nor http://");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("it has a user name in it");
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Some("its port is not a number");
    }
    if host.is_empty() || host.starts_with('.') || host.contains("..") {
        return Some("it names no host");
    }
    if url.chars().any(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '<' | '>' | '\\' | '`' | '^' | '{' | '}' | '|')
    }) {
        return Some("it has a character in it that an address cannot have");
    }
    None
}

/// Tells whether a tag has the form of BCP 47: a language of two or three letters, then parts of up to eight.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts
        .next()
        .is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    first && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Tells whether git takes a name for a branch or a remote: `git check-ref-format --branch`.
pub fn is_git_name(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let odd = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    !name.contains(odd)
        && !["..", "@{"].iter().any(|pair| name.contains(pair))
        && !["@", "HEAD"].contains(&name)
        && !name.starts_with('-')
        && !name.ends_with('.')
        && name.split('/').all(part)
}
