//! Why the vault cannot do what is asked of it, and what to do next.

use std::path::PathBuf;

use thiserror::Error;

use crate::draft::AccountId;
use crate::keyring::KeyError;
use crate::vault::{ReaderId, manifest_path, sealed_path};

/// Why a secret cannot be opened or sealed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VaultError {
    /// There is no identity to open anything with.
    #[error("there is no identity at {}", path.display())]
    NoIdentity {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is no home folder to look for an identity in.
    #[error("there is no home folder to look for an identity in")]
    Homeless,
    /// Others may read the identity.
    #[error("others can read or write the identity {} (its mode is {mode:04o})", path.display())]
    OpenToOthers {
        /// The identity.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The identity is none.
    #[error("the identity {} cannot be used: {why}", path.display())]
    BadIdentity {
        /// The identity.
        path: PathBuf,
        /// What is wrong with it; quotes nothing of it.
        why: String,
    },
    /// The identity's passphrase is not known, and nobody is there to ask.
    #[error("the identity {} is protected by a passphrase, and there is no terminal to ask for it", path.display())]
    NobodyToAsk {
        /// The identity.
        path: PathBuf,
    },
    /// The passphrase was wrong.
    #[error("that is not the passphrase of the identity {}", path.display())]
    WrongPassphrase {
        /// The identity.
        path: PathBuf,
    },
    /// No identity opens it.
    #[error("the identity {} does not open {file}, which is sealed for {}{}", identity.display(), sealed_for(readers), also(unusable))]
    NoMatch {
        /// What was to be opened.
        file: String,
        /// The account.
        account: AccountId,
        /// The identity.
        identity: PathBuf,
        /// For whom it is sealed, as its manifest says.
        readers: Vec<ReaderId>,
        /// Which of its keys could not be tried, and why.
        unusable: Vec<String>,
    },
    /// The vault has no secret for the account.
    #[error("the vault has no secret for the account `{0}`")]
    Missing(AccountId),
    /// The calendar has no such account.
    #[error("the calendar has no account `{0}`")]
    NoAccount(AccountId),
    /// A file is not whole, or not what it should be.
    #[error("{file} is damaged: {why}")]
    Damaged {
        /// The file.
        file: String,
        /// The account.
        account: AccountId,
        /// What is wrong with it; quotes nothing of it.
        why: String,
    },
    /// A file holds another account's secret.
    #[error("{file} holds the secret of the account `{says}`, not of `{account}`")]
    OtherAccount {
        /// The file.
        file: String,
        /// The account it is looked for.
        account: AccountId,
        /// The account it is of.
        says: AccountId,
    },
    /// A file holds a secret for another server.
    #[error("{file} holds a secret for {}, and accounts/{account}.toml says {}", server(says), server(is))]
    OtherServer {
        /// The file.
        file: String,
        /// The account.
        account: AccountId,
        /// The server inside.
        says: Option<String>,
        /// The calendar's.
        is: Option<String>,
    },
    /// Nobody may read the secret.
    #[error("nobody may read the secret of `{account}`{}", without_key(keyless))]
    NoReaders {
        /// The account.
        account: AccountId,
        /// Those who may, but have no recipient.
        keyless: Vec<ReaderId>,
    },
    /// It cannot be sealed for somebody.
    #[error("nothing can be sealed for {who}: {why}")]
    BadRecipient {
        /// For whom.
        who: String,
        /// Why.
        why: String,
    },
    /// A plugin of age failed.
    #[error("{0}")]
    Plugin(String),
    /// A file cannot be read or written.
    #[error("{}: {why}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
}

fn sealed_for(readers: &[ReaderId]) -> String {
    if readers.is_empty() {
        return "nobody that its manifest names".to_owned();
    }
    readers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn also(unusable: &[String]) -> String {
    unusable.iter().map(|why| format!("; {why}")).collect()
}

fn server(server: &Option<String>) -> String {
    server.clone().unwrap_or_else(|| "no server".to_owned())
}

fn without_key(keyless: &[ReaderId]) -> String {
    match keyless {
        [] => String::new(),
        [one] => format!(": {one} has no recipient"),
        many => format!(": {} have no recipients", sealed_for(many)),
    }
}

impl VaultError {
    /// Says what to do next, in the imperative.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            VaultError::NoIdentity { .. } | VaultError::Homeless => {
                "make one with `kalends vault key`, or name yours with --identity FILE or KALENDS_IDENTITY".to_owned()
            }
            VaultError::OpenToOthers { path, .. } => {
                format!("take that away: chmod 600 {}", path.display())
            }
            VaultError::BadIdentity { .. } => {
                "name the file that `kalends vault key` or `age-keygen` wrote, with --identity FILE or KALENDS_IDENTITY"
                    .to_owned()
            }
            VaultError::NobodyToAsk { .. } => {
                "run it on a terminal; give a machine that publishes by itself an identity of its own, without a \
                 passphrase"
                    .to_owned()
            }
            VaultError::WrongPassphrase { .. } => "run it again, and say the passphrase".to_owned(),
            VaultError::NoMatch { account, .. } => format!(
                "open it with the identity of one of those, by --identity FILE; or let one of them run `kalends vault \
                 grant {account} YOU`"
            ),
            VaultError::Missing(account) => format!("put it there: kalends vault set {account}"),
            VaultError::NoAccount(_) => "see the accounts: ls accounts".to_owned(),
            VaultError::Damaged { account, .. } => format!(
                "take it back from git: `git checkout HEAD -- {} {}`, or from an older commit; or set it anew: `kalends \
                 vault set {account}`",
                sealed_path(account),
                manifest_path(account)
            ),
            VaultError::OtherAccount { file, account, .. } => {
                format!("put each file back where it belongs (`git log -- {file}`), or set it anew: `kalends vault set {account}`")
            }
            VaultError::OtherServer { account, .. } => format!(
                "if the account moved there, set its new secret: `kalends vault set {account}`; if not, put the server \
                 back"
            ),
            VaultError::NoReaders { account, keyless } => match keyless.first() {
                None => format!("name who may: `kalends vault grant {account} WHO`, a person or a runner"),
                Some(who) => {
                    format!("write the recipient that `kalends vault key` told them into {}", who.file())
                }
            },
            VaultError::BadRecipient { .. } => {
                "mend their recipient, or take their access away: kalends vault revoke ACCOUNT WHO".to_owned()
            }
            VaultError::Plugin(_) => "see that the plugin is installed and its key is there".to_owned(),
            VaultError::Disk { .. } => return None,
        })
    }
}

impl From<VaultError> for KeyError {
    fn from(fault: VaultError) -> KeyError {
        let said = match fault.help() {
            Some(help) => format!("{fault}; {help}"),
            None => fault.to_string(),
        };
        match fault {
            VaultError::Missing(account) => KeyError::Missing(account),
            VaultError::Damaged { .. } | VaultError::OtherAccount { .. } | VaultError::OtherServer { .. } => {
                KeyError::Wrong(said)
            }
            VaultError::NoAccount(_)
            | VaultError::BadRecipient { .. }
            | VaultError::Plugin(_)
            | VaultError::Disk { .. } => KeyError::Away(said),
            _ => KeyError::Closed(said),
        }
    }
}
