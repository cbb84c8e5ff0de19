//! A page of previews: each post as each of its accounts will show it.

use chrono::{DateTime, Utc};

use crate::calendar::{Calendar, Post};
use crate::draft::{AccountId, Draft, Occurrence, PostId};
use crate::html::Html;
use crate::ui::page::card::{Desk, lane};
use crate::ui::page::{self, Carry, document, foot, long_moment, post_name};
use crate::ui::plural;

/// One occurrence of a post, with what each of its accounts is sent.
struct Showing<'a> {
    post: &'a PostId,
    due: DateTime<Utc>,
    lanes: Vec<(&'a AccountId, Vec<&'a Draft>)>,
}

/// Returns a page that carries all it shows: these drafts, in their order.
pub fn whole(desk: &Desk<'_>, drafts: &[Draft]) -> String {
    let showings = showings(drafts);
    let organisation = &desk.calendar.root.name;
    let mut body = Html::new();
    body.raw("<header class=\"masthead\">\n").line(
        "p",
        &[("class", "kicker")],
        &format!("{organisation} · Preview"),
    );
    let title = match showings.as_slice() {
        [one] => {
            let title = name(desk.calendar, one.post);
            heading(&mut body, desk.calendar, one, "h1", None);
            title
        }
        many => {
            let title = format!("Preview of {}", plural(many.len(), "post"));
            body.line("h1", &[], &title).raw("<nav aria-label=\"Posts\">\n<ul class=\"index\">\n");
            for (number, one) in many.iter().enumerate() {
                let target = format!("#post-{}", number + 1);
                body.raw("<li>").word("a", &[("href", &target)], &name(desk.calendar, one.post)).raw(" ");
                page::time(&mut body, one.due, desk.calendar.zone(), "%-d %b, %H:%M");
                body.end("li");
            }
            body.raw("</ul>\n</nav>\n");
            title
        }
    };
    body.raw("</header>\n<main id=\"main\">\n");
    for (number, one) in showings.iter().enumerate() {
        if showings.len() == 1 {
            lanes(&mut body, desk, one, "h2", 1);
            continue;
        }
        let id = format!("post-{}", number + 1);
        body.raw("<section class=\"showing\">\n");
        heading(&mut body, desk.calendar, one, "h2", Some(&id));
        lanes(&mut body, desk, one, "h3", number + 1);
        body.end("section");
    }
    body.raw("</main>\n");
    desk.album.carry(&mut body);
    let zone = desk.calendar.zone().name();
    foot(
        &mut body,
        &format!("Made from the calendar by kalends, before anything is sent. Times are those of {zone}."),
    );
    document(Carry::Alone, &format!("{title} · {organisation}"), &body)
}

/// Writes the previews of one occurrence of a post; `heading` is the element of each account's heading.
pub fn of_post(html: &mut Html, desk: &Desk<'_>, heading: &'static str, drafts: &[Draft]) {
    for (number, one) in showings(drafts).iter().enumerate() {
        lanes(html, desk, one, heading, number + 1);
    }
}

fn name(calendar: &Calendar, id: &PostId) -> String {
    calendar.post(id).map_or_else(|| page::id_name(id), post_name)
}

/// Puts the drafts of one post and time together, and in it those of one account.
fn showings(drafts: &[Draft]) -> Vec<Showing<'_>> {
    let mut found: Vec<(Occurrence, Showing<'_>)> = Vec::new();
    for draft in drafts {
        let (post, occurrence) = (&draft.slot.post, draft.slot.occurrence);
        let at = found.iter().position(|(other, showing)| *other == occurrence && showing.post == post);
        let at = at.unwrap_or_else(|| {
            found.push((occurrence, Showing { post, due: draft.due, lanes: Vec::new() }));
            found.len() - 1
        });
        let Some((_, showing)) = found.get_mut(at) else { continue };
        match showing.lanes.iter_mut().find(|(account, _)| **account == draft.slot.account) {
            Some((_, lane)) => lane.push(draft),
            None => showing.lanes.push((&draft.slot.account, vec![draft])),
        }
    }
    found.into_iter().map(|(_, showing)| showing).collect()
}

fn lanes(html: &mut Html, desk: &Desk<'_>, one: &Showing<'_>, heading: &'static str, number: usize) {
    html.raw("<div class=\"lanes\">\n");
    for (account, drafts) in &one.lanes {
        lane(html, desk, heading, &format!("post-{number}-{account}"), drafts);
    }
    html.end("div");
}

/// Writes a post's name, its time, and what its file says of it.
fn heading(html: &mut Html, calendar: &Calendar, one: &Showing<'_>, tag: &'static str, id: Option<&str>) {
    let attributes: Vec<(&'static str, &str)> =
        id.map(|id| ("id", id)).into_iter().chain([("dir", "auto")]).collect();
    html.line(tag, &attributes, &name(calendar, one.post));
    html.raw("<p class=\"dateline\">");
    let local = calendar.zone().local(one.due);
    let machine = one.due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    html.word("time", &[("datetime", &machine)], &long_moment(local)).say(", ").say(calendar.zone().name());
    html.end("p");
    if let Some(post) = calendar.post(one.post) {
        facts(html, calendar, post);
    }
}

/// Writes who answers for a post and what it serves, and why it is held where it is.
pub fn facts(html: &mut Html, calendar: &Calendar, post: &Post) {
    let person = |id: &crate::draft::PersonId| {
        calendar.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone())
    };
    let department = post.department.as_ref().map(|department| {
        let known = calendar.departments.get(&department.value);
        known.map_or_else(|| department.value.to_string(), |department| department.name.clone())
    });
    let campaign = post.campaign.as_ref().map(|campaign| {
        let known = calendar.campaigns.get(&campaign.value);
        known.map_or_else(|| campaign.value.to_string(), |campaign| campaign.name.clone())
    });
    let goal = post.goal.as_ref().map(|goal| {
        let known = calendar.goals.get(&goal.value);
        known.map_or_else(|| goal.value.to_string(), |goal| goal.name.clone())
    });
    let facts = [
        ("Department", department),
        ("Author", post.author.as_ref().map(|author| person(&author.value))),
        ("Campaign", campaign),
        ("Goal", goal),
        ("Held", post.hold.clone()),
        ("File", Some(post.file.clone())),
    ];
    html.raw("<dl class=\"facts\">\n");
    for (term, value) in facts {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            html.raw("<div>").word("dt", &[], term).word("dd", &[("dir", "auto")], &value).end("div");
        }
    }
    html.end("dl");
}
