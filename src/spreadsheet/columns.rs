//! The columns of a spreadsheet, as its first row names them.

use crate::finding::{Code, Finding, Severity};
use crate::time::nearest;

use super::grid::{Cell, Line, finding};
use super::row::{key_of, keys};
use super::{ID, VERSION};

/// The columns, by where they stand.
pub struct Columns {
    /// Each with its path; nothing for one that means nothing.
    pub paths: Vec<Option<String>>,
}

impl Columns {
    pub fn of(name: &str, head: &Line, findings: &mut Vec<Finding>) -> Columns {
        let mut paths: Vec<Option<String>> = Vec::new();
        for cell in &head.cells {
            let path = cell.text.trim().to_lowercase();
            let is_known = path == ID || path == VERSION || key_of(&path).is_some();
            if path.is_empty() {
                paths.push(None);
            } else if is_known && paths.iter().flatten().any(|other| *other == path) {
                let message = format!("there are two columns `{path}`");
                findings.push(
                    finding(name, Code::BadValue, &cell.place, message)
                        .label("the second")
                        .help("take one of them out"),
                );
                paths.push(None);
            } else if is_known {
                paths.push(Some(path));
            } else {
                findings.push(unknown(name, cell, &path));
                paths.push(None);
            }
        }
        if !paths.iter().flatten().any(|path| path == ID)
            && let Some(first) = head.cells.first()
        {
            let help =
                "name the column with the posts' ids `id`; leave its cells empty for new posts".to_owned();
            findings
                .push(finding(name, Code::MissingKey, &first.place, "there is no column `id`").help(help));
        }
        Columns { paths }
    }

    /// Returns a row's cell of a column.
    pub fn cell<'a>(&self, line: &'a Line, path: &str) -> Option<&'a Cell> {
        line.cells.get(self.paths.iter().position(|own| own.as_deref() == Some(path))?)
    }
}

/// Says that a column means nothing: an error where a known one was probably meant, since its cells would be lost.
fn unknown(name: &str, cell: &Cell, path: &str) -> Finding {
    let names = keys().map(|key| key.name).chain([ID, VERSION]);
    let message = format!("`{}` is no column of posts", cell.text.trim());
    let finding = finding(name, Code::UnknownKey, &cell.place, message);
    let is_path = path.split_once('.').is_some_and(|(first, _)| keys().any(|key| key.name == first));
    match nearest(path, names) {
        Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
        None if is_path => finding
            .label("no such key")
            .help("write such as `media.1.alt`, `thread.2.text`, `repeat.every` or `for.ACCOUNT.text`"),
        None => finding
            .graded(Severity::Warning)
            .label("not looked at")
            .help("take it out if it is in the way; its cells stay in the spreadsheet alone"),
    }
}
