//! Facts compared with the readings that stand already: what is new, what is known, what was changed.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::finding::{Code, Finding};
use crate::metric::{Metric, Nature};
use crate::number::Amount;
use crate::reading::{Figure, Readings, Row, Subject};
use crate::spreadsheet::{Place, finding_at};

use super::{FINDINGS_MAX, Fact};

/// How long behind the moment that it is of a correction may be read, which bears a later moment than what it corrects.
const CORRECTIONS: TimeDelta = TimeDelta::minutes(10);

/// A number that differs from the one that stood for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// What it is now.
    pub figure: Figure,
    /// What it was.
    pub before: Amount,
    /// Where that stands.
    pub origin: String,
}

/// What is to be written, and what is to be told of the rest.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    /// The rows to write.
    pub figures: Vec<Figure>,
    /// Those of them that correct others.
    pub corrected: Vec<Corrected>,
    /// How many facts the readings have already.
    pub known: usize,
    /// How many rows say again what another of the files says.
    pub repeated: usize,
    /// What is wrong between rows.
    pub findings: Vec<Finding>,
}

/// What makes two facts one: what is counted of what, over which time or at the end of which day.
type Key = (Subject, Metric, Option<(DateTime<Utc>, DateTime<Utc>)>, Option<DateTime<Utc>>);

fn key(figure: &Figure) -> Key {
    let is_height = figure.metric.nature() == Nature::Level && figure.window.is_none();
    (figure.subject.clone(), figure.metric, figure.window, is_height.then_some(figure.read))
}

/// Compares facts with the readings that stand. The same fact is written once; a number that differs from the one that
/// stands for the same is a later row, which corrects it. A flow's days are never counted by two rows of different length.
pub fn settle(facts: Vec<Fact>, readings: &Readings) -> Settled {
    let mut settled = Settled::default();
    let mut seen: HashMap<Key, (Amount, String, u32, Place)> = HashMap::with_capacity(facts.len());
    let mut spans = Spans { readings, known: HashMap::new() };
    for fact in facts {
        let key = key(&fact.figure);
        if let Some(first) = seen.get(&key) {
            match first.0 == fact.figure.value {
                true => settled.repeated += 1,
                false => settled.say(contradiction(&fact, first)),
            }
            continue;
        }
        seen.insert(key, (fact.figure.value, fact.file.clone(), fact.line, fact.place.clone()));
        if let Some(other) = spans.meet(&fact.figure) {
            settled.say(overlap(&fact, &other));
            continue;
        }
        settled.compare(fact.figure, readings);
    }
    settled
}

impl Settled {
    fn say(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    fn compare(&mut self, mut figure: Figure, readings: &Readings) {
        let rows = readings.of(&figure.subject, figure.metric);
        let is_height = figure.metric.nature() == Nature::Level && figure.window.is_none();
        let same_time = |row: &&Row| {
            let window = readings.window(row).map(|window| (window.start, window.end));
            window == figure.window
                && match is_height {
                    true => (figure.read..figure.read + CORRECTIONS).contains(&row.read()),
                    false => row.read() < figure.read + CORRECTIONS,
                }
        };
        match rows.iter().filter(same_time).max_by_key(|row| (row.read_secs, row.file, row.line)) {
            None => self.figures.push(figure),
            Some(last) if last.value == figure.value => self.known += 1,
            Some(last) => {
                // A correction is a later reading: it bears a later moment than what it corrects.
                figure.read = figure.read.max(last.read() + TimeDelta::seconds(1));
                let (before, origin) = (last.value, readings.origin(last));
                self.corrected.push(Corrected { figure: figure.clone(), before, origin });
                self.figures.push(figure);
            }
        }
    }
}

fn contradiction(fact: &Fact, (value, file, line, place): &(Amount, String, u32, Place)) -> Finding {
    let Figure { subject, metric, value: own, .. } = &fact.figure;
    let message = format!("{metric} of {subject} is {own} here and {value} in line {line} of {file}");
    let finding = finding_at(&fact.file, Code::RowsContradict, &fact.place, message).label("another number");
    let span = match place {
        Place::Text(span) => Some(span.clone()),
        Place::Book(..) => None,
    };
    let help = "keep the row that is right; where a column parts them that no mapping reads, export without it; of two \
                exports import the older first";
    finding.related(file, span, "the same, with another number").help(help)
}

fn overlap(fact: &Fact, other: &str) -> Finding {
    let message = format!(
        "{} of {} is counted for some of these days already",
        fact.figure.metric, fact.figure.subject
    );
    let finding = finding_at(&fact.file, Code::DaysCountedTwice, &fact.place, message).label("left out");
    finding.help(format!("{other}; export days that are not counted yet, or the same days as before"))
}

/// By its beginning, each time's end and the row that counts it.
type Ends = BTreeMap<DateTime<Utc>, (DateTime<Utc>, String)>;

/// The times that flows are counted over, of each subject and metric: of those that stand and those that are new.
struct Spans<'a> {
    readings: &'a Readings,
    known: HashMap<(Subject, Metric), Ends>,
}

impl Spans<'_> {
    /// Returns what a flow's time meets that is not the same time; remembers it where it meets nothing.
    fn meet(&mut self, figure: &Figure) -> Option<String> {
        let (start, end) = figure.window.filter(|_| figure.metric.nature() == Nature::Flow)?;
        let readings = self.readings;
        let spans = self.known.entry((figure.subject.clone(), figure.metric)).or_insert_with(|| {
            let rows = readings.of(&figure.subject, figure.metric).iter();
            let spans = rows.filter_map(|row| Some((readings.window(row)?, readings.origin(row))));
            spans.map(|(window, origin)| (window.start, (window.end, origin))).collect()
        });
        let before = spans
            .range(..=start)
            .next_back()
            .filter(|(from, (until, _))| *until > start && (**from, *until) != (start, end));
        let met = before
            .or_else(|| spans.range(start..end).find(|(from, (until, _))| (**from, *until) != (start, end)));
        if let Some((from, (until, origin))) = met {
            let shown = |at: &DateTime<Utc>| at.format("%F %H:%M").to_string();
            return Some(format!("{origin} counts {} to {} UTC", shown(from), shown(until)));
        }
        spans.insert(start, (end, "another row".to_owned()));
        None
    }
}
