//! Rules over several posts: the time between two of an account, the most of a department.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::draft::{AccountId, DepartmentId};
use crate::finding::Finding;
use crate::time::show_duration;

use super::super::super::{At, Calendar, Department, Norm, Post};
use super::super::post::accounts;
use super::super::quota::{self, Event};
use super::{Breach, Ready, Rulebook, moment};

/// Finds the posts that break a rule together with others: the later one is told, with the other's place.
pub(in super::super) fn across(book: &Rulebook<'_>, findings: &mut Vec<Finding>) {
    let is_across = |ready: &&Ready<'_>| matches!(ready.rule.norm, Norm::Spacing { .. } | Norm::Quota { .. });
    let rules: Vec<&Ready<'_>> = book.rules.iter().filter(is_across).collect();
    let has_quota = |own: &Department| own.quota_day.is_some() || own.quota_week.is_some();
    if rules.is_empty() && !book.calendar.departments.values().any(has_quota) {
        return;
    }
    let mut events: Vec<Event<'_>> = Vec::with_capacity(book.calendar.posts.len());
    for post in &book.calendar.posts {
        let moments = moment::moments(book.calendar, post).into_iter();
        events.extend(moments.map(|(_, moment)| Event { moment, post }));
    }
    events.sort_by(|a, b| (a.moment, &a.post.id).cmp(&(b.moment, &b.post.id)));
    quota::of_departments(book.calendar, &events, findings);
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
    let takes =
        |post: &Post| accounts(calendar, post).iter().any(|account| ready.rule.scope.takes(post, account));
    let value = |most: &Option<At<u32>>| most.as_ref().map(|at| at.value);
    // What the rule does not say, the department does.
    let most = |department: &DepartmentId| match (day, week, calendar.departments.get(department)) {
        (None, None, Some(own)) => (value(&own.quota_day), value(&own.quota_week)),
        _ => (day, week),
    };
    quota::beyond(calendar, events, takes, most, |excess| {
        let breach =
            Breach { span: moment::place(excess.event.post), label: excess.label(), help: excess.help() };
        let finding = ready.finding(excess.event.post, breach);
        let first = excess.first.post;
        findings.push(finding.related(&first.file, moment::place(first), excess.first_label()));
    });
}
