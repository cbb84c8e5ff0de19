//! `kalends status`

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::cli::look;
use crate::cli::runner::Runner;
use crate::draft::{Draft, PostId};
use crate::error::{Error, Outcome};
use crate::ledger::{Head, State};
use crate::plan::{Plan, Row, Standing};
use crate::publish::survey;
use crate::rim::branch::LastSeen;
use crate::ui::{self, Ui, plural};

/// Shows what needs a person, and what goes out next.
///
/// Exits 4 while a doubt needs a person, 3 while a refused or missed post of the last week does, 0 otherwise.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
}

/// How far back what was missed is still news.
const NEWS: TimeDelta = TimeDelta::days(7);
/// How far ahead one looks for what is next.
const AHEAD: TimeDelta = TimeDelta::days(31);
/// How many coming posts are shown.
const NEXT: usize = 5;

#[derive(Serialize)]
struct Status<'a> {
    now: String,
    stopped: Option<Stopped<'a>>,
    needs_a_person: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    awaiting_approval: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    awaiting_readers: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    late_requests: Vec<&'a str>,
    next: Vec<Item<'a>>,
    ledger: Totals,
}

#[derive(Serialize)]
struct Stopped<'a> {
    by: &'a str,
    why: &'a str,
    since: &'a str,
}

#[derive(Serialize)]
struct Totals {
    commits: u64,
    entries: u64,
    open: usize,
}

#[derive(Serialize)]
struct Item<'a> {
    slot: String,
    due: String,
    standing: &'a str,
    reason: &'a str,
    next: Option<&'a str>,
}

/// Shows the status.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let runner = Runner::open(here, &args.clock)?;
    let log = LastSeen::of(&runner.branch);
    let world = runner.world(&log);
    let now = runner.now();
    let drafts = runner.calendar().drafts(now - runner.longest_late() - NEWS..now + AHEAD);
    let book = runner.book(&drafts)?;
    let faults = runner.faults();
    let unapproved = runner.unapproved();
    let intent = runner.intent(&book, (&faults, &unapproved), false);
    let (mut plan, head) = survey(&world, &intent, &drafts)?;
    look::warn_if_away(ui, &log);
    plan.rows.extend(runner.doubts_elsewhere(&world, &plan)?);
    let needy: Vec<&Row> = plan.rows.iter().filter(|row| needs_a_person(row, now)).collect();
    let next: Vec<&Row> = plan
        .rows
        .iter()
        .filter(|row| row.due > now && row.standing == Standing::Waiting)
        .take(NEXT)
        .collect();
    let awaiting = |draft: &&Draft| draft.due > now && unapproved(draft).is_some();
    let unready = |draft: &&Draft| {
        let day = runner.calendar().zone().local(draft.due).date();
        runner
            .calendar()
            .post(&draft.slot.post)
            .is_some_and(|post| !runner.calendar().unready(post, day).is_empty())
    };
    let (unread, unsigned): (Vec<&Draft>, Vec<&Draft>) = drafts.iter().filter(awaiting).partition(unready);
    let posts = |drafts: Vec<&'_ Draft>| -> BTreeSet<PostId> {
        drafts.into_iter().map(|draft| draft.slot.post.clone()).collect()
    };
    let awaiting = Awaiting { readers: posts(unread), approval: posts(unsigned) };
    if ui.json() {
        let today = runner.calendar().zone().local(now).date();
        let late = runner.calendar().late_requests(today).map(|request| request.id.as_str());
        let status = Status {
            awaiting_approval: awaiting.approval.iter().map(PostId::as_str).collect(),
            late_requests: late.collect(),
            awaiting_readers: awaiting.readers.iter().map(PostId::as_str).collect(),
            ..document(now, &head, &needy, &next)
        };
        ui.document("status", &status)?;
    } else {
        show(&runner, ui, &head, &plan, (&needy, &awaiting, &next))?;
    }
    Ok(outcome(&needy))
}

/// Coming posts that wait for people.
struct Awaiting {
    /// For those who have something to read or a training to do.
    readers: BTreeSet<PostId>,
    /// For an approval.
    approval: BTreeSet<PostId>,
}

impl Awaiting {
    fn show(&self, ui: &mut Ui) -> Result<(), Error> {
        if !self.readers.is_empty() {
            let posts = plural(self.readers.len(), "coming post");
            ui.data(format!(
                "  {posts} held until people have read a protocol or done a training: kalends protocol status"
            ))?;
        }
        if !self.approval.is_empty() {
            let posts = plural(self.approval.len(), "coming post");
            ui.data(format!(
                "  {posts} not approved yet; whose approval is awaited: kalends approve --list"
            ))?;
        }
        Ok(())
    }
}

/// Tells whether something about a row waits for a person.
fn needs_a_person(row: &Row, now: DateTime<Utc>) -> bool {
    match row.standing {
        Standing::Doubt | Standing::Broken | Standing::Refused => true,
        Standing::ByHand | Standing::Held => row.due <= now,
        Standing::Missed => true,
        Standing::Over => row.reason.starts_with("missed") && row.due > now - NEWS,
        _ => false,
    }
}

fn outcome(needy: &[&Row]) -> Outcome {
    let weigh = |row: &&Row| match row.standing {
        Standing::Doubt | Standing::Broken => Outcome::Doubt,
        Standing::ByHand | Standing::Held => Outcome::Done,
        _ => Outcome::Unsent,
    };
    needy.iter().map(weigh).max().unwrap_or(Outcome::Done)
}

fn item<'a>(row: &&'a Row) -> Item<'a> {
    Item {
        slot: row.slot.to_string(),
        due: row.due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        standing: row.standing.word(),
        reason: &row.reason,
        next: row.next.as_deref(),
    }
}

fn document<'a>(now: DateTime<Utc>, head: &'a Head, needy: &[&'a Row], next: &[&'a Row]) -> Status<'a> {
    Status {
        now: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        stopped: head.halt.as_ref().map(|halt| Stopped { by: &halt.by, why: &halt.why, since: &halt.since }),
        needs_a_person: needy.iter().map(item).collect(),
        awaiting_approval: Vec::new(),
        awaiting_readers: Vec::new(),
        late_requests: Vec::new(),
        next: next.iter().map(item).collect(),
        ledger: Totals { commits: head.seq, entries: head.entries, open: head.open.len() },
    }
}

fn show(
    runner: &Runner,
    ui: &mut Ui,
    head: &Head,
    plan: &Plan,
    (needy, awaiting, next): (&[&Row], &Awaiting, &[&Row]),
) -> Result<(), Error> {
    let zone = runner.calendar().zone();
    if let Some(halt) = &head.halt {
        let by = ui::foreign(&halt.by);
        ui.data(ui::paint(
            ui::WARNING,
            format!("Publishing is stopped by {by}: {}", ui::foreign(&halt.why)),
        ))?;
        ui.data(format!("  since {}; go on with: kalends resume\n", ui::foreign(&halt.since)))?;
    }
    let late = runner.calendar().late_requests(zone.local(runner.now()).date()).count();
    let by_hand = needy.iter().filter(|row| row.standing == Standing::ByHand).count();
    ui.data(ui::paint(ui::STRONG, "Needs a person"))?;
    if needy.is_empty() && late == 0 && awaiting.readers.is_empty() && awaiting.approval.is_empty() {
        ui.data("  nothing")?;
    }
    for row in needy.iter().filter(|row| row.standing != Standing::ByHand) {
        let when = zone.local(row.due).format("%Y-%m-%d %H:%M");
        ui.data(format!("  {}  {when}  {}", row.standing.word(), row.slot))?;
        ui.data(format!("      {}", ui::foreign(&row.reason)))?;
        if let Some(next) = &row.next {
            ui.data(format!("      {}", ui::paint(ui::HINT, ui::foreign(next))))?;
        }
    }
    if by_hand > 0 {
        ui.data(format!(
            "  {} to post by hand; when done: kalends settle SLOT --delivered URL",
            plural(by_hand, "post")
        ))?;
        for row in needy.iter().filter(|row| row.standing == Standing::ByHand).rev().take(NEXT) {
            ui.data(format!("      {}  {}", zone.local(row.due).format("%Y-%m-%d %H:%M"), row.slot))?;
        }
        if by_hand > NEXT {
            ui.data(format!("      and {} before; all of them: kalends plan", by_hand - NEXT))?;
        }
    }
    awaiting.show(ui)?;
    if late > 0 {
        ui.data(format!(
            "  {} to be taken care of: kalends request list --state late",
            plural(late, "request")
        ))?;
    }
    ui.data(format!("\n{}", ui::paint(ui::STRONG, "Next")))?;
    if next.is_empty() {
        ui.data(format!("  nothing in the next {} days", AHEAD.num_days()))?;
    }
    for row in next {
        ui.data(format!("  {}  {}", zone.local(row.due).format("%Y-%m-%d %H:%M"), row.slot))?;
    }
    let published = plan.standing(Standing::Published).count();
    ui.data(format!("\n{}", ui::paint(ui::STRONG, "Ledger")))?;
    ui.data(format!(
        "  {} published lately; {} in {}, {} open",
        plural(published, "post"),
        plural(usize::try_from(head.entries).unwrap_or(usize::MAX), "fact"),
        plural(usize::try_from(head.seq).unwrap_or(usize::MAX), "commit"),
        head.open.len()
    ))
}

impl Runner {
    /// Returns rows for what is in doubt in the ledger, though the calendar does not promise it (any more).
    fn doubts_elsewhere(&self, world: &crate::world::World<'_>, plan: &Plan) -> Result<Vec<Row>, Error> {
        let ledger = crate::record::Scribe::new(world).recall(&std::collections::BTreeSet::new())?;
        let unseen = ledger.slots().filter(|(slot, _)| !plan.rows.iter().any(|row| row.slot == **slot));
        Ok(unseen
            .filter_map(|(slot, record)| {
                let (sending, hand) = match &record.state {
                    State::Sending { sending, hand } | State::Doubt { sending, hand, .. } => (sending, hand),
                    _ => return None,
                };
                let platform = self.calendar().account(&slot.account)?.platform.as_ref()?.value;
                Some(Row {
                    slot: slot.clone(),
                    platform,
                    due: sending.due,
                    standing: Standing::Doubt,
                    reason: format!(
                        "sent at {}, and the answer was lost",
                        hand.at.format("%Y-%m-%d %H:%M UTC")
                    ),
                    next: Some(crate::plan::settle_hint(slot)),
                    url: None,
                })
            })
            .collect())
    }
}
