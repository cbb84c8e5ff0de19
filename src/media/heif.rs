//! HEIF and AVIF: pictures as items in boxes (ISO/IEC 23008-12; the AV1 image format).
//!
//! EXIF and XMP are items too. They are overwritten where they lie by some of the same length that say nothing. Which way
//! is up is a property of the picture (`irot`, `imir`), and stays.

use std::ops::Range;

use super::boxes::{Atom, atoms, empty, find, wipe};
use super::exif::{self, Story};
use super::film::{self, Size};
use super::reader::{CUT_OFF, Reader};

/// EXIF without entries, after the four bytes that say where it begins.
const EMPTY_EXIF: &[u8] = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0";
/// XMP that says nothing.
const EMPTY_XMP: &[u8] = b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";

/// The boxes of the file and of its list of items.
struct Items {
    top: Vec<Atom>,
    meta: Vec<Atom>,
}

/// An item that tells and does not show.
struct Telling {
    is_exif: bool,
    ranges: Vec<Range<usize>>,
}

impl Items {
    fn read(bytes: &[u8]) -> Result<Items, &'static str> {
        let top = atoms(bytes, 0..bytes.len())?;
        let meta = find(&top, b"meta").ok_or("it has no list of what is in it")?;
        // The list has a version and flags before its boxes.
        let meta = atoms(bytes, meta.body.start.saturating_add(4)..meta.body.end)?;
        Ok(Items { top, meta })
    }

    fn body<'a>(&self, bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
        bytes.get(find(&self.meta, kind)?.body.clone())
    }

    /// Tells whether a range lies where items lie: what is overwritten elsewhere makes another file of it.
    fn holds(&self, range: &Range<usize>) -> bool {
        let inner = self.meta.iter().filter(|atom| &atom.kind == b"idat");
        let outer = self.top.iter().filter(|atom| !matches!(&atom.kind, b"meta" | b"ftyp"));
        inner.chain(outer).any(|atom| atom.body.start <= range.start && range.end <= atom.body.end)
    }

    /// Returns the items that tell.
    fn telling(&self, bytes: &[u8]) -> Result<Vec<Telling>, &'static str> {
        let Some(list) = find(&self.meta, b"iinf") else { return Ok(Vec::new()) };
        let body = bytes.get(list.body.clone()).unwrap_or_default();
        let count_bytes = if body.first() == Some(&0) { 2 } else { 4 };
        let entries = atoms(bytes, list.body.start.saturating_add(4 + count_bytes)..list.body.end)?;
        let mut kinds = Vec::new();
        for entry in entries.iter().filter(|entry| &entry.kind == b"infe") {
            let mut reader = Reader::new(bytes.get(entry.body.clone()).unwrap_or_default());
            let [version, ..] = reader.array::<4>()?;
            let id = match version {
                2 => u32::from(reader.u16_be()?),
                3 => reader.u32_be()?,
                _ => return Err("an item is of no version that is known"),
            };
            reader.take(2)?;
            match &reader.array()? {
                b"Exif" => kinds.push((id, true)),
                b"mime" | b"uri " => kinds.push((id, false)),
                _ => {}
            }
        }
        let places = self.places(bytes)?;
        let ranges =
            |id: u32| places.iter().filter(|(own, _)| *own == id).map(|(_, range)| range.clone()).collect();
        Ok(kinds.into_iter().map(|(id, is_exif)| Telling { is_exif, ranges: ranges(id) }).collect())
    }

    /// Reads where items lie (ISO/IEC 14496-12 §8.11.3): by the file's beginning, or by that of the box `idat`.
    fn places(&self, bytes: &[u8]) -> Result<Vec<(u32, Range<usize>)>, &'static str> {
        let mut reader = Reader::new(self.body(bytes, b"iloc").ok_or("it does not say where its items are")?);
        let [version, ..] = reader.array::<4>()?;
        let [sizes, more] = reader.array()?;
        let (offset_bytes, length_bytes, base_bytes) = (sizes >> 4, sizes & 15, more >> 4);
        let index_bytes = if version == 0 { 0 } else { more & 15 };
        let long = version >= 2;
        let items = if long { reader.u32_be()? } else { u32::from(reader.u16_be()?) };
        let inner = find(&self.meta, b"idat").map_or(0, |atom| atom.body.start as u64);
        let mut places = Vec::new();
        for _ in 0..items {
            let id = if long { reader.u32_be()? } else { u32::from(reader.u16_be()?) };
            let method = if version == 0 { 0 } else { reader.u16_be()? & 15 };
            reader.take(2)?;
            let base = number(&mut reader, base_bytes)?;
            for _ in 0..reader.u16_be()? {
                number(&mut reader, index_bytes)?;
                let offset = number(&mut reader, offset_bytes)?;
                let length = number(&mut reader, length_bytes)?;
                let origin = if method == 1 { inner } else { 0 };
                let start = origin.saturating_add(base).saturating_add(offset);
                let end = start.saturating_add(length);
                if method <= 1 && end > bytes.len() as u64 {
                    return Err(CUT_OFF);
                }
                // What is put together from other items has no place of its own.
                let (start, end) = if method <= 1 { (start as usize, end as usize) } else { (0, 0) };
                places.push((id, start..end));
            }
        }
        Ok(places)
    }

    /// Returns the size of the main picture as it is shown.
    fn size(&self, bytes: &[u8]) -> Size {
        let mut reader = Reader::new(self.body(bytes, b"pitm")?);
        let [version, ..] = reader.array::<4>().ok()?;
        let main = if version == 0 { u32::from(reader.u16_be().ok()?) } else { reader.u32_be().ok()? };
        let parts = atoms(bytes, find(&self.meta, b"iprp")?.body.clone()).ok()?;
        let properties = atoms(bytes, find(&parts, b"ipco")?.body.clone()).ok()?;
        let mut size = None;
        let mut turned = false;
        for index in properties_of(bytes.get(find(&parts, b"ipma")?.body.clone())?, main)? {
            let Some(property) = usize::from(index).checked_sub(1).and_then(|at| properties.get(at)) else {
                continue;
            };
            let mut reader = Reader::new(bytes.get(property.body.clone())?);
            match &property.kind {
                b"ispe" => {
                    reader.take(4).ok()?;
                    size = Some((reader.u32_be().ok()?, reader.u32_be().ok()?));
                }
                // A part of the picture: two fractions (ISO/IEC 14496-12 §12.1.4).
                b"clap" => {
                    let mut side = || reader.u32_be().ok()?.checked_div(reader.u32_be().ok()?);
                    size = Some((side()?, side()?));
                }
                b"irot" => turned = reader.u8().ok()? & 1 == 1,
                _ => {}
            }
        }
        size.map(|(width, height)| if turned { (height, width) } else { (width, height) })
    }
}

/// Returns the numbers, from 1, of an item's properties (ISO/IEC 23008-12 §9.3).
fn properties_of(body: &[u8], item: u32) -> Option<Vec<u16>> {
    let mut reader = Reader::new(body);
    let [version, _, _, flags] = reader.array().ok()?;
    for _ in 0..reader.u32_be().ok()? {
        let id = if version == 0 { u32::from(reader.u16_be().ok()?) } else { reader.u32_be().ok()? };
        let mut indices = Vec::new();
        for _ in 0..reader.u8().ok()? {
            indices.push(if flags & 1 == 1 {
                reader.u16_be().ok()? & 0x7fff
            } else {
                u16::from(reader.u8().ok()? & 0x7f)
            });
        }
        if id == item {
            return Some(indices);
        }
    }
    None
}

/// Reads a number of up to eight bytes.
fn number(reader: &mut Reader<'_>, bytes: u8) -> Result<u64, &'static str> {
    let taken = reader.take(usize::from(bytes))?;
    Ok(taken.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)))
}

/// Reads what the file tells.
pub(super) fn told(bytes: &[u8]) -> Story {
    let mut story = Story::default();
    let Ok(items) = Items::read(bytes) else { return story };
    for telling in items.telling(bytes).unwrap_or_default() {
        let body: Vec<u8> = telling
            .ranges
            .iter()
            .flat_map(|range| bytes.get(range.clone()).unwrap_or_default())
            .copied()
            .collect();
        let at = body.windows(4).position(|four| four == b"MM\0*" || four == b"II*\0");
        story.location |= match at {
            Some(at) if telling.is_exif => exif::read(body.get(at..).unwrap_or_default()).location,
            _ => exif::read_xmp(&body).location,
        };
    }
    story
}

pub(super) fn clean(bytes: &[u8]) -> Result<(Vec<u8>, Size), &'static str> {
    let items = Items::read(bytes)?;
    let mut out = bytes.to_vec();
    for telling in items.telling(bytes)? {
        let nothing = if telling.is_exif { EMPTY_EXIF } else { EMPTY_XMP };
        for (number, range) in telling.ranges.into_iter().enumerate() {
            if range.is_empty() {
                return Err("it does not say where its EXIF or XMP lies");
            }
            if !items.holds(&range) {
                return Err("its EXIF or XMP lies where the file says what is in it");
            }
            wipe(&mut out, range.clone());
            if !telling.is_exif {
                out.get_mut(range.clone()).unwrap_or_default().fill(b' ');
            }
            let place = out.get_mut(range).unwrap_or_default();
            if let Some(place) = place.get_mut(..nothing.len()).filter(|_| number == 0) {
                place.copy_from_slice(nothing);
            }
        }
    }
    for atom in items.top.iter().filter(|atom| matches!(&atom.kind, b"udta" | b"uuid")) {
        empty(&mut out, atom);
    }
    film::clean_tracks(&mut out, &items.top)?;
    let size = items.size(bytes);
    Ok((out, size))
}
