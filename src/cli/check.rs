//! `kalends check`

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;

use crate::calendar::{self, renames};
use crate::cli::ClockArgs;
use crate::cli::here::{Here, Reading};
use crate::error::{Error, Outcome};
use crate::finding::{Content, File, Finding, Severity};
use crate::guard::{self, Sides};
use crate::leak;
use crate::platform::{self, Platform};
use crate::rim::repo::Rev;
use crate::ui::Ui;
use crate::ui::findings::Format;
use crate::vault::{self, Version};

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
    let mut reading = here.read(&rev)?;
    let today = reading.calendar.zone().local(here.now(&args.clock, reading.calendar.zone())?).date();
    let mut findings = reading.check(&rev, today)?;
    if let Some(since) = &args.since {
        let mut before = here.read(&Rev::Commit(since.clone()))?;
        findings.extend(renames(&before.calendar, &reading.calendar));
        before.read_others(&Rev::Commit(since.clone()))?;
        let changed = changed(&before.files, &reading.files);
        findings.retain(|finding| is_about(finding, &changed));
        let branch = (since.as_str(), args.at.as_deref().unwrap_or("HEAD"));
        findings.extend(guards(here, branch, (&before, &reading), today)?);
        calendar::sort(&mut findings);
        std::mem::forget(before);
    }
    let format = if ui.json() { Format::Json } else { args.format };
    ui.findings(format, &findings, &here.sources(&reading, &findings))?;
    let failed = findings.iter().any(|finding| finding.severity() == Severity::Error);
    // The process ends here: to give a large calendar back piece by piece takes longer than to read a small one.
    std::mem::forget(reading);
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}

/// Finds what the branch's commits change that is not their authors' to change, and what the branch changes of who may
/// read secrets. The target may have gone on since the branch began: what it changed there is none of the branch's.
fn guards(
    here: &Here,
    (since, head): (&str, &str),
    (target, reading): (&Reading, &Reading),
    today: NaiveDate,
) -> Result<Vec<Finding>, Error> {
    let fork = reading.repo.fork(since, head)?;
    let touched = reading.repo.touched(fork, reading.repo.resolve(head)?)?;
    let sides = Sides { target: &target.calendar, branch: &reading.calendar };
    let mut findings = guard::guard(sides, &touched, today);
    if fork == reading.repo.resolve(since)? {
        findings.extend(vault::guard(version(target), version(reading), today));
    } else {
        let base = here.read(&Rev::Commit(fork.to_string()))?;
        findings.extend(vault::guard(version(&base), version(reading), today));
    }
    Ok(findings)
}

fn version(reading: &Reading) -> Version<'_> {
    Version { calendar: &reading.calendar, files: &reading.files }
}

/// Returns the commit of a name, or the files on the disk.
pub fn rev(name: Option<&str>) -> Rev {
    name.map_or(Rev::WorkTree, |name| Rev::Commit(name.to_owned()))
}

impl Reading {
    /// Returns everything that is wrong with the calendar on a day: its words, the whole, its secrets, and secrets in
    /// whatever else git tracks around it.
    fn check(&mut self, rev: &Rev, today: NaiveDate) -> Result<Vec<Finding>, Error> {
        let media: Vec<&str> = self.calendar.media_files().into_iter().collect();
        let book = self.repo.media_facts(&media, rev)?;
        let mut findings = self.faults(&book);
        findings.extend(calendar::check_signatures(&self.calendar, &book, today));
        let has_secret =
            |platform| platform::of(platform).is_some_and(|adapter: &dyn Platform| adapter.has_secret());
        findings.extend(vault::check(&self.calendar, &self.files, today, &has_secret));
        findings.extend(self.read_others(rev)?);
        calendar::sort(&mut findings);
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

/// Returns the paths that are new, gone or otherwise.
fn changed(before: &[File], after: &[File]) -> BTreeSet<String> {
    let old: BTreeMap<&str, &Content> =
        before.iter().map(|file| (file.path.as_str(), &file.content)).collect();
    let new: BTreeMap<&str, &Content> =
        after.iter().map(|file| (file.path.as_str(), &file.content)).collect();
    let either = old.keys().chain(new.keys());
    either.filter(|path| old.get(*path) != new.get(*path)).map(|path| (*path).to_owned()).collect()
}

fn is_about(finding: &Finding, changed: &BTreeSet<String>) -> bool {
    changed.contains(&finding.file) || finding.related.iter().any(|related| changed.contains(&related.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), content: Content::Text(text.to_owned()) }
    }

    #[test]
    fn a_finding_is_told_if_any_file_it_points_at_has_changed() {
        let changed = changed(
            &[file("a", "1"), file("b", "1"), file("gone", "1")],
            &[file("a", "1"), file("b", "2"), file("new", "1")],
        );
        assert_eq!(changed.iter().collect::<Vec<_>>(), ["b", "gone", "new"]);
        let old = Finding::new(Code::Syntax, "a", "x");
        assert!(!is_about(&old, &changed));
        assert!(is_about(&old.related("gone", None, "it was here"), &changed));
    }
}
