//! The adapter for Bluesky against Bluesky's own server.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kalends::calendar::{Calendar, read};
use kalends::draft::{AccountId, Draft, Media, MediaBook, MediaFacts};
use kalends::finding::{Content, File};
use kalends::http::{Broken, Failure, Http, Request, Response};
use kalends::keyring::{Credential, KeyError, Keys};
use kalends::ledger::{Evidence, Receipt, Sending, Upload};
use kalends::platform::bluesky::Bluesky;
use kalends::platform::counts::Look;
use kalends::platform::{Channel, Desk, Parent, Platform, Sight};
use kalends::rim::clock::SystemClock;
use kalends::rim::shelf::Shelf;
use kalends::rim::wire::Wire;
use kalends::time::Clock;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::servers::{self, Network, Pds, get_json, pds, post_json};

/// What becomes of a request on the way.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// It never arrives.
    Lost,
    /// It arrives, and its answer does not.
    AnswerLost,
    /// It arrives with a token that has ended.
    Expired,
}

/// The network, which counts, and does something to the next request of a name.
struct Net {
    wire: Wire,
    heard: Mutex<Vec<String>>,
    next: Mutex<Option<(&'static str, Way)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Net {
    fn new(wire: Wire) -> Net {
        Net { wire, heard: Mutex::default(), next: Mutex::default() }
    }

    fn count(&self, name: &str) -> usize {
        locked(&self.heard).iter().filter(|url| url.contains(name)).count()
    }

    fn next(&self, name: &'static str, way: Way) {
        *locked(&self.next) = Some((name, way));
    }
}

impl Http for Net {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        locked(&self.heard).push(request.url.clone());
        let way = {
            let mut next = locked(&self.next);
            next.take_if(|(name, _)| request.url.contains(*name)).map(|(_, way)| way)
        };
        match way {
            None => self.wire.send(request),
            Some(Way::Lost) => Err(Broken::AfterSending("the connection broke".to_owned())),
            Some(Way::AnswerLost) => {
                self.wire.send(request)?;
                Err(Broken::AfterSending("the connection broke".to_owned()))
            }
            Some(Way::Expired) => {
                let mut request = request.clone();
                let (_, token) =
                    request.headers.iter_mut().find(|(name, _)| name == "authorization").unwrap();
                let ended = expired(token.strip_prefix("Bearer ").unwrap());
                *token = zeroize::Zeroizing::new(format!("Bearer {ended}"));
                self.wire.send(&request)
            }
        }
    }
}

/// Returns the same token as it would have been hours ago: the tests know the server's own secret (pds.mjs).
fn expired(token: &str) -> String {
    let mut parts = token.split('.');
    let (head, claims) = (parts.next().unwrap(), parts.next().unwrap());
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let exp = claims["exp"].as_i64().unwrap();
    claims["iat"] = json!(exp - 20_000);
    claims["exp"] = json!(exp - 12_800);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    // HMAC-SHA-256 (RFC 2104) with a key shorter than a block.
    let mut key = [0_u8; 64];
    key[..21].copy_from_slice(b"a secret of the tests");
    let hash = |pad: u8, rest: &[u8]| {
        let padded: Vec<u8> = key.iter().map(|byte| byte ^ pad).collect();
        Sha256::new_with_prefix(padded).chain_update(rest).finalize()
    };
    let seal = hash(0x5c, &hash(0x36, signed.as_bytes()));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(seal))
}

/// A key-ring that keeps a session.
#[derive(Default)]
struct Ring {
    session: Mutex<Option<SecretString>>,
}

impl Keys for Ring {
    fn credential(&self, account: &AccountId) -> Result<Credential, KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn open(&self, account: &AccountId, _: &str) -> Result<Credential, KeyError> {
        Err(KeyError::Missing(account.clone()))
    }

    fn seal(&self, credential: &Credential) -> Result<String, KeyError> {
        Err(KeyError::Missing(credential.account.clone()))
    }

    fn session(&self, _: &AccountId) -> Option<SecretString> {
        locked(&self.session).clone()
    }

    fn keep_renewed(&self, _: &AccountId, _: &str) -> Result<(), KeyError> {
        Ok(())
    }

    fn kept_renewed(&self, _: &AccountId) -> Option<String> {
        None
    }

    fn keep_session(&self, _: &AccountId, session: &SecretString) {
        *locked(&self.session) = Some(session.clone());
    }
}

/// A clock that is wrong by some seconds.
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0)
    }

    fn wait(&self, _: TimeDelta) {}
}

/// An account on the server, a calendar that posts to it, and the network between.
struct Stage {
    pds: &'static Pds,
    who: servers::Bluesky,
    net: Net,
    ring: Ring,
    clock: Wrong,
    /// What the account's file says more.
    says: String,
    password: String,
    book: MediaBook,
    media: BTreeMap<String, Vec<u8>>,
    pin_suffices: bool,
}

impl Stage {
    fn new(name: &str) -> Option<Stage> {
        Some(Stage::on(pds()?, name))
    }

    fn on(pds: &'static Pds, name: &str) -> Stage {
        let who = pds.account(&format!("bsky-{name}"));
        let root = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        Stage {
            pds,
            net: Net::new(Wire::gated(Shelf { root }, |_| true)),
            ring: Ring::default(),
            clock: Wrong(0),
            says: String::new(),
            password: who.password.clone(),
            who,
            book: MediaBook::new(),
            media: BTreeMap::new(),
            pin_suffices: false,
        }
    }

    fn show(&mut self, name: &str, bytes: &[u8]) {
        let facts = MediaFacts {
            size_bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
            mime: kalends::media::mime(bytes),
            size_px: None,
            has_location: false,
        };
        self.book.insert(name.to_owned(), facts);
        self.media.insert(name.to_owned(), bytes.to_vec());
    }

    fn fixture(&mut self, name: &str) {
        let path = servers::root().join("tests/fixtures/media").join(name);
        self.show(&format!("media/{name}"), &std::fs::read(path).unwrap());
    }

    fn calendar(&self, post: &str) -> Calendar {
        let account = format!(
            "platform = \"bluesky\"\nserver = \"{}\"\nhandle = \"{}\"\n{}",
            self.pds.url, self.who.handle, self.says
        );
        let post = format!("at = 2027-01-18T09:00:00\nto = [\"bluesky\"]\n{post}");
        let file = |path: &str, text: String| File { path: path.to_owned(), content: Content::Text(text) };
        let (calendar, findings) = read(&[
            file("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n".to_owned()),
            file("accounts/bluesky.toml", account),
            file("posts/2027/01/open-day.toml", post),
        ]);
        assert_eq!(findings, []);
        calendar
    }

    /// Signs in, as one run does.
    fn run<T>(&self, work: impl FnOnce(&dyn Channel) -> T) -> Result<T, Failure> {
        let calendar = self.calendar("text = \"Doors.\"\n");
        let id = AccountId::new("bluesky").unwrap();
        let account = calendar.account(&id).unwrap();
        let credential = Credential {
            account: id,
            server: Some(self.pds.url.clone()),
            value: "v1".to_owned(),
            set_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            expires_at: None,
            values: BTreeMap::from([("app_password".to_owned(), SecretString::from(self.password.as_str()))]),
        };
        let media = |media: &Media| self.media.get(&media.file).cloned().ok_or("gone".to_owned());
        let desk = Desk {
            http: &self.net,
            clock: &self.clock,
            account,
            credential: Some(credential),
            keys: &self.ring,
            book: &self.book,
            media: &media,
            pin_suffices: self.pin_suffices,
        };
        let channel = Bluesky.open(desk)?;
        Ok(work(channel.as_ref()))
    }

    fn drafts(&self, post: &str) -> Vec<Draft> {
        let year = "2027-01-01T00:00:00Z".parse().unwrap().."2028-01-01T00:00:00Z".parse().unwrap();
        self.calendar(post).drafts(year)
    }

    fn draft(&self, post: &str) -> Draft {
        self.drafts(post).remove(0)
    }

    fn posts(&self) -> Vec<Value> {
        self.pds.posts(&self.who.did)
    }

    fn admin(&self, name: &str, body: &Value) {
        let request = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let request =
            request.post(format!("{}/xrpc/{name}", self.pds.url)).basic_auth("admin", Some("admin"));
        let answer =
            request.header("content-type", "application/json").body(body.to_string()).send().unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().unwrap());
    }
}

fn sending(prepared: (String, String)) -> Sending {
    let now = SystemClock.now();
    let (key, payload) = prepared;
    Sending {
        digest: kalends::draft::Canonical::new().digest(),
        due: now,
        until: now + TimeDelta::hours(2),
        key,
        payload,
        first_at: now,
        replays: None,
    }
}

fn prepare(channel: &dyn Channel, draft: &Draft) -> Result<Sending, Failure> {
    channel.prepare(draft, &[], &mut Vec::new(), SystemClock.now()).map(sending)
}

fn why(failure: &Failure) -> &str {
    match failure {
        Failure::Unsent { why, .. } | Failure::Refused { why, .. } | Failure::Doubtful { why } => why,
    }
}

fn parent(receipt: &Receipt) -> Parent {
    Parent { id: receipt.id.clone(), revision: receipt.revision.clone(), url: receipt.url.clone() }
}

/// Every facet of a record: the text that it stands at, and what it says.
fn facets(record: &Value) -> Vec<(String, Value)> {
    let text = record["text"].as_str().unwrap();
    let facet = |facet: &Value| {
        let at = |name: &str| usize::try_from(facet["index"][name].as_u64().unwrap()).unwrap();
        let mut feature = facet["features"][0].clone();
        feature.as_object_mut().unwrap().remove("$type");
        (text[at("byteStart")..at("byteEnd")].to_owned(), feature)
    };
    record["facets"].as_array().into_iter().flatten().map(facet).collect()
}

#[test]
fn a_post_arrives_with_all_that_it_says() {
    let Some(mut stage) = Stage::new("whole") else { return };
    let friend = stage.pds.account("bsky-friend");
    for name in ["camera.jpg", "camera.png", "camera.webp", "animated.gif"] {
        stage.fixture(name);
    }
    let media: String = ["camera.jpg", "camera.png", "camera.webp", "animated.gif"]
        .map(|name| format!("[[media]]\nfile = \"media/{name}\"\nalt = \"Whale 🐋 in {name}\"\n"))
        .concat();
    let draft = stage.draft(&format!(
        "text = \"👩‍🚀 開館 with @bsky-friend.test at museum.org, مرحبا #OpenDay\"\nlink = \"https://museum.example/öffnen?a=b#c\"\n\
         tags = [\"Walfang\"]\nlanguage = \"pt-PT\"\nlabels = [\"nudity\", \"graphic-media\"]\n{media}"
    ));
    let first_at = SystemClock.now();
    let (sending, receipt) = stage
        .run(|channel| {
            let mut uploads = Vec::new();
            let sending = sending(channel.prepare(&draft, &[], &mut uploads, first_at).unwrap());
            assert_eq!(uploads.len(), 4);
            let again = channel.prepare(&draft, &[], &mut uploads, first_at).unwrap();
            assert_eq!((&again.0, &again.1), (&sending.key, &sending.payload), "the same to the byte");
            assert_eq!(uploads.len(), 4, "nothing is uploaded twice");
            assert_eq!(channel.find(&sending).unwrap(), Sight::Absent);
            let receipt = channel.publish(&sending).unwrap();
            assert_eq!(channel.publish(&sending).unwrap(), receipt, "the same bytes are the same post");
            let found = Receipt { evidence: Evidence::Found, ..receipt.clone() };
            assert_eq!(channel.find(&sending).unwrap(), Sight::There(found));
            (sending, receipt)
        })
        .unwrap();
    assert_eq!(stage.net.count("uploadBlob"), 4);
    let posts = stage.posts();
    assert_eq!(posts.len(), 1);
    let record = &posts[0]["value"];
    assert_eq!(
        (posts[0]["uri"].as_str(), posts[0]["cid"].as_str()),
        (Some(&*receipt.id), receipt.revision.as_deref())
    );
    assert_eq!(
        receipt.url.unwrap(),
        format!("https://bsky.app/profile/{}/post/{}", stage.who.did, sending.key)
    );
    assert_eq!(record["text"], draft.composed());
    assert_eq!(record["createdAt"], first_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    assert_eq!(record["langs"], json!(["pt-PT"]));
    assert_eq!(record["labels"]["values"], json!([{ "val": "nudity" }, { "val": "graphic-media" }]));
    assert_eq!(
        facets(record),
        [
            ("@bsky-friend.test".to_owned(), json!({ "did": friend.did })),
            ("museum.org".to_owned(), json!({ "uri": "https://museum.org" })),
            ("#OpenDay".to_owned(), json!({ "tag": "OpenDay" })),
            (
                "https://museum.example/öffnen?a=b#c".to_owned(),
                json!({ "uri": "https://museum.example/öffnen?a=b#c" })
            ),
            ("#Walfang".to_owned(), json!({ "tag": "Walfang" })),
        ]
    );
    let images = record["embed"]["images"].as_array().unwrap();
    // The camera's pictures lie on their side: they are shown upright.
    let upright = json!({ "width": 16, "height": 24 });
    let sizes = [&upright, &upright, &upright, &json!({ "width": 24, "height": 16 })];
    assert_eq!(images.iter().map(|image| &image["aspectRatio"]).collect::<Vec<_>>(), sizes);
    assert_eq!(images[1]["alt"], "Whale 🐋 in camera.png");
    for image in images {
        let bytes = stage.pds.blob(&stage.who.did, image["image"]["ref"]["$link"].as_str().unwrap());
        assert!(!bytes.windows(6).any(|six| six == b"SECRET"), "{}", image["alt"]);
    }
    stage
        .run(|channel| {
            channel.retract(&receipt.id).unwrap();
            channel.retract(&receipt.id).unwrap();
            assert_eq!(channel.find(&sending).unwrap(), Sight::Absent);
        })
        .unwrap();
    assert_eq!(stage.posts(), Vec::<Value>::new());
    assert_eq!(stage.net.count("createSession"), 1, "the second run has the first one's session");
}

#[test]
fn a_lost_answer_is_a_doubt_that_looking_and_repeating_settle() {
    let Some(stage) = Stage::new("lost") else { return };
    let draft = stage.draft("text = \"Doors at ten.\"\n");
    for way in [Way::AnswerLost, Way::Lost] {
        let before = stage.posts().len();
        stage
            .run(|channel| {
                let sending = prepare(channel, &draft).unwrap();
                stage.net.next("putRecord", way);
                let failure = channel.publish(&sending).unwrap_err();
                assert!(matches!(failure, Failure::Doubtful { .. }), "{failure}");
                let sight = channel.find(&sending).unwrap();
                assert_eq!(matches!(sight, Sight::There(_)), way == Way::AnswerLost, "{sight:?}");
                assert_eq!(matches!(sight, Sight::Absent), way == Way::Lost, "{sight:?}");
                let receipt = channel.publish(&sending).unwrap();
                assert_eq!(receipt, channel.publish(&sending).unwrap());
            })
            .unwrap();
        assert_eq!(stage.posts().len(), before + 1);
    }
}

#[test]
fn another_post_under_the_key_is_never_replaced() {
    let Some(stage) = Stage::new("taken") else { return };
    let draft = stage.draft("text = \"Doors at ten.\"\n");
    stage
        .run(|channel| {
            let ours = prepare(channel, &draft).unwrap();
            let other = Sending { payload: ours.payload.replace("Doors", "Gates"), ..ours.clone() };
            channel.publish(&other).unwrap();
            let failure = channel.publish(&ours).unwrap_err();
            assert!(matches!(&failure, Failure::Doubtful { why } if why.contains("another")), "{failure}");
            assert!(matches!(channel.find(&ours).unwrap(), Sight::Unclear(_)));
        })
        .unwrap();
    assert_eq!(stage.posts()[0]["value"]["text"], "Gates at ten.");
}

#[test]
fn a_thread_hangs_together_even_where_a_person_settled_a_part() {
    let Some(stage) = Stage::new("thread") else { return };
    let drafts =
        stage.drafts("text = \"One.\"\n[[thread]]\ntext = \"Two.\"\n[[thread]]\ntext = \"Three.\"\n");
    stage
        .run(|channel| {
            let mut thread: Vec<Parent> = Vec::new();
            for draft in &drafts {
                let sent = channel.prepare(draft, &thread, &mut Vec::new(), SystemClock.now()).unwrap();
                let receipt = channel.publish(&sending(sent)).unwrap();
                thread.push(match draft.slot.part {
                    // What a person knows of it is where it can be seen.
                    2 => {
                        let url = receipt.url.clone().unwrap().replace(&stage.who.did, &stage.who.handle);
                        Parent { id: url.clone(), revision: None, url: Some(url) }
                    }
                    _ => parent(&receipt),
                });
            }
            let nowhere = Parent {
                id: "https://bsky.app/profile/x.test/post/3mabcdefghi2k".to_owned(),
                revision: None,
                url: None,
            };
            let failure =
                channel.prepare(&drafts[1], &[nowhere], &mut Vec::new(), SystemClock.now()).unwrap_err();
            assert!(why(&failure).contains("cannot be found"), "{failure}");
        })
        .unwrap();
    let posts = stage.posts();
    let strong = |text: &str| {
        let post = posts.iter().find(|post| post["value"]["text"] == text).unwrap();
        json!({ "uri": post["uri"], "cid": post["cid"] })
    };
    let reply = |text: &str| {
        posts.iter().find(|post| post["value"]["text"] == text).unwrap()["value"]["reply"].clone()
    };
    assert_eq!(reply("One."), Value::Null);
    assert_eq!(reply("Two."), json!({ "root": strong("One."), "parent": strong("One.") }));
    assert_eq!(reply("Three."), json!({ "root": strong("One."), "parent": strong("Two.") }));
}

#[test]
fn a_session_is_kept_renewed_and_begun_anew_once() {
    let Some(stage) = Stage::new("session") else { return };
    let draft = stage.draft("text = \"Doors at ten.\"\n");
    let kept = || -> Value {
        serde_json::from_str(locked(&stage.ring.session).as_ref().unwrap().expose_secret()).unwrap()
    };
    let keep = |session: &Value| *locked(&stage.ring.session) = Some(SecretString::from(session.to_string()));
    stage.run(|_| ()).unwrap();
    stage.run(|_| ()).unwrap();
    assert_eq!((stage.net.count("createSession"), stage.net.count("refreshSession")), (1, 0));
    // A token that has ended by its own word is renewed before it is used.
    let mut session = kept();
    session["access"] = json!(expired(session["access"].as_str().unwrap()));
    keep(&session);
    stage.run(|channel| channel.publish(&prepare(channel, &draft).unwrap()).unwrap()).unwrap();
    assert_eq!((stage.net.count("createSession"), stage.net.count("refreshSession")), (1, 1));
    // One that ends on the way is refused before the server looks at the post, which goes out once.
    stage
        .run(|channel| {
            let sending = prepare(channel, &draft).unwrap();
            stage.net.next("putRecord", Way::Expired);
            channel.publish(&sending).unwrap();
        })
        .unwrap();
    assert_eq!((stage.net.count("createSession"), stage.net.count("refreshSession")), (1, 2));
    assert_eq!((stage.posts().len(), stage.net.count("putRecord")), (2, 3));
    // Tokens that the server does not know any more cost one sign-in.
    session["access"] = json!("e30.e30.e30");
    session["refresh"] = json!("e30.e30.e30");
    keep(&session);
    stage.run(|channel| channel.publish(&prepare(channel, &draft).unwrap()).unwrap()).unwrap();
    assert_eq!((stage.net.count("createSession"), stage.net.count("refreshSession")), (2, 3));
    assert_ne!(kept()["access"], session["access"]);
}

#[test]
fn a_password_a_pin_and_a_clock_that_are_wrong_send_nothing() {
    let Some(mut stage) = Stage::new("wrong") else { return };
    stage.clock = Wrong(90);
    let failure = stage.run(|_| ()).unwrap_err();
    assert!(
        matches!(&failure, Failure::Unsent { why, .. } if why.contains("90 s apart") || why.contains("89 s apart")),
        "{failure}"
    );
    (stage.clock, *locked(&stage.ring.session)) = (Wrong(0), None);
    stage.says = "id = \"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa\"\n".to_owned();
    let failure = stage.run(|_| ()).unwrap_err();
    assert!(why(&failure).contains("is pinned to did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), "{failure}");
    stage.says = format!("id = \"{}\"\n", stage.who.did);
    let asked = stage.net.count("createSession");
    stage.password = ["wxyz"; 4].join("-");
    let failure = stage.run(|_| ()).unwrap_err();
    assert!(
        matches!(&failure, Failure::Refused { status: 401, why, .. } if why.contains("kalends account connect bluesky")),
        "{failure}"
    );
    assert!(!failure.to_string().contains("wxyz"));
    assert_eq!(stage.net.count("createSession"), asked + 1);
    stage.password = stage.who.password.clone();
    stage.run(|_| ()).unwrap();
    assert_eq!(stage.net.count("putRecord"), 0);
}

#[test]
fn an_account_that_may_not_post_is_told_so() {
    let Some(mut stage) = Stage::new("closed") else { return };
    let draft = stage.draft("text = \"Doors at ten.\"\n");
    let method = |name: &str| format!("{}/xrpc/com.atproto.server.{name}", stage.pds.url);
    stage
        .run(|channel| {
            let sending = prepare(channel, &draft).unwrap();
            post_json(&method("deactivateAccount"), &stage.who.access, &json!({}));
            let failure = channel.publish(&sending).unwrap_err();
            assert!(matches!(failure, Failure::Refused { .. }), "{failure}");
        })
        .unwrap();
    let whole = format!("id = \"{}\"\n", stage.who.did);
    for (fresh, says) in [(false, ""), (true, &*whole)] {
        stage.says = says.to_owned();
        if fresh {
            *locked(&stage.ring.session) = None;
        }
        let failure = stage.run(|_| ()).unwrap_err();
        assert!(why(&failure).contains("deactivated"), "{failure}");
    }
    let request = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let answer = request.post(method("activateAccount")).bearer_auth(&stage.who.access).send().unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().unwrap());
    stage.run(|_| ()).unwrap();
    let repo = json!({ "$type": "com.atproto.admin.defs#repoRef", "did": stage.who.did });
    let takedown = json!({ "subject": repo, "takedown": { "applied": true, "ref": "1" } });
    stage.admin("com.atproto.admin.updateSubjectStatus", &takedown);
    for fresh in [false, true] {
        if fresh {
            *locked(&stage.ring.session) = None;
        }
        let failure = stage.run(|_| ()).unwrap_err();
        assert!(why(&failure).contains("taken down"), "{failure}");
    }
    stage.says.clear();
    let failure = stage.run(|_| ()).unwrap_err();
    assert!(why(&failure).contains("or its account is not active"), "{failure}");
    assert_eq!(stage.net.count("putRecord"), 1);
}

#[test]
fn a_mention_of_nobody_keeps_the_post_back_and_names_the_handle() {
    let Some(stage) = Stage::new("mention") else { return };
    stage
        .run(|channel| {
            let failure =
                prepare(channel, &stage.draft("text = \"With @nobody-at-all.test.\"\n")).unwrap_err();
            assert!(
                matches!(&failure, Failure::Refused { why, .. } if why.contains("@nobody-at-all.test")),
                "{failure}"
            );
            stage.net.next("resolveHandle", Way::Lost);
            let failure =
                prepare(channel, &stage.draft("text = \"With @bsky-mention.test.\"\n")).unwrap_err();
            assert!(matches!(failure, Failure::Unsent { .. }), "{failure}");
            prepare(channel, &stage.draft("text = \"With @Bsky-mention.test.\"\n")).unwrap();
        })
        .unwrap();
}

/// Answers so many requests with what each path is given, and counts them.
fn site(pages: Vec<(&'static str, &'static str, Vec<u8>)>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            let length = stream.read(&mut asked).unwrap();
            let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
            let path = asked.split(' ').nth(1).unwrap_or_default();
            let (head, body) = match pages.iter().find(|(own, _, _)| *own == path) {
                Some((_, head, body)) => (*head, body.clone()),
                None => ("404 Not Found\r\n", Vec::new()),
            };
            drop(
                stream.write_all(
                    format!("HTTP/1.1 {head}content-length: {}\r\nconnection: close\r\n\r\n", body.len())
                        .as_bytes(),
                ),
            );
            drop(stream.write_all(&body));
        }
    });
    port
}

#[test]
fn a_link_without_pictures_has_a_card_of_its_page() {
    let Some(mut stage) = Stage::new("card") else { return };
    let picture = std::fs::read(servers::root().join("tests/fixtures/media/camera.jpg")).unwrap();
    let html = "<meta charset=utf-8><meta property=og:title content='Open &amp; day 🐋'>\
                <meta property=og:description content='Doors\n at ten'><meta property=og:image content=../whale.jpg>";
    let text = "200 OK\r\ncontent-type: text/html\r\n";
    let port = site(vec![
        ("/moved", "302 Found\r\nlocation: /deep/page\r\n", Vec::new()),
        ("/loop", "302 Found\r\nlocation: /loop\r\n", Vec::new()),
        ("/deep/page", text, html.as_bytes().to_vec()),
        ("/whale.jpg", "200 OK\r\ncontent-type: image/jpeg\r\n", picture),
        ("/long", text, vec![b'a'; 1_000_001]),
        ("/film", "200 OK\r\ncontent-type: video/mp4\r\n", b"<title>no</title>".to_vec()),
    ]);
    let card = |stage: &Stage, path: &str| {
        let link = format!("http://127.0.0.1:{port}{path}");
        let draft = stage.draft(&format!("text = \"Look.\"\nlink = \"{link}\"\n"));
        let receipt =
            stage.run(|channel| channel.publish(&prepare(channel, &draft).unwrap()).unwrap()).unwrap();
        let posts = stage.posts();
        let post = posts.iter().find(|post| post["uri"] == receipt.id).unwrap();
        assert_eq!(post["value"]["embed"]["external"]["uri"], link);
        post["value"]["embed"]["external"].clone()
    };
    let whole = card(&stage, "/moved");
    assert_eq!((&whole["title"], &whole["description"]), (&json!("Open & day 🐋"), &json!("Doors at ten")));
    let thumb = stage.pds.blob(&stage.who.did, whole["thumb"]["ref"]["$link"].as_str().unwrap());
    assert!(!thumb.windows(6).any(|six| six == b"SECRET"));
    for path in ["/none", "/loop", "/long", "/film"] {
        let plain = card(&stage, path);
        assert_eq!((&plain["title"], &plain["description"]), (&json!("127.0.0.1"), &json!("")), "{path}");
        assert_eq!(plain["thumb"], Value::Null);
    }
    // A page on a private network is never asked, and the post goes out all the same.
    stage.net = Net::new(Wire::new(Shelf { root: std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")) }));
    assert_eq!(card(&stage, "/deep/page")["title"], "127.0.0.1");
}

#[test]
fn a_blob_that_the_server_has_lost_is_uploaded_anew() {
    let Some(mut stage) = Stage::new("blob") else { return };
    stage.fixture("camera.png");
    let draft =
        stage.draft("text = \"A whale.\"\n[[media]]\nfile = \"media/camera.png\"\nalt = \"A whale\"\n");
    let mut uploads: Vec<Upload> = Vec::new();
    stage.run(|channel| channel.prepare(&draft, &[], &mut uploads, SystemClock.now()).unwrap()).unwrap();
    // As if it had been uploaded long ago, under a name that the server does not know.
    let mut blob: Value = serde_json::from_str(&uploads[0].id).unwrap();
    blob["ref"]["$link"] = json!("bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a");
    uploads[0].id = blob.to_string();
    stage
        .run(|channel| {
            let sent = sending(channel.prepare(&draft, &[], &mut uploads, SystemClock.now()).unwrap());
            let failure = channel.publish(&sent).unwrap_err();
            assert!(matches!(failure, Failure::Unsent { .. }), "{failure}");
        })
        .unwrap();
    assert_eq!(stage.net.count("uploadBlob"), 1, "it was used again");
    stage
        .run(|channel| {
            let sent = sending(channel.prepare(&draft, &[], &mut uploads, SystemClock.now()).unwrap());
            channel.publish(&sent).unwrap();
        })
        .unwrap();
    assert_eq!((stage.net.count("uploadBlob"), stage.posts().len()), (2, 1));
}

#[test]
fn a_picture_too_large_says_by_how_much() {
    let Some(mut stage) = Stage::new("large") else { return };
    let png = std::fs::read(servers::root().join("tests/fixtures/media/camera.png")).unwrap();
    // A chunk of pixels that are none: larger, and whole for those who do not decode it.
    let at = png.windows(4).position(|four| four == b"IEND").unwrap() - 4;
    let mut large = png[..at].to_vec();
    let data = vec![0; 2_100_000];
    large.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    let mut chunk = b"IDAT".to_vec();
    chunk.extend(&data);
    let crc = chunk.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    large.extend(&chunk);
    large.extend((!crc).to_be_bytes());
    large.extend(&png[at..]);
    stage.show("media/large.png", &large);
    let draft =
        stage.draft("text = \"A whale.\"\n[[media]]\nfile = \"media/large.png\"\nalt = \"A whale\"\n");
    let failure = stage.run(|channel| prepare(channel, &draft).unwrap_err()).unwrap();
    assert!(
        matches!(&failure, Failure::Refused { status: 413, why, .. } if why.contains("smaller by 10")),
        "{failure}"
    );
    assert_eq!(stage.net.count("uploadBlob"), 0);
}

#[test]
fn a_server_that_takes_no_more_sign_ins_is_left_alone_for_as_long_as_it_says() {
    let Some(pds) = Pds::start(None, &[("PDS_RATE_LIMITS_ENABLED", "true")]) else { return };
    let pds: &'static Pds = Box::leak(Box::new(pds));
    let Some(mut stage) = Stage::new("elsewhere") else { return };
    stage.who = pds.account("bsky-limited");
    stage.pds = pds;
    stage.password = stage.who.password.clone();
    let words = json!({ "identifier": stage.who.did, "password": stage.who.password });
    let method = format!("{}/xrpc/com.atproto.server.createSession", pds.url);
    for _ in 0..30 {
        post_json(&method, "", &words);
    }
    let failure = stage.run(|_| ()).unwrap_err();
    let Failure::Unsent { retry_after: Some(span), .. } = &failure else { panic!("{failure}") };
    assert!((1..=300).contains(&span.num_seconds()), "{span}");
    let health = get_json(&format!("{}/xrpc/_health", pds.url), "");
    assert!(health["version"].is_string());
}

/// Asks until the AppView, which follows the server, has seen it all.
fn counted(stage: &Stage, posts: &[&str], enough: impl Fn(&[Look]) -> bool) -> Vec<Look> {
    let mut looks = Vec::new();
    for _ in 0..100 {
        looks = stage.run(|channel| channel.measure(posts)).unwrap().unwrap();
        if enough(&looks) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    looks
}

fn numbers(look: &Look) -> Vec<String> {
    match look {
        Look::Counted(counts) => {
            let given = counts.given.iter().map(|one| format!("{}={}", one.name, one.value));
            given.chain(counts.lacking.iter().cloned()).collect()
        }
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn what_people_do_is_counted_by_the_appview() {
    let Some(network) = Network::start() else { return };
    let network: &'static Network = Box::leak(Box::new(network));
    let pds = &network.pds;
    let mut stage = Stage::on(pds, "counted");
    let friend = pds.account("bsky-admirer");
    let publish = |stage: &Stage, text: &str| {
        let draft = stage.draft(&format!("text = \"{text}\"\n"));
        stage.run(|channel| channel.publish(&prepare(channel, &draft).unwrap())).unwrap().unwrap()
    };
    let (first, second) = (publish(&stage, "Doors at ten."), publish(&stage, "Doors at eleven."));
    let adds = |collection: &str, mut record: Value| {
        record["$type"] = json!(collection);
        record["createdAt"] = json!(SystemClock.now().to_rfc3339());
        let body = json!({ "repo": friend.did, "collection": collection, "record": record });
        post_json(&format!("{}/xrpc/com.atproto.repo.createRecord", pds.url), &friend.access, &body);
    };
    let subject = json!({ "uri": first.id, "cid": first.revision });
    adds("app.bsky.feed.like", json!({ "subject": subject }));
    adds("app.bsky.feed.repost", json!({ "subject": subject }));
    adds(
        "app.bsky.feed.post",
        json!({ "text": "At last!", "reply": { "root": subject, "parent": subject } }),
    );
    adds("app.bsky.graph.follow", json!({ "subject": stage.who.did }));

    let page = second.url.clone().unwrap();
    let posts = [first.id.as_str(), page.as_str()];
    let whole = ["likeCount=1", "repostCount=1", "replyCount=1", "quoteCount=0", "bookmarkCount=0"];
    let looks =
        counted(&stage, &posts, |looks| numbers(&looks[0]) == whole && matches!(looks[1], Look::Counted(_)));
    assert_eq!(numbers(&looks[0]), whole);
    assert_eq!(numbers(&looks[1])[0], "likeCount=0");
    let followers = |stage: &Stage| stage.run(|channel| channel.measure_account()).unwrap().unwrap();
    assert_eq!(followers(&stage).counts.given[0].value.to_string(), "1");

    // What is taken down is gone by the repository's word, whatever the AppView still shows.
    stage.run(|channel| channel.retract(&first.id)).unwrap().unwrap();
    let looks = counted(&stage, &posts, |looks| looks[0] == Look::Gone);
    assert_eq!((&looks[0], numbers(&looks[1]).len()), (&Look::Gone, 5));

    // Called something else, it is still who it is pinned to.
    let name = "bsky-renamed.test";
    let update = format!("{}/xrpc/com.atproto.identity.updateHandle", pds.url);
    post_json(&update, &stage.who.access, &json!({ "handle": name }));
    stage.says = format!("id = \"{}\"\n", stage.who.did);
    stage.ring = Ring::default();
    stage.pin_suffices = true;
    let mut renamed = None;
    for _ in 0..100 {
        renamed = followers(&stage).renamed;
        if renamed.is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    assert_eq!(renamed.as_deref(), Some(name));
}
