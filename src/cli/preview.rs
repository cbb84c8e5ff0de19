//! `kalends preview`

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use clap::ValueHint;
use serde::Serialize;

use crate::calendar::{Calendar, Post};
use crate::cli::ClockArgs;
use crate::cli::check::rev;
use crate::cli::complete;
use crate::cli::here::{Here, Reading};
use crate::draft::{AccountId, Draft, MediaBook};
use crate::error::{Error, Outcome};
use crate::media::thumbnail;
use crate::rim::repo::Rev;
use crate::ui::boxes::{self, Account};
use crate::ui::page::album::Album;
use crate::ui::page::card::Desk;
use crate::ui::page::{self, Carry};
use crate::ui::{self, Ui};

/// How far ahead the next occurrence is looked for.
const AHEAD: TimeDelta = TimeDelta::days(800);

/// The largest picture that is made small for a page.
const PICTURE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The file name that stands for stdout.
const STDOUT: &str = "-";

/// Shows a post as each of its accounts will see it, with its count.
///
/// With --html it is a page for a browser that carries all it shows: with pictures and their descriptions, folded where
/// the network's app folds, in light and dark, for a phone and for paper. It runs no script.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends preview 2027-01-18-open-day
  kalends preview open-day --account bluesky    # the date may be left out
  kalends preview open-day last-roll --html -o preview.html")]
pub struct Args {
    /// The post's id, with or without its date; several with --html
    #[arg(value_name = "POST", required = true, add = complete::posts())]
    posts: Vec<String>,
    /// Show only this account; may be said more than once
    #[arg(long, value_name = "ID", add = complete::accounts())]
    account: Vec<String>,
    /// Write a page for a browser, to stdout
    #[arg(long)]
    html: bool,
    /// Write the page to this file; `-` is stdout
    #[arg(short, long, value_name = "FILE", requires = "html", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Read what this commit has, not the files on the disk
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    #[command(flatten)]
    clock: ClockArgs,
}

#[derive(Serialize)]
struct Document<'a> {
    post: &'a str,
    file: &'a str,
    due: String,
    local: String,
    zone: &'a str,
    accounts: Vec<Seen<'a>>,
}

#[derive(Serialize)]
struct Seen<'a> {
    account: &'a str,
    platform: &'static str,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    media: Vec<Picture<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    poll: Vec<&'a str>,
}

#[derive(Serialize)]
struct Picture<'a> {
    file: &'a str,
    alt: Option<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let rev = rev(args.at.as_deref());
    let reading = here.read(&rev)?;
    let calendar = &reading.calendar;
    let mut posts: Vec<&Post> = Vec::new();
    for id in &args.posts {
        let post = here.post(calendar, id)?;
        // A post that is named twice, once with its date and once without, is shown once.
        if !posts.iter().any(|other| other.id == post.id) {
            posts.push(post);
        }
    }
    for account in &args.account {
        here.account(calendar, account)?;
    }
    let now = here.now(&args.clock, calendar.zone())?;
    let mut drafts = Vec::new();
    for post in &posts {
        let mut found = occurrence(calendar, post, now);
        found.retain(|draft| {
            args.account.is_empty() || args.account.iter().any(|id| id == draft.slot.account.as_str())
        });
        if found.is_empty() {
            return Err(nothing_to_show(post, args));
        }
        drafts.extend(found);
    }
    let media: Vec<&str> =
        drafts.iter().flat_map(|draft| &draft.media).map(|media| media.file.as_str()).collect();
    let book = reading.repo.media_facts(&media, &rev)?;
    match posts.as_slice() {
        _ if args.html => as_page(args, ui, here, &reading, &rev, &drafts, &book)?,
        [post] if ui.json() => as_json(ui, calendar, post, &drafts)?,
        [post] => {
            ui.page();
            show(ui, calendar, post, &by_account(&drafts), &book)?;
        }
        _ => {
            return Err(Error::usage("only a page shows several posts")
                .hint("add --html -o preview.html, or preview one post after the other"));
        }
    }
    if posts.iter().any(|post| reading.findings.iter().any(|finding| finding.file == post.file)) {
        ui.warning("something is wrong with this post: kalends check");
    }
    Ok(Outcome::Done)
}

/// Writes the page that carries all it shows.
fn as_page(
    args: &Args,
    ui: &mut Ui,
    here: &Here,
    reading: &Reading,
    rev: &Rev,
    drafts: &[Draft],
    book: &MediaBook,
) -> Result<(), Error> {
    if ui.json() {
        return Err(Error::usage("a page is no JSON").hint("leave out --html or --json"));
    }
    let album = album(reading, rev, book);
    let calendar = &reading.calendar;
    let desk = Desk { calendar, book, album: &album, carry: Carry::Alone, rows: &[] };
    let page = page::preview::whole(&desk, drafts);
    match args.output.as_deref().filter(|path| path.as_os_str() != STDOUT) {
        None => ui.raw(page.as_bytes()),
        Some(path) => {
            let path = here.folder().join(path);
            here.write(&path, page.as_bytes())?;
            ui.hint(format_args!("read it in a browser: {}", here.show(&path)));
            Ok(())
        }
    }
}

/// Returns the pictures of a book, small enough for a page. What cannot be shown is left out: a page says so.
pub(super) fn album(reading: &Reading, rev: &Rev, book: &MediaBook) -> Album {
    let mut album = Album::default();
    for (file, facts) in book.iter().filter(|(_, facts)| facts.size_bytes <= PICTURE_BYTES_MAX) {
        let is_picture = facts.mime.is_some_and(|mime| mime.starts_with("image/"));
        let bytes = is_picture.then(|| reading.repo.media_bytes(rev, file).ok()).flatten();
        if let Some(picture) = bytes.and_then(|bytes| thumbnail(&bytes)) {
            album.put(file, picture);
        }
    }
    album
}

fn as_json(ui: &mut Ui, calendar: &Calendar, post: &Post, drafts: &[Draft]) -> Result<(), Error> {
    let due = drafts.first().map(|draft| draft.due).unwrap_or_default();
    let local = calendar.zone().local(due).format("%Y-%m-%dT%H:%M:%S").to_string();
    let lanes = by_account(drafts);
    let accounts = lanes.iter().map(|(id, drafts)| seen(id, drafts)).collect();
    let (id, zone) = (post.id.as_str(), calendar.zone().name());
    ui.document(
        "preview",
        &Document { post: id, file: &post.file, due: ui::moment(due), local, zone, accounts },
    )
}

/// Shows a post's drafts, a box an account.
pub(super) fn show(
    ui: &mut Ui,
    calendar: &Calendar,
    post: &Post,
    lanes: &[(&AccountId, Vec<&Draft>)],
    book: &MediaBook,
) -> Result<(), Error> {
    let local =
        lanes.first().and_then(|(_, drafts)| drafts.first()).map(|draft| calendar.zone().local(draft.due));
    let when = local.map_or_else(String::new, |local| local.format("%a %e %b %Y %H:%M").to_string());
    ui.data(format!("{}\n{when} {}\n", ui::paint(ui::STRONG, &post.id), calendar.zone().name()))?;
    for (id, drafts) in lanes {
        let account = calendar.account(id);
        let face = Account {
            id: id.as_str(),
            handle: account.and_then(|account| account.handle.as_deref().or(account.title.as_deref())),
            by_hand: account.is_some_and(|account| account.by_hand),
        };
        ui.data(boxes::render(&face, drafts, book, ui.width(), ui.utf8()))?;
    }
    Ok(())
}

/// Returns the drafts of the post's next occurrence, or of its last if all are past.
pub(super) fn occurrence(calendar: &Calendar, post: &Post, now: DateTime<Utc>) -> Vec<Draft> {
    let only = calendar.with_only(post);
    let end = now.checked_add_signed(AHEAD).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let mut drafts = match &post.repeat {
        None => only.drafts(DateTime::<Utc>::MIN_UTC..DateTime::<Utc>::MAX_UTC),
        Some(_) => only.drafts(now..end),
    };
    if drafts.is_empty() {
        drafts = only.drafts(DateTime::<Utc>::MIN_UTC..now);
        let last = drafts.iter().map(|draft| draft.due).max();
        drafts.retain(|draft| Some(draft.due) == last);
    }
    let first = drafts.first().map(|draft| draft.due);
    drafts.retain(|draft| Some(draft.due) == first);
    drafts
}

fn nothing_to_show(post: &Post, args: &Args) -> Error {
    let error = Error::user(format!("`{}` goes to no account that could be shown", post.id));
    if args.account.is_empty() {
        error.hint("kalends check says what is wrong with it")
    } else {
        let to: Vec<&str> = post.to.value.iter().map(|to| to.value.as_str()).collect();
        error.hint(format!("it goes to {}", to.join(", ")))
    }
}

/// Returns drafts by the account that they go to.
pub(super) fn by_account(drafts: &[Draft]) -> Vec<(&AccountId, Vec<&Draft>)> {
    let mut lanes: Vec<(&AccountId, Vec<&Draft>)> = Vec::new();
    for draft in drafts {
        match lanes.iter_mut().find(|(id, _)| **id == draft.slot.account) {
            Some((_, lane)) => lane.push(draft),
            None => lanes.push((&draft.slot.account, vec![draft])),
        }
    }
    lanes
}

fn seen<'a>(id: &'a AccountId, drafts: &[&'a Draft]) -> Seen<'a> {
    let parts = drafts.iter().map(|draft| {
        let length = boxes::length(draft);
        Part {
            title: draft.title.as_deref().filter(|_| draft.platform.limits().title.is_some()),
            text: draft.composed(),
            warning: draft.warning.as_deref(),
            labels: draft.labels.iter().map(|label| label.as_str()).collect(),
            used: length.map(|(used, _, _)| used),
            max: length.map(|(_, max, _)| max),
            unit: length.map(|(_, _, unit)| unit),
            media: draft
                .media
                .iter()
                .map(|one| Picture { file: &one.file, alt: one.alt.as_deref() })
                .collect(),
            poll: draft.poll.iter().flat_map(|poll| &poll.options).map(String::as_str).collect(),
        }
    });
    let platform = drafts.first().map_or("", |draft| draft.platform.id());
    Seen { account: id.as_str(), platform, parts: parts.collect() }
}
