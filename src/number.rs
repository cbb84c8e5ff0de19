//! Exact numbers: what platforms count and what is computed from it, without a rounding before it is shown.
//!
//! An [`Amount`] is a count, a sum of money or seconds, in millionths. A [`Ratio`] is two amounts and stays two until it is
//! written out, half to even: the same rows give the same digits on every machine.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

/// How many digits an amount has behind its point.
const PLACES: usize = 6;

/// One whole, in millionths.
const ONE: i64 = 1_000_000;

/// An exact number with six digits behind its point, between about -9.2 and 9.2 million million.
///
/// Adding saturates at those bounds, which no count of people comes near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

impl Amount {
    /// Nothing of it: a zero that was counted.
    pub const ZERO: Amount = Amount(0);

    /// Returns a whole number as an amount.
    pub fn whole(count: i64) -> Amount {
        Amount(count.saturating_mul(ONE))
    }

    /// Returns an amount of millionths.
    pub fn from_millionths(millionths: i64) -> Amount {
        Amount(millionths)
    }

    /// Returns it in millionths.
    pub fn millionths(self) -> i64 {
        self.0
    }

    /// Tells whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Returns the nearest binary number: for statistics and drawings, never for what is printed.
    pub fn approximate(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an approximation is asked for")]
        let millionths = self.0 as f64;
        millionths / 1e6
    }

    /// Returns this amount over another; absent where that is zero.
    pub fn over(self, other: Amount) -> Option<Ratio> {
        Ratio::new(self.0.into(), other.0.into())
    }
}

impl Add for Amount {
    type Output = Amount;

    fn add(self, other: Amount) -> Amount {
        Amount(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Amount;

    fn sub(self, other: Amount) -> Amount {
        Amount(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::ZERO, Add::add)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, rest) = (size / ONE.unsigned_abs(), size % ONE.unsigned_abs());
        if rest == 0 {
            return f.pad_integral(self.0 >= 0, "", &whole.to_string());
        }
        let digits = format!("{rest:0PLACES$}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// It is no decimal number with a point.
    #[error("it is no number")]
    NoNumber,
    /// It has more digits than are kept.
    #[error("it has more than {PLACES} digits behind the point")]
    TooFine,
    /// It is beyond what is kept.
    #[error("it is too large")]
    TooLarge,
}

impl FromStr for Amount {
    type Err = AmountFault;

    /// Reads `12`, `-3.25`: a point, no grouping, no exponent.
    fn from_str(text: &str) -> Result<Amount, AmountFault> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, behind) = match digits.split_once('.') {
            Some((whole, behind)) if !behind.is_empty() => (whole, behind),
            Some(_) => return Err(AmountFault::NoNumber),
            None => (digits, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(behind.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(AmountFault::NoNumber);
        }
        let behind = behind.trim_end_matches('0');
        if behind.len() > PLACES {
            return Err(AmountFault::TooFine);
        }
        let digit = |total: Option<i64>, b: u8| total?.checked_mul(10)?.checked_add(i64::from(b - b'0'));
        let padding = std::iter::repeat_n(b'0', PLACES - behind.len());
        let millionths = whole.bytes().chain(behind.bytes()).chain(padding).fold(Some(0), digit);
        let size = millionths.ok_or(AmountFault::TooLarge)?;
        Ok(Amount(if is_negative { -size } else { size }))
    }
}

/// One number over another, exactly.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    numerator: i128,
    /// Above zero.
    denominator: i128,
}

impl Ratio {
    /// Returns a ratio; absent where it would divide by zero.
    pub fn new(numerator: i128, denominator: i128) -> Option<Ratio> {
        match denominator.cmp(&0) {
            Ordering::Greater => Some(Ratio { numerator, denominator }),
            Ordering::Less => Some(Ratio { numerator: -numerator, denominator: -denominator }),
            Ordering::Equal => None,
        }
    }

    /// Returns what stands above and below the line, in lowest terms.
    pub fn parts(self) -> (i128, i128) {
        let (mut a, mut b) = (self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let common = i128::try_from(a.max(1)).unwrap_or(1);
        (self.numerator / common, self.denominator / common)
    }

    /// Returns so many times it.
    pub fn times(self, factor: i64) -> Ratio {
        Ratio { numerator: self.numerator.saturating_mul(factor.into()), ..self }
    }

    /// Returns the nearest amount, half to even.
    pub fn amount(self) -> Amount {
        let millionths = rounded(self.numerator.saturating_mul(ONE.into()), self.denominator);
        let end = if millionths < 0 { i64::MIN } else { i64::MAX };
        Amount(i64::try_from(millionths).unwrap_or(end))
    }

    /// Writes it with so many digits behind the point, half to even.
    pub fn show(self, places: u32) -> String {
        let scale = 10_i128.pow(places.min(PLACES as u32));
        let scaled = rounded(self.numerator.saturating_mul(scale), self.denominator);
        let sign = if scaled < 0 { "-" } else { "" };
        let (whole, behind) = (scaled.abs() / scale, scaled.abs() % scale);
        match usize::try_from(places) {
            Ok(0) | Err(_) => format!("{sign}{whole}"),
            Ok(places) => format!("{sign}{whole}.{behind:0width$}", width = places.min(PLACES)),
        }
    }

    /// Returns the nearest binary number: for statistics and drawings, never for what is printed.
    pub fn approximate(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an approximation is asked for")]
        let (numerator, denominator) = (self.numerator as f64, self.denominator as f64);
        numerator / denominator
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let left = self.numerator.saturating_mul(other.denominator);
        left.cmp(&other.numerator.saturating_mul(self.denominator))
    }
}

/// Divides by what is above zero and rounds, half to even.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    let is_up = match rest.cmp(&(denominator - rest)) {
        Ordering::Greater => true,
        Ordering::Equal => whole % 2 != 0,
        Ordering::Less => false,
    };
    whole + i128::from(is_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_it_is_read() {
        for text in ["0", "12", "-3.25", "0.000001", "9223372036854.775807", "-0.5"] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
        assert_eq!("1.500000000".parse::<Amount>().unwrap().to_string(), "1.5");
        for (text, fault) in [
            ("", AmountFault::NoNumber),
            ("-", AmountFault::NoNumber),
            ("1.", AmountFault::NoNumber),
            (".5", AmountFault::NoNumber),
            ("1,5", AmountFault::NoNumber),
            ("+1", AmountFault::NoNumber),
            ("1e3", AmountFault::NoNumber),
            ("٣", AmountFault::NoNumber),
            ("0.0000001", AmountFault::TooFine),
            ("9223372036854.775808", AmountFault::TooLarge),
            ("99999999999999999999", AmountFault::TooLarge),
        ] {
            assert_eq!(text.parse::<Amount>(), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_ratio_is_rounded_once_half_to_even() {
        let ratio = |a: i128, b: i128| Ratio::new(a, b).unwrap();
        assert_eq!(
            [(1, 8), (3, 8), (-1, 8), (-3, 8), (1, 3), (2, 3)].map(|(a, b)| ratio(a, b).show(2)),
            ["0.12", "0.38", "-0.12", "-0.38", "0.33", "0.67"]
        );
        assert_eq!(
            [(1, 2), (3, 2), (-1, 2), (5, -2)].map(|(a, b)| ratio(a, b).show(0)),
            ["0", "2", "0", "-2"]
        );
        assert_eq!(ratio(-1, 1000).show(2), "0.00");
        assert!(Ratio::new(1, 0).is_none());
        assert_eq!(ratio(1, 3).times(100).show(1), "33.3");
        assert_eq!(ratio(2, 4), ratio(1, 2));
        assert_eq!(ratio(-6, 4).parts(), (-3, 2));
        assert!(ratio(1, 3) < ratio(2, 5) && ratio(1, -3) < ratio(0, 1));
        assert_eq!(Amount::whole(10).over(Amount::whole(4)).unwrap().amount().to_string(), "2.5");
    }
}
