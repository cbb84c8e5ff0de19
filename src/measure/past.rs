//! What was read before: all that decides what is due, and what a new number is compared with.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use crate::number::Amount;
use crate::reading::{Content, Line, Metric, Subject, content_of, lines};
use crate::world::Found;

/// What the ledger's rows say of what was read before.
#[derive(Debug, Default)]
pub struct Past {
    /// By the subject as it stands in files.
    known: HashMap<String, Known>,
}

#[derive(Debug, Default)]
struct Known {
    reads: Vec<DateTime<Utc>>,
    gone: bool,
    last: BTreeMap<Metric, (DateTime<Utc>, Amount)>,
    /// The most that was counted over each window, by the moments that it begins and ends at.
    windows: BTreeMap<(Metric, i64, i64), Amount>,
    /// Every number of followers, and when it was read.
    followers: Vec<(DateTime<Utc>, Amount)>,
}

impl Past {
    /// Reads a file of the ledger. Rows that cannot be read say nothing; a report tells of them.
    pub fn read(&mut self, found: &Found) {
        if let (Ok(text), Some(Content::Numbers)) = (&found.text, content_of(&found.path)) {
            for (_, line) in lines(text) {
                if let Ok(line) = line {
                    self.take(&line);
                }
            }
        }
    }

    fn take(&mut self, line: &Line<'_>) {
        let known = match self.known.get_mut(line.subject.as_ref()) {
            Some(known) => known,
            None => self.known.entry(line.subject.clone().into_owned()).or_default(),
        };
        match &line.window {
            Some(window) => {
                let key = (line.metric, window.start.timestamp(), window.end.timestamp());
                let most = known.windows.entry(key).or_insert(line.value);
                *most = (*most).max(line.value);
            }
            None if line.metric == Metric::Gone => known.gone = true,
            None => {
                if known.reads.last() != Some(&line.read) {
                    known.reads.push(line.read);
                }
                if line.metric == Metric::Followers {
                    known.followers.push((line.read, line.value));
                }
                let last = known.last.entry(line.metric).or_insert((line.read, line.value));
                if last.0 <= line.read {
                    *last = (line.read, line.value);
                }
            }
        }
    }

    fn of(&self, subject: &Subject) -> Option<&Known> {
        self.known.get(&subject.to_string())
    }

    /// Returns the moments at which something was read, in the order of the files.
    pub fn reads(&self, subject: &Subject) -> &[DateTime<Utc>] {
        self.of(subject).map_or(&[], |known| &known.reads)
    }

    /// Tells whether the platform did not have it any more when it was last asked for.
    pub fn is_gone(&self, subject: &Subject) -> bool {
        self.of(subject).is_some_and(|known| known.gone)
    }

    /// Returns the number of each metric that was read last.
    pub fn last(&self, subject: &Subject) -> BTreeMap<Metric, Amount> {
        let last = self.of(subject).into_iter().flat_map(|known| &known.last);
        last.map(|(metric, (_, value))| (*metric, *value)).collect()
    }

    /// Returns the most that was counted over a window.
    pub fn most(
        &self,
        subject: &Subject,
        metric: Metric,
        window: (DateTime<Utc>, DateTime<Utc>),
    ) -> Option<Amount> {
        let key = (metric, window.0.timestamp(), window.1.timestamp());
        self.of(subject)?.windows.get(&key).copied()
    }

    /// Returns the largest number of followers that was read in a time.
    pub fn most_followers(
        &self,
        subject: &Subject,
        within: (DateTime<Utc>, DateTime<Utc>),
    ) -> Option<Amount> {
        let known = self.of(subject)?;
        let inside = known.followers.iter().filter(|(read, _)| within.0 <= *read && *read < within.1);
        inside.map(|(_, value)| *value).max()
    }
}
