//! Tokens: for a code, and for a refresh token.

use secrecy::ExposeSecret;

use super::*;
use oauth::{App, Ticket};

const TOKEN: &str = "POST /oauth/token";

fn ends() -> Credential {
    let mut credential = credential();
    credential.expires_at = Some(credential.set_at + TimeDelta::seconds(600));
    credential.values.insert("refresh_token".to_owned(), SecretString::from("s3cret-refresh"));
    credential
}

fn fields(request: &Request) -> BTreeMap<String, String> {
    form_urlencoded::parse(&request.body).into_owned().collect()
}

#[test]
fn a_token_that_ends_is_renewed_at_half_its_life() {
    assert_eq!(Mastodon.renews_at(&credential()), None);
    assert_eq!(Mastodon.renews_at(&ends()), Some(moment(-700)));
    let next = json!({
        "access_token": "next", "refresh_token": "next-refresh", "token_type": "Bearer",
        "expires_in": 600, "created_at": moment(5).timestamp(),
    });
    let server = Server::default().says(TOKEN, 200, &next);
    let renewed = Mastodon.renew(&server, &ends()).unwrap();
    assert_eq!(renewed.get("token"), Some("next"));
    assert_eq!(renewed.get("refresh_token"), Some("next-refresh"));
    assert_eq!(renewed.get("client_secret"), Some("s3cret-app"));
    assert_eq!((renewed.set_at, renewed.expires_at), (moment(5), Some(moment(605))));
    let request = server.last();
    assert_eq!(request.effect, Effect::Publishes, "a lost answer must be a doubt");
    let fields = fields(&request);
    assert_eq!(fields["grant_type"], "refresh_token");
    assert_eq!(fields["refresh_token"], "s3cret-refresh");
    assert_eq!((fields["client_id"].as_str(), fields["client_secret"].as_str()), ("kal", "s3cret-app"));
}

#[test]
fn a_renewal_whose_answer_is_lost_is_a_doubt_and_says_no_secret() {
    for lost in [
        Err(Broken::AfterSending("no answer in time".to_owned())),
        Ok(answer(500, &[], b"s3cret-refresh")),
        Ok(answer(200, &[], b"{\"access_token\":\"ne")),
        Ok(answer(200, &[], b"{\"token_type\":\"Bearer\"}")),
    ] {
        let server = Server::default().answers_with(TOKEN, lost);
        let failure = Mastodon.renew(&server, &ends()).unwrap_err();
        assert!(matches!(failure, Failure::Doubtful { .. }), "{failure:?}");
    }
    let spent =
        answer(400, &[], b"{\"error\":\"invalid_grant\",\"error_description\":\"s3cret-refresh is spent\"}");
    let server = Server::default().answers_with(TOKEN, Ok(spent));
    let failure = Mastodon.renew(&server, &ends()).unwrap_err();
    assert!(matches!(&failure, Failure::Refused { code, .. } if code == "invalid_grant"), "{failure:?}");
    assert!(!failure.to_string().contains("s3cret"));
}

#[test]
fn a_person_is_sent_to_their_server_with_a_challenge_and_the_code_is_redeemed() {
    let app = json!({ "client_id": "kal", "client_secret": "s3cret-app" });
    let token = json!({ "access_token": "fresh", "token_type": "Bearer", "scope": oauth::SCOPES });
    let server = Server::default().says("POST /api/v1/apps", 200, &app).says(TOKEN, 200, &token);
    let base = Base::of("https://social.example").unwrap();
    let app = oauth::register(&server, &base, oauth::SHOWN).unwrap();
    let asked = fields(&server.last());
    assert_eq!(asked["redirect_uris"], oauth::SHOWN);
    assert_eq!(asked["scopes"], "read:accounts read:statuses write:media write:statuses");
    // The verifier and challenge of RFC 7636, appendix B.
    let ticket = Ticket {
        state: "st".to_owned(),
        verifier: SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    };
    let url = oauth::authorization(&base, &app, &ticket);
    assert!(
        url.starts_with("https://social.example/oauth/authorize?response_type=code&client_id=kal"),
        "{url}"
    );
    assert!(url.contains("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"), "{url}");
    assert!(url.contains("&state=st&") && url.contains("code_challenge_method=S256"), "{url}");
    assert!(!url.contains("s3cret") && !url.contains("dBjft"), "{url}");
    let tokens = oauth::redeem(&server, &base, &app, &ticket, &SecretString::from("the-code")).unwrap();
    assert_eq!(tokens.access.expose_secret(), "fresh");
    assert!(tokens.refresh.is_none() && tokens.seconds.is_none());
    let redeemed = fields(&server.last());
    assert_eq!(redeemed["code"], "the-code");
    assert_eq!(redeemed["code_verifier"], "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(redeemed["redirect_uri"], oauth::SHOWN);
}

#[test]
fn a_server_that_knows_no_apps_says_so_without_secrets() {
    let base = Base::of("https://social.example").unwrap();
    let register = |response: Response| {
        let server = Server::default().answers_with("POST /api/v1/apps", Ok(response));
        why(oauth::register(&server, &base, oauth::SHOWN).unwrap_err())
    };
    let html = register(answer(200, &[("content-type", "text/html")], b"<h1>Welcome</h1>"));
    assert!(html.contains("social.example does not answer as a server of Mastodon's kind does"), "{html}");
    let moved = register(answer(302, &[("location", "https://www.social.example/")], b""));
    assert!(moved.contains("it redirects to https://www.social.example/"), "{moved}");
    let app = App {
        id: "kal".to_owned(),
        secret: SecretString::from("s3cret-app"),
        redirect: oauth::SHOWN.to_owned(),
    };
    let ticket = Ticket { state: "st".to_owned(), verifier: SecretString::from("s3cret-verifier") };
    let echo = b"{\"error\":\"invalid_grant\",\"error_description\":\"the-code s3cret-app s3cret-verifier\"}";
    let server = Server::default().answers_with(TOKEN, Ok(answer(400, &[], echo)));
    let failure = oauth::redeem(&server, &base, &app, &ticket, &SecretString::from("the-code")).unwrap_err();
    assert!(
        !failure.to_string().contains("s3cret") && !failure.to_string().contains("the-code"),
        "{failure}"
    );
}
