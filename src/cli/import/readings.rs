//! `kalends import readings`

mod bring;
mod open;
mod tell;

use std::ops::Range;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::builder::PossibleValuesParser;
use clap::{ValueEnum, ValueHint};
use serde::Serialize;

use crate::calendar::{Account, Decimal, Goal};
use crate::cli::evidence;
use crate::cli::here::{self, Here, Reading};
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::finding::{Finding, Severity};
use crate::intake::{self, Asked, Posts, builtin};
use crate::reading::{Subject, Work};
use crate::rim::repo::Rev;
use crate::time::Zone;
use crate::ui::{Ui, foreign};

use bring::Files;
use open::Opened;

/// Brings numbers from elsewhere: a platform's export, a web statistic, an inbox, or a person's count.
///
/// Reads CSV files and Excel workbooks by a mapping, which says what their columns are. Those of well-known programs are
/// built in and found by a file's columns; --show-mapping NAME shows one, and mappings/ID.toml in the calendar is your own.
///
/// The same number is written once, however often its file is imported: what stands already is left out, and what changed
/// is a new row beside the old one. An empty cell is a number that is not known, and never a zero. What can be read in two
/// ways, such as 1.234, is refused until --decimal or the mapping says which. Nothing is written while a row has an error.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends import readings november.csv --account instagram
  kalends import readings 'Table data.csv' --account youtube --dry-run
  kalends import readings utm_campaigns.csv --from 2027-01-01 --until 2027-01-31
  kalends import readings report.csv --account mastodon --mapping our-scheduler
  kalends import readings --goal visits --value 412 --on 2027-01-30
  kalends import readings --show-mapping linkedin")]
pub struct Args {
    /// The exports
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present_any = ["value", "show_mapping"])]
    files: Vec<PathBuf>,
    /// The account whose numbers these are
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Option<String>,
    /// The mapping: the name of one in mappings/ or of one that is built in, or the path of a file
    #[arg(long, value_name = "NAME", add = complete::mappings())]
    mapping: Option<String>,
    /// The first day that the files are of, where they do not say it
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<NaiveDate>,
    /// The last day that the files are of
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<NaiveDate>,
    /// When the files were exported; now, if left out
    #[arg(long, value_name = "T")]
    as_of: Option<String>,
    /// The zone of the files' days and wall clocks; the mapping's or the calendar's, if left out
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// What stands before a number's fractions
    #[arg(long, value_name = "MARK", value_parser = PossibleValuesParser::new(Decimal::WORDS))]
    decimal: Option<String>,
    /// The currency of money, such as EUR
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Where the numbers are written
    #[arg(long, value_name = "WHERE", value_enum, default_value_t)]
    to: To,
    /// The goal whose number is told with --value, or stands in the files
    #[arg(long, value_name = "ID", add = complete::goals())]
    goal: Option<String>,
    /// The goal's number
    #[arg(
        long,
        value_name = "N",
        requires = "goal",
        conflicts_with = "files",
        allow_negative_numbers = true
    )]
    value: Option<String>,
    /// The day at whose end the goal's number stood so; today, if left out
    #[arg(long, value_name = "DATE", requires = "value")]
    on: Option<NaiveDate>,
    /// Show a mapping that is built in, to copy and change
    #[arg(long, value_name = "NAME", conflicts_with = "files", value_parser = PossibleValuesParser::new(builtin::names()))]
    show_mapping: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    clock: ClockArgs,
}

/// Where numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum To {
    /// The ledger's branch, as all that kalends reads itself
    #[default]
    Ledger,
    /// The calendar's folder readings/, as files that people commit
    Calendar,
}

/// A mapping that is built in, as a program reads it.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    text: &'a str,
}

/// What the user asks for, understood.
struct Wish<'a> {
    account: Option<&'a Account>,
    goal: Option<&'a Goal>,
    now: DateTime<Utc>,
    as_of: DateTime<Utc>,
    days: Option<Range<NaiveDate>>,
    zone: Option<Zone>,
    decimal: Option<Decimal>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    if let Some(name) = &args.show_mapping {
        let text = builtin::text(name).unwrap_or_default();
        match ui.json() {
            true => ui.document("mapping", &Shown { name, text })?,
            false => ui.data(text.trim_end())?,
        }
        return Ok(Outcome::Done);
    }
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let wish = wish(args, &reading, here)?;
    let stand = evidence::stand(&reading, &Rev::WorkTree, ui)?;
    let (opened, settled, works) = match &args.value {
        Some(value) => (
            Vec::new(),
            intake::settle(vec![counted(args, &wish, &reading, value)?], &stand.readings),
            Vec::new(),
        ),
        None => {
            let posts = posts(&stand);
            let (mut opened, mut sources) = open::all(args, &wish, &reading, &posts, ui)?;
            let facts = opened.iter_mut().flat_map(|one| std::mem::take(&mut one.taken.facts)).collect();
            let mut works: Vec<Work> =
                opened.iter_mut().flat_map(|one| std::mem::take(&mut one.taken.works)).collect();
            works.sort_by(|a, b| (a.published, &a.subject).cmp(&(b.published, &b.subject)));
            works.dedup_by(|b, a| a.subject == b.subject);
            let settled = intake::settle(facts, &stand.readings);
            let findings: Vec<Finding> = opened
                .iter()
                .flat_map(|one| one.taken.findings.clone())
                .chain(settled.findings.clone())
                .collect();
            let is_wrong = findings.iter().any(|finding| finding.severity() == Severity::Error);
            if is_wrong || !ui.json() {
                sources.show(ui, &findings)?;
            }
            if is_wrong {
                ui.hint("nothing was written");
                return Ok(Outcome::Findings);
            }
            (opened, settled, works)
        }
    };
    let files = Files::of(wish.now, &settled, &works);
    let paths = match (args.dry_run || files.is_empty(), args.to) {
        (true, _) => Vec::new(),
        (false, To::Ledger) => files.into_ledger(here, args, ui)?,
        (false, To::Calendar) => files.into_calendar(here, &reading)?,
    };
    tell::tell(ui, args, &opened, &settled, (&works, &paths))?;
    Ok(Outcome::Done)
}

fn wish<'a>(args: &Args, reading: &'a Reading, here: &Here) -> Result<Wish<'a>, Error> {
    let calendar = &reading.calendar;
    let now = here.now(&args.clock, calendar.zone())?;
    let as_of = match &args.as_of {
        None => now,
        Some(text) => here::moment("--as-of", text, calendar.zone())?,
    };
    if as_of > now {
        return Err(Error::usage("--as-of is after now, and nothing was exported then")
            .hint("say when it was exported"));
    }
    let days = match (args.from, args.until) {
        (Some(from), Some(until)) if from <= until => until.succ_opt().map(|end| from..end),
        (Some(from), Some(until)) => {
            return Err(Error::usage(format!("the last day, {until}, is before the first, {from}")));
        }
        _ => None,
    };
    let zone = args.zone.as_deref().map(|name| {
        Zone::named(name).map_err(|_| {
            Error::usage(format!("--zone {}: there is no such time zone", foreign(name)))
                .hint("say such as Europe/Lisbon or America/Los_Angeles")
        })
    });
    if let Some(currency) = args.currency.as_deref().filter(|code| !is_currency(code)) {
        return Err(Error::usage(format!("--currency {}: it is no currency", foreign(currency)))
            .hint("say its three letters, such as EUR"));
    }
    Ok(Wish {
        account: args.account.as_deref().map(|id| here.account(calendar, id)).transpose()?,
        goal: args.goal.as_deref().map(|id| here.goal(calendar, id)).transpose()?,
        now,
        as_of,
        days,
        zone: zone.transpose()?,
        decimal: args.decimal.as_deref().and_then(Decimal::of),
    })
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

impl<'a> Wish<'a> {
    fn asked(&'a self, args: &'a Args, reading: &'a Reading) -> Asked<'a> {
        Asked {
            calendar: &reading.calendar,
            account: self.account,
            goal: self.goal.map(|goal| &goal.id),
            as_of: self.as_of,
            days: self.days.clone(),
            zone: reading.calendar.zone(),
            said_zone: self.zone.as_ref(),
            decimal: self.decimal,
            currency: args.currency.as_deref(),
        }
    }
}

/// Returns the number that a person counted, as a fact.
fn counted(args: &Args, wish: &Wish<'_>, reading: &Reading, value: &str) -> Result<intake::Fact, Error> {
    let Some(goal) = wish.goal else { return Err(Error::usage("--value needs --goal")) };
    let value = intake::amount(value, wish.decimal)
        .map_err(|why| Error::usage(format!("--value {}: {why}", foreign(value))))?;
    let zone = wish.zone.as_ref().unwrap_or(reading.calendar.zone());
    let today = zone.local(wish.now).date();
    let on = args.on.unwrap_or(today);
    if on > today {
        return Err(Error::usage(format!("--on {on} is after today, and nobody counted it yet")));
    }
    let end = on.succ_opt().and_then(|end| zone.moments(&(on..end))).map(|day| day.end);
    Ok(intake::counted(&goal.id, &goal.metric, value, end.unwrap_or(wish.now).min(wish.now)))
}

/// Returns the posts that are known: the ledger's by all that an export may call them by, and those of files.
fn posts(stand: &evidence::Stand) -> Posts {
    use crate::ledger::State;
    let mut posts = Posts::default();
    for (slot, record) in stand.ledger.slots() {
        if let State::Published { id, url, .. } = &record.state {
            let names = url.iter().flat_map(|url| intake::names_of(url)).chain(id.clone());
            for name in names {
                posts.slots.entry((slot.account.clone(), name)).or_insert_with(|| slot.clone());
            }
        }
    }
    posts.others = stand.works().map(|work| Subject::clone(&work.subject)).collect();
    posts
}
