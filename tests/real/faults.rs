//! Each request of each journey is broken in each way, one at a time and counted; then the program runs again until
//! nothing is left to do, and the *server* is asked what is visible there.
//!
//! One clock moves for all, the servers too: a file that libfaketime reads. So the program's waits are kept, and cost
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::calendar::{Ahead, Calendar, moment, picture};
use crate::inside::publish_here;
use crate::proxy::{Canned, Fault, PAGE_TITLE, Proxy, Seen};
use crate::servers::{self, Bluesky, Fedi, Mock, Pds, Snac};
use crate::shown::{Shown, bluesky_posts, mastodon_posts};

/// How long the clock moves between two runs: past every wait that the program keeps, and within the hour for which a
/// key is known.
const STEP: Ahead = 6 * 60;

/// How often the program is run before a person is asked.
const RUNS: usize = 5;

/// How many cases run side by side.
const WORKERS: usize = 2;

/// How many of those that hang.
const HANGERS: usize = 24;

/// How many accounts of a server the cases share.
const ACCOUNTS: usize = 8;

/// A server, and the clock that it shares with the program.
struct Stage {
    host: Host,
    server: Server,
    clock: PathBuf,
    ahead: AtomicI64,
}

enum Server {
    Bluesky(Pds),
    Snac(Snac),
    Mock(Mock),
}

/// The servers that the journeys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    Bluesky,
    Snac,
    Mock,
}

/// Somebody on one of them.
#[derive(Clone, PartialEq, Eq)]
enum Somebody {
    Bluesky(Bluesky),
    Fedi(Fedi),
}

/// What is done, and what must be seen of it.
struct Journey {
    name: &'static str,
    /// The post's words. `MARK` stands for what tells it from all others.
    words: &'static str,
    /// What is to be seen, part by part.
    seen: Vec<Shown>,
    /// Whether the post is published undisturbed, and it is its end that is disturbed.
    retracts: bool,
}

impl Journey {
    /// Tells whether it shows a page of this machine, which the program itself would not look at.
    fn shows_page(&self) -> bool {
        self.words.contains("PAGE")
    }
}

/// One journey with one fault.
struct Case<'s> {
    stage: &'s Stage,
    journey: &'s Journey,
    /// The number of the request that is broken, from 0; the request itself; how it is broken.
    number: usize,
    request: Option<Seen>,
    fault: &'static str,
    somebody: Somebody,
    calendar: Calendar,
    proxy: Proxy,
    mark: String,
    post: String,
    uploads: usize,
    /// What the program said, run by run.
    told: Vec<String>,
    asked: usize,
}

impl Stage {
    fn start(host: Host) -> Option<Stage> {
        if servers::faketime().is_none() {
            servers::skip("libfaketime is not installed", "apt-get install faketime");
            return None;
        }
        let clock = servers::folder("clock").join("offset");
        fs::write(&clock, "+0").unwrap();
        let server = match host {
            Host::Bluesky => Server::Bluesky(Pds::start(Some(&clock), &[])?),
            Host::Snac => Server::Snac(Snac::start(Some(&clock))?),
            Host::Mock => Server::Mock(Mock::start(Some(&clock))?),
        };
        Some(Stage { host, server, clock, ahead: AtomicI64::new(0) })
    }

    fn ahead(&self) -> Ahead {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Moves the clock of everybody, and waits until the server has seen it: it looks at the file once a second.
    fn go_on(&self, span: Ahead) {
        let ahead = self.ahead.fetch_add(span, Ordering::Relaxed) + span;
        fs::write(&self.clock, format!("{ahead:+}")).unwrap();
        let began = Instant::now();
        loop {
            std::thread::sleep(Duration::from_millis(300));
            let here: chrono::DateTime<chrono::Utc> = std::time::SystemTime::now().into();
            // snac tells no time in its answers, and asks for it each time.
            let Some(there) = servers::date(&format!("{}/", self.url())) else {
                return std::thread::sleep(Duration::from_secs(2));
            };
            if (there - here).num_seconds().abs_diff(ahead) < 5 {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the server's clock stands at {there}");
        }
    }

    fn port(&self) -> u16 {
        match &self.server {
            Server::Bluesky(pds) => pds.port,
            Server::Snac(snac) => snac.port,
            Server::Mock(mock) => mock.port,
        }
    }

    fn url(&self) -> String {
        format!("http://localhost:{}", self.port())
    }

    /// Makes an account that has posted once before: a list without anything old proves nothing.
    fn account(&self, number: usize) -> Somebody {
        let name = format!("museum{number}");
        let fedi = match &self.server {
            Server::Bluesky(pds) => return Somebody::Bluesky(pds.account(&name)),
            Server::Snac(snac) => snac.account(&name),
            Server::Mock(mock) => mock.account(),
        };
        let status = serde_json::json!({ "status": "The first words here." });
        servers::post_json(&format!("{}/api/v1/statuses", self.url()), &fedi.token, &status);
        Somebody::Fedi(fedi)
    }

    /// Returns what anybody sees of somebody's posts.
    fn seen(&self, somebody: &Somebody) -> Vec<Shown> {
        match somebody {
            Somebody::Bluesky(who) => bluesky_posts(&self.url(), &who.did),
            Somebody::Fedi(who) => mastodon_posts(&self.url(), &who.id, &who.token),
        }
    }
}

impl<'s> Case<'s> {
    fn new(
        stage: &'s Stage,
        journey: &'s Journey,
        somebody: Somebody,
        fault: &'static str,
        number: usize,
    ) -> Case<'s> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mark = format!("number {}", COUNT.fetch_add(1, Ordering::Relaxed) + 1000);
        let (calendar, proxy) = (Calendar::new(), Proxy::before(stage.port()));
        match &somebody {
            Somebody::Bluesky(who) => {
                calendar.account(
                    "net",
                    "bluesky",
                    &proxy.url,
                    &who.handle,
                    &[("app_password", &who.password)],
                );
            }
            Somebody::Fedi(who) => {
                calendar.account("net", "mastodon", &proxy.url, &who.name, &[("token", &who.token)]);
            }
        }
        for name in PICTURES {
            if journey.words.contains(name) {
                calendar.write(&format!("media/{name}"), picture(&format!("2026/{name}")));
            }
        }
        let mut words = journey.words.replace("MARK", &mark).replace("PAGE", &page_of(&proxy));
        if let Somebody::Bluesky(who) = &somebody {
            words = words.replace("HANDLE", &who.handle);
        }
        let post = calendar.post("doors", stage.ahead(), &format!("to = [\"net\"]\n{words}"));
        calendar.commit();
        Case {
            stage,
            journey,
            number,
            request: None,
            fault,
            somebody,
            calendar,
            proxy,
            mark,
            post,
            uploads: 0,
            told: Vec::new(),
            asked: 0,
        }
    }

    fn name(&self) -> String {
        let request = self
            .request
            .as_ref()
            .map(|seen| format!("{} {}", seen.method, seen.path.split('?').next().unwrap_or_default()));
        let request = request.unwrap_or_default();
        format!("{:?}, {}: {} at {} {request}", self.stage.host, self.journey.name, self.fault, self.number)
    }

    /// Runs the program once, with this fault or none.
    fn run(&mut self, fault: Option<Fault>, arguments: &[&str]) -> Output {
        self.proxy.arm(fault.map(|fault| (self.number, fault)));
        let mut command = self.calendar.kalends(self.stage.ahead(), arguments);
        command.stdin(std::process::Stdio::null());
        let child = command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        self.proxy.client(child.id());
        let out = child.wait_with_output().unwrap();
        let said = [out.stdout.as_slice(), out.stderr.as_slice()].map(String::from_utf8_lossy).concat();
        self.told.push(format!("$ kalends {} ({})\n{said}", arguments.join(" "), out.status));
        assert_ne!(out.status.code(), Some(70), "{}: {}", self.name(), self.told());
        out
    }

    fn told(&self) -> String {
        self.told.concat()
    }

    /// Publishes once, with this fault or none.
    fn publish(&mut self, fault: Option<Fault>) {
        if !self.journey.shows_page() {
            self.run(fault, &["publish"]);
            return;
        }
        self.proxy.arm(fault.map(|fault| (self.number, fault)));
        let said = publish_here(&self.calendar, self.stage.ahead());
        self.told.push(format!("publish, in this process\n{said}"));
    }

    /// The first run, which is disturbed.
    fn disturb(&mut self, fault: Option<Fault>) {
        if self.journey.retracts {
            self.run(None, &["publish"]);
            assert_eq!(self.visible().len(), self.journey.seen.len(), "{}: {}", self.name(), self.told());
            let post = self.post.clone();
            self.run(fault, &["retract", &post]);
            return;
        }
        self.publish(fault);
        self.uploads = self.recorded();
    }

    /// A later run, undisturbed.
    fn again(&mut self) {
        if self.journey.retracts {
            let post = self.post.clone();
            self.run(None, &["retract", &post]);
            return;
        }
        self.publish(None);
        let sent = self.proxy.seen().iter().filter(|seen| is_upload(seen) && seen.reached).count();
        // snac says of every upload that it does not know it, so none of an earlier run is trusted; and Bluesky is
        // sure to keep one for ten minutes only, so what counts is the next run.
        let is_kept = self.stage.host != Host::Snac && self.told.len() == 2;
        let known = if is_kept { self.uploads } else { 0 };
        let left = self.pictures() - known.min(self.pictures());
        assert!(sent <= left, "{}: {sent} uploads where {left} were left: {}", self.name(), self.told());
        self.uploads = self.recorded();
    }

    fn pictures(&self) -> usize {
        self.journey.seen.iter().map(|part| part.alts.len() + part.card.iter().len()).sum()
    }

    /// Returns the paths of all entries that the ledger has.
    fn entries(&self) -> Vec<String> {
        if self.calendar.git(&["branch", "--list", "ledger"]).is_empty() {
            return Vec::new();
        }
        let files = self.calendar.git(&["ls-tree", "-r", "--name-only", "ledger", "--", "slots"]);
        files.lines().map(str::to_owned).collect()
    }

    /// Counts the uploads that the ledger knows of.
    fn recorded(&self) -> usize {
        let files = self.entries();
        let uploads = files.iter().filter(|file| file.ends_with(".uploads.toml"));
        let count = |file: &String| {
            self.calendar.git(&["show", &format!("ledger:{file}")]).matches("[[upload]]").count()
        };
        uploads.map(count).sum()
    }

    fn is_over(&self) -> bool {
        if self.journey.retracts {
            return self.told.last().is_some_and(|told| told.contains("exit status: 0"));
        }
        let ended =
            |file: &String| [".receipt.toml", ".decision.toml"].iter().any(|kind| file.ends_with(kind));
        let files = self.entries();
        let slots = files.iter().filter(|file| ended(file)).filter_map(|file| Some(file.rsplit_once('/')?.0));
        slots.collect::<BTreeSet<&str>>().len() == self.journey.seen.len()
    }

    /// Returns what anybody sees of it, among all that its account has posted.
    fn among(&self, posts: &[Shown]) -> Vec<Shown> {
        posts.iter().filter(|post| post.text.contains(&self.mark)).cloned().collect()
    }

    fn visible(&self) -> Vec<Shown> {
        self.among(&self.stage.seen(&self.somebody))
    }

    /// Insists that nothing is there twice, however much of it is there.
    fn nothing_twice(&self, visible: &[Shown]) {
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        for shown in visible {
            *texts.entry(&shown.text).or_default() += 1;
        }
        assert!(texts.values().all(|count| *count == 1), "{}: {texts:?}\n{}", self.name(), self.told());
    }

    /// Lets a person look at the server and say what is so, for each slot that waits for one.
    fn ask(&mut self) {
        let status = self.run(None, &["status", "--json"]);
        let status: Value = serde_json::from_slice(&status.stdout).unwrap();
        let needy = status["needs_a_person"].as_array().unwrap().clone();
        let visible = self.visible();
        self.nothing_twice(&visible);
        for row in needy {
            let slot = row["slot"].as_str().unwrap().to_owned();
            let part: usize = slot.split('/').nth(3).map_or(1, |part| part.parse().unwrap());
            let text = self.text(&self.journey.seen[part - 1]);
            let there = visible.iter().find(|shown| shown.text == text);
            self.asked += 1;
            match there {
                Some(shown) => self.run(None, &["settle", &slot, "--delivered", &shown.url]),
                None => self.run(None, &["settle", &slot, "--release"]),
            };
        }
    }

    /// Insists that all of it is there once, and as it was written; or, where it was taken down, none of it.
    fn verify(&self, visible: &[Shown]) {
        if self.journey.retracts {
            assert_eq!(visible, [], "{}: {}", self.name(), self.told());
            return;
        }
        self.nothing_twice(visible);
        let mut parent = None;
        for part in &self.journey.seen {
            let mut wanted = part.clone();
            wanted.text = self.text(part);
            let Some(found) = visible.iter().find(|shown| shown.text == wanted.text) else {
                panic!("{}: {:?} is not among {visible:?}\n{}", self.name(), wanted.text, self.told());
            };
            (wanted.id, wanted.url, wanted.parent) = (found.id.clone(), found.url.clone(), parent);
            wanted.facets = self.facets(&wanted.facets);
            wanted.card = wanted.card.map(|(page, title, picture)| (self.put(&page), title, picture));
            // A post waits for no page: what could not be had of it is left out.
            if self.is_of_page() && found.card != wanted.card {
                let page = wanted.card.take().unwrap().0;
                let title = if self.is_of_picture() { PAGE_TITLE } else { "127.0.0.1" };
                wanted.card = Some((page, title.to_owned(), false));
            }
            assert_eq!(*found, wanted, "{}: {}", self.name(), self.told());
            parent = Some(found.id.clone());
        }
        assert_eq!(visible.len(), self.journey.seen.len(), "{}: {}", self.name(), self.told());
    }

    /// Puts in what is known only once there are an account and a mark.
    fn put(&self, text: &str) -> String {
        let text = text.replace("MARK", &self.mark).replace("PAGE", &page_of(&self.proxy));
        match &self.somebody {
            Somebody::Bluesky(who) => text.replace("DID", &who.did).replace("HANDLE", &who.handle),
            Somebody::Fedi(_) => text,
        }
    }

    fn text(&self, part: &Shown) -> String {
        self.put(&part.text)
    }

    fn facets(&self, wanted: &[(String, String)]) -> Vec<(String, String)> {
        wanted.iter().map(|(text, to)| (self.put(text), self.put(to))).collect()
    }

    /// Tells whether what was broken is the page, or its picture.
    fn is_of_page(&self) -> bool {
        self.request.as_ref().is_some_and(|seen| {
            let is_thumb = self.journey.shows_page() && is_upload(seen);
            seen.path.starts_with("/page/") || is_thumb
        })
    }

    fn is_of_picture(&self) -> bool {
        self.request.as_ref().is_some_and(|seen| seen.path.ends_with(".png") || is_upload(seen))
    }

    /// Tells whether what was broken is what makes a post public.
    fn is_publication(&self) -> bool {
        self.request.as_ref().is_some_and(|seen| {
            seen.method == "POST"
                && (seen.path == "/api/v1/statuses" || seen.path.ends_with("repo.putRecord"))
        })
    }
}

/// Tells whether a request uploads a picture.
fn is_upload(seen: &Seen) -> bool {
    seen.method == "POST" && (seen.path.contains("/media") || seen.path.ends_with("uploadBlob"))
}

/// Returns the address of the page that stands behind a proxy.
fn page_of(proxy: &Proxy) -> String {
    format!("http://127.0.0.1:{}/page/open-day", proxy.port)
}

/// The pictures of the journeys.
const PICTURES: [&str; 4] = ["caravel.png", "harbour-dawn.png", "lighthouse.png", "reading-room.png"];

const WITH_PICTURES: &str = r#"
text = "Four ways to see a harbour, MARK."
[[media]]
file = "media/caravel.png"
alt = "A caravel under sail"
[[media]]
file = "media/harbour-dawn.png"
alt = "The harbour at dawn"
[[media]]
file = "media/lighthouse.png"
alt = "The lighthouse, lit"
[[media]]
file = "media/reading-room.png"
alt = "Readers under green lamps"
"#;

const THREAD: &str = r#"
text = "How do you dust a whale, MARK?"
[[thread]]
text = "From the top, MARK."
[[thread]]
text = "And with a ladder, MARK."
"#;

fn shown(text: &str) -> Shown {
    Shown { text: text.to_owned(), ..Shown::default() }
}

fn with_pictures() -> Vec<Shown> {
    let alts =
        ["A caravel under sail", "The harbour at dawn", "The lighthouse, lit", "Readers under green lamps"];
    let text = "Four ways to see a harbour, MARK.".to_owned();
    vec![Shown { text, alts: alts.map(str::to_owned).to_vec(), ..Shown::default() }]
}

fn thread() -> Vec<Shown> {
    ["How do you dust a whale, MARK?", "From the top, MARK.", "And with a ladder, MARK."].map(shown).to_vec()
}

fn journeys(host: Host) -> Vec<Journey> {
    let journey = |name, words, seen| Journey { name, words, seen, retracts: false };
    let pictures = journey("four pictures", WITH_PICTURES, with_pictures());
    let parts = journey("thread", THREAD, thread());
    let words = "text = \"Not so, MARK.\"\n";
    let taken_down =
        Journey { name: "taken down", words, seen: vec![shown("Not so, MARK.")], retracts: true };
    if host == Host::Bluesky {
        let facets = [
            ("@HANDLE", "DID"),
            ("https://museum.example/open", "https://museum.example/open"),
            ("#OpenDay", "OpenDay"),
        ];
        let text = "Às dez, MARK: @HANDLE opens. https://museum.example/open #OpenDay";
        let facets = facets.map(|(text, to)| (text.to_owned(), to.to_owned())).to_vec();
        let page = Shown {
            facets: vec![("PAGE".to_owned(), "PAGE".to_owned())],
            card: Some(("PAGE".to_owned(), PAGE_TITLE.to_owned(), true)),
            ..shown("Read on, MARK.\n\nPAGE")
        };
        let words = "text = \"Às dez, MARK: @HANDLE opens. https://museum.example/open #OpenDay\"\n";
        return vec![
            journey("facets", words, vec![Shown { facets, ..shown(text) }]),
            journey("page", "text = \"Read on, MARK.\"\nlink = \"PAGE\"\n", vec![page]),
            pictures,
            parts,
            taken_down,
        ];
    }
    let warned = "text = \"The whale came in by night, MARK.\"\nwarning = \"Bones\"\n";
    let warning = Shown { warning: "Bones".to_owned(), ..shown("The whale came in by night, MARK.") };
    let asked = "text = \"Which leaves the store, MARK?\"\n[poll]\n\
                 options = [\"The lead shoes\", \"The parrot\"]\nopen = \"1d\"\n";
    let options = vec!["The lead shoes".to_owned(), "The parrot".to_owned()];
    let poll = Shown { options, ..shown("Which leaves the store, MARK?") };
    let mut journeys = vec![journey("warning", warned, vec![warning]), pictures, parts];
    // snac leaves polls out, and takes nothing down for programs.
    if host == Host::Mock {
        journeys.extend([journey("poll", asked, vec![poll]), taken_down]);
    }
    journeys
}

fn canned(status: u16, headers: &[(&str, String)], body: &str) -> Fault {
    let mut headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let kind = if body.starts_with('{') { "application/json; charset=utf-8" } else { "text/html" };
    headers.push(("content-type".to_owned(), kind.to_owned()));
    Fault::Answer(Canned { status, headers, body: body.to_owned() })
}

/// Returns every fault with its name, as this server's platform would answer at this time.
fn faults(host: Host, ahead: Ahead) -> Vec<(&'static str, Fault)> {
    let mut faults = vec![
        ("dropped request", Fault::DropRequest),
        ("dropped answer", Fault::DropResponse),
        ("hang", Fault::Hang(Duration::from_secs(45))),
        ("slow answer", Fault::Slow(Duration::from_millis(1500))),
        ("truncated answer", Fault::Truncate),
        ("kill before", Fault::KillBefore),
        ("kill after", Fault::KillAfter),
    ];
    let away = "<html><head><title>503 Service Temporarily Unavailable</title></head></html>";
    faults.push(("503", canned(503, &[], away)));
    let until = moment(ahead + 240);
    let at = chrono::NaiveDateTime::parse_from_str(&moment(ahead), "%Y-%m-%dT%H:%M:%S").unwrap().and_utc();
    let date = ("date", at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let of_platform = match host {
        Host::Bluesky => {
            let reset = (at.timestamp() + 240).to_string();
            let limits = [
                date,
                ("ratelimit-limit", "30".to_owned()),
                ("ratelimit-remaining", "0".to_owned()),
                ("ratelimit-reset", reset),
                ("ratelimit-policy", "30;w=300".to_owned()),
                ("retry-after", "240".to_owned()),
            ];
            [
                (
                    "429",
                    canned(429, &limits, r#"{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}"#),
                ),
                (
                    "500",
                    canned(500, &[], r#"{"error":"InternalServerError","message":"Internal Server Error"}"#),
                ),
                (
                    "expired session",
                    canned(400, &[], r#"{"error":"ExpiredToken","message":"Token has expired"}"#),
                ),
                (
                    "wrong password",
                    canned(
                        401,
                        &[],
                        r#"{"error":"AuthenticationRequired","message":"Invalid identifier or password"}"#,
                    ),
                ),
                (
                    "suspended account",
                    canned(
                        401,
                        &[],
                        r#"{"error":"AccountTakedown","message":"Account has been taken down"}"#,
                    ),
                ),
            ]
        }
        Host::Snac | Host::Mock => {
            let limits = [
                date,
                ("x-ratelimit-limit", "300".to_owned()),
                ("x-ratelimit-remaining", "0".to_owned()),
                ("x-ratelimit-reset", format!("{until}.000000Z")),
            ];
            [
                ("429", canned(429, &limits, r#"{"error":"Too many requests"}"#)),
                (
                    "500",
                    canned(
                        500,
                        &[],
                        "<!DOCTYPE html><html><body>We're sorry, but something went wrong.</body></html>",
                    ),
                ),
                ("expired session", canned(401, &[], r#"{"error":"The access token expired"}"#)),
                ("wrong password", canned(401, &[], r#"{"error":"The access token is invalid"}"#)),
                ("suspended account", canned(403, &[], r#"{"error":"Your login is currently disabled"}"#)),
            ]
        }
    };
    faults.extend(of_platform);
    faults
}

/// Does something to each, so many at a time; returns what went wrong.
fn each<T: Send>(all: &mut [T], workers: usize, work: impl Fn(&mut T) + Sync) -> Vec<String> {
    let queue = Mutex::new(all.iter_mut());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some(one) = next else { return };
                    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(one)));
                    if let Err(panic) = done {
                        let said = panic.downcast_ref::<String>().cloned();
                        wrong
                            .lock()
                            .unwrap()
                            .push(said.unwrap_or_else(|| "a panic without words".to_owned()));
                    }
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

/// A case before it is begun.
struct Plan<'s> {
    journey: &'s Journey,
    somebody: Somebody,
    number: usize,
    request: Seen,
    fault: (&'static str, Fault),
    case: Option<Case<'s>>,
}

/// The first run of a case.
fn begin<'s>(stage: &'s Stage, plan: &mut Plan<'s>) {
    let mut case = Case::new(stage, plan.journey, plan.somebody.clone(), plan.fault.0, plan.number);
    case.request = Some(plan.request.clone());
    case.disturb(Some(plan.fault.1.clone()));
    plan.case = Some(case);
}

/// Goes each journey once undisturbed, and returns its requests in order.
fn learn<'s>(stage: &'s Stage, journeys: &'s [Journey], accounts: &[Somebody]) -> Vec<Vec<Seen>> {
    let go = |journey: &'s Journey| {
        let mut case = Case::new(stage, journey, accounts[0].clone(), "nothing", 0);
        case.disturb(None);
        assert!(case.is_over(), "{}: {}", case.name(), case.told());
        case.verify(&case.visible());
        case.proxy.seen()
    };
    journeys.iter().map(go).collect()
}

/// Tells whether a person may have to be asked: where the platform has said no, or gives nothing to look by.
fn may_ask(case: &Case<'_>) -> bool {
    let refusals = ["wrong password", "suspended account", "expired session"];
    // Bluesky's sessions are renewed by the way.
    let refused = refusals.contains(&case.fault)
        && (case.fault != "expired session" || case.stage.host != Host::Bluesky);
    case.is_publication() && (refused || case.stage.host == Host::Snac)
}

/// Breaks everything, one at a time.
fn matrix(host: Host) {
    let began = Instant::now();
    let Some(stage) = Stage::start(host) else { return };
    let journeys = journeys(host);
    let accounts: Vec<Somebody> = (0..ACCOUNTS).map(|number| stage.account(number)).collect();
    stage.go_on(STEP);
    let requests = learn(&stage, &journeys, &accounts);
    let mut plans = Vec::new();
    for (journey, requests) in journeys.iter().zip(&requests) {
        for (number, request) in requests.iter().enumerate() {
            let mut faults = faults(host, stage.ahead());
            // What runs in this process cannot be killed.
            faults.retain(|(_, fault)| {
                !journey.shows_page() || !matches!(fault, Fault::KillBefore | Fault::KillAfter)
            });
            for fault in faults {
                let somebody = accounts[plans.len() % ACCOUNTS].clone();
                plans.push(Plan { journey, somebody, number, request: request.clone(), fault, case: None });
            }
        }
    }
    // Who hangs needs no processor, and all may do it at once.
    let (mut hanging, mut others): (Vec<Plan<'_>>, Vec<Plan<'_>>) =
        plans.into_iter().partition(|plan| matches!(plan.fault.1, Fault::Hang(_)));
    let mut wrong = std::thread::scope(|scope| {
        let hanging = scope.spawn(|| each(&mut hanging, HANGERS, |plan| begin(&stage, plan)));
        let mut wrong = each(&mut others, WORKERS, |plan| begin(&stage, plan));
        wrong.extend(hanging.join().unwrap());
        wrong
    });
    let mut cases: Vec<Case<'_>> = hanging.into_iter().chain(others).filter_map(|plan| plan.case).collect();
    let total = cases.len();
    for _ in 1..RUNS {
        stage.go_on(STEP);
        let mut open: Vec<&mut Case<'_>> = cases.iter_mut().filter(|case| !case.is_over()).collect();
        wrong.extend(each(&mut open, WORKERS, |case| case.again()));
    }
    let mut open: Vec<&mut Case<'_>> = cases.iter_mut().filter(|case| !case.is_over()).collect();
    wrong.extend(each(&mut open, WORKERS, |case| {
        assert!(may_ask(case), "{}: it is not over: {}", case.name(), case.told());
        case.ask();
        case.again();
    }));
    let public: Vec<Vec<Shown>> = accounts.iter().map(|somebody| stage.seen(somebody)).collect();
    wrong.extend(each(&mut cases, WORKERS, |case| {
        let whole = accounts.iter().position(|somebody| *somebody == case.somebody);
        case.verify(&case.among(&public[whole.unwrap()]));
    }));
    let posts: usize = cases.iter().map(|case| case.journey.seen.len()).sum();
    let asked = cases.iter().filter(|case| case.asked > 0).count();
    servers::say(&format!(
        "{host:?}: {} journeys, {} requests, {total} cases, {posts} posts looked at, {asked} put before a person, {} s",
        journeys.len(),
        requests.iter().map(Vec::len).sum::<usize>(),
        began.elapsed().as_secs()
    ));
    // Said at once: taking the cases' folders away takes its time.
    wrong.iter().take(5).for_each(|why| servers::say(why));
    assert!(wrong.is_empty(), "{} of {total} went wrong", wrong.len());
}

#[test]
fn on_bluesky_everything_is_there_once() {
    matrix(Host::Bluesky);
}

#[test]
fn on_snac_everything_is_there_once() {
    matrix(Host::Snac);
}

#[test]
fn on_a_server_that_knows_keys_everything_is_there_once() {
    matrix(Host::Mock);
}
