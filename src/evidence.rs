//! What a report and an advice may rest on: what was promised, what became of it, and what it earned.
//!
//! The calendar says what was meant, the ledger what happened, and readings what came of it; posts that were made
//! without kalends stand in files of posts. Nothing here looks at a clock: `until` is the moment up to which all is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::{Calendar, Voice, is_film, text_max};
use crate::draft::{AccountId, CampaignId, DepartmentId, Draft, PersonId, Slot};
use crate::ledger::{Ledger, State};
use crate::reading::{Entry, Flaw, Form, Metric, Readings, Row, Source, Subject, Unkept, Work};
use crate::text;

/// A post that goes out no later than this after its moment is on time: runs are minutes apart.
pub const PUNCTUAL: TimeDelta = TimeDelta::minutes(15);

/// The most characters of a text that stand for a post that has no title.
const TITLE_MAX: usize = 60;

/// What became of a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It went out on time.
    OnTime,
    /// It went out so long after its moment.
    Late(TimeDelta),
    /// It did not go out in time, and why.
    Missed(String),
    /// Somebody decided that it does not go out, and why.
    Skipped(String),
    /// The platform refused it, and in which words.
    Refused(String),
    /// It was taken down again.
    Retracted,
    /// It may have gone out; nobody knows.
    Doubt(String),
    /// A person was to post it, and nobody said whether it was.
    Unconfirmed,
    /// Its moment had not come, or its time was not over.
    Open,
}

/// A post that was promised on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// What it is in the ledger; absent where only a file of posts knows it.
    pub slot: Option<Slot>,
    /// The account.
    pub account: AccountId,
    /// When it was promised for.
    pub due: DateTime<Utc>,
    /// Its title, or how its text begins.
    pub title: String,
    /// The department that it speaks for.
    pub department: Option<DepartmentId>,
    /// The campaign that it belongs to.
    pub campaign: Option<CampaignId>,
    /// What became of it.
    pub ending: Ending,
    /// How it is known.
    pub source: Source,
}

/// Published posts. Each stays where it was read: a hundred thousand of them are never copied, and are put in order by
/// their places.
pub type Works = Vec<Box<Work>>;

/// Everything that is known of what was published and what it earned.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// What people meant.
    pub calendar: &'a Calendar,
    /// What went out, by the moment and the subject; each post once.
    pub works: Works,
    /// What was promised, by its moment.
    pub promises: Vec<Promise>,
    /// What was counted.
    pub readings: Readings,
    /// What could not be read, and counts for nothing.
    pub flaws: Vec<Flaw>,
    /// The published slots whose post is not in the calendar any more: of them only the account and the moment are known.
    pub orphans: BTreeSet<Slot>,
}

/// What the calendar and the ledger say.
#[derive(Debug, Clone, Copy)]
pub struct Meant<'a> {
    /// Everything that was promised until the moment that is asked for.
    pub drafts: &'a [Draft],
    /// The accounts that people post to.
    pub by_hand: &'a BTreeSet<AccountId>,
    /// All slots that the ledger knows.
    pub ledger: &'a Ledger,
}

/// Gathers the evidence; `entries` and `readings` come from files. What happened after `until` is left open.
pub fn gather<'a>(
    calendar: &'a Calendar,
    meant: Meant<'_>,
    (entries, mut flaws): (Vec<Entry>, Vec<Flaw>),
    readings: Readings,
    until: DateTime<Utc>,
) -> Evidence<'a> {
    let Meant { drafts, ledger, .. } = meant;
    // There may be hundreds of thousands: each list is made as long as it can become, and sorted where it lies.
    let room = entries.len() + ledger.slots().count();
    let mut works: Works = Vec::with_capacity(room);
    let mut promises: Vec<Promise> = Vec::with_capacity(entries.len() + drafts.len());
    let firsts: BTreeMap<&Slot, &Draft> =
        drafts.iter().filter(|draft| draft.slot.part == 1).map(|draft| (&draft.slot, draft)).collect();
    for (slot, draft) in &firsts {
        let by_hand = meant.by_hand.contains(&slot.account);
        promises.push(promise(calendar, draft, ledger.state(slot), (by_hand, until)));
    }
    let mut orphans = BTreeSet::new();
    for (slot, record) in ledger.slots().filter(|(slot, _)| slot.part == 1) {
        if let State::Published { at, url, .. } = &record.state {
            let known = calendar.post(&slot.post).is_some();
            let known_as = work(calendar, slot, firsts.get(slot).copied(), (*at, url.clone()));
            works.push(Box::new(known_as));
            if !known {
                orphans.insert(slot.clone());
            }
        }
    }
    for entry in entries {
        of_file(entry, &mut works, &mut promises);
    }
    works.sort_unstable_by(|a, b| {
        (a.published, &a.subject, &a.source).cmp(&(b.published, &b.subject, &b.source))
    });
    once(&mut works, &mut flaws);
    promises.sort_unstable_by(|a, b| {
        (a.due, &a.account, &a.slot, &a.source).cmp(&(b.due, &b.account, &b.slot, &b.source))
    });
    flaws.extend(readings.flaws.iter().cloned());
    flaws.sort();
    Evidence { calendar, works, promises, readings, flaws, orphans }
}

fn of_file(entry: Entry, works: &mut Works, promises: &mut Vec<Promise>) {
    match entry {
        Entry::Kept(work) => {
            if let Some(due) = work.due {
                promises.push(Promise {
                    slot: None,
                    account: work.account.clone(),
                    due,
                    title: work.title.clone(),
                    department: work.department.clone(),
                    campaign: work.campaign.clone(),
                    ending: punctual(due, work.published),
                    source: work.source.clone(),
                });
            }
            works.push(work);
        }
        Entry::Unkept(unkept) => {
            let Unkept { account, due, title, department, campaign, is_skipped, why, source } = *unkept;
            let ending = if is_skipped { Ending::Skipped(why) } else { Ending::Missed(why) };
            let slot = None;
            promises.push(Promise { slot, account, due, title, department, campaign, ending, source });
        }
    }
}

/// Leaves each post once: the ledger's word before a file's, the earlier file's before a later one's. A post that a
/// person posted by hand is in the ledger without the platform's id, and in an export with it: its address tells.
fn once(works: &mut Works, flaws: &mut Vec<Flaw>) {
    let in_ledger: BTreeSet<(AccountId, String)> = works
        .iter()
        .filter(|work| work.source == Source::Ledger)
        .filter_map(|work| Some((work.account.clone(), work.url.clone()?)))
        .collect();
    let mut seen: BTreeSet<&Subject> = BTreeSet::new();
    let mut leave = Vec::new();
    for work in works.iter() {
        let again = !seen.insert(&work.subject);
        let is_there = |url: &String| in_ledger.contains(&(work.account.clone(), url.clone()));
        let twin = work.source != Source::Ledger && work.url.as_ref().is_some_and(is_there);
        if (again || twin)
            && let Source::File { file, line } = &work.source
        {
            let what =
                if again { "the post stands in an earlier row too" } else { "the ledger knows the post too" };
            flaws.push(Flaw { file: file.to_string(), line: *line, what: what.to_owned() });
        }
        leave.push(again || twin);
    }
    let mut leave = leave.into_iter();
    works.retain(|_| !leave.next().unwrap_or_default());
}

fn punctual(due: DateTime<Utc>, at: DateTime<Utc>) -> Ending {
    let late = at - due;
    if late <= PUNCTUAL { Ending::OnTime } else { Ending::Late(late) }
}

fn promise(
    calendar: &Calendar,
    draft: &Draft,
    state: &State,
    (by_hand, until): (bool, DateTime<Utc>),
) -> Promise {
    let post = calendar.post(&draft.slot.post);
    let over = draft.due + draft.late <= until;
    let ending = match state {
        State::Published { at, .. } => punctual(draft.due, *at),
        State::Missed { why } => Ending::Missed(why.clone()),
        State::Cancelled { why } => Ending::Skipped(why.clone()),
        State::Gone | State::Retracting { .. } => Ending::Retracted,
        State::Refused { refusal, .. } => Ending::Refused(refusal.why.clone()),
        State::Doubt { why, .. } | State::Broken { why } => Ending::Doubt(why.clone()),
        State::Sending { .. } => Ending::Doubt("it was sent, and the answer is not known".to_owned()),
        State::Absent | State::Claimed { .. } | State::Released { .. } if !over => Ending::Open,
        State::Absent | State::Claimed { .. } | State::Released { .. } => {
            match post.and_then(|post| post.hold.clone()) {
                Some(why) => Ending::Skipped(why),
                None if by_hand => Ending::Unconfirmed,
                None => Ending::Missed("no run sent it while it was due".to_owned()),
            }
        }
    };
    Promise {
        slot: Some(draft.slot.clone()),
        account: draft.slot.account.clone(),
        due: draft.due,
        title: title_of(draft.title.as_deref(), &draft.text),
        department: post.and_then(|post| post.department.as_ref()).map(|department| department.value.clone()),
        campaign: post.and_then(|post| post.campaign.as_ref()).map(|campaign| campaign.value.clone()),
        ending,
        source: Source::Ledger,
    }
}

fn work(
    calendar: &Calendar,
    slot: &Slot,
    draft: Option<&Draft>,
    (published, url): (DateTime<Utc>, Option<String>),
) -> Work {
    let post = calendar.post(&slot.post);
    let mut tags: Vec<String> =
        draft.iter().flat_map(|draft| &draft.tags).map(|tag| tag.to_lowercase()).collect();
    tags.extend(
        draft.iter().flat_map(|draft| text::hashtags(&draft.text)).map(|tag| tag.word.to_lowercase()),
    );
    tags.sort_unstable();
    tags.dedup();
    Work {
        subject: Subject::Slot(slot.clone()),
        account: slot.account.clone(),
        published,
        due: draft.map(|draft| draft.due),
        url,
        title: draft
            .map_or_else(|| slot.post.to_string(), |draft| title_of(draft.title.as_deref(), &draft.text)),
        form: draft.map(form),
        characters: draft.map(characters),
        tags,
        link: draft.and_then(|draft| draft.link.clone()),
        department: post.and_then(|post| post.department.as_ref()).map(|department| department.value.clone()),
        campaign: post.and_then(|post| post.campaign.as_ref()).map(|campaign| campaign.value.clone()),
        goal: post.and_then(|post| post.goal.as_ref()).map(|goal| goal.value.clone()),
        picture: draft
            .and_then(|draft| draft.media.iter().map(|media| media.file.clone()).find(|file| !is_film(file))),
        source: Source::Ledger,
    }
}

/// Returns a draft's form: what a reader meets first.
pub fn form(draft: &Draft) -> Form {
    if draft.poll.is_some() {
        Form::Poll
    } else if draft.parts > 1 {
        Form::Thread
    } else if draft.media.iter().any(|media| is_film(&media.file)) {
        Form::Film
    } else if !draft.media.is_empty() {
        Form::Picture
    } else if draft.link.is_some() || !text::links(&draft.text).is_empty() {
        Form::Link
    } else {
        Form::Text
    }
}

/// Returns how long a draft's text is, as its platform counts; as people see characters where that counts nothing.
fn characters(draft: &Draft) -> u32 {
    let count = text_max(draft).map_or(text::Count::Graphemes, |max| max.count);
    u32::try_from(text::count(&draft.composed(), count).used).unwrap_or(u32::MAX)
}

/// Returns a title, or how a text begins.
pub fn title_of(title: Option<&str>, text: &str) -> String {
    let words = title.unwrap_or(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(TITLE_MAX) {
        None => words,
        Some((end, _)) => {
            let cut = words.get(..end).unwrap_or_default();
            let whole = cut.rsplit_once(' ').map_or(cut, |(whole, _)| whole);
            format!("{whole}…")
        }
    }
}

impl Evidence<'_> {
    /// Returns the latest reading of a post's metric that was made until a moment.
    pub fn earned(&self, work: &Work, metric: Metric, until: DateTime<Utc>) -> Option<&Row> {
        self.readings.latest(&work.subject, metric, until)
    }

    /// Returns the reading of a post's metric that was made nearest to an age, no further from it than allowed.
    pub fn earned_at(
        &self,
        work: &Work,
        metric: Metric,
        age: TimeDelta,
        within: (TimeDelta, TimeDelta),
    ) -> Option<&Row> {
        let rows = self.readings.of(&work.subject, metric).iter().filter(|row| row.window == 0);
        let off = |row: &&Row| row.read() - work.published - age;
        rows.filter(|row| -within.0 <= off(row) && off(row) <= within.1)
            .min_by_key(|row| (off(row).abs(), row.read_secs))
    }

    /// Returns the person whose voice an account speaks with; nothing for the organisation's own.
    pub fn leader(&self, account: &AccountId) -> Option<&PersonId> {
        match &self.calendar.account(account)?.voice {
            Voice::Person(person) => Some(&person.value),
            Voice::Organisation => None,
        }
    }

    /// Returns the platform of an account that the calendar knows.
    pub fn platform(&self, account: &AccountId) -> Option<text::Platform> {
        self.calendar.account(account)?.platform.as_ref().map(|platform| platform.value)
    }

    /// Returns when the latest of all readings was made.
    pub fn latest(&self) -> Option<DateTime<Utc>> {
        self.readings.rows.iter().max_by_key(|row| row.read_secs).map(Row::read)
    }
}

#[cfg(test)]
mod tests;
