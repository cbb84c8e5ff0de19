//! `kalends protocol`

mod acknowledge;
mod share;
mod status;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

/// Signs and shares the protocols: how the organisation posts.
///
/// A protocol is a file of protocols/: words for people, and rules that `kalends check` tries on every post. What breaks
/// a rule is not published.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends protocol status                          who has read what
  kalends protocol acknowledge voice               shows it, asks, signs
  kalends protocol share --department education    the department's handbook
  kalends protocol share -o handbook")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Status(status::Args),
    Acknowledge(acknowledge::Args),
    Share(share::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Status(args) => status::run(args, ui, here),
        What::Acknowledge(args) => acknowledge::run(args, ui, here),
        What::Share(args) => share::run(args, ui, here),
    }
}
