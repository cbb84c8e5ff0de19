//! The slots of an experiment: every week each arm equally often, on days and in an order that are drawn by lot.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};

use crate::calendar::{Account, Calendar};
use crate::chance::{Chance, Seed};
use crate::draft::{DepartmentId, ExperimentId};

use super::board::{Board, Item, Origin};
use super::layout::Laid;
use super::room::{Obstacle, Room, Wish};

/// Which days an arm may be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Monday to Friday.
    Weekdays,
    /// Saturday and Sunday.
    Weekend,
}

impl On {
    fn takes(self, day: NaiveDate) -> bool {
        matches!(day.weekday(), Weekday::Sat | Weekday::Sun) == (self == On::Weekend)
    }
}

/// One way of posting.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm<'a> {
    /// Its name.
    pub name: String,
    /// Its days.
    pub on: On,
    /// Its times of day, the better ones first.
    pub times: Vec<NaiveTime>,
    /// The departments whose slots it has, week by week in turn.
    pub departments: Vec<&'a DepartmentId>,
}

/// What is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial<'a> {
    /// The experiment.
    pub experiment: &'a ExperimentId,
    /// The account.
    pub account: &'a Account,
    /// The arms.
    pub arms: &'a [Arm<'a>],
    /// Its first day, a Monday.
    pub from: NaiveDate,
    /// How many weeks it lasts.
    pub weeks: u32,
    /// How many slots each arm has in a week.
    pub each: u32,
    /// What the days and their order are drawn from.
    pub seed: Seed,
}

/// Slots that were laid, and the weeks that have none, with what was in the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrialLayout<'a> {
    /// The slots, in the order of their times.
    pub laid: Vec<Laid<'a>>,
    /// The Mondays of weeks that had no room for all arms, and why.
    pub left_out: Vec<(NaiveDate, Obstacle)>,
}

/// Lays the slots of an experiment. A week has all of its slots or none: arms that are not side by side say nothing.
pub fn trial<'a>(calendar: &'a Calendar, trial: &Trial<'a>, begin: DateTime<Utc>) -> TrialLayout<'a> {
    let mut layout = TrialLayout::default();
    let last = trial.from + Days::new(u64::from(trial.weeks) * 7);
    let boards: Vec<Board<'a>> =
        (trial.from.year()..=last.year()).filter_map(|year| Board::new(calendar, year)).collect();
    let mut rooms: Vec<(i32, Room<'a>)> =
        boards.iter().map(|board| (board.year, Room::new(board, begin))).collect();
    for week in 0..trial.weeks {
        let monday = trial.from + Days::new(u64::from(week) * 7);
        let mut chance = trial.seed.stream(week.into());
        match of_week(&mut rooms, trial, (monday, week), &mut chance) {
            Ok(slots) => layout.laid.extend(slots),
            Err(why) => layout.left_out.push((monday, why)),
        }
    }
    layout.laid.sort_by_key(|slot| slot.at);
    layout
}

fn of_week<'a>(
    rooms: &mut [(i32, Room<'a>)],
    trial: &Trial<'a>,
    (monday, week): (NaiveDate, u32),
    chance: &mut Chance,
) -> Result<Vec<Laid<'a>>, Obstacle> {
    let mut order: Vec<&Arm<'a>> =
        trial.arms.iter().flat_map(|arm| std::iter::repeat_n(arm, trial.each as usize)).collect();
    chance.shuffle(&mut order);
    let mut days: Vec<NaiveDate> = monday.iter_days().take(7).collect();
    chance.shuffle(&mut days);
    let (mut slots, mut taken): (Vec<(Laid<'a>, Item<'a>)>, Vec<NaiveDate>) = (Vec::new(), Vec::new());
    for arm in order {
        let mut why = Obstacle::NoDay;
        let department = arm.departments.get(week as usize % arm.departments.len().max(1)).copied();
        let department = department.ok_or(Obstacle::NoAccount)?;
        // A day has one slot of the experiment, as long as there are days enough.
        let free = days.iter().filter(|day| arm.on.takes(**day));
        let (fresh, used): (Vec<&NaiveDate>, Vec<&NaiveDate>) = free.partition(|day| !taken.contains(day));
        let wishes =
            fresh.into_iter().chain(used).flat_map(|day| arm.times.iter().map(|time| day.and_time(*time)));
        let found = wishes.into_iter().find_map(|at| {
            let wish = Wish { at, department, account: trial.account, campaign: None };
            let near = |(slot, _): &(Laid<'a>, Item<'a>)| (slot.at - at).abs() < chrono::TimeDelta::hours(3);
            if slots.iter().any(near) {
                return None;
            }
            let room = rooms.iter().find(|(year, _)| *year == at.year()).map(|(_, room)| room)?;
            match room.fits(wish) {
                Ok(moment) => Some((at, moment)),
                Err(obstacle) => {
                    why = obstacle;
                    None
                }
            }
        });
        let (at, moment) = found.ok_or(why)?;
        taken.push(at.date());
        slots.push(slot(trial, arm, (at, moment), department));
    }
    for (_, item) in &slots {
        rooms.iter_mut().filter(|(year, _)| *year == item.local.year()).for_each(|(_, room)| room.take(item));
    }
    Ok(slots.into_iter().map(|(slot, _)| slot).collect())
}

fn slot<'a>(
    trial: &Trial<'a>,
    arm: &Arm<'a>,
    (at, moment): (chrono::NaiveDateTime, DateTime<Utc>),
    department: &'a DepartmentId,
) -> (Laid<'a>, Item<'a>) {
    let laid = Laid {
        at,
        department,
        account: &trial.account.id,
        theme: None,
        observance: None,
        goal: None,
        campaign: None,
        standing: None,
        trial: Some((trial.experiment, arm.name.clone())),
        why: format!("the experiment {}: {}", trial.experiment, arm.name),
    };
    let item = Item {
        moment,
        local: at,
        department: Some(department),
        accounts: vec![&trial.account.id],
        campaign: None,
        goal: None,
        origin: Origin::Laid,
    };
    (laid, item)
}
