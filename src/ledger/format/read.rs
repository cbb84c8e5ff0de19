//! An entry's table, read key by key.

use chrono::{DateTime, Utc};
use toml::{Table, Value};

use crate::draft::Digest;
use crate::ledger::{Claim, Decision, Evidence, Fact, Hand, Receipt, Refusal, Release, Sending, Upload};

/// A table of the ledger, and the name of its file for what must be said of it.
pub(super) struct Reader<'a> {
    pub(super) name: &'a str,
    pub(super) table: &'a Table,
}

impl Reader<'_> {
    pub(super) fn hand(&self) -> Result<Hand, String> {
        Ok(Hand {
            by: self.text("by")?,
            nonce: self.text("nonce")?,
            clone: self.text("clone")?,
            at: self.moment("at")?,
        })
    }

    pub(super) fn fact(&self, kind: &str) -> Result<Fact, String> {
        Ok(match kind {
            "claim" => Fact::Claim(Claim {
                digest: self.digest()?,
                due: self.moment("due")?,
                until: self.moment("until")?,
                commit: self.text("commit")?,
            }),
            "sending" => Fact::Sending(Sending {
                digest: self.digest()?,
                due: self.moment("due")?,
                until: self.moment("until")?,
                key: self.text("key")?,
                payload: self.text("payload")?,
                first_at: self.moment("first_at")?,
                replays: self.attempt("replays")?,
            }),
            "uploads" => Fact::Uploads(self.uploads()?),
            "receipt" => Fact::Receipt(Receipt {
                id: self.text("id")?,
                revision: self.optional("revision"),
                url: self.optional("url"),
                evidence: match self.text("evidence")?.as_str() {
                    "answer" => Evidence::Answer,
                    "found" => Evidence::Found,
                    other => return Err(format!("{}: evidence `{other}` is not known", self.name)),
                },
            }),
            "refusal" => {
                Fact::Refusal(Refusal { why: self.text("why")?, retry_at: self.optional_moment("retry_at")? })
            }
            "release" => Fact::Release(Release {
                why: self.text("why")?,
                retry_at: self.optional_moment("retry_at")?,
                proven: self.table.get("proven").and_then(Value::as_bool).unwrap_or(false),
            }),
            "doubt" => Fact::Doubt(self.text("why")?),
            "fence" => Fact::Fence(self.text("why")?),
            "missed" => Fact::Missed(self.text("why")?),
            "cancel" => Fact::Cancel(self.text("why")?),
            "retraction" => Fact::Retraction(self.text("why")?),
            "gone" => Fact::Gone,
            "decision" => Fact::Decision(match self.text("verdict")?.as_str() {
                "delivered" => Decision::Delivered { url: self.optional("url") },
                "released" => Decision::Released,
                other => return Err(format!("{}: verdict `{other}` is not known", self.name)),
            }),
            other => {
                return Err(format!("{}: `{other}` is not a kind of entry known to this version", self.name));
            }
        })
    }

    fn text(&self, key: &str) -> Result<String, String> {
        self.optional(key).ok_or_else(|| format!("{}: `{key}` is missing", self.name))
    }

    fn optional(&self, key: &str) -> Option<String> {
        self.table.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    fn digest(&self) -> Result<Digest, String> {
        Digest::parse(&self.text("digest")?).ok_or_else(|| format!("{}: `digest` is not one", self.name))
    }

    fn moment(&self, key: &str) -> Result<DateTime<Utc>, String> {
        self.optional_moment(key)?.ok_or_else(|| format!("{}: `{key}` is missing", self.name))
    }

    fn optional_moment(&self, key: &str) -> Result<Option<DateTime<Utc>>, String> {
        let text = match self.table.get(key) {
            None => return Ok(None),
            Some(Value::Datetime(at)) => at.to_string(),
            Some(Value::String(at)) => at.clone(),
            Some(_) => return Err(format!("{}: `{key}` is not a moment", self.name)),
        };
        // A moment past the year 9999 is no RFC 3339, and is read all the same: it was written here.
        DateTime::parse_from_rfc3339(&text)
            .map(|at| at.to_utc())
            .or_else(|_| text.parse())
            .map(Some)
            .map_err(|_| format!("{}: `{key}` is not a moment", self.name))
    }

    fn uploads(&self) -> Result<Vec<Upload>, String> {
        let list = self.table.get("upload").and_then(Value::as_array);
        let list = list.ok_or_else(|| format!("{}: `upload` is missing", self.name))?;
        let read = |value: &Value| {
            let table = value.as_table().ok_or_else(|| format!("{}: `upload` is not a table", self.name))?;
            let inner = Reader { name: self.name, table };
            Ok(Upload { sha256: inner.text("sha256")?, id: inner.text("id")?, at: inner.moment("at")? })
        };
        list.iter().map(read).collect()
    }

    fn attempt(&self, key: &str) -> Result<Option<u32>, String> {
        match self.table.get(key) {
            None => Ok(None),
            Some(value) => value
                .as_integer()
                .and_then(|n| u32::try_from(n).ok())
                .map(Some)
                .ok_or_else(|| format!("{}: `{key}` is not an attempt", self.name)),
        }
    }
}
