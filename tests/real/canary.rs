//! Forty secrets in a vault, and servers that repeat every one they hear, in every place where an answer has room for
//! it. None may be found anywhere afterwards but in the vault's own sealed files, which do not show it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use age::secrecy::ExposeSecret as _;
use chrono::{DateTime, TimeDelta, Utc};

use crate::servers;
use crate::wire::Server;

/// What a server does with what it hears; each is an account.
const BEHAVIOURS: [&str; 10] = [
    "repeats-in-headers",
    "refuses-in-json",
    "redirects-with-it",
    "says-200-with-an-error",
    "says-200-with-a-page",
    "refuses-the-post",
    "answers-the-post-with-a-page",
    "falls-over-the-post",
    "renews",
    "breaks-off-with-it",
];

const NAMES: [&str; 4] = ["token", "client_id", "client_secret", "refresh_token"];

fn canary(account: usize, name: usize) -> String {
    format!("kanarienvogel{account}x{name}q7Zr9Wd2")
}

fn canaries() -> Vec<String> {
    (0..BEHAVIOURS.len())
        .flat_map(|account| (0..NAMES.len()).map(move |name| canary(account, name)))
        .collect()
}

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

fn json(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ndate: {}\r\n{headers}content-length: {length}\r\n\r\n{body}",
        now().format("%a, %d %b %Y %H:%M:%S GMT")
    )
}

fn page(status: &str, body: &str) -> String {
    json(status, "", body).replace("application/json", "text/html")
}

/// Answers a request as an account's server does. `heard` is all that the request said.
fn answer(behaviour: &str, head: &str, heard: &str) -> String {
    let line = head.lines().next().unwrap_or_default();
    let echo = heard.replace(['\r', '\n', '"', '\\'], " ");
    let is = |start: &str| line.contains(start);
    let headers = format!("x-heard: {echo}\r\nset-cookie: heard={echo}\r\nwarning: {echo}\r\n");
    let sad = format!(r#"{{"error":"{echo}","message":"heard {echo}","error_description":"{echo}"}}"#);
    let me = r#"{"id":"1","username":"ada","acct":"ada","statuses_count":0}"#;
    let post = r#"{"id":"10","uri":"http://x.test/10","url":"http://x.test/10","visibility":"public"}"#;
    match behaviour {
        "refuses-in-json" => json("401 Unauthorized", &headers, &sad),
        "redirects-with-it" => {
            json("302 Found", &format!("location: http://127.0.0.1:1/{echo}?t={echo}#{echo}\r\n"), "{}")
                .replace(&format!("/{echo}"), &format!("/{}", echo.replace(' ', "/")))
        }
        "says-200-with-an-error" => json("200 OK", &headers, &sad),
        "says-200-with-a-page" => page("200 OK", &format!("<html><title>{echo}</title>{echo}</html>")),
        "breaks-off-with-it" => {
            format!("HTTP/1.1 200 {echo}\r\ntransfer-encoding: chunked\r\n\r\n{echo}\r\n{echo}")
        }
        "refuses-the-post" if is("POST /api/v1/statuses") => json("422 Unprocessable", &headers, &sad),
        "answers-the-post-with-a-page" if is("POST /api/v1/statuses") => page("200 OK", &echo),
        "falls-over-the-post" if is("POST /api/v1/statuses") => json("500 Oh", &headers, &sad),
        "falls-over-the-post" if is("/statuses") => json("200 OK", &headers, &sad),
        "renews" if is("POST /oauth/token") => {
            let (token, next) = (canary(8, 8), canary(8, 9));
            json(
                "200 OK",
                &headers,
                &format!(
                    r#"{{"access_token":"{token}","refresh_token":"{next}","expires_in":7200,"heard":"{echo}"}}"#
                ),
            )
        }
        _ if is("verify_credentials") => json("200 OK", &headers, me),
        _ if is("/instance") => json("200 OK", &headers, r#"{"version":"4.3.2","domain":"x.test"}"#),
        _ if is("POST /api/v1/statuses") => json("200 OK", &headers, post),
        _ if is("/statuses") => json("200 OK", &headers, "[]"),
        _ => json("404 Not Found", &headers, &sad),
    }
}

/// A calendar with an account for each behaviour, a secret for each account, and a post to all of them.
fn calendar(folder: &Path, identity: &age::x25519::Identity, servers: &[Server]) {
    let recipient = identity.to_public();
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("kalends.toml", "name = \"Harbour\"\nzone = \"UTC\"\n");
    write("people/ada.toml", &format!("name = \"Ada\"\nrecipient = \"{recipient}\"\n"));
    let now = now();
    for (number, (behaviour, server)) in BEHAVIOURS.iter().zip(servers).enumerate() {
        let address = format!("http://127.0.0.1:{}", server.port);
        write(
            &format!("accounts/{behaviour}.toml"),
            &format!("platform = \"mastodon\"\nserver = \"{address}\"\naccess = [\"ada\"]\n"),
        );
        let set_at = (now - TimeDelta::hours(2)).format("%Y-%m-%dT%H:%M:%SZ");
        let expires_at = (now + TimeDelta::hours(1)).format("%Y-%m-%dT%H:%M:%SZ");
        let expiry =
            if *behaviour == "renews" { format!("expires_at = {expires_at}\n") } else { String::new() };
        let mut plain = format!(
            "account = \"{behaviour}\"\nserver = \"{address}\"\nvalue = \"v{number}\"\nset_at = {set_at}\n{expiry}\n[secret]\n"
        );
        for (place, name) in NAMES.iter().enumerate() {
            plain.push_str(&format!("{name} = \"{}\"\n", canary(number, place)));
        }
        let sealed = age::encrypt_and_armor(&recipient, plain.as_bytes()).unwrap();
        write(&format!("vault/{behaviour}.age"), &sealed);
        let sum = kalends::vault::sha256(sealed.as_bytes());
        write(
            &format!("vault/{behaviour}.toml"),
            &format!(
                "account = \"{behaviour}\"\nvalue = \"v{number}\"\nset_at = {set_at}\nsha256 = \"{sum}\"\n\n\
                 [[reader]]\nid = \"person:ada\"\nrecipient = \"{recipient}\"\n"
            ),
        );
    }
    let at = now - TimeDelta::minutes(2);
    let month = at.format("%Y/%m");
    write(
        &format!("posts/{month}/{}-doors.toml", at.format("%Y-%m-%d")),
        &format!(
            "at = {}\nto = {:?}\ntext = \"Doors open at ten.\"\n",
            at.format("%Y-%m-%dT%H:%M:%S"),
            BEHAVIOURS
        ),
    );
}

/// Where canaries are looked for while kalends runs: what every process of this machine says of itself.
fn processes(ended: &AtomicBool, wanted: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    while !ended.load(Ordering::Relaxed) {
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            for file in ["cmdline", "environ"] {
                let path = entry.path().join(file);
                let bytes = fs::read(&path).unwrap_or_default();
                found.extend(hits(&bytes, wanted).map(|canary| format!("{}: {canary}", path.display())));
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    found
}

fn hits<'w>(bytes: &[u8], wanted: &'w [String]) -> impl Iterator<Item = &'w String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    wanted.iter().filter(move |canary| text.contains(canary.as_str()))
}

/// Returns every place below a folder where a canary is.
fn files(folder: &Path, wanted: &[String], found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, wanted, found);
        } else if let Ok(bytes) = fs::read(&path) {
            found.extend(hits(&bytes, wanted).map(|canary| format!("{}: {canary}", path.display())));
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Runs kalends and returns its exit code and all that it said.
fn kalends(folder: &Path, home: &Path, arguments: &[&str]) -> (i32, Vec<u8>) {
    let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("TMPDIR", home.join("tmp"))
        .env("KALENDS_IDENTITY", home.join("identity"))
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code().unwrap(), [output.stdout, b"\n".to_vec(), output.stderr].concat())
}

#[test]
fn forty_secrets_are_found_nowhere() {
    let place = servers::folder("canary");
    let (folder, home): (PathBuf, PathBuf) = (place.join("calendar"), place.join("home"));
    fs::create_dir_all(home.join("tmp")).unwrap();
    fs::create_dir_all(&folder).unwrap();
    let servers: Vec<Server> = BEHAVIOURS
        .iter()
        .map(|behaviour| {
            Server::start("127.0.0.1", move |talk, _| {
                while let Some((head, heard)) = talk.heard() {
                    if !talk.say(answer(behaviour, &head, &heard).as_bytes())
                        || behaviour.starts_with("breaks")
                    {
                        return;
                    }
                }
            })
        })
        .collect();
    let identity = age::x25519::Identity::generate();
    let key = identity.to_string();
    let identity_file = home.join("identity");
    let mut options = fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
    options.open(&identity_file).unwrap().write_all(key.expose_secret().as_bytes()).unwrap();
    calendar(&folder, &identity, &servers);
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "Begin"]);

    let mut wanted = canaries();
    assert_eq!(wanted.len(), 40);
    wanted.extend([canary(8, 8), canary(8, 9), key.expose_secret().to_owned()]);
    let ended = Arc::new(AtomicBool::new(false));
    let watch = (Arc::clone(&ended), wanted.clone());
    let watcher = std::thread::spawn(move || processes(&watch.0, &watch.1));
    let mut found = BTreeSet::new();
    let mut said_all = Vec::new();
    for arguments in [
        &["check"][..],
        &["publish"],
        &["publish", "--json"],
        &["status"],
        &["status", "--json"],
        &["log"],
        &["log", "--json"],
        &["plan", "--json"],
        &["publish", "-v"],
    ] {
        let (code, said) = kalends(&folder, &home, arguments);
        assert_ne!(code, 70, "{arguments:?}: {}", String::from_utf8_lossy(&said));
        found.extend(hits(&said, &wanted).map(|canary| format!("kalends {arguments:?}: {canary}")));
        said_all.extend(said);
    }
    ended.store(true, Ordering::Relaxed);
    found.extend(watcher.join().unwrap());

    // The servers heard what they repeat, and the post went out where it could.
    let said_all = String::from_utf8_lossy(&said_all).into_owned();
    for (number, server) in servers.iter().enumerate() {
        let heads = server.heads();
        let heard = [canary(number, 0), canary(8, 8)];
        assert!(
            heads.iter().any(|head| heard.iter().any(|token| head.contains(token))),
            "{} heard nothing: {heads:?}\n{said_all}",
            BEHAVIOURS[number]
        );
    }
    let posted = |number: usize| {
        servers[number].heads().iter().filter(|head| head.starts_with("POST /api/v1/statuses")).count()
    };
    assert_eq!([posted(0), posted(8)], [1, 1], "{said_all}");

    let objects = git(&folder, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    found.extend(hits(&objects, &wanted).map(|canary| format!("git's objects: {canary}")));
    fs::remove_file(&identity_file).unwrap();
    files(&place, &wanted, &mut found);
    assert!(found.is_empty(), "{found:#?}");

    // The search finds what is there.
    fs::write(folder.join("control"), canary(3, 2)).unwrap();
    files(&place, &wanted, &mut found);
    assert_eq!(found.len(), 1);
}
