//! An export's rows, whatever wrote them: decoded, parted, and each with its place.

use std::borrow::Cow;

use crate::calendar::{Delimiter, Encoding};
use crate::finding::{Code, Finding};
use crate::spreadsheet::{Grid, Place, finding_at, xlsx};

/// The most rows that are read of one file.
pub const ROWS_MAX: usize = 1_000_000;

/// Within how many bytes of a file the row stands that names the columns.
const TOP_BYTES: usize = 1 << 20;

/// The most cells of a row.
const CELLS_MAX: usize = 2_000;

/// An export, decoded.
#[derive(Debug)]
pub struct Export {
    /// How it is called: a path as the user said it.
    pub name: String,
    /// Its text; empty for a workbook.
    pub text: String,
    /// How its letters were written; nothing for a workbook.
    pub encoding: Option<Encoding>,
    /// The sheets of a workbook: each with its rows.
    sheets: Vec<Grid>,
}

/// Where the rows of an export lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In its text, parted by a character.
    Text(Delimiter),
    /// On a sheet of the workbook, by its number.
    Sheet(usize),
}

/// One cell.
#[derive(Debug, Clone)]
pub struct Cell<'a> {
    /// What it says, without blanks around it.
    pub text: Cow<'a, str>,
    /// Where it lies.
    pub place: Place,
    /// Whether it is a formula, or an error of the spreadsheet.
    pub is_no_value: bool,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The line that it begins on, or its number on the sheet; from 1.
    pub line: u32,
    /// Its cells.
    pub cells: Vec<Cell<'a>>,
}

impl Row<'_> {
    /// Tells whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.is_empty())
    }
}

impl Export {
    /// Decodes a file. An encoding that nobody named is told by its marks: a byte order mark, the zeros of UTF-16, and
    /// whether it is UTF-8; what is none of these is Windows-1252, in which every byte is a letter.
    pub fn open(name: &str, bytes: &[u8], encoding: Option<Encoding>) -> Result<Export, Vec<Finding>> {
        if bytes.starts_with(b"PK\x03\x04") {
            let read = xlsx::read_all(name, bytes).map_err(|finding| vec![*finding])?;
            let findings: Vec<Finding> = read.iter().flat_map(|(_, _, findings)| findings.clone()).collect();
            if !findings.is_empty() {
                return Err(findings);
            }
            let sheets = read.into_iter().map(|(_, grid, _)| grid).collect();
            return Ok(Export { name: name.to_owned(), text: String::new(), encoding: None, sheets });
        }
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            let message = "this is a workbook of Excel 97 to 2003, which is not read";
            let help = "open it in a spreadsheet, and save it as `Excel Workbook (.xlsx)` or as CSV";
            return Err(vec![Finding::new(Code::Syntax, name, message).help(help)]);
        }
        let (text, encoding) = decode(bytes, encoding).map_err(|why| {
            let help = "export it again as CSV in UTF-8; or say in a mapping which `encoding` it has";
            vec![Finding::new(Code::NotUtf8, name, why).help(help)]
        })?;
        Ok(Export { name: name.to_owned(), text, encoding: Some(encoding), sheets: Vec::new() })
    }

    /// Returns where rows may lie in it.
    pub fn parts(&self) -> Vec<Part> {
        match self.encoding {
            None => (0..self.sheets.len()).map(Part::Sheet).collect(),
            Some(_) => match said_delimiter(&self.text) {
                Some((_, delimiter)) => vec![Part::Text(delimiter)],
                None => Delimiter::ALL.iter().map(|delimiter| Part::Text(*delimiter)).collect(),
            },
        }
    }

    /// Returns the row near its top that has the most cells, cut: what looks most like the names of columns.
    pub fn widest_row(&self) -> String {
        let rows = self.parts().into_iter().flat_map(|part| self.top(part, None).take(60));
        let full = |row: &Row<'_>| row.cells.iter().filter(|cell| !cell.text.is_empty()).count();
        let mut widest: Option<Row<'_>> = None;
        for row in rows {
            if widest.as_ref().is_none_or(|widest| full(&row) > full(widest)) {
                widest = Some(row);
            }
        }
        let cells = widest.into_iter().flat_map(|row| row.cells).take(20).map(|cell| cell.text.into_owned());
        cells.collect::<Vec<_>>().join(", ").chars().take(300).collect()
    }

    /// Returns the rows at its top, where the one stands that names the columns: those within the first megabyte.
    pub fn top<'a>(&'a self, part: Part, comment: Option<&'a str>) -> Box<dyn Iterator<Item = Row<'a>> + 'a> {
        let mut end = self.text.len().min(TOP_BYTES);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.rows_of(self.text.get(..end).unwrap_or_default(), part, comment)
    }

    /// Returns its rows, without those that are empty and those that begin with a comment's mark.
    pub fn rows<'a>(
        &'a self,
        part: Part,
        comment: Option<&'a str>,
    ) -> Box<dyn Iterator<Item = Row<'a>> + 'a> {
        self.rows_of(&self.text, part, comment)
    }

    fn rows_of<'a>(
        &'a self,
        text: &'a str,
        part: Part,
        comment: Option<&'a str>,
    ) -> Box<dyn Iterator<Item = Row<'a>> + 'a> {
        let is_comment = move |row: &Row<'a>| {
            let first = row.cells.first().map_or("", |cell| cell.text.as_ref());
            comment.is_some_and(|mark| first.starts_with(mark))
        };
        let rows: Box<dyn Iterator<Item = Row<'a>> + 'a> = match part {
            Part::Text(delimiter) => {
                let at = said_delimiter(text).map_or(0, |(at, _)| at);
                Box::new(Lines { text, by: delimiter.char(), at, line: 1, comment })
            }
            Part::Sheet(number) => Box::new(self.sheets.get(number).into_iter().flat_map(of_sheet)),
        };
        Box::new(rows.filter(move |row| !row.is_empty() && !is_comment(row)))
    }

    /// Starts a finding at a cell.
    pub fn finding(&self, code: Code, place: &Place, message: impl Into<String>) -> Finding {
        finding_at(&self.name, code, place, message)
    }
}

fn of_sheet(grid: &Grid) -> impl Iterator<Item = Row<'_>> {
    grid.lines.iter().map(|line| {
        let cells = line.cells.iter().map(|cell| Cell {
            text: Cow::Borrowed(cell.text.trim()),
            place: cell.place.clone(),
            is_no_value: cell.holds.fault().is_some(),
        });
        Row { line: u32::try_from(line.number).unwrap_or(u32::MAX), cells: cells.collect() }
    })
}

/// Decodes a text; tells why where it cannot be.
fn decode(bytes: &[u8], said: Option<Encoding>) -> Result<(String, Encoding), String> {
    let utf16 = |little: bool, rest: &[u8]| {
        let encoding = if little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        let text = encoding.decode_without_bom_handling_and_without_replacement(rest).map(Cow::into_owned);
        text.map(|text| (text, Encoding::Utf16)).ok_or_else(|| "the file is damaged UTF-16".to_owned())
    };
    match (bytes, said) {
        ([0xEF, 0xBB, 0xBF, rest @ ..], _) => std::str::from_utf8(rest)
            .map(|text| (text.to_owned(), Encoding::Utf8))
            .map_err(|_| "the file is damaged UTF-8".to_owned()),
        ([0xFF, 0xFE, rest @ ..], _) => utf16(true, rest),
        ([0xFE, 0xFF, rest @ ..], _) => utf16(false, rest),
        (bytes, Some(Encoding::Utf16)) => utf16(zeros_are_odd(bytes).unwrap_or(true), bytes),
        (bytes, None) if bytes.contains(&0) => match zeros_are_odd(bytes) {
            Some(little) => utf16(little, bytes),
            None => Err("the file is no text: it has zeros in it".to_owned()),
        },
        (bytes, said) => match std::str::from_utf8(bytes) {
            Ok(text) if said != Some(Encoding::Windows1252) => Ok((text.to_owned(), Encoding::Utf8)),
            Err(_) if said == Some(Encoding::Utf8) => {
                Err("the file is not in UTF-8, as its mapping says".to_owned())
            }
            _ => {
                let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
                Ok((text.into_owned(), Encoding::Windows1252))
            }
        },
    }
}

/// Tells whether the zeros of a text in UTF-16 stand second, as the little end first has it; nothing where it is none.
fn zeros_are_odd(bytes: &[u8]) -> Option<bool> {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).take(4_096).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = (bytes.len() / 2).min(4_096);
    match (even, odd) {
        (even, odd) if odd * 2 > pairs && even * 10 < pairs => Some(true),
        (even, odd) if even * 2 > pairs && odd * 10 < pairs => Some(false),
        _ => None,
    }
}

/// Returns what parts cells by the line `sep=,` that some programs write first, and where the rows begin behind it.
fn said_delimiter(text: &str) -> Option<(usize, Delimiter)> {
    let first = text.split(['\n', '\r']).next().unwrap_or_default();
    let by = first.trim_matches('"').strip_prefix("sep=")?.chars().next()?;
    let delimiter = Delimiter::ALL.iter().copied().find(|delimiter| delimiter.char() == by)?;
    Some((first.len(), delimiter))
}

/// Parts a text into rows (RFC 4180), in one walk.
struct Lines<'a> {
    text: &'a str,
    by: char,
    at: usize,
    line: u32,
    comment: Option<&'a str>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        if self.at >= self.text.len() {
            return None;
        }
        let line = self.line;
        let rest = self.text.get(self.at..)?;
        // A comment is a line, whatever stands in it.
        if self.comment.is_some_and(|mark| rest.starts_with(mark)) {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.at += end;
            self.end_of_line();
            return Some(Row { line, cells: Vec::new() });
        }
        let mut cells = Vec::new();
        loop {
            let cell = self.cell();
            if cells.len() < CELLS_MAX {
                cells.push(cell);
            }
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(self.by)) {
                self.at += self.by.len_utf8();
                continue;
            }
            self.end_of_line();
            return Some(Row { line, cells });
        }
    }
}

impl<'a> Lines<'a> {
    fn end_of_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = ["\r\n", "\n", "\r"].into_iter().find(|end| rest.starts_with(end));
        self.at += end.map_or(0, str::len);
        self.line = self.line.saturating_add(1);
    }

    fn cell(&mut self) -> Cell<'a> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let text = match rest.strip_prefix('"') {
            Some(quoted) => self.quoted(quoted),
            None => Cow::Borrowed(self.plain().trim()),
        };
        let is_no_value = text.starts_with('=') || ERRORS.contains(&text.as_ref());
        Cell { text, place: Place::Text(start..self.at), is_no_value }
    }

    fn plain(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find([self.by, '\n', '\r']).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Reads a cell behind its opening quotation mark. One that is never closed ends with its file.
    fn quoted(&mut self, quoted: &'a str) -> Cow<'a, str> {
        let mut from = 0;
        let mut has_marks = false;
        let end = loop {
            let Some(at) = quoted.get(from..).and_then(|rest| rest.find('"')).map(|at| from + at) else {
                break quoted.len();
            };
            if quoted.get(at + 1..).is_some_and(|rest| rest.starts_with('"')) {
                has_marks = true;
                from = at + 2;
            } else {
                break at;
            }
        };
        let inside = quoted.get(..end).unwrap_or_default();
        self.line = self.line.saturating_add(u32::try_from(inside.matches('\n').count()).unwrap_or(u32::MAX));
        self.at = (self.at + 1 + end + 1).min(self.text.len());
        let behind = self.plain().trim();
        let inside = if has_marks { Cow::Owned(inside.replace("\"\"", "\"")) } else { Cow::Borrowed(inside) };
        match (inside, behind) {
            (Cow::Borrowed(inside), "") => Cow::Borrowed(inside.trim()),
            (inside, behind) => Cow::Owned(format!("{}{behind}", inside.trim())),
        }
    }
}

/// What spreadsheets show where they cannot tell a value.
const ERRORS: [&str; 7] = ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!"];
