//! Other people's calendars: RFC 5545 read and written.
//!
//! [`read`] finds, as everything that reads people's words does: it returns the events of a window of days together with
//! what is wrong, each with its line. It reads a file from its beginning to its end once, and keeps only what can lie in the
//! window. No crate that reads iCalendar says where in the file a thing stands, and none bounds its work; recurrence is
//! ours ([`crate::time::Rule`]).

mod clock;
mod component;
mod event;
mod line;
mod occur;
mod value;
mod windows;
pub mod write;

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime};

use crate::finding::{Code, Finding, Span};
use crate::time::Zone;

/// The largest file that is read.
pub const FILE_LIMIT_BYTES: u64 = 128 << 20;

/// The most events that a window may have, each time that one comes counted.
pub const EVENTS_MAX: usize = 1_000;

/// The most findings of one file that are told.
const FAULTS_MAX: usize = 100;

/// When an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// On whole days.
    Days {
        /// The first.
        on: NaiveDate,
        /// The last.
        until: NaiveDate,
    },
    /// At a time.
    Time {
        /// The wall clock that it begins at.
        at: NaiveDateTime,
        /// The wall clock that it ends at, where it says.
        until: Option<NaiveDateTime>,
        /// The zone of both, where it is not the calendar's own.
        zone: Option<Zone>,
    },
}

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does, as far as is known.
    Confirmed,
    /// It may.
    Tentative,
    /// It does not.
    Cancelled,
}

/// An event, or one time that it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its identity, the same for each time that it comes.
    pub uid: String,
    /// Which time of a recurring event it is: the wall clock or day that its rule yields.
    pub instance: Option<String>,
    /// What it is called, on one line.
    pub name: String,
    /// When it is.
    pub when: When,
    /// Where it is.
    pub place: Option<String>,
    /// Its page.
    pub link: Option<String>,
    /// What it is filed under.
    pub categories: Vec<String>,
    /// Whether it takes place.
    pub status: Status,
}

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Told {
    /// What the calendar calls itself.
    pub title: Option<String>,
    /// The events of the window, in the order of their days and times.
    pub events: Vec<Event>,
    /// What is wrong, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Reads the events of a file that lie in a window of days of a zone, which is also the zone of times that name none.
pub fn read(file: &str, bytes: &[u8], zone: &Zone, days: &Range<NaiveDate>) -> Told {
    let mut faults = Faults { file, findings: Vec::new() };
    let parts = component::read(bytes, days, &mut faults);
    let events = occur::events(&parts, zone, days, &mut faults);
    let mut findings = faults.findings;
    findings.sort_by_key(|finding| finding.span.as_ref().map_or(0, |span| span.start));
    if findings.len() >= FAULTS_MAX {
        let message = format!("the file has {FAULTS_MAX} faults or more, and no more are told");
        findings.push(
            Finding::new(Code::TooManyFaults, file, message)
                .help("look whether it is a calendar at all, and whole"),
        );
    }
    Told { title: parts.title, events, findings }
}

/// What is wrong with a file, as it is found.
struct Faults<'a> {
    file: &'a str,
    findings: Vec<Finding>,
}

impl Faults<'_> {
    /// Says what is wrong at a place, and what to do.
    fn say(&mut self, code: Code, span: Span, message: impl Into<String>, label: &str, help: &str) {
        if self.findings.len() < FAULTS_MAX {
            let finding = Finding::new(code, self.file, message).at(span).label(label).help(help);
            self.findings.push(finding);
        }
    }

    /// Says that two places do not go together, at the second.
    fn say_both(&mut self, code: Code, (first, second): (Span, Span), message: String, help: &str) {
        if self.findings.len() < FAULTS_MAX {
            let finding = Finding::new(code, self.file, message).at(second).label("the second");
            self.findings.push(finding.help(help).related(self.file, Some(first), "the first"));
        }
    }

    /// Says that there is too much in the window.
    fn too_many(&mut self, many: usize) {
        if self.findings.iter().any(|finding| finding.code == Code::TooLarge) {
            return;
        }
        let message =
            format!("more than {many} events may lie in these days, and {EVENTS_MAX} are read at most");
        let finding = Finding::new(Code::TooLarge, self.file, message)
            .help("narrow the days with --from and --until, or import a smaller calendar");
        // It is told whatever else is wrong.
        self.findings.insert(0, finding);
    }

    fn is_full(&self) -> bool {
        self.findings.len() >= FAULTS_MAX
    }
}

#[cfg(test)]
mod tests;
