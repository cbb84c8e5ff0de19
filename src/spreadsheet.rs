//! Posts as the rows of a spreadsheet, and back, with nothing lost.
//!
//! A row is a post, a column a key of its file: `at`, `text`, `media.1.alt`, `for.mastodon.text`. A cell is empty where the
//! file does not say the key. What a cell may hold stands in [`cell`]; which columns there are comes from the grammar of
//! posts and from no list of its own. What comes back is compared with the file, and only what differs is written, so that
//! comments and order stay. The column `version` tells whether a post changed since it was exported.

mod cell;
mod columns;
mod csv;
mod edit;
mod export;
mod grid;
mod import;
mod list;
mod row;
pub mod xlsx;

pub use csv::{read as read_csv, write as write_csv};
pub use export::{Table, table};
pub use grid::{Grid, Place, finding as finding_at};
pub use import::{Change, Imported, import};

/// The most rows that a spreadsheet may have.
pub const ROWS_MAX: usize = 20_000;

/// The most columns that a spreadsheet may have.
pub const COLUMNS_MAX: usize = 2_000;

/// The largest file that is read.
pub const FILE_LIMIT_BYTES: u64 = 32 << 20;

/// The column that has a post's id.
const ID: &str = "id";

/// The column that has the version of what was exported.
const VERSION: &str = "version";

#[cfg(test)]
mod tests;
