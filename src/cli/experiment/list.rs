//! `kalends experiment list`

use serde::Serialize;

use super::{result_in_words, state};
use crate::calendar::Experiment;
use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::table::{Cell, Column, table};
use crate::ui::{self, Ui, plural};

/// Shows the experiments, and where each stands.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    experiments: Vec<One<'a>>,
}

/// An experiment, as a program reads it.
#[derive(Serialize)]
struct One<'a> {
    experiment: &'a str,
    file: &'a str,
    hypothesis: &'a str,
    account: &'a str,
    factor: &'static str,
    arms: Vec<&'a str>,
    metric: &'a str,
    start: String,
    end: String,
    state: &'static str,
    result: Option<Settled>,
}

#[derive(Serialize)]
struct Settled {
    on: String,
    posts: u32,
    effect_percent: f64,
    low_percent: f64,
    high_percent: f64,
    likelihood: f64,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let today = calendar.zone().local(here.now(&args.clock, calendar.zone())?).date();
    let mut all: Vec<&Experiment> = calendar.experiments.values().collect();
    all.sort_by_key(|one| (one.start.value, &one.id));
    if ui.json() {
        let experiments = all.iter().map(|one| document(one, state(one, today))).collect();
        ui.document("experiments", &Document { experiments })?;
        return Ok(Outcome::Done);
    }
    let columns = [
        Column::new("experiment", 12),
        Column::new("from", 10),
        Column::new("until", 10),
        Column::new("state", 7),
    ];
    let row = |one: &&Experiment| -> Vec<Cell> {
        let (start, end) = (one.start.value.to_string(), one.end.value.to_string());
        [one.id.to_string(), start, end, state(one, today).to_owned()].map(Cell::from).into()
    };
    let rows: Vec<Vec<Cell>> = all.iter().map(row).collect();
    let told: Vec<String> = all
        .iter()
        .map(|one| result_in_words(one).unwrap_or_else(|| ui::foreign(&one.hypothesis).into_owned()))
        .collect();
    let notes: Vec<Option<(&str, anstyle::Style)>> =
        told.iter().map(|words| Some((words.as_str(), ui::QUIET))).collect();
    if !all.is_empty() {
        ui.data(table(ui.width(), &columns, &rows, &notes))?;
    }
    ui.status(plural(all.len(), "experiment"));
    if all.is_empty() {
        ui.hint("kalends advise MONTH --experiment ID --from DATE --weeks 8 plans one");
    }
    Ok(Outcome::Done)
}

fn document<'a>(one: &'a Experiment, state: &'static str) -> One<'a> {
    One {
        experiment: one.id.as_str(),
        file: &one.file,
        hypothesis: &one.hypothesis,
        account: one.account.value.as_str(),
        factor: one.factor.as_str(),
        arms: one.arms.iter().map(|arm| arm.value.as_str()).collect(),
        metric: &one.metric.value,
        start: one.start.value.to_string(),
        end: one.end.value.to_string(),
        state,
        result: one.result.as_ref().map(|result| Settled {
            on: result.on.to_string(),
            posts: result.posts,
            effect_percent: result.effect,
            low_percent: result.interval.0,
            high_percent: result.interval.1,
            likelihood: result.likelihood,
        }),
    }
}
