//! `kalends retract`

use std::collections::BTreeSet;

use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::cli::{ClockArgs, IdentityArgs};
use crate::draft::{MediaBook, Occurrence, Slot};
use crate::error::{Error, Outcome};
use crate::retract::{self, Taken};
use crate::ui::{self, Ui};

/// Takes a published post down, with a record.
///
/// What is not published yet is called off. What is in doubt must be settled first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The post's id, or a slot of it
    post: String,
    /// Only on these accounts
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,
    /// Why, for everybody who asks later
    #[arg(long, value_name = "TEXT", default_value = "retracted")]
    why: String,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    identity: IdentityArgs,
}

/// Retracts.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let runner =
        Runner::open(here, &args.clock)?.with_identity(&args.identity, ui).alone("kalends retract", ui)?;
    let world = runner.world(&runner.branch);
    let known = runner.known_slots(&world)?;
    let slots = meant(args, &known, &runner, here)?;
    let book = MediaBook::new();
    let faults = runner.faults();
    let unapproved = runner.unapproved();
    let intent = runner.intent(&book, (&faults, &unapproved), false);
    let mut worst = Outcome::Done;
    for (slot, taken) in retract::retract(&world, &intent, &slots, &args.why)? {
        let (line, weight) = match taken {
            Taken::Down => (format!("taken down  {slot}"), Outcome::Done),
            Taken::CalledOff => (format!("called off  {slot}"), Outcome::Done),
            Taken::Nothing(why) => (format!("nothing     {slot}  {}", ui::foreign(&why)), Outcome::Done),
            Taken::Failed(why) => (format!("failed      {slot}  {}", ui::foreign(&why)), Outcome::Unsent),
            Taken::ByHand => (format!("by hand     {slot}  take it down yourself"), Outcome::Unsent),
            Taken::InDoubt => {
                ui.hint(crate::plan::settle_hint(&slot));
                (format!("in doubt    {slot}  it may be public: settle it first"), Outcome::Doubt)
            }
        };
        ui.data(line)?;
        worst = worst.max(weight);
    }
    Ok(worst)
}

/// Returns the slots that are meant: a post's past ones, and the only one of a post that does not repeat.
fn meant(args: &Args, known: &BTreeSet<Slot>, runner: &Runner, here: &Here) -> Result<BTreeSet<Slot>, Error> {
    let now = runner.now();
    let future: BTreeSet<Slot> =
        runner.drafts_from(now).into_iter().filter(|draft| draft.due > now).map(|draft| draft.slot).collect();
    // A post that is no longer in the calendar can still be taken down, by its slot or whole id.
    let found = here.post(runner.calendar(), &args.post).map(|post| post.id.to_string());
    let id = found.unwrap_or_else(|_| args.post.clone());
    let mut slots: BTreeSet<Slot> = known
        .iter()
        .filter(|slot| slot.post.as_str() == id || slot.to_string() == args.post)
        .filter(|slot| slot.occurrence == Occurrence::Once || !future.contains(slot))
        .cloned()
        .collect();
    if slots.is_empty() {
        slots.insert(crate::cli::settle::find(&args.post, known)?);
    }
    if !args.account.is_empty() {
        slots.retain(|slot| args.account.iter().any(|account| slot.account.as_str() == account));
        if slots.is_empty() {
            return Err(Error::user(format!(
                "{} goes to none of these accounts: {}",
                ui::foreign(&args.post),
                ui::foreign(&args.account.join(", "))
            )));
        }
    }
    Ok(slots)
}
