//! The calendar looked at as a whole: one small function a code, in a room for each noun.
//!
//! What reading a file has found is not found again: an account that does not exist is told once, and nothing is said of
//! how long a text is on it.

mod account;
mod again;
mod audience;
mod media;
mod names;
mod people;
mod poll;
mod post;
mod rename;
mod tag;
mod text;
mod time;

use chrono::DateTime;

use crate::draft::{Draft, MediaBook, Occurrence};
use crate::finding::Finding;
use crate::text::{Limits, Platform};

use super::schedule::Sheet;
use super::{Account, Calendar, Post, sort};

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
    people::missing_until,
    account::missing_server,
    account::folder_outside,
    account::folder_shared,
    people::dates_reversed,
    tag::of_campaigns,
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
    for rule in OF_CALENDARS {
        rule(calendar, &mut findings);
    }
    let mut said = again::Said::default();
    for (found, noted) in in_shares(calendar, book) {
        findings.extend(found);
        said.extend(noted);
    }
    said.repeated(&mut findings);
    sort(&mut findings);
    findings.dedup();
    findings
}

/// Looks at the posts, each share of them on a thread of its own: what is wrong, and what is said where.
fn in_shares<'a>(calendar: &'a Calendar, book: &'a MediaBook) -> Vec<(Vec<Finding>, again::Said<'a>)> {
    let posts: Vec<&Post> = calendar.every_post().collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = posts.len().div_ceil(threads).max(SHARE_MIN);
    std::thread::scope(|scope| {
        let mut shares = posts.chunks(share);
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> =
            shares.map(|posts| scope.spawn(move || check_posts(calendar, posts, book))).collect();
        let mut done = vec![check_posts(calendar, first, book)];
        done.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        done
    })
}

/// The fewest posts that are worth a thread.
const SHARE_MIN: usize = 500;

fn check_posts<'a>(
    calendar: &'a Calendar,
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
        media::alt_missing(calendar, post, &mut findings);
        for account in post::accounts(calendar, post) {
            let Some(copy) = Copy::new(calendar, post, account, book) else { continue };
            for rule in OF_COPIES {
                rule(&copy, &mut findings);
            }
            said.note(&copy);
        }
    }
    (findings, said)
}
