//! `kalends check`

pub mod branch;

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::calendar;
use crate::cli::ClockArgs;
use crate::cli::check::branch::Branch;
use crate::cli::here::{Here, Reading};
use crate::error::{Error, Outcome};
use crate::finding::{Content, File, Finding, Severity};
use crate::leak;
use crate::platform::{self, Platform};
use crate::rim::repo::Rev;
use crate::ui::Ui;
use crate::ui::findings::Format;
use crate::vault;

/// Finds everything that is wrong with the calendar, all at once.
///
/// Reads the files as they lie on the disk, or as a commit has them, and points at each fault with what to do about it.
/// Says nothing where all is well. Warnings alone are no failure.
///
/// With --since it also tells what a branch would change of who may read a secret: such a change belongs on the target
/// branch, by those who may make it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends check
  kalends check --since origin/main --format github   # in a pull request
  kalends check --format sarif > kalends.sarif        # for code scanning")]
pub struct Args {
    /// Tell only what is wrong with files that changed since this commit, and what was renamed
    #[arg(long, value_name = "REV")]
    since: Option<String>,
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
    let rev = rev(args.at.as_deref());
    let (reading, findings) = match &args.since {
        Some(since) => {
            let mut branch = Branch::read(here, since, args.at.as_deref())?;
            let today = today(args, here, &branch.after)?;
            let findings = branch.check(today)?;
            (branch.after, findings)
        }
        None => {
            let mut reading = here.read(&rev)?;
            let today = today(args, here, &reading)?;
            let findings = reading.check(&rev, today)?;
            (reading, findings)
        }
    };
    let format = if ui.json() { Format::Json } else { args.format };
    ui.findings(format, &findings, &here.sources(&reading, &findings))?;
    let failed = findings.iter().any(|finding| finding.severity() == Severity::Error);
    // The process ends here: to give a large calendar back piece by piece takes longer than to read a small one.
    std::mem::forget(reading);
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}

fn today(args: &Args, here: &Here, reading: &Reading) -> Result<NaiveDate, Error> {
    let zone = reading.calendar.zone();
    Ok(zone.local(here.now(&args.clock, zone)?).date())
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
