//! Tables without lines: columns that wrap within the terminal's width.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Row, Table, Width, presets};

use crate::ui::{STRONG, paint};

/// A column: its heading, and how narrow it may become.
pub struct Column {
    heading: String,
    constraint: ColumnConstraint,
}

impl Column {
    /// Returns a column that wraps, with the fewest columns of the terminal that it can be read in.
    pub fn new(heading: impl Into<String>, width_min: u16) -> Column {
        Column {
            heading: heading.into(),
            constraint: ColumnConstraint::LowerBoundary(Width::Fixed(width_min)),
        }
    }

    /// Returns a column that never wraps.
    pub fn whole(heading: impl Into<String>) -> Column {
        Column { heading: heading.into(), constraint: ColumnConstraint::ContentWidth }
    }
}

/// Lays rows out in columns. Each cell may have colour, and lines of its own.
pub fn table(width: usize, columns: &[Column], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(Row::from(
            columns.iter().map(|column| Cell::new(paint(STRONG, &column.heading))).collect::<Vec<_>>(),
        ))
        .add_rows(rows);
    let last = columns.len().saturating_sub(1);
    for (index, column) in columns.iter().enumerate() {
        if let Some(found) = table.column_mut(index) {
            found.set_constraint(column.constraint);
            found.set_padding((0, if index == last { 0 } else { 2 }));
        }
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_cells_wrap_within_the_width() {
        let columns = [Column::new("post", 8), Column::new("why", 10)];
        let rows =
            vec![vec!["open-day".to_owned(), "its time has not come and will not come soon".to_owned()]];
        let text = anstream::adapter::strip_str(&table(40, &columns, rows)).to_string();
        insta::assert_snapshot!(text, @"
        post      why
        open-day  its time has not come and will
                  not come soon
        ");
    }
}
