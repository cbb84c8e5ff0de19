//! Requests for posts, read.

use crate::finding::{Code, Finding};

use super::super::format::{IdName, Sheet};
use super::super::model::{Request, Taken};
use super::{list, picture, text};

/// Reads a request.
pub(super) fn request(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Request> {
    if !sheet.has("department") && !sheet.has("from") && !sheet.is_faulty() {
        let help = "add `department = \"…\"`, the department that asks, or `from = \"…\"`, the person";
        sheet.bad_file(Finding::new(Code::MissingKey, file, "nobody says who asks").help(help));
    }
    Some(Request {
        title: text(sheet, "title").unwrap_or_default(),
        department: sheet.id("department"),
        from: sheet.id("from"),
        to_department: sheet.id("to_department"),
        wanted: sheet.date("wanted"),
        until: sheet.date("until"),
        accounts: list(sheet, "accounts"),
        text: sheet.words("text"),
        why: sheet.words("why"),
        link: sheet.url("link", Code::BadLink),
        media: sheet.sheets("media").unwrap_or_default().iter().filter_map(picture).collect(),
        topics: list(sheet, "topics"),
        goal: sheet.id("goal"),
        campaign: sheet.id("campaign"),
        taken: sheet.sheets("taken").unwrap_or_default().iter().filter_map(taken).collect(),
        posts: list(sheet, "posts"),
        declined: sheet.line("declined"),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn taken(sheet: &Sheet<'_>) -> Option<Taken> {
    let (by, on) = (sheet.id("by"), sheet.date("on"));
    Some(Taken { by: by?, on: on?.value })
}
