//! `kalends vault show`

use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::calendar::Account;
use crate::cli::here::Here;
use crate::cli::vault::desk::{Desk, names_of, told};
use crate::cli::{IdentityArgs, complete};
use crate::error::{Error, Outcome};
use crate::keyring::Credential;
use crate::rim::vault::VaultError;
use crate::ui::{self, Ui};
use crate::vault::{Manifest, sealed_path};

/// Shows who can read an account's secret, when it was set, what is in it, and whether you can open it.
///
/// The secret itself is shown only with --reveal, on a terminal or into a pipe.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends vault show mastodon
  kalends vault show mastodon token --reveal | wl-copy")]
pub struct Args {
    /// The account
    #[arg(add = complete::accounts())]
    account: String,
    /// Show this value alone, with --reveal
    #[arg(requires = "reveal")]
    name: Option<String>,
    /// Show the secret itself
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    identity: IdentityArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    account: &'a str,
    server: Option<&'a str>,
    file: String,
    set_at: Option<String>,
    expires_at: Option<String>,
    value: Option<&'a str>,
    readers: Vec<Reader<'a>>,
    differences: Vec<String>,
    opens: bool,
    why_not: Option<String>,
    names: Vec<&'a str>,
}

#[derive(Serialize)]
struct Reader<'a> {
    id: String,
    recipient: &'a str,
}

/// Shows.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &args.identity, ui)?;
    let account = desk.account(&args.account, here)?;
    if args.reveal {
        return reveal(args, account, &desk, ui);
    }
    let differences = desk.differences(account)?.ok_or_else(|| VaultError::Missing(account.id.clone()))?;
    let manifest = desk.vault.manifest(&account.id).ok().flatten();
    let opened = desk.vault.open(&account.id);
    if ui.json() {
        ui.document(
            "vault-show",
            &document(account, manifest.as_ref(), &differences.iter().map(told).collect::<Vec<_>>(), &opened),
        )?;
        return Ok(Outcome::Done);
    }
    show(account, manifest.as_ref(), &opened, &desk, ui)?;
    for difference in &differences {
        ui.warning(told(difference));
    }
    if !differences.is_empty() {
        ui.hint(format!("seal it anew, by somebody who can open it: kalends vault sync {}", account.id));
    }
    Ok(Outcome::Done)
}

fn document<'a>(
    account: &'a Account,
    manifest: Option<&'a Manifest>,
    differences: &[String],
    opened: &'a Result<Credential, VaultError>,
) -> Document<'a> {
    let credential = opened.as_ref().ok();
    let readers = manifest.map_or(&[][..], |manifest| &manifest.readers);
    let reader =
        |reader: &'a crate::vault::Reader| Reader { id: reader.id.to_string(), recipient: &reader.recipient };
    Document {
        account: account.id.as_str(),
        server: account.server.as_ref().map(|server| server.value.as_str()),
        file: sealed_path(&account.id),
        set_at: manifest.map(|manifest| ui::moment(manifest.set_at)),
        expires_at: credential.and_then(|credential| credential.expires_at).map(ui::moment),
        value: manifest.map(|manifest| manifest.value.as_str()),
        readers: readers.iter().map(reader).collect(),
        differences: differences.to_vec(),
        opens: credential.is_some(),
        why_not: opened.as_ref().err().map(ToString::to_string),
        names: credential.map_or_else(Vec::new, |one| one.values.keys().map(String::as_str).collect()),
    }
}

fn show(
    account: &Account,
    manifest: Option<&Manifest>,
    opened: &Result<Credential, VaultError>,
    desk: &Desk,
    ui: &mut Ui,
) -> Result<(), Error> {
    let local = |at| desk.reading.calendar.zone().local(at).format("%Y-%m-%d %H:%M");
    ui.data(ui::paint(ui::STRONG, &account.id))?;
    let mut line = |name: &str, words: String| ui.data(format!("  {name:<9} {}", ui::foreign(&words)));
    if let Some(server) = &account.server {
        line("server", server.value.clone())?;
    }
    line("file", sealed_path(&account.id))?;
    if let Some(manifest) = manifest {
        line("set", local(manifest.set_at).to_string())?;
        let ids: Vec<String> = manifest.readers.iter().map(|reader| reader.id.to_string()).collect();
        let wide = ids.iter().map(String::len).max().unwrap_or_default();
        for (at, (id, reader)) in ids.iter().zip(&manifest.readers).enumerate() {
            line(if at == 0 { "readers" } else { "" }, format!("{id:wide$}  {}", reader.recipient))?;
        }
    }
    match opened {
        Ok(credential) => {
            if let Some(at) = credential.expires_at {
                line("ends", local(at).to_string())?;
            }
            let names: Vec<&str> = credential.values.keys().map(String::as_str).collect();
            line("opens", "yes, with your identity".to_owned())?;
            line("has", names.join(", "))
        }
        Err(fault) => {
            line("opens", format!("no: {fault}"))?;
            if let Some(help) = fault.help() {
                ui.hint(help);
            }
            Ok(())
        }
    }
}

/// Shows the values themselves, where only the one who asked for them reads.
fn reveal(args: &Args, account: &Account, desk: &Desk, ui: &mut Ui) -> Result<Outcome, Error> {
    if ui.json() {
        return Err(Error::usage("a secret is never written as JSON")
            .hint(format!("show it alone: kalends vault show {} NAME --reveal", account.id)));
    }
    if !ui.out_is_read_at_once() {
        return Err(
            Error::user("a secret is not written into a file").hint("pipe it into the program that needs it")
        );
    }
    let credential = desk.vault.open(&account.id)?;
    let Some(name) = &args.name else {
        for (name, value) in &credential.values {
            let line = Zeroizing::new(format!("{name} = {}\n", value.expose_secret()));
            ui.raw(line.as_bytes())?;
        }
        return Ok(Outcome::Done);
    };
    let value = credential.get(name).ok_or_else(|| {
        let found: Vec<&str> = credential.values.keys().map(String::as_str).collect();
        let may = if names_of(account).contains(&name.as_str()) { "is not set" } else { "is no value of it" };
        Error::user(format!("`{}` {may}", ui::foreign(name))).hint(format!("there is: {}", found.join(", ")))
    })?;
    ui.raw(value.as_bytes())?;
    ui.raw(b"\n")?;
    Ok(Outcome::Done)
}
