//! When `publish` last ran in this clone: a file beside git's own, so that silence can be told from nothing to do.

use std::io;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::rim::disk;

const NAME: &str = "kalends/last-run";

/// Writes down that a run ended well.
pub fn mark(git_dir: &Path, at: DateTime<Utc>) -> io::Result<()> {
    let text = format!("{}\n", at.to_rfc3339_opts(SecondsFormat::Secs, true));
    disk::write_whole(&git_dir.join(NAME), text.as_bytes())
}

/// Returns when a run last ended well, where one did.
pub fn read(git_dir: &Path) -> Option<DateTime<Utc>> {
    let text = std::fs::read_to_string(git_dir.join(NAME)).ok()?;
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|at| at.to_utc())
}
