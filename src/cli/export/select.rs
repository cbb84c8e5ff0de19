//! Which posts are meant: those of some days, accounts or departments.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{Calendar, Post};
use crate::cli::complete;
use crate::cli::here::Here;
use crate::cli::plan::{asked_days, parse_month};
use crate::error::Error;

/// Which posts are meant.
#[derive(Debug, clap::Args)]
pub struct Selection {
    /// The first day
    #[arg(long, value_name = "DATE", conflicts_with_all = ["month", "year"])]
    from: Option<NaiveDate>,
    /// The last day
    #[arg(long, value_name = "DATE", conflicts_with_all = ["month", "year"])]
    until: Option<NaiveDate>,
    /// A month
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "year", value_parser = parse_month)]
    month: Option<NaiveDate>,
    /// A year
    #[arg(long, value_name = "YYYY", value_parser = clap::value_parser!(i32).range(1..=9998))]
    year: Option<i32>,
    /// Only what goes to this account; may be said more than once
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Vec<String>,
    /// Only the posts of this department; may be said more than once
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Vec<String>,
}

/// The moments that are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// All that there are.
    All,
    /// Those of some days.
    Of(Range<DateTime<Utc>>),
}

/// The years that a window without a beginning or an end goes to.
const YEARS: (i32, i32) = (1, 9_990);

impl Selection {
    /// Returns the moments that are meant, and says so where an account or a department does not exist.
    pub fn window(&self, calendar: &Calendar, here: &Here) -> Result<Window, Error> {
        for account in &self.account {
            here.account(calendar, account)?;
        }
        for department in &self.department {
            here.department(calendar, department)?;
        }
        let days = match asked_days(self.month, self.year) {
            Some(days) => days,
            None if self.from.is_none() && self.until.is_none() => return Ok(Window::All),
            None => self.days()?,
        };
        let out_of_range = || Error::usage("these days are out of range");
        calendar.zone().moments(&days).map(Window::Of).ok_or_else(out_of_range)
    }

    fn days(&self) -> Result<Range<NaiveDate>, Error> {
        let edge = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let from = self.from.unwrap_or_else(|| edge(YEARS.0));
        let until = self.until.unwrap_or_else(|| edge(YEARS.1));
        if until < from {
            return Err(Error::usage(format!("the last day, {until}, is before the first, {from}")));
        }
        Ok(from..until.succ_opt().unwrap_or(until))
    }

    /// Tells whether a post is of an account and a department that are meant.
    pub fn has(&self, post: &Post) -> bool {
        let to = || post.to.value.iter().any(|to| self.account.iter().any(|id| id == to.value.as_str()));
        let of = || {
            let of = post.department.as_ref();
            of.is_some_and(|of| self.department.iter().any(|id| id == of.value.as_str()))
        };
        (self.account.is_empty() || to()) && (self.department.is_empty() || of())
    }
}
