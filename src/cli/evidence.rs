//! Gathering the evidence of a command that reports: the calendar, the ledger, and the files of readings.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::here::Reading;
use crate::cli::look;
use crate::draft::AccountId;
use crate::error::Error;
use crate::evidence::{self, Evidence, Meant};
use crate::ledger::Ledger;
use crate::platform;
use crate::reading::{Content, Entry, Flaw, Reader, Readings, Work, content_of, read_posts};
use crate::record;
use crate::rim::branch::LastSeen;
use crate::rim::repo::Rev;
use crate::ui::Ui;
use crate::world::Log;

/// What one file of readings holds.
struct Piece {
    reader: Reader,
    entries: Vec<Entry>,
    flaws: Vec<Flaw>,
}

/// What stands in the ledger and in the files of readings.
pub struct Stand {
    /// What the ledger says of every slot.
    pub ledger: Ledger,
    /// The rows of files of posts.
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub flaws: Vec<Flaw>,
    /// What was counted.
    pub readings: Readings,
}

impl Stand {
    /// Returns the posts of files that became public.
    pub fn works(&self) -> impl Iterator<Item = &Work> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Kept(work) => Some(work.as_ref()),
            Entry::Unkept(_) => None,
        })
    }
}

/// Reads what stands: in the calendar's commit or work tree, and in the ledger as it was last seen.
pub fn stand(reading: &Reading, rev: &Rev, ui: &mut Ui) -> Result<Stand, Error> {
    let (mut reader, mut entries, mut flaws) = (Reader::default(), Vec::new(), Vec::new());
    let mut join = |piece: Piece| {
        reader.join(piece.reader);
        entries.extend(piece.entries);
        flaws.extend(piece.flaws);
    };
    reading.repo.readings(rev, piece, &mut join)?;
    let mut ledger = Ledger::default();
    if let Some(branch) = look::ledger(reading)? {
        let log = LastSeen::of(&branch);
        let tip = log.tip()?;
        look::warn_if_away(ui, &log);
        ledger = record::look_up(&log, &branch.slots(&tip)?)?;
        branch.readings(&tip, piece, &mut join)?;
    }
    Ok(Stand { ledger, entries, flaws, readings: reader.finish() })
}

/// Gathers everything that was promised and counted until a moment: from the calendar's commit or work tree, and from
/// the ledger as it was last seen.
pub fn gather<'a>(
    reading: &'a Reading,
    rev: &Rev,
    ui: &mut Ui,
    until: DateTime<Utc>,
) -> Result<Evidence<'a>, Error> {
    let calendar = &reading.calendar;
    let Stand { ledger, entries, flaws, readings } = stand(reading, rev, ui)?;
    let drafts = calendar.drafts(DateTime::<Utc>::MIN_UTC..until + TimeDelta::days(1));
    let by_hand: BTreeSet<AccountId> = calendar
        .accounts
        .values()
        .filter(|account| {
            let platform = account.platform.as_ref().and_then(|platform| platform::of(platform.value));
            account.by_hand || platform.is_none()
        })
        .map(|account| account.id.clone())
        .collect();
    let meant = Meant { drafts: &drafts, by_hand: &by_hand, ledger: &ledger };
    Ok(evidence::gather(calendar, meant, (entries, flaws), readings, until))
}

fn piece(path: &str, text: Result<&str, String>) -> Piece {
    let mut piece = Piece { reader: Reader::default(), entries: Vec::new(), flaws: Vec::new() };
    match (text, content_of(path)) {
        (Ok(text), Some(Content::Posts)) => {
            piece.entries = read_posts(path, text, &mut piece.flaws);
        }
        (Ok(text), Some(Content::Numbers)) => piece.reader.read(path, text),
        (Ok(_), None) => {}
        (Err(what), _) => piece.flaws.push(Flaw { file: path.to_owned(), line: 1, what }),
    }
    piece
}
