//! The clock: the system's, and one that rehearses another time.

use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

use crate::time::Clock;

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        SystemTime::now().into()
    }

    fn wait(&self, span: TimeDelta) {
        // A negative span has nothing left to wait for.
        pause(span.to_std().unwrap_or_default());
    }
}

/// A clock that began at another time and goes on as fast as the real one: `--now T`.
#[derive(Debug, Clone, Copy)]
pub struct Rehearsed {
    began: DateTime<Utc>,
    at: Instant,
}

impl Rehearsed {
    /// Starts a clock that shows `now`.
    pub fn new(now: DateTime<Utc>) -> Rehearsed {
        Rehearsed { began: now, at: instant() }
    }
}

impl Clock for Rehearsed {
    fn now(&self) -> DateTime<Utc> {
        TimeDelta::from_std(self.at.elapsed())
            .ok()
            .and_then(|elapsed| self.began.checked_add_signed(elapsed))
            .unwrap_or(self.began)
    }

    fn wait(&self, span: TimeDelta) {
        SystemClock.wait(span);
    }
}

/// Returns a moment of the clock that never goes back, for patience and time limits.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// Sleeps.
#[expect(clippy::disallowed_methods, reason = "waiting belongs to the clock")]
pub fn pause(span: Duration) {
    std::thread::sleep(span);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsed_clock_begins_at_its_time_and_goes_on() {
        let began: DateTime<Utc> = "2031-05-01T12:00:00Z".parse().unwrap();
        let clock = Rehearsed::new(began);
        let first = clock.now();
        clock.wait(TimeDelta::milliseconds(20));
        let second = clock.now();
        assert!(first >= began && first < began + TimeDelta::seconds(10));
        assert!(second - first >= TimeDelta::milliseconds(20));
    }

    #[test]
    fn waiting_a_negative_span_returns_at_once() {
        let began = instant();
        SystemClock.wait(TimeDelta::hours(-1));
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_clock_at_the_end_of_time_does_not_fall_over() {
        assert_eq!(Rehearsed::new(DateTime::<Utc>::MAX_UTC).now(), DateTime::<Utc>::MAX_UTC);
    }
}
