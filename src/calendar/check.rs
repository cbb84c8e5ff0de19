//! The calendar looked at as a whole: one small function a code, in a room for each noun.
//!
//! What reading a file has found is not found again: an account that does not exist is told once, and nothing is said of
//! how long a text is on it.

mod account;
mod acknowledge;
mod approval;
mod again;
mod annual;
mod audience;
mod campaign;
mod experiment;
mod media;
mod names;
mod people;
mod poll;
mod post;
mod proposal;
mod protocol;
mod quota;
mod rename;
mod request;
mod signed;
mod tag;
mod text;
mod time;
mod training;

use chrono::{DateTime, NaiveDate};

use crate::draft::{Draft, MediaBook, Occurrence};
use crate::finding::{Code, Finding, Span};
use crate::text::{Limits, Platform};

use super::schedule::Sheet;
use super::{Account, Approval, Calendar, Post, sort};

pub(super) use post::{accounts, may_use};
pub use rename::renames;

/// What a check of the whole calendar finds.
type CalendarCheck = fn(&Calendar, &mut Vec<Finding>);

/// What a check of one post finds.
type PostCheck = fn(&Calendar, &Post, &mut Vec<Finding>);

/// What a check of one post on one account finds.
type CopyCheck = fn(&Copy<'_>, &mut Vec<Finding>);

const OF_CALENDARS: &[CalendarCheck] = &[
    names::of_people,
    names::of_departments,
    names::of_runners,
    names::of_accounts,
    names::of_campaigns,
    names::of_goals,
    names::of_events,
    names::of_experiments,
    experiment::arms,
    experiment::dates,
    experiment::overlap,
    experiment::slots,
    names::of_rules,
    names::of_changes,
    names::of_protocols,
    names::of_requests,
    campaign::steps,
    request::requests,
    people::missing_until,
    people::shared_signing_key,
    account::missing_server,
    account::folder_outside,
    account::folder_shared,
    people::dates_reversed,
    tag::of_campaigns,
];

const OF_SCHEDULES: &[CalendarCheck] = &[
    names::of_schedules,
    annual::twice_named,
    annual::unknown_names,
    annual::slots_misplaced,
    annual::slots_at_once,
    annual::slots_elsewhere,
];

const OF_POSTS: &[PostCheck] = &[
    names::of_post,
    post::wrong_month,
    post::no_accounts,
    post::account_twice,
    post::account_not_yours,
    post::before_account,
    post::author_outside,
    post::author_expired,
    post::campaign_outside,
    post::unknown_variant,
    post::empty_post,
    time::skipped_or_twice,
    time::needless_fold,
    time::repeat_never,
    time::repeat_off_beat,
    time::needless_exception,
    text::hidden_character,
    tag::bad_tag,
    tag::tag_twice,
    media::outside,
    annual::closed,
    protocol::clashes,
];

const OF_COPIES: &[CopyCheck] = &[
    text::too_long,
    text::refused_character,
    text::title_missing,
    text::title_too_long,
    text::too_many,
    media::format,
    media::too_large,
    media::dimensions,
    media::aspect,
    media::too_many,
    media::mixed,
    media::required,
    media::alt_too_long,
    audience::warning_unsupported,
    audience::labels_unsupported,
    audience::visibility_unsupported,
    poll::unsupported,
    poll::options,
    poll::option_too_long,
    poll::question_too_long,
    poll::duration,
    poll::with_media,
    poll::thread_unsupported,
];

/// One post as one account receives it.
struct Copy<'a> {
    post: &'a Post,
    account: &'a Account,
    platform: Platform,
    limits: &'static Limits,
    sheet: Sheet<'a>,
    /// The drafts, each with the piece of the post that it is of.
    drafts: Vec<(usize, Draft)>,
    /// The first draft's or part's whole text, as the network counts it.
    whole: Vec<String>,
    book: &'a MediaBook,
}

impl<'a> Copy<'a> {
    fn new(
        calendar: &'a Calendar,
        post: &'a Post,
        account: &'a Account,
        book: &'a MediaBook,
    ) -> Option<Copy<'a>> {
        let platform = account.platform.as_ref()?.value;
        // What an account takes does not hang on the moment: the epoch stands for all of them.
        let drafts = calendar.compose_pieces(post, account, Occurrence::Once, DateTime::UNIX_EPOCH);
        Some(Copy {
            post,
            account,
            platform,
            limits: platform.limits(),
            sheet: post.sheet(&account.id),
            whole: drafts.iter().map(|(_, draft)| draft.composed()).collect(),
            drafts,
            book,
        })
    }

    /// Returns the account and its platform, as a message names them.
    fn name(&self) -> String {
        match self.platform {
            Platform::Feed => format!("the feed `{}`", self.account.id),
            platform => format!("`{}` ({})", self.account.id, platform.name()),
        }
    }

    /// Returns how to say something else on this account.
    fn variant(&self) -> String {
        format!("[for.{}]", self.account.id)
    }
}

/// Finds everything that is wrong with a calendar as a whole, sorted by place.
///
/// The book has the facts of the media files that the calendar names; one that is not in it is not there.
pub fn check(calendar: &Calendar, book: &MediaBook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in OF_CALENDARS.iter().chain(OF_SCHEDULES) {
        rule(calendar, &mut findings);
    }
    let rules = protocol::Rulebook::new(calendar);
    protocol::examples(&rules, &mut findings);
    protocol::across(&rules, &mut findings);
    let mut said = again::Said::default();
    let posts: Vec<&Post> = calendar.every_post().collect();
    for (found, noted) in in_shares(&posts, SHARE_MIN, |posts| check_posts(calendar, &rules, posts, book)) {
        findings.extend(found);
        said.extend(noted);
    }
    said.repeated(&mut findings);
    sort(&mut findings);
    findings.dedup();
    findings
}

/// Finds what is wrong with the annual schedules, with posts on the days that they close, and with posts beyond a quota or
/// too near to another.
pub fn check_schedules(calendar: &Calendar) -> Vec<Finding> {
    let mut findings = Vec::new();
    OF_SCHEDULES.iter().for_each(|rule| rule(calendar, &mut findings));
    protocol::across(&protocol::Rulebook::new(calendar), &mut findings);
    calendar.every_post().for_each(|post| annual::closed(calendar, post, &mut findings));
    sort(&mut findings);
    findings.dedup();
    findings
}

/// Finds what is wrong on a day with what people signed: approvals of posts, protocols read, trainings done, decisions on
/// development plans; and with the rules that nobody can keep.
///
/// The book is the one that [`check`] takes.
pub fn check_signatures(calendar: &Calendar, book: &MediaBook, today: NaiveDate) -> Vec<Finding> {
    let mut findings = Vec::new();
    approval::rule_unmet(calendar, today, &mut findings);
    let approvals: Vec<&Approval> =
        calendar.approvals.values().flat_map(|of_post| of_post.values()).collect();
    let of_share = |share: &[&Approval]| {
        let mut findings = Vec::new();
        share.iter().for_each(|one| approval::of(calendar, one, book, today, &mut findings));
        findings
    };
    findings.extend(in_shares(&approvals, SIGNED_MIN, of_share).into_iter().flatten());
    for found in calendar.acknowledgements.values().flat_map(|of_protocol| of_protocol.values()) {
        acknowledge::of(calendar, found, &mut findings);
    }
    for pass in calendar.passes.values().flat_map(|of_training| of_training.values()) {
        training::of(calendar, pass, today, &mut findings);
    }
    for decision in calendar.decisions.values().flat_map(|of_plan| of_plan.values()) {
        proposal::of(calendar, decision, &mut findings);
    }
    sort(&mut findings);
    findings
}

/// Finds what campaigns do not have yet on a day: posts of near steps, winners, answers, numbers that judge them.
pub fn check_campaigns(calendar: &Calendar, today: NaiveDate) -> Vec<Finding> {
    calendar.campaigns.values().flat_map(|one| campaign::to_come(calendar, one, today)).collect()
}

/// Finds the requests whose day is past on a day, and nothing stands for them.
pub fn check_requests(calendar: &Calendar, today: NaiveDate) -> Vec<Finding> {
    calendar.requests.values().filter_map(|request| request::overdue(calendar, request, today)).collect()
}

/// Looks at things, each share of them on a thread of its own.
pub(super) fn in_shares<I: Sync, T: Send>(
    items: &[I],
    least: usize,
    look: impl Fn(&[I]) -> T + Sync,
) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(least);
    let look = &look;
    std::thread::scope(|scope| {
        let mut shares = items.chunks(share);
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| scope.spawn(move || look(share))).collect();
        let mut done = vec![look(first)];
        done.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        done
    })
}

/// Leaves out that a picture has no words where a protocol says so too, of the findings of one post.
fn told_once(findings: &mut Vec<Finding>, from: usize) {
    let told: Vec<Option<Span>> = findings
        .iter()
        .skip(from)
        .filter(|finding| finding.code == Code::ProtocolAltText)
        .map(|finding| finding.span.clone())
        .collect();
    if !told.is_empty() {
        let mut number = 0;
        findings.retain(|finding| {
            number += 1;
            number <= from || finding.code != Code::AltMissing || !told.contains(&finding.span)
        });
    }
}

/// The fewest posts that are worth a thread.
pub(super) const SHARE_MIN: usize = 500;

/// The fewest signatures that are worth a thread.
const SIGNED_MIN: usize = 20;

fn check_posts<'a>(
    calendar: &'a Calendar,
    rules: &protocol::Rulebook<'a>,
    posts: &[&'a Post],
    book: &'a MediaBook,
) -> (Vec<Finding>, again::Said<'a>) {
    let (mut findings, mut said) = (Vec::new(), again::Said::default());
    for post in posts {
        for rule in OF_POSTS {
            rule(calendar, post, &mut findings);
        }
        media::missing(calendar, post, book, &mut findings);
        media::misnamed(calendar, post, book, &mut findings);
        media::location(calendar, post, book, &mut findings);
        let before = findings.len();
        media::alt_missing(calendar, post, &mut findings);
        let mut judge = protocol::Judge::new(rules);
        for account in post::accounts(calendar, post) {
            let Some(copy) = Copy::new(calendar, post, account, book) else { continue };
            for rule in OF_COPIES {
                rule(&copy, &mut findings);
            }
            judge.hear(&copy, &mut findings);
            said.note(&copy);
        }
        told_once(&mut findings, before);
    }
    (findings, said)
}
