//! The wire: requests as they leave this machine.
//!
//! One request is sent once: nothing is repeated, no redirection is followed, and a request that publishes never
//! goes over a connection that another one has used. An answer is read up to its limit and its time, no further.
//! An address out of somebody's post ([`Reach::Stranger`]) leads to no private network and through no proxy: the
//! addresses that a name stands for are looked at where the connection is made, so that nothing can change between.
//! What is told of a failure names the host, and never the rest of an address.

mod gate;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::blocking::{Client, ClientBuilder, Response as Answer};
use reqwest::redirect;
use zeroize::Zeroizing;

use crate::http::{Broken, Effect, Http, Method, Reach, Request, Response};
use crate::rim::clock::instant;
use crate::rim::shelf::Shelf;

pub use gate::{Gate, is_public};

use gate::{Resolver, admit};

/// The longest that a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a connection is kept for the next request that only reads or prepares: less than servers keep theirs, so
/// that none is used just as it is closed.
const KEEP: Duration = Duration::from_secs(3);

/// How much of an answer is read at once.
const PIECE_BYTES: usize = 16 << 10;

/// The network, and the shelf behind `feed:`.
pub struct Wire {
    shelf: Shelf,
    gate: Gate,
    clients: Mutex<BTreeMap<(Trade, Duration), Client>>,
}

/// What a client is for. They share no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trade {
    Named,
    Alone,
    Stranger,
}

impl Wire {
    /// Returns a network over a shelf. Nothing is opened before it is used.
    pub fn new(shelf: Shelf) -> Wire {
        Wire::gated(shelf, is_public)
    }

    /// Returns a network with another rule for strangers' addresses.
    pub fn gated(shelf: Shelf, gate: Gate) -> Wire {
        Wire { shelf, gate, clients: Mutex::default() }
    }

    /// Returns the client for a request. Its connection must stand when half of the patience is left: what ends
    /// later has been sent.
    fn client(&self, request: &Request, patience: Duration) -> Result<Client, Broken> {
        let trade = match (request.reach, request.effect) {
            (Reach::Stranger, _) => Trade::Stranger,
            (Reach::Named, Effect::Publishes) => Trade::Alone,
            (Reach::Named, _) if request.alone => Trade::Alone,
            (Reach::Named, _) => Trade::Named,
        };
        let connect = CONNECT.min(patience / 2);
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(trade, connect)) {
            return Ok(client.clone());
        }
        let gate = (trade == Trade::Stranger).then_some(self.gate);
        let builder = builder().connect_timeout(connect).dns_resolver(Arc::new(Resolver { gate }));
        let builder = match trade {
            Trade::Named => builder.pool_idle_timeout(KEEP),
            Trade::Alone => builder.pool_max_idle_per_host(0),
            Trade::Stranger => builder.pool_max_idle_per_host(0).no_proxy(),
        };
        let client = builder.build().map_err(|fault| {
            Broken::BeforeSending(format!("the network cannot be used: {}", innermost(&fault)))
        })?;
        clients.insert((trade, connect), client.clone());
        Ok(client)
    }
}

impl Http for Wire {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        if request.url.starts_with("feed:") {
            return self.shelf.send(request);
        }
        let url = admit(request, self.gate)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let patience = request.patience.to_std().unwrap_or_default();
        if patience.is_zero() {
            return Err(Broken::BeforeSending(format!("no time was left for {host}")));
        }
        let deadline = instant() + patience;
        let mut sent = self.client(request, patience)?.request(method(request.method)?, url);
        for (name, value) in &request.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value)
                .map_err(|_| Broken::BeforeSending(format!("the header {name} cannot be sent")))?;
            value.set_sensitive(true);
            sent = sent.header(name, value);
        }
        // The copy is wiped when it has been sent, as the request's own is.
        let sent = sent.body(Bytes::from_owner(request.body.clone())).timeout(patience);
        let answer = sent.send().map_err(|fault| broken(&fault, &host))?;
        read(answer, request.answer_limit_bytes, deadline)
            .map_err(|why| Broken::AfterSending(format!("the answer of {host} {why}")))
    }
}

/// Says what became of a request that has no answer. Only where no connection was made has nothing been sent.
fn broken(fault: &reqwest::Error, host: &str) -> Broken {
    let in_time = |why: &str| if fault.is_timeout() { format!("{why} in time") } else { innermost(fault) };
    if fault.is_connect() || fault.is_builder() {
        Broken::BeforeSending(format!("no connection to {host}: {}", in_time("none was made")))
    } else {
        Broken::AfterSending(format!("no answer from {host}: {}", in_time("none came")))
    }
}

/// Returns the words of the innermost cause. The outer ones repeat the request's address.
fn innermost(fault: &(dyn Error + 'static)) -> String {
    let mut words = None;
    let mut next = fault.source();
    while let Some(cause) = next {
        words = Some(cause);
        next = cause.source();
    }
    words.map_or_else(|| "it broke off".to_owned(), ToString::to_string)
}

/// Reads an answer to its end, its limit or its deadline.
fn read(mut answer: Answer, limit_bytes: usize, deadline: Instant) -> Result<Response, String> {
    let too_long = || format!("is longer than {limit_bytes} bytes");
    if answer.content_length().is_some_and(|bytes| bytes > limit_bytes as u64) {
        return Err(too_long());
    }
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = Zeroizing::new(Vec::new());
    let mut piece = Zeroizing::new([0; PIECE_BYTES]);
    loop {
        let many =
            answer.read(piece.as_mut()).map_err(|fault| format!("broke off: {}", innermost(&fault)))?;
        let Some(read) = piece.get(..many).filter(|read| !read.is_empty()) else {
            return Ok(Response { status, headers, body });
        };
        if body.len() + many > limit_bytes {
            return Err(too_long());
        }
        if instant() > deadline {
            return Err("did not end in time".to_owned());
        }
        append(&mut body, read);
    }
}

/// Appends to bytes that are wiped, also where they must move to make room.
fn append(body: &mut Zeroizing<Vec<u8>>, piece: &[u8]) {
    if body.capacity() - body.len() < piece.len() {
        let mut roomier =
            Zeroizing::new(Vec::with_capacity((2 * body.capacity()).max(body.len() + PIECE_BYTES)));
        roomier.extend_from_slice(body);
        *body = roomier;
    }
    body.extend_from_slice(piece);
}

fn method(method: Method) -> Result<reqwest::Method, Broken> {
    match method {
        Method::Get => Ok(reqwest::Method::GET),
        Method::Post => Ok(reqwest::Method::POST),
        Method::Put => Ok(reqwest::Method::PUT),
        Method::Delete => Ok(reqwest::Method::DELETE),
        Method::Report | Method::Propfind => reqwest::Method::from_bytes(method.to_string().as_bytes())
            .map_err(|_| Broken::BeforeSending(format!("the method {method} cannot be sent"))),
    }
}

fn builder() -> ClientBuilder {
    // Whoever was first has set it; it is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
        .user_agent(concat!("kalends/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
}
