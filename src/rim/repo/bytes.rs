//! What bytes of a text file are: text, or text in an encoding that is not read.

use crate::finding::Content;
use crate::rim::repo::TOML_LIMIT_BYTES;

/// Takes a file's bytes as text; a byte order mark of UTF-8 is taken off.
pub fn text(bytes: &[u8]) -> Content {
    if bytes.len() > TOML_LIMIT_BYTES {
        return too_large(bytes.len() as u64);
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(body) {
        // UTF-16 of plain ASCII is valid UTF-8 full of zeros.
        Ok(text) if !text.contains('\0') => Content::Text(text.to_owned()),
        Ok(text) => Content::NotUtf8 { at: text.find('\0').unwrap_or_default(), looks_like: guess(bytes) },
        Err(fault) => Content::NotUtf8 { at: fault.valid_up_to(), looks_like: guess(bytes) },
    }
}

/// Says that a text file is over the limit.
pub fn too_large(size_bytes: u64) -> Content {
    Content::TooLarge { size_bytes, limit_bytes: TOML_LIMIT_BYTES as u64 }
}

fn guess(bytes: &[u8]) -> &'static str {
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let half = bytes.len() / 2;
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        "UTF-32"
    } else if bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || zeros(0) * 4 > half * 3
        || zeros(1) * 4 > half * 3
    {
        "UTF-16"
    } else if bytes.contains(&0) {
        "binary data"
    } else {
        "Windows-1252"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        assert_eq!(text(b"\xef\xbb\xbfname = \"x\""), Content::Text("name = \"x\"".to_owned()));
    }

    #[test]
    fn other_encodings_are_named_with_the_first_byte_that_is_wrong() {
        let utf16: Vec<u8> = "name = \"x\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16), Content::NotUtf8 { at: 1, looks_like: "UTF-16" });
        let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
        assert_eq!(text(&marked), Content::NotUtf8 { at: 0, looks_like: "UTF-16" });
        assert_eq!(text(b"caf\xe9 = 1"), Content::NotUtf8 { at: 3, looks_like: "Windows-1252" });
        assert_eq!(text(b"\x89PNG\0\0\xff"), Content::NotUtf8 { at: 0, looks_like: "binary data" });
    }

    #[test]
    fn the_limit_is_for_the_whole_file() {
        assert!(matches!(text(&vec![b'#'; TOML_LIMIT_BYTES]), Content::Text(_)));
        assert_eq!(text(&vec![b'#'; TOML_LIMIT_BYTES + 1]), too_large(TOML_LIMIT_BYTES as u64 + 1));
    }
}
