//! `kalends site`

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use clap::ValueHint;
use serde::Serialize;

use crate::calendar::Request;
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::cli::plan::{asked_days, parse_month};
use crate::cli::preview::album;
use crate::cli::request::rows as requested;
use crate::cli::{ClockArgs, complete, look};
use crate::error::{Error, Outcome};
use crate::fate::{Fate, fate};
use crate::overview::{around, collisions, gaps};
use crate::rim::folder;
use crate::rim::repo::Rev;
use crate::ui::page::site::{Survey, files};
use crate::ui::{Ui, plural};

/// Makes the calendar into pages for a browser.
///
/// They show who posts where, what collides, where a gap is, and how every post stands: a page of contents, one for the
/// year and each month, for each department and each post. Open index.html, or put the folder on any web server; the
/// pages run no script and ask nothing of any other. In the folder kalends replaces and takes away only what it wrote.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends site
  kalends site --month 2027-01 -o /srv/www/calendar
  kalends site --at HEAD --now 2027-01-18T09:00      # the same bytes each time")]
pub struct Args {
    /// The folder to write the pages to
    #[arg(short, long, value_name = "DIR", default_value = "site", value_hint = ValueHint::DirPath)]
    output: PathBuf,
    /// Make the pages of this month
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "year", value_parser = parse_month)]
    month: Option<NaiveDate>,
    /// Make the pages of this year, not of the one that it is
    #[arg(long, value_name = "YYYY", value_parser = clap::value_parser!(i32).range(1..=9998), add = complete::years())]
    year: Option<i32>,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document {
    folder: String,
    pages: usize,
    bytes: usize,
    written: usize,
    kept: usize,
    removed: usize,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let calendar = &reading.calendar;
    let now = here.now(&args.clock, calendar.zone())?;
    let out_of_reach = || Error::usage("that time is too far away");
    let this_year = calendar.zone().local(now).year();
    let days = asked_days(args.month, Some(args.year.unwrap_or(this_year))).ok_or_else(out_of_reach)?;
    let window = calendar.zone().moments(&days).ok_or_else(out_of_reach)?;

    let plan = look::survey(ui, &reading, &rev, window.clone(), now)?;
    let rows = requested(ui, &reading, &rev, now)?;
    let fates: Vec<(&Request, Fate)> =
        calendar.requests.values().map(|request| (request, fate(calendar, request, &rows, now))).collect();
    let known = around(&days);
    let near = calendar.drafts(calendar.zone().moments(&known).unwrap_or_else(|| window.clone()));
    let drafts: Vec<_> = near.iter().filter(|draft| window.contains(&draft.due)).cloned().collect();
    let media: Vec<&str> =
        drafts.iter().flat_map(|draft| &draft.media).map(|media| media.file.as_str()).collect();
    let book = reading.repo.media_facts(&media, &rev)?;
    let album = album(&reading, &rev, &book);
    let commit = commit(&reading.repo, &rev)?;
    let survey = Survey {
        calendar,
        book: &book,
        album: &album,
        drafts: &drafts,
        rows: &plan.rows,
        collisions: &collisions(calendar, &drafts),
        gaps: &gaps(calendar, &near, &known, &days),
        requests: &fates,
        now,
        days,
        commit: commit.as_deref(),
    };
    let files = files(&survey);
    let folder = here.folder().join(&args.output);
    if reading.repo.has_folder(&folder) {
        return Err(Error::user(format!("{} has the calendar's own files", here.show(&folder)))
            .hint("name another folder, such as -o site"));
    }
    let done = folder::write(&folder, &files)?;

    let pages = files.keys().filter(|path| path.ends_with(".html")).count();
    let bytes = files.values().map(Vec::len).sum();
    let folder = here.show(&folder);
    if ui.json() {
        let folder::Done { written, kept, removed } = done;
        ui.document("site", &Document { folder, pages, bytes, written, kept, removed })?;
        return Ok(Outcome::Done);
    }
    ui.status(format_args!("{} in {folder}", plural(pages, "page")));
    ui.hint(format_args!("read them in a browser: {folder}/index.html"));
    if !reading.findings.is_empty() {
        ui.warning(format!("the calendar has {}: kalends check", plural(reading.findings.len(), "finding")));
    }
    Ok(Outcome::Done)
}

/// Returns the short name of the commit that is read.
fn commit(repo: &crate::rim::repo::Repo, rev: &Rev) -> Result<Option<String>, Error> {
    match rev {
        Rev::WorkTree | Rev::Merged(_) => Ok(None),
        Rev::Commit(name) => Ok(Some(repo.resolve(name)?.to_string().chars().take(12).collect())),
    }
}
