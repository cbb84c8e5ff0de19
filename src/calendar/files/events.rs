//! Imported events, read.

use crate::finding::Code;

use super::super::format::{IdName, Sheet};
use super::super::model::{Events, Happening, HappeningSpan};
use super::text;

/// Reads the events of one source.
pub(super) fn events(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Events> {
    let (from, until) = (sheet.date("from"), sheet.date("until"));
    sheet.not_reversed(from.as_ref(), until.as_ref());
    Some(Events {
        title: text(sheet, "title").unwrap_or_default(),
        source: text(sheet, "source").unwrap_or_default(),
        from: from.map(|at| at.value),
        until: until.map(|at| at.value),
        closed: words(sheet, "closed"),
        embargo: words(sheet, "embargo"),
        ignore: words(sheet, "ignore"),
        events: sheet.sheets("event").unwrap_or_default().iter().filter_map(happening).collect(),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn words(sheet: &Sheet<'_>, name: &str) -> Vec<String> {
    sheet.lines(name).map_or_else(Vec::new, |lines| lines.value.into_iter().map(|at| at.value).collect())
}

fn happening(sheet: &Sheet<'_>) -> Option<Happening> {
    let (on, until) = (sheet.date("on"), sheet.date("until"));
    let (at, ends) = (sheet.date_time("at"), sheet.date_time("ends"));
    let (uid, name) = (text(sheet, "uid"), sheet.line("name"));
    sheet.not_reversed(on.as_ref(), until.as_ref());
    sheet.not_reversed(at.as_ref(), ends.as_ref());
    if sheet.has("on") == sheet.has("at") {
        let message = match on.is_some() {
            true => "the event has both a day and a time",
            false => "the event says neither its day nor its time",
        };
        let help =
            "write `on = 2027-01-18` for a whole day, or `at = 2027-01-18T09:00:00` for a time".to_owned();
        sheet.bad(Code::BadValue, sheet.span.clone(), message.to_owned(), "this event", Some(help));
    }
    let when = match (on, at) {
        (Some(on), None) => {
            HappeningSpan::Days(on.value, until.map_or(on.value, |until| until.value.max(on.value)))
        }
        (None, Some(at)) => HappeningSpan::Time(at.value, ends.map(|ends| ends.value)),
        _ => return None,
    };
    let status = sheet
        .choice("status", |word| ["tentative", "cancelled", "gone"].into_iter().find(|known| *known == word));
    Some(Happening {
        when,
        instance: text(sheet, "instance"),
        zone: sheet.zone("zone").map(|zone| zone.value),
        link: sheet.url("link", Code::BadLink).map(|link| link.value).filter(|link| !link.is_empty()),
        categories: words(sheet, "categories"),
        is_off: status.is_some_and(|status| status.value != "tentative"),
        post: sheet.id("post"),
        skip: text(sheet, "skip"),
        closed: sheet.flag("closed"),
        embargo: sheet.flag("embargo"),
        embargo_until: sheet.date_time("embargo_until").map(|at| at.value),
        campaign: sheet.id("campaign"),
        tag: text(sheet, "tag"),
        span: sheet.span.clone(),
        uid: uid?,
        name: name?,
    })
}
