//! A server: where it is, what it says of itself, and whose token it was shown.

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::http::{Effect, Failure, Http, Method, Request, Response};
use crate::platform::quota::Quota;
use crate::platform::server::{Base, at, refused, unsent};
use crate::text::{Alt, Count, Limits, Max, Platform, Runs};
use crate::time::Clock;

/// A server with a token for it, and the patience that it has left.
pub struct Api<'a> {
    http: &'a dyn Http,
    clock: &'a dyn Clock,
    /// Where it is.
    pub base: Base,
    token: SecretString,
    /// Mastodon counts uploads and deletions apart from all other requests.
    rest: Quota,
    uploads: Quota,
}

impl<'a> Api<'a> {
    /// Returns a server that is shown a token.
    pub fn new(http: &'a dyn Http, clock: &'a dyn Clock, base: Base, token: SecretString) -> Api<'a> {
        Api { http, clock, base, token, rest: Quota::default(), uploads: Quota::default() }
    }

    /// Starts a request, which shows the token. It has a connection of its own: snac closes each after its answer, and
    /// does not say so.
    pub fn request(&self, effect: Effect, method: Method, path: &str) -> Request {
        Request::new(effect, method, format!("{}{path}", self.base.url))
            .alone()
            .bearer(self.token.expose_secret())
            .header("accept", "application/json")
    }

    /// Sends a request within the server's limits.
    pub fn send(&self, request: &Request) -> Result<Response, Failure> {
        self.rest.exchange(self.http, self.clock, request)
    }

    /// Sends an upload within the server's limits.
    pub fn upload(&self, request: &Request) -> Result<Response, Failure> {
        self.uploads.exchange(self.http, self.clock, request)
    }

    /// Asks for something.
    pub fn get(&self, path: &str) -> Result<Response, Failure> {
        self.send(&self.request(Effect::Reads, Method::Get, path))
    }

    /// Fails where the server takes no requests now.
    pub fn ready(&self) -> Result<(), Failure> {
        self.rest.ready(self.clock)
    }

    /// Waits.
    pub fn wait(&self, span: TimeDelta) {
        self.clock.wait(span);
    }

    /// Returns whose token it is, by the server's word, and compares the clocks.
    pub fn me(&self) -> Result<Me, Failure> {
        let before = self.clock.now();
        let answer =
            self.get("/api/v1/accounts/verify_credentials").map_err(|failure| self.closed(failure))?;
        self.base.same_time(before, self.clock.now(), &answer)?;
        let host = &self.base.host;
        let json = answer.json().map_err(|why| unsent(format!("{host}: {why}")))?;
        let me = Me::of(&json).ok_or_else(|| {
            let why = text(&json, "error").unwrap_or("no account in the answer");
            unsent(format!("{host} does not say whose the token is: {why}"))
        })?;
        if me.suspended {
            return Err(refused(403, format!("{host} has suspended the account: log in there, and appeal")));
        }
        Ok(me)
    }

    /// Returns what the server says of itself.
    pub fn server(&self) -> Result<Server, Failure> {
        let host = &self.base.host;
        let answer = match self.get("/api/v2/instance") {
            // Servers that are older, or not Mastodon, have the first version only.
            Err(Failure::Refused { status: 404, .. }) => self.get("/api/v1/instance"),
            other => other,
        };
        let answer = answer.map_err(|failure| at(host, failure))?;
        let json = answer.json().map_err(|why| unsent(format!("{host}: {why}")))?;
        Ok(Server::of(&json))
    }

    /// Says what a token that opens nothing may be about.
    fn closed(&self, failure: Failure) -> Failure {
        let host = &self.base.host;
        match failure {
            // snac says 422 of a token that it does not know.
            Failure::Refused { status: status @ (401 | 422), code, why } => Failure::Refused {
                status,
                code,
                why: format!(
                    "{host} does not take the token (any more): {why}; connect the account again: kalends account connect"
                ),
            },
            Failure::Refused { status: 403, code, why } => Failure::Refused {
                status: 403,
                code,
                why: format!("{host} does not let the account in: {why}; log in there to see what it wants"),
            },
            other => at(host, other),
        }
    }
}

/// Returns a text of an object.
pub fn text<'v>(json: &'v Value, name: &str) -> Option<&'v str> {
    json.get(name)?.as_str()
}

/// Returns an id: a text, or a number as older servers write it.
pub fn id(json: &Value, name: &str) -> Option<String> {
    match json.get(name)? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The account that a token is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The server's id of it, which never changes.
    pub id: String,
    /// Its name there.
    pub handle: String,
    /// Whether the server has suspended it.
    pub suspended: bool,
    /// How many posts it has, by the server's count.
    pub statuses: Option<u64>,
}

impl Me {
    fn of(json: &Value) -> Option<Me> {
        Some(Me {
            id: id(json, "id")?,
            handle: text(json, "username").or_else(|| text(json, "acct"))?.to_owned(),
            suspended: json.get("suspended").and_then(Value::as_bool).unwrap_or(false),
            statuses: json.get("statuses_count").and_then(Value::as_u64),
        })
    }
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// Whether its software is Mastodon, whose promises are known, and not one that speaks like it.
    pub is_mastodon: bool,
    /// Mastodon's own version, major and minor.
    pub version: Option<(u32, u32)>,
    /// What the server is, in a few words: `mastodon 4.6`, or what else it says of itself.
    pub software: String,
    /// What it takes.
    pub limits: Limits,
    /// The media types that it takes; empty where it does not say.
    pub mimes: Vec<String>,
    /// The shortest and the longest time that a poll is open, in seconds.
    pub poll_seconds: Option<(i64, i64)>,
}

impl Server {
    /// Reads `/api/v2/instance`, or `/api/v1/instance` with Pleroma's own fields beside it.
    ///
    /// What it does not say is as a Mastodon server has it by default.
    pub fn of(json: &Value) -> Server {
        let number =
            |path: &[&str]| path.iter().try_fold(json, |value, name| value.get(name)).and_then(Value::as_u64);
        let many = |path: &[&str]| number(path).and_then(|number| usize::try_from(number).ok());
        let statuses = |name| many(&["configuration", "statuses", name]);
        let media = |name| number(&["configuration", "media_attachments", name]);
        let polls = |name| number(&["configuration", "polls", name]);

        let mut limits = Platform::Mastodon.limits().clone();
        let url = statuses("characters_reserved_per_url").unwrap_or(23);
        let usual = limits.text_max.map_or(500, |max| max.used);
        let used = statuses("max_characters").or_else(|| many(&["max_toot_chars"])).unwrap_or(usual);
        let max = Some(Max::new(Count::Mastodon { url }, used));
        (limits.text_max, limits.text_with_images_max, limits.text_with_video_max) = (max, max, max);
        if let Some(most) = statuses("max_media_attachments") {
            limits.media.total_max = Some(most);
            limits.media.images_max = Some(most);
        }
        let whole = number(&["upload_limit"]);
        limits.media.image_bytes_max = media("image_size_limit").or(whole).or(limits.media.image_bytes_max);
        limits.media.video_bytes_max = media("video_size_limit").or(whole).or(limits.media.video_bytes_max);
        let described = many(&["configuration", "media_attachments", "description_limit"]);
        if let Some(used) = described.or_else(|| many(&["description_limit"])) {
            limits.alt = Alt::Optional { max: Some(Max::new(Count::Graphemes, used)) };
        }
        let own = |name| number(&["poll_limits", name]);
        if let Some(poll) = &mut limits.poll {
            let most = polls("max_options").or_else(|| own("max_options"));
            poll.options_max = most.and_then(|most| most.try_into().ok()).unwrap_or(poll.options_max);
            let long = polls("max_characters_per_option").or_else(|| own("max_option_chars"));
            if let Some(used) = long.and_then(|long| usize::try_from(long).ok()) {
                poll.option_max = Some(Max::new(Count::Graphemes, used));
            }
        }
        let shortest = polls("min_expiration").or_else(|| own("min_expiration"));
        let longest = polls("max_expiration").or_else(|| own("max_expiration"));
        let poll_seconds = shortest.zip(longest).and_then(|(shortest, longest)| {
            Some((i64::try_from(shortest).ok()?, i64::try_from(longest).ok()?))
        });
        let mimes = ["configuration", "media_attachments", "supported_mime_types"];
        let mimes = mimes.iter().try_fold(json, |value, name| value.get(name)).and_then(Value::as_array);
        let said = text(json, "version").unwrap_or_default();
        let is_mastodon = is_mastodon(said);
        let mut numbers = said.split('.').map(str::parse::<u32>);
        let version = numbers.next().and_then(Result::ok).zip(numbers.next().and_then(Result::ok));
        let version = version.filter(|_| is_mastodon);
        let software = match version {
            Some((major, minor)) => format!("mastodon {major}.{minor}"),
            None if said.is_empty() => "a server that speaks like mastodon".to_owned(),
            None => said.chars().filter(|c| !c.is_control()).take(60).collect(),
        };
        Server {
            is_mastodon,
            version,
            software,
            limits,
            mimes: mimes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            poll_seconds,
        }
    }

    /// Returns how long a poll may be open here, in seconds.
    pub fn poll_bounds(&self) -> Option<(i64, i64)> {
        self.poll_seconds.or_else(|| match self.limits.poll.as_ref()?.runs {
            Runs::Between(shortest, longest) => Some((i64::from(shortest) * 60, i64::from(longest) * 60)),
            Runs::Fixed | Runs::OneOf(_) => None,
        })
    }
}

/// Tells whether a version is one of Mastodon's own, or of a fork that adds to it: `4.3.2`, `4.4.0-rc1+glitch`.
///
/// Software that only speaks like Mastodon says so in words: `2.7.2 (compatible; Pleroma 2.6)`, `4.0.0 (not true; really
/// snac/2.75)`; or counts its own versions, which are low.
fn is_mastodon(version: &str) -> bool {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let (number, rest) = version.split_at(end);
    let parts: Vec<&str> = number.split('.').collect();
    let major = parts.first().and_then(|major| major.parse::<u32>().ok());
    let is_number = parts.len() == 3 && parts.iter().all(|part| !part.is_empty());
    let is_label = rest.is_empty()
        || (rest.starts_with(['-', '+'])
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')));
    is_number && is_label && major.is_some_and(|major| (3..100).contains(&major))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mastodon_is_mastodon() {
        for version in
            ["4.3.2", "4.4.0-rc1+glitch", "4.6.0", "4.5.0-nightly.2026-01-01", "4.2.1+hometown-1.1.1"]
        {
            assert!(is_mastodon(version), "{version}");
        }
        for version in [
            "2.7.2 (compatible; Pleroma 2.6.0)",
            "4.0.0 (not true; really snac/2.75)",
            "4.2.1 (compatible; Iceshrimp.NET/2025.1)",
            "0.19.1+git-abc",
            "4.2",
            "4.2.",
            "",
            "4.3.2;",
        ] {
            assert!(!is_mastodon(version), "{version}");
        }
    }
}
