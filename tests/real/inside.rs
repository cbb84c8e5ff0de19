//! The journey that publishes, in this process: over a wire that lets in a page of this machine, which the program's own
//! gate refuses.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use kalends::cli::here::Here;
use kalends::cli::runner::Runner;
use kalends::cli::{ClockArgs, IdentityArgs};
use kalends::plan::Plan;
use kalends::publish::{Settled, Watch, publish};
use kalends::rim::clock::SystemClock;
use kalends::rim::shelf::Shelf;
use kalends::rim::wire::Wire;
use kalends::time::Clock;
use kalends::ui::{Manner, Surroundings, Ui};
use kalends::world::World;

use crate::calendar::{Ahead, Calendar};

/// The machine's clock, so far ahead.
struct Later(Ahead);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0)
    }

    fn wait(&self, span: TimeDelta) {
        SystemClock.wait(span);
    }
}

/// Writes down what a run says.
#[derive(Default)]
struct Minutes(Mutex<String>);

impl Minutes {
    fn add(&self, line: &str) {
        let mut said = self.0.lock().unwrap();
        said.push_str(line);
        said.push('\n');
    }
}

impl Watch for Minutes {
    fn planned(&self, _: &Plan) {}

    fn settled(&self, settled: &Settled) {
        self.add(&format!("{}: {:?}", settled.slot, settled.outcome));
    }

    fn warned(&self, warning: &str) {
        self.add(warning);
    }
}

/// Publishes what is due in a calendar, and returns what was said.
pub fn publish_here(calendar: &Calendar, ahead: Ahead) -> String {
    let here = Here::new(Some(calendar.root()));
    let mut ui = Ui::new(Manner { quiet: true, json: false }, Surroundings::default());
    let identity = IdentityArgs { identity: Some(calendar.identity()) };
    let runner = Runner::open(&here, &ClockArgs { now: None }).unwrap().with_identity(&identity, &ui);
    let runner = runner.alone("a test", &mut ui).unwrap();
    let (clock, wire) = (Later(ahead), Wire::gated(Shelf { root: calendar.root() }, |_| true));
    let drafts = runner.drafts_from(clock.now());
    let book = runner.book(&drafts).unwrap();
    let (faults, unapproved) = (runner.faults(), runner.unapproved());
    let intent = runner.intent(&book, (&faults, &unapproved), false);
    let world = World { clock: &clock, http: &wire, ..runner.world(&runner.branch) };
    let minutes = Minutes::default();
    let ended = publish(&world, &intent, &minutes);
    let said = minutes.0.into_inner().unwrap();
    match ended {
        Ok(_) => said,
        Err(why) => format!("{said}{why}\n"),
    }
}
