//! The vault: who may read an account's secret, and for whom it is sealed.
//!
//! An account's secret is one age file. Such a file does not say for whom it is, so a plain [`Manifest`] lies beside
//! it. Who should be able to read it is the calendar's word ([`policy`]); [`differences`] compares the two.

mod check;
mod edit;
mod format;
mod guard;
mod platform;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use crate::calendar::{Account, Calendar};
use crate::draft::{AccountId, PersonId, RunnerId};

pub use check::check;
pub use edit::edit_list;
pub use format::{locks, read_manifest, write_manifest};
pub use guard::{Version, guard};
pub use platform::{how_to_end, is_app_password, names, spoken};

/// The folder of the vault, in the calendar's.
pub const FOLDER: &str = "vault";

/// Returns the path of an account's age file.
pub fn sealed_path(account: &AccountId) -> String {
    format!("{FOLDER}/{account}.age")
}

/// Returns the path of an account's manifest.
pub fn manifest_path(account: &AccountId) -> String {
    format!("{FOLDER}/{account}.toml")
}

/// Who can read a secret: `person:ada`, `runner:basement`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReaderId {
    /// A person.
    Person(PersonId),
    /// A machine that publishes by itself.
    Runner(RunnerId),
}

impl ReaderId {
    /// Returns the path of the file that says their recipient.
    pub fn file(&self) -> String {
        match self {
            ReaderId::Person(id) => format!("people/{id}.toml"),
            ReaderId::Runner(id) => format!("runners/{id}.toml"),
        }
    }
}

impl fmt::Display for ReaderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReaderId::Person(id) => write!(f, "person:{id}"),
            ReaderId::Runner(id) => write!(f, "runner:{id}"),
        }
    }
}

impl FromStr for ReaderId {
    type Err = ();

    fn from_str(text: &str) -> Result<ReaderId, ()> {
        match text.split_once(':') {
            Some(("person", id)) => PersonId::new(id).map(ReaderId::Person).ok_or(()),
            Some(("runner", id)) => RunnerId::new(id).map(ReaderId::Runner).ok_or(()),
            _ => Err(()),
        }
    }
}

/// Somebody for whom a secret is sealed, and with which key of theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// Who it is.
    pub id: ReaderId,
    /// Their age recipient.
    pub recipient: String,
}

/// What stands beside an age file: for whom it is, and which value is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The account.
    pub account: AccountId,
    /// The id that was drawn when the value was set. Sealing it for others keeps the id; a new value gets a new one.
    pub value: String,
    /// When the value was set.
    pub set_at: DateTime<Utc>,
    /// The age file's SHA-256, in hexadecimal.
    pub sha256: String,
    /// For whom it is sealed, sorted.
    pub readers: Vec<Reader>,
}

/// Who may read an account's secret, by the calendar's word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Those who may, sorted.
    pub readers: Vec<Reader>,
    /// Those who would, but whose file names no recipient to seal it for.
    pub keyless: Vec<ReaderId>,
}

/// Returns who may read an account's secret on a day: the people in its `access`, and the runners that publish to it,
/// each until their last day.
pub fn policy(calendar: &Calendar, account: &Account, day: NaiveDate) -> Policy {
    let people = account.access.iter().filter_map(|id| calendar.people.get(&id.value));
    let people = people
        .filter(|person| person.until.as_ref().is_none_or(|until| day <= until.value))
        .map(|person| (ReaderId::Person(person.id.clone()), &person.recipient));
    let runners = calendar.runners.values();
    let runners = runners
        .filter(|runner| runner.accounts.iter().any(|one| one.value == account.id))
        .filter(|runner| runner.until.as_ref().is_none_or(|until| day <= until.value))
        .map(|runner| (ReaderId::Runner(runner.id.clone()), &runner.recipient));
    let mut policy = Policy::default();
    for (id, recipient) in people.chain(runners) {
        match recipient {
            Some(recipient) => policy.readers.push(Reader { id, recipient: recipient.clone() }),
            None => policy.keyless.push(id),
        }
    }
    policy.readers.sort();
    policy.readers.dedup();
    policy.keyless.sort();
    policy.keyless.dedup();
    policy
}

/// Returns for whom an account's secret is to be sealed on a day, sorted.
pub fn readers(calendar: &Calendar, account: &Account, day: NaiveDate) -> Vec<Reader> {
    policy(calendar, account, day).readers
}

/// A way in which an age file is not as its manifest and the calendar say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Somebody may read it, and cannot; also by a new key of theirs.
    Missing(Reader),
    /// Somebody can read it, and may not; also by an old key of theirs.
    Surplus(Reader),
    /// The manifest is another account's.
    OtherAccount(AccountId),
    /// The age file's bytes are not those that the manifest was written for.
    Altered,
    /// The age file cannot be read as one, and why.
    Damaged(String),
    /// The age file is sealed for another number of keys than the manifest names.
    Foreign {
        /// For how many it is sealed.
        found: usize,
        /// How many the manifest names.
        named: usize,
    },
}

/// Compares an account's age file and manifest with what the calendar says.
pub fn differences(
    account: &AccountId,
    manifest: &Manifest,
    sealed: &[u8],
    policy: &[Reader],
) -> Vec<Difference> {
    let mut found = Vec::new();
    if manifest.account != *account {
        found.push(Difference::OtherAccount(manifest.account.clone()));
    }
    if manifest.sha256 != sha256(sealed) {
        found.push(Difference::Altered);
    }
    found.extend(foreign(manifest, sealed));
    let beyond = |some: &[Reader], others: &[Reader]| -> Vec<Reader> {
        some.iter().filter(|reader| !others.contains(reader)).cloned().collect()
    };
    found.extend(beyond(policy, &manifest.readers).into_iter().map(Difference::Missing));
    found.extend(beyond(&manifest.readers, policy).into_iter().map(Difference::Surplus));
    found
}

/// Returns bytes' SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the recipients that a secret is sealed for, each once: two readers may share a key.
pub fn recipients(readers: &[Reader]) -> Vec<&str> {
    let mut recipients: Vec<&str> = readers.iter().map(|reader| reader.recipient.as_str()).collect();
    recipients.sort_unstable();
    recipients.dedup();
    recipients
}

/// The kind of lock that a native recipient gets in an age file.
const NATIVE_LOCK: &str = "X25519";

/// Tells whether a recipient is age's own kind, which gets exactly one lock; a plugin's may get any number.
fn is_native(recipient: &str) -> bool {
    recipient.rsplit_once('1').is_some_and(|(prefix, _)| prefix == "age")
}

/// Compares the number of an age file's locks with its manifest: a key that the manifest does not name has one more.
fn foreign(manifest: &Manifest, sealed: &[u8]) -> Option<Difference> {
    let locks = match locks(sealed) {
        Ok(locks) => locks,
        Err(why) => return Some(Difference::Damaged(why)),
    };
    let recipients = recipients(&manifest.readers);
    let (named, found) = if recipients.iter().all(|recipient| is_native(recipient)) {
        (recipients.len(), locks.len())
    } else {
        let native = locks.iter().filter(|lock| *lock == NATIVE_LOCK).count();
        (recipients.iter().filter(|recipient| is_native(recipient)).count(), native)
    };
    (named != found).then_some(Difference::Foreign { found, named })
}

#[cfg(test)]
mod tests;
