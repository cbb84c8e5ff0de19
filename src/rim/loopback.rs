//! A door for one visitor: the redirection that brings a code from the browser on this machine (RFC 8252 §7.3).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::keyring;
use crate::rim::clock::{instant, pause};

/// The most bytes of a request that are read.
const REQUEST_BYTES_MAX: usize = 8 << 10;

/// How long one visitor may take to say what it wants.
const VISIT: Duration = Duration::from_secs(2);

/// How often somebody is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// An open address of 127.0.0.1, which nobody else on the network can reach.
pub struct Loopback {
    listener: TcpListener,
    port: u16,
}

/// Why no code came.
#[derive(Debug)]
pub enum Missed {
    /// The server said no, and why.
    Denied(String),
    /// Nobody came in time.
    TooLate,
    /// The door broke.
    Broken(io::Error),
}

impl Loopback {
    /// Opens a door on a free port.
    pub fn open() -> io::Result<Loopback> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Loopback { listener, port })
    }

    /// Returns where the server sends the browser.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Waits for the one redirection that bears this state, and closes the door. Whoever comes without it is sent away.
    pub fn code(self, state: &str, within: Duration) -> Result<SecretString, Missed> {
        let began = instant();
        while began.elapsed() < within {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    // A visitor that goes away is no reason to close.
                    if let Ok(Some(answer)) = receive(stream, state) {
                        return answer;
                    }
                }
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => pause(LOOK),
                Err(fault) => return Err(Missed::Broken(fault)),
            }
        }
        Err(Missed::TooLate)
    }
}

/// Reads what a visitor wants and answers; returns what it brought, if it is the one.
fn receive(mut stream: TcpStream, state: &str) -> io::Result<Option<Result<SecretString, Missed>>> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(VISIT))?;
    stream.set_write_timeout(Some(VISIT))?;
    let began = instant();
    let mut request = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES_MAX));
    let mut piece = Zeroizing::new([0; 1024]);
    while !request.ends_with(b"\r\n\r\n") {
        let many = stream.read(piece.as_mut())?;
        if many == 0 || request.len() + many > REQUEST_BYTES_MAX || began.elapsed() > VISIT {
            return Ok(None);
        }
        request.extend_from_slice(piece.get(..many).unwrap_or_default());
    }
    let brought = std::str::from_utf8(&request).ok().and_then(|request| read(request, state));
    let (status, words) = match &brought {
        Some(Ok(_)) => ("200 OK", "kalends has the code. You can close this page."),
        Some(Err(_)) => ("200 OK", "The server did not let kalends in. You can close this page."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!("<!doctype html><meta charset=\"utf-8\"><title>kalends</title><p>{words}</p>\n");
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: \
         no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // The code is here, whether or not the browser hears so.
    drop(stream.write_all(answer.as_bytes()).and_then(|()| stream.flush()));
    Ok(brought)
}

/// Reads the code, or the server's no, in a redirection that bears the state; nothing in any other request.
fn read(request: &str, state: &str) -> Option<Result<SecretString, Missed>> {
    let target = request.strip_prefix("GET ")?.split(' ').next()?;
    let query = target.strip_prefix("/?")?;
    let field = |name: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
    };
    if field("state")? != state {
        return None;
    }
    if let Some(error) = field("error") {
        let why = field("error_description").unwrap_or(error);
        return Some(Err(Missed::Denied(why.chars().take(300).collect())));
    }
    let code = field("code").filter(|code| !code.is_empty())?;
    Some(Ok(keyring::secret(&code)))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use secrecy::ExposeSecret;

    use super::*;

    fn visit(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        answer
    }

    #[test]
    fn only_the_redirection_with_the_state_is_heard() {
        let door = Loopback::open().unwrap();
        let (address, port) = (door.address(), door.port);
        assert_eq!(address, format!("http://127.0.0.1:{port}/"));
        let visitors = thread::spawn(move || {
            for wrong in [
                "GET /favicon.ico HTTP/1.1\r\n\r\n",
                "GET /?code=evil&state=other HTTP/1.1\r\n\r\n",
                "GET /?code=evil HTTP/1.1\r\n\r\n",
                "GET /?state=st HTTP/1.1\r\n\r\n",
                "POST /?code=evil&state=st HTTP/1.1\r\n\r\n",
            ] {
                assert!(visit(port, wrong).starts_with("HTTP/1.1 404"), "{wrong}");
            }
            let long = format!("GET /?{} HTTP/1.1\r\n\r\n", "x".repeat(REQUEST_BYTES_MAX));
            assert_eq!(visit(port, &long), "");
            visit(port, "GET /?code=a%2Bb&state=st HTTP/1.1\r\nHost: x\r\n\r\n")
        });
        let code = door.code("st", Duration::from_secs(20)).unwrap();
        assert_eq!(code.expose_secret(), "a+b");
        let page = visitors.join().unwrap();
        assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("You can close this page"), "{page}");
    }

    #[test]
    fn a_no_is_told_and_nobody_is_waited_for_in_vain() {
        let door = Loopback::open().unwrap();
        let port = door.port;
        let visitor = thread::spawn(move || {
            visit(
                port,
                "GET /?error=access_denied&error_description=The+owner+said+no&state=st HTTP/1.1\r\n\r\n",
            )
        });
        let missed = door.code("st", Duration::from_secs(20)).unwrap_err();
        assert!(matches!(&missed, Missed::Denied(why) if why == "The owner said no"), "{missed:?}");
        visitor.join().unwrap();
        let door = Loopback::open().unwrap();
        assert!(matches!(door.code("st", Duration::from_millis(50)), Err(Missed::TooLate)));
    }
}
