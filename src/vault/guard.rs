//! What a branch would change of who may read a secret. Whoever adds themselves in a branch approves of it themselves,
//! so a change of these rules is none of a branch's: who may make it makes it on the target.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::draft::AccountId;
use crate::finding::{Code, Content, File, Finding, Span};

use super::{FOLDER, Reader, ReaderId, read_manifest, readers};

/// Who or what says who may read secrets, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Rule {
    recipient: Option<String>,
    /// The accounts that it is about, or the people; sorted.
    names: BTreeSet<String>,
    until: Option<NaiveDate>,
}

/// A calendar's files with what can be made of them.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// What they say.
    pub calendar: &'a Calendar,
    /// The files.
    pub files: &'a [File],
}

/// Finds what a branch changes of who may read secrets, from the commit that it began at to itself.
pub fn guard(before: Version<'_>, after: Version<'_>, day: NaiveDate) -> Vec<Finding> {
    let reach = Reach::new(before.calendar, after.calendar, day);
    let mut findings = Vec::new();
    for (reader, (old, new)) in changed(&rules_of_readers(before.calendar), &rules_of_readers(after.calendar))
    {
        let file = reader.file();
        let why = match &reader {
            _ if old.recipient != new.recipient => "its key",
            ReaderId::Person(_) => "its last day",
            ReaderId::Runner(_) => "what it may do",
        };
        let said = reach.told(|_, other| other.id == reader, &format!("{why} in {file}"));
        findings.push(finding(Code::SecretReach, &file, &said, span_of_reader(after, &reader, &new)));
    }
    for (account, _) in changed(&rules_of_accounts(before.calendar), &rules_of_accounts(after.calendar)) {
        let said = reach.told(|other, _| *other == account, &format!("the access to `{account}`"));
        let there = after.calendar.account(&account);
        let span = there
            .and_then(|account| Some(account.access.first()?.span.start..account.access.last()?.span.end));
        findings.push(finding(Code::SecretReach, &format!("accounts/{account}.toml"), &said, span));
    }
    findings.extend(touched(before.files, after.files));
    findings
}

fn finding(code: Code, file: &str, said: &str, span: Option<Span>) -> Finding {
    let mut finding = Finding::new(code, file, format!("this branch {said}")).help(
        "take it out of the branch; whoever may change who reads a secret does it on the target branch, and then runs \
         `kalends vault sync`",
    );
    finding.span = span;
    finding
}

/// Who would read which secrets by a branch, and who would not any more.
struct Reach {
    gained: BTreeSet<(AccountId, Reader)>,
    lost: BTreeSet<(AccountId, Reader)>,
}

impl Reach {
    fn new(before: &Calendar, after: &Calendar, day: NaiveDate) -> Reach {
        let (old, new) = (who_reads(before, day), who_reads(after, day));
        Reach {
            gained: new.difference(&old).cloned().collect(),
            lost: old.difference(&new).cloned().collect(),
        }
    }

    /// Says who would read what by a change, or would not any more.
    fn told(&self, is_about: impl Fn(&AccountId, &Reader) -> bool, why: &str) -> String {
        let some = |pairs: &BTreeSet<(AccountId, Reader)>| {
            let pairs: Vec<&(AccountId, Reader)> =
                pairs.iter().filter(|(account, reader)| is_about(account, reader)).collect();
            let accounts = pairs.iter().map(|(account, _)| format!("`{account}`")).collect();
            let readers = pairs.iter().map(|(_, reader)| reader.id.to_string()).collect();
            (!pairs.is_empty()).then(|| (listed(readers), listed(accounts)))
        };
        match (some(&self.gained), some(&self.lost)) {
            (Some((who, what)), _) => format!("would let {who} read the secret of {what}: it changes {why}"),
            (None, Some((who, what))) => {
                format!("would take the secret of {what} from {who}: it changes {why}")
            }
            (None, None) => format!("changes {why}"),
        }
    }
}

fn listed(names: BTreeSet<String>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn who_reads(calendar: &Calendar, day: NaiveDate) -> BTreeSet<(AccountId, Reader)> {
    let accounts = calendar.accounts.values();
    accounts
        .flat_map(|account| {
            readers(calendar, account, day).into_iter().map(|reader| (account.id.clone(), reader))
        })
        .collect()
}

/// Returns what the calendar says of each who has a key or is a runner.
fn rules_of_readers(calendar: &Calendar) -> BTreeMap<ReaderId, Rule> {
    let with_access: BTreeSet<_> =
        calendar.accounts.values().flat_map(|account| &account.access).map(|person| &person.value).collect();
    let people = calendar.people.values().map(|person| {
        // The last day of one who may read nothing is no matter of secrets.
        let until =
            person.until.as_ref().map(|until| until.value).filter(|_| with_access.contains(&person.id));
        let rule = Rule { recipient: person.recipient.clone(), names: BTreeSet::new(), until };
        (ReaderId::Person(person.id.clone()), rule)
    });
    let runners = calendar.runners.values().map(|runner| {
        let names = runner.accounts.iter().map(|account| account.value.to_string()).collect();
        let until = runner.until.as_ref().map(|until| until.value);
        (ReaderId::Runner(runner.id.clone()), Rule { recipient: runner.recipient.clone(), names, until })
    });
    people.chain(runners).collect()
}

fn rules_of_accounts(calendar: &Calendar) -> BTreeMap<AccountId, Rule> {
    let access = |account: &crate::calendar::Account| {
        account.access.iter().map(|person| person.value.to_string()).collect::<BTreeSet<String>>()
    };
    let rule = |account| Rule { names: access(account), ..Rule::default() };
    calendar.accounts.values().map(|account| (account.id.clone(), rule(account))).collect()
}

/// Returns what two versions say otherwise; one who is not there is as one of whom nothing is said.
fn changed<I: Ord + Clone>(before: &BTreeMap<I, Rule>, after: &BTreeMap<I, Rule>) -> Vec<(I, (Rule, Rule))> {
    let either: BTreeSet<&I> = before.keys().chain(after.keys()).collect();
    let of = |rules: &BTreeMap<I, Rule>, id: &I| rules.get(id).cloned().unwrap_or_default();
    let both = either.into_iter().map(|id| (id.clone(), (of(before, id), of(after, id))));
    both.filter(|(_, (before, after))| before != after).collect()
}

fn span_of_reader(after: Version<'_>, reader: &ReaderId, rule: &Rule) -> Option<Span> {
    let path = reader.file();
    let text = after.files.iter().find_map(|file| match &file.content {
        Content::Text(text) if file.path == path => Some(text),
        _ => None,
    });
    let recipient = rule.recipient.as_deref()?;
    let at = text?.find(recipient)?;
    Some(at..at + recipient.len())
}

/// Finds the files of the vault that a branch changes, with who could read them then.
fn touched(before: &[File], after: &[File]) -> Vec<Finding> {
    let of = |files: &[File]| -> BTreeMap<String, Content> {
        let inside = files
            .iter()
            .filter(|file| file.path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/')));
        inside.map(|file| (file.path.clone(), file.content.clone())).collect()
    };
    let (old, new) = (of(before), of(after));
    let either: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ = either.into_iter().filter(|path| old.get(*path) != new.get(*path));
    differ
        .map(|path| {
            let manifest = path.rsplit_once('.').and_then(|(stem, _)| new.get(&format!("{stem}.toml")));
            let said = match (new.get(path), manifest) {
                (None, _) => format!("takes {path} away"),
                (Some(_), Some(Content::Text(text))) => match read_manifest(text) {
                    Ok(manifest) => {
                        let readers = manifest.readers.iter().map(|reader| reader.id.to_string()).collect();
                        format!("changes {path}, and would let {} read that secret", listed(readers))
                    }
                    Err(_) => format!("changes {path}, and does not say who could read it"),
                },
                (Some(_), _) => format!("changes {path}, and does not say who could read it"),
            };
            finding(Code::VaultTouched, path, &said, None)
        })
        .collect()
}
