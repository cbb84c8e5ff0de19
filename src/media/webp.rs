//! WebP: chunks in a RIFF container (RFC 9649 §2).

use super::exif::{self, Story};
use super::reader::Reader;

/// What stays.
const KEPT: &[&[u8; 4]] = &[b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// What stays of a frame.
const KEPT_OF_FRAME: &[&[u8; 4]] = &[b"VP8 ", b"VP8L", b"ALPH"];
/// Where a frame says its place, size, duration and how it is laid over the last one.
const FRAME_HEAD_BYTES: usize = 16;

/// The bits of the first byte of `VP8X` that say what follows.
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// Returns the chunks: the container may be followed by anything, and ends where it says.
fn begin(bytes: &[u8]) -> Result<Reader<'_>, &'static str> {
    let mut reader = Reader::new(bytes);
    if reader.array()? != *b"RIFF" {
        return Err("it does not begin like one");
    }
    let all_bytes = u64::from(reader.u32_le()?);
    let mut inner = Reader::new(reader.take_long(all_bytes)?);
    if inner.array()? == *b"WEBP" { Ok(inner) } else { Err("it does not begin like one") }
}

fn next<'a>(reader: &mut Reader<'a>) -> Result<([u8; 4], &'a [u8]), &'static str> {
    let kind = reader.array()?;
    let data_bytes = reader.u32_le()?;
    let data = reader.take_long(u64::from(data_bytes))?;
    // The byte that makes a length even is often forgotten after the last chunk.
    if data_bytes % 2 == 1 && !reader.is_empty() {
        reader.u8()?;
    }
    Ok((kind, data))
}

fn story(kind: [u8; 4], data: &[u8]) -> Story {
    match &kind {
        // Some writers leave the prefix that JPEG needs.
        b"EXIF" => exif::read(data.strip_prefix(b"Exif\0\0").unwrap_or(data)),
        b"XMP " => exif::read_xmp(data),
        _ => Story::default(),
    }
}

/// Reads what the file tells.
pub(super) fn told(bytes: &[u8]) -> Story {
    let mut story = Story::default();
    if let Ok(mut reader) = begin(bytes) {
        while let Ok((kind, data)) = next(&mut reader) {
            story.hear(self::story(kind, data));
        }
    }
    story
}

pub(super) fn clean(bytes: &[u8]) -> Result<(Vec<u8>, (u32, u32)), &'static str> {
    let mut reader = begin(bytes)?;
    let mut chunks = Vec::new();
    let mut size = None;
    // Only a file that says so at its beginning has EXIF that anybody looks at.
    let is_extended = reader.rest().starts_with(b"VP8X");
    let orientation = told(bytes).orientation.filter(|_| is_extended);
    let mut has_pixels = false;
    while !reader.is_empty() {
        let (kind, data) = next(&mut reader)?;
        if !KEPT.contains(&&kind) {
            continue;
        }
        let mut data = data.to_vec();
        match &kind {
            b"VP8X" if size.is_none() => {
                size = Some(canvas(&data)?);
                if let Some(flags) = data.first_mut() {
                    *flags &= !(HAS_EXIF | HAS_XMP);
                    *flags |= if orientation.is_some() { HAS_EXIF } else { 0 };
                }
            }
            b"VP8X" => continue,
            b"VP8 " | b"VP8L" => {
                has_pixels = true;
                size = Some(size.map_or_else(|| picture(kind, &data), Ok)?);
            }
            b"ANMF" => {
                has_pixels = true;
                data = frame(&data)?;
            }
            _ => {}
        }
        write(&mut chunks, kind, &data);
    }
    let size = size.filter(|_| has_pixels).ok_or("it shows nothing")?;
    if let Some(orientation) = orientation {
        write(&mut chunks, *b"EXIF", &exif::only(orientation));
    }
    let mut out = b"RIFF".to_vec();
    out.extend(u32::try_from(chunks.len() + 4).map_err(|_| "it is too long")?.to_le_bytes());
    out.extend(b"WEBP");
    out.append(&mut chunks);
    Ok((out, exif::as_shown(size, orientation)))
}

/// Returns a frame of an animation with nothing but its pixels.
fn frame(data: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut reader = Reader::new(data);
    let mut out = reader.take(FRAME_HEAD_BYTES)?.to_vec();
    while !reader.is_empty() {
        let (kind, data) = next(&mut reader)?;
        if KEPT_OF_FRAME.contains(&&kind) {
            write(&mut out, kind, data);
        }
    }
    Ok(out)
}

/// Reads the size out of `VP8X`: flags, then two numbers of three bytes, each less one.
fn canvas(data: &[u8]) -> Result<(u32, u32), &'static str> {
    let mut reader = Reader::new(data);
    reader.take(4)?;
    let [a, b, c, d, e, f] = reader.array()?;
    Ok((u32::from_le_bytes([a, b, c, 0]) + 1, u32::from_le_bytes([d, e, f, 0]) + 1))
}

/// Reads the size out of a picture's own head (RFC 6386 §9.1; RFC 9649 §3.4).
fn picture(kind: [u8; 4], data: &[u8]) -> Result<(u32, u32), &'static str> {
    let mut reader = Reader::new(data);
    if &kind == b"VP8L" {
        if reader.u8()? != 0x2f {
            return Err("its pixels do not begin like some");
        }
        let bits = reader.u32_le()?;
        return Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1));
    }
    reader.take(3)?;
    if reader.array()? != [0x9d, 0x01, 0x2a] {
        return Err("its pixels do not begin like some");
    }
    let sides = reader.u32_le()?;
    Ok((sides & 0x3fff, sides >> 16 & 0x3fff))
}

fn write(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(kind);
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}
