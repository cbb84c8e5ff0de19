//! `kalends measure`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueHint;
use serde::Serialize;

use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::cli::{ClockArgs, IdentityArgs, complete};
use crate::draft::{AccountId, Slot};
use crate::error::{Error, Outcome};
use crate::measure::{self, Task, Watch};
use crate::platform::feed::log::Tally;
use crate::reading::{Figure, Subject};
use crate::rim::branch::Forgetful;
use crate::rim::log_file;
use crate::text::Platform;
use crate::ui::{self, Ui, plural};
use crate::world::{Log, World};

/// Reads what posts and accounts have earned.
///
/// For cron, once an hour: a post is read when it is an hour, a day, a week and a month old, an account's followers once a
/// day. What the networks say is written to the ledger as they say it, in files that nobody rewrites; what they do not say
/// is absent. It may be killed at any moment and run again. A reading that was due while nothing ran is made as soon as
/// possible, and bears the moment at which it was made.
///
/// A feed is counted from its web server's log: requests of its page, and subscribers of each day. No address of a reader
/// is kept. The same log again adds nothing.
///
/// Exits with 3 if an account could not be read, or not whole; the others are read all the same.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends measure
  kalends measure --account mastodon --dry-run
  kalends measure --log /var/log/nginx/access.log.1 --log /var/log/nginx/access.log
  zcat access.log.*.gz | kalends measure --log -")]
pub struct Args {
    /// Only these accounts
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Vec<String>,
    /// A web server's log in the combined format, also by gzip; `-` is stdin. Give all parts of a day together
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    log: Vec<PathBuf>,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    /// Read, and show what would be written; write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Measures.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let mut runner = Runner::open(here, &args.clock)?.with_identity(&args.identity, ui);
    let accounts =
        args.account.iter().map(|id| here.account(runner.calendar(), id).map(|one| one.id.clone()));
    let accounts: BTreeSet<AccountId> = accounts.collect::<Result<_, _>>()?;
    if !args.dry_run {
        runner = runner.alone("kalends measure", ui)?;
    }
    let slots = runner.branch.slots(&runner.branch.tip()?)?;
    let log = if args.log.is_empty() { None } else { Some(tally(args, ui, (&runner, &slots))?) };
    let task = Task {
        calendar: runner.calendar(),
        slots: &slots,
        accounts: &accounts,
        log: log.as_ref(),
        rehearsed: runner.is_rehearsed(),
        dry_run: args.dry_run,
    };
    let forgetful = Forgetful::over(&runner.branch);
    let log: &dyn Log = if args.dry_run { &forgetful } else { &runner.branch };
    let mut voice = Voice { ui, dry_run: args.dry_run, told: Document::default(), broken: None };
    go(&runner.world(log), &task, &mut voice)?;
    let (told, broken) = (voice.told, voice.broken);
    if !args.dry_run {
        runner.branch.tidy();
    }
    broken.map_or(Ok(()), Err)?;
    conclude(told, if args.log.is_empty() { "nothing is due" } else { "nothing is new" }, ui)
}

fn go(world: &World<'_>, task: &Task<'_>, voice: &mut Voice<'_>) -> Result<(), Error> {
    let went = measure::measure(world, task, voice);
    // What was written before the ledger failed stands, and is shown.
    Ok(went?)
}

fn conclude(told: Document, nothing: &str, ui: &mut Ui) -> Result<Outcome, Error> {
    let outcome = if told.failed.is_empty() { Outcome::Done } else { Outcome::Unsent };
    let rows = told.rows.len();
    if ui.json() {
        ui.document("measured", &told)?;
    } else if rows == 0 && told.failed.is_empty() {
        ui.status(nothing);
    }
    Ok(outcome)
}

/// Counts what the logs say of the feeds.
fn tally(args: &Args, ui: &mut Ui, (runner, slots): (&Runner, &BTreeSet<Slot>)) -> Result<Tally, Error> {
    let calendar = runner.calendar();
    let is_feed = |platform: Platform| platform == Platform::Feed;
    let feeds: Vec<_> = calendar
        .accounts
        .values()
        .filter(|account| account.platform.as_ref().is_some_and(|platform| is_feed(platform.value)))
        .collect();
    if feeds.is_empty() {
        return Err(Error::user("this calendar has no feed, of which a log could say anything")
            .hint("an account whose `platform` is \"feed\" is one: kalends new account"));
    }
    let mut tally = Tally::new(calendar.zone(), runner.now(), feeds, slots);
    for path in &args.log {
        log_file::lines(path, &mut |line| tally.read(line)).map_err(|fault| {
            Error::user(format!("the log {} cannot be read", path.display()))
                .hint("nothing of it was written; give a whole log in the combined format")
                .because(fault)
        })?;
    }
    say_what_is_odd(&tally, ui);
    if tally.lines > 0 && tally.lines == tally.malformed {
        return Err(Error::user("no line of the log is in the combined format")
            .hint("httpd: CustomLog … combined; nginx: access_log … combined"));
    }
    Ok(tally)
}

fn say_what_is_odd(tally: &Tally, ui: &mut Ui) {
    if tally.malformed > 0 {
        let first: Vec<String> = tally.malformed_first.iter().map(ToString::to_string).collect();
        ui.warning(format!(
            "{} of {} of the log are not in the combined format, and count for nothing: line {}{}",
            tally.malformed,
            plural(usize::try_from(tally.lines).unwrap_or(usize::MAX), "line"),
            first.join(", "),
            if tally.malformed > first.len() as u64 { ", …" } else { "" }
        ));
    }
    if tally.future > 0 {
        ui.warning(format!(
            "{} of the log are later than now, and count for nothing: compare the clocks",
            plural(usize::try_from(tally.future).unwrap_or(usize::MAX), "line")
        ));
    }
    for account in &tally.homeless {
        ui.warning(format!(
            "accounts/{account}.toml names no `server`, so its page is not known in a log: add it, with the page's path"
        ));
    }
    if let Some(from) = tally.begins_late() {
        ui.status(format!(
            "the log begins at {}: give what was before it too, if it was rotated then",
            from.format("%Y-%m-%d %H:%M UTC")
        ));
    }
}

/// What was measured, as a document.
#[derive(Default, Serialize)]
struct Document {
    rows: Vec<Row>,
    warnings: Vec<Warning>,
    not_read: Vec<NotRead>,
    failed: Vec<Failed>,
}

#[derive(Serialize)]
struct Row {
    read: String,
    subject: String,
    metric: &'static str,
    name: String,
    value: String,
    unit: String,
    from: Option<String>,
    until: Option<String>,
    definition: String,
}

#[derive(Serialize)]
struct Warning {
    subject: String,
    warning: String,
}

#[derive(Serialize)]
struct NotRead {
    account: String,
    why: String,
    instead: String,
}

#[derive(Serialize)]
struct Failed {
    account: String,
    why: String,
}

/// Tells each account as it is done.
struct Voice<'a> {
    ui: &'a mut Ui,
    dry_run: bool,
    told: Document,
    /// Why stdout could not be written, if it could not: what is read is written down all the same.
    broken: Option<Error>,
}

impl Voice<'_> {
    fn data(&mut self, text: String) {
        if self.broken.is_none() && !self.ui.json() {
            self.broken = self.ui.data(text).err();
        }
    }
}

impl Watch for Voice<'_> {
    fn wrote(&mut self, account: &AccountId, figures: &[Figure]) {
        let word = if self.dry_run { "would add" } else { "measured" };
        self.data(format!(
            "{}  {account}  {}, {}",
            ui::paint(ui::GOOD, format!("{word:<9}")),
            measure::summary(figures),
            plural(figures.len(), "number")
        ));
        if self.dry_run {
            for figure in figures {
                self.data(format!("           {}  {} {}", figure.subject, figure.metric, figure.value));
            }
        }
        self.told.rows.extend(figures.iter().map(|figure| Row {
            read: ui::moment(figure.read),
            subject: figure.subject.to_string(),
            metric: figure.metric.as_str(),
            name: figure.name.clone(),
            value: figure.value.to_string(),
            unit: figure.unit.clone(),
            from: figure.window.map(|(from, _)| ui::moment(from)),
            until: figure.window.map(|(_, until)| ui::moment(until)),
            definition: figure.definition.clone(),
        }));
    }

    fn warned(&mut self, subject: &Subject, warning: &str) {
        self.ui.warning(format!("{subject}: {}", ui::foreign(warning)));
        self.told.warnings.push(Warning { subject: subject.to_string(), warning: warning.to_owned() });
    }

    fn passed(&mut self, account: &AccountId, why: &str, instead: &str) {
        self.ui.status(format!("{account} is not read: {why} ({instead})"));
        let (account, why, instead) = (account.to_string(), why.to_owned(), instead.to_owned());
        self.told.not_read.push(NotRead { account, why, instead });
    }

    fn failed(&mut self, account: &AccountId, why: &str) {
        self.data(format!("{}  {account}  {}", ui::paint(ui::ERROR, "not read "), ui::foreign(why)));
        self.told.failed.push(Failed { account: account.to_string(), why: why.to_owned() });
    }
}
