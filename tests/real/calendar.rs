//! A calendar in a git repository of its own, with an identity that opens its secrets, for the real program to act on.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use age::secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

use crate::servers::faketime;

/// How far a moment is from the machine's clock, in seconds.
pub type Ahead = i64;

pub struct Calendar {
    /// Everything: the calendar, a home, the identity.
    folder: tempfile::TempDir,
    recipient: age::x25519::Recipient,
}

/// Returns a moment so far ahead of the machine's clock as wall clocks in UTC show it: `2027-01-18T09:00:00`.
pub fn moment(ahead: Ahead) -> String {
    let at: chrono::DateTime<chrono::Utc> = std::time::SystemTime::now().into();
    (at + chrono::TimeDelta::seconds(ahead)).format("%Y-%m-%dT%H:%M:%S").to_string()
}

impl Calendar {
    /// Makes one of a museum in UTC, where only `ada` and her identity read secrets.
    pub fn new() -> Calendar {
        let identity = age::x25519::Identity::generate();
        // In memory, where there is some: hundreds of these are made, and each makes sure of its bytes a dozen times.
        let memory = Path::new("/dev/shm");
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let is_roomy = rustix::fs::statvfs(memory).is_ok_and(|is| is.f_bavail * is.f_frsize > 4 << 30);
        let folder = tempfile::tempdir_in(if is_roomy { memory } else { disk }).unwrap();
        let calendar = Calendar { folder, recipient: identity.to_public() };
        let mut key = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(calendar.identity())
            .unwrap();
        key.write_all(identity.to_string().expose_secret().as_bytes()).unwrap();
        fs::create_dir(calendar.root()).unwrap();
        calendar.git(&["init", "-q", "-b", "main", "--template="]);
        calendar.write(
            "kalends.toml",
            "name = \"Harbour Museum\"\nzone = \"UTC\"\nlanguage = \"en\"\n[publish]\nlate = \"12h\"\n",
        );
        calendar.write(
            "people/ada.toml",
            format!("name = \"Ada\"\nrole = \"it\"\nrecipient = \"{}\"\n", calendar.recipient),
        );
        calendar
    }

    /// The calendar's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("calendar")
    }

    /// The identity that opens its secrets.
    pub fn identity(&self) -> PathBuf {
        self.folder.path().join("identity")
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Commits all that was written.
    pub fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", "Go on"]);
    }

    /// Runs git here, and returns what it says.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "gc.auto=0"]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let out = command.args(arguments).current_dir(self.root()).output().unwrap();
        assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// Adds an account of this platform and server, with its secret.
    pub fn account(&self, id: &str, platform: &str, server: &str, handle: &str, secret: &[(&str, &str)]) {
        let words = format!(
            "platform = \"{platform}\"\nserver = \"{server}\"\nhandle = \"{handle}\"\naccess = [\"ada\"]\n"
        );
        self.write(&format!("accounts/{id}.toml"), words);
        self.secret(id, server, secret);
    }

    /// Seals an account's secret for `ada`, as `kalends vault set` does, and writes down for whom it is.
    pub fn secret(&self, account: &str, server: &str, values: &[(&str, &str)]) {
        let set_at = format!("{}Z", moment(-60));
        let value = "harbour2harbour2harbour2ab";
        let mut plain = format!(
            "account = \"{account}\"\nserver = \"{server}\"\nvalue = \"{value}\"\nset_at = {set_at}\n\n[secret]\n"
        );
        values.iter().for_each(|(name, value)| plain += &format!("{name} = \"{value}\"\n"));
        let sealed = age::encrypt_and_armor(&self.recipient, plain.as_bytes()).unwrap();
        let digest: String =
            Sha256::digest(sealed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        self.write(
            &format!("vault/{account}.toml"),
            format!(
                "account = \"{account}\"\nvalue = \"{value}\"\nset_at = {set_at}\nsha256 = \"{digest}\"\n\n\
                 [[reader]]\nid = \"person:ada\"\nrecipient = \"{}\"\n",
                self.recipient
            ),
        );
        self.write(&format!("vault/{account}.age"), sealed);
    }

    /// Adds a post that was due a minute before a moment so far ahead, and returns its id.
    pub fn post(&self, name: &str, ahead: Ahead, words: &str) -> String {
        let at = moment(ahead - 60);
        let (day, month) = (at.get(..10).unwrap(), at.get(..7).unwrap().replace('-', "/"));
        self.write(&format!("posts/{month}/{day}-{name}.toml"), format!("at = {at}\n{words}"));
        format!("{day}-{name}")
    }

    /// Returns the program with its own home and identity, its clock so far ahead.
    pub fn kalends(&self, ahead: Ahead, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
        command.args(arguments).current_dir(self.root()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.folder.path());
        command.env("KALENDS_IDENTITY", self.identity()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        if ahead != 0 {
            command.env("LD_PRELOAD", faketime().unwrap()).env("FAKETIME", format!("{ahead:+}"));
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("NO_FAKE_STAT", "1");
        }
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, ahead: Ahead, arguments: &[&str]) -> Output {
        self.kalends(ahead, arguments).output().unwrap()
    }
}

/// Returns one of the sample calendar's pictures.
pub fn picture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar/media").join(name)).unwrap()
}
