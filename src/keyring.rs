//! The key-ring: what opens an account, and what is kept of a signed-in session.
//!
//! A [`Credential`] is what an account's vault file says once it is decrypted. Its values are wiped when they are
//! dropped, and have no form that could be printed.

mod format;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::draft::AccountId;

pub use format::{read_credential, write_credential};

/// Takes a secret into memory that is wiped when it is dropped, without a copy that is not.
pub fn secret(text: &str) -> SecretString {
    // Of its exact length: what is boxed is not moved then.
    SecretString::from(text.to_owned())
}

/// An account's secret values, by name: `token`, `app_password`, `refresh_token`.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The account it is for. A vault file that says another account's name is refused.
    pub account: AccountId,
    /// The server that it may be shown to, where the platform has many.
    pub server: Option<String>,
    /// The id that was drawn when the value was set in the vault; encrypting it again, or renewing it, keeps the id.
    pub value: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// When it ends, where the platform says so.
    pub expires_at: Option<DateTime<Utc>>,
    /// The secret values.
    pub values: BTreeMap<String, SecretString>,
}

impl Credential {
    /// Returns a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(ExposeSecret::expose_secret)
    }
}

/// Why a secret cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The vault has no file for the account.
    #[error("there is no secret for {0}: kalends account connect {0}")]
    Missing(AccountId),
    /// There is no identity to open it with, or none that opens it.
    #[error("the secret cannot be opened: {0}")]
    Closed(String),
    /// The file is damaged, for another account, or says what no vault file says.
    #[error("the secret cannot be used: {0}")]
    Wrong(String),
    /// It cannot be read or written now.
    #[error("the secret cannot be reached: {0}")]
    Away(String),
}

/// The key-ring.
pub trait Keys: Sync {
    /// Returns what the account's vault file says, as the calendar's commit has it.
    fn credential(&self, account: &AccountId) -> Result<Credential, KeyError>;

    /// Opens an armored age file that was sealed for this account.
    fn open(&self, account: &AccountId, armored: &str) -> Result<Credential, KeyError>;

    /// Encrypts a credential for everybody who may read the account's secret.
    fn seal(&self, credential: &Credential) -> Result<String, KeyError>;

    /// Keeps a renewed credential on this machine, sealed and durable: before it is shared, and before it is used.
    fn keep_renewed(&self, account: &AccountId, sealed: &str) -> Result<(), KeyError>;

    /// Returns the renewed credential that an earlier run kept here, sealed.
    fn kept_renewed(&self, account: &AccountId) -> Option<String>;

    /// Returns what an earlier run kept of a signed-in session. Losing it costs a sign-in, nothing more.
    fn session(&self, account: &AccountId) -> Option<SecretString>;

    /// Keeps a session for later runs, encrypted; fails silently where it cannot.
    fn keep_session(&self, account: &AccountId, session: &SecretString);
}

/// A key-ring with nothing on it.
pub struct Empty;

impl Keys for Empty {
    fn credential(&self, account: &AccountId) -> Result<Credential, KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn open(&self, account: &AccountId, _: &str) -> Result<Credential, KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn seal(&self, credential: &Credential) -> Result<String, KeyError> {
        Err(KeyError::Missing(credential.account.clone()))
    }

    fn keep_renewed(&self, account: &AccountId, _: &str) -> Result<(), KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn kept_renewed(&self, _: &AccountId) -> Option<String> {
        None
    }

    fn session(&self, _: &AccountId) -> Option<SecretString> {
        None
    }

    fn keep_session(&self, _: &AccountId, _: &SecretString) {}
}
