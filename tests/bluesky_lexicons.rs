//! What is sent to Bluesky, against Bluesky's own lexicons, whole; and what its server was recorded to answer.
//!
//! Both are read from the folder that `KALENDS_SPECS` names, or from `../shared/specs`; where there is none, the test
//! says so.

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test, whole")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::DateTime;
use kalends::draft::{Draft, Label, Visibility};
use kalends::http::{Broken, Failure, Http, Method, Request, Response, exchange};
use kalends::platform::Platform as _;
use kalends::platform::bluesky::Bluesky;
use kalends::platform::bluesky::record::{Ready, Reply, mentioned, put};
use kalends::text::{Count, Platform, count};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Returns Bluesky's folder of the specifications, or says that what needs it is skipped.
fn specs() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test may look at its own environment")]
    let named = std::env::var_os("KALENDS_SPECS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from("../shared/specs")).join("bluesky");
    if folder.is_dir() {
        return Some(folder);
    }
    let said = format!("\nskipped: {} is not there: set KALENDS_SPECS\n", folder.display());
    std::io::stderr().write_all(said.as_bytes()).unwrap();
    None
}

/// The lexicons, each read when it is first asked for.
struct Lexicons {
    folder: PathBuf,
}

impl Lexicons {
    /// Returns a definition by its full name, such as `app.bsky.embed.images#image`.
    fn definition(&self, name: &str) -> Value {
        let (id, part) = name.split_once('#').unwrap_or((name, "main"));
        let path = self.folder.join("lexicons").join(format!("{}.json", id.replace('.', "/")));
        let lexicon: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        lexicon["defs"][part].clone()
    }

    /// Holds a value against a schema that stands in the lexicon `id`, and says each fault.
    fn faults(&self, id: &str, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let whole = |name: &str| if name.starts_with('#') { format!("{id}{name}") } else { name.to_owned() };
        match schema["type"].as_str().unwrap() {
            "record" => self.faults(id, &schema["record"], value, at, faults),
            "unknown" => {}
            "ref" => self.named(&whole(schema["ref"].as_str().unwrap()), value, at, faults),
            "union" => {
                let kind = value["$type"].as_str().unwrap_or_default();
                let mut refs =
                    schema["refs"].as_array().unwrap().iter().map(|one| whole(one.as_str().unwrap()));
                match refs.find(|one| *one == kind) {
                    Some(one) => self.named(&one, value, at, faults),
                    None => faults.push(format!("{at}: `{kind}` may not stand here")),
                }
            }
            "object" => self.object(id, schema, value, at, faults),
            "array" => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                if !value.is_array()
                    || schema["maxLength"].as_u64().is_some_and(|max| items.len() as u64 > max)
                {
                    faults.push(format!("{at}: no such list"));
                }
                for (index, item) in items.iter().enumerate() {
                    self.faults(id, &schema["items"], item, &format!("{at}[{index}]"), faults);
                }
            }
            "string" => {
                let text = value.as_str().unwrap_or_default();
                let over =
                    |name: &str, length: usize| schema[name].as_u64().is_some_and(|max| length as u64 > max);
                let long =
                    over("maxLength", text.len()) || over("maxGraphemes", count(text, Count::Graphemes).used);
                let of_format = schema["format"].as_str().is_none_or(|format| fits(format, text));
                if !value.is_string() || long || !of_format {
                    faults.push(format!("{at}: no such string: {value}"));
                }
            }
            "integer" => {
                let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
                if value.as_i64().is_none_or(|number| number < least) {
                    faults.push(format!("{at}: no such number: {value}"));
                }
            }
            "boolean" => {
                if !value.is_boolean() {
                    faults.push(format!("{at}: neither true nor false: {value}"));
                }
            }
            "blob" => {
                let mime = value["mimeType"].as_str().unwrap_or_default();
                let size = value["size"].as_u64().unwrap_or(u64::MAX);
                let is_blob = value["$type"] == "blob" && value["ref"]["$link"].is_string();
                if !is_blob || !mime.starts_with("image/") || size > schema["maxSize"].as_u64().unwrap() {
                    faults.push(format!("{at}: no such blob: {value}"));
                }
            }
            other => panic!("a lexicon says {other}"),
        }
    }

    fn object(&self, id: &str, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let names = |key: &str| -> Vec<String> {
            let names = schema[key].as_array().into_iter().flatten();
            names.map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let missing = names("required").into_iter().filter(|name| value.get(name).is_none());
        faults.extend(missing.map(|name| format!("{at}: has no {name}")));
        let nullable = names("nullable");
        for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "$type") {
            let at = format!("{at}.{name}");
            match schema["properties"].get(name) {
                None => faults.push(format!("{at}: is not in the lexicon")),
                Some(_) if value.is_null() && nullable.contains(name) => {}
                Some(schema) => self.faults(id, schema, value, &at, faults),
            }
        }
    }

    fn named(&self, name: &str, value: &Value, at: &str, faults: &mut Vec<String>) {
        let id = name.split_once('#').map_or(name, |(id, _)| id);
        self.faults(id, &self.definition(name), value, at, faults);
    }

    /// Holds a whole request of `putRecord` against its lexicon, and its record against that of posts.
    fn faults_of(&self, payload: &str) -> Vec<String> {
        let payload: Value = serde_json::from_str(payload).unwrap();
        let method = self.definition("com.atproto.repo.putRecord");
        let mut faults = Vec::new();
        self.faults("com.atproto.repo.putRecord", &method["input"]["schema"], &payload, "$", &mut faults);
        self.named("app.bsky.feed.post", &payload["record"], "$.record", &mut faults);
        faults
    }
}

/// Tells whether a text is of a lexicon's format, near enough (atproto.com/specs/lexicon).
fn fits(format: &str, text: &str) -> bool {
    match format {
        "at-identifier" | "did" => text.starts_with("did:") && text.split(':').count() > 2,
        "nsid" => text.split('.').count() > 2,
        "record-key" => (1..=512).contains(&text.len()) && !text.contains('/'),
        "at-uri" => text.starts_with("at://did:"),
        "cid" => text.starts_with("bafy") || text.starts_with("bafk"),
        "uri" => {
            let rest = text.split_once(':').is_some_and(|(_, rest)| !rest.is_empty());
            rest && !text.contains(char::is_whitespace)
        }
        "datetime" => text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok(),
        "language" => !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        other => panic!("a lexicon says {other}"),
    }
}

fn draft(text: String, link: Option<String>, tags: Vec<String>) -> Draft {
    Draft {
        slot: "2027-01-18-open-day/once/bluesky".parse().unwrap(),
        platform: Platform::Bluesky,
        due: DateTime::UNIX_EPOCH,
        late: chrono::TimeDelta::hours(2),
        parts: 1,
        title: None,
        text,
        link,
        tags,
        media: Vec::new(),
        poll: None,
        warning: None,
        labels: Label::ALL.map(|(_, label)| label).to_vec(),
        language: Some("pt-PT".to_owned()),
        visibility: Visibility::Public,
        again: false,
    }
}

fn blob(mime: &str) -> Value {
    let cid = "bafkreidlp6sdj6jkroakvmbntpy2clsj77foijheae5byt3iwz7d2k542a";
    json!({ "$type": "blob", "ref": { "$link": cid }, "mimeType": mime, "size": 70 })
}

fn payload(draft: &Draft, embed: Option<Value>) -> String {
    let post = |key: &str| {
        let cid = "bafyreidjvbc4ldqhlyjlcpehgjyfm4wmzj5fxnouvh7fbfskpi7gikjg5e".to_owned();
        (format!("at://did:plc:abc/app.bsky.feed.post/{key}"), cid)
    };
    let whole = draft.composed();
    let handles = mentioned(&whole, draft.link.as_deref()).into_iter();
    let ready = Ready {
        dids: handles.map(|handle| (handle.to_owned(), "did:plc:ada".to_owned())).collect::<BTreeMap<_, _>>(),
        embed,
        reply: Some(Reply { root: post("3mabcdefghi2k"), parent: post("3mabcdefghj2k") }),
    };
    put("did:plc:abc", "3mabcdefghk2k", draft, &ready, DateTime::UNIX_EPOCH)
}

#[test]
fn what_is_sent_is_as_the_lexicons_say() {
    let Some(folder) = specs() else { return };
    let lexicons = Lexicons { folder };
    let draft = draft(
        "👩‍🚀 with @ada.test at museum.org #OpenDay".to_owned(),
        Some("https://museum.example/a".to_owned()),
        vec!["開館日".to_owned()],
    );
    let size = json!({ "width": 3, "height": 2 });
    let image = json!({ "image": blob("image/png"), "alt": "A whale", "aspectRatio": size });
    let images = json!({ "$type": "app.bsky.embed.images", "images": [image, image, image, image] });
    let external = json!({
        "uri": "https://museum.example/a", "title": "t", "description": "", "thumb": blob("image/jpeg"),
    });
    let card = json!({ "$type": "app.bsky.embed.external", "external": external });
    for embed in [None, Some(images), Some(card)] {
        assert_eq!(lexicons.faults_of(&payload(&draft, embed)), Vec::<String>::new());
    }
    // The test would see a fault.
    let wrong = payload(&draft, None).replace("\"pt-PT\"", "\"pt PT\"").replace("byteEnd", "end");
    assert!(lexicons.faults_of(&wrong).len() > 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_people_write_is_sent_as_the_lexicons_say(
        words in prop::collection::vec(
            prop_oneof![
                "\\PC{0,5}",
                Just("👩‍👩‍👧‍👦".to_owned()),
                Just("\u{202e}مرحبا".to_owned()),
                Just("@ada.test".to_owned()),
                Just("http://museum.org/a?b".to_owned()),
                Just(format!("#{}", "é".repeat(65))),
                Just("#開館日".to_owned()),
            ],
            0..8,
        )
    ) {
        let Some(folder) = specs() else { return Ok(()) };
        let draft = draft(words.join(" "), None, Vec::new());
        prop_assert_eq!(Lexicons { folder }.faults_of(&payload(&draft, None)), Vec::<String>::new());
    }
}

/// A recorded exchange, played.
struct Played(Value);

impl Http for Played {
    fn send(&self, _: &Request) -> Result<Response, Broken> {
        let response = &self.0["response"];
        let headers = response["headers"].as_object().unwrap().iter();
        Ok(Response {
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            body: response["body"].to_string().into_bytes().into(),
        })
    }
}

#[test]
fn recorded_answers_mean_what_they_did() {
    let Some(folder) = specs() else { return };
    let mut played = 0;
    for file in ["idempotency", "errors", "session", "blobs", "thread", "validation"] {
        let path = folder.join("recordings").join(format!("{file}.json"));
        let recorded: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for one in recorded["interactions"].as_array().unwrap() {
            let effect = kalends::http::Effect::Publishes;
            let request = Request::new(effect, Method::Post, "https://pds.example/xrpc/x");
            let outcome = exchange(&Played(one.clone()), &request);
            let response = &one["response"];
            let status = response["status"].as_u64().unwrap();
            let fits = match &outcome {
                Ok(answer) => u64::from(answer.status) == status && status == 200,
                Err(Failure::Refused { code, .. }) => {
                    response["body"]["error"] == json!(code) && (400..429).contains(&status)
                }
                // What it asks to wait is counted from `Date`, unless it says seconds.
                Err(Failure::Unsent { retry_after, .. }) => status == 429 && retry_after.is_some(),
                Err(Failure::Doubtful { .. }) => status >= 500,
            };
            assert!(fits, "{}: {outcome:?}", one["note"]);
            played += 1;
        }
    }
    assert!(played > 40, "{played}");
}

#[test]
fn what_is_counted_is_what_the_lexicons_count() {
    let Some(folder) = specs() else { return };
    let lexicons = Lexicons { folder };
    let counts = |name: &str| -> Vec<String> {
        let definition = lexicons.definition(name);
        let fields = definition["properties"].as_object().unwrap().iter();
        fields.filter(|(_, field)| field["type"] == "integer").map(|(name, _)| name.clone()).collect()
    };
    // Whatever a later lexicon counts beside these is to be read too.
    let post = ["bookmarkCount", "likeCount", "quoteCount", "replyCount", "repostCount"];
    assert_eq!(counts("app.bsky.feed.defs#postView"), post);
    let profile = ["followersCount", "followsCount", "postsCount"];
    assert_eq!(counts("app.bsky.actor.defs#profileViewDetailed"), profile);
    let query = lexicons.definition("app.bsky.feed.getPosts");
    let most = query["parameters"]["properties"]["uris"]["maxLength"].as_u64();
    assert_eq!(most, Bluesky.counts_at_once().map(|count| count as u64));
}
