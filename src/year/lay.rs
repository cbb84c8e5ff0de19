//! Slots laid out over a year.
//!
//! In three rounds, each in the order of days, and nothing in them is left to chance: the standing slots of departments,
//! then what observances want, then what coverage asks for. A slot that any of several departments may have goes to the
//! one with the fewest slots in the year's schedule, standing ones counted, posts without a slot not; of those with the
//! same number, to the first by its id. So no two departments that have room for every such slot differ by more than one,
//! unless their own standing slots already make them.
//!
//! What is there is never doubled: a standing slot, an observance and a coverage are first held against the posts and the
//! slots that there are. So a second run lays nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Utc, Weekday};

use crate::calendar::{Account, Campaign, Coverage, Observance, StandingSlot, Voice};
use crate::draft::{AccountId, CampaignId, DepartmentId};
use crate::time::Recurrence;

use super::board::{Board, Covered, Item, Origin, is_for};
use super::gap::observed;
use super::known::Known;
use super::layout::{Laid, Layout, Moved, Tally, Unmet};
use super::room::{Obstacle, Room, Wish, times};

/// Lays out the slots that a year still needs, from a moment on.
pub fn lay<'a>(board: &Board<'a>, begin: DateTime<Utc>) -> Layout<'a> {
    let mut desk = Desk::new(board, begin);
    desk.standing();
    for observance in board.schedule.iter().flat_map(|schedule| &schedule.observances) {
        desk.observance(observance);
    }
    desk.coverage();
    desk.layout.laid.sort_by(|a, b| (a.at, a.account, a.department).cmp(&(b.at, b.account, b.department)));
    desk.layout
}

/// What a slot is laid for.
#[derive(Clone, Copy)]
enum Purpose<'a> {
    Standing(&'a StandingSlot, NaiveDate),
    Observance(&'a Observance),
    Coverage(&'a Coverage),
}

/// A year while slots are laid.
struct Desk<'a, 'b> {
    board: &'b Board<'a>,
    begin: DateTime<Utc>,
    room: Room<'a>,
    /// What was laid, as items.
    laid: Vec<Item<'a>>,
    /// How many slots of the year each account has.
    on: BTreeMap<&'a AccountId, usize>,
    layout: Layout<'a>,
}

impl<'a, 'b> Desk<'a, 'b> {
    fn new(board: &'b Board<'a>, begin: DateTime<Utc>) -> Desk<'a, 'b> {
        let room = Room::new(board, begin);
        let mut layout = Layout::default();
        layout.tallies.extend(board.calendar.departments.keys().map(|id| (id, Tally::default())));
        let mut on: BTreeMap<&AccountId, usize> = BTreeMap::new();
        for slot in board.schedule.iter().flat_map(|schedule| &schedule.slots) {
            if let Some(tally) = layout.tallies.get_mut(&slot.department.value) {
                tally.before += 1;
            }
            *on.entry(&slot.account.value).or_default() += 1;
        }
        Desk { board, begin, room, laid: Vec::new(), on, layout }
    }

    /// Puts a slot down.
    fn put(&mut self, wish: Wish<'a>, moment: DateTime<Utc>, purpose: Purpose<'a>, moved: Option<&Obstacle>) {
        let (schedule, day) = (self.board.schedule, wish.at.date());
        let mut laid = Laid {
            at: wish.at,
            department: wish.department,
            account: &wish.account.id,
            theme: schedule.and_then(|schedule| schedule.theme_of(day, wish.department)),
            observance: None,
            goal: None,
            campaign: wish.campaign,
            standing: None,
            trial: None,
            why: String::new(),
        };
        let tally = self.layout.tallies.entry(wish.department).or_default();
        match purpose {
            Purpose::Standing(slot, of) => {
                tally.standing += 1;
                laid.standing = Some(of);
                laid.observance = schedule
                    .and_then(|schedule| schedule.observance_of(day, Some(wish.department), &wish.account.id))
                    .map(|observance| observance.name.value.as_str());
                laid.why = format!("every {} at {}", slot.every.value, slot.at.value.format("%H:%M"));
                if let Some(obstacle) = moved {
                    laid.why.push_str(&format!(", moved from {of}: {obstacle}"));
                }
            }
            Purpose::Observance(observance) => {
                tally.observances += 1;
                laid.observance = Some(&observance.name.value);
                laid.why = observance.name.value.clone();
            }
            Purpose::Coverage(coverage) => {
                tally.coverage += 1;
                laid.goal = coverage.goal.as_ref().map(|at| &at.value);
                laid.why = coverage.to_string();
            }
        }
        let item = Item {
            moment,
            local: wish.at,
            department: Some(wish.department),
            accounts: vec![&wish.account.id],
            campaign: laid.campaign,
            goal: laid.goal,
            origin: Origin::Laid,
        };
        *self.on.entry(&wish.account.id).or_default() += 1;
        self.room.take(&item);
        self.laid.push(item);
        self.layout.laid.push(laid);
    }

    /// Lays the departments' standing slots: each on its day, or on the next free day before it comes again.
    fn standing(&mut self) {
        let board = self.board;
        let first_day = board.calendar.zone().local(self.begin).date();
        let mut due: Vec<(NaiveDate, Option<NaiveDate>, &DepartmentId, &StandingSlot)> = Vec::new();
        for department in board.calendar.departments.values() {
            for slot in &department.slots {
                let rule = Recurrence {
                    every: slot.every.value.clone(),
                    until: None,
                    except: BTreeSet::new(),
                    times: None,
                };
                let walls = rule.occurrences(board.days.start.and_time(slot.at.value), board.days.clone());
                let days: Vec<NaiveDate> = walls.map(|wall| wall.date()).collect();
                let next = days.iter().skip(1).map(|day| Some(*day)).chain([None]);
                let of_slot = days.iter().zip(next).filter(|(day, _)| **day >= first_day);
                due.extend(of_slot.map(|(day, next)| (*day, next, &department.id, slot)));
            }
        }
        due.sort_by(|a, b| (a.0, a.3.at.value, a.2).cmp(&(b.0, b.3.at.value, b.2)));
        let mut known = Known::new(&board.items);
        for (day, next, department, slot) in due {
            self.stand(&mut known, (day, next), department, slot);
        }
    }

    fn stand(
        &mut self,
        known: &mut Known<'a>,
        (day, next): (NaiveDate, Option<NaiveDate>),
        department: &'a DepartmentId,
        slot: &'a StandingSlot,
    ) {
        let account = slot.account.as_ref().map(|at| &at.value);
        let is_laid = |slot: &&crate::calendar::PlannedSlot| {
            slot.department.value == *department
                && slot.standing.as_ref().is_some_and(|at| at.value == day)
                && account.is_none_or(|id| slot.account.value == *id)
        };
        if self.board.schedule.is_some_and(|schedule| schedule.slots.iter().any(|slot| is_laid(&slot))) {
            return;
        }
        let last = day.checked_add_days(Days::new(6)).unwrap_or(day);
        let end = next.map_or(last, |next| last.min(next.pred_opt().unwrap_or(day))).max(day);
        let mut first_obstacle = None;
        for candidate in day.iter_days().take_while(|candidate| *candidate <= end) {
            if known.take(department, account, candidate.and_time(slot.at.value)) {
                return;
            }
            let at = candidate.and_time(slot.at.value);
            match self.first_fit(at, department, account) {
                Ok((wish, moment)) => {
                    self.put(wish, moment, Purpose::Standing(slot, day), first_obstacle.as_ref());
                    if let Some(why) = first_obstacle {
                        self.layout.moved.push(Moved { department, from: day, to: Some(at), why });
                    }
                    return;
                }
                Err(obstacle) => _ = first_obstacle.get_or_insert(obstacle),
            }
        }
        let why = first_obstacle.unwrap_or(Obstacle::NoDay);
        // What is past needs no slot any more.
        if why != Obstacle::Past {
            self.layout.moved.push(Moved { department, from: day, to: None, why });
        }
    }

    /// Returns the first account with room at a time: the one that is asked for, or the emptiest of the department's.
    fn first_fit(
        &self,
        at: NaiveDateTime,
        department: &'a DepartmentId,
        account: Option<&'a AccountId>,
    ) -> Result<(Wish<'a>, DateTime<Utc>), Obstacle> {
        let mut obstacle = Obstacle::NoAccount;
        for account in self.accounts(department, account) {
            let wish = Wish { at, department, account, campaign: None };
            match self.room.fits(wish) {
                Ok(moment) => return Ok((wish, moment)),
                Err(other) => obstacle = other,
            }
        }
        Err(obstacle)
    }

    /// Returns the accounts that are tried for a department: one that is asked for, or its own, the emptiest first. What a
    /// person speaks on with their own voice is nobody else's to plan.
    fn accounts(&self, department: &DepartmentId, wanted: Option<&AccountId>) -> Vec<&'a Account> {
        if let Some(id) = wanted {
            let account = self.board.calendar.account(id);
            let is_fit = |it: &&Account| {
                it.voice == Voice::Organisation && self.board.calendar.may_use(it, department)
            };
            return account.filter(is_fit).into_iter().collect();
        }
        let mut accounts = self.room.accounts_of(department);
        accounts.sort_by_key(|account| (self.on.get(&account.id).copied().unwrap_or_default(), &account.id));
        accounts
    }

    /// Returns departments, the one with the fewest slots first.
    fn fairly(&self, wanted: &[&'a DepartmentId]) -> Vec<&'a DepartmentId> {
        let mut departments: Vec<&DepartmentId> = match wanted {
            [] => self.board.calendar.departments.keys().collect(),
            wanted => wanted.to_vec(),
        };
        departments.retain(|id| self.board.calendar.departments.contains_key(*id));
        departments
            .sort_by_key(|id| (self.layout.tallies.get(id).map_or(0, |it| it.before + it.laid()), *id));
        departments.dedup();
        departments
    }

    /// Lays one slot for a purpose on one of some days, the better ones first; or returns what is in the way.
    fn one(
        &mut self,
        (departments, accounts): (&[&'a DepartmentId], &[&'a AccountId]),
        days: impl Fn(&Desk<'a, 'b>, &DepartmentId) -> Vec<NaiveDate>,
        campaign: Option<&'a CampaignId>,
        purpose: Purpose<'a>,
    ) -> Result<(), Vec<Obstacle>> {
        let mut obstacles: BTreeMap<Obstacle, usize> = BTreeMap::new();
        for department in self.fairly(departments) {
            let tried: Vec<&Account> = match accounts {
                [] => self.accounts(department, None),
                wanted => wanted.iter().flat_map(|id| self.accounts(department, Some(id))).collect(),
            };
            for day in days(self, department) {
                for account in &tried {
                    for time in times(self.board.calendar, department, &account.id) {
                        let wish = Wish { at: day.and_time(time), department, account, campaign };
                        match self.room.fits(wish) {
                            Ok(moment) => {
                                self.put(wish, moment, purpose, None);
                                return Ok(());
                            }
                            Err(obstacle) => *obstacles.entry(obstacle).or_default() += 1,
                        }
                    }
                }
            }
        }
        let mut found: Vec<(Obstacle, usize)> = obstacles.into_iter().collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let found: Vec<Obstacle> = found.into_iter().map(|(obstacle, _)| obstacle).collect();
        Err(if found.is_empty() { vec![Obstacle::NoAccount] } else { found })
    }

    fn observance(&mut self, observance: &'a Observance) {
        let is_over = |desk: &Self| {
            let last = observance.days.runs.last().map(|run| *run.end());
            last.is_none_or(|last| last < desk.board.calendar.zone().local(desk.begin).date())
        };
        let laid = |desk: &Self| {
            desk.laid
                .iter()
                .filter(|item| {
                    observance.days.contains(item.day())
                        && observance.is_of(item.department)
                        && item.accounts.iter().any(|account| observance.is_on(account))
                })
                .count()
        };
        let have = observed(self.board, observance, self.begin) + laid(self);
        let missing = (observance.posts as usize).saturating_sub(have);
        if missing == 0 || is_over(self) {
            return;
        }
        let departments: Vec<&DepartmentId> = observance.departments.iter().map(|at| &at.value).collect();
        let accounts: Vec<&AccountId> = observance.accounts.iter().map(|at| &at.value).collect();
        for done in 0..missing {
            let days = |_: &Desk<'a, 'b>, _: &DepartmentId| observance.days.iter().collect();
            let purpose = Purpose::Observance(observance);
            if let Err(why) = self.one((&departments, &accounts), days, None, purpose) {
                let what = format!("{}, {}", observance.name.value, observance.days.said);
                self.layout.unmet.push(Unmet { what, missing: missing - done, why });
                return;
            }
        }
    }

    fn coverage(&mut self) {
        let today = self.board.calendar.zone().local(self.begin).date();
        for covered in self.board.covered(self.begin) {
            if covered.days.end <= today {
                continue;
            }
            let coverage = covered.coverage;
            let laid = |item: &&Item<'_>| {
                covered.days.contains(&item.day()) && is_for(self.board.calendar, coverage, item)
            };
            let missing = covered.missing().saturating_sub(self.laid.iter().filter(laid).count());
            for done in 0..missing {
                if let Err(why) = self.cover(&covered) {
                    let what = format!("{}: {}", coverage.every.name(covered.begin), coverage);
                    self.layout.unmet.push(Unmet { what, missing: missing - done, why });
                    break;
                }
            }
        }
    }

    /// Lays one slot for a coverage in one of its months or weeks.
    fn cover(&mut self, covered: &Covered<'a>) -> Result<(), Vec<Obstacle>> {
        let calendar = self.board.calendar;
        let coverage = covered.coverage;
        let goal = coverage.goal.as_ref().and_then(|at| calendar.goals.get(&at.value));
        let campaign = coverage.campaign.as_ref().and_then(|at| calendar.campaigns.get(&at.value));
        // Who leads the campaign, or is set the goal, writes for it where the coverage does not say who.
        let department = (coverage.department.as_ref())
            .or(campaign.and_then(|it| it.department.as_ref()))
            .or(goal.and_then(|it| it.department.as_ref()))
            .map(|at| &at.value);
        let account =
            coverage.account.as_ref().or(goal.and_then(|it| it.account.as_ref())).map(|at| &at.value);
        let departments: Vec<&DepartmentId> = department.into_iter().collect();
        let accounts: Vec<&AccountId> = account.into_iter().collect();
        let days = |desk: &Desk<'a, 'b>, department: &DepartmentId| desk.days(covered, department, campaign);
        let id = coverage.campaign.as_ref().map(|at| &at.value);
        self.one((&departments, &accounts), days, id, Purpose::Coverage(coverage))
    }

    /// Returns the days on which a slot for a coverage may be laid, the better ones first: working days before weekends,
    /// days that are free for the department and for all, days far from what else there is of the coverage.
    fn days(
        &self,
        covered: &Covered<'a>,
        department: &DepartmentId,
        campaign: Option<&Campaign>,
    ) -> Vec<NaiveDate> {
        let from = campaign.and_then(|it| it.from.as_ref()).map(|at| at.value);
        let until = campaign.and_then(|it| it.until.as_ref()).map(|at| at.value);
        let begin = self.board.days.start.max(covered.days.start).max(from.unwrap_or(covered.days.start));
        let end = self.board.days.end.min(covered.days.end);
        let near = Days::new(31);
        let mut same: Vec<NaiveDate> = Vec::new();
        let mut own: BTreeSet<NaiveDate> = BTreeSet::new();
        for item in self.board.of_days(&(begin - near..end + near)).iter().chain(&self.laid) {
            let day = item.day();
            if is_for(self.board.calendar, covered.coverage, item) {
                same.push(day);
            }
            if item.department == Some(department) {
                own.insert(day);
            }
        }
        let mut days: Vec<NaiveDate> = begin
            .iter_days()
            .take_while(|day| *day < end && until.is_none_or(|until| *day <= until))
            .collect();
        days.sort_by_cached_key(|day| {
            let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let apart = same.iter().map(|other| (*other - *day).num_days().abs()).min().unwrap_or(31);
            (is_weekend, own.contains(day), self.room.load(*day), std::cmp::Reverse(apart), *day)
        });
        days
    }
}
