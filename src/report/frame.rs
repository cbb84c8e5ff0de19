//! The evidence, laid out for a report: which posts lie in which of its times, and which reading of each metric holds.
//!
//! Millions of rows are walked once. A post's number is the last reading that was made until its time's cutoff; what holds is
//! kept as the row's place, so that every number can be traced to its line.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::{AccountId, CampaignId, DepartmentId};
use crate::evidence::Evidence;
use crate::number::{Amount, Ratio};
use crate::reading::{Metric, Row, Subject, Work};
use crate::report::oddities::{Oddities, clashes, name_rows};
use crate::report::period::Period;
use crate::report::scope::Scope;

/// The metrics that are kept of each post.
const KEPT: [Metric; 16] = [
    Metric::Reach,
    Metric::Impressions,
    Metric::Views,
    Metric::WatchTime,
    Metric::Likes,
    Metric::Replies,
    Metric::Reposts,
    Metric::Quotes,
    Metric::Saves,
    Metric::Clicks,
    Metric::ProfileVisits,
    Metric::Votes,
    Metric::Engagements,
    Metric::PageViews,
    Metric::Spend,
    Metric::Gone,
];

/// How old a reading of followers may be to stand for a moment.
pub const FOLLOWERS_AGE: TimeDelta = TimeDelta::days(31);

/// No row.
const NONE: u32 = u32::MAX;

/// A post of one of the report's times, with the rows that hold.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its place in the evidence.
    pub work: u32,
    /// The time it lies in: an index into [`Frame::periods`].
    pub period: usize,
    /// The row of each metric that holds, in the order of [`KEPT`].
    rows: [u32; KEPT.len()],
    /// What each of them adds.
    amounts: [Amount; KEPT.len()],
    /// The row of the followers that its account had when it went out.
    pub followers: Option<(u32, Amount)>,
    /// The metrics whose row was made after the cutoff, a bit each.
    later: u32,
    /// Whether any reading of it counts.
    pub has_rows: bool,
}

/// The evidence, laid out.
pub struct Frame<'a> {
    /// The evidence.
    pub evidence: &'a Evidence<'a>,
    /// The report's times, the one it is of first.
    pub periods: Vec<Period>,
    /// The posts of these times, by the moment they went out.
    pub placed: Vec<Placed>,
    /// What is odd about the rows.
    pub oddities: Oddities,
    /// Every account that anything is known of.
    pub accounts: BTreeSet<AccountId>,
    /// The posts of each scope and time: indices into `placed`.
    members: Members,
    /// The promises of each scope and time, by their place in the evidence.
    promises: Members,
}

/// What belongs to each scope, in each of the report's times.
type Members = BTreeMap<Scope, Vec<Vec<u32>>>;

impl<'a> Frame<'a> {
    /// Lays the evidence out for some times.
    pub fn new(evidence: &'a Evidence<'a>, periods: Vec<Period>) -> Frame<'a> {
        let mut placed = Vec::with_capacity(evidence.works.len());
        let mut place_of = vec![NONE; evidence.readings.subjects.len()];
        for (number, work) in (0_u32..).zip(&evidence.works) {
            let within =
                |period: &Period| period.moments.contains(&work.published) && work.published <= period.cutoff;
            let Some(period) = periods.iter().position(within) else { continue };
            let subject = evidence.readings.place(&work.subject);
            if let Some(slot) = subject.and_then(|subject| place_of.get_mut(subject as usize)) {
                *slot = u32::try_from(placed.len()).unwrap_or(NONE);
            }
            let (rows, amounts) = ([NONE; KEPT.len()], [Amount::ZERO; KEPT.len()]);
            let followers = None;
            let (later, has_rows) = (0, false);
            placed.push(Placed { work: number, period, rows, amounts, followers, later, has_rows });
        }
        let mut accounts: BTreeSet<AccountId> = evidence.calendar.accounts.keys().cloned().collect();
        accounts.extend(evidence.works.iter().map(|work| work.account.clone()));
        accounts.extend(evidence.readings.subjects.iter().filter_map(Subject::account).cloned());
        let mut frame = Frame {
            evidence,
            periods,
            placed,
            oddities: Oddities::default(),
            accounts,
            members: BTreeMap::new(),
            promises: BTreeMap::new(),
        };
        frame.walk(&place_of);
        frame.follow();
        frame.enlist();
        frame
    }

    /// Walks through all rows once.
    fn walk(&mut self, place_of: &[u32]) {
        let readings = &self.evidence.readings;
        let mut start = 0_usize;
        for rows in readings.rows.chunk_by(|a, b| (a.subject, a.metric) == (b.subject, b.metric)) {
            let first = u32::try_from(start).unwrap_or(NONE);
            start += rows.len();
            let Some(row) = rows.first() else { continue };
            let place = place_of.get(row.subject as usize).copied().unwrap_or(NONE);
            if let Some(placed) = self.placed.get_mut(place as usize) {
                let (Some(period), Some(work)) =
                    (self.periods.get(placed.period), self.evidence.works.get(placed.work as usize))
                else {
                    continue;
                };
                placed.keep(self.evidence, work, period, (rows, first), &mut self.oddities);
                name_rows(&mut self.oddities, &work.account, (rows, first), period.cutoff);
            } else if let Some(subject) = readings.subjects.get(row.subject as usize)
                && !subject.is_post()
            {
                let until = self.periods.first().map_or(DateTime::<Utc>::MAX_UTC, |period| period.cutoff);
                let known = rows.iter().take_while(|row| row.window != 0 || row.read() <= until);
                for (number, row) in (first..).zip(known) {
                    if row.value.is_negative() && row.metric != Metric::Count && row.metric != Metric::Revenue
                    {
                        self.oddities.negative.push(number);
                    }
                }
                clashes(&mut self.oddities, (rows, first), until);
                if let Some(account) = subject.account() {
                    name_rows(&mut self.oddities, account, (rows, first), until);
                }
            }
        }
    }

    /// Finds the followers that each post's account had when it went out: the last reading before, if it is not too old.
    fn follow(&mut self) {
        let mut known: BTreeMap<&AccountId, (&[Row], u32)> = BTreeMap::new();
        let mut found = Vec::with_capacity(self.placed.len());
        for placed in &self.placed {
            let work = self.evidence.works.get(placed.work as usize);
            found.push(work.and_then(|work| {
                let (rows, first) = *known
                    .entry(&work.account)
                    .or_insert_with(|| self.rows(&Subject::Account(work.account.clone()), Metric::Followers));
                let count = rows.partition_point(|row| row.window == 0 && row.read() <= work.published);
                let at = rows.get(..count)?.iter().rposition(|row| !row.value.is_negative())?;
                let row = rows.get(at).filter(|row| work.published - row.read() <= FOLLOWERS_AGE)?;
                Some((first + u32::try_from(at).ok()?, row.value))
            }));
        }
        for (placed, followers) in self.placed.iter_mut().zip(found) {
            placed.followers = followers;
        }
    }

    /// Lists the posts and the promises of each scope.
    fn enlist(&mut self) {
        let (evidence, count) = (self.evidence, self.periods.len());
        let mut of_account: BTreeMap<&AccountId, Vec<Scope>> = BTreeMap::new();
        for account in &self.accounts {
            let person = evidence.leader(account);
            let side = person.map_or(Scope::Organisation, |person| Scope::Person(person.clone()));
            let platform = evidence.platform(account).map(Scope::Platform);
            let own = Scope::Account(account.clone());
            of_account.insert(account, [Some(side), platform, Some(own)].into_iter().flatten().collect());
        }
        let add = |members: &mut Members, of: Belongs<'_>, period: usize, number: u32| {
            let more = of.department.cloned().map(Scope::Department);
            let more = more.into_iter().chain(of.campaign.cloned().map(Scope::Campaign));
            for scope in of_account.get(of.account).into_iter().flatten().cloned().chain(more) {
                let lists = members.entry(scope).or_insert_with(|| vec![Vec::new(); count]);
                lists.get_mut(period).into_iter().for_each(|list| list.push(number));
            }
        };
        let (mut members, mut promises) = (Members::new(), Members::new());
        for (number, placed) in (0_u32..).zip(&self.placed) {
            let Some(work) = evidence.works.get(placed.work as usize) else { continue };
            let of = Belongs {
                account: &work.account,
                department: work.department.as_ref(),
                campaign: work.campaign.as_ref(),
            };
            add(&mut members, of, placed.period, number);
        }
        for (number, promise) in (0_u32..).zip(&evidence.promises) {
            let is_due =
                |period: &Period| period.moments.contains(&promise.due) && promise.due <= period.cutoff;
            let Some(period) = self.periods.iter().position(is_due) else { continue };
            let of = Belongs {
                account: &promise.account,
                department: promise.department.as_ref(),
                campaign: promise.campaign.as_ref(),
            };
            add(&mut promises, of, period, number);
        }
        (self.members, self.promises) = (members, promises);
    }

    /// Returns the posts of a scope in one of the times, as places in [`Frame::placed`].
    pub fn members(&self, scope: &Scope, period: usize) -> &[u32] {
        self.members.get(scope).and_then(|lists| lists.get(period)).map_or(&[], Vec::as_slice)
    }

    /// Returns the promises of a scope in one of the times, as places in the evidence.
    pub fn promises(&self, scope: &Scope, period: usize) -> &[u32] {
        self.promises.get(scope).and_then(|lists| lists.get(period)).map_or(&[], Vec::as_slice)
    }

    /// Returns the scopes that have posts or promises in any of the times.
    pub fn scopes(&self) -> BTreeSet<&Scope> {
        self.members.keys().chain(self.promises.keys()).collect()
    }

    /// Returns a post of the frame.
    pub fn placed(&self, number: u32) -> Option<(&Placed, &'a Work)> {
        let placed = self.placed.get(number as usize)?;
        Some((placed, self.evidence.works.get(placed.work as usize)?))
    }

    /// Returns a row by its place.
    pub fn row(&self, number: u32) -> Option<&'a Row> {
        self.evidence.readings.rows.get(number as usize)
    }

    /// Returns the rows of a subject's metric, with the place of the first.
    pub fn rows(&self, subject: &Subject, metric: Metric) -> (&'a [Row], u32) {
        let readings = &self.evidence.readings;
        let Some(subject) = readings.place(subject) else { return (&[], 0) };
        let from = readings.rows.partition_point(|row| (row.subject, row.metric) < (subject, metric));
        (readings.at(subject, metric), u32::try_from(from).unwrap_or(NONE))
    }

    /// Returns the last row of a level that was read within a span, its ends included.
    pub fn level(&self, of: (&Subject, Metric), from: DateTime<Utc>, until: DateTime<Utc>) -> Option<u32> {
        self.levels(of, from, until).next_back()
    }

    /// Returns the first row of a level that was read within a span, its ends included.
    pub fn first_level(
        &self,
        of: (&Subject, Metric),
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<u32> {
        self.levels(of, from, until).next()
    }

    /// Returns the places of a level's rows that were read within a span, its ends included, and count.
    fn levels(
        &self,
        (subject, metric): (&Subject, Metric),
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> impl DoubleEndedIterator<Item = u32> {
        let (rows, first) = self.rows(subject, metric);
        let counts = move |row: &Row| {
            row.window == 0
                && (from..=until).contains(&row.read())
                && (metric == Metric::Count || !row.value.is_negative())
        };
        let counted = rows.iter().enumerate().filter(move |(_, row)| counts(row));
        counted.filter_map(move |(at, _)| u32::try_from(at).ok().map(|at| first + at))
    }
}

/// What a post or a promise belongs to.
#[derive(Clone, Copy)]
struct Belongs<'a> {
    account: &'a AccountId,
    department: Option<&'a DepartmentId>,
    campaign: Option<&'a CampaignId>,
}

impl Placed {
    /// Returns the row of a metric that holds, and what it adds.
    pub fn row(&self, metric: Metric) -> Option<(u32, Amount)> {
        let at = KEPT.iter().position(|kept| *kept == metric)?;
        let row = self.rows.get(at).copied().filter(|row| *row != NONE)?;
        Some((row, self.amounts.get(at).copied()?))
    }

    /// Tells whether a metric's row was made after the cutoff.
    pub fn is_later(&self, metric: Metric) -> bool {
        KEPT.iter().position(|kept| *kept == metric).is_some_and(|at| self.later & (1 << at) != 0)
    }

    /// Keeps the row of one metric that holds.
    fn keep(
        &mut self,
        evidence: &Evidence<'_>,
        work: &Work,
        period: &Period,
        (rows, first): (&[Row], u32),
        oddities: &mut Oddities,
    ) {
        let mut held: Option<(u32, &Row)> = None;
        let mut next: Option<(u32, &Row)> = None;
        let is_main = period.cutoff == period.cutoff_late;
        for (number, row) in (first..).zip(rows) {
            let read = row.read();
            if read > period.cutoff_late || (next.is_some() && read > period.cutoff && row.window == 0) {
                continue;
            }
            if row.value.is_negative() {
                oddities.negative.push(number);
                continue;
            }
            if row.window != 0
                && evidence.readings.window(row).is_some_and(|window| window.start > work.published)
            {
                if is_main {
                    oddities.partial.push(number);
                }
                continue;
            }
            if read > period.cutoff {
                next = next.filter(|(_, next)| next.read_secs <= row.read_secs).or(Some((number, row)));
                continue;
            }
            if let Some((before, last)) = held {
                if is_main && last.read_secs == row.read_secs && last.value != row.value {
                    oddities.conflicting.push(before);
                } else if is_main && row.read_secs > last.read_secs && row.value < last.value {
                    oddities.backwards.push(number);
                }
                if row.read_secs < last.read_secs
                    || (row.read_secs == last.read_secs && row.value < last.value)
                {
                    continue;
                }
            }
            held = Some((number, row));
        }
        let Some(at) = rows.first().and_then(|row| KEPT.iter().position(|kept| *kept == row.metric)) else {
            return;
        };
        let places = self.rows.get_mut(at).zip(self.amounts.get_mut(at));
        if let (Some((number, row)), Some((place, amount))) = (held.or(next), places) {
            (*place, *amount) = (number, reading(evidence, row));
            self.has_rows = true;
            if held.is_none() {
                self.later |= 1 << at;
            }
        }
    }
}

/// Returns a row's number; a time in seconds, whatever the row counts it in.
pub fn reading(evidence: &Evidence<'_>, row: &Row) -> Amount {
    if !matches!(row.metric, Metric::WatchTime | Metric::FirstReply) {
        return row.value;
    }
    let unit = evidence.readings.native(row).map_or("", |native| native.unit.as_str());
    let millionths = row.value.millionths();
    match unit {
        "min" => Amount::from_millionths(millionths.saturating_mul(60)),
        "h" => Amount::from_millionths(millionths.saturating_mul(3600)),
        "ms" => row.value.over(Amount::whole(1000)).map_or(row.value, Ratio::amount),
        _ => row.value,
    }
}
