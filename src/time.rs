//! Wall clocks in zones: what "nine in the morning in Lisbon" is, and when it comes again.
//!
//! The types of this room are chrono's; the rules of the zones come from the time zone database, read by jiff and
//! by nothing else in the program.

mod database;
mod duration;
mod every;
mod moment;
mod recurrence;
mod rrule;
mod zone;

use chrono::{DateTime, TimeDelta, Utc};

pub use duration::{DurationFault, parse_duration, show_duration};
pub use moment::{MomentFault, parse_moment};
pub use recurrence::{Every, EveryFault, Ordinal, Recurrence, show_weekday};
pub use rrule::{Frequency, Nth, Rule, RuleFault, Until, Yield};
pub use zone::{Fold, Gap, UnknownZone, WallFault, Zone, show_offset};

/// The time, as whoever acts in it sees it.
pub trait Clock: Sync {
    /// Returns the moment.
    fn now(&self) -> DateTime<Utc>;

    /// Waits.
    fn wait(&self, span: TimeDelta);
}

/// Returns the nearest of some words to one that is not among them, if one is near enough to be meant.
///
/// Near enough is a third of the word's letters wrong, at most; letter case is not looked at.
pub fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let allowed = lower.chars().count().div_ceil(3);
    words
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= allowed && known.chars().count() > *distance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        assert_eq!(nearest("educaton", ["exhibitions", "education"]), Some("education"));
        assert_eq!(nearest("Education", ["education"]), Some("education"));
    }

    #[test]
    fn a_word_of_its_own_finds_nothing() {
        assert_eq!(nearest("shop", ["exhibitions", "education"]), None);
        assert_eq!(nearest("", ["x"]), None);
        assert_eq!(nearest("ab", ["c"]), None);
    }
}
