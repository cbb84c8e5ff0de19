//! Tables without lines: columns that wrap within the terminal's width.
//!
//! The layout is comfy-table's. It measures styled text as it is drawn, so a table is the same with colour and without.

use anstyle::Style;
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};

use crate::text::display_width;
use crate::ui::wrap::wrap;
use crate::ui::{STRONG, paint};

/// The columns between two columns of a table.
const GAP: u16 = 2;

/// How far a note stands in.
const NOTE_INDENT: usize = 4;

/// Stands between two rows, where a note may go: ASCII's own record separator, which no visible text has.
const SEPARATOR: char = '\u{1e}';

/// Nothing is drawn but what marks the end of a row.
const STYLE: TableStyle = TableStyle::new().row_separator(LineStyle::none().fill(SEPARATOR));

/// Where a word of ids or of an address may be broken. It takes no room and is taken out again.
const BREAK: char = '\u{200b}';

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

    fn draw(&self) -> comfy_table::Cell {
        let paint =
            |text: &str| if self.style == Style::new() { text.to_owned() } else { paint(self.style, text) };
        if self.text.contains(' ') {
            return comfy_table::Cell::new_owned(paint(&self.text));
        }
        // A single word, such as an id: better broken behind a hyphen than anywhere.
        let text = self.text.replace('-', &format!("-{BREAK}")).replace('/', &format!("/{BREAK}"));
        comfy_table::Cell::new_owned(paint(&text)).set_delimiter(BREAK)
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
    let mut table = Table::new();
    table
        .force_no_tty()
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(columns.iter().map(|column| paint(STRONG, &column.heading)))
        .add_rows(rows.iter().map(|row| row.iter().map(Cell::draw)));
    constrain(&mut table, columns);
    let mut notes = notes.iter().map(|note| written(*note, width));
    let mut text = String::new();
    for line in table.lines() {
        if line.starts_with(SEPARATOR) {
            text.extend(notes.next());
        } else {
            text.push_str(line.replace(BREAK, "").trim_end());
            text.push('\n');
        }
    }
    text.extend(notes.next());
    text
}

/// Tells each column how narrow it may become: never narrower than its heading, and no wider than what it has.
fn constrain(table: &mut Table, columns: &[Column]) {
    let widest = table.column_max_content_widths();
    let last = columns.len().saturating_sub(1);
    for (at, ((column, drawn), widest)) in columns.iter().zip(table.column_iter_mut()).zip(widest).enumerate()
    {
        let gap = if at == last { 0 } else { GAP };
        drawn.set_padding((0, gap));
        drawn.set_constraint(match column.width_min {
            None => ColumnConstraint::ContentWidth,
            Some(min) => {
                let min = u16::try_from(min.max(display_width(&column.heading))).unwrap_or(u16::MAX);
                ColumnConstraint::LowerBoundary(Width::Fixed(min.min(widest).saturating_add(gap)))
            }
        });
    }
}

/// Returns the lines of a note.
fn written(note: Option<(&str, Style)>, width: usize) -> String {
    let Some((note, style)) = note else { return String::new() };
    let lines = wrap(note, width.saturating_sub(NOTE_INDENT)).into_iter();
    lines.map(|line| format!("{}{}\n", " ".repeat(NOTE_INDENT), paint(style, line))).collect()
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
