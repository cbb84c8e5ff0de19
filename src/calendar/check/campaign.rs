//! Campaigns: steps that hold together, and what is not there yet.
//!
//! What is written and cannot be right is told by every check; what is merely missing so far (a post, a winner, a number) is
//! told by [`to_come`] alone, when somebody asks how far a campaign is.

use chrono::{NaiveDate, TimeDelta};

use crate::finding::{Code, Finding, Severity};
use crate::time::nearest;

use super::super::campaign::takes_polls;
use super::super::{Calendar, Campaign, DatedStep, Post, Step, Tactic};

/// Two steps of one account are nearer than this: they collide.
const APART_MIN: TimeDelta = TimeDelta::hours(1);

/// So long before its day a step should have its post.
const LEAD: TimeDelta = TimeDelta::days(14);

/// Finds what is wrong with the steps of each campaign as they are written.
pub(super) fn steps(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for campaign in calendar.campaigns.values().filter(|campaign| !campaign.steps.is_empty()) {
        for step in &campaign.steps {
            lacks(campaign, step, findings);
            outside(campaign, step, findings);
            findings.extend(unknown_post(calendar, campaign, step));
        }
        let dated = calendar.dated_steps(campaign);
        for (at, one) in dated.iter().enumerate() {
            closing(calendar, one, dated.get(at + 1), findings);
            poll(calendar, one, findings);
            findings.extend(untagged(one));
        }
        collisions(&dated, findings);
    }
}

/// Starts a finding at a step.
fn at_step(campaign: &Campaign, code: Code, span: crate::finding::Span, message: String) -> Finding {
    Finding::new(code, &campaign.file, message).at(span)
}

/// Finds what a tactic must have, and the step does not.
fn lacks(campaign: &Campaign, step: &Step, findings: &mut Vec<Finding>) {
    let needs = step.tactic.value.needs();
    let name = step.tactic.value.as_str();
    let has_tag = step.tag.is_some() || campaign.tag.is_some();
    let missing = [
        (
            needs.rules && step.rules.is_none(),
            "rules",
            "write them, or where they are: `rules = \"https://…\"`",
        ),
        (
            needs.closes && step.closes.is_none(),
            "a closing date",
            "write the last day on which people may take part: `closes = 2027-01-18`",
        ),
        (needs.tag && !has_tag, "a tag", "write the tag that people use: `tag = \"OneWord\"`"),
        (
            needs.rights && step.rights.is_none(),
            "a line on rights",
            "write what people are told of the leave they give: `rights = \"…\"`",
        ),
    ];
    for (_, what, help) in missing.iter().filter(|(is_missing, ..)| *is_missing) {
        let message = format!("the step `{name}` has no {}", what.trim_start_matches("a "));
        let finding = at_step(campaign, Code::StepIncomplete, step.tactic.span.clone(), message);
        findings.push(finding.label(format!("needs {what}")).help(*help));
    }
    if let (Some(metric), None) = (&step.metric, step.target) {
        let message = format!("the step counts {}, and has no number to reach", metric.value);
        let finding = at_step(campaign, Code::StepIncomplete, metric.span.clone(), message);
        findings.push(finding.label("needs a target").help("write it: `target = 200`"));
    }
}

/// Finds a step outside of its campaign's days.
fn outside(campaign: &Campaign, step: &Step, findings: &mut Vec<Finding>) {
    let Some(day) = step.day() else { return };
    let early = campaign.from.as_ref().filter(|from| day < from.value).map(|from| (from, "begins"));
    let late = campaign.until.as_ref().filter(|until| day > until.value).map(|until| (until, "ends"));
    let Some((edge, what)) = early.or(late) else { return };
    let message = format!("the step is on {day}, and the campaign {what} on {}", edge.value);
    findings.push(
        at_step(campaign, Code::StepOutside, step.place(), message)
            .label("outside the campaign")
            .help("move the step, or mend the campaign's dates")
            .related(&campaign.file, Some(edge.span.clone()), "the campaign's edge"),
    );
}

fn unknown_post(calendar: &Calendar, campaign: &Campaign, step: &Step) -> Option<Finding> {
    let named = step.post.as_ref()?;
    let message = match calendar.post(&named.value) {
        None => format!("there is no post `{}`", named.value),
        Some(post) if post.campaign.as_ref().is_none_or(|at| at.value != campaign.id) => {
            let message = format!("the post `{}` is not of this campaign", post.id);
            let finding = at_step(campaign, Code::StepPost, named.span.clone(), message);
            let help = format!("write `campaign = \"{}\"` into the post, or name another", campaign.id);
            return Some(
                finding.label("of none, or of another").help(help).related(&post.file, None, "the post"),
            );
        }
        Some(_) => return None,
    };
    let near = nearest(named.value.as_str(), calendar.posts.iter().map(|post| post.id.as_str()));
    let finding = at_step(campaign, Code::UnknownPost, named.span.clone(), message).graded(Severity::Error);
    Some(match near {
        Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
        None => finding.label("unknown post").help("take it out until the post is written"),
    })
}

/// Finds a step that closes before it opens, after its campaign, or after the step that follows a poll.
fn closing(
    calendar: &Calendar,
    one: &DatedStep<'_>,
    next: Option<&DatedStep<'_>>,
    findings: &mut Vec<Finding>,
) {
    let (campaign, step) = (one.campaign, one.step);
    let Some(closes) = one.closes(calendar) else { return };
    let span = step.closes.as_ref().map_or_else(|| step.place(), |closes| closes.span.clone());
    let say = |message: String, label: &str, help: &str| {
        at_step(campaign, Code::StepClosing, span.clone(), message).label(label).help(help)
    };
    let day = closes.date();
    if closes < one.at {
        let message = format!("the step closes on {day}, before it goes out on {}", one.at.date());
        findings.push(say(message, "before it opens", "give it a later day to close on"));
        return;
    }
    if let Some(until) = campaign.until.as_ref().filter(|until| day > until.value) {
        let message = format!("the step closes on {day}, and the campaign ends on {}", until.value);
        let finding = say(message, "after the campaign", "let it close before the campaign ends");
        findings.push(finding.related(&campaign.file, Some(until.span.clone()), "the campaign's last day"));
    }
    let ender = |other: &&DatedStep<'_>| {
        other.step.ends.as_ref().is_some_and(|ends| ends.value == step.tactic.value) && other.at > one.at
    };
    let after = match step.tactic.value {
        Tactic::Poll => next,
        _ => next.into_iter().find(ender),
    };
    if let Some(after) = after.filter(|after| after.at < closes) {
        let message = format!(
            "the step is open until {}, and the next is on {}",
            closes.format("%Y-%m-%d %H:%M"),
            after.at.format("%Y-%m-%d %H:%M")
        );
        findings.push(
            say(message, "still open then", "let it close before the next step, or move that one").related(
                &campaign.file,
                Some(after.step.place()),
                "the next step",
            ),
        );
    }
}

/// Finds a poll that asks nothing, or where nobody can answer.
fn poll(calendar: &Calendar, one: &DatedStep<'_>, findings: &mut Vec<Finding>) {
    if !one.step.tactic.value.needs().poll {
        return;
    }
    let campaign = one.campaign;
    if let Some(post) = one.post
        && one.poll_open(calendar).is_none()
    {
        let message = format!("the step is a poll, and `{}` has none", post.id);
        findings.push(
            at_step(campaign, Code::StepPoll, one.step.tactic.span.clone(), message)
                .label("asks nothing")
                .help("write `[poll]` into the post, with `options` and `open`")
                .related(&post.file, None, "the post"),
        );
    }
    for id in one.accounts() {
        let Some(account) = calendar.accounts.get(id).filter(|account| !takes_polls(account)) else {
            continue;
        };
        let platform = account.platform.as_ref().map_or("its platform", |at| at.value.name());
        let message = format!("the step is a poll, and `{id}` ({platform}) has none");
        let own = one.step.accounts.iter().find(|at| at.value == *id).map(|at| at.span.clone());
        let span = own.unwrap_or_else(|| one.step.tactic.span.clone());
        findings.push(
            at_step(campaign, Code::StepPoll, span, message)
                .label("nobody can answer there")
                .help("leave the account out of this step and of its post"),
        );
    }
}

/// Finds the post of a step that asks people to show something, and does not name the tag.
fn untagged(one: &DatedStep<'_>) -> Option<Finding> {
    let post = one.post.filter(|_| one.step.tactic.value.needs().tag)?;
    let tag = one.step.tag.as_ref().or(one.campaign.tag.as_ref())?;
    if says_tag(post, &tag.value) {
        return None;
    }
    let message = format!("`{}` asks people to use #{}, and does not say it", post.id, tag.value);
    let finding = Finding::new(Code::StepTag, &post.file, message)
        .help(format!("add it: `tags = [\"{}\"]`, or write #{} into the text", tag.value, tag.value))
        .related(&one.campaign.file, Some(tag.span.clone()), "the tag");
    Some(match &post.body.tags {
        Some(tags) if !tags.is_empty() => {
            let span = tags.first().map(|tag| tag.span.clone());
            Finding { span, ..finding.label("not among them") }
        }
        _ => finding,
    })
}

/// Tells whether a post says a tag, beside its text or in it.
fn says_tag(post: &Post, tag: &str) -> bool {
    let bodies = std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value));
    let is_it = |word: &str| word.to_lowercase() == tag.to_lowercase();
    bodies.into_iter().any(|body| {
        let beside = body.tags.iter().flatten().any(|own| is_it(&own.value));
        let texts = body.text.iter().chain(body.thread.iter().flatten().map(|part| &part.text));
        beside
            || texts
                .into_iter()
                .any(|text| crate::text::hashtags(&text.text).iter().any(|found| is_it(found.word)))
    })
}

/// Finds two steps that reach one account at once.
fn collisions(dated: &[DatedStep<'_>], findings: &mut Vec<Finding>) {
    for (at, later) in dated.iter().enumerate() {
        for earlier in dated.iter().take(at).rev().take_while(|one| later.at - one.at < APART_MIN) {
            let (of_later, of_earlier) = (later.accounts(), earlier.accounts());
            let Some(account) = of_later.intersection(&of_earlier).next() else { continue };
            let message = format!(
                "two steps reach `{account}` at once: {} and {}",
                earlier.at.format("%Y-%m-%d %H:%M"),
                later.at.format("%H:%M")
            );
            findings.push(
                at_step(later.campaign, Code::StepCollision, later.step.place(), message)
                    .label("too near")
                    .help("move one of the two: an hour apart at least")
                    .related(&later.campaign.file, Some(earlier.step.place()), "the other step"),
            );
        }
    }
}

/// Finds what is not there yet on a day: posts of near steps, ends, posts that no step wants, the number that judges.
pub(super) fn to_come(calendar: &Calendar, campaign: &Campaign, today: NaiveDate) -> Vec<Finding> {
    let mut findings = Vec::new();
    let dated = calendar.dated_steps(campaign);
    for (at, one) in dated.iter().enumerate() {
        findings.extend(unwritten(one, today));
        findings.extend(unended(one, dated.get(at + 1..).unwrap_or_default()));
    }
    if !campaign.steps.is_empty() {
        findings.extend(calendar.posts_beside(campaign).into_iter().map(|post| stray(campaign, post)));
    }
    findings.extend(unjudged(campaign));
    findings
}

fn unwritten(one: &DatedStep<'_>, today: NaiveDate) -> Option<Finding> {
    let day = one.at.date();
    if one.post.is_some() || one.step.post.is_some() || day - today > LEAD {
        return None;
    }
    let when = if day < today { "is past" } else { "is near" };
    let message = format!("the step of {day} {when}, and has no post");
    let department = one.department.map_or_else(String::new, |id| format!(" --department {id}"));
    let name = one.campaign.name.replace('\'', "");
    Some(
        at_step(one.campaign, Code::StepUnwritten, one.step.place(), message)
            .label("nothing goes out then")
            .help(format!(
                "write it: kalends new post '{name}' --at {}{department}, with `campaign = \"{}\"`",
                one.at.format("%Y-%m-%dT%H:%M"),
                one.campaign.id
            )),
    )
}

/// Finds a contest whose winner nobody names, and a question that nobody answers.
fn unended(one: &DatedStep<'_>, later: &[DatedStep<'_>]) -> Option<Finding> {
    let tactic = one.step.tactic.value;
    let does = tactic.needs().end?;
    let closes = one.step.closes.as_ref().map_or(one.at.date(), |closes| closes.value);
    let ends = |other: &DatedStep<'_>| {
        other.step.ends.as_ref().is_some_and(|ends| ends.value == tactic) && other.at.date() >= closes
    };
    if later.iter().any(ends) {
        return None;
    }
    let message = format!("no later step {does} of the {} of {}", tactic.as_str(), one.at.date());
    let message = if tactic == Tactic::Question { message.replace("answers of", "answers") } else { message };
    Some(
        at_step(one.campaign, Code::StepUnended, one.step.tactic.span.clone(), message)
            .label("never ended")
            .help(format!("add a step from {closes} on with `ends = \"{}\"`", tactic.as_str())),
    )
}

fn stray(campaign: &Campaign, post: &Post) -> Finding {
    let message = format!("`{}` is of the campaign, and none of its steps", post.id);
    let mut finding = Finding::new(Code::StepStray, &post.file, message)
        .help(format!("add a step for it to {}, or take `campaign` out of the post", campaign.file))
        .related(&campaign.file, None, "the steps");
    finding.span = post.campaign.as_ref().map(|at| at.span.clone());
    finding.label("no step")
}

fn unjudged(campaign: &Campaign) -> Option<Finding> {
    let by_number = campaign.metric.is_some() && campaign.target.is_some();
    let by_steps = campaign.steps.iter().any(|step| step.metric.is_some() && step.target.is_some());
    if campaign.goal.is_some() || by_number || by_steps {
        return None;
    }
    let message = format!("no number says whether `{}` was worth it", campaign.id);
    let finding = Finding::new(Code::CampaignUnjudged, &campaign.file, message);
    Some(
        finding.help("add `goal = \"…\"`, or `metric = \"…\"` and `target = …`, for the whole or for a step"),
    )
}
