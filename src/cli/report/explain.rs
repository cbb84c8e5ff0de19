//! `kalends report explain`

use serde::Serialize;

use super::{OneArgs, tell};
use crate::cli::check::rev;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::report::{Explanation, Line, Report, Value, explain, nearest_numbers};
use crate::text::{Breaks, visible};
use crate::ui::report as shown;
use crate::ui::{self, Ui};

/// Lists the rows behind a number of a report, each at its line, and computes it again from them.
///
/// A number's id stands in the page, in the CSV and the workbook, in `--json`, and in the terminal with `--ids`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends report explain outputs.impressions.organisation 2026-10
  kalends report explain out-takes.engagement-rate-by-followers.platform.mastodon.before 2026-10 --json")]
pub struct Args {
    /// The number's id
    #[arg(value_name = "NUMBER")]
    number: String,
    #[command(flatten)]
    one: OneArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    id: &'a str,
    name: &'static str,
    scope: &'a str,
    period: String,
    formula: &'static str,
    limit: &'static str,
    shown: String,
    value: String,
    again: String,
    sum: &'a str,
    over: Vec<Row<'a>>,
    under: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    place: &'a str,
    at: Option<String>,
    subject: &'a str,
    metric: &'a str,
    name: &'a str,
    value: String,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.one.at.as_deref());
    let reading = here.read(&rev)?;
    let told = tell(&args.one, &reading, &rev, ui, here)?;
    let Some(number) = told.report.numbers.get(&args.number) else {
        return Err(unknown(&told.report, &args.number));
    };
    let explained = explain(&told.evidence, &told.days, told.cutoff, number)
        .ok_or_else(|| Error::usage("that time is too far away"))?;
    if ui.json() {
        ui.document("explanation", &document(&told.report, &explained))?;
    } else {
        let text = shown::explanation(&told.report, &explained, reading.calendar.zone(), ui.width());
        ui.page();
        ui.data(text)?;
    }
    Ok(Outcome::Done)
}

/// Says that there is no such number, and which are near.
fn unknown(report: &Report, asked: &str) -> Error {
    let month = report.period().id();
    let error =
        Error::user(format!("the report of {month} has no number `{}`", visible(asked, Breaks::Show)));
    match nearest_numbers(report, asked).as_slice() {
        [] => error.hint("what is not known has no number: see what is missing in the report"),
        near => {
            let near: Vec<String> = near.iter().map(|id| format!("`{id}`")).collect();
            error
                .hint(format!("the nearest are {}", near.join(", ")))
                .hint("`kalends report --ids` shows them all; what is not known has none")
        }
    }
}

fn document<'a>(report: &'a Report, explained: &'a Explanation) -> Document<'a> {
    let number = &explained.number;
    let definition = number.question.measure.definition();
    let exact = |value: Value| match value {
        Value::Amount(amount) => amount.to_string(),
        Value::Ratio(ratio) => ratio.amount().to_string(),
    };
    Document {
        id: &number.id,
        name: definition.name,
        scope: report.name(&number.question.scope),
        period: report.periods.get(number.question.period).map(crate::report::Period::id).unwrap_or_default(),
        formula: definition.words,
        limit: definition.limit,
        shown: number.shown(),
        value: exact(number.value),
        again: explained.again.map(exact).unwrap_or_default(),
        sum: &explained.sum,
        over: explained.over.iter().map(row).collect(),
        under: explained.under.iter().map(row).collect(),
    }
}

fn row(line: &Line) -> Row<'_> {
    Row {
        place: &line.place,
        at: line.at.map(ui::moment),
        subject: &line.subject,
        metric: &line.metric,
        name: &line.name,
        value: line.value.to_string(),
    }
}
