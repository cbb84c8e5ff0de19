//! Events of other people's calendars: brought into their file, and looked at against the posts.
//!
//! Both are functions of values: [`merge`] of a file's text and what was read of a source, [`align`] of a calendar.

mod align;
mod matching;
mod merge;

pub use align::{Alignment, Options, Row, Standing, align};
pub use matching::Reason;
pub use merge::{Became, Header, Merged, News, merge};
