//! The boxes of films and of pictures that are built like films (ISO/IEC 14496-12 §4.2).
//!
//! What must go is emptied in its place, so that everything else stays where the file says it is.

use std::ops::Range;

use super::reader::{CUT_OFF, Reader};

/// A box: its kind, and where its body is.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) kind: [u8; 4],
    head: usize,
    pub(super) body: Range<usize>,
}

/// Returns the boxes that lie in a range, side by side and without a gap.
pub(super) fn atoms(bytes: &[u8], range: Range<usize>) -> Result<Vec<Atom>, &'static str> {
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let mut reader = Reader::new(bytes.get(at..range.end).ok_or(CUT_OFF)?);
        // QuickTime ends some lists with four empty bytes.
        if reader.rest().len() < 8 && reader.rest().iter().all(|byte| *byte == 0) {
            break;
        }
        let short = reader.u32_be()?;
        let kind = reader.array()?;
        let (head, size) = match short {
            0 => (8, range.end - at),
            1 => (16, usize::try_from(u64::from_be_bytes(reader.array()?)).map_err(|_| CUT_OFF)?),
            size => (8, usize::try_from(size).map_err(|_| CUT_OFF)?),
        };
        if size < head {
            return Err("a box is shorter than its own head");
        }
        let end = at.checked_add(size).filter(|end| *end <= range.end).ok_or(CUT_OFF)?;
        found.push(Atom { kind, head: at, body: at + head..end });
        at = end;
    }
    Ok(found)
}

/// Returns the boxes that lie in a box.
pub(super) fn inside(bytes: &[u8], atom: &Atom) -> Result<Vec<Atom>, &'static str> {
    atoms(bytes, atom.body.clone())
}

/// Returns the first box of a kind.
pub(super) fn find<'a>(atoms: &'a [Atom], kind: &[u8; 4]) -> Option<&'a Atom> {
    atoms.iter().find(|atom| atom.kind == *kind)
}

/// Makes a box one of free space.
pub(super) fn empty(bytes: &mut [u8], atom: &Atom) {
    if let Some(kind) = bytes.get_mut(atom.head + 4..atom.head + 8) {
        kind.copy_from_slice(b"free");
    }
    wipe(bytes, atom.body.clone());
}

/// Fills a range with nothing; what lies beyond the file's end is not there to be filled.
pub(super) fn wipe(bytes: &mut [u8], range: Range<usize>) {
    let end = range.end.min(bytes.len());
    if let Some(body) = bytes.get_mut(range.start..end) {
        body.fill(0);
    }
}
