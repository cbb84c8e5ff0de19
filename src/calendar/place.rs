//! Where files lie, and what they are by that.

use crate::draft::is_id;
use crate::time::nearest;

use super::grammar::Kind;

/// Where a file lies, as the calendar sees it.
#[derive(Debug, PartialEq)]
pub enum Place<'a> {
    /// Where a file of the kind belongs, with its stem.
    Of(Kind, &'a str),
    /// Where a development plan belongs, with its stem.
    Plan(&'a str),
    /// In a folder of the kind, but not where the calendar looks; with what to do.
    Astray(String),
    /// Anywhere else.
    Elsewhere,
}

/// The folders of later parts of the calendar, left alone.
const OTHER_FOLDERS: [&str; 3] = ["vault", "media", "public"];

/// Tells what a path is to the calendar.
pub fn place(path: &str) -> Place<'_> {
    if path == "kalends.toml" {
        return Place::Of(Kind::Kalends, "kalends");
    }
    let Some((top, rest)) = path.split_once('/') else { return Place::Elsewhere };
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with('.') || name.eq_ignore_ascii_case("README.md") {
        return Place::Elsewhere;
    }
    let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.folder() == Some(top)) else {
        return elsewhere(top, name);
    };
    if let (Kind::Decision, Some(stem)) = (kind, name.strip_suffix(".md"))
        && name == rest
    {
        return Place::Plan(stem);
    }
    let Some(stem) = name.strip_suffix(".toml") else {
        return Place::Astray(match name.rsplit_once('.') {
            Some((stem, ext)) if ext.eq_ignore_ascii_case("toml") => format!("name it `{stem}.toml`"),
            _ if kind == Kind::Decision => {
                "plans lie in proposals/ID.md; move pictures and films to media/".to_owned()
            }
            _ => format!("files in {top}/ end in `.toml`; move pictures and films to media/"),
        });
    };
    let folders: Vec<&str> = rest.split('/').rev().skip(1).collect();
    // Beside a training lie the folders of those who did one.
    let kind = if kind == Kind::Training && !folders.is_empty() { Kind::Pass } else { kind };
    match (kind, folders.as_slice()) {
        (Kind::Post, [month, year]) if is_month(year, month) => Place::Of(kind, stem),
        (Kind::Post, _) => Place::Astray("posts lie in posts/YYYY/MM/, such as posts/2027/01/".to_owned()),
        (Kind::Approval | Kind::Acknowledgement | Kind::Pass | Kind::Decision, [folder]) if is_id(folder) => {
            Place::Of(kind, stem)
        }
        (Kind::Approval, _) => Place::Astray(
            "approvals lie in approvals/POST/; `kalends approve POST` writes them there".to_owned(),
        ),
        (Kind::Acknowledgement, _) => Place::Astray(
            "they lie in acknowledgements/PROTOCOL/; `kalends protocol acknowledge PROTOCOL` writes them there"
                .to_owned(),
        ),
        (Kind::Pass, _) => Place::Astray(
            "trainings lie in training/, and who did one in training/ID/; `kalends training take ID` writes them there"
                .to_owned(),
        ),
        (Kind::Decision, _) => Place::Astray(
            "decisions lie in proposals/ID/; `kalends proposal approve ID` writes them there".to_owned(),
        ),
        (Kind::Schedule, []) if !is_year(stem) => {
            Place::Astray("a schedule is named after its year, such as schedule/2027.toml".to_owned())
        }
        (_, []) => Place::Of(kind, stem),
        _ => Place::Astray(format!("move it to {top}/{name}: {top}/ has no folders in it")),
    }
}

/// Tells whether a name is a year that dates in files can be of.
fn is_year(name: &str) -> bool {
    name.len() == 4 && name.bytes().all(|b| b.is_ascii_digit()) && ("0001".."9999").contains(&name)
}

fn is_month(year: &str, month: &str) -> bool {
    let digits = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month)
}

/// Tells whether a folder that the calendar does not know was meant to be one that it does.
fn elsewhere<'a>(top: &str, name: &str) -> Place<'a> {
    let folders = || Kind::ALL.into_iter().filter_map(Kind::folder);
    let singular = Kind::ALL.into_iter().find(|kind| kind.name() == top).and_then(Kind::folder);
    if !name.ends_with(".toml") || OTHER_FOLDERS.contains(&top) {
        return Place::Elsewhere;
    }
    match singular
        .or_else(|| folders().find(|folder| folder.eq_ignore_ascii_case(top)))
        .or_else(|| nearest(top, folders()))
    {
        Some(folder) => Place::Astray(format!("did you mean {folder}/?")),
        None => Place::Elsewhere,
    }
}
