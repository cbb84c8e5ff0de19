//! What a reader of the page must know beside the numbers: why promises were not kept, what is missing, what words mean.

use super::{capital, tables};
use crate::evidence::Evidence;
use crate::html::Html;
use crate::report::{Note, Report};

/// Writes what was not kept on time, and why.
pub fn reasons(html: &mut Html, evidence: &Evidence<'_>, report: &Report) {
    let reasons = &report.reasons;
    if reasons.listed.is_empty() {
        return;
    }
    html.line("h3", &[], "Not on time, and why");
    tables::open(html, "wide", "reasons-table", "Promises that were late, or not kept");
    html.raw(
        "<thead><tr><th scope=\"col\">Promised for</th><th scope=\"col\">Post</th><th scope=\"col\">Where</th>\
         <th scope=\"col\">What became of it, and why</th></tr></thead>\n<tbody>\n",
    );
    for broken in &reasons.listed {
        let Some(promise) = evidence.promises.get(broken.promise as usize) else { continue };
        let due = evidence.calendar.zone().local(promise.due).format("%-d %B, %H:%M").to_string();
        let why = if broken.why.is_empty() { String::new() } else { format!(": {}", broken.why) };
        html.raw("<tr>").word("td", &[], &due);
        html.word("th", &[("scope", "row"), ("dir", "auto")], &promise.title);
        html.word("td", &[], promise.account.as_str());
        html.word("td", &[("dir", "auto")], &format!("{}{why}", capital(broken.fate))).end("tr");
    }
    html.raw("</tbody>\n</table>\n").end("div");
    if reasons.unlisted > 0 {
        html.line("p", &[("class", "aside")], &format!("… and {} more", reasons.unlisted));
    }
}

/// Returns what is missing from the data.
pub fn missing(report: &Report) -> Html {
    let mut html = Html::new();
    if report.missing.is_empty() {
        html.line("p", &[], "Nothing that is known of.");
        return html;
    }
    html.raw("<ul class=\"notes\">\n");
    for Note { what, places, more } in &report.missing {
        html.raw("<li>").say(&format!("{what}."));
        if !places.is_empty() {
            html.raw("\n<ul>\n");
            places.iter().for_each(|place| _ = html.line("li", &[("dir", "auto")], place));
            if *more > 0 {
                html.line("li", &[], &format!("… and {more} more"));
            }
            html.raw("</ul>\n");
        }
        html.end("li");
    }
    html.end("ul");
    html
}

/// Returns the definitions of the measures that the report uses.
pub fn definitions(report: &Report) -> Html {
    let mut html = Html::new();
    html.raw("<dl class=\"definitions\">\n");
    for measure in report.used() {
        let definition = measure.definition();
        html.raw("<div>").line("dt", &[], &capital(definition.name));
        html.line("dd", &[], definition.words);
        html.line("dd", &[("class", "limit")], definition.limit);
        html.raw("<dd class=\"source\">");
        for (at, source) in definition.sources.iter().enumerate() {
            html.raw(if at > 0 { "; " } else { "" }).link(source.url, source.name);
        }
        html.raw("</dd>").end("div");
    }
    html.end("dl");
    html
}
