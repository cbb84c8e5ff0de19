//! `kalends vault sync`

use serde::Serialize;

use crate::calendar::Account;
use crate::cli::here::Here;
use crate::cli::vault::desk::{Desk, commit_hint, files_of, names_of, sealed_for, told, warn_of_left_out};
use crate::cli::{IdentityArgs, complete};
use crate::error::{Error, Outcome};
use crate::ui::{self, Ui, plural};
use crate::vault::{Difference, Reader, ReaderId};

/// Seals anew every secret whose readers changed, as the calendar says.
///
/// Needs an identity that opens them. Whoever is left out has read what was there before: rotate such a secret. Exits 1
/// where a secret could not be sealed anew.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these accounts
    #[arg(value_name = "ACCOUNT", add = complete::accounts())]
    accounts: Vec<String>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    identity: IdentityArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    dry_run: bool,
    accounts: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    account: &'a str,
    why: Vec<String>,
    sealed: bool,
    fault: Option<String>,
    rotate: bool,
}

/// An account whose secret is not sealed as the calendar says.
struct Stale<'a> {
    account: &'a Account,
    differences: Vec<Difference>,
    /// For whom it is sealed now, or why it is not; nothing in a rehearsal.
    ended: Option<Result<String, Error>>,
}

/// Syncs.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &args.identity, ui)?;
    let mut stale = Vec::new();
    for account in wanted(args, &desk, here)? {
        let differences = desk.differences(account)?.unwrap_or_default();
        if !differences.is_empty() {
            let ended = (!args.dry_run).then(|| seal(account, &desk));
            stale.push(Stale { account, differences, ended });
        }
        desk.warn_of_keyless(account, ui)?;
    }
    if ui.json() {
        let accounts = stale.iter().map(item).collect();
        ui.document("vault-sync", &Document { dry_run: args.dry_run, accounts })?;
    }
    for one in &stale {
        tell(one, ui)?;
    }
    let failed = stale.iter().filter(|one| matches!(one.ended, Some(Err(_)))).count();
    match (stale.len(), args.dry_run) {
        (0, _) => ui.status("every secret is sealed as the calendar says"),
        (count, true) => ui.status(format!("{} to seal anew; nothing was changed", plural(count, "secret"))),
        (count, false) => ui.status(format!("{} sealed anew", plural(count - failed, "secret"))),
    }
    let done = stale.iter().filter(|one| matches!(one.ended, Some(Ok(_))));
    let files: Vec<String> = done.flat_map(|one| files_of(one.account)).collect();
    if !files.is_empty() {
        ui.hint(commit_hint(&files, here, desk.reading.repo.root()));
    }
    Ok(if failed > 0 { Outcome::Findings } else { Outcome::Done })
}

fn wanted<'d>(args: &Args, desk: &'d Desk, here: &Here) -> Result<Vec<&'d Account>, Error> {
    if args.accounts.is_empty() {
        let all = desk.reading.calendar.accounts.values();
        return Ok(all.filter(|account| !names_of(account).is_empty()).collect());
    }
    args.accounts.iter().map(|id| desk.account(id, here)).collect()
}

fn seal(account: &Account, desk: &Desk) -> Result<String, Error> {
    desk.sound(account)?;
    let credential = desk.vault.open(&account.id)?;
    desk.store(&credential).map(|manifest| sealed_for(&manifest))
}

/// Returns those who could read a secret until now, and should not. Whoever only has a new key still may.
fn left_out(one: &Stale<'_>) -> Vec<ReaderId> {
    let readers = |of: fn(&Difference) -> Option<&Reader>| -> Vec<ReaderId> {
        one.differences.iter().filter_map(of).map(|reader| reader.id.clone()).collect()
    };
    let missing = readers(|difference| match difference {
        Difference::Missing(reader) => Some(reader),
        _ => None,
    });
    let surplus = readers(|difference| match difference {
        Difference::Surplus(reader) => Some(reader),
        _ => None,
    });
    surplus.into_iter().filter(|id| !missing.contains(id)).collect()
}

fn item<'a>(one: &'a Stale<'_>) -> Item<'a> {
    Item {
        account: one.account.id.as_str(),
        why: one.differences.iter().map(told).collect(),
        sealed: matches!(one.ended, Some(Ok(_))),
        fault: one.ended.as_ref().and_then(|ended| ended.as_ref().err()).map(ToString::to_string),
        rotate: !left_out(one).is_empty(),
    }
}

fn tell(one: &Stale<'_>, ui: &mut Ui) -> Result<(), Error> {
    let id = &one.account.id;
    if !ui.json() {
        let why: Vec<String> = one.differences.iter().map(told).collect();
        ui.data(match &one.ended {
            Some(Ok(readers)) => format!("{id} is sealed for {readers}"),
            Some(Err(fault)) => format!("{id} is as it was: {}", ui::foreign(&fault.message)),
            None => format!("{id}: {}", ui::foreign(&why.join("; "))),
        })?;
    }
    if let Some(Err(fault)) = &one.ended {
        fault.hints.iter().for_each(|hint| ui.hint(ui::foreign(hint)));
    }
    if !matches!(one.ended, Some(Err(_))) {
        warn_of_left_out(one.account, &left_out(one), ui);
    }
    Ok(())
}
