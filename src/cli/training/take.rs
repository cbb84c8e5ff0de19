//! `kalends training take`

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::calendar::{Pass, QuizQuestion, Trained, Training, Wanted, signed_moment};
use crate::cli::here::{Here, Reading};
use crate::cli::init::quoted;
use crate::cli::signer::{Signer, SignerArgs, with_signature};
use crate::cli::training::show::{asked, lesson};
use crate::cli::vault::commit_hint;
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::rim::vault::Person;
use crate::ui::{self, Ui};

/// How often somebody is asked for an answer that can be one.
const TRIES_MAX: usize = 3;

/// Asks the questions of a training, and signs that you answered them.
///
/// Shows what to read, asks each question, says what is right and why, and offers to begin again. Whoever passes signs with
/// their ssh key: training/TRAINING/PERSON.toml has their answers and a signature over them and the training. A change of its
/// words or questions asks again; comments and its `note` change nothing.
///
/// Off a terminal nobody is asked: --answers gives what one would say.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The training's id
    #[arg(value_name = "TRAINING", add = complete::trainings())]
    id: String,
    /// The answers to all questions, in their order: letters, several as `ac`, or words
    #[arg(long, value_name = "ANSWERS", value_delimiter = ',')]
    answers: Vec<String>,
    /// Do it again, though it still counts
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    training: &'a str,
    person: &'a str,
    passed: bool,
    score: String,
    needed: usize,
    answers: Vec<Answer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

#[derive(Serialize)]
struct Answer<'a> {
    ask: &'a str,
    answer: &'a str,
    right: bool,
    why: Option<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let training = here.training(calendar, &args.id)?;
    reading.sound(&training.file)?;
    let given = given(training, &args.answers)?;
    if given.is_none() && !ui.can_ask() {
        return Err(Error::usage("nobody can be asked here").hint(format!(
            "say --answers a,b,…: kalends training show {} shows the questions",
            training.id
        )));
    }
    let now = here.now(&args.clock, calendar.zone())?;
    let today = calendar.zone().local(now).date();
    let signer = args.signer.signer(&reading, here, today)?;
    let id = &signer.person.id;
    if let Trained::Done { until, .. } = calendar.trained(training, id, Some(today))
        && !args.again
    {
        let until = until.map_or_else(String::new, |until| format!("; it counts until {until}"));
        ui.status(format!("{id} has done {} already{until}; once more: --again", training.id));
        return Ok(Outcome::Done);
    }
    let is_asked = given.is_none();
    if is_asked {
        ui.data(lesson(training, ui.width()))?;
    }
    loop {
        let (answers, marks) = match &given {
            Some(answers) => (answers.clone(), training.mark(answers)),
            None => quiz(training, ui)?,
        };
        let passed = training.is_passed(&answers, &marks);
        let path =
            if passed { Some(sign(training, &answers, (&signer, now), (&reading, here, ui))?) } else { None };
        tell(training, (&answers, &marks), path.as_deref(), (&signer, is_asked), (&reading, here, ui))?;
        if passed {
            return Ok(Outcome::Done);
        }
        if !is_asked || !ui.ask("Once more, from the first question on?") {
            return Ok(Outcome::Findings);
        }
    }
}

/// Reads the answers of the command line; nothing where it has none.
fn given(training: &Training, answers: &[String]) -> Result<Option<Vec<String>>, Error> {
    if answers.is_empty() {
        return Ok(None);
    }
    let wrong = |why: String| {
        Err(Error::usage(format!("--answers {}: {why}", ui::foreign(&answers.join(","))))
            .hint(format!("kalends training show {} shows the questions", training.id)))
    };
    let (said, wanted) = (answers.len(), training.questions.len());
    if said != wanted {
        return wrong(format!("there are {said} of them, and {} asks {wanted}", training.id));
    }
    let mut read = Vec::with_capacity(wanted);
    for ((question, answer), number) in training.questions.iter().zip(answers).zip(1..) {
        match question.answer(answer) {
            Some(answer) => read.push(answer),
            None => return wrong(format!("question {number} takes {}", takes(question))),
        }
    }
    Ok(Some(read))
}

/// Says what can be an answer to a question.
fn takes(question: &QuizQuestion) -> String {
    match &question.wanted {
        Wanted::Options { options, .. } => {
            let last = ('a'..='z').nth(options.len().saturating_sub(1)).unwrap_or('z');
            format!("letters from a to {last}, such as `a`, or `a{last}` for both")
        }
        Wanted::Words(_) => "a few words".to_owned(),
    }
}

/// Asks each question, and says after each answer whether it is right, and why.
fn quiz(training: &Training, ui: &mut Ui) -> Result<(Vec<String>, Vec<bool>), Error> {
    let (mut answers, mut marks) = (Vec::new(), Vec::new());
    for (question, number) in training.questions.iter().zip(1..) {
        ui.data(format!("\n{}", asked(question, number, ui.width())))?;
        let answer = answer(question, ui)?;
        let is_right = question.is_right(&answer);
        ui.data(verdict(question, is_right))?;
        answers.push(answer);
        marks.push(is_right);
    }
    Ok((answers, marks))
}

fn answer(question: &QuizQuestion, ui: &Ui) -> Result<String, Error> {
    let mut prompt = "Your answer:".to_owned();
    for _ in 0..TRIES_MAX {
        let said = ui.person().line(&prompt);
        if let Some(answer) = said.and_then(|said| question.answer(&said)) {
            return Ok(answer);
        }
        prompt = format!("It takes {}. Your answer:", takes(question));
    }
    Err(Error::user("the question was not answered, and nothing was signed")
        .hint("begin again when you like"))
}

fn verdict(question: &QuizQuestion, is_right: bool) -> String {
    let word = if is_right { ui::paint(ui::GOOD, "Right.") } else { ui::paint(ui::WARNING, "Not so.") };
    match &question.why {
        Some(why) => format!("{word} {}", ui::foreign(why)),
        None => word,
    }
}

/// Signs the answers and writes them down; returns the file's path.
fn sign(
    training: &Training,
    answers: &[String],
    (signer, now): (&Signer<'_>, DateTime<Utc>),
    (reading, here, ui): (&Reading, &Here, &mut Ui),
) -> Result<String, Error> {
    let (id, person) = (&training.id, &signer.person.id);
    let score = training.score(&training.mark(answers));
    let text = Pass::text_of(id, person, (answers, &score), &training.digest, now);
    let listed: Vec<String> = answers.iter().map(|answer| quoted(answer)).collect();
    let head = format!(
        "# Written by `kalends training take`. A change of the training asks again.\n\
         training = \"{id}\"\nperson = \"{person}\"\nanswers = [{}]\nscore = \"{score}\"\ndigest = \"{}\"\nat = {}\n",
        listed.join(", "),
        training.digest,
        signed_moment(now)
    );
    let path = format!("training/{id}/{person}.toml");
    let file = with_signature(&head, &signer.sign(&text, ui)?);
    here.write(&reading.repo.root().join(&path), file.as_bytes())?;
    Ok(path)
}

fn tell(
    training: &Training,
    (answers, marks): (&[String], &[bool]),
    path: Option<&str>,
    (signer, is_asked): (&Signer<'_>, bool),
    (reading, here, ui): (&Reading, &Here, &mut Ui),
) -> Result<(), Error> {
    let answered = || training.questions.iter().zip(answers).zip(marks);
    let score = training.score(marks);
    if ui.json() {
        let answers = answered().map(|((question, answer), right)| Answer {
            ask: &question.ask,
            answer,
            right: *right,
            why: question.why.as_deref(),
        });
        let document = Document {
            training: training.id.as_str(),
            person: signer.person.id.as_str(),
            passed: path.is_some(),
            score,
            needed: training.needed(),
            answers: answers.collect(),
            file: path,
        };
        return ui.document("training-taken", &document);
    }
    // Who was asked has heard it after each answer.
    if !is_asked {
        for (((question, _), right), number) in answered().zip(1..).filter(|(((_, _), right), _)| !**right) {
            ui.data(asked(question, number, ui.width()))?;
            ui.data(format!("   {}", verdict(question, *right)))?;
        }
    }
    match path {
        Some(path) => {
            ui.data(format!("passed  {score}  {}", here.show(&reading.repo.root().join(path))))?;
            ui.hint(commit_hint(&[path.to_owned()], here, reading.repo.root()));
        }
        None => {
            ui.data(format!("not passed  {score}, and {} must be right", training.needed()))?;
            ui.hint(format!("read {} again; nothing was signed", training.file));
        }
    }
    Ok(())
}
