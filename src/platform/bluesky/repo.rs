//! An account's repository on its server, signed in to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::http::{Effect, Failure, Method, Request, Response};
use crate::keyring;
use crate::platform::Desk;
use crate::platform::quota::Quota;
use crate::platform::server::{Base, at, refused, unsent};

use super::fault::{has_ended, inactive, is_about_account, plain};
use super::identity::{self, Identity};
use super::session::Session;

/// How long a token must last still when a post is prepared with it.
const MARGIN: TimeDelta = TimeDelta::minutes(3);

/// A repository.
pub struct Repo<'a> {
    /// What it is worked with.
    pub desk: Desk<'a>,
    /// The server.
    pub base: Base,
    /// Whose it is.
    pub did: String,
    password: SecretString,
    session: Mutex<Session>,
    /// Whether this run has shown the app password: thirty times in five minutes is all that a server takes.
    signed_in: Mutex<bool>,
    /// A server counts sign-ins and uploads apart from all other requests.
    rest: Quota,
    uploads: Quota,
    sign_ins: Quota,
}

impl<'a> Repo<'a> {
    /// Opens the account's repository: with the session of an earlier run, or with the app password.
    pub fn open(desk: Desk<'a>) -> Result<Repo<'a>, Failure> {
        let password = password(&desk)?;
        let kept = desk.keys.session(&desk.account.id).as_ref().and_then(Session::read);
        let Some((session, base)) = kept
            .filter(|session| fits(session, &desk))
            .and_then(|session| Base::of(&session.server).ok().map(|base| (session, base)))
        else {
            let identity = identity::resolve(desk.http, desk.account, desk.pin_suffices)?;
            return Repo::begin(desk, identity, password);
        };
        let repo = Repo::new(desk, base, session, password.clone());
        let failure = match repo.verify() {
            Ok(()) => return Ok(repo),
            Err(failure) => failure,
        };
        // The account may have moved to another server since.
        let desk = &repo.desk;
        let may_have_moved = matches!(failure, Failure::Refused { .. }) && repo.desk.account.server.is_none();
        match may_have_moved
            .then(|| identity::resolve(desk.http, desk.account, desk.pin_suffices))
            .transpose()?
        {
            Some(identity) if identity.server != repo.base => Repo::begin(repo.desk, identity, password),
            _ => Err(failure),
        }
    }

    /// Signs in with the app password.
    fn begin(desk: Desk<'a>, identity: Identity, password: SecretString) -> Result<Repo<'a>, Failure> {
        let Identity { did, server } = identity;
        verify_server(&desk, &server)?;
        let session = Session {
            did,
            server: server.url.clone(),
            handle: identity::handle(desk.account),
            value: desk.credential.as_ref().map(|credential| credential.value.clone()).unwrap_or_default(),
            access: SecretString::from(""),
            refresh: SecretString::from(""),
            lost: Vec::new(),
        };
        let repo = Repo::new(desk, server, session, password);
        repo.sign_in(&mut repo.session())?;
        Ok(repo)
    }

    fn new(desk: Desk<'a>, base: Base, session: Session, password: SecretString) -> Repo<'a> {
        Repo {
            desk,
            base,
            did: session.did.clone(),
            password,
            session: Mutex::new(session),
            signed_in: Mutex::default(),
            rest: Quota::default(),
            uploads: Quota::default(),
            sign_ins: Quota::default(),
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the server whose the session is, whether the account may post, and what time it is.
    fn verify(&self) -> Result<(), Failure> {
        if self.fresh()? {
            return Ok(());
        }
        let before = self.desk.clock.now();
        let request = self.request(Effect::Reads, Method::Get, "com.atproto.server.getSession");
        let answer = match self.send(&request) {
            // Of an account that it has closed, a server does not know the session any more; the next one says why.
            Err(Failure::Refused { code, .. }) if !is_about_account(&code) => {
                let token = self.session().access.clone();
                return self.renew(&token);
            }
            answer => answer?,
        };
        self.base.same_time(before, self.desk.clock.now(), &answer)?;
        self.is_ours(&self.json(&answer)?)
    }

    /// Starts a request to the server.
    pub fn request(&self, effect: Effect, method: Method, name: &str) -> Request {
        Request::new(effect, method, format!("{}/xrpc/{name}", self.base.url))
            .header("accept", "application/json")
    }

    /// Asks without showing who asks.
    pub fn ask(&self, name: &str) -> Result<Response, Failure> {
        let request = self.request(Effect::Reads, Method::Get, name);
        self.rest.exchange(self.desk.http, self.desk.clock, &request)
    }

    /// Sends a request with the session's token; one that has ended is renewed, once, and the request sent again.
    pub fn send(&self, request: &Request) -> Result<Response, Failure> {
        self.signed(&self.rest, request, None)
    }

    /// Sends an upload likewise.
    pub fn upload(&self, request: &Request) -> Result<Response, Failure> {
        self.signed(&self.uploads, request, None)
    }

    /// Sends a post likewise, the second time only while it may go out.
    ///
    /// A token that has ended is refused before the server looks at what it came with, so that nothing of it took effect;
    /// and the same record under the same key would be one post, however often it arrived.
    pub fn publish(&self, request: &Request, until: DateTime<Utc>) -> Result<Response, Failure> {
        self.signed(&self.rest, request, Some(until))
    }

    fn signed(
        &self,
        quota: &Quota,
        request: &Request,
        until: Option<DateTime<Utc>>,
    ) -> Result<Response, Failure> {
        let token = self.session().access.clone();
        let send = |token: &SecretString| {
            let request = request.clone().bearer(token.expose_secret());
            quota.exchange(self.desk.http, self.desk.clock, &request)
        };
        match send(&token) {
            Err(failure) if has_ended(&failure) => {
                self.renew(&token)?;
                if until.is_some_and(|until| self.desk.clock.now() > until) {
                    return Err(unsent("its time was over before the session was renewed".to_owned()));
                }
                let token = self.session().access.clone();
                send(&token).map_err(|failure| self.plain(failure))
            }
            other => other.map_err(|failure| self.plain(failure)),
        }
    }

    /// Fails where the server takes no requests now.
    pub fn ready(&self) -> Result<(), Failure> {
        self.rest.ready(self.desk.clock).map_err(|failure| at(&self.base.host, failure))
    }

    /// Renews a token that will not last until the post is out; tells whether it did.
    pub fn fresh(&self) -> Result<bool, Failure> {
        let token = {
            let session = self.session();
            let ends_at = session.ends_at();
            if ends_at.is_none_or(|at| at > self.desk.clock.now() + MARGIN) {
                return Ok(false);
            }
            session.access.clone()
        };
        self.renew(&token).map(|()| true)
    }

    /// Renews the session, if nobody has since this token was taken from it.
    fn renew(&self, spent: &SecretString) -> Result<(), Failure> {
        let mut session = self.session();
        if session.access.expose_secret() != spent.expose_secret() {
            return Ok(());
        }
        let before = self.desk.clock.now();
        let request = self
            .request(Effect::Prepares, Method::Post, "com.atproto.server.refreshSession")
            .bearer(session.refresh.expose_secret());
        match self.rest.exchange(self.desk.http, self.desk.clock, &request) {
            Ok(answer) => self.take(&mut session, before, &answer),
            // The session is over: it was revoked, or was not used for too long.
            Err(failure) if has_ended(&failure) => self.sign_in(&mut session),
            Err(failure) => Err(self.plain(failure)),
        }
    }

    /// Begins a session with the app password, once a run.
    fn sign_in(&self, session: &mut Session) -> Result<(), Failure> {
        let mut signed_in = self.signed_in.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *signed_in, true) {
            let why = format!("{} refuses the session that it gave just now", self.base.host);
            return Err(unsent(why));
        }
        let before = self.desk.clock.now();
        let words = json!({ "identifier": self.did, "password": self.password.expose_secret() });
        let request = self
            .request(Effect::Prepares, Method::Post, "com.atproto.server.createSession")
            .header("content-type", "application/json")
            .secret(self.password.expose_secret())
            .body(words.to_string());
        let answer = self.sign_ins.exchange(self.desk.http, self.desk.clock, &request);
        let answer = answer.map_err(|failure| self.closed(failure))?;
        self.take(session, before, &answer)
    }

    /// Takes a new session's tokens, and keeps them for later runs.
    fn take(&self, session: &mut Session, before: DateTime<Utc>, answer: &Response) -> Result<(), Failure> {
        let json = self.json(answer)?;
        if !session.take(&json) {
            return Err(unsent(format!("{} gives no session that can be read", self.base.host)));
        }
        let ours = self.is_ours(&json);
        // An account that may not post now has a session all the same, which asks again without the password.
        if json.get("did").and_then(Value::as_str) == Some(&self.did) {
            self.keep(session);
        }
        ours?;
        self.base.same_time(before, self.desk.clock.now(), answer)
    }

    fn keep(&self, session: &Session) {
        if let Some(kept) = session.write() {
            self.desk.keys.keep_session(&self.desk.account.id, &kept);
        }
    }

    /// Tells whether the server has lost an upload.
    pub fn has_lost(&self, cid: &str) -> bool {
        self.session().lost.iter().any(|lost| lost == cid)
    }

    /// Remembers that the server has lost uploads.
    pub fn lose(&self, cids: Vec<String>) {
        let mut session = self.session();
        session.lost.extend(cids);
        // Uploads are used again for a few minutes only: older ones need no remembering.
        let old = session.lost.len().saturating_sub(100);
        session.lost.drain(..old);
        self.keep(&session);
    }

    fn is_ours(&self, json: &Value) -> Result<(), Failure> {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let host = &self.base.host;
        if text("did") != Some(&self.did) {
            let whose = text("did").unwrap_or("nobody");
            return Err(refused(403, format!("{host} signs in to {whose}, and the account is {}", self.did)));
        }
        if json.get("active").and_then(Value::as_bool) == Some(false) {
            return Err(refused(403, inactive(host, text("status").unwrap_or_default())));
        }
        Ok(())
    }

    /// Reads an answer as JSON.
    pub fn json(&self, answer: &Response) -> Result<Value, Failure> {
        answer.json().map_err(|why| unsent(format!("{}: {why}", self.base.host)))
    }

    fn plain(&self, failure: Failure) -> Failure {
        plain(&self.base.host, failure)
    }

    /// Says plainly why a password opens nothing.
    fn closed(&self, failure: Failure) -> Failure {
        let (host, id) = (&self.base.host, &self.desk.account.id);
        match failure {
            Failure::Refused { status, code, .. } if code == "AuthFactorTokenRequired" => {
                let why = format!(
                    "{host} asks for a code by mail, so the secret is the main password: make an app password under \
                     Settings, Privacy and security, then kalends account connect {id}"
                );
                Failure::Refused { status, code, why }
            }
            Failure::Refused { status: status @ 401, code, why } if !is_about_account(&code) => {
                let why = format!(
                    "{host} does not take the app password of {id}: {why}; make a new one under Settings, Privacy and \
                     security, then kalends account connect {id}"
                );
                Failure::Refused { status, code, why }
            }
            other => self.plain(other),
        }
    }
}

/// Tells whether a session of an earlier run is of this account, as the calendar has it now.
fn fits(session: &Session, desk: &Desk<'_>) -> bool {
    let account = desk.account;
    let server = account.server.as_ref().map(|server| Base::of(&server.value).map(|base| base.url));
    account.pin.as_ref().is_none_or(|pin| *pin == session.did)
        && server.is_none_or(|server| server.as_ref() == Ok(&session.server))
        && identity::handle(account) == session.handle
        && desk.credential.as_ref().is_some_and(|credential| credential.value == session.value)
}

fn password(desk: &Desk<'_>) -> Result<SecretString, Failure> {
    let id = &desk.account.id;
    let credential = desk.credential.as_ref();
    let password = credential.and_then(|credential| credential.get("app_password"));
    let password = password.filter(|password| !password.is_empty());
    password.map(keyring::secret).ok_or_else(|| {
        unsent(format!("the secret of {id} has no `app_password`: kalends account connect {id}"))
    })
}

/// Refuses to show a secret to another server than it was set for: whoever may change the account's file could turn it to
/// a server of their own. Where neither names one, the account's own document says where it is.
fn verify_server(desk: &Desk<'_>, server: &Base) -> Result<(), Failure> {
    let meant = desk.credential.as_ref().and_then(|credential| credential.server.as_deref());
    let named = desk.account.server.is_some();
    let fits = match meant {
        Some(meant) => Base::of(meant).as_ref() == Ok(server),
        None => !named,
    };
    if fits {
        return Ok(());
    }
    let (id, meant) = (&desk.account.id, meant.unwrap_or("no server by name"));
    Err(refused(
        403,
        format!(
            "the secret of {id} is for {meant}, and the account says {}, so it is not shown: kalends account connect {id}",
            server.url
        ),
    ))
}
