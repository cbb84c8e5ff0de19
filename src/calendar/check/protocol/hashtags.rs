//! Tags: how they are written, where they stand, how many there are.

use crate::finding::Span;
use crate::text::{Tag, addresses, hashtags};

use super::super::super::format::word::shown;
use super::super::super::{Calendar, Norm};
use super::super::Copy;
use super::said::{Part, Said};
use super::{Breach, Flaw};

/// From how many letters on a tag in capitals is no acronym.
const LOUD_LETTERS: usize = 5;

/// Finds what is wrong with the tags of a post, those in its texts and those beside them.
pub(super) fn breaches(calendar: &Calendar, norm: &Norm, copy: &Copy<'_>, said: &[Said<'_>]) -> Vec<Breach> {
    let Norm::Hashtags { most, .. } = norm else { return Vec::new() };
    let campaign = copy.post.campaign.as_ref().and_then(|at| calendar.campaigns.get(&at.value));
    let own = campaign.and_then(|campaign| campaign.tag.as_ref()).map(|tag| tag.value.as_str());
    let mut breaches = Vec::new();
    let mut tags: Vec<(String, Span)> = Vec::new();
    for said in said {
        match said.part {
            Part::Text(_) => {
                let flaws = flaws(norm, said.text, own).into_iter();
                breaches.extend(flaws.map(|flaw| Breach {
                    span: Some(said.place(flaw.range)),
                    label: flaw.label,
                    help: flaw.help,
                }));
                let found = hashtags(said.text).into_iter();
                tags.extend(found.map(|tag| (tag.word.to_lowercase(), said.place(tag.range))));
            }
            Part::Tag => {
                let fault = spelling(norm, said.text, own);
                breaches.extend(fault.map(|(label, help)| Breach {
                    span: Some(said.span().clone()),
                    label,
                    help,
                }));
                tags.push((said.text.to_lowercase(), said.span().clone()));
            }
            _ => {}
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for (word, span) in &tags {
        if !seen.contains(&word.as_str()) {
            seen.push(word);
            if most.is_some_and(|most| seen.len() == most as usize + 1) {
                breaches.push(too_many(most.unwrap_or_default(), tags.len(), span.clone()));
            }
        }
    }
    breaches
}

fn too_many(most: u32, found: usize, span: Span) -> Breach {
    Breach {
        span: Some(span),
        label: format!("{found} tags, and {most} at most"),
        help: if most == 0 { "take them out".to_owned() } else { format!("keep the best {most}") },
    }
}

/// Finds what is wrong with the tags in a text.
pub(super) fn flaws(norm: &Norm, text: &str, own: Option<&str>) -> Vec<Flaw> {
    let Norm::Hashtags { at_end, .. } = norm else { return Vec::new() };
    let tags = hashtags(text);
    let mut flaws: Vec<Flaw> = tags
        .iter()
        .filter_map(|tag| {
            let (label, help) = spelling(norm, tag.word, own)?;
            Some(Flaw { range: tag.range.clone(), label, help })
        })
        .collect();
    if *at_end && let Some(tag) = tags.iter().find(|tag| is_inside(tag, text, &tags)) {
        flaws.push(Flaw {
            range: tag.range.clone(),
            label: "in the middle of the text".to_owned(),
            help: "write the word plainly, and the tag behind the text or in `tags`".to_owned(),
        });
    }
    flaws
}

/// Tells how many tags a text has, each once.
pub(super) fn count(text: &str) -> usize {
    let words: std::collections::BTreeSet<String> =
        hashtags(text).into_iter().map(|tag| tag.word.to_lowercase()).collect();
    words.len()
}

/// Tells whether words follow a tag that are neither tags nor links.
fn is_inside(tag: &Tag<'_>, text: &str, tags: &[Tag<'_>]) -> bool {
    let taken: Vec<_> = tags.iter().map(|tag| tag.range.clone()).chain(addresses(text)).collect();
    let rest = text.get(tag.range.end..).unwrap_or_default().char_indices();
    rest.map(|(at, c)| (tag.range.end + at, c))
        .any(|(at, c)| c.is_alphanumeric() && !taken.iter().any(|range| range.contains(&at)))
}

/// Says what is wrong with how a tag is written, and what would be right.
fn spelling(norm: &Norm, word: &str, own: Option<&str>) -> Option<(String, String)> {
    let Norm::Hashtags { camel, known, .. } = norm else { return None };
    let house = known.iter().map(String::as_str).chain(own);
    let mut alike = house.filter(|known| known.to_lowercase() == word.to_lowercase()).peekable();
    if let Some(right) = alike.peek().copied() {
        let is_right = alike.any(|known| known == word);
        return (!is_right).then(|| ("written otherwise".to_owned(), format!("write `{}`", shown(right))));
    }
    if !camel {
        return None;
    }
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let is_loud = letters.len() >= LOUD_LETTERS && letters.iter().all(|c| c.is_uppercase());
    let is_quiet = letters.first().is_some_and(|c| c.is_lowercase());
    (is_loud || is_quiet).then(|| {
        let help = "begin each word with a capital, as in `OpenDay`: a screen reader reads it so";
        ("a word without its capital".to_owned(), help.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm() -> Norm {
        Norm::Hashtags { camel: true, at_end: true, most: None, known: vec!["OpenDay".to_owned()] }
    }

    fn found(text: &str) -> Vec<&str> {
        flaws(&norm(), text, Some("NightOfTheNavigators")).into_iter().map(|flaw| &text[flaw.range]).collect()
    }

    #[test]
    fn tags_are_written_as_the_house_does() {
        assert_eq!(found("Come! #OpenDay #Museum #NASA #開館日 #2027Open"), [""; 0]);
        assert_eq!(found("Come! #openday"), ["#openday"]);
        assert_eq!(found("Come! #Openday #MUSEUM #museumnight"), ["#Openday", "#MUSEUM", "#museumnight"]);
        assert_eq!(found("Come! #nightofthenavigators"), ["#nightofthenavigators"]);
    }

    #[test]
    fn tags_stand_behind_the_text_with_nothing_but_links_and_tags() {
        assert_eq!(found("Our #OpenDay is near"), ["#OpenDay"]);
        assert_eq!(found("It is near. #OpenDay https://a.example/x #Museum 🐋"), [""; 0]);
        assert_eq!(count("#A #a #B"), 2);
    }
}
