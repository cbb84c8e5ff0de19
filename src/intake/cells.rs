//! The cells of one row, by what they hold.

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{ColumnRole, Decimal, MetricColumn, shown};
use crate::finding::{Code, Finding};
use crate::metric::Metric;
use crate::number::{Amount, Ratio};
use crate::spreadsheet::Place;
use crate::time::Zone;

use super::head::Head;
use super::moment::{self, When};
use super::number::{self, Found};
use super::table::{Cell, Export, Row};
use super::{FINDINGS_MAX, Told};

/// A row, and what its columns are.
pub struct Cells<'a, 'r> {
    /// The row.
    pub row: &'r Row<'a>,
    /// The file.
    pub export: &'a Export,
    /// The columns.
    pub head: &'r Head,
    /// How dates are written.
    pub formats: &'r [String],
    /// The zone of wall clocks.
    pub zone: &'r Zone,
    /// What is wrong.
    pub findings: &'r mut Vec<Finding>,
}

/// A number that a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its value, in its metric's unit.
    pub value: Amount,
    /// Whether the platform says that it is rounded.
    pub is_rounded: bool,
    /// Where it stands.
    pub place: Place,
}

impl Cells<'_, '_> {
    fn cell(&self, role: ColumnRole) -> Option<&Cell<'_>> {
        self.row.cells.get(*self.head.roles.get(&role)?)
    }

    /// Returns what a column says; nothing where the file has none such.
    pub fn said(&self, role: ColumnRole) -> Option<String> {
        self.cell(role).map(|cell| cell.text.clone().into_owned())
    }

    /// Reads a date or moment; nothing where the cell is empty, or cannot be read, which is told.
    pub fn when(&mut self, role: ColumnRole) -> Option<When> {
        let cell = self.cell(role).filter(|cell| !cell.text.is_empty())?;
        let (text, place) = (cell.text.clone().into_owned(), cell.place.clone());
        let when = moment::read(&text, self.formats, self.zone);
        if when.is_none() {
            let message = format!("`{}` is no date that can be read", shown(&text));
            let finding = self.export.finding(Code::BadMoment, &place, message);
            self.say(finding.label("not read").help(moment::looks(&text)));
        }
        when
    }

    /// Says that an id tells another day than the row.
    pub fn say_clock(&mut self, day: NaiveDate, moment: DateTime<Utc>) {
        let Some(cell) = self.cell(ColumnRole::Time) else { return };
        let place = cell.place.clone();
        let message =
            format!("the row is of {day}, and the post's id was made at {}", moment.format("%F %T UTC"));
        let help = "see whether a spreadsheet changed the ids, which are long numbers; take the file as it was exported";
        let finding = self.export.finding(Code::BadMoment, &place, message);
        self.say(finding.label("another day").help(help));
    }

    /// Puts a finding with the others, unless there are too many.
    pub fn say(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    /// Reads a metric's number; nothing where it is absent, which is counted, or cannot be, which is told.
    pub fn number(
        &mut self,
        (column, at): (&MetricColumn, usize),
        decimal: Decimal,
        told: &mut Told,
    ) -> Option<Number> {
        let Some(cell) = self.row.cells.get(at) else {
            told.absent += 1;
            return None;
        };
        let (text, place) = (cell.text.clone(), cell.place.clone());
        if cell.is_no_value {
            let finding =
                self.export.finding(Code::FormulaCell, &place, "the cell is a formula, or an error");
            let help = "formulas are never evaluated: export the values, or paste them in its place";
            self.say(finding.label("no value").help(help));
            return None;
        }
        let (value, is_rounded) = match number::find(&text) {
            Found::Absent => {
                told.absent += 1;
                return None;
            }
            Found::Clock(seconds) if is_time(column.metric) => {
                return Some(Number { value: Amount::whole(seconds), is_rounded: false, place });
            }
            Found::Number(written) if written.is_negative() => {
                let message = format!("{} cannot be {}", column.metric, shown(&text));
                let finding = self.export.finding(Code::NumberNegative, &place, message);
                self.say(
                    finding.label("below zero").help("it is left out; look it up where it was exported"),
                );
                return None;
            }
            Found::Number(written) => (written.value(decimal), written.is_rounded()),
            Found::Share => {
                let message = format!("`{}` is a share, and {} is counted", shown(&text), column.metric);
                let help = "map the column of the numbers; shares are computed from them";
                let finding = self.export.finding(Code::BadNumber, &place, message);
                self.say(finding.label("not a count").help(help));
                return None;
            }
            Found::Clock(_) | Found::Other => (None, false),
        };
        let value = value.and_then(|value| in_unit(value, column));
        match value.filter(|value| is_whole(*value) || has_fractions(column.metric)) {
            Some(value) => {
                told.rounded += usize::from(is_rounded);
                Some(Number { value, is_rounded, place })
            }
            None => {
                self.say_bad(&text, &place, (column, decimal), value);
                None
            }
        }
    }

    fn say_bad(
        &mut self,
        text: &str,
        place: &Place,
        (column, decimal): (&MetricColumn, Decimal),
        value: Option<Amount>,
    ) {
        let mark = decimal.as_str();
        let (message, help) = match value {
            Some(value) => (
                format!("`{}` is {value}, and {} has no fractions", shown(text), column.metric),
                format!(
                    "fractions stand behind `{mark}` here; where that is wrong say it with --decimal, or `decimal` in a mapping"
                ),
            ),
            None => (
                format!("`{}` is no number that can be read", shown(text)),
                format!(
                    "write digits, with fractions behind `{mark}`; an empty cell is a number that is not known"
                ),
            ),
        };
        let finding = self.export.finding(Code::BadNumber, place, message);
        self.say(finding.label("not read").help(help));
    }
}

fn is_time(metric: Metric) -> bool {
    matches!(metric, Metric::WatchTime | Metric::FirstReply)
}

/// Tells whether a metric may have fractions: money, time, a goal's number, and conversions that a tool shares out.
fn has_fractions(metric: Metric) -> bool {
    is_time(metric) || matches!(metric, Metric::Revenue | Metric::Spend | Metric::Count | Metric::Conversions)
}

fn is_whole(value: Amount) -> bool {
    value.millionths() % Amount::whole(1).millionths() == 0
}

/// Returns a length of time in seconds, and anything else as it is.
fn in_unit(value: Amount, column: &MetricColumn) -> Option<Amount> {
    let (times, over) = match column.unit.as_deref().filter(|_| is_time(column.metric)) {
        Some("ms") => (1, 1_000),
        Some("min") => (60, 1),
        Some("h") => (3_600, 1),
        _ => return Some(value),
    };
    let millionths = i128::from(value.millionths()) * times;
    i64::try_from(millionths / over).ok()?;
    Ratio::new(millionths, over * 1_000_000).map(Ratio::amount)
}
