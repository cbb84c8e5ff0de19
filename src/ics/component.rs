//! The components of a file: its events as far as they can lie in the window, and its zones.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use chrono::NaiveDate;

use crate::finding::{Code, Span};

use super::Faults;
use super::clock::{Observance, ZoneRules};
use super::event::{self, Raw, one_line};
use super::line::{Lines, Property, Unfolded};
use super::value::{offset_secs, stamp, stamps};

/// The most events that may lie in the window, as far as a first look tells.
const CANDIDATES_MAX: usize = 20_000;

/// The most zones that a file may have, and observances that a zone may.
const ZONES_MAX: usize = 500;

/// How deep components may be nested.
const DEPTH_MAX: usize = 16;

/// What a file holds.
#[derive(Default)]
pub struct Parts {
    pub title: Option<String>,
    pub events: Vec<Raw>,
    pub zones: Vec<ZoneRules>,
}

/// Where one is in a file.
struct Walk<'a, 'b> {
    /// The components that are open, from the outermost, with where each begins.
    open: Vec<(String, Span)>,
    days: &'a Range<NaiveDate>,
    parts: Parts,
    event: Raw,
    zone: ZoneRules,
    observance: Observance,
    faults: &'a mut Faults<'b>,
    is_over: bool,
}

/// Reads a file's components.
pub fn read(bytes: &[u8], days: &Range<NaiveDate>, faults: &mut Faults<'_>) -> Parts {
    let mut walk = Walk {
        open: Vec::new(),
        days,
        parts: Parts::default(),
        event: Raw::default(),
        zone: ZoneRules::default(),
        observance: Observance::default(),
        faults,
        is_over: false,
    };
    let mut any = false;
    for line in Lines::new(bytes) {
        if line.bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if !any && !line.is("BEGIN") {
            walk.faults.say(
                Code::Syntax,
                line.span,
                "this is no calendar of RFC 5545: it does not begin with BEGIN:VCALENDAR",
                "here",
                "export the calendar as .ics (iCalendar), or take the address that ends in .ics",
            );
            return walk.parts;
        }
        any = true;
        walk.line(&line);
        if walk.is_over || walk.faults.is_full() {
            return walk.parts;
        }
    }
    if let Some((name, span)) = walk.open.pop() {
        let message = format!("BEGIN:{name} has no END:{name}: the file breaks off");
        walk.faults.say(Code::Syntax, span, message, "never ends", "export it again, whole");
    } else if !any {
        walk.faults.say(Code::Syntax, 0..0, "the file is empty", "here", "export the calendar again");
    }
    walk.parts
}

impl Walk<'_, '_> {
    fn line(&mut self, line: &Unfolded<'_>) {
        if line.is("BEGIN") || line.is("END") {
            return match line.property() {
                Ok(property) if property.name == "BEGIN" => self.begin(&property),
                Ok(property) => self.end(&property),
                Err(why) => self.broken(line, why),
            };
        }
        let inside = self.open.last().map(|(name, _)| name.as_str());
        let wanted = match inside {
            Some("VEVENT") => event::NAMES.iter().any(|name| line.is(name)),
            Some("VTIMEZONE") => line.is("TZID") || line.is("X-LIC-LOCATION"),
            Some("STANDARD" | "DAYLIGHT") => {
                ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"].iter().any(|name| line.is(name))
            }
            Some("VCALENDAR") => line.is("X-WR-CALNAME") || line.is("NAME"),
            _ => false,
        };
        let has_colon = || line.bytes.contains(&b':');
        if !wanted && has_colon() {
            return;
        }
        match line.property() {
            Ok(property) => match inside {
                Some("VEVENT") => {
                    let mut digest = DefaultHasher::new();
                    (self.event.said, &line.bytes).hash(&mut digest);
                    self.event.said = digest.finish();
                    self.event.set(&property, self.faults);
                }
                Some("VTIMEZONE") => self.of_zone(&property),
                Some("STANDARD" | "DAYLIGHT") => self.of_observance(&property),
                _ => self.parts.title = self.parts.title.take().or(Some(one_line(&property.text()))),
            },
            Err(why) => self.broken(line, why),
        }
    }

    fn broken(&mut self, line: &Unfolded<'_>, why: &str) {
        self.event.is_broken = true;
        let help =
            "each line is `NAME:VALUE`; a long one goes on in the next, behind a blank. Export it again";
        self.faults.say(Code::Syntax, line.span.clone(), why, "not a line of a calendar", help);
    }

    fn begin(&mut self, property: &Property) {
        let name = property.value.trim().to_ascii_uppercase();
        if self.open.len() >= DEPTH_MAX {
            self.faults.say(
                Code::Syntax,
                property.span.clone(),
                "it is nested too deep to be read",
                "here",
                "export it again",
            );
            self.is_over = true;
            return;
        }
        match name.as_str() {
            "VEVENT" => self.event = Raw { span: property.span.clone(), ..Raw::default() },
            "VTIMEZONE" => self.zone = ZoneRules::default(),
            "STANDARD" | "DAYLIGHT" => self.observance = Observance::default(),
            _ => {}
        }
        self.open.push((name, property.span.clone()));
    }

    fn end(&mut self, property: &Property) {
        let name = property.value.trim().to_ascii_uppercase();
        match self.open.pop() {
            Some((open, _)) if open == name => {}
            open => {
                let message = match &open {
                    Some((open, _)) => format!("END:{name} stands where END:{open} belongs"),
                    None => format!("END:{name} has no BEGIN:{name}"),
                };
                self.faults.say(
                    Code::Syntax,
                    property.span.clone(),
                    message,
                    "here",
                    "export it again, whole",
                );
                self.is_over = true;
                return;
            }
        }
        match name.as_str() {
            "VEVENT" => self.end_event(),
            "VTIMEZONE" if self.parts.zones.len() < ZONES_MAX => {
                self.parts.zones.push(std::mem::take(&mut self.zone))
            }
            "STANDARD" | "DAYLIGHT" if self.zone.observances.len() < ZONES_MAX => {
                self.zone.observances.push(std::mem::take(&mut self.observance));
            }
            _ => {}
        }
    }

    fn end_event(&mut self) {
        let event = std::mem::take(&mut self.event);
        if event.is_broken {
            return;
        }
        for (name, is_there) in [("UID", !event.uid.is_empty()), ("DTSTART", event.start.is_some())] {
            if !is_there {
                let message = format!("an event has no {name}");
                let help = format!("export it again, or write a {name} into the event");
                self.faults.say(Code::MissingKey, event.span.clone(), message, "this event", &help);
                return;
            }
        }
        if !event.may_lie_in(self.days) || !event.ends_once(self.faults) {
            return;
        }
        if self.parts.events.len() >= CANDIDATES_MAX {
            self.faults.too_many(CANDIDATES_MAX);
            self.is_over = true;
            return;
        }
        self.parts.events.push(event);
    }

    fn of_zone(&mut self, property: &Property) {
        match property.name.as_str() {
            "TZID" => self.zone.id = property.value.trim().to_owned(),
            _ => self.zone.location = Some(property.value.trim().to_owned()),
        }
    }

    fn of_observance(&mut self, property: &Property) {
        let observance = &mut self.observance;
        let why = match property.name.as_str() {
            "TZOFFSETFROM" | "TZOFFSETTO" => {
                let secs = offset_secs(&property.value);
                match property.name.as_str() {
                    "TZOFFSETFROM" => observance.from_secs = secs,
                    _ => observance.to_secs = secs,
                }
                secs.is_none().then(|| format!("{} cannot be `{}`", property.name, property.value.trim()))
            }
            "RRULE" => match property.value.parse() {
                Ok(rule) => {
                    observance.rules.push(rule);
                    None
                }
                Err(fault) => Some(format!("the rule of a zone is broken: {fault}")),
            },
            "DTSTART" => match stamp(property) {
                Ok(stamp) => {
                    observance.start = Some(stamp.wall);
                    None
                }
                Err((why, _)) => Some(why),
            },
            _ => match stamps(property) {
                Ok(stamps) => {
                    observance.dates.extend(stamps.iter().map(|stamp| stamp.wall));
                    None
                }
                Err((why, _)) => Some(why),
            },
        };
        if let Some(why) = why {
            let span = property.place(0..property.value.len());
            self.faults.say(
                Code::UnknownZone,
                span,
                why,
                "here",
                "export the calendar again, with its zones",
            );
        }
    }
}
