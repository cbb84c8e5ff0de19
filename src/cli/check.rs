//! `kalends check`

pub mod answer;
pub mod branch;

use std::collections::HashSet;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::ValueHint;

use crate::calendar;
use crate::cli::ClockArgs;
use crate::cli::check::branch::Branch;
use crate::cli::here::{Here, Reading};
use crate::error::{Error, Outcome};
use crate::finding::{Content, File, Finding, Severity};
use crate::leak;
use crate::platform::{self, Platform};
use crate::rim::repo::Rev;
use crate::ui::findings::{Format, changed};
use crate::ui::{self, Ui};
use crate::vault;

/// Finds everything that is wrong with the calendar, all at once.
///
/// Reads the files as they lie on the disk, or as a commit has them, and points at each fault with what to do about it.
/// Says nothing where all is well. Warnings alone are no failure.
///
/// With --since it answers a pull request: what the branch changes, judged as it will be when it is merged, by the people,
/// roles and rules of the commit that it wants to enter. It tells what of it is not its authors' to change, whose address
/// or signature nobody there knows, and what it would change of who may read a secret.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends check
  kalends check --since origin/main --format github   # in a pull request
  kalends check --since origin/main --summary answer.md --page previews.html
  kalends check --format sarif > kalends.sarif        # for code scanning")]
pub struct Args {
    /// Tell what a branch changes and what is wrong with it, against the commit that it wants to enter
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// With --since: also write the answer to this file, as Markdown for the page of a pull request
    #[arg(long, value_name = "FILE", requires = "since", value_hint = ValueHint::FilePath)]
    summary: Option<PathBuf>,
    /// With --since: also write a page to this file, of the posts as each account will show them
    #[arg(long, value_name = "FILE", requires = "since", value_hint = ValueHint::FilePath)]
    page: Option<PathBuf>,
    /// Check what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
    /// How findings are shown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let format = if ui.json() { Format::Json } else { args.format };
    let findings = match &args.since {
        Some(since) => of_branch(args, since, format, ui, here)?,
        None => {
            let rev = rev(args.at.as_deref());
            let mut reading = here.read(&rev)?;
            let zone = reading.calendar.zone();
            let today = zone.local(here.now(&args.clock, zone)?).date();
            let findings = reading.check(&rev, today)?;
            ui.findings(format, &findings, &here.sources(&reading, &findings))?;
            // The process ends here: to give a large calendar back piece by piece takes longer than to read a small one.
            std::mem::forget(reading);
            findings
        }
    };
    let failed = findings.iter().any(|finding| finding.severity() == Severity::Error);
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}

/// Answers a pull request: what it changes, how that stands, and what is wrong with it.
fn of_branch(
    args: &Args,
    since: &str,
    format: Format,
    ui: &mut Ui,
    here: &Here,
) -> Result<Vec<Finding>, Error> {
    let mut branch = Branch::read(here, since, args.at.as_deref())?;
    let zone = branch.after.calendar.zone();
    let now = here.now(&args.clock, zone)?;
    let today = zone.local(now).date();
    let findings = branch.check(today)?;
    let changes = answer::changes(&branch, &findings, now)?;
    let sources = here.sources(&branch.after, &findings);
    ui.answer(format, &findings, &sources, Some(&changes))?;
    if let Some(path) = &args.summary {
        let text = changed::as_markdown(&changes, &findings, &sources);
        here.write(&here.folder().join(path), text.as_bytes())?;
    }
    if let Some(path) = &args.page {
        here.write(&here.folder().join(path), answer::page(&branch, &changes, now)?.as_bytes())?;
    }
    if let Some(first) = branch.conflicts.first() {
        let others = branch.conflicts.len() - 1;
        let more = if others > 0 { format!(" and {others} more") } else { String::new() };
        return Err(Error::user(format!("{}{more}: both sides changed the same lines", ui::foreign(first)))
            .hint(format!("merge {} into the branch, and say there which lines stay", ui::foreign(since))));
    }
    std::mem::forget(branch);
    Ok(findings)
}

/// Returns the commit of a name, or the files on the disk.
pub fn rev(name: Option<&str>) -> Rev {
    name.map_or(Rev::WorkTree, |name| Rev::Commit(name.to_owned()))
}

impl Reading {
    /// Returns everything that is wrong with the calendar on a day: its words, the whole, its secrets, and secrets in
    /// whatever else git tracks around it.
    fn check(&mut self, rev: &Rev, today: NaiveDate) -> Result<Vec<Finding>, Error> {
        let mut findings = self.judge(rev, today)?;
        findings.extend(self.read_others(rev)?);
        calendar::sort(&mut findings);
        Ok(findings)
    }

    /// Returns what is wrong with the calendar itself on a day.
    fn judge(&self, rev: &Rev, today: NaiveDate) -> Result<Vec<Finding>, Error> {
        let media: Vec<&str> = self.calendar.media_files().into_iter().collect();
        let book = self.repo.media_facts(&media, rev)?;
        let mut findings = self.faults(&book);
        findings.extend(calendar::check_signatures(&self.calendar, &book, today));
        findings.extend(calendar::check_requests(&self.calendar, today));
        let has_secret =
            |platform| platform::of(platform).is_some_and(|adapter: &dyn Platform| adapter.has_secret());
        findings.extend(vault::check(&self.calendar, &self.files, today, &has_secret));
        Ok(findings)
    }

    /// Reads the other files that git tracks, and keeps those in which it finds a secret.
    fn read_others(&mut self, rev: &Rev) -> Result<Vec<Finding>, Error> {
        let texts = self.files.iter().filter(|file| matches!(file.content, Content::Text(_)));
        let read: HashSet<&str> = texts.map(|file| file.path.as_str()).collect();
        let others = self.repo.tracked(
            rev,
            |path| read.contains(path),
            |file| {
                let found = leak::in_file(&file);
                if found.is_empty() { None } else { Some((file, found)) }
            },
        )?;
        let (files, found): (Vec<File>, Vec<Vec<Finding>>) = others.into_iter().flatten().unzip();
        if !files.is_empty() {
            self.files.extend(files);
            self.files.sort_by(|one, other| one.path.cmp(&other.path));
        }
        Ok(found.into_iter().flatten().collect())
    }
}
