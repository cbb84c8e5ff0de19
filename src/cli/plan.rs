//! `kalends plan`

mod months;

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::calendar::Calendar;
use crate::cli::ClockArgs;
use crate::cli::check::rev;
use crate::cli::here::{Here, Reading};
use crate::cli::{complete, look};
use crate::draft::PostId;
use crate::error::{Error, Outcome};
use crate::overview::collisions;
use crate::plan::{Plan, Row, Standing};
use crate::time::Zone;
use crate::ui::agenda::{self, Item, list, month, year};
use crate::ui::{self, Ui, plural};
use crate::year::Board;

/// How far back the plan shows what still needs something.
const BACK: TimeDelta = TimeDelta::days(7);
/// So many meetings of posts are told one by one.
const MEETINGS_MAX: usize = 5;

/// A table needs so many columns; below, there is a list of days.
const TABLE_MIN: usize = 72;

/// Shows what goes out when, where, and why not.
///
/// Reads the files as they lie on the disk and what the ledger says, and tells of each post in the time asked for where it stands,
/// why, and what to do about it. Times are wall clocks in the calendar's zone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends plan
  kalends plan --month 2027-01
  kalends plan --days 60 --account mastodon
  kalends plan --now 2027-01-18T09:05 --json")]
pub struct Args {
    /// Show so many days from now on, and what of the last week still needs something
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(0..=3660))]
    days: u32,
    /// Show a month as a page of a calendar
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "year", value_parser = parse_month)]
    month: Option<NaiveDate>,
    /// Show a year on one page: themes, posts, open slots, coverage and collisions of each month
    #[arg(long, value_name = "YYYY", value_parser = clap::value_parser!(i32).range(1..=9998), add = complete::years())]
    year: Option<i32>,
    /// Show only what goes to this account; may be said more than once
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Vec<String>,
    /// Show only the posts of this department; may be said more than once
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Vec<String>,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    now: String,
    zone: &'a str,
    from: String,
    until: String,
    rows: Vec<One<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<Vec<months::One<'a>>>,
}

#[derive(Serialize)]
struct One<'a> {
    slot: String,
    post: &'a str,
    occurrence: String,
    account: &'a str,
    part: u32,
    platform: &'static str,
    due: String,
    local: String,
    standing: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let calendar = &reading.calendar;
    for account in &args.account {
        here.account(calendar, account)?;
    }
    for department in &args.department {
        here.department(calendar, department)?;
    }
    let now = here.now(&args.clock, calendar.zone())?;
    let window = window(args, calendar.zone(), now);
    let mut plan = look::survey(ui, &reading, &rev, window.clone(), now)?;
    let whole = args.month.is_some() || args.year.is_some();
    plan.rows.retain(|row| {
        is_asked_for(args, calendar, row) && (whole || row.due >= now || still_matters(row.standing))
    });
    let board = args.year.and_then(|year| Board::new(calendar, year));
    let months = board.as_ref().map(|board| months::of(args, board, &window, now));
    if ui.json() {
        let months = months.as_deref().map(months::document);
        ui.document("plan", &document(&plan, calendar.zone(), now, &window, months))?;
        return Ok(Outcome::Done);
    }
    let items = agenda::items(&plan.rows, calendar.zone());
    ui.page();
    match (&board, &months) {
        (Some(board), Some(months)) => {
            ui.data(year::as_year(&year::Page { board, months, items: &items }, ui.width()))?;
        }
        _ => ui.data(picture(args, ui, &items, calendar.zone(), now))?,
    }
    conclude(ui, &reading, &items);
    say_what_meets(ui, calendar, &plan, &window);
    let late = calendar.late_requests(calendar.zone().local(now).date()).count();
    if late > 0 {
        ui.status(format!(
            "{} to be taken care of: kalends request list --state late",
            plural(late, "request")
        ));
    }
    Ok(Outcome::Done)
}

/// Returns the plan as it was asked for.
fn picture(args: &Args, ui: &Ui, items: &[Item], zone: &Zone, now: DateTime<Utc>) -> String {
    if let Some(first) = args.month {
        return month::as_month(items, first, ui.width(), ui.utf8());
    }
    let this_year = zone.local(now).year();
    match items {
        [] => format!("nothing goes out in the next {}", plural(args.days as usize, "day")),
        _ if ui.width() < TABLE_MIN => list::as_list(items, this_year, ui.width()),
        _ => agenda::as_table(items, zone, this_year, ui.width()),
    }
}

/// Says how many posts stand how, and what is wrong with the calendar.
fn conclude(ui: &mut Ui, reading: &Reading, items: &[Item]) {
    let mut said: Vec<(Standing, usize)> = Vec::new();
    for item in items {
        match said.iter_mut().find(|(standing, _)| *standing == item.standing) {
            Some((_, count)) => *count += 1,
            None => said.push((item.standing, 1)),
        }
    }
    if !said.is_empty() {
        let counts: Vec<String> =
            said.iter().map(|(standing, count)| format!("{count} {}", standing.word())).collect();
        ui.status(format!("{}; times are those of {}", counts.join(", "), reading.calendar.zone().name()));
    }
    if !reading.findings.is_empty() {
        ui.warning(format!("the calendar has {}: kalends check", plural(reading.findings.len(), "finding")));
    }
}

/// Warns of posts that meet, of those that are shown and still to go out.
fn say_what_meets(ui: &mut Ui, calendar: &Calendar, plan: &Plan, window: &Range<DateTime<Utc>>) {
    let ahead = |row: &&Row| {
        matches!(row.standing, Standing::Waiting | Standing::Due | Standing::Held | Standing::ByHand)
    };
    let shown: BTreeSet<&PostId> = plan.rows.iter().filter(ahead).map(|row| &row.slot.post).collect();
    let mut met = collisions(calendar, &calendar.drafts(window.clone()));
    met.retain(|one| one.kind.is_clash() && one.posts.iter().any(|post| shown.contains(post)));
    for one in met.iter().take(MEETINGS_MAX) {
        let names: Vec<&str> = one.posts.iter().map(PostId::as_str).collect();
        let when = calendar.zone().local(one.at).format("%Y-%m-%d %H:%M");
        ui.warning(format!("{} meet on {when}: {}", names.join(" and "), one.kind));
    }
    if met.len() > MEETINGS_MAX {
        ui.hint(format!("{} more meet; `kalends site` shows them all", met.len() - MEETINGS_MAX));
    }
}

/// Tells whether something that is past still needs a look.
fn still_matters(standing: Standing) -> bool {
    !matches!(standing, Standing::Published | Standing::Over)
}

fn is_asked_for(args: &Args, calendar: &Calendar, row: &Row) -> bool {
    let account = args.account.is_empty() || args.account.iter().any(|id| id == row.slot.account.as_str());
    let department = || {
        let of = calendar.post(&row.slot.post).and_then(|post| post.department.as_ref());
        of.is_some_and(|of| args.department.iter().any(|id| id == of.value.as_str()))
    };
    account && (args.department.is_empty() || department())
}

/// Returns the moments that are shown.
fn window(args: &Args, zone: &Zone, now: DateTime<Utc>) -> Range<DateTime<Utc>> {
    asked_days(args.month, args.year).and_then(|days| zone.moments(&days)).unwrap_or_else(|| {
        let end =
            now.checked_add_signed(TimeDelta::days(i64::from(args.days))).unwrap_or(DateTime::<Utc>::MAX_UTC);
        now.checked_sub_signed(BACK).unwrap_or(DateTime::<Utc>::MIN_UTC)..end
    })
}

/// Returns the days of a month or of a year, where one is asked for.
pub(super) fn asked_days(month: Option<NaiveDate>, year: Option<i32>) -> Option<Range<NaiveDate>> {
    let (first, months) = match (month, year) {
        (Some(first), _) => (first, 1),
        (None, Some(year)) => (NaiveDate::from_ymd_opt(year, 1, 1)?, 12),
        (None, None) => return None,
    };
    Some(first..first.checked_add_months(Months::new(months))?)
}

pub(super) fn parse_month(text: &str) -> Result<NaiveDate, String> {
    let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
    first
        .filter(|date| (1..=9998).contains(&date.year()))
        .ok_or_else(|| "expected a month such as 2027-01".to_owned())
}

fn document<'a>(
    plan: &'a Plan,
    zone: &'a Zone,
    now: DateTime<Utc>,
    window: &Range<DateTime<Utc>>,
    months: Option<Vec<months::One<'a>>>,
) -> Document<'a> {
    let one = |row: &'a Row| One {
        slot: row.slot.to_string(),
        post: row.slot.post.as_str(),
        occurrence: row.slot.occurrence.to_string(),
        account: row.slot.account.as_str(),
        part: row.slot.part,
        platform: row.platform.id(),
        due: ui::moment(row.due),
        local: zone.local(row.due).format("%Y-%m-%dT%H:%M:%S").to_string(),
        standing: row.standing.word(),
        reason: &row.reason,
        next: row.next.as_deref(),
        url: row.url.as_deref(),
    };
    Document {
        now: ui::moment(now),
        zone: zone.name(),
        from: ui::moment(window.start),
        until: ui::moment(window.end),
        rows: plan.rows.iter().map(one).collect(),
        months,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_year_and_a_month() {
        assert_eq!(parse_month("2027-01"), Ok(NaiveDate::from_ymd_opt(2027, 1, 1).unwrap()));
        for wrong in ["2027", "2027-13", "january", "2027-01-05", "9999-01", ""] {
            assert!(parse_month(wrong).is_err(), "{wrong}");
        }
    }
}
