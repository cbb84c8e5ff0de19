//! The command line: the tree of commands, and the way from argv to an exit code.
//!
//! One file a command, one signature: `run(args, ui, here) -> Result<Outcome, Error>`. A command decides nothing
//! itself: it reads, calls one journey or one pure function, and shows what came back. Doc comments are the help.

pub mod access;
pub mod account;
pub mod advise;
pub mod align;
pub mod approve;
pub mod campaign;
pub mod check;
pub mod complete;
pub mod completions;
pub mod diff;
pub mod doctor;
pub mod evidence;
pub mod experiment;
pub mod export;
pub mod fix;
pub mod followers;
pub mod here;
pub mod help;
pub mod import;
pub mod init;
pub mod log;
pub mod look;
pub mod man;
pub mod measure;
pub mod new;
pub mod plan;
pub mod preview;
pub mod proposal;
pub mod protocol;
pub mod publish;
pub mod report;
pub mod request;
pub mod resume;
pub mod retract;
pub mod runner;
pub mod schema;
pub mod settle;
pub mod signer;
pub mod site;
pub mod status;
pub mod stop;
pub mod training;
pub mod unapproved;
pub mod vault;
pub mod year;

use std::ffi::OsString;
use std::panic::{self, UnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::CompleteEnv;

use crate::cli::here::Here;
use crate::error::{self, Error, Outcome};
use crate::rim::environment;
use crate::ui::{self, Manner, Surroundings, Ui};

/// Publishes a plain-text calendar of social-media posts when they are due, exactly once.
///
/// A calendar is a folder of TOML files in a git repository: people write what should happen, review it as they review code,
/// and kalends does it once, writes down what happened, and explains both.
#[derive(Debug, Parser)]
#[command(name = "kalends", version)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Globals {
    /// Look for the calendar from this folder on, not from the current one
    #[arg(short = 'C', long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    calendar: Option<PathBuf>,
    /// Use colour: auto (on a terminal; heeds NO_COLOR and CLICOLOR_FORCE), always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    color: Color,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Write data as one versioned JSON document
    #[arg(long, global = true)]
    json: bool,
    /// Print help; `--help` says more than `-h`
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a command takes that looks at the clock.
#[derive(Debug, Clone, Default, Args)]
pub struct ClockArgs {
    /// Act as if it were this time: a rehearsal.
    ///
    /// A date-time on the calendar's own clock (2027-01-18T09:00), or one with an offset (2027-01-18T09:00:00Z).
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

/// What a command takes that opens secrets.
#[derive(Debug, Clone, Default, Args)]
pub struct IdentityArgs {
    /// Open secrets with this age identity.
    ///
    /// A file as `kalends vault key` and age-keygen write it, also with a passphrase or for a plugin of age. It is
    /// otherwise the file that KALENDS_IDENTITY names, or ~/.config/kalends/identity.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identity: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    New(new::Args),
    Fix(fix::Args),
    Import(import::Args),
    Export(export::Args),
    Check(check::Args),
    Plan(plan::Args),
    Align(align::Args),
    Year(year::Args),
    Diff(diff::Args),
    Preview(preview::Args),
    Approve(approve::Args),
    Site(site::Args),
    Request(request::Args),
    Campaign(campaign::Args),
    Protocol(protocol::Args),
    Training(training::Args),
    Publish(publish::Args),
    Settle(settle::Args),
    Stop(stop::Args),
    Resume(resume::Args),
    Retract(retract::Args),
    Measure(measure::Args),
    Status(status::Args),
    Doctor(doctor::Args),
    Log(log::Args),
    Followers(followers::Args),
    Report(report::Args),
    Advise(advise::Args),
    Experiment(experiment::Args),
    Proposal(proposal::Args),
    Access(access::Args),
    Account(account::Args),
    Vault(vault::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    fn run(&self, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
        match self {
            Command::Init(args) => init::run(args, ui, here),
            Command::New(args) => new::run(args, ui, here),
            Command::Fix(args) => fix::run(args, ui, here),
            Command::Check(args) => check::run(args, ui, here),
            Command::Align(args) => align::run(args, ui, here),
            Command::Export(args) => export::run(args, ui, here),
            Command::Import(args) => import::run(args, ui, here),
            Command::Plan(args) => plan::run(args, ui, here),
            Command::Year(args) => year::run(args, ui, here),
            Command::Diff(args) => diff::run(args, ui, here),
            Command::Preview(args) => preview::run(args, ui, here),
            Command::Approve(args) => approve::run(args, ui, here),
            Command::Site(args) => site::run(args, ui, here),
            Command::Request(args) => request::run(args, ui, here),
            Command::Campaign(args) => campaign::run(args, ui, here),
            Command::Protocol(args) => protocol::run(args, ui, here),
            Command::Training(args) => training::run(args, ui, here),
            Command::Publish(args) => publish::run(args, ui, here),
            Command::Settle(args) => settle::run(args, ui, here),
            Command::Stop(args) => stop::run(args, ui, here),
            Command::Resume(args) => resume::run(args, ui, here),
            Command::Retract(args) => retract::run(args, ui, here),
            Command::Measure(args) => measure::run(args, ui, here),
            Command::Status(args) => status::run(args, ui, here),
            Command::Doctor(args) => doctor::run(args, ui, here),
            Command::Log(args) => log::run(args, ui, here),
            Command::Followers(args) => followers::run(args, ui, here),
            Command::Report(args) => report::run(args, ui, here),
            Command::Advise(args) => advise::run(args, ui, here),
            Command::Experiment(args) => experiment::run(args, ui, here),
            Command::Proposal(args) => proposal::run(args, ui, here),
            Command::Access(args) => access::run(args, ui, here),
            Command::Account(args) => account::run(args, ui, here),
            Command::Vault(args) => vault::run(args, ui, here),
            Command::Schema(args) => schema::run(args, ui, here),
            Command::Completions(args) => completions::run(args, ui, here),
            Command::Man(args) => man::run(args, ui, here),
        }
    }
}

/// Does what the arguments ask for and returns the exit code.
pub fn main(argv: impl Iterator<Item = OsString>) -> ExitCode {
    let argv: Vec<OsString> = argv.collect();
    ExitCode::from(guarded(|| speak(&argv)))
}

/// Does the work and returns its exit code. A panic is told as the bug that it is, and has an exit code too.
fn guarded(work: impl FnOnce() -> u8 + UnwindSafe) -> u8 {
    panic::set_hook(Box::new(|info| ui::say_error(&error::of_panic(info))));
    panic::catch_unwind(work).unwrap_or_else(error::after_panic)
}

/// Completes, helps, or runs a command.
fn speak(argv: &[OsString]) -> u8 {
    if let Some(choice) = color_wanted(argv) {
        choice.write_global();
    }
    let folder = std::env::current_dir().ok();
    match CompleteEnv::with_factory(tree).try_complete(argv, folder.as_deref()) {
        Ok(true) => return Outcome::Done.exit_code(),
        Ok(false) => {}
        Err(fault) => return of_clap(&fault),
    }
    match tree().try_get_matches_from(argv).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => run(&cli),
        Err(fault) => of_clap(&fault),
    }
}

fn run(cli: &Cli) -> u8 {
    let manner = Manner { quiet: cli.globals.quiet, json: cli.globals.json };
    let mut ui = Ui::new(manner, surroundings());
    let here = Here::new(cli.globals.calendar.clone());
    let ended = match &cli.command {
        Some(command) => command.run(&mut ui, &here),
        None => help::next_step(&mut ui, &here),
    };
    match ended.and_then(|outcome| ui.finish().map(|()| outcome)) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            // What was written before still counts; the first error is the one to tell.
            drop(ui.finish());
            ui.error(&error);
            error.kind.exit_code()
        }
    }
}

/// Returns the tree of commands, with its help.
pub fn tree() -> clap::Command {
    help::dress(Cli::command())
}

/// Shows what clap has to say, and returns its exit code.
fn of_clap(fault: &clap::Error) -> u8 {
    // A closed pipe behind a help text is no failure.
    drop(fault.print());
    u8::try_from(fault.exit_code()).unwrap_or(Outcome::Done.exit_code())
}

/// Finds `--color` before the arguments are read, so that what clap says heeds it too.
fn color_wanted(argv: &[OsString]) -> Option<anstream::ColorChoice> {
    let words: Vec<&str> =
        argv.iter().map(|word| word.to_str().unwrap_or_default()).take_while(|word| *word != "--").collect();
    let at = words.iter().position(|word| *word == "--color" || word.starts_with("--color="))?;
    let word = words.get(at)?;
    match word.strip_prefix("--color=").or_else(|| words.get(at + 1).copied())? {
        "always" => Some(anstream::ColorChoice::Always),
        "never" => Some(anstream::ColorChoice::Never),
        _ => None,
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        columns: environment::variable("COLUMNS").and_then(|columns| columns.parse().ok()),
        pager: environment::variable("KALENDS_PAGER").or_else(|| environment::variable("PAGER")),
        utf8: is_utf8(&["LC_ALL", "LC_CTYPE", "LANG"].map(environment::variable)),
    }
}

/// Tells whether a locale's letters are UTF-8: the first of the variables that says anything decides.
///
/// Where none does, as in many containers, UTF-8 is the better guess: everything that people wrote is UTF-8 anyway.
fn is_utf8(locale: &[Option<String>]) -> bool {
    locale.iter().flatten().find(|name| !name.is_empty()).is_none_or(|name| {
        let name = name.to_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        tree().debug_assert();
    }

    /// No command line is known that ends so, and none may be made for this test: the test's own program, started
    /// anew, goes through the same guard as every command.
    #[test]
    fn a_bug_is_told_and_ends_with_exit_code_70() {
        const CHILD: &str = "KALENDS_TEST_BUG";
        if environment::variable(CHILD).is_some() {
            let code = guarded(|| panic!("the token is 1234"));
            std::process::exit(i32::from(code));
        }
        let own = "cli::tests::a_bug_is_told_and_ends_with_exit_code_70";
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", own, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(70));
        let said = String::from_utf8(output.stderr).unwrap();
        let place = format!("error: kalends {} has a bug at src/cli.rs:", env!("CARGO_PKG_VERSION"));
        assert!(said.contains(&place) && said.contains("hint: please report"), "{said}");
        assert_eq!(said.contains("1234"), cfg!(debug_assertions), "{said}");
    }

    #[test]
    fn the_first_variable_that_says_anything_is_the_locale() {
        let said = |names: [&str; 3]| is_utf8(&names.map(|name| (!name.is_empty()).then(|| name.to_owned())));
        assert!(said(["", "", ""]));
        assert!(said(["", "en_GB.UTF-8", "C"]));
        assert!(!said(["C", "en_GB.UTF-8", ""]));
        assert!(!said(["", "", "de_DE.ISO-8859-1"]));
        assert!(said(["C.utf8", "", ""]));
    }

    #[test]
    fn colour_is_known_before_the_arguments_are_read() {
        let wanted = |words: &[&str]| color_wanted(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(wanted(&["kalends", "--color", "always", "plan"]), Some(anstream::ColorChoice::Always));
        assert_eq!(wanted(&["kalends", "plan", "--color=never"]), Some(anstream::ColorChoice::Never));
        assert_eq!(wanted(&["kalends", "plan", "--", "--color=never"]), None);
    }
}
