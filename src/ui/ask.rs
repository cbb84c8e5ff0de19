//! Questions, where there is a person to ask.

use std::io::{self, BufRead, Write};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::keyring;
use crate::rim::vault::Person;
use crate::ui::{Ui, foreign};

/// The person at the terminal, who can be asked from any thread; nobody, off a terminal.
#[derive(Debug, Clone, Copy)]
pub struct AtTerminal {
    is_there: bool,
}

impl Person for AtTerminal {
    fn is_there(&self) -> bool {
        self.is_there
    }

    fn passphrase(&self, question: &str) -> Option<SecretString> {
        let answer =
            self.is_there.then(|| rpassword::prompt_password(foreign(question))).and_then(Result::ok);
        answer.map(|answer| keyring::secret(&Zeroizing::new(answer)))
    }

    fn line(&self, question: &str) -> Option<String> {
        if !self.is_there {
            return None;
        }
        self.tell(question);
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        Some(answer.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn tell(&self, words: &str) {
        // Talk that cannot be heard is no reason to fail.
        drop(writeln!(io::stderr(), "{}", foreign(words)));
    }
}

impl Ui {
    /// Returns the person at the terminal, for those who ask from afar.
    pub fn person(&self) -> AtTerminal {
        AtTerminal { is_there: self.can_ask() }
    }

    /// Asks for a secret, which is not shown. Off a terminal nobody is asked, and there is none.
    pub fn ask_secret(&self, question: &str) -> Option<SecretString> {
        self.person().passphrase(question)
    }

    /// Asks for a secret of one line, which is not shown; off a terminal, stdin's next line is it.
    pub fn secret_line(&self, question: &str) -> io::Result<SecretString> {
        if let Some(answer) = self.ask_secret(question) {
            return Ok(keyring::secret(answer.expose_secret().trim()));
        }
        let mut line = Zeroizing::new(String::new());
        io::stdin().lock().read_line(&mut line)?;
        Ok(keyring::secret(line.trim()))
    }

    /// Asks a question that is answered by yes or no. Off a terminal nobody is asked, and the answer is no.
    pub fn ask(&mut self, question: &str) -> bool {
        if !self.can_ask() {
            return false;
        }
        self.talk(format_args!("{question} [y/N]"));
        let mut answer = String::new();
        // An answer that cannot be read is no yes.
        drop(io::stdin().lock().read_line(&mut answer));
        is_yes(&answer)
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        assert!(is_yes("Y\n") && is_yes(" yes "));
        assert!(!is_yes("") && !is_yes("\n") && !is_yes("yess"));
    }
}
