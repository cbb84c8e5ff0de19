//! What posts, accounts, goals and links had earned by a moment: readings, as platforms gave them, and what they are of.
//!
//! A reading is a fact: this number, under this name, read at this moment. None is ever changed; a correction is a later
//! reading. What was not given is absent, never zero. Readings lie in CSV files of two kinds under `readings/`, on the
//! ledger's branch where kalends read them, and in the calendar where people brought them along:
//!
//! ```text
//! readings/2027/01/19/mastodon.csv          numbers: read,subject,metric,name,value,unit,from,until,definition
//! readings/2027/01/19/mastodon.2.csv        the second file of that day and account
//! readings/2026/11/instagram.posts.csv      posts that kalends did not publish itself: one row a post
//! ```

mod post;
mod sheet;
mod subject;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::number::Amount;

pub use crate::metric::{Metric, Nature};
pub use post::{Entry, Form, POSTS_HEAD, Source, Unkept, Work, read_posts, write_posts};
pub use sheet::{Figure, HEAD, Line, lines, write};
pub use subject::{Link, Subject};

/// The folder of readings, on the ledger's branch and in the calendar.
pub const FOLDER: &str = "readings";

/// What a file of readings holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Numbers.
    Numbers,
    /// Posts.
    Posts,
}

/// Returns what a path holds; nothing where it is no file of readings.
pub fn content_of(path: &str) -> Option<Content> {
    let name = path.strip_prefix(FOLDER)?.strip_prefix('/')?.rsplit('/').next()?.strip_suffix(".csv")?;
    Some(if name.split('.').skip(1).any(|word| word == "posts") { Content::Posts } else { Content::Numbers })
}

/// Something in a file of readings that counts for nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub what: String,
}

/// How a platform names and defines a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Native {
    /// The platform's own name of it.
    pub name: String,
    /// `EUR`, `s`; empty for a count.
    pub unit: String,
    /// What the platform says that it counts.
    pub definition: String,
}

/// One reading, packed: millions of them are held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it is of: an index into [`Readings::subjects`].
    pub subject: u32,
    /// When it was read, in seconds since 1970.
    pub read_secs: u32,
    /// The number.
    pub value: Amount,
    /// What was counted.
    pub metric: Metric,
    /// The platform's name and definition: an index into [`Readings::natives`].
    pub native: u16,
    /// The time it is counted over: an index into [`Readings::windows`]; 0 where it says none.
    pub window: u32,
    /// Its file: an index into [`Readings::files`].
    pub file: u32,
    /// Its line in the file, from 1.
    pub line: u32,
}

impl Row {
    /// Returns when it was read.
    pub fn read(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.read_secs.into(), 0).unwrap_or_default()
    }
}

/// A time that a number is counted over.
pub type Window = Range<DateTime<Utc>>;

/// All readings that there are.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// What they are of, sorted.
    pub subjects: Vec<Subject>,
    /// The rows, by subject, metric, window, moment of reading; each fact once.
    pub rows: Vec<Row>,
    /// The platforms' names and definitions.
    pub natives: Vec<Native>,
    /// The times that are counted over; the first stands for none.
    pub windows: Vec<Option<Window>>,
    /// The files.
    pub files: Vec<String>,
    /// What could not be read.
    pub flaws: Vec<Flaw>,
    /// How many rows said again what another had said: the same number, read at the same moment.
    pub repeats: usize,
}

/// Reads files of numbers, in any order.
#[derive(Debug, Default)]
pub struct Reader {
    known: HashMap<String, u32>,
    subjects: Vec<Subject>,
    natives: Vec<Native>,
    places: HashMap<Native, u16>,
    windows: HashMap<(i64, i64), u32>,
    files: Vec<String>,
    rows: Vec<Row>,
    flaws: Vec<Flaw>,
}

/// What the row before had: of a post or an account there are several rows together, and of a metric mostly one name.
#[derive(Default)]
struct Before<'a> {
    subject: Option<(Cow<'a, str>, u32)>,
    natives: BTreeMap<Metric, u16>,
}

impl Reader {
    /// Reads one file.
    pub fn read(&mut self, path: &str, text: &str) {
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(path.to_owned());
        let mut before = Before::default();
        for (number, line) in lines(text) {
            match line.and_then(|line| self.row(line, (file, number), &mut before)) {
                Ok(row) => self.rows.push(row),
                Err(what) => self.flaws.push(Flaw { file: path.to_owned(), line: number, what }),
            }
        }
    }

    fn row<'a>(
        &mut self,
        line: Line<'a>,
        (file, number): (u32, u32),
        before: &mut Before<'a>,
    ) -> Result<Row, String> {
        let read_secs = u32::try_from(line.read.timestamp()).map_err(|_| "it is read before 1970")?;
        let native = self.native(&line, before)?;
        let window = self.window(&line)?;
        let (metric, value) = (line.metric, line.value);
        let subject = match &before.subject {
            Some((text, subject)) if *text == line.subject => *subject,
            _ => {
                let subject = self.subject(&line.subject)?;
                before.subject = Some((line.subject, subject));
                subject
            }
        };
        Ok(Row { subject, read_secs, value, metric, native, window, file, line: number })
    }

    fn subject(&mut self, text: &str) -> Result<u32, String> {
        if let Some(subject) = self.known.get(text) {
            return Ok(*subject);
        }
        let subject: Subject = text.parse()?;
        let index = u32::try_from(self.subjects.len()).map_err(|_| "there are too many subjects")?;
        self.subjects.push(subject);
        self.known.insert(text.to_owned(), index);
        Ok(index)
    }

    fn native(&mut self, line: &Line<'_>, before: &mut Before<'_>) -> Result<u16, String> {
        let is_it = |native: &Native| {
            native.name == line.name && native.unit == line.unit && native.definition == line.definition
        };
        if let Some(index) = before.natives.get(&line.metric)
            && self.natives.get(usize::from(*index)).is_some_and(is_it)
        {
            return Ok(*index);
        }
        let owned = |text: &Cow<'_, str>| text.clone().into_owned();
        let (name, unit, definition) = (owned(&line.name), owned(&line.unit), owned(&line.definition));
        let index = self.named(Native { name, unit, definition })?;
        before.natives.insert(line.metric, index);
        Ok(index)
    }

    fn named(&mut self, native: Native) -> Result<u16, String> {
        if let Some(index) = self.places.get(&native) {
            return Ok(*index);
        }
        let index =
            u16::try_from(self.natives.len()).map_err(|_| "there are too many names and definitions")?;
        self.natives.push(native.clone());
        self.places.insert(native, index);
        Ok(index)
    }

    fn window(&mut self, line: &Line<'_>) -> Result<u32, String> {
        let Some(window) = &line.window else { return Ok(0) };
        let next = u32::try_from(self.windows.len() + 1).map_err(|_| "there are too many windows")?;
        Ok(*self.windows.entry((window.start.timestamp(), window.end.timestamp())).or_insert(next))
    }

    /// Adds what another has read.
    pub fn join(&mut self, other: Reader) {
        let files = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.extend(other.files);
        self.flaws.extend(other.flaws);
        let mut subjects = vec![0; other.subjects.len()];
        let mut names: Vec<(String, u32)> = other.known.into_iter().collect();
        names.sort_unstable_by_key(|(_, index)| *index);
        for ((name, old), subject) in names.into_iter().zip(other.subjects) {
            let next = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
            let here = *self.known.entry(name).or_insert(next);
            if here == next {
                self.subjects.push(subject);
            }
            if let Some(place) = subjects.get_mut(old as usize) {
                *place = here;
            }
        }
        // Beyond the most that are told apart they share the last: nobody has so many, and no number depends on it.
        let natives: Vec<u16> =
            other.natives.into_iter().map(|native| self.named(native).unwrap_or(u16::MAX)).collect();
        let mut windows = vec![0; other.windows.len() + 1];
        for (window, old) in other.windows {
            let next = u32::try_from(self.windows.len() + 1).unwrap_or(u32::MAX);
            if let Some(place) = windows.get_mut(old as usize) {
                *place = *self.windows.entry(window).or_insert(next);
            }
        }
        self.rows.extend(other.rows.into_iter().map(|row| Row {
            subject: subjects.get(row.subject as usize).copied().unwrap_or_default(),
            native: natives.get(usize::from(row.native)).copied().unwrap_or_default(),
            window: windows.get(row.window as usize).copied().unwrap_or_default(),
            file: row.file.saturating_add(files),
            ..row
        }));
    }

    /// Returns all that was read, sorted, each fact once.
    pub fn finish(mut self) -> Readings {
        // The names take as much room as what they stand for, and nobody asks for them any more.
        self.known = HashMap::new();
        let mut order: Vec<u32> = (0..).take(self.subjects.len()).collect();
        let subject_of = |index: &u32| self.subjects.get(usize::try_from(*index).unwrap_or(usize::MAX));
        order.sort_by(|a, b| subject_of(a).cmp(&subject_of(b)));
        let mut rank = vec![0_u32; order.len()];
        for (place, old) in (0_u32..).zip(&order) {
            if let Some(rank) = rank.get_mut(*old as usize) {
                *rank = place;
            }
        }
        let mut rows = self.rows;
        // Windows are numbered by their time, so that a number stands for it.
        let mut spans: Vec<((i64, i64), u32)> = self.windows.into_iter().collect();
        spans.sort_unstable();
        let mut places = vec![0_u32; spans.len() + 1];
        for (place, (_, old)) in (1..).zip(&spans) {
            if let Some(window) = places.get_mut(*old as usize) {
                *window = place;
            }
        }
        for row in &mut rows {
            row.subject = rank.get(row.subject as usize).copied().unwrap_or(row.subject);
            row.window = places.get(row.window as usize).copied().unwrap_or_default();
        }
        let moment = |secs| DateTime::from_timestamp(secs, 0).unwrap_or_default();
        let windows: Vec<Option<Window>> = std::iter::once(None)
            .chain(spans.into_iter().map(|((from, until), _)| Some(moment(from)..moment(until))))
            .collect();
        let key = |row: &Row| {
            let of = (u64::from(row.subject) << 8) | u64::from(row.metric as u8);
            (of, row.window, row.read_secs, row.value, row.file, row.line)
        };
        rows.sort_unstable_by_key(key);
        let before = rows.len();
        let fact = |row: &Row| (row.subject, row.metric, row.window, row.read_secs, row.value);
        rows.dedup_by(|b, a| fact(a) == fact(b));
        let repeats = before - rows.len();
        let mut slots: Vec<Option<Subject>> = self.subjects.into_iter().map(Some).collect();
        let take = |old: &u32| slots.get_mut(*old as usize).and_then(Option::take);
        let subjects = order.iter().filter_map(take).collect();
        Readings {
            subjects,
            rows,
            natives: self.natives,
            windows,
            files: self.files,
            flaws: self.flaws,
            repeats,
        }
    }
}

impl Readings {
    /// Reads files of numbers: path and text.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Readings {
        let mut reader = Reader::default();
        files.into_iter().for_each(|(path, text)| reader.read(path, text));
        reader.finish()
    }

    /// Returns a subject's place; nothing where nothing was read of it.
    pub fn place(&self, subject: &Subject) -> Option<u32> {
        self.subjects.binary_search(subject).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// Returns all rows of a subject's metric, by window and then by the moment of reading.
    pub fn of(&self, subject: &Subject, metric: Metric) -> &[Row] {
        self.place(subject).map_or(&[], |subject| self.at(subject, metric))
    }

    /// Returns all rows of a subject, by its place, and a metric.
    pub fn at(&self, subject: u32, metric: Metric) -> &[Row] {
        let from = self.rows.partition_point(|row| (row.subject, row.metric) < (subject, metric));
        let rest = self.rows.get(from..).unwrap_or_default();
        let count = rest.partition_point(|row| (row.subject, row.metric) <= (subject, metric));
        rest.get(..count).unwrap_or_default()
    }

    /// Returns the last row of a metric without a window that was read until a moment.
    pub fn latest(&self, subject: &Subject, metric: Metric, until: DateTime<Utc>) -> Option<&Row> {
        self.of(subject, metric).iter().rfind(|row| row.window == 0 && row.read() <= until)
    }

    /// Returns the time that a row is counted over.
    pub fn window(&self, row: &Row) -> Option<&Window> {
        self.windows.get(row.window as usize).and_then(Option::as_ref)
    }

    /// Returns how the platform names and defines a row's number.
    pub fn native(&self, row: &Row) -> Option<&Native> {
        self.natives.get(usize::from(row.native))
    }

    /// Returns a row's place as people write it: `readings/2027/01/19/mastodon.csv:7`.
    pub fn origin(&self, row: &Row) -> String {
        let file = self.files.get(row.file as usize).map_or("", String::as_str);
        format!("{file}:{}", row.line)
    }

    /// Returns each metric of a subject with its rows.
    pub fn metrics(&self, subject: u32) -> BTreeMap<Metric, &[Row]> {
        let from = self.rows.partition_point(|row| row.subject < subject);
        let rest = self.rows.get(from..).unwrap_or_default();
        let count = rest.partition_point(|row| row.subject <= subject);
        let chunks = rest.get(..count).unwrap_or_default().chunk_by(|a, b| a.metric == b.metric);
        chunks.filter_map(|rows| rows.first().map(|row| (row.metric, rows))).collect()
    }
}

#[cfg(test)]
mod tests;
