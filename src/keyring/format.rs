//! What stands in an account's vault file, once it is decrypted: a credential as TOML.
//!
//! ```text
//! account = "mastodon"
//! server = "https://museum.example"           where the account has one
//! value = "k5v2m7q4x3t6n2p7w4r5y2z5ab"        drawn when the value was set
//! set_at = 2027-01-18T09:00:00Z
//! expires_at = 2027-04-18T09:00:00Z           where the platform says so
//!
//! [secret]
//! token = "…"
//! ```
//!
//! No fault of reading quotes what stands there: the words that are wrong may be the secret.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use toml::value::Datetime;
use zeroize::Zeroizing;

use crate::draft::AccountId;

use super::{Credential, secret};

/// The most bytes that one letter takes when it is written: `\u0000`.
const LETTER_BYTES_MAX: usize = 6;

/// Writes a credential. The text is wiped when it is dropped, and is never moved while it grows.
pub fn write_credential(credential: &Credential) -> Zeroizing<String> {
    let values = credential.values.iter().map(|(name, value)| name.len() + value.expose_secret().len());
    let room = values.sum::<usize>() + 512 + credential.server.as_ref().map_or(0, String::len);
    let mut text = Zeroizing::new(String::with_capacity(room * LETTER_BYTES_MAX));
    line(&mut text, "account", credential.account.as_str());
    if let Some(server) = &credential.server {
        line(&mut text, "server", server);
    }
    line(&mut text, "value", &credential.value);
    moment(&mut text, "set_at", credential.set_at);
    if let Some(at) = credential.expires_at {
        moment(&mut text, "expires_at", at);
    }
    text.push_str("\n[secret]\n");
    for (name, value) in &credential.values {
        line(&mut text, name, value.expose_secret());
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    let is_bare =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare {
        text.push_str(name)
    } else {
        quoted(text, name)
    }
    text.push_str(" = ");
    quoted(text, value);
    text.push('\n');
}

/// Writes a basic string, letter by letter into the one text that is wiped: a library would keep copies.
fn quoted(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' | '\\' => {
                text.push('\\');
                text.push(letter);
            }
            letter if letter.is_control() => {
                // Writing to a text never fails.
                let _never_fails = write!(text, "\\u{:04X}", u32::from(letter)).is_ok();
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}

fn moment(text: &mut String, name: &str, at: DateTime<Utc>) {
    for word in [name, " = ", &at.to_rfc3339_opts(SecondsFormat::AutoSi, true), "\n"] {
        text.push_str(word);
    }
}

#[derive(serde::Deserialize)]
struct Plain {
    account: Option<String>,
    server: Option<String>,
    value: Option<String>,
    set_at: Option<Datetime>,
    expires_at: Option<Datetime>,
    secret: Option<BTreeMap<String, Hidden>>,
}

/// A value that goes from the text straight to where it is wiped.
struct Hidden(SecretString);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hidden, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Hidden;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Hidden, E> {
                Ok(Hidden(secret(text)))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Hidden, E> {
                self.visit_str(&Zeroizing::new(text))
            }
        }

        deserializer.deserialize_str(Reader)
    }
}

/// Reads a credential, or says why it is none, in words that quote nothing of it.
pub fn read_credential(text: &str) -> Result<Credential, String> {
    let plain: Plain = toml::from_str(text).map_err(|fault: toml::de::Error| {
        let before = fault.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        format!("line {line} inside is not what `kalends vault` writes")
    })?;
    let missing = |key: &str| format!("`{key}` is missing inside");
    let account = plain.account.ok_or_else(|| missing("account"))?;
    let values = plain.secret.ok_or_else(|| missing("secret"))?;
    Ok(Credential {
        account: AccountId::new(&account).ok_or("`account` inside is no account's id")?,
        server: plain.server,
        value: plain.value.ok_or_else(|| missing("value"))?,
        set_at: plain.set_at.map(utc).transpose()?.ok_or_else(|| missing("set_at"))?,
        expires_at: plain.expires_at.map(utc).transpose()?,
        values: values.into_iter().map(|(name, value)| (name, value.0)).collect(),
    })
}

fn utc(at: Datetime) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(&at.to_string());
    read.map(|at| at.to_utc()).map_err(|_| "a moment inside has no zone".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn credential(values: &[(&str, &str)]) -> Credential {
        Credential {
            account: AccountId::new("mastodon").unwrap(),
            server: Some("https://museum.example".to_owned()),
            value: "abc".to_owned(),
            set_at: "2027-01-18T09:00:00Z".parse().unwrap(),
            expires_at: Some("2027-04-18T09:00:00.5Z".parse().unwrap()),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), secret(value))).collect(),
        }
    }

    #[test]
    fn a_credential_is_written_as_people_can_read_it() {
        insta::assert_snapshot!(*write_credential(&credential(&[("token", "a\"b\\c"), ("client_id", "é")])), @r#"
        account = "mastodon"
        server = "https://museum.example"
        value = "abc"
        set_at = 2027-01-18T09:00:00Z
        expires_at = 2027-04-18T09:00:00.500Z

        [secret]
        client_id = "é"
        token = "a\"b\\c"
        "#);
    }

    #[test]
    fn what_is_wrong_inside_is_told_without_its_words() {
        let right = write_credential(&credential(&[("token", "hush")]));
        for (from, to, why) in [
            ("\"hush\"", "12345678", "line 8 inside is not what `kalends vault` writes"),
            ("\"hush\"", "\"hush", "line 8 inside is not what `kalends vault` writes"),
            ("account", "hush", "`account` is missing inside"),
            ("[secret]", "[hush]", "`secret` is missing inside"),
            ("\"mastodon\"", "\"hush!\"", "`account` inside is no account's id"),
            ("09:00:00Z", "09:00:00", "a moment inside has no zone"),
        ] {
            assert_eq!(read_credential(&right.replace(from, to)).unwrap_err(), why);
        }
    }

    proptest! {
        #[test]
        fn a_credential_is_read_as_it_was_written(token in any::<String>(), name in "[ -~]{0,9}") {
            let wanted = credential(&[("token", &token), (&name, "x")]);
            let text = write_credential(&wanted);
            let room = text.capacity();
            let read = read_credential(&text).unwrap();
            prop_assert_eq!(read.get(&name), wanted.get(&name));
            prop_assert_eq!(read.get("token"), wanted.get("token"));
            prop_assert_eq!((read.set_at, read.expires_at), (wanted.set_at, wanted.expires_at));
            prop_assert_eq!((read.account, read.server), (wanted.account.clone(), wanted.server.clone()));
            // Had it grown beyond its first room, it would have left a copy behind.
            prop_assert_eq!(room, {
                let values: usize = wanted.values.iter().map(|(n, v)| n.len() + v.expose_secret().len()).sum();
                (values + 512 + "https://museum.example".len()) * LETTER_BYTES_MAX
            });
        }
    }
}
