//! `kalends advise`

mod experiment;

use chrono::{Months, NaiveDate};
use serde::Serialize;

use crate::advice::{Advice, Answer, By, Cell, Effort, Scored, answer, percent};
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::cli::plan::parse_month;
use crate::cli::{ClockArgs, complete, evidence};
use crate::error::{Error, Outcome};
use crate::ui::{self, Ui};
use experiment::Wanted;

/// Says what to post more of, and what less, with how sure that is.
///
/// Looks at every post of the year that ends with MONTH and compares it with the other posts of the same account and week: when it
/// went out, its form, whose subject it was, how long it was, its tags. It says only what chance hardly does: where nothing has an
/// effect, at most one month in twenty has any advice. It also says how the advice of the month before did, and what could have
/// been seen at all. The same commit gives the same advice.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends advise 2027-01
  kalends advise 2027-01 --posts                    the posts behind each advice
  kalends advise 2027-01 --by reach
  kalends advise 2027-01 --json | jq .advice
  kalends advise 2027-01 --experiment c7fbf4a4 --from 2027-03-01 --weeks 8")]
pub struct Args {
    /// The month that the year ends with; the last one that is over if left out
    #[arg(value_name = "MONTH", value_parser = parse_month)]
    month: Option<NaiveDate>,
    /// Compare posts by this: engagements, reach, impressions, clicks, likes …
    #[arg(long, value_name = "METRIC", default_value = "engagements", value_parser = str::parse::<By>)]
    by: By,
    /// List the posts behind each advice
    #[arg(long)]
    posts: bool,
    /// Plan an experiment that settles an advice, or any comparison, by its id: a file of experiments/, and slots drawn by lot
    #[arg(long, value_name = "ID", requires = "from", conflicts_with_all = ["posts", "at"])]
    experiment: Option<String>,
    /// The experiment's first day; it begins on a Monday
    #[arg(long, value_name = "DATE", requires = "experiment", value_parser = day)]
    from: Option<NaiveDate>,
    /// For how many weeks
    #[arg(long, value_name = "N", requires = "experiment", default_value = "8", value_parser = clap::value_parser!(u32).range(2..=52))]
    weeks: u32,
    /// The account that it is tried on; the one of the platform with the most posts if left out
    #[arg(long, value_name = "ID", requires = "experiment", add = complete::accounts())]
    account: Option<String>,
    /// Show the experiment's slots, and write nothing
    #[arg(long, requires = "experiment")]
    dry_run: bool,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "expected a day such as 2027-07-01".to_owned())
}

#[derive(Serialize)]
struct Document<'a> {
    month: String,
    by: &'static str,
    seed: String,
    posts: usize,
    /// Every comparison of the family.
    comparisons: Vec<Compared>,
    advice: Vec<One<'a>>,
    scored: Vec<Judged>,
    reach: Vec<Reached<'a>>,
    left_out: Vec<Missing>,
}

#[derive(Serialize)]
struct Compared {
    id: String,
    platform: String,
    factor: &'static str,
    level: String,
    posts: usize,
    others: usize,
    weeks: usize,
    adjusted_likelihood: f64,
}

#[derive(Serialize)]
struct One<'a> {
    id: String,
    platform: &'a str,
    factor: &'static str,
    level: &'a str,
    says: String,
    grounds: String,
    doubts: Vec<String>,
    effect_percent: f64,
    low_percent: f64,
    high_percent: f64,
    measured_percent: f64,
    adjusted_likelihood: f64,
    posts: Vec<Post<'a>>,
    others: usize,
    weeks: usize,
}

#[derive(Serialize)]
struct Post<'a> {
    subject: String,
    published: String,
    title: &'a str,
    url: Option<&'a str>,
    earned: String,
}

#[derive(Serialize)]
struct Judged {
    id: String,
    says: String,
    verdict: &'static str,
    shown_percent: Option<f64>,
    posts: usize,
    others: usize,
    likelihood: Option<f64>,
    followed: usize,
    of: usize,
}

#[derive(Serialize)]
struct Reached<'a> {
    platform: &'a str,
    posts: usize,
    comparisons: usize,
    smallest_percent: Option<f64>,
    posts_needed_for_40_percent: Option<usize>,
}

#[derive(Serialize)]
struct Missing {
    posts: usize,
    why: &'static str,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let zone = reading.calendar.zone();
    let now = here.now(&args.clock, zone)?;
    let last = || {
        zone.local(now)
            .date()
            .checked_sub_months(Months::new(1))
            .and_then(|day| parse_month(&day.format("%Y-%m").to_string()).ok())
    };
    let month = args.month.or_else(last).ok_or_else(|| Error::usage("that month is too far away"))?;
    let evidence = evidence::gather(&reading, &rev, ui, now)?;
    let answer = answer(&evidence, month, args.by, Effort::FULL);
    if let (Some(id), Some(from)) = (&args.experiment, args.from) {
        let account = args.account.as_deref();
        let wanted = Wanted { id, from, weeks: args.weeks, account, is_rehearsal: args.dry_run };
        return experiment::run(&wanted, &answer, now, ui, (here, &reading));
    }
    if ui.json() {
        ui.document("advice", &document(&answer))?;
        return Ok(Outcome::Done);
    }
    ui.page();
    ui.data(ui::advice::text(&answer, (ui.width(), args.posts)))?;
    ui.status(format!("drawn from the rows themselves: seed {}", answer.rows.table.seed()));
    Ok(Outcome::Done)
}

/// Returns an effect on the logarithmic scale in percent, to a tenth.
fn tenth(effect: f64) -> f64 {
    let tenth = libm::round(10.0 * percent(effect)) / 10.0;
    // A zero has no sign.
    if tenth == 0.0 { 0.0 } else { tenth }
}

/// Returns a likelihood to the fourth digit.
fn fourth(likelihood: f64) -> f64 {
    libm::round(10_000.0 * likelihood) / 10_000.0
}

fn document<'a>(answer: &'a Answer<'_>) -> Document<'a> {
    let family = answer.judged.family.iter().zip(&answer.judged.adjusted);
    let compared = family.filter_map(|(one, adjusted)| {
        let cell: &Cell = answer.rows.table.cells.get(one.cell)?;
        Some(Compared {
            id: cell.id(),
            platform: cell.platform.clone(),
            factor: cell.factor.as_str(),
            level: cell.level.clone(),
            posts: one.posts,
            others: one.others,
            weeks: one.weeks(),
            adjusted_likelihood: fourth(*adjusted),
        })
    });
    Document {
        month: answer.month.format("%Y-%m").to_string(),
        by: answer.by.as_str(),
        seed: answer.rows.table.seed().to_string(),
        posts: answer.rows.posts.len(),
        comparisons: compared.collect(),
        advice: answer.advices.iter().map(|advice| one(answer, advice)).collect(),
        scored: answer.scored.iter().map(judged).collect(),
        reach: answer
            .reach
            .iter()
            .map(|reach| Reached {
                platform: &reach.platform,
                posts: reach.posts,
                comparisons: reach.comparisons,
                smallest_percent: reach.smallest.map(tenth),
                posts_needed_for_40_percent: reach.needed,
            })
            .collect(),
        left_out: answer
            .rows
            .left_out
            .iter()
            .map(|(why, posts)| Missing { posts: *posts, why: why.as_str() })
            .collect(),
    }
}

fn one<'a>(answer: &'a Answer<'_>, advice: &'a Advice) -> One<'a> {
    let posts = advice.posts.iter().filter_map(|at| answer.rows.posts.get(*at)).map(|counted| Post {
        subject: counted.work.subject.to_string(),
        published: ui::moment(counted.work.published),
        title: &counted.work.title,
        url: counted.work.url.as_deref(),
        earned: counted.earned.to_string(),
    });
    One {
        id: advice.cell.id(),
        platform: &advice.cell.platform,
        factor: advice.cell.factor.as_str(),
        level: &advice.cell.level,
        says: ui::advice::sentence(advice),
        grounds: ui::advice::grounds(advice, answer.by.as_str()),
        doubts: ui::advice::doubts(advice),
        effect_percent: tenth(advice.interval.middle),
        low_percent: tenth(advice.interval.ends.0),
        high_percent: tenth(advice.interval.ends.1),
        measured_percent: tenth(advice.measured),
        adjusted_likelihood: fourth(advice.adjusted),
        posts: posts.collect(),
        others: advice.others,
        weeks: advice.weeks,
    }
}

fn judged(scored: &Scored) -> Judged {
    Judged {
        id: scored.advice.cell.id(),
        says: ui::advice::sentence(&scored.advice),
        verdict: scored.verdict.as_str(),
        shown_percent: scored.shown.map(tenth),
        posts: scored.posts,
        others: scored.others,
        likelihood: scored.likelihood.map(fourth),
        followed: scored.followed.0,
        of: scored.followed.1,
    }
}
