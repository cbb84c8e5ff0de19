//! The clocks of a file: what a `TZID` means, by IANA's name, by Windows' or by the file's own rules.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::time::{Fold, Rule, Until, WallFault, Zone};

use super::windows;

/// The most clock changes that a file's own zone may have.
const CHANGES_MAX: usize = 2_000;

/// A clock that shows walls.
#[derive(Debug, Clone, PartialEq)]
pub enum Clock {
    /// A zone of the time zone database.
    Known(Zone),
    /// A zone that the file itself gives the rules of.
    Own(OwnZone),
}

/// A zone by a file's own rules (RFC 5545 §3.6.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnZone {
    /// The offset before the first change, in seconds east of UTC.
    first_secs: i64,
    /// The changes, in order: the moment, and the offset from then on.
    changes: Vec<(NaiveDateTime, i64)>,
}

/// One sub-component of a `VTIMEZONE`.
#[derive(Debug, Clone, Default)]
pub struct Observance {
    /// When it begins, as the clock showed before.
    pub start: Option<NaiveDateTime>,
    /// The offset before, in seconds.
    pub from_secs: Option<i64>,
    /// The offset of it, in seconds.
    pub to_secs: Option<i64>,
    /// When it comes again.
    pub rules: Vec<Rule>,
    /// When else it comes.
    pub dates: Vec<NaiveDateTime>,
}

/// A `VTIMEZONE`.
#[derive(Debug, Clone, Default)]
pub struct ZoneRules {
    /// Its name.
    pub id: String,
    /// The zone it stands for, as many programs say.
    pub location: Option<String>,
    /// What it observes when.
    pub observances: Vec<Observance>,
}

impl ZoneRules {
    /// Returns the zone by these rules, as far as a moment; nothing where they say none.
    fn own(&self, until: NaiveDateTime) -> Option<OwnZone> {
        let mut changes: Vec<(NaiveDateTime, i64, i64)> = Vec::new();
        for one in &self.observances {
            let (Some(start), Some(from), Some(to)) = (one.start, one.from_secs, one.to_secs) else {
                continue;
            };
            let mut walls = one.dates.clone();
            walls.push(start);
            for rule in &one.rules {
                let end = rule.until.and_then(|end| match end {
                    Until::Day(day) => day.and_hms_opt(23, 59, 59),
                    Until::Local(wall) => Some(wall),
                    Until::Utc(wall) => wall.checked_add_signed(TimeDelta::seconds(from)),
                });
                walls.extend(rule.walls(start, end, &(start..until), CHANGES_MAX).walls);
            }
            let moment = |wall: NaiveDateTime| wall.checked_sub_signed(TimeDelta::seconds(from));
            changes.extend(walls.into_iter().filter_map(moment).map(|moment| (moment, from, to)));
        }
        changes.sort_unstable();
        changes.dedup_by_key(|(moment, ..)| *moment);
        let first_secs = changes.first()?.1;
        Some(OwnZone {
            first_secs,
            changes: changes.into_iter().map(|(moment, _, to)| (moment, to)).collect(),
        })
    }
}

impl OwnZone {
    fn offset_secs(&self, moment: NaiveDateTime) -> i64 {
        let after = self.changes.partition_point(|(change, _)| *change <= moment);
        after.checked_sub(1).and_then(|at| self.changes.get(at)).map_or(self.first_secs, |(_, secs)| *secs)
    }

    /// Returns the first moment at which the clock shows a wall; where it is skipped, the moment by the offset before.
    fn moment(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        // No offset is more than a day: only the changes about the wall matter.
        let near = |(change, _): &&(NaiveDateTime, i64)| (*change - wall).abs() <= TimeDelta::days(2);
        let before = wall.checked_sub_signed(TimeDelta::days(2))?;
        let first = self.offset_secs(before);
        let offsets = std::iter::once(first).chain(self.changes.iter().filter(near).map(|(_, secs)| *secs));
        let moments = offsets.filter_map(|secs| {
            let moment = wall.checked_sub_signed(TimeDelta::seconds(secs))?;
            (self.offset_secs(moment) == secs).then_some(moment)
        });
        moments.min().or_else(|| {
            // The change whose gap the wall lies in: the offset before it.
            let gap = self.changes.iter().filter(near).find(|(change, secs)| {
                let old = self.offset_secs(*change - TimeDelta::seconds(1));
                let shows = |secs: i64| change.checked_add_signed(TimeDelta::seconds(secs));
                shows(old).is_some_and(|from| from <= wall) && shows(*secs).is_some_and(|to| wall < to)
            });
            let old = gap.map_or(first, |(change, _)| self.offset_secs(*change - TimeDelta::seconds(1)));
            wall.checked_sub_signed(TimeDelta::seconds(old))
        })
    }
}

impl Clock {
    /// Returns the moment of a wall clock as RFC 5545 §3.3.5 means it: the first of two; and of one that is skipped, the
    /// moment by the offset before the gap.
    pub fn moment(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Clock::Own(zone) => zone.moment(wall).map(|moment| moment.and_utc()),
            Clock::Known(zone) => match zone.resolve(wall, Some(Fold::Earlier)) {
                Ok(moment) => Some(moment),
                Err(WallFault::Skipped { next, .. }) => {
                    let change = zone.resolve(next, Some(Fold::Earlier)).ok()?;
                    let before = change.checked_sub_signed(TimeDelta::seconds(1))?;
                    let offset = zone.local(before) - before.naive_utc();
                    wall.checked_sub_signed(offset).map(|moment| moment.and_utc())
                }
                Err(_) => None,
            },
        }
    }

    /// Returns what the clock shows at a moment.
    pub fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Clock::Known(zone) => zone.local(moment),
            Clock::Own(zone) => {
                let secs = zone.offset_secs(moment.naive_utc());
                moment.naive_utc().checked_add_signed(TimeDelta::seconds(secs)).unwrap_or(moment.naive_utc())
            }
        }
    }
}

/// The clocks that a file names.
pub struct Clocks {
    rules: BTreeMap<String, ZoneRules>,
    known: BTreeMap<String, Result<Clock, Option<String>>>,
    until: NaiveDateTime,
}

impl Clocks {
    /// Returns the clocks of a file with such zones of its own, as far as a moment.
    pub fn new(zones: Vec<ZoneRules>, until: NaiveDateTime) -> Clocks {
        let rules = zones.into_iter().map(|zone| (zone.id.clone(), zone)).collect();
        Clocks { rules, known: BTreeMap::new(), until }
    }

    /// Returns the clock of a `TZID`; for one that is no zone's, the zone that was probably meant.
    pub fn of(&mut self, id: &str) -> Result<Clock, Option<String>> {
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        let found = self.find(id);
        self.known.insert(id.to_owned(), found.clone());
        found
    }

    fn find(&self, id: &str) -> Result<Clock, Option<String>> {
        let near = match named(id) {
            Ok(zone) => return Ok(Clock::Known(zone)),
            Err(near) => near,
        };
        let rules = self.rules.get(id);
        if let Some(zone) =
            rules.and_then(|rules| rules.location.as_deref()).and_then(|name| named(name).ok())
        {
            return Ok(Clock::Known(zone));
        }
        rules.and_then(|rules| rules.own(self.until)).map(Clock::Own).ok_or(near)
    }
}

/// Finds a zone by IANA's name, also behind a path as some programs write it, or by Windows'.
fn named(id: &str) -> Result<Zone, Option<String>> {
    let id = id.trim();
    let near = match Zone::named(id) {
        Ok(zone) => return Ok(zone),
        Err(fault) => fault.near,
    };
    if let Some(zone) = near.as_deref().filter(|near| near.eq_ignore_ascii_case(id)) {
        return Zone::named(zone).map_err(|fault| fault.near);
    }
    if let Ok(at) = windows::NAMES.binary_search_by(|(name, _)| (*name).cmp(id))
        && let Some((_, zone)) = windows::NAMES.get(at)
    {
        return Zone::named(zone).map_err(|fault| fault.near);
    }
    // `/mozilla.org/20050126_1/Europe/Lisbon`: the name is the last parts of a path.
    let mut rest = id.strip_prefix('/');
    while let Some((_, behind)) = rest.and_then(|path| path.split_once('/')) {
        if let Ok(zone) = Zone::named(behind) {
            return Ok(zone);
        }
        rest = Some(behind);
    }
    Err(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    /// Outlook's own rules for Lisbon, from 1601 on.
    fn lisbon() -> ZoneRules {
        let one = |start: &str, from: i64, to: i64, rule: &str| Observance {
            start: Some(wall(start)),
            from_secs: Some(from),
            to_secs: Some(to),
            rules: vec![rule.parse().unwrap()],
            dates: Vec::new(),
        };
        ZoneRules {
            id: "Customized Time Zone".into(),
            observances: vec![
                one("1601-01-01T02:00:00", 3_600, 0, "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
                one("1601-01-01T01:00:00", 0, 3_600, "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
            ],
            ..ZoneRules::default()
        }
    }

    #[test]
    fn a_file_s_own_rules_show_what_the_zone_shows_also_in_gaps_and_folds() {
        let own = Clock::Own(lisbon().own(wall("2030-01-01T00:00:00")).unwrap());
        let known = Clock::Known(Zone::named("Europe/Lisbon").unwrap());
        for text in [
            "2027-01-18T09:00:00",
            "2027-07-18T09:00:00",
            "2027-03-28T00:59:59",
            "2027-03-28T01:00:00",
            "2027-03-28T01:30:00",
            "2027-03-28T02:00:00",
            "2027-10-31T00:59:00",
            "2027-10-31T01:30:00",
            "2027-10-31T02:00:00",
        ] {
            let (one, other) = (own.moment(wall(text)), known.moment(wall(text)));
            assert_eq!(one, other, "{text}");
            assert_eq!(own.local(one.unwrap()), known.local(one.unwrap()), "{text}");
        }
        // RFC 5545 §3.3.5: a time that is skipped is told by the offset before the gap.
        assert_eq!(known.moment(wall("2027-03-28T01:30:00")), Some(wall("2027-03-28T01:30:00").and_utc()));
        assert_eq!(known.moment(wall("2027-10-31T01:30:00")), Some(wall("2027-10-31T00:30:00").and_utc()));
    }

    #[test]
    fn a_zone_is_found_by_each_of_its_names() {
        let mut clocks = Clocks::new(vec![lisbon()], wall("2030-01-01T00:00:00"));
        for (id, zone) in [
            ("Europe/Lisbon", "Europe/Lisbon"),
            ("europe/lisbon", "Europe/Lisbon"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("/mozilla.org/20050126_1/Europe/Lisbon", "Europe/Lisbon"),
            (
                "/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires",
                "America/Argentina/Buenos_Aires",
            ),
        ] {
            assert_eq!(clocks.of(id), Ok(Clock::Known(Zone::named(zone).unwrap())), "{id}");
        }
        assert!(matches!(clocks.of("Customized Time Zone"), Ok(Clock::Own(_))));
        assert_eq!(clocks.of("Europe/Lisbonn"), Err(Some("Europe/Lisbon".into())));
        assert_eq!(clocks.of("Middle-earth"), Err(None));
    }

    #[test]
    fn windows_names_are_sorted_and_each_is_a_zone() {
        assert!(windows::NAMES.is_sorted_by(|a, b| a.0 < b.0));
        for (name, zone) in windows::NAMES {
            assert!(Zone::named(zone).is_ok(), "{name}: {zone}");
        }
    }
}
