//! Questions, where there is a person to ask.

use std::io::{self, BufRead};

use crate::ui::Ui;

impl Ui {
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
