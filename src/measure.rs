//! The journey that reads what posts and accounts have earned, and writes it down as it was given.
//!
//! ```text
//! look → what was read already → for each account: sign in → its own numbers → its posts', a batch at a time → write down
//! ```
//!
//! A post is read at growing ages ([`AGES`]), an account once a day. What is due follows from the rows that stand in the
//! ledger, so a run that is killed loses what it had not written down, and the next one reads that again. A row is what
//! a platform said, under its own name of it, and when; what it did not say has no row.

mod due;
mod past;
mod web;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::calendar::{Account, Calendar};
use crate::draft::{AccountId, MediaBook, Slot};
use crate::http::Failure;
use crate::keyring::KeyError;
use crate::ledger::Ledger;
use crate::number::Amount;
use crate::platform::counts::{Counts, Look, Standing};
use crate::platform::feed::log::Tally;
use crate::platform::{Channel, Platform};
use crate::publish::{desk, held_credential};
use crate::reading::{self, FOLDER, Figure, Metric, Nature, Subject};
use crate::record::{Note, Scribe, Sheet};
use crate::world::{LogError, World};

use due::Duty;
pub use due::{AGES, age_due};
pub use past::Past;

/// After how many rows those that were read are written down, so that a run that breaks off has not read for nothing.
const ROWS_AT_ONCE: usize = 1000;

/// What is to be measured.
pub struct Task<'a> {
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The slots that the ledger knows anything of.
    pub slots: &'a BTreeSet<Slot>,
    /// The accounts that are asked for; all where there are none.
    pub accounts: &'a BTreeSet<AccountId>,
    /// What a web server's log says of the feeds; absent where none is given.
    pub log: Option<&'a Tally>,
    /// Whether the clock is a rehearsed one: then nothing goes to a network.
    pub rehearsed: bool,
    /// Whether the ledger forgets what is written to it.
    pub dry_run: bool,
}

/// Who is told how the run goes.
pub trait Watch {
    /// Called with what was read of an account, as soon as the ledger has it.
    fn wrote(&mut self, account: &AccountId, figures: &[Figure]);
    /// Called with something about an account, or about one of its posts, that a person should know.
    fn warned(&mut self, subject: &Subject, warning: &str);
    /// Called with an account that cannot be read by its nature, and what to do instead.
    fn passed(&mut self, account: &AccountId, why: &str, instead: &str);
    /// Called with an account that should have been read and was not, or not whole, and why.
    fn failed(&mut self, account: &AccountId, why: &str);
}

/// Reads what is due, and writes it down.
///
/// An error means that the ledger could not be used; what was written before stands.
pub fn measure(world: &World<'_>, task: &Task<'_>, watch: &mut dyn Watch) -> Result<(), LogError> {
    let scribe = Scribe::new(world);
    scribe.refresh()?;
    let mut past = Past::default();
    scribe.below(FOLDER, &mut |found| past.read(&found))?;
    let asked = |account: &AccountId| task.accounts.is_empty() || task.accounts.contains(account);
    let slots: BTreeSet<Slot> = task.slots.iter().filter(|slot| asked(&slot.account)).cloned().collect();
    let ledger = scribe.recall(&slots)?;
    let run = Run { world, task, scribe: &scribe, past: &past };
    for account in task.calendar.accounts.values().filter(|account| asked(&account.id)) {
        run.account(account, &ledger, watch)?;
    }
    Ok(())
}

/// One run, and all that its parts share.
struct Run<'a> {
    world: &'a World<'a>,
    task: &'a Task<'a>,
    scribe: &'a Scribe<'a>,
    past: &'a Past,
}

impl Run<'_> {
    fn account(&self, account: &Account, ledger: &Ledger, watch: &mut dyn Watch) -> Result<(), LogError> {
        let id = &account.id;
        let Some(platform) = account.platform.as_ref().map(|platform| platform.value) else { return Ok(()) };
        let adapter = (self.world.platforms)(platform);
        if let Some(tally) = self.task.log
            && let Some(feed) = tally.feed(id)
        {
            let figures = web::figures(self.task.calendar.zone(), id, (tally, feed), self.past);
            return self.write(id, figures, watch);
        }
        let Some((adapter, at_once)) = adapter.and_then(|adapter| Some((adapter, adapter.counts_at_once()?)))
        else {
            let (why, instead) = unread(account, adapter.is_some());
            watch.passed(id, &why, &instead);
            return Ok(());
        };
        let duty = self.duty(id, ledger);
        if !duty.account && duty.posts.is_empty() {
            return Ok(());
        }
        if self.task.rehearsed {
            let why = "the clock is rehearsed (--now), and a rehearsal reaches no network";
            watch.passed(id, why, "run it without --now");
            return Ok(());
        }
        let credential = adapter.has_secret().then(|| self.world.keys.credential(id));
        match credential {
            // A secret that nobody ever set is a decision; one that cannot be opened is a fault.
            Some(Err(KeyError::Missing(_))) => {
                let instead =
                    format!("kalends account connect {id}, or bring its numbers: kalends import readings");
                watch.passed(id, "there is no secret to read it with", &instead);
                return Ok(());
            }
            // The next token would be forgotten with all that a rehearsal writes, and this one be spent.
            Some(Ok(credential)) if self.task.dry_run && adapter.renews_at(&credential).is_some() => {
                let why = "its token may be due to be renewed, and a rehearsal renews none";
                watch.passed(id, why, "run it without --dry-run");
                return Ok(());
            }
            _ => {}
        }
        self.ask(account, (adapter, at_once), duty, watch)
    }

    /// Signs in, and asks for all that is due. What was read before a failure is written down.
    fn ask(
        &self,
        account: &Account,
        (adapter, at_once): (&dyn Platform, usize),
        duty: Duty,
        watch: &mut dyn Watch,
    ) -> Result<(), LogError> {
        let id = &account.id;
        let book = MediaBook::new();
        let opened = held_credential(self.world, self.scribe, account, adapter).and_then(|held| {
            if let Some(warning) = held.as_ref().and_then(|held| held.warning.as_ref()) {
                watch.warned(&Subject::Account(id.clone()), warning);
            }
            let mut desk = desk(self.world, &book, account, held.map(|held| held.credential));
            desk.pin_suffices = true;
            adapter.open(desk)
        });
        let channel = match opened {
            Ok(channel) => channel,
            Err(failure) => {
                watch.failed(id, &words(failure));
                return Ok(());
            }
        };
        let mut figures = Vec::new();
        let ended = self.read(account, (channel.as_ref(), at_once), &duty, &mut figures, watch);
        self.write(id, std::mem::take(&mut figures), watch)?;
        match ended? {
            Ok(()) => {}
            Err(failure) => watch.failed(id, &words(failure)),
        }
        Ok(())
    }

    /// Asks for the account's own numbers, and for its posts'.
    fn read(
        &self,
        account: &Account,
        (channel, at_once): (&dyn Channel, usize),
        duty: &Duty,
        figures: &mut Vec<Figure>,
        watch: &mut dyn Watch,
    ) -> Result<Result<(), Failure>, LogError> {
        let id = &account.id;
        if duty.account {
            match channel.measure_account() {
                Ok(standing) => self.stands(account, standing, figures, watch),
                Err(failure) => return Ok(Err(failure)),
            }
        }
        let mut unclear = 0;
        for batch in duty.posts.chunks(at_once.max(1)) {
            let places: Vec<&str> = batch.iter().map(|due| due.place.as_str()).collect();
            let looks = match channel.measure(&places) {
                Ok(looks) => looks,
                Err(failure) => return Ok(Err(failure)),
            };
            let now = self.world.clock.now();
            for (due, look) in batch.iter().zip(looks) {
                let subject = Subject::Slot(due.slot.clone());
                match look {
                    Look::Counted(counts) => self.take(&subject, counts, now, figures, watch),
                    Look::Gone => {
                        watch.warned(
                            &subject,
                            "the platform does not have it any more: it is not asked again",
                        );
                        figures.push(gone(subject, account, now));
                    }
                    Look::Unclear(why) => {
                        watch.warned(&subject, &why);
                        unclear += 1;
                    }
                }
            }
            if figures.len() >= ROWS_AT_ONCE {
                self.write(id, std::mem::take(figures), watch)?;
            }
        }
        if unclear > 0 {
            watch.failed(id, &format!("{} could not be read", plural(unclear, "post")));
        }
        Ok(Ok(()))
    }

    fn stands(
        &self,
        account: &Account,
        standing: Standing,
        figures: &mut Vec<Figure>,
        watch: &mut dyn Watch,
    ) {
        let subject = Subject::Account(account.id.clone());
        if let Some(name) = standing.renamed {
            let said = account.handle.as_deref().unwrap_or_default();
            let pinned =
                if account.pin.is_some() { "its id is the pinned one" } else { "it has no pinned `id`" };
            watch.warned(
                &subject,
                &format!("{} says `{said}`, and the account is called `{name}` now ({pinned}): write the new name there", account.file),
            );
        }
        self.take(&subject, standing.counts, self.world.clock.now(), figures, watch);
    }

    /// Makes rows of an answer, and tells what is odd about it.
    fn take(
        &self,
        subject: &Subject,
        counts: Counts,
        read: DateTime<Utc>,
        figures: &mut Vec<Figure>,
        watch: &mut dyn Watch,
    ) {
        let had: BTreeMap<Metric, Amount> = self.past.last(subject);
        let given: BTreeSet<Metric> = counts.given.iter().map(|given| given.metric).collect();
        let lost: Vec<&str> =
            had.keys().filter(|metric| !given.contains(metric)).map(|metric| metric.as_str()).collect();
        for lacking in &counts.lacking {
            watch.warned(subject, lacking);
        }
        if !lost.is_empty() && counts.lacking.is_empty() {
            watch.warned(subject, &format!("the answer has no {} any more", lost.join(", ")));
        }
        for given in counts.given {
            if given.metric.nature() == Nature::Counter
                && let Some(before) = had.get(&given.metric).filter(|before| **before > given.value)
            {
                watch.warned(
                    subject,
                    &format!(
                        "`{}` went back from {before} to {}: it is written down as it was read",
                        given.name, given.value
                    ),
                );
            }
            figures.push(Figure {
                read,
                subject: subject.clone(),
                metric: given.metric,
                name: given.name,
                value: given.value,
                unit: String::new(),
                window: None,
                definition: given.definition,
            });
        }
    }

    /// Writes rows down: a file of the day, in UTC, on which they are written, whatever zone the calendar is in.
    fn write(
        &self,
        account: &AccountId,
        figures: Vec<Figure>,
        watch: &mut dyn Watch,
    ) -> Result<(), LogError> {
        if figures.is_empty() {
            return Ok(());
        }
        let folder = format!("{FOLDER}/{}", self.world.clock.now().format("%Y/%m/%d"));
        let sheet = Sheet { folder, name: account.to_string(), text: reading::write(&figures) };
        let message = format!("measured: {account}, {}", summary(&figures));
        self.scribe.write(Note { sheets: vec![sheet], message, ..Note::default() })?;
        watch.wrote(account, &figures);
        Ok(())
    }
}

/// Says in a few words what rows are of: `12 posts and the account`.
pub fn summary(figures: &[Figure]) -> String {
    let posts: BTreeSet<&Subject> =
        figures.iter().map(|figure| &figure.subject).filter(|subject| subject.is_post()).collect();
    let account = figures.iter().any(|figure| matches!(figure.subject, Subject::Account(_)));
    match (posts.len(), account) {
        (0, _) => "the account".to_owned(),
        (many, false) => plural(many, "post"),
        (many, true) => format!("{} and the account", plural(many, "post")),
    }
}

/// Marks a post that the platform does not have any more.
fn gone(subject: Subject, account: &Account, read: DateTime<Utc>) -> Figure {
    let platform = account.platform.as_ref().map_or("the platform", |platform| platform.value.name());
    Figure {
        read,
        subject,
        metric: Metric::Gone,
        name: String::new(),
        value: Amount::whole(1),
        unit: String::new(),
        window: None,
        definition: format!("{platform} says that there is no such post"),
    }
}

/// Says why an account is not read, and what to do instead.
fn unread(account: &Account, has_adapter: bool) -> (String, String) {
    let platform = account.platform.as_ref().map_or("its platform", |platform| platform.value.name());
    if has_adapter {
        let why = "a feed counts nothing itself; its web server's log does".to_owned();
        return (why, "kalends measure --log FILE".to_owned());
    }
    let why = format!("{platform} gives kalends no numbers");
    (why, "bring its own export: kalends import readings".to_owned())
}

fn words(failure: Failure) -> String {
    match failure {
        Failure::Unsent { why, .. } | Failure::Refused { why, .. } | Failure::Doubtful { why } => why,
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests;
