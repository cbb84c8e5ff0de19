//! Posts as a table to write.

use std::collections::BTreeSet;

use toml_edit::DocumentMut;

use crate::calendar::{Calendar, Post, Type};
use crate::finding::{Content, File};

use super::row::{Row, key_of, keys, row, version};
use super::{ID, VERSION};

/// A table of posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each as long as the columns.
    pub rows: Vec<Vec<String>>,
    /// The files of posts that have faults, and are not in it.
    pub left_out: Vec<String>,
}

/// The columns that are always there, in this order; the others stand where the grammar has them.
const ALWAYS: [&str; 11] =
    ["at", "title", "text", "link", "tags", "to", "department", "author", "campaign", "goal", "hold"];

/// Returns posts as a table, in the order of their times. The files are sorted by path.
pub fn table<'a>(calendar: &Calendar, files: &[File], posts: impl Iterator<Item = &'a Post>) -> Table {
    let mut rows: Vec<(&Post, Row)> = Vec::new();
    let mut left_out = Vec::new();
    for post in posts {
        match document(files, &post.file) {
            Some(document) => rows.push((post, row(&document))),
            None => left_out.push(post.file.clone()),
        }
    }
    rows.sort_by_key(|(post, _)| {
        let at = post.at.as_ref().and_then(|at| {
            post.zone.as_ref().map_or(calendar.zone(), |zone| &zone.value).resolve_somehow(at.value, None)
        });
        (at, post.id.clone())
    });
    let columns = columns(&rows);
    let rows = rows.into_iter().map(|(post, row)| {
        let cell = |column: &String| match column.as_str() {
            ID => post.id.to_string(),
            VERSION => version(&row),
            path => {
                row.iter().find(|(own, _)| own == path).map_or_else(String::new, |(_, cell)| cell.clone())
            }
        };
        columns.iter().map(cell).collect()
    });
    let rows = rows.collect();
    Table { columns, rows, left_out }
}

/// Returns the document of one of some files that are sorted by path, where it can be read without a fault.
pub fn document(files: &[File], path: &str) -> Option<DocumentMut> {
    text(files, path)?.parse().ok()
}

/// Returns the text of one of some files that are sorted by path.
pub fn text<'a>(files: &'a [File], path: &str) -> Option<&'a str> {
    let at = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    let Content::Text(text) = &files.get(at)?.content else { return None };
    Some(text)
}

fn columns(rows: &[(&Post, Row)]) -> Vec<String> {
    let used: BTreeSet<&str> =
        rows.iter().flat_map(|(_, row)| row.iter().map(|(path, _)| path.as_str())).collect();
    let rank = |path: &&str| {
        let first = path.split('.').next().unwrap_or_default();
        let rank = keys().position(|key| key.name == first).unwrap_or(usize::MAX);
        // Entries by their numbers: the tenth stands behind the second.
        let parts: Vec<(usize, String)> =
            path.split('.').map(|part| (part.parse().unwrap_or(0), part.to_owned())).collect();
        (matches!(first, "media" | "thread" | "poll" | "repeat" | "for"), rank, parts)
    };
    let mut others: Vec<&str> = used.into_iter().filter(|path| !ALWAYS.contains(path)).collect();
    others.sort_by_key(rank);
    let own = [ID].into_iter().chain(ALWAYS).chain(others).chain([VERSION]);
    own.map(str::to_owned).collect()
}

impl Table {
    /// Returns the rows with the names of the columns before them.
    pub fn lines(&self) -> impl Iterator<Item = &[String]> {
        std::iter::once(self.columns.as_slice()).chain(self.rows.iter().map(Vec::as_slice))
    }

    /// Tells what the cells of a column are.
    pub fn takes(&self, column: &str) -> Option<Type> {
        key_of(column).map(|key| key.takes)
    }
}
