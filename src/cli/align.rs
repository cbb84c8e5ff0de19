//! `kalends align`

use std::ops::Range;

use chrono::NaiveDate;
use serde::Serialize;

use crate::cli::ClockArgs;
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::events::{Alignment, Options, Row, Standing, align};
use crate::finding::Severity;
use crate::ui::findings::{Format, json};
use crate::ui::{QUIET, Ui, foreign, paint};

/// Holds other people's events against the posts.
///
/// Tells which event nobody tells of, which post falls on a closed day, and which one breaks an embargo.
///
/// A post tells of an event if the event's file says so (`post = "ID"`), if it has the event's link, campaign or tag, or if
/// it says the event's name and goes out on its days or shortly before. Each match is shown with its reason.
///
/// An event without a post is a warning. A post on a day that another calendar closes is an error, and so is one that
/// tells of an event before its embargo ends: at what `embargo_until` says; else when the event begins, or when it is over
/// if it lasts for several days. A closed day is closed whole.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends align
  kalends align --from 2027-01-01 --until 2027-01-31
  kalends align --format github     # in a pull request")]
pub struct Args {
    /// The first day; the first that was imported if left out
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// The last day; the last that was imported if left out
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// How many days before an event a post that says its name tells of it
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(0..=366))]
    days_before: u32,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
    /// How findings are shown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Document<'a> {
    events: Vec<One<'a>>,
    check: json::Report<'a>,
}

#[derive(Serialize)]
struct One<'a> {
    source: &'a str,
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    name: &'a str,
    day: String,
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    posts: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    post: &'a str,
    day: String,
    reason: String,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&rev(args.at.as_deref()))?;
    let calendar = &reading.calendar;
    let options = Options {
        now: here.now(&args.clock, calendar.zone())?,
        days: days(args, calendar.events.values().filter_map(|events| Some((events.from?, events.until?))))?,
        days_before: args.days_before,
    };
    if calendar.events.is_empty() {
        ui.hint("there are no events here yet: `kalends import ics FILE` brings another calendar's in");
    }
    let alignment = align(calendar, &options);
    let sources = here.sources(&reading, &alignment.findings);
    match (ui.json(), args.format) {
        (true, _) | (_, Format::Json) => {
            let check = json::report(&alignment.findings, &sources, None);
            ui.document("align", &Document { events: alignment.rows.iter().map(one).collect(), check })?;
        }
        (false, Format::Text) => {
            ui.page();
            if let Some(list) = listed(&alignment) {
                ui.data(list)?;
            }
            ui.findings(Format::Text, &alignment.findings, &sources)?;
        }
        (false, format) => ui.findings(format, &alignment.findings, &sources)?,
    }
    let failed = alignment.findings.iter().any(|finding| finding.severity() == Severity::Error);
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}

/// Returns the days that the user asked for; where only one end is said, the other is that of what was imported.
fn days(
    args: &Args,
    imported: impl Iterator<Item = (NaiveDate, NaiveDate)>,
) -> Result<Option<Range<NaiveDate>>, Error> {
    if args.from.is_none() && args.until.is_none() {
        return Ok(None);
    }
    let (from, until) = imported.fold(
        (None, None),
        |(from, until): (Option<NaiveDate>, Option<NaiveDate>), (first, last)| {
            (
                Some(from.map_or(first, |from| from.min(first))),
                Some(until.map_or(last, |until| until.max(last))),
            )
        },
    );
    let from = args.from.or(from).unwrap_or(NaiveDate::MIN);
    let until = args.until.or(until).unwrap_or(from);
    let end = until.succ_opt().unwrap_or(until);
    if until < from {
        return Err(Error::usage(format!("the last day, {until}, is before the first, {from}")));
    }
    Ok(Some(from..end))
}

/// Returns the events as people read them, one below the other; nothing where there are none.
fn listed(alignment: &Alignment<'_>) -> Option<String> {
    let mut lines = Vec::new();
    for row in &alignment.rows {
        lines.push(format!("{}  {}", row.day, foreign(&row.event.name.value)));
        match &row.standing {
            Standing::Told(told) => lines.extend(
                told.iter().map(|(post, day, reason)| format!("    {post} tells of it on {day}: {reason}")),
            ),
            Standing::Missing => lines.push("    no post tells of it".to_owned()),
            Standing::Needless(why) => lines.push(paint(QUIET, format!("    {}", foreign(why)))),
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n") + "\n")
}

fn one<'a>(row: &'a Row<'_>) -> One<'a> {
    let told = |(post, day, reason): &'a _| {
        let (post, day, reason): (&'a crate::draft::PostId, &NaiveDate, &crate::events::Reason) =
            (post, day, reason);
        Told { post: post.as_str(), day: day.to_string(), reason: reason.to_string() }
    };
    let (standing, why, posts) = match &row.standing {
        Standing::Told(posts) => ("told", None, posts.iter().map(told).collect()),
        Standing::Missing => ("missing", None, Vec::new()),
        Standing::Needless(why) => ("needless", Some(why.as_str()), Vec::new()),
    };
    One {
        source: row.events.id.as_str(),
        uid: &row.event.uid,
        instance: row.event.instance.as_deref(),
        name: &row.event.name.value,
        day: row.day.to_string(),
        standing,
        why,
        posts,
    }
}
