//! `kalends publish`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::calendar::Calendar;
use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::cli::{ClockArgs, IdentityArgs};
use crate::draft::{AccountId, Draft, Slot};
use crate::error::{Error, Outcome};
use crate::plan::{Plan, Standing};
use crate::platform::feed;
use crate::publish::{self, Outcome as Ended, Settled, Watch};
use crate::rim::branch::Forgetful;
use crate::text::Platform;
use crate::ui::{self, Ui, plural};

/// Settles doubts, then publishes what is due, exactly once.
///
/// Reads the calendar from the last commit (HEAD), never from files that are not committed. Before anything is sent,
/// it is written down in the ledger; so it may be killed at any moment and run again, by hand or by cron, on one
/// machine or on many, and nothing goes out twice.
///
/// With --now it rehearses: as if it were that time, and to this calendar's own feeds only, never to a network.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    /// Go the whole way over a network that only reads and a ledger that forgets
    #[arg(long)]
    dry_run: bool,
}

/// Publishes.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let mut runner = Runner::open(here, &args.clock)?.with_identity(&args.identity, ui);
    if !args.dry_run {
        runner = runner.alone("kalends publish", ui)?;
    }
    say_what_is_not_committed(&runner, ui)?;
    let broken = say_what_cannot_be_read(&runner, ui);
    let drafts = runner.in_time();
    let book = runner.book(&drafts)?;
    let faults = runner.faults();
    let unapproved = runner.unapproved();
    let intent = runner.intent(&book, (&faults, &unapproved), args.dry_run);
    let forgetful = Forgetful::over(&runner.branch);
    let world = if args.dry_run { runner.world(&forgetful) } else { runner.world(&runner.branch) };
    let (summary, failed) = {
        let voice = Voice { ui: Mutex::new((&mut *ui, None)), calendar: runner.calendar() };
        let summary = publish::publish(&world, &intent, &voice)?;
        (summary, voice.failed())
    };
    if !args.dry_run {
        runner.mark_run();
    }
    if let Some(error) = failed {
        return Err(error);
    }
    conclude(&summary, ui)?;
    say_where_to_look(&runner, &summary, here, ui);
    let worst = summary.settled.iter().map(|settled| weight(&settled.outcome)).max().unwrap_or(Outcome::Done);
    if summary.plan.standing(Standing::Broken).next().is_some() {
        return Ok(worst.max(Outcome::Doubt));
    }
    let held: BTreeSet<&Slot> = summary.plan.standing(Standing::Held).map(|row| &row.slot).collect();
    let is_faulty = |draft: &Draft| {
        held.contains(&draft.slot) && (faults(draft).is_some() || unapproved(draft).is_some())
    };
    let mendable = broken || !held.is_empty() && runner.drafts_from(runner.now()).iter().any(is_faulty);
    Ok(worst.max(if mendable { Outcome::Findings } else { Outcome::Done }))
}

/// Returns what one slot's ending means for the exit code.
fn weight(ended: &Ended) -> Outcome {
    match ended {
        Ended::Published { .. } | Ended::WouldPublish | Ended::Yielded => Outcome::Done,
        Ended::Refused(_) | Ended::Unsent(_) | Ended::Missed(_) => Outcome::Unsent,
        Ended::Doubt(_) | Ended::Person(_) => Outcome::Doubt,
    }
}

fn say_what_is_not_committed(runner: &Runner, ui: &mut Ui) -> Result<(), Error> {
    let dirty = runner.reading.repo.dirty()?;
    let Some(first) = dirty.first() else { return Ok(()) };
    let others = if dirty.len() > 1 { format!(" and {} more", dirty.len() - 1) } else { String::new() };
    ui.warning(format!(
        "{}{others} differ from the last commit, which is what is published",
        ui::foreign(first)
    ));
    ui.hint("commit what should go out: git add . && git commit");
    Ok(())
}

/// Names the files that could not be read, of which nothing can go out.
fn say_what_cannot_be_read(runner: &Runner, ui: &mut Ui) -> bool {
    let unread = runner.unread_posts();
    for (file, why) in &unread {
        ui.warning(format!("{}: {}; nothing of it is published", ui::foreign(file), ui::foreign(why)));
    }
    if !unread.is_empty() {
        ui.hint("kalends check shows what is wrong, with its place");
    }
    !unread.is_empty()
}

fn conclude(summary: &publish::Summary, ui: &mut Ui) -> Result<(), Error> {
    if let Some(halt) = &summary.halt {
        ui.warning(format!("{} stopped publishing: {}", ui::foreign(&halt.by), ui::foreign(&halt.why)));
        ui.hint("go on with: kalends resume");
    }
    let totals = totals(summary);
    if ui.json() {
        let totals: BTreeMap<&str, usize> = totals.iter().map(|&(key, _, many)| (key, many)).collect();
        return ui.event("summary", &totals);
    }
    let said: Vec<String> = totals
        .iter()
        .filter(|(_, _, many)| *many > 0)
        .map(|(_, words, many)| format!("{many} {words}"))
        .collect();
    ui.status(if said.is_empty() { "nothing is due".to_owned() } else { said.join(", ") });
    for row in summary.plan.rows.iter().filter(|row| {
        matches!(row.standing, Standing::Held | Standing::Stopped | Standing::Refused | Standing::Broken)
    }) {
        ui.status(format!("{}: {} ({})", row.slot, ui::foreign(&row.reason), row.standing.word()));
        if let Some(next) = &row.next {
            ui.hint(ui::foreign(next));
        }
    }
    if summary.settled.iter().any(|settled| matches!(settled.outcome, Ended::Person(_))) {
        ui.hint("a person must decide: kalends status");
    }
    Ok(())
}

/// Returns how many slots ended or stand in each way: the key in JSON, the words for people, the number.
fn totals(summary: &publish::Summary) -> Vec<(&'static str, &'static str, usize)> {
    let ended =
        |test: fn(&Ended) -> bool| summary.settled.iter().filter(|settled| test(&settled.outcome)).count();
    let rows = |standing| summary.plan.standing(standing).count();
    let left = rows(Standing::Full) + rows(Standing::Later) + rows(Standing::Behind);
    vec![
        ("published", "published", ended(|e| matches!(e, Ended::Published { .. }))),
        ("would_publish", "would be published", ended(|e| matches!(e, Ended::WouldPublish))),
        ("refused", "refused", ended(|e| matches!(e, Ended::Refused(_)))),
        ("unsent", "not sent", ended(|e| matches!(e, Ended::Unsent(_)))),
        ("missed", "missed", ended(|e| matches!(e, Ended::Missed(_)))),
        ("doubts", "in doubt", ended(|e| matches!(e, Ended::Doubt(_) | Ended::Person(_)))),
        ("held", "held", rows(Standing::Held)),
        ("stopped", "stopped", rows(Standing::Stopped)),
        ("left", "left for the next run", left),
        ("refused_before", "refused before", rows(Standing::Refused)),
        ("broken", "unreadable in the ledger", rows(Standing::Broken)),
        ("by_hand", "for people to post by hand", rows(Standing::ByHand)),
    ]
}

/// Names the pages of the feeds that this run wrote to.
fn say_where_to_look(runner: &Runner, summary: &publish::Summary, here: &Here, ui: &mut Ui) {
    let published =
        summary.settled.iter().filter(|settled| matches!(settled.outcome, Ended::Published { .. }));
    let accounts: BTreeSet<&AccountId> = published.map(|settled| &settled.slot.account).collect();
    for account in accounts.into_iter().filter_map(|id| runner.calendar().account(id)) {
        if account.platform.as_ref().is_some_and(|platform| platform.value == Platform::Feed) {
            let page = runner.reading.repo.root().join(feed::folder(account)).join("index.html");
            ui.hint(format!("read it in a browser: {}", here.show(&page)));
        }
    }
}

/// Tells each ending as it happens, from whichever lane.
struct Voice<'a> {
    ui: Mutex<(&'a mut Ui, Option<Error>)>,
    calendar: &'a Calendar,
}

impl<'a> Voice<'a> {
    fn lock(&self) -> MutexGuard<'_, (&'a mut Ui, Option<Error>)> {
        self.ui.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns why stdout could not be written, if it could not: what is sent is recorded all the same.
    fn failed(self) -> Option<Error> {
        self.ui.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// An ending as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    slot: String,
    due: String,
    outcome: &'a str,
    url: Option<&'a str>,
    reason: Option<&'a str>,
}

impl Watch for Voice<'_> {
    fn planned(&self, plan: &Plan) {
        let due = plan.standing(Standing::Due).count();
        let mut guard = self.lock();
        if due > 1 && !guard.0.json() {
            guard.0.status(format!("{} due", plural(due, "post")));
        }
    }

    fn settled(&self, settled: &Settled) {
        let (word, style) = word(&settled.outcome);
        let (url, reason) = match &settled.outcome {
            Ended::Published { url, .. } => (url.as_deref(), None),
            Ended::WouldPublish | Ended::Yielded => (None, None),
            Ended::Refused(why)
            | Ended::Unsent(why)
            | Ended::Doubt(why)
            | Ended::Person(why)
            | Ended::Missed(why) => (None, Some(why.as_str())),
        };
        let mut guard = self.lock();
        let (ui, failed) = &mut *guard;
        if failed.is_some() {
            return;
        }
        let written = if ui.json() {
            let slot = settled.slot.to_string();
            let due = settled.due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            ui.event("settled", &Line { slot, due, outcome: word, url, reason })
        } else {
            let local = self.calendar.zone().local(settled.due);
            let mut line = format!(
                "{}  {}  {}",
                ui::paint(style, format!("{word:<9}")),
                local.format("%Y-%m-%d %H:%M"),
                settled.slot
            );
            if let Some(reason) = reason {
                line.push_str(&format!("\n           {}", ui::foreign(reason)));
            }
            ui.data(line)
        };
        *failed = written.err();
    }

    fn warned(&self, warning: &str) {
        self.lock().0.warning(ui::foreign(warning));
    }
}

fn word(ended: &Ended) -> (&'static str, anstyle::Style) {
    match ended {
        Ended::Published { found: false, .. } => ("published", ui::GOOD),
        Ended::Published { found: true, .. } => ("found", ui::GOOD),
        Ended::WouldPublish => ("would go", ui::GOOD),
        Ended::Refused(_) => ("refused", ui::ERROR),
        Ended::Unsent(_) => ("not sent", ui::ERROR),
        Ended::Missed(_) => ("missed", ui::ERROR),
        Ended::Doubt(_) | Ended::Person(_) => ("doubt", ui::WARNING),
        Ended::Yielded => ("taken", ui::QUIET),
    }
}
