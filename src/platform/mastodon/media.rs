//! Pictures and films: uploaded before the post that shows them, each with its description.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::draft::{Draft, Media, MediaFacts, hex};
use crate::http::{Effect, Failure, Method, Request, Response};
use crate::ledger::Upload;
use crate::media::Cleaned;
use crate::platform::server::{at, unsent};
use crate::platform::{self, Desk};

use super::segment;
use super::server::{Api, id, text};

/// How long a server is given to make an upload ready, once it has it.
const READY_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// The slowest line that an upload is waited for on, in bytes a second.
const LINE: usize = 50_000;

/// The longest that one upload is waited for.
const UPLOAD: TimeDelta = TimeDelta::minutes(10);

/// Uploads what a draft shows and the server does not have yet, and waits until all is ready. Returns the ids in order.
///
/// An earlier upload serves once the server says that it is still there, with the same description; each serves
/// one picture only.
pub fn upload(
    desk: &Desk<'_>,
    api: &Api<'_>,
    draft: &Draft,
    facts: &[&MediaFacts],
    uploads: &mut Vec<Upload>,
) -> Result<Vec<String>, Failure> {
    let earlier = uploads.clone();
    let (mut ids, mut late) = (Vec::new(), Vec::new());
    for (media, facts) in draft.media.iter().zip(facts) {
        let digits = hex(&facts.sha256);
        let mut found = None;
        for upload in earlier.iter().filter(|upload| upload.sha256 == digits) {
            if !ids.contains(&upload.id)
                && let Some(ready) = is_there(api, &upload.id, media)?
            {
                found = Some((upload.id.clone(), ready));
                break;
            }
        }
        let (id, ready) = match found {
            Some(found) => found,
            None => {
                let (id, ready) = send(desk, api, media)?;
                let at: DateTime<Utc> = desk.clock.now();
                uploads.push(Upload { sha256: digits, id: id.clone(), at });
                (id, ready)
            }
        };
        if !ready {
            late.push(id.clone());
        }
        ids.push(id);
    }
    for id in late {
        wait(api, &id)?;
    }
    Ok(ids)
}

/// Tells whether the server still has an upload with this description, and whether it is ready.
fn is_there(api: &Api<'_>, id: &str, media: &Media) -> Result<Option<bool>, Failure> {
    match api.get(&format!("/api/v1/media/{}", segment(id))) {
        Ok(answer) => {
            let described = answer.json().ok().and_then(|json| text(&json, "description").map(str::to_owned));
            let is_same = described.unwrap_or_default() == media.alt.clone().unwrap_or_default();
            Ok(is_same.then_some(answer.status != 206))
        }
        // Gone, shown by a post already, or the server does not say: another upload costs little.
        Err(Failure::Refused { .. }) => Ok(None),
        Err(failure) => Err(at(&api.base.host, failure)),
    }
}

/// Uploads a file; returns its id, and whether it is ready to be shown.
fn send(desk: &Desk<'_>, api: &Api<'_>, media: &Media) -> Result<(String, bool), Failure> {
    let cleaned = platform::picture(desk, media)?;
    let ask = |path: &str| api.upload(&request(api, path, media, &cleaned));
    let answer = match ask("/api/v2/media") {
        // Servers that are older have the first version only, which answers when the file is ready.
        Err(Failure::Refused { status: 404 | 405, .. }) => ask("/api/v1/media"),
        other => other,
    };
    let answer = answer.map_err(|failure| at(&format!("{}: {}", api.base.host, media.file), failure))?;
    uploaded(&answer).map_err(|why| unsent(format!("{}: {}: {why}", api.base.host, media.file)))
}

/// Reads an upload's id, and whether it is ready: 202 and no address mean that it is not.
pub fn uploaded(answer: &Response) -> Result<(String, bool), String> {
    let json = answer.json()?;
    let Some(id) = id(&json, "id") else {
        let said = text(&json, "error").unwrap_or("no id in the answer");
        return Err(format!("the upload failed: {said}"));
    };
    let ready = answer.status != 202 && json.get("url").is_none_or(|url| *url != Value::Null);
    Ok((id, ready))
}

fn request(api: &Api<'_>, path: &str, media: &Media, file: &Cleaned) -> Request {
    let boundary = format!("kalends-{}", hex(&Sha256::digest(&file.bytes)));
    let name = media.file.rsplit('/').next().unwrap_or_default();
    let description = media.alt.as_deref().map(|alt| ("description", alt));
    let part = Part { name, mime: file.mime, bytes: &file.bytes };
    let mut request = api
        .request(Effect::Prepares, Method::Post, path)
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .body(multipart(&boundary, description.as_slice(), &part));
    let seconds = i64::try_from(file.bytes.len() / LINE).unwrap_or(i64::MAX);
    request.patience =
        TimeDelta::try_seconds(seconds).map_or(UPLOAD, |line| (request.patience + line).min(UPLOAD));
    request
}

/// A file in a form.
pub struct Part<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its media type.
    pub mime: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Returns a form with fields and one file, as `multipart/form-data` (RFC 7578). The boundary stands in none of them.
pub fn multipart(boundary: &str, fields: &[(&str, &str)], file: &Part<'_>) -> Vec<u8> {
    let mut body = Vec::with_capacity(file.bytes.len() + 1024);
    for (name, value) in fields {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    // A name is escaped as browsers do it: what would end the quotes or the line is not there any more.
    let name = file.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {}\r\n\r\n",
        file.mime
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

/// Waits until the server has made an upload ready.
fn wait(api: &Api<'_>, id: &str) -> Result<(), Failure> {
    let path = format!("/api/v1/media/{}", segment(id));
    let (mut waited, mut pause) = (TimeDelta::zero(), TimeDelta::seconds(1));
    loop {
        let answer = api.get(&path).map_err(|failure| at(&api.base.host, failure))?;
        if answer.status != 206 {
            return Ok(());
        }
        if waited >= READY_WITHIN {
            let why = format!("{} has not made an upload ready in {} s", api.base.host, waited.num_seconds());
            return Err(Failure::Unsent { why, retry_after: Some(TimeDelta::minutes(1)) });
        }
        api.wait(pause);
        waited += pause;
        pause = (pause * 2).min(TimeDelta::seconds(10));
    }
}
