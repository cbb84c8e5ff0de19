//! Findings as GitLab's code quality report, which a merge request shows beside its lines.
//!
//! The form: docs.gitlab.com, "Code Quality", *Code Quality report format*.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::draft::hex;
use crate::finding::{Finding, Severity};
use crate::ui::findings::Sources;

/// One finding.
#[derive(Debug, Serialize)]
pub struct Issue {
    description: String,
    check_name: &'static str,
    /// By it the same finding is known again in another run: it does not hang on the line.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
}

/// Returns the report.
pub fn report(findings: &[Finding], sources: &Sources<'_>) -> Vec<Issue> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let one = |finding: &Finding| {
        let path = sources.path_for_programs(&finding.file);
        let line = sources.place(&finding.file, finding.span.as_ref()).map_or(1, |place| place.line);
        let named = format!("{}\0{path}\0{}", finding.code.name(), finding.message);
        let before = seen.entry(named.clone()).and_modify(|count| *count += 1).or_insert(0);
        let help = finding.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        Issue {
            description: format!("{}{help}", finding.message),
            check_name: finding.code.name(),
            fingerprint: hex(&Sha256::digest(format!("{named}\0{before}"))),
            severity: match finding.severity() {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            location: Location { path, lines: Lines { begin: line } },
        }
    };
    findings.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn each_finding_has_a_fingerprint_of_its_own_that_stays() {
        let at = |message: &str| Finding::new(Code::Syntax, "a.toml", message);
        let report = report(&[at("x"), at("x"), at("y")], &Sources::new(&[], &[]));
        let prints: std::collections::BTreeSet<_> = report.iter().map(|issue| &issue.fingerprint).collect();
        assert_eq!(prints.len(), 3);
        let json = serde_json::to_value(&report[0]).unwrap();
        assert_eq!(json["location"]["lines"]["begin"], 1);
        assert_eq!(json["severity"], "major");
    }
}
