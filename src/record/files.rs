//! Which files a note adds beside its entries: those that are not there yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::format;
use crate::record::{Note, Sheet};
use crate::world::{LogError, Tip, World};

/// Returns the notes' other files that are not there yet.
pub(super) fn new(
    world: &World<'_>,
    tip: &Tip,
    notes: &[(u64, Note)],
) -> Result<Vec<(String, String)>, LogError> {
    let said = notes.iter().flat_map(|(_, note)| &note.said);
    let wanted: BTreeMap<String, String> = said
        .map(|said| format::write_said(&said.slot, &said.words, said.at))
        .chain(notes.iter().flat_map(|(_, note)| note.files.iter().cloned()))
        .collect();
    let folders: BTreeSet<String> =
        wanted.keys().filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder.to_owned()).collect();
    let there: BTreeSet<String> = if folders.is_empty() {
        BTreeSet::new()
    } else {
        let folders: Vec<String> = folders.into_iter().collect();
        world.log.read(tip, &folders)?.into_iter().map(|found| found.path).collect()
    };
    Ok(wanted.into_iter().filter(|(path, _)| !there.contains(path)).collect())
}

/// Returns the notes' sheets, each at a path that is free: `mastodon.csv`, then `mastodon.2.csv`. A sheet whose text stands
/// in the folder already is there: it landed although its answer was lost.
pub(super) fn new_sheets(
    world: &World<'_>,
    tip: &Tip,
    notes: &[(u64, Note)],
) -> Result<Vec<(String, String)>, LogError> {
    let sheets: Vec<&Sheet> = notes.iter().flat_map(|(_, note)| &note.sheets).collect();
    let folders: BTreeSet<&String> = sheets.iter().map(|sheet| &sheet.folder).collect();
    if folders.is_empty() {
        return Ok(Vec::new());
    }
    let folders: Vec<String> = folders.into_iter().cloned().collect();
    let found = world.log.read(tip, &folders)?.into_iter();
    let mut there: BTreeMap<String, Option<String>> =
        found.map(|found| (found.path, found.text.ok())).collect();
    let mut files = Vec::new();
    for sheet in sheets {
        let stem = format!("{}/{}.", sheet.folder, sheet.name);
        let has = |(path, text): (&String, &Option<String>)| {
            path.starts_with(&stem) && text.as_deref() == Some(&sheet.text)
        };
        if there.iter().any(has) {
            continue;
        }
        let free = |path: &String| !there.contains_key(path);
        let numbered = (2..=u32::MAX).map(|number| format!("{stem}{number}.csv"));
        let Some(path) = std::iter::once(format!("{stem}csv")).chain(numbered).find(free) else { continue };
        there.insert(path.clone(), Some(sheet.text.clone()));
        files.push((path, sheet.text.clone()));
    }
    Ok(files)
}
