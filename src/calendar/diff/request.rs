//! Requests, as a difference tells of them.

use super::super::Request;
use super::List;

pub(super) fn request(request: &Request) -> List {
    let taken = request.taken.iter().map(|taken| format!("{} on {}", taken.by.value, taken.on));
    List::new()
        .say("title", &request.title)
        .maybe("department", request.department.as_ref().map(|at| &at.value))
        .maybe("from", request.from.as_ref().map(|at| &at.value))
        .maybe("asked of", request.to_department.as_ref().map(|at| &at.value))
        .maybe("wanted", request.wanted.as_ref().map(|at| at.value))
        .maybe("until", request.until.as_ref().map(|at| at.value))
        .all("accounts", request.accounts.iter().map(|at| &at.value))
        .maybe("text", request.text.as_ref().map(|words| &words.text))
        .maybe("why", request.why.as_ref().map(|words| &words.text))
        .maybe("link", request.link.as_ref().map(|at| &at.value))
        .all("media", request.media.iter().map(|picture| &picture.file.value))
        .all("topics", request.topics.iter().map(|at| &at.value))
        .maybe("goal", request.goal.as_ref().map(|at| &at.value))
        .maybe("campaign", request.campaign.as_ref().map(|at| &at.value))
        .all("taken by", taken)
        .all("posts", request.posts.iter().map(|at| &at.value))
        .maybe("declined", request.declined.as_ref().map(|at| &at.value))
}
