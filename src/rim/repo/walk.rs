//! The files of a work tree: only what is certainly a file is opened, and no link is followed.

use std::fs::{self, DirEntry, FileType};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::finding::{Content, File};
use crate::rim::disk;
use crate::rim::repo::{
    DEPTH_MAX, FILES_MAX, FOLDERS, MEDIA, Pick, ROOT, RepoError, TOML_LIMIT_BYTES, bytes, is_known, is_text,
};

/// The most files that a thread takes at a time.
const SHARE_MAX: usize = 128;

/// A path that was found, and what is to be done with it.
enum Listed {
    /// A text file to read.
    Text,
    /// Settled while listing.
    Settled(Content),
}

/// Reads a calendar's files, sorted by path, on as many threads as there are processors.
pub(super) fn read<T: Send>(
    root: &Path,
    pick: &Pick,
    make: impl Fn(File) -> T + Sync,
) -> Result<Vec<T>, RepoError> {
    let mut listed = list(root, pick)?;
    listed.sort_by(|(one, _), (two, _)| one.cmp(two));
    let read_one = |(path, what): &(String, Listed), buffer: &mut Vec<u8>| {
        let content = match what {
            Listed::Text => content(&root.join(path), buffer),
            Listed::Settled(content) => content.clone(),
        };
        make(File { path: path.clone(), content })
    };
    // One byte more than is allowed shows that there are more.
    Ok(in_parallel(&listed, || vec![0; TOML_LIMIT_BYTES + 1], read_one))
}

/// Returns the paths of a calendar's files, in any order.
pub(super) fn paths(root: &Path) -> Result<Vec<String>, RepoError> {
    Ok(list(root, &Pick::All)?.into_iter().map(|(path, _)| path).collect())
}

/// Makes something of each item, in order, on as many threads as there are processors; each thread has a desk.
pub(super) fn in_parallel<I: Sync, D, T: Send>(
    items: &[I],
    desk: impl Fn() -> D + Sync,
    make: impl Fn(&I, &mut D) -> T + Sync,
) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let size = (items.len() / (threads * 8)).clamp(1, SHARE_MAX);
    let threads = threads.min(items.len().div_ceil(size)).max(1);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Vec<T>)>> = Mutex::default();
    let work = || {
        let mut desk = desk();
        loop {
            let share = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = items.chunks(size).nth(share) else { break };
            let made: Vec<T> = part.iter().map(|item| make(item, &mut desk)).collect();
            done.lock().unwrap_or_else(PoisonError::into_inner).push((share, made));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(share, _)| *share);
    done.into_iter().flat_map(|(_, made)| made).collect()
}

fn content(path: &Path, buffer: &mut [u8]) -> Content {
    match disk::read_into(path, buffer) {
        Ok(read) if read.len() > TOML_LIMIT_BYTES => {
            bytes::too_large(fs::symlink_metadata(path).map_or(read.len() as u64, |found| found.len()))
        }
        Ok(read) => bytes::text(read),
        Err(fault) => Content::Unreadable(fault.to_string()),
    }
}

fn list(root: &Path, pick: &Pick) -> Result<Vec<(String, Listed)>, RepoError> {
    let unreadable =
        |fault: std::io::Error| RepoError::Disk { path: root.to_owned(), why: fault.to_string() };
    let mut lister = Lister::default();
    match pick {
        Pick::All => {
            for entry in fs::read_dir(root).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let name = entry.file_name();
                if FOLDERS.iter().chain(&[MEDIA, ROOT]).any(|known| name == *known) {
                    lister.meet(&entry, "", 1);
                }
            }
        }
        Pick::Only { files, folders } => {
            files.iter().for_each(|path| lister.look(root, path, false));
            folders.iter().for_each(|path| lister.look(root, path, true));
        }
    }
    while let Some((folder, path, depth)) = lister.folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(fault) => {
                lister.listed.push((path, Listed::Settled(Content::Unreadable(fault.to_string()))));
                continue;
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => lister.meet(&entry, &path, depth + 1),
                Err(fault) => {
                    let content = Content::Unreadable(fault.to_string());
                    lister.listed.push((path.clone(), Listed::Settled(content)));
                    break;
                }
            }
        }
        if lister.listed.len() > FILES_MAX {
            return Err(RepoError::TooMany { limit: FILES_MAX });
        }
    }
    Ok(lister.listed)
}

/// What was found so far, and the folders still to be listed, with their path relative to the root and their depth.
#[derive(Default)]
struct Lister {
    listed: Vec<(String, Listed)>,
    folders: Vec<(PathBuf, String, usize)>,
}

impl Lister {
    /// Puts one entry of a folder where it belongs.
    fn meet(&mut self, entry: &DirEntry, folder: &str, depth: usize) {
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        // Hidden files belong to editors and systems.
        if shown.starts_with('.') {
            return;
        }
        let path = if folder.is_empty() { shown.clone().into_owned() } else { format!("{folder}/{shown}") };
        if name.to_str().is_none() {
            let why = "its name is not UTF-8".to_owned();
            self.listed.push((path, Listed::Settled(Content::Unreadable(why))));
            return;
        }
        self.put(entry.path(), path, depth, entry.file_type());
    }

    /// Puts what stands at a path where it belongs, if anything does: a folder only if one is asked for. No folder on the
    /// way may be a link.
    fn look(&mut self, root: &Path, path: &str, is_folder: bool) {
        if !is_known(path) || path.split('/').any(|name| name.starts_with('.')) {
            return;
        }
        let mut above = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        let is_plain =
            |folder: &str| fs::symlink_metadata(root.join(folder)).is_ok_and(|found| found.is_dir());
        if !above.all(is_plain) {
            return;
        }
        let Ok(found) = fs::symlink_metadata(root.join(path)) else { return };
        if found.is_dir() == is_folder {
            self.put(root.join(path), path.to_owned(), path.matches('/').count() + 1, Ok(found.file_type()));
        }
    }

    fn put(&mut self, place: PathBuf, path: String, depth: usize, kind: std::io::Result<FileType>) {
        let unreadable = |why: &str| Listed::Settled(Content::Unreadable(why.to_owned()));
        let what = match kind {
            Err(fault) => unreadable(&fault.to_string()),
            Ok(kind) if kind.is_dir() && depth >= DEPTH_MAX => {
                unreadable(&format!("folders are nested more than {DEPTH_MAX} deep"))
            }
            Ok(kind) if kind.is_dir() => {
                self.folders.push((place, path, depth));
                return;
            }
            Ok(kind) if kind.is_file() && is_text(&path) => Listed::Text,
            Ok(kind) if kind.is_file() => match fs::symlink_metadata(&place) {
                Ok(found) => Listed::Settled(Content::Media { size_bytes: found.len() }),
                Err(fault) => unreadable(&fault.to_string()),
            },
            Ok(kind) => Listed::Settled(Content::NotAFile { what: name_of(kind) }),
        };
        self.listed.push((path, what));
    }
}

#[cfg(unix)]
fn name_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_symlink() {
        "symbolic link"
    } else if kind.is_fifo() {
        "named pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

#[cfg(not(unix))]
fn name_of(kind: FileType) -> &'static str {
    if kind.is_symlink() { "symbolic link" } else { "device" }
}
