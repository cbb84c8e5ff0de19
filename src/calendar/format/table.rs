//! A table of a file, opened against the keys that it may have.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Code, Span};
use crate::time::nearest;

use super::super::grammar::{Key, Type, Variety};
use super::Reader;
use super::example::{example, mend};

/// Whether a key that must be there and is not is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Told, or not: where the file is broken, what is missing may only not have been understood.
    Say(bool),
}

/// A table whose keys and their types are as the grammar says; what was not has been told and is absent.
pub struct Sheet<'a> {
    pub(super) reader: &'a Reader<'a>,
    /// Where the table stands.
    pub span: Span,
    pub(super) missing: Missing,
    entries: Vec<(&'static Key, &'a Spanned<DeValue<'a>>)>,
    /// The keys that are there, whatever their values.
    said: Vec<&'static str>,
}

impl<'a> Sheet<'a> {
    /// Opens a table: tells of keys that are unknown, missing, or hold a value of the wrong type.
    pub fn open(
        reader: &'a Reader<'a>,
        keys: &'static [Key],
        table: &'a DeTable<'a>,
        span: Span,
        missing: Missing,
    ) -> Sheet<'a> {
        let (entries, said) = (Vec::with_capacity(table.len()), Vec::with_capacity(table.len()));
        let mut sheet = Sheet { reader, span, missing, entries, said };
        for (name, value) in table {
            match keys.iter().find(|key| key.name == name.get_ref()) {
                Some(key) => {
                    sheet.said.push(key.name);
                    if sheet.fits(key, value) {
                        sheet.entries.push((key, value));
                    }
                }
                None => sheet.unknown(keys, name.get_ref(), name.span()),
            }
        }
        if missing == Missing::Say(true) {
            for key in keys.iter().filter(|key| key.required && !sheet.said.contains(&key.name)) {
                sheet.missing(key);
            }
        }
        sheet
    }

    fn unknown(&self, keys: &'static [Key], name: &str, span: Span) {
        if self.reader.is_full() {
            return;
        }
        let names = keys.iter().map(|key| key.name);
        let finding = self.reader.finding(
            Code::UnknownKey,
            span,
            format!("`{}` is not a key here", name.escape_debug()),
        );
        self.reader.say(match nearest(name, names.clone()) {
            Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")),
            None => finding
                .label("unknown key")
                .help(format!("known here: {}", names.collect::<Vec<_>>().join(", "))),
        });
    }

    fn missing(&self, key: &Key) {
        let message = format!("`{}` is missing", key.name);
        let finding = self.reader.finding(Code::MissingKey, self.span.clone(), message);
        let example = example(key.takes);
        let help = format!("add `{} = {example}`: {}", key.name, uncapital(key.doc.trim_end_matches('.')));
        self.reader.say(match self.span.is_empty() {
            true => crate::finding::Finding { span: None, ..finding.help(help) },
            false => finding.label("here").help(help),
        });
    }

    /// Tells whether a value is of the type that a key takes, and says so if it is not.
    fn fits(&self, key: &Key, value: &Spanned<DeValue<'a>>) -> bool {
        let (wanted, fits) = wanted(key.takes, value.get_ref());
        if !fits {
            let found = found(value.get_ref());
            let message = format!("`{}` is {found}, and takes {wanted}", key.name);
            let finding = self
                .reader
                .finding(Code::WrongType, value.span(), message)
                .label(format!("expected {wanted}"));
            self.reader.say(match mend(key, value.get_ref()) {
                Some(mended) => finding.help(format!("write `{} = {mended}`", key.name)),
                None => finding.help(format!("write `{} = {}`", key.name, example(key.takes))),
            });
            return false;
        }
        let (Type::Lines | Type::LineOrLines | Type::Ids | Type::Dates | Type::Choices(_)) = key.takes else {
            return true;
        };
        let items = value.get_ref().as_array().into_iter().flat_map(|items| items.iter());
        // Each is looked at: all that do not fit are told.
        items.filter(|item| !self.item_fits(key, item)).count() == 0
    }

    /// Tells whether a value in a list is of the type that its key takes, and says so if it is not.
    fn item_fits(&self, key: &Key, item: &Spanned<DeValue<'a>>) -> bool {
        let one = Key { takes: single(key.takes), ..*key };
        let (wanted, fits) = wanted(one.takes, item.get_ref());
        if !fits {
            let message =
                format!("`{}` has {} in it, and takes {wanted} each", key.name, found(item.get_ref()));
            let mended = mend(&one, item.get_ref()).unwrap_or_else(|| example(one.takes));
            let finding = self.reader.finding(Code::WrongType, item.span(), message);
            self.reader.say(finding.label(format!("expected {wanted}")).help(format!("write `{mended}`")));
        }
        fits
    }

    /// Returns a key's value, where it is there and of its type.
    pub(super) fn get(&self, name: &str) -> Option<(&'static Key, &'a Spanned<DeValue<'a>>)> {
        self.entries.iter().find(|(key, _)| key.name == name).copied()
    }

    /// Returns where a key's value stands.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.get(name).map(|(_, value)| value.span())
    }

    /// Tells whether a key is there, and of its type.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Tells whether a key is there, be its value of its type or not.
    pub fn is_said(&self, name: &str) -> bool {
        self.said.contains(&name)
    }

    /// Returns what the table says in a form that neither comments nor the order of keys change, without one of its keys.
    pub fn canonical(&self, without: &str) -> String {
        let mut entries: Vec<_> = self.entries.iter().filter(|(key, _)| key.name != without).collect();
        entries.sort_by_key(|(key, _)| key.name);
        let said =
            entries.iter().map(|(key, value)| format!("{} = {}\n", key.name, canonical(value.get_ref())));
        said.collect()
    }

    /// Tells whether something was found wrong with the file so far.
    pub fn is_faulty(&self) -> bool {
        !self.reader.findings.borrow().is_empty()
    }

    /// Says that the table says too little to mean anything.
    pub fn say_empty(&self, message: &str, help: &str) {
        let finding = self.reader.finding(Code::RuleEmpty, self.span.clone(), message).help(help);
        self.reader.say(match self.span.is_empty() {
            true => crate::finding::Finding { span: None, ..finding },
            false => finding.label("says too little"),
        });
    }

    /// Opens a table in this one.
    pub fn sheet(&self, name: &str) -> Option<Sheet<'a>> {
        let (key, value) = self.get(name)?;
        let Type::Table(keys) = key.takes else { return None };
        let table = value.get_ref().as_table()?;
        Some(Sheet::open(self.reader, keys, table, value.span(), self.missing))
    }

    /// Opens each table of an array of tables in this one.
    pub fn sheets(&self, name: &str) -> Option<Vec<Sheet<'a>>> {
        let (key, value) = self.get(name)?;
        let Type::Tables(keys) = key.takes else { return None };
        let open = |item: &'a Spanned<DeValue<'a>>| {
            let Some(table) = item.get_ref().as_table() else {
                self.not_a_table(name, item);
                return None;
            };
            Some(Sheet::open(self.reader, keys, table, item.span(), self.missing))
        };
        Some(value.get_ref().as_array()?.iter().filter_map(open).collect())
    }

    /// Opens each table of an array of tables whose kinds differ, against the keys of its own kind.
    pub fn kinds(&self, name: &str) -> Vec<(&'static str, Sheet<'a>)> {
        let Some((key, value)) = self.get(name) else { return Vec::new() };
        let (Type::Kinds(varieties), Some(items)) = (key.takes, value.get_ref().as_array()) else {
            return Vec::new();
        };
        let open = |item: &'a Spanned<DeValue<'a>>| {
            let Some(table) = item.get_ref().as_table() else {
                self.not_a_table(name, item);
                return None;
            };
            let variety = self.variety(name, table, &item.span(), varieties)?;
            Some((variety.name, Sheet::open(self.reader, variety.keys, table, item.span(), self.missing)))
        };
        items.iter().filter_map(open).collect()
    }

    /// Finds the kind that a table says it is of, and says so if there is none such.
    fn variety(
        &self,
        name: &str,
        table: &'a DeTable<'a>,
        span: &Span,
        varieties: &'static [Variety],
    ) -> Option<&'static Variety> {
        let names = || varieties.iter().map(|variety| variety.name);
        let known = format!("one of: {}", names().collect::<Vec<_>>().join(", "));
        let Some((_, kind)) = table.iter().find(|(key, _)| key.get_ref() == "kind") else {
            if self.missing == Missing::Say(true) {
                let finding =
                    self.reader.finding(Code::MissingKey, span.clone(), format!("a {name} without `kind`"));
                self.reader.say(finding.label("here").help(format!("add `kind = \"…\"`, {known}")));
            }
            return None;
        };
        let Some(word) = kind.get_ref().as_str() else {
            let message = format!("`kind` is {}, and takes a word in quotes", found(kind.get_ref()));
            let finding = self.reader.finding(Code::WrongType, kind.span(), message);
            self.reader.say(finding.label("expected a word in quotes").help(known));
            return None;
        };
        let variety = varieties.iter().find(|variety| variety.name == word);
        if variety.is_none() {
            let message = format!("`kind` cannot be `{}`", super::word::shown(word));
            let finding = self.reader.finding(Code::BadValue, kind.span(), message);
            self.reader.say(match nearest(word, names()) {
                Some(near) => {
                    finding.label(format!("did you mean `{near}`?")).help(format!("write `{near}`"))
                }
                None => finding.label("no kind that there is").help(known),
            });
        }
        variety
    }

    fn not_a_table(&self, name: &str, item: &Spanned<DeValue<'a>>) {
        let message = format!("`{name}` has {} in it, and takes tables", found(item.get_ref()));
        let finding = self.reader.finding(Code::WrongType, item.span(), message);
        self.reader.say(finding.label("expected a table").help(format!("write `[[{name}]]` before each")));
    }

    /// Opens each table of a table that has one an account.
    pub fn per_account(&self, name: &str) -> Vec<(&'a str, Span, Sheet<'a>)> {
        let Some((key, value)) = self.get(name) else { return Vec::new() };
        let (Type::PerAccount(keys), Some(tables)) = (key.takes, value.get_ref().as_table()) else {
            return Vec::new();
        };
        let open = |(account, item): (&'a Spanned<toml::de::DeString<'a>>, &'a Spanned<DeValue<'a>>)| {
            let Some(table) = item.get_ref().as_table() else {
                let message = format!("`{name}` takes a table for each account");
                let finding = self.reader.finding(Code::WrongType, account.span(), message);
                let help =
                    format!("write `[{name}.ACCOUNT]` on its own line, then what differs on that account");
                self.reader.say(finding.label("not an account's table").help(help));
                return None;
            };
            let sheet = Sheet::open(self.reader, keys, table, item.span(), self.missing);
            Some((account.get_ref().as_ref(), account.span(), sheet))
        };
        tables.iter().filter_map(open).collect()
    }
}

/// Returns the type of one value of a list.
fn single(takes: Type) -> Type {
    match takes {
        Type::Lines | Type::LineOrLines => Type::Line,
        Type::Ids => Type::Id,
        Type::Dates => Type::Date,
        Type::Choices(words) => Type::Choice(words),
        other => other,
    }
}

/// Returns what a key takes, in words, and whether a value is of that type.
fn wanted(takes: Type, value: &DeValue<'_>) -> (&'static str, bool) {
    let datetime = matches!(value, DeValue::Datetime(_));
    match takes {
        Type::Line | Type::Text => ("a string", value.is_str()),
        Type::Id => ("an id in quotes", value.is_str()),
        Type::Choice(_) | Type::Platform => ("a word in quotes", value.is_str()),
        Type::Zone => ("a time zone in quotes", value.is_str()),
        Type::Url => ("a web address in quotes", value.is_str()),
        Type::Language => ("a language tag in quotes", value.is_str()),
        Type::Duration => ("a length of time in quotes", value.is_str()),
        Type::Every => ("a rule in quotes", value.is_str()),
        Type::Pattern => ("a pattern in quotes", value.is_str()),
        Type::Lines | Type::Ids | Type::Choices(_) => ("a list of strings", value.is_array()),
        Type::LineOrLines => ("a string, or a list of strings", value.is_str() || value.is_array()),
        Type::Dates => ("a list of dates", value.is_array()),
        Type::Month => ("a month in quotes", value.is_str()),
        Type::Week => ("a week in quotes", value.is_str()),
        Type::Date => ("a date", datetime),
        Type::DateTime => ("a date and time", datetime),
        Type::Moment => ("a date and time with an offset", datetime),
        Type::Time => ("a time of day", datetime),
        Type::Flag => ("true or false", value.is_bool()),
        Type::Count | Type::Whole => ("a whole number", value.is_integer()),
        Type::Number => ("a number", value.is_integer() || value.is_float()),
        Type::Table(_) | Type::PerAccount(_) => ("a table", value.is_table()),
        Type::Tables(_) | Type::Kinds(_) => ("tables", value.is_array()),
    }
}

/// Returns what a value is, in words.
fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Returns a value in a form that neither comments, nor the order of keys, nor the line ends of a system change.
fn canonical(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", text.replace("\r\n", "\n")),
        DeValue::Integer(number) => format!("{}r{}", number.as_str(), number.radix()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(datetime) => datetime.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| canonical(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let mut entries: Vec<(&str, &DeValue<'_>)> =
                table.iter().map(|(name, value)| (name.get_ref().as_ref(), value.get_ref())).collect();
            entries.sort_by_key(|(name, _)| *name);
            let entries = entries.iter().map(|(name, value)| format!("{name:?} = {}", canonical(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn uncapital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
