//! Numbers as people read them: rounded once, half to even, with the same letters everywhere.

use crate::definition::{Measure, Unit};
use crate::number::Amount;
use crate::report::trace::Value;

/// Writes a measure's number: `12,345`, `2.31%`, `1 h 20 min`, `EUR 3.20`.
pub fn show(value: Value, measure: Measure, currency: Option<&str>) -> String {
    match measure.definition().unit {
        Unit::Percent => format!("{}%", rounded(value, 100, 2)),
        Unit::Each => grouped(&rounded(value, 1, 1)),
        Unit::Seconds => duration(&rounded(value, 1, 0)),
        Unit::Money => {
            let amount = grouped(&rounded(value, 1, 2));
            currency.filter(|unit| !unit.is_empty()).map_or(amount.clone(), |unit| format!("{unit} {amount}"))
        }
        Unit::Count => match value {
            Value::Amount(amount) => {
                let shown = grouped(&amount.to_string());
                if is_signed(measure) && amount > Amount::ZERO { format!("+{shown}") } else { shown }
            }
            Value::Ratio(ratio) => grouped(&ratio.show(2)),
        },
    }
}

/// Tells whether a measure is a movement, so that its sign is always shown.
fn is_signed(measure: Measure) -> bool {
    matches!(measure, Measure::GoalMoved | Measure::FollowersGained)
}

/// Writes so many times an exact number with so many digits behind the point.
fn rounded(value: Value, times: i64, places: u32) -> String {
    let ratio = match value {
        Value::Ratio(ratio) => Some(ratio),
        Value::Amount(amount) => amount.over(Amount::whole(1)),
    };
    ratio.map(|ratio| ratio.times(times).show(places)).unwrap_or_default()
}

/// Puts a comma between thousands.
fn grouped(number: &str) -> String {
    let (sign, size) = number.strip_prefix('-').map_or(("", number), |size| ("-", size));
    let (whole, behind) = size.split_once('.').map_or((size, None), |(whole, behind)| (whole, Some(behind)));
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    behind.map_or(text.clone(), |behind| format!("{text}.{behind}"))
}

/// Writes seconds as the two greatest units that they have.
fn duration(secs: &str) -> String {
    let Ok(secs) = secs.parse::<i64>() else { return String::new() };
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let at = units.iter().position(|(size, _)| secs >= *size).unwrap_or(units.len() - 1);
    let mut rest = secs;
    let mut words = Vec::new();
    for (size, unit) in units.iter().skip(at).take(2) {
        let count = rest / size;
        rest %= size;
        if count > 0 || words.is_empty() {
            words.push(format!("{} {unit}", grouped(&count.to_string())));
        }
    }
    words.join(" ")
}

/// What a number is called that did not move.
pub const SAME: &str = "same";

/// Writes how a number moved against another: `+12.3%` of what it was; `+0.40 pp`, percentage points, for a rate; `same`.
pub fn change(now: Value, before: Value, measure: Measure) -> Option<String> {
    if now == before {
        return Some(SAME.to_owned());
    }
    if measure.definition().unit == Unit::Percent {
        // Both are rounded as they are shown, so that a reader who subtracts finds the same.
        let points = |value: Value| rounded(value, 100, 2).parse::<Amount>().ok();
        let moved = points(now)? - points(before)?;
        let shown = moved.over(Amount::whole(1))?.show(2);
        return Some(format!("{} pp", signed(&shown)));
    }
    let exact = |value: Value| match value {
        Value::Amount(amount) => amount,
        Value::Ratio(ratio) => ratio.amount(),
    };
    let (now, before) = (exact(now), exact(before));
    let moved = (now - before).over(before)?;
    let moved = if before.is_negative() { moved.times(-1) } else { moved };
    Some(format!("{}%", signed(&moved.times(100).show(1))))
}

/// Puts a plus before a number above zero.
fn signed(number: &str) -> String {
    let is_above = !number.starts_with('-') && number.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if is_above { format!("+{number}") } else { number.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Ratio;

    #[test]
    fn numbers_are_shown_rounded_once() {
        let whole = |count: i64| Value::Amount(Amount::whole(count));
        let part = |a: i128, b: i128| Value::Ratio(Ratio::new(a, b).unwrap());
        assert_eq!(show(whole(1_234_567), Measure::Impressions, None), "1,234,567");
        assert_eq!(show(whole(-1234), Measure::FollowersGained, None), "-1,234");
        assert_eq!(show(whole(12), Measure::FollowersGained, None), "+12");
        assert_eq!(show(part(1, 32), Measure::ClickThrough, None), "3.12%");
        assert_eq!(show(part(100, 3), Measure::Applause, None), "33.3");
        assert_eq!(show(part(1000, 3), Measure::CostPerClick, Some("EUR")), "EUR 333.33");
        for (secs, shown) in
            [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (4_800, "1 h 20 min"), (180_001, "2 d 2 h")]
        {
            assert_eq!(show(whole(secs), Measure::ReplyMedian, None), shown);
        }
    }

    #[test]
    fn a_change_is_in_per_cent_and_that_of_a_rate_in_points() {
        let whole = |count: i64| Value::Amount(Amount::whole(count));
        let part = |a: i128, b: i128| Value::Ratio(Ratio::new(a, b).unwrap());
        assert_eq!(change(whole(112), whole(100), Measure::Posts).as_deref(), Some("+12.0%"));
        assert_eq!(change(whole(1), whole(0), Measure::Posts), None);
        assert_eq!(change(whole(9), whole(9), Measure::Posts).as_deref(), Some("same"));
        assert_eq!(change(part(1, 40), part(1, 30), Measure::ClickThrough).as_deref(), Some("-0.83 pp"));
    }
}
