//! Requests as far as the calendar alone tells: what stands for them, and whether it is high time.

use chrono::NaiveDate;

use super::{Calendar, Post, Request};

impl Calendar {
    /// Returns the posts that came of a request and that there are.
    pub fn posts_of<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = &'a Post> {
        request.posts.iter().filter_map(|id| self.post(&id.value))
    }

    /// Returns the requests for which somebody waits in vain.
    pub fn late_requests(&self, today: NaiveDate) -> impl Iterator<Item = &Request> {
        self.requests.values().filter(move |request| self.is_late(request, today))
    }

    /// Tells whether somebody waits in vain: the request's last day is near or past, nobody declined it, and nothing stands
    /// for it but drafts that are held.
    pub fn is_late(&self, request: &Request, today: NaiveDate) -> bool {
        let stands = || self.posts_of(request).any(|post| post.hold.is_none());
        let is_near =
            |last: NaiveDate| last.checked_sub_signed(self.root.lead).is_none_or(|eve| today >= eve);
        request.declined.is_none() && request.last_day().is_some_and(|last| is_near(last.value)) && !stands()
    }
}
