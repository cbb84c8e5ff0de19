//! Bringing numbers to where they stay: the ledger's branch, or the calendar's folder.

use chrono::{DateTime, Utc};

use crate::cli::here::{Here, Reading};
use crate::cli::import::readings::Args;
use crate::cli::runner::Runner;
use crate::error::Error;
use crate::intake::Settled;
use crate::reading::{FOLDER, Figure, Subject, Work, write, write_posts};
use crate::record::{Note, Scribe, Sheet};
use crate::ui::{Ui, plural};

/// The most rows of a file: a larger one is parted.
const ROWS_MAX: usize = 100_000;

/// The most numbers under which a file is looked for that is free.
const NUMBERS_MAX: u32 = 100_000;

/// Files of readings, to be written.
pub struct Files(Vec<Sheet>);

impl Files {
    /// Makes files of what is new: of the day of the import in UTC, as all readings.
    pub fn of(now: DateTime<Utc>, settled: &Settled, works: &[Work]) -> Files {
        let folder = format!("{FOLDER}/{}", now.format("%Y/%m/%d"));
        let mut sorted: Vec<(String, &Figure)> =
            settled.figures.iter().map(|figure| (name(figure), figure)).collect();
        sorted.sort();
        let numbers = sorted
            .chunk_by(|a, b| a.0 == b.0)
            .flat_map(|of_one| of_one.chunks(ROWS_MAX))
            .filter_map(|rows| {
                let text = write(rows.iter().map(|(_, figure)| *figure));
                Some(Sheet { folder: folder.clone(), name: rows.first()?.0.clone(), text })
            });
        let posts = works.chunk_by(|a, b| a.account == b.account).flat_map(|of_one| of_one.chunks(ROWS_MAX));
        let posts = posts.filter_map(|works| {
            let name = format!("{}.posts", works.first()?.account);
            Some(Sheet { folder: folder.clone(), name, text: write_posts(works) })
        });
        Files(numbers.chain(posts).collect())
    }

    /// Tells whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes them to the ledger; returns how they begin.
    pub fn into_ledger(self, here: &Here, args: &Args, ui: &mut Ui) -> Result<Vec<String>, Error> {
        let runner = Runner::open(here, &args.clock).map_err(|error| {
            error.hint("or say --to calendar, and the numbers lie in readings/ of the calendar")
        })?;
        let runner = runner.alone("kalends import readings", ui)?;
        let paths = self.0.iter().map(|sheet| format!("{}/{}", sheet.folder, sheet.name)).collect();
        let rows: usize = self.0.iter().map(|sheet| sheet.text.lines().count().saturating_sub(1)).sum();
        let world = runner.world(&runner.branch);
        let note =
            Note { sheets: self.0, message: format!("imported {}", plural(rows, "row")), ..Note::default() };
        Scribe::new(&world).write(note)?;
        Ok(paths)
    }

    /// Writes them to the calendar's folder, each under the first number that is free; returns the paths.
    pub fn into_calendar(self, here: &Here, reading: &Reading) -> Result<Vec<String>, Error> {
        let mut paths = Vec::new();
        for sheet in self.0 {
            let path = |number: u32| match number {
                1 => format!("{}/{}.csv", sheet.folder, sheet.name),
                number => format!("{}/{}.{number}.csv", sheet.folder, sheet.name),
            };
            let root = reading.repo.root();
            let free = (1..NUMBERS_MAX).map(path).find(|path| !root.join(path).exists());
            let Some(free) = free else {
                return Err(Error::user(format!("{} is full of files", sheet.folder)));
            };
            here.write_new(&root.join(&free), sheet.text.as_bytes())?;
            paths.push(free);
        }
        Ok(paths)
    }
}

/// Returns the name of the file that a number belongs to.
fn name(figure: &Figure) -> String {
    match &figure.subject {
        Subject::Goal(_) => "goals".to_owned(),
        Subject::Link(_) => "web".to_owned(),
        Subject::Campaign(_) => "ads".to_owned(),
        Subject::Inbox(account, _) => format!("{account}.inbox"),
        Subject::Account(account) | Subject::Post(account, _) => account.to_string(),
        Subject::Slot(slot) => slot.account.to_string(),
    }
}
