//! `kalends settle`

use std::collections::BTreeSet;

use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::draft::Slot;
use crate::error::{Error, Outcome};
use crate::ledger::{Decision, Illegal};
use crate::switch;
use crate::ui::{self, Ui};

/// Decides a doubt, or says that a post was posted by hand.
///
/// A doubt is a post of which it is not known whether it is public. Look at the account. If it is there, say
/// --delivered with its address; if it is not, say --release, and it is sent again while its time lasts.
///
/// SLOT is POST/OCCURRENCE/ACCOUNT as `kalends status` shows it. POST/ACCOUNT is enough where only one can be meant.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to decide, such as 2027-01-18-open-day/once/mastodon
    slot: String,
    #[command(flatten)]
    verdict: Verdict,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Verdict {
    /// It is public, at this address
    #[arg(long, value_name = "URL")]
    delivered: Option<String>,
    /// It is not public, and may be sent again
    #[arg(long)]
    release: bool,
}

/// Settles.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let runner = Runner::open(here, &args.clock)?.alone("kalends settle", ui)?;
    let world = runner.world(&runner.branch);
    let slot = find(&args.slot, &runner.known_slots(&world)?)?;
    let decision = match &args.verdict.delivered {
        Some(url) => Decision::Delivered { url: Some(url.clone()) },
        None => Decision::Released,
    };
    match switch::decide(&world, &slot, decision)? {
        Ok(()) if args.verdict.release => {
            ui.data(format!("{slot} is free again: the next publish sends it if there is time"))?
        }
        Ok(()) => ui.data(format!("{slot} is published, by your word"))?,
        Err(Illegal::Already) => ui.data(format!("{slot} was settled so before"))?,
        Err(Illegal::State(why)) => {
            return Err(Error::user(format!("{slot} cannot be settled so: {why}"))
                .hint("see where it stands: kalends status"));
        }
        Err(Illegal::Twin(other)) => {
            return Err(Error::user(format!("{slot} cannot be settled so: {other} said the same words")));
        }
        Err(Illegal::Halted) => return Err(Error::user("publishing is stopped").hint("kalends resume")),
    }
    Ok(Outcome::Done)
}

/// Finds the slot that a person means among those that exist.
pub fn find(meant: &str, known: &BTreeSet<Slot>) -> Result<Slot, Error> {
    if let Ok(slot) = meant.parse::<Slot>()
        && known.contains(&slot)
    {
        return Ok(slot);
    }
    let names: Vec<&str> = meant.split('/').collect();
    let matches: Vec<&Slot> = known
        .iter()
        .filter(|slot| {
            let whole = slot.to_string();
            let mut parts = whole.split('/');
            names.iter().all(|name| parts.any(|part| part == *name || part.get(11..) == Some(*name)))
        })
        .collect();
    match matches.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let nearest = known
                .iter()
                .map(ToString::to_string)
                .max_by(|a, b| strsim::jaro_winkler(a, meant).total_cmp(&strsim::jaro_winkler(b, meant)));
            let error = Error::user(format!("there is no slot `{}`", ui::foreign(meant)));
            Err(match nearest {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint("the calendar promises nothing yet, and the ledger is empty"),
            })
        }
        many => {
            let some: Vec<String> = many.iter().take(5).map(ToString::to_string).collect();
            Err(Error::user(format!("`{}` may mean {} slots", ui::foreign(meant), many.len()))
                .hint(format!("name one: {}", some.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(slots: &[&str]) -> BTreeSet<Slot> {
        slots.iter().filter_map(|slot| slot.parse().ok()).collect()
    }

    #[test]
    fn a_short_name_is_enough_where_only_one_slot_can_be_meant() {
        let known = known(&["a/once/news", "a/once/bluesky", "b/2027-01-03/news", "b/2027-01-10/news"]);
        let found = |meant| find(meant, &known).map(|slot| slot.to_string()).map_err(|error| error.message);
        assert_eq!(found("a/news"), Ok("a/once/news".to_owned()));
        assert_eq!(found("b/2027-01-10"), Ok("b/2027-01-10/news".to_owned()));
        assert_eq!(found("b/news"), Err("`b/news` may mean 2 slots".to_owned()));
        assert_eq!(found("c"), Err("there is no slot `c`".to_owned()));
    }
}
