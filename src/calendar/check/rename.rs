//! Posts whose file has another name than before.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding};

use super::super::{Body, Calendar, Post};

/// Finds posts that are gone under one id and there under another with the same words: a rename that would publish them
/// a second time.
pub fn renames(before: &Calendar, after: &Calendar) -> Vec<Finding> {
    let mut gone: BTreeMap<String, Vec<&Post>> = BTreeMap::new();
    for post in before.posts.iter().filter(|post| after.post(&post.id).is_none()) {
        gone.entry(words(post)).or_default().push(post);
    }
    let mut findings = Vec::new();
    if gone.is_empty() {
        return findings;
    }
    for post in after.posts.iter().filter(|post| before.post(&post.id).is_none()) {
        // Two posts without a word are not one.
        let said = Some(words(post)).filter(|words| !words.is_empty());
        let Some(old) = said.and_then(|words| gone.get_mut(&words)).and_then(Vec::pop) else { continue };
        let message = format!("the post `{}` is now `{}`, and would be another post", old.id, post.id);
        let mut finding = Finding::new(Code::RenamedPost, &post.file, message)
            .help(format!("keep the old id: add `id = \"{}\"` at the top of the file", old.id));
        finding.span = post.id_span.clone();
        findings.push(finding);
    }
    findings
}

/// Returns what a post says, without where in its file it stands.
fn words(post: &Post) -> String {
    let mut words = String::new();
    let mut add = |word: &str| {
        words.push_str(word);
        words.push('\0');
    };
    let bodies: Vec<&Body> =
        std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value)).collect();
    for body in bodies {
        body.text.iter().chain(&body.title).for_each(|text| add(&text.text));
        body.link.iter().for_each(|link| add(&link.value));
        body.pictures().for_each(|picture| add(&picture.file.value));
        body.thread.iter().flatten().for_each(|part| add(&part.text.text));
    }
    words
}
