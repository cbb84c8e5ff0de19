//! `kalends protocol status`

use chrono::NaiveDate;
use serde::Serialize;

use crate::calendar::{Acknowledged, Calendar, Protocol, Trained, signed_moment};
use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::draft::PersonId;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::Ui;
use crate::ui::table::{Cell, Column, table};

/// Shows which protocols there are, who has read them, and who has done the training that goes with them.
///
/// `acknowledge` in a protocol says who must read it, `training` what they must have done; the posts of those who have not are
/// held.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document {
    protocols: Vec<One>,
}

#[derive(Serialize)]
struct One {
    protocol: String,
    file: String,
    title: String,
    revision: Option<u32>,
    digest: String,
    rules: usize,
    readers: Vec<Reader>,
}

#[derive(Serialize)]
struct Reader {
    person: String,
    state: &'static str,
    at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    training: Vec<Learned>,
    #[serde(skip)]
    is_asked: bool,
}

#[derive(Serialize)]
struct Learned {
    training: String,
    state: &'static str,
    until: Option<String>,
    #[serde(skip)]
    is_done: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let today = calendar.zone().local(here.now(&args.clock, calendar.zone())?).date();
    let mut protocols = Vec::new();
    for protocol in calendar.protocols.values() {
        let readers = calendar.readers(protocol).into_iter();
        let readers = readers.map(|person| reader(calendar, protocol, person, today));
        protocols.push(One {
            protocol: protocol.id.to_string(),
            file: protocol.file.clone(),
            title: protocol.title.clone(),
            revision: protocol.revision,
            digest: protocol.digest.to_string(),
            rules: protocol.rules.len(),
            readers: readers.collect(),
        });
    }
    if ui.json() {
        ui.document("protocols", &Document { protocols })?;
        return Ok(Outcome::Done);
    }
    if protocols.is_empty() {
        ui.status("there is no protocol: kalends new protocol 'Voice and words' adds one");
        return Ok(Outcome::Done);
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for one in &protocols {
        let rules = one.rules.to_string();
        let first = |person: &str, state: &str| -> Vec<Cell> {
            [&one.protocol, rules.as_str(), person, state].map(|text| text.to_owned().into()).into()
        };
        match one.readers.as_slice() {
            [] => rows.push(first("", "asks nobody to read it")),
            readers => rows.extend(readers.iter().map(|reader| first(&reader.person, &reader.words()))),
        }
    }
    let columns = [
        Column::new("protocol", 12),
        Column::whole("rules"),
        Column::new("reader", 12),
        Column::new("state", 12),
    ];
    ui.data(table(ui.width(), &columns, &rows, &[]))?;
    let readers = || protocols.iter().flat_map(|one| &one.readers);
    if readers().any(|reader| reader.is_asked && reader.at.is_none()) {
        ui.hint("who has not read one runs: kalends protocol acknowledge PROTOCOL");
    }
    if readers().flat_map(|reader| &reader.training).any(|learned| !learned.is_done) {
        ui.hint("who has not done a training runs: kalends training take TRAINING");
    }
    Ok(Outcome::Done)
}

/// Tells how somebody stands with a protocol on a day.
fn reader(calendar: &Calendar, protocol: &Protocol, person: &PersonId, today: NaiveDate) -> Reader {
    let is_asked = protocol.acknowledge.is_some();
    let state = calendar.acknowledged(protocol, person, Some(today));
    let at = match &state {
        Acknowledged::Read(at) => Some(signed_moment(*at)),
        _ => None,
    };
    let trainings = calendar.trainings_of(protocol, None).into_iter();
    let learned = trainings.map(|training| {
        let state = calendar.trained(training, person, Some(today));
        let until = match &state {
            Trained::Done { until, .. } => *until,
            Trained::Expired(until) => Some(*until),
            _ => None,
        };
        Learned {
            training: training.id.to_string(),
            state: state.word(),
            until: until.map(|until| until.to_string()),
            is_done: matches!(state, Trained::Done { .. }),
        }
    });
    let state = if is_asked { state.word() } else { "need not sign" };
    Reader { person: person.to_string(), state, at, training: learned.collect(), is_asked }
}

impl Reader {
    /// Says in a few words what somebody has read and done.
    fn words(&self) -> String {
        let read = self.is_asked.then(|| self.state.to_owned());
        let learned = self.training.iter().map(|learned| {
            let until = learned.until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
            format!("training {}: {}{until}", learned.training, learned.state)
        });
        read.into_iter().chain(learned).collect::<Vec<_>>().join("; ")
    }
}
