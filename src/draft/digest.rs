//! Digests and fingerprints: by which what is sent is known again.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 over the canonical form of what is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// Returns the digest of bytes as they are.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(format!("sha256:{}", hex(&Sha256::digest(bytes))))
    }

    /// Reads `sha256:` and 64 hexadecimal digits.
    pub fn parse(s: &str) -> Option<Digest> {
        let digits = s.strip_prefix("sha256:")?;
        (digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Digest(s.to_owned()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stays of a text when case, spacing and punctuation are taken off: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Returns the fingerprint of a whole text, as [`Draft::composed`] gives it; one without any words has none.
    pub fn of(text: &str) -> Option<Fingerprint> {
        let words: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        (!words.is_empty()).then(|| {
            let sum = Sha256::digest(words.as_bytes());
            Fingerprint(hex(&sum)[..32].to_owned())
        })
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(s: &str) -> Option<Fingerprint> {
        (s.len() == 32 && s.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Fingerprint(s.to_owned()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A canonical form: named fields, each with its length before it, so that no two contents look alike.
pub struct Canonical(Sha256);

impl Canonical {
    /// Starts a form.
    pub fn new() -> Canonical {
        Canonical(Sha256::new_with_prefix(b"kalends 1\n"))
    }

    /// Adds a field.
    pub fn field(&mut self, name: &str, value: &str) {
        self.0.update(format!("{name} {}\n", value.len()).as_bytes());
        self.0.update(value.as_bytes());
        self.0.update(b"\n");
    }

    /// Adds a field if there is one; an absent field differs from an empty one.
    pub fn option(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// Ends the form.
    pub fn digest(self) -> Digest {
        Digest(format!("sha256:{}", hex(&self.0.finalize())))
    }
}

impl Default for Canonical {
    fn default() -> Canonical {
        Canonical::new()
    }
}

/// Returns bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        for nibble in [byte >> 4, byte & 15] {
            digits.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        digits
    })
}
