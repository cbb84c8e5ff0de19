//! Reading what posts and the account have earned.
//!
//! The source is the server itself, as docs.joinmastodon.org has it (entities/Status, entities/Account). A server counts
//! what it has seen: on the fediverse that is less than there was, and never more.

use serde_json::Value;

use crate::http::{Failure, PAGE};
use crate::platform::counts::{Counts, Field, Look, Standing};
use crate::platform::server::{at, unsent};
use crate::reading::Metric;

use super::post::shown;
use super::server::{id, text};
use super::{Session, find, segment};
use crate::ledger::Evidence;

/// The most statuses that Mastodon gives at once (Api::BaseController::DEFAULT_STATUSES_LIMIT).
pub const AT_ONCE: usize = 20;

/// Since when `GET /api/v1/statuses?id[]=…` is there.
const MANY_SINCE: (u32, u32) = (4, 3);

/// Since when `quotes_count` is there.
const QUOTES_SINCE: (u32, u32) = (4, 5);

/// Looks at posts' numbers.
pub(super) fn posts(session: &Session<'_>, posts: &[&str]) -> Result<Vec<Look>, Failure> {
    let mut ids: Vec<Option<String>> = Vec::with_capacity(posts.len());
    for post in posts {
        ids.push(id_of(session, post)?);
    }
    let mut known = if posts.len() > 1 && session.server.version >= Some(MANY_SINCE) {
        many(session, ids.iter().flatten())?
    } else {
        Vec::new()
    };
    let mut looks = Vec::with_capacity(posts.len());
    for (post, id) in posts.iter().zip(ids) {
        let Some(id) = id else {
            let host = &session.api.base.host;
            looks.push(Look::Unclear(format!("it is known as {post} only, and {host} has no such post")));
            continue;
        };
        // What a list leaves out is asked for by itself: only that answer says whether it is gone.
        looks.push(match known.iter().position(|(listed, _)| *listed == id) {
            Some(place) => Look::Counted(known.swap_remove(place).1),
            None => one(session, &id)?,
        });
    }
    Ok(looks)
}

/// Looks at the account's own numbers.
pub(super) fn account(session: &Session<'_>) -> Result<Standing, Failure> {
    let host = &session.api.base.host;
    let answer =
        session.api.get("/api/v1/accounts/verify_credentials").map_err(|failure| at(host, failure))?;
    let json = answer.json().map_err(|why| unsent(format!("{host}: {why}")))?;
    if id(&json, "id").as_deref() != Some(&session.me.id) {
        return Err(unsent(format!("{host} does not say whose the token is")));
    }
    let fields = [Field { name: "followers_count", metric: Metric::Followers, always: true }];
    let counts = Counts::read(&json, &fields, &session.server.software);
    let name = text(&json, "username").or_else(|| text(&json, "acct"));
    let said = session.desk.account.handle.as_deref();
    let renamed =
        name.zip(said).filter(|(name, said)| !is_same_name(name, said)).map(|(name, _)| name.to_owned());
    Ok(Standing { counts, renamed })
}

/// Tells whether a name is the one that the calendar says: `harbour`, `@harbour`, `harbour@museum.example`.
fn is_same_name(name: &str, said: &str) -> bool {
    let local = |name: &str| {
        let name = name.trim().trim_start_matches('@');
        name.split('@').next().unwrap_or_default().to_lowercase()
    };
    local(name) == local(said)
}

/// Returns a post's id on the server. A person may have given only its address: the server is asked whether its last
/// part is the id, and where ids are no part of addresses (snac), which of the account's posts has it.
pub(super) fn id_of(session: &Session<'_>, post: &str) -> Result<Option<String>, Failure> {
    if !post.contains("://") {
        return Ok(Some(post.to_owned()));
    }
    let last = post.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let named = match session.api.get(&format!("/api/v1/statuses/{}", segment(last))) {
        Ok(answer) => answer.json().ok().and_then(|json| shown(&json, Evidence::Found)),
        Err(Failure::Refused { status: 400 | 404 | 410 | 422, .. }) => None,
        Err(failure) => return Err(at(&session.api.base.host, failure)),
    };
    if let Some(found) = named.filter(|found| found.url.as_deref() == Some(post)) {
        return Ok(Some(found.id));
    }
    Ok(find::by_address(&session.api, &session.me, post)?.map(|found| found.id))
}

/// Looks at many statuses at once, and returns what was counted of those that the server lists.
fn many<'i>(
    session: &Session<'_>,
    ids: impl Iterator<Item = &'i String>,
) -> Result<Vec<(String, Counts)>, Failure> {
    let query: Vec<String> = ids.map(|id| format!("id[]={}", segment(id))).collect();
    let host = &session.api.base.host;
    let answer = match session.api.get(&format!("/api/v1/statuses?{}", query.join("&"))) {
        // A fork may not have it: then each is asked for by itself.
        Err(Failure::Refused { .. }) => return Ok(Vec::new()),
        answer => answer.map_err(|failure| at(host, failure))?,
    };
    let json = answer.json().map_err(|why| unsent(format!("{host}: {why}")))?;
    let statuses = json.as_array().ok_or_else(|| unsent(format!("{host}: no list in the answer")))?;
    Ok(statuses.iter().filter_map(|status| Some((id(status, "id")?, counted(session, status)))).collect())
}

fn one(session: &Session<'_>, id: &str) -> Result<Look, Failure> {
    let host = &session.api.base.host;
    let answer = match session.api.get(&format!("/api/v1/statuses/{}", segment(id))) {
        // A page for people comes from what stands before the server, which knows nothing of posts.
        Err(Failure::Refused { status: 404 | 410, why, .. }) if why != PAGE => return Ok(Look::Gone),
        Err(Failure::Refused { status: 404 | 410, why, .. }) => {
            return Ok(Look::Unclear(format!("{host}: {why}")));
        }
        answer => answer.map_err(|failure| at(host, failure))?,
    };
    let json = answer.json().map_err(|why| unsent(format!("{host}: {why}")))?;
    Ok(match self::id(&json, "id") {
        Some(_) => Look::Counted(counted(session, &json)),
        None => Look::Unclear(format!("{host}: there is no post in the answer")),
    })
}

/// Returns what a status of a Mastodon server of this version must say; nothing where it is another's.
pub(super) fn fields(version: Option<(u32, u32)>) -> [Field; 4] {
    [
        Field { name: "favourites_count", metric: Metric::Likes, always: true },
        Field { name: "reblogs_count", metric: Metric::Reposts, always: true },
        Field { name: "replies_count", metric: Metric::Replies, always: true },
        Field { name: "quotes_count", metric: Metric::Quotes, always: version >= Some(QUOTES_SINCE) },
    ]
}

fn counted(session: &Session<'_>, status: &Value) -> Counts {
    let server = &session.server;
    let mut counts = Counts::read(status, &fields(server.version), &server.software);
    if let Some(poll) = status.get("poll").filter(|poll| poll.is_object()) {
        let votes = [Field { name: "votes_count", metric: Metric::Votes, always: true }];
        let votes = Counts::read(poll, &votes, &format!("{}, poll", server.software));
        counts.given.extend(votes.given);
        counts.lacking.extend(votes.lacking);
    }
    counts
}
