//! One file read: where it lies says what it is, the grammar says what it may say.

mod events;
mod experiment;
mod annual;
mod mapping;
mod protocol;
mod request;
mod signed;
mod step;
mod training;

use std::collections::BTreeMap;

use crate::draft::{AccountId, ID_LIMIT, Label, Poll, PostId, ProposalId, Visibility, is_id};
use crate::finding::{Code, Content, File, Finding, Span};
use crate::time::{Fold, Recurrence};

use super::format::date::days;
use super::format::word::{shown, slug};
use super::format::{IdName, Sheet, with_sheet};
use super::grammar::Kind;
use super::model::{
    Account, Acknowledgement, Allowance, Approval, At, Body, Campaign, Changes, Decision, Department, Events,
    Experiment, Fact, Goal, Mapping, Part, Pass, Person, Picture, Post, Proposal, Protocol, Question, Repeat,
    Request, Role, Root, Runner, Schedule, Split, StandingSlot, Training, Voice,
};
use super::place::{Place, place};

/// What one file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The root's policy.
    Root(Box<Root>),
    /// A person.
    Person(Box<Person>),
    /// A department.
    Department(Box<Department>),
    /// A machine that publishes.
    Runner(Box<Runner>),
    /// An account.
    Account(Box<Account>),
    /// A campaign.
    Campaign(Box<Campaign>),
    /// A goal.
    Goal(Box<Goal>),
    /// A protocol.
    Protocol(Box<Protocol>),
    /// A fact.
    Fact(Box<Fact>),
    /// Events of a source.
    Events(Box<Events>),
    /// An annual schedule.
    Schedule(Box<Schedule>),
    /// A post.
    Post(Box<Post>),
    /// A request for a post.
    Request(Box<Request>),
    /// An approval of a post.
    Approval(Box<Approval>),
    /// An acknowledgement of a protocol.
    Acknowledgement(Box<Acknowledgement>),
    /// A training.
    Training(Box<Training>),
    /// A training that somebody did.
    Pass(Box<Pass>),
    /// A development plan.
    Proposal(Box<Proposal>),
    /// A decision on a development plan.
    Decision(Box<Decision>),
    /// A mapping of exports.
    Mapping(Box<Mapping>),
    /// An experiment.
    Experiment(Box<Experiment>),
    /// A picture or film.
    Media,
    /// Something the calendar does not look at, or could not read.
    Nothing,
}

/// One file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its path.
    pub path: String,
    /// What it holds.
    pub what: What,
}

/// Reads one file.
pub fn read_file(file: &File) -> (Item, Vec<Finding>) {
    let nothing = |findings| (Item { path: file.path.clone(), what: What::Nothing }, findings);
    let place = place(&file.path);
    if place == Place::Elsewhere && file.path.starts_with("media/") {
        // A media file is not read here, but must be a file.
        return match unread(file) {
            Some(finding) if finding.code != Code::NotUtf8 => nothing(vec![finding]),
            _ => (Item { path: file.path.clone(), what: What::Media }, Vec::new()),
        };
    }
    if let Content::Media { .. } = file.content {
        return (Item { path: file.path.clone(), what: What::Media }, Vec::new());
    }
    let (kind, stem) = match place {
        Place::Of(kind, stem) => (kind, stem),
        Place::Plan(stem) => return plan(file, stem),
        Place::Elsewhere => return nothing(Vec::new()),
        Place::Astray(help) => {
            if let Content::Unreadable(_) | Content::NotAFile { .. } = file.content {
                return nothing(unread(file).into_iter().collect());
            }
            let message = "the calendar does not look for a file here";
            return nothing(vec![Finding::new(Code::MisplacedFile, &file.path, message).help(help)]);
        }
    };
    let Content::Text(text) = &file.content else { return nothing(unread(file).into_iter().collect()) };
    let (what, mut findings) =
        with_sheet(&file.path, text, kind, |sheet| what(kind, sheet, &file.path, stem));
    if kind != Kind::Kalends && !is_id(stem) && !matches!(&what, Some(What::Post(_))) {
        findings.push(bad_stem(&file.path, stem));
    }
    (Item { path: file.path.clone(), what: what.unwrap_or(What::Nothing) }, findings)
}

/// Reads a development plan, which is a text and no TOML.
fn plan(file: &File, stem: &str) -> (Item, Vec<Finding>) {
    let (what, findings) = match (&file.content, ProposalId::new(stem)) {
        (Content::Text(text), Some(id)) => {
            (What::Proposal(Box::new(Proposal::of(id, &file.path, text))), Vec::new())
        }
        (Content::Text(_), None) => {
            let message = format!("the file's name `{}` is not an id", shown(stem));
            let help = "name it with lower-case letters, digits and hyphens, and `.md`";
            (What::Nothing, vec![Finding::new(Code::BadId, &file.path, message).help(help)])
        }
        _ => (What::Nothing, unread(file).into_iter().collect()),
    };
    (Item { path: file.path.clone(), what }, findings)
}

fn bad_stem(path: &str, stem: &str) -> Finding {
    let message = format!("the file's name `{}` is not an id", shown(stem));
    let finding = Finding::new(Code::BadId, path, message);
    match slug(stem) {
        None if stem.len() > ID_LIMIT => {
            finding.help(format!("shorten it: an id has at most {ID_LIMIT} characters"))
        }
        Some(slug) => finding.help(format!("rename it to `{slug}.toml`")),
        None => finding.help("name it with lower-case letters, digits and hyphens"),
    }
}

/// Returns why a file cannot be read, if it cannot.
fn unread(file: &File) -> Option<Finding> {
    let path = &file.path;
    Some(match &file.content {
        Content::Text(_) | Content::Media { .. } => return None,
        Content::NotUtf8 { at, looks_like } => {
            let message = format!("the file is not in UTF-8: it looks like {looks_like}, from byte {at} on");
            Finding::new(Code::NotUtf8, path, message).help("save it as UTF-8 in your editor")
        }
        Content::TooLarge { size_bytes, limit_bytes } => {
            let message = format!("the file has {size_bytes} bytes, and {limit_bytes} are read at most");
            Finding::new(Code::TooLarge, path, message)
                .help("split it, or take out what does not belong in it")
        }
        Content::NotAFile { what } => {
            let message = format!("the path is a {what}, which is never followed");
            Finding::new(Code::NotAFile, path, message).help("put a copy of the file itself there")
        }
        Content::Unreadable(why) => {
            Finding::new(Code::UnreadableFile, path, format!("the file cannot be read: {why}"))
                .help("look at the file's permissions, and at the disk")
        }
    })
}

fn what(kind: Kind, sheet: &Sheet<'_>, file: &str, stem: &str) -> What {
    match kind {
        Kind::Kalends => What::Root(Box::new(root(sheet))),
        Kind::Person => boxed(person(sheet, file, stem), What::Person),
        Kind::Department => boxed(department(sheet, file, stem), What::Department),
        Kind::Runner => boxed(runner(sheet, file, stem), What::Runner),
        Kind::Account => boxed(account(sheet, file, stem), What::Account),
        Kind::Campaign => boxed(campaign(sheet, file, stem), What::Campaign),
        Kind::Goal => boxed(goal(sheet, file, stem), What::Goal),
        Kind::Protocol => boxed(protocol::protocol(sheet, file, stem), What::Protocol),
        Kind::Fact => boxed(protocol::fact(sheet, file, stem), What::Fact),
        Kind::Events => boxed(events::events(sheet, file, stem), What::Events),
        Kind::Schedule => boxed(annual::schedule(sheet, file, stem), What::Schedule),
        Kind::Post => boxed(post(sheet, file, stem), What::Post),
        Kind::Request => boxed(request::request(sheet, file, stem), What::Request),
        Kind::Approval => boxed(signed::approval(sheet, file, stem), What::Approval),
        Kind::Acknowledgement => boxed(signed::acknowledgement(sheet, file, stem), What::Acknowledgement),
        Kind::Training => boxed(training::training(sheet, file, stem), What::Training),
        Kind::Pass => boxed(signed::pass(sheet, file, stem), What::Pass),
        Kind::Decision => boxed(signed::decision(sheet, file, stem), What::Decision),
        Kind::Mapping => boxed(mapping::mapping(sheet, file, stem), What::Mapping),
        Kind::Experiment => boxed(experiment::experiment(sheet, file, stem), What::Experiment),
    }
}

fn boxed<T>(value: Option<T>, what: impl Fn(Box<T>) -> What) -> What {
    value.map_or(What::Nothing, |value| what(Box::new(value)))
}

fn text(sheet: &Sheet<'_>, name: &str) -> Option<String> {
    sheet.line(name).map(|line| line.value)
}

fn list<I: IdName>(sheet: &Sheet<'_>, name: &str) -> Vec<At<I>> {
    sheet.ids(name).map_or_else(Vec::new, |ids| ids.value)
}

fn root(sheet: &Sheet<'_>) -> Root {
    let usual = Root::default();
    let publish = sheet.sheet("publish");
    let ledger = sheet.sheet("ledger");
    let requests = sheet.sheet("requests");
    Root {
        name: text(sheet, "name").unwrap_or(usual.name),
        zone: sheet.zone("zone").map_or(usual.zone, |zone| zone.value),
        language: sheet.language("language").map(|language| language.value),
        url: sheet.url("url", Code::BadUrl).map(|url| url.value),
        late: publish
            .as_ref()
            .and_then(|publish| publish.duration("late"))
            .map_or(usual.late, |late| late.value),
        burst: publish.as_ref().and_then(|publish| publish.count("burst")).map(|burst| burst.value),
        branch: ledger.as_ref().and_then(|ledger| ledger.git_name("branch")).unwrap_or(usual.branch),
        remote: ledger.as_ref().and_then(|ledger| ledger.git_name("remote")),
        rules: sheet.sheets("approval").unwrap_or_default().iter().map(signed::rule).collect(),
        lead: requests.and_then(|requests| requests.duration("lead")).map_or(usual.lead, |lead| lead.value),
        changes: sheet.sheet("changes").map(|changes| Changes {
            signed: changes.flag("signed").unwrap_or(false),
            allow: changes.sheets("allow").unwrap_or_default().iter().map(allowance).collect(),
        }),
    }
}

fn allowance(sheet: &Sheet<'_>) -> Allowance {
    Allowance {
        files: sheet.lines("files").map_or_else(Vec::new, |files| files.value),
        roles: sheet.choices("roles", role).map_or_else(Vec::new, |roles| roles.value),
        people: list(sheet, "people"),
    }
}

fn role(word: &str) -> Option<Role> {
    Role::ALL.iter().find(|(name, _)| *name == word).map(|(_, role)| *role)
}

fn person(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Person> {
    let person = Person {
        name: text(sheet, "name").unwrap_or_default(),
        role: sheet.choice("role", role),
        department: sheet.id("department"),
        email: text(sheet, "email"),
        recipient: sheet.recipient("recipient"),
        signing_key: sheet.signing_key("signing_key"),
        until: sheet.date("until"),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    };
    Some(person)
}

fn department(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Department> {
    let quota = sheet.sheet("quota");
    let slot = |slot: &Sheet<'_>| {
        let (every, at, account) = (slot.every("every"), slot.time("at"), slot.id("account"));
        Some(StandingSlot { every: every?, at: at?, account })
    };
    Some(Department {
        name: text(sheet, "name").unwrap_or_default(),
        coordinator: sheet.id("coordinator"),
        contributors: list(sheet, "contributors"),
        accounts: list(sheet, "accounts"),
        quota_day: quota.as_ref().and_then(|quota| quota.count("day")),
        quota_week: quota.as_ref().and_then(|quota| quota.count("week")),
        slots: sheet.sheets("slot").unwrap_or_default().iter().filter_map(slot).collect(),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn runner(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Runner> {
    Some(Runner {
        name: text(sheet, "name").unwrap_or_default(),
        recipient: sheet.recipient("recipient"),
        accounts: list(sheet, "accounts"),
        until: sheet.date("until"),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn account(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Account> {
    let voice = match sheet.line("voice") {
        Some(voice) if voice.value != "organisation" => {
            sheet.one_id(&voice.value, voice.span).map_or(Voice::Organisation, Voice::Person)
        }
        _ => Voice::Organisation,
    };
    Some(Account {
        platform: sheet.platform("platform"),
        server: sheet.url("server", Code::BadUrl),
        handle: text(sheet, "handle"),
        voice,
        departments: list(sheet, "departments"),
        access: list(sheet, "access"),
        since: sheet.date("since"),
        pin: text(sheet, "id"),
        late: sheet.duration("late").map(|late| late.value),
        by_hand: sheet.flag("by_hand").unwrap_or(false),
        title: text(sheet, "title"),
        folder: sheet.line("folder"),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn campaign(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Campaign> {
    Some(Campaign {
        name: text(sheet, "name").unwrap_or_default(),
        from: sheet.date("from"),
        until: sheet.date("until"),
        goal: sheet.id("goal"),
        department: sheet.id("department"),
        tag: sheet.line("tag"),
        link: sheet.url("link", Code::BadLink),
        brief: sheet.words("brief").map(|brief| brief.text),
        metric: sheet.line("metric"),
        target: sheet.number("target"),
        judged_by: sheet.date("judged_by"),
        steps: sheet.sheets("step").unwrap_or_default().iter().filter_map(step::step).collect(),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn goal(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Goal> {
    Some(Goal {
        name: text(sheet, "name").unwrap_or_default(),
        metric: text(sheet, "metric").unwrap_or_default(),
        baseline: sheet.number("baseline"),
        target: sheet.number("target"),
        by: sheet.date("by"),
        account: sheet.id("account"),
        department: sheet.id("department"),
        file: file.to_owned(),
        id: IdName::read(stem)?,
    })
}

fn post(sheet: &Sheet<'_>, file: &str, stem: &str) -> Option<Post> {
    let said = sheet.line("id");
    let said_span: Option<Span> = said.as_ref().map(|id| id.span.clone());
    let own: Option<At<PostId>> = said.and_then(|id| sheet.one_id(&id.value, id.span));
    let id = own.map(|id| id.value).or_else(|| PostId::new(stem)).or_else(|| {
        // The file is read to its end all the same: its other faults are told too.
        sheet.bad_file(bad_stem(file, stem));
        PostId::new(&slug(stem)?)
    });
    let fold = |word: &str| match word {
        "earlier" => Some(Fold::Earlier),
        "later" => Some(Fold::Later),
        _ => None,
    };
    let post = Post {
        id: id.or_else(|| PostId::new("unnamed"))?,
        id_span: said_span,
        file: file.to_owned(),
        department: sheet.id("department"),
        author: sheet.id("author"),
        at: sheet.date_time("at"),
        zone: sheet.zone("zone"),
        fold: sheet.choice("fold", fold),
        to: sheet.ids("to").unwrap_or(At { value: Vec::new(), span: 0..0 }),
        campaign: sheet.id("campaign"),
        goal: sheet.id("goal"),
        topics: list(sheet, "topics"),
        late: sheet.duration("late").map(|late| late.value),
        again: sheet.flag("again").unwrap_or(false),
        hold: text(sheet, "hold"),
        body: body(sheet),
        variants: variants(sheet),
        repeat: sheet.sheet("repeat").and_then(|sheet| repeat(&sheet)),
    };
    Some(post)
}

fn variants(sheet: &Sheet<'_>) -> BTreeMap<AccountId, Box<At<Body>>> {
    let mut variants = BTreeMap::new();
    for (account, span, variant) in sheet.per_account("for") {
        let body = body(&variant);
        if let Some(account) = sheet.one_id(account, span) {
            variants.insert(account.value, Box::new(At { value: body, span: account.span }));
        }
    }
    variants
}

fn repeat(sheet: &Sheet<'_>) -> Option<Repeat> {
    let (every, until, except) = (sheet.every("every"), sheet.date("until"), sheet.dates("except"));
    let times = sheet.count("times").map(|times| times.value);
    let (every, except) = (every?, except.unwrap_or_default());
    Some(Repeat {
        rule: Recurrence {
            every: every.value,
            until: until.as_ref().map(|until| until.value),
            except: days(&except),
            times,
        },
        every: every.span,
        until: until.map(|until| until.span),
        except,
    })
}

fn body(sheet: &Sheet<'_>) -> Body {
    let visibility = |word: &str| {
        [Visibility::Public, Visibility::Unlisted, Visibility::Followers]
            .into_iter()
            .find(|visibility| visibility.as_str() == word)
    };
    let label = |word: &str| Label::ALL.iter().find(|(name, _)| *name == word).map(|(_, label)| *label);
    let split = |word: &str| [Split::Plain, Split::Numbered].into_iter().find(|split| split.as_str() == word);
    Body {
        text: sheet.words("text"),
        title: sheet.words("title"),
        link: sheet.url("link", Code::BadLink),
        tags: sheet.lines("tags").map(|tags| tags.value),
        language: sheet.language("language"),
        warning: sheet.words("warning"),
        labels: sheet.choices("labels", label),
        visibility: sheet.choice("visibility", visibility),
        split: sheet.choice("split", split).map(|split| split.value),
        media: sheet.sheets("media").map(|sheets| sheets.iter().filter_map(picture).collect()),
        poll: sheet.sheet("poll").map(|sheet| question(&sheet)),
        thread: sheet.sheets("thread").map(|sheets| sheets.iter().filter_map(part).collect()),
    }
}

fn picture(sheet: &Sheet<'_>) -> Option<Picture> {
    let (file, alt) = (sheet.line("file"), sheet.words("alt"));
    Some(Picture { file: file?, alt: alt.filter(|alt| !alt.text.is_empty()) })
}

fn question(sheet: &Sheet<'_>) -> Option<Question> {
    let options = sheet.lines("options");
    let open = sheet.duration("open");
    let multiple = sheet.flag("multiple").unwrap_or(false);
    let options = options?.value;
    if options.is_empty() {
        return None;
    }
    Some(Question {
        poll: Poll {
            options: options.iter().map(|option| option.value.clone()).collect(),
            open: open.as_ref().map_or(chrono::TimeDelta::days(1), |open| open.value),
            multiple,
        },
        options: options.into_iter().map(|option| option.span).collect(),
        open: open.map_or(sheet.span.clone(), |open| open.span),
        span: sheet.span.clone(),
    })
}

fn part(sheet: &Sheet<'_>) -> Option<Part> {
    let (text, link, media) = (sheet.words("text"), sheet.url("link", Code::BadLink), sheet.sheets("media"));
    Some(Part { text: text?, link, media: media.unwrap_or_default().iter().filter_map(picture).collect() })
}
