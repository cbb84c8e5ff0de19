//! `kalends year check`

use crate::calendar;
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::finding::Severity;
use crate::ui::Ui;
use crate::ui::findings::Format;
use crate::year::{self, Board};

/// Names every gap and every collision of a year.
///
/// Gaps: months and weeks with fewer posts and open slots than the coverage asks for, observances without a post, slots
/// without a post that are less than two weeks away or past, accounts that are silent for a week or longer. Collisions:
/// posts and slots that meet, that are on holidays or quiet days, or beyond a quota. What is past is a warning, since
/// nobody can mend it; warnings alone are no failure.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends year check 2027
  kalends year check 2027 --now 2027-03-01 --format github")]
pub struct Args {
    /// The year
    #[arg(value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1..=9998), add = complete::years())]
    year: i32,
    /// Check what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
    /// How findings are shown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&rev(args.at.as_deref()))?;
    let calendar = &reading.calendar;
    let now = here.now(&args.clock, calendar.zone())?;
    let file = super::file(args.year);
    let is_there = reading.files.iter().any(|known| known.path == file);
    let Some(board) = Board::new(calendar, args.year).filter(|_| is_there) else {
        return Err(Error::user(format!("there is no {file}, so nothing is asked of {}", args.year))
            .hint(format!("kalends year plan {} lays the year out and writes it", args.year)));
    };
    let mut findings = year::check(&board, now);
    reading.redact(&mut findings);
    findings.extend(reading.findings.iter().filter(|finding| finding.file == file).cloned());
    calendar::sort(&mut findings);
    let format = if ui.json() { Format::Json } else { args.format };
    ui.findings(format, &findings, &here.sources(&reading, &findings))?;
    let failed = findings.iter().any(|finding| finding.severity() == Severity::Error);
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}
