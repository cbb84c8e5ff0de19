//! Blobs: the bytes of pictures, uploaded before the post that shows them.

use serde_json::Value;

use chrono::TimeDelta;

use crate::draft::Media;
use crate::http::{Effect, Failure, Method};
use crate::ledger::Upload;
use crate::media::{Cleaned, show_bytes};
use crate::platform::picture;
use crate::platform::server::{refused, unsent};

use super::repo::Repo;

/// The largest picture (lexicon app.bsky.embed.images, `image`).
pub const IMAGE_BYTES_MAX: usize = 2_000_000;

/// A picture that the server holds.
pub struct Image {
    /// What a record says of it.
    pub blob: Value,
    /// Its width and height as it is shown.
    pub size_px: Option<(u32, u32)>,
}

/// Uploads a picture of the calendar, or uses what was uploaded before.
pub fn image(repo: &Repo<'_>, media: &Media, uploads: &mut Vec<Upload>) -> Result<Image, Failure> {
    let cleaned = picture(&repo.desk, media)?;
    if !cleaned.mime.starts_with("image/") {
        return Err(refused(
            415,
            format!("{} is no picture, and kalends sends no films to Bluesky", media.file),
        ));
    }
    if cleaned.bytes.len() > IMAGE_BYTES_MAX {
        let size = |bytes: usize| show_bytes(bytes as u64);
        return Err(refused(
            413,
            format!(
                "{} is {}, and Bluesky takes {}: make it smaller by {}",
                media.file,
                size(cleaned.bytes.len()),
                size(IMAGE_BYTES_MAX),
                size(cleaned.bytes.len() - IMAGE_BYTES_MAX)
            ),
        ));
    }
    let sha256 =
        repo.desk.book.get(&media.file).map(|facts| crate::draft::hex(&facts.sha256)).unwrap_or_default();
    let size_px = cleaned.size_px;
    Ok(Image { blob: blob(repo, &cleaned, &sha256, uploads)?, size_px })
}

/// Uploads bytes, or uses what was uploaded before and the server is not known to have lost.
pub fn blob(
    repo: &Repo<'_>,
    cleaned: &Cleaned,
    sha256: &str,
    uploads: &mut Vec<Upload>,
) -> Result<Value, Failure> {
    let size = cleaned.bytes.len() as u64;
    let known = uploads.iter().rev().filter(|upload| upload.sha256 == sha256);
    let mut known = known.filter_map(|upload| serde_json::from_str::<Value>(&upload.id).ok());
    let usable = |blob: &Value| cid(blob, size).is_some_and(|cid| !repo.has_lost(cid));
    if let Some(blob) = known.find(usable) {
        return Ok(blob);
    }
    let mut request = repo
        .request(Effect::Prepares, Method::Post, "com.atproto.repo.uploadBlob")
        .header("content-type", cleaned.mime)
        .body(cleaned.bytes.clone());
    request.patience = TimeDelta::minutes(2);
    let answer = repo.json(&repo.upload(&request)?)?;
    let blob = answer.get("blob").filter(|blob| cid(blob, size).is_some()).cloned();
    let blob = blob.ok_or_else(|| {
        unsent(format!("{} does not say what it calls the picture that it took", repo.base.host))
    })?;
    let at = repo.desk.clock.now();
    uploads.push(Upload { sha256: sha256.to_owned(), id: blob.to_string(), at });
    Ok(blob)
}

/// Returns a blob's content id, if it is whole and of this size.
fn cid(blob: &Value, size: u64) -> Option<&str> {
    let is_whole = blob.get("$type")?.as_str() == Some("blob")
        && blob.get("size")?.as_u64() == Some(size)
        && blob.get("mimeType")?.is_string();
    blob.get("ref")?.get("$link")?.as_str().filter(|_| is_whole)
}
