//! What an answer says was counted: only what it says, under the platform's own names.

use serde_json::Value;

use crate::number::Amount;
use crate::reading::Metric;

/// The largest number that is taken for a count: there are not so many people, nor so many looks of theirs.
const COUNT_MAX: u64 = 1_000_000_000_000;

/// A number as a platform gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Our name of what was counted.
    pub metric: Metric,
    /// The platform's own.
    pub name: String,
    /// The number.
    pub value: Amount,
    /// Whose definition of it holds: `mastodon 4.3: favourites_count`.
    pub definition: String,
}

/// What an answer says of one post or account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The numbers.
    pub given: Vec<Given>,
    /// What should be in the answer and is not, or is no count: one sentence each.
    pub lacking: Vec<String>,
}

/// What a look at a post found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It is there, and was counted.
    Counted(Counts),
    /// The platform does not have it any more.
    Gone,
    /// It cannot be told now, and why.
    Unclear(String),
}

/// What an account itself has, and whether it bears another name than the calendar says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its numbers.
    pub counts: Counts,
    /// The name that it bears now, where the calendar says another.
    pub renamed: Option<String>,
}

/// Where in an answer a count stands.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The answer's name of it.
    pub name: &'static str,
    /// Ours.
    pub metric: Metric,
    /// Whether every answer must have it: older servers do not know all.
    pub always: bool,
}

impl Counts {
    /// Reads counts out of an object. `source` says whose definition holds: `mastodon 4.3`.
    pub fn read(json: &Value, fields: &[Field], source: &str) -> Counts {
        let mut counts = Counts::default();
        for field in fields {
            counts.take(json, *field, source);
        }
        let strangers: Vec<&str> = match json {
            Value::Object(object) if !counts.lacking.is_empty() => object
                .iter()
                .filter(|(name, value)| value.is_number() && is_count(name))
                .map(|(name, _)| name.as_str())
                .filter(|name| fields.iter().all(|field| field.name != *name))
                .take(5)
                .collect(),
            _ => Vec::new(),
        };
        if !strangers.is_empty() {
            // A name that changed is most often told by the new one beside it.
            counts
                .lacking
                .push(format!("the answer counts what kalends does not know: `{}`", strangers.join("`, `")));
        }
        counts
    }

    fn take(&mut self, json: &Value, field: Field, source: &str) {
        let name = field.name;
        let value = match json.get(name) {
            None | Some(Value::Null) if field.always => {
                return self.lacking.push(format!("the answer has no `{name}`"));
            }
            None | Some(Value::Null) => return,
            Some(value) => value,
        };
        match value.as_u64().filter(|count| *count <= COUNT_MAX).and_then(|count| i64::try_from(count).ok()) {
            Some(count) => self.given.push(Given {
                metric: field.metric,
                name: name.to_owned(),
                value: Amount::whole(count),
                definition: format!("{source}: {name}"),
            }),
            None => {
                let shown: String = value.to_string().chars().take(40).collect();
                self.lacking.push(format!("the answer says that `{name}` is {shown}, which is no count"));
            }
        }
    }
}

/// Tells whether a name looks like one of a count: `favourites_count`, `likeCount`.
fn is_count(name: &str) -> bool {
    name.ends_with("_count") || name.ends_with("Count")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: [Field; 3] = [
        Field { name: "likeCount", metric: Metric::Likes, always: true },
        Field { name: "replyCount", metric: Metric::Replies, always: true },
        Field { name: "bookmarkCount", metric: Metric::Saves, always: false },
    ];

    fn read(json: &Value) -> (Vec<String>, Vec<String>) {
        let counts = Counts::read(json, &FIELDS, "test 1");
        let given = counts.given.iter().map(|one| format!("{} {}: {}", one.metric, one.name, one.value));
        (given.collect(), counts.lacking)
    }

    #[test]
    fn zero_is_a_number_and_absence_is_none() {
        let (given, lacking) = read(&json!({ "likeCount": 0, "replyCount": 7, "bookmarkCount": 1 }));
        assert_eq!(given, ["likes likeCount: 0", "replies replyCount: 7", "saves bookmarkCount: 1"]);
        assert_eq!(lacking, [""; 0]);
        let (given, lacking) = read(&json!({ "likeCount": null, "replyCount": 7 }));
        assert_eq!(given, ["replies replyCount: 7"]);
        assert_eq!(lacking, ["the answer has no `likeCount`"]);
    }

    #[test]
    fn a_name_that_changed_is_told_with_the_one_that_came() {
        let (given, lacking) = read(&json!({ "favourCount": 3, "replyCount": 7, "x": 1 }));
        assert_eq!(given, ["replies replyCount: 7"]);
        assert_eq!(
            lacking,
            ["the answer has no `likeCount`", "the answer counts what kalends does not know: `favourCount`"]
        );
    }

    #[test]
    fn what_is_no_count_is_told_and_never_written() {
        for odd in [json!(-1), json!(1.5), json!("12"), json!([]), json!(true), json!(9e18), json!(u64::MAX)]
        {
            let (given, lacking) = read(&json!({ "likeCount": odd, "replyCount": 0 }));
            assert_eq!(given, ["replies replyCount: 0"], "{odd}");
            assert_eq!(lacking.len(), 1, "{odd}");
            assert!(lacking[0].contains("which is no count"), "{odd}");
        }
        for nothing in [json!(null), json!([]), json!("a page")] {
            assert_eq!(read(&nothing).0, [""; 0]);
        }
    }
}
