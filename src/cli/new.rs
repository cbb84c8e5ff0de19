//! `kalends new`

pub mod edit;
pub mod sketch;
mod template;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use clap::Subcommand;
use serde::Serialize;

use crate::calendar::{Calendar, Role};
use crate::cli::ClockArgs;
use crate::cli::complete;
use crate::cli::here::{Here, Reading, moment};
use crate::cli::year;
use crate::draft::is_id;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::text::Platform;
use crate::ui::Ui;

/// Adds a post, a person, or anything else that a calendar has.
///
/// Writes one file with today's defaults and opens it in $VISUAL or $EDITOR, on a terminal only. Writes over nothing. The path of
/// the new file goes to stdout.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends new post 'Open day' --at 2027-01-18T09:00 --to news,mastodon
  kalends new account mastodon --platform mastodon --server https://museum.example
  kalends new person 'Marta Quintela' --role coordinator")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// Do not open an editor
    #[arg(long, global = true)]
    no_edit: bool,
    /// Act as if it were this time: a rehearsal
    #[arg(long, value_name = "TIME", global = true)]
    now: Option<String>,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_flag = true)]
enum What {
    /// A post
    Post(Post),
    /// A person
    Person {
        /// Their name; the id is made of it
        #[arg(value_name = "NAME", required = true)]
        name: Vec<String>,
        /// What they are to the calendar
        #[arg(long, default_value = "contributor", value_parser = clap::builder::PossibleValuesParser::new(Role::ALL.map(|(word, _)| word)))]
        role: String,
        /// Their department
        #[arg(long, value_name = "ID", add = complete::departments())]
        department: Option<String>,
    },
    /// An account on a platform
    Account {
        /// Its id
        #[arg(value_name = "NAME", required = true)]
        name: Vec<String>,
        /// The platform
        #[arg(long, default_value = "feed", value_parser = clap::builder::PossibleValuesParser::new(Platform::ALL.map(Platform::id)))]
        platform: String,
        /// Its server, where the platform has many
        #[arg(long, value_name = "URL")]
        server: Option<String>,
        /// Its name there
        #[arg(long)]
        handle: Option<String>,
    },
    /// A department
    Department {
        /// Its name; the id is made of it
        #[arg(value_name = "NAME", required = true)]
        name: Vec<String>,
    },
    /// A campaign; `kalends campaign new` plans its steps too
    Campaign {
        /// Its name; the id is made of it
        #[arg(value_name = "NAME", required = true)]
        name: Vec<String>,
    },
    /// A goal
    Goal {
        /// Its name; the id is made of it
        #[arg(value_name = "NAME", required = true)]
        name: Vec<String>,
    },
    /// A training: something to read, and a short quiz
    Training {
        /// Its title; the id is made of it
        #[arg(value_name = "TITLE", required = true)]
        title: Vec<String>,
    },
    /// A request for a post
    Request(Request),
    /// An annual schedule: what a year is about, its holidays, and how many posts there must be
    Schedule {
        /// The year
        #[arg(value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1..=9998))]
        year: i32,
    },
    /// A protocol: how the organisation posts, in words and rules
    Protocol {
        /// Its title; the id is made of it
        #[arg(value_name = "TITLE", required = true)]
        title: Vec<String>,
    },
}

/// What a new request is told.
#[derive(Debug, clap::Args)]
pub struct Request {
    /// What is wanted, in a few words; the id is made of it
    #[arg(value_name = "TITLE", required = true)]
    title: Vec<String>,
    /// The department that asks; the only one if there is one
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Option<String>,
    /// The person who asks
    #[arg(long, value_name = "ID", add = complete::people())]
    from: Option<String>,
    /// The department that is asked, where it is another
    #[arg(long, value_name = "ID", add = complete::departments())]
    to_department: Option<String>,
    /// The day it is wanted on
    #[arg(long, value_name = "DAY", value_parser = day)]
    wanted: Option<NaiveDate>,
    /// The accounts that it should go to
    #[arg(long, value_name = "ID", value_delimiter = ',', add = complete::accounts())]
    accounts: Vec<String>,
    /// What the post is to say
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Why, and for whom
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// Reads a day of the command line.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "expected a day such as 2027-01-18".to_owned())
}

/// What a new post is told.
#[derive(Debug, clap::Args)]
pub struct Post {
    /// Its title; the id is made of its day and its title
    #[arg(value_name = "TITLE", required = true)]
    title: Vec<String>,
    /// When it goes out, as a wall clock of the calendar's zone; tomorrow at ten if left out
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The accounts it goes to; every one that its department may use if left out
    #[arg(long, value_name = "ID", value_delimiter = ',', add = complete::accounts())]
    to: Vec<String>,
    /// The department; the only one if there is one
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Option<String>,
    /// Who writes it
    #[arg(long, value_name = "ID")]
    author: Option<String>,
    /// What it says
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    id: &'a str,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    let now = here.now(&ClockArgs { now: args.now.clone() }, reading.calendar.zone())?;
    let (path, text) = file(&args.what, &reading, here, now)?;
    let whole = reading.repo.root().join(&path);
    here.write_new(&whole, text.as_bytes())?;
    let id = path.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).unwrap_or(&path);
    if ui.json() {
        ui.document("new", &Document { file: &path, id })?;
    } else {
        ui.data(here.show(&whole))?;
    }
    if !args.no_edit && ui.can_ask() && ui.out_is_terminal() {
        edit::open(ui, &whole);
    }
    ui.hint("kalends check tells what is still missing");
    Ok(Outcome::Done)
}

/// Returns the new file's path and text.
fn file(what: &What, reading: &Reading, here: &Here, now: DateTime<Utc>) -> Result<(String, String), Error> {
    let today = reading.calendar.zone().local(now).date();
    Ok(match what {
        What::Post(post) => new_post(post, &reading.calendar, here, now)?,
        What::Person { name, role, department } => {
            let name = name.join(" ");
            (
                format!("people/{}.toml", id_of(&name)?),
                template::person(&name, role, department.as_deref(), today),
            )
        }
        What::Account { name, platform, server, handle } => {
            let name = name.join(" ");
            let text = template::account(&name, platform, server.as_deref(), handle.as_deref(), today);
            (format!("accounts/{}.toml", id_of(&name)?), text)
        }
        What::Department { name } => {
            let name = name.join(" ");
            (format!("departments/{}.toml", id_of(&name)?), template::department(&name))
        }
        What::Campaign { name } => {
            let name = name.join(" ");
            (format!("campaigns/{}.toml", id_of(&name)?), template::campaign(&name, today))
        }
        What::Goal { name } => {
            let name = name.join(" ");
            (format!("goals/{}.toml", id_of(&name)?), template::goal(&name, today))
        }
        What::Schedule { year } => (year::file(*year), crate::year::head(*year)),
        What::Protocol { title } => {
            let title = title.join(" ");
            (format!("protocols/{}.toml", id_of(&title)?), template::protocol(&title))
        }
        What::Request(request) => new_request(request, &reading.calendar, here, today)?,
        What::Training { title } => {
            let title = title.join(" ");
            (format!("training/{}.toml", id_of(&title)?), template::training(&title))
        }
    })
}

fn new_post(
    post: &Post,
    calendar: &Calendar,
    here: &Here,
    now: DateTime<Utc>,
) -> Result<(String, String), Error> {
    let at = match &post.at {
        Some(text) => calendar.zone().local(moment("--at", text, calendar.zone())?),
        None => tomorrow(calendar.zone().local(now).date()),
    };
    let department = match &post.department {
        Some(id) => Some(here.department(calendar, id)?.id.as_str()),
        None if calendar.departments.len() == 1 => calendar.departments.keys().next().map(|id| id.as_str()),
        None => None,
    };
    for account in &post.to {
        here.account(calendar, account)?;
    }
    let to: Vec<&str> = if post.to.is_empty() {
        accounts_of(calendar, department)
    } else {
        post.to.iter().map(String::as_str).collect()
    };
    let title = post.title.join(" ");
    let slug = id_of(&title)?;
    let id = format!("{}-{slug}", at.format("%Y-%m-%d"));
    let path = format!("posts/{}/{id}.toml", at.format("%Y/%m"));
    let text = template::post(&title, at, department, post.author.as_deref(), &to, post.text.as_deref());
    Ok((path, text))
}

fn new_request(
    request: &Request,
    calendar: &Calendar,
    here: &Here,
    today: NaiveDate,
) -> Result<(String, String), Error> {
    let department = match &request.department {
        Some(id) => Some(here.department(calendar, id)?.id.as_str()),
        None if request.from.is_none() && calendar.departments.len() == 1 => {
            calendar.departments.keys().next().map(|id| id.as_str())
        }
        None => None,
    };
    if let Some(person) = &request.from {
        here.person(calendar, person)?;
    }
    if let Some(asked) = &request.to_department {
        here.department(calendar, asked)?;
    }
    for account in &request.accounts {
        here.account(calendar, account)?;
    }
    if let Some(wanted) = request.wanted.filter(|wanted| *wanted < today) {
        return Err(Error::user(format!("{wanted} is past"))
            .hint("ask for a day that comes; or leave --wanted out, if any day will do"));
    }
    let title = request.title.join(" ");
    let asked = template::Asked {
        title: &title,
        department,
        from: request.from.as_deref(),
        to_department: request.to_department.as_deref(),
        wanted: request.wanted,
        accounts: &request.accounts,
        text: request.text.as_deref(),
        why: request.why.as_deref(),
    };
    Ok((format!("requests/{}.toml", id_of(&title)?), template::request(&asked, today)))
}

/// Returns ten o'clock on the next day.
fn tomorrow(today: NaiveDate) -> NaiveDateTime {
    let day = today.checked_add_days(Days::new(1)).unwrap_or(today);
    day.and_time(NaiveTime::from_hms_opt(10, 0, 0).unwrap_or_default())
}

/// Returns the accounts that a post of this department goes to if nothing else is said.
pub(super) fn accounts_of<'a>(calendar: &'a Calendar, department: Option<&str>) -> Vec<&'a str> {
    let named = |id: &str| {
        department.is_some_and(|department| {
            let of = calendar.departments.values().find(|one| one.id.as_str() == department);
            of.is_some_and(|of| of.accounts.iter().any(|account| account.value.as_str() == id))
        })
    };
    let restricted = |id: &str| {
        calendar
            .departments
            .values()
            .any(|one| one.accounts.iter().any(|account| account.value.as_str() == id))
    };
    let may = |account: &&crate::calendar::Account| {
        let id = account.id.as_str();
        let own = account.departments.iter().any(|one| Some(one.value.as_str()) == department);
        own || named(id) || (account.departments.is_empty() && account.access.is_empty() && !restricted(id))
    };
    calendar.accounts.values().filter(may).map(|account| account.id.as_str()).collect()
}

/// Makes an id of a name: letters of other alphabets than ours lose their marks, or are left out.
pub(super) fn id_of(name: &str) -> Result<String, Error> {
    use unicode_normalization::UnicodeNormalization;
    let mut id = String::new();
    for letter in name
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}' | '\'' | '’'))
    {
        match letter {
            'a'..='z' | '0'..='9' => id.push(letter),
            'ß' => id.push_str("ss"),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
        if id.len() >= 80 {
            break;
        }
    }
    let id = id.trim_end_matches('-').to_owned();
    if is_id(&id) {
        return Ok(id);
    }
    Err(Error::user(format!("no id can be made of `{}`", crate::ui::foreign(name)))
        .hint("an id has lower-case letters a to z, digits and hyphens; name the thing so, and change `name` or `title` in the file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_of_letters_without_their_marks() {
        assert_eq!(id_of("Visitas guiadas em português!").unwrap(), "visitas-guiadas-em-portugues");
        assert_eq!(id_of("  What's on — Open Day 2027 ").unwrap(), "whats-on-open-day-2027");
        assert!(id_of("東京").is_err());
        assert!(id_of("../../etc/passwd").unwrap() == "etc-passwd");
    }
}
