//! The charts of a report's page, each with its numbers in a table under it.

use super::{capital, drawn, slug};
use crate::definition::Measure;
use crate::html::Html;
use crate::report::{Curve, GoalLine, Mark, Report, Scope, Value, Which, show};
use crate::ui::chart::{self, Bar, Dot, Stack, Way, Words};

/// Opens a figure with its heading.
fn figure(html: &mut Html, caption: &str) {
    html.raw("<figure>\n").line("figcaption", &[("dir", "auto")], caption);
}

/// Writes a chart's numbers, to be opened, and closes its figure.
fn numbers(html: &mut Html, caption: &str, heads: &[&str], rows: &[Vec<String>]) {
    html.raw("<details><summary>The numbers of this chart</summary>\n<table>\n");
    html.word("caption", &[("class", "unseen")], caption).raw("\n<thead><tr>");
    heads.iter().for_each(|head| _ = html.word("th", &[("scope", "col")], head));
    html.raw("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.raw("<tr>");
        for (at, cell) in row.iter().enumerate() {
            match at {
                0 => html.word("th", &[("scope", "row"), ("dir", "auto")], cell),
                _ => html.word("td", &[], cell),
            };
        }
        html.end("tr");
    }
    html.raw("</tbody>\n</table>\n</details>\n").end("figure");
}

/// Draws what became of a side's promises.
pub fn kept(html: &mut Html, report: &Report, side: &Scope) {
    let fills = [
        (Measure::OnTime, "full"),
        (Measure::Late, "lines"),
        (Measure::Retracted, "dots"),
        (Measure::Unknown, "dots"),
        (Measure::Missed, "cross"),
        (Measure::Refused, "cross"),
        (Measure::Skipped, "hollow"),
    ];
    let parts: Vec<Stack> = fills
        .into_iter()
        .filter_map(|(measure, fill)| {
            let (count, shown) = drawn(report.number(measure, side, Which::This))?;
            (count > 0.0).then_some(Stack { name: measure.name(), count, shown, fill })
        })
        .collect();
    if parts.is_empty() {
        return;
    }
    let title = format!("Promised and kept: {}", report.name(side));
    let seen: Vec<String> = parts.iter().map(|part| format!("{} {}", part.shown, part.name)).collect();
    let id = format!("kept-{}", slug(side));
    figure(html, &title);
    chart::stack(html, Words { id: &id, title: &title, seen: &format!("{}.", seen.join(", ")) }, &parts);
    let rows: Vec<Vec<String>> =
        parts.iter().map(|part| vec![capital(part.name), part.shown.clone()]).collect();
    numbers(html, &title, &["What became of it", "Promises"], &rows);
}

/// Draws a measure of each platform, beside the times before.
pub fn compared(html: &mut Html, report: &Report, measure: Measure) {
    let times: Vec<String> = report.periods.iter().map(crate::report::Period::name).collect();
    let mut groups = Vec::new();
    for scope in &report.platforms {
        let values: Vec<Option<(f64, String)>> =
            report.periods.iter().map(|one| drawn(report.number(measure, scope, one.which))).collect();
        if values.iter().any(Option::is_some) {
            groups.push(Bar { name: report.name(scope).to_owned(), values });
        }
    }
    if groups.is_empty() {
        return;
    }
    let title = format!("{} by platform", capital(measure.name()));
    let shown = |value: &Option<(f64, String)>| {
        value.as_ref().map_or("not known".to_owned(), |(_, shown)| shown.clone())
    };
    let rows: Vec<Vec<String>> = groups
        .iter()
        .map(|group| std::iter::once(group.name.clone()).chain(group.values.iter().map(shown)).collect())
        .collect();
    let first = |group: &Bar| group.values.first().map(shown).unwrap_or_default();
    let seen: Vec<String> = groups.iter().map(|group| format!("{} {}", group.name, first(group))).collect();
    let seen = format!("{}: {}.", report.period().name(), seen.join(", "));
    figure(html, &title);
    let words = Words { id: &format!("bars-{measure}"), title: &title, seen: &seen };
    chart::bars(html, words, &times, &groups);
    let heads: Vec<&str> = std::iter::once("Platform").chain(times.iter().map(String::as_str)).collect();
    numbers(html, &title, &heads, &rows);
}

/// Draws the followers of each account, small and alike.
pub fn followers(html: &mut Html, report: &Report) {
    if report.followers.is_empty() {
        return;
    }
    html.line("h3", &[], "Followers over time");
    let words = format!(
        "Each on its own scale, from its lowest to its highest number; {} lies on a darker ground.",
        report.period().name()
    );
    html.line("p", &[("class", "aside")], &words).raw("<div class=\"small\">\n");
    for Curve { account, marks } in &report.followers {
        let id = format!("followers-{account}");
        curve(html, report, (account.as_str(), &id), &dots(marks, Measure::Followers));
    }
    html.end("div");
}

fn dots(marks: &[Mark], measure: Measure) -> Vec<Dot> {
    let dot = |mark: &Mark| Dot {
        day: mark.day,
        value: mark.count.approximate(),
        shown: show(Value::Amount(mark.count), measure, None),
    };
    marks.iter().map(dot).collect()
}

/// Draws one curve, with its numbers by the month.
fn curve(html: &mut Html, report: &Report, (name, id): (&str, &str), dots: &[Dot]) {
    let (Some(first), Some(last)) = (dots.first(), dots.last()) else { return };
    let days = &report.period().days;
    let day = |dot: &Dot| dot.day.format("%-d %B %Y").to_string();
    let seen = format!("From {} on {} to {} on {}.", first.shown, day(first), last.shown, day(last));
    figure(html, name);
    chart::curve(html, Words { id, title: name, seen: &seen }, (days.start, days.end), dots);
    let month = |dot: &Dot| dot.day.format("%B %Y").to_string();
    let lasts = dots.chunk_by(|a, b| month(a) == month(b)).filter_map(<[Dot]>::last);
    let rows: Vec<Vec<String>> = lasts.map(|dot| vec![month(dot), dot.shown.clone()]).collect();
    numbers(html, name, &["Month", "Last number"], &rows);
}

/// Draws a goal's way, and its number over time.
pub fn goal(html: &mut Html, report: &Report, goal: &GoalLine) {
    let number = |measure| drawn(report.number(measure, &goal.scope(), Which::This));
    let id = slug(&goal.scope());
    if let (Some(baseline), Some(target)) = (number(Measure::GoalBaseline), number(Measure::GoalTarget)) {
        let now = number(Measure::GoalNow);
        let outlook = goal.outlook.map(|outlook| (outlook.low.approximate(), outlook.high.approximate()));
        let mut seen = format!("From {} to {}", baseline.1, target.1);
        seen.push_str(&now.as_ref().map(|(_, now)| format!(", now at {now}")).unwrap_or_default());
        if let Some(outlook) = &goal.outlook {
            seen.push_str(&format!(", foretold between {} and {}", outlook.low, outlook.high));
        }
        let way = Way { baseline, target, now, outlook };
        let title = format!("The way of {}", goal.name);
        let words = Words { id: &format!("way-{id}"), title: &title, seen: &format!("{seen}.") };
        chart::way(html, words, &way);
    }
    let dots = dots(&goal.marks, Measure::GoalNow);
    if dots.len() > 1 {
        curve(html, report, (&capital(&goal.metric), &format!("curve-{id}")), &dots);
    }
}
