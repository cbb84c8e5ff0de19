//! Advice that can be defended.
mod effect;
mod family;
mod judge;
mod sample;

pub use effect::{Effect, Interval, LEVEL, effect};
pub use family::{Comparison, Entry, POSTS_MIN, Tested, WEEKS_MIN, family, residuals, test};
pub use judge::{Effort, FAMILY_LEVEL, Found, Judged, judge};
pub use crate::calendar::Factor;
pub use sample::{Cell, Sample, Table};
