//! The adapter, and `kalends account connect`, against servers that speak Mastodon's interface.
//!
//! Each test has a snac of its own: two requests at the same moment may end the program.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chrono::{DateTime, TimeDelta, Utc};
use kalends::calendar::{self, Calendar};
use kalends::draft::{Draft, Media, MediaBook, MediaFacts};
use kalends::finding::{Content, File, Severity};
use kalends::http::Failure;
use kalends::keyring::{Credential, Empty, secret};
use kalends::ledger::{Evidence, Receipt, Sending, Upload};
use kalends::platform::mastodon::Mastodon;
use kalends::platform::{Channel, Class, Desk, Parent, Platform as _, Sight};
use kalends::rim::clock::SystemClock;
use kalends::rim::shelf::Shelf;
use kalends::rim::wire::Wire;
use kalends::time::Clock as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::proxy::{Fault, Proxy};
use crate::servers::{self, Fedi, Snac, folder, get, get_json, mastodon_mock};

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

const PICTURES: [&str; 4] = ["camera.jpg", "animated.png", "animated.gif", "camera.webp"];

/// A post as people write it: a warning, a language, a visibility, pictures, a thread.
const POST: &str = r##"
author = "ada"
department = "education"
at = 2026-01-05T09:00:00
to = ["social"]
language = "pt"
visibility = "unlisted"
warning = "Loud noises"
text = "Doors open at *ten*, @ada@museum.example & <friends>."
link = "https://www.museum.org/a/very/long/address/that/is/cut/in/the/middle?x=1&y=2"
tags = ["OpenDay"]
"##;

const THREAD: &str = "[[thread]]\ntext = \"The second part.\"\n[[thread]]\ntext = \"The third part.\"\n";

const POLL: &str = "[poll]\noptions = [\"By sea\", \"By <land>\"]\nopen = \"1d\"\n";

fn pictures() -> String {
    let one = |name: &&str| {
        format!("[[media]]\nfile = \"media/{name}\"\nalt = \"What \\\"{name}\\\" shows: çá\"\n")
    };
    PICTURES.iter().map(one).collect()
}

fn text(path: &str, text: impl Into<String>) -> File {
    File { path: path.to_owned(), content: Content::Text(text.into()) }
}

/// A calendar with one account and one post.
fn files(server: &str, post: &str) -> Vec<File> {
    vec![
        text("kalends.toml", "name = \"Museum\"\nzone = \"UTC\"\n"),
        text("people/ada.toml", "name = \"Ada\"\nrole = \"coordinator\"\ndepartment = \"education\"\n"),
        text(
            "departments/education.toml",
            "name = \"Education\"\ncoordinator = \"ada\"\naccounts = [\"social\"]\n",
        ),
        text(
            "accounts/social.toml",
            format!(
                "platform = \"mastodon\"\nserver = \"{server}\"\ndepartments = [\"education\"]\naccess = [\"ada\"]\n"
            ),
        ),
        text("posts/2026/01/2026-01-05-open-day.toml", post),
    ]
}

fn fixture(file: &str) -> Vec<u8> {
    let name = file.rsplit('/').next().unwrap();
    fs::read(servers::root().join("tests/fixtures/media").join(name)).unwrap()
}

fn book() -> MediaBook {
    let facts = |name: &str| {
        let bytes = fixture(name);
        let facts = MediaFacts {
            size_bytes: bytes.len() as u64,
            sha256: Sha256::digest(&bytes).into(),
            mime: kalends::media::mime(&bytes),
            size_px: None,
            has_location: false,
        };
        (format!("media/{name}"), facts)
    };
    PICTURES.map(facts).into()
}

/// An account at its desk.
struct Bench {
    calendar: Calendar,
    book: MediaBook,
    wire: Wire,
    credential: Credential,
}

impl Bench {
    fn new(server: &str, who: &Fedi, post: &str) -> Bench {
        let (calendar, findings) = calendar::read(&files(server, post));
        let faults: Vec<_> = findings.iter().filter(|one| one.severity() == Severity::Error).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let account = calendar.accounts.values().next().unwrap().id.clone();
        let values = BTreeMap::from([("token".to_owned(), secret(&who.token))]);
        let credential = Credential {
            account,
            server: Some(server.to_owned()),
            value: "a".to_owned(),
            set_at: now(),
            expires_at: None,
            values,
        };
        let wire = Wire::new(Shelf { root: PathBuf::from("/nowhere") });
        Bench { calendar, book: book(), wire, credential }
    }

    fn open(&self) -> Result<Box<dyn Channel + '_>, Failure> {
        Mastodon.open(Desk {
            http: &self.wire,
            clock: &SystemClock,
            account: self.calendar.accounts.values().next().unwrap(),
            credential: Some(self.credential.clone()),
            keys: &Empty,
            book: &self.book,
            media: &|media: &Media| Ok(fixture(&media.file)),
            pin_suffices: false,
        })
    }

    fn drafts(&self) -> Vec<Draft> {
        self.calendar.drafts(DateTime::<Utc>::MIN_UTC..now())
    }

    fn prepare(&self, channel: &dyn Channel, draft: &Draft, thread: &[Parent]) -> Sending {
        self.prepare_with(channel, draft, thread, &mut Vec::new())
    }

    fn prepare_with(
        &self,
        channel: &dyn Channel,
        draft: &Draft,
        thread: &[Parent],
        uploads: &mut Vec<Upload>,
    ) -> Sending {
        let first_at = now();
        let (key, payload) = channel.prepare(draft, thread, uploads, first_at).unwrap();
        let until = first_at + TimeDelta::hours(1);
        let digest = draft.digest(&self.book).unwrap();
        Sending { digest, due: draft.due, until, key, payload, first_at, replays: None }
    }
}

fn parent(receipt: &Receipt) -> Parent {
    Parent { id: receipt.id.clone(), revision: None, url: receipt.url.clone() }
}

/// Publishes every part of a post, and returns the receipts.
fn publish(bench: &Bench, channel: &dyn Channel) -> Vec<(Sending, Receipt)> {
    let (mut thread, mut receipts) = (Vec::new(), Vec::new());
    for draft in bench.drafts() {
        let sending = bench.prepare(channel, &draft, &thread);
        let receipt = channel.publish(&sending).unwrap();
        assert_eq!(receipt.evidence, Evidence::Answer);
        thread.push(parent(&receipt));
        receipts.push((sending, receipt));
    }
    receipts
}

fn status(url: &str, who: &Fedi, id: &str) -> Value {
    get_json(&format!("{url}/api/v1/statuses/{id}"), &who.token)
}

/// What is public says what was written, in every field that the server keeps.
fn verify_thread(url: &str, who: &Fedi, receipts: &[(Sending, Receipt)]) {
    let [first, second, third] = receipts else { panic!("{} parts", receipts.len()) };
    let shown = status(url, who, &first.1.id);
    assert_eq!(shown["spoiler_text"], "Loud noises");
    assert_eq!(shown["sensitive"], true);
    assert_eq!(shown["url"].as_str(), first.1.url.as_deref());
    let content = shown["content"].as_str().unwrap();
    for words in ["Doors open at", "friends", "OpenDay", "address/that/is/cut"] {
        assert!(content.contains(words), "{content}");
    }
    let media = shown["media_attachments"].as_array().unwrap();
    assert_eq!(media.len(), 4);
    for (media, name) in media.iter().zip(PICTURES) {
        assert_eq!(media["description"], format!("What \"{name}\" shows: çá"));
        let address = media["url"].as_str().unwrap();
        let (found, bytes) = get(address, "");
        assert_eq!(found, 200, "{address}");
        assert!(!String::from_utf8_lossy(&bytes).contains("SECRET"), "{name} tells where it was taken");
    }
    assert_eq!(status(url, who, &second.1.id)["in_reply_to_id"], *first.1.id);
    assert_eq!(status(url, who, &third.1.id)["in_reply_to_id"], *second.1.id);
}

fn verify_found(channel: &dyn Channel, receipts: &[(Sending, Receipt)]) {
    for (sending, receipt) in receipts {
        let found = Receipt { evidence: Evidence::Found, ..receipt.clone() };
        assert_eq!(channel.find(sending).unwrap(), Sight::There(found));
    }
}

#[test]
fn snac_takes_a_thread_with_all_that_a_post_says() {
    let Some(server) = Snac::start(None) else { return };
    let who = server.account("thread");
    let bench = Bench::new(&server.url, &who, &format!("{POST}{}{THREAD}", pictures()));
    let channel = bench.open().unwrap();
    assert_eq!(channel.class(), Class::Listing { repost: false }, "its key is not to be relied on");
    let receipts = publish(&bench, channel.as_ref());
    verify_thread(&server.url, &who, &receipts);
    verify_found(channel.as_ref(), &receipts);
}

#[test]
fn the_mock_takes_a_thread_with_all_that_a_post_says() {
    let Some(server) = mastodon_mock() else { return };
    let who = server.account();
    let bench = Bench::new(&server.url, &who, &format!("{POST}{}{THREAD}", pictures()));
    let channel = bench.open().unwrap();
    assert!(matches!(channel.class(), Class::WindowKey { .. }));
    let receipts = publish(&bench, channel.as_ref());
    verify_thread(&server.url, &who, &receipts);
    verify_found(channel.as_ref(), &receipts);
    let shown = status(&server.url, &who, &receipts[0].1.id);
    assert_eq!((&shown["visibility"], &shown["language"]), (&"unlisted".into(), &"pt".into()));
    for (sending, receipt) in &receipts {
        assert_eq!(channel.publish(sending).unwrap().id, receipt.id, "the same key is the same post");
    }
    assert_eq!(server.statuses(&who).len(), 3);
    for (_, receipt) in &receipts {
        channel.retract(&receipt.id).unwrap();
        assert_eq!(get(&format!("{}/api/v1/statuses/{}", server.url, receipt.id), &who.token).0, 404);
        channel.retract(&receipt.id).unwrap();
    }
}

#[test]
fn a_poll_is_asked_with_its_answers() {
    let Some(server) = mastodon_mock() else { return };
    let who = server.account();
    let bench = Bench::new(&server.url, &who, &format!("{POST}{POLL}"));
    let channel = bench.open().unwrap();
    let receipts = publish(&bench, channel.as_ref());
    let shown = status(&server.url, &who, &receipts[0].1.id);
    let options: Vec<&str> = shown["poll"]["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(options, ["By sea", "By <land>"]);
    verify_found(channel.as_ref(), &receipts);
}

/// snac keeps no key, so what was posted before the answer was lost has to be seen.
#[test]
fn a_post_whose_answer_was_lost_is_found_and_is_one() {
    let Some(server) = Snac::start(None) else { return };
    let proxy = Proxy::before(server.port);
    let post = format!("{POST}{}", pictures());
    for (n, fault) in [Fault::DropResponse, Fault::Truncate, Fault::DropRequest].into_iter().enumerate() {
        let who = server.account(&format!("lost{n}"));
        let bench = Bench::new(&proxy.url, &who, &post);
        let channel = bench.open().unwrap();
        let earlier = servers::post_json(
            &format!("{}/api/v1/statuses", server.url),
            &who.token,
            &serde_json::json!({ "status": "An older one" }),
        );
        let draft = bench.drafts().remove(0);
        let mut sending = bench.prepare(channel.as_ref(), &draft, &[]);
        proxy.arm(Some((0, fault.clone())));
        let failure = channel.publish(&sending).unwrap_err();
        assert!(matches!(failure, Failure::Doubtful { .. }), "{fault:?}: {failure:?}");
        proxy.arm(None);
        let sight = channel.find(&sending).unwrap();
        let count = server.statuses(&who).len();
        if fault == Fault::DropRequest {
            assert_eq!(count, 1, "{earlier}");
            // The older one is not old enough to prove anything; a later sending would be proven absent by it.
            assert!(matches!(sight, Sight::Unclear(_)), "{sight:?}");
            sending.first_at = now() + TimeDelta::minutes(2);
            assert_eq!(channel.find(&sending).unwrap(), Sight::Absent);
        } else {
            assert_eq!(count, 2);
            assert!(matches!(&sight, Sight::There(receipt) if receipt.id != earlier["id"]), "{sight:?}");
        }
    }
}

#[test]
fn what_only_followers_see_is_found_too() {
    let Some(server) = Snac::start(None) else { return };
    let who = server.account("followers");
    let bench = Bench::new(&server.url, &who, &POST.replace("unlisted", "followers"));
    let channel = bench.open().unwrap();
    let receipts = publish(&bench, channel.as_ref());
    assert!(server.statuses(&who).is_empty(), "it is not for everybody");
    verify_found(channel.as_ref(), &receipts);
}

#[test]
fn a_server_that_deletes_nothing_is_not_believed() {
    let Some(server) = Snac::start(None) else { return };
    let who = server.account("stays");
    let bench = Bench::new(&server.url, &who, POST);
    let channel = bench.open().unwrap();
    let receipts = publish(&bench, channel.as_ref());
    let failure = channel.retract(&receipts[0].1.id).unwrap_err();
    assert!(failure.to_string().contains("there by hand"), "{failure}");
    channel.retract("17953317252943031adad713ea679adce6d25f29ff").unwrap();
}

#[test]
fn an_upload_is_used_again_by_the_next_attempt() {
    let Some(server) = mastodon_mock() else { return };
    let who = server.account();
    let bench = Bench::new(&server.url, &who, &format!("{POST}{}", pictures()));
    let channel = bench.open().unwrap();
    let draft = bench.drafts().remove(0);
    let mut uploads = Vec::new();
    let first = bench.prepare_with(channel.as_ref(), &draft, &[], &mut uploads);
    assert_eq!(uploads.len(), 4);
    let second = bench.prepare_with(channel.as_ref(), &draft, &[], &mut uploads);
    assert_eq!(uploads.len(), 4, "nothing is uploaded twice");
    assert_eq!((first.key, first.payload), (second.key, second.payload));
}

#[test]
fn a_token_that_is_not_known_says_what_to_do() {
    let own = Snac::start(None);
    let urls = [own.as_ref().map(|server| &server.url), mastodon_mock().map(|server| &server.url)];
    for url in urls.into_iter().flatten() {
        let nobody = Fedi {
            name: "x".to_owned(),
            id: "1".to_owned(),
            password: String::new(),
            token: "of-nobody".to_owned(),
        };
        let bench = Bench::new(url, &nobody, POST);
        let Err(failure) = bench.open() else { panic!("{url} knows everybody") };
        let said = failure.to_string();
        assert!(said.contains("does not take the token") && said.contains("account connect"), "{said}");
        assert!(!said.contains("of-nobody"), "{said}");
    }
}

// The command

/// A calendar in a repository, and an identity that opens its secrets.
struct Site {
    folder: PathBuf,
    identity: PathBuf,
}

impl Site {
    fn new(server: &str, name: &str) -> Site {
        let folder = folder(name);
        let key = age::x25519::Identity::generate();
        let identity = folder.join("identity");
        fs::write(&identity, secrecy::ExposeSecret::expose_secret(&key.to_string())).unwrap();
        fs::set_permissions(&identity, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let site = Site { folder: folder.join("calendar"), identity };
        let today = now() - TimeDelta::minutes(1);
        let post = POST.replace("2026-01-05T09:00:00", &today.format("%Y-%m-%dT%H:%M:%S").to_string());
        for mut file in files(server, &post) {
            if file.path.starts_with("posts/") {
                file.path = today.format("posts/%Y/%m/%Y-%m-%d-open-day.toml").to_string();
            }
            let Content::Text(mut text) = file.content else { unreachable!() };
            if file.path == "people/ada.toml" {
                text += &format!("recipient = \"{}\"\n", key.to_public());
            }
            let path = site.folder.join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        site.git(&["init", "-q", "-b", "main"]);
        site.commit();
        site
    }

    fn git(&self, arguments: &[&str]) -> Output {
        let mut git = Command::new("git");
        git.current_dir(&self.folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]).args(arguments);
        let out = git.output().unwrap();
        assert!(out.status.success(), "git {arguments:?}: {out:?}");
        out
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-qm", "Plan"]);
    }

    fn kalends(&self, arguments: &[&str]) -> Command {
        let mut kalends = Command::new(env!("CARGO_BIN_EXE_kalends"));
        kalends.current_dir(&self.folder).args(arguments).env("KALENDS_IDENTITY", &self.identity);
        kalends.env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", self.identity.parent().unwrap());
        kalends.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        kalends
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let out = self.kalends(arguments).stdin(Stdio::null()).output().unwrap();
        let said = [out.stdout, out.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (out.status.code(), said)
    }

    fn account(&self) -> String {
        fs::read_to_string(self.folder.join("accounts/social.toml")).unwrap()
    }
}

/// Logs in on snac's own page as the address asks for, and returns what the page says, or where it sends the browser.
fn log_in(address: &str, who: &Fedi) -> String {
    let (server, query) = address.split_once("/oauth/authorize?").unwrap();
    let field = |name: &str| -> String {
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    assert_eq!((field("response_type").as_str(), field("code_challenge_method").as_str()), ("code", "S256"));
    assert_eq!(field("scope"), "read:accounts read:statuses write:media write:statuses");
    let fields = servers::form(&[
        ("login", &who.name),
        ("passwd", &who.password),
        ("cid", &field("client_id")),
        ("state", &field("state")),
        ("redir", &field("redirect_uri")),
    ]);
    let client = reqwest::blocking::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let request = client.build().unwrap().post(format!("{server}/oauth/x-snac-login"));
    let answer =
        request.header("content-type", "application/x-www-form-urlencoded").body(fields).send().unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    to.unwrap_or_else(|| answer.text().unwrap().trim().to_owned())
}

/// Runs `account connect`, logs in at the address that it says, and returns its exit code and all that it said.
fn connect(site: &Site, who: &Fedi, options: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["account", "connect", "social"], options].concat();
    let mut running = site.kalends(&arguments).spawn().unwrap();
    let mut out = BufReader::new(running.stdout.take().unwrap());
    let mut said = String::new();
    out.read_line(&mut said).unwrap();
    assert!(said.contains("/oauth/authorize?"), "{said}");
    let brought = log_in(said.trim(), who);
    if options.contains(&"--loopback") {
        assert!(brought.starts_with("http://127.0.0.1:"), "{brought}");
        let (found, page) = get(&brought, "");
        assert_eq!(found, 200);
        assert!(String::from_utf8_lossy(&page).contains("You can close this page"));
    } else {
        running.stdin.take().unwrap().write_all(format!(" {brought}\n").as_bytes()).unwrap();
    }
    out.read_to_string(&mut said).unwrap();
    let mut talk = String::new();
    running.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
    (running.wait().unwrap().code(), said + &talk)
}

fn secrets_in(folder: &Path, words: &[String]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return secrets_in(&path, words);
        }
        let bytes = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        words.iter().any(|word| bytes.contains(word))
    })
}

#[test]
fn an_account_is_connected_and_a_post_goes_out() {
    let Some(server) = Snac::start(None) else { return };
    for (n, options) in [&[][..], &["--loopback"]].into_iter().enumerate() {
        let who = server.account(&format!("connect{n}"));
        let site = Site::new(&server.url, "connect");
        let (code, said) = connect(&site, &who, options);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("social is connected as {} (id {})", who.name, who.id)), "{said}");
        assert!(said.contains("git add vault/social.age vault/social.toml accounts/social.toml"), "{said}");
        let account = site.account();
        assert!(account.contains(&format!("id = \"{}\"\nhandle = \"{}\"\n", who.id, who.name)), "{account}");
        let (code, said) = site.run(&["vault", "show", "social"]);
        assert_eq!(code, Some(0), "{said}");
        site.commit();
        let (code, said) = site.run(&["publish"]);
        assert_eq!(code, Some(0), "{said}");
        let shown = server.statuses(&who);
        assert_eq!(shown.len(), 1, "{said}");
        let url = shown[0]["url"].as_str().unwrap();
        let (_, said) = site.run(&["log"]);
        assert!(said.contains(url), "{said}");
        let (code, said) = site.run(&["publish"]);
        assert_eq!((code, server.statuses(&who).len()), (Some(0), 1), "{said}");
    }
}

#[test]
fn another_user_s_login_is_refused_and_nothing_is_kept() {
    let Some(server) = Snac::start(None) else { return };
    let (right, wrong) = (server.account("right"), server.account("wrong"));
    let site = Site::new(&server.url, "pinned");
    let path = site.folder.join("accounts/social.toml");
    let pinned = format!("{}id = \"{}\" # ours\n", site.account(), right.id);
    fs::write(&path, &pinned).unwrap();
    let (code, said) = connect(&site, &wrong, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("that is another user"), "{said}");
    assert!(!site.folder.join("vault").exists());
    assert_eq!(site.account(), pinned);
    let (code, said) = connect(&site, &right, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(site.account().contains("# ours\nhandle = \"right\"\n"), "{}", site.account());
    assert!(!secrets_in(&site.folder, &[right.token.clone(), wrong.token]));
}

#[test]
fn what_cannot_be_connected_says_why() {
    let Some(server) = Snac::start(None) else { return };
    let site = Site::new(&server.url, "unconnected");
    let path = site.folder.join("accounts/social.toml");
    let sound = site.account();
    let says = |account: &str, code: i32, words: &str| {
        fs::write(&path, account).unwrap();
        let (found, said) = site.run(&["account", "connect", "social"]);
        assert_eq!(found, Some(code), "{said}");
        assert!(said.contains(words), "{words}: {said}");
    };
    says(&sound.replace("access = [\"ada\"]\n", ""), 1, "may read");
    says(&sound.replace(&format!("server = \"{}\"\n", server.url), ""), 1, "names no server");
    says(&sound.replace(&server.url, "http://museum.example"), 1, "is read on the way");
    says(
        &sound.replace(&server.url, &format!("http://127.0.0.1:{}", servers::free_port())),
        3,
        "no connection",
    );
    says(&sound.replace(&server.url, &format!("{}/nobody", server.url)), 1, "404");
    says(&sound, 1, "no code was given");
    assert!(!site.folder.join("vault").exists());
}
