//! What is missing from the data, and why: everything that a reader must know before believing a number.

mod platforms;

use crate::evidence::Ending;
use crate::reading::{Metric, Nature, Source, Subject};
use crate::report::Report;
use crate::report::frame::Frame;
use crate::report::windows::choose;

/// The most places that a note names.
const PLACES_MAX: usize = 12;

/// Something that is missing, or odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What, and why.
    pub what: String,
    /// Where: files with lines, posts.
    pub places: Vec<String>,
    /// How many more places there are.
    pub more: usize,
}

/// Collects notes.
struct Notes<'f, 'a> {
    frame: &'f Frame<'a>,
    notes: Vec<Note>,
}

impl Notes<'_, '_> {
    fn say(&mut self, what: String, places: impl IntoIterator<Item = String>) {
        let mut places = places.into_iter();
        let listed: Vec<String> = places.by_ref().take(PLACES_MAX).collect();
        self.notes.push(Note { what, places: listed, more: places.count() });
    }

    /// Says something of rows, if there are any.
    fn of_rows(&mut self, rows: &[u32], one: &str, many: &str) {
        let what = match rows.len() {
            0 => return,
            1 => format!("1 reading {one}"),
            count => format!("{count} readings {many}"),
        };
        let frame = self.frame;
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        self.say(what, rows.into_iter().filter_map(|row| place(frame, row)));
    }
}

/// Returns a row's place, with what it is of.
fn place(frame: &Frame<'_>, row: u32) -> Option<String> {
    let (readings, row) = (&frame.evidence.readings, frame.row(row)?);
    let subject = readings.subjects.get(row.subject as usize)?;
    Some(format!("{}: {subject} {} {}", readings.origin(row), row.metric, row.value))
}

/// Tells what is missing.
pub fn notes(frame: &Frame<'_>, report: &Report) -> Vec<Note> {
    let mut notes = Notes { frame, notes: Vec::new() };
    times(&mut notes, report);
    posts(&mut notes);
    platforms::metrics(&mut notes);
    promises(&mut notes, report);
    rows(&mut notes);
    windows(&mut notes);
    platforms::names(&mut notes);
    platforms::rounded(&mut notes);
    accounts(&mut notes);
    files(&mut notes);
    notes.notes
}

/// What of the report's times is not known yet, or not any more.
fn times(notes: &mut Notes<'_, '_>, report: &Report) {
    let period = report.period();
    if period.is_running() {
        let what = format!("{} was not over when this was told: its numbers grow", period.name());
        notes.say(what, []);
    }
    for other in report.periods.iter().skip(1) {
        if let Some(first) = report.known_from.filter(|_| report.is_part(other)) {
            let (name, first) = (other.name(), first.format("%-d %B %Y"));
            notes.say(format!("No post is known before {first}: {name} is not whole, and a comparison with it says little"), []);
        }
        let of = |number: &&crate::report::Number| {
            notes.frame.periods.get(number.question.period).is_some_and(|period| period.which == other.which)
        };
        let later = report.numbers.values().filter(of).map(|number| number.later).max().unwrap_or(0);
        let posts = notes.frame.placed.iter().filter(|placed| {
            notes.frame.periods.get(placed.period).is_some_and(|period| period.which == other.which)
        });
        if posts.count() == 0 {
            notes.say(
                format!("Nothing is known of posts in {}: there is nothing to compare with", other.name()),
                [],
            );
        } else if later > 0 {
            let what = format!(
                "The comparison with {} is with later readings for up to {later} of its numbers: none was made as long after \
                 the end as for {}",
                other.name(),
                period.name()
            );
            notes.say(what, []);
        }
    }
}

/// Posts that nobody has counted, that are gone, and that nothing else is known of.
fn posts(notes: &mut Notes<'_, '_>) {
    let (mut unread, mut gone, mut orphans) = (Vec::new(), Vec::new(), Vec::new());
    for placed in notes.frame.placed.iter().filter(|placed| placed.period == 0) {
        let Some(work) = notes.frame.evidence.works.get(placed.work as usize) else { continue };
        if !placed.has_rows {
            unread.push(work.subject.to_string());
        }
        if let Some((row, _)) = placed.row(Metric::Gone) {
            gone.extend(place(notes.frame, row));
        }
        if let Subject::Slot(slot) = &work.subject
            && notes.frame.evidence.orphans.contains(slot)
        {
            orphans.push(work.subject.to_string());
        }
    }
    for (found, what) in [
        (unread, "Posts without any reading, which add to nothing but the count of posts"),
        (gone, "Posts that are gone from their platform; the last numbers before that are kept"),
        (
            orphans,
            "Posts that are not in the calendar any more, so that their department, campaign and form are not known",
        ),
    ] {
        if !found.is_empty() {
            notes.say(format!("{what}: {}", found.len()), found);
        }
    }
}

/// Promises of which nobody knows what became of them.
fn promises(notes: &mut Notes<'_, '_>, report: &Report) {
    let period = report.period();
    let unknown = |is_meant: &dyn Fn(&Ending) -> bool| -> Vec<String> {
        let promises = notes.frame.evidence.promises.iter();
        let due =
            promises.filter(|promise| period.moments.contains(&promise.due) && promise.due <= period.cutoff);
        due.filter(|promise| is_meant(&promise.ending))
            .map(|promise| format!("{} on {}", promise.title, promise.account))
            .collect()
    };
    let by_hand = unknown(&|ending| *ending == Ending::Unconfirmed);
    let doubts = unknown(&|ending| matches!(ending, Ending::Doubt(_)));
    for (found, what) in [
        (by_hand, "Posts that a person was to post, and nobody has said so (`kalends settle`)"),
        (doubts, "Posts that may have gone out, and the answer is not known (`kalends settle`)"),
    ] {
        if !found.is_empty() {
            notes.say(format!("{what}: {}", found.len()), found);
        }
    }
    if report.reasons.open > 0 {
        let what = format!("Promises that were not due yet when this was told: {}", report.reasons.open);
        notes.say(what, []);
    }
}

/// Readings that count for nothing, or that cannot all be true.
fn rows(notes: &mut Notes<'_, '_>) {
    let oddities = &notes.frame.oddities;
    let (negative, backwards) = (oddities.negative.clone(), oddities.backwards.clone());
    let (conflicting, partial) = (oddities.conflicting.clone(), oddities.partial.clone());
    notes.of_rows(&negative, "is below zero and counts for nothing", "are below zero and count for nothing");
    let what = "lower than the one before it: likes are taken back, and platforms correct themselves. The last holds";
    notes.of_rows(&backwards, &format!("is {what}"), &format!("are {what}"));
    let what = "with another of the same moment: the greater counts";
    notes.of_rows(&conflicting, &format!("disagrees {what}"), &format!("disagree {what}"));
    let what = "over a time that does not begin with the post, so that nobody can tell what is missing";
    notes.of_rows(
        &partial,
        &format!("of a post counts {what}, and is left out"),
        &format!("of posts count {what}, and are left out"),
    );
    let repeats = notes.frame.evidence.readings.repeats;
    if repeats > 0 {
        let what = format!(
            "{} another had said already: each counts once",
            if repeats == 1 { "1 row says what".to_owned() } else { format!("{repeats} rows say what") }
        );
        notes.say(what, []);
    }
}

/// Windows that overlap, or that do not fit the period.
fn windows(notes: &mut Notes<'_, '_>) {
    let Some(period) = notes.frame.periods.first() else { return };
    let readings = &notes.frame.evidence.readings;
    let (mut overlapping, mut across, mut beyond, mut timeless) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut start = 0_usize;
    for rows in readings.rows.chunk_by(|a, b| (a.subject, a.metric) == (b.subject, b.metric)) {
        let first = u32::try_from(start).unwrap_or(u32::MAX);
        start += rows.len();
        let Some((row, subject)) =
            rows.first().and_then(|row| Some((row, readings.subjects.get(row.subject as usize)?)))
        else {
            continue;
        };
        let is_flow = row.metric.nature() == Nature::Flow
            || matches!(subject, Subject::Account(_) | Subject::Campaign(_));
        let is_inbox = matches!(subject, Subject::Inbox(..));
        if !is_flow || is_inbox || subject.is_post() || row.metric.nature() == Nature::Level {
            continue;
        }
        let chosen = choose(readings, (rows, first), period);
        overlapping.extend(chosen.overlapping);
        across.extend(chosen.across);
        beyond.extend(chosen.beyond);
        timeless.extend(chosen.timeless);
    }
    let what = "overlapping others of the same thing: so much time is covered once, and no more";
    notes.of_rows(&overlapping, &format!("is left out, {what}"), &format!("are left out, {what}"));
    let what = "over the edge of the period by some hours, as another zone's day does, and";
    notes.of_rows(&across, &format!("reaches {what} counts whole"), &format!("reach {what} count whole"));
    let what = "a time that is in part outside of the period, and cannot be parted";
    notes.of_rows(&beyond, &format!("is of {what}"), &format!("are of {what}"));
    let what = "of which time it counts, and is left out";
    notes.of_rows(
        &timeless,
        &format!("does not say {what}"),
        "do not say of which time they count, and are left out",
    );
}

/// Accounts that the calendar does not know, and posts on accounts whose followers nobody reads.
fn accounts(notes: &mut Notes<'_, '_>) {
    let frame = notes.frame;
    let unknown: Vec<String> = frame
        .accounts
        .iter()
        .filter(|account| frame.evidence.calendar.account(account).is_none())
        .map(ToString::to_string)
        .collect();
    if !unknown.is_empty() {
        let what = "Accounts with posts or readings that are not in the calendar: renamed, or closed. Their platform and \
                    voice are not known, and they count as the organisation's";
        notes.say(what.to_owned(), unknown);
    }
    let Some(period) = frame.periods.first() else { return };
    let mut unfollowed = Vec::new();
    for account in &frame.accounts {
        let (end, start) = frame.level_of((&Subject::Account(account.clone()), Metric::Followers), period);
        if end.is_none() {
            unfollowed.push(format!("{account}: no reading in {}", period.name()));
        } else if start == end {
            unfollowed.push(format!("{account}: a single reading, so no growth"));
        }
    }
    if !unfollowed.is_empty() {
        notes.say("Accounts whose followers, or their growth, are not known".to_owned(), unfollowed);
    }
}

/// Lines of files that could not be read.
fn files(notes: &mut Notes<'_, '_>) {
    let flaws = &notes.frame.evidence.flaws;
    if !flaws.is_empty() {
        let lines: Vec<String> =
            flaws.iter().map(|flaw| format!("{}:{}: {}", flaw.file, flaw.line, flaw.what)).collect();
        let what = match lines.len() {
            1 => "1 line of a file of readings could not be read, and counts for nothing".to_owned(),
            count => format!("{count} lines of files of readings could not be read, and count for nothing"),
        };
        notes.say(what, lines);
    }
    let from_files = notes.frame.placed.iter().filter(|placed| placed.period == 0).filter_map(|placed| {
        let work = notes.frame.evidence.works.get(placed.work as usize)?;
        matches!(work.source, Source::File { .. }).then_some(())
    });
    let count = from_files.count();
    if count > 0 {
        let what = format!(
            "Posts that only files of posts know, and the ledger does not, as people brought them: {count}"
        );
        notes.say(what, []);
    }
}
