//! `kalends advise --experiment`

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};
use serde::Serialize;
use toml_edit::Value;

use crate::advice::{
    ASKED, Answer, Cell, DAY_PARTS, Factor, posts_of_experiment, power_of_experiment, spread,
};
use crate::calendar::{Account, Calendar, slug};
use crate::cli::here::{Here, Reading};
use crate::cli::year::{file, refused, text_of};
use crate::draft::{DepartmentId, ExperimentId};
use crate::error::{Error, Outcome};
use crate::ui::table::{Cell as Shown, Column, table};
use crate::ui::{self, Ui, foreign, plural};
use crate::year::{Arm, Laid, On, Trial, TrialLayout, times, trial, written};

/// The most slots that an arm has in a week.
const EACH_MAX: usize = 3;

/// The smallest effect that an experiment is planned for: 20 % more, on the logarithmic scale.
const SMALLEST: f64 = 0.182_321_556_793_954_6;

/// What the user asked for.
pub struct Wanted<'a> {
    pub id: &'a str,
    pub from: NaiveDate,
    pub weeks: u32,
    pub account: Option<&'a str>,
    pub is_rehearsal: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    experiment: &'a str,
    file: String,
    dry_run: bool,
    account: &'a str,
    arms: Vec<&'a str>,
    start: String,
    end: String,
    posts_planned: usize,
    posts_wanted: usize,
    power: Option<f64>,
    seed: String,
    slots: Vec<Slot<'a>>,
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct Slot<'a> {
    at: String,
    department: &'a str,
    arm: &'a str,
}

/// What is planned, before anything is written.
struct Plan<'a> {
    id: &'a ExperimentId,
    account: &'a Account,
    cell: &'a Cell,
    arms: &'a [Arm<'a>],
    days: (NaiveDate, NaiveDate),
    wanted: usize,
    power: Option<f64>,
    seed: String,
    layout: TrialLayout<'a>,
}

/// Plans an experiment for a cell: writes its file, and its slots into the schedules of its years.
pub fn run(
    wanted: &Wanted<'_>,
    answer: &Answer<'_>,
    now: DateTime<Utc>,
    ui: &mut Ui,
    (here, reading): (&Here, &Reading),
) -> Result<Outcome, Error> {
    let calendar = &reading.calendar;
    let cell = find(answer, wanted.id)?;
    let account = account(answer, calendar, cell, wanted, here)?;
    let arms = arms(answer, calendar, cell, account)?;
    let start = monday(wanted.from);
    let end = start + Days::new(u64::from(wanted.weeks) * 7 - 1);
    let names = format!("{}-or-{}-on-{}", arms[0].name, arms[1].name, account.id);
    let id = slug(&format!("{start}-{names}")).and_then(|id| ExperimentId::new(&id));
    let id = id.ok_or_else(|| Error::user("no id can be made of that experiment"))?;
    let seed = answer.rows.table.seed().part(id.as_str());
    let is_of = |at: usize| answer.rows.posts.get(at).is_some_and(|post| post.work.account == account.id);
    let spread = spread(&answer.rows.table, is_of);
    let advised = answer.advices.iter().find(|advice| advice.cell == *cell);
    let effect = advised.map_or(ASKED, |advice| advice.interval.middle.abs().max(SMALLEST));
    let posts =
        spread.map_or(EACH_MAX * 2 * wanted.weeks as usize, |spread| posts_of_experiment(spread, effect));
    let each = posts.div_ceil(2 * wanted.weeks as usize).clamp(1, EACH_MAX);
    let each = u32::try_from(each).unwrap_or(1);
    let lots = Trial { experiment: &id, account, arms: &arms, from: start, weeks: wanted.weeks, each, seed };
    let layout = trial(calendar, &lots, now);
    if layout.laid.is_empty() {
        let why = layout.left_out.first().map(|(_, why)| foreign(&why.to_string()).into_owned());
        return Err(Error::user(format!("no week has room for it: {}", why.unwrap_or_default()))
            .hint("give it a later day (`--from`), or another account (`--account`)"));
    }
    let power = spread.map(|spread| power_of_experiment(layout.laid.len(), spread, effect));
    let plan = Plan {
        id: &id,
        account,
        cell,
        arms: &arms,
        days: (start, end),
        wanted: posts,
        power,
        seed: seed.to_string(),
        layout,
    };
    let texts = texts(&plan, reading)?;
    let path = format!("experiments/{id}.toml");
    if !wanted.is_rehearsal {
        here.write_new(&reading.repo.root().join(&path), experiment(&plan, answer).as_bytes())?;
        for (file, (text, is_new)) in &texts {
            let path: PathBuf = reading.repo.root().join(file);
            match is_new {
                true => here.write_new(&path, text.as_bytes())?,
                false => here.write(&path, text.as_bytes())?,
            }
        }
    }
    show(&plan, (&path, wanted.is_rehearsal), ui, (here, reading))
}

fn find<'a>(answer: &'a Answer<'_>, id: &str) -> Result<&'a Cell, Error> {
    let found = answer.rows.table.cells.iter().find(|cell| cell.id() == id);
    found.ok_or_else(|| {
        Error::user(format!("there is no comparison `{}`", foreign(id))).hint(format!(
            "kalends advise {} --json lists them: `advice` has what stood out, `comparisons` all of them",
            answer.month.format("%Y-%m")
        ))
    })
}

/// Returns the account that it is tried on: the one that is asked for, or the one of the platform with the most posts.
fn account<'a>(
    answer: &Answer<'_>,
    calendar: &'a Calendar,
    cell: &Cell,
    wanted: &Wanted<'_>,
    here: &Here,
) -> Result<&'a Account, Error> {
    let is_there = |account: &&Account| {
        account.platform.as_ref().is_some_and(|platform| platform.value.id() == cell.platform)
    };
    if let Some(id) = wanted.account {
        let account = here.account(calendar, id)?;
        return match is_there(&account) {
            true => Ok(account),
            false => Err(Error::user(format!("`{id}` is not on {}", ui::advice::platform(&cell.platform)))),
        };
    }
    let count =
        |account: &&Account| answer.rows.posts.iter().filter(|post| post.work.account == account.id).count();
    let found =
        calendar.accounts.values().filter(is_there).max_by_key(|account| (count(account), &account.id));
    found.ok_or_else(|| Error::user("the calendar has no account of that platform any more"))
}

/// Returns the two arms: the cell, and what most of the other posts are.
fn arms<'a>(
    answer: &Answer<'_>,
    calendar: &'a Calendar,
    cell: &Cell,
    account: &'a Account,
) -> Result<[Arm<'a>; 2], Error> {
    let table = &answer.rows.table;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for at in table.samples.iter().flat_map(|sample| &sample.cells) {
        let other = table.cells.get(*at as usize).filter(|other| {
            other.platform == cell.platform && other.factor == cell.factor && other.level != cell.level
        });
        if let Some(other) = other {
            *counts.entry(&other.level).or_default() += 1;
        }
    }
    let without = format!("without-{}", cell.level);
    let other = match cell.factor {
        Factor::Tag => Some(without.as_str()),
        _ => counts
            .iter()
            .max_by_key(|(level, count)| (**count, std::cmp::Reverse(**level)))
            .map(|(level, _)| *level),
    };
    let other = other.ok_or_else(|| {
        Error::user("there is nothing to hold it against")
            .hint("all posts of the year on that platform are so")
    })?;
    let users: Vec<&DepartmentId> =
        calendar.departments.keys().filter(|department| calendar.may_use(account, department)).collect();
    let arm = |level: &str| -> Result<Arm<'a>, Error> {
        let departments = match cell.factor {
            Factor::Department => users.iter().copied().filter(|id| id.as_str() == level).collect(),
            _ => users.clone(),
        };
        let Some(first) = departments.first() else {
            return Err(Error::user(format!("no department may use `{}` for it", account.id))
                .hint(format!("add it to `departments` in {}", account.file)));
        };
        let (on, times) = match cell.factor {
            Factor::When => times_of(level),
            _ => (On::Weekdays, times(calendar, first, &account.id)),
        };
        Ok(Arm { name: level.to_owned(), on, times, departments })
    };
    Ok([arm(&cell.level)?, arm(other)?])
}

/// Returns the days and the times of a coarse time: `weekend-morning`.
fn times_of(level: &str) -> (On, Vec<NaiveTime>) {
    let (days, part) = level.split_once('-').unwrap_or(("weekday", level));
    let on = if days == "weekend" { On::Weekend } else { On::Weekdays };
    let at = DAY_PARTS.iter().position(|(name, _)| *name == part).unwrap_or_default();
    let from = DAY_PARTS.get(at).map_or(0, |(_, from)| *from);
    let until = DAY_PARTS.get(at + 1).map_or(24, |(_, from)| *from);
    let middle = u32::midpoint(from, until);
    let mut hours: Vec<u32> = (from..until).collect();
    hours.sort_by_key(|hour| (hour.abs_diff(middle), *hour));
    (on, hours.into_iter().filter_map(|hour| NaiveTime::from_hms_opt(hour, 0, 0)).collect())
}

/// Returns the Monday from which whole weeks can be planned.
fn monday(from: NaiveDate) -> NaiveDate {
    from.iter_days().take(7).find(|day| day.weekday() == Weekday::Mon).unwrap_or(from)
}

/// Returns the schedules' files with the slots added, and whether each is new.
fn texts(plan: &Plan<'_>, reading: &Reading) -> Result<BTreeMap<String, (String, bool)>, Error> {
    let mut texts = BTreeMap::new();
    for slots in plan.layout.laid.chunk_by(|a, b| a.at.year() == b.at.year()) {
        let Some(year) = slots.first().map(|slot| slot.at.year()) else { continue };
        let file = file(year);
        let old = text_of(reading, &file)?;
        let text = written(old, year, slots).map_err(|fault| refused(&file, &fault))?;
        texts.insert(file, (text, old.is_none()));
    }
    Ok(texts)
}

/// Returns the experiment's file.
fn experiment(plan: &Plan<'_>, answer: &Answer<'_>) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let names: Vec<String> = plan.arms.iter().map(|arm| quoted(&arm.name)).collect();
    let (what, other) = (
        ui::advice::level(plan.cell.factor, &plan.arms[0].name),
        match plan.cell.factor {
            Factor::Tag => "posts without it".to_owned(),
            factor => ui::advice::level(factor, &plan.arms[1].name),
        },
    );
    let hypothesis = match plan.cell.factor {
        Factor::When => format!("On {}, posts on {what} earn otherwise than on {other}.", plan.account.id),
        _ => format!("On {}, {what} earn otherwise than {other}.", plan.account.id),
    };
    format!(
        "# Its slots are in the schedule, each with its arm; whoever fills one writes what the arm says. What an arm earns is only\n\
         # looked at when all is over: `kalends experiment result {id}`.\n\
         hypothesis = {}\naccount = {}\nfactor = {}\narms = [{}]\nmetric = {}\nstart = {}\nend = {}\nposts = {}\nseed = {}\nadvice = {}\n",
        quoted(&hypothesis),
        quoted(plan.account.id.as_str()),
        quoted(plan.cell.factor.as_str()),
        names.join(", "),
        quoted(answer.by.as_str()),
        plan.days.0,
        plan.days.1,
        plan.wanted,
        quoted(&plan.seed),
        quoted(&plan.cell.id()),
        id = plan.id,
    )
}

fn arm<'a>(slot: &'a Laid<'_>) -> &'a str {
    slot.trial.as_ref().map_or("", |(_, arm)| arm)
}

fn show(
    plan: &Plan<'_>,
    (path, is_rehearsal): (&str, bool),
    ui: &mut Ui,
    (here, reading): (&Here, &Reading),
) -> Result<Outcome, Error> {
    let laid = &plan.layout.laid;
    let left_out = || plan.layout.left_out.iter().map(|(monday, why)| format!("the week of {monday}: {why}"));
    if ui.json() {
        let slot =
            |slot: &'_ Laid<'_>| (slot.at.format("%Y-%m-%dT%H:%M:%S").to_string(), slot.department.clone());
        let whens: Vec<_> = laid.iter().map(slot).collect();
        let slots = whens.iter().zip(laid).map(|((at, department), slot)| Slot {
            at: at.clone(),
            department: department.as_str(),
            arm: arm(slot),
        });
        let document = Document {
            experiment: plan.id.as_str(),
            file: path.to_owned(),
            dry_run: is_rehearsal,
            account: plan.account.id.as_str(),
            arms: plan.arms.iter().map(|arm| arm.name.as_str()).collect(),
            start: plan.days.0.to_string(),
            end: plan.days.1.to_string(),
            posts_planned: laid.len(),
            posts_wanted: plan.wanted,
            power: plan.power.map(|power| libm::round(1_000.0 * power) / 1_000.0),
            seed: plan.seed.clone(),
            slots: slots.collect(),
            left_out: left_out().collect(),
        };
        ui.document("experiment-plan", &document)?;
        return Ok(Outcome::Done);
    }
    let columns = [Column::whole("when"), Column::new("department", 10), Column::new("arm", 8)];
    let row = |slot: &Laid<'_>| -> Vec<Shown> {
        let when = slot.at.format("%a %e %b %H:%M").to_string();
        [when, slot.department.to_string(), foreign(arm(slot)).into_owned()].map(Shown::from).into()
    };
    ui.data(table(ui.width(), &columns, &laid.iter().map(row).collect::<Vec<_>>(), &[]))?;
    for why in left_out() {
        ui.warning(format!("left out {}", foreign(&why)));
    }
    let file = here.show(&reading.repo.root().join(path));
    let slots = plural(laid.len(), "slot");
    ui.status(match is_rehearsal {
        true => format!("{slots} would be added, and {file}"),
        false => format!("{slots} added, and {file}"),
    });
    if let Some(power) = plan.power {
        ui.status(format!(
            "it would show its effect in {:.0} % of cases; for 80 % it takes {}",
            100.0 * power,
            plural(plan.wanted, "post")
        ));
    }
    if !is_rehearsal {
        ui.hint(format!("when it is over: kalends experiment result {}", plan.id));
    }
    Ok(Outcome::Done)
}
