//! What a file of imported events says.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::draft::{CampaignId, EventsId, PostId};
use crate::finding;
use crate::time::Zone;

use super::At;

/// The events that were imported from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// Their id.
    pub id: EventsId,
    /// Their file.
    pub file: String,
    /// What the other calendar is called.
    pub title: String,
    /// Where it was imported from.
    pub source: String,
    /// The first day that was imported.
    pub from: Option<NaiveDate>,
    /// The last day that was imported.
    pub until: Option<NaiveDate>,
    /// The categories of days on which nothing may be posted.
    pub closed: Vec<String>,
    /// The categories of events that nobody may tell of too early.
    pub embargo: Vec<String>,
    /// The categories of events that need no post.
    pub ignore: Vec<String>,
    /// The events, in the order of the file.
    pub events: Vec<Happening>,
}

/// When an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// On whole days, the last one included.
    Days(NaiveDate, NaiveDate),
    /// From a wall clock on, to another where it says so.
    Time(NaiveDateTime, Option<NaiveDateTime>),
}

/// An event of another calendar, or one time that it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Its identity in its source.
    pub uid: String,
    /// Which time of a recurring event it is.
    pub instance: Option<String>,
    /// What it is called.
    pub name: At<String>,
    /// When it is.
    pub when: Span,
    /// The zone of its wall clocks, where it is not the calendar's.
    pub zone: Option<Zone>,
    /// Its page.
    pub link: Option<String>,
    /// What it is filed under.
    pub categories: Vec<String>,
    /// Whether it does not take place.
    pub is_off: bool,
    /// The post that tells of it, where somebody said so.
    pub post: Option<At<PostId>>,
    /// Why it needs no post.
    pub skip: Option<String>,
    /// Whether its days are closed to posts, by its own word.
    pub closed: Option<bool>,
    /// Whether nobody may tell of it too early, by its own word.
    pub embargo: Option<bool>,
    /// Until when nobody may tell of it.
    pub embargo_until: Option<NaiveDateTime>,
    /// The campaign that tells of it.
    pub campaign: Option<At<CampaignId>>,
    /// Its tag.
    pub tag: Option<String>,
    /// Where the event stands in the file.
    pub span: finding::Span,
}

impl Events {
    /// Tells whether an event's days are closed to posts.
    pub fn is_closed(&self, event: &Happening) -> bool {
        !event.is_off && event.closed.unwrap_or_else(|| event.is_of(&self.closed))
    }

    /// Tells whether nobody may tell of an event too early.
    pub fn is_embargoed(&self, event: &Happening) -> bool {
        let says =
            event.embargo.unwrap_or_else(|| event.embargo_until.is_some() || event.is_of(&self.embargo));
        !event.is_off && says
    }

    /// Tells whether an event needs no post by its categories.
    pub fn is_ignored(&self, event: &Happening) -> bool {
        event.is_of(&self.ignore)
    }
}

impl Happening {
    /// Returns what the event is told apart by from others of its source.
    pub fn key(&self) -> String {
        match &self.instance {
            Some(instance) => format!("{} {instance}", self.uid),
            None => self.uid.clone(),
        }
    }

    /// Tells whether the event is filed under one of some categories, in any case.
    fn is_of(&self, categories: &[String]) -> bool {
        let is_one =
            |own: &String| categories.iter().any(|category| category.to_lowercase() == own.to_lowercase());
        self.categories.iter().any(is_one)
    }

    fn zone<'a>(&'a self, zone: &'a Zone) -> &'a Zone {
        self.zone.as_ref().unwrap_or(zone)
    }

    /// Returns the moment at which the event begins; `zone` is the calendar's.
    pub fn begins(&self, zone: &Zone) -> Option<DateTime<Utc>> {
        match self.when {
            Span::Days(on, _) => zone.resolve_somehow(on.and_time(NaiveTime::MIN), None),
            Span::Time(at, _) => self.zone(zone).resolve_somehow(at, None),
        }
    }

    /// Returns the moment at which the event is over; for one with a time and no end, that at which it begins.
    pub fn is_over(&self, zone: &Zone) -> Option<DateTime<Utc>> {
        match self.when {
            Span::Days(_, until) => {
                zone.resolve_somehow(until.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN), None)
            }
            Span::Time(at, ends) => self.zone(zone).resolve_somehow(ends.unwrap_or(at), None),
        }
    }

    /// Returns the first and the last day of the event, as the calendar's zone has them.
    pub fn days(&self, zone: &Zone) -> Option<(NaiveDate, NaiveDate)> {
        match self.when {
            Span::Days(on, until) => Some((on, until)),
            Span::Time(_, ends) => {
                let (first, over) = (self.begins(zone)?, self.is_over(zone)?);
                // What ends at midnight has nothing of the day that begins then.
                let last =
                    if ends.is_some() { over.checked_sub_signed(TimeDelta::seconds(1))? } else { over };
                Some((zone.local(first).date(), zone.local(last.max(first)).date()))
            }
        }
    }

    /// Returns the moment from which on anybody may tell of the event, where it is embargoed: what it says itself; else
    /// the end of one that lasts for several days, and the beginning of one that does not.
    pub fn embargo_ends(&self, zone: &Zone) -> Option<DateTime<Utc>> {
        if let Some(until) = self.embargo_until {
            return self.zone(zone).resolve_somehow(until, None);
        }
        let (first, last) = self.days(zone)?;
        if first == last { self.begins(zone) } else { self.is_over(zone) }
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.name.value)?;
        match &self.when {
            Span::Days(on, until) if on == until => write!(f, "{on}")?,
            Span::Days(on, until) => write!(f, "{on} to {until}")?,
            Span::Time(at, _) => f.write_str(&at.format("%Y-%m-%d %H:%M").to_string())?,
        }
        if self.is_off {
            f.write_str(", off")?;
        }
        if let Some(post) = &self.post {
            write!(f, ", told by {}", post.value)?;
        }
        if let Some(why) = &self.skip {
            write!(f, ", skipped: {why}")?;
        }
        Ok(())
    }
}
