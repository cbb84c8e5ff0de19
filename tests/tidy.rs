//! The style, kept by a test: who may know whom, how long things may be, what may not be said.

#![expect(clippy::unwrap_used, reason = "this is a test, whole")]

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a file, and of a function.
const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are longer, each with its reason. Tests inside a file do not count.
const LONG_FILES: &[(&str, &str)] = &[
    ("src/text/tld.rs", "one table"),
    ("src/text/emoji/table.rs", "one table"),
    ("src/calendar/files.rs", "one reader for each kind of file, alike"),
    ("src/calendar/format/value.rs", "one reader for each type of value, alike"),
    ("src/ledger.rs", "the transitions read better whole"),
    ("src/publish.rs", "the journey reads better whole"),
];

/// Files with a function that is longer, each with its reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[("src/ledger.rs", "the table of transitions is one match")];

/// Words of unfinished work.
const BANNED: &[&str] = &["todo!", "unimplemented!", "FIXME", "XXX", "dbg!("];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Returns each source file's path and its lines, without the tests at its end and files that are tests.
fn production() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let is_tests =
                text.starts_with("#![cfg(test)]") || name.ends_with("/tests.rs") || name.contains("/tests/");
            let lines = text.lines().take_while(|line| *line != "#[cfg(test)]" && !is_tests);
            (name, lines.map(str::to_owned).collect())
        })
        .collect()
}

fn modules() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    text.lines()
        .filter_map(|line| {
            line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned)
        })
        .collect()
}

/// Returns the modules of this crate that a line of code uses.
fn used(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let named = code.split("crate::").skip(1);
    named.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

#[test]
fn a_module_knows_those_above_it_and_nothing_below() {
    let order = modules();
    assert!(order.len() > 10, "{order:?}");
    let mut faults = Vec::new();
    for (name, lines) in production() {
        let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        let Some(own) = order.iter().position(|one| *one == module) else { continue };
        for (number, line) in lines.iter().enumerate() {
            for other in used(line) {
                if order.iter().position(|one| *one == other).is_some_and(|at| at > own) {
                    faults
                        .push(format!("{name}:{}: {module} uses {other}, which stands below it", number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_file_is_one_thing() {
    let long = |name: &str| LONG_FILES.iter().any(|(long, _)| *long == name);
    let faults: Vec<String> = production()
        .into_iter()
        .filter(|(name, lines)| lines.len() > FILE_LINES_MAX && !long(name))
        .map(|(name, lines)| format!("{name} has {} lines", lines.len()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_function_is_short() {
    let mut faults = Vec::new();
    for (name, lines) in production() {
        let mut open: Option<(usize, String)> = None;
        for (number, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_head = line.trim_start().split(' ').take(4).any(|word| word == "fn")
                && !line.trim_start().starts_with("//");
            if is_head && open.is_none() && !line.ends_with(';') && !line.ends_with('}') {
                open = Some((number, " ".repeat(indent) + "}"));
            }
            if let Some((start, end)) = &open
                && line == end
            {
                if number - start + 1 > FUNCTION_LINES_MAX
                    && !LONG_FUNCTIONS.iter().any(|(long, _)| *long == name)
                {
                    faults.push(format!("{name}:{}: a function of {} lines", start + 1, number - start + 1));
                }
                open = None;
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_unwraps_and_nothing_is_left_undone() {
    let mut faults = Vec::new();
    for (name, lines) in production() {
        for (number, line) in
            lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            let unwraps = [".unwrap()", ".expect("].iter().filter(|word| line.contains(**word));
            for word in unwraps.chain(BANNED.iter().filter(|word| line.contains(**word))) {
                faults.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_line_s_uses_are_found_and_its_comments_are_not() {
    assert_eq!(used("use crate::ui::{self, Ui}; // crate::cli"), ["ui"]);
    assert_eq!(used("/// See [`crate::plan`]."), Vec::<String>::new());
}
