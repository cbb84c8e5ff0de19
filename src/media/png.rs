//! PNG and APNG: chunks with a name, a length and a sum each (PNG, third edition, §5 and §11).

use super::exif::{self, Story};
use super::reader::Reader;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// What stays: pixels and frames, and what is needed to show them in the right colours and form.
const KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD", b"sBIT", b"hIST", b"pHYs", b"acTL", b"fcTL",
    b"fdAT", b"iCCP", b"cICP", b"sRGB", b"gAMA", b"cHRM", b"mDCV", b"cLLI",
];

/// A chunk.
struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    sum: [u8; 4],
}

fn next<'a>(reader: &mut Reader<'a>) -> Result<Chunk<'a>, &'static str> {
    let data_bytes = reader.u32_be()?;
    if data_bytes > i32::MAX as u32 {
        return Err("a chunk is longer than any may be");
    }
    let kind = reader.array()?;
    let data = reader.take_long(u64::from(data_bytes))?;
    Ok(Chunk { kind, data, sum: reader.array()? })
}

fn begin(bytes: &[u8]) -> Result<Reader<'_>, &'static str> {
    let mut reader = Reader::new(bytes);
    if reader.array()? == SIGNATURE { Ok(reader) } else { Err("it does not begin like one") }
}

fn story(chunk: &Chunk<'_>) -> Story {
    match &chunk.kind {
        b"eXIf" => exif::read(chunk.data),
        b"iTXt" => exif::read_xmp(chunk.data),
        _ => Story::default(),
    }
}

/// Reads what the file tells.
pub(super) fn told(bytes: &[u8]) -> Story {
    let mut story = Story::default();
    if let Ok(mut reader) = begin(bytes) {
        while let Ok(chunk) = next(&mut reader) {
            story.hear(self::story(&chunk));
        }
    }
    story
}

pub(super) fn clean(bytes: &[u8]) -> Result<(Vec<u8>, (u32, u32)), &'static str> {
    let mut reader = begin(bytes)?;
    let header = next(&mut reader.clone())?;
    if &header.kind != b"IHDR" || header.data.len() != 13 {
        return Err("it has no header");
    }
    let mut numbers = Reader::new(header.data);
    let size = (numbers.u32_be()?, numbers.u32_be()?);
    // The orientation stands before the pixels, wherever it stood.
    let orientation = told(bytes).orientation;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(SIGNATURE);
    let mut has_pixels = false;
    loop {
        let chunk = next(&mut reader)?;
        if !has_pixels && &chunk.kind == b"IDAT" {
            has_pixels = true;
            if let Some(orientation) = orientation {
                write(&mut out, b"eXIf", &exif::only(orientation), None);
            }
        }
        if KEPT.contains(&&chunk.kind) {
            write(&mut out, &chunk.kind, chunk.data, Some(chunk.sum));
        }
        if &chunk.kind == b"IEND" {
            break;
        }
    }
    if !has_pixels || size.0 == 0 || size.1 == 0 {
        return Err("it shows nothing");
    }
    Ok((out, exif::as_shown(size, orientation)))
}

fn write(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8], sum: Option<[u8; 4]>) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(kind);
    out.extend(data);
    out.extend(sum.unwrap_or_else(|| sum_of(&[kind, data].concat()).to_be_bytes()));
}

/// Returns the sum of a chunk's name and data (CRC-32, PNG annex D).
fn sum_of(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            },
        )
    })
}
