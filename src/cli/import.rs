//! `kalends import`

mod fetch;
mod ics;
mod readings;
mod sheet;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::finding::{Content, File, Finding, Span};
use crate::rim::disk;
use crate::ui::Ui;
use crate::ui::findings::{Format, Sources};

/// Brings in events, posts from a sheet, or numbers from elsewhere.
///
/// Nothing is written while there is something wrong with what is brought in, and what people wrote in the calendar stays.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends import ics communications.ics
  kalends import ics https://museum.example/communications.ics --until 2027-06-30
  kalends import csv posts.csv --dry-run
  kalends import xlsx posts.xlsx
  kalends import readings november.csv --account instagram")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Ics(ics::Args),
    /// Brings back posts from comma-separated values
    Csv(sheet::Args),
    /// Brings back posts from an Excel workbook
    Xlsx(sheet::Args),
    Readings(Box<readings::Args>),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Ics(args) => ics::run(args, ui, here),
        What::Csv(args) => sheet::run(args, sheet::Kind::Csv, ui, here),
        What::Xlsx(args) => sheet::run(args, sheet::Kind::Xlsx, ui, here),
        What::Readings(args) => readings::run(args, ui, here),
    }
}

/// Something outside of the calendar, as it was read.
struct Outside {
    /// How it is called: a path as the user said it, or an address.
    name: String,
    bytes: Vec<u8>,
}

impl Outside {
    /// Reads a file that lies anywhere.
    fn file(path: &Path, limit_bytes: u64) -> Result<Outside, Error> {
        let name = path.display().to_string();
        match disk::read_whole(path, limit_bytes) {
            Ok(Some(bytes)) => Ok(Outside { name, bytes }),
            Ok(None) => Err(Error::user(format!(
                "{name} is larger than {} MB, and no more is read",
                limit_bytes >> 20
            ))
            .hint("export fewer days or fewer things, and import that")),
            Err(fault) => Err(Error::user(format!("cannot read {name}"))
                .because(fault)
                .hint("see whether it is there, and whether you may read it")),
        }
    }

    /// Shows what is wrong with it.
    fn show(&self, ui: &mut Ui, findings: &mut [Finding]) -> Result<(), Error> {
        if let Ok(text) = std::str::from_utf8(&self.bytes) {
            return show(ui, &self.name, text.to_owned(), findings);
        }
        // A fold may split a character, and then the file is no text: it is shown as far as it is one.
        for finding in findings.iter_mut() {
            let others = finding.related.iter_mut().filter_map(|related| related.span.as_mut());
            finding.span.iter_mut().chain(others).for_each(|span| *span = lossy_span(&self.bytes, span));
        }
        show(ui, &self.name, String::from_utf8_lossy(&self.bytes).into_owned(), findings)
    }
}

/// Shows what is wrong with a text that lies outside of the calendar.
fn show(ui: &mut Ui, name: &str, text: String, findings: &[Finding]) -> Result<(), Error> {
    let files = [File { path: name.to_owned(), content: Content::Text(text) }];
    let format = if ui.json() { Format::Json } else { Format::Text };
    ui.findings(format, findings, &Sources::new(&files, findings))
}

/// Returns where a span of bytes stands once what is no UTF-8 is replaced.
fn lossy_span(bytes: &[u8], span: &Span) -> Span {
    let upto = |at: usize| String::from_utf8_lossy(bytes.get(..at).unwrap_or(bytes)).len();
    let start = upto(span.start);
    start..upto(span.end).max(start)
}

/// Returns the last part of a path, without what is behind its last dot.
fn stem(path: &Path) -> Option<String> {
    PathBuf::from(path).file_stem().map(|stem| stem.to_string_lossy().into_owned())
}
