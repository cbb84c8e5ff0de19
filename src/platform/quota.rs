//! A platform's patience with one account: what its answers say of how much it still takes is obeyed.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::http::{Effect, Failure, Http, Request, Response, exchange, exhausted};
use crate::time::Clock;

/// The longest that a request is held back here; for longer, the post goes back to the queue.
const HELD: TimeDelta = TimeDelta::seconds(10);

/// One allowance of requests, as the other side counts them. A platform that counts some apart has one for each.
#[derive(Debug, Default)]
pub struct Quota {
    spent_until: Mutex<Option<DateTime<Utc>>>,
}

impl Quota {
    /// Sends a request as [`exchange`] does, if the allowance is not spent, and learns from the answer.
    ///
    /// A request that has to wait a few seconds waits; one that publishes never does, for its time is counted from
    /// the ledger's entry. What would wait longer is not sent, and says for how long.
    pub fn exchange(
        &self,
        http: &dyn Http,
        clock: &dyn Clock,
        request: &Request,
    ) -> Result<Response, Failure> {
        let rest = self.rest(clock);
        if request.effect != Effect::Publishes && rest > TimeDelta::zero() && rest <= HELD {
            clock.wait(rest);
        } else {
            self.ready(clock)?;
        }
        let result = exchange(http, request);
        let rest = match &result {
            Ok(response) => exhausted(response),
            Err(Failure::Unsent { retry_after, .. }) => *retry_after,
            Err(_) => None,
        };
        if let Some(rest) = rest {
            *self.spent_until.lock().unwrap_or_else(PoisonError::into_inner) =
                clock.now().checked_add_signed(rest);
        }
        result
    }

    /// Fails if the allowance is spent, and says for how long.
    pub fn ready(&self, clock: &dyn Clock) -> Result<(), Failure> {
        let rest = self.rest(clock);
        if rest <= TimeDelta::zero() {
            return Ok(());
        }
        let why =
            format!("the server's limit on requests is reached, for {} s more", rest.num_seconds().max(1));
        Err(Failure::Unsent { why, retry_after: Some(rest) })
    }

    fn rest(&self, clock: &dyn Clock) -> TimeDelta {
        let until = *self.spent_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map_or_else(TimeDelta::zero, |until| until - clock.now())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::http::{Broken, Method};

    /// A server that answers everything alike, and counts.
    struct Server {
        status: u16,
        headers: Vec<(&'static str, &'static str)>,
        asked: AtomicI64,
    }

    impl Http for Server {
        fn send(&self, _: &Request) -> Result<Response, Broken> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let headers = self.headers.iter().map(own).collect();
            Ok(Response { status: self.status, headers, body: Vec::new().into() })
        }
    }

    /// A clock that only waiting moves on.
    #[derive(Default)]
    struct Slow {
        seconds: AtomicI64,
    }

    impl Clock for Slow {
        fn now(&self) -> DateTime<Utc> {
            DateTime::from_timestamp(1_800_000_000 + self.seconds.load(Ordering::SeqCst), 0).unwrap()
        }

        fn wait(&self, span: TimeDelta) {
            self.seconds.fetch_add(span.num_seconds(), Ordering::SeqCst);
        }
    }

    fn server(status: u16, headers: &[(&'static str, &'static str)]) -> Server {
        Server { status, headers: headers.to_vec(), asked: AtomicI64::new(0) }
    }

    fn request(effect: Effect) -> Request {
        Request::new(effect, Method::Get, "https://social.example/")
    }

    /// As Mastodon says that this was the last request for so long.
    fn last(reset: &'static str) -> [(&'static str, &'static str); 3] {
        [
            ("date", "Fri, 15 Jan 2027 08:00:00 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", reset),
        ]
    }

    #[test]
    fn after_the_last_request_allowed_none_is_sent_until_the_allowance_is_new() {
        let (quota, clock) = (Quota::default(), Slow::default());
        let server = server(200, &last("2027-01-15T08:05:00.000Z"));
        quota.exchange(&server, &clock, &request(Effect::Publishes)).unwrap();
        for effect in [Effect::Reads, Effect::Prepares, Effect::Publishes] {
            let failure = quota.exchange(&server, &clock, &request(effect)).unwrap_err();
            let why = "the server's limit on requests is reached, for 300 s more".to_owned();
            assert_eq!(failure, Failure::Unsent { why, retry_after: Some(TimeDelta::seconds(300)) });
        }
        assert_eq!(server.asked.load(Ordering::SeqCst), 1);
        clock.wait(TimeDelta::seconds(300));
        quota.exchange(&server, &clock, &request(Effect::Publishes)).unwrap();
        assert_eq!(server.asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_short_wait_is_waited_but_never_before_a_post() {
        let (quota, clock) = (Quota::default(), Slow::default());
        let server = server(200, &last("2027-01-15T08:00:07.000Z"));
        quota.exchange(&server, &clock, &request(Effect::Reads)).unwrap();
        assert!(quota.exchange(&server, &clock, &request(Effect::Publishes)).is_err());
        assert_eq!(clock.seconds.load(Ordering::SeqCst), 0);
        quota.exchange(&server, &clock, &request(Effect::Reads)).unwrap();
        assert_eq!(clock.seconds.load(Ordering::SeqCst), 7);
    }

    #[test]
    fn a_server_that_says_too_many_is_left_alone() {
        let (quota, clock) = (Quota::default(), Slow::default());
        let server = server(429, &[("retry-after", "60")]);
        assert!(quota.exchange(&server, &clock, &request(Effect::Publishes)).is_err());
        assert!(quota.exchange(&server, &clock, &request(Effect::Publishes)).is_err());
        assert_eq!(server.asked.load(Ordering::SeqCst), 1);
    }
}
