//! Followers, shown to people and to programs.

use serde::Serialize;

use crate::cli::followers::History;
use crate::error::Error;
use crate::following::{Beside, Forecast, OUTSTANDING, POINTS_MIN, Point, SPAN_MIN_DAYS};
use crate::ui::table::{Cell, Column, table};
use crate::ui::wrap::wrap;
use crate::ui::{self, QUIET, STRONG, Ui, foreign, paint, plural};

/// The heights of a line of figures, from low to high; and those of a terminal without Unicode.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN_BARS: [char; 8] = ['_', '.', '-', ':', '=', '+', '*', '#'];

/// The most figures of a line.
const BARS_MAX: usize = 60;

/// How many things are shown beside a jump.
const BESIDE_MAX: usize = 6;

#[derive(Serialize)]
struct Document<'a> {
    accounts: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    account: &'a str,
    platform: Option<&'static str>,
    followers: Option<String>,
    on: Option<String>,
    rounded_to: Option<String>,
    months: Vec<OneMonth>,
    jumps: Vec<OneJump>,
    forecast: Option<Foretold>,
    goals: Vec<OneGoal<'a>>,
}

#[derive(Serialize)]
struct OneMonth {
    month: String,
    start: Option<String>,
    start_on: Option<String>,
    end: Option<String>,
    end_on: Option<String>,
    growth: Option<String>,
    rate_percent: Option<String>,
}

#[derive(Serialize)]
struct OneJump {
    day: String,
    growth: String,
    usual: String,
    beside: Vec<OneBeside>,
}

#[derive(Serialize)]
struct OneBeside {
    kind: &'static str,
    day: String,
    name: String,
    earned: Option<String>,
    outstanding: bool,
}

#[derive(Serialize)]
struct Foretold {
    on: String,
    low: String,
    middle: String,
    high: String,
}

#[derive(Serialize)]
struct OneGoal<'a> {
    goal: &'a str,
    target: Option<f64>,
    by: Option<String>,
    forecast: Option<Foretold>,
}

/// Returns a number that was reckoned, without a fraction.
fn whole(number: f64) -> String {
    format!("{number:.0}")
}

fn foretold(forecast: Option<&Forecast>, on: impl ToString) -> Option<Foretold> {
    let Forecast { low, middle, high } = *forecast?;
    Some(Foretold { on: on.to_string(), low: whole(low), middle: whole(middle), high: whole(high) })
}

/// Shows histories to programs.
pub fn document(ui: &mut Ui, histories: &[History<'_>]) -> Result<(), Error> {
    let accounts = histories.iter().map(one).collect();
    ui.document("followers", &Document { accounts })
}

fn one<'a>(history: &'a History<'_>) -> One<'a> {
    let text = |point: &Point| (point.count.to_string(), point.day.to_string());
    let months = history.months.iter().map(|month| {
        let (start, start_on) = month.start.as_ref().map(text).unzip();
        let (end, end_on) = month.end.as_ref().map(text).unzip();
        OneMonth {
            month: month.first.format("%Y-%m").to_string(),
            start,
            start_on,
            end,
            end_on,
            growth: month.growth().map(|growth| growth.to_string()),
            rate_percent: month.rate().map(|rate| rate.times(100).show(2)),
        }
    });
    let jumps = history.jumps.iter().map(|(jump, beside)| OneJump {
        day: jump.day.to_string(),
        growth: jump.growth.to_string(),
        usual: jump.usual.to_string(),
        beside: beside.iter().map(one_beside).collect(),
    });
    let goals = history.goals.iter().map(|aim| OneGoal {
        goal: aim.goal.id.as_str(),
        target: aim.goal.target,
        by: aim.goal.by.as_ref().map(|by| by.value.to_string()),
        forecast: aim.goal.by.as_ref().and_then(|by| foretold(aim.forecast.as_ref(), by.value)),
    });
    let (on, ahead) = &history.ahead;
    One {
        account: history.account.id.as_str(),
        platform: history.account.platform.as_ref().map(|platform| platform.value.id()),
        followers: history.points.last().map(|point| point.count.to_string()),
        on: history.points.last().map(|point| point.day.to_string()),
        rounded_to: history.step.map(|step| step.to_string()),
        months: months.collect(),
        jumps: jumps.collect(),
        forecast: foretold(ahead.as_ref(), on),
        goals: goals.collect(),
    }
}

fn one_beside(beside: &Beside) -> OneBeside {
    OneBeside {
        kind: beside.kind.as_str(),
        day: beside.day.to_string(),
        name: beside.name.clone(),
        earned: beside.earned.map(|earned| earned.to_string()),
        outstanding: beside.is_outstanding,
    }
}

/// Shows one account's history to people.
pub fn people(ui: &mut Ui, history: &History<'_>) -> Result<(), Error> {
    let Some(last) = history.points.last() else { return Ok(()) };
    let account = history.account;
    let platform =
        account.platform.as_ref().map_or(String::new(), |platform| format!("  {}", platform.value.name()));
    ui.data(format!("{}{platform}", paint(STRONG, &account.id)))?;
    line(ui, 2, &format!("{} on {}", last.count, last.day))?;
    if let Some(step) = history.step {
        line(ui, 2, &format!("the platform rounds to {step}: no jump is read out of rounding"))?;
    }
    if history.points.len() > 2 {
        let room = ui.width().saturating_sub(4).min(BARS_MAX);
        let bars = if ui.utf8() { BARS } else { PLAIN_BARS };
        ui.data(format!("  {}", spark(&history.points, room, bars)))?;
    }
    if history.months.is_empty() {
        line(ui, 2, "nothing was read in these days")?;
    } else {
        ui.data(months(ui, history))?;
    }
    for (jump, beside) in &history.jumps {
        let sign = if jump.growth.is_negative() { "" } else { "+" };
        line(ui, 2, &format!("{}  {sign}{} in a day, usually {}", jump.day, jump.growth, jump.usual))?;
        for one in beside.iter().take(BESIDE_MAX) {
            line(ui, 6, &said(one))?;
        }
        match beside.len() {
            0 => line(ui, 6, "nothing is known of that day or the one before")?,
            count if count > BESIDE_MAX => line(ui, 6, &format!("and {} more", count - BESIDE_MAX))?,
            _ => {}
        }
    }
    ahead(ui, history)
}

/// Writes a text, wrapped and standing in.
fn line(ui: &mut Ui, indent: usize, text: &str) -> Result<(), Error> {
    let text = foreign(text).into_owned();
    for line in wrap(&text, ui.width().saturating_sub(indent)) {
        ui.data(format!("{}{line}", " ".repeat(indent)))?;
    }
    Ok(())
}

fn said(beside: &Beside) -> String {
    let earned = match (beside.earned, beside.is_outstanding) {
        (Some(earned), true) => format!(", which earned {earned}: {OUTSTANDING} times the usual or more"),
        (Some(earned), false) => format!(", which earned {earned}"),
        (None, _) => String::new(),
    };
    format!("{} {} “{}”{earned}", beside.day, beside.kind.as_str(), beside.name)
}

fn months(ui: &Ui, history: &History<'_>) -> String {
    let text =
        |point: &Option<Point>| point.as_ref().map_or("–".to_owned(), |point| point.count.to_string());
    let rows: Vec<Vec<Cell>> = history
        .months
        .iter()
        .map(|month| {
            let growth = month.growth().map_or("–".to_owned(), |growth| match growth.is_negative() {
                true => growth.to_string(),
                false => format!("+{growth}"),
            });
            let rate = month.rate().map_or("–".to_owned(), |rate| format!("{} %", rate.times(100).show(1)));
            let cells = [
                month.first.format("  %Y-%m").to_string(),
                text(&month.start),
                text(&month.end),
                growth,
                rate,
            ];
            cells.map(Cell::from).into()
        })
        .collect();
    let columns = ["  month", "start", "end", "growth", "rate"].map(Column::whole);
    table(ui.width(), &columns, &rows, &[]).trim_end().to_owned()
}

fn ahead(ui: &mut Ui, history: &History<'_>) -> Result<(), Error> {
    let (on, forecast) = &history.ahead;
    match forecast {
        Some(Forecast { low, middle, high }) => {
            let text = format!(
                "by {on} about {}, nine times in ten from {} to {}, if it goes on as it did",
                whole(*middle),
                whole(*low),
                whole(*high)
            );
            line(ui, 2, &text)?;
        }
        None => {
            let weeks = SPAN_MIN_DAYS / 7;
            line(
                ui,
                2,
                &format!("no forecast: it needs {weeks} weeks and {}", plural(POINTS_MIN, "reading")),
            )?;
        }
    }
    for aim in &history.goals {
        let (target, by) =
            (aim.goal.target.unwrap_or_default(), aim.goal.by.as_ref().map(|by| by.value.to_string()));
        let by = by.unwrap_or_else(|| "no day".to_owned());
        let outlook = match &aim.forecast {
            Some(Forecast { low, .. }) if *low >= target => "the forecast is above it".to_owned(),
            Some(Forecast { high, .. }) if *high < target => {
                format!("the forecast ends below it, at {} at most", whole(*high))
            }
            Some(Forecast { low, high, .. }) => {
                format!("the forecast reaches from {} to {}", whole(*low), whole(*high))
            }
            None => "nothing can be foretold for that day".to_owned(),
        };
        line(ui, 2, &format!("goal {}: {target} by {by}; {outlook}", aim.goal.name))?;
    }
    Ok(())
}

/// Draws a line of figures, each the last count of its stretch of days; a stretch in which nothing was read is a blank.
fn spark(points: &[Point], room: usize, bars: [char; 8]) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let days = usize::try_from((last.day - first.day).num_days()).unwrap_or(0) + 1;
    let room = room.clamp(1, days);
    let mut heights: Vec<Option<i64>> = vec![None; room];
    for point in points {
        let day = usize::try_from((point.day - first.day).num_days()).unwrap_or(0);
        if let Some(height) = heights.get_mut(day * room / days) {
            *height = Some(point.count.millionths());
        }
    }
    let known = || heights.iter().flatten();
    let (low, high) = (known().min().copied().unwrap_or(0), known().max().copied().unwrap_or(0));
    let span = i128::from(high) - i128::from(low);
    let bar = |height: &Option<i64>| match height {
        None => ' ',
        Some(_) if span == 0 => bars[3],
        Some(height) => {
            let at = (i128::from(*height) - i128::from(low)) * 7 / span;
            usize::try_from(at).ok().and_then(|at| bars.get(at)).copied().unwrap_or(' ')
        }
    };
    ui::paint(QUIET, heights.iter().map(bar).collect::<String>().trim_end())
}
