//! A session: two tokens that a server gave for an app password, kept from one run to the next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use crate::keyring;

/// A session, and for what it was begun.
#[derive(Clone)]
pub struct Session {
    /// Whose it is.
    pub did: String,
    /// The server that gave it, without its last slash.
    pub server: String,
    /// The name that the account had in the calendar.
    pub handle: Option<String>,
    /// Which value of the secret it was begun with: a new password means a new session.
    pub value: String,
    /// The token that requests show; it lasts two hours.
    pub access: SecretString,
    /// The token that renews both; it lasts ninety days, and two hours more once it is spent.
    pub refresh: SecretString,
    /// Uploads that the server has lost, and that are not to be used again.
    pub lost: Vec<String>,
}

/// A session as it is kept: only ever encrypted.
#[derive(Serialize, Deserialize)]
struct Kept {
    did: String,
    server: String,
    handle: Option<String>,
    value: String,
    access: String,
    refresh: String,
    lost: Vec<String>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

impl Session {
    /// Reads a session that was kept; what cannot be read is none.
    pub fn read(text: &SecretString) -> Option<Session> {
        let kept: Kept = serde_json::from_str(text.expose_secret()).ok()?;
        Some(Session {
            did: kept.did.clone(),
            server: kept.server.clone(),
            handle: kept.handle.clone(),
            value: kept.value.clone(),
            access: keyring::secret(&kept.access),
            refresh: keyring::secret(&kept.refresh),
            lost: kept.lost.clone(),
        })
    }

    /// Returns the session as it is kept.
    pub fn write(&self) -> Option<SecretString> {
        let kept = Kept {
            did: self.did.clone(),
            server: self.server.clone(),
            handle: self.handle.clone(),
            value: self.value.clone(),
            access: self.access.expose_secret().to_owned(),
            refresh: self.refresh.expose_secret().to_owned(),
            lost: self.lost.clone(),
        };
        let text = Zeroizing::new(serde_json::to_string(&kept).ok()?);
        Some(keyring::secret(&text))
    }

    /// Takes the tokens of an answer; an answer without both changes nothing.
    pub fn take(&mut self, answer: &Value) -> bool {
        let token = |name: &str| answer.get(name)?.as_str().filter(|token| !token.is_empty());
        let (Some(access), Some(refresh)) = (token("accessJwt"), token("refreshJwt")) else { return false };
        self.access = keyring::secret(access);
        self.refresh = keyring::secret(refresh);
        true
    }

    /// Returns when the access token ends, where it says so (RFC 7519 §4.1.4). A server says the last word on it.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        let claims = self.access.expose_secret().split('.').nth(1)?;
        let claims = Zeroizing::new(URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?);
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        DateTime::from_timestamp(claims.get("exp")?.as_i64()?, 0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_says_when_it_ends() {
        let claims = URL_SAFE_NO_PAD.encode(br#"{"scope":"com.atproto.access","exp":1795339680}"#);
        let mut session = Session {
            did: "did:plc:abc".to_owned(),
            server: "https://pds.example".to_owned(),
            handle: Some("ada.example".to_owned()),
            value: "v1".to_owned(),
            access: SecretString::from(""),
            refresh: SecretString::from(""),
            lost: vec!["bafk".to_owned()],
        };
        assert_eq!(session.ends_at(), None);
        assert!(!session.take(&json!({ "accessJwt": "a" })), "both or none");
        assert!(session.take(&json!({ "accessJwt": format!("e30.{claims}.sig"), "refreshJwt": "r" })));
        let read = Session::read(&session.write().unwrap()).unwrap();
        assert_eq!(read.ends_at(), DateTime::from_timestamp(1_795_339_680, 0));
        assert_eq!((read.refresh.expose_secret(), read.lost), ("r", session.lost));
        assert!(Session::read(&SecretString::from("{}")).is_none());
    }
}
