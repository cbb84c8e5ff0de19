//! `kalends followers`

mod show;

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::calendar::{Account, Goal};
use crate::cli::here::Here;
use crate::cli::plan::{asked_days, parse_month};
use crate::cli::{ClockArgs, complete, evidence};
use crate::error::{Error, Outcome};
use crate::evidence::Evidence;
use crate::following::{
    Beside, Forecast, Jump, Month, Point, around, forecast, jumps, months, rounding, series,
};
use crate::number::Amount;
use crate::rim::repo::Rev;
use crate::ui::Ui;

/// Shows how many follow each account, and where that is going.
///
/// A month begins with the last number before it, no older than a week. A day is a jump where its growth is further from
/// the usual than 3.5 robust standard deviations (by the median of distances) and than 10 followers; what happened on it or
/// on the day before is shown beside it, which does not say that it was the reason. A forecast needs eight weeks: it is a
/// damped trend whose interval holds nine times in ten, if the future errs as the past did. Where a platform rounds its
/// counts, no jump is read out of rounding.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends followers
  kalends followers --account mastodon --month 2026-10
  kalends followers --from 2026-07-01 --until 2026-09-30 --json")]
pub struct Args {
    /// Show only this account
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Option<String>,
    /// Show only this month
    #[arg(long, value_name = "YYYY-MM", value_parser = parse_month, conflicts_with_all = ["from", "until"])]
    month: Option<NaiveDate>,
    /// Show nothing before this day
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Know nothing that was read after this day
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    #[command(flatten)]
    clock: ClockArgs,
}

/// How far ahead it is looked where no goal says a day.
const AHEAD_DAYS: u64 = 30;

/// An account's history, as it is shown.
struct History<'a> {
    account: &'a Account,
    points: Vec<Point>,
    months: Vec<Month>,
    jumps: Vec<(Jump, Vec<Beside>)>,
    /// What the platform rounds to.
    step: Option<Amount>,
    /// Where it is going: the day, and the number where enough is known.
    ahead: (NaiveDate, Option<Forecast>),
    goals: Vec<Aim<'a>>,
}

/// A goal of an account's followers.
struct Aim<'a> {
    goal: &'a Goal,
    forecast: Option<Forecast>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let zone = calendar.zone();
    let now = here.now(&args.clock, zone)?;
    let days = window(args)?;
    let only = args.account.as_deref().map(|id| here.account(calendar, id)).transpose()?;
    let end = zone.resolve_somehow(days.end.and_time(NaiveTime::MIN), None);
    let until = end.map_or(now, |end| end.min(now));
    let evidence = evidence::gather(&reading, &Rev::WorkTree, ui, until)?;
    let accounts = calendar.accounts.values().filter(|account| only.is_none_or(|only| only.id == account.id));
    let histories: Vec<History<'_>> =
        accounts.map(|account| history(&evidence, account, &days, until)).collect();
    if ui.json() {
        show::document(ui, &histories)?;
        return Ok(Outcome::Done);
    }
    ui.page();
    let mut unknown: Vec<&str> = Vec::new();
    let mut is_first = true;
    for history in &histories {
        if history.points.is_empty() {
            unknown.push(history.account.id.as_str());
            continue;
        }
        if !is_first {
            ui.data("")?;
        }
        is_first = false;
        show::people(ui, history)?;
    }
    if !unknown.is_empty() {
        ui.status(format!("no followers were read of {}", unknown.join(", ")));
        ui.hint(
            "kalends measure reads what a network gives; kalends import readings brings what others export",
        );
    }
    Ok(Outcome::Done)
}

/// Returns the days that are shown.
fn window(args: &Args) -> Result<Range<NaiveDate>, Error> {
    if let Some(days) = asked_days(args.month, None) {
        return Ok(days);
    }
    let end = args.until.unwrap_or(NaiveDate::MAX);
    let days = args.from.unwrap_or(NaiveDate::MIN)..end.succ_opt().unwrap_or(end);
    if days.is_empty() {
        return Err(Error::usage(format!("the last day, {end}, is before the first, {}", days.start)));
    }
    Ok(days)
}

fn history<'a>(
    evidence: &Evidence<'a>,
    account: &'a Account,
    days: &Range<NaiveDate>,
    until: DateTime<Utc>,
) -> History<'a> {
    let points = series(&evidence.readings, &account.id, evidence.calendar.zone(), until);
    let shown = |day: NaiveDate| days.contains(&day);
    let is_shown = |month: &Month| month.end.is_some_and(|end| shown(end.day));
    let jumps = jumps(&points).into_iter().filter(|jump| shown(jump.day));
    let jumps = jumps.map(|jump| (jump, around(evidence, &account.id, jump.day))).collect();
    let numbers: Vec<(NaiveDate, f64)> =
        points.iter().map(|point| (point.day, point.count.approximate())).collect();
    let last = points.last().map_or(days.start, |point| point.day);
    let to = last.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(last);
    let foretell = |to: NaiveDate| forecast(&numbers, to, SEED);
    let goals = goals(evidence, account);
    History {
        account,
        months: months(&points).into_iter().filter(is_shown).collect(),
        jumps,
        step: rounding(&points),
        ahead: (to, foretell(to)),
        goals: goals
            .into_iter()
            .map(|goal| Aim { goal, forecast: goal.by.as_ref().and_then(|by| foretell(by.value)) })
            .collect(),
        points,
    }
}

/// The seed of the futures that a forecast draws: the same readings, the same forecast.
const SEED: u64 = 1;

/// Returns the goals that count an account's followers: those of the account, and where only one account has followers
/// read also those that name none.
fn goals<'a>(evidence: &Evidence<'a>, account: &Account) -> Vec<&'a Goal> {
    let of: BTreeMap<_, _> = evidence
        .calendar
        .accounts
        .keys()
        .filter(|id| {
            !evidence
                .readings
                .of(&crate::reading::Subject::Account((*id).clone()), crate::metric::Metric::Followers)
                .is_empty()
        })
        .map(|id| (id, ()))
        .collect();
    let is_meant = |goal: &&Goal| {
        goal.metric.to_lowercase().contains("followers")
            && match &goal.account {
                Some(own) => own.value == account.id,
                None => of.len() == 1 && of.contains_key(&account.id),
            }
    };
    evidence.calendar.goals.values().filter(is_meant).collect()
}
