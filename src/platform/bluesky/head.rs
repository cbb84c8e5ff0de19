//! What a page says of itself in its head, for those who show a link to it.

use encoding_rs::{Encoding, UTF_8};
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

/// How far into a page its charset is looked for (HTML §13.2.3.2).
const PRESCAN_BYTES: usize = 1024;

/// What a page says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Its title.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The address of a picture, as it is written, which may be relative.
    pub image: Option<String>,
}

/// Names for one thing, the best first: OpenGraph's, then what else people write.
const TITLES: [&str; 2] = ["og:title", "twitter:title"];
const DESCRIPTIONS: [&str; 3] = ["og:description", "twitter:description", "description"];
const IMAGES: [&str; 4] = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image"];

/// Reads a page's head. Any bytes at all are read as HTML is, to the end of the head.
pub fn read(bytes: &[u8], content_type: Option<&str>) -> Head {
    let html = decoded(bytes, content_type);
    let mut metas: Vec<(String, String)> = Vec::new();
    let mut title: Option<String> = None;
    let mut in_title = false;
    for token in tokens(&html) {
        match token {
            Token::StartTag(tag) => match tag.name.as_slice() {
                b"title" if title.is_none() => {
                    in_title = true;
                    title = Some(String::new());
                }
                b"meta" => metas.extend(meta(&tag)),
                b"body" => break,
                _ => {}
            },
            Token::EndTag(tag) if tag.name.as_slice() == b"title" => in_title = false,
            Token::EndTag(tag) if tag.name.as_slice() == b"head" => break,
            Token::String(piece) if in_title => {
                if let Some(title) = &mut title {
                    title.push_str(&String::from_utf8_lossy(&piece));
                }
            }
            _ => {}
        }
    }
    let best = |names: &[&str]| {
        let of = |name: &&str| {
            metas.iter().find(|(own, words)| own == name && !words.trim().is_empty()).map(|(_, words)| words)
        };
        names.iter().find_map(of).cloned()
    };
    Head {
        title: best(&TITLES).or(title.filter(|title| !title.trim().is_empty())),
        description: best(&DESCRIPTIONS),
        image: best(&IMAGES),
    }
}

/// Returns a page's tokens. What stands in a title, a script or a style is text, whatever it looks like.
fn tokens(html: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).map(|Ok(token)| token)
}

/// Returns the name and the content of a `meta`; OpenGraph writes `property`, some write `name`.
fn meta(tag: &StartTag<()>) -> Option<(String, String)> {
    let value = |name: &[u8]| {
        let (_, value) = tag.attributes.iter().find(|(own, _)| own.as_slice() == name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    };
    let name = value(b"property").or_else(|| value(b"name"))?;
    Some((name.trim().to_ascii_lowercase(), value(b"content")?))
}

/// Returns a page's text: by its first bytes, by what the server says, by what its head says, or as UTF-8.
fn decoded(bytes: &[u8], content_type: Option<&str>) -> String {
    let named = content_type.and_then(charset);
    let said = || {
        let begin = String::from_utf8_lossy(bytes.get(..PRESCAN_BYTES.min(bytes.len())).unwrap_or_default());
        tokens(&begin).find_map(|token| match token {
            Token::StartTag(tag) if tag.name.as_slice() == b"meta" => said_charset(&tag),
            _ => None,
        })
    };
    // `decode` looks at a byte order mark first.
    let (text, _, _) = named.or_else(said).unwrap_or(UTF_8).decode(bytes);
    text.into_owned()
}

fn said_charset(tag: &StartTag<()>) -> Option<&'static Encoding> {
    let value =
        |name: &[u8]| tag.attributes.iter().find(|(own, _)| own.as_slice() == name).map(|(_, value)| value);
    match value(b"charset") {
        Some(label) => Encoding::for_label(label),
        None => charset(&String::from_utf8_lossy(value(b"content")?)),
    }
}

/// Returns the encoding that a content type names.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let at = content_type.to_ascii_lowercase().find("charset=")?;
    let label = content_type.get(at + "charset=".len()..)?.split(';').next()?;
    Encoding::for_label(label.trim_matches([' ', '"', '\'']).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(html: &str) -> (Option<String>, Option<String>, Option<String>) {
        let Head { title, description, image } = read(html.as_bytes(), None);
        (title, description, image)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn opengraph_comes_before_what_else_a_head_says() {
        let html = "<!doctype html><html><head><title>Plain &amp; simple</title>\
                    <META Property='og:title' CONTENT=\"Open &quot;day&quot;\"><meta name=description content=Words>\
                    <meta property=og:image content=/poster.png></head><body><meta property=og:title content=No>";
        assert_eq!(head(html), (some("Open \"day\""), some("Words"), some("/poster.png")));
        assert_eq!(head("<title>Only <b>this</b></title>"), (some("Only <b>this</b>"), None, None));
        assert_eq!(
            head("<script>'<title>no</title>'</script><!-- <title>no</title> --><title>Yes</title>").0,
            some("Yes")
        );
        assert_eq!(head("<meta property=og:title content='  '><title> </title>"), (None, None, None));
    }

    #[test]
    fn a_page_is_read_in_its_own_charset() {
        let latin = b"<meta charset=iso-8859-1><title>Caf\xe9</title>";
        assert_eq!(read(latin, None).title, some("Café"));
        let http = b"<title>Caf\xe9</title>";
        assert_eq!(read(http, Some("text/html; charset=\"windows-1252\"; x")).title, some("Café"));
        let old = b"<meta http-equiv=content-type content='text/html; charset=shift_jis'><title>\x8a\x4a\x8a\xd9</title>";
        assert_eq!(read(old, None).title, some("開館"));
        assert_eq!(
            read("\u{feff}<title>é</title>".as_bytes(), Some("text/html; charset=latin1")).title,
            some("é")
        );
        assert_eq!(read(b"<title>\xff\xfe", None).title.unwrap().chars().count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            read(&bytes, Some("text/html; charset=utf-16"));
            read(&bytes, None);
        }
    }
}
