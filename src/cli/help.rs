//! The help: commands in groups, examples, exit codes, and the next sensible step.

use clap::Command;

use crate::cli::here::Here;
use crate::error::{EXIT_CODES, Error, Outcome};
use crate::ui::{STRONG, Ui};

/// The commands in the order in which a person meets them.
const GROUPS: &[(&str, &[&str])] = &[
    ("Write", &["init", "new", "fix", "import", "request", "export", "campaign"]),
    ("Look", &["check", "plan", "diff", "preview", "site", "align", "year"]),
    ("Agree", &["approve", "proposal", "protocol", "training"]),
    ("Publish", &["publish", "settle", "stop", "resume", "retract"]),
    ("See what happened", &["status", "log", "doctor"]),
    ("See what came of it", &["measure", "report", "advise", "experiment", "followers"]),
    ("Connect accounts", &["account", "vault", "access"]),
    ("Set up", &["schema", "completions", "man"]),
];

/// The columns of a command's name in the list.
const NAME_COLUMNS: usize = 13;

/// Gives the tree of commands its help texts.
pub fn dress(tree: Command) -> Command {
    let template = format!(
        "{{about-with-newline}}\n{STRONG}Usage:{STRONG:#} kalends [OPTIONS] COMMAND\n\n{}\n{STRONG}Options:{STRONG:#}\n{{options}}{{after-help}}",
        commands(&tree)
    );
    let codes = exit_codes();
    let dress_one = |command: Command| {
        let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        command.after_long_help(format!("{examples}\n\n{codes}"))
    };
    tree.mut_subcommands(dress_one)
        .help_template(template)
        .after_help("`kalends COMMAND --help` explains a command, with examples.")
        .after_long_help(format!("`kalends COMMAND --help` explains a command, with examples.\n\n{codes}"))
}

fn exit_codes() -> String {
    format!("{STRONG}Exit codes:{STRONG:#}\n{EXIT_CODES}")
}

/// Returns the list of commands in groups.
fn commands(tree: &Command) -> String {
    let mut list = String::new();
    for (heading, names) in GROUPS {
        let found: Vec<&Command> =
            names.iter().filter_map(|name| tree.get_subcommands().find(|c| c.get_name() == *name)).collect();
        if found.is_empty() {
            continue;
        }
        list.push_str(&format!("{STRONG}{heading}:{STRONG:#}\n"));
        for command in found {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            list.push_str(&format!("  {STRONG}{:NAME_COLUMNS$}{STRONG:#}{about}\n", command.get_name()));
        }
        list.push('\n');
    }
    list.trim_end().to_owned() + "\n"
}

/// Says, where no command is given, what there is and what to do next.
pub fn next_step(ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let mut tree = super::tree();
    ui.data(tree.render_help().ansi())?;
    match here.repo() {
        Ok(_) => ui.hint("there is a calendar here: `kalends plan` shows what goes out when"),
        Err(_) => ui.hint("there is no calendar here yet: `kalends init` makes a small one that works"),
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_stands_in_one_group() {
        let tree = crate::cli::Cli::command();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for command in tree.get_subcommands().filter(|command| !command.is_hide_set()) {
            let times = grouped.iter().filter(|name| **name == command.get_name()).count();
            assert_eq!(times, 1, "{} stands {times} times in the groups", command.get_name());
        }
    }

    #[test]
    fn the_list_of_commands_fits_eighty_columns() {
        let list = commands(&crate::cli::Cli::command());
        for line in anstream::adapter::strip_str(&list).to_string().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
