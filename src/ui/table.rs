//! Tables without lines: columns that wrap within the terminal's width.

use anstyle::Style;

use crate::text::display_width;
use crate::ui::wrap::wrap;
use crate::ui::{STRONG, paint};

/// The columns between two columns of a table.
const GAP: usize = 2;

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

/// What stands in one row and column: paragraphs, each in a style.
#[derive(Debug, Clone, Default)]
pub struct Cell(Vec<(String, Style)>);

impl Cell {
    /// Returns a cell with one paragraph.
    pub fn new(text: impl Into<String>, style: Style) -> Cell {
        Cell(vec![(text.into(), style)])
    }

    /// Adds a paragraph.
    pub fn and(mut self, text: impl Into<String>, style: Style) -> Cell {
        self.0.push((text.into(), style));
        self
    }

    fn width(&self) -> usize {
        self.0.iter().map(|(text, _)| display_width(text)).max().unwrap_or(0)
    }

    fn lines(&self, width: usize) -> Vec<(String, Style)> {
        self.0.iter().flat_map(|(text, style)| wrap(text, width).into_iter().map(|line| (line, *style))).collect()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::new(text, Style::new())
    }
}

/// Lays rows out in columns.
pub fn table(width: usize, columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let widths = widths(width, columns, rows);
    let heading: Vec<Cell> = columns.iter().map(|column| Cell::new(&column.heading, STRONG)).collect();
    let mut text = String::new();
    for row in std::iter::once(&heading).chain(rows) {
        text.push_str(&lay(row, &widths));
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
    let cells: Vec<Vec<(String, Style)>> = row.iter().zip(widths).map(|(cell, width)| cell.lines(*width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for at in 0..height {
        let mut owed = 0;
        for (cell, width) in cells.iter().zip(widths) {
            let taken = match cell.get(at) {
                Some((line, style)) if !line.is_empty() => {
                    text.push_str(&" ".repeat(owed));
                    owed = 0;
                    text.push_str(&if *style == Style::new() { line.clone() } else { paint(*style, line) });
                    display_width(line)
                }
                _ => 0,
            };
            owed += width.saturating_sub(taken) + GAP;
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
        let why = Cell::from("its time has not come and will not come soon".to_owned()).and("wait", STRONG);
        let rows = [vec![Cell::from("open-day".to_owned()), why]];
        let text = anstream::adapter::strip_str(&table(40, &columns, &rows)).to_string();
        insta::assert_snapshot!(text, @"
        post      why
        open-day  its time has not come and will
                  not come soon
                  wait
        ");
    }
}
