//! Tables without lines: columns that wrap within the terminal's width.

use anstyle::Style;

use crate::text::display_width;
use crate::ui::wrap::wrap;
use crate::ui::{STRONG, paint};

/// The columns between two columns of a table.
const GAP: usize = 2;

/// How far a note stands in.
const NOTE_INDENT: usize = 4;

/// A column: its heading, and how narrow it may become.
pub struct Column {
    heading: String,
    width_min: Option<usize>,
}

impl Column {
    /// Returns a column that wraps, with the fewest columns of the terminal that it can be read in.
    pub fn new(heading: impl Into<String>, width_min: usize) -> Column {
        Column { heading: heading.into(), width_min: Some(width_min) }
    }

    /// Returns a column that never wraps.
    pub fn whole(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), width_min: None }
    }
}

/// What stands in one row and column.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Returns a cell.
    pub fn new(text: impl Into<String>, style: Style) -> Cell {
        Cell { text: text.into(), style }
    }

    fn width(&self) -> usize {
        display_width(&self.text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::new(text, Style::new())
    }
}

/// Lays rows out in columns. A row may have a note, which stands under it across all columns.
pub fn table(
    width: usize,
    columns: &[Column],
    rows: &[Vec<Cell>],
    notes: &[Option<(&str, Style)>],
) -> String {
    let widths = widths(width, columns, rows);
    let heading: Vec<Cell> = columns.iter().map(|column| Cell::new(&column.heading, STRONG)).collect();
    let mut text = String::new();
    text.push_str(&lay(&heading, &widths));
    for (index, row) in rows.iter().enumerate() {
        text.push_str(&lay(row, &widths));
        if let Some(Some((note, style))) = notes.get(index) {
            for line in wrap(note, width.saturating_sub(NOTE_INDENT)) {
                text.push_str(&format!("{}{}\n", " ".repeat(NOTE_INDENT), paint(*style, line)));
            }
        }
    }
    text
}

/// Returns each column's width: its own, or less where all of them have no room.
fn widths(width: usize, columns: &[Column], rows: &[Vec<Cell>]) -> Vec<usize> {
    let mut widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = rows.iter().filter_map(|row| row.get(index)).map(Cell::width);
            cells.chain([display_width(&column.heading)]).max().unwrap_or(0)
        })
        .collect();
    let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let yielding = widths.iter_mut().zip(columns).filter_map(|(width, column)| {
            let min = column.width_min?.max(display_width(&column.heading));
            (*width > min).then_some(width)
        });
        match yielding.max_by_key(|width| **width) {
            Some(widest) => *widest -= 1,
            None => break,
        }
    }
    widths
}

fn lay(row: &[Cell], widths: &[usize]) -> String {
    let cells: Vec<Vec<String>> =
        row.iter().zip(widths).map(|(cell, width)| wrap(&cell.text, *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for at in 0..height {
        let mut owed = 0;
        for ((lines, cell), width) in cells.iter().zip(row).zip(widths) {
            let line = lines.get(at).map_or("", String::as_str);
            if !line.is_empty() {
                text.push_str(&" ".repeat(owed));
                text.push_str(&if cell.style == Style::new() {
                    line.to_owned()
                } else {
                    paint(cell.style, line)
                });
                owed = 0;
            }
            owed += width.saturating_sub(display_width(line)) + GAP;
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_cells_wrap_within_the_width() {
        let columns = [Column::whole("post"), Column::new("why", 10)];
        let why = Cell::from("its time has not come and will not come soon".to_owned());
        let rows = [vec![Cell::from("open-day".to_owned()), why]];
        let text = table(40, &columns, &rows, &[Some(("wait until it does", STRONG))]);
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @"
        post      why
        open-day  its time has not come and will
                  not come soon
            wait until it does
        ");
    }
}
