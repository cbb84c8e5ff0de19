//! Pictures and films: their bytes, and what is known of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::PoisonError;

use git2::{Oid, Repository};
use sha2::{Digest, Sha256};

use crate::draft::{MediaBook, MediaFacts};
use crate::media::{self, Told};
use crate::rim::disk;
use crate::rim::repo::walk::in_parallel;
use crate::rim::repo::{Repo, RepoError, Rev, tree};

/// What is known already, by where it was read and by path; absent facts are of files that are not there.
pub(super) type Cache = BTreeMap<(Rev, String), Option<MediaFacts>>;

/// The largest media file whose bytes are handed out whole.
const BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// The largest media file that is read a second time, whole, for what it tells at its end.
const WHOLE_MAX: u64 = 16 * 1024 * 1024;

impl Repo {
    /// Returns what is known of media files. A path that leaves the calendar, goes through a link, or is no file is
    /// as one that is not there.
    pub fn media_facts(&self, paths: &[&str], rev: &Rev) -> Result<MediaBook, RepoError> {
        if let Rev::Merged(merged) = rev {
            let (own, others): (Vec<&str>, Vec<&str>) =
                paths.iter().partition(|path| merged.changed.contains(**path));
            let mut book = self.media_facts(&own, &merged.branch())?;
            book.extend(self.media_facts(&others, &merged.target())?);
            return Ok(book);
        }
        let source = self.source(rev, "")?;
        let mut wanted: Vec<&str> = paths.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        {
            let cache = self.media.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.retain(|path| !cache.contains_key(&(rev.clone(), (*path).to_owned())));
        }
        let found = in_parallel(&wanted, || source.open(), |path, desk| facts(desk, path));
        let mut cache = self.media.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, facts) in wanted.iter().zip(found) {
            cache.insert((rev.clone(), (*path).to_owned()), facts);
        }
        let known = |path: &&str| {
            let facts = cache.get(&(rev.clone(), (*path).to_owned()))?.clone()?;
            Some(((*path).to_owned(), facts))
        };
        Ok(paths.iter().filter_map(known).collect())
    }

    /// Returns the bytes of a media file, or why there are none.
    pub fn media_bytes(&self, rev: &Rev, path: &str) -> Result<Vec<u8>, String> {
        match self.source(rev, path).map_err(|fault| fault.to_string())?.open() {
            Desk::Disk(root) => {
                let (file, size) = open(root, path)?;
                if size > BYTES_MAX {
                    return Err(format!("{path} has {size} bytes, more than any platform takes"));
                }
                let mut bytes = Vec::new();
                BufReader::new(file).read_to_end(&mut bytes).map_err(|fault| format!("{path}: {fault}"))?;
                Ok(bytes)
            }
            Desk::Commit(desk) => desk.bytes(path),
        }
    }

    /// Returns a file's bytes, nothing where it is not there, or why it cannot be read: also where it is longer than a
    /// limit, goes through a link, or is no file.
    pub fn file(&self, rev: &Rev, path: &str, limit_bytes: u64) -> Result<Option<Vec<u8>>, String> {
        let too_long = || format!("it has more than {limit_bytes} bytes");
        match self.source(rev, path).map_err(|fault| fault.to_string())?.open() {
            Desk::Disk(root) => {
                let is_missing = |fault: std::io::Error| fault.kind() == std::io::ErrorKind::NotFound;
                if fs::symlink_metadata(root.join(path)).is_err_and(is_missing) {
                    return Ok(None);
                }
                let (file, size) = open(root, path)?;
                if size > limit_bytes {
                    return Err(too_long());
                }
                let mut bytes = Vec::new();
                file.take(limit_bytes).read_to_end(&mut bytes).map_err(|fault| fault.to_string())?;
                Ok(Some(bytes))
            }
            Desk::Commit(desk) if desk.has(path)? => {
                let bytes = desk.bytes(path)?;
                if bytes.len() as u64 > limit_bytes { Err(too_long()) } else { Ok(Some(bytes)) }
            }
            Desk::Commit(_) => Ok(None),
        }
    }

    /// Returns where a path is read from.
    fn source(&self, rev: &Rev, path: &str) -> Result<Source<'_>, RepoError> {
        Ok(match rev {
            Rev::Merged(merged) => return self.source(&merged.side(path), path),
            Rev::WorkTree => Source::Disk(&self.root),
            Rev::Commit(name) => {
                let git = self.git()?;
                Source::Commit { git_dir: &git.own, prefix: &git.prefix, commit: self.resolve(name)? }
            }
        })
    }
}

/// Where media are read from.
enum Source<'a> {
    Disk(&'a Path),
    Commit { git_dir: &'a Path, prefix: &'a str, commit: Oid },
}

/// What a thread needs to read from there.
enum Desk<'a> {
    Disk(&'a Path),
    Commit(CommitDesk<'a>),
}

struct CommitDesk<'a> {
    repository: Result<Repository, git2::Error>,
    prefix: &'a str,
    commit: Oid,
}

impl<'a> Source<'a> {
    fn open(&self) -> Desk<'a> {
        match *self {
            Source::Disk(root) => Desk::Disk(root),
            Source::Commit { git_dir, prefix, commit } => {
                Desk::Commit(CommitDesk { repository: Repository::open(git_dir), prefix, commit })
            }
        }
    }
}

impl CommitDesk<'_> {
    fn has(&self, path: &str) -> Result<bool, String> {
        let repository = self.repository.as_ref().map_err(|fault| fault.message().to_owned())?;
        let root = tree::calendar(repository, self.prefix, self.commit).map_err(|fault| fault.to_string())?;
        match root.get_path(Path::new(path)) {
            Ok(_) => Ok(true),
            Err(fault) if fault.code() == git2::ErrorCode::NotFound => Ok(false),
            Err(fault) => Err(fault.message().to_owned()),
        }
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        let clean = inside(path).ok_or_else(|| format!("{path} is no path inside the calendar"))?;
        let repository = self.repository.as_ref().map_err(|fault| fault.message().to_owned())?;
        let root = tree::calendar(repository, self.prefix, self.commit).map_err(|fault| fault.to_string())?;
        let entry = root.get_path(&clean).map_err(|_| format!("{path} is not in commit {}", self.commit))?;
        if !matches!(entry.filemode_raw(), 0o100_644 | 0o100_755 | 0o100_664) {
            return Err(format!("{path} is no plain file in commit {}", self.commit));
        }
        let blob =
            repository.find_blob(entry.id()).map_err(|fault| format!("{path}: {}", fault.message()))?;
        Ok(blob.content().to_vec())
    }
}

/// Takes a path only if it is plainly inside the calendar.
fn inside(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.components().next().is_some()).then(|| path.to_owned())
}

/// Opens a file of the work tree; no folder on the way may be a link.
fn open(root: &Path, path: &str) -> Result<(fs::File, u64), String> {
    let clean = inside(path).ok_or_else(|| format!("{path} is no path inside the calendar"))?;
    let fault = |fault: std::io::Error| format!("{path}: {fault}");
    let mut here = root.to_owned();
    for part in clean.components() {
        here.push(part);
        if fs::symlink_metadata(&here).map_err(fault)?.is_symlink() {
            return Err(format!("{path} goes through a symbolic link"));
        }
    }
    let file = disk::open_file(&here).map_err(fault)?;
    let found = file.metadata().map_err(fault)?;
    if found.is_file() { Ok((file, found.len())) } else { Err(format!("{path} is no file")) }
}

fn facts(desk: &mut Desk<'_>, path: &str) -> Option<MediaFacts> {
    match desk {
        Desk::Disk(root) => {
            let (file, _) = open(root, path).ok()?;
            describe(BufReader::with_capacity(256 * 1024, file))
        }
        Desk::Commit(desk) => describe(Cursor::new(desk.bytes(path).ok()?)),
    }
}

/// Reads through a file once for its sum, and once more at its beginning for what it shows and tells.
fn describe(mut source: impl BufRead + Seek) -> Option<MediaFacts> {
    let mut sum = Sha256::new();
    let mut size_bytes = 0_u64;
    let mut mime = None;
    let mut told = Told::default();
    let mut begun_bytes = 0;
    loop {
        let bytes = source.fill_buf().ok()?;
        if bytes.is_empty() {
            break;
        }
        if size_bytes == 0 {
            mime = media::mime(bytes);
            told = media::told(bytes);
            begun_bytes = bytes.len() as u64;
        }
        sum.update(bytes);
        let n = bytes.len();
        size_bytes += n as u64;
        source.consume(n);
    }
    source.rewind().ok()?;
    // JPEG tells all at its beginning; others may tell it at their end.
    if mime.is_some_and(|mime| mime != "image/jpeg") && (begun_bytes + 1..=WHOLE_MAX).contains(&size_bytes) {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).ok()?;
        told = media::told(&bytes);
        source.rewind().ok()?;
    }
    // A picture is a stranger's bytes: a reader that falls over them has found out nothing.
    let size = catch_unwind(AssertUnwindSafe(|| imagesize::reader_size(&mut source).ok())).ok().flatten();
    let size_px = size.and_then(|size| {
        let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
        Some(if told.on_its_side { (height, width) } else { (width, height) })
    });
    let sha256 = sum.finalize().into();
    Some(MediaFacts { size_bytes, sha256, mime, size_px, has_location: told.location })
}
