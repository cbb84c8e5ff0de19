//! A post as it is sent, and as the server's answer shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::draft::{Canonical, Draft, MediaFacts, Visibility, hex};
use crate::http::Response;
use crate::ledger::{Evidence, Receipt};

use super::server::{id, text};

/// The body of `POST /api/v1/statuses`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The text, with link and tags.
    pub status: String,
    /// The content warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoiler_text: Option<String>,
    /// Whether its pictures are covered. It is always said, or the account's own habit would decide.
    pub sensitive: bool,
    /// The language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who may see it: `public`, `unlisted` or `private`.
    pub visibility: String,
    /// The server's ids of its pictures and films, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_ids: Vec<String>,
    /// Its poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// The post before it in its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to_id: Option<String>,
}

/// A poll as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The answers to choose from.
    pub options: Vec<String>,
    /// For how many seconds it is open.
    pub expires_in: i64,
    /// Whether one may choose several.
    pub multiple: bool,
}

impl Post {
    /// Returns what is sent of a draft whose media are uploaded.
    pub fn of(draft: &Draft, media_ids: Vec<String>, parent: Option<String>) -> Post {
        Post {
            status: draft.composed(),
            spoiler_text: draft.warning.clone(),
            sensitive: draft.warning.is_some() || !draft.labels.is_empty(),
            language: draft.language.clone(),
            visibility: visibility(draft.visibility).to_owned(),
            media_ids,
            poll: draft.poll.as_ref().map(|poll| Poll {
                options: poll.options.clone(),
                expires_in: poll.open.num_seconds(),
                multiple: poll.multiple,
            }),
            in_reply_to_id: parent,
        }
    }

    /// Returns the `Idempotency-Key`: the same slot with the same content always has the same one.
    ///
    /// Media count by their own bytes and descriptions, not by the ids that each upload draws anew.
    pub fn key(&self, draft: &Draft, facts: &[&MediaFacts]) -> String {
        let mut form = Canonical::new();
        form.field("slot", &draft.slot.to_string());
        form.field("status", &self.status);
        form.option("warning", self.spoiler_text.as_deref());
        form.field("sensitive", if self.sensitive { "yes" } else { "no" });
        form.option("language", self.language.as_deref());
        form.field("visibility", &self.visibility);
        for (media, facts) in draft.media.iter().zip(facts) {
            form.field("media", &hex(&facts.sha256));
            form.option("alt", media.alt.as_deref());
        }
        if let Some(poll) = &self.poll {
            poll.options.iter().for_each(|option| form.field("option", option));
            form.field("open", &poll.expires_in.to_string());
            form.field("multiple", if poll.multiple { "yes" } else { "no" });
        }
        form.option("parent", self.in_reply_to_id.as_deref());
        let digest = form.digest().to_string();
        digest.strip_prefix("sha256:").unwrap_or(&digest).to_owned()
    }
}

/// Returns Mastodon's word for who may see a post.
pub fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers => "private",
    }
}

/// Reads the receipt in a server's answer; one without a post's id and address is none.
pub fn receipt(answer: &Response) -> Result<Receipt, String> {
    let json = answer.json()?;
    shown(&json, Evidence::Answer).ok_or_else(|| {
        let said = text(&json, "error").map(|said| format!(": {said}")).unwrap_or_default();
        format!("the answer was {} without a post's id and address{said}", answer.status)
    })
}

/// Returns the receipt of a post that a server shows.
pub fn shown(status: &Value, evidence: Evidence) -> Option<Receipt> {
    let url = text(status, "url").or_else(|| text(status, "uri")).filter(|url| !url.is_empty())?;
    Some(Receipt { id: id(status, "id")?, revision: None, url: Some(url.to_owned()), evidence })
}
