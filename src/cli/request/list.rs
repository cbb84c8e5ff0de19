//! `kalends request list`

use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::{One, asks, one, rows, wanted};
use crate::calendar::Request;
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::fate::{Fate, State, fate};
use crate::ui::table::{Cell, Column, table};
use crate::ui::wrap::wrap;
use crate::ui::{self, Ui, plural};

/// A table needs so many columns; below, there is a list.
const TABLE_MIN: usize = 72;

/// The words for states that are none alone: what is late, and what is not over.
const LATE: &str = "late";
const OPEN: &str = "open";

/// Shows what is asked for, and what became of it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what this department asks for, or is asked for
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Option<String>,
    /// Only what stands so; `late` is what should have been taken care of, `open` what is neither published nor declined
    #[arg(long, value_name = "STATE", value_parser = states())]
    state: Option<String>,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

fn states() -> PossibleValuesParser {
    PossibleValuesParser::new(State::ALL.iter().map(|state| state.word()).chain([LATE, OPEN]))
}

#[derive(Serialize)]
struct Document<'a> {
    now: String,
    requests: Vec<One<'a>>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let calendar = &reading.calendar;
    let department = args.department.as_ref().map(|id| here.department(calendar, id)).transpose()?;
    let now = here.now(&args.clock, calendar.zone())?;
    let rows = rows(ui, &reading, &rev, now)?;
    let is_of = |request: &&Request| {
        let named = request.department.iter().chain(&request.to_department);
        department.is_none_or(|department| named.into_iter().any(|at| at.value == department.id))
    };
    let is_so = |fate: &Fate| match args.state.as_deref() {
        None => true,
        Some(LATE) => fate.late,
        Some(OPEN) => !fate.state.is_over(),
        Some(word) => fate.state.word() == word,
    };
    let found = calendar.requests.values().filter(is_of);
    let mut found: Vec<(&Request, Fate)> =
        found.map(|request| (request, fate(calendar, request, &rows, now))).collect();
    found.retain(|(_, fate)| is_so(fate));
    // What is wanted first stands first; what may come any day stands last.
    found.sort_by_key(|(request, _)| (request.last_day().is_none(), request.last_day().map(|at| at.value)));
    if ui.json() {
        let requests = found.iter().map(|(request, fate)| one(request, fate)).collect();
        ui.document("requests", &Document { now: ui::moment(now), requests })?;
        return Ok(Outcome::Done);
    }
    if !found.is_empty() {
        ui.page();
        let shown =
            if ui.width() < TABLE_MIN { as_list(&found, ui.width()) } else { as_table(&found, ui.width()) };
        ui.data(shown)?;
    }
    ui.status(plural(found.len(), "request"));
    if calendar.requests.is_empty() {
        ui.hint("kalends new request 'Tea at four' asks for one");
    }
    Ok(Outcome::Done)
}

fn as_table(found: &[(&Request, Fate)], width: usize) -> String {
    let columns = [
        Column::new("request", 10),
        Column::new("asks", 9),
        Column::new("wanted", 10),
        Column::new("state", 9),
        Column::new("what became of it", 16),
    ];
    let row = |(request, fate): &(&Request, Fate)| -> Vec<Cell> {
        let cells = [request.id.to_string(), asks(request), wanted(request), fate.word(), fate.told.clone()];
        cells.map(|text| Cell::from(ui::foreign(&text).into_owned())).into()
    };
    table(width, &columns, &found.iter().map(row).collect::<Vec<_>>(), &[])
}

fn as_list(found: &[(&Request, Fate)], width: usize) -> String {
    let mut lines = Vec::new();
    for (request, fate) in found {
        lines.push(format!("{}  {}", ui::paint(ui::STRONG, &request.id), fate.word()));
        let told = [format!("{}, {}", asks(request), wanted(request)), fate.told.clone()];
        for words in told.iter().filter(|words| !words.is_empty()) {
            let wrapped = wrap(&ui::foreign(words), width.saturating_sub(4)).into_iter();
            lines.extend(wrapped.map(|line| format!("    {line}")));
        }
    }
    lines.join("\n")
}
