//! The adapter against a server that answers what it was recorded to answer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::calendar::{Account, At, Voice};
use crate::draft::{
    AccountId, Digest, Label, Media, MediaBook, Occurrence, Poll, PostId, Slot, Visibility, hex,
};
use crate::http::{Broken, Request, Response};
use crate::keyring;
use crate::ledger::Evidence;
use crate::media;
use crate::text;
use crate::time::Clock;

mod finds;
mod measures;
mod opens;
mod posts;
mod recorded;
mod renews;

/// A server: what it answers to a method and path, one after the other; the last answer stays.
#[derive(Default)]
struct Server {
    answers: Mutex<BTreeMap<String, VecDeque<Result<Response, Broken>>>>,
    heard: Mutex<Vec<Request>>,
    seconds: AtomicI64,
}

impl Http for Server {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        self.heard.lock().unwrap().push(request.clone());
        let path = request.url.strip_prefix("https://social.example").expect("its own server");
        let whole = format!("{} {path}", request.method);
        let bare = whole.split('?').next().unwrap().to_owned();
        let mut answers = self.answers.lock().unwrap();
        let key = if answers.contains_key(&whole) { whole } else { bare };
        let queue = answers.get_mut(&key).unwrap_or_else(|| panic!("nobody expects {key}"));
        if queue.len() > 1 { queue.pop_front().unwrap() } else { queue.front().unwrap().clone() }
    }
}

/// A clock that only waiting moves on.
impl Clock for Server {
    fn now(&self) -> DateTime<Utc> {
        moment(0) + TimeDelta::seconds(self.seconds.load(Ordering::SeqCst))
    }

    fn wait(&self, span: TimeDelta) {
        self.seconds.fetch_add(span.num_seconds(), Ordering::SeqCst);
    }
}

impl Server {
    /// A Mastodon server that knows the token.
    fn mastodon() -> Server {
        Server::default().says("GET /api/v1/accounts/verify_credentials", 200, &me()).says(
            "GET /api/v2/instance",
            200,
            &instance("4.6.0"),
        )
    }

    fn says(self, what: &str, status: u16, body: &Value) -> Server {
        self.answers_with(what, Ok(answer(status, &[], body.to_string().as_bytes())))
    }

    fn answers_with(self, what: &str, answer: Result<Response, Broken>) -> Server {
        self.answers.lock().unwrap().entry(what.to_owned()).or_default().push_back(answer);
        self
    }

    /// Forgets what it answers to something, to be told anew.
    fn forgets(self, what: &str) -> Server {
        self.answers.lock().unwrap().remove(what);
        self
    }

    fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|request| format!("{} {}", request.method, &request.url[22..])).collect()
    }

    fn last(&self) -> Request {
        self.heard.lock().unwrap().last().unwrap().clone()
    }

    /// Opens the account and works with it.
    fn work<T>(&self, work: impl FnOnce(&dyn Channel) -> T) -> Result<T, Failure> {
        self.work_as(&account(), Some(credential()), work)
    }

    fn work_as<T>(
        &self,
        account: &Account,
        credential: Option<Credential>,
        work: impl FnOnce(&dyn Channel) -> T,
    ) -> Result<T, Failure> {
        let book = book();
        let desk = Desk {
            http: self,
            clock: self,
            account,
            credential,
            keys: &keyring::Empty,
            book: &book,
            media: &|media| Ok(bytes(&media.file).to_vec()),
            pin_suffices: false,
        };
        Ok(work(Mastodon.open(desk)?.as_ref()))
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let date = ("date", "Fri, 15 Jan 2027 08:00:00 GMT");
    let headers = headers.iter().chain([&date]);
    Response {
        status,
        headers: headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_vec().into(),
    }
}

fn me() -> Value {
    json!({ "id": "117020565966271181", "username": "harbour", "acct": "harbour", "statuses_count": 12 })
}

fn instance(version: &str) -> Value {
    json!({
        "domain": "social.example",
        "version": version,
        "configuration": {
            "statuses": { "max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23 },
            "media_attachments": {
                "supported_mime_types": ["image/jpeg", "image/png", "video/mp4"],
                "description_limit": 1500, "image_size_limit": 16_777_216, "video_size_limit": 103_809_024,
            },
            "polls": {
                "max_options": 4, "max_characters_per_option": 50, "min_expiration": 300,
                "max_expiration": 2_629_746,
            },
        },
    })
}

fn moment(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn account() -> Account {
    Account {
        id: AccountId::new("social").unwrap(),
        file: "accounts/social.toml".to_owned(),
        platform: None,
        server: Some(At { value: "https://social.example/".to_owned(), span: 0..0 }),
        handle: None,
        voice: Voice::Organisation,
        departments: Vec::new(),
        access: Vec::new(),
        since: None,
        pin: Some("117020565966271181".to_owned()),
        late: None,
        by_hand: false,
        title: None,
        folder: None,
    }
}

fn credential() -> Credential {
    let value = |name: &str, value: &str| (name.to_owned(), SecretString::from(value));
    Credential {
        account: AccountId::new("social").unwrap(),
        server: Some("https://social.example".to_owned()),
        value: "a".to_owned(),
        set_at: moment(-1000),
        expires_at: None,
        values: BTreeMap::from([
            value("token", "s3cret-token"),
            value("client_id", "kal"),
            value("client_secret", "s3cret-app"),
        ]),
    }
}

fn draft(part: u32) -> Draft {
    Draft {
        slot: Slot {
            post: PostId::new("2027-01-15-open-day").unwrap(),
            occurrence: Occurrence::Once,
            account: AccountId::new("social").unwrap(),
            part,
        },
        platform: text::Platform::Mastodon,
        due: moment(0),
        late: TimeDelta::hours(2),
        parts: 3,
        title: None,
        text: "Doors open at ten, @ada@museum.example.".to_owned(),
        link: Some("https://museum.example/open".to_owned()),
        tags: vec!["OpenDay".to_owned()],
        media: Vec::new(),
        poll: None,
        warning: None,
        labels: Vec::new(),
        language: Some("en".to_owned()),
        visibility: Visibility::Public,
        again: false,
    }
}

fn picture(file: &str, alt: &str) -> Media {
    Media { file: file.to_owned(), alt: Some(alt.to_owned()) }
}

/// A file's bytes.
fn bytes(file: &str) -> &'static [u8] {
    match file {
        "media/a.png" => include_bytes!("../../../tests/fixtures/media/animated.png"),
        "media/b.jpg" => include_bytes!("../../../tests/fixtures/media/camera.jpg"),
        "media/c.gif" => include_bytes!("../../../tests/fixtures/media/animated.gif"),
        "media/film.mp4" => include_bytes!("../../../tests/fixtures/media/camera.mp4"),
        _ => panic!("no {file}"),
    }
}

fn book() -> MediaBook {
    let facts = |file: &str| {
        let facts = MediaFacts {
            size_bytes: bytes(file).len() as u64,
            sha256: Sha256::digest(bytes(file)).into(),
            mime: media::mime(bytes(file)),
            size_px: Some((30, 20)),
            has_location: false,
        };
        (file.to_owned(), facts)
    };
    ["media/a.png", "media/b.jpg", "media/c.gif", "media/film.mp4"].map(facts).into()
}

fn sending(key: &str, payload: &str) -> Sending {
    Sending {
        digest: Digest::parse(&format!("sha256:{}", "0".repeat(64))).unwrap(),
        due: moment(0),
        until: moment(7200),
        key: key.to_owned(),
        payload: payload.to_owned(),
        first_at: moment(0),
        replays: None,
    }
}

/// What Mastodon shows of the draft above, once it is posted.
fn status(id: &str, second: i64, content: &str) -> Value {
    json!({
        "id": id,
        "created_at": (moment(second) + TimeDelta::milliseconds(755)).to_rfc3339(),
        "in_reply_to_id": null,
        "spoiler_text": "",
        "visibility": "public",
        "url": format!("https://social.example/@harbour/{id}"),
        "uri": format!("https://social.example/users/harbour/statuses/{id}"),
        "content": content,
        "media_attachments": [],
        "poll": null,
        "account": { "id": "117020565966271181" },
    })
}

/// The draft's words as Mastodon shows them.
const SHOWN: &str = "<p>Doors open at ten, <span class=\"h-card\"><a href=\"https://museum.example/@ada\" class=\"u-url \
     mention\">@<span>ada</span></a></span>.</p><p><a href=\"https://museum.example/open\" rel=\"nofollow noopener\"><span \
     class=\"invisible\">https://</span><span class=\"\">museum.example/open</span><span class=\"invisible\"></span></a></p>\
     <p><a href=\"https://social.example/tags/OpenDay\" class=\"mention hashtag\" rel=\"tag\">#<span>OpenDay</span></a></p>";

fn why(failure: Failure) -> String {
    match failure {
        Failure::Unsent { why, .. } | Failure::Refused { why, .. } | Failure::Doubtful { why } => why,
    }
}
