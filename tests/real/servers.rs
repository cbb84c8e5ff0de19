//! Servers that run for as long as this process, on free ports of 127.0.0.1, each with a folder of its own.
//!
//! A server is started by the first test that asks for it. It hangs on a leash (`tests/servers/leash.sh`): however
//! this process ends, the server ends with it and its folder goes.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a server may take until it answers.
const READY: Duration = Duration::from_secs(90);

/// The clock of a server: the machine's, or one that a file moves (`FAKETIME_TIMESTAMP_FILE`).
pub type ClockFile<'a> = Option<&'a Path>;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn installed(server: &str) -> PathBuf {
    root().join("target/servers").join(server)
}

/// Says something on the terminal, whatever the test program captures.
pub fn say(what: &str) {
    std::io::stderr().write_all(format!("\n{what}\n").as_bytes()).unwrap();
}

/// Says that a test did not run.
pub fn skip(what: &str, how: &str) {
    say(&format!("skipped: {what}: {how}"));
}

/// Returns a program of this machine, or says that what needs it is skipped.
pub fn program(name: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"), &format!("apt-get install {package}"));
    }
    found
}

/// A new folder below target/tmp.
pub fn folder(of: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{of}-{}-{count}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A running server. It ends when this is dropped, or when this process ends.
pub struct Leash {
    process: Child,
    pub folder: PathBuf,
}

impl Leash {
    fn start(folder: PathBuf, clock: ClockFile<'_>, program: &Path, arguments: &[&str]) -> Leash {
        let mut command = Command::new("sh");
        command.arg(root().join("tests/servers/leash.sh")).arg(&folder);
        if let Some(clock) = clock {
            command.env("FAKETIME_TIMESTAMP_FILE", clock).env("FAKETIME_CACHE_DURATION", "1");
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("LD_PRELOAD", faketime().unwrap());
            // snac's ids come from its files' times, which must stay as they are when the clock moves.
            command.env("NO_FAKE_STAT", "1");
        }
        let command = command.arg(program).args(arguments).current_dir(&folder);
        let process = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Leash { process: process.spawn().unwrap(), folder }
    }

    /// Waits for the first line that the server says.
    fn first_line(&self) -> String {
        let began = Instant::now();
        loop {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if let Some((line, _)) = log.split_once('\n') {
                return line.to_owned();
            }
            assert!(began.elapsed() < READY, "it says nothing");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until an address answers with a success.
    fn ready(self, address: &str) -> Leash {
        let began = Instant::now();
        while get(address, "").0 != 200 {
            if began.elapsed() > READY {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("no answer from {address}:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

/// The library that gives a program another time, where Debian's `faketime` is installed.
pub fn faketime() -> Option<PathBuf> {
    let library = |arch| PathBuf::from(format!("/usr/lib/{arch}/faketime/libfaketime.so.1"));
    ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(library).into_iter().find(|file| file.exists())
}

fn client() -> &'static reqwest::blocking::Client {
    static CLIENT: OnceLock<reqwest::blocking::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        drop(rustls::crypto::ring::default_provider().install_default());
        // snac closes each connection after its answer, and does not say so.
        let builder = reqwest::blocking::Client::builder().no_proxy().pool_max_idle_per_host(0);
        builder.timeout(Duration::from_secs(30)).build().unwrap()
    })
}

fn answer(request: reqwest::blocking::RequestBuilder, token: &str) -> (u16, Vec<u8>) {
    let request = if token.is_empty() { request } else { request.bearer_auth(token) };
    match request.send().and_then(|answer| Ok((answer.status().as_u16(), answer.bytes()?.to_vec()))) {
        Ok(answer) => answer,
        Err(fault) => (0, fault.to_string().into_bytes()),
    }
}

/// Asks a server, as anybody or with a token; a status of 0 is no answer at all.
pub fn get(address: &str, token: &str) -> (u16, Vec<u8>) {
    answer(client().get(address), token)
}

/// Returns what time it is on a server.
pub fn date(address: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    let answer = client().get(address).send().ok()?;
    let date = answer.headers().get("date")?.to_str().ok()?;
    chrono::DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}

/// Asks for JSON and insists on it.
pub fn get_json(address: &str, token: &str) -> Value {
    let (status, body) = get(address, token);
    assert_eq!(status, 200, "{address}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

/// Sends JSON and insists on JSON.
pub fn post_json(address: &str, token: &str, body: &Value) -> Value {
    let request = client().post(address).header("content-type", "application/json").body(body.to_string());
    let (status, body) = answer(request, token);
    assert!((200..300).contains(&status), "{address}: {status} {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap_or_default()
}

/// Takes something away, and returns the status.
pub fn delete(address: &str, token: &str) -> u16 {
    answer(client().delete(address), token).0
}

/// Sends a form.
pub fn post_form(address: &str, fields: &[(&str, &str)]) -> (u16, Vec<u8>) {
    let request = client().post(address).header("content-type", "application/x-www-form-urlencoded");
    answer(request.body(form(fields)), "")
}

/// Writes a form as browsers do.
pub fn form(fields: &[(&str, &str)]) -> String {
    let written: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    written.join("&")
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {value}")).to_owned()
}

// Bluesky

/// Bluesky's PDS and a PLC directory.
pub struct Pds {
    pub url: String,
    pub port: u16,
    pub plc: String,
    leash: Leash,
}

/// Somebody on the PDS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bluesky {
    pub handle: String,
    pub did: String,
    pub password: String,
    /// What signs in the tests themselves; kalends makes its own.
    pub access: String,
}

/// The PDS that the tests share.
pub fn pds() -> Option<&'static Pds> {
    static PDS: OnceLock<Option<Pds>> = OnceLock::new();
    PDS.get_or_init(|| Pds::start(None, &[])).as_ref()
}

impl Pds {
    /// Starts one more, with its own clock and variables such as `PDS_RATE_LIMITS_ENABLED`.
    pub fn start(clock: ClockFile<'_>, variables: &[(&str, &str)]) -> Option<Pds> {
        let home = installed("bluesky");
        if !home.join("installed").exists() {
            skip("Bluesky's PDS is not installed", "sh tests/servers/bluesky.sh");
            return None;
        }
        let (port, plc_port, folder) = (free_port(), free_port(), folder("pds"));
        let mut arguments: Vec<String> =
            variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        arguments.extend(["NODE_ENV=production", "LOG_ENABLED=false"].map(str::to_owned));
        arguments.push(home.join("node").display().to_string());
        arguments.push(home.join("pds.mjs").display().to_string());
        arguments.extend([port.to_string(), plc_port.to_string(), folder.join("data").display().to_string()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (url, plc) = (format!("http://localhost:{port}"), format!("http://localhost:{plc_port}"));
        let leash = Leash::start(folder, clock, Path::new("/usr/bin/env"), &arguments);
        let leash = leash.ready(&format!("{plc}/_health")).ready(&format!("{url}/xrpc/_health"));
        Some(Pds { url, port, plc, leash })
    }

    /// Makes an account with a password of the kind that apps get.
    pub fn account(&self, name: &str) -> Bluesky {
        let xrpc = |method: &str| format!("{}/xrpc/com.atproto.server.{method}", self.url);
        let handle = format!("{name}.test");
        let made = post_json(
            &xrpc("createAccount"),
            "",
            &json!({ "handle": handle, "email": format!("{name}@example.org"), "password": "a long password" }),
        );
        let access = text(&made, "accessJwt");
        let app = post_json(&xrpc("createAppPassword"), &access, &json!({ "name": "kalends" }));
        Bluesky { handle, did: text(&made, "did"), password: text(&app, "password"), access }
    }

    /// Returns what stands in somebody's public repository, newest first: `{ uri, cid, value }`.
    pub fn records(&self, did: &str, collection: &str) -> Vec<Value> {
        let address = format!(
            "{}/xrpc/com.atproto.repo.listRecords?repo={did}&collection={collection}&limit=100",
            self.url
        );
        get_json(&address, "")["records"].as_array().unwrap().clone()
    }

    /// Returns somebody's posts, newest first.
    pub fn posts(&self, did: &str) -> Vec<Value> {
        self.records(did, "app.bsky.feed.post")
    }

    /// Returns the bytes of a picture that a post shows.
    pub fn blob(&self, did: &str, cid: &str) -> Vec<u8> {
        let (status, bytes) =
            get(&format!("{}/xrpc/com.atproto.sync.getBlob?did={did}&cid={cid}", self.url), "");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        bytes
    }
}

/// A PDS with the AppView that counts what it sees, and the database that the AppView wants.
pub struct Network {
    pub pds: Pds,
    database: Leash,
}

impl Network {
    pub fn start() -> Option<Network> {
        let home = installed("appview");
        if !home.join("installed").exists() {
            skip("Bluesky's AppView is not installed", "sh tests/servers/appview.sh");
            return None;
        }
        let (database, postgres_port) = postgres()?;
        let (port, appview_port, plc_port) = (free_port(), free_port(), free_port());
        let folder = folder("appview");
        let mut arguments: Vec<String> =
            ["NODE_ENV=production", "LOG_ENABLED=false"].map(str::to_owned).into();
        arguments.push(installed("bluesky").join("node").display().to_string());
        arguments.push(home.join("network.mjs").display().to_string());
        arguments.extend([port, appview_port, plc_port, postgres_port].map(|port| port.to_string()));
        arguments.push(folder.join("data").display().to_string());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (url, plc) = (format!("http://localhost:{port}"), format!("http://localhost:{plc_port}"));
        let leash = Leash::start(folder, None, Path::new("/usr/bin/env"), &arguments);
        let leash = leash.ready(&format!("http://localhost:{appview_port}/xrpc/_health"));
        let leash = leash.ready(&format!("{plc}/_health")).ready(&format!("{url}/xrpc/_health"));
        Some(Network { pds: Pds { url, port, plc, leash }, database })
    }
}

/// Starts a PostgreSQL that keeps nothing; it refuses to run as root.
fn postgres() -> Option<(Leash, u16)> {
    let homes = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let Some(bin) = homes.map(|home| home.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max()
    else {
        skip("PostgreSQL is not installed", "apt-get install postgresql");
        return None;
    };
    let folder = std::env::temp_dir().join(format!("kalends-postgres-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir(&folder).unwrap();
    let as_user: &[&str] = if rustix::process::geteuid().is_root() {
        &["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    } else {
        &[]
    };
    if !as_user.is_empty() {
        assert!(Command::new("chown").arg("postgres").arg(&folder).status().unwrap().success());
    }
    let data = folder.join("data").display().to_string();
    let initdb = bin.join("initdb").display().to_string();
    let words =
        [as_user, &[&initdb, "-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]]
            .concat();
    let out = Command::new("/usr/bin/env").args(words).current_dir(&folder).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (port, server, place) =
        (free_port(), bin.join("postgres").display().to_string(), folder.display().to_string());
    let settings = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={place}"),
        "fsync=off".to_owned(),
        "max_connections=200".to_owned(),
    ];
    let mut words = [as_user, &[&server, "-D", &data]].concat();
    settings.iter().for_each(|setting| words.extend(["-c", setting]));
    let leash = Leash::start(folder, None, Path::new("/usr/bin/env"), &words);
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < READY, "PostgreSQL does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some((leash, port))
}

// Mastodon's interface

/// Somebody on a server that speaks Mastodon's interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fedi {
    pub name: String,
    pub id: String,
    pub password: String,
    pub token: String,
}

/// snac: a small ActivityPub server. It knows no idempotency key.
pub struct Snac {
    pub url: String,
    pub port: u16,
    program: PathBuf,
    base: PathBuf,
    // One at a time: `snac adduser` and what reads its folder do not wait for each other.
    adding: Mutex<()>,
    leash: Leash,
}

/// The snac that the tests share.
pub fn snac() -> Option<&'static Snac> {
    static SNAC: OnceLock<Option<Snac>> = OnceLock::new();
    SNAC.get_or_init(|| Snac::start(None)).as_ref()
}

impl Snac {
    /// Starts one more, with its own clock.
    pub fn start(clock: ClockFile<'_>) -> Option<Snac> {
        let program = installed("snac").join("root/usr/bin/snac");
        if !program.exists() {
            skip("snac is not installed", "sh tests/servers/snac.sh");
            return None;
        }
        let (port, folder) = (free_port(), folder("snac"));
        let base = folder.join("base");
        // It asks for address, port, host, prefix and the administrator's mail.
        feed(
            &program,
            &["init".as_ref(), &base],
            &format!("127.0.0.1\n{port}\nlocalhost:{port}\n\na@example.org\n"),
        );
        let config = base.join("server.json");
        let mut settings: Value = serde_json::from_slice(&fs::read(&config).unwrap()).unwrap();
        for (name, value) in [
            ("protocol", json!("http")),
            ("disable_sandbox", json!(true)),
            ("disable_email_notifications", json!(true)),
            ("short_description", json!("a test's")),
            ("badlogin_retries", json!(1_000_000)),
        ] {
            settings[name] = value;
        }
        fs::write(&config, settings.to_string()).unwrap();
        let leash = Leash::start(folder, clock, &program, &["httpd", &base.display().to_string()]);
        let url = format!("http://localhost:{port}");
        let leash = leash.ready(&format!("{url}/api/v1/instance"));
        Some(Snac { url, port, program, base, adding: Mutex::default(), leash })
    }

    /// Makes an account and a token for it, as a browser and a client would.
    pub fn account(&self, name: &str) -> Fedi {
        let said = {
            let _one = self.adding.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            feed(&self.program, &["adduser".as_ref(), &self.base, name.as_ref()], "\n\n\n\n")
        };
        let password =
            said.lines().find_map(|line| line.strip_prefix("User password is ")).unwrap().to_owned();
        let token = self.token(name, &password);
        let id = text(&get_json(&format!("{}/api/v1/accounts/lookup?acct={name}", self.url), ""), "id");
        Fedi { name: name.to_owned(), id, password, token }
    }

    /// Signs in through snac's own page, and returns a token.
    pub fn token(&self, name: &str, password: &str) -> String {
        let no_page = "urn:ietf:wg:oauth:2.0:oob";
        let ask = |path: &str, fields: &[(&str, &str)]| {
            let (status, body) = post_form(&format!("{}{path}", self.url), fields);
            assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
            body
        };
        let app = ask(
            "/api/v1/apps",
            &[("client_name", "tests"), ("redirect_uris", no_page), ("scopes", "read write")],
        );
        let app: Value = serde_json::from_slice(&app).unwrap();
        let (id, secret) = (text(&app, "client_id"), text(&app, "client_secret"));
        let code = ask(
            "/oauth/x-snac-login",
            &[("login", name), ("passwd", password), ("cid", &id), ("state", ""), ("redir", no_page)],
        );
        let code = String::from_utf8(code).unwrap();
        let token = ask(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code.trim()),
                ("client_id", &id),
                ("client_secret", &secret),
                ("redirect_uri", no_page),
            ],
        );
        text(&serde_json::from_slice(&token).unwrap(), "access_token")
    }

    /// Returns somebody's statuses as anybody sees them, newest first.
    pub fn statuses(&self, of: &Fedi) -> Vec<Value> {
        statuses(&self.url, of)
    }
}

/// mastodon_mock: it imitates Mastodon with the idempotency key, polls and limits. It proves nothing about Mastodon.
pub struct Mock {
    pub url: String,
    pub port: u16,
    given: AtomicUsize,
    leash: Leash,
}

/// How many accounts a mock has.
const MOCK_ACCOUNTS: usize = 200;

/// The mock that the tests share.
pub fn mastodon_mock() -> Option<&'static Mock> {
    static MOCK: OnceLock<Option<Mock>> = OnceLock::new();
    MOCK.get_or_init(|| Mock::start(None)).as_ref()
}

impl Mock {
    /// Starts one more, with its own clock.
    pub fn start(clock: ClockFile<'_>) -> Option<Mock> {
        let python = installed("mastodon_mock").join("bin/python");
        if !python.exists() {
            skip("mastodon_mock is not installed", "sh tests/servers/mastodon_mock.sh");
            return None;
        }
        let (port, folder) = (free_port(), folder("mastodon_mock"));
        let mut config = format!(
            "domain = \"localhost:{port}\"\nurl_scheme = \"http\"\nmedia_storage_path = {0:?}\n\
             [database]\npath = \"{0}/mock.sqlite\"\n",
            folder.display().to_string()
        );
        for n in 0..MOCK_ACCOUNTS {
            config += &format!(
                "[[seed.accounts]]\nusername = \"museum{n}\"\naccess_token = \"token-of-museum{n}\"\n"
            );
        }
        let file = folder.join("mock.toml");
        fs::write(&file, config).unwrap();
        let (file, number) = (file.display().to_string(), port.to_string());
        let arguments =
            ["-m", "mastodon_mock", "serve", "--config", &file, "--host", "127.0.0.1", "--port", &number];
        let leash = Leash::start(folder, clock, &python, &arguments);
        let url = format!("http://localhost:{port}");
        let leash = leash.ready(&format!("{url}/api/v1/instance"));
        Some(Mock { url, port, given: AtomicUsize::new(0), leash })
    }

    /// Gives an account that no other test has.
    pub fn account(&self) -> Fedi {
        let n = self.given.fetch_add(1, Ordering::Relaxed);
        assert!(n < MOCK_ACCOUNTS, "the tests have used all accounts");
        let (name, token) = (format!("museum{n}"), format!("token-of-museum{n}"));
        let id = text(&get_json(&format!("{}/api/v1/accounts/lookup?acct={name}", self.url), ""), "id");
        Fedi { name, id, password: String::new(), token }
    }

    /// Returns somebody's statuses as anybody sees them, newest first.
    pub fn statuses(&self, of: &Fedi) -> Vec<Value> {
        statuses(&self.url, of)
    }
}

fn statuses(url: &str, of: &Fedi) -> Vec<Value> {
    get_json(&format!("{url}/api/v1/accounts/{}/statuses?limit=40", of.id), "").as_array().unwrap().clone()
}

// CalDAV

/// Radicale, with a calendar of a user `ada` whose password is `harbour-7`.
pub struct Radicale {
    pub url: String,
    leash: Leash,
}

impl Radicale {
    /// Starts one whose calendar has these events, each a file's name and what it holds.
    pub fn start(events: &[(&str, &str)]) -> Option<Radicale> {
        let python = installed("radicale").join("bin/python");
        if !python.exists() {
            skip("Radicale is not installed", "sh tests/servers/radicale.sh");
            return None;
        }
        let (port, folder) = (free_port(), folder("radicale"));
        let comms = folder.join("store/collection-root/ada/comms");
        fs::create_dir_all(&comms).unwrap();
        let props = r#"{"tag": "VCALENDAR", "D:displayname": "Communications"}"#;
        fs::write(comms.join(".Radicale.props"), props).unwrap();
        for (name, event) in events {
            let event = event.replace('\n', "\r\n");
            fs::write(
                comms.join(name),
                format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}END:VCALENDAR\r\n"),
            )
            .unwrap();
        }
        fs::write(folder.join("users"), "ada:harbour-7\n").unwrap();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {0}/users\n\
             htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {0}/store\n[web]\ntype = internal\n",
            folder.display()
        );
        fs::write(folder.join("config"), config).unwrap();
        let file = folder.join("config").display().to_string();
        let leash = Leash::start(folder, None, &python, &["-m", "radicale", "--config", &file]);
        let url = format!("http://127.0.0.1:{port}");
        let leash = leash.ready(&format!("{url}/.web/"));
        Some(Radicale { url, leash })
    }
}

// Git

/// Git over HTTP, through git's own `git http-backend`, with one bare repository.
///
/// `bot` is a runner, `ada` a person. See `tests/servers/git_http.py`.
pub struct Git {
    pub folder: PathBuf,
    port: u16,
    leash: Leash,
}

/// What one of git's clients did, as often as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    pub fetches: usize,
    pub pushes: usize,
}

impl Git {
    /// Starts a server with an empty repository.
    pub fn start() -> Option<Git> {
        let (python, git) = (program("python3", "python3")?, program("git", "git")?);
        let leashed = folder("git");
        let folder = leashed.join("served");
        feed(
            &git,
            &[
                "init".as_ref(),
                "-q".as_ref(),
                "--bare".as_ref(),
                "-b".as_ref(),
                "main".as_ref(),
                &folder.join("repo.git"),
            ],
            "",
        );
        feed(
            &git,
            &[
                "-C".as_ref(),
                &folder.join("repo.git"),
                "config".as_ref(),
                "http.receivepack".as_ref(),
                "true".as_ref(),
            ],
            "",
        );
        let script = root().join("tests/servers/git_http.py").display().to_string();
        let leash = Leash::start(leashed, None, &python, &["-u", &script, &folder.display().to_string()]);
        let port = leash.first_line().parse().unwrap();
        Some(Git { folder, port, leash })
    }

    /// Returns the repository's address for somebody: `bot` or `ada`.
    pub fn address(&self, user: &str) -> String {
        format!("http://{user}:pw@127.0.0.1:{}/repo.git", self.port)
    }

    /// Lets only `ada` push to `main`, and nobody rewrite or delete it, as a forge does.
    pub fn protect_main(&self) {
        let hook = r#"#!/bin/sh
while read -r old new ref; do
  [ "$ref" = refs/heads/main ] || continue
  none=$(echo "$new" | tr '0-9a-f' 0)
  [ "$REMOTE_USER" = ada ] || { echo "GH006: Protected branch update failed for $ref." >&2; exit 1; }
  [ "$new" != "$none" ] || { echo "GH006: $ref cannot be deleted." >&2; exit 1; }
  [ "$old" = "$none" ] || git merge-base --is-ancestor "$old" "$new" ||
    { echo "GH006: $ref cannot be rewritten." >&2; exit 1; }
done
"#;
        let path = self.folder.join("repo.git/hooks/pre-receive");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, hook).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Says what goes wrong with each push from now on: `cut`, `drop`, `hang`, `403`, `500`; nothing if it is empty.
    pub fn mode(&self, mode: &str) {
        fs::write(self.folder.join("mode"), mode).unwrap();
    }

    /// Returns how often somebody fetched and pushed.
    pub fn traffic(&self, user: &str) -> Traffic {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let count = |what: &str| log.lines().filter(|line| *line == format!("{user} {what}")).count();
        Traffic { fetches: count("fetch"), pushes: count("push") }
    }
}

/// Runs a program on this input and returns what it says.
fn feed(program: &Path, arguments: &[&Path], input: &str) -> String {
    let mut command = Command::new(program);
    let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = process.wait_with_output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{}: {said}", program.display());
    said
}

#[test]
fn a_server_ends_with_whoever_holds_its_leash() {
    let folder = folder("leash");
    let script = format!("echo $$ >{}/pid; exec sleep 600", folder.display());
    let leash = Leash::start(folder.clone(), None, Path::new("sh"), &["-c", &script]);
    let began = Instant::now();
    let pid = loop {
        match fs::read_to_string(folder.join("pid")) {
            Ok(pid) if pid.ends_with('\n') => break pid.trim().to_owned(),
            _ => assert!(began.elapsed() < Duration::from_secs(10)),
        }
    };
    let lives = || Path::new("/proc").join(&pid).exists();
    assert!(lives());
    drop(leash);
    assert!(!lives() && !folder.exists());
}

#[test]
fn a_git_server_counts_and_protects() {
    let Some(server) = Git::start() else { return };
    server.protect_main();
    let (git, here) = (program("git", "git").unwrap(), folder("git-client"));
    let git = |arguments: &[&str]| {
        let mut command = Command::new(&git);
        command.args([
            "-C",
            &here.display().to_string(),
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
        ]);
        let command = command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let out = command.args(arguments).output().unwrap();
        (out.status.success(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (ada, bot) = (server.address("ada"), server.address("bot"));
    assert!(git(&["init", "-q", "-b", "main"]).0);
    assert!(git(&["commit", "-q", "--allow-empty", "-m", "Begin"]).0);
    assert!(git(&["push", "-q", &ada, "main"]).0);
    assert!(git(&["commit", "-q", "--allow-empty", "-m", "Go on"]).0);
    let (taken, why) = git(&["push", "-q", &bot, "main"]);
    assert!(!taken && why.contains("GH006"), "{why}");
    assert!(git(&["push", "-q", &bot, "main:ledger"]).0);
    assert!(git(&["fetch", "-q", &bot, "ledger"]).0);
    assert!(git(&["push", "-q", &ada, "main"]).0);
    assert!(!git(&["push", "-q", "--force", &ada, "main~:main"]).0);
    assert!(!git(&["push", "-q", &ada, ":main"]).0);
    assert_eq!(server.traffic("bot"), Traffic { fetches: 1, pushes: 2 });
    fs::remove_dir_all(here).unwrap();
}

#[test]
fn somebody_posts_on_bluesky_and_anybody_sees_it() {
    let Some(pds) = pds() else { return };
    let ada = pds.account("ada-harness");
    let post = json!({ "$type": "app.bsky.feed.post", "text": "Doors at ten.", "createdAt": "2027-01-18T09:00:00.000Z" });
    let record = json!({ "repo": ada.did, "collection": "app.bsky.feed.post", "record": post });
    post_json(&format!("{}/xrpc/com.atproto.repo.createRecord", pds.url), &ada.access, &record);
    let seen = pds.posts(&ada.did);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["value"], post);
    let session = json!({ "identifier": ada.handle, "password": ada.password });
    let session = post_json(&format!("{}/xrpc/com.atproto.server.createSession", pds.url), "", &session);
    assert_eq!(session["didDoc"]["service"][0]["serviceEndpoint"], json!(pds.url));
}

#[test]
fn somebody_posts_on_servers_of_mastodon_s_interface_and_anybody_sees_it() {
    let post = |url: &str, somebody: &Fedi| {
        post_json(&format!("{url}/api/v1/statuses"), &somebody.token, &json!({ "status": "Doors at ten." }));
        let seen = statuses(url, somebody);
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert!(text(&seen[0], "content").contains("Doors at ten."));
    };
    if let Some(snac) = snac() {
        post(&snac.url, &snac.account("ada_harness"));
    }
    if let Some(mock) = mastodon_mock() {
        post(&mock.url, &mock.account());
    }
}
