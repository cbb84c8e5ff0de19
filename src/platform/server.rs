//! What the adapters of networks share: a server's address and clock, and failures that say whose they are.

use chrono::{DateTime, Utc};

use crate::http::{Failure, Response, SKEW};

/// A server's address without its last slash, and the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The address, such as `https://museum.example`.
    pub url: String,
    /// The host, with its port where it has one.
    pub host: String,
}

impl Base {
    /// Reads a server's address. A token goes over `http://` to this machine itself only.
    pub fn of(server: &str) -> Result<Base, String> {
        let url = server.trim().trim_end_matches('/');
        let (scheme, rest) = url.split_once("://").ok_or("its address does not begin with https://")?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        let is_here = name == "localhost"
            || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        match scheme.to_ascii_lowercase().as_str() {
            _ if host.is_empty() || host.contains('@') => Err("its address names no host".to_owned()),
            "https" => Ok(Base { url: format!("https://{}{}", host, path(rest, &host)), host }),
            "http" if is_here => Ok(Base { url: format!("http://{}{}", host, path(rest, &host)), host }),
            "http" => {
                Err("its address begins with http://, and a token sent so is read on the way".to_owned())
            }
            _ => Err("its address does not begin with https://".to_owned()),
        }
    }

    /// Fails where the server's clock, in an answer to what was asked at a moment, is too far from ours (RELIABILITY §1.3).
    pub fn same_time(
        &self,
        asked_at: DateTime<Utc>,
        now: DateTime<Utc>,
        answer: &Response,
    ) -> Result<(), Failure> {
        let apart = answer.apart(asked_at, now).unwrap_or_default();
        if apart <= SKEW {
            return Ok(());
        }
        let (seconds, host) = (apart.num_seconds(), &self.host);
        Err(unsent(format!(
            "the clocks of this machine and of {host} are {seconds} s apart, so nothing is sent: set the wrong one"
        )))
    }
}

/// Returns what follows the host in an address.
fn path<'a>(rest: &'a str, host: &str) -> &'a str {
    rest.get(host.len()..).unwrap_or_default()
}

/// Says which server a failure is of.
pub fn at(host: &str, failure: Failure) -> Failure {
    match failure {
        Failure::Unsent { why, retry_after } => {
            Failure::Unsent { why: format!("{host}: {why}"), retry_after }
        }
        Failure::Refused { status, code, why } => {
            Failure::Refused { status, code, why: format!("{host}: {why}") }
        }
        Failure::Doubtful { why } => Failure::Doubtful { why: format!("{host}: {why}") },
    }
}

/// Returns the failure of something that was not sent.
pub fn unsent(why: String) -> Failure {
    Failure::Unsent { why, retry_after: None }
}

/// Returns the failure of something that was refused, without a code.
pub fn refused(status: u16, why: String) -> Failure {
    Failure::Refused { status, code: String::new(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_a_line_that_nobody_reads() {
        let base = |server| Base::of(server).map(|base| base.url);
        assert_eq!(base("https://Museum.example/"), Ok("https://museum.example".to_owned()));
        assert_eq!(base("http://127.0.0.1:8101"), Ok("http://127.0.0.1:8101".to_owned()));
        assert_eq!(base("http://[::1]:8101"), Ok("http://[::1]:8101".to_owned()));
        assert_eq!(base("http://localhost:8101/sub/"), Ok("http://localhost:8101/sub".to_owned()));
        for server in [
            "http://museum.example",
            "museum.example",
            "ftp://museum.example",
            "https://",
            "https://museum.example@evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(base(server).is_err(), "{server}");
        }
    }
}
