//! Who must approve a post, who has, and what is lacking.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::draft::{AccountId, Digest, MediaBook, PersonId};
use crate::signature::{self, Fault};

use super::{Account, Approval, At, By, Calendar, Norm, Person, Post, Role, Rule, Signed, Voice};

/// How many people a sentence names; of more it says how many.
const NAMES_MAX: usize = 4;

/// Why something is not signed by whom it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsigned {
    /// There is no such person.
    Nobody,
    /// They have no key to sign with.
    Keyless,
    /// Their last day, which was over when they signed, or will be when it matters.
    Gone(NaiveDate),
    /// The signature is not good.
    Bad(Fault),
}

/// Why an approval does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Void {
    /// It lies where the approvals of another post, or of another person, lie.
    Elsewhere,
    /// It is not signed by whom it says.
    Unsigned(Unsigned),
    /// The post was changed since.
    Outdated,
}

/// What a post lacks by one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// How many approvals are missing.
    pub count: usize,
    /// Who can give them, sorted.
    pub who: Vec<PersonId>,
    /// Whose approval counts already, sorted.
    pub given: Vec<PersonId>,
    /// The same in words, such as `needs ana or rui`.
    pub told: String,
}

/// What one rule asks of one post.
#[derive(Debug, Clone, Copy)]
struct Need<'a> {
    rule: &'a Rule,
    /// The person whose voice one of the post's accounts speaks with.
    voice: Option<&'a PersonId>,
}

impl Rule {
    /// Tells whether the rule is about a post.
    fn is_about(&self, post: &Post) -> bool {
        fn among<T: PartialEq>(some: &[At<T>], one: Option<&At<T>>) -> bool {
            some.is_empty() || one.is_some_and(|one| some.iter().any(|at| at.value == one.value))
        }
        among(&self.departments, post.department.as_ref())
            && among(&self.campaigns, post.campaign.as_ref())
            && (self.accounts.is_empty() || post.to.value.iter().any(|to| among(&self.accounts, Some(to))))
            && (self.topics.is_empty() || post.topics.iter().any(|topic| among(&self.topics, Some(topic))))
    }
}

/// Returns the approvals that the protocols of a calendar ask for: of any coordinator or manager but the author.
pub(super) fn asked_by_protocols(calendar: &Calendar) -> Vec<Rule> {
    let rules = calendar.protocols.values().flat_map(|protocol| &protocol.rules);
    let asked = rules.filter_map(|rule| {
        let Norm::Approvals { needed } = rule.norm else { return None };
        let scope = &rule.scope;
        let has_platform = |account: &&Account| {
            account.platform.as_ref().is_some_and(|at| scope.platforms.contains(&at.value))
                && (scope.accounts.is_empty() || scope.accounts.iter().any(|at| at.value == account.id))
        };
        let of_platforms = || calendar.accounts.values().filter(has_platform);
        let accounts: Vec<At<AccountId>> = match scope.platforms.is_empty() {
            true => scope.accounts.clone(),
            false => of_platforms().map(|account| At { value: account.id.clone(), span: 0..0 }).collect(),
        };
        // A rule for platforms on which there is no account is about no post, not about all.
        (scope.platforms.is_empty() || !accounts.is_empty()).then(|| Rule {
            span: rule.say.span.clone(),
            by: vec![By::AnyCoordinator, By::Manager],
            people: Vec::new(),
            count: needed,
            own: false,
            departments: scope.departments.clone(),
            accounts,
            campaigns: scope.campaigns.clone(),
            topics: scope.topics.clone(),
        })
    });
    asked.collect()
}

impl Calendar {
    /// Returns what the rules ask of a post.
    fn needs<'a>(&'a self, post: &Post) -> Vec<Need<'a>> {
        let mut needs = Vec::new();
        for rule in self.root.rules.iter().chain(&self.asked).filter(|rule| rule.is_about(post)) {
            let voices = if rule.by.contains(&By::Voice) { self.voices(post, rule) } else { BTreeSet::new() };
            // Where no account has a person's voice, a rule of voices alone asks nothing.
            if voices.is_empty() && rule.by != [By::Voice] {
                needs.push(Need { rule, voice: None });
            }
            needs.extend(voices.into_iter().map(|voice| Need { rule, voice: Some(voice) }));
        }
        needs
    }

    /// Returns the people whose voices the accounts of a post speak with, of those that a rule is about.
    fn voices<'a>(&'a self, post: &Post, rule: &Rule) -> BTreeSet<&'a PersonId> {
        let is_meant =
            |to: &&At<_>| rule.accounts.is_empty() || rule.accounts.iter().any(|at| at.value == to.value);
        let accounts = post.to.value.iter().filter(is_meant).filter_map(|to| self.accounts.get(&to.value));
        accounts
            .filter_map(|account| match &account.voice {
                Voice::Person(person) => Some(&person.value),
                Voice::Organisation => None,
            })
            .collect()
    }

    /// Tells whether a person wrote a post: by their name, or by the key that another name has too.
    pub(crate) fn is_author(&self, person: &Person, post: &Post) -> bool {
        let Some(author) = &post.author else { return false };
        let key = |person: &Person| person.signing_key.as_ref().map(|key| key.value.clone());
        let same_key =
            || key(person).is_some() && key(person) == self.people.get(&author.value).and_then(key);
        person.id == author.value || same_key()
    }

    /// Tells whether somebody's approval is one that a rule asks for.
    fn may_approve(&self, person: &Person, post: &Post, need: Need<'_>) -> bool {
        if !need.rule.own && self.is_author(person, post) {
            return false;
        }
        need.rule.people.iter().any(|named| named.value == person.id)
            || need.rule.by.iter().any(|by| self.is(person, *by, Some(post), need.voice))
    }

    /// Tells whether a person is what a word says; without a post, whether they are so for any.
    fn is(&self, person: &Person, by: By, post: Option<&Post>, voice: Option<&PersonId>) -> bool {
        let role = person.role.as_ref().map(|role| role.value);
        let coordinates = |id| {
            let department = self.departments.get(id);
            let named = department.and_then(|department| department.coordinator.as_ref());
            named.is_some_and(|at| at.value == person.id)
                || role == Some(Role::DepartmentCoordinator)
                    && person.department.as_ref().is_some_and(|at| at.value == *id)
        };
        let of_any = || self.departments.keys().any(coordinates);
        match by {
            By::Coordinator => role == Some(Role::Coordinator),
            By::DepartmentCoordinator => match post {
                Some(post) => post.department.as_ref().is_some_and(|at| coordinates(&at.value)),
                None => of_any(),
            },
            By::AnyCoordinator => {
                matches!(role, Some(Role::Coordinator | Role::DepartmentCoordinator)) || of_any()
            }
            By::Manager => role == Some(Role::Manager),
            By::Leader => role == Some(Role::Leader),
            By::Voice => match post {
                Some(_) => voice == Some(&person.id),
                None => self.accounts.values().any(
                    |account| matches!(&account.voice, Voice::Person(voice) if voice.value == person.id),
                ),
            },
            By::Anyone => true,
        }
    }

    /// Returns who with a key could ever give what a rule asks for, of those who are still here on a day.
    pub(crate) fn signers(&self, rule: &Rule, day: NaiveDate) -> Vec<&Person> {
        let may = |person: &&Person| {
            person.signing_key.is_some()
                && is_here(person, day)
                && (rule.people.iter().any(|named| named.value == person.id)
                    || rule.by.iter().any(|by| self.is(person, *by, None, None)))
        };
        self.people.values().filter(may).collect()
    }

    /// Tells whether any rule asks for an approval of a post.
    pub fn is_to_be_approved(&self, post: &Post) -> bool {
        !self.needs(post).is_empty()
    }

    /// Tells whether any rule about a post asks for the approval of this person.
    pub fn is_asked(&self, person: &Person, post: &Post) -> bool {
        self.needs(post).into_iter().any(|need| self.may_approve(person, post, need))
    }

    /// Returns why something is not signed by whom it says, if it is not; `day` is the day on which it matters.
    pub(crate) fn unsigned(&self, signed: &Signed, text: &str, day: Option<NaiveDate>) -> Option<Unsigned> {
        let Some(person) = self.people.get(&signed.person.value) else { return Some(Unsigned::Nobody) };
        let Some(key) = &person.signing_key else { return Some(Unsigned::Keyless) };
        if let Some(until) = &person.until {
            let signed_on = self.root.zone.local(signed.at.value).date();
            if signed_on > until.value || day.is_some_and(|day| day > until.value) {
                return Some(Unsigned::Gone(until.value));
            }
        }
        signature::verify(&key.value, text, &signed.signature.value).err().map(Unsigned::Bad)
    }

    /// Tells whether what lies at a path of another version of the calendar is signed with the key that its person has in
    /// this one.
    pub fn has_signed(&self, other: &Calendar, path: &str) -> bool {
        let approvals = other.approvals.values().flat_map(|of| of.values()).map(|it| (&it.signed, it.text()));
        let read = other.acknowledgements.values().flat_map(|of| of.values());
        let read = read.map(|it| (&it.signed, it.text()));
        let passes = other.passes.values().flat_map(|of| of.values()).map(|it| (&it.signed, it.text()));
        let decisions = other.decisions.values().flat_map(|of| of.values()).map(|it| (&it.signed, it.text()));
        let mut all = approvals.chain(read).chain(passes).chain(decisions);
        all.find(|(signed, _)| signed.file == path)
            .is_some_and(|(signed, text)| self.unsigned(signed, &text, None).is_none())
    }

    /// Returns why an approval does not count for a post that goes out on a day, if it does not.
    pub(crate) fn void(
        &self,
        approval: &Approval,
        digest: Option<&Digest>,
        day: Option<NaiveDate>,
    ) -> Option<Void> {
        let Approval { named, post, signed } = approval;
        if *named != post.value || signed.named != signed.person.value {
            return Some(Void::Elsewhere);
        }
        if let Some(why) = self.unsigned(signed, &approval.text(), day) {
            return Some(Void::Unsigned(why));
        }
        (digest != Some(&signed.digest.value)).then_some(Void::Outdated)
    }

    /// Tells whether a person has approved a post as it is, whose digest this is.
    pub fn has_approved(&self, person: &Person, post: &Post, digest: &Digest) -> bool {
        let approval = self.approvals.get(&post.id).and_then(|of_post| of_post.get(&person.id));
        approval.is_some_and(|approval| self.void(approval, Some(digest), None).is_none())
    }

    /// Returns what a post lacks to go out on a day: nothing where it is approved, or needs no approval.
    ///
    /// The book must have the facts of all the post's pictures and films: an approval is of their bytes too.
    pub fn lacks(&self, post: &Post, book: &MediaBook, day: NaiveDate) -> Vec<Lack> {
        let needs = self.needs(post);
        if needs.is_empty() {
            return Vec::new();
        }
        let given = self.approvals.get(&post.id);
        let digest = given.and_then(|_| self.post_digest(&post.id, book));
        let mut counts: Vec<&Person> = Vec::new();
        let mut notes = Vec::new();
        for approval in given.into_iter().flat_map(|given| given.values()) {
            let void = self.void(approval, digest.as_ref(), Some(day));
            notes.extend(void.as_ref().and_then(|void| note(approval, void)));
            let person = self.people.get(&approval.signed.person.value).filter(|_| void.is_none());
            // One key is one person, whatever they are called.
            let is_new = |person: &&Person| !counts.iter().any(|known| same_key(known, person));
            counts.extend(person.filter(is_new));
        }
        let mut lacks: Vec<Lack> =
            needs.into_iter().filter_map(|need| self.lack(post, need, &counts, day)).collect();
        if let Some(last) = lacks.last_mut() {
            notes.iter().for_each(|note| last.told.push_str(&format!("; {note}")));
        }
        lacks
    }

    fn lack(&self, post: &Post, need: Need<'_>, counts: &[&Person], day: NaiveDate) -> Option<Lack> {
        let given: Vec<&Person> =
            counts.iter().copied().filter(|person| self.may_approve(person, post, need)).collect();
        let wanted = usize::try_from(need.rule.count).unwrap_or(usize::MAX);
        let count = wanted.checked_sub(given.len()).filter(|count| *count > 0)?;
        let can = |person: &&Person| {
            self.may_approve(person, post, need)
                && is_here(person, day)
                && !given.iter().any(|known| known.id == person.id || same_key(known, person))
        };
        let who: Vec<&Person> = self.people.values().filter(can).collect();
        let told = if who.is_empty() {
            format!("nobody can approve it: the rule asks for {}", asked(need.rule))
        } else {
            let more = if given.is_empty() { "" } else { "also " };
            match (count, who.len()) {
                (1, _) => format!("needs {more}{}", names(&who, "or")),
                (count, all) if count == all => format!("needs {more}{}", names(&who, "and")),
                (count, _) => format!("needs {more}{count} of {}", names(&who, "and")),
            }
        };
        let ids = |people: &[&Person]| people.iter().map(|person| person.id.clone()).collect();
        Some(Lack { count, who: ids(&who), given: ids(&given), told })
    }
}

fn is_here(person: &Person, day: NaiveDate) -> bool {
    person.until.as_ref().is_none_or(|until| day <= until.value)
}

fn same_key(one: &Person, other: &Person) -> bool {
    let key = |person: &Person| person.signing_key.as_ref().map(|key| key.value.clone());
    key(one).is_some() && key(one) == key(other)
}

/// Says of an approval that does not count what a person would ask about first.
fn note(approval: &Approval, void: &Void) -> Option<String> {
    let who = &approval.signed.person.value;
    match void {
        Void::Outdated => Some(format!("{who} approved an earlier version")),
        Void::Unsigned(Unsigned::Gone(until)) => {
            Some(format!("the approval of {who}, whose last day is {until}, does not count"))
        }
        Void::Unsigned(_) => Some(format!("the approval of {who} is not signed as it must be")),
        Void::Elsewhere => None,
    }
}

/// Returns whom a rule asks for, in its own words.
fn asked(rule: &Rule) -> String {
    let by = rule.by.iter().map(|by| by.as_str());
    let words: Vec<&str> = by.chain(rule.people.iter().map(|person| person.value.as_str())).collect();
    let many = if rule.count > 1 { format!("{} of ", rule.count) } else { String::new() };
    format!("{many}{}", words.join(" or "))
}

/// Names people by their ids, with a word before the last.
fn names(people: &[&Person], last: &str) -> String {
    let name = |person: &&Person| match person.signing_key {
        Some(_) => person.id.to_string(),
        None => format!("{} (who has no signing_key)", person.id),
    };
    let mut shown: Vec<String> = people.iter().take(NAMES_MAX).map(name).collect();
    match people.len().saturating_sub(NAMES_MAX) {
        0 => {}
        1 => shown.push("another".to_owned()),
        others => shown.push(format!("{others} others")),
    }
    match shown.pop() {
        Some(end) if !shown.is_empty() => format!("{} {last} {end}", shown.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}
