//! Where a command runs: the folder, the repository, the calendar in it, the clock.

use std::env;
use std::io;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::calendar::{
    self, Account, Calendar, Campaign, Department, Experiment, Goal, Person, Post, Proposal, Protocol,
    Request, Training,
};
use crate::cli::ClockArgs;
use crate::draft::{
    AccountId, CampaignId, DepartmentId, ExperimentId, GoalId, MediaBook, PersonId, PostId, ProposalId,
    ProtocolId, RequestId, TrainingId,
};
use crate::error::Error;
use crate::finding::{Content, File, Finding, Severity};
use crate::leak;
use crate::rim::clock::SystemClock;
use crate::rim::disk;
use crate::rim::repo::{self, Pick, Repo, Rev};
use crate::text::{Breaks, visible};
use crate::time::{Clock, Zone, nearest, parse_moment};
use crate::ui::findings::Sources;

/// Where a command runs.
pub struct Here {
    /// The folder that the user stands in.
    current: PathBuf,
    /// The folder that the calendar is looked for in.
    folder: PathBuf,
}

/// A calendar as it was read, with everything that is wrong with its words.
pub struct Reading {
    /// Where it was read.
    pub repo: Repo,
    /// Its files.
    pub files: Vec<File>,
    /// What they say.
    pub calendar: Calendar,
    /// What is wrong with them, as far as reading alone can tell.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// Returns everything that is wrong with the calendar's words and the whole, and the secrets in its files.
    pub fn faults(&self, book: &MediaBook) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        let mut found = calendar::check(&self.calendar, book);
        self.redact(&mut found);
        findings.extend(found);
        findings.extend(leak::findings(&self.files));
        calendar::sort(&mut findings);
        findings
    }

    /// Takes what looks like a secret out of what findings say of the calendar's files.
    pub fn redact(&self, findings: &mut [Finding]) {
        for finding in findings {
            let path = |file: &File| file.path.as_str().cmp(&finding.file);
            if let Ok(at) = self.files.binary_search_by(path)
                && let Some(file) = self.files.get(at)
            {
                leak::redact(std::slice::from_mut(finding), file);
            }
        }
    }

    /// Returns what a file says; nothing where it is no text.
    pub fn text(&self, path: &str) -> &str {
        match self.files.iter().find(|file| file.path == path).map(|file| &file.content) {
            Some(Content::Text(text)) => text,
            _ => "",
        }
    }

    /// Refuses a file that has an error in its words: nobody signs what may not be what was meant.
    pub fn sound(&self, file: &str) -> Result<(), Error> {
        let broken = |finding: &&Finding| finding.file == file && finding.severity() == Severity::Error;
        match self.findings.iter().find(broken) {
            None => Ok(()),
            Some(finding) => {
                let why = visible(&finding.message, Breaks::Show);
                Err(Error::user(format!("{file} has an error: {why}"))
                    .hint("kalends check shows its place; mend it first"))
            }
        }
    }

    /// Refuses a `kalends.toml` with an error in it: by a guess of its zone or of its ledger, posts would be missed, or
    /// written down where nobody looks.
    pub fn reliable(&self) -> Result<(), Error> {
        let broken = |finding: &&Finding| finding.file == repo::ROOT && finding.severity() == Severity::Error;
        match self.findings.iter().find(broken) {
            None => Ok(()),
            Some(finding) => {
                let why = visible(&finding.message, Breaks::Show);
                Err(Error::user(format!("{} has an error: {why}", repo::ROOT))
                    .hint("kalends check shows its place; mend it, and commit it: nothing was sent"))
            }
        }
    }
}

impl Here {
    /// Returns where this process runs; `calendar` is the folder that the user named.
    pub fn new(calendar: Option<PathBuf>) -> Here {
        let current = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let folder = calendar.map_or_else(|| current.clone(), |named| current.join(named));
        Here { current, folder }
    }

    /// Returns the folder that the calendar is looked for in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Finds the calendar.
    pub fn repo(&self) -> Result<Repo, Error> {
        Ok(repo::find(&self.folder)?)
    }

    /// Finds and reads the calendar: the work tree, or a commit's.
    pub fn read(&self, rev: &Rev) -> Result<Reading, Error> {
        self.read_some(rev, &Pick::All)
    }

    /// Finds the calendar and reads those of its files that are picked.
    pub fn read_some(&self, rev: &Rev, pick: &Pick) -> Result<Reading, Error> {
        let repo = self.repo()?;
        // Each file is read and understood on the thread that has its bytes at hand.
        let pieces = repo.read(rev, pick, |file| {
            let (item, mut findings) = calendar::read_file(&file);
            leak::redact(&mut findings, &file);
            (file, item, findings)
        })?;
        let (mut files, mut items, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        for (file, item, found) in pieces {
            files.push(file);
            items.push(item);
            findings.extend(found);
        }
        let (calendar, found) = Calendar::assemble(items);
        findings.extend(found);
        calendar::sort(&mut findings);
        Ok(Reading { repo, files, calendar, findings })
    }

    /// Returns the moment that a command acts at: the clock's, or the one the user rehearses.
    pub fn now(&self, args: &ClockArgs, zone: &Zone) -> Result<DateTime<Utc>, Error> {
        match &args.now {
            None => Ok(SystemClock.now()),
            Some(text) => moment("--now", text, zone),
        }
    }

    /// Writes a file whole.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        disk::write_whole(path, bytes).map_err(|fault| Error::cannot_write(&self.show(path), fault))
    }

    /// Writes a file that must not be there yet.
    pub fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let written = disk::write_new(path, bytes).and_then(|was_free| {
            if was_free {
                Ok(())
            } else {
                Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is there already"))
            }
        });
        written.map_err(|fault| Error::cannot_write(&self.show(path), fault))
    }

    /// Moves a file to where nothing lies.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        disk::rename(from, to).map_err(|fault| Error::cannot_write(&self.show(to), fault))
    }

    /// Returns the account of an id that the user said.
    pub fn account<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Account, Error> {
        let known = calendar.accounts.keys().map(AccountId::as_str);
        let found = AccountId::new(id).and_then(|id| calendar.account(&id));
        found.ok_or_else(|| unknown(("account", "accounts"), id, known))
    }

    /// Returns the department of an id that the user said.
    pub fn department<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Department, Error> {
        let known = calendar.departments.keys().map(DepartmentId::as_str);
        let found = DepartmentId::new(id).and_then(|id| calendar.departments.get(&id));
        found.ok_or_else(|| unknown(("department", "departments"), id, known))
    }

    /// Returns the person of an id that the user said.
    pub fn person<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Person, Error> {
        let known = calendar.people.keys().map(PersonId::as_str);
        let found = PersonId::new(id).and_then(|id| calendar.people.get(&id));
        found.ok_or_else(|| unknown(("person", "people"), id, known))
    }

    /// Returns the development plan of an id that the user said.
    pub fn proposal<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Proposal, Error> {
        let known = calendar.proposals.keys().map(ProposalId::as_str);
        let found = ProposalId::new(id).and_then(|id| calendar.proposals.get(&id));
        found.ok_or_else(|| unknown(("plan", "proposals"), id, known))
    }

    /// Returns the protocol of an id that the user said.
    pub fn protocol<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Protocol, Error> {
        let known = calendar.protocols.keys().map(ProtocolId::as_str);
        let found = ProtocolId::new(id).and_then(|id| calendar.protocols.get(&id));
        found.ok_or_else(|| unknown(("protocol", "protocols"), id, known))
    }

    /// Returns the campaign of an id that the user said.
    pub fn campaign<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Campaign, Error> {
        let known = calendar.campaigns.keys().map(CampaignId::as_str);
        let found = CampaignId::new(id).and_then(|id| calendar.campaigns.get(&id));
        found.ok_or_else(|| unknown(("campaign", "campaigns"), id, known))
    }

    /// Returns the goal of an id that the user said.
    pub fn goal<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Goal, Error> {
        let known = calendar.goals.keys().map(GoalId::as_str);
        let found = GoalId::new(id).and_then(|id| calendar.goals.get(&id));
        found.ok_or_else(|| unknown(("goal", "goals"), id, known))
    }

    /// Returns the request of an id that the user said.
    pub fn request<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Request, Error> {
        let known = calendar.requests.keys().map(RequestId::as_str);
        let found = RequestId::new(id).and_then(|id| calendar.requests.get(&id));
        found.ok_or_else(|| unknown(("request", "requests"), id, known))
    }

    /// Returns the experiment of an id that the user said.
    pub fn experiment<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Experiment, Error> {
        let known = calendar.experiments.keys().map(ExperimentId::as_str);
        let found = ExperimentId::new(id).and_then(|id| calendar.experiments.get(&id));
        found.ok_or_else(|| unknown(("experiment", "experiments"), id, known))
    }

    /// Returns the training of an id that the user said.
    pub fn training<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Training, Error> {
        let known = calendar.trainings.keys().map(TrainingId::as_str);
        let found = TrainingId::new(id).and_then(|id| calendar.trainings.get(&id));
        found.ok_or_else(|| unknown(("training", "training"), id, known))
    }

    /// Returns the post of an id that the user said, or of the end of one behind its date, if only one ends so.
    pub fn post<'a>(&self, calendar: &'a Calendar, id: &str) -> Result<&'a Post, Error> {
        if let Some(found) = PostId::new(id).and_then(|id| calendar.post(&id)) {
            return Ok(found);
        }
        let ends_so = |post: &&Post| post.id.as_str().get(11..) == Some(id);
        let found: Vec<&Post> = calendar.posts.iter().filter(ends_so).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => {
                let ids = calendar.posts.iter().map(|post| post.id.as_str());
                let ends = calendar.posts.iter().filter_map(|post| post.id.as_str().get(11..));
                Err(unknown(("post", "posts"), id, ids.chain(ends)))
            }
            many => {
                let ids: Vec<&str> = many.iter().map(|post| post.id.as_str()).collect();
                Err(Error::user(format!("{} posts end in `{id}`", many.len()))
                    .hint(format!("say one of {}", ids.join(", "))))
            }
        }
    }

    /// Returns a path as a person reads it: relative to where they stand, if that is not far.
    pub fn show(&self, path: &Path) -> String {
        let shown = relative(&self.current, path).unwrap_or_else(|| path.to_path_buf());
        let shown = if shown.as_os_str().is_empty() { PathBuf::from(".") } else { shown };
        visible(&shown.to_string_lossy(), Breaks::Show).into_owned()
    }

    /// Returns the sources of a reading's findings, with their paths as people and programs want them.
    pub fn sources<'a>(&self, reading: &'a Reading, findings: &[Finding]) -> Sources<'a> {
        let mut sources = Sources::new(&reading.files, findings);
        sources.for_people = as_prefix(&self.show(reading.repo.root()));
        sources.for_programs = as_prefix(reading.repo.prefix());
        sources
    }
}

fn unknown<'a>((what, folder): (&str, &str), id: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let error = Error::user(format!("there is no {what} `{}`", visible(id, Breaks::Show)));
    match nearest(id, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("`ls {folder}` in the calendar shows those there are")),
    }
}

/// Reads a moment of the command line.
pub fn moment(option: &str, text: &str, zone: &Zone) -> Result<DateTime<Utc>, Error> {
    parse_moment(text, zone)
        .map_err(|fault| Error::usage(format!("{option} {}: {fault}", visible(text, Breaks::Show))))
}

/// Returns what stands before the paths of a folder's files.
fn as_prefix(folder: &str) -> String {
    match folder.trim_end_matches('/') {
        "" | "." => String::new(),
        folder => format!("{folder}/"),
    }
}

/// Returns the way from one absolute folder to a path, with at most two steps up.
fn relative(from: &Path, to: &Path) -> Option<PathBuf> {
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().filter(|part| *part != Component::CurDir).collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.len() - common;
    (up <= 2 && common > 0).then(|| {
        let rest = to.iter().skip(common).map(|part| part.as_os_str());
        std::iter::repeat_n("..".as_ref(), up).chain(rest).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_from_where_one_stands() {
        let way = |from: &str, to: &str| {
            relative(Path::new(from), Path::new(to)).map(|p| p.to_string_lossy().into_owned())
        };
        assert_eq!(way("/a/b", "/a/b/c/d.toml").as_deref(), Some("c/d.toml"));
        assert_eq!(way("/a/b/posts", "/a/b/kalends.toml").as_deref(), Some("../kalends.toml"));
        assert_eq!(way("/a/b", "/a/b").as_deref(), Some(""));
        assert_eq!(way("/a/b/c/d/e", "/a/x"), None);
    }

    #[test]
    fn a_prefix_ends_in_a_slash_or_is_nothing() {
        assert_eq!(
            [as_prefix("."), as_prefix(""), as_prefix("social"), as_prefix("social/")],
            ["", "", "social/", "social/"]
        );
    }
}
