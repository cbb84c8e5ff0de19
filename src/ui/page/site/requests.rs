//! What a department asks for or is asked for, and what became of it.

use super::Site;
use super::parts::{Here, post_link, wide};
use crate::calendar::Request;
use crate::draft::DepartmentId;
use crate::fate::{Fate, State};
use crate::html::{Html, is_web};
use crate::ui::page;

/// Returns the requests of a department, those that it asks and those that it is asked.
pub fn table(site: &Site<'_>, id: &DepartmentId) -> Html {
    let is_of = |(request, _): &&(&Request, Fate)| {
        request.department.iter().chain(&request.to_department).any(|at| at.value == *id)
    };
    let mut own: Vec<&(&Request, Fate)> = site.survey.requests.iter().filter(is_of).collect();
    own.sort_by_key(|(request, _)| (request.last_day().is_none(), request.last_day().map(|at| at.value)));
    let mut html = Html::new();
    if own.is_empty() {
        return html;
    }
    wide(&mut html, "requests-table", "What is asked for, and what became of it");
    html.raw(
        "<thead><tr><th scope=\"col\">Wanted</th><th scope=\"col\">Request</th><th scope=\"col\">Asks</th>\
         <th scope=\"col\">What became of it</th></tr></thead>\n<tbody>\n",
    );
    for (request, fate) in own {
        html.open("tr", &[("class", tone(fate))]);
        wanted(&mut html, request);
        html.raw("<th scope=\"row\" dir=\"auto\">").say(&request.title).raw("</th><td dir=\"auto\">");
        html.say(&asks(site, request)).raw("</td><td>");
        html.open("span", &[("class", &format!("state {}", tone(fate)))]);
        html.word("span", &[("class", "word")], &fate.word()).close("span");
        became(&mut html, site, (request, fate), id);
        html.raw("</td>").end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

fn wanted(html: &mut Html, request: &Request) {
    let Some(last) = request.last_day() else {
        html.raw("<td class=\"none\">any day</td>");
        return;
    };
    html.raw("<td class=\"when\">");
    let first = request.wanted.as_ref().filter(|first| first.value != last.value);
    for (index, day) in first.into_iter().chain([last]).enumerate() {
        html.raw(if index == 0 { "" } else { " – " });
        html.word(
            "time",
            &[("datetime", &day.value.to_string())],
            &day.value.format("%-d %b %Y").to_string(),
        );
    }
    html.raw("</td>");
}

/// Says who asks, and whom.
fn asks(site: &Site<'_>, request: &Request) -> String {
    let calendar = site.survey.calendar;
    let person = request.from.as_ref().map(|at| {
        calendar.people.get(&at.value).map_or_else(|| at.value.to_string(), |person| person.name.clone())
    });
    let department = request.department.as_ref().map(|at| site.name_of(&at.value));
    let who = department.into_iter().chain(person).collect::<Vec<_>>().join(", ");
    match &request.to_department {
        Some(asked) => format!("{who}, of {}", site.name_of(&asked.value)),
        None => who,
    }
}

/// Writes what became of a request: its posts, where they can be seen, or why not.
fn became(html: &mut Html, site: &Site<'_>, (request, fate): (&Request, &Fate), id: &DepartmentId) {
    for at in &request.posts {
        let Some(post) = site.survey.calendar.post(&at.value) else { continue };
        html.raw("\n<p>");
        // A post has a page where it goes out in the days of this site.
        match site.entries.iter().any(|entry| *entry.post == post.id) {
            true => post_link(html, Here::Department(id), &post.id, &page::post_name(post)),
            false => _ = html.say(&page::post_name(post)),
        }
        html.raw("</p>");
    }
    for url in fate.urls.iter().filter(|url| is_web(url)) {
        html.raw("\n<p>").link(url, url).raw("</p>");
    }
    let is_told = !matches!(fate.state, State::Published | State::Asked);
    if is_told && !fate.told.is_empty() {
        html.raw("\n").line("p", &[("dir", "auto"), ("class", "aside")], &fate.told);
    }
}

/// Returns the class that a request is coloured by; the word says the same.
fn tone(fate: &Fate) -> &'static str {
    match fate.state {
        _ if fate.late => "bad",
        State::Published => "good",
        State::Scheduled => "calm",
        State::Taken | State::Written => "soon",
        State::Asked | State::Held | State::ByHand => "warn",
        State::Doubt | State::Refused | State::Missed => "bad",
        State::Declined => "over",
    }
}
