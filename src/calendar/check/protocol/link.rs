//! Links that are there, and say which campaign they are of.

use crate::finding::{Code, Finding, Span};
use crate::text::addresses;

use super::super::super::track::{Clash, Marks, Side, is_counted, marks, missing, tracked};
use super::super::super::{At, Calendar, Norm, Post, ProtocolRule};
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
    let shown = calendar.links(copy.post);
    let agreed = |span: &Span, address: &str| -> Marks<'_> {
        let accounts = shown.iter().find(|link| link.span == *span).map(|link| link.accounts.as_slice());
        let clashes = calendar.wants(copy.post, accounts.unwrap_or_default(), address).clashes;
        marks.iter().filter(|(name, _)| !clashes.iter().any(|clash| clash.name == *name)).copied().collect()
    };
    for link in links.iter().filter(|link| is_counted(rule, &calendar.root, &link.value)) {
        let in_text = texts().any(|words| words.text.contains(&link.value));
        let agreed = agreed(&link.span, &link.value);
        breaches.extend(unmarked(&link.value, &agreed).map(|(label, wanted)| Breach {
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
            let span = words.place(range.clone());
            breaches.extend(unmarked(address, &agreed(&span, address)).map(|(label, wanted)| Breach {
                span: Some(span),
                label,
                help: format!("write {wanted}"),
            }));
        }
    }
    breaches
}

/// Finds links of which two rules want different things, which no link can say.
pub(in super::super) fn clashes(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    if !calendar.counts_links(post) {
        return;
    }
    for link in calendar.links(post) {
        for clash in calendar.wants(post, &link.accounts, link.address).clashes {
            findings.push(clashing(post, &link.span, &clash));
        }
    }
}

fn clashing(post: &Post, span: &Span, clash: &Clash<'_>) -> Finding {
    let [one, other] = &clash.sides;
    let message = format!(
        "two rules want different things of the link: `{}` is to be `{}` and `{}`",
        clash.name, one.value, other.value
    );
    let help = match one.account == other.account {
        true => format!("let one of the two give way, in {} or {}", one.protocol.file, other.protocol.file),
        false => format!(
            "give `{0}` a link of its own: `[for.{0}]` and `link = \"…\"`; `kalends fix` writes the rest",
            other.account
        ),
    };
    let rule = |side: &Side<'_>| (side.protocol.file.clone(), Some(side.rule.say.span.clone()));
    let ((file, place), (other_file, other_place)) = (rule(one), rule(other));
    Finding::new(Code::RuleConflict, &post.file, message)
        .graded(one.rule.severity.max(other.rule.severity))
        .at(span.clone())
        .label("cannot say both")
        .help(help)
        .related(file, place, format!("wants `{}`", one.value))
        .related(other_file, other_place, format!("wants `{}`", other.value))
}

/// Says what a link does not say of itself, and how it would be written.
pub(super) fn unmarked(link: &str, marks: &Marks<'_>) -> Option<(String, String)> {
    let wanted = tracked(link, marks)?;
    let names: Vec<&str> = missing(link, marks).iter().map(|(name, _)| *name).collect();
    Some((format!("without its {}", names.join(", ")), wanted))
}
