//! What a pull request is answered: what it changes and how that stands, and pages of it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::{Became, Change, Detail, Kind, Post, diff};
use crate::cli::check::branch::Branch;
use crate::cli::preview::{album, occurrence};
use crate::cli::unapproved;
use crate::draft::{Draft, PostId};
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::overview::{Collision, collisions};
use crate::ui::findings::changed::Changed;
use crate::ui::page::card::Desk;
use crate::ui::page::{self, Carry};

/// How far around the posts that changed others are looked for.
const AROUND: TimeDelta = TimeDelta::hours(1);

/// Returns what a branch changes and how it stands, posts first.
pub fn changes(branch: &Branch, findings: &[Finding], now: DateTime<Utc>) -> Result<Vec<Changed>, Error> {
    let mut changes = diff(&branch.before.calendar, &branch.after.calendar);
    // A large calendar is read in part: what is not of the branch is the same on both sides.
    changes.sort_by_key(|change| change.kind != Kind::Post);
    changes.extend(of_pictures(branch, &changes));
    let met = meetings(branch, &changes);
    changes.iter().map(|change| changed(branch, change, findings, &met, now)).collect()
}

/// Returns the posts that are as they were but for the bytes of a picture or film.
fn of_pictures(branch: &Branch, told: &[Change]) -> Vec<Change> {
    let posts = branch.after.calendar.every_post();
    let others = posts.filter(|post| told.iter().all(|change| change.file != post.file));
    let one = |post: &Post| {
        let files: Vec<&str> = post.media_files().filter(|file| branch.changed.contains(*file)).collect();
        (!files.is_empty()).then(|| Change {
            kind: Kind::Post,
            id: post.id.to_string(),
            file: post.file.clone(),
            became: Became::Changed,
            details: vec![Detail { what: "media".to_owned(), old: None, new: Some(files.join(", ")) }],
        })
    };
    others.filter_map(one).collect()
}

/// Finds how the posts that a branch makes or changes meet others, in the days around their first times.
fn meetings(branch: &Branch, changes: &[Change]) -> Vec<Collision> {
    let calendar = &branch.after.calendar;
    let posts = changes.iter().filter(|change| change.kind == Kind::Post);
    let posts = posts.filter_map(|change| calendar.post(&PostId::new(&change.id)?));
    let dues: Vec<DateTime<Utc>> = posts
        .filter_map(|post| {
            let at = post.at.as_ref()?.value;
            let zone = post.zone.as_ref().map_or(calendar.zone(), |zone| &zone.value);
            zone.resolve_somehow(at, None)
        })
        .collect();
    let (Some(first), Some(last)) = (dues.iter().min(), dues.iter().max()) else { return Vec::new() };
    let window = first.checked_sub_signed(AROUND).zip(last.checked_add_signed(AROUND));
    let Some((from, until)) = window else { return Vec::new() };
    let mut met = collisions(calendar, &calendar.drafts(from..until));
    met.retain(|collision| collision.kind.is_clash());
    met
}

fn changed(
    branch: &Branch,
    change: &Change,
    findings: &[Finding],
    met: &[Collision],
    now: DateTime<Utc>,
) -> Result<Changed, Error> {
    let calendar = &branch.after.calendar;
    let post = PostId::new(&change.id).filter(|_| change.kind == Kind::Post);
    let post = post.and_then(|id| {
        let side = if change.became == Became::Removed { &branch.before.calendar } else { calendar };
        side.post(&id)
    });
    let count = |severity| {
        let of_file = findings.iter().filter(|finding| finding.file == change.file);
        of_file.filter(|finding| finding.severity() == severity).count()
    };
    let to = post.map(|post| post.to.value.iter().map(|to| to.value.to_string()).collect());
    let waits = post.filter(|_| change.became != Became::Removed);
    Ok(Changed {
        became: change.became.as_str(),
        what: change.kind.name(),
        id: change.id.clone(),
        file: change.file.clone(),
        department: post.and_then(|post| post.department.as_ref()).map(|of| of.value.to_string()),
        at: post
            .and_then(|post| post.at.as_ref())
            .map(|at| at.value.format("%a %-d %b %Y %H:%M").to_string()),
        to: to.unwrap_or_default(),
        meets: met.iter().filter_map(|collision| meets(collision, &change.id)).collect(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        awaits: match waits {
            Some(post) => awaits(branch, post, now)?,
            None => None,
        },
        details: change.details.iter().map(ToString::to_string).collect(),
    })
}

/// Says whom a post meets in a collision, if it is one of those that meet.
fn meets(collision: &Collision, id: &str) -> Option<String> {
    let (own, others): (Vec<&PostId>, Vec<&PostId>) =
        collision.posts.iter().partition(|post| post.as_str() == id);
    let others: Vec<&str> = others.into_iter().map(PostId::as_str).collect();
    (!own.is_empty() && !others.is_empty())
        .then(|| format!("meets {}: {}", others.join(", "), collision.kind))
}

/// Says what a post waits for: its own hold, or somebody's approval.
fn awaits(branch: &Branch, post: &Post, now: DateTime<Utc>) -> Result<Option<String>, Error> {
    if let Some(why) = &post.hold {
        return Ok(Some(format!("held: {why}")));
    }
    let calendar = &branch.after.calendar;
    if !calendar.asks_for_approvals() {
        return Ok(None);
    }
    let media: Vec<&str> = post.media_files().collect();
    let book = branch.after.repo.media_facts(&media, &branch.rev)?;
    let day = calendar.zone().local(now).date();
    Ok(unapproved::hold(post, &calendar.lacks(post, &book, day)).map(|hold| hold.why))
}

/// Returns a page of the posts that a branch makes or changes, as each account will show them.
pub fn page(branch: &Branch, changes: &[Changed], now: DateTime<Utc>) -> Result<String, Error> {
    let calendar = &branch.after.calendar;
    let posts =
        changes.iter().filter(|one| one.what == Kind::Post.name() && one.became != Became::Removed.as_str());
    let drafts: Vec<Draft> = posts
        .filter_map(|one| calendar.post(&PostId::new(&one.id)?))
        .flat_map(|post| occurrence(calendar, post, now))
        .collect();
    let media: Vec<&str> =
        drafts.iter().flat_map(|draft| &draft.media).map(|media| media.file.as_str()).collect();
    let book = branch.after.repo.media_facts(&media, &branch.rev)?;
    let album = album(&branch.after, &branch.rev, &book);
    let desk = Desk { calendar, book: &book, album: &album, carry: Carry::Alone, rows: &[] };
    Ok(page::preview::whole(&desk, &drafts))
}
