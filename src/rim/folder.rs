//! A folder of files that kalends makes anew each time, and what others keep in it.
//!
//! A list in the folder says which files are kalends' own. What is on the list and is made no more goes; what is not on
//! it is never touched, neither written over nor taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

use crate::rim::disk;

/// The list of kalends' own files, one path a line.
pub const LIST: &str = ".kalends-site";

/// The first line of the list.
const HEAD: &str = "# Files that kalends wrote here, and may replace or take away. Made by `kalends site`.";

/// The most that is read of a list.
const LIST_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a folder's files cannot be written.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A file has the name of one that is to be written, and is not on the list.
    #[error("{} is not kalends' own: it is not on the list in {LIST}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A folder on the way is a link, which may lead anywhere.
    #[error("{} is a symbolic link", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The disk does not take it.
    #[error("cannot write {}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Files whose bytes are new.
    pub written: usize,
    /// Files that had these bytes already.
    pub kept: usize,
    /// Files that are made no more.
    pub removed: usize,
}

/// Writes files into a folder, each whole, and takes away those of an earlier time that are made no more.
///
/// Everything is looked at before anything is written. The list is written first, and durably, with the old files and
/// the new, so that whatever stops this leaves no file behind that is on no list; the next time goes on from there.
pub fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Done, FolderError> {
    // A branch may have brought a link of that name.
    if fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
        return Err(FolderError::Link { path: folder.to_owned() });
    }
    let old = list(folder);
    for path in files.keys() {
        look(folder, path, &old)?;
    }
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Disk { path, source }
    };
    let list_path = folder.join(LIST);
    let new: BTreeSet<String> = files.keys().cloned().collect();
    let both: BTreeSet<String> = old.union(&new).cloned().collect();
    if both != old {
        disk::write_whole(&list_path, as_list(&both).as_bytes()).map_err(disk(&list_path))?;
    }
    let mut done = Done::default();
    for (path, bytes) in files {
        let path = folder.join(path);
        if disk::open_file(&path).is_ok() && fs::read(&path).is_ok_and(|found| found == *bytes) {
            done.kept += 1;
            continue;
        }
        disk::write_passing(&path, bytes).map_err(disk(&path))?;
        done.written += 1;
    }
    for path in old.difference(&new) {
        done.removed += usize::from(remove(folder, path));
    }
    if both != new {
        disk::write_whole(&list_path, as_list(&new).as_bytes()).map_err(disk(&list_path))?;
    }
    Ok(done)
}

/// Reads the list; what cannot be read lists nothing, and then nothing is written over.
fn list(folder: &Path) -> BTreeSet<String> {
    let mut text = String::new();
    let read = disk::open_file(&folder.join(LIST))
        .and_then(|file| file.take(LIST_BYTES_MAX).read_to_string(&mut text));
    let lines = text.strip_prefix(HEAD).filter(|_| read.is_ok()).unwrap_or_default();
    lines.lines().filter(|line| is_plain(line)).map(str::to_owned).collect()
}

fn as_list(paths: &BTreeSet<String>) -> String {
    std::iter::once(HEAD).chain(paths.iter().map(String::as_str)).map(|line| format!("{line}\n")).collect()
}

/// Tells whether a path leads to a file within the folder.
fn is_plain(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Refuses a file that is not ours to write over, and a way that a link is on.
fn look(folder: &Path, path: &str, own: &BTreeSet<String>) -> Result<(), FolderError> {
    let mut way = folder.to_owned();
    let parts: Vec<Component<'_>> = Path::new(path).components().collect();
    for (index, part) in parts.iter().enumerate() {
        way.push(part);
        let Ok(found) = fs::symlink_metadata(&way) else { return Ok(()) };
        if index + 1 == parts.len() {
            return if own.contains(path) { Ok(()) } else { Err(FolderError::Foreign { path: way }) };
        }
        if found.is_symlink() {
            return Err(FolderError::Link { path: way });
        }
    }
    Ok(())
}

/// Takes a file of the list away, and its folder where that is empty then. Tells whether it was there.
fn remove(folder: &Path, path: &str) -> bool {
    let mut way = folder.to_owned();
    let through_a_link = Path::new(path).parent().into_iter().flat_map(Path::components).any(|part| {
        way.push(part);
        fs::symlink_metadata(&way).is_ok_and(|found| found.is_symlink())
    });
    if through_a_link {
        return false;
    }
    let whole = folder.join(path);
    let removed = fs::remove_file(&whole).is_ok();
    if let Some(parent) = whole.parent().filter(|parent| *parent != folder) {
        // A folder that holds something stays.
        drop(fs::remove_dir(parent));
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn what_is_made_no_more_goes_and_what_is_not_ours_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("site");
        let done = write(&folder, &files(&[("index.html", "1"), ("posts/a.html", "a")])).unwrap();
        assert_eq!(done, Done { written: 2, kept: 0, removed: 0 });
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        let done = write(&folder, &files(&[("index.html", "1"), ("2027.html", "y")])).unwrap();
        assert_eq!(done, Done { written: 1, kept: 1, removed: 1 });
        assert!(!folder.join("posts").exists() && folder.join("notes.txt").exists());
        let listed = fs::read_to_string(folder.join(LIST)).unwrap();
        assert_eq!(listed.lines().skip(1).collect::<Vec<_>>(), ["2027.html", "index.html"]);
    }

    #[test]
    fn a_file_of_somebody_else_is_not_written_over_and_then_nothing_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.html"), "mine").unwrap();
        let refused = write(dir.path(), &files(&[("a.html", "a"), ("index.html", "1")]));
        assert!(matches!(refused, Err(FolderError::Foreign { .. })), "{refused:?}");
        assert_eq!(fs::read_to_string(dir.path().join("index.html")).unwrap(), "mine");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_list_names_nothing_outside_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("outside"), "mine").unwrap();
        let folder = dir.path().join("site");
        fs::create_dir(&folder).unwrap();
        let absolute = dir.path().join("outside").display().to_string();
        fs::write(folder.join(LIST), format!("{HEAD}\n../outside\n{absolute}\n")).unwrap();
        write(&folder, &files(&[("index.html", "1")])).unwrap();
        assert!(dir.path().join("outside").exists());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_or_taken_away_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, outside) = (dir.path().join("site"), dir.path().join("outside"));
        write(&folder, &files(&[("posts/a.html", "a")])).unwrap();
        fs::rename(folder.join("posts"), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, folder.join("posts")).unwrap();
        let refused = write(&folder, &files(&[("posts/a.html", "b")]));
        assert!(matches!(refused, Err(FolderError::Link { .. })), "{refused:?}");
        write(&folder, &files(&[("index.html", "1")])).unwrap();
        assert_eq!(fs::read_to_string(outside.join("a.html")).unwrap(), "a");
        let link = folder.join("site");
        std::os::unix::fs::symlink(&outside, &link).unwrap();
        assert!(matches!(write(&link, &files(&[("index.html", "1")])), Err(FolderError::Link { .. })));
        assert!(!outside.join("index.html").exists());
    }
}
