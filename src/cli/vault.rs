//! `kalends vault`

mod access;
mod desk;
mod exposed;
mod key;
mod list;
mod set;
mod show;
mod sync;

use clap::Subcommand;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

pub use desk::{Desk, commit_hint};

/// Keeps the accounts' secrets, sealed for those who may read them.
///
/// Each account has one age file, vault/ACCOUNT.age, which lies in git beside the calendar. It is sealed for the people whom
/// the account's `access` names and for the runners that list the account, and nobody else can read it. Whoever has
/// one of their identities can: with kalends, or with plain `age -d`.
///
/// A secret is never an argument. It is asked for on a terminal, or read from a file or from stdin.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends vault key                        an identity of your own
  kalends vault set mastodon               asks for the token
  pass show bluesky | kalends vault set bluesky
  kalends vault grant mastodon ada
  kalends vault sync --dry-run")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Set(set::Args),
    Show(show::Args),
    List(list::Args),
    Grant(access::Grant),
    Revoke(access::Revoke),
    Rotate(set::Rotate),
    Sync(sync::Args),
    Exposed(exposed::Args),
    Key(key::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Set(args) => set::run(args, ui, here),
        What::Show(args) => show::run(args, ui, here),
        What::List(args) => list::run(args, ui, here),
        What::Grant(args) => access::grant(args, ui, here),
        What::Revoke(args) => access::revoke(args, ui, here),
        What::Rotate(args) => set::rotate(args, ui, here),
        What::Sync(args) => sync::run(args, ui, here),
        What::Exposed(args) => exposed::run(args, ui, here),
        What::Key(args) => key::run(args, ui, here),
    }
}
