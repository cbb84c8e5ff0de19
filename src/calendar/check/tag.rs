//! Tags: what networks know as one.

use crate::finding::{Code, Finding};
use crate::text::is_hashtag;

use super::super::format::word::shown;
use super::super::{At, Body, Calendar, Post};

/// Says why a word is no tag, and what would be one.
fn fault(file: &str, tag: &At<String>) -> Option<Finding> {
    if is_hashtag(&tag.value) {
        return None;
    }
    let word = tag.value.as_str();
    let bare: String = word.chars().filter(|c| *c != '#' && *c != '＃').collect();
    let joined: String = bare
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        })
        .collect();
    let why = match word {
        word if word.starts_with(['#', '＃']) && is_hashtag(&bare) => "the `#` is set by kalends",
        word if word.chars().all(|c| c.is_numeric()) => "networks take no tag of digits alone",
        word if word.contains(char::is_whitespace) => "it has a space in it",
        _ => "it has a character in it that ends a tag",
    };
    let mended = if word.starts_with(['#', '＃']) && is_hashtag(&bare) { bare } else { joined };
    let message = format!("`{}` is not a tag: {why}", shown(word));
    let finding = Finding::new(Code::BadTag, file, message).at(tag.span.clone()).label("not a tag");
    Some(match is_hashtag(&mended) {
        true => finding.help(format!("write `{mended}`")),
        false => finding.help("write letters, digits and `_`, with one letter at least"),
    })
}

pub(super) fn of_campaigns(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for campaign in calendar.campaigns.values() {
        let of_steps = campaign.steps.iter().filter_map(|step| step.tag.as_ref());
        findings.extend(of_steps.filter_map(|tag| fault(&campaign.file, tag)));
        findings.extend(campaign.tag.iter().filter_map(|tag| fault(&campaign.file, tag)));
    }
}

fn bodies(post: &Post) -> impl Iterator<Item = &Body> {
    std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value))
}

pub(super) fn bad_tag(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let tags = bodies(post).flat_map(|body| body.tags.iter().flatten());
    findings.extend(tags.filter_map(|tag| fault(&post.file, tag)));
}

pub(super) fn tag_twice(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    for tags in bodies(post).filter_map(|body| body.tags.as_ref()).filter(|tags| tags.len() > 1) {
        let mut seen = std::collections::BTreeSet::new();
        for tag in tags.iter().filter(|tag| !seen.insert(tag.value.to_lowercase())) {
            let message = format!("the tag `{}` is named twice", shown(&tag.value));
            let finding = Finding::new(Code::TagTwice, &post.file, message).at(tag.span.clone());
            findings.push(finding.label("again").help("take one of the two out"));
        }
    }
}
