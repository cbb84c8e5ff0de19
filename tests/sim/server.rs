//! A platform's server, as one account sees it.

use std::collections::BTreeMap;

use super::adapter::W;

/// What tells two requests for the same post apart from two posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The same key is the same post, for ever.
    Permanent,
    /// The same key is the same post while it is kept.
    Window,
    /// As `Window`, but the key is looked for when a request arrives and set when it is done.
    Racy,
    /// Each request is a post.
    Plain,
}

/// Whose post it is, whatever its file is called and whenever it is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    pub mark: String,
    pub part: String,
    pub occurrence: String,
}

#[derive(Debug, Clone)]
pub struct Post {
    pub id: String,
    pub slot: String,
    pub identity: Identity,
    pub payload: String,
    pub key: String,
    pub made_at: i64,
    /// When a list begins to show it.
    pub listed_at: i64,
    pub gone: bool,
}

pub struct Server {
    pub kind: Kind,
    pub posts: Vec<Post>,
    keys: BTreeMap<String, (i64, String)>,
}

/// A request that has arrived, and has its effect later.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub account: String,
    pub key: String,
    pub payload: String,
    pub arrived_at: i64,
    /// The post that a racy server saw under the key when the request arrived.
    saw: Option<String>,
}

pub fn field<'a>(payload: &'a str, name: &str) -> &'a str {
    payload.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
}

impl Identity {
    pub fn of(payload: &str) -> Identity {
        let slot = field(payload, "slot");
        let mut names = slot.split('/').skip(1);
        let occurrence = names.next().unwrap_or_default();
        let part = names.nth(1).unwrap_or("1");
        let text = field(payload, "text");
        let mark = text.split_whitespace().next().unwrap_or_default().to_owned();
        let occurrence = if mark.starts_with('r') { occurrence.to_owned() } else { String::new() };
        Identity { mark, part: part.to_owned(), occurrence }
    }
}

impl Server {
    pub fn new(kind: Kind) -> Server {
        Server { kind, posts: Vec::new(), keys: BTreeMap::new() }
    }

    fn known(&self, key: &str, now: i64) -> Option<String> {
        let (since, id) = self.keys.get(key)?;
        let kept = match self.kind {
            Kind::Permanent => true,
            Kind::Window | Kind::Racy => now - since < W * 1000,
            Kind::Plain => false,
        };
        kept.then(|| id.clone())
    }

    pub fn arrive(&self, account: &str, key: &str, payload: &str, now: i64) -> Arrived {
        Arrived {
            account: account.to_owned(),
            key: key.to_owned(),
            payload: payload.to_owned(),
            arrived_at: now,
            saw: self.known(key, now),
        }
    }

    /// Has a request's effect; returns the post's id, and the post if it is a new one.
    pub fn publish(&mut self, request: &Arrived, now: i64, lag: i64) -> (String, Option<Post>) {
        let known = if self.kind == Kind::Racy { request.saw.clone() } else { self.known(&request.key, now) };
        if let Some(id) = known {
            return (id, None);
        }
        let id = format!("{}-{}", request.account, self.posts.len() + 1);
        self.keys.insert(request.key.clone(), (request.arrived_at, id.clone()));
        let post = Post {
            id: id.clone(),
            slot: field(&request.payload, "slot").to_owned(),
            identity: Identity::of(&request.payload),
            payload: request.payload.clone(),
            key: request.key.clone(),
            made_at: now,
            listed_at: if self.kind == Kind::Permanent { now } else { now + lag },
            gone: false,
        };
        self.posts.push(post.clone());
        (id, Some(post))
    }

    pub fn find(&self, key: &str, payload: &str, now: i64) -> Option<&Post> {
        let keyed = self.kind != Kind::Plain;
        self.posts.iter().find(|post| {
            post.payload == payload && (!keyed || post.key == key) && post.listed_at <= now && !post.gone
        })
    }
}
