//! `kalends training`

mod list;
mod show;
mod status;
mod take;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

/// Teaches how to post: texts to read, each with a short quiz.
///
/// A training is a file of training/. A protocol names those that go with it (`training = ["alt-text"]`), and the posts of
/// those who answer for it are held until they have done them: the departments' coordinators, and with
/// `acknowledge = "everyone"` every author.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends training list
  kalends training show alt-text                      what to read, and what is asked
  kalends training take alt-text                      asks, says why, signs
  kalends training take alt-text --answers b,ac,lead  off a terminal
  kalends training status                             who has done what, and until when")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    List(list::Args),
    Show(show::Args),
    Take(take::Args),
    Status(status::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::List(args) => list::run(args, ui, here),
        What::Show(args) => show::run(args, ui, here),
        What::Take(args) => take::run(args, ui, here),
        What::Status(args) => status::run(args, ui, here),
    }
}
