//! `kalends experiment result`

use chrono::NaiveDate;
use serde::Serialize;
use toml_edit::{DocumentMut, Item, Table, TomlError, value};

use super::boards;
use crate::advice::{ARM_MIN, By, Effort, Settled, drawn, percent, settle};
use crate::cli::here::Here;
use crate::cli::vault::commit_hint;
use crate::cli::{ClockArgs, complete, evidence};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::wrap::wrap;
use crate::ui::{self, Ui, foreign, plural};

/// Says what came of an experiment that is over, and writes it into its file.
///
/// The first arm is held against the others within each week, as they were drawn: a post that became something else counts for the
/// arm that its slot was for. Comments stay.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The experiment's id
    #[arg(value_name = "EXPERIMENT", add = complete::experiments())]
    id: String,
    /// Say it, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    experiment: &'a str,
    file: &'a str,
    dry_run: bool,
    posts: usize,
    others: usize,
    slots: usize,
    otherwise: usize,
    effect_percent: f64,
    low_percent: f64,
    high_percent: f64,
    likelihood: f64,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let calendar = &reading.calendar;
    let experiment = here.experiment(calendar, &args.id)?;
    reading.sound(&experiment.file)?;
    let now = here.now(&args.clock, calendar.zone())?;
    let today = calendar.zone().local(now).date();
    if today <= experiment.end.value {
        return Err(Error::user(format!("{} lasts until {}", experiment.id, experiment.end.value))
            .hint("whoever looks before the end, and stops where it pleases, finds what is not there"));
    }
    let by: By = experiment.metric.value.parse().map_err(|why: String| {
        Error::user(format!("{} counts `{}`: {why}", experiment.file, foreign(&experiment.metric.value)))
    })?;
    let evidence = evidence::gather(&reading, &Rev::WorkTree, ui, now)?;
    let boards = boards(calendar, experiment);
    let drawn = drawn(&evidence, experiment, (calendar, &boards), by);
    let counted = drawn.iter().filter(|one| one.outcome.is_some()).count();
    let Some(settled) = settle(experiment, &drawn, Effort::FULL) else {
        return Err(Error::user(format!("too few posts to say anything: {counted} of {}", plural(drawn.len(), "slot")))
            .hint(format!(
                "it takes {ARM_MIN} posts of the first arm and {ARM_MIN} others in the same weeks, each read seven days after it \
                 went out"
            )));
    };
    if !args.dry_run {
        let text = with_result(reading.text(&experiment.file), &settled, today)
            .map_err(|why| Error::user(format!("{} cannot be edited: {why}", experiment.file)))?;
        here.write(&reading.repo.root().join(&experiment.file), text.as_bytes())?;
    }
    let otherwise = drawn.iter().filter(|one| one.otherwise.is_some() && one.outcome.is_some()).count();
    if ui.json() {
        let (low, high) = settled.interval.ends;
        let document = Document {
            experiment: experiment.id.as_str(),
            file: &experiment.file,
            dry_run: args.dry_run,
            posts: settled.posts,
            others: settled.others,
            slots: drawn.len(),
            otherwise,
            effect_percent: tenth(settled.interval.middle),
            low_percent: tenth(low),
            high_percent: tenth(high),
            likelihood: fourth(settled.likelihood),
        };
        ui.document("experiment-result", &document)?;
        return Ok(Outcome::Done);
    }
    let first = experiment.arms.first().map_or("", |arm| arm.value.as_str());
    for line in wrap(&words(&settled, first, by), ui.width()) {
        ui.data(line)?;
    }
    if otherwise > 0 {
        ui.warning(format!("{} became something else than its slot says", plural(otherwise, "post")));
    }
    if !args.dry_run {
        ui.hint(commit_hint(std::slice::from_ref(&experiment.file), here, reading.repo.root()));
    }
    Ok(Outcome::Done)
}

fn words(settled: &Settled, first: &str, by: By) -> String {
    let (low, high) = settled.interval.ends;
    format!(
        "{} earned {} {by} (90 % interval: {} to {}): {} against {} others of the same weeks. By chance so in {} of draws.",
        foreign(first),
        ui::advice::signed(settled.interval.middle),
        ui::advice::signed(low),
        ui::advice::signed(high),
        plural(settled.posts, "post"),
        settled.others,
        ui::advice::likely(settled.likelihood)
    )
}

fn tenth(effect: f64) -> f64 {
    let tenth = libm::round(10.0 * percent(effect)) / 10.0;
    // A zero has no sign.
    if tenth == 0.0 { 0.0 } else { tenth }
}

fn fourth(likelihood: f64) -> f64 {
    libm::round(10_000.0 * likelihood) / 10_000.0
}

/// Writes a result into an experiment's file; what people made of an earlier one stays.
fn with_result(text: &str, settled: &Settled, on: NaiveDate) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|fault: TomlError| fault.message().to_owned())?;
    let item = document.entry("result").or_insert_with(|| Item::Table(Table::new()));
    let result = item.as_table_like_mut().ok_or("`result` is no table")?;
    let day: toml_edit::Datetime = on.to_string().parse().map_err(|_| "that is no day of a file")?;
    let posts = i64::try_from(settled.posts + settled.others).unwrap_or(i64::MAX);
    let (low, high) = settled.interval.ends;
    result.insert("on", value(day));
    result.insert("posts", value(posts));
    result.insert("effect_percent", value(tenth(settled.interval.middle)));
    result.insert("low_percent", value(tenth(low)));
    result.insert("high_percent", value(tenth(high)));
    result.insert("likelihood", value(fourth(settled.likelihood)));
    Ok(document.to_string())
}
