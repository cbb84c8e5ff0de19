//! A post's words, with what a network makes of them: links, mentions and tags, the fold, and what is too much.

use std::ops::Range;

use crate::draft::{Draft, places};
use crate::html::Html;
use crate::platform::bluesky::facets::{self, Feature};
use crate::text::{self, Platform};

/// What a part of a text is to its network.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    /// A link to this address.
    Link(String),
    /// A person or a tag, which a network makes clickable within itself.
    Inside,
}

/// A text and what is to be said of its parts.
pub struct Marked<'a> {
    text: &'a str,
    marks: Vec<(Range<usize>, Mark)>,
    /// Where the first character stands that is too much.
    over: Option<usize>,
}

impl<'a> Marked<'a> {
    /// Finds in a draft's text what its network marks.
    pub fn new(text: &'a str, draft: &Draft, over: Option<usize>) -> Marked<'a> {
        Marked { text, marks: marks(text, draft), over }
    }

    /// Writes a stretch of the text.
    pub fn write(&self, html: &mut Html, stretch: Range<usize>) {
        let edge = self.over.unwrap_or(self.text.len()).clamp(stretch.start, stretch.end);
        self.plain(html, stretch.start..edge);
        if edge < stretch.end {
            html.raw("<mark class=\"over\">");
            self.plain(html, edge..stretch.end);
            html.raw("</mark>");
        }
    }

    fn plain(&self, html: &mut Html, stretch: Range<usize>) {
        let mut done = stretch.start;
        let say = |html: &mut Html, range: Range<usize>| {
            html.say(self.text.get(range).unwrap_or_default());
        };
        for (range, mark) in &self.marks {
            let (start, end) = (range.start.max(done), range.end.min(stretch.end));
            if start >= end {
                continue;
            }
            say(html, done..start);
            let words = self.text.get(start..end).unwrap_or_default();
            match mark {
                Mark::Link(url) => html.link(url, words),
                Mark::Inside => html.word("span", &[("class", "inside")], words),
            };
            done = end;
        }
        say(html, done..stretch.end);
    }
}

/// Tells whether a network makes people and tags clickable that a text names.
fn makes_clickable(platform: Platform) -> (bool, bool) {
    match platform {
        Platform::X
        | Platform::Instagram
        | Platform::Threads
        | Platform::YouTube
        | Platform::TikTok
        | Platform::Telegram
        | Platform::Mastodon
        | Platform::Bluesky => (true, true),
        // A mention there is no word of the text, but a reference to an account.
        Platform::Facebook | Platform::LinkedIn | Platform::Pinterest => (false, true),
        Platform::Feed | Platform::Reddit | Platform::Discord | Platform::Slack => (false, false),
    }
}

/// Finds what a network marks in a text, in order; no two overlap.
fn marks(whole: &str, draft: &Draft) -> Vec<(Range<usize>, Mark)> {
    let platform = draft.platform;
    if platform == Platform::Bluesky {
        // What is sent says itself what its parts are.
        let of = |feature| match feature {
            Feature::Link(url) => Mark::Link(url),
            Feature::Mention(_) | Feature::Tag(_) => Mark::Inside,
        };
        let found = facets::find(whole, draft.link.as_deref());
        return found.into_iter().map(|facet| (facet.range, of(facet.feature))).collect();
    }
    let mut found: Vec<(Range<usize>, Mark)> = Vec::new();
    let mut add = |range: Range<usize>, mark: Mark| {
        let meets = |(other, _): &(Range<usize>, Mark)| other.start < range.end && range.start < other.end;
        if !range.is_empty() && !found.iter().any(meets) {
            found.push((range, mark));
        }
    };
    if platform.limits().links_work {
        let own = draft.link.iter().flat_map(|link| places(whole, link).map(move |at| (at, link)));
        own.for_each(|(at, link)| add(at..at + link.len(), Mark::Link(link.clone())));
        for link in text::links(whole) {
            let scheme = if link.has_scheme() { "" } else { "https://" };
            add(link.range, Mark::Link(format!("{scheme}{}", link.url)));
        }
        for range in text::addresses(whole) {
            let url = whole.get(range.clone()).unwrap_or_default().to_owned();
            add(range, Mark::Link(url));
        }
    }
    let (people, tags) = makes_clickable(platform);
    if people {
        let found = text::mentions(whole, platform.handles());
        found.into_iter().for_each(|mention| add(mention.range, Mark::Inside));
    }
    if tags {
        text::hashtags(whole).into_iter().for_each(|tag| add(tag.range, Mark::Inside));
    }
    if platform == Platform::X {
        text::cashtags(whole).into_iter().for_each(|tag| add(tag.range, Mark::Inside));
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}
