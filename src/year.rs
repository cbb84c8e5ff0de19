//! The year as a whole: what its schedule asks for, what there is, what is missing, and where slots are laid.
//!
//! A [`Board`] has every post and every open slot of a year, each once; whoever asks about the year asks the board. All
//! of this is functions of values: the moment is an argument, and nothing is left to chance.

mod board;
mod gap;
mod known;
mod lay;
mod layout;
mod month;
mod room;
mod trial;
mod write;

pub use board::{Board, Covered, Item, Origin};
pub use gap::{LEAD, check};
pub use lay::lay;
pub use layout::{Laid, Layout, Moved, Tally, Unmet};
pub use month::Month;
pub use room::{Obstacle, times};
pub use trial::{Arm, On, Trial, TrialLayout, trial};
pub use write::{WriteFault, head, written};

#[cfg(test)]
mod tests;
