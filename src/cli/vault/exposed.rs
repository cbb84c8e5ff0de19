//! `kalends vault exposed`

use serde::Serialize;

use crate::calendar::Calendar;
use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::draft::PersonId;
use crate::error::{Error, Outcome};
use crate::exposure::{Exposure, exposures};
use crate::rim::repo::Rev;
use crate::ui::{self, Ui, plural};
use crate::vault::{ReaderId, how_to_end};

/// Lists the secrets in use that somebody could have read who should not know them.
///
/// Looks through the whole history, in all branches and tags, and at what runners have renewed. Whoever could open a
/// secret in any version of the vault knows it, until it is another: taking them out is not enough. So the list
/// empties only by rotation. Exits 1 where something is listed.
///
/// Needs no identity: it reads who a secret was sealed for, never the secret.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends vault exposed
  kalends vault exposed --person bo      # what bo could have read, when bo has left")]
pub struct Args {
    /// Only what this person could have read, or this runner as `runner:ID`
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    exposed: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    account: &'a str,
    value: &'a str,
    set_at: String,
    readers: Vec<String>,
    /// Whether it was sealed for a key, too, of which nothing says whose it is.
    unnamed: bool,
    rotate: String,
}

/// Lists.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    if reading.repo.is_shallow()? {
        return Err(Error::user(
            "this clone has only a part of the history, and may not show who could read a secret",
        )
        .hint("fetch the rest: git fetch --unshallow"));
    }
    let now = here.now(&args.clock, reading.calendar.zone())?;
    let today = reading.calendar.zone().local(now).date();
    let mut exposed = exposures(&reading.calendar, &reading.files, &reading.repo.past()?, today);
    if let Some(person) = &args.person {
        let id = reader(person)?;
        exposed.retain(|exposure| exposure.readers.contains(&id));
    }
    if ui.json() {
        ui.document("vault-exposed", &Document { exposed: exposed.iter().map(item).collect() })?;
    } else {
        for exposure in &exposed {
            show(exposure, &reading.calendar, ui)?;
        }
        ui.status(match exposed.len() {
            0 => "nothing in use is known to anybody who should not know it".to_owned(),
            many => format!("{} to rotate", plural(many, "secret")),
        });
    }
    Ok(if exposed.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// Reads a person's id, or `person:ID` or `runner:ID`.
fn reader(word: &str) -> Result<ReaderId, Error> {
    let person = PersonId::new(word).map(ReaderId::Person);
    person.or_else(|| word.parse().ok()).ok_or_else(|| {
        Error::usage(format!("--person {}: it is no id of a person, and no runner:ID", ui::foreign(word)))
    })
}

fn rotate(exposure: &Exposure) -> String {
    format!("kalends vault rotate {}", exposure.account)
}

fn item(exposure: &Exposure) -> Item<'_> {
    Item {
        account: exposure.account.as_str(),
        value: &exposure.value,
        set_at: ui::moment(exposure.set_at),
        readers: exposure.readers.iter().map(ToString::to_string).collect(),
        unnamed: exposure.unnamed,
        rotate: rotate(exposure),
    }
}

fn show(exposure: &Exposure, calendar: &Calendar, ui: &mut Ui) -> Result<(), Error> {
    let mut who: Vec<String> = exposure.readers.iter().map(ToString::to_string).collect();
    if exposure.unnamed {
        who.push("somebody whose key nothing names".to_owned());
    }
    let set = calendar.zone().local(exposure.set_at).format("%Y-%m-%d");
    ui.data(format!(
        "{}: {} could read the secret that was set on {set} and is in use",
        exposure.account,
        who.join(", ")
    ))?;
    if let Some(account) = calendar.account(&exposure.account) {
        ui.hint(format!("{}; then: {}", how_to_end(account), rotate(exposure)));
    }
    Ok(())
}
