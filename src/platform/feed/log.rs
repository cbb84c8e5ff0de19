//! Who read a feed, by its web server's log in the combined format (httpd.apache.org/docs/2.4/logs.html#combined, which nginx
//! writes by default too), also with the virtual host in front.
//!
//! Counted are answered requests (`GET`, 200 to 299 and 304): of the page, of an entry at an address of its own, and of the
//! feed. Pictures and styles are no pages. Robots are left out by what they call themselves ([`is_robot`]); who does not say
//! what it is, is one. A feed's subscribers of a day are the different readers, each an address with a program, and for a
//! service that fetches once for many (Feedly, Inoreader: `16 subscribers`) the number that it says. No address is kept.

mod line;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::calendar::Account;
use crate::draft::{AccountId, Slot};
use crate::http::SKEW;
use crate::time::Zone;

use super::key;
use line::{Line, path_of, read_line, told_readers};

/// The most services whose own numbers are kept of one day: there are a few dozen in the world.
const SERVICES_MAX: usize = 1000;

/// The most lines that are named when they cannot be read.
const NAMED_MAX: usize = 3;

/// Words in what a program calls itself that tell a machine, in lower case. Beside them, every word that ends in `bot`.
pub const ROBOTS: [&str; 36] = [
    "crawl",
    "spider",
    "slurp",
    "scrap",
    "fetch",
    "monitor",
    "uptime",
    "pingdom",
    "statuscake",
    "headless",
    "phantomjs",
    "selenium",
    "lighthouse",
    "curl/",
    "wget",
    "python",
    "aiohttp",
    "libwww",
    "httpclient",
    "http-client",
    "httpx",
    "httpie",
    "okhttp",
    "axios",
    "java/",
    "perl",
    "php/",
    "ruby",
    "scanner",
    "validator",
    "preview",
    "embedly",
    "facebookexternalhit",
    "whatsapp",
    "archive",
    "subscribers",
];

/// Tells whether a program calls itself a machine, or nothing.
pub fn is_robot(agent: &str) -> bool {
    let agent = agent.trim().to_ascii_lowercase();
    let is_bot = |word: &str| (word.ends_with("bot") || word.ends_with("bots")) && word != "cubot";
    agent.is_empty()
        || agent == "-"
        || ROBOTS.iter().any(|word| agent.contains(word))
        || agent.split(|c: char| !c.is_ascii_alphanumeric()).any(is_bot)
}

/// What an address stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    /// The page with all entries.
    Page,
    /// The feed itself, in one of its forms.
    Feed,
    /// An entry's own page.
    Entry(Slot),
}

/// A feed that is looked for.
#[derive(Debug)]
struct Place {
    account: AccountId,
    host: String,
    meaning: Meaning,
}

/// What a log says of one feed.
#[derive(Debug, Default)]
pub struct FeedTally {
    pages: BTreeMap<NaiveDate, u64>,
    entries: BTreeMap<NaiveDate, BTreeMap<Slot, u64>>,
    readers: BTreeMap<NaiveDate, Readers>,
}

/// Who asked for a feed on one day.
#[derive(Debug)]
struct Readers {
    /// Hashes of addresses with programs.
    seen: BTreeSet<u64>,
    /// The most that each service said of its readers, for each form of the feed.
    told: BTreeMap<(String, String), u64>,
    last: DateTime<Utc>,
}

impl FeedTally {
    /// Returns how often the page was asked for on a day of the log.
    pub fn page_views(&self, day: NaiveDate) -> u64 {
        self.pages.get(&day).copied().unwrap_or(0)
    }

    /// Returns how often entries were asked for on a day, those that were at all.
    pub fn entry_views(&self, day: NaiveDate) -> impl Iterator<Item = (&Slot, u64)> {
        self.entries.get(&day).into_iter().flatten().map(|(slot, count)| (slot, *count))
    }

    /// Returns how many read the feed on a day, and when one last asked for it; nothing where none did.
    pub fn subscribers(&self, day: NaiveDate) -> Option<(u64, DateTime<Utc>)> {
        let readers = self.readers.get(&day)?;
        let told: u64 = readers.told.values().sum();
        Some((told + readers.seen.len() as u64, readers.last))
    }
}

/// What logs say of a calendar's feeds.
#[derive(Debug)]
pub struct Tally {
    zone: Zone,
    now: DateTime<Utc>,
    places: BTreeMap<String, Vec<Place>>,
    feeds: BTreeMap<AccountId, FeedTally>,
    days: BTreeSet<NaiveDate>,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How many lines were read.
    pub lines: u64,
    /// How many of them are not in the combined format.
    pub malformed: u64,
    /// The numbers of the first of those.
    pub malformed_first: Vec<u64>,
    /// How many say a moment that is still to come.
    pub future: u64,
    /// The feeds whose `server` does not say where their page is.
    pub homeless: Vec<AccountId>,
}

impl Tally {
    /// Starts to count for these feeds, whose entries are `slots`. Days are those of `zone`.
    pub fn new<'a>(
        zone: &Zone,
        now: DateTime<Utc>,
        feeds: impl IntoIterator<Item = &'a Account>,
        slots: &BTreeSet<Slot>,
    ) -> Tally {
        let mut tally = Tally {
            zone: zone.clone(),
            now,
            places: BTreeMap::new(),
            feeds: BTreeMap::new(),
            days: BTreeSet::new(),
            span: None,
            lines: 0,
            malformed: 0,
            malformed_first: Vec::new(),
            future: 0,
            homeless: Vec::new(),
        };
        for account in feeds {
            tally.watch(account, slots);
        }
        tally
    }

    fn watch(&mut self, account: &Account, slots: &BTreeSet<Slot>) {
        let server = account.server.as_ref().and_then(|server| server.value.split_once("://"));
        let Some((_, rest)) = server else {
            self.homeless.push(account.id.clone());
            return;
        };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let home = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        self.feeds.insert(account.id.clone(), FeedTally::default());
        let mut add = |path: String, meaning: Meaning| {
            let place = Place { account: account.id.clone(), host: host.clone(), meaning };
            self.places.entry(path).or_default().push(place);
        };
        for page in [format!("{home}/"), format!("{home}/index.html")] {
            add(page, Meaning::Page);
        }
        for feed in ["atom.xml", "feed.json"] {
            add(format!("{home}/{feed}"), Meaning::Feed);
        }
        for slot in slots.iter().filter(|slot| slot.account == account.id) {
            // The page itself shows all entries; a site that is made from the feed has a page for each.
            let key = key(slot);
            for entry in [
                format!("{home}/{key}"),
                format!("{home}/{key}/"),
                format!("{home}/{key}.html"),
                format!("{home}/{key}/index.html"),
                format!("{home}/entries/{key}"),
            ] {
                add(entry, Meaning::Entry(slot.clone()));
            }
        }
    }

    /// Reads a line.
    pub fn read(&mut self, line: &str) {
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            return;
        }
        self.lines += 1;
        let Some(line) = read_line(line) else {
            self.malformed += 1;
            if self.malformed_first.len() < NAMED_MAX {
                self.malformed_first.push(self.lines);
            }
            return;
        };
        if line.at > self.now + SKEW {
            self.future += 1;
            return;
        }
        let day = self.zone.local(line.at).date();
        self.days.insert(day);
        let (from, until) = self.span.unwrap_or((line.at, line.at));
        self.span = Some((from.min(line.at), until.max(line.at)));
        if line.method != "GET" || !matches!(line.status, 200..=299 | 304) {
            return;
        }
        let path = path_of(line.target);
        let asked = line.host.map(|host| host.split(':').next().unwrap_or_default().to_ascii_lowercase());
        for place in self.places.get(&path).into_iter().flatten() {
            if asked.as_ref().is_some_and(|asked| *asked != place.host) {
                continue;
            }
            if let Some(feed) = self.feeds.get_mut(&place.account) {
                feed.count(place, (&path, &line), day);
            }
        }
    }

    /// Returns what the logs say of a feed; nothing where it is none, or its place is not known.
    pub fn feed(&self, account: &AccountId) -> Option<&FeedTally> {
        self.feeds.get(account)
    }

    /// Returns the days that the logs have lines of.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.days.iter().copied()
    }

    /// Returns the moment of the latest line.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.span.map(|(_, until)| until)
    }

    /// Returns the moment of the first line, where its day had begun long before: the log has only a part of that day.
    pub fn begins_late(&self) -> Option<DateTime<Utc>> {
        let (from, _) = self.span?;
        let into_day = self.zone.local(from).time().signed_duration_since(chrono::NaiveTime::MIN);
        (into_day > TimeDelta::minutes(30)).then_some(from)
    }
}

impl FeedTally {
    fn count(&mut self, place: &Place, (path, line): (&str, &Line<'_>), day: NaiveDate) {
        match &place.meaning {
            Meaning::Page if !is_robot(line.agent) => *self.pages.entry(day).or_default() += 1,
            Meaning::Entry(slot) if !is_robot(line.agent) => {
                *self.entries.entry(day).or_default().entry(slot.clone()).or_default() += 1;
            }
            Meaning::Page | Meaning::Entry(_) => {}
            Meaning::Feed => {
                let told = told_readers(line.agent);
                if told.is_none() && is_robot(line.agent) {
                    return;
                }
                let new = || Readers { seen: BTreeSet::new(), told: BTreeMap::new(), last: line.at };
                let readers = self.readers.entry(day).or_insert_with(new);
                readers.last = readers.last.max(line.at);
                match told {
                    Some((count, service)) => {
                        let key = (path.to_owned(), service);
                        if readers.told.len() < SERVICES_MAX || readers.told.contains_key(&key) {
                            let most = readers.told.entry(key).or_default();
                            *most = (*most).max(count);
                        }
                    }
                    None => {
                        let mut hasher = DefaultHasher::new();
                        (line.address, line.agent).hash(&mut hasher);
                        readers.seen.insert(hasher.finish());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
