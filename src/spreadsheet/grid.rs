//! A spreadsheet as it was read: rows of cells, each with its place.

use crate::finding::{Code, Finding, Span};

/// Where cells lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a text: where the cell stands in it.
    Text(Span),
    /// In a workbook: the sheet's name, and the cell's as spreadsheets call it, such as `C7`.
    Book(String, String),
}

/// What stands in a cell besides words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A value, or nothing.
    Value,
    /// A formula, whose words the cell's text then is.
    Formula,
    /// What a spreadsheet shows where it cannot tell a value, such as `#REF!`.
    Fault,
}

impl Holds {
    /// Returns what is wrong with a cell that holds no value: the code, what it is, the label, and what to do.
    pub fn fault(self) -> Option<(Code, &'static str, &'static str, &'static str)> {
        match self {
            Holds::Value => None,
            Holds::Formula => Some((
                Code::FormulaCell,
                "the cell is a formula",
                "a formula",
                "paste the value in its place (Paste Special: Values); a text that begins with `=` has a `'` before it",
            )),
            Holds::Fault => Some((
                Code::BadValue,
                "the cell is an error of the spreadsheet",
                "an error",
                "write the value in its place; a text that looks so has a `'` before it",
            )),
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it says; dates as `2027-01-18T09:00:00`.
    pub text: String,
    /// What its text is.
    pub holds: Holds,
    /// Where it lies.
    pub place: Place,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// Its rows that are not empty; the first has the names of the columns.
    pub lines: Vec<Line>,
}

impl Line {
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}

/// Returns a column's letters: `A` for the first, `AA` behind `Z`.
pub fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            return letters.iter().rev().collect();
        }
        column = column / 26 - 1;
    }
}

/// Starts a finding at a cell.
pub fn finding(file: &str, code: Code, place: &Place, message: impl Into<String>) -> Finding {
    let message = message.into();
    match place {
        Place::Text(span) => Finding::new(code, file, message).at(span.clone()),
        Place::Book(sheet, cell) => {
            Finding::new(code, file, format!("{message} (sheet `{sheet}`, cell {cell})"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_called_as_spreadsheets_call_them() {
        let called = [0, 25, 26, 51, 52, 701, 702].map(letters);
        assert_eq!(called, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
