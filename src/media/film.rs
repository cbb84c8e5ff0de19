//! MP4 and QuickTime films (ISO/IEC 14496-12 §8; QuickTime File Format, "Movie atoms").
//!
//! Phones write a place into user data (`udta`, `©xyz`) or metadata (`meta`, the key
//! `com.apple.quicktime.location.ISO6709`), cameras also into a track of measurements (`mebx`, `gpmd`, `camm`).

use std::ops::Range;

use super::boxes::{Atom, atoms, empty, find, inside, wipe};
use super::exif::Story;
use super::reader::{CUT_OFF, Reader};

/// Boxes that tell and do not show.
const TELLING: &[&[u8; 4]] = &[b"udta", b"meta", b"uuid"];

/// What a track may be for: pictures, sound, words and their times.
const SHOWING: &[&[u8; 4]] =
    &[b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp", b"tmcd", b"pict", b"auxv", b"hint"];

pub(super) type Size = Option<(u32, u32)>;

/// Tells whether the film says where it was taken: by user data, metadata or a track of measurements.
pub(super) fn told(bytes: &[u8]) -> Story {
    let location = [b"\xa9xyz".as_slice(), b"location.ISO6709", b"loci", b"GPSLatitude", b"gpmd", b"camm"];
    let has = |range: Range<usize>| {
        let body = bytes.get(range).unwrap_or_default();
        location.iter().any(|name| body.windows(name.len()).any(|window| window == *name))
    };
    let found = atoms(bytes, 0..bytes.len()).unwrap_or_default();
    let location = found
        .into_iter()
        .any(|atom| matches!(&atom.kind, b"moov" | b"udta" | b"uuid" | b"meta") && has(atom.body));
    Story { orientation: None, location }
}

pub(super) fn clean(bytes: &[u8]) -> Result<(Vec<u8>, Size), &'static str> {
    let mut out = bytes.to_vec();
    let found = atoms(bytes, 0..bytes.len())?;
    if find(&found, b"moov").is_none() {
        return Err("it has no index");
    }
    for atom in found.iter().filter(|atom| TELLING.contains(&&atom.kind)) {
        empty(&mut out, atom);
    }
    let size = clean_tracks(&mut out, &found)?;
    Ok((out, size))
}

/// Cleans the index and the fragments of a film; returns the size of its first track of pictures.
pub(super) fn clean_tracks(out: &mut [u8], found: &[Atom]) -> Result<Size, &'static str> {
    let mut size = None;
    let mut measures = false;
    for moov in found.iter().filter(|atom| &atom.kind == b"moov") {
        for atom in inside(out, moov)? {
            match &atom.kind {
                b"cmov" => return Err("its index is compressed"),
                b"trak" => {
                    let track = Track::read(out, &atom)?;
                    size = size.or(track.size);
                    if track.shows {
                        empty_telling(out, &atom, &[b"udta", b"meta"])?;
                    } else {
                        measures = true;
                        for sample in track.samples {
                            wipe(out, sample);
                        }
                        empty(out, &atom);
                    }
                }
                kind if TELLING.contains(&kind) => empty(out, &atom),
                _ => {}
            }
        }
    }
    for moof in found.iter().filter(|atom| &atom.kind == b"moof") {
        if measures {
            return Err("it is in fragments, some of which are measurements that cannot be taken out");
        }
        empty_telling(out, moof, &[b"udta", b"meta"])?;
    }
    Ok(size)
}

fn empty_telling(out: &mut [u8], parent: &Atom, kinds: &[&[u8; 4]]) -> Result<(), &'static str> {
    for atom in inside(out, parent)?.iter().filter(|atom| kinds.contains(&&atom.kind)) {
        empty(out, atom);
    }
    Ok(())
}

/// What is known of a track.
struct Track {
    shows: bool,
    size: Size,
    samples: Vec<Range<usize>>,
}

impl Track {
    fn read(bytes: &[u8], track: &Atom) -> Result<Track, &'static str> {
        let parts = inside(bytes, track)?;
        let media = find(&parts, b"mdia").ok_or("a track has no media")?;
        let media = inside(bytes, media)?;
        let handler = find(&media, b"hdlr").ok_or("a track does not say what it is for")?;
        let mut reader = Reader::new(bytes.get(handler.body.clone()).unwrap_or_default());
        reader.take(8)?;
        let handler: [u8; 4] = reader.array()?;
        let shows = SHOWING.contains(&&handler);
        let samples = match find(&media, b"minf") {
            Some(minf) => samples(bytes, minf)?,
            None => Vec::new(),
        };
        let size =
            find(&parts, b"tkhd").filter(|_| &handler == b"vide").and_then(|head| head_size(bytes, head));
        Ok(Track { shows, size, samples })
    }
}

/// Reads a track's size as it is shown: the last eight bytes of its head, after the matrix that may turn it.
fn head_size(bytes: &[u8], head: &Atom) -> Size {
    let body = bytes.get(head.body.clone())?;
    let mut reader = Reader::new(body.get(body.len().checked_sub(44)?..)?);
    let a = reader.u32_be().ok()?;
    reader.take(32).ok()?;
    let (width, height) = (reader.u32_be().ok()? >> 16, reader.u32_be().ok()? >> 16);
    let size = if a == 0 { (height, width) } else { (width, height) };
    (width > 0 && height > 0).then_some(size)
}

/// Returns where the samples of a track lie in the file (ISO/IEC 14496-12 §8.7).
fn samples(bytes: &[u8], minf: &Atom) -> Result<Vec<Range<usize>>, &'static str> {
    let minf = inside(bytes, minf)?;
    let Some(table) = find(&minf, b"stbl") else { return Ok(Vec::new()) };
    let table = inside(bytes, table)?;
    let body = |kind: &[u8; 4]| {
        let body = find(&table, kind).and_then(|atom| bytes.get(atom.body.clone()));
        body.map(|body| Reader::new(body.get(4..).unwrap_or_default()))
    };
    let mut starts = Vec::new();
    if let Some(mut reader) = body(b"stco") {
        for _ in 0..reader.u32_be()? {
            starts.push(u64::from(reader.u32_be()?));
        }
    } else if let Some(mut reader) = body(b"co64") {
        for _ in 0..reader.u32_be()? {
            starts.push(u64::from_be_bytes(reader.array()?));
        }
    }
    let mut runs = Vec::new();
    if let Some(mut reader) = body(b"stsc") {
        for _ in 0..reader.u32_be()? {
            runs.push((reader.u32_be()?, reader.u32_be()?));
            reader.take(4)?;
        }
    }
    let Some(mut sizes) = body(b"stsz") else {
        return Err("a track's samples have no sizes that can be read");
    };
    let each = u64::from(sizes.u32_be()?);
    let mut left = sizes.u32_be()?;
    let mut found = Vec::new();
    for (number, start) in (1_u32..).zip(starts) {
        let per_chunk = runs.iter().rev().find(|(first, _)| *first <= number).map_or(0, |(_, many)| *many);
        let mut length = 0_u64;
        for _ in 0..per_chunk.min(left) {
            length = length.saturating_add(if each > 0 { each } else { u64::from(sizes.u32_be()?) });
            left -= 1;
        }
        let end = start.checked_add(length).filter(|end| *end <= bytes.len() as u64).ok_or(CUT_OFF)?;
        let range =
            usize::try_from(start).map_err(|_| CUT_OFF)?..usize::try_from(end).map_err(|_| CUT_OFF)?;
        found.push(range);
    }
    Ok(found)
}
