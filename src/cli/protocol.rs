//! `kalends protocol`

mod share;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

/// Shares the protocols: how the organisation posts.
///
/// A protocol is a file of protocols/: words for people, and rules that `kalends check` tries on every post. What breaks
/// a rule is not published.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends protocol share --department education
  kalends protocol share -o handbook")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Share(share::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Share(args) => share::run(args, ui, here),
    }
}
