//! `kalends import csv` and `kalends import xlsx`

use std::path::PathBuf;

use clap::ValueHint;
use serde::Serialize;

use crate::calendar::Calendar;
use crate::cli::here::Here;
use crate::cli::import::{Outside, show};
use crate::draft::PostId;
use crate::error::{Error, Outcome};
use crate::finding::Severity;
use crate::rim::repo::Rev;
use crate::spreadsheet::{self, Change, Imported, import, read_csv, xlsx};
use crate::ui::{Ui, foreign, plural};

/// Brings posts back from a spreadsheet that `kalends export` wrote, or one with the same columns.
///
/// A row is a post, found by its `id`; without one it is a new post. A cell that says what the file says changes nothing:
/// comments and order stay. A post without a row stays. A post that changed in the calendar since it was exported is not
/// written over: the column `version` tells. Nothing is written while any row has an error.
///
/// A cell is empty where the file does not say the key, `""` where it says it with nothing in it. Lists are `a, b`, or
/// ["a, b", "c"] where an item has a comma. Dates are 2027-01-18T09:00, or what a spreadsheet keeps as a date. Pictures
/// are `media.1.file` and `media.1.alt`, a thread's parts `thread.1.text`, what differs on an account `for.ACCOUNT.text`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The spreadsheet
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which spreadsheet it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Comma-separated values.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

#[derive(Serialize)]
struct Document<'a> {
    written: bool,
    new: Vec<One<'a>>,
    changed: Vec<One<'a>>,
    same: usize,
    newer: Vec<&'a str>,
    absent: Vec<&'a str>,
}

#[derive(Serialize)]
struct One<'a> {
    post: &'a str,
    file: &'a str,
    columns: &'a [String],
}

/// Runs the command.
pub fn run(args: &Args, kind: Kind, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let outside = Outside::file(&args.file, spreadsheet::FILE_LIMIT_BYTES)?;
    let (text, grid, mut findings) = match kind {
        Kind::Csv => read_csv(&outside.name, &outside.bytes),
        Kind::Xlsx => {
            let (grid, findings) = xlsx::read(&outside.name, &outside.bytes);
            (String::new(), grid, findings)
        }
    };
    let mut imported = Imported::default();
    if findings.is_empty() {
        let facts = |calendar: &Calendar| {
            let media: Vec<&str> = calendar.media_files().into_iter().collect();
            // What is not known of a picture is told as missing.
            reading.repo.media_facts(&media, &Rev::WorkTree).unwrap_or_default()
        };
        imported = import(&outside.name, &grid, &reading.calendar, &reading.files, &facts);
        findings.append(&mut imported.findings);
    }
    if !findings.is_empty() {
        show(ui, &outside.name, text, &findings)?;
    }
    if findings.iter().any(|finding| finding.severity() == Severity::Error) {
        ui.hint("nothing was written");
        return Ok(Outcome::Findings);
    }
    if !args.dry_run {
        for change in &imported.changes {
            let path = reading.repo.root().join(&change.file);
            match change.is_new {
                true => here.write_new(&path, change.text.as_bytes())?,
                false => here.write(&path, change.text.as_bytes())?,
            }
        }
    }
    tell(ui, &imported, !args.dry_run)?;
    Ok(Outcome::Done)
}

fn tell(ui: &mut Ui, imported: &Imported, written: bool) -> Result<(), Error> {
    fn one(change: &Change) -> One<'_> {
        One { post: change.post.as_str(), file: &change.file, columns: &change.columns }
    }
    let of = |is_new: bool| imported.changes.iter().filter(move |change| change.is_new == is_new);
    if ui.json() {
        let ids = |ids: &'_ [PostId]| -> Vec<String> { ids.iter().map(ToString::to_string).collect() };
        let (newer, absent) = (ids(&imported.newer), ids(&imported.absent));
        return ui.document(
            "import",
            &Document {
                written: written && !imported.changes.is_empty(),
                new: of(true).map(one).collect(),
                changed: of(false).map(one).collect(),
                same: imported.same,
                newer: newer.iter().map(String::as_str).collect(),
                absent: absent.iter().map(String::as_str).collect(),
            },
        );
    }
    for change in &imported.changes {
        let what = match change.is_new {
            true => "new".to_owned(),
            false => format!("changed in {}", change.columns.join(", ")),
        };
        ui.data(format!("{}  {}", foreign(&change.file), foreign(&what)))?;
    }
    for id in &imported.newer {
        ui.warning(format!(
            "{id} changed in the calendar, and not in its row: it stays as the calendar has it"
        ));
    }
    if !imported.absent.is_empty() {
        let first: Vec<&str> = imported.absent.iter().take(3).map(PostId::as_str).collect();
        let more = imported.absent.len() - first.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        ui.status(format!("no row, and they stay: {}{more}", first.join(", ")));
    }
    let (new, changed) = (of(true).count(), of(false).count());
    let end = if written { "" } else { "; nothing was written" };
    match new + changed {
        0 => ui.status(format!(
            "{} the same as in the calendar; nothing to write",
            plural(imported.same, "row")
        )),
        _ => ui.status(format!("{new} new, {changed} changed, {} the same{end}", imported.same)),
    }
    if imported.changes.iter().any(|change| change.has_moved) {
        ui.hint("`kalends fix` moves posts whose month changed to its folder");
    }
    Ok(())
}
