//! Record keys: moments, as repositories sort their records by (atproto.com/specs/tid).

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::draft::Slot;

/// The letters of a key, in the order that they sort in.
const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// How many letters a key has: 65 bits, of which the first is never set.
const LENGTH: u32 = 13;

/// Returns the key of a slot that is first sent at a moment: 53 bits of microseconds since 1970, and ten bits that tell
/// two slots of one moment apart.
pub fn tid(at: DateTime<Utc>, slot: &Slot) -> String {
    let micros = u64::try_from(at.timestamp_micros()).unwrap_or(0) & ((1 << 53) - 1);
    let sum = Sha256::digest(slot.to_string().as_bytes());
    let low = u64::from(u16::from_be_bytes([sum[0], sum[1]]) >> 6);
    let number = (micros << 10) | low;
    let letter = |place: u32| {
        let index = (number >> (5 * (LENGTH - 1 - place))) & 31;
        LETTERS.get(usize::try_from(index).unwrap_or(0)).map_or('2', |letter| char::from(*letter))
    };
    (0..LENGTH).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(text: &str) -> Slot {
        text.parse().unwrap()
    }

    #[test]
    fn a_key_is_a_moment_that_sorts_as_moments_do() {
        let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
        let key = tid(at(1_800_000_000_000_000), &slot("open-day/once/bluesky"));
        assert_eq!(key.len(), 13);
        assert!(key.starts_with(|c: char| "234567abcdefghij".contains(c)), "{key}");
        assert_eq!(key, tid(at(1_800_000_000_000_000), &slot("open-day/once/bluesky")));
        assert_ne!(key, tid(at(1_800_000_000_000_000), &slot("open-day/once/bluesky/2")));
        assert!(key < tid(at(1_800_000_000_000_001), &slot("open-day/once/bluesky")));
        // The moment of a key that Bluesky's own server made, in a commit of 2026-11-22 (recordings/idempotency.json).
        let number = "3n2uhjbeaxs2t".bytes().fold(0_u64, |number, letter| {
            (number << 5) | LETTERS.iter().position(|one| *one == letter).unwrap() as u64
        });
        let made = at(i64::try_from(number >> 10).unwrap());
        assert_eq!(made.date_naive().to_string(), "2026-11-22");
        assert_eq!(tid(made, &slot("a/once/b"))[..11], "3n2uhjbeaxs"[..]);
    }
}
