//! The museum of findings: `tests/findings/CODE/` is a tiny calendar that shows a code, and `expected.json` is all that
//! is found in it.
//!
//! `made.json` tells of files that git cannot hold, or should not: large ones, links, films. A `year` in it looks at that year
//! as `kalends year check` does. `before/` is the calendar as it was. `KALENDS_BLESS=1` writes what is expected anew.
//! `import.csv` is a spreadsheet that is brought into it, `export.csv` another program's numbers, read by its only mapping.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kalends::calendar::{
    Calendar, check, check_campaigns, check_requests, check_signatures, read, renames, sort,
};
use kalends::draft::{MediaBook, MediaFacts};
use kalends::events::{Options, align};
use kalends::finding::{Code, Content, File, Finding, Severity};
use kalends::guard::{Commit, Sides, Touched, guard};
use kalends::intake::{self, Asked, Export, Posts};
use kalends::leak;
use kalends::reading::Readings;
use kalends::spreadsheet;
use kalends::text::Platform;
use kalends::vault::{self, Version};
use kalends::year::{self, Board};
use serde_json::{Value, json};

/// Stands in the middle of a made-up secret and is taken out when a room is read, so that a check of the repository that
/// the rooms stand in finds none.
const SEAM: char = '⌁';

fn rooms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings")
}

/// Returns the paths of all files under a folder, relative to it, with `/`.
fn walk(root: &Path, under: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(under)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = if under.is_empty() { name } else { format!("{under}/{name}") };
        if root.join(&path).is_dir() {
            walk(root, &path, paths);
        } else {
            paths.push(path);
        }
    }
}

fn content(path: &str, bytes: Vec<u8>) -> Content {
    if path.starts_with("media/") {
        return Content::Media { size_bytes: bytes.len() as u64 };
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.replace(SEAM, "")),
        Err(fault) => Content::NotUtf8 { at: fault.utf8_error().valid_up_to(), looks_like: "Windows-1252" },
    }
}

/// Reads a room: its files as the rim would, and what is known of its media.
fn files(root: &Path) -> (Vec<File>, MediaBook) {
    let (mut paths, mut files, mut book) = (Vec::new(), Vec::new(), MediaBook::new());
    walk(root, "", &mut paths);
    for path in paths {
        if ["made.json", "expected.json", "expected.txt"].contains(&path.as_str())
            || path.starts_with("before/")
        {
            continue;
        }
        let bytes = fs::read(root.join(&path)).unwrap();
        if path.starts_with("media/") {
            let size = imagesize::blob_size(&bytes).ok();
            let facts = MediaFacts {
                size_bytes: bytes.len() as u64,
                sha256: [0; 32],
                mime: infer::get(&bytes).map(|kind| kind.mime_type()),
                size_px: size.map(|size| (size.width as u32, size.height as u32)),
                has_location: kalends::media::told(&bytes).location,
            };
            book.insert(path.clone(), facts);
        }
        files.push(File { content: content(&path, bytes), path });
    }
    if let Ok(made) = fs::read_to_string(root.join("made.json")) {
        make(&serde_json::from_str(&made).unwrap(), &mut files, &mut book);
    }
    (files, book)
}

fn make(made: &Value, files: &mut Vec<File>, book: &mut MediaBook) {
    let of = |key: &str| {
        made[key].as_object().into_iter().flatten().map(|(path, value)| (path.clone(), value.clone()))
    };
    for (path, facts) in of("media") {
        let size_bytes = facts["size_bytes"].as_u64().unwrap();
        let mime = match facts["mime"].as_str().unwrap() {
            "image/png" => "image/png",
            "image/jpeg" => "image/jpeg",
            "video/mp4" => "video/mp4",
            other => panic!("{other}"),
        };
        let size_px = facts["size_px"]
            .as_array()
            .map(|size| (size[0].as_u64().unwrap() as u32, size[1].as_u64().unwrap() as u32));
        book.insert(
            path.clone(),
            MediaFacts { size_bytes, sha256: [0; 32], mime: Some(mime), size_px, has_location: false },
        );
        files.push(File { path, content: Content::Media { size_bytes } });
    }
    for (path, sizes) in of("too_large") {
        let (size_bytes, limit_bytes) = (sizes[0].as_u64().unwrap(), sizes[1].as_u64().unwrap());
        files.push(File { path, content: Content::TooLarge { size_bytes, limit_bytes } });
    }
    for (path, _) in of("not_a_file") {
        files.push(File { path, content: Content::NotAFile { what: "symbolic link" } });
    }
    for (path, why) in of("unreadable") {
        files.push(File { path, content: Content::Unreadable(why.as_str().unwrap().to_owned()) });
    }
}

/// The day on which everything is found.
fn day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2027, 1, 15).unwrap()
}

/// Returns the paths that a branch changed, each with the commits that did.
fn touched(commits: &Value) -> Vec<Touched> {
    let text = |commit: &Value, name: &str| commit[name].as_str().unwrap().to_owned();
    let commit = |commit: &Value| Commit {
        id: text(commit, "id"),
        name: text(commit, "name"),
        email: text(commit, "email"),
        signature: None,
    };
    let path = |(path, commits): (&String, &Value)| Touched {
        path: path.clone(),
        commits: commits.as_array().unwrap().iter().map(commit).collect(),
    };
    commits.as_object().unwrap().iter().map(path).collect()
}

/// Tells whether a room is of what `campaign check` alone tells.
fn campaigns_are_asked_about(root: &Path) -> bool {
    let room = root.file_name().unwrap().to_string_lossy().into_owned();
    room.starts_with("step-") || room == "campaign-unjudged"
}

/// Returns what is wrong with a room's export, on the first of its accounts.
fn numbers(bytes: &[u8], calendar: &Calendar, files: &[File]) -> Vec<Finding> {
    let export = Export::open("export.csv", bytes, None).unwrap();
    let mapping = calendar.mappings.values().next().unwrap();
    let asked = Asked {
        calendar,
        account: calendar.accounts.values().next(),
        goal: None,
        as_of: day().and_time(chrono::NaiveTime::MIN).and_utc(),
        days: None,
        zone: calendar.zone(),
        said_zone: None,
        decimal: None,
        currency: None,
    };
    let picked = intake::by(&export, mapping).unwrap();
    let taken = intake::take(&export, mapping, &picked.head, &asked, &Posts::default());
    let text = |file: &File| match &file.content {
        Content::Text(text) => (file.path.clone(), text.clone()),
        other => panic!("{other:?}"),
    };
    let known: Vec<(String, String)> =
        files.iter().filter(|file| file.path.starts_with("readings/")).map(text).collect();
    let readings = Readings::read(known.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let mut findings = taken.findings;
    findings.extend(intake::settle(taken.facts, &readings).findings);
    findings
}

fn find(root: &Path) -> (Vec<File>, Vec<Finding>) {
    let (mut files, book) = files(root);
    let (calendar, mut findings) = read(&files);
    findings.extend(check(&calendar, &book));
    findings.extend(check_signatures(&calendar, &book, day()));
    findings.extend(check_requests(&calendar, day()));
    if campaigns_are_asked_about(root) {
        findings.extend(check_campaigns(&calendar, day()));
    }
    findings.extend(leak::findings(&files));
    let now = day().and_time(chrono::NaiveTime::MIN).and_utc();
    findings.extend(align(&calendar, &Options { now, days: None, days_before: 14 }).findings);
    let needs_secret = |platform| platform == Platform::Bluesky && root.join("vault").is_dir();
    findings.extend(vault::check(&calendar, &files, day(), &needs_secret));
    if let Ok(bytes) = fs::read(root.join("import.csv")) {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let (_, grid, found) = spreadsheet::read_csv("import.csv", &bytes);
        findings.extend(found);
        let facts = |_: &Calendar| book.clone();
        findings.extend(spreadsheet::import("import.csv", &grid, &calendar, &files, &facts).findings);
    }
    if let Ok(bytes) = fs::read(root.join("export.csv")) {
        findings.extend(numbers(&bytes, &calendar, &files));
    }
    if root.join("before").is_dir() {
        let old_files = self::files(&root.join("before")).0;
        let (before, _) = read(&old_files);
        findings.extend(renames(&before, &calendar));
        let old = Version { calendar: &before, files: &old_files };
        findings.extend(vault::guard(old, Version { calendar: &calendar, files: &files }, day()));
        if let Ok(commits) = fs::read_to_string(root.join("commits.json")) {
            let sides = Sides { target: &before, branch: &calendar };
            findings.extend(guard(sides, &touched(&serde_json::from_str(&commits).unwrap()), day()));
        }
    }
    let made = fs::read_to_string(root.join("made.json")).unwrap_or_else(|_| "{}".to_owned());
    let made: Value = serde_json::from_str(&made).unwrap();
    if let Some(year) = made["year"].as_i64() {
        let board = Board::new(&calendar, year as i32).unwrap();
        findings.extend(year::check(&board, day().and_hms_opt(12, 0, 0).unwrap().and_utc()));
    }
    sort(&mut findings);
    findings.dedup();
    (files, findings)
}

/// Returns line and column of a byte, both from 1, the column in characters.
fn position(text: &str, byte: usize) -> Value {
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": before.matches('\n').count() + 1, "column": before[line_start..].chars().count() + 1 })
}

fn place(files: &[File], path: &str, span: Option<&std::ops::Range<usize>>) -> Value {
    let text = files.iter().find(|file| file.path == path).and_then(|file| match &file.content {
        Content::Text(text) => Some(text.as_str()),
        _ => None,
    });
    match (text, span) {
        (Some(text), Some(span)) => {
            json!({ "start": position(text, span.start), "end": position(text, span.end), "text": leak::masked(&text[span.clone()]) })
        }
        _ => Value::Null,
    }
}

fn shown(files: &[File], finding: &Finding) -> Value {
    let related = finding.related.iter().map(|related| {
        json!({ "file": related.file, "place": place(files, &related.file, related.span.as_ref()), "label": related.label })
    });
    json!({
        "code": finding.code.name(),
        "severity": match finding.severity() { Severity::Error => "error", Severity::Warning => "warning" },
        "file": finding.file,
        "place": place(files, &finding.file, finding.span.as_ref()),
        "message": finding.message,
        "label": finding.label,
        "help": finding.help,
        "related": related.collect::<Vec<_>>(),
    })
}

#[test]
fn every_code_has_a_room_that_shows_it() {
    let bless = std::env::var("KALENDS_BLESS").is_ok();
    let mut faults = Vec::new();
    let mut names: Vec<String> =
        fs::read_dir(rooms()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for code in Code::ALL.iter().map(|code| code.name()).filter(|code| !names.iter().any(|name| name == code))
    {
        faults.push(format!("{code} has no room"));
    }
    for name in &names {
        let root = rooms().join(name);
        let (files, findings) = find(&root);
        if !findings.iter().any(|finding| finding.code.name() == name) {
            faults.push(format!("{name} does not show itself"));
        }
        let found: Vec<Value> = findings.iter().map(|finding| shown(&files, finding)).collect();
        let found = serde_json::to_string_pretty(&found).unwrap() + "\n";
        let expected = root.join("expected.json");
        if bless {
            fs::write(&expected, &found).unwrap();
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(&found) {
            faults.push(format!("{name} is not as expected:\n{found}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_finding_is_a_whole_sentence_that_says_what_next() {
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in fs::read_dir(rooms()).unwrap() {
        let (files, findings) = find(&entry.unwrap().path());
        for finding in findings {
            *codes.entry(finding.code.name()).or_default() += 1;
            assert!(!finding.message.ends_with('.') && !finding.message.is_empty(), "{finding:?}");
            assert!(!finding.message.contains(['\n', '\u{1b}']), "{finding:?}");
            assert!(finding.help.is_some() || finding.code == Code::Syntax, "{finding:?}");
            assert!(finding.span.is_none() || !place(&files, &finding.file, finding.span.as_ref()).is_null());
        }
    }
    assert_eq!(codes.len(), Code::ALL.len());
}

/// What each room looks like to a person.
#[test]
fn every_room_reads_well() {
    use kalends::ui::findings::Sources;
    use kalends::ui::findings::text::{Look, render};
    let bless = std::env::var("KALENDS_BLESS").is_ok();
    let mut faults = Vec::new();
    for entry in fs::read_dir(rooms()).unwrap() {
        let root = entry.unwrap().path();
        let (files, findings) = find(&root);
        let sources = Sources::new(&files, &findings);
        let look = Look { color: false, width: 100 };
        let shown: Vec<String> =
            findings.iter().map(|finding| render(finding, &sources, look) + "\n").collect();
        let shown = shown.join("\n");
        let expected = root.join("expected.txt");
        if bless {
            fs::write(&expected, &shown).unwrap();
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(&shown) {
            faults.push(format!("{} does not read as expected:\n{shown}", root.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
