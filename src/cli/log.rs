//! `kalends log`

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::cli::complete;
use crate::cli::here::{Here, Reading};
use crate::cli::look;
use crate::draft::Slot;
use crate::error::{Error, Outcome};
use crate::ledger::format::{read_entry, slot_folder, slot_of_path};
use crate::ledger::{Decision, Entry, Fact};
use crate::rim::branch::{Branch, LastSeen, LogCommit};
use crate::rim::repo::Rev;
use crate::ui::{self, Ui, plural};
use crate::world::{Log, Tip};

/// Shows what happened, newest first.
///
/// Tells what the ledger recorded: what was claimed, sent, received, refused, missed, measured, and decided by people.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends log
  kalends log -n 100 --account mastodon
  kalends log --post 2027-01-18-open-day --json")]
pub struct Args {
    /// Show so many entries
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    number: usize,
    /// Show only what happened to this post
    #[arg(long, value_name = "ID", add = complete::posts())]
    post: Option<String>,
    /// Show only what happened on this account
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Option<String>,
}

#[derive(Serialize)]
struct Document {
    entries: Vec<Line>,
}

/// One entry, as it is shown.
#[derive(Serialize)]
struct Line {
    at: String,
    what: String,
    slot: Option<String>,
    attempt: Option<u32>,
    by: Option<String>,
    detail: Option<String>,
    commit: String,
    #[serde(skip)]
    moment: DateTime<Utc>,
}

/// What the path of a file of readings begins with.
const READINGS: &str = "readings/";

/// How many commits are read at a time.
const COMMITS: usize = 256;

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let lines = match look::ledger(&reading)? {
        Some(branch) => lines(args, ui, &branch)?,
        None => Vec::new(),
    };
    if ui.json() {
        ui.document("log", &Document { entries: lines })?;
        return Ok(Outcome::Done);
    }
    ui.page();
    for line in &lines {
        ui.data(show(line, &reading))?;
    }
    match lines.len() {
        0 => ui.status("nothing happened yet"),
        count => ui.status(format!("{} (-n shows more)", plural(count, "line"))),
    }
    Ok(Outcome::Done)
}

fn show(line: &Line, reading: &Reading) -> String {
    let zone = reading.calendar.zone();
    let when = zone.local(line.moment).format("%Y-%m-%d %H:%M:%S");
    let style = match line.what.as_str() {
        "receipt" => ui::GOOD,
        "refusal" | "missed" => ui::ERROR,
        "doubt" | "stop" => ui::WARNING,
        _ => anstyle::Style::new(),
    };
    let mut text = format!("{when}  {}", ui::paint(style, format!("{:<10}", line.what)));
    if let Some(slot) = &line.slot {
        text.push_str(&format!("  {slot}"));
    }
    if let Some(detail) = &line.detail {
        text.push_str(&format!("  {}", ui::paint(ui::QUIET, ui::foreign(detail))));
    }
    text
}

/// Reads the newest entries that are asked for.
fn lines(args: &Args, ui: &mut Ui, branch: &Branch) -> Result<Vec<Line>, Error> {
    let log = LastSeen::of(branch);
    let tip = log.tip()?;
    look::warn_if_away(ui, &log);
    if tip.head.is_none() {
        return Ok(Vec::new());
    }
    let mut reach = COMMITS;
    loop {
        let commits = branch.history(&tip, reach)?;
        let lines = of_commits(args, branch, &tip, &commits)?;
        if lines.len() >= args.number || commits.len() < reach {
            return Ok(lines.into_iter().take(args.number).collect());
        }
        reach = reach.saturating_mul(4);
    }
}

fn of_commits(args: &Args, branch: &Branch, tip: &Tip, commits: &[LogCommit]) -> Result<Vec<Line>, Error> {
    let asked = |slot: &Slot| {
        args.post.as_ref().is_none_or(|post| post == slot.post.as_str())
            && args.account.as_ref().is_none_or(|account| account == slot.account.as_str())
    };
    let mut wanted: Vec<(usize, Slot, String)> = Vec::new();
    for (index, commit) in commits.iter().enumerate() {
        let of_slots = commit.added.iter().filter_map(|path| slot_of_path(path));
        wanted.extend(
            of_slots.filter(|(slot, _)| asked(slot)).map(|(slot, name)| (index, slot, name.to_owned())),
        );
    }
    let mut folders: Vec<String> = wanted.iter().map(|(_, slot, _)| slot_folder(slot)).collect();
    folders.sort_unstable();
    folders.dedup();
    let texts: BTreeMap<String, Result<String, String>> =
        branch.read(tip, &folders)?.into_iter().map(|found| (found.path, found.text)).collect();
    let mut lines: Vec<(usize, Line)> = Vec::new();
    for (index, slot, name) in wanted {
        let Some(commit) = commits.get(index) else { continue };
        let text = texts.get(&format!("{}/{name}", slot_folder(&slot)));
        lines.push((index, line(commit, &slot, &name, text)));
    }
    if args.post.is_none() {
        let of_account = |path: &str| {
            let name = path.starts_with(READINGS).then(|| path.rsplit('/').next())??.split('.').next()?;
            Some(args.account.as_ref().is_none_or(|account| account == name))
        };
        let measured = commits
            .iter()
            .enumerate()
            .filter(|(_, commit)| commit.added.iter().any(|path| of_account(path) == Some(true)));
        lines.extend(measured.map(|(index, commit)| (index, of_readings(commit))));
    }
    if args.post.is_none() && args.account.is_none() {
        let others = commits
            .iter()
            .enumerate()
            .filter(|(_, commit)| commit.added.iter().any(|path| path.starts_with("stops/")));
        lines.extend(others.map(|(index, commit)| (index, of_switch(commit))));
    }
    // Newest first; the entries of one commit by their own moments.
    lines.sort_by(|(a, left), (b, right)| a.cmp(b).then(right.moment.cmp(&left.moment)));
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

fn line(commit: &LogCommit, slot: &Slot, name: &str, text: Option<&Result<String, String>>) -> Line {
    let what = name.trim_end_matches(".toml").rsplit('.').next().unwrap_or(name).to_owned();
    let read = match text {
        Some(Ok(text)) => read_entry(slot.clone(), name, text),
        Some(Err(why)) => Err(why.clone()),
        None => Err("it is not there any more".to_owned()),
    };
    let mut line = Line {
        at: ui::moment(commit.at),
        what,
        slot: Some(slot.to_string()),
        attempt: None,
        by: None,
        detail: None,
        commit: commit.id.clone(),
        moment: commit.at,
    };
    match read {
        Ok(entry) => {
            line.moment = entry.hand.at;
            line.at = ui::moment(entry.hand.at);
            line.attempt = Some(entry.attempt);
            line.detail = detail(&entry);
            line.by = Some(entry.hand.by);
        }
        Err(why) => line.detail = Some(format!("cannot be read: {why}")),
    }
    line
}

/// Returns what is worth saying of an entry beside its kind.
fn detail(entry: &Entry) -> Option<String> {
    match &entry.fact {
        Fact::Claim(_) | Fact::Sending(_) => Some(format!("by {}", entry.hand.by)),
        Fact::Receipt(receipt) => Some(receipt.url.clone().unwrap_or_else(|| receipt.id.clone())),
        Fact::Refusal(refusal) => Some(refusal.why.clone()),
        Fact::Release(release) => Some(release.why.clone()),
        Fact::Doubt(why)
        | Fact::Fence(why)
        | Fact::Missed(why)
        | Fact::Cancel(why)
        | Fact::Retraction(why) => Some(why.clone()),
        Fact::Decision(Decision::Delivered { url }) => {
            let place = url.as_ref().map_or_else(String::new, |url| format!(": {url}"));
            Some(format!("{} says it is public{place}", entry.hand.by))
        }
        Fact::Decision(Decision::Released) => Some(format!("{} says it is not public", entry.hand.by)),
        Fact::Uploads(uploads) => Some(plural(uploads.len(), "file")),
        Fact::Gone => None,
    }
}

fn of_switch(commit: &LogCommit) -> Line {
    let resumed = commit.added.iter().any(|path| path.ends_with(".resume.toml"));
    of_commit(commit, if resumed { "resume" } else { "stop" }, &commit.message)
}

/// Returns a line for a commit that added readings: `measured: mastodon, 12 posts and the account`.
fn of_readings(commit: &LogCommit) -> Line {
    let subject = commit.message.lines().next().unwrap_or_default();
    of_commit(commit, "measured", subject.strip_prefix("measured: ").unwrap_or(subject))
}

/// Returns a line for a commit as a whole.
fn of_commit(commit: &LogCommit, what: &str, detail: &str) -> Line {
    Line {
        at: ui::moment(commit.at),
        what: what.to_owned(),
        slot: None,
        attempt: None,
        by: None,
        detail: Some(detail.to_owned()),
        commit: commit.id.clone(),
        moment: commit.at,
    }
}
