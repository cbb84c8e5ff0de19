//! What the posts, accounts, goals and links of the sample are said to have earned.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};
use kalends::draft::{AccountId, CampaignId, GoalId};
use kalends::number::Amount;
use kalends::reading::{Figure, Form, Link, Metric, Subject, Work, write};
use kalends::time::Zone;

use crate::chance::Chance;
use crate::month::{at, days, end, first, folder, monday, months, season};
use crate::posts::export_days;

/// An account: its followers at the first day and the last, and what is counted of its posts.
struct Account {
    id: &'static str,
    followers: (f64, f64),
    definition: &'static str,
    /// Whether its numbers come from exports, made on Mondays, not from its interface.
    by_export: bool,
    /// What is counted: ours, the platform's name, and the part of those who see it.
    counted: &'static [(Metric, &'static str, f64)],
}

const ACCOUNTS: &[Account] = &[
    Account {
        id: "mastodon",
        followers: (2_310.0, 3_480.0),
        definition: "mastodon 4.4",
        by_export: false,
        counted: &[
            (Metric::Likes, "favourites_count", 0.011),
            (Metric::Reposts, "reblogs_count", 0.0052),
            (Metric::Replies, "replies_count", 0.0016),
        ],
    },
    Account {
        id: "bluesky",
        followers: (1_150.0, 2_940.0),
        definition: "app.bsky.feed.getPosts",
        by_export: false,
        counted: &[
            (Metric::Likes, "likeCount", 0.014),
            (Metric::Reposts, "repostCount", 0.004),
            (Metric::Replies, "replyCount", 0.0014),
            (Metric::Quotes, "quoteCount", 0.0006),
        ],
    },
    Account {
        id: "instagram",
        followers: (18_400.0, 22_150.0),
        definition: "instagram insights",
        by_export: true,
        counted: &[
            (Metric::Reach, "Reach", 0.21),
            (Metric::Views, "Views", 0.31),
            (Metric::Likes, "Likes", 0.014),
            (Metric::Replies, "Comments", 0.0007),
            (Metric::Saves, "Saves", 0.0011),
            (Metric::Reposts, "Shares", 0.0009),
        ],
    },
    Account {
        id: "linkedin",
        followers: (4_020.0, 5_310.0),
        definition: "linkedin page analytics",
        by_export: true,
        counted: &[
            (Metric::Impressions, "Impressions", 0.34),
            (Metric::Clicks, "Clicks", 0.0072),
            (Metric::Likes, "Likes", 0.0065),
            (Metric::Replies, "Comments", 0.0006),
            (Metric::Reposts, "Reposts", 0.0008),
        ],
    },
    Account {
        id: "director-linkedin",
        followers: (1_620.0, 3_050.0),
        definition: "linkedin member post analytics",
        by_export: true,
        counted: &[
            (Metric::Impressions, "Impressions", 0.62),
            (Metric::Clicks, "Clicks", 0.009),
            (Metric::Likes, "Reactions", 0.017),
            (Metric::Replies, "Comments", 0.0034),
            (Metric::Reposts, "Reposts", 0.0015),
        ],
    },
    Account {
        id: "news",
        followers: (410.0, 455.0),
        definition: "requests without machines",
        by_export: false,
        counted: &[(Metric::PageViews, "GET 200", 0.62)],
    },
    Account {
        id: "learning",
        followers: (188.0, 236.0),
        definition: "requests without machines",
        by_export: false,
        counted: &[(Metric::PageViews, "GET 200", 0.7)],
    },
    Account {
        id: "director",
        followers: (265.0, 402.0),
        definition: "requests without machines",
        by_export: false,
        counted: &[(Metric::PageViews, "GET 200", 0.9)],
    },
];

/// What is planted: how much more than usual a post earns. Advice should find the first three, and nothing else.
fn effect(work: &Work) -> f64 {
    let hour = Zone::named("Europe/Lisbon").unwrap().local(work.published).hour();
    match (work.account.as_str(), work.form) {
        ("mastodon", _) if hour >= 17 => 1.5,
        ("instagram", Some(Form::Film)) => 1.9,
        ("bluesky", Some(Form::Thread)) => 1.6,
        _ => 1.0,
    }
}

fn followers(account: &Account, day: NaiveDate) -> f64 {
    let (from, to) = account.followers;
    let (gone, all) = ((day - first()).num_days() as f64, (end() - first()).num_days() as f64);
    from * libm::pow(to / from, gone / all)
}

/// Files by their path under `readings/`: figures in the order of their moments.
#[derive(Default)]
struct Shelf(BTreeMap<String, Vec<Figure>>);

impl Shelf {
    /// Puts a figure into the month's file of its moment.
    fn put(&mut self, name: &str, figure: Figure) {
        let day = figure.read.date_naive();
        self.0.entry(format!("{}{name}.csv", folder(day))).or_default().push(figure);
    }
}

fn figure(
    read: DateTime<Utc>,
    subject: Subject,
    (metric, name, definition): (Metric, &str, &str),
    value: i64,
) -> Figure {
    Figure {
        read,
        subject,
        metric,
        name: name.to_owned(),
        value: Amount::whole(value),
        unit: String::new(),
        window: None,
        definition: definition.to_owned(),
    }
}

/// Returns the files of numbers.
pub fn files(seed: u64, works: &[Work]) -> BTreeMap<String, String> {
    let mut shelf = Shelf::default();
    for account in ACCOUNTS {
        of_followers(seed, account, &mut shelf);
        of_posts(seed, account, works, &mut shelf);
    }
    of_goals(seed, &mut shelf);
    of_links(seed, &mut shelf);
    of_inbox(seed, &mut shelf);
    of_voice(seed, &mut shelf);
    of_money(&mut shelf);
    let sorted = |(path, mut figures): (String, Vec<Figure>)| {
        figures.sort();
        (path, write(&figures))
    };
    shelf.0.into_iter().map(sorted).collect()
}

/// Days on which an account was suddenly found by many.
const JUMPS: &[(&str, &str, f64)] = &[
    ("mastodon", "2026-03-15", 140.0),
    ("bluesky", "2026-05-24", 210.0),
    ("instagram", "2026-09-19", 420.0),
];

fn of_followers(seed: u64, account: &Account, shelf: &mut Shelf) {
    let mut chance = Chance::of(seed, &format!("followers {}", account.id));
    let id = AccountId::new(account.id).unwrap();
    let mut wander = 0.0;
    for day in days() {
        // Whoever exports by hand counts on Mondays; nobody did in the middle of August.
        wander += chance.normal() * libm::sqrt(account.followers.0) * 0.06;
        let is_read = !account.by_export || (day.weekday() == chrono::Weekday::Mon && !is_away(day));
        let jumps: f64 = JUMPS
            .iter()
            .filter(|(name, on, _)| *name == account.id && day >= on.parse::<NaiveDate>().unwrap())
            .map(|(_, _, count)| count)
            .sum();
        if !is_read {
            continue;
        }
        let exact = followers(account, day) * 0.97 + wander + jumps;
        // The network shows three figures of large numbers.
        let count =
            if account.id == "instagram" { libm::round(exact / 100.0) * 100.0 } else { libm::round(exact) };
        let definition =
            if account.id == "instagram" { "rounded to three figures" } else { account.definition };
        let name = match account.id {
            "bluesky" => "followersCount",
            "mastodon" => "followers_count",
            "news" | "learning" | "director" => "subscribers",
            _ => "Followers",
        };
        let read = at(day, 5, 10);
        shelf.put(
            account.id,
            figure(read, Subject::Account(id.clone()), (Metric::Followers, name, definition), count as i64),
        );
    }
}

/// The three weeks in which nobody exported anything.
fn is_away(day: NaiveDate) -> bool {
    (NaiveDate::from_ymd_opt(2026, 8, 8).unwrap()..NaiveDate::from_ymd_opt(2026, 8, 29).unwrap())
        .contains(&day)
}

/// The moments at which a post's numbers were read.
fn ages(account: &Account, work: &Work) -> Vec<DateTime<Utc>> {
    if account.by_export {
        let until = work.published.date_naive() + Days::new(36);
        let of_post = |day: &NaiveDate| *day > work.published.date_naive() && *day < until && !is_away(*day);
        return export_days().filter(of_post).map(|day| at(day, 9, 30)).collect();
    }
    let ages = [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(7), TimeDelta::days(30)];
    ages.into_iter().map(|age| work.published + age + TimeDelta::minutes(7)).collect()
}

/// How much of all that it will earn a post has at an age.
fn ripe(age: TimeDelta) -> f64 {
    1.0 - libm::exp(-libm::pow(age.num_minutes() as f64 / (60.0 * 16.0), 0.62))
}

fn of_posts(seed: u64, account: &Account, works: &[Work], shelf: &mut Shelf) {
    let until = at(end() + Days::new(7), 0, 0);
    for (number, work) in works.iter().filter(|work| work.account.as_str() == account.id).enumerate() {
        let mut chance = Chance::of(seed, &work.subject.to_string());
        let luck = libm::exp(0.55 * chance.normal() - 0.15);
        let day = work.published.date_naive();
        let seen = followers(account, day) * season(day) * effect(work) * luck;
        let finals: Vec<i64> = account.counted.iter().map(|(_, _, part)| chance.count(seen * part)).collect();
        for (turn, read) in ages(account, work).into_iter().enumerate().filter(|(_, read)| *read < until) {
            // One post was taken down by the platform after a week, and one counter went backwards.
            let is_gone = account.id == "bluesky" && number == 71 && turn == 3;
            if is_gone {
                let gone = (Metric::Gone, "not in the answer", account.definition);
                shelf.put(account.id, figure(read, work.subject.clone(), gone, 1));
                continue;
            }
            let back = if account.id == "mastodon" && number == 40 && turn == 3 { 3 } else { 0 };
            for ((metric, name, _), last) in account.counted.iter().zip(&finals) {
                // Until June the page's export had no clicks.
                if *metric == Metric::Clicks
                    && account.id == "linkedin"
                    && read < at(NaiveDate::from_ymd_opt(2026, 6, 1).unwrap(), 0, 0)
                {
                    continue;
                }
                // The network changed what it calls a repost.
                let name = match (account.id, *name) {
                    ("linkedin", "Reposts") if read.date_naive().year() == 2025 => "Shares",
                    (_, name) => name,
                };
                let value = libm::round(*last as f64 * ripe(read - work.published)) as i64 - back;
                shelf.put(
                    account.id,
                    figure(read, work.subject.clone(), (*metric, name, account.definition), value.max(0)),
                );
            }
        }
    }
}

/// Goals: id, its count at the first day and the last, how unsteady it is, who counts.
const GOALS: &[(&str, f64, f64, f64, &str)] = &[
    ("visits", 15_900.0, 19_450.0, 260.0, "the till: tickets of the last 90 days"),
    ("newsletter", 2_740.0, 3_270.0, 9.0, "the mailing program: confirmed addresses"),
    ("school-bookings", 61.0, 113.0, 2.5, "the booking list: classes booked for the next term"),
];

fn of_goals(seed: u64, shelf: &mut Shelf) {
    for (id, from, to, wild, who) in GOALS {
        let mut chance = Chance::of(seed, id);
        let all = (end() - first()).num_days() as f64;
        for day in days().filter(|day| day.weekday() == chrono::Weekday::Sun) {
            let gone = (day - first()).num_days() as f64 / all;
            let count = from + (to - from) * gone + wild * chance.normal() * 0.5;
            let subject = Subject::Goal(GoalId::new(id).unwrap());
            let read = at(day, 18, 0);
            shelf.put(
                "goals",
                figure(read, subject, (Metric::Count, "counted by hand", who), libm::round(count) as i64),
            );
        }
    }
}

/// Where visitors came from: source, sessions a week at first, growth over the year, part that converts.
const SOURCES: &[(&str, f64, f64, f64)] = &[
    ("mastodon", 62.0, 1.5, 0.021),
    ("bluesky", 34.0, 2.3, 0.019),
    ("instagram", 118.0, 1.2, 0.009),
    ("linkedin", 47.0, 1.3, 0.026),
    ("director-linkedin", 22.0, 1.9, 0.034),
    ("newsletter", 140.0, 1.1, 0.045),
];

fn of_links(seed: u64, shelf: &mut Shelf) {
    let mut chance = Chance::of(seed, "links");
    let summer = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()..NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
    for month in months() {
        let window = (at(month, 0, 0), at(month + Months::new(1), 0, 0));
        let gone = (month - first()).num_days() as f64 / 395.0;
        for (source, sessions, growth, part) in SOURCES {
            let mean = sessions * libm::pow(*growth, gone) * season(month) * 4.3;
            let campaign = if summer.contains(&(month + Days::new(14))) { "summer-on-the-quay" } else { "" };
            let link = Link {
                source: (*source).to_owned(),
                medium: if *source == "newsletter" { "email" } else { "social" }.to_owned(),
                campaign: campaign.to_owned(),
                content: String::new(),
            };
            let sessions = chance.count(mean);
            let counts = [
                (Metric::Sessions, "visits", sessions),
                (Metric::Visitors, "unique visitors", chance.count(sessions as f64 * 0.87).min(sessions)),
                (Metric::Conversions, "tickets bought", chance.count(sessions as f64 * part)),
            ];
            for (metric, name, value) in counts {
                let named = (metric, name, "matomo, months of Lisbon");
                let figure = figure(
                    window.1 + TimeDelta::hours(6),
                    Subject::Link(Box::new(link.clone())),
                    named,
                    value,
                );
                shelf.put("web", Figure { window: Some(window), ..figure });
            }
        }
    }
}

fn of_inbox(seed: u64, shelf: &mut Shelf) {
    let mut chance = Chance::of(seed, "inbox");
    let (mastodon, instagram) = (AccountId::new("mastodon").unwrap(), AccountId::new("instagram").unwrap());
    for day in days() {
        for account in [&mastodon, &instagram] {
            for number in 0..chance.count(0.28) {
                let received = at(day, 8 + chance.below(13) as u32, chance.below(60) as u32);
                let minutes = libm::round(libm::exp(4.4 + 1.2 * chance.normal())) as i64 + 1;
                let is_answered = chance.below(9) != 0;
                let subject = Subject::Inbox(account.clone(), format!("{}{number}", day.format("%Y%m%d")));
                let read = at(monday(day) + Days::new(7), 9, 40);
                let message = (Metric::Messages, "received", "inbox export");
                let window = Some((received, received + TimeDelta::minutes(1)));
                let name = format!("{account}.inbox");
                shelf.put(&name, Figure { window, ..figure(read, subject.clone(), message, 1) });
                if is_answered {
                    let replied = received + TimeDelta::minutes(minutes);
                    let reply = (Metric::FirstReply, "first answer", "inbox export");
                    let figure = figure(read, subject, reply, minutes * 60);
                    shelf.put(
                        &name,
                        Figure { unit: "s".to_owned(), window: Some((received, replied)), ..figure },
                    );
                }
            }
        }
    }
}

/// How often the museum was named, and how often museums of the city were.
fn of_voice(seed: u64, shelf: &mut Shelf) {
    let mut chance = Chance::of(seed, "voice");
    let subject = Subject::Account(AccountId::new("mastodon").unwrap());
    for month in months() {
        let window = (at(month, 0, 0), at(month + Months::new(1), 0, 0));
        let field = chance.count(410.0 * season(month));
        let own = chance.count(field as f64 * 0.13);
        let counts = [
            (Metric::Mentions, "named us", own),
            (Metric::FieldMentions, "named a museum of the city", field),
        ];
        for (metric, name, value) in counts {
            let figure = figure(
                window.1 + TimeDelta::hours(9),
                subject.clone(),
                (metric, name, "search of public posts"),
                value,
            );
            shelf.put("mastodon", Figure { window: Some(window), ..figure });
        }
    }
}

/// What was paid: day, campaign, euros and cents.
const SPENT: &[(&str, i64)] =
    &[("2026-06-22", 120_500_000), ("2026-07-13", 90_000_000), ("2026-08-03", 64_250_000)];

fn of_money(shelf: &mut Shelf) {
    for (day, millionths) in SPENT {
        let day: NaiveDate = day.parse().unwrap();
        let window = (at(day, 0, 0), at(day + Days::new(7), 0, 0));
        let subject = Subject::Campaign(CampaignId::new("summer-on-the-quay").unwrap());
        let figure =
            figure(window.1 + TimeDelta::hours(10), subject, (Metric::Spend, "Amount spent", "invoice"), 0);
        let value = Amount::from_millionths(*millionths);
        shelf.put("ads", Figure { value, unit: "EUR".to_owned(), window: Some(window), ..figure });
    }
}
