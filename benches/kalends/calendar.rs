//! A calendar made from a seed: one organisation, its people and accounts, and as many posts as asked for.
//!
//! The same seed and number give the same files, byte for byte, and `kalends check` finds nothing in them.

use std::fmt::Write as _;

use chrono::{Datelike, Days, NaiveDate};

use crate::chance::Chance;
use crate::words::{ASIDES, DEPARTMENTS, OBJECTS, ORIGINS, PEOPLE, PICTURES, PORTUGUESE, THINGS_TO_DO};

/// What all calendars here are made from.
pub const SEED: u64 = 2027;

/// Over how many years posts are spread.
const YEARS: i32 = 8;

/// A file: its path and text.
pub type Text = (String, String);

/// The first day that has a post.
pub fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default()
}

/// Returns the day of a post, of so many in all, in the order of time.
pub fn day_of(number: usize, posts: usize) -> NaiveDate {
    let end = first_day().with_year(first_day().year() + YEARS).unwrap_or_default();
    let days = (end - first_day()).num_days().unsigned_abs();
    let on = number as u64 * days / posts.max(1) as u64;
    first_day().checked_add_days(Days::new(on)).unwrap_or_default()
}

/// Returns the pictures that posts show: where each lies in the sample calendar, and where in this one.
pub fn pictures() -> impl Iterator<Item = (String, String)> {
    PICTURES.iter().map(|(file, _)| (format!("calendar/media/{file}"), format!("media/{file}")))
}

/// Returns everything but the posts: the organisation, its people, departments, accounts, campaigns, goals.
pub fn organisation() -> Vec<Text> {
    let mut files = vec![
        (
            "kalends.toml".to_owned(),
            "name = \"Harbour Museum\"\nzone = \"Europe/Lisbon\"\nlanguage = \"en\"\n\
             url = \"https://museum.example\"\n\n[publish]\nlate = \"2h\"\n"
                .to_owned(),
        ),
        person("head", "The head of all", "coordinator", None),
        person("director", "The director", "leader", None),
    ];
    for (id, name, _) in DEPARTMENTS {
        let contributors: Vec<String> =
            PEOPLE.iter().skip(1).map(|(person, _)| format!("{id}-{person}")).collect();
        let text = format!(
            "name = \"{name}\"\ncoordinator = \"{id}-lead\"\ncontributors = {contributors:?}\n\
             quota = {{ day = 20, week = 100 }}\n\n[[slot]]\nevery = \"tuesday, thursday\"\nat = 10:00:00\naccount = \"news\"\n"
        );
        files.push((format!("departments/{id}.toml"), text));
        let people = PEOPLE
            .iter()
            .map(|(who, role)| person(&format!("{id}-{who}"), &format!("{name}'s {who}"), role, Some(id)));
        files.extend(people);
    }
    files.extend(accounts());
    for year in first_day().year()..first_day().year() + YEARS {
        for (goal, metric) in [("visits", "visits"), ("followers", "followers")] {
            let text = format!(
                "name = \"{goal} of {year}\"\nmetric = \"{metric}\"\nbaseline = 18400\ntarget = 21000\nby = {year}-12-31\n"
            );
            files.push((format!("goals/{goal}-{year}.toml"), text));
        }
        for quarter in 0..4 {
            files.push(campaign(year, quarter));
        }
    }
    files
}

fn person(id: &str, name: &str, role: &str, department: Option<&str>) -> Text {
    let mut text = format!("name = \"{name}\"\nrole = \"{role}\"\nemail = \"{id}@museum.example\"\n");
    if let Some(department) = department {
        let _ = writeln!(text, "department = \"{department}\"");
    }
    if role == "freelancer" {
        text.push_str("until = 2024-06-30\n");
    }
    (format!("people/{id}.toml"), text)
}

fn accounts() -> Vec<Text> {
    let account =
        |id: &str, text: &str| (format!("accounts/{id}.toml"), format!("{text}since = 2020-01-01\n"));
    let used_by = |id: &str| -> Vec<&str> {
        DEPARTMENTS
            .iter()
            .filter(|(_, _, uses)| uses.contains(&id))
            .map(|(department, ..)| *department)
            .collect()
    };
    let network = |id: &str, more: &str| {
        let text = format!(
            "platform = \"{id}\"\nhandle = \"harbour\"\ndepartments = {:?}\nby_hand = true\n{more}",
            used_by(id)
        );
        account(id, &text)
    };
    vec![
        account(
            "news",
            "platform = \"feed\"\ntitle = \"Harbour Museum\"\nserver = \"https://museum.example/news\"\nlate = \"90d\"\n",
        ),
        account("learning", "platform = \"feed\"\ntitle = \"Learning\"\ndepartments = [\"education\"]\n"),
        network("mastodon", "server = \"https://social.museum.example\"\n"),
        network("bluesky", ""),
        network("x", ""),
        network("instagram", ""),
        network("linkedin", ""),
    ]
}

/// A campaign of a quarter: its second month.
fn campaign(year: i32, quarter: u32) -> Text {
    let month = quarter * 3 + 2;
    let (department, name, _) = DEPARTMENTS[(year.unsigned_abs() + quarter) as usize % DEPARTMENTS.len()];
    let text = format!(
        "name = \"{name} month\"\nfrom = {year}-{month:02}-01\nuntil = {year}-{month:02}-28\ngoal = \"visits-{year}\"\n\
         department = \"{department}\"\ntag = \"HarbourMonth\"\nbrief = \"\"\"\nShow what the house is for.\n\"\"\"\n"
    );
    (format!("campaigns/{}.toml", campaign_id(year, month)), text)
}

fn campaign_id(year: i32, month: u32) -> String {
    format!("month-{year}-{month:02}")
}

/// Returns a post, of so many in all.
pub fn post(number: usize, posts: usize) -> Text {
    let mut chance = Chance::new(SEED, number);
    let day = day_of(number, posts);
    let sketch = Sketch::draw(&mut chance, number, day);
    let path = format!("posts/{}/{}.toml", day.format("%Y/%m"), sketch.id());
    (path, sketch.text(&mut chance))
}

/// What a post is about, before its words.
struct Sketch {
    number: usize,
    day: NaiveDate,
    department: usize,
    to: Vec<&'static str>,
    object: (&'static str, &'static str, &'static str),
    kind: Form,
}

/// What kind of post it is.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Short,
    Long,
    Thread,
    Poll,
    Repeat,
}

impl Sketch {
    fn draw(chance: &mut Chance, number: usize, day: NaiveDate) -> Sketch {
        let department = chance.below(DEPARTMENTS.len());
        let kind = match chance.below(100) {
            0..66 => Form::Short,
            66..92 => Form::Long,
            92..97 => Form::Thread,
            97..99 => Form::Poll,
            _ => Form::Repeat,
        };
        let takes = |account: &&str| match kind {
            Form::Thread => ["news", "learning", "mastodon", "bluesky"].contains(account),
            Form::Poll => ["mastodon", "x"].contains(account),
            _ => true,
        };
        let mut to: Vec<&str> = DEPARTMENTS[department].2.iter().copied().filter(takes).collect();
        while to.len() > 1 && chance.percent(45) {
            to.remove(chance.below(to.len()));
        }
        Sketch { number, day, department, to, object: *chance.pick(&OBJECTS), kind }
    }

    fn id(&self) -> String {
        format!("{}-{}-{}", self.day, self.object.1, self.number)
    }

    fn text(&self, chance: &mut Chance) -> String {
        let (department, ..) = DEPARTMENTS[self.department];
        let mut text = String::with_capacity(1024);
        if chance.percent(50) {
            let _ = writeln!(text, "title = \"No. {}: a {}\"", self.number, self.object.0);
        }
        let at = format!("{}T{:02}:{:02}:00", self.day, 8 + chance.below(12), 5 * chance.below(12));
        let author = self.author(chance);
        let _ = writeln!(
            text,
            "department = \"{department}\"\nauthor = \"{author}\"\nat = {at}\nto = {:?}",
            self.to
        );
        self.purpose(chance, &mut text);
        let short = self.short(chance);
        let long = format!("{short}\n\n{}\n", chance.pick(&ASIDES));
        match self.kind {
            Form::Long => {
                let _ = writeln!(text, "text = \"\"\"\n{long}\"\"\"");
            }
            _ => {
                let _ = writeln!(text, "text = \"{short}\"");
            }
        }
        if self.kind != Form::Poll && chance.percent(55) {
            let _ = writeln!(text, "link = \"https://museum.example/objects/{}\"", self.number);
        }
        if chance.percent(60) {
            let tags =
                if chance.percent(50) { vec![self.object.2] } else { vec![self.object.2, "HarbourMuseum"] };
            let _ = writeln!(text, "tags = {tags:?}");
        }
        self.tables(chance, &short, &mut text);
        text
    }

    fn author(&self, chance: &mut Chance) -> String {
        let (department, ..) = DEPARTMENTS[self.department];
        let gone = NaiveDate::from_ymd_opt(2024, 6, 30).is_some_and(|last| self.day > last);
        let who = chance.below(if gone { PEOPLE.len() - 1 } else { PEOPLE.len() });
        format!("{department}-{}", PEOPLE[who].0)
    }

    fn purpose(&self, chance: &mut Chance, text: &mut String) {
        let (year, month) = (self.day.year(), self.day.month());
        if self.kind != Form::Repeat && month % 3 == 2 && self.day.day() <= 28 && chance.percent(60) {
            let _ = writeln!(text, "campaign = \"{}\"", campaign_id(year, month));
        }
        if chance.percent(30) {
            let _ = writeln!(
                text,
                "goal = \"{}-{year}\"",
                if chance.percent(70) { "visits" } else { "followers" }
            );
        }
    }

    /// Returns words that fit everywhere, and that no other post has.
    fn short(&self, chance: &mut Chance) -> String {
        let (number, object) = (self.number, self.object.0);
        let origin = chance.pick(&ORIGINS);
        if chance.percent(15) {
            return format!("N.º {number} da coleção: {object}. {}", chance.pick(&PORTUGUESE));
        }
        format!("No. {number}, a {object}, {origin}. {}", chance.pick(&THINGS_TO_DO))
    }

    /// Writes what stands in tables of its own, which come last.
    fn tables(&self, chance: &mut Chance, short: &str, text: &mut String) {
        if self.kind == Form::Poll {
            text.push_str(
                "\n[poll]\noptions = [\"Keep it\", \"Lend it\", \"Show it outside\"]\nopen = \"3d\"\n",
            );
        }
        if self.to.contains(&"instagram") || self.kind != Form::Poll && chance.percent(12) {
            let (file, alt) = PICTURES[chance.below(PICTURES.len())];
            let _ = write!(text, "\n[[media]]\nfile = \"media/{file}\"\nalt = \"{alt}\"\n");
        }
        if self.kind == Form::Thread {
            for part in 0..1 + chance.below(4) {
                let words = format!("{} ({}.{part})", chance.pick(&ASIDES), self.number);
                let _ = write!(text, "\n[[thread]]\ntext = \"{words}\"\n");
            }
        }
        if self.kind == Form::Long {
            for account in self.to.iter().filter(|account| ["x", "bluesky"].contains(account)) {
                let _ = write!(text, "\n[for.{account}]\ntext = \"{short}\"\n");
            }
        }
        if self.kind == Form::Repeat {
            let until = self.day.checked_add_days(Days::new(50)).unwrap_or(self.day);
            let _ = write!(text, "\n[repeat]\nevery = \"2 weeks\"\nuntil = {until}\n");
        }
    }
}
