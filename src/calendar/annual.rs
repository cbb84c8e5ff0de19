//! The days on which the calendar rests.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::draft::{AccountId, DepartmentId};

use super::model::{At, Closing, Coverage, Observance, Rest, Schedule, Theme};
use super::{Account, Calendar, Happening, Post};

/// Why a day is closed, and where that stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed<'a> {
    /// What closes it.
    pub closing: &'a Closing,
    /// The file that says so.
    pub file: &'a str,
}

impl Calendar {
    /// Returns the annual schedule of a year.
    pub fn schedule(&self, year: i32) -> Option<&Schedule> {
        self.schedules.get(&year)
    }

    /// Tells whether a department may use an account: whoever may is named, or nobody is.
    pub fn may_use(&self, account: &Account, department: &DepartmentId) -> bool {
        super::check::may_use(self, account, Some(department))
    }

    /// Returns why a day is closed to what a department posts on an account, if it is; a quiet day before a holiday.
    ///
    /// What is only for some departments or accounts does not close a day to a post of no department, or where no
    /// account is asked for.
    pub fn closed(
        &self,
        day: NaiveDate,
        department: Option<&DepartmentId>,
        account: Option<&AccountId>,
    ) -> Option<Closed<'_>> {
        let schedule = self.schedule(day.year())?;
        let takes =
            |closing: &&Closing| among(&closing.departments, department) && among(&closing.accounts, account);
        let closing = schedule.closings_of(day).find(takes)?;
        Some(Closed { closing, file: &schedule.file })
    }

    /// Returns the event of another calendar that closes a day to posts, if one does.
    pub fn closed_by_event(&self, day: NaiveDate) -> Option<&Happening> {
        let closes = |event: &&Happening| {
            event.days(self.zone()).is_some_and(|(first, last)| (first..=last).contains(&day))
        };
        self.events
            .values()
            .find_map(|events| events.events.iter().filter(|event| events.is_closed(event)).find(closes))
    }

    /// Tells whether an observance of a day wants posts of a department on an account: a post for it belongs there, on a
    /// holiday too.
    pub(crate) fn is_observed(
        &self,
        day: NaiveDate,
        department: Option<&DepartmentId>,
        account: &AccountId,
    ) -> bool {
        let schedule = self.schedule(day.year());
        schedule.is_some_and(|schedule| schedule.observance_of(day, department, account).is_some())
    }

    /// Returns why a day is closed to what a department posts on an account, if that is to be told: a holiday is not,
    /// where an observance wants the post.
    pub(crate) fn closed_to(
        &self,
        day: NaiveDate,
        department: Option<&DepartmentId>,
        account: &AccountId,
    ) -> Option<Closed<'_>> {
        let closed = self.closed(day, department, Some(account))?;
        let is_meant = closed.closing.rest == Rest::Holiday && self.is_observed(day, department, account);
        (!is_meant).then_some(closed)
    }
}

fn among<T: PartialEq>(list: &[At<T>], one: Option<&T>) -> bool {
    list.is_empty() || list.iter().any(|at| Some(&at.value) == one)
}

impl Schedule {
    /// Returns what closes a day, the gravest first.
    pub(crate) fn closings_of(&self, day: NaiveDate) -> impl Iterator<Item = &Closing> {
        let of_day = self.closings_of_days.get(day.ordinal0() as usize).filter(|_| day.year() == self.year);
        of_day.into_iter().flatten().filter_map(|at| self.closings.get(*at as usize))
    }

    /// Returns the first observance of a day that wants posts of a department on an account.
    pub(crate) fn observance_of(
        &self,
        day: NaiveDate,
        department: Option<&DepartmentId>,
        account: &AccountId,
    ) -> Option<&Observance> {
        let wants = |one: &&Observance| {
            one.posts > 0 && one.days.contains(day) && one.is_of(department) && one.is_on(account)
        };
        self.observances.iter().find(wants)
    }

    /// Returns the theme of a day for a department, the shortest of several.
    pub(crate) fn theme_of(&self, day: NaiveDate, department: &DepartmentId) -> Option<&str> {
        let is_of = |theme: &&Theme| theme.days.contains(day) && among(&theme.departments, Some(department));
        let length = |theme: &&Theme| theme.days.iter().count();
        self.themes.iter().filter(is_of).min_by_key(length).map(|theme| theme.name.value.as_str())
    }

    /// Notes for each day of the year what closes it.
    pub(super) fn index(mut self) -> Schedule {
        let mut of_days: Vec<Vec<u32>> = vec![Vec::new(); 366];
        let mut order: Vec<(u32, &Closing)> = (0..).zip(&self.closings).collect();
        order.sort_by_key(|(_, closing)| closing.rest);
        for (at, closing) in order {
            for day in closing.days.iter() {
                if let Some(of_day) = of_days.get_mut(day.ordinal0() as usize) {
                    of_day.push(at);
                }
            }
        }
        self.closings_of_days = of_days;
        self
    }
}

/// Returns what is asked for, such as `4 posts a month for the goal visits`.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.posts.value;
        write!(f, "{number} post{} a {}", if number == 1 { "" } else { "s" }, self.every.as_str())?;
        let parts = [
            (" of ", self.department.as_ref().map(|at| at.value.to_string())),
            (" on ", self.account.as_ref().map(|at| at.value.to_string())),
            (" in the campaign ", self.campaign.as_ref().map(|at| at.value.to_string())),
            (" for the goal ", self.goal.as_ref().map(|at| at.value.to_string())),
            (" from ", self.from.as_ref().map(|at| at.value.to_string())),
            (" until ", self.until.as_ref().map(|at| at.value.to_string())),
        ];
        parts.iter().try_for_each(|(before, name)| match name {
            Some(name) => write!(f, "{before}{name}"),
            None => Ok(()),
        })
    }
}

impl Post {
    /// Returns the department that posts it.
    pub(crate) fn of(&self) -> Option<&DepartmentId> {
        self.department.as_ref().map(|at| &at.value)
    }
}
