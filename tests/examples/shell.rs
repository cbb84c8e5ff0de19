//! The shell in the examples: whole files, blocks in YAML, lines of a crontab and of units, blocks of the README.

use crate::{text, yaml};
use serde_json::Value;

/// A piece of shell.
pub struct Script {
    /// Where it stands.
    pub name: String,
    /// What reads it, as shellcheck names it.
    pub dialect: &'static str,
    /// The script.
    pub text: String,
}

/// Returns all shell in the examples.
pub fn scripts() -> Vec<Script> {
    let mut scripts = vec![Script {
        name: "cron/kalends-publish".to_owned(),
        dialect: "bash",
        text: text("cron/kalends-publish"),
    }];
    scripts.extend(crontab_entries().into_iter().map(|entry| Script {
        name: "cron/crontab".to_owned(),
        dialect: "sh",
        text: entry.split_whitespace().skip(5).collect::<Vec<_>>().join(" ") + "\n",
    }));
    for name in ["github/check.yml", "github/publish.yml"] {
        scripts.extend(github_steps(name).into_iter().map(|(step, text)| Script {
            name: format!("{name}: {step}"),
            dialect: "bash",
            text,
        }));
    }
    for job in ["check", "publish"] {
        let before = gitlab_script("default", "before_script");
        scripts.push(Script {
            name: format!("gitlab/.gitlab-ci.yml: {job}"),
            dialect: "bash",
            text: before + &gitlab_script(job, "script"),
        });
    }
    scripts.extend(unit_lines("systemd/kalends-publish.service"));
    scripts.extend(unit_lines("systemd/kalends-measure.service"));
    scripts.extend(unit_lines("systemd/kalends-failed@.service"));
    scripts.extend(containers());
    scripts.push(Script { name: "README.md".to_owned(), dialect: "sh", text: readme() });
    scripts
}

/// Returns the lines of the crontab that start something.
pub fn crontab_entries() -> Vec<String> {
    let starts = |line: &&str| line.starts_with(|c: char| c == '*' || c.is_ascii_digit());
    text("cron/crontab").lines().filter(starts).map(str::to_owned).collect()
}

/// Returns the steps of a workflow's jobs that run shell, each with its name.
pub fn github_steps(name: &str) -> Vec<(String, String)> {
    let workflow = &yaml(name)[0];
    let steps = crate::jobs(workflow).flat_map(|job| job["steps"].as_array().unwrap());
    steps
        .filter_map(|step| {
            let run = step["run"].as_str()?;
            Some((step["name"].as_str().unwrap().to_owned(), run.trim_end().to_owned() + "\n"))
        })
        .collect()
}

/// Returns a job's script, as one: that is how a runner runs it.
pub fn gitlab_script(job: &str, key: &str) -> String {
    let pipeline = &yaml("gitlab/.gitlab-ci.yml")[0];
    let lines = pipeline[job][key].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap().trim_end().to_owned() + "\n").collect()
}

/// Returns what a unit starts.
fn unit_lines(name: &str) -> Vec<Script> {
    let text = text(name);
    let lines =
        text.lines().filter_map(|line| line.strip_prefix("ExecStart").or(line.strip_prefix("ExecStartPre")));
    let lines = lines
        .filter_map(|line| line.split_once('='))
        .map(|(_, line)| line.replace("$$", "$").replace("%i", "unit"));
    lines
        .map(|line| {
            let words = words(&line);
            // A shell in a unit: its script is what is worth a look.
            let text = match words.iter().position(|word| word == "-c") {
                Some(at) if words[0].ends_with("/sh") => words[at + 1].clone(),
                _ => line,
            };
            Script { name: name.to_owned(), dialect: "sh", text: text + "\n" }
        })
        .collect()
}

/// Returns what the containers of the cron job start.
fn containers() -> Vec<Script> {
    let documents = yaml("kubernetes/cronjob.yaml");
    let pod = &documents[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let strings = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    ["initContainers", "containers"]
        .iter()
        .flat_map(|kind| pod[*kind].as_array().unwrap())
        .map(|container| {
            let (command, args) = (strings(&container["command"]), strings(&container["args"]));
            let text = if args.is_empty() { command.join(" ") + "\n" } else { args.join("\n") };
            let name = format!("kubernetes/cronjob.yaml: {}", container["name"]);
            Script { name, dialect: "sh", text }
        })
        .collect()
}

/// Returns the command lines of kalends in the README's prose, one a line.
fn readme() -> String {
    let text = text("README.md");
    let code = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("kalends "));
    code.map(|code| code.to_owned() + "\n").collect()
}

/// Returns the arguments of every call of kalends in a script.
pub fn command_lines(script: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for line in script.lines() {
        let mut starts = true;
        let mut rest = words(line).into_iter().peekable();
        while let Some(word) = rest.next() {
            let is_kalends = word == "kalends" || word.ends_with("/kalends");
            if starts && is_kalends {
                let mut arguments = Vec::new();
                while let Some(argument) = rest.next_if(|word| !is_end(word)) {
                    arguments.push(argument);
                }
                lines.push(arguments);
            }
            starts = is_end(&word) || matches!(word.as_str(), "then" | "else" | "do" | "if" | "!");
        }
    }
    lines
}

fn is_end(word: &str) -> bool {
    matches!(word, "&&" | "||" | "|" | ";") || word.starts_with(['>', '<']) || word.starts_with("2>")
}

/// Splits a line as a shell does, as far as the examples need it: quotes join, variables stay as they are.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ';') => {
                words.extend(word.take());
                words.push(";".to_owned());
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[test]
fn calls_of_kalends_are_found_wherever_a_command_may_stand() {
    let script = "git pull && kalends -C \"$calendar\" publish\nkalends check --format sarif > out || true\n\
                  # kalends nothing\necho kalends\nif kalends status; then :; fi\n";
    let lines = command_lines(script);
    assert_eq!(lines[0], ["-C", "$calendar", "publish"]);
    assert_eq!(lines[1], ["check", "--format", "sarif"]);
    assert_eq!(lines[2], ["status"]);
    assert_eq!(lines.len(), 3);
}
