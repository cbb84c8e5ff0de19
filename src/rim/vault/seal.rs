//! Sealing and opening: age files, armored, as plain `age` reads and writes them.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::str::FromStr;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::plugin::RecipientPluginV1;
use age::{DecryptError, Decryptor, EncryptError, Encryptor};
use zeroize::Zeroizing;

use crate::rim::vault::VaultError;
use crate::rim::vault::identity::{Opened, unresolved};
use crate::rim::vault::person::{Asked, Person};
use crate::rim::vault::shelter::shelter;
use crate::vault::Reader;

/// How long a plugin may take where nobody is there to touch its key.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why an age file was not opened.
pub(super) enum Closed {
    /// No key fits.
    NoMatch,
    /// It is not whole, or not an age file.
    Damaged(String),
    /// A plugin failed.
    Plugin(String),
}

type Lock = Box<dyn age::Recipient + Send>;

/// Seals a text for readers, as an armored age file.
pub(super) fn seal(text: &str, readers: &[Reader], person: &Arc<dyn Person>) -> Result<String, VaultError> {
    shelter();
    let locks = locks(readers, person)?;
    let plain = Zeroizing::new(text.to_owned());
    let work = move || {
        let encryptor =
            Encryptor::with_recipients(locks.iter().map(|lock| lock.as_ref() as _)).map_err(of_encrypt)?;
        let written = || -> io::Result<Vec<u8>> {
            let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
            let mut writer = encryptor.wrap_output(armor)?;
            writer.write_all(plain.as_bytes())?;
            writer.finish()?.finish()
        };
        let sealed = written().map_err(|fault| VaultError::Plugin(fault.to_string()))?;
        String::from_utf8(sealed).map_err(|fault| VaultError::Plugin(fault.to_string()))
    };
    patiently(person.as_ref(), work).unwrap_or_else(|| Err(VaultError::Plugin(too_slow())))
}

/// Makes a lock of each recipient; those of one plugin share one.
fn locks(readers: &[Reader], person: &Arc<dyn Person>) -> Result<Vec<Lock>, VaultError> {
    let mut locks: Vec<Lock> = Vec::new();
    let mut plugins: BTreeMap<String, Vec<age::plugin::Recipient>> = BTreeMap::new();
    let mut seen: Vec<&str> = Vec::new();
    for reader in readers {
        let text = reader.recipient.as_str();
        if seen.contains(&text) {
            continue;
        }
        seen.push(text);
        if let Some(lock) = native(text) {
            locks.push(lock);
        } else if let Ok(recipient) = age::plugin::Recipient::from_str(text) {
            plugins.entry(recipient.plugin().to_owned()).or_default().push(recipient);
        } else {
            return Err(VaultError::BadRecipient {
                who: reader.id.to_string(),
                why: format!("{} says no recipient that age knows", reader.id.file()),
            });
        }
    }
    for (name, recipients) in plugins {
        let plugin = RecipientPluginV1::new(&name, &recipients, &[], Asked(Arc::clone(person)));
        locks.push(Box::new(plugin.map_err(|fault| {
            let theirs = |reader: &&Reader| recipients.iter().any(|one| one.to_string() == reader.recipient);
            let who: Vec<String> =
                readers.iter().filter(theirs).map(|reader| reader.id.to_string()).collect();
            VaultError::BadRecipient { who: who.join(", "), why: unresolved(&fault) }
        })?));
    }
    Ok(locks)
}

/// Returns the lock of a recipient that needs no plugin.
fn native(recipient: &str) -> Option<Lock> {
    let x25519 = recipient.parse::<age::x25519::Recipient>().ok().map(|lock| Box::new(lock) as Lock);
    x25519
        .or_else(|| recipient.parse::<age::tag::Recipient>().ok().map(|lock| Box::new(lock) as Lock))
        .or_else(|| recipient.parse::<age::tagpq::Recipient>().ok().map(|lock| Box::new(lock) as Lock))
}

fn of_encrypt(fault: EncryptError) -> VaultError {
    match fault {
        EncryptError::IncompatibleRecipients { .. } => VaultError::BadRecipient {
            who: "all of them together".to_owned(),
            why: "some recipients are post-quantum and some are not, which age does not mix".to_owned(),
        },
        EncryptError::Plugin(faults) => VaultError::Plugin(of_plugin(&faults)),
        EncryptError::Io(fault) => VaultError::Plugin(format!("a plugin of age failed: {fault}")),
        other => VaultError::Plugin(other.to_string()),
    }
}

/// Returns what plugins said, as one line.
fn of_plugin(faults: &[impl std::fmt::Display]) -> String {
    faults.iter().map(|fault| fault.to_string().replace('\n', " ")).collect::<Vec<_>>().join("; ")
}

fn too_slow() -> String {
    format!("a plugin of age did not end within {} seconds", PATIENCE.as_secs())
}

/// Opens an age file, armored or not.
pub(super) fn unseal(
    sealed: &[u8],
    identity: &Arc<Opened>,
    person: &dyn Person,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let (sealed, identity) = (sealed.to_owned(), Arc::clone(identity));
    let work = move || {
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(sealed.as_slice())).map_err(of_decrypt)?;
        let keys = identity.keys.iter().map(|key| key.as_ref() as &dyn age::Identity);
        let mut reader = decryptor.decrypt(keys).map_err(of_decrypt)?;
        // What is inside is shorter than its armor, so the text never moves while it grows.
        let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len() + 1));
        reader
            .read_to_end(&mut plain)
            .map_err(|_| Closed::Damaged("its end is missing or changed".to_owned()))?;
        Ok(plain)
    };
    patiently(person, work).unwrap_or_else(|| Err(Closed::Plugin(too_slow())))
}

fn of_decrypt(fault: DecryptError) -> Closed {
    match fault {
        DecryptError::NoMatchingKeys => Closed::NoMatch,
        DecryptError::Plugin(faults) => Closed::Plugin(of_plugin(&faults)),
        DecryptError::PluginResolve(fault) => Closed::Plugin(unresolved(&fault)),
        DecryptError::UnknownFormat => {
            Closed::Damaged("it is no age file that this version knows".to_owned())
        }
        DecryptError::Io(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
            Closed::Damaged("its end is missing".to_owned())
        }
        DecryptError::Io(fault) if fault.kind() == io::ErrorKind::ConnectionAborted => {
            Closed::Plugin("a plugin of age ended before its work was done".to_owned())
        }
        _ => Closed::Damaged("it is not whole, or was changed".to_owned()),
    }
}

/// Does what may start a plugin. Where nobody is there, a plugin that waits for a touch is not waited for; nothing
/// then.
fn patiently<T: Send + 'static>(person: &dyn Person, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if person.is_there() {
        return Some(work());
    }
    let (tell, told) = mpsc::sync_channel(1);
    std::thread::spawn(move || tell.send(work()));
    told.recv_timeout(PATIENCE).ok()
}
