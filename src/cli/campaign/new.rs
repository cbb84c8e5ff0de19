//! `kalends campaign new`

use chrono::{Days, NaiveDate};
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::template::{Outline, outline, says};
use crate::calendar::{Calendar, Department, Planned, Tactic, TooShort, spread, takes_polls};
use crate::cli::here::Here;
use crate::cli::new::sketch::Sketch;
use crate::cli::new::{accounts_of, day, edit, id_of};
use crate::cli::{ClockArgs, complete};
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::time::show_duration;
use crate::ui::{Ui, plural};

/// How many days a campaign has if nobody says.
const SPAN: Days = Days::new(30);

/// Plans a campaign: steps spread over its days, clear of those on which protocols want quiet.
///
/// It is announced on the first day, each tactic follows, it is said again, who won is named and what was asked is answered, and
/// on the last day people are thanked. Writes one file that says what is still to be filled in, and with --drafts a post for each
/// step, held until somebody has written it. On a terminal the file is opened in $VISUAL or $EDITOR.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name; the id is made of it
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,
    /// Its first day; today if left out
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<NaiveDate>,
    /// Its last day; thirty days later if left out
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<NaiveDate>,
    /// The goal it serves
    #[arg(long, value_name = "ID", add = complete::goals())]
    goal: Option<String>,
    /// The department that leads it; the only one if there is one
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Option<String>,
    /// The accounts it goes to; every one that its department may use if left out
    #[arg(long, value_name = "ID", value_delimiter = ',', add = complete::accounts())]
    accounts: Vec<String>,
    /// What it does besides announcing, reminding and thanking
    #[arg(long = "tactic", value_name = "TACTIC", value_delimiter = ',', value_parser = tactics())]
    tactics: Vec<String>,
    /// Its tag, without `#`
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Its page
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// A contest's rules, or where they are to be read
    #[arg(long, value_name = "RULES")]
    rules: Option<String>,
    /// Write a draft of each step's post too
    #[arg(long)]
    drafts: bool,
    /// Do not open an editor
    #[arg(long)]
    no_edit: bool,
    #[command(flatten)]
    clock: ClockArgs,
}

fn tactics() -> PossibleValuesParser {
    PossibleValuesParser::new(Tactic::ALL.map(|(word, _)| word))
}

#[derive(Serialize)]
struct Document<'a> {
    file: &'a str,
    id: &'a str,
    posts: Vec<&'a str>,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let today = calendar.zone().local(here.now(&args.clock, calendar.zone())?).date();
    let department = department(args, calendar, here)?;
    if let Some(goal) = &args.goal {
        here.goal(calendar, goal)?;
    }
    for account in &args.accounts {
        here.account(calendar, account)?;
    }
    let days = days(args, today)?;
    let steps = spread(calendar, department, (days.0.max(today), days.1), &chosen(args)).map_err(short)?;
    let name = args.name.join(" ");
    let id = id_of(&name)?;
    let path = format!("campaigns/{id}.toml");
    let plan = Outline {
        id: &id,
        name: &name,
        days,
        goal: args.goal.as_deref(),
        department: department.map(|department| department.id.as_str()),
        tag: args.tag.as_deref(),
        link: args.link.as_deref(),
        rules: args.rules.as_deref(),
        steps: accounts(args, calendar, department, &steps),
    };
    let posts = if args.drafts { drafts(&plan)? } else { Vec::new() };
    let root = reading.repo.root();
    let all = || posts.iter().map(|(_, path, _)| path).chain([&path]);
    if let Some(there) = all().find(|path| root.join(path).exists()) {
        return Err(Error::user(format!("{there} is there already"))
            .hint("give the campaign another name, or take the file away: nothing was written"));
    }
    for (_, path, file) in &posts {
        here.write_new(&root.join(path), file.as_bytes())?;
    }
    let ids: Vec<&str> = posts.iter().map(|(id, ..)| id.as_str()).collect();
    let whole = root.join(&path);
    here.write_new(&whole, outline(&plan, &ids).as_bytes())?;
    if ui.json() {
        let posts = posts.iter().map(|(_, path, _)| path.as_str()).collect();
        ui.document("campaign-new", &Document { file: &path, id: &id, posts })?;
        return Ok(Outcome::Done);
    }
    for path in [&path].into_iter().chain(posts.iter().map(|(_, path, _)| path)) {
        ui.data(here.show(&root.join(path)))?;
    }
    if !args.no_edit && ui.can_ask() && ui.out_is_terminal() {
        edit::open(ui, &whole);
    }
    ui.status(format!("{} from {} to {}", plural(plan.steps.len(), "step"), days.0, days.1));
    ui.hint(format!("kalends campaign check {id} tells what is still missing"));
    Ok(Outcome::Done)
}

fn department<'a>(args: &Args, calendar: &'a Calendar, here: &Here) -> Result<Option<&'a Department>, Error> {
    match &args.department {
        Some(id) => Ok(Some(here.department(calendar, id)?)),
        None if calendar.departments.len() == 1 => Ok(calendar.departments.values().next()),
        None => Ok(None),
    }
}

fn days(args: &Args, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Error> {
    let from = args.from.unwrap_or(today);
    let until = args.until.or_else(|| from.checked_add_days(SPAN)).unwrap_or(from);
    if until < from {
        return Err(Error::user(format!("the campaign ends on {until}, before it begins on {from}"))
            .hint("swap --from and --until, or mend the year"));
    }
    if until < today {
        return Err(Error::user(format!("the campaign's last day, {until}, is past"))
            .hint("--until takes a day that comes"));
    }
    Ok((from, until))
}

/// Returns the tactics that were asked for, each once and in their order.
fn chosen(args: &Args) -> Vec<Tactic> {
    let mut chosen: Vec<Tactic> = Vec::new();
    for word in &args.tactics {
        let found = Tactic::ALL.iter().find(|(name, _)| name == word).map(|(_, tactic)| *tactic);
        chosen.extend(found.filter(|tactic| !chosen.contains(tactic)));
    }
    chosen
}

fn short(fault: TooShort) -> Error {
    Error::user(format!("{} want a day each, and {} open", plural(fault.steps, "step"), are(fault.days)))
        .hint("give the campaign more days, or fewer tactics; days on which protocols want quiet are closed")
}

fn are(days: usize) -> String {
    if days == 1 { "1 day is".to_owned() } else { format!("{days} days are") }
}

/// Returns each step with the accounts that it goes to: a poll goes where people can answer.
fn accounts<'a>(
    args: &'a Args,
    calendar: &'a Calendar,
    department: Option<&Department>,
    steps: &[Planned],
) -> Vec<(Planned, Vec<&'a str>)> {
    let named: Vec<&str> = match args.accounts.as_slice() {
        [] => accounts_of(calendar, department.map(|department| department.id.as_str())),
        accounts => accounts.iter().map(String::as_str).collect(),
    };
    let takes = |id: &str| {
        let account = calendar.accounts.values().find(|account| account.id.as_str() == id);
        account.is_some_and(takes_polls)
    };
    let of = |step: &Planned| -> Vec<&'a str> {
        named.iter().copied().filter(|id| step.tactic != Tactic::Poll || takes(id)).collect()
    };
    steps.iter().map(|step| (step.clone(), of(step))).collect()
}

/// Returns a draft of each step's post: its id, its path and its file.
fn drafts(plan: &Outline<'_>) -> Result<Vec<(String, String, String)>, Error> {
    let mut drafts = Vec::with_capacity(plan.steps.len());
    for (step, to) in &plan.steps {
        if to.is_empty() {
            return Err(Error::user(format!("the {} has no account to go to", step.tactic.as_str()))
                .hint("name accounts: --accounts news,mastodon; a poll goes where there are polls"));
        }
        let sketch = Sketch {
            origin: format!("A draft, from campaigns/{}.toml: {}.", plan.id, step.tactic.as_str()),
            title: plan.name.to_owned(),
            at: step.at,
            department: plan.department,
            to: to.clone(),
            campaign: Some(plan.id),
            text: says(plan, step),
            link: plan.link,
            tags: plan.tag.into_iter().collect(),
            hold: format!("A draft from the campaign {}", plan.id),
            poll: step.open.map(show_duration),
            ..Sketch::default()
        };
        let what = step
            .ends
            .map_or_else(|| step.tactic.as_str().to_owned(), |ends| format!("end-of-{}", ends.as_str()));
        let id = sketch.id(&id_of(&format!("{} {what}", plan.id))?);
        drafts.push((id.clone(), sketch.path(&id), sketch.file()));
    }
    Ok(drafts)
}
