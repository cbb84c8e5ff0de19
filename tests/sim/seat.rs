//! Where a run sits: its clock, its network and its ledger, each of which can fail it.

use std::panic::resume_unwind;

use chrono::{DateTime, TimeDelta, Utc};

use crate::http::{Broken, Effect, Http, Method, Request, Response};
use crate::time::Clock;
use crate::world::{Appended, Change, Found, Log, LogError, Tip};

use super::adapter::M;
use super::runner;
use super::world::{Event, Fate, Faults, Inner, Pending, Push, Sim};

/// What a killed process unwinds with.
pub struct Killed;

pub struct Seat<'a> {
    pub sim: &'a Sim,
    pub runner: usize,
    /// Whether the script is about this run.
    pub scripted: bool,
}

/// What may happen at a touch of the world, besides a crash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Time may pass, and others may act.
    Open,
    /// Between a clock's being read and the first byte: nothing does.
    Shut,
}

impl Seat<'_> {
    fn touch(&self, what: &'static str, before: bool, room: Room) {
        let mut inner = self.sim.lock();
        if before {
            if self.scripted {
                inner.touches += 1;
            }
            inner.pass(1, 40);
        }
        let faults = inner.faults.clone();
        let (crash, pause, nested) = match faults {
            Faults::Calm => return,
            Faults::Script(script) => {
                if !self.scripted {
                    return;
                }
                let here = |at: usize| at == inner.touches;
                let pause = script
                    .pause
                    .filter(|(at, _)| before && room == Room::Open && here(*at))
                    .map(|(_, span)| span);
                (
                    script.crash.is_some_and(|(at, side)| here(at) && side == before),
                    pause,
                    script.rival.is_some_and(|at| before && room == Room::Open && here(at)),
                )
            }
            Faults::Any { crash, pause, nested, .. } => {
                let crash = inner.dice.chance(crash);
                let pause = (room == Room::Open && inner.dice.chance(pause)).then(|| pause_of(&mut inner));
                (crash, pause, room == Room::Open && inner.depth < 3 && inner.dice.chance(nested))
            }
        };
        let runner = self.runner;
        if nested {
            drop(inner);
            runner::somebody_else(self.sim, runner);
            inner = self.sim.lock();
        }
        if let Some(span) = pause {
            inner.count(Event::Pauses);
            inner.tell("pause", || format!("runner {runner} {what}: {} s", span / 1000));
            let to = inner.now + span;
            inner.advance(to);
        }
        if crash {
            inner.count(Event::Crashes);
            inner.tell("crash", || {
                format!("runner {runner} {} {what}", if before { "before" } else { "after" })
            });
            drop(inner);
            resume_unwind(Box::new(Killed));
        }
    }

    fn log_faults(&self, inner: &mut Inner) -> Option<LogError> {
        if inner.now < inner.away_until {
            inner.count(Event::LedgerAway);
            return Some(LogError::Away("no route".to_owned()));
        }
        let Faults::Any { read, .. } = inner.faults else { return None };
        if inner.dice.chance(read) {
            inner.count(Event::LedgerAway);
            return Some(LogError::Away("no answer".to_owned()));
        }
        None
    }

    fn push_fate(&self, inner: &mut Inner) -> Push {
        match &inner.faults {
            Faults::Calm => Push::Lands,
            Faults::Script(script) => {
                let script = *script;
                if !self.scripted {
                    return Push::Lands;
                }
                inner.pushes += 1;
                script.push.filter(|(nth, _)| *nth == inner.pushes).map_or(Push::Lands, |(_, push)| push)
            }
            Faults::Any { push, .. } => {
                let push = *push;
                if inner.dice.chance(push) { *inner.dice.pick(&Push::ALL) } else { Push::Lands }
            }
        }
    }

    fn fate(&self, inner: &mut Inner) -> Fate {
        match &inner.faults {
            Faults::Calm => Fate::Answered,
            Faults::Script(script) => {
                let script = *script;
                if !self.scripted {
                    return Fate::Answered;
                }
                inner.requests += 1;
                script.request.filter(|_| inner.requests == 1).unwrap_or(Fate::Answered)
            }
            Faults::Any { request, .. } => {
                let request = *request;
                if inner.dice.chance(request) { *inner.dice.pick(&Fate::ALL) } else { Fate::Answered }
            }
        }
    }

    fn look(&self, account: &str, request: &Request) -> Result<Response, Broken> {
        let mut inner = self.sim.lock();
        inner.pass(20, 900);
        if let Faults::Any { request: often, .. } = inner.faults
            && inner.dice.chance(often / 2)
        {
            return match inner.dice.index(3) {
                0 => Err(Broken::BeforeSending("no route".to_owned())),
                1 => {
                    inner.pass(1000, 30_000);
                    Err(Broken::AfterSending("no answer".to_owned()))
                }
                _ => Ok(answer(503, "busy")),
            };
        }
        let now = inner.now;
        let server = inner.servers.get(account);
        if request.url.ends_with("/me") {
            return Ok(answer(200, "me"));
        }
        let key = header(request, "key");
        let payload = String::from_utf8_lossy(&request.body);
        let found = server.and_then(|server| server.find(&key, &payload, now)).map(|post| post.id.clone());
        inner.tell("look", || format!("{key}: {found:?}"));
        Ok(answer(200, &found.map_or("none".to_owned(), |id| format!("id={id}"))))
    }

    fn take_down(&self, account: &str, request: &Request) -> Result<Response, Broken> {
        let id = String::from_utf8_lossy(&request.body).into_owned();
        let mut inner = self.sim.lock();
        inner.pass(20, 900);
        if matches!(inner.faults, Faults::Any { .. }) && inner.dice.chance(500) {
            return Err(Broken::AfterSending("no answer".to_owned()));
        }
        let posts = inner.servers.get_mut(account).map(|server| &mut server.posts);
        if let Some(post) = posts.and_then(|posts| posts.iter_mut().find(|post| post.id == id)) {
            post.gone = true;
        }
        Ok(answer(200, ""))
    }

    #[expect(clippy::too_many_lines, reason = "one request's whole fate")]
    fn post(&self, account: &str, request: &Request) -> Result<Response, Broken> {
        let (key, payload) = (header(request, "key"), String::from_utf8_lossy(&request.body).into_owned());
        let runner = self.runner;
        let mut inner = self.sim.lock();
        let fate = self.fate(&mut inner);
        if fate == Fate::NoConnection {
            inner.tell("no connection", || key.clone());
            inner.pass(10, 5000);
            return Err(Broken::BeforeSending("no route".to_owned()));
        }
        inner.judge_send(&key, &payload);
        inner.tell("request", || format!("runner {runner} {key} {fate:?}"));
        let sent_at = inner.now;
        let patience = sent_at + request.patience.num_milliseconds();
        let quick = inner.dice.range(20, 900);
        match fate {
            Fate::Lost => {
                inner.count(Event::RequestsLost);
                inner.advance(patience);
                return Err(Broken::AfterSending("no answer".to_owned()));
            }
            Fate::Error => {
                inner.count(Event::ServerErrors);
                inner.advance(sent_at + quick);
                return Ok(answer(500, "oops"));
            }
            Fate::Refused => {
                inner.count(Event::Refusals);
                inner.advance(sent_at + quick);
                return Ok(answer(422, "we do not like it"));
            }
            Fate::TooMany => {
                inner.count(Event::RateLimits);
                inner.advance(sent_at + quick);
                let mut limited = answer(429, "");
                let span = inner.dice.range(1, 1800);
                limited.headers.push(("Retry-After".to_owned(), span.to_string()));
                return Ok(limited);
            }
            _ => {}
        }
        let delay = match fate {
            Fate::Slow => inner.dice.range(1000, 29_000),
            Fate::Late => {
                inner.count(Event::LateRequests);
                inner.dice.range(30_000, M * 1000)
            }
            Fate::AnswerLost => inner.dice.range(10, M * 1000),
            _ => quick,
        };
        let arrives = sent_at + inner.dice.range(0, delay / 2 + 1);
        inner.advance(arrives);
        let Some(server) = inner.servers.get(account) else { return Ok(answer(404, "nobody")) };
        let arrived = server.arrive(account, &key, &payload, arrives);
        if fate == Fate::Late || fate == Fate::AnswerLost {
            inner.pending.push((sent_at + delay, Pending::Effect(arrived)));
            if fate == Fate::AnswerLost {
                inner.count(Event::AnswersLost);
            }
            let gives_up =
                if fate == Fate::Late { patience } else { inner.now + inner.dice.range(1, 30_000) };
            inner.advance(gives_up.min(patience));
            return Err(Broken::AfterSending("no answer".to_owned()));
        }
        inner.advance(sent_at + delay);
        let id = inner.effect(&arrived);
        Ok(match fate {
            Fate::ErrorDone => {
                inner.count(Event::ServerErrors);
                answer(500, "oops")
            }
            Fate::Garbled => answer(200, "<html>"),
            _ => answer(200, &format!("id={id}")),
        })
    }
}

fn pause_of(inner: &mut Inner) -> i64 {
    match inner.dice.index(4) {
        0 => inner.dice.range(1_000, 60_000),
        1 => inner.dice.range(30_000, 600_000),
        2 => inner.dice.range(200_000, 1_500_000),
        _ => inner.dice.range(600_000, 3 * 3_600_000),
    }
}

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.as_bytes().to_vec().into() }
}

fn header(request: &Request, name: &str) -> String {
    request.header_value(name).unwrap_or_default().to_owned()
}

impl Clock for Seat<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.touch("the clock", true, Room::Open);
        let inner = self.sim.lock();
        let now = inner.now + inner.runners[self.runner].offset;
        drop(inner);
        self.touch("the clock", false, Room::Shut);
        DateTime::from_timestamp_millis(now).unwrap_or_default()
    }

    fn wait(&self, span: TimeDelta) {
        self.touch("a wait", true, Room::Open);
        let mut inner = self.sim.lock();
        let to = inner.now + span.num_milliseconds();
        inner.advance(to);
    }
}

impl Http for Seat<'_> {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        let publishes = request.effect == Effect::Publishes;
        self.touch("a request", true, if publishes { Room::Shut } else { Room::Open });
        let rest = request.url.strip_prefix("sim://").unwrap_or_default();
        let account = rest.split('/').next().unwrap_or_default();
        let result = match request.method {
            Method::Get | Method::Report | Method::Propfind => self.look(account, request),
            Method::Delete => self.take_down(account, request),
            Method::Post | Method::Put => self.post(account, request),
        };
        self.touch("a request", false, Room::Open);
        result
    }
}

impl Log for Seat<'_> {
    fn tip(&self) -> Result<Tip, LogError> {
        self.touch("the tip", true, Room::Open);
        let mut inner = self.sim.lock();
        inner.pass(5, 300);
        if let Some(error) = self.log_faults(&mut inner) {
            return Err(error);
        }
        let tip = inner.shared.tip();
        drop(inner);
        self.touch("the tip", false, Room::Open);
        Ok(tip)
    }

    fn read(&self, tip: &Tip, folders: &[String]) -> Result<Vec<Found>, LogError> {
        self.touch("a read", true, Room::Open);
        let found = self.sim.lock().shared.read(tip, folders);
        self.touch("a read", false, Room::Open);
        Ok(found)
    }

    fn below(&self, _: &Tip, _: &str, _: &mut dyn FnMut(Found)) -> Result<(), LogError> {
        unreachable!("a publisher asks for single slots only")
    }

    fn append(&self, tip: &Tip, change: &Change) -> Result<Appended, LogError> {
        self.touch("a push", true, Room::Open);
        let mut inner = self.sim.lock();
        if let Some(error) = self.log_faults(&mut inner) {
            return Err(error);
        }
        let fate = self.push_fate(&mut inner);
        inner.pass(5, 800);
        if inner.shared.tip().id != tip.id {
            inner.count(Event::RacesLost);
            inner.tell("race lost", String::new);
            return Ok(Appended::Stale);
        }
        let runner = self.runner;
        if fate != Push::Lands {
            inner.tell("push", || format!("runner {runner} {fate:?}"));
        }
        let unknown = Ok(Appended::Unknown("no answer".to_owned()));
        let result = match fate {
            Push::Lands => {
                inner.land(change);
                Ok(Appended::Landed(inner.shared.tip()))
            }
            Push::Lost => {
                inner.count(Event::PushesLost);
                unknown
            }
            Push::Unanswered => {
                inner.count(Event::PushesUnanswered);
                inner.land(change);
                unknown
            }
            Push::Late => {
                let span = if inner.dice.chance(5000) { 4_000 } else { 600_000 };
                let at = inner.now + inner.dice.range(10, span);
                inner.pending.push((at, Pending::Push { base: tip.id.clone(), change: change.clone() }));
                unknown
            }
            Push::Denied => {
                inner.count(Event::PushesDenied);
                Err(LogError::Denied("protected branch".to_owned()))
            }
            Push::Away => {
                inner.count(Event::LedgerAway);
                let span = inner.dice.range(1_000, 1_800_000);
                inner.away_until = inner.now + span;
                Err(LogError::Away("no route".to_owned()))
            }
        };
        drop(inner);
        self.touch("a push", false, Room::Open);
        result
    }
}
