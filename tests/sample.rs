//! The readings of the sample calendar are made, not counted: this makes them, from one seed.
//!
//! `KALENDS_WRITE_SAMPLE=1 cargo test --test sample` writes `calendar/readings/`; without it the test says whether what
//! lies there is what this program makes. Nothing in it was ever counted on any platform.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "this is a test, whole"
)]

#[path = "sample/chance.rs"]
mod chance;
#[path = "sample/month.rs"]
mod month;
#[path = "sample/posts.rs"]
mod posts;
#[path = "sample/readings.rs"]
mod readings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The seed: the year in which the museum's harbour office burnt down.
const SEED: u64 = 1871;

/// The first line of each file's neighbour, so that nobody takes these numbers for real ones.
const README: &str = include_str!("sample/README.md");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar/readings")
}

fn made() -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("README.md".to_owned(), README.to_owned())]);
    let posts = posts::posts(SEED);
    files.extend(posts::files(&posts));
    files.extend(readings::files(SEED, &posts));
    files
}

fn there(folder: &Path, above: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{above}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            there(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_samples_readings_are_what_this_program_makes() {
    let made = made();
    #[expect(clippy::disallowed_methods, reason = "this is a test")]
    let is_asked = std::env::var_os("KALENDS_WRITE_SAMPLE").is_some();
    if is_asked {
        drop(fs::remove_dir_all(folder()));
        for (path, text) in &made {
            let path = folder().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let mut found = BTreeMap::new();
    there(&folder(), "", &mut found);
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&made));
    for (path, text) in &made {
        assert!(
            found[path] == *text,
            "calendar/readings/{path} differs from what is made; KALENDS_WRITE_SAMPLE=1 writes it"
        );
    }
}
