//! Advice that can be defended: which of a year's posts earned more than others, beyond what chance does.
//!
//! # The model
//!
//! What a post had earned seven days after it went out is taken as a logarithm, `log(1 + n)`: effects multiply, and one post that
//! goes round the world is not worth a hundred. Posts are compared **only with posts of the same account and week** (Monday to
//! Sunday in the calendar's zone), whose middle is taken off: how large an account is, how it grows, the season, holidays and a
//! week in which everything went well are in both and fall out. Posts of several accounts of one platform are pooled after that.
//!
//! A *cell* is a platform's posts that are alike in one thing: the part of the day (on weekdays, at the weekend), the form, the
//! department, a coarse length, a tag. It is compared where at least 12 of its posts stand in one week with at least 12 others, in
//! at least 8 weeks. All cells of all platforms are one *family*.
//!
//! # The test
//!
//! * Residuals are brought near beyond two spreads (Huber, *Robust Estimation of a Location Parameter*, Annals of Mathematical
//!   Statistics 35, 1964, doi:10.1214/aoms/1177703732).
//! * A cell's score adds up its weighted residuals by week and divides by how much the weeks differ: Student's t with the week as
//!   the unit, so that five posts of one lucky subject count once. Its degrees of freedom are those of unequal weeks, its tails
//!   brought to the normal ones (Wallace, *Bounds on Normal Approximations to Student's and the Chi-Square Distributions*, Annals
//!   of Mathematical Statistics 30, 1959).
//! * One permutation test over the family: the residuals of each account's week are put in another order, all scores are computed
//!   anew, and the largest is kept (Westfall and Young, *Resampling-Based Multiple Testing*, Wiley 1993). Where posts of an
//!   account's week are exchangeable at most 5 % of months give any advice, exactly; because the score is studentised it holds in
//!   large samples where they are not (Chung and Romano, *Exact and asymptotically robust permutation tests*, Annals of Statistics
//!   41, 2013, doi:10.1214/13-AOS1090). Each account is put in order by itself: where a post goes to several accounts their scores
//!   go together, and the largest of them is smaller than chance draws it.
//! * The clearest effect is taken out, and the rest tested anew, until nothing stands out (after Freedman and Lane, *A Nonstochastic
//!   Interpretation of Reported Significance Levels*, Journal of Business & Economic Statistics 1, 1983). What only went together
//!   with it stands out no more; what cannot be told apart from it is named.
//!
//! # The effect
//!
//! * Huber's location of all differences between a post of the cell and another of the same account and week (after Hodges and
//!   Lehmann, *Estimates of Location Based on Rank Tests*, Annals of Mathematical Statistics 34, 1963,
//!   doi:10.1214/aoms/1177704172).
//! * Its error by a bootstrap that draws whole weeks (Künsch, *The Jackknife and the Bootstrap for General Stationary Observations*,
//!   Annals of Statistics 17, 1989, doi:10.1214/aos/1176347265) from the estimating function (Hu and Kalbfleisch, *The estimating
//!   function bootstrap*, Canadian Journal of Statistics 28, 2000), with Student's quantiles.
//! * What is said is what stood out, and what stands out is larger than it is. The interval is therefore that of an effect seen *only
//!   because* its score was beyond the cut, and the estimate, shrunk towards zero, is the median-unbiased one of that (Zhong and
//!   Prentice, *Bias-reduced estimators and confidence intervals for odds ratios in genome-wide association studies*, Biostatistics
//!   9, 2008, doi:10.1093/biostatistics/kxn001). A normal prior over all cells would shrink a single true effect among many
//!   idle cells to nothing, and its interval would miss it.
//!
//! `tests/honesty.rs` holds all of it against years whose truth is known.
//!
//! Nothing looks at a clock, and chance is drawn from the rows themselves: the same rows, the same advice, the same bytes.

mod effect;
mod experiment;
mod family;
mod judge;
mod month;
mod power;
mod rows;
mod said;
mod sample;

pub use crate::calendar::Factor;
pub use effect::{Effect, Interval, LEVEL, effect};
pub use experiment::{ARM_MIN, Drawn, Settled, drawn, settle};
pub use family::{
    Comparison, Entry, POSTS_MIN, Tested, WEEKS_MIN, comparisons, family, orders, residuals, test,
};
pub use judge::{Effort, FAMILY_LEVEL, Found, Judged, judge};
pub use power::{ASKED, posts_of_experiment, power, power_of_experiment, smallest, spread};
pub use rows::{By, Counted, DAY_PARTS, LENGTHS, LeftOut, Rows, earned, levels_of, rows};
pub use said::{Advice, Answer, Companion, Reach, Scored, Verdict, answer};
pub use sample::{Cell, Sample, Table};

/// Returns an effect on the logarithmic scale in percent: how much more, or less below zero.
pub fn percent(effect: f64) -> f64 {
    100.0 * libm::expm1(effect)
}

#[cfg(test)]
mod tests;
