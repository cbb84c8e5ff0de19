//! Pictures and films as they leave: with all that they show, without what they tell.
//!
//! A camera writes into a picture where it was taken, when, by whom and with what. None of that is part of the post,
//! so it does not leave this machine. [`clean`] keeps a list of what is needed to show the same pixels in the same
//! colours, the same way up and just as lively; what is not on the list is gone: EXIF, XMP, IPTC, maker notes,
//! comments, texts, times, embedded thumbnails, and whatever lies after the end. The pixels are not decoded.
//!
//! | Format | What stays |
//! |---|---|
//! | JPEG | tables, frames and scans; JFIF without its thumbnail; Adobe's marker; the ICC profile; the orientation |
//! | PNG, APNG | header, palette, pixels, frames, transparency, density; `iCCP`, `cICP`, `sRGB`, `gAMA`, `cHRM` and the light levels; the orientation |
//! | WebP | pixels, alpha, frames; the ICC profile; the orientation |
//! | GIF | pixels, frames, delays; the loop; the ICC profile |
//! | HEIF, AVIF | all in its place; the items of EXIF and XMP are emptied (rotation is a property there, not EXIF) |
//! | MP4, QuickTime | all in its place; user data, metadata and tracks of measurements (places, motion) are emptied |
//!
//! No other format is passed on: what cannot be cleaned is not sent.

mod boxes;
mod exif;
mod film;
mod gif;
mod heif;
mod jpeg;
mod png;
mod reader;
mod thumbnail;
mod webp;

use thiserror::Error;

pub use thumbnail::thumbnail;

/// A picture or film that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type, by its bytes.
    pub mime: &'static str,
    /// Width and height in pixels as they are shown, after the orientation. Absent where a film does not say.
    pub size_px: Option<(u32, u32)>,
}

/// Why a picture or film cannot leave.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MediaError {
    /// Its first bytes are those of no picture or film.
    #[error("it is neither a picture nor a film that is known")]
    Unknown,
    /// It is of a format that may tell more than it shows, and that is not understood well enough to take that out.
    #[error("what it tells beside its pixels cannot be taken out of {0}; save it as JPEG, PNG, WebP or MP4")]
    Uncleanable(&'static str),
    /// It is damaged.
    #[error("it is no whole {format} file: {why}")]
    Broken {
        /// The format's name.
        format: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// Its name says another format than its bytes.
    #[error("its name says {said}, and it is {is}")]
    Misnamed {
        /// The format that the name's ending stands for.
        said: &'static str,
        /// The format of the bytes.
        is: &'static str,
    },
}

/// What a file's bytes tell beside the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Whether width and height are exchanged when it is shown.
    pub on_its_side: bool,
    /// Whether it says where it was taken.
    pub location: bool,
}

/// The formats of media files: media type, name, and the endings of a file's name that stand for it.
const FORMATS: &[(&str, &str, &[&str])] = &[
    ("image/jpeg", "JPEG", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/png", "PNG", &["png", "apng"]),
    ("image/gif", "GIF", &["gif"]),
    ("image/webp", "WebP", &["webp"]),
    ("image/avif", "AVIF", &["avif"]),
    ("image/heif", "HEIF", &["heic", "heif", "hif"]),
    ("image/bmp", "BMP", &["bmp", "dib"]),
    ("image/tiff", "TIFF", &["tif", "tiff"]),
    ("video/mp4", "MP4", &["mp4", "m4v"]),
    ("video/x-m4v", "MP4", &["mp4", "m4v"]),
    ("video/quicktime", "QuickTime", &["mov", "qt"]),
    ("video/webm", "WebM", &["webm"]),
    ("video/x-matroska", "Matroska", &["mkv"]),
];

/// What cleans one format: the bytes that may leave, and the size where it is known.
type Cleaner = fn(&[u8]) -> Result<(Vec<u8>, Option<(u32, u32)>), &'static str>;

/// Returns what cleans a media type; nothing where nobody can.
fn cleaner(mime: &str) -> Option<Cleaner> {
    Some(match mime {
        "image/jpeg" => |bytes| jpeg::clean(bytes).map(some_size),
        "image/png" => |bytes| png::clean(bytes).map(some_size),
        "image/webp" => |bytes| webp::clean(bytes).map(some_size),
        "image/gif" => |bytes| gif::clean(bytes).map(some_size),
        "image/avif" | "image/heif" => heif::clean,
        "video/mp4" | "video/x-m4v" | "video/quicktime" => film::clean,
        _ => return None,
    })
}

/// Tells whether [`clean`] knows a media type.
pub fn can_clean(mime: &str) -> bool {
    cleaner(mime).is_some()
}

/// Takes out of a picture or film all that it tells beside what it shows.
///
/// The work is one walk over the bytes and never more memory than a second copy of them; nothing is decompressed.
pub fn clean(bytes: &[u8]) -> Result<Cleaned, MediaError> {
    let mime = mime(bytes).ok_or(MediaError::Unknown)?;
    let format = name(mime).unwrap_or("another format");
    let cleaned = cleaner(mime).ok_or(MediaError::Uncleanable(format))?(bytes);
    let (bytes, size_px) = cleaned.map_err(|why| MediaError::Broken { format, why })?;
    Ok(Cleaned { bytes, mime, size_px })
}

fn some_size((bytes, size): (Vec<u8>, (u32, u32))) -> (Vec<u8>, Option<(u32, u32)>) {
    (bytes, Some(size))
}

/// Returns a file's media type by its first bytes.
pub fn mime(bytes: &[u8]) -> Option<&'static str> {
    infer::get(bytes).map(|kind| kind.mime_type())
}

/// Looks at what a picture tells, as far as these bytes, which may be its beginning only, show it.
pub fn told(bytes: &[u8]) -> Told {
    let story = match mime(bytes) {
        Some("image/jpeg") => jpeg::told(bytes),
        Some("image/png") => png::told(bytes),
        Some("image/webp") => webp::told(bytes),
        Some("image/avif" | "image/heif") => heif::told(bytes),
        Some("video/mp4" | "video/x-m4v" | "video/quicktime") => film::told(bytes),
        _ => exif::Story::default(),
    };
    Told { on_its_side: story.orientation.is_some_and(exif::is_on_its_side), location: story.location }
}

/// Returns what people call a media type.
pub fn name(mime: &str) -> Option<&'static str> {
    FORMATS.iter().find(|(known, ..)| *known == mime).map(|(_, name, _)| *name)
}

/// Verifies that a file is of the format that its name's ending stands for; an ending that is not known says nothing.
pub fn verify_name(file: &str, mime: &str) -> Result<(), MediaError> {
    let Some((_, end)) = file.rsplit('/').next().and_then(|name| name.rsplit_once('.')) else {
        return Ok(());
    };
    let end = end.to_ascii_lowercase();
    let Some((_, said, _)) = FORMATS.iter().find(|(.., ends)| ends.contains(&end.as_str())) else {
        return Ok(());
    };
    let mut fitting = FORMATS.iter().filter(|(.., ends)| ends.contains(&end.as_str()));
    if fitting.any(|(known, ..)| *known == mime) {
        return Ok(());
    }
    Err(MediaError::Misnamed { said, is: name(mime).unwrap_or("something else") })
}

/// Returns a number of bytes as people say it, with one decimal, rounded up.
pub fn show_bytes(bytes: u64) -> String {
    let (unit, name) = match bytes {
        1_000_000_000.. => (1_000_000_000, "GB"),
        1_000_000.. => (1_000_000, "MB"),
        1_000.. => (1_000, "kB"),
        _ => return format!("{bytes} bytes"),
    };
    let tenths = bytes.saturating_mul(10).div_ceil(unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
