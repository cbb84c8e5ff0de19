//! One command measured in a process of its own, and two commands measured in turn.
//!
//! The system tells the most memory that any ended child of a process had. So each command is the only child of a
//! process that does nothing else: this very program, started with [`ONE`]. The least that can be seen is what this
//! program itself has when it forks, some 3 MB.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kalends::rim::clock::instant;

use crate::Fallible;

/// The argument by which this program measures one command.
pub const ONE: &str = "--measure-one";

/// What one run of a command took, and what it wrote.
#[derive(Debug, Clone)]
pub struct Taken {
    /// From its start to its end; or, where a command measures itself, what it says.
    pub wall: Duration,
    /// The most memory that it had, where the system says so.
    pub peak_bytes: Option<u64>,
    /// What it wrote to stdout and stderr.
    pub said: String,
}

/// Measures one command in this process, and writes down what it took. The rest of the arguments is the command.
pub fn one(mut arguments: impl Iterator<Item = OsString>) -> Fallible<()> {
    let program = arguments.next().ok_or("no command to measure")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    let began = instant();
    let done = command.output()?;
    let wall = began.elapsed();
    let mut stdout = std::io::stdout().lock();
    let code = done.status.code().unwrap_or(-1);
    writeln!(stdout, "{code} {} {}", wall.as_nanos(), peak_bytes().unwrap_or(0))?;
    stdout.write_all(&done.stdout)?;
    stdout.write_all(&done.stderr)?;
    Ok(())
}

#[cfg(unix)]
fn peak_bytes() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?.max_rss();
    // Linux and the BSDs count in KiB, macOS in bytes.
    u64::try_from(peak).ok().map(|peak| if cfg!(target_os = "macos") { peak } else { peak * 1024 })
}

#[cfg(not(unix))]
fn peak_bytes() -> Option<u64> {
    None
}

/// Reads from what a command wrote how long it took by its own account.
type OwnWall<'a> = &'a dyn Fn(&str) -> Option<Duration>;

/// A command, with what it must do to be worth measuring.
pub struct Measured<'a> {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Where it runs.
    pub folder: &'a Path,
    /// Says what is wrong with what it wrote, if anything is.
    pub wrong: &'a dyn Fn(&str) -> Option<String>,
    /// Reads the time from what it wrote, where it measures itself.
    pub own_wall: Option<OwnWall<'a>>,
}

impl Measured<'_> {
    /// Runs it once. A command that fails, or does something else than it should, is an error.
    pub fn run(&self) -> Fallible<Taken> {
        let mut one = Command::new(std::env::current_exe()?);
        one.arg(ONE).args(&self.command).current_dir(self.folder).stderr(Stdio::inherit());
        one.env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_OPTIONAL_LOCKS", "0");
        let said = String::from_utf8_lossy(&one.output()?.stdout).into_owned();
        let (numbers, said) = said.split_once('\n').ok_or("the measuring process said nothing")?;
        let mut numbers = numbers.split(' ');
        let name = || self.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let code = numbers.next().unwrap_or_default();
        if code != "0" {
            return Err(format!("{} ended with {code}:\n{said}", name()).into());
        }
        if let Some(wrong) = (self.wrong)(said) {
            return Err(format!("{}: {wrong}:\n{said}", name()).into());
        }
        let wall = Duration::from_nanos(numbers.next().ok_or("no time")?.parse()?);
        let wall = match self.own_wall {
            Some(own) => own(said).ok_or("no time of its own")?,
            None => wall,
        };
        let peak: u64 = numbers.next().ok_or("no peak")?.parse()?;
        Ok(Taken { wall, peak_bytes: (peak > 0).then_some(peak), said: said.to_owned() })
    }
}

/// Two commands measured so often in turn, the order changing each time, after both ran once for warmth.
pub struct Pair {
    /// What is ours.
    pub ours: Vec<Taken>,
    /// What it is held against.
    pub theirs: Vec<Taken>,
}

impl Pair {
    /// Measures.
    pub fn measure(ours: &Measured<'_>, theirs: &Measured<'_>, rounds: usize, warm: bool) -> Fallible<Pair> {
        if warm {
            ours.run()?;
            theirs.run()?;
        }
        let mut pair = Pair { ours: Vec::new(), theirs: Vec::new() };
        for round in 0..rounds {
            if round % 2 == 0 {
                pair.ours.push(ours.run()?);
                pair.theirs.push(theirs.run()?);
            } else {
                pair.theirs.push(theirs.run()?);
                pair.ours.push(ours.run()?);
            }
        }
        Ok(pair)
    }

    /// Returns the ratio of each round.
    pub fn ratios(&self) -> Vec<f64> {
        let ratio = |(ours, theirs): (&Taken, &Taken)| ours.wall.as_secs_f64() / theirs.wall.as_secs_f64();
        self.ours.iter().zip(&self.theirs).map(ratio).collect()
    }
}
