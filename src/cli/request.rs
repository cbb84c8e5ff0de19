//! `kalends request`

mod done;
mod list;
mod show;
mod take;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde::Serialize;

use crate::calendar::Request;
use crate::cli::here::{Here, Reading};
use crate::cli::look;
use crate::error::{Error, Outcome};
use crate::fate::{Fate, window};
use crate::plan::Row;
use crate::rim::repo::Rev;
use crate::ui::{self, Ui};

/// Shows and answers what departments ask to be posted.
///
/// A request is a file of requests/, which `kalends new request` writes: who asks, for when, and what it is to say. Whoever sees
/// to it takes it, and writes a post; the one who asked sees what became of it, up to the address where it can be read.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends new request 'Tea at four' --department shop --wanted 2027-02-10
  kalends request list --department shop            what became of what we asked for
  kalends request list --state late
  kalends request take tea-at-four --draft          writes a post that is held
  kalends request done tea-at-four --post 2027-02-10-tea-at-four
  kalends request done tea-at-four --declined 'The kettle is broken'")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    List(list::Args),
    Show(show::Args),
    Take(take::Args),
    Done(done::Args),
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::List(args) => list::run(args, ui, here),
        What::Show(args) => show::run(args, ui, here),
        What::Take(args) => take::run(args, ui, here),
        What::Done(args) => done::run(args, ui, here),
    }
}

/// A request, as a program reads it.
#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    file: &'a str,
    title: &'a str,
    department: Option<&'a str>,
    from: Option<&'a str>,
    to_department: Option<&'a str>,
    wanted: Option<String>,
    until: Option<String>,
    accounts: Vec<&'a str>,
    state: &'static str,
    late: bool,
    told: &'a str,
    due: Option<String>,
    taken: Vec<Taken<'a>>,
    posts: Vec<&'a str>,
    urls: &'a [String],
    declined: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct Taken<'a> {
    by: &'a str,
    on: String,
}

fn one<'a>(request: &'a Request, fate: &'a Fate) -> One<'a> {
    let taken =
        |taken: &'a crate::calendar::Taken| Taken { by: taken.by.value.as_str(), on: taken.on.to_string() };
    One {
        id: request.id.as_str(),
        file: &request.file,
        title: &request.title,
        department: request.department.as_ref().map(|at| at.value.as_str()),
        from: request.from.as_ref().map(|at| at.value.as_str()),
        to_department: request.to_department.as_ref().map(|at| at.value.as_str()),
        wanted: request.wanted.as_ref().map(|at| at.value.to_string()),
        until: request.until.as_ref().map(|at| at.value.to_string()),
        accounts: request.accounts.iter().map(|at| at.value.as_str()).collect(),
        state: fate.state.word(),
        late: fate.late,
        told: &fate.told,
        due: fate.due.map(ui::moment),
        taken: request.taken.iter().map(taken).collect(),
        posts: request.posts.iter().map(|at| at.value.as_str()).collect(),
        urls: &fate.urls,
        declined: request.declined.as_ref().map(|at| at.value.as_str()),
        text: None,
        why: None,
    }
}

/// Says who asks: the department, the person, or both.
fn asks(request: &Request) -> String {
    let department = request.department.as_ref().map(|at| at.value.as_str());
    let person = request.from.as_ref().map(|at| at.value.as_str());
    department.into_iter().chain(person).collect::<Vec<_>>().join(", ")
}

/// Says for when it is wanted.
fn wanted(request: &Request) -> String {
    match (&request.wanted, &request.until) {
        (Some(wanted), Some(until)) => format!("{} to {}", wanted.value, until.value),
        (Some(wanted), None) => wanted.value.to_string(),
        (None, Some(until)) => format!("by {}", until.value),
        (None, None) => "any day".to_owned(),
    }
}

/// Tells where the posts of the requests stand.
pub(super) fn rows(ui: &mut Ui, reading: &Reading, rev: &Rev, now: DateTime<Utc>) -> Result<Vec<Row>, Error> {
    match window(&reading.calendar) {
        Some(window) => Ok(look::survey(ui, reading, rev, window, now)?.rows),
        None => Ok(Vec::new()),
    }
}
