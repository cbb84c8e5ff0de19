//! `kalends year`

mod check;
mod plan;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

pub(crate) use plan::{refused, text_of};

/// Plans a year before it starts, and tells what it lacks.
///
/// schedule/YEAR.toml says what the year is about: themes, observances, holidays, quiet days, how many posts there must
/// be, and the slots that posts are to be written for. `kalends plan --year YEAR` shows it on one page.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends new schedule 2027        a schedule to fill in
  kalends year plan 2027           lays slots out
  kalends year check 2027          every gap and every collision
  kalends plan --year 2027         the year on one page")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Plan(plan::Args),
    Check(check::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Plan(args) => plan::run(args, ui, here),
        What::Check(args) => check::run(args, ui, here),
    }
}

/// Returns the path of a year's schedule, relative to the calendar's root.
pub(crate) fn file(year: i32) -> String {
    format!("schedule/{year:04}.toml")
}
