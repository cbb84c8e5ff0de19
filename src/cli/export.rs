//! `kalends export`

mod select;

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use clap::{Subcommand, ValueHint};

use crate::calendar::Calendar;
use crate::calendar::Post;
use crate::cli::ClockArgs;
use crate::cli::check::rev;
use crate::cli::export::select::{Selection, Window};
use crate::cli::here::{Here, Reading};
use crate::error::{Error, Outcome};
use crate::ics::write::{Entry, calendar as write_ics};
use crate::spreadsheet::xlsx::{self, Choices};
use crate::spreadsheet::{Table, table, write_csv};
use crate::ui::{Ui, foreign, plural};

/// Writes the posts as a calendar or a spreadsheet.
///
/// A calendar (ics) has an event each time that a post goes out. A spreadsheet (csv, xlsx) has a row a post, with every key
/// of its file; `kalends import` brings it back, and loses nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends export ics -o posts.ics
  kalends export xlsx --month 2027-01 -o january.xlsx
  kalends export csv --department education > education.csv")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
enum What {
    /// Writes a calendar of RFC 5545: an event each time that a post goes out
    Ics(Out),
    /// Writes comma-separated values (RFC 4180, UTF-8): a row a post
    Csv(Out),
    /// Writes an Excel workbook: a row a post
    Xlsx(Out),
}

/// What to write, and where to.
#[derive(Debug, clap::Args)]
pub struct Out {
    /// Write to this file, not to stdout; `-` is stdout
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

/// How long a post is in somebody's calendar.
const SHOWN: TimeDelta = TimeDelta::minutes(15);

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    match &args.what {
        What::Ics(out) => ics(out, ui, here),
        What::Csv(out) => {
            let (reading, table) = posts(out, here)?;
            let text = write_csv(table.lines());
            give(out, text.as_bytes(), ui, here)?;
            Ok(conclude(ui, &reading, &table))
        }
        What::Xlsx(out) => {
            if out.out.is_none() && ui.out_is_terminal() {
                return Err(
                    Error::usage("a workbook is no text for a terminal").hint("say where to: -o posts.xlsx")
                );
            }
            let (reading, table) = posts(out, here)?;
            let book = xlsx::write(&table, &choices(&reading.calendar)).map_err(|why| {
                Error::user("the posts do not fit into a workbook")
                    .because(why)
                    .hint("take `kalends export csv`")
            })?;
            give(out, &book, ui, here)?;
            Ok(conclude(ui, &reading, &table))
        }
    }
}

fn posts(out: &Out, here: &Here) -> Result<(Reading, Table), Error> {
    let reading = here.read(&rev(out.at.as_deref()))?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let window = out.selection.window(calendar, here)?;
    let is_in = |post: &&Post| match &window {
        Window::All => true,
        Window::Of(window) => !calendar.dues(post, window).is_empty(),
    };
    let chosen = calendar.posts.iter().filter(|post| out.selection.has(post)).filter(is_in);
    let table = table(calendar, &reading.files, chosen);
    Ok((reading, table))
}

/// Returns what the columns of a workbook offer.
fn choices(calendar: &Calendar) -> Vec<Choices<'static>> {
    let words = |column, ids: Vec<String>| Choices { column, words: ids };
    vec![
        words("to", calendar.accounts.keys().map(ToString::to_string).collect()),
        words("department", calendar.departments.keys().map(ToString::to_string).collect()),
        words("campaign", calendar.campaigns.keys().map(ToString::to_string).collect()),
        words("goal", calendar.goals.keys().map(ToString::to_string).collect()),
    ]
}

/// Writes the bytes to the file that the user named, or to stdout.
fn give(out: &Out, bytes: &[u8], ui: &mut Ui, here: &Here) -> Result<(), Error> {
    match &out.out {
        Some(path) if path.as_os_str() != "-" => here.write(path, bytes),
        _ => ui.raw(bytes),
    }
}

/// Says how many posts there are, and which had to be left out.
fn conclude(ui: &mut Ui, reading: &Reading, table: &Table) -> Outcome {
    for file in &table.left_out {
        let path = reading.repo.root().join(file);
        let path: &Path = path.strip_prefix(reading.repo.root()).unwrap_or(&path);
        ui.warning(format!(
            "{} has an error, and is not in it: kalends check",
            foreign(&path.to_string_lossy())
        ));
    }
    ui.status(plural(table.rows.len(), "post"));
    if table.left_out.is_empty() { Outcome::Done } else { Outcome::Findings }
}

fn ics(out: &Out, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&rev(out.at.as_deref()))?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let now = here.now(&out.clock, calendar.zone())?;
    let window = match out.selection.window(calendar, here)? {
        Window::Of(window) => window,
        // Posts may come again for ever: a calendar has those of about a year.
        Window::All => now - TimeDelta::days(31)..now + TimeDelta::days(366),
    };
    let mut entries = Vec::new();
    for post in calendar.posts.iter().filter(|post| out.selection.has(post)) {
        let dues = calendar.dues(post, &window).into_iter();
        entries.extend(dues.map(|(occurrence, due)| entry(calendar, post, &occurrence.to_string(), due)));
    }
    entries.sort_by(|a, b| (a.start, &a.uid).cmp(&(b.start, &b.uid)));
    let name = format!("{}: posts", calendar.root.name);
    give(out, write_ics(&name, now, &entries).as_bytes(), ui, here)?;
    let day = |moment| calendar.zone().local(moment).date();
    let last = day(window.end - TimeDelta::seconds(1));
    ui.status(format!("{} from {} to {last}", plural(entries.len(), "event"), day(window.start)));
    Ok(Outcome::Done)
}

fn entry(calendar: &Calendar, post: &Post, occurrence: &str, due: chrono::DateTime<chrono::Utc>) -> Entry {
    let text = post.body.text.as_ref().map_or("", |words| words.text.trim());
    let title = post.body.title.as_ref().map(|title| title.text.as_str()).filter(|title| !title.is_empty());
    let first_line = text.lines().next().filter(|line| !line.is_empty());
    let to: Vec<&str> = post.to.value.iter().map(|to| to.value.as_str()).collect();
    let hold = post.hold.as_ref().map(|why| format!("\n\nHeld: {why}")).unwrap_or_default();
    let address = calendar.root.url.as_deref().and_then(|url| url::Url::parse(url).ok());
    let host = address.as_ref().and_then(|url| url.host_str()).unwrap_or("kalends.invalid");
    let department = post.department.as_ref().map(|at| at.value.to_string());
    let campaign = post.campaign.as_ref().map(|at| at.value.to_string());
    Entry {
        uid: format!("{}/{occurrence}@{host}", post.id),
        start: due,
        end: due + SHOWN,
        summary: title.or(first_line).unwrap_or(post.id.as_str()).to_owned(),
        description: format!("{text}\n\nTo: {}{hold}", to.join(", ")).trim_start().to_owned(),
        link: post.body.link.as_ref().map(|link| link.value.clone()).filter(|link| !link.is_empty()),
        categories: department.into_iter().chain(campaign).collect(),
        is_tentative: post.hold.is_some(),
    }
}
