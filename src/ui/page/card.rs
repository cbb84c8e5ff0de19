//! A card: one part of a post as one network will show it. It is like the network's own, and copies none.

use crate::calendar::{Account, Calendar, text_max};
use crate::draft::{AccountId, Draft, MediaBook, Visibility, says};
use crate::html::Html;
use crate::plan::Row;
use crate::text::{self, Platform};
use crate::ui::boxes;
use crate::ui::page::album::Album;
use crate::ui::page::{self, Carry, media};

/// What a page of previews is drawn from.
pub struct Desk<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// What is known of the media files.
    pub book: &'a MediaBook,
    /// The pictures.
    pub album: &'a Album,
    /// Where the page has them from.
    pub carry: Carry,
    /// Where drafts stand, where that is to be said.
    pub rows: &'a [Row],
}

/// The colours that avatars have.
const AVATARS: usize = 6;

/// How a network lays a post out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Words first, as notes are passed on.
    Note,
    /// Words above what they point to, which reaches from edge to edge.
    Wall,
    /// The picture first.
    Picture,
    /// A film, its title, its description.
    Film,
    /// A title above all.
    Forum,
    /// A message in a channel.
    Chat,
    /// An entry of a page.
    Entry,
}

impl Layout {
    fn of(platform: Platform) -> Layout {
        match platform {
            Platform::X | Platform::Mastodon | Platform::Bluesky | Platform::Threads => Layout::Note,
            Platform::Facebook | Platform::LinkedIn => Layout::Wall,
            Platform::Instagram | Platform::Pinterest | Platform::TikTok => Layout::Picture,
            Platform::YouTube => Layout::Film,
            Platform::Reddit => Layout::Forum,
            Platform::Telegram | Platform::Discord | Platform::Slack => Layout::Chat,
            Platform::Feed => Layout::Entry,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Layout::Note => "card note",
            Layout::Wall => "card wall",
            Layout::Picture => "card photo",
            Layout::Film => "card film",
            Layout::Forum => "card forum",
            Layout::Chat => "card chat",
            Layout::Entry => "card entry",
        }
    }
}

/// Writes what one account is sent: a card a part, under the account's name. `heading` is the heading's element, `id` what
/// it is called within the page.
pub fn lane(html: &mut Html, desk: &Desk<'_>, heading: &'static str, id: &str, drafts: &[&Draft]) {
    let Some(first) = drafts.first() else { return };
    let account = desk.calendar.account(&first.slot.account);
    html.raw("<section class=\"lane\">\n");
    html.open(heading, &[("id", id), ("class", "where")]).say(first.platform.name()).raw(" ");
    html.word("span", &[("class", "account")], first.slot.account.as_str()).end(heading);
    standing(html, desk, account, drafts);
    let class = if drafts.len() > 1 { "cards thread" } else { "cards" };
    html.open("div", &[("class", class)]).raw("\n");
    for draft in drafts {
        card(html, desk, account, draft);
    }
    html.end("div").end("section");
}

/// Writes where the account's parts stand, and why; without a ledger only whether a person posts them.
fn standing(html: &mut Html, desk: &Desk<'_>, account: Option<&Account>, drafts: &[&Draft]) {
    let mut rows: Vec<&Row> = Vec::new();
    for draft in drafts {
        let found = desk.rows.iter().find(|row| row.slot == draft.slot);
        // Parts that stand the same are told once.
        if let Some(row) = found.filter(|row| !rows.iter().any(|other| other.standing == row.standing)) {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        if account.is_some_and(|account| account.by_hand) {
            html.raw("<p class=\"standing\">posted by hand</p>\n");
        }
        return;
    }
    for row in rows {
        html.raw("<p class=\"standing\">");
        page::state(html, row.standing);
        html.raw(" ").say(page::reason(row.standing, &row.reason));
        if let Some(url) = row.url.as_deref().filter(|url| crate::html::is_web(url)) {
            html.raw(" ").link(url, "See it");
        }
        html.end("p");
    }
}

/// Writes one part.
fn card(html: &mut Html, desk: &Desk<'_>, account: Option<&Account>, draft: &Draft) {
    let layout = Layout::of(draft.platform);
    html.open("article", &[("class", layout.class())]).raw("\n");
    if draft.parts > 1 {
        let number = format!("{} of {}", draft.slot.part, draft.parts);
        html.line("p", &[("class", "part")], &number);
    }
    who(html, desk, account, draft);
    let veiled = draft.warning.as_ref().filter(|_| draft.platform.limits().warnings);
    if let Some(warning) = veiled {
        html.raw("<details class=\"veil\">\n<summary>Content warning: <bdi>").say(warning);
        html.raw("</bdi></summary>\n");
    }
    body(html, desk, draft, layout);
    if veiled.is_some() {
        html.end("details");
    }
    if draft.warning.is_some() && veiled.is_none() {
        let name = draft.platform.name();
        html.line("p", &[("class", "aside")], &format!("The content warning is not shown: {name} has none."));
    }
    measure(html, draft);
    html.end("article");
}

/// Writes whose post it is, when it goes out, and who may see it.
fn who(html: &mut Html, desk: &Desk<'_>, account: Option<&Account>, draft: &Draft) {
    let name = account
        .map_or_else(|| draft.slot.account.to_string(), |account| page::account_name(desk.calendar, account));
    html.raw("<header class=\"who\">\n");
    let class = format!("avatar avatar-{}", avatar(&draft.slot.account));
    html.line("span", &[("class", &class), ("aria-hidden", "true")], &page::initials(&name));
    html.raw("<div>\n").line("p", &[("class", "name"), ("dir", "auto")], &name);
    html.raw("<p class=\"handle\">");
    if let Some(handle) = account.and_then(|account| page::handle(account, draft.platform)) {
        html.word("bdi", &[], &handle).raw(" ");
    }
    html.raw("<span class=\"nowrap\">· ");
    page::time(html, draft.due, desk.calendar.zone(), "%-d %b %Y, %H:%M");
    html.close("span");
    if let Some(words) = audience(draft) {
        html.raw(" <strong class=\"nowrap\">· ").say(&words).close("strong");
    }
    html.end("p").end("div").end("header");
}

/// Returns who may see a post, where that is not everybody, and whether its network can keep to it.
fn audience(draft: &Draft) -> Option<String> {
    let limits = draft.platform.limits();
    let is_known = match draft.visibility {
        Visibility::Public => return None,
        Visibility::Unlisted => limits.unlisted,
        Visibility::Followers => limits.followers,
    };
    let word = draft.visibility.as_str();
    Some(if is_known { word.to_owned() } else { format!("{word}, which {} has not", draft.platform.name()) })
}

/// Returns the number of an account's colour: always the same for the same account.
fn avatar(account: &AccountId) -> usize {
    account.as_str().bytes().fold(7, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
        % AVATARS
}

/// Writes words, pictures, poll and link in the order of the network.
fn body(html: &mut Html, desk: &Desk<'_>, draft: &Draft, layout: Layout) {
    let entry = layout == Layout::Entry;
    let whole = if entry { draft.text.clone() } else { draft.composed() };
    let over = text_max(draft).and_then(|max| text::excess(&whole, &max)).map(|excess| excess.at);
    let title = |html: &mut Html| {
        if let Some(title) = draft.title.as_ref().filter(|_| draft.platform.limits().title.is_some()) {
            let mut attributes = vec![("class", "title"), ("dir", "auto")];
            attributes.extend(page::lang(&draft.language));
            html.line("p", &attributes, title);
        }
    };
    match layout {
        Layout::Picture | Layout::Film => {
            media::media(html, desk, draft);
            title(html);
            media::text(html, draft, &whole, over);
            media::poll(html, desk, draft);
        }
        Layout::Forum => {
            title(html);
            media::media(html, desk, draft);
            media::text(html, draft, &whole, over);
            media::poll(html, desk, draft);
        }
        Layout::Note | Layout::Wall | Layout::Chat | Layout::Entry => {
            title(html);
            media::text(html, draft, &whole, over);
            media::poll(html, desk, draft);
            media::media(html, desk, draft);
        }
    }
    if !entry || draft.link.as_ref().is_some_and(|link| !says(&draft.text, link)) {
        media::link_card(html, draft, &whole);
    }
    if entry && !draft.tags.is_empty() {
        html.raw("<ul class=\"tags\" aria-label=\"Tags\">\n");
        draft.tags.iter().for_each(|tag| _ = html.line("li", &[("dir", "auto")], tag));
        html.end("ul");
    }
}

/// Writes how long the text is, and what the network makes of it.
fn measure(html: &mut Html, draft: &Draft) {
    let excess = text_max(draft).and_then(|max| text::excess(&draft.composed(), &max));
    let measured =
        excess.map(|excess| (excess.used, excess.max, excess.unit)).or_else(|| boxes::length(draft));
    let Some((used, max, unit)) = measured else { return };
    let is_over = used > max;
    html.open("p", &[("class", if is_over { "count too-long" } else { "count" })]);
    let view = format!("0 0 {} 1", max.max(1));
    html.open(
        "svg",
        &[("class", "bar"), ("viewBox", &view), ("preserveAspectRatio", "none"), ("aria-hidden", "true")],
    );
    html.open("rect", &[("width", &used.min(max).to_string()), ("height", "1")]).raw("</rect></svg>");
    html.say(&format!("{used} of {max} {unit}"));
    if is_over {
        html.say(&format!(", {} too many", used - max));
    }
    html.end("p");
}
