//! What a branch changes, as a table: on a terminal, and in Markdown for the page of a pull request.

use std::fmt::Write as _;

use anstyle::Style;
use serde::Serialize;

use crate::finding::{Finding, Severity};
use crate::text::{Breaks, markdown, visible};
use crate::ui::findings::{Sources, summary, word};
use crate::ui::table::{Cell, Column, table};
use crate::ui::{ERROR, GOOD, WARNING, foreign, plural};

/// One thing that a branch changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// `added`, `changed` or `removed`.
    pub became: &'static str,
    /// What it is, such as `post`.
    pub what: &'static str,
    /// Its id.
    pub id: String,
    /// Its file, relative to the calendar's root.
    pub file: String,
    /// The department whose post it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// When it goes out first, on the wall clock of its zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The accounts that it goes to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// The posts that it meets, each with how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meets: Vec<String>,
    /// How many errors its file has.
    pub errors: usize,
    /// How many warnings its file has.
    pub warnings: usize,
    /// What it waits for before it may go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awaits: Option<String>,
    /// What is otherwise about it, each in words.
    pub details: Vec<String>,
}

impl Changed {
    /// Returns what is found in its file, in words.
    fn found(&self) -> String {
        let counts = [(self.errors, "error"), (self.warnings, "warning")];
        let said: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
        if said.is_empty() { "fine".to_owned() } else { said.join(", ") }
    }

    fn name(&self) -> String {
        if self.what == "post" { self.id.clone() } else { format!("{} {}", self.what, self.id) }
    }

    /// Returns what else is to be known of it.
    fn notes(&self) -> Vec<&str> {
        self.meets.iter().chain(&self.awaits).map(String::as_str).collect()
    }

    fn severity(&self) -> Style {
        match (self.errors, self.warnings) {
            (0, 0) => GOOD,
            (0, _) => WARNING,
            _ => ERROR,
        }
    }
}

/// Lays out what a branch changes for a terminal.
pub fn as_table(changes: &[Changed], width: usize) -> String {
    let columns = [
        Column::new("changed", 10),
        Column::new("when", 8),
        Column::new("goes to", 7),
        Column::new("found", 5),
    ];
    let rows: Vec<Vec<Cell>> = changes
        .iter()
        .map(|one| {
            let (sign, style) = match one.became {
                "added" => ('+', GOOD),
                "removed" => ('-', ERROR),
                _ => ('~', WARNING),
            };
            vec![
                Cell::new(format!("{sign} {}", foreign(&one.name())), style),
                Cell::from(one.at.clone().unwrap_or_default()),
                Cell::from(foreign(&one.to.join(", ")).into_owned()),
                Cell::new(one.found(), one.severity()),
            ]
        })
        .collect();
    let told: Vec<String> = changes.iter().map(|one| foreign(&one.notes().join("; ")).into_owned()).collect();
    let notes: Vec<Option<(&str, Style)>> =
        told.iter().map(|note| (!note.is_empty()).then_some((note.as_str(), Style::new()))).collect();
    table(width, &columns, &rows, &notes)
}

/// Writes what a branch changes and what is wrong with it in Markdown.
pub fn as_markdown(changes: &[Changed], findings: &[Finding], sources: &Sources<'_>) -> String {
    let mut page = String::from("## What this changes in the calendar\n\n");
    // Writing into a string cannot fail.
    if changes.is_empty() {
        page.push_str("Nothing that the calendar reads.\n");
    } else {
        page.push_str("| | what | department | when | goes to | found |\n|---|---|---|---|---|---|\n");
    }
    for one in changes {
        let department = one.department.as_deref().unwrap_or_default();
        let at = one.at.as_deref().unwrap_or_default();
        _ = writeln!(
            page,
            "| {} | {} | {} | {at} | {} | {} |",
            one.became,
            markdown(&one.name()),
            markdown(department),
            markdown(&one.to.join(", ")),
            one.found()
        );
    }
    let noted = changes.iter().flat_map(|one| one.notes().into_iter().map(move |note| (one, note)));
    for (number, (one, note)) in noted.enumerate() {
        let before = if number == 0 { "\n" } else { "" };
        _ = writeln!(page, "{before}- {}: {}", markdown(&one.name()), markdown(note));
    }
    if findings.is_empty() {
        page.push_str("\nNothing is wrong with it.\n");
    } else {
        _ = write!(page, "\n**{}**\n\n", summary(findings));
    }
    for finding in findings {
        let place = sources.place(&finding.file, finding.span.as_ref());
        let line = place.map_or_else(String::new, |place| format!(" line {}", place.line));
        let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" — {}", markdown(help)));
        let sign = if finding.severity() == Severity::Error { "❌" } else { "⚠️" };
        _ = writeln!(
            page,
            "- {sign} {} {}{line}: {}{help} (code {})",
            word(finding.severity()),
            markdown(&sources.path_for_programs(&finding.file)),
            markdown(&finding.message),
            markdown(finding.code.name())
        );
    }
    details(changes, &mut page);
    page
}

/// Writes what is otherwise about each thing, folded.
fn details(changes: &[Changed], page: &mut String) {
    let told: Vec<&Changed> = changes.iter().filter(|one| !one.details.is_empty()).collect();
    if told.is_empty() {
        return;
    }
    page.push_str("\n<details><summary>In words</summary>\n\n");
    for one in told {
        _ = writeln!(page, "- **{}** {}", markdown(&one.name()), one.became);
        for detail in &one.details {
            _ = writeln!(page, "  - {}", markdown(&visible(detail, Breaks::Show)));
        }
    }
    page.push_str("\n</details>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    fn one() -> Changed {
        Changed {
            became: "added",
            what: "post",
            id: "2027-01-18-open-day".to_owned(),
            file: "posts/2027/01/2027-01-18-open-day.toml".to_owned(),
            department: Some("education".to_owned()),
            at: Some("Mon 18 Jan 2027 09:00".to_owned()),
            to: vec!["news".to_owned(), "mastodon".to_owned()],
            meets: vec!["meets 2027-01-18-tea: at the same moment on news".to_owned()],
            errors: 1,
            warnings: 0,
            awaits: Some("not approved: a coordinator must".to_owned()),
            details: vec!["text: <script>|x|".to_owned()],
        }
    }

    #[test]
    fn the_table_fits_a_narrow_terminal() {
        for width in [40, 80, 120] {
            let text = anstream::adapter::strip_str(&as_table(&[one()], width)).to_string();
            assert!(text.lines().all(|line| crate::text::display_width(line) <= width), "{text}");
            assert!(text.contains("1 error") && text.contains("not approved"), "{text}");
        }
    }

    #[test]
    fn nothing_of_a_stranger_s_is_obeyed_by_the_page_it_stands_on() {
        let finding = Finding::new(Code::Syntax, "a|b.toml", "a [link](x) <img src=x>\n# x").help("`code`");
        let page = as_markdown(&[one()], std::slice::from_ref(&finding), &Sources::new(&[], &[]));
        assert!(page.contains("| added | 2027-01-18-open-day | education |"), "{page}");
        assert!(page.contains("text: \\<script\\>\\|x\\|"), "{page}");
        assert!(page.contains("a\\|b.toml") && page.contains("\\[link\\](x) \\<img src=x\\>"), "{page}");
        assert!(!page.contains("\n# x"), "{page}");
    }
}
