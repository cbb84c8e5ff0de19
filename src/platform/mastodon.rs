//! Mastodon, and the servers that speak like it.
//!
//! ```text
//! GET    /api/v1/accounts/verify_credentials    whose token it is; the server's clock
//! GET    /api/v2/instance, /api/v1/instance     what the server is, and takes
//! POST   /api/v2/media, GET /api/v1/media/…     a picture, before the post that shows it
//! POST   /api/v1/statuses                       the post, with an `Idempotency-Key`
//! GET    /api/v1/accounts/…/statuses            what the account has posted
//! DELETE /api/v1/statuses/…                     takes it down
//! GET    /api/v1/statuses?id[]=…, …/statuses/…  what posts have earned
//! ```
//!
//! Mastodon's own documentation is the source of all of it (docs.joinmastodon.org, of version 4.7). Of what speaks like
//! it, only what Mastodon itself promises is not believed: that a key makes two requests one post.

pub mod find;
pub mod html;
pub mod limits;
mod measure;
pub mod media;
pub mod oauth;
pub mod post;
pub mod server;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use crate::draft::{Draft, MediaFacts};
use crate::http::{Effect, Failure, Http, Method};
use crate::keyring::Credential;
use crate::ledger::{Receipt, Sending, Upload};
use crate::platform::counts::{Look, Standing};
use crate::platform::server::{Base, at, refused, unsent};
use crate::platform::{Channel, Class, Desk, Parent, Platform, Sight};

use oauth::Tokens;
use post::Post;
use server::{Api, Me, Server, text};

/// For how long Mastodon keeps a key (app/services/post_status_service.rb).
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Mastodon's adapter.
pub struct Mastodon;

impl Platform for Mastodon {
    /// Followers' timelines are in order of time: more than a handful at once is a flood.
    fn burst(&self) -> Option<usize> {
        Some(5)
    }

    fn has_secret(&self) -> bool {
        true
    }

    fn counts_at_once(&self) -> Option<usize> {
        Some(measure::AT_ONCE)
    }

    /// Mastodon's own tokens last. Pixelfed's, Pleroma's and Akkoma's end, and are renewed at half their life, while
    /// the old one still works should the answer be lost.
    fn renews_at(&self, credential: &Credential) -> Option<DateTime<Utc>> {
        credential.get("refresh_token")?;
        let life = credential.expires_at? - credential.set_at;
        Some(credential.set_at + life / 2)
    }

    fn renew(&self, http: &dyn Http, credential: &Credential) -> Result<Credential, Failure> {
        let base = base(credential.server.as_deref())?;
        let value = |name: &str| {
            credential.get(name).ok_or_else(|| unsent(format!("the secret has no `{name}` to renew it with")))
        };
        let (id, secret) = (value("client_id")?, value("client_secret")?);
        let tokens = oauth::refresh(http, &base, id, secret, value("refresh_token")?)?;
        let given_at = tokens.given_at.and_then(|at| DateTime::from_timestamp(at, 0));
        // Half of the life is over, at least, where the server tells no time.
        let set_at = given_at.or_else(|| self.renews_at(credential)).unwrap_or(credential.set_at);
        Ok(with_tokens(credential, &tokens, set_at))
    }

    fn open<'a>(&self, desk: Desk<'a>) -> Result<Box<dyn Channel + 'a>, Failure> {
        let api = api(&desk)?;
        let me = api.me()?;
        if let Some(pin) = desk.account.pin.as_deref().filter(|pin| *pin != me.id) {
            return Err(refused(
                403,
                format!(
                    "the token is of another account: {} ({}), and accounts/{}.toml is pinned to {pin}",
                    me.id, me.handle, desk.account.id
                ),
            ));
        }
        let server = api.server()?;
        Ok(Box::new(Session { desk, api, me, server }))
    }
}

/// Returns a credential with other tokens in it.
pub fn with_tokens(credential: &Credential, tokens: &Tokens, set_at: DateTime<Utc>) -> Credential {
    let mut next = credential.clone();
    next.set_at = set_at;
    let life = tokens.seconds.and_then(TimeDelta::try_seconds);
    next.expires_at = life.and_then(|life| set_at.checked_add_signed(life));
    next.values.insert("token".to_owned(), tokens.access.clone());
    // A server that says no new refresh token means the old one to be used again (RFC 6749 §6).
    if let Some(refresh) = &tokens.refresh {
        next.values.insert("refresh_token".to_owned(), refresh.clone());
    }
    next
}

/// Returns the account's server, if the secret may be shown to it.
fn api<'a>(desk: &Desk<'a>) -> Result<Api<'a>, Failure> {
    let account = desk.account;
    let base = base(account.server.as_ref().map(|server| server.value.as_str()))?;
    let credential = desk.credential.as_ref();
    let credential = credential.ok_or_else(|| unsent(format!("there is no secret for {}", account.id)))?;
    // Whoever may change the account's file could turn its secret to a server of their own.
    let own = credential.server.as_deref().map(Base::of);
    if own.as_ref().is_none_or(|own| own.as_ref() != Ok(&base)) {
        let meant = credential.server.as_deref().unwrap_or("no server");
        let id = &account.id;
        return Err(refused(
            403,
            format!(
                "the secret of {id} is for {meant}, and the account says {}, so it is not shown: kalends account connect {id}",
                base.url
            ),
        ));
    }
    let token = credential.get("token").map(SecretString::from);
    let token = token.ok_or_else(|| {
        unsent(format!("the secret of {} has no `token`: kalends account connect {}", account.id, account.id))
    })?;
    Ok(Api::new(desk.http, desk.clock, base, token))
}

fn base(server: Option<&str>) -> Result<Base, Failure> {
    let server = server.ok_or_else(|| unsent("the account names no server: add `server`".to_owned()))?;
    Base::of(server).map_err(|why| refused(400, format!("{server} cannot be used: {why}")))
}

/// An account that is signed in to.
struct Session<'a> {
    desk: Desk<'a>,
    api: Api<'a>,
    me: Me,
    server: Server,
}

impl Channel for Session<'_> {
    fn class(&self) -> Class {
        if self.server.is_mastodon {
            Class::WindowKey { window: WINDOW }
        } else {
            Class::Listing { repost: false }
        }
    }

    /// Half a minute to the first byte (S). Two minutes of flight (M): the request's own patience of 30 s, then 102 s in
    /// which a kernel goes on sending what was written to a connection that we gave up. Half a minute until a replica
    /// that lags shows the post (D). M and D are assumed, not measured, so what is proven absent is never sent again by
    /// itself without a key.
    fn settles_after(&self) -> TimeDelta {
        TimeDelta::minutes(3)
    }

    /// Mastodon removes an upload that no post shows after about a day (Scheduler::VacuumScheduler).
    fn keeps_uploads(&self) -> TimeDelta {
        TimeDelta::hours(12)
    }

    fn prepare(
        &self,
        draft: &Draft,
        thread: &[Parent],
        uploads: &mut Vec<Upload>,
        _: DateTime<Utc>,
    ) -> Result<(String, String), Failure> {
        self.api.ready()?;
        let fact = |media: &crate::draft::Media| {
            let facts = self.desk.book.get(&media.file);
            facts.ok_or_else(|| unsent(format!("{} is not there", media.file)))
        };
        let facts: Vec<&MediaFacts> = draft.media.iter().map(fact).collect::<Result<_, _>>()?;
        if let Some(why) = limits::fault(draft, &facts, &self.server) {
            return Err(refused(422, format!("{}: {why}", self.api.base.host)));
        }
        let parent = thread.last().map(|parent| self.parent(parent)).transpose()?;
        let ids = media::upload(&self.desk, &self.api, draft, &facts, uploads)?;
        // The last upload may have been the last request that the server takes for a while.
        self.api.ready()?;
        let post = Post::of(draft, ids, parent);
        let payload = serde_json::to_string(&post)
            .map_err(|error| unsent(format!("the post cannot be written as JSON: {error}")))?;
        Ok((post.key(draft, &facts), payload))
    }

    fn publish(&self, sending: &Sending) -> Result<Receipt, Failure> {
        let request = self
            .api
            .request(Effect::Publishes, Method::Post, "/api/v1/statuses")
            .header("content-type", "application/json")
            .header("idempotency-key", sending.key.clone())
            .body(sending.payload.as_bytes());
        let answer = self.api.send(&request)?;
        post::receipt(&answer).map_err(|why| Failure::Doubtful { why })
    }

    fn find(&self, sending: &Sending) -> Result<Sight, Failure> {
        find::find(&self.api, &self.me, &self.server, sending)
    }

    /// A server may say that a post is not there and show it all the same (snac), so what is not there is looked at.
    fn retract(&self, id: &str) -> Result<(), Failure> {
        let host = &self.api.base.host;
        let path = format!("/api/v1/statuses/{}", segment(id));
        match self.api.send(&self.api.request(Effect::Publishes, Method::Delete, &path)) {
            Ok(_) | Err(Failure::Refused { status: 410, .. }) => return Ok(()),
            Err(Failure::Refused { status: 404 | 405, .. }) => {}
            Err(failure) => return Err(at(host, failure)),
        }
        match self.api.get(&path) {
            Err(Failure::Refused { status: 404 | 410, .. }) => Ok(()),
            Err(failure) => Err(at(host, failure)),
            Ok(answer) => {
                let url = answer.json().ok().and_then(|json| text(&json, "url").map(str::to_owned));
                let url = url.unwrap_or_else(|| id.to_owned());
                let why = format!(
                    "{host} does not delete posts for programs, and still shows it: delete {url} there by hand"
                );
                Err(refused(404, why))
            }
        }
    }

    fn measure(&self, posts: &[&str]) -> Result<Vec<Look>, Failure> {
        measure::posts(self, posts)
    }

    fn measure_account(&self) -> Result<Standing, Failure> {
        measure::account(self)
    }
}

impl Session<'_> {
    /// Returns the id of the post that a reply hangs from.
    fn parent(&self, parent: &Parent) -> Result<String, Failure> {
        match measure::id_of(self, &parent.id)? {
            Some(id) => Ok(id),
            None => Err(unsent(format!(
                "the part before it is known as {} only, and {} has no such post",
                parent.id, self.api.base.host
            ))),
        }
    }
}

/// Returns an id as one part of a path, whatever a server put into it.
fn segment(id: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    if encoded == "." || encoded == ".." { encoded.replace('.', "%2E") } else { encoded.replace('+', "%20") }
}

#[cfg(test)]
mod tests;
