//! Excel workbooks: written with real dates, and read without trust.
//!
//! `rust_xlsxwriter` and `calamine` are the well-kept crates of their kind, without C. Neither bounds what a workbook
//! unpacks to, so it is unpacked once before, and counted; `zip` is what both stand on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use chrono::TimeDelta;
use rust_xlsxwriter::{DataValidation, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::calendar::Type;
use crate::finding::{Code, Finding};

use super::export::Table;
use super::grid::{Cell, Grid, Holds, Line, Place, letters};
use super::{COLUMNS_MAX, ROWS_MAX, cell};

/// The sheet that posts stand on.
const SHEET: &str = "Posts";

/// The most that a workbook may hold once it is unpacked.
const UNPACKED_MAX_BYTES: u64 = 256 << 20;

/// The most sheets that are read of a workbook.
const SHEETS_MAX: usize = 20;

/// What to do with a workbook that cannot be read.
const AGAIN: &str = "open it in a spreadsheet, and save it as `Excel Workbook (.xlsx)`";

/// The most files that a workbook may be made of.
const PARTS_MAX: usize = 5_000;

/// What a column offers to choose from.
pub struct Choices<'a> {
    /// The column.
    pub column: &'a str,
    /// What may stand in it.
    pub words: Vec<String>,
}

/// Writes a table as a workbook. Fails where a cell is longer than Excel takes.
pub fn write(table: &Table, choices: &[Choices<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(SHEET)?;
    let bold = Format::new().set_bold();
    let date = Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top);
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss").set_align(FormatAlign::Top);
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (number, column) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, number, column.as_str(), &bold)?;
        let takes = table.takes(column);
        sheet.set_column_width(number, width(column, takes))?;
        offer(sheet, number, table.rows.len(), choices.iter().find(|choices| choices.column == column))?;
        for (at, row) in (1_u32..).zip(&table.rows) {
            let cell = row.get(usize::from(number)).map_or("", String::as_str);
            let found = ExcelDateTime::parse_from_str(cell).ok();
            match (takes, found) {
                _ if cell.is_empty() => continue,
                (Some(Type::DateTime), Some(found)) => {
                    sheet.write_datetime_with_format(at, number, &found, &moment)?
                }
                (Some(Type::Date), Some(found)) => {
                    sheet.write_datetime_with_format(at, number, &found, &date)?
                }
                (Some(Type::Flag), _) => sheet.write_boolean(at, number, cell == "TRUE")?,
                _ => sheet.write_string_with_format(at, number, cell, &wrapped)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

fn width(column: &str, takes: Option<Type>) -> f64 {
    match (column, takes) {
        ("id", _) => 34.0,
        (_, Some(Type::Text)) => 60.0,
        (_, Some(Type::DateTime)) => 20.0,
        (_, Some(Type::Flag | Type::Count)) => 8.0,
        _ => 18.0,
    }
}

/// Lets a column's cells be chosen from a list, some rows further than there are; other words stay allowed.
fn offer(
    sheet: &mut Worksheet,
    column: u16,
    rows: usize,
    choices: Option<&Choices<'_>>,
) -> Result<(), XlsxError> {
    const LIST_MAX: usize = 250;
    const ROOM: usize = 200;
    let Some(choices) = choices.filter(|choices| !choices.words.is_empty()) else { return Ok(()) };
    if choices.words.iter().map(|word| word.len() + 1).sum::<usize>() > LIST_MAX {
        return Ok(());
    }
    let list = DataValidation::new().allow_list_strings(&choices.words)?.show_error_message(false);
    let last = u32::try_from(rows + ROOM).unwrap_or(u32::MAX).min(1_000_000);
    sheet.add_data_validation(1, column, last, column, &list).map(drop)
}

/// Reads the sheet of posts out of a workbook: the rows, and what is wrong.
pub fn read(file: &str, bytes: &[u8]) -> (Grid, Vec<Finding>) {
    let mut book = match open(file, bytes) {
        Ok(book) => book,
        Err(finding) => return (Grid::default(), vec![*finding]),
    };
    let names = book.sheet_names();
    let Some(name) = names.iter().find(|name| *name == SHEET).or(names.first()).cloned() else {
        let fault = Finding::new(Code::Syntax, file, "the workbook has no sheet").help(AGAIN);
        return (Grid::default(), vec![fault]);
    };
    sheet(file, &mut book, &name)
}

/// A sheet: its name, its rows, and what is wrong with it.
pub type Sheet = (String, Grid, Vec<Finding>);

/// Reads each sheet of a workbook: its name, its rows, and what is wrong with it; or what is wrong with the workbook.
pub fn read_all(file: &str, bytes: &[u8]) -> Result<Vec<Sheet>, Box<Finding>> {
    let mut book = open(file, bytes)?;
    let names = book.sheet_names();
    let read = |name: String| {
        let (grid, findings) = sheet(file, &mut book, &name);
        (name, grid, findings)
    };
    Ok(names.into_iter().take(SHEETS_MAX).map(read).collect())
}

fn sheet(file: &str, book: &mut Book<'_>, name: &str) -> (Grid, Vec<Finding>) {
    cells(file, book, name).unwrap_or_else(|why| {
        let message = format!("the sheet `{name}` cannot be read: {why}");
        (Grid::default(), vec![Finding::new(Code::Syntax, file, message).help(AGAIN)])
    })
}

/// Opens a workbook that unpacks to no more than is read.
fn open<'a>(file: &str, bytes: &'a [u8]) -> Result<Book<'a>, Box<Finding>> {
    let fault = |code, message: String, help: &str| Box::new(Finding::new(code, file, message).help(help));
    match unpacked(bytes) {
        Ok(size) if size <= UNPACKED_MAX_BYTES => {}
        Ok(_) => {
            let message = format!("the workbook unpacks to more than {} MB", UNPACKED_MAX_BYTES >> 20);
            return Err(fault(Code::TooLarge, message, "take out of it what is no row"));
        }
        Err(why) => return Err(fault(Code::Syntax, format!("this is no Excel workbook: {why}"), AGAIN)),
    }
    Xlsx::new(Cursor::new(bytes))
        .map_err(|why| fault(Code::Syntax, format!("the workbook cannot be read: {why}"), AGAIN))
}

/// Returns how much a workbook holds, counted by unpacking it: what it says of itself may be a lie.
fn unpacked(bytes: &[u8]) -> Result<u64, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|why| why.to_string())?;
    if archive.len() > PARTS_MAX {
        return Ok(u64::MAX);
    }
    let mut total = 0;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|why| why.to_string())?;
        let room = UNPACKED_MAX_BYTES.saturating_sub(total) + 1;
        total += std::io::copy(&mut part.take(room), &mut std::io::sink()).map_err(|why| why.to_string())?;
        if total > UNPACKED_MAX_BYTES {
            return Ok(total);
        }
    }
    Ok(total)
}

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// The cells that are not empty, by row and column.
type Found = BTreeMap<(usize, usize), (String, Holds)>;

fn cells(file: &str, book: &mut Book<'_>, name: &str) -> Result<(Grid, Vec<Finding>), String> {
    let mut findings = Vec::new();
    let mut found = Found::new();
    let say = |why: calamine::XlsxError| why.to_string();
    let is_within = |(row, column): (u32, u32)| (row as usize) <= ROWS_MAX && (column as usize) < COLUMNS_MAX;
    let timed = timed(book, name).map_err(say)?;
    let mut beyond = None;
    let mut reader = book.worksheet_cells_reader(name).map_err(say)?;
    while let Some(cell) = reader.next_cell().map_err(say)? {
        let at = cell.get_position();
        let text = shown(cell.get_value(), timed.contains(&at));
        let is_fault = matches!(cell.get_value(), DataRef::Error(_));
        if !is_within(at) {
            beyond = beyond.or(Some(at).filter(|_| !text.is_empty()));
        } else if !text.is_empty() {
            let holds = if is_fault { Holds::Fault } else { Holds::Value };
            found.insert((at.0 as usize, at.1 as usize), (text, holds));
        }
    }
    drop(reader);
    let mut reader = book.worksheet_cells_reader(name).map_err(say)?;
    while let Some(cell) = reader.next_formula().map_err(say)? {
        let at = cell.get_position();
        if !cell.get_value().is_empty() && is_within(at) {
            let text = format!("={}", cell.get_value());
            found.insert((at.0 as usize, at.1 as usize), (text, Holds::Formula));
        }
    }
    drop(reader);
    if let Some((row, column)) = beyond {
        let message =
            format!("the sheet `{name}` has a cell {}{}", letters(column as usize), u64::from(row) + 1);
        let help = format!("a sheet may have {ROWS_MAX} rows and {COLUMNS_MAX} columns: split it");
        findings.push(Finding::new(Code::TooLarge, file, message).help(help));
    }
    let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    for region in merged.iter().take(100) {
        let corner =
            |(row, column): (u32, u32)| format!("{}{}", letters(column as usize), u64::from(row) + 1);
        let message =
            format!("the cells {}:{} are merged (sheet `{name}`)", corner(region.start), corner(region.end));
        let help = "unmerge them: a cell belongs to one row and one column";
        findings.push(Finding::new(Code::BadValue, file, message).help(help));
    }
    Ok((grid(found, name), findings))
}

/// Returns the cells whose format shows a time of day: without one, midnight is a day alone.
fn timed(book: &mut Book<'_>, name: &str) -> Result<BTreeSet<(u32, u32)>, calamine::XlsxError> {
    let mut timed = BTreeSet::new();
    let mut reader = book.worksheet_cells_reader(name)?;
    let shows_time = |style: &calamine::Style| {
        style.number_format.as_ref().is_some_and(|format| has_hour(&format.format_code))
    };
    let styles: Vec<bool> = reader.styles().iter().map(shows_time).collect();
    while let Some((row, column, style)) = reader.next_style_id()? {
        if styles.get(style).copied().unwrap_or(false) {
            timed.insert((row, column));
        }
    }
    Ok(timed)
}

/// Tells whether a number's format shows an hour, outside what it shows as it stands.
fn has_hour(format: &str) -> bool {
    let (mut is_quoted, mut is_escaped, mut is_language, mut before) = (false, false, false, ' ');
    for c in format.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            ']' => is_language = false,
            '$' if before == '[' => is_language = true,
            _ if is_language => {}
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '\\' | '_' | '*' => is_escaped = true,
            'h' | 'H' => return true,
            _ => {}
        }
        before = c;
    }
    false
}

/// Puts cells into rows, those between them empty.
fn grid(found: Found, name: &str) -> Grid {
    let mut grid = Grid::default();
    for ((row, column), (text, holds)) in found {
        let number = row + 1;
        if grid.lines.last().is_none_or(|line| line.number != number) {
            grid.lines.push(Line { number, cells: Vec::new() });
        }
        let Some(line) = grid.lines.last_mut() else { continue };
        let place = |column: usize| Place::Book(name.to_owned(), format!("{}{number}", letters(column)));
        while line.cells.len() < column {
            let place = place(line.cells.len());
            line.cells.push(Cell { text: String::new(), holds: Holds::Value, place });
        }
        line.cells.push(Cell { text, holds, place: place(column) });
    }
    grid
}

/// Returns what a cell says: dates as `2027-01-18T09:00:00`, as `2027-01-18` where nothing says a time of day, and as
/// `09:00:00` where nothing says a day.
fn shown(value: &DataRef<'_>, is_timed: bool) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => {
            // By whichever of its two calendars the workbook counts.
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let seconds = i64::from(second) + i64::from(milli >= 500);
            let day = chrono::NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
            let midnight = day.and_then(|day| day.and_hms_opt(u32::from(hour), u32::from(minute), 0));
            let wall = midnight.and_then(|wall| wall.checked_add_signed(TimeDelta::seconds(seconds)));
            match wall {
                Some(wall) if (0.0..1.0).contains(&moment.as_f64()) => wall.format("%H:%M:%S").to_string(),
                Some(wall) if wall.date() >= cell::FIRST_DAY => wall_shown(wall, is_timed),
                // Nobody's date: the number, which says so.
                _ => moment.as_f64().to_string(),
            }
        }
        DataRef::DateTimeIso(text) => {
            let wall = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
            wall.map_or_else(|_| text.clone(), |wall| wall_shown(wall, is_timed))
        }
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(why) => format!("{why}"),
        DataRef::Empty => String::new(),
    }
}

fn wall_shown(wall: chrono::NaiveDateTime, is_timed: bool) -> String {
    match wall.time() == chrono::NaiveTime::MIN && !is_timed {
        true => wall.date().to_string(),
        false => wall.format("%Y-%m-%dT%H:%M:%S").to_string(),
    }
}
