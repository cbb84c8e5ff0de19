//! `kalends training list`

use serde::Serialize;

use crate::calendar::{Calendar, Training};
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::time::show_duration;
use crate::ui::table::{Cell, Column, table};
use crate::ui::{self, Ui};

/// Shows which trainings there are, and which protocols ask for them.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    trainings: Vec<One<'a>>,
}

/// A training, as a program reads it.
#[derive(Serialize)]
struct One<'a> {
    training: &'a str,
    file: &'a str,
    title: &'a str,
    revision: Option<u32>,
    digest: String,
    questions: usize,
    needed: usize,
    valid: Option<String>,
    since: Option<String>,
    protocols: Vec<&'a str>,
}

/// Runs the command.
pub fn run(_: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let trainings: Vec<One<'_>> =
        calendar.trainings.values().map(|training| one(calendar, training)).collect();
    if ui.json() {
        ui.document("trainings", &Document { trainings })?;
        return Ok(Outcome::Done);
    }
    if trainings.is_empty() {
        ui.status("there is no training: kalends new training 'Pictures in words' adds one");
        return Ok(Outcome::Done);
    }
    let row = |one: &One<'_>| -> Vec<Cell> {
        let protocols = match one.protocols.as_slice() {
            [] => "no protocol".to_owned(),
            named => named.join(", "),
        };
        let questions = format!("{} of {}", one.needed, one.questions);
        let cells = [one.training.to_owned(), questions, protocols, ui::foreign(one.title).into_owned()];
        cells.map(Cell::from).into()
    };
    let rows: Vec<Vec<Cell>> = trainings.iter().map(row).collect();
    let columns = [
        Column::new("training", 8),
        Column::whole("to pass"),
        Column::new("asked by", 8),
        Column::new("title", 8),
    ];
    ui.data(table(ui.width(), &columns, &rows, &[]))?;
    ui.hint("kalends training show TRAINING says more, kalends training status who has done it");
    Ok(Outcome::Done)
}

fn one<'a>(calendar: &'a Calendar, training: &'a Training) -> One<'a> {
    One {
        training: training.id.as_str(),
        file: &training.file,
        title: &training.title,
        revision: training.revision,
        digest: training.digest.to_string(),
        questions: training.questions.len(),
        needed: training.needed(),
        valid: training.valid.map(show_duration),
        since: training.since.as_ref().map(|since| since.value.to_string()),
        protocols: calendar.protocols_with(&training.id).map(|protocol| protocol.id.as_str()).collect(),
    }
}
