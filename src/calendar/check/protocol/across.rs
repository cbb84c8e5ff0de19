//! Rules over several posts: the time between two of an account, the most of a department.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use crate::draft::{AccountId, DepartmentId};
use crate::finding::Finding;
use crate::time::show_duration;

use super::super::super::{Calendar, Norm, Post};
use super::super::post::accounts;
use super::{Breach, Ready, Rulebook, moment};

/// One time that a post goes out.
#[derive(Clone, Copy)]
struct Event<'a> {
    moment: DateTime<Utc>,
    post: &'a Post,
}

/// Finds the posts that break a rule together with others: the later one is told, with the other's place.
pub(in super::super) fn across(book: &Rulebook<'_>, findings: &mut Vec<Finding>) {
    let is_across = |ready: &&Ready<'_>| matches!(ready.rule.norm, Norm::Spacing { .. } | Norm::Quota { .. });
    let rules: Vec<&Ready<'_>> = book.rules.iter().filter(is_across).collect();
    if rules.is_empty() {
        return;
    }
    let mut events: Vec<Event<'_>> = Vec::with_capacity(book.calendar.posts.len());
    for post in &book.calendar.posts {
        let moments = moment::moments(book.calendar, post).into_iter();
        events.extend(moments.map(|(_, moment)| Event { moment, post }));
    }
    events.sort_by(|a, b| (a.moment, &a.post.id).cmp(&(b.moment, &b.post.id)));
    for ready in rules {
        match &ready.rule.norm {
            Norm::Spacing { least } => spacing(book.calendar, ready, *least, &events, findings),
            Norm::Quota { day, week } => quota(book.calendar, ready, (*day, *week), &events, findings),
            _ => {}
        }
    }
}

fn spacing(
    calendar: &Calendar,
    ready: &Ready<'_>,
    least: TimeDelta,
    events: &[Event<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut last: BTreeMap<&AccountId, Event<'_>> = BTreeMap::new();
    let mut told: Vec<(&Post, &Post)> = Vec::new();
    for event in events {
        let on = accounts(calendar, event.post);
        for account in on.into_iter().filter(|account| ready.rule.scope.takes(event.post, account)) {
            let before = last.insert(&account.id, *event);
            let Some(before) = before.filter(|before| event.moment - before.moment < least) else { continue };
            if told.last().is_some_and(|(a, b)| std::ptr::eq(*a, before.post) && std::ptr::eq(*b, event.post))
            {
                continue;
            }
            told.push((before.post, event.post));
            let apart = show_duration(event.moment - before.moment);
            let breach = Breach {
                span: moment::place(event.post),
                label: format!("{apart} after `{}` on `{}`", before.post.id, account.id),
                help: format!("move one of the two: {} apart at least", show_duration(least)),
            };
            findings.push(ready.finding(event.post, breach).related(
                &before.post.file,
                moment::place(before.post),
                "the post before",
            ));
        }
    }
}

fn quota(
    calendar: &Calendar,
    ready: &Ready<'_>,
    (day, week): (Option<u32>, Option<u32>),
    events: &[Event<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut days: BTreeMap<(&DepartmentId, NaiveDate), Vec<Event<'_>>> = BTreeMap::new();
    let mut weeks: BTreeMap<(&DepartmentId, NaiveDate), Vec<Event<'_>>> = BTreeMap::new();
    for event in events {
        let Some(department) = &event.post.department else { continue };
        let takes = |account: &&super::super::super::Account| ready.rule.scope.takes(event.post, account);
        if !accounts(calendar, event.post).iter().any(takes) {
            continue;
        }
        let own = calendar.departments.get(&department.value);
        // What the rule does not say, the department does.
        let (most_a_day, most_a_week) = match (day, week) {
            (None, None) => (own.and_then(|own| own.quota_day), own.and_then(|own| own.quota_week)),
            said => said,
        };
        let date = calendar.root.zone.local(event.moment).date();
        let monday = date - TimeDelta::days(i64::from(date.weekday().num_days_from_monday()));
        let told = [(&mut days, date, most_a_day, "day"), (&mut weeks, monday, most_a_week, "week")];
        for (counted, begin, most, noun) in told {
            let before = counted.entry((&department.value, begin)).or_default();
            before.push(*event);
            if let (Some(most), Some(first)) = (most, before.first())
                && before.len() > most as usize
            {
                let breach = Breach {
                    span: moment::place(event.post),
                    label: format!(
                        "number {} of `{}` in the {noun} of {begin}",
                        before.len(),
                        department.value
                    ),
                    help: format!("move it to another {noun}, which has fewer than {most}"),
                };
                let finding = ready.finding(event.post, breach);
                findings.push(finding.related(
                    &first.post.file,
                    moment::place(first.post),
                    format!("the first of that {noun}"),
                ));
            }
        }
    }
}
