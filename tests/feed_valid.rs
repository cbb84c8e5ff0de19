//! A rich feed's three files, read by parsers and validators that we did not write.

#![expect(clippy::unwrap_used, clippy::disallowed_macros, reason = "this is a test, whole")]

#[path = "feed/example.rs"]
mod example;

use std::path::Path;
use std::process::Command;

use kalends::platform::feed::{atom, json, page};
use kalends::rim::shelf::Shelf;

/// A PNG of 3 by 2 pixels; each name makes other bytes.
fn picture(name: &str) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0".to_vec();
    png.extend(name.bytes());
    png
}

#[test]
fn three_files_are_valid_by_validators_that_we_did_not_write() {
    let root = tempfile::tempdir().unwrap();
    let collection = example::publish(&Shelf { root: root.path().to_owned() }, "public/news", &picture);
    let folder = root.path().join("public/news");
    for (name, written) in [
        ("index.html", page::write(&collection)),
        ("atom.xml", atom::write(&collection)),
        ("feed.json", json::write(&collection).unwrap()),
    ] {
        assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), written, "{name}");
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/validators");
    let python = tools.join("bin/python");
    if !python.exists() {
        eprintln!("skipped: the validators are not installed; run tests/servers/validators.sh");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feed/validate.py");
    passes(Command::new(python).arg(script).arg(&folder));
    let jar = tools.join("node_modules/vnu-jar/build/dist/vnu.jar");
    if jar.exists() {
        passes(
            Command::new("java").arg("-jar").arg(jar).args(["--errors-only"]).arg(folder.join("index.html")),
        );
    } else {
        eprintln!(
            "skipped: the W3C's HTML checker is not installed; run tests/servers/validators.sh with npm and java"
        );
    }
}

fn passes(command: &mut Command) {
    let output = command.output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
}
