//! The wire: requests as they leave this machine.
//!
//! One request is sent once: nothing is repeated, no redirection is followed, and a request that publishes never
//! goes over a connection that another one has used. An answer is read up to its limit and its time, no further.
//! An address out of somebody's post ([`Reach::Stranger`]) leads to no private network: the addresses that a name
//! stands for are looked at where the connection is made, so that nothing can change between.

use std::error::Error;
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, ClientBuilder, Response as Answer};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use zeroize::Zeroizing;

use crate::http::{Broken, Effect, Http, Method, Reach, Request, Response};
use crate::rim::clock::instant;
use crate::rim::shelf::Shelf;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// Tells whether an address may be reached for a stranger's sake.
pub type Gate = fn(IpAddr) -> bool;

/// The network, and the shelf behind `feed:`.
pub struct Wire {
    shelf: Shelf,
    gate: Gate,
    reader: OnceLock<Result<Client, String>>,
    sender: OnceLock<Result<Client, String>>,
    stranger: OnceLock<Result<Client, String>>,
}

impl Wire {
    /// Returns a network over a shelf. Nothing is opened before it is used.
    pub fn new(shelf: Shelf) -> Wire {
        Wire::gated(shelf, is_public)
    }

    /// Returns a network with another rule for strangers' addresses.
    pub fn gated(shelf: Shelf, gate: Gate) -> Wire {
        let (reader, sender, stranger) = Default::default();
        Wire { shelf, gate, reader, sender, stranger }
    }

    fn client(&self, request: &Request) -> Result<&Client, Broken> {
        let client = match (request.reach, request.effect) {
            (Reach::Stranger, _) => self.stranger.get_or_init(|| {
                let resolver = Arc::new(Guarded { gate: self.gate });
                build(builder().no_proxy().pool_max_idle_per_host(0).dns_resolver(resolver))
            }),
            (Reach::Named, Effect::Publishes) => {
                self.sender.get_or_init(|| build(builder().pool_max_idle_per_host(0)))
            }
            (Reach::Named, _) => self.reader.get_or_init(|| build(builder())),
        };
        client.as_ref().map_err(|why| Broken::BeforeSending(why.clone()))
    }
}

impl Http for Wire {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        if request.url.starts_with("feed:") {
            return self.shelf.send(request);
        }
        if request.reach == Reach::Stranger {
            refuse_literal(&request.url, self.gate)?;
        }
        let deadline = instant() + request.patience.to_std().unwrap_or_default();
        let mut sent = self.client(request)?.request(method(request.method), &request.url);
        for (name, value) in &request.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value)
                .map_err(|_| Broken::BeforeSending(format!("the header {name} cannot be sent")))?;
            value.set_sensitive(true);
            sent = sent.header(name, value);
        }
        let sent = sent.body(request.body.to_vec()).timeout(request.patience.to_std().unwrap_or_default());
        let answer = sent.send().map_err(|fault| broken(&fault))?;
        read(answer, request.answer_limit_bytes, deadline)
    }
}

/// Says what came over a connection, or why nothing did.
fn broken(fault: &reqwest::Error) -> Broken {
    let mut why = if fault.is_timeout() { "no answer in time".to_owned() } else { String::new() };
    let mut cause = fault.source();
    while let Some(next) = cause {
        if next.source().is_none() && why.is_empty() {
            why = next.to_string();
        }
        cause = next.source();
    }
    if why.is_empty() {
        why = fault.to_string();
    }
    if fault.is_connect() || fault.is_builder() {
        Broken::BeforeSending(format!("no connection: {why}"))
    } else {
        Broken::AfterSending(why)
    }
}

/// Reads an answer to its end, its limit or its deadline.
fn read(mut answer: Answer, limit_bytes: usize, deadline: Instant) -> Result<Response, Broken> {
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = Zeroizing::new(Vec::new());
    let mut piece = Zeroizing::new([0; 16 << 10]);
    loop {
        let many = answer
            .read(piece.as_mut())
            .map_err(|fault| Broken::AfterSending(format!("the answer broke off: {fault}")))?;
        let Some(read) = piece.get(..many).filter(|read| !read.is_empty()) else {
            return Ok(Response { status, headers, body });
        };
        if body.len() + many > limit_bytes {
            return Err(Broken::AfterSending(format!("the answer is longer than {limit_bytes} bytes")));
        }
        if instant() > deadline {
            return Err(Broken::AfterSending("the answer did not end in time".to_owned()));
        }
        body.extend_from_slice(read);
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
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
        .connect_timeout(CONNECT)
}

fn build(builder: ClientBuilder) -> Result<Client, String> {
    builder.build().map_err(|fault| format!("the network cannot be used: {fault}"))
}

/// A resolver that gives only addresses that the gate lets through.
struct Guarded {
    gate: Gate,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = self.gate;
        Box::pin(async move {
            let found: Vec<SocketAddr> = (name.as_str(), 0).to_socket_addrs()?.collect();
            if let Some(private) = found.iter().find(|address| !gate(address.ip())) {
                return Err(format!("{} is {}, a private address", name.as_str(), private.ip()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Refuses an address that is written as numbers and is not public.
fn refuse_literal(url: &str, gate: Gate) -> Result<(), Broken> {
    let url = reqwest::Url::parse(url).map_err(|fault| Broken::BeforeSending(fault.to_string()))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) if !gate(address) => {
            Err(Broken::BeforeSending(format!("{address} is a private address")))
        }
        _ => Ok(()),
    }
}

/// Tells whether an address is one of the public network's (IANA's registries of special-purpose addresses).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                return is_public(IpAddr::V4(v4));
            }
            let [a, b, c, d, e, f, g, h] = v6.segments();
            let embedded = |high: u16, low: u16| {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                is_public(IpAddr::from([a, b, c, d]))
            };
            match (a, b) {
                // NAT64 and 6to4 carry an address of the old network.
                (0x64, 0xff9b) => (c, d, e, f) == (0, 0, 0, 0) && embedded(g, h),
                (0x2002, _) => embedded(b, c),
                (0x2001, 0) | (0x2001, 0xdb8) => false,
                _ => (a & 0xe000) == 0x2000,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn only_addresses_of_the_public_network_are_public() {
        for public in
            ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2002:5db8:d822::1", "64:ff9b::5db8:d822"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::1",
            "::ffff:169.254.169.254",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }
}
