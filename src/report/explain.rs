//! What stands behind a number: its rows, each at its line, and the sum done again with them.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use crate::evidence::Evidence;
use crate::number::Amount;
use crate::reading::{Source, Subject};
use crate::report::frame::Frame;
use crate::report::trace::{Reckoning, Term, Trace, Value};
use crate::report::{Number, Report, period};
use crate::text::{Breaks, visible};

/// One thing that a number is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its file with its line, or where else it is known from.
    pub place: String,
    /// When it was read, or when the post went out or was promised.
    pub at: Option<DateTime<Utc>>,
    /// What it is of.
    pub subject: String,
    /// What was counted, under our name.
    pub metric: String,
    /// The same under the platform's.
    pub name: String,
    /// What it adds.
    pub value: Amount,
}

/// A number with everything that is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The number.
    pub number: Number,
    /// What is added, or stands above the line.
    pub over: Vec<Line>,
    /// What stands below the line, or is taken away.
    pub under: Vec<Line>,
    /// The sum in words and digits: `1,204 / 53,310 = 2.26%`.
    pub sum: String,
    /// The number, computed again from the lines.
    pub again: Option<Value>,
}

/// Explains a number of a report.
pub fn explain(
    evidence: &Evidence<'_>,
    days: &Range<NaiveDate>,
    cutoff: DateTime<Utc>,
    number: &Number,
) -> Option<Explanation> {
    let periods = period::periods(days, evidence.calendar.zone(), cutoff)?;
    let frame = Frame::new(evidence, periods);
    let trace = number.question.trace(&frame);
    let lines = |terms: &[Term]| terms.iter().map(|term| line(&frame, term)).collect::<Vec<_>>();
    let (over, under) = (lines(&trace.over), lines(&trace.under));
    let again = recompute(trace.reckoning, &over, &under);
    let sum = sum(&trace, &over, &under, number);
    Some(Explanation { number: number.clone(), over, under, sum, again })
}

/// Computes a number from nothing but its lines.
fn recompute(reckoning: Reckoning, over: &[Line], under: &[Line]) -> Option<Value> {
    let given = |lines: &[Line]| {
        let terms = lines.iter().map(|line| Term::Given { amount: line.value, place: String::new() });
        terms.collect::<Vec<_>>()
    };
    let trace = Trace { over: given(over), under: given(under), ..Trace::new(reckoning) };
    trace.value()
}

/// Writes the sum.
fn sum(trace: &Trace, over: &[Line], under: &[Line], number: &Number) -> String {
    let add = |lines: &[Line]| lines.iter().map(|line| line.value).sum::<Amount>();
    let (a, b, shown) = (add(over), add(under), number.shown());
    match trace.reckoning {
        Reckoning::Sum | Reckoning::Count => {
            let noun = if over.len() == 1 { "line" } else { "lines" };
            format!("{} {noun} added = {shown}", over.len())
        }
        Reckoning::Over(1) => format!("{a} / {b} = {shown}"),
        Reckoning::Over(times) => format!("{times} x {a} / {b} = {shown}"),
        Reckoning::Less => format!("{a} - {b} = {shown}"),
        Reckoning::Growth => format!("({a} - {b}) / {b} = {shown}"),
        Reckoning::Way => {
            let of = |at: usize| under.get(at).map(|line| line.value.to_string()).unwrap_or_default();
            let (baseline, target) = (of(0), of(1));
            format!("({a} - {baseline}) / ({target} - {baseline}) = {shown}")
        }
        Reckoning::Quantile(percent) => {
            let rank = (over.len() * usize::from(percent)).div_ceil(100);
            format!("the {rank}. of {} in their order = {shown}", over.len())
        }
    }
}

/// Returns a term as a line.
fn line(frame: &Frame<'_>, term: &Term) -> Line {
    let (evidence, readings) = (frame.evidence, &frame.evidence.readings);
    let value = term.amount();
    let mut line = Line {
        place: String::new(),
        at: None,
        subject: String::new(),
        metric: String::new(),
        name: String::new(),
        value,
    };
    match term {
        Term::Row(number, _) | Term::Case(number) => {
            let Some(row) = frame.row(*number) else { return line };
            line.place = readings.origin(row);
            line.at = Some(row.read());
            line.subject =
                readings.subjects.get(row.subject as usize).map(Subject::to_string).unwrap_or_default();
            line.metric = row.metric.to_string();
            line.name = readings.native(row).map(|native| native.name.clone()).unwrap_or_default();
        }
        Term::Post(number) => {
            let Some(work) = evidence.works.get(*number as usize) else { return line };
            line.place = known_from(&work.source);
            line.at = Some(work.published);
            line.subject = work.subject.to_string();
            line.metric = "post".to_owned();
        }
        Term::Promise(number) => {
            let Some(promise) = evidence.promises.get(*number as usize) else { return line };
            line.place = known_from(&promise.source);
            line.at = Some(promise.due);
            line.subject = match &promise.slot {
                Some(slot) => Subject::Slot(slot.clone()).to_string(),
                None => format!("{}: {}", promise.account, visible(&promise.title, Breaks::Show)),
            };
            line.metric = "promise".to_owned();
        }
        Term::Given { place, .. } => line.place = place.clone(),
    }
    line
}

fn known_from(source: &Source) -> String {
    match source {
        Source::Ledger => "the ledger".to_owned(),
        Source::File { file, line } => format!("{file}:{line}"),
    }
}

/// The most ids that are offered for one that is unknown.
const NEAR_MAX: usize = 3;

/// Returns the ids of a report that are nearest to one that it does not have.
pub fn nearest_numbers<'r>(report: &'r Report, asked: &str) -> Vec<&'r str> {
    let asked = asked.to_lowercase();
    let parts: Vec<&str> = asked.split('.').filter(|part| !part.is_empty()).collect();
    let mut found: Vec<(usize, &str)> = report
        .numbers
        .keys()
        .map(|id| {
            let parts_missing = parts.iter().filter(|part| !id.contains(*part)).count();
            (strsim::damerau_levenshtein(&asked, id) + 4 * parts_missing, id.as_str())
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(NEAR_MAX).map(|(_, id)| id).collect()
}
