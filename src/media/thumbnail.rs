//! Pictures made small, to be looked at in a page.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::{Cleaned, clean};

/// A picture that is lighter is shown as it is.
const AS_IS_BYTES_MAX: usize = 96 * 1024;
/// The longest side of one that is made smaller: twice what a card of a page shows.
const SIDE_PX_MAX: u32 = 1000;
/// How well it is kept: of 100.
const QUALITY: u8 = 78;
/// The widest and the highest picture that is decoded.
const DECODED_PX_MAX: u32 = 20_000;
/// The most memory that decoding may take.
const DECODED_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Returns a picture's bytes as a page shows them: cleaned as [`clean`] does, and made smaller where they are heavy.
/// Absent for a film, for what no browser shows, and for what is damaged. The same bytes give the same picture.
pub fn thumbnail(bytes: &[u8]) -> Option<Cleaned> {
    let cleaned = clean(bytes).ok().filter(|cleaned| cleaned.size_px.is_some())?;
    let shown = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"];
    if shown.contains(&cleaned.mime) && cleaned.bytes.len() <= AS_IS_BYTES_MAX {
        return Some(cleaned);
    }
    // A picture is a stranger's bytes: a decoder that falls over them has shown nothing.
    catch_unwind(AssertUnwindSafe(|| shrink(&cleaned.bytes))).ok().flatten()
}

/// Decodes a picture, turns it upright, and writes it anew.
fn shrink(bytes: &[u8]) -> Option<Cleaned> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(DECODED_PX_MAX);
    limits.max_image_height = Some(DECODED_PX_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    if picture.width().max(picture.height()) > SIDE_PX_MAX {
        picture = picture.resize(SIDE_PX_MAX, SIDE_PX_MAX, FilterType::CatmullRom);
    }
    let is_clear = picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255);
    let size_px = Some((picture.width(), picture.height()));
    let mut bytes = Vec::new();
    let mime = if is_clear {
        picture.to_rgba8().write_with_encoder(PngEncoder::new(&mut bytes)).ok()?;
        "image/png"
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).ok()?;
        "image/jpeg"
    };
    Some(Cleaned { bytes, mime, size_px })
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;

    /// A picture that no format can make small: every pixel is another.
    fn noise(width: u32, height: u32, alpha: u8) -> Vec<u8> {
        let mut state = 1_u32;
        let picture = RgbaImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = state.to_be_bytes();
            Rgba([a, b, c, alpha])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_light_picture_is_as_it_is() {
        let bytes = noise(20, 10, 255);
        let shown = thumbnail(&bytes).unwrap();
        assert_eq!((shown.mime, shown.size_px), ("image/png", Some((20, 10))));
        assert_eq!(shown.bytes, clean(&bytes).unwrap().bytes);
    }

    #[test]
    fn a_heavy_picture_is_made_small_and_its_shape_stays() {
        let bytes = noise(2000, 500, 255);
        let shown = thumbnail(&bytes).unwrap();
        assert_eq!((shown.mime, shown.size_px), ("image/jpeg", Some((1000, 250))));
        assert!(shown.bytes.len() < bytes.len() / 10, "{}", shown.bytes.len());
        assert_eq!(thumbnail(&bytes), Some(shown), "the same bytes give the same picture");
    }

    #[test]
    fn what_can_be_seen_through_stays_so() {
        let shown = thumbnail(&noise(1200, 40, 128)).unwrap();
        assert_eq!((shown.mime, shown.size_px), ("image/png", Some((1000, 33))));
    }

    #[test]
    fn what_is_damaged_or_no_picture_is_not_shown() {
        assert_eq!(thumbnail(b"<svg onload='x'/>"), None);
        assert_eq!(thumbnail(b""), None);
        let mut bytes = noise(400, 400, 255);
        let middle = bytes.len() / 2;
        bytes[middle..].fill(0);
        assert_eq!(thumbnail(&bytes), None);
    }
}
