//! The months of a calendar, as moments in its zone.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};

use crate::time::{Fold, Zone};

/// How many months are looked back on.
const LOOKED_BACK: Months = Months::new(12);

/// Returns the first moment of a day where the clocks are those of a zone.
fn begin(day: NaiveDate, zone: &Zone) -> DateTime<Utc> {
    zone.resolve_somehow(day.and_time(NaiveTime::MIN), Some(Fold::Earlier)).unwrap_or_default()
}

/// Returns a month's first moment and that of the next one; `first` is its first day.
pub fn month(first: NaiveDate, zone: &Zone) -> (DateTime<Utc>, DateTime<Utc>) {
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    (begin(first, zone), begin(next, zone))
}

/// Returns the first moment of the year that ends with a month, and the first moment after it.
pub fn year_until(first: NaiveDate, zone: &Zone) -> (DateTime<Utc>, DateTime<Utc>) {
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    (begin(next.checked_sub_months(LOOKED_BACK).unwrap_or(next), zone), begin(next, zone))
}
