//! `kalends protocol status`

use serde::Serialize;

use crate::calendar::{Acknowledged, signed_moment};
use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::Ui;
use crate::ui::table::{Cell, Column, table};

/// Shows which protocols there are, and who has read them.
///
/// `acknowledge` in a protocol says who must; the posts of those who have not are held.
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
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let today = calendar.zone().local(here.now(&args.clock, calendar.zone())?).date();
    let mut protocols = Vec::new();
    for protocol in calendar.protocols.values() {
        let readers = calendar.readers(protocol).into_iter().map(|person| {
            let state = calendar.acknowledged(protocol, person, Some(today));
            let at = match &state {
                Acknowledged::Read(at) => Some(signed_moment(*at)),
                _ => None,
            };
            Reader { person: person.to_string(), state: state.word(), at }
        });
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
            readers => rows.extend(readers.iter().map(|reader| first(&reader.person, reader.state))),
        }
    }
    let columns = [
        Column::new("protocol", 12),
        Column::whole("rules"),
        Column::new("reader", 12),
        Column::new("state", 12),
    ];
    ui.data(table(ui.width(), &columns, &rows, &[]))?;
    if protocols.iter().flat_map(|one| &one.readers).any(|reader| reader.at.is_none()) {
        ui.hint("who has not read one runs: kalends protocol acknowledge PROTOCOL");
    }
    Ok(Outcome::Done)
}
