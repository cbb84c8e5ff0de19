//! Requests and answers as values, and what a failure means.
//!
//! Every [`Request`] declares its [`Effect`]; [`exchange`] computes from it what a failure means. A lost answer to
//! something that publishes is doubtful; to anything else it is as if nothing had been sent.

use std::fmt;

use chrono::TimeDelta;

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
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        })
    }
}

/// A request, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to. The scheme `feed:` names a folder of this calendar.
    pub url: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What it can do.
    pub effect: Effect,
    /// How long an answer is waited for.
    pub patience: TimeDelta,
}

impl Request {
    /// Starts a request without headers or body, with half a minute's patience.
    pub fn new(effect: Effect, method: Method, url: impl Into<String>) -> Request {
        Request {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            effect,
            patience: TimeDelta::seconds(30),
        }
    }

    /// Gives it a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
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
            Failure::Refused { status, why } => write!(f, "refused ({status}): {why}"),
            Failure::Doubtful { why } => write!(f, "no answer to trust: {why}"),
        }
    }
}

/// The statuses that say for certain that nothing was done.
const REFUSALS: [u16; 10] = [400, 401, 403, 404, 405, 410, 413, 415, 422, 451];

/// Sends a request and tells what its outcome means.
///
/// A success is a status of 200 to 299. A status that is neither a success nor a certain refusal leaves a request
/// that publishes in doubt: a server that answers 500 may have published before it fell over.
pub fn exchange(http: &dyn Http, request: &Request) -> Result<Response, Failure> {
    let publishes = request.effect == Effect::Publishes;
    let lost = |why: String| {
        if publishes { Failure::Doubtful { why } } else { Failure::Unsent { why, retry_after: None } }
    };
    let response = match http.send(request) {
        Ok(response) => response,
        Err(Broken::BeforeSending(why)) => return Err(Failure::Unsent { why, retry_after: None }),
        Err(Broken::AfterSending(why)) => return Err(lost(why)),
    };
    match response.status {
        200..=299 => Ok(response),
        429 => {
            Err(Failure::Unsent { why: "too many requests".to_owned(), retry_after: retry_after(&response) })
        }
        status if REFUSALS.contains(&status) => Err(Failure::Refused { status, why: words(&response) }),
        status => Err(lost(format!("the answer was {status}"))),
    }
}

/// Reads `Retry-After` where it is a number of seconds.
fn retry_after(response: &Response) -> Option<TimeDelta> {
    TimeDelta::try_seconds(response.header("retry-after")?.trim().parse().ok()?)
}

/// Returns the beginning of the other side's words.
fn words(response: &Response) -> String {
    let text = response.text();
    let text = text.trim();
    if text.is_empty() {
        return "no reason given".to_owned();
    }
    text.chars().take(300).collect()
}
