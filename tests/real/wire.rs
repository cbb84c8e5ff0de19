//! The wire against servers that mean harm, or are broken.
//!
//! What depends on the environment (whom to trust, which proxy to use) and on the memory of a whole process is asked in
//! a child: this test program again, which runs [`the_child`] alone.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use kalends::http::{Broken, Effect, Failure, Http as _, Method, Reach, Request, exchange};
use kalends::rim::shelf::Shelf;
use kalends::rim::wire::{Wire, is_public};
use serde_json::{Value, json};

use crate::servers;

const TOKEN: &str = "SECRETtoken0123456789";

/// A server of raw bytes.
pub struct Server {
    pub port: u16,
    /// How many connections were made.
    connections: Arc<AtomicUsize>,
    /// The heads of the requests that came, whole.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server; each connection is one call, with the connection's number from 0.
    pub fn start(host: &str, serve: impl Fn(&mut Talk, usize) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, heads) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
        let server = Server { port, connections: Arc::clone(&connections), heads: Arc::clone(&heads) };
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                let mut talk = Talk { stream: stream.unwrap(), heads: Arc::clone(&heads) };
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(&mut talk, number));
            }
        });
        server
    }

    /// Starts a server that reads a request and answers with these bytes, then closes.
    fn says(answer: impl Into<Vec<u8>>) -> Server {
        let answer = answer.into();
        Server::start("127.0.0.1", move |talk, _| {
            talk.hear();
            talk.say(&answer);
        })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// One connection.
pub struct Talk {
    stream: TcpStream,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Talk {
    /// Reads a request, head and body; false where none comes.
    fn hear(&mut self) -> bool {
        self.heard().is_some()
    }

    /// Reads a request: its head, and all of it.
    pub fn heard(&mut self) -> Option<(String, String)> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match self.stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return None,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.to_ascii_lowercase().lines().find_map(|line| {
            line.strip_prefix("content-length:").map(|length| length.trim().parse::<usize>().unwrap())
        });
        let mut body = vec![0; length.unwrap_or_default()];
        self.stream.read_exact(&mut body).unwrap();
        self.heads.lock().unwrap().push(head.clone());
        let all = format!("{head}{}", String::from_utf8_lossy(&body));
        Some((head, all))
    }

    /// Says something, as far as anybody listens.
    pub fn say(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }
}

fn wire() -> Wire {
    Wire::new(Shelf { root: servers::folder("wire") })
}

fn request(effect: Effect, url: &str) -> Request {
    let method = if effect == Effect::Reads { Method::Get } else { Method::Post };
    let request = Request::new(effect, method, url).bearer(TOKEN).body("{}");
    Request { patience: TimeDelta::seconds(3), ..request }
}

fn publish(url: &str) -> Result<u16, Failure> {
    exchange(&wire(), &request(Effect::Publishes, url)).map(|response| response.status)
}

fn read(url: &str) -> Result<u16, Failure> {
    exchange(&wire(), &request(Effect::Reads, url)).map(|response| response.status)
}

fn stranger(url: &str) -> Request {
    Request {
        reach: Reach::Stranger,
        patience: TimeDelta::seconds(3),
        ..Request::new(Effect::Reads, Method::Get, url)
    }
}

fn why(failure: &Failure) -> &str {
    match failure {
        Failure::Unsent { why, .. } | Failure::Refused { why, .. } | Failure::Doubtful { why } => why,
    }
}

/// Insists that a failure leaves a publication in doubt and nothing else, and tells no secret.
fn is_doubt_for_publications_only(what: &str, server: &Server) {
    let failure = publish(&server.url()).unwrap_err();
    assert!(matches!(failure, Failure::Doubtful { .. }), "{what}: {failure:?}");
    assert_eq!(server.heads().len(), 1, "{what}: it was sent once");
    let unsent = read(&server.url()).unwrap_err();
    assert!(matches!(unsent, Failure::Unsent { .. }), "{what}: {unsent:?}");
    for failure in [failure, unsent] {
        assert!(!why(&failure).contains("SECRET"), "{what}: {failure:?}");
        assert!(why(&failure).contains("127.0.0.1"), "{what}: {failure:?}");
    }
}

#[test]
fn an_answer_that_is_none_is_a_doubt_for_what_publishes() {
    let long_line = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(2 << 20));
    let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(100_000));
    let preambles = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    for (what, answer) in [
        ("nothing", ""),
        ("a garbage status line", "ICY 200 OK\r\n\r\n"),
        ("noise", "\u{0}\u{1}\u{2}\u{ff}\u{fe}\r\n\r\n"),
        ("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
        ("an older protocol", "<html>hello</html>"),
        ("half a status line", "HTTP/1.1 20"),
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-type: te"),
        ("a header without a colon", "HTTP/1.1 200 OK\r\nwords and words\r\n\r\n"),
        ("one endless header", &long_line),
        ("headers without end", &many_headers),
        ("a body that is shorter than it says", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}"),
        ("two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x"),
        ("a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}"),
        ("a length of letters", "HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n\r\n{}"),
        ("garbage chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
        ("half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe"),
        (
            "a chunk of all memory",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
        ),
        ("chunks without a last one", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        ("nothing but preambles", &preambles),
    ] {
        is_doubt_for_publications_only(what, &Server::says(answer));
    }
    let switches = Server::says("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n");
    assert!(matches!(publish(&switches.url()), Err(Failure::Doubtful { .. })));
}

#[test]
fn a_connection_that_closes_before_its_answer_is_a_doubt_even_if_nothing_was_read() {
    let server = Server::start("127.0.0.1", |talk, _| drop(talk.stream.shutdown(Shutdown::Both)));
    assert!(matches!(publish(&server.url()), Err(Failure::Doubtful { .. })));
    let reset = Server::start("127.0.0.1", |talk, _| {
        talk.stream.peek(&mut [0]).unwrap();
    });
    assert!(
        matches!(publish(&reset.url()), Err(Failure::Doubtful { .. })),
        "unread bytes reset a connection"
    );
    assert_eq!((server.connections(), reset.connections()), (1, 1), "it is not tried again");
}

#[test]
fn where_no_connection_is_made_nothing_was_sent() {
    let closed = servers::free_port();
    let deaf = Server::start("127.0.0.1", |talk, _| {
        talk.stream.read_to_end(&mut Vec::new()).unwrap();
    });
    for (what, url) in [
        ("nobody listens", format!("http://127.0.0.1:{closed}/a?code=SECRETquery")),
        ("no such name", "https://nobody.invalid/a?code=SECRETquery".to_owned()),
        ("no TLS is spoken", format!("https://127.0.0.1:{}/a?code=SECRETquery", deaf.port)),
        ("no port", "https://127.0.0.1:0/a?code=SECRETquery".to_owned()),
        ("a password", format!("http://ada:SECRETpassword@127.0.0.1:{closed}/")),
        ("no address", "https://:SECRET/".to_owned()),
        ("a header that is none", "header".to_owned()),
    ] {
        let request = match url.as_str() {
            "header" => request(Effect::Publishes, &deaf.url()).header("x", "a\r\nb: SECRET"),
            url => request(Effect::Publishes, url),
        };
        let began = Instant::now();
        let failure = exchange(&wire(), &request).unwrap_err();
        assert!(matches!(failure, Failure::Unsent { .. }), "{what}: {failure:?}");
        assert!(!why(&failure).contains("SECRET"), "{what}: {failure:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{what} took {:?}", began.elapsed());
    }
    let closing = Server::start("127.0.0.1", |_, _| {});
    let tls = publish(&format!("https://127.0.0.1:{}/", closing.port));
    assert!(matches!(tls, Err(Failure::Unsent { .. })), "closed before TLS: {tls:?}");
    let garbage = Server::start("127.0.0.1", |talk, _| {
        talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let tls = publish(&format!("https://127.0.0.1:{}/", garbage.port));
    assert!(matches!(tls, Err(Failure::Unsent { .. })), "no TLS in its answer: {tls:?}");
}

#[test]
fn patience_covers_all_of_an_answer() {
    let drip = |head: &'static str, pause: u64| {
        Server::start("127.0.0.1", move |talk, _| {
            talk.hear();
            talk.say(head.as_bytes());
            while talk.say(b"x") {
                std::thread::sleep(Duration::from_millis(pause));
            }
        })
    };
    let silent = Server::start("127.0.0.1", |talk, _| {
        talk.hear();
        std::thread::sleep(Duration::from_secs(20));
    });
    for (what, server) in [
        ("silence", silent),
        ("a head that drips", drip("HTTP/1.1 200 OK\r\nx: ", 100)),
        ("a body that drips", drip("HTTP/1.1 200 OK\r\n\r\n", 100)),
        ("a body that drips slowly", drip("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", 1000)),
        ("chunks that never come", drip("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", 400)),
    ] {
        let began = Instant::now();
        let request =
            Request { patience: TimeDelta::seconds(2), ..request(Effect::Publishes, &server.url()) };
        let failure = exchange(&wire(), &request).unwrap_err();
        assert!(matches!(failure, Failure::Doubtful { .. }), "{what}: {failure:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{what} took {:?}", began.elapsed());
    }
}

#[test]
fn a_redirection_is_not_followed_and_shows_its_secrets_to_nobody() {
    let elsewhere = Server::says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    for status in [301, 302, 303, 307, 308] {
        let location = format!("http://127.0.0.1:{}/{TOKEN}?code=SECRETquery#SECRETpart", elsewhere.port);
        let server = Server::says(format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\n\r\n"));
        for failure in [publish(&server.url()).unwrap_err(), read(&server.url()).unwrap_err()] {
            assert!(why(&failure).contains("redirects to http://127.0.0.1"), "{failure:?}");
            assert!(!why(&failure).contains("SECRET"), "{failure:?}");
        }
        assert!(matches!(publish(&server.url()), Err(Failure::Doubtful { .. })));
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn what_is_no_answer_of_the_interface_is_said_so_and_repeats_no_secret() {
    let page = "<html><body>Welcome to nginx!</body></html>";
    let html = format!("content-type: text/html; x={TOKEN}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
    let refused = read(&Server::says(format!("HTTP/1.1 404 Not Found\r\n{html}")).url()).unwrap_err();
    assert_eq!(why(&refused), "a web page, not an answer of the interface");
    let server = Server::says(format!("HTTP/1.1 200 OK\r\n{html}"));
    let answer = exchange(&wire(), &request(Effect::Reads, &server.url())).unwrap();
    let said = answer.json().unwrap_err();
    assert!(said.contains("a web page") && !said.contains("SECRET"), "{said}");
    let body = json!({ "error": TOKEN, "message": format!("no {TOKEN} here") }).to_string();
    let echo =
        format!("HTTP/1.1 401 {TOKEN}\r\nx-echo: {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let failure = read(&Server::says(echo).url()).unwrap_err();
    assert_eq!(failure, Failure::Refused { status: 401, code: "…".to_owned(), why: "no … here".to_owned() });
}

#[test]
fn a_request_is_sent_once_over_a_connection_of_its_own_where_it_publishes() {
    let fine = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let server = Server::start("127.0.0.1", move |talk, _| while talk.hear() && talk.say(fine) {});
    let wire = wire();
    for _ in 0..3 {
        exchange(&wire, &request(Effect::Publishes, &server.url())).unwrap();
    }
    assert_eq!((server.connections(), server.heads().len()), (3, 3), "no connection is used twice");
    for _ in 0..3 {
        exchange(&wire, &request(Effect::Reads, &server.url())).unwrap();
    }
    assert_eq!((server.connections(), server.heads().len()), (4, 6), "what reads keeps its connection");
    for _ in 0..2 {
        exchange(&wire, &request(Effect::Reads, &server.url()).alone()).unwrap();
    }
    assert_eq!((server.connections(), server.heads().len()), (6, 8), "unless it wants one of its own");
}

#[test]
fn a_kept_connection_that_closes_under_a_request_repeats_nothing() {
    let fine = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    // The first answer keeps the connection; the next request is read, and the connection closed.
    let reads = Server::start("127.0.0.1", move |talk, _| {
        talk.hear();
        talk.say(fine);
        talk.hear();
    });
    let own = wire();
    exchange(&own, &request(Effect::Reads, &reads.url())).unwrap();
    let failure = exchange(&own, &request(Effect::Reads, &reads.url())).unwrap_err();
    assert!(matches!(failure, Failure::Unsent { .. }), "{failure:?}");
    assert_eq!((reads.connections(), reads.heads().len()), (1, 2));
    // The connection closes just as the next request comes, in every order that chance brings.
    for round in 0..40 {
        let closes = Server::start("127.0.0.1", move |talk, _| {
            talk.hear();
            talk.say(fine);
            std::thread::sleep(Duration::from_micros(50 * round));
        });
        let own = wire();
        exchange(&own, &request(Effect::Prepares, &closes.url())).unwrap();
        let second = exchange(&own, &request(Effect::Publishes, &closes.url()));
        assert_eq!(second.unwrap().status, 200, "it has a connection of its own");
        drop(exchange(&own, &request(Effect::Prepares, &closes.url())));
        let publications = closes.heads().len();
        assert!(publications <= 3, "{publications} requests for three");
    }
}

#[test]
fn the_network_of_the_sixth_version_is_one_too() {
    let fine = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let Ok(probe) = TcpListener::bind(("::1", 0)) else {
        return servers::skip("IPv6 is not there", "give this machine an address ::1");
    };
    drop(probe);
    let server = Server::start("::1", move |talk, _| while talk.hear() && talk.say(fine) {});
    assert_eq!(publish(&format!("http://[::1]:{}/", server.port)), Ok(200));
}

#[test]
fn a_strangers_address_leads_to_no_private_network() {
    let server = Server::says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    let port = server.port;
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
    ] {
        let url = format!("http://{host}:{port}/");
        let broken = wire().send(&stranger(&url)).unwrap_err();
        let Broken::BeforeSending(why) = &broken else { panic!("{host}: {broken:?}") };
        assert!(why.contains("private address"), "{host}: {why}");
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(
        wire().send(&request(Effect::Reads, &server.url())).unwrap().status,
        200,
        "a named one may be"
    );
}

#[test]
fn a_redirection_leads_nobody_behind_the_gate() {
    /// Lets one private address through, as if it were public.
    fn first_only(address: IpAddr) -> bool {
        address == IpAddr::V4(Ipv4Addr::LOCALHOST) || is_public(address)
    }
    let inner = Server::start("127.0.0.2", |talk, _| {
        talk.hear();
    });
    let location = format!("http://127.0.0.2:{}/admin", inner.port);
    let outer = Server::says(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\n\r\n"));
    let wire = Wire::gated(Shelf { root: servers::folder("wire") }, first_only);
    let answer = wire.send(&stranger(&outer.url())).unwrap();
    assert_eq!((answer.status, answer.header("location")), (302, Some(location.as_str())));
    let broken = wire.send(&stranger(&location)).unwrap_err();
    assert!(matches!(broken, Broken::BeforeSending(_)), "{broken:?}");
    assert_eq!(inner.connections(), 0);
}

// What a process of its own is needed for.

const ASKED: &str = "KALENDS_TEST_ASKED";

/// Asks one thing in a process of its own; returns what came of it, and that process's largest memory in bytes.
fn in_a_child(asked: &Value, environment: &[(&str, &str)]) -> (Value, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "wire::the_child", "--nocapture", "--test-threads=1"])
        .env(ASKED, asked.to_string());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        child.env_remove(name).env_remove(name.to_lowercase());
    }
    let output = child.envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find_map(|line| line.split_once("CAME ").map(|(_, came)| came));
    let came: Value = serde_json::from_str(line.unwrap_or_else(|| panic!("{said}"))).unwrap();
    assert!(!said.contains("SECRET"), "{said}");
    (came.clone(), came["memory_bytes"].as_u64().unwrap())
}

#[test]
fn the_child() {
    let Ok(asked) = std::env::var(ASKED) else { return };
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let effect = if asked["publishes"] == true { Effect::Publishes } else { Effect::Reads };
    let mut request = request(effect, asked["url"].as_str().unwrap());
    request.patience = TimeDelta::seconds(20);
    if asked["stranger"] == true {
        request = Request { reach: Reach::Stranger, secrets: Vec::new(), headers: Vec::new(), ..request };
    }
    let mut came = match exchange(&wire(), &request) {
        Ok(response) => json!({ "status": response.status }),
        Err(Failure::Unsent { why, .. }) => json!({ "unsent": why }),
        Err(Failure::Refused { why, .. }) => json!({ "refused": why }),
        Err(Failure::Doubtful { why }) => json!({ "doubtful": why }),
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.map_or(0, |kb| kb.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024);
    came["memory_bytes"] = peak.into();
    println!("\nCAME {came}");
}

#[test]
fn an_answer_of_ten_gigabytes_takes_little_memory_and_no_time() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2540BE400\r\n",
    ] {
        let said = Arc::<AtomicU64>::default();
        let own = Arc::clone(&said);
        let server = Server::start("127.0.0.1", move |talk, _| {
            talk.hear();
            talk.say(head.as_bytes());
            let piece = vec![b'x'; 1 << 20];
            while own.load(Ordering::SeqCst) < 10_000_000_000 && talk.say(&piece) {
                own.fetch_add(1 << 20, Ordering::SeqCst);
            }
        });
        let began = Instant::now();
        let (came, memory_bytes) = in_a_child(&json!({ "url": server.url(), "publishes": true }), &[]);
        assert!(came["doubtful"].as_str().unwrap().contains("longer than 8388608 bytes"), "{came}");
        assert!(memory_bytes < 80 << 20, "{} MB", memory_bytes >> 20);
        assert!(
            said.load(Ordering::SeqCst) < 64 << 20,
            "{} MB were taken",
            said.load(Ordering::SeqCst) >> 20
        );
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    }
}

/// Certificates of an authority of our own.
struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    file: String,
}

impl Authority {
    fn new() -> Authority {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let file = servers::folder("authority").join("ca.pem");
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Authority { issuer: rcgen::Issuer::new(params, key), file: file.to_str().unwrap().to_owned() }
    }

    /// Starts a server that shows a certificate for a name, until a year.
    fn server(&self, name: &str, until: i32, signed: bool) -> Server {
        let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let shown =
            if signed { params.signed_by(&key, &self.issuer) } else { params.self_signed(&key) }.unwrap();
        drop(rustls::crypto::ring::default_provider().install_default());
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![shown.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        Server::start("127.0.0.1", move |talk, _| {
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::Stream::new(&mut session, &mut talk.stream);
            let mut head = [0; 4096];
            // What a client says after it has seen the certificate is counted.
            let Ok(many @ 1..) = stream.read(&mut head) else { return };
            talk.heads.lock().unwrap().push(String::from_utf8_lossy(&head[..many]).into_owned());
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
            session.send_close_notify();
            drop(session.complete_io(&mut talk.stream));
        })
    }
}

#[test]
fn a_certificate_that_does_not_fit_ends_it_before_a_byte_is_sent() {
    let authority = Authority::new();
    let trusted = [("SSL_CERT_FILE", authority.file.as_str())];
    for (what, server, environment) in [
        ("of nobody that is known", authority.server("127.0.0.1", 2100, true), &[][..]),
        ("of its own", authority.server("127.0.0.1", 2100, false), &trusted[..]),
        ("for another host", authority.server("other.example", 2100, true), &trusted[..]),
        ("of long ago", authority.server("127.0.0.1", 2021, true), &trusted[..]),
    ] {
        let url = format!("https://127.0.0.1:{}/a?code=SECRETquery", server.port);
        let (came, _) = in_a_child(&json!({ "url": url, "publishes": true }), environment);
        let why = came["unsent"].as_str().unwrap_or_else(|| panic!("{what}: {came}"));
        assert!(why.contains("certificate"), "{what}: {why}");
        assert!(server.connections() > 0 && server.heads().is_empty(), "{what}: something was sent");
    }
    let fits = authority.server("127.0.0.1", 2100, true);
    let url = format!("https://127.0.0.1:{}/", fits.port);
    let (came, _) = in_a_child(&json!({ "url": url, "publishes": true }), &trusted);
    assert_eq!((came["status"].as_u64(), fits.heads().len()), (Some(200), 1), "{came}");
}

#[test]
fn a_proxy_is_for_those_that_the_calendar_names() {
    let proxy = Server::start("127.0.0.1", |talk, _| {
        talk.hear();
        talk.say(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    });
    let address = format!("http://user:SECRETproxy@127.0.0.1:{}", proxy.port);
    let environment = [("HTTPS_PROXY", address.as_str()), ("HTTP_PROXY", &address)];
    let ask = |url: &str, is_stranger: bool| {
        let asked = json!({ "url": url, "publishes": !is_stranger, "stranger": is_stranger });
        in_a_child(&asked, &environment).0
    };
    let came = ask("https://social.invalid/a?code=SECRETquery", false);
    assert!(came["unsent"].is_string(), "a tunnel that is not made carries nothing: {came}");
    assert!(proxy.heads()[0].starts_with("CONNECT social.invalid:443 "), "{:?}", proxy.heads());
    assert!(!proxy.heads()[0].contains(TOKEN));
    let before = proxy.connections();
    for url in ["https://social.invalid/", "http://social.invalid/", "http://127.0.0.1:1/"] {
        let came = ask(url, true);
        assert!(came["unsent"].is_string(), "{came}");
    }
    assert_eq!(proxy.connections(), before, "a stranger's address goes through no proxy");
}

#[test]
fn a_request_that_is_printed_shows_neither_headers_nor_a_query() {
    let printed = format!("{:?}", request(Effect::Reads, "https://a.example/b?code=SECRETquery"));
    assert!(printed.contains("https://a.example/b") && !printed.contains("SECRET"), "{printed}");
}
