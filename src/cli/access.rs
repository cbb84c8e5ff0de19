//! `kalends access`

use chrono::Days;
use clap::Subcommand;
use serde::Serialize;

use crate::calendar::Person;
use crate::cli::ClockArgs;
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::guard;
use crate::signature::NAMESPACE;
use crate::ui::Ui;

/// Tells who may do what, for other programs.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends access signers > signers      # for ssh-keygen -Y verify -f signers
  kalends access codeowners > CODEOWNERS")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Signers(Signers),
    Codeowners(Codeowners),
}

/// Writes who answers for which files, as GitHub and GitLab read it to ask for a review.
///
/// It is made of people/ and departments/: coordinators answer for all, it for accounts, runners and the vault, managers for
/// goals and the schedule, and who coordinates a department for its campaigns and its posts to come. Write it again when
/// these change; what a forge does not enforce, `kalends check --since` finds.
#[derive(Debug, clap::Args)]
struct Codeowners {
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Owners<'a> {
    lines: Vec<&'a str>,
}

/// Writes the people and their signing keys as `ssh-keygen` reads them.
///
/// The format is that of ALLOWED SIGNERS in ssh-keygen's manual: a line a person with a signing_key, whose name there is the
/// person's id. A person's last day is the key's, too.
#[derive(Debug, clap::Args)]
struct Signers {
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
}

#[derive(Serialize)]
struct Document {
    signers: Vec<One>,
}

#[derive(Serialize)]
struct One {
    person: String,
    key: String,
    until: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Signers(args) => signers(args, ui, here),
        What::Codeowners(args) => codeowners(args, ui, here),
    }
}

fn codeowners(args: &Codeowners, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&rev(args.at.as_deref()))?;
    let zone = reading.calendar.zone();
    let today = zone.local(here.now(&args.clock, zone)?).date();
    let lines = guard::owners(&reading.calendar, reading.repo.prefix(), today);
    if ui.json() {
        ui.document("codeowners", &Owners { lines: lines.lines().collect() })?;
    } else {
        ui.data(lines)?;
    }
    Ok(Outcome::Done)
}

fn signers(args: &Signers, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&rev(args.at.as_deref()))?;
    let people: Vec<&Person> = reading.calendar.people.values().collect();
    if ui.json() {
        ui.document("signers", &document(&people))?;
        return Ok(Outcome::Done);
    }
    let lines: String = people.iter().filter_map(|person| line(person)).collect();
    if lines.is_empty() {
        ui.status("nobody in people/ has a signing_key");
    } else {
        ui.data(lines)?;
    }
    Ok(Outcome::Done)
}

fn document(people: &[&Person]) -> Document {
    let one = |person: &&Person| {
        let key = person.signing_key.as_ref()?.value.to_string();
        let until = person.until.as_ref().map(|until| until.value.to_string());
        Some(One { person: person.id.to_string(), key, until })
    };
    Document { signers: people.iter().filter_map(one).collect() }
}

/// Returns a person's line. ssh takes the day after their last as the first on which the key is good for nothing.
fn line(person: &Person) -> Option<String> {
    let key = &person.signing_key.as_ref()?.value;
    let after = person.until.as_ref().and_then(|until| until.value.checked_add_days(Days::new(1)));
    let before = after.map_or_else(String::new, |day| format!(",valid-before=\"{}\"", day.format("%Y%m%d")));
    Some(format!("{} namespaces=\"{NAMESPACE}\"{before} {key}\n", person.id))
}
