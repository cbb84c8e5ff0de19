//! Identities: the keys that open secrets, where they lie, and how they are taken from there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use age::armor::ArmoredReader;
use age::plugin::{IdentityPluginV1, ResolveError};
use age::{DecryptError, Decryptor};
use zeroize::Zeroizing;

use crate::rim::environment;
use crate::rim::vault::VaultError;
use crate::rim::vault::person::{Asked, Person};
use crate::rim::vault::shelter::shelter;

/// The most bytes of an identity file.
const LIMIT_BYTES: u64 = 64 * 1024;

/// The most work that a passphrase may be made to cost, as a power of two: what age's own program accepts.
const WORK_MAX: u8 = 22;

/// An identity, taken from where it lies.
pub(super) struct Opened {
    /// Where it lies.
    pub path: PathBuf,
    /// Its keys.
    pub keys: Vec<Box<dyn age::Identity + Send + Sync>>,
    /// Which of its keys cannot be tried, and why.
    pub unusable: Vec<String>,
}

/// The identity that opens secrets. It is taken from where it lies when the first secret is opened, and only once.
pub(super) struct Ring {
    named: Option<PathBuf>,
    person: Arc<dyn Person>,
    taken: Mutex<Option<Result<Arc<Opened>, VaultError>>>,
}

impl Ring {
    pub(super) fn new(named: Option<PathBuf>, person: Arc<dyn Person>) -> Ring {
        Ring { named, person, taken: Mutex::new(None) }
    }

    /// Returns who is asked.
    pub(super) fn person(&self) -> &Arc<dyn Person> {
        &self.person
    }

    /// Returns the identity. Lanes that want it at the same time ask for a passphrase once.
    pub(super) fn open(&self) -> Result<Arc<Opened>, VaultError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.get_or_insert_with(|| take(self.named.as_deref(), &self.person).map(Arc::new)).clone()
    }
}

/// Returns where the identity lies: where one says, or `KALENDS_IDENTITY`, or the user's settings.
pub fn identity_path(named: Option<&Path>) -> Result<PathBuf, VaultError> {
    let from_environment = || environment::variable("KALENDS_IDENTITY").map(PathBuf::from);
    if let Some(path) = named.map(Path::to_owned).or_else(from_environment) {
        return Ok(path);
    }
    let settings =
        environment::variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = settings.or_else(|| Some(environment::home()?.join(".config")));
    settings.map(|folder| folder.join("kalends/identity")).ok_or(VaultError::Homeless)
}

fn take(named: Option<&Path>, person: &Arc<dyn Person>) -> Result<Opened, VaultError> {
    shelter();
    let path = identity_path(named)?;
    let bytes = read(&path)?;
    let is_sealed = [&b"-----BEGIN AGE ENCRYPTED FILE-----"[..], b"age-encryption.org/v1"];
    let bytes = match is_sealed.iter().any(|start| bytes.trim_ascii_start().starts_with(start)) {
        true => unlock(&path, &bytes, person.as_ref())?,
        false => bytes,
    };
    let bad = |why: String| VaultError::BadIdentity { path: path.clone(), why };
    let text = std::str::from_utf8(&bytes).map_err(|_| bad("it is not text".to_owned()))?;
    let (keys, unusable) = parse(text, person).map_err(bad)?;
    Ok(Opened { path, keys, unusable })
}

/// Reads an identity file that nobody else can read. A pipe, as a shell's `<(…)` gives, is nobody's to read again.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let disk = |fault: io::Error| match fault.kind() {
        io::ErrorKind::NotFound => VaultError::NoIdentity { path: path.to_owned() },
        _ => VaultError::Disk { path: path.to_owned(), why: fault.to_string() },
    };
    let bad = |why: &str| VaultError::BadIdentity { path: path.to_owned(), why: why.to_owned() };
    // Of a folder that is opened, the words would be harder to understand.
    if fs::metadata(path).map_err(disk)?.is_dir() {
        return Err(bad("it is a folder"));
    }
    let file = File::open(path).map_err(disk)?;
    refuse_if_open_to_others(path, &file.metadata().map_err(disk)?)?;
    let room = usize::try_from(LIMIT_BYTES).unwrap_or_default() + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(LIMIT_BYTES + 1).read_to_end(&mut bytes).map_err(disk)?;
    if bytes.len() >= room {
        return Err(bad("it is too long"));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn refuse_if_open_to_others(path: &Path, found: &fs::Metadata) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = found.permissions().mode() & 0o777;
    if found.is_file() && mode & 0o066 != 0 {
        return Err(VaultError::OpenToOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_if_open_to_others(_: &Path, _: &fs::Metadata) -> Result<(), VaultError> {
    Ok(())
}

/// Opens an identity that a passphrase protects: an age file that `age -p` writes.
fn unlock(path: &Path, bytes: &[u8], person: &dyn Person) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let bad = |why: &str| VaultError::BadIdentity { path: path.to_owned(), why: why.to_owned() };
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(bytes)).map_err(|_| bad("it is damaged"))?;
    if !decryptor.is_scrypt() {
        return Err(bad("it is sealed, and not by a passphrase"));
    }
    let question = format!("Passphrase of {}: ", path.display());
    let nobody = VaultError::NobodyToAsk { path: path.to_owned() };
    let mut key = age::scrypt::Identity::new(person.passphrase(&question).ok_or(nobody)?);
    key.set_max_work_factor(WORK_MAX);
    let keys: [&dyn age::Identity; 1] = [&key];
    let mut reader = decryptor.decrypt(keys.into_iter()).map_err(|fault| match fault {
        DecryptError::ExcessiveWork { .. } => bad("its passphrase costs more work than any should"),
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            VaultError::WrongPassphrase { path: path.to_owned() }
        }
        _ => bad("it is damaged"),
    })?;
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    reader.read_to_end(&mut plain).map_err(|_| bad("it is damaged"))?;
    Ok(plain)
}

type Keys = Vec<Box<dyn age::Identity + Send + Sync>>;

/// Reads the lines of an identity file, or says why they are none, in words that quote nothing of them.
fn parse(text: &str, person: &Arc<dyn Person>) -> Result<(Keys, Vec<String>), String> {
    let mut keys: Keys = Vec::new();
    let mut plugins: BTreeMap<String, Vec<age::plugin::Identity>> = BTreeMap::new();
    if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
        return Err("it is a key of ssh, and age has keys of its own".to_owned());
    }
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Ok(key) = line.parse::<age::x25519::Identity>() {
            keys.push(Box::new(key));
        } else if let Ok(key) = line.parse::<age::plugin::Identity>() {
            plugins.entry(key.plugin().to_owned()).or_default().push(key);
        } else if line.starts_with("age1") {
            return Err(format!(
                "line {} is a recipient, which seals; the identity is the other half",
                at + 1
            ));
        } else {
            return Err(format!("line {} is no identity of age's", at + 1));
        }
    }
    if keys.is_empty() && plugins.is_empty() {
        return Err("there is no key in it".to_owned());
    }
    let mut unusable = Vec::new();
    for (name, identities) in plugins {
        match IdentityPluginV1::new(&name, &identities, Asked(Arc::clone(person))) {
            Ok(plugin) => keys.push(Box::new(plugin)),
            Err(fault) => unusable.push(unresolved(&fault)),
        }
    }
    Ok((keys, unusable))
}

/// Says that a plugin cannot be started.
pub(super) fn unresolved(fault: &ResolveError) -> String {
    match fault {
        ResolveError::MissingPlugin { binary_name } => format!("{binary_name} is not in PATH"),
        _ => "its plugin has no name that could be".to_owned(),
    }
}
