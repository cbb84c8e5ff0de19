//! What happened when a count jumped.
//!
//! That something happened on the day does not say that it was the reason: it is where to look first.

use chrono::{Days, NaiveDate};

use crate::draft::AccountId;
use crate::evidence::Evidence;
use crate::metric::Metric;
use crate::number::Amount;
use crate::reading::Work;
use crate::time::Zone;

/// How many times the middle of its account's posts a post must have earned to stand out.
pub const OUTSTANDING: i64 = 5;

/// The fewest posts among which one can stand out, and the days before it that they are of.
const COMPARED: (usize, u64) = (8, 90);

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A post went out.
    Post,
    /// A campaign took a step.
    Campaign,
    /// The annual schedule had an observance.
    Observance,
    /// Another calendar had an event.
    Event,
}

impl Kind {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Post => "post",
            Kind::Campaign => "campaign",
            Kind::Observance => "observance",
            Kind::Event => "event",
        }
    }
}

/// Something that happened on a day or the one before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beside {
    /// The kind.
    pub kind: Kind,
    /// The day.
    pub day: NaiveDate,
    /// What it is called.
    pub name: String,
    /// Of a post, what it earned in likes, replies, reposts and quotes; absent where none of them was read.
    pub earned: Option<Amount>,
    /// Of a post, whether that is [`OUTSTANDING`] times the middle one of its account's posts of 90 days.
    pub is_outstanding: bool,
}

/// Returns what happened to an account on a day and the one before it.
pub fn around(evidence: &Evidence<'_>, account: &AccountId, day: NaiveDate) -> Vec<Beside> {
    let calendar = evidence.calendar;
    let zone = calendar.zone();
    let first = day.checked_sub_days(Days::new(1)).unwrap_or(day);
    let is_near = |on: NaiveDate| first <= on && on <= day;
    let own: Vec<&Work> =
        evidence.works.iter().map(AsRef::as_ref).filter(|work: &&Work| work.account == *account).collect();
    let mut found: Vec<Beside> = Vec::new();
    for work in &own {
        let on = local(work, zone);
        if is_near(on) {
            let earned = earned(evidence, work);
            let is_outstanding = earned.is_some_and(|earned| stands_out(evidence, &own, (on, earned), zone));
            found.push(Beside {
                kind: Kind::Post,
                day: on,
                name: work.title.clone(),
                earned,
                is_outstanding,
            });
        }
    }
    let plain = |kind, day, name| Beside { kind, day, name, earned: None, is_outstanding: false };
    for campaign in calendar.campaigns.values() {
        for dated in calendar.dated_steps(campaign) {
            let accounts = dated.accounts();
            let on = dated.at.date();
            if is_near(on) && (accounts.is_empty() || accounts.contains(account)) {
                let step =
                    dated.step.title.clone().unwrap_or_else(|| dated.step.tactic.value.as_str().to_owned());
                found.push(plain(Kind::Campaign, on, format!("{}: {step}", campaign.name)));
            }
        }
    }
    for observance in calendar.schedules.values().flat_map(|schedule| &schedule.observances) {
        let on = [day, first].into_iter().find(|on| observance.days.contains(*on));
        if let Some(on) = on.filter(|_| observance.is_on(account)) {
            found.push(plain(Kind::Observance, on, observance.name.value.clone()));
        }
    }
    for event in calendar.events.values().flat_map(|events| &events.events).filter(|event| !event.is_off) {
        if let Some((from, until)) = event.days(zone).filter(|(from, until)| *from <= day && first <= *until)
        {
            let on = from.max(first).min(until);
            found.push(plain(Kind::Event, on, event.name.value.clone()));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn local(work: &Work, zone: &Zone) -> NaiveDate {
    zone.local(work.published).date()
}

/// Returns what a post earned, by the latest readings that there are; absent where none was made.
fn earned(evidence: &Evidence<'_>, work: &Work) -> Option<Amount> {
    let metrics = [Metric::Likes, Metric::Replies, Metric::Reposts, Metric::Quotes];
    let read = metrics.into_iter().filter_map(|metric| {
        evidence.earned(work, metric, chrono::DateTime::<chrono::Utc>::MAX_UTC).map(|row| row.value)
    });
    read.fold(None, |sum: Option<Amount>, value| Some(sum.unwrap_or(Amount::ZERO) + value))
}

/// Tells whether a post earned far more than those of its account before it.
fn stands_out(
    evidence: &Evidence<'_>,
    own: &[&Work],
    (on, amount): (NaiveDate, Amount),
    zone: &Zone,
) -> bool {
    let (least, days) = COMPARED;
    let from = on.checked_sub_days(Days::new(days)).unwrap_or(on);
    let before = own.iter().filter(|work| (from..on).contains(&local(work, zone)));
    let mut earned: Vec<Amount> = before.filter_map(|work| earned(evidence, work)).collect();
    earned.sort_unstable();
    let middle = earned.get(earned.len() / 2).copied().unwrap_or(Amount::ZERO);
    let times = i128::from(middle.millionths()) * i128::from(OUTSTANDING);
    earned.len() >= least && amount > Amount::ZERO && i128::from(amount.millionths()) >= times
}
