//! What a year lacks, and what is in its own way.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};

use crate::calendar::{
    Calendar, Coverage, Observance, Period, PlannedSlot, Post, Schedule, check_schedules, shown, sort,
};
use crate::draft::{AccountId, DepartmentId, PostId};
use crate::finding::{Code, Finding, Severity, Span};
use crate::overview::{self, Collision, Meeting, NEAR};
use crate::time::show_duration;

use super::board::{Board, Covered, Item, Origin};

/// A slot without a post is told when it is so near.
pub const LEAD: TimeDelta = TimeDelta::days(14);

/// Finds every gap and every collision of a year: what is wrong with its schedule, posts and slots on closed days, quotas
/// that are passed, coverage and observances that are not met, slots without a post that are near or past, accounts that
/// are silent for a week, or for longer than the schedule asks, and posts and slots that meet. What is past is told as a warning: nobody can mend it.
pub fn check(board: &Board<'_>, now: DateTime<Utc>) -> Vec<Finding> {
    let today = board.calendar.zone().local(now).date();
    let mut findings = of_the_whole(board);
    if let Some(schedule) = board.schedule {
        findings.extend(board.covered(now).iter().filter_map(|covered| unmet(schedule, covered, today)));
        for observance in &schedule.observances {
            findings.extend(unobserved(board, schedule, observance, now));
        }
        for item in &board.items {
            if let Origin::Slot(_, slot) = item.origin
                && board.days.contains(&item.day())
            {
                findings.extend(open(schedule, slot, item, now));
            }
        }
        findings.extend(slots_that_meet(board, schedule));
        findings.extend(slots_beyond_quota(board, schedule));
    }
    let known = overview::around(&board.days);
    let drafts =
        board.calendar.zone().moments(&known).map(|window| board.calendar.drafts(window)).unwrap_or_default();
    findings.extend(silences(board, &drafts, &known));
    let of_year: Vec<_> = drafts
        .into_iter()
        .filter(|draft| board.days.contains(&board.calendar.zone().local(draft.due).date()))
        .collect();
    let met = overview::collisions(board.calendar, &of_year);
    findings.extend(met.iter().filter_map(|collision| meeting(board.calendar, collision)));
    sort(&mut findings);
    findings.dedup();
    findings
}

/// Returns what plain checks find of the year's schedule, and of its posts on closed days and beyond quotas.
fn of_the_whole(board: &Board<'_>) -> Vec<Finding> {
    let of_year: BTreeSet<&str> = board
        .of_days(&board.days)
        .iter()
        .filter_map(|item| if let Origin::Post(post) = item.origin { Some(post.file.as_str()) } else { None })
        .collect();
    let own = board.schedule.map(|schedule| schedule.file.as_str());
    let mut findings = check_schedules(board.calendar);
    findings.retain(|finding| Some(finding.file.as_str()) == own || of_year.contains(finding.file.as_str()));
    findings
}

/// Grades what is past as a warning.
fn graded(finding: Finding, is_past: bool) -> Finding {
    if is_past { finding.graded(Severity::Warning) } else { finding }
}

fn unmet(schedule: &Schedule, covered: &Covered<'_>, today: NaiveDate) -> Option<Finding> {
    let missing = covered.missing();
    if missing == 0 {
        return None;
    }
    let open = match covered.slots {
        0 => String::new(),
        slots => format!(" and {}", count(slots, "open slot")),
    };
    let message = format!(
        "{} has {}{open}, and the schedule asks for {}: {missing} missing",
        covered.coverage.every.name(covered.begin),
        count(covered.posts, "post"),
        covered.coverage,
    );
    let finding = Finding::new(Code::CoverageUnmet, &schedule.file, message)
        .at(covered.coverage.posts.span.clone())
        .label(format!("{missing} missing"))
        .help(format!("write posts for it, or let `kalends year plan {}` lay slots out", schedule.year));
    Some(graded(finding, covered.days.end <= today))
}

/// Returns how many posts and open slots an observance has.
pub(super) fn observed(board: &Board<'_>, observance: &Observance, now: DateTime<Utc>) -> usize {
    let is_for = |item: &&Item<'_>| {
        observance.days.contains(item.day())
            && observance.is_of(item.department)
            && item.accounts.iter().any(|account| observance.is_on(account))
            && (item.is_post() || item.moment > now)
    };
    let runs = observance.days.runs.iter();
    let items =
        runs.flat_map(|run| board.of_days(&(*run.start()..run.end().succ_opt().unwrap_or(*run.end()))));
    items.filter(is_for).count()
}

fn unobserved(
    board: &Board<'_>,
    schedule: &Schedule,
    observance: &Observance,
    now: DateTime<Utc>,
) -> Option<Finding> {
    let have = observed(board, observance, now);
    let missing = (observance.posts as usize).saturating_sub(have);
    let last = *observance.days.runs.last()?.end();
    if missing == 0 {
        return None;
    }
    let first = *observance.days.runs.first()?.start();
    let when = match first == last {
        true => format!("on {}", first.format("%-d %B %Y")),
        false => format!("from {} to {}", first.format("%-d %B"), last.format("%-d %B %Y")),
    };
    let name = shown(&observance.name.value);
    let has = if have == 0 { "none".to_owned() } else { have.to_string() };
    let wants = count(observance.posts as usize, "post");
    let message = format!("{name} {when} wants {wants}, and has {has}: {missing} missing");
    let department =
        observance.departments.first().map_or(String::new(), |at| format!(" --department {}", at.value));
    let finding = Finding::new(Code::ObservanceUnmet, &schedule.file, message)
        .at(observance.name.span.clone())
        .label(format!("{missing} missing"))
        .help(format!(
            "kalends new post '…' --at {first}T10:00{department}; `posts = 0` where it is only to be known"
        ));
    Some(graded(finding, last < board.calendar.zone().local(now).date()))
}

fn open(schedule: &Schedule, slot: &PlannedSlot, item: &Item<'_>, now: DateTime<Utc>) -> Option<Finding> {
    let (department, account) = (&slot.department.value, &slot.account.value);
    let at = item.local.format("%Y-%m-%dT%H:%M");
    let (message, label, help) = if item.moment <= now {
        (
            format!("the slot of `{department}` on `{account}` is past, and no post was there for it"),
            "past".to_owned(),
            "take the slot out, or name the post that was: `post = \"…\"`".to_owned(),
        )
    } else if item.moment - now <= LEAD {
        let days = (item.moment - now).num_days();
        let left =
            if days == 0 { "less than a day".to_owned() } else { count(usize::try_from(days).ok()?, "day") };
        (
            format!("the slot of `{department}` on `{account}` is {left} away, and there is no post for it"),
            "no post yet".to_owned(),
            format!("kalends new post '…' --at {at} --department {department} --to {account}"),
        )
    } else {
        return None;
    };
    let finding = Finding::new(Code::SlotOpen, &schedule.file, message).at(slot.at.span.clone());
    Some(finding.label(label).help(help))
}

/// Finds the slots that are within minutes of something else on their account, or in the hour of another department.
fn slots_that_meet(board: &Board<'_>, schedule: &Schedule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |item: &Item<'_>, other: &Item<'_>, how: String| {
        let Origin::Slot(of, slot) = item.origin else { return };
        if of.year != schedule.year {
            return;
        }
        let finding = Finding::new(Code::PostsMeet, &schedule.file, format!("the slot {how}"));
        let finding = finding.at(slot.at.span.clone()).label("meets").help("move one of the two");
        let (file, span, label) = match other.origin {
            Origin::Post(post) => (&post.file, place(post), "the post"),
            Origin::Slot(of, slot) => (&of.file, Some(slot.at.span.clone()), "the other slot"),
            Origin::Laid => return,
        };
        findings.push(finding.related(file, span, label));
    };
    let mut last: BTreeMap<&AccountId, &Item<'_>> = BTreeMap::new();
    let mut hours: BTreeMap<(NaiveDate, u32), Vec<&Item<'_>>> = BTreeMap::new();
    for item in &board.items {
        for account in &item.accounts {
            let Some(before) = last.insert(account, item) else { continue };
            let apart = item.moment - before.moment;
            // Two slots at the same time are an error of the schedule already.
            if apart > NEAR || (apart.is_zero() && !item.is_post() && !before.is_post()) {
                continue;
            }
            let (slot, other) = if item.is_post() { (before, item) } else { (item, before) };
            say(slot, other, format!("is {} from another on `{account}`", show_duration(apart)));
        }
        let of_hour = hours.entry((item.day(), item.local.hour())).or_default();
        let is_other = |one: &&&Item<'_>| one.department.is_some() && one.department != item.department;
        if let Some(other) = of_hour.iter().find(is_other).filter(|_| item.department.is_some()) {
            let (slot, other) = if item.is_post() { (*other, item) } else { (item, *other) };
            let name = other.department.map_or("", DepartmentId::as_str);
            say(slot, other, format!("is in the same hour as one of `{name}`"));
        }
        of_hour.push(item);
    }
    findings
}

/// Finds the slots that are more than their department's quota.
fn slots_beyond_quota(board: &Board<'_>, schedule: &Schedule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut counts: BTreeMap<(&DepartmentId, NaiveDate, &str), u32> = BTreeMap::new();
    for item in &board.items {
        let Some((id, own)) = item.department.and_then(|id| Some((id, board.calendar.departments.get(id)?)))
        else {
            continue;
        };
        let limits =
            [("day", item.day(), &own.quota_day), ("week", Period::Week.begin(item.day()), &own.quota_week)];
        for (noun, begin, most) in limits {
            let number = counts.entry((id, begin, noun)).or_default();
            *number += 1;
            let (Some(most), Origin::Slot(of, slot)) = (most, item.origin) else { continue };
            if *number > most.value && of.year == schedule.year {
                let message =
                    format!("with this slot `{id}` has more than the {} a {noun} of its quota", most.value);
                let finding = Finding::new(Code::DepartmentQuota, &schedule.file, message);
                findings.push(
                    finding
                        .at(slot.at.span.clone())
                        .label(format!("number {number} in the {noun} of {begin}"))
                        .help(format!("move it to another {noun}, or take it out"))
                        .related(&own.file, Some(most.span.clone()), "the quota"),
                );
            }
        }
    }
    findings
}

fn silences(board: &Board<'_>, drafts: &[crate::draft::Draft], known: &Range<NaiveDate>) -> Vec<Finding> {
    let mut posted = overview::posted(board.calendar, drafts);
    for item in board.items.iter().filter(|item| !item.is_post()) {
        item.accounts.iter().for_each(|account| _ = posted.entry(account).or_default().insert(item.day()));
    }
    let found = overview::silences(board.calendar, posted, known, &board.days);
    let found = found.into_iter().filter(|gap| gap.days() > allowed(board, &gap.account));
    let one = |gap: overview::Gap| {
        let account = board.calendar.account(&gap.account)?;
        let from = gap.from.format("%-d %B %Y");
        let message = match gap.open {
            true => format!("`{}` has no post and no slot from {from} on", gap.account),
            false => format!(
                "`{}` is silent for {}: {from} to {}",
                gap.account,
                count(usize::try_from(gap.days()).ok()?, "day"),
                gap.until.format("%-d %B %Y")
            ),
        };
        let finding = Finding {
            span: account.platform.as_ref().map(|at| at.span.clone()),
            ..Finding::new(Code::AccountSilent, &account.file, message)
        };
        Some(finding.label("silent").help(format!(
            "write a post for it, or ask for some: `[[coverage]]` with `account = \"{}\"` in the schedule",
            gap.account
        )))
    };
    found.filter_map(one).collect()
}

/// Returns how many days an account may be silent: where the schedule asks for posts of it, twice as long as these are
/// apart on average.
fn allowed(board: &Board<'_>, account: &AccountId) -> i64 {
    let coverage = board.schedule.into_iter().flat_map(|schedule| &schedule.coverage);
    let own = coverage.filter(|it| it.account.as_ref().is_some_and(|at| at.value == *account));
    let apart = |it: &Coverage| match it.every {
        Period::Month => 62 / i64::from(it.posts.value),
        Period::Week => 14 / i64::from(it.posts.value),
    };
    own.map(apart).min().unwrap_or_default()
}

fn place(post: &Post) -> Option<Span> {
    post.at.as_ref().map(|at| at.span.clone())
}

fn meeting(calendar: &Calendar, collision: &Collision) -> Option<Finding> {
    let (last, others) = collision.posts.split_last()?;
    let first = others.first().unwrap_or(last);
    let post = calendar.post(last)?;
    let on = |accounts: &BTreeSet<AccountId>| {
        accounts.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
    };
    let at = calendar.zone().local(collision.at).format("%a %-d %b %Y, %H:%M");
    let (message, help) = match &collision.kind {
        Meeting::Near { accounts, apart } => (
            format!("the post is {} from `{first}` on {}: {at}", show_duration(*apart), on(accounts)),
            "move one of the two",
        ),
        Meeting::SameWords { accounts } => (
            format!("the post says what `{first}` says, on {}", on(accounts)),
            "write other words; `again = true` where it is meant",
        ),
        Meeting::SameHour { departments } => {
            let names: Vec<String> = departments.iter().map(|id| format!("`{id}`")).collect();
            (
                format!("{} post in the same hour: {at}", names.join(" and ")),
                "move one of them to another hour",
            )
        }
    };
    let mut finding = Finding { span: place(post), ..Finding::new(Code::PostsMeet, &post.file, message) }
        .label("meets")
        .help(help);
    for other in others.iter().filter(|other| *other != last).filter_map(|id: &PostId| calendar.post(id)) {
        finding = finding.related(&other.file, place(other), "the other");
    }
    Some(finding)
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
