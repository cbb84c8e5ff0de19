//! Who an account is: its handle, its DID, and the server (PDS) that keeps its posts.
//!
//! A handle is a name that may change hands; a DID is for ever (atproto.com/specs/handle, …/did). So what a handle leads
//! to is believed only if the DID's own document claims the handle back, and is the one that the account is pinned to.

use serde_json::Value;

use crate::calendar::Account;
use crate::http::{Effect, Failure, Http, Method, Request};
use crate::platform::server::{Base, at, refused, unsent};

use super::encoded;
use super::fault::plain;

/// Who resolves handles where the account names no server.
const RESOLVER: &str = "https://bsky.social";

/// Who keeps the documents of `did:plc:…`.
const DIRECTORY: &str = "https://plc.directory";

/// The longest document that is read.
const LIMIT_BYTES: usize = 1 << 20;

/// Who an account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For ever.
    pub did: String,
    /// Where its posts are.
    pub server: Base,
}

/// Returns an account's handle as the network has it.
pub fn handle(account: &Account) -> Option<String> {
    let handle = account.handle.as_deref()?.trim().trim_start_matches('@').to_ascii_lowercase();
    (!handle.is_empty()).then_some(handle)
}

/// Finds out who an account is, and where.
///
/// Where the account names its server, that is asked, and nobody else. Where its pin suffices, its name is not looked at.
pub fn resolve(http: &dyn Http, account: &Account, pin_suffices: bool) -> Result<Identity, Failure> {
    let pin = account.pin.clone();
    let handle = handle(account).filter(|_| pin.is_none() || !pin_suffices);
    if handle.is_none() && pin.is_none() {
        let why =
            format!("accounts/{}.toml says no `handle`: add it, such as `museum.bsky.social`", account.id);
        return Err(refused(400, why));
    }
    let base = account.server.as_ref().map(|server| {
        Base::of(&server.value).map_err(|why| refused(400, format!("{} cannot be used: {why}", server.value)))
    });
    let base = base.transpose()?;
    let did = match (&handle, &base) {
        (Some(handle), Some(base)) => match did_of(http, &base.url, handle) {
            // A server resolves no handle of an account that may not post. What is the matter, it says of the DID.
            Err(Failure::Refused { status, code, .. }) => pin.clone().ok_or_else(|| {
                let why = format!(
                    "there is no {handle} on {}, or its account is not active: look at the account's `handle`",
                    base.host
                );
                Failure::Refused { status, code, why }
            })?,
            other => other?,
        },
        (Some(handle), None) => found(http, handle)?,
        (None, _) => pin.clone().unwrap_or_default(),
    };
    if let Some(pin) = pin.filter(|pin| *pin != did) {
        let name = handle.unwrap_or_default();
        return Err(refused(
            403,
            format!(
                "{name} is {did} now, and accounts/{}.toml is pinned to {pin}: somebody else may have the name",
                account.id
            ),
        ));
    }
    let (document, server) = match base {
        Some(base) => (described(http, &base, &did)?, base),
        None => {
            let document = document(http, &did)?;
            let server = server(&document).ok_or_else(|| {
                refused(400, format!("the document of {did} names no server that keeps its posts"))
            })?;
            (document, server)
        }
    };
    claims(&document, &did, handle.as_deref())?;
    Ok(Identity { did, server })
}

/// Verifies that a DID's document is its own, and claims the handle.
fn claims(document: &Value, did: &str, handle: Option<&str>) -> Result<(), Failure> {
    if document.get("id").and_then(Value::as_str) != Some(did) {
        return Err(refused(400, format!("the document of {did} is of somebody else")));
    }
    let Some(handle) = handle else { return Ok(()) };
    let names = document.get("alsoKnownAs").and_then(Value::as_array).into_iter().flatten();
    let mut names = names.filter_map(|name| name.as_str()?.strip_prefix("at://")).peekable();
    // Only the first handle of a document counts (atproto.com/specs/did).
    if names.peek().is_some_and(|name| name.eq_ignore_ascii_case(handle)) {
        return Ok(());
    }
    let own = names.next().unwrap_or("no handle");
    Err(refused(
        403,
        format!("{handle} leads to {did}, which calls itself {own}: write the handle that is in use"),
    ))
}

/// Returns the server that a DID's document names.
fn server(document: &Value) -> Option<Base> {
    let services = document.get("service")?.as_array()?;
    let is_pds = |service: &&Value| {
        service.get("id").and_then(Value::as_str).is_some_and(|id| id.ends_with("#atproto_pds"))
            && service.get("type").and_then(Value::as_str) == Some("AtprotoPersonalDataServer")
    };
    let endpoint = services.iter().find(is_pds)?.get("serviceEndpoint")?.as_str()?;
    // A document is not the calendar's word: it leads to no server on this machine.
    Base::of(endpoint).ok().filter(|base| base.url.starts_with("https://"))
}

/// Asks a server whose a handle is.
pub fn did_of(http: &dyn Http, server: &str, handle: &str) -> Result<String, Failure> {
    let url = format!("{server}/xrpc/com.atproto.identity.resolveHandle?handle={}", encoded(handle));
    let answer = asked(http, &url)?;
    let did = answer.get("did").and_then(Value::as_str).filter(|did| is_did(did));
    did.map(str::to_owned).ok_or_else(|| unsent(format!("{server} does not say who {handle} is")))
}

/// Finds whose a handle is without a server's help, or with that of the handle's own site.
fn found(http: &dyn Http, handle: &str) -> Result<String, Failure> {
    let failure = match did_of(http, RESOLVER, handle) {
        Ok(did) => return Ok(did),
        Err(failure) => failure,
    };
    let request =
        Request { answer_limit_bytes: 4096, ..get(&format!("https://{handle}/.well-known/atproto-did")) };
    let answer = crate::http::exchange(http, &request).map(|answer| answer.text().trim().to_owned());
    match answer {
        Ok(did) if is_did(&did) => Ok(did),
        _ => Err(match failure {
            Failure::Refused { status, code, .. } => Failure::Refused {
                status,
                code,
                why: format!("there is no {handle} on Bluesky: look at the account's `handle`"),
            },
            other => other,
        }),
    }
}

/// Returns the document of a DID, from who keeps it.
fn document(http: &dyn Http, did: &str) -> Result<Value, Failure> {
    if did.starts_with("did:plc:") {
        return asked(http, &format!("{DIRECTORY}/{did}"));
    }
    let host = did.strip_prefix("did:web:").filter(|host| !host.contains(':'));
    let host = host.ok_or_else(|| refused(400, format!("{did} is of a kind that Bluesky does not know")))?;
    asked(http, &format!("https://{}/.well-known/did.json", host.replace("%3A", ":")))
}

/// Returns the document of a DID, as the server that keeps its posts has it.
fn described(http: &dyn Http, base: &Base, did: &str) -> Result<Value, Failure> {
    let url = format!("{}/xrpc/com.atproto.repo.describeRepo?repo={}", base.url, encoded(did));
    let answer = asked(http, &url).map_err(|failure| plain(&base.host, failure))?;
    let document = answer.get("didDoc").cloned();
    document.ok_or_else(|| unsent(format!("{} does not say what {did} is", base.host)))
}

/// Tells whether a text is a DID (atproto.com/specs/did).
fn is_did(text: &str) -> bool {
    let name = text.strip_prefix("did:plc:").or_else(|| text.strip_prefix("did:web:"));
    name.is_some_and(|name| {
        !name.is_empty()
            && name.len() < 2048
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:%".contains(&b))
    })
}

fn get(url: &str) -> Request {
    let request = Request::new(Effect::Reads, Method::Get, url).header("accept", "application/json");
    Request { answer_limit_bytes: LIMIT_BYTES, ..request }
}

/// Asks for JSON.
fn asked(http: &dyn Http, url: &str) -> Result<Value, Failure> {
    let host = url.split('/').nth(2).unwrap_or(url);
    let answer = crate::http::exchange(http, &get(url)).map_err(|failure| at(host, failure))?;
    answer.json().map_err(|why| unsent(format!("{host}: {why}")))
}
