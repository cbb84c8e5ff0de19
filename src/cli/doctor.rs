//! `kalends doctor`

use serde::Serialize;

use crate::checkup::{self, Machine, Sign, TONIGHT, Verdict};
use crate::cli::here::Here;
use crate::cli::runner::Runner;
use crate::cli::{ClockArgs, IdentityArgs};
use crate::error::{Error, Outcome};
use crate::rim::last_run;
use crate::ui::{self, Ui, plural};

/// Looks whether tonight's posts will go out.
///
/// It goes the way of `publish` as far as that can be done without sending: it fetches the ledger and adds a line to
/// it, compares the clocks, opens each account's secret, signs in, and looks at what is due in the next 24 hours and
/// when `publish` last ran.
///
/// Exits 0 where nothing stops them, and 3 where something does.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    /// Ask no platform and no forge beside the ledger's own remote
    #[arg(long)]
    offline: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    will_go_out: bool,
    signs: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    subject: &'a str,
    verdict: &'a str,
    words: &'a str,
    next: Option<&'a str>,
}

/// Looks.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let runner = Runner::open(here, &args.clock)?.with_identity(&args.identity, ui);
    let world = runner.world(&runner.branch);
    let now = runner.now();
    let drafts = runner.calendar().drafts(now - runner.longest_late()..now + TONIGHT * 31);
    let book = runner.book(&drafts)?;
    let faults = runner.faults();
    let unapproved = runner.unapproved();
    let intent = runner.intent(&book, (&faults, &unapproved), false);
    let machine = Machine {
        remote: runner.branch.address().filter(|address| address.starts_with("http")),
        last_run: last_run::read(runner.reading.repo.git_dir()?),
        identity: runner.identity(),
        offline: args.offline || args.clock.now.is_some(),
    };
    let signs = checkup::examine(&world, &intent, &drafts, &machine);
    let bad = signs.iter().filter(|sign| sign.verdict == Verdict::Bad).count();
    if ui.json() {
        let signs = signs.iter().map(line).collect();
        ui.document("doctor", &Document { will_go_out: bad == 0, signs })?;
    } else {
        signs.iter().try_for_each(|sign| show(ui, sign))?;
        ui.status(match bad {
            0 => "tonight's posts will go out".to_owned(),
            _ => format!("{} in the way of tonight's posts", plural(bad, "thing")),
        });
    }
    Ok(if bad == 0 { Outcome::Done } else { Outcome::Unsent })
}

fn line(sign: &Sign) -> Line<'_> {
    Line {
        subject: &sign.subject,
        verdict: sign.verdict.word(),
        words: &sign.words,
        next: sign.next.as_deref(),
    }
}

fn show(ui: &mut Ui, sign: &Sign) -> Result<(), Error> {
    let style = match sign.verdict {
        Verdict::Fine => ui::GOOD,
        Verdict::Unknown => ui::QUIET,
        Verdict::Warn => ui::WARNING,
        Verdict::Bad => ui::ERROR,
    };
    let verdict = ui::paint(style, format!("{:<7}", sign.verdict.word()));
    ui.data(format!("{verdict}  {}: {}", ui::foreign(&sign.subject), ui::foreign(&sign.words)))?;
    match &sign.next {
        Some(next) => ui.data(format!("         {}", ui::paint(ui::HINT, ui::foreign(next)))),
        None => Ok(()),
    }
}
