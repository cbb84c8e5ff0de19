//! Comma-separated values (RFC 4180), as programs and spreadsheets write them.

use std::borrow::Cow;

use crate::finding::{Code, Finding, Span};

use super::grid::{Cell, Grid, Holds, Line, Place};
use super::{COLUMNS_MAX, ROWS_MAX};

/// What begins a cell that a spreadsheet would take for a formula or a command.
const DANGEROUS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// Returns a cell's text with a `'` before it where a spreadsheet would take it for a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes off what [`guarded`] puts on.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_dangerous(rest)).unwrap_or(text)
}

/// Writes rows: UTF-8 without a mark, lines that end in `\r\n`, quotes where there must be some.
pub fn write<'a>(rows: impl Iterator<Item = &'a [String]>) -> String {
    let mut text = String::new();
    for row in rows {
        for (number, cell) in row.iter().enumerate() {
            if number > 0 {
                text.push(',');
            }
            let cell = guarded(cell);
            if cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell.trim() != cell {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&cell);
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// Returns the text of a file: UTF-8, or UTF-16 with its mark; nothing, and what it looks like, for any other.
pub fn decode(bytes: &[u8]) -> Result<String, &'static str> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => {
            std::str::from_utf8(rest).map(str::to_owned).map_err(|_| "damaged UTF-8")
        }
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE
            .decode_without_bom_handling_and_without_replacement(rest)
            .map(Cow::into_owned)
            .ok_or("damaged UTF-16"),
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE
            .decode_without_bom_handling_and_without_replacement(rest)
            .map(Cow::into_owned)
            .ok_or("damaged UTF-16"),
        bytes if bytes.starts_with(b"PK\x03\x04") => Err("an Excel workbook"),
        bytes if bytes.contains(&0) => Err("UTF-16 without its mark, or no text"),
        bytes => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "Windows-1252"),
    }
}

/// Reads rows out of a file's bytes: its text, the rows, and what is wrong.
pub fn read(file: &str, bytes: &[u8]) -> (String, Grid, Vec<Finding>) {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(like) => {
            let message = format!("the file is not in UTF-8: it looks like {like}");
            let help = match like {
                "an Excel workbook" => "say `kalends import xlsx`",
                _ => "save it as `CSV UTF-8`; or as an Excel workbook, and say `kalends import xlsx`",
            };
            return (
                String::new(),
                Grid::default(),
                vec![Finding::new(Code::NotUtf8, file, message).help(help)],
            );
        }
    };
    let (from, by) = delimiter(&text);
    let mut reader = Reader { file, text: &text, by, at: from, number: 1, findings: Vec::new() };
    let grid = reader.grid();
    let findings = reader.findings;
    (text, grid, findings)
}

/// Returns where the rows begin and what parts their cells: what Excel says by `sep=`, or what the first line has most of.
fn delimiter(text: &str) -> (usize, char) {
    let first = text.split(['\n', '\r']).next().unwrap_or_default();
    if let Some(by) = first.strip_prefix("sep=").and_then(|rest| rest.trim_end().chars().next()) {
        let rest = text.get(first.len()..).unwrap_or_default();
        let end = ["\r\n", "\n"].into_iter().find(|end| rest.starts_with(end));
        return (first.len() + end.map_or(0, str::len), by);
    }
    let (mut is_quoted, mut counts) = (false, [(',', 0), (';', 0), ('\t', 0)]);
    for c in first.chars() {
        is_quoted ^= c == '"';
        counts.iter_mut().filter(|(by, _)| *by == c && !is_quoted).for_each(|(_, count)| *count += 1);
    }
    // Of equals the comma stands first, and `max_by_key` takes the last.
    (0, counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(by, _)| *by))
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    by: char,
    at: usize,
    number: usize,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn grid(&mut self) -> Grid {
        let mut grid = Grid::default();
        while !self.rest().is_empty() {
            let line = self.line();
            // Behind such an end nobody knows which row it is: neither editors nor findings count it.
            if self.rest().starts_with('\r') && !self.rest().starts_with("\r\n") {
                let finding = Finding::new(Code::Syntax, self.file, "line ends are bare CR");
                self.findings.push(finding.at(self.at..self.at + 1).help("save as CSV UTF-8"));
                break;
            }
            if line.is_empty() {
                continue;
            }
            if grid.lines.len() > ROWS_MAX || line.cells.len() > COLUMNS_MAX {
                let message = format!("the file has more than {ROWS_MAX} rows or {COLUMNS_MAX} columns");
                self.findings.push(Finding::new(Code::TooLarge, self.file, message).help("split it"));
                break;
            }
            grid.lines.push(line);
        }
        grid
    }

    /// Reads a row; each has the number that a spreadsheet gives it.
    fn line(&mut self) -> Line {
        let number = self.number;
        self.number += 1;
        let mut cells = Vec::new();
        loop {
            let (text, span) = self.cell();
            let holds = if text.starts_with('=') { Holds::Formula } else { Holds::Value };
            let text = unguarded(&text).to_owned();
            cells.push(Cell { text, holds, place: Place::Text(span) });
            if self.rest().starts_with(self.by) {
                self.at += self.by.len_utf8();
                continue;
            }
            let end = ["\r\n", "\n"].into_iter().find(|end| self.rest().starts_with(end));
            self.at += end.map_or(0, str::len);
            return Line { number, cells };
        }
    }

    /// Reads a cell: its text and where it stands.
    fn cell(&mut self) -> (String, Span) {
        let start = self.at;
        if self.rest().starts_with('"') {
            let text = self.quoted();
            // What stands behind the closing quote belongs to the cell, as spreadsheets have it.
            let behind = self.plain();
            return (text + behind, start..self.at);
        }
        let text = self.plain().to_owned();
        (text, start..self.at)
    }

    fn plain(&mut self) -> &str {
        let (start, by) = (self.at, self.by);
        let end = self.rest().find([by, '\n', '\r']).map_or(self.text.len(), |many| start + many);
        self.at = end;
        self.text.get(start..end).unwrap_or_default()
    }

    fn quoted(&mut self) -> String {
        let open = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            let Some(many) = self.rest().find('"') else {
                let finding = Finding::new(Code::Syntax, self.file, "a quotation mark is never closed");
                self.findings.push(
                    finding
                        .at(open..open + 1)
                        .label("opened here")
                        .help("close it, or save the file again from the spreadsheet"),
                );
                text.push_str(self.rest());
                self.at = self.text.len();
                return text;
            };
            text.push_str(self.text.get(self.at..self.at + many).unwrap_or_default());
            self.at += many + 1;
            if !self.rest().starts_with('"') {
                return text;
            }
            text.push('"');
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let (_, grid, findings) = read("a.csv", bytes);
        assert_eq!(findings, []);
        grid.lines.into_iter().map(|line| line.cells.into_iter().map(|cell| cell.text).collect()).collect()
    }

    #[test]
    fn whatever_a_spreadsheet_makes_of_it_is_read_alike() {
        let expected = [["id", "text"], ["a", "é, \"b\"\nc"]];
        let csv = "id,text\r\na,\"é, \"\"b\"\"\nc\"\r\n\r\n,\r\n";
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [
            csv.as_bytes().to_vec(),
            format!("\u{feff}{csv}").into_bytes(),
            csv.replace("\r\n", "\n").into_bytes(),
            csv.replace("id,text", "id;text").replace("a,\"", "a;\"").into_bytes(),
            csv.replace("id,text", "id\ttext").replace("a,\"", "a\t\"").into_bytes(),
            format!("sep=,\r\n{csv}").into_bytes(),
            utf16,
        ] {
            let found = cells(&bytes);
            assert_eq!(found[..2], expected, "{}", String::from_utf8_lossy(&bytes));
            assert_eq!(
                found.len(),
                if String::from_utf8_lossy(&bytes).contains("id;")
                    || String::from_utf8_lossy(&bytes).contains("id\t")
                {
                    3
                } else {
                    2
                }
            );
        }
    }

    #[test]
    fn what_is_no_text_says_what_it_looks_like() {
        for (bytes, like) in [
            (&b"caf\xe9"[..], "Windows-1252"),
            (b"PK\x03\x04..", "Excel workbook"),
            (b"a\0b\0", "UTF-16 without"),
        ] {
            let findings = read("a.csv", bytes).2;
            assert!(findings[0].message.contains(like) && findings[0].help.is_some(), "{findings:?}");
        }
        let bare = read("a.csv", b"id,text\ra,b;c\rd,e;f\r").2;
        assert_eq!((bare.len(), bare[0].message.as_str()), (1, "line ends are bare CR"));
        assert_eq!((bare[0].span.clone(), bare[0].help.as_deref()), (Some(7..8), Some("save as CSV UTF-8")));
        assert_eq!(read("a.csv", b"sep=;\rid;text\r").2[0].message, "line ends are bare CR");
        let open = read("a.csv", b"id,text\na,\"b").2;
        assert_eq!((open[0].code, open[0].span.clone()), (Code::Syntax, Some(10..11)));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back_and_is_no_formula(cells in proptest::collection::vec(proptest::collection::vec("['=+@\\-\t\r\n\",;a＝]{0,6}|\\PC{0,20}", 3), 1..5)) {
            let rows: Vec<Vec<String>> = std::iter::once(["x", "y", "z"].map(str::to_owned).to_vec()).chain(cells).collect();
            let text = write(rows.iter().map(Vec::as_slice));
            let (_, grid, findings) = read("a.csv", text.as_bytes());
            proptest::prop_assert_eq!(findings, vec![]);
            let back: Vec<Vec<String>> = grid.lines.iter().map(|line| line.cells.iter().map(|cell| cell.text.clone()).collect()).collect();
            let full: Vec<Vec<String>> = rows.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
            proptest::prop_assert_eq!(back, full);
            proptest::prop_assert!(grid.lines.iter().all(|line| line.cells.iter().all(|cell| cell.holds == Holds::Value)));
        }
    }
}
