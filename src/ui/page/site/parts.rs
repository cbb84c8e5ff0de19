//! What several pages of a site have in common.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Entry, Site, month_file, needs_a_look};
use crate::draft::{AccountId, DepartmentId, PostId};
use crate::html::Html;
use crate::overview::{Collision, Gap, Meeting};
use crate::plan::Standing;
use crate::time::show_duration;
use crate::ui::page::{self, Carry, document, foot, long_moment};
use crate::ui::plural;

/// The page that a reader is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here<'a> {
    Index,
    Year(i32),
    Month(NaiveDate),
    Department(&'a DepartmentId),
    Post,
}

impl Here<'_> {
    /// Returns the way from this page up to the site's folder.
    pub fn up(self) -> &'static str {
        match self {
            Here::Index | Here::Year(_) | Here::Month(_) => "",
            Here::Department(_) | Here::Post => "../",
        }
    }
}

/// Returns a whole page: the ways to the others, a heading, what `head` says under it, and the page's own sections.
pub fn frame(site: &Site<'_>, here: Here<'_>, title: &str, head: &Html, main: &Html) -> String {
    let organisation = &site.survey.calendar.root.name;
    let mut body = Html::new();
    ways(&mut body, site, here);
    body.raw("<header class=\"masthead\">\n").line("h1", &[("dir", "auto")], title);
    body.add(head).end("header").raw("<main id=\"main\">\n").add(main).end("main");
    let zone = site.survey.calendar.zone().name();
    let of = site.survey.commit.map(|commit| format!(", from commit {commit}")).unwrap_or_default();
    let as_of = long_moment(site.local_now());
    foot(&mut body, &format!("As of {as_of}{of}. Times are those of {zone}."));
    let title = if here == Here::Index { organisation.clone() } else { format!("{title} · {organisation}") };
    document(Carry::Site { up: here.up() }, &title, &body)
}

/// Writes the ways to the other pages.
fn ways(html: &mut Html, site: &Site<'_>, here: Here<'_>) {
    let way = |html: &mut Html, target: String, words: &str, is_here: bool| {
        let href = format!("{}{target}", here.up());
        let mut attributes = vec![("href", href.as_str())];
        if is_here {
            attributes.push(("aria-current", "page"));
        }
        html.raw("<li>").word("a", &attributes, words).end("li");
    };
    html.raw("<nav class=\"ways\" aria-label=\"Pages\">\n<ul>\n");
    way(html, "index.html".to_owned(), &site.survey.calendar.root.name, here == Here::Index);
    let months = site.months();
    for year in site.years() {
        way(html, format!("{year}.html"), &year.to_string(), here == Here::Year(year));
        for first in months.iter().filter(|first| chrono::Datelike::year(*first) == year) {
            way(html, month_file(*first), &first.format("%b").to_string(), here == Here::Month(*first));
        }
    }
    html.raw("</ul>\n");
    if !site.survey.calendar.departments.is_empty() {
        html.raw("<ul>\n");
        for (id, department) in &site.survey.calendar.departments {
            way(html, format!("departments/{id}.html"), &department.name, here == Here::Department(id));
        }
        html.raw("</ul>\n");
    }
    html.end("nav");
}

/// Writes a section, if anything stands in it.
pub fn section(html: &mut Html, id: &str, heading: &str, content: &Html) {
    if !content.is_empty() {
        html.open("section", &[("aria-labelledby", id)]).raw("\n");
        html.line("h2", &[("id", id)], heading).add(content).end("section");
    }
}

/// Writes a link to a post's page.
pub fn post_link(html: &mut Html, here: Here<'_>, post: &PostId, name: &str) {
    let href = format!("{}posts/{post}.html", here.up());
    html.word("a", &[("href", &href), ("dir", "auto")], name);
}

/// Returns accounts in one line.
pub fn places<'a>(accounts: impl IntoIterator<Item = &'a &'a AccountId>) -> String {
    accounts.into_iter().map(|account| account.as_str()).collect::<Vec<_>>().join(", ")
}

/// Returns how many posts there are, and how they stand on their accounts.
pub fn count(entries: &[&Entry<'_>]) -> String {
    let mut said: Vec<(Standing, usize)> = Vec::new();
    for state in entries.iter().flat_map(|entry| &entry.states) {
        match said.iter_mut().find(|(standing, _)| *standing == state.standing) {
            Some((_, count)) => *count += state.accounts.len(),
            None => said.push((state.standing, state.accounts.len())),
        }
    }
    if said.is_empty() {
        return "Nothing goes out.".to_owned();
    }
    said.sort_by_key(|(standing, _)| *standing);
    let all: usize = said.iter().map(|(_, count)| count).sum();
    let counts: Vec<String> =
        said.iter().map(|(standing, count)| format!("{count} {}", standing.word())).collect();
    let counted =
        if all == entries.len() { String::new() } else { format!(", {all} with each account counted") };
    format!("{}{counted}: {}.", plural(entries.len(), "post"), counts.join(", "))
}

/// Writes a table of posts in a frame that can be moved sideways on a narrow screen.
pub fn posts_table(html: &mut Html, here: Here<'_>, id: &str, caption: &str, entries: &[&Entry<'_>]) {
    if entries.is_empty() {
        return;
    }
    wide(html, id, caption);
    html.raw("<thead><tr><th scope=\"col\">When</th><th scope=\"col\">Post</th><th scope=\"col\">Where, and how it stands</th></tr></thead>\n<tbody>\n");
    for entry in entries {
        html.open("tr", &[("class", page::tone(entry.standing()))]).raw("<td class=\"when\">");
        let machine = entry.at.format("%Y-%m-%dT%H:%M").to_string();
        html.word("time", &[("datetime", &machine)], &entry.at.format("%a %-d %b, %H:%M").to_string());
        html.raw("</td><th scope=\"row\">");
        post_link(html, here, entry.post, &entry.name);
        html.raw("</th><td>");
        why(html, entry);
        html.raw("</td>").end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
}

/// Opens a table with its caption.
pub fn wide(html: &mut Html, id: &str, caption: &str) {
    html.open("div", &[("class", "wide"), ("role", "region"), ("aria-labelledby", id), ("tabindex", "0")]);
    html.raw("\n<table>\n").line("caption", &[("id", id)], caption);
}

/// Writes how a post stands on each of its accounts, and why where the word alone does not say it.
fn why(html: &mut Html, entry: &Entry<'_>) {
    html.raw("<ul class=\"states\">\n");
    for state in &entry.states {
        html.raw("<li>");
        page::state(html, state.standing);
        html.raw(" <span class=\"to\">").say(&places(&state.accounts)).raw("</span>");
        if needs_a_look(state.standing) {
            let reason = page::reason(state.standing, state.reason);
            if !reason.is_empty() {
                html.line("p", &[("dir", "auto")], reason);
            }
            if let Some(next) = state.next {
                html.line("p", &[("class", "aside")], next);
            }
        }
        html.end("li");
    }
    html.end("ul");
}

/// Writes how posts meet.
pub fn collisions(site: &Site<'_>, here: Here<'_>, found: &[&Collision]) -> Html {
    let mut html = Html::new();
    if found.is_empty() {
        return html;
    }
    html.raw("<ul class=\"notes\">\n");
    for collision in found {
        html.raw("<li>");
        page::time(&mut html, collision.at, site.survey.calendar.zone(), "%a %-d %b, %H:%M");
        html.raw(" <strong>").say(&meeting(site, &collision.kind)).raw("</strong> ");
        for (index, post) in collision.posts.iter().enumerate() {
            html.raw(if index == 0 { "" } else { " · " });
            let known = site.survey.calendar.post(post);
            let name = known.map_or_else(|| page::id_name(post), page::post_name);
            post_link(&mut html, here, post, &name);
        }
        html.end("li");
    }
    html.end("ul");
    html
}

fn meeting(site: &Site<'_>, kind: &Meeting) -> String {
    match kind {
        Meeting::Near { accounts, apart } if apart.is_zero() => {
            format!("At the same moment on {}:", places(&accounts.iter().collect::<Vec<_>>()))
        }
        Meeting::Near { accounts, apart } => {
            let places = places(&accounts.iter().collect::<Vec<_>>());
            format!("Only {} apart on {places}:", show_duration(*apart))
        }
        Meeting::SameWords { accounts } => {
            format!("The same words on {}:", places(&accounts.iter().collect::<Vec<_>>()))
        }
        Meeting::SameHour { departments } => {
            let names: Vec<String> = departments.iter().map(|id| site.name_of(id)).collect();
            format!("{} in the same hour:", names.join(" and "))
        }
    }
}

/// Writes which accounts are silent, and when.
pub fn gaps(found: &[&Gap]) -> Html {
    let mut html = Html::new();
    if found.is_empty() {
        return html;
    }
    html.raw("<ul class=\"notes\">\n");
    for gap in found {
        let from = gap.from.format("%-d %B %Y");
        let words = match gap.open {
            true => format!("nothing from {from} on"),
            false => format!(
                "{} without a post, {from} to {}",
                plural(days(gap), "day"),
                gap.until.format("%-d %B %Y")
            ),
        };
        html.raw("<li>").word("strong", &[], gap.account.as_str()).raw(" ").say(&words).end("li");
    }
    html.end("ul");
    html
}

fn days(gap: &Gap) -> usize {
    usize::try_from(gap.days()).unwrap_or_default()
}

/// Writes how many posts each department has on each account.
pub fn who_posts_where(site: &Site<'_>, here: Here<'_>, entries: &[&Entry<'_>]) -> Html {
    let mut html = Html::new();
    let mut counts: BTreeMap<Option<&DepartmentId>, BTreeMap<&AccountId, usize>> = BTreeMap::new();
    for entry in entries {
        for account in &entry.accounts {
            *counts.entry(entry.department).or_default().entry(account).or_default() += 1;
        }
    }
    let accounts: Vec<&AccountId> = site
        .survey
        .calendar
        .accounts
        .keys()
        .filter(|account| counts.values().any(|row| row.contains_key(account)))
        .collect();
    if accounts.is_empty() {
        return html;
    }
    wide(&mut html, "matrix", "Posts of each department on each account");
    html.raw("<thead><tr><th scope=\"col\">Department</th>");
    accounts
        .iter()
        .for_each(|account| _ = html.word("th", &[("scope", "col"), ("class", "number")], account.as_str()));
    html.raw("</tr></thead>\n<tbody>\n");
    let none = counts.remove(&None).map(|row| (None, row));
    for (department, row) in counts.into_iter().chain(none) {
        html.raw("<tr><th scope=\"row\">");
        match department.filter(|id| site.survey.calendar.departments.contains_key(*id)) {
            Some(id) => {
                let href = format!("{}departments/{id}.html", here.up());
                html.word("a", &[("href", &href)], &site.name_of(id))
            }
            None => html.say(department.map_or("No department", DepartmentId::as_str)),
        };
        html.raw("</th>");
        for account in &accounts {
            number(&mut html, row.get(account).copied().unwrap_or_default());
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

/// Writes a cell with a number; nothing is a line that stands back.
pub fn number(html: &mut Html, count: usize) {
    match count {
        0 => html.raw("<td class=\"number none\">–</td>"),
        count => html.word("td", &[("class", "number")], &count.to_string()),
    };
}
