//! Secrets on their way in: values from a file or stdin, and new identities on their way to the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use age::armor::{ArmoredWriter, Format};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::rim::vault::shelter::shelter;

/// The most bytes of a value.
const LIMIT_BYTES: usize = 16 * 1024;

/// Reads a value from a file, or from stdin where none is named, into memory that is wiped.
pub fn read_value(path: Option<&Path>) -> io::Result<Zeroizing<Vec<u8>>> {
    shelter();
    let source = match path {
        Some(path) => File::open(path)?,
        None => stdin()?,
    };
    // Room for all that is read, so that it never moves and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT_BYTES + 1));
    source.take(LIMIT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LIMIT_BYTES {
        return Err(io::Error::other(format!("it has more than {LIMIT_BYTES} bytes")));
    }
    Ok(bytes)
}

/// Returns stdin without the buffer that the standard library reads it through, which nobody wipes.
#[cfg(unix)]
fn stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// Makes an identity file that only its owner can read, and returns its recipient. A file that is there is left alone.
pub fn make_identity(path: &Path, made_at: &str, passphrase: Option<SecretString>) -> io::Result<String> {
    shelter();
    let key = age::x25519::Identity::generate();
    let recipient = key.to_public().to_string();
    let secret = key.to_string();
    let text = Zeroizing::new(format!(
        "# created: {made_at}\n# public key: {recipient}\n{}\n",
        secret.expose_secret()
    ));
    let protected = passphrase.map(|passphrase| protect(&text, passphrase)).transpose()?;
    write_private(path, protected.as_ref().map_or(text.as_bytes(), Vec::as_slice))?;
    Ok(recipient)
}

fn protect(text: &str, passphrase: SecretString) -> io::Result<Vec<u8>> {
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = age::Encryptor::with_user_passphrase(passphrase).wrap_output(armor)?;
    writer.write_all(text.as_bytes())?;
    writer.finish()?.finish()
}

/// Writes a new file that only its owner can read, durably, straight to its name: a temporary file could be left behind.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half an identity opens nothing; the disk that was full may not even take it away.
        let _stays = fs::remove_file(path).is_err();
    }
    written
}
