//! A post as a page: when it goes out, where each account stands, and what each will show.

use std::collections::BTreeMap;

use super::parts::{Here, frame, places};
use super::{Entry, Site};
use crate::draft::{Draft, PostId};
use crate::html::Html;
use crate::plan::Row;
use crate::ui::page::card::Desk;
use crate::ui::page::{Carry, long_moment, preview, state};

/// Returns the page of every post that is due in the site's days, with its path.
pub fn pages(site: &Site<'_>) -> Vec<(String, String)> {
    let mut drafts: BTreeMap<&PostId, Vec<&Draft>> = BTreeMap::new();
    for draft in site.survey.drafts {
        drafts.entry(&draft.slot.post).or_default().push(draft);
    }
    let mut rows: BTreeMap<&PostId, Vec<Row>> = BTreeMap::new();
    for row in site.survey.rows {
        rows.entry(&row.slot.post).or_default().push(row.clone());
    }
    let mut entries: BTreeMap<&PostId, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in &site.entries {
        entries.entry(entry.post).or_default().push(entry);
    }
    let one = |(id, drafts): (&PostId, Vec<&Draft>)| {
        let rows = rows.get(id).map_or(&[][..], Vec::as_slice);
        let entries = entries.get(id).map_or(&[][..], Vec::as_slice);
        (format!("posts/{id}.html"), page(site, id, &drafts, rows, entries))
    };
    drafts.into_iter().map(one).collect()
}

fn page(site: &Site<'_>, id: &PostId, drafts: &[&Draft], rows: &[Row], entries: &[&Entry<'_>]) -> String {
    // Of a post that comes again its next time is shown, or its last if all are past.
    let next = drafts.iter().map(|draft| draft.due).find(|due| *due >= site.survey.now);
    let due = next.or_else(|| drafts.last().map(|draft| draft.due)).unwrap_or_default();
    let shown: Vec<Draft> =
        drafts.iter().filter(|draft| draft.due == due).map(|draft| (*draft).clone()).collect();
    let calendar = site.survey.calendar;
    let mut head = Html::new();
    let machine = due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    head.raw("<p class=\"dateline\">");
    head.word("time", &[("datetime", &machine)], &long_moment(calendar.zone().local(due))).end("p");
    if let Some(post) = calendar.post(id) {
        preview::facts(&mut head, calendar, post);
    }
    let up = Here::Post.up();
    let desk =
        Desk { calendar, book: site.survey.book, album: site.survey.album, carry: Carry::Site { up }, rows };
    let mut main = Html::new();
    preview::of_post(&mut main, &desk, "h2", &shown);
    if entries.len() > 1 {
        main.raw("<section aria-labelledby=\"times\">\n<h2 id=\"times\">All its times</h2>\n<ul class=\"notes\">\n");
        for entry in entries {
            let machine = entry.at.format("%Y-%m-%dT%H:%M").to_string();
            main.raw("<li>").word("time", &[("datetime", &machine)], &long_moment(entry.at)).raw(" ");
            for one in &entry.states {
                state(&mut main, one.standing);
                main.raw(" ").say(&places(&one.accounts)).raw(" ");
            }
            main.end("li");
        }
        main.end("ul").end("section");
    }
    let name = entries.first().map_or_else(|| id.to_string(), |entry| entry.name.clone());
    frame(site, Here::Post, &name, &head, &main)
}
