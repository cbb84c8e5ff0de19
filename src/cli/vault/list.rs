//! `kalends vault list`

use serde::Serialize;

use crate::calendar::Account;
use crate::cli::IdentityArgs;
use crate::cli::here::Here;
use crate::cli::vault::desk::{Desk, ids, names_of, sealed_for, told};
use crate::error::{Error, Outcome};
use crate::ui::table::{Cell, Column, table};
use crate::ui::{self, Ui};
use crate::vault::{Difference, Manifest};

/// Lists the accounts that have a secret, for whom each is sealed, and since when.
///
/// Opens nothing, so it needs no identity.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    accounts: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    account: &'a str,
    state: &'a str,
    readers: Vec<String>,
    set_at: Option<String>,
    differences: Vec<String>,
}

struct Row<'a> {
    account: &'a Account,
    manifest: Option<Manifest>,
    /// How its file differs; nothing where it has none.
    differences: Option<Vec<Difference>>,
}

impl Row<'_> {
    fn state(&self) -> (&'static str, anstyle::Style) {
        match self.differences.as_deref() {
            None => ("missing", ui::WARNING),
            Some([]) => ("sealed", ui::GOOD),
            Some(differences) if differences.iter().any(|one| matches!(one, Difference::Damaged(_))) => {
                ("damaged", ui::ERROR)
            }
            Some(_) => ("outdated", ui::WARNING),
        }
    }
}

/// Lists.
pub fn run(_: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let desk = Desk::open(here, &IdentityArgs::default(), ui)?;
    let accounts = desk.reading.calendar.accounts.values().filter(|account| !names_of(account).is_empty());
    let read = |account| {
        let manifest = desk.vault.manifest(&Account::clone(account).id).ok().flatten();
        Ok(Row { account, manifest, differences: desk.differences(account)? })
    };
    let rows: Vec<Row<'_>> = accounts.map(read).collect::<Result<_, Error>>()?;
    if ui.json() {
        ui.document("vault-list", &Document { accounts: rows.iter().map(item).collect() })?;
        return Ok(Outcome::Done);
    }
    if rows.is_empty() {
        ui.status("no account here needs a secret");
        return Ok(Outcome::Done);
    }
    show(&rows, &desk, ui)?;
    if rows.iter().any(|row| row.state().0 == "outdated") {
        ui.hint("seal what is outdated anew: kalends vault sync");
    }
    Ok(Outcome::Done)
}

fn item<'a>(row: &'a Row<'_>) -> Item<'a> {
    Item {
        account: row.account.id.as_str(),
        state: row.state().0,
        readers: row.manifest.as_ref().map_or_else(Vec::new, ids),
        set_at: row.manifest.as_ref().map(|manifest| ui::moment(manifest.set_at)),
        differences: row.differences.iter().flatten().map(told).collect(),
    }
}

fn show(rows: &[Row<'_>], desk: &Desk, ui: &mut Ui) -> Result<(), Error> {
    let zone = desk.reading.calendar.zone();
    let columns = [
        Column::new("account", 8),
        Column::whole("state"),
        Column::whole("set"),
        Column::new("sealed for", 12),
    ];
    let cells = |row: &Row<'_>| {
        let (state, style) = row.state();
        let set = row.manifest.as_ref().map(|it| zone.local(it.set_at).format("%Y-%m-%d").to_string());
        let readers = row.manifest.as_ref().map(sealed_for).unwrap_or_default();
        vec![
            Cell::from(row.account.id.to_string()),
            Cell::new(state, style),
            Cell::from(set.unwrap_or_default()),
            Cell::from(readers),
        ]
    };
    let notes: Vec<Option<String>> = rows.iter().map(note).collect();
    let notes: Vec<_> = notes.iter().map(|note| note.as_deref().map(|note| (note, ui::QUIET))).collect();
    let cells: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
    ui.data(table(ui.width(), &columns, &cells, &notes))
}

fn note(row: &Row<'_>) -> Option<String> {
    match row.differences.as_deref() {
        None => Some(format!("kalends vault set {}", row.account.id)),
        Some([]) => None,
        Some(differences) => Some(differences.iter().map(told).collect::<Vec<_>>().join("; ")),
    }
}
