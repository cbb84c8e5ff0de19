//! Protocols kept: each rule tried on what each account is sent, and told where the post's own words stand.
//!
//! Rules are made ready once ([`Rulebook`]); a [`Judge`] then hears a post on each of its accounts. Words that several
//! accounts are sent are judged once.

mod across;
mod alt;
mod claim;
mod disclosure;
mod example;
mod hashtags;
mod link;
mod matcher;
mod moment;
mod said;
mod style;

use std::ops::Range;

use regex::Regex;

use crate::finding::{Code, Finding, Span};

use super::super::format::pattern;
use super::super::{Calendar, Norm, Post, Protocol, ProtocolRule};
use super::Copy;
use claim::Claim;
use matcher::Matcher;
use said::{Part, Said};

pub(super) use across::across;
pub(super) use example::examples;
pub(super) use link::clashes;
pub(super) use moment::place;

/// Where a text breaks a rule, and what to do about it.
struct Flaw {
    range: Range<usize>,
    label: String,
    help: String,
}

/// Where a post breaks a rule; absent, in what it does not say.
struct Breach {
    span: Option<Span>,
    label: String,
    help: String,
}

/// What a rule needs that is made ready once.
enum Test {
    Nothing,
    Words(Matcher),
    Each(Vec<Matcher>),
    Pattern(Regex),
    Disclosure { words: Matcher, when: Option<Matcher> },
}

/// A rule, ready to be tried.
struct Ready<'a> {
    protocol: &'a Protocol,
    rule: &'a ProtocolRule,
    test: Test,
}

/// Every rule and every fact, ready to be tried.
pub(super) struct Rulebook<'a> {
    calendar: &'a Calendar,
    rules: Vec<Ready<'a>>,
    claims: Vec<Claim<'a>>,
}

impl<'a> Rulebook<'a> {
    /// Makes a calendar's rules ready.
    pub(super) fn new(calendar: &'a Calendar) -> Rulebook<'a> {
        let rules = calendar.protocols.values().flat_map(|protocol| {
            protocol.rules.iter().map(move |rule| Ready { protocol, rule, test: test(&rule.norm) })
        });
        let claims = calendar.facts.values().map(Claim::new);
        Rulebook { calendar, rules: rules.collect(), claims: claims.collect() }
    }
}

fn test(norm: &Norm) -> Test {
    match norm {
        Norm::ForbiddenWords { words, .. } => Test::Words(Matcher::new(words)),
        Norm::RequiredWords { words, all: false } => Test::Words(Matcher::new(words)),
        Norm::RequiredWords { words, all: true } => {
            Test::Each(words.iter().map(|word| Matcher::new(std::slice::from_ref(word))).collect())
        }
        Norm::Embargo { words, .. } if !words.is_empty() => Test::Words(Matcher::new(words)),
        // What is no pattern has been told where it was read.
        Norm::Pattern { pattern, .. } => pattern::compile(pattern).map_or(Test::Nothing, Test::Pattern),
        Norm::Disclosure { words, when, .. } => Test::Disclosure {
            words: Matcher::new(words),
            when: (!when.is_empty()).then(|| Matcher::new(when)),
        },
        _ => Test::Nothing,
    }
}

fn code(norm: &Norm) -> Code {
    match norm {
        Norm::ForbiddenWords { .. } => Code::ProtocolForbiddenWords,
        Norm::RequiredWords { .. } => Code::ProtocolRequiredWords,
        Norm::Pattern { .. } => Code::ProtocolPattern,
        Norm::AltText { .. } => Code::ProtocolAltText,
        Norm::Hashtags { .. } => Code::ProtocolHashtags,
        Norm::Capitals { .. } => Code::ProtocolCapitals,
        Norm::Emoji { .. } => Code::ProtocolEmoji,
        Norm::Disclosure { .. } => Code::ProtocolDisclosure,
        Norm::Link { .. } => Code::ProtocolLink,
        Norm::ReadingEase { .. } => Code::ProtocolReadingEase,
        // An approval that is missing is no matter of a check.
        Norm::Goal | Norm::Approvals { .. } => Code::ProtocolGoal,
        Norm::Spacing { .. } => Code::ProtocolSpacing,
        Norm::Quota { .. } => Code::ProtocolQuota,
        Norm::QuietHours { .. } => Code::ProtocolQuietHours,
        Norm::Blackout { .. } => Code::ProtocolBlackout,
        Norm::Embargo { .. } => Code::ProtocolEmbargo,
    }
}

impl Ready<'_> {
    /// Starts a finding that a post breaks the rule.
    fn finding(&self, post: &Post, breach: Breach) -> Finding {
        let say = self.rule.say.value.trim_end_matches('.');
        let finding = Finding::new(code(&self.rule.norm), &post.file, say)
            .graded(self.rule.severity)
            .label(breach.label)
            .help(breach.help)
            .related(&self.protocol.file, Some(self.rule.say.span.clone()), "the rule");
        Finding { span: breach.span, ..finding }
    }

    /// Finds where a text breaks the rule, for the kinds that look at one text at a time.
    fn flaws(&self, said: &Said<'_>) -> Vec<Flaw> {
        match (&self.rule.norm, &self.test) {
            (Norm::ForbiddenWords { instead, .. }, Test::Words(words)) => {
                style::forbidden(words, instead.as_deref(), said)
            }
            (Norm::Pattern { required: false, .. }, Test::Pattern(pattern)) => style::pattern(pattern, said),
            (Norm::Capitals { allowed, least }, _) if said.is_prose() => {
                style::capitals(allowed, *least, said.text)
            }
            (Norm::Emoji { most }, _) if said.is_prose() => style::emoji(*most, said.text),
            (Norm::ReadingEase { least, languages }, _) if matches!(said.part, Part::Text(_)) => {
                style::reading_ease(*least, languages, said)
            }
            (Norm::AltText { least }, _) if said.part == Part::Alt => alt::flaws(*least, said.text),
            _ => Vec::new(),
        }
    }

    /// Tells whether the rule looks at one text at a time.
    fn is_of_texts(&self) -> bool {
        matches!(
            self.rule.norm,
            Norm::ForbiddenWords { .. }
                | Norm::Pattern { required: false, .. }
                | Norm::Capitals { .. }
                | Norm::Emoji { .. }
                | Norm::ReadingEase { .. }
        )
    }
}

/// Who hears a post on each of its accounts.
pub(super) struct Judge<'r, 'a> {
    book: &'r Rulebook<'a>,
    /// The texts that each rule has judged, by where they stand.
    heard: Vec<(usize, usize)>,
    /// What was told of each rule.
    told: Vec<(usize, Option<Span>, String)>,
}

impl<'r, 'a> Judge<'r, 'a> {
    /// Makes ready to hear a post.
    pub(super) fn new(book: &'r Rulebook<'a>) -> Judge<'r, 'a> {
        Judge { book, heard: Vec::new(), told: Vec::new() }
    }

    /// Hears the post on one of its accounts.
    pub(super) fn hear(&mut self, copy: &Copy<'_>, findings: &mut Vec<Finding>) {
        if self.book.rules.is_empty() && self.book.claims.is_empty() {
            return;
        }
        let said = said::said(copy, &self.book.calendar.root);
        for (number, ready) in self.book.rules.iter().enumerate() {
            if !ready.rule.scope.takes(copy.post, copy.account) {
                continue;
            }
            let breaches = match ready.is_of_texts() {
                true => self.of_texts(number, ready, &said, findings),
                false => of_copy(self.book.calendar, ready, copy, &said),
            };
            for breach in breaches {
                let this = (number, breach.span.clone(), breach.label.clone());
                if !self.told.contains(&this) {
                    self.told.push(this);
                    findings.push(ready.finding(copy.post, breach));
                }
            }
        }
        for (number, claim) in (self.book.rules.len()..).zip(&self.book.claims) {
            for said in said.iter().filter(|said| !matches!(said.part, Part::Tag)) {
                if self.is_new(number, said) {
                    claim.hear(self.book.calendar, copy.post, said, findings);
                }
            }
        }
    }

    fn of_texts(
        &mut self,
        number: usize,
        ready: &Ready<'_>,
        said: &[Said<'_>],
        findings: &mut Vec<Finding>,
    ) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for said in said {
            if !self.is_new(number, said) {
                continue;
            }
            if let Norm::ReadingEase { languages, .. } = &ready.rule.norm
                && matches!(said.part, Part::Text(_))
            {
                findings.extend(style::unjudged(ready.protocol, ready.rule, languages, said));
            }
            let flaws = ready.flaws(said).into_iter();
            breaches.extend(flaws.map(|flaw| Breach {
                span: Some(said.place(flaw.range)),
                label: flaw.label,
                help: flaw.help,
            }));
        }
        breaches
    }

    /// Tells whether a rule has not judged a text yet.
    fn is_new(&mut self, number: usize, said: &Said<'_>) -> bool {
        let this = (number, said.span().start);
        let is_new = !self.heard.contains(&this);
        if is_new {
            self.heard.push(this);
        }
        is_new
    }
}

/// Finds where a post breaks a rule that looks at more than one text.
fn of_copy(calendar: &Calendar, ready: &Ready<'_>, copy: &Copy<'_>, said: &[Said<'_>]) -> Vec<Breach> {
    match (&ready.rule.norm, &ready.test) {
        (Norm::RequiredWords { .. }, Test::Words(words)) => {
            style::required(copy, std::slice::from_ref(words), said)
        }
        (Norm::RequiredWords { .. }, Test::Each(words)) => style::required(copy, words, said),
        (Norm::Pattern { required: true, .. }, Test::Pattern(pattern)) => {
            style::required_pattern(copy, pattern, said)
        }
        (Norm::AltText { least }, _) => alt::breaches(*least, copy),
        (Norm::Hashtags { .. }, _) => hashtags::breaches(calendar, &ready.rule.norm, copy, said),
        (Norm::Disclosure { within, .. }, Test::Disclosure { words, when }) => {
            disclosure::breaches(words, when.as_ref(), *within, copy, said)
        }
        (Norm::Link { .. }, _) => link::breaches(calendar, ready.rule, copy),
        (Norm::Goal, _) => moment::goal(calendar, copy.post),
        (Norm::QuietHours { .. } | Norm::Blackout { .. }, _) => {
            moment::quiet(calendar, &ready.rule.norm, copy.post)
        }
        (Norm::Embargo { until, zone, .. }, test) => {
            let words = if let Test::Words(words) = test { Some(words) } else { None };
            moment::embargo(calendar, (*until, zone.as_ref()), words, copy.post, said)
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
