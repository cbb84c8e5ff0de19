//! Preparing, publishing, taking down.

use super::*;

const UPLOAD: &str = "POST /api/v2/media";
const POST: &str = "POST /api/v1/statuses";
const LIST: &str = "GET /api/v1/accounts/117020565966271181/statuses";

fn prepare(server: &Server, draft: &Draft) -> Result<(String, String), Failure> {
    server.work(|channel| channel.prepare(draft, &[], &mut Vec::new(), moment(0)))?
}

fn body(payload: &str) -> Value {
    serde_json::from_str(payload).unwrap()
}

#[test]
fn a_post_says_all_that_the_draft_says() {
    let mut whole = draft(1);
    whole.warning = Some("Loud noises".to_owned());
    whole.visibility = Visibility::Followers;
    whole.poll = Some(Poll {
        options: vec!["Yes".to_owned(), "No".to_owned()],
        open: TimeDelta::days(1),
        multiple: true,
    });
    let (_, payload) = prepare(&Server::mastodon(), &whole).unwrap();
    assert_eq!(
        body(&payload),
        json!({
            "status": "Doors open at ten, @ada@museum.example.\n\nhttps://museum.example/open\n\n#OpenDay",
            "spoiler_text": "Loud noises", "sensitive": true, "language": "en", "visibility": "private",
            "poll": { "options": ["Yes", "No"], "expires_in": 86400, "multiple": true },
        })
    );
    let (_, payload) = prepare(&Server::mastodon(), &draft(1)).unwrap();
    assert_eq!(body(&payload)["sensitive"], json!(false), "or the account's habit would decide");
    let shows = Draft { labels: vec![Label::Nudity], ..draft(1) };
    assert_eq!(body(&prepare(&Server::mastodon(), &shows).unwrap().1)["sensitive"], json!(true));
}

#[test]
fn the_key_follows_from_slot_and_content_alone() {
    let uploaded = |id: &str| {
        Server::mastodon().says(UPLOAD, 200, &json!({ "id": id, "url": "https://social.example/a.png" }))
    };
    let shown = Draft { media: vec![picture("media/a.png", "A roof")], ..draft(1) };
    let (key, first) = prepare(&uploaded("1"), &shown).unwrap();
    let (again, second) = prepare(&uploaded("2"), &shown).unwrap();
    assert_ne!(first, second, "each upload has an id of its own");
    assert_eq!(key, again);
    let described = Draft { media: vec![picture("media/a.png", "A cellar")], ..draft(1) };
    for other in [draft(2), draft(1), described] {
        assert_ne!(prepare(&uploaded("1"), &other).unwrap().0, key);
    }
    assert_eq!(key.len(), 64);
}

#[test]
fn a_server_that_shrank_its_limits_says_both_numbers() {
    let instance = |path: [&str; 2], value: u64| {
        let mut instance = instance("4.6.0");
        instance["configuration"][path[0]][path[1]] = json!(value);
        let server = Server::mastodon().forgets("GET /api/v2/instance");
        server.says("GET /api/v2/instance", 200, &instance)
    };
    let pictures = || vec![picture("media/a.png", "A roof"), picture("media/b.jpg", "A door")];
    let asks = |answers: &[&str]| Poll {
        options: answers.iter().map(|answer| (*answer).to_owned()).collect(),
        open: TimeDelta::days(1),
        multiple: false,
    };
    let polled = Draft { poll: Some(asks(&["Yes", "No", "Perhaps"])), ..draft(1) };
    for (server, draft, says) in [
        (
            instance(["statuses", "max_characters"], 50),
            draft(1),
            "has 63 characters, and the server takes 50",
        ),
        (
            instance(["statuses", "max_characters"], 64),
            Draft { warning: Some("No".to_owned()), ..draft(1) },
            "the text with its content warning has 65 characters, and the server takes 64: shorten it by 1",
        ),
        (
            instance(["statuses", "max_media_attachments"], 1),
            Draft { media: pictures(), ..draft(1) },
            "the post has 2 media files, and the server takes 1",
        ),
        (
            instance(["media_attachments", "image_size_limit"], 10),
            Draft { media: pictures(), ..draft(1) },
            "media/a.png has 664 bytes, and the server takes 10: make it smaller by 654",
        ),
        (
            instance(["media_attachments", "description_limit"], 3),
            Draft { media: pictures(), ..draft(1) },
            "the description of media/a.png has 6 characters, and the server takes 3",
        ),
        (
            Server::mastodon(),
            Draft { media: vec![picture("media/c.gif", "")], ..draft(1) },
            "media/c.gif is image/gif, and the server takes none of that",
        ),
        (
            instance(["polls", "max_options"], 2),
            polled.clone(),
            "the poll has 3 answers, and the server takes 2",
        ),
        (
            instance(["polls", "max_characters_per_option"], 3),
            polled.clone(),
            "an answer of the poll has 7 characters, and the server takes 3",
        ),
        (instance(["polls", "min_expiration"], 90_000), polled, "the poll is open for 86400 s"),
    ] {
        let failure = prepare(&server, &draft).unwrap_err();
        assert!(matches!(failure, Failure::Refused { .. }));
        let why = why(failure);
        assert!(why.contains(says), "{why}");
        assert!(!server.heard().iter().any(|heard| heard.starts_with("POST")), "nothing is uploaded");
    }
    assert!(
        prepare(&instance(["statuses", "max_characters"], 63), &draft(1)).is_ok(),
        "a host counts nothing"
    );
}

#[test]
fn a_picture_goes_up_with_its_description_and_is_waited_for() {
    let server = Server::mastodon()
        .says(UPLOAD, 202, &json!({ "id": "7", "url": null }))
        .says("GET /api/v1/media/7", 206, &json!({ "id": "7", "url": null }))
        .says("GET /api/v1/media/7", 206, &json!({ "id": "7", "url": null }))
        .says("GET /api/v1/media/7", 200, &json!({ "id": "7", "url": "https://social.example/a.mp4" }));
    let film = Draft { media: vec![picture("media/film.mp4", "Waves \"at\" night")], ..draft(1) };
    let mut uploads = Vec::new();
    let prepared =
        server.work(|channel| channel.prepare(&film, &[], &mut uploads, moment(0))).unwrap().unwrap();
    assert_eq!(body(&prepared.1)["media_ids"], json!(["7"]));
    assert_eq!(uploads.len(), 1);
    assert_eq!(uploads[0].sha256, hex(&Sha256::digest(bytes("media/film.mp4"))));
    assert_eq!(server.seconds.load(Ordering::SeqCst), 3, "it waited between its questions");
    let heard = server.heard.lock().unwrap();
    let form = &heard[2];
    let boundary = form.header_value("content-type").unwrap().split_once("boundary=").unwrap().1.to_owned();
    let text = String::from_utf8_lossy(&form.body);
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nWaves \"at\" night\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"film.mp4\"\r\n\
         Content-Type: video/mp4\r\n\r\n"
    );
    assert!(text.starts_with(&head) && text.ends_with(&format!("\r\n--{boundary}--\r\n")), "{text}");
    let file = &form.body[head.len()..form.body.len() - boundary.len() - 8];
    assert_eq!(file, media::clean(bytes("media/film.mp4")).unwrap().bytes, "without what the camera told");
}

#[test]
fn an_upload_that_is_never_ready_ends_and_is_not_lost() {
    let server = Server::mastodon().says(UPLOAD, 202, &json!({ "id": "7", "url": null })).says(
        "GET /api/v1/media/7",
        206,
        &json!({ "id": "7", "url": null }),
    );
    let film = Draft { media: vec![picture("media/film.mp4", "Waves")], ..draft(1) };
    let mut uploads = Vec::new();
    let failed = server.work(|channel| channel.prepare(&film, &[], &mut uploads, moment(0))).unwrap();
    assert!(matches!(failed, Err(Failure::Unsent { retry_after: Some(_), .. })), "{failed:?}");
    assert_eq!(uploads.len(), 1, "the next run finds it");
    assert!(server.seconds.load(Ordering::SeqCst) < 150);
}

#[test]
fn an_earlier_upload_serves_if_it_is_still_there() {
    let earlier = |id: &str| Upload {
        sha256: hex(&Sha256::digest(bytes("media/a.png"))),
        id: id.to_owned(),
        at: moment(-60),
    };
    let twice =
        Draft { media: vec![picture("media/a.png", "A roof"), picture("media/a.png", "A roof")], ..draft(1) };
    let there = json!({ "id": "1", "url": "https://social.example/a.png", "description": "A roof" });
    let new = json!({ "id": "9", "url": "https://social.example/a.png" });
    let server = Server::mastodon()
        .says("GET /api/v1/media/1", 200, &there)
        .says("GET /api/v1/media/2", 404, &json!({ "error": "Record not found" }))
        .says(UPLOAD, 200, &new)
        .says("GET /api/v1/media/9", 404, &json!({ "error": "Record not found" }));
    let mut uploads = vec![earlier("2"), earlier("1")];
    let (_, payload) =
        server.work(|channel| channel.prepare(&twice, &[], &mut uploads, moment(0))).unwrap().unwrap();
    assert_eq!(body(&payload)["media_ids"], json!(["1", "9"]), "one upload serves one picture");
    assert_eq!(uploads.len(), 3);
    let other = Draft { media: vec![picture("media/a.png", "A cellar")], ..draft(1) };
    let (_, payload) =
        server.work(|channel| channel.prepare(&other, &[], &mut uploads, moment(0))).unwrap().unwrap();
    assert_eq!(body(&payload)["media_ids"], json!(["9"]), "its description is another");
}

#[test]
fn a_server_without_the_second_version_of_uploads_gets_the_first() {
    let server = Server::mastodon().says(UPLOAD, 404, &json!({})).says(
        "POST /api/v1/media",
        200,
        &json!({ "id": "7", "url": "https://social.example/a.png" }),
    );
    let shown = Draft { media: vec![picture("media/a.png", "A roof")], ..draft(1) };
    assert_eq!(body(&prepare(&server, &shown).unwrap().1)["media_ids"], json!(["7"]));
}

#[test]
fn a_reply_hangs_from_the_part_before_it() {
    let parent = |id: &str| Parent { id: id.to_owned(), revision: None, url: None };
    let under = |server: &Server, id: &str| {
        let thread = [parent("1"), parent(id)];
        server.work(|channel| channel.prepare(&draft(3), &thread, &mut Vec::new(), moment(0))).unwrap()
    };
    let (_, payload) = under(&Server::mastodon(), "117").unwrap();
    assert_eq!(body(&payload)["in_reply_to_id"], json!("117"));
    // A person settled it by its address.
    let server = Server::mastodon().says("GET /api/v1/statuses/117", 200, &status("117", 0, SHOWN)).says(
        LIST,
        200,
        &json!([status("117", 0, SHOWN)]),
    );
    let (_, payload) = under(&server, "https://social.example/@harbour/117").unwrap();
    assert_eq!(body(&payload)["in_reply_to_id"], json!("117"));
    assert!(under(&server, "https://elsewhere.example/@harbour/117").is_err());
    // A server whose addresses do not end with ids.
    let mut shown = status("f00d", 0, SHOWN);
    shown["url"] = json!("https://social.example/harbour/p/1795341943");
    let server = Server::mastodon()
        .says("GET /api/v1/statuses/1795341943", 404, &json!({ "error": "Record not found" }))
        .says(LIST, 200, &json!([status("117", 0, SHOWN), shown]));
    let (_, payload) = under(&server, "https://social.example/harbour/p/1795341943").unwrap();
    assert_eq!(body(&payload)["in_reply_to_id"], json!("f00d"));
}

#[test]
fn a_post_is_one_request_with_its_key() {
    let server = Server::mastodon().says(POST, 200, &status("117", 0, SHOWN));
    let receipt =
        server.work(|channel| channel.publish(&sending("the-key", "{\"status\":\"x\"}"))).unwrap().unwrap();
    assert_eq!(receipt.id, "117");
    assert_eq!(receipt.url.as_deref(), Some("https://social.example/@harbour/117"));
    assert_eq!(receipt.evidence, Evidence::Answer);
    let request = server.last();
    assert_eq!(request.effect, Effect::Publishes);
    assert_eq!(request.header_value("idempotency-key"), Some("the-key"));
    assert_eq!(request.header_value("authorization"), Some("Bearer s3cret-token"));
    assert_eq!(&request.body[..], b"{\"status\":\"x\"}");
    assert!(!format!("{request:?}").contains("s3cret"));
}

#[test]
fn what_is_no_certain_no_is_a_doubt() {
    let publish = |answered: Result<Response, Broken>| {
        let server = Server::mastodon().answers_with(POST, answered);
        server.work(|channel| channel.publish(&sending("k", "{}"))).unwrap().unwrap_err()
    };
    for doubtful in [
        Ok(answer(200, &[("content-type", "text/html")], b"<p>Welcome</p>")),
        Ok(answer(200, &[], b"{\"error\":\"oops\"}")),
        Ok(answer(200, &[], b"{\"id\":\"117\"}")),
        Ok(answer(200, &[], b"{\"id\":\"11")),
        Ok(answer(500, &[], b"")),
        Ok(answer(503, &[("retry-after", "60")], b"")),
        Ok(answer(307, &[("location", "https://elsewhere.example/")], b"")),
        Err(Broken::AfterSending("no answer in time".to_owned())),
    ] {
        let failure = publish(doubtful);
        assert!(matches!(failure, Failure::Doubtful { .. }), "{failure:?}");
    }
    for status in [401, 403, 404, 422] {
        let body = b"{\"error\":\"Validation failed: Text can't be blank\"}";
        let failure = publish(Ok(answer(status, &[], body)));
        assert!(
            matches!(&failure, Failure::Refused { why, .. } if why.contains("can't be blank")),
            "{failure:?}"
        );
    }
    let limited = answer(429, &[("x-ratelimit-reset", "2027-01-15T08:05:00.000Z")], b"");
    let failure = publish(Ok(limited));
    let rest = Some(TimeDelta::minutes(5));
    assert!(matches!(failure, Failure::Unsent { retry_after, .. } if retry_after == rest), "{failure:?}");
    let nobody = publish(Err(Broken::BeforeSending("no route".to_owned())));
    assert!(matches!(nobody, Failure::Unsent { .. }));
}

#[test]
fn after_the_last_post_allowed_the_next_waits_before_it_is_committed() {
    let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2027-01-15T08:05:00.000Z")];
    let posted = answer(200, &last, status("117", 0, SHOWN).to_string().as_bytes());
    let server = Server::mastodon().answers_with(POST, Ok(posted));
    server
        .work(|channel| {
            channel.publish(&sending("k", "{}")).unwrap();
            let failure = channel.prepare(&draft(1), &[], &mut Vec::new(), moment(0)).unwrap_err();
            assert!(matches!(failure, Failure::Unsent { retry_after: Some(_), .. }), "{failure:?}");
            assert!(channel.publish(&sending("l", "{}")).is_err());
        })
        .unwrap();
    assert_eq!(server.heard().len(), 3, "one post, after two questions");
}

#[test]
fn what_is_taken_down_is_gone() {
    const STATUS: &str = "/api/v1/statuses/117";
    let retract = |deleted: u16, shown: u16| {
        let server = Server::mastodon().says(&format!("DELETE {STATUS}"), deleted, &json!({})).says(
            &format!("GET {STATUS}"),
            shown,
            &status("117", 0, SHOWN),
        );
        server.work(|channel| channel.retract("117")).unwrap()
    };
    assert_eq!(retract(200, 404), Ok(()));
    assert_eq!(retract(404, 404), Ok(()));
    assert_eq!(retract(410, 404), Ok(()));
    let failure = retract(404, 200).unwrap_err();
    assert!(why(failure).contains("delete https://social.example/@harbour/117 there by hand"));
    assert!(matches!(retract(500, 200), Err(Failure::Doubtful { .. })));
    assert_eq!(segment("../../evil?x=1"), "..%2F..%2Fevil%3Fx%3D1");
    assert_eq!(segment(".."), "%2E%2E");
}
