//! Zones, and the wall clocks that hang in them.

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::database::{databases, nearest_zone};

/// Which of the two moments a wall clock means that a clock change makes come twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// The first, before the clocks go back.
    Earlier,
    /// The second, after the clocks went back.
    Later,
}

impl Fold {
    /// Returns the word that stands in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Fold::Earlier => "earlier",
            Fold::Later => "later",
        }
    }
}

/// A name that is no zone's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    /// The zone that was probably meant.
    pub near: Option<String>,
}

/// Why a wall clock in a zone is not one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WallFault {
    /// The clocks go forward over it: it never shows.
    Skipped {
        /// The first wall clock that shows after the change.
        next: NaiveDateTime,
        /// The zone's abbreviation and offset before the change, such as `WET (+00:00)`.
        before: String,
        /// The same after the change.
        after: String,
    },
    /// The clocks go back over it: it shows twice.
    Twice {
        /// The first moment.
        earlier: DateTime<Utc>,
        /// The second moment.
        later: DateTime<Utc>,
    },
    /// It is beyond the years that a moment can be in.
    OutOfRange,
}

/// A stretch of wall clock that a clock change skips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first wall clock that never shows.
    pub from: NaiveDateTime,
    /// The first that shows again.
    pub to: NaiveDateTime,
}

/// A time zone with its rules, by its IANA name.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl Zone {
    /// Returns Coordinated Universal Time.
    pub fn utc() -> Zone {
        Zone { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }

    /// Looks a zone up by its IANA name, letter for letter, such as `Europe/Lisbon`.
    pub fn named(name: &str) -> Result<Zone, UnknownZone> {
        match databases().iter().find_map(|database| database.get(name).ok()) {
            Some(rules) if !rules.is_unknown() => match rules.iana_name() {
                Some(known) if known != name => Err(UnknownZone { near: Some(known.to_owned()) }),
                _ => Ok(Zone { name: name.to_owned(), rules }),
            },
            _ => Err(UnknownZone { near: nearest_zone(name) }),
        }
    }

    /// Returns every zone's name, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = databases()
            .iter()
            .flat_map(TimeZoneDatabase::available)
            .map(|name| name.as_str().to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Returns the zone's IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the moment at which the zone's clocks show a time.
    ///
    /// A fold chooses between two moments and is not looked at where there is one.
    pub fn resolve(&self, wall: NaiveDateTime, fold: Option<Fold>) -> Result<DateTime<Utc>, WallFault> {
        let civil = to_civil(wall).ok_or(WallFault::OutOfRange)?;
        let moment = |offset: jiff::tz::Offset| {
            let utc = wall.checked_sub_signed(TimeDelta::seconds(i64::from(offset.seconds())));
            utc.map(|utc| utc.and_utc()).ok_or(WallFault::OutOfRange)
        };
        match self.rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => moment(offset),
            AmbiguousOffset::Fold { before, after } => match fold {
                Some(Fold::Earlier) => moment(before),
                Some(Fold::Later) => moment(after),
                None => Err(WallFault::Twice { earlier: moment(before)?, later: moment(after)? }),
            },
            AmbiguousOffset::Gap { after, .. } => {
                let inside = moment(after)?;
                let next = self.next_change(inside).ok_or(WallFault::OutOfRange)?;
                Err(WallFault::Skipped {
                    next: self.local(next),
                    before: self.show_offset_at(inside),
                    after: self.show_offset_at(next),
                })
            }
        }
    }

    /// Returns the moments of some days, from the first midnight to the one behind them.
    pub fn moments(&self, days: &Range<NaiveDate>) -> Option<Range<DateTime<Utc>>> {
        let start = |day: NaiveDate| self.resolve_somehow(day.and_time(NaiveTime::MIN), None);
        Some(start(days.start)?..start(days.end)?)
    }

    /// Returns the moment at which the zone's clocks show a time, or the nearest meaning it can have: the end of the
    /// gap for one that is skipped, the earlier for one that comes twice.
    pub fn resolve_somehow(&self, wall: NaiveDateTime, fold: Option<Fold>) -> Option<DateTime<Utc>> {
        match self.resolve(wall, fold) {
            Ok(moment) => Some(moment),
            Err(WallFault::Skipped { next, .. }) => self.resolve(next, Some(Fold::Earlier)).ok(),
            Err(WallFault::Twice { earlier, .. }) => Some(earlier),
            Err(WallFault::OutOfRange) => None,
        }
    }

    /// Returns what the zone's clocks show at a moment.
    pub fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        let offset = self.rules.to_offset(to_timestamp(moment)).seconds();
        let utc = moment.naive_utc();
        utc.checked_add_signed(TimeDelta::seconds(i64::from(offset))).unwrap_or(utc)
    }

    /// Returns the zone's abbreviation at a moment, such as `WET`, or its offset where it has no letters for one.
    pub fn abbreviation(&self, moment: DateTime<Utc>) -> String {
        let info = self.rules.to_offset_info(to_timestamp(moment));
        if info.abbreviation().starts_with(|c: char| c.is_ascii_alphabetic()) {
            info.abbreviation().to_owned()
        } else {
            show_offset(info.offset().seconds())
        }
    }

    /// Returns the zone's offset from UTC at a moment, such as `+01:00`.
    pub fn offset(&self, moment: DateTime<Utc>) -> String {
        show_offset(self.rules.to_offset(to_timestamp(moment)).seconds())
    }

    /// Returns the stretches of wall clock that clock changes skip, of changes in a span of moments.
    pub fn gaps(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Gap> {
        self.changes(from, until)
            .into_iter()
            .filter_map(|(change, before, after)| {
                let utc = change.naive_utc();
                let gap = Gap {
                    from: utc.checked_add_signed(TimeDelta::seconds(before))?,
                    to: utc.checked_add_signed(TimeDelta::seconds(after))?,
                };
                (before < after).then_some(gap)
            })
            .collect()
    }

    /// Returns the stretches of wall clock that clock changes show twice, of changes in a span of moments.
    pub fn folds(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Gap> {
        self.changes(from, until)
            .into_iter()
            .filter_map(|(change, before, after)| {
                let utc = change.naive_utc();
                let fold = Gap {
                    from: utc.checked_add_signed(TimeDelta::seconds(after))?,
                    to: utc.checked_add_signed(TimeDelta::seconds(before))?,
                };
                (after < before).then_some(fold)
            })
            .collect()
    }

    /// Returns the moments of clock changes with the offsets before and after, in seconds.
    fn changes(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<(DateTime<Utc>, i64, i64)> {
        let start = to_timestamp(from);
        let mut before = self.rules.to_offset(start).seconds();
        let mut changes = Vec::new();
        for change in self.rules.following(start) {
            let Some(moment) = DateTime::from_timestamp(change.timestamp().as_second(), 0) else { break };
            if moment >= until {
                break;
            }
            let after = change.offset().seconds();
            if after != before {
                changes.push((moment, i64::from(before), i64::from(after)));
            }
            before = after;
        }
        changes
    }

    /// Returns the first clock change after a moment.
    fn next_change(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let start = to_timestamp(moment);
        let offset = self.rules.to_offset(start);
        let change = self.rules.following(start).find(|change| change.offset() != offset)?;
        DateTime::from_timestamp(change.timestamp().as_second(), 0)
    }

    fn show_offset_at(&self, moment: DateTime<Utc>) -> String {
        let (name, offset) = (self.abbreviation(moment), self.offset(moment));
        if name == offset { offset } else { format!("{name} ({offset})") }
    }
}

/// Returns an offset from UTC in seconds as `+01:00`, with seconds only where it has any.
pub fn show_offset(secs: i32) -> String {
    let sign = if secs < 0 { '-' } else { '+' };
    let (hours, rest) = (secs.unsigned_abs() / 3_600, secs.unsigned_abs() % 3_600);
    match rest % 60 {
        0 => format!("{sign}{hours:02}:{:02}", rest / 60),
        secs => format!("{sign}{hours:02}:{:02}:{secs:02}", rest / 60),
    }
}

fn to_civil(wall: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    let (date, time) = (wall.date(), wall.time());
    jiff::civil::DateTime::new(
        i16::try_from(date.year()).ok()?,
        i8::try_from(date.month()).ok()?,
        i8::try_from(date.day()).ok()?,
        i8::try_from(time.hour()).ok()?,
        i8::try_from(time.minute()).ok()?,
        i8::try_from(time.second()).ok()?,
        0,
    )
    .ok()
}

/// Returns a moment as jiff has it; one beyond jiff's years is as far as they go, where no zone changes any more.
fn to_timestamp(moment: DateTime<Utc>) -> jiff::Timestamp {
    let secs = moment.timestamp();
    jiff::Timestamp::from_second(secs).unwrap_or(if secs < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn wall(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_shows_one_moment_or_says_why_not() {
        let lisbon = Zone::named("Europe/Lisbon").unwrap();
        let summer = lisbon.resolve(wall("2027-07-01T09:00:00"), None).unwrap();
        assert_eq!(summer.to_rfc3339(), "2027-07-01T08:00:00+00:00");
        assert_eq!(
            lisbon.resolve(wall("2027-03-28T01:30:00"), None),
            Err(WallFault::Skipped {
                next: wall("2027-03-28T02:00:00"),
                before: "WET (+00:00)".into(),
                after: "WEST (+01:00)".into(),
            })
        );
        let (earlier, later) = (wall("2027-10-31T00:30:00").and_utc(), wall("2027-10-31T01:30:00").and_utc());
        let twice = wall("2027-10-31T01:30:00");
        assert_eq!(lisbon.resolve(twice, None), Err(WallFault::Twice { earlier, later }));
        assert_eq!(lisbon.resolve(twice, Some(Fold::Earlier)), Ok(earlier));
        assert_eq!(lisbon.resolve(twice, Some(Fold::Later)), Ok(later));
    }

    #[test]
    fn every_zone_and_every_change_from_2024_to_2037_is_a_gap_or_a_fold_and_all_else_comes_back() {
        let (from, until) = (wall("2024-01-01T00:00:00").and_utc(), wall("2038-01-01T00:00:00").and_utc());
        let (mut gaps, mut folds) = (0, 0);
        for name in Zone::names() {
            let zone = Zone::named(&name).unwrap();
            for gap in zone.gaps(from, until) {
                gaps += 1;
                for time in [gap.from, gap.from + (gap.to - gap.from) / 2, gap.to - TimeDelta::seconds(1)] {
                    let resolved = zone.resolve(time, None);
                    let skipped =
                        matches!(&resolved, Err(WallFault::Skipped { next, .. }) if *next == gap.to);
                    assert!(skipped, "{name} {time}: {resolved:?}");
                }
                for time in [gap.from - TimeDelta::seconds(1), gap.to] {
                    assert_eq!(zone.local(zone.resolve(time, None).unwrap()), time, "{name} {time}");
                }
            }
            for fold in zone.folds(from, until) {
                folds += 1;
                for time in [fold.from, fold.to - TimeDelta::seconds(1)] {
                    let resolved = zone.resolve(time, None);
                    assert!(matches!(resolved, Err(WallFault::Twice { .. })), "{name} {time}: {resolved:?}");
                    let moments =
                        [Fold::Earlier, Fold::Later].map(|fold| zone.resolve(time, Some(fold)).unwrap());
                    let [earlier, later] = moments;
                    assert!(earlier < later);
                    assert_eq!((zone.local(earlier), zone.local(later)), (time, time), "{name}");
                }
                for time in [fold.from - TimeDelta::seconds(1), fold.to] {
                    assert_eq!(zone.local(zone.resolve(time, None).unwrap()), time, "{name} {time}");
                }
            }
        }
        assert!(gaps > 1000 && folds > 1000, "{gaps} gaps, {folds} folds");
    }

    #[test]
    fn the_ends_of_the_calendar_do_no_harm() {
        for name in ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "America/New_York", "Africa/Casablanca"] {
            let zone = Zone::named(name).unwrap();
            for year in [0, 1, 9999] {
                for (month, day) in [(1, 1), (12, 31)] {
                    let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
                    let time = date.and_hms_opt(23, 59, 59).unwrap();
                    if let Ok(moment) = zone.resolve(time, None) {
                        assert_eq!(zone.local(moment), time, "{name}");
                        zone.abbreviation(moment);
                    }
                }
            }
        }
        assert_eq!(Zone::utc().resolve(NaiveDateTime::MAX, None), Err(WallFault::OutOfRange));
        Zone::named("Europe/Lisbon").unwrap().local(DateTime::<Utc>::MAX_UTC);
        Zone::named("Europe/Lisbon").unwrap().local(DateTime::<Utc>::MIN_UTC);
    }

    #[test]
    fn a_name_that_is_no_zone_s_finds_the_one_meant() {
        for (name, near) in [
            ("Europe/Lisbn", Some("Europe/Lisbon")),
            ("europe/lisbon", Some("Europe/Lisbon")),
            ("Lisbon", Some("Europe/Lisbon")),
            ("New York", Some("America/New_York")),
            ("", None),
            ("../../etc/passwd", None),
        ] {
            assert_eq!(Zone::named(name), Err(UnknownZone { near: near.map(str::to_owned) }), "{name}");
        }
    }

    #[test]
    fn a_zone_without_letters_shows_its_offset() {
        let zone = Zone::named("Asia/Kathmandu").unwrap();
        let moment = wall("2027-01-01T00:00:00").and_utc();
        assert_eq!((zone.abbreviation(moment), zone.offset(moment)), ("+05:45".into(), "+05:45".into()));
        assert_eq!(show_offset(-34), "-00:00:34");
    }
}
