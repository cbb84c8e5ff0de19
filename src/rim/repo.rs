//! A calendar where it lies: its folder, the git repository around it, its files and their bytes.

pub mod bytes;
mod commit;
mod differing;
mod fault;
mod media;
mod merged;
mod past;
mod pick;
mod readings;
mod register;
mod touched;
mod tracked;
mod tree;
mod uncommitted;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::{ErrorCode, Oid, Repository};

use crate::finding::File;
use crate::rim::repo::media::Cache;

pub use crate::rim::repo::commit::commit_files;
pub use crate::rim::repo::fault::RepoError;
pub use crate::rim::repo::merged::Merged;
pub use crate::rim::repo::pick::Pick;
pub use crate::rim::repo::register::Register;

/// The file that marks a calendar's root.
pub const ROOT: &str = "kalends.toml";

/// The folders whose TOML files are read.
pub const FOLDERS: &[&str] = &[
    "accounts",
    "acknowledgements",
    "approvals",
    "campaigns",
    "departments",
    "events",
    "experiments",
    "facts",
    "goals",
    "mappings",
    "people",
    "posts",
    PROPOSALS,
    "protocols",
    "requests",
    "runners",
    "training",
    "schedule",
    VAULT,
];

/// The folder of secrets, whose sealed files are read as well.
const VAULT: &str = "vault";

/// The folder of development plans, whose Markdown is read as well.
const PROPOSALS: &str = "proposals";

/// The folder of pictures and films, whose files are named but not read.
pub const MEDIA: &str = "media";

/// The most that is read of a TOML file.
pub const TOML_LIMIT_BYTES: usize = 256 * 1024;

/// The most files that a calendar may have.
pub const FILES_MAX: usize = 1_000_000;

/// How deep folders may be nested.
pub const DEPTH_MAX: usize = 32;

/// Where files are read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rev {
    /// The folder on disk.
    WorkTree,
    /// A commit: an id, a branch, a tag, anything that git resolves.
    Commit(String),
    /// What a commit will be when a branch's changes are merged into it.
    Merged(Box<Merged>),
}

/// A calendar on disk, and the git repository around it where there is one.
pub struct Repo {
    root: PathBuf,
    git: Option<Git>,
    media: Mutex<Cache>,
}

/// The repository around a calendar.
struct Git {
    /// The git folder that all work trees share.
    common: PathBuf,
    /// This work tree's own git folder.
    own: PathBuf,
    /// The calendar's folder in the repository, with `/` between names; empty at its top.
    prefix: String,
}

/// Finds the calendar that a folder lies in, or that lies in it as `calendar/`.
pub fn find(start: &Path) -> Result<Repo, RepoError> {
    let start = start
        .canonicalize()
        .map_err(|fault| RepoError::Disk { path: start.to_owned(), why: fault.to_string() })?;
    let repository = discover(&start)?;
    let top = repository.as_ref().and_then(|repository| canonical(repository.workdir()?));
    let mut looked: Vec<PathBuf> = start.ancestors().map(Path::to_owned).collect();
    // Beyond the repository's top lies somebody else's calendar.
    if let Some(top) = &top {
        looked.retain(|folder| folder.starts_with(top));
    }
    looked.push(start.join("calendar"));
    looked.extend(top.as_ref().filter(|top| **top != start).map(|top| top.join("calendar")));
    let mut found = None;
    for folder in &looked {
        match std::fs::symlink_metadata(folder.join(ROOT)) {
            Ok(_) => {
                found = canonical(folder);
                break;
            }
            Err(fault) if fault.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(RepoError::Disk { path: folder.clone(), why: fault.to_string() });
            }
            Err(_) => {}
        }
    }
    let Some(root) = found else {
        return Err(match repository {
            Some(repository) if repository.is_bare() => {
                RepoError::Bare { git_dir: repository.path().to_owned() }
            }
            _ => RepoError::NoCalendar { looked },
        });
    };
    let git = repository.zip(top).and_then(|(repository, top)| {
        let prefix = root.strip_prefix(&top).ok()?.to_str()?.replace('\\', "/");
        Some(Git { common: canonical(repository.commondir())?, own: canonical(repository.path())?, prefix })
    });
    Ok(Repo { root, git, media: Mutex::default() })
}

fn canonical(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// Opens the repository around a folder; absent if there is none.
fn discover(start: &Path) -> Result<Option<Repository>, RepoError> {
    match Repository::discover(start) {
        Ok(repository) => Ok(Some(repository)),
        Err(fault) if fault.code() == ErrorCode::NotFound => Ok(None),
        Err(fault) if fault.code() == ErrorCode::Owner => {
            let path = start.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(start);
            Err(RepoError::Foreign { path: path.to_owned() })
        }
        Err(fault) => Err(RepoError::Disk { path: start.to_owned(), why: fault.message().to_owned() }),
    }
}

impl Repo {
    /// Returns the calendar's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the git folder that all work trees of the clone share: where the ledger and the locks live.
    pub fn git_dir(&self) -> Result<&Path, RepoError> {
        self.git().map(|git| git.common.as_path())
    }

    /// Returns the calendar's folder in the repository, with `/` between names; empty at its top, or where there is no
    /// repository.
    pub fn prefix(&self) -> &str {
        self.git.as_ref().map_or("", |git| &git.prefix)
    }

    /// Tells whether a folder is the calendar's own, or lies in one that it reads; it need not be there yet.
    pub fn has_folder(&self, folder: &Path) -> bool {
        let there = folder.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        let Some((above, canonical)) = there else { return false };
        let whole = folder.strip_prefix(above).map_or(canonical.clone(), |rest| canonical.join(rest));
        match whole.strip_prefix(&self.root).map(Path::to_str) {
            Ok(Some(inside)) => inside.is_empty() || is_known(inside),
            _ => false,
        }
    }

    /// Returns a setting of git's, as it is for this calendar; nothing where it is not set.
    pub fn setting(&self, name: &str) -> Option<String> {
        let config = match self.repository() {
            Ok(repository) => repository.config(),
            Err(_) => git2::Config::open_default(),
        };
        let value = config.and_then(|mut config| config.snapshot()?.get_string(name)).ok()?;
        (!value.trim().is_empty()).then(|| value.trim().to_owned())
    }

    /// Tells whether the clone has only a part of the history.
    pub fn is_shallow(&self) -> Result<bool, RepoError> {
        Ok(self.repository()?.is_shallow())
    }

    /// Returns the commit that is checked out.
    pub fn head_commit(&self) -> Result<Oid, RepoError> {
        self.resolve("HEAD")
    }

    /// Returns the commit that a name stands for.
    pub fn resolve(&self, name: &str) -> Result<Oid, RepoError> {
        let repository = self.repository()?;
        let found = repository.revparse_single(name).and_then(|object| object.peel_to_commit());
        match found {
            Ok(commit) => Ok(commit.id()),
            Err(_) if name == "HEAD" => Err(RepoError::Unborn { git_dir: self.git()?.common.clone() }),
            Err(_) => Err(RepoError::NoCommit { name: name.to_owned() }),
        }
    }

    /// Returns the commit that a branch began at: the last one that two names have in common.
    pub fn fork(&self, one: &str, other: &str) -> Result<Oid, RepoError> {
        let (from, to) = (self.resolve(one)?, self.resolve(other)?);
        let repository = self.repository()?;
        match repository.merge_base(from, to) {
            Ok(fork) => Ok(fork),
            Err(_) if repository.is_shallow() => {
                Err(RepoError::Shallow { one: one.to_owned(), other: other.to_owned() })
            }
            // What has no beginning in common is compared with the target as it is.
            Err(_) => Ok(from),
        }
    }

    /// Reads the calendar's files, sorted by path.
    pub fn files(&self, rev: &Rev) -> Result<Vec<File>, RepoError> {
        self.read(rev, &Pick::All, |file| file)
    }

    /// Reads those of the calendar's files that are picked, and makes something of each on the thread that read it. What
    /// is made comes in the order of the paths.
    pub fn read<T: Send>(
        &self,
        rev: &Rev,
        pick: &Pick,
        make: impl Fn(File) -> T + Sync,
    ) -> Result<Vec<T>, RepoError> {
        match rev {
            Rev::WorkTree => walk::read(&self.root, pick, make),
            Rev::Commit(name) => self.read_commit(name, pick, make),
            Rev::Merged(merged) => self.read_merged(merged, pick, make),
        }
    }

    fn read_commit<T: Send>(
        &self,
        name: &str,
        pick: &Pick,
        make: impl Fn(File) -> T + Sync,
    ) -> Result<Vec<T>, RepoError> {
        let commit = self.resolve(name)?;
        let git = self.git()?;
        tree::read(&git.own, &git.prefix, commit, pick, make)
    }

    fn git(&self) -> Result<&Git, RepoError> {
        self.git.as_ref().ok_or_else(|| RepoError::NoRepository { root: self.root.clone() })
    }

    fn repository(&self) -> Result<Repository, RepoError> {
        Ok(Repository::open(&self.git()?.own)?)
    }
}

/// Tells whether a path is one that a calendar may have, by where it begins.
fn is_known(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    FOLDERS.contains(&top) || [MEDIA, ROOT].contains(&top)
}

/// Tells whether a calendar's file is read as text, by its path.
fn is_text(path: &str) -> bool {
    match path.rsplit_once('.') {
        Some((_, "toml")) => !path.starts_with("media/"),
        Some((_, "age")) => lies_in(path, VAULT),
        Some((_, "md")) => lies_in(path, PROPOSALS),
        _ => false,
    }
}

fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
