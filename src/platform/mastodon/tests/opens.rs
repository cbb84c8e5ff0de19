//! Signing in: whose token, whose server, which clock, which limits.

use super::*;

const VERIFY: &str = "GET /api/v1/accounts/verify_credentials";
const INSTANCE: &str = "GET /api/v2/instance";

fn refusal(server: &Server) -> String {
    why(server.work(|_| ()).unwrap_err())
}

#[test]
fn a_token_of_another_account_opens_nothing() {
    let other = json!({ "id": "9", "username": "evil", "acct": "evil" });
    let server = Server::mastodon().forgets(VERIFY).says(VERIFY, 200, &other);
    let why = refusal(&server);
    assert!(why.contains("the token is of another account: 9 (evil)"), "{why}");
}

#[test]
fn a_secret_is_shown_to_its_own_server_only() {
    for own in [Some("https://evil.example".to_owned()), None] {
        let server = Server::mastodon();
        let secret = Credential { server: own, ..credential() };
        let why = why(server.work_as(&account(), Some(secret), |_| ()).unwrap_err());
        assert!(why.contains("it is not shown"), "{why}");
        assert!(server.heard().is_empty());
    }
    let server = Server::mastodon();
    let mut elsewhere = account();
    elsewhere.server = Some(At { value: "http://social.example".to_owned(), span: 0..0 });
    let why = why(server.work_as(&elsewhere, Some(credential()), |_| ()).unwrap_err());
    assert!(why.contains("is read on the way"), "{why}");
    assert!(server.heard().is_empty());
}

#[test]
fn where_clocks_are_apart_nothing_is_sent() {
    for (date, apart) in [
        ("Fri, 15 Jan 2027 08:01:00 GMT", false),
        ("Fri, 15 Jan 2027 08:01:01 GMT", true),
        ("Fri, 15 Jan 2027 07:58:00 GMT", true),
    ] {
        let body = me().to_string().into_bytes().into();
        let response = Response { status: 200, headers: vec![("Date".to_owned(), date.to_owned())], body };
        let server = Server::mastodon().forgets(VERIFY).answers_with(VERIFY, Ok(response));
        let opened = server.work(|_| ());
        assert_eq!(opened.is_err(), apart, "{date}");
        if let Err(failure) = opened {
            assert!(why(failure).contains("the clocks of this machine and of social.example are"));
        }
    }
}

/// snac says 401 or 422 with nothing in it; Mastodon says why.
#[test]
fn a_token_that_opens_nothing_says_what_to_do() {
    for (status, body, says) in [
        (401, "", "social.example does not take the token (any more): no reason given"),
        (422, "", "kalends account connect"),
        (401, "{\"error\":\"The access token was revoked\"}", "The access token was revoked"),
        (
            403,
            "{\"error\":\"Your login is currently disabled\"}",
            "does not let the account in: Your login is",
        ),
    ] {
        let server = Server::mastodon().forgets(VERIFY);
        let server = server.answers_with(VERIFY, Ok(answer(status, &[], body.as_bytes())));
        let why = refusal(&server);
        assert!(why.contains(says), "{why}");
    }
    let suspended = json!({ "id": "117020565966271181", "username": "harbour", "suspended": true });
    let server = Server::mastodon().forgets(VERIFY).says(VERIFY, 200, &suspended);
    assert!(refusal(&server).contains("has suspended the account"));
}

#[test]
fn what_is_no_answer_of_such_a_server_is_told() {
    let html = answer(200, &[("content-type", "text/html")], b"<h1>Welcome</h1>");
    let moved = answer(301, &[("location", "https://elsewhere.example/")], b"");
    for (response, says) in [
        (html, "the answer was 200 with a web page, not one of the interface"),
        (moved, "it redirects to https://elsewhere.example/, which is not followed"),
        (answer(200, &[], b"{\"error\":\"maintenance\"}"), "does not say whose the token is: maintenance"),
        (answer(200, &[], b"{\"id\":"), "the answer was 200 with no JSON"),
        (answer(503, &[], b""), "the answer was 503"),
    ] {
        let server = Server::mastodon().forgets(VERIFY).answers_with(VERIFY, Ok(response));
        let why = refusal(&server);
        assert!(why.contains(says) && why.contains("social.example"), "{why}");
    }
}

#[test]
fn a_token_never_comes_back_in_an_error() {
    let echo = answer(401, &[], b"{\"error\":\"no such token: s3cret-token\"}");
    let server = Server::mastodon().forgets(VERIFY).answers_with(VERIFY, Ok(echo));
    assert!(!refusal(&server).contains("s3cret"));
}

#[test]
fn only_mastodon_s_own_key_is_relied_on() {
    let class = |server: &Server| server.work(|channel| channel.class()).unwrap();
    assert_eq!(class(&Server::mastodon()), Class::WindowKey { window: TimeDelta::hours(1) });
    for version in ["4.0.0 (not true; really snac/2.75)", "2.7.2 (compatible; Pleroma 2.6.0)"] {
        let server = Server::mastodon().forgets(INSTANCE).says(INSTANCE, 200, &instance(version));
        assert_eq!(class(&server), Class::Listing { repost: false }, "{version}");
    }
}

/// Pleroma and snac have the first version of the instance's own words only.
#[test]
fn an_older_server_says_its_limits_in_its_own_words() {
    let pleroma = json!({
        "version": "2.7.2 (compatible; Pleroma 2.6.0)", "max_toot_chars": 30, "description_limit": 5,
        "upload_limit": 1000, "poll_limits": { "max_options": 20, "max_option_chars": 200,
        "min_expiration": 0, "max_expiration": 31_536_000 },
    });
    let server = Server::mastodon()
        .forgets(INSTANCE)
        .says(INSTANCE, 404, &json!({ "error": "Not found" }))
        .says("GET /api/v1/instance", 200, &pleroma);
    let why = server.work(|channel| channel.prepare(&draft(1), &[], &mut Vec::new(), moment(0)));
    let why = super::why(why.unwrap().unwrap_err());
    assert!(why.contains("and the server takes 30: shorten it by"), "{why}");
}
