//! The README as blocks.

/// A piece of the README.
pub enum Block {
    /// Text, and blocks that are not run, with their fences.
    Prose(String),
    /// A file to write.
    File { path: String, text: String, whole: String },
    /// Commands to run.
    Console { steps: Vec<Step> },
}

/// A command and what it shows.
pub struct Step {
    pub command: String,
    pub shown: String,
}

/// Splits the README into blocks.
pub fn parse(readme: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut prose = String::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            prose.push_str(line);
            prose.push('\n');
            continue;
        };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body: String = inside.iter().map(|line| format!("{line}\n")).collect();
        let whole = format!("{line}\n{body}```\n");
        let last = prose.lines().rev().find(|line| !line.is_empty()).unwrap_or_default();
        let note = |name: &str| Some(last.strip_prefix(name)?.strip_suffix(" -->")?.to_owned());
        if note("<!-- not run: ").is_some() {
            prose.push_str(&whole);
        } else if let Some(path) = note("<!-- file: ") {
            blocks.push(Block::Prose(std::mem::take(&mut prose)));
            blocks.push(Block::File { path, text: body, whole });
        } else if language == "console" {
            blocks.push(Block::Prose(std::mem::take(&mut prose)));
            blocks.push(Block::Console { steps: steps(&inside) });
        } else {
            prose.push_str(&whole);
        }
    }
    blocks.push(Block::Prose(prose));
    blocks
}

fn steps(lines: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), shown: String::new() });
            continue;
        }
        let step =
            steps.last_mut().unwrap_or_else(|| panic!("a block begins with a command, not with {line}"));
        match line.strip_prefix("> ") {
            Some(more) if step.shown.is_empty() => step.command.push_str(&format!("\n{more}")),
            _ => step.shown.push_str(&format!("{line}\n")),
        }
    }
    steps
}

#[test]
fn a_readme_falls_into_prose_files_and_commands() {
    let readme = "Hello\n```console\n$ a \\\n> b\nout\n$ c\n```\n<!-- file: x/y.toml -->\n```toml\nk = 1\n```\n\
                  <!-- not run: it takes an hour -->\n```console\n$ z\n```\n";
    let blocks = parse(readme);
    let Block::Console { steps } = &blocks[1] else { panic!("no commands") };
    assert_eq!((steps[0].command.as_str(), steps[0].shown.as_str()), ("a \\\nb", "out\n"));
    assert_eq!((steps[1].command.as_str(), steps[1].shown.as_str()), ("c", ""));
    let Block::File { path, text, .. } = &blocks[3] else { panic!("no file") };
    assert_eq!((path.as_str(), text.as_str()), ("x/y.toml", "k = 1\n"));
    let Block::Prose(last) = &blocks[4] else { panic!("no prose") };
    assert!(last.contains("$ z"));
}
