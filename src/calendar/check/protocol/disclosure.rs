//! Advertising that says that it is.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::super::Copy;
use super::Breach;
use super::matcher::Matcher;
use super::said::{Part, Said};

/// Tags by which nobody knows advertising (Federal Trade Commission, *Disclosures 101 for Social Media Influencers*:
/// vague or confusing terms).
const VAGUE: [&str; 6] = ["sp", "spon", "sponcon", "collab", "ambassador", "prtnr"];

/// Finds vague tags, and advertising that does not say so by the character that it must.
pub(super) fn breaches(
    words: &Matcher,
    when: Option<&Matcher>,
    within: u32,
    copy: &Copy<'_>,
    said: &[Said<'_>],
) -> Vec<Breach> {
    let mut breaches = vague(said);
    let is_in = |words: &Matcher, said: &Said<'_>| words.is_in(said.text, said.has_accents());
    if when.is_some_and(|names| !said.iter().any(|said| is_in(names, said))) {
        return breaches;
    }
    // What stands above the text is read before it.
    if said.iter().any(|said| matches!(said.part, Part::Title | Part::Warning) && is_in(words, said)) {
        return breaches;
    }
    let whole = copy.whole.first().map_or("", String::as_str);
    let accents = said.first().is_some_and(Said::has_accents);
    let text = said.iter().find(|said| said.part == Part::Text(0));
    let span = || text.map(|said| said.span().clone()).or_else(|| copy.to());
    match late(words, whole, accents, within) {
        Stands::InTime => {}
        Stands::Late(range) => {
            // Behind the text come its link and its tags.
            let in_text = text.filter(|said| range.end <= said.text.len());
            let tag = said
                .iter()
                .find(|said| said.part == Part::Tag && words.is_in(&format!("#{}", said.text), accents));
            let place = in_text.map(|said| said.place(range.clone()));
            breaches.push(Breach {
                span: place.or_else(|| tag.map(|tag| tag.span().clone())).or_else(span),
                label: format!("behind character {within}"),
                help: "say it at the beginning of the text: networks fold the rest away".to_owned(),
            });
        }
        Stands::Nowhere => breaches.push(Breach {
            span: span(),
            label: "does not say that it is advertising".to_owned(),
            help: "say it at the beginning of the text".to_owned(),
        }),
    }
    breaches
}

/// Where a text says that it is advertising.
pub(super) enum Stands {
    /// Early enough.
    InTime,
    /// There, too late.
    Late(Range<usize>),
    /// Not at all.
    Nowhere,
}

/// Tells where a text says that it is advertising.
pub(super) fn late(words: &Matcher, text: &str, accents: bool, within: u32) -> Stands {
    let Some(first) = words.find(text, accents).into_iter().next() else { return Stands::Nowhere };
    let before = text.get(..first.end).unwrap_or_default().graphemes(true).count();
    if before <= within as usize { Stands::InTime } else { Stands::Late(first) }
}

/// Tells whether a tag is one by which nobody knows advertising.
pub(super) fn is_vague(tag: &str) -> bool {
    VAGUE.iter().any(|vague| tag.eq_ignore_ascii_case(vague))
}

fn vague(said: &[Said<'_>]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut tell = |tag: &str, span| {
        breaches.push(Breach {
            span: Some(span),
            label: "nobody knows what that means".to_owned(),
            help: format!("write `#ad` in place of `#{}`", tag.to_lowercase()),
        });
    };
    for said in said {
        match said.part {
            Part::Tag if is_vague(said.text) => tell(said.text, said.span().clone()),
            Part::Tag => {}
            _ => crate::text::hashtags(said.text)
                .into_iter()
                .filter(|tag| is_vague(tag.word))
                .for_each(|tag| tell(tag.word, said.place(tag.range))),
        }
    }
    breaches
}
