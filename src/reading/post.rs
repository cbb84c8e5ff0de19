//! Posts as they are counted: where and when they went out, and what they are.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::draft::{AccountId, CampaignId, DepartmentId, GoalId};
use crate::reading::sheet::{cells, moment, write_row};
use crate::reading::{Flaw, Subject};

/// The first line of every file of posts.
pub const POSTS_HEAD: &str =
    "id,published,due,url,title,form,characters,tags,link,department,campaign,goal,picture,fate,why";

/// What form a post has: what a reader meets first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Words alone.
    Text,
    /// Words and a link.
    Link,
    /// A picture, or several.
    Picture,
    /// A film.
    Film,
    /// A thread of several posts.
    Thread,
    /// A poll.
    Poll,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 6] = [Form::Text, Form::Link, Form::Picture, Form::Film, Form::Thread, Form::Poll];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Link => "link",
            Form::Picture => "picture",
            Form::Film => "film",
            Form::Thread => "thread",
            Form::Poll => "poll",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Form {
    type Err = String;

    fn from_str(word: &str) -> Result<Form, String> {
        let found = Form::ALL.into_iter().find(|form| form.as_str() == word);
        found.ok_or_else(|| format!("`{word}` is no form of a post"))
    }
}

/// How it is known that a post is public.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The ledger has its receipt, or a person's word for it.
    Ledger,
    /// A file of posts has it, in this line.
    File {
        /// The file, shared by all of its rows.
        file: Arc<str>,
        /// The line, from 1.
        line: u32,
    },
}

/// A published post on one account: one row of everything that is counted and compared. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What its readings are of. A thread is one work: its first part.
    pub subject: Subject,
    /// The account.
    pub account: AccountId,
    /// When it became public.
    pub published: DateTime<Utc>,
    /// When it was promised for.
    pub due: Option<DateTime<Utc>>,
    /// Where it can be seen.
    pub url: Option<String>,
    /// Its title, or how its text begins.
    pub title: String,
    /// Its form.
    pub form: Option<Form>,
    /// Its length, as its platform counts it.
    pub characters: Option<u32>,
    /// Its tags, without `#`, in lower case, sorted.
    pub tags: Vec<String>,
    /// The page it points to.
    pub link: Option<String>,
    /// The department that it speaks for.
    pub department: Option<DepartmentId>,
    /// The campaign that it belongs to.
    pub campaign: Option<CampaignId>,
    /// The goal that it serves.
    pub goal: Option<GoalId>,
    /// Its first picture: a path in the calendar.
    pub picture: Option<String>,
    /// How it is known.
    pub source: Source,
}

/// A post that was promised and never became public, of which only a file of posts knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unkept {
    /// The account.
    pub account: AccountId,
    /// When it was promised for.
    pub due: DateTime<Utc>,
    /// Its title, or how its text begins.
    pub title: String,
    /// The department that it would have spoken for.
    pub department: Option<DepartmentId>,
    /// The campaign that it belonged to.
    pub campaign: Option<CampaignId>,
    /// Whether somebody decided so; it was missed otherwise.
    pub is_skipped: bool,
    /// Why.
    pub why: String,
    /// How it is known.
    pub source: Source,
}

/// A row of a file of posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It became public.
    Kept(Box<Work>),
    /// It did not.
    Unkept(Box<Unkept>),
}

/// Writes a file of posts. Only what the platform knows by an id of its own can stand there.
pub fn write_posts<'a>(works: impl IntoIterator<Item = &'a Work>) -> String {
    let mut text = format!("{POSTS_HEAD}\n");
    for work in works {
        let Subject::Post(_, id) = &work.subject else { continue };
        let moment = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (published, due) = (moment(&work.published), work.due.as_ref().map(moment).unwrap_or_default());
        let characters = work.characters.map(|count| count.to_string()).unwrap_or_default();
        let tags = work.tags.join(" ");
        let cells = [
            id.as_str(),
            &published,
            &due,
            work.url.as_deref().unwrap_or_default(),
            &work.title,
            work.form.map_or("", Form::as_str),
            &characters,
            &tags,
            work.link.as_deref().unwrap_or_default(),
            work.department.as_ref().map_or("", DepartmentId::as_str),
            work.campaign.as_ref().map_or("", CampaignId::as_str),
            work.goal.as_ref().map_or("", GoalId::as_str),
            work.picture.as_deref().unwrap_or_default(),
            "",
            "",
        ];
        write_row(&mut text, &cells);
    }
    text
}

/// Reads a file of posts; the account is the first word of the file's name.
pub fn read_posts(path: &str, text: &str, flaws: &mut Vec<Flaw>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut flaw = |line: u32, what: String| flaws.push(Flaw { file: path.to_owned(), line, what });
    let name = path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or_default();
    let Some(account) = AccountId::new(name) else {
        flaw(1, format!("`{name}` is no account's id"));
        return entries;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shared: Arc<str> = Arc::from(path);
    for (number, line) in (1_u32..).zip(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)))
    {
        if number == 1 {
            if line != POSTS_HEAD {
                flaw(1, format!("its first line is not `{POSTS_HEAD}`"));
                return entries;
            }
        } else if !line.is_empty() {
            match read_post(&shared, number, &account, line) {
                Ok(entry) => entries.push(entry),
                Err(what) => flaw(number, what),
            }
        }
    }
    entries
}

/// Reads a cell, where there is something in it.
fn given<T>(cell: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if cell.is_empty() { Ok(None) } else { read(cell).map(Some) }
}

/// Reads tags that are parted by spaces.
fn read_tags(cell: &str) -> Vec<String> {
    let mut tags: Vec<String> =
        cell.split_whitespace().map(|tag| tag.trim_start_matches('#').to_lowercase()).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

fn read_post(file: &Arc<str>, number: u32, account: &AccountId, line: &str) -> Result<Entry, String> {
    let cells: [Cow<'_, str>; 15] = cells(line)?;
    let [
        id,
        published,
        due,
        url,
        title,
        form,
        characters,
        tags,
        link,
        department,
        campaign,
        goal,
        picture,
        fate,
        why,
    ] = cells.each_ref().map(AsRef::as_ref);
    let no_id = |cell: &str| format!("`{cell}` is no id");
    let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    let source = Source::File { file: Arc::clone(file), line: number };
    let department = given(department, |cell| DepartmentId::new(cell).ok_or_else(|| no_id(cell)))?;
    let campaign = given(campaign, |cell| CampaignId::new(cell).ok_or_else(|| no_id(cell)))?;
    let is_skipped = match fate {
        "" => None,
        "missed" => Some(false),
        "skipped" => Some(true),
        other => return Err(format!("`{other}` is no fate: `missed`, `skipped`, or empty")),
    };
    if let Some(is_skipped) = is_skipped {
        let (account, title, why) = (account.clone(), title.to_owned(), why.to_owned());
        let due = moment(due)?;
        let unkept = Unkept { account, due, title, department, campaign, is_skipped, why, source };
        return Ok(Entry::Unkept(Box::new(unkept)));
    }
    if id.is_empty() {
        return Err("it has no id".to_owned());
    }
    Ok(Entry::Kept(Box::new(Work {
        subject: Subject::Post(account.clone(), id.to_owned()),
        account: account.clone(),
        published: moment(published)?,
        due: given(due, moment)?,
        url: text(url),
        title: title.to_owned(),
        form: given(form, str::parse)?,
        characters: given(characters, |cell| cell.parse().map_err(|_| format!("`{cell}` is no length")))?,
        tags: read_tags(tags),
        link: text(link),
        department,
        campaign,
        goal: given(goal, |cell| GoalId::new(cell).ok_or_else(|| no_id(cell)))?,
        picture: text(picture),
        source,
    })))
}
