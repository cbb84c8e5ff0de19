//! `kalends stop`

use clap::builder::NonEmptyStringValueParser;

use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::error::{Error, Outcome};
use crate::switch;
use crate::ui::{self, Ui, plural};

/// Stops all publishing, on every machine that shares the ledger.
///
/// The switch lies in the ledger that every sending must be committed to: nothing starts after it. What was being
/// sent at that moment may still appear, and is listed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Why, for everybody who asks later
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    why: String,
    #[command(flatten)]
    clock: ClockArgs,
}

/// Stops.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let runner = Runner::open(here, &args.clock)?;
    let world = runner.world(&runner.branch);
    let (before, sending) = switch::turn(&world, Some(&args.why))?;
    match before.halt {
        Some(halt) => ui.data(format!(
            "publishing was stopped before, by {} ({}); now it says why you did",
            ui::foreign(&halt.by),
            ui::foreign(&halt.why)
        ))?,
        None => ui.data("publishing is stopped")?,
    }
    if !sending.is_empty() {
        ui.warning(format!("{} being sent, and may still appear:", plural(sending.len(), "post was")));
        for slot in &sending {
            ui.status(format!("  {slot}"));
        }
    }
    ui.hint("go on with: kalends resume");
    Ok(Outcome::Done)
}
