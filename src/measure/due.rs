//! What is due to be read.

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::{AccountId, Slot};
use crate::ledger::{Ledger, State};
use crate::measure::Run;
use crate::reading::Subject;

/// The ages at which a post is read. After the last nothing is asked any more.
pub const AGES: [TimeDelta; 4] =
    [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(7), TimeDelta::days(30)];

/// From which age on a post is asked for only by the run that reads its account, the first of a day.
const OLD: TimeDelta = TimeDelta::days(31);

/// A post that is due to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub slot: Slot,
    /// The platform's id, or the address where only a person said where it is.
    pub place: String,
}

/// What is due on one account.
#[derive(Debug, Default)]
pub(super) struct Duty {
    pub posts: Vec<Due>,
    pub account: bool,
}

/// Tells which age a post is due to be read at; nothing where it is too young, or was read at that age already.
///
/// Only the latest age is ever due: an earlier one that passed unread is past.
pub fn age_due(published: DateTime<Utc>, reads: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<TimeDelta> {
    let age = AGES.into_iter().rev().find(|age| published + *age <= now)?;
    let is_read = reads.iter().any(|read| published + age <= *read);
    (!is_read).then_some(age)
}

impl Run<'_> {
    /// Returns what is due on an account.
    pub(super) fn duty(&self, id: &AccountId, ledger: &Ledger) -> Duty {
        let now = self.world.clock.now();
        let zone = self.task.calendar.zone();
        let today = zone.local(now).date();
        let reads = self.past.reads(&Subject::Account(id.clone()));
        let account_is_due = !reads.iter().any(|read| zone.local(*read).date() == today);
        let mut posts = Vec::new();
        for (slot, record) in ledger.slots().filter(|(slot, _)| slot.account == *id) {
            let State::Published { at, id: given, url, .. } = &record.state else { continue };
            let subject = Subject::Slot(slot.clone());
            // What cannot be read for long is asked for once a day, not by every run for ever.
            let is_old = *at + OLD <= now;
            if self.past.is_gone(&subject)
                || age_due(*at, self.past.reads(&subject), now).is_none()
                || is_old && !account_is_due
            {
                continue;
            }
            // A post of which nobody knows where it is cannot be asked for.
            if let Some(place) = given.as_ref().or(url.as_ref()) {
                posts.push((*at, Due { slot: slot.clone(), place: place.clone() }));
            }
        }
        // The youngest first: where a server's patience ends, theirs are the moments that do not come again.
        posts.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.slot.cmp(&other.slot)));
        Duty { posts: posts.into_iter().map(|(_, due)| due).collect(), account: account_is_due }
    }
}
