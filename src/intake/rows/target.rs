//! What a row's numbers are of, and over which time.

use std::ops::Range;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};

use crate::calendar::{Account, ColumnRole, ExportOf, WindowSpan};
use crate::draft::CampaignId;
use crate::reading::{Link, Subject};

use super::super::cells::Cells;
use super::super::moment::When;
use super::super::{Told, work};
use super::Taker;

/// What says that a link has no mark.
const UNMARKED: [&str; 4] = ["(not set)", "(none)", "-", "(not provided)"];

/// What a row's numbers are of, and over which time.
pub(super) struct Target {
    pub subject: Subject,
    pub window: Option<Range<DateTime<Utc>>>,
    /// The moment at which heights stood so, where the row names a day.
    pub stood: Option<DateTime<Utc>>,
}

impl Taker<'_> {
    /// Finds what a row is of. Nothing where it cannot be known, which is told.
    pub(super) fn target(&mut self, cells: &mut Cells<'_, '_>, told: &mut Told) -> Option<Target> {
        let line = cells.row.line;
        match (self.mapping.of?, self.asked.account) {
            (ExportOf::Posts, Some(account)) => {
                let Some(subject) = self.post(cells, account, told) else {
                    told.keyless.push(line);
                    return None;
                };
                let window = self.asked.days.as_ref().and_then(|days| self.zone.moments(days));
                Some(Target { subject, window, stood: None })
            }
            (ExportOf::Account, Some(account)) => {
                self.of_day(cells, Subject::Account(account.id.clone()), told)
            }
            (ExportOf::Goal, _) => self.of_day(cells, Subject::Goal(self.asked.goal?.clone()), told),
            (ExportOf::Traffic, _) => {
                let link = link(cells);
                self.of_day(cells, Subject::Link(Box::new(link)), told)
            }
            (ExportOf::Ads, account) => {
                let Some(subject) = self.paid(cells, account, told) else {
                    told.keyless.push(line);
                    return None;
                };
                self.of_day(cells, subject, told)
            }
            (ExportOf::Inbox, Some(account)) => {
                match cells.said(ColumnRole::Id).filter(|id| !id.is_empty()) {
                    Some(id) => Some(Target {
                        subject: Subject::Inbox(account.id.clone(), id),
                        window: None,
                        stood: None,
                    }),
                    None => {
                        told.keyless.push(line);
                        None
                    }
                }
            }
            _ => None,
        }
    }

    fn post(&mut self, cells: &mut Cells<'_, '_>, account: &Account, told: &mut Told) -> Option<Subject> {
        let found = work::find(cells, (self.mapping, account), self.posts, told)?;
        self.taken.works.extend(found.work);
        Some(found.subject)
    }

    /// Finds what money was paid for: a post, or a campaign by its id or name.
    fn paid(
        &mut self,
        cells: &mut Cells<'_, '_>,
        account: Option<&Account>,
        told: &mut Told,
    ) -> Option<Subject> {
        let named = cells.said(ColumnRole::Campaign).filter(|name| !name.is_empty());
        if let Some(named) = named {
            let campaigns = &self.asked.calendar.campaigns;
            let by_id = CampaignId::new(&named).filter(|id| campaigns.contains_key(id));
            let by_name = || {
                let mut found = campaigns.values().filter(|one| one.name.eq_ignore_ascii_case(&named));
                found.next().map(|one| one.id.clone()).filter(|_| found.next().is_none())
            };
            return by_id.or_else(by_name).map(Subject::Campaign);
        }
        let found = work::find(cells, (self.mapping, account?), self.posts, told)?;
        Some(found.subject)
    }

    /// Finds the time that a row is counted over. A day that is not over when the export was made is left out: what it
    /// counts is still growing.
    fn of_day(&self, cells: &mut Cells<'_, '_>, subject: Subject, told: &mut Told) -> Option<Target> {
        let has_day = cells.head.roles.contains_key(&ColumnRole::Time);
        let days = if has_day {
            let Some(first) = cells.when(ColumnRole::Time) else {
                told.keyless.push(cells.row.line);
                return None;
            };
            let last = cells.when(ColumnRole::Until);
            self.span(first, last)?
        } else {
            self.days.clone()?
        };
        let window = self.zone.moments(&days).filter(|window| window.start < window.end)?;
        if window.end > self.asked.as_of {
            told.unfinished.push(cells.row.line);
            return None;
        }
        Some(Target { subject, stood: Some(window.end), window: Some(window) })
    }

    fn span(&self, first: When, last: Option<When>) -> Option<Range<NaiveDate>> {
        let first = first.day(self.zone);
        if let Some(last) = last {
            return Some(first..last.day(self.zone).succ_opt()?).filter(|days| days.start < days.end);
        }
        let end = match self.mapping.time.window.unwrap_or(WindowSpan::Day) {
            WindowSpan::Day => first.succ_opt()?,
            WindowSpan::Week => first.checked_add_days(Days::new(7))?,
            WindowSpan::Month => {
                let first = first.with_day(1)?;
                return Some(first..first.checked_add_months(Months::new(1))?);
            }
            WindowSpan::File => return self.days.clone(),
        };
        Some(first..end)
    }
}

/// Reads the marks of the link that visits came by.
fn link(cells: &Cells<'_, '_>) -> Link {
    let said = |role| {
        let text = cells.said(role).unwrap_or_default();
        if UNMARKED.contains(&text.as_str()) { String::new() } else { text }
    };
    let both = said(ColumnRole::SourceMedium);
    let (source, medium) = both.split_once(" / ").unwrap_or((&both, ""));
    let unmarked = |text: &str| if UNMARKED.contains(&text) { String::new() } else { text.to_owned() };
    let or = |own: String, other: &str| if own.is_empty() { unmarked(other) } else { own };
    Link {
        source: or(said(ColumnRole::Source), source),
        medium: or(said(ColumnRole::Medium), medium),
        campaign: said(ColumnRole::Campaign),
        content: said(ColumnRole::Content),
    }
}
