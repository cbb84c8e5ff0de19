//! Approvals: signed by whom they say, for the post as it is, and asked for.

use chrono::NaiveDate;

use crate::draft::MediaBook;
use crate::finding::{Code, Finding};

use super::super::approval::Void;
use super::super::{Approval, Calendar, Post};
use super::names::ROOT;
use super::signed;

/// Finds what is wrong with an approval. What is wrong with one whose post is past, and was otherwise when it went out, is
/// told where the post stands, not here.
pub(super) fn of(
    calendar: &Calendar,
    approval: &Approval,
    book: &MediaBook,
    today: NaiveDate,
    findings: &mut Vec<Finding>,
) {
    let Some(post) = calendar.post(&approval.post.value) else {
        findings.push(unknown_post(approval));
        return;
    };
    let day = post.at.as_ref().map(|at| at.value.date());
    let digest = calendar.post_digest(&post.id, book);
    let again = format!("kalends approve {}", post.id);
    match calendar.void(approval, digest.as_ref(), day) {
        Some(Void::Elsewhere) => {
            let (post, person) = (&approval.post.value, &approval.signed.person.value);
            let message = format!("an approval of `{post}` by `{person}` lies under another name");
            let wanted = format!("approvals/{post}/{person}.toml");
            findings.push(signed::elsewhere(&approval.signed, message, &wanted));
        }
        Some(Void::Unsigned(why)) => {
            findings.push(signed::unsigned(calendar, &approval.signed, &why, ("the approval", &again)));
        }
        // Where a picture is missing, that is what is wrong.
        Some(Void::Outdated) if digest.is_some() && is_to_come(post, today) => {
            findings.push(outdated(approval, post, &again))
        }
        Some(Void::Outdated) => {}
        None => findings.extend(idle(calendar, approval, post)),
    }
}

fn unknown_post(approval: &Approval) -> Finding {
    let id = &approval.post.value;
    let finding = Finding::new(Code::UnknownPost, &approval.signed.file, format!("there is no post `{id}`"));
    finding
        .at(approval.post.span.clone())
        .label("unknown post")
        .help("take the approval out; if the post's file was renamed, write its old `id` into it")
}

/// Tells whether a post may still go out on a day or after it.
fn is_to_come(post: &Post, today: NaiveDate) -> bool {
    let Some(at) = &post.at else { return true };
    let last = match &post.repeat {
        Some(repeat) => repeat.rule.until,
        None => Some(at.value.date()),
    };
    last.is_none_or(|last| last >= today)
}

fn outdated(approval: &Approval, post: &Post, again: &str) -> Finding {
    let who = &approval.signed.person.value;
    let message = format!("{who} approved an earlier version of `{}`", post.id);
    let finding = Finding::new(Code::ApprovalOutdated, &approval.signed.file, message);
    finding
        .at(approval.signed.digest.span.clone())
        .label("not the post as it is now")
        .help(format!("{who} looks again, and signs anew with `{again}`; or take the approval out"))
        .related(&post.file, None, "the post")
}

/// Finds an approval that is in order and that no rule asks for.
fn idle(calendar: &Calendar, approval: &Approval, post: &Post) -> Option<Finding> {
    let person = calendar.people.get(&approval.signed.person.value)?;
    if !calendar.asks_for_approvals() || calendar.is_asked(person, post) {
        return None;
    }
    let is_own = calendar.is_author(person, post) && calendar.is_to_be_approved(post);
    let (code, message, label, help) = if is_own {
        let message = format!("{} approved their own post `{}`: it does not count", person.name, post.id);
        let help = "let somebody else approve it; `own = true` in the rule of kalends.toml would let authors approve";
        (Code::ApprovalOwn, message, "the author", help)
    } else {
        let message = format!("no rule asks for the approval of {}: it does not count", person.name);
        (
            Code::ApprovalIdle,
            message,
            "not asked",
            "take it out; [[approval]] in kalends.toml says who must approve what",
        )
    };
    let finding = Finding::new(code, &approval.signed.file, message);
    let finding = finding.at(approval.signed.person.span.clone()).label(label).help(help);
    let author = post.author.as_ref().filter(|_| is_own);
    Some(match author {
        Some(author) => finding.related(&post.file, Some(author.span.clone()), "the author"),
        None => finding,
    })
}

/// Finds the rules that too few people could keep.
pub(super) fn rule_unmet(calendar: &Calendar, today: NaiveDate, findings: &mut Vec<Finding>) {
    for rule in calendar.root.rules.iter().filter(|rule| !rule.by.is_empty() || !rule.people.is_empty()) {
        let can = calendar.signers(rule, today).len();
        let wanted = usize::try_from(rule.count).unwrap_or(usize::MAX);
        if can >= wanted {
            continue;
        }
        let message = match can {
            0 => "nobody has a key to give this approval with".to_owned(),
            can => format!("the rule asks for {wanted} approvals, and only {can} can be given"),
        };
        let finding = Finding::new(Code::ApprovalUnmet, ROOT, message).at(rule.span.clone());
        findings.push(finding.label("holds every post that it is about").help(
            "write `signing_key = \"ssh-ed25519 …\"` into the files of those in people/ who are to approve",
        ));
    }
}
