//! Values taken out of a table: of their type already, and now of their meaning.

use chrono::TimeDelta;
use toml::Spanned;
use toml::de::DeValue;

use crate::draft::{
    AccountId, CampaignId, DepartmentId, Digest, EventsId, ExperimentId, FactId, GoalId, MappingId, PersonId,
    PostId, ProposalId, ProtocolId, RequestId, RunnerId, TopicId, TrainingId,
};
use crate::finding::{Code, Span};
use crate::signature::{self, Key, KeyFault};
use crate::text::Platform;
use crate::time::{self, Every, Zone, nearest};

use super::super::grammar::Type;
use super::super::model::{At, Words};
use super::key;
use super::pattern;
use super::table::{Missing, Sheet};
use super::word::{is_git_name, is_language, shown, slug, url_fault};

/// An id that can be read.
pub trait IdName: Sized {
    /// Reads an id; nothing for a name that is none.
    fn read(name: &str) -> Option<Self>;
}

macro_rules! id_names {
    ($($name:ident)*) => {$(
        impl IdName for $name {
            fn read(name: &str) -> Option<Self> {
                $name::new(name)
            }
        }
    )*};
}

id_names! { PostId AccountId PersonId RunnerId DepartmentId CampaignId GoalId TopicId ProposalId ProtocolId FactId TrainingId EventsId RequestId MappingId ExperimentId }

type Value<'a> = Spanned<DeValue<'a>>;

impl<'a> Sheet<'a> {
    fn str(&self, name: &str) -> Option<At<&'a str>> {
        let (_, value) = self.get(name)?;
        Some(At { value: value.get_ref().as_str()?, span: value.span() })
    }

    /// Says what is wrong with the file itself.
    pub fn bad_file(&self, finding: crate::finding::Finding) {
        self.reader.say(finding);
    }

    /// Takes an age recipient, its checksum looked at.
    pub fn recipient(&self, name: &str) -> Option<String> {
        let At { value, span } = self.line(name)?;
        if key::is_recipient(&value) {
            return Some(value);
        }
        let message = match value.starts_with("AGE-SECRET-KEY-") {
            true => "a secret key stands where a recipient belongs".to_owned(),
            false => format!("`{}` is not an age recipient", shown(&value)),
        };
        let help = match value.starts_with("AGE-SECRET-KEY-") {
            true => {
                "take it out of the repository's history, make a new one with `age-keygen`, and write its `age1…`"
            }
            false => "write the `age1…` that `age-keygen -y` prints, whole",
        };
        self.bad(Code::BadRecipient, span, message, "not a recipient", Some(help.to_owned()));
        None
    }

    /// Takes a key as ssh writes it, of a kind whose signatures can be verified.
    pub fn signing_key(&self, name: &str) -> Option<At<Key>> {
        let At { value, span } = self.line(name)?;
        let (message, label) = match Key::read(&value) {
            Ok(key) => return Some(At { value: key, span }),
            Err(KeyFault::Kind(kind)) => (
                format!("kalends cannot verify what a key of the kind {} signs", shown(&kind)),
                "of another kind",
            ),
            Err(KeyFault::NotAKey) => {
                ("this is not a public key as ssh writes it".to_owned(), "not a public key")
            }
        };
        let help = format!(
            "write the line of `~/.ssh/id_ed25519.pub`; `ssh-keygen -t ed25519` makes one. The kinds that work: {}",
            signature::KINDS
        );
        self.bad(Code::BadSigningKey, span, message, label, Some(help));
        None
    }

    /// Takes a digest.
    pub fn digest(&self, name: &str) -> Option<At<Digest>> {
        let At { value, span } = self.line(name)?;
        let digest = Digest::parse(&value);
        if digest.is_none() {
            let message = format!("`{}` is not a digest", shown(&value));
            let help =
                "what is signed is written by kalends alone: take the file out, and sign again".to_owned();
            self.bad(Code::BadValue, span.clone(), message, "not `sha256:` and 64 digits", Some(help));
        }
        Some(At { value: digest?, span })
    }

    /// Says that a value is none of those that its key takes.
    pub fn bad(&self, code: Code, span: Span, message: String, label: &str, help: Option<String>) {
        let mut finding = self.reader.finding(code, span, message).label(label);
        finding.help = help;
        self.reader.say(finding);
    }

    /// Says that something is missing that one of several keys would say.
    pub fn say_missing(&self, message: &str, help: &str) {
        if self.missing == Missing::Say(true) {
            let finding = self.reader.finding(Code::MissingKey, self.span.clone(), message);
            self.reader.say(finding.label("here").help(help));
        }
    }

    /// Takes a string of one line that is not empty.
    pub fn line(&self, name: &str) -> Option<At<String>> {
        let At { value, span } = self.str(name)?;
        self.one_line(name, value, span)
    }

    fn one_line(&self, name: &str, value: &str, span: Span) -> Option<At<String>> {
        let text = value.trim();
        if text.is_empty() {
            self.bad(
                Code::BadValue,
                span,
                format!("`{name}` is empty"),
                "nothing here",
                Some(format!("fill `{name}` in, or take it out")),
            );
            None
        } else if text.contains(['\n', '\r']) {
            self.bad(
                Code::BadValue,
                span,
                format!("`{name}` has several lines, and takes one"),
                "more than one line",
                Some("write it on one line".to_owned()),
            );
            None
        } else {
            Some(At { value: text.to_owned(), span })
        }
    }

    /// Takes several strings of one line each; a string alone is one of them, where the key takes that.
    pub fn lines(&self, name: &str) -> Option<At<Vec<At<String>>>> {
        let (_, value) = self.get(name)?;
        if value.get_ref().is_str() {
            let only = self.line(name)?;
            return Some(At { span: only.span.clone(), value: vec![only] });
        }
        let items = value.get_ref().as_array()?.iter();
        let line = |item: &Value<'a>| self.one_line(name, item.get_ref().as_str()?, item.span());
        Some(At { value: items.filter_map(line).collect(), span: value.span() })
    }

    /// Takes a string of any length, line ends made `\n`, without the empty lines around it.
    pub fn words(&self, name: &str) -> Option<Words> {
        let At { value, span } = self.str(name)?;
        Some(words(self.reader.source, value, span))
    }

    /// Takes an id.
    pub fn id<I: IdName>(&self, name: &str) -> Option<At<I>> {
        let At { value, span } = self.str(name)?;
        self.one_id(value, span)
    }

    /// Reads an id that stands at a place, and says so if it is none.
    pub fn one_id<I: IdName>(&self, value: &str, span: Span) -> Option<At<I>> {
        let id = I::read(value);
        if id.is_none() {
            let message = format!("`{}` is not an id", shown(value));
            let help = match slug(value) {
                Some(slug) => format!("write `{slug}`: ids have lower-case letters, digits and hyphens"),
                None => "ids have lower-case letters, digits and hyphens".to_owned(),
            };
            self.bad(Code::BadId, span.clone(), message, "not an id", Some(help));
        }
        Some(At { value: id?, span })
    }

    /// Takes several ids; nothing where none of them is one.
    pub fn ids<I: IdName>(&self, name: &str) -> Option<At<Vec<At<I>>>> {
        let (_, value) = self.get(name)?;
        let items = value.get_ref().as_array()?;
        let id = |item: &Value<'a>| self.one_id(item.get_ref().as_str()?, item.span());
        let ids: Vec<At<I>> = items.iter().filter_map(id).collect();
        (items.is_empty() || !ids.is_empty()).then_some(At { value: ids, span: value.span() })
    }

    /// Takes a length of time.
    pub fn duration(&self, name: &str) -> Option<At<TimeDelta>> {
        let At { value, span } = self.str(name)?;
        match time::parse_duration(value) {
            Ok(length) => Some(At { value: length, span }),
            Err(fault) => {
                let message = format!("`{}` is not a length of time: {fault}", shown(value));
                let help =
                    Some("write it such as \"90m\", \"2h\", \"3d\", \"2w\", \"1y\" or \"1d12h\"".to_owned());
                self.bad(Code::BadDuration, span, message, "not a length of time", help);
                None
            }
        }
    }

    /// Takes `true` or `false`.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.1.get_ref().as_bool()
    }

    /// Takes a whole number from 1 on.
    pub fn count(&self, name: &str) -> Option<At<u32>> {
        self.number_from(1, name)
    }

    /// Takes a whole number from 0 on.
    pub fn whole(&self, name: &str) -> Option<At<u32>> {
        self.number_from(0, name)
    }

    fn number_from(&self, least: u32, name: &str) -> Option<At<u32>> {
        let (_, value) = self.get(name)?;
        let integer = value.get_ref().as_integer()?;
        let number =
            u32::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| *number >= least);
        if number.is_none() {
            let help = Some(format!("write a number from {least} on"));
            self.bad(
                Code::BadValue,
                value.span(),
                format!("`{name}` takes a whole number from {least} on"),
                "out of range",
                help,
            );
        }
        Some(At { value: number?, span: value.span() })
    }

    /// Takes a regular expression, which is compiled to see that it can be.
    pub fn pattern(&self, name: &str) -> Option<At<String>> {
        let At { value, span } = self.str(name)?;
        let (message, label) = match pattern::compile(value) {
            Ok(_) if !value.is_empty() => return Some(At { value: value.to_owned(), span }),
            Ok(_) => (format!("`{name}` is empty, and would be found everywhere"), "nothing here"),
            Err(fault) => (format!("`{name}` is not a pattern: {}", shown(&fault)), "not a pattern"),
        };
        let help = "write a regular expression between single quotes, such as '(?i)doors? close'";
        self.bad(Code::BadPattern, span, message, label, Some(help.to_owned()));
        None
    }

    /// Takes a number that is finite.
    pub fn number(&self, name: &str) -> Option<f64> {
        let (_, value) = self.get(name)?;
        let text = match value.get_ref() {
            DeValue::Float(float) => float.as_str().to_owned(),
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok()?.to_string()
            }
            _ => return None,
        };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.bad(
                Code::BadValue,
                value.span(),
                format!("`{name}` takes a number"),
                "not a finite number",
                None,
            );
        }
        number
    }

    /// Takes one of the words that the grammar lists, read by a function that knows them.
    pub fn choice<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<At<T>> {
        let At { value, span } = self.str(name)?;
        self.one_choice(name, value, span, read)
    }

    /// Takes several of the words that the grammar lists, each once.
    pub fn choices<T: PartialEq>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<At<Vec<T>>> {
        let (_, value) = self.get(name)?;
        let mut chosen = Vec::new();
        for item in value.get_ref().as_array()?.iter() {
            let Some(word) = item.get_ref().as_str() else { continue };
            let choice = self.one_choice(name, word, item.span(), &read);
            chosen.extend(choice.map(|at| at.value).filter(|choice| !chosen.contains(choice)));
        }
        Some(At { value: chosen, span: value.span() })
    }

    fn one_choice<T>(
        &self,
        name: &str,
        value: &str,
        span: Span,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<At<T>> {
        let (key, _) = self.get(name)?;
        if let Some(value) = read(value) {
            return Some(At { value, span });
        }
        let (Type::Choice(words) | Type::Choices(words)) = key.takes else { return None };
        let help = format!("one of: {}", words.join(", "));
        let label = match nearest(value, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "none of the words it takes".to_owned(),
        };
        self.bad(Code::BadValue, span, format!("`{name}` cannot be `{}`", shown(value)), &label, Some(help));
        None
    }

    /// Takes a platform.
    pub fn platform(&self, name: &str) -> Option<At<Platform>> {
        let At { value, span } = self.str(name)?;
        if let Some(platform) = Platform::ALL.iter().find(|platform| platform.id() == value) {
            return Some(At { value: *platform, span });
        }
        let ids = || Platform::ALL.iter().map(|platform| platform.id());
        // People write the name that the platform goes by in public.
        let named = Platform::ALL.iter().find(|platform| platform.name().eq_ignore_ascii_case(value));
        let near = match named {
            Some(platform) => Some(platform.id()),
            None if value.eq_ignore_ascii_case("twitter") => Some(Platform::X.id()),
            None => nearest(value, ids()),
        };
        let label = near.map_or("unknown platform".to_owned(), |near| format!("did you mean `{near}`?"));
        let help = format!("one of: {}", ids().collect::<Vec<_>>().join(", "));
        self.bad(
            Code::UnknownPlatform,
            span,
            format!("`{}` is not a platform", shown(value)),
            &label,
            Some(help),
        );
        None
    }

    /// Takes the name of a branch or a remote.
    pub fn git_name(&self, name: &str) -> Option<String> {
        let At { value, span } = self.line(name)?;
        if is_git_name(&value) {
            return Some(value);
        }
        let help = "write letters, digits, `-`, `_` and `.`, such as `ledger` or `origin`".to_owned();
        let message = format!("`{name}` cannot be `{}`", shown(&value));
        self.bad(Code::BadValue, span, message, "not a name in git", Some(help));
        None
    }

    /// Takes a time zone.
    pub fn zone(&self, name: &str) -> Option<At<Zone>> {
        let At { value, span } = self.str(name)?;
        match cached_zone(value) {
            Ok(zone) => Some(At { value: zone, span }),
            Err(unknown) => {
                let message = format!("`{}` is not a time zone", shown(value));
                let label = match &unknown.near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "unknown zone".to_owned(),
                };
                let help = Some("write a zone of the IANA database, such as `Europe/Lisbon`".to_owned());
                self.bad(Code::UnknownZone, span, message, &label, help);
                None
            }
        }
    }

    /// Takes an http or https address.
    pub fn url(&self, name: &str, code: Code) -> Option<At<String>> {
        let At { value, span } = self.str(name)?;
        if value.is_empty() {
            return Some(At { value: String::new(), span });
        }
        match url_fault(value) {
            None => Some(At { value: value.to_owned(), span }),
            Some(fault) => {
                let help = match value.contains("://") || !value.contains('.') || value.contains(' ') {
                    true => "write it such as https://museum.example/open-day".to_owned(),
                    false => format!("write https://{}", shown(value.trim_start_matches('/'))),
                };
                let message = format!("`{}` is not a web address: {fault}", shown(value));
                self.bad(code, span, message, "not a web address", Some(help));
                None
            }
        }
    }

    /// Takes a language tag.
    pub fn language(&self, name: &str) -> Option<At<String>> {
        let At { value, span } = self.str(name)?;
        if value.is_empty() || is_language(value) {
            return Some(At { value: value.to_owned(), span });
        }
        let help = match value.replace('_', "-") {
            mended if is_language(&mended) => format!("write `{mended}`"),
            _ => "write a language tag such as `en`, `pt-PT` or `zh-Hant`".to_owned(),
        };
        self.bad(
            Code::BadValue,
            span,
            format!("`{}` is not a language tag", shown(value)),
            "not a language tag",
            Some(help),
        );
        None
    }

    /// Takes a rule of recurrence.
    pub fn every(&self, name: &str) -> Option<At<Every>> {
        let At { value, span } = self.str(name)?;
        match Every::parse(value) {
            Ok(every) => Some(At { value: every, span }),
            Err(fault) => {
                let message = match fault.word.as_str() {
                    "" => format!("`{name}` has no rule"),
                    word => format!("`{}` is not a rule of recurrence", shown(word)),
                };
                let label =
                    fault.near.map_or("not understood".to_owned(), |near| format!("did you mean `{near}`?"));
                let help = "write it such as `day`, `3 days`, `weekday`, `2 weeks`, `monday, thursday`, \
                            `first monday`, `month`, `15th` or `year`";
                self.bad(Code::BadRecurrence, span, message, &label, Some(help.to_owned()));
                None
            }
        }
    }
}

/// Looks a zone up, by way of the few that were looked up before: nearly every post names the same.
fn cached_zone(name: &str) -> Result<Zone, time::UnknownZone> {
    thread_local! {
        static SEEN: std::cell::RefCell<Vec<Zone>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    SEEN.with_borrow_mut(|seen| {
        if let Some(zone) = seen.iter().find(|zone| zone.name() == name) {
            return Ok(zone.clone());
        }
        let zone = Zone::named(name)?;
        seen.push(zone.clone());
        Ok(zone)
    })
}

/// Makes words of a string: line ends `\n`, no empty lines before, no blanks after; its place in the source is kept.
fn words(source: &str, value: &str, span: Span) -> Words {
    // Behind one quote, three, or three and a line's end: anything else is looked for.
    let after_quotes = |token: &str| {
        [1, 3, 4].into_iter().find(|at| token.get(*at..).is_some_and(|rest| rest.starts_with(value)))
    };
    let start = source
        .get(span.clone())
        .and_then(|token| after_quotes(token).or_else(|| token.find(value)))
        .map(|at| span.start + at);
    let lead: usize = value
        .split_inclusive('\n')
        .take_while(|line| line.ends_with('\n') && line.trim().is_empty())
        .map(str::len)
        .sum();
    let body = value.get(lead..).unwrap_or_default().trim_end();
    let crlf = body.contains('\r') && body.contains("\r\n");
    let uneven = crlf && body.matches('\n').count() != body.matches("\r\n").count();
    Words {
        text: if crlf { body.replace("\r\n", "\n") } else { body.to_owned() },
        span,
        start: start.filter(|_| !uneven).map(|start| start + lead),
        crlf,
    }
}
