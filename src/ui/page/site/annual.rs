//! The annual schedule on a year's page: themes, days to know, what is asked for, and slots that wait for a post.

use chrono::NaiveDate;

use super::Site;
use super::parts::{number, wide};
use crate::calendar::{PlannedSlot, Rest, Schedule};
use crate::html::Html;
use crate::ui::plural;
use crate::year::{Board, Covered};

/// Writes what the year is about.
pub fn themes(schedule: &Schedule) -> Html {
    let mut html = Html::new();
    if let Some(text) = schedule.text.as_ref().filter(|text| !text.is_empty()) {
        html.line("p", &[("dir", "auto")], text);
    }
    if schedule.themes.is_empty() {
        return html;
    }
    html.raw("<ul class=\"notes\">\n");
    for theme in &schedule.themes {
        html.raw("<li>").word("strong", &[("dir", "auto")], &theme.name.value).raw(" ");
        html.word("span", &[("class", "aside")], &theme.days.said);
        if let Some(text) = &theme.text {
            html.raw(" ").word("span", &[("dir", "auto")], text);
        }
        html.end("li");
    }
    html.end("ul");
    html
}

/// A day to know: its first day, its name, and what it means.
type Known<'a> = (Option<NaiveDate>, &'a str, &'a str, String);

/// Writes the observances, the holidays and the quiet days, in the order of their first days.
pub fn days(schedule: &Schedule) -> Html {
    let mut html = Html::new();
    let first = |days: &crate::calendar::Days| days.runs.first().map(|run| *run.start());
    let observances = schedule.observances.iter().map(|it| {
        let wants = match it.posts {
            0 => "observance".to_owned(),
            posts => format!("observance, wants {}", plural(posts as usize, "post")),
        };
        (first(&it.days), it.name.value.as_str(), it.days.said.as_str(), wants)
    });
    let closings = schedule.closings.iter().map(|it| {
        let what = match it.rest {
            Rest::Holiday => "holiday",
            Rest::Quiet => "quiet day: nothing is said",
        };
        let whose: Vec<&str> = it.departments.iter().map(|at| at.value.as_str()).collect();
        let whose = if whose.is_empty() { String::new() } else { format!(" of {}", whose.join(", ")) };
        (first(&it.days), it.name.value.as_str(), it.days.said.as_str(), format!("{what}{whose}"))
    });
    let mut all: Vec<Known<'_>> = observances.chain(closings).collect();
    all.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    if all.is_empty() {
        return html;
    }
    wide(&mut html, "days-table", "Observances, holidays and quiet days");
    html.raw(
        "<thead><tr><th scope=\"col\">Day</th><th scope=\"col\">Name</th><th scope=\"col\">What it is</th>\
         </tr></thead>\n<tbody>\n",
    );
    for (_, name, said, what) in all {
        html.raw("<tr>").word("td", &[("class", "when")], said);
        html.word("th", &[("scope", "row"), ("dir", "auto")], name).word("td", &[], &what).end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

/// Writes what is asked for, and where it is missing.
pub fn asked(site: &Site<'_>, board: &Board<'_>, schedule: &Schedule) -> Html {
    let mut html = Html::new();
    if schedule.coverage.is_empty() {
        return html;
    }
    let covered = board.covered(site.survey.now);
    wide(&mut html, "asked-table", "Posts that are asked for, and where they are missing");
    html.raw(
        "<thead><tr><th scope=\"col\">Asked for</th><th scope=\"col\" class=\"number\">Posts</th>\
         <th scope=\"col\" class=\"number\">Open slots</th><th scope=\"col\">Missing</th></tr></thead>\n<tbody>\n",
    );
    for coverage in &schedule.coverage {
        let own: Vec<&Covered<'_>> =
            covered.iter().filter(|it| std::ptr::eq(it.coverage, coverage)).collect();
        let missing: Vec<String> = own
            .iter()
            .filter(|it| it.missing() > 0)
            .map(|it| format!("{} in {}", it.missing(), coverage.every.name(it.begin)))
            .collect();
        html.raw("<tr>").word("th", &[("scope", "row")], &coverage.to_string());
        number(&mut html, own.iter().map(|it| it.posts).sum());
        number(&mut html, own.iter().map(|it| it.slots).sum());
        let missing = if missing.is_empty() { "nothing".to_owned() } else { missing.join("; ") };
        html.word("td", &[], &missing).end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}

/// Writes the slots that wait for a post.
pub fn open(site: &Site<'_>, slots: &[&PlannedSlot]) -> Html {
    let mut html = Html::new();
    if slots.is_empty() {
        return html;
    }
    wide(&mut html, "open-table", "Slots without a post");
    html.raw(
        "<thead><tr><th scope=\"col\">When</th><th scope=\"col\">Department</th><th scope=\"col\">Account</th>\
         <th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
    );
    for slot in slots {
        let at = slot.at.value;
        html.raw("<tr><th scope=\"row\" class=\"when\">");
        let machine = at.format("%Y-%m-%dT%H:%M").to_string();
        html.word("time", &[("datetime", &machine)], &at.format("%a %-d %b, %H:%M").to_string()).raw("</th>");
        html.word("td", &[("dir", "auto")], &site.name_of(&slot.department.value));
        html.word("td", &[], slot.account.value.as_str());
        let names = [slot.theme.as_ref(), slot.observance.as_ref()];
        let names = names.into_iter().flatten().map(|at| at.value.as_str());
        let why: Vec<&str> = names.chain(slot.why.as_deref()).collect();
        html.word("td", &[("dir", "auto")], &why.join("; ")).end("tr");
    }
    html.raw("</tbody>\n</table>\n</div>\n");
    html
}
