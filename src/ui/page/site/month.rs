//! A month as a page: its days in weeks, or one under the other where the screen is narrow.

use chrono::{Datelike, NaiveDate};

use super::parts::{
    Here, collisions, count, frame, gaps, places, post_link, posts_table, section, who_posts_where,
};
use super::{Entry, Site, days_of, needs_a_look};
use crate::html::Html;
use crate::ui::page::{long_day, state, tone};

/// Returns a month's page.
pub fn page(site: &Site<'_>, first: NaiveDate) -> String {
    let here = Here::Month(first);
    let days = days_of(first);
    let entries = site.entries_of(&days);
    let look: Vec<&Entry<'_>> =
        entries.iter().copied().filter(|entry| needs_a_look(entry.standing())).collect();
    let mut head = Html::new();
    head.line("p", &[("class", "lead")], &count(&entries));
    let mut main = Html::new();
    let mut content = Html::new();
    posts_table(&mut content, here, "look-table", "Posts that somebody should look at", &look);
    section(&mut main, "look", "Needs a look", &content);
    section(&mut main, "days", "Days", &grid(site, first, &entries));
    section(&mut main, "where", "Who posts where", &who_posts_where(site, here, &entries));
    section(&mut main, "collisions", "Collisions", &collisions(site, here, &site.collisions_of(&days)));
    section(&mut main, "gaps", "Gaps", &gaps(&site.gaps_of(&days)));
    frame(site, here, &first.format("%B %Y").to_string(), &head, &main)
}

/// Writes the days. The weekdays above them are for the eye: each day says its own.
fn grid(site: &Site<'_>, first: NaiveDate, entries: &[&Entry<'_>]) -> Html {
    let mut html = Html::new();
    html.raw("<div class=\"weekdays\" aria-hidden=\"true\">");
    for name in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        html.word("span", &[], name);
    }
    html.raw("</div>\n<ol class=\"month\">\n");
    let today = site.local_now().date();
    for date in first.iter_days().take_while(|date| date.month() == first.month()) {
        let of_day: Vec<&&Entry<'_>> = entries.iter().filter(|entry| entry.at.date() == date).collect();
        let begins = if date == first {
            format!(" from-{}", first.weekday().number_from_monday())
        } else {
            String::new()
        };
        let free = if of_day.is_empty() { " free" } else { "" };
        let now = if date == today { " today" } else { "" };
        html.open("li", &[("class", &format!("day{begins}{free}{now}"))]).raw("<h3>");
        html.open("time", &[("datetime", &date.to_string())]);
        // A screen with weeks shows the number alone; who hears the page hears the day.
        html.word("span", &[("class", "long")], &long_day(date));
        html.word("span", &[("class", "short"), ("aria-hidden", "true")], &date.day().to_string());
        html.close("time").end("h3");
        if !of_day.is_empty() {
            html.raw("<ul>\n");
            of_day.iter().for_each(|entry| one(&mut html, first, entry));
            html.end("ul");
        }
        html.end("li");
    }
    html.end("ol");
    html
}

fn one(html: &mut Html, first: NaiveDate, entry: &Entry<'_>) {
    html.open("li", &[("class", &format!("entry {}", tone(entry.standing())))]);
    html.word("span", &[("class", "clock")], &entry.at.format("%H:%M").to_string()).raw(" ");
    post_link(html, Here::Month(first), entry.post, &entry.name);
    for one in &entry.states {
        html.raw("<span class=\"on\">");
        state(html, one.standing);
        html.raw(" <span class=\"to\">").say(&places(&one.accounts)).raw("</span></span>");
    }
    html.end("li");
}
