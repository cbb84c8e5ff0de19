//! `kalends import ics`

use std::ops::Range;
use std::path::Path;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::Serialize;
use url::Url;

use crate::calendar::{Events, slug};
use crate::cli::ClockArgs;
use crate::cli::here::{Here, Reading};
use crate::cli::import::fetch::{self, ServerArgs};
use crate::cli::import::{Outside, stem};
use crate::draft::EventsId;
use crate::error::{Error, Outcome};
use crate::events::{Became, Header, Merged, News, merge};
use crate::finding::{Code, Content, Severity};
use crate::ics::{self, Told};
use crate::rim::repo::{Rev, TOML_LIMIT_BYTES};
use crate::ui::{Ui, foreign, plural};

/// Brings in the events of another calendar: a file, an address or a CalDAV collection.
///
/// Writes events/ID.toml: each event of the days asked for, and each time that a recurring one comes. Imported again, it
/// tells what is new, changed and gone; what you added to an event stays. The same calendar again changes nothing.
///
/// Up to 1,000 events are read, from files of up to 128 MB: narrow the days with --from and --until.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends import ics communications.ics
  kalends import ics communications.ics --from 2027-01-01 --until 2027-12-31
  kalends import ics office.ics --as director     # writes events/director.toml
  kalends import ics office.ics --partial         # leaves out what is broken, and says so
  kalends import ics https://cloud.example/dav/comms/ --user ada   # CalDAV")]
pub struct Args {
    /// The calendar: a file that ends in .ics, an address, or that of a CalDAV collection
    source: String,
    /// The file to write, events/ID.toml; named after the source if left out
    #[arg(long = "as", value_name = "ID")]
    id: Option<String>,
    /// The first day; at first the first of this month, later the first that was imported before
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// The last day; the end of the month a year from now, if left out
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// Leave out events that are broken, and bring in the others
    #[arg(long)]
    partial: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    file: String,
    written: bool,
    from: String,
    until: String,
    events: usize,
    news: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    became: &'static str,
    when: &'a str,
    name: &'a str,
    details: &'a [String],
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let now = here.now(&args.clock, calendar.zone())?;
    let address = fetch::address(&args.source)?;
    let id = id_of(args, address.as_ref())?;
    let days = window(args, calendar.events.get(&id), calendar.zone().local(now).date())?;
    let outside = match &address {
        Some(url) => fetch::fetch(url, &args.server, &days, reading.repo.root(), ui)?,
        None => Outside::file(Path::new(&args.source), ics::FILE_LIMIT_BYTES)?,
    };
    let mut told = ics::read(&outside.name, &outside.bytes, calendar.zone(), &days);
    let failed = told.findings.iter().any(|finding| finding.severity() == Severity::Error);
    if !told.findings.is_empty() {
        outside.show(ui, &mut told.findings)?;
    }
    // Of too many nobody can say which to leave out.
    if told.findings.iter().any(|finding| finding.code == Code::TooLarge) {
        ui.hint("nothing was written");
        return Ok(Outcome::Findings);
    }
    if failed && !args.partial {
        ui.hint("nothing was written; --partial brings in the events that are whole");
        return Ok(Outcome::Findings);
    }
    let merged = merged(&outside.name, &reading, &told, (&id, &days, now))?;
    let path = reading.repo.root().join(file_of(&id));
    let is_new = text_of(&reading, &id).is_none_or(|text| text != merged.text);
    if is_new && !args.dry_run {
        here.write(&path, merged.text.as_bytes())?;
    }
    let written = is_new && !args.dry_run;
    tell(
        ui,
        &merged,
        &Written { path: here.show(&path), file: file_of(&id), written, days, many: told.events.len() },
    )?;
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}

fn file_of(id: &EventsId) -> String {
    format!("events/{id}.toml")
}

/// Returns the id of the events: the one that the user said, or one made of the source's name.
fn id_of(args: &Args, address: Option<&Url>) -> Result<EventsId, Error> {
    let made = || match address {
        Some(url) => slug(&fetch::name(url)),
        None => slug(&stem(Path::new(&args.source))?),
    };
    let name = args.id.clone().or_else(made).unwrap_or_default();
    EventsId::new(&name).ok_or_else(|| {
        Error::user(format!("`{}` is not an id", foreign(&name)))
            .hint("say --as ID: lower-case letters, digits and hyphens, such as --as communications")
    })
}

/// Returns the days to import: those that the user said; of an import made before its own, as far as a year from now.
fn window(args: &Args, before: Option<&Events>, today: NaiveDate) -> Result<Range<NaiveDate>, Error> {
    let month = today.with_day(1).unwrap_or(today);
    let ahead = month.checked_add_months(Months::new(13)).and_then(|day| day.pred_opt()).unwrap_or(today);
    let from = args.from.or(before.and_then(|events| events.from)).unwrap_or(month);
    let usual = before.and_then(|events| events.until).map_or(ahead, |until| until.max(ahead));
    let until = args.until.unwrap_or(usual);
    let known = |day: NaiveDate| (1..=9990).contains(&day.year());
    if until < from || !known(from) || !known(until) {
        return Err(Error::usage(format!("the last day, {until}, is not after the first, {from}"))
            .hint("say --from and --until, such as --from 2027-01-01 --until 2027-12-31"));
    }
    Ok(from..until.succ_opt().unwrap_or(until))
}

fn text_of<'a>(reading: &'a Reading, id: &EventsId) -> Option<&'a str> {
    let path = file_of(id);
    reading.files.iter().find(|file| file.path == path).and_then(|file| match &file.content {
        Content::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

fn merged(
    source: &str,
    reading: &Reading,
    told: &Told,
    (id, days, now): (&EventsId, &Range<NaiveDate>, DateTime<Utc>),
) -> Result<Merged, Error> {
    let path = file_of(id);
    let is_broken =
        reading.findings.iter().any(|finding| finding.file == path && finding.severity() == Severity::Error);
    let broken = |why: String| {
        Error::user(format!("{path} cannot be added to: {why}"))
            .hint("kalends check shows its place; mend it, or import under another name with --as ID")
    };
    if is_broken {
        return Err(broken("it has an error".to_owned()));
    }
    let title = told.title.clone().filter(|title| !title.is_empty()).unwrap_or_else(|| id.to_string());
    let until = days.end.pred_opt().unwrap_or(days.end);
    let is_address = source.contains("://");
    let file_name = Path::new(source).file_name().map(|name| name.to_string_lossy().into_owned());
    let source = file_name.filter(|_| !is_address).unwrap_or_else(|| source.to_owned());
    let zone = reading.calendar.zone().clone();
    let header = Header { title, source, now, from: days.start, until, zone };
    let merged = merge(text_of(reading, id), &header, &told.events).map_err(broken)?;
    if merged.text.len() > TOML_LIMIT_BYTES {
        return Err(Error::user(format!(
            "{} make {} KB, and a file of the calendar has {} KB at most",
            plural(told.events.len(), "event"),
            merged.text.len() >> 10,
            TOML_LIMIT_BYTES >> 10
        ))
        .hint(
            "narrow the days with --from and --until; or import them in parts, each with its own --as ID",
        ));
    }
    Ok(merged)
}

/// What became of the file.
struct Written {
    path: String,
    file: String,
    written: bool,
    days: Range<NaiveDate>,
    many: usize,
}

fn tell(ui: &mut Ui, merged: &Merged, done: &Written) -> Result<(), Error> {
    let until = done.days.end.pred_opt().unwrap_or(done.days.end);
    if ui.json() {
        return ui.document(
            "import",
            &Document {
                file: done.file.clone(),
                written: done.written,
                from: done.days.start.to_string(),
                until: until.to_string(),
                events: done.many,
                news: merged.news.iter().map(one).collect(),
            },
        );
    }
    for news in &merged.news {
        ui.data(format!("{}  {}  {}", news.became.word(), news.when, foreign(&news.name)))?;
        for detail in &news.details {
            ui.data(format!("    {}", foreign(detail)))?;
        }
    }
    let count = |became| merged.news.iter().filter(|news| news.became == became).count();
    let kinds = [Became::New, Became::Changed, Became::Gone, Became::Removed];
    let said: Vec<String> = kinds
        .into_iter()
        .filter(|became| count(*became) > 0)
        .map(|became| format!("{} {}", count(became), became.word()))
        .collect();
    let (many, from) = (plural(done.many, "event"), done.days.start);
    match (said.is_empty(), done.written) {
        (true, false) => ui.status(format!("{many} from {from} to {until}; nothing is new")),
        (true, true) => {
            ui.status(format!("{many} from {from} to {until}; {} says these days now", done.path))
        }
        (false, true) => ui.status(format!(
            "{} of {many} from {from} to {until}; written to {}",
            said.join(", "),
            done.path
        )),
        (false, false) => {
            ui.status(format!("{} of {many} from {from} to {until}; nothing was written", said.join(", ")))
        }
    }
    Ok(())
}

fn one(news: &News) -> One<'_> {
    One { became: news.became.word(), when: &news.when, name: &news.name, details: &news.details }
}
