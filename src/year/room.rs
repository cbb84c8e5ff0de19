//! Where there is room for a slot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

use crate::calendar::{Account, Calendar, Norm, Period, ProtocolRule, Voice};
use crate::draft::{AccountId, CampaignId, DepartmentId};

use super::board::{Board, Claim, Item};

/// Two things on one account are so far apart, where no protocol wants more.
const APART: TimeDelta = TimeDelta::hours(1);

/// Why there is no room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// It is past, or before the first day that is asked for.
    Past,
    /// The day is closed.
    Closed(String),
    /// The clocks do not show the time, or show it twice.
    NoSuchTime,
    /// The account takes nothing yet.
    BeforeAccount(AccountId),
    /// Something else is on the account at nearly the same time.
    Near(AccountId),
    /// Another department has something in the same hour.
    SameHour,
    /// The department has a post there on that day, which a slot would have at once.
    Posted(AccountId),
    /// The department's posts of the day or week are all given.
    Quota(DepartmentId, &'static str),
    /// A protocol keeps the time free.
    Protocol(String),
    /// No department may use an account that is fit for it.
    NoAccount,
    /// It is none of the days that count.
    NoDay,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Past => f.write_str("the days are past"),
            Obstacle::Closed(name) => f.write_str(name),
            Obstacle::NoSuchTime => f.write_str("the clocks change then"),
            Obstacle::BeforeAccount(account) => write!(f, "`{account}` takes nothing yet"),
            Obstacle::Near(account) => write!(f, "`{account}` is taken within the hour"),
            Obstacle::Posted(account) => write!(f, "there is a post on `{account}` already"),
            Obstacle::SameHour => f.write_str("another department has the hour"),
            Obstacle::Quota(department, noun) => write!(f, "`{department}` has its quota of the {noun}"),
            Obstacle::Protocol(say) => f.write_str(say),
            Obstacle::NoAccount => f.write_str("no department may use an account for it"),
            Obstacle::NoDay => f.write_str("no day of it counts"),
        }
    }
}

/// What a slot would be.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub at: NaiveDateTime,
    pub department: &'a DepartmentId,
    pub account: &'a Account,
    pub campaign: Option<&'a CampaignId>,
}

/// What takes room in a year.
pub struct Room<'a> {
    calendar: &'a Calendar,
    /// The first moment at which there is room.
    begin: DateTime<Utc>,
    days: Range<NaiveDate>,
    unclaimed: BTreeSet<Claim<'a>>,
    rules: Vec<&'a ProtocolRule>,
    moments: BTreeMap<&'a AccountId, BTreeSet<DateTime<Utc>>>,
    hours: BTreeMap<(NaiveDate, u32), BTreeSet<&'a DepartmentId>>,
    counts: BTreeMap<(&'a DepartmentId, NaiveDate, &'static str), u32>,
    load: BTreeMap<NaiveDate, u32>,
}

impl<'a> Room<'a> {
    /// Takes the room that a year's items take, from a moment on.
    pub fn new(board: &Board<'a>, begin: DateTime<Utc>) -> Room<'a> {
        let is_of_time = |rule: &&ProtocolRule| {
            matches!(
                &rule.norm,
                Norm::Spacing { .. } | Norm::Quota { .. } | Norm::QuietHours { .. } | Norm::Blackout { .. }
            ) || matches!(&rule.norm, Norm::Embargo { words, .. } if words.is_empty())
        };
        let calendar = board.calendar;
        let rules = calendar.protocols.values().flat_map(|protocol| &protocol.rules).filter(is_of_time);
        let mut rules: Vec<&ProtocolRule> = rules.collect();
        // What closes a whole day says more than what closes some hours of it.
        rules.sort_by_key(|rule| !matches!(rule.norm, Norm::Blackout { .. }));
        let mut room = Room {
            calendar,
            begin,
            days: board.days.clone(),
            unclaimed: board.unclaimed.clone(),
            rules,
            moments: BTreeMap::new(),
            hours: BTreeMap::new(),
            counts: BTreeMap::new(),
            load: BTreeMap::new(),
        };
        board.items.iter().for_each(|item| room.take(item));
        room
    }

    /// Takes the room of one more item.
    pub fn take(&mut self, item: &Item<'a>) {
        for account in &item.accounts {
            self.moments.entry(account).or_default().insert(item.moment);
        }
        *self.load.entry(item.day()).or_default() += 1;
        if let Some(department) = item.department {
            self.hours.entry((item.day(), item.local.hour())).or_default().insert(department);
            for (noun, begin) in [("day", item.day()), ("week", Period::Week.begin(item.day()))] {
                *self.counts.entry((department, begin, noun)).or_default() += 1;
            }
        }
    }

    /// Returns how many things there are on a day.
    pub fn load(&self, day: NaiveDate) -> u32 {
        self.load.get(&day).copied().unwrap_or_default()
    }

    /// Returns the accounts that a department may use for a slot of its own: those that speak for the organisation.
    pub fn accounts_of(&self, department: &DepartmentId) -> Vec<&'a Account> {
        let accounts = self.calendar.accounts.values();
        let is_fit = |account: &&Account| {
            account.platform.is_some()
                && account.voice == Voice::Organisation
                && self.calendar.may_use(account, department)
        };
        accounts.filter(is_fit).collect()
    }

    /// Returns the moment of a wish where there is room for it, or why there is none.
    pub fn fits(&self, wish: Wish<'_>) -> Result<DateTime<Utc>, Obstacle> {
        let day = wish.at.date();
        let account = wish.account;
        if !self.days.contains(&day) {
            return Err(Obstacle::NoDay);
        }
        let moment = self.calendar.zone().resolve(wish.at, None).map_err(|_| Obstacle::NoSuchTime)?;
        // What is due this moment is past when anybody could write it.
        if moment <= self.begin {
            return Err(Obstacle::Past);
        }
        if let Some(closed) = self.calendar.closed(day, Some(wish.department), Some(&account.id)) {
            return Err(Obstacle::Closed(closed.closing.name.value.clone()));
        }
        if let Some(event) = self.calendar.closed_by_event(day) {
            return Err(Obstacle::Closed(event.name.value.clone()));
        }
        if account.since.as_ref().is_some_and(|since| day < since.value) {
            return Err(Obstacle::BeforeAccount(account.id.clone()));
        }
        if self.unclaimed.contains(&(wish.department, &account.id, day)) {
            return Err(Obstacle::Posted(account.id.clone()));
        }
        self.keeps_rules(wish, moment)?;
        self.is_within_quota(wish)?;
        let others = self.hours.get(&(day, wish.at.hour()));
        if others.is_some_and(|others| others.iter().any(|other| *other != wish.department)) {
            return Err(Obstacle::SameHour);
        }
        Ok(moment)
    }

    fn rules_of(&self, wish: Wish<'_>) -> impl Iterator<Item = &'a ProtocolRule> {
        let is_for = move |rule: &&ProtocolRule| {
            rule.scope.covers(Some(wish.department), wish.campaign, &[], wish.account)
        };
        self.rules.iter().copied().filter(is_for)
    }

    /// Tells whether nothing else on the account is too near, and protocols leave the time free.
    fn keeps_rules(&self, wish: Wish<'_>, moment: DateTime<Utc>) -> Result<(), Obstacle> {
        let mut apart = APART;
        for rule in self.rules_of(wish) {
            let is_broken = match &rule.norm {
                Norm::Spacing { least } => {
                    apart = apart.max(*least);
                    false
                }
                norm => norm.forbids(moment, self.calendar.zone()),
            };
            if is_broken {
                return Err(Obstacle::Protocol(rule.say.value.trim_end_matches('.').to_owned()));
            }
        }
        let near = |taken: &BTreeSet<DateTime<Utc>>| {
            let after = taken.range(moment..).next().is_some_and(|other| *other - moment < apart);
            after || taken.range(..moment).next_back().is_some_and(|other| moment - *other < apart)
        };
        match self.moments.get(&wish.account.id).is_some_and(near) {
            true => Err(Obstacle::Near(wish.account.id.clone())),
            false => Ok(()),
        }
    }

    /// Tells whether the department may have one more on that day and in that week, by its own quota and by protocols.
    fn is_within_quota(&self, wish: Wish<'_>) -> Result<(), Obstacle> {
        let day = wish.at.date();
        let own = self.calendar.departments.get(wish.department);
        let mut most = [
            ("day", day, own.and_then(|own| own.quota_day.as_ref()).map(|at| at.value)),
            ("week", Period::Week.begin(day), own.and_then(|own| own.quota_week.as_ref()).map(|at| at.value)),
        ];
        for rule in self.rules_of(wish) {
            if let Norm::Quota { day, week } = &rule.norm {
                for ((_, _, most), said) in most.iter_mut().zip([day, week]) {
                    *most = [*most, *said].into_iter().flatten().min();
                }
            }
        }
        for (noun, begin, most) in most {
            let have = self.counts.get(&(wish.department, begin, noun)).copied().unwrap_or_default();
            if most.is_some_and(|most| have >= most) {
                return Err(Obstacle::Quota(wish.department.clone(), noun));
            }
        }
        Ok(())
    }
}

/// The hours at which slots are laid where nothing else says when: the better ones first.
const HOURS: [u32; 10] = [10, 12, 15, 11, 14, 16, 9, 17, 13, 18];

/// Returns the times of day at which a department's slots on an account are tried: those of its standing slots, then the
/// usual ones.
pub fn times(calendar: &Calendar, department: &DepartmentId, account: &AccountId) -> Vec<NaiveTime> {
    let standing = calendar.departments.get(department).into_iter().flat_map(|own| &own.slots);
    let is_on =
        |slot: &&crate::calendar::StandingSlot| slot.account.as_ref().is_none_or(|at| at.value == *account);
    let standing = standing.filter(is_on).map(|slot| slot.at.value);
    let mut times: Vec<NaiveTime> = Vec::new();
    for time in standing.chain(HOURS.iter().filter_map(|hour| NaiveTime::from_hms_opt(*hour, 0, 0))) {
        if !times.contains(&time) {
            times.push(time);
        }
    }
    times
}
