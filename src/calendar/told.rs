//! Rules in words, for people.

use std::fmt;

use crate::time::show_duration;

use super::model::{Norm, ProtocolRule, Scope};

/// Returns names as a list of words.
fn listed<T: fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// Returns a number of things, in the plural but for one.
fn number(number: u32, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Norm::ForbiddenWords { words, instead: None } => write!(f, "never says {}", listed(words)),
            Norm::ForbiddenWords { words, instead: Some(instead) } => {
                write!(f, "never says {}, but {instead}", listed(words))
            }
            Norm::RequiredWords { words, all: true } => write!(f, "says all of {}", listed(words)),
            Norm::RequiredWords { words, all: false } => write!(f, "says one of {}", listed(words)),
            Norm::Pattern { pattern, required: true } => write!(f, "matches `{pattern}`"),
            Norm::Pattern { pattern, required: false } => write!(f, "never matches `{pattern}`"),
            Norm::AltText { least: None } => f.write_str("describes each picture in words that help"),
            Norm::AltText { least: Some(least) } => {
                write!(
                    f,
                    "describes each picture in words that help, {} at least",
                    number(*least, "character")
                )
            }
            Norm::Hashtags { camel, at_end, most, known } => {
                let mut wants = Vec::new();
                wants.extend(camel.then(|| "begin each word with a capital".to_owned()));
                wants.extend(at_end.then(|| "stand behind the text".to_owned()));
                wants.extend(most.map(|most| format!("are {most} at most")));
                wants.extend((!known.is_empty()).then(|| format!("are written {}", listed(known))));
                write!(f, "has tags that {}", wants.join(", "))
            }
            Norm::Capitals { allowed, least } => {
                write!(f, "writes no word of {} or more in capitals", number(*least, "letter"))?;
                if allowed.is_empty() { Ok(()) } else { write!(f, ", but for {}", listed(allowed)) }
            }
            Norm::Emoji { most: 0 } => f.write_str("has no emoji"),
            Norm::Emoji { most } => write!(f, "has {most} emoji at most"),
            Norm::Disclosure { words, when, within } => {
                write!(f, "says one of {} by character {within}", listed(words))?;
                if when.is_empty() { Ok(()) } else { write!(f, " where it names {}", listed(when)) }
            }
            Norm::Link { required, medium, source, hosts } => {
                f.write_str(if *required { "has a link" } else { "may have a link" })?;
                for (key, value) in [("utm_medium", medium), ("utm_source", source)] {
                    if let Some(value) = value {
                        write!(f, ", with {key} {value}")?;
                    }
                }
                if hosts.is_empty() { Ok(()) } else { write!(f, ", counted on {}", listed(hosts)) }
            }
            Norm::ReadingEase { least, languages } => {
                write!(f, "reads with an ease of {least} at least")?;
                if languages.is_empty() { Ok(()) } else { write!(f, " in {}", listed(languages)) }
            }
            _ => self.fmt_time(f),
        }
    }
}

impl Norm {
    /// Writes the kinds that look at when a post goes out and what it is for, not at its words.
    fn fmt_time(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Norm::Goal => f.write_str("serves a goal"),
            Norm::Spacing { least } => {
                write!(f, "keeps {} from the next on its account", show_duration(*least))
            }
            Norm::Quota { day: None, week: None } => f.write_str("keeps to its department's quota"),
            Norm::Quota { day, week } => {
                let a_day = day.map(|day| format!("{day} a day"));
                let a_week = week.map(|week| format!("{week} a week"));
                write!(f, "is one of {} of its department", listed(a_day.into_iter().chain(a_week)))
            }
            Norm::QuietHours { from, until, zone } => {
                write!(f, "does not go out from {} to {}", from.format("%H:%M"), until.format("%H:%M"))?;
                zone.as_ref().map_or(Ok(()), |zone| write!(f, " in {zone}"))
            }
            Norm::Blackout { days, span } => {
                let span = span.map(|(from, until)| format!("from {from} to {until}"));
                let days = days.iter().map(|day| format!("on {day}"));
                write!(f, "does not go out {}", listed(days.chain(span)))
            }
            Norm::Embargo { until, zone, words } => {
                f.write_str(if words.is_empty() { "does not go out" } else { "does not say " })?;
                write!(f, "{} before {}", listed(words), until.format("%Y-%m-%d %H:%M"))?;
                zone.as_ref().map_or(Ok(()), |zone| write!(f, " in {zone}"))
            }
            Norm::Approvals { needed } => write!(
                f,
                "is approved by {}",
                match needed {
                    1 => "1 person".to_owned(),
                    many => format!("{many} people"),
                }
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("of", listed(self.departments.iter().map(|at| &at.value))),
            ("on", listed(self.accounts.iter().map(|at| &at.value))),
            ("on", listed(&self.platforms)),
            ("in", listed(self.campaigns.iter().map(|at| &at.value))),
            ("about", listed(self.topics.iter().map(|at| &at.value))),
        ];
        let said = lists.iter().filter(|(_, names)| !names.is_empty());
        let said: Vec<String> = said.map(|(word, names)| format!("{word} {names}")).collect();
        f.write_str(&said.join(" "))
    }
}

/// Returns what a rule wants, as `a post of NAMES never says …`.
impl fmt::Display for ProtocolRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope.to_string().as_str() {
            "" => write!(f, "a post {}", self.norm),
            scope => write!(f, "a post {scope} {}", self.norm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::What;
    use super::super::read_file;
    use super::super::tests::files;

    fn told(rule: &str) -> String {
        let text = format!("title = \"T\"\n[[rule]]\nsay = \"S\"\n{rule}");
        let (item, findings) = read_file(&files(&[("protocols/a.toml", &text)])[0]);
        assert_eq!(findings, []);
        let What::Protocol(protocol) = item.what else { panic!("{:?}", item.what) };
        protocol.rules[0].to_string()
    }

    #[test]
    fn a_rule_is_told_in_words() {
        for (rule, words) in [
            (
                "kind = \"forbidden-words\"\nwords = [\"cheap\", \"cheaper\"]\ninstead = \"affordable\"\nplatforms = [\"x\"]\ntopics = [\"sales\"]",
                "a post on X about sales never says cheap, cheaper, but affordable",
            ),
            (
                "kind = \"hashtags\"\ncase = \"camel\"\nmost = 3",
                "a post has tags that begin each word with a capital, are 3 at most",
            ),
            ("kind = \"quota\"\nday = 2", "a post is one of 2 a day of its department"),
            (
                "kind = \"embargo\"\nuntil = 2027-03-01T09:00:00\nwords = [\"globe\"]",
                "a post does not say globe before 2027-03-01 09:00",
            ),
            ("kind = \"blackout\"\ndays = [2027-04-25]", "a post does not go out on 2027-04-25"),
            (
                "kind = \"approvals\"\nneeded = 2\ndepartments = [\"shop\"]",
                "a post of shop is approved by 2 people",
            ),
        ] {
            assert_eq!(told(rule), words);
        }
    }
}
