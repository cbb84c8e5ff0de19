//! `kalends resume`

use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::error::{Error, Outcome};
use crate::switch;
use crate::ui::{self, Ui};

/// Lets publishing go on after a stop.
///
/// Nothing bursts: what is later than its `late` allows is recorded as missed, and one run sends an account no more
/// than its share.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
}

/// Resumes.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let runner = Runner::open(here, &args.clock)?;
    let world = runner.world(&runner.branch);
    let (before, _) = switch::turn(&world, None)?;
    match before.halt {
        Some(halt) => ui.data(format!(
            "publishing goes on; {} had stopped it at {}: {}",
            ui::foreign(&halt.by),
            ui::foreign(&halt.since),
            ui::foreign(&halt.why)
        ))?,
        None => ui.data("publishing was not stopped")?,
    }
    Ok(Outcome::Done)
}
