//! Links that are there, and say which campaign they are of.

use crate::text::addresses;

use super::super::super::track::{Marks, is_counted, marks, missing, tracked};
use super::super::super::{At, Calendar, Norm, ProtocolRule};
use super::super::Copy;
use super::Breach;

/// Finds a post without a link, and links that do not say which campaign they are of.
pub(super) fn breaches(calendar: &Calendar, rule: &ProtocolRule, copy: &Copy<'_>) -> Vec<Breach> {
    let Norm::Link { required, .. } = rule.norm else { return Vec::new() };
    let thread = copy.sheet.thread();
    let links: Vec<&At<String>> =
        copy.sheet.link().into_iter().chain(thread.iter().filter_map(|part| part.link.as_ref())).collect();
    let texts = || copy.sheet.text().into_iter().chain(thread.iter().map(|part| &part.text));
    let mut breaches = Vec::new();
    let has_link = !links.is_empty() || texts().any(|words| !addresses(&words.text).is_empty());
    // Where nobody can follow a link, none is missing.
    if required && !has_link && copy.limits.links_work {
        breaches.push(Breach {
            span: texts().next().map(|words| words.span.clone()).or_else(|| copy.to()),
            label: "has no link".to_owned(),
            help: "add `link = \"https://…\"`".to_owned(),
        });
    }
    let campaign = copy.post.campaign.as_ref().map(|at| &at.value);
    let marks = marks(rule, campaign);
    if marks.is_empty() {
        return breaches;
    }
    for link in links.iter().filter(|link| is_counted(rule, &calendar.root, &link.value)) {
        let in_text = texts().any(|words| words.text.contains(&link.value));
        breaches.extend(unmarked(&link.value, &marks).map(|(label, wanted)| Breach {
            span: Some(link.span.clone()),
            label,
            help: match in_text {
                true => format!("write {wanted}, here and in the text"),
                false => "run `kalends fix`, which writes it".to_owned(),
            },
        }));
    }
    for words in texts() {
        for range in addresses(&words.text) {
            let address = words.text.get(range.clone()).unwrap_or_default();
            let is_field = links.iter().any(|link| link.value == address);
            if is_field || !is_counted(rule, &calendar.root, address) {
                continue;
            }
            breaches.extend(unmarked(address, &marks).map(|(label, wanted)| Breach {
                span: Some(words.place(range.clone())),
                label,
                help: format!("write {wanted}"),
            }));
        }
    }
    breaches
}

/// Says what a link does not say of itself, and how it would be written.
pub(super) fn unmarked(link: &str, marks: &Marks<'_>) -> Option<(String, String)> {
    let wanted = tracked(link, marks)?;
    let names: Vec<&str> = missing(link, marks).iter().map(|(name, _)| *name).collect();
    Some((format!("without its {}", names.join(", ")), wanted))
}
