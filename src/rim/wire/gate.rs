//! Which addresses are asked at all, and which a stranger may lead us to.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::thread;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::http::{Broken, Reach, Request};

/// Tells whether an address may be reached for a stranger's sake.
pub type Gate = fn(IpAddr) -> bool;

/// Names that no public network knows (RFC 6761, RFC 6762, RFC 8375, and custom).
const LOCAL_NAMES: &[&str] = &[".localhost", ".local", ".test", ".internal", ".lan", ".home.arpa"];

/// Reads a request's address, and refuses it where it must not be asked: it is none of the web, it carries a name and
/// a password, it would show a secret to everybody on the way, or it leads a stranger behind the gate.
///
/// Numbers are numbers however they are written: `http://2130706433/` is read as `127.0.0.1` here and by what connects.
pub(super) fn admit(request: &Request, gate: Gate) -> Result<Url, Broken> {
    let refuse = |why: String| Err(Broken::BeforeSending(why));
    let url = match Url::parse(&request.url) {
        Ok(url) => url,
        Err(fault) => return refuse(format!("the address cannot be read: {fault}")),
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let literal = host.parse::<IpAddr>().ok();
    if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
        return refuse("the address is none of the web".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(format!("the address of {host} has a name or a password in it"));
    }
    if let Some(private) = literal.filter(|address| request.reach == Reach::Stranger && !gate(*address)) {
        return refuse(format!("{private} is a private address"));
    }
    let is_far = literal.map_or_else(|| is_far_name(host), is_public);
    if url.scheme() == "http" && is_far && !request.secrets.is_empty() {
        return refuse(format!(
            "a secret for {host} would be seen by everybody on the way: its address must begin with https://"
        ));
    }
    Ok(url)
}

/// Tells whether a name may be one of the public network's.
fn is_far_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.contains('.') && !LOCAL_NAMES.iter().any(|end| host.ends_with(end))
}

/// A resolver that gives only addresses that the gate lets through, if there is a gate.
///
/// The system's own resolver cannot be interrupted. It runs in a thread of its own, which nobody waits for once
/// patience ends, not even when the program does.
pub(super) struct Resolver {
    pub(super) gate: Option<Gate>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = self.gate;
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let asked = name.as_str().to_owned();
            let look = move || {
                // Whoever gave up waiting needs no answer.
                drop(tell.send((asked.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
            };
            thread::Builder::new().name("resolver".to_owned()).spawn(look)?;
            let found: Vec<SocketAddr> = told.await??;
            let private = found.iter().find(|address| gate.is_some_and(|gate| !gate(address.ip())));
            if let Some(private) = private {
                return Err(format!("{} is {}, a private address", name.as_str(), private.ip()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
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
                // Protocols' own (Teredo, ORCHID, benchmarks), and documentation.
                (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
                _ => (a & 0xe000) == 0x2000,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Effect, Method};

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
            "2001::1",
            "2001:20::1",
            "3fff:1::1",
            "64:ff9b:1::7f00:1",
            "100::1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::1",
            "::ffff:169.254.169.254",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    fn admitted(request: Request) -> Result<Url, String> {
        admit(&request, is_public).map_err(|broken| match broken {
            Broken::BeforeSending(why) => why,
            Broken::AfterSending(why) => panic!("something was sent: {why}"),
        })
    }

    fn get(url: &str) -> Request {
        Request::new(Effect::Reads, Method::Get, url)
    }

    #[test]
    fn a_strangers_address_leads_to_no_private_network_however_it_is_written() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.01/",
            "http://0x7f000001/",
            "http://127.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://①②⑦.⓪.⓪.①/",
            "http://0/",
            "https://[64:ff9b::10.0.0.1]/",
        ] {
            let request = Request { reach: Reach::Stranger, ..get(url) };
            assert!(admitted(request).unwrap_err().contains("private address"), "{url}");
            assert!(admitted(get(url)).is_ok(), "{url} may be named");
        }
    }

    #[test]
    fn what_is_no_plain_web_address_is_not_asked() {
        for url in [
            "ftp://a.example/",
            "file:///etc/passwd",
            "//a.example/",
            "http://",
            "gopher://a.example:70/",
            "data:text/plain,x",
            "https://ada:hunter2@a.example/",
            "https://token@a.example/",
            "https://a.example@127.0.0.1/",
        ] {
            for reach in [Reach::Named, Reach::Stranger] {
                let why = admitted(Request { reach, ..get(url) }).unwrap_err();
                assert!(!why.contains("hunter2") && !why.contains("token"), "{why}");
            }
        }
    }

    #[test]
    fn a_secret_goes_over_the_public_network_encrypted_or_not_at_all() {
        let secret = |url: &str| admitted(get(url).bearer("t0ken"));
        for open in ["http://social.example/api", "http://93.184.216.34/", "http://[2606:4700::1111]/"] {
            assert!(secret(open).unwrap_err().contains("https://"), "{open}");
        }
        for fine in [
            "https://social.example/",
            "http://localhost:3000/",
            "http://127.0.0.1:3000/",
            "http://[::1]:3000/",
            "http://192.168.1.4/",
            "http://mastodon:3000/",
            "http://pds.test/",
            "http://a.localhost/",
        ] {
            assert!(secret(fine).is_ok(), "{fine}");
        }
        assert!(admitted(get("http://social.example/")).is_ok(), "without a secret");
    }
}
