//! The days on which a count jumped.
//!
//! A day's growth is a jump where its modified z-score is beyond 3.5 (B. Iglewicz and D. Hoaglin, "How to Detect and Handle
//! Outliers", ASQC 1993): 0.6745 times its distance from the median growth, over the median of all such distances. Against
//! accounts on which nearly nothing moves it must also be [`JUMP_MIN`] followers away from the median, and where a platform
//! rounds, more than two of its steps: no jump is read out of rounding.

use chrono::NaiveDate;

use crate::number::Amount;

use super::{Point, rounding};

/// The fewest days' differences among which one can stand out.
pub const DIFFERENCES_MIN: usize = 28;

/// The fewest followers more or less than usual that are a jump.
pub const JUMP_MIN: i64 = 10;

/// What is beyond it is a jump: 3.5 / 0.6745, in thousandths.
const BEYOND_THOUSANDTHS: i128 = 5_189;

/// A day on which a count grew or fell much more than it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// The day.
    pub day: NaiveDate,
    /// By how many it grew.
    pub growth: Amount,
    /// By how many it grows on the middle one of all days.
    pub usual: Amount,
}

/// Returns the days on which a count jumped; none where fewer than [`DIFFERENCES_MIN`] differences of a day are known.
///
/// Where days are missing between two numbers nobody knows on which of them it grew, and they are left out.
pub fn jumps(points: &[Point]) -> Vec<Jump> {
    let daily: Vec<(NaiveDate, i64)> = points
        .windows(2)
        .filter_map(|pair| {
            let (a, b) = (pair.first()?, pair.get(1)?);
            (a.day.succ_opt() == Some(b.day)).then(|| (b.day, (b.count - a.count).millionths()))
        })
        .collect();
    if daily.len() < DIFFERENCES_MIN {
        return Vec::new();
    }
    let usual = median(daily.iter().map(|(_, growth)| *growth).collect());
    let off = |growth: i64| growth.saturating_sub(usual).saturating_abs();
    let spread = median(daily.iter().map(|(_, growth)| off(*growth)).collect());
    let coarse = rounding(points).map_or(0, |step| step.millionths().saturating_mul(2));
    let least = Amount::whole(JUMP_MIN).millionths().max(coarse);
    let is_jump = |growth: i64| {
        let off = off(growth);
        off >= least && off > coarse && i128::from(off) * 1_000 > i128::from(spread) * BEYOND_THOUSANDTHS
    };
    let amount = Amount::from_millionths;
    daily
        .into_iter()
        .filter(|(_, growth)| is_jump(*growth))
        .map(|(day, growth)| Jump { day, growth: amount(growth), usual: amount(usual) })
        .collect()
}

/// Returns the middle one of some numbers, the lower of two.
fn median(mut numbers: Vec<i64>) -> i64 {
    numbers.sort_unstable();
    let middle = numbers.len().saturating_sub(1) / 2;
    numbers.get(middle).copied().unwrap_or(0)
}
