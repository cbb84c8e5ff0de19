//! Writing objects so that they survive a power cut: one by one when few, as one pack when many.

use std::path::Path;

use git2::{Error, Repository};

use crate::rim::branch::open;
use crate::rim::branch::weave::Object;
use crate::world::LogError;

/// Up to here objects are written one by one.
///
/// Each costs two waits for the disk (itself and its folder), a pack costs four in all, but a pack is one more file
/// that every later search for an object must look into: see `tests/durability.rs` for the measurement.
pub(super) const LOOSE_MAX: usize = 40;

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
