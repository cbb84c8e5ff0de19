//! Posts as anybody sees them, in one form for all servers.

use serde_json::Value;

use crate::servers::get_json;

/// A post that is visible.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    pub id: String,
    pub url: String,
    pub text: String,
    /// The content warning.
    pub warning: String,
    /// The pictures' descriptions, in order.
    pub alts: Vec<String>,
    /// The poll's answers.
    pub options: Vec<String>,
    /// What stands in the text and where it leads to, in order.
    pub facets: Vec<(String, String)>,
    /// The page that is shown as a card: its address and title, and whether its picture is there.
    pub card: Option<(String, String, bool)>,
    /// The id of what it replies to.
    pub parent: Option<String>,
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

/// Returns the posts in somebody's repository. What they show is fetched too: a picture that is not there is none.
pub fn bluesky_posts(url: &str, did: &str) -> Vec<Shown> {
    let ask = |cursor: &str| {
        let query = format!("repo={did}&collection=app.bsky.feed.post&limit=100&cursor={cursor}");
        get_json(&format!("{url}/xrpc/com.atproto.repo.listRecords?{query}"), "")
    };
    let (mut posts, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ask(&cursor);
        posts.extend(list(&page, "records").map(|record| bluesky_post(did, record)));
        cursor = text(&page, "cursor");
        if cursor.is_empty() {
            return posts;
        }
    }
}

fn bluesky_post(did: &str, record: &Value) -> Shown {
    let (uri, post) = (text(record, "uri"), &record["value"]);
    let words = text(post, "text");
    let facets = list(post, "facets").map(|facet| {
        let at = |name: &str| facet["index"][name].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap();
        let slice = words.get(at("byteStart")..at("byteEnd")).unwrap().to_owned();
        let feature = &facet["features"][0];
        (slice, ["uri", "did", "tag"].map(|name| text(feature, name)).concat())
    });
    let embed = &post["embed"];
    let card = embed["external"]
        .is_object()
        .then(|| &embed["external"])
        .map(|page| (text(page, "uri"), text(page, "title"), page["thumb"].is_object()));
    let key = uri.rsplit('/').next().unwrap_or_default();
    let parent = &post["reply"]["parent"];
    Shown {
        url: format!("https://bsky.app/profile/{did}/post/{key}"),
        warning: String::new(),
        alts: list(embed, "images").map(|image| text(image, "alt")).collect(),
        options: Vec::new(),
        facets: facets.collect(),
        card,
        parent: parent.is_object().then(|| text(parent, "uri")),
        id: uri,
        text: words,
    }
}

/// Returns somebody's statuses.
pub fn mastodon_posts(url: &str, id: &str, token: &str) -> Vec<Shown> {
    let (mut posts, mut before): (Vec<Shown>, _) = (Vec::new(), String::new());
    loop {
        let page = get_json(&format!("{url}/api/v1/accounts/{id}/statuses?limit=40{before}"), token);
        let page: Vec<Shown> = page.as_array().unwrap().iter().map(mastodon_post).collect();
        let new: Vec<Shown> =
            page.into_iter().filter(|post| posts.iter().all(|known: &Shown| known.id != post.id)).collect();
        let Some(last) = new.last() else { return posts };
        before = format!("&max_id={}", last.id);
        posts.extend(new);
    }
}

fn mastodon_post(status: &Value) -> Shown {
    let parent = status["in_reply_to_id"].as_str().map(str::to_owned);
    Shown {
        id: text(status, "id"),
        url: text(status, "url"),
        text: plain(&text(status, "content")),
        warning: text(status, "spoiler_text"),
        alts: list(status, "media_attachments").map(|media| text(media, "description")).collect(),
        options: list(&status["poll"], "options").map(|option| text(option, "title")).collect(),
        facets: Vec::new(),
        card: None,
        parent,
    }
}

/// Returns a status's words without their markup.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest =
        html.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n").replace("</p><p>", "\n\n");
    while let Some(open) = rest.find('<') {
        text += rest.get(..open).unwrap_or_default();
        rest = rest.split_once('>').map(|(_, after)| after.to_owned()).unwrap_or_default();
    }
    text += &rest;
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    let text = entities.iter().fold(text, |text, (name, sign)| text.replace(name, sign));
    text.trim().to_owned()
}

#[test]
fn markup_is_taken_from_words() {
    let html = "<p>Doors at <b>ten</b> &amp; <a href=\"x>y\">#tag</a><br>Bring a child</p>";
    assert_eq!(plain("<p>Doors at ten &amp; more</p><p>Second</p>"), "Doors at ten & more\n\nSecond");
    assert!(plain(html).starts_with("Doors at ten & "));
}
