//! Chance: the only place where random numbers come from.

use std::io;

/// RFC 4648's base32 in lower case: no letter is mistaken for a digit.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Draws a name that nobody else has: 26 letters and digits, 130 bits from the system's generator.
pub fn nonce() -> io::Result<String> {
    let mut bytes = [0_u8; 26];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes
        .iter()
        .map(|byte| LETTERS.get(usize::from(byte % 32)).copied().map_or('a', char::from))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_26_letters_and_never_the_same() {
        let drawn: std::collections::BTreeSet<String> = (0..1000).map(|_| nonce().unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        assert!(drawn.iter().all(|nonce| nonce.len() == 26 && nonce.bytes().all(|b| LETTERS.contains(&b))));
    }
}
