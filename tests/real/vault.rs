//! The vault beside the real `age`: what one writes the other opens; and that a secret is nowhere but where it belongs.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kalends::vault::{read_manifest, sha256, write_manifest};

use super::servers::{folder, program, root};

const TOKEN: &str = "hush-7f3a91c2e5";

/// A calendar with two Mastodon accounts and three who have identities.
struct Stage {
    folder: PathBuf,
    path: String,
}

struct Said {
    out: String,
    err: String,
    code: i32,
}

fn said(output: &Output) -> Said {
    Said {
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}

impl Stage {
    /// Sets the stage, if the machine has the programs.
    fn new() -> Option<Stage> {
        program("age", "age")?;
        program("age-keygen", "age")?;
        let stage = Stage { folder: folder("vault"), path: std::env::var("PATH").unwrap() };
        fs::create_dir_all(stage.calendar()).unwrap();
        stage.write("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n");
        for account in ["harbour", "tower"] {
            let text = "platform = \"mastodon\"\nserver = \"https://museum.example\"\nhandle = \"h\"\naccess = [\"ada\"]\n";
            stage.write(&format!("accounts/{account}.toml"), text);
        }
        for who in ["ada", "bo", "basement"] {
            let key = stage.kalends(&["vault", "key", "--identity", &stage.identity(who)], "");
            assert_eq!(key.code, 0, "{}", key.err);
            assert!(key.err.contains(&format!("recipient = {:?}", key.out.trim())), "{}", key.err);
            let text = format!("name = \"{who}\"\nrecipient = {:?}\n", key.out.trim());
            match who {
                "basement" => stage.write("runners/basement.toml", &format!("{text}accounts = []\n")),
                _ => stage.write(&format!("people/{who}.toml"), &format!("role = \"it\"\n{text}")),
            }
        }
        Some(stage)
    }

    fn calendar(&self) -> PathBuf {
        self.folder.join("calendar")
    }

    fn identity(&self, who: &str) -> String {
        self.folder.join(who).display().to_string()
    }

    fn recipient(&self, who: &str) -> String {
        let made = said(&Command::new("age-keygen").args(["-y", &self.identity(who)]).output().unwrap());
        made.out.trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.calendar().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.calendar().join(path)).unwrap()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.calendar()).env_clear().env("PATH", &self.path).env("HOME", &self.folder);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("KALENDS_IDENTITY", self.identity("ada"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn kalends(&self, arguments: &[&str], stdin: &str) -> Said {
        self.run(env!("CARGO_BIN_EXE_kalends"), arguments, stdin)
    }

    fn run(&self, program: &str, arguments: &[&str], stdin: &str) -> Said {
        let mut child = self.command(program, arguments).spawn().unwrap();
        // Whoever wants nothing may have ended already.
        drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
        said(&child.wait_with_output().unwrap())
    }

    fn set(&self, account: &str) {
        let set = self.kalends(&["vault", "set", account], &format!("{TOKEN}\n"));
        assert_eq!(set.code, 0, "{}", set.err);
    }

    /// Opens an account's file with plain age.
    fn age(&self, who: &str, account: &str) -> Said {
        self.run("age", &["-d", "-i", &self.identity(who), &format!("vault/{account}.age")], "")
    }

    /// Seals a text with plain age.
    fn seal(&self, account: &str, text: &str, recipients: &[&str]) {
        fs::create_dir_all(self.calendar().join("vault")).unwrap();
        let file = format!("vault/{account}.age");
        let mut arguments = vec!["-a", "-o", &file];
        recipients.iter().for_each(|recipient| arguments.extend(["-r", recipient]));
        let sealed = self.run("age", &arguments, text);
        assert_eq!(sealed.code, 0, "{}", sealed.err);
    }

    fn reveal(&self, account: &str, who: &str) -> Said {
        self.kalends(&["vault", "show", account, "token", "--reveal", "--identity", &self.identity(who)], "")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

#[test]
fn age_opens_what_kalends_seals_and_kalends_what_age_seals() {
    let Some(stage) = Stage::new() else { return };
    stage.set("harbour");
    let opened = stage.age("ada", "harbour");
    assert!(opened.out.contains(&format!("token = \"{TOKEN}\"")), "{}", opened.err);
    assert_ne!(stage.age("bo", "harbour").code, 0);
    let manifest = read_manifest(&stage.read("vault/harbour.toml")).unwrap();
    assert_eq!(manifest.sha256, sha256(&fs::read(stage.calendar().join("vault/harbour.age")).unwrap()));
    let text = opened.out.replace(TOKEN, "by-hand");
    stage.seal("harbour", &text, &[&stage.recipient("bo")]);
    assert_eq!(stage.reveal("harbour", "bo").out, "by-hand\n");
    let closed = stage.reveal("harbour", "ada");
    assert_eq!(closed.code, 1);
    assert!(
        closed.err.contains("does not open vault/harbour.age") && closed.err.contains("person:ada"),
        "{}",
        closed.err
    );
}

#[test]
fn a_foreign_recipient_is_seen_though_the_manifest_hides_it_and_is_shut_out() {
    let Some(stage) = Stage::new() else { return };
    stage.set("harbour");
    let plain = stage.age("ada", "harbour").out;
    stage.seal("harbour", &plain, &[&stage.recipient("ada"), &stage.recipient("bo")]);
    let mut manifest = read_manifest(&stage.read("vault/harbour.toml")).unwrap();
    manifest.sha256 = sha256(&fs::read(stage.calendar().join("vault/harbour.age")).unwrap());
    stage.write("vault/harbour.toml", &write_manifest(&manifest));
    let list = stage.kalends(&["vault", "list"], "");
    assert!(list.out.contains("sealed for 2 keys, and its manifest names 1"), "{}", list.out);
    assert_eq!(stage.kalends(&["vault", "sync", "--dry-run"], "").code, 0);
    assert_eq!(stage.age("bo", "harbour").code, 0, "a rehearsal changes nothing");
    assert_eq!(stage.kalends(&["vault", "sync"], "").code, 0);
    assert_ne!(stage.age("bo", "harbour").code, 0);
    assert_eq!(stage.age("ada", "harbour").out, plain, "the value and its id stay");
}

#[test]
fn whoever_is_granted_can_read_whoever_is_revoked_cannot_and_is_told_of() {
    let Some(stage) = Stage::new() else { return };
    stage.set("harbour");
    let value = read_manifest(&stage.read("vault/harbour.toml")).unwrap().value;
    for who in ["bo", "basement"] {
        assert_ne!(stage.age(who, "harbour").code, 0);
        assert_eq!(stage.kalends(&["vault", "grant", "harbour", who], "").code, 0);
        assert_eq!(stage.age(who, "harbour").code, 0, "{who}");
    }
    let revoked = stage.kalends(&["vault", "revoke", "harbour", "bo"], "");
    assert_eq!(revoked.code, 0);
    for words in ["git's history keeps it", "https://museum.example", "kalends vault rotate harbour"] {
        assert!(revoked.err.contains(words), "{}", revoked.err);
    }
    assert_ne!(stage.age("bo", "harbour").code, 0);
    assert!(stage.read("accounts/harbour.toml").contains("access = [\"ada\"]"));
    assert_eq!(read_manifest(&stage.read("vault/harbour.toml")).unwrap().value, value);
    let rotated = stage.kalends(&["vault", "rotate", "harbour"], "another\n");
    assert!(rotated.code == 0 && rotated.err.contains("the old one is in git's history"), "{}", rotated.err);
    assert_ne!(read_manifest(&stage.read("vault/harbour.toml")).unwrap().value, value);
    assert_eq!(stage.reveal("harbour", "basement").out, "another\n");
    // A new key of hers: the old one opens nothing any more.
    let old = stage.identity("ada");
    let key = stage.kalends(&["vault", "key", "--identity", &stage.identity("ada-2")], "");
    stage.write(
        "people/ada.toml",
        &format!("name = \"Ada\"\nrole = \"it\"\nrecipient = {:?}\n", key.out.trim()),
    );
    assert_eq!(stage.kalends(&["vault", "sync", "--identity", &old], "").code, 0);
    assert_ne!(stage.age("ada", "harbour").code, 0);
    assert_eq!(stage.reveal("harbour", "ada-2").out, "another\n");
    let outside = stage.kalends(&["vault", "sync", "--identity", &stage.identity("bo")], "");
    assert_eq!(outside.code, 0, "there is nothing to do: {}", outside.err);
}

#[test]
fn a_plugin_of_age_seals_and_opens() {
    let Some(mut stage) = Stage::new() else { return };
    if program("python3", "python3").is_none() {
        return;
    }
    let plugin = root().join("tests/real/age-plugin-fake");
    let made = said(&Command::new(&plugin).arg("--make").output().unwrap());
    let (identity, recipient) = made.out.trim().split_once('\n').unwrap();
    let file = stage.folder.join("fake");
    fs::write(&file, format!("# of a plugin\n{identity}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    stage.write("people/bo.toml", &format!("name = \"Bo\"\nrole = \"it\"\nrecipient = {recipient:?}\n"));
    stage.set("harbour");
    let away = stage.kalends(&["vault", "grant", "harbour", "bo"], "");
    assert!(away.code == 1 && away.err.contains("age-plugin-fake is not in PATH"), "{}", away.err);
    assert!(stage.read("accounts/harbour.toml").contains("[\"ada\"]"), "nothing was changed");
    let plain = stage.path.clone();
    stage.path = format!("{plain}:{}", plugin.parent().unwrap().display());
    let granted = stage.kalends(&["vault", "grant", "harbour", "bo"], "");
    assert_eq!(granted.code, 0, "{}", granted.err);
    assert_eq!(stage.reveal("harbour", "fake").out, format!("{TOKEN}\n"));
    assert!(stage.age("fake", "harbour").out.contains(TOKEN));
    assert_eq!(stage.reveal("harbour", "ada").out, format!("{TOKEN}\n"));
    stage.path = plain;
    let without = stage.reveal("harbour", "fake");
    assert!(without.code == 1 && without.err.contains("age-plugin-fake is not in PATH"), "{}", without.err);
}

#[test]
fn a_passphrase_is_asked_for_on_a_terminal_and_never_elsewhere() {
    let Some(stage) = Stage::new() else { return };
    if program("python3", "python3").is_none() {
        return;
    }
    let driver = root().join("tests/real/terminal.py").display().to_string();
    let kalends = env!("CARGO_BIN_EXE_kalends");
    let on_terminal = |questions: &[&str], rest: &[&str]| {
        let arguments: Vec<&str> =
            [driver.as_str()].iter().chain(questions).chain(&["--"]).chain(rest).copied().collect();
        stage.run("python3", &arguments, "")
    };
    let guarded = stage.identity("guarded");
    let made = on_terminal(
        &["New passphrase=open sesame", "The same again=open sesame"],
        &[kalends, "vault", "key", "--passphrase", "--identity", &guarded],
    );
    assert!(made.code == 0 && !made.out.contains("sesame"), "{}", made.out);
    let recipient = made.out.split_whitespace().find(|word| word.starts_with("age1")).unwrap();
    stage.write("people/ada.toml", &format!("name = \"Ada\"\nrole = \"it\"\nrecipient = {recipient:?}\n"));
    let set = on_terminal(&[&format!("Token of harbour={TOKEN}")], &[kalends, "vault", "set", "harbour"]);
    assert!(set.code == 0 && !set.out.contains(TOKEN), "{}", set.out);
    let show = [kalends, "vault", "show", "harbour", "token", "--reveal", "--identity", &guarded];
    let shown = on_terminal(&["Passphrase of=open sesame"], &show);
    assert!(shown.code == 0 && shown.out.contains(TOKEN), "{}", shown.out);
    let wrong = on_terminal(&["Passphrase of=open barley"], &show);
    assert!(wrong.code == 1 && wrong.out.contains("that is not the passphrase"), "{}", wrong.out);
    let nobody = stage.kalends(&show[1..], "open sesame\n");
    assert!(nobody.code == 1 && nobody.err.contains("no terminal to ask for it"), "{}", nobody.err);
    // What age's own program protects, opens too.
    let foreign = stage.identity("foreign");
    let key = stage.identity("bo");
    let asked = ["Enter passphrase=open sesame", "Confirm passphrase=open sesame"];
    let protected = on_terminal(&asked, &["age", "-p", "-a", "-o", &foreign, &key]);
    assert_eq!(protected.code, 0, "{}", protected.out);
    fs::set_permissions(&foreign, fs::Permissions::from_mode(0o600)).unwrap();
    stage.seal("harbour", &stage_text("harbour"), &[&stage.recipient("bo")]);
    let show = [kalends, "vault", "show", "harbour", "token", "--reveal", "--identity", &foreign];
    let shown = on_terminal(&["Passphrase of=open sesame"], &show);
    assert!(shown.code == 0 && shown.out.contains(TOKEN), "{}", shown.out);
}

/// What stands inside an account's file.
fn stage_text(account: &str) -> String {
    format!(
        "account = {account:?}\nserver = \"https://museum.example\"\nvalue = \"v\"\nset_at = 2027-01-18T09:00:00Z\n\
         [secret]\ntoken = {TOKEN:?}\n"
    )
}

#[test]
fn an_identity_that_others_can_read_or_that_is_none_is_refused() {
    let Some(stage) = Stage::new() else { return };
    stage.set("harbour");
    let file = stage.identity("ada");
    for mode in [0o644, 0o640, 0o604, 0o620] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let refused = stage.reveal("harbour", "ada");
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{mode:o}");
        assert!(refused.err.contains(&format!("chmod 600 {file}")), "{}", refused.err);
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(stage.reveal("harbour", "ada").out, format!("{TOKEN}\n"));
    }
    let key = fs::read_to_string(&file).unwrap();
    for (name, text, words) in [
        ("empty", "# nothing\n", "there is no key in it"),
        ("recipient", &stage.recipient("bo"), "line 1 is a recipient"),
        ("slip", &key.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-2"), "line 3 is no identity"),
        ("ssh", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "a key of ssh"),
        ("cut", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", "it is damaged"),
    ] {
        let path = stage.folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let refused = stage.reveal("harbour", name);
        assert!(refused.code == 1 && refused.err.contains(words), "{name}: {}", refused.err);
        assert!(!refused.err.contains("SECRET-KEY"), "{}", refused.err);
    }
    let missing = stage.reveal("harbour", "nobody");
    assert!(missing.code == 1 && missing.err.contains("there is no identity at"), "{}", missing.err);
    let again = stage.kalends(&["vault", "key"], "");
    assert!(again.code == 1 && fs::read_to_string(&file).unwrap() == key, "it is never written over");
}

#[test]
fn a_file_that_is_cut_changed_or_another_account_s_is_refused() {
    let Some(stage) = Stage::new() else { return };
    stage.set("harbour");
    let path = stage.calendar().join("vault/harbour.age");
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, 30, 80, 200, whole.len() / 2, whole.len() - 60, whole.len() - 36] {
        fs::write(&path, &whole[..length]).unwrap();
        let refused = stage.reveal("harbour", "ada");
        assert_eq!((refused.code, refused.out.as_str()), (1, ""), "{length}: {}", refused.err);
        assert!(refused.err.contains("vault/harbour.age is damaged"), "{length}: {}", refused.err);
        assert!(refused.err.contains("git checkout HEAD"), "{length}: {}", refused.err);
    }
    fs::write(&path, &whole).unwrap();
    fs::copy(&path, stage.calendar().join("vault/tower.age")).unwrap();
    let other = stage.reveal("tower", "ada");
    let words = "holds the secret of the account `harbour`, not of `tower`";
    assert!(other.code == 1 && other.out.is_empty() && other.err.contains(words), "{}", other.err);
    let moved = stage.read("accounts/harbour.toml").replace("museum.example", "elsewhere.example");
    stage.write("accounts/harbour.toml", &moved);
    let moved = stage.reveal("harbour", "ada");
    assert!(
        moved.code == 1 && moved.out.is_empty() && moved.err.contains("https://elsewhere.example"),
        "{}",
        moved.err
    );
    // To set it anew is the way out of all of these.
    stage.set("harbour");
    stage.set("tower");
    assert_eq!(stage.reveal("tower", "ada").out, format!("{TOKEN}\n"));
}

#[test]
fn what_is_no_secret_is_refused_and_nothing_is_said_again() {
    let Some(stage) = Stage::new() else { return };
    for (arguments, stdin, code) in [
        (&["vault", "set", "harbour"][..], "", 1),
        (&["vault", "set", "harbour"], "\n", 1),
        (&["vault", "set", "harbour"], "hush-7f3a91c2e5\nhush\n", 1),
        (&["vault", "set", "harbour", TOKEN], "", 2),
        (&["vault", "set", "harbour", "token", TOKEN], "", 2),
        (&["vault", "set", "harbour", "--file", "/nowhere"], TOKEN, 1),
        (&["vault", "rotate", "harbour"], TOKEN, 1),
        (&["vault", "set", "nowhere"], TOKEN, 1),
    ] {
        let refused = stage.kalends(arguments, stdin);
        assert_eq!(refused.code, code, "{arguments:?}: {}", refused.err);
        assert!(
            !refused.err.contains("7f3a91c2e5") && !refused.out.contains("7f3a91c2e5"),
            "{}",
            refused.err
        );
        assert!(!stage.calendar().join("vault").exists(), "{arguments:?}");
    }
    let file = stage.folder.join("token");
    fs::write(&file, format!("{TOKEN}\r\n")).unwrap();
    assert_eq!(
        stage.kalends(&["vault", "set", "harbour", "--file", &file.display().to_string()], "").code,
        0
    );
    assert_eq!(stage.reveal("harbour", "ada").out, format!("{TOKEN}\n"));
    assert_eq!(stage.kalends(&["vault", "set", "harbour", "client_id", "--file", "-"], "id").code, 0);
    assert_eq!(stage.reveal("harbour", "ada").out, format!("{TOKEN}\n"), "the other value stays");
    for arguments in [&["--json", "vault", "show", "harbour"][..], &["--json", "vault", "list"]] {
        let shown = stage.kalends(arguments, "");
        assert!(
            shown.code == 0 && shown.out.contains("person:ada") && !shown.out.contains(TOKEN),
            "{}",
            shown.out
        );
    }
    let refused = stage.kalends(&["--json", "vault", "show", "harbour", "--reveal"], "");
    assert!(refused.code == 2 && refused.out.is_empty());
    let mut command = stage.command(env!("CARGO_BIN_EXE_kalends"), &["vault", "show", "harbour", "--reveal"]);
    let file = stage.folder.join("out");
    let status = command.stdout(fs::File::create(&file).unwrap()).status().unwrap();
    assert!(status.code() == Some(1) && fs::read(&file).unwrap().is_empty());
}

/// Every call of the system that a program makes, as strace shows it.
fn traced(stage: &Stage, arguments: &[&str], stdin: &str) -> Option<String> {
    program("strace", "strace")?;
    let log = stage.folder.join("trace");
    let log_path = log.display().to_string();
    let mut all = vec!["-f", "-s", "65536", "-o", &log_path, env!("CARGO_BIN_EXE_kalends")];
    all.extend(arguments);
    let run = stage.run("strace", &all, stdin);
    if run.err.contains("Operation not permitted") {
        super::servers::skip("strace may not trace here", "allow ptrace");
        return None;
    }
    assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
    assert!(!run.err.contains(TOKEN), "{}", run.err);
    Some(fs::read_to_string(log).unwrap())
}

#[test]
fn a_secret_is_in_no_file_no_argument_and_no_core_dump() {
    let Some(stage) = Stage::new() else { return };
    let Some(set) = traced(&stage, &["vault", "set", "harbour"], &format!("{TOKEN}\n")) else { return };
    let mut traces = vec![set];
    for arguments in [
        &["vault", "grant", "harbour", "bo"][..],
        &["vault", "show", "harbour"],
        &["vault", "rotate", "harbour"],
    ] {
        traces.extend(traced(&stage, arguments, TOKEN));
    }
    for trace in traces {
        for line in trace.lines().filter(|line| line.contains(TOKEN)) {
            let call = line.split_once(' ').unwrap().1.trim_start();
            // Only what came in through stdin; the end of a call stands alone where another thread's came between.
            let is_read = ["read(", "<... read resumed>"].iter().any(|read| call.starts_with(read));
            assert!(is_read, "{line}");
        }
        let place = |words: &str| trace.find(words).unwrap_or_else(|| panic!("{words} is not in the trace"));
        let opens = trace.find(&format!("{}\"", stage.identity("ada"))).unwrap_or(trace.len());
        assert!(place("RLIMIT_CORE") < opens && place("PR_SET_DUMPABLE") < opens);
        let first_read = trace.find(TOKEN).unwrap_or(trace.len());
        assert!(place("PR_SET_DUMPABLE") < first_read);
    }
    let leftovers = fs::read_dir(stage.calendar().join("vault")).unwrap().count();
    assert_eq!(leftovers, 2, "nothing lies beside the two files");
    assert!(Path::new(&stage.identity("ada")).metadata().unwrap().permissions().mode() & 0o777 == 0o600);
}
