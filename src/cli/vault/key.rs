//! `kalends vault key`

use std::path::Path;

use chrono::{SecondsFormat, Utc};
use serde::Serialize;

use crate::cli::here::Here;
use crate::cli::{ClockArgs, IdentityArgs};
use crate::error::{Error, Outcome};
use crate::rim::vault::{identity_path, make_identity};
use crate::time::Zone;
use crate::ui::Ui;

/// Makes an identity: the key that opens what is sealed for you.
///
/// Writes it to ~/.config/kalends/identity, or where --identity or KALENDS_IDENTITY says, for nobody but you to read; never
/// over one that is there. Its recipient, which seals for you, goes to stdout and is no secret. Keep a copy of the file
/// in a safe place: nobody can make it again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Protect it by a passphrase, which is asked for now and whenever it opens something
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    identity: IdentityArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    file: String,
    recipient: &'a str,
}

/// Makes one.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let path = identity_path(args.identity.identity.as_deref())?;
    refuse_in_calendar(&path, here)?;
    let at = here.now(&ClockArgs::default(), &Zone::utc())?;
    let passphrase = if args.passphrase { Some(ask_twice(ui)?) } else { None };
    let at = at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true);
    let recipient = make_identity(&path, &at, passphrase).map_err(|fault| match fault.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let shown = here.show(&path);
            Error::user(format!("there is an identity at {shown} already")).hint(format!(
                "`age-keygen -y {shown}` prints its recipient; for another one, name another file"
            ))
        }
        _ => Error::cannot_write(&here.show(&path), fault),
    })?;
    if ui.json() {
        ui.document("vault-key", &Document { file: path.display().to_string(), recipient: &recipient })?;
    } else {
        ui.data(&recipient)?;
    }
    ui.status(format!("your identity is {}: keep a copy in a safe place", here.show(&path)));
    ui.hint(format!("write into people/ID.toml, ID being yours: recipient = \"{recipient}\""));
    Ok(Outcome::Done)
}

/// Refuses to put an identity where it would be committed one day.
fn refuse_in_calendar(path: &Path, here: &Here) -> Result<(), Error> {
    let Ok(repo) = here.repo() else { return Ok(()) };
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok());
    if folder.is_some_and(|folder| folder.starts_with(repo.root())) {
        return Err(Error::user(format!(
            "{} is in the calendar, where it would be committed",
            here.show(&whole)
        ))
        .hint("name a file outside of it, or none"));
    }
    Ok(())
}

fn ask_twice(ui: &mut Ui) -> Result<secrecy::SecretString, Error> {
    use secrecy::ExposeSecret;
    let nobody = || {
        Error::user("there is no terminal to ask for a passphrase on")
            .hint("run it on one, or without --passphrase")
    };
    let first = ui.ask_secret("New passphrase (it is not shown): ").ok_or_else(nobody)?;
    if first.expose_secret().is_empty() {
        return Err(Error::user("an empty passphrase protects nothing").hint("run it again, and say one"));
    }
    let second = ui.ask_secret("The same again: ").ok_or_else(nobody)?;
    if first.expose_secret() != second.expose_secret() {
        return Err(Error::user("the two passphrases differ").hint("run it again; nothing was written"));
    }
    Ok(first)
}
