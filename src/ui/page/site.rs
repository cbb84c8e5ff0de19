//! The calendar as a folder of pages, for those who never open a terminal: a page of contents, a page a year, a month, a
//! department and a post.
//!
//! ```text
//! index.html  2027.html  2027-01.html  departments/education.html  posts/2027-01-18-open-day.html
//! style.css   pictures/9f86d081884c7d65.png
//! ```

mod annual;
mod department;
mod index;
mod month;
mod parts;
mod post;
mod requests;
mod year;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, Utc};

use crate::calendar::{Calendar, Request};
use crate::draft::{AccountId, DepartmentId, Draft, MediaBook, PostId};
use crate::fate::Fate;
use crate::overview::{self, Collision, Gap};
use crate::plan::{Row, Standing};
use crate::ui::agenda;
use crate::ui::page::album::Album;
use crate::ui::page::{STYLE, id_name, post_name};

/// What the pages of a site have beside the style of every page.
const SITE_STYLE: &str = include_str!("site.css");

/// What a site is drawn from.
pub struct Survey<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// What is known of the media files.
    pub book: &'a MediaBook,
    /// The pictures.
    pub album: &'a Album,
    /// What is due in the days of the site.
    pub drafts: &'a [Draft],
    /// Where each of these drafts stands.
    pub rows: &'a [Row],
    /// Posts of these days that meet.
    pub collisions: &'a [Collision],
    /// Silences of accounts that reach into these days.
    pub gaps: &'a [Gap],
    /// What is asked for, and what became of it.
    pub requests: &'a [(&'a Request, Fate)],
    /// The moment that all of this is as of.
    pub now: DateTime<Utc>,
    /// The days of the site: whole months.
    pub days: Range<NaiveDate>,
    /// The commit that was read, where it was one.
    pub commit: Option<&'a str>,
}

/// One post at one time, on all its accounts.
struct Entry<'a> {
    at: NaiveDateTime,
    post: &'a PostId,
    name: String,
    department: Option<&'a DepartmentId>,
    accounts: BTreeSet<&'a AccountId>,
    /// How it stands, the gravest first.
    states: Vec<State<'a>>,
}

/// How a post stands on some of its accounts.
struct State<'a> {
    standing: Standing,
    accounts: BTreeSet<&'a AccountId>,
    /// Why, and what to do.
    reason: &'a str,
    next: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// Adds what is known of one part on one account.
    fn add(&mut self, row: &'a Row) {
        self.accounts.insert(&row.slot.account);
        let is_same = |state: &&mut State<'a>| {
            state.standing == row.standing && (state.reason == row.reason || !needs_a_look(row.standing))
        };
        match self.states.iter_mut().find(is_same) {
            Some(state) => _ = state.accounts.insert(&row.slot.account),
            None => self.states.push(State {
                standing: row.standing,
                accounts: BTreeSet::from([&row.slot.account]),
                reason: &row.reason,
                next: row.next.as_deref(),
            }),
        }
        self.states.sort_by_key(|state| std::cmp::Reverse(agenda::gravity(state.standing)));
    }

    /// Returns the gravest standing of any account.
    fn standing(&self) -> Standing {
        self.states.first().map_or(Standing::Over, |state| state.standing)
    }
}

/// A survey with its posts in order, as the pages want it.
struct Site<'a> {
    survey: &'a Survey<'a>,
    entries: Vec<Entry<'a>>,
}

/// Returns every file of the site, with its path. The same survey gives the same bytes.
pub fn files(survey: &Survey<'_>) -> BTreeMap<String, Vec<u8>> {
    let site = Site::new(survey);
    let mut files: BTreeMap<String, Vec<u8>> = survey.album.files().collect();
    files.insert("style.css".to_owned(), format!("{STYLE}\n{SITE_STYLE}").into_bytes());
    files.insert("index.html".to_owned(), index::page(&site).into_bytes());
    for year in site.years() {
        files.insert(format!("{year}.html"), year::page(&site, year).into_bytes());
    }
    for first in site.months() {
        files.insert(month_file(first), month::page(&site, first).into_bytes());
    }
    for id in survey.calendar.departments.keys() {
        files.insert(format!("departments/{id}.html"), department::page(&site, id).into_bytes());
    }
    for (path, page) in post::pages(&site) {
        files.insert(path, page.into_bytes());
    }
    files
}

fn month_file(first: NaiveDate) -> String {
    first.format("%Y-%m.html").to_string()
}

impl<'a> Site<'a> {
    fn new(survey: &'a Survey<'a>) -> Site<'a> {
        let zone = survey.calendar.zone();
        let mut by_time: BTreeMap<(NaiveDateTime, &PostId), Entry<'a>> = BTreeMap::new();
        for row in survey.rows {
            let at = zone.local(row.due);
            let post = &row.slot.post;
            let entry = by_time.entry((at, post)).or_insert_with(|| Entry {
                at,
                post,
                name: survey.calendar.post(post).map_or_else(|| id_name(post), post_name),
                department: overview::department(survey.calendar, post),
                accounts: BTreeSet::new(),
                states: Vec::new(),
            });
            entry.add(row);
        }
        Site { survey, entries: by_time.into_values().collect() }
    }

    /// Returns the first days of the site's months.
    fn months(&self) -> Vec<NaiveDate> {
        let begin = self.survey.days.start.with_day(1).unwrap_or(self.survey.days.start);
        let step = |first: &NaiveDate| first.checked_add_months(Months::new(1));
        std::iter::successors(Some(begin), step).take_while(|first| *first < self.survey.days.end).collect()
    }

    fn years(&self) -> BTreeSet<i32> {
        self.months().iter().map(Datelike::year).collect()
    }

    fn entries_of(&self, days: &Range<NaiveDate>) -> Vec<&Entry<'a>> {
        self.entries.iter().filter(|entry| days.contains(&entry.at.date())).collect()
    }

    fn collisions_of(&self, days: &Range<NaiveDate>) -> Vec<&Collision> {
        let day = |collision: &&Collision| self.survey.calendar.zone().local(collision.at).date();
        self.survey.collisions.iter().filter(|collision| days.contains(&day(collision))).collect()
    }

    fn gaps_of(&self, days: &Range<NaiveDate>) -> Vec<&Gap> {
        self.survey.gaps.iter().filter(|gap| gap.from < days.end && gap.until >= days.start).collect()
    }

    fn name_of(&self, department: &DepartmentId) -> String {
        let known = self.survey.calendar.departments.get(department);
        known.map_or_else(|| department.to_string(), |department| department.name.clone())
    }

    fn local_now(&self) -> NaiveDateTime {
        self.survey.calendar.zone().local(self.survey.now)
    }
}

/// Returns the days of a month.
fn days_of(first: NaiveDate) -> Range<NaiveDate> {
    first..first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

/// Tells whether a person should look at what stands so.
fn needs_a_look(standing: Standing) -> bool {
    agenda::gravity(standing) >= agenda::gravity(Standing::Held)
}
