//! `kalends training status`

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::calendar::{Calendar, Trained, Training, signed_moment};
use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::draft::PersonId;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::Ui;
use crate::ui::table::{Cell, Column, table};

/// Shows who must do which training, who has, and until when it counts.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document {
    trainings: Vec<One>,
}

#[derive(Serialize)]
struct One {
    training: String,
    file: String,
    people: Vec<Learner>,
}

/// Somebody who must do a training, or has.
#[derive(Serialize)]
pub(in crate::cli) struct Learner {
    person: String,
    /// Whether a protocol asks it of them.
    asked: bool,
    state: &'static str,
    at: Option<String>,
    until: Option<String>,
}

impl Learner {
    /// Tells how somebody stands with a training on a day.
    fn of(
        calendar: &Calendar,
        training: &Training,
        person: &PersonId,
        (today, asked): (NaiveDate, bool),
    ) -> Learner {
        let state = calendar.trained(training, person, Some(today));
        let (at, until) = match &state {
            Trained::Done { at, until } => (Some(signed_moment(*at)), *until),
            Trained::Expired(until) => (None, Some(*until)),
            _ => (None, None),
        };
        Learner {
            person: person.to_string(),
            asked,
            state: state.word(),
            at,
            until: until.map(|until| until.to_string()),
        }
    }

    /// Says it in a few words.
    fn words(&self) -> String {
        match (&self.until, self.asked) {
            (Some(until), _) => format!("{} until {until}", self.state),
            (None, true) => self.state.to_owned(),
            (None, false) => format!("{}, not asked to", self.state),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let today = calendar.zone().local(here.now(&args.clock, calendar.zone())?).date();
    let one = |training: &Training| One {
        training: training.id.to_string(),
        file: training.file.clone(),
        people: learners(calendar, training, today),
    };
    let trainings: Vec<One> = calendar.trainings.values().map(one).collect();
    if ui.json() {
        ui.document("training-status", &Document { trainings })?;
        return Ok(Outcome::Done);
    }
    if trainings.is_empty() {
        ui.status("there is no training: kalends new training 'Pictures in words' adds one");
        return Ok(Outcome::Done);
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for one in &trainings {
        let mut row = |person: &str, state: String| {
            rows.push([one.training.clone(), person.to_owned(), state].map(Cell::from).into());
        };
        if one.people.is_empty() {
            row("", "asked of nobody".to_owned());
        }
        one.people.iter().for_each(|learner| row(&learner.person, learner.words()));
    }
    let columns = [Column::new("training", 8), Column::new("person", 8), Column::new("state", 12)];
    ui.data(table(ui.width(), &columns, &rows, &[]))?;
    if trainings.iter().flat_map(|one| &one.people).any(|learner| learner.asked && learner.at.is_none()) {
        ui.hint("who has not done one runs: kalends training take TRAINING");
    }
    Ok(Outcome::Done)
}

/// Returns who must do a training, and who has done it without being asked.
fn learners(calendar: &Calendar, training: &Training, today: NaiveDate) -> Vec<Learner> {
    let asked: BTreeSet<&PersonId> =
        calendar.protocols_with(&training.id).flat_map(|protocol| calendar.readers(protocol)).collect();
    let others = calendar.passes.get(&training.id).into_iter().flat_map(|passes| passes.keys());
    let people: BTreeSet<&PersonId> = asked.iter().copied().chain(others).collect();
    people
        .into_iter()
        .map(|person| Learner::of(calendar, training, person, (today, asked.contains(person))))
        .collect()
}
