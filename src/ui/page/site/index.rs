//! The first page: what needs a look, what comes next, and the ways to everything else.

use chrono::NaiveDate;

use super::parts::{Here, collisions, count, frame, gaps, number, posts_table, section, wide};
use super::{Entry, Site, days_of, month_file, needs_a_look};
use crate::html::Html;
use crate::plan::Standing;
use crate::ui::agenda;
use crate::ui::page::long_moment;
use crate::ui::plural;

/// The most posts that stand under `Next`.
const NEXT_MAX: usize = 12;

/// Returns the page of contents.
pub fn page(site: &Site<'_>) -> String {
    let now = site.local_now();
    let all: Vec<&Entry<'_>> = site.entries.iter().collect();
    let look: Vec<&Entry<'_>> = all.iter().copied().filter(|entry| needs_a_look(entry.standing())).collect();
    let next: Vec<&Entry<'_>> = all
        .iter()
        .copied()
        .filter(|entry| {
            entry.at >= now && agenda::gravity(entry.standing()) > agenda::gravity(Standing::Published)
        })
        .take(NEXT_MAX)
        .collect();
    let late = all
        .iter()
        .filter(|entry| entry.at < now && entry.states.iter().any(|state| state.standing == Standing::ByHand))
        .count();
    let mut head = Html::new();
    head.line("p", &[("class", "dateline")], &format!("As of {}", long_moment(now)));
    head.line("p", &[("class", "lead")], &lead(&all, &look, late));

    let mut main = Html::new();
    let mut content = Html::new();
    posts_table(&mut content, Here::Index, "look-table", "Posts that somebody should look at", &look);
    section(&mut main, "look", "Needs a look", &content);
    let mut content = Html::new();
    posts_table(&mut content, Here::Index, "next-table", "The next posts", &next);
    if next.is_empty() {
        content.raw("<p>Nothing more goes out in these months.</p>\n");
    }
    section(&mut main, "next", "Next", &content);
    section(&mut main, "months", "Months", &months(site));
    section(&mut main, "accounts", "Accounts", &accounts(site));
    let soon: Vec<_> = site.survey.collisions.iter().filter(|found| found.at >= site.survey.now).collect();
    section(&mut main, "collisions", "Collisions ahead", &collisions(site, Here::Index, &soon));
    let ahead: Vec<_> = site.survey.gaps.iter().filter(|gap| gap.until >= now.date()).collect();
    section(&mut main, "gaps", "Gaps now and ahead", &gaps(&ahead));
    frame(site, Here::Index, &site.survey.calendar.root.name, &head, &main)
}

fn lead(all: &[&Entry<'_>], look: &[&Entry<'_>], late: usize) -> String {
    let mut words = count(all);
    match look.len() {
        0 => words.push_str(" Nothing needs a look."),
        1 => words.push_str(" One needs a look."),
        many => words.push_str(&format!(" {many} need a look.")),
    }
    if late > 0 {
        words.push_str(&format!(
            " Of {} that people post by hand the time is past, and nobody has said yet that they are out.",
            plural(late, "post")
        ));
    }
    words
}

/// Writes the months with what each holds.
fn months(site: &Site<'_>) -> Html {
    let mut html = Html::new();
    wide(&mut html, "months-table", "The months of this site");
    html.raw(
        "<thead><tr><th scope=\"col\">Month</th><th scope=\"col\" class=\"number\">Posts</th>\
         <th scope=\"col\" class=\"number\">Need a look</th><th scope=\"col\" class=\"number\">Collisions</th></tr></thead>\n<tbody>\n",
    );
    for first in site.months() {
        let days = days_of(first);
        let entries = site.entries_of(&days);
        html.raw("<tr><th scope=\"row\">");
        html.word("a", &[("href", &month_file(first))], &first.format("%B %Y").to_string()).raw("</th>");
        number(&mut html, entries.len());
        number(&mut html, entries.iter().filter(|entry| needs_a_look(entry.standing())).count());
        number(&mut html, site.collisions_of(&days).len());
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

/// Writes the accounts, with the last and the next post of each.
fn accounts(site: &Site<'_>) -> Html {
    let mut html = Html::new();
    if site.survey.calendar.accounts.is_empty() {
        return html;
    }
    wide(&mut html, "accounts-table", "The accounts, and when each posts");
    html.raw(
        "<thead><tr><th scope=\"col\">Account</th><th scope=\"col\">Platform</th><th scope=\"col\" class=\"number\">Posts</th>\
         <th scope=\"col\">Last</th><th scope=\"col\">Next</th></tr></thead>\n<tbody>\n",
    );
    let today = site.local_now();
    for (id, account) in &site.survey.calendar.accounts {
        let times: Vec<_> =
            site.entries.iter().filter(|entry| entry.accounts.contains(id)).map(|entry| entry.at).collect();
        let last = times.iter().rev().find(|at| **at < today);
        let next = times.iter().find(|at| **at >= today);
        html.raw("<tr><th scope=\"row\">").say(id.as_str()).raw("</th><td>");
        html.say(account.platform.as_ref().map_or("not known", |platform| platform.value.name()));
        if account.by_hand {
            html.raw(" <span class=\"aside\">by hand</span>");
        }
        html.raw("</td>");
        number(&mut html, times.len());
        for at in [last, next] {
            day(&mut html, at.map(|at| at.date()));
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

fn day(html: &mut Html, day: Option<NaiveDate>) {
    match day {
        None => _ = html.raw("<td class=\"none\">–</td>"),
        Some(day) => {
            html.raw("<td class=\"when\">");
            html.word("time", &[("datetime", &day.to_string())], &day.format("%a %-d %b %Y").to_string());
            html.raw("</td>");
        }
    }
}
