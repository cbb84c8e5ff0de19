//! A proxy that stands before a server, counts the requests that come, and breaks one of them.
//!
//! It is that server's public name: where the server speaks of itself, the proxy's port stands instead of the
//! server's own, and the other way round, so that whoever talks to it is led back to it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::SockRef;

/// What is done to a request, and to its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset before the server has the request.
    DropRequest,
    /// The server does its work, and the connection is reset in place of its answer.
    DropResponse,
    /// The server does its work, and nothing comes back for so long; then the connection is reset.
    Hang(Duration),
    /// The server does its work, and its answer comes so much later.
    Slow(Duration),
    /// The server does its work, and its answer breaks off in the middle.
    Truncate,
    /// The server never hears of it, and something else answers.
    Answer(Canned),
    /// The client is killed before the server has the request.
    KillBefore,
    /// The server does its work, and the client is killed before it has the answer.
    KillAfter,
}

/// An answer that no server gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canned {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A request that came by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    pub path: String,
    /// Whether the server had it.
    pub reached: bool,
    /// What the server answered; 0 where it had nothing to answer.
    pub status: u16,
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    /// The number of the request to break, from 0, and how.
    armed: Option<(usize, Fault)>,
    /// The client, once it runs.
    client: Option<u32>,
}

/// A proxy. It ends when it is dropped.
pub struct Proxy {
    pub port: u16,
    pub url: String,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Stands before the server that listens on this port.
    pub fn before(upstream: u16) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, ended) = (Arc::<Mutex<State>>::default(), Arc::<AtomicBool>::default());
        let own = (Arc::clone(&state), Arc::clone(&ended));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if own.1.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), state) = (stream, Arc::clone(&own.0)) else { continue };
                // A client that goes away is what this is for.
                std::thread::spawn(move || drop(Talk { port, upstream, state }.serve(stream)));
            }
        });
        Proxy { port, url: format!("http://localhost:{port}"), state, ended }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was seen, and breaks the request of this number from now on, from 0; or none.
    pub fn arm(&self, fault: Option<(usize, Fault)>) {
        *self.state() = State { armed: fault, ..State::default() };
    }

    /// Says who the client is, that it can be killed.
    pub fn client(&self, pid: u32) {
        self.state().client = Some(pid);
    }

    /// Returns what came by since it was armed.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

/// A request or an answer, whole.
struct Message {
    first: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Message {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Reads one, or nothing where the other side has no more to say. `closes` tells that an answer without a length
    /// ends with its connection.
    fn read(from: &mut impl BufRead, closes: bool) -> std::io::Result<Option<Message>> {
        let mut line = || -> std::io::Result<String> {
            let mut line = String::new();
            from.read_line(&mut line)?;
            Ok(line.trim_end().to_owned())
        };
        let first = line()?;
        if first.is_empty() {
            return Ok(None);
        }
        let mut headers = Vec::new();
        loop {
            let header = line()?;
            let Some((name, value)) = header.split_once(':') else { break };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut message = Message { first, headers, body: Vec::new() };
        let bare = closes && [" 204 ", " 304 "].iter().any(|status| message.first.contains(status));
        if message.header("transfer-encoding").is_some_and(|encoding| encoding.contains("chunked")) {
            message.body = read_chunks(from)?;
        } else if let Some(length) = message.header("content-length") {
            message.body = vec![0; length.parse().map_err(std::io::Error::other)?];
            from.read_exact(&mut message.body)?;
        } else if closes && !bare {
            from.read_to_end(&mut message.body)?;
        }
        Ok(Some(message))
    }

    /// Puts one server's port in place of another's, wherever its name stands.
    fn rename(&mut self, from: u16, to: u16) {
        let renamed = |text: &str| {
            let text = text.replace(&format!("localhost:{from}"), &format!("localhost:{to}"));
            text.replace(&format!("localhost%3A{from}"), &format!("localhost%3A{to}"))
        };
        self.headers.iter_mut().for_each(|(_, value)| *value = renamed(value));
        let plain = ["json", "text", "urlencoded", "xml"];
        let is_text =
            self.header("content-type").is_some_and(|kind| plain.iter().any(|plain| kind.contains(plain)));
        if let (true, Ok(text)) = (is_text, std::str::from_utf8(&self.body)) {
            self.body = renamed(text).into_bytes();
        }
    }

    fn written(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.first).into_bytes();
        let framing = ["content-length", "transfer-encoding", "connection"];
        for (name, value) in
            self.headers.iter().filter(|(name, _)| !framing.contains(&name.to_ascii_lowercase().as_str()))
        {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).bytes());
        bytes.extend(&self.body);
        bytes
    }
}

fn read_chunks(from: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        from.read_line(&mut size)?;
        let size = size.trim().split(';').next().unwrap_or_default().to_owned();
        let size = usize::from_str_radix(&size, 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; size + 2];
        from.read_exact(&mut chunk)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend(chunk.get(..size).unwrap_or_default());
    }
}

/// The title of the page that is shown at `/page/`.
pub const PAGE_TITLE: &str = "Doors open at ten";

/// Returns the page, or its picture, where that is asked for.
fn page(request: &Message) -> Option<Message> {
    let path = request.first.split(' ').nth(1)?.strip_prefix("/page/")?;
    let (kind, body) = match path {
        "poster.png" => ("image/png", crate::calendar::picture("2026/harbour-dawn.png")),
        _ => (
            "text/html",
            format!(
                "<!doctype html><title>Other</title><meta property=\"og:title\" content=\"{PAGE_TITLE}\">\
                 <meta property=\"og:image\" content=\"poster.png\"><p>Bring a child."
            )
            .into_bytes(),
        ),
    };
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    Some(Message { first: "HTTP/1.1 200 OK".to_owned(), headers, body })
}

/// One connection's talk.
struct Talk {
    port: u16,
    upstream: u16,
    state: Arc<Mutex<State>>,
}

impl Talk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, client: TcpStream) -> std::io::Result<()> {
        client.set_nodelay(true)?;
        let mut from = BufReader::new(client.try_clone()?);
        while let Some(request) = Message::read(&mut from, false)? {
            let (number, fault) = self.note(&request);
            if !self.answer(&client, request, number, fault)? {
                SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
                return client.shutdown(std::net::Shutdown::Both);
            }
        }
        Ok(())
    }

    /// Counts a request; returns its number, and what is to be done to it.
    fn note(&self, request: &Message) -> (usize, Option<Fault>) {
        let mut words = request.first.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut state = self.state();
        let number = state.seen.len();
        state.seen.push(Seen { method, path, reached: false, status: 0 });
        let fault =
            state.armed.as_ref().filter(|(armed, _)| *armed == number).map(|(_, fault)| fault.clone());
        (number, fault)
    }

    /// Answers a request, or returns that the connection is to be reset.
    fn answer(
        &self,
        mut client: &TcpStream,
        request: Message,
        number: usize,
        fault: Option<Fault>,
    ) -> std::io::Result<bool> {
        match &fault {
            Some(Fault::DropRequest) => return Ok(false),
            Some(Fault::KillBefore) => {
                self.kill();
                return Ok(false);
            }
            Some(Fault::Answer(canned)) => {
                let headers =
                    canned.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                let first = format!("HTTP/1.1 {} Canned", canned.status);
                client.write_all(
                    &Message { first, headers, body: canned.body.clone().into_bytes() }.written(),
                )?;
                return Ok(true);
            }
            _ => {}
        }
        let answer = self.forward(request, number)?;
        let mut written = answer.written();
        match fault {
            Some(Fault::KillAfter) => {
                self.kill();
                return Ok(false);
            }
            Some(Fault::DropResponse) => return Ok(false),
            Some(Fault::Hang(span)) => {
                std::thread::sleep(span);
                return Ok(false);
            }
            Some(Fault::Slow(span)) => std::thread::sleep(span),
            Some(Fault::Truncate) => {
                written.truncate(written.len() - answer.body.len().div_ceil(2));
                client.write_all(&written)?;
                return Ok(false);
            }
            _ => {}
        }
        client.write_all(&written)?;
        Ok(true)
    }

    /// Notes that a request had its answer.
    fn reached(&self, number: usize, status: u16) {
        if let Some(seen) = self.state().seen.get_mut(number) {
            (seen.reached, seen.status) = (true, status);
        }
    }

    /// Lets the server answer, or shows the page.
    fn forward(&self, mut request: Message, number: usize) -> std::io::Result<Message> {
        if let Some(page) = page(&request) {
            self.reached(number, 200);
            return Ok(page);
        }
        request.rename(self.port, self.upstream);
        let mut server = TcpStream::connect(("127.0.0.1", self.upstream))?;
        let mut bytes = request.written();
        // A connection for each request, so that nobody waits for one that went away.
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_default() + 2;
        bytes.splice(end..end, b"connection: close\r\n".iter().copied());
        server.write_all(&bytes)?;
        let answer = Message::read(&mut BufReader::new(server), true)?;
        let mut answer = answer.ok_or_else(|| std::io::Error::other("the server said nothing"))?;
        let status =
            answer.first.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        self.reached(number, status);
        answer.rename(self.upstream, self.port);
        Ok(answer)
    }

    /// Kills the client, for good, and waits until it is no more.
    fn kill(&self) {
        let pid = loop {
            if let Some(pid) = self.state().client {
                break pid;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each request with its number and its own name, and counts.
    fn server() -> (u16, Arc<Mutex<usize>>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (port, count) = (listener.local_addr().unwrap().port(), Arc::<Mutex<usize>>::default());
        let own = Arc::clone(&count);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let request = Message::read(&mut BufReader::new(&stream), false).unwrap().unwrap();
                let mut count = own.lock().unwrap();
                *count += 1;
                let body = format!(
                    "{count} http://localhost:{port} {}",
                    request.header("host").unwrap().replace(':', " ")
                );
                let headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
                let first = "HTTP/1.1 200 OK".to_owned();
                (&stream).write_all(&Message { first, headers, body: body.into_bytes() }.written()).unwrap();
            }
        });
        (port, count)
    }

    #[test]
    fn the_one_request_is_broken_and_no_other() {
        let (upstream, count) = server();
        let proxy = Proxy::before(upstream);
        let ask = || {
            let (status, body) = crate::servers::get(&format!("{}/x", proxy.url), "");
            (status, String::from_utf8(body).unwrap())
        };
        let asked = |fault: Option<Fault>| {
            *count.lock().unwrap() = 0;
            proxy.arm(fault.map(|fault| (1, fault)));
            let statuses = [ask().0, ask().0, ask().0];
            (statuses, *count.lock().unwrap())
        };
        assert_eq!(ask(), (200, format!("1 {} localhost {upstream}", proxy.url)), "names are put right");
        assert_eq!(asked(None), ([200, 200, 200], 3));
        assert_eq!(asked(Some(Fault::DropRequest)), ([200, 0, 200], 2));
        assert_eq!(asked(Some(Fault::DropResponse)), ([200, 0, 200], 3));
        assert_eq!(asked(Some(Fault::Truncate)), ([200, 0, 200], 3));
        assert_eq!(asked(Some(Fault::Hang(Duration::from_millis(50)))), ([200, 0, 200], 3));
        assert_eq!(asked(Some(Fault::Slow(Duration::from_millis(50)))), ([200, 200, 200], 3));
        let canned = Canned { status: 503, headers: vec![], body: "away".to_owned() };
        assert_eq!(asked(Some(Fault::Answer(canned))), ([200, 503, 200], 2));
        let reached: Vec<(bool, u16)> = proxy.seen().iter().map(|seen| (seen.reached, seen.status)).collect();
        assert_eq!(reached, [(true, 200), (false, 0), (true, 200)]);
    }

    #[test]
    fn a_client_is_killed_before_or_after_the_server_has_its_request() {
        let Some(curl) = crate::servers::program("curl", "curl") else { return };
        for (fault, served) in [(Fault::KillBefore, 0), (Fault::KillAfter, 1)] {
            let (upstream, count) = server();
            let proxy = Proxy::before(upstream);
            proxy.arm(Some((0, fault)));
            let mut client = std::process::Command::new(&curl).args(["-s", &proxy.url]).spawn().unwrap();
            proxy.client(client.id());
            let ended = client.wait().unwrap();
            assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9));
            assert_eq!(*count.lock().unwrap(), served);
        }
    }
}
