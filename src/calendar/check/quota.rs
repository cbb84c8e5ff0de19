//! The most posts of a department in a day and in a week: counted in one way, for its own quota and for protocols.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::draft::DepartmentId;
use crate::finding::{Code, Finding};

use super::super::model::{At, Norm, Period};
use super::super::{Calendar, Post};
use super::post::accounts;
use super::protocol::place;

/// One time that a post goes out.
#[derive(Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) moment: DateTime<Utc>,
    pub(super) post: &'a Post,
}

/// A post that is one too many.
pub(super) struct Excess<'a> {
    pub(super) event: Event<'a>,
    /// The first of the same day or week.
    pub(super) first: Event<'a>,
    pub(super) department: &'a DepartmentId,
    /// Which of the day or week it is, from 1.
    pub(super) number: usize,
    pub(super) most: u32,
    /// `day` or `week`.
    pub(super) noun: &'static str,
    /// The day, or the week's Monday.
    pub(super) begin: NaiveDate,
}

impl Excess<'_> {
    pub(super) fn label(&self) -> String {
        format!("number {} of `{}` in the {} of {}", self.number, self.department, self.noun, self.begin)
    }

    pub(super) fn help(&self) -> String {
        format!("move it to another {}, which has fewer than {}", self.noun, self.most)
    }

    pub(super) fn first_label(&self) -> String {
        format!("the first of that {}", self.noun)
    }
}

/// Counts the posts of each department that are taken, and gives those that are too many to a function. Events are in the
/// order of their moments; days are local to the calendar, weeks begin on Mondays.
pub(super) fn beyond<'a>(
    calendar: &'a Calendar,
    events: &[Event<'a>],
    takes: impl Fn(&'a Post) -> bool,
    most: impl Fn(&DepartmentId) -> (Option<u32>, Option<u32>),
    mut give: impl FnMut(Excess<'a>),
) {
    let mut days: BTreeMap<(&DepartmentId, NaiveDate), (usize, Event<'a>)> = BTreeMap::new();
    let mut weeks: BTreeMap<(&DepartmentId, NaiveDate), (usize, Event<'a>)> = BTreeMap::new();
    for event in events {
        let Some(department) = event.post.of().filter(|_| takes(event.post)) else { continue };
        let (most_a_day, most_a_week) = most(department);
        let date = calendar.root.zone.local(event.moment).date();
        let told = [
            (&mut days, date, most_a_day, "day"),
            (&mut weeks, Period::Week.begin(date), most_a_week, "week"),
        ];
        for (counted, begin, most, noun) in told {
            let (number, first) = counted.entry((department, begin)).or_insert((0, *event));
            *number += 1;
            if let Some(most) = most.filter(|most| *number > *most as usize) {
                let (number, first) = (*number, *first);
                give(Excess { event: *event, first, department, number, most, noun, begin });
            }
        }
    }
}

/// Finds the posts that are more than their department's own quota. Where a protocol's rule keeps departments to their
/// quota, the rule says so in its own words, and nothing is said here.
pub(super) fn of_departments(calendar: &Calendar, events: &[Event<'_>], findings: &mut Vec<Finding>) {
    let quota = |id: &DepartmentId| calendar.departments.get(id);
    let rules: Vec<_> = calendar
        .protocols
        .values()
        .flat_map(|protocol| &protocol.rules)
        .filter(|rule| matches!(rule.norm, Norm::Quota { day: None, week: None }))
        .collect();
    let is_ruled = |post: &Post| {
        let on = accounts(calendar, post);
        rules.iter().any(|rule| on.iter().any(|account| rule.scope.takes(post, account)))
    };
    let value = |most: &Option<At<u32>>| most.as_ref().map(|at| at.value);
    let most = |id: &DepartmentId| {
        quota(id).map_or((None, None), |own| (value(&own.quota_day), value(&own.quota_week)))
    };
    beyond(
        calendar,
        events,
        |_| true,
        most,
        |excess| {
            if is_ruled(excess.event.post) {
                return;
            }
            let Some(own) = quota(excess.department) else { return };
            let said = if excess.noun == "day" { &own.quota_day } else { &own.quota_week };
            let message = format!(
                "`{}` has more posts than the {} a {} of its quota",
                excess.department, excess.most, excess.noun
            );
            let finding = Finding {
                span: place(excess.event.post),
                ..Finding::new(Code::DepartmentQuota, &excess.event.post.file, message)
            };
            findings.push(
                finding
                    .label(excess.label())
                    .help(excess.help())
                    .related(&excess.first.post.file, place(excess.first.post), excess.first_label())
                    .related(&own.file, said.as_ref().map(|at| at.span.clone()), "the quota"),
            );
        },
    );
}
