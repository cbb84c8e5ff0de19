//! Facets: the parts of a text that are links, mentions and tags. Bluesky's server finds none by itself.

use std::ops::Range;

use crate::draft::places;
use crate::text::{self, Count, Handles};

/// What a part of a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feature<'a> {
    /// A link, with its whole address.
    Link(String),
    /// A mention of this handle.
    Mention(&'a str),
    /// A tag, without its sign.
    Tag(&'a str),
}

/// A part of a text that is more than words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet<'a> {
    /// Where it stands, in bytes of UTF-8.
    pub range: Range<usize>,
    /// What it is.
    pub feature: Feature<'a>,
}

/// The longest tag (lexicon app.bsky.richtext.facet, `#tag`).
const TAG_GRAPHEMES_MAX: usize = 64;
const TAG_BYTES_MAX: usize = 640;

/// Finds what is more than words in a whole text, in order; no two overlap.
///
/// `link` is the page that the post points to: it is a link wherever it stands. An address takes what looks like a
/// mention or a tag within it.
pub fn find<'a>(whole: &'a str, link: Option<&str>) -> Vec<Facet<'a>> {
    let mut found = Found { facets: Vec::new() };
    for (at, address) in link.into_iter().flat_map(|link| places(whole, link).map(move |at| (at, link))) {
        found.add(at..at + address.len(), Feature::Link(address.to_owned()));
    }
    for link in text::links(whole) {
        let uri = if link.has_scheme() { link.url.to_owned() } else { format!("https://{}", link.url) };
        found.add(link.range, Feature::Link(uri));
    }
    for range in text::addresses(whole) {
        let address = whole.get(range.clone()).unwrap_or_default();
        if is_web(address) {
            found.add(range, Feature::Link(address.to_owned()));
        }
    }
    for mention in text::mentions(whole, Handles::Domain) {
        found.add(mention.range, Feature::Mention(mention.name));
    }
    for tag in text::hashtags(whole) {
        let length = text::count(tag.word, Count::Graphemes);
        if length.used <= TAG_GRAPHEMES_MAX && length.bytes <= TAG_BYTES_MAX {
            found.add(tag.range, Feature::Tag(tag.word));
        }
    }
    found.facets.sort_by_key(|facet| facet.range.start);
    found.facets
}

/// Tells whether a text is an address that a browser can open.
pub fn is_web(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

struct Found<'a> {
    facets: Vec<Facet<'a>>,
}

impl<'a> Found<'a> {
    /// Adds a facet where no other stands.
    fn add(&mut self, range: Range<usize>, feature: Feature<'a>) {
        let meets = |other: &Facet<'_>| other.range.start < range.end && range.start < other.range.end;
        if !range.is_empty() && !self.facets.iter().any(meets) {
            self.facets.push(Facet { range, feature });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown<'a>(whole: &'a str, link: Option<&str>) -> Vec<(&'a str, Feature<'a>)> {
        find(whole, link).into_iter().map(|facet| (&whole[facet.range], facet.feature)).collect()
    }

    #[test]
    fn links_mentions_and_tags_are_found_where_their_bytes_are() {
        let whole =
            "👩‍🚀 開館 https://museum.example/öffnen?a=1#b, museum.org/x (@ada.test) #Tag @no.such.root مرحبا";
        assert_eq!(
            shown(whole, None),
            [
                ("https://museum.example/", Feature::Link("https://museum.example/".to_owned())),
                ("museum.org/x", Feature::Link("https://museum.org/x".to_owned())),
                ("@ada.test", Feature::Mention("ada.test")),
                ("#Tag", Feature::Tag("Tag")),
            ]
        );
    }

    #[test]
    fn an_address_takes_what_stands_within_it() {
        let whole = "https://museum.internal/@ada.test/#tag and http://museum.org/#tag.";
        assert_eq!(
            shown(whole, None),
            [
                (
                    "https://museum.internal/@ada.test/#tag",
                    Feature::Link("https://museum.internal/@ada.test/#tag".to_owned())
                ),
                ("http://museum.org/#tag", Feature::Link("http://museum.org/#tag".to_owned())),
            ]
        );
    }

    #[test]
    fn the_page_that_a_post_points_to_is_a_link_whatever_its_name() {
        let link = "https://例え.internal/道";
        assert_eq!(shown(&format!("道 {link}"), Some(link)), [(link, Feature::Link(link.to_owned()))]);
        let (link, longer) = ("https://museum.example/a", "https://museum.example/ab");
        assert_eq!(shown(longer, Some(link)), [(longer, Feature::Link(longer.to_owned()))]);
    }

    #[test]
    fn a_tag_that_bluesky_would_refuse_stays_words() {
        let long = "a".repeat(65);
        assert_eq!(shown(&format!("#{long} #b"), None), [("#b", Feature::Tag("b"))]);
    }

    proptest! {
        #[test]
        fn ranges_are_between_characters_and_hold_what_was_found(
            pieces in prop::collection::vec(
                prop_oneof![
                    "\\PC{0,6}",
                    Just("👩‍👩‍👧‍👦".to_owned()),
                    Just("שלום".to_owned()),
                    Just("\u{202e}مرحبا".to_owned()),
                    Just("開館日".to_owned()),
                    Just("https://museum.example/a(b)?c=d".to_owned()),
                    Just("museum.org".to_owned()),
                    Just("@ada.test".to_owned()),
                    Just("@ada.museum.org".to_owned()),
                    Just("#開館日".to_owned()),
                    Just("＃OpenDay".to_owned()),
                    Just(" ".to_owned()),
                    Just("\n".to_owned()),
                ],
                0..12,
            )
        ) {
            let whole = pieces.concat();
            let mut end = 0;
            for facet in find(&whole, Some("https://museum.example/a(b)?c=d")) {
                prop_assert!(facet.range.start >= end, "they are in order, and apart");
                end = facet.range.end;
                let slice = whole.get(facet.range.clone());
                prop_assert!(slice.is_some(), "{:?} parts a character of {whole:?}", facet.range);
                let slice = slice.unwrap();
                match facet.feature {
                    Feature::Link(uri) => { prop_assert_eq!(uri.strip_prefix("https://").unwrap_or(&uri), slice.strip_prefix("https://").unwrap_or(slice)) },
                    Feature::Mention(name) => prop_assert_eq!(slice.trim_start_matches(['@', '＠']), name),
                    Feature::Tag(word) => prop_assert_eq!(slice.trim_start_matches(['#', '＃']), word),
                }
            }
        }
    }
}
