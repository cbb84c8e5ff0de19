//! `kalends report`

mod document;
mod explain;

use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use clap::{Subcommand, ValueHint};

use crate::cli::check::rev;
use crate::cli::evidence::gather;
use crate::cli::here::{Here, Reading, moment};
use crate::cli::preview::album;
use crate::cli::{ClockArgs, complete, look};
use crate::error::{Error, Outcome};
use crate::evidence::Evidence;
use crate::report::{self, Report, days};
use crate::rim::branch::LastSeen;
use crate::rim::repo::Rev;
use crate::time::Zone;
use crate::ui::Ui;
use crate::ui::page;
use crate::ui::page::album::Album;
use crate::ui::report as shown;
use crate::world::Log as _;

/// Measures a month or a year: what was kept, shown, done, reached.
///
/// The organisation and its leaders stand side by side, against the month before and the same month of the year before, in the
/// order of AMEC's framework: objectives, outputs, out-takes, outcomes, impact. Each number has an id, and `kalends report
/// explain` lists the rows behind it. What is missing is told, and why. The clock is not looked at but for `last`: a report is
/// told up to the latest reading there is, and the same commits give the same bytes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_long_help = "\
Examples:
  kalends report                               # the last month
  kalends report 2026-10 --html october.html   # a page for the director, with its charts and pictures
  kalends report 2026-10 --xlsx october.xlsx --csv october.csv
  kalends report --year 2026
  kalends report explain outputs.impressions.organisation 2026-10
  kalends report --definitions")]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    one: OneArgs,
    /// Write a page that stands alone, to be read in a browser or printed
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    html: Option<PathBuf>,
    /// Write every number as a row of a CSV file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    csv: Option<PathBuf>,
    /// Write every number, goal, promise and gap into an Excel workbook
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    xlsx: Option<PathBuf>,
    /// Show each number's id
    #[arg(long)]
    ids: bool,
    /// Print what every measure means, and where the definition comes from
    #[arg(long, conflicts_with_all = ["month", "year", "as_of", "at", "html", "csv", "xlsx", "ids"])]
    definitions: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    Explain(explain::Args),
}

/// Which report is meant.
#[derive(Debug, Clone, clap::Args)]
struct OneArgs {
    /// The month, such as 2026-10, or `last`: the one before this
    #[arg(value_name = "MONTH", value_parser = parse_asked)]
    month: Option<Asked>,
    /// Measure this year, not a month
    #[arg(long, value_name = "YYYY", conflicts_with = "month", value_parser = clap::value_parser!(i32).range(1..=9998), add = complete::years())]
    year: Option<i32>,
    /// Tell only what was known by the end of this day, or at this moment, not by the latest reading
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

/// A month as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// The one that begins on this day.
    Month(NaiveDate),
    /// The one before the clock's.
    Last,
}

fn parse_asked(text: &str) -> Result<Asked, String> {
    if text == "last" {
        return Ok(Asked::Last);
    }
    let month = crate::cli::plan::parse_month(text);
    month.map(Asked::Month).map_err(|_| "expected a month such as 2027-01, or `last`".to_owned())
}

/// Evidence with what it is told of and up to when.
struct Told<'a> {
    evidence: Evidence<'a>,
    days: Range<NaiveDate>,
    cutoff: DateTime<Utc>,
    report: Report,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    if let Some(What::Explain(args)) = &args.what {
        return explain::run(args, ui, here);
    }
    if args.definitions {
        return definitions(ui);
    }
    let rev = rev(args.one.at.as_deref());
    let reading = here.read(&rev)?;
    let told = tell(&args.one, &reading, &rev, ui, here)?;
    let Told { evidence, report, .. } = &told;
    if let Some(file) = &args.html {
        let album = pictures(&reading, &rev, &told)?;
        let page = page::report::page(evidence, report, &album);
        write(ui, here, file, page.as_bytes(), "read it in a browser, and print it from there")?;
    }
    if let Some(file) = &args.csv {
        write(ui, here, file, shown::sheet::csv(report).as_bytes(), "a row for each number")?;
    }
    if let Some(file) = &args.xlsx {
        let book = shown::sheet::workbook(evidence, report).map_err(|fault| {
            Error::user(format!("cannot make {}", here.show(&here.folder().join(file)))).because(fault)
        })?;
        write(ui, here, file, &book, "open it in a spreadsheet")?;
    }
    if ui.json() {
        ui.document("report", &document::document(evidence, report))?;
    } else if args.html.is_none() && args.csv.is_none() && args.xlsx.is_none() {
        let text = shown::text(evidence, report, ui.width(), args.ids);
        ui.page();
        ui.data(text)?;
    }
    Ok(Outcome::Done)
}

/// Prints every definition.
fn definitions(ui: &mut Ui) -> Result<Outcome, Error> {
    if ui.json() {
        ui.document("definitions", &document::definitions())?;
    } else {
        let text = shown::definitions(crate::definition::Measure::ALL.iter().copied(), ui.width());
        ui.page();
        ui.data(text)?;
    }
    Ok(Outcome::Done)
}

fn write(ui: &mut Ui, here: &Here, file: &Path, bytes: &[u8], what: &str) -> Result<(), Error> {
    let path = here.folder().join(file);
    here.write(&path, bytes)?;
    ui.hint(format_args!("{}: {what}", here.show(&path)));
    Ok(())
}

/// Gathers the evidence and measures what is asked for.
fn tell<'a>(
    args: &OneArgs,
    reading: &'a Reading,
    rev: &Rev,
    ui: &mut Ui,
    here: &Here,
) -> Result<Told<'a>, Error> {
    let zone = reading.calendar.zone();
    let out_of_reach = || Error::usage("that time is too far away");
    let asked = match (args.year, args.month) {
        (Some(year), _) => days(NaiveDate::from_ymd_opt(year, 1, 1).ok_or_else(out_of_reach)?, true),
        (None, Some(Asked::Month(first))) => days(first, false),
        (None, Some(Asked::Last) | None) => {
            let today = zone.local(here.now(&args.clock, zone)?).date();
            let first = today.with_day(1).and_then(|first| first.checked_sub_months(Months::new(1)));
            first.and_then(|first| days(first, false))
        }
    };
    let asked = asked.ok_or_else(out_of_reach)?;
    let window = zone.moments(&asked).ok_or_else(out_of_reach)?;
    let as_of = args.as_of.as_deref().map(|text| as_of(text, zone)).transpose()?;
    let mut evidence = gather(reading, rev, ui, as_of.unwrap_or(window.end))?;
    let cutoff = as_of.or_else(|| report::latest(&evidence)).unwrap_or(window.end);
    if as_of.is_none() && cutoff < window.end {
        // The month is not over: what became of its promises is told up to the same moment as its numbers.
        evidence = gather(reading, rev, ui, cutoff)?;
    }
    let commits = commits(reading, rev)?;
    let report = report::report(&evidence, &asked, cutoff, commits).ok_or_else(out_of_reach)?;
    Ok(Told { evidence, days: asked, cutoff, report })
}

/// Reads the moment up to which all is told; of a day alone, its end.
fn as_of(text: &str, zone: &Zone) -> Result<DateTime<Utc>, Error> {
    let day = text.parse::<NaiveDate>().ok().and_then(|day| day.checked_add_days(Days::new(1)));
    match day.filter(|day| (1..=9998).contains(&day.year())) {
        Some(day) => zone
            .resolve_somehow(day.and_time(NaiveTime::MIN), None)
            .ok_or_else(|| Error::usage("that time is too far away")),
        None => moment("--as-of", text, zone),
    }
}

/// Returns the commits that are read: the calendar's, and the ledger's.
fn commits(reading: &Reading, rev: &Rev) -> Result<Vec<(String, String)>, Error> {
    let mut commits = Vec::new();
    match rev {
        Rev::Commit(name) => commits.push(("calendar".to_owned(), reading.repo.resolve(name)?.to_string())),
        Rev::WorkTree | Rev::Merged(_) => {
            commits.push(("calendar".to_owned(), "the files on the disk".to_owned()));
        }
    }
    if let Some(branch) = look::ledger(reading)? {
        let tip = LastSeen::of(&branch).tip()?;
        if !tip.id.is_empty() {
            commits.push(("ledger".to_owned(), tip.id));
        }
    }
    for (_, commit) in &mut commits {
        if commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()) {
            commit.truncate(12);
        }
    }
    Ok(commits)
}

/// Returns the pictures of the posts that the report shows.
fn pictures(reading: &Reading, rev: &Rev, told: &Told<'_>) -> Result<Album, Error> {
    let ranked = told.report.rankings.iter().flat_map(|ranking| ranking.best.iter().chain(&ranking.worst));
    let works = ranked.filter_map(|ranked| told.evidence.works.get(ranked.work as usize));
    let files: Vec<&str> = works.filter_map(|work| work.picture.as_deref()).collect();
    let book = reading.repo.media_facts(&files, rev)?;
    Ok(album(reading, rev, &book))
}
