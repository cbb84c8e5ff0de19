//! Which posts tell of which event, and by what that is known.

use std::fmt;

use crate::calendar::{Body, Happening, Post};

/// By what a post is known to tell of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The event's file says so.
    Named,
    /// Both have the same link.
    Link,
    /// The post is of the event's campaign.
    Campaign,
    /// The post has the event's tag.
    Tag,
    /// The post says the event's name.
    Words,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Named => "the event says so",
            Reason::Link => "it has the event's link",
            Reason::Campaign => "it is of the event's campaign",
            Reason::Tag => "it has the event's tag",
            Reason::Words => "it says the event's name",
        })
    }
}

/// The fewest letters of a name that is looked for in texts: shorter ones stand in too many.
const NAME_MIN: usize = 4;

/// What a post says, as far as events are known by it.
pub struct Said<'a> {
    pub post: &'a Post,
    links: Vec<String>,
    tags: Vec<String>,
    words: String,
}

impl<'a> Said<'a> {
    pub fn of(post: &'a Post) -> Said<'a> {
        let bodies =
            || std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value));
        let parts = |body: &'a Body| body.thread.iter().flatten();
        let links = bodies()
            .flat_map(|body| body.link.iter().chain(parts(body).filter_map(|part| part.link.as_ref())));
        let tags = bodies().flat_map(|body| body.tags.iter().flatten());
        let texts = bodies().flat_map(|body| {
            let own = [&body.title, &body.text].into_iter().flatten();
            own.chain(parts(body).map(|part| &part.text)).map(|words| words.text.as_str())
        });
        let texts: Vec<&str> = texts.collect();
        let mut links: Vec<String> = links.map(|link| bare(&link.value)).collect();
        // A link may stand in the text alone.
        let in_texts =
            texts.iter().flat_map(|text| text.split_whitespace()).filter(|word| word.contains("://"));
        links.extend(
            in_texts.map(|word| bare(word.trim_matches(['(', ')', '<', '>', ',', '.', ';', '!', '?']))),
        );
        let mut tags: Vec<String> = tags.map(|tag| tag.value.to_lowercase()).collect();
        tags.extend(
            texts.iter().flat_map(|text| crate::text::hashtags(text)).map(|tag| tag.word.to_lowercase()),
        );
        Said { post, links, tags, words: spaced(&texts.join("\n")) }
    }

    /// Returns the first reason for which the post tells of an event, if there is one.
    pub fn tells_of(&self, event: &Happening) -> Option<Reason> {
        let is_named = event.post.as_ref().is_some_and(|post| post.value == self.post.id);
        if is_named {
            return Some(Reason::Named);
        }
        if event.link.as_ref().is_some_and(|link| self.links.contains(&bare(link))) {
            return Some(Reason::Link);
        }
        let of = |at: &crate::calendar::At<crate::draft::CampaignId>| {
            self.post.campaign.as_ref().is_some_and(|own| own.value == at.value)
        };
        if event.campaign.as_ref().is_some_and(of) {
            return Some(Reason::Campaign);
        }
        if event
            .tag
            .as_ref()
            .is_some_and(|tag| self.tags.contains(&tag.trim_start_matches('#').to_lowercase()))
        {
            return Some(Reason::Tag);
        }
        let name = spaced(&event.name.value);
        let is_long = name.chars().filter(|c| c.is_alphanumeric()).count() >= NAME_MIN;
        (is_long && self.words.contains(&name)).then_some(Reason::Words)
    }
}

/// Returns an address without what does not tell pages apart: its scheme, `www.`, its query, its fragment, its last slash.
fn bare(link: &str) -> String {
    let link = link.split(['?', '#']).next().unwrap_or_default();
    let link = link.split_once("://").map_or(link, |(_, rest)| rest).to_lowercase();
    link.strip_prefix("www.").unwrap_or(&link).trim_end_matches('/').to_owned()
}

/// Returns a text's words in lower case with one blank before and behind each, whatever stood between.
fn spaced(text: &str) -> String {
    let mut spaced = String::from(" ");
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            spaced.push(c);
        } else if !matches!(c, '\'' | '\u{2019}') && !spaced.ends_with(' ') {
            spaced.push(' ');
        }
    }
    if !spaced.ends_with(' ') {
        spaced.push(' ');
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_the_same_whatever_counts_their_clicks() {
        let page = bare("https://museum.example/open-day");
        for link in
            ["http://www.museum.example/Open-Day/", "https://museum.example/open-day?utm_medium=social#top"]
        {
            assert_eq!(bare(link), page);
        }
        assert_ne!(bare("https://museum.example/open-days"), page);
    }

    #[test]
    fn a_name_is_found_as_whole_words() {
        let text = spaced("Come to our Open Day, “Keepers’ Hour” included!");
        for name in ["Open day", "keepers' hour", "OPEN-DAY"] {
            assert!(text.contains(&spaced(name)), "{name}");
        }
        for name in ["Open Days", "pen Day", "Day Open"] {
            assert!(!text.contains(&spaced(name)), "{name}");
        }
    }
}
