//! A committed sending: delivered once, its ending recorded and told.

use chrono::{DateTime, TimeDelta, Utc};

use crate::draft::Slot;
use crate::http::Failure;
use crate::ledger::{Entry, Evidence, Fact, Receipt, Refusal, Release, Sending};
use crate::mutant::{Mutant, planted};
use crate::platform::{Channel, Class, Sight};
use crate::publish::lane::PAUSE;
use crate::publish::{Outcome, Run, Settled};
use crate::record::{Note, Written};
use crate::world::LogError;

/// The latest moment after a `sending` entry at which its first byte may leave (RELIABILITY: S).
pub const FIRST_BYTE: TimeDelta = TimeDelta::seconds(30);

/// A sending that is durable: the one licence to send.
#[must_use = "what was committed is delivered, or released"]
pub struct Committed {
    pub slot: Slot,
    pub attempt: u32,
    pub committed_at: DateTime<Utc>,
    pub sending: Sending,
}

/// What happened to a committed sending.
pub struct Delivered {
    pub committed: Committed,
    pub result: Result<Receipt, Failure>,
}

/// How a delivery ended: what the ledger is to know, and what is told once it does.
pub struct Ending {
    pub entry: Entry,
    pub due: DateTime<Utc>,
    pub outcome: Outcome,
}

impl Run<'_> {
    /// Sends one committed sending, once, if there is still time.
    pub(super) fn deliver(&self, channel: &dyn Channel, committed: Committed) -> Delivered {
        let now = self.world.clock.now();
        let sending = &committed.sending;
        let slow = now - committed.committed_at > FIRST_BYTE && channel.class() != Class::PermanentKey;
        if (now > sending.until || slow) && !planted(Mutant::NoDeadline) {
            let why =
                format!("{} s passed before it could be sent", (now - committed.committed_at).num_seconds());
            return Delivered { committed, result: Err(Failure::Unsent { why, retry_after: None }) };
        }
        let mut result = channel.publish(sending);
        if planted(Mutant::ClientRetries) && matches!(result, Err(Failure::Doubtful { .. })) {
            result = channel.publish(sending);
        }
        if channel.class() == Class::PermanentKey
            && matches!(result, Err(Failure::Doubtful { .. }))
            && let Ok(Sight::There(receipt)) = channel.find(sending)
        {
            result = Ok(receipt);
        }
        Delivered { committed, result }
    }

    /// Returns the entry that records a delivery, and what to tell.
    fn ending(&self, delivered: &Delivered) -> (Entry, Outcome) {
        let Delivered { committed, result } = delivered;
        let now = self.world.clock.now();
        // The first request with this key may have had its effect, so the refusal of a second proves nothing.
        let replay = committed.sending.replays.is_some() && !planted(Mutant::ReplayRefusedIsProof);
        let unsent = |why: String, retry_at| {
            let release =
                Release { why: why.clone(), retry_at, proven: planted(Mutant::ReplayRefusedIsProof) };
            (Fact::Release(release), Outcome::Unsent(why))
        };
        let (fact, outcome) = match result {
            Ok(receipt) => {
                let found = receipt.evidence == Evidence::Found;
                (Fact::Receipt(receipt.clone()), Outcome::Published { url: receipt.url.clone(), found })
            }
            Err(failure) if replay => (Fact::Doubt(failure.to_string()), Outcome::Doubt(failure.to_string())),
            Err(Failure::Unsent { why, retry_after }) => {
                unsent(why.clone(), Some(now + retry_after.unwrap_or(PAUSE)))
            }
            Err(Failure::Refused { status, why, .. }) => {
                let why = format!("{why} ({status})");
                (Fact::Refusal(Refusal { why: why.clone(), retry_at: None }), Outcome::Refused(why))
            }
            Err(Failure::Doubtful { why }) if doubt_is_failure(why) => unsent(why.clone(), None),
            Err(Failure::Doubtful { why }) => (Fact::Doubt(why.clone()), Outcome::Doubt(why.clone())),
        };
        (self.entry(&committed.slot, committed.attempt, fact), outcome)
    }

    /// Returns how deliveries ended, for the ledger.
    pub(super) fn endings(&self, delivered: Vec<Delivered>) -> Vec<Ending> {
        let ending = |delivered: Delivered| {
            let (entry, outcome) = self.ending(&delivered);
            Ending { entry, due: delivered.committed.sending.due, outcome }
        };
        delivered.into_iter().map(ending).collect()
    }

    /// Writes down how deliveries ended, and tells. What a receipt is for is safe from here on.
    pub(super) fn record(&self, delivered: Vec<Delivered>) -> Result<Vec<Settled>, LogError> {
        let endings = self.endings(delivered);
        let entries = endings.iter().map(|ending| ending.entry.clone()).collect();
        let written = self.scribe.write(Note { entries, ..Note::default() });
        self.recorded(endings, written).map(|(settled, _)| settled)
    }

    /// Tells of endings that a note was to write down, and what became of that note.
    pub(super) fn recorded(
        &self,
        endings: Vec<Ending>,
        written: Result<Written, LogError>,
    ) -> Result<(Vec<Settled>, Written), LogError> {
        if written.is_err() {
            for Ending { entry, outcome, .. } in &endings {
                if let Outcome::Published { url, .. } = outcome {
                    let url = url.as_deref().unwrap_or("URL");
                    self.watch.warned(&format!(
                        "{} is public, and the ledger could not be told; when it can: kalends settle {} --delivered {url}",
                        entry.slot, entry.slot
                    ));
                }
            }
        }
        let written = written?;
        let settled = endings
            .into_iter()
            .map(|Ending { entry, due, outcome }| {
                // Where somebody found the post first, the ledger has the better word.
                let public = matches!(outcome, Outcome::Published { .. });
                let outcome = if public || written.has(&entry) { outcome } else { Outcome::Yielded };
                self.told(&entry.slot, due, outcome)
            })
            .collect();
        Ok((settled, written))
    }
}

fn doubt_is_failure(why: &str) -> bool {
    let by_status = why.starts_with("the answer was");
    planted(Mutant::TimeoutIsFailure) && !by_status || planted(Mutant::ServerErrorIsFailure) && by_status
}
