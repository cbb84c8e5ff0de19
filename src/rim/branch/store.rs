//! Writing objects so that they survive a power cut: as one pack, and many small packs as few.

use std::path::Path;
use std::time::Duration;

use git2::{Error, Repository};

use crate::rim::branch::open;
use crate::rim::branch::weave::Object;
use crate::rim::program::Git;
use crate::world::LogError;

/// From here on packs are put together: every search looks into each of them. Git's own `gc.autoPackLimit`.
const PACKS_MAX: usize = 50;

/// How long putting them together may take.
const TIDY: Duration = Duration::from_secs(60);

/// Writes objects, durably.
///
/// A pack waits for the disk twice whatever is in it, where an object by itself does so each time: a post's fifteen
/// took 10 ms on a quick disk and 130 ms on a busy one, a pack takes 2 ms and 20 ms.
pub(super) fn write(git_dir: &Path, objects: &[Object]) -> Result<(), LogError> {
    let desk = open(git_dir)?;
    let folder = git_dir.join("objects/pack");
    let denied =
        |path: &Path, why: &dyn std::fmt::Display| LogError::Denied(format!("{}: {why}", path.display()));
    std::fs::create_dir_all(&folder).map_err(|fault| denied(&folder, &fault))?;
    pack(&desk, &folder, objects).map_err(|fault| denied(&git_dir.join("objects"), &fault.message()))
}

/// Puts small packs together where there are many. With 2,000 of them opening and reading takes 70 ms instead of 3 ms.
///
/// Nothing depends on it, so where git cannot (before 2.32) it is left.
pub(super) fn tidy(git: &Git, git_dir: &Path) {
    let Ok(files) = std::fs::read_dir(git_dir.join("objects/pack")) else { return };
    let packs = files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "pack"));
    if packs.count() > PACKS_MAX {
        drop(git.run(&["repack", "-d", "-q", "--geometric=2"], TIDY));
    }
}

/// Writes one pack: the objects are gathered in the memory of a handle of its own, since its database would go on
/// keeping everything there.
fn pack(desk: &Repository, folder: &Path, objects: &[Object]) -> Result<(), Error> {
    let database = desk.odb()?;
    let _memory = database.add_new_mempack_backend(1000)?;
    let mut builder = desk.packbuilder()?;
    builder.set_threads(1);
    for object in objects {
        database.write(object.kind, &object.bytes)?;
        builder.insert_object(object.id, None)?;
    }
    // The folder's own path, and the mode that git gives to packs.
    builder.write(folder, 0o444)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::branch::settle;
    use git2::{ObjectType, Oid};

    fn objects(n: usize, salt: &str) -> Vec<Object> {
        (0..n)
            .map(|k| {
                let bytes =
                    format!("by = \"runner\"\nnonce = \"{salt}\"\nslot = {k}\n{}", "# words\n".repeat(60));
                let bytes = bytes.into_bytes();
                Object {
                    kind: ObjectType::Blob,
                    id: Oid::hash_object(ObjectType::Blob, &bytes).unwrap(),
                    bytes,
                }
            })
            .collect()
    }

    #[test]
    fn what_was_written_is_there_for_everybody() {
        let dir = tempfile::tempdir().unwrap();
        let git_dir = Repository::init(dir.path()).unwrap().path().to_owned();
        settle(&git_dir).unwrap();
        for n in [1, 24, 300] {
            let objects = objects(n, &n.to_string());
            let repository = open(&git_dir).unwrap();
            write(&git_dir, &objects).unwrap();
            for reader in [repository, open(&git_dir).unwrap()] {
                let database = reader.odb().unwrap();
                for object in &objects {
                    assert_eq!(database.read(object.id).unwrap().data(), object.bytes);
                }
            }
        }
    }

    #[test]
    fn many_packs_become_few_and_nothing_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository::init(dir.path()).unwrap();
        let git_dir = repository.path().to_owned();
        settle(&git_dir).unwrap();
        let packs = || {
            let files = std::fs::read_dir(git_dir.join("objects/pack")).unwrap();
            files.filter(|file| file.as_ref().unwrap().path().extension().unwrap() == "pack").count()
        };
        let mut written = Vec::new();
        for n in 0..=PACKS_MAX {
            tidy(&Git::new(&git_dir), &git_dir);
            assert_eq!(packs(), n, "few are left alone");
            let objects = objects(3, &n.to_string());
            write(&git_dir, &objects).unwrap();
            written.extend(objects);
        }
        let reader = open(&git_dir).unwrap();
        let database = reader.odb().unwrap();
        let all_there =
            || written.iter().all(|object| database.read(object.id).unwrap().data() == object.bytes);
        assert!(all_there());
        tidy(&Git::new(&git_dir), &git_dir);
        assert!(packs() < 10, "{} packs", packs());
        assert!(all_there(), "whoever had them open finds them in their new place");
    }
}
