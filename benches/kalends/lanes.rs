//! Publishing against a platform that takes its time: the real journey, ledger and adapter, and a network that sleeps.
//!
//! Runs in a process of its own, started by [`crate::measure`], which says on stdout how long it took.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use kalends::calendar::{self, Calendar};
use kalends::draft::{Draft, Media, MediaBook};
use kalends::finding::{Content, File};
use kalends::http::{Broken, Effect, Http, Method, Request, Response};
use kalends::keyring;
use kalends::plan::Plan;
use kalends::platform;
use kalends::publish::{self, Intent, Outcome, Settled, Watch};
use kalends::rim::branch::{Branch, Place};
use kalends::rim::clock::{Rehearsed, instant, pause};
use kalends::world::{Actor, Appended, Change, Found, Lanes, Log, LogError, Tip, World};

use crate::Fallible;

/// The arguments by which this program publishes, or does nothing but what no program could do without.
pub const PUBLISH: &str = "--publish-on-lanes";
/// See [`PUBLISH`].
pub const IDEAL: &str = "--ideal-lanes";

/// How many accounts there are.
pub const ACCOUNTS: usize = 5;

/// How long a request takes that publishes.
pub const REQUEST: Duration = Duration::from_millis(50);

/// What a run says of itself.
pub struct Said {
    /// How long publishing took.
    pub wall: Duration,
    /// How much of it somebody was in the ledger.
    pub ledger: Duration,
    /// How many commits the ledger got.
    pub commits: u64,
}

impl Said {
    /// Reads what a run wrote.
    pub fn read(text: &str) -> Option<Said> {
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        let mut next = || numbers.next()?.ok();
        Some(Said {
            wall: Duration::from_nanos(next()?),
            ledger: Duration::from_nanos(next()?),
            commits: next()?,
        })
    }

    /// Returns what is written.
    pub fn line(&self) -> String {
        format!("{} {} {}", self.wall.as_nanos(), self.ledger.as_nanos(), self.commits)
    }
}

/// Sends as many requests as there are posts, on a lane an account, and does nothing else.
pub fn ideal(posts: usize) -> Said {
    let began = instant();
    std::thread::scope(|scope| {
        for _ in 0..ACCOUNTS {
            scope.spawn(|| (0..posts / ACCOUNTS).for_each(|_| pause(REQUEST)));
        }
    });
    Said { wall: began.elapsed(), ledger: Duration::ZERO, commits: 0 }
}

/// Publishes so many posts that are due, from an empty ledger in this repository on.
pub fn publish(repository: PathBuf, posts: usize) -> Fallible<Said> {
    let (calendar, book) = (due(posts)?, MediaBook::new());
    let branch = Branch::open(&repository.join(".git"), &Place::default())?;
    let ledger = Timed { under: &branch, nanos: AtomicU64::new(0), commits: AtomicU64::new(0) };
    let (clock, server) = (Rehearsed::new(NOW.parse::<DateTime<Utc>>()?), Server::default());
    let world = World {
        clock: &clock,
        http: &server,
        log: &ledger,
        keys: &keyring::Empty,
        platforms: platform::of,
        media: &|media: &Media| Err(format!("{} is not there", media.file)),
        actor: Actor { by: "bench".to_owned(), nonce: "bench".to_owned(), clone: "bench".to_owned() },
        lanes: Lanes::SideBySide,
    };
    let faulty = |_: &Draft| None;
    let intent = Intent {
        calendar: &calendar,
        commit: "0".repeat(40),
        book: &book,
        faulty: &faulty,
        unapproved: &|_| None,
        rehearsed: false,
        dry_run: false,
    };
    let began = instant();
    let summary = publish::publish(&world, &intent, &Silent)?;
    let wall = began.elapsed();
    let published = |settled: &&Settled| matches!(settled.outcome, Outcome::Published { .. });
    let (told, there) = (summary.settled.iter().filter(published).count(), server.shelf().len());
    if (told, there) != (posts, posts) {
        return Err(
            format!("of {posts} posts {told} were told to be published, and {there} are there").into()
        );
    }
    let nanos = ledger.nanos.load(Ordering::Relaxed);
    Ok(Said { wall, ledger: Duration::from_nanos(nanos), commits: ledger.commits.load(Ordering::Relaxed) })
}

const NOW: &str = "2027-01-18T12:00:00Z";

/// Returns a calendar with so many posts that are due, each on one of the accounts.
fn due(posts: usize) -> Fallible<Calendar> {
    let file = |path: String, text: String| File { path, content: Content::Text(text) };
    let mut files = vec![file("kalends.toml".to_owned(), "name = \"Museum\"\nzone = \"UTC\"\n".to_owned())];
    for account in 0..ACCOUNTS {
        let text = format!("platform = \"feed\"\ntitle = \"Feed {account}\"\nlate = \"1d\"\n");
        files.push(file(format!("accounts/feed-{account}.toml"), text));
    }
    for post in 0..posts {
        let (hour, minute) = (post / 60 % 12, post % 60);
        let text = format!(
            "at = 2027-01-18T{hour:02}:{minute:02}:00\nto = [\"feed-{}\"]\nlink = \"https://museum.example/{post}\"\n\
             tags = [\"Museum\"]\ntext = \"No. {post}: doors open at ten. Bring a child, leave with an astronomer.\"\n",
            post % ACCOUNTS
        );
        files.push(file(format!("posts/2027/01/2027-01-18-no-{post}.toml"), text));
    }
    let (calendar, mut findings) = calendar::read(&files);
    findings.extend(calendar::check(&calendar, &MediaBook::new()));
    match findings.first() {
        None => Ok(calendar),
        Some(finding) => Err(format!("{}: {}", finding.file, finding.message).into()),
    }
}

struct Silent;

impl Watch for Silent {
    fn planned(&self, _: &Plan) {}
    fn settled(&self, _: &Settled) {}
    fn warned(&self, _: &str) {}
}

/// A server that answers as the shelf does, from memory, after a while.
#[derive(Default)]
struct Server {
    shelf: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Server {
    fn shelf(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Http for Server {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        if request.effect == Effect::Publishes {
            pause(REQUEST);
        }
        let mut shelf = self.shelf();
        let (status, body) = match request.method {
            Method::Get | Method::Report | Method::Propfind => {
                shelf.get(&request.url).map_or((404, Vec::new()), |body| (200, body.clone()))
            }
            Method::Delete => (if shelf.remove(&request.url).is_some() { 200 } else { 404 }, Vec::new()),
            Method::Put | Method::Post => match shelf.insert(request.url.clone(), request.body.to_vec()) {
                None => (201, Vec::new()),
                Some(_) => (200, Vec::new()),
            },
        };
        Ok(Response { status, headers: Vec::new(), body: body.into() })
    }
}

/// A ledger that notes how long it is used, and how often it grew.
struct Timed<'a> {
    under: &'a Branch,
    nanos: AtomicU64,
    commits: AtomicU64,
}

impl Timed<'_> {
    fn note<T>(&self, began: Instant, done: T) -> T {
        let nanos = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        done
    }
}

impl Log for Timed<'_> {
    fn tip(&self) -> Result<Tip, LogError> {
        let began = instant();
        self.note(began, self.under.tip())
    }

    fn read(&self, tip: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError> {
        let began = instant();
        self.note(began, self.under.read(tip, folders))
    }

    fn below(&self, tip: &Tip, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        let began = instant();
        self.note(began, self.under.below(tip, folder, visit))
    }

    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError> {
        let began = instant();
        let done = self.note(began, self.under.append(tip, change));
        if matches!(done, Ok(Appended::Landed(_))) {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        done
    }
}

/// Returns the arguments that start this program on lanes.
pub fn arguments(what: &str, posts: usize, repository: &Path) -> Fallible<Vec<std::ffi::OsString>> {
    Ok(vec![std::env::current_exe()?.into(), what.into(), posts.to_string().into(), repository.into()])
}
