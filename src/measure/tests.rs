//! Measuring in small worlds: what is due, what is odd, and a crash or a lost answer at every call in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::calendar;
use crate::draft::Digest;
use crate::finding::{Content, File};
use crate::http::{Broken, Effect, Http, Request, Response};
use crate::keyring::{Credential, Keys};
use crate::ledger::format::{entry_path, write_entry, write_head};
use crate::ledger::{Claim, Entry, Evidence, Fact, Hand, Head, Receipt, Sending};
use crate::platform;
use crate::time::Clock;
use crate::world::{Actor, Appended, Change, Found, Lanes, Log, Tip};

/// What goes wrong at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    CrashBefore,
    CrashAfter,
    LostBefore,
    LostAfter,
}

/// What outlives a run.
struct Outside {
    files: BTreeMap<String, String>,
    head: Option<String>,
    commits: u32,
    now: DateTime<Utc>,
    /// What the server answers with, by the post's id; nothing where it has none.
    posts: BTreeMap<String, Value>,
    me: Value,
    /// After how many requests the server takes no more.
    patience: usize,
    asked: Vec<String>,
    /// Whether another machine writes the same account's readings just before the next append.
    rival: bool,
}

struct Seat<'a> {
    outside: &'a Mutex<Outside>,
    calls: AtomicUsize,
    fault: Option<(usize, Fault)>,
}

fn locked(outside: &Mutex<Outside>) -> MutexGuard<'_, Outside> {
    outside.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seat<'_> {
    fn call<T>(&self, lost: T, does: impl FnOnce(&mut Outside) -> T) -> T {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let fault = self.fault.filter(|(at, _)| *at == call).map(|(_, fault)| fault);
        let mut outside = locked(self.outside);
        match fault {
            Some(Fault::CrashBefore) => panic!("killed"),
            Some(Fault::LostBefore) => lost,
            Some(Fault::LostAfter) => {
                does(&mut outside);
                lost
            }
            Some(Fault::CrashAfter) => {
                does(&mut outside);
                drop(outside);
                panic!("killed")
            }
            None => does(&mut outside),
        }
    }
}

impl Clock for Seat<'_> {
    fn now(&self) -> DateTime<Utc> {
        locked(self.outside).now
    }

    fn wait(&self, _: TimeDelta) {}
}

impl Log for Seat<'_> {
    fn tip(&self) -> Result<Tip, LogError> {
        self.call(Err(LogError::Away("away".to_owned())), |outside| {
            Ok(Tip { id: outside.commits.to_string(), head: outside.head.clone() })
        })
    }

    fn read(&self, _: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError> {
        let outside = locked(self.outside);
        let inside = |path: &str| {
            path.rsplit_once('/').is_some_and(|(folder, _)| folders.contains(&folder.to_owned()))
        };
        let found = outside.files.iter().filter(|(path, _)| inside(path));
        Ok(found.map(|(path, text)| Found { path: path.clone(), text: Ok(text.clone()) }).collect())
    }

    fn below(&self, _: &Tip, folder: &str, visit: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        let outside = locked(self.outside);
        let found = outside.files.iter().filter(|(path, _)| path.starts_with(&format!("{folder}/")));
        found.for_each(|(path, text)| visit(Found { path: path.clone(), text: Ok(text.clone()) }));
        Ok(())
    }

    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError> {
        self.call(Ok(Appended::Unknown("no answer".to_owned())), |outside| {
            if std::mem::take(&mut outside.rival) {
                let row = "2027-01-18T09:59:00Z,account/social,followers,followers_count,999,,,,";
                let text = format!("{}\n{row}\n", crate::reading::HEAD);
                outside.files.insert("readings/2027/01/18/social.csv".to_owned(), text);
                outside.commits += 1;
            }
            if tip.id != outside.commits.to_string() {
                return Ok(Appended::Stale);
            }
            for (path, text) in &change.files {
                assert!(outside.files.insert(path.clone(), text.clone()).is_none(), "{path} is rewritten");
            }
            outside.commits += 1;
            outside.head = Some(change.head.clone());
            Ok(Appended::Landed(Tip { id: outside.commits.to_string(), head: outside.head.clone() }))
        })
    }
}

/// A Mastodon server that anybody may count with.
impl Http for Seat<'_> {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        assert_eq!(request.effect, Effect::Reads, "{request:?}");
        self.call(Err(Broken::AfterSending("no answer".to_owned())), |outside| {
            let path = request.url.strip_prefix("https://social.example").unwrap();
            outside.asked.push(path.to_owned());
            let (status, body) = match path.split(['?']).next().unwrap() {
                _ if outside.asked.len() > outside.patience => (429, json!({ "error": "Too many requests" })),
                "/api/v1/accounts/verify_credentials" => (200, outside.me.clone()),
                "/api/v2/instance" => (200, json!({ "version": "4.6.1" })),
                "/api/v1/statuses" => {
                    let ids = path.split_once('?').unwrap().1.split('&').map(|id| &id[5..]);
                    (200, ids.filter_map(|id| outside.posts.get(id).cloned()).collect())
                }
                one => match outside.posts.get(one.rsplit('/').next().unwrap()) {
                    Some(status) => (200, status.clone()),
                    None => (404, json!({ "error": "Record not found" })),
                },
            };
            Ok(Response { status, headers: Vec::new(), body: body.to_string().into_bytes().into() })
        })
    }
}

impl Keys for Seat<'_> {
    fn credential(&self, account: &AccountId) -> Result<Credential, KeyError> {
        if account.as_str() != "social" {
            return Err(KeyError::Missing(account.clone()));
        }
        Ok(Credential {
            account: account.clone(),
            server: Some("https://social.example".to_owned()),
            value: "a".to_owned(),
            set_at: DateTime::UNIX_EPOCH,
            expires_at: None,
            values: BTreeMap::from([("token".to_owned(), SecretString::from("t"))]),
        })
    }

    fn open(&self, account: &AccountId, _: &str) -> Result<Credential, KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn seal(&self, credential: &Credential) -> Result<String, KeyError> {
        Err(KeyError::Missing(credential.account.clone()))
    }

    fn keep_renewed(&self, account: &AccountId, _: &str) -> Result<(), KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn kept_renewed(&self, _: &AccountId) -> Option<String> {
        None
    }

    fn session(&self, _: &AccountId) -> Option<SecretString> {
        None
    }

    fn keep_session(&self, _: &AccountId, _: &SecretString) {}
}

/// What a run said, one line each.
#[derive(Default)]
struct Told(Vec<String>);

impl Watch for Told {
    fn wrote(&mut self, account: &AccountId, figures: &[Figure]) {
        self.0.push(format!("wrote {account}: {}, {} rows", summary(figures), figures.len()));
    }

    fn warned(&mut self, subject: &Subject, warning: &str) {
        self.0.push(format!("warned {subject}: {warning}"));
    }

    fn passed(&mut self, account: &AccountId, why: &str, _: &str) {
        self.0.push(format!("passed {account}: {why}"));
    }

    fn failed(&mut self, account: &AccountId, why: &str) {
        self.0.push(format!("failed {account}: {why}"));
    }
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn museum(zone: &str) -> Calendar {
    let text = |path: &str, text: String| File { path: path.to_owned(), content: Content::Text(text) };
    let account = |platform: &str, more: &str| format!("platform = \"{platform}\"\n{more}");
    let social = "server = \"https://social.example\"\nhandle = \"@harbour\"\nid = \"7\"\n";
    let files = [
        text("kalends.toml", format!("name = \"Museum\"\nzone = \"{zone}\"\n")),
        text("accounts/social.toml", account("mastodon", social)),
        text("accounts/closed.toml", account("mastodon", "server = \"https://closed.example\"\n")),
        text("accounts/photos.toml", account("instagram", "")),
        text("accounts/news.toml", account("feed", "server = \"https://museum.example/news\"\n")),
    ];
    let (calendar, findings) = calendar::read(&files);
    assert!(findings.is_empty(), "{findings:?}");
    calendar
}

fn status(id: &str, likes: i64) -> Value {
    json!({ "id": id, "favourites_count": likes, "reblogs_count": 1, "replies_count": 0, "quotes_count": 0 })
}

const PUBLISHED: &str = "2027-01-18T09:00:00Z";

fn slot(post: &str) -> Slot {
    format!("{post}/once/social").parse().unwrap()
}

/// A ledger with some published posts, whose ids on the server are 1, 2, ….
fn outside(posts: &[&str]) -> Mutex<Outside> {
    let at = moment(PUBLISHED);
    let hand = Hand { by: "r".to_owned(), nonce: "n".to_owned(), clone: "c".to_owned(), at };
    let digest = Digest::of(b"");
    let mut files = BTreeMap::new();
    for (number, post) in (1..).zip(posts) {
        let claim = Claim { digest: digest.clone(), due: at, until: at, commit: String::new() };
        let sending = Sending {
            digest: digest.clone(),
            due: at,
            until: at,
            key: "k".to_owned(),
            payload: "{}".to_owned(),
            first_at: at,
            replays: None,
        };
        let (id, evidence) = (number.to_string(), Evidence::Answer);
        let receipt = Receipt { id, revision: None, url: None, evidence };
        for fact in [Fact::Claim(claim), Fact::Sending(sending), Fact::Receipt(receipt)] {
            let entry = Entry { slot: slot(post), attempt: 1, hand: hand.clone(), fact };
            files.insert(entry_path(&entry), write_entry(&entry));
        }
    }
    let entries = files.len() as u64;
    let head = Head { id: "one".to_owned(), seq: 1, entries, ..Head::default() };
    Mutex::new(Outside {
        files,
        head: Some(write_head(&head)),
        commits: 1,
        now: at,
        posts: (1..=posts.len()).map(|n| (n.to_string(), status(&n.to_string(), 3))).collect(),
        me: json!({ "id": "7", "username": "harbour", "followers_count": 1000 }),
        patience: usize::MAX,
        asked: Vec::new(),
        rival: false,
    })
}

/// Runs once at a moment; returns what was said, or nothing where it was killed or the ledger was away.
fn run_with(
    outside: &Mutex<Outside>,
    now: &str,
    fault: Option<(usize, Fault)>,
    accounts: &[&str],
) -> (usize, Option<Vec<String>>) {
    locked(outside).now = moment(now);
    locked(outside).asked.clear();
    let calendar = museum("Europe/Lisbon");
    let slots: BTreeSet<Slot> = {
        let outside = locked(outside);
        let paths = outside.files.keys().filter_map(|path| crate::ledger::format::slot_of_path(path));
        paths.map(|(slot, _)| slot).collect()
    };
    let accounts = accounts.iter().map(|id| AccountId::new(id).unwrap()).collect();
    let task = Task {
        calendar: &calendar,
        slots: &slots,
        accounts: &accounts,
        log: None,
        rehearsed: false,
        dry_run: false,
    };
    let seat = Seat { outside, calls: AtomicUsize::new(0), fault };
    let world = World {
        clock: &seat,
        http: &seat,
        log: &seat,
        keys: &seat,
        platforms: platform::of,
        media: &|_| Err(String::new()),
        actor: Actor { by: "r".to_owned(), nonce: "m".to_owned(), clone: "c".to_owned() },
        lanes: Lanes::InTurn,
    };
    let mut told = Told::default();
    let ended = catch_unwind(AssertUnwindSafe(|| measure(&world, &task, &mut told)));
    let calls = seat.calls.load(Ordering::Relaxed);
    (calls, matches!(ended, Ok(Ok(()))).then_some(told.0))
}

fn run(outside: &Mutex<Outside>, now: &str) -> Vec<String> {
    run_with(outside, now, None, &["social"]).1.unwrap()
}

/// Every row of the ledger, without its definition.
fn rows(outside: &Mutex<Outside>) -> Vec<String> {
    let outside = locked(outside);
    let files = outside.files.iter().filter(|(path, _)| path.starts_with("readings/"));
    let mut rows = Vec::new();
    for (_, text) in files {
        for (_, line) in crate::reading::lines(text) {
            let line = line.unwrap();
            rows.push(format!(
                "{} {} {} {} {}",
                line.read.format("%d %H:%M"),
                line.subject,
                line.metric,
                line.name,
                line.value
            ));
        }
    }
    rows
}

#[test]
fn a_post_is_read_when_it_is_an_hour_a_day_a_week_and_a_month_old() {
    let outside = outside(&["2027-01-18-open-day"]);
    let asked = |now: &str| {
        run(&outside, now);
        locked(&outside).asked.iter().any(|path| path.starts_with("/api/v1/statuses"))
    };
    let due: Vec<(&str, bool)> = vec![
        ("2027-01-18T09:59:59Z", false),
        ("2027-01-18T10:00:00Z", true),
        ("2027-01-18T11:00:00Z", false),
        ("2027-01-19T08:59:59Z", false),
        ("2027-01-19T09:00:00Z", true),
        ("2027-01-19T09:00:00Z", false),
        // Nothing ran on the seventh day: it is made up for, and no age is read twice.
        ("2027-02-03T00:00:00Z", true),
        ("2027-02-17T08:00:00Z", false),
        ("2027-02-20T00:00:00Z", true),
        ("2028-02-20T00:00:00Z", false),
    ];
    for (now, is_due) in due {
        assert_eq!(asked(now), is_due, "{now}");
    }
    let at: BTreeSet<String> =
        rows(&outside).iter().filter(|row| row.contains("likes")).map(|row| row[..8].to_owned()).collect();
    assert_eq!(at.into_iter().collect::<Vec<_>>(), ["03 00:00", "18 10:00", "19 09:00", "20 00:00"]);
}

#[test]
fn rows_are_what_the_platform_said() {
    let outside = outside(&["2027-01-18-open-day"]);
    let told = run(&outside, "2027-01-18T10:00:00Z");
    assert_eq!(told, ["wrote social: 1 post and the account, 5 rows"]);
    let file = &locked(&outside).files["readings/2027/01/18/social.csv"];
    insta::assert_snapshot!(file, @r"
    read,subject,metric,name,value,unit,from,until,definition
    2027-01-18T10:00:00Z,account/social,followers,followers_count,1000,,,,mastodon 4.6: followers_count
    2027-01-18T10:00:00Z,slot/2027-01-18-open-day/once/social,likes,favourites_count,3,,,,mastodon 4.6: favourites_count
    2027-01-18T10:00:00Z,slot/2027-01-18-open-day/once/social,reposts,reblogs_count,1,,,,mastodon 4.6: reblogs_count
    2027-01-18T10:00:00Z,slot/2027-01-18-open-day/once/social,replies,replies_count,0,,,,mastodon 4.6: replies_count
    2027-01-18T10:00:00Z,slot/2027-01-18-open-day/once/social,quotes,quotes_count,0,,,,mastodon 4.6: quotes_count
    ");
}

#[test]
fn followers_are_read_once_a_day_of_the_calendars_zone() {
    let outside = outside(&[]);
    let mut wrote = Vec::new();
    // Lisbon is an hour ahead of UTC in summer.
    for now in
        ["2027-07-01T22:30:00Z", "2027-07-01T22:59:59Z", "2027-07-01T23:00:00Z", "2027-07-02T22:00:00Z"]
    {
        wrote.push(run(&outside, now).len());
    }
    assert_eq!(wrote, [1, 0, 1, 0]);
    let paths: Vec<String> = locked(&outside).files.keys().cloned().collect();
    assert_eq!(paths, ["readings/2027/07/01/social.2.csv", "readings/2027/07/01/social.csv"]);
}

#[test]
fn what_is_odd_is_told_and_never_made_up() {
    let outside = outside(&["2027-01-18-a", "2027-01-18-b", "2027-01-18-c", "2027-01-18-d", "2027-01-18-e"]);
    run(&outside, "2027-01-18T10:00:00Z");
    {
        let mut outside = locked(&outside);
        outside.posts.get_mut("1").unwrap().as_object_mut().unwrap().remove("favourites_count");
        outside.posts.insert("2".to_owned(), status("2", 2));
        outside.posts.insert("3".to_owned(), status("3", -5));
        outside.posts.remove("4");
        let renamed =
            json!({ "id": "5", "likes_count": 9, "reblogs_count": 1, "replies_count": 0, "quotes_count": 0 });
        outside.posts.insert("5".to_owned(), renamed);
        outside.me["username"] = json!("harbour_museum");
    }
    let told = run(&outside, "2027-01-19T10:00:00Z");
    insta::assert_snapshot!(told.join("\n"), @r"
    warned account/social: accounts/social.toml says `@harbour`, and the account is called `harbour_museum` now (its id is the pinned one): write the new name there
    warned slot/2027-01-18-a/once/social: the answer has no `favourites_count`
    warned slot/2027-01-18-b/once/social: `favourites_count` went back from 3 to 2: it is written down as it was read
    warned slot/2027-01-18-c/once/social: the answer says that `favourites_count` is -5, which is no count
    warned slot/2027-01-18-d/once/social: the platform does not have it any more: it is not asked again
    warned slot/2027-01-18-e/once/social: the answer has no `favourites_count`
    warned slot/2027-01-18-e/once/social: the answer counts what kalends does not know: `likes_count`
    wrote social: 5 posts and the account, 15 rows
    ");
    let odd: Vec<String> =
        rows(&outside).into_iter().filter(|row| row.starts_with("19") && !row.contains("re")).collect();
    assert_eq!(
        odd,
        [
            "19 10:00 account/social followers followers_count 1000",
            "19 10:00 slot/2027-01-18-a/once/social quotes quotes_count 0",
            "19 10:00 slot/2027-01-18-b/once/social likes favourites_count 2",
            "19 10:00 slot/2027-01-18-b/once/social quotes quotes_count 0",
            "19 10:00 slot/2027-01-18-c/once/social quotes quotes_count 0",
            "19 10:00 slot/2027-01-18-d/once/social gone  1",
            "19 10:00 slot/2027-01-18-e/once/social quotes quotes_count 0",
        ]
    );
    run(&outside, "2027-01-26T10:00:00Z");
    let asked = locked(&outside).asked.join(" ");
    assert!(!asked.contains("statuses/4") && !asked.contains("id[]=4"), "{asked}");
}

#[test]
fn what_cannot_be_read_is_told_and_keeps_nothing_else_from_being_read() {
    let outside = outside(&["2027-01-18-open-day"]);
    let told = run_with(&outside, "2027-01-18T10:00:00Z", None, &[]).1.unwrap();
    assert_eq!(
        told,
        [
            "passed closed: there is no secret to read it with",
            "passed news: a feed counts nothing itself; its web server's log does",
            "passed photos: Instagram gives kalends no numbers",
            "wrote social: 1 post and the account, 5 rows",
        ]
    );
    // An account that is not let in loses no post: nothing is gone that was not asked for.
    locked(&outside).me = json!({ "id": "7", "username": "harbour", "suspended": true });
    locked(&outside).posts.clear();
    let told = run(&outside, "2027-01-19T10:00:00Z");
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("failed social: social.example has suspended the account"), "{told:?}");
    assert!(!rows(&outside).iter().any(|row| row.contains("gone")));
}

#[test]
fn a_server_that_takes_no_more_keeps_what_was_read() {
    let posts: Vec<String> = (0..45).map(|n| format!("2027-01-18-post-{n:02}")).collect();
    let outside = outside(&posts.iter().map(String::as_str).collect::<Vec<_>>());
    // Two to sign in, one for the account, one batch of twenty.
    locked(&outside).patience = 4;
    let told = run(&outside, "2027-01-18T10:00:00Z");
    assert_eq!(
        told,
        [
            "wrote social: 20 posts and the account, 81 rows",
            "failed social: social.example: too many requests"
        ]
    );
    locked(&outside).patience = usize::MAX;
    assert_eq!(run(&outside, "2027-01-18T10:05:00Z"), ["wrote social: 25 posts, 100 rows"]);
    assert_eq!(run(&outside, "2027-01-18T10:10:00Z"), [""; 0]);
    let facts = rows(&outside);
    assert_eq!(facts.len(), 181);
}

#[test]
fn two_machines_that_measure_at_once_lose_nothing() {
    let outside = outside(&["2027-01-18-open-day"]);
    locked(&outside).rival = true;
    assert_eq!(run(&outside, "2027-01-18T10:00:00Z"), ["wrote social: 1 post and the account, 5 rows"]);
    let facts = rows(&outside);
    assert_eq!(facts.len(), 6, "{facts:#?}");
    assert!(locked(&outside).files.contains_key("readings/2027/01/18/social.2.csv"));
}

#[test]
fn a_run_that_breaks_off_anywhere_and_is_run_again_leaves_the_same_facts() {
    let posts = ["2027-01-18-a", "2027-01-18-b", "2027-01-18-c"];
    let now = "2027-01-18T10:00:00Z";
    let whole = outside(&posts);
    let (calls, told) = run_with(&whole, now, None, &["social"]);
    assert!(told.is_some() && calls > 5, "{calls}");
    let facts: BTreeSet<String> = rows(&whole).into_iter().collect();
    assert_eq!(facts.len(), 13);
    for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LostBefore, Fault::LostAfter] {
        for at in 0..calls {
            let world = outside(&posts);
            run_with(&world, now, Some((at, fault)), &["social"]);
            assert!(run_with(&world, now, None, &["social"]).1.is_some());
            let again = rows(&world);
            assert_eq!(again.iter().cloned().collect::<BTreeSet<_>>(), facts, "{fault:?} at {at}");
            assert_eq!(again.len(), facts.len(), "{fault:?} at {at}: a fact stands twice");
        }
    }
}
