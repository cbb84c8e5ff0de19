//! X's own conformance files, whole: `extract.yml` and `validate.yml` of `twitter-text`.
//!
//! They are read from the folder that `KALENDS_SPECS` names, or from `../shared/specs`; where there is none,
//! the test says so.

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is a test, whole")]

use kalends::text::{
    Count, Handles, Max, Mention, Platform, Scheme, Tag, Weights, cashtags, count, excess, hashtags, is_url,
    links, mentions, refused, reply,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;

/// A conformance file: sections of cases.
#[derive(serde::Deserialize)]
struct File {
    tests: BTreeMap<String, Vec<Case>>,
}

#[derive(serde::Deserialize)]
struct Case {
    description: String,
    text: String,
    #[serde(default)]
    expected: Value,
}

/// What we make of a case's text, in the file's own terms.
type Answer = fn(&str) -> Value;

#[test]
fn extraction_is_as_x_does_it() {
    check("extract.yml", |section| {
        Some(match section {
            "mentions" => {
                |text| mentions(text, Handles::Plain).iter().map(|mention| json!(mention.name)).collect()
            }
            "mentions_with_indices" => |text| {
                spots(text, mentions(text, Handles::Plain), |mention: &Mention<'_>| {
                    (json!({ "screen_name": mention.name }), mention.range.clone())
                })
            },
            "mentions_or_lists_with_indices" => |text| {
                spots(text, mentions(text, Handles::Plain), |mention: &Mention<'_>| {
                    let list = mention.list.map_or(String::new(), |list| format!("/{list}"));
                    (json!({ "screen_name": mention.name, "list_slug": list }), mention.range.clone())
                })
            },
            "replies" => |text| json!(reply(text)),
            "urls" | "tco_urls_with_params" => {
                |text| links(text).iter().map(|link| json!(link.url)).collect()
            }
            "urls_with_indices" | "urls_with_directional_markers" => {
                |text| spots(text, links(text), |link| (json!({ "url": link.url }), link.range.clone()))
            }
            "hashtags" | "hashtags_from_astral" => {
                |text| hashtags(text).iter().map(|tag| json!(tag.word)).collect()
            }
            "hashtags_with_indices" => |text| spots(text, hashtags(text), |tag| spot("hashtag", tag)),
            "cashtags" => |text| cashtags(text).iter().map(|tag| json!(tag.word)).collect(),
            "cashtags_with_indices" => |text| spots(text, cashtags(text), |tag| spot("cashtag", tag)),
            _ => return None,
        })
    });
}

#[test]
fn validation_is_as_x_does_it() {
    check("validate.yml", |section| {
        Some(match section {
            "tweets" => |text| weigh(text, Weights::V1)["valid"].clone(),
            "usernames" => |text| json!(whole_mention(text).is_some_and(|mention| mention.list.is_none())),
            "lists" => |text| json!(whole_mention(text).is_some_and(|mention| mention.list.is_some())),
            "hashtags" => |text| json!(matches!(&hashtags(text)[..], [tag] if tag.range == (0..text.len()))),
            "urls" => |text| json!(is_url(text, Scheme::Required)),
            "urls_without_protocol" => |text| json!(is_url(text, Scheme::Optional)),
            "WeightedTweetsCounterTest" => |text| weigh(text, Weights::V2),
            "WeightedTweetsWithDiscountedEmojiCounterTest" | "UnicodeDirectionalMarkerCounterTest" => {
                |text| weigh(text, Weights::V3)
            }
            _ => return None,
        })
    });
}

/// Runs every case of a file and fails with all that differ.
fn check(name: &str, answer: fn(&str) -> Option<Answer>) {
    let Some(folder) = specs() else {
        say(&format!("skipped: no {name}, since KALENDS_SPECS names no folder with x/twitter-text"));
        return;
    };
    let content = std::fs::read_to_string(folder.join(name)).unwrap();
    let file: File = serde_saphyr::from_str(&content).unwrap();
    let (mut run, mut failures) = (0, Vec::new());
    for (section, cases) in &file.tests {
        let answer = answer(section).unwrap_or_else(|| panic!("{name}: unknown section {section}"));
        for case in cases {
            run += 1;
            let got = answer(&case.text);
            if got != case.expected {
                let Case { description, text, expected } = case;
                failures.push(format!(
                    "{section}: {description}\n  text     {text:?}\n  expected {expected}\n  got      {got}"
                ));
            }
        }
    }
    assert!(run > 0, "{name} holds no case");
    assert!(failures.is_empty(), "{} of {run} cases of {name}\n{}", failures.len(), failures.join("\n"));
    say(&format!("{name}: {run} cases in {} sections", file.tests.len()));
}

/// The folder of X's files, if there is one.
#[expect(clippy::disallowed_methods, reason = "a test reads its own environment")]
fn specs() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/specs"));
    let folder =
        std::env::var("KALENDS_SPECS").map_or_else(|_| beside(), PathBuf::from).join("x/twitter-text");
    folder.is_dir().then_some(folder)
}

/// Says a line even where the harness keeps what a test prints to itself.
fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Finds with their places, which the file gives in characters.
fn spots<T>(text: &str, found: Vec<T>, of: impl Fn(&T) -> (Value, Range<usize>)) -> Value {
    let chars = |at: usize| text[..at].chars().count();
    let spot = |found: &T| {
        let (mut value, range) = of(found);
        value["indices"] = json!([chars(range.start), chars(range.end)]);
        value
    };
    found.iter().map(spot).collect()
}

fn spot(key: &str, tag: &Tag<'_>) -> (Value, Range<usize>) {
    (json!({ key: tag.word }), tag.range.clone())
}

/// The mention that a text is, if it is nothing else.
fn whole_mention(text: &str) -> Option<Mention<'_>> {
    mentions(text, Handles::Plain).into_iter().find(|mention| mention.range == (0..text.len()))
}

/// A text's weight in the terms of X's parser, whose places are in UTF-16 units and name the last character.
fn weigh(text: &str, weights: Weights) -> Value {
    let max = Max::new(Count::X(weights), weights.max);
    let length = count(text, max.count).used;
    let over = excess(text, &max);
    let refused = refused(text, Platform::X.limits().refused);
    let units = |bytes: usize| text[..bytes].encode_utf16().count().saturating_sub(1);
    let valid_end = over.iter().map(|over| over.at).chain(refused).min().unwrap_or(text.len());
    json!({
        "weightedLength": length,
        "valid": length > 0 && over.is_none() && refused.is_none(),
        "permillage": length * 1000 / weights.max,
        "displayRangeStart": 0,
        "displayRangeEnd": units(text.len()),
        "validRangeStart": 0,
        "validRangeEnd": units(valid_end),
    })
}
