//! The two things that matter in EXIF: which way is up, which stays, and whether it says where, which does not.
//!
//! EXIF is a TIFF file without pixels: a header with the order of bytes, then directories of entries of twelve bytes
//! each (TIFF 6.0 §2; Exif 2.32 §4.6).

/// The tag that says which way is up, from 1 to 8.
const ORIENTATION: u16 = 0x0112;
/// The tag that leads to the directory of places.
const GPS: u16 = 0x8825;
/// A value of two bytes, and one of four.
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// What EXIF and XMP tell, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Story {
    /// Which way is up, where it is not what the pixels say: from 2 to 8.
    pub(super) orientation: Option<u8>,
    /// Whether it says where it was taken.
    pub(super) location: bool,
}

impl Story {
    /// Adds what another part of the file tells; the first word on the orientation counts.
    pub(super) fn hear(&mut self, other: Story) {
        self.orientation = self.orientation.or(other.orientation);
        self.location |= other.location;
    }
}

/// Tells whether an orientation exchanges width and height.
pub(super) fn is_on_its_side(orientation: u8) -> bool {
    (5..=8).contains(&orientation)
}

/// Returns the size as it is shown.
pub(super) fn as_shown((width, height): (u32, u32), orientation: Option<u8>) -> (u32, u32) {
    if orientation.is_some_and(is_on_its_side) { (height, width) } else { (width, height) }
}

/// Reads EXIF; what cannot be read tells nothing.
pub(super) fn read(tiff: &[u8]) -> Story {
    directory(tiff).unwrap_or_default()
}

fn directory(tiff: &[u8]) -> Option<Story> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| -> Option<u32> {
        let bytes = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    let start = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(start)?);
    let mut story = Story::default();
    for entry in 0..entries {
        let at = start.checked_add(2 + 12 * entry)?;
        let Some(tag) = short(at) else { break };
        match tag {
            ORIENTATION => {
                let value = match short(at + 2)? {
                    SHORT => u32::from(short(at + 8)?),
                    LONG => long(at + 8)?,
                    _ => continue,
                };
                let turned = u8::try_from(value).ok().filter(|value| (2..=8).contains(value));
                story.orientation = story.orientation.or(turned);
            }
            GPS => story.location = true,
            _ => {}
        }
    }
    Some(story)
}

/// Reads XMP, of which only whether it says where matters.
pub(super) fn read_xmp(xmp: &[u8]) -> Story {
    let location = [b"GPSLatitude".as_slice(), b"GPSLongitude"]
        .iter()
        .any(|name| xmp.windows(name.len()).any(|window| window == *name));
    Story { orientation: None, location }
}

/// Returns EXIF that says which way is up, and nothing else.
pub(super) fn only(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend(ORIENTATION.to_be_bytes());
    tiff.extend(SHORT.to_be_bytes());
    tiff.extend([0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0; 4]);
    tiff
}
