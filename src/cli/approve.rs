//! `kalends approve`

mod awaiting;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::calendar::{Approval, Calendar, Person, Post, signed_moment};
use crate::cli::here::{Here, Reading};
use crate::cli::preview;
use crate::cli::runner::first_errors;
use crate::cli::signer::{Signer, SignerArgs, refuse_unasked, with_signature};
use crate::cli::vault::commit_hint;
use crate::cli::{ClockArgs, complete};
use crate::draft::{Digest, MediaBook, PostId};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::{self, Ui, plural};

/// Approves posts as they are now, with your ssh key.
///
/// Shows each post as its accounts will see it, asks, and writes approvals/POST/PERSON.toml: a signature over all that decides what
/// goes out, where and when. Any change of that makes the approval void. [[approval]] in kalends.toml says who must approve what;
/// `publish` holds what lacks an approval.
///
/// The signature is one of OpenSSH, made by `ssh-keygen`: with a key file, an agent or a hardware key.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends approve --list                 what awaits whom
  kalends approve --list --as marta      what awaits her
  kalends approve open-day               shows it, asks, signs
  kalends approve open-day last-call --yes && git add approvals && git commit")]
pub struct Args {
    /// The posts' ids, with or without their dates
    #[arg(value_name = "POST", required_unless_present = "list", add = complete::posts())]
    posts: Vec<String>,
    /// Show which posts await whose approval, and sign nothing
    #[arg(long, conflicts_with = "yes")]
    list: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    person: &'a str,
    approved: Vec<One>,
}

#[derive(Serialize)]
struct One {
    post: String,
    file: String,
    digest: String,
    at: String,
    /// What it lacks still, in words.
    lacks: Vec<String>,
}

/// One post that is to be signed.
struct Item<'a> {
    post: &'a Post,
    digest: Digest,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let now = here.now(&args.clock, calendar.zone())?;
    let mut posts: Vec<&Post> = Vec::new();
    for id in &args.posts {
        let post = here.post(calendar, id)?;
        if !posts.iter().any(|known| known.id == post.id) {
            posts.push(post);
        }
    }
    if args.list {
        return awaiting::list(&args.signer, &posts, (ui, here), &reading, now);
    }
    refuse_unasked(args.yes, ui)?;
    let signer = args.signer.signer(&reading, here, calendar.zone().local(now).date())?;
    let media: Vec<&str> = calendar.media_files().into_iter().collect();
    let book = reading.repo.media_facts(&media, &Rev::WorkTree)?;
    let errors = first_errors(&reading, &book);
    let mut items = Vec::new();
    for post in posts {
        if let Some(why) = errors.get(&post.file) {
            return Err(Error::user(format!("{} has an error: {}", post.file, ui::foreign(why)))
                .hint("kalends check shows its place; mend it, then approve"));
        }
        may_sign(calendar, signer.person, post)?;
        let digest = calendar.post_digest(&post.id, &book).ok_or_else(|| unreadable(post))?;
        match calendar.has_approved(signer.person, post, &digest) {
            true => ui.status(format!("{} is approved by {} already", post.id, signer.person.id)),
            false => {
                show(ui, calendar, post, &book, now)?;
                items.push(Item { post, digest });
            }
        }
    }
    let question = format!("Approve {} as {}?", what(&items), signer.person.id);
    if !items.is_empty() && !args.yes && !ui.ask(&question) {
        ui.status("nothing was approved");
        return Ok(Outcome::Findings);
    }
    let files = sign(&items, &signer, ui, now)?;
    for (path, text) in &files {
        here.write(&reading.repo.root().join(path), text.as_bytes())?;
    }
    tell(&signer, &items, &files, (ui, here), &reading, now)
}

fn what(items: &[Item<'_>]) -> String {
    match items {
        [only] => only.post.id.to_string(),
        many => plural(many.len(), "post"),
    }
}

fn unreadable(post: &Post) -> Error {
    Error::user(format!("`{}` has no time, or one of its pictures cannot be read", post.id))
        .hint("kalends check shows what is wrong")
}

/// Refuses a signature that would count for nothing.
fn may_sign(calendar: &Calendar, person: &Person, post: &Post) -> Result<(), Error> {
    let refuse = |why: String, hint: &str| Err(Error::user(why).hint(hint));
    if !calendar.is_to_be_approved(post) {
        let hint = "[[approval]] in kalends.toml says who must approve what";
        return refuse(format!("no rule asks for an approval of `{}`", post.id), hint);
    }
    if !calendar.is_asked(person, post) {
        if calendar.is_author(person, post) {
            let hint = "let somebody else approve it: kalends approve --list says who may";
            return refuse(
                format!("{} wrote `{}`, and nobody approves their own post", person.id, post.id),
                hint,
            );
        }
        let hint = "kalends approve --list says who may";
        return refuse(format!("no rule asks {} to approve `{}`", person.id, post.id), hint);
    }
    let due = post.at.as_ref().map(|at| at.value.date());
    match &person.until {
        Some(until) if due.is_some_and(|due| due > until.value) => refuse(
            format!("`{}` goes out after the last day of {}, {}", post.id, person.id, until.value),
            "let somebody approve it who is still here then",
        ),
        _ => Ok(()),
    }
}

fn show(
    ui: &mut Ui,
    calendar: &Calendar,
    post: &Post,
    book: &MediaBook,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if ui.json() {
        return Ok(());
    }
    let drafts = preview::occurrence(calendar, post, now);
    preview::show(ui, calendar, post, &preview::by_account(&drafts), book)?;
    if let Some(repeat) = &post.repeat {
        ui.data(format!("it comes again: {}", ui::foreign(&repeat.rule.every.to_string())))?;
    }
    Ok(())
}

/// Signs everything before anything is written.
fn sign(
    items: &[Item<'_>],
    signer: &Signer<'_>,
    ui: &Ui,
    now: DateTime<Utc>,
) -> Result<Vec<(String, String)>, Error> {
    let mut files = Vec::with_capacity(items.len());
    for item in items {
        let (post, person, at) = (&item.post.id, &signer.person.id, signed_moment(now));
        let signature = signer.sign(&Approval::text_of(post, person, &item.digest, now), ui)?;
        let head = format!(
            "# Written by `kalends approve`. A change of the post makes it void.\n\
             post = \"{post}\"\nperson = \"{person}\"\ndigest = \"{}\"\nat = {at}\n",
            item.digest
        );
        files.push((path(post, signer.person), with_signature(&head, &signature)));
    }
    Ok(files)
}

fn path(post: &PostId, person: &Person) -> String {
    format!("approvals/{post}/{}.toml", person.id)
}

/// Says what was approved, and what is lacking still.
fn tell(
    signer: &Signer<'_>,
    items: &[Item<'_>],
    files: &[(String, String)],
    (ui, here): (&mut Ui, &Here),
    before: &Reading,
    now: DateTime<Utc>,
) -> Result<Outcome, Error> {
    // What counts now is read again, as everybody else will read it.
    let after = here.read(&Rev::WorkTree)?;
    let mut approved = Vec::new();
    for (item, (file, _)) in items.iter().zip(files) {
        let media: Vec<&str> = item.post.media_files().collect();
        let book = after.repo.media_facts(&media, &Rev::WorkTree)?;
        let day = awaiting::day(&after.calendar, item.post, now);
        let lacks = after.calendar.lacks(item.post, &book, day).into_iter().map(|lack| lack.told).collect();
        let (post, digest, at) = (item.post.id.to_string(), item.digest.to_string(), signed_moment(now));
        approved.push(One { post, file: file.clone(), digest, at, lacks });
    }
    let paths: Vec<String> = match files.len() {
        0..=3 => files.iter().map(|(path, _)| path.clone()).collect(),
        _ => vec!["approvals".to_owned()],
    };
    if ui.json() {
        ui.document("approve", &Document { person: signer.person.id.as_str(), approved })?;
        return Ok(Outcome::Done);
    }
    for one in &approved {
        ui.data(format!("approved  {}  {}", one.post, here.show(&before.repo.root().join(&one.file))))?;
        for lack in &one.lacks {
            ui.status(format!("{} is not approved yet: {}", one.post, ui::foreign(lack)));
        }
    }
    if !paths.is_empty() {
        ui.hint(commit_hint(&paths, here, before.repo.root()));
    }
    Ok(Outcome::Done)
}
