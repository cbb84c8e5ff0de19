use proptest::prelude::*;

use super::*;

/// Pictures and films with everything in them that must not leave, each such word beginning with `SECRET`; and
/// some with nothing of the kind. With each its size as it is shown.
const FIXTURES: &[(&str, &[u8], (u32, u32))] = &[
    ("camera.jpg", include_bytes!("../../tests/fixtures/media/camera.jpg"), (16, 24)),
    ("progressive.jpg", include_bytes!("../../tests/fixtures/media/progressive.jpg"), (40, 30)),
    ("cmyk.jpg", include_bytes!("../../tests/fixtures/media/cmyk.jpg"), (24, 16)),
    ("camera.png", include_bytes!("../../tests/fixtures/media/camera.png"), (16, 24)),
    ("palette.png", include_bytes!("../../tests/fixtures/media/palette.png"), (24, 16)),
    ("animated.png", include_bytes!("../../tests/fixtures/media/animated.png"), (24, 16)),
    ("camera.webp", include_bytes!("../../tests/fixtures/media/camera.webp"), (16, 24)),
    ("plain.webp", include_bytes!("../../tests/fixtures/media/plain.webp"), (24, 16)),
    ("animated.webp", include_bytes!("../../tests/fixtures/media/animated.webp"), (24, 16)),
    ("animated.gif", include_bytes!("../../tests/fixtures/media/animated.gif"), (24, 16)),
    ("camera.avif", include_bytes!("../../tests/fixtures/media/camera.avif"), (64, 48)),
    ("camera.heic", include_bytes!("../../tests/fixtures/media/camera.heic"), (64, 48)),
    ("camera.mp4", include_bytes!("../../tests/fixtures/media/camera.mp4"), (32, 24)),
    ("camera.mov", include_bytes!("../../tests/fixtures/media/camera.mov"), (32, 24)),
];

fn fixture(name: &str) -> &'static [u8] {
    FIXTURES.iter().find(|(own, ..)| *own == name).unwrap().1
}

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[test]
fn nothing_that_a_picture_tells_leaves() {
    for (name, bytes, size) in FIXTURES {
        let cleaned = clean(bytes).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(cleaned.size_px, Some(*size), "{name}");
        for word in ["SECRET", "GPS", "38.69", "ISO6709", "2026", "Exiftool", "\u{a9}xyz"] {
            assert!(!has(&cleaned.bytes, word.as_bytes()), "{name} still says {word}");
        }
        assert!(!told(&cleaned.bytes).location, "{name}");
        assert_eq!(told(bytes).location, name.starts_with("camera"), "{name}");
        assert_eq!(clean(&cleaned.bytes).as_ref(), Ok(&cleaned), "{name}: twice is as once");
        verify_name(name, cleaned.mime).unwrap();
    }
    assert!(FIXTURES.iter().any(|(_, bytes, _)| has(bytes, b"SECRETTRAIL")));
}

#[test]
fn orientation_and_colours_stay() {
    for name in ["camera.jpg", "camera.png", "camera.webp"] {
        let before = told(fixture(name));
        let cleaned = clean(fixture(name)).unwrap().bytes;
        assert!(before.on_its_side && told(&cleaned).on_its_side, "{name}");
    }
    for (name, words) in [
        ("camera.jpg", b"ICC_PROFILE\0".as_slice()),
        ("camera.jpg", b"JFIF\0"),
        ("cmyk.jpg", b"Adobe"),
        ("camera.png", b"iCCP"),
        ("camera.png", b"pHYs"),
        ("camera.png", b"gAMA"),
        ("palette.png", b"tRNS"),
        ("animated.png", b"acTL"),
        ("camera.webp", b"ICCP"),
        ("animated.webp", b"ANIM"),
        ("animated.gif", b"NETSCAPE2.0"),
        ("camera.avif", b"colr"),
    ] {
        assert!(has(fixture(name), words), "{name} had {words:?}");
        assert!(has(&clean(fixture(name)).unwrap().bytes, words), "{name} has {words:?}");
    }
}

#[test]
fn what_is_emptied_in_its_place_moves_nothing() {
    for name in ["camera.avif", "camera.heic", "camera.mp4", "camera.mov"] {
        assert_eq!(clean(fixture(name)).unwrap().bytes.len(), fixture(name).len(), "{name}");
    }
}

#[test]
fn a_file_that_is_cut_off_is_not_whole() {
    for (name, bytes, _) in FIXTURES {
        let whole = clean(bytes).unwrap().bytes;
        for end in 0..whole.len() {
            // Without what was emptied at its very end, a film is whole.
            let was_emptied = whole.get(end + 4..end + 8) == Some(b"free");
            assert!(was_emptied || clean(&whole[..end]).is_err(), "{name} of {end} of {} bytes", whole.len());
        }
    }
}

#[test]
fn a_length_that_reaches_beyond_the_file_is_a_fault_and_takes_no_memory() {
    let mut png = fixture("camera.png").to_vec();
    png[33..37].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    let mut webp = fixture("camera.webp").to_vec();
    webp[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut jpeg = fixture("camera.jpg").to_vec();
    jpeg[4..6].copy_from_slice(&[0, 1]);
    let mut film = fixture("camera.mp4").to_vec();
    film[0..4].copy_from_slice(&u32::MAX.to_be_bytes());
    for bytes in [png, webp, jpeg, film] {
        assert!(matches!(clean(&bytes), Err(MediaError::Broken { .. })));
    }
}

#[test]
fn a_name_is_held_to_the_bytes() {
    for (name, mime, fits) in [
        ("media/a.jpg", "image/jpeg", true),
        ("media/a.JPEG", "image/jpeg", true),
        ("media/a.jpg", "image/png", false),
        ("media/a.png", "image/gif", false),
        ("media/a.mp4", "video/quicktime", false),
        ("media/a.m4v", "video/x-m4v", true),
        ("media/a.jpg", "application/zip", false),
        ("media/a", "image/png", true),
        ("media.jpg/a", "image/png", true),
        ("media/a.tar", "image/png", true),
    ] {
        assert_eq!(verify_name(name, mime).is_ok(), fits, "{name} {mime}");
    }
    let fault = verify_name("a.jpg", "image/png").unwrap_err();
    assert_eq!(fault.to_string(), "its name says JPEG, and it is PNG");
}

#[test]
fn what_cannot_be_cleaned_is_not_passed_on() {
    assert_eq!(clean(b"words"), Err(MediaError::Unknown));
    assert_eq!(clean(b""), Err(MediaError::Unknown));
    assert_eq!(clean(b"II*\0\x08\0\0\0\0\0\0\0\0\0"), Err(MediaError::Uncleanable("TIFF")));
}

#[test]
fn a_number_of_bytes_is_said_as_people_say_it() {
    for (bytes, said) in
        [(999, "999 bytes"), (1_000, "1.0 kB"), (10_000_001, "10.1 MB"), (1_000_000_000, "1.0 GB")]
    {
        assert_eq!(show_bytes(bytes), said);
    }
}

/// A list of items that says of its EXIF that it lies in the list itself.
#[test]
fn what_lies_in_the_list_of_items_is_no_exif() {
    let sound = fixture("camera.avif");
    let mut refused = 0;
    for at in 0..sound.len() {
        let mut bytes = sound.to_vec();
        bytes[at] = 0;
        match clean(&bytes) {
            Ok(cleaned) => assert_eq!(clean(&cleaned.bytes), Ok(cleaned), "byte {at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 600 } else { 6_000 }))]

    /// Whatever a stranger's bytes are, there is an answer, and it is clean.
    #[test]
    fn broken_bytes_give_an_answer(
        which in 0..FIXTURES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        doubled in any::<bool>(),
    ) {
        let mut bytes = FIXTURES[which].1.to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let end = cut.index(bytes.len() + 1);
        if doubled {
            bytes.extend_from_within(end..);
        } else if end * 3 > bytes.len() {
            bytes.truncate(end);
        }
        told(&bytes);
        if let Ok(cleaned) = clean(&bytes) {
            prop_assert!(cleaned.bytes.len() <= bytes.len() + 64);
            prop_assert_eq!(clean(&cleaned.bytes), Ok(cleaned));
        }
    }

    #[test]
    fn noise_gives_an_answer(begins in prop::sample::select(vec![&b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"GIF89a", b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypisom", b"\0\0\0\x18ftypavif"]), noise in prop::collection::vec(any::<u8>(), 0..300)) {
        let bytes = [begins, &noise[..]].concat();
        told(&bytes);
        let _ = clean(&bytes);
    }
}
