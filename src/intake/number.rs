//! Numbers as programs and people write them: `1,234.5`, `1.234,5`, `12K`, `1,2 mil`, `3 456`.
//!
//! Whether a point or a comma stands before the fractions is decided for a column by all of its cells. Where none of them
//! tells, as `1.234` alone does not, it is not guessed.

use crate::calendar::Decimal;
use crate::number::{Amount, Ratio};

/// A number as it is written, before it is known what its marks mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    is_negative: bool,
    /// Digits, points and commas.
    digits: String,
    /// What it is times, by the word behind it: `K` is 1,000.
    times: i64,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing: it is empty, or says so.
    Absent,
    /// A number.
    Number(Written),
    /// A share: `3.5%`, which is no count.
    Share,
    /// A length of time: `1:02:03`, in seconds.
    Clock(i64),
    /// Something else.
    Other,
}

/// What a number says of what its marks mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Nothing: it has no marks, or those of thousands only between which there can be no doubt.
    Nothing,
    /// This one stands before the fractions.
    Is(Decimal),
    /// It can be read in two ways.
    Unclear,
}

/// What stands for nothing.
const NOTHING: [&str; 12] =
    ["-", "--", "–", "—", "n/a", "na", "n.a.", "null", "none", "nan", "(not set)", "…"];

/// The words for thousands and millions that platforms put behind a number that they round.
const TIMES: [(&str, i64); 12] = [
    ("k", 1_000),
    ("mil", 1_000),
    ("tsd", 1_000),
    ("tsd.", 1_000),
    ("m", 1_000_000),
    ("mi", 1_000_000),
    ("mln", 1_000_000),
    ("mio", 1_000_000),
    ("mio.", 1_000_000),
    ("mn", 1_000_000),
    ("b", 1_000_000_000),
    ("bn", 1_000_000_000),
];

/// The most digits of a number.
const DIGITS_MAX: usize = 30;

/// Reads a cell as far as it can be read alone.
pub fn find(cell: &str) -> Found {
    let cell = cell.trim();
    let lower = cell.to_lowercase();
    if cell.is_empty() || NOTHING.contains(&lower.as_str()) {
        return Found::Absent;
    }
    if cell.ends_with('%') {
        return Found::Share;
    }
    if let Some(seconds) = clock(cell) {
        return Found::Clock(seconds);
    }
    let (is_negative, rest) = signed(cell);
    let rest = rest.trim_start_matches(is_currency).trim_end_matches(is_currency).trim();
    let end = rest.find(|c: char| c.is_alphabetic()).unwrap_or(rest.len());
    let (digits, word) = rest.split_at(end);
    let times = match word.to_lowercase().as_str() {
        "" => Some(1),
        word => TIMES.iter().find(|(known, _)| *known == word).map(|(_, times)| *times),
    };
    let (Some(times), Some(digits)) = (times, ungrouped(digits.trim())) else { return Found::Other };
    Found::Number(Written { is_negative, digits, times })
}

fn is_currency(c: char) -> bool {
    matches!(c, '€' | '$' | '£' | '¥') || c.is_whitespace()
}

fn signed(cell: &str) -> (bool, &str) {
    if let Some(inside) = cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return (true, inside);
    }
    match cell.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, cell),
    }
}

/// Takes out the blanks and apostrophes that part thousands; nothing where it is no number.
fn ungrouped(digits: &str) -> Option<String> {
    let is_blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    if digits.contains(is_blank) {
        let whole = digits.find(['.', ',']).unwrap_or(digits.len());
        let groups: Vec<&str> = digits.get(..whole)?.split(is_blank).collect();
        let fits = |(number, group): (usize, &&str)| match number {
            0 => (1..=3).contains(&group.len()),
            _ => group.len() == 3,
        };
        if !groups.iter().enumerate().all(fits) {
            return None;
        }
    }
    let digits: String = digits.chars().filter(|c| !is_blank(*c)).collect();
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    (is_number && digits.len() <= DIGITS_MAX).then_some(digits)
}

/// Reads `1:02:03` and `0:41`: hours, minutes and seconds.
fn clock(cell: &str) -> Option<i64> {
    let parts: Vec<&str> = cell.split(':').collect();
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| (1..=4).contains(&part.len())) {
        return None;
    }
    let digits =
        |part: &&str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten();
    let parts: Vec<i64> = parts.iter().map(digits).collect::<Option<_>>()?;
    let small = parts.iter().skip(1).all(|part| *part < 60);
    small.then(|| parts.iter().fold(0, |total, part| total * 60 + part))
}

impl Written {
    /// Tells whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.is_negative && self.digits.bytes().any(|b| (b'1'..=b'9').contains(&b))
    }

    /// Tells whether a word behind it says that it is rounded.
    pub fn is_rounded(&self) -> bool {
        self.times > 1
    }

    /// Returns what it says of its marks.
    pub fn says(&self) -> Says {
        let mut marks = self.digits.char_indices().filter(|(_, c)| !c.is_ascii_digit());
        let (first, last) = (marks.next(), self.digits.rfind(['.', ',']));
        let (Some((at, mark)), Some(last)) = (first, last) else { return Says::Nothing };
        let of = |mark: char| if mark == '.' { Decimal::Point } else { Decimal::Comma };
        let other =
            |decimal: Decimal| if decimal == Decimal::Point { Decimal::Comma } else { Decimal::Point };
        let end = self.digits.get(last..).and_then(|rest| rest.chars().next()).unwrap_or(mark);
        if mark != end {
            return Says::Is(of(end));
        }
        if at != last {
            // One mark several times parts thousands, so fractions have the other.
            return Says::Is(other(of(mark)));
        }
        let (before, behind) = (at, self.digits.len() - at - 1);
        let leads_zero = self.digits.starts_with('0');
        if behind != 3 || before > 3 || leads_zero { Says::Is(of(mark)) } else { Says::Unclear }
    }

    /// Returns its value, its fractions behind this mark; nothing where its thousands are not where they belong, or it is
    /// too large.
    pub fn value(&self, decimal: Decimal) -> Option<Amount> {
        let (point, group) = match decimal {
            Decimal::Point => ('.', ','),
            Decimal::Comma => (',', '.'),
        };
        let mut parts = self.digits.split(point);
        let (whole, behind) = (parts.next()?, parts.next());
        if parts.next().is_some() || behind.is_some_and(|behind| behind.contains(group)) {
            return None;
        }
        let groups: Vec<&str> = whole.split(group).collect();
        // In India thousands stand alone at the end, and pairs before them.
        let (first, rest) = groups.split_first()?;
        let last = rest.last();
        let fits = rest.is_empty()
            || (first.len() <= 3
                && last.is_some_and(|last| last.len() == 3)
                && (rest.iter().all(|group| group.len() == 3)
                    || (first.len() <= 2 && rest.iter().rev().skip(1).all(|group| group.len() == 2))));
        if !fits {
            return None;
        }
        let behind = behind.unwrap_or_default();
        let digits = groups.concat() + behind;
        let number = digits.parse::<i128>().ok()?.checked_mul(self.times.into())?;
        let scale = 10_i128.checked_pow(u32::try_from(behind.len()).ok()?)?;
        let size = number.checked_mul(1_000_000)? / scale;
        i64::try_from(size).ok()?;
        let value = Ratio::new(number, scale)?.amount();
        Some(if self.is_negative { Amount::ZERO - value } else { value })
    }
}

/// What the cells of a column say together.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// How many say that the point, and how many that the comma, stands before fractions.
    told: (usize, usize),
    /// How many can be read in two ways.
    unclear: usize,
}

impl Column {
    /// Hears one cell.
    pub fn hear(&mut self, written: &Written) {
        match written.says() {
            Says::Nothing => {}
            Says::Is(Decimal::Point) => self.told.0 += 1,
            Says::Is(Decimal::Comma) => self.told.1 += 1,
            Says::Unclear => self.unclear += 1,
        }
    }

    /// Returns which mark stands before its fractions; nothing where its cells do not tell, or contradict each other.
    pub fn decimal(&self) -> Option<Decimal> {
        match (self.told, self.unclear) {
            ((0, 0), 0) => Some(Decimal::Point),
            ((1.., 0), _) => Some(Decimal::Point),
            ((0, 1..), _) => Some(Decimal::Comma),
            _ => None,
        }
    }

    /// Tells whether its cells contradict each other.
    pub fn is_torn(&self) -> bool {
        self.told.0 > 0 && self.told.1 > 0
    }
}
