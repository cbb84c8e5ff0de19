//! What a web server's log says of a feed, as rows.

use crate::draft::AccountId;
use crate::measure::Past;
use crate::number::Amount;
use crate::platform::feed::log::{FeedTally, Tally};
use crate::reading::{Figure, Metric, Subject};
use crate::time::Zone;

/// Returns the rows that a log adds to what was counted before.
///
/// The same log again adds nothing. A day of which a log has only a part, because it was rotated or the day is not over,
/// is corrected by a later row as soon as more of it is given, and never by one that has less.
pub fn figures(
    zone: &Zone,
    account: &AccountId,
    (tally, feed): (&Tally, &FeedTally),
    past: &Past,
) -> Vec<Figure> {
    let Some(until) = tally.until() else { return Vec::new() };
    let mut figures = Vec::new();
    for day in tally.days() {
        let Some(window) = day.succ_opt().and_then(|next| zone.moments(&(day..next))) else { continue };
        let window = (window.start, window.end);
        let mut views = |subject: Subject, count: u64, name: &str, definition: &str| {
            let value = Amount::whole(i64::try_from(count).unwrap_or(i64::MAX));
            if past.most(&subject, Metric::PageViews, window).is_none_or(|before| before < value) {
                figures.push(Figure {
                    read: until,
                    subject,
                    metric: Metric::PageViews,
                    name: name.to_owned(),
                    value,
                    unit: String::new(),
                    window: Some(window),
                    definition: definition.to_owned(),
                });
            }
        };
        const REQUESTS: &str = "web log 1: answered GETs without robots";
        views(Subject::Account(account.clone()), feed.page_views(day), "requests of the page", REQUESTS);
        for (slot, count) in feed.entry_views(day) {
            views(Subject::Slot(slot.clone()), count, "requests of the entry", REQUESTS);
        }
        let Some((count, last)) = feed.subscribers(day) else { continue };
        let subject = Subject::Account(account.clone());
        let value = Amount::whole(i64::try_from(count).unwrap_or(i64::MAX));
        if past.most_followers(&subject, window).is_none_or(|before| before < value) {
            figures.push(Figure {
                // The log knew it then, whenever it is read.
                read: last,
                subject,
                metric: Metric::Followers,
                name: "subscribers".to_owned(),
                value,
                unit: String::new(),
                window: None,
                definition: "web log 1: readers of a day and what services say of theirs".to_owned(),
            });
        }
    }
    figures
}
