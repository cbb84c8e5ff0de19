//! Writing objects so that they survive a power cut: one by one when few, as one pack when many.

use std::path::Path;

use git2::{Error, Repository};

use crate::rim::branch::open;
use crate::rim::branch::weave::Object;
use crate::world::LogError;

/// Up to here objects are written one by one: what one post needs, not what a batch does.
///
/// Measured by the test below: an object by itself costs 0.7 ms on a quick disk and 7 ms on a busy one, since each
/// waits for the disk twice; a pack costs 2 ms and 20 ms whatever is in it, so in time alone packs would always win.
/// But every later search looks into every pack: with 2,000 of them opening and reading takes 70 ms instead of 3 ms.
pub(super) const LOOSE_MAX: usize = 24;

/// Writes objects, durably.
pub(super) fn write(repository: &Repository, git_dir: &Path, objects: &[Object]) -> Result<(), LogError> {
    let done = if objects.len() <= LOOSE_MAX {
        one_by_one(repository, objects)
    } else {
        as_a_pack(git_dir, objects)?
    };
    done.map_err(|fault| {
        LogError::Denied(format!("{}: {}", git_dir.join("objects").display(), fault.message()))
    })
}

fn one_by_one(repository: &Repository, objects: &[Object]) -> Result<(), Error> {
    let database = repository.odb()?;
    for object in objects {
        database.write(object.kind, &object.bytes)?;
    }
    Ok(())
}

/// Writes one pack: the objects are gathered in the memory of a second handle, since its database would go on
/// keeping everything there.
fn as_a_pack(git_dir: &Path, objects: &[Object]) -> Result<Result<(), Error>, LogError> {
    let desk = open(git_dir)?;
    let folder = git_dir.join("objects/pack");
    std::fs::create_dir_all(&folder)
        .map_err(|fault| LogError::Denied(format!("{}: {fault}", folder.display())))?;
    Ok(pack(&desk, &folder, objects))
}

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
    use crate::rim::clock;
    use git2::{ObjectType, Oid};

    fn objects(n: usize, salt: &str) -> Vec<Object> {
        (0..n)
            .map(|k| {
                let bytes = format!("by = \"runner\"\nnonce = \"{salt}\"\nslot = {k}\n{}", "# words\n".repeat(60));
                let bytes = bytes.into_bytes();
                Object { kind: ObjectType::Blob, id: Oid::hash_object(ObjectType::Blob, &bytes).unwrap(), bytes }
            })
            .collect()
    }

    #[test]
    fn both_ways_write_the_same_objects() {
        let dir = tempfile::tempdir().unwrap();
        let git_dir = Repository::init(dir.path()).unwrap().path().to_owned();
        settle(&git_dir).unwrap();
        for n in [1, LOOSE_MAX, LOOSE_MAX + 1, 300] {
            let objects = objects(n, &n.to_string());
            let repository = open(&git_dir).unwrap();
            write(&repository, &git_dir, &objects).unwrap();
            for reader in [repository, open(&git_dir).unwrap()] {
                let database = reader.odb().unwrap();
                for object in &objects {
                    assert_eq!(database.read(object.id).unwrap().data(), object.bytes);
                }
            }
        }
    }

    #[test]
    #[ignore = "a measurement, not a test: cargo test --release --lib store -- --ignored --nocapture"]
    #[expect(clippy::disallowed_macros, reason = "a measurement is read by a person")]
    fn how_long_few_and_many_take() {
        let dir = tempfile::tempdir_in(".").unwrap();
        let git_dir = Repository::init(dir.path()).unwrap().path().to_owned();
        settle(&git_dir).unwrap();
        let repository = open(&git_dir).unwrap();
        for n in [5, 10, 20, 40, 80, 160, 1000] {
            let mut took = [0.0, 0.0];
            let rounds = 5;
            for round in 0..rounds {
                let salted = |way: &str| objects(n, &format!("{way}{round}-{n}"));
                let began = clock::instant();
                one_by_one(&repository, &salted("loose")).unwrap();
                took[0] += began.elapsed().as_secs_f64() * 1e3 / f64::from(rounds);
                let began = clock::instant();
                as_a_pack(&git_dir, &salted("pack")).unwrap().unwrap();
                took[1] += began.elapsed().as_secs_f64() * 1e3 / f64::from(rounds);
            }
            println!("{n:5} objects: one by one {:8.1} ms, as a pack {:8.1} ms", took[0], took[1]);
        }
    }
}
