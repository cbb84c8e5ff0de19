//! `kalends proposal approve` and `kalends proposal reject`

use serde::Serialize;

use crate::calendar::{Decision, Proposal, Ruling, State, signed_moment};
use crate::cli::here::{Here, Reading};
use crate::cli::init::quoted;
use crate::cli::signer::{Signer, SignerArgs, refuse_unasked, with_signature};
use crate::cli::vault::commit_hint;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::text::{Breaks, visible};
use crate::ui::{self, Ui};

/// Approves a plan as it is now, with your ssh key.
#[derive(Debug, clap::Args)]
pub struct Approve {
    #[command(flatten)]
    decide: Decide,
    /// What the approval hangs on, for everybody who reads it
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// Rejects a plan as it is now, with your ssh key and a reason.
#[derive(Debug, clap::Args)]
pub struct Reject {
    #[command(flatten)]
    decide: Decide,
    /// Why, for everybody who reads it
    #[arg(long, value_name = "TEXT")]
    why: String,
}

#[derive(Debug, clap::Args)]
struct Decide {
    /// The plan's id
    #[arg(value_name = "ID", add = complete::proposals())]
    id: String,
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
    id: &'a str,
    ruling: &'static str,
    by: &'a str,
    at: String,
    why: Option<&'a str>,
    digest: String,
    file: &'a str,
}

/// Approves.
pub(super) fn approve(args: &Approve, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    decide(&args.decide, Ruling::Approved, args.why.as_deref(), ui, here)
}

/// Rejects.
pub(super) fn reject(args: &Reject, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    decide(&args.decide, Ruling::Rejected, Some(&args.why), ui, here)
}

fn decide(
    args: &Decide,
    ruling: Ruling,
    why: Option<&str>,
    ui: &mut Ui,
    here: &Here,
) -> Result<Outcome, Error> {
    let why = why.map(one_line).transpose()?;
    let reading = super::here_now(here)?;
    let calendar = &reading.calendar;
    let plan = here.proposal(calendar, &args.id)?;
    let now = here.now(&args.clock, calendar.zone())?;
    refuse_unasked(args.yes, ui)?;
    let signer = args.signer.signer(&reading, here, calendar.zone().local(now).date())?;
    let person = signer.person;
    if !calendar.decides(person) {
        return Err(Error::user(format!("{} is no manager, and decides on no plan", person.id)).hint(
            "a person whose `role` is `manager` in people/ decides: kalends proposal approve ID --as WHO",
        ));
    }
    if let State::Decided(known) = calendar.state(&plan.id)
        && (known.ruling, &known.why, &known.signed.person.value) == (ruling, &why, &person.id)
    {
        ui.status(format!("{} is {} by {} already", plan.id, ruling.as_str(), person.id));
        return Ok(Outcome::Done);
    }
    show(ui, &reading, plan)?;
    let verb = if ruling == Ruling::Approved { "Approve" } else { "Reject" };
    if !args.yes && !ui.ask(&format!("{verb} {} as {}?", plan.id, person.id)) {
        ui.status("nothing was decided");
        return Ok(Outcome::Findings);
    }
    let text = Decision::text_of(&plan.id, &person.id, (ruling, why.as_deref()), &plan.digest, now);
    let file = format!("proposals/{}/{}.toml", plan.id, person.id);
    let head = head(plan, &signer, (ruling, why.as_deref()), &signed_moment(now));
    let written = with_signature(&head, &signer.sign(&text, ui)?);
    here.write(&reading.repo.root().join(&file), written.as_bytes())?;
    if ui.json() {
        let (id, by, at) = (plan.id.as_str(), person.id.as_str(), signed_moment(now));
        let (ruling, why, digest) = (ruling.as_str(), why.as_deref(), plan.digest.to_string());
        ui.document("decision", &Document { id, ruling, by, at, why, digest, file: &file })?;
        return Ok(Outcome::Done);
    }
    ui.data(format!("{}  {}  {}", ruling.as_str(), plan.id, here.show(&reading.repo.root().join(&file))))?;
    ui.hint(commit_hint(&[plan.file.clone(), file], here, reading.repo.root()));
    Ok(Outcome::Done)
}

/// Returns a reason as one line, as it is signed.
fn one_line(why: &str) -> Result<String, Error> {
    let words: Vec<&str> = why.split_whitespace().collect();
    match words.is_empty() {
        true => Err(Error::usage("--why is empty").hint("say why, in a few words")),
        false => Ok(words.join(" ")),
    }
}

fn show(ui: &mut Ui, reading: &Reading, plan: &Proposal) -> Result<(), Error> {
    if ui.json() {
        return Ok(());
    }
    let text = reading.text(&plan.file);
    ui.data(format!("{}\n\n{}", ui::paint(ui::STRONG, &plan.id), visible(text, Breaks::Keep)))
}

/// Returns what stands in a decision's file before its signature.
fn head(plan: &Proposal, signer: &Signer<'_>, (ruling, why): (Ruling, Option<&str>), at: &str) -> String {
    let why = why.map_or_else(String::new, |why| format!("why = {}\n", quoted(why)));
    format!(
        "# Written by `kalends proposal`. A change of the plan makes it void.\n\
         proposal = \"{}\"\nperson = \"{}\"\nruling = \"{}\"\n{why}digest = \"{}\"\nat = {at}\n",
        plan.id,
        signer.person.id,
        ruling.as_str(),
        plan.digest
    )
}
