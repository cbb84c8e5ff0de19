//! Findings, shown in five ways: to people with carets, and to programs as JSON, GitHub's annotations, GitLab's report of
//! code quality, and SARIF.

pub mod changed;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod place;
pub mod sarif;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use serde::Serialize;

use crate::error::Error;
use crate::finding::{Content, File, Finding, Severity};
use crate::leak;
use crate::ui::findings::changed::Changed;
use crate::ui::findings::place::{Place, Source};
use crate::ui::{Ui, plural};

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people: the line, a caret, what to do
    #[default]
    Text,
    /// One versioned JSON document
    Json,
    /// GitHub's workflow commands: annotations on a pull request
    Github,
    /// GitLab's report of code quality: the same on a merge request
    Gitlab,
    /// SARIF 2.1.0, as code scanning reads it
    Sarif,
}

/// The files that findings point into, without the secrets that stand in them, and how their paths are shown.
pub struct Sources<'a> {
    sources: BTreeMap<&'a str, Source<'a>>,
    /// What stands before a path for people: the way from the current folder to the calendar's root.
    pub for_people: String,
    /// What stands before a path for programs: the way from the repository's root to the calendar's.
    pub for_programs: String,
}

impl<'a> Sources<'a> {
    /// Returns the text files that some finding points into.
    pub fn new(files: &'a [File], findings: &[Finding]) -> Sources<'a> {
        let wanted: BTreeSet<&str> = findings
            .iter()
            .flat_map(|finding| {
                std::iter::once(finding.file.as_str())
                    .chain(finding.related.iter().map(|related| related.file.as_str()))
            })
            .collect();
        let sources = files
            .iter()
            .filter(|file| wanted.contains(file.path.as_str()))
            .filter_map(|file| match &file.content {
                Content::Text(text) => Some((file.path.as_str(), Source::new(leak::masked(text)))),
                _ => None,
            })
            .collect();
        Sources { sources, for_people: String::new(), for_programs: String::new() }
    }

    /// Returns a file's text, where it is one.
    fn source(&self, file: &str) -> Option<&Source<'a>> {
        self.sources.get(file)
    }

    /// Returns where a span begins and ends, where the file is a text.
    fn place(&self, file: &str, span: Option<&std::ops::Range<usize>>) -> Option<Place> {
        Some(self.source(file)?.place(span?))
    }

    fn path_for_people(&self, file: &str) -> String {
        format!("{}{file}", self.for_people)
    }

    fn path_for_programs(&self, file: &str) -> String {
        from_the_top(&self.for_programs, file)
    }
}

/// Returns a path of the calendar, which may lead out of it with `..`, as a path from the repository's top.
fn from_the_top(prefix: &str, file: &str) -> String {
    let (mut prefix, mut file) = (prefix.trim_end_matches('/'), file);
    while let Some(rest) = file.strip_prefix("../") {
        file = rest;
        prefix = prefix.rsplit_once('/').map_or("", |(above, _)| above);
    }
    if prefix.is_empty() { file.to_owned() } else { format!("{prefix}/{file}") }
}

impl Ui {
    /// Shows findings on stdout, and on stderr how many there are. Says nothing to people where there are none.
    pub fn findings(
        &mut self,
        format: Format,
        findings: &[Finding],
        sources: &Sources<'_>,
    ) -> Result<(), Error> {
        self.answer(format, findings, sources, None)
    }

    /// Shows findings as [`Ui::findings`] does, and to people and in JSON also what a branch changes.
    pub fn answer(
        &mut self,
        format: Format,
        findings: &[Finding],
        sources: &Sources<'_>,
        changes: Option<&[Changed]>,
    ) -> Result<(), Error> {
        match format {
            Format::Text => {
                let look = text::Look { color: self.color(), width: self.width() };
                for finding in findings {
                    self.data(text::render(finding, sources, look) + "\n")?;
                }
                if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
                    self.data(changed::as_table(changes, self.width()).trim_end())?;
                }
            }
            Format::Json => self.document("check", &json::report(findings, sources, changes))?,
            Format::Github => {
                for finding in findings {
                    self.data(github::render(finding, sources))?;
                }
            }
            Format::Gitlab => self.whole(&gitlab::report(findings, sources))?,
            Format::Sarif => self.whole(&sarif::log(findings, sources))?,
        }
        self.flush()?;
        if !findings.is_empty() {
            self.status(summary(findings));
        }
        Ok(())
    }

    /// Writes a document whose form is not ours.
    fn whole(&mut self, document: &impl Serialize) -> Result<(), Error> {
        self.raw(&serde_json::to_vec_pretty(document).unwrap_or_default())?;
        self.raw(b"\n")
    }
}

/// Returns `3 errors, 1 warning in 2 files`.
pub fn summary(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let kinds = [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")];
    let said: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
    let files: BTreeSet<&str> = findings.iter().map(|finding| finding.file.as_str()).collect();
    format!("{} in {}", said.join(", "), plural(files.len(), "file"))
}

/// Returns the word for how grave a finding is.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn a_path_is_told_from_the_top_also_where_it_leads_out_of_the_calendar() {
        let paths = [("", "a"), ("x/y/", "a"), ("x/y/", "../a"), ("x/", "../.github/a"), ("x/y/", "../../a")];
        let told = paths.map(|(prefix, file)| from_the_top(prefix, file));
        assert_eq!(told, ["a", "x/y/a", "x/a", ".github/a", "a"]);
    }

    #[test]
    fn the_summary_counts_files_once() {
        let at = |file: &str| Finding::new(Code::Syntax, file, "broken");
        assert_eq!(summary(&[at("a.toml")]), "1 error in 1 file");
        assert_eq!(summary(&[at("a.toml"), at("a.toml"), at("b.toml")]), "3 errors in 2 files");
    }
}
