//! The components of a file: its events as far as they can lie in the window, and its zones.

use std::ops::Range;

use chrono::{Days, NaiveDate};

use crate::finding::{Code, Span};
use crate::time::Rule;

use super::clock::{Observance, ZoneRules};
use super::line::{Lines, Property, Unfolded};
use super::value::{Length, Stamp, length, offset_secs, stamp, stamps};
use super::{Faults, Status};

/// The most events that may lie in the window, as far as a first look tells.
const CANDIDATES_MAX: usize = 20_000;

/// The most zones that a file may have, and observances that a zone may.
const ZONES_MAX: usize = 500;

/// How deep components may be nested.
const DEPTH_MAX: usize = 16;

/// The most characters of a name or place that are kept.
const WORDS_MAX: usize = 200;

/// The most categories that are kept.
const CATEGORIES_MAX: usize = 20;

/// An event as the file has it.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    pub uid: String,
    pub name: String,
    pub start: Option<Stamp>,
    pub end: Option<Stamp>,
    pub length: Option<Length>,
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
    is_broken: bool,
}

/// What a file holds.
#[derive(Default)]
pub struct Parts {
    pub title: Option<String>,
    pub events: Vec<Raw>,
    pub zones: Vec<ZoneRules>,
}

const EVENT_NAMES: [&str; 16] = [
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
    "EXRULE",
    "X-MICROSOFT-CDO-ALLDAYEVENT",
];

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
            Some("VEVENT") => EVENT_NAMES.iter().any(|name| line.is(name)),
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
                Some("VEVENT") => self.of_event(&property),
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
        if !may_lie_in(&event, self.days) {
            return;
        }
        if self.parts.events.len() >= CANDIDATES_MAX {
            self.faults.too_many(CANDIDATES_MAX);
            self.is_over = true;
            return;
        }
        self.parts.events.push(event);
    }

    fn bad(&mut self, code: Code, (message, span): (String, Span), help: &str) {
        self.event.is_broken = true;
        self.faults.say(code, span, message, "here", help);
    }

    fn of_event(&mut self, property: &Property) {
        const DATES: &str = "write a date, 20270118, or a date and a time, 20270118T090000";
        let event = &mut self.event;
        let read = match property.name.as_str() {
            "UID" => return event.uid = clip(&one_line(&property.text()), 2 * WORDS_MAX),
            "SUMMARY" => return event.name = clip(&one_line(&property.text()), WORDS_MAX),
            "LOCATION" => return event.place = words(property),
            "URL" => return event.link = Some(property.value.trim().to_owned()).filter(|link| is_link(link)),
            "SEQUENCE" => return event.sequence = property.value.trim().parse().unwrap_or(0),
            "STATUS" => return event.status = status(&property.value),
            "CATEGORIES" => return event.file_under(property),
            "DTSTART" => stamp(property).map(|stamp| event.start = Some(stamp)),
            "DTEND" => stamp(property).map(|stamp| event.end = Some(stamp)),
            "RDATE" => stamps(property).map(|stamps| event.dates.extend(stamps)),
            "EXDATE" => stamps(property).map(|stamps| event.except.extend(stamps)),
            "RECURRENCE-ID" => stamp(property).map(|stamp| {
                let range = property.parameter("RANGE").unwrap_or_default();
                event.replaces = Some((stamp, range.eq_ignore_ascii_case("THISANDFUTURE")));
            }),
            "DURATION" => match length(&property.value) {
                Some(length) => Ok(event.length = Some(length)),
                None => Err((
                    format!("DURATION cannot be `{}`", property.value.trim()),
                    property.place(0..property.value.len()),
                )),
            },
            "RRULE" => return self.rule(property),
            _ => return,
        };
        let code = if property.name == "DURATION" { Code::BadDuration } else { Code::BadDate };
        let help =
            if property.name == "DURATION" { "write a length such as PT1H30M, P1D or P2W" } else { DATES };
        if let Err(fault) = read {
            self.bad(code, fault, help);
        }
    }

    fn rule(&mut self, property: &Property) {
        match property.value.parse::<Rule>() {
            Ok(rule) => self.event.rules.push((rule, property.place(0..property.value.len()))),
            Err(fault) => {
                let message = format!("the rule of recurrence is broken: {fault}");
                let help = "mend the rule where the event is kept, and export again; or leave the event out with --partial";
                self.bad(Code::BadRecurrence, (message, property.place(fault.part)), help);
            }
        }
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

impl Raw {
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

fn words(property: &Property) -> Option<String> {
    Some(clip(&one_line(&property.text()), WORDS_MAX)).filter(|words| !words.is_empty())
}

fn status(value: &str) -> Option<Status> {
    let statuses = [
        ("CONFIRMED", Status::Confirmed),
        ("TENTATIVE", Status::Tentative),
        ("CANCELLED", Status::Cancelled),
    ];
    statuses.iter().find(|(word, _)| word.eq_ignore_ascii_case(value.trim())).map(|(_, status)| *status)
}

fn is_link(link: &str) -> bool {
    url::Url::parse(link)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
}

/// Returns a text on one line, its blanks made one each.
fn one_line(text: &str) -> String {
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

/// Tells whether an event may lie in some days, as far as can be told without its zone.
fn may_lie_in(event: &Raw, days: &Range<NaiveDate>) -> bool {
    let recurs = !event.rules.is_empty() || !event.dates.is_empty();
    let Some(start) = event.start.as_ref().map(|stamp| stamp.wall.date()) else { return false };
    let early = days.start.checked_sub_days(Days::new(2)).unwrap_or(days.start);
    let late = days.end.checked_add_days(Days::new(2)).unwrap_or(days.end);
    // What replaces something may stand anywhere, and takes away from here what it replaces.
    if event.replaces.is_some() {
        return true;
    }
    let length = event.length.map_or(0, |length| length.about().num_days());
    let end = event.end.as_ref().map_or(start, |stamp| stamp.wall.date());
    let last =
        end.max(start.checked_add_days(Days::new(u64::try_from(length).unwrap_or(0) + 1)).unwrap_or(start));
    start < late && (recurs || last >= early)
}
