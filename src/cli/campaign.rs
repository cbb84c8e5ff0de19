//! `kalends campaign`

mod check;
mod list;
mod new;
mod template;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

/// Plans campaigns as dated steps, and tells what they lack.
///
/// A campaign is a file of campaigns/. Each [[step]] in it has a day, a tactic (announce, poll, contest, question, user-content,
/// reminder, thanks) and the number that will judge it; what a tactic must have is looked at. `kalends check` tells what is
/// written and cannot be right, `kalends campaign check` also what is not there yet.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends campaign new 'Carnival' --from 2027-02-01 --until 2027-02-16 --department education --tactic poll,contest
  kalends campaign new 'Carnival' --from 2027-02-01 --until 2027-02-16 --goal visits --drafts
  kalends campaign check carnival
  kalends campaign list")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    New(new::Args),
    Check(check::Args),
    List(list::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::New(args) => new::run(args, ui, here),
        What::Check(args) => check::run(args, ui, here),
        What::List(args) => list::run(args, ui, here),
    }
}
