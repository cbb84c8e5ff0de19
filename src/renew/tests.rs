//! Renewals in small worlds: a crash or a lost answer at every call in turn, and two runners.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::*;
use crate::http::{Broken, Effect, Http, Method, Request, Response, exchange};
use crate::keyring::Keys;
use crate::platform::{Channel, Desk};
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

const FAULTS: [Fault; 4] = [Fault::CrashBefore, Fault::CrashAfter, Fault::LostBefore, Fault::LostAfter];

/// What outlives a run.
#[derive(Default)]
struct Outside {
    files: BTreeMap<String, String>,
    head: Option<String>,
    commits: u32,
    /// The refresh token that the platform takes next.
    valid: u32,
    /// Whether a spent token was shown: the platform has ended all of them.
    ended: bool,
    /// What each clone keeps.
    kept: BTreeMap<&'static str, String>,
    /// The number of the value that stands in the vault.
    value: u32,
    now: i64,
}

impl Outside {
    fn new() -> Mutex<Outside> {
        Mutex::new(Outside { valid: 1, ..Outside::default() })
    }
}

/// One run's view of it. Its calls are counted, and one of them may go wrong.
struct Seat<'a> {
    outside: &'a Mutex<Outside>,
    clone: &'static str,
    calls: AtomicUsize,
    fault: Option<(usize, Fault)>,
}

impl Seat<'_> {
    fn call<T>(&self, lost: T, does: impl FnOnce(&mut Outside) -> T) -> T {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let fault = self.fault.filter(|(at, _)| *at == call).map(|(_, fault)| fault);
        let mut outside = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
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

fn moment(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + 60 * minute, 0).unwrap()
}

impl Clock for Seat<'_> {
    fn now(&self) -> DateTime<Utc> {
        moment(self.outside.lock().unwrap_or_else(PoisonError::into_inner).now)
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
        let outside = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = |path: &str| {
            path.rsplit_once('/').is_some_and(|(folder, _)| folders.contains(&folder.to_owned()))
        };
        let found = outside.files.iter().filter(|(path, _)| inside(path));
        Ok(found.map(|(path, text)| Found { path: path.clone(), text: Ok(text.clone()) }).collect())
    }

    fn below(&self, _: &Tip, _: &str, _: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        unreachable!("a renewal asks for its own folder only")
    }

    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError> {
        self.call(Ok(Appended::Unknown("no answer".to_owned())), |outside| {
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

impl Http for Seat<'_> {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        let shown: u32 = String::from_utf8(request.body.to_vec()).unwrap().parse().unwrap();
        self.call(Err(Broken::AfterSending("no answer".to_owned())), |outside| {
            let right = shown == outside.valid && !outside.ended;
            outside.ended |= !right;
            if right {
                outside.valid += 1;
            }
            let (status, body) = if right { (200, outside.valid.to_string()) } else { (400, String::new()) };
            Ok(Response { status, headers: Vec::new(), body: body.into_bytes().into() })
        })
    }
}

/// A credential whose refresh token is a number; it lasts for two hours.
fn credential(number: &str, value: u32, set_at: DateTime<Utc>) -> Credential {
    Credential {
        account: AccountId::new("pixels").unwrap(),
        server: None,
        value: value.to_string(),
        set_at,
        expires_at: Some(set_at + TimeDelta::hours(2)),
        values: BTreeMap::from([("refresh_token".to_owned(), SecretString::from(number))]),
    }
}

impl Keys for Seat<'_> {
    fn credential(&self, _: &AccountId) -> Result<Credential, KeyError> {
        let value = self.outside.lock().unwrap_or_else(PoisonError::into_inner).value;
        Ok(credential(if value == 0 { "1" } else { "9" }, value, moment(0)))
    }

    fn open(&self, _: &AccountId, sealed: &str) -> Result<Credential, KeyError> {
        let parts: Vec<&str> = sealed.split(' ').collect();
        Ok(credential(parts[0], parts[1].parse().unwrap(), parts[2].parse().unwrap()))
    }

    fn seal(&self, credential: &Credential) -> Result<String, KeyError> {
        let number = credential.get("refresh_token").unwrap();
        Ok(format!("{number} {} {}", credential.value, credential.set_at.to_rfc3339()))
    }

    fn keep_renewed(&self, _: &AccountId, sealed: &str) -> Result<(), KeyError> {
        self.call(Err(KeyError::Away("the disk is full".to_owned())), |outside| {
            outside.kept.insert(self.clone, sealed.to_owned());
            Ok(())
        })
    }

    fn kept_renewed(&self, _: &AccountId) -> Option<String> {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner).kept.get(self.clone).cloned()
    }

    fn session(&self, _: &AccountId) -> Option<SecretString> {
        None
    }

    fn keep_session(&self, _: &AccountId, _: &SecretString) {}
}

/// A platform that replaces its tokens.
struct Pixels;

impl Platform for Pixels {
    fn burst(&self) -> Option<usize> {
        None
    }

    fn has_secret(&self) -> bool {
        true
    }

    fn counts_at_once(&self) -> Option<usize> {
        None
    }

    fn renews_at(&self, credential: &Credential) -> Option<DateTime<Utc>> {
        credential.expires_at.map(|at| at - TimeDelta::hours(1))
    }

    fn renew(&self, http: &dyn Http, old: &Credential) -> Result<Credential, Failure> {
        let shown = old.get("refresh_token").unwrap().to_owned();
        let request = Request::new(Effect::Publishes, Method::Post, "https://pixels.example/oauth/token");
        let next = exchange(http, &request.body(shown))?.text();
        Ok(credential(&next, 7, moment(0)))
    }

    fn open<'a>(&self, _: Desk<'a>) -> Result<Box<dyn Channel + 'a>, Failure> {
        unreachable!("nobody signs in here")
    }
}

/// Runs once, in a fresh process of a clone; returns how many calls it made, or nothing if it was killed.
fn run(
    outside: &Mutex<Outside>,
    clone: &'static str,
    nonce: &str,
    fault: Option<(usize, Fault)>,
) -> (usize, Option<Result<Held, Failure>>) {
    let seat = Seat { outside, clone, calls: AtomicUsize::new(0), fault };
    let world = World {
        clock: &seat,
        http: &seat,
        log: &seat,
        keys: &seat,
        platforms: |_| Some(&Pixels),
        media: &|_| Err(String::new()),
        actor: Actor { by: clone.to_owned(), nonce: nonce.to_owned(), clone: clone.to_owned() },
        lanes: Lanes::InTurn,
    };
    let scribe = Scribe::new(&world);
    let account = AccountId::new("pixels").unwrap();
    let work = || super::credential(&world, &scribe, &Pixels, &account);
    let ended = catch_unwind(AssertUnwindSafe(work)).ok();
    (seat.calls.load(Ordering::Relaxed), ended)
}

fn token(held: &Held) -> &str {
    held.credential.get("refresh_token").unwrap()
}

#[test]
fn a_credential_is_left_alone_until_it_is_due_and_then_exchanged_once() {
    let outside = Outside::new();
    let (_, early) = run(&outside, "a", "1", None);
    assert_eq!(token(&early.unwrap().unwrap()), "1");
    outside.lock().unwrap().now = 61;
    for nonce in ["2", "3", "4"] {
        let held = run(&outside, "a", nonce, None).1.unwrap().unwrap();
        assert_eq!((token(&held), held.warning.as_deref()), ("2", None));
    }
    outside.lock().unwrap().now = 61 + 61;
    let held = run(&outside, "b", "5", None).1.unwrap().unwrap();
    assert_eq!((token(&held), held.credential.value.as_str()), ("3", "0"));
    assert!(!outside.lock().unwrap().ended);
}

#[test]
fn whatever_breaks_off_no_token_is_shown_twice_and_none_is_lost_in_silence() {
    let mut cases = 0;
    let whole = run(&Mutex::new(Outside { now: 61, valid: 1, ..Outside::default() }), "a", "1", None).0;
    assert!(whole > 4, "{whole} calls");
    for call in 0..whole {
        for fault in FAULTS {
            for rival in [false, true] {
                let outside = Mutex::new(Outside { now: 61, valid: 1, ..Outside::default() });
                run(&outside, "a", "first", Some((call, fault)));
                let mut last = None;
                for (n, minute) in [62, 63, 80, 100, 110].into_iter().enumerate() {
                    outside.lock().unwrap_or_else(PoisonError::into_inner).now = minute;
                    let clone = if rival && n % 2 == 0 { "b" } else { "a" };
                    last = Some(run(&outside, clone, &format!("later-{n}"), None).1.unwrap());
                }
                let held = last.unwrap().unwrap();
                let outside = outside.lock().unwrap_or_else(PoisonError::into_inner);
                let case = format!("{fault:?} at call {call}, with a rival: {rival}: {held:?}");
                assert!(!outside.ended, "a spent token was shown again: {case}");
                let newest = token(&held) == outside.valid.to_string();
                assert!(newest || held.warning.is_some(), "a token was lost in silence: {case}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, whole * FAULTS.len() * 2);
}

#[test]
fn an_exchange_that_may_have_been_is_a_persons_until_the_vault_has_a_new_value() {
    let outside = Mutex::new(Outside { now: 61, valid: 1, ..Outside::default() });
    let exchange = (0..20)
        .find(|call| {
            let world = Mutex::new(Outside { now: 61, valid: 1, ..Outside::default() });
            run(&world, "a", "probe", Some((*call, Fault::CrashAfter)));
            let world = world.lock().unwrap_or_else(PoisonError::into_inner);
            world.valid == 2 && world.kept.is_empty()
        })
        .unwrap();
    run(&outside, "a", "1", Some((exchange, Fault::CrashAfter)));
    let held = run(&outside, "a", "2", None).1.unwrap().unwrap();
    assert!(held.warning.unwrap().contains("kalends account connect pixels"));
    outside.lock().unwrap_or_else(PoisonError::into_inner).now = 121;
    let over = run(&outside, "a", "3", None).1.unwrap();
    assert!(matches!(over, Err(Failure::Unsent { why, .. }) if why.contains("may be spent")));
    {
        let mut outside = outside.lock().unwrap_or_else(PoisonError::into_inner);
        (outside.value, outside.valid) = (1, 9);
    }
    let held = run(&outside, "a", "4", None).1.unwrap().unwrap();
    assert_eq!((token(&held), held.warning.as_deref()), ("10", None));
}
