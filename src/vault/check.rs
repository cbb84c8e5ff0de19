//! The vault compared with the calendar: one secret for each account, sealed for those who may read it and nobody else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::calendar::{Account, Calendar};
use crate::draft::AccountId;
use crate::finding::{Code, Content, File, Finding, Span};
use crate::text::Platform;

use super::{
    Difference, FOLDER, Manifest, Reader, ReaderId, differences, manifest_path, policy, read_manifest,
    sealed_path,
};

/// Finds what is wrong with the vault on a day. `has_secret` tells whether kalends needs one to post to a platform.
pub fn check(
    calendar: &Calendar,
    files: &[File],
    day: NaiveDate,
    has_secret: &dyn Fn(Platform) -> bool,
) -> Vec<Finding> {
    let lies = Vault::of(files);
    let mut findings = Vec::new();
    for account in calendar.accounts.values() {
        let (sealed, manifest) = (lies.sealed.get(&account.id), lies.manifests.get(&account.id));
        match (sealed, manifest) {
            (None, None) => findings.extend(secret_missing(account, has_secret)),
            (Some(sealed), None) => findings.push(half(sealed, account, &manifest_path(&account.id))),
            (None, Some(manifest)) => findings.push(half(manifest, account, &sealed_path(&account.id))),
            (Some(sealed), Some(manifest)) => {
                let pair = Pair { calendar, account, sealed, manifest };
                findings.extend(pair.check(day));
            }
        }
    }
    let known = |id: &AccountId| calendar.accounts.contains_key(id);
    let others = lies.sealed.iter().chain(&lies.manifests).filter(|(id, _)| !known(id));
    findings.extend(others.map(|(id, file)| of_no_account(file, &format!("there is no account `{id}`"))));
    findings.extend(lies.others.iter().map(|file| of_no_account(file, "its name is no account's")));
    findings
}

/// The files of the vault's folder.
#[derive(Default)]
struct Vault<'a> {
    sealed: BTreeMap<AccountId, &'a File>,
    manifests: BTreeMap<AccountId, &'a File>,
    others: Vec<&'a File>,
}

impl<'a> Vault<'a> {
    fn of(files: &'a [File]) -> Vault<'a> {
        let mut vault = Vault::default();
        for file in files {
            let Some(name) = file.path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')) else {
                continue;
            };
            let (id, folder) = match name.rsplit_once('.') {
                Some((stem, "age")) => (AccountId::new(stem), &mut vault.sealed),
                Some((stem, "toml")) => (AccountId::new(stem), &mut vault.manifests),
                // A page for people does not bother anybody.
                _ => continue,
            };
            match id {
                Some(id) => drop(folder.insert(id, file)),
                None => vault.others.push(file),
            }
        }
        vault
    }
}

fn secret_missing(account: &Account, has_secret: &dyn Fn(Platform) -> bool) -> Option<Finding> {
    let platform = account.platform.as_ref()?;
    if account.by_hand || !has_secret(platform.value) {
        return None;
    }
    let message = format!("kalends has no secret to post to `{}` with", account.id);
    let finding = Finding::new(Code::SecretMissing, &account.file, message).at(platform.span.clone());
    Some(finding.label("needs a secret").help(format!(
        "run `kalends account connect {id}`, or `kalends vault set {id}`; where a person posts, write `by_hand = true`",
        id = account.id
    )))
}

fn half(there: &File, account: &Account, missing: &str) -> Finding {
    let message = format!("the secret of `{}` is only half there: there is no {missing}", account.id);
    Finding::new(Code::VaultHalf, &there.path, message).help(format!(
        "both are written together: put {missing} back from git's history, or begin anew with `kalends vault set {}`",
        account.id
    ))
}

fn of_no_account(file: &File, why: &str) -> Finding {
    let message = format!("the vault has a file for no account: {why}");
    Finding::new(Code::VaultStray, &file.path, message).help(
        "take it out; whoever could read it still knows the secret: revoke that at its platform. A misspelt name: rename it",
    )
}

/// An account's two files.
struct Pair<'a> {
    calendar: &'a Calendar,
    account: &'a Account,
    sealed: &'a File,
    manifest: &'a File,
}

impl Pair<'_> {
    fn check(&self, day: NaiveDate) -> Vec<Finding> {
        let (sealed, text) = match (&self.sealed.content, &self.manifest.content) {
            (Content::Text(sealed), Content::Text(text)) => (sealed, text),
            (Content::Text(_), other) => return vec![self.damaged(self.manifest, &unread(other))],
            (other, _) => return vec![self.damaged(self.sealed, &unread(other))],
        };
        let manifest = match read_manifest(text) {
            Ok(manifest) => manifest,
            Err(why) => return vec![self.damaged(self.manifest, &why)],
        };
        let policy = policy(self.calendar, self.account, day);
        let found = differences(&self.account.id, &manifest, sealed.as_bytes(), &policy.readers);
        let mut findings: Vec<Finding> = found
            .into_iter()
            .map(|difference| self.tell(difference, &manifest, text, &policy.readers))
            .collect();
        findings.extend(policy.keyless.iter().map(|reader| self.keyless(reader)));
        findings
    }

    fn tell(&self, difference: Difference, manifest: &Manifest, text: &str, policy: &[Reader]) -> Finding {
        let id = &self.account.id;
        match difference {
            Difference::Missing(reader) => {
                let again = manifest.readers.iter().any(|other| other.id == reader.id);
                let what = if again { "with their present key" } else { "yet" };
                let message = format!("{} may read the secret of `{id}` and cannot {what}", reader.id);
                Finding::new(Code::ReaderMissing, &self.manifest.path, message)
                    .related(reader.id.file(), None, "the key is named here")
                    .help(format!("seal it for them: `kalends vault sync {id}`, by somebody who can open it"))
            }
            Difference::Surplus(reader) => {
                let again = policy.iter().any(|other| other.id == reader.id);
                let what = if again { "with a key that is not theirs any more" } else { "and may not" };
                let message = format!("{} can read the secret of `{id}` {what}", reader.id);
                let mut finding = Finding::new(Code::ReaderSurplus, &self.manifest.path, message).help(format!(
                    "take them out with `kalends vault sync {id}`; what they could read they know, until it is changed at \
                     the platform: `kalends vault rotate {id}`"
                ));
                finding.span = stands(text, &reader);
                finding
            }
            Difference::OtherAccount(other) => {
                let message = format!("{} is of the account `{other}`, not of `{id}`", self.manifest.path);
                let mut finding =
                    Finding::new(Code::VaultOtherAccount, &self.manifest.path, message).help(format!(
                        "put the two files back from git's history, or begin anew: `kalends vault set {id}`"
                    ));
                finding.span = quoted(text, other.as_str());
                finding
            }
            Difference::Altered => {
                let message =
                    format!("{} is not the file that its manifest was written for", self.sealed.path);
                let mut finding = Finding::new(Code::VaultAltered, &self.manifest.path, message)
                    .related(&self.sealed.path, None, "it was changed by something else")
                    .help(format!(
                        "find out who changed it (`git log -- {}`); put both files back from before, or begin anew with \
                         `kalends vault set {id}`",
                        self.sealed.path
                    ));
                finding.span = quoted(text, &manifest.sha256);
                finding
            }
            Difference::Damaged(why) => self.damaged(self.sealed, &why),
            Difference::Foreign { found, named } => {
                let message = format!(
                    "{} is sealed for {found} keys, and its manifest names {named}: somebody is not told of",
                    self.sealed.path
                );
                Finding::new(Code::VaultForeign, &self.sealed.path, message).help(format!(
                    "find out who wrote it (`git log -- {}`), seal it anew with `kalends vault sync {id}`, and change the \
                     secret at the platform: `kalends vault rotate {id}`",
                    self.sealed.path
                ))
            }
        }
    }

    fn damaged(&self, file: &File, why: &str) -> Finding {
        let message = format!("the secret of `{}` cannot be read: {why}", self.account.id);
        Finding::new(Code::VaultDamaged, &file.path, message).help(format!(
            "put it back from git's history (`git log -- {}`), or begin anew with `kalends vault set {}`",
            file.path, self.account.id
        ))
    }

    fn keyless(&self, reader: &ReaderId) -> Finding {
        let message =
            format!("{reader} may read the secret of `{}`, and no key of theirs is known", self.account.id);
        let mut finding = Finding::new(Code::ReaderKeyless, &self.account.file, message).help(format!(
            "add `recipient = \"age1…\"` to {}, and seal it for them: `kalends vault sync {}`",
            reader.file(),
            self.account.id
        ));
        if let ReaderId::Person(id) = reader {
            finding.span = self
                .account
                .access
                .iter()
                .find(|person| person.value == *id)
                .map(|person| person.span.clone());
        }
        finding
    }
}

fn unread(content: &Content) -> String {
    match content {
        Content::TooLarge { size_bytes, .. } => format!("it has {size_bytes} bytes, more than any secret"),
        Content::NotAFile { what } => format!("it is a {what}, which is never followed"),
        Content::Unreadable(why) => why.clone(),
        Content::Text(_) | Content::Media { .. } | Content::NotUtf8 { .. } => {
            "it is not an armored age file".to_owned()
        }
    }
}

/// Returns where a word stands in quotes.
fn quoted(text: &str, word: &str) -> Option<Span> {
    let word = format!("\"{word}\"");
    text.find(&word).map(|at| at..at + word.len())
}

/// Returns where a manifest names a reader: the recipient, where that is known to it once.
fn stands(text: &str, reader: &Reader) -> Option<Span> {
    let places: BTreeSet<usize> =
        text.match_indices(&format!("\"{}\"", reader.id)).map(|(at, _)| at).collect();
    let id_length = reader.id.to_string().len() + 2;
    let first = places.first().copied()?;
    // One who changed their key may be named twice, and the key tells which.
    let at = places
        .into_iter()
        .find(|at| {
            text.get(*at..)
                .and_then(|rest| rest.split("[[").next())
                .is_some_and(|table| table.contains(&reader.recipient))
        })
        .unwrap_or(first);
    Some(at..at + id_length)
}
