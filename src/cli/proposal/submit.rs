//! `kalends proposal submit`

use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Serialize;

use crate::calendar::{FILE_LIMIT_BYTES, State};
use crate::cli::here::Here;
use crate::cli::new::id_of;
use crate::cli::vault::commit_hint;
use crate::draft::is_id;
use crate::error::{Error, Outcome};
use crate::rim::disk;
use crate::ui::{self, Ui};

/// Puts a Markdown file into proposals/, for a manager to decide on.
///
/// Its id is made of its name. Submitted again, a plan that was changed takes the place of the one before, and whoever decided on that
/// one is asked anew.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The Markdown file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The plan's id; made of the file's name if left out
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    id: &'a str,
    file: &'a str,
    state: &'static str,
}

/// Runs the command.
pub(super) fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    let reading = super::here_now(here)?;
    let text = read(&args.file, here)?;
    let id = id(args)?;
    let file = format!("proposals/{id}.md");
    let path = reading.repo.root().join(&file);
    let is_the_same = std::fs::read(&path).is_ok_and(|there| there == text.as_bytes());
    if !is_the_same {
        here.write(&path, text.as_bytes())?;
    }
    let after = super::here_now(here)?;
    let plan = here.proposal(&after.calendar, &id)?;
    let state = after.calendar.state(&plan.id);
    if ui.json() {
        ui.document("proposal", &Document { id: &id, file: &file, state: state.word() })?;
        return Ok(Outcome::Done);
    }
    ui.data(format!("{}  {id}  {}", state.word(), here.show(&path)))?;
    match state {
        State::Decided(_) => {}
        State::Submitted | State::Changed(_) => {
            ui.hint(commit_hint(&[file], here, reading.repo.root()));
            ui.hint(format!("a manager decides: kalends proposal approve {id}"));
        }
    }
    Ok(Outcome::Done)
}

fn id(args: &Args) -> Result<String, Error> {
    match &args.id {
        Some(id) if is_id(id) => Ok(id.clone()),
        Some(id) => Err(Error::usage(format!(
            "--id {}: ids have lower-case letters, digits and hyphens",
            ui::foreign(id)
        ))),
        None => id_of(&args.file.file_stem().unwrap_or_default().to_string_lossy()),
    }
}

fn read(path: &Path, here: &Here) -> Result<String, Error> {
    let shown = here.show(path);
    let cannot = |why: String| Error::user(format!("{shown} cannot be submitted: {why}"));
    if path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("md")) {
        return Err(
            cannot("it is no Markdown file".to_owned()).hint("a plan is a text whose name ends in `.md`")
        );
    }
    let limit = usize::try_from(FILE_LIMIT_BYTES).unwrap_or(usize::MAX);
    let mut buffer = vec![0; limit + 1];
    let bytes = disk::read_into(path, &mut buffer).map_err(|fault| {
        cannot(fault.to_string()).hint("name the file as it lies; a symbolic link is not followed")
    })?;
    if bytes.len() > limit {
        let why = format!("it has more than {FILE_LIMIT_BYTES} bytes");
        return Err(cannot(why).hint("a plan is read by people: shorten it, and link to what is long"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| cannot("it is not in UTF-8".to_owned()).hint("save it as UTF-8 in your editor"))?;
    if text.trim().is_empty() {
        return Err(cannot("it is empty".to_owned()).hint("write what you propose"));
    }
    Ok(text.to_owned())
}
