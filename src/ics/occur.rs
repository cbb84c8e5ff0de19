//! Each time that an event comes, in a window of days.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::finding::Code;
use crate::time::{Fold, Until, Zone};

use super::clock::{Clock, Clocks};
use super::component::Parts;
use super::event::Raw;
use super::value::{Dial, Stamp};
use super::{EVENTS_MAX, Event, Faults, Status, When};

/// The furthest that a change of one time and all that follow may move them.
const SHIFT_MAX: TimeDelta = TimeDelta::days(366);

/// The most times that one rule is asked for: beyond, there are too many events in any case.
const WALLS_MAX: usize = 4 * EVENTS_MAX;

/// What is needed to tell when something is.
struct Times<'a> {
    zone: &'a Zone,
    days: &'a Range<NaiveDate>,
    clocks: Clocks,
}

/// Returns the events of a window, in the order of their days and times.
pub fn events(parts: &Parts, zone: &Zone, days: &Range<NaiveDate>, faults: &mut Faults<'_>) -> Vec<Event> {
    let far = days.end.checked_add_days(Days::new(800)).unwrap_or(days.end).and_time(chrono::NaiveTime::MIN);
    let mut times = Times { zone, days, clocks: Clocks::new(parts.zones.clone(), far) };
    let mut of_uid: BTreeMap<&str, Vec<&Raw>> = BTreeMap::new();
    for raw in parts.events.iter().filter(|raw| times.knows(raw, faults) && times.ends_behind(raw, faults)) {
        of_uid.entry(&raw.uid).or_default().push(raw);
    }
    let mut events: Vec<(DateTime<Utc>, Event)> = Vec::new();
    for raws in of_uid.values() {
        if is_double(raws, faults) {
            continue;
        }
        let mut own = Vec::new();
        times.of_one(raws, &mut own, faults);
        if own.len() > EVENTS_MAX && raws.iter().any(|raw| says_too_much(raw, faults)) {
            continue;
        }
        events.append(&mut own);
        if events.len() > EVENTS_MAX {
            faults.too_many(EVENTS_MAX);
            break;
        }
    }
    events.sort_by(|(a, one), (b, other)| {
        (a, &one.name, &one.uid, &one.instance).cmp(&(b, &other.name, &other.uid, &other.instance))
    });
    events.into_iter().map(|(_, event)| event).collect()
}

/// Tells whether two of an event's components, neither newer, both say all of it, and differ; and says so.
fn is_double(raws: &[&Raw], faults: &mut Faults<'_>) -> bool {
    let masters = || raws.iter().filter(|raw| raw.replaces.is_none());
    let newest = masters().map(|raw| raw.sequence).max();
    let mut newest = masters().filter(|raw| Some(raw.sequence) == newest);
    let Some(first) = newest.next() else { return false };
    let Some(second) = newest.find(|raw| raw.said != first.said) else { return false };
    let message = format!("two events have the UID `{}`, and neither is the newer", first.uid);
    let help = "give one of them a UID of its own, or the one that holds a higher SEQUENCE; or leave both out with --partial";
    faults.say_both(Code::DuplicateId, (first.span.clone(), second.span.clone()), message, help);
    true
}

/// Says that an event comes too often, where it recurs, and tells whether it does.
fn says_too_much(raw: &Raw, faults: &mut Faults<'_>) -> bool {
    let rule = raw.rules.first().map(|(_, span)| span);
    let Some(span) = rule.or(raw.dates.first().map(|date| &date.span)) else { return false };
    let message = format!("the event comes more than {EVENTS_MAX} times in these days");
    let help = "give its rule an UNTIL or a longer INTERVAL where the event is kept, narrow the days with --from and --until, or leave the event out with --partial";
    faults.say(Code::BadRecurrence, span.clone(), message, "too often", help);
    true
}

impl Times<'_> {
    /// Tells whether an event does not end before it begins, and says so if it does.
    fn ends_behind(&mut self, raw: &Raw, faults: &mut Faults<'_>) -> bool {
        let (Some(start), Some(end)) = (&raw.start, &raw.end) else { return true };
        let is_before = match start.dial == end.dial {
            true => end.wall < start.wall,
            false => self.moment(end).zip(self.moment(start)).is_some_and(|(end, start)| end < start),
        };
        if is_before {
            let message = format!("DTEND, {}, is before DTSTART, {}", end.show(), start.show());
            let help =
                "mend it where the event is kept, and export again; or leave the event out with --partial";
            faults.say(Code::BadDate, end.span.clone(), message, "before it begins", help);
        }
        !is_before
    }

    /// Tells whether the zones of an event are known, and says so if one is not.
    fn knows(&mut self, raw: &Raw, faults: &mut Faults<'_>) -> bool {
        let replaced = raw.replaces.as_ref().map(|(stamp, _)| stamp);
        let stamps = raw.start.iter().chain(&raw.end).chain(&raw.dates).chain(&raw.except).chain(replaced);
        for stamp in stamps {
            let Dial::Of(id) = &stamp.dial else { continue };
            let Err(near) = self.clocks.of(id) else { continue };
            let message = format!("there is no zone `{id}`, and the file does not say its rules");
            let help = match near {
                Some(near) => format!(
                    "did you mean `{near}`? Mend it where the event is kept, or leave the event out with --partial"
                ),
                None => {
                    "export the calendar with its zones (VTIMEZONE), or leave the event out with --partial"
                        .to_owned()
                }
            };
            faults.say(Code::UnknownZone, stamp.span.clone(), message, "of this zone", &help);
            return false;
        }
        true
    }

    fn clock(&mut self, dial: &Dial) -> Clock {
        match dial {
            Dial::Floating => Clock::Known(self.zone.clone()),
            Dial::Utc => Clock::Known(Zone::utc()),
            // That each is known has been seen to.
            Dial::Of(id) => self.clocks.of(id).unwrap_or_else(|_| Clock::Known(self.zone.clone())),
        }
    }

    fn moment(&mut self, stamp: &Stamp) -> Option<DateTime<Utc>> {
        self.clock(&stamp.dial).moment(stamp.wall)
    }

    /// Adds each time that one event comes; its components have one UID.
    fn of_one(&mut self, raws: &[&Raw], events: &mut Vec<(DateTime<Utc>, Event)>, faults: &mut Faults<'_>) {
        let master = raws.iter().filter(|raw| raw.replaces.is_none()).max_by_key(|raw| raw.sequence);
        let mut changes: BTreeMap<DateTime<Utc>, &Raw> = BTreeMap::new();
        for raw in raws {
            let Some((stamp, _)) = &raw.replaces else { continue };
            let Some(moment) = self.moment(stamp) else { continue };
            let newer = |old: &&Raw| old.sequence > raw.sequence;
            if !changes.get(&moment).is_some_and(newer) {
                changes.insert(moment, raw);
            }
        }
        if let Some(master) = master {
            self.of_master(master, &changes, events, faults);
        }
        for raw in changes.values() {
            let instance = raw.replaces.as_ref().map(|(stamp, _)| stamp.show());
            let Some(start) = &raw.start else { continue };
            self.add(raw, start.wall, instance, raw, events);
        }
    }

    /// Adds what an event's own rule yields, but for what is replaced.
    fn of_master(
        &mut self,
        master: &Raw,
        changes: &BTreeMap<DateTime<Utc>, &Raw>,
        events: &mut Vec<(DateTime<Utc>, Event)>,
        faults: &mut Faults<'_>,
    ) {
        let Some(start) = &master.start else { return };
        let recurs = !master.rules.is_empty() || !master.dates.is_empty();
        if !recurs {
            let is_replaced = self.moment(start).is_some_and(|moment| changes.contains_key(&moment));
            if !is_replaced {
                self.add(master, start.wall, None, master, events);
            }
            return;
        }
        let clock = self.clock(&start.dial);
        let except: BTreeSet<DateTime<Utc>> =
            master.except.iter().filter_map(|stamp| self.moment(stamp)).collect();
        let except_days: BTreeSet<NaiveDate> =
            master.except.iter().filter(|stamp| stamp.is_date).map(|stamp| stamp.wall.date()).collect();
        for wall in self.walls(master, start, &clock, changes, faults) {
            let Some(moment) = clock.moment(wall) else { continue };
            if except.contains(&moment) || except_days.contains(&wall.date()) || changes.contains_key(&moment)
            {
                continue;
            }
            let instance = Some(Stamp { wall, ..start.clone() }.show());
            // The last change before it that goes for all that follow.
            let future = changes
                .range(..moment)
                .rev()
                .find(|(_, raw)| raw.replaces.as_ref().is_some_and(|(_, all)| *all));
            match future {
                Some((of, raw)) => {
                    let shift = raw.start.as_ref().and_then(|start| self.moment(start)).map(|to| to - *of);
                    let moved = shift.and_then(|shift| wall.checked_add_signed(shift));
                    self.add(raw, moved.unwrap_or(wall), instance, master, events);
                }
                None => self.add(master, wall, instance, master, events),
            }
            if events.len() > EVENTS_MAX {
                return;
            }
        }
    }

    /// Returns the wall clocks that an event's rules and dates yield about the window, in order, each moment once.
    fn walls(
        &mut self,
        master: &Raw,
        start: &Stamp,
        clock: &Clock,
        changes: &BTreeMap<DateTime<Utc>, &Raw>,
        faults: &mut Faults<'_>,
    ) -> Vec<NaiveDateTime> {
        let shifts = changes.values().any(|raw| raw.replaces.as_ref().is_some_and(|(_, all)| *all));
        let room = TimeDelta::days(2) + if shifts { SHIFT_MAX } else { TimeDelta::zero() };
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN);
        let (from, to) = (midnight(self.days.start), midnight(self.days.end));
        let back = room + self.lasts(master, start);
        let window = from.checked_sub_signed(back).unwrap_or(from)..to.checked_add_signed(room).unwrap_or(to);
        let mut walls = vec![start.wall];
        for (rule, span) in &master.rules {
            let until = rule.until.and_then(|until| match until {
                Until::Day(day) => day.and_hms_opt(23, 59, 59),
                Until::Local(wall) => Some(wall),
                Until::Utc(wall) if start.is_date => wall.date().and_hms_opt(23, 59, 59),
                Until::Utc(wall) => Some(clock.local(wall.and_utc())),
            });
            let found = rule.walls(start.wall, until, &window, WALLS_MAX);
            if found.is_cut && found.walls.len() < WALLS_MAX {
                let message =
                    "the rule of recurrence asks for too much: it was left before these days were over";
                let help =
                    "narrow the days with --from and --until, or give the rule an UNTIL or a later DTSTART";
                faults.say(Code::BadRecurrence, span.clone(), message, "too much", help);
                return Vec::new();
            }
            walls.extend(found.walls);
        }
        for date in &master.dates {
            let moment = self.moment(date);
            let wall = if date.is_date { Some(date.wall) } else { moment.map(|moment| clock.local(moment)) };
            walls.extend(wall);
        }
        walls.retain(|wall| window.contains(wall));
        walls.sort_unstable();
        walls.dedup_by_key(|wall| clock.moment(*wall));
        walls
    }

    /// Returns how long an event lasts, about.
    fn lasts(&mut self, raw: &Raw, start: &Stamp) -> TimeDelta {
        let end = raw.end.as_ref().map(|end| end.wall - start.wall);
        end.or(raw.length.map(|length| length.about()))
            .unwrap_or_default()
            .clamp(TimeDelta::zero(), TimeDelta::days(3_660))
    }

    /// Adds one time that an event comes, where it lies in the window.
    fn add(
        &mut self,
        raw: &Raw,
        wall: NaiveDateTime,
        instance: Option<String>,
        master: &Raw,
        events: &mut Vec<(DateTime<Utc>, Event)>,
    ) {
        let Some((first, when)) = self.when(raw, wall) else { return };
        let (on, last) = match &when {
            When::Days { on, until } => (*on, *until),
            When::Time { until, .. } => {
                let here = self.zone.local(first);
                let lasts = match (&when, until) {
                    (When::Time { at, .. }, Some(until)) => *until - *at,
                    _ => TimeDelta::zero(),
                };
                (here.date(), here.checked_add_signed(lasts).unwrap_or(here).date())
            }
        };
        if on >= self.days.end || last < self.days.start {
            return;
        }
        let or = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        let name = [&raw.name, &master.name].into_iter().find(|name| !name.is_empty());
        events.push((
            first,
            Event {
                uid: raw.uid.clone(),
                instance,
                name: name.cloned().unwrap_or_else(|| "(without a name)".to_owned()),
                when,
                place: or(&raw.place, &master.place),
                link: or(&raw.link, &master.link),
                categories: if raw.categories.is_empty() {
                    master.categories.clone()
                } else {
                    raw.categories.clone()
                },
                status: raw.status.or(master.status).unwrap_or(Status::Confirmed),
            },
        ));
    }

    /// Returns the moment at which one time begins, and when it is as the calendar says it.
    fn when(&mut self, raw: &Raw, wall: NaiveDateTime) -> Option<(DateTime<Utc>, When)> {
        let start = raw.start.as_ref()?;
        if start.is_date {
            let lasts = self.lasts(raw, start).num_days().max(1);
            let until = wall.date().checked_add_signed(TimeDelta::days(lasts - 1))?;
            let first = Clock::Known(self.zone.clone()).moment(wall)?;
            return Some((first, When::Days { on: wall.date(), until }));
        }
        let clock = self.clock(&start.dial);
        let first = clock.moment(wall)?;
        let end = match (&raw.end, raw.length) {
            (Some(end), _) if end.dial == start.dial => {
                clock.moment(wall.checked_add_signed(end.wall - start.wall)?)
            }
            (Some(end), _) => {
                let lasts = self.moment(end)? - clock.moment(start.wall)?;
                first.checked_add_signed(lasts)
            }
            (None, Some(length)) => {
                let day = clock.moment(wall.checked_add_signed(TimeDelta::days(length.days))?)?;
                day.checked_add_signed(TimeDelta::seconds(length.secs))
            }
            (None, None) => None,
        };
        let zone = match (&start.dial, clock) {
            (Dial::Of(_), Clock::Known(zone)) if zone != *self.zone => zone,
            _ => self.zone.clone(),
        };
        Some((first, self.shown(first, end.filter(|end| *end > first), zone)))
    }

    /// Returns a time as a zone's clock shows it; in UTC where that clock shows it twice, and this is the second.
    fn shown(&self, first: DateTime<Utc>, end: Option<DateTime<Utc>>, zone: Zone) -> When {
        let is_clear =
            |moment: DateTime<Utc>| zone.resolve(zone.local(moment), Some(Fold::Earlier)) == Ok(moment);
        let zone = if is_clear(first) && end.is_none_or(is_clear) { zone } else { Zone::utc() };
        let (at, until) = (zone.local(first), end.map(|end| zone.local(end)));
        When::Time { at, until, zone: (zone != *self.zone).then_some(zone) }
    }
}
