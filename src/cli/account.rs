//! `kalends account`

mod bluesky;
mod connect;
mod mastodon;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

/// Connects an account to its platform.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends account connect mastodon             shows an address, asks for the code that you get there
  kalends account connect mastodon --loopback  takes the code from the browser itself
  kalends account connect bluesky              asks for an app password")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Connect(connect::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Connect(args) => connect::run(args, ui, here),
    }
}
