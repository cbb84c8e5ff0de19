//! `kalends year plan`

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Serialize;

use crate::calendar::Calendar;
use crate::cli::here::{Here, Reading};
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::finding::{Content, Severity};
use crate::rim::repo::Rev;
use crate::ui::table::{Cell, Column, table};
use crate::ui::wrap::wrap;
use crate::ui::{Ui, foreign, plural};
use crate::year::{Board, Layout, WriteFault, lay, written};

/// The columns before what became of a slot.
const INDENT: usize = 9;

/// Lays slots out over a year, and writes them into its schedule for people to edit.
///
/// First the standing slots of departments, then what observances want, then what coverage asks for, and only as much as
/// is missing: what people wrote stays as it is, and a second run adds nothing. No slot is on a holiday or a quiet day,
/// within an hour of another on its account or in the hour of another department, beyond a quota, or at a time that a
/// protocol keeps free. A standing slot that cannot be on its day goes to the next free day before it comes again. A slot
/// that several departments may have goes to the one with the fewest. What is past is left alone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends year plan 2027 --dry-run
  kalends year plan 2027 && git diff
  kalends year plan 2027 --from 2027-07-01")]
pub struct Args {
    /// The year
    #[arg(value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1..=9998), add = complete::years())]
    year: i32,
    /// Lay out nothing before this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// Show what would be laid out, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    clock: ClockArgs,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "expected a day such as 2027-07-01".to_owned())
}

#[derive(Serialize)]
struct Document<'a> {
    year: i32,
    file: &'a str,
    dry_run: bool,
    slots: Vec<One<'a>>,
    departments: Vec<Department<'a>>,
    moved: Vec<Moved<'a>>,
    unmet: Vec<Unmet<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    at: String,
    department: &'a str,
    account: &'a str,
    theme: Option<&'a str>,
    observance: Option<&'a str>,
    goal: Option<&'a str>,
    campaign: Option<&'a str>,
    standing: Option<String>,
    why: &'a str,
}

#[derive(Serialize)]
struct Department<'a> {
    department: &'a str,
    before: usize,
    standing: usize,
    observances: usize,
    coverage: usize,
}

#[derive(Serialize)]
struct Moved<'a> {
    department: &'a str,
    from: String,
    to: Option<String>,
    why: String,
}

#[derive(Serialize)]
struct Unmet<'a> {
    what: &'a str,
    missing: usize,
    why: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let now = here.now(&args.clock, calendar.zone())?;
    let file = super::file(args.year);
    let text = text_of(&reading, &file)?;
    let Some(board) = Board::new(calendar, args.year) else {
        return Err(Error::usage("that year is too far away"));
    };
    let layout = lay(&board, begin(args.from, now, calendar));
    let whole = written(text, args.year, &layout.laid).map_err(|fault| refused(&file, &fault))?;
    let is_new = !args.dry_run && text != Some(whole.as_str());
    if is_new {
        let path = reading.repo.root().join(&file);
        match text {
            Some(_) => here.write(&path, whole.as_bytes())?,
            None => here.write_new(&path, whole.as_bytes())?,
        }
    }
    if ui.json() {
        ui.document("year-plan", &document(args, &file, &layout))?;
        return Ok(Outcome::Done);
    }
    if args.dry_run && !layout.laid.is_empty() {
        ui.data(slots(ui, &layout))?;
    }
    if layout.tallies.values().any(|tally| tally.laid() > 0) {
        ui.data(tallies(ui, &layout))?;
    }
    say_what_went_elsewhere(ui, &layout)?;
    let file = here.show(&reading.repo.root().join(&file));
    match (layout.laid.len(), args.dry_run) {
        (0, true) => ui.status(format!("nothing would be added to {file}")),
        (0, false) if is_new => ui.status(format!("no slot is asked for; {file} is there to be filled in")),
        (0, false) => ui.status(format!("nothing to add to {file}")),
        (count, true) => ui.status(format!("{} would be added to {file}", plural(count, "slot"))),
        (count, false) => ui.status(format!("{} added to {file}", plural(count, "slot"))),
    }
    if is_new {
        ui.hint(format!("edit it, then: kalends year check {}", args.year));
    }
    Ok(Outcome::Done)
}

/// Returns the text of the year's schedule, where there is one, if every file is understood.
pub(crate) fn text_of<'a>(reading: &'a Reading, file: &str) -> Result<Option<&'a str>, Error> {
    // What is not understood cannot be planned around: a post that is left out would be planned again.
    if let Some(finding) = reading.findings.iter().find(|finding| finding.severity() == Severity::Error) {
        let (path, why) = (foreign(&finding.file), foreign(&finding.message));
        return Err(Error::user(format!("{path} has an error: {why}"))
            .hint("kalends check shows its place; mend it, and plan again: nothing was written"));
    }
    let found = reading.files.iter().find(|known| known.path == file);
    Ok(match found.map(|found| &found.content) {
        Some(Content::Text(text)) => Some(text.as_str()),
        _ => None,
    })
}

/// Returns the first moment that is laid out.
fn begin(from: Option<NaiveDate>, now: DateTime<Utc>, calendar: &Calendar) -> DateTime<Utc> {
    let from = from.and_then(|day| calendar.zone().resolve_somehow(day.and_time(NaiveTime::MIN), None));
    from.map_or(now, |from| from.max(now))
}

/// Says why a schedule's file cannot be written.
pub(crate) fn refused(file: &str, fault: &WriteFault) -> Error {
    match fault {
        WriteFault::Broken(why) => Error::user(format!("{file} cannot be edited: {}", foreign(why)))
            .hint("kalends check shows what is wrong with it"),
        WriteFault::TooLarge { size_bytes, limit_bytes } => Error::user(format!(
            "{file} would have {size_bytes} bytes, and {limit_bytes} are read at most: nothing was written"
        ))
        .hint("ask for less: fewer standing slots, or coverage that is shared"),
    }
}

/// Returns the new slots as a table.
fn slots(ui: &Ui, layout: &Layout<'_>) -> String {
    let columns = [
        Column::whole("when"),
        Column::new("department", 12),
        Column::new("account", 8),
        Column::new("why", 14),
    ];
    let rows = layout.laid.iter().map(|slot| {
        vec![
            slot.at.format("%a %e %b %H:%M").to_string().into(),
            slot.department.to_string().into(),
            slot.account.to_string().into(),
            foreign(&slot.why).into_owned().into(),
        ]
    });
    table(ui.width(), &columns, &rows.collect::<Vec<Vec<Cell>>>(), &[])
}

/// Returns how many slots each department gets, and what for.
fn tallies(ui: &Ui, layout: &Layout<'_>) -> String {
    let narrow = ui.width() < 60;
    let names: [&str; 5] = match narrow {
        true => ["new", "std", "obs", "cov", "all"],
        false => ["new", "standing", "observances", "coverage", "in all"],
    };
    let columns = std::iter::once(Column::new("department", 10)).chain(names.map(Column::whole));
    let rows = layout.tallies.iter().map(|(id, tally)| {
        let counts =
            [tally.laid(), tally.standing, tally.observances, tally.coverage, tally.before + tally.laid()];
        let number = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
        std::iter::once(id.to_string()).chain(counts.map(number)).map(Cell::from).collect::<Vec<_>>()
    });
    table(ui.width(), &columns.collect::<Vec<_>>(), &rows.collect::<Vec<_>>(), &[])
}

/// Says which standing slots are not on their days, and what could not be met.
fn say_what_went_elsewhere(ui: &mut Ui, layout: &Layout<'_>) -> Result<(), Error> {
    for moved in &layout.moved {
        let from = moved.from.format("%a %-d %b");
        let why = moved.why.to_string();
        let line = match moved.to {
            Some(to) => {
                format!("moved    {}, {from} to {}: {why}", moved.department, to.format("%a %-d %b %H:%M"))
            }
            None => format!("dropped  {}, {from}: {why}", moved.department),
        };
        say(ui, &line)?;
    }
    for unmet in &layout.unmet {
        let why: Vec<String> = unmet.why.iter().take(3).map(ToString::to_string).collect();
        let line = format!("unmet    {}, {} missing: {}", unmet.what, unmet.missing, why.join("; "));
        say(ui, &line)?;
    }
    Ok(())
}

/// Writes a line, and what of it the terminal has no room for below its second word.
fn say(ui: &mut Ui, line: &str) -> Result<(), Error> {
    let (head, rest) = line.split_at_checked(INDENT).unwrap_or((line, ""));
    let lines = wrap(&foreign(rest), ui.width().saturating_sub(INDENT).max(10));
    ui.data(format!("{head}{}", lines.join(&format!("\n{}", " ".repeat(INDENT)))))
}

fn document<'a>(args: &Args, file: &'a str, layout: &'a Layout<'a>) -> Document<'a> {
    let wall = |at: chrono::NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let slots = layout.laid.iter().map(|slot| One {
        at: wall(slot.at),
        department: slot.department.as_str(),
        account: slot.account.as_str(),
        theme: slot.theme,
        observance: slot.observance,
        goal: slot.goal.map(|goal| goal.as_str()),
        campaign: slot.campaign.map(|campaign| campaign.as_str()),
        standing: slot.standing.map(|day| day.to_string()),
        why: &slot.why,
    });
    let departments = layout.tallies.iter().map(|(id, tally)| Department {
        department: id.as_str(),
        before: tally.before,
        standing: tally.standing,
        observances: tally.observances,
        coverage: tally.coverage,
    });
    let moved = layout.moved.iter().map(|moved| Moved {
        department: moved.department.as_str(),
        from: moved.from.to_string(),
        to: moved.to.map(wall),
        why: moved.why.to_string(),
    });
    let unmet = layout.unmet.iter().map(|unmet| Unmet {
        what: &unmet.what,
        missing: unmet.missing,
        why: unmet.why.iter().map(ToString::to_string).collect(),
    });
    Document {
        year: args.year,
        file,
        dry_run: args.dry_run,
        slots: slots.collect(),
        departments: departments.collect(),
        moved: moved.collect(),
        unmet: unmet.collect(),
    }
}
