//! Findings as SARIF 2.1.0 (OASIS, 27 March 2020), as code scanning reads it.

use serde_json::{Value, json};

use crate::finding::{Code, Finding, Severity, Span};
use crate::ui::findings::{Sources, word};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Returns the log: one run, with a rule for each code that it found.
pub fn log(findings: &[Finding], sources: &Sources<'_>) -> Value {
    let mut codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &codes, sources)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kalends",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<Value>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.description() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(finding: &Finding, codes: &[Code], sources: &Sources<'_>) -> Value {
    let message = match &finding.help {
        Some(help) => format!("{}: {help}", finding.message),
        None => finding.message.clone(),
    };
    let related: Vec<Value> = finding
        .related
        .iter()
        .enumerate()
        .map(|(index, related)| {
            let mut location = location(&related.file, related.span.as_ref(), sources);
            location["id"] = json!(index + 1);
            location["message"] = json!({ "text": related.label });
            location
        })
        .collect();
    json!({
        "ruleId": finding.code.name(),
        "ruleIndex": codes.binary_search(&finding.code).unwrap_or_default(),
        "level": level(finding.severity()),
        "message": { "text": message },
        "locations": [location(&finding.file, finding.span.as_ref(), sources)],
        "relatedLocations": related,
    })
}

fn level(severity: Severity) -> &'static str {
    // SARIF's words for them are ours.
    word(severity)
}

fn location(file: &str, span: Option<&Span>, sources: &Sources<'_>) -> Value {
    let mut physical = json!({
        "artifactLocation": { "uri": uri(&sources.path_for_programs(file)), "uriBaseId": "%SRCROOT%" },
    });
    if let Some(place) = sources.place(file, span) {
        physical["region"] = json!({
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        });
    }
    json!({ "physicalLocation": physical })
}

/// Returns a path as a relative URI: what is not unreserved (RFC 3986 §2.3) or a slash is percent-encoded.
fn uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut uri, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Content, File};

    #[test]
    fn a_result_points_at_its_rule_and_its_region() {
        let files = [File { path: "é a.toml".to_owned(), content: Content::Text("ß = 1\n".to_owned()) }];
        let findings = [
            Finding::new(Code::TooLarge, "é a.toml", "big"),
            Finding::new(Code::Syntax, "é a.toml", "no").at(3..4),
        ];
        let log = log(&findings, &Sources::new(&files, &findings));
        let results = &log["runs"][0]["results"];
        assert_eq!(results[0]["ruleIndex"], 1);
        assert_eq!(results[1]["ruleIndex"], 0);
        let place = &results[1]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "%C3%A9%20a.toml");
        assert_eq!(place["region"]["startColumn"], 3);
        assert_eq!(place["region"]["endColumn"], 4);
    }
}
