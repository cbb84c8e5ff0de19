//! GIF: a screen, then blocks (GIF89a §§18–26).

use super::reader::Reader;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

/// The kinds of extensions.
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// The applications whose extensions stay: how often it is played, and its colours.
const KEPT: &[&[u8; 11]] = &[b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

pub(super) fn clean(bytes: &[u8]) -> Result<(Vec<u8>, (u32, u32)), &'static str> {
    let mut reader = Reader::new(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(reader.take(6)?);
    let screen: [u8; 7] = reader.array()?;
    let [a, b, c, d, flags, ..] = screen;
    out.extend(screen);
    out.extend(reader.take(colours(flags))?);
    // How the next picture is shown; it goes with the picture, or goes.
    let mut control: &[u8] = &[];
    let mut has_pixels = false;
    loop {
        let whole = reader.rest();
        match reader.u8()? {
            TRAILER => break,
            IMAGE => {
                let place: [u8; 9] = reader.array()?;
                reader.take(colours(place[8]))?;
                reader.u8()?;
                blocks(&mut reader)?;
                out.extend(std::mem::take(&mut control));
                out.extend(between(whole, reader.rest()));
                has_pixels = true;
            }
            EXTENSION => {
                let kind = reader.u8()?;
                let first = reader.rest().get(1..12);
                blocks(&mut reader)?;
                let block = between(whole, reader.rest());
                match kind {
                    CONTROL => control = block,
                    APPLICATION if KEPT.iter().any(|name| first == Some(&name[..])) => out.extend(block),
                    APPLICATION => {}
                    // Words over the picture, which no viewer shows, use the control up; a comment does not.
                    0x01 => control = &[],
                    _ => {}
                }
            }
            _ => return Err("a block is of no kind that there is"),
        }
    }
    let size = (u32::from(u16::from_le_bytes([a, b])), u32::from(u16::from_le_bytes([c, d])));
    if !has_pixels || size.0 == 0 || size.1 == 0 {
        return Err("it shows nothing");
    }
    out.push(TRAILER);
    Ok((out, size))
}

/// Returns the bytes of a table of colours, by the flags before it.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Passes over blocks with a length each, to the empty one that ends them.
fn blocks(reader: &mut Reader<'_>) -> Result<(), &'static str> {
    loop {
        match reader.u8()? {
            0 => return Ok(()),
            many => reader.take(usize::from(many))?,
        };
    }
}

/// Returns what lies between two places, of which the second is later.
fn between<'a>(from: &'a [u8], to: &[u8]) -> &'a [u8] {
    from.get(..from.len().saturating_sub(to.len())).unwrap_or_default()
}
