//! Files that are whole at every instant: written aside, flushed, renamed, and their folder flushed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

const PREFIX: &str = ".kalends-";
const SUFFIX: &str = ".tmp";

/// What stopped a request, and whether it had changed anything by then.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing had changed.
    Before(String),
    /// Some files were new already.
    After(String),
}

/// Asked before each thing that is done to the disk, with its name. An error stands for a disk that fails there.
pub(super) type Step<'a> = &'a dyn Fn(&str) -> io::Result<()>;

/// Replaces files of one folder, in order, each whole, and only those whose bytes differ.
///
/// All are written aside first, so that a full disk is met before anything changes. The last file is the one that
/// counts: those before it are durable when it takes its name. Returns when everything is durable.
pub(super) fn write(
    folder: &Path,
    name: &str,
    files: &[(&str, &[u8])],
    step: Step<'_>,
) -> Result<(), Trouble> {
    let describe =
        |file: &str, error: &io::Error| format!("{name}/{file} cannot be written: {error}{}", advice(error));
    let mut waiting = Vec::new();
    for (file, bytes) in files {
        if !has(&folder.join(file), bytes) {
            let aside =
                aside(folder, file, bytes, step).map_err(|error| Trouble::Before(describe(file, &error)))?;
            waiting.push((*file, aside));
        }
    }
    let last = waiting.len().saturating_sub(1);
    let mut changed = false;
    for (n, (file, aside)) in waiting.into_iter().enumerate() {
        let rename = || {
            if n == last && changed {
                step("flush folder")?;
                flush_folder(folder)?;
            }
            step(&format!("rename {file}"))?;
            aside.persist(folder.join(file)).map_err(|error| error.error)
        };
        rename().map_err(|error| {
            let why = describe(file, &error);
            if changed { Trouble::After(why) } else { Trouble::Before(why) }
        })?;
        changed = true;
    }
    // Also when nothing differed: an earlier process may have been killed before it flushed.
    step("flush folder")
        .and_then(|()| flush_folder(folder))
        .map_err(|error| Trouble::After(describe("", &error)))
}

fn has(path: &Path, bytes: &[u8]) -> bool {
    let same_size =
        fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|found| found == bytes)
}

fn aside(folder: &Path, file: &str, bytes: &[u8], step: Step<'_>) -> io::Result<NamedTempFile> {
    step(&format!("write {file}"))?;
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // A temporary file is its owner's alone; this one will be served to everybody, as far as the umask lets it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut aside = builder.tempfile_in(folder)?;
    aside.write_all(bytes)?;
    step(&format!("flush {file}"))?;
    aside.as_file().sync_all()?;
    Ok(aside)
}

/// Makes the names in a folder durable.
pub(super) fn flush_folder(folder: &Path) -> io::Result<()> {
    // Windows flushes names by itself and opens no folder as a file.
    if cfg!(windows) { Ok(()) } else { File::open(folder)?.sync_all() }
}

/// Removes what a killed process left lying. To be called under the folder's lock; what cannot be removed stays.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            // A leftover harms nobody: the next writer tries again.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Says what a person can do about an error of the disk.
pub(super) fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => "; let the user who runs kalends write there",
        ErrorKind::ReadOnlyFilesystem => "; the disk is read-only: mount it for writing, or run where it is",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; make room on the disk, and run again",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "; a file stands where the feed's folder should be: move it away, or give the account another `folder`"
        }
        ErrorKind::IsADirectory => "; a folder stands where the file should be: move it away",
        _ => "",
    }
}
