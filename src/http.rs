//! Requests and answers as values, and what a failure means.
//!
//! Every [`Request`] declares its [`Effect`]; [`exchange`] computes from it what a failure means. A lost answer to
//! something that publishes is doubtful; to anything else it is as if nothing had been sent.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// What a request can do to what people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it only looks.
    Reads,
    /// Nothing that anybody sees: it uploads or begins, and may be repeated.
    Prepares,
    /// It can make a post public, or change one that is.
    Publishes,
}

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Looks.
    Get,
    /// Does something, each time anew.
    Post,
    /// Makes it so, however often.
    Put,
    /// Takes it away.
    Delete,
    /// Asks a CalDAV collection (RFC 3253, RFC 4791).
    Report,
    /// Asks what a WebDAV collection has (RFC 4918).
    Propfind,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Report => "REPORT",
            Method::Propfind => "PROPFIND",
        })
    }
}

/// Whom a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A server that the calendar's own files name.
    Named,
    /// An address out of somebody's post: it must not lead into a private network.
    Stranger,
}

/// A request, whole. What it carries is wiped when it is dropped, and is never printed.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to. The scheme `feed:` names a folder of this calendar.
    pub url: String,
    /// Headers, in order.
    pub headers: Vec<(String, Zeroizing<String>)>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
    /// What must not be told of the answer, should the other side repeat it.
    pub secrets: Vec<SecretString>,
    /// What it can do.
    pub effect: Effect,
    /// Whom it goes to.
    pub reach: Reach,
    /// How long an answer is waited for, to its last byte.
    pub patience: TimeDelta,
    /// The longest answer that is read.
    pub answer_limit_bytes: usize,
    /// Whether it goes over a connection of its own, as one that publishes always does.
    pub alone: bool,
}

/// The longest answer of a platform's interface that is read.
const ANSWER_LIMIT_BYTES: usize = 8 << 20;

/// The most characters of the other side's words that are told.
const WORDS_MAX: usize = 300;

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let address = self.url.split(['?', '#']).next().unwrap_or_default();
        write!(f, "{} {address} {names:?} and {} bytes", self.method, self.body.len())
    }
}

impl Request {
    /// Starts a request without headers or body, with half a minute's patience.
    pub fn new(effect: Effect, method: Method, url: impl Into<String>) -> Request {
        Request {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Zeroizing::default(),
            secrets: Vec::new(),
            effect,
            reach: Reach::Named,
            patience: TimeDelta::seconds(30),
            answer_limit_bytes: ANSWER_LIMIT_BYTES,
            alone: effect == Effect::Publishes,
        }
    }

    /// Gives it a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = Zeroizing::new(body.into());
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), Zeroizing::new(value.into())));
        self
    }

    /// Gives it a connection of its own, for a server that closes connections without a word.
    pub fn alone(mut self) -> Request {
        self.alone = true;
        self
    }

    /// Shows a token to the other side, and keeps it out of everything that is told of the answer.
    pub fn bearer(self, token: &str) -> Request {
        self.header("authorization", format!("Bearer {token}")).secret(token)
    }

    /// Names a text in the request that must not be told, should the other side repeat it.
    pub fn secret(mut self, text: &str) -> Request {
        self.secrets.push(SecretString::from(text));
        self
    }

    /// Takes out of a text of the other side what must not be told.
    fn hide(&self, text: String) -> String {
        let secrets =
            self.secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
        secrets.fold(text, |text, secret| text.replace(secret, "…"))
    }

    /// Returns the first header of that name, in any case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer, whole. It may hold a token, so it is wiped when it is dropped, and is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {} bytes", self.status, self.body.len())
    }
}

/// How far apart two clocks may be (RELIABILITY: σ); ages across runners are trusted only beyond twice this.
pub const SKEW: TimeDelta = TimeDelta::seconds(60);

impl Response {
    /// Returns the other side's clock, where it tells it.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.header("date")?).ok().map(|at| at.to_utc())
    }

    /// Returns how far the other side's clock is from ours, beyond the time that the answer took; nothing where it does
    /// not tell its own.
    pub fn apart(&self, asked_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<TimeDelta> {
        let theirs = self.date()?;
        Some((asked_at - theirs).max(theirs - now).max(TimeDelta::zero()))
    }

    /// Reads the body as JSON; what cannot be read says so, and shows none of it.
    pub fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_slice(&self.body).map_err(|_| {
            let what = if self.is_page() { "a web page" } else { "no JSON" };
            format!("the answer was {} with {what}, not one of the interface", self.status)
        })
    }

    /// Returns the first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Tells whether it is a web page, for people.
    fn is_page(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
    }

    /// Returns the body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// Not a byte of the request left: no name, no route, no connection, no TLS.
    BeforeSending(String),
    /// The request may have arrived: the connection broke, or patience ended.
    AfterSending(String),
}

/// The network: sends one request once, over one connection, following no redirect and repeating nothing.
pub trait Http: Sync {
    /// Sends the request and returns the answer, whatever its status.
    fn send(&self, request: &Request) -> Result<Response, Broken>;
}

/// Why a request did not do what it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It had no effect, and may be tried again.
    Unsent {
        /// What happened.
        why: String,
        /// How long to wait, where the other side said so.
        retry_after: Option<TimeDelta>,
    },
    /// The other side refused it, definitely.
    Refused {
        /// The status.
        status: u16,
        /// The other side's own name for the fault, as the field `error` of its JSON has it; empty where it has none.
        code: String,
        /// The other side's words.
        why: String,
    },
    /// It may have had its effect.
    Doubtful {
        /// What happened.
        why: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unsent { why, .. } => write!(f, "not sent: {why}"),
            Failure::Refused { status, why, .. } => write!(f, "refused ({status}): {why}"),
            Failure::Doubtful { why } => write!(f, "no answer to trust: {why}"),
        }
    }
}

/// What is told of a refusal that came as a web page: then something before the server may have refused.
pub const PAGE: &str = "a web page, not an answer of the interface";

/// The statuses that say for certain that nothing was done.
const REFUSALS: [u16; 10] = [400, 401, 403, 404, 405, 410, 413, 415, 422, 451];

/// Sends a request and tells what its outcome means.
///
/// A success is a status of 200 to 299. A status that is neither a success nor a certain refusal leaves a request
/// that publishes in doubt: a server that answers 500 may have published before it fell over. A redirection is never
/// followed: what was sent to one server is not for another.
pub fn exchange(http: &dyn Http, request: &Request) -> Result<Response, Failure> {
    let publishes = request.effect == Effect::Publishes;
    let lost = |why: String, retry_after| {
        if publishes { Failure::Doubtful { why } } else { Failure::Unsent { why, retry_after } }
    };
    let response = match http.send(request) {
        Ok(response) => response,
        Err(Broken::BeforeSending(why)) => return Err(Failure::Unsent { why, retry_after: None }),
        Err(Broken::AfterSending(why)) => return Err(lost(why, None)),
    };
    match response.status {
        200..=299 => Ok(discreet(request, response)),
        300..=399 => {
            // What follows the path is for the other side, and may be secret.
            let to =
                response.header("location").and_then(|to| to.split(['?', '#']).next()).unwrap_or("nowhere");
            let to: String = request.hide(to.to_owned()).chars().take(WORDS_MAX).collect();
            Err(lost(format!("it redirects to {to}, which is not followed"), None))
        }
        429 => {
            Err(Failure::Unsent { why: "too many requests".to_owned(), retry_after: retry_after(&response) })
        }
        status if REFUSALS.contains(&status) => {
            let (code, why) = words(request, &response);
            Err(Failure::Refused { status, code, why })
        }
        status => Err(lost(format!("the answer was {status}"), retry_after(&response))),
    }
}

/// Takes out of a success that speaks of an error what must not be told: whoever reads it may tell its words.
fn discreet(request: &Request, mut response: Response) -> Response {
    let secrets = || request.secrets.iter().map(|secret| secret.expose_secret().as_bytes());
    let repeats = |secret: &[u8]| {
        !secret.is_empty() && response.body.windows(secret.len()).any(|window| window == secret)
    };
    if secrets().any(repeats) && response.json().is_ok_and(|json| json.get("error").is_some()) {
        response.body = Zeroizing::new(request.hide(response.text()).into_bytes());
    }
    response
}

/// Reads for how long the other side asks to be left alone.
///
/// `Retry-After` is a number of seconds or a date (RFC 9110 §10.2.3). `RateLimit-Reset` is a moment in seconds since
/// 1970 on Bluesky, `X-RateLimit-Reset` a moment as RFC 3339 on Mastodon; both are counted from the answer's `Date`.
pub fn retry_after(response: &Response) -> Option<TimeDelta> {
    let until = |at: DateTime<Utc>| response.date().map(|now| (at - now).max(TimeDelta::zero()));
    if let Some(value) = response.header("retry-after").map(str::trim) {
        let seconds = value.parse().ok().and_then(TimeDelta::try_seconds);
        let date = || DateTime::parse_from_rfc2822(value).ok().and_then(|at| until(at.to_utc()));
        if let Some(span) = seconds.or_else(date) {
            return Some(span);
        }
    }
    let reset = response.header("ratelimit-reset").or_else(|| response.header("x-ratelimit-reset"))?.trim();
    match reset.parse::<i64>() {
        Ok(seconds) => DateTime::from_timestamp(seconds, 0).and_then(until),
        Err(_) => DateTime::parse_from_rfc3339(reset).ok().and_then(|at| until(at.to_utc())),
    }
}

/// Reads for how long to wait before the next request, where this answer says that it was the last one allowed.
pub fn exhausted(response: &Response) -> Option<TimeDelta> {
    let left = response.header("ratelimit-remaining").or_else(|| response.header("x-ratelimit-remaining"))?;
    if left.trim() == "0" { retry_after(response) } else { None }
}

/// Returns the other side's name for a fault and the beginning of its words, with nothing in them that was secret.
fn words(request: &Request, response: &Response) -> (String, String) {
    let field = |value: &serde_json::Value, name: &str| {
        value.get(name).and_then(serde_json::Value::as_str).map(str::to_owned).filter(|text| !text.is_empty())
    };
    let (code, text) = match serde_json::from_slice::<serde_json::Value>(&response.body) {
        Ok(json) => {
            let code = field(&json, "error").unwrap_or_default();
            let text = field(&json, "message").or_else(|| field(&json, "error_description"));
            (code.clone(), text.unwrap_or_else(|| if code.is_empty() { json.to_string() } else { code }))
        }
        Err(_) if response.is_page() => (String::new(), PAGE.to_owned()),
        Err(_) => (String::new(), response.text().trim().to_owned()),
    };
    let text: String = request.hide(text).chars().take(WORDS_MAX).collect();
    (request.hide(code), if text.is_empty() { "no reason given".to_owned() } else { text })
}
