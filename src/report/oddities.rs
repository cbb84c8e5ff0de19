//! What is met on the way through the rows that a reader should know.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::draft::AccountId;
use crate::reading::{Metric, Row};

/// What was met on the way through the rows that a reader should know.
#[derive(Debug, Clone, Default)]
pub struct Oddities {
    /// Rows below zero, which count for nothing.
    pub negative: Vec<u32>,
    /// Rows that are lower than the reading of the same counter before them.
    pub backwards: Vec<u32>,
    /// Rows that disagree with another of the same moment; the greater counts.
    pub conflicting: Vec<u32>,
    /// Rows of posts that are counted over a window that does not reach back to their publication.
    pub partial: Vec<u32>,
    /// By account and metric: the names that the platform has had for it, with the first and the last row under each.
    pub names: BTreeMap<(AccountId, Metric), BTreeMap<u16, Span>>,
}

/// The first and the last row of something: the second of its reading, and its place.
pub type Span = ((u32, u32), (u32, u32));

/// Notes rows of one moment that disagree.
pub fn clashes(oddities: &mut Oddities, (rows, first): (&[Row], u32), until: DateTime<Utc>) {
    for (number, pair) in (first..).zip(rows.windows(2)) {
        if let [a, b] = pair
            && (a.window, a.read_secs) == (b.window, b.read_secs)
            && a.value != b.value
            && a.read() <= until
        {
            oddities.conflicting.push(number);
        }
    }
}

/// Notes the names that the platform gives to what is counted.
pub fn name_rows(
    oddities: &mut Oddities,
    account: &AccountId,
    (rows, first): (&[Row], u32),
    until: DateTime<Utc>,
) {
    let mut start = first;
    for same in rows.chunk_by(|a, b| a.native == b.native) {
        let begin = start;
        start = start.saturating_add(u32::try_from(same.len()).unwrap_or(u32::MAX));
        let (Some(row), Some(last)) = (same.first().filter(|row| row.read() <= until), same.last()) else {
            continue;
        };
        let names = match oddities.names.get_mut(&(account.clone(), row.metric)) {
            Some(names) => names,
            None => oddities.names.entry((account.clone(), row.metric)).or_default(),
        };
        let (oldest, newest) = ((row.read_secs, begin), (last.read_secs, start.saturating_sub(1)));
        let span = names.entry(row.native).or_insert((oldest, newest));
        *span = (span.0.min(oldest), span.1.max(newest));
    }
}
