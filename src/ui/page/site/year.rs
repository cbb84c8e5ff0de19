//! A year as a page: its months small, and in numbers.

use chrono::{Datelike, NaiveDate};

use super::parts::{Here, collisions, count, frame, gaps, number, section, who_posts_where, wide};
use super::{Entry, Site, annual, days_of, month_file};
use crate::html::Html;
use crate::ui::agenda;
use crate::ui::agenda::year::{AHEAD, OUT};
use crate::ui::page::tone;
use crate::ui::plural;
use crate::year::Board;

/// The posts of a day from which on its colour is no stronger.
const FULL: usize = 3;

/// Returns a year's page.
pub fn page(site: &Site<'_>, year: i32) -> String {
    let here = Here::Year(year);
    let months: Vec<NaiveDate> = site.months().into_iter().filter(|first| first.year() == year).collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return frame(site, here, &year.to_string(), &Html::new(), &Html::new());
    };
    let days = *first..days_of(*last).end;
    let entries = site.entries_of(&days);
    let mut head = Html::new();
    head.line("p", &[("class", "lead")], &count(&entries));
    let board = Board::new(site.survey.calendar, year);
    let schedule = board.as_ref().and_then(|board| board.schedule);
    if let Some(title) = schedule.and_then(|schedule| schedule.title.as_ref()) {
        head.line("p", &[("dir", "auto")], title);
    }
    let mut main = Html::new();
    if let Some(schedule) = schedule {
        section(&mut main, "themes", "Themes", &annual::themes(schedule));
    }
    let mut content = Html::new();
    content.raw("<ol class=\"year\">\n");
    months.iter().for_each(|first| small(&mut content, site, *first));
    content.end("ol");
    section(&mut main, "months", "Months", &content);
    section(&mut main, "numbers", "In numbers", &numbers(site, &months));
    section(&mut main, "coverage", "Accounts month by month", &coverage(site, &months));
    section(&mut main, "where", "Who posts where", &who_posts_where(site, here, &entries));
    if let (Some(board), Some(schedule)) = (&board, schedule) {
        section(&mut main, "asked", "Asked for", &annual::asked(site, board, schedule));
        section(&mut main, "open", "Open slots", &annual::open(site, &board.open(&days)));
        section(&mut main, "days", "Days to know", &annual::days(schedule));
    }
    section(&mut main, "collisions", "Collisions", &collisions(site, here, &site.collisions_of(&days)));
    section(&mut main, "gaps", "Gaps", &gaps(&site.gaps_of(&days)));
    frame(site, here, &year.to_string(), &head, &main)
}

/// Writes a month small: a square a day, the stronger the more goes out. The squares are for the eye; the words beside
/// them and the tables say the same.
fn small(html: &mut Html, site: &Site<'_>, first: NaiveDate) {
    let entries = site.entries_of(&days_of(first));
    html.raw("<li><h3>");
    html.word("a", &[("href", &month_file(first))], &first.format("%B").to_string()).end("h3");
    html.line("p", &[("class", "aside")], &plural(entries.len(), "post"));
    html.raw("<div class=\"squares\" aria-hidden=\"true\">");
    for date in first.iter_days().take_while(|date| date.month() == first.month()) {
        let of_day: Vec<&&Entry<'_>> = entries.iter().filter(|entry| entry.at.date() == date).collect();
        let gravest = of_day.iter().max_by_key(|entry| agenda::gravity(entry.standing()));
        let look = gravest.map_or("none", |entry| tone(entry.standing()));
        let begins = if date == first {
            format!(" from-{}", first.weekday().number_from_monday())
        } else {
            String::new()
        };
        html.open("span", &[("class", &format!("day-{} {look}{begins}", of_day.len().min(FULL)))])
            .close("span");
    }
    html.end("div").end("li");
}

/// Writes how many posts each month has, and how they stand.
fn numbers(site: &Site<'_>, months: &[NaiveDate]) -> Html {
    let mut html = Html::new();
    wide(&mut html, "numbers-table", "Posts of each month");
    html.raw(
        "<thead><tr><th scope=\"col\">Month</th><th scope=\"col\" class=\"number\">Posts</th>\
         <th scope=\"col\" class=\"number\">Out</th><th scope=\"col\" class=\"number\">Ahead</th>\
         <th scope=\"col\" class=\"number\">Need a look</th></tr></thead>\n<tbody>\n",
    );
    for first in months {
        let entries = site.entries_of(&days_of(*first));
        let of =
            |standings: &[_]| entries.iter().filter(|entry| standings.contains(&entry.standing())).count();
        let (out, ahead) = (of(OUT), of(AHEAD));
        html.raw("<tr><th scope=\"row\">");
        html.word("a", &[("href", &month_file(*first))], &first.format("%B").to_string()).raw("</th>");
        for count in [entries.len(), out, ahead, entries.len() - out - ahead] {
            number(&mut html, count);
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

/// Writes how many posts each account has in each month.
fn coverage(site: &Site<'_>, months: &[NaiveDate]) -> Html {
    let mut html = Html::new();
    if site.survey.calendar.accounts.is_empty() {
        return html;
    }
    wide(&mut html, "coverage-table", "Posts of each account in each month");
    html.raw("<thead><tr><th scope=\"col\">Account</th>");
    for first in months {
        html.word("th", &[("scope", "col"), ("class", "number")], &first.format("%b").to_string());
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for id in site.survey.calendar.accounts.keys() {
        html.raw("<tr><th scope=\"row\">").say(id.as_str()).raw("</th>");
        for first in months {
            let entries = site.entries_of(&days_of(*first));
            number(&mut html, entries.iter().filter(|entry| entry.accounts.contains(id)).count());
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}
