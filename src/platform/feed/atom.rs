//! The feed as Atom 1.0 (RFC 4287), with threads by RFC 4685.

use crate::html::{escape, is_web, language};

use super::content;
use super::entry::{Collection, Entry, moment};

/// What tells that a file was written here.
pub const MARK: &str = "<generator>kalends</generator>";

/// Writes a collection as an Atom feed, whole.
pub fn write(collection: &Collection) -> String {
    let facts = &collection.facts;
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" \
         xmlns:thr=\"http://purl.org/syndication/thread/1.0\">\n",
    );
    element(&mut xml, "  ", "id", &facts.id);
    element(&mut xml, "  ", "title", &facts.title);
    element(&mut xml, "  ", "updated", &moment::text(&collection.updated));
    xml.push_str("  <author>\n");
    element(&mut xml, "    ", "name", &facts.title);
    if let Some(home) = &facts.home {
        element(&mut xml, "    ", "uri", home);
    }
    xml.push_str("  </author>\n");
    xml.push_str(&format!("  {MARK}\n"));
    let home = facts.home.as_deref().unwrap_or_default();
    let own = |name: &str| if home.is_empty() { name.to_owned() } else { format!("{home}{name}") };
    link(&mut xml, "  ", "self", "application/atom+xml", &own("atom.xml"), "");
    let page = if home.is_empty() { "index.html" } else { home };
    link(&mut xml, "  ", "alternate", "text/html", page, "");
    link(&mut xml, "  ", "alternate", "application/feed+json", &own("feed.json"), "");
    for entry in &collection.entries {
        write_entry(&mut xml, collection, entry);
    }
    xml.push_str("</feed>\n");
    xml
}

fn write_entry(xml: &mut String, collection: &Collection, entry: &Entry) {
    let lang = language(&entry.language).map(|lang| format!(" xml:lang=\"{lang}\"")).unwrap_or_default();
    xml.push_str(&format!("  <entry{lang}>\n"));
    element(xml, "    ", "id", &entry.id);
    element(xml, "    ", "title", &entry.title);
    let published = moment::text(&entry.published);
    element(xml, "    ", "published", &published);
    element(xml, "    ", "updated", &published);
    link(xml, "    ", "alternate", "text/html", &page_url(entry), "");
    if let Some(url) = entry.link.as_deref().filter(|url| is_web(url)) {
        xml.push_str(&format!("    <link rel=\"related\" href=\"{}\"/>\n", escape(url)));
    }
    if let Some(parent) = entry.in_reply_to.as_deref().and_then(|key| collection.get(key)) {
        xml.push_str(&format!(
            "    <thr:in-reply-to ref=\"{}\" type=\"text/html\" href=\"{}\"/>\n",
            escape(&parent.id),
            escape(&page_url(parent))
        ));
    }
    for tag in &entry.tags {
        xml.push_str(&format!("    <category term=\"{}\"/>\n", escape(tag)));
    }
    for media in &entry.media {
        let title = media.alt.as_deref().map(|alt| format!(" title=\"{}\"", escape(alt))).unwrap_or_default();
        let more = format!(" length=\"{}\"{title}", media.size_bytes);
        link(xml, "    ", "enclosure", media.media_type(), &content::media_url(collection, media), &more);
    }
    if let Some(warning) = &entry.warning {
        element(xml, "    ", "summary", &format!("Content warning: {warning}"));
    }
    let html = escape(&content::html(collection, entry));
    xml.push_str(&format!("    <content type=\"html\">{html}</content>\n  </entry>\n"));
}

fn page_url(entry: &Entry) -> String {
    entry.url.clone().unwrap_or_else(|| format!("index.html#{}", entry.key))
}

fn element(xml: &mut String, indent: &str, name: &str, text: &str) {
    xml.push_str(&format!("{indent}<{name}>{}</{name}>\n", escape(text)));
}

fn link(xml: &mut String, indent: &str, rel: &str, media_type: &str, href: &str, more: &str) {
    let (media_type, href) = (escape(media_type), escape(href));
    xml.push_str(&format!("{indent}<link rel=\"{rel}\" type=\"{media_type}\" href=\"{href}\"{more}/>\n"));
}
