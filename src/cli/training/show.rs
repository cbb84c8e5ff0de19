//! `kalends training show`

use serde::Serialize;

use crate::calendar::{QuizQuestion, Training, Wanted};
use crate::cli::complete;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::text::{Breaks, visible};
use crate::time::show_duration;
use crate::ui::wrap::wrap;
use crate::ui::{self, Ui, plural};

/// Shows what to read, and what is asked.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The training's id
    #[arg(value_name = "TRAINING", add = complete::trainings())]
    id: String,
}

#[derive(Serialize)]
struct Document<'a> {
    training: &'a str,
    file: &'a str,
    title: &'a str,
    text: &'a str,
    needed: usize,
    valid: Option<String>,
    since: Option<String>,
    questions: Vec<Asked<'a>>,
}

#[derive(Serialize)]
struct Asked<'a> {
    ask: &'a str,
    options: &'a [String],
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let training = here.training(&reading.calendar, &args.id)?;
    if ui.json() {
        let asked = |question| Asked { ask: ask(question), options: options(question) };
        let document = Document {
            training: training.id.as_str(),
            file: &training.file,
            title: &training.title,
            text: &training.text,
            needed: training.needed(),
            valid: training.valid.map(show_duration),
            since: training.since.as_ref().map(|since| since.value.to_string()),
            questions: training.questions.iter().map(asked).collect(),
        };
        ui.document("training", &document)?;
        return Ok(Outcome::Done);
    }
    ui.page();
    ui.data(lesson(training, ui.width()))?;
    for (question, number) in training.questions.iter().zip(1..) {
        ui.data(format!("\n{}", asked(question, number, ui.width())))?;
    }
    ui.hint(format!("answer them: kalends training take {}", training.id));
    Ok(Outcome::Done)
}

fn ask(question: &QuizQuestion) -> &str {
    &question.ask
}

fn options(question: &QuizQuestion) -> &[String] {
    match &question.wanted {
        Wanted::Options { options, .. } => options,
        Wanted::Words(_) => &[],
    }
}

/// Returns what is to be read, and how much is asked.
pub(super) fn lesson(training: &Training, width: usize) -> String {
    let valid =
        training.valid.map_or_else(String::new, |valid| format!(", valid for {}", show_duration(valid)));
    let since = training
        .since
        .as_ref()
        .map_or_else(String::new, |since| format!(", asked for since {}", since.value));
    let (count, needed) = (training.questions.len(), training.needed());
    let facts = format!("{}, {needed} to be right{valid}{since}", plural(count, "question"));
    let title = ui::paint(ui::STRONG, ui::foreign(&training.title));
    let lines = visible(&training.text, Breaks::Keep)
        .lines()
        .flat_map(|line| wrapped(line, width))
        .collect::<Vec<_>>();
    format!("{title}\n{}\n\n{}", ui::paint(ui::QUIET, facts), lines.join("\n"))
}

/// Returns a question with its options, each with its letter.
pub(super) fn asked(question: &QuizQuestion, number: usize, width: usize) -> String {
    let mut lines = wrap(&format!("{number}. {}", ui::foreign(&question.ask)), width);
    for (option, letter) in options(question).iter().zip('a'..='z') {
        let mut words = wrap(&ui::foreign(option), width.saturating_sub(6)).into_iter();
        lines.push(format!("   {letter}) {}", words.next().unwrap_or_default()));
        lines.extend(words.map(|words| format!("      {words}")));
    }
    lines.join("\n")
}

/// Wraps a line; an empty one stays.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    if line.trim().is_empty() { vec![String::new()] } else { wrap(line, width) }
}
