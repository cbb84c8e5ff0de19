//! What the museum posted by hand in its year before kalends.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use kalends::draft::{AccountId, CampaignId, DepartmentId, GoalId};
use kalends::reading::{Form, POSTS_HEAD, Source, Subject, Work, write_posts};

use crate::chance::Chance;
use crate::month::{at, days, folder};

/// What is posted again and again.
struct Series {
    name: &'static str,
    day: Weekday,
    /// Every so many weeks.
    weeks: u32,
    /// The hours that it was tried at.
    hours: &'static [u32],
    form: Form,
    department: Option<&'static str>,
    goal: Option<&'static str>,
    tags: &'static [&'static str],
    accounts: &'static [&'static str],
    words: &'static [&'static str],
    pictures: &'static [&'static str],
}

const SERIES: &[Series] = &[
    Series {
        name: "Object of the week",
        day: Weekday::Thu,
        weeks: 1,
        hours: &[9, 12, 18],
        form: Form::Picture,
        department: Some("collections"),
        goal: None,
        tags: &["ObjectOfTheWeek"],
        accounts: &["mastodon", "bluesky", "instagram"],
        words: &[
            "a log line with nine knots",
            "the cook's whistle",
            "a sounding lead",
            "the blue tile that is not blue",
            "a pilot's pocket map",
            "the cork float",
            "an hourglass with too little sand",
            "the smallest anchor",
            "a bell that nobody rang",
            "the letter that came back",
            "a lantern for fog",
            "the salt merchant's scales",
            "a compass that points to Porto",
            "the tar brush",
        ],
        pictures: &[
            "media/2026/astrolabe.jpg",
            "media/2026/anchor.jpg",
            "media/2026/azulejos.jpg",
            "media/2026/lantern.jpg",
        ],
    },
    Series {
        name: "Friday on the roof",
        day: Weekday::Fri,
        weeks: 1,
        hours: &[9, 13, 17, 19],
        form: Form::Picture,
        department: Some("exhibitions"),
        goal: Some("visits"),
        tags: &["Stargazing", "Lisbon"],
        accounts: &["mastodon", "bluesky", "instagram"],
        words: &[
            "the moon is early",
            "Saturn if the clouds allow",
            "bring a coat",
            "the river from above",
            "last light at eight",
        ],
        pictures: &[
            "media/2026/harbour-dawn.png",
            "media/2026/harbour-lights.png",
            "media/2026/lighthouse.png",
        ],
    },
    Series {
        name: "A question from the workshop",
        day: Weekday::Tue,
        weeks: 1,
        hours: &[8, 12, 18],
        form: Form::Link,
        department: Some("education"),
        goal: Some("school-bookings"),
        tags: &["Classroom"],
        accounts: &["mastodon", "linkedin"],
        words: &[
            "why does the ship lean?",
            "do maps get tired?",
            "who was first to be seasick?",
            "how heavy is a wave?",
            "what does tar smell of?",
        ],
        pictures: &[],
    },
    Series {
        name: "In the galleries",
        day: Weekday::Wed,
        weeks: 1,
        hours: &[9, 13, 18],
        form: Form::Link,
        department: Some("exhibitions"),
        goal: Some("visits"),
        tags: &["Lisbon"],
        accounts: &["mastodon", "bluesky", "linkedin"],
        words: &[
            "a new room",
            "guided in Portuguese",
            "the last week of the charts",
            "late opening",
            "who painted the sea?",
        ],
        pictures: &[],
    },
    Series {
        name: "Behind the door",
        day: Weekday::Sat,
        weeks: 1,
        hours: &[10, 15],
        form: Form::Film,
        department: Some("collections"),
        goal: None,
        tags: &["Conservation"],
        accounts: &["instagram"],
        words: &["how a map is washed", "the crate arrives", "sewing a sail", "a drawer of knots"],
        pictures: &["media/2026/whale-skeleton.png", "media/2026/caravel.png"],
    },
    Series {
        name: "What the ledgers tell",
        day: Weekday::Sun,
        weeks: 2,
        hours: &[11, 18],
        form: Form::Thread,
        department: Some("collections"),
        goal: None,
        tags: &["OpenData"],
        accounts: &["mastodon", "bluesky"],
        words: &["salt in June", "a ship without a name", "the clerk's weather", "forty boats a day"],
        pictures: &[],
    },
    Series {
        name: "You choose",
        day: Weekday::Mon,
        weeks: 4,
        hours: &[12, 18],
        form: Form::Poll,
        department: Some("education"),
        goal: None,
        tags: &["Poll"],
        accounts: &["mastodon"],
        words: &["which room opens on Sunday?", "which object next?", "whale or caravel?"],
        pictures: &[],
    },
    Series {
        name: "Opening hours and news",
        day: Weekday::Mon,
        weeks: 1,
        hours: &[9, 12],
        form: Form::Text,
        department: Some("exhibitions"),
        goal: None,
        tags: &[],
        accounts: &["bluesky", "news"],
        words: &["open as ever", "closed on the holiday", "the lift works again", "free on the first Sunday"],
        pictures: &[],
    },
    Series {
        name: "For teachers",
        day: Weekday::Wed,
        weeks: 2,
        hours: &[9],
        form: Form::Link,
        department: Some("education"),
        goal: Some("school-bookings"),
        tags: &["Schools"],
        accounts: &["learning"],
        words: &["a sheet on tides", "the spring programme", "maps for small hands"],
        pictures: &[],
    },
    Series {
        name: "A letter from the director",
        day: Weekday::Mon,
        weeks: 4,
        hours: &[9],
        form: Form::Text,
        department: None,
        goal: Some("newsletter"),
        tags: &[],
        accounts: &["director"],
        words: &["on small boats", "on free Sundays", "on what we do not show", "on the harbour's young"],
        pictures: &[],
    },
    Series {
        name: "From my desk",
        day: Weekday::Tue,
        weeks: 1,
        hours: &[8, 12, 17],
        form: Form::Link,
        department: None,
        goal: Some("visits"),
        tags: &["Museums"],
        accounts: &["director-linkedin"],
        words: &[
            "whom a museum is for",
            "three numbers of the month",
            "what a volunteer taught me",
            "why we copy out ledgers",
            "a visit to Porto",
        ],
        pictures: &[],
    },
];

/// Returns all posts, in the order of their moments, and those that were promised and not kept.
pub fn posts(seed: u64) -> Vec<Work> {
    let mut works: Vec<Work> = SERIES.iter().flat_map(|series| of_series(seed, series)).collect();
    works.sort_by(|a, b| (a.published, &a.subject).cmp(&(b.published, &b.subject)));
    works
}

fn of_series(seed: u64, series: &Series) -> Vec<Work> {
    let mut chance = Chance::of(seed, series.name);
    let mut works = Vec::new();
    let of_day =
        |day: &NaiveDate| day.weekday() == series.day && day.iso_week().week().is_multiple_of(series.weeks);
    for day in days().filter(of_day) {
        // Holidays, illness: a week in twelve has none.
        if chance.below(12) == 0 {
            continue;
        }
        let (hour, word) = (*chance.one(series.hours), *chance.one(series.words));
        let characters = 80 + chance.below(if series.form == Form::Text { 160 } else { 330 }) as u32;
        let picture = (!series.pictures.is_empty()).then(|| chance.one(series.pictures).to_string());
        let due = at(day, hour, 30 * chance.below(2) as u32);
        // Whoever posts by hand is seldom late, and then by an hour or two.
        let late = if chance.below(11) == 0 { 20 + chance.below(150) as i64 } else { chance.below(9) as i64 };
        for account in series.accounts {
            works.push(work(
                series,
                (account, day),
                (due, due + TimeDelta::minutes(late)),
                (word, characters),
                &picture,
            ));
        }
    }
    works
}

fn work(
    series: &Series,
    (account, day): (&str, NaiveDate),
    (due, published): (DateTime<Utc>, DateTime<Utc>),
    (word, characters): (&str, u32),
    picture: &Option<String>,
) -> Work {
    let id = AccountId::new(account).unwrap();
    let name = format!("{}{}", day.format("%Y%m%d"), series.name.len() + series.words.len());
    let mut tags: Vec<String> = series.tags.iter().map(|tag| tag.to_lowercase()).collect();
    tags.sort_unstable();
    let summer = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()..NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    let is_summer = summer.contains(&day) && series.department == Some("exhibitions");
    Work {
        subject: Subject::Post(id.clone(), name.clone()),
        account: id,
        published,
        due: Some(due),
        url: Some(format!("https://{account}.example/harbour/{name}")),
        title: format!("{}: {word}", series.name),
        form: Some(series.form),
        characters: Some(characters),
        tags,
        link: (series.form == Form::Link).then(|| "https://museum.example/open".to_owned()),
        department: series.department.and_then(DepartmentId::new),
        campaign: is_summer.then(|| CampaignId::new("summer-on-the-quay")).flatten(),
        goal: series.goal.and_then(GoalId::new),
        picture: picture.clone(),
        source: Source::Ledger,
    }
}

/// The posts that were promised and not kept: day, account, title, department, fate, why.
const UNKEPT: &[(&str, &str, &str, &str, &str, &str)] = &[
    (
        "2025-12-24",
        "instagram",
        "Behind the door: the crib of cork",
        "collections",
        "skipped",
        "the museum closed early",
    ),
    (
        "2026-02-03",
        "linkedin",
        "A question from the workshop: what is fog?",
        "education",
        "missed",
        "the password had been changed",
    ),
    ("2026-05-14", "bluesky", "Object of the week: the wax seal", "collections", "missed", "nobody was in"),
    (
        "2026-08-11",
        "mastodon",
        "A question from the workshop: salt",
        "education",
        "missed",
        "summer leave; nobody took over",
    ),
    (
        "2026-10-08",
        "instagram",
        "Object of the week: the wreck's plate",
        "collections",
        "skipped",
        "the lender asked for time",
    ),
    (
        "2026-11-04",
        "mastodon",
        "In the galleries: late opening",
        "exhibitions",
        "missed",
        "the scheduler was logged out",
    ),
    (
        "2026-11-19",
        "bluesky",
        "Object of the week: the small bell",
        "collections",
        "skipped",
        "the same words had gone out in May",
    ),
];

/// Returns the files of posts, one a month and account.
pub fn files(works: &[Work]) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<String, Vec<&Work>> = BTreeMap::new();
    let path = |day: NaiveDate, account: &str| format!("{}{account}.posts.csv", folder(day));
    for work in works {
        let day = work.published.date_naive();
        by_file.entry(path(day, work.account.as_str())).or_default().push(work);
    }
    let mut files: BTreeMap<String, String> =
        by_file.into_iter().map(|(path, works)| (path, write_posts(works))).collect();
    for (day, account, title, department, fate, why) in UNKEPT {
        let day: NaiveDate = day.parse().unwrap();
        let due = at(day, 12, 30).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let file = files.entry(path(day, account)).or_insert_with(|| format!("{POSTS_HEAD}\n"));
        file.push_str(&format!(",,{due},,{title},,,,,{department},,,,{fate},{why}\n"));
    }
    files
}

/// Returns the day on which exports are made: the Monday after.
pub fn export_days() -> impl Iterator<Item = NaiveDate> {
    days().filter(|day| day.weekday() == Weekday::Mon).chain([crate::month::end() + Days::new(6)])
}
