//! `kalends campaign check`

use std::collections::BTreeSet;

use crate::calendar::{self, check_campaigns};
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::finding::{Finding, Severity};
use crate::ui::Ui;
use crate::ui::findings::Format;

/// Finds what is wrong with campaigns, and what they lack so far.
///
/// Beside what `kalends check` finds in a campaign's file it tells of steps that are near and have no post, contests without a
/// winner, questions without an answer, posts of the campaign that no step wants, and campaigns that no number judges.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's id; all campaigns if left out
    #[arg(value_name = "CAMPAIGN", add = complete::campaigns())]
    id: Option<String>,
    /// Check what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
    /// How findings are shown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let campaigns = &reading.calendar.campaigns;
    let files: BTreeSet<&str> = match &args.id {
        Some(id) => BTreeSet::from([here.campaign(&reading.calendar, id)?.file.as_str()]),
        None => campaigns.values().map(|campaign| campaign.file.as_str()).collect(),
    };
    let today = reading.calendar.zone().local(here.now(&args.clock, reading.calendar.zone())?).date();
    let media: Vec<&str> = reading.calendar.media_files().into_iter().collect();
    let book = reading.repo.media_facts(&media, &rev)?;
    let mut findings = reading.faults(&book);
    findings.extend(check_campaigns(&reading.calendar, today));
    let is_about = |finding: &Finding| {
        let related = finding.related.iter().map(|related| related.file.as_str());
        related.chain([finding.file.as_str()]).any(|file| files.contains(file))
    };
    findings.retain(is_about);
    calendar::sort(&mut findings);
    let format = if ui.json() { Format::Json } else { args.format };
    ui.findings(format, &findings, &here.sources(&reading, &findings))?;
    let failed = findings.iter().any(|finding| finding.severity() == Severity::Error);
    if campaigns.is_empty() {
        ui.hint("kalends campaign new 'Open Day' --from DAY --until DAY plans one");
    }
    Ok(if failed { Outcome::Findings } else { Outcome::Done })
}
