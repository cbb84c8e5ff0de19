//! Which mapping fits an export.

use crate::calendar::Mapping;
use crate::text::Platform;

use super::head::{self, Head};
use super::table::Export;

/// The mapping that fits.
#[derive(Debug, Clone)]
pub struct Pick<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The row that names the columns.
    pub head: Head,
}

/// Several mappings fit alike.
#[derive(Debug, Clone)]
pub struct Ambiguous<'a>(pub Vec<&'a Mapping>);

/// Finds the mapping by which every needed column of an export is there: of several the one that reads most of them.
/// Nothing where none fits. A mapping of one platform is not tried on the account of another.
pub fn pick<'a>(
    export: &Export,
    mappings: impl IntoIterator<Item = &'a Mapping>,
    platform: Option<Platform>,
) -> Result<Option<Pick<'a>>, Ambiguous<'a>> {
    let file = export.name.rsplit(['/', '\\']).next().unwrap_or(&export.name);
    let fits = |mapping: &&Mapping| {
        let is_named = |begin: &String| file.starts_with(begin.as_str());
        let files = &mapping.table.file;
        let of_platform = mapping.platform.is_none() || platform.is_none() || mapping.platform == platform;
        of_platform && (files.is_empty() || files.iter().any(is_named))
    };
    let found = mappings.into_iter().filter(fits).filter_map(|mapping| {
        let head = head::find(export, mapping).filter(Head::is_whole)?;
        Some(Pick { mapping, head })
    });
    let mut found: Vec<Pick<'a>> = found.collect();
    let most = found.iter().map(|pick| pick.head.read()).max().unwrap_or(0);
    found.retain(|pick| pick.head.read() == most);
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err(Ambiguous(found.into_iter().map(|pick| pick.mapping).collect())),
    }
}

/// Reads an export by a mapping that the user named; nothing where no row has any of its columns.
pub fn by<'a>(export: &Export, mapping: &'a Mapping) -> Option<Pick<'a>> {
    head::find(export, mapping).map(|head| Pick { mapping, head })
}
