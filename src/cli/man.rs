//! `kalends man`: the manual's pages.

use std::path::PathBuf;

use clap::ValueHint;
use clap_mangen::Man;

use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::{Ui, plural};

/// Writes the manual's pages: one for kalends, one for each command.
///
/// Without DIR the page of kalends itself goes to stdout.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends man | man -l -
  kalends man ~/.local/share/man/man1")]
pub struct Args {
    /// The folder to write the pages to
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    folder: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let pages = pages();
    let Some(folder) = &args.folder else {
        if let Some((_, page)) = pages.first() {
            ui.raw(page)?;
        }
        return Ok(Outcome::Done);
    };
    let folder = here.folder().join(folder);
    for (name, page) in &pages {
        here.write(&folder.join(name), page)?;
    }
    ui.status(format_args!("{} in {}", plural(pages.len(), "page"), here.show(&folder)));
    Ok(Outcome::Done)
}

/// Returns every page with its file's name, that of kalends itself first.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut tree = super::tree().disable_help_subcommand(true);
    tree.build();
    let commands: Vec<clap::Command> =
        tree.get_subcommands().filter(|command| !command.is_hide_set()).cloned().collect();
    std::iter::once(tree).chain(commands).map(page).collect()
}

fn page(command: clap::Command) -> (String, Vec<u8>) {
    // No date: the same source makes the same page.
    let man = Man::new(command.version(env!("CARGO_PKG_VERSION"))).date("");
    let mut text = Vec::new();
    // Writing into memory cannot fail.
    drop(man.render(&mut text));
    (man.get_filename(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let names: Vec<String> = pages().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], "kalends.1");
        assert!(names.contains(&"kalends-check.1".to_owned()), "{names:?}");
        assert!(pages().iter().all(|(_, page)| page.starts_with(b".ie") || page.starts_with(b".TH")));
    }
}
