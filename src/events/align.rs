//! Events against posts: which event nobody tells of, which post falls on a closed day, which one breaks an embargo.

use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::calendar::{Calendar, Events, Happening, Post, Rest, sort};
use crate::draft::PostId;
use crate::finding::{Code, Finding, Span};

use super::matching::{Reason, Said};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The moment: what is over by then needs no post any more.
    pub now: DateTime<Utc>,
    /// The days that are looked at; those that were imported if absent.
    pub days: Option<Range<NaiveDate>>,
    /// How many days before an event a post may tell of it that only says its name.
    pub days_before: u32,
}

/// How an event stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Posts tell of it, each with the day it first goes out and the reason for which that is known.
    Told(Vec<(PostId, NaiveDate, Reason)>),
    /// Nobody tells of it.
    Missing,
    /// It needs no post, for a reason.
    Needless(String),
}

/// One event and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The source it is of.
    pub events: &'a Events,
    /// The event.
    pub event: &'a Happening,
    /// The day it begins.
    pub day: NaiveDate,
    /// How it stands.
    pub standing: Standing,
}

/// Events and posts, one against the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment<'a> {
    /// The events, in the order of their days.
    pub rows: Vec<Row<'a>>,
    /// What is wrong, sorted by place.
    pub findings: Vec<Finding>,
}

/// A stretch of days that is closed to posts.
struct Closed<'a> {
    first: NaiveDate,
    last: NaiveDate,
    why: &'a str,
    file: &'a str,
    span: Span,
}

/// A post and each time that it goes out.
struct Outing<'a> {
    said: Said<'a>,
    due: Vec<(NaiveDate, DateTime<Utc>)>,
}

/// Looks at a calendar's events and posts.
pub fn align<'a>(calendar: &'a Calendar, options: &Options) -> Alignment<'a> {
    let days = options.days.clone().or_else(|| imported(calendar)).unwrap_or(NaiveDate::MIN..NaiveDate::MIN);
    // A post that comes before the days may still break an embargo in them.
    let from = days.start.checked_sub_days(Days::new(366)).unwrap_or(days.start);
    let outings: Vec<Outing<'_>> =
        calendar.posts.iter().map(|post| outing(calendar, post, &(from..days.end))).collect();
    let mut alignment = Alignment { rows: Vec::new(), findings: Vec::new() };
    for events in calendar.events.values() {
        for event in &events.events {
            let Some((first, last)) = event.days(calendar.zone()) else { continue };
            if last < days.start || first >= days.end {
                continue;
            }
            let look = Look { calendar, options, events, event, first, last };
            look.at(&outings, &mut alignment);
        }
    }
    for closed in closed_days(calendar) {
        on_closed_days(&closed, &outings, &days, &mut alignment.findings);
    }
    on_quiet_days(calendar, &outings, &days, &mut alignment.findings);
    alignment.rows.sort_by(|a, b| {
        (a.day, &a.event.name.value, a.event.key()).cmp(&(b.day, &b.event.name.value, b.event.key()))
    });
    sort(&mut alignment.findings);
    alignment.findings.dedup();
    alignment
}

/// Returns the days that were imported, from the first of any source to the last.
fn imported(calendar: &Calendar) -> Option<Range<NaiveDate>> {
    let from = calendar.events.values().filter_map(|events| events.from).min();
    let until = calendar.events.values().filter_map(|events| events.until).max();
    let of_events = || {
        let all = calendar.events.values().flat_map(|events| &events.events);
        all.filter_map(|event| event.days(calendar.zone()))
    };
    let from = from.or_else(|| of_events().map(|(first, _)| first).min())?;
    let until = until.or_else(|| of_events().map(|(_, last)| last).max())?;
    Some(from..until.succ_opt()?)
}

fn outing<'a>(calendar: &'a Calendar, post: &'a Post, days: &Range<NaiveDate>) -> Outing<'a> {
    let zone = calendar.zone();
    let due = zone.moments(days).map_or_else(Vec::new, |window| calendar.dues(post, &window));
    let due = due.into_iter().map(|(_, due)| (zone.local(due).date(), due)).collect();
    Outing { said: Said::of(post), due }
}

/// Returns the days that are closed to posts: those of events whose categories say so.
fn closed_days(calendar: &Calendar) -> Vec<Closed<'_>> {
    let mut closed = Vec::new();
    for events in calendar.events.values() {
        for event in events.events.iter().filter(|event| events.is_closed(event)) {
            let Some((first, last)) = event.days(calendar.zone()) else { continue };
            let (why, span) = (event.name.value.as_str(), event.name.span.clone());
            closed.push(Closed { first, last, why, file: &events.file, span });
        }
    }
    closed
}

fn on_closed_days(
    closed: &Closed<'_>,
    outings: &[Outing<'_>],
    days: &Range<NaiveDate>,
    findings: &mut Vec<Finding>,
) {
    for outing in outings {
        let post = outing.said.post;
        let hit = outing
            .due
            .iter()
            .find(|(day, _)| (closed.first..=closed.last).contains(day) && days.contains(day));
        let Some((day, _)) = hit else { continue };
        let message = format!("the post goes out on {day}, which is closed to posts: {}", closed.why);
        let help = match (closed.last.succ_opt(), post.repeat.is_some()) {
            (_, true) => format!("leave the day out: `except = [{day}]` in [repeat]"),
            (Some(next), false) => format!("move it, such as to {next}; or ask who keeps that calendar"),
            (None, false) => "move it; or ask who keeps that calendar".to_owned(),
        };
        let finding = at_post(Code::ClosedDay, post, message, "on a closed day").help(help);
        findings.push(finding.related(closed.file, Some(closed.span.clone()), "closed by this"));
    }
}

/// Finds posts on the quiet days of the annual schedule.
fn on_quiet_days(
    calendar: &Calendar,
    outings: &[Outing<'_>],
    days: &Range<NaiveDate>,
    findings: &mut Vec<Finding>,
) {
    for outing in outings {
        let post = outing.said.post;
        let department = post.department.as_ref().map(|at| &at.value);
        let quiet = |day: NaiveDate| {
            let on = post.to.value.iter().map(|to| calendar.closed(day, department, Some(&to.value)));
            on.flatten().find(|closed| closed.closing.rest == Rest::Quiet)
        };
        let own = outing.due.iter().map(|(day, _)| *day).filter(|day| days.contains(day));
        let Some((day, closed)) = own.into_iter().find_map(|day| Some((day, quiet(day)?))) else { continue };
        let name = &closed.closing.name;
        let message = format!("the post goes out on {day}, which is closed to posts: {}", name.value);
        let finding = at_post(Code::ClosedDay, post, message, "on a closed day")
            .help("move it; or ask who keeps the annual schedule");
        findings.push(finding.related(closed.file, Some(name.span.clone()), "closed by this"));
    }
}

/// Starts a finding at a post's time.
fn at_post(code: Code, post: &Post, message: String, label: &str) -> Finding {
    let mut finding = Finding::new(code, &post.file, message).label(label);
    finding.span = post.at.as_ref().map(|at| at.span.clone());
    finding
}

/// One event as it is looked at.
struct Look<'a, 'b> {
    calendar: &'a Calendar,
    options: &'b Options,
    events: &'a Events,
    event: &'a Happening,
    first: NaiveDate,
    last: NaiveDate,
}

impl<'a> Look<'a, '_> {
    fn at(&self, outings: &[Outing<'_>], alignment: &mut Alignment<'a>) {
        let told = self.told(outings);
        self.embargo(outings, &mut alignment.findings);
        let standing = match self.needless(!told.is_empty()) {
            _ if self.event.is_off && !told.is_empty() => {
                self.off(&told, &mut alignment.findings);
                Standing::Told(told)
            }
            Some(why) => Standing::Needless(why),
            None if told.is_empty() => {
                alignment.findings.push(self.missing());
                Standing::Missing
            }
            None => Standing::Told(told),
        };
        alignment.rows.push(Row { events: self.events, event: self.event, day: self.first, standing });
    }

    /// Returns the posts that tell of the event in time, each with the day of its first outing that does.
    fn told(&self, outings: &[Outing<'_>]) -> Vec<(PostId, NaiveDate, Reason)> {
        let before = self.first.checked_sub_days(Days::new(u64::from(self.options.days_before)));
        let near = before.unwrap_or(self.first)..=self.last;
        let mut told = Vec::new();
        for outing in outings {
            let Some(reason) = outing.said.tells_of(self.event) else { continue };
            // What somebody said holds for any day up to the event's end; what was guessed, for the days about it.
            let is_in_time = |day: &NaiveDate| match reason {
                Reason::Named => true,
                // Each time of a recurring event has the same link, campaign and tag: the days tell which is meant.
                _ if self.event.instance.is_some() => near.contains(day),
                Reason::Link | Reason::Campaign | Reason::Tag => *day <= self.last,
                Reason::Words => near.contains(day),
            };
            let day = outing.due.iter().map(|(day, _)| *day).find(is_in_time);
            told.extend(day.map(|day| (outing.said.post.id.clone(), day, reason)));
        }
        told.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        told
    }

    /// Returns why the event needs no post, if it needs none.
    fn needless(&self, is_told: bool) -> Option<String> {
        let over = self.event.is_over(self.calendar.zone()).is_some_and(|over| over <= self.options.now);
        if let Some(why) = &self.event.skip {
            return Some(format!("skipped: {why}"));
        }
        if self.event.is_off {
            return Some("it does not take place".to_owned());
        }
        if self.events.is_closed(self.event) {
            return Some("it closes days to posts".to_owned());
        }
        if self.events.is_ignored(self.event) && !is_told {
            return Some("its category needs no post".to_owned());
        }
        (over && !is_told).then(|| "it is over".to_owned())
    }

    fn missing(&self) -> Finding {
        let when = match self.first == self.last {
            true => format!("{}", self.first),
            false => format!("{} to {}", self.first, self.last),
        };
        let message = format!("no post tells of {} ({when})", self.event.name.value);
        Finding::new(Code::EventWithoutPost, &self.events.file, message)
            .at(self.event.name.span.clone())
            .label("told by no post")
            .help("write a post; or say which one tells of it, `post = \"ID\"`, or why none does, `skip = \"…\"`")
    }

    fn off(&self, told: &[(PostId, NaiveDate, Reason)], findings: &mut Vec<Finding>) {
        for (id, day, reason) in told {
            let Some(post) = self.calendar.post(id) else { continue };
            let message = format!(
                "the post goes out on {day} and tells of {}, which does not take place ({reason})",
                self.event.name.value
            );
            let finding = at_post(Code::EventOff, post, message, "tells of what is off");
            findings.push(finding.help("take the post out, or say in it what takes place instead").related(
                &self.events.file,
                Some(self.event.name.span.clone()),
                "the event that is off",
            ));
        }
    }

    /// Finds the posts that tell of the event before they may.
    fn embargo(&self, outings: &[Outing<'_>], findings: &mut Vec<Finding>) {
        if !self.events.is_embargoed(self.event) {
            return;
        }
        let zone = self.calendar.zone();
        let Some(ends) = self.event.embargo_ends(zone) else { return };
        for outing in outings {
            let Some(reason) = outing.said.tells_of(self.event) else { continue };
            let Some((_, due)) = outing.due.iter().find(|(_, due)| *due < ends) else { continue };
            let shown = |moment: DateTime<Utc>| zone.local(moment).format("%Y-%m-%d %H:%M").to_string();
            let message = format!(
                "the post goes out on {} and tells of {}, which is under embargo until {} ({reason})",
                shown(*due),
                self.event.name.value,
                shown(ends)
            );
            let finding = at_post(Code::EmbargoBroken, outing.said.post, message, "too early");
            findings.push(
                finding
                    .help(format!("move it to {} or later, or take out what tells of the event", shown(ends)))
                    .related(&self.events.file, Some(self.event.name.span.clone()), "under embargo"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
