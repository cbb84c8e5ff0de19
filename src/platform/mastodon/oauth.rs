//! Signing in: an app of its own on each server, a code that a person brings, tokens (RFC 6749, PKCE by RFC 7636).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::http::{Effect, Failure, Http, Method, Request, Response, exchange};
use crate::platform::server::{Base, at, unsent};

use super::server::text;

/// The redirection of an app that has no page: the server shows the code to the person.
pub const SHOWN: &str = "urn:ietf:wg:oauth:2.0:oob";

/// What kalends may do there, and no more: know who it is, look for its posts, upload, post.
pub const SCOPES: &str = "read:accounts read:statuses write:media write:statuses";

/// An app as a server knows it.
#[derive(Debug, Clone)]
pub struct App {
    /// Its public name.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
    /// Where the code goes.
    pub redirect: String,
}

/// What ties a code to the run that asked for it.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Comes back with the code.
    pub state: String,
    /// Shown only when the code is exchanged.
    pub verifier: SecretString,
}

/// What a server gives for a code, or for a refresh token.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Opens the account.
    pub access: SecretString,
    /// Exchanged for the next, where the server has tokens that end.
    pub refresh: Option<SecretString>,
    /// For how many seconds the access token lasts; absent where it does not end.
    pub seconds: Option<i64>,
    /// When it was given, by the server's clock, in seconds since 1970.
    pub given_at: Option<i64>,
}

/// Encodes fields as a form.
fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn post(base: &Base, path: &str, fields: &[(&str, &str)], effect: Effect) -> Request {
    Request::new(effect, Method::Post, format!("{}{path}", base.url))
        .alone()
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(form(fields))
}

/// Makes kalends known to a server.
pub fn register(http: &dyn Http, base: &Base, redirect: &str) -> Result<App, Failure> {
    let fields = [("client_name", "kalends"), ("redirect_uris", redirect), ("scopes", SCOPES)];
    let answer = exchange(http, &post(base, "/api/v1/apps", &fields, Effect::Prepares));
    let answer = answer.map_err(|failure| at(&base.host, failure))?;
    let json = object(base, &answer)?;
    let (Some(id), Some(secret)) = (text(&json, "client_id"), text(&json, "client_secret")) else {
        return Err(unsent(format!("{} names no app in its answer: {}", base.host, said(&json))));
    };
    Ok(App { id: id.to_owned(), secret: SecretString::from(secret), redirect: redirect.to_owned() })
}

/// Returns the address at which a person lets kalends in.
pub fn authorization(base: &Base, app: &App, ticket: &Ticket) -> String {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(ticket.verifier.expose_secret()));
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &app.id),
        ("redirect_uri", &app.redirect),
        ("scope", SCOPES),
        ("state", &ticket.state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    format!("{}/oauth/authorize?{query}", base.url)
}

/// Exchanges a code for tokens. A code serves once: a lost answer means to begin anew, and nothing is lost.
pub fn redeem(
    http: &dyn Http,
    base: &Base,
    app: &App,
    ticket: &Ticket,
    code: &SecretString,
) -> Result<Tokens, Failure> {
    let (secret, verifier) = (app.secret.expose_secret(), ticket.verifier.expose_secret());
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("client_id", &app.id),
        ("client_secret", secret),
        ("redirect_uri", &app.redirect),
        ("code_verifier", verifier),
        ("scope", SCOPES),
    ];
    let request = post(base, "/oauth/token", &fields, Effect::Prepares);
    let request = request.secret(code.expose_secret()).secret(secret).secret(verifier);
    let answer = exchange(http, &request).map_err(|failure| at(&base.host, failure))?;
    tokens(&answer).map_err(|why| unsent(format!("{}: {why}", base.host)))
}

/// Exchanges a refresh token for the next tokens. The old one may be spent even where the answer is lost, or is no
/// answer that can be read.
pub fn refresh(
    http: &dyn Http,
    base: &Base,
    id: &str,
    secret: &str,
    refresh: &str,
) -> Result<Tokens, Failure> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", SCOPES),
    ];
    let request = post(base, "/oauth/token", &fields, Effect::Publishes).secret(secret).secret(refresh);
    let answer = exchange(http, &request).map_err(|failure| at(&base.host, failure))?;
    tokens(&answer).map_err(|why| Failure::Doubtful { why: format!("{}: {why}", base.host) })
}

/// Reads the tokens in an answer.
fn tokens(answer: &Response) -> Result<Tokens, String> {
    let json = answer.json()?;
    let access = text(&json, "access_token").filter(|token| !token.is_empty());
    let access = access.ok_or_else(|| format!("no token in the answer: {}", said(&json)))?;
    if text(&json, "token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err("the token is of a kind that kalends does not know".to_owned());
    }
    let number = |name: &str| json.get(name).and_then(Value::as_i64).filter(|number| *number > 0);
    Ok(Tokens {
        access: SecretString::from(access),
        refresh: text(&json, "refresh_token").filter(|token| !token.is_empty()).map(SecretString::from),
        seconds: number("expires_in"),
        given_at: number("created_at").or_else(|| answer.date().map(|date| date.timestamp())),
    })
}

fn object(base: &Base, answer: &Response) -> Result<Value, Failure> {
    answer.json().map_err(|why| {
        unsent(format!("{} does not answer as a server of Mastodon's kind does: {why}", base.host))
    })
}

fn said(json: &Value) -> String {
    text(json, "error").unwrap_or("it says no more").to_owned()
}
