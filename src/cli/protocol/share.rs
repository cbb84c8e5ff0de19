//! `kalends protocol share`

use std::path::PathBuf;

use clap::ValueHint;
use serde::Serialize;

use crate::calendar::{Department, handbook};
use crate::cli::complete;
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::rim::repo::Rev;
use crate::ui::{Ui, plural};

/// Writes the handbook: a page a department, in Markdown.
///
/// Each page has what the department is after, the rules in words with their examples, where and when it posts, and whom
/// to ask. It is made of the calendar's files alone: the same files give the same pages.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this department's page; without --output it goes to stdout
    #[arg(long, value_name = "ID", add = complete::departments())]
    department: Option<String>,
    /// The folder to write DEPARTMENT.md into; pages that are there are written anew
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "department")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'a> {
    pages: Vec<Page<'a>>,
}

#[derive(Serialize)]
struct Page<'a> {
    department: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    markdown: String,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = here.read(&Rev::WorkTree)?;
    reading.reliable()?;
    let calendar = &reading.calendar;
    let departments: Vec<&Department> = match &args.department {
        Some(id) => vec![here.department(calendar, id)?],
        None => calendar.departments.values().collect(),
    };
    if departments.is_empty() {
        return Err(Error::user("there is no department to write a page for")
            .hint("kalends new department 'Education' adds one"));
    }
    let mut pages = Vec::new();
    for department in departments {
        let markdown = handbook(calendar, department);
        let path = args
            .output
            .as_ref()
            .map(|folder| here.folder().join(folder).join(format!("{}.md", department.id)));
        if let Some(path) = &path {
            here.write(path, markdown.as_bytes())?;
        }
        let file = path.as_ref().map(|path| here.show(path));
        pages.push(Page { department: department.id.as_str(), file, markdown });
    }
    if ui.json() {
        ui.document("handbook", &Document { pages })?;
        return Ok(Outcome::Done);
    }
    for page in &pages {
        match &page.file {
            Some(file) => ui.data(file)?,
            None => ui.data(page.markdown.trim_end())?,
        }
    }
    if args.output.is_some() {
        ui.status(format!("{} written", plural(pages.len(), "page")));
    }
    Ok(Outcome::Done)
}
