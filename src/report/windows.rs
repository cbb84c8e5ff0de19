//! Numbers that are counted over windows of time: which windows are added for a period.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};

use crate::reading::{Metric, Readings, Row};
use crate::report::period::Period;

/// How far a window may reach beyond the edge of a period: days are counted in other zones than the calendar's.
const OVERHANG: TimeDelta = TimeDelta::hours(14);

/// The windows that count for a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The rows that are added; no two of their windows overlap.
    pub rows: Vec<u32>,
    /// Rows of the period that are not added, because another window covers their time.
    pub overlapping: Vec<u32>,
    /// Rows that are added whole and reach over the period's edge, by some hours.
    pub across: Vec<u32>,
    /// Rows whose window reaches so far over the edge that it counts for no single period.
    pub beyond: Vec<u32>,
    /// Rows that say no window, so that nobody knows for when they count.
    pub timeless: Vec<u32>,
}

/// Chooses among one subject's rows of one metric. Of each window the last reading until the cutoff holds; of windows that
/// overlap, those are added that cover most time together, and of two such sets the one with more windows.
pub fn choose(readings: &Readings, (rows, first): (&[Row], u32), period: &Period) -> Chosen {
    let mut chosen = Chosen::default();
    let mut found: Vec<(u32, Range<DateTime<Utc>>)> = Vec::new();
    let known = (first..).zip(rows).filter(|(_, row)| row.read() <= period.cutoff_late);
    for (number, row) in known {
        let Some(window) = readings.window(row) else {
            if period.moments.contains(&row.read()) {
                chosen.timeless.push(number);
            }
            continue;
        };
        let middle = window.start + (window.end - window.start) / 2;
        let touches = window.start < period.moments.end && period.moments.start < window.end;
        let is_far =
            period.moments.start - window.start > OVERHANG || window.end - period.moments.end > OVERHANG;
        if !touches || (row.value.is_negative() && row.metric != Metric::Revenue) {
            continue;
        }
        if is_far {
            chosen.beyond.push(number);
        } else if period.moments.contains(&middle) {
            // A later reading of the same window holds, but for one made after the cutoff where there is one before it.
            match found.last_mut().filter(|(_, last)| last == window) {
                Some(_) if row.read() > period.cutoff => {}
                Some(last) => last.0 = number,
                None => found.push((number, window.clone())),
            }
        }
    }
    found.sort_by_key(|(number, window)| (window.end, window.start, *number));
    let best = cover(&found);
    for (at, (number, window)) in found.iter().enumerate() {
        if best.contains(&at) {
            chosen.rows.push(*number);
            if window.start < period.moments.start || period.moments.end < window.end {
                chosen.across.push(*number);
            }
        } else {
            chosen.overlapping.push(*number);
        }
    }
    chosen
}

/// Returns the windows, sorted by their ends, that cover most time without an overlap.
fn cover(windows: &[(u32, Range<DateTime<Utc>>)]) -> Vec<usize> {
    // For the first so many windows: the time that the best choice covers, and its count.
    let mut best: Vec<(i64, usize)> = vec![(0, 0)];
    let mut taken: Vec<Option<usize>> = Vec::with_capacity(windows.len());
    for (at, (_, window)) in windows.iter().enumerate() {
        let before = windows.partition_point(|(_, other)| other.end <= window.start).min(at);
        let (secs, count) = best.get(before).copied().unwrap_or_default();
        let with = (secs + (window.end - window.start).num_seconds(), count + 1);
        let without = best.last().copied().unwrap_or_default();
        taken.push((with > without).then_some(before));
        best.push(with.max(without));
    }
    let mut chosen = Vec::new();
    let mut at = windows.len();
    while let Some(last) = at.checked_sub(1) {
        match taken.get(last).copied().flatten() {
            Some(before) => {
                chosen.push(last);
                at = before;
            }
            None => at = last,
        }
    }
    chosen.reverse();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::HEAD;
    use crate::report::period::{days, periods};
    use crate::time::Zone;

    fn told(rows: &[(&str, &str, u32)]) -> (Vec<String>, [usize; 4]) {
        let lines: Vec<String> = rows
            .iter()
            .map(|(from, until, value)| {
                format!("2027-02-01T00:00:00Z,account/a,mentions,m,{value},,{from}Z,{until}Z,")
            })
            .collect();
        let text = format!("{HEAD}\n{}\n", lines.join("\n"));
        let readings = Readings::read([("readings/a.csv", text.as_str())]);
        assert_eq!(readings.flaws, []);
        let days = days("2027-01-01".parse().unwrap(), false).unwrap();
        let period = periods(&days, &Zone::utc(), "2027-02-02T00:00:00Z".parse().unwrap()).unwrap().remove(0);
        let chosen = choose(&readings, (&readings.rows, 0), &period);
        let value = |row: &u32| readings.rows[*row as usize].value.to_string();
        let Chosen { rows, overlapping, across, beyond, .. } = &chosen;
        (
            rows.iter().map(value).collect(),
            [overlapping.len(), across.len(), beyond.len(), chosen.timeless.len()],
        )
    }

    #[test]
    fn windows_that_cover_most_are_added_and_none_twice() {
        let month = ("2027-01-01T00:00:00", "2027-02-01T00:00:00", 100);
        let half = [
            ("2027-01-01T00:00:00", "2027-01-08T00:00:00", 20),
            ("2027-01-08T00:00:00", "2027-01-15T00:00:00", 21),
        ];
        assert_eq!(told(&[half[0], half[1], month]), (vec!["100".to_owned()], [2, 0, 0, 0]));
        let rest = ("2027-01-15T00:00:00", "2027-02-01T00:00:00", 40);
        assert_eq!(told(&[half[0], half[1], rest, month]).0, ["20", "21", "40"]);
        assert_eq!(told(&[half[0], half[1]]).0, ["20", "21"]);
    }

    #[test]
    fn a_window_counts_where_its_middle_lies() {
        let edge = [
            ("2026-12-31T23:00:00", "2027-01-01T23:00:00", 1),
            ("2027-01-31T23:00:00", "2027-02-01T23:00:00", 2),
        ];
        assert_eq!(told(&edge), (vec!["1".to_owned()], [0, 1, 1, 0]));
        assert_eq!(told(&[("2026-12-01T00:00:00", "2027-03-01T00:00:00", 7)]), (vec![], [0, 0, 1, 0]));
    }
}
