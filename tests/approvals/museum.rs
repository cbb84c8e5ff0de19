//! A small museum with people who have keys, in its repository.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

pub const NOW: &str = "--now 2027-01-16T10:00";
pub const POST: &str = "posts/2027/01/2027-01-18-open-day.toml";
pub const APPROVAL: &str = "approvals/2027-01-18-open-day/rui.toml";

pub struct Museum {
    folder: tempfile::TempDir,
}

/// What a command said, and its exit code.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

pub fn standing(row: &serde_json::Value) -> &str {
    row["standing"].as_str().unwrap()
}

impl Museum {
    /// ana writes, rui coordinates her department, marta all, gaspar manages; helena leads, and has no key.
    pub fn new() -> Museum {
        let museum = Museum { folder: tempfile::tempdir().unwrap() };
        for folder in ["home", "museum", "bin"] {
            fs::create_dir(museum.folder.path().join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kalends"), museum.folder.path().join("bin/kalends"))
            .unwrap();
        museum.shell(
            "for p in ana rui marta gaspar nuno; do ssh-keygen -q -t ed25519 -N '' -f ../home/$p -C $p@museum; done
             git init -q -b main; git config user.name Somebody; git config user.email somebody@example.org",
        );
        museum.write(
            "kalends.toml",
            "name = \"Museum\"\nzone = \"Europe/Lisbon\"\nlanguage = \"en\"\n\n[[approval]]\n\
             by = [\"coordinator\", \"department-coordinator\"]\ncount = 1\n",
        );
        for (id, role) in [("rui", "department-coordinator"), ("ana", "contributor"), ("nuno", "contributor")]
        {
            museum.person(id, role, &museum.public(id), "department = \"education\"\n");
        }
        museum.person("marta", "coordinator", &museum.public("marta"), "");
        museum.person("gaspar", "manager", &museum.public("gaspar"), "");
        museum.write("people/helena.toml", "name = \"Helena\"\nrole = \"leader\"\n");
        museum.write("departments/education.toml", "name = \"Education\"\ncoordinator = \"rui\"\n");
        museum.write("departments/shop.toml", "name = \"Shop\"\ncontributors = [\"ana\"]\n");
        museum.write("accounts/news.toml", "platform = \"feed\"\n");
        museum.write("accounts/tales.toml", "platform = \"feed\"\n");
        fs::create_dir(museum.path("media")).unwrap();
        museum.write(
            POST,
            "department = \"education\"\nauthor = \"ana\"\nat = 2027-01-18T09:00:00\nto = [\"news\"]\n\
             text = \"Doors open at ten.\"\n[[media]]\nfile = \"media/a.png\"\nalt = \"A child at a telescope\"\n",
        );
        let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/calendar/media/2027/rooftop-telescope.png");
        fs::copy(picture, museum.path("media/a.png")).unwrap();
        museum.commit("Begin");
        museum
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("museum").join(path)
    }

    pub fn key(&self, who: &str) -> String {
        self.folder.path().join("home").join(who).display().to_string()
    }

    pub fn public(&self, who: &str) -> String {
        fs::read_to_string(self.key(who) + ".pub").unwrap().trim().to_owned()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap()
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Changes the last place where a file has these words.
    pub fn change(&self, path: &str, old: &str, new: &str) {
        let bytes = self.bytes(path);
        let at = bytes.windows(old.len()).rposition(|window| window == old.as_bytes()).unwrap();
        let changed = [&bytes[..at], new.as_bytes(), &bytes[at + old.len()..]].concat();
        fs::write(self.path(path), changed).unwrap();
    }

    pub fn person(&self, id: &str, role: &str, key: &str, more: &str) {
        let text = format!(
            "name = \"{id}\"\nrole = \"{role}\"\nemail = \"{id}@museum.example\"\nsigning_key = \"{key}\"\n{more}"
        );
        self.write(&format!("people/{id}.toml"), &text);
    }

    fn command(&self, program: &str) -> Command {
        let bin = self.folder.path().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    fn sh(&self, script: &str) -> Output {
        self.command("sh").args(["-ec", script]).output().unwrap()
    }

    #[track_caller]
    pub fn shell(&self, script: &str) {
        let output = self.sh(script);
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&said));
    }

    pub fn try_shell(&self, script: &str) -> bool {
        self.sh(script).status.success()
    }

    #[track_caller]
    pub fn commit(&self, message: &str) {
        self.shell(&format!("git add -A && git commit -qm '{message}'"));
    }

    #[track_caller]
    pub fn approve(&self, who: &str) {
        self.ends(&format!("approve open-day --yes --as {who} --key {} {NOW}", self.key(who)), 0);
    }

    #[track_caller]
    pub fn run(&self, line: &str) -> Said {
        let output =
            self.command(env!("CARGO_BIN_EXE_kalends")).args(line.split_whitespace()).output().unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn ends(&self, line: &str, code: i32) -> Said {
        let said = self.run(line);
        assert_eq!(said.code, code, "kalends {line}\n{}{}", said.out, said.err);
        said
    }

    /// Returns a post's first row of the plan of the files as they lie.
    #[track_caller]
    pub fn row(&self, post: &str) -> serde_json::Value {
        let plan = self.ends(&format!("plan --json {NOW}"), 0).json();
        let rows = plan["rows"].as_array().unwrap();
        rows.iter().find(|row| row["post"] == post).unwrap().clone()
    }

    #[track_caller]
    pub fn standing(&self, post: &str) -> String {
        standing(&self.row(post)).to_owned()
    }
}
