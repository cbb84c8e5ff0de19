//! `kalends account connect`

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;
use toml_edit::DocumentMut;

use crate::calendar::Account;
use crate::cli::account::{bluesky, mastodon};
use crate::cli::here::Here;
use crate::cli::vault::{Desk, commit_hint};
use crate::cli::{IdentityArgs, complete};
use crate::error::{Error, Kind, Outcome};
use crate::finding::Content;
use crate::http::{Failure, Http};
use crate::keyring::Credential;
use crate::rim::chance;
use crate::rim::shelf::Shelf;
use crate::rim::vault::VaultError;
use crate::rim::wire::Wire;
use crate::text::Platform;
use crate::ui::{Ui, foreign};
use crate::vault::{manifest_path, sealed_path};

/// Signs in to an account's platform, and keeps the secret in the vault.
///
/// The secret is sealed for those who may read it. Where the account's file does not say them yet, the platform's own id of the
/// user, which pins the account, and the handle are written into it. A login of another user than the pinned one is
/// refused, and nothing is kept.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The account
    #[arg(add = complete::accounts())]
    account: String,
    /// Take the code from the browser on this machine, at an address of 127.0.0.1 that is open for five minutes
    #[arg(long)]
    pub loopback: bool,
    #[command(flatten)]
    identity: IdentityArgs,
}

/// A login, as a platform's way of signing in returns it.
pub struct Signed {
    /// The secret values, by the names that the platform's adapter reads.
    pub values: BTreeMap<String, SecretString>,
    /// When the secret was given, where the platform says so.
    pub set_at: Option<DateTime<Utc>>,
    /// When it ends, where the platform says so.
    pub expires_at: Option<DateTime<Utc>>,
    /// The platform's own id of the user.
    pub pin: String,
    /// The user's name there.
    pub handle: String,
    /// What else a person should know.
    pub note: Option<String>,
}

/// What was done, as a program reads it.
#[derive(Serialize)]
struct Done<'a> {
    account: &'a str,
    id: &'a str,
    handle: &'a str,
    expires_at: Option<String>,
    files: &'a [String],
}

/// Connects.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &args.identity, ui)?;
    let account = desk.account(&args.account, here)?;
    desk.sound(account)?;
    let policy = desk.vault.policy(&account.id)?;
    if policy.readers.is_empty() {
        let keyless = policy.keyless.clone();
        return Err(VaultError::NoReaders { account: account.id.clone(), keyless }.into());
    }
    let wire = Wire::new(Shelf { root: desk.reading.repo.root().to_owned() });
    let signed = sign_in(args, account, &wire, ui)?;
    if let Some(pin) = account.pin.as_deref().filter(|pin| *pin != signed.pin) {
        return Err(Error::user(format!(
            "that is another user: {} has the id {}, and {} is pinned to {pin}; nothing was kept",
            signed.handle, signed.pin, account.file
        ))
        .hint("log out there, log in as the right user, and connect again"));
    }
    let value =
        chance::nonce().map_err(|fault| Error::user("the system gives no random numbers").because(fault))?;
    desk.store(&Credential {
        account: account.id.clone(),
        server: account.server.as_ref().map(|server| server.value.clone()),
        value,
        set_at: signed.set_at.unwrap_or(desk.now),
        expires_at: signed.expires_at,
        values: signed.values.clone(),
    })?;
    let mut files = vec![sealed_path(&account.id), manifest_path(&account.id)];
    if let Some(text) = pinned(&desk, account, &signed)? {
        here.write(&desk.reading.repo.root().join(&account.file), text.as_bytes())?;
        files.push(account.file.clone());
    }
    tell(&desk, account, &signed, &files, ui)?;
    ui.hint(commit_hint(&files, here, desk.reading.repo.root()));
    Ok(Outcome::Done)
}

/// Goes the way of the account's platform.
fn sign_in(args: &Args, account: &Account, http: &dyn Http, ui: &mut Ui) -> Result<Signed, Error> {
    match account.platform.as_ref().map(|platform| platform.value) {
        Some(Platform::Bluesky) => bluesky::sign_in(account, http, ui),
        Some(Platform::Mastodon) => mastodon::sign_in(args, account, http, ui),
        Some(other) => Err(Error::user(format!("kalends cannot sign in to {}", other.name()))
            .hint(format!("put the secret into the vault yourself: kalends vault set {}", account.id))),
        None => Err(Error::user(format!("{} names no platform that is known", account.file))),
    }
}

/// Returns the account's file with the user's id and handle in it, where it does not say them yet.
fn pinned(desk: &Desk, account: &Account, signed: &Signed) -> Result<Option<String>, Error> {
    if account.pin.is_some() && account.handle.is_some() {
        return Ok(None);
    }
    let file = desk.reading.files.iter().find(|file| file.path == account.file);
    let Some(Content::Text(text)) = file.map(|file| &file.content) else { return Ok(None) };
    let mut document: DocumentMut = text.parse().map_err(|fault: toml_edit::TomlError| {
        Error::user(format!("{} cannot be edited: {}", account.file, fault.message()))
            .hint(format!("write into it: id = \"{}\"", signed.pin))
    })?;
    for (key, value) in [("id", &signed.pin), ("handle", &signed.handle)] {
        if !document.contains_key(key) {
            document.insert(key, toml_edit::value(value.as_str()));
        }
    }
    Ok(Some(document.to_string()))
}

fn tell(desk: &Desk, account: &Account, signed: &Signed, files: &[String], ui: &mut Ui) -> Result<(), Error> {
    if ui.json() {
        let expires_at = signed.expires_at.map(crate::ui::moment);
        let (id, handle) = (signed.pin.as_str(), signed.handle.as_str());
        ui.document("account", &Done { account: account.id.as_str(), id, handle, expires_at, files })?;
    } else {
        ui.data(format!(
            "{} is connected as {} (id {})",
            account.id,
            foreign(&signed.handle),
            foreign(&signed.pin)
        ))?;
    }
    if let Some(note) = &signed.note {
        ui.status(foreign(note));
    }
    desk.warn_of_keyless(account, ui)
}

/// Says why a request of a login failed.
pub fn failed(failure: &Failure) -> Error {
    match failure {
        Failure::Unsent { why, .. } => {
            Error::new(Kind::Unsent, why.clone()).hint("nothing was kept; try again when that is mended")
        }
        Failure::Refused { status, why, .. } => {
            Error::user(format!("{why} ({status})")).hint("nothing was kept; connect again")
        }
        Failure::Doubtful { why } => {
            Error::new(Kind::Unsent, why.clone()).hint("nothing was kept; connect again")
        }
    }
}
