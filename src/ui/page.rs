//! Pages for a browser: a post as each network will show it, and the calendar for those who never open a terminal.
//!
//! Every page is a function of values and the same bytes for the same values. It runs no script and asks nothing of any
//! other server; words and addresses of people go through [`Html`], which shows what it must not obey.

pub mod album;
pub mod card;
pub mod media;
pub mod preview;
pub mod report;
pub mod site;
pub mod words;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::calendar::{Account, Calendar, Post, Voice};
use crate::draft::PostId;
use crate::html::{self, Html};
use crate::plan::Standing;
use crate::text::Platform;
use crate::time::Zone;
use crate::ui::agenda;

/// The style of every page.
pub const STYLE: &str = include_str!("page/style.css");

/// What a page that stands alone may load: the pictures and the style that it carries.
const POLICY_ALONE: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What a page of a site may load: the pictures and the style that lie beside it, in a folder or on a server.
const POLICY_SITE: &str = "default-src 'none'; img-src 'self' file:; style-src 'self' file:; base-uri 'none'; \
                           form-action 'none'";

/// Where a page has its style and its pictures from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// It carries them itself.
    Alone,
    /// They lie in the site's folder, so many steps up.
    Site {
        /// The way up: nothing, or `../`.
        up: &'static str,
    },
}

/// Returns a whole page.
pub fn document(carry: Carry, title: &str, body: &Html) -> String {
    styled(carry, "", title, body)
}

/// Returns a whole page; one that stands alone has more style than every page has.
pub fn styled(carry: Carry, style: &'static str, title: &str, body: &Html) -> String {
    let mut page = Html::new();
    let policy = if carry == Carry::Alone { POLICY_ALONE } else { POLICY_SITE };
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", policy)]);
    page.raw(
        "\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<meta name=\"generator\" content=\"kalends\">\n",
    );
    page.line("title", &[], title);
    match carry {
        Carry::Alone => page.raw("<style>\n").raw(STYLE).raw(style).raw("</style>\n"),
        Carry::Site { up } => {
            page.open("link", &[("rel", "stylesheet"), ("href", &format!("{up}style.css"))]).raw("\n")
        }
    };
    page.raw("</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
    page.add(body).raw("</body>\n</html>\n");
    page.finish()
}

/// Writes the foot of a page: what it is made of, and what it does not do.
pub fn foot(html: &mut Html, words: &str) {
    html.raw("<footer>\n").line("p", &[], words);
    html.raw(
        "<p>This page runs no script, sets no cookie and asks nothing of any other server.</p>\n</footer>\n",
    );
}

/// Writes a moment on the calendar's clock.
pub fn time(html: &mut Html, at: DateTime<Utc>, zone: &Zone, format: &str) {
    let machine = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    html.word("time", &[("datetime", &machine)], &zone.local(at).format(format).to_string());
}

/// Returns a day as a heading says it: `Monday 18 January 2027`.
pub fn long_day(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// Returns a wall clock in words: `Monday 18 January 2027, 09:00`.
pub fn long_moment(at: NaiveDateTime) -> String {
    at.format("%A %-d %B %Y, %H:%M").to_string()
}

/// Returns a post's name for people: its title, else its id without date and hyphens.
pub fn post_name(post: &Post) -> String {
    let title = post.body.title.as_ref().map(|title| title.text.trim()).filter(|title| !title.is_empty());
    title.map_or_else(|| id_name(&post.id), |title| title.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns a post's id as words: `2027-01-18-open-day` is `Open day`.
pub fn id_name(id: &PostId) -> String {
    let words = agenda::slug(id).replace('-', " ");
    let mut letters = words.trim().chars();
    letters
        .next()
        .map_or_else(|| id.to_string(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// Returns the name that an account's posts stand under.
pub fn account_name(calendar: &Calendar, account: &Account) -> String {
    let voice = match &account.voice {
        Voice::Person(person) => calendar.people.get(&person.value).map(|person| person.name.clone()),
        Voice::Organisation => Some(calendar.root.name.clone()),
    };
    let title = account.title.clone().filter(|title| !title.trim().is_empty());
    title.or(voice).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| account.id.to_string())
}

/// Returns how an account is addressed on its platform, where the calendar says so.
pub fn handle(account: &Account, platform: Platform) -> Option<String> {
    let host = account.server.as_ref().map(|server| {
        let rest = server.value.split_once("://").map_or(server.value.as_str(), |(_, rest)| rest);
        rest.trim_end_matches('/').to_owned()
    });
    let name = account.handle.as_deref().map(|handle| handle.trim_start_matches('@'));
    match (platform, name, host) {
        (Platform::Feed, _, host) => host,
        (Platform::Mastodon, Some(name), Some(host)) if !name.contains('@') => {
            Some(format!("@{name}@{host}"))
        }
        (Platform::LinkedIn | Platform::Facebook | Platform::Discord | Platform::Slack, name, _) => {
            name.map(str::to_owned)
        }
        (Platform::Reddit, Some(name), _) if !name.contains('/') => Some(format!("u/{name}")),
        (_, name, _) => name.map(|name| format!("@{name}")),
    }
}

/// Returns the letters that stand for a picture of somebody: those that begin the first two words of a name.
pub fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter_map(|word| word.chars().next()).take(2).flat_map(char::to_uppercase).collect()
}

/// Returns the class by which a standing is coloured. A word always says it too.
pub fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Published => "good",
        Standing::Waiting | Standing::Behind | Standing::Full | Standing::Later => "calm",
        Standing::Due => "soon",
        Standing::ByHand | Standing::Held | Standing::Stopped => "warn",
        Standing::Doubt | Standing::Refused | Standing::Missed | Standing::Broken => "bad",
        Standing::Over => "over",
    }
}

/// Writes a standing as a sign and its word.
pub fn state(html: &mut Html, standing: Standing) {
    html.open("span", &[("class", &format!("state {}", tone(standing)))]);
    html.word(
        "span",
        &[("class", "sign"), ("aria-hidden", "true")],
        &agenda::mark(standing, true).to_string(),
    );
    html.raw(" ").word("span", &[("class", "word")], standing.word()).close("span");
}

/// Returns why something stands as it does, without the word for it that stands before it already.
pub fn reason(standing: Standing, reason: &str) -> &str {
    reason.strip_prefix(standing.word()).map_or(reason, |rest| rest.trim_start_matches([':', ' ']))
}

/// Returns the attribute by which a text says its language, where it is one.
pub fn lang(language: &Option<String>) -> Option<(&'static str, &str)> {
    html::language(language).map(|tag| ("lang", tag))
}

#[cfg(test)]
pub(crate) mod tests;
