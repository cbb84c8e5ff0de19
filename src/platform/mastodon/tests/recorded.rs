//! Against what Mastodon's own server was recorded to say, and what its documentation names.
//!
//! Both are read from the folder that `KALENDS_SPECS` names, or from `../shared/specs`; where there is none, the test
//! says so.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::platform::counts::Counts;
use find::{Likeness, Sought};

#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn specs() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/specs"));
    let folder = std::env::var("KALENDS_SPECS").map_or_else(|_| beside(), PathBuf::from).join("mastodon");
    if folder.is_dir() {
        return Some(folder);
    }
    let line = b"skipped: Mastodon's recordings, since KALENDS_SPECS names no folder with mastodon\n";
    std::io::stderr().write_all(line).unwrap();
    None
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Every exchange: the request's method and path, its body, the answer's status, headers and body.
fn exchanges() -> Vec<(String, Value, Response)> {
    let Some(folder) = specs() else { return Vec::new() };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.join("recordings")).unwrap() {
        for one in read(entry.unwrap().path())["interactions"].as_array().unwrap() {
            let (request, response) = (&one["request"], &one["response"]);
            let path = request["uri"].as_str().unwrap().trim_start_matches("http://localhost:3000");
            let headers = response["headers"].as_object().unwrap().iter();
            let response = Response {
                status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
                headers: headers
                    .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                    .collect(),
                body: response["body"].to_string().into_bytes().into(),
            };
            let what = format!("{} {}", request["method"].as_str().unwrap(), path.trim_end_matches('/'));
            found.push((what, request["body"].clone(), response));
        }
    }
    found
}

/// Reads a recorded request as what was sent.
fn post(body: &Value) -> Post {
    let form: Vec<(String, String)> = match body.as_str() {
        Some(form) => form_urlencoded::parse(form.as_bytes()).into_owned().collect(),
        None => Vec::new(),
    };
    let json = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let field = |name: &str| {
        json(name).or_else(|| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    };
    let poll = body.get("poll").map(|poll| post::Poll {
        options: serde_json::from_value(poll["options"].clone()).unwrap(),
        expires_in: poll["expires_in"].as_i64().unwrap(),
        multiple: poll["multiple"].as_bool().unwrap(),
    });
    let many = form.iter().filter(|(key, _)| key == "media_ids[]").map(|(_, id)| id.clone());
    Post {
        status: field("status").unwrap_or_default(),
        spoiler_text: field("spoiler_text"),
        sensitive: false,
        language: None,
        visibility: "public".to_owned(),
        media_ids: many.collect(),
        poll,
        in_reply_to_id: field("in_reply_to_id"),
    }
}

#[test]
fn what_was_recorded_is_read_and_recognised() {
    let mut recognised = 0;
    for (what, body, response) in exchanges() {
        let json = response.json().unwrap();
        if what != "POST /api/v1/statuses" || response.status != 200 || json.get("content").is_none() {
            continue;
        }
        let receipt = post::receipt(&response).unwrap();
        assert!(receipt.url.unwrap().ends_with(&receipt.id), "{json}");
        let post = post(&body);
        // A quote adds the address of what is quoted, and kalends quotes nothing.
        if json["quote"].is_object() {
            continue;
        }
        let at = DateTime::parse_from_rfc3339(json["created_at"].as_str().unwrap()).unwrap().to_utc();
        let words = html::words(&post.status);
        let sought =
            Sought { words, post, from: at - TimeDelta::minutes(1), until: at + TimeDelta::minutes(1) };
        assert_eq!(sought.likeness(&json), Likeness::Same, "{body} {json}");
        recognised += 1;
    }
    assert!(recognised > 10 || specs().is_none(), "{recognised}");
}

#[test]
fn an_upload_and_an_instance_are_read_as_they_were_recorded() {
    for (what, _, response) in exchanges() {
        match what.as_str() {
            "POST /api/v2/media" => {
                let (id, ready) = crate::platform::mastodon::media::uploaded(&response).unwrap();
                assert_eq!((id.len(), ready), (18, response.status == 200));
            }
            "GET /api/v2/instance" => {
                let server = server::Server::of(&response.json().unwrap());
                assert!(server.is_mastodon);
                let max = server.limits.text_max.unwrap();
                assert_eq!((max.used, max.count), (500, text::Count::Mastodon { url: 23 }));
                assert_eq!(server.limits.media.total_max, Some(4));
                assert!(server.mimes.contains(&"image/jpeg".to_owned()));
                assert_eq!(server.poll_seconds, Some((300, 2_629_746)));
            }
            _ => {}
        }
    }
}

/// The names of all properties of a schema, through references and alternatives.
fn properties(schema: &Value, whole: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let path = reference.trim_start_matches('#');
        names.extend(properties(whole.pointer(path).unwrap(), whole));
    }
    for kind in ["oneOf", "anyOf", "allOf"] {
        for one in schema.get(kind).and_then(Value::as_array).into_iter().flatten() {
            names.extend(properties(one, whole));
        }
    }
    if let Some(own) = schema.get("properties").and_then(Value::as_object) {
        for (name, inner) in own {
            names.insert(name.clone());
            names.extend(properties(inner, whole).into_iter().map(|inner| format!("{name}.{inner}")));
        }
    }
    names
}

/// Only what the documentation names is asked for and sent.
#[test]
fn every_field_that_is_sent_is_one_that_is_documented() {
    let Some(folder) = specs() else { return };
    let whole = read(folder.join("schema.json"));
    let fields = |path: &str, method: &str| {
        let body = &whole["paths"][path][method]["requestBody"]["content"];
        let schema = body.as_object().unwrap().values().next().unwrap();
        properties(&schema["schema"], &whole)
    };
    let known = fields("/api/v1/statuses", "post");
    let mut full = Post::of(&draft(1), vec!["1".to_owned()], Some("2".to_owned()));
    full.spoiler_text = Some("x".to_owned());
    full.poll = Some(post::Poll { options: vec!["x".to_owned()], expires_in: 300, multiple: true });
    let sent = serde_json::to_value(&full).unwrap();
    for (name, value) in sent.as_object().unwrap() {
        assert!(known.contains(name), "{name}");
        for inner in value.as_object().into_iter().flatten().map(|(inner, _)| inner) {
            assert!(known.contains(&format!("{name}.{inner}")), "{name}.{inner}");
        }
    }
    let described = ["client_name", "redirect_uris", "scopes"];
    assert!(described.iter().all(|name| fields("/api/v1/apps", "post").contains(*name)));
    let token =
        ["grant_type", "code", "client_id", "client_secret", "redirect_uri", "code_verifier", "scope"];
    assert!(token.iter().all(|name| fields("/oauth/token", "post").contains(*name)));
    assert!(["file", "description"].iter().all(|name| fields("/api/v2/media", "post").contains(*name)));
    let asked: BTreeSet<&str> = whole["paths"]["/api/v1/accounts/{id}/statuses"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    assert!(["limit", "exclude_reblogs", "max_id"].iter().all(|name| asked.contains(name)));
    let says = |name: &str| whole["components"]["schemas"][name].is_object();
    assert!(says("TextStatus") && says("MediaStatus") && says("PollStatus"));
}

#[test]
fn what_was_recorded_is_counted_whole() {
    let mut counted = 0;
    for (what, _, response) in exchanges() {
        let json = response.json().unwrap();
        let one = |status: &Value| {
            // An edit of a post has its words and no id: nothing is counted of it.
            if ["id", "content", "account"].iter().any(|key| status.get(key).is_none()) {
                return 0;
            }
            let counts = Counts::read(status, &measure::fields(Some((4, 4))), "recorded");
            assert!(counts.given.len() >= 3 && counts.lacking.is_empty(), "{what}: {:?}", counts.lacking);
            1
        };
        counted += json.as_array().map_or_else(|| one(&json), |many| many.iter().map(one).sum());
    }
    assert!(counted > 5 || specs().is_none(), "{counted} statuses were recorded");
}
