//! Who could have read a secret that is still in use, and should not know it.
//!
//! Taking somebody out of a sealed file takes nothing from them: git keeps the files that were sealed for them. What they
//! could read they know, until the secret itself is another. So this looks at everything that was ever sealed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{self, Calendar};
use crate::draft::AccountId;
use crate::finding::{Content, File};
use crate::ledger::renewal::{self, End, Renewal};
use crate::vault::{
    Difference, FOLDER, Manifest, Reader, ReaderId, differences, policy, read_manifest, sha256,
};

/// Files, and the moment from which on they were there.
pub type Version = (DateTime<Utc>, Vec<File>);

/// What git has of a calendar's past, in all its branches.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// The vault's files: each version of the folder that ever was.
    pub vaults: Vec<Vec<File>>,
    /// The people and the runners, likewise.
    pub rosters: Vec<Vec<File>>,
    /// What the checked-out branch said of accounts, people and runners, from when on, in order.
    pub line: Vec<Version>,
    /// The ledger's renewals, their paths relative to the ledger's root.
    pub renewals: Vec<File>,
}

/// A secret that is in use, and who could have read it and should not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The account.
    pub account: AccountId,
    /// The value's id.
    pub value: String,
    /// When the value was set.
    pub set_at: DateTime<Utc>,
    /// Who could have read it, sorted.
    pub readers: Vec<ReaderId>,
    /// Whether it was sealed for a key, too, of which nothing says whose it is.
    pub unnamed: bool,
}

/// Something that was sealed: which value, and for whom.
struct Sealing {
    account: AccountId,
    value: String,
    set_at: Option<DateTime<Utc>>,
    readers: Vec<Reader>,
    unnamed: bool,
}

/// Returns each secret in use that somebody could have read who should not know it, by the calendar as it is on a day.
pub fn exposures(calendar: &Calendar, vault: &[File], past: &Past, day: NaiveDate) -> Vec<Exposure> {
    let sealings: Vec<Sealing> = past
        .vaults
        .iter()
        .map(Vec::as_slice)
        .chain([vault])
        .flat_map(sealed_in)
        .chain(renewed(past))
        .collect();
    let holders = Holders::new(calendar, past, &sealings);
    let now: BTreeMap<AccountId, Sealing> =
        sealed_in(vault).into_iter().map(|sealing| (sealing.account.clone(), sealing)).collect();
    let mut exposures = Vec::new();
    for account in calendar.accounts.values() {
        let of_account = || sealings.iter().filter(|sealing| sealing.account == account.id);
        // A file that was taken out of the vault takes nothing from the secret: the last value is still the account's.
        let last =
            of_account().filter(|sealing| sealing.set_at.is_some()).max_by_key(|sealing| sealing.set_at);
        let Some(current) = now.get(&account.id).or(last) else { continue };
        let policy = policy(calendar, account, day);
        let allowed = policy.readers.into_iter().map(|reader| reader.id).chain(policy.keyless).collect();
        let allowed = holders.with_old_names(allowed);
        let in_use: Vec<&Sealing> = of_account().filter(|sealing| sealing.value == current.value).collect();
        let readers: BTreeSet<ReaderId> = in_use
            .iter()
            .flat_map(|sealing| &sealing.readers)
            .flat_map(|reader| holders.of(reader))
            .filter(|id| !allowed.contains(id))
            .collect();
        let unnamed = in_use.iter().any(|sealing| sealing.unnamed);
        if !readers.is_empty() || unnamed {
            exposures.push(Exposure {
                account: account.id.clone(),
                value: current.value.clone(),
                set_at: current.set_at.unwrap_or_default(),
                readers: readers.into_iter().collect(),
                unnamed,
            });
        }
    }
    exposures
}

/// Returns what a version of the vault's folder has sealed.
fn sealed_in(files: &[File]) -> Vec<Sealing> {
    let text = |file: &'_ File| match &file.content {
        Content::Text(text) => Some(text.clone()),
        _ => None,
    };
    let name = |file: &'_ File| {
        let (stem, end) = file.path.strip_prefix(FOLDER)?.strip_prefix('/')?.rsplit_once('.')?;
        Some((AccountId::new(stem)?, end == "age"))
    };
    let mut sealed: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut manifests: BTreeMap<AccountId, Manifest> = BTreeMap::new();
    for file in files {
        match (name(file), text(file)) {
            (Some((account, true)), Some(text)) => drop(sealed.insert(account, text)),
            (Some((account, false)), Some(text)) => {
                manifests.extend(read_manifest(&text).ok().map(|manifest| (account, manifest)));
            }
            _ => {}
        }
    }
    let sealing = |(account, manifest): (AccountId, Manifest)| {
        let unnamed = sealed.get(&account).is_some_and(|sealed| has_unnamed(&account, &manifest, sealed));
        let (value, set_at) = (manifest.value, Some(manifest.set_at));
        Sealing { account, value, set_at, readers: manifest.readers, unnamed }
    };
    manifests.into_iter().map(sealing).collect()
}

/// Tells whether a file is sealed for more keys than its manifest names. Another file than the manifest's says nothing.
fn has_unnamed(account: &AccountId, manifest: &Manifest, sealed: &str) -> bool {
    let differences = || differences(account, manifest, sealed.as_bytes(), &manifest.readers);
    let is_more = |one: &Difference| matches!(one, Difference::Foreign { found, named } if found > named);
    manifest.sha256 == sha256(sealed.as_bytes()) && differences().iter().any(is_more)
}

/// Returns what runners have sealed of what platforms gave them anew: for those who could read the account's secret by
/// the calendar of that moment.
fn renewed(past: &Past) -> Vec<Sealing> {
    let mut folders: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for file in &past.renewals {
        let parts = file.path.strip_prefix("renewals/").and_then(|path| path.split_once('/'));
        if let (Some((account, name)), Content::Text(text)) = (parts, &file.content) {
            folders.entry(account).or_default().push((name, text));
        }
    }
    let mut sealings = Vec::new();
    for (account, files) in folders {
        let Some(account) = AccountId::new(account) else { continue };
        let renewals =
            renewal::read(files.into_iter().map(|(name, text)| (name, Ok(text)))).unwrap_or_default();
        let tokens = renewals.into_iter().filter(|renewal| matches!(renewal.end, Some(End::Token(_))));
        sealings.extend(tokens.map(|renewal| {
            let readers = readers_at(past, &account, &renewal);
            Sealing { account: account.clone(), value: renewal.value, set_at: None, readers, unnamed: false }
        }));
    }
    sealings
}

/// Returns who could read an account's secret when a renewal was claimed.
fn readers_at(past: &Past, account: &AccountId, renewal: &Renewal) -> Vec<Reader> {
    let at = renewal.hand.at;
    let version = past.line.iter().rev().find(|(from, _)| *from <= at).or(past.line.first());
    let Some((_, files)) = version else { return Vec::new() };
    let (calendar, _) = calendar::read(files);
    let day = calendar.zone().local(at).date();
    calendar.account(account).map_or_else(Vec::new, |account| policy(&calendar, account, day).readers)
}

/// Who has, or had, which keys.
#[derive(Default)]
struct Holders {
    by_key: BTreeMap<String, BTreeSet<ReaderId>>,
    /// The keys that two had at the same time: they share it, and neither is the other under a new name.
    shared: BTreeSet<String>,
}

impl Holders {
    fn new(calendar: &Calendar, past: &Past, sealings: &[Sealing]) -> Holders {
        let mut holders = Holders::default();
        holders.meet(&roster(calendar));
        past.rosters.iter().for_each(|files| holders.meet(&roster(&calendar::read(files).0)));
        sealings.iter().for_each(|sealing| holders.meet(&sealing.readers));
        holders
    }

    /// Takes note of those who were there at the same time.
    fn meet(&mut self, readers: &[Reader]) {
        let mut by_key: BTreeMap<&str, BTreeSet<&ReaderId>> = BTreeMap::new();
        for reader in readers {
            by_key.entry(&reader.recipient).or_default().insert(&reader.id);
        }
        for (key, ids) in by_key {
            if ids.len() > 1 {
                self.shared.insert(key.to_owned());
            }
            self.by_key.entry(key.to_owned()).or_default().extend(ids.into_iter().cloned());
        }
    }

    /// Returns everybody who can open what is sealed for a reader: the reader, and those who have the same key.
    fn of(&self, reader: &Reader) -> BTreeSet<ReaderId> {
        let mut ids = self.by_key.get(&reader.recipient).cloned().unwrap_or_default();
        ids.insert(reader.id.clone());
        ids
    }

    /// Returns everybody whom these are, also under the names that they had before: whoever had a key that two never had
    /// at once, and then had another name, is the same.
    fn with_old_names(&self, ids: BTreeSet<ReaderId>) -> BTreeSet<ReaderId> {
        let mut all = ids;
        loop {
            let own = self.by_key.iter().filter(|(key, _)| !self.shared.contains(*key));
            let more: BTreeSet<ReaderId> = own
                .flat_map(|(_, ids)| ids.iter().map(move |id| (id, ids)))
                .filter(|(id, ids)| {
                    !all.contains(*id) && ids.iter().any(|other| all.contains(other) && alike(id, other))
                })
                .map(|(id, _)| id.clone())
                .collect();
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }
}

fn alike(one: &ReaderId, other: &ReaderId) -> bool {
    matches!(one, ReaderId::Person(_)) == matches!(other, ReaderId::Person(_))
}

/// Returns everybody who has a key, by a calendar.
fn roster(calendar: &Calendar) -> Vec<Reader> {
    let people = calendar.people.values();
    let people = people.map(|person| (ReaderId::Person(person.id.clone()), person.recipient.clone()));
    let runners = calendar.runners.values();
    let runners = runners.map(|runner| (ReaderId::Runner(runner.id.clone()), runner.recipient.clone()));
    people.chain(runners).filter_map(|(id, recipient)| Some(Reader { id, recipient: recipient? })).collect()
}
