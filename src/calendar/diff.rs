//! What changed between two calendars, in words.

mod aim;
mod annual;
mod mapping;
mod experiment;
mod people;
mod protocol;
mod request;
mod training;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};

use crate::draft::AccountId;
use crate::time::show_duration;

use super::model::Body;
use super::{Account, Calendar, Kind, Post, Root, Rule, Signed, signed_moment};

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is otherwise.
    Changed,
}

impl Became {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Became::Added => "added",
            Became::Removed => "removed",
            Became::Changed => "changed",
        }
    }
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its id; `kalends` for the root.
    pub id: String,
    /// Its file, as it is now, or was.
    pub file: String,
    /// What became of it.
    pub became: Became,
    /// What is otherwise about it; of a thing that is new or gone, what it is.
    pub details: Vec<Detail>,
}

/// One thing that is otherwise: a value with what it was and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What is otherwise, such as `time`, `text` or `accounts`; with ` on ACCOUNT` in a variant.
    pub what: String,
    /// What it was; absent where there was nothing.
    pub old: Option<String>,
    /// What it is; absent where there is nothing now.
    pub new: Option<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind.name(), self.id, self.became.as_str())
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "{}: {old} → {new}", self.what),
            (None, Some(new)) => write!(f, "{}: {new}", self.what),
            (Some(old), None) => write!(f, "{}: no longer {old}", self.what),
            (None, None) => f.write_str(&self.what),
        }
    }
}

/// A thing's values by what they are, in the order they are told.
type Facts = Vec<(String, String)>;

/// Finds what changed from one calendar to another, sorted by kind and id; where a thing stands in its file is no change.
pub fn diff(before: &Calendar, after: &Calendar) -> Vec<Change> {
    let (old, new) = (things(before), things(after));
    let mut changes = Vec::new();
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (was, is) = (old.get(key), new.get(key));
        let became = match (was, is) {
            (None, _) => Became::Added,
            (_, None) => Became::Removed,
            _ => Became::Changed,
        };
        let empty = Facts::new();
        let details =
            details(was.map_or(&empty, |thing| &thing.facts), is.map_or(&empty, |thing| &thing.facts));
        let Some(thing) = is.or(was) else { continue };
        if became == Became::Changed && details.is_empty() {
            continue;
        }
        changes.push(Change { kind: key.0, id: key.1.clone(), file: thing.file.clone(), became, details });
    }
    changes
}

fn details(old: &Facts, new: &Facts) -> Vec<Detail> {
    fn by_name(facts: &Facts) -> BTreeMap<&str, &str> {
        // The first of a name counts.
        facts.iter().rev().map(|(what, value)| (what.as_str(), value.as_str())).collect()
    }
    let (was, is) = (by_name(old), by_name(new));
    let find = |facts: &BTreeMap<&str, &str>, what: &str| facts.get(what).map(|value| (*value).to_owned());
    let gone = old.iter().filter(|(what, _)| !is.contains_key(what.as_str()));
    new.iter()
        .chain(gone)
        .map(|(what, _)| Detail { what: what.clone(), old: find(&was, what), new: find(&is, what) })
        .filter(|detail| detail.old != detail.new)
        .collect()
}

struct Thing {
    file: String,
    facts: Facts,
}

fn things(calendar: &Calendar) -> BTreeMap<(Kind, String), Thing> {
    let mut things = BTreeMap::new();
    let mut add = |kind: Kind, id: &str, file: &str, facts: List| {
        things.insert((kind, id.to_owned()), Thing { file: file.to_owned(), facts: facts.0 });
    };
    add(Kind::Kalends, "kalends", "kalends.toml", root(&calendar.root));
    calendar.people.values().for_each(|it| add(Kind::Person, it.id.as_str(), &it.file, people::person(it)));
    calendar
        .departments
        .values()
        .for_each(|it| add(Kind::Department, it.id.as_str(), &it.file, people::department(it)));
    calendar.runners.values().for_each(|it| add(Kind::Runner, it.id.as_str(), &it.file, people::runner(it)));
    calendar.accounts.values().for_each(|it| add(Kind::Account, it.id.as_str(), &it.file, account(it)));
    calendar
        .campaigns
        .values()
        .for_each(|it| add(Kind::Campaign, it.id.as_str(), &it.file, aim::campaign(it)));
    calendar.goals.values().for_each(|it| add(Kind::Goal, it.id.as_str(), &it.file, aim::goal(it)));
    calendar
        .protocols
        .values()
        .for_each(|it| add(Kind::Protocol, it.id.as_str(), &it.file, protocol::protocol(it)));
    calendar.facts.values().for_each(|it| add(Kind::Fact, it.id.as_str(), &it.file, protocol::fact(it)));
    calendar.events.values().for_each(|it| add(Kind::Events, it.id.as_str(), &it.file, aim::events(it)));
    calendar
        .schedules
        .values()
        .for_each(|it| add(Kind::Schedule, &it.year.to_string(), &it.file, annual::schedule(it)));
    calendar.posts.iter().for_each(|it| add(Kind::Post, it.id.as_str(), &it.file, post(calendar, it)));
    calendar.requests.values().for_each(|it| {
        add(Kind::Request, it.id.as_str(), &it.file, request::request(it));
    });
    for it in calendar.approvals.values().flat_map(|of_post| of_post.values()) {
        let id = format!("{}/{}", it.named, it.signed.named);
        add(Kind::Approval, &id, &it.signed.file, signed(&it.signed));
    }
    for it in calendar.acknowledgements.values().flat_map(|of_protocol| of_protocol.values()) {
        let id = format!("{}/{}", it.named, it.signed.named);
        add(Kind::Acknowledgement, &id, &it.signed.file, signed(&it.signed));
    }
    calendar.trainings.values().for_each(|it| {
        add(Kind::Training, it.id.as_str(), &it.file, training::training(it));
    });
    for it in calendar.passes.values().flat_map(|of_training| of_training.values()) {
        let id = format!("{}/{}", it.named, it.signed.named);
        let list = List::new().say("score", &it.score.value);
        add(Kind::Pass, &id, &it.signed.file, List([list.0, signed(&it.signed).0].concat()));
    }
    for it in calendar.decisions.values().flat_map(|of_plan| of_plan.values()) {
        let id = format!("{}/{}", it.named, it.signed.named);
        let list = List::new().say("ruling", it.ruling.as_str()).maybe("why", it.why.as_ref());
        add(Kind::Decision, &id, &it.signed.file, List([list.0, signed(&it.signed).0].concat()));
    }
    calendar
        .mappings
        .values()
        .for_each(|it| add(Kind::Mapping, it.id.as_str(), &it.file, mapping::mapping(it)));
    calendar.experiments.values().for_each(|it| {
        add(Kind::Experiment, it.id.as_str(), &it.file, experiment::experiment(it));
    });
    things
}

/// Facts being listed; what is absent or empty is none.
struct List(Facts);

impl List {
    fn new() -> List {
        List(Facts::new())
    }

    fn say(mut self, what: &str, value: impl fmt::Display) -> List {
        let value = value.to_string();
        if !value.is_empty() {
            self.0.push((what.to_owned(), value));
        }
        self
    }

    fn maybe(self, what: &str, value: Option<impl fmt::Display>) -> List {
        match value {
            Some(value) => self.say(what, value),
            None => self,
        }
    }

    fn all<T: fmt::Display>(self, what: &str, values: impl IntoIterator<Item = T>) -> List {
        let mut names: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        names.sort();
        self.say(what, names.join(", "))
    }

    fn flag(self, what: &str, set: bool) -> List {
        if set { self.say(what, "yes") } else { self }
    }
}

fn root(root: &Root) -> List {
    List::new()
        .say("name", &root.name)
        .say("zone", &root.zone)
        .maybe("language", root.language.as_ref())
        .maybe("url", root.url.as_ref())
        .say("late", show_duration(root.late))
        .maybe("burst", root.burst)
        .say("ledger branch", &root.branch)
        .maybe("ledger remote", root.remote.as_ref())
        .say("lead of requests", show_duration(root.lead))
        .all("approval", root.rules.iter().map(rule))
}

/// Returns a rule in a few words.
fn rule(rule: &Rule) -> String {
    fn some<T: fmt::Display>(what: &str, names: &[super::At<T>]) -> Option<String> {
        let names: Vec<String> = names.iter().map(|name| name.value.to_string()).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(" or ")))
    }
    let by = rule.by.iter().map(|by| by.as_str().to_owned());
    let by: Vec<String> = by.chain(rule.people.iter().map(|at| at.value.to_string())).collect();
    let own = rule.own.then(|| "also of their own".to_owned());
    let about = [
        some("of the department", &rule.departments),
        some("on the account", &rule.accounts),
        some("of the campaign", &rule.campaigns),
        some("on the topic", &rule.topics),
        own,
    ];
    let words =
        [format!("{} by {}", rule.count, by.join(" or "))].into_iter().chain(about.into_iter().flatten());
    words.collect::<Vec<_>>().join(" ")
}

fn signed(signed: &Signed) -> List {
    List::new()
        .say("person", &signed.person.value)
        .say("digest", &signed.digest.value)
        .say("signed", signed_moment(signed.at.value))
}

fn account(account: &Account) -> List {
    let voice = match &account.voice {
        super::Voice::Organisation => "organisation",
        super::Voice::Person(person) => person.value.as_str(),
    };
    List::new()
        .maybe("platform", account.platform.as_ref().map(|at| at.value.name()))
        .maybe("server", account.server.as_ref().map(|at| &at.value))
        .maybe("handle", account.handle.as_ref())
        .say("voice", voice)
        .all("departments", account.departments.iter().map(|at| &at.value))
        .all("access", account.access.iter().map(|at| &at.value))
        .maybe("since", account.since.as_ref().map(|at| at.value))
        .maybe("platform's id", account.pin.as_ref())
        .maybe("late", account.late.map(show_duration))
        .flag("by hand", account.by_hand)
        .maybe("title", account.title.as_ref())
        .maybe("folder", account.folder.as_ref().map(|at| &at.value))
}

fn post(calendar: &Calendar, post: &Post) -> List {
    let accounts: BTreeSet<&AccountId> = post.to.value.iter().map(|to| &to.value).collect();
    let zone = post.zone(&calendar.root);
    let time = post.at.as_ref().map(|at| {
        let due: Option<DateTime<Utc>> =
            zone.resolve_somehow(at.value, post.fold.as_ref().map(|fold| fold.value));
        let letters = due.map_or(String::new(), |due| format!(" {}", zone.abbreviation(due)));
        format!("{}{letters}", at.value.format("%a %Y-%m-%d %H:%M"))
    });
    let mut list = List::new()
        .maybe("time", time)
        .maybe("zone", post.zone.as_ref().map(|at| at.value.name()))
        .maybe("fold", post.fold.as_ref().map(|at| at.value.as_str()))
        .all("accounts", accounts);
    if let Some(repeat) = &post.repeat {
        list = list
            .say("repeats every", &repeat.rule.every)
            .maybe("repeats until", repeat.rule.until)
            .all("repeats except", &repeat.rule.except)
            .maybe("repeats times", repeat.rule.times);
    }
    list = list
        .maybe("department", post.department.as_ref().map(|at| &at.value))
        .maybe("author", post.author.as_ref().map(|at| &at.value))
        .maybe("campaign", post.campaign.as_ref().map(|at| &at.value))
        .maybe("goal", post.goal.as_ref().map(|at| &at.value))
        .all("topics", post.topics.iter().map(|at| &at.value))
        .maybe("late", post.late.map(show_duration))
        .flag("again", post.again)
        .maybe("hold", post.hold.as_ref());
    list = body(list, "", &post.body);
    for (account, variant) in &post.variants {
        list = body(list, &format!(" on {account}"), &variant.value);
    }
    list
}

fn body(list: List, on: &str, body: &Body) -> List {
    // What a variant takes away is said: it is not the same as nothing said.
    let away = |text: String| if text.is_empty() && !on.is_empty() { "none".to_owned() } else { text };
    let text = |words: &super::Words| away(words.text.clone());
    let picture = |picture: &super::Picture| match &picture.alt {
        Some(alt) => format!("{} ({})", picture.file.value, alt.text),
        None => picture.file.value.clone(),
    };
    let pictures = |media: &Vec<super::Picture>| media.iter().map(picture).collect::<Vec<_>>().join(", ");
    let poll = |question: &super::Question| {
        let many = if question.poll.multiple { ", several" } else { "" };
        format!("{} ({}{many})", question.poll.options.join(" / "), show_duration(question.poll.open))
    };
    let mut list = list
        .maybe(&format!("title{on}"), body.title.as_ref().map(text))
        .maybe(&format!("text{on}"), body.text.as_ref().map(text))
        .maybe(&format!("link{on}"), body.link.as_ref().map(|link| away(link.value.clone())))
        .maybe(
            &format!("tags{on}"),
            body.tags.as_ref().map(|tags| {
                away(tags.iter().map(|tag| format!("#{}", tag.value)).collect::<Vec<_>>().join(" "))
            }),
        )
        .maybe(&format!("language{on}"), body.language.as_ref().map(|language| away(language.value.clone())))
        .maybe(&format!("warning{on}"), body.warning.as_ref().map(text))
        .maybe(
            &format!("labels{on}"),
            body.labels.as_ref().map(|labels| {
                away(labels.value.iter().map(|label| label.as_str()).collect::<Vec<_>>().join(", "))
            }),
        )
        .maybe(&format!("visibility{on}"), body.visibility.as_ref().map(|at| at.value.as_str()))
        .maybe(&format!("split{on}"), body.split.map(super::Split::as_str))
        .maybe(&format!("media{on}"), body.media.as_ref().map(|media| away(pictures(media))))
        .maybe(
            &format!("poll{on}"),
            body.poll.as_ref().map(|question| away(question.as_ref().map_or(String::new(), poll))),
        );
    let thread = body.thread.as_ref();
    if !on.is_empty() && thread.is_some_and(Vec::is_empty) {
        list = list.say(&format!("thread{on}"), "none");
    }
    for (part, number) in thread.into_iter().flatten().zip(2..) {
        list = list
            .say(&format!("part {number}{on}"), &part.text.text)
            .maybe(&format!("link of part {number}{on}"), part.link.as_ref().map(|link| &link.value))
            .say(&format!("media of part {number}{on}"), pictures(&part.media));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FEED, ROOT, X, files};
    use super::*;

    const POST: &str = "at = 2027-01-18T09:00:00\nto = [\"news\"]\ntext = \"Doors open.\"\n";

    fn shown(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let read = |posts: &[(&str, &str)]| {
            let all: Vec<_> = [ROOT, FEED].into_iter().chain(posts.iter().copied()).collect();
            super::super::read(&files(&all)).0
        };
        let changes = diff(&read(before), &read(after));
        let line = |change: &Change| {
            std::iter::once(change.to_string())
                .chain(change.details.iter().map(Detail::to_string))
                .collect::<Vec<_>>()
        };
        changes.iter().flat_map(line).collect()
    }

    #[test]
    fn what_changed_is_told_in_words() {
        let path = "posts/2027/01/a.toml";
        let moved =
            POST.replace("09:00", "10:30").replace("open.", "close.").replace("\"news\"", "\"news\", \"x\"");
        assert_eq!(
            shown(&[(path, POST)], &[X, (path, &moved)]),
            [
                "account x added",
                "platform: X",
                "voice: organisation",
                "post a changed",
                "time: Mon 2027-01-18 09:00 WET → Mon 2027-01-18 10:30 WET",
                "accounts: news → news, x",
                "text: Doors open. → Doors close.",
            ]
        );
    }

    #[test]
    fn a_schedule_is_told_thing_by_thing() {
        let path = "schedule/2027.toml";
        let slot = "[[slot]]\nat = 2027-03-02T10:00:00\ndepartment = \"a\"\naccount = \"news\"\n";
        let before = format!("title = \"Y\"\n[[holiday]]\nname = \"H\"\non = 2027-01-01\n{slot}");
        let after = format!(
            "title = \"Y\"\n[[theme]]\nname = \"Maps\"\nweek = \"2027-W07\"\n[[holiday]]\nname = \"H\"\n\
             from = 2027-01-01\nuntil = 2027-01-02\n[[coverage]]\nposts = 2\nevery = \"week\"\n{}",
            slot.replace("03-02", "03-03")
        );
        assert_eq!(
            shown(&[(path, &before)], &[(path, &after)]),
            [
                "schedule 2027 changed",
                "theme Maps: 2027-W07",
                "holiday H: 2027-01-01 → 2027-01-01 to 2027-01-02",
                "coverage: 2 posts a week",
                "slot Wed 2027-03-03 10:00 on news: a",
                "slot Tue 2027-03-02 10:00 on news: no longer a",
            ]
        );
    }

    #[test]
    fn what_only_stands_elsewhere_is_no_change() {
        let commented = format!("# a remark\n{}", POST.replace("to = ", "to   =   "));
        assert_eq!(
            shown(&[("posts/2027/01/a.toml", POST)], &[("posts/2027/02/a.toml", &commented)]),
            [""; 0]
        );
    }

    #[test]
    fn a_variant_that_takes_away_differs_from_none() {
        let path = "posts/2027/01/a.toml";
        let tags = format!("{POST}tags = [\"A\"]\n");
        let away = format!("{tags}[for.news]\ntags = []\n");
        assert_eq!(shown(&[(path, &tags)], &[(path, &away)]), ["post a changed", "tags on news: none"]);
    }
}
