//! The `ssh-keygen` program, which signs: so that keys in an agent, keys with a passphrase and keys on hardware work as their
//! owners have them.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use thiserror::Error;

use crate::rim::environment;
use crate::rim::program::{Said, wait};
use crate::signature::{Key, NAMESPACE};

/// How long signing may take where a person may be asked: to look for the hardware key takes its time.
const PATIENCE: Duration = Duration::from_secs(600);

/// How long it may take where nobody is asked; an agent may still want a touch of its key.
const HASTE: Duration = Duration::from_secs(60);

/// The most that is read of a file that should hold a public key.
const LIMIT_BYTES: u64 = 64 * 1024;

/// Where a private key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a file, or in the agent if the file holds the public key alone.
    File(PathBuf),
    /// In the agent.
    Agent,
}

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// There is no such program.
    #[error("the ssh-keygen program is not there")]
    Missing,
    /// The system would not start it, or would not let it be talked to.
    #[error("ssh-keygen cannot be run: {0}")]
    NotRun(#[source] io::Error),
    /// It did not sign.
    #[error("ssh-keygen did not sign: {why}")]
    Refused {
        /// Its words.
        why: String,
        /// Whether nobody could be asked for a passphrase.
        unasked: bool,
    },
}

/// Signs a text with the private key of a public one, and returns the armored signature.
///
/// With `asks` the program may ask for a passphrase or a touch on the terminal; without, it asks nobody.
pub fn sign(text: &str, key: &Key, source: &Source, asks: bool) -> Result<String, SignError> {
    let folder = tempfile::tempdir().map_err(SignError::NotRun)?;
    let path = match source {
        Source::File(path) => path.clone(),
        Source::Agent => {
            // The program takes the private half of a public key's file from the agent.
            let path = folder.path().join("key.pub");
            fs::write(&path, format!("{key}\n")).map_err(SignError::NotRun)?;
            path
        }
    };
    let said = run(&path, text, asks)?;
    let is_fine = said.is_fine() && said.out.contains("-----BEGIN SSH SIGNATURE-----");
    if is_fine {
        Ok(said.out)
    } else {
        Err(SignError::Refused { why: complaint(&said, asks), unasked: !asks })
    }
}

fn run(path: &Path, text: &str, asks: bool) -> Result<Said, SignError> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(path);
    command.env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::piped());
    if asks {
        command.stderr(Stdio::inherit());
    } else {
        // An asker that has no answer: the program may neither open the terminal nor a window.
        command.env("SSH_ASKPASS", "false").env("SSH_ASKPASS_REQUIRE", "force").stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let mut child = command.spawn().map_err(|fault| match fault.kind() {
        io::ErrorKind::NotFound => SignError::Missing,
        _ => SignError::NotRun(fault),
    })?;
    if let Some(mut input) = child.stdin.take() {
        // A program that ends early says itself why.
        drop(input.write_all(text.as_bytes()));
    }
    Ok(wait(child, if asks { PATIENCE } else { HASTE }))
}

/// Returns what the program said went wrong, as one line.
fn complaint(said: &Said, asks: bool) -> String {
    let lines: Vec<&str> = said
        .err
        .lines()
        .map(|line| line.rsplit('\r').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty() && !line.starts_with("Signing data on"))
        .collect();
    match (lines.is_empty(), said.status) {
        (false, _) => lines.join("; "),
        (true, Some(_)) if asks => "it says why above".to_owned(),
        (true, Some(status)) => format!("it ended with {status}"),
        (true, None) => "it did not end in time".to_owned(),
    }
}

/// Returns the public half of a key's file: what is in it, or what is in the file beside it that ends in `.pub`.
pub fn public_half(path: &Path) -> Option<Key> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".pub");
    let read = |path: &Path| {
        let mut text = String::new();
        fs::File::open(path).ok()?.take(LIMIT_BYTES).read_to_string(&mut text).ok()?;
        Key::read(text.lines().next()?).ok()
    };
    read(path).or_else(|| read(Path::new(&beside)))
}

/// Returns where the private half of a key lies among the user's own: `~/.ssh/NAME` beside `~/.ssh/NAME.pub`.
pub fn own(key: &Key) -> Option<Source> {
    let entries = fs::read_dir(environment::home()?.join(".ssh")).ok()?;
    let mut publics: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    publics.retain(|path| path.extension() == Some(OsStr::new("pub")));
    publics.sort();
    let public = publics.into_iter().find(|path| public_half(path).as_ref() == Some(key))?;
    let private = public.with_extension("");
    Some(Source::File(if private.is_file() { private } else { public }))
}

/// Returns a path that may begin with `~/`, as settings have it.
pub fn at_home(path: &str) -> PathBuf {
    match path.strip_prefix("~/").zip(environment::home()) {
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(path),
    }
}
