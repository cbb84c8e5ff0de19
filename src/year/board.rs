//! Every post and every open slot of a year.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, Utc, Weekday};

use crate::calendar::{Calendar, Coverage, Period, PlannedSlot, Post, Schedule};
use crate::draft::{AccountId, CampaignId, DepartmentId, GoalId, PostId};

/// How far around the year things are known: a week that reaches beyond it is counted whole.
const AROUND: Days = Days::new(7);

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin<'a> {
    /// A post.
    Post(&'a Post),
    /// A slot of the schedule without a post.
    Slot(&'a Schedule, &'a PlannedSlot),
    /// A slot that is being laid.
    Laid,
}

/// A post at one time, or a slot that waits for one.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    /// The moment.
    pub moment: DateTime<Utc>,
    /// What the calendar's clocks show then.
    pub local: NaiveDateTime,
    /// Whose it is.
    pub department: Option<&'a DepartmentId>,
    /// Where it goes.
    pub accounts: Vec<&'a AccountId>,
    /// The campaign that it belongs to.
    pub campaign: Option<&'a CampaignId>,
    /// The goal that it serves by itself.
    pub goal: Option<&'a GoalId>,
    /// What it is.
    pub origin: Origin<'a>,
}

impl Item<'_> {
    /// Returns the day, by the calendar's clocks.
    pub fn day(&self) -> NaiveDate {
        self.local.date()
    }

    /// Tells whether it is a post, not a slot.
    pub fn is_post(&self) -> bool {
        matches!(self.origin, Origin::Post(_))
    }
}

/// A coverage in one of its months or weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered<'a> {
    /// What is asked for.
    pub coverage: &'a Coverage,
    /// The first day of the month or week.
    pub begin: NaiveDate,
    /// Its days on which posts count.
    pub days: Range<NaiveDate>,
    /// How many posts there are.
    pub posts: usize,
    /// How many open slots there are that are not past.
    pub slots: usize,
}

impl Covered<'_> {
    /// Returns how many posts are missing.
    pub fn missing(&self) -> usize {
        (self.coverage.posts.value as usize).saturating_sub(self.posts + self.slots)
    }
}

/// A year with all that is in it, and a week around it.
pub struct Board<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The year.
    pub year: i32,
    /// Its days.
    pub days: Range<NaiveDate>,
    /// Its schedule, where it has one.
    pub schedule: Option<&'a Schedule>,
    /// The posts and the open slots, in the order of their times; those of the week before and after too.
    pub items: Vec<Item<'a>>,
    /// The slots of the schedule that have a post.
    pub filled: Vec<(&'a PlannedSlot, &'a PostId)>,
    /// Where a department has more posts on an account in a day than slots: the next slot there would have a post at once.
    pub(super) unclaimed: BTreeSet<Claim<'a>>,
}

/// What makes a post one for a slot.
pub(super) type Claim<'a> = (&'a DepartmentId, &'a AccountId, NaiveDate);

impl<'a> Board<'a> {
    /// Lays a year out as it stands; nothing for a year that dates cannot be of.
    pub fn new(calendar: &'a Calendar, year: i32) -> Option<Board<'a>> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
        let days = first..first.checked_add_months(Months::new(12))?;
        let known = days.start.checked_sub_days(AROUND)?..days.end.checked_add_days(AROUND)?;
        let posts = posts(calendar, &known);
        let slots = slots(calendar, &known);
        let (open, filled, unclaimed) = fill(calendar, slots, &posts);
        let mut items = posts;
        items.extend(open);
        items.sort_by(|a, b| {
            (a.moment, a.department, &a.accounts).cmp(&(b.moment, b.department, &b.accounts))
        });
        Some(Board { calendar, year, days, schedule: calendar.schedule(year), items, filled, unclaimed })
    }

    /// Returns what there is of each coverage in each of its months and weeks, in the order of their days.
    ///
    /// A slot that is past is no more than a post that was not written.
    pub fn covered(&self, now: DateTime<Utc>) -> Vec<Covered<'a>> {
        let mut all = Vec::new();
        for coverage in self.schedule.iter().flat_map(|schedule| &schedule.coverage) {
            let mut periods = periods(coverage, self.year);
            for item in self.items.iter().filter(|item| is_for(self.calendar, coverage, item)) {
                let after = periods.partition_point(|period| period.days.end <= item.day());
                let Some(period) = periods.get_mut(after).filter(|it| it.days.contains(&item.day())) else {
                    continue;
                };
                match item.is_post() {
                    true => period.posts += 1,
                    false if item.moment > now => period.slots += 1,
                    false => {}
                }
            }
            all.extend(periods);
        }
        all.sort_by_key(|covered| (covered.days.start, covered.coverage.posts.span.start));
        all
    }

    /// Returns the items of some days.
    pub fn of_days(&self, days: &Range<NaiveDate>) -> &[Item<'a>] {
        let begin = self.items.partition_point(|item| item.day() < days.start);
        let end = self.items.partition_point(|item| item.day() < days.end);
        self.items.get(begin..end).unwrap_or_default()
    }
}

/// Returns every time that a post goes out, with the accounts that it then goes to.
fn posts<'a>(calendar: &'a Calendar, known: &Range<NaiveDate>) -> Vec<Item<'a>> {
    // A post's own zone may have another day than the calendar's.
    let around = known.start.pred_opt().unwrap_or(known.start)..known.end.succ_opt().unwrap_or(known.end);
    let mut items = Vec::with_capacity(calendar.posts.len());
    for post in &calendar.posts {
        for (day, moment) in calendar.moments(post, around.clone()) {
            let local = calendar.zone().local(moment);
            if !known.contains(&local.date()) {
                continue;
            }
            let mut accounts: Vec<&AccountId> = Vec::with_capacity(post.to.value.len());
            for account in post.to.value.iter().filter_map(|to| calendar.account(&to.value)) {
                let is_open = account.since.as_ref().is_none_or(|since| day >= since.value);
                if is_open && !accounts.contains(&&account.id) {
                    accounts.push(&account.id);
                }
            }
            items.push(Item {
                moment,
                local,
                department: post.department.as_ref().map(|at| &at.value),
                accounts,
                campaign: post.campaign.as_ref().map(|at| &at.value),
                goal: post.goal.as_ref().map(|at| &at.value),
                origin: Origin::Post(post),
            });
        }
    }
    items.sort_by_key(|item| item.moment);
    items
}

/// Returns the slots of the schedules, open or not.
fn slots<'a>(calendar: &'a Calendar, known: &Range<NaiveDate>) -> Vec<(Item<'a>, &'a PlannedSlot)> {
    let years = calendar.schedules.range(known.start.year()..=known.end.year());
    let all = years.flat_map(|(_, schedule)| schedule.slots.iter().map(move |slot| (schedule, slot)));
    let item = |(schedule, slot): (&'a Schedule, &'a PlannedSlot)| {
        let item = Item {
            moment: calendar.zone().resolve_somehow(slot.at.value, None)?,
            local: slot.at.value,
            department: Some(&slot.department.value),
            accounts: vec![&slot.account.value],
            campaign: slot.campaign.as_ref().map(|at| &at.value),
            goal: slot.goal.as_ref().map(|at| &at.value),
            origin: Origin::Slot(schedule, slot),
        };
        known.contains(&item.day()).then_some((item, slot))
    };
    let mut slots: Vec<_> = all.filter_map(item).collect();
    slots.sort_by_key(|(item, _)| item.moment);
    slots
}

/// Slots with the posts that fill them.
type Filled<'a> = Vec<(&'a PlannedSlot, &'a PostId)>;

/// Parts the slots into those without a post and those with one: the post that the slot names, or one of its department
/// on its account on its day. A post fills one slot of an account.
fn fill<'a>(
    calendar: &'a Calendar,
    slots: Vec<(Item<'a>, &'a PlannedSlot)>,
    posts: &[Item<'a>],
) -> (Vec<Item<'a>>, Filled<'a>, BTreeSet<Claim<'a>>) {
    let mut filled: Filled<'a> = Vec::new();
    let mut unnamed = Vec::new();
    let mut named: Vec<(&PostId, &AccountId, NaiveDate)> = Vec::new();
    for (item, slot) in slots {
        match slot.post.as_ref().and_then(|post| calendar.post(&post.value)) {
            Some(post) => {
                named.push((&post.id, &slot.account.value, item.day()));
                filled.push((slot, &post.id));
            }
            None => unnamed.push((item, slot)),
        }
    }
    named.sort();
    let mut free: BTreeMap<Claim<'a>, Vec<&PostId>> = BTreeMap::new();
    for item in posts {
        let (Some(department), Origin::Post(post)) = (item.department, item.origin) else { continue };
        for account in &item.accounts {
            if named.binary_search(&(&post.id, *account, item.day())).is_err() {
                free.entry((department, *account, item.day())).or_default().push(&post.id);
            }
        }
    }
    // Taken from the end: the first slot of a day gets its first post.
    free.values_mut().for_each(|posts| posts.reverse());
    let mut open = Vec::new();
    for (item, slot) in unnamed {
        let key = (&slot.department.value, &slot.account.value, item.day());
        match free.get_mut(&key).and_then(Vec::pop) {
            Some(post) => filled.push((slot, post)),
            None => open.push(item),
        }
    }
    free.retain(|_, posts| !posts.is_empty());
    (open, filled, free.into_keys().collect())
}

/// Tells whether an item counts for a coverage.
pub(super) fn is_for(calendar: &Calendar, coverage: &Coverage, item: &Item<'_>) -> bool {
    let serves = |goal: &GoalId| {
        let of_campaign = || {
            let campaign = item.campaign.and_then(|id| calendar.campaigns.get(id));
            campaign.and_then(|campaign| campaign.goal.as_ref()).is_some_and(|at| at.value == *goal)
        };
        item.goal == Some(goal) || of_campaign()
    };
    coverage.department.as_ref().is_none_or(|at| item.department == Some(&at.value))
        && coverage.account.as_ref().is_none_or(|at| item.accounts.contains(&&at.value))
        && coverage.campaign.as_ref().is_none_or(|at| item.campaign == Some(&at.value))
        && coverage.goal.as_ref().is_none_or(|at| serves(&at.value))
}

/// Returns the months or weeks that a coverage is asked for in, in order, with nothing in them yet.
///
/// Weeks are those of ISO 8601's year, whole. Of a month or week that begins before the coverage's first day, or ends
/// after its last, only the days between the two count.
fn periods<'a>(coverage: &'a Coverage, year: i32) -> Vec<Covered<'a>> {
    let begins: Vec<NaiveDate> = match coverage.every {
        Period::Month => (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 1)).collect(),
        Period::Week => {
            (1..=53).filter_map(|week| NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)).collect()
        }
    };
    let one = |begin: NaiveDate| {
        let end = match coverage.every {
            Period::Month => begin.checked_add_months(Months::new(1))?,
            Period::Week => begin.checked_add_days(Days::new(7))?,
        };
        let from = coverage.from.as_ref().map_or(begin, |from| from.value.max(begin));
        let until = coverage
            .until
            .as_ref()
            .and_then(|until| until.value.succ_opt())
            .map_or(end, |last| last.min(end));
        (from < until).then_some(Covered { coverage, begin, days: from..until, posts: 0, slots: 0 })
    };
    begins.into_iter().filter_map(one).collect()
}
