//! Looking at the ledger without acting: what a plan needs, with or without a repository.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::here::Reading;
use crate::cli::runner::first_errors;
use crate::cli::unapproved::unapproved;
use crate::draft::{Draft, Media};
use crate::error::Error;
use crate::http::{Broken, Http, Request, Response};
use crate::keyring;
use crate::plan::Plan;
use crate::platform;
use crate::publish::{self, Intent};
use crate::rim::branch::{Branch, LastSeen, Place};
use crate::rim::lock::clone_name;
use crate::rim::repo::{RepoError, Rev};
use crate::time::Clock;
use crate::ui::{self, Ui};
use crate::world::{Actor, Appended, Change, Found, Lanes, Log, LogError, Tip, World};

/// A ledger that has nothing, where there is no repository to keep one in.
struct NoLedger;

impl Log for NoLedger {
    fn tip(&self) -> Result<Tip, LogError> {
        Ok(Tip::default())
    }

    fn read(&self, _: &Tip, _: &[String]) -> Result<Vec<Found>, LogError> {
        Ok(Vec::new())
    }

    fn below(&self, _: &Tip, _: &str, _: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        Ok(())
    }

    fn append(&self, _: &Tip, _: &Change) -> Result<Appended, LogError> {
        Err(LogError::Denied("there is no repository".to_owned()))
    }
}

/// A network that is not there: who looks sends nothing.
struct NoNetwork;

impl Http for NoNetwork {
    fn send(&self, _: &Request) -> Result<Response, Broken> {
        Err(Broken::BeforeSending("nothing is sent by looking".to_owned()))
    }
}

/// A clock that stands.
struct Standing(DateTime<Utc>);

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    fn wait(&self, _: TimeDelta) {}
}

/// Opens the ledger of a calendar; absent where there is no repository.
pub fn ledger(reading: &Reading) -> Result<Option<Branch>, Error> {
    if reading.repo.git_dir().is_ok() {
        reading.reliable()?;
    }
    let root = &reading.calendar.root;
    let place = Place { branch: root.branch.clone(), remote: root.remote.clone(), ..Place::default() };
    match reading.repo.git_dir() {
        Ok(git_dir) => Ok(Some(Branch::open(git_dir, &place)?)),
        Err(RepoError::NoRepository { .. }) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// Warns where a ledger's remote was away, and what is shown may be behind.
pub fn warn_if_away(ui: &mut Ui, log: &LastSeen<'_>) {
    if let Some(why) = log.away() {
        let why = ui::foreign(why);
        ui.warning(format!("the ledger's remote cannot be reached; this is what was last seen here ({why})"));
    }
}

/// Tells where everything stands that is due in a window.
pub fn survey(
    ui: &mut Ui,
    reading: &Reading,
    rev: &Rev,
    window: Range<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Plan, Error> {
    let calendar = &reading.calendar;
    let drafts = calendar.drafts(window);
    // The whole calendar is checked below, so the facts of all its pictures are needed.
    let media: Vec<&str> = calendar.media_files().into_iter().collect();
    let book = reading.repo.media_facts(&media, rev)?;
    let errors = first_errors(reading, &book);
    let faulty = |draft: &Draft| fault(reading, &errors, draft);
    let unapproved = unapproved(calendar, |_| Cow::Borrowed(&book));
    let branch = ledger(reading)?;
    let log = branch.as_ref().map(LastSeen::of);
    // A folder that no name can be written into looks as a stranger's.
    let clone = reading.repo.git_dir().ok().and_then(|git_dir| clone_name(git_dir).ok()).unwrap_or_default();
    let no_media = |_: &Media| Err("nothing is sent by looking".to_owned());
    let clock = Standing(now);
    let world = World {
        clock: &clock,
        http: &NoNetwork,
        log: log.as_ref().map_or(&NoLedger as &dyn Log, |log| log),
        keys: &keyring::Empty,
        platforms: platform::of,
        media: &no_media,
        actor: Actor { by: String::new(), nonce: String::new(), clone },
        lanes: Lanes::InTurn,
    };
    let intent = Intent {
        calendar,
        commit: String::new(),
        book: &book,
        faulty: &faulty,
        unapproved: &unapproved,
        rehearsed: false,
        dry_run: true,
    };
    let (plan, _) = publish::survey(&world, &intent, &drafts)?;
    if let Some(log) = &log {
        warn_if_away(ui, log);
    }
    Ok(plan)
}

/// Returns the first error of a draft's post, of its account, or of the calendar itself; and of any protocol or fact:
/// while one cannot be trusted, nobody knows what it would have said of the post.
pub(super) fn fault(reading: &Reading, errors: &BTreeMap<String, String>, draft: &Draft) -> Option<String> {
    let post = reading.calendar.post(&draft.slot.post).map(|post| post.file.as_str());
    let account = reading.calendar.account(&draft.slot.account).map(|account| account.file.as_str());
    let of_files =
        [post, account, Some("kalends.toml")].into_iter().flatten().find_map(|file| errors.get(file));
    let of_rules = || {
        let is_rule =
            |(file, _): &(&String, &String)| file.starts_with("protocols/") || file.starts_with("facts/");
        errors.iter().find(is_rule).map(|(file, why)| format!("{file}: {why}"))
    };
    of_files.cloned().or_else(of_rules)
}
