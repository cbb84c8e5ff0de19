//! The examples are programs too: their shell is linted, their YAML parsed, their units verified, their command lines
//! held against the real grammar, and those that can run here are run, against a repository with a remote.

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test, whole")]
#![expect(clippy::disallowed_methods, reason = "the programs of this machine are found by its PATH")]
#![expect(clippy::explicit_write, reason = "what the macros print is shown only where a test fails")]

#[path = "examples/shell.rs"]
mod shell;
#[path = "examples/works.rs"]
mod works;

use serde_json::Value;
use shell::Script;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const KALENDS: &str = env!("CARGO_BIN_EXE_kalends");

/// Returns a file of the examples.
fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(example(name)).unwrap()
}

/// Returns the documents of a YAML file.
fn yaml(name: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

/// Tells whether a program is there; says how to get it if not.
fn has(program: &str, package: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success());
    if !there {
        writeln!(std::io::stderr(), "skipped: {program} is not installed (apt-get install {package})")
            .unwrap();
    }
    there
}

#[test]
fn every_file_of_the_examples_is_looked_at() {
    let mut found: Vec<String> = Vec::new();
    let mut folders = vec![example("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(example("")).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.sort();
    assert_eq!(
        found,
        [
            "README.md",
            "communications.ics",
            "cron/crontab",
            "cron/kalends-publish",
            "exports/README.md",
            "exports/analytics-2027-01.csv",
            "exports/instagram-2027-01.csv",
            "github/check.yml",
            "github/publish.yml",
            "gitlab/.gitlab-ci.yml",
            "kubernetes/cronjob.yaml",
            "report.png",
            "systemd/kalends-failed@.service",
            "systemd/kalends-measure.service",
            "systemd/kalends-measure.timer",
            "systemd/kalends-publish.service",
            "systemd/kalends-publish.timer",
        ],
        "a file more or less: let the tests here look at it"
    );
}

#[test]
fn shellcheck_has_nothing_to_say() {
    if !has("shellcheck", "shellcheck") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let scripts = shell::scripts();
    assert!(scripts.len() >= 14, "only {} scripts were found", scripts.len());
    for Script { name, dialect, text } in scripts {
        let file = dir.path().join("script");
        fs::write(&file, &text).unwrap();
        let out = Command::new("shellcheck")
            .args(["--norc", "--severity=style", "--shell", dialect])
            .arg(&file)
            .output()
            .unwrap();
        assert!(out.status.success(), "{name}:\n{text}\n{}", String::from_utf8_lossy(&out.stdout));
    }
}

#[test]
fn every_kalends_command_line_is_one_that_kalends_knows() {
    let mut known = 0;
    for Script { name, text, .. } in shell::scripts() {
        for line in shell::command_lines(&text) {
            // Help is asked for last, so whatever stands before it was read by the grammar.
            let out = Command::new(KALENDS).args(&line).arg("--help").output().unwrap();
            let said = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{name}: kalends {}\n{said}", line.join(" "));
            known += 1;
        }
    }
    assert!(known >= 8, "only {known} command lines of kalends were found");
}

#[test]
fn a_crontab_has_times_that_cron_knows_and_no_stray_percent_sign() {
    for line in shell::crontab_entries() {
        let fields: Vec<&str> = line.split_whitespace().take(5).collect();
        let fits = |field: &&str| field.chars().all(|c| c.is_ascii_digit() || "*/,-".contains(c));
        assert!(fields.len() == 5 && fields.iter().all(fits), "{line}");
        assert!(!line.contains('%'), "cron makes a new line of a percent sign: {line}");
    }
}

#[test]
fn systemd_accepts_the_units_and_finds_the_service_confined() {
    if !has("systemd-analyze", "systemd") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let services = ["kalends-publish", "kalends-measure"];
    let names = services.map(|service| [format!("{service}.service"), format!("{service}.timer")]).concat();
    let failing = "kalends-failed@.service".to_owned();
    for unit in names.iter().chain([&failing]) {
        // The programs that the unit names are not where it names them, on this machine.
        let here = text(&format!("systemd/{unit}"))
            .replace("/usr/local/bin/kalends", KALENDS)
            .replace("/usr/bin/git", "/bin/sh");
        fs::write(dir.path().join(unit), here).unwrap();
    }
    let analyze = |arguments: &[&str]| {
        let out = Command::new("systemd-analyze").args(arguments).current_dir(dir.path()).output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "systemd-analyze {}:\n{said}", arguments.join(" "));
        said
    };
    for service in services {
        let failed = dir.path().join(format!("kalends-failed@{service}.service.service"));
        fs::copy(dir.path().join(&failing), &failed).unwrap();
        let timer = dir.path().join(format!("{service}.timer"));
        let service = dir.path().join(format!("{service}.service"));
        let said = analyze(&["verify", "--man=no", path(&service), path(&timer), path(&failed)]);
        assert_eq!(said, "", "systemd has something to say");
        // 10 is a service without any confinement, 0 one that can do nothing.
        analyze(&["security", "--offline=true", "--no-pager", "--threshold=20", path(&service)]);
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_stranger_pull_request_finds_no_secret_and_may_only_read() {
    let check = &yaml("github/check.yml")[0];
    let mut triggers: Vec<&String> = check["on"].as_object().unwrap().keys().collect();
    triggers.sort();
    assert_eq!(
        triggers,
        ["merge_group", "pull_request"],
        "pull_request_target would lend a stranger a token that writes"
    );
    assert_eq!(check["permissions"], serde_json::json!({ "contents": "read" }));
    for job in jobs(check) {
        assert_eq!(job.get("permissions"), None, "a job may not take more");
        assert!(job["timeout-minutes"].is_u64());
        assert_eq!(checkout(job)["with"]["persist-credentials"], false);
        assert_eq!(checkout(job)["with"]["fetch-depth"], 0);
    }
    for word in ["secrets.", "secrets[", "GITHUB_TOKEN", "github.token", "id-token"] {
        assert!(!check.to_string().contains(word), "check.yml names {word}");
    }
}

#[test]
fn publishing_may_write_contents_and_nothing_else_and_runs_alone() {
    let publish = &yaml("github/publish.yml")[0];
    let mut triggers: Vec<&String> = publish["on"].as_object().unwrap().keys().collect();
    triggers.sort();
    assert_eq!(triggers, ["schedule", "workflow_dispatch"], "nothing that a stranger can cause");
    assert_eq!(publish["permissions"], serde_json::json!({ "contents": "write" }));
    assert_eq!(publish["concurrency"]["cancel-in-progress"], false);
    for job in jobs(publish) {
        assert_eq!(job.get("permissions"), None, "a job may not take more");
        assert_eq!(checkout(job)["with"]["fetch-depth"], 0, "the ledger is read back to its beginning");
    }
    // The identity reaches one step alone, and the file that it is in the step after.
    assert_eq!(publish.to_string().matches("secrets.").count(), 1);
    let with_secret = |step: &&Value| step.to_string().contains("secrets.");
    for job in jobs(publish) {
        assert_eq!(job["environment"], "publish", "only the default branch may use it");
        let steps = job["steps"].as_array().unwrap();
        let step = steps.iter().find(with_secret).unwrap();
        assert_eq!(step["env"]["IDENTITY"], "${{ secrets.KALENDS_IDENTITY }}");
        assert!(step["run"].as_str().unwrap().contains("umask 077"));
    }
}

#[test]
fn no_workflow_puts_a_stranger_text_into_its_shell() {
    for name in ["github/check.yml", "github/publish.yml"] {
        for job in jobs(&yaml(name)[0]) {
            for step in job["steps"].as_array().unwrap() {
                let run = step["run"].as_str().unwrap_or_default();
                assert!(!run.contains("${{"), "{name}: by the environment, not into the shell: {run}");
            }
        }
    }
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    let is_commit = |word: &str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    for name in ["github/check.yml", "github/publish.yml"] {
        let text = text(name);
        let uses: Vec<&str> =
            text.lines().filter_map(|line| line.split_once("uses: actions/")).map(|two| two.1).collect();
        assert_eq!(uses.len(), text.matches("uses:").count(), "{name}: an action of somebody else");
        for line in uses {
            let (commit, version) = line.split_once('@').unwrap().1.split_once(" # v").unwrap();
            assert!(is_commit(commit) && version.starts_with(|c: char| c.is_ascii_digit()), "{name}: {line}");
        }
    }
}

#[test]
fn kalends_is_built_before_a_stranger_s_files_are_there() {
    let check = &yaml("github/check.yml")[0];
    for job in jobs(check) {
        let steps = job["steps"].as_array().unwrap();
        let at = |word: &str| steps.iter().position(|step| step.to_string().contains(word)).unwrap();
        assert!(
            at("cargo install") < at("actions/checkout@"),
            "cargo obeys the settings of the folder it runs in"
        );
    }
    let before = yaml("gitlab/.gitlab-ci.yml")[0]["default"]["before_script"].to_string();
    assert!(before.contains("cd / && cargo install") && before.contains("git ls-files .bin"), "{before}");
}

#[test]
fn gitlab_checks_merge_requests_and_publishes_the_default_branch_one_at_a_time() {
    let pipeline = &yaml("gitlab/.gitlab-ci.yml")[0];
    let rule = |job: &str| pipeline[job]["rules"][0]["if"].as_str().unwrap().to_owned();
    assert_eq!(rule("check"), "$CI_PIPELINE_SOURCE == \"merge_request_event\"");
    assert_eq!(
        rule("publish"),
        "$CI_PIPELINE_SOURCE == \"schedule\" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
    );
    assert_eq!(pipeline["publish"]["resource_group"], "publish");
    assert!(!pipeline["check"].to_string().contains("TOKEN"), "a stranger's branch runs there");
}

#[test]
fn the_cron_job_is_confined_and_never_runs_twice_at_once() {
    let documents = yaml("kubernetes/cronjob.yaml");
    let kinds: Vec<&str> = documents.iter().map(|document| document["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CronJob", "PersistentVolumeClaim"]);
    assert_eq!(documents[0]["spec"]["concurrencyPolicy"], "Forbid");
    let pod = &documents[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["restartPolicy"], "Never");
    let volumes: Vec<&Value> =
        pod["volumes"].as_array().unwrap().iter().map(|volume| &volume["name"]).collect();
    for kind in ["initContainers", "containers"] {
        for container in pod[kind].as_array().unwrap() {
            assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
            assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
            assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL");
            assert!(container["resources"]["limits"]["memory"].is_string());
            for mount in container["volumeMounts"].as_array().unwrap() {
                assert!(volumes.contains(&&mount["name"]), "{mount} has no volume");
            }
        }
    }
}

fn jobs(workflow: &Value) -> impl Iterator<Item = &Value> {
    workflow["jobs"].as_object().unwrap().values()
}

fn checkout(job: &Value) -> &Value {
    let steps = job["steps"].as_array().unwrap();
    steps
        .iter()
        .find(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@")))
        .unwrap()
}
