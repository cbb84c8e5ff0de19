//! `kalends request done`

use clap::ArgGroup;
use serde::Serialize;

use crate::calendar::{Reply, reply};
use crate::cli::complete;
use crate::cli::here::Here;
use crate::cli::vault::commit_hint;
use crate::draft::PostId;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::{self, Ui};

/// Says what came of a request: a post, or why none does.
///
/// Writes `posts` or `declined` into the request's file; comments stay. Where the post stands is not written down: the calendar
/// and the ledger tell it.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("answer").required(true))]
pub struct Args {
    /// The request's id
    #[arg(value_name = "REQUEST", add = complete::requests())]
    id: String,
    /// The post that came of it; may be said more than once
    #[arg(long, value_name = "POST", group = "answer", add = complete::posts())]
    post: Vec<String>,
    /// Why nothing comes of it
    #[arg(long, value_name = "WHY", group = "answer")]
    declined: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    request: &'a str,
    file: &'a str,
    posts: Vec<&'a str>,
    declined: Option<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let request = here.request(calendar, &args.id)?;
    reading.sound(&request.file)?;
    let mut posts: Vec<PostId> = Vec::new();
    for post in &args.post {
        posts.push(here.post(calendar, post)?.id.clone());
    }
    let why = args.declined.as_deref().map(|why| why.split_whitespace().collect::<Vec<_>>().join(" "));
    match (&why, &request.declined, request.posts.first()) {
        (Some(why), ..) if why.is_empty() => {
            return Err(Error::usage("--declined says nothing").hint("whoever asked wants to know why"));
        }
        (Some(_), _, Some(post)) => {
            return Err(Error::user(format!("{} has a post: {}", request.id, post.value))
                .hint(format!("take it out of `posts` in {} first", request.file)));
        }
        (None, Some(declined), _) => {
            return Err(Error::user(format!(
                "{} was declined: {}",
                request.id,
                ui::foreign(&declined.value)
            ))
            .hint(format!("take `declined` out of {} first", request.file)));
        }
        _ => {}
    }
    let answer = why.as_deref().map_or(Reply::Done(&posts), Reply::Declined);
    let text = reply(reading.text(&request.file), answer)
        .map_err(|why| Error::user(format!("{} cannot be edited: {why}", request.file)))?;
    here.write(&reading.repo.root().join(&request.file), text.as_bytes())?;
    if ui.json() {
        let posts = posts.iter().map(PostId::as_str).collect();
        let (request, file) = (request.id.as_str(), request.file.as_str());
        ui.document("request-done", &Document { request, file, posts, declined: why.as_deref() })?;
        return Ok(Outcome::Done);
    }
    match &why {
        Some(why) => ui.data(format!("declined  {}: {}", request.id, ui::foreign(why)))?,
        None => {
            let posts: Vec<&str> = posts.iter().map(PostId::as_str).collect();
            ui.data(format!("done  {}: {}", request.id, posts.join(", ")))?;
        }
    }
    ui.hint(commit_hint(std::slice::from_ref(&request.file), here, reading.repo.root()));
    Ok(Outcome::Done)
}
