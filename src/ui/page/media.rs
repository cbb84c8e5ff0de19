//! What goes with a post's words: pictures with their descriptions, a poll, a link's card.

use crate::calendar::is_film;
use crate::draft::{Draft, Media};
use crate::html::{Html, is_web};
use crate::media::show_bytes;
use crate::text::{self, Alt, Platform};
use crate::ui::page::card::Desk;
use crate::ui::page::{self, words};

/// The most pictures that a card shows side by side; the rest is a number on the last.
const FRAMES_MAX: usize = 4;

/// Writes a draft's pictures and films, hidden until asked for where its labels make networks hide them.
pub fn media(html: &mut Html, desk: &Desk<'_>, draft: &Draft) {
    if draft.media.is_empty() {
        return;
    }
    let labels: Vec<&str> = draft.labels.iter().map(|label| label.as_str()).collect();
    let is_hidden = !labels.is_empty() && draft.platform.limits().labels;
    if is_hidden {
        html.raw("<details class=\"veil\">\n<summary>");
        html.say(&format!("Labelled {}: shown on request", labels.join(", "))).end("summary");
    }
    let frames = draft.media.len().min(FRAMES_MAX);
    html.open("div", &[("class", &format!("frames frames-{frames}"))]).raw("\n");
    for (index, one) in draft.media.iter().take(FRAMES_MAX).enumerate() {
        html.raw("<div class=\"frame\">");
        frame(html, desk, one);
        if index + 1 == FRAMES_MAX && draft.media.len() > FRAMES_MAX {
            html.word("span", &[("class", "more-frames")], &format!("+{}", draft.media.len() - FRAMES_MAX));
        }
        html.end("div");
    }
    html.end("div");
    descriptions(html, draft);
    if is_hidden {
        html.end("details");
    }
}

/// Writes one picture, or in its place what it is.
fn frame(html: &mut Html, desk: &Desk<'_>, media: &Media) {
    let words = media.alt.as_deref().map(str::trim).filter(|alt| !alt.is_empty());
    if desk.album.size_px(&media.file).is_some() {
        desk.album.show(html, desk.carry, &media.file, words.unwrap_or("A picture without a description"));
        return;
    }
    let kind = if is_film(&media.file) { "Film" } else { "Picture" };
    let what = match desk.book.get(&media.file) {
        Some(facts) => format!("{kind}, {}", show_bytes(facts.size_bytes)),
        None => format!("{kind} that is not there"),
    };
    html.raw("<div class=\"no-picture\">").line("p", &[], &what);
    html.line("p", &[("class", "file")], &media.file).close("div");
}

/// Writes the words for those who do not see the pictures.
fn descriptions(html: &mut Html, draft: &Draft) {
    if draft.platform.limits().alt == Alt::Unsupported {
        let name = draft.platform.name();
        html.line("p", &[("class", "aside")], &format!("{name} has no place for descriptions of pictures."));
        return;
    }
    html.raw("<div class=\"alts\">\n");
    for (index, media) in draft.media.iter().enumerate() {
        let number = if draft.media.len() > 1 { format!(" {}", index + 1) } else { String::new() };
        match media.alt.as_deref().map(str::trim).filter(|alt| !alt.is_empty()) {
            Some(alt) => {
                html.raw("<details class=\"alt\">\n").line("summary", &[], &format!("Alt text{number}"));
                let lang = page::lang(&draft.language);
                let mut attributes = vec![("dir", "auto")];
                attributes.extend(lang);
                html.line("p", &attributes, alt).end("details");
            }
            None if is_film(&media.file) => {}
            None => {
                let words = format!("No alt text{number}: nothing for those who cannot see it");
                html.line("p", &[("class", "alt missing")], &words);
            }
        }
    }
    html.end("div");
}

/// Writes a poll, with the moment at which it closes.
pub fn poll(html: &mut Html, desk: &Desk<'_>, draft: &Draft) {
    let Some(poll) = &draft.poll else { return };
    let how = if poll.multiple { "Choose one or more" } else { "Choose one" };
    let class = if poll.multiple { "poll many" } else { "poll" };
    html.open("ul", &[("class", class), ("aria-label", how)]).raw("\n");
    for option in &poll.options {
        html.line("li", &[("dir", "auto")], option);
    }
    html.end("ul").raw("<p class=\"aside\">").say(how);
    if draft.platform != Platform::Feed
        && let Some(closes) = draft.due.checked_add_signed(poll.open)
    {
        html.raw(" · closes ");
        page::time(html, closes, desk.calendar.zone(), "%A %-d %B %Y, %H:%M");
    }
    html.end("p");
}

/// Writes the card of the page that a post points to. Networks show one beside words alone, a feed's page always.
pub fn link_card(html: &mut Html, draft: &Draft, whole: &str) {
    let platform = draft.platform;
    let is_entry = platform == Platform::Feed;
    let stands_alone = draft.media.is_empty() && draft.poll.is_none() && platform.limits().links_work;
    if !is_entry && !stands_alone {
        return;
    }
    let first =
        || text::links(whole).into_iter().find(text::Link::has_scheme).map(|link| link.url.to_owned());
    let Some(link) = draft.link.clone().or_else(first).filter(|link| is_web(link)) else { return };
    let rest = link.split_once("://").map_or(link.as_str(), |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    html.open("a", &[("class", "link-card"), ("href", &link), ("rel", "nofollow noopener noreferrer")]);
    html.word("span", &[("class", "host"), ("dir", "ltr")], host.trim_start_matches("www."));
    if !path.trim_end_matches('/').is_empty() {
        html.word("span", &[("class", "path"), ("dir", "ltr")], path);
    }
    if !is_entry {
        html.raw("<span class=\"aside\">Title and picture come from the page itself.</span>");
    }
    html.end("a");
}

/// Writes a draft's whole text, folded where the network's app folds it.
pub fn text(html: &mut Html, draft: &Draft, whole: &str, over: Option<usize>) {
    if whole.is_empty() {
        return;
    }
    let marked = words::Marked::new(whole, draft, over);
    let mut attributes = vec![("class", "words"), ("dir", "auto")];
    attributes.extend(page::lang(&draft.language));
    let fold = draft.platform.fold().and_then(|fold| fold.place(whole));
    html.open("div", &attributes);
    marked.write(html, 0..fold.unwrap_or(whole.len()));
    if fold.is_some() {
        html.raw("<span class=\"ellipsis\" aria-hidden=\"true\"> …</span>");
    }
    html.end("div");
    if let Some(fold) = fold {
        let app = draft.platform.name();
        html.raw("<details class=\"more\">\n");
        html.line("summary", &[], &format!("Show more: {app} folds the text here"));
        html.open("div", &attributes);
        let rest = whole.get(fold..).unwrap_or_default();
        marked.write(html, whole.len() - rest.trim_start().len()..whole.len());
        html.end("div").end("details");
    }
}
