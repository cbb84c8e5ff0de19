//! `kalends fix`

use serde::Serialize;

use crate::calendar::{Fix, fixes};
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::{self, Ui, plural};

/// Mends what can be mended without touching a word.
///
/// Moves posts to the folder of their month, sorts the days that a repeat leaves out, names once what a list names
/// twice, and writes into links which campaign they are of, where a protocol wants that. Comments stay where they are.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends fix --dry-run
  kalends fix && git diff")]
pub struct Args {
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    dry_run: bool,
    moved: Vec<Moved<'a>>,
    rewritten: Vec<&'a str>,
}

#[derive(Serialize)]
struct Moved<'a> {
    from: &'a str,
    to: &'a str,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let fixes = fixes(&reading.calendar, &reading.files);
    let root = reading.repo.root();
    for fix in &fixes {
        if !args.dry_run {
            match fix {
                Fix::Rewrite { file, text, .. } => here.write(&root.join(file), text.as_bytes())?,
                Fix::Move { from, to } => here.rename(&root.join(from), &root.join(to))?,
            }
        }
        if !ui.json() {
            ui.data(match fix {
                Fix::Rewrite { file, what, .. } => format!("{what}  {}", ui::foreign(file)),
                Fix::Move { from, to } => format!("move  {} to {}", ui::foreign(from), ui::foreign(to)),
            })?;
        }
    }
    if ui.json() {
        ui.document("fix", &document(&fixes, args.dry_run))?;
    }
    match (fixes.len(), args.dry_run) {
        (0, _) => ui.status("nothing to fix"),
        (count, true) => ui.status(format!("{} to do; nothing was changed", plural(count, "thing"))),
        (count, false) => ui.status(format!("{} done", plural(count, "thing"))),
    }
    Ok(Outcome::Done)
}

fn document(fixes: &[Fix], dry_run: bool) -> Document<'_> {
    let mut document = Document { dry_run, moved: Vec::new(), rewritten: Vec::new() };
    for fix in fixes {
        match fix {
            Fix::Move { from, to } => document.moved.push(Moved { from, to }),
            Fix::Rewrite { file, .. } => document.rewritten.push(file),
        }
    }
    document
}
