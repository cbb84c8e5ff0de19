//! Findings as one JSON document.

use serde::Serialize;

use crate::finding::{Finding, Severity, Span};
use crate::ui::findings::changed::Changed;
use crate::ui::findings::{Sources, word};

/// The document.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    errors: usize,
    warnings: usize,
    findings: Vec<One>,
    /// What a branch changes, where one is asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a [Changed]>,
}

#[derive(Debug, Serialize)]
struct One {
    code: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    place: Where,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Other>,
}

#[derive(Debug, Serialize)]
struct Other {
    message: String,
    place: Where,
}

/// Lines and columns from 1, columns in code points, ends exclusive, bytes from 0.
#[derive(Debug, Serialize)]
struct Where {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<[usize; 2]>,
}

/// Returns the document.
pub fn report<'a>(findings: &[Finding], sources: &Sources<'_>, changes: Option<&'a [Changed]>) -> Report<'a> {
    let count = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    Report {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        findings: findings.iter().map(|finding| one(finding, sources)).collect(),
        changes,
    }
}

fn one(finding: &Finding, sources: &Sources<'_>) -> One {
    One {
        code: finding.code.name(),
        severity: word(finding.severity()),
        message: finding.message.clone(),
        label: finding.label.clone(),
        help: finding.help.clone(),
        place: place(&finding.file, finding.span.as_ref(), sources),
        related: finding
            .related
            .iter()
            .map(|related| Other {
                message: related.label.clone(),
                place: place(&related.file, related.span.as_ref(), sources),
            })
            .collect(),
    }
}

fn place(file: &str, span: Option<&Span>, sources: &Sources<'_>) -> Where {
    let place = sources.place(file, span);
    Where {
        file: sources.path_for_programs(file),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        end_line: place.map(|place| place.end_line),
        end_column: place.map(|place| place.end_column),
        bytes: span.map(|span| [span.start, span.end]),
    }
}
