//! Which posts await whose approval.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use crate::calendar::{Calendar, Lack, Person, Post};
use crate::cli::here::{Here, Reading};
use crate::cli::signer::SignerArgs;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::table::{Cell, Column, table};
use crate::ui::{self, Ui};

/// How far ahead one looks for posts that await an approval.
const AHEAD: TimeDelta = TimeDelta::days(400);

#[derive(Serialize)]
struct Document {
    now: String,
    awaiting: Vec<One>,
}

#[derive(Serialize)]
struct One {
    post: String,
    file: String,
    due: String,
    local: String,
    lacks: Vec<Lacking>,
}

#[derive(Serialize)]
struct Lacking {
    count: usize,
    who: Vec<String>,
    given: Vec<String>,
    told: String,
}

/// A post that awaits an approval.
struct Awaiting<'a> {
    post: &'a Post,
    due: DateTime<Utc>,
    lacks: Vec<Lack>,
}

/// Shows which posts await whose approval: all of them, or those that were named; with `--as`, those that await this person.
pub(super) fn list(
    signer: &SignerArgs,
    posts: &[&Post],
    (ui, here): (&mut Ui, &Here),
    reading: &Reading,
    now: DateTime<Utc>,
) -> Result<Outcome, Error> {
    let calendar = &reading.calendar;
    let person = signer.named_person(calendar, here)?;
    let mut awaiting = find(reading, posts, now)?;
    if let Some(person) = person {
        awaiting.retain(|one| one.lacks.iter().any(|lack| lack.who.contains(&person.id)));
    }
    if ui.json() {
        let awaiting = awaiting.iter().map(|one| document(calendar, one)).collect();
        ui.document("awaiting", &Document { now: ui::moment(now), awaiting })?;
        return Ok(Outcome::Done);
    }
    if awaiting.is_empty() {
        ui.status(nothing(calendar, person));
        return Ok(Outcome::Done);
    }
    let columns = [Column::whole(calendar.zone().name()), Column::new("post", 12), Column::new("awaits", 20)];
    let row = |one: &Awaiting<'_>| -> Vec<Cell> {
        let local = calendar.zone().local(one.due).format("%Y-%m-%d %H:%M").to_string();
        let told: Vec<&str> = one.lacks.iter().map(|lack| lack.told.as_str()).collect();
        vec![local.into(), one.post.id.to_string().into(), ui::foreign(&told.join("; ")).into_owned().into()]
    };
    let rows: Vec<Vec<Cell>> = awaiting.iter().map(row).collect();
    ui.page();
    ui.data(table(ui.width(), &columns, &rows, &[]))?;
    ui.hint("sign what awaits you: kalends approve POST");
    Ok(Outcome::Done)
}

fn nothing(calendar: &Calendar, person: Option<&Person>) -> String {
    match person {
        _ if !calendar.asks_for_approvals() => {
            "nothing needs an approval: there is no [[approval]] in kalends.toml".to_owned()
        }
        Some(person) => format!("nothing awaits the approval of {}", person.id),
        None => "nothing awaits an approval".to_owned(),
    }
}

/// Finds the posts that may still go out and lack an approval, in the order in which they are due.
fn find<'a>(
    reading: &'a Reading,
    posts: &[&'a Post],
    now: DateTime<Utc>,
) -> Result<Vec<Awaiting<'a>>, Error> {
    let calendar = &reading.calendar;
    let mut coming: Vec<(&Post, DateTime<Utc>)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for draft in calendar.drafts(now - calendar.longest_late()..now + AHEAD) {
        let is_in_time = now <= draft.due + draft.late;
        let is_meant = posts.is_empty() || posts.iter().any(|post| post.id == draft.slot.post);
        if is_in_time && is_meant && seen.insert(draft.slot.post.clone()) {
            coming.extend(calendar.post(&draft.slot.post).map(|post| (post, draft.due)));
        }
    }
    coming.retain(|(post, _)| calendar.is_to_be_approved(post));
    let approved = coming.iter().filter(|(post, _)| calendar.approvals.contains_key(&post.id));
    let media: Vec<&str> = approved.flat_map(|(post, _)| post.media_files()).collect();
    let book = reading.repo.media_facts(&media, &Rev::WorkTree)?;
    let lacking = coming.into_iter().map(|(post, due)| {
        let lacks = calendar.lacks(post, &book, calendar.zone().local(due).date());
        Awaiting { post, due, lacks }
    });
    Ok(lacking.filter(|one| !one.lacks.is_empty()).collect())
}

fn document(calendar: &Calendar, one: &Awaiting<'_>) -> One {
    let lacking = |lack: &Lack| Lacking {
        count: lack.count,
        who: lack.who.iter().map(ToString::to_string).collect(),
        given: lack.given.iter().map(ToString::to_string).collect(),
        told: lack.told.clone(),
    };
    One {
        post: one.post.id.to_string(),
        file: one.post.file.clone(),
        due: ui::moment(one.due),
        local: calendar.zone().local(one.due).format("%Y-%m-%dT%H:%M:%S").to_string(),
        lacks: one.lacks.iter().map(lacking).collect(),
    }
}

/// Returns the day on which a post goes out next, or went out last.
pub(super) fn day(calendar: &Calendar, post: &Post, now: DateTime<Utc>) -> NaiveDate {
    let today = calendar.zone().local(now).date();
    let end = today.checked_add_days(Days::new(800)).unwrap_or(NaiveDate::MAX);
    let next = post.walls(today..end).into_iter().map(|(_, wall)| wall.date()).min();
    next.or(post.at.as_ref().map(|at| at.value.date())).unwrap_or(today)
}
