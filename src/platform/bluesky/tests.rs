//! The adapter against servers that answer what they are told.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::*;
use crate::calendar::{Account, At, Voice};
use crate::draft::{AccountId, MediaBook};
use crate::http::{Broken, Reach, Response};
use crate::keyring::Empty;
use crate::time::Clock;

mod measures;

const DID: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

/// Servers: the beginning of an address, and what it answers, with a status.
struct Net {
    answers: Vec<(&'static str, u16, Value)>,
    heard: Mutex<Vec<Request>>,
}

impl Http for Net {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        self.heard.lock().unwrap().push(request.clone());
        let found = self.answers.iter().find(|(url, _, _)| request.url.starts_with(url));
        let Some((_, status, body)) = found else {
            return Err(Broken::BeforeSending("no connection".to_owned()));
        };
        let headers = match body.get("location").and_then(Value::as_str) {
            Some(location) => vec![("location".to_owned(), location.to_owned())],
            None => vec![("content-type".to_owned(), "application/json".to_owned())],
        };
        let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        Ok(Response { status: *status, headers, body: body.into_bytes().into() })
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn wait(&self, _: TimeDelta) {}
}

fn account(server: Option<&str>, handle: &str) -> Account {
    Account {
        id: AccountId::new("bluesky").unwrap(),
        file: "accounts/bluesky.toml".to_owned(),
        platform: None,
        server: server.map(|server| At { value: server.to_owned(), span: 0..0 }),
        handle: Some(handle.to_owned()),
        voice: Voice::Organisation,
        departments: Vec::new(),
        access: Vec::new(),
        since: None,
        pin: None,
        late: None,
        by_hand: false,
        title: None,
        folder: None,
    }
}

/// What a whole network answers for one account.
fn network() -> Vec<(&'static str, u16, Value)> {
    let session = json!({ "did": DID, "accessJwt": "an-access-token", "refreshJwt": "a-refresh-token", "active": true });
    vec![
        (
            "https://bsky.social/xrpc/com.atproto.identity.resolveHandle?handle=ada.example",
            200,
            json!({ "did": DID }),
        ),
        (
            "https://plc.directory/did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            200,
            document("at://ada.example", "https://pds.example"),
        ),
        ("https://pds.example/xrpc/com.atproto.server.createSession", 200, session),
    ]
}

fn document(name: &str, server: &str) -> Value {
    let service =
        json!({ "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": server });
    json!({ "id": DID, "alsoKnownAs": [name, "at://other.example"], "service": [service] })
}

/// Signs in over a network, with a secret for some server, and returns what came of it and what was asked.
fn open(
    answers: Vec<(&'static str, u16, Value)>,
    account: &Account,
    server: Option<&str>,
) -> (Result<(), Failure>, Vec<String>) {
    let net = Net { answers, heard: Mutex::default() };
    let book = MediaBook::new();
    let credential = Credential {
        account: account.id.clone(),
        server: server.map(str::to_owned),
        value: "v".to_owned(),
        set_at: Still.now(),
        expires_at: None,
        values: BTreeMap::from([(
            "app_password".to_owned(),
            SecretString::from(["abcd-efgh", "-ijkl-mnop"].concat()),
        )]),
    };
    let desk = Desk {
        http: &net,
        clock: &Still,
        account,
        credential: Some(credential),
        keys: &Empty,
        book: &book,
        media: &|_| Err("none".to_owned()),
        pin_suffices: false,
    };
    let opened = Bluesky.open(desk).map(drop);
    let heard = net.heard.into_inner().unwrap();
    assert!(heard.iter().all(|request| request.effect != Effect::Publishes));
    (opened, heard.into_iter().map(|request| request.url).collect())
}

fn why(opened: Result<(), Failure>) -> String {
    opened.unwrap_err().to_string()
}

#[test]
fn a_handle_leads_to_its_did_and_that_to_its_server() {
    let (opened, heard) = open(network(), &account(None, "@Ada.example"), None);
    opened.unwrap();
    let asked: Vec<&str> = network().iter().map(|(url, _, _)| *url).collect();
    assert_eq!(heard, asked);
}

#[test]
fn a_handle_that_nobody_resolves_is_looked_for_at_its_own_site() {
    let mut answers = network();
    answers[0] = (
        "https://bsky.social/",
        400,
        json!({ "error": "InvalidRequest", "message": "Unable to resolve handle" }),
    );
    let (opened, _) = open(answers.clone(), &account(None, "ada.example"), None);
    assert!(why(opened).contains("there is no ada.example on Bluesky"));
    answers.push(("https://ada.example/.well-known/atproto-did", 200, json!(format!("{DID}\n"))));
    open(answers, &account(None, "ada.example"), None).0.unwrap();
}

#[test]
fn a_did_of_the_web_has_its_document_at_home() {
    let mut answers = network();
    answers[0].2 = json!({ "did": "did:web:ada.example" });
    let mut own = document("at://ada.example", "https://pds.example");
    own["id"] = json!("did:web:ada.example");
    answers[1] = ("https://ada.example/.well-known/did.json", 200, own);
    answers[2].2["did"] = json!("did:web:ada.example");
    open(answers, &account(None, "ada.example"), None).0.unwrap();
}

#[test]
fn what_a_handle_leads_to_must_claim_it_back_be_pinned_and_be_reached_safely() {
    let changed = |document: Value| {
        let mut answers = network();
        answers[1].2 = document;
        let (opened, heard) = open(answers, &account(None, "ada.example"), None);
        assert!(!heard.iter().any(|url| url.contains("createSession")), "the password is not shown");
        why(opened)
    };
    assert!(
        changed(document("at://eve.example", "https://pds.example")).contains("calls itself eve.example")
    );
    assert!(changed(document("at://ada.example", "http://pds.example")).contains("names no server"));
    assert!(changed(document("at://ada.example", "http://localhost:2583")).contains("names no server"));
    let mut others = document("at://ada.example", "https://pds.example");
    others["id"] = json!("did:plc:other");
    assert!(changed(others).contains("of somebody else"));
    let pinned = Account { pin: Some("did:plc:other".to_owned()), ..account(None, "ada.example") };
    let (opened, heard) = open(network(), &pinned, None);
    assert!(why(opened).contains("is pinned to did:plc:other") && heard.len() == 1);
}

#[test]
fn a_secret_is_shown_to_no_other_server_than_it_was_set_for() {
    let evil = || {
        vec![
            ("https://evil.example/xrpc/com.atproto.identity", 200, json!({ "did": DID })),
            (
                "https://evil.example/xrpc/com.atproto.repo.describeRepo",
                200,
                json!({ "didDoc": document("at://ada.example", "") }),
            ),
            ("https://evil.example/", 200, json!({ "did": DID, "accessJwt": "a", "refreshJwt": "r" })),
        ]
    };
    for meant in [None, Some("https://pds.example")] {
        let (opened, heard) = open(evil(), &account(Some("https://evil.example"), "ada.example"), meant);
        assert!(why(opened).contains("it is not shown: kalends account connect bluesky"));
        assert_eq!(heard.len(), 2);
    }
    let named = account(Some("https://evil.example/"), "ada.example");
    open(evil(), &named, Some("https://evil.example")).0.unwrap();
    let (opened, heard) = open(network(), &account(Some("http://pds.example"), "ada.example"), None);
    assert!(why(opened).contains("http://") && heard.is_empty());
}

#[test]
fn a_server_that_answers_otherwise_than_a_server_should_is_named() {
    for (status, body, said) in [
        (200, json!("<html>maintenance</html>"), "no JSON"),
        (
            200,
            json!({ "did": "did:plc:other", "accessJwt": "a", "refreshJwt": "r" }),
            "signs in to did:plc:other",
        ),
        (200, json!({ "did": DID }), "no session that can be read"),
        (
            200,
            json!({ "did": DID, "accessJwt": "a", "refreshJwt": "r", "active": false, "status": "suspended" }),
            "suspended",
        ),
        (302, json!({ "location": "https://evil.example/" }), "not followed"),
        (
            401,
            json!({ "error": "AuthenticationRequired", "message": "Invalid identifier or password" }),
            "make a new one",
        ),
        (401, json!({ "error": "AccountTakedown", "message": "Account has been taken down" }), "taken down"),
        (
            401,
            json!({ "error": "AuthFactorTokenRequired", "message": "A sign in code has been sent" }),
            "main password",
        ),
        (503, json!({}), "503"),
    ] {
        let mut answers = network();
        answers[2].1 = status;
        answers[2].2 = body;
        let (opened, heard) = open(answers, &account(None, "ada.example"), None);
        let why = why(opened);
        assert!(why.contains(said) && why.contains("pds.example"), "{said}: {why}");
        assert_eq!(heard.iter().filter(|url| url.contains("createSession")).count(), 1);
    }
}

#[test]
fn a_page_is_a_stranger_s_and_every_step_to_it_is_looked_at() {
    let answers = vec![
        ("https://a.example/1", 302, json!({ "location": "https://b.example/2" })),
        ("https://b.example/2", 301, json!({ "location": "file:///etc/passwd" })),
    ];
    let net = Net { answers, heard: Mutex::default() };
    let url = url::Url::parse("https://a.example/1").unwrap();
    assert_eq!(card::fetch(&net, &Still, url, "*/*", 100), None);
    let heard = net.heard.into_inner().unwrap();
    assert_eq!(heard.len(), 2);
    assert!(
        heard.iter().all(|request| request.reach == Reach::Stranger && request.answer_limit_bytes == 100)
    );
    for url in ["https://user:word@a.example/1", "ftp://a.example/1", "data:text/html,x"] {
        let net = Net { answers: Vec::new(), heard: Mutex::default() };
        assert_eq!(card::fetch(&net, &Still, url::Url::parse(url).unwrap(), "*/*", 100), None);
        assert!(net.heard.into_inner().unwrap().is_empty(), "{url}");
    }
}

#[test]
fn a_post_is_known_by_its_address_and_by_its_page() {
    let key = ("did:plc:abc", "3mabcdefghi2k");
    assert_eq!(parts("at://did:plc:abc/app.bsky.feed.post/3mabcdefghi2k"), Some(key));
    assert_eq!(parts("https://bsky.app/profile/did:plc:abc/post/3mabcdefghi2k/?x=1#y"), Some(key));
    for none in [
        "",
        "at://did:plc:abc",
        "at://did:plc:abc/app.bsky.feed.like/3m",
        "https://bsky.app/profile/a/post/b/liked-by",
    ] {
        assert_eq!(parts(none), None, "{none}");
    }
}

#[test]
fn what_bluesky_cannot_show_is_refused_before_anything_is_sent() {
    use crate::draft::{Media, Poll, Visibility};
    let draft = |change: &dyn Fn(&mut Draft)| {
        let mut draft = Draft {
            slot: "a/once/bluesky".parse().unwrap(),
            platform: crate::text::Platform::Bluesky,
            due: Still.now(),
            late: TimeDelta::hours(2),
            parts: 1,
            title: None,
            text: "Doors at ten.".to_owned(),
            link: None,
            tags: Vec::new(),
            media: Vec::new(),
            poll: None,
            warning: None,
            labels: Vec::new(),
            language: None,
            visibility: Visibility::Public,
            again: false,
        };
        change(&mut draft);
        record::fault(&draft)
    };
    assert_eq!(draft(&|_| ()), None);
    let picture = || Media { file: "media/a.png".to_owned(), alt: None };
    let poll = || Poll { options: Vec::new(), open: TimeDelta::days(1), multiple: false };
    for (change, said) in [
        (
            (&|draft: &mut Draft| draft.visibility = Visibility::Followers) as &dyn Fn(&mut Draft),
            "[for.bluesky]",
        ),
        (&|draft: &mut Draft| draft.poll = Some(poll()), "no polls"),
        (&|draft: &mut Draft| draft.media = vec![picture(); 5], "has 5"),
        (&|draft: &mut Draft| draft.text.clear(), "nothing to say"),
        (&|draft: &mut Draft| draft.text = "é".repeat(303), "303 of 300 characters; shorten it by 3"),
        (&|draft: &mut Draft| draft.text = "👩‍👩‍👧‍👦".repeat(130), "bytes"),
    ] {
        assert!(draft(change).is_some_and(|why| why.contains(said)), "{said}");
    }
}
