//! `kalends proposal`

mod decide;
mod submit;

use clap::Subcommand;
use serde::Serialize;

use crate::calendar::{Calendar, Proposal, State};
use crate::cli::complete;
use crate::cli::here::{Here, Reading};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::text::{Breaks, visible};
use crate::ui::table::{Cell, Column, table};
use crate::ui::{self, Ui, plural};

/// Proposes development plans, and decides on them.
///
/// A plan is a Markdown file in proposals/. A manager (`role = "manager"` in people/) approves or rejects it with a signature over its
/// SHA-256; a plan that is changed afterwards says so.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends proposal submit drafts/more-video.md
  kalends proposal list
  kalends proposal approve more-video
  kalends proposal reject more-video --why 'Not before the summer'")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    Submit(submit::Args),
    Approve(decide::Approve),
    Reject(decide::Reject),
    List(List),
    Show(Show),
}

/// Shows every plan and where it stands.
#[derive(Debug, clap::Args)]
struct List {
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
}

/// Shows a plan, where it stands, and what was decided on it.
#[derive(Debug, clap::Args)]
struct Show {
    /// The plan's id
    #[arg(value_name = "ID", add = complete::proposals())]
    id: String,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
}

/// A plan, as a program reads it.
#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    file: &'a str,
    title: &'a str,
    digest: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decided<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct Decided<'a> {
    ruling: &'static str,
    by: &'a str,
    at: String,
    why: Option<&'a str>,
    file: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    proposals: Vec<One<'a>>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Submit(args) => submit::run(args, ui, here),
        What::Approve(args) => decide::approve(args, ui, here),
        What::Reject(args) => decide::reject(args, ui, here),
        What::List(args) => list(args, ui, here),
        What::Show(args) => show(args, ui, here),
    }
}

fn list(args: &List, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&super::check::rev(args.at.as_deref()))?;
    let calendar = &reading.calendar;
    if ui.json() {
        let proposals = calendar.proposals.values().map(|plan| one(calendar, plan, None)).collect();
        ui.document("proposals", &Document { proposals })?;
        return Ok(Outcome::Done);
    }
    let row = |plan: &Proposal| -> Vec<Cell> {
        let state = calendar.state(&plan.id);
        vec![
            plan.id.to_string().into(),
            state.word().to_owned().into(),
            ui::foreign(&decided(calendar, state)).into_owned().into(),
            ui::foreign(&plan.title).into_owned().into(),
        ]
    };
    let rows: Vec<Vec<Cell>> = calendar.proposals.values().map(row).collect();
    if !rows.is_empty() {
        let columns = [
            Column::whole("plan"),
            Column::whole("state"),
            Column::new("decided", 12),
            Column::new("title", 12),
        ];
        ui.page();
        ui.data(table(ui.width(), &columns, &rows, &[]))?;
    }
    ui.status(plural(rows.len(), "plan"));
    Ok(Outcome::Done)
}

fn show(args: &Show, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&super::check::rev(args.at.as_deref()))?;
    let calendar = &reading.calendar;
    let plan = here.proposal(calendar, &args.id)?;
    let text = reading.text(&plan.file);
    if ui.json() {
        ui.document("proposal", &one(calendar, plan, Some(text)))?;
        return Ok(Outcome::Done);
    }
    ui.page();
    let state = calendar.state(&plan.id);
    ui.data(format!("{}  {}", ui::paint(ui::STRONG, &plan.id), state.word()))?;
    let said = decided(calendar, state);
    if !said.is_empty() {
        ui.data(ui::foreign(&said))?;
    }
    ui.data(format!("\n{}", visible(text, Breaks::Keep)))?;
    Ok(Outcome::Done)
}

/// Says who decided what on a plan, when and why.
fn decided(calendar: &Calendar, state: State<'_>) -> String {
    let (State::Decided(decision) | State::Changed(decision)) = state else { return String::new() };
    let day = calendar.zone().local(decision.signed.at.value).format("%Y-%m-%d");
    let why = decision.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let by = &decision.signed.person.value;
    match state {
        State::Changed(_) => format!("{} by {by} on {day}, before the change{why}", decision.ruling.as_str()),
        _ => format!("by {by} on {day}{why}"),
    }
}

fn one<'a>(calendar: &'a Calendar, plan: &'a Proposal, text: Option<&'a str>) -> One<'a> {
    let state = calendar.state(&plan.id);
    let decision = match state {
        State::Decided(decision) | State::Changed(decision) => Some(Decided {
            ruling: decision.ruling.as_str(),
            by: decision.signed.person.value.as_str(),
            at: ui::moment(decision.signed.at.value),
            why: decision.why.as_deref(),
            file: &decision.signed.file,
        }),
        State::Submitted => None,
    };
    One {
        id: plan.id.as_str(),
        file: &plan.file,
        title: &plan.title,
        digest: plan.digest.to_string(),
        state: state.word(),
        decision,
        text,
    }
}

/// Reads the calendar in the work tree.
fn here_now(here: &Here) -> Result<Reading, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    Ok(reading)
}
