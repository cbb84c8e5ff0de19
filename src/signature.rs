//! Signatures that people make with their ssh keys, and what exactly is signed.
//!
//! A signature is one of OpenSSH (SSHSIG) in the namespace [`NAMESPACE`], over a short text that says what it is for:
//!
//! ```text
//! kalends approval 1
//! post 2027-01-18-open-day
//! person ines-valbom
//! digest sha256:0f…
//! at 2027-01-15T09:00:00Z
//! ```
//!
//! Each line ends in `\n`. The first has the kind and the version of the text, so that what was signed for one kind of
//! thing, one thing, one person or one version of it is good for nothing else. Without kalends it is verified by
//! `ssh-keygen -Y verify -f SIGNERS -I ines-valbom -n kalends -s SIGNATURE < TEXT`.

use std::fmt;

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, PublicKey, SshSig};

/// The namespace of every signature: what ssh calls the purpose that it was made for.
pub const NAMESPACE: &str = "kalends";

/// The kinds of keys whose signatures can be verified, as a sentence has them.
pub const KINDS: &str = "ssh-ed25519, ecdsa-sha2-nistp256 and their hardware forms, sk-…";

/// The most bytes that a signature has; a hardware key's are the longest, and have less than one in eight of it.
const LIMIT_BYTES: usize = 8 * 1024;

/// Returns the text that is signed: the kind, then each field on a line of its own.
///
/// A value is on one line whatever is in it: any white space in it becomes one blank, so that no value can look like
/// another field.
pub fn message(kind: &str, fields: &[(&str, &str)]) -> String {
    let mut text = format!("{NAMESPACE} {kind} 1\n");
    for (name, value) in fields {
        let words: Vec<&str> = value.split_whitespace().collect();
        text.push_str(&format!("{name} {}\n", words.join(" ")));
    }
    text
}

/// A public key of a kind that can be verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(KeyData);

/// Why a text is no key to verify with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFault {
    /// It is not a public key as ssh writes it.
    NotAKey,
    /// It is a key of a kind that cannot be verified with; the kind's name.
    Kind(String),
}

impl Key {
    /// Reads a public key as ssh writes it: the kind, the key, and a comment, which is left out.
    pub fn read(line: &str) -> Result<Key, KeyFault> {
        let mut words = line.split_whitespace();
        let (Some(kind), Some(base64)) = (words.next(), words.next()) else { return Err(KeyFault::NotAKey) };
        let parsed = PublicKey::from_openssh(&format!("{kind} {base64}"));
        match parsed {
            Ok(key) if is_supported(key.key_data()) => Ok(Key(key.key_data().clone())),
            Ok(key) => Err(KeyFault::Kind(key.algorithm().as_str().to_owned())),
            // A kind that is named rightly and cut off is no key either.
            Err(_) if is_other_kind(kind) => Err(KeyFault::Kind(kind.to_owned())),
            Err(_) => Err(KeyFault::NotAKey),
        }
    }

    /// Returns the fingerprint that ssh shows for the key.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.0)
    }
}

impl fmt::Display for Key {
    /// Writes the key as ssh does, without a comment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = PublicKey::new(self.0.clone(), "").to_openssh().map_err(|_| fmt::Error)?;
        f.write_str(line.trim_end())
    }
}

fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

fn is_supported(key: &KeyData) -> bool {
    match key {
        KeyData::Ed25519(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => true,
        KeyData::Ecdsa(key) => key.curve() == EcdsaCurve::NistP256,
        _ => false,
    }
}

/// Tells whether a word is the name of a kind of key that ssh has and that cannot be verified with.
fn is_other_kind(kind: &str) -> bool {
    let is_known = matches!(
        kind.parse::<Algorithm>(),
        Ok(Algorithm::Rsa { .. } | Algorithm::Dsa | Algorithm::Ecdsa { .. })
    );
    is_known && kind != "ecdsa-sha2-nistp256"
}

/// Why a signature is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not a signature of OpenSSH.
    Damaged,
    /// It was made for another purpose.
    Namespace {
        /// The purpose.
        found: String,
        /// The one that it must be made for.
        wanted: &'static str,
    },
    /// It was made with another key, whose fingerprint this is.
    OtherKey(String),
    /// It is not over this text.
    OtherText,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Damaged => f.write_str("it is not a signature of OpenSSH, or is damaged"),
            Fault::Namespace { found, wanted } => {
                write!(f, "it was made for the namespace `{}`, not for `{wanted}`", found.escape_debug())
            }
            Fault::OtherKey(key) => write!(f, "it was made with another key, {key}"),
            Fault::OtherText => f.write_str("it is broken, or was made for something else"),
        }
    }
}

/// Verifies an armored signature over a text.
pub fn verify(key: &Key, text: &str, armored: &str) -> Result<(), Fault> {
    verify_in(NAMESPACE, key, text.as_bytes(), armored)
}

/// Verifies an armored signature over a commit of git's: everything of it but the signature.
pub fn verify_commit(key: &Key, signed: &[u8], armored: &str) -> Result<(), Fault> {
    verify_in("git", key, signed, armored)
}

fn verify_in(namespace: &'static str, key: &Key, signed: &[u8], armored: &str) -> Result<(), Fault> {
    if armored.len() > LIMIT_BYTES {
        return Err(Fault::Damaged);
    }
    let armored = armored.trim().replace("\r\n", "\n") + "\n";
    let signature = SshSig::from_pem(&armored).map_err(|_| Fault::Damaged)?;
    // The parser lets lengths pass that OpenSSH refuses: what does not come out as it went in is not one.
    let written = signature.to_pem(LineEnding::LF).map_err(|_| Fault::Damaged)?;
    if !written.split_whitespace().eq(armored.split_whitespace()) {
        return Err(Fault::Damaged);
    }
    if signature.namespace() != namespace {
        let found = signature.namespace().chars().take(40).collect();
        return Err(Fault::Namespace { found, wanted: namespace });
    }
    if *signature.public_key() != key.0 {
        return Err(Fault::OtherKey(fingerprint(signature.public_key())));
    }
    let public = PublicKey::new(key.0.clone(), "");
    public.verify(namespace, signed, &signature).map_err(|_| Fault::OtherText)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by `ssh-keygen -Y sign` over the text of `text()`, with keys that are gone.
    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPx1SekV85J+AeYcfzuoOZRj5t/LY+DAi0l9ptJp5w3Y ana@museum";
    const GOOD: &str = "\
-----BEGIN SSH SIGNATURE-----\n\
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg/HVJ6RXzkn4B5hx/O6g5lGPm38\n\
tj4MCLSX2m0mnnDdgAAAAHa2FsZW5kcwAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQy\n\
NTUxOQAAAEATj/xWcIQ1qztGfUFza6ty1oVYrGbe1/Dj85U1qQ31lcugyITqAjer8odS8a\n\
6jRzDJS+lFUfxsfYpUGmZwA1kE\n\
-----END SSH SIGNATURE-----\n";
    const OTHER_SPACE: &str = "\
-----BEGIN SSH SIGNATURE-----\n\
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg/HVJ6RXzkn4B5hx/O6g5lGPm38\n\
tj4MCLSX2m0mnnDdgAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n\
AAAAQL2B4e5D+POXicYKkNSWbDkObJi7WS3RMeZTDGKM6/RhYF1bfBkXCTpE5WzQm2Byho\n\
V1ptpa+h+Npkn2r6o8cQQ=\n\
-----END SSH SIGNATURE-----\n";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHJ66Me+hXJqiGR31iQFGpOK0lxYOrXAZSs8I9U8OpFAx+1oVsk/T/fdJfDLPKAP+s0CO9Shl1idgJoPScGH08Q= e";
    const ECDSA_GOOD: &str = "\
-----BEGIN SSH SIGNATURE-----\n\
U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE\n\
EEcnrox76FcmqIZHfWJAUak4rSXFg6tcBlKzwj1Tw6kUDH7WhWyT9P990l8Ms8oA/6zQI7\n\
1KGXWJ2Amg9JwYfTxAAAAAdrYWxlbmRzAAAAAAAAAAZzaGE1MTIAAABkAAAAE2VjZHNhLX\n\
NoYTItbmlzdHAyNTYAAABJAAAAIEQm5dxHiwAXKlDjze2cmP6Ujn6oIuF+uCF76wnNOhZp\n\
AAAAIQCLJj8KAPNEH9mHef6PRB78m2JaUVF6+tk896aAtu8qAA==\n\
-----END SSH SIGNATURE-----\n";

    fn text() -> String {
        message("approval", &[("post", "open-day"), ("person", "ana")])
    }

    #[test]
    fn what_is_signed_is_lines_that_no_value_can_break() {
        assert_eq!(text(), "kalends approval 1\npost open-day\nperson ana\n");
        let sly = message("decision", &[("why", "no\nperson  eve\r\n")]);
        assert_eq!(sly, "kalends decision 1\nwhy no person eve\n");
    }

    #[test]
    fn a_signature_is_good_for_its_text_its_key_and_its_namespace_alone() {
        let key = Key::read(KEY).unwrap();
        assert_eq!(verify(&key, &text(), GOOD), Ok(()));
        assert_eq!(verify(&key, &text(), &format!("\r\n{}\r\n", GOOD.replace('\n', "\r\n"))), Ok(()));
        assert_eq!(
            verify(&key, "kalends approval 1\npost open-day\nperson eve\n", GOOD),
            Err(Fault::OtherText)
        );
        assert_eq!(
            verify(&key, &text(), OTHER_SPACE),
            Err(Fault::Namespace { found: "git".to_owned(), wanted: NAMESPACE })
        );
        let other = Key::read(ECDSA).unwrap();
        assert_eq!(verify(&other, &text(), ECDSA_GOOD), Ok(()));
        assert_eq!(verify(&key, &text(), ECDSA_GOOD), Err(Fault::OtherKey(other.fingerprint())));
    }

    #[test]
    fn a_signature_with_any_letter_changed_or_cut_is_not_good() {
        let key = Key::read(KEY).unwrap();
        for at in 0..GOOD.len() {
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'B' { b'C' } else { b'B' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(verify(&key, &text(), &changed).is_err(), "{at}: {changed}");
            if at + 1 < GOOD.trim_end().len() {
                assert_eq!(verify(&key, &text(), &GOOD[..at]), Err(Fault::Damaged), "cut at {at}");
            }
        }
        for wrong in ["", "hello", &"-----BEGIN SSH SIGNATURE-----\n".repeat(1000)] {
            assert_eq!(verify(&key, &text(), wrong), Err(Fault::Damaged));
        }
    }

    #[test]
    fn a_key_of_another_kind_is_told_by_its_kind() {
        assert_eq!(Key::read(KEY).unwrap(), Key::read(&format!("  {KEY}\tana@museum ")).unwrap());
        assert!(KEY.starts_with(&Key::read(KEY).unwrap().to_string()));
        assert_eq!(Key::read("ssh-rsa AAAAB3NzaC1yc2E ana"), Err(KeyFault::Kind("ssh-rsa".to_owned())));
        let p384 = "ecdsa-sha2-nistp384 AAAA";
        assert_eq!(Key::read(p384), Err(KeyFault::Kind("ecdsa-sha2-nistp384".to_owned())));
        for wrong in ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ecdsa-sha2-nistp256 AAAA", "age1 x", &KEY[..60]]
        {
            assert_eq!(Key::read(wrong), Err(KeyFault::NotAKey), "{wrong}");
        }
    }
}
