//! The examples that need no server of their own, run: in a clone, with a remote, with the program under test.

use crate::{KALENDS, example, shell};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A calendar with one post that is due, a clone of it, and the repository that both belong to.
struct Scene {
    dir: TempDir,
}

const POST: &str = r#"
department = "museum"
author = "ana"
at = AT
to = ["news"]
text = "The doors are open."
"#;

/// Returns the path and the text of a post that was due a day before this folder was made.
fn due_yesterday(folder: &Path, slug: &str) -> (String, String) {
    let made = fs::metadata(folder).unwrap().modified().unwrap();
    let at = chrono::DateTime::<chrono::Utc>::from(made) - chrono::TimeDelta::days(1);
    let path = format!("posts/{}-{slug}.toml", at.format("%Y/%m/%Y-%m-%d"));
    (path, POST.replace("AT", &at.format("%Y-%m-%dT%H:%M:%S").to_string()))
}

impl Scene {
    fn new() -> Scene {
        let scene = Scene { dir: tempfile::tempdir().unwrap() };
        scene.git(&[], &["init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
        scene.clone_anew();
        let clone = scene.clone();
        let (post, text) = due_yesterday(scene.dir.path(), "open");
        for (file, text) in [
            (post.as_str(), text.as_str()),
            (
                "kalends.toml",
                "name = \"Museum\"\nzone = \"UTC\"\n[publish]\nlate = \"7d\"\n[ledger]\nremote = \"origin\"\n",
            ),
            ("departments/museum.toml", "name = \"Museum\"\n"),
            ("people/ana.toml", "name = \"Ana\"\nrole = \"coordinator\"\ndepartment = \"museum\"\n"),
            (
                "accounts/news.toml",
                "platform = \"feed\"\nserver = \"https://museum.example/news\"\ntitle = \"News\"\n",
            ),
            (".gitignore", "/public\n"),
        ] {
            let path = clone.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        scene.git(&["-C", "clone"], &["add", "--all"]);
        scene.git(&["-C", "clone"], &["commit", "--quiet", "--message", "Begin"]);
        scene.git(&["-C", "clone"], &["push", "--quiet", "origin", "HEAD:main"]);
        scene
    }

    /// Writes a post to an account that there is not, and returns its path.
    fn write_a_post_with_a_fault(&self) -> String {
        let (file, text) = due_yesterday(self.dir.path(), "closed");
        fs::write(self.clone().join(&file), text.replace("\"news\"", "\"nwes\"")).unwrap();
        file
    }

    /// Checks out a branch of its own in the clone.
    fn branch(&self) {
        self.git(&["-C", "clone"], &["checkout", "--quiet", "-B", "branch"]);
    }

    fn commit(&self) {
        self.git(&["-C", "clone"], &["add", "--all"]);
        self.git(&["-C", "clone"], &["commit", "--quiet", "--message", "Change"]);
    }

    fn clone(&self) -> PathBuf {
        self.dir.path().join("clone")
    }

    /// Makes the clone anew, as a runner does whose disk was thrown away.
    fn clone_anew(&self) {
        if self.clone().exists() {
            fs::remove_dir_all(self.clone()).unwrap();
        }
        self.git(&[], &["clone", "--quiet", "origin.git", "clone"]);
    }

    fn git(&self, before: &[&str], arguments: &[&str]) -> String {
        let out = self.command("git", self.dir.path()).args(before).args(arguments).output().unwrap();
        assert!(
            out.status.success(),
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap()
    }

    /// Prepares a program with an environment that is the same everywhere, with kalends on its PATH.
    fn command(&self, program: &str, folder: &Path) -> Command {
        let bin = Path::new(KALENDS).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path));
        let mut command = Command::new(program);
        command.env_clear().current_dir(folder);
        command.env("PATH", std::env::join_paths(path).unwrap());
        command.env("HOME", self.dir.path()).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Ana")
                .env(format!("GIT_{role}_EMAIL"), "ana@museum.example");
        }
        command
    }

    fn bash(&self, script: &str) -> Output {
        self.command("bash", &self.clone()).args(["-e", "-c", script]).output().unwrap()
    }

    /// Returns the feed as the branch `site` of the remote has it.
    fn site(&self) -> serde_json::Value {
        serde_json::from_str(&self.git(&["-C", "origin.git"], &["show", "site:news/feed.json"])).unwrap()
    }

    /// Runs scripts on a fresh runner, twice: the second time there is nothing to do.
    fn publishes_once(&self, scripts: &[String]) {
        for _ in 0..2 {
            self.clone_anew();
            for script in scripts {
                let out = self.bash(script);
                assert!(out.status.success(), "{script}\n{}", words(&out));
            }
            let site = self.site();
            assert_eq!(site["items"].as_array().unwrap().len(), 1, "{site}");
            assert!(site.to_string().contains("The doors are open."), "{site}");
        }
        let commits = self.git(&["-C", "origin.git"], &["rev-list", "--count", "site"]);
        assert_eq!(commits.trim(), "1", "a run with nothing to do commits nothing");
        self.git(&["-C", "origin.git"], &["rev-parse", "--verify", "ledger"]);
    }
}

fn words(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn the_github_workflow_publishes_once_on_disks_that_are_thrown_away() {
    let scene = Scene::new();
    let runner = scene.dir.path().to_str().unwrap();
    let given = format!("RUNNER_TEMP='{runner}'\nIDENTITY='AGE-SECRET-KEY-1'\n");
    let steps = shell::github_steps("github/publish.yml").into_iter();
    let scripts: Vec<String> =
        steps.filter(|(name, _)| name != "Build kalends").map(|(_, text)| format!("{given}{text}")).collect();
    assert_eq!(scripts.len(), 5);
    scene.publishes_once(&scripts);
    let mode = fs::metadata(scene.dir.path().join("identity")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else reads the identity");
}

#[test]
fn the_gitlab_job_publishes_once_on_disks_that_are_thrown_away() {
    Scene::new().publishes_once(&[shell::gitlab_script("publish", "script")]);
}

#[test]
fn a_pull_request_with_a_fault_fails_and_one_without_passes() {
    let scene = Scene::new();
    let (_, check) = shell::github_steps("github/check.yml").pop().unwrap();
    let temp = scene.dir.path().display();
    let check = format!("BASE=main\nRUNNER_TEMP={temp}\nGITHUB_STEP_SUMMARY={temp}/step.md\n{check}");
    scene.branch();
    assert!(scene.bash(&check).status.success());
    let file = scene.write_a_post_with_a_fault();
    scene.commit();
    let out = scene.bash(&check);
    assert_eq!(out.status.code(), Some(1), "{}", words(&out));
    assert!(words(&out).contains(&format!("::error file={file}")), "{}", words(&out));
    let read = |name: &str| fs::read_to_string(scene.dir.path().join(name)).unwrap();
    assert!(read("step.md").contains("| added |") && read("step.md").contains("unknown-account"));
    assert!(read("previews.html").starts_with("<!DOCTYPE html>"));
}

#[test]
fn the_gitlab_check_leaves_its_answer_and_fails_where_something_is_wrong() {
    let scene = Scene::new();
    scene.branch();
    scene.write_a_post_with_a_fault();
    scene.commit();
    let script = shell::gitlab_script("check", "script");
    let out = scene.bash(&format!("CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main\n{script}"));
    assert_eq!(out.status.code(), Some(1), "{}", words(&out));
    assert!(words(&out).contains("nwes"), "{}", words(&out));
    let quality = fs::read_to_string(scene.clone().join("quality.json")).unwrap();
    let quality: serde_json::Value = serde_json::from_str(&quality).unwrap();
    assert_eq!(quality[0]["check_name"], "unknown-account");
    assert!(scene.clone().join("previews.html").exists());
}

#[test]
fn the_cron_wrapper_is_silent_while_all_is_well_and_speaks_when_it_is_not() {
    let scene = Scene::new();
    scene.git(&["-C", "clone"], &["branch", "--quiet", "--set-upstream-to=origin/main"]);
    let log = scene.dir.path().join("publish.log");
    let run = || {
        let wrapper = example("cron/kalends-publish");
        scene.command("bash", scene.dir.path()).arg(wrapper).arg(scene.clone()).arg(&log).output().unwrap()
    };
    let out = run();
    assert!(out.status.success(), "{}", words(&out));
    assert_eq!(words(&out), "", "cron would mail this");
    assert!(fs::read_to_string(&log).unwrap().contains("exit code 0"));
    let feed = fs::read_to_string(scene.clone().join("public/news/feed.json")).unwrap();
    assert!(feed.contains("The doors are open."));

    fs::rename(scene.dir.path().join("origin.git"), scene.dir.path().join("gone.git")).unwrap();
    let out = run();
    assert!(!out.status.success());
    assert!(words(&out).contains("exit code"), "{}", words(&out));
    assert!(words(&out).contains("origin.git"), "what git said is in the mail: {}", words(&out));
}
