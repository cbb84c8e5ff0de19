//! JPEG: segments with a marker each, and scans (ITU-T T.81 annex B; JFIF 1.02; Exif 2.32 §4.7).

use super::exif::{self, Story};
use super::reader::{CUT_OFF, Reader};

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const LINES: u8 = 0xdc;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/";

/// A piece of the file.
enum Piece<'a> {
    /// A marker and what it says.
    Segment(u8, &'a [u8]),
    /// Pixels.
    Scan(&'a [u8]),
    /// The end of the picture.
    End,
}

/// The pieces of a file, up to its end.
struct Pieces<'a> {
    reader: Reader<'a>,
    in_scan: bool,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8]) -> Result<Pieces<'a>, &'static str> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != [0xff, START] {
            return Err("it does not begin like one");
        }
        Ok(Pieces { reader, in_scan: false })
    }

    fn next(&mut self) -> Result<Piece<'a>, &'static str> {
        if self.in_scan {
            self.in_scan = false;
            let many = scan_bytes(self.reader.rest()).ok_or(CUT_OFF)?;
            return self.reader.take(many).map(Piece::Scan);
        }
        loop {
            // Decoders pass over stray bytes between segments, and so does this.
            while self.reader.u8()? != 0xff {}
            let marker = loop {
                let byte = self.reader.u8()?;
                if byte != 0xff {
                    break byte;
                }
            };
            match marker {
                END => return Ok(Piece::End),
                // Nothing, a temporary marker, restarts outside of a scan, and a second beginning say nothing.
                0 | 0x01 | 0xd0..=START => {}
                _ => {
                    let body_bytes = self.reader.u16_be()?.checked_sub(2).ok_or("a segment has no length")?;
                    let body = self.reader.take(usize::from(body_bytes))?;
                    self.in_scan = marker == SCAN;
                    return Ok(Piece::Segment(marker, body));
                }
            }
        }
    }
}

/// Returns how many bytes come before the next marker that is none of a scan's own.
fn scan_bytes(rest: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + rest.get(from..)?.iter().position(|byte| *byte == 0xff)?;
        match rest.get(at + 1)? {
            0 | 0xd0..=0xd7 => from = at + 2,
            0xff => from = at + 1,
            _ => return Some(at),
        }
    }
}

/// Reads what a segment tells.
fn story(marker: u8, body: &[u8]) -> Story {
    match (marker, body) {
        (APP1, body) if body.starts_with(EXIF) => exif::read(body.get(EXIF.len()..).unwrap_or_default()),
        (APP1, body) if body.starts_with(XMP) => exif::read_xmp(body),
        _ => Story::default(),
    }
}

/// Reads what the file tells before its first scan.
pub(super) fn told(bytes: &[u8]) -> Story {
    let mut story = Story::default();
    if let Ok(mut pieces) = Pieces::new(bytes) {
        while let Ok(Piece::Segment(marker, body)) = pieces.next() {
            story.hear(self::story(marker, body));
        }
    }
    story
}

/// Returns what of a segment stays, if anything does.
fn kept(marker: u8, body: &[u8]) -> Option<Vec<u8>> {
    match marker {
        // Version and density; the thumbnail's size and pixels would follow.
        APP0 if body.starts_with(b"JFIF\0") => Some([body.get(..12)?, &[0, 0]].concat()),
        APP2 if body.starts_with(b"ICC_PROFILE\0") => Some(body.to_vec()),
        APP14 if body.starts_with(b"Adobe") => Some(body.get(..12)?.to_vec()),
        // Frames, tables, scans, lines and restarts.
        0xc0..=0xcf | SCAN..=0xdf => Some(body.to_vec()),
        _ => None,
    }
}

fn is_frame(marker: u8) -> bool {
    (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker)
}

pub(super) fn clean(bytes: &[u8]) -> Result<(Vec<u8>, (u32, u32)), &'static str> {
    let mut pieces = Pieces::new(bytes)?;
    let mut story = Story::default();
    let (mut first, mut rest): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::with_capacity(bytes.len()));
    let (mut size, mut lines, mut has_scan) = (None, None, false);
    loop {
        match pieces.next()? {
            Piece::End => break,
            Piece::Scan(scan) => {
                has_scan = true;
                rest.extend(scan);
            }
            Piece::Segment(marker, body) => {
                story.hear(self::story(marker, body));
                if is_frame(marker) && size.is_none() {
                    let mut reader = Reader::new(body.get(1..).unwrap_or_default());
                    let height = u32::from(reader.u16_be()?);
                    size = Some((u32::from(reader.u16_be()?), height));
                } else if marker == LINES {
                    lines = Some(u32::from(Reader::new(body).u16_be()?));
                }
                if let Some(body) = kept(marker, body) {
                    // JFIF wants to be first, before the orientation.
                    segment(
                        if marker == APP0 && rest.is_empty() { &mut first } else { &mut rest },
                        marker,
                        &body,
                    );
                }
            }
        }
    }
    let (width, height) = size.ok_or("it has no frame")?;
    let height = if height == 0 { lines.unwrap_or_default() } else { height };
    if !has_scan || width == 0 || height == 0 {
        return Err("it shows nothing");
    }
    let mut out = vec![0xff, START];
    out.append(&mut first);
    if let Some(orientation) = story.orientation {
        segment(&mut out, APP1, &[EXIF, &exif::only(orientation)].concat());
    }
    out.append(&mut rest);
    out.extend([0xff, END]);
    Ok((out, exif::as_shown((width, height), story.orientation)))
}

/// Writes a segment. Its body was one, or is a shorter one's, so that its length fits.
fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    let body_bytes = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xff, marker]);
    out.extend(body_bytes.to_be_bytes());
    out.extend(body);
}
