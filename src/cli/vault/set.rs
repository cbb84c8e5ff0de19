//! `kalends vault set` and `kalends vault rotate`

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use chrono::SubsecRound;
use clap::ValueHint;
use secrecy::{ExposeSecret, SecretString};

use crate::calendar::Account;
use crate::cli::here::Here;
use crate::cli::vault::desk::{Desk, Done, commit_hint, files_of, ids, names_of, sealed_for};
use crate::cli::{IdentityArgs, complete};
use crate::error::{Error, Outcome};
use crate::keyring::{self, Credential};
use crate::rim::chance;
use crate::rim::vault::{VaultError, read_value};
use crate::text::Platform;
use crate::ui::Ui;
use crate::vault::{how_to_end, is_app_password, spoken};

/// Puts a secret into the vault: asked for on a terminal, or read from a file or from stdin.
///
/// Mastodon takes `token`, `client_id`, `client_secret` and `refresh_token`; Bluesky takes `app_password`. What else is in the
/// account's file stays in it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
}

/// Puts a new secret in the place of one that others know, and says how the old one is made invalid.
///
/// Make the new secret at the platform first. Only when the old one is invalid there does it no longer matter who knows it.
#[derive(Debug, clap::Args)]
pub struct Rotate {
    #[command(flatten)]
    input: Input,
}

#[derive(Debug, clap::Args)]
struct Input {
    /// The account
    #[arg(add = complete::accounts())]
    account: String,
    /// Which of its values; the main one if left out
    name: Option<String>,
    /// Read the value from this file, or from stdin if it is `-`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Keep nothing else of what is in the account's file, and so need not open it
    #[arg(long)]
    alone: bool,
    #[command(flatten)]
    identity: IdentityArgs,
    /// What somebody took for a place of the secret itself
    #[arg(hide = true)]
    surplus: Vec<OsString>,
}

/// Sets.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &args.input.identity, ui)?;
    put(&args.input, false, &desk, ui, here)
}

/// Rotates.
pub fn rotate(args: &Rotate, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &args.input.identity, ui)?;
    let account = desk.account(&args.input.account, here)?;
    if desk.vault.sealed(&account.id)?.is_none() {
        return Err(VaultError::Missing(account.id.clone()).into());
    }
    put(&args.input, true, &desk, ui, here)
}

fn put(input: &Input, rotates: bool, desk: &Desk, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let account = desk.account(&input.account, here)?;
    let name = name(account, input)?;
    desk.sound(account)?;
    let policy = desk.vault.policy(&account.id)?;
    if policy.readers.is_empty() {
        let keyless = policy.keyless.clone();
        return Err(VaultError::NoReaders { account: account.id.clone(), keyless }.into());
    }
    let had = desk.vault.sealed(&account.id)?.is_some();
    let mut credential = beginning(input, account, name, desk, ui)?;
    let value = value(input, &question(account, name), ui)?;
    warn_of_shape(account, &value, ui);
    let replaced = credential.values.insert(name.to_owned(), value).is_some();
    let replaces = replaced || had && is_only(account);
    let manifest = desk.store(&credential)?;
    let then = (rotates || replaces).then(|| how_to_end(account));
    let files = files_of(account);
    if ui.json() {
        let done = if rotates { "rotated" } else { "set" };
        let readers = ids(&manifest);
        let done =
            Done { account: account.id.as_str(), done, files: files.clone(), readers, then: then.clone() };
        ui.document("vault", &done)?;
    } else {
        let what = if rotates { "has a new" } else { "has its" };
        ui.data(format!(
            "{} {what} {} in the vault, sealed for {}",
            account.id,
            spoken(name),
            sealed_for(&manifest)
        ))?;
    }
    desk.warn_of_keyless(account, ui)?;
    if let Some(then) = then {
        ui.warning("the old one is in git's history, and works until the platform is told to refuse it");
        ui.hint(then);
    }
    ui.hint(commit_hint(&files, here, desk.reading.repo.root()));
    Ok(Outcome::Done)
}

/// Returns the name of the value that is meant. What the user said may be the secret itself, and is not said again.
fn name(account: &Account, input: &Input) -> Result<&'static str, Error> {
    let names = names_of(account);
    if !input.surplus.is_empty() {
        return Err(Error::usage("a secret is never an argument: whoever lists the processes would see it")
            .hint("leave it out, and type it when it is asked for; or pipe it in, or name a file with --file")
            .hint("the shell's history may have it now: make a new secret at the platform"));
    }
    let Some(said) = &input.name else {
        return names.first().copied().ok_or_else(|| Error::user("the account needs no secret"));
    };
    names.iter().copied().find(|name| name == said).ok_or_else(|| {
        Error::usage(format!("the secret of `{}` has no value of that name", account.id))
            .hint(format!("it may have: {}", names.join(", ")))
            .hint("if that was the secret itself: leave it out, and type it when it is asked for")
    })
}

/// Tells whether an account's secret has one value only.
fn is_only(account: &Account) -> bool {
    names_of(account).len() == 1
}

/// Returns the credential that the value goes into: what is there already, as far as it is kept.
fn beginning(
    input: &Input,
    account: &Account,
    name: &str,
    desk: &Desk,
    ui: &mut Ui,
) -> Result<Credential, Error> {
    let mut values = BTreeMap::new();
    let mut expires_at = None;
    if !is_only(account) && !input.alone && desk.vault.sealed(&account.id)?.is_some() {
        match desk.vault.open(&account.id) {
            Ok(found) => {
                let is_main = names_of(account).first() == Some(&name);
                expires_at = found.expires_at.filter(|_| !is_main);
                values = found.values;
            }
            // What is another's, or nobody's any more, is not kept.
            Err(
                fault @ (VaultError::OtherServer { .. }
                | VaultError::OtherAccount { .. }
                | VaultError::Damaged { .. }),
            ) => ui.warning(format!("{fault}; nothing of it is kept")),
            Err(fault) => {
                return Err(Error::from(fault)
                    .hint("or put the value there --alone, without what else is in the file"));
            }
        }
    }
    let value =
        chance::nonce().map_err(|fault| Error::user("the system gives no random numbers").because(fault))?;
    Ok(Credential {
        account: account.id.clone(),
        server: account.server.as_ref().map(|server| server.value.clone()),
        value,
        set_at: desk.now.trunc_subsecs(0),
        expires_at,
        values,
    })
}

fn question(account: &Account, name: &str) -> String {
    let name = spoken(name);
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
    format!("{} of {} (it is not shown): ", first.chain(letters).collect::<String>(), account.id)
}

/// Takes the value from where the user has it.
fn value(input: &Input, question: &str, ui: &Ui) -> Result<SecretString, Error> {
    let source = match &input.file {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(path.as_path()),
        None if ui.can_ask() => {
            let answer = ui.ask_secret(question).ok_or_else(|| Error::user("no secret was given"))?;
            return clean(answer.expose_secret().as_bytes()).map_err(|why| unusable("what was typed", why));
        }
        None if std::io::stdin().is_terminal() => {
            return Err(Error::user("there is nobody to ask for the secret")
                .hint("run it on a terminal, pipe the secret in, or name a file with --file"));
        }
        None => None,
    };
    let shown = source.map_or_else(|| "stdin".to_owned(), |path| path.display().to_string());
    let bytes = read_value(source).map_err(|fault| {
        Error::user(format!("cannot read {shown}"))
            .hint("see whether it is there, and may be read")
            .because(fault)
    })?;
    clean(&bytes).map_err(|why| unusable(&shown, why))
}

fn unusable(source: &str, why: &str) -> Error {
    Error::user(format!("{source} is no secret: {why}"))
        .hint("nothing was changed; give the secret alone, on one line")
}

/// Takes the line end off a value, and refuses what no platform's secret is.
fn clean(bytes: &[u8]) -> Result<SecretString, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text")?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.trim().is_empty() {
        return Err("it is empty");
    }
    if text.contains(['\n', '\r']) {
        return Err("it has several lines");
    }
    if text.contains(char::is_control) {
        return Err("it has control characters in it");
    }
    if text.trim() != text {
        return Err("it begins or ends with a blank");
    }
    Ok(keyring::secret(text))
}

/// Warns of an account's own password in the place of an app password: it opens everything, and cannot be taken back
/// alone.
fn warn_of_shape(account: &Account, value: &SecretString, ui: &mut Ui) {
    let is_bluesky = account.platform.as_ref().is_some_and(|platform| platform.value == Platform::Bluesky);
    if is_bluesky && !is_app_password(value.expose_secret()) {
        ui.warning(
            "this does not look like an app password, and may be the account's own, which opens everything",
        );
        ui.hint("make an app password at https://bsky.app/settings/app-passwords, and set that");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_is_cut_and_what_is_no_secret_is_refused() {
        let cleaned = |bytes: &[u8]| clean(bytes).map(|value| value.expose_secret().to_owned());
        for text in ["abc", "abc\n", "abc\r\n", "a b c"] {
            assert_eq!(cleaned(text.as_bytes()).unwrap(), text.trim_end());
        }
        for (bytes, why) in [
            (&b""[..], "it is empty"),
            (b"\n", "it is empty"),
            (b"  \n", "it is empty"),
            (b"a\nb\n", "it has several lines"),
            (b"abc\n\n", "it has several lines"),
            (b"a\x1b[0m", "it has control characters in it"),
            (b" abc", "it begins or ends with a blank"),
            (b"\xff", "it is not text"),
        ] {
            assert_eq!(cleaned(bytes), Err(why), "{bytes:?}");
        }
    }
}
