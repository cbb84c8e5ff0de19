//! The person who may be asked: for a passphrase, or what a plugin of age wants.

use std::sync::Arc;

use secrecy::SecretString;

/// Somebody who can be asked and told; nobody, off a terminal.
pub trait Person: Send + Sync {
    /// Tells whether somebody is there.
    fn is_there(&self) -> bool;

    /// Asks for a passphrase, without showing it. Nothing where nobody is there.
    fn passphrase(&self, question: &str) -> Option<SecretString>;

    /// Asks for a line. Nothing where nobody is there.
    fn line(&self, question: &str) -> Option<String>;

    /// Says something, such as that a key should be touched.
    fn tell(&self, words: &str);
}

/// Nobody.
pub struct Nobody;

impl Person for Nobody {
    fn is_there(&self) -> bool {
        false
    }

    fn passphrase(&self, _: &str) -> Option<SecretString> {
        None
    }

    fn line(&self, _: &str) -> Option<String> {
        None
    }

    fn tell(&self, _: &str) {}
}

/// A person, as age's plugins ask them.
#[derive(Clone)]
pub(super) struct Asked(pub Arc<dyn Person>);

impl age::Callbacks for Asked {
    fn display_message(&self, message: &str) {
        self.0.tell(message);
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let question = match no {
            Some(no) => format!("{message} (y: {yes}, n: {no}) "),
            None => format!("{message} (y: {yes}) "),
        };
        let answer = self.0.line(&question)?.trim().to_lowercase();
        Some(answer == "y" || answer == "yes")
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.line(&format!("{description}: "))
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.0.passphrase(&format!("{description}: "))
    }
}
