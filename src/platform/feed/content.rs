//! An entry's content as a fragment of HTML, for readers of `atom.xml` and `feed.json`.

use crate::draft::says;
use crate::html::{anchor, escape, is_web, paragraphs};

use super::entry::{Attachment, Collection, Entry};

/// Returns the address of a medium: absolute where the feed's server is known, else relative to the feed.
pub fn media_url(collection: &Collection, media: &Attachment) -> String {
    format!("{}media/{}", collection.facts.home.as_deref().unwrap_or_default(), media.name)
}

/// Returns the content as plain text.
pub fn plain(entry: &Entry) -> String {
    let mut blocks = Vec::new();
    blocks.extend(entry.warning.as_ref().map(|warning| format!("Content warning: {warning}")));
    blocks.push(entry.plain.clone());
    blocks.extend(
        entry.poll.as_ref().map(|poll| {
            poll.options.iter().map(|option| format!("- {option}")).collect::<Vec<_>>().join("\n")
        }),
    );
    blocks.extend(entry.media.iter().filter_map(|media| media.alt.as_ref()).map(|alt| format!("[{alt}]")));
    blocks.retain(|block| !block.trim().is_empty());
    blocks.join("\n\n")
}

/// Returns the content as HTML; what a warning stands before is folded.
pub fn html(collection: &Collection, entry: &Entry) -> String {
    let mut html = paragraphs(&entry.text);
    if let Some(poll) = &entry.poll {
        html.push_str("<ul>\n");
        for option in &poll.options {
            html.push_str(&format!("<li dir=\"auto\">{}</li>\n", escape(option)));
        }
        html.push_str("</ul>\n");
    }
    for media in &entry.media {
        html.push_str(&format!("<figure>{}</figure>\n", medium(media, &media_url(collection, media), "")));
    }
    if let Some(link) = unsaid_link(entry) {
        let link = if is_web(link) { anchor(link, link) } else { escape(link) };
        html.push_str(&format!("<p>{link}</p>\n"));
    }
    match &entry.warning {
        Some(warning) => {
            format!("<details>\n<summary>Content warning: {}</summary>\n{html}</details>\n", escape(warning))
        }
        None => html,
    }
}

/// Returns the link, if the words do not have it already.
pub fn unsaid_link(entry: &Entry) -> Option<&str> {
    entry.link.as_deref().filter(|link| !says(&entry.text, link))
}

/// Writes a picture, a film, a sound, or a link to what a browser does not show.
pub fn medium(media: &Attachment, url: &str, attributes: &str) -> String {
    let url = escape(url);
    let alt = escape(media.alt.as_deref().unwrap_or_default());
    let size = media
        .size_px
        .map(|(width, height)| format!(" width=\"{width}\" height=\"{height}\""))
        .unwrap_or_default();
    let label = if alt.is_empty() { String::new() } else { format!(" aria-label=\"{alt}\"") };
    match media.media_type().split('/').next() {
        Some("image") => format!("<img src=\"{url}\" alt=\"{alt}\"{size}{attributes}>"),
        Some("video") => format!("<video src=\"{url}\"{label}{size} controls preload=\"none\"></video>"),
        Some("audio") => format!("<audio src=\"{url}\"{label} controls preload=\"none\"></audio>"),
        _ => format!("<a href=\"{url}\">{}</a>", if alt.is_empty() { escape(&media.name) } else { alt }),
    }
}
