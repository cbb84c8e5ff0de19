//! What a command of the vault works on: the calendar in the work tree, and the vault beside it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::calendar::{Account, Calendar};
use crate::cli::here::{Here, Reading};
use crate::cli::{ClockArgs, IdentityArgs};
use crate::error::Error;
use crate::finding::Severity;
use crate::keyring::Credential;
use crate::rim::repo::Rev;
use crate::rim::vault::{LIMIT_BYTES, Vault};
use crate::text::Platform;
use crate::ui::{self, Ui};
use crate::vault::{self, Difference, Manifest, ReaderId, how_to_end, manifest_path, names, sealed_path};

/// The calendar in the work tree, and its vault.
pub struct Desk {
    /// The calendar.
    pub reading: Reading,
    /// Its vault.
    pub vault: Vault,
    /// The moment.
    pub now: DateTime<Utc>,
    identity: IdentityArgs,
}

/// What a command did to an account's secret, as a program reads it.
#[derive(Serialize)]
pub struct Done<'a> {
    /// The account.
    pub account: &'a str,
    /// What was done: `set`, `granted`, `revoked`, `rotated`.
    pub done: &'a str,
    /// The files that were written, relative to the calendar.
    pub files: Vec<String>,
    /// For whom the secret is sealed now.
    pub readers: Vec<String>,
    /// What a person has to do at the platform, where something is.
    pub then: Option<String>,
}

impl Desk {
    /// Opens the calendar in the work tree and its vault.
    pub fn open(here: &Here, identity: &IdentityArgs, ui: &Ui) -> Result<Desk, Error> {
        let reading = here.read(&Rev::WorkTree)?;
        let now = here.now(&ClockArgs::default(), reading.calendar.zone())?;
        let vault = Desk::vault_of(here, &reading.calendar, now, identity, ui)?;
        Ok(Desk { reading, vault, now, identity: identity.clone() })
    }

    fn vault_of(
        here: &Here,
        calendar: &Calendar,
        now: DateTime<Utc>,
        identity: &IdentityArgs,
        ui: &Ui,
    ) -> Result<Vault, Error> {
        let repo = here.repo()?;
        let git_dir = repo.git_dir().ok().map(Path::to_owned);
        let repo = Mutex::new(repo);
        let files = Box::new(move |path: &str| {
            let repo = repo.lock().unwrap_or_else(PoisonError::into_inner);
            repo.file(&Rev::WorkTree, path, LIMIT_BYTES)
        });
        let vault = Vault::new(calendar, day(calendar, now), files, git_dir.as_deref());
        Ok(vault.with_identity(identity.identity.clone(), Arc::new(ui.person())))
    }

    /// Returns the vault of another calendar: of this one with other words in it.
    pub fn vault_for(&self, calendar: &Calendar, here: &Here, ui: &Ui) -> Result<Vault, Error> {
        Desk::vault_of(here, calendar, self.now, &self.identity, ui)
    }

    /// Returns the account of an id that the user said. It must be one whose platform wants a secret.
    pub fn account<'d>(&'d self, id: &str, here: &Here) -> Result<&'d Account, Error> {
        let account = here.account(&self.reading.calendar, id)?;
        match names_of(account) {
            [] => Err(Error::user(match platform(account) {
                Some(Platform::Feed) => format!("`{}` is a feed, which needs no secret", account.id),
                _ if account.by_hand => {
                    format!("a person posts to `{}`, which needs no secret here", account.id)
                }
                Some(other) => format!(
                    "kalends does not post to {} itself, and keeps no secret of `{}`",
                    other.name(),
                    account.id
                ),
                None => format!("{} names no platform that is known", account.file),
            })
            .hint("the accounts that have one: kalends vault list")),
            _ => Ok(account),
        }
    }

    /// Refuses to seal anything while a file that says who may read it cannot be read: somebody would be left out.
    pub fn sound(&self, account: &Account) -> Result<(), Error> {
        let decides = |file: &str| {
            file == account.file || ["people/", "runners/"].iter().any(|folder| file.starts_with(folder))
        };
        let broken =
            self.reading.findings.iter().find(|one| one.severity() == Severity::Error && decides(&one.file));
        match broken {
            None => Ok(()),
            Some(finding) => Err(Error::user(format!("{} has an error: {}", finding.file, finding.message))
                .hint("mend it first (kalends check shows its place): it says who may read the secret")),
        }
    }

    /// Seals a secret for those who may read it, and writes it.
    pub fn store(&self, credential: &Credential) -> Result<Manifest, Error> {
        Ok(self.vault.store(self.reading.repo.root(), credential)?)
    }

    /// Returns how an account's age file differs from what the calendar says, or nothing where it has none.
    pub fn differences(&self, account: &Account) -> Result<Option<Vec<Difference>>, Error> {
        let Some(sealed) = self.vault.sealed(&account.id)? else { return Ok(None) };
        let policy = self.vault.policy(&account.id)?;
        let Some(manifest) = self.vault.manifest(&account.id).ok().flatten() else {
            return Ok(Some(vec![Difference::Altered]));
        };
        Ok(Some(vault::differences(&account.id, &manifest, &sealed, &policy.readers)))
    }

    /// Warns of those who may read an account's secret, and have no recipient to seal it for.
    pub fn warn_of_keyless(&self, account: &Account, ui: &mut Ui) -> Result<(), Error> {
        for who in &self.vault.policy(&account.id)?.keyless {
            ui.warning(format!("{who} may read it, and cannot: {} says no recipient", who.file()));
            ui.hint(format!(
                "`kalends vault key` tells them theirs; then: kalends vault sync {}",
                account.id
            ));
        }
        Ok(())
    }
}

fn day(calendar: &Calendar, now: DateTime<Utc>) -> NaiveDate {
    calendar.zone().local(now).date()
}

fn platform(account: &Account) -> Option<Platform> {
    account.platform.as_ref().map(|platform| platform.value)
}

/// Returns the names of the values that an account's secret may have, the main one first; none where it needs no secret.
pub fn names_of(account: &Account) -> &'static [&'static str] {
    platform(account).filter(|_| !account.by_hand).map_or(&[], names)
}

/// Returns the vault's files of an account.
pub fn files_of(account: &Account) -> Vec<String> {
    vec![sealed_path(&account.id), manifest_path(&account.id)]
}

/// Returns for whom a secret is sealed, as a person reads it.
pub fn sealed_for(manifest: &Manifest) -> String {
    let readers: Vec<String> = manifest.readers.iter().map(|reader| reader.id.to_string()).collect();
    readers.join(", ")
}

/// Returns for whom a secret is sealed, each by their id.
pub fn ids(manifest: &Manifest) -> Vec<String> {
    manifest.readers.iter().map(|reader| reader.id.to_string()).collect()
}

/// Says in words how an age file differs from what the calendar says.
pub fn told(difference: &Difference) -> String {
    match difference {
        Difference::Missing(reader) => format!("{} may read it, and cannot", reader.id),
        Difference::Surplus(reader) => format!("{} can read it, and may not", reader.id),
        Difference::OtherAccount(account) => format!("its manifest is that of `{account}`"),
        Difference::Altered => "its manifest was written for another file".to_owned(),
        Difference::Damaged(why) => format!("it is damaged: {why}"),
        Difference::Foreign { found, named } => {
            format!("it is sealed for {}, and its manifest names {named}", ui::plural(*found, "key"))
        }
    }
}

/// Says what is to be done at the platform and here, so that a secret is worthless to those who know it.
pub fn make_worthless(account: &Account) -> String {
    format!("{}; then: kalends vault rotate {}", how_to_end(account), account.id)
}

/// Warns of those who could read a secret and cannot any more: what they read is not taken from them.
pub fn warn_of_left_out(account: &Account, left_out: &[ReaderId], ui: &mut Ui) {
    if left_out.is_empty() {
        return;
    }
    let names: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    ui.warning(format!(
        "{} can still read the secret of {} as it was until now: git's history keeps it, and so does every clone",
        names.join(", "),
        account.id
    ));
    ui.hint(format!("make it worthless: {}", make_worthless(account)));
}

/// Returns how to put files into git: nothing is the others' before that.
pub fn commit_hint(files: &[String], here: &Here, root: &Path) -> String {
    let shown: Vec<String> = files.iter().map(|file| here.show(&root.join(file))).collect();
    format!("commit it: git add {} && git commit", shown.join(" "))
}
