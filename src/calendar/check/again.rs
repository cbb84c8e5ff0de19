//! Words that go to an account twice within a year.

use chrono::{Days, NaiveDate};

use crate::draft::{AccountId, Fingerprint};
use crate::finding::{Code, Finding, Span};

use super::super::Post;
use super::Copy;

/// How many days the same words rest.
const REST_DAYS: u64 = 365;

/// One post that says some words on an account, from its first day to its last.
struct Saying<'a> {
    account: &'a AccountId,
    words: Fingerprint,
    post: &'a Post,
    from: NaiveDate,
    until: NaiveDate,
    span: Option<Span>,
}

/// What every account is told.
#[derive(Default)]
pub(super) struct Said<'a> {
    sayings: Vec<Saying<'a>>,
}

impl<'a> Said<'a> {
    /// Notes what a post says on an account.
    pub(super) fn note(&mut self, copy: &Copy<'a>) {
        let Some(at) = &copy.post.at else { return };
        let from = at.value.date();
        let until =
            copy.post.repeat.as_ref().map_or(from, |repeat| repeat.rule.until.unwrap_or(NaiveDate::MAX));
        let span = copy.sheet.text().map(|text| text.span.clone());
        for words in copy.whole.iter().filter_map(|whole| Fingerprint::of(whole)) {
            self.sayings.push(Saying {
                account: &copy.account.id,
                words,
                post: copy.post,
                from,
                until: until.max(from),
                span: span.clone(),
            });
        }
    }

    /// Adds what was noted elsewhere.
    pub(super) fn extend(&mut self, other: Said<'a>) {
        self.sayings.extend(other.sayings);
    }

    /// Finds what is said again too soon, told once for each post that says it later.
    pub(super) fn repeated(mut self, findings: &mut Vec<Finding>) {
        self.sayings.sort_unstable_by(|a, b| (&a.words, a.account).cmp(&(&b.words, b.account)));
        let alike = |a: &Saying<'_>, b: &Saying<'_>| a.words == b.words && a.account == b.account;
        for sayings in self.sayings.chunk_by_mut(alike).filter(|sayings| sayings.len() > 1) {
            sayings
                .sort_by(|a, b| (a.from, &a.post.id, &a.post.file).cmp(&(b.from, &b.post.id, &b.post.file)));
            // The one that says it last, of those before.
            let mut last: Option<&Saying<'_>> = None;
            for saying in sayings.iter() {
                let before = last.filter(|last| last.post.id != saying.post.id && !saying.post.again);
                if let Some(first) = before.filter(|last| rested(last.until) > saying.from) {
                    findings.push(repeated(saying.account, first, saying));
                }
                if last.is_none_or(|last| last.until <= saying.until) {
                    last = Some(saying);
                }
            }
        }
    }
}

fn rested(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(REST_DAYS)).unwrap_or(NaiveDate::MAX)
}

fn repeated(account: &AccountId, first: &Saying<'_>, saying: &Saying<'_>) -> Finding {
    let message = format!(
        "the same words go to `{account}` less than a year before, with the post `{}`",
        first.post.id
    );
    let finding = Finding::new(Code::RepeatedText, &saying.post.file, message)
        .label("said before")
        .help("say it anew, or add `again = true`")
        .related(&first.post.file, first.span.clone(), format!("for {}", first.from));
    Finding { span: saying.span.clone(), ..finding }
}
