//! Public keys, told from what only looks like one.

/// The letters of Bech32.
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Tells whether a text is an age recipient: Bech32 with the prefix `age` or a plugin's, and a checksum that is right.
pub fn is_recipient(text: &str) -> bool {
    let Some((prefix, data)) = text.rsplit_once('1') else { return false };
    let known = prefix == "age" && data.len() == 58 || prefix.starts_with("age1") && data.len() > 6;
    let values: Option<Vec<u8>> =
        data.chars().map(|c| BECH32.find(c).and_then(|at| u8::try_from(at).ok())).collect();
    known && values.is_some_and(|values| checksum(prefix, &values) == 1)
}

/// Computes Bech32's checksum (BIP 173), which is 1 for a text without a slip.
fn checksum(prefix: &str, values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.bytes().map(|b| b >> 5);
    let low = prefix.bytes().map(|b| b & 31);
    high.chain([0]).chain(low).chain(values.iter().copied()).fold(1, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
        GENERATOR
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(shifted, |sum, (_, g)| sum ^ g)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_with_a_slip_is_none() {
        // From age's own manual.
        let right = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        assert!(is_recipient(right));
        assert!(!is_recipient(&right.replace("aqmcac8p", "aqmcac8q")));
        for wrong in ["", "age1", "1", "age1é", "AGE-SECRET-KEY-1QQ", "ssh-ed25519 AAAA"] {
            assert!(!is_recipient(wrong), "{wrong}");
        }
    }
}
