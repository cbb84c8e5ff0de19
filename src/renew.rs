//! Renewing a credential that the platform replaces: at most one exchange, and what is new is safe before it is used.
//!
//! ```text
//! claim in the ledger (compare-and-swap) → exchange → keep here, sealed and durable → share in the ledger → use
//! ```
//!
//! A platform takes such a credential once. Shown a second time it ends all that came of it, so an exchange whose
//! answer was lost is never tried again: it goes to a person, while the old access lasts (RELIABILITY R25).

use chrono::TimeDelta;

use crate::draft::AccountId;
use crate::http::Failure;
use crate::keyring::{Credential, KeyError};
use crate::ledger::renewal::{self, End, Renewal};
use crate::platform::Platform;
use crate::record::{Note, Scribe};
use crate::world::{LogError, World};

/// How long whoever claimed a renewal is left to end it.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// A credential to work with, and what a person should know of it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The credential.
    pub credential: Credential,
    /// What is wrong with its renewal, if anything is.
    pub warning: Option<String>,
}

/// Returns an account's credential: the vault's, or what the platform has replaced it with since; renewed where that
/// is due. The ledger is asked only where the platform replaces credentials at all.
pub fn credential(
    world: &World<'_>,
    scribe: &Scribe<'_>,
    adapter: &dyn Platform,
    account: &AccountId,
) -> Result<Held, Failure> {
    let vault = world.keys.credential(account).map_err(closed)?;
    if adapter.renews_at(&vault).is_none() {
        return Ok(Held { credential: vault, warning: None });
    }
    let journey = Journey { world, scribe, adapter, account, vault };
    let (current, last) = journey.current(&journey.past()?)?;
    let now = world.clock.now();
    if adapter.renews_at(&current).is_none_or(|at| now < at) {
        return Ok(Held { credential: current, warning: None });
    }
    match last {
        Some(last) => journey.go_on(current, &last),
        None => journey.renew(current, 1),
    }
}

fn closed(fault: KeyError) -> Failure {
    Failure::Unsent { why: fault.to_string(), retry_after: None }
}

fn away(fault: LogError) -> Failure {
    Failure::Unsent { why: fault.to_string(), retry_after: None }
}

struct Journey<'a> {
    world: &'a World<'a>,
    scribe: &'a Scribe<'a>,
    adapter: &'a dyn Platform,
    account: &'a AccountId,
    /// What the vault says; a renewal that goes back to another value is over.
    vault: Credential,
}

impl Journey<'_> {
    /// Returns every renewal of the account, oldest first.
    fn past(&self) -> Result<Vec<Renewal>, Failure> {
        let files = self.scribe.files(&renewal::folder(self.account)).map_err(away)?;
        let files = files.iter().map(|file| {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            (name, file.text.as_deref().map_err(String::as_str))
        });
        renewal::read(files).map_err(|why| away(LogError::Wrong(why)))
    }

    /// Returns the credential in use, and the last renewal if it did not end with one.
    fn current(&self, past: &[Renewal]) -> Result<(Credential, Option<Renewal>), Failure> {
        let sealed = |renewal: &Renewal| match &renewal.end {
            Some(End::Token(sealed)) if renewal.value == self.vault.value => Some(sealed.clone()),
            _ => None,
        };
        let current = match past.iter().rev().find_map(sealed) {
            Some(sealed) => self.world.keys.open(self.account, &sealed).map_err(closed)?,
            None => self.vault.clone(),
        };
        Ok((current, past.last().cloned()))
    }

    /// Goes on from the last renewal: a new one, or a person.
    fn go_on(&self, current: Credential, last: &Renewal) -> Result<Held, Failure> {
        let next = last.number + 1;
        if last.value != self.vault.value {
            return self.renew(current, next);
        }
        let Hand { ours, fresh } = self.hand(last);
        match &last.end {
            Some(End::Token(_) | End::Release(_)) => self.renew(current, next),
            Some(End::Refusal(why)) => {
                self.person(current, &format!("the platform refused to renew its token: {why}"))
            }
            Some(End::Doubt(why) | End::Unreadable(why)) => self.person(current, why),
            None if ours => match self.kept_since(last) {
                Some(sealed) => self.share(last.number, &sealed),
                None => self.give_up(current, last.number, "a run was killed while it renewed the token"),
            },
            None if fresh => self.person(current, "another runner is renewing its token"),
            None => {
                self.give_up(current, last.number, "a runner began to renew the token and never said more")
            }
        }
    }

    fn hand(&self, last: &Renewal) -> Hand {
        let hand = &last.hand;
        Hand {
            ours: hand.clone == self.world.actor.clone,
            fresh: self.world.clock.now() - hand.at < PATIENCE,
        }
    }

    /// Returns the credential that this clone got for a renewal and may not have shared.
    fn kept_since(&self, renewal: &Renewal) -> Option<String> {
        let sealed = self.world.keys.kept_renewed(self.account)?;
        let kept = self.world.keys.open(self.account, &sealed).ok()?;
        (kept.value == renewal.value && kept.set_at >= renewal.hand.at).then_some(sealed)
    }

    /// Exchanges the credential: claims, asks once, keeps, shares.
    fn renew(&self, current: Credential, number: u32) -> Result<Held, Failure> {
        // What could not be sealed afterwards would be lost, so it is tried before.
        self.world.keys.seal(&current).map_err(closed)?;
        let (path, text) = renewal::write_claim(self.account, number, &self.world.hand(), &self.vault.value);
        self.write(vec![(path, text)], &format!("renewing {}", self.account))?;
        let nonce = &self.world.actor.nonce;
        let claimed = self.past()?.into_iter().find(|renewal| renewal.number == number);
        if claimed.is_none_or(|renewal| renewal.hand.nonce != *nonce || renewal.end.is_some()) {
            return self.person(current, "another runner is renewing its token");
        }
        match self.adapter.renew(self.world.http, &current) {
            Ok(next) => {
                let next = Credential {
                    account: current.account.clone(),
                    server: current.server.clone(),
                    value: current.value.clone(),
                    set_at: self.world.clock.now(),
                    ..next
                };
                let sealed = self.world.keys.seal(&next).map_err(closed)?;
                self.world.keys.keep_renewed(self.account, &sealed).map_err(closed)?;
                self.share(number, &sealed)
            }
            Err(Failure::Unsent { why, .. }) => {
                self.end(number, &End::Release(why.clone()))?;
                self.person(current, &format!("its token could not be renewed yet: {why}"))
            }
            Err(Failure::Refused { status, why, .. }) => {
                let why = format!("{why} ({status})");
                self.end(number, &End::Refusal(why.clone()))?;
                self.person(current, &format!("the platform refused to renew its token: {why}"))
            }
            Err(Failure::Doubtful { why }) => self.give_up(current, number, &why),
        }
    }

    /// Shares a renewed credential; from here on it may be used.
    fn share(&self, number: u32, sealed: &str) -> Result<Held, Failure> {
        self.end(number, &End::Token(sealed.to_owned()))?;
        let credential = self.world.keys.open(self.account, sealed).map_err(closed)?;
        Ok(Held { credential, warning: None })
    }

    fn give_up(&self, current: Credential, number: u32, why: &str) -> Result<Held, Failure> {
        let why = format!("{why}; the old one may be spent");
        self.end(number, &End::Doubt(why.clone()))?;
        self.person(current, &why)
    }

    /// Goes on with the old credential while it lasts, and says what a person must do.
    fn person(&self, current: Credential, why: &str) -> Result<Held, Failure> {
        let account = self.account;
        let warning = format!("{account}: {why}; if it stays so: kalends account connect {account}");
        if current.expires_at.is_some_and(|at| at <= self.world.clock.now()) {
            return Err(Failure::Unsent { why: warning, retry_after: None });
        }
        Ok(Held { credential: current, warning: Some(warning) })
    }

    fn end(&self, number: u32, end: &End) -> Result<(), Failure> {
        let file = renewal::write_end(self.account, number, &self.world.hand(), end);
        self.write(vec![file], &format!("renewal of {}", self.account))
    }

    fn write(&self, files: Vec<(String, String)>, message: &str) -> Result<(), Failure> {
        let note = Note { files, message: message.to_owned(), ..Note::default() };
        self.scribe.write(note).map(drop).map_err(away)
    }
}

/// Whose renewal it is.
struct Hand {
    /// This clone's own; whoever began it is dead, for we hold the clone's lock.
    ours: bool,
    /// Its beginner may still be at work.
    fresh: bool,
}

#[cfg(test)]
mod tests;
