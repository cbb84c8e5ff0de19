//! `kalends experiment`

mod list;
mod result;
mod show;

use chrono::{Datelike, NaiveDate};
use clap::Subcommand;

use crate::calendar::{Calendar, Experiment};
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::Ui;
use crate::year::Board;

/// Tries out what is advised, and says what came of it.
///
/// `kalends advise MONTH --experiment ID` plans one: a file of experiments/, and slots of the schedule, each with the arm that
/// was drawn for it. Whoever writes a post for a slot writes what its arm says.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends advise 2027-01 --experiment c7fbf4a4 --from 2027-03-01 --weeks 8
  kalends experiment list
  kalends experiment show 2027-03-01-film-or-picture-on-instagram
  kalends experiment result 2027-03-01-film-or-picture-on-instagram")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    List(list::Args),
    Show(show::Args),
    Result(result::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::List(args) => list::run(args, ui, here),
        What::Show(args) => show::run(args, ui, here),
        What::Result(args) => result::run(args, ui, here),
    }
}

/// Returns the years that an experiment is in.
fn boards<'a>(calendar: &'a Calendar, experiment: &Experiment) -> Vec<Board<'a>> {
    let years = experiment.start.value.year()..=experiment.end.value.year();
    // An experiment that were longer would be a mistake of its dates.
    years.take(3).filter_map(|year| Board::new(calendar, year)).collect()
}

/// Tells where an experiment stands on a day.
fn state(experiment: &Experiment, today: NaiveDate) -> &'static str {
    match &experiment.result {
        Some(_) => "settled",
        None if today < experiment.start.value => "to come",
        None if today <= experiment.end.value => "on",
        None => "over",
    }
}

/// Returns a result in words.
fn result_in_words(experiment: &Experiment) -> Option<String> {
    let result = experiment.result.as_ref()?;
    let (low, high) = result.interval;
    let first = experiment.arms.first().map_or("", |arm| arm.value.as_str());
    let first = crate::ui::foreign(first).into_owned();
    Some(format!(
        "{first}: {:+.1} % {} (90 % interval: {low:+.1} % to {high:+.1} %), from {}; by chance in {:.1} % of cases",
        result.effect,
        crate::ui::foreign(&experiment.metric.value),
        crate::ui::plural(result.posts as usize, "post"),
        100.0 * result.likelihood
    ))
}
