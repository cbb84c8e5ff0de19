//! Findings as GitHub's workflow commands, which become annotations on a pull request.
//!
//! The grammar: docs.github.com, "Workflow commands for GitHub Actions", *Setting an error message*. The escapes are
//! those of actions/toolkit, `packages/core/src/command.ts`.

use crate::finding::Finding;
use crate::text::{Breaks, visible};
use crate::ui::findings::{Sources, word};

/// Returns one command, without a line break.
pub fn render(finding: &Finding, sources: &Sources<'_>) -> String {
    let mut properties = vec![("file", sources.path_for_programs(&finding.file))];
    if let Some(place) = sources.place(&finding.file, finding.span.as_ref()) {
        properties.push(("line", place.line.to_string()));
        properties.push(("endLine", place.end_line.to_string()));
        // Columns mean something on one line only, and the last one is the last that is marked.
        if place.line == place.end_line {
            properties.push(("col", place.column.to_string()));
            properties.push(("endColumn", place.end_column.saturating_sub(1).max(place.column).to_string()));
        }
    }
    properties.push(("title", finding.code.name().to_owned()));
    let properties: Vec<String> =
        properties.iter().map(|(key, value)| format!("{key}={}", escape_property(value))).collect();
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push('\n');
        message.push_str(help);
    }
    format!("::{} {}::{}", word(finding.severity()), properties.join(","), escape_data(&message))
}

fn escape_data(text: &str) -> String {
    // `visible` first: an escape sequence would reach the log's reader.
    visible(text, Breaks::Keep).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Code, Content, File};

    #[test]
    fn a_command_cannot_be_broken_out_of() {
        let findings = [Finding::new(Code::Syntax, "posts/a,b:c.toml", "100%\n::set-output name=x::y")];
        let sources = Sources::new(&[], &findings);
        assert_eq!(
            render(&findings[0], &sources),
            "::error file=posts/a%2Cb%3Ac.toml,title=syntax::100%25%0A::set-output name=x::y"
        );
    }

    #[test]
    fn a_place_is_told_from_the_repository_s_root() {
        let files =
            [File { path: "kalends.toml".to_owned(), content: Content::Text("a\nbc = 1\n".to_owned()) }];
        let findings = [Finding::new(Code::Syntax, "kalends.toml", "no").at(2..4).help("do")];
        let mut sources = Sources::new(&files, &findings);
        sources.for_programs = "social/".to_owned();
        assert_eq!(
            render(&findings[0], &sources),
            "::error file=social/kalends.toml,line=2,endLine=2,col=1,endColumn=2,title=syntax::no%0Ado"
        );
    }
}
