//! Requests: taken by one, answered once, and in time.

use chrono::NaiveDate;

use crate::finding::{Code, Finding, Severity};
use crate::time::nearest;

use super::super::format::word::shown;
use super::super::{Calendar, Request};
use super::post::may_use;

/// Finds what is wrong with each request.
pub(super) fn requests(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for request in calendar.requests.values() {
        findings.extend(dates_reversed(request));
        findings.extend(answered_twice(request));
        taken_twice(request, findings);
        unknown_post(calendar, request, findings);
        account_not_theirs(calendar, request, findings);
        media_missing(calendar, request, findings);
        post_too_late(calendar, request, findings);
    }
}

fn dates_reversed(request: &Request) -> Option<Finding> {
    let (wanted, until) = (request.wanted.as_ref()?, request.until.as_ref()?);
    (until.value < wanted.value).then(|| {
        let message = format!("the last day, {}, is before the first, {}", until.value, wanted.value);
        Finding::new(Code::DatesReversed, &request.file, message)
            .at(until.span.clone())
            .label("before `wanted`")
            .help("swap the two dates, or mend the year")
    })
}

/// Finds a request that is declined and has a post all the same.
fn answered_twice(request: &Request) -> Option<Finding> {
    let (declined, post) = (request.declined.as_ref()?, request.posts.first()?);
    let message = format!("it is declined, and `{}` came of it", post.value);
    Some(
        Finding::new(Code::RequestContradicted, &request.file, message)
            .at(declined.span.clone())
            .label("declined here")
            .help("take the one or the other out: `declined`, or `posts`")
            .related(&request.file, Some(post.span.clone()), "done here"),
    )
}

/// Finds a request that two people took, each without knowing of the other.
fn taken_twice(request: &Request, findings: &mut Vec<Finding>) {
    let Some(first) = request.taken.first() else { return };
    for other in request.taken.iter().filter(|taken| taken.by.value != first.by.value) {
        let message = format!("{} took it, and {} too", first.by.value, other.by.value);
        findings.push(
            Finding::new(Code::RequestTakenTwice, &request.file, message)
                .at(other.by.span.clone())
                .label("another")
                .help("settle between you who sees to it, and take the other `[[taken]]` out")
                .related(&request.file, Some(first.by.span.clone()), "the first"),
        );
    }
}

/// Finds posts that are said to have come of a request and are not there.
fn unknown_post(calendar: &Calendar, request: &Request, findings: &mut Vec<Finding>) {
    for post in request.posts.iter().filter(|post| calendar.post(&post.value).is_none()) {
        let near = nearest(post.value.as_str(), calendar.posts.iter().map(|post| post.id.as_str()));
        let message = format!("there is no post `{}`", post.value);
        let finding = Finding::new(Code::UnknownPost, &request.file, message)
            .at(post.span.clone())
            .graded(Severity::Error);
        findings.push(match near {
            Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
            None => finding.label("unknown post").help(
                "write the post, or take its id out; if its file was renamed, write its old `id` into it",
            ),
        });
    }
}

/// Finds accounts that the department which is asked may not use.
fn account_not_theirs(calendar: &Calendar, request: &Request, findings: &mut Vec<Finding>) {
    let asked = request.asked().filter(|asked| calendar.departments.contains_key(&asked.value));
    let Some(asked) = asked else { return };
    for at in &request.accounts {
        let account = calendar.accounts.get(&at.value);
        if account.is_none_or(|account| may_use(calendar, account, Some(&asked.value))) {
            continue;
        }
        let message = format!("the department `{}` may not use the account `{}`", asked.value, at.value);
        let finding = Finding::new(Code::AccountNotYours, &request.file, message).at(at.span.clone());
        findings.push(
            finding
                .label("not theirs")
                .help("take the account out, or ask a department that may use it: `to_department = \"…\"`"),
        );
    }
}

/// Finds pictures that are not there.
fn media_missing(calendar: &Calendar, request: &Request, findings: &mut Vec<Finding>) {
    for picture in request.media.iter().filter(|picture| !calendar.media.contains(&picture.file.value)) {
        let message = format!("there is no file `{}`", shown(&picture.file.value));
        let finding = Finding::new(Code::MediaMissing, &request.file, message).at(picture.file.span.clone());
        findings.push(
            finding
                .label("not there")
                .help("put it into media/, and write its path from the calendar's root on"),
        );
    }
}

/// Finds posts that go out after the last day that would have done.
fn post_too_late(calendar: &Calendar, request: &Request, findings: &mut Vec<Finding>) {
    let Some(last) = request.last_day() else { return };
    for post in calendar.posts_of(request) {
        let Some(due) = post.at.as_ref().filter(|due| due.value.date() > last.value) else { continue };
        let message =
            format!("it is wanted by {}, and `{}` goes out on {}", last.value, post.id, due.value.date());
        findings.push(
            Finding::new(Code::RequestPostLate, &request.file, message)
                .at(last.span.clone())
                .label("the last day that will do")
                .help("move the post, or agree on another day with whoever asked")
                .related(&post.file, Some(due.span.clone()), "goes out then"),
        );
    }
}

/// Finds that a request's day is past, and nothing stands for it.
pub(super) fn overdue(calendar: &Calendar, request: &Request, today: NaiveDate) -> Option<Finding> {
    let last = request.last_day().filter(|last| last.value < today && calendar.is_late(request, today))?;
    let message = format!("it was wanted by {}, and nothing came of it", last.value);
    let help = format!(
        "give it a new day, or tell whoever asked: kalends request done {} --declined '…'",
        request.id
    );
    Some(
        Finding::new(Code::RequestOverdue, &request.file, message)
            .at(last.span.clone())
            .label("past")
            .help(help),
    )
}
