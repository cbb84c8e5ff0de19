//! The tables of a report's page. Every number stands in a cell under its own id.

use super::capital;
use crate::definition::{Measure, Part};
use crate::html::Html;
use crate::report::{Number, Report, SAME, Scope, Which, change};

/// Writes the measures of a part, the sides beside each other.
pub fn sides(html: &mut Html, report: &Report, part: Part, measures: &[(Measure, Option<String>)]) {
    let has_any = |side: &&Scope| {
        measures.iter().any(|(measure, currency)| {
            let number = |which| report.money(*measure, currency.as_deref(), side, which);
            report.periods.iter().any(|one| number(one.which).is_some())
        })
    };
    let sides: Vec<&Scope> = report.sides.iter().filter(has_any).collect();
    if sides.is_empty() {
        return;
    }
    let id = format!("{}-table", part.as_str());
    let names: Vec<String> = report.periods.iter().map(crate::report::Period::name).collect();
    let (name, others) =
        names.split_first().map(|(name, others)| (name.as_str(), others.join(" and "))).unwrap_or_default();
    open(html, "wide", &id, &format!("{name}, beside {others}, each as it stood equally long after its end"));
    html.raw("<thead>\n<tr><td rowspan=\"2\"></td>");
    let span = report.periods.len().to_string();
    for side in &sides {
        let attributes =
            [("class", "side"), ("scope", "colgroup"), ("colspan", span.as_str()), ("dir", "auto")];
        html.word("th", &attributes, report.name(side));
    }
    html.raw("</tr>\n<tr>");
    for one in sides.iter().flat_map(|_| &report.periods) {
        html.word("th", &[("scope", "col"), ("class", "number")], &one.name());
    }
    html.raw("</tr>\n</thead>\n<tbody>\n");
    for (measure, currency) in measures {
        html.raw("<tr>").word("th", &[("scope", "row")], &capital(measure.name()));
        for side in &sides {
            let number = |which| report.money(*measure, currency.as_deref(), side, which);
            for one in &report.periods {
                cell(html, number(Which::This), number(one.which), one.which);
            }
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n").end("div");
}

/// What stands in a cell that has no number.
const UNKNOWN: &str =
    "<td class=\"number none\"><span class=\"unseen\">not known</span><span aria-hidden=\"true\">–</span>";

/// Writes a number in a cell; what it was before with how it moved since.
fn cell(html: &mut Html, now: Option<&Number>, number: Option<&Number>, which: Which) {
    let Some(number) = number else {
        html.raw(UNKNOWN).close("td");
        return;
    };
    let class = if which == Which::This { "number now" } else { "number after" };
    html.open("td", &[("class", class), ("id", &number.id)]).say(&number.shown());
    if which == Which::This {
        if let Some(partly) = number.partly() {
            html.word("span", &[("class", "partly")], &partly);
        }
    } else if let Some(now) = now
        && let Some(moved) = change(now.value, number.value, number.question.measure)
    {
        let words = if moved == SAME { moved } else { format!("{moved} since") };
        html.word("span", &[("class", "move")], &words);
    }
    html.close("td");
}

/// What stands in the columns of a group's table.
const SHOWN: [Measure; 11] = [
    Measure::Posts,
    Measure::KeptShare,
    Measure::Impressions,
    Measure::Reach,
    Measure::PageViews,
    Measure::Engagements,
    Measure::EngagementByReach,
    Measure::EngagementByImpressions,
    Measure::EngagementByFollowers,
    Measure::Sessions,
    Measure::FollowersGained,
];

/// Writes a row for each scope of a group, against the times before.
pub fn groups(html: &mut Html, report: &Report, id: &str, scopes: &[Scope]) {
    let has_any = |measure: &Measure| {
        let known = |scope: &Scope, which| report.number(*measure, scope, which).is_some();
        scopes.iter().any(|scope| report.periods.iter().any(|one| known(scope, one.which)))
    };
    let measures: Vec<Measure> = SHOWN.into_iter().filter(has_any).collect();
    if measures.is_empty() {
        return;
    }
    open(
        html,
        "wide group",
        &format!("{id}-table"),
        "Each number, and how it moved since the times it is compared with",
    );
    html.raw("<thead><tr><td></td>");
    for measure in &measures {
        html.word("th", &[("scope", "col"), ("class", "number")], &short(*measure));
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for scope in scopes {
        html.raw("<tr>").word("th", &[("scope", "row"), ("dir", "auto")], report.name(scope));
        for measure in &measures {
            let now = report.number(*measure, scope, Which::This);
            match now {
                Some(now) => html.open("td", &[("class", "number"), ("id", &now.id)]).say(&now.shown()),
                None => html.raw(UNKNOWN),
            };
            for other in report.periods.iter().skip(1) {
                let Some(before) = report.number(*measure, scope, other.which) else { continue };
                let moved = now.and_then(|now| change(now.value, before.value, *measure));
                let words = moved.unwrap_or_else(|| format!("was {}", before.shown()));
                let name = other.days.start.format(if other.is_year() { "%Y" } else { "%b %Y" });
                html.word("span", &[("class", "move"), ("id", &before.id)], &format!("{words} on {name}"));
            }
            html.close("td");
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n").end("div");
}

/// Returns a measure's name as the head of a narrow column.
fn short(measure: Measure) -> String {
    capital(match measure {
        Measure::Posts => "posts",
        Measure::KeptShare => "promises kept",
        Measure::Reach => "reach, summed",
        Measure::FollowersGained => "new followers",
        Measure::Sessions => "sessions",
        measure => measure.name(),
    })
}

/// Opens a table in a frame that can be moved sideways on a narrow screen.
pub fn open(html: &mut Html, class: &str, id: &str, caption: &str) {
    html.open("div", &[("class", class), ("role", "region"), ("aria-labelledby", id), ("tabindex", "0")]);
    html.raw("\n<table>\n").line("caption", &[("id", id)], caption);
}
