//! The benchmarks: each a ratio against something that is measured in the same run, in turn with it.
//!
//! ```text
//! cargo bench                     all, as the README shows them; the first run makes what is measured (minutes)
//! cargo bench -- --quick          all, small, in some seconds
//! cargo bench -- check version    some, by the first word of their names: check, publish, lanes, advice, version
//! ```
//!
//! No figure decides anything: the exit code says only whether everything did what it should.

mod advice;
mod calendar;
mod chance;
mod git;
mod lanes;
mod measure;
mod repository;
mod table;
mod words;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::measure::{Measured, Pair};
use crate::table::Row;

/// What everything here returns: an error is for a person to read, and ends the run.
pub type Fallible<T> = Result<T, Box<dyn Error>>;

/// The program that is measured.
const KALENDS: &str = env!("CARGO_BIN_EXE_kalends");

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next();
    let done = match first.as_ref().and_then(|first| first.to_str()) {
        Some(measure::ONE) => measure::one(arguments),
        Some(what @ (advice::FAMILY | advice::SUM)) => run_advice(what, arguments),
        Some(what @ (lanes::PUBLISH | lanes::IDEAL)) => run_lanes(what, arguments),
        _ => all(first.into_iter().chain(arguments)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell if stderr is closed.
            drop(writeln!(io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn run_lanes(what: &str, mut arguments: impl Iterator<Item = OsString>) -> Fallible<()> {
    let posts = arguments.next().and_then(|posts| posts.to_str()?.parse().ok()).ok_or("how many posts?")?;
    let said = match what {
        lanes::PUBLISH => lanes::publish(arguments.next().ok_or("which repository?")?.into(), posts)?,
        _ => lanes::ideal(posts),
    };
    writeln!(io::stdout(), "{}", said.line())?;
    Ok(())
}

fn run_advice(what: &str, mut arguments: impl Iterator<Item = OsString>) -> Fallible<()> {
    let posts = arguments.next().and_then(|posts| posts.to_str()?.parse().ok()).ok_or("how many posts?")?;
    let said = if what == advice::FAMILY { advice::permutations(posts) } else { advice::sums(posts) };
    writeln!(io::stdout(), "{said}")?;
    Ok(())
}

/// How much is measured.
struct Size {
    posts: usize,
    slots: (usize, usize),
    due: usize,
    rounds: usize,
    lane_rounds: usize,
    advised: usize,
    starts: usize,
}

const WHOLE: Size = Size {
    posts: 100_000,
    slots: (1_000_000, 1_000),
    due: 1_000,
    rounds: 9,
    lane_rounds: 3,
    advised: 10_000,
    starts: 200,
};

const QUICK: Size = Size {
    posts: 2_000,
    slots: (20_000, 1_000),
    due: 50,
    rounds: 5,
    lane_rounds: 3,
    advised: 1_000,
    starts: 30,
};

/// Measures what was asked for, and shows it.
fn all(arguments: impl Iterator<Item = OsString>) -> Fallible<()> {
    let words: Vec<String> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();
    let size = if words.iter().any(|word| word == "--quick") { QUICK } else { WHOLE };
    // Cargo itself says --bench.
    let names: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let benchmarks: [(&str, Benchmark); 5] = [
        ("check", check),
        ("publish", publish),
        ("lanes", five_lanes),
        ("advice", family_test),
        ("version", version),
    ];
    if let Some(name) = names.iter().find(|name| !benchmarks.iter().any(|(known, _)| *known == name.as_str()))
    {
        return Err(format!("there is no benchmark `{name}`: check, publish, lanes, advice, version").into());
    }
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for (name, benchmark) in benchmarks {
        if names.is_empty() || names.iter().any(|asked| *asked == name) {
            writeln!(io::stderr(), "measuring {name} …")?;
            let (row, note) = benchmark(&size)?;
            rows.push(row);
            notes.extend(note);
        }
    }
    let mut stdout = io::stdout().lock();
    write!(stdout, "\n{}\n", table::table(&rows))?;
    writeln!(
        stdout,
        "Medians, with the least and the most of all rounds; each round runs both, one after the other."
    )?;
    for note in notes {
        writeln!(stdout, "{note}")?;
    }
    Ok(())
}

/// A benchmark: measures, and returns a line of the table and what else is worth knowing.
type Benchmark = fn(&Size) -> Fallible<(Row, Option<String>)>;

fn command(program: &str, arguments: &[&str]) -> Vec<OsString> {
    std::iter::once(program).chain(arguments.iter().copied()).map(OsString::from).collect()
}

fn fine(_: &str) -> Option<String> {
    None
}

/// `check` of a large calendar against `git status` of the same tree.
fn check(size: &Size) -> Fallible<(Row, Option<String>)> {
    let made = repository::with_calendar(size.posts)?;
    let silent = |said: &str| (!said.is_empty()).then(|| "it should have nothing to say".to_owned());
    let clean =
        |said: &str| (!said.contains("working tree clean")).then(|| "the tree should be clean".to_owned());
    let folder = made.folder.as_path();
    let ours = Measured { command: command(KALENDS, &["check"]), folder, wrong: &silent, own_wall: None };
    let theirs = Measured { command: command("git", &["status"]), folder, wrong: &clean, own_wall: None };
    let pair = Pair::measure(&ours, &theirs, size.rounds, true)?;
    let row = Row {
        ours: format!("`check` of {} posts", thousands(size.posts)),
        theirs: "`git status` of the same tree".to_owned(),
        aim: 2.0,
        pair,
    };
    Ok((row, Some(format!("The calendar follows from its seed: it is commit {}.", made.commit))))
}

/// `publish` with nothing due on a large ledger against a small one.
fn publish(size: &Size) -> Fallible<(Row, Option<String>)> {
    let (large, small) = size.slots;
    let now = repository::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let nothing = |said: &str| (!said.contains("nothing is due")).then(|| "nothing should be due".to_owned());
    let repositories = [repository::with_ledger(large)?, repository::with_ledger(small)?];
    let [ours, theirs] = repositories.each_ref().map(|made| Measured {
        command: command(KALENDS, &["publish", "--now", &now]),
        folder: &made.folder,
        wrong: &nothing,
        own_wall: None,
    });
    let pair = Pair::measure(&ours, &theirs, size.rounds * 2, true)?;
    let row = Row {
        ours: format!("`publish` with nothing due, {} slots in the ledger", thousands(large)),
        theirs: format!("the same, {} slots", thousands(small)),
        aim: 1.2,
        pair,
    };
    Ok((row, None))
}

/// Many posts that are due at once against what no program could be faster than.
fn five_lanes(size: &Size) -> Fallible<(Row, Option<String>)> {
    let mut pair = Pair { ours: Vec::new(), theirs: Vec::new() };
    let own = |said: &str| lanes::Said::read(said).map(|said| said.wall);
    for _ in 0..size.lane_rounds {
        let folder = repository::empty("lanes")?;
        let measured = |what| -> Fallible<_> {
            let command = lanes::arguments(what, size.due, &folder)?;
            Measured { command, folder: Path::new("."), wrong: &fine, own_wall: Some(&own) }.run()
        };
        pair.ours.push(measured(lanes::PUBLISH)?);
        pair.theirs.push(measured(lanes::IDEAL)?);
        git::run(&folder, &["fsck", "--strict", "--no-dangling"])?;
    }
    let said =
        pair.ours.last().and_then(|taken| lanes::Said::read(&taken.said)).ok_or("no run said anything")?;
    let note = format!(
        "Publishing {} posts made {} commits in the ledger, all waited for on the disk; {:.0} ms of the last run were spent there.",
        thousands(size.due),
        said.commits,
        said.ledger.as_secs_f64() * 1e3
    );
    let row = Row {
        ours: format!(
            "{} posts due on {} accounts, {} ms a request",
            thousands(size.due),
            lanes::ACCOUNTS,
            lanes::REQUEST.as_millis()
        ),
        theirs: "the requests alone, on as many lanes".to_owned(),
        aim: 1.15,
        pair,
    };
    Ok((row, Some(note)))
}

/// The permutation test of `advise` against a plain sum over the same rows, as often.
fn family_test(size: &Size) -> Fallible<(Row, Option<String>)> {
    let own = |said: &str| advice::wall(said);
    let measured = |what| -> Fallible<_> {
        let program = std::env::current_exe()?;
        let command = vec![program.into(), what, size.advised.to_string().into()];
        Ok(Measured { command, folder: Path::new("."), wrong: &fine, own_wall: Some(&own) })
    };
    let (ours, theirs) = (measured(advice::FAMILY.into())?, measured(advice::SUM.into())?);
    let pair = Pair::measure(&ours, &theirs, size.rounds, true)?;
    let row = Row {
        ours: format!(
            "the test behind `advise`: {} posts, 70 comparisons, {} orders",
            thousands(size.advised),
            thousands(advice::PERMUTATIONS as usize)
        ),
        theirs: "a plain sum over the same posts, as often".to_owned(),
        aim: 15.0,
        pair,
    };
    Ok((row, None))
}

/// `--version` against git's.
fn version(size: &Size) -> Fallible<(Row, Option<String>)> {
    let folder = Path::new(".");
    let wrong = |said: &str| {
        (!said.contains("version") && !said.contains("kalends")).then(|| "no version".to_owned())
    };
    let ours = Measured { command: command(KALENDS, &["--version"]), folder, wrong: &wrong, own_wall: None };
    let theirs = Measured { command: command("git", &["--version"]), folder, wrong: &wrong, own_wall: None };
    let pair = Pair::measure(&ours, &theirs, size.starts, true)?;
    let row = Row { ours: "`--version`".to_owned(), theirs: "`git --version`".to_owned(), aim: 1.5, pair };
    Ok((row, None))
}

/// Returns a number as people write it.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
