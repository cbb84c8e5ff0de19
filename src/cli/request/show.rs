//! `kalends request show`

use super::{One, asks, one, rows, wanted};
use crate::calendar::{Request, Words};
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::fate::{Fate, fate};
use crate::text::{Breaks, visible};
use crate::ui::{self, Ui};

/// Shows a request whole, and what became of it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The request's id
    #[arg(value_name = "REQUEST", add = complete::requests())]
    id: String,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let calendar = &reading.calendar;
    let request = here.request(calendar, &args.id)?;
    let now = here.now(&args.clock, calendar.zone())?;
    let rows = rows(ui, &reading, &rev, now)?;
    let fate = fate(calendar, request, &rows, now);
    if ui.json() {
        fn words(words: &Option<Words>) -> Option<&str> {
            words.as_ref().map(|words| words.text.as_str())
        }
        let whole = One { text: words(&request.text), why: words(&request.why), ..one(request, &fate) };
        ui.document("request", &whole)?;
        return Ok(Outcome::Done);
    }
    ui.page();
    ui.data(format!("{}  {}", ui::paint(ui::STRONG, ui::foreign(&request.title)), fate.word()))?;
    for (what, value) in facts(request, &fate).iter().filter(|(_, value)| !value.is_empty()) {
        ui.data(format!("{what:<9} {}", ui::foreign(value)))?;
    }
    for words in [&request.why, &request.text].into_iter().flatten() {
        ui.data(format!("\n{}", visible(&words.text, Breaks::Keep)))?;
    }
    if request.taken.is_empty() && request.posts.is_empty() && request.declined.is_none() {
        ui.hint(format!("who sees to it runs: kalends request take {}", request.id));
    }
    Ok(Outcome::Done)
}

fn facts(request: &Request, fate: &Fate) -> [(&'static str, String); 12] {
    let list = |names: Vec<&str>| names.join(", ");
    let taken = request.taken.iter().map(|taken| format!("by {} on {}", taken.by.value, taken.on));
    [
        ("file", request.file.clone()),
        ("asks", asks(request)),
        ("of", request.to_department.as_ref().map(|at| at.value.to_string()).unwrap_or_default()),
        ("wanted", wanted(request)),
        ("accounts", list(request.accounts.iter().map(|at| at.value.as_str()).collect())),
        ("campaign", request.campaign.as_ref().map(|at| at.value.to_string()).unwrap_or_default()),
        ("link", request.link.as_ref().map(|at| at.value.clone()).unwrap_or_default()),
        ("media", list(request.media.iter().map(|picture| picture.file.value.as_str()).collect())),
        ("taken", taken.collect::<Vec<_>>().join("; ")),
        ("posts", list(request.posts.iter().map(|at| at.value.as_str()).collect())),
        ("seen at", fate.urls.join(" ")),
        ("became", format!("{}: {}", fate.state.word(), fate.told)),
    ]
}
