//! A finding for people: the line, a caret, what to do.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use crate::finding::{Finding, Related, Severity, Span};
use crate::text::{Breaks, visible};
use crate::ui::findings::Sources;
use crate::ui::findings::place::Source;

/// How it looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Whether it is coloured.
    pub color: bool,
    /// How many columns a line has.
    pub width: usize,
}

/// Returns a finding with the line it is about. Ends without a line break.
pub fn render(finding: &Finding, sources: &Sources<'_>, look: Look) -> String {
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(shown(&finding.message)).id(finding.code.name());
    let (here, elsewhere): (Vec<&Related>, Vec<&Related>) =
        finding.related.iter().partition(|related| related.file == finding.file && finding.span.is_some());
    let mut group = title.element(main_place(finding, &here, sources));
    for related in elsewhere {
        group = other_place(group, related, sources);
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(shown(help)));
    }
    let renderer = if look.color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(look.width.max(40)).render(&[group])
}

/// Returns the place of the finding, with the related places of the same file.
fn main_place<'a>(finding: &'a Finding, here: &[&'a Related], sources: &'a Sources<'_>) -> Element<'a> {
    let path = shown(&sources.path_for_people(&finding.file));
    let (Some(span), Some(source)) = (&finding.span, sources.source(&finding.file)) else {
        return Origin::path(path).into();
    };
    let mut spans = vec![(AnnotationKind::Primary, source.clip(span), finding.label.as_deref())];
    for related in here {
        if let Some(span) = &related.span {
            spans.push((AnnotationKind::Context, source.clip(span), Some(related.label.as_str())));
        }
    }
    snippet(source, path, &spans).into()
}

/// Adds a place in another file.
fn other_place<'a>(group: Group<'a>, related: &'a Related, sources: &'a Sources<'_>) -> Group<'a> {
    let path = shown(&sources.path_for_people(&related.file));
    match (&related.span, sources.source(&related.file)) {
        (Some(span), Some(source)) => {
            let span = source.clip(span);
            group.element(snippet(source, path, &[(AnnotationKind::Context, span, Some(&related.label))]))
        }
        _ => group.element(Level::NOTE.message(format!("{}: {path}", shown(&related.label)))),
    }
}

fn snippet<'a>(
    source: &'a Source<'_>,
    path: String,
    spans: &[(AnnotationKind, Span, Option<&str>)],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let bare: Vec<Span> = spans.iter().map(|(_, span, _)| span.clone()).collect();
    let (text, start, line) = source.window(&bare);
    let annotations = spans.iter().map(|(kind, span, label)| {
        let annotation = kind.span(span.start - start..span.end - start);
        match label {
            Some(label) => annotation.label(shown(label)),
            None => annotation,
        }
    });
    Snippet::source(text).line_start(line).path(path).annotations(annotations)
}

fn shown(text: &str) -> String {
    visible(text, Breaks::Show).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Code, Content, File};

    fn rendered(text: &str, finding: Finding, color: bool) -> String {
        let files = [File { path: finding.file.clone(), content: Content::Text(text.to_owned()) }];
        let findings = [finding];
        let sources = Sources::new(&files, &findings);
        render(&findings[0], &sources, Look { color, width: 80 })
    }

    fn fault(span: Span) -> Finding {
        Finding::new(Code::Syntax, "kalends.toml", "there is no zone `Europe/Lisbonn`")
            .at(span)
            .label("not a zone")
            .help("did you mean `Europe/Lisbon`?")
    }

    #[test]
    fn a_finding_shows_its_line_a_caret_and_a_way_out() {
        insta::assert_snapshot!(rendered("name = \"Museum\"\nzone = \"Europe/Lisbonn\"\n", fault(23..39), false), @r#"
        error[syntax]: there is no zone `Europe/Lisbonn`
         --> kalends.toml:2:8
          |
        2 | zone = "Europe/Lisbonn"
          |        ^^^^^^^^^^^^^^^^ not a zone
          |
          = help: did you mean `Europe/Lisbon`?
        "#);
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_caret_in_place() {
        insta::assert_snapshot!(rendered("\tname = \"東京\" # x\n", fault(17..18), false), @r#"
        error[syntax]: there is no zone `Europe/Lisbonn`
         --> kalends.toml:1:14
          |
        1 |     name = "東京" # x
          |                   ^ not a zone
          |
          = help: did you mean `Europe/Lisbon`?
        "#);
    }

    #[test]
    fn an_escape_sequence_is_shown_not_obeyed() {
        let text = "name = \"\u{1b}[2J\u{202e}gpj\"\n";
        let evil = Finding::new(Code::Syntax, "a\u{1b}[31m.toml", "no \u{1b}]0;x\u{7}").at(7..10);
        let shown = rendered(text, evil, false);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown}");
    }

    #[test]
    fn a_very_long_line_is_cut_to_the_terminal() {
        let text = format!("text = \"{}\" # here {}\n", "x".repeat(100_000), "y".repeat(100_000));
        let at = 100_012;
        let shown = rendered(&text, fault(at..at + 4), false);
        assert!(shown.contains("here") && shown.contains("^^^^"), "{}", &shown[..shown.len().min(2000)]);
        assert!(shown.lines().all(|line| line.chars().count() < 200), "a line is too long");
    }

    #[test]
    fn a_finding_about_a_whole_file_names_it() {
        let whole =
            Finding::new(Code::TooLarge, "media/film.mp4", "the file has 3 GB").help("make it smaller");
        insta::assert_snapshot!(rendered("", whole, false), @"
        error[too-large]: the file has 3 GB
        --> media/film.mp4
         = help: make it smaller
        ");
    }

    #[test]
    fn a_place_in_another_file_is_shown_too() {
        let files = [
            File { path: "a.toml".to_owned(), content: Content::Text("to = [\"x\"]\n".to_owned()) },
            File { path: "b.toml".to_owned(), content: Content::Text("departments = []\n".to_owned()) },
        ];
        let findings = [Finding::new(Code::Syntax, "a.toml", "not yours")
            .at(6..9)
            .related("b.toml", Some(0..11), "it says so here")
            .related("c.toml", None, "and this is not there")];
        let sources = Sources::new(&files, &findings);
        insta::assert_snapshot!(render(&findings[0], &sources, Look { color: false, width: 80 }), @r#"
        error[syntax]: not yours
         --> a.toml:1:7
          |
        1 | to = ["x"]
          |       ^^^
          |
         ::: b.toml:1:1
          |
        1 | departments = []
          | ----------- it says so here
          |
          = note: and this is not there: c.toml
        "#);
    }
}
