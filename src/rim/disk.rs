//! The disk: writing whole files, and opening what is certainly a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// Writes a file whole: afterwards it has either its old bytes or all the new ones, also after a power cut.
///
/// The bytes go to a temporary file beside it, are made durable, and take the file's name in one step. The folder is
/// made if it is not there. A file that is there keeps its permissions; a symbolic link is replaced, not followed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = beside(path, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|fault| fault.error)?;
    sync_folder(folder_of(path))
}

/// Writes a file whole to whoever reads it, as [`write_whole`] does, and does not wait for the disk: for what is made
/// again where its bytes are not the right ones.
pub fn write_passing(path: &Path, bytes: &[u8]) -> io::Result<()> {
    beside(path, bytes)?.persist(path).map(drop).map_err(|fault| fault.error)
}

/// Writes a file only if nothing has its name yet; tells whether it did. The file is durable.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let file = beside(path, bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(folder_of(path)).map(|()| true),
        Err(fault) if fault.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(fault) => Err(fault.error),
    }
}

/// Writes bytes to a temporary file in the folder of a path, with the permissions that the path's file is to have.
fn beside(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".kalends-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(permissions(path, folder)?)?;
    Ok(file)
}

/// Moves a file to where nothing lies. The folder is made if it is not there.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let folder = folder_of(to);
    fs::create_dir_all(folder)?;
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)?;
    sync_folder(folder)?;
    sync_folder(folder_of(from))
}

/// Opens a file for reading; refuses a symbolic link, and never waits for a pipe's other end.
pub fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}

/// Reads a file that the user named, links followed; nothing where it is larger than a limit.
pub fn read_whole(path: &Path, limit_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(limit_bytes + 1).read_to_end(&mut bytes)?;
    Ok((read as u64 <= limit_bytes).then_some(bytes))
}

/// Reads a file's bytes until the buffer is full, and returns them.
pub fn read_into<'b>(path: &Path, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let mut file = open_file(path)?;
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file gets what the umask gives: a temporary file is private otherwise.
#[cfg(unix)]
fn permissions(path: &Path, folder: &Path) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(found.permissions()),
        _ => {
            let readable = fs::metadata(folder)?.permissions().mode() & 0o666;
            Ok(fs::Permissions::from_mode(readable | 0o600))
        }
    }
}

#[cfg(not(unix))]
fn permissions(path: &Path, folder: &Path) -> io::Result<fs::Permissions> {
    fs::metadata(path).or_else(|_| fs::metadata(folder)).map(|found| found.permissions())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_with_its_folder_and_leaves_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/post.toml");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_permissions_and_a_new_one_can_be_read_as_its_folder_can() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let path = dir.path().join("page.html");
        write_whole(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn writing_over_a_symbolic_link_leaves_what_it_pointed_to() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::write(&outside, "mine").unwrap();
        let path = dir.path().join("link");
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&outside).unwrap(), b"mine");
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn only_the_first_writes_a_new_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clone");
        assert!(write_new(&path, b"first").unwrap());
        assert!(!write_new(&path, b"second").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), dir.path().join("link")).unwrap();
        assert!(open_file(&dir.path().join("link")).is_err());
    }
}
