//! Whose approval a draft's post lacks, found out once a post and day.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;

use crate::calendar::{Calendar, Duty, Lack, Post, Unready};
use crate::draft::{Draft, MediaBook, PostId};
use crate::plan::Hold;

/// Tells whose approval a draft's post lacks, or nothing.
pub type Unapproved<'a> = dyn Fn(&Draft) -> Option<Hold> + Sync + 'a;

/// Returns a function that tells whose approval a draft's post lacks. `book` has the facts of all of a post's media.
pub fn unapproved<'a>(
    calendar: &'a Calendar,
    book: impl Fn(&Post) -> Cow<'a, MediaBook> + Sync + 'a,
) -> impl Fn(&Draft) -> Option<Hold> + Sync + 'a {
    let known: Mutex<BTreeMap<(PostId, NaiveDate), Option<Hold>>> = Mutex::default();
    move |draft| {
        if !calendar.asks_for_approvals() && !calendar.asks_for_readers() {
            return None;
        }
        let post = calendar.post(&draft.slot.post)?;
        let day = calendar.zone().local(draft.due).date();
        let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (post.id.clone(), day);
        if let Some(told) = lock().get(&key) {
            return told.clone();
        }
        let told = unready(&calendar.unready(post, day))
            .or_else(|| hold(post, &calendar.lacks(post, &book(post), day)));
        lock().insert(key, told.clone());
        told
    }
}

/// Says who must read or do what before a post goes out.
fn unready(unready: &[Unready<'_>]) -> Option<Hold> {
    let first = unready.first()?;
    let told: Vec<&str> = unready.iter().map(|one| one.told.as_str()).collect();
    let next = match (first.person, first.duty) {
        (Some(person), Duty::Read(protocol)) => {
            format!("{person} runs: kalends protocol acknowledge {}, and commits it", protocol.id)
        }
        (Some(person), Duty::Train(training)) => {
            format!("{person} runs: kalends training take {}, and commits it", training.id)
        }
        (None, _) => "name the department's coordinator in its file".to_owned(),
    };
    Some(Hold { why: told.join("; "), next: Some(next) })
}

/// Says what a post lacks, and who does what about it.
pub fn hold(post: &Post, lacks: &[Lack]) -> Option<Hold> {
    let first = lacks.first()?;
    let told: Vec<&str> = lacks.iter().map(|lack| lack.told.as_str()).collect();
    let who = match (lacks, first.who.as_slice()) {
        ([_], [only]) => only.to_string(),
        _ => "whoever approves it".to_owned(),
    };
    let next = if lacks.iter().all(|lack| lack.who.is_empty()) {
        "mend [[approval]] in kalends.toml, or name those whom it asks for".to_owned()
    } else {
        format!("{who} runs: kalends approve {}, and commits it", post.id)
    };
    Some(Hold { why: format!("not approved: {}", told.join("; ")), next: Some(next) })
}
