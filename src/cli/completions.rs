//! `kalends completions`: what a shell reads to complete commands, posts and accounts.

use clap::ValueEnum;
use clap_complete::env::Shells;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;

/// Writes what a shell needs to complete commands and ids.
///
/// The shell asks kalends itself each time, so posts and accounts complete from the calendar of the current folder.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  echo 'source <(kalends completions bash)' >> ~/.bashrc
  echo 'source <(kalends completions zsh)' >> ~/.zshrc
  echo 'kalends completions fish | source' > ~/.config/fish/completions/kalends.fish")]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Elvish => "elvish",
            Shell::Fish => "fish",
            Shell::Powershell => "powershell",
            Shell::Zsh => "zsh",
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, _here: &Here) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(args.shell.name()) {
        // Writing into memory cannot fail.
        drop(completer.write_registration("COMPLETE", "kalends", "kalends", "kalends", &mut script));
    }
    ui.raw(&script)?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_that_is_offered_has_a_completer() {
        for shell in Shell::value_variants() {
            assert!(Shells::builtins().completer(shell.name()).is_some(), "{}", shell.name());
        }
    }
}
