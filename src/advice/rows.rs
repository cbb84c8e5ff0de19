//! From evidence to the table: which posts count, what each earned at the same age, and what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday};

use crate::calendar::Factor;
use crate::definition::ENGAGEMENTS;
use crate::draft::AccountId;
use crate::evidence::Evidence;
use crate::number::Amount;
use crate::reading::{Metric, Nature, Subject, Work};

use super::family::POSTS_MIN;
use super::sample::{Cell, Sample, Table};

/// The age at which posts are compared.
pub const AGE: TimeDelta = TimeDelta::days(7);

/// How much younger and how much older a reading may be.
pub const AROUND: (TimeDelta, TimeDelta) = (TimeDelta::days(2), TimeDelta::days(3));

/// The most tags of one platform that are compared: those that most posts have.
const TAGS_MAX: usize = 20;

/// What posts are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Everything that people did.
    Engagements,
    /// One number.
    Only(Metric),
}

impl By {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Engagements => Metric::Engagements.as_str(),
            By::Only(metric) => metric.as_str(),
        }
    }

    /// Returns every one.
    pub fn all() -> impl Iterator<Item = By> {
        let counters = Metric::ALL.iter().copied().filter(|metric| metric.nature() == Nature::Counter);
        counters.map(|metric| match metric {
            Metric::Engagements => By::Engagements,
            metric => By::Only(metric),
        })
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for By {
    type Err = String;

    fn from_str(word: &str) -> Result<By, String> {
        By::all().find(|by| by.as_str() == word).ok_or_else(|| {
            let known: Vec<&str> = By::all().map(By::as_str).collect();
            format!("posts are compared by one of {}", known.join(", "))
        })
    }
}

/// Why a post is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// The calendar does not know its account, or its platform.
    NoAccount,
    /// It had not the age yet when all was read.
    TooYoung,
    /// Nothing was read of it near that age.
    NotRead,
    /// A number of it is below zero.
    Negative,
}

impl LeftOut {
    /// Returns why, as a sentence goes on.
    pub fn as_str(self) -> &'static str {
        match self {
            LeftOut::NoAccount => "are on an account that the calendar does not know",
            LeftOut::TooYoung => "were not seven days old when all was read",
            LeftOut::NotRead => "have no reading five to ten days after they went out",
            LeftOut::Negative => "have a number below zero",
        }
    }
}

/// A post that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The post.
    pub work: &'a Work,
    /// What it had earned.
    pub earned: Amount,
}

/// Posts, and the table that they make.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    /// The posts, in the order of the table's samples.
    pub posts: Vec<Counted<'a>>,
    /// The table.
    pub table: Table,
    /// How many posts are not in it, and why.
    pub left_out: BTreeMap<LeftOut, usize>,
}

/// Gathers the posts that went out between two moments.
pub fn rows<'a>(
    evidence: &'a Evidence<'_>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    by: By,
) -> Rows<'a> {
    let latest = evidence.latest().unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut left_out: BTreeMap<LeftOut, usize> = BTreeMap::new();
    let mut found = Vec::new();
    let begin = evidence.works.partition_point(|work| work.published < from);
    let of_time = evidence.works.iter().skip(begin).take_while(|work| work.published < until);
    for work in of_time {
        match earned(evidence, work, by, latest) {
            Ok((earned, parts)) => found.push((Counted { work, earned }, parts)),
            Err(why) => *left_out.entry(why).or_default() += 1,
        }
    }
    // Posts of one account whose numbers have other parts are not held against each other.
    let kinds: BTreeSet<(&AccountId, u64)> =
        found.iter().map(|(counted, parts)| (&counted.work.account, *parts)).collect();
    let kinds: BTreeMap<(&AccountId, u64), u32> = kinds.into_iter().zip(0..).collect();
    let mut cells = Cells::of(evidence, found.iter().map(|(counted, _)| counted.work));
    let mut all: Vec<(Sample, Counted<'a>)> = found
        .iter()
        .map(|(counted, parts)| {
            let account = kinds.get(&(&counted.work.account, *parts)).copied().unwrap_or_default();
            (cells.sample(evidence, counted, account), *counted)
        })
        .collect();
    all.sort_by_key(|(sample, _)| (sample.account, sample.week));
    let (samples, posts): (Vec<Sample>, Vec<Counted<'a>>) = all.into_iter().unzip();
    Rows { posts, table: Table::new(cells.cells, samples), left_out }
}

/// Returns what a post had earned at the age, and of which numbers that is the sum.
pub fn earned(
    evidence: &Evidence<'_>,
    work: &Work,
    by: By,
    latest: DateTime<Utc>,
) -> Result<(Amount, u64), LeftOut> {
    evidence.platform(&work.account).ok_or(LeftOut::NoAccount)?;
    let value = |metric: Metric| evidence.earned_at(work, metric, AGE, AROUND).map(|row| (metric, row.value));
    let parts: Vec<(Metric, Amount)> = match by {
        By::Only(metric) => value(metric).into_iter().collect(),
        By::Engagements => {
            let parts: Vec<_> = ENGAGEMENTS.iter().copied().filter_map(value).collect();
            if parts.is_empty() { value(Metric::Engagements).into_iter().collect() } else { parts }
        }
    };
    if parts.is_empty() {
        let is_young = latest < work.published + AGE - AROUND.0;
        return Err(if is_young { LeftOut::TooYoung } else { LeftOut::NotRead });
    }
    if parts.iter().any(|(_, value)| value.is_negative()) {
        return Err(LeftOut::Negative);
    }
    let marks = parts.iter().fold(0_u64, |marks, (metric, _)| marks | 1 << (*metric as u8).min(63));
    Ok((parts.into_iter().map(|(_, value)| value).sum(), marks))
}

/// The cells, as they come up.
struct Cells {
    cells: Vec<Cell>,
    places: BTreeMap<Cell, u32>,
    /// The tags of each platform that enough posts have.
    tags: BTreeMap<&'static str, BTreeSet<String>>,
    /// What each platform's posts are told apart by.
    levels: BTreeMap<(&'static str, Factor), BTreeSet<String>>,
}

impl Cells {
    fn of<'a>(evidence: &Evidence<'_>, works: impl Iterator<Item = &'a Work> + Clone) -> Cells {
        let mut counts: BTreeMap<(&'static str, &str), usize> = BTreeMap::new();
        let mut levels: BTreeMap<(&'static str, Factor), BTreeSet<String>> = BTreeMap::new();
        for work in works {
            let Some(platform) = evidence.platform(&work.account) else { continue };
            for tag in &work.tags {
                *counts.entry((platform.id(), tag)).or_default() += 1;
            }
            let is_known = |level: &(Factor, Option<String>)| level.1.is_some();
            for (factor, level) in levels_of(evidence, work).into_iter().filter(is_known) {
                levels.entry((platform.id(), factor)).or_default().extend(level);
            }
        }
        let mut by_platform: BTreeMap<&'static str, Vec<(usize, &str)>> = BTreeMap::new();
        for ((platform, tag), count) in counts.into_iter().filter(|(_, count)| *count >= POSTS_MIN) {
            by_platform.entry(platform).or_default().push((count, tag));
        }
        let tags = by_platform.into_iter().map(|(platform, mut tags)| {
            tags.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
            (platform, tags.into_iter().take(TAGS_MAX).map(|(_, tag)| tag.to_owned()).collect())
        });
        Cells { cells: Vec::new(), places: BTreeMap::new(), tags: tags.collect(), levels }
    }

    fn place(&mut self, platform: &str, factor: Factor, level: &str) -> u32 {
        let cell = Cell { platform: platform.to_owned(), factor, level: level.to_owned() };
        let next = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
        *self.places.entry(cell).or_insert_with_key(|cell| {
            self.cells.push(cell.clone());
            next
        })
    }

    fn sample(&mut self, evidence: &Evidence<'_>, counted: &Counted<'_>, account: u32) -> Sample {
        let work = counted.work;
        let platform = evidence.platform(&work.account).map_or("", crate::text::Platform::id);
        let local = evidence.calendar.zone().local(work.published);
        let (mut cells, mut unknown) = (Vec::new(), Vec::new());
        for (factor, level) in levels_of(evidence, work) {
            match level {
                Some(level) => cells.push(self.place(platform, factor, &level)),
                None => {
                    let levels = self.levels.get(&(platform, factor)).cloned().unwrap_or_default();
                    unknown.extend(levels.iter().map(|level| self.place(platform, factor, level)));
                }
            }
        }
        let is_orphan = matches!(&work.subject, Subject::Slot(slot) if evidence.orphans.contains(slot));
        for tag in self.tags.get(platform).cloned().unwrap_or_default() {
            let place = self.place(platform, Factor::Tag, &tag);
            if is_orphan {
                unknown.push(place);
            } else if work.tags.contains(&tag) {
                cells.push(place);
            }
        }
        cells.sort_unstable();
        unknown.sort_unstable();
        let days = local.date().num_days_from_ce() - 1;
        let outcome = libm::log1p(counted.earned.approximate());
        Sample { account, week: days.div_euclid(7), outcome, cells, unknown }
    }
}

/// Returns what a post is in each factor but tags, where that is known.
pub fn levels_of(evidence: &Evidence<'_>, work: &Work) -> [(Factor, Option<String>); 4] {
    let local = evidence.calendar.zone().local(work.published);
    [
        (Factor::When, Some(when(local))),
        (Factor::Form, work.form.map(|form| form.as_str().to_owned())),
        (Factor::Department, work.department.as_ref().map(|id| id.as_str().to_owned())),
        (Factor::Length, work.characters.map(|count| length(count).to_owned())),
    ]
}

/// The parts of a day, each with the hour from which it is.
pub const DAY_PARTS: [(&str, u32); 5] =
    [("night", 0), ("morning", 6), ("midday", 11), ("afternoon", 14), ("evening", 18)];

/// Returns the coarse time of a wall clock: `weekday-morning`.
fn when(local: NaiveDateTime) -> String {
    let kind = if matches!(local.weekday(), Weekday::Sat | Weekday::Sun) { "weekend" } else { "weekday" };
    let part =
        DAY_PARTS.iter().rev().find(|(_, from)| local.hour() >= *from).map_or("night", |(name, _)| name);
    format!("{kind}-{part}")
}

/// The classes of length, each with the most characters that it has.
pub const LENGTHS: [(&str, u32); 3] = [("short", 100), ("medium", 280), ("long", u32::MAX)];

fn length(characters: u32) -> &'static str {
    LENGTHS.iter().find(|(_, most)| characters <= *most).map_or("long", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_lengths_are_coarse() {
        let at = |text: &str| when(text.parse().unwrap());
        let times =
            ["2027-01-18T05:59:59", "2027-01-18T06:00:00", "2027-01-22T13:59:00", "2027-01-23T14:00:00"];
        assert_eq!(
            times.map(at),
            ["weekday-night", "weekday-morning", "weekday-midday", "weekend-afternoon"]
        );
        assert_eq!([0, 100, 101, 280, 281].map(length), ["short", "short", "medium", "medium", "long"]);
        assert_eq!("engagements".parse(), Ok(By::Engagements));
        assert_eq!("reach".parse(), Ok(By::Only(Metric::Reach)));
        assert!("followers".parse::<By>().is_err() && "fame".parse::<By>().is_err());
    }
}
