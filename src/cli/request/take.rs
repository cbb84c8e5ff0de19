//! `kalends request take`

use chrono::{Days, NaiveDate, NaiveTime};
use serde::Serialize;

use crate::calendar::{Calendar, Department, Person, Reply, Request, reply};
use crate::cli::here::Here;
use crate::cli::new::sketch::Sketch;
use crate::cli::new::{accounts_of, id_of};
use crate::cli::signer::SignerArgs;
use crate::cli::vault::commit_hint;
use crate::cli::{ClockArgs, complete};
use crate::draft::PostId;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::Ui;

/// How many days ahead a draft stands where any day will do.
const AHEAD: Days = Days::new(7);

/// Says that you see to a request, and makes a draft of its post.
///
/// Writes `[[taken]]` into the request's file; comments stay. With --draft it also writes a post with what the request says, and
/// with `hold`, so that it goes out only when somebody has taken that line out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The request's id
    #[arg(value_name = "REQUEST", add = complete::requests())]
    id: String,
    /// Who sees to it; the person in people/ with the address of git's user.email if left out
    #[arg(long, value_name = "PERSON", add = complete::people())]
    by: Option<String>,
    /// Write a draft of the post
    #[arg(long)]
    draft: bool,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    request: &'a str,
    by: &'a str,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    post: Option<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let request = here.request(calendar, &args.id)?;
    reading.sound(&request.file)?;
    let person = SignerArgs::only_person(args.by.clone()).who_is_named_by("--by", &reading, here)?;
    let today = calendar.zone().local(here.now(&args.clock, calendar.zone())?).date();
    refuse_answered(request, person)?;
    let cannot = |why: String| Error::user(format!("{} cannot be edited: {why}", request.file));
    let mut text = reading.text(&request.file).to_owned();
    if request.taken.is_empty() {
        text = reply(&text, Reply::Taken(&person.id, today)).map_err(cannot)?;
    }
    let mut paths = Vec::new();
    let post = if args.draft { Some(draft(calendar, request, person, today)?) } else { None };
    if let Some((id, path, file)) = &post {
        // The post first: a request never names one that could not be written.
        here.write_new(&reading.repo.root().join(path), file.as_bytes())?;
        text = reply(&text, Reply::Done(std::slice::from_ref(id))).map_err(cannot)?;
        paths.push(path.clone());
    }
    here.write(&reading.repo.root().join(&request.file), text.as_bytes())?;
    paths.push(request.file.clone());
    if ui.json() {
        let post = post.as_ref().map(|(_, path, _)| path.as_str());
        let by = person.id.as_str();
        ui.document(
            "request-taken",
            &Document { request: request.id.as_str(), by, file: &request.file, post },
        )?;
        return Ok(Outcome::Done);
    }
    ui.data(format!("taken  {}  by {}", request.id, person.id))?;
    if let Some((_, path, _)) = &post {
        ui.data(format!("draft  {}", here.show(&reading.repo.root().join(path))))?;
    }
    ui.hint(commit_hint(&paths, here, reading.repo.root()));
    if post.is_none() {
        ui.hint(format!("when its post is written: kalends request done {} --post POST", request.id));
    }
    Ok(Outcome::Done)
}

/// Refuses what somebody else sees to, and what was answered.
fn refuse_answered(request: &Request, person: &Person) -> Result<(), Error> {
    if let Some(why) = &request.declined {
        return Err(Error::user(format!("{} was declined: {}", request.id, why.value))
            .hint(format!("take `declined` out of {} first, if it is wanted after all", request.file)));
    }
    if let Some(post) = request.posts.first() {
        return Err(Error::user(format!("{} has a post already: {}", request.id, post.value))
            .hint(format!("kalends request show {} tells where it stands", request.id)));
    }
    match request.taken.iter().find(|taken| taken.by.value != person.id) {
        Some(taken) => Err(Error::user(format!("{} took it on {}", taken.by.value, taken.on)).hint(format!(
            "talk to them; who takes it over takes their `[[taken]]` out of {}",
            request.file
        ))),
        None => Ok(()),
    }
}

/// Returns a draft of the post that is asked for: its id, its path and its file.
fn draft(
    calendar: &Calendar,
    request: &Request,
    person: &Person,
    today: NaiveDate,
) -> Result<(PostId, String, String), Error> {
    let asked = request.asked().or(person.department.as_ref());
    let department = asked.and_then(|at| calendar.departments.get(&at.value));
    let named = department.map(|department| department.id.as_str());
    let to: Vec<&str> = match request.accounts.as_slice() {
        [] => accounts_of(calendar, named),
        accounts => accounts.iter().map(|at| at.value.as_str()).collect(),
    };
    let day = day(request, today);
    let text = request.text.as_ref().or(request.why.as_ref());
    let alt = |alt: &Option<crate::calendar::Words>| alt.as_ref().map(|alt| alt.text.clone());
    let pictures: Vec<(&str, Option<String>)> =
        request.media.iter().map(|one| (one.file.value.as_str(), alt(&one.alt))).collect();
    let sketch = Sketch {
        origin: format!("A draft, from {}.", request.file),
        title: request.title.clone(),
        at: day.and_time(hour(department, day)),
        department: named,
        author: Some(person.id.as_str()),
        to,
        campaign: request.campaign.as_ref().map(|at| at.value.as_str()),
        goal: request.goal.as_ref().map(|at| at.value.as_str()),
        topics: request.topics.iter().map(|at| at.value.as_str()).collect(),
        text: text.map_or_else(|| request.title.clone(), |words| words.text.clone()),
        link: request.link.as_ref().map(|at| at.value.as_str()),
        media: pictures.iter().map(|(path, alt)| (*path, alt.as_deref())).collect(),
        hold: format!("A draft from the request {}", request.id),
        ..Sketch::default()
    };
    let id = sketch.id(&id_of(&request.title)?);
    let path = sketch.path(&id);
    let bad = || Error::user(format!("no id can be made of `{}`", crate::ui::foreign(&request.title)));
    Ok((PostId::new(&id).ok_or_else(bad)?, path, sketch.file()))
}

/// Returns the day for which a draft is made: the one that is wanted, if it still comes.
fn day(request: &Request, today: NaiveDate) -> NaiveDate {
    let tomorrow = today.succ_opt().unwrap_or(today);
    match (&request.wanted, request.last_day()) {
        (Some(wanted), _) => wanted.value.max(tomorrow),
        (None, Some(last)) => last.value.max(tomorrow),
        (None, None) => today.checked_add_days(AHEAD).unwrap_or(tomorrow),
    }
}

/// Returns when a department posts on a day: at its standing time, or at ten.
fn hour(department: Option<&Department>, day: NaiveDate) -> NaiveTime {
    let ten = NaiveTime::from_hms_opt(10, 0, 0).unwrap_or_default();
    department.and_then(|department| department.standing_time(day)).unwrap_or(ten)
}
