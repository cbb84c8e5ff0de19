//! Which days and times of a period a rule means.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};

use super::{Frequency, Nth, Rule};

/// A rule's parts with what its beginning says where they say nothing (RFC 5545 §3.3.10: "derived from DTSTART").
pub struct Filter<'a> {
    rule: &'a Rule,
    days: Vec<Nth>,
    month_days: Vec<i32>,
    months: Vec<u32>,
    start: NaiveDateTime,
}

impl<'a> Filter<'a> {
    pub fn new(rule: &'a Rule, start: NaiveDateTime) -> Filter<'a> {
        let mut filter = Filter {
            rule,
            days: rule.by_day.clone(),
            month_days: rule.by_month_day.clone(),
            months: rule.by_month.clone(),
            start,
        };
        let names_days =
            !rule.by_day.is_empty() || !rule.by_month_day.is_empty() || !rule.by_year_day.is_empty();
        let same_weekday = Nth { nth: None, weekday: start.weekday() };
        match rule.frequency {
            _ if names_days => {}
            Frequency::Yearly if !rule.by_week_no.is_empty() => filter.days.push(same_weekday),
            Frequency::Yearly => {
                filter.month_days.push(i32::try_from(start.day()).unwrap_or(1));
                if filter.months.is_empty() {
                    filter.months.push(start.month());
                }
            }
            Frequency::Monthly => filter.month_days.push(i32::try_from(start.day()).unwrap_or(1)),
            Frequency::Weekly => filter.days.push(same_weekday),
            _ => {}
        }
        filter
    }

    /// Tells whether the rule means a day.
    pub fn has_day(&self, day: NaiveDate) -> bool {
        let rule = self.rule;
        (self.months.is_empty() || self.months.contains(&day.month()))
            && (rule.by_week_no.is_empty() || self.has_week(day))
            && (rule.by_year_day.is_empty()
                || either_end(&rule.by_year_day, day.ordinal(), days_of_year(day)))
            && (self.month_days.is_empty() || either_end(&self.month_days, day.day(), days_of_month(day)))
            && (self.days.is_empty() || self.days.iter().any(|nth| self.has_weekday(*nth, day)))
    }

    fn has_weekday(&self, Nth { nth, weekday }: Nth, day: NaiveDate) -> bool {
        if day.weekday() != weekday {
            return false;
        }
        let Some(nth) = nth else { return true };
        let of_year = self.rule.frequency == Frequency::Yearly && self.months.is_empty();
        let (at, many) =
            if of_year { (day.ordinal(), days_of_year(day)) } else { (day.day(), days_of_month(day)) };
        let (from_start, from_end) = ((at - 1) / 7 + 1, (many - at) / 7 + 1);
        let wanted = u32::from(nth.unsigned_abs());
        if nth > 0 { from_start == wanted } else { from_end == wanted }
    }

    /// Tells whether a day lies in one of the rule's weeks: the first of a year has four of its days.
    fn has_week(&self, day: NaiveDate) -> bool {
        let week_start = self.rule.week_start;
        let back = u64::from(day.weekday().days_since(week_start));
        // A week is of the year that its fourth day lies in.
        let first = day.checked_sub_days(Days::new(back));
        let Some(fourth) = first.and_then(|first| first.checked_add_days(Days::new(3))) else { return false };
        let number = (fourth.ordinal() - 1) / 7 + 1;
        either_end(&self.rule.by_week_no, number, weeks_of_year(fourth.year(), week_start))
    }

    /// Returns the times of a day that a period has, in order.
    pub fn times(&self, base: NaiveDateTime) -> Vec<NaiveTime> {
        let rule = self.rule;
        let own = |is_step: bool, list: &[u32], step: u32, usual: u32| match list {
            _ if is_step => vec![step],
            [] => vec![usual],
            list => list.to_vec(),
        };
        let hours = own(rule.frequency <= Frequency::Hourly, &rule.by_hour, base.hour(), self.start.hour());
        let minutes =
            own(rule.frequency <= Frequency::Minutely, &rule.by_minute, base.minute(), self.start.minute());
        let seconds =
            own(rule.frequency == Frequency::Secondly, &rule.by_second, base.second(), self.start.second());
        let mut times: Vec<NaiveTime> = Vec::new();
        for hour in &hours {
            for minute in &minutes {
                // A leap second is the second before it: clocks here have none.
                let of_second = |second: &u32| NaiveTime::from_hms_opt(*hour, *minute, (*second).min(59));
                times.extend(seconds.iter().filter_map(of_second));
            }
        }
        times.sort_unstable();
        times.dedup();
        times
    }
}

/// Tells whether a list has a number, counted from the first or, where negative, from the last of so many.
fn either_end(list: &[i32], number: u32, many: u32) -> bool {
    let (number, many) = (i64::from(number), i64::from(many));
    list.iter().any(|wanted| {
        let wanted = i64::from(*wanted);
        wanted == number || wanted == number - many - 1
    })
}

fn days_of_year(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}

fn days_of_month(day: NaiveDate) -> u32 {
    u32::from(day.num_days_in_month())
}

/// Returns how many weeks a year has: as many as its fourth day of a week comes.
fn weeks_of_year(year: i32, week_start: Weekday) -> u32 {
    let Some(last) = NaiveDate::from_ymd_opt(year, 12, 31) else { return 52 };
    let fourth = week_start.succ().succ().succ();
    let back = last.weekday().days_since(fourth);
    (last.ordinal() - back - 1) / 7 + 1
}
