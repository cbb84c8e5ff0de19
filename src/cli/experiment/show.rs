//! `kalends experiment show`

use chrono::NaiveDate;
use serde::Serialize;

use super::{boards, result_in_words, state};
use crate::advice::{By, Drawn, drawn};
use crate::cli::here::Here;
use crate::cli::{ClockArgs, complete, evidence};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::table::{Cell, Column, table};
use crate::ui::wrap::wrap;
use crate::ui::{self, Ui, foreign, plural};

/// Shows an experiment's slots, and what became of each; not what the arms earn, until it is over.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The experiment's id
    #[arg(value_name = "EXPERIMENT", add = complete::experiments())]
    id: String,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    experiment: &'a str,
    hypothesis: &'a str,
    state: &'static str,
    slots: Vec<Slot<'a>>,
}

#[derive(Serialize)]
struct Slot<'a> {
    day: String,
    arm: &'a str,
    post: Option<&'a str>,
    state: String,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let experiment = here.experiment(calendar, &args.id)?;
    let now = here.now(&args.clock, calendar.zone())?;
    let today = calendar.zone().local(now).date();
    let evidence = evidence::gather(&reading, &Rev::WorkTree, ui, now)?;
    let boards = boards(calendar, experiment);
    let by = experiment.metric.value.parse().unwrap_or(By::Engagements);
    let drawn = drawn(&evidence, experiment, (calendar, &boards), by);
    if ui.json() {
        let slots = drawn.iter().map(|one| Slot {
            day: one.day.to_string(),
            arm: one.arm,
            post: one.post.map(|post| post.as_str()),
            state: became(one, today),
        });
        let (slots, state) = (slots.collect(), state(experiment, today));
        let document =
            Document { experiment: experiment.id.as_str(), hypothesis: &experiment.hypothesis, state, slots };
        ui.document("experiment", &document)?;
        return Ok(Outcome::Done);
    }
    ui.page();
    for line in wrap(&foreign(&experiment.hypothesis), ui.width()) {
        ui.data(ui::paint(ui::STRONG, line))?;
    }
    let days = format!("{} to {}", experiment.start.value, experiment.end.value);
    ui.data(format!("{days}: {}", state(experiment, today)))?;
    let result = result_in_words(experiment).map(|words| wrap(&words, ui.width()));
    for line in result.unwrap_or_default() {
        ui.data(line)?;
    }
    let columns =
        [Column::whole("day"), Column::new("arm", 8), Column::new("post", 10), Column::new("state", 8)];
    let row = |one: &Drawn<'_>| -> Vec<Cell> {
        let post = one.post.map(ToString::to_string).unwrap_or_default();
        let cells = [one.day.to_string(), foreign(one.arm).into_owned(), post, became(one, today)];
        cells.map(Cell::from).into()
    };
    if !drawn.is_empty() {
        ui.data(format!(
            "\n{}",
            table(ui.width(), &columns, &drawn.iter().map(row).collect::<Vec<_>>(), &[])
        ))?;
    }
    ui.status(plural(drawn.len(), "slot"));
    Ok(Outcome::Done)
}

/// Says what became of a slot.
fn became(one: &Drawn<'_>, today: NaiveDate) -> String {
    let state = match (one.outcome, one.is_published, one.post) {
        (Some(_), ..) => "counts",
        (None, true, _) => "not read yet",
        (None, false, None) if one.day < today => "no post",
        (None, false, None) => "open",
        (None, false, Some(_)) => "not published",
    };
    match &one.otherwise {
        Some(level) => format!("{state}; it is {}", foreign(level)),
        None => state.to_owned(),
    }
}
