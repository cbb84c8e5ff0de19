//! The one voice: everything that a person or a pipe reads from kalends goes through [`Ui`].
//!
//! stdout is data, stderr is talk. Data is whole or the command fails; talk is never worth failing for. Colour is
//! never the only carrier of a meaning. Text that others wrote goes through [`crate::text::visible`] before it gets
//! here, so that no escape sequence of theirs reaches a terminal; [`Ui`] adds the only ones there are.

pub mod advice;
pub mod agenda;
pub mod ask;
pub mod boxes;
pub mod chart;
pub mod findings;
pub mod page;
pub mod pager;
pub mod report;
pub mod table;
pub mod wrap;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use chrono::{DateTime, SecondsFormat, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::{Error, Kind};
use crate::text::{Breaks, visible};

/// The version of every JSON document that kalends writes. A reader that knows it may ignore unknown keys.
pub const JSON_VERSION: u32 = 1;

/// The width of a terminal that does not say its own.
const WIDTH_DEFAULT: usize = 80;
/// Below this, nothing is laid out narrower: lines are left to the terminal to wrap.
const WIDTH_MIN: usize = 20;

/// What is wrong.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What is worth a look.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What to do next.
pub const HINT: Style = AnsiColor::Cyan.on_default();
/// What went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What stands out: names, headings.
pub const STRONG: Style = Style::new().bold();
/// What stands back.
pub const QUIET: Style = Style::new().dimmed();

/// What the user asked of the voice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// No talk but warnings and errors.
    pub quiet: bool,
    /// Data as JSON.
    pub json: bool,
}

/// What the process's surroundings say about how to speak.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `COLUMNS`, where it is a number.
    pub columns: Option<usize>,
    /// `PAGER`, where it is set.
    pub pager: Option<String>,
    /// Whether the locale's letters are UTF-8. Our own ornaments are ASCII where they are not.
    pub utf8: bool,
}

/// The voice.
pub struct Ui {
    manner: Manner,
    out: Box<dyn Write + Send>,
    out_color: bool,
    out_is_terminal: bool,
    err: AutoStream<io::Stderr>,
    err_is_terminal: bool,
    width: usize,
    utf8: bool,
    pager: Option<pager::Pager>,
    pager_words: Option<String>,
    bar: Option<ProgressBar>,
}

impl Ui {
    /// Returns the voice of this process.
    pub fn new(manner: Manner, surroundings: Surroundings) -> Ui {
        let stdout = io::stdout();
        let out_is_terminal = stdout.is_terminal();
        let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Ui {
            manner,
            out_color: AutoStream::choice(&stdout) != ColorChoice::Never,
            out_is_terminal,
            out: Box::new(io::LineWriter::new(stdout)),
            err: AutoStream::auto(io::stderr()),
            err_is_terminal: io::stderr().is_terminal(),
            width: terminal
                .filter(|_| out_is_terminal)
                .or(surroundings.columns)
                .unwrap_or(WIDTH_DEFAULT)
                .clamp(WIDTH_MIN, 1000),
            utf8: surroundings.utf8,
            pager: None,
            pager_words: surroundings.pager,
            bar: None,
        }
    }

    /// Tells whether data is wanted as JSON.
    pub fn json(&self) -> bool {
        self.manner.json
    }

    /// Returns how many columns a line has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Tells whether our own ornaments may be other than ASCII.
    pub fn utf8(&self) -> bool {
        self.utf8
    }

    /// Tells whether data is coloured.
    pub fn color(&self) -> bool {
        self.out_color
    }

    /// Tells whether data goes to a terminal.
    pub fn out_is_terminal(&self) -> bool {
        self.out_is_terminal
    }

    /// Tells whether data is read as it is written, by a terminal or through a pipe, and not kept in a file.
    pub fn out_is_read_at_once(&self) -> bool {
        self.out_is_terminal || !out_is_a_file()
    }

    /// Tells whether there is a person to ask.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && self.err_is_terminal && !self.manner.json
    }

    /// Writes data and ends the line.
    pub fn data(&mut self, text: impl Display) -> Result<(), Error> {
        let text = text.to_string();
        let text = if self.out_color { text } else { anstream::adapter::strip_str(&text).to_string() };
        self.raw(text.as_bytes()).and_then(|()| if text.ends_with('\n') { Ok(()) } else { self.raw(b"\n") })
    }

    /// Writes bytes as they are: a page, a script, a generated file.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = match &mut self.pager {
            Some(pager) => pager.write_all(bytes),
            None => self.out.write_all(bytes),
        };
        written.map_err(of_stdout)
    }

    /// Writes one versioned JSON document: `value`'s keys after `kalends` and `kind`.
    pub fn document(&mut self, kind: &str, value: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value).map_err(of_json)?;
        let rest = text.strip_prefix('{').unwrap_or("\n}").trim_start_matches('\n');
        let comma = if rest.trim() == "}" { "" } else { "," };
        self.raw(
            format!("{{\n  \"kalends\": {JSON_VERSION},\n  \"kind\": \"{kind}\"{comma}\n{rest}\n").as_bytes(),
        )
    }

    /// Writes one line of a stream of versioned JSON documents, at once.
    pub fn event(&mut self, kind: &str, value: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(value).map_err(of_json)?;
        let rest = text.strip_prefix('{').unwrap_or("}");
        let comma = if rest == "}" { "" } else { "," };
        self.raw(format!("{{\"kalends\":{JSON_VERSION},\"kind\":\"{kind}\"{comma}{rest}\n").as_bytes())?;
        self.flush()
    }

    /// Makes sure that what was written is out.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.out.flush().map_err(of_stdout)
    }

    /// Says how it goes. Silent where the user wants quiet.
    pub fn status(&mut self, text: impl Display) {
        if !self.manner.quiet {
            self.talk(text);
        }
    }

    /// Says what is worth a look.
    pub fn warning(&mut self, text: impl Display) {
        self.talk(format_args!("{WARNING}warning{WARNING:#}{STRONG}:{STRONG:#} {text}"));
    }

    /// Says what to do next. Silent where the user wants quiet.
    pub fn hint(&mut self, text: impl Display) {
        if !self.manner.quiet {
            self.talk(format_args!("{HINT}hint: {text}{HINT:#}"));
        }
    }

    /// Says why a command could not do its work. A closed pipe is nothing to speak of.
    pub fn error(&mut self, error: &Error) {
        if error.kind == Kind::ClosedPipe {
            return;
        }
        self.talk(render_error(error));
    }

    /// Shows how far long work is: on a terminal's stderr only, until [`Ui::progress_done`].
    pub fn progress(&mut self, what: &'static str, steps: u64) -> ProgressBar {
        let hidden = self.manner.quiet || !self.err_is_terminal;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(steps), target);
        let template =
            if self.width < 50 { "{msg} {pos}/{len}" } else { "{msg} [{bar:30}] {pos}/{len} {eta}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("#>-"));
        }
        bar.set_message(what);
        self.bar = Some(bar.clone());
        bar
    }

    /// Takes the progress off the screen.
    pub fn progress_done(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Sends what follows through the pager, if stdout is a terminal. A missing pager is a warning.
    pub fn page(&mut self) {
        if !self.out_is_terminal || self.manner.json || self.pager.is_some() {
            return;
        }
        match pager::Pager::start(self.pager_words.as_deref()) {
            Ok(pager) => self.pager = pager,
            Err(fault) => self.warning(fault),
        }
    }

    /// Ends the output: waits until a pager is left.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.progress_done();
        if let Some(pager) = self.pager.take() {
            pager.wait();
        }
        self.flush()
    }

    fn talk(&mut self, text: impl Display) {
        let err = &mut self.err;
        // Talk that cannot be heard is no reason to fail.
        let mut speak = move || drop(writeln!(err, "{text}"));
        match &self.bar {
            Some(bar) => bar.suspend(&mut speak),
            None => speak(),
        }
    }
}

/// Tells whether stdout goes into a file on a disk.
#[cfg(unix)]
fn out_is_a_file() -> bool {
    use rustix::fs::{FileType, fstat};
    fstat(io::stdout()).is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::RegularFile)
}

#[cfg(not(unix))]
fn out_is_a_file() -> bool {
    false
}

/// Says an error on stderr where there is no [`Ui`] yet, or no more.
pub fn say_error(error: &Error) {
    drop(writeln!(AutoStream::auto(io::stderr()), "{}", render_error(error)));
}

/// Returns an error as a person reads it.
fn render_error(error: &Error) -> String {
    let mut text = format!("{ERROR}error{ERROR:#}{STRONG}:{STRONG:#} {}", foreign(&error.message));
    for cause in error.causes() {
        text.push_str(&format!("\n  {QUIET}because{QUIET:#} {}", foreign(&cause)));
    }
    for hint in &error.hints {
        text.push_str(&format!("\n{HINT}hint: {}{HINT:#}", foreign(hint)));
    }
    text
}

fn of_stdout(fault: io::Error) -> Error {
    match fault.kind() {
        io::ErrorKind::BrokenPipe => Error::new(Kind::ClosedPipe, "nobody reads the output"),
        _ => Error::user("cannot write to stdout")
            .hint("see where the output goes: a full disk?")
            .because(fault),
    }
}

fn of_json(fault: serde_json::Error) -> Error {
    Error::new(Kind::Bug, "a value has no form in JSON").because(fault)
}

/// Returns text of other people's as one line in which nothing can harm a terminal.
pub fn foreign(text: &str) -> std::borrow::Cow<'_, str> {
    visible(text, Breaks::Show)
}

/// Returns a moment as programs read it: RFC 3339 in UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Returns `1 post` or `2 posts`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Returns text in a style; whether the style is shown is decided where it is written.
pub fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_why_and_what_next() {
        let error = Error::user("cannot write plan.txt")
            .because(io::Error::from(io::ErrorKind::StorageFull))
            .hint("make room on the disk");
        let text = anstream::adapter::strip_str(&render_error(&error)).to_string();
        assert_eq!(
            text,
            "error: cannot write plan.txt\n  because no storage space\nhint: make room on the disk"
        );
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            [plural(0, "post"), plural(1, "post"), plural(2, "post")],
            ["0 posts", "1 post", "2 posts"]
        );
    }
}
