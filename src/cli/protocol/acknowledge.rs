//! `kalends protocol acknowledge`

use serde::Serialize;

use crate::calendar::{Acknowledged, Acknowledgement, Protocol, protocol_page, signed_moment};
use crate::cli::here::Here;
use crate::cli::signer::{SignerArgs, refuse_unasked, with_signature};
use crate::cli::vault::commit_hint;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::Ui;

/// Signs that you have read a protocol as it stands.
///
/// Shows the protocol, asks, and writes acknowledgements/PROTOCOL/PERSON.toml: a signature over its words and rules. A change of
/// either asks again; comments and its `note` change nothing. Until everybody has read it whom `acknowledge` in the
/// protocol means, their posts are held.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The protocols' ids
    #[arg(value_name = "PROTOCOL", required = true, add = complete::protocols())]
    protocols: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    person: &'a str,
    files: &'a [String],
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let mut protocols: Vec<&Protocol> = Vec::new();
    for id in &args.protocols {
        let protocol = here.protocol(calendar, id)?;
        reading.sound(&protocol.file)?;
        if !protocols.iter().any(|known| known.id == protocol.id) {
            protocols.push(protocol);
        }
    }
    refuse_unasked(args.yes, ui)?;
    let now = here.now(&args.clock, calendar.zone())?;
    let signer = args.signer.signer(&reading, here, calendar.zone().local(now).date())?;
    let person = &signer.person.id;
    protocols.retain(|protocol| match calendar.acknowledged(protocol, person, None) {
        Acknowledged::Read(_) => {
            ui.status(format!("{person} has read {} already", protocol.id));
            false
        }
        _ => true,
    });
    for protocol in &protocols {
        if !ui.json() {
            ui.data(protocol_page(protocol).trim_end())?;
        }
    }
    let names: Vec<String> = protocols.iter().map(|protocol| protocol.id.to_string()).collect();
    let question = format!("Have you read {}, {person}, and will you keep to it?", names.join(", "));
    if !protocols.is_empty() && !args.yes && !ui.ask(&question) {
        ui.status("nothing was signed");
        return Ok(Outcome::Findings);
    }
    let mut files = Vec::new();
    for protocol in &protocols {
        let text = Acknowledgement::text_of(&protocol.id, person, &protocol.digest, now);
        let head = format!(
            "# Written by `kalends protocol acknowledge`. A change of the protocol asks again.\n\
             protocol = \"{}\"\nperson = \"{person}\"\ndigest = \"{}\"\nat = {}\n",
            protocol.id,
            protocol.digest,
            signed_moment(now)
        );
        let path = format!("acknowledgements/{}/{person}.toml", protocol.id);
        files.push((path, with_signature(&head, &signer.sign(&text, ui)?)));
    }
    for (path, text) in &files {
        here.write(&reading.repo.root().join(path), text.as_bytes())?;
    }
    let paths: Vec<String> = files.into_iter().map(|(path, _)| path).collect();
    if ui.json() {
        ui.document("acknowledge", &Document { person: person.as_str(), files: &paths })?;
        return Ok(Outcome::Done);
    }
    for path in &paths {
        ui.data(format!("signed  {}", here.show(&reading.repo.root().join(path))))?;
    }
    if !paths.is_empty() {
        ui.hint(commit_hint(&paths, here, reading.repo.root()));
    }
    Ok(Outcome::Done)
}
