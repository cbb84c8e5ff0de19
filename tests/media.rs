//! Cleaned pictures and films, seen by programs that we did not write: they show the same, and tell nothing.

#![expect(clippy::disallowed_macros, reason = "this is a test, whole")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn what_is_shown_is_the_same_and_nothing_else_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/validators/bin/python");
    let sees = |program: &Path, arguments: &[&str]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    if !sees(&python, &["-c", "import PIL, pillow_heif, imageio_ffmpeg"]) {
        eprintln!("skipped: Pillow is not installed; run tests/servers/validators.sh");
        return;
    }
    if !sees(Path::new("exiftool"), &["-ver"]) {
        eprintln!("skipped: exiftool is not installed; apt-get install libimage-exiftool-perl");
        return;
    }
    let cleaned = tempfile::tempdir().unwrap();
    let fixtures = root.join("tests/fixtures/media");
    let mut names = Vec::new();
    for entry in fs::read_dir(&fixtures).unwrap() {
        let entry = entry.unwrap();
        let bytes = kalends::media::clean(&fs::read(entry.path()).unwrap()).unwrap().bytes;
        fs::write(cleaned.path().join(entry.file_name()), bytes).unwrap();
        names.push(entry.file_name());
    }
    assert!(names.len() >= 14, "{names:?}");
    let look = Command::new(python)
        .arg(root.join("tests/media/look.py"))
        .args([&fixtures, cleaned.path()])
        .args(names)
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(look.status.success(), "{}{}", said(&look.stdout), said(&look.stderr));
}
