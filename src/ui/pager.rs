//! The pager: long output on a terminal, one screen at a time.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

/// What is called where `PAGER` is not set.
const PAGER_DEFAULT: &str = "less";

/// A running pager.
pub struct Pager {
    child: Child,
}

impl Pager {
    /// Starts the pager, or none where `PAGER` is empty or `cat`. An error says why it could not be started.
    pub fn start(words: Option<&str>) -> Result<Option<Pager>, String> {
        let words = words.unwrap_or(PAGER_DEFAULT);
        let mut words = words.split_whitespace();
        let Some(program) = words.next().filter(|program| *program != "cat") else { return Ok(None) };
        let mut command = Command::new(program);
        command.args(words).stdin(Stdio::piped());
        if program == PAGER_DEFAULT {
            // Ends by itself where all fits, keeps colour, leaves the screen as it is.
            command.env("LESS", "FRX").env("LESSCHARSET", "utf-8");
        }
        match command.spawn() {
            Ok(child) => Ok(Some(Pager { child })),
            Err(fault) => Err(format!(
                "the pager {program} cannot be started ({fault}); set PAGER to another or to cat"
            )),
        }
    }

    /// Waits until the person has left it.
    pub fn wait(mut self) {
        drop(self.child.stdin.take());
        // How a pager ended is of no interest.
        drop(self.child.wait());
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.child.stdin {
            Some(stdin) => stdin.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.child.stdin.as_mut().map_or(Ok(()), Write::flush)
    }
}
