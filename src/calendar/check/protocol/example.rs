//! Examples in protocols: a good one that its rule refuses, and a bad one that it passes.

use crate::finding::{Code, Finding, Span};
use crate::text::EASE_WORDS_MIN;

use super::super::super::format::word::shown;
use super::super::super::track::{is_counted, missing};
use super::super::super::{At, Calendar, Norm};
use super::said::{Part, Said};
use super::{Ready, Rulebook, Test, disclosure, hashtags};

/// Tries each rule on its own examples.
pub(in super::super) fn examples(book: &Rulebook<'_>, findings: &mut Vec<Finding>) {
    for ready in &book.rules {
        let kinds = [(&ready.rule.good, false), (&ready.rule.bad, true)];
        for (examples, should_break) in kinds {
            for example in examples {
                let breaks = ready.is_broken_by(book.calendar, example);
                if breaks != should_break {
                    findings.push(told(ready, example, should_break));
                }
            }
        }
    }
}

fn told(ready: &Ready<'_>, example: &At<String>, should_break: bool) -> Finding {
    let (message, help) = match should_break {
        true => {
            ("the rule passes its bad example", "mend the rule, or the example, until the rule refuses it")
        }
        false => {
            ("the rule refuses its good example", "mend the rule, or the example, until the rule passes it")
        }
    };
    let is_short = matches!(ready.rule.norm, Norm::ReadingEase { .. })
        && example.value.split_whitespace().count() < EASE_WORDS_MIN;
    let help = match is_short {
        true => format!("write {EASE_WORDS_MIN} words at least: fewer say nothing of how a text reads"),
        false => help.to_owned(),
    };
    Finding::new(Code::RuleExample, &ready.protocol.file, message)
        .at(example.span.clone())
        .label(format!("`{}`", shown(&example.value)))
        .help(help)
        .related(&ready.protocol.file, Some(ready.rule.say.span.clone()), "the rule")
}

impl Ready<'_> {
    /// Tells whether an example, taken for a text of a post, breaks the rule.
    fn is_broken_by(&self, calendar: &Calendar, example: &At<String>) -> bool {
        let text = example.value.as_str();
        let own = calendar.root.language.as_deref();
        let language = match &self.rule.norm {
            Norm::ReadingEase { languages, .. } => languages.first().map(String::as_str).or(own),
            _ => own,
        };
        let part = if matches!(self.rule.norm, Norm::AltText { .. }) { Part::Alt } else { Part::Text(0) };
        let said = Said::example(text, part, language, Span::default());
        let is_in = |words: &super::Matcher| words.is_in(text, said.has_accents());
        match (&self.rule.norm, &self.test) {
            (Norm::RequiredWords { .. }, Test::Words(words)) => !is_in(words),
            (Norm::RequiredWords { .. }, Test::Each(words)) => !words.iter().all(is_in),
            (Norm::Pattern { required: true, .. }, Test::Pattern(pattern)) => !pattern.is_match(text),
            (Norm::Embargo { .. }, Test::Words(words)) => is_in(words),
            (Norm::Hashtags { most, .. }, _) => {
                !hashtags::flaws(&self.rule.norm, text, None).is_empty()
                    || most.is_some_and(|most| hashtags::count(text) > most as usize)
            }
            (Norm::Disclosure { within, .. }, Test::Disclosure { words, when }) => {
                let is_advertising = when.as_ref().is_none_or(is_in);
                let stands = disclosure::late(words, text, said.has_accents(), *within);
                let is_vague = crate::text::hashtags(text).iter().any(|tag| disclosure::is_vague(tag.word));
                is_vague || is_advertising && !matches!(stands, disclosure::Stands::InTime)
            }
            (Norm::Link { .. }, _) => self.link_is_broken(calendar, text),
            _ => !self.flaws(&said).is_empty(),
        }
    }

    /// Tells whether a text has no link where there must be one, or one that says too little of itself.
    fn link_is_broken(&self, calendar: &Calendar, text: &str) -> bool {
        let Norm::Link { required, medium, source, .. } = &self.rule.norm else { return false };
        let links: Vec<&str> =
            crate::text::addresses(text).into_iter().filter_map(|range| text.get(range)).collect();
        let said = [("utm_medium", medium), ("utm_source", source)];
        let marks: Vec<(&'static str, &str)> =
            said.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        let counted = links.iter().filter(|link| is_counted(self.rule, &calendar.root, link));
        let unmarked = |link: &&&str| {
            !missing(link, &marks).is_empty() || !marks.is_empty() && !link.contains("utm_campaign=")
        };
        *required && links.is_empty() || counted.filter(unmarked).count() > 0
    }
}
