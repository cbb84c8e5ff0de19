//! `kalends campaign list`

use serde::Serialize;

use crate::calendar::{Calendar, Campaign};
use crate::cli::ClockArgs;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::table::{Cell, Column, table};
use crate::ui::{self, Ui, plural};

/// Shows the campaigns: their days, their steps, what comes next.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    campaigns: Vec<One<'a>>,
}

/// A campaign, as a program reads it.
#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    file: &'a str,
    name: &'a str,
    from: Option<String>,
    until: Option<String>,
    department: Option<&'a str>,
    goal: Option<&'a str>,
    metric: Option<&'a str>,
    target: Option<f64>,
    steps: Vec<Dated<'a>>,
}

#[derive(Serialize)]
struct Dated<'a> {
    at: String,
    tactic: &'static str,
    department: Option<&'a str>,
    accounts: Vec<&'a str>,
    post: Option<&'a str>,
    closes: Option<String>,
    ends: Option<&'static str>,
    metric: Option<&'a str>,
    target: Option<f64>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let now = calendar.zone().local(here.now(&args.clock, calendar.zone())?);
    let campaigns: Vec<One<'_>> =
        calendar.campaigns.values().map(|campaign| one(calendar, campaign)).collect();
    if ui.json() {
        ui.document("campaigns", &Document { campaigns })?;
        return Ok(Outcome::Done);
    }
    let now = now.format("%Y-%m-%dT%H:%M:%S").to_string();
    let row = |one: &One<'_>| -> Vec<Cell> {
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "…".to_owned());
        let written = one.steps.iter().filter(|step| step.post.is_some()).count();
        let steps = match one.steps.len() {
            0 => "none".to_owned(),
            all => format!("{written} of {all}"),
        };
        let next = one.steps.iter().find(|step| step.at >= now);
        let next = next.map_or_else(String::new, |step| {
            format!("{} {}", step.at.get(..10).unwrap_or_default(), step.tactic)
        });
        let days = format!("{} to {}", day(&one.from), day(&one.until));
        [one.id.to_owned(), days, steps, next, judged(one)]
            .map(|text| Cell::from(ui::foreign(&text).into_owned()))
            .into()
    };
    let rows: Vec<Vec<Cell>> = campaigns.iter().map(row).collect();
    if !rows.is_empty() {
        let columns = [
            Column::new("campaign", 8),
            Column::new("days", 10),
            Column::new("written", 7),
            Column::new("next", 10),
            Column::new("judged by", 9),
        ];
        ui.data(table(ui.width(), &columns, &rows, &[]))?;
    }
    ui.status(plural(rows.len(), "campaign"));
    Ok(Outcome::Done)
}

/// Says which number judges a campaign.
fn judged(one: &One<'_>) -> String {
    match (one.metric, one.target, one.goal) {
        (Some(metric), Some(target), _) => format!("{target} {metric}"),
        (_, _, Some(goal)) => goal.to_owned(),
        _ if one.steps.iter().any(|step| step.target.is_some()) => "its steps".to_owned(),
        _ => "nothing yet".to_owned(),
    }
}

fn one<'a>(calendar: &'a Calendar, campaign: &'a Campaign) -> One<'a> {
    let dated = calendar.dated_steps(campaign).into_iter().map(|dated| Dated {
        at: dated.at.format("%Y-%m-%dT%H:%M:%S").to_string(),
        tactic: dated.step.tactic.value.as_str(),
        department: dated.department.map(|id| id.as_str()),
        accounts: dated.accounts().into_iter().map(|id| id.as_str()).collect(),
        post: dated.post.map(|post| post.id.as_str()),
        closes: dated.closes(calendar).map(|closes| closes.date().to_string()),
        ends: dated.step.ends.as_ref().map(|ends| ends.value.as_str()),
        metric: dated.step.metric.as_ref().map(|metric| metric.value.as_str()),
        target: dated.step.target,
    });
    One {
        id: campaign.id.as_str(),
        file: &campaign.file,
        name: &campaign.name,
        from: campaign.from.as_ref().map(|at| at.value.to_string()),
        until: campaign.until.as_ref().map(|at| at.value.to_string()),
        department: campaign.department.as_ref().map(|at| at.value.as_str()),
        goal: campaign.goal.as_ref().map(|at| at.value.as_str()),
        metric: campaign.metric.as_ref().map(|at| at.value.as_str()),
        target: campaign.target,
        steps: dated.collect(),
    }
}
