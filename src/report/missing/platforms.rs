//! What platforms do not give, cease to give, call otherwise, and round.

use std::collections::{BTreeMap, BTreeSet};

use super::{Notes, place};
use crate::definition::given;
use crate::draft::AccountId;
use crate::number::Amount;
use crate::reading::{Metric, Nature, Subject};
use crate::report::oddities::Span;

/// What a reader looks for on every platform.
const SOUGHT: [Metric; 6] =
    [Metric::Impressions, Metric::Reach, Metric::Likes, Metric::Replies, Metric::Reposts, Metric::Clicks];

/// What an account's posts have, in each of the report's times.
#[derive(Default)]
struct Has {
    /// The posts that have any reading.
    posts: [usize; 3],
    /// How many of them have each metric.
    metrics: [BTreeMap<Metric, usize>; 3],
}

/// What platforms do not give, and what they ceased to give.
pub fn metrics(notes: &mut Notes<'_, '_>) {
    let mut of_account: BTreeMap<&AccountId, Has> = BTreeMap::new();
    for placed in notes.frame.placed.iter().filter(|placed| placed.has_rows) {
        let Some(work) = notes.frame.evidence.works.get(placed.work as usize) else { continue };
        let has = of_account.entry(&work.account).or_default();
        let (posts, metrics) = (has.posts.get_mut(placed.period), has.metrics.get_mut(placed.period));
        let (Some(posts), Some(metrics)) = (posts, metrics) else { continue };
        *posts += 1;
        for metric in Metric::ALL.iter().filter(|metric| metric.nature() == Nature::Counter) {
            if placed.row(*metric).is_some() {
                *metrics.entry(*metric).or_default() += 1;
            }
        }
    }
    for (account, has) in &of_account {
        if has.posts.first().is_some_and(|posts| *posts > 0) {
            of_one(notes, account, has);
        }
    }
}

/// What one account's posts lack.
fn of_one(notes: &mut Notes<'_, '_>, account: &AccountId, has: &Has) {
    let ([posts, ..], [now, others @ ..]) = (&has.posts, &has.metrics);
    let listed = |metrics: &[Metric], between: &str| {
        metrics.iter().map(|metric| metric.as_str()).collect::<Vec<_>>().join(between)
    };
    let before: BTreeSet<Metric> = others.iter().flat_map(BTreeMap::keys).copied().collect();
    let ceased: Vec<Metric> = before.into_iter().filter(|metric| !now.contains_key(metric)).collect();
    if !ceased.is_empty() {
        let what = format!("{account} does not say {} any more: posts before had it", listed(&ceased, ", "));
        notes.say(what, []);
    }
    let some = SOUGHT.iter().filter_map(|metric| Some((metric, now.get(metric)?)));
    let partly: Vec<String> = some
        .filter(|(_, have)| *have < posts)
        .map(|(metric, have)| format!("{metric}: {have} of {posts} posts"))
        .collect();
    if !partly.is_empty() {
        notes.say(format!("{account} has some numbers of some posts only"), partly);
    }
    let Some(platform) = notes.frame.evidence.platform(account) else { return };
    let absent = SOUGHT.into_iter().filter(|metric| !now.contains_key(metric) && !ceased.contains(metric));
    let (can, never): (Vec<Metric>, Vec<Metric>) =
        absent.partition(|metric| given(platform).contains(metric));
    if !never.is_empty() {
        let what = format!(
            "{account}: {} gives no {} of a post to anybody",
            platform.name(),
            listed(&never, ", no ")
        );
        notes.say(what, []);
    }
    if !can.is_empty() {
        let what =
            format!("{account}: {} can give {}, and nobody brought it", platform.name(), listed(&can, ", "));
        notes.say(what, []);
    }
}

/// What platforms call otherwise than before.
pub fn names(notes: &mut Notes<'_, '_>) {
    let frame = notes.frame;
    let readings = &frame.evidence.readings;
    for ((account, metric), names) in &frame.oddities.names {
        let mut by_name: BTreeMap<&str, Span> = BTreeMap::new();
        for (native, (oldest, newest)) in names {
            let Some(native) = readings.natives.get(usize::from(*native)) else { continue };
            let span = by_name.entry(native.name.as_str()).or_insert((*oldest, *newest));
            *span = (span.0.min(*oldest), span.1.max(*newest));
        }
        if by_name.len() < 2 {
            continue;
        }
        let mut spans: Vec<(&str, Span)> = by_name.into_iter().collect();
        spans.sort_by_key(|(_, (oldest, _))| *oldest);
        let words: Vec<String> = spans.iter().map(|(name, _)| format!("`{name}`")).collect();
        let what = format!(
            "{account} has had several names for {metric}, which may not count the same: {}",
            words.join(", then ")
        );
        let places: Vec<String> = spans.iter().filter_map(|(_, ((_, row), _))| place(frame, *row)).collect();
        notes.say(what, places);
    }
}

/// What platforms round.
pub fn rounded(notes: &mut Notes<'_, '_>) {
    let frame = notes.frame;
    for account in &frame.accounts {
        let (rows, _) = frame.rows(&Subject::Account(account.clone()), Metric::Followers);
        let until = frame.periods.first().map(|period| period.until());
        let counts: Vec<Amount> = rows
            .iter()
            .filter(|row| until.is_none_or(|until| row.read() <= until))
            .map(|row| row.value)
            .collect();
        if let Some(step) = rounding(&counts) {
            let what = format!(
                "The followers of {account} are rounded to three figures: growth below {step} cannot be seen"
            );
            notes.say(what, []);
        }
    }
}

/// The fewest counts by which it is told that they are rounded, and the fewest of them that differ.
const ROUNDED_MIN: (usize, usize) = (6, 3);

/// Returns the step that counts are rounded to, such as 100 for 12,300, where they all have three figures.
fn rounding(counts: &[Amount]) -> Option<Amount> {
    let whole = |amount: &Amount| amount.millionths() / Amount::whole(1).millionths();
    let large: Vec<i64> = counts.iter().map(whole).filter(|count| *count >= 1_000).collect();
    let step = |count: i64| 10_i64.pow(count.checked_ilog10().unwrap_or(0).saturating_sub(2));
    let different = large.iter().collect::<BTreeSet<_>>().len();
    let is_rounded = large.iter().all(|count| count % step(*count) == 0);
    let largest =
        large.iter().max().filter(|_| large.len() >= ROUNDED_MIN.0 && different >= ROUNDED_MIN.1)?;
    is_rounded.then(|| Amount::whole(step(*largest)))
}
