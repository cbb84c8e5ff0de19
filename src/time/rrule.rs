//! Recurrence as RFC 5545 has it (§3.3.10): a rule read, and the wall clocks that it yields.
//!
//! Work is bounded: a rule that asks for more steps than [`STEPS_MAX`] in a window says so instead of hanging. What a
//! wall clock means in a zone is not known here.

mod filter;
mod read;

use std::ops::Range;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};

pub use read::RuleFault;

use filter::Filter;

/// The most periods that are looked at for one rule in one window.
pub const STEPS_MAX: u32 = 400_000;

/// How often a rule comes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Every second.
    Secondly,
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// Until when a rule goes, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To the end of a day.
    Day(NaiveDate),
    /// To a wall clock of the event's own zone.
    Local(NaiveDateTime),
    /// To a moment, in UTC.
    Utc(NaiveDateTime),
}

/// A day of the week, or the n-th one of a month or year, counted from its end where negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nth {
    /// Which one; every one if absent.
    pub nth: Option<i16>,
    /// The day.
    pub weekday: Weekday,
}

/// A rule of recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// How often it comes round.
    pub frequency: Frequency,
    /// Every how many periods.
    pub interval: u32,
    /// How many times in all, the first one counted.
    pub count: Option<u64>,
    /// Until when.
    pub until: Option<Until>,
    by_second: Vec<u32>,
    by_minute: Vec<u32>,
    by_hour: Vec<u32>,
    by_day: Vec<Nth>,
    by_month_day: Vec<i32>,
    by_year_day: Vec<i32>,
    by_week_no: Vec<i32>,
    by_month: Vec<u32>,
    by_set_pos: Vec<i32>,
    week_start: Weekday,
}

/// What a rule yields in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yield {
    /// The wall clocks, in order, each once.
    pub walls: Vec<NaiveDateTime>,
    /// Whether the rule was left before the window's end, because it asks for too many steps or times.
    pub is_cut: bool,
}

impl Rule {
    /// Returns the wall clocks of an event that begins at `start`, of which the first is `start` itself, in a window of
    /// wall clocks; at most `limit` of them.
    ///
    /// `until` is the rule's own end as a wall clock of the event's zone, where it has one.
    pub fn walls(
        &self,
        start: NaiveDateTime,
        until: Option<NaiveDateTime>,
        window: &Range<NaiveDateTime>,
        limit: usize,
    ) -> Yield {
        let filter = Filter::new(self, start);
        let mut run = Run { start, until, window, limit, left: self.count, walls: Vec::new(), is_cut: false };
        let mut index = if self.count.is_some() { 0 } else { self.index_before(start, window.start) };
        if !run.take(start) {
            return run.done();
        }
        for _ in 0..STEPS_MAX {
            let Some(base) = self.base(start, index) else { return run.done() };
            if base >= window.end || until.is_some_and(|until| base > until) {
                return run.done();
            }
            let next = self.skip(&filter, start, base, index);
            if next.is_none() {
                let walls = self.of_period(&filter, base);
                if !walls.into_iter().filter(|wall| *wall > start).all(|wall| run.take(wall)) {
                    return run.done();
                }
            }
            let Some(next) = next.or(index.checked_add(1)) else { return run.done() };
            index = next;
        }
        run.is_cut = true;
        run.done()
    }

    /// Returns the number of a period that is certainly not after a moment, and from which on nothing of it is missed.
    fn index_before(&self, start: NaiveDateTime, moment: NaiveDateTime) -> u64 {
        if moment <= start {
            return 0;
        }
        let (days, secs) = ((moment - start).num_days(), (moment - start).num_seconds());
        let months = i64::from(moment.year() - start.year()) * 12 + i64::from(moment.month())
            - i64::from(start.month());
        let periods = match self.frequency {
            Frequency::Yearly => i64::from(moment.year() - start.year()),
            Frequency::Monthly => months,
            Frequency::Weekly => days / 7,
            Frequency::Daily => days,
            Frequency::Hourly => secs / 3_600,
            Frequency::Minutely => secs / 60,
            Frequency::Secondly => secs,
        };
        let back = u64::try_from(periods).unwrap_or(0) / u64::from(self.interval);
        back.saturating_sub(2)
    }

    /// Returns where a period begins; for one of less than a day, its hour, minute or second.
    fn base(&self, start: NaiveDateTime, index: u64) -> Option<NaiveDateTime> {
        let steps = index.checked_mul(u64::from(self.interval))?;
        let day = start.date();
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
        let base = match self.frequency {
            Frequency::Yearly => {
                let year = i64::from(day.year()).checked_add(i64::try_from(steps).ok()?)?;
                midnight(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, 1, 1)?)
            }
            Frequency::Monthly => {
                midnight(day.with_day(1)?.checked_add_months(Months::new(u32::try_from(steps).ok()?))?)
            }
            Frequency::Weekly => {
                let back = u64::from(day.weekday().days_since(self.week_start));
                midnight(
                    day.checked_sub_days(Days::new(back))?
                        .checked_add_days(Days::new(steps.checked_mul(7)?))?,
                )
            }
            Frequency::Daily => midnight(day.checked_add_days(Days::new(steps))?),
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                let secs = i64::try_from(steps).ok()?.checked_mul(self.step_secs())?;
                self.origin(start)?.checked_add_signed(TimeDelta::try_seconds(secs)?)?
            }
        };
        (base.year() <= YEAR_MAX).then_some(base)
    }

    /// Returns the beginning of the hour, minute or second from which steps of less than a day are counted.
    fn origin(&self, start: NaiveDateTime) -> Option<NaiveDateTime> {
        match self.frequency {
            Frequency::Hourly => start.date().and_hms_opt(start.hour(), 0, 0),
            Frequency::Minutely => start.date().and_hms_opt(start.hour(), start.minute(), 0),
            _ => Some(start),
        }
    }

    fn step_secs(&self) -> i64 {
        match self.frequency {
            Frequency::Hourly => 3_600,
            Frequency::Minutely => 60,
            _ => 1,
        }
    }

    /// Returns the number of the next period that can hold anything, where this one, of less than a day, cannot.
    fn skip(
        &self,
        filter: &Filter<'_>,
        start: NaiveDateTime,
        base: NaiveDateTime,
        index: u64,
    ) -> Option<u64> {
        if self.frequency >= Frequency::Daily {
            return None;
        }
        let day = base.date();
        let is_out = |list: &[u32], value: u32| !list.is_empty() && !list.contains(&value);
        let next = if !filter.has_day(day) {
            day.succ_opt()?.and_time(NaiveTime::MIN)
        } else if is_out(&self.by_hour, base.hour()) {
            day.and_hms_opt(base.hour(), 0, 0)?.checked_add_signed(TimeDelta::hours(1))?
        } else if self.frequency < Frequency::Hourly && is_out(&self.by_minute, base.minute()) {
            day.and_hms_opt(base.hour(), base.minute(), 0)?.checked_add_signed(TimeDelta::minutes(1))?
        } else if self.frequency == Frequency::Secondly && is_out(&self.by_second, base.second()) {
            base.checked_add_signed(TimeDelta::seconds(1))?
        } else {
            return None;
        };
        let stride = self.step_secs().checked_mul(i64::from(self.interval))?;
        let steps = (next - self.origin(start)?).num_seconds().checked_add(stride - 1)? / stride;
        Some(u64::try_from(steps).ok()?.max(index + 1))
    }

    /// Returns the wall clocks of one period, in order, each once.
    fn of_period(&self, filter: &Filter<'_>, base: NaiveDateTime) -> Vec<NaiveDateTime> {
        let times = filter.times(base);
        let first = base.date();
        let end = match self.frequency {
            Frequency::Yearly => first.checked_add_months(Months::new(12)),
            Frequency::Monthly => first.checked_add_months(Months::new(1)),
            Frequency::Weekly => first.checked_add_days(Days::new(7)),
            _ => first.succ_opt(),
        };
        let days = first.iter_days().take_while(|day| end.is_none_or(|end| *day < end));
        let mut walls: Vec<NaiveDateTime> = days
            .filter(|day| filter.has_day(*day))
            .flat_map(|day| times.iter().map(move |time| day.and_time(*time)))
            .collect();
        if !self.by_set_pos.is_empty() {
            walls = self.set_positions(&walls);
        }
        walls
    }

    fn set_positions(&self, walls: &[NaiveDateTime]) -> Vec<NaiveDateTime> {
        let pick = |position: &i32| {
            let many = usize::try_from(position.unsigned_abs()).ok()?;
            let at = if *position > 0 { many.checked_sub(1)? } else { walls.len().checked_sub(many)? };
            walls.get(at).copied()
        };
        let mut picked: Vec<NaiveDateTime> = self.by_set_pos.iter().filter_map(pick).collect();
        picked.sort_unstable();
        picked.dedup();
        picked
    }
}

/// The last year that is looked at.
const YEAR_MAX: i32 = 9999;

/// What is being gathered of a rule.
struct Run<'a> {
    start: NaiveDateTime,
    until: Option<NaiveDateTime>,
    window: &'a Range<NaiveDateTime>,
    limit: usize,
    left: Option<u64>,
    walls: Vec<NaiveDateTime>,
    is_cut: bool,
}

impl Run<'_> {
    /// Takes a wall clock, and tells whether there may be more.
    fn take(&mut self, wall: NaiveDateTime) -> bool {
        let is_over = self.until.is_some_and(|until| wall > until) && wall != self.start;
        if is_over || wall >= self.window.end {
            return false;
        }
        if wall >= self.window.start {
            if self.walls.len() >= self.limit {
                self.is_cut = true;
                return false;
            }
            self.walls.push(wall);
        }
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
        }
        self.left != Some(0)
    }

    fn done(self) -> Yield {
        Yield { walls: self.walls, is_cut: self.is_cut }
    }
}

#[cfg(test)]
mod tests;
