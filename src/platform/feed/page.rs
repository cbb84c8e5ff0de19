//! The feed as one page that a person can read: no script, and no request that leaves its folder.

use chrono::{DateTime, Utc};

use crate::html::{anchor, escape, is_web, language, paragraphs};

use super::content::{medium, unsaid_link};
use super::entry::{Attachment, Collection, Entry, moment};

/// What tells that a file was written here.
pub const MARK: &str = "<meta name=\"generator\" content=\"kalends\">";

const STYLE: &str = include_str!("page.css");

/// Forbids, should a browser ever be fooled by people's words, everything but the page's own style and media.
const POLICY: &str = "default-src 'none'; img-src 'self' file:; media-src 'self' file:; \
                      style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes a collection as a page, whole.
pub fn write(collection: &Collection) -> String {
    let title = escape(&collection.facts.title);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n{MARK}\n<title>{title}</title>\n\
         <link rel=\"alternate\" type=\"application/atom+xml\" title=\"{title}\" href=\"atom.xml\">\n\
         <link rel=\"alternate\" type=\"application/feed+json\" title=\"{title}\" href=\"feed.json\">\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#posts\">Skip to the posts</a>\n"
    );
    html.push_str(&masthead(collection));
    html.push_str("<main id=\"posts\">\n");
    if collection.entries.is_empty() {
        html.push_str(
            "<section class=\"empty\">\n<h2>Nothing is published here yet</h2>\n\
             <p>The first post will stand on this page, and in both feeds.</p>\n</section>\n",
        );
    }
    let threads = threads(&collection.entries);
    for month in threads.chunk_by(|a, b| month_of(a) == month_of(b)) {
        html.push_str(&section(month));
    }
    html.push_str("</main>\n");
    html.push_str(&footer(collection, threads.len()));
    html.push_str("</body>\n</html>\n");
    html
}

fn masthead(collection: &Collection) -> String {
    let facts = &collection.facts;
    let home = facts.home.as_deref().map(|home| {
        let name = home.split_once("://").map_or(home, |(_, name)| name).trim_end_matches('/');
        format!("<p class=\"home\">{}</p>\n", anchor(home, name))
    });
    format!(
        "<header class=\"masthead\">\n{}<h1 dir=\"auto\">{}</h1>\n<p class=\"follow\">Follow by \
         <a href=\"atom.xml\" type=\"application/atom+xml\">Atom</a> or \
         <a href=\"feed.json\" type=\"application/feed+json\">JSON Feed</a></p>\n</header>\n",
        home.unwrap_or_default(),
        escape(&facts.title)
    )
}

fn footer(collection: &Collection, posts: usize) -> String {
    let updated = collection.updated;
    let count = match posts {
        0 => String::new(),
        1 => "One post. ".to_owned(),
        n => format!("{n} posts. "),
    };
    let date = updated.format("%-d %B %Y");
    format!(
        "<footer>\n<p>{count}Last changed on <time datetime=\"{}\">{date}</time>. Times are in UTC.</p>\n\
         <p>This page runs no script, sets no cookie and asks nothing of any other server.</p>\n</footer>\n",
        moment::text(&updated)
    )
}

/// A thread's parts in order; a post that is no thread is one of a single part.
type Thread<'a> = Vec<&'a Entry>;

/// Returns the threads, the newest beginning first.
fn threads(entries: &[Entry]) -> Vec<Thread<'_>> {
    let mut parts: Vec<&Entry> = entries.iter().collect();
    parts.sort_by_key(|entry| (entry.thread(), entry.part));
    let mut threads: Vec<Thread<'_>> =
        parts.chunk_by(|a, b| a.thread() == b.thread()).map(<[&Entry]>::to_vec).collect();
    threads.sort_by_key(|thread| {
        std::cmp::Reverse(thread.first().map(|first| (first.published, first.thread())))
    });
    threads
}

fn month_of(thread: &Thread<'_>) -> Option<String> {
    thread.first().map(|first| first.published.format("%Y-%m").to_string())
}

fn section(month: &[Thread<'_>]) -> String {
    let Some(first) = month.first().and_then(|thread| thread.first()) else { return String::new() };
    let id = first.published.format("month-%Y-%m");
    let name = first.published.format("%B %Y");
    let mut html = format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{name}</h2>\n");
    month.iter().for_each(|thread| html.push_str(&article(thread)));
    html.push_str("</section>\n");
    html
}

fn article(thread: &Thread<'_>) -> String {
    let Some((first, rest)) = thread.split_first() else { return String::new() };
    let mut html = format!(
        "<article class=\"post\" id=\"{}\"{}>\n{}<div class=\"words\">\n{}",
        escape(&first.key),
        lang(first),
        dateline(first),
        body(first)
    );
    for part in rest {
        html.push_str(&format!(
            "<div class=\"part\" id=\"{}\"{}>\n<p class=\"count\" lang=\"en\"><a href=\"#{}\">{} of {}</a></p>\n{}\
             </div>\n",
            escape(&part.key),
            lang(part),
            escape(&part.key),
            part.part,
            part.parts,
            body(part)
        ));
    }
    html.push_str("</div>\n</article>\n");
    html
}

fn lang(entry: &Entry) -> String {
    language(&entry.language).map(|lang| format!(" lang=\"{lang}\"")).unwrap_or_default()
}

/// Writes a post's heading: the author's title, or the moment where there is none.
fn dateline(entry: &Entry) -> String {
    let time = format!("<a href=\"#{}\">{}</a>", escape(&entry.key), time(&entry.published));
    if !entry.has_own_title {
        return format!("<h3 class=\"when\" lang=\"en\">{time}</h3>\n");
    }
    // The heading comes first, for those who hear the page; the style puts the moment beside it.
    format!(
        "<h3 class=\"title\" dir=\"auto\">{}</h3>\n<p class=\"when\" lang=\"en\">{time}</p>\n",
        escape(&entry.title)
    )
}

fn time(at: &DateTime<Utc>) -> String {
    format!(
        "<time datetime=\"{}\"><span class=\"weekday\">{}</span> <span class=\"day\">{}</span> \
         <span class=\"month\">{}</span> <span class=\"clock\">{}</span></time>",
        moment::text(at),
        at.format("%A"),
        at.format("%-d"),
        at.format("%B %Y"),
        at.format("%H:%M")
    )
}

fn body(entry: &Entry) -> String {
    let mut html = paragraphs(&entry.text);
    if let Some(poll) = &entry.poll {
        let ask = if poll.multiple { "Choose one or more" } else { "Choose one" };
        html.push_str(&format!("<ul class=\"poll\" aria-label=\"{ask}\">\n"));
        for option in &poll.options {
            html.push_str(&format!("<li dir=\"auto\">{}</li>\n", escape(option)));
        }
        html.push_str("</ul>\n");
    }
    html.push_str(&plates(&entry.media));
    if let Some(link) = unsaid_link(entry) {
        html.push_str(&format!("<p class=\"link\">{}</p>\n", link_line(link)));
    }
    if !entry.tags.is_empty() {
        html.push_str("<ul class=\"tags\" aria-label=\"Tags\">\n");
        entry.tags.iter().for_each(|tag| html.push_str(&format!("<li dir=\"auto\">{}</li>\n", escape(tag))));
        html.push_str("</ul>\n");
    }
    match &entry.warning {
        Some(warning) => format!(
            "<details>\n<summary><span lang=\"en\">Content warning:</span> <bdi>{}</bdi></summary>\n{html}</details>\n",
            escape(warning)
        ),
        None => html,
    }
}

fn link_line(link: &str) -> String {
    if !is_web(link) {
        return escape(link);
    }
    let shown = link.split_once("://").map_or(link, |(_, rest)| rest).trim_end_matches('/');
    anchor(link, shown)
}

/// Hangs the pictures in rows of one height, none of them cut: each grows by its own proportions.
fn plates(media: &[Attachment]) -> String {
    if media.is_empty() {
        return String::new();
    }
    let mut html = String::from("<div class=\"plates\">\n");
    for media in media {
        let url = format!("media/{}", media.name);
        let shown = medium(media, &url, " loading=\"lazy\" decoding=\"async\"");
        let proportion =
            media.size_px.map_or(1.5, |(width, height)| f64::from(width) / f64::from(height.max(1)));
        let opened = if media.media_type().starts_with("image/") {
            format!("<a href=\"{}\">{shown}</a>", escape(&url))
        } else {
            shown
        };
        let proportion = proportion.clamp(0.3, 4.0);
        html.push_str(&format!("<figure style=\"--proportion:{proportion:.3}\">{opened}</figure>\n"));
    }
    html.push_str("</div>\n");
    html
}
