//! A link's card: what its page says of itself, and its picture. Bluesky's server makes none by itself.
//!
//! A page is a stranger's: it is fetched from public addresses only, within a time and a length, and what cannot be had
//! of it is left out. A post never waits for a page, nor fails for one.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::draft::hex;
use crate::http::{Effect, Http, Method, Reach, Request, Response};
use crate::ledger::Upload;
use crate::media::clean;
use crate::text::{Count, Max, Numbering, cut};
use crate::time::Clock;

use super::blob::blob;
use super::head;
use super::repo::Repo;

/// How long a page or its picture is waited for, with all its redirections.
const PATIENCE: TimeDelta = TimeDelta::seconds(10);

/// The longest page that is read, and the largest picture (lexicon app.bsky.embed.external, `thumb`).
const PAGE_BYTES_MAX: usize = 1_000_000;
const THUMB_BYTES_MAX: usize = 1_000_000;

/// How many redirections are followed.
const REDIRECTS_MAX: usize = 3;

/// The longest texts of a card; an app shows two lines.
const TITLE_GRAPHEMES_MAX: usize = 300;
const DESCRIPTION_GRAPHEMES_MAX: usize = 1000;

/// Returns the card of a page (lexicon app.bsky.embed.external).
pub fn card(repo: &Repo<'_>, link: &str, uploads: &mut Vec<Upload>) -> Value {
    let (page, head) = Url::parse(link)
        .ok()
        .and_then(|url| fetch(repo.desk.http, repo.desk.clock, url, "text/html,*/*;q=0.1", PAGE_BYTES_MAX))
        .filter(|(_, answer)| is_html(answer))
        .map(|(url, answer)| {
            let head = head::read(&answer.body, answer.header("content-type"));
            (Some(url), head)
        })
        .unwrap_or_default();
    let host = Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned));
    let title = head.title.map(|title| tidy(&title, TITLE_GRAPHEMES_MAX)).filter(|title| !title.is_empty());
    let description = head.description.map(|words| tidy(&words, DESCRIPTION_GRAPHEMES_MAX));
    let mut external = json!({
        "uri": link,
        "title": title.or(host).unwrap_or_else(|| link.to_owned()),
        "description": description.unwrap_or_default(),
    });
    let image = page.zip(head.image).and_then(|(page, image)| page.join(image.trim()).ok());
    if let Some(thumb) = image.and_then(|image| thumb(repo, image, uploads)) {
        external["thumb"] = thumb;
    }
    json!({ "$type": "app.bsky.embed.external", "external": external })
}

/// Uploads a card's picture, if it is one that is taken.
fn thumb(repo: &Repo<'_>, image: Url, uploads: &mut Vec<Upload>) -> Option<Value> {
    let (_, answer) = fetch(repo.desk.http, repo.desk.clock, image, "image/*", THUMB_BYTES_MAX)?;
    let cleaned = clean(&answer.body).ok()?;
    if !cleaned.mime.starts_with("image/") || cleaned.bytes.len() > THUMB_BYTES_MAX {
        return None;
    }
    let sha256 = hex(&Sha256::digest(&answer.body));
    blob(repo, &cleaned, &sha256, uploads).ok()
}

/// Fetches what a stranger's address leads to, and returns from where it came; each step on the way is looked at anew.
pub fn fetch(
    http: &dyn Http,
    clock: &dyn Clock,
    mut url: Url,
    accept: &str,
    limit_bytes: usize,
) -> Option<(Url, Response)> {
    let until: DateTime<Utc> = clock.now() + PATIENCE;
    for _ in 0..=REDIRECTS_MAX {
        let patience = until - clock.now();
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !is_web || !is_plain || patience <= TimeDelta::zero() {
            return None;
        }
        let mut request = Request::new(Effect::Reads, Method::Get, url.as_str()).header("accept", accept);
        request.reach = Reach::Stranger;
        request.patience = patience;
        request.answer_limit_bytes = limit_bytes;
        let answer = http.send(&request).ok()?;
        match answer.status {
            200 => return Some((url, answer)),
            301 | 302 | 303 | 307 | 308 => url = url.join(answer.header("location")?).ok()?,
            _ => return None,
        }
    }
    None
}

fn is_html(answer: &Response) -> bool {
    let kind = answer.header("content-type").unwrap_or("text/html").to_ascii_lowercase();
    kind.starts_with("text/html") || kind.starts_with("application/xhtml+xml")
}

/// Returns a page's words on one line, without what would turn the words around them, cut to a length.
fn tidy(words: &str, graphemes_max: usize) -> String {
    let shows = |c: &char| {
        !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let line: Vec<String> =
        words.split_whitespace().map(|word| word.chars().filter(shows).collect()).collect();
    let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let max = Max::new(Count::Graphemes, graphemes_max);
    if crate::text::fits(&line, &max) {
        return line.trim().to_owned();
    }
    let max = Max::new(Count::Graphemes, graphemes_max - 1);
    let first = cut(&line, &max, Numbering::None).into_iter().next().unwrap_or_default();
    format!("{}…", first.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_s_words_are_one_line_of_some_length() {
        assert_eq!(tidy("  Open\n\tday \u{202e}\u{0} x ", 300), "Open day x");
        let long = tidy(&"whale ".repeat(100), 300);
        assert!(
            long.ends_with("whale…") && crate::text::count(&long, Count::Graphemes).used <= 300,
            "{long}"
        );
        assert!(tidy(&"a".repeat(400), 300).chars().count() <= 300);
    }
}
