//! What people write: calendars as texts, and how they change.

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta};

use crate::calendar::{self, Calendar};
use crate::finding::{Content, File};

use super::dice::Dice;
use super::server::Kind;

/// A calendar as one commit has it.
#[derive(Debug)]
pub struct Version {
    pub calendar: Calendar,
    pub commit: String,
    pub burst: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Desk {
    pub id: String,
    pub platform: &'static str,
    pub kind: Kind,
    pub by_hand: bool,
    /// The day it is added, if it is added late.
    pub since: Option<String>,
    pub there: bool,
}

/// A post as its author thinks of it: its words' first word is its mark, whatever the file is called.
#[derive(Debug, Clone)]
pub struct Idea {
    mark: String,
    stem: String,
    at: NaiveDateTime,
    to: Vec<usize>,
    late: &'static str,
    edits: u32,
    parts: u32,
    repeat: Option<(&'static str, u32)>,
    hold: bool,
    deleted: bool,
    renamed: bool,
}

#[derive(Debug, Clone)]
pub struct People {
    pub desks: Vec<Desk>,
    pub ideas: Vec<Idea>,
    pub burst: Option<usize>,
    pub days: i64,
    edits: u64,
}

pub const START: &str = "2027-03-08T00:00:00";

pub fn start() -> NaiveDateTime {
    START.parse().unwrap_or_default()
}

pub fn start_ms() -> i64 {
    start().and_utc().timestamp_millis()
}

/// Every platform of the simulated world, with its server's kind.
pub const PLATFORMS: [(&str, Kind); 7] = [
    ("bluesky", Kind::Permanent),
    ("telegram", Kind::Permanent),
    ("mastodon", Kind::Window),
    ("threads", Kind::Racy),
    ("x", Kind::Plain),
    ("facebook", Kind::Plain),
    ("linkedin", Kind::Plain),
];

impl People {
    /// Draws a calendar. Where clocks are far apart, no account rests on their agreement.
    pub fn draw(dice: &mut Dice, wild: bool) -> People {
        let mut desks: Vec<Desk> = Vec::new();
        let many = dice.range(3, if wild { 5 } else { 6 }) as usize;
        while desks.len() < many {
            let (platform, kind) = *dice.pick(&PLATFORMS);
            let trusting = matches!(platform, "mastodon" | "threads" | "x");
            if wild && trusting || desks.iter().any(|desk| desk.platform == platform) {
                continue;
            }
            desks.push(Desk {
                id: platform.to_owned(),
                platform,
                kind,
                by_hand: false,
                since: None,
                there: true,
            });
        }
        if dice.chance(3000) {
            desks.push(Desk {
                id: "leader".to_owned(),
                platform: "linkedin",
                kind: Kind::Plain,
                by_hand: true,
                since: None,
                there: true,
            });
        }
        if dice.chance(4000) {
            let last = desks.len() - 1;
            desks[last].there = false;
        }
        let days = 32;
        let mut people =
            People { desks, ideas: Vec::new(), burst: dice.chance(3000).then_some(2), days, edits: 0 };
        let mut slots = 0;
        while slots < 22 {
            let idea = people.idea(dice);
            slots += idea.to.len() as u32 * idea.parts * idea.repeat.map_or(1, |(_, times)| times);
            people.ideas.push(idea);
        }
        people
    }

    fn idea(&mut self, dice: &mut Dice) -> Idea {
        let number = self.ideas.len() + 1;
        // Posts come in clumps, as they do in life: several at one moment, days of nothing.
        let at = match self.ideas.last() {
            Some(last) if last.repeat.is_none() && dice.chance(4500) => {
                last.at + TimeDelta::seconds(*dice.pick(&[0, 0, 60, 1200]))
            }
            _ => {
                let day = dice.range(1, self.days - 3) as u64;
                start()
                    .checked_add_days(Days::new(day))
                    .unwrap_or_default()
                    .checked_add_signed(TimeDelta::minutes(dice.range(0, 24 * 12) * 5))
                    .unwrap_or_default()
            }
        };
        let at = avoid_gap(at);
        let repeat = dice.chance(1500).then(|| *dice.pick(&[("week", 3), ("day", 3), ("2 days", 4)]));
        let mut to: Vec<usize> = (0..self.desks.len()).filter(|_| dice.chance(5500)).collect();
        if to.is_empty() {
            to.push(dice.index(self.desks.len()));
        }
        let mark = format!("{}{number}", if repeat.is_some() { 'r' } else { 'p' });
        Idea {
            stem: format!("{}-{mark}", at.format("%Y-%m-%d")),
            mark,
            at,
            to,
            late: dice.pick::<&str>(&["20m", "2h", "8h", "8h", "3d"]),
            edits: 0,
            parts: if dice.chance(2000) { dice.range(2, 4) as u32 } else { 1 },
            repeat,
            hold: dice.chance(300),
            deleted: false,
            renamed: false,
        }
    }

    /// A calendar of one post on one account.
    pub fn single(platform: &'static str, kind: Kind, parts: u32) -> People {
        let at = start() + TimeDelta::hours(9);
        People {
            desks: vec![Desk {
                id: platform.to_owned(),
                platform,
                kind,
                by_hand: false,
                since: None,
                there: true,
            }],
            ideas: vec![Idea {
                mark: "p1".to_owned(),
                stem: "2027-03-08-p1".to_owned(),
                at,
                to: vec![0],
                late: "2h",
                edits: 0,
                parts,
                repeat: None,
                hold: false,
                deleted: false,
                renamed: false,
            }],
            burst: None,
            days: 1,
            edits: 0,
        }
    }

    pub fn accounts(&self) -> Vec<(String, Kind)> {
        self.desks.iter().map(|desk| (desk.id.clone(), desk.kind)).collect()
    }

    /// The moments at which something is due, in true milliseconds.
    pub fn moments(&self, calendar: &Calendar) -> Vec<i64> {
        let all = DateTime::from_timestamp_millis(0).unwrap_or_default()
            ..DateTime::from_timestamp_millis(start_ms() + 90 * 86_400_000).unwrap_or_default();
        let mut moments: Vec<i64> =
            calendar.drafts(all).iter().map(|draft| draft.due.timestamp_millis()).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// Changes something, as people do; says what. `today` is the day of the change.
    pub fn edit(&mut self, dice: &mut Dice, now: i64) -> &'static str {
        let today = DateTime::from_timestamp_millis(now).unwrap_or_default().naive_utc();
        if dice.chance(1500)
            && let Some(desk) = self.desks.iter_mut().find(|desk| !desk.there)
        {
            desk.there = true;
            desk.since = Some(today.date().to_string());
            return "account added";
        }
        let near: Vec<usize> = (0..self.ideas.len())
            .filter(|&at| (self.ideas[at].at - today).abs() < TimeDelta::days(3))
            .collect();
        let at = if near.is_empty() || dice.chance(3000) {
            dice.index(self.ideas.len())
        } else {
            *dice.pick(&near)
        };
        let days = self.days;
        let idea = &mut self.ideas[at];
        match dice.index(10) {
            0 | 1 if !idea.renamed => {
                idea.edits += 1;
                "text edited"
            }
            2 | 3 => {
                let shift = *dice.pick(&[-1440, -60, 15, 60, 300, 1440, 4320]);
                let moved = avoid_gap(idea.at + TimeDelta::minutes(shift));
                let last = start() + TimeDelta::days(days);
                if idea.repeat.is_none() && moved > start() && moved < last {
                    idea.at = moved;
                    return "moved in time";
                }
                "looked at"
            }
            4 => {
                idea.hold = !idea.hold;
                "hold changed"
            }
            5 if dice.chance(3000) => {
                idea.deleted = true;
                "deleted"
            }
            // A rename is seen through by the words, so only where they stayed as they were, and once a year.
            6..=8 if idea.edits == 0 && idea.repeat.is_none() => {
                idea.stem.push('b');
                idea.renamed = true;
                "renamed"
            }
            _ => "looked at",
        }
    }

    fn file(&self, idea: &Idea) -> File {
        let to: Vec<String> = idea
            .to
            .iter()
            .filter(|&&at| self.desks[at].there)
            .map(|&at| format!("{:?}", self.desks[at].id))
            .collect();
        let mut text = format!(
            "at = {}\nto = [{}]\nlate = {:?}\n",
            idea.at.format("%Y-%m-%dT%H:%M:%S"),
            to.join(", "),
            idea.late
        );
        if idea.hold {
            text.push_str("hold = \"not yet\"\n");
        }
        text.push_str(&format!("text = \"{} says version {}\"\n", idea.mark, idea.edits));
        if let Some((every, times)) = idea.repeat {
            text.push_str(&format!("[repeat]\nevery = {every:?}\ntimes = {times}\n"));
        }
        for part in 2..=idea.parts {
            text.push_str(&format!(
                "[[thread]]\ntext = \"{} says part {part} of version {}\"\n",
                idea.mark, idea.edits
            ));
        }
        file(&format!("posts/{}/{}.toml", idea.at.format("%Y/%m"), idea.stem), text)
    }

    /// Reads the calendar as it stands, with the real reader.
    pub fn version(&mut self) -> Version {
        self.edits += 1;
        let burst = self.burst.map_or(String::new(), |burst| format!("[publish]\nburst = {burst}\n"));
        let root = format!("name = \"Museum\"\nzone = \"Europe/Lisbon\"\n{burst}");
        let mut files = vec![file("kalends.toml", root)];
        for desk in self.desks.iter().filter(|desk| desk.there) {
            let since = desk.since.as_ref().map_or(String::new(), |day| format!("since = {day}\n"));
            let by_hand = if desk.by_hand { "by_hand = true\n" } else { "" };
            let text = format!("platform = {:?}\nhandle = \"museum\"\n{since}{by_hand}", desk.platform);
            files.push(file(&format!("accounts/{}.toml", desk.id), text));
        }
        let there = |idea: &&Idea| !idea.deleted && idea.to.iter().any(|&at| self.desks[at].there);
        files.extend(self.ideas.iter().filter(there).map(|idea| self.file(idea)));
        let (calendar, findings) = calendar::read(&files);
        assert!(findings.is_empty(), "the calendar is faulty: {findings:?}");
        Version { calendar, commit: format!("calendar-{}", self.edits), burst: self.burst }
    }

    pub fn is_by_hand(&self, account: &str) -> bool {
        self.desks.iter().any(|desk| desk.id == account && desk.by_hand)
    }
}

/// The reader refuses a time that a clock change skips or doubles; people then write another.
fn avoid_gap(at: NaiveDateTime) -> NaiveDateTime {
    let gap: NaiveDateTime = "2027-03-28T01:00:00".parse().unwrap_or_default();
    if at >= gap && at < gap + TimeDelta::hours(1) { at + TimeDelta::hours(1) } else { at }
}

fn file(path: &str, text: String) -> File {
    File { path: path.to_owned(), content: Content::Text(text) }
}
