//! `kalends init`

mod template;

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Timelike, Utc};
use clap::ValueHint;
use serde::Serialize;

use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::environment;
use crate::rim::repo::{self, ROOT, RepoError};
use crate::time::{Fold, Zone};
use crate::ui::{Ui, plural};

pub use template::quoted;

/// Makes a small calendar that works.
///
/// Writes a few commented files: the organisation, one account (a feed: it needs no network and no password), and a first post that is
/// due right now, so that the next `kalends publish` publishes it. Makes a git repository and its first commit where there is
/// none. Writes over nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends init museum && cd museum && kalends publish
  kalends init --name 'Harbour Museum' --zone Europe/Lisbon")]
pub struct Args {
    /// The folder to make it in; the current one if left out
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    folder: Option<PathBuf>,
    /// The organisation's name; the folder's if left out
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The zone of the calendar's wall clocks; this machine's if left out
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document {
    folder: String,
    files: Vec<String>,
    committed: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let folder = match &args.folder {
        Some(named) => here.folder().join(named),
        None => here.folder().to_owned(),
    };
    refuse_a_second_one(&folder, here)?;
    let zone = zone(args)?;
    let now = here.now(&args.clock, &zone)?;
    let files = template::files(&name(args, &folder), &zone, wall(&zone, now));
    let there: Vec<String> = files
        .iter()
        .map(|(path, _)| folder.join(path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| here.show(&path))
        .collect();
    if let Some(first) = there.first() {
        return Err(Error::user(format!("{first} is there already, and init writes over nothing"))
            .hint("choose an empty folder, or move it away"));
    }
    for (path, text) in &files {
        here.write_new(&folder.join(path), text.as_bytes())?;
    }
    let committed = commit(&folder, &files)?;
    if ui.json() {
        let files = files.into_iter().map(|(path, _)| path).collect();
        ui.document("init", &Document { folder: here.show(&folder), files, committed })?;
        return Ok(Outcome::Done);
    }
    for (path, _) in &files {
        ui.data(here.show(&folder.join(path)))?;
    }
    ui.status(format!("a calendar in {}: {}", here.show(&folder), plural(files.len(), "file")));
    if !committed {
        ui.hint("the repository has commits already: commit the files yourself (git add, git commit), then");
    }
    let go = if folder == here.folder() { String::new() } else { format!("cd {} && ", here.show(&folder)) };
    ui.hint(format!("publish the first post: {go}kalends publish"));
    Ok(Outcome::Done)
}

/// Refuses where there is a calendar already, or where there can be none.
fn refuse_a_second_one(folder: &Path, here: &Here) -> Result<(), Error> {
    let Some(standing) = folder.ancestors().find(|ancestor| ancestor.is_dir()) else { return Ok(()) };
    match repo::find(standing) {
        Ok(found) if standing.canonicalize().is_ok_and(|standing| standing.starts_with(found.root())) => {
            let place = here.show(&found.root().join(ROOT));
            Err(Error::user(format!("there is a calendar already: {place}"))
                .hint("kalends check looks at it; kalends new adds to it"))
        }
        Ok(_) | Err(RepoError::NoCalendar { .. }) => Ok(()),
        Err(fault) => Err(fault.into()),
    }
}

/// Makes the first commit, unless there are commits already.
fn commit(folder: &Path, files: &[(String, String)]) -> Result<bool, Error> {
    match repo::find(folder)?.head_commit() {
        Ok(_) => Ok(false),
        Err(RepoError::NoRepository { .. } | RepoError::Unborn { .. }) => {
            let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
            repo::commit_files(folder, "Start the calendar", &paths)?;
            Ok(true)
        }
        Err(fault) => Err(fault.into()),
    }
}

fn name(args: &Args, folder: &Path) -> String {
    let of_folder = || folder.file_name().map(|name| name.to_string_lossy().into_owned());
    args.name
        .clone()
        .or_else(of_folder)
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "Our calendar".to_owned())
}

fn zone(args: &Args) -> Result<Zone, Error> {
    if let Some(name) = &args.zone {
        return Zone::named(name).map_err(|fault| {
            let error = Error::usage(format!("there is no zone `{name}`"));
            match fault.near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("a zone is a name such as Europe/Lisbon or America/New_York"),
            }
        });
    }
    let of_machine = environment::zone().and_then(|name| Zone::named(&name).ok());
    Ok(of_machine.unwrap_or_else(Zone::utc))
}

/// Returns the wall clock of a moment to the minute, and which of two if it comes twice.
fn wall(zone: &Zone, now: DateTime<Utc>) -> (NaiveDateTime, Option<Fold>) {
    let now = now.with_second(0).and_then(|now| now.with_nanosecond(0)).unwrap_or(now);
    let wall = zone.local(now);
    let means_now = |fold: Option<Fold>| zone.resolve(wall, fold).is_ok_and(|moment| moment == now);
    let fold = [None, Some(Fold::Earlier), Some(Fold::Later)].into_iter().find(|fold| means_now(*fold));
    (wall, fold.flatten())
}
