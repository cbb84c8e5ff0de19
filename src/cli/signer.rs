//! Who signs, and with which key.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::ValueHint;

use crate::calendar::{Calendar, Person};
use crate::cli::complete;
use crate::cli::here::{Here, Reading};
use crate::error::Error;
use crate::rim::ssh::{self, Source};
use crate::signature::{self, Key};
use crate::ui::{self, Ui};

/// What a command takes that signs.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SignerArgs {
    /// Sign as this person.
    ///
    /// It is otherwise the person in people/ who has the address of git's user.email, or the key that is named.
    #[arg(long = "as", value_name = "PERSON", add = complete::people())]
    person: Option<String>,
    /// Sign with this private key of ssh.
    ///
    /// It is otherwise the one that git's user.signingkey names, the one in ~/.ssh, or the one in the agent, whose public half
    /// the person's file has. A file with the public key alone means the agent.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    key: Option<PathBuf>,
}

/// Somebody who signs.
pub struct Signer<'a> {
    /// The person.
    pub person: &'a Person,
    key: Key,
    source: Source,
}

/// A key that the command line or git's settings name.
struct Named {
    /// Where its private half is.
    source: Source,
    /// Its public half, where that can be read.
    key: Option<Key>,
}

impl SignerArgs {
    /// Returns the arguments of a command that signs nothing, and asks who somebody is.
    pub fn only_person(person: Option<String>) -> SignerArgs {
        SignerArgs { person, key: None }
    }

    /// Returns the person whom the command line names.
    pub fn named_person<'a>(&self, calendar: &'a Calendar, here: &Here) -> Result<Option<&'a Person>, Error> {
        self.person.as_ref().map(|id| here.person(calendar, id)).transpose()
    }

    /// Tells who signs.
    pub fn who<'a>(&self, reading: &'a Reading, here: &Here) -> Result<&'a Person, Error> {
        self.who_is_named_by("--as", reading, here)
    }

    /// Tells who somebody is whom an option names, or git's settings.
    pub fn who_is_named_by<'a>(
        &self,
        option: &str,
        reading: &'a Reading,
        here: &Here,
    ) -> Result<&'a Person, Error> {
        let calendar = &reading.calendar;
        if let Some(person) = self.named_person(calendar, here)? {
            return Ok(person);
        }
        let email = reading.repo.setting("user.email");
        if let Some(email) = &email {
            let has =
                |person: &&Person| person.email.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(email));
            if let Some(found) = only(calendar, has) {
                return Ok(found);
            }
        }
        let key = self.named(reading).and_then(|named| named.key);
        let has = |person: &&Person| {
            key.is_some() && person.signing_key.as_ref().map(|at| &at.value) == key.as_ref()
        };
        only(calendar, has).ok_or_else(|| {
            let error = Error::user(match email {
                Some(email) => {
                    format!(
                        "git's user.email is {}, which is the address of nobody in people/, or of several",
                        ui::foreign(&email)
                    )
                }
                None => "nobody says who you are: git's user.email is not set".to_owned(),
            });
            error.hint(format!("say it: {option} PERSON; or write `email = \"…\"` into your file in people/"))
        })
    }

    /// Returns who signs, with the key, if they may sign on a day.
    pub fn signer<'a>(&self, reading: &'a Reading, here: &Here, day: NaiveDate) -> Result<Signer<'a>, Error> {
        let person = self.who(reading, here)?;
        let Some(key) = &person.signing_key else {
            return Err(Error::user(format!("{} has no signing_key to sign with", person.file)).hint(
                "write the line of ~/.ssh/id_ed25519.pub into it: signing_key = \"ssh-ed25519 …\"; `ssh-keygen -t ed25519` makes one",
            ));
        };
        if let Some(until) = person.until.as_ref().filter(|until| day > until.value) {
            return Err(Error::user(format!("the last day of {} was {}", person.id, until.value))
                .hint(format!("change `until` in {}, if they are back", person.file)));
        }
        let source = self.source(reading, person, &key.value)?;
        Ok(Signer { person, key: key.value.clone(), source })
    }

    fn source(&self, reading: &Reading, person: &Person, key: &Key) -> Result<Source, Error> {
        let named = self.named(reading);
        match named {
            Some(named) if named.key.as_ref() == Some(key) => return Ok(named.source),
            // What it is shows when it has signed.
            Some(Named { source, key: None }) if self.key.is_some() => return Ok(source),
            Some(Named { key: Some(other), .. }) if self.key.is_some() => {
                return Err(other_key(person, key, &other.fingerprint()));
            }
            _ => {}
        }
        Ok(ssh::own(key).unwrap_or(Source::Agent))
    }

    /// Returns the key that the command line names, or git's settings.
    fn named(&self, reading: &Reading) -> Option<Named> {
        let of_file = |path: PathBuf| Named { key: ssh::public_half(&path), source: Source::File(path) };
        if let Some(path) = &self.key {
            return Some(of_file(path.clone()));
        }
        let setting = reading.repo.setting("user.signingkey")?;
        let literal = setting.strip_prefix("key::").unwrap_or(&setting);
        match Key::read(literal) {
            Ok(key) => Some(Named { source: Source::Agent, key: Some(key) }),
            // It may as well be the id of a key of another program.
            Err(_) => Some(ssh::at_home(&setting)).filter(|path| path.is_absolute()).map(of_file),
        }
    }
}

/// Returns the only person of whom something is so.
fn only(calendar: &Calendar, is_so: impl Fn(&&Person) -> bool) -> Option<&Person> {
    let mut found = calendar.people.values().filter(is_so);
    found.next().filter(|_| found.next().is_none())
}

fn other_key(person: &Person, key: &Key, found: &str) -> Error {
    Error::user(format!("the key {found} is not the one in {}, which is {}", person.file, key.fingerprint()))
        .hint(format!("sign with that one, or, if {} has a new key, change signing_key first", person.id))
}

impl Signer<'_> {
    /// Signs a text. What comes back is verified: whatever signed, it was this person's key.
    pub fn sign(&self, text: &str, ui: &Ui) -> Result<String, Error> {
        let armored = ssh::sign(text, &self.key, &self.source, ui.can_ask())?;
        match signature::verify(&self.key, text, &armored) {
            Ok(()) => Ok(armored.trim().to_owned()),
            Err(signature::Fault::OtherKey(found)) => Err(other_key(self.person, &self.key, &found)),
            Err(fault) => {
                Err(Error::user(format!("ssh-keygen signed, and its signature is not good: {fault}"))
                    .hint("see `ssh -V`: OpenSSH 8.2 or later signs"))
            }
        }
    }
}

/// Returns a file's text with a signature at its end, as people verify it without kalends: each key on its own line.
pub fn with_signature(head: &str, signature: &str) -> String {
    format!("{head}signature = \"\"\"\n{signature}\n\"\"\"\n")
}

/// Refuses to begin where nobody said yes beforehand and nobody can be asked.
pub fn refuse_unasked(yes: bool, ui: &Ui) -> Result<(), Error> {
    if yes || ui.can_ask() {
        return Ok(());
    }
    Err(Error::usage("nobody can be asked here whether that is meant").hint("say --yes"))
}
