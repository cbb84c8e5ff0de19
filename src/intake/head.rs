//! Which row of an export names its columns, and which column is which.

use std::collections::BTreeMap;

use crate::calendar::{At, ColumnRole, ExportOf, Mapping, shown};
use crate::finding::{Code, Finding, Span};
use crate::time::nearest;

use super::table::{Export, Part, Row};

/// How many rows may stand above the one that names the columns.
const ABOVE_MAX: usize = 60;

/// A row that names columns, read by a mapping.
#[derive(Debug, Clone)]
pub struct Head {
    /// Where the rows lie.
    pub part: Part,
    /// Its line.
    pub line: u32,
    /// The columns without numbers.
    pub roles: BTreeMap<ColumnRole, usize>,
    /// The columns of numbers: which of the mapping's, in which column, under which name.
    pub metrics: Vec<(usize, usize, String)>,
    /// The columns that nothing reads, by name.
    pub unread: Vec<String>,
    /// What the mapping needs that is not there: its names, and where they stand in the mapping.
    missing: Vec<(Vec<String>, Span)>,
    /// Names that are read and stand twice.
    twice: Vec<String>,
    /// The names that are there.
    names: Vec<String>,
}

impl Head {
    /// Tells whether everything is there that the mapping needs.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
            && (!self.metrics.is_empty() || self.roles.contains_key(&ColumnRole::Received))
    }

    /// Returns how many of its columns are read.
    pub fn read(&self) -> usize {
        self.roles.len() + self.metrics.len()
    }

    /// Says what is missing or there twice, at its place in the mapping or in the export.
    pub fn findings(&self, export: &Export, mapping: &Mapping) -> Vec<Finding> {
        let missing = self.missing.iter().map(|(names, span)| {
            let first = names.first().map_or("", String::as_str);
            let message = format!("{} has no column `{}`", export.name, shown(first));
            let finding = Finding::new(Code::ColumnMissing, &mapping.file, message).at(span.clone());
            let near = names.iter().find_map(|name| nearest(name, self.names.iter().map(String::as_str)));
            match near {
                Some(near) => finding
                    .label(format!("did you mean `{}`?", shown(near)))
                    .help("write it as the file has it; a list names all that the column has had"),
                None => finding.label("not in the file").help(format!(
                    "the file has {}; say `optional = true` where a file may be without the column",
                    listed(&self.names)
                )),
            }
        });
        let twice = self.twice.iter().map(|name| {
            let message =
                format!("the column `{}` is there twice, and it is not known which is meant", shown(name));
            Finding::new(Code::ColumnMissing, &export.name, message)
                .help("take one of the two out, or export it without")
        });
        missing.chain(twice).collect()
    }
}

/// Returns some names in a line.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let some: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", shown(name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    match more {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

/// Finds the row that names the columns: the one of which a mapping reads most, of equals the first.
pub fn find(export: &Export, mapping: &Mapping) -> Option<Head> {
    let form = &mapping.table;
    let wanted = |part: &Part| match (part, form.delimiter) {
        (Part::Text(delimiter), Some(said)) => *delimiter == said,
        _ => true,
    };
    let parts = export.parts();
    let parts: Vec<Part> = match parts.iter().copied().filter(wanted).collect::<Vec<_>>() {
        fitting if fitting.is_empty() => parts,
        fitting => fitting,
    };
    let mut best: Option<Head> = None;
    for part in parts {
        let mut above = form.above.is_none();
        for (number, row) in export.top(part, form.comment.as_deref()).take(ABOVE_MAX).enumerate() {
            let is_there = form.skip.is_none_or(|skip| usize::try_from(skip) == Ok(number));
            if above && is_there {
                let head = of_row(mapping, part, &row);
                let better = |best: &Head| (head.is_whole(), head.read()) > (best.is_whole(), best.read());
                if head.read() > 0 && best.as_ref().is_none_or(better) {
                    best = Some(head);
                }
            }
            above |=
                form.above.as_ref().is_some_and(|above| row.cells.iter().any(|cell| same(&cell.text, above)));
        }
    }
    best
}

/// Compares names of columns: letter case and blanks do not count.
fn same(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

fn plain(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}');
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn of_row(mapping: &Mapping, part: Part, row: &Row<'_>) -> Head {
    let names: Vec<String> = row.cells.iter().map(|cell| cell.text.clone().into_owned()).collect();
    let plain_names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let mut twice = Vec::new();
    let mut place = |wanted: &[At<String>]| -> Option<usize> {
        wanted.iter().find_map(|name| {
            let name = plain(&name.value);
            let mut places = plain_names.iter().enumerate().filter(|(_, other)| **other == name);
            let (at, _) = places.next()?;
            if places.next().is_some() {
                twice.push(names.get(at).cloned().unwrap_or_default());
            }
            Some(at)
        })
    };
    let mut roles = BTreeMap::new();
    for (role, said) in &mapping.columns {
        if let Some(at) = place(&said.value) {
            roles.insert(*role, at);
        }
    }
    let (mut metrics, mut missing) = (Vec::new(), Vec::new());
    for (number, column) in mapping.metrics.iter().enumerate() {
        match place(&column.names) {
            Some(at) => metrics.push((number, at, names.get(at).cloned().unwrap_or_default())),
            None if column.optional => {}
            None => {
                missing.push((column.names.iter().map(|n| n.value.clone()).collect(), column.span.clone()))
            }
        }
    }
    missing.extend(missing_roles(mapping, &roles));
    let is_read =
        |at: usize| roles.values().any(|read| *read == at) || metrics.iter().any(|(_, read, _)| *read == at);
    let unread = names
        .iter()
        .enumerate()
        .filter(|(at, name)| !is_read(*at) && !name.is_empty())
        .map(|(_, name)| name.clone());
    let unread = unread.collect();
    let names = names.into_iter().filter(|name| !name.is_empty()).collect();
    Head { part, line: row.line, roles, metrics, unread, missing, twice, names }
}

/// Returns the columns by which a row is known and that are not there.
fn missing_roles(mapping: &Mapping, roles: &BTreeMap<ColumnRole, usize>) -> Vec<(Vec<String>, Span)> {
    use ColumnRole::{Campaign, Content, Id, Medium, Received, Replied, Source, SourceMedium, Time, Url};
    let wanted: &[&[ColumnRole]] = match mapping.of {
        Some(ExportOf::Posts) => &[&[Id, Url]],
        Some(ExportOf::Account | ExportOf::Goal) => &[&[Time]],
        // Visits of a day cannot be told from those of another where the mapping has a day and the file has none.
        Some(ExportOf::Traffic) => &[&[Source, Medium, SourceMedium, Campaign, Content]],
        Some(ExportOf::Inbox) => &[&[Id], &[Received], &[Replied]],
        Some(ExportOf::Ads) => &[&[Id, Url, Campaign]],
        None => &[],
    };
    let lacks = |one_of: &&&[ColumnRole]| !one_of.iter().any(|role| roles.contains_key(role));
    let names = |one_of: &&[ColumnRole]| {
        let said: Vec<_> = one_of.iter().filter_map(|role| mapping.columns.get(role)).collect();
        let span = said.first().map_or(0..0, |said| said.span.clone());
        let names = said.iter().flat_map(|said| said.value.iter().map(|name| name.value.clone()));
        (names.collect(), span)
    };
    wanted.iter().filter(lacks).map(names).collect()
}
