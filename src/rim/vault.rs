//! The vault where it lies: sealed files on disk or in a commit, the identity that opens them, and what is kept of
//! sessions in the git folder.

mod fault;
mod identity;
mod person;
mod seal;
mod shelter;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::calendar::Calendar;
use crate::draft::AccountId;
use crate::keyring::{self, Credential, KeyError, Keys, read_credential, write_credential};
use crate::rim::disk;
use crate::rim::vault::identity::Ring;
use crate::rim::vault::seal::Closed;
use crate::vault::{
    Manifest, Policy, ReaderId, manifest_path, policy, read_manifest, sealed_path, sha256, write_manifest,
};

pub use fault::VaultError;
pub use identity::identity_path;
pub use person::{Nobody, Person};
pub use value::{make_identity, read_value};

/// The most bytes of a vault file.
pub const LIMIT_BYTES: u64 = 256 * 1024;

/// Gives a file of the calendar: its bytes, or nothing where it is not there, or why it cannot be read.
pub type Files = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + Send + Sync;

/// What the calendar says about an account's secret.
struct Owner {
    server: Option<String>,
    policy: Policy,
}

/// The vault of a calendar, at one commit or in the work tree.
pub struct Vault {
    files: Box<Files>,
    owners: BTreeMap<AccountId, Owner>,
    git_dir: Option<PathBuf>,
    ring: Ring,
}

impl Vault {
    /// Opens a calendar's vault as it is on a day. No identity is looked at before a secret is to be opened.
    pub fn new(calendar: &Calendar, day: NaiveDate, files: Box<Files>, git_dir: Option<&Path>) -> Vault {
        let owner = |account: &crate::calendar::Account| Owner {
            server: account.server.as_ref().map(|server| server.value.clone()),
            policy: policy(calendar, account, day),
        };
        let owners = calendar.accounts.iter().map(|(id, account)| (id.clone(), owner(account))).collect();
        let ring = Ring::new(None, Arc::new(Nobody));
        Vault { files, owners, git_dir: git_dir.map(|folder| folder.join("kalends")), ring }
    }

    /// Names the identity, and who is asked for its passphrase.
    pub fn with_identity(self, named: Option<PathBuf>, person: Arc<dyn Person>) -> Vault {
        Vault { ring: Ring::new(named, person), ..self }
    }

    /// Opens the identity, and returns where it lies.
    pub fn identity(&self) -> Result<PathBuf, VaultError> {
        self.ring.open().map(|opened| opened.path.clone())
    }

    /// Returns who may read an account's secret.
    pub fn policy(&self, account: &AccountId) -> Result<&Policy, VaultError> {
        Ok(&self.owner(account)?.policy)
    }

    /// Returns an account's manifest, or nothing where there is none, or why it cannot be read.
    pub fn manifest(&self, account: &AccountId) -> Result<Option<Manifest>, VaultError> {
        let file = manifest_path(account);
        let Some(bytes) = self.file(&file)? else { return Ok(None) };
        let damaged = |why: String| VaultError::Damaged { file: file.clone(), account: account.clone(), why };
        let text = String::from_utf8(bytes).map_err(|_| damaged("it is not text".to_owned()))?;
        read_manifest(&text).map(Some).map_err(damaged)
    }

    /// Returns an account's age file, or nothing where there is none.
    pub fn sealed(&self, account: &AccountId) -> Result<Option<Vec<u8>>, VaultError> {
        self.file(&sealed_path(account))
    }

    /// Opens an account's secret. It must be this account's, and for its server.
    pub fn open(&self, account: &AccountId) -> Result<Credential, VaultError> {
        let sealed = self.sealed(account)?.ok_or_else(|| VaultError::Missing(account.clone()))?;
        self.unseal(account, &sealed_path(account), &sealed)
    }

    /// Seals a credential for everybody who may read it: its age file and its manifest.
    pub fn seal(&self, credential: &Credential) -> Result<(String, Manifest), VaultError> {
        let account = &credential.account;
        let sealed = self.seal_text(account, &write_credential(credential))?;
        let manifest = Manifest {
            account: account.clone(),
            value: credential.value.clone(),
            set_at: credential.set_at,
            sha256: sha256(sealed.as_bytes()),
            readers: self.owner(account)?.policy.readers.clone(),
        };
        Ok((sealed, manifest))
    }

    /// Seals a credential and writes it into a calendar's folder: its age file and its manifest, each whole.
    pub fn store(&self, root: &Path, credential: &Credential) -> Result<Manifest, VaultError> {
        let (sealed, manifest) = self.seal(credential)?;
        let files = [
            (sealed_path(&credential.account), sealed),
            (manifest_path(&credential.account), write_manifest(&manifest)),
        ];
        for (path, text) in files {
            write(&root.join(path), &text)?;
        }
        Ok(manifest)
    }

    fn owner(&self, account: &AccountId) -> Result<&Owner, VaultError> {
        self.owners.get(account).ok_or_else(|| VaultError::NoAccount(account.clone()))
    }

    fn file(&self, path: &str) -> Result<Option<Vec<u8>>, VaultError> {
        (self.files)(path).map_err(|why| VaultError::Disk { path: PathBuf::from(path), why })
    }

    fn seal_text(&self, account: &AccountId, text: &str) -> Result<String, VaultError> {
        let policy = &self.owner(account)?.policy;
        if policy.readers.is_empty() {
            return Err(VaultError::NoReaders { account: account.clone(), keyless: policy.keyless.clone() });
        }
        seal::seal(text, &policy.readers, self.ring.person())
    }

    fn unseal(&self, account: &AccountId, file: &str, sealed: &[u8]) -> Result<Credential, VaultError> {
        let plain = self.unseal_text(account, file, sealed)?;
        let damaged =
            |why: String| VaultError::Damaged { file: file.to_owned(), account: account.clone(), why };
        let text = std::str::from_utf8(&plain).map_err(|_| damaged("there is no text inside".to_owned()))?;
        let credential = read_credential(text).map_err(damaged)?;
        if credential.account != *account {
            return Err(VaultError::OtherAccount {
                file: file.to_owned(),
                account: account.clone(),
                says: credential.account,
            });
        }
        let server = &self.owner(account)?.server;
        if !same_server(credential.server.as_deref(), server.as_deref()) {
            return Err(VaultError::OtherServer {
                file: file.to_owned(),
                account: account.clone(),
                says: credential.server,
                is: server.clone(),
            });
        }
        Ok(credential)
    }

    fn unseal_text(
        &self,
        account: &AccountId,
        file: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let damaged =
            |why: String| VaultError::Damaged { file: file.to_owned(), account: account.clone(), why };
        if sealed.len() as u64 > LIMIT_BYTES {
            return Err(damaged("it is longer than any".to_owned()));
        }
        // Before anybody is asked for a passphrase, which would not help.
        crate::vault::locks(sealed).map_err(damaged)?;
        let identity = self.ring.open()?;
        seal::unseal(sealed, &identity, self.ring.person().as_ref()).map_err(|fault| match fault {
            Closed::Damaged(why) => damaged(why),
            Closed::Plugin(why) => VaultError::Plugin(why),
            Closed::NoMatch => VaultError::NoMatch {
                file: file.to_owned(),
                account: account.clone(),
                identity: identity.path.clone(),
                readers: self.named_readers(account),
                unusable: identity.unusable.clone(),
            },
        })
    }

    /// Returns for whom an account's secret is sealed, as far as its manifest can be read.
    fn named_readers(&self, account: &AccountId) -> Vec<ReaderId> {
        let manifest = self.manifest(account).ok().flatten();
        manifest
            .map_or_else(Vec::new, |manifest| manifest.readers.into_iter().map(|reader| reader.id).collect())
    }

    /// Returns where something is kept for an account in the git folder.
    fn kept(&self, what: &str, account: &AccountId) -> Option<PathBuf> {
        Some(self.git_dir.as_ref()?.join(what).join(format!("{account}.age")))
    }

    /// Reads what is kept for an account in the git folder.
    fn read_kept(&self, what: &str, account: &AccountId) -> Option<Vec<u8>> {
        let mut buffer = vec![0; usize::try_from(LIMIT_BYTES).ok()?];
        let read = disk::read_into(&self.kept(what, account)?, &mut buffer).ok()?;
        Some(read.to_owned())
    }
}

/// The folder of sessions in the git folder, and that of renewed credentials.
const SESSIONS: &str = "sessions";
const RENEWED: &str = "renewed";

impl Keys for Vault {
    fn credential(&self, account: &AccountId) -> Result<Credential, KeyError> {
        Ok(self.open(account)?)
    }

    fn open(&self, account: &AccountId, armored: &str) -> Result<Credential, KeyError> {
        Ok(self.unseal(account, "the renewed secret in the ledger", armored.as_bytes())?)
    }

    fn seal(&self, credential: &Credential) -> Result<String, KeyError> {
        Ok(self.seal_text(&credential.account, &write_credential(credential))?)
    }

    fn keep_renewed(&self, account: &AccountId, sealed: &str) -> Result<(), KeyError> {
        let away = || KeyError::Away("this calendar is in no git repository".to_owned());
        let path = self.kept(RENEWED, account).ok_or_else(away)?;
        Ok(write(&path, sealed)?)
    }

    fn kept_renewed(&self, account: &AccountId) -> Option<String> {
        String::from_utf8(self.read_kept(RENEWED, account)?).ok()
    }

    fn session(&self, account: &AccountId) -> Option<SecretString> {
        let sealed = self.read_kept(SESSIONS, account)?;
        let plain = self.unseal_text(account, "the session", &sealed).ok()?;
        std::str::from_utf8(&plain).ok().map(keyring::secret)
    }

    fn keep_session(&self, account: &AccountId, session: &SecretString) {
        let Some(path) = self.kept(SESSIONS, account) else { return };
        let sealed = self.seal_text(account, session.expose_secret());
        // Losing it costs a sign-in.
        let _lost = sealed.and_then(|sealed| write(&path, &sealed)).is_err();
    }
}

fn write(path: &Path, text: &str) -> Result<(), VaultError> {
    disk::write_whole(path, text.as_bytes())
        .map_err(|fault| VaultError::Disk { path: path.to_owned(), why: fault.to_string() })
}

/// Tells whether two addresses are one server's: a slash at the end says nothing.
fn same_server(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |server: &str| server.trim_end_matches('/').to_ascii_lowercase();
    one.map(plain) == other.map(plain)
}

#[cfg(test)]
mod tests;
