//! An event's properties.

use std::ops::Range;

use chrono::{Days, NaiveDate};

use crate::finding::{Code, Span};
use crate::time::Rule;

use super::line::Property;
use super::value::{Length, Stamp, length, stamp, stamps};
use super::{Faults, Status};

/// The most characters of a name or place that are kept.
const WORDS_MAX: usize = 200;

/// The most categories that are kept.
const CATEGORIES_MAX: usize = 20;

/// The properties of an event that are read.
pub const NAMES: [&str; 14] = [
    "UID",
    "SUMMARY",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "SEQUENCE",
    "LOCATION",
    "URL",
    "CATEGORIES",
    "STATUS",
];

/// An event as the file has it.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    pub uid: String,
    pub name: String,
    pub start: Option<Stamp>,
    pub end: Option<Stamp>,
    pub length: Option<Length>,
    /// Where its DURATION stands.
    pub length_span: Span,
    pub rules: Vec<(Rule, Span)>,
    pub dates: Vec<Stamp>,
    pub except: Vec<Stamp>,
    /// Which time of a recurring event it replaces, and whether also all that follow.
    pub replaces: Option<(Stamp, bool)>,
    pub sequence: u64,
    pub place: Option<String>,
    pub link: Option<String>,
    pub categories: Vec<String>,
    pub status: Option<Status>,
    pub span: Span,
    /// A digest of the lines that are read of it: two that say the same have the same.
    pub said: u64,
    /// Whether something of it could not be read.
    pub is_broken: bool,
}

impl Raw {
    /// Reads one of the event's properties; what cannot be read is told, and breaks the event.
    pub fn set(&mut self, property: &Property, faults: &mut Faults<'_>) {
        const DATES: &str = "write a date, 20270118, or a date and a time, 20270118T090000";
        let whole = || property.place(0..property.value.len());
        let read = match property.name.as_str() {
            "DTSTART" => stamp(property).map(|stamp| self.start = Some(stamp)),
            "DTEND" => stamp(property).map(|stamp| self.end = Some(stamp)),
            "RDATE" => stamps(property).map(|stamps| self.dates.extend(stamps)),
            "EXDATE" => stamps(property).map(|stamps| self.except.extend(stamps)),
            "RECURRENCE-ID" => stamp(property).map(|stamp| {
                let range = property.parameter("RANGE").unwrap_or_default();
                self.replaces = Some((stamp, range.eq_ignore_ascii_case("THISANDFUTURE")));
            }),
            "DURATION" => {
                self.length = length(&property.value);
                self.length_span = whole();
                if self.length.is_none() {
                    let message = format!("DURATION cannot be `{}`", property.value.trim());
                    let help = "write a length such as PT1H30M, P1D or P2W";
                    self.break_by(Code::BadDuration, (message, whole()), help, faults);
                }
                return;
            }
            "RRULE" => return self.add_rule(property, faults),
            _ => return self.say(property),
        };
        if let Err(fault) = read {
            self.break_by(Code::BadDate, fault, DATES, faults);
        }
    }

    /// Reads a property that cannot break the event.
    fn say(&mut self, property: &Property) {
        match property.name.as_str() {
            "UID" => self.uid = clip(&one_line(&property.text()), 2 * WORDS_MAX),
            "SUMMARY" => self.name = clip(&one_line(&property.text()), WORDS_MAX),
            "LOCATION" => {
                self.place =
                    Some(clip(&one_line(&property.text()), WORDS_MAX)).filter(|words| !words.is_empty());
            }
            "URL" => self.link = Some(property.value.trim().to_owned()).filter(|link| is_link(link)),
            "SEQUENCE" => self.sequence = property.value.trim().parse().unwrap_or(0),
            "STATUS" => self.status = status(&property.value),
            "CATEGORIES" => self.file_under(property),
            _ => {}
        }
    }

    fn break_by(&mut self, code: Code, (message, span): (String, Span), help: &str, faults: &mut Faults<'_>) {
        self.is_broken = true;
        faults.say(code, span, message, "here", help);
    }

    fn add_rule(&mut self, property: &Property, faults: &mut Faults<'_>) {
        match property.value.parse::<Rule>() {
            Ok(rule) => self.rules.push((rule, property.place(0..property.value.len()))),
            Err(fault) => {
                let message = format!("the rule of recurrence is broken: {fault}");
                let help = "mend the rule where the event is kept, and export again; or leave the event out with --partial";
                self.break_by(Code::BadRecurrence, (message, property.place(fault.part)), help, faults);
            }
        }
    }

    /// Tells whether the event says when it ends in one way only, and says so if not.
    pub fn ends_once(&self, faults: &mut Faults<'_>) -> bool {
        let ends_twice = self.end.is_some() && self.length.is_some();
        if ends_twice {
            let message = "the event has a DTEND and a DURATION too";
            let help = "keep one of them where the event is kept, and export again; or leave the event out with --partial";
            faults.say(Code::BadDuration, self.length_span.clone(), message, "ends twice", help);
        }
        !ends_twice
    }

    /// Tells whether the event may lie in some days, as far as can be told without its zone.
    pub fn may_lie_in(&self, days: &Range<NaiveDate>) -> bool {
        let recurs = !self.rules.is_empty() || !self.dates.is_empty();
        let Some(start) = self.start.as_ref().map(|stamp| stamp.wall.date()) else { return false };
        let early = days.start.checked_sub_days(Days::new(2)).unwrap_or(days.start);
        let late = days.end.checked_add_days(Days::new(2)).unwrap_or(days.end);
        // What replaces something may stand anywhere, and takes away from here what it replaces.
        if self.replaces.is_some() {
            return true;
        }
        let length = self.length.map_or(0, |length| length.about().num_days());
        let end = self.end.as_ref().map_or(start, |stamp| stamp.wall.date());
        let last = end
            .max(start.checked_add_days(Days::new(u64::try_from(length).unwrap_or(0) + 1)).unwrap_or(start));
        start < late && (recurs || last >= early)
    }

    fn file_under(&mut self, property: &Property) {
        for category in property.texts() {
            let category = clip(&one_line(&category), WORDS_MAX);
            let is_new = !category.is_empty() && !self.categories.contains(&category);
            if is_new && self.categories.len() < CATEGORIES_MAX {
                self.categories.push(category);
            }
        }
    }
}

fn status(value: &str) -> Option<Status> {
    let statuses = [
        ("CONFIRMED", Status::Confirmed),
        ("TENTATIVE", Status::Tentative),
        ("CANCELLED", Status::Cancelled),
    ];
    statuses.iter().find(|(word, _)| word.eq_ignore_ascii_case(value.trim())).map(|(_, status)| *status)
}

/// Tells whether an address is one that may stand in a file of events.
fn is_link(link: &str) -> bool {
    let is_plain = |url: url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| host.contains('.'))
            && url.username().is_empty()
            && url.password().is_none()
    };
    link.is_ascii()
        && link.contains("://")
        && !link.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\`^{}|".contains(c))
        && url::Url::parse(link).is_ok_and(is_plain)
}

/// Returns a text on one line, its blanks made one each.
pub fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn clip(text: &str, many: usize) -> String {
    match text.char_indices().nth(many) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}
