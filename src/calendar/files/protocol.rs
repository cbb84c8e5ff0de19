//! Protocols and facts, read.

use crate::draft::Digest;
use crate::finding::{Code, Severity};
use crate::text::{Platform, ease_languages, has_ease};

use super::super::format::date::days;
use super::super::format::word::shown;
use super::super::format::{IdName, Sheet};
use super::super::model::{At, Fact, Norm, Protocol, ProtocolRule, Readers, Scope};
use super::{list, text};

/// By which character of a text advertising must say that it is. Of the networks that fold a long text behind a word
/// such as `more`, Instagram and Facebook fold first (Meta, *Ads guide*: 125 characters of primary text).
const FOLD_CHARACTERS: u32 = 125;

/// Reads a protocol.
pub(super) fn protocol(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Protocol> {
    Some(Protocol {
        title: text(sheet, "title").unwrap_or_default(),
        text: sheet.words("text").map(|words| words.text).unwrap_or_default(),
        revision: sheet.count("revision").map(|revision| revision.value),
        acknowledge: sheet.choice("acknowledge", readers).map(|readers| readers.value),
        training: list(sheet, "training"),
        digest: Digest::of(sheet.canonical("note").as_bytes()),
        rules: sheet.kinds("rule").iter().filter_map(|(kind, sheet)| rule(kind, sheet)).collect(),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn readers(word: &str) -> Option<Readers> {
    Readers::ALL.iter().find(|(name, _)| *name == word).map(|(_, readers)| *readers)
}

/// Reads a fact.
pub(super) fn fact(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Fact> {
    let pattern = sheet.pattern("pattern");
    let words = sheet.lines("words").map(|words| At { value: values(words.value), span: words.span });
    let span = pattern.as_ref().map(|at| at.span.clone()).or(words.as_ref().map(|at| at.span.clone()));
    if !sheet.has("pattern") && !sheet.has("words") {
        let message = "nothing says how posts speak of the fact";
        sheet.say_empty(message, "add `words = [\"…\"]`, or a `pattern`");
    }
    let (statement, source) = (sheet.line("statement"), text(sheet, "source"));
    Some(Fact {
        statement: statement?,
        source: source.unwrap_or_default(),
        pattern: pattern.map(|pattern| pattern.value),
        words: words.map_or_else(Vec::new, |words| words.value),
        value: text(sheet, "value"),
        severity: severity(sheet),
        expires: sheet.date("expires"),
        span,
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn severity(sheet: &Sheet<'_>) -> Severity {
    let read = |word: &str| match word {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        _ => None,
    };
    sheet.choice("severity", read).map_or(Severity::Error, |severity| severity.value)
}

fn values(words: Vec<At<String>>) -> Vec<String> {
    words.into_iter().map(|word| word.value).collect()
}

fn lines(sheet: &Sheet<'_>, name: &str) -> Vec<String> {
    sheet.lines(name).map_or_else(Vec::new, |lines| values(lines.value))
}

fn rule(kind: &str, sheet: &Sheet<'_>) -> Option<ProtocolRule> {
    let platform = |word: &str| word.parse::<Platform>().ok();
    let scope = Scope {
        departments: list(sheet, "departments"),
        accounts: list(sheet, "accounts"),
        platforms: sheet.choices("platforms", platform).map_or_else(Vec::new, |at| at.value),
        campaigns: list(sheet, "campaigns"),
        topics: list(sheet, "topics"),
    };
    let examples = |name| sheet.lines(name).map_or_else(Vec::new, |lines| lines.value);
    let (say, severity) = (sheet.line("say"), severity(sheet));
    let (norm, good, bad) = (norm(kind, sheet), examples("good"), examples("bad"));
    let norm = norm.filter(|norm| !is_empty(norm, &scope, sheet))?;
    Some(ProtocolRule { severity, say: say?, scope, norm, good, bad })
}

fn norm(kind: &str, sheet: &Sheet<'_>) -> Option<Norm> {
    let flag = |name| sheet.flag(name);
    let zone = || sheet.zone("zone").map(|zone| zone.value);
    Some(match kind {
        "forbidden-words" => {
            let instead = text(sheet, "instead");
            Norm::ForbiddenWords { words: lines(sheet, "words"), instead }
        }
        "required-words" => {
            Norm::RequiredWords { words: lines(sheet, "words"), all: flag("all").unwrap_or(false) }
        }
        "pattern" => Norm::Pattern {
            required: flag("required").unwrap_or(false),
            pattern: sheet.pattern("pattern")?.value,
        },
        "alt-text" => Norm::AltText { least: sheet.count("least").map(|least| least.value) },
        "hashtags" => Norm::Hashtags {
            camel: sheet.choice("case", |word| (word == "camel").then_some(())).is_some(),
            at_end: sheet.choice("place", |word| (word == "end").then_some(())).is_some(),
            most: sheet.whole("most").map(|most| most.value),
            known: lines(sheet, "known"),
        },
        "capitals" => Norm::Capitals {
            allowed: lines(sheet, "allowed"),
            least: sheet.count("least").map_or(3, |least| least.value),
        },
        "emoji" => Norm::Emoji { most: sheet.whole("most")?.value },
        "disclosure" => Norm::Disclosure {
            words: lines(sheet, "words"),
            when: lines(sheet, "when"),
            within: sheet.count("within").map_or(FOLD_CHARACTERS, |within| within.value),
        },
        "link" => Norm::Link {
            required: flag("required").unwrap_or(true),
            medium: text(sheet, "medium"),
            source: text(sheet, "source"),
            hosts: lines(sheet, "hosts"),
        },
        "reading-ease" => {
            let (least, languages) = (sheet.number("least"), languages(sheet));
            Norm::ReadingEase { least: least?, languages }
        }
        "goal" => Norm::Goal,
        "spacing" => Norm::Spacing { least: sheet.duration("least")?.value },
        "quota" => Norm::Quota {
            day: sheet.count("day").map(|day| day.value),
            week: sheet.count("week").map(|week| week.value),
        },
        "quiet-hours" => {
            let (from, until, zone) = (sheet.time("from"), sheet.time("until"), zone());
            Norm::QuietHours { from: from?.value, until: until?.value, zone }
        }
        "blackout" => blackout(sheet)?,
        "embargo" => {
            let (until, zone, words) = (sheet.date_time("until"), zone(), lines(sheet, "words"));
            Norm::Embargo { until: until?.value, zone, words }
        }
        "approvals" => Norm::Approvals { needed: sheet.count("needed")?.value },
        _ => return None,
    })
}

/// Takes the languages that have a formula of reading ease.
fn languages(sheet: &Sheet<'_>) -> Vec<String> {
    let (known, unknown): (Vec<_>, Vec<_>) = sheet
        .lines("languages")
        .map_or_else(Vec::new, |lines| lines.value)
        .into_iter()
        .partition(|language| has_ease(&language.value));
    let help = format!("one of: {}", ease_languages().collect::<Vec<_>>().join(", "));
    for At { value, span } in unknown {
        let message = format!("there is no formula of reading ease for `{}`", shown(&value));
        sheet.bad(Code::RuleLanguage, span, message, "no formula", Some(help.clone()));
    }
    values(known)
}

fn blackout(sheet: &Sheet<'_>) -> Option<Norm> {
    let single = sheet.dates("days").map(|dates| days(&dates).into_iter().collect()).unwrap_or_default();
    let (from, until) = (sheet.date("from"), sheet.date("until"));
    let span = match (from, until) {
        (Some(from), Some(until)) if until.value < from.value => {
            let message = format!("the days end on {}, before they begin on {}", until.value, from.value);
            let help = "swap the two dates, or mend the year".to_owned();
            sheet.bad(Code::DatesReversed, until.span, message, "before `from`", Some(help));
            return None;
        }
        (Some(from), Some(until)) => Some((from.value, until.value)),
        (Some(one), None) | (None, Some(one)) => {
            let message = "of the first day and the last, one is missing".to_owned();
            let help = "write both `from` and `until`, or the day alone in `days`".to_owned();
            sheet.bad(Code::MissingKey, one.span, message, "alone", Some(help));
            return None;
        }
        (None, None) => None,
    };
    Some(Norm::Blackout { days: single, span })
}

/// Tells whether a rule says nothing to look for, and says so.
fn is_empty(norm: &Norm, scope: &Scope, sheet: &Sheet<'_>) -> bool {
    let help = match norm {
        Norm::ForbiddenWords { words, .. } | Norm::RequiredWords { words, .. } if words.is_empty() => {
            "write the words: `words = [\"…\"]`"
        }
        Norm::Disclosure { words, .. } if words.is_empty() => "write the words: `words = [\"#ad\"]`",
        Norm::Hashtags { camel: false, at_end: false, most: None, known } if known.is_empty() => {
            "add `case = \"camel\"`, `place = \"end\"`, `most = 3` or `known = [\"…\"]`"
        }
        Norm::Link { required: false, medium: None, source: None, .. } => {
            "take `required = false` out, or add `medium = \"social\"`"
        }
        Norm::Blackout { days, span: None } if days.is_empty() => "write `days`, or `from` and `until`",
        Norm::QuietHours { from, until, .. } if from == until => {
            "let `until` be another time than `from`: this is no time at all, or all day"
        }
        Norm::Embargo { words, .. }
            if words.is_empty() && scope.campaigns.is_empty() && scope.topics.is_empty() =>
        {
            "say what must not be told: `words`, `campaigns` or `topics`"
        }
        _ => return false,
    };
    // A value that could not be read has been told already.
    if !sheet.is_faulty() {
        sheet.say_empty("the rule says nothing to look for", help);
    }
    true
}
