//! Reading what posts and the account have earned.
//!
//! The repository keeps the post; who liked it is counted by an AppView, which the account's own server asks for us
//! (`app.bsky.feed.getPosts`, `app.bsky.actor.getProfile`; atproto.com/specs/xrpc#service-proxying). Of a post that the
//! AppView does not show, only the repository can say whether it is gone.

use serde_json::Value;

use crate::http::{Effect, Failure, Method};
use crate::platform::counts::{Counts, Field, Look, Standing};
use crate::platform::server::unsent;
use crate::reading::Metric;

use super::record::COLLECTION;
use super::{Signed, encoded, identity, parts};

/// The most posts of one request (`app.bsky.feed.getPosts`).
pub const AT_ONCE: usize = 25;

const POST: &[Field] = &[
    Field { name: "likeCount", metric: Metric::Likes, always: true },
    Field { name: "repostCount", metric: Metric::Reposts, always: true },
    Field { name: "replyCount", metric: Metric::Replies, always: true },
    Field { name: "quoteCount", metric: Metric::Quotes, always: true },
    // Younger than the others: an AppView may not count them.
    Field { name: "bookmarkCount", metric: Metric::Saves, always: false },
];

const PROFILE: &[Field] = &[Field { name: "followersCount", metric: Metric::Followers, always: true }];

/// Looks at posts' numbers.
pub(super) fn posts(signed: &Signed<'_>, posts: &[&str]) -> Result<Vec<Look>, Failure> {
    let addresses: Vec<Result<String, String>> = posts.iter().map(|post| address(signed, post)).collect();
    let query: Vec<String> = addresses.iter().flatten().map(|uri| format!("uris={}", encoded(uri))).collect();
    let shown = if query.is_empty() {
        Value::Null
    } else {
        asked(signed, &format!("app.bsky.feed.getPosts?{}", query.join("&")))?
    };
    let shown = shown.get("posts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut looks = Vec::with_capacity(posts.len());
    for uri in addresses {
        looks.push(match uri {
            Err(why) => Look::Unclear(why),
            Ok(uri) => {
                let found = shown.iter().find(|post| post.get("uri").and_then(Value::as_str) == Some(&uri));
                match found {
                    Some(post) => {
                        Look::Counted(Counts::read(post, POST, "bluesky app.bsky.feed.defs#postView"))
                    }
                    None => missing(signed, &uri)?,
                }
            }
        });
    }
    Ok(looks)
}

/// Looks at the account's own numbers.
pub(super) fn account(signed: &Signed<'_>) -> Result<Standing, Failure> {
    let did = &signed.repo.did;
    let profile = asked(signed, &format!("app.bsky.actor.getProfile?actor={}", encoded(did)))?;
    let text = |name: &str| profile.get(name).and_then(Value::as_str);
    if text("did") != Some(did) {
        return Err(unsent(format!("{}: the answer is about somebody else", signed.repo.base.host)));
    }
    let counts = Counts::read(&profile, PROFILE, "bluesky app.bsky.actor.defs#profileViewDetailed");
    let said = identity::handle(signed.repo.desk.account);
    // An AppView that cannot verify a name says this one, which is nobody's.
    let name = text("handle").filter(|name| *name != "handle.invalid");
    let renamed = name.zip(said).filter(|(name, said)| !name.eq_ignore_ascii_case(said));
    Ok(Standing { counts, renamed: renamed.map(|(name, _)| name.to_owned()) })
}

/// Returns a post's address in the account's repository. A person may have given only its page.
fn address(signed: &Signed<'_>, post: &str) -> Result<String, String> {
    let did = &signed.repo.did;
    match parts(post) {
        None => Err(format!("{post} is no post on Bluesky")),
        Some((whose, _)) if whose.starts_with("did:") && whose != did => {
            Err(format!("{post} is not of this account, which is {did}"))
        }
        Some((_, key)) => Ok(format!("at://{did}/{COLLECTION}/{key}")),
    }
}

/// Asks, with the session's token, what the account's server hands on to its AppView.
fn asked(signed: &Signed<'_>, name: &str) -> Result<Value, Failure> {
    let request = signed.repo.request(Effect::Reads, Method::Get, name);
    signed.repo.json(&signed.repo.send(&request)?)
}

/// Says what became of a post that the AppView does not show.
fn missing(signed: &Signed<'_>, uri: &str) -> Result<Look, Failure> {
    let key = uri.rsplit('/').next().unwrap_or_default();
    match signed.get_record(&signed.repo.did, key) {
        Ok(_) => Ok(Look::Unclear(format!(
            "{} has it, and the AppView does not show it (yet)",
            signed.repo.base.host
        ))),
        Err(Failure::Refused { code, .. }) if code == "RecordNotFound" => Ok(Look::Gone),
        Err(failure) => Err(failure),
    }
}
